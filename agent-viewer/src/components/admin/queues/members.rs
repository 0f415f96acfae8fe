//! Who serves a queue, in which order they are asked, and how many conversations they take from it.
use chat_proto::admin::{Member, Queue};
use leptos::prelude::*;

use super::Under;
use crate::{
    chat::chat,
    components::admin::setting::Setting,
    i18n::{Text, words},
    state::chat::people,
};

/// Everybody who answers on the site; a tick is a member. Who may not log in stays what they are.
#[component]
pub fn Members(setting: Setting<Queue>, site: StoredValue<String>) -> impl IntoView {
    let (words, chat) = (words(), chat());
    let all = Memo::new(move |_| {
        let directory = chat.directory.read();
        let name = |it: &chat_proto::desk::AgentCard| (it.id, format!("{} {}", it.first_name, it.last_name));
        site.with_value(|site| people::serving(&directory, site).map(name).collect::<Vec<_>>())
    });
    let fault = setting.fault("members".to_owned());
    view! {
        <fieldset class="members member-lines">
            <legend>{words.say(Text::Members)}</legend>
            <For each=move || all.get() key=|(id, _)| *id children=move |(id, name)| view! { <OneMember setting id name/> }/>
            <Under fault/>
        </fieldset>
    }
}

fn of(queue: &Queue, id: i64) -> Option<&Member> {
    queue.members.iter().find(|it| it.agent == id)
}

#[component]
fn OneMember(setting: Setting<Queue>, id: i64, name: String) -> impl IntoView {
    let words = words();
    let on = Memo::new(move |_| of(&setting.now.read(), id).is_some());
    let toggle = move |event| {
        let add = event_target_checked(&event);
        setting.reshape(|queue| {
            queue.members.retain(|it| it.agent != id);
            if add {
                // As the server tells them, so that a tick taken back is no change.
                queue.members.push(Member { agent: id, ..Member::default() });
                queue.members.sort_by_key(|it| it.agent);
            }
        });
    };
    let change = move |act: &dyn Fn(&mut Member)| {
        setting.reshape(|queue| queue.members.iter_mut().filter(|it| it.agent == id).for_each(act));
    };
    let rank = move |event| {
        let priority = event_target_value(&event).parse().unwrap_or(0);
        change(&|it| it.priority = priority);
    };
    let most = move |event| {
        let cap = event_target_value(&event).parse().ok();
        change(&|it| it.cap = cap);
    };
    let ranked = move || of(&setting.now.read(), id).map_or(0, |it| it.priority).to_string();
    let capped = move || {
        let cap = of(&setting.now.read(), id).and_then(|it| it.cap);
        cap.map(|cap| cap.to_string()).unwrap_or_default()
    };
    view! {
        <div class="member-line">
            <label class="check"><input type="checkbox" data-member=id prop:checked=on on:change=toggle/> <span>{name}</span></label>
            <Show when=move || on.get()>
                <label class="member-number" title=words.say(Text::MemberPriorityHelp)><span>{words.say(Text::MemberPriority)}</span>
                    <input type="number" name="rank" min="-100" max="100" prop:value=ranked on:change=rank/></label>
                <label class="member-number" title=words.say(Text::MemberCapHelp)><span>{words.say(Text::MemberCap)}</span>
                    <input type="number" name="cap" min="1" max="100" placeholder="–" prop:value=capped on:change=most/></label>
            </Show>
        </div>
    }
}
