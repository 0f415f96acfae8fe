//! The share of a visitor's page in a conversation.
use axum::{Json, extract::State, http::StatusCode};
use chat_proto::{Fault as Told, desk::Shared};

use super::{Api, ApiFault, ForDesk, Place};
use crate::{
    engine::{CannotShare, Fault, ShareRefused, SharesUnreachable},
    rt::render,
    views,
};

/// Asks the visitor to show their page, for the agent who has the conversation. Again, it gives the same share.
#[utoipa::path(post, path = "/v1/conversations/{conv}/share", tag = "desk",
    params(("conv" = String, Path, description = "The conversation's name")),
    responses((status = 201, body = Shared), (status = 401, body = Told),
        (status = 403, body = Told, description = "Somebody else has the conversation, or nobody"),
        (status = 404, body = Told),
        (status = 409, body = Told, description = "`visitor_gone`: no page of theirs is there; `too_many`")))]
pub(super) async fn share(
    State(api): State<Api>,
    ForDesk(viewer): ForDesk,
    Place(conv): Place<String>,
) -> Result<(StatusCode, Json<Shared>), ApiFault> {
    let of = views::find(&api.engine, &viewer, &conv).await?;
    let share = api.engine.share(&of, viewer.agent).await?;
    Ok((StatusCode::CREATED, Json(Shared { session: render::hex(&share.0) })))
}

impl From<CannotShare> for ApiFault {
    fn from(why: CannotShare) -> Self {
        match why {
            CannotShare::NotTheirs => Self::Forbidden,
            CannotShare::Refused(ShareRefused::VisitorGone) => Self::Conflict("visitor_gone"),
            CannotShare::Refused(ShareRefused::TooMany) => Self::Conflict("too_many"),
            CannotShare::Refused(ShareRefused::Unreachable) => Self::Engine(Fault::Shares(SharesUnreachable)),
            CannotShare::Fault(fault) => fault.into(),
        }
    }
}
