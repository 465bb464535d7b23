//! Objects of the responses API (OpenAI API reference, "Responses").

use super::items::Piece;
use super::talk::Talk;
use crate::chat::codec::cursor::TextOr;
use crate::chat::codec::wire::wire;
use crate::chat::text::{Json, Number, Text};

wire! {
    struct Body<'a> {
        "model" model: Text<'a>,
        "input" input: Talk<'a>,
        "instructions" instructions: TextOr<'a, Item<'a>>,
        "max_output_tokens" max_output_tokens: Number<'a>,
        "temperature" temperature: Number<'a>,
        "top_p" top_p: Number<'a>,
        "top_logprobs" top_logprobs: Number<'a>,
        "stream" stream: bool,
        "store" store: bool,
        "tools" tools: Vec<Json<'a>>,
        "tool_choice" tool_choice: Json<'a>,
        "parallel_tool_calls" parallel_tool_calls: bool,
        "reasoning" reasoning: ReasoningObject<'a>,
        "text" text: TextConfig<'a>,
        "include" include: Vec<Text<'a>>,
        "metadata" metadata: Json<'a>,
        "user" user: Text<'a>,
        "safety_identifier" safety_identifier: Text<'a>,
        "prompt_cache_key" prompt_cache_key: Text<'a>,
        "service_tier" service_tier: Text<'a>,
    }
    struct ReasoningObject<'a> {
        "effort" effort: Text<'a>,
        "summary" summary: Text<'a>,
    }
    struct TextConfig<'a> {
        "format" format: TextFormat<'a>,
        "verbosity" verbosity: Text<'a>,
    }
    struct TextFormat<'a> {
        "type" kind: Text<'a>,
        "name" name: Text<'a>,
        "description" description: Text<'a>,
        "schema" schema: Json<'a>,
        "strict" strict: bool,
    }
    struct Item<'a> {
        "type" kind: Text<'a>,
        "id" id: Text<'a>,
        "role" role: Text<'a>,
        "status" status: Text<'a>,
        "content" content: TextOr<'a, Piece<'a>>,
        "call_id" call_id: Text<'a>,
        "name" name: Text<'a>,
        "namespace" namespace: Text<'a>,
        "arguments" arguments: Json<'a>,
        "input" input: Text<'a>,
        "output" output: TextOr<'a, Piece<'a>>,
        "summary" summary: Vec<ContentPart<'a>>,
        "encrypted_content" encrypted_content: Text<'a>,
        "result" result: Text<'a>,
        "tools" tools: Vec<Json<'a>>,
    }
    struct ContentPart<'a> {
        "type" kind: Text<'a>,
        "text" text: Text<'a>,
        "annotations" annotations: Vec<Json<'a>>,
        "logprobs" logprobs: Json<'a>,
        "refusal" refusal: Text<'a>,
        "image_url" image_url: Text<'a>,
        "detail" detail: Text<'a>,
        "file_id" file_id: Text<'a>,
        "file_data" file_data: Text<'a>,
        "file_url" file_url: Text<'a>,
        "filename" filename: Text<'a>,
        "input_audio" input_audio: AudioObject<'a>,
        "prompt_cache_breakpoint" prompt_cache_breakpoint: CacheBreakpoint<'a>,
    }
    struct AudioObject<'a> {
        "data" data: Text<'a>,
        "format" format: Text<'a>,
    }
    struct CacheBreakpoint<'a> {
        "mode" mode: Text<'a>,
        "ttl" ttl: Text<'a>,
    }
    struct Annotation<'a> {
        "type" kind: Text<'a>,
        "url" url: Text<'a>,
        "title" title: Text<'a>,
        "start_index" start_index: Number<'a>,
        "end_index" end_index: Number<'a>,
    }
    struct ToolObject<'a> {
        "type" kind: Text<'a>,
        "name" name: Text<'a>,
        "description" description: Text<'a>,
        "parameters" parameters: Json<'a>,
        "strict" strict: bool,
        "format" format: Json<'a>,
        "tools" tools: Vec<Json<'a>>,
    }
    struct ChoiceObject<'a> {
        "type" kind: Text<'a>,
        "name" name: Text<'a>,
        "mode" mode: Text<'a>,
        "tools" tools: Vec<ChoiceObject<'a>>,
    }
    struct ResponseObject<'a> {
        "id" id: Text<'a>,
        "model" model: Text<'a>,
        "created_at" created_at: Number<'a>,
        "status" status: Text<'a>,
        "output" output: Vec<Json<'a>>,
        "usage" usage: Json<'a>,
        "error" error: Json<'a>,
        "incomplete_details" incomplete_details: IncompleteDetails<'a>,
        "service_tier" service_tier: Text<'a>,
    }
    struct IncompleteDetails<'a> {
        "reason" reason: Text<'a>,
    }
    struct StreamEvent<'a> {
        "type" kind: Text<'a>,
        "response" response: ResponseObject<'a>,
        "output_index" output_index: Number<'a>,
        "content_index" content_index: Number<'a>,
        "summary_index" summary_index: Number<'a>,
        "item" item: Item<'a>,
        "part" part: ContentPart<'a>,
        "delta" delta: Json<'a>,
        "annotation" annotation: Json<'a>,
        "logprobs" logprobs: Json<'a>,
        "error" error: Json<'a>,
        "message" message: Text<'a>,
        "code" code: Text<'a>,
    }
}
