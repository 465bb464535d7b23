//! Answers of the chat completions API, both ways.

use std::borrow::Cow;

use super::content::{pictures, said};
use super::decode::call_of;
use super::messages::write_arguments;
use super::wire::{Completion, CompletionChoice, Message, UrlCitation};
use crate::chat::answer::{Answer, Choice, Finish, Head};
use crate::chat::bridge::Bridge;
use crate::chat::codec::luggage::Luggage;
use crate::chat::codec::names::{CHAT_CALL, id_stem, invented_call};
use crate::chat::codec::usage::write_chat_usage;
use crate::chat::codec::wire::{DecodeError, Path, read, read_part};
use crate::chat::codec::write::Writer;
use crate::chat::request::{Citation, Content, Input, Media, Part, Source, Thinking, ToolCall};
use crate::chat::text::{Json, Text};
use crate::meter::read_report;

/// Reads an answer.
pub(in crate::chat) fn decode_answer<'a>(body: &'a str, bridge: &Bridge) -> Result<Answer<'a>, DecodeError> {
    let completion: Completion<'a> = read(body, Path::Root)?;
    let usage = completion.usage.as_ref().and_then(|usage| read_report(usage.as_str().as_bytes(), bridge.convention));
    let head = head_of(&completion);
    let root = Path::Root;
    let list = root.key("choices");
    let choices = completion.choices.ok_or_else(|| list.error("is required"))?;
    if choices.is_empty() {
        return Err(list.error("is empty"));
    }
    let choices = choices.into_iter().enumerate().map(|(index, choice)| choice_of(choice, bridge, list.index(index)));
    Ok(Answer { head, choices: choices.collect::<Result<_, _>>()?, usage })
}

pub(super) fn head_of<'a>(completion: &Completion<'a>) -> Head<'a> {
    Head {
        id: completion.id.clone(),
        model: completion.model.clone(),
        created: completion.created.as_ref().and_then(crate::chat::text::Number::as_u64),
        tier: completion.service_tier.clone(),
        usage: None,
    }
}

fn choice_of<'a>(choice: CompletionChoice<'a>, bridge: &Bridge, at: Path<'_>) -> Result<Choice<'a>, DecodeError> {
    let message = choice.message.unwrap_or_default();
    let logprobs = choice.logprobs.and_then(|logprobs| logprobs.content);
    let parts = parts_of_message(message, bridge, at.key("message"))?;
    let has = |wanted: fn(&Content<'_>) -> bool| parts.iter().any(|part| wanted(&part.content));
    let word = choice.finish_reason.unwrap_or_default();
    let finish = match finish_of(&word.to_plain()) {
        // Compatible vendors say `stop` beside tool calls.
        Finish::Stop if has(|content| matches!(content, Content::Call(_))) => Finish::Calls,
        Finish::Stop if has(|content| matches!(content, Content::Refusal(_))) => Finish::Refusal,
        finish => finish,
    };
    Ok(Choice { parts, finish, stop: None, logprobs })
}

fn parts_of_message<'a>(message: Message<'a>, bridge: &Bridge, at: Path<'_>) -> Result<Vec<Part<'a>>, DecodeError> {
    let mut parts = Vec::new();
    let reasoning = || message.reasoning.as_ref().and_then(|json| read_part(json, at.key("reasoning")).ok());
    if let Some(thought) = message.reasoning_content.or_else(reasoning).filter(|text| !text.is_empty()) {
        parts.push(Part::new(Content::Thinking(Thinking { text: vec![thought], signature: None })));
    }
    let mut said = said(message.content, at.key("content"))?;
    let text = said.iter_mut().find(|part| matches!(part.content, Content::Text(..)));
    if let Some(Content::Text(_, citations)) = text.map(|part| &mut part.content) {
        citations.extend(message.annotations.unwrap_or_default().iter().filter_map(citation_of));
    }
    parts.append(&mut said);
    parts.extend(pictures(message.images.as_ref()));
    if let Some(refusal) = message.refusal.filter(|refusal| !refusal.is_empty()) {
        parts.push(Part::new(Content::Refusal(refusal)));
    }
    let list = at.key("tool_calls");
    for (index, mut call) in message.tool_calls.unwrap_or_default().into_iter().enumerate() {
        let id = call.id.take().filter(|id| !id.is_empty());
        call.id = Some(id.unwrap_or_else(|| invented_call(&bridge.call, index)));
        parts.push(call_of(call, index, list.index(index))?);
    }
    if let Some(call) = message.function_call {
        let arguments = call.arguments.unwrap_or_else(|| Json::trusted("\"\""));
        let input = match read_part(&arguments, at.key("function_call")) {
            Ok(text) => Input::Arguments(text),
            Err(_) => Input::Object(arguments),
        };
        let id = invented_call(&bridge.call, 0);
        let call = ToolCall { id, name: call.name.unwrap_or_default(), input, signature: None };
        parts.push(Part::new(Content::Call(call)));
    }
    Ok(parts)
}

/// Reads an annotation; `None` for kinds that name no address.
pub(super) fn citation_of<'a>(json: &Json<'a>) -> Option<Citation<'a>> {
    let citation: UrlCitation<'a> = read_part(json, Path::Root).ok()?;
    let body = citation.url_citation?;
    let span = body.start_index.and_then(|start| start.as_u64()).zip(body.end_index.and_then(|end| end.as_u64()));
    Some(Citation { url: body.url, title: body.title, quoted: None, span, native: json.clone() })
}

pub(super) fn finish_of(word: &str) -> Finish {
    match word {
        "length" => Finish::Length,
        "tool_calls" | "function_call" => Finish::Calls,
        "content_filter" | "sensitive" => Finish::Filter,
        "refusal" => Finish::Refusal,
        "model_context_window_exceeded" => Finish::Context,
        "error" | "network_error" | "insufficient_system_resource" => Finish::Broken,
        _ => Finish::Stop,
    }
}

/// Whether a refusal came in words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Refused {
    #[default]
    Silently,
    InWords,
}

impl From<bool> for Refused {
    fn from(has_words: bool) -> Self {
        if has_words { Self::InWords } else { Self::Silently }
    }
}

/// Words of refusal end as any words do; without them, clients must learn of it from the reason.
pub(super) const fn finish_word(finish: Finish, refused: Refused) -> &'static str {
    match (finish, refused) {
        (Finish::Stop | Finish::StopText | Finish::Pause | Finish::Broken, _) | (Finish::Refusal, Refused::InWords) => {
            "stop"
        }
        (Finish::Length | Finish::Context, _) => "length",
        (Finish::Calls, _) => "tool_calls",
        (Finish::Refusal, Refused::Silently) | (Finish::Filter, _) => "content_filter",
    }
}

/// Returns the id of a completion made from the upstream's id.
pub(super) fn completion_id(head: &Head<'_>, bridge: &Bridge) -> String {
    let id = head.id.as_ref().map(Text::to_plain).filter(|id| !id.is_empty()).unwrap_or(Cow::Borrowed(&bridge.call));
    format!("chatcmpl-{}", id_stem(&id))
}

/// Writes an answer.
pub(in crate::chat) fn encode_answer(answer: &Answer<'_>, bridge: &Bridge) -> Vec<u8> {
    let mut body = Vec::with_capacity(1024);
    let mut w = Writer::new(&mut body);
    w.begin_object().key("id").string(&completion_id(&answer.head, bridge)).key("object").string("chat.completion");
    w.key("created").count(answer.head.created.unwrap_or(bridge.created)).key("model").string(&bridge.model);
    w.key("choices").begin_array();
    for (index, choice) in answer.choices.iter().enumerate() {
        w.begin_object().key("index").count(index as u64).key("message");
        write_message(&mut w, choice, bridge);
        w.key("logprobs");
        match &choice.logprobs {
            Some(content) => w.begin_object().key("content").json(content).key("refusal").null().end_object(),
            None => w.null(),
        };
        let has_refusal = choice.parts.iter().any(|part| matches!(part.content, Content::Refusal(_)));
        w.key("finish_reason").string(finish_word(choice.finish, has_refusal.into())).end_object();
    }
    w.end_array();
    if let Some(usage) = &answer.usage {
        w.key("usage");
        write_chat_usage(&mut w, usage);
    }
    w.maybe_text("service_tier", answer.head.tier.as_ref().filter(|tier| is_chat_tier(&tier.to_plain())));
    w.end_object();
    body
}

fn is_chat_tier(word: &str) -> bool {
    matches!(word, "auto" | "default" | "flex" | "scale" | "priority" | "fast")
}

fn write_message(w: &mut Writer<'_>, choice: &Choice<'_>, bridge: &Bridge) {
    w.begin_object().key("role").string("assistant");
    let (mut content, mut thought, mut luggage) = (Text::default(), Text::default(), Luggage::default());
    let (mut refusal, mut citations, mut calls) = (None, Vec::new(), Vec::new());
    for part in &choice.parts {
        match &part.content {
            Content::Text(text, cited) => {
                citations.extend(cited.iter().map(|citation| placed(citation, &content, text)));
                content.push(text);
            }
            Content::Thinking(thinking) => {
                let whole = thinking.text.iter().fold(Text::default(), joined);
                luggage.add(thinking.signature.as_ref(), &whole, bridge);
                thought.push(&whole);
            }
            Content::Refusal(text) => refusal = Some(text),
            Content::Call(call) => calls.push((call, luggage.take())),
            Content::Media(media) => content.push(&markdown_of(media)),
            Content::Result(_) | Content::Foreign(_) => {}
        }
    }
    w.key("content");
    if content.is_empty() && (!calls.is_empty() || refusal.is_some()) {
        w.null()
    } else {
        w.text(&content)
    };
    w.key("refusal");
    match refusal {
        Some(text) => w.text(text),
        None => w.null(),
    };
    w.maybe_text("reasoning_content", Some(&thought).filter(|thought| !thought.is_empty()));
    if !calls.is_empty() {
        w.key("tool_calls").begin_array();
        calls.into_iter().for_each(|(call, carried)| write_call(w, call, carried));
        w.end_array();
    }
    w.key("annotations").begin_array();
    citations.iter().for_each(|citation| write_annotation(w, citation));
    w.end_array().end_object();
}

fn joined<'t>(mut text: Text<'t>, more: &Text<'_>) -> Text<'t> {
    text.push(more);
    text
}

fn write_call(w: &mut Writer<'_>, call: &ToolCall<'_>, carried: Option<String>) {
    w.begin_object().key("id").string(&CHAT_CALL.fit(&call.id));
    match &call.input {
        Input::Free(text) => {
            w.kind("custom").key("custom").begin_object().key("name").text(&call.name).key("input").text(text);
        }
        input => {
            w.kind("function").key("function").begin_object().key("name").text(&call.name).key("arguments");
            write_arguments(w, input);
        }
    }
    w.end_object();
    write_call_proof(w, call, carried);
    w.end_object();
}

/// Puts a call's proof, else the thoughts that it takes along, where Google's OpenAI-compatible endpoint has proofs, so
/// that clients which keep it can return it.
pub(super) fn write_call_proof(w: &mut Writer<'_>, call: &ToolCall<'_>, carried: Option<String>) {
    let own = call.signature.as_ref().map(|signature| signature.to_envelope(&Text::default()));
    if let Some(proof) = own.or(carried) {
        w.key("extra_content").begin_object().key("google").begin_object().key("thought_signature");
        w.string(&proof).end_object().end_object();
    }
}

/// A citation and the characters of the whole content that it is about.
pub(super) struct Placed<'c, 'a> {
    citation: &'c Citation<'a>,
    start: u64,
    end: u64,
}

/// Places a citation of `text`, which stands behind `before`.
pub(super) fn placed<'c, 'a>(citation: &'c Citation<'a>, before: &Text<'_>, text: &Text<'_>) -> Placed<'c, 'a> {
    let offset = before.to_plain().chars().count() as u64;
    let (start, end) = citation.span.unwrap_or_else(|| (0, text.to_plain().chars().count() as u64));
    Placed { citation, start: start.saturating_add(offset), end: end.saturating_add(offset) }
}

/// Writes an annotation; sources without an address have none.
pub(super) fn write_annotation(w: &mut Writer<'_>, placed: &Placed<'_, '_>) {
    let Some(url) = &placed.citation.url else { return };
    let title = placed.citation.title.as_ref().unwrap_or(url);
    w.begin_object().kind("url_citation").key("url_citation").begin_object();
    w.key("start_index").count(placed.start).key("end_index").count(placed.end);
    w.key("title").text(title).key("url").text(url).end_object().end_object();
}

/// Returns media as text: the API has no place for pictures in answers, and clients show Markdown.
pub(in crate::chat) fn markdown_of(media: &Media<'_>) -> Text<'static> {
    let mut text = Text::plain("![media](");
    match &media.source {
        Source::Inline { mime, base64 } => {
            for piece in [&"data:".into(), mime, &";base64,".into(), base64] {
                text.push(piece);
            }
        }
        Source::Url { url, .. } => text.push(url),
        Source::File(id) => text.push(id),
        Source::Text(inside) => return inside.clone().into_owned(),
    }
    text.push(&")".into());
    text.into_owned()
}
