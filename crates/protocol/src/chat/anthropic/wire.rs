//! Objects of the Messages API (Claude API reference, "Messages").

use super::blocks::Piece;
use super::talk::Talk;
use crate::chat::codec::cursor::TextOr;
use crate::chat::codec::wire::wire;
use crate::chat::text::{Json, Number, Text};

wire! {
    struct Body<'a> {
        "model" model: Text<'a>,
        "messages" messages: Talk<'a>,
        "system" system: TextOr<'a, Piece<'a>>,
        "max_tokens" max_tokens: Number<'a>,
        "temperature" temperature: Number<'a>,
        "top_p" top_p: Number<'a>,
        "top_k" top_k: Number<'a>,
        "stop_sequences" stop_sequences: Vec<Text<'a>>,
        "stream" stream: bool,
        "tools" tools: Vec<Json<'a>>,
        "tool_choice" tool_choice: ToolChoiceObject<'a>,
        "thinking" thinking: ThinkingConfig<'a>,
        "output_config" output_config: OutputConfig<'a>,
        "output_format" output_format: OutputFormat<'a>,
        "metadata" metadata: Json<'a>,
        "service_tier" service_tier: Text<'a>,
    }
    struct Message<'a> {
        "role" role: Text<'a>,
        "content" content: TextOr<'a, Piece<'a>>,
    }
    struct Block<'a> {
        "type" kind: Text<'a>,
        "text" text: Text<'a>,
        "citations" citations: Json<'a>,
        "source" source: Json<'a>,
        "title" title: Text<'a>,
        "id" id: Text<'a>,
        "name" name: Text<'a>,
        "input" input: Json<'a>,
        "tool_use_id" tool_use_id: Text<'a>,
        "content" content: Json<'a>,
        "is_error" is_error: bool,
        "thinking" thinking: Text<'a>,
        "signature" signature: Text<'a>,
        "data" data: Text<'a>,
        "cache_control" cache_control: CacheControl<'a>,
    }
    struct CacheControl<'a> {
        "type" kind: Text<'a>,
        "ttl" ttl: Text<'a>,
    }
    struct SourceObject<'a> {
        "type" kind: Text<'a>,
        "media_type" media_type: Text<'a>,
        "data" data: Text<'a>,
        "url" url: Text<'a>,
        "file_id" file_id: Text<'a>,
        "content" content: Json<'a>,
    }
    struct ToolObject<'a> {
        "type" kind: Text<'a>,
        "name" name: Text<'a>,
        "description" description: Text<'a>,
        "input_schema" input_schema: Json<'a>,
        "strict" strict: bool,
        "cache_control" cache_control: CacheControl<'a>,
    }
    struct ToolChoiceObject<'a> {
        "type" kind: Text<'a>,
        "name" name: Text<'a>,
        "disable_parallel_tool_use" disable_parallel_tool_use: bool,
    }
    struct ThinkingConfig<'a> {
        "type" kind: Text<'a>,
        "budget_tokens" budget_tokens: Number<'a>,
        "display" display: Text<'a>,
    }
    struct OutputConfig<'a> {
        "effort" effort: Text<'a>,
        "format" format: OutputFormat<'a>,
    }
    struct OutputFormat<'a> {
        "type" kind: Text<'a>,
        "schema" schema: Json<'a>,
    }
    struct Metadata<'a> {
        "user_id" user_id: Text<'a>,
    }
    struct MessageObject<'a> {
        "id" id: Text<'a>,
        "model" model: Text<'a>,
        "content" content: Vec<Json<'a>>,
        "stop_reason" stop_reason: Text<'a>,
        "stop_sequence" stop_sequence: Text<'a>,
        "usage" usage: Json<'a>,
    }
    struct StreamEvent<'a> {
        "type" kind: Text<'a>,
        "index" index: Number<'a>,
        "message" message: MessageObject<'a>,
        "content_block" content_block: Json<'a>,
        "delta" delta: Delta<'a>,
        "usage" usage: Json<'a>,
        "error" error: Json<'a>,
    }
    struct Delta<'a> {
        "type" kind: Text<'a>,
        "text" text: Text<'a>,
        "partial_json" partial_json: Text<'a>,
        "thinking" thinking: Text<'a>,
        "signature" signature: Text<'a>,
        "citation" citation: Json<'a>,
        "stop_reason" stop_reason: Text<'a>,
        "stop_sequence" stop_sequence: Text<'a>,
    }
    struct CitationObject<'a> {
        "type" kind: Text<'a>,
        "url" url: Text<'a>,
        "title" title: Text<'a>,
        "document_title" document_title: Text<'a>,
        "source" source: Text<'a>,
        "cited_text" cited_text: Text<'a>,
        "encrypted_index" encrypted_index: Text<'a>,
    }
}
