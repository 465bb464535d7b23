//! Transfers: immutable moves of money from one account to another.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::{Link, OperatorBook};
use crate::clock::Timestamp;
use crate::id::{AccountId, CallId, NodeId, TransferId, UserId};
use crate::money::Micros;

/// Why money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// The holder paid in.
    TopUp,
    /// A call was settled.
    Charge,
    /// A charge was given back, wholly or in part.
    Refund,
    /// The operator gave credit.
    Grant,
    /// A mistake is put right, in either direction.
    Correction,
    /// Credit ran out of time.
    Expiry,
}

impl TransferKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [Self::TopUp, Self::Charge, Self::Refund, Self::Grant, Self::Correction, Self::Expiry];

    /// Returns the name used in the database, the chain and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Grant => "grant",
            Self::Correction => "correction",
            Self::Expiry => "expiry",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Returns the operator's account on the other side; a correction names its own.
    #[must_use]
    pub const fn book(self) -> Option<OperatorBook> {
        match self {
            Self::TopUp => Some(OperatorBook::Cash),
            Self::Charge | Self::Refund => Some(OperatorBook::Revenue),
            Self::Grant | Self::Expiry => Some(OperatorBook::Cost),
            Self::Correction => None,
        }
    }
}

/// Who ordered a transfer. Written `user:5`, `node:7` or `system`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person, or a script with that person's access token.
    User(UserId),
    /// A node, by settling a call.
    Node(NodeId),
    /// A job of Sluice.
    System,
}

impl Actor {
    /// Reads what `Display` writes.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split_once(':') {
            Some(("user", id)) => id.parse().ok().map(|id| Self::User(UserId(id))),
            Some(("node", id)) => id.parse().ok().map(|id| Self::Node(NodeId(id))),
            Some(_) => None,
            None => (name == "system").then_some(Self::System),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Node(id) => write!(f, "node:{id}"),
            Self::System => f.write_str("system"),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A move of money. Never changed and never deleted: a mistake is put right by another transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transfer {
    /// Chosen by whoever orders it; the same id is booked once.
    pub id: TransferId,
    /// Why.
    pub kind: TransferKind,
    /// Account whose balance falls.
    pub debit: AccountId,
    /// Account whose balance rises.
    pub credit: AccountId,
    /// How much; more than 0.
    #[serde(rename = "amount_micros")]
    pub amount: Micros,
    /// Call that it is about.
    pub call: Option<CallId>,
    /// Who ordered it.
    pub actor: Actor,
    /// Note for people.
    pub memo: String,
    /// When it was ordered.
    pub created_at: Timestamp,
}

impl TransferId {
    /// Returns the id that the charge of `call` has. A call has one id and ids are unique, so that no crash, retry or
    /// replay can charge it twice.
    #[must_use]
    pub const fn of_charge(call: CallId) -> Self {
        Self(call.0)
    }
}

/// A transfer with its places in the chains of both accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookedTransfer {
    /// What was moved.
    #[serde(flatten)]
    pub transfer: Transfer,
    /// Its link in the debited account's chain.
    pub debit_link: Link,
    /// Its link in the credited account's chain.
    pub credit_link: Link,
}

impl BookedTransfer {
    /// Returns the transfer's place in the chain of `account`, which is one of its two.
    #[must_use]
    pub fn seq_in(&self, account: AccountId) -> i64 {
        if self.transfer.debit == account { self.debit_link.seq } else { self.credit_link.seq }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_goes_through_its_name_and_other_names_are_nobody() {
        let actors = [Actor::User(UserId(5)), Actor::Node(NodeId(7)), Actor::System];
        assert_eq!(actors.map(|actor| actor.to_string()), ["user:5", "node:7", "system"]);
        assert_eq!(actors.map(|actor| Actor::from_name(&actor.to_string())), actors.map(Some));
        assert_eq!(["", "user:", "user:x", "root:1", "System"].map(Actor::from_name), [None; 5]);
    }

    #[test]
    fn a_kind_goes_through_its_name() {
        assert_eq!(TransferKind::ALL.map(|kind| TransferKind::from_name(kind.as_str())), TransferKind::ALL.map(Some));
    }
}
