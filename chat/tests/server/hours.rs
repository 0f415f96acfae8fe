//! Outside opening hours.
use chat::{
    engine::SiteFacts,
    hours::{DayPlan, Hours, Span, Zone},
    model::LocalText,
    shown::{Shown, Way, WayKind},
};
use chat_client::{Error, name};
use chat_proto::{
    Form,
    desk::{List, Query},
    visitor::{FromVisitor, Stage, ToVisitor, Visit},
};

use crate::{
    engines::on_each_engine,
    site::{Bench, form},
};

on_each_engine! {
    outside_hours_the_notice_shows_and_a_message_can_be_left,
    who_watches_hears_that_the_site_has_changed,
}

fn text(fr: &str) -> LocalText {
    LocalText([("fr".parse().expect("a language"), fr.to_owned())].into())
}

/// Open for the last minute of every day but today and tomorrow.
async fn close(bench: &Bench) {
    let engine = bench.chat.engine();
    bench.visitor().widget("en").await.expect("set up");
    let settings = engine.settings(bench.site).await.expect("settings").site.settings.clone();
    let plan = DayPlan::new(vec![Span::new(1_439, 1_440).expect("a span")]).expect("a day");
    let zone = Zone::UTC;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let days = today..=today.tomorrow().expect("a day");
    let closed = chat::hours::Exception { days, plan: DayPlan::default() };
    let hours = Some(Hours::new(zone, std::array::from_fn(|_| plan.clone()), vec![closed]));
    let shown = Shown {
        closed: text("Nous revenons bientôt"),
        ways: vec![
            Way { kind: WayKind::Phone, label: text("Appelez-nous"), value: "+33 1 23 45 67 89".into() },
            Way { kind: WayKind::Form, label: text("Écrivez-nous"), value: String::new() },
        ],
        ..Shown::default()
    };
    engine.put_shown(bench.site, shown).await.expect("shown");
    engine.put_site(bench.site, SiteFacts { settings, hours }).await.expect("the site");
}

// shows: HRS-01, OFF-01
async fn outside_hours_the_notice_shows_and_a_message_can_be_left(bench: Bench) {
    close(&bench).await;
    let mut lea = bench.visitor();
    let widget = lea.widget("fr").await.expect("what it shows");
    let notice = widget.closed.expect("a notice");
    assert!(!widget.open);
    assert_eq!(notice.message, "Nous revenons bientôt");
    assert_eq!(notice.ways.iter().map(|it| it.kind.as_str()).collect::<Vec<_>>(), ["phone", "form"]);
    let opens = notice.opens.expect("known");
    assert_eq!(opens % 86_400_000, 86_340_000, "the last minute of a day");
    let refused = lea.start(form(), "fr").await;
    assert!(matches!(&refused, Err(Error::Refused(it)) if it.code == "out_of_hours"), "{refused:?}");
    assert_eq!(bench.number("SELECT COUNT(*) FROM chat_conversation").await, 0);
    let mut anna = bench.desk("Anna").await;
    anna.watch(Query { list: List::Inbox, ..Query::default() }).await.expect("a list");
    let leave = |form: Form| FromVisitor::Start {
        cid: name(),
        form,
        lang: "fr".into(),
        offline: true,
        visit: Visit::default(),
    };
    let refused = lea.say(leave(form())).await;
    let Err(Error::Refused(fault)) = refused else { panic!("{refused:?}") };
    assert_eq!(fault.fields["message"], "empty");
    let whole: Form = form().into_iter().chain([("message".to_owned(), "Rappelez-moi".to_owned())]).collect();
    let left = lea.say(leave(whole)).await.expect("left");
    assert_eq!(lea.conversation.as_ref().expect("known").stage, Stage::Offline);
    assert_eq!(lea.thread.codes(), ["message_received"]);
    let listed = anna.until("the row", |it, _| it.rows.get(&left.conv).cloned()).await.expect("listed");
    assert_eq!(listed.preview, "Rappelez-moi");
    anna.until("the toast", |it, _| it.toasts.contains(&"inbox".to_owned()).then_some(()))
        .await
        .expect("told");
}

async fn who_watches_hears_that_the_site_has_changed(bench: Bench) {
    let mut lea = bench.visitor();
    lea.connect().await.expect("connects");
    let engine = bench.chat.engine();
    engine
        .put_shown(bench.site, Shown { greeting: text("Bonjour"), ..Shown::default() })
        .await
        .expect("shown");
    lea.until("news", |_, frame| matches!(frame, ToVisitor::Changed).then_some(())).await.expect("told");
    assert_eq!(lea.widget("fr").await.expect("what it shows").greeting, "Bonjour");
}
