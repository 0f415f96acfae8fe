//! What can be done with the open conversation.
use chat_proto::desk::{Deed, Row, Visitor};
use icondata_core::Icon as Drawing;
use icondata_lu as lu;
use leptos::prelude::*;

use super::{closing::unblock, conversation::row, dialogs::Dialog, share_button::ShareButton};
use crate::{
    browser,
    chat::{Loaded, chat},
    components::icon::Icon,
    i18n::{Text, words},
    pages::chats::ui,
    state::visitors::web,
};

const MENU: &str = "conversation-more";

/// At the top right; what does not fit on a small screen stands in its menu.
#[component]
pub fn Toolbar() -> impl IntoView {
    let (words, ui) = (words(), ui());
    view! {
        <div class="conversation-tools" role="toolbar" aria-label=words.say(Text::Tools)>
            <ShareButton/>
            <Tool deed="transfer" text=Text::Transfer icon=lu::LuArrowRightLeft dialog=Dialog::Transfer/>
            <CancelTransfer/>
            <Tool deed="snooze" text=Text::Snooze icon=lu::LuAlarmClock dialog=Dialog::Snooze/>
            <Wake/>
            <Tool deed="tag" text=Text::TagIt icon=lu::LuTag dialog=Dialog::Tag/>
            <Star/>
            <Reopen/>
            <CloseTool/>
            <button type="button" class="button quiet square" title=words.say(Text::MoreActions)
                aria-label=words.say(Text::MoreActions) popovertarget=MENU>
                <Icon icon=lu::LuEllipsis/>
            </button>
            <div id=MENU class="menu more-menu" popover="auto"><MoreMenu/></div>
            <button type="button" class="button quiet square panel-switch" title=words.say(Text::VisitorPanel)
                aria-label=words.say(Text::VisitorPanel) aria-pressed=move || ui.panel.get().to_string()
                on:click=move |_| ui.panel.update(|open| *open = !*open)>
                <Icon icon=lu::LuPanelRight/>
            </button>
        </div>
    }
}

/// Ends a conversation; a message of the inbox is done with.
#[component]
fn CloseTool() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let label = move || words.now(end_of(row().as_ref()));
    view! {
        <Show when=move || chat.may("close")>
            <button type="button" class="button quiet square" data-do="close" title=label aria-label=label
                on:click=move |_| ui.dialog.set(Some(Dialog::Close))>
                <Icon icon=lu::LuCheck/>
            </button>
        </Show>
    }
}

/// What ending this conversation is called.
pub fn end_of(row: Option<&Row>) -> Text {
    let handled = row.is_some_and(|row| matches!(row.stage.as_str(), "offline" | "offline_form"));
    if handled { Text::MarkHandled } else { Text::CloseChat }
}

#[component]
fn Tool(deed: &'static str, text: Text, icon: Drawing, dialog: Dialog) -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let icon = StoredValue::new(icon);
    view! {
        <Show when=move || chat.may(deed)>
            <button type="button" class="button quiet square" data-do=deed title=words.say(text) aria-label=words.say(text)
                on:click=move |_| ui.dialog.set(Some(dialog))>
                <Icon icon=icon.get_value()/>
            </button>
        </Show>
    }
}

/// Has something done with the open conversation.
fn order(what: Deed) {
    if let Some(conv) = ui().open.get_untracked() {
        chat().order(&conv, what);
    }
}

#[component]
fn Star() -> impl IntoView {
    let (words, chat) = (words(), chat());
    let on = Memo::new(move |_| row().is_some_and(|row| row.starred));
    let label = move || words.now(if on.get() { Text::Unstar } else { Text::Star });
    view! {
        <Show when=move || chat.thread.read().as_ref().is_some_and(|thread| thread.detail().is_some())>
            <button type="button" class="button quiet square star" class:on=on data-do="star" title=label aria-label=label
                aria-pressed=move || on.get().to_string() on:click=move |_| order(Deed::Star { on: !on.get_untracked() })>
                <Icon icon=lu::LuStar/>
            </button>
        </Show>
    }
}

#[component]
fn Wake() -> impl IntoView {
    view! { <Worded deed="wake" text=Text::WakeUp icon=lu::LuAlarmClock what=Deed::Wake/> }
}

#[component]
fn Reopen() -> impl IntoView {
    view! { <Worded deed="reopen" text=Text::Reopen icon=lu::LuRotateCcw what=Deed::Reopen/> }
}

#[component]
fn CancelTransfer() -> impl IntoView {
    view! { <Worded deed="cancel_transfer" text=Text::CancelTransfer icon=lu::LuX what=Deed::CancelTransfer/> }
}

#[component]
fn Worded(deed: &'static str, text: Text, icon: Drawing, what: Deed) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let (icon, what) = (StoredValue::new(icon), StoredValue::new(what));
    view! {
        <Show when=move || chat.may(deed)>
            <button type="button" class="button" data-do=deed on:click=move |_| order(what.get_value())>
                <Icon icon=icon.get_value()/> {words.say(text)}
            </button>
        </Show>
    }
}

/// The page that the visitor is on, when a browser may be sent there.
pub fn current_page(visitor: &Loaded<Visitor>) -> Option<String> {
    match visitor {
        Loaded::Here(visitor) => visitor.page.as_ref().map(|page| page.url.clone()).filter(|url| web(url)),
        Loaded::Not | Loaded::Loading | Loaded::Failed => None,
    }
}

#[component]
fn MoreMenu() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let page = Memo::new(move |_| current_page(&chat.visitor.read()));
    let open_page = move |_| {
        browser::hide_popover(MENU);
        if let Some(page) = page.get_untracked() {
            browser::open_apart(&page);
        }
    };
    // Told of the visitor: whose number it is, where managers may let them come again.
    let blocked = Memo::new(move |_| match &*chat.visitor.read() {
        Loaded::Here(visitor) if visitor.blocked => Some(visitor.id),
        Loaded::Here(_) | Loaded::Not | Loaded::Loading | Loaded::Failed => None,
    });
    let let_in = move |_| {
        browser::hide_popover(MENU);
        let (Some(visitor), Some(conv)) = (blocked.get_untracked(), ui.open.get_untracked()) else { return };
        unblock(visitor, chat, move || chat.load_visitor(conv));
    };
    let ask = move |dialog: Dialog| {
        move |_| {
            browser::hide_popover(MENU);
            ui.dialog.set(Some(dialog));
        }
    };
    view! {
        <button type="button" class="menu-item" data-do="open_page" disabled=move || page.read().is_none() on:click=open_page>
            <Icon icon=lu::LuExternalLink/>
            <span>{words.say(Text::OpenPage)} <small class="muted">{words.say(Text::OpenPageHelp)}</small></span>
        </button>
        <Show when=move || blocked.get().is_some() && chat.is_manager()>
            <button type="button" class="menu-item" data-do="unblock" on:click=let_in>
                <Icon icon=lu::LuUserCheck/> {words.say(Text::Unblock)}
            </button>
        </Show>
        <Show when=move || blocked.get().is_none() && chat.may("block")>
            <button type="button" class="menu-item danger" data-do="block" on:click=ask(Dialog::Block)>
                <Icon icon=lu::LuBan/> {words.say(Text::Block)}
            </button>
        </Show>
        <button type="button" class="menu-item" on:click=ask(Dialog::Canned)>
            <Icon icon=lu::LuZap/> {words.say(Text::ManageCanned)}
        </button>
        <button type="button" class="menu-item" on:click=ask(Dialog::Keys)>
            <Icon icon=lu::LuKeyboard/> {words.say(Text::KeyAll)}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::visitor::PageView;

    use super::*;

    // shows: DSK-05
    #[test]
    fn only_a_page_of_the_web_is_opened() {
        let on = |url: &str| {
            let page = PageView { url: url.into(), ..PageView::default() };
            current_page(&Loaded::Here(Visitor { page: Some(page), ..Visitor::default() }))
        };
        for url in ["https://shop.example/basket", "http://shop.localhost:7400/"] {
            assert_eq!(on(url).as_deref(), Some(url));
        }
        for url in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "/basket", ""] {
            assert_eq!(on(url), None, "{url}");
        }
        assert_eq!(current_page(&Loaded::Loading), None);
    }
}
