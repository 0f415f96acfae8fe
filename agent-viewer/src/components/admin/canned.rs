//! Canned replies: the team's and one's own, found by words, made and changed (FEATURES CAN-03).
use chat_proto::desk::Canned;
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_query_map;
use wasm_bindgen_futures::spawn_local;

use super::{
    controls::{Line, Lines, Pick},
    setting::{Foot, Part, Setting},
    unsaved::Unsaved,
};
use crate::{
    chat::{Chat, Loaded, chat},
    components::{
        chat::{list_pane::Skeleton, modal::Modal},
        icon::Icon,
    },
    i18n::{Text, words},
    net::{admin_http, chat_http},
    state::{chat::canned::found, languages},
};

/// The list, or the one that the address names: `reply=12`, `reply=new`.
#[component]
pub fn CannedPart(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let (chat, query) = (chat(), use_query_map());
    chat.reload_canned();
    let asked = Memo::new(move |_| query.read().get("reply").unwrap_or_default());
    let words_of = RwSignal::new(String::new());
    let reply = {
        let site = site.clone();
        // Once it is open, what happens to the list does not close it.
        Memo::new(move |before: Option<&(String, Option<Canned>)>| {
            let asked = asked.get();
            if let Some((_, open @ Some(_))) = before.filter(|(name, _)| *name == asked) {
                return (asked, open.clone());
            }
            let open = if asked == "new" { Some(fresh(chat, &site)) } else { stored(chat, &asked) };
            (asked, open)
        })
    };
    let back = format!("/admin/canned?site={site}");
    let show = move || {
        match reply.get() {
        (_, Some(reply)) => view! { <Editor reply back=back.clone()/> }.into_any(),
        (name, None) if !name.is_empty() && matches!(*chat.canned.read(), Loaded::Here(_)) => {
            view! { <p class="muted">{words().say(Text::WrongGone)}</p> <a class="button" href=back.clone()>{words().say(Text::AllReplies)}</a> }.into_any()
        }
        (_, None) => view! { <List site=site.clone() typed=words_of/> }.into_any(),
    }
    };
    view! { <Part title=Text::CannedReplies help=Text::SettingsCannedHelp name="canned">{show}</Part> }
}

fn fresh(chat: Chat, site: &str) -> Canned {
    let is_manager = chat.is_manager();
    let me = chat.directory.read_untracked().me;
    Canned { site: site.to_owned(), agent: (!is_manager).then_some(me), ..Canned::default() }
}

fn stored(chat: Chat, name: &str) -> Option<Canned> {
    let id: i64 = name.parse().ok()?;
    let Loaded::Here(all) = &*chat.canned.read() else { return None };
    all.iter().find(|it| it.id == id).cloned()
}

#[component]
fn List(site: String, typed: RwSignal<String>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let site = StoredValue::new(site);
    let shown = Memo::new(move |_| match &*chat.canned.read() {
        Loaded::Not | Loaded::Loading => None,
        Loaded::Failed => Some(Err(())),
        Loaded::Here(all) => {
            let here: Vec<_> = all.iter().filter(|it| it.site == site.get_value()).cloned().collect();
            Some(Ok((here.is_empty(), found(&here, &typed.read()))))
        }
    });
    let body = move || {
        match shown.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(Err(())) => view! {
            <p class="muted">{words.say(Text::CannedFailed)}</p>
            <button type="button" class="button" on:click=move |_| chat.reload_canned()>{words.say(Text::TryAgain)}</button>
        }
        .into_any(),
        Some(Ok((true, _))) => view! { <p class="muted nothing-yet">{words.say(Text::NoReplies)}</p> }.into_any(),
        Some(Ok((_, all))) if all.is_empty() => view! { <p class="muted nothing-yet">{words.say(Text::NoReplyFound)}</p> }.into_any(),
        Some(Ok((_, all))) => view! { <ul class="replies">{all.into_iter().map(|it| view! { <ReplyLine it/> }).collect_view()}</ul> }.into_any(),
    }
    };
    let new = format!("/admin/canned?site={}&reply=new", site.get_value());
    view! {
        <div class="line-of-buttons">
            <label class="field grow"><span class="unseen">{words.say(Text::SearchReplies)}</span>
                <input type="search" name="search" placeholder=words.say(Text::SearchReplies) prop:value=typed on:input=move |event| typed.set(event_target_value(&event))/></label>
            <a class="button primary" data-do="new-reply" href=new><Icon icon=lu::LuPlus/> {words.say(Text::NewCanned)}</a>
        </div>
        {body}
    }
}

/// Whether this agent may change a reply; tracked.
fn is_own(chat: Chat, it: &Canned) -> bool {
    it.agent.map_or_else(|| chat.is_manager(), |agent| agent == chat.directory.read().me)
}

#[component]
fn ReplyLine(it: Canned) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let (id, shared, lang) = (it.id, it.agent.is_none(), it.lang.clone());
    let to = format!("/admin/canned?site={}&reply={id}", it.site);
    let whose = words.say(if shared { Text::ReplyOfTeam } else { Text::ReplyOfMine });
    let title = if it.title.is_empty() { it.body.chars().take(60).collect() } else { it.title.clone() };
    let inside = view! { <kbd>{format!("/{}", it.short)}</kbd> <span class="reply-what"><strong>{title}</strong><span class="muted">{it.body.clone()}</span></span> };
    let marks = view! { <span class="reply-marks muted">{(!lang.is_empty()).then(|| lang.to_uppercase())} <span>{whose}</span></span> };
    if untrack(|| is_own(chat, &it)) {
        view! { <li><a class="reply-line" href=to data-reply=id>{inside}{marks}</a></li> }.into_any()
    } else {
        view! { <li><span class="reply-line" data-reply=id>{inside}{marks}</span></li> }.into_any()
    }
}

#[component]
fn Editor(reply: Canned, back: String) -> impl IntoView {
    let (words, chat, unsaved) = (words(), chat(), expect_context::<Unsaved>());
    let (id, is_fresh) = (reply.id, reply.id == 0);
    let setting = Setting::new(reply);
    let to = StoredValue::new(back.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let then = move || {
            chat.reload_canned();
            unsaved.go(&to.get_value());
        };
        setting.save(|it: Canned| async move { admin_http::save_canned(&it).await }, then);
    };
    let short = setting.slot(
        "short",
        |it| it.short.clone(),
        |it, to: String| it.short = to.trim_start_matches('/').to_owned(),
    );
    let title = setting.slot("title", |it| it.title.clone(), |it, to| it.title = to);
    let body = setting.slot("body", |it| it.body.clone(), |it, to| it.body = to);
    let lang = setting.slot("lang", |it| it.lang.clone(), |it, to| it.lang = to);
    let label = move |text: Text| Signal::derive(move || words.now(text).to_owned());
    let languages = Signal::derive(move || {
        let any = (String::new(), words.now(Text::EveryLanguage).to_owned());
        let named = languages::ALL.map(|(tag, name)| (tag.to_owned(), name.to_owned()));
        std::iter::once(any).chain(named).collect()
    });
    view! {
        <a class="back-to" href=back><Icon icon=lu::LuArrowLeft/> {words.say(Text::AllReplies)}</a>
        <form class="form" novalidate on:submit=submit>
            <Owner setting is_fresh/>
            <div class="field-grid"><Line label=label(Text::CannedShort) of=short/> <Line label=label(Text::CannedTitle) of=title/></div>
            <Lines label=label(Text::CannedBody) of=body rows=6/>
            <div class="field-grid"><Pick label=label(Text::ReplyLanguage) of=lang from=languages/></div>
            <Foot setting/>
        </form>
        {(!is_fresh).then(|| view! { <Removal id setting to/> })}
    }
}

/// Whose it is: chosen as it is made, and said from then on.
#[component]
fn Owner(setting: Setting<Canned>, is_fresh: bool) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let shared = move || setting.now.read().agent.is_none();
    let choose = move |shared: bool| {
        let me = chat.directory.read_untracked().me;
        setting.now.update(|it| it.agent = (!shared).then_some(me));
    };
    let choice = move |(is_shared, key, text): (bool, &'static str, Text)| {
        view! {
            <label class="check"><input type="radio" name="owner" value=key prop:checked=move || shared() == is_shared on:change=move |_| choose(is_shared)/>
                <span>{words.say(text)}</span></label>
        }
    };
    if is_fresh && untrack(|| chat.is_manager()) {
        view! { <fieldset class="choices-of"><legend>{words.say(Text::ReplyOf)}</legend>{[(true, "team", Text::SharedReply), (false, "mine", Text::ReplyForMe)].map(choice)}</fieldset> }.into_any()
    } else {
        view! { <p class="muted">{move || words.now(if shared() { Text::SharedReply } else { Text::ReplyForMe })}</p> }.into_any()
    }
}

#[component]
fn Removal(id: i64, setting: Setting<Canned>, to: StoredValue<String>) -> impl IntoView {
    let (words, chat, unsaved) = (words(), chat(), expect_context::<Unsaved>());
    let asked = RwSignal::new(false);
    let remove = move |_| {
        spawn_local(async move {
            match chat_http::delete_canned(id).await {
                Ok(()) => {
                    setting.undo();
                    chat.reload_canned();
                    unsaved.go(&to.get_value());
                }
                Err(_) => chat.toast(Text::FaultOther, "", true),
            }
        });
    };
    view! {
        <button type="button" class="button danger remove-it" data-do="remove" on:click=move |_| asked.set(true)><Icon icon=lu::LuTrash2/> {words.say(Text::RemoveReply)}</button>
        <Show when=move || asked.get()>
            <Modal title=Text::RemoveReply close=move || asked.set(false)>
                <p>{words.say(Text::RemoveReplyHelp)}</p>
                <footer class="modal-foot">
                    <button type="button" class="button" on:click=move |_| asked.set(false)>{words.say(Text::Cancel)}</button>
                    <button type="button" class="button danger" data-do="remove-now" on:click=remove>{words.say(Text::RemoveReply)}</button>
                </footer>
            </Modal>
        </Show>
    }
}
