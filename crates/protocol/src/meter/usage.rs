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
pub(super) struct Report {
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
    #[serde(alias = "cacheTokensDetails", deserialize_with = "lenient")]
    cache_modalities: Vec<Modality>,
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
    #[serde(alias = "thinking_tokens")]
    reasoning_tokens: Count,
    #[serde(deserialize_with = "lenient_object")]
    cached_tokens_details: CachedDetails,
}

/// What the cached tokens are; they are part of the counts beside them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CachedDetails {
    audio_tokens: Count,
    image_tokens: Count,
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

/// Brings what was told up to date with what is told later. Vendors repeat running totals, but also send zeros and
/// `null` for what they told before, so these erase nothing.
trait Merge {
    fn merge(&mut self, later: Self);
}

impl Merge for Count {
    fn merge(&mut self, later: Self) {
        if later.0 != 0 {
            *self = later;
        }
    }
}

impl Merge for Option<Count> {
    fn merge(&mut self, later: Self) {
        if count(later) != 0 {
            *self = later;
        }
    }
}

impl Merge for Vec<Modality> {
    fn merge(&mut self, later: Self) {
        if later.iter().any(|part| part.token_count.0 != 0) {
            *self = later;
        }
    }
}

macro_rules! merge_each_field {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl Merge for $name {
            fn merge(&mut self, later: Self) {
                let Self { $($field),+ } = later;
                $(self.$field.merge($field);)+
            }
        }
    };
}

merge_each_field!(CacheCreation { ephemeral_5m_input_tokens, ephemeral_1h_input_tokens });
merge_each_field!(CachedDetails { audio_tokens, image_tokens });
merge_each_field!(Details {
    cached_tokens,
    cached_creation_tokens,
    audio_tokens,
    image_tokens,
    reasoning_tokens,
    cached_tokens_details,
});
merge_each_field!(Report {
    prompt_tokens,
    input_tokens,
    completion_tokens,
    output_tokens,
    total_tokens,
    thoughts,
    cached_content,
    tool_use_prompt,
    prompt_modalities,
    candidate_modalities,
    cache_modalities,
    prompt_tokens_details,
    input_tokens_details,
    completion_tokens_details,
    output_tokens_details,
    prompt_cache_hit_tokens,
    cached_tokens,
    cache_read_input_tokens,
    cache_creation_input_tokens,
    cache_creation,
    seconds,
    search_units,
});

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
    Report::read(json, convention).map(|report| report.normalise(convention))
}

/// Usage that a stream tells in several reports.
#[derive(Debug)]
pub struct RunningUsage {
    convention: Convention,
    report: Option<Report>,
}

impl RunningUsage {
    /// Begins before the first report.
    #[must_use]
    pub const fn new(convention: Convention) -> Self {
        Self { convention, report: None }
    }

    /// Takes the JSON of a usage object and returns the usage of all reports so far; `None` if it says nothing.
    pub fn read(&mut self, json: &[u8]) -> Option<Usage> {
        let report = Report::read(json, self.convention)?;
        let known = self.report.get_or_insert_default();
        known.merge(report);
        Some(known.normalise(self.convention))
    }
}

impl Report {
    /// Reads the usage object `json`; `None` when it is no object or has no count that means something.
    pub(super) fn read(json: &[u8], convention: Convention) -> Option<Self> {
        if json.trim_ascii_start().first() != Some(&b'{') {
            return None;
        }
        let report: Self = serde_json::from_slice(json).ok()?;
        (!report.normalise(convention).is_empty()).then_some(report)
    }

    /// Takes what a later report of the same call tells.
    pub(super) fn merge(&mut self, later: Self) {
        Merge::merge(self, later);
    }

    /// Makes the report of an answer that only tells how long the speech was; a second that began counts.
    pub(super) fn of_seconds(seconds: f64) -> Option<Self> {
        let is_sensible = seconds.is_finite() && (0.0..=1e9).contains(&seconds);
        is_sensible.then(|| Self { seconds: Some(Count(seconds.ceil() as u64)), ..Self::default() })
    }

    /// Returns the counts in disjoint classes.
    pub(super) fn normalise(&self, convention: Convention) -> Usage {
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
        let output = first(self.completion_tokens, self.output_tokens);
        let input = match first(self.prompt_tokens, self.input_tokens) {
            0 if output == 0 => count(self.total_tokens),
            input => input,
        };
        let reasoning = most(output_details, |d| d.reasoning_tokens);
        // Cached and reasoning tokens stay as reported: more of them than the total means that the vendor adds them.
        let mut unread = input.saturating_sub(cache_read);
        let mut unsaid =
            if convention == Convention::ReasoningOutside { output } else { output.saturating_sub(reasoning) };
        let (written_5m, written_1h) = self.cache_writes(most(input_details, |d| d.cached_creation_tokens));
        let audio = most(input_details, |d| d.audio_tokens)
            .saturating_sub(most(input_details, |d| d.cached_tokens_details.audio_tokens));
        let image = most(input_details, |d| d.image_tokens)
            .saturating_sub(most(input_details, |d| d.cached_tokens_details.image_tokens));
        Usage {
            cache_read,
            cache_write_5m: take(&mut unread, written_5m),
            cache_write_1h: take(&mut unread, written_1h),
            input_audio: take(&mut unread, audio),
            input_image: take(&mut unread, image),
            input: unread,
            reasoning,
            output_audio: take(&mut unsaid, most(output_details, |d| d.audio_tokens)),
            output_image: take(&mut unsaid, most(output_details, |d| d.image_tokens)),
            output: unsaid,
            ..Usage::default()
        }
    }

    /// Anthropic: "Prompt caching" page; `input_tokens` counts what is neither read from nor written to the cache.
    /// `output_tokens` includes the thinking.
    fn anthropic(&self) -> Usage {
        let (cache_write_5m, cache_write_1h) = self.cache_writes(0);
        let mut unsaid = count(self.output_tokens);
        Usage {
            input: count(self.input_tokens),
            cache_read: count(self.cache_read_input_tokens),
            cache_write_5m,
            cache_write_1h,
            reasoning: take(&mut unsaid, self.output_tokens_details.reasoning_tokens.0),
            output: unsaid,
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
        let uncached = |name: &str| of(&self.prompt_modalities, name).saturating_sub(of(&self.cache_modalities, name));
        let reasoning = count(self.thoughts);
        let candidates = match self.completion_tokens {
            Some(candidates) => candidates.0,
            None => less(count(self.total_tokens), [prompt, reasoning]),
        };
        let prompt = if prompt == 0 { less(count(self.total_tokens), [candidates, reasoning]) } else { prompt };
        let mut unread = prompt.saturating_sub(cache_read);
        let mut unsaid = candidates;
        Usage {
            cache_read,
            input_audio: take(&mut unread, uncached("AUDIO")),
            input_image: take(&mut unread, uncached("IMAGE").saturating_add(uncached("VIDEO"))),
            input: unread,
            reasoning,
            output_audio: take(&mut unsaid, of(&self.candidate_modalities, "AUDIO")),
            output_image: take(&mut unsaid, of(&self.candidate_modalities, "IMAGE")),
            output: unsaid,
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

/// Takes a part out of what is left of a total; a part is never more than that.
fn take(left: &mut u64, part: u64) -> u64 {
    let part = part.min(*left);
    *left -= part;
    part
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
    #[case::anthropic_thinking(
        r#"{"input_tokens":10,"output_tokens":50,"output_tokens_details":{"thinking_tokens":30}}"#,
        Convention::Exclusive,
        Usage { input: 10, output: 20, reasoning: 30, ..Usage::default() }
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
    #[case::cached_images_of_gemini(
        r#"{"promptTokenCount":1000,"cachedContentTokenCount":900,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":800},{"modality":"TEXT","tokenCount":200}]}"#,
        Convention::Gemini,
        Usage { cache_read: 900, input_image: 100, ..Usage::default() }
    )]
    #[case::cached_images_of_gemini_told_apart(
        r#"{"promptTokenCount":1000,"cachedContentTokenCount":900,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":800},{"modality":"TEXT","tokenCount":200}],"cacheTokensDetails":[{"modality":"IMAGE","tokenCount":720},{"modality":"TEXT","tokenCount":180}]}"#,
        Convention::Gemini,
        Usage { input: 20, cache_read: 900, input_image: 80, ..Usage::default() }
    )]
    #[case::cached_audio_of_openai_told_apart(
        r#"{"input_tokens":100,"output_tokens":10,"input_token_details":{"cached_tokens":60,"audio_tokens":70,"text_tokens":30,"cached_tokens_details":{"text_tokens":20,"audio_tokens":40}}}"#,
        Convention::Inclusive,
        Usage { input: 10, cache_read: 60, input_audio: 30, output: 10, ..Usage::default() }
    )]
    #[case::cached_audio_of_openai(
        r#"{"prompt_tokens":100,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":60,"audio_tokens":70}}"#,
        Convention::Inclusive,
        Usage { cache_read: 60, input_audio: 40, output: 10, ..Usage::default() }
    )]
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

    fn list(parts: [u64; 3]) -> String {
        let [text, audio, image] = parts;
        format!(
            r#"[{{"modality":"TEXT","tokenCount":{text}}},{{"modality":"AUDIO","tokenCount":{audio}}},{{"modality":"IMAGE","tokenCount":{image}}}]"#
        )
    }

    proptest! {
        #[test]
        fn the_parts_of_openai_add_up_to_the_honest_total(
            prompt in 0u64..1_000, cached in 0u64..1_000, written in 0u64..1_000,
            output in 0u64..1_000, reasoning in 0u64..1_000,
            media in prop::array::uniform4(0u64..1_000), cached_media in prop::array::uniform2(0u64..1_000),
        ) {
            let [audio, image, audio_out, image_out] = media;
            let [cached_audio, cached_image] = cached_media;
            let json = format!(
                r#"{{"prompt_tokens":{prompt},"completion_tokens":{output},"prompt_tokens_details":{{"cached_tokens":{cached},"cache_write_tokens":{written},"audio_tokens":{audio},"image_tokens":{image},"cached_tokens_details":{{"audio_tokens":{cached_audio},"image_tokens":{cached_image}}}}},"completion_tokens_details":{{"reasoning_tokens":{reasoning},"audio_tokens":{audio_out},"image_tokens":{image_out}}}}}"#
            );
            let usage = read_report(json.as_bytes(), Convention::Inclusive).unwrap_or_default();
            prop_assert_eq!((usage.cache_read, usage.reasoning), (cached, reasoning));
            prop_assert_eq!(usage.total_output(), output.max(reasoning));
            prop_assert_eq!(usage.total_input(), prompt.max(cached));
            let outside = read_report(json.as_bytes(), Convention::ReasoningOutside).unwrap_or_default();
            prop_assert_eq!(outside.total_output(), output + reasoning);
        }

        #[test]
        fn the_parts_of_gemini_add_up_to_the_honest_total(
            prompt in 1u64..1_000, cached in 0u64..1_000, candidates in 0u64..1_000, thoughts in 0u64..1_000,
            parts in prop::array::uniform3(0u64..1_000), cached_parts in prop::array::uniform3(0u64..1_000),
            written_parts in prop::array::uniform3(0u64..1_000),
        ) {
            let (read, kept, written) = (list(parts), list(cached_parts), list(written_parts));
            let json = format!(
                r#"{{"promptTokenCount":{prompt},"cachedContentTokenCount":{cached},"candidatesTokenCount":{candidates},"thoughtsTokenCount":{thoughts},"promptTokensDetails":{read},"cacheTokensDetails":{kept},"candidatesTokensDetails":{written}}}"#
            );
            let usage = read_report(json.as_bytes(), Convention::Gemini).unwrap_or_default();
            prop_assert_eq!(usage.total_input(), prompt.max(cached));
            prop_assert_eq!(usage.total_output(), candidates + thoughts);
        }
    }
}
