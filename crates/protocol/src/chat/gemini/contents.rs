//! Writes the conversation of a generate content request.

use std::borrow::Cow;
use std::collections::HashMap;

use super::encode::cannot_format;
use crate::chat::bridge::Trait;
use crate::chat::codec::encoding::{CONTENT, Encoding, JSON_INSTRUCTION, input_object, solid};
use crate::chat::codec::media::base64_of_text;
use crate::chat::codec::names::GEMINI_TOOL;
use crate::chat::codec::wire::Path;
use crate::chat::codec::write::Writer;
use crate::chat::request::{Content, Format, Media, Output, Part, Role, Source, Thinking, ToolCall, ToolResult, Turn};
use crate::chat::signature::SignatureKind;
use crate::chat::text::{Json, Text};

/// Stands in for the proof of a call that another model made, by Google's rule for history that its models did not
/// write ("Thought signatures" guide).
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// Writes `systemInstruction` and `contents`.
pub(super) fn write_contents(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let mut names = CallNames::of(&request.turns);
    let (instructions, talk): (Vec<&Turn<'_>>, Vec<&Turn<'_>>) =
        request.turns.iter().partition(|turn| turn.role.is_instruction());
    if let Some(first) = talk.first()
        && let Some(moved) = instructions.iter().find(|turn| turn.message > first.message)
    {
        let at = encoding.place(moved);
        encoding.losses.cosmetic(at, "instructions moved to the beginning");
    }
    let wants_json = request.format == Format::JsonObject && cannot_format(encoding);
    if wants_json {
        encoding.losses.cosmetic("response_format", "asked for by an instruction");
    }
    if !instructions.is_empty() || wants_json {
        w.key("systemInstruction").begin_object().key("parts").begin_array();
        for turn in instructions {
            let at = encoding.place(turn);
            for (index, part) in solid(&turn.parts) {
                write_part(encoding, w, (part, turn.role), at.item(CONTENT, index));
            }
        }
        if wants_json {
            w.begin_object().key("text").string(JSON_INSTRUCTION).end_object();
        }
        w.end_array().end_object();
    }
    w.key("contents").begin_array();
    let empty = w.len();
    let mut rest = talk.as_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|turn| turn.role == first.role).count();
        let (group, after) = rest.split_at(length);
        match first.role {
            Role::Assistant => write_model(encoding, w, group),
            Role::User | Role::System | Role::Developer => write_user(encoding, w, group, &mut names),
        }
        rest = after;
    }
    if w.len() == empty {
        // The API refuses a request without contents.
        w.raw(r#"{"role":"user","parts":[{"text":""}]}"#);
    }
    w.end_array();
}

/// The tool of each call by the call's id: results must repeat it. Most come in the order of their calls, and only for
/// others is it looked up.
struct CallNames<'r, 'a> {
    calls: Vec<(&'r str, &'r Text<'a>)>,
    next: usize,
    by_id: Option<HashMap<&'r str, &'r Text<'a>>>,
}

impl<'r, 'a> CallNames<'r, 'a> {
    fn of(turns: &'r [Turn<'a>]) -> Self {
        let parts = turns.iter().flat_map(|turn| &turn.parts);
        let calls = parts.filter_map(|part| match &part.content {
            Content::Call(call) => Some((call.id.as_escaped(), &call.name)),
            _ => None,
        });
        Self { calls: calls.collect(), next: 0, by_id: None }
    }

    fn get(&mut self, id: &str) -> Option<&'r Text<'a>> {
        if let Some((_, name)) = self.calls.get(self.next).filter(|(next, _)| *next == id) {
            self.next += 1;
            return Some(name);
        }
        self.by_id.get_or_insert_with(|| self.calls.iter().copied().collect()).get(id).copied()
    }
}

/// Results must follow their calls directly, so they come first.
fn write_user(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turns: &[&Turn<'_>], names: &mut CallNames<'_, '_>) {
    let start = w.len();
    w.begin_object().key("role").word("user").key("parts").begin_array();
    let empty = w.len();
    let mut media = Vec::new();
    for turn in turns {
        let at = encoding.place(turn);
        for (index, part) in turn.parts.iter().enumerate() {
            if let Content::Result(result) = &part.content {
                let name = names.get(result.call.as_escaped()).or(result.name.as_ref());
                let place = Place { name, at: at.item(CONTENT, index) };
                let outside = write_result(encoding, w, (part, result), &place);
                media.extend(outside.into_iter().map(|part| (at, part)));
            }
        }
    }
    for (at, part) in media {
        write_part(encoding, w, (part, Role::User), at);
    }
    for turn in turns {
        let at = encoding.place(turn);
        for (index, part) in solid(&turn.parts).filter(|(_, part)| !matches!(part.content, Content::Result(_))) {
            write_part(encoding, w, (part, Role::User), at.item(CONTENT, index));
        }
        if turn.name.is_some() {
            encoding.cosmetic_once(at.key("name"), "the upstream knows no names of participants");
        }
    }
    if w.len() == empty {
        // The API refuses a content without parts.
        w.truncate(start);
        return;
    }
    end_content(encoding, w, turns);
}

/// Ends the parts, and writes what else only this dialect has in a content.
fn end_content(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turns: &[&Turn<'_>]) {
    w.end_array();
    for turn in turns {
        let at = encoding.place(turn);
        encoding.extra(w, &turn.extra, at);
    }
    w.end_object();
}

/// Where a result stands, and which tool's it is.
struct Place<'p, 'a> {
    name: Option<&'p Text<'a>>,
    at: Path<'p>,
}

/// Writes a result; returns the media that have no place in it.
fn write_result<'p, 'a>(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, result): (&'p Part<'a>, &'p ToolResult<'a>),
    place: &Place<'_, '_>,
) -> Vec<&'p Part<'a>> {
    let unknown = Text::from("unknown_tool");
    let name = encoding.tool_name(GEMINI_TOOL, place.name.unwrap_or(&unknown));
    w.begin_object().key("functionResponse").begin_object().key("id").text(&result.call).key("name").string(&name);
    let parts = match &result.output {
        Output::Parts(parts) | Output::Object(_, parts) => parts,
    };
    let (texts, media): (Vec<&Part<'a>>, Vec<&Part<'a>>) =
        solid(parts).map(|(_, part)| part).partition(|part| matches!(part.content, Content::Text(..)));
    w.key("response");
    match &result.output {
        Output::Object(object, _) => {
            w.json(object);
        }
        Output::Parts(_) => write_value(w, &texts, result.is_error == Some(true)),
    }
    let is_inline =
        |part: &&Part<'_>| matches!(&part.content, Content::Media(Media { source: Source::Inline { .. }, .. }));
    let (inside, outside): (Vec<&Part<'a>>, Vec<&Part<'a>>) =
        media.into_iter().partition(|part| is_inline(part) && !encoding.target.has(Trait::NoMediaInResults));
    if !inside.is_empty() {
        w.key("parts").begin_array();
        for part in inside {
            write_part(encoding, w, (part, Role::User), place.at);
        }
        w.end_array();
    }
    if outside.iter().any(|part| matches!(part.content, Content::Media(_))) {
        encoding.cosmetic_once(place.at, "media of a tool's result became the user's");
    }
    if part.cache.is_some() {
        encoding.cosmetic_once(place.at.key("cache_control"), "the upstream caches by itself");
    }
    w.end_object();
    encoding.extra(w, &part.extra, place.at);
    w.end_object();
    outside
}

/// Writes the object that stands for a result's texts: the one that the text is, or one with Google's documented keys.
fn write_value(w: &mut Writer<'_>, parts: &[&Part<'_>], is_error: bool) {
    let texts = parts.iter().filter_map(|part| match &part.content {
        Content::Text(text, _) => Some(text),
        _ => None,
    });
    let first = texts.clone().next();
    if first.is_some_and(|text| !is_error && may_begin_object(text))
        && let Some(object) = object_of(texts.clone())
    {
        w.json(&object);
        return;
    }
    w.begin_object().key(if is_error { "error" } else { "output" }).begin_text();
    for (index, text) in texts.enumerate() {
        if index > 0 {
            w.add_text(&Text::from_escaped("\\n"));
        }
        w.add_text(text);
    }
    w.end_text().end_object();
}

/// Returns false for a text that certainly is no object, by its first byte.
fn may_begin_object(text: &Text<'_>) -> bool {
    let first = text.as_escaped().trim_ascii_start().bytes().next();
    // Behind a backslash or a byte beyond ASCII may be more white space.
    first.is_none_or(|first| matches!(first, b'{' | b'\\' | 0x80..))
}

fn object_of<'t>(texts: impl Iterator<Item = &'t Text<'t>>) -> Option<Json<'static>> {
    let lines: Vec<Cow<'_, str>> = texts.map(Text::to_plain).collect();
    Json::checked(lines.join("\n").trim().to_owned()).filter(Json::is_object)
}

fn write_model(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, turns: &[&Turn<'_>]) {
    let start = w.len();
    w.begin_object().key("role").word("model").key("parts").begin_array();
    let empty = w.len();
    let mut state = Model { proof: None, has_call: false, has_lost: !encoding.is_native() };
    for turn in turns {
        let at = encoding.place(turn);
        for (index, part) in solid(&turn.parts) {
            write_model_part(encoding, w, (part, &mut state), at.item(CONTENT, index));
        }
    }
    if w.len() == empty {
        // Nothing of it can be said here, and the API refuses a content without parts.
        w.truncate(start);
        return;
    }
    end_content(encoding, w, turns);
}

/// What is known while a turn of the model's is written.
struct Model<'m, 'a> {
    /// Proof that came before its call, from a dialect without a place for it at the call.
    proof: Option<&'m Text<'a>>,
    has_call: bool,
    /// Whether there may have been a proof that cannot go to this account.
    has_lost: bool,
}

fn write_model_part<'m, 'a>(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, state): (&'m Part<'a>, &mut Model<'m, 'a>),
    at: Path<'_>,
) {
    match &part.content {
        Content::Thinking(thinking) => write_thinking(encoding, w, (part, thinking, state), at),
        Content::Call(call) => write_call(encoding, w, (part, call, state), at),
        Content::Text(..) | Content::Media(_) | Content::Result(_) | Content::Refusal(_) | Content::Foreign(_) => {
            write_part(encoding, w, (part, Role::Assistant), at);
        }
    }
}

fn write_thinking<'m, 'a>(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, thinking, state): (&'m Part<'a>, &'m Thinking<'a>, &mut Model<'m, 'a>),
    at: Path<'_>,
) {
    let issuer = encoding.target.issuer;
    let proof = thinking.signature.as_ref().filter(|proof| proof.may_go_to(SignatureKind::Gemini, issuer));
    let is_lost = proof.is_none() && thinking.signature.is_some();
    state.has_lost |= is_lost;
    if !encoding.is_native() || is_lost {
        match proof {
            Some(proof) => state.proof = Some(&proof.value),
            None => encoding.cosmetic_once(at, "thoughts go back only to the account that had them"),
        }
        return;
    }
    w.begin_object().key("text").begin_text();
    thinking.text.iter().for_each(|text| {
        w.add_text(text);
    });
    w.end_text().key("thought").raw("true").maybe_text("thoughtSignature", proof.map(|proof| &proof.value));
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

fn write_call<'m, 'a>(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (part, call, state): (&'m Part<'a>, &'m ToolCall<'a>, &mut Model<'m, 'a>),
    at: Path<'_>,
) {
    let issuer = encoding.target.issuer;
    let own = call.signature.as_ref().filter(|proof| proof.may_go_to(SignatureKind::Gemini, issuer));
    state.has_lost |= own.is_none() && call.signature.is_some();
    let proof = own.map(|proof| &proof.value).or(state.proof.take());
    let name = encoding.tool_name(GEMINI_TOOL, &call.name);
    let args = input_object(encoding, &call.input, at);
    w.begin_object().key("functionCall").begin_object().key("id").text(&call.id).key("name").string(&name);
    w.key("args").json(&args).end_object();
    match proof {
        Some(proof) => {
            w.key("thoughtSignature").text(proof);
        }
        // Only the first of several calls has one.
        None if !state.has_call && state.has_lost && !encoding.target.has(Trait::NoCallSignatures) => {
            w.key("thoughtSignature").string(NO_SIGNATURE);
        }
        None => {}
    }
    state.has_call = true;
    if part.cache.is_some() {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
    }
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

fn write_part(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, (part, role): (&Part<'_>, Role), at: Path<'_>) {
    match &part.content {
        Content::Text(text, citations) => {
            if !citations.is_empty() && !encoding.is_native() {
                encoding.cosmetic_once(at, "sources of earlier answers are not repeated");
            }
            w.begin_object().key("text").text(text);
        }
        Content::Refusal(text) => {
            w.begin_object().key("text").text(text);
        }
        Content::Media(media) => {
            if !write_media(encoding, w, media, at) {
                return;
            }
        }
        Content::Foreign(json) => return encoding.foreign(w, json, role, at),
        Content::Call(_) | Content::Result(_) | Content::Thinking(_) => {
            return encoding.losses.semantic(at, "the part cannot stand here");
        }
    }
    if part.cache.is_some() {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
    }
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

/// Begins the object of a media part; returns false when it cannot be written.
fn write_media(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, media: &Media<'_>, at: Path<'_>) -> bool {
    let (mime, base64) = match &media.source {
        Source::Inline { mime, base64 } => (mime.clone(), base64.clone()),
        Source::Text(text) => ("text/plain".into(), base64_of_text(text)),
        Source::Url { url, mime } if encoding.is_native() || encoding.target.has(Trait::FetchesUrls) => {
            w.begin_object().key("fileData").begin_object().key("fileUri").text(url);
            w.maybe_text("mimeType", mime.as_ref()).end_object();
            return true;
        }
        Source::File(uri) if encoding.is_native() => {
            w.begin_object().key("fileData").begin_object().key("fileUri").text(uri);
            // The media type of a stored file.
            w.maybe_text("mimeType", media.detail.as_ref())
                .maybe_text("displayName", media.title.as_ref())
                .end_object();
            return true;
        }
        Source::Url { .. } => {
            encoding.losses.semantic(at, "the upstream fetches no addresses: send the bytes instead");
            return false;
        }
        Source::File(_) => {
            encoding.losses.semantic(at, "the file is in another vendor's store: send the bytes instead");
            return false;
        }
    };
    w.begin_object().key("inlineData").begin_object().key("mimeType").text(&mime).key("data").text(&base64);
    if encoding.is_native() {
        w.maybe_text("displayName", media.title.as_ref());
    }
    w.end_object();
    true
}
