//! Objects of the chat completions API (OpenAI API reference, "Create chat completion").

use super::content::Piece;
use super::talk::Talk;
use crate::chat::codec::cursor::TextOr;
use crate::chat::codec::wire::wire;
use crate::chat::text::{Json, Number, Text};

wire! {
    struct Body<'a> {
        "model" model: Text<'a>,
        "messages" messages: Talk<'a>,
        "max_tokens" max_tokens: Number<'a>,
        "max_completion_tokens" max_completion_tokens: Number<'a>,
        "temperature" temperature: Number<'a>,
        "top_p" top_p: Number<'a>,
        "top_k" top_k: Number<'a>,
        "n" n: Number<'a>,
        "seed" seed: Number<'a>,
        "stop" stop: Json<'a>,
        "frequency_penalty" frequency_penalty: Number<'a>,
        "presence_penalty" presence_penalty: Number<'a>,
        "logit_bias" logit_bias: Json<'a>,
        "logprobs" logprobs: bool,
        "top_logprobs" top_logprobs: Number<'a>,
        "stream" stream: bool,
        "stream_options" stream_options: StreamOptions<'a>,
        "tools" tools: Vec<ToolDeclaration<'a>>,
        "tool_choice" tool_choice: Json<'a>,
        "parallel_tool_calls" parallel_tool_calls: bool,
        "functions" functions: Vec<FunctionDeclaration<'a>>,
        "function_call" function_call: Json<'a>,
        "response_format" response_format: ResponseFormat<'a>,
        "reasoning_effort" reasoning_effort: Text<'a>,
        "verbosity" verbosity: Text<'a>,
        "user" user: Text<'a>,
        "safety_identifier" safety_identifier: Text<'a>,
        "prompt_cache_key" prompt_cache_key: Text<'a>,
        "metadata" metadata: Json<'a>,
        "service_tier" service_tier: Text<'a>,
        "store" store: bool,
    }
    /// How compatible vendors switch thinking.
    struct ThinkingSwitch<'a> {
        "type" kind: Text<'a>,
        "budget_tokens" budget_tokens: Number<'a>,
    }
    /// How OpenRouter and its like ask for thinking.
    struct RouterReasoning<'a> {
        "effort" effort: Text<'a>,
        "max_tokens" max_tokens: Number<'a>,
        "enabled" enabled: bool,
        "exclude" exclude: bool,
    }
    struct StreamOptions<'a> {
        "include_usage" include_usage: bool,
    }
    struct Message<'a> {
        "role" role: Text<'a>,
        "content" content: TextOr<'a, Piece<'a>>,
        "name" name: Text<'a>,
        "refusal" refusal: Text<'a>,
        "tool_calls" tool_calls: Vec<ToolCallObject<'a>>,
        "tool_call_id" tool_call_id: Text<'a>,
        "function_call" function_call: FunctionCall<'a>,
        "reasoning_content" reasoning_content: Text<'a>,
        "reasoning" reasoning: Json<'a>,
        "annotations" annotations: Vec<Json<'a>>,
        "audio" audio: Json<'a>,
        "images" images: Json<'a>,
    }
    struct ToolCallObject<'a> {
        "index" index: Number<'a>,
        "id" id: Text<'a>,
        "type" kind: Text<'a>,
        "function" function: FunctionCall<'a>,
        "custom" custom: CustomCall<'a>,
        "extra_content" extra_content: ExtraContent<'a>,
    }
    struct FunctionCall<'a> {
        "name" name: Text<'a>,
        "arguments" arguments: Json<'a>,
    }
    struct CustomCall<'a> {
        "name" name: Text<'a>,
        "input" input: Text<'a>,
    }
    /// Where Google's OpenAI-compatible endpoint puts thought signatures.
    struct ExtraContent<'a> {
        "google" google: GoogleContent<'a>,
    }
    struct GoogleContent<'a> {
        "thought_signature" thought_signature: Text<'a>,
    }
    struct ContentPart<'a> {
        "type" kind: Text<'a>,
        "text" text: Text<'a>,
        "refusal" refusal: Text<'a>,
        "image_url" image_url: Json<'a>,
        "video_url" video_url: Json<'a>,
        "input_audio" input_audio: InputAudio<'a>,
        "file" file: FileObject<'a>,
        "prompt_cache_breakpoint" prompt_cache_breakpoint: CacheBreakpoint<'a>,
        "cache_control" cache_control: CacheBreakpoint<'a>,
    }
    /// How Mistral puts thoughts among the parts.
    struct ThoughtPart<'a> {
        "type" kind: Text<'a>,
        "thinking" thinking: TextOr<'a, Piece<'a>>,
    }
    struct UrlObject<'a> {
        "url" url: Text<'a>,
        "detail" detail: Text<'a>,
    }
    struct InputAudio<'a> {
        "data" data: Text<'a>,
        "format" format: Text<'a>,
    }
    struct FileObject<'a> {
        "file_data" file_data: Text<'a>,
        "file_id" file_id: Text<'a>,
        "filename" filename: Text<'a>,
    }
    struct CacheBreakpoint<'a> {
        "mode" mode: Text<'a>,
        "type" kind: Text<'a>,
        "ttl" ttl: Text<'a>,
    }
    struct ToolDeclaration<'a> {
        "type" kind: Text<'a>,
        "function" function: FunctionDeclaration<'a>,
        "custom" custom: CustomDeclaration<'a>,
    }
    struct FunctionDeclaration<'a> {
        "name" name: Text<'a>,
        "description" description: Text<'a>,
        "parameters" parameters: Json<'a>,
        "strict" strict: bool,
    }
    struct CustomDeclaration<'a> {
        "name" name: Text<'a>,
        "description" description: Text<'a>,
        "format" format: Json<'a>,
    }
    struct CustomFormat<'a> {
        "grammar" grammar: GrammarObject<'a>,
        "syntax" syntax: Text<'a>,
        "definition" definition: Text<'a>,
    }
    struct GrammarObject<'a> {
        "syntax" syntax: Text<'a>,
        "definition" definition: Text<'a>,
    }
    struct ChoiceObject<'a> {
        "type" kind: Text<'a>,
        "name" name: Text<'a>,
        "function" function: NamedObject<'a>,
        "custom" custom: NamedObject<'a>,
        "allowed_tools" allowed_tools: AllowedTools<'a>,
    }
    struct NamedObject<'a> {
        "name" name: Text<'a>,
    }
    struct AllowedTools<'a> {
        "mode" mode: Text<'a>,
        "tools" tools: Vec<ChoiceObject<'a>>,
    }
    struct ResponseFormat<'a> {
        "type" kind: Text<'a>,
        "json_schema" json_schema: JsonSchema<'a>,
    }
    struct JsonSchema<'a> {
        "name" name: Text<'a>,
        "description" description: Text<'a>,
        "schema" schema: Json<'a>,
        "strict" strict: bool,
    }
    struct Completion<'a> {
        "id" id: Text<'a>,
        "model" model: Text<'a>,
        "created" created: Number<'a>,
        "choices" choices: Vec<CompletionChoice<'a>>,
        "usage" usage: Json<'a>,
        "service_tier" service_tier: Text<'a>,
        "error" error: Json<'a>,
    }
    struct CompletionChoice<'a> {
        "index" index: Number<'a>,
        "message" message: Message<'a>,
        "delta" delta: Message<'a>,
        "finish_reason" finish_reason: Text<'a>,
        "logprobs" logprobs: Logprobs<'a>,
        "usage" usage: Json<'a>,
        "error" error: Json<'a>,
    }
    struct Logprobs<'a> {
        "content" content: Json<'a>,
    }
    struct UrlCitation<'a> {
        "type" kind: Text<'a>,
        "url_citation" url_citation: UrlCitationBody<'a>,
    }
    struct UrlCitationBody<'a> {
        "url" url: Text<'a>,
        "title" title: Text<'a>,
        "start_index" start_index: Number<'a>,
        "end_index" end_index: Number<'a>,
    }
}
