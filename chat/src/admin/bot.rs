//! The bot's flow. Each change is a version; conversations keep the one that they began with.
use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{
    Fault,
    admin::{self, Bot, BotFault, Step},
};
use store::Tx;

use super::{texts, told};
use crate::{
    api::{Api, ApiFault, Body, ForManager, Invalid},
    engine::Settings,
    model::{Choice, Entry, Flow, FlowFault, FlowId, FlowRef, Node, NodeId, OptionId, QueueId, SiteId},
    tables::site,
    views,
};

/// A site has one flow.
pub(super) const FLOW: FlowId = FlowId(1);
/// Most steps, and most choices of one.
const MAX_NODES: usize = 200;
const MAX_CHOICES: usize = 30;

/// The last version, if there is one.
pub(super) fn last(tx: &mut dyn Tx, site: SiteId) -> Result<Option<FlowRef>, store::Error> {
    let version = site::last_flow(tx, site, FLOW)?;
    Ok((0 < version).then_some(FlowRef { id: FLOW, version }))
}

fn step(id: NodeId, node: &Node) -> Step {
    let step =
        |kind: &str, text| Step { id: id.0, kind: kind.to_owned(), text: told(text), ..Step::default() };
    match node {
        Node::Message { text, next } => Step { next: next.0, ..step("message", text) },
        Node::Question { text, choices } => {
            Step { choices: choices.iter().map(choice).collect(), ..step("question", text) }
        }
        Node::Handover { queue, welcome, offline_form } => {
            Step { queue: queue.0, offline_form: *offline_form, ..step("handover", welcome) }
        }
        Node::End { text } => step("end", text),
    }
}

fn choice(it: &Choice) -> admin::Choice {
    let (label, enabled) = (told(&it.label), it.enabled);
    admin::Choice { option: it.option.0, label, enabled, next: it.next.0 }
}

/// The bot of a site; without steps while there is none.
#[utoipa::path(get, path = "/v1/admin/sites/{key}/bot", tag = "admin",
    operation_id = "show_bot",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Bot), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault)))]
pub(super) async fn show(State(api): State<Api>, of: ForManager) -> Result<Json<Bot>, ApiFault> {
    let read = move |tx: &mut dyn Tx| {
        let Some(at) = last(tx, of.site)? else { return Ok(Bot::default()) };
        let flow = site::flow(tx, of.site, at)?.ok_or(ApiFault::NotFound)?;
        let nodes = flow.nodes.iter().map(|(id, node)| step(*id, node)).collect();
        Ok::<_, ApiFault>(Bot { version: at.version, start: flow.start.0, nodes })
    };
    Ok(Json(api.engine.store().read(read).await?))
}

fn node(wrong: &mut Invalid, field: &str, it: &Step) -> Node {
    let text = texts(wrong, &format!("{field}.text"), &it.text);
    wrong.check(it.choices.len() <= MAX_CHOICES, format!("{field}.choices"), "too_many");
    let next = NodeId(it.next);
    match it.kind.as_str() {
        "message" => Node::Message { text, next },
        "question" => {
            let choices = it.choices.iter().enumerate().take(MAX_CHOICES);
            let made = |(n, it): (usize, &admin::Choice)| Choice {
                option: OptionId(it.option),
                label: texts(wrong, &format!("{field}.choices.{n}.label"), &it.label),
                enabled: it.enabled,
                next: NodeId(it.next),
            };
            Node::Question { text, choices: choices.map(made).collect() }
        }
        "handover" => {
            Node::Handover { queue: QueueId(it.queue), welcome: text, offline_form: it.offline_form }
        }
        "end" => Node::End { text },
        _ => {
            wrong.check(false, format!("{field}.kind"), "unknown");
            Node::End { text }
        }
    }
}

/// The flow that was asked for. New choices get numbers that none has; a number is one choice's.
fn read(wrong: &mut Invalid, it: &Bot) -> Flow {
    wrong.check(it.nodes.len() <= MAX_NODES, "nodes", "too_many");
    let mut nodes = BTreeMap::new();
    for (n, step) in it.nodes.iter().enumerate().take(MAX_NODES) {
        let field = format!("nodes.{n}");
        let made = node(wrong, &field, step);
        wrong.check(nodes.insert(NodeId(step.id), made).is_none(), format!("{field}.id"), "twice");
    }
    number(wrong, &mut nodes);
    Flow { start: NodeId(it.start), nodes }
}

fn number(wrong: &mut Invalid, nodes: &mut BTreeMap<NodeId, Node>) {
    let mut choices: Vec<&mut Choice> = Vec::new();
    for node in nodes.values_mut() {
        if let Node::Question { choices: own, .. } = node {
            choices.extend(own);
        }
    }
    let mut last = choices.iter().map(|it| it.option.0).max().unwrap_or(0).max(0);
    let mut seen = std::collections::BTreeSet::new();
    for it in choices {
        if it.option.0 <= 0 {
            last = last.saturating_add(1);
            it.option = OptionId(last);
        }
        wrong.check(seen.insert(it.option), format!("options.{}", it.option.0), "twice");
    }
}

/// Everything that is wrong with a flow on this site.
fn faults(flow: &Flow, settings: &Settings) -> Vec<BotFault> {
    let told = |it: FlowFault| {
        let node = match it {
            FlowFault::LeadsNowhere(id)
            | FlowFault::NoChoice(id)
            | FlowFault::NoText(id)
            | FlowFault::Circle(id)
            | FlowFault::Unreachable(id) => Some(id.0),
            FlowFault::NoHandover => None,
        };
        BotFault { node, code: views::flow_fault_code(it).to_owned() }
    };
    let mut all: Vec<_> = flow.faults().into_iter().map(told).collect();
    for (id, node) in &flow.nodes {
        if let Node::Handover { queue, .. } = node
            && !settings.queues.contains_key(queue)
        {
            all.push(BotFault { node: Some(id.0), code: "no_queue".to_owned() });
        }
    }
    all
}

fn checked(it: &Bot, settings: &Settings) -> Result<(Flow, Vec<BotFault>), ApiFault> {
    let mut wrong = Invalid::default();
    let flow = read(&mut wrong, it);
    wrong.end(())?;
    let faults = faults(&flow, settings);
    Ok((flow, faults))
}

/// Changes the bot. What is wrong with it stands at its steps: `node.3`, or `bot` for the whole; nothing is stored
/// then. Conversations that begin from now on meet the new one.
#[utoipa::path(put, path = "/v1/admin/sites/{key}/bot", tag = "admin", request_body = Bot,
    operation_id = "change_bot",
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Bot), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn change(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<Bot>,
) -> Result<(StatusCode, Json<Bot>), ApiFault> {
    let site = of.site;
    let change = move |tx: &mut dyn Tx, settings: &mut Settings| {
        let (flow, faults) = checked(&it, settings)?;
        let mut wrong = Invalid::default();
        for it in faults {
            wrong.check(false, it.node.map_or_else(|| "bot".to_owned(), |id| format!("node.{id}")), &it.code);
        }
        wrong.end(())?;
        let version = site::last_flow(tx, site, FLOW)?.saturating_add(1);
        let at = FlowRef { id: FLOW, version };
        site::put_flow(tx, site, at, &flow)?;
        if matches!(settings.site.settings.entry, Entry::Bot(_)) {
            settings.site.settings.entry = Entry::Bot(at);
        }
        Ok::<_, ApiFault>(())
    };
    api.engine.change_site::<ApiFault>(site, change).await?;
    Ok((StatusCode::OK, show(State(api), of).await?))
}

/// What is wrong with a bot, without storing it.
#[utoipa::path(post, path = "/v1/admin/sites/{key}/bot/check", tag = "admin", request_body = Bot,
    params(("key" = String, Path, description = "The site")),
    responses((status = 200, body = Vec<BotFault>), (status = 401, body = Fault), (status = 403, body = Fault),
        (status = 404, body = Fault), (status = 422, body = Fault)))]
pub(super) async fn check(
    State(api): State<Api>,
    of: ForManager,
    Body(it): Body<Bot>,
) -> Result<Json<Vec<BotFault>>, ApiFault> {
    let settings = api.engine.settings(of.site).await?;
    Ok(Json(checked(&it, &settings)?.1))
}
