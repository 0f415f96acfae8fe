//! Why something was not done, as clients are told.
use chat_proto::Fault as Told;

use super::limits::RetryMs;
use crate::{
    engine::Fault,
    model::{FieldProblem, Refusal},
    server::Names,
};

/// So soon something may work that failed for no fault of the client's.
const RETRY_MS: u32 = 1_000;

/// With a code alone.
pub(crate) fn coded(code: &str) -> Told {
    Told { code: code.to_owned(), ..Told::default() }
}

/// Too often.
pub(crate) fn rate(RetryMs(wait): RetryMs) -> Told {
    Told { retry_ms: Some(wait), ..coded("rate") }
}

/// As clients are told. Names are for desks: no visitor's command is refused because somebody has taken it.
pub(crate) fn told(fault: &Fault, names: &Names) -> Told {
    let mut it = coded(fault.code());
    match fault {
        Fault::Refused(Refusal::Form(faults)) => {
            it.fields = faults.iter().map(|it| (it.key.clone(), problem(it.problem).to_owned())).collect();
        }
        Fault::Refused(Refusal::TakenBy(agent)) => it.by = Some(names.first(*agent)),
        Fault::Refused(_)
        | Fault::CidConflict
        | Fault::RidConflict
        | Fault::NoConversation
        | Fault::NoVisitor
        | Fault::NoSite
        | Fault::NoQueue
        | Fault::NoAgent => {}
        Fault::Shares(_) | Fault::Random(_) | Fault::Store(_) | Fault::Burn(_) | Fault::Raced => {
            tracing::warn!(%fault, "a command could not be carried out");
            it.retry_ms = Some(RETRY_MS);
        }
    }
    it
}

const fn problem(it: FieldProblem) -> &'static str {
    match it {
        FieldProblem::Empty => "empty",
        FieldProblem::NoEmail => "no_email",
        FieldProblem::NoPhone => "no_phone",
        FieldProblem::TooLong => "too_long",
        FieldProblem::Unknown => "unknown",
    }
}
