//! Maps, in the order of their keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::list::depth_above;
use super::{Key, TooDeep, Value};

/// A map that is cheap to copy.
#[derive(Clone, Debug)]
pub struct Map<'a>(Arc<Entries<'a>>);

#[derive(Debug)]
struct Entries<'a> {
    depth: u8,
    entries: BTreeMap<Key<'a>, Value<'a>>,
}

impl<'a> Map<'a> {
    /// Makes a map of these entries.
    ///
    /// # Errors
    ///
    /// Fails when it would nest too deep.
    pub fn new(entries: BTreeMap<Key<'a>, Value<'a>>) -> Result<Self, TooDeep> {
        let depth = depth_above(entries.values())?;
        Ok(Self(Arc::new(Entries { depth, entries })))
    }

    /// Returns the entries.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<Key<'a>, Value<'a>> {
        &self.0.entries
    }

    pub(crate) fn depth(&self) -> u8 {
        self.0.depth
    }
}

impl<'a> FromIterator<(&'a str, Value<'a>)> for Map<'a> {
    /// Makes a map; entries that would nest too deep become nothing.
    fn from_iter<I: IntoIterator<Item = (&'a str, Value<'a>)>>(entries: I) -> Self {
        let fitting =
            |value: Value<'a>| if value.depth() < crate::limits::MAX_VALUE_DEPTH { value } else { Value::Nil };
        let entries: BTreeMap<_, _> = entries.into_iter().map(|(name, value)| (name.into(), fitting(value))).collect();
        let depth = entries.values().map(Value::depth).max().unwrap_or(0) + 1;
        Self(Arc::new(Entries { depth, entries }))
    }
}
