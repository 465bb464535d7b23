//! Writes the conversation of a chat completions request.

use std::borrow::Cow;

use crate::chat::bridge::Trait;
use crate::chat::codec::encoding::{CONTENT, Encoding, JSON_INSTRUCTION, bare_text, free_input_as_json, solid};
use crate::chat::codec::media::{audio_format, base64_of_text, text_of_base64};
use crate::chat::codec::names::{CHAT_CALL, OPENAI_TOOL, short_call};
use crate::chat::codec::wire::Path;
use crate::chat::codec::write::Writer;
use crate::chat::request::{
    CacheMark, Content, Input, Media, MediaKind, Output, Part, Role, Source, Thinking, ToolCall, ToolResult, Turn,
};
use crate::chat::signature::SignatureKind;
use crate::chat::text::Text;

/// Writes `messages`.
pub(super) fn write_messages(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    w.key("messages").begin_array();
    if encoding.lacks_json_word() {
        w.begin_object().key("role").string("system").key("content").string(JSON_INSTRUCTION).end_object();
    }
    let mut rest = request.turns.as_slice();
    while let [turn, after @ ..] = rest {
        let at = encoding.place(turn);
        rest = after;
        match turn.role {
            Role::System => write_speech(encoding, w, turn, ("system", at)),
            Role::Developer => {
                let role = if encoding.target.has(Trait::NoDeveloperRole) { "system" } else { "developer" };
                write_speech(encoding, w, turn, (role, at));
            }
            Role::User => {
                let more = after.iter().take_while(|turn| turn.role == Role::User).count();
                let (users, after) = (after.get(..more).unwrap_or_default(), after.get(more..).unwrap_or_default());
                write_users(encoding, w, turn, users);
                rest = after;
            }
            Role::Assistant => write_assistant(encoding, w, turn, at),
        }
    }
    w.end_array();
}

fn write_speech(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    turn: &Turn<'_>,
    (role, at): (&'static str, Path<'_>),
) {
    w.begin_object().key("role").word(role);
    if let Some(text) = bare_text(turn) {
        w.key("content").text(text).end_object();
        return;
    }
    let parts: Vec<&Part<'_>> = turn.parts.iter().collect();
    write_content(encoding, w, &parts, (PARAGRAPH, at));
    w.maybe_text("name", turn.name.as_ref());
    encoding.extra(w, &turn.extra, at);
    w.end_object();
}

/// Results come first: they must follow the calls directly, whatever the user says in between. Media that they have go
/// into the user's message, because tool messages take text only.
fn write_users(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, first: &Turn<'_>, more: &[Turn<'_>]) {
    let turns = || std::iter::once(first).chain(more);
    let media: Vec<_> = turns().map(|turn| write_results(encoding, w, turn)).collect();
    for (turn, media) in turns().zip(media) {
        write_user(encoding, w, turn, media);
    }
}

/// Writes the results of a turn; returns the media that have no place in them.
fn write_results<'t, 'a>(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turn: &'t Turn<'a>) -> Vec<&'t Part<'a>> {
    let at = encoding.place(turn);
    let mut media = Vec::new();
    for (index, part) in turn.parts.iter().enumerate() {
        let here = at.item(CONTENT, index);
        if let Content::Result(result) = &part.content {
            let outside = write_result(encoding, w, (part, result), here);
            if !outside.is_empty() {
                encoding.cosmetic_once(here, "media of a tool's result became the user's");
            }
            media.extend(outside);
        }
    }
    media
}

fn write_user(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turn: &Turn<'_>, media: Vec<&Part<'_>>) {
    if let Some(text) = bare_text(turn).filter(|_| media.is_empty()) {
        w.begin_object().key("role").word("user").key("content").text(text).end_object();
        return;
    }
    let at = encoding.place(turn);
    let mut said = media;
    said.extend(turn.parts.iter().filter(|part| !matches!(part.content, Content::Result(_))));
    if said.is_empty() && !turn.parts.is_empty() {
        return;
    }
    w.begin_object().key("role").word("user");
    write_content(encoding, w, &said, (PARAGRAPH, at));
    w.maybe_text("name", turn.name.as_ref());
    encoding.extra(w, &turn.extra, at);
    w.end_object();
}

/// What stands between texts that become one, escaped.
const PARAGRAPH: &str = "\\n\\n";
const LINE: &str = "\\n";

/// Writes `content`: a string where texts are all there is. Many vendors know no list of them, except of the user's.
fn write_content(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    parts: &[&Part<'_>],
    (between, at): (&'static str, Path<'_>),
) {
    w.key("content");
    match parts {
        [] => {
            w.string("");
        }
        [Part { content: Content::Text(text, _), cache, extra }]
            if !encoding.is_native() || (cache.is_none() && extra.is_empty()) =>
        {
            note_cache(encoding, *cache, at);
            w.text(text);
            encoding.extra(w, extra, at);
        }
        _ if !encoding.is_native() && parts.iter().all(|part| matches!(part.content, Content::Text(..))) => {
            w.begin_text();
            for (index, part) in parts.iter().enumerate() {
                let Content::Text(text, _) = &part.content else { continue };
                w.add_text(&Text::from_escaped(if index == 0 { "" } else { between })).add_text(text);
            }
            w.end_text();
            for (index, part) in parts.iter().enumerate() {
                let here = at.item(CONTENT, index);
                note_cache(encoding, part.cache, here);
                encoding.extra(w, &part.extra, here);
            }
        }
        _ => {
            let start = w.len();
            w.begin_array();
            let empty = w.len();
            for (index, part) in parts.iter().enumerate() {
                write_part(encoding, w, part, at.item(CONTENT, index));
            }
            if w.len() == empty {
                // The API refuses an empty list.
                w.truncate(start);
                w.string("");
            } else {
                w.end_array();
            }
        }
    }
}

fn note_cache(encoding: &mut Encoding<'_, '_>, cache: Option<CacheMark>, at: Path<'_>) {
    if cache.is_some() && !encoding.is_native() {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
    }
}

fn write_part(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, part: &Part<'_>, at: Path<'_>) {
    match &part.content {
        Content::Text(text, _) => {
            w.begin_object().kind("text").key("text").text(text);
        }
        Content::Media(media) => {
            if !write_media(encoding, w, media, at) {
                return;
            }
        }
        Content::Refusal(text) => {
            w.begin_object().kind("refusal").key("refusal").text(text);
        }
        Content::Foreign(json) => return encoding.foreign(w, json, Role::User, at),
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
    } else {
        note_cache(encoding, part.cache, at);
    }
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

/// Begins the object of a media part; returns false when it cannot be written.
fn write_media(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, media: &Media<'_>, at: Path<'_>) -> bool {
    match (media.kind, &media.source) {
        (MediaKind::Image, Source::Inline { .. } | Source::Url { .. }) => write_linked(w, "image_url", media),
        (MediaKind::Video, Source::Inline { .. } | Source::Url { .. }) => {
            if !encoding.is_native() {
                encoding.losses.semantic(at, "the upstream takes no video");
                return false;
            }
            write_linked(w, "video_url", media);
        }
        (MediaKind::Audio, Source::Inline { mime, base64 }) => {
            let mime = mime.to_plain();
            let known = audio_format(&mime);
            if known.is_none() && !encoding.is_native() {
                encoding.losses.semantic(at, "the upstream takes wav and mp3 only");
                return false;
            }
            let format = known.unwrap_or_else(|| mime.strip_prefix("audio/").unwrap_or(&mime));
            w.begin_object().kind("input_audio").key("input_audio").begin_object();
            w.key("data").text(base64).key("format").string(format).end_object();
        }
        (MediaKind::Document, Source::Inline { .. } | Source::File(_) | Source::Text(_)) => {
            write_document(encoding, w, media);
        }
        (_, Source::File(_)) if encoding.is_native() => write_document(encoding, w, media),
        _ => {
            encoding.losses.semantic(at, "the upstream cannot get at it: send the bytes instead");
            return false;
        }
    }
    true
}

fn write_linked(w: &mut Writer<'_>, kind: &'static str, media: &Media<'_>) {
    w.begin_object().kind(kind).key(kind).begin_object().key("url");
    write_url(w, &media.source);
    w.maybe_text("detail", media.detail.as_ref()).end_object();
}

/// Writes an address, or the bytes as a data URL.
pub(in crate::chat) fn write_url(w: &mut Writer<'_>, source: &Source<'_>) {
    match source {
        Source::Inline { mime, base64 } => write_data_url(w, mime, base64),
        Source::Url { url, .. } => {
            w.text(url);
        }
        Source::Text(text) => write_data_url(w, &"text/plain".into(), &base64_of_text(text)),
        Source::File(_) => {
            w.null();
        }
    }
}

fn write_data_url(w: &mut Writer<'_>, mime: &Text<'_>, base64: &Text<'_>) {
    w.begin_text().add_text(&"data:".into()).add_text(mime).add_text(&";base64,".into()).add_text(base64).end_text();
}

/// Plain text goes in as text: not every model that reads text reads text files.
fn write_document(encoding: &Encoding<'_, '_>, w: &mut Writer<'_>, media: &Media<'_>) {
    let text = match &media.source {
        Source::Text(text) => Some(text.clone()),
        Source::Inline { mime, base64 } if !encoding.is_native() && mime.to_plain().starts_with("text/") => {
            text_of_base64(base64).map(Text::plain)
        }
        Source::Inline { .. } | Source::Url { .. } | Source::File(_) => None,
    };
    if let Some(text) = text {
        w.begin_object().kind("text").key("text").text(&text);
        return;
    }
    w.begin_object().kind("file").key("file").begin_object();
    match &media.source {
        Source::File(id) => {
            w.key("file_id").text(id).maybe_text("filename", media.title.as_ref());
        }
        source => {
            // The API refuses data without a name.
            let name = media.title.clone().unwrap_or_else(|| "document.pdf".into());
            w.key("filename").text(&name).key("file_data");
            write_url(w, source);
        }
    }
    w.end_object();
}

/// Returns the id of a tool call as the upstream takes it.
fn call_id<'i>(encoding: &Encoding<'_, '_>, id: &'i Text<'_>) -> Cow<'i, str> {
    let is_short = encoding.target.has(Trait::ShortCallIds) && !encoding.is_native();
    if is_short { short_call(id) } else { CHAT_CALL.fit(id) }
}

/// Writes a tool message; returns the media that have no place in it.
fn write_result<'p, 'a>(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, result): (&'p Part<'a>, &'p ToolResult<'a>),
    at: Path<'_>,
) -> Vec<&'p Part<'a>> {
    if result.is_error == Some(true) {
        encoding.cosmetic_once(at.key("is_error"), "the upstream has no mark for failed tools");
    }
    note_cache(encoding, part.cache, at);
    w.begin_object().key("role").word("tool").key("tool_call_id").string(&call_id(encoding, &result.call));
    let (object, parts) = match &result.output {
        Output::Parts(parts) => (None, parts),
        Output::Object(object, parts) => (Some(object), parts),
    };
    let (texts, media): (Vec<&Part<'a>>, Vec<&Part<'a>>) =
        parts.iter().partition(|part| matches!(part.content, Content::Text(..) | Content::Foreign(_)));
    match object {
        Some(object) => {
            w.key("content").string(object.as_str());
        }
        None => write_content(encoding, w, &texts, (LINE, at)),
    }
    encoding.extra(w, &part.extra, at);
    w.end_object();
    media
}

fn write_assistant(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turn: &Turn<'_>, at: Path<'_>) {
    if let Some(text) = bare_text(turn) {
        w.begin_object().key("role").word("assistant").key("content").text(text).end_object();
        return;
    }
    let mut said: Vec<&Part<'_>> = Vec::new();
    let mut calls = Vec::new();
    let mut refusal = None;
    let mut thoughts = Vec::new();
    for (index, part) in solid(&turn.parts) {
        match &part.content {
            Content::Call(call) => calls.push((index, part, call)),
            // A thought that is proven is another vendor's, and this one's own clients have no proofs.
            Content::Thinking(thinking) if is_foreign_thought(encoding, thinking) => {
                let here = at.item(CONTENT, index);
                encoding.cosmetic_once(here, "thoughts go back only to the account that had them");
            }
            Content::Thinking(thinking) => thoughts.push((index, thinking)),
            Content::Refusal(text) => refusal = Some(text),
            Content::Foreign(_) if !encoding.is_native() => {
                encoding.losses.cosmetic(at.item(CONTENT, index), "the upstream's dialect has no such part");
            }
            Content::Text(..) | Content::Media(_) | Content::Result(_) | Content::Foreign(_) => said.push(part),
        }
    }
    if said.is_empty() && calls.is_empty() && refusal.is_none() && !turn.parts.is_empty() && !encoding.is_native() {
        return;
    }
    w.begin_object().key("role").word("assistant");
    if said.is_empty() {
        w.key("content").null();
    } else {
        // The model's texts are pieces of one: sources and calls part them.
        let between = if calls.is_empty() { "" } else { PARAGRAPH };
        write_content(encoding, w, &said, (between, at));
    }
    w.maybe_text("refusal", refusal).maybe_text("name", turn.name.as_ref());
    write_thoughts(encoding, w, &thoughts, at);
    if !calls.is_empty() {
        w.key("tool_calls").begin_array();
        for (index, part, call) in calls {
            write_call(encoding, w, (part, call), at.item(CONTENT, index));
        }
        w.end_array();
    }
    encoding.extra(w, &turn.extra, at);
    w.end_object();
}

fn is_foreign_thought(encoding: &Encoding<'_, '_>, thinking: &Thinking<'_>) -> bool {
    encoding.is_native() && thinking.signature.is_some() && !encoding.target.has(Trait::EchoesReasoning)
}

fn write_thoughts(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    thoughts: &[(usize, &Thinking<'_>)],
    at: Path<'_>,
) {
    let Some((first, _)) = thoughts.first() else { return };
    if !encoding.is_native() && !encoding.target.has(Trait::EchoesReasoning) {
        return encoding.cosmetic_once(at.item(CONTENT, *first), "the upstream does not take thoughts back");
    }
    w.key("reasoning_content").begin_text();
    for text in thoughts.iter().flat_map(|(_, thinking)| &thinking.text) {
        w.add_text(text);
    }
    w.end_text();
}

fn write_call(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, call): (&Part<'_>, &ToolCall<'_>),
    at: Path<'_>,
) {
    let name = encoding.tool_name(OPENAI_TOOL, &call.name);
    w.begin_object().key("id").string(&call_id(encoding, &call.id));
    match &call.input {
        Input::Free(text) if !encoding.target.has(Trait::NoFreeTools) => {
            w.kind("custom")
                .key("custom")
                .begin_object()
                .key("name")
                .string(&name)
                .key("input")
                .text(text)
                .end_object();
        }
        input => {
            w.kind("function").key("function").begin_object().key("name").string(&name).key("arguments");
            write_arguments(w, input);
            w.end_object();
        }
    }
    let issuer = encoding.target.issuer;
    let own = call.signature.as_ref().filter(|proof| proof.may_go_to(SignatureKind::Gemini, issuer));
    if encoding.is_native()
        && let Some(signature) = own
    {
        w.key("extra_content").begin_object().key("google").begin_object();
        w.key("thought_signature").text(&signature.value).end_object().end_object();
    }
    note_cache(encoding, part.cache, at);
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

/// Writes arguments as a string of JSON. A call without any has the empty object.
pub(in crate::chat) fn write_arguments(w: &mut Writer<'_>, input: &Input<'_>) {
    match input {
        Input::Arguments(text) if text.is_blank() => w.string("{}"),
        Input::Arguments(text) => w.text(text),
        Input::Object(json) => w.string(json.as_str()),
        Input::Free(text) => w.string(&free_input_as_json(text)),
    };
}
