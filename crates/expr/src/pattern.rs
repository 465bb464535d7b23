//! Regular expressions as RE2 writes them.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use crate::limits::MAX_REGEX_BYTES;

/// Compiles a regular expression.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let limited = |pattern: &str| RegexBuilder::new(pattern).size_limit(MAX_REGEX_BYTES).build();
    limited(&translate(pattern)).map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => format!("it takes more than {limit} bytes"),
        // The last line says what is wrong, those before draw the translated pattern.
        other => other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    })
}

/// Returns the pattern with what means something else here: classes are of ASCII, brackets in classes are plain.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut rest = pattern.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => out.push_str(&escape(rest.next(), in_class)),
            '[' if in_class => match rest.as_str().split_once(":]") {
                Some((name, after)) if name.starts_with(':') => {
                    out.push_str(&format!("[{name}:]"));
                    rest = after.chars();
                }
                _ => out.push_str("\\["),
            },
            '[' => {
                in_class = true;
                out.push('[');
                // A bracket at the beginning of a class is plain.
                let first = rest.as_str().strip_prefix('^').unwrap_or(rest.as_str());
                if let Some(after) = first.strip_prefix(']') {
                    out.push_str(if rest.as_str().starts_with('^') { "^\\]" } else { "\\]" });
                    rest = after.chars();
                }
            }
            '&' | '~' if in_class => out.extend(['\\', character]),
            _ => {
                in_class &= character != ']';
                out.push(character);
            }
        }
    }
    out
}

fn escape(escaped: Option<char>, in_class: bool) -> Cow<'static, str> {
    Cow::Borrowed(match escaped {
        Some('d') => "[0-9]",
        Some('D') => "[^0-9]",
        Some('w') => "[0-9A-Za-z_]",
        Some('W') => "[^0-9A-Za-z_]",
        Some('s') => "[\\t\\n\\f\\r ]",
        Some('S') => "[^\\t\\n\\f\\r ]",
        Some('b') if !in_class => "(?-u:\\b)",
        Some(other) => return Cow::Owned(format!("\\{other}")),
        None => "\\",
    })
}
