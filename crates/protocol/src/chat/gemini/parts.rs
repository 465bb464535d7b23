//! Reads parts of contents.

use super::wire::{Blob, FileData, FunctionCall, FunctionResponse, PartObject, ResponseValue};
use crate::chat::codec::cursor::{Cursor, Perhaps, Reading, Unreadable, Whole, Wire};
use crate::chat::codec::media::kind_of;
use crate::chat::codec::wire::{DecodeError, Path, read_part, read_text};
use crate::chat::request::{Content, Input, Media, MediaKind, Output, Part, Source, Thinking, ToolCall, ToolResult};
use crate::chat::signature::{Signature, SignatureKind};
use crate::chat::text::{Json, Text};

/// A part, and what of it still needs a name that others know.
#[derive(Debug)]
pub(super) enum Read<'a> {
    /// A part that stands for itself.
    Part(Part<'a>),
    /// A call, perhaps without id.
    Call(Part<'a>, Option<Text<'a>>),
    /// A result, perhaps without id.
    Result(Part<'a>, Option<Text<'a>>),
}

impl<'a> Wire<'a> for Read<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let mut part = PartObject::default();
        let json = cursor.spanning(|cursor| part.fill(cursor))?;
        read_object(json, &mut part, Path::Root).map_err(Unreadable::of)
    }
}

/// Reads a part that was stepped over before.
pub(super) fn read_one<'a>(json: &Json<'a>, at: Path<'_>) -> Result<Read<'a>, DecodeError> {
    read_object(json.clone(), &mut read_part(json, at)?, at)
}

fn read_object<'a>(json: Json<'a>, part: &mut PartObject<'a>, at: Path<'_>) -> Result<Read<'a>, DecodeError> {
    let mut extra = std::mem::take(&mut part.extra);
    let signature = part.thought_signature.take().filter(|signature| !signature.is_empty());
    let signature = signature.map(|value| Signature::found(SignatureKind::Gemini, value, None));
    if let Some(call) = part.function_call.take() {
        let (call, id) = tool_call(call, signature);
        return Ok(Read::Call(Part { content: Content::Call(call), cache: None, extra }, id));
    }
    if let Some(response) = part.function_response.take() {
        let (result, id) = tool_result(response, at.key("functionResponse"))?;
        return Ok(Read::Result(Part { content: Content::Result(result), cache: None, extra }, id));
    }
    let content = match (part.text.take(), part.inline_data.take(), part.file_data.take()) {
        (text, None, None) if part.thought == Some(true) => {
            let text = text.filter(|text| !text.is_empty());
            Content::Thinking(Thinking { text: text.into_iter().collect(), signature })
        }
        // The draft of a picture is a thought that no other dialect can show.
        _ if part.thought == Some(true) => Content::Foreign(json),
        (Some(text), _, _) => {
            if let Some(signature) = signature {
                let value = Json::trusted(format!("\"{}\"", signature.value.as_escaped()));
                extra.keep("thoughtSignature", Some(value));
            }
            Content::Text(text, Vec::new())
        }
        (None, Some(blob), _) => Content::Media(inline(blob)),
        (None, None, Some(file)) => Content::Media(filed(file)),
        (None, None, None) => Content::Foreign(json),
    };
    if matches!(content, Content::Foreign(_)) {
        return Ok(Read::Part(Part::new(content)));
    }
    Ok(Read::Part(Part { content, cache: None, extra }))
}

/// Reads a call; the id is the caller's to invent where there is none.
pub(super) fn tool_call<'a>(
    call: FunctionCall<'a>,
    signature: Option<Signature<'a>>,
) -> (ToolCall<'a>, Option<Text<'a>>) {
    let input = Input::Object(call.args.unwrap_or_else(|| Json::trusted("{}")));
    let id = call.id.filter(|id| !id.is_empty());
    (ToolCall { id: Text::default(), name: call.name.unwrap_or_default(), input, signature }, id)
}

fn inline(blob: Blob<'_>) -> Media<'_> {
    let mime = blob.mime_type.unwrap_or_else(|| "application/octet-stream".into());
    let kind = kind_of(&mime.to_plain());
    // Google's base64 may be the one for addresses.
    let data = blob.data.unwrap_or_default();
    let base64 = if data.as_escaped().contains(['-', '_']) {
        Text::plain(data.to_plain().replace('-', "+").replace('_', "/"))
    } else {
        data
    };
    Media { kind, source: Source::Inline { mime, base64 }, title: blob.display_name, detail: None }
}

fn filed(file: FileData<'_>) -> Media<'_> {
    let kind = file.mime_type.as_ref().map_or(MediaKind::Document, |mime| kind_of(&mime.to_plain()));
    let uri = file.file_uri.unwrap_or_default();
    let is_stored = uri.to_plain().starts_with("gs://") || uri.to_plain().contains("generativelanguage.googleapis.com");
    let source = if is_stored { Source::File(uri) } else { Source::Url { url: uri, mime: file.mime_type.clone() } };
    let detail = if is_stored { file.mime_type } else { None };
    Media { kind, source, title: file.display_name, detail }
}

fn tool_result<'a>(
    response: FunctionResponse<'a>,
    at: Path<'_>,
) -> Result<(ToolResult<'a>, Option<Text<'a>>), DecodeError> {
    let mut media = Vec::new();
    for (index, json) in response.parts.unwrap_or_default().iter().enumerate() {
        if let Read::Part(part) = read_one(json, at.item("parts", index))? {
            media.push(part);
        }
    }
    let (value, plain) = match response.response {
        Some(Whole { json, value: Perhaps(object) }) => (json, object.and_then(plain_value)),
        None => (Json::trusted("{}"), None),
    };
    let (output, is_error) = match plain {
        Some((text, is_error)) => {
            media.insert(0, Part::new(Content::Text(text, Vec::new())));
            (Output::Parts(media), is_error)
        }
        None => (Output::Object(value, media), None),
    };
    let result = ToolResult { call: Text::default(), name: response.name, output, is_error, is_free: false };
    Ok((result, response.id.filter(|id| !id.is_empty())))
}

/// Returns the text of `{"output": "…"}` or `{"error": "…"}`, which Google documents for plain values.
fn plain_value(value: ResponseValue<'_>) -> Option<(Text<'_>, Option<bool>)> {
    if !value.extra.is_empty() {
        return None;
    }
    match (value.output, value.error) {
        (Some(output), None) => Some((read_text(&output, Path::Root).ok()?, None)),
        (None, Some(error)) => Some((read_text(&error, Path::Root).ok()?, Some(true))),
        _ => None,
    }
}
