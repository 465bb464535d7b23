//! Writes the conversation of a responses request.

use crate::chat::bridge::Trait;
use crate::chat::codec::encoding::{CONTENT, Encoding, JSON_INSTRUCTION, MESSAGE_FIELDS, bare_text, solid};
use crate::chat::codec::media::text_of_base64;
use crate::chat::codec::names::{OPENAI_TOOL, RESPONSES_CALL};
use crate::chat::codec::wire::Path;
use crate::chat::codec::write::Writer;
use crate::chat::openai_chat::{write_arguments, write_url};
use crate::chat::request::{
    CacheMark, Content, Input, Media, MediaKind, Output, Part, Role, Source, Thinking, ToolCall, ToolResult, Turn,
};
use crate::chat::signature::SignatureKind;
use crate::chat::text::{Json, Text};

/// Writes `instructions` and `input`.
pub(super) fn write_input(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let mut turns = request.turns.as_slice();
    // One text in the first place is what the field is for; more keep their order among the messages.
    if let [Turn { role: Role::System, parts, .. }, rest @ ..] = turns
        && let [Part { content: Content::Text(text, _), cache, .. }] = parts.as_slice()
    {
        if cache.is_some() && !encoding.is_native() {
            encoding.cosmetic_once(Path::Root.key("system"), "the upstream caches by itself");
        }
        w.key("instructions").text(text);
        turns = rest;
    }
    let has_instructions = turns.len() < request.turns.len();
    let lacks_json_word = encoding.lacks_json_word();
    if lacks_json_word && !has_instructions {
        w.key("instructions").string(JSON_INSTRUCTION);
    }
    w.key("input").begin_array();
    if lacks_json_word && has_instructions {
        w.begin_object().kind("message").key("role").string("system");
        w.key("content").string(JSON_INSTRUCTION).end_object();
    }
    for turn in turns {
        if let Some(text) = bare_text(turn) {
            w.begin_object()
                .kind("message")
                .key("role")
                .word(word_of(turn.role))
                .key("content")
                .text(text)
                .end_object();
            continue;
        }
        let at = encoding.place(turn);
        match turn.role {
            Role::System | Role::Developer => write_message(encoding, w, turn, (word_of(turn.role), at)),
            Role::User => write_user(encoding, w, turn, at),
            Role::Assistant => write_assistant(encoding, w, turn, at),
        }
    }
    w.end_array();
}

const fn word_of(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::Developer => "developer",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

fn write_message(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    turn: &Turn<'_>,
    (role, at): (&'static str, Path<'_>),
) {
    let parts: Vec<&Part<'_>> = turn.parts.iter().collect();
    write_said(encoding, w, &parts, (role, at));
    if turn.name.is_some() {
        encoding.cosmetic_once(at.key("name"), "the upstream knows no names of participants");
    }
}

fn write_said(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    parts: &[&Part<'_>],
    (role, at): (&'static str, Path<'_>),
) {
    w.begin_object().kind("message").key("role").word(role).key("content");
    write_content(encoding, w, parts, (role, at));
    for (name, value) in
        parts.first().into_iter().flat_map(|part| message_fields(part)).filter(|_| encoding.is_native())
    {
        w.any_key(name).json(value);
    }
    w.end_object();
}

/// Returns the fields of the message that begins with a part.
fn message_fields<'p, 'a>(part: &'p Part<'a>) -> impl Iterator<Item = (&'p str, &'p Json<'a>)> {
    part.extra.iter().filter_map(|(key, value)| Some((key.strip_prefix(MESSAGE_FIELDS)?, value)))
}

/// Writes a string where one text is all there is, else a list.
fn write_content(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    parts: &[&Part<'_>],
    (role, at): (&'static str, Path<'_>),
) {
    match parts {
        [] => {
            w.string("");
        }
        [Part { content: Content::Text(text, _), cache, extra }]
            if !encoding.is_native() || (cache.is_none() && extra.is_empty()) =>
        {
            if cache.is_some() {
                encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
            }
            w.text(text);
            encoding.extra(w, extra, at);
        }
        _ => {
            let start = w.len();
            w.begin_array();
            let empty = w.len();
            for (index, part) in parts.iter().enumerate() {
                write_part(encoding, w, (part, role), at.item(CONTENT, index));
            }
            if w.len() == empty {
                w.truncate(start);
                w.string("");
            } else {
                w.end_array();
            }
        }
    }
}

/// Results first: each must follow its call.
fn write_user(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turn: &Turn<'_>, at: Path<'_>) {
    let mut said: Vec<&Part<'_>> = Vec::new();
    for (index, part) in turn.parts.iter().enumerate() {
        match &part.content {
            Content::Result(result) => write_result(encoding, w, (part, result), at.item(CONTENT, index)),
            Content::Foreign(json) if encoding.is_native() && is_item(json.as_str()) => {
                w.json(json);
            }
            _ => said.push(part),
        }
    }
    if !said.is_empty() || turn.parts.is_empty() {
        write_said(encoding, w, &said, ("user", at));
    }
    if turn.name.is_some() {
        encoding.cosmetic_once(at.key("name"), "the upstream knows no names of participants");
    }
}

/// Returns whether something of this dialect's own is an item, not a content part.
fn is_item(json: &str) -> bool {
    ["_output\"", "item_reference"].iter().any(|mark| json.contains(mark))
}

fn write_part(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, (part, role): (&Part<'_>, &str), at: Path<'_>) {
    match &part.content {
        Content::Text(text, citations) if role == "assistant" => {
            w.begin_object().kind("output_text").key("text").text(text).key("annotations").begin_array();
            if encoding.is_native() {
                citations.iter().for_each(|citation| {
                    w.json(&citation.native);
                });
            } else if !citations.is_empty() {
                encoding.cosmetic_once(at, "sources of earlier answers are not repeated");
            }
            w.end_array();
        }
        Content::Text(text, _) => {
            w.begin_object().kind("input_text").key("text").text(text);
        }
        Content::Refusal(text) => {
            w.begin_object().kind("refusal").key("refusal").text(text);
        }
        Content::Media(media) => {
            if !write_media(encoding, w, media, at) {
                return;
            }
        }
        Content::Foreign(json) => {
            let role = if role == "assistant" { Role::Assistant } else { Role::User };
            return encoding.foreign(w, json, role, at);
        }
        Content::Call(_) | Content::Result(_) | Content::Thinking(_) => {
            return encoding.losses.semantic(at, "the part cannot stand here");
        }
    }
    if encoding.is_native() {
        if let Some(mark) = part.cache {
            w.key("prompt_cache_breakpoint").begin_object().key("mode").string("explicit");
            if mark == CacheMark::Long {
                w.key("ttl").string("12h");
            }
            w.end_object();
        }
    } else if part.cache.is_some() {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
    }
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

/// Begins the object of a media part; returns false when it cannot be written.
fn write_media(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, media: &Media<'_>, at: Path<'_>) -> bool {
    match (media.kind, &media.source) {
        (MediaKind::Image, source) => {
            if matches!(source, Source::File(_)) && !encoding.is_native() {
                encoding.losses.semantic(at, "the file is in another vendor's store: send the bytes instead");
                return false;
            }
            w.begin_object().kind("input_image");
            match source {
                Source::File(id) => w.key("file_id").text(id),
                source => {
                    w.key("image_url");
                    write_url(w, source);
                    &mut *w
                }
            };
            w.key("detail").text(media.detail.as_ref().unwrap_or(&"auto".into()));
            true
        }
        (MediaKind::Document, source) => write_document(encoding, w, (media, source), at),
        (MediaKind::Audio | MediaKind::Video, Source::Inline { mime, base64 }) if encoding.is_native() => {
            let mime = mime.to_plain();
            let format =
                crate::chat::codec::media::audio_format(&mime).unwrap_or_else(|| mime.trim_start_matches("audio/"));
            w.begin_object().kind("input_audio").key("input_audio").begin_object();
            w.key("data").text(base64).key("format").string(format).end_object();
            true
        }
        (MediaKind::Audio | MediaKind::Video, _) => {
            encoding.losses.semantic(at, "the upstream takes no audio or video");
            false
        }
    }
}

/// Plain text goes in as text: not every model that reads text reads text files.
fn write_document(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (media, source): (&Media<'_>, &Source<'_>),
    at: Path<'_>,
) -> bool {
    let text = match source {
        Source::Text(text) => Some(text.clone()),
        Source::Inline { mime, base64 } if !encoding.is_native() && mime.to_plain().starts_with("text/") => {
            text_of_base64(base64).map(Text::plain)
        }
        Source::File(_) if !encoding.is_native() => {
            encoding.losses.semantic(at, "the file is in another vendor's store: send the bytes instead");
            return false;
        }
        Source::Inline { .. } | Source::Url { .. } | Source::File(_) => None,
    };
    if let Some(text) = text {
        w.begin_object().kind("input_text").key("text").text(&text);
        return true;
    }
    w.begin_object().kind("input_file");
    match source {
        Source::File(id) => w.key("file_id").text(id).maybe_text("filename", media.title.as_ref()),
        Source::Url { url, .. } => w.key("file_url").text(url),
        source => {
            // The API refuses data without a name.
            w.key("filename").text(media.title.as_ref().unwrap_or(&"document.pdf".into())).key("file_data");
            write_url(w, source);
            &mut *w
        }
    };
    w.maybe_text("detail", media.detail.as_ref());
    true
}

fn write_result(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, result): (&Part<'_>, &ToolResult<'_>),
    at: Path<'_>,
) {
    if result.is_error == Some(true) {
        encoding.cosmetic_once(at.key("is_error"), "the upstream has no mark for failed tools");
    }
    if part.cache.is_some() {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
    }
    let is_free = !encoding.target.has(Trait::NoFreeTools) && (result.is_free || encoding.is_free_call(&result.call));
    w.begin_object().kind(if is_free { "custom_tool_call_output" } else { "function_call_output" });
    w.key("call_id").string(&RESPONSES_CALL.fit(&result.call)).key("output");
    match &result.output {
        Output::Object(object, parts) if parts.is_empty() => {
            w.string(object.as_str());
        }
        Output::Object(object, parts) => {
            w.begin_array().begin_object().kind("input_text").key("text").string(object.as_str()).end_object();
            for (index, part) in solid(parts) {
                write_part(encoding, w, (part, "user"), at.item(CONTENT, index));
            }
            w.end_array();
        }
        Output::Parts(parts) => {
            let parts: Vec<&Part<'_>> = parts.iter().collect();
            write_content(encoding, w, &parts, ("user", at));
        }
    }
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

/// Each thought, call and stretch of words is an item, in the order in which the model made them.
fn write_assistant(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turn: &Turn<'_>, at: Path<'_>) {
    let mut said: Vec<&Part<'_>> = Vec::new();
    for (index, part) in solid(&turn.parts) {
        let here = at.item(CONTENT, index);
        match &part.content {
            Content::Text(..) | Content::Refusal(_) | Content::Media(_) | Content::Result(_) => {
                if message_fields(part).next().is_some() {
                    flush(encoding, w, &mut said, at);
                }
                said.push(part);
                continue;
            }
            Content::Call(_) | Content::Thinking(_) | Content::Foreign(_) => {}
        }
        flush(encoding, w, &mut said, at);
        match &part.content {
            Content::Call(call) => write_call(encoding, w, (part, call), here),
            Content::Thinking(thinking) => write_thinking(encoding, w, (part, thinking), here),
            Content::Foreign(json) => encoding.foreign(w, json, Role::Assistant, here),
            Content::Text(..) | Content::Refusal(_) | Content::Media(_) | Content::Result(_) => {}
        }
    }
    flush(encoding, w, &mut said, at);
}

fn flush(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, said: &mut Vec<&Part<'_>>, at: Path<'_>) {
    if !said.is_empty() {
        write_said(encoding, w, &std::mem::take(said), ("assistant", at));
    }
}

fn write_call(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, call): (&Part<'_>, &ToolCall<'_>),
    at: Path<'_>,
) {
    let name = encoding.tool_name(OPENAI_TOOL, &call.name);
    w.begin_object();
    match &call.input {
        Input::Free(text) if !encoding.target.has(Trait::NoFreeTools) => {
            w.kind("custom_tool_call").key("call_id").string(&RESPONSES_CALL.fit(&call.id));
            w.key("name").string(&name).key("input").text(text);
        }
        input => {
            w.kind("function_call").key("call_id").string(&RESPONSES_CALL.fit(&call.id));
            w.key("name").string(&name).key("arguments");
            write_arguments(w, input);
        }
    }
    if part.cache.is_some() {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
    }
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

/// Sealed thoughts go back to the account that sealed them; others have no place in this API.
fn write_thinking(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, thinking): (&Part<'_>, &Thinking<'_>),
    at: Path<'_>,
) {
    let issuer = encoding.target.issuer;
    let sealed = thinking.signature.as_ref().filter(|sealed| sealed.may_go_to(SignatureKind::Responses, issuer));
    let is_own = encoding.is_native() && thinking.signature.is_none();
    if sealed.is_none() && !is_own {
        return encoding.cosmetic_once(at, "thoughts go back only to the account that had them");
    }
    w.begin_object().kind("reasoning");
    w.maybe_text("id", sealed.and_then(|sealed| sealed.item.as_ref())).key("summary").begin_array();
    for text in &thinking.text {
        w.begin_object().kind("summary_text").key("text").text(text).end_object();
    }
    w.end_array().maybe_text("encrypted_content", sealed.map(|sealed| &sealed.value));
    encoding.extra(w, &part.extra, at);
    w.end_object();
}
