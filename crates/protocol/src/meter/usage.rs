//! Usage reports of all vendors, normalised once into disjoint classes.
//!
//! OpenAI and Gemini include cached tokens in the input count, Anthropic reports them beside it. Whatever a vendor
//! reports, no class comes out negative and nothing is counted twice.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sluice_domain::usage::Usage;

/// How a vendor's counts relate to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// Input includes cached tokens, output includes reasoning tokens (OpenAI).
    Inclusive,
    /// As `Inclusive`, but reasoning tokens come on top of the output (xAI).
    ReasoningOutside,
    /// Input excludes cached tokens (Anthropic).
    Exclusive,
    /// Prompt includes cached tokens, thoughts come on top of the candidates (Google).
    Gemini,
}

/// A count as vendors write it: integer, float, numeric string or `null`. Anything else is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl<'de> Visitor<'de> for CountVisitor {
    type Value = Count;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a count")
    }

    fn visit_u64<E>(self, count: u64) -> Result<Count, E> {
        Ok(Count(count))
    }

    fn visit_i64<E>(self, count: i64) -> Result<Count, E> {
        Ok(Count(u64::try_from(count).unwrap_or(0)))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as wanted here")]
    fn visit_f64<E>(self, count: f64) -> Result<Count, E> {
        Ok(Count(count.ceil() as u64))
    }

    fn visit_str<E>(self, text: &str) -> Result<Count, E> {
        Ok(Count(text.trim().parse().unwrap_or(0)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
        Ok(Count(0))
    }

    fn visit_unit<E>(self) -> Result<Count, E> {
        Ok(Count(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Count, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Count(0))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Count, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Count(0))
    }
}

/// A usage object with every field that some vendor is known to send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Report {
    #[serde(alias = "promptTokenCount")]
    prompt_tokens: Option<Count>,
    input_tokens: Option<Count>,
    #[serde(alias = "candidatesTokenCount", alias = "responseTokenCount")]
    completion_tokens: Option<Count>,
    output_tokens: Option<Count>,
    #[serde(alias = "totalTokenCount")]
    total_tokens: Option<Count>,
    #[serde(alias = "thoughtsTokenCount")]
    thoughts: Option<Count>,
    #[serde(alias = "cachedContentTokenCount")]
    cached_content: Option<Count>,
    #[serde(alias = "toolUsePromptTokenCount")]
    tool_use_prompt: Option<Count>,
    #[serde(alias = "promptTokensDetails", deserialize_with = "lenient")]
    prompt_modalities: Vec<Modality>,
    #[serde(alias = "candidatesTokensDetails", alias = "responseTokensDetails", deserialize_with = "lenient")]
    candidate_modalities: Vec<Modality>,
    #[serde(deserialize_with = "lenient_object")]
    prompt_tokens_details: Details,
    #[serde(alias = "input_token_details", deserialize_with = "lenient_object")]
    input_tokens_details: Details,
    #[serde(deserialize_with = "lenient_object")]
    completion_tokens_details: Details,
    #[serde(alias = "output_token_details", deserialize_with = "lenient_object")]
    output_tokens_details: Details,
    prompt_cache_hit_tokens: Option<Count>,
    cached_tokens: Option<Count>,
    cache_read_input_tokens: Option<Count>,
    cache_creation_input_tokens: Option<Count>,
    #[serde(deserialize_with = "lenient_object")]
    cache_creation: CacheCreation,
    seconds: Option<Count>,
    search_units: Option<Count>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    cached_tokens: Count,
    #[serde(alias = "cache_write_tokens", alias = "cache_creation_tokens")]
    cached_creation_tokens: Count,
    audio_tokens: Count,
    image_tokens: Count,
    reasoning_tokens: Count,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CacheCreation {
    ephemeral_5m_input_tokens: Count,
    ephemeral_1h_input_tokens: Count,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Modality {
    modality: String,
    token_count: Count,
}

/// Reads a part of a report; what has another shape than documented counts as absent, so that the rest is still read.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// As `lenient`, for objects: serde would also read a struct from an array.
fn lenient_object<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?;
    let object = Some(raw.get()).filter(|text| text.starts_with('{'));
    Ok(object.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
}

/// Reads the usage object `json`; `None` when it is no object or has no count at all.
#[must_use]
pub fn read_report(json: &[u8], convention: Convention) -> Option<Usage> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let report: Report = serde_json::from_slice(json).ok()?;
    let usage = report.normalise(convention);
    (!usage.is_empty()).then_some(usage)
}

impl Report {
    fn normalise(&self, convention: Convention) -> Usage {
        let mut usage = match convention {
            Convention::Inclusive | Convention::ReasoningOutside => self.openai(convention),
            Convention::Exclusive => self.anthropic(),
            Convention::Gemini => self.gemini(),
        };
        usage.duration_ms = count(self.seconds).saturating_mul(1_000);
        usage.calls = count(self.search_units);
        usage
    }

    /// OpenAI: "Prompt caching" and "Reasoning" guides; details are parts of the totals.
    fn openai(&self, convention: Convention) -> Usage {
        let input_details = [&self.prompt_tokens_details, &self.input_tokens_details];
        let output_details = [&self.completion_tokens_details, &self.output_tokens_details];
        let most = |details: [&Details; 2], part: fn(&Details) -> Count| {
            details.map(|d| part(d).0).into_iter().max().unwrap_or(0)
        };
        let cache_read = most(input_details, |d| d.cached_tokens)
            .max(count(self.prompt_cache_hit_tokens))
            .max(count(self.cached_tokens))
            .max(count(self.cache_read_input_tokens));
        let (cache_write_5m, cache_write_1h) = self.cache_writes(most(input_details, |d| d.cached_creation_tokens));
        let input_audio = most(input_details, |d| d.audio_tokens);
        let input_image = most(input_details, |d| d.image_tokens);
        let output_audio = most(output_details, |d| d.audio_tokens);
        let output_image = most(output_details, |d| d.image_tokens);
        let reasoning = most(output_details, |d| d.reasoning_tokens);
        let output = first(self.completion_tokens, self.output_tokens);
        let input = match first(self.prompt_tokens, self.input_tokens) {
            0 if output == 0 => count(self.total_tokens),
            input => input,
        };
        let inside = if convention == Convention::ReasoningOutside { 0 } else { reasoning };
        Usage {
            input: less(input, [cache_read, cache_write_5m, cache_write_1h, input_audio, input_image]),
            cache_read,
            cache_write_5m,
            cache_write_1h,
            input_audio,
            input_image,
            output: less(output, [inside, output_audio, output_image]),
            reasoning,
            output_audio,
            output_image,
            ..Usage::default()
        }
    }

    /// Anthropic: "Prompt caching" page; `input_tokens` counts what is neither read from nor written to the cache.
    fn anthropic(&self) -> Usage {
        let (cache_write_5m, cache_write_1h) = self.cache_writes(0);
        Usage {
            input: count(self.input_tokens),
            cache_read: count(self.cache_read_input_tokens),
            cache_write_5m,
            cache_write_1h,
            output: count(self.output_tokens),
            ..Usage::default()
        }
    }

    /// Returns tokens written for five minutes and for one hour; what has no stated lifetime is five minutes.
    fn cache_writes(&self, in_details: u64) -> (u64, u64) {
        let one_hour = self.cache_creation.ephemeral_1h_input_tokens.0;
        let five_minutes = self.cache_creation.ephemeral_5m_input_tokens.0;
        let total = count(self.cache_creation_input_tokens).max(in_details).max(one_hour.saturating_add(five_minutes));
        (total.saturating_sub(one_hour), one_hour)
    }

    /// Google: `UsageMetadata`; thoughts and tool-use prompts are not part of the two main counts.
    fn gemini(&self) -> Usage {
        let of = |list: &[Modality], name: &str| -> u64 {
            list.iter().filter(|part| part.modality == name).map(|part| part.token_count.0).fold(0, u64::saturating_add)
        };
        let prompt = count(self.prompt_tokens).saturating_add(count(self.tool_use_prompt));
        let cache_read = count(self.cached_content);
        let input_audio = of(&self.prompt_modalities, "AUDIO");
        let input_image = of(&self.prompt_modalities, "IMAGE").saturating_add(of(&self.prompt_modalities, "VIDEO"));
        let output_audio = of(&self.candidate_modalities, "AUDIO");
        let output_image = of(&self.candidate_modalities, "IMAGE");
        let reasoning = count(self.thoughts);
        let candidates = match self.completion_tokens {
            Some(candidates) => candidates.0,
            None => less(count(self.total_tokens), [prompt, reasoning]),
        };
        let prompt = if prompt == 0 { less(count(self.total_tokens), [candidates, reasoning]) } else { prompt };
        Usage {
            input: less(prompt, [cache_read, input_audio, input_image]),
            cache_read,
            input_audio,
            input_image,
            output: less(candidates, [output_audio, output_image]),
            reasoning,
            output_audio,
            output_image,
            ..Usage::default()
        }
    }
}

fn count(value: Option<Count>) -> u64 {
    value.unwrap_or_default().0
}

/// Returns the first count that is there and not 0.
fn first(a: Option<Count>, b: Option<Count>) -> u64 {
    match count(a) {
        0 => count(b),
        count => count,
    }
}

fn less<const N: usize>(total: u64, parts: [u64; N]) -> u64 {
    parts.into_iter().fold(total, u64::saturating_sub)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::chat_with_cache(
        r#"{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":64,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":5}}"#,
        Convention::Inclusive,
        Usage { input: 36, cache_read: 64, output: 15, reasoning: 5, ..Usage::default() }
    )]
    #[case::responses(
        r#"{"input_tokens":100,"input_tokens_details":{"cached_tokens":30},"output_tokens":20,"output_tokens_details":{"reasoning_tokens":20}}"#,
        Convention::Inclusive,
        Usage { input: 70, cache_read: 30, reasoning: 20, ..Usage::default() }
    )]
    #[case::anthropic_beside(
        r#"{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":90,"cache_creation_input_tokens":40,"cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":10},"service_tier":"standard"}"#,
        Convention::Exclusive,
        Usage { input: 10, cache_read: 90, cache_write_5m: 30, cache_write_1h: 10, output: 5, ..Usage::default() }
    )]
    #[case::gemini(
        r#"{"promptTokenCount":8,"candidatesTokenCount":4,"thoughtsTokenCount":3,"cachedContentTokenCount":2,"totalTokenCount":15,"promptTokensDetails":[{"modality":"TEXT","tokenCount":5},{"modality":"IMAGE","tokenCount":3}]}"#,
        Convention::Gemini,
        Usage { input: 3, cache_read: 2, input_image: 3, output: 4, reasoning: 3, ..Usage::default() }
    )]
    #[case::reasoning_on_top(
        r#"{"prompt_tokens":10,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":50}}"#,
        Convention::ReasoningOutside,
        Usage { input: 10, output: 4, reasoning: 50, ..Usage::default() }
    )]
    #[case::cache_hit_fields(
        r#"{"prompt_tokens":10,"completion_tokens":4,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":2}"#,
        Convention::Inclusive,
        Usage { input: 2, cache_read: 8, output: 4, ..Usage::default() }
    )]
    #[case::only_a_total(r#"{"total_tokens":42}"#, Convention::Inclusive, Usage { input: 42, ..Usage::default() })]
    #[case::strings_and_floats(
        r#"{"prompt_tokens":"15","completion_tokens":"abc","total_tokens":15.0,"prompt_tokens_details":null,"cost":{"x":1}}"#,
        Convention::Inclusive,
        Usage { input: 15, ..Usage::default() }
    )]
    #[case::zero_prompt_then_input(r#"{"prompt_tokens":0,"input_tokens":9}"#, Convention::Inclusive, Usage { input: 9, ..Usage::default() })]
    #[case::cache_larger_than_prompt(
        r#"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":9}}"#,
        Convention::Inclusive,
        Usage { cache_read: 9, output: 1, ..Usage::default() }
    )]
    #[case::transcription_by_length(r#"{"type":"duration","seconds":12.2}"#, Convention::Inclusive, Usage { duration_ms: 13_000, ..Usage::default() })]
    #[case::details_of_another_shape(
        r#"{"prompt_tokens":5,"prompt_tokens_details":[1],"completion_tokens":1,"promptTokensDetails":{"a":1}}"#,
        Convention::Inclusive,
        Usage { input: 5, output: 1, ..Usage::default() }
    )]
    fn a_report_becomes_disjoint_classes(#[case] json: &str, #[case] convention: Convention, #[case] expected: Usage) {
        assert_eq!(read_report(json.as_bytes(), convention), Some(expected));
    }

    #[rstest]
    #[case("{}")]
    #[case("null")]
    #[case("[1]")]
    #[case(r#"{"prompt_tokens":0}"#)]
    fn a_report_without_counts_is_none(#[case] json: &str) {
        assert_eq!(read_report(json.as_bytes(), Convention::Inclusive), None);
    }

    proptest! {
        #[test]
        fn parts_never_exceed_an_honest_total(prompt in 0u64..1_000_000, cached in 0u64..1_000_000, output in 0u64..1_000_000, reasoning in 0u64..1_000_000) {
            let json = format!(
                r#"{{"prompt_tokens":{prompt},"completion_tokens":{output},"prompt_tokens_details":{{"cached_tokens":{cached}}},"completion_tokens_details":{{"reasoning_tokens":{reasoning}}}}}"#
            );
            let usage = read_report(json.as_bytes(), Convention::Inclusive).unwrap_or_default();
            prop_assert_eq!(usage.total_output(), output.max(reasoning));
            if prompt > 0 || output > 0 {
                prop_assert_eq!(usage.total_input(), prompt.max(cached));
            }
        }
    }
}
