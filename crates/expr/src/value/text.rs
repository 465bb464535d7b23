//! Texts: borrowed from the call or the rule, or made by a run and shared.

use std::cmp::Ordering;
use std::ops::Deref;
use std::sync::Arc;

/// A text that is cheap to copy.
#[derive(Clone, Debug)]
pub enum Text<'a> {
    /// One that somebody else keeps.
    Borrowed(&'a str),
    /// One that was made.
    Shared(Arc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl<'a> Text<'a> {
    /// Returns a part of this text, found as a slice of it; without a copy where somebody else keeps the text.
    pub(crate) fn part(&self, of: impl FnOnce(&str) -> &str) -> Self {
        let part = of(self);
        match self {
            Self::Shared(_) => Self::Shared(part.into()),
            Self::Borrowed(whole) => {
                let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
                match start.checked_add(part.len()).and_then(|end| whole.get(start..end)) {
                    Some(part) => Self::Borrowed(part),
                    None => Self::Shared(part.into()),
                }
            }
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}
