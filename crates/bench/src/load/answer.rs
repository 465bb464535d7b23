//! Reads one answer and decides whether it is the right one.

use memchr::memmem;

use crate::dialect::{CALL_DIGITS, CALL_MARK, Shape, call_digits};
use crate::wire::{Body, Head};

/// Bytes of payload kept for the checks at the end of a stream, whose last event may repeat the whole answer.
const TAIL_BYTES: usize = 16 * 1024;
/// Payload held before it is cut down to the tail.
const WINDOW_BYTES: usize = 64 * 1024;

/// What a right answer looks like.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) shape: Shape,
    /// Exact size of the body, where the target passes bodies on as they are.
    pub(crate) size_bytes: Option<usize>,
    pub(crate) chunks: usize,
    pub(crate) chunk_text: &'static str,
    /// Text of the event that ends a stream.
    pub(crate) end: &'static str,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wrong {
    Connect,
    Closed,
    TimedOut,
    Framing,
    Status(u16),
    Size,
    Chunks,
    NoEnd,
    OtherCall,
    BytesAfterEnd,
}

impl Wrong {
    /// Returns the name under which such answers are counted.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Connect => "connect".to_owned(),
            Self::Closed => "closed".to_owned(),
            Self::TimedOut => "timed_out".to_owned(),
            Self::Framing => "framing".to_owned(),
            Self::Status(status) => format!("status_{status}"),
            Self::Size => "size".to_owned(),
            Self::Chunks => "chunks".to_owned(),
            Self::NoEnd => "no_end_event".to_owned(),
            Self::OtherCall => "other_call".to_owned(),
            Self::BytesAfterEnd => "bytes_after_end".to_owned(),
        }
    }
}

/// An answer that was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) must_reconnect: bool,
}

/// The state of one answer; reused from call to call for its buffers.
#[derive(Debug)]
pub(crate) struct Answer {
    expected: Expected,
    digits: [u8; CALL_DIGITS],
    head: Vec<u8>,
    body: Option<Body>,
    status: u16,
    will_close: bool,
    payload: Payload,
}

impl Answer {
    pub(crate) fn new(expected: &Expected) -> Self {
        Self {
            expected: expected.clone(),
            digits: [b'0'; CALL_DIGITS],
            head: Vec::new(),
            body: None,
            status: 0,
            will_close: false,
            payload: Payload::default(),
        }
    }

    /// Forgets the last answer and waits for the one to this call.
    pub(crate) fn start(&mut self, number: u64) {
        self.digits = call_digits(number);
        self.head.clear();
        self.body = None;
        self.payload.clear();
    }

    /// Takes bytes as they arrive; `None` while the answer is not complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Option<Right>, Wrong> {
        if self.body.is_some() {
            return self.push_body(bytes);
        }
        if self.head.is_empty() {
            if let Some(head_bytes) = self.read_head(bytes)? {
                return self.push_body(bytes.get(head_bytes..).unwrap_or_default());
            }
            self.head.extend_from_slice(bytes);
            return Ok(None);
        }
        let mut whole = std::mem::take(&mut self.head);
        whole.extend_from_slice(bytes);
        match self.read_head(&whole)? {
            Some(head_bytes) => self.push_body(whole.get(head_bytes..).unwrap_or_default()),
            None => {
                self.head = whole;
                Ok(None)
            }
        }
    }

    /// Returns how many content chunks have arrived.
    pub(crate) fn chunks(&self) -> usize {
        self.payload.chunks
    }

    fn read_head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Wrong> {
        let Some(head) = Head::parse(bytes).map_err(|_| Wrong::Framing)? else { return Ok(None) };
        self.status = head.status().ok_or(Wrong::Framing)?;
        self.will_close = head.will_close;
        self.body = Some(Body::new(head.framing));
        Ok(Some(head.size_bytes))
    }

    fn push_body(&mut self, bytes: &[u8]) -> Result<Option<Right>, Wrong> {
        let Some(body) = &mut self.body else { return Err(Wrong::Framing) };
        let (payload, expected, digits) = (&mut self.payload, &self.expected, &self.digits);
        let used = body.take(bytes, |part| payload.push(part, expected, digits)).map_err(|_| Wrong::Framing)?;
        if !body.is_done() {
            return Ok(None);
        }
        if used < bytes.len() {
            return Err(Wrong::BytesAfterEnd);
        }
        if self.status != 200 {
            return Err(Wrong::Status(self.status));
        }
        self.payload.verify(&self.expected, &self.digits)?;
        Ok(Some(Right { must_reconnect: self.will_close }))
    }
}

/// What has been seen of the body.
#[derive(Debug, Default)]
struct Payload {
    size_bytes: usize,
    chunks: usize,
    names_call: bool,
    /// The last part of the body.
    window: Vec<u8>,
    /// How much of the window has been searched.
    searched: usize,
}

impl Payload {
    fn clear(&mut self) {
        let mut window = std::mem::take(&mut self.window);
        window.clear();
        *self = Self { window, ..Self::default() };
    }

    fn push(&mut self, part: &[u8], expected: &Expected, digits: &[u8; CALL_DIGITS]) {
        self.size_bytes += part.len();
        self.window.extend_from_slice(part);
        match expected.shape {
            Shape::Stream => self.count_chunks(expected.chunk_text.as_bytes()),
            Shape::Plain => self.look_for_call(digits),
        }
        if self.window.len() > WINDOW_BYTES {
            let cut = self.window.len() - TAIL_BYTES;
            self.window.drain(..cut);
            self.searched = self.searched.saturating_sub(cut);
        }
    }

    fn count_chunks(&mut self, text: &[u8]) {
        let fresh = self.window.get(self.searched..).unwrap_or_default();
        let mut after_last = 0;
        for at in memmem::find_iter(fresh, text) {
            self.chunks += 1;
            after_last = at + text.len();
        }
        // A text that is split between two reads is found when its other half has come.
        self.searched += after_last.max((fresh.len() + 1).saturating_sub(text.len()));
    }

    fn look_for_call(&mut self, digits: &[u8; CALL_DIGITS]) {
        if !self.names_call {
            let fresh = self.window.get(self.searched..).unwrap_or_default();
            self.names_call = names_call(fresh, digits);
            self.searched += (fresh.len() + 1).saturating_sub(CALL_MARK.len() + CALL_DIGITS);
        }
    }

    fn verify(&self, expected: &Expected, digits: &[u8; CALL_DIGITS]) -> Result<(), Wrong> {
        let is_right_call = match expected.shape {
            Shape::Plain => self.names_call,
            Shape::Stream => {
                if memmem::find(&self.window, expected.end.as_bytes()).is_none() {
                    return Err(Wrong::NoEnd);
                }
                names_call(&self.window, digits)
            }
        };
        if !is_right_call {
            Err(Wrong::OtherCall)
        } else if self.chunks != expected.chunks {
            Err(Wrong::Chunks)
        } else if expected.size_bytes.is_some_and(|size_bytes| size_bytes != self.size_bytes) {
            Err(Wrong::Size)
        } else {
            Ok(())
        }
    }
}

fn names_call(bytes: &[u8], digits: &[u8; CALL_DIGITS]) -> bool {
    memmem::find_iter(bytes, CALL_MARK.as_bytes())
        .any(|at| bytes.get(at + CALL_MARK.len()..).is_some_and(|rest| rest.starts_with(digits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{CHUNK_DELTA, CHUNK_TEXT, Dialect};

    const DIALECT: Dialect = Dialect::OpenaiChat;

    fn expected(chunks: usize) -> Expected {
        let size_bytes = Some(DIALECT.stream().size_bytes(chunks));
        Expected { shape: Shape::Stream, size_bytes, chunks, chunk_text: CHUNK_DELTA, end: DIALECT.stream_end() }
    }

    fn streamed(chunks: usize) -> Vec<u8> {
        let parts = DIALECT.stream();
        let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        let events = std::iter::once(&parts.opening).chain(std::iter::repeat_n(&parts.chunk, chunks));
        for event in events.chain([&parts.closing]) {
            bytes.extend(format!("{:x}\r\n{event}\r\n", event.len()).into_bytes());
        }
        bytes.extend(b"0\r\n\r\n");
        bytes
    }

    fn read(expected: &Expected, number: u64, bytes: &[u8], step: usize) -> Result<Option<Right>, Wrong> {
        let mut answer = Answer::new(expected);
        answer.start(number);
        let mut last = Ok(None);
        for part in bytes.chunks(step) {
            last = answer.push(part);
        }
        last
    }

    #[test]
    fn a_right_stream_is_right_however_it_is_split() {
        for step in [1, 7, 100, 5_000, 100_000] {
            let read = read(&expected(90), 0, &streamed(90), step);
            assert_eq!(read, Ok(Some(Right { must_reconnect: false })), "split every {step}");
        }
    }

    #[test]
    fn an_event_that_repeats_the_whole_answer_is_no_chunk() {
        let whole = format!("data: {{\"text\":\"{}bench-call 0\"}}\n\n", CHUNK_TEXT.repeat(2));
        let streamed = String::from_utf8(streamed(2)).unwrap();
        let end = streamed.rfind("0\r\n\r\n").unwrap();
        let (events, last) = streamed.split_at(end);
        let bytes = format!("{events}{:x}\r\n{whole}\r\n{last}", whole.len());
        let expected = Expected { size_bytes: None, ..expected(2) };
        assert_eq!(read(&expected, 0, bytes.as_bytes(), 64), Ok(Some(Right { must_reconnect: false })));
    }

    #[test]
    fn a_stream_with_a_chunk_too_few_or_too_many_is_wrong() {
        assert_eq!(read(&expected(5), 0, &streamed(4), 64), Err(Wrong::Chunks));
        assert_eq!(read(&expected(5), 0, &streamed(6), 64), Err(Wrong::Chunks));
    }

    #[test]
    fn an_answer_to_another_call_is_wrong() {
        assert_eq!(read(&expected(2), 7, &streamed(2), 64), Err(Wrong::OtherCall));
    }

    #[test]
    fn a_stream_that_ends_early_is_wrong() {
        let bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
        assert_eq!(read(&expected(2), 0, bytes, 64), Err(Wrong::NoEnd));
    }

    #[test]
    fn a_plain_answer_is_checked_for_status_size_and_call() {
        let expected =
            Expected { shape: Shape::Plain, size_bytes: Some(27), chunks: 0, chunk_text: CHUNK_DELTA, end: "" };
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 27\r\n\r\nbench-call 0000000000000007";
        assert_eq!(read(&expected, 7, ok.as_bytes(), 9), Ok(Some(Right { must_reconnect: false })));
        assert_eq!(read(&expected, 8, ok.as_bytes(), 9), Err(Wrong::OtherCall));
        let longer = ok.replace("27", "28") + "x";
        assert_eq!(read(&expected, 7, longer.as_bytes(), 9), Err(Wrong::Size));
        let refused = ok.replace("200 OK", "429 No");
        assert_eq!(read(&expected, 7, refused.as_bytes(), 9), Err(Wrong::Status(429)));
    }
}
