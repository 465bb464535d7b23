//! Answers of the generate content API, both ways.

use std::borrow::Cow;

use super::parts::{Read, read_one};
use super::wire::{
    Candidate, CitationMetadata, GroundingMetadata, LogprobsResult, OpenaiToken, ResponseObject, TokenObject,
};
use crate::chat::answer::{Answer, Choice, Finish, Head};
use crate::chat::bridge::Bridge;
use crate::chat::codec::encoding::{Sound, object_of_input};
use crate::chat::codec::luggage::Luggage;
use crate::chat::codec::names::{id_stem, invented_call};
use crate::chat::codec::usage::write_gemini_usage;
use crate::chat::codec::wire::{DecodeError, Path, read};
use crate::chat::codec::write::Writer;
use crate::chat::request::{Citation, Content, Media, Part, Source, ToolCall};
use crate::chat::signature::Signature;
use crate::chat::text::{Json, Number, Text};
use crate::meter::read_report;

/// Reads an answer.
pub(in crate::chat) fn decode_answer<'a>(body: &'a str, bridge: &'a Bridge) -> Result<Answer<'a>, DecodeError> {
    let response: ResponseObject<'a> = read(body, Path::Root)?;
    let usage = response.usage_metadata.as_ref();
    let usage = usage.and_then(|usage| read_report(usage.as_str().as_bytes(), bridge.convention));
    let head = head_of(&response);
    let is_blocked = response.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some());
    let candidates = response.candidates.unwrap_or_default();
    if candidates.is_empty() && !is_blocked {
        return Err(Path::Root.key("candidates").error("is required"));
    }
    let mut choices = Vec::with_capacity(candidates.len().max(1));
    let mut calls = 0;
    for (index, candidate) in candidates.into_iter().enumerate() {
        choices.push(choice_of(candidate, bridge, (index, &mut calls))?);
    }
    if choices.is_empty() {
        choices.push(Choice { parts: Vec::new(), finish: Finish::Filter, stop: None, logprobs: None });
    }
    Ok(Answer { head, choices, usage })
}

pub(super) fn head_of<'a>(response: &ResponseObject<'a>) -> Head<'a> {
    Head { id: response.response_id.clone(), model: response.model_version.clone(), ..Head::default() }
}

fn choice_of<'a>(
    candidate: Candidate<'a>,
    bridge: &'a Bridge,
    (index, calls): (usize, &mut usize),
) -> Result<Choice<'a>, DecodeError> {
    let root = Path::Root;
    let at = root.item("candidates", index);
    let mut parts: Vec<Part<'a>> = Vec::new();
    for (index, json) in candidate.content.unwrap_or_default().parts.unwrap_or_default().iter().enumerate() {
        let mut part = match read_one(json, at.item("parts", index))? {
            Read::Part(part) => part,
            Read::Call(mut part, id) => {
                if let Content::Call(call) = &mut part.content {
                    call.id = id.unwrap_or_else(|| invented_call(&bridge.call, *calls));
                    *calls += 1;
                }
                part
            }
            Read::Result(part, _) => part,
        };
        issue(&mut part, &bridge.issuer);
        parts.push(part);
    }
    for found in citations_of(candidate.grounding_metadata, candidate.citation_metadata) {
        cite(&mut parts, found);
    }
    parts.retain(|part| !matches!(&part.content, Content::Text(text, _) if text.is_empty()));
    let has_calls = parts.iter().any(|part| matches!(part.content, Content::Call(_)));
    let word = candidate.finish_reason.unwrap_or_default();
    let finish = match finish_of(&word.to_plain()) {
        Finish::Stop if has_calls => Finish::Calls,
        finish => finish,
    };
    // Why an answer broke off stands where other answers have their stop text.
    let stop = Some(candidate.finish_message.unwrap_or(word)).filter(|_| finish == Finish::Broken);
    Ok(Choice { parts, finish, stop, logprobs: candidate.logprobs_result.map(logprobs_of) })
}

/// Adds a source to the text that it is about: the one it names, else the first.
fn cite<'a>(parts: &mut [Part<'a>], found: Found<'a>) {
    let is_text = |part: &Part<'_>| matches!(part.content, Content::Text(..));
    let named = found.part.filter(|place| parts.get(*place).is_some_and(is_text));
    let place = named.or_else(|| parts.iter().position(is_text));
    if let Some(Part { content: Content::Text(text, citations), .. }) = place.and_then(|place| parts.get_mut(place)) {
        citations.push(found.into_citation(&text.to_plain()));
    }
}

/// Says who issued the proof of a part.
fn issue<'a>(part: &mut Part<'a>, issuer: &'a str) {
    let signature = match &mut part.content {
        Content::Thinking(thinking) => thinking.signature.as_mut(),
        Content::Call(call) => call.signature.as_mut(),
        _ => None,
    };
    if let Some(signature) = signature {
        signature.issuer.get_or_insert(Cow::Borrowed(issuer));
    }
}

pub(super) fn finish_of(word: &str) -> Finish {
    match word {
        "MAX_TOKENS" => Finish::Length,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION"
        | "MODEL_ARMOR"
        | "ESCALATION" => Finish::Filter,
        "CONTINUATION" => Finish::Pause,
        "" | "STOP" | "FINISH_REASON_UNSPECIFIED" => Finish::Stop,
        _ => Finish::Broken,
    }
}

pub(super) const fn finish_word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::StopText | Finish::Calls | Finish::Pause => "STOP",
        Finish::Length | Finish::Context => "MAX_TOKENS",
        Finish::Refusal | Finish::Filter => "SAFETY",
        Finish::Broken => "OTHER",
    }
}

/// A source as this API tells it: offsets count bytes.
pub(super) struct Found<'a> {
    url: Option<Text<'a>>,
    title: Option<Text<'a>>,
    quoted: Option<Text<'a>>,
    bytes: Option<(u64, u64)>,
    /// Place of the part that the offsets are in.
    part: Option<usize>,
}

impl<'a> Found<'a> {
    /// Returns the citation of a text.
    pub(super) fn into_citation(self, text: &str) -> Citation<'a> {
        let chars = |bytes: u64| {
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).min(text.len());
            text.char_indices().take_while(|(at, _)| *at < bytes).count() as u64
        };
        let span = self.bytes.map(|(start, end)| (chars(start), chars(end)));
        let native = Json::trusted("null");
        Citation { url: self.url, title: self.title, quoted: self.quoted, span, native }
    }
}

pub(super) fn citations_of<'a>(
    grounding: Option<GroundingMetadata<'a>>,
    citations: Option<CitationMetadata<'a>>,
) -> Vec<Found<'a>> {
    let index = |number: &Option<Number<'_>>| number.as_ref().and_then(Number::as_u64);
    let mut found = Vec::new();
    let grounding = grounding.unwrap_or_default();
    let chunks = grounding.grounding_chunks.unwrap_or_default();
    for support in grounding.grounding_supports.unwrap_or_default() {
        let segment = support.segment.unwrap_or_default();
        let bytes = index(&segment.end_index).map(|end| (index(&segment.start_index).unwrap_or(0), end));
        let part = index(&segment.part_index).and_then(|part| usize::try_from(part).ok());
        for place in support.grounding_chunk_indices.unwrap_or_default() {
            let place = place.as_u64().and_then(|place| usize::try_from(place).ok());
            if let Some(web) = place.and_then(|place| chunks.get(place)).and_then(|chunk| chunk.web.as_ref()) {
                found.push(Found {
                    url: web.uri.clone(),
                    title: web.title.clone(),
                    quoted: segment.text.clone(),
                    bytes,
                    part,
                });
            }
        }
    }
    for source in citations.and_then(|metadata| metadata.citations).unwrap_or_default() {
        let bytes = index(&source.end_index).map(|end| (index(&source.start_index).unwrap_or(0), end));
        found.push(Found { url: source.uri, title: source.title, quoted: None, bytes, part: None });
    }
    found
}

/// Returns log probabilities in OpenAI's form.
pub(super) fn logprobs_of(result: LogprobsResult<'_>) -> Json<'static> {
    let mut list = Vec::new();
    let mut w = Writer::new(&mut list);
    w.begin_array();
    let mut tops = result.top_candidates.unwrap_or_default().into_iter();
    for chosen in result.chosen_candidates.unwrap_or_default() {
        w.begin_object();
        write_token(&mut w, &chosen);
        w.key("top_logprobs").begin_array();
        for token in tops.next().and_then(|top| top.candidates).unwrap_or_default() {
            w.begin_object();
            write_token(&mut w, &token);
            w.end_object();
        }
        w.end_array().end_object();
    }
    w.end_array();
    Json::trusted(String::from_utf8(list).unwrap_or_else(|_| "[]".to_owned()))
}

/// Writes `logprobsResult` from log probabilities in OpenAI's form.
pub(super) fn write_logprobs(w: &mut Writer<'_>, logprobs: &Json<'_>) {
    let Ok(tokens) = read::<Vec<OpenaiToken<'_>>>(logprobs.as_str(), Path::Root) else { return };
    w.key("logprobsResult").begin_object().key("chosenCandidates").begin_array();
    tokens.iter().for_each(|token| write_candidate_token(w, token));
    w.end_array().key("topCandidates").begin_array();
    for token in &tokens {
        w.begin_object().key("candidates").begin_array();
        token.top_logprobs.iter().flatten().for_each(|top| write_candidate_token(w, top));
        w.end_array().end_object();
    }
    w.end_array().end_object();
}

fn write_candidate_token(w: &mut Writer<'_>, token: &OpenaiToken<'_>) {
    w.begin_object().maybe_text("token", token.token.as_ref());
    w.maybe_number("logProbability", token.logprob.as_ref()).end_object();
}

fn write_token(w: &mut Writer<'_>, token: &TokenObject<'_>) {
    w.key("token").text(token.token.as_ref().unwrap_or(&Text::default()));
    w.key("logprob");
    match &token.log_probability {
        Some(number) => w.number(number),
        None => w.raw("0"),
    };
    w.key("bytes").null();
}

/// Returns the id of a response made from the upstream's id.
pub(super) fn response_id(head: &Head<'_>, bridge: &Bridge) -> String {
    let id = head.id.as_ref().map(Text::to_plain).filter(|id| !id.is_empty()).unwrap_or(Cow::Borrowed(&bridge.call));
    id_stem(&id).to_owned()
}

/// Writes an answer.
pub(in crate::chat) fn encode_answer(answer: &Answer<'_>, bridge: &Bridge) -> Vec<u8> {
    let mut body = Vec::with_capacity(1024);
    let mut w = Writer::new(&mut body);
    w.begin_object().key("candidates").begin_array();
    for (index, choice) in answer.choices.iter().enumerate() {
        w.begin_object().key("content").begin_object().key("parts").begin_array();
        let mut luggage = Luggage::default();
        for part in choice.parts.iter().filter(|part| !is_cut_off(choice, part)) {
            write_answer_part(&mut w, part, (&mut luggage, bridge));
        }
        w.end_array().key("role").string("model").end_object();
        w.key("finishReason").string(finish_word(choice.finish)).key("index").count(index as u64);
        // The places must be those of the parts as they were written.
        let written =
            choice.parts.iter().filter(|part| !matches!(part.content, Content::Result(_) | Content::Foreign(_)));
        let cited = written.enumerate().filter_map(|(place, part)| match &part.content {
            Content::Text(text, citations) => Some((place, text, citations.as_slice())),
            _ => None,
        });
        write_grounding(&mut w, cited);
        if let Some(logprobs) = &choice.logprobs {
            write_logprobs(&mut w, logprobs);
        }
        w.end_object();
    }
    w.end_array();
    if let Some(usage) = &answer.usage {
        w.key("usageMetadata");
        write_gemini_usage(&mut w, usage);
    }
    w.key("modelVersion").string(&bridge.model).key("responseId").string(&response_id(&answer.head, bridge));
    w.end_object();
    body
}

/// Returns whether an answer ended before all was said.
pub(super) const fn is_cut(finish: Finish) -> bool {
    matches!(finish, Finish::Length | Finish::Context)
}

/// Returns whether a call's input is no JSON object.
pub(super) fn is_doubtful(call: &ToolCall<'_>) -> bool {
    object_of_input(&call.input).1 == Sound::Wrapped
}

/// Clients of this API run every call that they get, so they get none with half its input.
fn is_cut_off(choice: &Choice<'_>, part: &Part<'_>) -> bool {
    is_cut(choice.finish) && matches!(&part.content, Content::Call(call) if is_doubtful(call))
}

fn write_answer_part(w: &mut Writer<'_>, part: &Part<'_>, (luggage, bridge): (&mut Luggage, &Bridge)) {
    match &part.content {
        Content::Text(text, _) | Content::Refusal(text) => {
            w.begin_object().key("text").text(text).end_object();
        }
        Content::Thinking(thinking) => {
            let mut text = Text::default();
            thinking.text.iter().for_each(|piece| text.push(piece));
            luggage.add(thinking.signature.as_ref(), &text, bridge);
            write_thought(w, &text, thinking.signature.as_ref().map(|signature| (signature, &text)));
        }
        Content::Call(call) => write_call(w, call, luggage.take()),
        Content::Media(media) => write_answer_media(w, media),
        Content::Result(_) | Content::Foreign(_) => {}
    }
}

/// Writes a thought with its proof and the whole thought that the proof is about.
pub(super) fn write_thought(w: &mut Writer<'_>, text: &Text<'_>, proof: Option<(&Signature<'_>, &Text<'_>)>) {
    w.begin_object().key("text").text(text).key("thought").raw("true");
    if let Some((signature, thought)) = proof {
        w.key("thoughtSignature").string(&signature.to_envelope(thought));
    }
    w.end_object();
}

/// Writes a call with its own proof, else with the thoughts that it takes along.
pub(super) fn write_call(w: &mut Writer<'_>, call: &ToolCall<'_>, carried: Option<String>) {
    w.begin_object().key("functionCall").begin_object().key("id").text(&call.id).key("name").text(&call.name);
    w.key("args").json(&object_of_input(&call.input).0).end_object();
    let own = call.signature.as_ref().map(|signature| signature.to_envelope(&Text::default()));
    if let Some(proof) = own.or(carried) {
        w.key("thoughtSignature").string(&proof);
    }
    w.end_object();
}

pub(super) fn write_answer_media(w: &mut Writer<'_>, media: &Media<'_>) {
    match &media.source {
        Source::Inline { mime, base64 } => {
            w.begin_object().key("inlineData").begin_object().key("mimeType").text(mime).key("data").text(base64);
            w.end_object().end_object();
        }
        Source::Url { url, .. } | Source::File(url) => {
            w.begin_object().key("fileData").begin_object().key("fileUri").text(url).end_object().end_object();
        }
        Source::Text(text) => {
            w.begin_object().key("text").text(text).end_object();
        }
    }
}

/// Writes the sources of texts as `groundingMetadata`, if there are any with an address.
pub(super) fn write_grounding<'t, 'a: 't>(
    w: &mut Writer<'_>,
    cited: impl Iterator<Item = (usize, &'t Text<'a>, &'t [Citation<'a>])>,
) {
    let cited: Vec<_> = cited
        .flat_map(|(place, text, citations)| citations.iter().map(move |citation| (place, text, citation)))
        .filter(|(_, _, citation)| citation.url.is_some())
        .collect();
    if cited.is_empty() {
        return;
    }
    w.key("groundingMetadata").begin_object().key("groundingChunks").begin_array();
    for (_, _, citation) in &cited {
        w.begin_object().key("web").begin_object().maybe_text("uri", citation.url.as_ref());
        w.maybe_text("title", citation.title.as_ref()).end_object().end_object();
    }
    w.end_array().key("groundingSupports").begin_array();
    for (index, (place, text, citation)) in cited.iter().enumerate() {
        let plain = text.to_plain();
        let bytes = |chars: u64| {
            let chars = usize::try_from(chars).unwrap_or(usize::MAX);
            plain.char_indices().nth(chars).map_or(plain.len(), |(at, _)| at) as u64
        };
        let (start, end) = citation.span.map_or((0, plain.len() as u64), |(start, end)| (bytes(start), bytes(end)));
        w.begin_object().key("segment").begin_object();
        // Google leaves out a zero.
        if *place > 0 {
            w.key("partIndex").count(*place as u64);
        }
        w.key("startIndex").count(start).key("endIndex").count(end);
        w.end_object().key("groundingChunkIndices").begin_array().count(index as u64).end_array().end_object();
    }
    w.end_array().end_object();
}
