//! Keys: what a caller presents, and what it may do with it.

use std::fmt;
use std::net::IpAddr;

use crate::access::{AddressList, ModelList};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{KeyId, UserId};
use crate::ledger::{Budget, Holder};
use crate::limit::Limits;
use crate::price::Multiplier;
use crate::route::policy::Scope;
use crate::user::Funding;

/// Prefix of every key that Sluice makes.
pub const KEY_PREFIX: &str = "ag-";
/// Number of random characters after the prefix.
pub const KEY_BODY_CHARS: usize = 48;
const KEY_ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Returns the part of a presented key that is hashed: without the optional `ag-` or `sk-`.
#[must_use]
pub fn key_body(presented: &str) -> &str {
    let trimmed = presented.trim();
    trimmed.strip_prefix(KEY_PREFIX).or_else(|| trimmed.strip_prefix("sk-")).unwrap_or(trimmed)
}

/// Makes the body of a new key from a secure generator: 48 characters of `A–Z a–z 0–9`, 285 bits.
pub fn make_key_body<R: rand::CryptoRng>(random: &mut R) -> String {
    use rand::RngExt;
    (0..KEY_BODY_CHARS)
        .map(|_| KEY_ALPHABET.get(random.random_range(0..KEY_ALPHABET.len())).copied().map_or('A', char::from))
        .collect()
}

/// SHA-256 of a key's body; all that is stored of it. Keys carry 285 random bits, so a plain hash cannot be guessed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// A key as the operator sees it; the secret itself is gone after it was shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Row id.
    pub id: KeyId,
    /// Owner.
    pub user_id: UserId,
    /// Name given by the owner.
    pub name: String,
    /// Last four characters, to tell keys apart in lists.
    pub last4: String,
    /// A disabled key is refused.
    pub enabled: bool,
    /// Refused from this time on; `None` never expires.
    pub expires_at: Option<Timestamp>,
    /// Models it may use.
    pub models: ModelList,
    /// Addresses it may be used from.
    pub addresses: AddressList,
    /// How its calls are paid for.
    pub billing: KeyBilling,
    /// How much it may ask for.
    pub limits: Limits,
    /// Where its calls may go.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub accessed_at: Option<Timestamp>,
    /// Until when the secret that it had before works too; `None` where there is none.
    pub previous_until: Option<Timestamp>,
}

/// How a key's calls are paid for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyBilling {
    /// Whose balance they are paid from.
    pub funding: KeyFunding,
    /// What their prices are multiplied by, besides the factor of the owner's group.
    pub multiplier: Multiplier,
    /// Whether the caller is told what each call cost.
    pub shows_cost: bool,
}

/// Whose balance a key's calls are paid from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyFunding {
    /// Its owner's, if the owner is billed at all.
    #[default]
    Owner,
    /// Its own: nothing but what was paid in for this key.
    Own,
}

impl KeyFunding {
    /// Returns the name used in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Own => "own",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Owner, Self::Own].into_iter().find(|funding| funding.as_str() == name)
    }
}

/// A key with what is known of its owner: all that a call needs to know about its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The key.
    pub key: Key,
    /// Whether the owner exists and is enabled.
    pub owner_enabled: bool,
    /// Who pays for the owner's calls.
    pub funding: Funding,
    /// The owner's group, whose factor prices are multiplied by.
    pub group: String,
    /// How much all keys of the owner together may ask for.
    pub owner_limits: Limits,
    /// How much all users of that group together may ask for.
    pub group_limits: Limits,
    /// Every limit that its spending falls under: of the key, of its owner, of the owner's organisation.
    pub budgets: Vec<Budget>,
}

/// Why a caller is turned away before its request is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The operator or owner switched the key off.
    #[error("this key is disabled; ask its owner to enable it")]
    Disabled,
    /// Past its expiry.
    #[error("this key has expired; make a new one")]
    Expired,
    /// The owner is disabled or gone.
    #[error("the owner of this key is disabled; ask the operator")]
    OwnerDisabled,
    /// The client's address is not on the key's list.
    #[error("this key may not be used from your address `{0}`")]
    Address(IpAddr),
}

impl Caller {
    /// Returns whose balance its calls are paid from; `None` when they cost nobody anything.
    #[must_use]
    pub const fn payer(&self) -> Option<Holder> {
        match (self.key.billing.funding, self.funding) {
            (KeyFunding::Own, _) => Some(Holder::Key(self.key.id)),
            (KeyFunding::Owner, Funding::Billed) => Some(Holder::User(self.key.user_id)),
            (KeyFunding::Owner, Funding::Unlimited) => None,
        }
    }

    /// Returns whether its calls must be metered and priced before they are made.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.payer().is_some() || !self.budgets.is_empty()
    }

    /// Checks that the key may be used now from `address`.
    ///
    /// # Errors
    /// Returns the first reason that forbids it.
    pub fn admit(&self, now: Timestamp, address: IpAddr) -> Result<(), Denial> {
        if !self.key.enabled {
            return Err(Denial::Disabled);
        }
        if self.key.expires_at.is_some_and(|expiry| expiry <= now) {
            return Err(Denial::Expired);
        }
        if !self.owner_enabled {
            return Err(Denial::OwnerDisabled);
        }
        if !self.key.addresses.allows(address) {
            return Err(Denial::Address(address));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::DEFAULT_GROUP;

    fn caller() -> Caller {
        Caller {
            key: Key {
                id: KeyId(1),
                user_id: UserId(1),
                name: "k".to_owned(),
                last4: "wxyz".to_owned(),
                enabled: true,
                expires_at: Some(Timestamp(1_000)),
                models: ModelList::default(),
                addresses: AddressList::parse("10.0.0.0/8").unwrap(),
                billing: KeyBilling::default(),
                limits: Limits::NONE,
                scope: Scope::default(),
                created_at: Timestamp(0),
                accessed_at: None,
                previous_until: None,
            },
            owner_enabled: true,
            funding: Funding::Unlimited,
            group: DEFAULT_GROUP.to_owned(),
            owner_limits: Limits::NONE,
            group_limits: Limits::NONE,
            budgets: Vec::new(),
        }
    }

    #[test]
    fn a_key_with_its_own_balance_pays_for_itself() {
        let mut caller = caller();
        assert_eq!((caller.payer(), caller.is_limited()), (None, false));
        caller.funding = Funding::Billed;
        assert_eq!(caller.payer(), Some(Holder::User(UserId(1))));
        caller.key.billing.funding = KeyFunding::Own;
        assert_eq!(caller.payer(), Some(Holder::Key(KeyId(1))));
    }

    #[test]
    fn the_prefix_is_optional() {
        assert_eq!(["ag-abc", "sk-abc", "abc", " ag-abc "].map(key_body), ["abc"; 4]);
    }

    #[test]
    fn a_caller_is_admitted_until_the_moment_its_key_expires() {
        let inside = "10.1.1.1".parse().unwrap();
        assert_eq!(caller().admit(Timestamp(999), inside), Ok(()));
        assert_eq!(caller().admit(Timestamp(1_000), inside), Err(Denial::Expired));
    }

    #[test]
    fn each_reason_turns_a_caller_away() {
        let inside = "10.1.1.1".parse().unwrap();
        let outside = "11.1.1.1".parse().unwrap();
        let mut disabled = caller();
        disabled.key.enabled = false;
        assert_eq!(disabled.admit(Timestamp(0), inside), Err(Denial::Disabled));
        let orphan = Caller { owner_enabled: false, ..caller() };
        assert_eq!(orphan.admit(Timestamp(0), inside), Err(Denial::OwnerDisabled));
        assert_eq!(caller().admit(Timestamp(0), outside), Err(Denial::Address(outside)));
    }

    #[test]
    fn a_new_key_has_48_characters_of_the_alphabet() {
        let body = make_key_body(&mut rand::rng());
        assert_eq!(body.len(), KEY_BODY_CHARS);
        assert!(body.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
