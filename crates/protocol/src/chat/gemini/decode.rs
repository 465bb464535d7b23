//! Reads requests of the generate content API.

use super::talk::{Ids, Speech, Talk};
use super::wire::{Body, FunctionDeclaration, GenerationConfig, ThinkingConfig, ToolConfig, ToolObject};
use crate::chat::codec::schema::{Rules, clean};
use crate::chat::codec::wire::{DecodeError, Extra, Path, read, read_part};
use crate::chat::reasoning::{Amount, Effort, Reasoning, Show, amount_of};
use crate::chat::request::{
    Delivery, Format, FormatSchema, Function, HostedKind, Limits, Origin, Request, Role, Sampling, Tier, Tool,
    ToolChoice, Toolbox, Turn,
};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Reads a request. The model's name and whether to stream stand in the path, not here.
pub(in crate::chat) fn decode_request(json: &str) -> Result<Request<'_>, DecodeError> {
    let body: Body<'_> = read(json, Path::Root)?;
    let root = Path::Root;
    let contents = body.contents.ok_or_else(|| root.key("contents").error("is required"))?;
    let mut extra = body.extra;
    let mut config = body.generation_config.unwrap_or_default();
    extra.adopt("generationConfig", std::mem::take(&mut config.extra));
    if let Some(thinking) = &mut config.thinking_config {
        extra.adopt("generationConfig.thinkingConfig", std::mem::take(&mut thinking.extra));
    }
    let mut tool_config = body.tool_config.unwrap_or_default();
    extra.adopt(TOOL_CONFIG, std::mem::take(&mut tool_config.extra));
    let mut tools = Vec::new();
    for (index, json) in body.tools.unwrap_or_default().iter().enumerate() {
        add_tools(&mut tools, json, root.item("tools", index))?;
    }
    Ok(Request {
        dialect: Dialect::Gemini,
        read_bytes: json.len(),
        model: Text::default(),
        turns: turns(body.system_instruction, contents)?,
        toolbox: Toolbox { tools, choice: choice(tool_config), ..Toolbox::default() },
        format: format(&config),
        reasoning: reasoning(config.thinking_config),
        limits: Limits {
            max_tokens: config.max_output_tokens,
            stop: config.stop_sequences.unwrap_or_default(),
            choices: config.candidate_count,
        },
        sampling: Sampling {
            temperature: config.temperature,
            top_p: config.top_p,
            top_k: config.top_k,
            frequency_penalty: config.frequency_penalty,
            presence_penalty: config.presence_penalty,
            seed: config.seed,
            logprobs: config.response_logprobs,
            top_logprobs: config.logprobs,
            logit_bias: None,
        },
        origin: Origin { tier: tier(body.service_tier, &mut extra), ..Origin::default() },
        delivery: Delivery::default(),
        extra,
    })
}

fn turns<'a>(system: Option<Speech<'a>>, talk: Talk<'a>) -> Result<Vec<Turn<'a>>, DecodeError> {
    let mut turns = talk.turns;
    if let Some(system) = system {
        turns.insert(0, system.into_turn(Turn::new(Role::System, None), &mut Ids::default())?);
    }
    Ok(turns)
}

fn add_tools<'a>(tools: &mut Vec<Tool<'a>>, json: &Json<'a>, at: Path<'_>) -> Result<(), DecodeError> {
    let object: ToolObject<'a> = read_part(json, at)?;
    tools.extend(
        object.function_declarations.unwrap_or_default().into_iter().map(|tool| Tool::Function(function(tool))),
    );
    for (key, value) in object.extra.iter() {
        let kind = match key {
            "googleSearch" | "google_search" | "googleSearchRetrieval" => HostedKind::WebSearch,
            "codeExecution" | "code_execution" => HostedKind::Code,
            _ => HostedKind::Other,
        };
        let native = Json::trusted(format!("{{\"{}\":{}}}", Text::plain(key).as_escaped(), value.as_str()));
        tools.push(Tool::Hosted { kind, native });
    }
    Ok(())
}

fn function(tool: FunctionDeclaration<'_>) -> Function<'_> {
    let older = tool.parameters.map(|schema| clean(Some(&schema), Rules::FromOpenApi).json);
    Function {
        name: tool.name.unwrap_or_default(),
        description: tool.description,
        schema: tool.parameters_json_schema.or(older),
        strict: None,
        cache: None,
        extra: tool.extra,
    }
}

fn choice(config: ToolConfig<'_>) -> Option<ToolChoice<'_>> {
    let config = config.function_calling_config?;
    let mut names = config.allowed_function_names.unwrap_or_default();
    Some(match (config.mode?.to_plain().to_ascii_uppercase().as_str(), names.len()) {
        ("NONE", _) => ToolChoice::Never,
        ("ANY", 0) => ToolChoice::Required,
        ("ANY", 1) => ToolChoice::Named(names.remove(0)),
        ("ANY", _) => ToolChoice::Allowed { names, is_required: true },
        ("VALIDATED", 1..) => ToolChoice::Allowed { names, is_required: false },
        _ => ToolChoice::Auto,
    })
}

/// Name of the field for the choice of tools and what else concerns them.
pub(super) const TOOL_CONFIG: &str = "toolConfig";

/// Media type of an answer that is one of the schema's words.
pub(super) const WORD_MIME: &str = "text/x.enum";

fn format<'a>(config: &GenerationConfig<'a>) -> Format<'a> {
    let older = config.response_schema.as_ref().map(|schema| clean(Some(schema), Rules::FromOpenApi).json);
    let schema = config.response_json_schema.clone().or(older);
    match (&config.response_mime_type, schema) {
        (mime, Some(schema)) => {
            let is_word = mime.as_ref().is_some_and(|mime| *mime == *WORD_MIME);
            Format::Schema(FormatSchema { schema: Some(schema), is_word, ..FormatSchema::default() })
        }
        (Some(mime), None) if *mime == *"application/json" => Format::JsonObject,
        _ => Format::Text,
    }
}

fn reasoning(config: Option<ThinkingConfig<'_>>) -> Reasoning<'_> {
    let Some(config) = config else { return Reasoning::default() };
    Reasoning {
        amount: config.thinking_budget.as_ref().map_or(Amount::Default, amount_of),
        effort: config.thinking_level.as_ref().and_then(|level| Effort::from_word(&level.to_plain())),
        show: config.include_thoughts.map(|is_shown| if is_shown { Show::Summary } else { Show::Nothing }),
        summary: None,
    }
}

fn tier<'a>(word: Option<Text<'a>>, extra: &mut Extra<'a>) -> Option<Tier> {
    let word = word?;
    match word.to_plain().to_ascii_lowercase().as_str() {
        "standard" => Some(Tier::Standard),
        "flex" => Some(Tier::Flex),
        "priority" => Some(Tier::Priority),
        "unspecified" => None,
        _ => {
            extra.push("serviceTier".into(), Json::trusted(format!("\"{}\"", word.as_escaped())));
            None
        }
    }
}
