//! The `.env` file of the working directory: `NAME=value` lines, read strictly.
//!
//! Comments begin with `#` at the start of a line or after a space. A value in single quotes is taken literally, one in
//! double quotes knows `\n`, `\r`, `\t`, `\"`, `\\` and `\$`; both may span lines. Nothing is interpolated or executed.

use std::iter::Peekable;
use std::str::Chars;

use super::problem::Problem;

/// Returns the variables of a `.env` file in the order in which they are written.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut scanner = Scanner { rest: text.chars().peekable(), line: 1 };
    let mut variables = Vec::new();
    while scanner.skip_to_entry() {
        variables.push(scanner.entry()?);
    }
    Ok(variables)
}

struct Scanner<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(&next) = self.rest.peek().filter(|&&next| wanted(next)) {
            taken.push(next);
            self.next();
        }
        taken
    }

    /// Skips blank lines and comments; returns whether anything is left.
    fn skip_to_entry(&mut self) -> bool {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest.peek() != Some(&'#') {
                return self.rest.peek().is_some();
            }
            self.take_while(|next| next != '\n');
        }
    }

    fn entry(&mut self) -> Result<(String, String), Problem> {
        let mut name = self.name();
        if name == "export" {
            self.take_while(is_blank);
            name = self.name();
        }
        self.take_while(is_blank);
        if name.is_empty() || self.rest.next_if_eq(&'=').is_none() {
            return Err(self.problem("is not a variable", "write `NAME=value`"));
        }
        self.take_while(is_blank);
        let value = match self.rest.next_if(|&next| next == '"' || next == '\'') {
            Some(quote) => self.quoted(quote)?,
            None => self.bare(),
        };
        Ok((name, value))
    }

    fn name(&mut self) -> String {
        self.take_while(|next| next.is_ascii_alphanumeric() || next == '_' || next == '.')
    }

    fn bare(&mut self) -> String {
        let line = self.take_while(|next| next != '\n');
        let value = line.find(" #").and_then(|comment| line.get(..comment)).unwrap_or(&line);
        if value.starts_with('#') { String::new() } else { value.trim().to_owned() }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Problem> {
        let unclosed = self.problem("has a quote that is never closed", "close it");
        let mut value = String::new();
        loop {
            match self.next().ok_or_else(|| unclosed.clone())? {
                end if end == quote => break,
                '\\' if quote == '"' => {
                    let escaped = self.next().ok_or_else(|| unclosed.clone())?;
                    value.push(self.unescape(escaped)?);
                }
                other => value.push(other),
            }
        }
        self.take_while(is_blank);
        if self.rest.peek() == Some(&'#') {
            self.take_while(|next| next != '\n');
        }
        match self.rest.peek() {
            None | Some('\n') => Ok(value),
            Some(_) => {
                Err(self.problem("has text after the closing quote", "put the whole value in one pair of quotes"))
            }
        }
    }

    fn unescape(&self, escaped: char) -> Result<char, Problem> {
        match escaped {
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            '"' | '\\' | '$' => Ok(escaped),
            _ => Err(self.problem(
                "has a backslash before a character that needs none",
                "write `\\\\` for a backslash, or use single quotes",
            )),
        }
    }

    fn problem(&self, what: &str, fix: &str) -> Problem {
        Problem::new(format!(".env line {}", self.line), what, fix)
    }
}

fn is_blank(next: char) -> bool {
    next == ' ' || next == '\t' || next == '\r'
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn comments_quotes_and_export_are_understood() {
        let text = "# top\n\nA=1\r\n export B = two words # note\nC='#lit $x \\n'\nD=\"a\\n\\\"b\\$\" # end\nE=\nF=a#b\nG='x\ny'";
        let read = parse(text).unwrap();
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "#lit $x \\n"),
            ("D", "a\n\"b$"),
            ("E", ""),
            ("F", "a#b"),
            ("G", "x\ny"),
        ];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[rstest]
    #[case("A=1\nnonsense\n", ".env line 2")]
    #[case("A=1\n\nB='open\nC=2", ".env line 3")]
    #[case("A=\"a\\qb\"", ".env line 1")]
    #[case("A='a'b", ".env line 1")]
    #[case("=x", ".env line 1")]
    fn a_bad_line_is_named(#[case] text: &str, #[case] at: &str) {
        assert_eq!(parse(text).unwrap_err().at, at);
    }
}
