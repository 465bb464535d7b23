//! The tokens of what was said in a chat, for rules.

use sluice_protocol::operation::Dialect;
use sluice_protocol::raw::RawObject;
use sluice_protocol::tokens::plain_texts;

use super::chat::TOKENIZERS;
use super::vocabulary::Cutter;

/// Returns how many tokens of `model`'s vocabulary the texts of a chat have: roles and contents, without tools, images and
/// what vendors add for the structure. The first use of a vocabulary waits until it is read.
pub(crate) fn count_plain(dialect: Dialect, body: &[u8], model: &str) -> u64 {
    let Ok(object) = RawObject::parse(body) else { return 0 };
    let mut cutter = Cutter::new(TOKENIZERS.rules(model).vocabulary());
    let mut total: u64 = 0;
    plain_texts(dialect, &object, &mut |text| total = total.saturating_add(cutter.cut(text)));
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const HELLO: &str = r#"{"messages":[{"role":"user","content":"hello world"}]}"#;
    const CHINESE: &str = r#"{"messages":[{"role":"user","content":"你好，世界"}]}"#;

    #[rstest]
    #[case(Dialect::OpenaiChat, "gpt-4o", HELLO, 3)]
    #[case(Dialect::OpenaiChat, "gpt-4", HELLO, 3)]
    #[case(Dialect::OpenaiChat, "gpt-4.1-mini", CHINESE, 4)]
    #[case(Dialect::OpenaiChat, "gpt-4", CHINESE, 7)]
    #[case(Dialect::OpenaiChat, "gpt-4o", r#"{"messages":[{"role":"system","content":"You are a helpful assistant."},{"role":"user","content":"hello world"}]}"#, 10)]
    #[case(Dialect::OpenaiChat, "gpt-4o", r#"{"messages":[{"role":"user","content":"<|endoftext|>"}]}"#, 8)]
    #[case(Dialect::Anthropic, "claude-3-5-sonnet", HELLO, 2)]
    #[case(
        Dialect::Anthropic,
        "claude-3-5-sonnet",
        r#"{"system":"You are a helpful assistant.","messages":[{"role":"user","content":"hello world"}]}"#,
        8
    )]
    #[case(Dialect::OpenaiResponses, "gpt-4o", r#"{"input":"hello world","instructions":"be brief"}"#, 4)]
    fn counts_of_the_old_gateway_come_out(
        #[case] dialect: Dialect,
        #[case] model: &str,
        #[case] body: &str,
        #[case] expected: u64,
    ) {
        assert_eq!(count_plain(dialect, body.as_bytes(), model), expected);
    }
}
