//! Accounts: who holds one, and what is in it.

use serde::{Deserialize, Serialize};

use super::Link;
use crate::clock::Timestamp;
use crate::id::{AccountId, BudgetId, KeyId, NodeId, OrganisationId, UserId};
use crate::money::Micros;

/// The kinds of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A user's balance.
    User,
    /// A key's own balance.
    Key,
    /// An organisation's balance.
    Organisation,
    /// What a node's calls earned.
    Revenue,
    /// Money that came in from outside.
    Cash,
    /// What was given away.
    Cost,
    /// What is left of a budget in one period: a limit, not money.
    Budget,
}

impl AccountKind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::User, Self::Key, Self::Organisation, Self::Revenue, Self::Cash, Self::Cost, Self::Budget];

    /// Returns the name used in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Key => "key",
            Self::Organisation => "organisation",
            Self::Revenue => "revenue",
            Self::Cash => "cash",
            Self::Cost => "cost",
            Self::Budget => "budget",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The operator's side of a transfer. Each node has its own account of each, so that nodes never wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatorBook {
    /// What calls earned.
    Revenue,
    /// Money that came in from outside; its balance is what was paid in, negated.
    Cash,
    /// What was given away; its balance is that sum, negated.
    Cost,
}

impl OperatorBook {
    /// Returns the holder of this book on one node.
    #[must_use]
    pub const fn on(self, node: NodeId) -> Holder {
        match self {
            Self::Revenue => Holder::Revenue(node),
            Self::Cash => Holder::Cash(node),
            Self::Cost => Holder::Cost(node),
        }
    }
}

/// Whose account it is. There is one account for each holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A user.
    User(UserId),
    /// A key with a balance of its own.
    Key(KeyId),
    /// An organisation.
    Organisation(OrganisationId),
    /// The operator, for what this node's calls earned.
    Revenue(NodeId),
    /// The operator, for money that came in through this node.
    Cash(NodeId),
    /// The operator, for what was given away through this node.
    Cost(NodeId),
    /// A budget in the period that begins at this time.
    Budget(BudgetId, Timestamp),
}

impl Holder {
    /// Returns the kind of the holder's account.
    #[must_use]
    pub const fn kind(self) -> AccountKind {
        match self {
            Self::User(_) => AccountKind::User,
            Self::Key(_) => AccountKind::Key,
            Self::Organisation(_) => AccountKind::Organisation,
            Self::Revenue(_) => AccountKind::Revenue,
            Self::Cash(_) => AccountKind::Cash,
            Self::Cost(_) => AccountKind::Cost,
            Self::Budget(..) => AccountKind::Budget,
        }
    }

    /// Returns the holder's number within its kind.
    #[must_use]
    pub const fn owner_id(self) -> i64 {
        match self {
            Self::User(id) => id.0,
            Self::Key(id) => id.0,
            Self::Organisation(id) => id.0,
            Self::Revenue(node) | Self::Cash(node) | Self::Cost(node) => node.0,
            Self::Budget(id, _) => id.0,
        }
    }

    /// Returns when the budget's period begins; 0 for every other holder.
    #[must_use]
    pub const fn period_start(self) -> Timestamp {
        match self {
            Self::Budget(_, start) => start,
            Self::User(_) | Self::Key(_) | Self::Organisation(_) | Self::Revenue(_) | Self::Cash(_) | Self::Cost(_) => {
                Timestamp(0)
            }
        }
    }

    /// Returns the holder that these three parts describe.
    #[must_use]
    pub const fn from_parts(kind: AccountKind, owner_id: i64, period_start: Timestamp) -> Self {
        match kind {
            AccountKind::User => Self::User(UserId(owner_id)),
            AccountKind::Key => Self::Key(KeyId(owner_id)),
            AccountKind::Organisation => Self::Organisation(OrganisationId(owner_id)),
            AccountKind::Revenue => Self::Revenue(NodeId(owner_id)),
            AccountKind::Cash => Self::Cash(NodeId(owner_id)),
            AccountKind::Cost => Self::Cost(NodeId(owner_id)),
            AccountKind::Budget => Self::Budget(BudgetId(owner_id), period_start),
        }
    }
}

/// An account as it stood at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Row id.
    pub id: AccountId,
    /// Whose it is.
    pub holder: Holder,
    /// What has been posted: credits less debits, or for a budget its limit less what was drawn.
    pub posted: Micros,
    /// What nodes have borrowed and not yet used or given back.
    pub leased: Micros,
    /// The limit that a budget's period has; 0 for every other account.
    pub limit: Micros,
    /// Last link of its chain.
    pub head: Link,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl Account {
    /// Returns what can still be borrowed; negative after a settlement beyond the balance.
    #[must_use]
    pub const fn available(&self) -> Micros {
        Micros(self.posted.0.saturating_sub(self.leased.0))
    }

    /// Returns what was drawn from a budget in this period; for other accounts it means nothing.
    #[must_use]
    pub const fn drawn(&self) -> Micros {
        Micros(self.limit.0.saturating_sub(self.posted.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_its_three_parts() {
        let holders = [
            Holder::User(UserId(1)),
            Holder::Key(KeyId(2)),
            Holder::Organisation(OrganisationId(3)),
            Holder::Revenue(NodeId(4)),
            Holder::Cash(NodeId(5)),
            Holder::Cost(NodeId(6)),
            Holder::Budget(BudgetId(7), Timestamp(-8)),
        ];
        let again = holders.map(|holder| {
            let kind = AccountKind::from_name(holder.kind().as_str()).unwrap();
            Holder::from_parts(kind, holder.owner_id(), holder.period_start())
        });
        assert_eq!(again, holders);
    }
}
