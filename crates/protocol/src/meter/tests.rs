use super::*;
use proptest::prelude::*;
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
        service: None,
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
#[case(Framing::Json, "{", false, FirstFrame::Undecided)]
#[case(Framing::Json, "{\n  \"err", false, FirstFrame::Undecided)]
#[case(Framing::Json, "{\n  \"error\": {", false, FirstFrame::Undecided)]
#[case(Framing::Json, "{\n  \"error\": {\"a\":1}}", false, FirstFrame::Error)]
#[case(Framing::Json, "{\"type\": \"error\", \"error\": {", false, FirstFrame::Undecided)]
#[case(Framing::Json, "{\"type\":\"message\",\"content\":[\"\\\"error\\\"", false, FirstFrame::Answer)]
#[case(Framing::Json, "{\"id\":\"t1\",\"status\":\"failed\",\"error\":{\"code\":\"x\"}}", true, FirstFrame::Answer)]
#[case(Framing::Json, "{\"error\":{\"code\":\"x\"},\"task_id\":\"t1\"}", true, FirstFrame::Answer)]
#[case(Framing::Json, "{\"status\":\"failed\",\"error\":{\"code\":\"x\"}}", true, FirstFrame::Answer)]
#[case(Framing::Json, "{\"status\":500,\"error\":\"Internal Server Error\"}", true, FirstFrame::Error)]
#[case(Framing::Json, "{\"id\":\"\",\"error\":{\"code\":\"x\"}}", true, FirstFrame::Error)]
#[case(Framing::Events, "data: {\"id\":\"c\",\"error\":{\"code\":\"x\"}}\n\n", false, FirstFrame::Error)]
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

#[test]
fn an_extra_usage_event_without_an_end_is_recognised() {
    let event = CHAT.split("\n\n").nth(3).unwrap();
    assert!(is_usage_only_event(event.as_bytes()));
}

#[test]
fn a_failed_task_is_no_failed_answer() {
    let body = br#"{"id":"t","status":"failed","error":{"code":"x"}}"#;
    assert!(!metered(Operation::VideoTask, Framing::Json, &[body]).is_failed);
    assert!(metered(Operation::VideoTask, Framing::Json, &[br#"{"error":{"code":"x"}}"#]).is_failed);
}

#[rstest]
#[case::anthropic_tells_of_the_cache_late(
    Operation::Messages,
    &[r#"{"type":"message_start","message":{"usage":{"input_tokens":1000,"output_tokens":1}}}"#,
      r#"{"type":"message_delta","usage":{"input_tokens":100,"cache_read_input_tokens":900,"output_tokens":7}}"#],
    Usage { input: 100, cache_read: 900, output: 7, ..Usage::default() }
)]
#[case::openai_tells_of_reasoning_late(
    Operation::ChatCompletions,
    &[r#"{"choices":[{}],"usage":{"prompt_tokens":9,"completion_tokens":40}}"#,
      r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":50,"completion_tokens_details":{"reasoning_tokens":45}}}"#],
    Usage { input: 9, output: 5, reasoning: 45, ..Usage::default() }
)]
#[case::zeros_and_nulls_do_not_erase(
    Operation::Messages,
    &[r#"{"message":{"usage":{"input_tokens":10,"cache_creation_input_tokens":40,"cache_creation":{"ephemeral_1h_input_tokens":40},"output_tokens":1}}}"#,
      r#"{"usage":{"input_tokens":0,"cache_creation_input_tokens":null,"cache_creation":null,"output_tokens":15}}"#],
    Usage { input: 10, cache_write_1h: 40, output: 15, ..Usage::default() }
)]
#[case::gemini_replaces_its_lists(
    Operation::GeminiStream,
    &[r#"{"usageMetadata":{"promptTokenCount":10,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":10}]}}"#,
      r#"{"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":4},{"modality":"TEXT","tokenCount":8}]}}"#],
    Usage { input: 8, input_image: 4, output: 3, ..Usage::default() }
)]
fn a_later_report_of_a_stream_replaces_what_it_repeats(
    #[case] operation: Operation,
    #[case] events: &[&str],
    #[case] expected: Usage,
) {
    let stream: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    assert_eq!(metered(operation, Framing::Events, &[stream.as_bytes()]).reported, Some(expected));
}

#[rstest]
#[case::both_keys_of_one_item(r#"{"data":[{"url":"https://x/1","b64_json":""},{"url":"","b64_json":"AA"}]}"#, 2)]
#[case::null_and_spaces(
    r#"{"data" : [ {"b64_json" : null, "url" : "https://x/1"} , {"url" :"u","b64_json": "B"} ]}"#,
    2
)]
#[case::nothing_made(r#"{"data":[{"b64_json":"","url":null,"revised_prompt":"\"url\":\"x\""}]}"#, 0)]
#[case::keys_inside_texts(r#"{"prompt":"{\"url\":\"x\"}","data":[{"revised_prompt":"b64_json\\","url":"u"}]}"#, 1)]
#[case::nested_in_an_item(r#"{"data":[{"url":"u","thumbnail":{"url":"t"},"b64_json":"b"}]}"#, 1)]
#[case::told_under_two_names(r#"{"images":[{"url":"a"},{"url":"b"}],"data":[{"url":"a"},{"url":"b"}]}"#, 2)]
#[case::under_another_name_only(r#"{"output":{"results":[{"url":"a"},{"url":"b"}]}}"#, 2)]
#[case::cut_off_inside_an_image(r#"{"data":[{"b64_json":"AAAA"},{"b64_json":"AA"#, 1)]
fn every_image_counts_once_however_the_answer_is_split(#[case] body: &str, #[case] expected: u64) {
    let count = |pieces: &[&[u8]]| metered(Operation::ImageGenerations, Framing::Json, pieces).images;
    for split in 0..=body.len() {
        let (first, second) = body.as_bytes().split_at(split);
        assert_eq!(count(&[first, second]), expected, "split at {split}");
    }
    assert_eq!(count(&body.as_bytes().chunks(1).collect::<Vec<_>>()), expected);
}

#[rstest]
#[case::partial_images_do_not_count(
    "event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"A\"}\n\n\
     event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"A\"}\n\n\
     data: {\"b64_json\":\"A\",\"type\": \"image_edit.completed\"}\n\n",
    2
)]
#[case::named_by_the_event_only("event: image_edit.completed\ndata: {\"b64_json\":\"A\"}\n\n", 1)]
#[case::an_error_made_nothing("data: {\"error\":{\"message\":\"no\"}}\n\n", 0)]
#[case::nothing_counts_after_an_error(
    "data: {\"type\":\"image_generation.completed\"}\n\nevent: error\ndata: {}\n\n\
     data: {\"type\":\"image_generation.completed\"}\n\n",
    1
)]
#[case::an_empty_stream("", 0)]
fn a_stream_of_images_counts_the_finished_ones(#[case] stream: &str, #[case] expected: u64) {
    assert_eq!(metered(Operation::ImageGenerations, Framing::Events, &[stream.as_bytes()]).images, expected);
    let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
    assert_eq!(metered(Operation::ImageGenerations, Framing::Events, &bytes).images, expected);
}

#[rstest]
#[case(300_000)]
#[case(1_000)]
#[case(65_536)]
#[case(200_000)]
fn both_ends_of_a_huge_answer_are_kept_however_large_its_pieces_are(#[case] size: usize) {
    let filler = "x ".repeat(150_000);
    let body = format!(r#"{{"id":"resp_7","usage":{{"input_tokens":5,"output_tokens":6}},"text":"{filler}"}}"#);
    let pieces: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
    let seen = metered(Operation::Responses, Framing::Json, &pieces);
    assert_eq!(
        (seen.object_id.as_deref(), seen.reported),
        (Some("resp_7"), Some(Usage { input: 5, output: 6, ..Usage::default() }))
    );
}

#[test]
fn an_error_event_with_spaces_fails_the_answer() {
    let is_failed = |data: &str| metered(Operation::Messages, Framing::Events, &[data.as_bytes()]).is_failed;
    assert!(is_failed("data: {\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\"}}\n\n"));
    assert!(is_failed("data: { \"error\" : {\"message\": \"x\"}}\n\n"));
    assert!(!is_failed("data: {\"error\":null,\"choices\":[]}\n\n"));
}

#[test]
fn the_framing_may_be_set_until_the_first_byte() {
    let mut meter = Meter::new(subject(Operation::ChatCompletions, Framing::Opaque));
    meter.push(b"");
    meter.reframe(Framing::Events);
    let (first, second) = CHAT.split_at(10);
    meter.push(first.as_bytes());
    meter.reframe(Framing::Opaque);
    meter.push(second.as_bytes());
    assert_eq!(meter.finish(true).reported, Some(Usage { input: 11, output: 2, ..Usage::default() }));
}

/// An item of a list of images, and whether it has one.
fn image_item() -> impl Strategy<Value = (serde_json::Value, bool)> {
    let text = || prop::option::of(r#"[a-z"\\:,{}\[\]]{0,6}"#);
    (text(), text(), text()).prop_map(|(url, b64_json, revised_prompt)| {
        let has_image = [&url, &b64_json].into_iter().flatten().any(|text| !text.is_empty());
        (serde_json::json!({"revised_prompt": revised_prompt, "b64_json": b64_json, "url": url}), has_image)
    })
}

proptest! {
    #[test]
    fn images_are_counted_as_a_parser_would(
        items in prop::collection::vec(image_item(), 0..6), size in 1..40_usize, is_pretty in any::<bool>(),
    ) {
        let expected = items.iter().filter(|(_, has_image)| *has_image).count() as u64;
        let items: Vec<serde_json::Value> = items.into_iter().map(|(item, _)| item).collect();
        let body = serde_json::json!({"created": 1, "data": items, "usage": {"input_tokens": 1}});
        let body = if is_pretty { serde_json::to_vec_pretty(&body) } else { serde_json::to_vec(&body) }.unwrap();
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        prop_assert_eq!(metered(Operation::ImageGenerations, Framing::Json, &pieces).images, expected);
    }

    #[test]
    fn any_bytes_pass_the_counting_of_images(bytes in r#"[\[\]{}",:a-z\\ ]{0,200}"#) {
        let whole = metered(Operation::ImageGenerations, Framing::Json, &[bytes.as_bytes()]).images;
        let single: Vec<&[u8]> = bytes.as_bytes().chunks(1).collect();
        prop_assert_eq!(metered(Operation::ImageGenerations, Framing::Json, &single).images, whole);
    }
}

#[test]
fn the_service_level_is_told_beside_the_usage_or_inside_it() {
    let answers = [
        (
            Operation::ChatCompletions,
            r#"{"service_tier":"flex","usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
            Some(Service::Flex),
        ),
        (
            Operation::Messages,
            r#"{"usage":{"input_tokens":1,"output_tokens":1,"service_tier":"priority"}}"#,
            Some(Service::Priority),
        ),
        (Operation::Responses, r#"{"usage":{"input_tokens":1,"output_tokens":1}}"#, None),
    ];
    for (operation, json, expected) in answers {
        let mut meter = Meter::new(Subject {
            operation,
            framing: Framing::Json,
            convention: Subject::usual_convention(operation),
            count_tokens: |text| text.len() as u64,
        });
        meter.push(json.as_bytes());
        assert_eq!(meter.finish(true).service, expected, "{json}");
    }
}

#[test]
fn usage_is_awaited_between_the_end_of_an_answer_and_what_it_used() {
    let finish = r#"{"choices":[{"delta":{},"finish_reason":"stop","index":0}],"usage":null}"#;
    let usage = r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9}}"#;
    let awaits = |operation, events: &[&str]| {
        let mut meter = Meter::new(Subject {
            operation,
            framing: Framing::Events,
            convention: Subject::usual_convention(operation),
            count_tokens: |text| text.len() as u64,
        });
        events.iter().for_each(|event| meter.push(format!("data: {event}\n\n").as_bytes()));
        meter.awaits_usage()
    };
    let text = r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":null,"index":0}]}"#;
    assert!(!awaits(Operation::ChatCompletions, &[text]));
    assert!(awaits(Operation::ChatCompletions, &[text, finish]));
    assert!(!awaits(Operation::ChatCompletions, &[text, finish, usage]));
    assert!(!awaits(Operation::ChatCompletions, &[text, finish, "[DONE]"]));
    assert!(!awaits(Operation::ChatCompletions, &[text, finish, r#"{"error":{"message":"no"}}"#]));
    // Where usage is told as the answer goes on, all of it is known.
    assert!(!awaits(Operation::ChatCompletions, &[usage, finish]));
    let last = r#"{"type":"response.completed","response":{"usage":{"input_tokens":1,"output_tokens":2}}}"#;
    assert!(!awaits(Operation::Responses, &[last]));
    assert!(awaits(Operation::GeminiGenerate, &[r#"{"candidates":[{"finishReason":"STOP"}]}"#]));
}
