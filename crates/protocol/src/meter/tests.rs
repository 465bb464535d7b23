use super::*;
use rstest::rstest;

fn words(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

fn subject(operation: Operation, framing: Framing) -> Subject {
    Subject { operation, framing, convention: Subject::usual_convention(operation), count_tokens: words }
}

fn metered(operation: Operation, framing: Framing, pieces: &[&[u8]]) -> Metered {
    let mut meter = Meter::new(subject(operation, framing));
    for piece in pieces {
        meter.push(piece);
    }
    meter.finish(true)
}

const CHAT: &str = concat!(
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello \\u4f60\\\"x\\\" y\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n",
    "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":2,\"total_tokens\":13}}\n\n",
    "data: [DONE]\n\n"
);
const RESPONSES: &str = concat!(
    "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\",\"usage\":null}}\n\n",
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\"Hi there\"}\n\n",
    "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\",\"usage\":{\"input_tokens\":9,\"output_tokens\":4}}}\n\n"
);
const ANTHROPIC: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":25,\"cache_read_input_tokens\":100,\"output_tokens\":1}}}\n\n",
    "event: ping\ndata: {\"type\": \"ping\"}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"one two\"}}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
);
const GEMINI: &str = concat!(
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a b\"}]}}],\"usageMetadata\":{\"promptTokenCount\":8,\"totalTokenCount\":8}}\r\n\r\n",
    "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" c\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":8,\"candidatesTokenCount\":4,\"totalTokenCount\":12}}\r\n\r\n"
);

#[rstest]
#[case::chat(Operation::ChatCompletions, CHAT, Usage { input: 11, output: 2, ..Usage::default() }, None, "Hello 你\"x\" y")]
#[case::responses(Operation::Responses, RESPONSES, Usage { input: 9, output: 4, ..Usage::default() }, Some("resp_1"), "Hi there")]
#[case::anthropic(Operation::Messages, ANTHROPIC, Usage { input: 25, cache_read: 100, output: 15, ..Usage::default() }, None, "one two")]
#[case::gemini(Operation::GeminiStream, GEMINI, Usage { input: 8, output: 4, ..Usage::default() }, None, "a b c")]
fn a_stream_is_metered_alike_however_it_is_split(
    #[case] operation: Operation,
    #[case] stream: &str,
    #[case] usage: Usage,
    #[case] object_id: Option<&str>,
    #[case] text: &str,
) {
    let expected = Metered {
        reported: Some(usage),
        counted_tokens: 0,
        uncounted_text: text.to_owned(),
        images: 0,
        is_finished: true,
        is_failed: false,
        object_id: object_id.map(str::to_owned),
    };
    let stream = stream.as_bytes();
    for split in 0..=stream.len() {
        let (first, second) = stream.split_at(split);
        assert_eq!(metered(operation, Framing::Events, &[first, second]), expected, "split at {split}");
    }
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(metered(operation, Framing::Events, &bytes), expected);
}

#[test]
fn a_stream_without_usage_is_counted_in_pieces() {
    let mut meter = Meter::new(subject(Operation::ChatCompletions, Framing::Events));
    for _ in 0..1_000 {
        meter.push(b"data: {\"choices\":[{\"delta\":{\"content\":\"four words are here \"}}]}\n\n");
    }
    let metered = meter.finish(false);
    assert!(metered.uncounted_text.len() < 4_096);
    assert_eq!(metered.counted_tokens + words(&metered.uncounted_text), 4_000);
    assert_eq!((metered.reported, metered.is_finished), (None, false));
}

#[rstest]
#[case(Operation::ChatCompletions, r#"{"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#, Usage { input: 3, output: 1, ..Usage::default() })]
#[case(Operation::ChatCompletions, r#"{"choices":[{"usage":{"prompt_tokens":4,"completion_tokens":6}}],"usage":null}"#, Usage { input: 4, output: 6, ..Usage::default() })]
#[case(Operation::Embeddings, r#"{"data":[],"usage":{"prompt_tokens":7,"total_tokens":7}}"#, Usage { input: 7, ..Usage::default() })]
#[case(Operation::Rerank, r#"{"results":[],"meta":{"billed_units":{"search_units":2}}}"#, Usage { calls: 2, ..Usage::default() })]
#[case(Operation::GeminiStream, r#"[{"usageMetadata":{"promptTokenCount":1}},{"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":5}}]"#, Usage { input: 1, output: 5, ..Usage::default() })]
fn one_json_answer_is_metered(#[case] operation: Operation, #[case] body: &str, #[case] expected: Usage) {
    assert_eq!(metered(operation, Framing::Json, &[body.as_bytes()]).reported, Some(expected));
}

#[test]
fn a_huge_answer_is_metered_from_its_ends_and_its_images_are_counted() {
    let image = format!("{{\"b64_json\":\"{}\"}}", "A".repeat(700_000));
    let body = format!(
        "{{\"created\":1,\"data\":[{image},{image},{image}],\"usage\":{{\"input_tokens\":50,\"output_tokens\":4160,\"input_tokens_details\":{{\"text_tokens\":10,\"image_tokens\":40}}}}}}"
    );
    for size in [7, 1_000, 4_096, body.len()] {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
        let metered = metered(Operation::ImageEdits, Framing::Json, &pieces);
        assert_eq!(metered.images, 3, "pieces of {size}");
        assert_eq!(metered.reported, Some(Usage { input: 10, input_image: 40, output: 4_160, ..Usage::default() }));
    }
}

#[test]
fn text_that_looks_like_usage_is_not_usage() {
    let stream = b"data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"usage\\\":{\\\"prompt_tokens\\\":99}}\"}}]}\n\n";
    assert_eq!(metered(Operation::ChatCompletions, Framing::Events, &[stream]).reported, None);
}

#[rstest]
#[case(Framing::Events, "data: {\"error\":{\"message\":\"x\"}}\n\n", false, FirstFrame::Error)]
#[case(Framing::Events, "event: error\ndata: {\"type\":\"error\",\"error\":{}}\n\n", false, FirstFrame::Error)]
#[case(Framing::Events, ": processing\n\n", false, FirstFrame::Undecided)]
#[case(Framing::Events, ": processing\n\ndata: {\"id\":1}\n", false, FirstFrame::Answer)]
#[case(Framing::Events, "data: {\"id\"", false, FirstFrame::Undecided)]
#[case(Framing::Events, "", true, FirstFrame::Error)]
#[case(
    Framing::Events,
    "data: {\"type\":\"response.created\",\"response\":{\"error\":null}}\n\n",
    false,
    FirstFrame::Answer
)]
#[case(Framing::Json, "", true, FirstFrame::Error)]
#[case(Framing::Json, "{\"error\":{\"message\":\"x\"}}", true, FirstFrame::Error)]
#[case(Framing::Json, "{\"error\":{\"mess", false, FirstFrame::Undecided)]
#[case(Framing::Json, "{\"object\":\"response\",\"error\":{\"code\":\"x\"},\"output\":[]}", true, FirstFrame::Answer)]
#[case(Framing::Json, "{\"choices\":[", false, FirstFrame::Answer)]
#[case(Framing::Opaque, "RIFF", false, FirstFrame::Answer)]
fn the_first_frame_tells_an_answer_from_an_error(
    #[case] framing: Framing,
    #[case] start: &str,
    #[case] is_whole: bool,
    #[case] expected: FirstFrame,
) {
    assert_eq!(judge_first_frame(framing, start.as_bytes(), is_whole), expected);
}

#[test]
fn only_the_extra_usage_event_is_recognised() {
    let events: Vec<&str> = CHAT.split_inclusive("\n\n").collect();
    let found: Vec<bool> = events.iter().map(|event| is_usage_only_event(event.as_bytes())).collect();
    assert_eq!(found, [false, false, false, true, false]);
}
