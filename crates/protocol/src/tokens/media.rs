//! What images, documents, sound and moving pictures come to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::picture::{self, Size};
use super::rules::{ImageRule, MediaRule, Patches, Tiles};
use crate::chat::{Media, Source};

/// What an image is taken for whose size cannot be seen.
const SIZE_UNKNOWN: Size = Size { width: 1_024, height: 1_024 };
/// What a document is taken for whose pages cannot be seen.
const PAGES_UNKNOWN: u64 = 3;
/// What a sound or film is taken for that cannot be seen.
const SECONDS_UNKNOWN: u64 = 60;
/// Bytes of one second of sound: 64 kbit/s, as recorders and voice messages use.
const AUDIO_BYTES_PER_SECOND: u64 = 8_000;
/// Bytes of one second of film: 1 Mbit/s.
const VIDEO_BYTES_PER_SECOND: u64 = 125_000;
/// Bytes at the start of a file that are looked at for its size.
const HEAD_BYTES: usize = 256 * 1024;
/// Longest document whose pages are counted one by one.
const DOCUMENT_MAX_BYTES: usize = 32 * 1024 * 1024;

/// Returns the text of a file that is nothing but text.
pub(super) fn text_of(media: &Media<'_>) -> Option<String> {
    let Source::Inline { mime, base64 } = &media.source else { return None };
    let mime = mime.to_plain();
    let is_text = mime.starts_with("text/") || ["application/json", "application/xml"].contains(&mime.as_ref());
    let bytes = is_text.then(|| STANDARD.decode(base64.to_plain().as_bytes()).ok())??;
    String::from_utf8(bytes).ok()
}

pub(super) fn image_tokens(media: &Media<'_>, rules: &MediaRule) -> u64 {
    let size = head(media).and_then(|bytes| picture::size(&bytes)).unwrap_or(SIZE_UNKNOWN);
    let is_coarse = media.detail.as_ref().is_some_and(|detail| *detail == *"low");
    match &rules.image {
        ImageRule::Fixed(tokens) => *tokens,
        ImageRule::Tiles(tiles) if is_coarse && tiles.base > 0 => tiles.base,
        ImageRule::Tiles(rule) => tiles(rule, size),
        ImageRule::Patches(rule) => patches(rule, size),
    }
}

fn tiles(rule: &Tiles, size: Size) -> u64 {
    let size = rule.long_edge.map_or(size, |edge| size.within(edge));
    let size = rule.short_edge.map_or(size, |edge| size.no_wider_than(edge));
    rule.base + rule.tile * size.squares(rule.side)
}

fn patches(rule: &Patches, size: Size) -> u64 {
    let size = size.within(rule.long_edge).of_squares(rule.side, rule.most);
    (size.squares(rule.side).min(rule.most) * rule.per_patch).div_ceil(1_000)
}

pub(super) fn page_tokens(media: &Media<'_>, rules: &MediaRule) -> u64 {
    let pages = || {
        let base64 = inline(media).filter(|base64| base64.len() <= DOCUMENT_MAX_BYTES)?;
        let bytes = STANDARD.decode(base64.as_bytes()).ok()?;
        let found = picture::pages(&bytes);
        (found > 0).then_some(found)
    };
    rules.page * pages().unwrap_or(PAGES_UNKNOWN)
}

pub(super) fn audio_tokens(media: &Media<'_>, rules: &MediaRule) -> u64 {
    let rate = head(media).and_then(|bytes| picture::wave_bytes_per_second(&bytes)).unwrap_or(AUDIO_BYTES_PER_SECOND);
    rules.audio_second * seconds(media, rate)
}

pub(super) fn video_tokens(media: &Media<'_>, rules: &MediaRule) -> u64 {
    rules.video_second * seconds(media, VIDEO_BYTES_PER_SECOND)
}

fn seconds(media: &Media<'_>, bytes_per_second: u64) -> u64 {
    let bytes = inline(media).map(|base64| base64.len() as u64 / 4 * 3);
    bytes.map_or(SECONDS_UNKNOWN, |bytes| bytes.div_ceil(bytes_per_second))
}

fn inline<'m>(media: &'m Media<'_>) -> Option<std::borrow::Cow<'m, str>> {
    match &media.source {
        Source::Inline { base64, .. } => Some(base64.to_plain()),
        Source::Url { .. } | Source::File(_) | Source::Text(_) => None,
    }
}

/// Returns the first bytes of a file.
fn head(media: &Media<'_>) -> Option<Vec<u8>> {
    let base64 = inline(media)?;
    let wanted = base64.len().min(HEAD_BYTES);
    let whole_groups = wanted - wanted % 4;
    STANDARD.decode(base64.as_bytes().get(..whole_groups)?).ok()
}
