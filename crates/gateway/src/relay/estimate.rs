//! What a call may consume at most, told from its request before it is made: what its hold is reckoned from.

use memchr::memmem;
use sluice_domain::price::{Estimate, Media, Service};
use sluice_protocol::form::Form;
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::raw::RawObject;

use crate::prices::ModelLimits;

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
}

/// What a model writes at most if neither the request nor the catalogue says.
const OUTPUT_UNKNOWN: u64 = 32_768;
/// What OpenAI's older completions write if the request does not say (API reference, `max_tokens`).
const COMPLETION_DEFAULT: u64 = 16;
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

impl Asks {
    /// Reads what a JSON request asks for.
    pub(crate) fn of(operation: Operation, object: &RawObject<'_>) -> Self {
        let number = |name: &str| object.read::<u64>(name);
        let service = object.string("service_tier").map(|tier| Service::from_tier(&tier)).unwrap_or_default();
        let (max_output, choices) = match operation.dialect() {
            Dialect::OpenaiChat => {
                let best_of = number("best_of").filter(|_| operation == Operation::Completions);
                (number("max_completion_tokens").or_else(|| number("max_tokens")), number("n").max(best_of))
            }
            Dialect::OpenaiResponses => (number("max_output_tokens"), None),
            Dialect::Anthropic => (number("max_tokens"), None),
            Dialect::Gemini => {
                let config = object.get("generationConfig").or_else(|| object.get("generation_config"));
                let config = config.and_then(|config| RawObject::parse(config).ok());
                let number = |camel: &str, snake: &str| {
                    let config = config.as_ref()?;
                    config.read::<u64>(camel).or_else(|| config.read(snake))
                };
                (number("maxOutputTokens", "max_output_tokens"), number("candidateCount", "candidate_count"))
            }
            Dialect::Single => (None, number("n")),
        };
        let seconds = object.read::<u64>("seconds").or_else(|| object.string("seconds")?.parse().ok());
        let is_background = operation == Operation::Responses && object.is_true("background");
        Self { max_output, choices, seconds, service, is_background }
    }

    /// Reads what a form asks for.
    pub(crate) fn of_form(form: &Form<'_>) -> Self {
        let number = |name: &str| form.text(name).and_then(|text| text.trim().parse().ok());
        Self { choices: number("n"), seconds: number("seconds"), ..Self::default() }
    }

    /// Returns the most that a call with this `body` consumes of a model with these limits.
    pub(crate) fn estimate(&self, operation: Operation, body: &[u8], limits: ModelLimits) -> Estimate {
        let input = match (is_form(body), operation) {
            (false, _) => input_tokens(body),
            (true, Operation::AudioTranscriptions | Operation::AudioTranslations) => {
                (audio_seconds(body) * AUDIO_TOKENS_PER_SECOND).saturating_add(DATA_TOKENS)
            }
            (true, _) => FORM_TOKENS,
        };
        let input = input.min(limits.context.unwrap_or(u64::MAX));
        let choices = self.choices.unwrap_or(1).clamp(1, CHOICES_MAX);
        let estimate = Estimate { input_tokens: input, media: media(body), ..Estimate::default() };
        match operation {
            Operation::Embeddings
            | Operation::Moderations
            | Operation::Rerank
            | Operation::CountTokens
            | Operation::GeminiCountTokens
            | Operation::GeminiEmbed
            | Operation::GeminiBatchEmbed => estimate,
            Operation::ImageGenerations | Operation::ImageEdits | Operation::ImageVariations => {
                Estimate { images: choices, output_tokens: choices.saturating_mul(IMAGE_OUTPUT), ..estimate }
            }
            Operation::AudioTranscriptions | Operation::AudioTranslations => Estimate {
                duration_ms: audio_seconds(body).saturating_mul(1_000),
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

/// A form holds files, whose length says nothing about tokens.
fn is_form(body: &[u8]) -> bool {
    body.starts_with(b"--")
}

fn audio_seconds(body: &[u8]) -> u64 {
    body.len() as u64 / AUDIO_BYTES_PER_SECOND + 1
}

/// Estimates the tokens of a request from its length. Data in base64 counts as what such files usually come to.
fn input_tokens(body: &[u8]) -> u64 {
    let (mut text, mut data) = (body.len() as u64, 0_u64);
    let mut at = 0;
    // Pictures and files follow these, whatever the dialect: `data:image/png;base64,…`, `"data":"…"`.
    for marker in [&b";base64,"[..], b"\"data\":"] {
        while let Some(found) = memmem::find(body.get(at..).unwrap_or_default(), marker) {
            let start = at + found + marker.len();
            let rest = body.get(start..).unwrap_or_default();
            let opened = rest.iter().take(8).position(|&byte| byte == b'"').filter(|_| marker.starts_with(b"\""));
            let skipped = opened.map_or(0, |quote| quote + 1);
            let length = memchr::memchr(b'"', rest.get(skipped..).unwrap_or_default()).unwrap_or(0);
            // Short values are text like any other.
            if length > 1_024 {
                text = text.saturating_sub(length as u64);
                data += DATA_TOKENS;
            }
            at = start + skipped + length;
        }
        at = 0;
    }
    text / BYTES_PER_TOKEN + data + 1
}

/// Tells which modalities may be used. A word too many only reserves more.
fn media(body: &[u8]) -> Media {
    let has = |word: &str| memmem::find(body, word.as_bytes()).is_some();
    let (audio, image) = (has("audio") || has("AUDIO"), has("image") || has("IMAGE"));
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
            let estimate = asks(operation, body).estimate(operation, body.as_bytes(), LIMITS);
            assert_eq!(estimate.output_tokens, expected, "{body}");
        }
    }

    #[test]
    fn text_counts_by_its_length_and_data_by_the_piece() {
        let body = format!(r#"{{"a":"{}"}}"#, "word ".repeat(600));
        assert_eq!(input_tokens(body.as_bytes()), 3_008 / 3 + 1);
        for image in [r#""url":"data:image/png;base64,DATA""#, r#""data": "DATA""#] {
            let body = format!("{{{}}}", image.replace("DATA", &"A".repeat(1_000_000)));
            assert!((2_001..2_050).contains(&input_tokens(body.as_bytes())), "{}", input_tokens(body.as_bytes()));
        }
    }

    #[test]
    fn files_in_forms_do_not_count_by_their_length() {
        let form = [b"--x\r\n".to_vec(), vec![0; 4_000_000]].concat();
        let edit = Asks::default().estimate(Operation::ImageEdits, &form, ModelLimits::default());
        assert_eq!(edit.input_tokens, FORM_TOKENS);
        let speech = Asks::default().estimate(Operation::AudioTranscriptions, &form, ModelLimits::default());
        assert_eq!(speech.input_tokens, 2_001 * 25 + 2_000);
    }

    #[test]
    fn the_context_is_the_most_that_can_be_read() {
        let body = "x".repeat(3_000_000);
        let estimate = Asks::default().estimate(Operation::Messages, body.as_bytes(), LIMITS);
        assert_eq!(estimate.input_tokens, 128_000);
    }

    #[test]
    fn speech_lasts_no_longer_than_its_bytes_allow() {
        let estimate = Asks::default().estimate(Operation::AudioTranscriptions, &[0; 20_000], LIMITS);
        assert_eq!(estimate.duration_ms, 11_000);
    }
}
