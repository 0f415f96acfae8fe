//! Opening hours. It is Monday noon in UTC.
use chat_client::Error;
use serde_json::{Value, json};

use crate::{
    live::{
        ground::{Ground, LANG, TODAY},
        row::{Row, row},
    },
    world::form,
};

pub fn rows() -> Vec<Row> {
    let weeks = [
        row("hours.week.zone", "hours", |_| week("Asia/Tokyo", NOON, json!([]))).given("hours", |_| open()),
        row("hours.week.days.from", "hours", |_| week("UTC", (750, 780), json!([])))
            .given("hours", |_| open()),
        row("hours.week.days.to", "hours", |_| week("UTC", (660, 690), json!([]))).given("hours", |_| open()),
        row("hours.week.exceptions.from", "hours", |_| without(TODAY, "2026-06-20", json!([])))
            .given("hours", |_| without("2026-06-16", "2026-06-20", json!([]))),
        row("hours.week.exceptions.to", "hours", |_| without("2026-06-01", TODAY, json!([])))
            .given("hours", |_| without("2026-06-01", "2026-06-14", json!([]))),
        row("hours.week.exceptions.spans", "hours", |_| without(TODAY, TODAY, json!([])))
            .given("hours", |_| without(TODAY, TODAY, json!([{ "from": 600, "to": 840 }]))),
    ];
    let weeks = weeks.map(|it| it.shown(|it| !it.open).chat(|it| Box::pin(is_out_of_hours(it))));
    let said = [
        row("hours.message", "hours", |_| json!({ "message": { "en": "We rest" } }))
            .shown(|it| it.closed.as_ref().is_some_and(|it| it.message == "We rest")),
        row("hours.ways.kind", "hours", |_| way("form", "Call", ""))
            .shown(|it| it.closed.as_ref().is_some_and(|it| it.ways[0].kind == "form")),
        row("hours.ways.label", "hours", |_| way("phone", "Ring", "+33 1 23 45 67 89"))
            .shown(|it| it.closed.as_ref().is_some_and(|it| it.ways[0].label == "Ring")),
        row("hours.ways.value", "hours", |_| way("phone", "Call", "+33 9 87 65 43 21"))
            .shown(|it| it.closed.as_ref().is_some_and(|it| it.ways[0].value == "+33 9 87 65 43 21")),
    ];
    let said = said.map(|it| {
        it.given("hours", |_| never()).given("hours", |_| way("phone", "Call", "+33 1 23 45 67 89"))
    });
    weeks.into_iter().chain(said).collect()
}

/// From eleven to one, in minutes.
const NOON: (u16, u16) = (660, 780);

fn week(zone: &str, (from, to): (u16, u16), exceptions: Value) -> Value {
    let day = json!([{ "from": from, "to": to }]);
    json!({ "week": { "zone": zone, "days": vec![day; 7], "exceptions": exceptions } })
}

fn open() -> Value {
    week("UTC", NOON, json!([]))
}

/// Open, but for some days.
fn without(from: &str, to: &str, spans: Value) -> Value {
    week("UTC", NOON, json!([{ "from": from, "to": to, "spans": spans }]))
}

/// Nobody is ever there.
pub fn never() -> Value {
    json!({ "week": { "zone": "UTC", "days": vec![json!([]); 7], "exceptions": [] } })
}

fn way(kind: &str, label: &str, value: &str) -> Value {
    json!({ "ways": [{ "kind": kind, "label": { "en": label }, "value": value }] })
}

pub async fn is_out_of_hours(it: &mut Ground) {
    let refused = it.stranger().start(form(), LANG).await;
    assert!(matches!(&refused, Err(Error::Refused(it)) if it.code == "out_of_hours"), "{refused:?}");
}
