//! Lists, and the bound on how deep values nest.

use std::sync::Arc;

use super::Value;
use crate::limits::MAX_VALUE_DEPTH;

/// A value nests deeper than [`MAX_VALUE_DEPTH`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a value nests deeper than {MAX_VALUE_DEPTH} lists and maps")]
pub struct TooDeep;

/// A list that is cheap to copy.
#[derive(Clone, Debug)]
pub struct List<'a>(Arc<Items<'a>>);

#[derive(Debug)]
struct Items<'a> {
    depth: u8,
    items: Vec<Value<'a>>,
}

impl<'a> List<'a> {
    /// Makes a list of these elements.
    ///
    /// # Errors
    ///
    /// Fails when it would nest too deep.
    pub fn new(items: Vec<Value<'a>>) -> Result<Self, TooDeep> {
        let depth = depth_above(items.iter())?;
        Ok(Self(Arc::new(Items { depth, items })))
    }

    /// Returns the elements.
    #[must_use]
    pub fn items(&self) -> &[Value<'a>] {
        &self.0.items
    }

    pub(crate) fn depth(&self) -> u8 {
        self.0.depth
    }
}

/// Returns the depth of what holds these values.
pub(super) fn depth_above<'v, 'a: 'v>(values: impl Iterator<Item = &'v Value<'a>>) -> Result<u8, TooDeep> {
    let inner = values.map(Value::depth).max().unwrap_or(0);
    if inner < MAX_VALUE_DEPTH { Ok(inner + 1) } else { Err(TooDeep) }
}
