//! What is said of upstreams that did not do their work.

use std::time::Duration;

use http::StatusCode;
use sluice_protocol::failure;
use sluice_protocol::operation::{ModelPlace, Operation};

use crate::relay::fault::{Fault, Kind};
use crate::upstream::{Broken, ConnectError, SendError};

/// Returns why an upstream's status sends the call elsewhere; `None` for faults of the client.
pub(super) fn status_fault(asked: Operation, status: StatusCode) -> Option<Fault> {
    let fault = match status.as_u16() {
        401 => Fault::new(
            Kind::UpstreamAuth,
            "the upstream refused the operator's credential; ask the operator to renew it",
        ),
        402 => quota_fault(),
        300..=399 => Fault::new(
            Kind::UpstreamInvalid,
            "the upstream answered with a redirect; ask the operator to check its base URL",
        ),
        // A model that one upstream lacks another may have; an object that it lacks nobody else has.
        404 if asked.model_place() != ModelPlace::Object => broken_status(status),
        403 | 408 | 409 | 425 | 429 | 500..=599 => broken_status(status),
        _ => return None,
    };
    Some(fault)
}

/// Returns what is said of a status that nobody can do anything with.
fn broken_status(status: StatusCode) -> Fault {
    Fault::new(Kind::UpstreamBroken, format!("the upstream answered with status {status}"))
}

/// Returns what is said of an upstream without money.
pub(super) fn quota_fault() -> Fault {
    Fault::new(Kind::UpstreamQuota, "the upstream's balance is used up; ask the operator to top it up")
}

/// Returns what is said of an upstream that takes no more calls for now.
pub(super) fn limited_fault(failure: &failure::Failure) -> Fault {
    let secs = failure.retry_after_secs().and_then(|secs| u32::try_from(secs).ok());
    let message = "the upstream takes no more calls right now; try again";
    Fault { retry_after_secs: secs, ..Fault::new(Kind::UpstreamLimited, message) }
}

/// Returns why a request could not be sent.
pub(super) fn send_fault(provider: &str, error: &SendError) -> Fault {
    match error {
        SendError::Connect(ConnectError::TimedOut(limit)) => Fault::new(
            Kind::UpstreamTimeout,
            format!("connecting to the upstream took longer than {} ms", limit.as_millis()),
        ),
        SendError::Connect(ConnectError::ProxyTimedOut(limit)) => Fault::new(
            Kind::UpstreamTimeout,
            format!("the upstream's proxy opened no connection within {} ms", limit.as_millis()),
        ),
        SendError::Connect(error) if error.is_proxy() => {
            tracing::warn!(provider, %error, "connecting through a proxy failed");
            Fault::new(Kind::UpstreamUnreachable, "the upstream cannot be reached through its proxy")
        }
        SendError::Connect(error) => {
            tracing::warn!(provider, %error, "connecting to an upstream failed");
            Fault::new(Kind::UpstreamUnreachable, "the upstream cannot be reached")
        }
        SendError::Broken(error) => broken_fault(provider, error),
    }
}

/// Returns what is said of an upstream that broke off before its answer.
pub(super) fn broken_fault(provider: &str, error: &Broken) -> Fault {
    tracing::warn!(provider, %error, "an upstream broke off");
    Fault::new(Kind::UpstreamBroken, "the upstream broke off before an answer came")
}

/// Returns what is said of an upstream that kept silent.
pub(super) fn first_byte_fault(limit: Duration) -> Fault {
    Fault::new(Kind::UpstreamTimeout, format!("the upstream sent nothing for {} ms", limit.as_millis()))
}
