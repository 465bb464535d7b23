//! Reads requests of the chat completions API.

use super::grammar::to_flat;
use super::wire::{
    Body, ChoiceObject, FunctionCall, FunctionDeclaration, ResponseFormat, RouterReasoning, ThinkingSwitch,
    ToolCallObject, ToolDeclaration,
};
use crate::chat::codec::cursor::Wire;
use crate::chat::codec::names::positional_call;
use crate::chat::codec::wire::{DecodeError, Extra, Path, read, read_part, read_text};
use crate::chat::reasoning::{Amount, Effort, Reasoning, Show, amount_of};
use crate::chat::request::{
    Content, Delivery, Format, FormatSchema, Function, HostedKind, Input, Limits, Origin, Part, Request, Sampling,
    Tier, Tool, ToolCall, ToolChoice, Toolbox,
};
use crate::chat::signature::{Signature, SignatureKind};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Reads a request.
pub(in crate::chat) fn decode_request(json: &str) -> Result<Request<'_>, DecodeError> {
    let mut body: Body<'_> = read(json, Path::Root)?;
    let messages = body.messages.take().ok_or_else(|| Path::Root.key("messages").error("is required"))?;
    let mut extra = std::mem::take(&mut body.extra);
    let reasoning = reasoning(&mut body, &mut extra);
    let tier = body.service_tier.as_ref().and_then(|tier| tier_of(&tier.to_plain()));
    if tier.is_none() {
        let word = body.service_tier.take();
        extra.keep("service_tier", word.map(|word| Json::trusted(format!("\"{}\"", word.as_escaped()))));
    }
    let stream_options = body.stream_options.take().unwrap_or_default();
    extra.adopt("stream_options", stream_options.extra);
    Ok(Request {
        dialect: Dialect::OpenaiChat,
        read_bytes: json.len(),
        model: body.model.take().unwrap_or_default(),
        turns: messages.turns,
        toolbox: toolbox(&mut body)?,
        sampling: Sampling {
            temperature: body.temperature,
            top_p: body.top_p,
            top_k: body.top_k,
            frequency_penalty: body.frequency_penalty,
            presence_penalty: body.presence_penalty,
            seed: body.seed,
            logprobs: body.logprobs,
            top_logprobs: body.top_logprobs,
            logit_bias: body.logit_bias,
        },
        limits: Limits {
            max_tokens: body.max_completion_tokens.or(body.max_tokens),
            stop: stop(body.stop.as_ref())?,
            choices: body.n,
        },
        reasoning,
        format: format(body.response_format)?,
        origin: Origin {
            user: body.user,
            safety_id: body.safety_identifier,
            metadata: body.metadata,
            cache_key: body.prompt_cache_key,
            tier,
            verbosity: body.verbosity,
        },
        delivery: Delivery {
            stream: body.stream,
            stream_usage: stream_options.include_usage,
            store: body.store,
            sealed_thoughts: None,
        },
        extra,
    })
}

/// Reads how much to think. Compatible vendors have fields of their own for it, which stay among the others: a vendor that
/// knows them gets them as they came.
fn reasoning<'a>(body: &mut Body<'a>, extra: &mut Extra<'a>) -> Reasoning<'a> {
    let effort = body.reasoning_effort.as_ref().and_then(|word| Effort::from_word(&word.to_plain()));
    if effort.is_none() {
        let word = body.reasoning_effort.take();
        extra.keep("reasoning_effort", word.map(|word| Json::trusted(format!("\"{}\"", word.as_escaped()))));
    }
    let routed: RouterReasoning<'_> = read_extra(extra, "reasoning").unwrap_or_default();
    let routed_effort = routed.effort.as_ref().and_then(|word| Effort::from_word(&word.to_plain()));
    let effort = effort.or(routed_effort);
    let is_off = effort == Some(Effort::None) || routed.enabled == Some(false);
    let amount = match switched(extra) {
        Amount::Default => match (&routed.max_tokens, routed.enabled) {
            (Some(tokens), _) => amount_of(tokens),
            (None, Some(true)) if effort.is_none() => Amount::Adaptive,
            _ => Amount::Default,
        },
        known => known,
    };
    Reasoning {
        amount: if is_off { Amount::Off } else { amount },
        effort: effort.filter(|_| !is_off),
        show: routed.exclude.filter(|is_hidden| *is_hidden).map(|_| Show::Nothing),
        summary: None,
    }
}

/// Reads the switches of vendors who copied this API before it knew of thinking.
fn switched(extra: &Extra<'_>) -> Amount {
    let switch: ThinkingSwitch<'_> = read_extra(extra, "thinking").unwrap_or_default();
    match switch.kind.unwrap_or_default().to_plain().as_ref() {
        "disabled" => return Amount::Off,
        "enabled" | "adaptive" => return switch.budget_tokens.as_ref().map_or(Amount::Adaptive, amount_of),
        _ => {}
    }
    match read_extra::<bool>(extra, "enable_thinking") {
        Some(false) => Amount::Off,
        Some(true) => read_extra(extra, "thinking_budget").as_ref().map_or(Amount::Adaptive, amount_of),
        None => Amount::Default,
    }
}

/// Reads a field of other vendors; one that is not what they have says nothing.
fn read_extra<'a, T: Wire<'a>>(extra: &Extra<'a>, key: &str) -> Option<T> {
    read_part(extra.get(key)?, Path::Root).ok()
}

pub(in crate::chat) fn tier_of(word: &str) -> Option<Tier> {
    match word {
        "auto" => Some(Tier::Auto),
        "default" => Some(Tier::Standard),
        "flex" => Some(Tier::Flex),
        "priority" | "fast" => Some(Tier::Priority),
        "scale" => Some(Tier::Scale),
        _ => None,
    }
}

fn stop<'a>(stop: Option<&Json<'a>>) -> Result<Vec<Text<'a>>, DecodeError> {
    let Some(stop) = stop else { return Ok(Vec::new()) };
    let at = Path::Root;
    if stop.as_str().starts_with('"') {
        Ok(vec![read_part(stop, at.key("stop"))?])
    } else {
        read_part(stop, at.key("stop"))
    }
}

fn format(format: Option<ResponseFormat<'_>>) -> Result<Format<'_>, DecodeError> {
    let Some(format) = format else { return Ok(Format::Text) };
    let kind = format.kind.unwrap_or_default();
    match kind.to_plain().as_ref() {
        "text" => Ok(Format::Text),
        "json_object" => Ok(Format::JsonObject),
        "json_schema" => {
            let schema = format.json_schema.unwrap_or_default();
            Ok(Format::Schema(FormatSchema {
                name: schema.name,
                description: schema.description,
                schema: schema.schema,
                strict: schema.strict,
                is_word: false,
            }))
        }
        other => Err(Path::Root.key("response_format").error(format!("unknown type `{other}`"))),
    }
}

/// Reads a tool call of a message; `position` counts the calls before it.
pub(super) fn call_of<'a>(call: ToolCallObject<'a>, position: usize, at: Path<'_>) -> Result<Part<'a>, DecodeError> {
    let signature = call.extra_content.and_then(|content| content.google).and_then(|google| google.thought_signature);
    let signature = signature.map(|value| Signature::found(SignatureKind::Gemini, value, None));
    let mut tool_call = match (call.function, call.custom) {
        (Some(function), _) => function_call(function, call.id, position, at)?,
        (None, Some(custom)) => ToolCall {
            id: call.id.unwrap_or_else(|| positional_call(position)),
            name: custom.name.unwrap_or_default(),
            input: Input::Free(custom.input.unwrap_or_default()),
            signature: None,
        },
        (None, None) => return Err(at.error("expected `function` or `custom`")),
    };
    tool_call.signature = signature;
    Ok(Part { content: Content::Call(tool_call), cache: None, extra: call.extra })
}

pub(super) fn function_call<'a>(
    call: FunctionCall<'a>,
    id: Option<Text<'a>>,
    position: usize,
    at: Path<'_>,
) -> Result<ToolCall<'a>, DecodeError> {
    let input = match call.arguments {
        None => Input::Arguments(Text::default()),
        // Some compatible vendors and clients send the object itself.
        Some(arguments) if arguments.is_object() => Input::Object(arguments),
        Some(arguments) => Input::Arguments(read_text(&arguments, at.key("arguments"))?),
    };
    let id = id.filter(|id| !id.is_empty()).unwrap_or_else(|| positional_call(position));
    Ok(ToolCall { id, name: call.name.unwrap_or_default(), input, signature: None })
}

fn toolbox<'a>(body: &mut Body<'a>) -> Result<Toolbox<'a>, DecodeError> {
    let root = Path::Root;
    let list = root.key("tools");
    let mut tools = Vec::new();
    for (index, tool) in body.tools.take().unwrap_or_default().into_iter().enumerate() {
        tools.push(tool_of(tool, list.index(index))?);
    }
    tools.extend(
        body.functions.take().unwrap_or_default().into_iter().map(|declared| Tool::Function(function(declared))),
    );
    let choice = match body.tool_choice.take().or_else(|| body.function_call.take()) {
        Some(choice) => Some(choice_of(&choice, root.key("tool_choice"))?),
        None => None,
    };
    Ok(Toolbox { tools, choice, parallel: body.parallel_tool_calls, namespaces: Vec::new() })
}

fn tool_of<'a>(tool: ToolDeclaration<'a>, at: Path<'_>) -> Result<Tool<'a>, DecodeError> {
    match (tool.function, tool.custom) {
        (Some(declared), _) => Ok(Tool::Function(function(declared))),
        (None, Some(custom)) => Ok(Tool::Free {
            name: custom.name.unwrap_or_default(),
            description: custom.description,
            format: custom.format.map(to_flat),
            extra: custom.extra,
        }),
        (None, None) => {
            // Compatible vendors declare tools of their own under other types.
            let kind = tool.kind.ok_or_else(|| at.key("type").error("is required"))?;
            let mut native = format!("{{\"type\":\"{}\"", kind.as_escaped());
            for (key, value) in tool.extra.iter() {
                native.push_str(&format!(",\"{}\":{}", Text::plain(key).as_escaped(), value.as_str()));
            }
            native.push('}');
            let kind = HostedKind::of_word(&kind.to_plain());
            Ok(Tool::Hosted { kind, native: Json::trusted(native) })
        }
    }
}

fn function(declared: FunctionDeclaration<'_>) -> Function<'_> {
    Function {
        name: declared.name.unwrap_or_default(),
        description: declared.description,
        schema: declared.parameters,
        strict: declared.strict,
        cache: None,
        extra: declared.extra,
    }
}

fn choice_of<'a>(choice: &Json<'a>, at: Path<'_>) -> Result<ToolChoice<'a>, DecodeError> {
    if choice.as_str().starts_with('"') {
        let word: Text<'_> = read_part(choice, at)?;
        return match word.to_plain().as_ref() {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::Never),
            "required" | "any" => Ok(ToolChoice::Required),
            other => Err(at.error(format!("unknown choice `{other}`"))),
        };
    }
    let object: ChoiceObject<'a> = read_part(choice, at)?;
    if let Some(allowed) = object.allowed_tools {
        let names = allowed.tools.unwrap_or_default().into_iter().filter_map(named).collect();
        let is_required = allowed.mode.is_some_and(|mode| mode == *"required");
        return Ok(ToolChoice::Allowed { names, is_required });
    }
    named(object).map(ToolChoice::Named).ok_or_else(|| at.error("expected a tool's name"))
}

fn named(object: ChoiceObject<'_>) -> Option<Text<'_>> {
    let inner = object.function.or(object.custom).and_then(|named| named.name);
    inner.or(object.name)
}
