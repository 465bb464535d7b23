//! What a file is: by its first bytes where they tell, else by what its server says.

use super::refusal::Cause;

/// Bytes at the start of a file that are looked at.
pub(super) const HEAD_BYTES: usize = 512;

/// Starts of files that leave no doubt.
const STARTS: [(&[u8], &str); 8] = [
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\xef\xbb\xbf%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
];

/// Forms of RIFF, named at byte 8.
const RIFF_FORMS: [(&[u8], &str); 3] = [(b"WEBP", "image/webp"), (b"WAVE", "audio/wav"), (b"AVI ", "video/x-msvideo")];

/// Brands of ISO media files, named at byte 8.
const ISO_BRANDS: [(&[u8], &str); 8] = [
    (b"avif", "image/avif"),
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
    (b"mif1", "image/heif"),
    (b"M4A ", "audio/mp4"),
    (b"M4B ", "audio/mp4"),
    (b"qt  ", "video/quicktime"),
    (b"3gp4", "video/3gpp"),
];

/// Containers of sound or pictures: the server's word counts if it is one of either.
const CONTAINERS: [(&[u8], &str); 2] = [(b"OggS", "audio/ogg"), (b"\x1a\x45\xdf\xa3", "video/webm")];

/// Other names that servers use.
const ALIASES: [(&str, &str); 7] = [
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("image/x-png", "image/png"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/x-wav", "audio/wav"),
    ("audio/wave", "audio/wav"),
    ("application/x-pdf", "application/pdf"),
];

/// Says what a file is.
///
/// # Errors
/// It is a web page, or nothing tells what it is.
pub(super) fn media_type(content_type: Option<&str>, head: &[u8]) -> Result<String, Cause> {
    let said = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let said = ALIASES.iter().find(|(alias, _)| *alias == said).map_or(said.as_str(), |(_, name)| name);
    if let Some(sure) = by_start(head) {
        return Ok(sure.to_owned());
    }
    let is_timed = said.starts_with("audio/") || said.starts_with("video/");
    if let Some(container) = container(head) {
        return Ok(if is_timed { said.to_owned() } else { container.to_owned() });
    }
    let says_nothing = ["", "application/octet-stream", "binary/octet-stream", "application/unknown"].contains(&said);
    if (says_nothing || is_timed) && is_mpeg_frame(head) {
        return Ok("audio/mpeg".to_owned());
    }
    if ["text/html", "application/xhtml+xml"].contains(&said) || is_web_page(head) {
        return Err(Cause::WrongType("a web page".into()));
    }
    let is_type = said.split_once('/').is_some_and(|(family, kind)| !family.is_empty() && !kind.is_empty());
    if says_nothing || !is_type {
        return Err(Cause::WrongType("of unknown type".into()));
    }
    Ok(said.to_owned())
}

fn by_start(head: &[u8]) -> Option<&'static str> {
    if let Some((_, name)) = STARTS.iter().find(|(start, _)| head.starts_with(start)) {
        return Some(name);
    }
    let form = head.get(8..12)?;
    let named = |forms: &[(&[u8], &'static str)]| forms.iter().find(|(name, _)| *name == form).map(|(_, name)| *name);
    if head.starts_with(b"RIFF") {
        return named(&RIFF_FORMS);
    }
    (head.get(4..8)? == b"ftyp").then(|| named(&ISO_BRANDS)).flatten()
}

fn container(head: &[u8]) -> Option<&'static str> {
    let is_iso = head.get(4..8).is_some_and(|name| name == b"ftyp");
    let known = CONTAINERS.iter().find(|(start, _)| head.starts_with(start)).map(|(_, name)| *name);
    known.or(is_iso.then_some("video/mp4"))
}

/// Returns whether the file starts with a frame of MPEG audio, layer III or II. Two bytes are little, so this counts
/// only where the server does not say otherwise.
fn is_mpeg_frame(head: &[u8]) -> bool {
    matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 && second & 0x18 != 0x08)
}

fn is_web_page(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let start: String = text.trim_start_matches('\u{feff}').trim_start().chars().take(14).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::png(Some("image/jpeg"), b"\x89PNG\r\n\x1a\n...", "image/png")]
    #[case::jpeg(None, b"\xff\xd8\xff\xe0", "image/jpeg")]
    #[case::gif(Some("application/octet-stream"), b"GIF89a", "image/gif")]
    #[case::webp(Some("image/png"), b"RIFF\0\0\0\0WEBPVP8 ", "image/webp")]
    #[case::wav(Some("audio/x-wav"), b"RIFF\0\0\0\0WAVEfmt ", "audio/wav")]
    #[case::pdf(Some("text/html"), b"%PDF-1.7", "application/pdf")]
    #[case::mp3_with_tags(Some("binary/octet-stream"), b"ID3\x04", "audio/mpeg")]
    #[case::mp3_without_tags(None, b"\xff\xfb\x90\x64", "audio/mpeg")]
    #[case::utf16_text_is_no_sound(Some("text/plain"), b"\xff\xfea\0", "text/plain")]
    #[case::mp4(Some("video/mp4"), b"\0\0\0\x20ftypisom", "video/mp4")]
    #[case::mp4_sound(Some("audio/mp4"), b"\0\0\0\x20ftypisom", "audio/mp4")]
    #[case::mp4_unsaid(Some("text/plain"), b"\0\0\0\x20ftypmp42", "video/mp4")]
    #[case::heic(None, b"\0\0\0\x20ftypheic", "image/heic")]
    #[case::ogg(Some("video/ogg; codecs=theora"), b"OggS", "video/ogg")]
    #[case::as_said(Some("Text/CSV; charset=utf-8"), b"a,b", "text/csv")]
    #[case::alias(Some("image/jpg"), b"?", "image/jpeg")]
    fn bytes_count_more_than_words(#[case] said: Option<&str>, #[case] head: &[u8], #[case] expected: &str) {
        assert_eq!(media_type(said, head).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case::said(Some("text/html; charset=utf-8"), b"hello", "a web page")]
    #[case::seen(Some("image/png"), b"\n <!DOCTYPE html><title>Sign in</title>", "a web page")]
    #[case::seen_bare(None, b"<html>", "a web page")]
    #[case::unknown(None, b"what?", "of unknown type")]
    #[case::octets(Some("application/octet-stream"), b"\0\0\0\0", "of unknown type")]
    #[case::nonsense(Some("png"), b"what?", "of unknown type")]
    fn a_file_that_no_model_reads_is_refused(
        #[case] said: Option<&str>,
        #[case] head: &[u8],
        #[case] what: &'static str,
    ) {
        assert_eq!(media_type(said, head), Err(Cause::WrongType(what.into())));
    }
}
