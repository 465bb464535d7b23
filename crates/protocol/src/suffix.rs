//! Names such as `claude-…-thinking` and `o3-mini-high`: a model and a wish in one word, as older gateways offered them.
//!
//! Which ends of which models mean what is data, in `suffixes.json`. A name is taken apart only when nobody serves it as
//! it stands: `kimi-k2-thinking` is a model of its own.

mod edit;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::chat::{Amount, Effort, Request};
use crate::edit::Edits;
use crate::operation::Dialect;
use crate::raw::RawObject;
use crate::vendor::{Pattern, VendorError};

pub use edit::Target;

/// The place of a number in an end.
const TOKENS: &str = "{tokens}";

/// What the ends of names mean.
#[derive(Debug, Clone, Default)]
pub struct Suffixes {
    rules: Vec<Rule>,
}

/// The ends that some models' names may have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    models: Vec<Pattern>,
    ends: BTreeMap<String, Meaning>,
}

/// What one end means, as files say it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meaning {
    #[serde(default)]
    effort: Option<Word>,
    #[serde(default)]
    thinking: Option<Thinking>,
    #[serde(default)]
    fields: BTreeMap<Dialect, BTreeMap<String, Box<RawValue>>>,
}

/// An effort by its word.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Word(Effort);

impl TryFrom<String> for Word {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        Effort::from_word(&word).map(Self).ok_or_else(|| format!("`{word}` is no effort"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Thinking {
    On,
    Off,
    Budget,
}

/// The shape of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    suffixes: Vec<Rule>,
}

/// How much the model is to think, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Think, as much as the request says or the model wants.
    Think,
    /// Think with this effort.
    Effort(Effort),
    /// Think at most so many tokens.
    Budget(u64),
    /// Do not think.
    DoNotThink,
}

/// A name taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Suffixed<'s, 'n> {
    /// The name of the model.
    pub base: &'n str,
    /// How much it is to think; `None` leaves that alone.
    pub wish: Option<Wish>,
    fields: &'s BTreeMap<Dialect, BTreeMap<String, Box<RawValue>>>,
}

impl Suffixes {
    /// Returns what ships with Sluice.
    ///
    /// # Errors
    /// Says what in the file is wrong; a test makes sure that nothing is.
    pub fn embedded() -> Result<Self, VendorError> {
        Self::parse("suffixes", include_str!("../vendors/suffixes.json"))
    }

    /// Reads a file of this kind.
    ///
    /// # Errors
    /// Says what in the file is wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, VendorError> {
        let fail = |reason: String| VendorError { file: file.to_owned(), reason };
        let File { suffixes: rules } = serde_json::from_str(text).map_err(|error| fail(error.to_string()))?;
        for (end, meaning) in rules.iter().flat_map(|rule| &rule.ends) {
            meaning.check(end).map_err(|reason| fail(format!("`{end}`: {reason}")))?;
        }
        Ok(Self { rules })
    }

    /// Takes a name apart; `None` when it has no end that means something.
    #[must_use]
    pub fn split<'s, 'n>(&'s self, asked: &'n str) -> Option<Suffixed<'s, 'n>> {
        let lower = asked.to_ascii_lowercase();
        self.rules.iter().flat_map(|rule| rule.ends.iter().map(move |end| (rule, end))).find_map(
            |(rule, (end, meaning))| {
                let (length, tokens) = base_of(&lower, end)?;
                let base = lower.get(..length)?;
                let name = base.rsplit('/').next().filter(|name| !name.is_empty())?;
                let is_known = rule.models.iter().any(|pattern| pattern.matches(name) || pattern.matches(base));
                is_known.then_some(())?;
                Some(Suffixed { base: asked.get(..length)?, wish: meaning.wish(tokens), fields: &meaning.fields })
            },
        )
    }
}

/// Returns the length of the name before an end, and the number in the end.
fn base_of(name: &str, end: &str) -> Option<(usize, Option<u64>)> {
    let Some(front) = end.strip_suffix(TOKENS) else {
        return name.strip_suffix(end).map(|base| (base.len(), None));
    };
    let (base, digits) = name.rsplit_once(front)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().ok().map(|tokens| (base.len(), Some(tokens)))).flatten()
}

impl Meaning {
    fn check(&self, end: &str) -> Result<(), &'static str> {
        let has_number = end.ends_with(TOKENS);
        match (self.effort, self.thinking) {
            (Some(_), Some(_)) => Err("`effort` and `thinking` say the same"),
            (None, None) if self.fields.is_empty() => Err("one of `effort`, `thinking` and `fields` must be there"),
            (_, thinking) if has_number != (thinking == Some(Thinking::Budget)) => {
                Err("`{tokens}` at the end and `budget` belong together")
            }
            _ => Ok(()),
        }
    }

    fn wish(&self, tokens: Option<u64>) -> Option<Wish> {
        match (self.effort, self.thinking, tokens) {
            (Some(Word(effort)), _, _) => Some(Wish::Effort(effort)),
            (None, Some(Thinking::On), _) => Some(Wish::Think),
            (None, Some(Thinking::Off), _) | (None, Some(Thinking::Budget), Some(0)) => Some(Wish::DoNotThink),
            (None, Some(Thinking::Budget), tokens) => tokens.map(Wish::Budget),
            (None, None, _) => None,
        }
    }
}

impl Suffixed<'_, '_> {
    /// Puts the wish into a request that goes to another dialect; the fields come after, by [`Self::edit_fields`].
    pub fn apply(&self, request: &mut Request<'_>) {
        let reasoning = &mut request.reasoning;
        match self.wish {
            None => {}
            Some(Wish::Think) if reasoning.is_on() => {}
            Some(Wish::Think) => (reasoning.amount, reasoning.effort) = (Amount::Adaptive, None),
            Some(Wish::Effort(effort)) => (reasoning.amount, reasoning.effort) = (Amount::Default, Some(effort)),
            Some(Wish::Budget(tokens)) => (reasoning.amount, reasoning.effort) = (Amount::Budget(tokens), None),
            Some(Wish::DoNotThink) => (reasoning.amount, reasoning.effort) = (Amount::Off, None),
        }
    }

    /// Adds to `edits` what the name says beside how much to think, for a body in the upstream's dialect. What the
    /// body says itself stays.
    pub fn edit_fields(&self, upstream: Dialect, body: &RawObject<'_>, edits: &mut Edits) {
        for (key, value) in self.fields.get(&upstream).into_iter().flatten().filter(|(key, _)| !body.has(key)) {
            body.set(key, value.get().as_bytes(), edits);
        }
    }
}

#[cfg(test)]
mod tests;
