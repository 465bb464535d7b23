//! Catches the finished response out of an answer that passes by, however it is split.

use std::collections::BTreeMap;

use memchr::memmem;

use crate::edit::Edits;
use crate::meter::Framing;
use crate::raw::RawObject;
use crate::sse::{Line, Lines};

/// Longest beginning that is looked at to tell events from JSON.
const START_MAX_BYTES: usize = 64;

/// Watches an answer of the Responses dialect, streamed or not.
#[derive(Debug)]
pub struct Capture {
    framing: Option<Framing>,
    lines: Lines,
    /// The beginning while the framing is unknown; then a whole answer so far.
    gathered: Vec<u8>,
    caught: Caught,
    max_bytes: usize,
}

/// What a stream told.
#[derive(Debug, Default)]
struct Caught {
    response: Option<Vec<u8>>,
    /// Items as they were finished, for streams whose last event leaves them out.
    items: BTreeMap<u64, Vec<u8>>,
    bytes: usize,
    is_too_large: bool,
}

impl Capture {
    /// Begins before the first byte. Responses above `max_bytes` are not caught.
    #[must_use]
    pub fn new(max_bytes: usize) -> Self {
        Self { framing: None, lines: Lines::new(), gathered: Vec::new(), caught: Caught::default(), max_bytes }
    }

    /// Takes the next bytes of the answer, decoded.
    pub fn push(&mut self, bytes: &[u8]) {
        match self.framing {
            None => {
                self.gathered.extend_from_slice(bytes);
                let is_hopeless = || self.gathered.len() > START_MAX_BYTES;
                self.framing = Framing::sniff(&self.gathered).or_else(|| is_hopeless().then_some(Framing::Opaque));
                if self.framing.is_some_and(|framing| framing != Framing::Json) {
                    let start = std::mem::take(&mut self.gathered);
                    self.push(&start);
                }
            }
            Some(Framing::Events) => {
                let Self { lines, caught, max_bytes, .. } = self;
                lines.push(bytes, |line| caught.line(line, *max_bytes));
            }
            Some(Framing::Json) if self.gathered.len() + bytes.len() <= self.max_bytes => {
                self.gathered.extend_from_slice(bytes);
            }
            Some(Framing::Json) => (self.framing, self.gathered) = (Some(Framing::Opaque), Vec::new()),
            Some(Framing::Opaque) => {}
        }
    }

    /// Returns the finished response of a stream, once, as soon as it has passed: the caller may ask for it before the
    /// stream itself ends.
    pub fn take_streamed(&mut self) -> Option<Vec<u8>> {
        let response = self.caught.response.take()?;
        let items = std::mem::take(&mut self.caught.items);
        Some(with_items(response, items))
    }

    /// Returns the response of an answer that has ended and was no stream.
    #[must_use]
    pub fn into_whole(self) -> Option<Vec<u8>> {
        let is_whole = self.framing == Some(Framing::Json) && self.gathered.len() <= self.max_bytes;
        let response = self.gathered.trim_ascii().to_vec();
        (is_whole && is_response(&RawObject::parse(&response).ok()?)).then_some(response)
    }
}

impl Caught {
    fn line(&mut self, line: Line<'_>, max_bytes: usize) {
        let Line::Data(data) = line else { return };
        if has(data, "response.output_item.done") {
            self.item(data, max_bytes);
        } else if ["response.completed", "response.incomplete", "response.failed"].iter().any(|kind| has(data, kind)) {
            self.end(data, max_bytes);
        }
    }

    fn end(&mut self, data: &[u8], max_bytes: usize) {
        let Ok(event) = RawObject::parse(data) else { return };
        let is_end = matches!(
            event.string("type").as_deref(),
            Some("response.completed" | "response.incomplete" | "response.failed")
        );
        let response = event.get("response").filter(|_| is_end);
        let Some(response) = response.filter(|response| response.len() <= max_bytes) else { return };
        if RawObject::parse(response).is_ok_and(|object| is_response(&object)) {
            self.response = Some(response.to_vec());
        }
    }

    fn item(&mut self, data: &[u8], max_bytes: usize) {
        let Ok(event) = RawObject::parse(data) else { return };
        let is_done = event.string("type").as_deref() == Some("response.output_item.done");
        let (Some(place), Some(item)) = (event.read("output_index"), event.get("item").filter(|_| is_done)) else {
            return;
        };
        self.bytes += item.len();
        self.is_too_large |= self.bytes > max_bytes;
        if self.is_too_large {
            self.items.clear();
        } else {
            self.items.insert(place, item.to_vec());
        }
    }
}

fn has(data: &[u8], kind: &str) -> bool {
    memmem::find(data, kind.as_bytes()).is_some()
}

fn is_response(object: &RawObject<'_>) -> bool {
    object.string("id").is_some_and(|id| !id.is_empty())
        && object.get("output").is_some_and(|list| list.starts_with(b"["))
}

/// Puts the items of a stream into a response whose own list is empty.
fn with_items(response: Vec<u8>, items: BTreeMap<u64, Vec<u8>>) -> Vec<u8> {
    let Ok(object) = RawObject::parse(&response) else { return response };
    if items.is_empty() || !super::list(object.get("output").unwrap_or_default()).is_empty() {
        return response;
    }
    let items: Vec<Vec<u8>> = items.into_values().collect();
    let mut edits = Edits::default();
    object.set("output", &[b"[".as_slice(), &items.join(&b','), b"]"].concat(), &mut edits);
    edits.apply(&response)
}
