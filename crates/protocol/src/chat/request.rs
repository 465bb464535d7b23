//! A request as the domain sees it, whatever the dialect.

use super::codec::wire::Extra;
use super::reasoning::Reasoning;
use super::signature::Signature;
use super::text::{Json, Number, Text};
use crate::operation::Dialect;

/// What a caller asks of a model.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The dialect it came in; only this one understands the `extra` fields.
    pub dialect: Dialect,
    /// How long the body was that it came in.
    pub read_bytes: usize,
    /// The model's name as the caller wrote it.
    pub model: Text<'a>,
    /// The conversation, instructions included, in order.
    pub turns: Vec<Turn<'a>>,
    /// Tools and how they may be used.
    pub toolbox: Toolbox<'a>,
    /// How tokens are picked.
    pub sampling: Sampling<'a>,
    /// Where an answer ends.
    pub limits: Limits<'a>,
    /// How much the model should think.
    pub reasoning: Reasoning<'a>,
    /// What form the answer has.
    pub format: Format<'a>,
    /// Who asks, and what the caller wants remembered.
    pub origin: Origin<'a>,
    /// How the answer is delivered.
    pub delivery: Delivery,
    /// Top-level fields that only the request's own dialect has.
    pub extra: Extra<'a>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The platform's or application's instructions.
    System,
    /// The application's instructions, where a dialect tells them apart.
    Developer,
    /// The user; tool results are the user's too.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// Returns whether the turn instructs instead of talking.
    #[must_use]
    pub const fn is_instruction(self) -> bool {
        matches!(self, Self::System | Self::Developer)
    }
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<'a> {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub parts: Vec<Part<'a>>,
    /// Name of the participant.
    pub name: Option<Text<'a>>,
    /// Which of the caller's messages it is; `None` for instructions that stand apart.
    pub message: Option<usize>,
    /// Fields that only the request's own dialect has.
    pub extra: Extra<'a>,
}

impl<'a> Turn<'a> {
    /// Begins a turn without parts.
    #[must_use]
    pub fn new(role: Role, message: Option<usize>) -> Self {
        Self { role, parts: Vec::new(), name: None, message, extra: Extra::default() }
    }

    /// Returns whether the turn has nothing but tool results.
    #[must_use]
    pub fn has_only_results(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| matches!(part.content, Content::Result(_)))
    }

    /// Adds a part without anything around it.
    pub fn push(&mut self, content: Content<'a>) {
        self.parts.push(Part::new(content));
    }
}

/// One part of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// What it is.
    pub content: Content<'a>,
    /// Whether the prompt up to here is to be cached.
    pub cache: Option<CacheMark>,
    /// Fields that only the request's own dialect has.
    pub extra: Extra<'a>,
}

impl<'a> Part<'a> {
    /// Makes a part without anything around it.
    #[must_use]
    pub fn new(content: Content<'a>) -> Self {
        Self { content, cache: None, extra: Extra::default() }
    }
}

/// How long a cached prompt is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheMark {
    /// As long as the vendor likes; at least five minutes.
    Default,
    /// One hour or the vendor's next longer time.
    Long,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<'a> {
    /// Text, with the sources that it cites.
    Text(Text<'a>, Vec<Citation<'a>>),
    /// An image, a sound, a video or a document.
    Media(Media<'a>),
    /// A tool call by the model.
    Call(ToolCall<'a>),
    /// What a tool gave back.
    Result(ToolResult<'a>),
    /// What the model thought.
    Thinking(Thinking<'a>),
    /// The model's words of refusal.
    Refusal(Text<'a>),
    /// Something that only the part's own dialect has, as it came.
    Foreign(Json<'a>),
}

/// What kind of media a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// A PDF or a text file.
    Document,
}

/// Media in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media<'a> {
    /// What kind it is.
    pub kind: MediaKind,
    /// Where the bytes are.
    pub source: Source<'a>,
    /// File name or title.
    pub title: Option<Text<'a>>,
    /// How closely an image is looked at, in OpenAI's words.
    pub detail: Option<Text<'a>>,
}

/// Where the bytes of media are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source<'a> {
    /// In the request.
    Inline {
        /// Media type, such as `image/png`.
        mime: Text<'a>,
        /// The bytes in standard base64.
        base64: Text<'a>,
    },
    /// At an address that the vendor fetches.
    Url {
        /// The address.
        url: Text<'a>,
        /// Media type where it was given.
        mime: Option<Text<'a>>,
    },
    /// In the vendor's own file store.
    File(Text<'a>),
    /// Plain text in the request.
    Text(Text<'a>),
}

/// A tool call by the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall<'a> {
    /// Id that the result repeats.
    pub id: Text<'a>,
    /// Name of the tool.
    pub name: Text<'a>,
    /// What the tool is given.
    pub input: Input<'a>,
    /// Proof of the thinking that led to the call, where the vendor puts it here.
    pub signature: Option<Signature<'a>>,
}

impl ToolCall<'_> {
    /// Returns the same for as long as needed.
    #[must_use]
    pub fn into_owned(self) -> ToolCall<'static> {
        ToolCall {
            id: self.id.into_owned(),
            name: self.name.into_owned(),
            input: match self.input {
                Input::Arguments(text) => Input::Arguments(text.into_owned()),
                Input::Object(json) => Input::Object(json.into_owned()),
                Input::Free(text) => Input::Free(text.into_owned()),
            },
            signature: self.signature.map(Signature::into_owned),
        }
    }
}

/// What a tool is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<'a> {
    /// The JSON text that the model wrote, as the inside of a string. Models do write broken JSON.
    Arguments(Text<'a>),
    /// The same as an object.
    Object(Json<'a>),
    /// Free text for a tool that takes no JSON.
    Free(Text<'a>),
}

/// What a tool gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult<'a> {
    /// Id of the call.
    pub call: Text<'a>,
    /// Name of the tool, where the dialect repeats it.
    pub name: Option<Text<'a>>,
    /// What came back.
    pub output: Output<'a>,
    /// Whether the tool failed, where the dialect says so.
    pub is_error: Option<bool>,
    /// Whether the call was for a tool that takes free text.
    pub is_free: bool,
}

/// The value that a tool gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output<'a> {
    /// Text and media.
    Parts(Vec<Part<'a>>),
    /// A JSON object.
    Object(Json<'a>, Vec<Part<'a>>),
}

/// What the model thought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thinking<'a> {
    /// The text, or as many summaries as there are; empty where the vendor keeps it to itself.
    pub text: Vec<Text<'a>>,
    /// Proof that the vendor made it, or the sealed thought itself.
    pub signature: Option<Signature<'a>>,
}

/// A source that a text cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation<'a> {
    /// Address of the source.
    pub url: Option<Text<'a>>,
    /// Title of the source.
    pub title: Option<Text<'a>>,
    /// The words of the source.
    pub quoted: Option<Text<'a>>,
    /// First character of the citing text, and the one behind its last.
    pub span: Option<(u64, u64)>,
    /// The citation as it came.
    pub native: Json<'a>,
}

impl Citation<'_> {
    /// Returns the same for as long as needed.
    #[must_use]
    pub fn into_owned(self) -> Citation<'static> {
        Citation {
            url: self.url.map(Text::into_owned),
            title: self.title.map(Text::into_owned),
            quoted: self.quoted.map(Text::into_owned),
            span: self.span,
            native: self.native.into_owned(),
        }
    }
}

/// Tools and how they may be used.
#[derive(Debug, Clone, Default)]
pub struct Toolbox<'a> {
    /// The tools in order.
    pub tools: Vec<Tool<'a>>,
    /// Whether the model must use one.
    pub choice: Option<ToolChoice<'a>>,
    /// Whether it may call several at once.
    pub parallel: Option<bool>,
    /// Tools that stand in a namespace at the caller's.
    pub namespaces: Vec<Namespaced<'a>>,
}

/// A tool in a namespace, which only one dialect has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespaced<'a> {
    /// Its one name everywhere else.
    pub flat: Text<'a>,
    /// The namespace.
    pub namespace: Text<'a>,
    /// Its name there.
    pub name: Text<'a>,
}

/// A tool that the model may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tool<'a> {
    /// A function of the caller's.
    Function(Function<'a>),
    /// A tool of the caller's that takes free text.
    Free {
        /// Name.
        name: Text<'a>,
        /// What it does.
        description: Option<Text<'a>>,
        /// The grammar of the text, in OpenAI's words.
        format: Option<Json<'a>>,
        /// Fields that only the request's own dialect has.
        extra: Extra<'a>,
    },
    /// A tool that the vendor runs itself, as it came.
    Hosted {
        /// What it is for.
        kind: HostedKind,
        /// The declaration.
        native: Json<'a>,
    },
}

/// What a tool that the vendor runs is for, as far as more than one vendor has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostedKind {
    /// Search on the web.
    WebSearch,
    /// Runs code in a sandbox.
    Code,
    /// Declared in the words of the upstream already.
    Ready,
    /// Anything else.
    Other,
}

impl HostedKind {
    /// Reads the type of a tool that has one.
    pub(super) fn of_word(word: &str) -> Self {
        match word {
            word if word.starts_with("web_search") => Self::WebSearch,
            word if word.starts_with("code_interpreter") || word.starts_with("code_execution") => Self::Code,
            _ => Self::Other,
        }
    }
}

/// A function of the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function<'a> {
    /// Name.
    pub name: Text<'a>,
    /// What it does.
    pub description: Option<Text<'a>>,
    /// JSON Schema of the arguments.
    pub schema: Option<Json<'a>>,
    /// Whether the arguments must follow the schema exactly.
    pub strict: Option<bool>,
    /// Whether the prompt up to here is to be cached.
    pub cache: Option<CacheMark>,
    /// Fields that only the request's own dialect has.
    pub extra: Extra<'a>,
}

/// Whether the model must use a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice<'a> {
    /// It may.
    Auto,
    /// It must not.
    Never,
    /// It must use one.
    Required,
    /// It must use this one.
    Named(Text<'a>),
    /// Only some of the tools count.
    Allowed {
        /// Their names.
        names: Vec<Text<'a>>,
        /// Whether one must be used.
        is_required: bool,
    },
    /// A choice that only the request's own dialect has.
    Foreign(Json<'a>),
}

/// How tokens are picked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sampling<'a> {
    /// Randomness.
    pub temperature: Option<Number<'a>>,
    /// Nucleus sampling.
    pub top_p: Option<Number<'a>>,
    /// Number of tokens to pick from.
    pub top_k: Option<Number<'a>>,
    /// Penalty by frequency.
    pub frequency_penalty: Option<Number<'a>>,
    /// Penalty by presence.
    pub presence_penalty: Option<Number<'a>>,
    /// Seed.
    pub seed: Option<Number<'a>>,
    /// Whether log probabilities are wanted.
    pub logprobs: Option<bool>,
    /// How many alternatives each token comes with.
    pub top_logprobs: Option<Number<'a>>,
    /// Bias by token.
    pub logit_bias: Option<Json<'a>>,
}

/// Where an answer ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits<'a> {
    /// Most tokens of the answer, thinking included.
    pub max_tokens: Option<Number<'a>>,
    /// Texts that end it.
    pub stop: Vec<Text<'a>>,
    /// How many answers are wanted.
    pub choices: Option<Number<'a>>,
}

/// What form the answer has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Format<'a> {
    /// Text.
    #[default]
    Text,
    /// Any JSON object.
    JsonObject,
    /// JSON that follows a schema.
    Schema(FormatSchema<'a>),
}

/// The schema that an answer follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormatSchema<'a> {
    /// Name.
    pub name: Option<Text<'a>>,
    /// What it is for.
    pub description: Option<Text<'a>>,
    /// The JSON Schema.
    pub schema: Option<Json<'a>>,
    /// Whether it must be followed exactly.
    pub strict: Option<bool>,
    /// Whether the answer is one of the schema's words, without quotes.
    pub is_word: bool,
}

/// Who asks, and what the caller wants remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Id of the end user.
    pub user: Option<Text<'a>>,
    /// Id of the end user for abuse detection.
    pub safety_id: Option<Text<'a>>,
    /// The caller's notes, an object of strings.
    pub metadata: Option<Json<'a>>,
    /// What requests that share a prompt have in common.
    pub cache_key: Option<Text<'a>>,
    /// Wanted class of service.
    pub tier: Option<Tier>,
    /// How wordy the answer should be, in OpenAI's words.
    pub verbosity: Option<Text<'a>>,
}

/// A class of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tier {
    /// The account's default.
    Auto,
    /// The ordinary one, even if a better was bought.
    Standard,
    /// Cheaper and slower.
    Flex,
    /// Faster at a price.
    Priority,
    /// Reserved capacity.
    Scale,
}

/// How the answer is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Whether it comes as a stream.
    pub stream: Option<bool>,
    /// Whether a stream ends with usage, where the caller has a say.
    pub stream_usage: Option<bool>,
    /// Whether the vendor keeps the answer.
    pub store: Option<bool>,
    /// Whether thoughts are handed out sealed, where the caller has a say.
    pub sealed_thoughts: Option<bool>,
}
