//! What a caller may ask for: each operation's path, method, dialect and how its model is named.

mod old;

use std::borrow::Cow;

use http::Method;
use serde::Deserialize;

pub use old::{Renamed, renamed};

/// A family of dialects: they share the shape of errors and of model lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Chat completions, responses and the single-shape endpoints.
    OpenAi,
    /// Messages.
    Anthropic,
    /// Generate content.
    Gemini,
}

/// A wire protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `POST /v1/chat/completions` of OpenAI.
    OpenaiChat,
    /// `POST /v1/responses` of OpenAI.
    OpenaiResponses,
    /// `POST /v1/messages` of Anthropic.
    Anthropic,
    /// `models/{model}:generateContent` of Google.
    Gemini,
    /// Endpoints that have one shape only: embeddings, images, audio, moderations, rerank, video.
    Single,
}

impl Dialect {
    /// Returns the name used in records and vendor files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai_chat",
            Self::OpenaiResponses => "openai_responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Single => "single",
        }
    }

    /// Returns the family whose errors this dialect uses.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::OpenaiChat | Self::OpenaiResponses | Self::Single => Family::OpenAi,
            Self::Anthropic => Family::Anthropic,
            Self::Gemini => Family::Gemini,
        }
    }
}

/// Where the model's name stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelPlace {
    /// In the top level of a JSON body or in a plain field of a form.
    Body,
    /// In the path, as Google does it.
    Path,
    /// Nowhere: the path has the id of an object that an earlier call made.
    Object,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $text:literal $method:ident $dialect:ident $place:ident $path:literal;)+) => {
        /// One thing a caller may ask an upstream for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Operation { $($(#[$doc])* $name,)+ }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Returns the name used in records and vendor files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Returns the method that callers use.
            #[must_use]
            pub const fn method(self) -> Method {
                match self { $(Self::$name => Method::$method,)+ }
            }

            /// Returns the dialect.
            #[must_use]
            pub const fn dialect(self) -> Dialect {
                match self { $(Self::$name => Dialect::$dialect,)+ }
            }

            /// Returns where the model is named.
            #[must_use]
            pub const fn model_place(self) -> ModelPlace {
                match self { $(Self::$name => ModelPlace::$place,)+ }
            }

            /// Returns the caller's path as documented by the vendor.
            #[must_use]
            pub const fn documented_path(self) -> &'static str {
                match self { $(Self::$name => $path,)+ }
            }
        }
    };
}

operations! {
    /// Chat.
    ChatCompletions "chat_completions" POST OpenaiChat Body "/v1/chat/completions";
    /// Text completion, the older form.
    Completions "completions" POST OpenaiChat Body "/v1/completions";
    /// Vectors.
    Embeddings "embeddings" POST Single Body "/v1/embeddings";
    /// Images from text.
    ImageGenerations "image_generations" POST Single Body "/v1/images/generations";
    /// Images from images and text.
    ImageEdits "image_edits" POST Single Body "/v1/images/edits";
    /// Variations of an image.
    ImageVariations "image_variations" POST Single Body "/v1/images/variations";
    /// Speech from text.
    AudioSpeech "audio_speech" POST Single Body "/v1/audio/speech";
    /// Text from speech.
    AudioTranscriptions "audio_transcriptions" POST Single Body "/v1/audio/transcriptions";
    /// English text from speech.
    AudioTranslations "audio_translations" POST Single Body "/v1/audio/translations";
    /// Moderation.
    Moderations "moderations" POST Single Body "/v1/moderations";
    /// Order of documents by relevance.
    Rerank "rerank" POST Single Body "/v1/rerank";
    /// Start of a video task.
    VideoGenerations "video_generations" POST Single Body "/v1/video/generations";
    /// State of a video task.
    VideoTask "video_task" GET Single Object "/v1/video/generations/{id}";
    /// A response.
    Responses "responses" POST OpenaiResponses Body "/v1/responses";
    /// A stored response.
    ResponseGet "response_get" GET OpenaiResponses Object "/v1/responses/{id}";
    /// Deletion of a stored response.
    ResponseDelete "response_delete" DELETE OpenaiResponses Object "/v1/responses/{id}";
    /// Cancellation of a background response.
    ResponseCancel "response_cancel" POST OpenaiResponses Object "/v1/responses/{id}/cancel";
    /// Input of a stored response.
    ResponseInputItems "response_input_items" GET OpenaiResponses Object "/v1/responses/{id}/input_items";
    /// Token count of a response's input.
    ResponseInputTokens "response_input_tokens" POST OpenaiResponses Body "/v1/responses/input_tokens";
    /// A message.
    Messages "messages" POST Anthropic Body "/v1/messages";
    /// Token count of a message.
    CountTokens "count_tokens" POST Anthropic Body "/v1/messages/count_tokens";
    /// Content in one piece.
    GeminiGenerate "gemini_generate" POST Gemini Path "/v1beta/models/{model}:generateContent";
    /// Content as a stream.
    GeminiStream "gemini_stream" POST Gemini Path "/v1beta/models/{model}:streamGenerateContent";
    /// Token count of contents.
    GeminiCountTokens "gemini_count_tokens" POST Gemini Path "/v1beta/models/{model}:countTokens";
    /// One vector.
    GeminiEmbed "gemini_embed" POST Gemini Path "/v1beta/models/{model}:embedContent";
    /// Several vectors.
    GeminiBatchEmbed "gemini_batch_embed" POST Gemini Path "/v1beta/models/{model}:batchEmbedContents";
    /// List of models; asked by Sluice itself, callers get Sluice's own list.
    Models "models" GET Single Object "/v1/models";
}

impl Operation {
    /// Returns whether a good answer means that something was consumed. Asking for a stored object repeats the usage of
    /// the call that made it, and counting tokens is free.
    #[must_use]
    pub const fn consumes(self) -> bool {
        !matches!(self.model_place(), ModelPlace::Object) && !self.counts_tokens()
    }

    /// Returns whether tokens are counted and nothing else is done.
    #[must_use]
    pub const fn counts_tokens(self) -> bool {
        matches!(self, Self::CountTokens | Self::GeminiCountTokens | Self::ResponseInputTokens)
    }

    /// Returns whether this is a chat in one of the four dialects that convert into each other.
    #[must_use]
    pub const fn is_chat(self) -> bool {
        matches!(
            self,
            Self::ChatCompletions | Self::Responses | Self::Messages | Self::GeminiGenerate | Self::GeminiStream
        )
    }

    /// Returns whether a request may go on from an earlier response.
    #[must_use]
    pub const fn has_state(self) -> bool {
        matches!(self, Self::Responses | Self::ResponseInputTokens)
    }

    /// Returns how a chat is asked for in `dialect`; `None` for one that has no chat.
    #[must_use]
    pub const fn chat_in(dialect: Dialect, is_stream: bool) -> Option<Self> {
        match (dialect, is_stream) {
            (Dialect::OpenaiChat, _) => Some(Self::ChatCompletions),
            (Dialect::OpenaiResponses, _) => Some(Self::Responses),
            (Dialect::Anthropic, _) => Some(Self::Messages),
            (Dialect::Gemini, false) => Some(Self::GeminiGenerate),
            (Dialect::Gemini, true) => Some(Self::GeminiStream),
            (Dialect::Single, _) => None,
        }
    }
}

/// What a path under the relay's prefixes means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint<'a> {
    /// Goes to an upstream.
    Relay {
        /// What is asked.
        operation: Operation,
        /// Model or object id from the path, percent-decoded; empty where the path has none.
        subject: Cow<'a, str>,
    },
    /// The models that the key may use.
    ListModels,
    /// One model; its name, percent-decoded.
    GetModel(Cow<'a, str>),
    /// Balance, as old OpenAI clients ask for it.
    BillingSubscription,
    /// Spend, as old OpenAI clients ask for it.
    BillingUsage,
    /// A chat of one message, as another gateway offers it.
    Brief,
    /// The latest calls of the key.
    Usage,
    /// One call of the key.
    UsageDetail,
    /// What each model can do.
    DetailedModels,
    /// What each provider can do.
    Capabilities,
    /// A known path with another method; the methods it takes.
    WrongMethod(&'static str),
    /// Nothing.
    Unknown,
}

/// Returns whether a path belongs to the relay; all others belong to the admin API and the console.
#[must_use]
pub fn is_relay_path(path: &str) -> bool {
    ["/v1/", "/v1beta/", "/dashboard/billing/"].iter().any(|prefix| path.starts_with(prefix))
        || matches!(path, "/v1" | "/v1beta")
        || old::is_old_path(path)
}

/// Returns what a request to the relay asks for.
#[must_use]
pub fn endpoint<'a>(method: &Method, path: &'a str) -> Endpoint<'a> {
    if let Some(operation) = fixed_operation(path) {
        return relay_if(method, operation, Cow::Borrowed(""));
    }
    if let Some(rest) = path.strip_prefix("/v1/responses/") {
        return response_endpoint(method, rest);
    }
    if let Some(id) = path.strip_prefix("/v1/video/generations/").filter(|id| is_segment(id)) {
        return relay_if(method, Operation::VideoTask, decode(id));
    }
    if let Some(rest) = path.strip_prefix("/v1beta/models").or_else(|| path.strip_prefix("/v1/models")) {
        return models_endpoint(method, rest);
    }
    match path {
        "/dashboard/billing/subscription" | "/v1/dashboard/billing/subscription" => {
            only_get(method, Endpoint::BillingSubscription)
        }
        "/dashboard/billing/usage" | "/v1/dashboard/billing/usage" => only_get(method, Endpoint::BillingUsage),
        "/chat" if *method == Method::POST => Endpoint::Brief,
        "/chat" => Endpoint::WrongMethod("POST"),
        "/usage" => only_get(method, Endpoint::Usage),
        "/usage/request_detail" => only_get(method, Endpoint::UsageDetail),
        "/api/v1/models/detailed" => only_get(method, Endpoint::DetailedModels),
        "/api/providers/capabilities" => only_get(method, Endpoint::Capabilities),
        _ => Endpoint::Unknown,
    }
}

fn fixed_operation(path: &str) -> Option<Operation> {
    let operation = match path.strip_prefix("/v1/")? {
        "chat/completions" => Operation::ChatCompletions,
        "messages" => Operation::Messages,
        "responses" => Operation::Responses,
        "responses/input_tokens" => Operation::ResponseInputTokens,
        "completions" => Operation::Completions,
        "embeddings" => Operation::Embeddings,
        "messages/count_tokens" => Operation::CountTokens,
        "images/generations" => Operation::ImageGenerations,
        "images/edits" => Operation::ImageEdits,
        "images/variations" => Operation::ImageVariations,
        "audio/speech" => Operation::AudioSpeech,
        "audio/transcriptions" => Operation::AudioTranscriptions,
        "audio/translations" => Operation::AudioTranslations,
        "moderations" => Operation::Moderations,
        "rerank" => Operation::Rerank,
        "video/generations" => Operation::VideoGenerations,
        _ => return None,
    };
    Some(operation)
}

fn response_endpoint<'a>(method: &Method, rest: &'a str) -> Endpoint<'a> {
    match rest.split_once('/') {
        None if !is_segment(rest) => Endpoint::Unknown,
        None if *method == Method::DELETE => {
            Endpoint::Relay { operation: Operation::ResponseDelete, subject: decode(rest) }
        }
        None if *method == Method::GET => Endpoint::Relay { operation: Operation::ResponseGet, subject: decode(rest) },
        None => Endpoint::WrongMethod("GET, DELETE"),
        Some((id, "cancel")) if is_segment(id) => relay_if(method, Operation::ResponseCancel, decode(id)),
        Some((id, "input_items")) if is_segment(id) => relay_if(method, Operation::ResponseInputItems, decode(id)),
        Some(_) => Endpoint::Unknown,
    }
}

fn models_endpoint<'a>(method: &Method, rest: &'a str) -> Endpoint<'a> {
    if rest.is_empty() {
        return only_get(method, Endpoint::ListModels);
    }
    let Some(name) = rest.strip_prefix('/').filter(|name| !name.is_empty()) else { return Endpoint::Unknown };
    if let Some((model, action)) = name.rsplit_once(':')
        && let Some(operation) = gemini_operation(action)
        && !model.is_empty()
    {
        return relay_if(method, operation, decode(model));
    }
    // Names such as `qwen3:8b` are asked for with GET; with POST what follows the colon is an action that is not there.
    if *method == Method::POST && name.contains(':') {
        return Endpoint::Unknown;
    }
    only_get(method, Endpoint::GetModel(decode(name)))
}

fn gemini_operation(action: &str) -> Option<Operation> {
    Some(match action {
        "generateContent" => Operation::GeminiGenerate,
        "streamGenerateContent" => Operation::GeminiStream,
        "countTokens" => Operation::GeminiCountTokens,
        "embedContent" => Operation::GeminiEmbed,
        "batchEmbedContents" => Operation::GeminiBatchEmbed,
        _ => return None,
    })
}

fn relay_if<'a>(method: &Method, operation: Operation, subject: Cow<'a, str>) -> Endpoint<'a> {
    if *method == operation.method() {
        Endpoint::Relay { operation, subject }
    } else {
        Endpoint::WrongMethod(if operation.method() == Method::GET { "GET" } else { "POST" })
    }
}

fn only_get<'a>(method: &Method, endpoint: Endpoint<'a>) -> Endpoint<'a> {
    if *method == Method::GET { endpoint } else { Endpoint::WrongMethod("GET") }
}

fn is_segment(text: &str) -> bool {
    !text.is_empty() && !text.contains('/')
}

/// Undoes percent-encoding; a text that is no valid UTF-8 afterwards stays as it was.
#[must_use]
pub fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(hex_value(*high) << 4 | hex_value(*low));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

const fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn relay(operation: Operation, subject: &str) -> Endpoint<'_> {
        Endpoint::Relay { operation, subject: Cow::Borrowed(subject) }
    }

    #[test]
    fn every_documented_path_leads_to_its_operation() {
        for &operation in Operation::ALL.iter().filter(|&&operation| operation != Operation::Models) {
            let path = operation.documented_path().replace("{id}", "x_1").replace("{model}", "m-1");
            let subject = match operation.model_place() {
                ModelPlace::Body => "",
                ModelPlace::Path => "m-1",
                ModelPlace::Object => "x_1",
            };
            assert!(is_relay_path(&path));
            assert_eq!(endpoint(&operation.method(), &path), relay(operation, subject), "{path}");
        }
    }

    #[rstest]
    #[case("GET", "/v1/models", Endpoint::ListModels)]
    #[case("GET", "/v1beta/models", Endpoint::ListModels)]
    #[case("GET", "/v1/models/qwen3:8b", Endpoint::GetModel("qwen3:8b".into()))]
    #[case("POST", "/v1beta/models/gemini-2.5-pro:predict", Endpoint::Unknown)]
    #[case("GET", "/v1/models/meta%2Fllama:free", Endpoint::GetModel("meta/llama:free".into()))]
    #[case("GET", "/v1/models/meta/llama", Endpoint::GetModel("meta/llama".into()))]
    #[case("POST", "/v1/models/a:b:generateContent", relay(Operation::GeminiGenerate, "a:b"))]
    #[case("GET", "/v1/chat/completions", Endpoint::WrongMethod("POST"))]
    #[case("PUT", "/v1/responses/r", Endpoint::WrongMethod("GET, DELETE"))]
    #[case("GET", "/v1/responses/", Endpoint::Unknown)]
    #[case("GET", "/v1/responses/a/b", Endpoint::Unknown)]
    #[case("POST", "/v1/nothing", Endpoint::Unknown)]
    #[case("GET", "/v1", Endpoint::Unknown)]
    #[case("GET", "/dashboard/billing/usage", Endpoint::BillingUsage)]
    #[case("POST", "/chat", Endpoint::Brief)]
    #[case("GET", "/chat", Endpoint::WrongMethod("POST"))]
    #[case("GET", "/usage", Endpoint::Usage)]
    #[case("GET", "/api/v1/models/detailed", Endpoint::DetailedModels)]
    fn paths_are_told_apart(#[case] method: &str, #[case] path: &str, #[case] expected: Endpoint<'_>) {
        assert_eq!(endpoint(&method.parse().unwrap(), path), expected);
    }

    #[test]
    fn percent_codes_are_undone_where_they_are_valid() {
        assert_eq!(["a%20b", "%e4%bd%a0", "100%", "%zz", "%ff"].map(decode), ["a b", "你", "100%", "%zz", "%ff"]);
    }
}
