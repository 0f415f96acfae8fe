//! A row of the table: a setting, how it is changed, and what each observer sees of that.
use std::pin::Pin;

use chat_proto::{
    desk::{Directory, Presence},
    visitor::Widget,
};
use serde_json::Value;

use super::ground::{Ground, Ids, LANG, number};

/// What happens, told with a ground.
pub type Story = for<'a> fn(&'a mut Ground) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// When an observer sees it, and what they see.
#[derive(Clone, Copy)]
pub enum When {
    AtOnce(Sees),
    /// When they do the next thing that it is about.
    AtNext(Sees),
    /// It is not theirs to see, or what they have keeps what it began with.
    Never(Sees),
}

/// What an observer sees.
#[derive(Clone, Copy)]
pub enum Sees {
    /// The widget shows it.
    Widget(fn(&Widget) -> bool),
    /// It stands in what every desk knows.
    Directory(fn(&Directory) -> bool),
    /// Desks are told that settings have changed, and ask for those that they show anew.
    Settings,
    /// This comes about.
    Comes(Story),
    /// What was there before.
    AsBefore,
}

/// These fields of a part become so.
type Put = (&'static str, fn(&Ids) -> Value);

pub struct Row {
    pub setting: &'static str,
    given: Vec<Put>,
    ready: Option<Story>,
    change: Change,
    pub widget: When,
    pub chat: When,
    pub desk: When,
}

enum Change {
    Set(Put),
    Done(Story),
}

/// A setting that only whoever has its form open sees, until something else is said.
pub fn row(setting: &'static str, part: &'static str, to: fn(&Ids) -> Value) -> Row {
    Row::new(setting, Change::Set((part, to)))
}

/// The same, of what is made or deleted.
pub fn done(setting: &'static str, change: Story) -> Row {
    Row::new(setting, Change::Done(change))
}

impl Row {
    fn new(setting: &'static str, change: Change) -> Self {
        let (never, desk) = (When::Never(Sees::AsBefore), When::AtOnce(Sees::Settings));
        Self { setting, given: Vec::new(), ready: None, change, widget: never, chat: never, desk }
    }

    /// What holds before.
    pub fn given(mut self, part: &'static str, is: fn(&Ids) -> Value) -> Self {
        self.given.push((part, is));
        self
    }

    /// What happens before.
    pub fn ready(self, story: Story) -> Self {
        Self { ready: Some(story), ..self }
    }

    /// The widget shows it, the open one and the one of who comes next.
    pub fn shown(self, is: fn(&Widget) -> bool) -> Self {
        let when = When::AtOnce(Sees::Widget(is));
        Self { widget: when, chat: when, ..self }
    }

    pub fn widget(self, widget: When) -> Self {
        Self { widget, ..self }
    }

    /// This comes about in the next conversation.
    pub fn chat(self, story: Story) -> Self {
        Self { chat: When::AtOnce(Sees::Comes(story)), ..self }
    }

    pub fn desk(self, desk: When) -> Self {
        Self { desk, ..self }
    }

    /// Desks know it.
    pub fn known(self, is: fn(&Directory) -> bool) -> Self {
        self.desk(When::AtOnce(Sees::Directory(is)))
    }

    /// The words of its cells.
    pub const fn whens(&self) -> [&'static str; 3] {
        [self.widget.word(), self.chat.word(), self.desk.word()]
    }

    /// Tries it; afterwards everything is as it was.
    pub async fn play(&self, it: &mut Ground) {
        for &(part, is) in &self.given {
            it.set(part, is(&it.ids)).await;
        }
        if let Some(ready) = self.ready {
            ready(it).await;
        }
        let before = Looks::now(it).await;
        match self.change {
            Change::Set((part, to)) => it.set(part, to(&it.ids)).await,
            Change::Done(change) => change(it).await,
        }
        self.widget.sees().at_widget(it, &before.widget).await;
        self.desk.sees().at_desk(it, &before.directory).await;
        self.chat.sees().in_next(it, &before.widget).await;
        it.undo().await;
    }
}

impl When {
    const fn word(self) -> &'static str {
        match self {
            Self::AtOnce(_) => "at once",
            Self::AtNext(_) => "at the next",
            Self::Never(_) => "never",
        }
    }

    const fn sees(self) -> Sees {
        match self {
            Self::AtOnce(it) | Self::AtNext(it) | Self::Never(it) => it,
        }
    }
}

/// What is to be seen at a moment.
struct Looks {
    widget: Widget,
    directory: Directory,
}

impl Looks {
    async fn now(it: &mut Ground) -> Self {
        // Answered after everything that was told before.
        it.anna.be(Presence::Available).await.expect("answered");
        Self { widget: shows(it).await, directory: it.anna.directory.clone() }
    }
}

/// What the open widget shows.
async fn shows(it: &Ground) -> Widget {
    it.lea.widget(LANG).await.expect("told")
}

impl Sees {
    async fn at_widget(self, it: &mut Ground, before: &Widget) {
        match self {
            Self::Widget(is) => {
                let now = shows(it).await;
                assert!(!is(before) && is(&now), "{before:?}\n{now:?}");
            }
            Self::AsBefore => assert_eq!(shows(it).await, *before),
            Self::Comes(story) => story(it).await,
            Self::Directory(_) | Self::Settings => panic!("that is a desk's"),
        }
    }

    async fn at_desk(self, it: &mut Ground, before: &Directory) {
        match self {
            Self::Directory(is) => {
                assert!(!is(before), "{before:?}");
                knows(&mut it.anna, is).await;
            }
            Self::Settings => assert_ne!(number(&it.anna.directory), number(before)),
            Self::AsBefore => assert_eq!(Looks::now(it).await.directory, *before),
            Self::Comes(story) => story(it).await,
            Self::Widget(_) => panic!("that is a widget's"),
        }
    }

    async fn in_next(self, it: &mut Ground, before: &Widget) {
        match self {
            Self::Widget(is) => {
                let now = it.stranger().widget(LANG).await.expect("told");
                assert!(!is(before) && is(&now), "{before:?}\n{now:?}");
            }
            Self::AsBefore => assert_eq!(it.begins_plainly().await, it.plain),
            Self::Comes(story) => story(it).await,
            Self::Directory(_) | Self::Settings => panic!("that is a desk's"),
        }
    }
}

/// Waits until a desk knows it.
pub async fn knows(desk: &mut chat_client::Agent, is: impl Fn(&Directory) -> bool) {
    if !is(&desk.directory) {
        let told = desk.until("the directory", |it, _| is(&it.directory).then_some(())).await;
        told.unwrap_or_else(|error| panic!("{error}: {:?}", desk.directory));
    }
}

/// It comes about at once.
pub const fn at_once(story: Story) -> When {
    When::AtOnce(Sees::Comes(story))
}

/// It comes about when the next such thing is done.
pub const fn at_next(story: Story) -> When {
    When::AtNext(Sees::Comes(story))
}

/// It stays as it was, as this shows.
pub const fn stays(story: Story) -> When {
    When::Never(Sees::Comes(story))
}
