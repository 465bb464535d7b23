//! Reads content blocks of the Messages API.

use super::wire::{Block, CacheControl, CitationObject, SourceObject};
use crate::chat::codec::cursor::{Cursor, Reading, TextOr, Unreadable, Wire};
use crate::chat::codec::media::kind_of;
use crate::chat::codec::wire::{DecodeError, Path, read_part, read_text};
use crate::chat::request::{
    CacheMark, Citation, Content, Input, Media, MediaKind, Output, Part, Source, Thinking, ToolCall, ToolResult,
};
use crate::chat::signature::{Signature, SignatureKind, open_all};
use crate::chat::text::{Json, Text};

/// Whether blocks stand in a message or inside a tool's result. Results have no results inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Message,
    Result,
}

/// A part of a message that was made as soon as it was read: on the wire it has room for every kind.
#[derive(Debug)]
pub(super) struct Piece<'a>(Part<'a>);

impl<'a> Wire<'a> for Piece<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        read_part_at(cursor, Place::Message).map(Self)
    }
}

impl<'a> From<Piece<'a>> for Part<'a> {
    fn from(Piece(part): Piece<'a>) -> Self {
        part
    }
}

/// The same of a tool's result.
#[derive(Debug)]
struct ResultPiece<'a>(Part<'a>);

impl<'a> Wire<'a> for ResultPiece<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        read_part_at(cursor, Place::Result).map(Self)
    }
}

impl<'a> From<ResultPiece<'a>> for Part<'a> {
    fn from(ResultPiece(part): ResultPiece<'a>) -> Self {
        part
    }
}

fn read_part_at<'a>(cursor: &mut Cursor<'a>, place: Place) -> Reading<Part<'a>> {
    let mut block = Block::default();
    let json = cursor.spanning(|cursor| block.fill(cursor))?;
    part_of((json, &mut block), place, Path::Root).map_err(Unreadable::of)
}

/// Reads `content`: absent, a string, or a list of blocks.
pub(super) fn text_or_blocks<'a, T: Wire<'a> + Into<Part<'a>>>(
    content: Option<TextOr<'a, T>>,
    at: Path<'_>,
) -> Result<Vec<Part<'a>>, DecodeError> {
    content.map_or(Ok(Vec::new()), |content| content.into_parts(at))
}

/// Reads a block that was stepped over before.
pub(super) fn read_block<'a>(json: &Json<'a>, at: Path<'_>) -> Result<Part<'a>, DecodeError> {
    part_of((json.clone(), &mut read_part(json, at)?), Place::Message, at)
}

fn part_of<'a>((json, block): (Json<'a>, &mut Block<'a>), place: Place, at: Path<'_>) -> Result<Part<'a>, DecodeError> {
    let kind = block.kind.take().unwrap_or_default();
    let content = match kind.to_plain().as_ref() {
        "text" => Content::Text(block.text.take().unwrap_or_default(), citations(block.citations.take().as_ref())),
        "thinking" => Content::Thinking(thinking(block)),
        "redacted_thinking" => {
            let data = block.data.take().unwrap_or_default();
            let signature = Some(Signature::found(SignatureKind::AnthropicRedacted, data, None));
            Content::Thinking(Thinking { text: Vec::new(), signature })
        }
        "tool_use" if place == Place::Message => Content::Call(ToolCall {
            id: block.id.take().unwrap_or_default(),
            name: block.name.take().unwrap_or_default(),
            input: Input::Object(block.input.take().unwrap_or_else(|| Json::trusted("{}"))),
            signature: None,
        }),
        "tool_result" if place == Place::Message => Content::Result(ToolResult {
            call: block.tool_use_id.take().ok_or_else(|| at.key("tool_use_id").error("is required"))?,
            name: None,
            output: Output::Parts(text_or_blocks(
                block.content.take().map(TextOr::<ResultPiece<'_>>::of),
                at.key("content"),
            )?),
            is_error: block.is_error.take(),
            is_free: false,
        }),
        "image" | "document" => {
            let is_image = kind == *"image";
            let source = block.source.take().ok_or_else(|| at.key("source").error("is required"))?;
            match media(&source, is_image, at.key("source"))? {
                Some(media) => {
                    block.extra.keep("citations", block.citations.take());
                    Content::Media(Media { title: block.title.take(), ..media })
                }
                None => return Ok(Part::new(Content::Foreign(json))),
            }
        }
        _ => return Ok(Part::new(Content::Foreign(json))),
    };
    Ok(Part { content, cache: block.cache_control.as_ref().map(cache_mark), extra: std::mem::take(&mut block.extra) })
}

pub(super) fn cache_mark(control: &CacheControl<'_>) -> CacheMark {
    match &control.ttl {
        Some(ttl) if *ttl == *"1h" => CacheMark::Long,
        _ => CacheMark::Default,
    }
}

fn thinking<'a>(block: &mut Block<'a>) -> Thinking<'a> {
    let signature = block.signature.take().filter(|signature| !signature.is_empty());
    Thinking {
        text: block.thinking.take().filter(|text| !text.is_empty()).into_iter().collect(),
        signature: signature.map(|value| Signature::found(SignatureKind::Anthropic, value, None)),
    }
}

/// Reads a source; `None` for one that only this dialect has.
fn media<'a>(json: &Json<'a>, is_image: bool, at: Path<'_>) -> Result<Option<Media<'a>>, DecodeError> {
    // Search results have their address here.
    if !json.is_object() {
        return Ok(None);
    }
    let object: SourceObject<'a> = read_part(json, at)?;
    let usual: Text<'a> = if is_image { "image/png".into() } else { "application/pdf".into() };
    let mime = object.media_type;
    let source = match object.kind.unwrap_or_default().to_plain().as_ref() {
        "base64" => Source::Inline { mime: mime.unwrap_or(usual), base64: object.data.unwrap_or_default() },
        "url" => Source::Url { url: object.url.unwrap_or_default(), mime: (!is_image).then_some(usual) },
        "file" => Source::File(object.file_id.unwrap_or_default()),
        "text" => Source::Text(object.data.unwrap_or_default()),
        "content" => match &object.content {
            Some(text) if text.as_str().starts_with('"') => Source::Text(read_text(text, at.key("content"))?),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    let kind = match &source {
        Source::Inline { mime, .. } if !is_image => kind_of(&mime.to_plain()),
        _ if is_image => MediaKind::Image,
        _ => MediaKind::Document,
    };
    Ok(Some(Media { kind, source, title: None, detail: None }))
}

fn citations<'a>(json: Option<&Json<'a>>) -> Vec<Citation<'a>> {
    let list: Vec<Json<'a>> = json.and_then(|json| read_part(json, Path::Root).ok()).unwrap_or_default();
    list.iter().filter_map(citation_of).collect()
}

/// Returns whether a source was another vendor's, so that this API's cannot check it.
pub(super) fn is_marked(citation: &Citation<'_>) -> bool {
    let native = citation.native.as_borrowed().map(Json::trusted);
    let object = native.and_then(|native| read_part::<CitationObject<'_>>(&native, Path::Root).ok());
    object.and_then(|object| object.encrypted_index).is_some_and(|index| open_all(index.as_escaped()).is_some())
}

/// Reads a citation. One that does not say of which kind it is would break the clients that it is handed on to.
pub(super) fn citation_of<'a>(json: &Json<'a>) -> Option<Citation<'a>> {
    let object: CitationObject<'a> = read_part(json, Path::Root).ok()?;
    object.kind.as_ref()?;
    Some(Citation {
        url: object.url.or(object.source),
        title: object.title.or(object.document_title),
        quoted: object.cited_text,
        span: None,
        native: json.clone(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(r#"[{"type":"web_search_result_location","url":"https://x.test","title":"X"}]"#, 1)]
    #[case(r#"[{"url":"https://x.test","title":"X"},{"type":"char_location","cited_text":"a"}]"#, 1)]
    #[case(r#"[{"type":7,"url":"https://x.test"},7]"#, 0)]
    fn citations_without_a_kind_are_none(#[case] json: &str, #[case] expected: usize) {
        assert_eq!(citations(Some(&Json::trusted(json))).len(), expected);
    }
}
