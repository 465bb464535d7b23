//! Headers of forms and their parameters (RFC 2045 §5.1, RFC 7578 §4.2). What two readers may read in two ways is
//! refused: the gateway and the upstream must see the same form.

use super::FormError;

const SPACE: [char; 2] = [' ', '\t'];

/// What a part's head says of the part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: String,
    pub(super) is_file: bool,
}

/// Reads a part's header lines; `None` when they name no field.
pub(super) fn disposition(head: &[u8]) -> Result<Option<Disposition>, FormError> {
    if head.is_empty() {
        return Ok(None);
    }
    // File names come in any encoding; nothing else here is beyond ASCII.
    let head = String::from_utf8_lossy(head);
    let mut found = None;
    for line in head.split("\r\n") {
        if line.contains(['\r', '\n']) || line.starts_with(SPACE) {
            return Err(FormError::Broken("a header of a part is not one line that ends with CR LF"));
        }
        let (name, value) = line.split_once(':').ok_or(FormError::Broken("a header of a part has no colon"))?;
        if name.trim().eq_ignore_ascii_case("content-disposition") && found.replace(value).is_some() {
            return Err(FormError::Broken("a part has two `Content-Disposition` headers"));
        }
    }
    found.map_or(Ok(None), described)
}

fn described(value: &str) -> Result<Option<Disposition>, FormError> {
    let parameters =
        parameters(value).ok_or(FormError::Broken("the parameters of `Content-Disposition` cannot be read"))?;
    if parameters.iter().any(|(name, _)| name.starts_with("name*")) {
        return Err(FormError::Broken("a field's name must stand in `name`, not in `name*`"));
    }
    let mut names = parameters.iter().filter(|(name, _)| name == "name");
    let Some((_, name)) = names.next() else { return Ok(None) };
    if names.next().is_some() {
        return Err(FormError::Broken("a part has two names"));
    }
    let is_file = parameters.iter().any(|(name, _)| name == "filename" || name.starts_with("filename*"));
    Ok(Some(Disposition { name: name.clone(), is_file }))
}

/// Returns the parameters of a header value with their names in lower case; `None` when they break the grammar.
pub(super) fn parameters(header: &str) -> Option<Vec<(String, String)>> {
    let (kind, mut rest) = header.split_once(';').unwrap_or((header, ""));
    let mut found = Vec::new();
    if kind.contains('"') {
        return None;
    }
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() {
            return Some(found);
        }
        let (name, after) = rest.split_at(rest.find(['=', ';']).unwrap_or(rest.len()));
        if name.contains('"') {
            return None;
        }
        let Some(after) = after.strip_prefix('=') else {
            // A word without a value says nothing.
            rest = after;
            continue;
        };
        let (value, after) = value(after.trim_start_matches(SPACE))?;
        found.push((name.trim_matches(SPACE).to_ascii_lowercase(), value));
        rest = after;
    }
}

/// Reads a value, quoted or not; returns it and what follows, which is nothing or begins with a semicolon.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, after) = text.split_at(text.find(';').unwrap_or(text.len()));
        return (!token.contains('"')).then(|| (token.trim_matches(SPACE).to_owned(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => break,
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
    let after = characters.as_str().trim_start_matches(SPACE);
    (after.is_empty() || after.starts_with(';')).then_some((value, after))
}
