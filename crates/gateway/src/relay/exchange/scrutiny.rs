//! Scrutiny: what an upstream's answer is and whether it says anything, found out before the client gets any of it.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use sluice_domain::route::policy::Validity;
use sluice_protocol::meter::{FirstFrame, Framing, judge_first_frame};
use sluice_protocol::operation::Operation;
use sluice_protocol::validity::{self, Invalid, JUDGED_MAX_BYTES, Opening, OpeningJudge};

use crate::relay::exchange::Accepted;
use crate::upstream::Broken;

/// Longest that an answer which has begun is held back: a model that thinks for long must not look like a dead one.
const HELD_MAX: Duration = Duration::from_secs(1);

/// What an answer turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Finding {
    /// An answer, or too much or too slow to tell.
    Answer,
    /// An error, after events that said nothing.
    Error,
    /// Nothing.
    Nothing(Invalid),
}

/// Returns whether answers to `operation` are looked at.
pub(in crate::relay) fn applies(mode: Validity, operation: Operation) -> bool {
    mode != Validity::Off && validity::has_rule(operation)
}

/// Reads until it is clear whether an answer or an error begins. Returns that with what was read, without its coding.
///
/// # Errors
/// The upstream broke off before that.
pub(in crate::relay) async fn first_frame(accepted: &mut Accepted) -> Result<(FirstFrame, Bytes), Broken> {
    let mut start = Vec::new();
    loop {
        let is_whole = accepted.body.is_end_stream();
        if is_whole && start.is_empty() && accepted.held.is_empty() {
            let is_opaque = accepted.reading.framing == Framing::Opaque;
            return Ok((if is_opaque { FirstFrame::Answer } else { FirstFrame::Error }, Bytes::new()));
        }
        let Some(frame) = accepted.body.frame().await else {
            return Ok((judge_first_frame(accepted.reading.framing, &start, true), start.into()));
        };
        let Ok(data) = frame?.into_data() else { continue };
        let is_whole = accepted.body.is_end_stream();
        let plain = accepted.reading.decode(&data);
        let verdict = accepted.reading.begin(&mut start, &plain, is_whole);
        // What is converted is read here, so it needs no coding any more.
        accepted.held.push_back(if accepted.bridge.is_some() { plain.clone() } else { data });
        if verdict != FirstFrame::Undecided || is_whole {
            return Ok((verdict, if start.is_empty() { plain } else { start.into() }));
        }
    }
}

/// Looks at an answer whose first frame was taken for one. `opening` is all of it that was read, without its coding.
///
/// # Errors
/// The upstream broke off before it was clear.
pub(in crate::relay) async fn scrutinise(
    accepted: &mut Accepted,
    operation: Operation,
    opening: Bytes,
) -> Result<Finding, Broken> {
    let until = accepted.deadline.min(Instant::now() + HELD_MAX);
    let looking = async {
        match accepted.reading.framing {
            Framing::Json => json(accepted, operation, opening).await,
            Framing::Events => events(accepted, operation, opening).await,
            Framing::Opaque => Ok(Finding::Answer),
        }
    };
    tokio::time::timeout_at(until.into(), looking).await.unwrap_or(Ok(Finding::Answer))
}

/// Reads a short answer to its end: half of it is of no use to anybody.
async fn json(accepted: &mut Accepted, operation: Operation, opening: Bytes) -> Result<Finding, Broken> {
    let judge = |text: &[u8]| validity::judge(operation, text).map_or_else(Finding::Nothing, |()| Finding::Answer);
    if accepted.body.is_end_stream() {
        return Ok(judge(&opening));
    }
    let mut text = Vec::from(opening);
    while text.len() as u64 + accepted.body.size_hint().lower() < JUDGED_MAX_BYTES as u64 {
        match next(accepted).await? {
            Some(plain) => text.extend_from_slice(&plain),
            None => return Ok(judge(&text)),
        }
        if accepted.body.is_end_stream() {
            return Ok(judge(&text));
        }
    }
    Ok(Finding::Answer)
}

async fn events(accepted: &mut Accepted, operation: Operation, opening: Bytes) -> Result<Finding, Broken> {
    let mut judge = OpeningJudge::new(operation);
    let mut opened = judge.push(&opening);
    while opened == Opening::Undecided {
        let plain = if accepted.body.is_end_stream() { None } else { next(accepted).await? };
        let Some(plain) = plain else {
            return Ok(judge.finish().map_or_else(Finding::Nothing, finding));
        };
        opened = judge.push(&plain);
    }
    Ok(finding(opened))
}

const fn finding(opened: Opening) -> Finding {
    match opened {
        Opening::Error => Finding::Error,
        Opening::Answer | Opening::Undecided => Finding::Answer,
    }
}

/// Reads the next bytes and returns them without their coding; `None` at the end. They stay in the answer.
async fn next(accepted: &mut Accepted) -> Result<Option<Bytes>, Broken> {
    loop {
        let Some(frame) = accepted.body.frame().await else { return Ok(None) };
        let Ok(data) = frame?.into_data() else { continue };
        let plain = accepted.reading.push(&data);
        accepted.held.push_back(if accepted.bridge.is_some() { plain.clone() } else { data });
        return Ok(Some(plain));
    }
}
