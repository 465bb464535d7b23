//! Reads requests of the Messages API.

use super::blocks::{Piece, cache_mark, text_or_blocks};
use super::talk::Talk;
use super::wire::{Body, Metadata, OutputFormat, ThinkingConfig, ToolChoiceObject, ToolObject};
use crate::chat::codec::cursor::TextOr;
use crate::chat::codec::wire::{DecodeError, Extra, Path, read, read_part};
use crate::chat::reasoning::{Amount, Effort, Reasoning, Show, amount_of};
use crate::chat::request::{
    Delivery, Format, FormatSchema, Function, HostedKind, Limits, Origin, Request, Role, Sampling, Tier, Tool,
    ToolChoice, Toolbox, Turn,
};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Reads a request.
pub(in crate::chat) fn decode_request(json: &str) -> Result<Request<'_>, DecodeError> {
    let mut body: Body<'_> = read(json, Path::Root)?;
    let messages = body.messages.take().ok_or_else(|| Path::Root.key("messages").error("is required"))?;
    let mut extra = std::mem::take(&mut body.extra);
    let output = body.output_config.take().unwrap_or_default();
    extra.adopt("output_config", output.extra);
    let effort = output.effort.as_ref().and_then(|word| Effort::from_word(&word.to_plain()));
    if let (None, Some(word)) = (effort, &output.effort) {
        extra.push("output_config.effort".into(), Json::trusted(format!("\"{}\"", word.as_escaped())));
    }
    Ok(Request {
        dialect: Dialect::Anthropic,
        read_bytes: json.len(),
        model: body.model.take().unwrap_or_default(),
        turns: turns(body.system.take(), messages)?,
        toolbox: toolbox(&body.tools.take().unwrap_or_default(), body.tool_choice.take())?,
        sampling: Sampling {
            temperature: body.temperature,
            top_p: body.top_p,
            top_k: body.top_k,
            ..Sampling::default()
        },
        limits: Limits { max_tokens: body.max_tokens, stop: body.stop_sequences.unwrap_or_default(), choices: None },
        reasoning: reasoning(body.thinking, effort, &mut extra),
        format: format(output.format.or(body.output_format)),
        origin: Origin {
            user: user(body.metadata, &mut extra),
            tier: tier(body.service_tier, &mut extra),
            ..Origin::default()
        },
        delivery: Delivery { stream: body.stream, ..Delivery::default() },
        extra,
    })
}

fn turns<'a>(system: Option<TextOr<'a, Piece<'a>>>, talk: Talk<'a>) -> Result<Vec<Turn<'a>>, DecodeError> {
    let mut turns = talk.turns;
    let parts = text_or_blocks(system, Path::Root.key("system"))?;
    if !parts.is_empty() {
        turns.insert(0, Turn { parts, ..Turn::new(Role::System, None) });
    }
    Ok(turns)
}

fn toolbox<'a>(list: &[Json<'a>], choice: Option<ToolChoiceObject<'a>>) -> Result<Toolbox<'a>, DecodeError> {
    let root = Path::Root;
    let at = root.key("tools");
    let tools: Result<Vec<Tool<'a>>, DecodeError> =
        list.iter().enumerate().map(|(index, tool)| tool_of(tool, at.index(index))).collect();
    let mut toolbox = Toolbox { tools: tools?, ..Toolbox::default() };
    if let Some(choice) = choice {
        toolbox.parallel = choice.disable_parallel_tool_use.map(|is_disabled| !is_disabled);
        let word = choice.kind.unwrap_or_default();
        toolbox.choice = Some(match word.to_plain().as_ref() {
            "auto" => ToolChoice::Auto,
            "any" => ToolChoice::Required,
            "none" => ToolChoice::Never,
            "tool" => ToolChoice::Named(choice.name.unwrap_or_default()),
            other => return Err(root.key("tool_choice").error(format!("unknown type `{other}`"))),
        });
    }
    Ok(toolbox)
}

fn tool_of<'a>(json: &Json<'a>, at: Path<'_>) -> Result<Tool<'a>, DecodeError> {
    let tool: ToolObject<'a> = read_part(json, at)?;
    let kind = tool.kind.unwrap_or_default();
    let kind = kind.to_plain();
    if !kind.is_empty() && kind != "custom" {
        let kind = HostedKind::of_word(&kind);
        return Ok(Tool::Hosted { kind, native: json.clone() });
    }
    Ok(Tool::Function(Function {
        name: tool.name.unwrap_or_default(),
        description: tool.description,
        schema: tool.input_schema,
        strict: tool.strict,
        cache: tool.cache_control.as_ref().map(cache_mark),
        extra: tool.extra,
    }))
}

fn reasoning<'a>(config: Option<ThinkingConfig<'a>>, effort: Option<Effort>, extra: &mut Extra<'a>) -> Reasoning<'a> {
    let Some(config) = config else { return Reasoning { effort, ..Reasoning::default() } };
    extra.adopt("thinking", config.extra);
    let kind = config.kind.unwrap_or_default();
    let amount = match kind.to_plain().as_ref() {
        "disabled" => Amount::Off,
        "enabled" => config.budget_tokens.as_ref().map_or(Amount::Adaptive, amount_of),
        "adaptive" => Amount::Adaptive,
        other => {
            extra.push("thinking.type".into(), Json::trusted(format!("\"{}\"", Text::plain(other).as_escaped())));
            Amount::Default
        }
    };
    let show = match config.display {
        Some(display) if display == *"omitted" => Some(Show::Nothing),
        Some(_) => Some(Show::Summary),
        None => None,
    };
    Reasoning { amount, effort, show, summary: None }
}

fn format(format: Option<OutputFormat<'_>>) -> Format<'_> {
    match format.and_then(|format| format.schema) {
        Some(schema) => {
            Format::Schema(FormatSchema { schema: Some(schema), strict: Some(true), ..FormatSchema::default() })
        }
        None => Format::Text,
    }
}

fn user<'a>(metadata: Option<Json<'a>>, extra: &mut Extra<'a>) -> Option<Text<'a>> {
    let object: Metadata<'a> = read_part(metadata.as_ref()?, Path::Root).ok()?;
    if object.extra.iter().next().is_some() {
        extra.keep("metadata", metadata);
    }
    object.user_id
}

fn tier<'a>(word: Option<Text<'a>>, extra: &mut Extra<'a>) -> Option<Tier> {
    match word?.to_plain().as_ref() {
        "auto" => Some(Tier::Auto),
        "standard_only" => Some(Tier::Standard),
        other => {
            extra.push("service_tier".into(), Json::trusted(format!("\"{}\"", Text::plain(other).as_escaped())));
            None
        }
    }
}
