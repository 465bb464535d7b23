//! Media in conversations: data URLs, media types, and what kind of thing they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::chat::request::{MediaKind, Source};
use crate::chat::text::Text;

/// Reads an address: a data URL has the bytes inside, any other is fetched by the vendor.
pub(in crate::chat) fn source_of_url<'a>(url: &Text<'a>, mime: Option<Text<'a>>) -> Source<'a> {
    source_of_data_url(url).unwrap_or_else(|| Source::Url { url: url.clone(), mime })
}

/// Reads a data URL (RFC 2397); `None` for any other address.
pub(in crate::chat) fn source_of_data_url<'a>(url: &Text<'a>) -> Option<Source<'a>> {
    let url = url.unescaped();
    let inside = url.as_escaped().strip_prefix("data:")?;
    let comma = inside.find(',')?;
    let header = inside.get(..comma)?;
    let mime = header.split(';').next().filter(|mime| !mime.is_empty()).unwrap_or("text/plain");
    let data_at = "data:".len() + comma + 1;
    if header.ends_with(";base64") {
        let mime_end = "data:".len() + mime.len();
        return Some(Source::Inline {
            mime: url.slice("data:".len()..mime_end),
            base64: url.slice(data_at..usize::MAX),
        });
    }
    let bytes = crate::operation::decode(inside.get(comma + 1..)?);
    Some(Source::Inline { mime: Text::plain(mime.to_owned()), base64: Text::plain(STANDARD.encode(bytes.as_bytes())) })
}

/// Returns the bytes of base64 as text, if they are text.
pub(in crate::chat) fn text_of_base64(base64: &Text<'_>) -> Option<String> {
    String::from_utf8(STANDARD.decode(base64.to_plain().as_bytes()).ok()?).ok()
}

/// Returns a text as base64.
pub(in crate::chat) fn base64_of_text(text: &Text<'_>) -> Text<'static> {
    Text::plain(STANDARD.encode(text.to_plain().as_bytes()))
}

/// Returns what kind of thing a media type stands for.
pub(in crate::chat) fn kind_of(mime: &str) -> MediaKind {
    match mime.split('/').next().unwrap_or_default() {
        "image" => MediaKind::Image,
        "audio" => MediaKind::Audio,
        "video" => MediaKind::Video,
        _ => MediaKind::Document,
    }
}

/// Returns the media type that a file name's ending stands for.
pub(in crate::chat) fn mime_of_name(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "txt" | "log" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        // The one kind of file that every vendor takes.
        _ => "application/pdf",
    }
}

/// Returns the media type of a sound in OpenAI's word for its format.
pub(in crate::chat) fn mime_of_audio(format: &str) -> String {
    match format {
        "mp3" => "audio/mpeg".to_owned(),
        other => format!("audio/{other}"),
    }
}

/// Returns OpenAI's word for the format of a sound; `None` where it takes none such.
pub(in crate::chat) fn audio_format(mime: &str) -> Option<&'static str> {
    match mime {
        "audio/mpeg" | "audio/mp3" => Some("mp3"),
        "audio/wav" | "audio/x-wav" | "audio/wave" => Some("wav"),
        _ => None,
    }
}
