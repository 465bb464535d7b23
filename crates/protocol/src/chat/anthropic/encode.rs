//! Writes requests of the Messages API.

use std::collections::HashSet;

use super::messages::write_messages;
use crate::chat::bridge::{Encoded, Target, Trait};
use crate::chat::codec::encoding::{ANSWER_TOOL, ANSWER_TOOL_USE, Encoding, FREE_INPUT_SCHEMA};
use crate::chat::codec::names::ANTHROPIC_TOOL;
use crate::chat::codec::schema::Rules;
use crate::chat::codec::wire::Path;
use crate::chat::codec::write::Writer;
use crate::chat::reasoning::{Amount, Effort, Show};
use crate::chat::request::{
    CacheMark, Content, Format, FormatSchema, Function, HostedKind, Request, Role, Tier, Tool, ToolChoice,
};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Smallest budget that the API takes.
const MIN_BUDGET: u64 = 1_024;

/// What the request's thinking comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Nothing is said.
    Unsaid,
    Off,
    Adaptive,
    Budget(u64),
}

/// Writes a request.
pub(in crate::chat) fn encode_request(request: &Request<'_>, target: &Target<'_>) -> Encoded {
    let mut encoding = Encoding::new(request, target, Dialect::Anthropic);
    let mut body = encoding.room();
    let mut w = Writer::new(&mut body);
    let (max_tokens, plan) = plan(&mut encoding);
    w.begin_object().key("model").string(target.model).key("max_tokens").count(max_tokens);
    write_messages(&mut encoding, &mut w);
    write_tools(&mut encoding, &mut w);
    write_sampling(&mut encoding, &mut w, plan);
    write_stops(&mut encoding, &mut w);
    write_thinking(&encoding, &mut w, plan);
    write_output_config(&mut encoding, &mut w);
    write_origin(&mut encoding, &mut w);
    w.flag(request.delivery.stream, "stream");
    write_rest(&mut encoding, &mut w);
    note_losses(&mut encoding);
    w.end_object();
    Encoded { body, losses: encoding.losses, memo: encoding.memo }
}

/// Settles the answer's limit and the thinking, which must fit into it.
fn plan(encoding: &mut Encoding<'_, '_>) -> (u64, Plan) {
    let (request, target) = (encoding.request, encoding.target);
    let given = request.limits.max_tokens.as_ref().and_then(crate::chat::text::Number::as_u64);
    let reasoning = &request.reasoning;
    let default = target.default_max_tokens;
    if target.has(Trait::NoThinking) {
        if reasoning.is_on() {
            encoding.losses.cosmetic("reasoning", "the model does not think");
        }
        return (given.unwrap_or(default), Plan::Unsaid);
    }
    let budget = match (reasoning.amount, reasoning.to_budget()) {
        (Amount::Off, _) if target.has(Trait::AlwaysThinks) && !encoding.is_native() => {
            encoding.losses.cosmetic("reasoning", "the model always thinks a little");
            return (given.unwrap_or(default), Plan::Unsaid);
        }
        (Amount::Off, _) => return (given.unwrap_or(default), Plan::Off),
        (Amount::Default, None | Some(0)) => return (given.unwrap_or(default), Plan::Unsaid),
        (Amount::Budget(tokens), _) if encoding.is_native() && !target.has(Trait::ThinkingBudget) => {
            return (given.unwrap_or(default), Plan::Budget(tokens));
        }
        _ if !target.has(Trait::ThinkingBudget) => {
            return (given.unwrap_or(default), adaptive_plan(encoding));
        }
        (_, budget) => budget.unwrap_or_else(|| Effort::Medium.budget()).max(MIN_BUDGET),
    };
    let max_tokens = given.unwrap_or_else(|| default.saturating_add(budget));
    // Thoughts count against the limit; some of it must be left for the answer.
    let fitting = budget.min(max_tokens / 5 * 4);
    match obstacle(encoding, fitting) {
        Some(reason) => {
            encoding.losses.cosmetic("reasoning", reason);
            (max_tokens, Plan::Off)
        }
        None => (max_tokens, Plan::Budget(fitting)),
    }
}

fn adaptive_plan(encoding: &mut Encoding<'_, '_>) -> Plan {
    if encoding.is_native() {
        let is_unsaid = encoding.request.reasoning.amount == Amount::Default;
        return if is_unsaid { Plan::Unsaid } else { Plan::Adaptive };
    }
    if is_forced(encoding) && !encoding.target.has(Trait::AlwaysThinks) {
        encoding.losses.cosmetic("reasoning", NO_THOUGHT_WHEN_FORCED);
        return Plan::Off;
    }
    Plan::Adaptive
}

const NO_THOUGHT_WHEN_FORCED: &str = "the model does not think when a tool is forced";

fn is_forced(encoding: &Encoding<'_, '_>) -> bool {
    let choice = &encoding.request.toolbox.choice;
    let is_asked = matches!(
        choice,
        Some(ToolChoice::Required | ToolChoice::Named(_) | ToolChoice::Allowed { is_required: true, .. })
    );
    (is_asked && !encoding.request.toolbox.tools.is_empty()) || needs_answer_tool(encoding)
}

/// Returns why a budget cannot be asked for, by the API's rules for extended thinking.
fn obstacle(encoding: &Encoding<'_, '_>, budget: u64) -> Option<&'static str> {
    if budget < MIN_BUDGET {
        return Some("the answer's limit leaves no room for thinking");
    }
    if is_forced(encoding) {
        return Some(NO_THOUGHT_WHEN_FORCED);
    }
    misses_thought(encoding).then_some("the model's thoughts before its last tool calls are not at hand")
}

/// Returns whether the last turn of tool calls lacks the thought that must precede it.
fn misses_thought(encoding: &Encoding<'_, '_>) -> bool {
    let turns = &encoding.request.turns;
    // What comes after the last words of the user is one turn of the model's, tool results included.
    let start = turns.iter().rposition(|turn| turn.role == Role::User && !turn.has_only_results()).unwrap_or(0);
    let first = turns.iter().skip(start).find(|turn| turn.role == Role::Assistant);
    let Some(turn) = first else { return false };
    let has_calls = turn.parts.iter().any(|part| matches!(part.content, Content::Call(_)));
    let starts_with_thought = turn.parts.first().is_some_and(|part| match &part.content {
        Content::Thinking(thinking) => super::messages::proof_of(thinking, encoding.target.issuer).is_some(),
        _ => false,
    });
    has_calls && !starts_with_thought
}

fn needs_answer_tool(encoding: &Encoding<'_, '_>) -> bool {
    matches!(encoding.request.format, Format::Schema(_)) && encoding.target.has(Trait::NoStructuredOutput)
}

fn write_sampling(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, plan: Plan) {
    let sampling = &encoding.request.sampling;
    let thinks = matches!(plan, Plan::Budget(_) | Plan::Adaptive);
    let refusal = match () {
        () if encoding.is_native() => None,
        () if encoding.target.has(Trait::NoSampling) => Some("the model picks its own"),
        () if thinks => Some("the model picks its own while it thinks"),
        () => None,
    };
    if let Some(reason) = refusal {
        let given = [("temperature", &sampling.temperature), ("top_p", &sampling.top_p), ("top_k", &sampling.top_k)];
        given
            .into_iter()
            .filter(|(_, value)| value.is_some())
            .for_each(|(key, _)| encoding.losses.cosmetic(key, reason));
        return;
    }
    match &sampling.temperature {
        Some(temperature) if temperature.as_f64() > 1.0 => {
            encoding.losses.cosmetic("temperature", "the upstream's highest is 1");
            w.key("temperature").raw("1");
        }
        temperature => {
            w.maybe_number("temperature", temperature.as_ref());
        }
    }
    if sampling.temperature.is_some() && sampling.top_p.is_some() && encoding.target.has(Trait::OneOfTemperatureAndTopP)
    {
        encoding.losses.cosmetic("top_p", "the upstream takes it without temperature only");
    } else {
        w.maybe_number("top_p", sampling.top_p.as_ref());
    }
    w.maybe_number("top_k", sampling.top_k.as_ref());
}

fn write_stops(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    if request.limits.stop.is_empty() {
        return;
    }
    w.key("stop_sequences").begin_array();
    for stop in &request.limits.stop {
        if stop.is_blank() && !encoding.is_native() {
            encoding.losses.semantic("stop", "the upstream takes no stop text of white space");
        } else {
            w.text(stop);
        }
    }
    w.end_array();
}

fn write_thinking(encoding: &Encoding<'_, '_>, w: &mut Writer<'_>, plan: Plan) {
    let own_type = encoding.request.extra.get("thinking.type").filter(|_| encoding.is_native());
    let kind = match plan {
        Plan::Unsaid if own_type.is_none() => return,
        Plan::Unsaid => "",
        Plan::Off => "disabled",
        Plan::Adaptive => "adaptive",
        Plan::Budget(_) => "enabled",
    };
    w.key("thinking").begin_object();
    // A type that only this API has is among the fields inside.
    if own_type.is_none() {
        w.kind(kind);
    }
    encoding.inside(w, "thinking");
    if let Plan::Budget(tokens) = plan {
        w.key("budget_tokens").count(tokens);
    }
    if matches!(plan, Plan::Adaptive | Plan::Budget(_)) {
        match encoding.request.reasoning.show {
            Some(Show::Summary) => {
                w.key("display").string("summarized");
            }
            Some(Show::Nothing) => {
                w.key("display").string("omitted");
            }
            // Clients of the other dialects see thoughts where a vendor shows them; the default here depends on the model.
            None if !encoding.is_native() => {
                w.key("display").string("summarized");
            }
            None => {}
        }
    }
    w.end_object();
}

fn write_output_config(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let effort = request.reasoning.effort.filter(|_| takes_effort(encoding)).or_else(|| least_effort(encoding));
    let effort = effort.filter(|_| !encoding.target.has(Trait::NoEffort));
    let own: Vec<(&str, &Json<'_>)> = request.extra.iter().filter(|(key, _)| key.starts_with(OUTPUT_CONFIG)).collect();
    let own = if encoding.is_native() { own } else { Vec::new() };
    let schema = match &request.format {
        Format::Schema(schema) if !encoding.target.has(Trait::NoStructuredOutput) => Some(schema),
        Format::JsonObject | Format::Schema(_) | Format::Text => None,
    };
    if effort.is_none() && schema.is_none() && own.is_empty() {
        return;
    }
    w.key("output_config").begin_object();
    if let Some(effort) = effort {
        // The API has no word for the least effort.
        let effort = encoding.known_effort(if effort == Effort::Minimal { Effort::Low } else { effort });
        w.key("effort").string(effort.as_str());
    }
    if let Some(schema) = schema {
        write_output_format(encoding, w, schema);
    }
    for (key, value) in own {
        w.any_key(key.strip_prefix(OUTPUT_CONFIG).unwrap_or(key)).json(value);
    }
    w.end_object();
}

const OUTPUT_CONFIG: &str = "output_config.";

/// Models that take budgets know no effort, unless the caller of this very dialect says so.
fn takes_effort(encoding: &Encoding<'_, '_>) -> bool {
    let effort = encoding.request.reasoning.effort;
    let thinks = !encoding.target.has(Trait::NoThinking) && !encoding.target.has(Trait::ThinkingBudget);
    effort != Some(Effort::None) && (encoding.is_native() || thinks)
}

/// Returns the effort of a model that was told not to think and cannot obey.
fn least_effort(encoding: &Encoding<'_, '_>) -> Option<Effort> {
    let is_told = encoding.request.reasoning.to_effort() == Some(Effort::None);
    (is_told && encoding.target.has(Trait::AlwaysThinks) && !encoding.is_native()).then_some(Effort::Low)
}

fn write_output_format(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, schema: &FormatSchema<'_>) {
    let root = Path::Root;
    w.key("format").begin_object().kind("json_schema").key("schema");
    match &schema.schema {
        Some(schema) if encoding.is_native() => w.json(schema),
        _ => w.json(&encoding.answer_schema(schema, Rules::AnthropicOutput, root.key("schema"))),
    };
    w.end_object();
}

fn write_origin(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let own = request.extra.get("metadata").filter(|_| encoding.is_native());
    if let (None, Some(user)) = (own, request.origin.user.as_ref().or(request.origin.safety_id.as_ref())) {
        w.key("metadata").begin_object().key("user_id").text(user).end_object();
    }
    match request.origin.tier {
        Some(Tier::Auto) => {
            w.key("service_tier").string("auto");
        }
        Some(Tier::Standard) => {
            w.key("service_tier").string("standard_only");
        }
        Some(Tier::Flex | Tier::Priority | Tier::Scale) => {
            encoding.losses.cosmetic("service_tier", "the upstream has no such class of service");
        }
        None => {}
    }
}

/// Writes top-level fields of this dialect's own.
fn write_rest(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    encoding.rest(w);
    if encoding.target.has(Trait::CachesOnRequest)
        && !has_marks(encoding.request)
        && encoding.request.extra.get("cache_control").is_none()
    {
        w.key("cache_control").begin_object().kind("ephemeral").end_object();
    }
}

fn has_marks(request: &Request<'_>) -> bool {
    let is_marked = |tool: &Tool<'_>| matches!(tool, Tool::Function(function) if function.cache.is_some());
    request.turns.iter().flat_map(|turn| &turn.parts).any(|part| part.cache.is_some())
        || request.toolbox.tools.iter().any(is_marked)
}

/// Records what the API has no place for.
fn note_losses(encoding: &mut Encoding<'_, '_>) {
    let request = encoding.request;
    let (sampling, origin, losses) = (&request.sampling, &request.origin, &mut encoding.losses);
    let is_several = request.limits.choices.as_ref().is_some_and(|choices| choices.as_u64() != Some(1));
    let semantic = [
        ("n", is_several, "the upstream gives one answer"),
        ("logprobs", sampling.logprobs == Some(true), "the upstream gives no log probabilities"),
        ("logit_bias", sampling.logit_bias.is_some(), "the upstream has no such setting"),
    ];
    for (key, _, reason) in semantic.into_iter().filter(|(_, is_lost, _)| *is_lost) {
        losses.semantic(key, reason);
    }
    let cosmetic = [
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("seed", sampling.seed.is_some()),
        ("metadata", origin.metadata.is_some()),
        ("prompt_cache_key", origin.cache_key.is_some()),
        ("verbosity", origin.verbosity.is_some()),
        ("store", request.delivery.store == Some(true)),
    ];
    for (key, _) in cosmetic.into_iter().filter(|(_, is_lost)| *is_lost) {
        losses.cosmetic(key, "the upstream has no such setting");
    }
}

fn write_tools(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let root = Path::Root;
    let list = root.key("tools");
    let answer = needs_answer_tool(encoding);
    let allowed = match &request.toolbox.choice {
        Some(ToolChoice::Allowed { names, .. }) => Some(names),
        _ => None,
    };
    let allowed: Option<HashSet<_>> = allowed.map(|names| names.iter().map(Text::to_plain).collect());
    let is_allowed = |name: &Text<'_>| allowed.as_ref().is_none_or(|names| names.contains(&name.to_plain()));
    let is_native = encoding.is_native();
    let is_written = |tool: &Tool<'_>| match tool {
        Tool::Function(function) => is_allowed(&function.name),
        Tool::Free { name, .. } => is_allowed(name),
        Tool::Hosted { kind, .. } => is_native || *kind == HostedKind::Ready,
    };
    for (index, _) in request.toolbox.tools.iter().enumerate().filter(|(_, tool)| is_foreign(tool) && !is_native) {
        encoding.losses.cosmetic(list.index(index), "the upstream's own tools are others");
    }
    if !answer && !request.toolbox.tools.iter().any(is_written) {
        return encoding.note_lost_choice();
    }
    w.key("tools").begin_array();
    for (index, tool) in request.toolbox.tools.iter().enumerate().filter(|(_, tool)| is_written(tool)) {
        let at = list.index(index);
        match tool {
            Tool::Function(function) => write_function(encoding, w, function, at),
            Tool::Free { name, description, .. } => write_free_tool(encoding, w, (name, description.as_ref()), at),
            Tool::Hosted { native, .. } => {
                w.json(native);
            }
        }
    }
    if answer {
        write_answer_tool(encoding, w);
    }
    w.end_array();
    write_choice(encoding, w);
}

fn is_foreign(tool: &Tool<'_>) -> bool {
    matches!(tool, Tool::Hosted { kind, .. } if *kind != HostedKind::Ready)
}

fn write_function(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>, function: &Function<'_>, at: Path<'_>) {
    let name = encoding.tool_name(ANTHROPIC_TOOL, &function.name);
    w.begin_object().key("name").string(&name).maybe_text("description", function.description.as_ref());
    w.key("input_schema");
    match &function.schema {
        Some(schema) if encoding.is_native() => w.json(schema),
        schema => w.json(&encoding.schema(schema.as_ref(), Rules::Anthropic, at.key("schema"))),
    };
    if encoding.is_native() || function.strict == Some(true) {
        w.flag(function.strict, "strict");
    }
    write_cache(w, function.cache);
    encoding.extra(w, &function.extra, at);
    w.end_object();
}

/// Writes a mark behind which the prompt is cached.
pub(super) fn write_cache(w: &mut Writer<'_>, mark: Option<CacheMark>) {
    let Some(mark) = mark else { return };
    w.key("cache_control").begin_object().kind("ephemeral");
    if mark == CacheMark::Long {
        w.key("ttl").string("1h");
    }
    w.end_object();
}

fn write_free_tool(
    encoding: &mut Encoding<'_, '_>,
    w: &mut Writer<'_>,
    (name, description): (&Text<'_>, Option<&Text<'_>>),
    at: Path<'_>,
) {
    let name = encoding.tool_name(ANTHROPIC_TOOL, name);
    encoding.losses.cosmetic(at, "a tool for free text became one for JSON");
    w.begin_object().key("name").string(&name).maybe_text("description", description);
    w.key("input_schema").raw(FREE_INPUT_SCHEMA).end_object();
    encoding.memo.free_tools.push(name.into_owned());
}

/// Adds the tool whose input is the structured answer.
fn write_answer_tool(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let root = Path::Root;
    let schema = match &encoding.request.format {
        Format::Schema(schema) => schema.clone(),
        Format::JsonObject | Format::Text => return,
    };
    let name = schema.name.clone().unwrap_or_else(|| ANSWER_TOOL.into());
    let name = ANTHROPIC_TOOL.fit(&name).into_owned();
    w.begin_object().key("name").string(&name);
    let description = schema.description.clone().unwrap_or_else(|| ANSWER_TOOL_USE.into());
    w.key("description").text(&description).key("input_schema");
    let cleaned = encoding.answer_schema(&schema, Rules::Anthropic, root.key("schema"));
    w.json(&cleaned).end_object();
    encoding.memo.answer_tool = Some(name);
}

fn write_choice(encoding: &mut Encoding<'_, '_>, w: &mut Writer<'_>) {
    let request = encoding.request;
    let parallel = request.toolbox.parallel;
    let (kind, name) = match (&request.toolbox.choice, &encoding.memo.answer_tool) {
        (Some(ToolChoice::Foreign(_)), _) => {
            encoding.losses.semantic("tool_choice", "the upstream has no such tool");
            return;
        }
        // With other tools about, the model may need them before it answers.
        (None | Some(ToolChoice::Auto), Some(_)) if !request.toolbox.tools.is_empty() => ("any", None),
        (_, Some(name)) => ("tool", Some(name.clone())),
        (Some(ToolChoice::Named(name)), None) => ("tool", Some(ANTHROPIC_TOOL.fit(name).into_owned())),
        (Some(ToolChoice::Required | ToolChoice::Allowed { is_required: true, .. }), None) => ("any", None),
        (Some(ToolChoice::Never), None) => ("none", None),
        (Some(ToolChoice::Auto | ToolChoice::Allowed { .. }), None) => ("auto", None),
        (None, None) if parallel.is_some() => ("auto", None),
        (None, None) => return,
    };
    let is_refused =
        matches!(kind, "any" | "tool") && encoding.target.has(Trait::NoForcedTools) && !encoding.is_native();
    if is_refused {
        encoding.losses.semantic("tool_choice", "the model cannot be forced to call a tool");
    }
    w.key("tool_choice").begin_object().kind(if is_refused { "auto" } else { kind });
    if let Some(name) = name.filter(|_| !is_refused) {
        w.key("name").string(&name);
    }
    // Two structured answers would be none.
    let is_single = kind == "tool" && encoding.memo.answer_tool.is_some();
    if kind != "none" {
        w.flag(if is_single { Some(true) } else { parallel.map(|parallel| !parallel) }, "disable_parallel_tool_use");
    }
    w.end_object();
}
