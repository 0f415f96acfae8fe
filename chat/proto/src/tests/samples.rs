//! Every frame that is spoken now: with all that it can carry, and with as little as may be.
use crate::{
    Fault, Form, Resume,
    desk::{
        AgentCard, Card, Deed, Detail, Directory, Found, FromDesk, List, Offer, Presence, Query, Row, Rows,
        Say, SiteCard, ToDesk,
    },
    message::{Choice, FileCard, From, Meta, Msg},
    visitor::{
        Conversation, FromVisitor, PageProof, PageView, Stage, Stream, Streamed, ToVisitor, Token, Visit,
    },
};

const AT: i64 = 1_700_000_000_000;

fn name(byte: u8) -> String {
    format!("{byte:02x}").repeat(16)
}

fn form() -> Form {
    [("name", "Léa"), ("email", "lea@example.org")]
        .map(|(key, it)| (key.into(), it.into()))
        .into_iter()
        .collect()
}

fn page() -> PageView {
    PageView { url: "https://shop.example/cart".into(), title: "Cart".into(), at: AT }
}

fn resume() -> Resume {
    Resume { conv: name(1), seq: 3, aseq: 2, ver: 5 }
}

fn fault() -> Fault {
    let fields = [("email".into(), "no_email".into())].into_iter().collect();
    Fault { code: "form".into(), retry_ms: Some(250), fields, by: Some("Ben".into()) }
}

fn file() -> FileCard {
    let size = Some((640, 480));
    FileCard { id: name(9), name: "cart.png".into(), bytes: 1_234, kind: "image/png".into(), size }
}

fn meta() -> Meta {
    Meta {
        code: "transferred".into(),
        names: vec!["Anna".into(), "Ben".into()],
        choices: vec![Choice { option: 1, label: "Sales".into() }],
        option: Some(1),
        files: vec![file()],
        url: "https://shop.example/offer".into(),
        form: form(),
        share: name(8),
        until: Some(AT + 60_000),
    }
}

/// One of each who, of which the first carries everything.
fn msgs() -> Vec<Msg> {
    let full = Msg {
        seq: 1,
        aseq: 4,
        cid: name(2),
        from: From::Agent,
        name: "Anna".into(),
        agent: Some(7),
        kind: "text".into(),
        text: "Bonjour 👋".into(),
        at: AT,
        reply_to: Some(1),
        meta: meta(),
    };
    let by = |(seq, from)| Msg { seq, from, kind: "system".into(), ..Msg::default() };
    let others =
        [From::Visitor, From::Bot, From::System].into_iter().zip(2..).map(|(from, seq)| by((seq, from)));
    [full].into_iter().chain(others).collect()
}

fn conversation(stage: Stage) -> Conversation {
    Conversation {
        conv: name(1),
        stage,
        ver: 5,
        seq: 3,
        agent: "Anna".into(),
        agent_here: true,
        ahead: Some(2),
        wait_s: Some(90),
        unattended: true,
        rateable: true,
        unavailable: true,
    }
}

/// What a visitor says.
pub(super) fn from_visitor() -> Vec<FromVisitor> {
    let (cid, conv) = (name(2), name(1));
    let proof = PageProof { key: "a2V5".into(), signature: "c2lnbg".into() };
    let visit = Visit {
        id: name(3),
        started: AT,
        referrer: "https://search.example/".into(),
        campaign: [("utm_source".into(), "mail".into())].into_iter().collect(),
        pages: vec![page()],
    };
    vec![
        FromVisitor::Hello { token: "token".into(), resume: Some(resume()), page: Some(proof) },
        FromVisitor::Hello { token: "token".into(), resume: None, page: None },
        FromVisitor::Start { cid: cid.clone(), form: form(), lang: "fr".into(), offline: true, visit },
        FromVisitor::Start {
            cid: cid.clone(),
            form: Form::default(),
            lang: String::new(),
            offline: false,
            visit: Visit::default(),
        },
        FromVisitor::Send {
            cid: cid.clone(),
            conv: conv.clone(),
            text: "Bonjour".into(),
            files: vec![name(9)],
            reply_to: Some(2),
        },
        FromVisitor::Send {
            cid: cid.clone(),
            conv: conv.clone(),
            text: String::new(),
            files: vec![],
            reply_to: None,
        },
        FromVisitor::Choose { cid: cid.clone(), conv: conv.clone(), option: 1 },
        FromVisitor::Submit { cid: cid.clone(), conv: conv.clone(), form: form() },
        FromVisitor::Close { cid: cid.clone(), conv: conv.clone() },
        FromVisitor::Rate { cid, conv: conv.clone(), stars: 4, text: "Merci".into() },
        FromVisitor::Typing { conv: conv.clone(), on: true },
        FromVisitor::Read { conv: conv.clone(), seq: 3 },
        FromVisitor::Page(page()),
        FromVisitor::Custom { data: form() },
        FromVisitor::Fetch { conv, after: 2 },
    ]
}

/// What a visitor's requests are answered: where to go on.
pub(super) fn stream() -> Vec<Stream> {
    vec![Stream { stream: name(4) }]
}

/// And what there is by then.
pub(super) fn streamed() -> Vec<Streamed> {
    vec![Streamed { cursor: 7, frames: to_visitor() }, Streamed { cursor: 0, frames: vec![] }]
}

/// What a visitor is told.
pub(super) fn to_visitor() -> Vec<ToVisitor> {
    let (cid, conv) = (name(2), name(1));
    let stages =
        [Stage::Bot, Stage::Waiting, Stage::Active, Stage::OfflineForm, Stage::Offline, Stage::Closed];
    let mut all = vec![
        ToVisitor::Welcome { now: AT, ping_ms: 5_000, conv: Some(conversation(Stage::Active)) },
        ToVisitor::Welcome { now: AT, ping_ms: 5_000, conv: None },
        ToVisitor::Conv(Conversation::default()),
        ToVisitor::Msgs { conv: conv.clone(), msgs: msgs() },
        ToVisitor::Msgs { conv: conv.clone(), msgs: vec![] },
        ToVisitor::Ack { cid: cid.clone(), conv: conv.clone(), seq: 3, at: AT },
        ToVisitor::Ack { cid: cid.clone(), conv: conv.clone(), seq: 0, at: AT },
        ToVisitor::Nack { cid: cid.clone(), fault: fault() },
        ToVisitor::Nack { cid, fault: Fault::default() },
        ToVisitor::Typing { conv: conv.clone(), on: true },
        ToVisitor::Read { conv, seq: 3 },
        ToVisitor::Token(Token { token: "token".into(), expires: AT }),
        ToVisitor::Changed,
        ToVisitor::Ping,
        ToVisitor::Bye { code: "stopping".into() },
    ];
    all.extend(stages.map(|it| ToVisitor::Conv(conversation(it))));
    all
}

fn query(list: List) -> Query {
    Query {
        list,
        sites: vec!["shop".into()],
        queues: vec![1],
        tags: vec![2],
        agents: vec![7],
        online: Some(true),
        starred: true,
        words: "colis".into(),
        sort: "last".into(),
    }
}

fn says() -> Vec<Say> {
    vec![
        Say::Text { text: "Bonjour".into(), files: vec![name(9)], reply_to: Some(2) },
        Say::Text { text: String::new(), files: vec![], reply_to: None },
        Say::Link { url: "https://shop.example/".into(), title: "Shop".into() },
        Say::Deal { text: "50 %".into(), url: "https://shop.example/offer".into() },
        Say::Note { text: "aside".into() },
    ]
}

fn deeds() -> Vec<Deed> {
    vec![
        Deed::Take { force: true },
        Deed::Accept { no: 1 },
        Deed::Decline { no: 1 },
        Deed::TransferToAgent { agent: 8, note: "knows".into(), force: true },
        Deed::TransferToQueue { queue: 1, note: "knows".into() },
        Deed::CancelTransfer,
        Deed::Snooze { until: Some(AT), keep: true },
        Deed::Snooze { until: None, keep: false },
        Deed::Wake,
        Deed::Tag { tags: vec![2] },
        Deed::Star { on: true },
        Deed::Close { tags: vec![2] },
        Deed::Block { tags: vec![2], reason: "shouts".into() },
        Deed::Reopen,
    ]
}

/// What an agent says.
pub(super) fn from_desk() -> Vec<FromDesk> {
    let (cid, conv) = (name(2), name(1));
    let lists =
        [List::Waiting, List::Bot, List::Mine, List::Active, List::Paused, List::Inbox, List::History];
    let mut all = vec![
        FromDesk::Hello { resume: vec![resume()] },
        FromDesk::Hello { resume: vec![] },
        FromDesk::Watch { query: None },
        FromDesk::Watch { query: Some(Query::default()) },
        FromDesk::Open(resume()),
        FromDesk::Open(Resume::default()),
        FromDesk::Leave { conv: conv.clone() },
        FromDesk::Typing { conv: conv.clone(), on: true },
        FromDesk::Read { conv: conv.clone(), seq: 3 },
        FromDesk::Fetch { conv: conv.clone(), after: 2, aseq: 1 },
    ];
    let (shop, presences) = (|| "shop".to_owned(), [Presence::Available, Presence::Away, Presence::Gone]);
    all.extend(lists.map(|it| FromDesk::Watch { query: Some(query(it)) }));
    all.extend(presences.map(|to| FromDesk::Presence { cid: cid.clone(), site: shop(), to }));
    all.extend(says().into_iter().map(|say| FromDesk::Send { cid: cid.clone(), conv: conv.clone(), say }));
    all.extend(deeds().into_iter().map(|what| FromDesk::Do { cid: cid.clone(), conv: conv.clone(), what }));
    all
}

fn offer() -> Offer {
    Offer {
        no: 1,
        agent: 7,
        at: AT,
        due: AT + 30_000,
        from: Some(8),
        page: Some(page()),
        words: "Bonjour".into(),
        note: "knows".into(),
    }
}

fn row() -> Row {
    Row {
        conv: name(1),
        ver: 5,
        site: "shop".into(),
        stage: "offered".into(),
        name: "Léa".into(),
        figures: "0257".into(),
        email: "lea@example.org".into(),
        online: true,
        queue: 1,
        agent: Some(7),
        offer: Some(offer()),
        preview: "Bonjour".into(),
        preview_from: From::Visitor,
        preview_files: 1,
        seq: 3,
        read: 2,
        since: Some(AT),
        at: AT,
        until: Some(AT),
        tags: vec![2],
        starred: true,
        rating: Some(4),
        found: Some(Found { seq: 2, text: "mon colis".into(), at: vec![(4, 9)] }),
    }
}

fn detail() -> Detail {
    Detail {
        row: row(),
        aseq: 4,
        may: vec!["take".into(), "close".into()],
        visitor_read: 2,
        watching: vec![8],
        transfer: Some(offer()),
        form: form(),
        lang: "fr".into(),
        rating: Some((4, "Merci".into())),
        answer_due: Some(AT),
        answer_from: Some(AT),
    }
}

fn directory() -> Directory {
    let card = Card { id: 1, name: "Sales".into(), colour: "#0055aa".into() };
    let site = SiteCard {
        key: "shop".into(),
        name: "Shop".into(),
        presence: Presence::Available,
        rested: true,
        tag_required: true,
        queues: vec![card.clone()],
        tags: vec![card],
        faults: vec!["no_start".into()],
        settings: 3,
    };
    let agent = AgentCard {
        id: 7,
        first_name: "Anna".into(),
        last_name: "Martin".into(),
        presence: [("shop".into(), Presence::Away)].into_iter().collect(),
        load: (1, 3),
    };
    Directory { me: 7, role: "manager".into(), sites: vec![site], agents: vec![agent] }
}

/// What an agent is told.
pub(super) fn to_desk() -> Vec<ToDesk> {
    let (cid, conv) = (name(2), name(1));
    vec![
        ToDesk::Welcome { now: AT, ping_ms: 5_000, directory: directory() },
        ToDesk::Welcome { now: AT, ping_ms: 5_000, directory: Directory::default() },
        ToDesk::Directory(directory()),
        ToDesk::List(Rows { rows: vec![row()], next: Some("next".into()), total: Some(41) }),
        ToDesk::List(Rows::default()),
        ToDesk::Row(row()),
        ToDesk::Row(Row::default()),
        ToDesk::Gone { conv: conv.clone() },
        ToDesk::Counts { waiting: 4, mine: 3, unread: 2, inbox: 1 },
        ToDesk::Offered { row: row(), offer: offer() },
        ToDesk::OfferEnded { conv: conv.clone(), no: 1, why: "expired".into() },
        ToDesk::Conv(detail()),
        ToDesk::Conv(Detail::default()),
        ToDesk::Msgs { conv: conv.clone(), msgs: msgs() },
        ToDesk::Visitor { conv: conv.clone(), online: true },
        ToDesk::Ack { cid: cid.clone(), seq: 3, at: AT },
        ToDesk::Ack { cid: cid.clone(), seq: 0, at: AT },
        ToDesk::Nack { cid: cid.clone(), fault: fault() },
        ToDesk::Typing { conv: conv.clone(), agent: Some(8), on: true },
        ToDesk::Typing { conv: conv.clone(), agent: None, on: false },
        ToDesk::Read { conv: conv.clone(), seq: 3 },
        ToDesk::Toast { conv, code: "taken_over".into(), names: vec!["Ben".into()] },
        ToDesk::Ping,
        ToDesk::Bye { code: "stopping".into() },
    ]
}
