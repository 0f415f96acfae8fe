//! Answers the other end: nothing is done before the call is believed, and what is answered is signed.
use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};

use super::sign::{Guard, HEADER, Nonce, Unbelieved};

/// Longest body, bytes.
const MAX_BODY: usize = 64 * 1024;

/// These routes, for the other end alone.
pub fn guarded(routes: Router, guard: Guard) -> Router {
    routes.layer(from_fn_with_state(Arc::new(guard), believe))
}

async fn believe(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let header = parts.headers.get(HEADER).and_then(|it| it.to_str().ok()).unwrap_or_default();
    match guard.admit((parts.uri.path(), &body), header, relay::records::now_ms()) {
        Ok(nonce) => {
            let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
            signed(answer, &guard, &nonce).await
        }
        Err(why) => {
            tracing::warn!(%why, path = parts.uri.path(), "a call that claims to be the other end's is refused");
            refused(why)
        }
    }
}

fn refused(why: Unbelieved) -> Response {
    let status = match why {
        Unbelieved::Forged | Unbelieved::Stale | Unbelieved::Replayed => StatusCode::UNAUTHORIZED,
        Unbelieved::TooMany => StatusCode::TOO_MANY_REQUESTS,
    };
    (status, why.to_string()).into_response()
}

async fn signed(answer: Response, guard: &Guard, nonce: &Nonce) -> Response {
    let (mut parts, body) = answer.into_parts();
    let Ok(body): Result<Bytes, _> = to_bytes(body, MAX_BODY).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(signature) = HeaderValue::from_str(&guard.key().sign_answer(nonce, &body)) {
        parts.headers.insert(HEADER, signature);
    }
    Response::from_parts(parts, Body::from(body))
}
