//! Reads streams of the responses API.
//!
//! Items may come interleaved, told apart by `output_index`. The model's streams have one part after the other, so what
//! belongs to another item than the open one waits until this one is done.

use std::collections::BTreeMap;

use super::answer::{head_of, incompleteness, picture};
use super::items::citation_of;
use super::wire::{ContentPart, Item, StreamEvent};
use crate::chat::answer::{Event, Finish, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::cursor::{Reading, read_whole};
use crate::chat::codec::names::invented_call;
use crate::chat::codec::wire::{Path, read_part};
use crate::chat::request::{Content, Input, Part, ToolCall};
use crate::chat::signature::{Signature, SignatureKind};
use crate::chat::stream::Sink;
use crate::chat::text::{Json, Number, Text};
use crate::failure::Failure;
use crate::meter::RunningUsage;

/// Most bytes that wait for an item to be done.
const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;

/// Events after which no other comes.
const ENDS: [&str; 2] = ["response.completed", "response.incomplete"];

/// Reads one stream.
#[derive(Debug)]
pub(in crate::chat) struct Reader {
    issuer: String,
    seed: String,
    usage: RunningUsage,
    /// Place of the item under way.
    item: Option<u64>,
    open: Option<Kind>,
    /// Whether the open part got any text.
    has_text: bool,
    summaries: usize,
    /// What came of other items, by their places.
    waiting: BTreeMap<u64, Vec<String>>,
    waiting_bytes: usize,
    calls: usize,
    has_refused: bool,
    is_over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Refusal,
    Thinking,
    Call,
}

impl Reader {
    pub(in crate::chat) fn new(bridge: &Bridge) -> Self {
        Self {
            issuer: bridge.issuer.clone(),
            seed: bridge.call.clone(),
            usage: RunningUsage::new(bridge.convention),
            item: None,
            open: None,
            has_text: false,
            summaries: 0,
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            calls: 0,
            has_refused: false,
            is_over: false,
        }
    }

    /// Takes the data of one event.
    pub(in crate::chat) fn data(&mut self, data: &str, sink: Sink<'_>) -> Reading<()> {
        if data.trim() == "[DONE]" {
            return Ok(());
        }
        let event: StreamEvent<'_> = read_whole(data)?;
        let place = event.output_index.as_ref().and_then(Number::as_u64);
        if let (Some(place), Some(item)) = (place, self.item)
            && place != item
        {
            self.waiting_bytes += data.len();
            if self.waiting_bytes > MAX_WAITING_BYTES {
                sink(Event::Failed(Failure::broken("the upstream interleaves more than can be kept")));
            }
            self.waiting.entry(place).or_default().push(data.to_owned());
            return Ok(());
        }
        if event.kind.as_ref().is_some_and(|kind| ENDS.contains(&kind.as_escaped())) {
            self.tell_all(sink);
        }
        self.event(event, place, sink);
        self.tell_waiting(sink);
        Ok(())
    }

    /// Tells of the items that waited, until one is under way.
    fn tell_waiting(&mut self, sink: Sink<'_>) {
        while self.item.is_none() {
            let Some((place, waiting)) = self.waiting.pop_first() else {
                self.waiting_bytes = 0;
                return;
            };
            for data in waiting {
                if let Ok(event) = read_whole(&data) {
                    self.event(event, Some(place), sink);
                }
            }
        }
    }

    /// Ends the item under way, and tells of all that waited: nothing more will come.
    fn tell_all(&mut self, sink: Sink<'_>) {
        while self.item.is_some() && !self.waiting.is_empty() {
            self.close(sink);
            self.item = None;
            self.tell_waiting(sink);
        }
    }

    /// Ends the stream, or says that it must not end here.
    pub(in crate::chat) fn finish(&mut self) -> Result<(), Failure> {
        if self.is_over {
            return Ok(());
        }
        Err(Failure::broken("the upstream ended its stream in the middle of the answer"))
    }

    fn event(&mut self, event: StreamEvent<'_>, place: Option<u64>, sink: Sink<'_>) {
        let kind = event.kind.clone().unwrap_or_default();
        match kind.as_escaped() {
            "response.created" => sink(Event::Start(head_of(&event.response.unwrap_or_default()))),
            "response.output_item.added" => self.added(&event.item.unwrap_or_default(), place, sink),
            "response.output_item.done" => self.done(event.item.unwrap_or_default(), sink),
            "response.content_part.added" => self.part(&event.part.unwrap_or_default(), sink),
            "response.content_part.done" => {
                let is_said = matches!(self.open, Some(Kind::Text | Kind::Refusal));
                if is_said {
                    self.close(sink);
                }
            }
            "response.output_text.delta" => {
                self.say(Kind::Text, event.delta.as_ref(), sink);
                if let Some(logprobs) = event.logprobs.filter(|logprobs| logprobs.as_str() != "[]") {
                    sink(Event::Logprobs(0, logprobs));
                }
            }
            "response.refusal.delta" => self.say(Kind::Refusal, event.delta.as_ref(), sink),
            "response.reasoning_summary_part.added" => self.summary(sink),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.say(Kind::Thinking, event.delta.as_ref(), sink);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.say(Kind::Call, event.delta.as_ref(), sink);
            }
            "response.output_text.annotation.added" => {
                if let Some(citation) =
                    event.annotation.as_ref().and_then(citation_of).filter(|_| self.open == Some(Kind::Text))
                {
                    sink(Event::Cite(0, citation));
                }
            }
            "response.completed" | "response.incomplete" => self.end(&event, sink),
            "response.failed" | "error" => sink(Event::Failed(failed(event))),
            // Progress of the vendor's own tools, and repetitions of what the deltas said.
            _ => {}
        }
    }

    fn added(&mut self, item: &Item<'_>, place: Option<u64>, sink: Sink<'_>) {
        self.close(sink);
        self.item = place;
        self.summaries = 0;
        let kind = item.kind.clone().unwrap_or_default();
        let input = match kind.as_escaped() {
            "function_call" => Input::Arguments(Text::default()),
            "custom_tool_call" => Input::Free(Text::default()),
            _ => return,
        };
        let id = item.call_id.clone().filter(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| invented_call(&self.seed, self.calls));
        self.calls += 1;
        let name = super::items::flat_name(item.namespace.as_ref(), item.name.clone().unwrap_or_default());
        self.open_with(Kind::Call, Opening::Call(ToolCall { id, name, input, signature: None }), sink);
    }

    /// Ends an item. Relays that send no deltas tell everything here.
    fn done(&mut self, item: Item<'_>, sink: Sink<'_>) {
        let kind = item.kind.clone().unwrap_or_default();
        match kind.as_escaped() {
            "function_call" | "custom_tool_call" if self.open == Some(Kind::Call) && !self.has_text => {
                match item.arguments {
                    Some(arguments) => self.say(Kind::Call, Some(&arguments), sink),
                    None => self.tell(item.input.unwrap_or_default(), sink),
                }
            }
            "reasoning" => self.seal(item, sink),
            "image_generation_call" => {
                if let Some(base64) = item.result {
                    sink(Event::Whole(0, Part::new(Content::Media(picture(base64)))));
                }
            }
            _ => {}
        }
        self.close(sink);
        self.item = None;
    }

    fn seal(&mut self, item: Item<'_>, sink: Sink<'_>) {
        let sealed = item.encrypted_content.filter(|sealed| !sealed.is_empty());
        let summary: Vec<Text<'_>> =
            item.summary.unwrap_or_default().into_iter().filter_map(|part| part.text).collect();
        if self.open != Some(Kind::Thinking) && (sealed.is_some() || !summary.is_empty()) {
            self.open_with(Kind::Thinking, Opening::Thinking, sink);
            summary.into_iter().for_each(|text| self.tell(text, sink));
        }
        if let Some(value) = sealed {
            let mut signature = Signature::found(SignatureKind::Responses, value, item.id);
            signature.issuer.get_or_insert_with(|| self.issuer.clone().into());
            sink(Event::Seal(0, signature.into_owned()));
        }
    }

    fn part(&mut self, part: &ContentPart<'_>, sink: Sink<'_>) {
        let kind = part.kind.clone().unwrap_or_default();
        match kind.as_escaped() {
            "output_text" => self.open_with(Kind::Text, Opening::Text, sink),
            "refusal" => self.open_with(Kind::Refusal, Opening::Refusal, sink),
            _ => {}
        }
    }

    /// Begins another summary of the same thought.
    fn summary(&mut self, sink: Sink<'_>) {
        self.summaries += 1;
        if self.summaries > 1 && self.open == Some(Kind::Thinking) {
            self.tell("\n\n".into(), sink);
        }
    }

    fn say(&mut self, kind: Kind, delta: Option<&Json<'_>>, sink: Sink<'_>) {
        let text = delta.and_then(|delta| read_part::<Text<'_>>(delta, Path::Root).ok()).unwrap_or_default();
        if text.is_empty() {
            return;
        }
        if self.open != Some(kind) {
            let opening = match kind {
                Kind::Text => Opening::Text,
                Kind::Refusal => Opening::Refusal,
                Kind::Thinking => Opening::Thinking,
                // Input of a call that never began.
                Kind::Call => return,
            };
            self.open_with(kind, opening, sink);
        }
        self.tell(text, sink);
    }

    fn tell(&mut self, text: Text<'_>, sink: Sink<'_>) {
        if !text.is_empty() {
            self.has_text = true;
            sink(Event::Delta(0, text));
        }
    }

    fn open_with(&mut self, kind: Kind, opening: Opening<'_>, sink: Sink<'_>) {
        self.close(sink);
        self.open = Some(kind);
        self.has_text = false;
        self.has_refused |= kind == Kind::Refusal;
        sink(Event::Open(0, opening));
    }

    fn close(&mut self, sink: Sink<'_>) {
        if self.open.take().is_some() {
            sink(Event::Close(0));
        }
    }

    fn end(&mut self, event: &StreamEvent<'_>, sink: Sink<'_>) {
        self.close(sink);
        self.is_over = true;
        let response = event.response.as_ref();
        let usage = response.and_then(|response| response.usage.as_ref());
        if let Some(usage) = usage.and_then(|usage| self.usage.read(usage.as_str().as_bytes())) {
            sink(Event::Usage(usage));
        }
        let finish = match response.and_then(incompleteness) {
            Some(finish) => finish,
            None if self.calls > 0 => Finish::Calls,
            None if self.has_refused => Finish::Refusal,
            None => Finish::Stop,
        };
        sink(Event::Finish(0, finish, None));
    }
}

/// Reads the error of `response.failed`, or of `error`, which carries it in itself.
fn failed(event: StreamEvent<'_>) -> Failure {
    let inner = event.response.and_then(|response| response.error).or(event.error);
    if let Some(error) = inner {
        return Failure::read_event(error.as_str());
    }
    let mut json = String::from("{");
    for (key, text) in [("message", event.message), ("code", event.code)] {
        if let Some(text) = text {
            let comma = if json.len() > 1 { "," } else { "" };
            json.push_str(&format!("{comma}\"{key}\":\"{}\"", text.as_escaped()));
        }
    }
    json.push('}');
    Failure::read_event(&json)
}
