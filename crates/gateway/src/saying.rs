//! What jobs and alerts say: kept as codes with facts, so that everybody reads it in a language of their own.
//!
//! What was kept before there were codes is a plain text, and is shown as it is.

mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::admin::Language;
pub(crate) use words::Word;

/// What begins a text that is kept as codes.
const MARK: &str = r#"{"say":"#;
/// What the database keeps at most, in characters.
const KEPT_CHARS: usize = 3_900;

/// Sentences that follow one another, as they are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saying {
    say: Vec<Part>,
}

/// One sentence: its word and what fills the places of that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Part(String, BTreeMap<String, Fact>);

/// What fills a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Fact {
    /// The same in every language.
    Text(String),
    /// In English and in Chinese.
    Both([String; 2]),
}

impl Fact {
    fn text(&self, language: Language) -> &str {
        match (self, language) {
            (Self::Text(text), _) => text,
            (Self::Both([english, _]), Language::English) => english,
            (Self::Both([_, chinese]), Language::Chinese) => chinese,
        }
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self::Text(number.to_string())
    }
}

impl From<usize> for Fact {
    fn from(number: usize) -> Self {
        Self::Text(number.to_string())
    }
}

impl From<&Saying> for Fact {
    fn from(saying: &Saying) -> Self {
        Self::Both([saying.text(Language::English), saying.text(Language::Chinese)])
    }
}

impl From<String> for Saying {
    fn from(text: String) -> Self {
        Self::plain(text)
    }
}

impl From<&str> for Saying {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<Word> for Saying {
    fn from(word: Word) -> Self {
        Self::default().and(word, &[])
    }
}

impl Saying {
    /// Says a word with its facts.
    pub(crate) fn of(word: Word, facts: &[(&'static str, Fact)]) -> Self {
        Self::default().and(word, facts)
    }

    /// Says what exists in one language only.
    pub(crate) fn plain(text: impl Into<Fact>) -> Self {
        Self::of(Word::Plain, &[("text", text.into())])
    }

    /// Says one thing more.
    pub(crate) fn and(mut self, word: Word, facts: &[(&'static str, Fact)]) -> Self {
        let facts = facts.iter().map(|(place, fact)| ((*place).to_owned(), fact.clone()));
        self.say.push(Part(word.code().to_owned(), facts.collect()));
        self
    }

    /// Returns it in a language.
    pub(crate) fn text(&self, language: Language) -> String {
        self.say.iter().map(|part| part.text(language)).collect()
    }

    /// Returns what is kept. Of what is too long the end is left out.
    pub(crate) fn kept(&self) -> String {
        if self.say.iter().all(|part| part.0 == Word::Plain.code()) {
            let (english, chinese) = (self.text(Language::English), self.text(Language::Chinese));
            if english == chinese && !english.starts_with(MARK) {
                return english;
            }
        }
        let mut saying = self.clone();
        loop {
            let text = serde_json::to_string(&saying).unwrap_or_default();
            if text.chars().count() <= KEPT_CHARS {
                return text;
            }
            if saying.say.len() <= 1 {
                return self.text(Language::English);
            }
            saying.say.pop();
        }
    }

    /// Returns what was kept in a language.
    pub(crate) fn read(kept: &str, language: Language) -> String {
        let coded = kept.starts_with(MARK).then(|| serde_json::from_str::<Self>(kept).ok()).flatten();
        coded.map_or_else(|| kept.to_owned(), |saying| saying.text(language))
    }
}

impl Part {
    fn text(&self, language: Language) -> String {
        let Self(code, facts) = self;
        let facts: Vec<(&str, String)> =
            facts.iter().map(|(place, fact)| (place.as_str(), fact.text(language).to_owned())).collect();
        match Word::of(code) {
            Some(word) => language.fill(word.text(language), &facts),
            // A later version said it; its facts are better than nothing.
            None => facts.into_iter().map(|(_, fact)| fact).collect::<Vec<_>>().join(" "),
        }
    }
}

impl std::fmt::Display for Saying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round() -> Saying {
        let facts = [("refreshed", 3_u64.into()), ("failed", 1_u64.into()), ("skipped", 0_u64.into())];
        let reason = Fact::Both(["it is away".to_owned(), "站点不可用".to_owned()]);
        Saying::of(Word::SyncRound, &facts).and(Word::SyncFailed, &[("name", "a{b}".into()), ("reason", reason)])
    }

    #[test]
    fn what_is_kept_is_read_in_both_languages() {
        let kept = round().kept();
        assert_eq!(Saying::read(&kept, Language::English), "3 synchronised, 1 failed, 0 skipped; `a{b}`: it is away");
        assert_eq!(Saying::read(&kept, Language::Chinese), "已同步 3 个，失败 1 个，跳过 0 个；`a{b}`：站点不可用");
        let whole = Saying::of(
            Word::JobFailing,
            &[("job", "j".into()), ("count", 2_u64.into()), ("reason", (&round()).into())],
        );
        assert!(whole.text(Language::Chinese).ends_with("`a{b}`：站点不可用"), "{}", whole.text(Language::Chinese));
    }

    #[test]
    fn what_was_kept_as_text_and_what_nobody_knows_is_shown_as_it_is() {
        for text in ["", "removed 3 rows", "{\"say\": 3", "{\"say\":[[3]]}"] {
            assert_eq!(Saying::read(text, Language::Chinese), text);
        }
        assert_eq!(Saying::read(r#"{"say":[["of_tomorrow",{"a":"x","b":["y","z"]}]]}"#, Language::Chinese), "x z");
        assert_eq!(Saying::default().kept(), "");
    }

    #[test]
    fn of_what_is_too_long_the_end_is_left_out() {
        let line = |number: u64| [("text", Fact::from(format!("{number} {}", "x".repeat(300))))];
        let long =
            (0..40).fold(Saying::from(Word::LedgerSound), |saying, number| saying.and(Word::Line, &line(number)));
        let kept = long.kept();
        assert!(kept.chars().count() <= KEPT_CHARS);
        let read = Saying::read(&kept, Language::Chinese);
        assert!(read.starts_with("账本一致\n0 xx") && read.lines().count() > 3, "{read}");
        let one = Saying::plain("y".repeat(9_000));
        assert_eq!(Saying::read(&one.kept(), Language::Chinese), "y".repeat(9_000));
    }
}
