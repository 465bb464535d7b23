//! Writes requests of the chat completions API.

use super::grammar::to_nested;
use super::messages::write_messages;
use crate::chat::bridge::{Encoded, Target, Trait};
use crate::chat::codec::encoding::{Encoding, FREE_INPUT_SCHEMA, THINKING_FIELDS};
use crate::chat::codec::names::{OPENAI_TOOL, shortened};
use crate::chat::codec::schema::{Rules, is_strict};
use crate::chat::codec::wire::{Extra, Path};
use crate::chat::codec::write::Writer;
use crate::chat::reasoning::{Amount, Effort};
use crate::chat::request::{Format, FormatSchema, Function, HostedKind, Request, Tier, Tool, ToolChoice};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Most stop texts that the API takes.
const MAX_STOPS: usize = 4;
/// Longest id of a user that the API takes.
const MAX_USER_CHARS: usize = 64;

/// Writes a request.
pub(in crate::chat) fn encode_request(request: &Request<'_>, target: &Target<'_>) -> Encoded {
    let mut encoding = Encoding::new(request, target, Dialect::OpenaiChat);
    let mut body = encoding.room();
    let mut w = Writer::new(&mut body);
    w.begin_object().key("model").string(target.model);
    write_messages(&mut encoding, &mut w);
    write_tools(&mut encoding, &mut w);
    write_sampling(&mut encoding, &mut w);
    write_limits(&mut encoding, &mut w);
    write_reasoning(&mut encoding, &mut w);
    write_format(&mut encoding, &mut w);
    write_origin(&mut encoding, &mut w);
    write_delivery(&encoding, &mut w);
    encoding.rest(&mut w);
    w.end_object();
    Encoded { body, losses: encoding.losses, memo: encoding.memo }
}

fn write_sampling(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let sampling = &encoding.request.sampling;
    if encoding.target.has(Trait::NoSampling) {
        for (key, value) in [("temperature", &sampling.temperature), ("top_p", &sampling.top_p)] {
            if value.is_some() {
                encoding.losses.cosmetic(key, "the model picks its own");
            }
        }
    } else {
        w.maybe_number("temperature", sampling.temperature.as_ref()).maybe_number("top_p", sampling.top_p.as_ref());
    }
    if encoding.is_native() || encoding.target.has(Trait::TopK) {
        w.maybe_number("top_k", sampling.top_k.as_ref());
    } else if sampling.top_k.is_some() {
        encoding.losses.cosmetic("top_k", "the upstream has no such setting");
    }
    if encoding.target.has(Trait::NoFineSampling) && !encoding.is_native() {
        return note_fine_sampling(encoding);
    }
    w.maybe_number("frequency_penalty", sampling.frequency_penalty.as_ref());
    w.maybe_number("presence_penalty", sampling.presence_penalty.as_ref());
    let seed_key = if encoding.target.has(Trait::RandomSeed) { "random_seed" } else { "seed" };
    w.maybe_number(seed_key, sampling.seed.as_ref());
    w.flag(sampling.logprobs, "logprobs");
    w.maybe_number("top_logprobs", sampling.top_logprobs.as_ref());
    w.maybe_json("logit_bias", sampling.logit_bias.as_ref());
}

fn note_fine_sampling(encoding: &mut Encoding<'_, '_>) {
    const REASON: &str = "the upstream has no such setting";
    let (sampling, losses) = (&encoding.request.sampling, &mut encoding.losses);
    let cosmetic = [
        ("frequency_penalty", &sampling.frequency_penalty),
        ("presence_penalty", &sampling.presence_penalty),
        ("seed", &sampling.seed),
    ];
    for (key, _) in cosmetic.into_iter().filter(|(_, value)| value.is_some()) {
        losses.cosmetic(key, REASON);
    }
    if sampling.logprobs == Some(true) {
        losses.semantic("logprobs", REASON);
    }
    if sampling.logit_bias.is_some() {
        losses.semantic("logit_bias", REASON);
    }
}

fn write_limits(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let limits = &encoding.request.limits;
    let max_key = if encoding.target.has(Trait::OldMaxTokens) { "max_tokens" } else { "max_completion_tokens" };
    w.maybe_number(max_key, limits.max_tokens.as_ref());
    w.maybe_number("n", limits.choices.as_ref());
    if limits.stop.is_empty() {
        return;
    }
    if limits.stop.len() > MAX_STOPS && !encoding.is_native() {
        encoding.losses.semantic("stop", "the upstream takes four stop texts");
    }
    w.key("stop").begin_array();
    for stop in limits.stop.iter().take(if encoding.is_native() { usize::MAX } else { MAX_STOPS }) {
        w.text(stop);
    }
    w.end_array();
}

fn write_reasoning(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let reasoning = &encoding.request.reasoning;
    if encoding.target.has(Trait::NoThinking) {
        if reasoning.is_on() {
            encoding.losses.cosmetic("reasoning", "the model does not think");
        }
        return;
    }
    if !encoding.is_native() {
        write_thinking_switch(encoding, w);
    }
    // The model decides by itself when nothing is said. Fields of other vendors are among the rest.
    let is_said = encoding.is_native() && THINKING_FIELDS.iter().any(|key| encoding.request.extra.get(key).is_some());
    let effort = if is_said { reasoning.effort } else { reasoning.to_effort() };
    let Some(effort) = effort else { return };
    if effort == Effort::None && has_thinking_switch(encoding) {
        return;
    }
    if !encoding.target.has(Trait::NoEffort) {
        let effort = encoding.known_effort(effort);
        w.key("reasoning_effort").string(effort.as_str());
    } else if !has_thinking_switch(encoding) {
        encoding.losses.cosmetic("reasoning", "the upstream has no such setting");
    }
}

fn has_thinking_switch(encoding: &Encoding<'_, '_>) -> bool {
    !encoding.is_native() && (encoding.target.has(Trait::ThinkingSwitch) || encoding.target.has(Trait::ThinkingFlag))
}

/// Writes what vendors have who copied this API before it knew of thinking.
fn write_thinking_switch(encoding: &Encoding<'_, '_>, w: &mut Writer<'_>) {
    let (reasoning, target) = (&encoding.request.reasoning, encoding.target);
    let thinks = match (reasoning.amount, reasoning.to_effort()) {
        (Amount::Default, None) => return,
        (_, effort) => effort != Some(Effort::None),
    };
    if !thinks && target.has(Trait::AlwaysThinks) {
        return;
    }
    if target.has(Trait::ThinkingSwitch) {
        let kind = if thinks { "enabled" } else { "disabled" };
        w.key("thinking").begin_object().kind(kind).end_object();
    }
    if target.has(Trait::ThinkingFlag) {
        w.flag(Some(thinks), "enable_thinking");
        if let (true, Amount::Budget(tokens)) = (thinks, reasoning.amount) {
            w.key("thinking_budget").count(tokens);
        }
    }
}

fn write_format(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    match &request.format {
        Format::Text => {}
        Format::JsonObject => {
            w.key("response_format").begin_object().kind("json_object").end_object();
        }
        Format::Schema(schema) => {
            w.key("response_format").begin_object().kind("json_schema").key("json_schema").begin_object();
            write_format_schema(encoding, w, schema);
            w.end_object().end_object();
        }
    }
}

/// Writes the fields that describe a structured answer, as both of OpenAI's APIs have them.
pub(in crate::chat) fn write_format_schema(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    schema: &FormatSchema<'_>,
) {
    match &schema.name {
        Some(name) => w.key("name").string(&OPENAI_TOOL.fit(name)),
        // The APIs refuse a schema without a name.
        None if !encoding.is_native() => w.key("name").string("response"),
        None => &mut *w,
    };
    w.maybe_text("description", schema.description.as_ref());
    let root = Path::Root;
    let cleaned = if encoding.is_native() {
        schema.schema.clone()
    } else {
        Some(encoding.answer_schema(schema, Rules::OpenAi, root.key("schema")))
    };
    w.maybe_json("schema", cleaned.as_ref());
    if encoding.is_native() {
        w.flag(schema.strict, "strict");
        return;
    }
    let can_be_strict = cleaned.as_ref().is_some_and(is_strict);
    if schema.strict == Some(true) && !can_be_strict {
        encoding.losses.cosmetic("response_format.strict", "the schema is not one that the upstream takes as strict");
    }
    w.flag(Some(schema.strict == Some(true) && can_be_strict), "strict");
}

fn write_origin(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let origin = &encoding.request.origin;
    if encoding.target.has(Trait::NoCallerFields) && !encoding.is_native() {
        return note_origin(encoding);
    }
    if let Some(user) = &origin.user {
        if encoding.is_native() {
            w.key("user").text(user)
        } else {
            w.key("user").string(&shortened(user, MAX_USER_CHARS))
        };
    }
    w.maybe_text("safety_identifier", origin.safety_id.as_ref());
    w.maybe_json("metadata", origin.metadata.as_ref());
    w.maybe_text("prompt_cache_key", origin.cache_key.as_ref());
    w.maybe_text("verbosity", origin.verbosity.as_ref());
    if let Some(tier) = origin.tier {
        w.key("service_tier").string(tier_word(tier));
    }
}

fn note_origin(encoding: &mut Encoding<'_, '_>) {
    let (origin, losses) = (&encoding.request.origin, &mut encoding.losses);
    let given = [
        ("user", origin.user.is_some()),
        ("safety_identifier", origin.safety_id.is_some()),
        ("metadata", origin.metadata.is_some()),
        ("prompt_cache_key", origin.cache_key.is_some()),
        ("verbosity", origin.verbosity.is_some()),
        ("service_tier", origin.tier.is_some()),
    ];
    for (key, _) in given.into_iter().filter(|(_, is_given)| *is_given) {
        losses.cosmetic(key, "the upstream has no such setting");
    }
}

pub(in crate::chat) const fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Auto => "auto",
        Tier::Standard => "default",
        Tier::Flex => "flex",
        Tier::Priority => "priority",
        Tier::Scale => "scale",
    }
}

fn write_delivery(encoding: &Encoding<'_, '_>, w: &mut Writer<'_>) {
    let delivery = encoding.request.delivery;
    if encoding.is_native() {
        w.flag(delivery.store, "store");
    }
    w.flag(delivery.stream, "stream");
    if delivery.stream == Some(true) && !encoding.target.has(Trait::NoStreamOptions) {
        // Without it nobody learns what a stream used.
        w.key("stream_options").begin_object().flag(Some(true), "include_usage");
        encoding.inside(w, "stream_options");
        w.end_object();
    }
}

fn write_tools(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let root = Path::Root;
    let list = root.key("tools");
    let is_dropped = |tool: &Tool<'_>| matches!(tool, Tool::Hosted { .. }) && request.dialect != Dialect::OpenaiChat;
    let ready = request.toolbox.tools.iter().find_map(|tool| match tool {
        Tool::Hosted { kind: HostedKind::Ready, native } => Some(native),
        _ => None,
    });
    w.maybe_json("web_search_options", ready);
    let is_lost = |tool: &Tool<'_>| is_dropped(tool) && !matches!(tool, Tool::Hosted { kind: HostedKind::Ready, .. });
    for (index, _) in request.toolbox.tools.iter().enumerate().filter(|(_, tool)| is_lost(tool)) {
        encoding.losses.cosmetic(list.index(index), "the upstream runs no tools of its own");
    }
    if request.toolbox.tools.iter().all(is_dropped) {
        if ready.is_none() {
            encoding.note_lost_choice();
        }
        return;
    }
    w.key("tools").begin_array();
    for (index, tool) in request.toolbox.tools.iter().enumerate() {
        match tool {
            Tool::Function(function) => {
                w.begin_object().kind("function").key("function").begin_object();
                write_function(encoding, w, function, list.index(index));
                w.end_object().end_object();
            }
            Tool::Free { name, description, format, extra } => {
                let free = FreeTool { name, description: description.as_ref(), format: format.as_ref(), extra };
                write_free_tool(encoding, w, &free, list.index(index));
            }
            Tool::Hosted { native, .. } if encoding.is_native() => {
                w.json(native);
            }
            Tool::Hosted { .. } => {}
        }
    }
    w.end_array();
    if let Some(choice) = &request.toolbox.choice {
        write_choice(encoding, w, choice);
    }
    if !encoding.target.has(Trait::NoParallelSwitch) {
        w.flag(request.toolbox.parallel, "parallel_tool_calls");
    } else if request.toolbox.parallel == Some(false) {
        encoding.losses.cosmetic("parallel_tool_calls", "the upstream has no such setting");
    }
}

fn write_function(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, function: &Function<'_>, at: Path<'_>) {
    let name = encoding.tool_name(OPENAI_TOOL, &function.name);
    w.key("name").string(&name).maybe_text("description", function.description.as_ref());
    if encoding.is_native() {
        w.maybe_json("parameters", function.schema.as_ref()).flag(function.strict, "strict");
    } else {
        let schema = encoding.schema(function.schema.as_ref(), Rules::OpenAi, at.key("schema"));
        let can_be_strict = is_strict(&schema);
        w.key("parameters").json(&schema);
        if function.strict == Some(true) && !can_be_strict {
            encoding.losses.cosmetic(at.key("strict"), "the schema is not one that the upstream takes as strict");
        }
        w.flag(function.strict.map(|strict| strict && can_be_strict), "strict");
        if function.cache.is_some() {
            encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
        }
    }
    encoding.extra(w, &function.extra, at);
}

struct FreeTool<'t, 'a> {
    name: &'t Text<'a>,
    description: Option<&'t Text<'a>>,
    format: Option<&'t Json<'a>>,
    extra: &'t Extra<'a>,
}

fn write_free_tool(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, tool: &FreeTool<'_, '_>, at: Path<'_>) {
    let name = encoding.tool_name(OPENAI_TOOL, tool.name);
    if encoding.target.has(Trait::NoFreeTools) {
        if tool.format.is_some() {
            encoding.losses.cosmetic(at.key("format"), "the upstream has no grammars");
        }
        w.begin_object().kind("function").key("function").begin_object();
        w.key("name").string(&name).maybe_text("description", tool.description);
        w.key("parameters").raw(FREE_INPUT_SCHEMA).end_object().end_object();
        encoding.memo.free_tools.push(name.into_owned());
        return;
    }
    w.begin_object().kind("custom").key("custom").begin_object().key("name").string(&name);
    w.maybe_text("description", tool.description).maybe_json("format", tool.format.map(to_nested).as_ref());
    encoding.extra(w, tool.extra, at);
    w.end_object().end_object();
}

fn write_choice(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, choice: &ToolChoice<'_>) {
    match choice {
        ToolChoice::Auto => {
            w.key("tool_choice").string("auto");
        }
        ToolChoice::Never => {
            w.key("tool_choice").string("none");
        }
        ToolChoice::Required => {
            w.key("tool_choice").string("required");
        }
        ToolChoice::Named(name) => {
            w.key("tool_choice");
            write_named(encoding, w, name);
        }
        ToolChoice::Allowed { names, is_required } => {
            w.key("tool_choice").begin_object().kind("allowed_tools").key("allowed_tools").begin_object();
            w.key("mode").string(if *is_required { "required" } else { "auto" }).key("tools").begin_array();
            for name in names {
                write_named(encoding, w, name);
            }
            w.end_array().end_object().end_object();
        }
        ToolChoice::Foreign(native) if encoding.is_native() => {
            w.key("tool_choice").json(native);
        }
        ToolChoice::Foreign(_) => encoding.losses.semantic("tool_choice", "the upstream has no such tool"),
    }
}

fn write_named(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, name: &Text<'_>) {
    let fitted = encoding.tool_name(OPENAI_TOOL, name);
    let is_free = |tool: &Tool<'_>| matches!(tool, Tool::Free { name: free, .. } if free == name);
    let is_free = encoding.request.toolbox.tools.iter().any(is_free) && !encoding.target.has(Trait::NoFreeTools);
    let kind = if is_free { "custom" } else { "function" };
    w.begin_object().kind(kind).key(kind).begin_object().key("name").string(&fitted).end_object().end_object();
}
