//! Users and their roles.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::UserId;
use crate::limit::Limits;
use crate::price::Multiplier;

/// What a user may do; the numbers are those that scripts of the old gateways send and expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "i32", try_from = "i32")]
pub enum Role {
    /// May look at public pages.
    Guest,
    /// Owns keys and sees its own calls.
    Common,
    /// Runs providers, routes and ordinary users.
    Admin,
    /// May do everything, settings included.
    Root,
}

impl Role {
    /// Returns the role's number: 0, 1, 10 or 100.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Guest => 0,
            Self::Common => 1,
            Self::Admin => 10,
            Self::Root => 100,
        }
    }
}

impl From<Role> for i32 {
    fn from(role: Role) -> Self {
        role.number()
    }
}

/// A number that is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role: use 0 (guest), 1 (common), 10 (admin) or 100 (root)")]
pub struct UnknownRole(pub i32);

impl TryFrom<i32> for Role {
    type Error = UnknownRole;

    fn try_from(number: i32) -> Result<Self, UnknownRole> {
        match number {
            0 => Ok(Self::Guest),
            1 => Ok(Self::Common),
            10 => Ok(Self::Admin),
            100 => Ok(Self::Root),
            other => Err(UnknownRole(other)),
        }
    }
}

/// Who pays for a user's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funding {
    /// The operator: calls are recorded and cost nobody anything.
    Unlimited,
    /// The user's own balance: every call must be metered and priced.
    Billed,
}

/// Group of users that are put into no other.
pub const DEFAULT_GROUP: &str = "default";

/// Users that pay the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Name, unique.
    pub name: String,
    /// What prices are multiplied by for its users. A group that does not exist multiplies by one.
    pub multiplier: Multiplier,
    /// How much all its users together may ask for.
    pub limits: Limits,
    /// Note for people.
    pub remark: String,
}

/// A person or program that owns keys. The password hash stays inside the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Row id.
    pub id: UserId,
    /// Login name, unique.
    pub username: String,
    /// Name shown to people.
    pub display_name: String,
    /// Mail address, may be empty.
    pub email: String,
    /// What the user may do.
    pub role: Role,
    /// A disabled user cannot log in and none of its keys work.
    pub enabled: bool,
    /// Who pays for its calls.
    pub funding: Funding,
    /// Name of its [`Group`].
    pub group: String,
    /// How much all its keys together may ask for.
    pub limits: Limits,
    /// When the user was made.
    pub created_at: Timestamp,
}
