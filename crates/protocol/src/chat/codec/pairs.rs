//! Tool calls and their results in pairs. Every vendor refuses a conversation in which a call has no result directly
//! behind it, or a result no call; histories that were cut short, or whose tools were interrupted, have both.

use std::collections::{HashMap, VecDeque};

use super::encoding::place_of;
use super::wire::Path;
use crate::chat::loss::Losses;
use crate::chat::request::{Content, Input, Output, Part, Request, Role, ToolCall, ToolResult, Turn};
use crate::chat::text::Text;
use crate::operation::Dialect;

/// What stands for the result of a call that has none.
const NO_RESULT: &str = "The call was interrupted and has no result.";

/// Returns whether every call has its result in a turn behind it, in the order of the calls. Others may be in pairs too.
pub(in crate::chat) fn are_paired(turns: &[Turn<'_>]) -> bool {
    let mut waiting: Vec<&Text<'_>> = Vec::new();
    let mut answered = 0;
    let mut last = Role::User;
    for turn in turns {
        if turn.role == Role::Assistant && last != Role::Assistant {
            if answered < waiting.len() {
                return false;
            }
            waiting.clear();
            answered = 0;
        }
        last = turn.role;
        for part in &turn.parts {
            match &part.content {
                Content::Call(call) => waiting.push(&call.id),
                Content::Result(result) if waiting.get(answered) == Some(&&result.call) => answered += 1,
                Content::Result(_) => return false,
                Content::Text(..)
                | Content::Media(_)
                | Content::Thinking(_)
                | Content::Refusal(_)
                | Content::Foreign(_) => {}
            }
        }
    }
    answered == waiting.len()
}

/// Gives every call its result, directly behind it: one that stands elsewhere is moved, one that is missing is made up as
/// an error. Results without a call are left out.
pub(in crate::chat) fn mend(request: &mut Request<'_>, upstream: Dialect, losses: &mut Losses) {
    if are_paired(&request.turns) {
        return;
    }
    let mut turns = std::mem::take(&mut request.turns);
    let mut mending = Mending::of(&mut turns, request.dialect, upstream);
    let ends = ends_of_replies(&turns);
    let mut waiting: Vec<ToolCall<'_>> = Vec::new();
    for (number, turn) in turns.into_iter().enumerate() {
        let (role, message) = (turn.role, turn.message);
        if role == Role::Assistant {
            waiting.extend(turn.parts.iter().filter_map(call_of));
        }
        if !turn.parts.is_empty() {
            request.turns.push(turn);
        }
        // The model may speak in several turns in a row.
        let end = ends.get(number).copied().unwrap_or(number);
        if end > number && !waiting.is_empty() {
            let mut results = Turn::new(Role::User, message);
            let at = place_of(request.dialect, &results);
            let calls = waiting.drain(..);
            results.parts = calls.map(|call| mending.result_of(&call, (number, end), (at, &mut *losses))).collect();
            request.turns.push(results);
        }
    }
    mending.tell_unused(losses);
}

/// Returns for each turn up to where the turns go that reply to it; its own place for all but the last of the model's
/// turns in a row.
fn ends_of_replies(turns: &[Turn<'_>]) -> Vec<usize> {
    let mut ends: Vec<usize> = (0..turns.len()).collect();
    let mut end = turns.len();
    for (number, _) in turns.iter().enumerate().rev().filter(|(_, turn)| turn.role == Role::Assistant) {
        let is_last = turns.get(number + 1).is_none_or(|next| next.role != Role::Assistant);
        if let Some(known) = ends.get_mut(number).filter(|_| is_last) {
            *known = end;
        }
        end = number;
    }
    ends
}

/// Returns a call without what it was given: all that its result depends on.
fn call_of<'a>(part: &Part<'a>) -> Option<ToolCall<'a>> {
    let Content::Call(call) = &part.content else { return None };
    let input = match &call.input {
        Input::Free(_) => Input::Free(Text::default()),
        Input::Arguments(_) | Input::Object(_) => Input::Arguments(Text::default()),
    };
    Some(ToolCall { id: call.id.clone(), name: call.name.clone(), input, signature: None })
}

/// A result, taken out of its turn.
struct Found<'a> {
    turn: usize,
    at: Path<'static>,
    part: Part<'a>,
}

struct Mending<'a> {
    /// Results by the ids of their calls, in order.
    results: HashMap<String, VecDeque<Found<'a>>>,
    /// Calls of each id that have not got their result yet: some clients use an id more than once.
    calls: HashMap<String, usize>,
    /// Results that came before any call of their id.
    unused: Vec<Found<'a>>,
    upstream: Dialect,
}

impl<'a> Mending<'a> {
    /// Takes the results out of all turns.
    fn of(turns: &mut [Turn<'a>], client: Dialect, upstream: Dialect) -> Self {
        let mut mending = Self { results: HashMap::new(), calls: HashMap::new(), unused: Vec::new(), upstream };
        for (number, turn) in turns.iter_mut().enumerate() {
            let at = place_of(client, turn);
            let mut kept = Vec::with_capacity(turn.parts.len());
            for part in turn.parts.drain(..) {
                match &part.content {
                    Content::Result(result) => {
                        let id = result.call.to_plain().into_owned();
                        mending.results.entry(id).or_default().push_back(Found { turn: number, at, part });
                        continue;
                    }
                    Content::Call(call) => {
                        *mending.calls.entry(call.id.to_plain().into_owned()).or_default() += 1;
                    }
                    _ => {}
                }
                kept.push(part);
            }
            turn.parts = kept;
        }
        mending
    }

    /// Returns the result of a call whose replies stand between two turns.
    fn result_of(
        &mut self,
        call: &ToolCall<'a>,
        (start, end): (usize, usize),
        (at, losses): (Path<'_>, &mut Losses),
    ) -> Part<'a> {
        let id = call.id.to_plain();
        let others = self.calls.get_mut(id.as_ref()).map_or(0, |count| {
            *count = count.saturating_sub(1);
            *count
        });
        let unused = &mut self.unused;
        let found = self.results.get_mut(id.as_ref()).and_then(|results| {
            while let Some(found) = results.pop_front_if(|found| found.turn < start) {
                unused.push(found);
            }
            let is_here = results.front()?.turn < end;
            // A later call of the same id has its own result.
            if is_here || results.len() > others { results.pop_front() } else { None }
        });
        match found {
            Some(found) => {
                if found.turn >= end {
                    losses.cosmetic(found.at, "the result stood apart from its call and was moved to it");
                }
                found.part
            }
            None => {
                losses.cosmetic(at, "a call has no result, so one was added that says so");
                self.missing(call)
            }
        }
    }

    fn missing(&self, call: &ToolCall<'a>) -> Part<'a> {
        // The others have no mark for failed tools.
        let can_fail = matches!(self.upstream, Dialect::Anthropic | Dialect::Gemini);
        Part::new(Content::Result(ToolResult {
            call: call.id.clone(),
            name: Some(call.name.clone()),
            output: Output::Parts(vec![Part::new(Content::Text(NO_RESULT.into(), Vec::new()))]),
            is_error: can_fail.then_some(true),
            is_free: matches!(call.input, Input::Free(_)),
        }))
    }

    fn tell_unused(self, losses: &mut Losses) {
        let mut unused = self.unused;
        unused.extend(self.results.into_values().flatten());
        unused.sort_by_key(|found| found.turn);
        for found in unused {
            losses.cosmetic(found.at, "no call has this result's id, so the result was left out");
        }
    }
}
