//! Reads the input of a responses request into turns, item after item as they come.

use super::decode::add_tool;
use super::items::{Said, said};
use super::wire::Item;
use crate::chat::codec::cursor::{Cursor, Reading, Unreadable, Wire};
use crate::chat::codec::wire::{DecodeError, Path};
use crate::chat::request::{Content, Part, Role, Toolbox, Turn};
use crate::chat::text::{Json, Text};

/// The conversation without the instructions that stand apart.
#[derive(Debug, Default)]
pub(super) struct Talk<'a> {
    pub(super) turns: Vec<Turn<'a>>,
    /// Tools that stand among the items.
    pub(super) toolbox: Toolbox<'a>,
}

impl<'a> Wire<'a> for Talk<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let mut talk = Self::default();
        if cursor.peek() == Some(b'"') {
            let mut turn = Turn::new(Role::User, Some(0));
            turn.push(Content::Text(Text::read(cursor)?, Vec::new()));
            talk.turns.push(turn);
            return Ok(talk);
        }
        talk.turns = cursor.room();
        cursor.list(|cursor, index| {
            let mut item = Item::default();
            let json = cursor.spanning(|cursor| item.fill(cursor))?;
            talk.add((json, &mut item), index).map_err(Unreadable::of)
        })?;
        Ok(talk)
    }
}

impl<'a> Talk<'a> {
    fn add(&mut self, (json, item): (Json<'a>, &mut Item<'a>), index: usize) -> Result<(), DecodeError> {
        let at = Path::Root;
        if item.kind.as_ref().is_some_and(|kind| *kind == *"additional_tools") {
            for (place, tool) in item.tools.take().unwrap_or_default().iter().enumerate() {
                add_tool(&mut self.toolbox, tool, at.item("tools", place))?;
            }
            return Ok(());
        }
        let extra = std::mem::take(&mut item.extra);
        if item.kind.as_ref().is_some_and(|kind| *kind == *"tool_search_output") {
            // Calls of what was found name it together with its namespace from here on.
            let mut found = Toolbox::default();
            for (place, tool) in item.tools.take().unwrap_or_default().iter().enumerate() {
                add_tool(&mut found, tool, at.item("tools", place))?;
            }
            self.toolbox.namespaces.extend(found.namespaces);
        }
        match said(json, item, at)? {
            Said::Message(Role::Assistant, mut parts) => {
                // Several messages are one turn; what their vendor says of one, such as its phase, stays with its words.
                if let Some(first) = parts.first_mut() {
                    first.extra.adopt("message", extra);
                }
                self.model_turn(index).parts.extend(parts);
            }
            Said::Message(role, parts) => {
                self.turns.push(Turn { role, parts, name: None, message: Some(index), extra });
            }
            Said::Model(part) => self.model_turn(index).parts.push(Part { extra, ..part }),
            Said::Result(part) => self.result_turn(index).parts.push(Part { extra, ..part }),
        }
        Ok(())
    }

    /// Returns the model's turn to which an item belongs: thoughts, words and calls in a row are one turn.
    fn model_turn(&mut self, index: usize) -> &mut Turn<'a> {
        self.last_or_new(index, Role::Assistant, |turn| turn.role == Role::Assistant)
    }

    fn result_turn(&mut self, index: usize) -> &mut Turn<'a> {
        let is_result = |part: &Part<'_>| matches!(part.content, Content::Result(_) | Content::Foreign(_));
        self.last_or_new(index, Role::User, |turn| turn.role == Role::User && turn.parts.iter().all(is_result))
    }

    fn last_or_new(&mut self, index: usize, role: Role, fits: impl Fn(&Turn<'a>) -> bool) -> &mut Turn<'a> {
        let kept = self.turns.pop_if(|last| fits(last));
        self.turns.push_mut(kept.unwrap_or_else(|| Turn::new(role, Some(index))))
    }
}
