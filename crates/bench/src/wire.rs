//! HTTP/1.1 as far as both ends of a measurement need it: message heads, and bodies by length or in chunks.
//!
//! State machines over bytes, without I/O. They are strict about framing, because a gateway that frames wrongly must
//! fail the run, and know nothing about the meaning of headers other than those of framing.

use memchr::memmem;

/// Bytes a message head may take before it counts as broken.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// What is wrong with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Head,
    Chunk,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Head => "message head does not parse",
            Self::Chunk => "chunked body does not parse",
        })
    }
}

impl std::error::Error for Broken {}

/// How the end of a body is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(usize),
    Chunked,
    Absent,
}

/// The parts of a message head that matter here, borrowed from the bytes read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    /// The first line without its line end.
    pub(crate) start_line: &'a [u8],
    pub(crate) framing: Framing,
    pub(crate) will_close: bool,
    /// The client waits for `100 Continue` before it sends the body.
    pub(crate) expects_continue: bool,
    /// Bytes of the head, empty line included.
    pub(crate) size_bytes: usize,
}

impl<'a> Head<'a> {
    /// Reads the head at the start of `bytes`; `None` when its end has not arrived.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Option<Self>, Broken> {
        let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
            return if bytes.len() > MAX_HEAD_BYTES { Err(Broken::Head) } else { Ok(None) };
        };
        let text = bytes.get(..end).unwrap_or_default();
        let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let start_line = lines.next().unwrap_or_default();
        let mut head = Self {
            start_line,
            framing: Framing::Absent,
            will_close: false,
            expects_continue: false,
            size_bytes: end + 4,
        };
        for line in lines {
            head.note(line)?;
        }
        Ok(Some(head))
    }

    fn note(&mut self, line: &[u8]) -> Result<(), Broken> {
        let colon = memchr::memchr(b':', line).ok_or(Broken::Head)?;
        let (name, rest) = line.split_at(colon);
        let value = rest.get(1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            self.framing = Framing::Length(decimal(value).ok_or(Broken::Head)?);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.framing = Framing::Chunked;
        } else if name.eq_ignore_ascii_case(b"connection") {
            self.will_close = value.eq_ignore_ascii_case(b"close");
        } else if name.eq_ignore_ascii_case(b"expect") {
            self.expects_continue = true;
        }
        Ok(())
    }

    /// Returns the status code, when this is the head of a response.
    pub(crate) fn status(&self) -> Option<u16> {
        let digits = self.start_line.strip_prefix(b"HTTP/1.")?.get(2..5)?;
        decimal(digits).and_then(|code| u16::try_from(code).ok())
    }

    /// Returns method and path, when this is the head of a request.
    pub(crate) fn request_target(&self) -> Option<(&'a [u8], &'a [u8])> {
        let mut words = self.start_line.split(|byte| *byte == b' ');
        Some((words.next()?, words.next()?))
    }
}

fn decimal(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// A body on its way in: hands on payload bytes and knows where the body ends.
#[derive(Debug)]
pub(crate) enum Body {
    Length(usize),
    Chunked(Chunked),
}

impl Body {
    pub(crate) fn new(framing: Framing) -> Self {
        match framing {
            Framing::Length(size_bytes) => Self::Length(size_bytes),
            Framing::Absent => Self::Length(0),
            Framing::Chunked => Self::Chunked(Chunked::SizeLine(Vec::new())),
        }
    }

    /// Takes from `input` what belongs to the body; returns how many bytes that was.
    pub(crate) fn take(&mut self, input: &[u8], mut payload: impl FnMut(&[u8])) -> Result<usize, Broken> {
        match self {
            Self::Length(left) => {
                let part = input.get(..*left).unwrap_or(input);
                payload(part);
                *left -= part.len();
                Ok(part.len())
            }
            Self::Chunked(chunked) => chunked.take(input, payload),
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        match self {
            Self::Length(left) => *left == 0,
            Self::Chunked(chunked) => matches!(chunked, Chunked::Done),
        }
    }
}

/// Where the reader of a chunked body stands.
#[derive(Debug)]
pub(crate) enum Chunked {
    /// Inside the line with the size of the next chunk; holds what has arrived of it.
    SizeLine(Vec<u8>),
    Data(usize),
    /// In the line end after a chunk, with this many bytes to come.
    DataEnd(usize),
    /// Behind the last chunk, up to and including the empty line; holds the line so far.
    Trailer(Vec<u8>),
    Done,
}

impl Chunked {
    fn take(&mut self, input: &[u8], mut payload: impl FnMut(&[u8])) -> Result<usize, Broken> {
        let mut rest = input;
        while !rest.is_empty() && !matches!(self, Self::Done) {
            let used = self.step(rest, &mut payload)?;
            rest = rest.get(used..).unwrap_or_default();
        }
        Ok(input.len() - rest.len())
    }

    fn step(&mut self, rest: &[u8], payload: &mut impl FnMut(&[u8])) -> Result<usize, Broken> {
        match self {
            Self::SizeLine(line) => {
                let (used, complete) = take_line(line, rest)?;
                if complete {
                    *self = match chunk_size(line)? {
                        0 => Self::Trailer(Vec::new()),
                        size_bytes => Self::Data(size_bytes),
                    };
                }
                Ok(used)
            }
            Self::Data(left) => {
                let part = rest.get(..*left).unwrap_or(rest);
                payload(part);
                *left -= part.len();
                if *left == 0 {
                    *self = Self::DataEnd(2);
                }
                Ok(part.len())
            }
            Self::DataEnd(left) => {
                let expected = if *left == 2 { b'\r' } else { b'\n' };
                if rest.first() != Some(&expected) {
                    return Err(Broken::Chunk);
                }
                *self = if *left == 2 { Self::DataEnd(1) } else { Self::SizeLine(Vec::new()) };
                Ok(1)
            }
            Self::Trailer(line) => {
                let (used, complete) = take_line(line, rest)?;
                if complete {
                    *self = if line.is_empty() { Self::Done } else { Self::Trailer(Vec::new()) };
                }
                Ok(used)
            }
            Self::Done => Ok(0),
        }
    }
}

/// Adds to `line` up to the line end; returns the bytes used and whether the line is complete (then without its end).
fn take_line(line: &mut Vec<u8>, rest: &[u8]) -> Result<(usize, bool), Broken> {
    let end = memchr::memchr(b'\n', rest);
    let used = end.map_or(rest.len(), |at| at + 1);
    line.extend_from_slice(rest.get(..used).unwrap_or_default());
    if line.len() > MAX_HEAD_BYTES {
        return Err(Broken::Chunk);
    }
    if end.is_some() {
        line.truncate(line.trim_ascii_end().len());
    }
    Ok((used, end.is_some()))
}

fn chunk_size(line: &[u8]) -> Result<usize, Broken> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let text = std::str::from_utf8(digits).map_err(|_| Broken::Chunk)?;
    usize::from_str_radix(text, 16).map_err(|_| Broken::Chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &[u8] = b"5\r\nhello\r\n7;note=1\r\n, world\r\n0\r\nx-trailer: 1\r\n\r\nnext";

    fn read_in_steps(step: usize) -> (Vec<u8>, usize, bool) {
        let mut body = Body::new(Framing::Chunked);
        let mut payload = Vec::new();
        let mut used = 0;
        for part in CHUNKED.chunks(step) {
            used += body.take(part, |bytes| payload.extend_from_slice(bytes)).unwrap();
        }
        (payload, used, body.is_done())
    }

    #[test]
    fn a_chunked_body_reads_the_same_however_it_is_split() {
        for step in 1..=CHUNKED.len() {
            assert_eq!(read_in_steps(step), (b"hello, world".to_vec(), CHUNKED.len() - 4, true), "split every {step}");
        }
    }

    #[test]
    fn a_chunk_without_its_line_end_is_broken() {
        let mut body = Body::new(Framing::Chunked);
        assert_eq!(body.take(b"2\r\nabX\r\n", |_| ()), Err(Broken::Chunk));
    }

    #[test]
    fn a_response_head_tells_status_and_framing() {
        let bytes = b"HTTP/1.1 429 Too Many\r\nContent-Length: 12\r\nConnection: close\r\n\r\nbody";
        let head = Head::parse(bytes).unwrap().unwrap();
        assert_eq!((head.status(), head.framing, head.will_close), (Some(429), Framing::Length(12), true));
        assert_eq!(head.size_bytes, bytes.len() - 4);
    }

    #[test]
    fn a_request_head_tells_method_and_path() {
        let head = Head::parse(b"POST /v1/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap().unwrap();
        assert_eq!(head.request_target(), Some((b"POST".as_slice(), b"/v1/messages".as_slice())));
        assert_eq!(head.framing, Framing::Chunked);
    }

    #[test]
    fn half_a_head_is_not_a_head_yet() {
        assert_eq!(Head::parse(b"HTTP/1.1 200 OK\r\nContent-Le"), Ok(None));
    }
}
