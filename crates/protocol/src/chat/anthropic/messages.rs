//! Writes the conversation of a Messages request.

use super::blocks::is_marked;
use super::encode::write_cache;
use crate::chat::bridge::Trait;
use crate::chat::codec::encoding::{CONTENT, Encoding, JSON_INSTRUCTION, bare_text, input_object, solid};
use crate::chat::codec::media::text_of_base64;
use crate::chat::codec::names::{ANTHROPIC_CALL, ANTHROPIC_TOOL};
use crate::chat::codec::wire::Path;
use crate::chat::codec::write::Writer;
use crate::chat::request::{
    CacheMark, Citation, Content, Format, Media, MediaKind, Output, Part, Request, Role, Source, Thinking, Tool,
    ToolCall, ToolResult, Turn,
};
use crate::chat::signature::{Signature, SignatureKind};
use crate::chat::text::Text;

/// Most marks behind which a prompt is cached.
const MAX_CACHE_MARKS: usize = 4;

/// Turns of one speaker in a row.
type Group<'g, 'a> = (Role, &'g [Turn<'a>]);

/// Writes `system` and `messages`.
pub(super) fn write_messages(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let groups = grouped(&request.turns);
    let (system, talk): (Vec<_>, Vec<_>) = {
        let may_stay = !encoding.target.has(Trait::NoMidwayInstructions);
        let is_system = |place: usize| match groups.get(place) {
            Some((role, _)) => role.is_instruction() && !(may_stay && stands_well(&groups, place)),
            None => false,
        };
        (0..groups.len()).partition(|&place| is_system(place))
    };
    let pick =
        |places: &[usize]| -> Vec<&Group<'_, '_>> { places.iter().filter_map(|&place| groups.get(place)).collect() };
    let moved = system.iter().find(|&&place| talk.first().is_some_and(|&first| first < place));
    if let Some(turn) = moved.and_then(|&place| groups.get(place)).and_then(|(_, turns)| turns.first()) {
        let at = encoding.place(turn);
        encoding.losses.cosmetic(at, "instructions moved to the beginning");
    }
    write_system(encoding, w, &pick(&system));
    encoding.spare_marks = surplus_marks(encoding.request);
    // Instructions that went to the beginning stood between turns of one speaker.
    let talk = pick(&talk).into_iter().filter(|group| says_something(encoding, group));
    let talk: Vec<&Turn<'_>> = talk.flat_map(|(_, turns)| *turns).collect();
    w.key("messages").begin_array();
    let mut messages = talk.chunk_by(|one, next| speaker(one) == speaker(next)).peekable();
    let mut room = Vec::new();
    while let Some(turns) = messages.next() {
        let position = if messages.peek().is_none() { Position::Last } else { Position::Middle };
        write_message(encoding, w, (turns, position), &mut room);
    }
    w.end_array();
}

/// Returns how many marks there are above what the API takes. Later ones cover what earlier ones do.
fn surplus_marks(request: &Request<'_>) -> usize {
    let in_tools =
        request.toolbox.tools.iter().filter(|tool| matches!(tool, Tool::Function(tool) if tool.cache.is_some()));
    let in_turns = request.turns.iter().map(|turn| marks_in(&turn.parts));
    (in_tools.count() + in_turns.sum::<usize>()).saturating_sub(MAX_CACHE_MARKS)
}

fn marks_in(parts: &[Part<'_>]) -> usize {
    let marks = |part: &Part<'_>| match &part.content {
        Content::Result(ToolResult { output: Output::Parts(inner) | Output::Object(_, inner), .. }) => marks_in(inner),
        _ => 0,
    };
    parts.iter().map(|part| usize::from(part.cache.is_some()) + marks(part)).sum()
}

fn says_something(encoding: &Encoding<'_, '_>, (_, turns): &Group<'_, '_>) -> bool {
    turns.iter().flat_map(|turn| solid(&turn.parts)).any(|(_, part)| !is_blank(encoding, part))
}

/// Puts adjacent turns of one speaker together, as the API does.
fn grouped<'g, 'a>(turns: &'g [Turn<'a>]) -> Vec<Group<'g, 'a>> {
    let groups = turns.chunk_by(|one, next| speaker(one) == speaker(next));
    groups.filter_map(|group| Some((speaker(group.first()?), group))).collect()
}

fn speaker(turn: &Turn<'_>) -> Role {
    if turn.role.is_instruction() { Role::System } else { turn.role }
}

/// Returns whether instructions stand where the API takes them: behind the user, before the model or the end.
fn stands_well(groups: &[Group<'_, '_>], place: usize) -> bool {
    let role = |place: Option<usize>| place.and_then(|place| groups.get(place)).map(|(role, _)| *role);
    role(place.checked_sub(1)) == Some(Role::User) && matches!(role(Some(place + 1)), None | Some(Role::Assistant))
}

fn write_system(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, groups: &[&Group<'_, '_>]) {
    let parts = groups.iter().flat_map(|(_, turns)| turns.iter().flat_map(|turn| &turn.parts));
    let parts: Vec<&Part<'_>> = parts.filter(|part| !is_blank(encoding, part)).collect();
    let wants_json = encoding.request.format == Format::JsonObject;
    if parts.is_empty() && !wants_json {
        return;
    }
    w.key("system");
    if let ([Part { content: Content::Text(text, _), cache: None, extra }], false) = (parts.as_slice(), wants_json)
        && (!encoding.is_native() || extra.is_empty())
    {
        w.text(text);
        return encoding.extra(w, extra, Path::Root.key("system"));
    }
    if wants_json {
        encoding.losses.cosmetic("response_format", "asked for by an instruction");
        if parts.is_empty() {
            w.string(JSON_INSTRUCTION);
            return;
        }
    }
    let root = Path::Root;
    let list = root.key("system");
    w.begin_array();
    for (index, part) in parts.into_iter().enumerate() {
        match &part.content {
            Content::Text(text, _) if text.is_empty() => {}
            Content::Text(..) | Content::Foreign(_) => write_part(encoding, w, (part, Role::User), list.index(index)),
            _ => encoding.losses.semantic(list.index(index), "the upstream takes instructions as text only"),
        }
    }
    if wants_json {
        w.begin_object().kind("text").key("text").string(JSON_INSTRUCTION).end_object();
    }
    w.end_array();
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Middle,
    Last,
}

/// Parts of a message with their places.
type Placed<'p, 'a> = (Path<'static>, usize, &'p Part<'a>);

/// Writes a message; `parts` is room for its parts.
fn write_message<'p, 'a>(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (turns, position): (&[&'p Turn<'a>], Position),
    parts: &mut Vec<Placed<'p, 'a>>,
) {
    let Some(role) = turns.first().map(|turn| speaker(turn)) else { return };
    if let [turn] = turns
        && let Some(text) = bare_text(turn).filter(|text| !text.is_blank())
        && (position == Position::Middle || role != Role::Assistant)
    {
        w.begin_object().key("role").word(word_of(role)).key("content").text(text).end_object();
        return;
    }
    // Results must stand first in their message.
    parts.clear();
    for is_result in [true, false] {
        for turn in turns {
            let at = encoding.place(turn);
            let wanted = solid(&turn.parts).filter(|(_, part)| matches!(part.content, Content::Result(_)) == is_result);
            parts.extend(wanted.map(|(place, part)| (at, place, part)));
        }
    }
    parts.retain(|(at, place, part)| is_written(encoding, part, at.item(CONTENT, *place)));
    if parts.is_empty() {
        return;
    }
    w.begin_object().key("role").word(word_of(role)).key("content");
    match parts.as_slice() {
        [(at, _, Part { content: Content::Text(text, _), cache: None, extra })]
            if !encoding.is_native() || extra.is_empty() =>
        {
            let ends_answer = position == Position::Last && role == Role::Assistant && !encoding.is_native();
            // The answer goes on from here, and the API refuses to go on from white space.
            if ends_answer {
                w.text(&text.trimmed_end())
            } else {
                w.text(text)
            };
            encoding.extra(w, extra, *at);
        }
        _ => {
            w.begin_array();
            for (at, place, part) in parts.iter() {
                write_part(encoding, w, (part, role), at.item(CONTENT, *place));
            }
            w.end_array();
        }
    }
    for turn in turns {
        let at = encoding.place(turn);
        if turn.name.is_some() {
            encoding.cosmetic_once(at.key("name"), "the upstream knows no names of participants");
        }
        encoding.extra(w, &turn.extra, at);
    }
    w.end_object();
}

const fn word_of(role: Role) -> &'static str {
    match role {
        Role::System | Role::Developer => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// Returns whether a part is a text of which the API would say that it has nothing in it.
fn is_blank(encoding: &Encoding<'_, '_>, part: &Part<'_>) -> bool {
    !encoding.is_native() && matches!(&part.content, Content::Text(text, _) if text.is_blank())
}

/// Returns whether a part will be written; records why not.
fn is_written(encoding: &mut Encoding<'_, '_>, part: &Part<'_>, at: Path<'_>) -> bool {
    match &part.content {
        Content::Thinking(thinking) => {
            let has_proof = proof_of(thinking, encoding.target.issuer).is_some();
            let is_own = encoding.is_native() && thinking.signature.is_none();
            if !has_proof && !is_own {
                encoding.cosmetic_once(at, "thoughts go back only to the account that had them");
            }
            has_proof || is_own
        }
        Content::Foreign(_) if !encoding.is_native() => {
            // Where it stood tells how much it matters; an assistant's comes from a vendor's tools.
            encoding.losses.cosmetic(at, "the upstream's dialect has no such part");
            false
        }
        Content::Media(media) => match unfit(encoding, media) {
            Some(reason) => {
                encoding.losses.semantic(at, reason);
                false
            }
            None => true,
        },
        Content::Text(..) => !is_blank(encoding, part),
        Content::Call(_) | Content::Result(_) | Content::Refusal(_) | Content::Foreign(_) => true,
    }
}

/// Returns why media cannot go into the API.
fn unfit(encoding: &Encoding<'_, '_>, media: &Media<'_>) -> Option<&'static str> {
    match (media.kind, &media.source) {
        (MediaKind::Audio | MediaKind::Video, _) => Some("the upstream takes no audio or video"),
        (_, Source::File(_)) if !encoding.is_native() => {
            Some("the file is in another vendor's store: send the bytes instead")
        }
        (MediaKind::Document, Source::Inline { mime, base64 }) if *mime != *"application/pdf" => {
            let is_text = mime.to_plain().starts_with("text/") && text_of_base64(base64).is_some();
            (!is_text && !encoding.is_native()).then_some("the upstream takes PDF and text documents only")
        }
        _ => None,
    }
}

/// Returns the proof of a thought if it may go to the account.
pub(super) fn proof_of<'t, 'a>(thinking: &'t Thinking<'a>, issuer: &str) -> Option<&'t Signature<'a>> {
    let kinds = [SignatureKind::Anthropic, SignatureKind::AnthropicRedacted];
    thinking.signature.as_ref().filter(|signature| kinds.iter().any(|kind| signature.may_go_to(*kind, issuer)))
}

fn write_part(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, (part, role): (&Part<'_>, Role), at: Path<'_>) {
    match &part.content {
        Content::Text(text, citations) => {
            w.begin_object().kind("text").key("text").text(text);
            if !citations.is_empty() && encoding.is_native() {
                write_citations(w, citations);
            } else if !citations.is_empty() {
                encoding.cosmetic_once(at, "sources of earlier answers are not repeated");
            }
        }
        Content::Refusal(text) => {
            w.begin_object().kind("text").key("text").text(text);
        }
        Content::Media(media) => write_media(encoding, w, media),
        Content::Call(call) => write_call(encoding, w, call, at),
        Content::Result(result) => write_result(encoding, w, result, at),
        Content::Thinking(thinking) => write_thinking(w, thinking),
        Content::Foreign(json) => return encoding.foreign(w, json, role, at),
    }
    write_mark(encoding, w, part.cache, at);
    encoding.extra(w, &part.extra, at);
    w.end_object();
}

fn write_citations(w: &mut Writer<'_>, citations: &[Citation<'_>]) {
    let mut own = citations.iter().filter(|citation| !is_marked(citation)).peekable();
    if own.peek().is_some() {
        w.key("citations").begin_array();
        own.for_each(|citation| {
            w.json(&citation.native);
        });
        w.end_array();
    }
}

fn write_mark(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, mark: Option<CacheMark>, at: Path<'_>) {
    if mark.is_some() && encoding.spare_marks > 0 && !encoding.is_native() {
        encoding.spare_marks -= 1;
        return encoding.cosmetic_once(at.key("cache_control"), "the upstream takes four cache marks");
    }
    let is_late = mark == Some(CacheMark::Long) && encoding.has_short_mark && !encoding.is_native();
    if is_late {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream takes long marks before short ones only");
    }
    encoding.has_short_mark |= mark == Some(CacheMark::Default);
    write_cache(w, if is_late { Some(CacheMark::Default) } else { mark });
}

fn write_call(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, call: &ToolCall<'_>, at: Path<'_>) {
    let name = encoding.tool_name(ANTHROPIC_TOOL, &call.name);
    let input = input_object(encoding, &call.input, at);
    w.begin_object().kind("tool_use").key("id").string(&ANTHROPIC_CALL.fit(&call.id));
    w.key("name").string(&name).key("input").json(&input);
}

fn write_result(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, result: &ToolResult<'_>, at: Path<'_>) {
    w.begin_object().kind("tool_result").key("tool_use_id").string(&ANTHROPIC_CALL.fit(&result.call));
    let (object, parts) = match &result.output {
        Output::Parts(parts) => (None, parts),
        Output::Object(object, parts) => (Some(object), parts),
    };
    match (object, parts.as_slice()) {
        (None, []) => {}
        (Some(object), []) => {
            w.key("content").string(object.as_str());
        }
        (None, [Part { content: Content::Text(text, _), cache: None, extra }])
            if !encoding.is_native() || extra.is_empty() =>
        {
            w.key("content").text(text);
            encoding.extra(w, extra, at);
        }
        _ => {
            w.key("content").begin_array();
            if let Some(object) = object {
                w.begin_object().kind("text").key("text").string(object.as_str()).end_object();
            }
            for (index, part) in solid(parts) {
                let here = at.item(CONTENT, index);
                if is_written(encoding, part, here) {
                    write_part(encoding, w, (part, Role::User), here);
                }
            }
            w.end_array();
        }
    }
    w.flag(result.is_error, "is_error");
}

fn write_thinking(w: &mut Writer<'_>, thinking: &Thinking<'_>) {
    let Some(signature) = &thinking.signature else {
        w.begin_object().kind("thinking").key("thinking").begin_text();
        thinking.text.iter().for_each(|text| {
            w.add_text(text);
        });
        w.end_text().key("signature").string("");
        return;
    };
    if signature.kind == SignatureKind::AnthropicRedacted {
        w.begin_object().kind("redacted_thinking").key("data").text(&signature.value);
        return;
    }
    w.begin_object().kind("thinking").key("thinking").begin_text();
    match &signature.sealed_text {
        Some(text) => {
            w.add_text(text);
        }
        None => thinking.text.iter().for_each(|text| {
            w.add_text(text);
        }),
    }
    w.end_text().key("signature").text(&signature.value);
}

fn write_media(encoding: &Encoding<'_, '_>, w: &mut Writer<'_>, media: &Media<'_>) {
    let kind = if media.kind == MediaKind::Image { "image" } else { "document" };
    w.begin_object().kind(kind).key("source").begin_object();
    match &media.source {
        Source::Inline { mime, base64 } => {
            let text = (media.kind == MediaKind::Document && *mime != *"application/pdf" && !encoding.is_native())
                .then(|| text_of_base64(base64))
                .flatten();
            match text {
                Some(text) => write_text_source(w, &Text::plain(text)),
                None => {
                    w.kind("base64").key("media_type").text(mime).key("data").text(base64);
                }
            }
        }
        Source::Url { url, .. } => {
            w.kind("url").key("url").text(url);
        }
        Source::File(id) => {
            w.kind("file").key("file_id").text(id);
        }
        Source::Text(text) => write_text_source(w, text),
    }
    w.end_object();
    if media.kind == MediaKind::Document {
        w.maybe_text("title", media.title.as_ref());
    }
}

fn write_text_source(w: &mut Writer<'_>, text: &Text<'_>) {
    w.kind("text").key("media_type").string("text/plain").key("data").text(text);
}
