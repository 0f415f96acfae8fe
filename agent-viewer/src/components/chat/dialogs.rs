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

impl Dialog {
    /// Whether it is about the open conversation.
    const fn is_of_chat(self) -> bool {
        !matches!(self, Self::Canned | Self::Keys | Self::Finder)
    }
}

/// Whether a dialog stays when another conversation is opened: its deed would be done to that one.
fn stays(dialog: Dialog, was: Option<&str>, open: Option<&str>) -> bool {
    was == open || !dialog.is_of_chat()
}

/// The open dialog, if one is.
#[component]
pub fn Dialogs() -> impl IntoView {
    let ui = ui();
    // The browser's way back leads to another conversation too.
    Effect::new(move |was: Option<Option<String>>| {
        let open = ui.open.get();
        let dialog = ui.dialog.get_untracked();
        if let (Some(was), Some(dialog)) = (was, dialog)
            && !stays(dialog, was.as_deref(), open.as_deref())
        {
            ui.dialog.set(None);
        }
        open
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_about_a_conversation_closes_with_it() {
        assert!(stays(Dialog::Close, Some("a"), Some("a")));
        assert!(!stays(Dialog::Close, Some("a"), Some("b")));
        assert!(!stays(Dialog::Transfer, Some("a"), None));
        assert!(stays(Dialog::Canned, Some("a"), Some("b")), "it is about none");
    }
}
