//! The price catalogue inside the binary: list prices of models at their vendors, and the models' limits.
//!
//! The file is written by `scripts/prices/update` and read once, when prices are first asked for. Prices of operators
//! and providers come from elsewhere and go before these.

mod list;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use sluice_domain::clock::Timestamp;
use sluice_domain::price::{Price, PriceBook, PriceEntry, PriceSource, PriceVersion, Scope, name_forms};

pub(crate) use list::{PriceList, Priced};

/// The catalogue as it is embedded.
const EMBEDDED: &str = include_str!("../../assets/prices.json");
/// The only form of catalogue that is understood.
const FORMAT: u32 = 1;

/// Licence notices of the data that the catalogue is made from; they are passed on with every copy of it.
pub const NOTICES: &str = include_str!("../../assets/prices.LICENSES.txt");

/// List prices and limits of models.
#[derive(Debug, Clone)]
pub struct Catalogue {
    as_of: String,
    sources: Vec<DataSource>,
    versions: Vec<Arc<PriceVersion>>,
    limits: HashMap<Option<String>, HashMap<String, ModelLimits>>,
    disputes: Vec<Dispute>,
}

/// A data set that the catalogue is made from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSource {
    /// Name of the package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
}

/// How much a model takes and gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelLimits {
    /// Most tokens it can read.
    pub context: Option<u64>,
    /// Most tokens it can write.
    pub max_output: Option<u64>,
}

/// A model about whose price the data sets disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The vendor.
    pub vendor: String,
    /// Names of the model.
    pub models: Vec<String>,
    /// By class, what each data set says, in micro-dollars per million; a class in a tier reads `input above 200000`.
    pub rates: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It is not JSON of the expected shape.
    #[error("the price catalogue cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It has another form than this program understands.
    #[error("the price catalogue has format {0}, expected {FORMAT}")]
    UnknownFormat(u32),
}

/// Returns the embedded catalogue, read at the first call.
///
/// # Errors
/// When the file in the repository is broken, which `scripts/prices/update --check` and the tests tell beforehand.
pub fn builtin() -> Result<&'static Catalogue, &'static CatalogueError> {
    static CATALOGUE: OnceLock<Result<Catalogue, CatalogueError>> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::parse(EMBEDDED)).as_ref()
}

impl Catalogue {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// When it is malformed or of another format.
    pub fn parse(json: &str) -> Result<Self, CatalogueError> {
        let file: File = serde_json::from_str(json)?;
        if file.format != FORMAT {
            return Err(CatalogueError::UnknownFormat(file.format));
        }
        let mut catalogue = Self {
            as_of: file.as_of,
            sources: file.sources,
            versions: Vec::new(),
            limits: HashMap::new(),
            disputes: Vec::new(),
        };
        for (vendor, records) in file.vendors {
            records.into_iter().for_each(|record| catalogue.add(&vendor, record));
        }
        Ok(catalogue)
    }

    /// Returns the day whose prices the catalogue has, such as `2026-11-21`.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// Returns the data sets that it is made from.
    #[must_use]
    pub fn sources(&self) -> &[DataSource] {
        &self.sources
    }

    /// Returns every price: in the scope of its vendor, and that of a vendor's own models everywhere as well, because
    /// it is what others that serve the model are compared with. Ready for a [`PriceBook`] with other prices.
    #[must_use]
    pub fn versions(&self) -> &[Arc<PriceVersion>] {
        &self.versions
    }

    /// Builds a book of these prices alone.
    #[must_use]
    pub fn book(&self) -> PriceBook {
        PriceBook::from_versions(self.versions.iter().cloned())
    }

    /// Returns what is known of a model's limits: at the vendor, else where the model comes from. Names are looked up
    /// as prices are.
    #[must_use]
    pub fn limits(&self, vendor: &str, model: &str) -> ModelLimits {
        let forms: Vec<String> = name_forms(model).collect();
        let shelves = [self.limits.get(&Some(vendor.to_owned())), self.limits.get(&None)];
        let mut found =
            shelves.into_iter().flatten().flat_map(|shelf| forms.iter().filter_map(|form| shelf.get(form)).copied());
        let first = found.next().unwrap_or_default();
        found.fold(first, |known, more| ModelLimits {
            context: known.context.or(more.context),
            max_output: known.max_output.or(more.max_output),
        })
    }

    /// Returns the models about whose price the data sets disagree.
    #[must_use]
    pub fn disputes(&self) -> &[Dispute] {
        &self.disputes
    }

    fn add(&mut self, vendor: &str, record: Record) {
        let scopes = [Some(vendor.to_owned()), None].into_iter().take(if record.home { 2 } else { 1 });
        for scope in scopes {
            let limits = self.limits.entry(scope.clone()).or_default();
            for name in &record.names {
                limits.insert(name.clone(), ModelLimits { context: record.context, max_output: record.max_output });
                let scope = scope.clone().map_or(Scope::Any, Scope::Vendor);
                let dated = record.prices.iter().map(|dated| dated.entry(name, &scope, !record.disputed.is_empty()));
                self.versions.extend(dated.map(|entry| Arc::new(PriceVersion::from(entry))));
            }
        }
        if !record.disputed.is_empty() {
            self.disputes.push(Dispute { vendor: vendor.to_owned(), models: record.names, rates: record.disputed });
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    as_of: String,
    sources: Vec<DataSource>,
    vendors: BTreeMap<String, Vec<Record>>,
}

/// One price under all names that have it. The file also says which data sets it comes from, for those who read it.
#[derive(Debug, Deserialize)]
struct Record {
    names: Vec<String>,
    /// The vendor made the model.
    #[serde(default)]
    home: bool,
    context: Option<u64>,
    max_output: Option<u64>,
    #[serde(default)]
    disputed: BTreeMap<String, BTreeMap<String, u64>>,
    prices: Vec<Dated>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    from: Timestamp,
    price: Price,
}

impl Dated {
    fn entry(&self, model: &str, scope: &Scope, disputed: bool) -> PriceEntry {
        PriceEntry {
            model: model.to_owned(),
            scope: scope.clone(),
            source: PriceSource::Builtin,
            effective_from: self.from,
            disputed,
            price: self.price.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
