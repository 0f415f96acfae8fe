//! The relay's process: answers what the chat asks of shares, tells it what becomes of them, and lets browsers reach it.
use std::sync::Arc;

use accounts::AgentId as AccountId;
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use chat::{
    engine::{PageId, ShareEnd, ShareOpen, ShareRefused, Shares},
    model::{AgentId, ConversationId, SiteId},
    server::Chat,
};
use chat_proto::visitor::PageProof;
use relay::{
    conversations::{Finding, Keeping, NotKept, Phase, ShareEvent, Thread},
    mount::{Base, MountError, Mounted, Mounts},
};

use super::{
    Way,
    answer::guarded,
    call::Link,
    proxy::Proxy,
    sign::{End, Guard},
    wire,
};
use crate::{described, follow, shares::RelayShares};

/// What the relay carries where the chat service runs elsewhere: the way there.
pub fn mounts(chat: Way) -> Mounts {
    Mounts::default().with(&[Chat::TABLES], async move |base| routes(&base, &chat).map_err(MountError::from))
}

fn routes(base: &Base, chat: &Way) -> Result<Mounted, reqwest::Error> {
    follow(base, Arc::new(RemoteThread(Link::new(End::Chat, chat)?)));
    let shares: Arc<dyn Shares> =
        Arc::new(RelayShares { relay: base.conversations.clone(), accounts: base.accounts.clone() });
    let asked = Router::new()
        .route(wire::END, post(end))
        .route(wire::OPEN, post(open))
        .route(wire::PAGE, post(page))
        .with_state(shares);
    let guard = Guard::new(chat.key.clone(), End::Relay, relay::records::now_ms());
    let proxy = Proxy::to(&chat.url, base.shutdown.clone())?;
    Ok(described(guarded(asked, guard).merge(proxy.routes())))
}

type Answer<T> = Result<Json<T>, StatusCode>;

/// The other end asks again.
const LATER: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

async fn end(State(shares): State<Arc<dyn Shares>>, Json(asked): Json<wire::EndShare>) -> Answer<wire::Done> {
    let wire::EndShare { site, conversation, from, to } = asked;
    let (site, conversation) = (SiteId(site), ConversationId(conversation));
    let end = ShareEnd { site, conversation, from: AgentId(from), to: to.map(AgentId) };
    shares.end(end).await.map_err(|_| LATER)?;
    Ok(Json(wire::Done {}))
}

async fn open(
    State(shares): State<Arc<dyn Shares>>,
    Json(asked): Json<wire::OpenShare>,
) -> Answer<wire::Opened> {
    let wire::OpenShare { site, conversation, page, agent } = asked;
    let (site, conversation) = (SiteId(site), ConversationId(conversation));
    let open = ShareOpen { site, conversation, page: PageId(page), agent: AgentId(agent) };
    Ok(Json(match shares.open(open).await {
        Ok(share) => wire::Opened::Share(share.0),
        Err(ShareRefused::VisitorGone) => wire::Opened::VisitorGone,
        Err(ShareRefused::TooMany) => wire::Opened::TooMany,
        Err(ShareRefused::Unreachable) => return Err(LATER),
    }))
}

async fn page(State(shares): State<Arc<dyn Shares>>, Json(asked): Json<wire::Proof>) -> Answer<wire::Page> {
    let proof = PageProof { key: asked.key, signature: asked.signature };
    let page = shares.page(&asked.site, &proof, asked.signed.as_bytes()).await.map_err(|_| LATER)?;
    Ok(Json(wire::Page { page: page.map(|it| it.0) }))
}

/// The chat's threads, over the link.
struct RemoteThread(Link);

impl Thread for RemoteThread {
    fn append(&self, event: ShareEvent) -> Keeping<'_> {
        Box::pin(async move {
            let told = wire::Event {
                name: event.name,
                conv: event.conv,
                session: *event.session.as_bytes(),
                phase: phase(event.phase),
                agent: event.agent.0,
            };
            let done: Result<wire::Done, _> = self.0.ask(wire::APPEND, &told).await;
            done.map(drop).map_err(|error| NotKept(error.to_string()))
        })
    }

    fn agent_of<'a>(&'a self, conv: &'a str) -> Finding<'a> {
        Box::pin(async move {
            let asked = wire::Whose { conv: conv.to_owned() };
            let answer: Result<wire::Agent, _> = self.0.ask(wire::AGENT, &asked).await;
            Ok(answer.map_err(|error| NotKept(error.to_string()))?.agent.map(AccountId))
        })
    }
}

const fn phase(it: Phase) -> wire::Phase {
    match it {
        Phase::Asked => wire::Phase::Asked,
        Phase::Refused => wire::Phase::Refused,
        Phase::Started => wire::Phase::Started,
        Phase::ControlStarted => wire::Phase::ControlStarted,
        Phase::ControlEnded => wire::Phase::ControlEnded,
        Phase::Ended => wire::Phase::Ended,
    }
}
