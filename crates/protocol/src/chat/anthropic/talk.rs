//! Reads the messages of a Messages request into turns, one after the other as they come.

use super::blocks::text_or_blocks;
use super::wire::Message;
use crate::chat::codec::cursor::{Cursor, Reading, Unreadable, Wire};
use crate::chat::codec::wire::{DecodeError, Path};
use crate::chat::request::{Role, Turn};

/// The conversation without the instructions that stand apart.
#[derive(Debug, Default)]
pub(super) struct Talk<'a> {
    pub(super) turns: Vec<Turn<'a>>,
}

impl<'a> Wire<'a> for Talk<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let mut turns = cursor.room();
        cursor.list(|cursor, index| {
            let message = Message::read(cursor)?;
            turns.push(turn_of(message, index).map_err(Unreadable::of)?);
            Ok(())
        })?;
        Ok(Self { turns })
    }
}

fn turn_of(message: Message<'_>, index: usize) -> Result<Turn<'_>, DecodeError> {
    let role = match message.role.unwrap_or_default().to_plain().as_ref() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        other => return Err(Path::Root.key("role").error(format!("unknown role `{other}`"))),
    };
    let parts = text_or_blocks(message.content, Path::Root.key("content"))?;
    Ok(Turn { role, parts, name: None, message: Some(index), extra: message.extra })
}
