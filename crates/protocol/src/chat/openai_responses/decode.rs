//! Reads requests of the responses API.

use super::items::{flat_name, text_or_parts};
use super::wire::{Body, ChoiceObject, Item, ReasoningObject, TextFormat, ToolObject};
use crate::chat::codec::cursor::TextOr;
use crate::chat::codec::wire::{DecodeError, Extra, Path, read, read_part};
use crate::chat::openai_chat::tier_of;
use crate::chat::reasoning::{Amount, Effort, Reasoning, Show};
use crate::chat::request::{
    Content, Delivery, Format, FormatSchema, Function, HostedKind, Limits, Namespaced, Origin, Part, Request, Role,
    Sampling, Tool, ToolChoice, Toolbox, Turn,
};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Reads a request.
pub(in crate::chat) fn decode_request(json: &str) -> Result<Request<'_>, DecodeError> {
    let mut body: Body<'_> = read(json, Path::Root)?;
    let mut extra = std::mem::take(&mut body.extra);
    let mut toolbox = Toolbox { parallel: body.parallel_tool_calls, ..Toolbox::default() };
    let root = Path::Root;
    for (index, tool) in body.tools.take().unwrap_or_default().iter().enumerate() {
        add_tool(&mut toolbox, tool, root.item("tools", index))?;
    }
    if let Some(choice) = &body.tool_choice {
        toolbox.choice = Some(choice_of(choice, root.key("tool_choice"))?);
    }
    let talk = body.input.take().unwrap_or_default();
    toolbox.tools.extend(talk.toolbox.tools);
    toolbox.namespaces.extend(talk.toolbox.namespaces);
    let turns = turns(body.instructions.take(), talk.turns)?;
    let text = body.text.take().unwrap_or_default();
    extra.adopt("text", text.extra);
    let reasoning = reasoning(body.reasoning, &mut extra);
    let include = body.include.unwrap_or_default();
    let logprobs = include.iter().any(|wanted| *wanted == *"message.output_text.logprobs").then_some(true);
    let sealed_thoughts = include.iter().any(|wanted| *wanted == *"reasoning.encrypted_content").then_some(true);
    let tier = body.service_tier.as_ref().and_then(|tier| tier_of(&tier.to_plain()));
    if tier.is_none() {
        extra.keep("service_tier", body.service_tier.map(|tier| Json::trusted(format!("\"{}\"", tier.as_escaped()))));
    }
    Ok(Request {
        dialect: Dialect::OpenaiResponses,
        read_bytes: json.len(),
        model: body.model.take().unwrap_or_default(),
        turns,
        toolbox,
        sampling: Sampling {
            temperature: body.temperature,
            top_p: body.top_p,
            top_logprobs: body.top_logprobs,
            logprobs,
            ..Sampling::default()
        },
        limits: Limits { max_tokens: body.max_output_tokens, ..Limits::default() },
        reasoning,
        format: format(text.format)?,
        origin: Origin {
            user: body.user,
            safety_id: body.safety_identifier,
            metadata: body.metadata,
            cache_key: body.prompt_cache_key,
            tier,
            verbosity: text.verbosity,
        },
        delivery: Delivery { stream: body.stream, stream_usage: None, store: body.store, sealed_thoughts },
        extra,
    })
}

fn turns<'a>(instructions: Option<TextOr<'a, Item<'a>>>, input: Vec<Turn<'a>>) -> Result<Vec<Turn<'a>>, DecodeError> {
    let mut turns = input;
    if let Some(parts) = text_or_items(instructions, Path::Root.key("instructions"))? {
        turns.insert(0, Turn { parts, ..Turn::new(Role::System, None) });
    }
    Ok(turns)
}

/// Reads `instructions`: text, or a list of items whose text counts.
fn text_or_items<'a>(said: Option<TextOr<'a, Item<'a>>>, at: Path<'_>) -> Result<Option<Vec<Part<'a>>>, DecodeError> {
    match said {
        None => Ok(None),
        Some(TextOr::Text(text)) => Ok(Some(vec![Part::new(Content::Text(text, Vec::new()))])),
        Some(TextOr::Parts(items)) => {
            let lists: Result<Vec<_>, _> =
                items.into_iter().map(|item| text_or_parts(item.content, at.key("content"))).collect();
            Ok(Some(lists?.into_iter().flatten().collect()))
        }
        Some(TextOr::Other(json)) => Err(TextOr::<Item<'_>>::refusal(&json, at)),
    }
}

pub(super) fn add_tool<'a>(toolbox: &mut Toolbox<'a>, json: &Json<'a>, at: Path<'_>) -> Result<(), DecodeError> {
    let tool: ToolObject<'a> = read_part(json, at)?;
    let kind = tool.kind.clone().unwrap_or_default();
    match kind.to_plain().as_ref() {
        "namespace" => {
            let namespace = tool.name.unwrap_or_default();
            for (index, inner) in tool.tools.unwrap_or_default().iter().enumerate() {
                let inner: ToolObject<'a> = read_part(inner, at.item("tools", index))?;
                let name = inner.name.clone().unwrap_or_default();
                let flat = flat_name(Some(&namespace), name.clone());
                toolbox.namespaces.push(Namespaced { flat: flat.clone(), namespace: namespace.clone(), name });
                toolbox.tools.push(Tool::Function(Function { name: flat, ..function(inner) }));
            }
        }
        "function" => toolbox.tools.push(Tool::Function(function(tool))),
        "custom" => toolbox.tools.push(Tool::Free {
            name: tool.name.unwrap_or_default(),
            description: tool.description,
            format: tool.format,
            extra: tool.extra,
        }),
        kind => {
            let kind = HostedKind::of_word(kind);
            toolbox.tools.push(Tool::Hosted { kind, native: json.clone() });
        }
    }
    Ok(())
}

fn function(tool: ToolObject<'_>) -> Function<'_> {
    Function {
        name: tool.name.unwrap_or_default(),
        description: tool.description,
        schema: tool.parameters,
        strict: tool.strict,
        cache: None,
        extra: tool.extra,
    }
}

fn choice_of<'a>(choice: &Json<'a>, at: Path<'_>) -> Result<ToolChoice<'a>, DecodeError> {
    if choice.as_str().starts_with('"') {
        let word: Text<'_> = read_part(choice, at)?;
        return match word.to_plain().as_ref() {
            "auto" => Ok(ToolChoice::Auto),
            "none" => Ok(ToolChoice::Never),
            "required" => Ok(ToolChoice::Required),
            other => Err(at.error(format!("unknown choice `{other}`"))),
        };
    }
    let object: ChoiceObject<'a> = read_part(choice, at)?;
    let kind = object.kind.unwrap_or_default();
    match (kind.to_plain().as_ref(), object.name) {
        ("function" | "custom", Some(name)) => Ok(ToolChoice::Named(name)),
        ("allowed_tools", _) => {
            let names = object.tools.unwrap_or_default().into_iter().filter_map(|tool| tool.name).collect();
            let is_required = object.mode.is_some_and(|mode| mode == *"required");
            Ok(ToolChoice::Allowed { names, is_required })
        }
        _ => Ok(ToolChoice::Foreign(choice.clone())),
    }
}

fn reasoning<'a>(object: Option<ReasoningObject<'a>>, extra: &mut Extra<'a>) -> Reasoning<'a> {
    let Some(object) = object else { return Reasoning::default() };
    extra.adopt("reasoning", object.extra);
    let effort = object.effort.as_ref().and_then(|word| Effort::from_word(&word.to_plain()));
    if let (None, Some(word)) = (effort, &object.effort) {
        extra.push("reasoning.effort".into(), Json::trusted(format!("\"{}\"", word.as_escaped())));
    }
    let is_off = effort == Some(Effort::None);
    Reasoning {
        amount: if is_off { Amount::Off } else { Amount::Default },
        effort: effort.filter(|_| !is_off),
        show: object.summary.as_ref().map(|_| Show::Summary),
        summary: object.summary,
    }
}

fn format(format: Option<TextFormat<'_>>) -> Result<Format<'_>, DecodeError> {
    let Some(format) = format else { return Ok(Format::Text) };
    match format.kind.unwrap_or_default().to_plain().as_ref() {
        "text" => Ok(Format::Text),
        "json_object" => Ok(Format::JsonObject),
        "json_schema" => Ok(Format::Schema(FormatSchema {
            name: format.name,
            description: format.description,
            schema: format.schema,
            strict: format.strict,
            is_word: false,
        })),
        other => Err(Path::Root.key("text.format").error(format!("unknown type `{other}`"))),
    }
}
