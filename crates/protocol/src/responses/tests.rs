use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1.50,"status":"completed","output":[{"id":"rs_1","type":"reasoning","summary":[]},{"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":"gA=="},{"id":"fc_1","type":"function_call","call_id":"c","name":"f","arguments":"{}","x":9007199254740993},{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"previous_response_id":null,"store":false}"#;

fn earlier<'a>(input: &'a str, response: &'a str) -> Option<Earlier<'a>> {
    Some(Earlier { input: input.as_bytes(), response: response.as_bytes() })
}

fn expanded(body: &str, earlier: Option<Earlier<'_>>, named: &[(&str, &str)]) -> Value {
    let named = named.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    serde_json::from_slice(&expand(body.as_bytes(), earlier, &named).unwrap()).unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap_or("-")).collect()
}

#[test]
fn a_request_is_completed_by_all_that_came_before() {
    let body = r#"{"model":"m","temperature":0.70,"previous_response_id":"resp_1","input":"And then?"}"#;
    let text = expand(body.as_bytes(), earlier("\"Hi \\u00fc\"", RESPONSE), &BTreeMap::new()).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with(r#"{"model":"m","temperature":0.70,"previous_response_id":null,"input":["#), "{text}");
    assert!(text.contains(r#"{"type":"message","role":"user","content":"Hi \u00fc"}"#), "{text}");
    assert!(text.contains("9007199254740993"), "{text}");
    let input = serde_json::from_str::<Value>(&text).unwrap()["input"].take();
    assert_eq!(ids(&input), ["-", "rs_2", "fc_1", "msg_1", "-"]);
    assert_eq!(input[4], json!({"type": "message", "role": "user", "content": "And then?"}));
}

#[test]
fn a_third_turn_has_all_items_of_the_first_two() {
    let second = expanded(r#"{"previous_response_id":"a","input":"two"}"#, earlier("\"one\"", RESPONSE), &[]);
    let input = second["input"].to_string();
    let answer = r#"{"id":"resp_2","output":[{"id":"msg_2","type":"message"}],"instructions":"old"}"#;
    let body = r#"{"previous_response_id":"resp_2","instructions":"new","input":[{"type":"function_call_output","call_id":"c","output":"1"}]}"#;
    let third = expanded(body, earlier(&input, answer), &[]);
    assert_eq!(ids(&third["input"]), ["-", "rs_2", "fc_1", "msg_1", "-", "msg_2", "-"]);
    assert_eq!(third["instructions"], "new");
}

#[test]
fn the_instructions_of_the_earlier_response_are_not_carried_over() {
    let answer = r#"{"id":"r","output":[],"instructions":"be old"}"#;
    let next = expanded(r#"{"previous_response_id":"r","input":"x"}"#, earlier("[]", answer), &[]);
    assert_eq!(next.get("instructions"), None);
}

#[rstest]
#[case("{\"previous_response_id\":\"r\"}", 4)]
#[case("{\"previous_response_id\":\"r\",\"input\":null}", 4)]
#[case("{\"previous_response_id\":\"r\",\"input\":[]}", 4)]
fn a_request_may_bring_nothing_new(#[case] body: &str, #[case] items: usize) {
    assert_eq!(expanded(body, earlier("\"Hi\"", RESPONSE), &[])["input"].as_array().unwrap().len(), items);
}

#[test]
fn items_that_are_named_are_put_in_their_place() {
    let body = r#"{"input":[{"role":"user","content":"a"},{"type":"item_reference","id":"msg_1"},{"id":"fc_1"},{"type":"item_reference","id":"gone"}]}"#;
    assert_eq!(references(body.as_bytes()), ["msg_1", "fc_1", "gone"]);
    let found = items_named(RESPONSE.as_bytes(), &references(body.as_bytes()));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["fc_1", "msg_1"]);
    let input =
        serde_json::from_slice::<Value>(&expand(body.as_bytes(), None, &found).unwrap()).unwrap()["input"].take();
    assert_eq!((ids(&input), &input[1]["type"]), (vec!["-", "msg_1", "fc_1", "gone"], &json!("message")));
    let after = expanded(r#"{"input":[{"type":"item_reference","id":"msg_1"}]}"#, earlier("[]", RESPONSE), &[]);
    assert_eq!(ids(&after["input"]), ["rs_2", "fc_1", "msg_1"], "what came before is not there twice");
    assert_eq!(references(br#"{"input":"item_reference"}"#), Vec::<String>::new());
}

#[test]
fn what_is_kept_is_what_the_caller_asked_for() {
    let kept: Value = serde_json::from_slice(&kept(RESPONSE.as_bytes(), Some("resp_0"))).unwrap();
    assert_eq!((&kept["store"], &kept["previous_response_id"]), (&json!(true), &json!("resp_0")));
    assert_eq!(kept["created_at"].to_string(), "1.5");
    assert_eq!(item_ids(RESPONSE.as_bytes()), ["rs_1", "rs_2", "fc_1", "msg_1"]);
}

fn listed(input: &str, query: &str) -> Result<Value, BadPage> {
    let list = list_input(input.as_bytes(), &Page::of_query(query)?)?;
    Ok(serde_json::from_slice(&list).unwrap())
}

const INPUT: &str = r#"[{"role":"user","content":"a"},{"role":"assistant","content":"b","id":"msg_b"},{"type":"function_call_output","call_id":"c","output":"1"},{"role":"user","content":"a"}]"#;

#[test]
fn input_is_listed_newest_first_with_ids_types_and_parts() {
    let list = listed(INPUT, "").unwrap();
    assert_eq!((&list["object"], &list["has_more"]), (&json!("list"), &json!(false)));
    let data = list["data"].as_array().unwrap();
    assert_eq!((&data[0]["id"], &data[3]["id"]), (&list["first_id"], &list["last_id"]));
    assert_ne!(data[0]["id"], data[3]["id"], "the same words said twice are two items");
    assert_eq!(
        data[2],
        json!({
            "role": "assistant", "content": [{"type": "output_text", "annotations": [], "text": "b"}], "id": "msg_b",
            "type": "message", "status": "completed",
        })
    );
    assert_eq!(data[3]["content"], json!([{"type": "input_text", "text": "a"}]));
    assert!(data[1]["id"].as_str().unwrap().starts_with("fco_") && data[1]["status"] == "completed");
    assert_eq!(listed("\"a\"", "").unwrap()["data"][0]["type"], "message");
}

#[test]
fn a_list_is_paged_by_the_last_id() {
    let first = listed(INPUT, "limit=3&order=asc&include[]=reasoning.encrypted_content").unwrap();
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (3, &json!(true)));
    let after = format!("order=asc&after={}", first["last_id"].as_str().unwrap());
    let second = listed(INPUT, &after).unwrap();
    assert_eq!((second["data"].as_array().unwrap().len(), &second["has_more"]), (1, &json!(false)));
    assert_eq!(second["first_id"], listed(INPUT, "").unwrap()["first_id"]);
    let beyond = listed(INPUT, &format!("order=asc&after={}", second["last_id"].as_str().unwrap())).unwrap();
    assert_eq!((&beyond["data"], &beyond["first_id"]), (&json!([]), &Value::Null));
}

#[rstest]
#[case("limit=0", BadPage::Limit)]
#[case("limit=101", BadPage::Limit)]
#[case("limit=x", BadPage::Limit)]
#[case("order=up", BadPage::Order)]
#[case("after=nothing", BadPage::After)]
fn a_page_that_cannot_be_is_refused(#[case] query: &str, #[case] expected: BadPage) {
    assert_eq!(listed(INPUT, query), Err(expected));
}

#[test]
fn an_item_has_the_same_id_in_the_list_of_every_later_response() {
    let one = listed("\"a\"", "order=asc").unwrap();
    let two = expanded(r#"{"previous_response_id":"r","input":"b"}"#, earlier("\"a\"", RESPONSE), &[]);
    let two = listed(&two["input"].to_string(), "order=asc").unwrap();
    // A text by itself is listed as the message that it becomes.
    assert_eq!(one["first_id"], two["first_id"]);
}

fn stream(last: &str) -> String {
    let created = r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","output":[]}}"#;
    let delta = r#"{"type":"response.output_text.delta","delta":"response.completed"}"#;
    let item = r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message"}}"#;
    format!("event: response.created\ndata: {created}\n\ndata: {delta}\n\ndata: {item}\r\n\r\n{last}")
}

fn caught(pieces: &[&[u8]]) -> Option<Vec<u8>> {
    let mut capture = Capture::new(1_000);
    let mut streamed = None;
    for piece in pieces {
        capture.push(piece);
        streamed = streamed.or(capture.take_streamed());
    }
    streamed.or_else(|| capture.into_whole())
}

#[test]
fn the_finished_response_is_caught_as_soon_as_its_event_has_passed() {
    for kind in ["response.completed", "response.incomplete", "response.failed"] {
        let last = format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"response\":{RESPONSE}}}\n");
        assert_eq!(caught(&[stream(&last).as_bytes()]).as_deref(), Some(RESPONSE.as_bytes()), "{kind}");
    }
    assert_eq!(caught(&[stream("").as_bytes()]), None);
}

#[test]
fn items_that_the_last_event_leaves_out_come_from_their_own() {
    let last = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"output\":[]}}\n\n";
    let expected = r#"{"id":"r","output":[{"id":"msg_1","type":"message"}]}"#;
    assert_eq!(caught(&[stream(last).as_bytes()]).as_deref(), Some(expected.as_bytes()));
}

#[test]
fn what_is_no_response_or_too_large_is_not_caught() {
    let large = format!(r#"{{"id":"r","output":[],"x":"{}"}}"#, "x".repeat(1_000));
    let event = format!("data: {{\"type\":\"response.completed\",\"response\":{large}}}\n\n");
    for answer in [r#"{"error":{"message":"no"}}"#, r#"{"id":"r"}"#, "RIFF", "", "[1]", &large, &stream(&event)] {
        assert_eq!(caught(&[answer.as_bytes()]), None, "{answer}");
    }
}

#[test]
fn a_kept_response_is_told_again_as_its_stream() {
    let events = String::from_utf8(replay(RESPONSE.as_bytes(), None)).unwrap();
    let data: Vec<Value> = events
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    let told: Vec<&str> = data.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.output_item.done",
            "response.output_item.added",
            "response.output_item.done",
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    assert!(data.iter().enumerate().all(|(number, event)| event["sequence_number"] == number));
    assert_eq!((&data[0]["response"]["status"], &data[0]["response"]["output"]), (&json!("in_progress"), &json!([])));
    assert_eq!(
        data[10]["item"],
        json!({
            "id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": [],
        })
    );
    assert_eq!(
        data[12],
        json!({
            "type": "response.output_text.delta", "sequence_number": 12, "item_id": "msg_1", "output_index": 3,
            "content_index": 0, "logprobs": [], "delta": "Hello",
        })
    );
    assert_eq!(data[8]["name"], "f");
    assert_eq!(caught(&[events.as_bytes()]).as_deref(), Some(RESPONSE.as_bytes()));
    let rest = String::from_utf8(replay(RESPONSE.as_bytes(), Some(15))).unwrap();
    assert!(events.ends_with(&rest) && rest.starts_with("event: response.completed\n"), "{rest}");
}

#[test]
fn reasoning_refusals_and_ends_of_other_kinds_are_told_too() {
    let response = json!({"id": "r", "status": "incomplete", "output": [
        {"id": "rs", "type": "reasoning", "summary": [{"type": "summary_text", "text": "s"}],
            "content": [{"type": "reasoning_text", "text": "t"}]},
        {"id": "m", "type": "message", "content": [{"type": "refusal", "refusal": "no"}]},
    ]});
    let events = String::from_utf8(replay(response.to_string().as_bytes(), None)).unwrap();
    for kind in [
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.done",
        "response.reasoning_text.delta",
        "response.refusal.done",
        "response.incomplete",
    ] {
        assert_eq!(events.matches(&format!("event: {kind}\n")).count(), 1, "{kind}");
    }
}

fn mended(pieces: &[&[u8]]) -> String {
    let mut mend = Mend::of_successor("resp_\"0", Kept::Here);
    let mut out = Vec::new();
    pieces.iter().for_each(|piece| out.extend(mend.push(piece)));
    out.extend(mend.finish());
    String::from_utf8(out).unwrap()
}

const UNMENDED: &str = r#"{"id":"r","a":"\"previous_response_id\":null \\","previous_response_id" : null,"b":"\\","store":false,"previous_response_id":"x","store":"no","output":[]}"#;

#[test]
fn an_answer_says_what_it_goes_on_from_and_nothing_else_changes() {
    let expected = UNMENDED
        .replace(r#""previous_response_id" : null"#, r#""previous_response_id" : "resp_\"0""#)
        .replace(r#""store":false"#, r#""store":true"#);
    assert_eq!(mended(&[UNMENDED.as_bytes()]), expected);
    let mut untouched = Mend::of_successor("r", Kept::Nowhere);
    assert_eq!(untouched.push(br#"{"store":false}"#), br#"{"store":false}"#);
}

proptest! {
    #[test]
    fn an_answer_is_mended_however_it_is_split(cuts in prop::collection::vec(0_usize..2_000, 0..6)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % UNMENDED.len()).chain([0, UNMENDED.len()]).collect();
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &UNMENDED.as_bytes()[pair[0]..pair[1]]).collect();
        prop_assert_eq!(mended(&pieces), mended(&[UNMENDED.as_bytes()]));
    }

    #[test]
    fn what_has_nothing_to_mend_passes_as_it_is(text in r#"[a-z"\\:, {}]{0,80}"#) {
        prop_assert_eq!(mended(&[text.as_bytes()]), text);
    }

    #[test]
    fn an_answer_is_caught_however_it_is_split(cuts in prop::collection::vec(0_usize..2_000, 0..6), streamed: bool) {
        let last = format!("data: {{\"type\":\"response.completed\",\"response\":{RESPONSE}}}\r\n\r\n");
        let answer = if streamed { stream(&last) } else { format!(" \n{RESPONSE}\n") };
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % answer.len()).chain([0, answer.len()]).collect();
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &answer.as_bytes()[pair[0]..pair[1]]).collect();
        let caught = caught(&pieces);
        prop_assert_eq!(caught.as_deref(), Some(RESPONSE.as_bytes()));
    }

    #[test]
    fn nothing_that_is_sent_makes_it_stumble(text in ".{0,200}", query in ".{0,60}") {
        let _ = expand(text.as_bytes(), earlier(&text, &text), &BTreeMap::new());
        let _ = (replay(text.as_bytes(), Some(3)), references(text.as_bytes()), caught(&[text.as_bytes()]), item_ids(text.as_bytes()));
        let _ = Page::of_query(&query).map(|page| list_input(text.as_bytes(), &page));
    }
}
