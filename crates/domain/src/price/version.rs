//! A price with all that makes it one price and not another: for which model and whom, by whom, from when.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::rates::Rates;
use super::{Price, Service};
use crate::clock::Timestamp;
use crate::id::ProviderId;

/// Who says what a model costs. Of several, the first in this order is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceSource {
    /// The operator.
    Operator,
    /// The provider itself publishes it.
    Provider,
    /// The catalogue inside the binary.
    Builtin,
}

impl PriceSource {
    /// Every source, the most trusted first.
    pub const ALL: [Self; 3] = [Self::Operator, Self::Provider, Self::Builtin];

    /// Returns the name used in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Provider => "provider",
            Self::Builtin => "builtin",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// What a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PricePurpose {
    /// What the provider takes from the operator. Unless there is a price to sell at, the caller pays this times the
    /// factors.
    Cost,
    /// What the caller pays; factors do not apply.
    Sell,
}

impl PricePurpose {
    /// Both purposes.
    pub const ALL: [Self; 2] = [Self::Cost, Self::Sell];

    /// Returns the name used in the database and the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Sell => "sell",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// Where a price holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// For the credentials of one provider that are in one of its groups.
    Group(ProviderId, String),
    /// At one provider.
    Provider(ProviderId),
    /// At every provider of a vendor.
    Vendor(String),
    /// Everywhere.
    #[default]
    Any,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // With its length, as ids of versions are made from this.
            Self::Group(id, group) => write!(f, "provider {id} group {} {group}", group.len()),
            Self::Provider(id) => write!(f, "provider {id}"),
            Self::Vendor(vendor) => write!(f, "vendor {vendor}"),
            Self::Any => f.write_str("any"),
        }
    }
}

/// A price as somebody states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceEntry {
    /// Model name; `*` stands for any run of characters.
    pub model: String,
    /// Where it holds.
    pub scope: Scope,
    /// Who says so.
    pub source: PriceSource,
    /// It holds from then until a later entry of the same model, scope and source does.
    pub effective_from: Timestamp,
    /// Whether sources contradict each other.
    pub disputed: bool,
    /// What it costs.
    pub price: Price,
}

/// A price entry under an id made from its content: the same content has the same id everywhere, any change another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceVersion {
    /// Names this version.
    pub id: VersionId,
    /// The price and for whom it holds.
    pub entry: PriceEntry,
}

impl From<PriceEntry> for PriceVersion {
    fn from(entry: PriceEntry) -> Self {
        Self { id: VersionId::of(&entry), entry }
    }
}

/// The first half of the SHA-256 of a price entry in canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct VersionId(pub [u8; 16]);

impl VersionId {
    /// Returns the id of `entry`. Whether it is disputed does not count: the money is the same.
    #[must_use]
    pub fn of(entry: &PriceEntry) -> Self {
        let digest: [u8; 32] = Sha256::digest(canonical(entry)).into();
        let mut half = [0; 16];
        half.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(half)
    }

    /// Reads 32 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = u128::from_str_radix(text, 16).ok()?;
        (text.len() == 32 && !text.starts_with('+')).then(|| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl From<VersionId> for String {
    fn from(id: VersionId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for VersionId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no price version: it takes 32 hexadecimal digits"))
    }
}

/// Writes what makes an entry what it is, one line per fact. Lengths stand before names, so that no name can imitate
/// another line. Ids in ledgers depend on this text: it never changes, a new form gets a new first line.
fn canonical(entry: &PriceEntry) -> String {
    let mut text = String::from("sluice price 1\n");
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "model {} {}\nscope {}\nsource {}\nfrom {}\n",
        entry.model.len(),
        entry.model,
        entry.scope,
        entry.source.as_str(),
        entry.effective_from.0
    );
    for service in Service::ALL {
        let Some(schedule) = entry.price.schedule(service) else { continue };
        let _ = writeln!(text, "{}", service.as_str());
        write_rates(&mut text, 0, &schedule.base);
        for tier in &schedule.tiers {
            write_rates(&mut text, tier.above, &tier.rates);
        }
    }
    text
}

fn write_rates(text: &mut String, above: u64, rates: &Rates) {
    let _ = write!(text, "above {above}");
    for (class, rate) in rates.iter() {
        let _ = write!(text, " {}={}", class.as_str(), rate.0);
    }
    text.push('\n');
}
