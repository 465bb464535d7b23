//! Reading what a NewAPI or One-API site publishes about its prices, in the two shapes that such sites have: rows by
//! model with a factor for each group, and tables of ratios by name.
//!
//! An answer that cannot be understood wholly is refused wholly: a price that is missing from what is stored would be
//! looked up elsewhere, and be wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use sluice_domain::price::{Decimal, Price, QuoteError};

use super::ratios::{NumberText, RatioInput};
use crate::outgoing::refusal;

/// Credentials that are in no group are in this one.
const USUAL_GROUP: &str = "default";
/// A word that stands for every group.
const EVERY_GROUP: &str = "all";
/// Group factors are compared to so many parts of one.
const PARTS: u64 = 1_000_000_000_000;

/// What a site publishes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Published {
    /// Prices by model.
    pub(crate) prices: BTreeMap<String, Price>,
    /// Models that have no price here, and why.
    pub(crate) skipped: Vec<(String, &'static str)>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(default)]
    group_ratio: Option<BTreeMap<String, NumberText>>,
}

/// One row of the first shape. Fields that do not concern the price are not looked at.
#[derive(Debug, Deserialize)]
struct Row {
    model_name: String,
    #[serde(default)]
    quota_type: Option<i64>,
    #[serde(default)]
    model_ratio: Option<NumberText>,
    #[serde(default)]
    completion_ratio: Option<NumberText>,
    #[serde(default)]
    model_price: Option<NumberText>,
    #[serde(default)]
    cache_ratio: Option<NumberText>,
    #[serde(default)]
    create_cache_ratio: Option<NumberText>,
    #[serde(default)]
    image_ratio: Option<NumberText>,
    #[serde(default)]
    audio_ratio: Option<NumberText>,
    #[serde(default)]
    audio_completion_ratio: Option<NumberText>,
    /// Old sites say `enable_group`.
    #[serde(default, alias = "enable_group")]
    enable_groups: Option<Vec<String>>,
    #[serde(default)]
    billing_expr: Option<String>,
}

/// The second shape.
#[derive(Deserialize)]
struct Tables {
    #[serde(default)]
    model_ratio: Option<BTreeMap<String, NumberText>>,
    #[serde(default)]
    completion_ratio: BTreeMap<String, NumberText>,
    #[serde(default)]
    model_price: Option<BTreeMap<String, NumberText>>,
    #[serde(default)]
    cache_ratio: BTreeMap<String, NumberText>,
    #[serde(default)]
    create_cache_ratio: BTreeMap<String, NumberText>,
    #[serde(default)]
    image_ratio: BTreeMap<String, NumberText>,
    #[serde(default)]
    audio_ratio: BTreeMap<String, NumberText>,
    #[serde(default)]
    audio_completion_ratio: BTreeMap<String, NumberText>,
}

/// A page of prices that was read, before anybody's group counts.
#[derive(Debug)]
pub(crate) struct Sheet {
    rows: Vec<Row>,
    ratios: BTreeMap<String, NumberText>,
}

impl Sheet {
    /// Reads an answer.
    ///
    /// # Errors
    /// Says why it is none.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        read_sheet(body)
    }

    /// Puts the factors that the account pays into the place of those on the page, which many sites show to everybody alike.
    pub(crate) fn with_ratios(mut self, of_account: &BTreeMap<String, NumberText>) -> Self {
        self.ratios.extend(of_account.iter().map(|(group, ratio)| (group.clone(), ratio.clone())));
        self
    }

    /// Returns the prices for credentials that go through `groups`: where several of them may use a model, the dearest.
    ///
    /// # Errors
    /// Says which price or factor cannot be used.
    pub(crate) fn priced_for(&self, groups: &BTreeSet<String>) -> Result<Published, String> {
        let factors = Factors { groups, ratios: &self.ratios };
        let mut published = Published::default();
        for row in &self.rows {
            published.add(row, &factors)?;
        }
        Ok(published)
    }
}

fn read_sheet(body: &[u8]) -> Result<Sheet, String> {
    if let Some(complaint) = refusal(body) {
        return Err(complaint);
    }
    let no_prices =
        || "the answer is not a list of prices; check that the base URL is that of a NewAPI site".to_owned();
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|_| no_prices())?;
    let data = answer.data.ok_or_else(no_prices)?.get();
    let broken = |error: serde_json::Error| format!("the list of prices is malformed: {error}");
    let rows = if data.starts_with('[') {
        serde_json::from_str(data).map_err(broken)?
    } else if data.starts_with('{') {
        serde_json::from_str::<Tables>(data).map_err(broken)?.into_rows().ok_or_else(no_prices)?
    } else {
        return Err(no_prices());
    };
    Ok(Sheet { rows, ratios: answer.group_ratio.unwrap_or_default() })
}

impl Published {
    fn add(&mut self, row: &Row, factors: &Factors<'_>) -> Result<(), String> {
        let model = row.model_name.trim().to_owned();
        if model.is_empty() {
            return Err("the list of prices has a row without a model".to_owned());
        }
        if row.billing_expr.as_ref().is_some_and(|formula| !formula.trim().is_empty()) {
            self.skipped.push((model, "is priced by a formula; state its price by hand"));
            return Ok(());
        }
        let Some(factor) = factors.dearest(row.enable_groups.as_deref())? else {
            self.skipped.push((model, "is not offered to the groups of this provider's credentials"));
            return Ok(());
        };
        match row.to_ratios(factor).price() {
            Ok(price) => drop(self.prices.entry(model).or_insert(price)),
            Err(QuoteError::Missing) => self.skipped.push((model, "has neither a ratio nor a price")),
            Err(QuoteError::BadNumber(error)) => return Err(format!("the price of `{model}` is malformed: {error}")),
        }
        Ok(())
    }
}

impl Row {
    fn to_ratios(&self, group_ratio: NumberText) -> RatioInput {
        RatioInput {
            quota_type: self.quota_type,
            model_ratio: self.model_ratio.clone(),
            completion_ratio: self.completion_ratio.clone(),
            model_price: self.model_price.clone(),
            group_ratio: Some(group_ratio),
            cache_ratio: self.cache_ratio.clone(),
            create_cache_ratio: self.create_cache_ratio.clone(),
            image_ratio: self.image_ratio.clone(),
            audio_ratio: self.audio_ratio.clone(),
            audio_completion_ratio: self.audio_completion_ratio.clone(),
        }
    }
}

impl Tables {
    /// Returns the rows that the tables make, or `None` when they are no prices.
    fn into_rows(mut self) -> Option<Vec<Row>> {
        if self.model_ratio.is_none() && self.model_price.is_none() {
            return None;
        }
        let mut by_token = self.model_ratio.take().unwrap_or_default();
        let mut by_call = self.model_price.take().unwrap_or_default();
        let models: BTreeSet<String> = by_token.keys().chain(by_call.keys()).cloned().collect();
        let mut row = |model_name: String| Row {
            quota_type: Some(i64::from(by_call.contains_key(&model_name))),
            model_ratio: by_token.remove(&model_name),
            model_price: by_call.remove(&model_name),
            completion_ratio: self.completion_ratio.remove(&model_name),
            cache_ratio: self.cache_ratio.remove(&model_name),
            create_cache_ratio: self.create_cache_ratio.remove(&model_name),
            image_ratio: self.image_ratio.remove(&model_name),
            audio_ratio: self.audio_ratio.remove(&model_name),
            audio_completion_ratio: self.audio_completion_ratio.remove(&model_name),
            enable_groups: None,
            billing_expr: None,
            model_name,
        };
        Some(models.into_iter().map(&mut row).collect())
    }
}

/// The factors of the credentials' groups.
struct Factors<'a> {
    groups: &'a BTreeSet<String>,
    ratios: &'a BTreeMap<String, NumberText>,
}

impl Factors<'_> {
    /// Returns the highest factor of the groups that may use a model which is offered to `offered`; `None` when no group
    /// may.
    fn dearest(&self, offered: Option<&[String]>) -> Result<Option<NumberText>, String> {
        let offered = offered.filter(|offered| !offered.is_empty());
        let is_offered = |group: &&String| {
            offered
                .is_none_or(|offered| group.is_empty() || offered.iter().any(|one| one == *group || one == EVERY_GROUP))
        };
        let mut dearest: Option<(u64, NumberText)> = None;
        for group in self.groups.iter().filter(is_offered) {
            let ratio = self.of(group)?;
            let bad = |error| format!("the factor of group `{group}` is malformed: {error}");
            let parts = Decimal::parse(ratio.as_str()).and_then(|factor| factor.scaled_up(PARTS)).map_err(bad)?;
            if dearest.as_ref().is_none_or(|(most, _)| parts > *most) {
                dearest = Some((parts, ratio));
            }
        }
        Ok(dearest.map(|(_, ratio)| ratio))
    }

    fn of(&self, group: &str) -> Result<NumberText, String> {
        let name = if group.is_empty() { USUAL_GROUP } else { group };
        match self.ratios.get(name) {
            Some(ratio) => Ok(ratio.clone()),
            None if name == USUAL_GROUP => Ok(NumberText::one()),
            None => Err(format!("it has no factor for group `{name}`, which a credential of this provider is in")),
        }
    }
}

#[cfg(test)]
mod tests;
