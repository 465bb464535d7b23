//! Conditions as they were written before: without quotes, whatever characters they hold.
//!
//! The old gateway took everything behind `rule:` for the condition. YAML does not: `!` begins a tag, `[` a list, and
//! `: ` ends a key. What would be misread so is put in quotes before it is read.

/// First characters that mean something to YAML.
const SPECIAL_STARTS: &str = "!\"'[]{}`&*|>@%#,";

/// Puts conditions in quotes that YAML would not read as text.
pub(super) fn quoted(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(quoted_line).collect();
    lines.join("\n")
}

fn quoted_line(line: &str) -> String {
    let plain = || line.to_owned();
    let rest = line.trim_start_matches([' ', '-']);
    let (front, Some(value)) = (line.len() - rest.len(), rest.strip_prefix("rule:")) else { return plain() };
    let value = without_comment(value.trim());
    if value.is_empty() || is_whole_quote(value) || is_plain(value) {
        return plain();
    }
    let indent = line.get(..front).unwrap_or_default();
    format!("{indent}rule: '{}'", value.replace('\'', "''"))
}

fn is_plain(value: &str) -> bool {
    !value.starts_with(|first| SPECIAL_STARTS.contains(first))
        && ![": ", " #"].iter().any(|sign| value.contains(sign))
        && !value.ends_with(':')
}

/// Returns whether a value is one text in quotes from its first to its last character.
fn is_whole_quote(value: &str) -> bool {
    let Some(quote) = value.chars().next().filter(|first| ['"', '\''].contains(first)) else { return false };
    let mut inner = value.char_indices().skip(1).peekable();
    while let Some((at, next)) = inner.next() {
        match next {
            '\\' if quote == '"' => drop(inner.next()),
            // In single quotes, two of them stand for one.
            '\'' if quote == '\'' && inner.peek().is_some_and(|(_, after)| *after == '\'') => drop(inner.next()),
            _ if next == quote => return at + 1 == value.len(),
            _ => {}
        }
    }
    false
}

/// Cuts a comment: `#` behind a blank, outside of quotes.
fn without_comment(value: &str) -> &str {
    let (mut open, mut before) = (None, ' ');
    for (at, next) in value.char_indices() {
        match open {
            Some(quote) if next == quote => open = None,
            Some(_) => {}
            None if next == '"' || next == '\'' => open = Some(next),
            None if next == '#' && before == ' ' => return value.get(..at).unwrap_or(value).trim_end(),
            None => {}
        }
        before = next;
    }
    value
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("  - rule: TokenCount > 12000", "  - rule: TokenCount > 12000")]
    #[case("    rule: TokenCount > 5 ? true : false", "    rule: 'TokenCount > 5 ? true : false'")]
    #[case("  - rule: !(Path startsWith \"/x\") # note", "  - rule: '!(Path startsWith \"/x\")'")]
    #[case("- rule: \"gpt-4o\" == Model", "- rule: '\"gpt-4o\" == Model'")]
    #[case("- rule: \"gpt-4o\" == \"x\"", "- rule: '\"gpt-4o\" == \"x\"'")]
    #[case("- rule: 'a' == Model", "- rule: '''a'' == Model'")]
    #[case("- rule: 'Model == ''x'''", "- rule: 'Model == ''x'''")]
    #[case("- rule: \"Model == \\\"x\\\"\"", "- rule: \"Model == \\\"x\\\"\"")]
    #[case("- rule: Model == \"a # b\"", "- rule: 'Model == \"a # b\"'")]
    #[case("rules:", "rules:")]
    fn only_what_yaml_would_misread_is_quoted(#[case] line: &str, #[case] expected: &str) {
        assert_eq!(quoted(line), expected);
    }
}
