//! Writes streams of the Messages API: `message_start`, then each block from start to stop, then `message_delta` and
//! `message_stop`. Blocks never overlap.

use super::answer::{is_told, message_id, write_citation, write_finish};
use crate::chat::answer::{Event, Finish, Head, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::encoding::free_input_as_json;
use crate::chat::codec::names::ANTHROPIC_CALL;
use crate::chat::codec::usage::{write_anthropic_delta_usage, write_anthropic_usage};
use crate::chat::codec::write::Writer;
use crate::chat::openai_chat::markdown_of;
use crate::chat::request::{Citation, Content, Input, ToolCall};
use crate::chat::signature::{Signature, envelope_of};
use crate::chat::text::Text;
use crate::problem::EventStyle;
use sluice_domain::usage::Usage;

/// Writes one stream.
#[derive(Debug, Default)]
pub(in crate::chat) struct StreamWriter {
    has_started: bool,
    open: Option<Block>,
    /// Number of the next block.
    next: u64,
    seal: Option<Signature<'static>>,
    /// The thought so far, which goes into the envelope with its proof.
    thought: Text<'static>,
    usage: Option<Usage>,
    finish: Option<(Finish, Option<Text<'static>>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Text,
    Thinking,
    Call,
    FreeCall,
}

impl StreamWriter {
    /// Writes what an event means to the client. The dialect has one choice.
    pub(in crate::chat) fn event(&mut self, event: &Event<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        match event {
            Event::Start(head) => self.start(head, bridge, out),
            Event::Open(0, opening) => self.open(opening, bridge, out),
            Event::Delta(0, text) => self.delta(text, out),
            Event::Seal(0, signature) => self.seal = Some(signature.clone().into_owned()),
            Event::Cite(0, citation) => self.cite(citation, bridge, out),
            Event::Close(0) => self.close(bridge, out),
            Event::Whole(0, part) => {
                if let Content::Media(media) = &part.content {
                    self.open(&Opening::Text, bridge, out);
                    self.delta(&markdown_of(media), out);
                    self.close(bridge, out);
                }
            }
            Event::Usage(usage) => self.usage = Some(*usage),
            Event::Finish(0, finish, stop) => self.finish = Some((*finish, stop.clone().map(Text::into_owned))),
            Event::Failed(failure) => {
                out.extend_from_slice(&failure.event_for(bridge.client, EventStyle::Plain, &bridge.call));
            }
            Event::Open(..)
            | Event::Delta(..)
            | Event::Seal(..)
            | Event::Close(_)
            | Event::Whole(..)
            | Event::Finish(..)
            | Event::Cite(..)
            | Event::Logprobs(..) => {}
        }
    }

    /// Ends the stream.
    pub(in crate::chat) fn finish(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        self.ensure_started(bridge, out);
        self.close(bridge, out);
        let (finish, stop) = self.finish.take().unwrap_or((Finish::Stop, None));
        let mut w = Writer::named_event(out, "message_delta");
        w.begin_object().kind("message_delta").key("delta").begin_object().key("stop_reason");
        write_finish(&mut w, finish, stop.as_ref());
        w.end_object().key("usage");
        write_anthropic_delta_usage(&mut w, &self.usage.unwrap_or_default());
        w.end_object();
        w.end_event();
        out.extend_from_slice(b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    fn ensure_started(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        if !self.has_started {
            self.start(&Head::default(), bridge, out);
        }
    }

    fn start(&mut self, head: &Head<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        self.has_started = true;
        let mut w = Writer::named_event(out, "message_start");
        w.begin_object().kind("message_start").key("message").begin_object();
        w.key("id").string(&message_id(head, bridge)).kind("message").key("role").string("assistant");
        w.key("model").string(&bridge.model).key("content").begin_array().end_array();
        w.key("stop_reason").null().key("stop_sequence").null().key("usage");
        // Most upstreams tell usage last; clients want a number first and take the last one as the true one.
        let estimated = Usage { input: bridge.estimated_input, ..Usage::default() };
        write_anthropic_usage(&mut w, &head.usage.unwrap_or(estimated));
        w.end_object().end_object();
        w.end_event();
        out.extend_from_slice(b"event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }

    fn open(&mut self, opening: &Opening<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        self.ensure_started(bridge, out);
        self.close(bridge, out);
        match opening {
            Opening::Text | Opening::Refusal => {
                let mut w = self.block_start(Block::Text, out);
                w.kind("text").key("text").string("");
                end_block_start(w);
            }
            Opening::Thinking => {
                let mut w = self.block_start(Block::Thinking, out);
                w.kind("thinking").key("thinking").string("").key("signature").string("");
                end_block_start(w);
            }
            Opening::Call(call) => self.open_call(call, bridge, out),
        }
    }

    fn open_call(&mut self, call: &ToolCall<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        if let Some(signature) = &call.signature {
            // The dialect has no place for proof at a call; a thought before it has.
            self.open(&Opening::Thinking, bridge, out);
            self.seal = Some(signature.clone().into_owned());
            self.close(bridge, out);
        }
        let is_free = matches!(call.input, Input::Free(_));
        let mut w = self.block_start(if is_free { Block::FreeCall } else { Block::Call }, out);
        w.kind("tool_use").key("id").string(&ANTHROPIC_CALL.fit(&call.id)).key("name").text(&call.name);
        w.key("input").begin_object().end_object();
        end_block_start(w);
    }

    fn delta(&mut self, text: &Text<'_>, out: &mut Vec<u8>) {
        match self.open {
            Some(Block::Text) => self.block_delta(("text_delta", "text"), text, out),
            Some(Block::Call) => self.block_delta(("input_json_delta", "partial_json"), text, out),
            Some(Block::Thinking) => {
                self.thought.push(text);
                self.block_delta(("thinking_delta", "thinking"), text, out);
            }
            // Free text comes whole, see `Restorer`.
            Some(Block::FreeCall) => {
                let json = Text::plain(free_input_as_json(text));
                self.block_delta(("input_json_delta", "partial_json"), &json, out);
            }
            None => {}
        }
    }

    fn cite(&self, citation: &Citation<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        if self.open != Some(Block::Text) || !is_told(citation, bridge) {
            return;
        }
        let mut w = Writer::named_event(out, "content_block_delta");
        w.begin_object().kind("content_block_delta").key("index").count(self.next).key("delta").begin_object();
        w.kind("citations_delta").key("citation");
        write_citation(&mut w, citation, bridge);
        w.end_object().end_object();
        w.end_event();
    }

    fn close(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        let Some(block) = self.open else { return };
        if block == Block::Thinking {
            let thought = std::mem::take(&mut self.thought);
            let seal = envelope_of(self.seal.take().as_ref(), &thought, &bridge.issuer);
            self.block_delta(("signature_delta", "signature"), &Text::plain(seal), out);
        }
        self.open = None;
        let mut w = Writer::named_event(out, "content_block_stop");
        w.begin_object().kind("content_block_stop").key("index").count(self.next).end_object();
        w.end_event();
        self.next += 1;
    }

    fn block_start<'o>(&mut self, block: Block, out: &'o mut Vec<u8>) -> Writer<'o> {
        self.open = Some(block);
        let mut w = Writer::named_event(out, "content_block_start");
        w.begin_object().kind("content_block_start").key("index").count(self.next).key("content_block").begin_object();
        w
    }

    fn block_delta(&self, (kind, field): (&'static str, &'static str), text: &Text<'_>, out: &mut Vec<u8>) {
        let mut w = Writer::named_event(out, "content_block_delta");
        w.begin_object().kind("content_block_delta").key("index").count(self.next).key("delta").begin_object();
        w.kind(kind).key(field).text(text).end_object().end_object();
        w.end_event();
    }
}

fn end_block_start(mut w: Writer<'_>) {
    w.end_object().end_object();
    w.end_event();
}
