//! Why a candidate cannot be used.

use serde::{Deserialize, Serialize};

use super::gate::Trouble;

/// Why a candidate cannot be used for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Obstacle {
    /// The route, the credential or the provider is switched off.
    Disabled,
    /// It does not serve what is asked for, in no dialect.
    Incapable,
    /// It cannot carry what the request asks for.
    NotConvertible,
    /// The key is bound to other providers.
    OutOfScope,
    /// The name that was asked for pins another provider.
    PinnedElsewhere,
    /// A rule, or what the call goes on from, chose others.
    NotChosen,
    /// Nobody says what it costs, and the call is billed.
    Unpriced,
    /// The account has nothing left.
    BalanceEmpty,
    /// The credential has answered as many calls as it may in all.
    CallsUsedUp,
    /// What is left on the account was not heard of for too long.
    BalanceStale,
    /// Its site does not let the key be used.
    KeyWithheld {
        /// Why not.
        reason: Withheld,
    },
    /// Its site could not be reached when it was last looked at.
    SiteAway {
        /// It counts as away until then, Unix milliseconds.
        until_ms: i64,
    },
    /// It is left alone for a while after what happened.
    Resting {
        /// What happened.
        trouble: Trouble,
        /// To which of them.
        of: Subject,
        /// Until then, Unix milliseconds.
        until_ms: i64,
    },
    /// As many calls are under way as it may have.
    Busy,
    /// As many calls or tokens went to it as it may have in a minute.
    LimitReached {
        /// Room for this call then, Unix milliseconds.
        until_ms: i64,
    },
}

/// Why a site does not let one of its keys be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// It is switched off there.
    Disabled,
    /// Its time is over.
    Expired,
    /// What it may use is used up.
    Exhausted,
    /// The site does not show its secret.
    Hidden,
    /// The account may not use the key's group, or not any more.
    GroupClosed,
}

impl Withheld {
    /// Returns the name used in records and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "key_disabled",
            Self::Expired => "key_expired",
            Self::Exhausted => "key_exhausted",
            Self::Hidden => "key_hidden",
            Self::GroupClosed => "group_closed",
        }
    }
}

/// What rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The whole provider.
    Provider,
    /// One of its credentials.
    Credential,
    /// A model at that credential.
    Route,
}

impl Subject {
    /// Returns the name used in records and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Credential => "credential",
            Self::Route => "route",
        }
    }
}

impl Obstacle {
    /// Returns the name used in records and the API.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Incapable => "incapable",
            Self::NotConvertible => "not_convertible",
            Self::OutOfScope => "out_of_scope",
            Self::PinnedElsewhere => "pinned_elsewhere",
            Self::NotChosen => "not_chosen",
            Self::Unpriced => "unpriced",
            Self::BalanceEmpty => "balance_empty",
            Self::CallsUsedUp => "calls_used_up",
            Self::BalanceStale => "balance_stale",
            Self::KeyWithheld { reason } => reason.as_str(),
            Self::SiteAway { .. } => "site_unavailable",
            Self::Resting { .. } => "resting",
            Self::Busy => "busy",
            Self::LimitReached { .. } => "limit_reached",
        }
    }

    /// Returns when it may be gone, Unix milliseconds: waiting until then makes sense. `None` for those that stay, and
    /// where nobody can tell.
    #[must_use]
    pub const fn until_ms(&self) -> Option<i64> {
        match self {
            Self::Resting { until_ms, .. } | Self::LimitReached { until_ms } | Self::SiteAway { until_ms } => {
                Some(*until_ms)
            }
            Self::Disabled
            | Self::Incapable
            | Self::NotConvertible
            | Self::OutOfScope
            | Self::PinnedElsewhere
            | Self::NotChosen
            | Self::Unpriced
            | Self::BalanceEmpty
            | Self::CallsUsedUp
            | Self::BalanceStale
            | Self::KeyWithheld { .. }
            | Self::Busy => None,
        }
    }

    /// Returns whether it is there because too much is asked for at once.
    #[must_use]
    pub const fn is_limit(&self) -> bool {
        matches!(self, Self::Busy | Self::LimitReached { .. } | Self::Resting { trouble: Trouble::RateLimited, .. })
    }

    /// Returns whether it goes away by itself.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Resting { .. } | Self::Busy | Self::LimitReached { .. } | Self::SiteAway { .. })
    }

    /// Returns whether it only makes a success unlikely: where there is no other candidate, trying is worth more than
    /// refusing.
    #[must_use]
    pub const fn is_a_guess(&self) -> bool {
        matches!(self, Self::Resting { .. } | Self::SiteAway { .. } | Self::BalanceStale)
    }
}
