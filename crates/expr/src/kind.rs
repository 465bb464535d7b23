//! Types: what is known of a value before the rule runs.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The type of a variable, an argument or a result.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Type {
    /// Anything; checked when the rule runs.
    Any,
    /// Nothing.
    Nil,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// A floating point number; a whole number will do.
    Float,
    /// A text.
    Text,
    /// A list of values of a type.
    List(Arc<Type>),
    /// A map from texts to values of a type.
    Map(Arc<Type>),
    /// A map with these members and no others.
    Record(Arc<BTreeMap<String, Type>>),
    /// A point in time.
    Moment,
    /// A length of time.
    Duration,
    /// A time zone.
    Zone,
    /// A month, a whole number with a name.
    Month,
    /// A day of the week, a whole number with a name.
    Weekday,
}

impl Type {
    /// Returns the type of lists of this.
    #[must_use]
    pub fn list(of: Self) -> Self {
        Self::List(Arc::new(of))
    }

    /// Returns the type of maps from texts to this.
    #[must_use]
    pub fn map(of: Self) -> Self {
        Self::Map(Arc::new(of))
    }

    /// Returns the type of maps with exactly these members.
    #[must_use]
    pub fn record<'n>(members: impl IntoIterator<Item = (&'n str, Self)>) -> Self {
        Self::Record(Arc::new(members.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect()))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Nil => "nil",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "string",
            Self::List(_) => "list",
            Self::Map(_) | Self::Record(_) => "map",
            Self::Moment => "date",
            Self::Duration => "duration",
            Self::Zone => "timezone",
            Self::Month => "month",
            Self::Weekday => "weekday",
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    pub(crate) fn is_int(&self) -> bool {
        matches!(self, Self::Int | Self::Month | Self::Weekday)
    }

    pub(crate) fn is_number(&self) -> bool {
        self.is_int() || matches!(self, Self::Float)
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Self::Map(_) | Self::Record(_))
    }

    /// Returns the type of an element, if this may be a list.
    pub(crate) fn element(&self) -> Option<Self> {
        match self {
            Self::List(of) => Some((**of).clone()),
            Self::Any => Some(Self::Any),
            _ => None,
        }
    }

    /// Returns whether a value of this type may be used where the other is asked for.
    pub(crate) fn fits(&self, asked: &Self) -> bool {
        match (self, asked) {
            (Self::Any, _) | (_, Self::Any) => true,
            (_, Self::Float) => self.is_number(),
            (_, Self::Int) => self.is_int(),
            (Self::List(_), Self::List(_)) => true,
            (_, Self::Map(_) | Self::Record(_)) => self.is_map(),
            _ => self == asked,
        }
    }

    /// Returns whether values of these types can be equal.
    pub(crate) fn is_comparable(&self, other: &Self) -> bool {
        matches!(self, Self::Nil)
            || matches!(other, Self::Nil)
            || self.is_number() && other.is_number()
            || self.fits(other)
    }

    /// Returns the type of a value that is of one or the other.
    pub(crate) fn or(&self, other: &Self) -> Self {
        match (self, other) {
            _ if self == other => self.clone(),
            (Self::Nil, _) => other.clone(),
            (_, Self::Nil) => self.clone(),
            _ => Self::Any,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
