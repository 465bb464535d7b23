//! Writes streams of the generate content API: each event is a response with what is new; calls come whole; the last
//! event tells why the answer ended and what it used.

use std::collections::BTreeMap;

use super::answer::{
    finish_word, is_cut, is_doubtful, response_id, write_answer_media, write_call, write_grounding, write_logprobs,
    write_thought,
};
use crate::chat::answer::{Event, Finish, Head, Opening};
use crate::chat::bridge::Bridge;
use crate::chat::codec::luggage::Luggage;
use crate::chat::codec::usage::write_gemini_usage;
use crate::chat::codec::write::Writer;
use crate::chat::request::{Citation, Content, Input, ToolCall};
use crate::chat::signature::Signature;
use crate::chat::text::Text;
use crate::problem::EventStyle;
use sluice_domain::usage::Usage;

/// Writes one stream.
#[derive(Debug, Default)]
pub(in crate::chat) struct StreamWriter {
    /// The upstream's id, once it is known.
    head: Head<'static>,
    choices: BTreeMap<u32, ChoiceState>,
    usage: Option<Usage>,
}

#[derive(Debug, Default)]
struct ChoiceState {
    open: Option<Open>,
    luggage: Luggage,
    /// A call whose input is no JSON object; at the end of an answer it may have been cut off.
    doubtful: Option<(Box<ToolCall<'static>>, Option<String>)>,
    finish: Option<Finish>,
}

#[derive(Debug)]
enum Open {
    Text(Text<'static>, Vec<Citation<'static>>),
    /// The thought so far, which goes into the envelope with its proof.
    Thinking(Text<'static>, Option<Signature<'static>>),
    Call(Box<ToolCall<'static>>, Text<'static>),
}

impl StreamWriter {
    /// Writes what an event means to the client.
    pub(in crate::chat) fn event(&mut self, event: &Event<'_>, bridge: &Bridge, out: &mut Vec<u8>) {
        match event {
            Event::Start(head) => self.head = head.clone().into_owned(),
            Event::Open(number, opening) => {
                self.settle(*number, bridge, out);
                self.choices.entry(*number).or_default().open = Some(match opening {
                    Opening::Text | Opening::Refusal => Open::Text(Text::default(), Vec::new()),
                    Opening::Thinking => Open::Thinking(Text::default(), None),
                    Opening::Call(call) => Open::Call(Box::new(call.clone().into_owned()), Text::default()),
                });
            }
            Event::Delta(number, text) => self.delta(*number, text, (bridge, out)),
            Event::Seal(number, signature) => {
                if let Some(Open::Thinking(_, seal)) = self.open(*number) {
                    *seal = Some(signature.clone().into_owned());
                }
            }
            Event::Cite(number, citation) => {
                if let Some(Open::Text(_, citations)) = self.open(*number) {
                    citations.push(citation.clone().into_owned());
                }
            }
            Event::Close(number) => self.close(*number, bridge, out),
            Event::Whole(number, part) => {
                if let Content::Media(media) = &part.content {
                    self.part(*number, (bridge, out), |w| write_answer_media(w, media));
                }
            }
            Event::Usage(usage) => self.usage = Some(*usage),
            Event::Finish(number, finish, _) => self.choices.entry(*number).or_default().finish = Some(*finish),
            Event::Failed(failure) => {
                out.extend_from_slice(&failure.event_for(bridge.client, EventStyle::Plain, &bridge.call));
            }
            Event::Logprobs(number, logprobs) => {
                let mut w = Self::begin(out);
                w.begin_object().key("text").string("").end_object().end_array();
                w.key("role").string("model").end_object().key("index").count(u64::from(*number));
                write_logprobs(&mut w, logprobs);
                w.end_object().end_array();
                self.end(w, bridge);
            }
        }
    }

    /// Ends the stream.
    pub(in crate::chat) fn finish(&mut self, bridge: &Bridge, out: &mut Vec<u8>) {
        let numbers: Vec<u32> = self.choices.keys().copied().collect();
        for number in numbers {
            let finish = self.choices.get(&number).and_then(|choice| choice.finish);
            if !finish.is_some_and(is_cut) {
                self.settle(number, bridge, out);
            }
        }
        let mut w = Writer::data_line(out);
        w.begin_object().key("candidates").begin_array();
        self.choices.entry(0).or_default();
        for (number, choice) in &self.choices {
            w.begin_object().key("content").begin_object().key("parts").begin_array();
            w.begin_object().key("text").string("").end_object().end_array().key("role").string("model").end_object();
            w.key("finishReason").string(finish_word(choice.finish.unwrap_or(Finish::Stop)));
            w.key("index").count(u64::from(*number));
            w.end_object();
        }
        w.end_array().key("usageMetadata");
        write_gemini_usage(&mut w, &self.usage.unwrap_or_default());
        self.end(w, bridge);
    }

    fn open(&mut self, number: u32) -> Option<&mut Open> {
        self.choices.get_mut(&number)?.open.as_mut()
    }

    fn delta(&mut self, number: u32, text: &Text<'_>, (bridge, out): (&Bridge, &mut Vec<u8>)) {
        match self.open(number) {
            Some(Open::Text(so_far, _)) => {
                so_far.push(text);
                self.part(number, (bridge, out), |w| {
                    w.begin_object().key("text").text(text).end_object();
                });
            }
            Some(Open::Thinking(so_far, _)) => {
                so_far.push(text);
                self.part(number, (bridge, out), |w| write_thought(w, text, None));
            }
            Some(Open::Call(_, input)) => input.push(text),
            None => {}
        }
    }

    fn close(&mut self, number: u32, bridge: &Bridge, out: &mut Vec<u8>) {
        let Some(choice) = self.choices.get_mut(&number) else { return };
        match choice.open.take() {
            Some(Open::Text(text, citations)) if !citations.is_empty() => {
                let mut w = Self::begin(out);
                w.begin_object().key("text").string("").end_object().end_array();
                w.key("role").string("model").end_object().key("index").count(u64::from(number));
                write_grounding(&mut w, std::iter::once((0, &text, citations.as_slice())));
                w.end_object().end_array();
                self.end(w, bridge);
            }
            Some(Open::Thinking(thought, seal)) => {
                choice.luggage.add(seal.as_ref(), &thought, bridge);
                if let Some(seal) = seal {
                    self.part(number, (bridge, out), |w| write_thought(w, &Text::default(), Some((&seal, &thought))));
                }
            }
            Some(Open::Call(call, input)) => {
                let carried = choice.luggage.take();
                let input =
                    if matches!(call.input, Input::Free(_)) { Input::Free(input) } else { Input::Arguments(input) };
                choice.doubtful = Some((Box::new(ToolCall { input, ..*call }), carried));
                if !choice.doubtful.as_ref().is_some_and(|(call, _)| is_doubtful(call)) {
                    self.settle(number, bridge, out);
                }
            }
            Some(Open::Text(..)) | None => {}
        }
    }

    /// Writes the call that was held back: more of the answer came, so that it was not cut off.
    fn settle(&mut self, number: u32, bridge: &Bridge, out: &mut Vec<u8>) {
        let held = self.choices.get_mut(&number).and_then(|choice| choice.doubtful.take());
        if let Some((call, carried)) = held {
            self.part(number, (bridge, out), |w| write_call(w, &call, carried));
        }
    }

    fn part(&self, number: u32, (bridge, out): (&Bridge, &mut Vec<u8>), write: impl FnOnce(&mut Writer<'_>)) {
        let mut w = Self::begin(out);
        write(&mut w);
        w.end_array().key("role").string("model").end_object();
        w.key("index").count(u64::from(number)).end_object().end_array();
        self.end(w, bridge);
    }

    /// Writes up to the first part.
    fn begin<'o>(out: &'o mut Vec<u8>) -> Writer<'o> {
        let mut w = Writer::data_line(out);
        w.begin_object().key("candidates").begin_array().begin_object();
        w.key("content").begin_object().key("parts").begin_array();
        w
    }

    fn end(&self, mut w: Writer<'_>, bridge: &Bridge) {
        w.key("modelVersion").string(&bridge.model).key("responseId").string(&response_id(&self.head, bridge));
        w.end_object();
        w.end_event();
    }
}
