//! Reads streams of the chat completions API.
//!
//! Tool calls may come interleaved, told apart by `index`. The model's streams have one part after the other, so a call
//! waits until the input of the one before it is a whole JSON value, or the answer ends.

use super::answer::{citation_of, finish_of, head_of};
use super::content::{pictures, said};
use super::wire::{Completion, CompletionChoice, Message, ToolCallObject};
use crate::chat::answer::{Event, Finish, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::cursor::{Reading, TextOr, read_whole};
use crate::chat::codec::names::invented_call;
use crate::chat::codec::progress::Progress;
use crate::chat::codec::wire::{Path, read_part};
use crate::chat::request::{Content, Input, Part, ToolCall};
use crate::chat::signature::{Signature, SignatureKind};
use crate::chat::stream::Sink;
use crate::chat::text::{Json, Text};
use crate::failure::Failure;
use crate::meter::RunningUsage;

/// Most bytes of input that wait for their call's turn.
const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;
/// Most calls of one answer.
const MAX_CALLS: usize = 1_024;

/// Reads one stream.
#[derive(Debug)]
pub(in crate::chat) struct Reader {
    seed: String,
    usage: RunningUsage,
    has_started: bool,
    choices: Vec<ChoiceState>,
    calls: usize,
}

#[derive(Debug, Default)]
struct ChoiceState {
    open: Option<Kind>,
    calls: Vec<CallState>,
    /// Place in `calls` of the first that has not ended.
    current: usize,
    waiting_bytes: usize,
    has_refused: bool,
    is_finished: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Refusal,
    Call,
}

#[derive(Debug)]
struct CallState {
    index: Option<u64>,
    id: Text<'static>,
    name: Text<'static>,
    is_free: bool,
    signature: Option<Signature<'static>>,
    /// Input that came before the call's turn.
    waiting: Text<'static>,
    progress: Progress,
    is_open: bool,
}

impl Reader {
    pub(in crate::chat) fn new(bridge: &Bridge) -> Self {
        Self {
            seed: bridge.call.clone(),
            usage: RunningUsage::new(bridge.convention),
            has_started: false,
            choices: Vec::new(),
            calls: 0,
        }
    }

    /// Takes the data of one event.
    pub(in crate::chat) fn data(&mut self, data: &str, sink: Sink<'_>) -> Reading<()> {
        if data.trim() == "[DONE]" {
            self.done(sink);
            return Ok(());
        }
        let chunk: Completion<'_> = read_whole(data)?;
        if let Some(error) = error_of(&chunk) {
            sink(Event::Failed(Failure::read_event(error.as_str())));
            return Ok(());
        }
        if !self.has_started {
            self.has_started = true;
            sink(Event::Start(head_of(&chunk)));
        }
        for (place, choice) in chunk.choices.unwrap_or_default().into_iter().enumerate() {
            self.choice(choice, place, sink);
        }
        self.report(chunk.usage.as_ref(), sink);
        Ok(())
    }

    /// Ends the stream, or says that it must not end here.
    pub(in crate::chat) fn finish(&mut self) -> Result<(), Failure> {
        if self.choices.iter().any(|choice| choice.is_finished) && self.choices.iter().all(|choice| choice.is_finished)
        {
            return Ok(());
        }
        Err(Failure::broken("the upstream ended its stream in the middle of the answer"))
    }

    /// Ends what has no end yet: vendors that say so leave out the reason at times.
    fn done(&mut self, sink: Sink<'_>) {
        let Self { choices, seed, calls, .. } = self;
        for (number, state) in choices.iter_mut().enumerate().filter(|(_, state)| !state.is_finished) {
            ChoiceReader { state, number: number as u32, seed, calls, sink }.end(Finish::Stop);
        }
    }

    fn report(&mut self, usage: Option<&Json<'_>>, sink: Sink<'_>) {
        if let Some(usage) = usage.and_then(|usage| self.usage.read(usage.as_str().as_bytes())) {
            sink(Event::Usage(usage));
        }
    }

    fn choice(&mut self, choice: CompletionChoice<'_>, place: usize, sink: Sink<'_>) {
        const MAX_CHOICES: usize = 128;
        let number = choice.index.and_then(|index| index.as_u64()).and_then(|index| usize::try_from(index).ok());
        let number = number.unwrap_or(place).min(MAX_CHOICES);
        if self.choices.len() <= number {
            self.choices.resize_with(number + 1, ChoiceState::default);
        }
        let Some(state) = self.choices.get_mut(number).filter(|state| !state.is_finished) else { return };
        let mut part = ChoiceReader { state, number: number as u32, seed: &self.seed, calls: &mut self.calls, sink };
        part.delta(choice.delta.or(choice.message).unwrap_or_default());
        if let Some(content) = choice.logprobs.and_then(|logprobs| logprobs.content) {
            (part.sink)(Event::Logprobs(part.number, content));
        }
        if let Some(word) = choice.finish_reason.filter(|word| !word.is_empty()) {
            part.end(finish_of(&word.to_plain()));
        }
        // Some vendors put usage into the choice.
        self.report(choice.usage.as_ref(), sink);
    }
}

struct ChoiceReader<'r> {
    state: &'r mut ChoiceState,
    number: u32,
    seed: &'r str,
    calls: &'r mut usize,
    sink: Sink<'r>,
}

impl ChoiceReader<'_> {
    fn delta(&mut self, delta: Message<'_>) {
        let reasoning = || delta.reasoning.as_ref().and_then(|json| read_part(json, Path::Root).ok());
        self.say(Kind::Thinking, delta.reasoning_content.or_else(reasoning));
        match delta.content {
            Some(TextOr::Text(text)) => self.say(Kind::Text, Some(text)),
            content => said(content, Path::Root).unwrap_or_default().into_iter().for_each(|part| self.part(part)),
        }
        pictures(delta.images.as_ref()).into_iter().for_each(|part| self.part(part));
        self.say(Kind::Refusal, delta.refusal);
        for annotation in delta.annotations.unwrap_or_default() {
            if let Some(citation) = citation_of(&annotation).filter(|_| self.state.open == Some(Kind::Text)) {
                (self.sink)(Event::Cite(self.number, citation));
            }
        }
        for call in delta.tool_calls.unwrap_or_default() {
            self.call(call);
        }
        if let Some(call) = delta.function_call {
            self.call(ToolCallObject { function: Some(call), ..ToolCallObject::default() });
        }
    }

    fn part(&mut self, part: Part<'_>) {
        match part.content {
            Content::Text(text, _) => self.say(Kind::Text, Some(text)),
            Content::Thinking(thinking) => {
                thinking.text.into_iter().for_each(|text| self.say(Kind::Thinking, Some(text)));
            }
            Content::Media(_) => {
                self.close();
                (self.sink)(Event::Whole(self.number, part));
            }
            Content::Call(_) | Content::Result(_) | Content::Refusal(_) | Content::Foreign(_) => {}
        }
    }

    fn say(&mut self, kind: Kind, text: Option<Text<'_>>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return };
        if self.state.open != Some(kind) {
            self.close();
            self.state.open = Some(kind);
            self.state.has_refused |= kind == Kind::Refusal;
            (self.sink)(Event::Open(
                self.number,
                match kind {
                    Kind::Thinking => Opening::Thinking,
                    Kind::Refusal => Opening::Refusal,
                    Kind::Text | Kind::Call => Opening::Text,
                },
            ));
        }
        (self.sink)(Event::Delta(self.number, text));
    }

    /// Ends whatever is open. A call that is interrupted has all it will get.
    fn close(&mut self) {
        if let Some(kind) = self.state.open.take() {
            if kind == Kind::Call {
                self.state.current += 1;
            }
            (self.sink)(Event::Close(self.number));
        }
    }

    fn call(&mut self, delta: ToolCallObject<'_>) {
        let place = self.place_of(&delta);
        let Some(call) = self.state.calls.get_mut(place) else { return };
        let (name, input) = match (delta.function, delta.custom) {
            (Some(function), _) => (function.name, function.arguments.as_ref().map(text_of)),
            (None, Some(custom)) => (custom.name, custom.input),
            (None, None) => (None, None),
        };
        if let Some(name) = name.filter(|_| call.name.is_empty()) {
            call.name = name.into_owned();
        }
        if let Some(input) = input.filter(|input| !input.is_empty()) {
            call.progress.push(&input);
            if call.is_open {
                (self.sink)(Event::Delta(self.number, input));
            } else {
                call.waiting.push(&input);
                self.state.waiting_bytes += input.as_escaped().len();
            }
        }
        if self.state.waiting_bytes > MAX_WAITING_BYTES || self.state.calls.len() > MAX_CALLS {
            (self.sink)(Event::Failed(Failure::broken("the upstream calls more tools at once than can be kept")));
            return;
        }
        self.advance(Patience::UntilWhole);
    }

    /// Returns which call a delta belongs to. Some vendors give every parallel call the same index, or none; others
    /// invent a new id for every piece of a call, but name the tool only once.
    fn place_of(&mut self, delta: &ToolCallObject<'_>) -> usize {
        let index = delta.index.as_ref().and_then(crate::chat::text::Number::as_u64);
        let known = match index {
            Some(_) => self.state.calls.iter().rposition(|call| call.index == index),
            None => self.state.calls.len().checked_sub(1),
        };
        let id = delta.id.as_ref().filter(|id| !id.is_empty());
        if let Some(place) = known
            && let Some(call) = self.state.calls.get(place)
            && (id.is_none_or(|id| *id == call.id) || (index.is_some() && !names_tool(delta)))
        {
            return place;
        }
        let google = delta.extra_content.as_ref().and_then(|content| content.google.as_ref());
        let signature = google.and_then(|google| google.thought_signature.clone());
        self.state.calls.push(CallState {
            index,
            id: id.map_or_else(|| invented_call(self.seed, *self.calls), |id| id.clone().into_owned()),
            name: Text::default(),
            is_free: delta.custom.is_some(),
            signature: signature.map(|value| Signature::found(SignatureKind::Gemini, value, None).into_owned()),
            waiting: Text::default(),
            progress: Progress::default(),
            is_open: false,
        });
        *self.calls += 1;
        self.state.calls.len() - 1
    }

    /// Opens the calls whose turn has come.
    fn advance(&mut self, patience: Patience) {
        loop {
            let has_next = self.state.calls.len() > self.state.current + 1;
            let Some(call) = self.state.calls.get_mut(self.state.current) else { return };
            if !call.is_open {
                if call.name.is_empty() && patience == Patience::UntilWhole {
                    return;
                }
                if self.state.open.take().is_some() {
                    (self.sink)(Event::Close(self.number));
                }
                self.state.open = Some(Kind::Call);
                open_call(call, self.number, self.sink);
            }
            let is_over = patience == Patience::None || (has_next && call.progress.is_whole());
            if !is_over {
                return;
            }
            self.close();
        }
    }

    fn end(&mut self, finish: Finish) {
        self.advance(Patience::None);
        self.close();
        self.state.is_finished = true;
        let finish = match finish {
            Finish::Stop if !self.state.calls.is_empty() => Finish::Calls,
            Finish::Stop if self.state.has_refused => Finish::Refusal,
            finish => finish,
        };
        (self.sink)(Event::Finish(self.number, finish, None));
    }
}

fn names_tool(delta: &ToolCallObject<'_>) -> bool {
    let function = delta.function.as_ref().and_then(|function| function.name.as_ref());
    let custom = delta.custom.as_ref().and_then(|custom| custom.name.as_ref());
    function.or(custom).is_some_and(|name| !name.is_empty())
}

/// Returns the error that a chunk tells. OpenRouter puts it beside the choices, its like into one of them.
fn error_of<'c, 'a>(chunk: &'c Completion<'a>) -> Option<&'c Json<'a>> {
    let inside = chunk.choices.iter().flatten().find_map(|choice| choice.error.as_ref());
    let is_told = |error: &&Json<'_>| chunk.choices.is_none() || error.is_object();
    chunk.error.as_ref().or(inside).filter(is_told)
}

/// How long a call waits for the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    /// Until its input is a whole JSON value.
    UntilWhole,
    /// Not at all: nothing more will come.
    None,
}

fn open_call(call: &mut CallState, number: u32, sink: Sink<'_>) {
    call.is_open = true;
    let input = if call.is_free { Input::Free(Text::default()) } else { Input::Arguments(Text::default()) };
    let (id, name) = (call.id.clone(), call.name.clone());
    sink(Event::Open(number, Opening::Call(ToolCall { id, name, input, signature: call.signature.take() })));
    let waiting = std::mem::take(&mut call.waiting);
    if !waiting.is_empty() {
        sink(Event::Delta(number, waiting));
    }
}

/// Returns arguments as text; some vendors send the object itself.
fn text_of<'a>(arguments: &Json<'a>) -> Text<'a> {
    read_part(arguments, Path::Root).unwrap_or_else(|_| Text::plain(arguments.as_str().to_owned()))
}
