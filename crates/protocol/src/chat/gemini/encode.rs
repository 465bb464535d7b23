//! Writes requests of the generate content API. The model's name and whether to stream stand in the path.

use super::contents::write_contents;
use super::decode::{TOOL_CONFIG, WORD_MIME};
use crate::chat::bridge::{Encoded, Target, Trait};
use crate::chat::codec::encoding::{ANSWER_TOOL, ANSWER_TOOL_USE, Encoding, FREE_INPUT_SCHEMA};
use crate::chat::codec::names::GEMINI_TOOL;
use crate::chat::codec::schema::Rules;
use crate::chat::codec::wire::Path;
use crate::chat::codec::write::Writer;
use crate::chat::reasoning::{Amount, Effort, Show};
use crate::chat::request::{Format, Function, HostedKind, Request, Tier, Tool, ToolChoice};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Most stop texts that the API takes.
const MAX_STOPS: usize = 5;

/// Writes a request.
pub(in crate::chat) fn encode_request(request: &Request<'_>, target: &Target<'_>) -> Encoded {
    let mut encoding = Encoding::new(request, target, Dialect::Gemini);
    let mut body = encoding.room();
    let mut w = Writer::new(&mut body);
    w.begin_object();
    write_contents(&mut encoding, &mut w);
    write_tools(&mut encoding, &mut w);
    write_config(&mut encoding, &mut w);
    write_tier(&mut encoding, &mut w);
    encoding.rest(&mut w);
    note_losses(&mut encoding);
    w.end_object();
    Encoded { body, losses: encoding.losses, memo: encoding.memo }
}

const CONFIG: &str = "generationConfig";
const THINKING: &str = "generationConfig.thinkingConfig";

fn write_config(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let (sampling, limits) = (&encoding.request.sampling, &encoding.request.limits);
    let start = w.len();
    w.key("generationConfig").begin_object();
    let empty = w.len();
    if encoding.target.has(Trait::NoSampling) {
        let given = [("temperature", &sampling.temperature), ("top_p", &sampling.top_p), ("top_k", &sampling.top_k)];
        for (key, _) in given.into_iter().filter(|(_, value)| value.is_some()) {
            encoding.losses.cosmetic(key, "the model picks its own");
        }
    } else {
        w.maybe_number("temperature", sampling.temperature.as_ref()).maybe_number("topP", sampling.top_p.as_ref());
        w.maybe_number("topK", sampling.top_k.as_ref());
    }
    w.maybe_number("maxOutputTokens", limits.max_tokens.as_ref());
    w.maybe_number("candidateCount", limits.choices.as_ref());
    w.maybe_number("presencePenalty", sampling.presence_penalty.as_ref());
    w.maybe_number("frequencyPenalty", sampling.frequency_penalty.as_ref());
    match sampling.seed.as_ref() {
        // The field is a 32-bit integer.
        Some(seed) if !encoding.is_native() && seed.as_str().parse::<i32>().is_err() => {
            encoding.losses.cosmetic("seed", "the upstream takes 32-bit seeds only");
        }
        seed => {
            w.maybe_number("seed", seed);
        }
    }
    w.flag(sampling.logprobs, "responseLogprobs");
    w.maybe_number("logprobs", sampling.top_logprobs.as_ref());
    write_stops(encoding, w);
    write_format(encoding, w);
    write_thinking(encoding, w);
    encoding.inside(w, CONFIG);
    if w.len() == empty {
        w.truncate(start);
    } else {
        w.end_object();
    }
}

fn write_stops(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let stops = &encoding.request.limits.stop;
    if stops.is_empty() {
        return;
    }
    if stops.len() > MAX_STOPS && !encoding.is_native() {
        encoding.losses.semantic("stop", "the upstream takes five stop texts");
    }
    w.key("stopSequences").begin_array();
    for stop in stops.iter().take(if encoding.is_native() { usize::MAX } else { MAX_STOPS }) {
        w.text(stop);
    }
    w.end_array();
}

/// Returns whether a tool stands for the structured answer.
fn needs_answer_tool(encoding: &Encoding<'_, '_>) -> bool {
    matches!(encoding.request.format, Format::Schema(_)) && cannot_format(encoding)
}

/// Returns whether the answer's form cannot be asked for beside tools.
pub(super) fn cannot_format(encoding: &Encoding<'_, '_>) -> bool {
    let has_own = encoding.request.toolbox.tools.iter().any(|tool| !matches!(tool, Tool::Hosted { .. }));
    has_own && !encoding.is_native() && encoding.target.has(Trait::NoFormatWithTools)
}

fn write_format(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let root = Path::Root;
    if cannot_format(encoding) {
        return;
    }
    match &request.format {
        Format::Text => {}
        Format::JsonObject => {
            w.key("responseMimeType").string("application/json");
        }
        Format::Schema(schema) => {
            w.key("responseMimeType").string(if schema.is_word { WORD_MIME } else { "application/json" });
            let (key, rules) = schema_field(encoding, ("responseSchema", "responseJsonSchema"));
            let schema = match &schema.schema {
                Some(schema) if encoding.is_native() && rules == Rules::Gemini => schema.clone(),
                schema => encoding.schema(schema.as_ref(), rules, root.key("schema")),
            };
            w.key(key).json(&schema);
        }
    }
}

/// Returns the field for schemas and the language in it.
fn schema_field(encoding: &Encoding<'_, '_>, (older, newer): (&'static str, &'static str)) -> (&'static str, Rules) {
    if encoding.target.has(Trait::OpenApiSchemas) { (older, Rules::OpenApi) } else { (newer, Rules::Gemini) }
}

fn write_thinking(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let (reasoning, target) = (&encoding.request.reasoning, encoding.target);
    if target.has(Trait::NoThinking) {
        if reasoning.is_on() {
            encoding.losses.cosmetic("reasoning", "the model does not think");
        }
        return;
    }
    let shows = match reasoning.show {
        Some(show) => Some(show == Show::Summary),
        // A caller of another dialect who asks for thinking sees what the vendor shows.
        None if !encoding.is_native() && reasoning.is_on() => Some(true),
        None => None,
    };
    let budget = match (target.has(Trait::ThinkingBudget), reasoning.amount, reasoning.to_budget()) {
        (true, Amount::Adaptive, None) => Some("-1".to_owned()),
        (true, _, budget) => budget.map(|tokens| known_budget(encoding, tokens).to_string()),
        (false, Amount::Budget(tokens), _) if encoding.is_native() => Some(tokens.to_string()),
        (false, Amount::Off, _) if encoding.is_native() => Some("0".to_owned()),
        (false, Amount::Adaptive, _) if encoding.is_native() => Some("-1".to_owned()),
        _ => None,
    };
    let effort = reasoning.to_effort().filter(|_| budget.is_none());
    if shows.is_none() && budget.is_none() && effort.is_none() && !encoding.has_inside(THINKING) {
        return;
    }
    w.key("thinkingConfig").begin_object().flag(shows, "includeThoughts");
    if let Some(budget) = budget {
        w.key("thinkingBudget").raw(&budget);
    }
    if let Some(effort) = effort {
        let level = level_of(encoding, effort);
        w.key("thinkingLevel").string(level);
    }
    encoding.inside(w, THINKING);
    w.end_object();
}

/// Returns the nearest budget that the model takes. What this API's own callers ask for is theirs to know.
fn known_budget(encoding: &mut Encoding<'_, '_>, tokens: u64) -> u64 {
    if encoding.is_native() {
        return tokens;
    }
    let known = Effort::nearest_budget(tokens, encoding.target.traits);
    if tokens == 0 && known > 0 {
        encoding.losses.cosmetic("reasoning", "the model always thinks a little");
    }
    known
}

fn level_of(encoding: &mut Encoding<'_, '_>, effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal => {
            if effort == Effort::None {
                encoding.losses.cosmetic("reasoning", "the model always thinks a little");
            }
            if encoding.target.has(Trait::LowIsLeastEffort) { "LOW" } else { "MINIMAL" }
        }
        Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High => "HIGH",
        Effort::Xhigh | Effort::Max => {
            if encoding.is_native() {
                return "XHIGH";
            }
            encoding.losses.cosmetic("reasoning", "the upstream's highest effort is high");
            "HIGH"
        }
    }
}

fn write_tier(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let word = match encoding.request.origin.tier {
        Some(Tier::Standard) => "standard",
        Some(Tier::Flex) => "flex",
        Some(Tier::Priority) => "priority",
        Some(Tier::Scale) => {
            return encoding.losses.cosmetic("service_tier", "the upstream has no such class of service");
        }
        Some(Tier::Auto) | None => return,
    };
    w.key("serviceTier").string(word);
}

/// Records what the API has no place for.
fn note_losses(encoding: &mut Encoding<'_, '_>) {
    let request = encoding.request;
    let (origin, losses) = (&request.origin, &mut encoding.losses);
    if request.sampling.logit_bias.is_some() {
        losses.semantic("logit_bias", "the upstream has no such setting");
    }
    let cosmetic = [
        ("user", origin.user.is_some()),
        ("safety_identifier", origin.safety_id.is_some()),
        ("metadata", origin.metadata.is_some()),
        ("prompt_cache_key", origin.cache_key.is_some()),
        ("verbosity", origin.verbosity.is_some()),
        ("store", request.delivery.store == Some(true)),
        ("parallel_tool_calls", request.toolbox.parallel == Some(false)),
    ];
    for (key, _) in cosmetic.into_iter().filter(|(_, is_lost)| *is_lost) {
        losses.cosmetic(key, "the upstream has no such setting");
    }
}

fn write_tools(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let root = Path::Root;
    let tools = &request.toolbox.tools;
    let is_hosted = |tool: &Tool<'_>| matches!(tool, Tool::Hosted { .. });
    if !encoding.is_native() {
        for (index, _) in tools.iter().enumerate().filter(|(_, tool)| is_hosted(tool) && !is_ready(tool)) {
            encoding.losses.cosmetic(root.item("tools", index), "the upstream's own tools are others");
        }
    }
    let has_own = tools.iter().any(|tool| !is_hosted(tool));
    let has_hosted = tools.iter().any(|tool| is_ready(tool) || (encoding.is_native() && is_hosted(tool)));
    if !has_own && !has_hosted {
        return encoding.note_lost_choice();
    }
    w.key("tools").begin_array();
    if has_own {
        w.begin_object().key("functionDeclarations").begin_array();
        for (index, tool) in tools.iter().enumerate() {
            let at = root.item("tools", index);
            match tool {
                Tool::Function(function) => write_function(encoding, w, function, at),
                Tool::Free { name, description, .. } => {
                    write_free_tool(encoding, w, (name, description.as_ref()), at);
                }
                Tool::Hosted { .. } => {}
            }
        }
        if needs_answer_tool(encoding) {
            write_answer_tool(encoding, w);
        }
        w.end_array().end_object();
    }
    for tool in tools {
        if let Tool::Hosted { native, .. } = tool
            && (encoding.is_native() || is_ready(tool))
        {
            w.json(native);
        }
    }
    w.end_array();
    write_choice(encoding, w);
}

fn write_function(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, function: &Function<'_>, at: Path<'_>) {
    let name = encoding.tool_name(GEMINI_TOOL, &function.name);
    w.begin_object().key("name").string(&name).maybe_text("description", function.description.as_ref());
    let (key, rules) = schema_field(encoding, ("parameters", "parametersJsonSchema"));
    match &function.schema {
        // A function without parameters says nothing about them.
        None => {}
        Some(schema) if rules == Rules::OpenApi && has_no_properties(schema) => {}
        Some(schema) if encoding.is_native() && rules == Rules::Gemini => {
            w.key(key).json(schema);
        }
        Some(schema) => {
            let cleaned = encoding.schema(Some(schema), rules, at.key("schema"));
            w.key(key).json(&cleaned);
        }
    }
    if function.strict == Some(true) {
        encoding.cosmetic_once(at.key("strict"), "the upstream does not check arguments against the schema");
    }
    if function.cache.is_some() {
        encoding.cosmetic_once(at.key("cache_control"), "the upstream caches by itself");
    }
    encoding.extra(w, &function.extra, at);
    w.end_object();
}

fn is_ready(tool: &Tool<'_>) -> bool {
    matches!(tool, Tool::Hosted { kind: HostedKind::Ready, .. })
}

/// The older language refuses objects without properties.
fn has_no_properties(schema: &Json<'_>) -> bool {
    let text: String = schema.as_str().split_whitespace().collect();
    text.contains("\"properties\":{}") || !text.contains("\"properties\"")
}

fn write_free_tool(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (name, description): (&Text<'_>, Option<&Text<'_>>),
    at: Path<'_>,
) {
    let name = encoding.tool_name(GEMINI_TOOL, name);
    encoding.losses.cosmetic(at, "a tool for free text became one for JSON");
    let (key, rules) = schema_field(encoding, ("parameters", "parametersJsonSchema"));
    let schema = encoding.schema(Some(&Json::trusted(FREE_INPUT_SCHEMA)), rules, at);
    w.begin_object()
        .key("name")
        .string(&name)
        .maybe_text("description", description)
        .key(key)
        .json(&schema)
        .end_object();
    encoding.memo.free_tools.push(name.into_owned());
}

/// Adds the tool whose input is the structured answer.
fn write_answer_tool(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let root = Path::Root;
    let Format::Schema(schema) = &request.format else { return };
    let name = schema.name.clone().unwrap_or_else(|| ANSWER_TOOL.into());
    let name = GEMINI_TOOL.fit(&name).into_owned();
    let (key, rules) = schema_field(encoding, ("parameters", "parametersJsonSchema"));
    let cleaned = encoding.answer_schema(schema, rules, root.key("schema"));
    let description = schema.description.clone().unwrap_or_else(|| ANSWER_TOOL_USE.into());
    w.begin_object().key("name").string(&name).key("description").text(&description).key(key).json(&cleaned);
    w.end_object();
    encoding.memo.answer_tool = Some(name);
}

/// The model must call something: another tool first, or the one that stands for its answer.
fn write_answer_choice(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, answer: &str) {
    let choice = &encoding.request.toolbox.choice;
    let is_forced = matches!(choice, Some(ToolChoice::Named(_)));
    let allowed: Option<&[Text<'_>]> = match choice {
        None | Some(ToolChoice::Auto | ToolChoice::Required) => None,
        Some(ToolChoice::Never) => Some(&[]),
        Some(ToolChoice::Named(name)) => Some(std::slice::from_ref(name)),
        Some(ToolChoice::Allowed { names, .. }) => Some(names),
        Some(ToolChoice::Foreign(_)) => {
            return encoding.losses.semantic("tool_choice", "the upstream has no such tool");
        }
    };
    w.key("toolConfig").begin_object().key("functionCallingConfig").begin_object().key("mode").string("ANY");
    if let Some(names) = allowed {
        w.key("allowedFunctionNames").begin_array();
        for name in names {
            let fitted = encoding.tool_name(GEMINI_TOOL, name);
            w.string(&fitted);
        }
        if !is_forced {
            w.string(answer);
        }
        w.end_array();
    }
    w.end_object().end_object();
}

fn write_choice(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    if let Some(answer) = encoding.memo.answer_tool.clone() {
        return write_answer_choice(encoding, w, &answer);
    }
    let (mode, names): (&str, &[Text<'_>]) = match &encoding.request.toolbox.choice {
        None if encoding.has_inside(TOOL_CONFIG) => {
            w.key(TOOL_CONFIG).begin_object();
            encoding.inside(w, TOOL_CONFIG);
            w.end_object();
            return;
        }
        None => return,
        Some(ToolChoice::Auto) => ("AUTO", &[]),
        Some(ToolChoice::Never) => ("NONE", &[]),
        Some(ToolChoice::Required) => ("ANY", &[]),
        Some(ToolChoice::Named(name)) => ("ANY", std::slice::from_ref(name)),
        Some(ToolChoice::Allowed { names, is_required: true }) => ("ANY", names),
        Some(ToolChoice::Allowed { names, is_required: false }) => ("VALIDATED", names),
        Some(ToolChoice::Foreign(_)) => {
            return encoding.losses.semantic("tool_choice", "the upstream has no such tool");
        }
    };
    w.key("toolConfig").begin_object().key("functionCallingConfig").begin_object().key("mode").string(mode);
    if !names.is_empty() {
        w.key("allowedFunctionNames").begin_array();
        for name in names {
            let fitted = encoding.tool_name(GEMINI_TOOL, name);
            w.string(&fitted);
        }
        w.end_array();
    }
    w.end_object();
    encoding.inside(w, TOOL_CONFIG);
    w.end_object();
}
