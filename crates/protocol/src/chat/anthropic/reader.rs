//! Reads streams of the Messages API.

use super::answer::{finish_of, head_of};
use super::blocks::{citation_of, read_block};
use super::wire::{Delta, StreamEvent};
use crate::chat::answer::{Event, Finish, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::cursor::{Reading, read_whole};
use crate::chat::codec::wire::Path;
use crate::chat::request::{Content, Input, Part, Thinking, ToolCall};
use crate::chat::signature::{Signature, SignatureKind};
use crate::chat::stream::Sink;
use crate::chat::text::{Json, Text};
use crate::failure::Failure;
use crate::meter::RunningUsage;

/// Reads one stream.
#[derive(Debug)]
pub(in crate::chat) struct Reader {
    issuer: String,
    usage: RunningUsage,
    open: Option<Open>,
    has_finish: bool,
    is_over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Part,
    /// A block that has no place in the model.
    Foreign,
}

impl Reader {
    pub(in crate::chat) fn new(bridge: &Bridge) -> Self {
        let usage = RunningUsage::new(bridge.convention);
        Self { issuer: bridge.issuer.clone(), usage, open: None, has_finish: false, is_over: false }
    }

    /// Takes the data of one event.
    pub(in crate::chat) fn data(&mut self, data: &str, sink: Sink<'_>) -> Reading<()> {
        let event: StreamEvent<'_> = read_whole(data)?;
        let kind = event.kind.unwrap_or_default();
        match kind.as_escaped() {
            "message_start" => {
                let message = event.message.unwrap_or_default();
                let mut head = head_of(&message);
                head.usage = message.usage.as_ref().and_then(|usage| self.usage.read(usage.as_str().as_bytes()));
                sink(Event::Start(head));
            }
            "content_block_start" => {
                if let Some(block) = &event.content_block {
                    self.start(block, sink);
                }
            }
            "content_block_delta" => self.delta(event.delta.unwrap_or_default(), sink),
            "content_block_stop" => self.stop(sink),
            "message_delta" => self.end(event.delta.unwrap_or_default(), event.usage.as_ref(), sink),
            "message_stop" => self.over(sink),
            "error" => sink(Event::Failed(Failure::read_event(event.error.as_ref().map_or("{}", Json::as_str)))),
            // The API says that new kinds of events may come.
            _ => {}
        }
        Ok(())
    }

    /// Ends the stream, or says that it must not end here.
    pub(in crate::chat) fn finish(&mut self) -> Result<(), Failure> {
        if self.is_over {
            return Ok(());
        }
        Err(Failure::broken("the upstream ended its stream in the middle of the answer"))
    }

    /// Ends the message. Relays leave out the reason at times; then nothing speaks against a proper end.
    fn over(&mut self, sink: Sink<'_>) {
        self.stop(sink);
        if !std::mem::replace(&mut self.has_finish, true) {
            sink(Event::Finish(0, Finish::Stop, None));
        }
        self.is_over = true;
    }

    fn start(&mut self, block: &Json<'_>, sink: Sink<'_>) {
        self.stop(sink);
        self.open = Some(Open::Foreign);
        let Ok(Part { content, .. }) = read_block(block, Path::Root) else { return };
        match content {
            Content::Text(text, _) => self.open_with(Opening::Text, text, sink),
            Content::Thinking(Thinking { text, signature: None }) => {
                self.open_with(Opening::Thinking, text.into_iter().next().unwrap_or_default(), sink);
            }
            Content::Thinking(Thinking { text, signature: Some(signature) }) => {
                self.open_with(Opening::Thinking, text.into_iter().next().unwrap_or_default(), sink);
                self.seal(signature, sink);
            }
            Content::Call(call) => {
                let first = match &call.input {
                    Input::Object(json) if json.as_str() != "{}" => Text::plain(json.as_str()),
                    _ => Text::default(),
                };
                let opening = ToolCall { input: Input::Arguments(Text::default()), ..call.clone() };
                self.open_with(Opening::Call(opening), first, sink);
            }
            Content::Media(_) | Content::Result(_) | Content::Refusal(_) | Content::Foreign(_) => {}
        }
    }

    fn stop(&mut self, sink: Sink<'_>) {
        if self.open.take() == Some(Open::Part) {
            sink(Event::Close(0));
        }
    }

    fn open_with(&mut self, opening: Opening<'_>, text: Text<'_>, sink: Sink<'_>) {
        self.open = Some(Open::Part);
        sink(Event::Open(0, opening));
        if !text.is_empty() {
            sink(Event::Delta(0, text));
        }
    }

    fn seal(&self, mut signature: Signature<'_>, sink: Sink<'_>) {
        signature.issuer.get_or_insert_with(|| self.issuer.clone().into());
        sink(Event::Seal(0, signature.into_owned()));
    }

    fn delta(&mut self, delta: Delta<'_>, sink: Sink<'_>) {
        if self.open != Some(Open::Part) {
            return;
        }
        if let Some(text) = delta.text.or(delta.partial_json).or(delta.thinking).filter(|text| !text.is_empty()) {
            sink(Event::Delta(0, text));
        }
        if let Some(value) = delta.signature.filter(|signature| !signature.is_empty()) {
            self.seal(Signature::found(SignatureKind::Anthropic, value, None), sink);
        }
        if let Some(citation) = delta.citation.as_ref().and_then(citation_of) {
            sink(Event::Cite(0, citation));
        }
    }

    fn end(&mut self, delta: Delta<'_>, usage: Option<&Json<'_>>, sink: Sink<'_>) {
        if let Some(usage) = usage.and_then(|usage| self.usage.read(usage.as_str().as_bytes())) {
            sink(Event::Usage(usage));
        }
        if let Some(reason) = delta.stop_reason.filter(|_| !self.has_finish) {
            self.stop(sink);
            self.has_finish = true;
            sink(Event::Finish(0, finish_of(&reason.to_plain()), delta.stop_sequence));
        }
    }
}
