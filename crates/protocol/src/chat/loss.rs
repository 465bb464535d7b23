//! What a conversion could not carry. Nothing is dropped without one of these.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use crate::operation::Dialect;

/// How much a loss matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The answer is the same in kind; recorded, nothing more.
    Cosmetic,
    /// The answer would be to another question; the candidate must not be used.
    Semantic,
}

impl Severity {
    /// Returns the name used in records and headers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cosmetic => "cosmetic",
            Self::Semantic => "semantic",
        }
    }
}

/// One thing that could not be carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Where it stood, such as `messages[2].content[0].cache_control`.
    pub path: String,
    /// Why it was dropped or what became of it.
    pub reason: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
}

/// Most losses that are kept one by one; more are only counted.
pub const MAX_LOSSES: usize = 64;

/// Why a field goes that only the caller's dialect has. It is called what the caller called it.
pub(super) const NO_SUCH_FIELD: &str = "the upstream's dialect has no such field";

/// Returns what a dialect calls a setting, where its name is not the one that most have.
fn setting(client: Dialect, usual: &str) -> Option<&'static str> {
    Some(match (client, usual) {
        (Dialect::OpenaiChat, "reasoning") => "reasoning_effort",
        (Dialect::OpenaiResponses, "max_tokens") => "max_output_tokens",
        (Dialect::OpenaiResponses, "logprobs") => "include",
        (Dialect::OpenaiResponses, "verbosity") => "text.verbosity",
        (Dialect::OpenaiResponses, "response_format") => "text.format",
        (Dialect::OpenaiResponses, "response_format.strict") => "text.format.strict",
        (Dialect::Anthropic, "stop") => "stop_sequences",
        (Dialect::Anthropic, "user") => "metadata.user_id",
        (Dialect::Anthropic, "reasoning") => "thinking",
        (Dialect::Anthropic, "response_format" | "response_format.strict") => "output_config.format",
        (Dialect::Anthropic, "parallel_tool_calls") => "tool_choice.disable_parallel_tool_use",
        (Dialect::Gemini, "max_tokens") => "generationConfig.maxOutputTokens",
        (Dialect::Gemini, "n") => "generationConfig.candidateCount",
        (Dialect::Gemini, "stop") => "generationConfig.stopSequences",
        (Dialect::Gemini, "temperature") => "generationConfig.temperature",
        (Dialect::Gemini, "top_p") => "generationConfig.topP",
        (Dialect::Gemini, "top_k") => "generationConfig.topK",
        (Dialect::Gemini, "frequency_penalty") => "generationConfig.frequencyPenalty",
        (Dialect::Gemini, "presence_penalty") => "generationConfig.presencePenalty",
        (Dialect::Gemini, "seed") => "generationConfig.seed",
        (Dialect::Gemini, "logprobs") => "generationConfig.responseLogprobs",
        (Dialect::Gemini, "reasoning") => "generationConfig.thinkingConfig",
        (Dialect::Gemini, "response_format") => "generationConfig.responseMimeType",
        (Dialect::Gemini, "response_format.strict") => "generationConfig.responseJsonSchema",
        (Dialect::Gemini, "service_tier") => "serviceTier",
        (Dialect::Gemini, "tool_choice") => "toolConfig.functionCallingConfig",
        _ => return None,
    })
}

/// Everything that a conversion could not carry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    kept: Vec<Loss>,
    dropped: usize,
    is_semantic: bool,
}

impl Losses {
    /// Adds a loss that leaves the answer what it is.
    pub fn cosmetic(&mut self, path: impl Display, reason: impl Into<Cow<'static, str>>) {
        self.push(path, reason, Severity::Cosmetic);
    }

    /// Adds a loss that would change what is asked.
    pub fn semantic(&mut self, path: impl Display, reason: impl Into<Cow<'static, str>>) {
        self.push(path, reason, Severity::Semantic);
    }

    /// Adds a loss.
    pub fn push(&mut self, path: impl Display, reason: impl Into<Cow<'static, str>>, severity: Severity) {
        self.is_semantic |= severity == Severity::Semantic;
        // A semantic loss is what a caller is refused for, so there is always room for the first.
        let is_first_semantic =
            severity == Severity::Semantic && !self.kept.iter().any(|loss| loss.severity == severity);
        if self.kept.len() >= MAX_LOSSES && !is_first_semantic {
            self.dropped += 1;
            return;
        }
        self.kept.push(Loss { path: path.to_string(), reason: reason.into(), severity });
    }

    /// Adds the losses of another step.
    pub fn append(&mut self, later: Self) {
        self.dropped += later.dropped;
        self.is_semantic |= later.is_semantic;
        for loss in later.kept {
            self.push(loss.path, loss.reason, loss.severity);
        }
    }

    /// Calls settings what the callers of this dialect call them. Encoders know them by OpenAI's names.
    pub(super) fn name_for(&mut self, client: Dialect) {
        for loss in self.kept.iter_mut().filter(|loss| loss.reason != NO_SUCH_FIELD) {
            if let Some(name) = setting(client, &loss.path) {
                loss.path = name.to_owned();
            }
        }
    }

    /// Returns whether nothing was lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Returns the loss for which a request must not go this way.
    #[must_use]
    pub fn first_semantic(&self) -> Option<&Loss> {
        self.kept.iter().find(|loss| loss.severity == Severity::Semantic)
    }

    /// Returns the losses in order.
    pub fn iter(&self) -> impl Iterator<Item = &Loss> {
        self.kept.iter()
    }

    /// Returns the value of the header that tells a client, at most `max_bytes` long: `path;severity;"reason"`, with
    /// commas between.
    #[must_use]
    pub fn to_header(&self, max_bytes: usize) -> String {
        let mut header = String::new();
        let mut untold = self.dropped;
        // Room for the count of what is not told.
        let limit = max_bytes.saturating_sub(16);
        for loss in &self.kept {
            let item = HeaderItem(loss).to_string();
            if header.len() + item.len() + 2 > limit {
                untold += 1;
                continue;
            }
            if !header.is_empty() {
                header.push_str(", ");
            }
            header.push_str(&item);
        }
        if untold > 0 && max_bytes >= 16 {
            let separator = if header.is_empty() { "" } else { ", " };
            let _ = write!(header, "{separator}more={untold}");
        }
        header
    }
}

struct HeaderItem<'l>(&'l Loss);

impl Display for HeaderItem<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A caller chose the keys in the path, so they may be anything.
        for byte in self.0.path.bytes() {
            let is_plain = byte.is_ascii_alphanumeric() || b"._-[]$".contains(&byte);
            formatter.write_char(if is_plain { char::from(byte) } else { '?' })?;
        }
        write!(formatter, ";{};\"", self.0.severity.as_str())?;
        for character in self.0.reason.chars().filter(|character| matches!(character, ' '..='~') && *character != '"') {
            formatter.write_char(character)?;
        }
        formatter.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_bounded_and_has_no_byte_of_the_callers_choice() {
        let mut losses = Losses::default();
        losses.cosmetic("a\r\nx-evil: 1[0]", "no \"such\" field");
        losses.semantic("n", "one answer only");
        assert_eq!(losses.to_header(200), "a??x-evil??1[0];cosmetic;\"no such field\", n;semantic;\"one answer only\"");
        assert_eq!(losses.to_header(30), "more=2");
        assert_eq!(losses.first_semantic().map(|loss| loss.path.as_str()), Some("n"));
    }

    #[test]
    fn many_losses_are_counted_and_a_semantic_one_is_still_told() {
        let mut losses = Losses::default();
        for index in 0..100 {
            losses.cosmetic(format_args!("m[{index}]"), "x");
        }
        losses.semantic("n", "y");
        assert_eq!(losses.iter().count(), MAX_LOSSES + 1);
        assert!(losses.first_semantic().is_some());
        assert!(losses.to_header(4_000).ends_with("more=36"));
    }
}
