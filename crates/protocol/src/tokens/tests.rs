//! The rules against what vendors publish; text is cut into words here, as no vocabulary is at hand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;

use super::*;
use crate::chat::decode_request;
use crate::operation::Dialect;

fn table() -> Tokenizers {
    Tokenizers::embedded().unwrap()
}

fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

fn count(dialect: Dialect, model: &str, body: &str) -> Count {
    let table = table();
    estimate(&decode_request(dialect, body.as_bytes()).unwrap(), &table.rules(model), &mut |text| words(text))
}

#[rstest]
#[case("gpt-4o-mini", "o200k_base")]
#[case("GPT-5.4", "o200k_base")]
#[case("o3", "o200k_base")]
#[case("openai/gpt-4-turbo", "cl100k_base")]
#[case("gpt-3.5-turbo-0125", "cl100k_base")]
#[case("claude-sonnet-4-5-20250929", "o200k_base")]
#[case("gemini-2.5-pro", "o200k_base")]
#[case("meta-llama/Llama-3.3-70B-Instruct", "o200k_base")]
#[case("Llama-4-Scout", "o200k_base")]
#[case("deepseek-chat", "o200k_base")]
#[case("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "qwen2")]
#[case("Qwen/Qwen3-235B-A22B", "qwen2")]
#[case("qwq-32b", "qwen2")]
#[case("codestral-latest", "mistral_v3")]
#[case("moonshotai/kimi-k2.5", "o200k_base")]
#[case("glm-4.6", "o200k_base")]
#[case("zai-org/GLM-5", "o200k_base")]
#[case("MiniMax-M2", "o200k_base")]
#[case("grok-4", "o200k_base")]
fn a_model_has_the_vocabulary_of_its_makers(#[case] model: &str, #[case] vocabulary: &str) {
    assert_eq!(table().rules(model).vocabulary(), vocabulary);
}

#[test]
fn a_model_that_was_taught_by_another_has_the_vocabulary_of_its_base() {
    let table = table();
    let weighed = |model: &str| table.rules(model).weigh(1_000, "中");
    assert_ne!(weighed("deepseek-chat"), weighed("deepseek-r1-distill-llama-70b"));
    assert_eq!(weighed("llama-3.3-70b"), weighed("deepseek-r1-distill-llama-70b"));
}

#[test]
fn two_generations_of_claude_cut_differently() {
    let table = table();
    let weighed = |model: &str| table.rules(model).weigh(1_000, "");
    let old = ["claude-3-5-sonnet-20241022", "claude-sonnet-4", "claude-sonnet-4-20250514", "claude-opus-4-1@20250805"];
    let old =
        [&old[..], &["claude-haiku-4-5", "anthropic/claude-opus-4.6", "us.anthropic.claude-opus-4-6-v1:0"]].concat();
    for model in old {
        assert_eq!(weighed(model), 998, "{model}");
    }
    for model in ["claude-opus-4-7", "anthropic/claude-opus-4.8", "claude-sonnet-5", "claude-opus-5-20260801"] {
        assert_eq!(weighed(model), 1_340, "{model}");
    }
}

#[test]
fn capitals_marks_and_wide_characters_weigh_in_where_they_do() {
    let table = table();
    let claude = table.rules("claude-opus-4-5");
    assert_eq!(claude.weigh(10, "ABC 中文 ()"), (10 * 998 + 3 * 308 + 2 * 306 + 2 * 377 + 500) / 1_000);
    assert_eq!(claude.weigh(0, ""), 0);
    assert_eq!(claude.weigh(1, "1234567890"), 0);
    assert_eq!(table.rules("gpt-5").weigh(10, "ABC 中文 ()"), 10);
}

#[test]
fn messages_have_a_frame_and_thoughts_of_before_the_question_do_not_count() {
    let body = r#"{"system":"be kind","messages":[
        {"role":"user","content":"one two"},
        {"role":"assistant","content":[{"type":"thinking","thinking":"a b c d e","signature":"s"},{"type":"text","text":"three"}]},
        {"role":"user","content":"four"},
        {"role":"assistant","content":[{"type":"thinking","thinking":"f g","signature":"s"},
            {"type":"tool_use","id":"t","name":"look","input":{"at":"it"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"five six"}]}]}"#;
    let text = count(Dialect::Anthropic, "some-model", body).text;
    let frames = 4 + 5 + 5 * 5 + 2 * 5;
    let said = 2 + 2 + 1 + 1 + 2 + 1 + 1 + 2;
    assert_eq!(text, frames + said);
}

#[test]
fn what_every_dialect_says_with_tools_schemas_and_names_counts() {
    let bare = count(Dialect::OpenaiChat, "m", r#"{"messages":[{"role":"user","content":"hi"}]}"#).text;
    let with = |more: &str| {
        let body = format!(r#"{{"messages":[{{"role":"user","content":"hi"}}],{more}}}"#);
        count(Dialect::OpenaiChat, "m", &body).text - bare
    };
    let tool = r#""tools":[{"type":"function","function":{"name":"f","description":"does a thing","parameters":{}}}]"#;
    assert_eq!(with(tool), 100 + 3);
    let format = r#""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"a": 1, "b": 2}}}"#;
    assert_eq!(with(format), 4);
}

#[test]
fn a_signature_counts_as_the_cookbook_says() {
    let tools = r#"{"input":"hi","tools":[{"type":"function","name":"f","description":"Does it.","parameters":
        {"type":"object","properties":{"unit":{"type":"string","description":"The unit.","enum":["a","b","c"]},
        "where":{"type":"object","properties":{"x":{"type":"number"}}}}}}]}"#;
    let bare = count(Dialect::OpenaiResponses, "gpt-5", r#"{"input":"hi"}"#).text;
    let counted = count(Dialect::OpenaiResponses, "gpt-5", tools).text - bare;
    let function = 12 + 7 + words("f:Does it");
    let unit = 3 + words("unit:string:The unit") + 2 * 3 + 3;
    let place = 3 + 1 + 3 + 3 + 1;
    assert_eq!(counted, function + 3 + unit + place);
}

/// The first bytes of a PNG of this size.
fn png(width: u32, height: u32) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]]
        .concat()
}

fn image(model: &str, bytes: &[u8], detail: &str) -> u64 {
    let data = STANDARD.encode(bytes);
    let body = format!(
        r#"{{"messages":[{{"role":"user","content":[{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{data}","detail":"{detail}"}}}}]}}]}}"#
    );
    count(Dialect::OpenaiChat, model, &body).image
}

#[rstest]
// OpenAI, "Images and vision": tiles.
#[case("gpt-4o", (1_024, 1_024), "high", 765)]
#[case("gpt-4o", (2_048, 4_096), "high", 1_105)]
#[case("gpt-4o", (4_096, 8_192), "low", 85)]
#[case("gpt-4.1", (512, 512), "auto", 255)]
#[case("o3", (1_024, 1_024), "high", 675)]
#[case("gpt-5", (1_024, 1_024), "high", 630)]
// The same: patches.
#[case("gpt-4.1-mini", (1_024, 1_024), "auto", 1_659)]
#[case("gpt-5-mini", (1_024, 1_024), "auto", 1_229)]
#[case("gpt-6-astra", (1_920, 1_080), "auto", 2_448)]
// Anthropic, "Vision": up to 1,568 tokens, from Opus 4.7 on up to 4,784.
#[case("claude-sonnet-4-5", (1_092, 1_092), "auto", 1_521)]
#[case("claude-sonnet-4-5", (1_920, 1_080), "auto", 1_560)]
#[case("claude-opus-5", (1_920, 1_080), "auto", 2_691)]
#[case("claude-opus-5", (8_000, 8_000), "auto", 4_761)]
// Google, "Understand and count tokens" and "Media resolution".
#[case("gemini-2.5-flash", (384, 384), "auto", 258)]
#[case("gemini-2.5-flash", (1_536, 768), "auto", 516)]
#[case("gemini-3-pro", (4_000, 3_000), "auto", 1_120)]
fn images_count_what_vendors_publish(
    #[case] model: &str,
    #[case] (width, height): (u32, u32),
    #[case] detail: &str,
    #[case] expected: u64,
) {
    assert_eq!(image(model, &png(width, height), detail), expected);
}

#[test]
fn an_image_that_cannot_be_seen_counts_like_one_of_usual_size() {
    let usual = image("gpt-4o", &png(1_024, 1_024), "high");
    assert_eq!(image("gpt-4o", b"no picture", "high"), usual);
    let body = r#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.example/a.png"}}]}]}"#;
    assert_eq!(count(Dialect::OpenaiChat, "gpt-4o", body).image, usual);
}

#[rstest]
#[case::png(png(640, 480), Some((640, 480)))]
#[case::gif(b"GIF89a\x80\x02\xe0\x01".to_vec(), Some((640, 480)))]
#[case::jpeg([b"\xff\xd8\xff\xe0\0\x06JFIF\xff\xe1\0\x04\xff\xc0\xff\xff\xc2\0\x11\x08\x01\xe0\x02\x80".as_slice(), &[3; 12]].concat(), Some((640, 480)))]
#[case::webp_lossy(b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x10\0\0\x9d\x01\x2a\x80\x02\xe0\x01".to_vec(), Some((640, 480)))]
#[case::webp_lossless(b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0".to_vec(), Some((640, 480)))]
#[case::webp_extended(b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\x10\0\0\0\x7f\x02\0\xdf\x01\0".to_vec(), Some((640, 480)))]
#[case::nothing(png(0, 480), None)]
#[case::cut_off(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".to_vec(), None)]
#[case::endless_jpeg([b"\xff\xd8".as_slice(), &[0xff; 300]].concat(), None)]
#[case::jpeg_without_frame(b"\xff\xd8\xff\xe0\0\x04ab".to_vec(), None)]
#[case::other(b"BM........".to_vec(), None)]
fn the_size_of_an_image_stands_in_its_first_bytes(#[case] bytes: Vec<u8>, #[case] expected: Option<(u32, u32)>) {
    assert_eq!(picture::size(&bytes).map(|size| (size.width, size.height)), expected);
}

fn gemini_file(model: &str, mime: &str, bytes: &[u8]) -> Count {
    let data = STANDARD.encode(bytes);
    let body = format!(r#"{{"contents":[{{"parts":[{{"inlineData":{{"mimeType":"{mime}","data":"{data}"}}}}]}}]}}"#);
    count(Dialect::Gemini, model, &body)
}

#[test]
fn documents_count_by_the_page_and_sound_by_the_second() {
    let pdf = b"%PDF-1.4 <</Type /Pages>> <</Type /Page >> <</Type/Page/Parent 1 0 R>>";
    assert_eq!(gemini_file("gemini-2.5-pro", "application/pdf", pdf), Count { document: 2 * 258, ..Count::default() });
    let packed = gemini_file("gemini-2.5-pro", "application/pdf", b"%PDF-1.7");
    assert_eq!(packed, Count { document: 3 * 258, ..Count::default() });
    let wave = [
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data".as_slice(),
        &[0; 159_956],
    ]
    .concat();
    assert_eq!(gemini_file("gemini-2.5-pro", "audio/wav", &wave), Count { audio: 10 * 32, ..Count::default() });
    let film = gemini_file("gemini-2.5-pro", "video/mp4", &[0; 375_000]);
    assert_eq!(film, Count { video: 3 * 263, ..Count::default() });
}

#[test]
fn a_text_file_is_text() {
    let counted = gemini_file("m", "text/plain", b"one two three");
    assert_eq!(counted, Count { text: 4 + 5 + 3, ..Count::default() });
}

#[test]
fn an_unknown_rule_in_the_table_is_refused() {
    assert!(serde_json::from_str::<Tokenizers>(r#"{"vocabularies":[],"frames":[],"media":[],"oops":1}"#).is_err());
    let misspelt = r#"{"vocabularies":[{"models":["*"],"rule":{"nam":"x"}}],"frames":[],"media":[]}"#;
    assert!(serde_json::from_str::<Tokenizers>(misspelt).is_err());
}
