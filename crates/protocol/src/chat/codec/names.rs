//! Ids and names that fit: each vendor limits their alphabet and length. What does not fit is replaced by a name made
//! from it, the same every time, so that prompts stay cacheable.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::chat::text::Text;

/// What a vendor accepts as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) struct Rule {
    /// Most characters.
    pub(in crate::chat) max_chars: usize,
    /// The ASCII characters that are accepted, one bit each.
    alphabet: u128,
    /// Whether a digit or punctuation may stand first.
    pub(in crate::chat) first: First,
}

/// What may stand first in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) enum First {
    /// Anything that may stand elsewhere.
    Any,
    /// A letter or an underscore.
    Letter,
}

/// Returns the set of letters, digits and some punctuation.
const fn alphabet(mut punctuation: &[u8]) -> u128 {
    let mut accepted = 0;
    let mut byte = 0;
    while byte < 128 {
        if (byte as u8).is_ascii_alphanumeric() {
            accepted |= 1 << byte;
        }
        byte += 1;
    }
    while let [first, rest @ ..] = punctuation {
        accepted |= 1 << *first;
        punctuation = rest;
    }
    accepted
}

/// Tool names of OpenAI.
pub(in crate::chat) const OPENAI_TOOL: Rule = Rule { max_chars: 64, alphabet: alphabet(b"_-"), first: First::Any };
/// Tool names of Anthropic.
pub(in crate::chat) const ANTHROPIC_TOOL: Rule = Rule { max_chars: 128, alphabet: alphabet(b"_-"), first: First::Any };
/// Tool names of Google.
pub(in crate::chat) const GEMINI_TOOL: Rule = Rule { max_chars: 64, alphabet: alphabet(b"_-.:"), first: First::Letter };
/// Ids of tool calls in OpenAI's chat completions.
pub(in crate::chat) const CHAT_CALL: Rule = Rule { max_chars: 40, alphabet: alphabet(b"_-"), first: First::Any };
/// Ids of tool calls in OpenAI's responses.
pub(in crate::chat) const RESPONSES_CALL: Rule = Rule { max_chars: 64, alphabet: alphabet(b"_-"), first: First::Any };
/// Ids of tool calls of Anthropic.
pub(in crate::chat) const ANTHROPIC_CALL: Rule = Rule { max_chars: 128, alphabet: alphabet(b"_-"), first: First::Any };

impl Rule {
    const fn knows(self, byte: u8) -> bool {
        byte < 128 && self.alphabet >> byte & 1 == 1
    }

    /// Returns whether a name fits.
    #[must_use]
    pub(in crate::chat) fn accepts(self, name: &str) -> bool {
        let starts_well = match (self.first, name.bytes().next()) {
            (_, None) => false,
            (First::Any, Some(_)) => true,
            (First::Letter, Some(first)) => first.is_ascii_alphabetic() || first == b'_',
        };
        starts_well && name.len() <= self.max_chars && name.bytes().all(|byte| self.knows(byte))
    }

    /// Returns the name if it fits, else one made from it.
    #[must_use]
    pub(in crate::chat) fn fit<'n>(self, name: &'n Text<'_>) -> Cow<'n, str> {
        let plain = name.to_plain();
        if self.accepts(&plain) { plain } else { Cow::Owned(self.replace(&plain)) }
    }

    fn replace(self, name: &str) -> String {
        const HASH_CHARS: usize = 17;
        let mut fitted = String::with_capacity(self.max_chars);
        if self.first == First::Letter && !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            fitted.push('_');
        }
        for byte in name.bytes().take(self.max_chars - HASH_CHARS - 1) {
            fitted.push(if self.knows(byte) { char::from(byte) } else { '_' });
        }
        // Different names must stay different.
        fitted.push_str(&format!("_{:016x}", fnv1a(name.as_bytes())));
        fitted
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Returns an id of a tool call if it is nine letters and digits, which is all that Mistral takes, else one made from it.
#[must_use]
pub(in crate::chat) fn short_call<'n>(id: &'n Text<'_>) -> Cow<'n, str> {
    const CHARS: usize = 9;
    let plain = id.to_plain();
    if plain.len() == CHARS && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return plain;
    }
    let mut rest = fnv1a(plain.as_bytes());
    let mut letter = || {
        let digit = char::from_digit(u32::try_from(rest % 36).unwrap_or_default(), 36);
        rest /= 36;
        digit.unwrap_or('0')
    };
    Cow::Owned((0..CHARS).map(|_| letter()).collect())
}

/// Returns an id of a user if it is short enough, else one made from it.
#[must_use]
pub(in crate::chat) fn shortened<'n>(id: &'n Text<'_>, max_chars: usize) -> Cow<'n, str> {
    let plain = id.to_plain();
    if plain.chars().count() <= max_chars {
        return plain;
    }
    Cow::Owned(format!("{:016x}{:016x}", fnv1a(plain.as_bytes()), plain.len()))
}

/// Tools that have another name upstream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    original: BTreeMap<String, String>,
}

impl Names {
    /// Returns the name upstream, and remembers it if it is another one.
    pub(in crate::chat) fn fit<'n>(&mut self, rule: Rule, name: &'n Text<'_>) -> Cow<'n, str> {
        let plain = name.to_plain();
        if rule.accepts(&plain) {
            return plain;
        }
        let fitted = rule.replace(&plain);
        self.original.insert(fitted.clone(), plain.into_owned());
        Cow::Owned(fitted)
    }

    /// Returns the caller's name of a tool.
    #[must_use]
    pub(in crate::chat) fn restore<'n>(&'n self, name: Text<'n>) -> Text<'n> {
        if self.original.is_empty() {
            return name;
        }
        match self.original.get(name.to_plain().as_ref()) {
            Some(original) => Text::plain(original.as_str()),
            None => name,
        }
    }
}

/// Makes the id of the `index`th tool call of an answer whose upstream gives none. `seed` tells answers apart, because
/// the ids of one conversation must differ.
#[must_use]
pub(in crate::chat) fn invented_call(seed: &str, index: usize) -> Text<'static> {
    Text::plain(format!("call_{:016x}{index:x}", fnv1a(seed.as_bytes())))
}

/// Makes the id of the `index`th tool call of a conversation whose caller gives none.
#[must_use]
pub(in crate::chat) fn positional_call(index: usize) -> Text<'static> {
    Text::plain(format!("call_{index}"))
}

/// Returns the part of an id behind its prefix, so that it can have another dialect's prefix; the whole one where there
/// is no prefix.
#[must_use]
pub(in crate::chat) fn id_stem(id: &str) -> &str {
    const PREFIXES: [&str; 5] = ["chatcmpl-", "msg_", "resp_", "gen-", "chatcmpl_"];
    PREFIXES.iter().find_map(|prefix| id.strip_prefix(prefix)).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_that_fits_stays_and_another_comes_back() {
        let mut names = Names::default();
        assert_eq!(names.fit(OPENAI_TOOL, &"read_file".into()), "read_file");
        let fitted = names.fit(OPENAI_TOOL, &"mcp.read:файл".into()).into_owned();
        assert!(OPENAI_TOOL.accepts(&fitted) && fitted.starts_with("mcp_read_"));
        assert_eq!(names.restore(Text::plain(fitted)), *"mcp.read:файл");
        assert_eq!(names.restore("other".into()), *"other");
    }

    #[test]
    fn a_short_id_stays_and_another_is_made_from_it_the_same_way() {
        assert_eq!(short_call(&"D681PevKs".into()), "D681PevKs");
        let made = short_call(&"toolu_01A09q90qw90lq917835lq9".into()).into_owned();
        assert!(made.len() == 9 && made.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{made}");
        assert_eq!(short_call(&"toolu_01A09q90qw90lq917835lq9".into()), made);
        assert_ne!(short_call(&"toolu_01A09q90qw90lq917835lq8".into()), made);
    }

    proptest! {
        #[test]
        fn every_name_is_made_to_fit_the_same_way(name in ".{0,200}") {
            for rule in [OPENAI_TOOL, ANTHROPIC_TOOL, GEMINI_TOOL, CHAT_CALL, RESPONSES_CALL, ANTHROPIC_CALL] {
                let text = Text::plain(name.clone());
                let fitted = rule.fit(&text).into_owned();
                prop_assert!(rule.accepts(&fitted), "{fitted}");
                prop_assert_eq!(rule.fit(&text), fitted);
            }
        }
    }
}
