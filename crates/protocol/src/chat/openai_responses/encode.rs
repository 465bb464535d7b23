//! Writes requests of the responses API.

use super::input::write_input;
use crate::chat::bridge::{Encoded, Target, Trait};
use crate::chat::codec::encoding::{Encoding, FREE_INPUT_SCHEMA};
use crate::chat::codec::names::{OPENAI_TOOL, shortened};
use crate::chat::codec::schema::{Rules, is_strict};
use crate::chat::codec::wire::Path;
use crate::chat::codec::write::Writer;
use crate::chat::openai_chat::{tier_word, write_format_schema};
use crate::chat::reasoning::{Amount, Effort, Show};
use crate::chat::request::{Format, Function, HostedKind, Request, Tool, ToolChoice};
use crate::chat::text::{Number, Text};
use crate::operation::Dialect;

/// Smallest limit that the API takes.
const MIN_OUTPUT_TOKENS: u64 = 16;
/// Longest id of a user that the API takes.
const MAX_USER_CHARS: usize = 64;

/// Writes a request.
pub(in crate::chat) fn encode_request(request: &Request<'_>, target: &Target<'_>) -> Encoded {
    let mut encoding = Encoding::new(request, target, Dialect::OpenaiResponses);
    let mut body = encoding.room();
    let mut w = Writer::new(&mut body);
    w.begin_object().key("model").string(target.model);
    write_input(&mut encoding, &mut w);
    write_tools(&mut encoding, &mut w);
    write_sampling(&mut encoding, &mut w);
    let seals = write_reasoning(&mut encoding, &mut w);
    write_text(&mut encoding, &mut w);
    write_origin(&encoding, &mut w);
    write_include(&encoding, &mut w, seals);
    w.flag(if encoding.is_native() { request.delivery.store } else { Some(false) }, "store");
    w.flag(request.delivery.stream, "stream");
    encoding.rest(&mut w);
    note_losses(&mut encoding);
    w.end_object();
    Encoded { body, losses: encoding.losses, memo: encoding.memo }
}

fn write_sampling(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let (sampling, limits) = (&encoding.request.sampling, &encoding.request.limits);
    if encoding.target.has(Trait::NoSampling) {
        for (key, value) in [("temperature", &sampling.temperature), ("top_p", &sampling.top_p)] {
            if value.is_some() {
                encoding.losses.cosmetic(key, "the model picks its own");
            }
        }
    } else {
        w.maybe_number("temperature", sampling.temperature.as_ref()).maybe_number("top_p", sampling.top_p.as_ref());
    }
    w.maybe_number("top_logprobs", sampling.top_logprobs.as_ref());
    match limits.max_tokens.as_ref().and_then(Number::as_u64) {
        Some(0..MIN_OUTPUT_TOKENS) if !encoding.is_native() => {
            encoding.losses.cosmetic("max_tokens", "the upstream's smallest limit is 16");
            w.key("max_output_tokens").count(MIN_OUTPUT_TOKENS);
        }
        _ => {
            w.maybe_number("max_output_tokens", limits.max_tokens.as_ref());
        }
    }
}

/// Whether the upstream is asked to hand out its thoughts sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seals {
    Wanted,
    Unwanted,
}

fn write_reasoning(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) -> Seals {
    let reasoning = &encoding.request.reasoning;
    if encoding.target.has(Trait::NoThinking) {
        if reasoning.is_on() {
            encoding.losses.cosmetic("reasoning", "the model does not think");
        }
        return Seals::Unwanted;
    }
    let effort = reasoning.to_effort().filter(|_| !encoding.target.has(Trait::NoEffort));
    let effort = effort.map(|effort| encoding.known_effort(effort));
    let is_on = reasoning.is_on();
    // Callers of the other dialects see the thoughts of a model that was asked to think.
    let wants_summary = is_on && reasoning.show != Some(Show::Nothing) && !encoding.is_native();
    let summary = match &reasoning.summary {
        Some(summary) => Some(summary.clone()),
        None if wants_summary && !encoding.target.has(Trait::NoSummaries) && sees_thoughts(encoding) => {
            Some("auto".into())
        }
        None => None,
    };
    if effort.is_some() || summary.is_some() || encoding.has_inside("reasoning") {
        w.key("reasoning").begin_object();
        if let Some(effort) = effort {
            w.key("effort").string(effort.as_str());
        }
        w.maybe_text("summary", summary.as_ref());
        encoding.inside(w, "reasoning");
        w.end_object();
    }
    let thinks = is_on && effort != Some(Effort::None);
    if encoding.is_native() {
        let is_asked = encoding.request.delivery.sealed_thoughts == Some(true);
        return if is_asked { Seals::Wanted } else { Seals::Unwanted };
    }
    if thinks || encoding.target.has(Trait::SealsThoughts) { Seals::Wanted } else { Seals::Unwanted }
}

/// Returns whether the caller's dialect shows thoughts by default, or the caller asked to see them.
fn sees_thoughts(encoding: &Encoding<'_, '_>) -> bool {
    let reasoning = &encoding.request.reasoning;
    reasoning.show == Some(Show::Summary) || matches!(reasoning.amount, Amount::Adaptive | Amount::Budget(_))
}

fn write_text(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    if request.format == Format::Text && request.origin.verbosity.is_none() && !encoding.has_inside("text") {
        return;
    }
    w.key("text").begin_object();
    match &request.format {
        Format::Text => {}
        Format::JsonObject => {
            w.key("format").begin_object().kind("json_object").end_object();
        }
        Format::Schema(schema) => {
            w.key("format").begin_object().kind("json_schema");
            write_format_schema(encoding, w, schema);
            w.end_object();
        }
    }
    w.maybe_text("verbosity", request.origin.verbosity.as_ref());
    encoding.inside(w, "text");
    w.end_object();
}

fn write_origin(encoding: &Encoding<'_, '_>, w: &mut Writer<'_>) {
    let origin = &encoding.request.origin;
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
    if let Some(tier) = origin.tier {
        w.key("service_tier").string(tier_word(tier));
    }
}

fn write_include(encoding: &Encoding<'_, '_>, w: &mut Writer<'_>, seals: Seals) {
    let wants_logprobs = encoding.request.sampling.logprobs == Some(true);
    if !wants_logprobs && seals == Seals::Unwanted {
        return;
    }
    w.key("include").begin_array();
    if seals == Seals::Wanted {
        w.string("reasoning.encrypted_content");
    }
    if wants_logprobs {
        w.string("message.output_text.logprobs");
    }
    w.end_array();
}

/// Records what the API has no place for.
fn note_losses(encoding: &mut Encoding<'_, '_>) {
    let request = encoding.request;
    let (sampling, limits, losses) = (&request.sampling, &request.limits, &mut encoding.losses);
    let is_several = limits.choices.as_ref().is_some_and(|choices| choices.as_u64() != Some(1));
    let semantic = [
        ("n", is_several, "the upstream gives one answer"),
        ("stop", !limits.stop.is_empty(), "the upstream has no stop texts"),
        ("logit_bias", sampling.logit_bias.is_some(), "the upstream has no such setting"),
    ];
    for (key, _, reason) in semantic.into_iter().filter(|(_, is_lost, _)| *is_lost) {
        losses.semantic(key, reason);
    }
    let cosmetic = [
        ("top_k", sampling.top_k.is_some()),
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("seed", sampling.seed.is_some()),
    ];
    for (key, _) in cosmetic.into_iter().filter(|(_, is_lost)| *is_lost) {
        losses.cosmetic(key, "the upstream has no such setting");
    }
}

fn write_tools(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let root = Path::Root;
    let is_native = encoding.is_native();
    let is_dropped =
        |tool: &Tool<'_>| matches!(tool, Tool::Hosted { kind, .. } if *kind != HostedKind::Ready) && !is_native;
    for (index, _) in request.toolbox.tools.iter().enumerate().filter(|(_, tool)| is_dropped(tool)) {
        encoding.losses.cosmetic(root.item("tools", index), "the upstream's own tools are others");
    }
    if request.toolbox.tools.iter().all(is_dropped) {
        return encoding.note_lost_choice();
    }
    w.key("tools").begin_array();
    for (index, tool) in request.toolbox.tools.iter().enumerate().filter(|(_, tool)| !is_dropped(tool)) {
        let at = root.item("tools", index);
        match tool {
            Tool::Function(function) => write_function(encoding, w, function, at),
            Tool::Free { name, description, format, extra } => {
                let name = encoding.tool_name(OPENAI_TOOL, name);
                if encoding.target.has(Trait::NoFreeTools) {
                    w.begin_object().kind("function").key("name").string(&name);
                    w.maybe_text("description", description.as_ref()).key("parameters").raw(FREE_INPUT_SCHEMA);
                    w.flag(Some(false), "strict").end_object();
                    encoding.memo.free_tools.push(name.into_owned());
                    continue;
                }
                w.begin_object().kind("custom").key("name").string(&name);
                w.maybe_text("description", description.as_ref()).maybe_json("format", format.as_ref());
                encoding.extra(w, extra, at);
                w.end_object();
            }
            Tool::Hosted { native, .. } => {
                w.json(native);
            }
        }
    }
    w.end_array();
    if let Some(choice) = &request.toolbox.choice {
        write_choice(encoding, w, choice);
    }
    w.flag(request.toolbox.parallel, "parallel_tool_calls");
}

fn write_function(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, function: &Function<'_>, at: Path<'_>) {
    let name = encoding.tool_name(OPENAI_TOOL, &function.name);
    w.begin_object().kind("function").key("name").string(&name);
    w.maybe_text("description", function.description.as_ref()).key("parameters");
    if encoding.is_native() {
        match &function.schema {
            Some(schema) => w.json(schema),
            None => w.null(),
        };
        w.flag(function.strict, "strict");
    } else {
        let schema = encoding.schema(function.schema.as_ref(), Rules::OpenAi, at.key("schema"));
        let can_be_strict = is_strict(&schema);
        if function.strict == Some(true) && !can_be_strict {
            encoding.losses.cosmetic(at.key("strict"), "the schema is not one that the upstream takes as strict");
        }
        // Silence means strict here.
        w.json(&schema).flag(Some(function.strict == Some(true) && can_be_strict), "strict");
        if function.cache.is_some() {
            encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
        }
    }
    encoding.extra(w, &function.extra, at);
    w.end_object();
}

fn write_choice(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, choice: &ToolChoice<'_>) {
    let word = match choice {
        ToolChoice::Auto => "auto",
        ToolChoice::Never => "none",
        ToolChoice::Required => "required",
        ToolChoice::Named(name) => {
            w.key("tool_choice");
            return write_named(encoding, w, name);
        }
        ToolChoice::Allowed { names, is_required } => {
            w.key("tool_choice").begin_object().kind("allowed_tools");
            w.key("mode").string(if *is_required { "required" } else { "auto" }).key("tools").begin_array();
            names.iter().for_each(|name| write_named(encoding, w, name));
            w.end_array().end_object();
            return;
        }
        ToolChoice::Foreign(native) => {
            let is_ready = |tool: &Tool<'_>| matches!(tool, Tool::Hosted { kind: HostedKind::Ready, .. });
            if encoding.is_native() || encoding.request.toolbox.tools.iter().any(is_ready) {
                w.key("tool_choice").json(native);
            } else {
                encoding.losses.semantic("tool_choice", "the upstream has no such tool");
            }
            return;
        }
    };
    w.key("tool_choice").string(word);
}

fn write_named(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, name: &Text<'_>) {
    let is_free = encoding.is_free_tool(name) && !encoding.target.has(Trait::NoFreeTools);
    let fitted = encoding.tool_name(OPENAI_TOOL, name);
    w.begin_object().kind(if is_free { "custom" } else { "function" }).key("name").string(&fitted).end_object();
}
