//! Delivery: how a reply goes out. A plan lists every step; a body plays them one after the other.

mod coding;

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::StreamBody;
use hyper::body::Frame;

use crate::failure::Dialect;
use crate::reply::Reply;
use crate::script::{Act, Answer, Cut};
use crate::upstream::{Connection, Guard};

pub(crate) use coding::decoded;

/// Before a reset, the client gets this long to read what was sent; a reset may discard it.
const RESET_PAUSE: Duration = Duration::from_millis(20);

/// The body of an answer.
pub(crate) type AnswerBody = StreamBody<BoxStream<'static, io::Result<Frame<Bytes>>>>;

/// Everything that an answer does, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    before_head: VecDeque<Step>,
    status: StatusCode,
    headers: HeaderMap,
    body: VecDeque<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Wait(Duration),
    Send(Bytes),
    Reset,
    Close,
    Hang,
}

impl Plan {
    /// Delivers a reply at once and in good order.
    pub(crate) fn plain(reply: Reply) -> Self {
        plan(reply, &Act::default(), Dialect::OpenAi, "")
    }
}

/// Lays out what `act` does to `reply`.
pub(crate) fn plan(mut reply: Reply, act: &Act, dialect: Dialect, request_id: &str) -> Plan {
    let mut before_head = VecDeque::new();
    push_wait(&mut before_head, act.pace.before_head_ms);
    if act.answer == Answer::Hang {
        before_head.push_back(Step::Hang);
    }
    if act.cut == Some(Cut::ResetBeforeHead) {
        before_head.push_back(Step::Reset);
    }
    let end = cut_frames(&mut reply, act, dialect, request_id);
    let mut chunks = delayed_chunks(&reply, act);
    if let Some(encoding) = act.encoding {
        compress(&mut chunks, encoding, end.is_none());
        reply.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding::name(encoding)));
    }
    let length: usize = chunks.iter().map(|(_, bytes)| bytes.len()).sum();
    if let Some(Cut::Truncate { bytes }) = act.cut {
        truncate(&mut chunks, bytes);
    }
    if !reply.streamed || matches!(act.cut, Some(Cut::Truncate { .. })) {
        reply.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    for (name, value) in &act.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            reply.headers.insert(name, value);
        }
    }
    let status = act.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(reply.status);
    Plan { before_head, status, headers: reply.headers, body: body_steps(chunks, act, end) }
}

/// Takes away the chunks that a cut keeps back and returns the step that ends the body instead of its true end.
fn cut_frames(reply: &mut Reply, act: &Act, dialect: Dialect, request_id: &str) -> Option<Step> {
    match act.cut.as_ref()? {
        Cut::ResetBeforeHead => None,
        Cut::ResetAfterChunks { chunks } => {
            reply.frames.truncate(*chunks);
            Some(Step::Reset)
        }
        Cut::CloseAfterChunks { chunks } => {
            reply.frames.truncate(*chunks);
            Some(Step::Close)
        }
        Cut::HangAfterChunks { chunks } => {
            reply.frames.truncate(*chunks);
            Some(Step::Hang)
        }
        Cut::EndAfterChunks { chunks } => {
            reply.frames.truncate(*chunks);
            None
        }
        Cut::ErrorAfterChunks { chunks, failure } => {
            reply.frames.truncate(*chunks);
            reply.frames.push(failure.event(dialect, request_id, *chunks));
            None
        }
        Cut::Truncate { .. } => Some(Step::Close),
    }
}

/// Returns the chunks with the wait before each.
fn delayed_chunks(reply: &Reply, act: &Act) -> Vec<(u64, Bytes)> {
    let between = act.pace.between_chunks_ms;
    let waits: Vec<u64> = match &act.answer {
        Answer::Raw(raw) => raw.pieces.iter().map(|piece| piece.delay_ms).collect(),
        Answer::Vendor
        | Answer::Text { .. }
        | Answer::Error { .. }
        | Answer::Html { .. }
        | Answer::Empty { .. }
        | Answer::Hang => Vec::new(),
    };
    let wait = |index: usize| waits.get(index).copied().unwrap_or(0) + if index == 0 { 0 } else { between };
    let chunks: Vec<(u64, Bytes)> =
        reply.frames.iter().enumerate().map(|(index, bytes)| (wait(index), bytes.clone())).collect();
    let Some(size) = act.pace.split_every.filter(|&size| size > 0) else { return chunks };
    split(&chunks, size)
}

/// Cuts chunks to `size`; chunks that follow without a wait are taken as one run of bytes.
fn split(chunks: &[(u64, Bytes)], size: usize) -> Vec<(u64, Bytes)> {
    let mut runs: Vec<(u64, BytesMut)> = Vec::new();
    for (wait, bytes) in chunks {
        match runs.last_mut() {
            Some((_, run)) if *wait == 0 => run.extend_from_slice(bytes),
            _ => runs.push((*wait, BytesMut::from(&bytes[..]))),
        }
    }
    let mut parts = Vec::new();
    for (wait, run) in runs {
        let mut run = run.freeze();
        let mut wait = wait;
        while !run.is_empty() {
            let part = run.split_to(size.min(run.len()));
            parts.push((wait, part));
            wait = 0;
        }
    }
    parts
}

fn compress(chunks: &mut Vec<(u64, Bytes)>, encoding: crate::script::Encoding, is_whole: bool) {
    let frames: Vec<Bytes> = chunks.iter().map(|(_, bytes)| bytes.clone()).collect();
    let mut encoded = coding::encoded(encoding, &frames, is_whole).into_iter();
    for (_, bytes) in chunks.iter_mut() {
        *bytes = encoded.next().unwrap_or_default();
    }
    chunks.extend(encoded.map(|trailer| (0, trailer)));
}

fn truncate(chunks: &mut Vec<(u64, Bytes)>, bytes: usize) {
    let mut left = bytes;
    for (_, chunk) in chunks.iter_mut() {
        chunk.truncate(left);
        left -= chunk.len();
    }
    chunks.retain(|(_, chunk)| !chunk.is_empty());
}

fn body_steps(chunks: Vec<(u64, Bytes)>, act: &Act, end: Option<Step>) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    push_wait(&mut steps, act.pace.before_body_ms);
    for (wait, bytes) in chunks {
        push_wait(&mut steps, wait);
        if !bytes.is_empty() {
            steps.push_back(Step::Send(bytes));
        }
    }
    steps.extend(end);
    steps
}

fn push_wait(steps: &mut VecDeque<Step>, wait_ms: u64) {
    if wait_ms > 0 {
        steps.push_back(Step::Wait(Duration::from_millis(wait_ms)));
    }
}

/// Plays a plan up to the head; the body plays the rest as it is read.
///
/// # Errors
/// An error makes the server drop the connection; it is how a reset before the head is done.
pub(crate) async fn deliver(plan: Plan, mut guard: Guard, connection: Connection) -> io::Result<Response<AnswerBody>> {
    for step in plan.before_head {
        match step {
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Hang => std::future::pending::<()>().await,
            Step::Reset | Step::Close | Step::Send(_) => {
                guard.finish();
                connection.doom();
                return Err(broken());
            }
        }
    }
    let mut response = Response::new(play(plan.body, guard, connection));
    *response.status_mut() = plan.status;
    *response.headers_mut() = plan.headers;
    Ok(response)
}

struct Player {
    steps: VecDeque<Step>,
    guard: Guard,
    connection: Connection,
    has_sent: bool,
}

fn play(steps: VecDeque<Step>, mut guard: Guard, connection: Connection) -> AnswerBody {
    if steps.is_empty() {
        guard.finish();
    }
    let player = Player { steps, guard, connection, has_sent: false };
    let frames = stream::unfold(player, |mut player| async move {
        let frame = player.next().await?;
        Some((frame, player))
    });
    StreamBody::new(frames.boxed())
}

impl Player {
    async fn next(&mut self) -> Option<io::Result<Frame<Bytes>>> {
        loop {
            match self.steps.pop_front()? {
                Step::Wait(time) => tokio::time::sleep(time).await,
                Step::Hang => std::future::pending::<()>().await,
                Step::Send(bytes) => {
                    if self.has_sent {
                        // Being pending once makes the server write what it has: each chunk is a write of its own.
                        tokio::task::yield_now().await;
                    }
                    self.has_sent = true;
                    self.guard.sent();
                    // The server may never ask again when it has all that `content-length` promised.
                    if self.steps.is_empty() {
                        self.guard.finish();
                    }
                    return Some(Ok(Frame::data(bytes)));
                }
                Step::Reset => {
                    tokio::time::sleep(RESET_PAUSE).await;
                    self.guard.finish();
                    self.connection.doom();
                    return Some(Err(broken()));
                }
                Step::Close => {
                    tokio::time::sleep(RESET_PAUSE).await;
                    self.guard.finish();
                    return Some(Err(broken()));
                }
            }
        }
    }
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the script breaks the connection here")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Pace;

    fn reply(frames: &[&'static str]) -> Reply {
        Reply::events(frames.iter().map(|frame| Bytes::from_static(frame.as_bytes())).collect())
    }

    fn steps(act: &Act) -> Vec<Step> {
        plan(reply(&["abcd", "efg"]), act, Dialect::OpenAi, "req").body.into()
    }

    fn send(text: &'static str) -> Step {
        Step::Send(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn chunks_are_cut_wherever_the_size_falls() {
        let act = Act::from(Pace { split_every: Some(3), ..Pace::default() });
        assert_eq!(steps(&act), [send("abc"), send("def"), send("g")]);
    }

    #[test]
    fn waits_go_between_chunks_and_before_the_first() {
        let act = Act::from(Pace { before_body_ms: 5, between_chunks_ms: 7, ..Pace::default() });
        let wait = |ms| Step::Wait(Duration::from_millis(ms));
        assert_eq!(steps(&act), [wait(5), send("abcd"), wait(7), send("efg")]);
    }

    #[test]
    fn a_cut_keeps_back_the_rest() {
        assert_eq!(steps(&Cut::ResetAfterChunks { chunks: 1 }.into()), [send("abcd"), Step::Reset]);
        assert_eq!(steps(&Cut::HangAfterChunks { chunks: 0 }.into()), [Step::Hang]);
        assert_eq!(steps(&Cut::EndAfterChunks { chunks: 1 }.into()), [send("abcd")]);
        assert_eq!(steps(&Cut::Truncate { bytes: 5 }.into()), [send("abcd"), send("e"), Step::Close]);
    }

    #[test]
    fn a_truncated_body_still_declares_its_whole_length() {
        let plan = plan(reply(&["abcd", "efg"]), &Cut::Truncate { bytes: 2 }.into(), Dialect::OpenAi, "req");
        assert_eq!(plan.headers.get(CONTENT_LENGTH).unwrap(), "7");
    }
}
