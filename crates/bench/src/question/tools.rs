//! A tool as each dialect declares it, and a turn in which the assistant uses it.

use serde_json::{Value, json};

use crate::dialect::Dialect;

const NAME: &str = "read_file";
const DESCRIPTION: &str = "Reads a text file of the project and returns its lines.";

/// Returns the value of `tools`.
pub(super) fn declaration(dialect: Dialect) -> Value {
    let schema = json!({
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "path from the root of the project"},
            "first_line": {"type": "integer", "description": "line to begin with, counted from 1"}
        },
        "required": ["path"]
    });
    match dialect {
        Dialect::OpenaiChat => json!([{"type": "function",
            "function": {"name": NAME, "description": DESCRIPTION, "parameters": schema}}]),
        Dialect::OpenaiResponses => json!([{"type": "function", "name": NAME, "description": DESCRIPTION,
            "parameters": schema, "strict": false}]),
        Dialect::Anthropic => json!([{"name": NAME, "description": DESCRIPTION, "input_schema": schema}]),
        Dialect::Gemini => json!([{"functionDeclarations": [{"name": NAME, "description": DESCRIPTION,
            "parameters": schema}]}]),
    }
}

/// Returns the call of the tool in this round, and its `result`.
pub(super) fn use_of(dialect: Dialect, round: usize, result: &str) -> [Value; 2] {
    // Ids have one width, so that all rounds have one size.
    let id = format!("call_{round:08}");
    let input = json!({"path": "src/wire/lines.rs", "first_line": 120});
    match dialect {
        Dialect::OpenaiChat => [
            json!({"role": "assistant", "content": null, "tool_calls": [{"id": id, "type": "function",
                "function": {"name": NAME, "arguments": input.to_string()}}]}),
            json!({"role": "tool", "tool_call_id": id, "content": result}),
        ],
        Dialect::OpenaiResponses => [
            json!({"type": "function_call", "call_id": id, "name": NAME, "arguments": input.to_string()}),
            json!({"type": "function_call_output", "call_id": id, "output": result}),
        ],
        Dialect::Anthropic => [
            json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": NAME, "input": input}]}),
            json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": result}]}),
        ],
        Dialect::Gemini => [
            json!({"role": "model", "parts": [{"functionCall": {"id": id, "name": NAME, "args": input}}]}),
            json!({"role": "user", "parts": [{"functionResponse": {"id": id, "name": NAME,
                "response": {"output": result}}}]}),
        ],
    }
}
