//! What visitors fill in.
use chat_client::{Error, name};
use chat_proto::{
    Fault, Form,
    visitor::{FromVisitor, Visit},
};
use serde_json::{Value, json};

use crate::{
    live::{
        ground::{Ground, LANG},
        row::{Row, row},
    },
    world::form,
};

pub fn rows() -> Vec<Row> {
    let start = [
        row("forms.start.key", "forms", |_| asks("order", "text", (false, "Reference")))
            .shown(|it| it.form[2].key == "order")
            .chat(|it| Box::pin(is_refused(it, "A-7", "unknown"))),
        row("forms.start.kind", "forms", |_| asks("reference", "email", (false, "Reference")))
            .shown(|it| it.form[2].kind == "email")
            .chat(|it| Box::pin(is_refused(it, "A-7", "no_email"))),
        row("forms.start.label", "forms", |_| asks("reference", "text", (false, "Order")))
            .shown(|it| it.form[2].label == "Order"),
        row("forms.start.required", "forms", |_| asks("reference", "text", (true, "Reference")))
            .shown(|it| it.form[2].required)
            .chat(|it| Box::pin(is_refused(it, "", "empty"))),
    ];
    let start = start.map(|it| it.given("forms", |_| asks("reference", "text", (false, "Reference"))));
    let offline = row("forms.offline", "forms", |_| json!({ "offline": null }))
        .shown(|it| it.offline_form.is_empty())
        .chat(|it| Box::pin(leaves_nothing(it)));
    start.into_iter().chain([offline]).collect()
}

/// Name, e-mail, and a third field.
fn asks(key: &str, kind: &str, (required, label): (bool, &str)) -> Value {
    let field = |key: &str, kind: &str, required: bool, label: &str| json!({ "key": key, "kind": kind, "required": required, "label": { "en": label } });
    let start = [
        field("name", "text", true, ""),
        field("email", "email", true, ""),
        field(key, kind, required, label),
    ];
    json!({ "start": start })
}

fn fault<T: std::fmt::Debug>(refused: Result<T, Error>) -> Fault {
    match refused {
        Err(Error::Refused(fault)) => fault,
        _ => panic!("{refused:?}"),
    }
}

/// The next one gets in without the reference as it was asked for before.
async fn is_refused(it: &mut Ground, reference: &str, why: &str) {
    let filled = [("reference".to_owned(), reference.to_owned())];
    let filled: Form = form().into_iter().chain(filled).collect();
    let fault = fault(it.stranger().start(filled, LANG).await);
    assert_eq!(fault.fields["reference"], why);
}

async fn leaves_nothing(it: &mut Ground) {
    let message = [("message".to_owned(), "Please call".to_owned())];
    let start = FromVisitor::Start {
        cid: name(),
        form: form().into_iter().chain(message).collect(),
        lang: LANG.into(),
        offline: true,
        visit: Visit::default(),
    };
    assert_eq!(fault(it.stranger().say(start).await).code, "no_offline_form");
}
