//! Writes streams of the responses API: `response.created`, `response.in_progress`, each item from `added` to `done`
//! with its parts inside, then the event that ends the response. Every event has the next `sequence_number`.

use super::answer::{
    Items, Shown, State, inside_of_list, is_tool_search, list_writer, reasoning_proof, response_id, write_annotation,
    write_call_item, write_reasoning_item, write_refusal_part, write_response, write_text_part,
};
use crate::chat::answer::{Event, Finish, Head, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::encoding::{Sound, object_of_input};
use crate::chat::codec::names::id_stem;
use crate::chat::codec::write::Writer;
use crate::chat::openai_chat::markdown_of;
use crate::chat::request::{Citation, Content, Input, ToolCall};
use crate::chat::signature::Signature;
use crate::chat::text::{Json, Text};
use crate::failure::Failure;
use crate::problem::EventStyle;
use sluice_domain::usage::Usage;

/// Writes one stream. The last event repeats the whole output, so the items are kept.
#[derive(Debug, Default)]
pub(in crate::chat) struct StreamWriter {
    has_started: bool,
    head: Head<'static>,
    id: String,
    items: Items,
    /// Finished items, without brackets.
    output: Vec<u8>,
    outputs: u64,
    sequence: u64,
    open: Option<Open>,
    /// The message under way, if its next part may belong to it.
    message: Option<Message>,
    usage: Option<Usage>,
    finish: Option<Finish>,
}

/// The part under way.
#[derive(Debug)]
struct Open {
    kind: Kind,
    id: String,
    text: Text<'static>,
    citations: Vec<Citation<'static>>,
    /// Without brackets.
    logprobs: Vec<u8>,
    seal: Option<Signature<'static>>,
    call: Option<ToolCall<'static>>,
    /// How a call ended.
    status: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Refusal,
    Thinking,
    Function,
    Free,
    /// The client's own search for tools, whose input comes with the item.
    Search,
}

#[derive(Debug)]
struct Message {
    id: String,
    /// Finished parts, without brackets.
    parts: Vec<u8>,
    count: u64,
}

impl StreamWriter {
    /// Writes what an event means to the client. The dialect has one choice.
    pub(in crate::chat) fn event(&mut self, event: &Event<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        match event {
            Event::Start(head) => self.start(head, bridge, out),
            Event::Open(0, opening) => self.open(opening, bridge, out),
            Event::Delta(0, text) => self.delta(text, out),
            Event::Seal(0, signature) => {
                if let Some(open) = &mut self.open {
                    open.seal = Some(signature.clone().into_owned());
                }
            }
            Event::Cite(0, citation) => self.cite(citation, out),
            Event::Logprobs(0, logprobs) => self.logprobs(logprobs, out),
            // What has no end may have been cut off; whether it was, the end of the answer tells.
            Event::Close(0) if self.open.as_ref().is_some_and(Open::is_doubtful) => {}
            Event::Close(0) => self.close(bridge, out),
            Event::Whole(0, part) => {
                if let Content::Media(media) = &part.content {
                    self.open(&Opening::Text, bridge, out);
                    self.delta(&markdown_of(media), out);
                    self.close(bridge, out);
                }
            }
            Event::Usage(usage) => self.usage = Some(*usage),
            Event::Finish(0, finish, _) => self.finish = Some(*finish),
            Event::Failed(failure) => self.fail(failure, bridge, out),
            Event::Open(..)
            | Event::Delta(..)
            | Event::Seal(..)
            | Event::Cite(..)
            | Event::Logprobs(..)
            | Event::Close(_)
            | Event::Whole(..)
            | Event::Finish(..) => {}
        }
    }

    /// Ends the stream.
    pub(in crate::chat) fn finish(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        self.ensure_started(bridge, out);
        let state = State::ended(self.finish.unwrap_or(Finish::Stop), self.usage);
        if let Some(open) = self.open.as_mut().filter(|open| open.is_doubtful()) {
            open.status = state.status();
        }
        self.close(bridge, out);
        self.close_message(out);
        let name = if state.status() == "incomplete" { "response.incomplete" } else { "response.completed" };
        self.lifecycle(name, state, bridge, out);
    }

    fn fail(&mut self, failure: &Failure, bridge: &Bridge, out: &mut Vec<u8>) {
        self.ensure_started(bridge, out);
        let style = EventStyle::Responses { sequence_number: self.sequence };
        out.extend_from_slice(&failure.event_for(bridge.client, style, &bridge.call));
        self.sequence += 1;
        self.lifecycle("response.failed", State::failed(failure.event_code(), &failure.message), bridge, out);
    }

    fn ensure_started(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        if !self.has_started {
            self.start(&Head::default(), bridge, out);
        }
    }

    fn start(&mut self, head: &Head<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        self.has_started = true;
        self.id = response_id(head, bridge);
        self.items.stem = id_stem(&self.id).to_owned();
        self.head = head.clone().into_owned();
        self.lifecycle("response.created", State::IN_PROGRESS, bridge, out);
        self.lifecycle("response.in_progress", State::IN_PROGRESS, bridge, out);
    }

    fn lifecycle(&mut self, name: &'static str, state: State, bridge: &Bridge, out: &mut Vec<u8>) {
        let mut w = begin(&mut self.sequence, name, out);
        w.key("response");
        write_response(&mut w, &Shown { id: &self.id, head: &self.head, state, output: &self.output }, bridge);
        end(w);
    }

    fn open(&mut self, opening: &Opening<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        self.ensure_started(bridge, out);
        self.close(bridge, out);
        match opening {
            Opening::Text => self.open_said(Kind::Text, out),
            Opening::Refusal => self.open_said(Kind::Refusal, out),
            Opening::Thinking => self.open_thinking(out),
            Opening::Call(call) => self.open_call(call, bridge, out),
        }
    }

    fn open_said(&mut self, kind: Kind, out: &mut Vec<u8>) {
        if self.message.is_none() {
            let id = self.items.next("msg");
            self.added(out, |w| write_message_item(w, &id, "in_progress", &[]));
            self.message = Some(Message { id, parts: Vec::new(), count: 0 });
        }
        let Some(message) = &self.message else { return };
        let id = message.id.clone();
        let mut w = begin(&mut self.sequence, "response.content_part.added", out);
        write_place(&mut w, &id, self.outputs);
        w.key("content_index").count(message.count).key("part");
        match kind {
            Kind::Refusal => write_refusal_part(&mut w, &Text::default()),
            Kind::Text | Kind::Thinking | Kind::Function | Kind::Free | Kind::Search => {
                write_text_part(&mut w, &Text::default(), &[], "");
            }
        }
        end(w);
        self.open = Some(Open::new(kind, id));
    }

    fn open_thinking(&mut self, out: &mut Vec<u8>) {
        self.close_message(out);
        let id = self.items.next("rs");
        self.added(out, |w| write_reasoning_item(w, &id, &[], None));
        self.open = Some(Open::new(Kind::Thinking, id));
    }

    fn open_call(&mut self, call: &ToolCall<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        self.close_message(out);
        if let Some(signature) = &call.signature {
            // The dialect has no place for proof at a call; a thought before it has.
            self.open_thinking(out);
            if let Some(open) = &mut self.open {
                open.seal = Some(signature.clone().into_owned());
            }
            self.close(bridge, out);
        }
        let kind = match &call.input {
            Input::Free(_) => Kind::Free,
            Input::Arguments(_) | Input::Object(_) if is_tool_search(call, bridge) => Kind::Search,
            Input::Arguments(_) | Input::Object(_) => Kind::Function,
        };
        let id = self.items.next(if kind == Kind::Free { "ctc" } else { "fc" });
        let nothing = Text::default();
        let input = input_of(kind, &nothing);
        self.added(out, |w| write_call_item(w, &id, (call, &input, "in_progress"), bridge));
        self.open = Some(Open { call: Some(call.clone().into_owned()), ..Open::new(kind, id) });
    }

    fn delta(&mut self, text: &Text<'_>, out: &mut Vec<u8>) {
        let Some(open) = &mut self.open else { return };
        if open.kind == Kind::Thinking && open.text.is_empty() {
            let mut w = begin(&mut self.sequence, "response.reasoning_summary_part.added", out);
            write_place(&mut w, &open.id, self.outputs);
            w.key("summary_index").count(0).key("part");
            write_summary(&mut w, &Text::default());
            end(w);
        }
        open.text.push(text);
        let name = match open.kind {
            Kind::Text => "response.output_text.delta",
            Kind::Refusal => "response.refusal.delta",
            Kind::Thinking => "response.reasoning_summary_text.delta",
            Kind::Function => "response.function_call_arguments.delta",
            Kind::Free => "response.custom_tool_call_input.delta",
            Kind::Search => return,
        };
        let mut w = begin(&mut self.sequence, name, out);
        write_place(&mut w, &open.id, self.outputs);
        write_part_place(&mut w, open.kind, self.message.as_ref());
        w.key("delta").text(text);
        if open.kind == Kind::Text {
            w.key("logprobs").begin_array().end_array();
        }
        end(w);
    }

    fn cite(&mut self, citation: &Citation<'_>, out: &mut Vec<u8>) {
        let Some(open) = self.open.as_mut().filter(|open| open.kind == Kind::Text && citation.url.is_some()) else {
            return;
        };
        let mut w = begin(&mut self.sequence, "response.output_text.annotation.added", out);
        write_place(&mut w, &open.id, self.outputs);
        write_part_place(&mut w, open.kind, self.message.as_ref());
        w.key("annotation_index").count(open.citations.len() as u64).key("annotation");
        let span = citation.span.unwrap_or_else(|| (0, open.text.to_plain().chars().count() as u64));
        write_annotation(&mut w, citation, span);
        end(w);
        open.citations.push(Citation { span: Some(span), ..citation.clone().into_owned() });
    }

    fn logprobs(&mut self, logprobs: &Json<'_>, out: &mut Vec<u8>) {
        let Some(open) = self.open.as_mut().filter(|open| open.kind == Kind::Text) else { return };
        list_writer(&mut open.logprobs).next_piece(inside_of_list(logprobs).as_bytes());
        let mut w = begin(&mut self.sequence, "response.output_text.delta", out);
        write_place(&mut w, &open.id, self.outputs);
        write_part_place(&mut w, open.kind, self.message.as_ref());
        w.key("delta").string("").key("logprobs").json(logprobs);
        end(w);
    }

    /// Ends the part under way. A message stays open: its next part may follow.
    fn close(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        let Some(open) = self.open.take() else { return };
        match open.kind {
            Kind::Text | Kind::Refusal => self.close_said(&open, out),
            Kind::Thinking => self.close_thinking(&open, bridge, out),
            Kind::Function | Kind::Free | Kind::Search => self.close_call(&open, bridge, out),
        }
    }

    fn close_said(&mut self, open: &Open, out: &mut Vec<u8>) {
        let Some(message) = &mut self.message else { return };
        let (name, field) = match open.kind {
            Kind::Refusal => ("response.refusal.done", "refusal"),
            _ => ("response.output_text.done", "text"),
        };
        let mut w = begin(&mut self.sequence, name, out);
        write_place(&mut w, &open.id, self.outputs);
        w.key("content_index").count(message.count).key(field).text(&open.text);
        let logprobs = std::str::from_utf8(&open.logprobs).unwrap_or_default();
        if open.kind == Kind::Text {
            w.key("logprobs").begin_array().pieces(logprobs.as_bytes()).end_array();
        }
        end(w);
        let mut part = Vec::new();
        match open.kind {
            Kind::Refusal => write_refusal_part(&mut Writer::new(&mut part), &open.text),
            _ => write_text_part(&mut Writer::new(&mut part), &open.text, &open.citations, logprobs),
        }
        let mut w = begin(&mut self.sequence, "response.content_part.done", out);
        write_place(&mut w, &open.id, self.outputs);
        w.key("content_index").count(message.count).key("part").pieces(&part);
        end(w);
        list_writer(&mut message.parts).next_piece(&part);
        message.count += 1;
    }

    fn close_thinking(&mut self, open: &Open, bridge: &Bridge, out: &mut Vec<u8>) {
        let mut texts: &[Text<'_>] = &[];
        if !open.text.is_empty() {
            texts = std::slice::from_ref(&open.text);
            let mut w = begin(&mut self.sequence, "response.reasoning_summary_text.done", out);
            write_place(&mut w, &open.id, self.outputs);
            w.key("summary_index").count(0).key("text").text(&open.text);
            end(w);
            let mut w = begin(&mut self.sequence, "response.reasoning_summary_part.done", out);
            write_place(&mut w, &open.id, self.outputs);
            w.key("summary_index").count(0).key("part");
            write_summary(&mut w, &open.text);
            end(w);
        }
        let proof = reasoning_proof(texts, open.seal.as_ref(), bridge);
        self.done(out, |w| write_reasoning_item(w, &open.id, texts, Some(&proof)));
    }

    fn close_call(&mut self, open: &Open, bridge: &Bridge, out: &mut Vec<u8>) {
        let Some(call) = &open.call else { return };
        let told = match open.kind {
            Kind::Free => Some(("response.custom_tool_call_input.done", "input")),
            Kind::Search => None,
            _ => Some(("response.function_call_arguments.done", "arguments")),
        };
        if let Some((name, field)) = told {
            let mut w = begin(&mut self.sequence, name, out);
            write_place(&mut w, &open.id, self.outputs);
            if open.kind == Kind::Function {
                w.key("name").text(&call.name);
            }
            w.key(field).text(&open.text);
            end(w);
        }
        let input = input_of(open.kind, &open.text);
        self.done(out, |w| write_call_item(w, &open.id, (call, &input, open.status), bridge));
    }

    fn close_message(&mut self, out: &mut Vec<u8>) {
        if let Some(message) = self.message.take() {
            self.done(out, |w| write_message_item(w, &message.id, "completed", &message.parts));
        }
    }

    fn added(&mut self, out: &mut Vec<u8>, write: impl Fn(&mut Writer<'_>)) {
        let mut w = begin(&mut self.sequence, "response.output_item.added", out);
        w.key("output_index").count(self.outputs).key("item");
        write(&mut w);
        end(w);
    }

    fn done(&mut self, out: &mut Vec<u8>, write: impl Fn(&mut Writer<'_>)) {
        let mut item = Vec::new();
        write(&mut Writer::new(&mut item));
        let mut w = begin(&mut self.sequence, "response.output_item.done", out);
        w.key("output_index").count(self.outputs).key("item").pieces(&item);
        end(w);
        list_writer(&mut self.output).next_piece(&item);
        self.outputs += 1;
    }
}

impl Open {
    fn new(kind: Kind, id: String) -> Self {
        Self {
            kind,
            id,
            text: Text::default(),
            citations: Vec::new(),
            logprobs: Vec::new(),
            seal: None,
            call: None,
            status: "completed",
        }
    }

    /// Returns whether this is a call whose input is no JSON object.
    fn is_doubtful(&self) -> bool {
        matches!(self.kind, Kind::Function | Kind::Search)
            && object_of_input(&input_of(self.kind, &self.text)).1 == Sound::Wrapped
    }
}

fn input_of<'t>(kind: Kind, text: &'t Text<'_>) -> Input<'t> {
    if kind == Kind::Free { Input::Free(text.borrowed()) } else { Input::Arguments(text.borrowed()) }
}

fn begin<'o>(sequence: &mut u64, name: &'static str, out: &'o mut Vec<u8>) -> Writer<'o> {
    let mut w = Writer::named_event(out, name);
    w.begin_object().kind(name).key("sequence_number").count(*sequence);
    *sequence += 1;
    w
}

fn end(mut w: Writer<'_>) {
    w.end_object();
    w.end_event();
}

fn write_place(w: &mut Writer<'_>, id: &str, output: u64) {
    w.key("item_id").string(id).key("output_index").count(output);
}

fn write_part_place(w: &mut Writer<'_>, kind: Kind, message: Option<&Message>) {
    match kind {
        Kind::Text | Kind::Refusal => w.key("content_index").count(message.map_or(0, |message| message.count)),
        Kind::Thinking => w.key("summary_index").count(0),
        Kind::Function | Kind::Free | Kind::Search => w,
    };
}

fn write_summary(w: &mut Writer<'_>, text: &Text<'_>) {
    w.begin_object().kind("summary_text").key("text").text(text).end_object();
}

fn write_message_item(w: &mut Writer<'_>, id: &str, status: &str, parts: &[u8]) {
    w.begin_object().key("id").string(id).kind("message").key("status").string(status);
    w.key("role").string("assistant").key("content").begin_array();
    w.pieces(parts).end_array().end_object();
}
