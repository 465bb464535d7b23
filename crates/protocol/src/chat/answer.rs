//! An answer as the domain sees it, whole or as a stream.

use sluice_domain::usage::Usage;

use super::request::{Citation, Part, ToolCall};
use super::signature::Signature;
use super::text::{Json, Text};
use crate::failure::Failure;

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'a> {
    /// What is known of it from the start.
    pub head: Head<'a>,
    /// The answers; one unless more were asked for.
    pub choices: Vec<Choice<'a>>,
    /// What it used; `None` when the vendor did not say.
    pub usage: Option<Usage>,
}

/// What is known of an answer from the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head<'a> {
    /// The vendor's id.
    pub id: Option<Text<'a>>,
    /// The model that answers, as the vendor names it.
    pub model: Option<Text<'a>>,
    /// When it began, Unix seconds.
    pub created: Option<u64>,
    /// Class of service that it got.
    pub tier: Option<Text<'a>>,
    /// What is known of its usage already.
    pub usage: Option<Usage>,
}

impl Head<'_> {
    /// Returns the same for as long as needed.
    #[must_use]
    pub fn into_owned(self) -> Head<'static> {
        Head {
            id: self.id.map(Text::into_owned),
            model: self.model.map(Text::into_owned),
            tier: self.tier.map(Text::into_owned),
            created: self.created,
            usage: self.usage,
        }
    }
}

/// One of the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    /// What the model said.
    pub parts: Vec<Part<'a>>,
    /// Why it ended.
    pub finish: Finish,
    /// The stop text that it met.
    pub stop: Option<Text<'a>>,
    /// Log probabilities of the text, in OpenAI's form.
    pub logprobs: Option<Json<'a>>,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finish {
    /// It was complete.
    Stop,
    /// It met one of the caller's stop texts.
    StopText,
    /// It reached the most tokens asked for.
    Length,
    /// It reached the end of the model's context.
    Context,
    /// The model wants tools to run.
    Calls,
    /// The model declined.
    Refusal,
    /// A filter stopped it.
    Filter,
    /// The vendor paused a long turn; asking again goes on.
    Pause,
    /// Something went wrong at the vendor's.
    Broken,
}

/// One step of a stream. Per choice at most one part is open; parts come one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// The answer begins.
    Start(Head<'a>),
    /// A part begins.
    Open(u32, Opening<'a>),
    /// More text of the open part.
    Delta(u32, Text<'a>),
    /// Proof of the open thought.
    Seal(u32, Signature<'a>),
    /// A source that the open text cites.
    Cite(u32, Citation<'a>),
    /// Log probabilities of the open text, in OpenAI's form: an array.
    Logprobs(u32, Json<'a>),
    /// The open part ends.
    Close(u32),
    /// A part that comes in one piece.
    Whole(u32, Part<'a>),
    /// What was used so far; replaces what was told before.
    Usage(Usage),
    /// A choice ends.
    Finish(u32, Finish, Option<Text<'a>>),
    /// The stream ends with an error.
    Failed(Failure),
}

/// How a part begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening<'a> {
    /// Text.
    Text,
    /// A thought.
    Thinking,
    /// Words of refusal.
    Refusal,
    /// A tool call; its input follows in pieces.
    Call(ToolCall<'a>),
}
