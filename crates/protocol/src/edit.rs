//! Edits of a body by offset: what is not named stays byte for byte as it came.

use std::ops::Range;

/// Replacements in a body, ordered and without overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    cuts: Vec<Cut>,
}

/// One replaced range; an empty range is an insertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Bytes of the original that go away.
    pub range: Range<usize>,
    /// What stands there instead.
    pub replacement: Vec<u8>,
}

/// A stretch of the edited body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Bytes of the original.
    Kept(Range<usize>),
    /// New bytes.
    New(&'a [u8]),
}

impl Edits {
    /// Adds a replacement.
    pub fn replace(&mut self, range: Range<usize>, replacement: Vec<u8>) {
        let place = self.cuts.partition_point(|cut| cut.range.start <= range.start);
        self.cuts.insert(place, Cut { range, replacement });
    }

    /// Returns whether something is inserted at `place`.
    pub(crate) fn inserts_at(&self, place: usize) -> bool {
        self.cuts.iter().any(|cut| cut.range == (place..place))
    }

    /// Returns whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// Returns the only replacement; `None` when there is none or more than one.
    #[must_use]
    pub fn into_single(mut self) -> Option<(Range<usize>, Vec<u8>)> {
        let cut = self.cuts.pop()?;
        self.cuts.is_empty().then_some((cut.range, cut.replacement))
    }

    /// Returns the stretches of the edited body for an original of `len` bytes.
    #[must_use]
    pub fn segments(&self, len: usize) -> Vec<Segment<'_>> {
        let mut segments = Vec::with_capacity(self.cuts.len() * 2 + 1);
        let mut at = 0;
        for cut in &self.cuts {
            if at < cut.range.start {
                segments.push(Segment::Kept(at..cut.range.start));
            }
            if !cut.replacement.is_empty() {
                segments.push(Segment::New(&cut.replacement));
            }
            at = cut.range.end;
        }
        if at < len {
            segments.push(Segment::Kept(at..len));
        }
        segments
    }

    /// Returns the length of the edited body for an original of `len` bytes.
    #[must_use]
    pub fn edited_len(&self, len: usize) -> usize {
        self.cuts.iter().fold(len, |sum, cut| sum.saturating_sub(cut.range.len()) + cut.replacement.len())
    }

    /// Returns the edited body in one piece.
    #[must_use]
    pub fn apply(&self, source: &[u8]) -> Vec<u8> {
        let mut edited = Vec::with_capacity(self.edited_len(source.len()));
        for segment in self.segments(source.len()) {
            edited.extend_from_slice(match segment {
                Segment::Kept(range) => source.get(range).unwrap_or_default(),
                Segment::New(bytes) => bytes,
            });
        }
        edited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_ranges_change() {
        let mut edits = Edits::default();
        edits.replace(8..8, b"+".to_vec());
        edits.replace(2..4, b"xyz".to_vec());
        assert_eq!(edits.apply(b"0123456789"), b"01xyz4567+89");
        assert_eq!(edits.edited_len(10), 12);
        assert_eq!(Edits::default().apply(b"abc"), b"abc");
    }
}
