//! A schema as a tree that can be changed.

use crate::chat::codec::cursor::{Cursor, Reading, Wire};
use crate::chat::text::{Json, Text};

/// Deepest schema that is looked at; deeper parts stay as they are.
pub(super) const MAX_DEPTH: usize = 64;

/// A JSON value with its order and its leaves as they came.
#[derive(Debug, Clone)]
pub(super) enum Node<'n> {
    Object(Vec<(Text<'n>, Node<'n>)>),
    Array(Vec<Node<'n>>),
    Leaf(&'n str),
}

impl<'n> Node<'n> {
    pub(super) fn get(&self, keyword: &str) -> Option<&Node<'n>> {
        match self {
            Self::Object(fields) => fields.iter().find(|(key, _)| *key == *keyword).map(|(_, value)| value),
            Self::Array(_) | Self::Leaf(_) => None,
        }
    }

    pub(super) fn is_string(&self, wanted: &str) -> bool {
        matches!(self, Self::Leaf(leaf) if Text::from_literal(leaf).is_some_and(|text| text == *wanted))
    }

    pub(super) fn to_text(&self) -> Option<String> {
        match self {
            Self::Leaf(leaf) => Text::from_literal(leaf).map(|text| text.to_plain().into_owned()),
            Self::Object(_) | Self::Array(_) => None,
        }
    }

    pub(super) fn subschemas(&self) -> Box<dyn Iterator<Item = &Node<'n>> + '_> {
        let Self::Object(fields) = self else { return Box::new(std::iter::empty()) };
        Box::new(fields.iter().flat_map(|(key, value)| {
            let below: Box<dyn Iterator<Item = &Node<'n>>> = match (key.to_plain().as_ref(), value) {
                ("properties" | "$defs" | "definitions", Self::Object(named)) => {
                    Box::new(named.iter().map(|(_, schema)| schema))
                }
                ("anyOf" | "prefixItems", Self::Array(list)) => Box::new(list.iter()),
                ("items", schema) => Box::new(std::iter::once(schema)),
                _ => Box::new(std::iter::empty()),
            };
            below
        }))
    }

    pub(super) fn write(&self, out: &mut String) {
        match self {
            Self::Leaf(leaf) => out.push_str(leaf),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (index, (key, value)) in fields.iter().enumerate() {
                    out.push_str(if index == 0 { "\"" } else { ",\"" });
                    out.push_str(key.as_escaped());
                    out.push_str("\":");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Reads a node at this depth; `0` is the root.
fn read_node<'n>(cursor: &mut Cursor<'n>, depth: usize) -> Reading<Node<'n>> {
    match cursor.peek() {
        Some(b'{') if depth < MAX_DEPTH => {
            let mut fields = Vec::new();
            cursor.object(|cursor, key| {
                fields.push((Text::plain(key), read_node(cursor, depth + 1)?));
                Ok(())
            })?;
            Ok(Node::Object(fields))
        }
        Some(b'[') if depth < MAX_DEPTH => {
            let mut items = Vec::new();
            cursor.list(|cursor, _| {
                items.push(read_node(cursor, depth + 1)?);
                Ok(())
            })?;
            Ok(Node::Array(items))
        }
        _ => Json::read(cursor).map(|json| Node::Leaf(json.as_borrowed().unwrap_or("null"))),
    }
}

impl<'n> Wire<'n> for Node<'n> {
    fn read(cursor: &mut Cursor<'n>) -> Reading<Self> {
        read_node(cursor, 0)
    }
}
