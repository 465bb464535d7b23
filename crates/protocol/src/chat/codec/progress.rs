//! Tells when a JSON value that comes in pieces is whole.

use crate::chat::text::Text;

/// What was seen of a value.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::chat) struct Progress {
    depth: usize,
    has_begun: bool,
    is_in_string: bool,
    is_escaped: bool,
    is_scalar: bool,
}

impl Progress {
    /// Takes more of the value.
    pub(in crate::chat) fn push(&mut self, text: &Text<'_>) {
        for byte in text.to_plain().bytes() {
            self.byte(byte);
        }
    }

    /// Returns whether an object or a list has ended. Of any other value nobody can know.
    pub(in crate::chat) fn is_whole(self) -> bool {
        self.has_begun && self.depth == 0 && !self.is_in_string && !self.is_scalar
    }

    fn byte(&mut self, byte: u8) {
        if self.is_in_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_in_string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b'"' => self.is_in_string = true,
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            self.is_scalar |= !self.has_begun && !matches!(byte, b'{' | b'[');
            self.has_begun = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&["{"], false)]
    #[case(&["{}"], true)]
    #[case(&["{\"a\":\"}", "\\\"}\"", "}"], true)]
    #[case(&["{\"a\":{}"], false)]
    #[case(&[" [1,", "2] "], true)]
    #[case(&["12"], false)]
    #[case(&["\"x\""], false)]
    #[case(&[], false)]
    fn a_value_is_whole_when_its_brackets_are_closed(#[case] pieces: &[&str], #[case] expected: bool) {
        let mut progress = Progress::default();
        pieces.iter().for_each(|piece| progress.push(&Text::plain(*piece)));
        assert_eq!(progress.is_whole(), expected);
    }
}
