//! `multipart/form-data` bodies (RFC 7578): where the plain fields stand. Files are stepped over, never read.

use std::ops::Range;

use memchr::memmem;

use crate::edit::Edits;

/// Most parts that are looked at; image edits send sixteen images at the most.
const MAX_PARTS: usize = 256;
/// Longest head of one part.
const MAX_PART_HEAD_BYTES: usize = 16 * 1024;

/// The plain fields of a form.
#[derive(Debug, Clone)]
pub struct Form<'a> {
    source: &'a [u8],
    fields: Vec<FormField>,
}

#[derive(Debug, Clone)]
struct FormField {
    name: String,
    value: Range<usize>,
}

/// Why a body is not a usable form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// The content type names no boundary.
    #[error("the content type `multipart/form-data` needs a `boundary`")]
    NoBoundary,
    /// The body does not follow the boundary that was announced.
    #[error("the form is broken: {0}")]
    Broken(&'static str),
    /// A plain field stands twice.
    #[error("the form field `{0}` appears more than once; send it once")]
    DuplicateField(String),
}

/// Returns the boundary of a multipart content type.
#[must_use]
pub fn boundary(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim();
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        (name.trim().eq_ignore_ascii_case("boundary") && !value.is_empty()).then_some(value)
    })
}

impl<'a> Form<'a> {
    /// Finds the fields of a form with the given content type.
    ///
    /// # Errors
    /// Says what is wrong with the form, or that `model` or `stream` stands twice.
    pub fn parse(source: &'a [u8], content_type: &str) -> Result<Self, FormError> {
        let boundary = boundary(content_type).ok_or(FormError::NoBoundary)?;
        let opening = format!("--{boundary}");
        let separator = format!("\r\n--{boundary}");
        let separator = memmem::Finder::new(separator.as_bytes());
        let mut at = if source.starts_with(opening.as_bytes()) {
            opening.len()
        } else {
            find(&separator, source, 0).ok_or(FormError::Broken("the boundary is missing"))? + opening.len() + 2
        };
        let mut fields = Vec::new();
        for _ in 0..MAX_PARTS {
            if source.get(at..).is_some_and(|rest| rest.starts_with(b"--")) {
                refuse_duplicates(&fields)?;
                return Ok(Self { source, fields });
            }
            let (head, body_start) = part_head(source, at)?;
            let end = find(&separator, source, body_start.saturating_sub(2))
                .ok_or(FormError::Broken("a part is not closed"))?;
            if let Some(name) = plain_field_name(head) {
                fields.push(FormField { name, value: body_start..end.max(body_start) });
            }
            at = end + opening.len() + 2;
        }
        Err(FormError::Broken("too many parts"))
    }

    /// Returns the text of a plain field.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        std::str::from_utf8(self.source.get(field.value.clone())?).ok()
    }

    /// Returns where the text of a plain field stands.
    #[must_use]
    pub fn range(&self, name: &str) -> Option<Range<usize>> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.clone())
    }

    /// Adds to `edits` that the plain field `name` has the text `value`; nothing happens when there is none.
    pub fn set(&self, name: &str, value: &str, edits: &mut Edits) {
        if let Some(field) = self.fields.iter().find(|field| field.name == name) {
            edits.replace(field.value.clone(), value.as_bytes().to_vec());
        }
    }
}

fn find(finder: &memmem::Finder<'_>, source: &[u8], from: usize) -> Option<usize> {
    finder.find(source.get(from..)?).map(|found| found + from)
}

/// Returns a part's header lines and where its content begins.
fn part_head(source: &[u8], at: usize) -> Result<(&[u8], usize), FormError> {
    let window_end = source.len().min(at + MAX_PART_HEAD_BYTES);
    let window = source.get(at..window_end).unwrap_or_default();
    let Some(head_start) = memchr::memchr(b'\n', window) else {
        return Err(FormError::Broken("a boundary line is not closed"));
    };
    // A part without headers: the blank line follows the boundary at once.
    if window.get(head_start + 1..).is_some_and(|rest| rest.starts_with(b"\r\n")) {
        return Ok((&[], at + head_start + 3));
    }
    let end = memmem::find(window, b"\r\n\r\n").ok_or(FormError::Broken("the head of a part is not closed"))?;
    Ok((window.get(head_start + 1..end).unwrap_or_default(), at + end + 4))
}

/// Returns the name of a part that is a plain field; `None` for files and other parts.
fn plain_field_name(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let disposition = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let parameter = |wanted: &str| {
        disposition.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    if parameter("filename").is_some() || parameter("filename*").is_some() {
        return None;
    }
    parameter("name")
}

fn refuse_duplicates(fields: &[FormField]) -> Result<(), FormError> {
    for name in ["model", "stream"] {
        if fields.iter().filter(|field| field.name == name).count() > 1 {
            return Err(FormError::DuplicateField(name.to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"xYz\"";
    const BODY: &[u8] = b"--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model\"\r\n\
        Content-Type: audio/wav\r\n\r\n\r\n--xY\x00\xff\r\n--xYz\r\ncontent-disposition: form-data; name=model\r\n\r\n\
        whisper-1\r\n--xYz\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--xYz--\r\n";

    #[test]
    fn the_model_is_found_behind_a_file_and_replaced_alone() {
        let form = Form::parse(BODY, TYPE).unwrap();
        assert_eq!((form.text("model"), form.text("file"), form.text("empty")), (Some("whisper-1"), None, Some("")));
        let mut edits = Edits::default();
        form.set("model", "whisper-large", &mut edits);
        let edited = edits.apply(BODY);
        assert_eq!(edited.len(), BODY.len() + 4);
        assert_eq!(Form::parse(&edited, TYPE).unwrap().text("model"), Some("whisper-large"));
    }

    #[test]
    fn a_form_that_is_cut_off_is_refused() {
        for end in 0..BODY.len() - 4 {
            assert!(Form::parse(&BODY[..end], TYPE).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_second_model_is_refused() {
        let twice = b"--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\na\r\n--b\r\n\
            Content-Disposition: form-data; name=\"model\"\r\n\r\nb\r\n--b--";
        let error = Form::parse(twice, "multipart/form-data; boundary=b").unwrap_err();
        assert_eq!(error, FormError::DuplicateField("model".to_owned()));
    }

    #[test]
    fn a_content_type_without_boundary_is_refused() {
        assert_eq!(Form::parse(BODY, "multipart/form-data").unwrap_err(), FormError::NoBoundary);
    }
}
