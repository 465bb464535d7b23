//! The old YAML as a tree that keeps every scalar as it is written and remembers its line.
//!
//! Keys such as `0123` are texts there; read as numbers they would be others. Names of members are told apart without
//! regard to case.

use yaml_rust2::parser::{Event, Parser};
use yaml_rust2::scanner::{ScanError, TScalarStyle};

use crate::config::Problem;

/// Deepest nesting; the configuration needs four levels.
const MAX_DEPTH: usize = 16;

/// A value and the line where it begins.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What is written there.
#[derive(Debug)]
pub(super) enum Value {
    Nothing,
    Scalar(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Node {
    /// Reads a document.
    ///
    /// # Errors
    /// Names the line that is no YAML, or that uses more of it than the old gateway knew.
    pub(super) fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let mut reader = Reader { file, parser: Parser::new_from_str(text) };
        loop {
            let (event, line) = reader.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart | Event::Nothing => {}
                Event::StreamEnd | Event::DocumentEnd => return Ok(Self { line, value: Value::Nothing }),
                other => return reader.node(other, line, 0),
            }
        }
    }

    /// Returns the member `name` of a table.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Table(members) = &self.value else { return None };
        let found = members.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, node)| node).filter(|node| !matches!(node.value, Value::Nothing))
    }

    /// Returns the scalar that this is.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::Nothing | Value::List(_) | Value::Table(_) => None,
        }
    }

    /// Returns the items of the list that this is.
    pub(super) fn items(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Nothing | Value::Scalar(_) | Value::Table(_) => None,
        }
    }

    /// Returns the members of the table that this is.
    pub(super) fn members(&self) -> Option<&[(String, Self)]> {
        match &self.value {
            Value::Table(members) => Some(members),
            Value::Nothing | Value::Scalar(_) | Value::List(_) => None,
        }
    }
}

struct Reader<'t> {
    file: &'t str,
    parser: Parser<std::str::Chars<'t>>,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<(Event, usize), Problem> {
        let file = self.file;
        let syntax = |error: ScanError| {
            let fix = "correct the syntax at that place, and put texts with special characters in single quotes";
            Problem::new(
                format!("{file} line {}", error.marker().line()),
                format!("is not YAML: {}", error.info()),
                fix,
            )
        };
        self.parser.next_token().map(|(event, mark)| (event, mark.line())).map_err(syntax)
    }

    fn node(&mut self, event: Event, line: usize, depth: usize) -> Result<Node, Problem> {
        if depth > MAX_DEPTH {
            return Err(self.problem(line, "is nested too deeply", "flatten it"));
        }
        let value = match event {
            Event::Scalar(text, TScalarStyle::Plain, ..) if ["", "~"].contains(&text.as_str()) => Value::Nothing,
            Event::Scalar(text, ..) => Value::Scalar(text),
            Event::SequenceStart(..) => self.list(depth)?,
            Event::MappingStart(..) => self.table(depth)?,
            _ => return Err(self.problem(line, "refers to another place", "write the value out")),
        };
        Ok(Node { line, value })
    }

    fn list(&mut self, depth: usize) -> Result<Value, Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, line) => items.push(self.node(event, line, depth + 1)?),
            }
        }
    }

    fn table(&mut self, depth: usize) -> Result<Value, Problem> {
        let mut members: Vec<(String, Node)> = Vec::new();
        loop {
            let (name, line) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Table(members)),
                (Event::Scalar(name, ..), line) => (name, line),
                (_, line) => return Err(self.problem(line, "has a key that is not text", "write `key: value`")),
            };
            if members.iter().any(|(other, _)| *other == name) {
                return Err(self.problem(line, format!("has `{name}` twice"), "keep one of them"));
            }
            let (event, line) = self.next()?;
            members.push((name, self.node(event, line, depth + 1)?));
        }
    }

    fn problem(&self, line: usize, what: impl Into<String>, fix: &str) -> Problem {
        Problem::new(format!("{} line {line}", self.file), what, fix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_stay_as_they_are_written() {
        let node = Node::parse("f", "a: 0123\nB:\n  - 1e3\n  - 'x: y'\nc:\n").unwrap();
        assert_eq!(node.get("A").and_then(Node::text), Some("0123"));
        let items: Vec<_> =
            node.get("b").unwrap().items().unwrap().iter().map(|item| (item.line, item.text())).collect();
        assert_eq!(items, [(3, Some("1e3")), (4, Some("x: y"))]);
        assert!(node.get("c").is_none());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        let at = |text| Node::parse("f", text).unwrap_err().at;
        assert_eq!(at("a: 1\na: 2\n"), "f line 2");
        assert_eq!(at("a: &x 1\nb: *x\n"), "f line 2");
        assert_eq!(at("a: 1\nb: [\n"), "f line 3");
        assert_eq!(at(&format!("a: {}", "[".repeat(40))), "f line 1");
    }
}
