//! Reads streams of the generate content API.

use super::answer::{citations_of, finish_of, head_of, logprobs_of};
use super::parts::{Read, read_one};
use super::wire::{Candidate, ResponseObject};
use crate::chat::answer::{Event, Finish, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::cursor::{Reading, read_whole};
use crate::chat::codec::names::invented_call;
use crate::chat::codec::wire::Path;
use crate::chat::request::{Content, Input, Part, ToolCall};
use crate::chat::signature::Signature;
use crate::chat::stream::Sink;
use crate::chat::text::{Number, Text};
use crate::failure::Failure;
use crate::meter::RunningUsage;

/// Reads one stream.
#[derive(Debug)]
pub(in crate::chat) struct Reader {
    seed: String,
    issuer: String,
    usage: RunningUsage,
    has_started: bool,
    calls: usize,
    choices: Vec<ChoiceState>,
}

#[derive(Debug, Default)]
struct ChoiceState {
    open: Option<Kind>,
    /// The text so far, in which sources are placed by bytes.
    text: String,
    has_calls: bool,
    is_finished: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
}

impl Reader {
    pub(in crate::chat) fn new(bridge: &Bridge) -> Self {
        Self {
            seed: bridge.call.clone(),
            issuer: bridge.issuer.clone(),
            usage: RunningUsage::new(bridge.convention),
            has_started: false,
            calls: 0,
            choices: Vec::new(),
        }
    }

    /// Takes the data of one event.
    pub(in crate::chat) fn data(&mut self, data: &str, sink: Sink<'_>) -> Reading<()> {
        let response: ResponseObject<'_> = read_whole(data)?;
        if response.candidates.is_none()
            && let Some(error) = &response.error
        {
            sink(Event::Failed(Failure::read_event(error.as_str())));
            return Ok(());
        }
        if !self.has_started {
            self.has_started = true;
            sink(Event::Start(head_of(&response)));
        }
        for (place, candidate) in response.candidates.unwrap_or_default().into_iter().enumerate() {
            self.candidate(candidate, place, sink);
        }
        if response.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some()) && self.choices.is_empty() {
            self.choices.push(ChoiceState { is_finished: true, ..ChoiceState::default() });
            sink(Event::Finish(0, Finish::Filter, None));
        }
        let usage = response.usage_metadata.as_ref();
        if let Some(usage) = usage.and_then(|usage| self.usage.read(usage.as_str().as_bytes())) {
            sink(Event::Usage(usage));
        }
        Ok(())
    }

    /// Ends the stream, or says that it must not end here.
    pub(in crate::chat) fn finish(&mut self) -> Result<(), Failure> {
        if !self.choices.is_empty() && self.choices.iter().all(|choice| choice.is_finished) {
            return Ok(());
        }
        Err(Failure::broken("the upstream ended its stream in the middle of the answer"))
    }

    fn candidate(&mut self, candidate: Candidate<'_>, place: usize, sink: Sink<'_>) {
        const MAX_CHOICES: usize = 128;
        let number = candidate.index.as_ref().and_then(Number::as_u64).and_then(|index| usize::try_from(index).ok());
        let number = number.unwrap_or(place).min(MAX_CHOICES);
        if self.choices.len() <= number {
            self.choices.resize_with(number + 1, ChoiceState::default);
        }
        let Some(state) = self.choices.get_mut(number).filter(|state| !state.is_finished) else { return };
        let mut choice = ChoiceReader {
            state,
            number: number as u32,
            issuer: &self.issuer,
            seed: &self.seed,
            calls: &mut self.calls,
            sink,
        };
        for json in candidate.content.unwrap_or_default().parts.unwrap_or_default() {
            match read_one(&json, Path::Root) {
                Ok(Read::Part(part)) => choice.part(part),
                Ok(Read::Call(part, id)) => choice.call(part, id),
                Ok(Read::Result(..)) | Err(_) => {}
            }
        }
        if let Some(logprobs) = candidate.logprobs_result {
            (choice.sink)(Event::Logprobs(choice.number, logprobs_of(logprobs)));
        }
        for found in citations_of(candidate.grounding_metadata, candidate.citation_metadata) {
            let citation = found.into_citation(&choice.state.text);
            if choice.state.open == Some(Kind::Text) {
                (choice.sink)(Event::Cite(choice.number, citation));
            }
        }
        if let Some(word) = candidate.finish_reason.filter(|word| !word.is_empty()) {
            choice.end(finish_of(&word.to_plain()), candidate.finish_message.unwrap_or(word));
        }
    }
}

struct ChoiceReader<'r> {
    state: &'r mut ChoiceState,
    number: u32,
    issuer: &'r str,
    seed: &'r str,
    calls: &'r mut usize,
    sink: Sink<'r>,
}

impl ChoiceReader<'_> {
    fn part(&mut self, part: Part<'_>) {
        match part.content {
            Content::Text(text, _) => {
                self.state.text.push_str(&text.to_plain());
                self.say(Kind::Text, text);
            }
            Content::Thinking(thinking) => {
                for text in thinking.text {
                    self.say(Kind::Thinking, text);
                }
                if let Some(signature) = thinking.signature {
                    self.open(Kind::Thinking);
                    (self.sink)(Event::Seal(self.number, issued(signature, self.issuer)));
                }
            }
            Content::Media(media) => {
                self.close();
                (self.sink)(Event::Whole(self.number, Part::new(Content::Media(media))));
            }
            Content::Call(_) | Content::Result(_) | Content::Refusal(_) | Content::Foreign(_) => {}
        }
    }

    fn say(&mut self, kind: Kind, text: Text<'_>) {
        if text.is_empty() {
            return;
        }
        self.open(kind);
        (self.sink)(Event::Delta(self.number, text));
    }

    fn open(&mut self, kind: Kind) {
        if self.state.open != Some(kind) {
            self.close();
            self.state.open = Some(kind);
            let opening = if kind == Kind::Text { Opening::Text } else { Opening::Thinking };
            (self.sink)(Event::Open(self.number, opening));
        }
    }

    fn close(&mut self) {
        if self.state.open.take().is_some() {
            (self.sink)(Event::Close(self.number));
        }
    }

    /// Calls come whole.
    fn call(&mut self, part: Part<'_>, id: Option<Text<'_>>) {
        let Content::Call(ToolCall { name, input, signature, .. }) = part.content else { return };
        self.close();
        self.state.has_calls = true;
        let id = id.unwrap_or_else(|| invented_call(self.seed, *self.calls));
        *self.calls += 1;
        let signature = signature.map(|signature| issued(signature, self.issuer));
        let arguments = match &input {
            Input::Object(json) => Text::plain(json.as_str()),
            Input::Arguments(text) | Input::Free(text) => text.borrowed(),
        };
        let call = ToolCall { id, name, input: Input::Arguments(Text::default()), signature };
        (self.sink)(Event::Open(self.number, Opening::Call(call)));
        (self.sink)(Event::Delta(self.number, arguments));
        (self.sink)(Event::Close(self.number));
    }

    fn end(&mut self, finish: Finish, why: Text<'_>) {
        self.close();
        self.state.is_finished = true;
        let finish = if finish == Finish::Stop && self.state.has_calls { Finish::Calls } else { finish };
        let why = Some(why).filter(|_| finish == Finish::Broken);
        (self.sink)(Event::Finish(self.number, finish, why));
    }
}

fn issued(mut signature: Signature<'_>, issuer: &str) -> Signature<'static> {
    signature.issuer.get_or_insert_with(|| issuer.to_owned().into());
    signature.into_owned()
}
