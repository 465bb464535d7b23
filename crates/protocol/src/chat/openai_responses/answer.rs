//! Answers of the responses API, both ways.

use std::borrow::Cow;

use super::items::{Said, model_part, said};
use super::own::TOOL_SEARCH;
use super::wire::{Item, ResponseObject};
use crate::chat::answer::{Answer, Choice, Finish, Head};
use crate::chat::bridge::Bridge;
use crate::chat::codec::encoding::{Sound, object_of_input};
use crate::chat::codec::names::{RESPONSES_CALL, id_stem, invented_call};
use crate::chat::codec::usage::write_responses_usage;
use crate::chat::codec::wire::{DecodeError, Path, read, read_part};
use crate::chat::codec::write::Writer;
use crate::chat::openai_chat::{markdown_of, write_arguments};
use crate::chat::request::{Citation, Content, Input, Media, MediaKind, Part, Source, Thinking, ToolCall};
use crate::chat::signature::{Signature, envelope_of};
use crate::chat::text::{Json, Number, Text};
use crate::failure::Failure;
use crate::meter::read_report;
use sluice_domain::usage::Usage;

/// Reads an answer.
pub(in crate::chat) fn decode_answer<'a>(body: &'a str, bridge: &'a Bridge) -> Result<Answer<'a>, DecodeError> {
    let response: ResponseObject<'a> = read(body, Path::Root)?;
    if response.status.as_ref().is_some_and(|status| *status == *"failed") {
        let error = response.error.unwrap_or_else(|| Json::trusted("{}"));
        return Err(Path::Root.key("error").error(Failure::read_event(error.as_str()).message));
    }
    let usage = response.usage.as_ref().and_then(|usage| read_report(usage.as_str().as_bytes(), bridge.convention));
    let head = head_of(&response);
    let root = Path::Root;
    let mut parts = Vec::new();
    let items = response.output.as_ref().ok_or_else(|| root.key("output").error("is required"))?;
    for (index, json) in items.iter().enumerate() {
        add_item(&mut parts, json, bridge, root.item("output", index))?;
    }
    let finish = finish_of(&response, &parts);
    let logprobs = logprobs_of(&parts);
    Ok(Answer { head, choices: vec![Choice { parts, finish, stop: None, logprobs }], usage })
}

/// Returns the log probabilities of all texts.
fn logprobs_of(parts: &[Part<'_>]) -> Option<Json<'static>> {
    let mut list = Vec::new();
    for logprobs in parts.iter().filter_map(|part| part.extra.get("logprobs")) {
        list_writer(&mut list).next_piece(inside_of_list(logprobs).as_bytes());
    }
    let list = String::from_utf8(list).ok().filter(|list| !list.is_empty())?;
    Some(Json::trusted(format!("[{list}]")))
}

/// Returns the items of a list without its brackets; nothing for any other value.
pub(super) fn inside_of_list<'j>(list: &'j Json<'_>) -> &'j str {
    list.as_str().strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or_default().trim()
}

fn add_item<'a>(
    parts: &mut Vec<Part<'a>>,
    json: &Json<'a>,
    bridge: &'a Bridge,
    at: Path<'_>,
) -> Result<(), DecodeError> {
    let mut item: Item<'a> = read_part(json, at)?;
    let kind = item.kind.clone().unwrap_or_default();
    if kind == *"image_generation_call"
        && let Some(base64) = item.result.take()
    {
        parts.push(Part::new(Content::Media(picture(base64))));
        return Ok(());
    }
    if matches!(kind.to_plain().as_ref(), "function_call" | "custom_tool_call" | "reasoning") {
        let mut part = model_part(&mut item, at)?;
        match &mut part.content {
            Content::Thinking(Thinking { signature: Some(signature), .. }) => {
                signature.issuer.get_or_insert(Cow::Borrowed(&bridge.issuer));
            }
            Content::Call(call) if call.id.is_empty() => call.id = invented_call(&bridge.call, parts.len()),
            _ => {}
        }
        parts.push(part);
        return Ok(());
    }
    match said(json.clone(), &mut item, at)? {
        Said::Message(_, said) => parts.extend(said),
        Said::Model(part) | Said::Result(part) => parts.push(part),
    }
    Ok(())
}

/// Makes the part of a picture that the model drew.
pub(super) fn picture(base64: Text<'_>) -> Media<'_> {
    let source = Source::Inline { mime: "image/png".into(), base64 };
    Media { kind: MediaKind::Image, source, title: None, detail: None }
}

pub(super) fn head_of<'a>(response: &ResponseObject<'a>) -> Head<'a> {
    Head {
        id: response.id.clone(),
        model: response.model.clone(),
        created: response.created_at.as_ref().map(|created| whole(created)),
        tier: response.service_tier.clone(),
        usage: None,
    }
}

/// Returns the whole seconds of a time, which the API may give as a float.
fn whole(time: &Number<'_>) -> u64 {
    time.as_str().split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0)
}

fn finish_of(response: &ResponseObject<'_>, parts: &[Part<'_>]) -> Finish {
    let has = |wanted: fn(&Content<'_>) -> bool| parts.iter().any(|part| wanted(&part.content));
    match incompleteness(response) {
        Some(finish) => finish,
        None if has(|content| matches!(content, Content::Call(_))) => Finish::Calls,
        None if has(|content| matches!(content, Content::Refusal(_))) => Finish::Refusal,
        None => Finish::Stop,
    }
}

/// Returns why a response is incomplete; `None` when it is not.
pub(super) fn incompleteness(response: &ResponseObject<'_>) -> Option<Finish> {
    let status = response.status.as_ref()?;
    if *status != *"incomplete" && *status != *"cancelled" {
        return None;
    }
    let reason = response.incomplete_details.as_ref().and_then(|details| details.reason.as_ref());
    Some(match reason.map(Text::to_plain).as_deref() {
        Some("content_filter") => Finish::Filter,
        Some("max_output_tokens") => Finish::Length,
        _ => Finish::Broken,
    })
}

/// Returns the id of a response made from the upstream's id.
pub(super) fn response_id(head: &Head<'_>, bridge: &Bridge) -> String {
    let id = head.id.as_ref().map(Text::to_plain).filter(|id| !id.is_empty()).unwrap_or(Cow::Borrowed(&bridge.call));
    format!("resp_{}", id_stem(&id))
}

/// Writes an answer.
pub(in crate::chat) fn encode_answer(answer: &Answer<'_>, bridge: &Bridge) -> Vec<u8> {
    let id = response_id(&answer.head, bridge);
    let choice = answer.choices.first();
    let finish = choice.map_or(Finish::Stop, |choice| choice.finish);
    let mut output = Vec::with_capacity(1024);
    let mut items = Items { stem: id_stem(&id).to_owned(), ..Items::default() };
    let mut said: Vec<&Part<'_>> = Vec::new();
    // They tell of all texts, and stand at the first.
    items.logprobs =
        choice.and_then(|choice| choice.logprobs.as_ref()).map(inside_of_list).unwrap_or_default().to_owned();
    for part in choice.map(|choice| choice.parts.as_slice()).unwrap_or_default() {
        if is_said(&part.content) {
            said.push(part);
            continue;
        }
        flush(&mut items, &mut said, &mut output);
        write_item(&mut items, (part, call_status(finish, part)), &mut output, bridge);
    }
    flush(&mut items, &mut said, &mut output);
    let mut body = Vec::with_capacity(output.len() + 1024);
    let mut w = Writer::new(&mut body);
    let state = State::ended(finish, answer.usage);
    write_response(&mut w, &Shown { id: &id, head: &answer.head, state, output: &output }, bridge);
    body
}

fn is_said(content: &Content<'_>) -> bool {
    matches!(content, Content::Text(..) | Content::Refusal(_) | Content::Media(_))
}

fn flush(items: &mut Items, said: &mut Vec<&Part<'_>>, output: &mut Vec<u8>) {
    if said.is_empty() {
        return;
    }
    let id = items.next("msg");
    let mut w = list_writer(output);
    w.begin_object().key("id").string(&id).kind("message").key("status").string("completed");
    w.key("role").string("assistant").key("content").begin_array();
    for part in said.drain(..) {
        match &part.content {
            Content::Text(text, citations) => {
                write_text_part(&mut w, text, citations, &std::mem::take(&mut items.logprobs));
            }
            Content::Refusal(text) => write_refusal_part(&mut w, text),
            Content::Media(media) => write_text_part(&mut w, &markdown_of(media), &[], ""),
            Content::Call(_) | Content::Result(_) | Content::Thinking(_) | Content::Foreign(_) => {}
        }
    }
    w.end_array().end_object();
}

/// Returns how a call ended: one with half its input was cut off with the answer.
fn call_status(finish: Finish, part: &Part<'_>) -> &'static str {
    let is_whole = match &part.content {
        Content::Call(call) => object_of_input(&call.input).1 == Sound::Yes,
        _ => true,
    };
    if is_whole { "completed" } else { State::ended(finish, None).status() }
}

fn write_item(items: &mut Items, (part, status): (&Part<'_>, &'static str), output: &mut Vec<u8>, bridge: &Bridge) {
    match &part.content {
        Content::Call(call) => {
            if let Some(signature) = &call.signature {
                // The dialect has no place for proof at a call; a thought before it has.
                let id = items.next("rs");
                let proof = signature.to_envelope(&Text::default());
                write_reasoning_item(&mut list_writer(output), &id, &[], Some(&proof));
            }
            let id = items.next(if matches!(call.input, Input::Free(_)) { "ctc" } else { "fc" });
            write_call_item(&mut list_writer(output), &id, (call, &call.input, status), bridge);
        }
        Content::Thinking(thinking) => {
            let id = items.next("rs");
            let proof = reasoning_proof(&thinking.text, thinking.signature.as_ref(), bridge);
            write_reasoning_item(&mut list_writer(output), &id, &thinking.text, Some(&proof));
        }
        Content::Text(..) | Content::Refusal(_) | Content::Media(_) | Content::Result(_) | Content::Foreign(_) => {}
    }
}

/// Returns a writer that goes on in a list which has no brackets yet.
pub(super) fn list_writer(list: &mut Vec<u8>) -> Writer<'_> {
    Writer::new(list)
}

/// Numbers the items of a response.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) stem: String,
    pub(super) count: u64,
    /// Log probabilities that no text has yet, without brackets.
    logprobs: String,
}

impl Items {
    pub(super) fn next(&mut self, prefix: &str) -> String {
        let id = format!("{prefix}_{}_{}", self.stem, self.count);
        self.count += 1;
        id
    }
}

/// Writes a text with its sources and, without brackets, its log probabilities.
pub(super) fn write_text_part(w: &mut Writer<'_>, text: &Text<'_>, citations: &[Citation<'_>], logprobs: &str) {
    w.begin_object().kind("output_text").key("text").text(text).key("annotations").begin_array();
    let length = || text.to_plain().chars().count() as u64;
    for citation in citations {
        write_annotation(w, citation, citation.span.unwrap_or_else(|| (0, length())));
    }
    w.end_array().key("logprobs").begin_array().pieces(logprobs.as_bytes()).end_array().end_object();
}

/// Writes an annotation; sources without an address have none.
pub(super) fn write_annotation(w: &mut Writer<'_>, citation: &Citation<'_>, (start, end): (u64, u64)) {
    let Some(url) = &citation.url else { return };
    w.begin_object().kind("url_citation").key("url").text(url);
    w.key("title").text(citation.title.as_ref().unwrap_or(url));
    w.key("start_index").count(start).key("end_index").count(end).end_object();
}

pub(super) fn write_refusal_part(w: &mut Writer<'_>, text: &Text<'_>) {
    w.begin_object().kind("refusal").key("refusal").text(text).end_object();
}

/// Returns what stands for a sealed thought.
pub(super) fn reasoning_proof(texts: &[Text<'_>], signature: Option<&Signature<'_>>, bridge: &Bridge) -> String {
    let mut thought = Text::default();
    texts.iter().for_each(|text| thought.push(text));
    envelope_of(signature, &thought, &bridge.issuer)
}

pub(super) fn write_reasoning_item(w: &mut Writer<'_>, id: &str, texts: &[Text<'_>], proof: Option<&str>) {
    w.begin_object().key("id").string(id).kind("reasoning").key("summary").begin_array();
    for text in texts {
        w.begin_object().kind("summary_text").key("text").text(text).end_object();
    }
    w.end_array();
    if let Some(proof) = proof {
        w.key("encrypted_content").string(proof);
    }
    w.end_object();
}

/// Returns whether a call is one of the client's own search for tools.
pub(super) fn is_tool_search(call: &ToolCall<'_>, bridge: &Bridge) -> bool {
    bridge.memo.searches_tools && call.name == *TOOL_SEARCH
}

/// Writes a tool call with the input that it has so far.
pub(super) fn write_call_item(
    w: &mut Writer<'_>,
    id: &str,
    (call, input, status): (&ToolCall<'_>, &Input<'_>, &str),
    bridge: &Bridge,
) {
    if is_tool_search(call, bridge) {
        w.begin_object().key("id").string(id).kind("tool_search_call").key("status").string(status);
        w.key("call_id").string(&RESPONSES_CALL.fit(&call.id)).key("execution").string("client");
        w.key("arguments").json(&object_of_input(input).0).end_object();
        return;
    }
    let is_free = matches!(input, Input::Free(_));
    w.begin_object().key("id").string(id).kind(if is_free { "custom_tool_call" } else { "function_call" });
    w.key("status").string(status).key("call_id").string(&RESPONSES_CALL.fit(&call.id));
    match bridge.namespaces.iter().find(|known| known.flat == call.name) {
        Some(known) => w.key("namespace").text(&known.namespace).key("name").text(&known.name),
        None => w.key("name").text(&call.name),
    };
    match input {
        Input::Free(text) => w.key("input").text(text),
        // An open call has no input yet, which is no empty object.
        Input::Arguments(text) if status == "in_progress" => w.key("arguments").text(text),
        input => {
            w.key("arguments");
            write_arguments(w, input);
            &mut *w
        }
    };
    w.end_object();
}

/// How far a response is.
#[derive(Debug, Clone)]
pub(super) struct State {
    status: &'static str,
    reason: Option<&'static str>,
    usage: Option<Usage>,
    error: Option<(String, String)>,
}

impl State {
    pub(super) const IN_PROGRESS: Self = Self { status: "in_progress", reason: None, usage: None, error: None };

    pub(super) fn ended(finish: Finish, usage: Option<Usage>) -> Self {
        let (status, reason) = match finish {
            Finish::Length | Finish::Context => ("incomplete", Some("max_output_tokens")),
            Finish::Filter => ("incomplete", Some("content_filter")),
            Finish::Stop | Finish::StopText | Finish::Calls | Finish::Refusal | Finish::Pause | Finish::Broken => {
                ("completed", None)
            }
        };
        // Clients read the counts of a response that ended.
        Self { status, reason, usage: Some(usage.unwrap_or_default()), error: None }
    }

    pub(super) fn failed(code: &str, message: &str) -> Self {
        let error = Some((code.to_owned(), message.to_owned()));
        Self { status: "failed", reason: None, usage: None, error }
    }

    pub(super) const fn status(&self) -> &'static str {
        self.status
    }
}

/// A response as it is shown at some point.
pub(super) struct Shown<'s, 'a> {
    pub(super) id: &'s str,
    pub(super) head: &'s Head<'a>,
    pub(super) state: State,
    /// The items so far, without brackets.
    pub(super) output: &'s [u8],
}

/// What a response repeats of its request, and what stands there when the request has nothing.
pub(in crate::chat) const ECHOED: [(&str, &str); 18] = [
    ("background", "false"),
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("max_tool_calls", "null"),
    ("metadata", "{}"),
    ("parallel_tool_calls", "true"),
    ("previous_response_id", "null"),
    ("prompt_cache_key", "null"),
    ("reasoning", r#"{"effort":null,"summary":null}"#),
    ("safety_identifier", "null"),
    ("store", "true"),
    ("temperature", "1.0"),
    ("text", r#"{"format":{"type":"text"}}"#),
    ("tool_choice", r#""auto""#),
    ("tools", "[]"),
    ("top_p", "1.0"),
    ("truncation", r#""disabled""#),
    ("user", "null"),
];

/// Writes a response object.
pub(super) fn write_response(w: &mut Writer<'_>, shown: &Shown<'_, '_>, bridge: &Bridge) {
    let state = &shown.state;
    w.begin_object().key("id").string(shown.id).key("object").string("response");
    w.key("created_at").count(shown.head.created.unwrap_or(bridge.created)).key("status").string(state.status);
    w.key("error");
    match &state.error {
        Some((code, message)) => w.begin_object().key("code").string(code).key("message").string(message).end_object(),
        None => w.null(),
    };
    w.key("incomplete_details");
    match state.reason {
        Some(reason) => w.begin_object().key("reason").string(reason).end_object(),
        None => w.null(),
    };
    w.key("model").string(&bridge.model).key("output").begin_array();
    w.pieces(shown.output).end_array();
    for (key, default) in ECHOED {
        let known = bridge.echo.iter().find(|(name, _)| *name == key);
        w.key(key).raw(known.map_or(default, |(_, value)| value.as_str()));
    }
    w.maybe_text("service_tier", shown.head.tier.as_ref()).key("usage");
    match &state.usage {
        Some(usage) => write_responses_usage(w, usage),
        None => {
            w.null();
        }
    }
    w.end_object();
}
