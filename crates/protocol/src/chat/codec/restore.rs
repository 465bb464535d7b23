//! Undoes in an answer what the request's conversion did: other tool names, a tool that stands for the structured
//! answer, tools that take free text.

use super::unwrap::{Unwrap, unwrapped};
use super::wire::{Path, read, wire};
use crate::chat::answer::{Answer, Event, Finish, Opening};
use crate::chat::bridge::{AnswerShape, Bridge, Memo};
use crate::chat::request::{Content, Input, Part, ToolCall};
use crate::chat::stream::Sink;
use crate::chat::text::Text;
use crate::failure::Failure;

wire! {
    struct FreeInput<'a> {
        "input" input: Text<'a>,
    }
}

/// Restores a whole answer.
pub(in crate::chat) fn restore_answer(answer: &mut Answer<'_>, bridge: &Bridge) {
    for choice in &mut answer.choices {
        for part in &mut choice.parts {
            restore_part(part, &bridge.memo);
            unwrap_part(part, bridge.memo.answer_shape);
        }
        let has_calls = choice.parts.iter().any(|part| matches!(part.content, Content::Call(_)));
        if choice.finish == Finish::Calls && !has_calls {
            choice.finish = Finish::Stop;
        }
    }
}

fn restore_part(part: &mut Part<'_>, memo: &Memo) {
    let Content::Call(call) = &mut part.content else { return };
    if is_named(&call.name, memo.answer_tool.iter()) {
        let text = input_text(&call.input).into_owned();
        part.content = Content::Text(text, Vec::new());
        return;
    }
    if is_named(&call.name, memo.free_tools.iter()) {
        call.input = Input::Free(free_text(&input_text(&call.input)));
    }
    call.name = memo.names.restore(std::mem::take(&mut call.name)).into_owned();
}

fn unwrap_part(part: &mut Part<'_>, shape: AnswerShape) {
    if let Content::Text(text, _) = &mut part.content
        && shape != AnswerShape::Plain
        && let Some(answer) = unwrapped(text, shape)
    {
        *text = answer;
    }
}

fn is_named<'n>(name: &Text<'_>, mut names: impl Iterator<Item = &'n String>) -> bool {
    names.any(|known| *name == **known)
}

/// Returns the JSON text of an input.
fn input_text<'i>(input: &'i Input<'_>) -> Text<'i> {
    match input {
        Input::Arguments(text) | Input::Free(text) => text.borrowed(),
        Input::Object(json) => Text::plain(json.as_str()),
    }
}

/// Returns the text inside `{"input": "…"}`; what the model wrote where it wrote something else.
fn free_text(json: &Text<'_>) -> Text<'static> {
    let plain = json.to_plain();
    match read::<FreeInput<'_>>(&plain, Path::Root) {
        Ok(FreeInput { input: Some(input), .. }) => input.into_owned(),
        _ => Text::plain(plain.into_owned()),
    }
}

/// Restores the events of a stream.
#[derive(Debug, Default)]
pub(in crate::chat) struct Restorer {
    choices: Vec<ChoiceState>,
}

#[derive(Debug, Default, Clone)]
struct ChoiceState {
    call: Call,
    has_calls: bool,
}

/// What is known of the open call's input.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
enum Call {
    /// No call is open, or its input passes as it comes.
    #[default]
    Passing,
    /// No input came yet.
    Empty,
    /// Input of a tool that takes free text; it can be cut out only when it is whole.
    Free(Text<'static>),
    /// No call, but an answer that stands in an object.
    Answer(Unwrap),
}

impl Restorer {
    /// Takes an event and hands on what it means at the caller's.
    pub(in crate::chat) fn event(&mut self, event: Event<'_>, memo: &Memo, sink: Sink<'_>) {
        match event {
            Event::Open(number, Opening::Call(call)) => self.open(number, call, memo, sink),
            Event::Open(number, Opening::Text) => self.open_text(number, memo, sink),
            Event::Delta(number, text) => {
                match self.state(number).map(|state| &mut state.call) {
                    Some(Call::Free(input)) => return input.push(&text),
                    Some(Call::Answer(unwrap)) => {
                        if let Some(text) = unwrap.push(&text) {
                            sink(Event::Delta(number, text));
                        }
                        return;
                    }
                    Some(call) => *call = Call::Passing,
                    None => {}
                }
                sink(Event::Delta(number, text));
            }
            Event::Close(number) => {
                match self.state(number).map(|state| std::mem::take(&mut state.call)) {
                    Some(Call::Free(input)) => sink(Event::Delta(number, free_text(&input))),
                    Some(Call::Answer(unwrap)) => {
                        if let Some(text) = unwrap.finish() {
                            sink(Event::Delta(number, text));
                        }
                    }
                    // Clients parse the input; nothing at all is no JSON.
                    Some(Call::Empty) => sink(Event::Delta(number, "{}".into())),
                    Some(Call::Passing) | None => {}
                }
                sink(Event::Close(number));
            }
            Event::Finish(number, Finish::Calls, stop) => {
                let has_calls = self.state(number).is_some_and(|state| state.has_calls);
                sink(Event::Finish(number, if has_calls { Finish::Calls } else { Finish::Stop }, stop));
            }
            event => sink(event),
        }
    }

    fn open(&mut self, number: u32, mut call: ToolCall<'_>, memo: &Memo, sink: Sink<'_>) {
        if is_named(&call.name, memo.answer_tool.iter()) {
            return self.open_text(number, memo, sink);
        }
        if call.name.is_empty() || call.id.is_empty() {
            return sink(Event::Failed(Failure::broken("the upstream called a tool without its name or an id")));
        }
        let is_wrapped = is_named(&call.name, memo.free_tools.iter());
        let Some(state) = self.state_or_new(number) else { return };
        state.has_calls = true;
        state.call = match call.input {
            _ if is_wrapped => Call::Free(Text::default()),
            Input::Free(_) => Call::Passing,
            Input::Arguments(_) | Input::Object(_) => Call::Empty,
        };
        if is_wrapped {
            call.input = Input::Free(Text::default());
        }
        let name = memo.names.restore(call.name.borrowed()).into_owned();
        sink(Event::Open(number, Opening::Call(ToolCall { name, ..call })));
    }

    fn open_text(&mut self, number: u32, memo: &Memo, sink: Sink<'_>) {
        if memo.answer_shape != AnswerShape::Plain
            && let Some(state) = self.state_or_new(number)
        {
            state.call = Call::Answer(Unwrap::new(memo.answer_shape));
        }
        sink(Event::Open(number, Opening::Text));
    }

    fn state(&mut self, number: u32) -> Option<&mut ChoiceState> {
        self.choices.get_mut(number as usize)
    }

    fn state_or_new(&mut self, number: u32) -> Option<&mut ChoiceState> {
        if self.choices.len() <= number as usize {
            self.choices.resize(number as usize + 1, ChoiceState::default());
        }
        self.state(number)
    }
}
