//! Which dialog is open.
use leptos::prelude::*;

use super::{
    canned_editor::CannedEditor,
    closing::{BlockDialog, CloseDialog, TagDialog},
    finder::Finder,
    keys_help::KeysHelp,
    profile_form::ProfileDialog,
    sending::{DealDialog, LinkDialog},
    snoozing::SnoozeDialog,
    transferring::TransferDialog,
};
use crate::pages::chats::ui;

/// A dialog of the chats page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialog {
    /// To whom the conversation goes.
    Transfer,
    /// For how long it is put aside.
    Snooze,
    /// Its tags.
    Tag,
    /// Its end.
    Close,
    /// The visitor is refused from now on.
    Block,
    /// A link to send.
    Link,
    /// A commercial offer to send.
    Deal,
    /// The canned replies.
    Canned,
    /// What is known of the visitor.
    Profile,
    /// The keys.
    Keys,
    /// Finds anything.
    Finder,
}

/// The open dialog, if one is.
#[component]
pub fn Dialogs() -> impl IntoView {
    let ui = ui();
    move || {
        ui.dialog.get().map(|dialog| match dialog {
            Dialog::Transfer => view! { <TransferDialog/> }.into_any(),
            Dialog::Snooze => view! { <SnoozeDialog/> }.into_any(),
            Dialog::Tag => view! { <TagDialog/> }.into_any(),
            Dialog::Close => view! { <CloseDialog/> }.into_any(),
            Dialog::Block => view! { <BlockDialog/> }.into_any(),
            Dialog::Link => view! { <LinkDialog/> }.into_any(),
            Dialog::Deal => view! { <DealDialog/> }.into_any(),
            Dialog::Canned => view! { <CannedEditor/> }.into_any(),
            Dialog::Profile => view! { <ProfileDialog/> }.into_any(),
            Dialog::Keys => view! { <KeysHelp/> }.into_any(),
            Dialog::Finder => view! { <Finder/> }.into_any(),
        })
    }
}
