//! The conversation at the right of a shared page: the same thread as at the desk, on a line of its own.
use chat_proto::desk::Row;
use icondata_lu as lu;
use leptos::prelude::*;

use super::{
    chat::{
        announcer::Announcer,
        composer::Composer,
        dialogs::Dialogs,
        thread_view::ThreadView,
        toasts::Toasts,
        who::{letters, name_of},
    },
    icon::Icon,
};
use crate::{
    app::Accounts,
    chat::Chat,
    components::chat::conversation::row,
    i18n::{Text, words},
    pages::chats::Ui,
    sharing::{Named, Sharing},
    state::{chat::filter::Filter, colour::hue},
};

/// The pane (FEATURES COB-03, ENT-02). On narrow windows it is folded away until it is asked for.
#[component]
pub fn BesideShare(
    /// The conversation's name.
    conv: String,
) -> impl IntoView {
    let words = words();
    let chat = Chat::provide(expect_context::<Accounts>());
    Ui::provide_beside(conv.clone());
    chat.open(&conv);
    on_cleanup(move || chat.leave());
    let (filter, shown) = (RwSignal::new(Filter::All), RwSignal::new(false));
    let row = Memo::new(move |_| row());
    let named = expect_context::<Sharing>().named;
    let of = move |row: &Row| Named {
        name: name_of(row, words),
        letters: letters(row),
        hue: hue(row.conv.as_bytes()),
    };
    Effect::new(move |_| named.set(row.read().as_ref().map(of)));
    let name = move || named.read().as_ref().map(|named| named.name.clone());
    view! {
        <aside class="beside-share" class:shown=shown>
            <header class="beside-top">
                <h2>{name}</h2>
                <button type="button" class="button quiet square fold" title=words.say(Text::Chats)
                    aria-label=words.say(Text::Chats) aria-expanded=move || shown.get().to_string()
                    on:click=move |_| shown.update(|it| *it = !*it)>
                    <Icon icon=lu::LuMessagesSquare/>
                </button>
            </header>
            <div class="beside-thread"><ThreadView filter/> <Composer conv/></div>
        </aside>
        <Dialogs/>
        <Toasts/>
        <Announcer/>
    }
}
