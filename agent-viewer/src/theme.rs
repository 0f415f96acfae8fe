//! Light or dark: by the system's setting, until somebody chooses.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::MediaQueryList;

use crate::browser;

const KEPT_AS: &str = "tandem-theme";

/// Which set of colours is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn of_system() -> Self {
        if system().is_some_and(|query| query.matches()) { Self::Dark } else { Self::Light }
    }
}

/// Whether the system is dark.
fn system() -> Option<MediaQueryList> {
    window().match_media("(prefers-color-scheme: dark)").ok().flatten()
}

/// The theme of the whole application.
#[derive(Clone, Copy)]
pub struct Shade {
    now: RwSignal<Theme>,
    chosen: RwSignal<bool>,
}

impl Shade {
    /// Makes the theme for the whole application. `boot.js` has already painted a remembered one.
    pub fn provide() {
        let kept = match browser::recall(KEPT_AS).as_deref() {
            Some("light") => Some(Theme::Light),
            Some("dark") => Some(Theme::Dark),
            _ => None,
        };
        let now = RwSignal::new(kept.unwrap_or_else(Theme::of_system));
        let shade = Self { now, chosen: RwSignal::new(kept.is_some()) };
        shade.follows_system();
        provide_context(shade);
    }

    /// As the page does by itself, as long as nobody has chosen.
    fn follows_system(self) {
        let changed = Closure::<dyn FnMut()>::new(move || {
            if !self.chosen.get_untracked() {
                self.now.set(Theme::of_system());
            }
        });
        if let Some(query) = system() {
            // As long as the application.
            let changed = changed.into_js_value();
            let _ = query.add_event_listener_with_callback("change", changed.unchecked_ref());
        }
    }

    /// The theme now; tracked.
    pub fn now(self) -> Theme {
        self.now.get()
    }

    /// Changes to the other theme, and remembers it.
    pub fn switch(self) {
        let other = match self.now.get_untracked() {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        };
        self.now.set(other);
        self.chosen.set(true);
        browser::remember(KEPT_AS, other.name());
        browser::set_root_attribute("data-theme", other.name());
    }
}
