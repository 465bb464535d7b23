//! Reads items of the responses API: the parts of a conversation.

use super::wire::{Annotation, ContentPart, Item};
use crate::chat::codec::cursor::{Cursor, Reading, TextOr, Unreadable, Whole, Wire};
use crate::chat::codec::media::{mime_of_audio, mime_of_name, source_of_url};
use crate::chat::codec::names::positional_call;
use crate::chat::codec::wire::{DecodeError, Path, read_part, read_text};
use crate::chat::openai_chat::file_source;
use crate::chat::request::{
    CacheMark, Citation, Content, Input, Media, MediaKind, Output, Part, Role, Source, Thinking, ToolCall, ToolResult,
};
use crate::chat::signature::{Signature, SignatureKind};
use crate::chat::text::{Json, Number, Text};

/// What an item says.
pub(super) enum Said<'a> {
    /// A message of this role.
    Message(Role, Vec<Part<'a>>),
    /// A part of the model's turn.
    Model(Part<'a>),
    /// What a tool gave back.
    Result(Part<'a>),
}

/// Reads an item.
pub(super) fn said<'a>(json: Json<'a>, item: &mut Item<'a>, at: Path<'_>) -> Result<Said<'a>, DecodeError> {
    let kind = item.kind.clone().unwrap_or_else(|| "message".into());
    Ok(match kind.to_plain().as_ref() {
        "message" => {
            let role = role_of(item.role.as_ref(), at)?;
            Said::Message(role, text_or_parts(item.content.take(), at.key("content"))?)
        }
        "function_call" | "custom_tool_call" | "reasoning" => Said::Model(model_part(item, at)?),
        "function_call_output" | "custom_tool_call_output" => {
            let is_free = kind == *"custom_tool_call_output";
            let extra = std::mem::take(&mut item.extra);
            let output = match item.output.take() {
                Some(TextOr::Other(output)) if output.is_object() => Output::Object(output, Vec::new()),
                output => Output::Parts(text_or_parts(output, at.key("output"))?),
            };
            let call = item.call_id.take().unwrap_or_else(|| positional_call(0));
            let result = ToolResult { call, name: item.name.take(), output, is_error: None, is_free };
            Said::Result(Part { content: Content::Result(result), cache: None, extra })
        }
        other if other.ends_with("_output") || other == "item_reference" => {
            Said::Result(Part::new(Content::Foreign(json)))
        }
        _ => Said::Model(Part::new(Content::Foreign(json))),
    })
}

fn role_of(role: Option<&Text<'_>>, at: Path<'_>) -> Result<Role, DecodeError> {
    match role.map(Text::to_plain).as_deref() {
        Some("user") => Ok(Role::User),
        Some("assistant") => Ok(Role::Assistant),
        Some("system") => Ok(Role::System),
        Some("developer") => Ok(Role::Developer),
        Some(other) => Err(at.key("role").error(format!("unknown role `{other}`"))),
        None => Err(at.key("role").error("is required")),
    }
}

/// Reads an item that is a part of the model's turn.
pub(super) fn model_part<'a>(item: &mut Item<'a>, at: Path<'_>) -> Result<Part<'a>, DecodeError> {
    let kind = item.kind.take().unwrap_or_default();
    let content = if kind == *"reasoning" {
        let mut text: Vec<Text<'a>> =
            item.summary.take().unwrap_or_default().into_iter().filter_map(|part| part.text).collect();
        match item.content.take().filter(|_| text.is_empty()) {
            Some(TextOr::Parts(list)) => text.extend(list.into_iter().filter_map(thought_of)),
            Some(TextOr::Other(json)) => return Err(TextOr::<Piece<'_>>::refusal(&json, at.key("content"))),
            Some(TextOr::Text(_)) => return Err(at.key("content").error("expected a list")),
            None => {}
        }
        text.retain(|text| !text.is_empty());
        let id = item.id.take();
        let sealed = item.encrypted_content.take().filter(|sealed| !sealed.is_empty());
        let signature = sealed.map(|value| Signature::found(SignatureKind::Responses, value, id));
        Content::Thinking(Thinking { text, signature })
    } else {
        let input = if kind == *"custom_tool_call" {
            Input::Free(item.input.take().unwrap_or_default())
        } else {
            match item.arguments.take() {
                Some(arguments) if arguments.is_object() => Input::Object(arguments),
                Some(arguments) => Input::Arguments(read_text(&arguments, at.key("arguments"))?),
                None => Input::Arguments(Text::default()),
            }
        };
        let id = item.call_id.take().or(item.id.take()).unwrap_or_default();
        let name = flat_name(item.namespace.as_ref(), item.name.take().unwrap_or_default());
        Content::Call(ToolCall { id, name, input, signature: None })
    };
    Ok(Part { content, cache: None, extra: std::mem::take(&mut item.extra) })
}

/// Returns what a part of a thought says, of whatever kind it is.
fn thought_of(Piece(part): Piece<'_>) -> Option<Text<'_>> {
    match part.content {
        Content::Text(text, _) => Some(text),
        Content::Foreign(json) => read_part::<ContentPart<'_>>(&json, Path::Root).ok()?.text,
        _ => None,
    }
}

/// Returns the one name of a tool that stands in a namespace.
pub(super) fn flat_name<'a>(namespace: Option<&Text<'_>>, name: Text<'a>) -> Text<'a> {
    match namespace.filter(|namespace| !namespace.is_empty()) {
        Some(namespace) => Text::from_escaped(format!("{}__{}", namespace.as_escaped(), name.as_escaped())),
        None => name,
    }
}

/// Reads `content` or `output`: absent, a string, or a list of parts.
pub(super) fn text_or_parts<'a>(
    content: Option<TextOr<'a, Piece<'a>>>,
    at: Path<'_>,
) -> Result<Vec<Part<'a>>, DecodeError> {
    content.map_or(Ok(Vec::new()), |content| content.into_parts(at))
}

/// A part that was made as soon as it was read: on the wire it has room for every kind.
#[derive(Debug)]
pub(super) struct Piece<'a>(Part<'a>);

impl<'a> Wire<'a> for Piece<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        part_of(Whole::read(cursor)?, Path::Root).map(Self).map_err(Unreadable::of)
    }
}

impl<'a> From<Piece<'a>> for Part<'a> {
    fn from(Piece(part): Piece<'a>) -> Self {
        part
    }
}

fn part_of<'a>(whole: Whole<'a, ContentPart<'a>>, at: Path<'_>) -> Result<Part<'a>, DecodeError> {
    let Whole { json, value: mut part } = whole;
    let kind = part.kind.unwrap_or_default();
    part.extra.keep("logprobs", part.logprobs);
    let content = match kind.to_plain().as_ref() {
        "input_text" | "output_text" | "text" | "summary_text" => {
            let citations = part.annotations.unwrap_or_default().iter().filter_map(citation_of).collect();
            Content::Text(part.text.unwrap_or_default(), citations)
        }
        "refusal" => Content::Refusal(part.refusal.unwrap_or_default()),
        "input_image" => {
            let source = match (part.image_url, part.file_id) {
                (Some(url), _) => source_of_url(&url, None),
                (None, Some(id)) => Source::File(id),
                (None, None) => return Err(at.key("image_url").error("is required")),
            };
            Content::Media(Media { kind: MediaKind::Image, source, title: None, detail: part.detail })
        }
        "input_file" => {
            let source = match part.file_url {
                Some(url) => {
                    let mime = part.filename.as_ref().map(|name| mime_of_name(&name.to_plain()).into());
                    source_of_url(&url, mime)
                }
                None => file_source(part.file_id, part.file_data, part.filename.as_ref()),
            };
            Content::Media(Media { kind: MediaKind::Document, source, title: part.filename, detail: part.detail })
        }
        "input_audio" => {
            let audio = part.input_audio.unwrap_or_default();
            let format = audio.format.unwrap_or_else(|| "wav".into());
            let mime = Text::plain(mime_of_audio(&format.to_plain()));
            let source = Source::Inline { mime, base64: audio.data.unwrap_or_default() };
            Content::Media(Media { kind: MediaKind::Audio, source, title: None, detail: None })
        }
        _ => return Ok(Part::new(Content::Foreign(json))),
    };
    let cache = part.prompt_cache_breakpoint.map(|mark| match mark.ttl {
        Some(ttl) if ttl == *"12h" => CacheMark::Long,
        _ => CacheMark::Default,
    });
    Ok(Part { content, cache, extra: part.extra })
}

/// Reads an annotation; `None` for kinds that name no address.
pub(super) fn citation_of<'a>(json: &Json<'a>) -> Option<Citation<'a>> {
    let annotation: Annotation<'a> = read_part(json, Path::Root).ok()?;
    if annotation.kind.is_some_and(|kind| kind != *"url_citation") {
        return None;
    }
    let index = |number: Option<Number<'_>>| number.and_then(|number| number.as_u64());
    let span = index(annotation.start_index).zip(index(annotation.end_index));
    Some(Citation { url: Some(annotation.url?), title: annotation.title, quoted: None, span, native: json.clone() })
}
