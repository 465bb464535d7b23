//! Reads the contents of a generate content request into turns, one after the other as they come.

use std::collections::VecDeque;

use super::parts::Read;
use super::wire::SpeechObject;
use crate::chat::codec::cursor::{Cursor, Reading, Unreadable, Wire};
use crate::chat::codec::names::positional_call;
use crate::chat::codec::wire::{DecodeError, Path};
use crate::chat::request::{Content, Part, Role, Turn};
use crate::chat::text::Text;

/// The conversation without the instructions that stand apart.
#[derive(Debug, Default)]
pub(super) struct Talk<'a> {
    pub(super) turns: Vec<Turn<'a>>,
    ids: Ids<'a>,
}

impl<'a> Wire<'a> for Talk<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let mut talk = Self::default();
        if cursor.peek() == Some(b'[') {
            cursor.list(|cursor, index| talk.add(cursor, index))?;
        } else {
            // One content may stand without its list.
            talk.add(cursor, 0)?;
        }
        Ok(talk)
    }
}

impl<'a> Talk<'a> {
    fn add(&mut self, cursor: &mut Cursor<'a>, index: usize) -> Reading<()> {
        let turn = Turn::new(Role::User, Some(index));
        let turn = Speech::read(cursor)?.into_turn(turn, &mut self.ids).map_err(Unreadable::of)?;
        self.turns.push(turn);
        Ok(())
    }
}

/// One content, or the one text in it.
#[derive(Debug)]
pub(super) enum Speech<'a> {
    Text(Text<'a>),
    Parts(SpeechObject<'a>),
}

impl<'a> Wire<'a> for Speech<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        match cursor.peek() {
            Some(b'"') => Text::read(cursor).map(Self::Text),
            _ => SpeechObject::read(cursor).map(Self::Parts),
        }
    }
}

impl<'a> Speech<'a> {
    /// Adds what is said to a turn. Who speaks is read where it may be anybody.
    pub(super) fn into_turn(self, mut turn: Turn<'a>, ids: &mut Ids<'a>) -> Result<Turn<'a>, DecodeError> {
        let content = match self {
            Self::Text(text) => {
                turn.push(Content::Text(text, Vec::new()));
                return Ok(turn);
            }
            Self::Parts(content) => content,
        };
        if turn.role == Role::User {
            turn.role = match content.role.as_ref().map(Text::to_plain).as_deref() {
                Some("model" | "assistant") => Role::Assistant,
                Some("system") => Role::System,
                Some("user" | "function" | "tool" | "") | None => Role::User,
                Some(other) => return Err(Path::Root.key("role").error(format!("unknown role `{other}`"))),
            };
        }
        turn.extra = content.extra;
        turn.parts = content.parts.unwrap_or_default().into_iter().map(|part| ids.name(part)).collect();
        Ok(turn)
    }
}

/// Gives ids to calls and results that have none: in the order of the conversation, results to the oldest call of their
/// name that has none yet.
#[derive(Debug, Default)]
pub(super) struct Ids<'a> {
    calls: usize,
    open: VecDeque<(Text<'a>, Text<'a>)>,
}

impl<'a> Ids<'a> {
    fn call(&mut self, name: &Text<'a>, id: Option<Text<'a>>) -> Text<'a> {
        let id = id.unwrap_or_else(|| positional_call(self.calls));
        self.calls += 1;
        self.open.push_back((name.clone(), id.clone()));
        id
    }

    fn result(&mut self, name: Option<&Text<'a>>, id: Option<Text<'a>>) -> Text<'a> {
        let place = match &id {
            Some(id) => self.open.iter().position(|(_, known)| known == id),
            None => self.open.iter().position(|(known, _)| name.is_none_or(|name| name == known)),
        };
        let known = place.and_then(|place| self.open.remove(place)).map(|(_, id)| id);
        id.or(known).unwrap_or_else(|| positional_call(self.calls))
    }

    /// Returns a part with its id.
    fn name(&mut self, read: Read<'a>) -> Part<'a> {
        match read {
            Read::Part(part) => part,
            Read::Call(mut part, id) => {
                if let Content::Call(call) = &mut part.content {
                    call.id = self.call(&call.name, id);
                }
                part
            }
            Read::Result(mut part, id) => {
                if let Content::Result(result) = &mut part.content {
                    result.call = self.result(result.name.as_ref(), id);
                }
                part
            }
        }
    }
}
