//! Light or dark: by the system's setting, until somebody chooses.

use leptos::prelude::*;

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
        let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        if query.is_some_and(|query| query.matches()) { Self::Dark } else { Self::Light }
    }
}

/// The theme of the whole application.
#[derive(Clone, Copy)]
pub struct Shade(RwSignal<Theme>);

impl Shade {
    /// Makes the theme for the whole application. `boot.js` has already painted a remembered one.
    pub fn provide() {
        let kept = match browser::recall(KEPT_AS).as_deref() {
            Some("light") => Some(Theme::Light),
            Some("dark") => Some(Theme::Dark),
            _ => None,
        };
        provide_context(Self(RwSignal::new(kept.unwrap_or_else(Theme::of_system))));
    }

    /// The theme now; tracked.
    pub fn now(self) -> Theme {
        self.0.get()
    }

    /// Changes to the other theme, and remembers it.
    pub fn switch(self) {
        let other = match self.0.get_untracked() {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        };
        self.0.set(other);
        browser::remember(KEPT_AS, other.name());
        browser::set_root_attribute("data-theme", other.name());
    }
}
