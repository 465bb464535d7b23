//! Reads the contents of a generate content request into turns, one after the other as they come.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use super::parts::Read;
use super::wire::SpeechObject;
use crate::chat::codec::cursor::{Cursor, Reading, Unreadable, Wire};
use crate::chat::codec::luggage::unpack;
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
            talk.turns = cursor.room();
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
        let parts = content.parts.unwrap_or_default();
        turn.parts.reserve_exact(parts.len());
        for read in parts {
            let mut part = ids.name(read);
            if let Content::Call(call) = &mut part.content {
                call.signature = call.signature.take().and_then(|proof| unpack(&mut turn.parts, proof));
            }
            turn.parts.push(part);
        }
        Ok(turn)
    }
}

/// Gives ids to calls and results that have none: in the order of the conversation, results to the oldest call of their
/// name that has none yet. A result may have an id although its call has none: some clients invent ids for what they run
/// and do not write them into the call.
///
/// Most results come in the order of their calls; only for others is it looked up which call they belong to.
#[derive(Debug, Default)]
pub(super) struct Ids<'a> {
    calls: Vec<Known<'a>>,
    /// How many of the calls can be looked up.
    indexed: usize,
    /// Places of the calls with an id of the caller's, by that id.
    by_id: HashMap<Cow<'a, str>, VecDeque<usize>>,
    /// Places of the calls without, by the tool's name.
    without_id: HashMap<Cow<'a, str>, VecDeque<usize>>,
    /// Places of all calls, by the tool's name.
    by_tool: HashMap<Cow<'a, str>, VecDeque<usize>>,
    /// No call before this place waits for its result.
    oldest: usize,
}

#[derive(Debug)]
struct Known<'a> {
    id: Text<'a>,
    name: Text<'a>,
    /// Whether the id is the caller's.
    is_given: bool,
    has_result: bool,
}

impl<'a> Ids<'a> {
    fn call(&mut self, name: &Text<'a>, id: Option<Text<'a>>) -> Text<'a> {
        let is_given = id.is_some();
        let id = id.unwrap_or_else(|| positional_call(self.calls.len()));
        self.calls.push(Known { id: id.clone(), name: name.clone(), is_given, has_result: false });
        id
    }

    /// Makes all calls so far known to those who look them up.
    fn index(&mut self) {
        for (place, call) in self.calls.iter().enumerate().skip(self.indexed) {
            let tool = call.name.to_lasting();
            if call.is_given {
                self.by_id.entry(call.id.to_lasting()).or_default().push_back(place);
            } else {
                self.without_id.entry(tool.clone()).or_default().push_back(place);
            }
            self.by_tool.entry(tool).or_default().push_back(place);
        }
        self.indexed = self.calls.len();
    }

    /// Returns the call whose turn it is, if the result is its.
    fn next(&mut self, name: Option<&Text<'a>>, id: Option<&Text<'a>>) -> Option<Text<'a>> {
        let place = self.first_of_all()?;
        let call = self.calls.get_mut(place)?;
        let is_its = match id {
            Some(id) => call.is_given && call.id == *id,
            None => name.is_none_or(|name| call.name == *name),
        };
        call.has_result |= is_its;
        is_its.then(|| call.id.clone())
    }

    fn result(&mut self, name: Option<&Text<'a>>, id: Option<Text<'a>>) -> Text<'a> {
        if let Some(id) = self.next(name, id.as_ref()) {
            return id;
        }
        self.index();
        let tool = name.map(Text::to_plain);
        let place = match (&id, tool) {
            (Some(id), tool) => match self.by_id.get_mut(id.to_plain().as_ref()) {
                Some(places) => first_waiting(places, &self.calls),
                None => tool
                    .and_then(|tool| self.without_id.get_mut(tool.as_ref()))
                    .and_then(|places| first_waiting(places, &self.calls)),
            },
            (None, Some(tool)) => {
                self.by_tool.get_mut(tool.as_ref()).and_then(|places| first_waiting(places, &self.calls))
            }
            (None, None) => self.first_of_all(),
        };
        let known = place.and_then(|place| self.calls.get_mut(place)).map(|call| {
            call.has_result = true;
            call.id.clone()
        });
        known.or(id).unwrap_or_else(|| positional_call(self.calls.len()))
    }

    fn first_of_all(&mut self) -> Option<usize> {
        while self.calls.get(self.oldest)?.has_result {
            self.oldest += 1;
        }
        Some(self.oldest)
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

/// Returns the first place whose call waits for its result; the others are never asked for again.
fn first_waiting(places: &mut VecDeque<usize>, calls: &[Known<'_>]) -> Option<usize> {
    while calls.get(*places.front()?)?.has_result {
        places.pop_front();
    }
    places.front().copied()
}
