//! Writes streams of the chat completions API.

use std::collections::BTreeMap;

use super::answer::{Refused, completion_id, finish_word, markdown_of, placed, write_annotation, write_call_proof};
use crate::chat::answer::{Event, Head, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::luggage::Luggage;
use crate::chat::codec::names::CHAT_CALL;
use crate::chat::codec::usage::write_chat_usage;
use crate::chat::codec::write::Writer;
use crate::chat::request::{Content, Input, ToolCall};
use crate::chat::signature::Signature;
use crate::chat::text::Text;
use crate::failure::Failure;
use crate::problem::EventStyle;
use sluice_domain::usage::Usage;

/// Writes one stream.
#[derive(Debug, Default)]
pub(in crate::chat) struct StreamWriter {
    /// What every chunk begins with.
    prefix: Vec<u8>,
    choices: BTreeMap<u32, ChoiceState>,
    usage: Option<Usage>,
    tells_usage: bool,
}

#[derive(Debug, Default, Clone)]
struct ChoiceState {
    open: Option<Kind>,
    has_role: bool,
    calls: u64,
    refused: Refused,
    /// The open thought and its proof, which have no place of their own here.
    thought: Text<'static>,
    seal: Option<Signature<'static>>,
    luggage: Luggage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Refusal,
    Function(u64),
    Free(u64),
}

impl StreamWriter {
    pub(in crate::chat) fn new(bridge: &Bridge) -> Self {
        let mut writer = Self { tells_usage: bridge.stream_usage, ..Self::default() };
        writer.begin(&Head::default(), bridge);
        writer
    }

    fn begin(&mut self, head: &Head<'_>, bridge: &Bridge) {
        self.prefix.clear();
        let mut w = Writer::data_line(&mut self.prefix);
        w.begin_object().key("id").string(&completion_id(head, bridge)).key("object").string("chat.completion.chunk");
        w.key("created").count(head.created.unwrap_or(bridge.created)).key("model").string(&bridge.model);
        w.key("choices").begin_array();
    }

    /// Writes what an event means to the client.
    pub(in crate::chat) fn event(&mut self, event: &Event<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        match event {
            Event::Start(head) => self.begin(head, bridge),
            Event::Open(number, opening) => self.open(*number, opening, out),
            Event::Seal(number, signature) => self.state(*number).seal = Some(signature.clone().into_owned()),
            Event::Delta(number, text) => self.delta(*number, text, out),
            Event::Whole(number, part) => {
                if let Content::Media(media) = &part.content {
                    self.chunk(*number, out, |w| {
                        w.key("content").text(&markdown_of(media));
                    });
                }
            }
            Event::Cite(number, citation) => self.chunk(*number, out, |w| {
                w.key("annotations").begin_array();
                write_annotation(w, &placed(citation, &Text::default(), &Text::default()));
                w.end_array();
            }),
            Event::Logprobs(number, content) => {
                let mut w = self.begin_chunk(*number, out);
                w.end_object().key("logprobs").begin_object().key("content").json(content);
                w.key("refusal").null().end_object().key("finish_reason").null();
                Self::end_chunk(w, self.tells_usage);
            }
            Event::Close(number) => self.state(*number).close(bridge),
            Event::Usage(usage) => self.usage = Some(*usage),
            Event::Finish(number, finish, _) => {
                let refused = self.state(*number).refused;
                let mut w = self.begin_chunk(*number, out);
                w.end_object().key("logprobs").null().key("finish_reason").string(finish_word(*finish, refused));
                Self::end_chunk(w, self.tells_usage);
            }
            Event::Failed(failure) => self.fail(failure, bridge, out),
        }
    }

    /// Ends the stream.
    pub(in crate::chat) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.tells_usage {
            out.extend_from_slice(&self.prefix);
            let mut w = Writer::new(out);
            w.end_array().key("usage");
            write_chat_usage(&mut w, &self.usage.unwrap_or_default());
            w.end_object();
            w.end_event();
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn fail(&self, failure: &Failure, bridge: &Bridge, out: &mut Vec<u8>) {
        out.extend_from_slice(&failure.event_for(bridge.client, EventStyle::Plain, &bridge.call));
    }

    fn state(&mut self, number: u32) -> &mut ChoiceState {
        self.choices.entry(number).or_default()
    }

    fn open(&mut self, number: u32, opening: &Opening<'_>, out: &mut Vec<u8>) {
        let state = self.state(number);
        let kind = match opening {
            Opening::Text => Kind::Text,
            Opening::Thinking => Kind::Thinking,
            Opening::Refusal => Kind::Refusal,
            Opening::Call(call) => {
                let index = state.calls;
                state.calls += 1;
                if matches!(call.input, Input::Free(_)) { Kind::Free(index) } else { Kind::Function(index) }
            }
        };
        state.open = Some(kind);
        if kind == Kind::Refusal {
            state.refused = Refused::InWords;
        }
        if let Opening::Call(call) = opening {
            let carried = state.luggage.take();
            self.chunk(number, out, |w| write_call_start(w, (call, carried), kind));
        }
    }

    fn delta(&mut self, number: u32, text: &Text<'_>, out: &mut Vec<u8>) {
        let state = self.state(number);
        let Some(kind) = state.open else { return };
        if kind == Kind::Thinking {
            state.thought.push(text);
        }
        self.chunk(number, out, |w| match kind {
            Kind::Text => {
                w.key("content").text(text);
            }
            Kind::Thinking => {
                w.key("reasoning_content").text(text);
            }
            Kind::Refusal => {
                w.key("refusal").text(text);
            }
            Kind::Function(index) => {
                w.key("tool_calls").begin_array().begin_object().key("index").count(index);
                w.key("function").begin_object().key("arguments").text(text).end_object().end_object().end_array();
            }
            Kind::Free(index) => {
                w.key("tool_calls").begin_array().begin_object().key("index").count(index);
                w.key("custom").begin_object().key("input").text(text).end_object().end_object().end_array();
            }
        });
    }

    fn chunk(&mut self, number: u32, out: &mut Vec<u8>, fill: impl FnOnce(&mut Writer<'_>)) {
        let mut w = self.begin_chunk(number, out);
        fill(&mut w);
        w.end_object().key("logprobs").null().key("finish_reason").null();
        Self::end_chunk(w, self.tells_usage);
    }

    /// Writes up to the inside of `delta`. A choice's first chunk tells the role.
    fn begin_chunk<'o>(&mut self, number: u32, out: &'o mut Vec<u8>) -> Writer<'o> {
        let state = self.state(number);
        let is_first = !std::mem::replace(&mut state.has_role, true);
        let has_text = state.open == Some(Kind::Text);
        out.extend_from_slice(&self.prefix);
        let mut w = Writer::new(out);
        w.begin_object().key("index").count(u64::from(number)).key("delta").begin_object();
        if is_first {
            w.key("role").string("assistant");
            if !has_text {
                w.key("content").null();
            }
        }
        w
    }

    fn end_chunk(mut w: Writer<'_>, tells_usage: bool) {
        w.end_object().end_array();
        if tells_usage {
            w.key("usage").null();
        }
        w.end_object();
        w.end_event();
    }
}

impl ChoiceState {
    fn close(&mut self, bridge: &Bridge) {
        let (thought, seal) = (std::mem::take(&mut self.thought), self.seal.take());
        if self.open.take() == Some(Kind::Thinking) {
            self.luggage.add(seal.as_ref(), &thought, bridge);
        }
    }
}

fn write_call_start(w: &mut Writer<'_>, (call, carried): (&ToolCall<'_>, Option<String>), kind: Kind) {
    let (index, word, field) = match kind {
        Kind::Free(index) => (index, "custom", "input"),
        Kind::Function(index) => (index, "function", "arguments"),
        Kind::Text | Kind::Thinking | Kind::Refusal => return,
    };
    w.key("tool_calls").begin_array().begin_object().key("index").count(index);
    w.key("id").string(&CHAT_CALL.fit(&call.id)).kind(word).key(word).begin_object();
    w.key("name").text(&call.name).key(field).string("").end_object();
    write_call_proof(w, call, carried);
    w.end_object().end_array();
}
