//! Identifiers: one type per kind of row, so that a user id never stands where a key id is meant.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

row_id! {
    /// Identifies a user.
    UserId,
    /// Identifies a key (what a caller presents).
    KeyId,
    /// Identifies a provider (one upstream account).
    ProviderId,
    /// Identifies a credential (one secret of a provider).
    CredentialId,
    /// Identifies a route (model → credential).
    RouteId,
    /// Identifies an organisation.
    OrganisationId,
    /// Identifies an account of the ledger.
    AccountId,
    /// Identifies a budget.
    BudgetId,
    /// Identifies a price that the operator states or a provider publishes.
    PriceId,
    /// Identifies an alert.
    AlertId,
    /// Identifies a run of a job.
    JobRunId,
    /// Identifies a run of check-ins.
    CheckinRunId,
    /// Identifies one check-in at one site.
    CheckinItemId,
    /// Identifies a personal access token.
    AccessTokenId,
    /// Identifies a node: a random positive number that it draws at its first start and keeps beside its journal.
    NodeId,
}

macro_rules! event_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Builds the id of what began at `unix_ms` from ten random bytes (RFC 9562 §5.7).
            #[must_use]
            pub fn new(unix_ms: u64, random: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

event_id! {
    /// Identifies one call: a UUIDv7 made before the upstream is called, so that writing its record twice is harmless.
    CallId,
    /// Identifies a transfer: a UUIDv7 chosen by whoever orders it, so that ordering it twice books it once.
    TransferId,
    /// Identifies a lease: a UUIDv7 chosen by the node that borrows.
    LeaseId,
}

impl CallId {
    /// Returns when the call began, in Unix milliseconds.
    #[must_use]
    pub const fn unix_ms(self) -> u64 {
        let (high, _) = self.0.as_u64_pair();
        high >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_knows_when_it_began() {
        assert_eq!(CallId::new(1_700_000_000_123, [0xFF; 10]).unix_ms(), 1_700_000_000_123);
    }
}
