//! Regular expressions as RE2 writes them.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use crate::error::Fault;
use crate::limits::{Gauge, REGEX_SIZES};

/// A compiled regular expression.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// How many bytes of text it reads in a step.
    bytes_per_step: usize,
}

impl Pattern {
    /// Compiles a regular expression.
    pub(crate) fn compile(pattern: &str) -> Result<Self, String> {
        let translated = translate(pattern);
        let mut refusal = String::new();
        for (size_bytes, bytes_per_step) in REGEX_SIZES {
            match RegexBuilder::new(&translated).size_limit(size_bytes).build() {
                Ok(regex) => return Ok(Self { regex, bytes_per_step }),
                Err(regex::Error::CompiledTooBig(_)) => refusal = format!("it takes more than {size_bytes} bytes"),
                // The last line says what is wrong, those before draw the translated pattern.
                Err(other) => {
                    let message = other.to_string();
                    return Err(message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned());
                }
            }
        }
        Err(refusal)
    }

    /// Returns whether the text has a match.
    pub(crate) fn is_match(&self, gauge: &mut Gauge, text: &str) -> Result<bool, Fault> {
        gauge.look(text.len() / self.bytes_per_step)?;
        Ok(self.regex.is_match(text))
    }
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
