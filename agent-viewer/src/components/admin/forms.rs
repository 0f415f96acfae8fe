//! What visitors fill in: before a chat, and when nobody is there (FEATURES WID-10, OFF-06).
use chat_proto::admin::{Field, Forms};
use icondata_lu as lu;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    controls::{FieldWords, Line, Pick, RowButtons, Switch},
    mock::{Mock, MockField, colour_of},
    setting::{Foot, Part, Setting, opened},
    texts::{About, AddLanguage, Languages, LocalText, any_of},
};
use crate::{
    browser,
    components::icon::Icon,
    i18n::{Text, words},
    net::admin_http,
    state::settings::{key_of, shifted},
};

/// What a field can be.
const KINDS: [(&str, Text); 4] = [
    ("text", Text::KindShort),
    ("email", Text::KindEmail),
    ("phone", Text::KindPhone),
    ("long", Text::KindLong),
];

/// Which of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Start,
    Offline,
}

impl Which {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Offline => "offline",
        }
    }

    fn of(self, it: &Forms) -> &[Field] {
        match self {
            Self::Start => &it.start,
            Self::Offline => it.offline.as_deref().unwrap_or_default(),
        }
    }

    /// Changes its fields, where there is such a form.
    fn change(self, it: &mut Forms, change: impl FnOnce(&mut Vec<Field>)) {
        match self {
            Self::Start => change(&mut it.start),
            Self::Offline => it.offline.as_mut().map_or((), change),
        }
    }
}

/// Both forms, each beside a drawing of it.
#[component]
pub fn FormsPart(
    /// Which site: its key.
    site: String,
) -> impl IntoView {
    let key = site.clone();
    let ask = |site: String| async move { admin_http::forms(&site).await };
    let show = move |setting| view! { <Form site=key.clone() setting/> }.into_any();
    view! { <Part title=Text::SettingsForms help=Text::SettingsFormsHelp name="forms">{opened(site, ask, show)}</Part> }
}

/// What a form of people who are not there asks for: who they are, how to answer, what about.
fn usual_offline() -> Vec<Field> {
    let field = |key: &str, kind: &str| Field {
        key: key.into(),
        kind: kind.into(),
        required: true,
        ..Field::default()
    };
    vec![field("name", "text"), field("email", "email"), field("message", "long")]
}

#[component]
fn Form(site: String, setting: Setting<Forms>) -> impl IntoView {
    let words = words();
    let key = StoredValue::new(site);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let put = |it: Forms| async move { admin_http::save_forms(&key.get_value(), &it).await };
        setting.save(put, || {});
    };
    let languages = {
        let now = setting.now.read_untracked();
        Languages::of(now.start.iter().chain(now.offline.iter().flatten()).map(|it| &it.label))
    };
    // The form that was there comes back when it is wanted again.
    let last = StoredValue::new(setting.now.get_untracked().offline);
    let offline = setting.slot(
        "offline_form",
        |it| it.offline.is_some(),
        move |it, on| {
            if on {
                it.offline = last.get_value().or_else(|| Some(usual_offline()));
            } else {
                last.set_value(it.offline.take());
            }
        },
    );
    view! {
        <form class="form" novalidate on:submit=submit>
            <h3 class="form-group">{words.say(Text::StartForm)}</h3>
            <OneForm which=Which::Start setting languages/>
            <h3 class="form-group">{words.say(Text::OfflineForm)}</h3>
            <Switch label=Text::OfflineFormOn of=offline hint=Text::OfflineFormHelp/>
            <Show when=move || offline.value.get()><OneForm which=Which::Offline setting languages/></Show>
            <AddLanguage languages/>
            <Foot setting/>
        </form>
    }
}

#[component]
fn OneForm(which: Which, setting: Setting<Forms>, languages: Languages) -> impl IntoView {
    let words = words();
    let count = Memo::new(move |_| which.of(&setting.now.read()).len());
    // What is wrong with the whole form: the rows say the rest.
    let whole = setting.fault(which.name().to_owned());
    let id = format!("{}-add", which.name());
    let add = move |_| {
        setting.reshape(|it| {
            which.change(it, |all| all.push(Field { kind: "text".into(), ..Field::default() }))
        });
        let name = which.name();
        let last = count.get_untracked().saturating_sub(1);
        request_animation_frame(move || {
            browser::focus_on(&format!("[data-field='{name}.{last}'] .texts input"))
        });
    };
    view! {
        <div class="beside-mock">
            <div class="form">
                <For each=move || 0..count.get() key=|at| *at let:at><Row which setting languages at count=count.into()/></For>
                <FieldWords fault=whole id=format!("wrong-{}", which.name())/>
                <button type="button" class="button add-row" id=id on:click=add><Icon icon=lu::LuPlus/> {words.say(Text::AddField)}</button>
            </div>
            <FormMock which setting/>
        </div>
    }
}

/// What the widget calls a field that has no label of its own.
fn usual_label(key: &str) -> Option<Text> {
    Some(match key {
        "name" | "last_name" => Text::MockName,
        "first_name" => Text::MockFirstName,
        "email" => Text::MockEmail,
        "phone" => Text::MockPhone,
        "company" => Text::MockCompany,
        "message" => Text::MockMessage,
        _ => return None,
    })
}

/// A new label names its field too, as long as nothing is stored under its name.
fn relabel(it: &mut Field, is_stored: bool, before: &str, after: &str) {
    let follows = it.key.is_empty() || it.key == key_of(before);
    if !is_stored && follows {
        it.key = key_of(after);
    }
}

#[component]
fn Row(
    which: Which,
    setting: Setting<Forms>,
    languages: Languages,
    at: usize,
    count: Signal<usize>,
) -> impl IntoView {
    let words = words();
    let path = format!("{}.{at}", which.name());
    let one = move |it: &Forms| which.of(it).get(at).cloned().unwrap_or_default();
    let change = move |it: &mut Forms, change: &dyn Fn(&mut Field)| {
        which.change(it, |all| all.get_mut(at).into_iter().for_each(change));
    };
    let key = setting.slot(
        format!("{path}.key"),
        move |it| one(it).key,
        move |it, to: String| change(it, &|it| it.key.clone_from(&to)),
    );
    let kind = setting.slot(
        format!("{path}.kind"),
        move |it| one(it).kind,
        move |it, to: String| change(it, &|it| it.kind.clone_from(&to)),
    );
    let required = setting.slot(
        format!("{path}.required"),
        move |it| one(it).required,
        move |it, on| change(it, &|it| it.required = on),
    );
    let put = move |it: &mut Forms, write: &dyn Fn(&mut chat_proto::admin::Texts)| {
        // Asked of what is saved alone: what is typed is being written at this moment.
        let (key, kept) = (one(it).key, setting.kept.read_untracked());
        let has = |which: Which| which.of(&kept).iter().any(|it| it.key == key);
        let is_stored = has(Which::Start) || has(Which::Offline);
        change(it, &|it| {
            let before = it.label.values().next().cloned().unwrap_or_default();
            write(&mut it.label);
            let after = it.label.values().next().cloned().unwrap_or_default();
            relabel(it, is_stored, &before, &after);
        });
    };
    let kinds = Signal::derive(move || {
        KINDS.map(|(key, text)| (key.to_owned(), words.now(text).to_owned())).to_vec()
    });
    let label = move |text: Text| Signal::derive(move || words.now(text).to_owned());
    let get = move |it: &Forms| one(it).label;
    let usual = Signal::derive(move || usual_label(&key.value.read()));
    let shift = move |by| setting.reshape(|it| which.change(it, |all| _ = shifted(all, at, by)));
    let remove = move |()| {
        setting.reshape(|it| {
            which.change(it, |all| {
                if at < all.len() {
                    all.remove(at);
                }
            });
        });
    };
    view! {
        <div class="row-card" data-field=path.clone()>
            <LocalText about=About::line(Text::FieldLabel, format!("{path}.label")).usual(usual) setting get put languages/>
            <div class="row-top"><Pick label=label(Text::FieldKind) of=kind from=kinds/> <Line label=label(Text::FieldKey) of=key/>
                <RowButtons of=which.name() at count shift remove/></div>
            <Switch label=Text::FieldRequired of=required/>
        </div>
    }
}

/// The form as the widget shows it.
#[component]
fn FormMock(which: Which, setting: Setting<Forms>) -> impl IntoView {
    let words = words();
    let label = move |it: &Field| {
        let text = any_of(&it.label, words.language().tag());
        match usual_label(&it.key).filter(|_| text.is_empty()) {
            Some(usual) => words.now(usual).to_owned(),
            None if text.is_empty() => it.key.clone(),
            None => text,
        }
    };
    let field = move |it: &Field| view! { <MockField label=label(it) field=it.clone()/> };
    let fields = move || which.of(&setting.now.read()).iter().map(field).collect_view();
    let send = if which == Which::Start { Text::MockStart } else { Text::MockSend };
    view! {
        <Mock colour=Signal::derive(|| colour_of(""))>
            {fields} <span class="drawn-main">{words.say(send)}</span>
        </Mock>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_names_a_new_field_and_never_one_that_is_stored() {
        let mut field = Field::default();
        relabel(&mut field, false, "", "N");
        relabel(&mut field, false, "N", "N° client");
        assert_eq!(field.key, "n_client");
        relabel(&mut field, true, "N° client", "Client");
        assert_eq!(field.key, "n_client");
        field.key = "customer".into();
        relabel(&mut field, false, "N° client", "Client");
        assert_eq!(field.key, "customer", "what was typed there stays");
    }
}
