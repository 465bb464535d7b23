//! What the two sides of a conversion must know of each other.

use serde::Deserialize;

use super::codec::names::Names;
use super::loss::Losses;
use super::request::Namespaced;
use super::text::Json;
use crate::meter::Convention;
use crate::operation::Dialect;

/// A way in which a model or a vendor differs from what the dialect's own vendor documents for its current models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// Takes a thinking budget in tokens, not an effort (Anthropic before adaptive thinking, Google before levels).
    ThinkingBudget,
    /// Cannot think at all; being asked to is an error.
    NoThinking,
    /// Refuses temperature, nucleus and top-k sampling.
    NoSampling,
    /// Refuses temperature and nucleus sampling together.
    OneOfTemperatureAndTopP,
    /// Has no structured output of its own; a forced tool stands in.
    NoStructuredOutput,
    /// Refuses instructions in the middle of a conversation.
    NoMidwayInstructions,
    /// Knows `system`, not `developer`.
    NoDeveloperRole,
    /// Knows `max_tokens`, not `max_completion_tokens`.
    OldMaxTokens,
    /// Wants its thoughts back as `reasoning_content`.
    EchoesReasoning,
    /// Knows `top_k`.
    TopK,
    /// Refuses `stream_options`.
    NoStreamOptions,
    /// Hands out sealed thoughts when asked, also where thinking was not asked for.
    SealsThoughts,
    /// Knows no effort between none and low.
    LowIsLeastEffort,
    /// Takes no thinking budget between none and 512 tokens.
    NoSmallBudgets,
    /// Cannot be told not to think.
    AlwaysThinks,
    /// Knows no effort above high.
    HighIsMostEffort,
    /// Knows no effort above `xhigh`.
    XhighIsMostEffort,
    /// Checks no proofs at tool calls, so none has to stand in for a missing one.
    NoCallSignatures,
    /// Takes no media in tool results; they become the user's.
    NoMediaInResults,
    /// Refuses to summarise thoughts.
    NoSummaries,
    /// Refuses `parallel_tool_calls`.
    NoParallelSwitch,
    /// Knows no `reasoning_effort`.
    NoEffort,
    /// Takes `thinking: {"type": "enabled"}` or `"disabled"` where its dialect's vendor does not.
    ThinkingSwitch,
    /// Takes `enable_thinking` and `thinking_budget` where its dialect's vendor does not.
    ThinkingFlag,
    /// Fetches images and documents from public addresses itself, where its dialect's vendor does not.
    FetchesUrls,
    /// Fetches nothing from public addresses, where its dialect's vendor does.
    FetchesNothing,
    /// Refuses a choice of tools that forces a call.
    NoForcedTools,
    /// Has no tools that take free text; they become functions.
    NoFreeTools,
    /// Caches nothing unless asked; callers whose own vendor caches by itself get the mark.
    CachesOnRequest,
    /// Refuses fields that say who calls and how to serve the call: user, metadata, cache key, class of service.
    NoCallerFields,
    /// Refuses penalties, seeds, log probabilities and biases.
    NoFineSampling,
    /// Calls the seed `random_seed`.
    RandomSeed,
    /// Takes `parameters` in Google's own schema language only.
    OpenApiSchemas,
    /// Gives structured answers only where it has no tools.
    NoFormatWithTools,
    /// Takes ids of tool calls that are nine letters and digits only.
    ShortCallIds,
    /// Searches the web with its dialect's own tool.
    SearchesWeb,
    /// Runs code with its dialect's own tool.
    RunsCode,
}

/// The upstream that a request goes to.
#[derive(Debug, Clone, Copy)]
pub struct Target<'t> {
    /// Name of the model there.
    pub model: &'t str,
    /// The account, as signatures name it.
    pub issuer: &'t str,
    /// How it differs.
    pub traits: &'t [Trait],
    /// Most tokens to ask for where the caller gave no limit and the dialect demands one.
    pub default_max_tokens: u64,
}

impl Target<'_> {
    /// Returns whether the upstream differs in this way.
    #[must_use]
    pub fn has(&self, wanted: Trait) -> bool {
        self.traits.contains(&wanted)
    }
}

/// A request in the upstream's dialect.
#[derive(Debug, Clone)]
pub struct Encoded {
    /// The body.
    pub body: Vec<u8>,
    /// What could not be carried.
    pub losses: Losses,
    /// What the answer's conversion must know.
    pub memo: Memo,
}

/// What a request's conversion leaves for its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memo {
    /// Tools whose names had to change.
    pub names: Names,
    /// The tool whose input is the structured answer.
    pub answer_tool: Option<String>,
    /// How the structured answer stands in what the upstream gives.
    pub answer_shape: AnswerShape,
    /// Tools that take free text at the caller's and JSON upstream, by their names upstream.
    pub free_tools: Vec<String>,
    /// Whether the function `tool_search` is the caller's own search for tools.
    pub searches_tools: bool,
}

/// How a structured answer stands in what the upstream gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnswerShape {
    /// As the caller wants it.
    #[default]
    Plain,
    /// As the one field of an object.
    Wrapped,
    /// The same, and the caller wants a string without its quotes.
    Word,
}

/// Everything that an answer's conversion must know.
#[derive(Debug, Clone)]
pub struct Bridge {
    /// The caller's dialect.
    pub client: Dialect,
    /// The upstream's dialect.
    pub upstream: Dialect,
    /// What the request's conversion left.
    pub memo: Memo,
    /// Whether tokens are counted and nothing else is done.
    pub counts_tokens: bool,
    /// The call's id, from which ids are made where a side has none.
    pub call: String,
    /// The model's name as the caller wrote it.
    pub model: String,
    /// When the call began, Unix seconds.
    pub created: u64,
    /// The account that answers, as signatures name it.
    pub issuer: String,
    /// How the upstream's token counts relate.
    pub convention: Convention,
    /// Whether a chat stream ends with usage.
    pub stream_usage: bool,
    /// Tokens of the prompt as estimated, for dialects that tell usage before the upstream does.
    pub estimated_input: u64,
    /// Tools that stand in a namespace at the caller's.
    pub namespaces: Vec<Namespaced<'static>>,
    /// Top-level fields of the request that the answer repeats, for dialects that do so.
    pub echo: Vec<(&'static str, Json<'static>)>,
}
