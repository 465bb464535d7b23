//! Operators and how strongly they bind.

/// An operator between two operands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    In,
    Matches,
    Contains,
    StartsWith,
    EndsWith,
    Range,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Coalesce,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unary {
    Not,
    Minus,
    Plus,
}

/// How strongly `|` binds.
pub(super) const PIPE: u16 = 0;

/// How strongly an operand of a power binds; the only operator that groups from the right.
pub(super) const POWER: u16 = 100;

/// A sign, what it means, and how strongly it binds.
const BINARY: [(&str, Binary, u16); 24] = [
    ("or", Binary::Or, 10),
    ("||", Binary::Or, 10),
    ("and", Binary::And, 15),
    ("&&", Binary::And, 15),
    ("==", Binary::Equal, 20),
    ("!=", Binary::NotEqual, 20),
    ("<", Binary::Less, 20),
    (">", Binary::Greater, 20),
    ("<=", Binary::LessOrEqual, 20),
    (">=", Binary::GreaterOrEqual, 20),
    ("in", Binary::In, 20),
    ("matches", Binary::Matches, 20),
    ("contains", Binary::Contains, 20),
    ("startsWith", Binary::StartsWith, 20),
    ("endsWith", Binary::EndsWith, 20),
    ("..", Binary::Range, 25),
    ("+", Binary::Add, 30),
    ("-", Binary::Subtract, 30),
    ("*", Binary::Multiply, 60),
    ("/", Binary::Divide, 60),
    ("%", Binary::Remainder, 60),
    ("**", Binary::Power, POWER),
    ("^", Binary::Power, POWER),
    ("??", Binary::Coalesce, 500),
];

/// Returns the operator of a sign between operands.
pub(super) fn binary(sign: &str) -> Option<(&'static str, Binary, u16)> {
    BINARY.into_iter().find(|(known, ..)| *known == sign)
}

/// Returns the operator of a sign before an operand.
pub(super) fn unary(sign: &str) -> Option<(Unary, u16)> {
    match sign {
        "not" | "!" => Some((Unary::Not, 50)),
        "-" => Some((Unary::Minus, 90)),
        "+" => Some((Unary::Plus, 90)),
        _ => None,
    }
}

impl Binary {
    /// Returns whether `not` may stand before it.
    pub(super) fn can_be_denied(self) -> bool {
        matches!(self, Self::In | Self::Matches | Self::Contains | Self::StartsWith | Self::EndsWith)
    }

    /// Returns whether `a < b < c` means `a < b and b < c`.
    pub(super) fn is_chained(self) -> bool {
        matches!(self, Self::Less | Self::Greater | Self::LessOrEqual | Self::GreaterOrEqual)
    }
}
