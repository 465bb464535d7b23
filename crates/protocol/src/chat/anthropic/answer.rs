//! Answers of the Messages API, both ways.

use std::borrow::Cow;

use super::blocks::read_block;
use super::wire::MessageObject;
use crate::chat::answer::{Answer, Choice, Finish, Head};
use crate::chat::bridge::Bridge;
use crate::chat::codec::encoding::object_of_input;
use crate::chat::codec::names::{ANTHROPIC_CALL, id_stem};
use crate::chat::codec::usage::write_anthropic_usage;
use crate::chat::codec::wire::{DecodeError, Path, read};
use crate::chat::codec::write::Writer;
use crate::chat::request::{Citation, Content, Part, Thinking};
use crate::chat::signature::envelope_of;
use crate::chat::text::Text;
use crate::meter::read_report;
use crate::operation::Dialect;

/// Reads an answer.
pub(in crate::chat) fn decode_answer<'a>(body: &'a str, bridge: &'a Bridge) -> Result<Answer<'a>, DecodeError> {
    let message: MessageObject<'a> = read(body, Path::Root)?;
    let usage = message.usage.as_ref().and_then(|usage| read_report(usage.as_str().as_bytes(), bridge.convention));
    let head = head_of(&message);
    let root = Path::Root;
    let list = root.key("content");
    let blocks = message.content.ok_or_else(|| list.error("is required"))?;
    let mut parts = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.iter().enumerate() {
        let mut part = read_block(block, list.index(index))?;
        if let Content::Thinking(Thinking { signature: Some(signature), .. }) = &mut part.content {
            signature.issuer.get_or_insert(Cow::Borrowed(&bridge.issuer));
        }
        parts.push(part);
    }
    let finish = finish_of(&message.stop_reason.unwrap_or_default().to_plain());
    Ok(Answer { head, choices: vec![Choice { parts, finish, stop: message.stop_sequence, logprobs: None }], usage })
}

pub(super) fn head_of<'a>(message: &MessageObject<'a>) -> Head<'a> {
    Head { id: message.id.clone(), model: message.model.clone(), ..Head::default() }
}

pub(super) fn finish_of(word: &str) -> Finish {
    match word {
        "max_tokens" => Finish::Length,
        "stop_sequence" => Finish::StopText,
        "tool_use" => Finish::Calls,
        "pause_turn" => Finish::Pause,
        "refusal" => Finish::Refusal,
        "model_context_window_exceeded" => Finish::Context,
        _ => Finish::Stop,
    }
}

/// Writes why an answer ended, after the key `stop_reason`. The stop text stands there only when it was the reason.
pub(super) fn write_finish(w: &mut Writer<'_>, finish: Finish, stop: Option<&Text<'_>>) {
    w.string(finish_word(finish, stop)).key("stop_sequence");
    match stop.filter(|_| finish == Finish::StopText) {
        Some(stop) => w.text(stop),
        None => w.null(),
    };
}

const fn finish_word(finish: Finish, stop: Option<&Text<'_>>) -> &'static str {
    match (finish, stop) {
        (Finish::StopText, Some(_)) => "stop_sequence",
        // Which text it was must be told with it.
        (Finish::Stop | Finish::StopText | Finish::Broken, _) => "end_turn",
        (Finish::Length, _) => "max_tokens",
        (Finish::Context, _) => "model_context_window_exceeded",
        (Finish::Calls, _) => "tool_use",
        (Finish::Refusal | Finish::Filter, _) => "refusal",
        (Finish::Pause, _) => "pause_turn",
    }
}

/// Returns the id of a message made from the upstream's id.
pub(super) fn message_id(head: &Head<'_>, bridge: &Bridge) -> String {
    let id = head.id.as_ref().map(Text::to_plain).filter(|id| !id.is_empty()).unwrap_or(Cow::Borrowed(&bridge.call));
    format!("msg_{}", id_stem(&id))
}

/// Writes an answer.
pub(in crate::chat) fn encode_answer(answer: &Answer<'_>, bridge: &Bridge) -> Vec<u8> {
    let mut body = Vec::with_capacity(1024);
    let mut w = Writer::new(&mut body);
    w.begin_object().key("id").string(&message_id(&answer.head, bridge)).kind("message");
    w.key("role").string("assistant").key("model").string(&bridge.model).key("content").begin_array();
    let choice = answer.choices.first();
    for part in choice.map(|choice| choice.parts.as_slice()).unwrap_or_default() {
        write_block(&mut w, part, bridge);
    }
    w.end_array().key("stop_reason");
    let stop = choice.and_then(|choice| choice.stop.as_ref());
    write_finish(&mut w, choice.map_or(Finish::Stop, |choice| choice.finish), stop);
    w.key("usage");
    write_anthropic_usage(&mut w, &answer.usage.unwrap_or_default());
    w.end_object();
    body
}

fn write_block(w: &mut Writer<'_>, part: &Part<'_>, bridge: &Bridge) {
    match &part.content {
        Content::Text(text, _) if text.is_empty() => {}
        Content::Text(text, citations) => {
            w.begin_object().kind("text").key("text").text(text);
            let mut citations = citations.iter().filter(|citation| is_told(citation, bridge)).peekable();
            if citations.peek().is_some() {
                w.key("citations").begin_array();
                citations.for_each(|citation| write_citation(w, citation, bridge));
                w.end_array();
            }
            w.end_object();
        }
        Content::Refusal(text) => {
            w.begin_object().kind("text").key("text").text(text).end_object();
        }
        Content::Thinking(thinking) => {
            let mut text = Text::default();
            thinking.text.iter().for_each(|piece| text.push(piece));
            write_thinking(w, &text, &envelope_of(thinking.signature.as_ref(), &text, &bridge.issuer));
        }
        Content::Call(call) => {
            if let Some(signature) = &call.signature {
                write_thinking(w, &Text::default(), &signature.to_envelope(&Text::default()));
            }
            w.begin_object().kind("tool_use").key("id").string(&ANTHROPIC_CALL.fit(&call.id));
            w.key("name").text(&call.name).key("input").json(&object_of_input(&call.input).0).end_object();
        }
        Content::Media(media) => {
            let text = crate::chat::openai_chat::markdown_of(media);
            w.begin_object().kind("text").key("text").text(&text).end_object();
        }
        Content::Result(_) | Content::Foreign(_) => {}
    }
}

/// Returns whether a source can be told: the API names those of other vendors by their address.
pub(super) fn is_told(citation: &Citation<'_>, bridge: &Bridge) -> bool {
    bridge.upstream == Dialect::Anthropic || citation.url.is_some()
}

/// Writes a source. One of another vendor's is marked where the API has a proof, so that no vendor is asked to check it
/// when it comes back.
pub(super) fn write_citation(w: &mut Writer<'_>, citation: &Citation<'_>, bridge: &Bridge) {
    if bridge.upstream == Dialect::Anthropic {
        w.json(&citation.native);
        return;
    }
    let Some(url) = &citation.url else { return };
    w.begin_object().kind("web_search_result_location");
    w.key("cited_text").text(citation.quoted.as_ref().unwrap_or(&Text::default()));
    w.key("url").text(url).key("title").text(citation.title.as_ref().unwrap_or(url));
    w.key("encrypted_index").string(&envelope_of(None, &Text::default(), &bridge.issuer)).end_object();
}

fn write_thinking(w: &mut Writer<'_>, text: &Text<'_>, signature: &str) {
    w.begin_object().kind("thinking").key("thinking").text(text).key("signature").string(signature).end_object();
}
