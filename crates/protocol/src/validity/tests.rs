use rstest::rstest;

use super::*;

const EMPTY: Result<(), Invalid> = Err(Invalid::Empty);
const UNREADABLE: Result<(), Invalid> = Err(Invalid::Unreadable);

/// The verdicts that operators of NewAPI sites know, without those that called good answers empty.
#[rstest]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"role":"assistant","content":"hi"}}]}"#, Ok(()))]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"role":"assistant","content":""}}]}"#, EMPTY)]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"role":"assistant","content":null}}]}"#, EMPTY)]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":" \n\t"},"finish_reason":"stop"}]}"#, EMPTY)]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":""}}],"system_fingerprint":"fp_1"}"#, EMPTY)]
#[case(Operation::ChatCompletions, r#"{"id":"c","model":"m","choices":[],"usage":{"completion_tokens":0}}"#, EMPTY)]
#[case(
    Operation::ChatCompletions,
    r#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"t","type":"function"}]}}]}"#,
    Ok(())
)]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":null,"tool_calls":[]}}]}"#, EMPTY)]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":"user"}}]}"#, Ok(()))]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":null,"refusal":"no"}}]}"#, Ok(()))]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}"#, Ok(()))]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"#, Ok(()))]
#[case(
    Operation::ChatCompletions,
    r#"{"choices":[{"message":{"content":""},"finish_reason":"stop"}],"usage":{"completion_tokens":1}}"#,
    Ok(())
)]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":[{"type":"thinking"}]}}]}"#, Ok(()))]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":null,"audio":{"data":"UklG"}}}]}"#, Ok(()))]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":"","x":"\"content\":\"hi\""}}]}"#, EMPTY)]
#[case(Operation::Completions, r#"{"choices":[{"text":"hi"}]}"#, Ok(()))]
#[case(Operation::ChatCompletions, "{}", EMPTY)]
#[case(Operation::ChatCompletions, r#"{"error":{}}"#, EMPTY)]
#[case(Operation::ChatCompletions, "[]", UNREADABLE)]
#[case(Operation::ChatCompletions, "", UNREADABLE)]
#[case(Operation::ChatCompletions, "<html>", UNREADABLE)]
#[case(Operation::ChatCompletions, r#"{"choices":[{"message":{"content":"hi, I am half"#, UNREADABLE)]
#[case(Operation::Responses, r#"{"status":"completed","output":[]}"#, Ok(()))]
#[case(Operation::Responses, r#"{"object":"response","output":[],"usage":{"output_tokens":3}}"#, Ok(()))]
#[case(Operation::Responses, r#"{"object":"response","output":[],"status":null}"#, EMPTY)]
#[case(Operation::Messages, r#"{"content":[],"stop_reason":"end_turn"}"#, Ok(()))]
#[case(Operation::Messages, r#"{"content":[],"stop_reason":null}"#, EMPTY)]
#[case(Operation::Messages, r#"{"content":[{"type":"text","text":""}],"stop_reason":null}"#, EMPTY)]
#[case(Operation::Messages, r#"{"content":[{"type":"tool_use","name":"f","input":{}}]}"#, Ok(()))]
#[case(Operation::GeminiGenerate, r#"{"candidates":[{"finishReason":"STOP"}]}"#, Ok(()))]
#[case(Operation::GeminiGenerate, r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, Ok(()))]
#[case(Operation::GeminiGenerate, r#"{"candidates":[{"content":{"role":"model"}}]}"#, EMPTY)]
#[case(Operation::GeminiStream, r#"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}]"#, Ok(()))]
#[case(Operation::Embeddings, r#"{"data":[]}"#, EMPTY)]
#[case(Operation::Embeddings, r#"{"data":[{"embedding":[0.5]}]}"#, Ok(()))]
#[case(Operation::ImageGenerations, r#"{"created":1,"data":[]}"#, EMPTY)]
#[case(Operation::ImageGenerations, r#"{"created":1,"data":[{"url":"https://x"}]}"#, Ok(()))]
#[case(Operation::GeminiEmbed, r#"{"embedding":{"values":[0.5]}}"#, Ok(()))]
#[case(Operation::Moderations, r#"{"results":[{"flagged":false,"scores":{"a":0.1}}]}"#, Ok(()))]
#[case(Operation::Rerank, r#"{"results":[{"index":0,"relevance_score":0.5}]}"#, Ok(()))]
#[case(Operation::AudioSpeech, "RIFF....WAVE", Ok(()))]
fn answers_are_told_from_what_only_looks_like_one(
    #[case] operation: Operation,
    #[case] answer: &str,
    #[case] expected: Result<(), Invalid>,
) {
    assert_eq!(judge(operation, answer.as_bytes()), expected);
    // White space does not matter.
    let spaced = format!(" \n{}\r\n", answer.replace(r#"":"#, r#"" : "#));
    assert_eq!(judge(operation, spaced.as_bytes()), expected, "{spaced}");
}

#[test]
fn what_is_longer_than_is_looked_at_is_good() {
    let answer = format!("{{\"choices\":[]{}}}", " ".repeat(JUDGED_MAX_BYTES));
    assert_eq!(judge(Operation::ChatCompletions, answer.as_bytes()), Ok(()));
}

fn opened(operation: Operation, stream: &str) -> (Opening, Result<Opening, Invalid>) {
    let mut judge = OpeningJudge::new(operation);
    let opening = judge.push(stream.as_bytes());
    (opening, judge.finish())
}

#[rstest]
#[case(Operation::ChatCompletions, "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n")]
#[case(Operation::ChatCompletions, ": keep-alive\n\n")]
#[case(
    Operation::ChatCompletions,
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
)]
#[case(Operation::ChatCompletions, "data: {\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n")]
#[case(Operation::Messages, "event: ping\ndata: {\"type\":\"ping\"}\n\n")]
#[case(
    Operation::Messages,
    "event: message_start\ndata: {\"message\":{\"id\":\"m\",\"content\":[],\"stop_reason\":null}}\n\n"
)]
#[case(
    Operation::Messages,
    "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
)]
fn events_that_say_nothing_are_no_answer(#[case] operation: Operation, #[case] stream: &str) {
    assert_eq!(opened(operation, stream), (Opening::Undecided, Err(Invalid::StreamEmpty)));
}

#[rstest]
#[case(Operation::ChatCompletions, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n")]
#[case(Operation::ChatCompletions, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}\n\n")]
#[case(Operation::ChatCompletions, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n")]
#[case(Operation::Messages, "data: {\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n")]
#[case(Operation::Messages, "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n")]
#[case(Operation::Responses, "data: {\"type\":\"response.created\",\"response\":{\"status\":\"in_progress\"}}\n\n")]
#[case(Operation::GeminiStream, "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\r\n\r\n")]
#[case(Operation::AudioSpeech, "data: {}\n\n")]
fn the_first_event_that_says_something_makes_an_answer(#[case] operation: Operation, #[case] stream: &str) {
    assert_eq!(opened(operation, stream), (Opening::Answer, Ok(Opening::Answer)));
}

#[test]
fn an_error_behind_events_that_say_nothing_is_one() {
    let start = "event: message_start\ndata: {\"message\":{\"content\":[]}}\n\n";
    let error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n";
    assert_eq!(opened(Operation::Messages, &format!("{start}{error}")).0, Opening::Error);
}

#[test]
fn a_stream_that_nobody_can_read_says_so() {
    assert_eq!(opened(Operation::ChatCompletions, "data: <html>\n\n").1, Err(Invalid::StreamUnreadable));
}

#[test]
fn no_more_than_a_few_events_are_looked_at() {
    let event = "data: {\"choices\":[]}\n\n";
    let mut judge = OpeningJudge::new(Operation::ChatCompletions);
    let undecided = (0..100).take_while(|_| judge.push(event.as_bytes()) == Opening::Undecided).count();
    assert_eq!(undecided, 31);
}
