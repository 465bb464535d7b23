//! Turns an upstream's stream into the client's: frames → events of the model → frames.

use super::answer::{Event, Finish};
use super::bridge::Bridge;
use super::codec::cursor::{Reading, Unreadable};
use super::codec::restore::Restorer;
use super::{anthropic, gemini, openai_chat, openai_responses};
use crate::failure::Failure;
use crate::operation::Dialect;
use crate::sse::{Line, Lines};

/// Takes the events of a stream one by one.
pub(super) type Sink<'s> = &'s mut dyn FnMut(Event<'_>);

/// Most bytes of one event whose data comes in several lines.
const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

const TOO_LONG: &str = "the upstream sent an event that is too long to be converted";

/// Turns one stream into another dialect.
#[derive(Debug)]
pub struct Transcoder {
    lines: Lines,
    core: Core,
}

#[derive(Debug)]
struct Core {
    bridge: Bridge,
    reader: Reader,
    restorer: Restorer,
    writer: StreamWriter,
    /// Data of an event that goes on in its next line.
    pending: Vec<u8>,
    order: Order,
    has_failed: bool,
    failure: Option<Failure>,
}

/// Whether the events of a stream come in their order. Relays that try again in the middle of an answer begin anew, and
/// some go on after the end.
#[derive(Debug, Default)]
struct Order {
    has_started: bool,
    finished: Vec<u32>,
}

impl Order {
    /// Returns whether an event comes in time; those that come too late say nothing.
    fn admits(&mut self, event: &Event<'_>) -> bool {
        let has_started = std::mem::replace(&mut self.has_started, true);
        match event {
            Event::Start(_) => !has_started,
            Event::Usage(_) | Event::Failed(_) => true,
            Event::Finish(choice, ..) if !self.finished.contains(choice) => {
                self.finished.push(*choice);
                true
            }
            Event::Open(choice, _)
            | Event::Delta(choice, _)
            | Event::Seal(choice, _)
            | Event::Cite(choice, _)
            | Event::Logprobs(choice, _)
            | Event::Close(choice)
            | Event::Whole(choice, _)
            | Event::Finish(choice, ..) => !self.finished.contains(choice),
        }
    }
}

impl Transcoder {
    /// Begins before the first byte. `None` when one of the dialects is not one of chat.
    #[must_use]
    pub fn new(bridge: Bridge) -> Option<Self> {
        let core = Core {
            reader: Reader::new(&bridge)?,
            restorer: Restorer::default(),
            writer: StreamWriter::new(&bridge)?,
            bridge,
            pending: Vec::new(),
            order: Order::default(),
            has_failed: false,
            failure: None,
        };
        Some(Self { lines: Lines::new(), core })
    }

    /// Takes the next bytes from the upstream and adds what the client gets to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Self { lines, core } = self;
        lines.push(bytes, |line| core.line(line, out));
    }

    /// Ends the stream: `is_whole` upstreams get the client's proper ending, others an error.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let Self { lines, core } = self;
        lines.finish(|line| core.line(line, out));
        core.line(Line::Blank, out);
        core.end(out);
    }

    /// Ends the stream because the upstream went away or took too long.
    pub fn fail(&mut self, failure: Failure, out: &mut Vec<u8>) {
        self.core.fail(failure, out);
    }

    /// Returns the error with which the stream ended.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.core.failure.as_ref()
    }
}

impl Core {
    fn line(&mut self, line: Line<'_>, out: &mut Vec<u8>) {
        match line {
            _ if self.has_failed => {}
            Line::Data(data) if self.pending.is_empty() => self.data(data, out),
            Line::Data(data) if self.pending.len() + data.len() < MAX_EVENT_BYTES => {
                self.pending.push(b'\n');
                self.pending.extend_from_slice(data);
            }
            // Without what it said, the rest would pass for the whole answer.
            Line::Data(_) | Line::TooLong => self.fail(Failure::broken(TOO_LONG), out),
            Line::Blank if !self.pending.is_empty() => {
                let data = std::mem::take(&mut self.pending);
                if self.read(&data, out).is_err() {
                    self.fail(Failure::broken("the upstream sent an event that is no JSON"), out);
                }
            }
            Line::Blank | Line::Event(_) | Line::Other => {}
        }
    }

    fn data(&mut self, data: &[u8], out: &mut Vec<u8>) {
        match self.read(data, out) {
            // The event may go on in its next line.
            Err(error) if error.is_cut && !data.is_empty() => self.pending.extend_from_slice(data),
            Err(_) if !data.trim_ascii().is_empty() => {
                self.fail(Failure::broken("the upstream sent an event that is no JSON"), out);
            }
            _ => {}
        }
    }

    fn read(&mut self, data: &[u8], out: &mut Vec<u8>) -> Reading<()> {
        let text = std::str::from_utf8(data).map_err(|_| Unreadable::new("no UTF-8"))?;
        let Self { bridge, reader, restorer, writer, order, has_failed, failure, .. } = self;
        let mut write = |event: Event<'_>| {
            if *has_failed || !order.admits(&event) {
                return;
            }
            let event = broken_off(event, bridge.client);
            if let Event::Failed(reason) = &event {
                *has_failed = true;
                *failure = Some(reason.clone());
            }
            writer.event(&event, bridge, out);
        };
        let memo = &bridge.memo;
        reader.data(text, &mut |event| restorer.event(event, memo, &mut write))
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.has_failed {
            return;
        }
        match self.reader.finish() {
            Ok(()) => self.writer.finish(&self.bridge, out),
            Err(failure) => self.fail(failure, out),
        }
    }

    fn fail(&mut self, failure: Failure, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.has_failed, true) {
            return;
        }
        self.writer.event(&Event::Failed(failure.clone()), &self.bridge, out);
        self.failure = Some(failure);
    }
}

/// Most dialects have no word for an answer that broke off, and one that passed for complete would deceive.
fn broken_off(event: Event<'_>, client: Dialect) -> Event<'_> {
    match event {
        Event::Finish(_, Finish::Broken, why) if client != Dialect::Gemini => {
            let why = why.map_or_else(String::new, |why| format!(": {}", why.to_plain()));
            Event::Failed(Failure::broken(format!("the upstream broke off its answer{why}")))
        }
        event => event,
    }
}

#[derive(Debug)]
enum Reader {
    OpenaiChat(openai_chat::Reader),
    OpenaiResponses(openai_responses::Reader),
    Anthropic(anthropic::Reader),
    Gemini(gemini::Reader),
}

impl Reader {
    fn new(bridge: &Bridge) -> Option<Self> {
        match bridge.upstream {
            Dialect::OpenaiChat => Some(Self::OpenaiChat(openai_chat::Reader::new(bridge))),
            Dialect::OpenaiResponses => Some(Self::OpenaiResponses(openai_responses::Reader::new(bridge))),
            Dialect::Anthropic => Some(Self::Anthropic(anthropic::Reader::new(bridge))),
            Dialect::Gemini => Some(Self::Gemini(gemini::Reader::new(bridge))),
            Dialect::Single => None,
        }
    }

    fn data(&mut self, data: &str, sink: Sink<'_>) -> Reading<()> {
        match self {
            Self::OpenaiChat(reader) => reader.data(data, sink),
            Self::OpenaiResponses(reader) => reader.data(data, sink),
            Self::Anthropic(reader) => reader.data(data, sink),
            Self::Gemini(reader) => reader.data(data, sink),
        }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        match self {
            Self::OpenaiChat(reader) => reader.finish(),
            Self::OpenaiResponses(reader) => reader.finish(),
            Self::Anthropic(reader) => reader.finish(),
            Self::Gemini(reader) => reader.finish(),
        }
    }
}

#[derive(Debug)]
enum StreamWriter {
    OpenaiChat(openai_chat::StreamWriter),
    OpenaiResponses(Box<openai_responses::StreamWriter>),
    Anthropic(Box<anthropic::StreamWriter>),
    Gemini(Box<gemini::StreamWriter>),
}

impl StreamWriter {
    fn new(bridge: &Bridge) -> Option<Self> {
        match bridge.client {
            Dialect::OpenaiChat => Some(Self::OpenaiChat(openai_chat::StreamWriter::new(bridge))),
            Dialect::OpenaiResponses => Some(Self::OpenaiResponses(Box::default())),
            Dialect::Anthropic => Some(Self::Anthropic(Box::default())),
            Dialect::Gemini => Some(Self::Gemini(Box::default())),
            Dialect::Single => None,
        }
    }

    fn event(&mut self, event: &Event<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        match self {
            Self::OpenaiChat(writer) => writer.event(event, bridge, out),
            Self::OpenaiResponses(writer) => writer.event(event, bridge, out),
            Self::Anthropic(writer) => writer.event(event, bridge, out),
            Self::Gemini(writer) => writer.event(event, bridge, out),
        }
    }

    fn finish(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        match self {
            Self::OpenaiChat(writer) => writer.finish(out),
            Self::OpenaiResponses(writer) => writer.finish(bridge, out),
            Self::Anthropic(writer) => writer.finish(bridge, out),
            Self::Gemini(writer) => writer.finish(bridge, out),
        }
    }
}
