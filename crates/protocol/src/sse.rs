//! Server-sent events as they pass by: the lines of a byte stream that is split anywhere (WHATWG HTML §9.2.6).

use memchr::memchr2;

/// Longest line that is still read for metering. Longer ones pass through unread: no stream is ever held for that.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// One line of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// Payload of a `data:` line.
    Data(&'a [u8]),
    /// Name of an `event:` line.
    Event(&'a [u8]),
    /// Comments and fields that say nothing about usage.
    Other,
    /// A line that is longer than what is read, told as soon as it is.
    TooLong,
    /// The blank line that ends an event.
    Blank,
}

/// Cuts a stream into lines. Keeps only the unfinished last line.
#[derive(Debug, Default)]
pub struct Lines {
    carry: Vec<u8>,
    /// Whether the line under way is too long and is being skipped.
    skipping: bool,
    /// Whether the last byte was a CR, so that a LF now belongs to it.
    after_cr: bool,
    at_boundary: bool,
    /// Whether a line has ended; only the first may begin with a byte order mark.
    has_line: bool,
}

impl Lines {
    /// Begins at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self { at_boundary: true, ..Self::default() }
    }

    /// Takes the next bytes of the stream and hands every finished line to `each`.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Line<'_>)) {
        if self.after_cr && !bytes.is_empty() {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            let (line, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            if rest.first() == Some(&b'\r') {
                match bytes.strip_prefix(b"\n") {
                    Some(after) => bytes = after,
                    None => self.after_cr = bytes.is_empty(),
                }
            }
            self.finish_line(line, &mut each);
        }
        if !bytes.is_empty() {
            self.at_boundary = false;
            self.keep(bytes, &mut each);
        }
    }

    /// Hands out the last line of a stream that ended without a line break.
    pub fn finish(&mut self, mut each: impl FnMut(Line<'_>)) {
        if !self.carry.is_empty() {
            self.finish_line(b"", &mut each);
        }
    }

    /// Returns whether the stream stands between two events, so that another event may follow.
    #[must_use]
    pub fn is_at_boundary(&self) -> bool {
        self.at_boundary
    }

    fn finish_line(&mut self, tail: &[u8], each: &mut impl FnMut(Line<'_>)) {
        let was_skipping = std::mem::take(&mut self.skipping);
        let is_first = !std::mem::replace(&mut self.has_line, true);
        let line = if was_skipping {
            Line::Other
        } else if self.carry.is_empty() {
            classify(tail, is_first)
        } else {
            self.carry.extend_from_slice(tail);
            classify(&self.carry, is_first)
        };
        self.at_boundary = line == Line::Blank;
        each(line);
        self.carry.clear();
        // A stream may have one huge line; the room is not kept for the rest of it.
        self.carry.shrink_to(4 * 1024);
    }

    fn keep(&mut self, bytes: &[u8], each: &mut impl FnMut(Line<'_>)) {
        if self.skipping {
            return;
        }
        if self.carry.len() + bytes.len() > MAX_LINE_BYTES {
            self.skipping = true;
            self.carry = Vec::new();
            each(Line::TooLong);
        } else {
            self.carry.extend_from_slice(bytes);
        }
    }
}

fn classify(line: &[u8], is_first: bool) -> Line<'_> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| is_first).unwrap_or(line);
    if let Some(value) = line.strip_prefix(b"data:") {
        return Line::Data(value.strip_prefix(b" ").unwrap_or(value));
    }
    if let Some(value) = line.strip_prefix(b"event:") {
        return Line::Event(value.strip_prefix(b" ").unwrap_or(value));
    }
    if line.is_empty() { Line::Blank } else { Line::Other }
}

/// Holds back events of a stream that the client must not see; the others pass as they came. Lines end as in `Lines`.
#[derive(Debug, Default)]
pub struct EventFilter {
    pending: Vec<u8>,
    /// Up to where `pending` was searched for the end of its event.
    searched: usize,
    /// Whether the line under way has text.
    has_text: bool,
    /// Whether the last byte that was searched is a CR, so that a LF now belongs to it.
    after_cr: bool,
    /// Set when the last event ended with a CR that was the last byte so far: whether the event passed.
    passed_with_cr: Option<bool>,
}

impl EventFilter {
    /// Takes the next bytes and returns those of the finished events that `keep` keeps. `keep` sees the event's bytes.
    pub fn push(&mut self, mut bytes: &[u8], keep: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let mut passed = Vec::with_capacity(self.pending.len() + bytes.len());
        if !bytes.is_empty()
            && let Some(has_passed) = self.passed_with_cr.take()
            && let Some(rest) = bytes.strip_prefix(b"\n")
        {
            passed.extend_from_slice(if has_passed { b"\n" } else { b"" });
            bytes = rest;
        }
        self.pending.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(end) = self.event_end() {
            let event = self.pending.get(start..end).unwrap_or_default();
            let is_kept = keep(event);
            if is_kept {
                passed.extend_from_slice(event);
            }
            if end == self.pending.len() && event.ends_with(b"\r") {
                self.passed_with_cr = Some(is_kept);
            }
            start = end;
        }
        self.pending.drain(..start);
        self.searched -= start;
        if self.pending.len() > MAX_LINE_BYTES {
            passed.append(&mut self.pending);
            self.searched = 0;
        }
        passed
    }

    /// Returns what is left when the stream ends: an event without its blank line, if `keep` keeps it.
    pub fn finish(&mut self, keep: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let Self { pending, .. } = std::mem::take(self);
        if keep(&pending) { pending } else { Vec::new() }
    }

    /// Searches on for the end of an event, its blank line included. No byte is looked at twice.
    fn event_end(&mut self) -> Option<usize> {
        loop {
            let rest = self.pending.get(self.searched..).filter(|rest| !rest.is_empty())?;
            if std::mem::take(&mut self.after_cr) && rest.starts_with(b"\n") {
                self.searched += 1;
                continue;
            }
            let Some(at) = memchr2(b'\n', b'\r', rest) else {
                self.has_text = true;
                self.searched = self.pending.len();
                return None;
            };
            let (line, ending) = rest.split_at(at);
            let is_blank = line.is_empty() && !std::mem::take(&mut self.has_text);
            self.searched += at + if ending.starts_with(b"\r\n") { 2 } else { 1 };
            if is_blank {
                return Some(self.searched);
            }
            self.has_text = false;
            self.after_cr = ending == b"\r";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const STREAM: &[u8] = b": hi\nevent: ping\ndata:{}\r\n\r\ndata: {\"a\":1}\n\ndata: x\rdata: y\r\r";

    fn lines_of(pieces: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::new();
        let mut seen = Vec::new();
        for piece in pieces {
            lines.push(piece, |line| {
                seen.push(match line {
                    Line::Data(data) => format!("data {}", String::from_utf8_lossy(data)),
                    Line::Event(name) => format!("event {}", String::from_utf8_lossy(name)),
                    Line::Other => "other".to_owned(),
                    Line::TooLong => "too long".to_owned(),
                    Line::Blank => "blank".to_owned(),
                });
            });
        }
        seen
    }

    #[test]
    fn a_stream_gives_the_same_lines_however_it_is_split() {
        let whole = lines_of(&[STREAM]);
        assert_eq!(
            whole,
            ["other", "event ping", "data {}", "blank", "data {\"a\":1}", "blank", "data x", "data y", "blank"]
        );
        for first in 0..=STREAM.len() {
            for second in first..=STREAM.len() {
                assert_eq!(lines_of(&[&STREAM[..first], &STREAM[first..second], &STREAM[second..]]), whole);
            }
        }
    }

    #[test]
    fn a_byte_order_mark_stands_before_the_first_line_only() {
        let lines = lines_of(&[b"\xef\xbb", b"\xbfdata: 1\n", b"\xef\xbb\xbfdata: 2\n"]);
        assert_eq!(lines, ["data 1", "other"]);
    }

    #[test]
    fn a_line_past_the_limit_is_told_once_and_the_next_one_read() {
        let piece = vec![b'x'; 1024 * 1024];
        let mut pieces = vec![piece.as_slice(); 18];
        pieces.push(b"\ndata: 1\n");
        assert_eq!(lines_of(&pieces), ["too long", "other", "data 1"]);
    }

    #[test]
    fn the_boundary_between_events_is_known() {
        let mut lines = Lines::new();
        let mut at = |bytes: &[u8]| {
            lines.push(bytes, |_| {});
            lines.is_at_boundary()
        };
        assert_eq!(
            [at(b""), at(b"data: 1\n"), at(b"\n"), at(b"d"), at(b"ata: 2\n\n")],
            [true, false, true, false, true]
        );
    }

    /// Filters `stream` in pieces, without the events that say `drop`.
    fn filtered<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> String {
        let keep = |event: &[u8]| memchr::memmem::find(event, b"drop").is_none();
        let mut filter = EventFilter::default();
        let mut passed = Vec::new();
        for piece in pieces {
            passed.extend(filter.push(piece, keep));
        }
        passed.extend(filter.finish(keep));
        String::from_utf8(passed).unwrap()
    }

    #[rstest]
    #[case::lf_and_crlf("data: 1\n\ndata: drop\r\n\r\ndata: 3\n\ndata: tail", "data: 1\n\ndata: 3\n\ndata: tail")]
    #[case::cr("data: 1\r\rdata: drop\r\rdata: 3\r\r", "data: 1\r\rdata: 3\r\r")]
    #[case::mixed(
        "data: 1\r\n\ndata: drop\n\r\ndata: 3\n\rdata: drop\r\r\n: 4\r\r\n",
        "data: 1\r\n\ndata: 3\n\r: 4\r\r\n"
    )]
    #[case::crlf_is_one_line_end(
        "event: x\r\ndata: drop\r\n\r\nevent: y\r\ndata: 2\r\n\r\n",
        "event: y\r\ndata: 2\r\n\r\n"
    )]
    #[case::unfinished("data: 1\n\ndata: drop", "data: 1\n\n")]
    #[case::unfinished_line("data: 1\n\ndata: drop\r\n", "data: 1\n\n")]
    #[case::blank_lines_pass("\n\ndata: 1\n\n\n", "\n\ndata: 1\n\n\n")]
    fn a_filter_drops_whole_events_only(#[case] stream: &str, #[case] expected: &str) {
        let stream = stream.as_bytes();
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let pieces = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(filtered(pieces), expected, "split at {first} and {second}");
            }
        }
        assert_eq!(filtered(stream.chunks(1)), expected);
    }

    #[test]
    fn a_filter_looks_at_each_byte_once() {
        let mut filter = EventFilter::default();
        for sent in 1..=1_000 {
            assert!(filter.push(b"data: x", |_| true).is_empty());
            assert_eq!(filter.searched, sent * 7);
        }
        assert_eq!(filter.push(b"\n\n", |_| true).len(), 7_002);
        assert_eq!((filter.searched, filter.pending.len()), (0, 0));
    }

    #[test]
    fn an_event_past_the_limit_passes_and_the_next_one_is_judged() {
        let mut filter = EventFilter::default();
        let keep = |event: &[u8]| !event.starts_with(b"data: drop");
        let long = vec![b'x'; MAX_LINE_BYTES + 1];
        assert_eq!(filter.push(&long, keep).len(), long.len());
        assert_eq!(filter.push(b"y\n\ndata: drop\n\ndata: 1\n\n", keep), b"y\n\ndata: 1\n\n");
    }
}
