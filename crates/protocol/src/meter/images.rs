//! Counts the images of a JSON answer, which may be far larger than what is kept of it, in constant memory.

use memchr::memchr2;

/// Length of the longest key that matters, `b64_json`.
const KEY_MAX_BYTES: usize = 8;

/// An image is an object with a string that is not empty under `b64_json` or `url`; one object is one image, whatever
/// it has. Images in the list `data` count. Only when it has none do those elsewhere: some vendors send the same ones
/// under two names.
#[derive(Debug, Default)]
pub(super) struct Images {
    in_data: u64,
    elsewhere: u64,
    depth: u32,
    is_in_data: bool,
    /// One bit for each depth, set once the object that is open there has counted.
    counted: u64,
    key: Key,
    /// Whether a colon went by, so that a string is a value and no key.
    is_value: bool,
    text: Option<Text>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Key {
    Data,
    Image,
    #[default]
    Other,
}

/// A string under way: its first bytes, and how long it is.
#[derive(Debug, Default)]
struct Text {
    start: [u8; KEY_MAX_BYTES],
    len: usize,
    is_escaped: bool,
}

impl Text {
    fn add(&mut self, bytes: &[u8]) {
        let room = self.start.get_mut(self.len..).unwrap_or_default();
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.len = self.len.saturating_add(bytes.len());
    }

    fn key(&self) -> Key {
        match self.start.get(..self.len) {
            Some(b"data") => Key::Data,
            Some(b"b64_json" | b"url") => Key::Image,
            _ => Key::Other,
        }
    }
}

impl Images {
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            bytes = match self.text.take() {
                Some(text) => self.go_on(text, bytes),
                None => {
                    self.mark(byte);
                    rest
                }
            };
        }
    }

    pub(super) fn found(&self) -> u64 {
        if self.in_data > 0 { self.in_data } else { self.elsewhere }
    }

    /// Goes on with a string; returns the bytes that are left.
    fn go_on<'b>(&mut self, mut text: Text, bytes: &'b [u8]) -> &'b [u8] {
        // The character behind a backslash ends no string, whatever it is.
        let from = usize::from(std::mem::take(&mut text.is_escaped));
        let end = memchr2(b'"', b'\\', bytes.get(from..).unwrap_or_default()).map_or(bytes.len(), |at| at + from);
        let (plain, rest) = bytes.split_at(end);
        text.add(plain);
        match rest.split_first() {
            Some((b'"', after)) => {
                self.end(&text);
                after
            }
            Some((_, after)) => {
                text.add(b"\\");
                text.is_escaped = true;
                self.text = Some(text);
                after
            }
            None => {
                self.text = Some(text);
                rest
            }
        }
    }

    fn end(&mut self, text: &Text) {
        if !self.is_value {
            self.key = text.key();
            return;
        }
        if self.key == Key::Image && text.len > 0 {
            self.count();
        }
        self.expect_key();
    }

    /// Takes a byte outside of strings.
    fn mark(&mut self, byte: u8) {
        match byte {
            b'"' => self.text = Some(Text::default()),
            b':' => self.is_value = true,
            b',' => self.expect_key(),
            b'{' | b'[' => {
                self.depth = self.depth.saturating_add(1);
                self.is_in_data |= byte == b'[' && self.depth == 2 && self.key == Key::Data;
                self.counted &= !self.bit();
                self.expect_key();
            }
            b'}' | b']' => {
                self.is_in_data &= self.depth > 2;
                self.depth = self.depth.saturating_sub(1);
                self.expect_key();
            }
            _ => {}
        }
    }

    fn expect_key(&mut self) {
        self.is_value = false;
        self.key = Key::Other;
    }

    fn count(&mut self) {
        const ITEM_DEPTH: u32 = 3;
        let bit = self.bit();
        if bit == 0 || self.counted & bit != 0 {
            return;
        }
        self.counted |= bit;
        match (self.is_in_data, self.depth) {
            (false, _) => self.elsewhere += 1,
            (true, ITEM_DEPTH) => self.in_data += 1,
            (true, _) => {}
        }
    }

    /// Returns the bit of the innermost object; 0 where no answer nests that deeply.
    fn bit(&self) -> u64 {
        1_u64.checked_shl(self.depth).unwrap_or(0)
    }
}
