//! Which rules hold for a model: a table in a JSON file.

use serde::Deserialize;
use sluice_domain::access::wildcard_matches;

use super::Declaration;

const EMBEDDED: &str = include_str!("../../tokenizers.json");

/// The rules of all models. In each list the first entry that names a model counts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokenizers {
    vocabularies: Vec<Entry<Vocabulary>>,
    frames: Vec<Entry<Frame>>,
    media: Vec<Entry<MediaRule>>,
}

/// A table of rules that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the table of tokenizers: {0}")]
pub struct TokenizersError(String);

/// The models that a rule holds for, `*` standing for any run of characters.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<T> {
    models: Vec<String>,
    rule: T,
}

/// The rules of one model.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'t> {
    pub(super) vocabulary: &'t Vocabulary,
    pub(super) frame: &'t Frame,
    pub(super) media: &'t MediaRule,
}

/// The vocabulary that cuts a model's text, or the nearest one with what makes up for the difference, in thousandths of
/// a token. Where a vendor keeps its vocabulary to itself, or gives it under terms that Sluice cannot pass on, the weights
/// were fitted to its counts of prose in a dozen
/// languages, source code and JSON: most texts come within a twentieth, English,
/// Chinese and code within a tenth, German and Korean within a fifth.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Vocabulary {
    name: String,
    per_token: i64,
    /// For each capital letter: some vocabularies have small letters only, and a token that makes them large.
    per_capital: i64,
    /// For each ASCII character that is neither letter, digit nor space.
    per_mark: i64,
    /// For each ASCII digit.
    per_digit: i64,
    /// For each character of Chinese, Japanese and Korean.
    per_wide: i64,
}

/// What stands around the words, in tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Frame {
    /// Around everything.
    pub(super) request: u64,
    /// Around a message, a call and a result.
    pub(super) message: u64,
    /// Around instructions.
    pub(super) instruction: u64,
    /// Around the tools, if there are any.
    pub(super) tools: u64,
    pub(super) declaration: Declaration,
}

/// What media come to, in tokens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MediaRule {
    pub(super) image: ImageRule,
    /// A page of a document, text and picture.
    pub(super) page: u64,
    pub(super) audio_second: u64,
    pub(super) video_second: u64,
}

/// What an image comes to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ImageRule {
    /// The same for every image.
    Fixed(u64),
    /// So much for each square that covers the image after it was made smaller.
    Tiles(Tiles),
    /// So much for each small square, after the image was made so small that it has no more than `most` of them.
    Patches(Patches),
}

/// Squares of which few cover an image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tiles {
    pub(super) side: u32,
    /// All that an image comes to which is looked at with little care.
    pub(super) base: u64,
    pub(super) tile: u64,
    #[serde(default)]
    pub(super) long_edge: Option<u32>,
    #[serde(default)]
    pub(super) short_edge: Option<u32>,
}

/// Squares of which many cover an image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Patches {
    pub(super) side: u32,
    /// In thousandths of a token.
    pub(super) per_patch: u64,
    pub(super) most: u64,
    pub(super) long_edge: u32,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self { name: "o200k_base".to_owned(), per_token: 1_000, per_capital: 0, per_mark: 0, per_digit: 0, per_wide: 0 }
    }
}

impl Default for MediaRule {
    fn default() -> Self {
        Self { image: ImageRule::Fixed(1_000), page: 1_500, audio_second: 10, video_second: 263 }
    }
}

static VOCABULARY: std::sync::LazyLock<Vocabulary> = std::sync::LazyLock::new(Vocabulary::default);
static FRAME: Frame = Frame { request: 0, message: 0, instruction: 0, tools: 0, declaration: Declaration::Json };
static MEDIA: std::sync::LazyLock<MediaRule> = std::sync::LazyLock::new(MediaRule::default);

impl Tokenizers {
    /// Returns the rules that ship with Sluice.
    ///
    /// # Errors
    /// The table does not follow the schema; a test makes sure that it does.
    pub fn embedded() -> Result<Self, TokenizersError> {
        serde_json::from_str(EMBEDDED).map_err(|error| TokenizersError(error.to_string()))
    }

    /// Returns the rules of a model, whatever stands before its name, such as the maker's.
    #[must_use]
    pub fn rules(&self, model: &str) -> Rules<'_> {
        let name = model.rsplit('/').next().unwrap_or(model);
        Rules {
            vocabulary: first(&self.vocabularies, name).unwrap_or(&VOCABULARY),
            frame: first(&self.frames, name).unwrap_or(&FRAME),
            media: first(&self.media, name).unwrap_or(&MEDIA),
        }
    }

    /// Returns the names of all vocabularies that the table wants.
    pub fn vocabularies(&self) -> impl Iterator<Item = &str> {
        self.vocabularies.iter().map(|entry| entry.rule.name.as_str())
    }
}

fn first<'t, T>(entries: &'t [Entry<T>], name: &str) -> Option<&'t T> {
    let names_it = |entry: &&Entry<T>| entry.models.iter().any(|pattern| wildcard_matches(pattern, name));
    entries.iter().find(names_it).map(|entry| &entry.rule)
}

impl<'t> Rules<'t> {
    /// Returns the name of the vocabulary that cuts the text.
    #[must_use]
    pub fn vocabulary(&self) -> &'t str {
        &self.vocabulary.name
    }

    /// Returns what a text comes to of which the vocabulary makes so many tokens.
    #[must_use]
    pub fn weigh(&self, tokens: u64, text: &str) -> u64 {
        self.vocabulary.weigh(tokens, text)
    }
}

impl Vocabulary {
    pub(super) fn weigh(&self, tokens: u64, text: &str) -> u64 {
        let extras = [self.per_capital, self.per_mark, self.per_digit, self.per_wide];
        if tokens == 0 || (self.per_token == 1_000 && extras == [0; 4]) {
            return tokens;
        }
        let per_character = |character: char| match character {
            // The scripts from here on have no spaces between words, or did not have them.
            '\u{2e80}'.. => self.per_wide,
            '0'..='9' => self.per_digit,
            character if character.is_ascii_punctuation() => self.per_mark,
            character if character.is_uppercase() => self.per_capital,
            _ => 0,
        };
        let extra: i64 = text.chars().map(per_character).sum();
        let weight = tokens.cast_signed().saturating_mul(self.per_token).saturating_add(extra).max(0);
        weight.saturating_add(500).unsigned_abs() / 1_000
    }
}
