//! The texts of a chat request that rules count: what people and models said, without tools, images and structure.

use serde_json::Value;

use crate::operation::Dialect;
use crate::raw::RawObject;

/// Hands every text that counts to `each`: roles and contents of messages for OpenAI's chats, contents for the others,
/// with the system prompt.
pub fn plain_texts(dialect: Dialect, request: &RawObject<'_>, each: &mut dyn FnMut(&str)) {
    let value = |name: &str| request.get(name).and_then(|value| serde_json::from_slice::<Value>(value).ok());
    let has_roles = matches!(dialect, Dialect::OpenaiChat | Dialect::OpenaiResponses);
    for name in ["system", "prompt", "instructions", "systemInstruction", "system_instruction"] {
        value(name).iter().for_each(|value| content(value, each));
    }
    for name in ["messages", "input", "contents"] {
        match value(name) {
            Some(Value::Array(messages)) => messages.iter().for_each(|one| message(one, has_roles, each)),
            Some(Value::String(text)) => each(&text),
            _ => {}
        }
    }
}

fn message(message: &Value, has_roles: bool, each: &mut dyn FnMut(&str)) {
    let Value::Object(fields) = message else { return content(message, each) };
    if let Some(role) = fields.get("role").and_then(Value::as_str).filter(|_| has_roles) {
        each(role);
    }
    ["content", "parts", "output", "text"].iter().filter_map(|name| fields.get(*name)).for_each(|it| content(it, each));
}

/// A content is a text, a list of parts of which the texts count, or something else that counts as it is written.
fn content(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::Null => {}
        Value::String(text) => each(text),
        Value::Array(parts) => {
            for part in parts {
                match part {
                    Value::String(text) => each(text),
                    _ => part.get("text").and_then(Value::as_str).into_iter().for_each(&mut *each),
                }
            }
        }
        Value::Object(fields) if fields.contains_key("parts") => {
            fields.get("parts").into_iter().for_each(|parts| content(parts, each));
        }
        other => each(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Dialect::OpenaiChat, r#"{"messages":[{"role":"user","content":"hello world"}]}"#, &["user", "hello world"])]
    #[case(Dialect::OpenaiChat, r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url"}]}],"tools":[1]}"#, &["user", "a"])]
    #[case(Dialect::OpenaiChat, r#"{"messages":[{"role":"assistant","content":null,"tool_calls":[1]}]}"#, &["assistant"])]
    #[case(Dialect::OpenaiChat, r#"{"messages":[{"role":"user","content":5},{"role":"user","content":{"a":1}}]}"#, &["user", "5", "user", "{\"a\":1}"])]
    #[case(Dialect::OpenaiChat, r#"{"messages":[],"system":"abc","prompt":"def"}"#, &["abc", "def"])]
    #[case(Dialect::OpenaiResponses, r#"{"input":"hello","instructions":"be brief"}"#, &["be brief", "hello"])]
    #[case(Dialect::OpenaiResponses, r#"{"input":["hello","world"]}"#, &["hello", "world"])]
    #[case(Dialect::Anthropic, r#"{"system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":"hi"}]}"#, &["s", "hi"])]
    #[case(Dialect::Gemini, r#"{"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"parts":[{"text":"hi"}]}]}"#, &["s", "hi"])]
    #[case(Dialect::OpenaiChat, "{}", &[])]
    fn texts_that_count(#[case] dialect: Dialect, #[case] body: &str, #[case] expected: &[&str]) {
        let mut texts = Vec::new();
        plain_texts(dialect, &RawObject::parse(body.as_bytes()).unwrap(), &mut |text| texts.push(text.to_owned()));
        assert_eq!(texts, expected);
    }
}
