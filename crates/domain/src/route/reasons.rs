//! Why a call went where it went, as its record has it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::Decision;

/// A decision that may still be added to, or what was written of it: the journal and the database keep the same text, so
/// that it is written once.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Reasons {
    /// The call is under way.
    Open(Box<Decision>),
    /// The call has ended.
    Written(Box<RawValue>),
}

impl Reasons {
    /// Returns the decision for what is still to be added.
    pub fn open(&mut self) -> Option<&mut Decision> {
        match self {
            Self::Open(decision) => Some(decision),
            Self::Written(_) => None,
        }
    }

    /// Writes it down: nothing is added any more.
    pub fn write(&mut self) {
        if let Self::Open(decision) = self
            && let Ok(text) = to_raw_value(decision)
        {
            *self = Self::Written(text);
        }
    }

    /// Returns what was written, as JSON; `None` while the call is under way.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Open(_) => None,
            Self::Written(text) => Some(text.get()),
        }
    }

    /// Returns the decision; `None` if what was written cannot be understood.
    #[must_use]
    pub fn decision(self) -> Option<Decision> {
        match self {
            Self::Open(decision) => Some(*decision),
            Self::Written(text) => serde_json::from_str(text.get()).ok(),
        }
    }
}

impl From<Decision> for Reasons {
    fn from(decision: Decision) -> Self {
        Self::Open(Box::new(decision))
    }
}

impl<'de> Deserialize<'de> for Reasons {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Decision::deserialize(deserializer).map(Self::from)
    }
}

impl PartialEq for Reasons {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Written(one), Self::Written(two)) => one.get() == two.get(),
            (one, two) => one.clone().decision() == two.clone().decision(),
        }
    }
}

impl Eq for Reasons {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_says_what_was_decided() {
        let decision = Decision { rule: Some("r".to_owned()), waited_ms: 3, ..Decision::default() };
        let mut reasons = Reasons::from(decision.clone());
        assert!(reasons.text().is_none());
        reasons.open().unwrap().waited_ms = 4;
        let decision = Decision { waited_ms: 4, ..decision };
        let open = serde_json::to_string(&reasons).unwrap();
        reasons.write();
        assert!(reasons.open().is_none());
        assert_eq!(reasons.text(), Some(serde_json::to_string(&decision).unwrap().as_str()));
        assert_eq!(serde_json::to_string(&reasons).unwrap(), open);
        assert_eq!(reasons, Reasons::from(decision.clone()));
        assert_eq!(serde_json::from_str::<Reasons>(&open).unwrap().decision(), Some(decision));
    }
}
