//! What the visitor sees of a share: the question, the bar, the agent's pointer.
//!
//! All of it stands in a closed shadow root on one host element in the top layer, so that no element of the
//! page covers it and no script of the page reaches in. The host is in the document only while there is
//! something to show. Its buttons answer to trusted events alone, half a second after they were painted, and
//! only where they are really on top ([`guard`]); the yes only while its question is seen whole, where the browser
//! tells ([`sight`]).
mod guard;
mod pointer;
mod room;
mod sight;
mod top_layer;
mod view;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, Document, Event, HtmlElement, ShadowRoot, ShadowRootInit, ShadowRootMode};

use self::{guard::Guard, pointer::Hands, room::Room, top_layer::TopLayer};
use crate::{listener::Listener, words::Language};

pub use self::pointer::{Place, Show};
pub(crate) use self::top_layer::topmost;

/// What is shown. Derived from the consent machine at each change and never kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scene {
    /// The question that stands, if one does.
    pub card: Option<Card>,
    /// The bar, while something is shared or has just ended.
    pub strip: Option<Strip>,
}

/// A question to the visitor. Holds the first name of who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Card {
    /// May I see the page?
    View(String),
    /// May I control it?
    Control(String),
}

/// The state that the bar names. Holds first names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strip {
    /// These agents see the page.
    Viewing(Vec<String>),
    /// This agent controls the page.
    Controlling(String),
    /// The visitor paused; these agents see nothing.
    Paused(Vec<String>),
    /// Another tab of this visitor is seen, by these agents; this one is not.
    Elsewhere(Vec<String>),
    /// The network is away; the share stands.
    Reconnecting,
    /// The share is over.
    Ended,
}

/// What the visitor's trusted hand did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Yes to the question.
    Allow,
    /// No to the question.
    Decline,
    /// Control comes back.
    TakeBack,
    /// Everything ends.
    Stop,
    /// Agents see nothing for now.
    Pause,
    /// Agents see the page again.
    Resume,
    /// This tab is shared, in the place of another.
    Here,
}

impl Act {
    const ALL: [Self; 7] =
        [Self::Allow, Self::Decline, Self::TakeBack, Self::Stop, Self::Pause, Self::Resume, Self::Here];

    const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Decline => "decline",
            Self::TakeBack => "take-back",
            Self::Stop => "stop",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Here => "here",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}

/// The visitor's bar. Taken out of the page when dropped.
pub struct Bar {
    host: HtmlElement,
    root: ShadowRoot,
    language: Cell<Language>,
    scene: RefCell<Scene>,
    guard: Rc<Guard>,
    hands: Hands,
    top: TopLayer,
    room: Room,
    _listeners: Vec<Listener>,
}

impl Bar {
    /// Prepares the bar; nothing is in the page until a scene shows something.
    ///
    /// # Errors
    /// When the browser refuses the shadow root or its style sheet.
    pub fn new(document: &Document, language: Language, act: Rc<dyn Fn(Act)>) -> Result<Self, JsValue> {
        let host: HtmlElement = document.create_element("div")?.unchecked_into();
        host.set_attribute("lang", language.tag())?;
        let root = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Closed))?;
        style(&root)?;
        let guard = Rc::new(Guard::new(root.clone(), host.clone()));
        let clicks = clicks(&root, Rc::clone(&guard), act);
        let listeners = std::iter::once(clicks).chain(view::drags(&root)).collect();
        Ok(Self {
            hands: Hands::new(document, &root)?,
            top: TopLayer::new(document, &host),
            room: Room::new(&host, &root),
            host,
            root,
            language: Cell::new(language),
            scene: RefCell::default(),
            guard,
            _listeners: listeners,
        })
    }

    /// The element that capture never records and the agent's hit test never returns.
    pub fn host(&self) -> &HtmlElement {
        &self.host
    }

    /// Shows a scene. The same scene again changes nothing, so that a button under a finger stays.
    ///
    /// # Errors
    /// When the browser refuses to build an element.
    pub fn show(&self, scene: Scene) -> Result<(), JsValue> {
        if *self.scene.borrow() == scene {
            return Ok(());
        }
        self.paint(&scene)?;
        let shown = scene.card.is_some() || scene.strip.is_some();
        self.guard.share_stands(matches!(
            scene.strip,
            Some(Strip::Viewing(_) | Strip::Controlling(_) | Strip::Paused(_) | Strip::Reconnecting)
        ));
        *self.scene.borrow_mut() = scene;
        if shown {
            self.top.enter()?;
        } else {
            self.hands.clear();
            self.top.leave();
        }
        self.room.tell();
        Ok(())
    }

    /// Says in another language what it shows.
    ///
    /// # Errors
    /// When the browser refuses to build an element.
    pub fn speak(&self, language: Language) -> Result<(), JsValue> {
        if self.language.replace(language) == language {
            return Ok(());
        }
        self.host.set_attribute("lang", language.tag())?;
        self.paint(&self.scene.borrow())?;
        self.room.tell();
        Ok(())
    }

    /// New buttons: they answer only once they have settled.
    fn paint(&self, scene: &Scene) -> Result<(), JsValue> {
        view::render(&self.root, scene, self.language.get())?;
        self.guard.repainted();
        Ok(())
    }

    /// Whether one press would take control away now: where the page's own dialog or film leaves the bar no use, nobody's
    /// hand but the visitor's may do anything.
    pub fn is_in_reach(&self) -> bool {
        self.guard.can_be_ended() || {
            self.top.raise();
            self.guard.can_be_ended()
        }
    }

    /// Whether a press of Esc is the second within a second: that ends the share, wherever the focus is. A prompt is not
    /// answered by it. `at` is when it was, milliseconds on one clock.
    pub fn is_second_escape(&self, at: f64) -> bool {
        self.guard.second_escape(at)
    }

    /// Shows an agent's mark. `place` finds the marked element at each frame, so that it survives reflow.
    ///
    /// # Errors
    /// When the browser refuses to build an element.
    pub fn point(&self, name: &str, show: Show, place: Place) -> Result<(), JsValue> {
        self.hands.point(name, show, place, self.language.get())
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.top.leave();
        self.room.tell();
    }
}

/// A constructed sheet is no inline style: it stands under a strict policy of the page too.
fn style(root: &ShadowRoot) -> Result<(), JsValue> {
    let sheet = CssStyleSheet::new()?;
    js_sys::Reflect::get(&sheet, &"replaceSync".into())?
        .dyn_into::<js_sys::Function>()?
        .call1(&sheet, &include_str!("bar/bar.css").into())?;
    js_sys::Reflect::set(root, &"adoptedStyleSheets".into(), &js_sys::Array::of1(&sheet)).map(|_| ())
}

fn clicks(root: &ShadowRoot, guard: Rc<Guard>, act: Rc<dyn Fn(Act)>) -> Listener {
    Listener::capture(root, "click", move |event: web_sys::MouseEvent| {
        let Some(button) = pressed(&event) else { return };
        let Some(what) = button.get_attribute("data-act").and_then(|name| Act::of_name(&name)) else {
            return;
        };
        if guard.admits(&event, &button, what) {
            act(what);
        }
    })
}

fn pressed(event: &Event) -> Option<web_sys::Element> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest("button").ok()?
}
