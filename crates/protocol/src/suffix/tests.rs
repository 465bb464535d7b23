use super::*;
use crate::chat::{Trait, decode_request};
use rstest::rstest;

fn split(name: &str) -> Option<(&str, Option<Wish>)> {
    let suffixes = Suffixes::embedded().unwrap();
    let suffixed = suffixes.split(name)?;
    Some((suffixed.base, suffixed.wish))
}

#[rstest]
#[case("o3-mini-high", "o3-mini", Wish::Effort(Effort::High))]
#[case("o1-low", "o1", Wish::Effort(Effort::Low))]
#[case("o4-mini-medium", "o4-mini", Wish::Effort(Effort::Medium))]
#[case("gpt-5-minimal", "gpt-5", Wish::Effort(Effort::Minimal))]
#[case("gpt-5.1-codex-xhigh", "gpt-5.1-codex", Wish::Effort(Effort::Xhigh))]
#[case("gpt-5.2-none", "gpt-5.2", Wish::DoNotThink)]
#[case("openai/GPT-5-High", "openai/GPT-5", Wish::Effort(Effort::High))]
#[case("grok-3-mini-fast-high", "grok-3-mini-fast", Wish::Effort(Effort::High))]
#[case("claude-3-7-sonnet-20250219-thinking", "claude-3-7-sonnet-20250219", Wish::Think)]
#[case("claude-sonnet-4-5-thinking-8192", "claude-sonnet-4-5", Wish::Budget(8_192))]
#[case("claude-opus-4-8-nothinking", "claude-opus-4-8", Wish::DoNotThink)]
#[case("claude-opus-4-8-max", "claude-opus-4-8", Wish::Effort(Effort::Max))]
#[case("anthropic/claude-sonnet-4.5-thinking", "anthropic/claude-sonnet-4.5", Wish::Think)]
#[case("gemini-2.5-flash-thinking-1024", "gemini-2.5-flash", Wish::Budget(1_024))]
#[case("gemini-2.5-pro-preview-05-06-thinking", "gemini-2.5-pro-preview-05-06", Wish::Think)]
#[case("gemini-2.5-flash-nothinking", "gemini-2.5-flash", Wish::DoNotThink)]
#[case("gemini-2.5-flash-thinking-0", "gemini-2.5-flash", Wish::DoNotThink)]
#[case("deepseek-v3-1-250821-thinking", "deepseek-v3-1-250821", Wish::Think)]
fn a_name_is_a_model_and_a_wish(#[case] name: &str, #[case] base: &str, #[case] wish: Wish) {
    assert_eq!(split(name), Some((base, Some(wish))));
}

#[rstest]
#[case("kimi-k2-thinking")]
#[case("qwen3-235b-a22b-thinking-2507")]
#[case("openchat-high")]
#[case("gpt-4o-high")]
#[case("claude-sonnet-4-5")]
#[case("claude-sonnet-4-5-thinking-8k")]
#[case("gemini-2.5-flash-thinking-")]
#[case("gemini-2.5-flash-thinking-99999999999999999999999")]
#[case("-thinking")]
#[case("high")]
#[case("")]
#[case("x/-high")]
fn other_names_stay_whole(#[case] name: &str) {
    assert_eq!(split(name), None);
}

fn edited(name: &str, dialect: Dialect, traits: &[Trait], body: &str) -> String {
    let suffixes = Suffixes::embedded().unwrap();
    let object = RawObject::parse(body.as_bytes()).unwrap();
    let mut edits = Edits::default();
    suffixes.split(name).unwrap().edit(&Target { dialect, traits }, &object, &mut edits);
    let edited = String::from_utf8(edits.apply(body.as_bytes())).unwrap();
    serde_json::from_str::<serde_json::Value>(&edited).unwrap_or_else(|error| panic!("{error}: {edited}"));
    edited
}

const CHAT: Dialect = Dialect::OpenaiChat;

#[rstest]
#[case("gpt-5-high", &[], r#"{"model":"m","n":1.0}"#, r#"{"model":"m","n":1.0,"reasoning_effort":"high"}"#)]
#[case("gpt-5-high", &[], r#"{"reasoning_effort": "low","model":"m"}"#, r#"{"reasoning_effort": "high","model":"m"}"#)]
#[case("o3-mini-minimal", &[Trait::LowIsLeastEffort], r#"{"model":"m"}"#, r#"{"model":"m","reasoning_effort":"low"}"#)]
#[case("gpt-5-none", &[Trait::AlwaysThinks], r#"{"model":"m"}"#, r#"{"model":"m","reasoning_effort":"minimal"}"#)]
#[case("claude-x-thinking", &[], r#"{"model":"m"}"#, r#"{"model":"m","reasoning_effort":"medium"}"#)]
#[case("claude-x-thinking", &[], r#"{"model":"m","reasoning_effort":"high"}"#, r#"{"model":"m","reasoning_effort":"high"}"#)]
#[case("deepseek-x-thinking", &[Trait::ThinkingSwitch], r#"{"model":"m"}"#, r#"{"model":"m","thinking":{"type":"enabled"}}"#)]
#[case("deepseek-x-nothinking", &[Trait::ThinkingFlag, Trait::NoEffort], r#"{"model":"m"}"#, r#"{"model":"m","enable_thinking":false}"#)]
#[case("deepseek-x-thinking-99", &[Trait::ThinkingFlag, Trait::NoEffort], r#"{"model":"m"}"#, r#"{"model":"m","enable_thinking":true,"thinking_budget":99}"#)]
#[case("claude-x-thinking", &[Trait::NoThinking], r#"{"model":"m"}"#, r#"{"model":"m"}"#)]
#[case("grok-4-search", &[], r#"{"model":"m"}"#, r#"{"model":"m","search_parameters":{ "mode": "on" }}"#)]
#[case("grok-4-search", &[], r#"{"model":"m","search_parameters":{"mode":"off"}}"#, r#"{"model":"m","search_parameters":{"mode":"off"}}"#)]
#[case("ernie-4.5-search", &[], r#"{"model":"m"}"#, r#"{"model":"m","web_search":{ "enable": true, "enable_citation": true, "enable_trace": true, "enable_status": false }}"#)]
fn chat_bodies_get_an_effort_or_a_switch(
    #[case] name: &str,
    #[case] traits: &[Trait],
    #[case] body: &str,
    #[case] expected: &str,
) {
    assert_eq!(edited(name, CHAT, traits, body), expected);
}

#[test]
fn responses_keep_what_else_they_say_of_reasoning() {
    let body = r#"{"model":"m","reasoning":{"summary":"auto"},"x":1}"#;
    assert_eq!(
        edited("gpt-5-low", Dialect::OpenaiResponses, &[], body),
        r#"{"model":"m","reasoning":{"summary":"auto","effort":"low"},"x":1}"#
    );
}

#[rstest]
// Four fifths of the limit, and a limit in which the least budget fits.
#[case("claude-x-thinking", &[Trait::ThinkingBudget], r#"{"model":"m","max_tokens":8193,"temperature":0.2,"top_p":0.9,"system":"s"}"#, r#"{"model":"m","max_tokens":8193,"system":"s","thinking":{"type":"enabled","budget_tokens":6554}}"#)]
#[case("claude-x-thinking", &[Trait::ThinkingBudget], r#"{"top_k":1,"max_tokens":100}"#, r#"{"max_tokens":1280,"thinking":{"type":"enabled","budget_tokens":1024}}"#)]
#[case("claude-x-thinking", &[Trait::ThinkingBudget], r#"{"max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":4000}}"#, r#"{"max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":4000}}"#)]
#[case("claude-x-thinking-8192", &[Trait::ThinkingBudget], r#"{"max_tokens":9000}"#, r#"{"max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":8192}}"#)]
#[case("claude-x-thinking-8192", &[Trait::ThinkingBudget], r#"{"max_tokens":4096}"#, r#"{"max_tokens":12288,"thinking":{"type":"enabled","budget_tokens":8192}}"#)]
#[case("claude-x-thinking", &[], r#"{"max_tokens":9,"temperature":1}"#, r#"{"max_tokens":9,"thinking":{"type":"adaptive"}}"#)]
#[case("claude-x-thinking-30000", &[], r#"{"max_tokens":9}"#, r#"{"max_tokens":9,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}}"#)]
#[case("claude-x-max", &[Trait::HighIsMostEffort], r#"{"max_tokens":9,"output_config":{"format":{}}}"#, r#"{"max_tokens":9,"output_config":{"format":{},"effort":"high"},"thinking":{"type":"adaptive"}}"#)]
#[case("claude-x-nothinking", &[], r#"{"max_tokens":9,"thinking":{"type":"adaptive"}}"#, r#"{"max_tokens":9,"thinking":{"type":"disabled"}}"#)]
#[case("claude-x-nothinking", &[Trait::AlwaysThinks], r#"{"max_tokens":9}"#, r#"{"max_tokens":9}"#)]
#[case("claude-x-thinking", &[Trait::ThinkingBudget], r#"{"max_tokens":9,"tool_choice":{"type":"any"}}"#, r#"{"max_tokens":9,"tool_choice":{"type":"any"}}"#)]
fn messages_get_the_thinking_that_their_model_takes(
    #[case] name: &str,
    #[case] traits: &[Trait],
    #[case] body: &str,
    #[case] expected: &str,
) {
    assert_eq!(edited(name, Dialect::Anthropic, traits, body), expected);
}

const PRO: &[Trait] = &[Trait::ThinkingBudget, Trait::AlwaysThinks, Trait::XhighIsMostEffort];
const FLASH: &[Trait] = &[Trait::ThinkingBudget, Trait::HighIsMostEffort];
const LITE: &[Trait] = &[Trait::ThinkingBudget, Trait::HighIsMostEffort, Trait::NoSmallBudgets];

#[rstest]
#[case("gemini-x-thinking-99999", PRO, r#"{"includeThoughts":true,"thinkingBudget":32768}"#)]
#[case("gemini-x-thinking-5", PRO, r#"{"includeThoughts":true,"thinkingBudget":128}"#)]
#[case("gemini-x-nothinking", PRO, r#"{"includeThoughts":false,"thinkingBudget":128}"#)]
#[case("gemini-x-thinking-99999", FLASH, r#"{"includeThoughts":true,"thinkingBudget":24576}"#)]
#[case("gemini-x-nothinking", FLASH, r#"{"includeThoughts":false,"thinkingBudget":0}"#)]
#[case("gemini-x-thinking-5", LITE, r#"{"includeThoughts":true,"thinkingBudget":512}"#)]
#[case("gemini-x-nothinking", LITE, r#"{"includeThoughts":false,"thinkingBudget":0}"#)]
#[case("gemini-x-thinking", FLASH, r#"{"includeThoughts":true,"thinkingBudget":600}"#)]
#[case("gemini-x-thinking", &[], r#"{"includeThoughts":true}"#)]
#[case("gemini-x-nothinking", &[Trait::LowIsLeastEffort], r#"{"includeThoughts":false,"thinkingLevel":"LOW"}"#)]
#[case("gemini-x-thinking-99999", &[], r#"{"includeThoughts":true,"thinkingLevel":"HIGH"}"#)]
fn google_bodies_get_budgets_or_levels(#[case] name: &str, #[case] traits: &[Trait], #[case] thinking: &str) {
    let body = r#"{"contents":[],"generationConfig":{"maxOutputTokens":1000}}"#;
    assert_eq!(
        edited(name, Dialect::Gemini, traits, body),
        format!(r#"{{"contents":[],"generationConfig":{{"maxOutputTokens":1000,"thinkingConfig":{thinking}}}}}"#)
    );
}

#[test]
fn a_google_body_that_says_how_to_think_keeps_that_and_one_without_limit_lets_the_model_decide() {
    let own = r#"{"generationConfig":{"thinkingConfig":{"thinkingBudget":7}}}"#;
    assert_eq!(edited("gemini-x-thinking", Dialect::Gemini, FLASH, own), own);
    assert_eq!(
        edited("gemini-x-thinking", Dialect::Gemini, FLASH, r#"{"contents":[]}"#),
        r#"{"contents":[],"generationConfig":{"thinkingConfig":{"includeThoughts":true,"thinkingBudget":-1}}}"#
    );
}

#[rstest]
#[case("claude-x-thinking", (Amount::Adaptive, None))]
#[case("claude-x-thinking-5000", (Amount::Budget(5_000), None))]
#[case("claude-x-nothinking", (Amount::Off, None))]
#[case("gpt-5-high", (Amount::Default, Some(Effort::High)))]
fn a_request_on_its_way_to_another_dialect_gets_the_wish(
    #[case] name: &str,
    #[case] expected: (Amount, Option<Effort>),
) {
    let suffixes = Suffixes::embedded().unwrap();
    let body = br#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;
    let mut request = decode_request(CHAT, body).unwrap();
    suffixes.split(name).unwrap().apply(&mut request);
    assert_eq!((request.reasoning.amount, request.reasoning.effort), expected);
}

#[test]
fn a_request_that_asks_to_think_keeps_how_much() {
    let suffixes = Suffixes::embedded().unwrap();
    let body = br#"{"model":"m","reasoning_effort":"high","messages":[{"role":"user","content":"Hi"}]}"#;
    let mut request = decode_request(CHAT, body).unwrap();
    suffixes.split("claude-x-thinking").unwrap().apply(&mut request);
    assert_eq!(request.reasoning.effort, Some(Effort::High));
}

#[rstest]
#[case(r#"{"models":["x"],"ends":{"-a":{}}}"#)]
#[case(r#"{"models":["x"],"ends":{"-a":{"effort":"huge"}}}"#)]
#[case(r#"{"models":["x"],"ends":{"-a":{"thinking":"budget"}}}"#)]
#[case(r#"{"models":["x"],"ends":{"-a-{tokens}":{"thinking":"on"}}}"#)]
#[case(r#"{"models":["x"],"ends":{"-a":{"effort":"low","thinking":"on"}}}"#)]
#[case(r#"{"models":["X"],"ends":{"-a":{"thinking":"on"}}}"#)]
#[case(r#"{"models":["x"],"ends":{"-a":{"fields":{"klingon":{"a":1}}}}}"#)]
fn a_rule_that_cannot_be_meant_is_refused(#[case] rule: &str) {
    assert!(Suffixes::parse("x", &format!(r#"{{"suffixes":[{rule}]}}"#)).is_err());
}
