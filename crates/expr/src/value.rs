//! What rules compute with: values that borrow from the call wherever they can.

mod compare;
mod json;
mod key;
mod list;
mod map;
mod print;
mod text;

pub(crate) use compare::{is_equal, order};
pub use json::from_json;
pub(crate) use json::to_json;
pub use key::Key;
pub use list::{List, TooDeep};
pub use map::Map;
pub(crate) use print::{float, print};
pub use text::Text;

use std::fmt;

use crate::limits::{Gauge, Limits};
use crate::time::{Moment, Zone};

/// A value of a rule, of a variable or of a result.
#[derive(Clone, Debug, Default)]
pub enum Value<'a> {
    /// Nothing.
    #[default]
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number; arithmetic wraps around.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// A text.
    Text(Text<'a>),
    /// A list.
    List(List<'a>),
    /// A map.
    Map(Map<'a>),
    /// A point in time as seen in a time zone.
    Moment(Moment),
    /// A length of time in nanoseconds.
    Duration(i64),
    /// A time zone.
    Zone(Zone),
}

impl<'a> Value<'a> {
    /// Returns the value, borrowing its text where that is possible.
    #[inline]
    pub(crate) fn borrowed(&'a self) -> Self {
        match self {
            Self::Nil => Self::Nil,
            Self::Bool(value) => Self::Bool(*value),
            Self::Int(value) => Self::Int(*value),
            Self::Float(value) => Self::Float(*value),
            Self::Text(text) => Self::Text(Text::Borrowed(text)),
            Self::List(_) | Self::Map(_) | Self::Moment(_) | Self::Duration(_) | Self::Zone(_) => self.clone(),
        }
    }

    /// Returns whether this is nothing.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Returns the truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// Returns the whole number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// Returns the number as a floating point number, if it is one.
    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value<'a>]> {
        if let Self::List(list) = self { Some(list.items()) } else { None }
    }

    /// Returns the map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map<'a>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// Returns the name of the value's type as messages and `type(v)` say it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Map(_) => "map",
            Self::Moment(_) => "time.Time",
            Self::Duration(_) => "time.Duration",
            Self::Zone(_) => "time.Location",
        }
    }

    pub(crate) fn depth(&self) -> u8 {
        match self {
            Self::List(list) => list.depth(),
            Self::Map(map) => map.depth(),
            _ => 0,
        }
    }
}

impl fmt::Display for Value<'_> {
    /// Shows what `string(v)` gives.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unlimited = Limits { source_bytes: 0, steps: u64::MAX, memory_bytes: usize::MAX };
        formatter.write_str(&print(&mut Gauge::new(unlimited), self).map_err(|_| fmt::Error)?)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Text::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Text(Text::Shared(value.into()))
    }
}
