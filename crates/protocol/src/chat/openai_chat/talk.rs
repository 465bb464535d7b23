//! Reads the messages of a chat completions request into turns, one after the other as they come.

use super::content::text_or_parts;
use super::decode::{call_of, function_call};
use super::wire::Message;
use crate::chat::codec::cursor::{Cursor, Reading, Unreadable, Wire};
use crate::chat::codec::luggage::unpack;
use crate::chat::codec::names::positional_call;
use crate::chat::codec::wire::{DecodeError, Path, read_part};
use crate::chat::request::{Content, Output, Part, Role, Thinking, ToolResult, Turn};

/// The conversation.
#[derive(Debug, Default)]
pub(super) struct Talk<'a> {
    pub(super) turns: Vec<Turn<'a>>,
    /// Tool calls so far.
    calls: usize,
}

impl<'a> Wire<'a> for Talk<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Reading<Self> {
        let mut talk = Self { turns: cursor.room(), calls: 0 };
        cursor.list(|cursor, index| {
            let mut message = Message::default();
            message.fill(cursor)?;
            talk.add(&mut message, index).map_err(Unreadable::of)
        })?;
        Ok(talk)
    }
}

impl<'a> Talk<'a> {
    fn add(&mut self, message: &mut Message<'a>, index: usize) -> Result<(), DecodeError> {
        let role = message.role.take().unwrap_or_default();
        let turn = match role.to_plain().as_ref() {
            "system" => speech(Role::System, message, index)?,
            "developer" => speech(Role::Developer, message, index)?,
            "user" => speech(Role::User, message, index)?,
            "assistant" => self.assistant(message, index)?,
            "tool" | "function" => {
                let result = self.result(message)?;
                // The results of one turn's calls belong together.
                let is_result = |part: &Part<'_>| matches!(part.content, Content::Result(_));
                match self.turns.last_mut().filter(|turn| turn.parts.last().is_some_and(is_result)) {
                    Some(turn) => turn.parts.push(result),
                    None => self.turns.push(Turn { parts: vec![result], ..Turn::new(Role::User, Some(index)) }),
                }
                return Ok(());
            }
            other => return Err(Path::Root.key("role").error(format!("unknown role `{other}`"))),
        };
        self.turns.push(turn);
        Ok(())
    }

    fn assistant(&mut self, message: &mut Message<'a>, index: usize) -> Result<Turn<'a>, DecodeError> {
        let at = Path::Root;
        let mut turn = Turn::new(Role::Assistant, Some(index));
        turn.extra = std::mem::take(&mut message.extra);
        turn.extra.keep("audio", message.audio.take());
        turn.extra.keep("images", message.images.take());
        turn.name = message.name.take();
        turn.parts = text_or_parts(message.content.take(), at.key("content"))?;
        let reasoning = || read_part(message.reasoning.as_ref()?, at.key("reasoning")).ok();
        if let Some(text) = message.reasoning_content.take().or_else(reasoning).filter(|text| !text.is_empty()) {
            let thought = Content::Thinking(Thinking { text: vec![text], signature: None });
            turn.parts.insert(0, Part::new(thought));
        }
        if let Some(refusal) = message.refusal.take().filter(|refusal| !refusal.is_empty()) {
            turn.push(Content::Refusal(refusal));
        }
        for (place, call) in message.tool_calls.take().unwrap_or_default().into_iter().enumerate() {
            let mut part = call_of(call, self.calls, at.item("tool_calls", place))?;
            if let Content::Call(call) = &mut part.content {
                call.signature = call.signature.take().and_then(|proof| unpack(&mut turn.parts, proof));
            }
            turn.parts.push(part);
            self.calls += 1;
        }
        if let Some(call) = message.function_call.take() {
            turn.push(Content::Call(function_call(call, None, self.calls, at.key("function_call"))?));
            self.calls += 1;
        }
        Ok(turn)
    }

    fn result(&self, message: &mut Message<'a>) -> Result<Part<'a>, DecodeError> {
        // The older form has no id and answers the one call before it.
        let call = message.tool_call_id.take().unwrap_or_else(|| positional_call(self.calls.saturating_sub(1)));
        let output = Output::Parts(text_or_parts(message.content.take(), Path::Root.key("content"))?);
        let result = ToolResult { call, name: message.name.take(), output, is_error: None, is_free: false };
        Ok(Part { content: Content::Result(result), cache: None, extra: std::mem::take(&mut message.extra) })
    }
}

fn speech<'a>(role: Role, message: &mut Message<'a>, index: usize) -> Result<Turn<'a>, DecodeError> {
    let parts = text_or_parts(message.content.take(), Path::Root.key("content"))?;
    let extra = std::mem::take(&mut message.extra);
    Ok(Turn { role, parts, name: message.name.take(), message: Some(index), extra })
}
