//! `multipart/form-data` bodies (RFC 7578): where the plain fields stand. Files are stepped over, never read.

mod header;

use std::ops::Range;

use memchr::memmem;

use crate::edit::Edits;
use header::{Disposition, disposition, parameters};

const LINE_BREAK: &[u8] = b"\r\n";

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
    is_file: bool,
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
    /// A field that decides what is done stands twice.
    #[error("the form field `{0}` appears more than once; send it once")]
    DuplicateField(String),
}

/// Returns the boundary of a multipart content type; `None` when it has none or several.
#[must_use]
pub fn boundary(content_type: &str) -> Option<String> {
    let mut boundaries = parameters(content_type)?.into_iter().filter(|(name, _)| name == "boundary");
    let (_, boundary) = boundaries.next().filter(|(_, boundary)| !boundary.is_empty())?;
    boundaries.next().is_none().then_some(boundary)
}

impl<'a> Form<'a> {
    /// Finds the fields of a form with the given content type.
    ///
    /// # Errors
    /// Says what is wrong with the form, or that `model` or `stream` stands twice.
    pub fn parse(source: &'a [u8], content_type: &str) -> Result<Self, FormError> {
        let boundary = boundary(content_type).ok_or(FormError::NoBoundary)?;
        let delimiters = Delimiters::new(source, &boundary);
        let mut delimiter = delimiters.first().ok_or(FormError::Broken("the boundary is missing"))?;
        let mut fields = Vec::new();
        for _ in 0..MAX_PARTS {
            let Some(head_start) = delimiter.part else {
                refuse_duplicates(&fields)?;
                return Ok(Self { source, fields });
            };
            let (head, body_start) = part_head(source, head_start)?;
            // The line break of the blank line may be that of the delimiter.
            let search_from = body_start.saturating_sub(LINE_BREAK.len());
            delimiter = delimiters.after(search_from).ok_or(FormError::Broken("a part is not closed"))?;
            if let Some(Disposition { name, is_file }) = disposition(head)? {
                fields.push(FormField { name, is_file, value: body_start..delimiter.start.max(body_start) });
            }
        }
        Err(FormError::Broken("too many parts"))
    }

    /// Returns the text of a plain field.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        std::str::from_utf8(self.source.get(self.range(name)?)?).ok()
    }

    /// Returns where the text of a plain field stands.
    #[must_use]
    pub fn range(&self, name: &str) -> Option<Range<usize>> {
        self.fields.iter().find(|field| field.name == name && !field.is_file).map(|field| field.value.clone())
    }

    /// Adds to `edits` that the plain field `name` has the text `value`; nothing happens when there is none.
    pub fn set(&self, name: &str, value: &str, edits: &mut Edits) {
        if let Some(range) = self.range(name) {
            // An empty part may share the line break of its blank line with the delimiter, which needs one of its own then.
            let has_break = self.source.get(range.end..).is_some_and(|rest| rest.starts_with(LINE_BREAK));
            let text = [value.as_bytes(), if has_break { b"" } else { LINE_BREAK }].concat();
            edits.replace(range, text);
        }
    }
}

/// The lines that part a form.
struct Delimiters<'s> {
    source: &'s [u8],
    /// A line break, two dashes and the boundary.
    line: Vec<u8>,
}

/// One of them.
struct Delimiter {
    /// Where the content before it ends.
    start: usize,
    /// Where the next part begins; `None` for the last delimiter.
    part: Option<usize>,
}

impl<'s> Delimiters<'s> {
    fn new(source: &'s [u8], boundary: &str) -> Self {
        Self { source, line: [LINE_BREAK, b"--", boundary.as_bytes()].concat() }
    }

    fn first(&self) -> Option<Delimiter> {
        let opening = self.line.get(LINE_BREAK.len()..)?;
        let at_start = self.source.starts_with(opening).then(|| self.read(0, opening.len())).flatten();
        at_start.or_else(|| self.after(0))
    }

    fn after(&self, from: usize) -> Option<Delimiter> {
        memmem::find_iter(self.source.get(from..)?, &self.line)
            .find_map(|found| self.read(from + found, from + found + self.line.len()))
    }

    /// Reads what follows a boundary up to `end`; `None` when it only begins as the boundary does.
    fn read(&self, start: usize, end: usize) -> Option<Delimiter> {
        let rest = self.source.get(end..)?;
        if rest.starts_with(b"--") {
            return Some(Delimiter { start, part: None });
        }
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let is_line = rest.get(padding..)?.starts_with(LINE_BREAK);
        is_line.then_some(Delimiter { start, part: Some(end + padding + LINE_BREAK.len()) })
    }
}

/// Returns the header lines of the part at `at` and where its content begins.
fn part_head(source: &[u8], at: usize) -> Result<(&[u8], usize), FormError> {
    let window = source.get(at..source.len().min(at + MAX_PART_HEAD_BYTES)).unwrap_or_default();
    // A part without headers: the blank line follows the delimiter at once.
    if window.starts_with(LINE_BREAK) {
        return Ok((&[], at + LINE_BREAK.len()));
    }
    let end = memmem::find(window, b"\r\n\r\n").ok_or(FormError::Broken("the head of a part is not closed"))?;
    Ok((window.get(..end).unwrap_or_default(), at + end + 2 * LINE_BREAK.len()))
}

/// Refuses a second part of a name that decides what is done, be it a file or not: readers disagree on which one counts.
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
    use rstest::rstest;

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
    fn an_empty_field_that_shares_its_line_break_can_be_filled() {
        let body = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n--b--";
        let mut edits = Edits::default();
        form(body).unwrap().set("model", "m", &mut edits);
        let edited = String::from_utf8(edits.apply(body.as_bytes())).unwrap();
        assert_eq!(edited, "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--");
        assert_eq!(form(&edited).unwrap().text("model"), Some("m"));
    }

    #[test]
    fn a_file_is_no_plain_field() {
        let body = part("name=model; filename=x", "m") + "--b--";
        let form = form(&body).unwrap();
        assert_eq!((form.text("model"), form.range("model")), (None, None));
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

    fn form(parts: &str) -> Result<Form<'_>, FormError> {
        Form::parse(parts.as_bytes(), "multipart/form-data; boundary=b")
    }

    fn part(disposition: &str, text: &str) -> String {
        format!("--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{text}\r\n")
    }

    #[rstest]
    #[case::a_semicolon_in_quotes("name=\"model\"; x=\";filename=y\"")]
    #[case::an_escaped_quote("x=\"\\\";filename=\\\"y\"; name=model")]
    #[case::spaces(" NAME = \"model\" ; x=y ;")]
    #[case::an_escape_in_the_name("name=\"mo\\del\"")]
    fn parameters_are_read_with_their_quotes(#[case] disposition: &str) {
        let body = part(disposition, "m") + "--b--";
        assert_eq!(form(&body).unwrap().text("model"), Some("m"));
    }

    #[rstest]
    #[case::extended_name("name*=UTF-8''model")]
    #[case::extended_beside_plain("name=\"x\"; name*=UTF-8''model")]
    #[case::two_names("name=\"x\"; name=\"model\"")]
    #[case::an_open_quote("name=\"model")]
    #[case::text_behind_a_quote("name=\"x\"model")]
    #[case::a_folded_line("x=y;\r\n name=\"model\"")]
    #[case::a_second_disposition("name=x\r\ncontent-disposition: form-data; name=model")]
    #[case::a_bare_line_break("name=x\ncontent-disposition: form-data; name=model")]
    #[case::a_line_without_a_colon("name=x\r\n--b")]
    fn a_head_that_can_be_read_in_two_ways_is_refused(#[case] disposition: &str) {
        let body = part(disposition, "m") + "--b--";
        assert!(matches!(form(&body), Err(FormError::Broken(_))));
    }

    #[rstest]
    #[case("\r\n--bogus\r\nx")]
    #[case("\r\n--b \tx")]
    #[case("\r\n--b\nx")]
    #[case("\r\n--b-\r\n")]
    fn what_only_begins_as_the_boundary_is_content(#[case] text: &str) {
        let body = part("name=\"model\"", text)
            + "--b \t\r\n"
            + part("name=n", "1").strip_prefix("--b\r\n").unwrap()
            + "--b--";
        let form = form(&body).unwrap();
        assert_eq!((form.text("model"), form.text("n")), (Some(text), Some("1")));
    }

    #[test]
    fn a_preamble_may_hold_what_only_begins_as_the_boundary() {
        let body = format!("--bogus\r\n{}--b--", part("name=\"model\"", "m"));
        assert_eq!(form(&body).unwrap().text("model"), Some("m"));
        assert!(form(&body.replace("\r\n", "\n")).is_err());
    }

    #[rstest]
    #[case("name=model", "name=model; filename=x")]
    #[case("name=model; filename=x", "name=\"model\"; filename*=UTF-8''x")]
    #[case("name=stream; filename=x", "name=stream")]
    fn a_second_part_of_a_name_that_decides_is_refused_even_as_a_file(#[case] first: &str, #[case] second: &str) {
        let body = part(first, "a") + &part(second, "b") + "--b--";
        assert!(matches!(form(&body), Err(FormError::DuplicateField(_))));
    }

    #[test]
    fn a_field_is_found_behind_a_file_whose_name_is_no_utf8() {
        let mut body =
            b"--b\r\nContent-Disposition: form-data; name=\"model\"; filename=\"\xff\"\r\n\r\nx\r\n".to_vec();
        body.extend_from_slice((part("name=model", "m") + "--b--").as_bytes());
        assert!(Form::parse(&body, "multipart/form-data; boundary=b").is_err());
    }

    #[rstest]
    #[case("multipart/form-data; x=\"; boundary=no\"; boundary=b", Some("b"))]
    #[case("multipart/form-data; Boundary=\"a b\\\"\";", Some("a b\""))]
    #[case("multipart/form-data; boundary=a; boundary=b", None)]
    #[case("multipart/form-data; boundary=\"\"", None)]
    fn the_boundary_is_read_with_its_quotes(#[case] content_type: &str, #[case] expected: Option<&str>) {
        assert_eq!(boundary(content_type).as_deref(), expected);
    }
}
