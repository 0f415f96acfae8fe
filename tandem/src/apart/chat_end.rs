//! The chat's process asks the relay for shares, and answers what it tells of them.
use std::sync::Arc;

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use chat::{
    engine::{
        OpenFuture, PageFuture, PageId, ShareEnd, ShareOpen, ShareRefused, Shares, SharesFuture,
        SharesUnreachable,
    },
    model::ShareId,
};
use chat_proto::visitor::PageProof;
use cobrowse_core::id::SessionId;
use relay::conversations::{Phase, ShareEvent, Thread};

use super::{
    answer::guarded,
    call::{Link, Unanswered},
    sign::Guard,
    wire,
};

/// The relay's shares, over the link.
pub struct RemoteShares(pub Link);

fn unreachable(error: &Unanswered) -> SharesUnreachable {
    tracing::warn!(%error, "the relay does not say what became of a share");
    SharesUnreachable
}

impl Shares for RemoteShares {
    fn end(&self, share: ShareEnd) -> SharesFuture<'_> {
        let asked = wire::EndShare {
            site: share.site.0,
            conversation: share.conversation.0,
            from: share.from.0,
            to: share.to.map(|it| it.0),
        };
        Box::pin(async move {
            let done: Result<wire::Done, _> = self.0.ask(wire::END, &asked).await;
            done.map(drop).map_err(|error| unreachable(&error))
        })
    }

    fn open(&self, share: ShareOpen) -> OpenFuture<'_> {
        let asked = wire::OpenShare {
            site: share.site.0,
            conversation: share.conversation.0,
            page: share.page.0,
            agent: share.agent.0,
        };
        Box::pin(async move {
            match self.0.ask(wire::OPEN, &asked).await {
                Ok(wire::Opened::Share(name)) => Ok(ShareId(name)),
                Ok(wire::Opened::VisitorGone) => Err(ShareRefused::VisitorGone),
                Ok(wire::Opened::TooMany) => Err(ShareRefused::TooMany),
                Err(error) => {
                    unreachable(&error);
                    Err(ShareRefused::Unreachable)
                }
            }
        })
    }

    fn page<'a>(&'a self, site: &'a str, proof: &'a PageProof, signed: &'a [u8]) -> PageFuture<'a> {
        Box::pin(async move {
            let asked = wire::Proof {
                site: site.to_owned(),
                key: proof.key.clone(),
                signed: String::from_utf8_lossy(signed).into_owned(),
                signature: proof.signature.clone(),
            };
            let answer: Result<wire::Page, _> = self.0.ask(wire::PAGE, &asked).await;
            match answer {
                Ok(answer) => Ok(answer.page.map(PageId)),
                Err(error) if error.is_final() => {
                    tracing::debug!(%error, "the relay does not take what should prove a page");
                    Ok(None)
                }
                Err(error) => Err(unreachable(&error)),
            }
        })
    }
}

/// What the relay asks.
pub fn routes(thread: Arc<dyn Thread>, guard: Guard) -> Router {
    let asked = Router::new().route(wire::APPEND, post(append)).route(wire::AGENT, post(agent));
    guarded(asked.with_state(thread), guard)
}

type Answer<T> = Result<Json<T>, StatusCode>;

/// The relay asks again.
const LATER: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

async fn append(State(thread): State<Arc<dyn Thread>>, Json(told): Json<wire::Event>) -> Answer<wire::Done> {
    let event = ShareEvent {
        name: told.name,
        conv: told.conv,
        session: SessionId::from_random(told.session),
        phase: phase(told.phase),
        agent: accounts::AgentId(told.agent),
    };
    thread.append(event).await.map_err(|_| LATER)?;
    Ok(Json(wire::Done {}))
}

async fn agent(State(thread): State<Arc<dyn Thread>>, Json(asked): Json<wire::Whose>) -> Answer<wire::Agent> {
    let agent = thread.agent_of(&asked.conv).await.map_err(|_| LATER)?;
    Ok(Json(wire::Agent { agent: agent.map(|it| it.0) }))
}

const fn phase(it: wire::Phase) -> Phase {
    match it {
        wire::Phase::Asked => Phase::Asked,
        wire::Phase::Refused => Phase::Refused,
        wire::Phase::Started => Phase::Started,
        wire::Phase::ControlStarted => Phase::ControlStarted,
        wire::Phase::ControlEnded => Phase::ControlEnded,
        wire::Phase::Ended => Phase::Ended,
    }
}
