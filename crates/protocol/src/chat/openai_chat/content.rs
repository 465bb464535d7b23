//! Content parts of messages.

use super::wire::{CacheBreakpoint, ContentPart, FileObject, InputAudio, ThoughtPart, UrlObject};
use crate::chat::codec::cursor::{Cursor, Reading, TextOr, Unreadable, Whole, Wire};
use crate::chat::codec::media::{kind_of, mime_of_audio, mime_of_name, source_of_data_url, source_of_url};
use crate::chat::codec::wire::{DecodeError, Path, read_part};
use crate::chat::request::{CacheMark, Content, Media, MediaKind, Part, Source, Thinking};
use crate::chat::text::{Json, Text};

/// Reads `content`: absent, a string, or a list of parts.
pub(super) fn text_or_parts<'a>(
    content: Option<TextOr<'a, Piece<'a>>>,
    at: Path<'_>,
) -> Result<Vec<Part<'a>>, DecodeError> {
    content.map_or(Ok(Vec::new()), |content| content.into_parts(at))
}

/// Reads what a model says: some vendors put its thoughts among the parts.
pub(super) fn said<'a>(content: Option<TextOr<'a, Piece<'a>>>, at: Path<'_>) -> Result<Vec<Part<'a>>, DecodeError> {
    let mut parts = text_or_parts(content, at)?;
    for part in &mut parts {
        if let Content::Foreign(json) = &part.content
            && let Some(thinking) = thought_in(json)
        {
            part.content = Content::Thinking(thinking);
        }
    }
    parts.retain(|part| !matches!(&part.content, Content::Text(text, _) if text.is_empty()));
    Ok(parts)
}

fn thought_in<'a>(json: &Json<'a>) -> Option<Thinking<'a>> {
    let part: ThoughtPart<'a> = read_part(json, Path::Root).ok()?;
    part.kind.filter(|kind| *kind == *"thinking")?;
    let text = text_or_parts(part.thinking, Path::Root).ok()?.into_iter().filter_map(|part| match part.content {
        Content::Text(text, _) => Some(text),
        _ => None,
    });
    Some(Thinking { text: text.collect(), signature: None })
}

/// Reads the pictures that a model drew, which OpenRouter and its like list beside the content.
pub(super) fn pictures<'a>(images: Option<&Json<'a>>) -> Vec<Part<'a>> {
    let list = images.and_then(|images| read_part::<Vec<Piece<'a>>>(images, Path::Root).ok()).unwrap_or_default();
    list.into_iter().map(Part::from).filter(|part| matches!(part.content, Content::Media(_))).collect()
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
    let Whole { json, value: part } = whole;
    let kind = part.kind.unwrap_or_default();
    let content = match kind.to_plain().as_ref() {
        "text" => Content::Text(part.text.unwrap_or_default(), Vec::new()),
        "refusal" => Content::Refusal(part.refusal.unwrap_or_default()),
        "image_url" => linked(MediaKind::Image, part.image_url.as_ref(), at.key("image_url"))?,
        "video_url" => linked(MediaKind::Video, part.video_url.as_ref(), at.key("video_url"))?,
        "input_audio" => Content::Media(audio(part.input_audio.unwrap_or_default())),
        "file" => Content::Media(file(part.file.unwrap_or_default())),
        _ => return Ok(Part::new(Content::Foreign(json))),
    };
    let cache = part.prompt_cache_breakpoint.or(part.cache_control).map(|mark| cache_mark(&mark));
    Ok(Part { content, cache, extra: part.extra })
}

fn cache_mark(mark: &CacheBreakpoint<'_>) -> CacheMark {
    match &mark.ttl {
        Some(ttl) if *ttl == *"12h" || *ttl == *"1h" => CacheMark::Long,
        _ => CacheMark::Default,
    }
}

fn linked<'a>(kind: MediaKind, value: Option<&Json<'a>>, at: Path<'_>) -> Result<Content<'a>, DecodeError> {
    let value = value.ok_or_else(|| at.error("is required"))?;
    let object = if value.is_object() {
        read_part(value, at)?
    } else {
        UrlObject { url: Some(read_part(value, at)?), ..UrlObject::default() }
    };
    let url = object.url.ok_or_else(|| at.key("url").error("is required"))?;
    Ok(Content::Media(Media { kind, source: source_of_url(&url, None), title: None, detail: object.detail }))
}

fn audio(audio: InputAudio<'_>) -> Media<'_> {
    let format = audio.format.unwrap_or_else(|| "wav".into());
    let mime = Text::plain(mime_of_audio(&format.to_plain()));
    let source = Source::Inline { mime, base64: audio.data.unwrap_or_default() };
    Media { kind: MediaKind::Audio, source, title: None, detail: None }
}

/// Reads a file: by id, or as a data URL; bare base64 is accepted because clients send it.
pub(in crate::chat) fn file_source<'a>(
    id: Option<Text<'a>>,
    data: Option<Text<'a>>,
    name: Option<&Text<'a>>,
) -> Source<'a> {
    match (id, data) {
        (Some(id), None) => Source::File(id),
        (_, data) => {
            let data = data.unwrap_or_default();
            source_of_data_url(&data).unwrap_or_else(|| {
                let mime = mime_of_name(&name.map(Text::to_plain).unwrap_or_default());
                Source::Inline { mime: mime.into(), base64: data }
            })
        }
    }
}

fn file(file: FileObject<'_>) -> Media<'_> {
    let source = file_source(file.file_id, file.file_data, file.filename.as_ref());
    let kind = match &source {
        Source::Inline { mime, .. } => kind_of(&mime.to_plain()),
        Source::Url { .. } | Source::File(_) | Source::Text(_) => MediaKind::Document,
    };
    Media { kind, source, title: file.filename, detail: None }
}
