//! Which model of which vendor differs in what: rules as data, in vendor files and in `models.json` for all vendors.

use std::sync::Arc;

use serde::Deserialize;

use crate::chat::Trait;
use crate::operation::Dialect;

/// A rule for some models on some dialects.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraitRule {
    /// Dialects to which it applies; all when empty.
    #[serde(default)]
    dialects: Vec<Dialect>,
    /// Models to which it applies; all when empty.
    #[serde(default)]
    models: Vec<Pattern>,
    /// Models to which it does not apply all the same.
    #[serde(default)]
    except: Vec<Pattern>,
    /// How they differ.
    #[serde(default)]
    set: Vec<Trait>,
    /// How they do not differ, whatever an earlier rule says.
    #[serde(default)]
    unset: Vec<Trait>,
    /// Most tokens that they answer with.
    #[serde(default)]
    max_tokens: Option<u64>,
    /// Where the vendor documents it.
    source: String,
}

/// The rules for one vendor's models, those for all vendors first: a later rule beats an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraitRules {
    shared: Arc<[TraitRule]>,
    own: Arc<[TraitRule]>,
}

impl TraitRules {
    pub(super) fn new(shared: Arc<[TraitRule]>, own: &[TraitRule]) -> Self {
        Self { shared, own: own.into() }
    }

    /// Returns how a model differs when it is spoken to in `dialect`; `model` is its name upstream.
    #[must_use]
    pub fn traits(&self, dialect: Dialect, model: &str) -> Vec<Trait> {
        let name = Name::new(model);
        let mut traits = Vec::new();
        for rule in self.rules().filter(|rule| rule.applies(dialect, &name)) {
            traits.retain(|known| !rule.unset.contains(known));
            traits.extend(rule.set.iter().copied().filter(|new| !traits.contains(new)).collect::<Vec<_>>());
        }
        traits
    }

    /// Returns the most tokens that a model answers with, where somebody documents it.
    #[must_use]
    pub fn max_tokens(&self, dialect: Dialect, model: &str) -> Option<u64> {
        let name = Name::new(model);
        self.rules().filter(|rule| rule.applies(dialect, &name)).filter_map(|rule| rule.max_tokens).last()
    }

    fn rules(&self) -> impl Iterator<Item = &TraitRule> {
        self.shared.iter().chain(self.own.iter())
    }
}

impl TraitRule {
    fn applies(&self, dialect: Dialect, model: &Name) -> bool {
        (self.dialects.is_empty() || self.dialects.contains(&dialect))
            && (self.models.is_empty() || self.models.iter().any(|pattern| model.fits(pattern)))
            && !self.except.iter().any(|pattern| model.fits(pattern))
    }

    /// Says what in the rule cannot be meant.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        if self.dialects.contains(&Dialect::Single) {
            return Err("`single` is no dialect of chat");
        }
        if self.set.is_empty() && self.unset.is_empty() && self.max_tokens.is_none() {
            return Err("one of `set`, `unset` and `max_tokens` must say something");
        }
        if self.source.is_empty() {
            return Err("`source` must say where the vendor documents it");
        }
        Ok(())
    }
}

/// A model's name in lower case, and without the folders that relays and clouds put in front.
struct Name {
    whole: String,
    base: usize,
}

impl Name {
    fn new(model: &str) -> Self {
        let whole = model.to_ascii_lowercase();
        let base = whole.rfind('/').map_or(0, |at| at + 1);
        Self { whole, base }
    }

    fn fits(&self, pattern: &Pattern) -> bool {
        pattern.matches(&self.whole)
            || (self.base > 0 && self.whole.get(self.base..).is_some_and(|base| pattern.matches(base)))
    }
}

/// A model's name in which `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern {
    /// What stands between the stars; one more than there are stars.
    pieces: Vec<String>,
}

impl TryFrom<String> for Pattern {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "" => Err("a pattern must not be empty"),
            text if text.bytes().any(|byte| byte.is_ascii_uppercase()) => Err("a pattern must be in lower case"),
            text => Ok(Self { pieces: text.split('*').map(str::to_owned).collect() }),
        }
    }
}

impl Pattern {
    /// Returns whether a name in lower case is one of those that the pattern stands for.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let (first, middle, last) = match self.pieces.as_slice() {
            [first, middle @ .., last] => (first, middle, last),
            [whole] => return name == whole,
            [] => return false,
        };
        let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
        for piece in middle {
            // The search of the standard library takes longer to begin than a model's name is long.
            let found = memchr::memmem::find(rest.as_bytes(), piece.as_bytes());
            let Some(after) = found.and_then(|at| rest.get(at + piece.len()..)) else { return false };
            rest = after;
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("o1*", "o1-mini", true)]
    #[case("o1*", "o1", true)]
    #[case("o1*", "gpt-o1", false)]
    #[case("gpt-5", "gpt-5-mini", false)]
    #[case("*claude-3-5-*", "us.anthropic.claude-3-5-haiku-v1:0", true)]
    #[case("a*b*c", "abc", true)]
    #[case("a*b*c", "axbxbxc", true)]
    #[case("a*b*c", "ac", false)]
    #[case("*b", "ab", true)]
    #[case("ab*b", "ab", false)]
    fn a_star_stands_for_any_text(#[case] pattern: &str, #[case] name: &str, #[case] fits: bool) {
        assert_eq!(Pattern::try_from(pattern.to_owned()).unwrap().matches(name), fits);
    }

    fn rules(shared: &str, own: &str) -> TraitRules {
        let read = |text: &str| serde_json::from_str::<Vec<TraitRule>>(text).unwrap();
        TraitRules::new(read(shared).into(), &read(own))
    }

    #[test]
    fn a_vendors_rule_beats_the_one_for_all_vendors() {
        let rules = rules(
            r#"[{"dialects":["openai_chat"],"models":["o1*"],"except":["o1-mini"],"set":["no_sampling","no_effort"],"max_tokens":5,"source":"s"}]"#,
            r#"[{"models":["o1*"],"unset":["no_sampling"],"set":["top_k","no_effort"],"source":"s"}]"#,
        );
        let traits = |dialect, model| rules.traits(dialect, model);
        assert_eq!(traits(Dialect::OpenaiChat, "openai/O1-Pro"), [Trait::NoEffort, Trait::TopK]);
        assert_eq!(traits(Dialect::OpenaiChat, "o1-mini"), [Trait::TopK, Trait::NoEffort]);
        assert_eq!(traits(Dialect::Gemini, "gpt"), []);
        assert_eq!(rules.max_tokens(Dialect::OpenaiChat, "o1"), Some(5));
        assert_eq!(rules.max_tokens(Dialect::OpenaiChat, "o1-mini"), None);
    }

    #[rstest]
    #[case(r#"{"set":["no_such_trait"],"source":"s"}"#)]
    #[case(r#"{"set":["top_k"]}"#)]
    #[case(r#"{"set":["top_k"],"source":"s","model":["x"]}"#)]
    #[case(r#"{"set":["top_k"],"source":"s","models":["GPT"]}"#)]
    #[case(r#"{"set":["top_k"],"source":"s","models":[""]}"#)]
    #[case(r#"{"set":["top_k"],"source":"s","dialects":["smalltalk"]}"#)]
    #[case(r#"{"set":["top_k"],"source":"s","dialects":["single"]}"#)]
    #[case(r#"{"source":"s"}"#)]
    fn a_rule_that_cannot_be_meant_is_refused(#[case] rule: &str) {
        let read = serde_json::from_str::<TraitRule>(rule);
        assert!(!read.is_ok_and(|rule| rule.check().is_ok()), "{rule}");
    }

    const CHAT: Dialect = Dialect::OpenaiChat;
    const RESPONSES: Dialect = Dialect::OpenaiResponses;

    /// What a model has of the traits at hand, and what it lacks.
    #[rstest]
    #[case("anthropic", Dialect::Anthropic, "claude-3-5-haiku-20241022", &[Trait::NoThinking], &[Trait::ThinkingBudget])]
    #[case("anthropic", Dialect::Anthropic, "claude-sonnet-4-20250514", &[Trait::ThinkingBudget, Trait::NoStructuredOutput], &[Trait::NoThinking])]
    #[case("anthropic", Dialect::Anthropic, "claude-haiku-4-5-20251001", &[Trait::ThinkingBudget, Trait::OneOfTemperatureAndTopP], &[Trait::NoStructuredOutput, Trait::NoSampling])]
    #[case("anthropic", Dialect::Anthropic, "claude-opus-4-6", &[Trait::NoMidwayInstructions], &[Trait::ThinkingBudget, Trait::NoSampling])]
    #[case("anthropic", Dialect::Anthropic, "claude-opus-4-8", &[Trait::NoSampling], &[Trait::NoMidwayInstructions, Trait::AlwaysThinks])]
    #[case("anthropic", Dialect::Anthropic, "claude-opus-5-5", &[Trait::NoSampling, Trait::AlwaysThinks], &[Trait::ThinkingBudget])]
    #[case("newapi", Dialect::Anthropic, "[aws]claude-3-7-sonnet-20250219", &[Trait::ThinkingBudget], &[Trait::NoThinking])]
    #[case("newapi", Dialect::Anthropic, "deepseek-chat", &[Trait::ThinkingBudget, Trait::NoEffort], &[])]
    #[case("openrouter", Dialect::Anthropic, "anthropic/claude-sonnet-4.5", &[Trait::ThinkingBudget], &[])]
    #[case("openai", CHAT, "o3-mini", &[Trait::NoSampling, Trait::AlwaysThinks, Trait::LowIsLeastEffort], &[Trait::NoDeveloperRole])]
    #[case("openai", CHAT, "gpt-5-mini", &[Trait::NoSampling, Trait::AlwaysThinks, Trait::HighIsMostEffort], &[Trait::LowIsLeastEffort])]
    #[case("openai", CHAT, "gpt-5.1", &[Trait::LowIsLeastEffort, Trait::HighIsMostEffort], &[Trait::AlwaysThinks])]
    #[case("openai", RESPONSES, "gpt-5.2-codex", &[Trait::AlwaysThinks, Trait::XhighIsMostEffort], &[Trait::HighIsMostEffort])]
    #[case("openai", CHAT, "gpt-4o", &[Trait::NoThinking], &[Trait::NoSampling, Trait::OldMaxTokens])]
    #[case("openai", RESPONSES, "gpt-6-sol", &[Trait::LowIsLeastEffort], &[Trait::HighIsMostEffort, Trait::XhighIsMostEffort])]
    #[case("azure", CHAT, "our-deployment", &[], &[Trait::OldMaxTokens, Trait::NoDeveloperRole])]
    #[case("newapi", CHAT, "claude-3-5-sonnet-20241022", &[Trait::NoThinking], &[])]
    #[case("newapi", CHAT, "claude-opus-5", &[Trait::NoSampling], &[Trait::NoThinking])]
    #[case("anthropic", Dialect::Anthropic, "claude-sonnet-5-5", &[Trait::NoForcedTools, Trait::AlwaysThinks], &[])]
    #[case("anthropic", Dialect::Anthropic, "claude-haiku-5-5", &[Trait::NoSampling], &[Trait::NoForcedTools, Trait::AlwaysThinks])]
    #[case("newapi", CHAT, "qwen3-max", &[Trait::OldMaxTokens, Trait::NoDeveloperRole], &[Trait::EchoesReasoning])]
    #[case("newapi", CHAT, "gpt-4.1", &[Trait::NoThinking], &[Trait::OldMaxTokens, Trait::NoDeveloperRole])]
    #[case("groq", CHAT, "openai/gpt-oss-120b", &[Trait::AlwaysThinks, Trait::NoDeveloperRole], &[Trait::NoEffort])]
    #[case("groq", CHAT, "qwen/qwen3-32b", &[Trait::NoEffort], &[])]
    #[case("deepseek", CHAT, "deepseek-v4-pro", &[Trait::EchoesReasoning, Trait::ThinkingSwitch], &[Trait::NoEffort])]
    #[case("moonshot", CHAT, "kimi-k2-thinking", &[Trait::AlwaysThinks, Trait::EchoesReasoning], &[Trait::NoThinking])]
    #[case("dashscope", CHAT, "qwen3-235b-a22b-thinking-2507", &[Trait::AlwaysThinks, Trait::ThinkingFlag], &[])]
    #[case("xai", CHAT, "grok-4-0709", &[Trait::NoEffort], &[Trait::AlwaysThinks])]
    #[case("gemini", Dialect::Gemini, "gemini-2.5-flash", &[Trait::ThinkingBudget, Trait::HighIsMostEffort], &[Trait::AlwaysThinks])]
    #[case("gemini", Dialect::Gemini, "models/gemini-2.5-pro", &[Trait::ThinkingBudget, Trait::AlwaysThinks], &[Trait::HighIsMostEffort])]
    #[case("gemini", Dialect::Gemini, "gemini-3-pro-preview", &[Trait::LowIsLeastEffort], &[Trait::ThinkingBudget])]
    #[case("gemini", Dialect::Gemini, "gemini-2.0-flash", &[Trait::NoThinking], &[Trait::ThinkingBudget])]
    #[case("gemini", Dialect::Gemini, "gemini-2.5-pro", &[Trait::SearchesWeb, Trait::RunsCode], &[])]
    #[case("gemini", CHAT, "gemini-2.5-pro", &[], &[Trait::SearchesWeb])]
    #[case("openai", RESPONSES, "gpt-5.2", &[Trait::SearchesWeb, Trait::RunsCode], &[])]
    #[case("openai", RESPONSES, "gpt-4.1-nano", &[], &[Trait::SearchesWeb])]
    #[case("openai", CHAT, "gpt-5.2", &[], &[Trait::SearchesWeb])]
    #[case("openai", CHAT, "gpt-4o-search-preview", &[Trait::SearchesWeb], &[])]
    #[case("anthropic", Dialect::Anthropic, "claude-opus-4-6", &[Trait::SearchesWeb], &[])]
    #[case("newapi", Dialect::Anthropic, "claude-opus-4-6", &[], &[Trait::SearchesWeb])]
    fn the_files_that_ship_know_each_familys_ways(
        #[case] vendor: &str,
        #[case] dialect: Dialect,
        #[case] model: &str,
        #[case] has: &[Trait],
        #[case] lacks: &[Trait],
    ) {
        let vendors = crate::vendor::Vendors::embedded().unwrap();
        let traits = vendors.trait_rules(vendors.get(vendor).unwrap()).traits(dialect, model);
        assert!(has.iter().all(|each| traits.contains(each)), "{traits:?}");
        assert!(!lacks.iter().any(|each| traits.contains(each)), "{traits:?}");
    }

    #[rstest]
    #[case("claude-3-haiku-20240307", Some(4_096))]
    #[case("claude-3-5-sonnet-20241022", Some(8_192))]
    #[case("claude-opus-4-1-20250805", Some(32_000))]
    #[case("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Some(64_000))]
    #[case("claude-opus-4-6", Some(128_000))]
    #[case("claude-of-tomorrow", None)]
    fn the_longest_answers_of_claude_models_are_known(#[case] model: &str, #[case] expected: Option<u64>) {
        let vendors = crate::vendor::Vendors::embedded().unwrap();
        let rules = vendors.trait_rules(vendors.get("anthropic").unwrap());
        assert_eq!(rules.max_tokens(Dialect::Anthropic, model), expected);
    }
}
