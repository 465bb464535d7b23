//! The words of a rule.

/// A word and the byte it starts at.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) word: Word,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Int(i64),
    Float(f64),
    Text(String),
    Name(String),
    /// A bracket, an operator or a word that stands for one.
    Sign(&'static str),
    End,
}

impl Word {
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Int(value) => format!("number `{value}`"),
            Self::Float(value) => format!("number `{value}`"),
            Self::Text(_) => "string".to_owned(),
            Self::Name(name) => format!("name `{name}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "end of the rule".to_owned(),
        }
    }
}

/// Signs, longer ones before their beginnings.
pub(super) const SIGNS: [&str; 31] = [
    "**", "||", "&&", "==", "!=", "<=", ">=", "..", "??", "?.", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "?",
    "#", "+", "-", "*", "/", "%", "^", "<", ">", "!",
];

/// Signs that mean something only as part of another, or that are a bar.
pub(super) const LATE_SIGNS: [&str; 3] = ["|", "&", "="];

/// Words that are signs.
pub(super) const WORDS: [&str; 11] =
    ["and", "or", "not", "in", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"];
