//! What a call may consume at most, told from its request before it is made: what its hold is reckoned from.

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};
use sluice_domain::price::{Estimate, Media, Service};
use sluice_protocol::form::Form;
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::raw::RawObject;

use crate::money::prices::ModelLimits;

/// What a request says about the size of its answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Asks {
    /// Most tokens of one answer.
    pub(crate) max_output: Option<u64>,
    /// Answers, or images; at least one is meant.
    pub(crate) choices: Option<u64>,
    /// Length of a video.
    pub(crate) seconds: Option<u64>,
    /// Service level.
    pub(crate) service: Service,
    /// Whether the answer is to be made after the call has ended.
    pub(crate) is_background: bool,
    /// Whether it names something to read that is kept elsewhere, such as an earlier response, a file or a page.
    pub(crate) reads_elsewhere: bool,
}

/// What a model writes at most if neither the request nor the catalogue says.
const OUTPUT_UNKNOWN: u64 = 32_768;
/// What OpenAI's older completions write if the request does not say (API reference, `max_tokens`).
const COMPLETION_DEFAULT: u64 = 16;
/// What a model reads at most if the catalogue does not say.
const CONTEXT_UNKNOWN: u64 = 128_000;
/// Tokens of one image at the highest quality (OpenAI's image guide: 6,240).
const IMAGE_OUTPUT: u64 = 6_240;
/// Bytes of JSON for one token: short for prose and code, about right for Chinese.
const BYTES_PER_TOKEN: u64 = 3;
/// What a picture, page or file in base64 is taken for: its length says nothing about its tokens.
const DATA_TOKENS: u64 = 2_000;
/// What a form with pictures is taken for: a few of them and a prompt.
const FORM_TOKENS: u64 = 8_000;
/// Tokens of a second of speech (OpenAI counts 10, Gemini 25).
const AUDIO_TOKENS_PER_SECOND: u64 = 25;
/// Speech is hardly ever sent with fewer bits: a file of so many bytes does not last longer.
const AUDIO_BYTES_PER_SECOND: u64 = 2_000;
/// Answers that one request may ask for; more is refused by every vendor.
const CHOICES_MAX: u64 = 128;
/// Length of a video if the request does not say.
const VIDEO_SECONDS: u64 = 10;

/// Fields that name something which is kept elsewhere.
const ELSEWHERE: [&str; 6] =
    ["previous_response_id", "conversation", "prompt_id", "cachedContent", "cached_content", "web_search_options"];

/// Returns the number at `name`, also one that is written as a text or with a fraction.
fn number(object: &RawObject<'_>, name: &str) -> Option<u64> {
    let exact = object.read::<u64>(name);
    let written = || object.string(name)?.trim().parse().ok();
    let whole = || {
        object.read::<f64>(name).filter(|number| number.is_finite() && *number > 0.0).map(|number| number.ceil() as u64)
    };
    exact.or_else(written).or_else(whole)
}

/// Returns the highest of the limits; `None` if one that is there is no limit at all.
fn limit(object: &RawObject<'_>, names: &[&str]) -> Option<u64> {
    let present = || names.iter().filter(|name| object.get(name).is_some_and(|value| value != b"null"));
    // Zero is dropped by some relays, and then there is no limit.
    let limits: Option<Vec<u64>> = present().map(|name| number(object, name).filter(|&limit| limit > 0)).collect();
    limits?.into_iter().max()
}

/// Returns the highest of the counts; the most there can be if one cannot be understood.
fn count(object: &RawObject<'_>, names: &[&str]) -> Option<u64> {
    let present = names.iter().filter(|name| object.get(name).is_some_and(|value| value != b"null"));
    present.map(|name| number(object, name).unwrap_or(CHOICES_MAX)).max()
}

/// Returns how many prompts an older completion has: each gets its answers.
fn prompts(object: &RawObject<'_>) -> Option<u64> {
    let prompts: Vec<&serde_json::value::RawValue> = serde_json::from_slice(object.get("prompt")?).ok()?;
    // A list of numbers is one prompt in tokens.
    let is_list = prompts.first().is_some_and(|first| !first.get().starts_with(|c: char| c.is_ascii_digit()));
    is_list.then_some(prompts.len() as u64)
}

impl Asks {
    /// Reads what a JSON request asks for. A limit that cannot be understood is taken for none, and of two the higher
    /// counts: upstreams differ in which of them they read.
    pub(crate) fn of(operation: Operation, object: &RawObject<'_>) -> Self {
        let most = |names: &[&str]| limit(object, names);
        let (max_output, choices) = match operation.dialect() {
            Dialect::OpenaiChat => {
                let choices: &[&str] = if operation == Operation::Completions { &["n", "best_of"] } else { &["n"] };
                (most(&["max_completion_tokens", "max_tokens"]), count(object, choices))
            }
            Dialect::OpenaiResponses => (most(&["max_output_tokens"]), None),
            Dialect::Anthropic => (most(&["max_tokens"]), None),
            Dialect::Gemini => {
                let config = object.get("generationConfig").or_else(|| object.get("generation_config"));
                let config = config.and_then(|config| RawObject::parse(config).ok());
                let most = |names: &[&str]| limit(config.as_ref()?, names);
                let choices = config.as_ref().and_then(|config| count(config, &["candidateCount", "candidate_count"]));
                (most(&["maxOutputTokens", "max_output_tokens"]), choices)
            }
            Dialect::Single => (None, count(object, &["n"])),
        };
        let prompts = (operation == Operation::Completions).then(|| prompts(object)).flatten();
        let service = object.string("service_tier").map(|tier| Service::from_tier(&tier)).unwrap_or_default();
        Self {
            max_output,
            choices: choices.map(|choices| choices.saturating_mul(prompts.unwrap_or(1))).or(prompts),
            seconds: number(object, "seconds"),
            service,
            is_background: operation == Operation::Responses && object.is_true("background"),
            reads_elsewhere: ELSEWHERE.iter().any(|name| object.get(name).is_some_and(|value| value != b"null")),
        }
    }

    /// Reads what a form asks for.
    pub(crate) fn of_form(form: &Form<'_>) -> Self {
        let number = |name: &str| form.text(name).and_then(|text| text.trim().parse().ok());
        Self { choices: number("n"), seconds: number("seconds"), ..Self::default() }
    }

    /// Returns the most that a call with this `body` consumes of a model with these limits.
    pub(crate) fn estimate(&self, operation: Operation, bulk: &Bulk, limits: ModelLimits) -> Estimate {
        let context = limits.context.unwrap_or(u64::MAX);
        let input = match operation {
            // Each of their inputs may fill the context.
            Operation::Embeddings
            | Operation::Moderations
            | Operation::Rerank
            | Operation::GeminiEmbed
            | Operation::GeminiBatchEmbed
            | Operation::Completions => bulk.input_tokens,
            // What is not in the request itself may fill the context too.
            _ if self.reads_elsewhere => limits.context.unwrap_or(CONTEXT_UNKNOWN),
            _ => bulk.input_tokens.min(context),
        };
        let choices = self.choices.unwrap_or(1).max(1);
        let estimate = Estimate { input_tokens: input, media: bulk.media, ..Estimate::default() };
        match operation {
            Operation::Embeddings
            | Operation::Moderations
            | Operation::Rerank
            | Operation::CountTokens
            | Operation::GeminiCountTokens
            | Operation::ResponseInputTokens
            | Operation::GeminiEmbed
            | Operation::GeminiBatchEmbed => estimate,
            Operation::ImageGenerations | Operation::ImageEdits | Operation::ImageVariations => {
                Estimate { images: choices, output_tokens: choices.saturating_mul(IMAGE_OUTPUT), ..estimate }
            }
            Operation::AudioTranscriptions | Operation::AudioTranslations => Estimate {
                duration_ms: bulk.audio_seconds.saturating_mul(1_000),
                output_tokens: self.output(limits),
                ..estimate
            },
            Operation::VideoGenerations => {
                let seconds = self.seconds.unwrap_or(VIDEO_SECONDS);
                Estimate { duration_ms: seconds.saturating_mul(1_000), calls: 1, ..estimate }
            }
            Operation::Completions if self.max_output.is_none() => {
                Estimate { output_tokens: choices.saturating_mul(COMPLETION_DEFAULT), ..estimate }
            }
            Operation::ChatCompletions
            | Operation::Completions
            | Operation::AudioSpeech
            | Operation::Responses
            | Operation::ResponseGet
            | Operation::ResponseDelete
            | Operation::ResponseCancel
            | Operation::ResponseInputItems
            | Operation::Messages
            | Operation::GeminiGenerate
            | Operation::GeminiStream
            | Operation::VideoTask
            | Operation::Models => Estimate { output_tokens: choices.saturating_mul(self.output(limits)), ..estimate },
        }
    }

    fn output(&self, limits: ModelLimits) -> u64 {
        let most = limits.max_output.or(limits.context).unwrap_or(OUTPUT_UNKNOWN);
        self.max_output.map_or(most, |asked| asked.min(limits.max_output.unwrap_or(u64::MAX)))
    }
}

/// What a request's body tells about its size; read once, whatever the number of candidates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bulk {
    input_tokens: u64,
    media: Media,
    audio_seconds: u64,
}

impl Bulk {
    /// Looks through a body.
    pub(crate) fn of(operation: Operation, body: &[u8]) -> Self {
        let audio_seconds = body.len() as u64 / AUDIO_BYTES_PER_SECOND + 1;
        let media = media(body);
        let input_tokens = match (is_form(body), operation) {
            // Without the word there is no picture to look for.
            (false, _) if !media.image_in => text_tokens(body.len() as u64),
            (false, _) => input_tokens(body),
            (true, Operation::AudioTranscriptions | Operation::AudioTranslations) => {
                audio_seconds.saturating_mul(AUDIO_TOKENS_PER_SECOND).saturating_add(DATA_TOKENS)
            }
            (true, _) => FORM_TOKENS,
        };
        Self { input_tokens, media, audio_seconds }
    }

    /// Returns how many tokens the request likely has; what is reserved is more, to be sure.
    pub(crate) const fn likely_tokens(&self) -> u64 {
        self.input_tokens * 3 / 4
    }
}

/// Returns how many tokens a request in JSON likely has; what is reserved is more, to be sure.
pub(in crate::relay) fn likely_tokens(body: &[u8]) -> u64 {
    input_tokens(body) * 3 / 4
}

/// A form holds files, whose length says nothing about tokens.
fn is_form(body: &[u8]) -> bool {
    body.starts_with(b"--")
}

/// Estimates the tokens of a request from its length. Pictures in base64 count as what pictures come to; whatever else is
/// encoded so counts by its length, and what only pretends to be a picture is text.
fn input_tokens(body: &[u8]) -> u64 {
    let (mut text, mut pictures) = (body.len() as u64, 0_u64);
    let mut at = 0;
    while let Some(found) = memmem::find(body.get(at..).unwrap_or_default(), b"image/") {
        let start = at + found;
        let length = picture_bytes(body.get(start..).unwrap_or_default());
        if length > 0 {
            text = text.saturating_sub(length as u64);
            pictures += 1;
        }
        at = start + b"image/".len() + length;
    }
    text_tokens(text) + pictures.saturating_mul(DATA_TOKENS)
}

/// Estimates the tokens of so many bytes of text.
const fn text_tokens(bytes: u64) -> u64 {
    bytes / BYTES_PER_TOKEN + 1
}

/// Longest way from a picture's type to its data: `image/png;base64,` or `"image/png","data":"`.
const TYPE_MAX_BYTES: usize = 64;
/// Shorter data is text like any other.
const PICTURE_MIN_BYTES: usize = 1_024;

/// Returns the length of the base64 that follows a picture's type, 0 if there is none.
fn picture_bytes(from_type: &[u8]) -> usize {
    let near = from_type.get(..from_type.len().min(TYPE_MAX_BYTES)).unwrap_or_default();
    let in_url = memmem::find(near, b";base64,").map(|at| at + b";base64,".len());
    let in_field = || {
        let key = memmem::find(near, b"\"data\"")? + b"\"data\"".len();
        let quote = memchr::memchr(b'"', near.get(key..)?)?;
        Some(key + quote + 1)
    };
    let Some(start) = in_url.or_else(in_field) else { return 0 };
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    let data = from_type.get(start..).unwrap_or_default();
    let length = data.iter().position(|byte| !is_base64(byte)).unwrap_or(data.len());
    let is_closed = data.get(length).is_some_and(|&byte| byte == b'"' || byte == b'\\');
    if is_closed && length >= PICTURE_MIN_BYTES { start + length } else { 0 }
}

/// Words of modalities: for audio, then for images.
static MEDIA_WORDS: LazyLock<[[Finder<'static>; 2]; 2]> =
    LazyLock::new(|| [["audio", "AUDIO"], ["image", "IMAGE"]].map(|words| words.map(Finder::new)));

/// Tells which modalities may be used. A word too many only reserves more.
fn media(body: &[u8]) -> Media {
    let [audio, image] = &*MEDIA_WORDS;
    let has = |words: &[Finder<'_>; 2]| words.iter().any(|word| word.find(body).is_some());
    let (audio, image) = (has(audio), has(image));
    Media { audio_in: audio, image_in: image, audio_out: audio, image_out: image }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(operation: Operation, body: &str) -> Asks {
        Asks::of(operation, &RawObject::parse(body.as_bytes()).unwrap())
    }

    const LIMITS: ModelLimits = ModelLimits { context: Some(128_000), max_output: Some(16_384) };

    #[test]
    fn every_dialect_names_its_limit_in_its_own_way() {
        let cases = [
            (Operation::ChatCompletions, r#"{"max_tokens":5,"max_completion_tokens":7,"n":3}"#, 21),
            (Operation::ChatCompletions, r#"{"max_tokens":500,"max_completion_tokens":1}"#, 500),
            (Operation::ChatCompletions, r#"{"max_tokens":0}"#, 16_384),
            (Operation::ChatCompletions, r#"{"max_tokens":5,"n":8.0}"#, 40),
            (Operation::ChatCompletions, r#"{"max_tokens":5,"n":"x"}"#, 640),
            (Operation::Completions, r#"{"max_tokens":5,"prompt":["a","b","c"]}"#, 15),
            (Operation::Completions, r#"{"max_tokens":5,"prompt":[1,2,3]}"#, 5),
            (Operation::ChatCompletions, r#"{"max_tokens":5}"#, 5),
            (Operation::ChatCompletions, "{}", 16_384),
            (Operation::ChatCompletions, r#"{"max_tokens":1000000}"#, 16_384),
            (Operation::Completions, r#"{"n":2,"best_of":4}"#, 64),
            (Operation::Responses, r#"{"max_output_tokens":9}"#, 9),
            (Operation::Messages, r#"{"max_tokens":11}"#, 11),
            (Operation::GeminiGenerate, r#"{"generationConfig":{"maxOutputTokens":13,"candidateCount":2}}"#, 26),
            (Operation::GeminiGenerate, r#"{"generation_config":{"max_output_tokens":13}}"#, 13),
            (Operation::Embeddings, r#"{"input":"x"}"#, 0),
            (Operation::ImageGenerations, r#"{"n":2}"#, 12_480),
        ];
        for (operation, body, expected) in cases {
            let estimate = asks(operation, body).estimate(operation, &Bulk::of(operation, body.as_bytes()), LIMITS);
            assert_eq!(estimate.output_tokens, expected, "{body}");
        }
    }

    #[test]
    fn text_counts_by_its_length_and_data_by_the_piece() {
        let body = format!(r#"{{"a":"{}"}}"#, "word ".repeat(600));
        assert_eq!(input_tokens(body.as_bytes()), 3_008 / 3 + 1);
        for image in [r#""url":"data:image/png;base64,DATA""#, r#""media_type":"image/png", "data": "DATA""#] {
            let body = format!("{{{}}}", image.replace("DATA", &"A".repeat(1_000_000)));
            assert!((2_001..2_050).contains(&input_tokens(body.as_bytes())), "{}", input_tokens(body.as_bytes()));
        }
    }

    #[test]
    fn files_in_forms_do_not_count_by_their_length() {
        let form = [b"--x\r\n".to_vec(), vec![0; 4_000_000]].concat();
        let of = |operation| Asks::default().estimate(operation, &Bulk::of(operation, &form), ModelLimits::default());
        let edit = of(Operation::ImageEdits);
        assert_eq!(edit.input_tokens, FORM_TOKENS);
        let speech = of(Operation::AudioTranscriptions);
        assert_eq!(speech.input_tokens, 2_001 * 25 + 2_000);
    }

    #[test]
    fn text_does_not_pass_for_a_picture() {
        for pretended in
            [r#""text":";base64,DATA""#, r#""type":"text","data":"DATA""#, r#""text":"image/png;base64,DATA""#]
        {
            let words = "word ".repeat(20_000);
            let body = format!("{{{}}}", pretended.replace("DATA", &words));
            assert!(input_tokens(body.as_bytes()) > 33_000, "{pretended}");
        }
    }

    #[test]
    fn what_is_kept_elsewhere_may_fill_the_context() {
        let body = r#"{"previous_response_id":"resp_1","input":"Hi"}"#;
        let operation = Operation::Responses;
        let estimate = asks(operation, body).estimate(operation, &Bulk::of(operation, body.as_bytes()), LIMITS);
        assert_eq!(estimate.input_tokens, 128_000);
    }

    #[test]
    fn the_context_is_the_most_that_can_be_read() {
        let body = "x".repeat(3_000_000);
        let estimate =
            Asks::default().estimate(Operation::Messages, &Bulk::of(Operation::Messages, body.as_bytes()), LIMITS);
        assert_eq!(estimate.input_tokens, 128_000);
    }

    #[test]
    fn speech_lasts_no_longer_than_its_bytes_allow() {
        let estimate = Asks::default().estimate(
            Operation::AudioTranscriptions,
            &Bulk::of(Operation::AudioTranscriptions, &[0; 20_000]),
            LIMITS,
        );
        assert_eq!(estimate.duration_ms, 11_000);
    }
}
