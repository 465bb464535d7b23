//! What the request encoders of all dialects share: where losses go, and what becomes of what only one dialect has.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::names::Rule;
use super::schema::{self, Rules};
use super::unwrap::ANSWER_FIELD;
use super::wire::{Extra, Path};
use super::write::Writer;
use crate::chat::bridge::{AnswerShape, Memo, Target};
use crate::chat::loss::{Loss, Losses, NO_SUCH_FIELD, Severity};
use crate::chat::reasoning::{Amount, Effort};
use crate::chat::request::{Content, Format, FormatSchema, Input, Part, Request, Role, Tool, ToolChoice, Turn};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;
use crate::raw::RawObject;

/// A request on its way into another dialect.
#[derive(Debug)]
pub(in crate::chat) struct Encoding<'e, 'a> {
    pub(in crate::chat) request: &'e Request<'a>,
    pub(in crate::chat) target: &'e Target<'e>,
    /// The dialect that is written.
    pub(in crate::chat) dialect: Dialect,
    pub(in crate::chat) losses: Losses,
    pub(in crate::chat) memo: Memo,
    /// Cache marks that are still to be left out, because there are more than the upstream takes.
    pub(in crate::chat) spare_marks: usize,
    /// Whether a mark for a short time was written.
    pub(in crate::chat) has_short_mark: bool,
    /// Calls of tools that take free text, where their results do not say so.
    free_calls: BTreeSet<Cow<'e, str>>,
}

fn free_calls<'r>(request: &'r Request<'_>) -> BTreeSet<Cow<'r, str>> {
    // Only chat completions do not say it at the result.
    let turns = if request.dialect == Dialect::OpenaiChat { request.turns.as_slice() } else { &[] };
    let free = |part: &'r Part<'_>| match &part.content {
        Content::Call(call) if matches!(call.input, Input::Free(_)) => Some(call.id.to_plain()),
        _ => None,
    };
    turns.iter().flat_map(|turn| &turn.parts).filter_map(free).collect()
}

/// Top-level fields without which the answer would be to another question.
const SEMANTIC_FIELDS: &[&str] = &[
    "audio",
    "background",
    "cachedContent",
    "container",
    "conversation",
    "mcp_servers",
    "modalities",
    "moderation",
    "previous_response_id",
    "prompt",
    "responseModalities",
    "search_parameters",
    "speechConfig",
    "web_search_options",
];

/// Fields with which compatible vendors' callers of chat completions say how much to think. They were read with the
/// others, so another dialect has them in its own form.
pub(in crate::chat) const THINKING_FIELDS: &[&str] = &["thinking", "enable_thinking", "thinking_budget", "reasoning"];

/// Values of these fields that ask for nothing out of the ordinary.
const ORDINARY: &[&str] = &["null", "false", "[]", "\"\"", r#"["text"]"#, r#"["TEXT"]"#, r#"{"type":"direct"}"#];

impl<'e, 'a> Encoding<'e, 'a> {
    pub(in crate::chat) fn new(request: &'e Request<'a>, target: &'e Target<'e>, dialect: Dialect) -> Self {
        Self {
            request,
            target,
            dialect,
            losses: Losses::default(),
            memo: Memo::default(),
            spare_marks: 0,
            has_short_mark: false,
            free_calls: free_calls(request),
        }
    }

    /// Returns whether the request came in the dialect that is written, so that what only this one has can stay.
    pub(in crate::chat) fn is_native(&self) -> bool {
        self.request.dialect == self.dialect
    }

    /// Returns the nearest effort that the upstream knows. What its own dialect's callers ask for is theirs to know.
    pub(in crate::chat) fn known_effort(&mut self, asked: Effort) -> Effort {
        if self.is_native() {
            return asked;
        }
        let known = asked.nearest(self.target.traits);
        let always_thinks = asked == Effort::None && known != Effort::None;
        if always_thinks {
            self.cosmetic_once(Path::Key(&Path::Root, "reasoning"), "the model always thinks a little");
        } else if known < asked {
            self.cosmetic_once(Path::Key(&Path::Root, "reasoning"), "the upstream knows no such effort");
        }
        known
    }

    /// Returns where a turn stands in the caller's request.
    pub(in crate::chat) fn place(&self, turn: &Turn<'_>) -> Path<'static> {
        place_of(self.request.dialect, turn)
    }

    /// Records a loss once per reason: a long conversation would repeat it in each turn.
    pub(in crate::chat) fn cosmetic_once(&mut self, at: Path<'_>, reason: &'static str) {
        if !self.losses.iter().any(|loss| loss.reason == reason) {
            self.losses.cosmetic(at, reason);
        }
    }

    /// Writes fields that only the request's own dialect has, or records that they are lost.
    #[inline]
    pub(in crate::chat) fn extra(&mut self, w: &mut Writer<'_>, extra: &Extra<'_>, at: Path<'_>) {
        if !extra.has_none() {
            self.each_extra(w, extra, at);
        }
    }

    fn each_extra(&mut self, w: &mut Writer<'_>, extra: &Extra<'_>, at: Path<'_>) {
        for (key, value) in extra.iter() {
            if self.is_native() {
                if !key.starts_with(MESSAGE_FIELDS) {
                    w.any_key(key).json(value);
                }
                continue;
            }
            let is_read = matches!(at, Path::Root) && self.has_read(key);
            if is_read || ORDINARY.contains(&value.as_str()) {
                continue;
            }
            // A long conversation has them at every message, where the caller wrote them without the prefix.
            let bare = key.strip_prefix(MESSAGE_FIELDS);
            let is_told = |loss: &Loss| {
                loss.reason == NO_SUCH_FIELD && loss.path.rsplit('.').next() == bare && loss.path.contains('[')
            };
            if bare.is_some() && self.losses.iter().any(is_told) {
                continue;
            }
            let key = bare.unwrap_or(key);
            let leaf = key.rsplit('.').next().unwrap_or(key);
            let is_semantic = matches!(at, Path::Root) && SEMANTIC_FIELDS.contains(&leaf);
            let severity = if is_semantic { Severity::Semantic } else { Severity::Cosmetic };
            self.losses.push(at.key(key), NO_SUCH_FIELD, severity);
        }
    }

    /// Returns whether a top-level field was understood although only other vendors have it.
    fn has_read(&self, key: &str) -> bool {
        let reasoning = &self.request.reasoning;
        let is_understood = reasoning.amount != Amount::Default || reasoning.effort.is_some();
        self.request.dialect == Dialect::OpenaiChat && is_understood && THINKING_FIELDS.contains(&key)
    }

    /// Writes the request's top-level fields of this kind. Those of objects inside are written with them, by `inside`.
    pub(in crate::chat) fn rest(&mut self, w: &mut Writer<'_>) {
        let is_native = self.is_native();
        let mut rest = Extra::default();
        for (key, value) in self.request.extra.iter().filter(|(key, _)| !is_native || !key.contains('.')) {
            rest.push(key.to_owned().into(), value.clone());
        }
        self.extra(w, &rest, Path::Root);
    }

    /// Writes the fields that only the request's own dialect has in the object `key`.
    pub(in crate::chat) fn inside(&self, w: &mut Writer<'_>, key: &str) {
        for (name, value) in self.request.extra.iter().filter(|_| self.is_native()) {
            let name = name.strip_prefix(key).and_then(|name| name.strip_prefix('.'));
            if let Some(name) = name.filter(|name| !name.contains('.')) {
                w.any_key(name).json(value);
            }
        }
    }

    /// Returns whether there are such fields.
    pub(in crate::chat) fn has_inside(&self, key: &str) -> bool {
        let is_inside = |name: &str| name.strip_prefix(key).is_some_and(|name| name.starts_with('.'));
        self.is_native() && self.request.extra.iter().any(|(name, _)| is_inside(name))
    }

    /// Writes a part that only the request's own dialect has, or records that it is lost. What the caller said is part
    /// of the question; what a vendor's own tools did before is not.
    pub(in crate::chat) fn foreign(&mut self, w: &mut Writer<'_>, json: &Json<'_>, role: Role, at: Path<'_>) {
        if self.is_native() {
            w.json(json);
        } else if role == Role::Assistant || names_tool(json) {
            self.losses.cosmetic(at, "the upstream's dialect has no such part");
        } else {
            self.losses.semantic(at, "the upstream's dialect has no such part");
        }
    }

    /// Brings a schema to what the upstream accepts.
    pub(in crate::chat) fn schema(&mut self, schema: Option<&Json<'_>>, rules: Rules, at: Path<'_>) -> Json<'static> {
        let cleaned = schema::clean(schema, rules);
        for keyword in cleaned.dropped {
            if keyword != "$schema" {
                self.losses.cosmetic(at.key(&keyword), "the upstream knows no such schema keyword");
            }
        }
        cleaned.json
    }

    /// Brings the schema of an answer to what the upstream accepts. One that is not an object's becomes that of a field.
    pub(in crate::chat) fn answer_schema(
        &mut self,
        format: &FormatSchema<'_>,
        rules: Rules,
        at: Path<'_>,
    ) -> Json<'static> {
        let wrapped = format.schema.as_ref().and_then(|schema| schema::wrapped(schema, ANSWER_FIELD));
        if wrapped.is_some() {
            self.memo.answer_shape = if format.is_word { AnswerShape::Word } else { AnswerShape::Wrapped };
        }
        self.schema(wrapped.as_ref().or(format.schema.as_ref()), rules, at)
    }

    /// Returns whether the word must be said: OpenAI's APIs refuse to give a JSON object if nobody speaks of JSON.
    pub(in crate::chat) fn lacks_json_word(&mut self) -> bool {
        let lacks = self.request.format == Format::JsonObject
            && self.request.dialect == Dialect::Gemini
            && !self.request.turns.iter().flat_map(|turn| &turn.parts).any(speaks_of_json);
        if lacks {
            self.losses.cosmetic("response_format", "asked for by an instruction too");
        }
        lacks
    }

    /// Records that a tool must be used which the upstream does not have, where no tool is left to be chosen from.
    pub(in crate::chat) fn note_lost_choice(&mut self) {
        let choice = &self.request.toolbox.choice;
        let is_forced = matches!(
            choice,
            Some(
                ToolChoice::Required
                    | ToolChoice::Named(_)
                    | ToolChoice::Allowed { is_required: true, .. }
                    | ToolChoice::Foreign(_)
            )
        );
        if is_forced && !self.request.toolbox.tools.is_empty() {
            self.losses.semantic("tool_choice", "the upstream has no such tool");
        }
    }

    /// Returns whether a tool takes free text.
    pub(in crate::chat) fn is_free_tool(&self, name: &Text<'_>) -> bool {
        let tools = &self.request.toolbox.tools;
        tools.iter().any(|tool| matches!(tool, Tool::Free { name: free, .. } if free == name))
    }

    /// Returns whether a call was of a tool that takes free text.
    pub(in crate::chat) fn is_free_call(&self, id: &Text<'_>) -> bool {
        self.free_calls.contains(&id.to_plain())
    }

    /// Returns a tool's name upstream.
    pub(in crate::chat) fn tool_name<'n>(&mut self, rule: Rule, name: &'n Text<'_>) -> Cow<'n, str> {
        self.memo.names.fit(rule, name)
    }

    /// Returns room for the body: what dialects say in more words is little next to what was said.
    pub(in crate::chat) fn room(&self) -> Vec<u8> {
        let read = self.request.read_bytes;
        Vec::with_capacity(read + read / 8 + 1_024)
    }
}

/// Returns the text of a turn that has nothing else to be carried or lost, as most have.
pub(in crate::chat) fn bare_text<'t, 'a>(turn: &'t Turn<'a>) -> Option<&'t Text<'a>> {
    let [Part { content: Content::Text(text, citations), cache: None, extra }] = turn.parts.as_slice() else {
        return None;
    };
    let is_bare = citations.is_empty() && extra.has_none() && turn.name.is_none() && turn.extra.has_none();
    (is_bare && !text.is_empty()).then_some(text)
}

/// Returns where a turn stands in a request of this dialect.
pub(in crate::chat) const fn place_of(dialect: Dialect, turn: &Turn<'_>) -> Path<'static> {
    match (turn.message, dialect) {
        (Some(index), Dialect::Gemini) => Path::Item(&Path::Root, "contents", index),
        (Some(index), Dialect::OpenaiResponses) => Path::Item(&Path::Root, "input", index),
        (Some(index), _) => Path::Item(&Path::Root, "messages", index),
        (None, Dialect::Gemini) => Path::Key(&Path::Root, "systemInstruction"),
        (None, Dialect::OpenaiResponses) => Path::Key(&Path::Root, "instructions"),
        (None, _) => Path::Key(&Path::Root, "system"),
    }
}

/// Returns whether a part only names tools that were found: where they need not be looked for, all are there.
fn names_tool(json: &Json<'_>) -> bool {
    let object = RawObject::parse(json.as_str().as_bytes()).ok();
    object.and_then(|object| object.string("type")).is_some_and(|kind| kind == "tool_reference")
}

fn speaks_of_json(part: &Part<'_>) -> bool {
    matches!(&part.content, Content::Text(text, _) if text.as_escaped().to_ascii_lowercase().contains("json"))
}

/// Writes the input of a tool that takes JSON upstream and free text at the caller's.
pub(in crate::chat) fn free_input_as_json(text: &Text<'_>) -> String {
    format!("{{\"input\":\"{}\"}}", text.as_escaped())
}

/// Whether arguments are what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chat) enum Sound {
    Yes,
    /// They were no object; one was made around them, so that nobody loses what the model wrote.
    Wrapped,
}

/// Returns the input of a call as an object, which is all that some dialects take.
pub(in crate::chat) fn object_of_input<'i>(input: &'i Input<'_>) -> (Json<'i>, Sound) {
    match input {
        Input::Object(json) if json.is_object() => (Json::trusted(json.as_str()), Sound::Yes),
        Input::Object(json) => (Json::trusted(format!("{{\"arguments\":{}}}", json.as_str())), Sound::Wrapped),
        Input::Free(text) => (Json::trusted(free_input_as_json(text)), Sound::Yes),
        Input::Arguments(text) if text.is_blank() => (Json::trusted("{}"), Sound::Yes),
        Input::Arguments(text) => {
            let object = match text.to_plain() {
                Cow::Borrowed(plain) => Json::checked(plain.trim()),
                Cow::Owned(plain) if plain.starts_with('{') => Json::checked(plain),
                Cow::Owned(plain) => Json::checked(plain.trim().to_owned()),
            };
            match object.filter(Json::is_object) {
                Some(json) => (json, Sound::Yes),
                None => (Json::trusted(format!("{{\"arguments\":\"{}\"}}", text.as_escaped())), Sound::Wrapped),
            }
        }
    }
}

/// Returns the input of a call as an object, and records when one had to be made.
pub(in crate::chat) fn input_object<'i>(
    encoding: &mut Encoding<'_, '_>,
    input: &'i Input<'_>,
    at: Path<'_>,
) -> Json<'i> {
    let (json, sound) = object_of_input(input);
    if sound == Sound::Wrapped {
        encoding.losses.cosmetic(at.key("arguments"), "arguments that are no object were wrapped in one");
    }
    json
}

/// Schema of a tool that takes JSON upstream and free text at the caller's.
pub(in crate::chat) const FREE_INPUT_SCHEMA: &str =
    r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}"#;

/// Begins the names of fields that stand at the message which begins with a part.
pub(in crate::chat) const MESSAGE_FIELDS: &str = "message.";

/// Asks for JSON where a dialect has no form for it, or wants it in words too.
pub(in crate::chat) const JSON_INSTRUCTION: &str = "Answer with one JSON object and nothing else.";

/// Name of the tool that stands for a structured answer without a name.
pub(in crate::chat) const ANSWER_TOOL: &str = "structured_answer";
/// What that tool is said to be for.
pub(in crate::chat) const ANSWER_TOOL_USE: &str = "Gives the answer. Call it once, with the whole answer.";

/// Name of the list of parts in most dialects, for paths.
pub(in crate::chat) const CONTENT: &str = "content";

/// Returns the parts that are worth a place: no empty texts.
pub(in crate::chat) fn solid<'p, 'a>(parts: &'p [Part<'a>]) -> impl Iterator<Item = (usize, &'p Part<'a>)> {
    parts.iter().enumerate().filter(|(_, part)| !matches!(&part.content, Content::Text(text, _) if text.is_empty()))
}
