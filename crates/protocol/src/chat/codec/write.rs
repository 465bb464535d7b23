//! Writes JSON straight into a buffer. Commas come by themselves: a value needs one unless it stands first.

use crate::chat::text::{Json, Number, Text, add_escaped};

/// Writes one JSON text.
#[derive(Debug)]
pub(in crate::chat) struct Writer<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> Writer<'o> {
    pub(in crate::chat) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Begins the data line of an event.
    pub(in crate::chat) fn data_line(out: &'o mut Vec<u8>) -> Self {
        out.extend_from_slice(b"data: ");
        Self { out }
    }

    /// Begins an event that has a name.
    pub(in crate::chat) fn named_event(out: &'o mut Vec<u8>, name: &str) -> Self {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\ndata: ");
        Self { out }
    }

    /// Ends the event that was begun.
    pub(in crate::chat) fn end_event(self) {
        self.out.extend_from_slice(b"\n\n");
    }

    #[inline]
    fn separate(&mut self) {
        // No value ends with one of these, so what precedes is no value.
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':' | b' ')) {
            self.out.push(b',');
        }
    }

    /// Returns how much was written.
    pub(in crate::chat) fn len(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was written behind `len` bytes.
    pub(in crate::chat) fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
    }

    #[inline]
    pub(in crate::chat) fn begin_object(&mut self) -> &mut Self {
        self.separate();
        self.out.push(b'{');
        self
    }

    #[inline]
    pub(in crate::chat) fn end_object(&mut self) -> &mut Self {
        self.out.push(b'}');
        self
    }

    #[inline]
    pub(in crate::chat) fn begin_array(&mut self) -> &mut Self {
        self.separate();
        self.out.push(b'[');
        self
    }

    #[inline]
    pub(in crate::chat) fn end_array(&mut self) -> &mut Self {
        self.out.push(b']');
        self
    }

    /// Writes a key of a dialect's, which needs no escapes.
    #[inline]
    pub(in crate::chat) fn key(&mut self, key: &'static str) -> &mut Self {
        self.begin_text();
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self
    }

    /// Writes a key of the caller's.
    pub(in crate::chat) fn any_key(&mut self, key: &str) -> &mut Self {
        self.string(key);
        self.out.push(b':');
        self
    }

    /// Writes a word of a dialect's, which needs no escapes.
    #[inline]
    pub(in crate::chat) fn word(&mut self, word: &'static str) -> &mut Self {
        self.begin_text();
        self.out.extend_from_slice(word.as_bytes());
        self.end_text()
    }

    /// Writes a text that may need escapes.
    pub(in crate::chat) fn string(&mut self, text: &str) -> &mut Self {
        self.begin_text();
        add_escaped(self.out, text);
        self.end_text()
    }

    pub(in crate::chat) fn text(&mut self, text: &Text<'_>) -> &mut Self {
        self.begin_text();
        self.add_text(text);
        self.end_text()
    }

    /// Begins a string that is written in pieces.
    #[inline]
    pub(in crate::chat) fn begin_text(&mut self) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        self
    }

    pub(in crate::chat) fn add_text(&mut self, text: &Text<'_>) -> &mut Self {
        self.out.extend_from_slice(text.as_escaped().as_bytes());
        self
    }

    #[inline]
    pub(in crate::chat) fn end_text(&mut self) -> &mut Self {
        self.out.push(b'"');
        self
    }

    pub(in crate::chat) fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.extend_from_slice(json.as_bytes());
        self
    }

    /// Writes values that were written before, commas between them included; none at all is fine.
    pub(in crate::chat) fn pieces(&mut self, pieces: &[u8]) -> &mut Self {
        if !pieces.is_empty() {
            self.separate();
            self.out.extend_from_slice(pieces);
        }
        self
    }

    /// Adds a value to a list that has no brackets yet.
    pub(in crate::chat) fn next_piece(&mut self, piece: &[u8]) {
        self.pieces(piece);
    }

    pub(in crate::chat) fn json(&mut self, json: &Json<'_>) -> &mut Self {
        self.raw(json.as_str())
    }

    pub(in crate::chat) fn number(&mut self, number: &Number<'_>) -> &mut Self {
        self.raw(number.as_str())
    }

    pub(in crate::chat) fn count(&mut self, count: u64) -> &mut Self {
        self.raw(&count.to_string())
    }

    pub(in crate::chat) fn null(&mut self) -> &mut Self {
        self.raw("null")
    }

    pub(in crate::chat) fn flag(&mut self, is_set: Option<bool>, key: &'static str) -> &mut Self {
        match is_set {
            Some(true) => self.key(key).raw("true"),
            Some(false) => self.key(key).raw("false"),
            None => self,
        }
    }

    pub(in crate::chat) fn maybe_text(&mut self, key: &'static str, text: Option<&Text<'_>>) -> &mut Self {
        match text {
            Some(text) => self.key(key).text(text),
            None => self,
        }
    }

    pub(in crate::chat) fn maybe_number(&mut self, key: &'static str, number: Option<&Number<'_>>) -> &mut Self {
        match number {
            Some(number) => self.key(key).number(number),
            None => self,
        }
    }

    pub(in crate::chat) fn maybe_json(&mut self, key: &'static str, json: Option<&Json<'_>>) -> &mut Self {
        match json {
            Some(json) => self.key(key).json(json),
            None => self,
        }
    }

    /// Writes `"type":"…"` as first field of an object that was just begun.
    #[inline]
    pub(in crate::chat) fn kind(&mut self, kind: &'static str) -> &mut Self {
        self.key("type").word(kind)
    }
}
