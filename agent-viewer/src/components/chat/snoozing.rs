//! For how long a conversation is put aside (FEATURES SNZ).
use chat_proto::desk::Deed;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{modal::Modal, sending::Foot};
use crate::{
    browser,
    chat::chat,
    i18n::{Text, words},
    pages::chats::ui,
    state::chat::times::{BadTime, Pause},
};

/// Three hours, a day, until a reply, or a moment of one's own.
#[component]
pub fn SnoozeDialog() -> impl IntoView {
    let (words, chat, ui) = (words(), chat(), ui());
    let (pause, keep, wrong) =
        (RwSignal::new(Pause::ThreeHours), RwSignal::new(true), RwSignal::new(None::<Text>));
    let one = move |it: Pause, name: &'static str, text: Text| {
        view! {
            <label class="target" data-pause=name>
                <input type="radio" name="pause" prop:checked=move || pause.get() == it on:change=move |_| { pause.set(it); wrong.set(None); }/>
                <span class="target-name">{words.say(text)}</span>
            </label>
        }
    };
    let custom = move || matches!(pause.get(), Pause::Until(_));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match pause.get_untracked().until(chat.clock()) {
            Err(BadTime::Missing) => wrong.set(Some(Text::TimeMissing)),
            Err(BadTime::Past) => wrong.set(Some(Text::TimePast)),
            Ok(until) => {
                if let Some(conv) = ui.open.get_untracked() {
                    chat.order(&conv, Deed::Snooze { until, keep: keep.get_untracked() });
                }
                ui.dialog.set(None);
            }
        }
    };
    let moment = move |event| {
        pause.set(Pause::Until(browser::moment_of(&event_target_value(&event))));
        wrong.set(None);
    };
    view! {
        <Modal title=Text::Snooze close=move || ui.dialog.set(None)>
            <form class="form" on:submit=submit>
                <fieldset class="targets">
                    <legend class="unseen">{words.say(Text::Snooze)}</legend>
                    {one(Pause::ThreeHours, "three-hours", Text::ThreeHours)}
                    {one(Pause::Day, "day", Text::OneDay)}
                    {one(Pause::UntilReply, "reply", Text::UntilReply)}
                    <label class="target" data-pause="custom">
                        <input type="radio" name="pause" prop:checked=custom on:change=move |_| pause.set(Pause::Until(None))/>
                        <span class="target-name">{words.say(Text::OwnTime)}</span>
                    </label>
                </fieldset>
                <Show when=custom>
                    <label class="field"><span>{words.say(Text::DateAndTime)}</span>
                        <input type="datetime-local" name="until" min=browser::field_of(chat.clock()) on:input=moment/></label>
                </Show>
                <p class="field-error" role="alert">{move || wrong.get().map(|text| words.now(text))}</p>
                <Show when=move || pause.get() != Pause::UntilReply>
                    <label class="check">
                        <input type="checkbox" name="keep" prop:checked=keep on:change=move |event| keep.set(event_target_checked(&event))/>
                        <span>{words.say(Text::KeepAfterPause)} <small class="muted">{words.say(Text::KeepAfterPauseHelp)}</small></span>
                    </label>
                </Show>
                <Foot text=Text::Snooze/>
            </form>
        </Modal>
    }
}
