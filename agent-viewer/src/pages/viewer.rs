//! The tab in which a shared page is watched.
use leptos::prelude::*;

/// The page.
#[component]
pub fn ViewerPage() -> impl IntoView {}
