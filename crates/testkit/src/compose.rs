//! What an upstream says: one speech for a prompt, before a dialect gives it its shape.

mod instance;

use serde_json::{Value, json};

use crate::script::Pace;
use crate::upstream::Voice;

pub(crate) use instance::instance;

/// Questions longer than this are not repeated in full.
const ECHO_CHARS: usize = 400;
/// Prompts from this size on report cached tokens, as OpenAI and Gemini do.
const CACHE_FROM: u64 = 1_024;
const CACHE_STEP: u64 = 128;
const MAX_PARALLEL_TOOLS: usize = 4;
const DEFAULT_CHUNK_BYTES: usize = 16;

/// What a request asks, in no dialect.
#[derive(Debug, Clone, Default)]
pub(crate) struct Prompt {
    pub(crate) question: String,
    /// Characters of everything that counts as input.
    pub(crate) chars: usize,
    pub(crate) images: u64,
    pub(crate) tools: Vec<Tool>,
    pub(crate) choice: Choice,
    pub(crate) is_parallel: bool,
    /// Output of a tool, when the last turn brings one.
    pub(crate) result: Option<String>,
    pub(crate) schema: Option<Value>,
    pub(crate) is_reasoning: bool,
    pub(crate) max_output: Option<u64>,
}

/// A tool that the client declares.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) parameters: Value,
}

/// Whether tools may or must be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    #[default]
    Auto,
    None,
    Any,
    Named(String),
}

/// How generated text is to sound.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style<'a> {
    pub(crate) voice: Voice,
    pub(crate) text: Option<&'a str>,
    pub(crate) pace: &'a Pace,
}

/// Why a speech ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    Stop,
    Tools,
    Length,
}

/// A use of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ToolUse {
    pub(crate) name: String,
    pub(crate) arguments: Value,
}

/// What is said, with what it counts.
#[derive(Debug, Clone)]
pub(crate) struct Speech {
    pub(crate) pieces: Vec<String>,
    pub(crate) tools: Vec<ToolUse>,
    pub(crate) reasoning: Option<String>,
    pub(crate) finish: Finish,
    pub(crate) input: u64,
    pub(crate) cached: u64,
    /// Includes `thinking`.
    pub(crate) output: u64,
    pub(crate) thinking: u64,
}

impl Speech {
    pub(crate) fn text(&self) -> String {
        self.pieces.concat()
    }
}

/// Decides what to say to a prompt.
pub(crate) fn speak(prompt: &Prompt, style: Style<'_>) -> Speech {
    let tools = if style.text.is_some() { Vec::new() } else { tool_uses(prompt) };
    let reasoning = prompt.is_reasoning.then(|| format!("The user asks: {}", echo(&prompt.question)));
    let mut pieces = if tools.is_empty() { pieces(prompt, style) } else { Vec::new() };
    let mut finish = if tools.is_empty() { Finish::Stop } else { Finish::Tools };
    let thinking = reasoning.as_deref().map_or(0, tokens);
    let spoken: u64 = tools.iter().map(|tool| tokens(&tool.name) + tokens(&tool.arguments.to_string())).sum();
    let mut output = spoken + tokens(&pieces.concat());
    if let Some(limit) = prompt.max_output.filter(|&limit| limit < output && tools.is_empty()) {
        pieces = shortened(&pieces, limit);
        output = limit;
        finish = Finish::Length;
    }
    let input = tokens_of(prompt.chars) + prompt.images * 85;
    let cached = if input >= CACHE_FROM { input / 2 / CACHE_STEP * CACHE_STEP } else { 0 };
    Speech { pieces, tools, reasoning, finish, input, cached, output: output + thinking, thinking }
}

/// Counts tokens the way a rule of thumb does: one for four characters.
pub(crate) fn tokens(text: &str) -> u64 {
    tokens_of(text.chars().count())
}

/// Counts the tokens of so many characters.
pub(crate) fn tokens_of(chars: usize) -> u64 {
    u64::try_from(chars.div_ceil(4)).unwrap_or(u64::MAX)
}

fn tool_uses(prompt: &Prompt) -> Vec<ToolUse> {
    let tool = match &prompt.choice {
        Choice::None => None,
        Choice::Any => prompt.tools.first(),
        Choice::Named(name) => prompt.tools.iter().find(|tool| &tool.name == name),
        Choice::Auto if prompt.question.to_lowercase().contains("weather") => prompt.tools.first(),
        Choice::Auto => None,
    };
    let (Some(tool), None) = (tool, &prompt.result) else { return Vec::new() };
    let most = if prompt.is_parallel { MAX_PARALLEL_TOOLS } else { 1 };
    let places = places(&prompt.question);
    let uses = places.iter().take(most).map(|place| tool_use(tool, place));
    uses.collect()
}

fn tool_use(tool: &Tool, place: &str) -> ToolUse {
    let mut arguments = instance(&tool.parameters);
    let place_field = arguments.as_object_mut().and_then(|fields| {
        let name = ["location", "city", "place"].into_iter().find(|name| fields.contains_key(*name))?;
        fields.get_mut(name).filter(|value| value.is_string())
    });
    if let Some(field) = place_field {
        *field = json!(place);
    }
    ToolUse { name: tool.name.clone(), arguments }
}

/// Returns the words that look like names of places: capitalised, not at the start.
fn places(question: &str) -> Vec<String> {
    let words = question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).skip(1);
    let found: Vec<String> =
        words.filter(|word| word.len() > 1 && word.starts_with(char::is_uppercase)).map(str::to_owned).collect();
    if found.is_empty() { vec!["Paris".to_owned()] } else { found }
}

fn pieces(prompt: &Prompt, style: Style<'_>) -> Vec<String> {
    let Pace { chunks, chunk_bytes, .. } = style.pace;
    if chunks.is_some() || chunk_bytes.is_some() {
        let size = chunk_bytes.unwrap_or(DEFAULT_CHUNK_BYTES);
        return (0..chunks.unwrap_or(8)).map(|index| filler(index, size)).collect();
    }
    let text = style.text.map_or_else(|| answer_text(prompt, style.voice), str::to_owned);
    text.split_inclusive(' ').map(str::to_owned).collect()
}

fn filler(index: usize, size: usize) -> String {
    let number = format!("{index} ");
    let padding = size.saturating_sub(number.len());
    format!("{}{}", "x".repeat(padding), number)
}

fn answer_text(prompt: &Prompt, voice: Voice) -> String {
    if let Some(schema) = &prompt.schema {
        return instance(schema).to_string();
    }
    if let Some(result) = &prompt.result {
        return format!("The tool says: {}", echo(result));
    }
    let seen = match prompt.images {
        0 => String::new(),
        1 => "I see one image. ".to_owned(),
        many => format!("I see {many} images. "),
    };
    let question = echo(&prompt.question);
    match voice {
        Voice::Plain if question.is_empty() => format!("{seen}Hello! How can I help you today?"),
        Voice::Plain => format!("{seen}You said: {question}"),
        Voice::Demo => format!(
            "{seen}You asked: “{question}” This is the demo upstream: it answered on your own machine, no vendor was \
             called and nothing was spent. Your call was relayed, metered and recorded like a real one; add a \
             provider to hear a real model."
        ),
    }
}

fn echo(text: &str) -> String {
    if text.chars().count() <= ECHO_CHARS {
        return text.to_owned();
    }
    let start: String = text.chars().take(ECHO_CHARS).collect();
    format!("{start}…")
}

fn shortened(pieces: &[String], limit: u64) -> Vec<String> {
    let chars = usize::try_from(limit.saturating_mul(4)).unwrap_or(usize::MAX);
    let text: String = pieces.concat().chars().take(chars).collect();
    text.split_inclusive(' ').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(pace: &Pace) -> Style<'_> {
        Style { voice: Voice::Plain, text: None, pace }
    }

    fn weather_prompt(question: &str) -> Prompt {
        let parameters = json!({"type": "object", "properties": {"location": {"type": "string"}}});
        Prompt {
            question: question.to_owned(),
            chars: question.len(),
            tools: vec![Tool { name: "get_weather".to_owned(), parameters }],
            is_parallel: true,
            ..Prompt::default()
        }
    }

    #[test]
    fn a_question_about_weather_uses_the_tool_once_for_each_place() {
        let speech = speak(&weather_prompt("What is the weather in Paris and Tokyo?"), style(&Pace::default()));
        let arguments: Vec<Value> = speech.tools.into_iter().map(|tool| tool.arguments).collect();
        assert_eq!(arguments, [json!({"location": "Paris"}), json!({"location": "Tokyo"})]);
        assert_eq!(speech.finish, Finish::Tools);
    }

    #[test]
    fn a_tool_result_is_answered_in_words() {
        let prompt = Prompt { result: Some("18 °C".to_owned()), ..weather_prompt("weather in Paris") };
        assert_eq!(speak(&prompt, style(&Pace::default())).text(), "The tool says: 18 °C");
    }

    #[test]
    fn an_output_limit_shortens_the_answer_and_the_count() {
        let prompt = Prompt { max_output: Some(2), ..weather_prompt("hello there") };
        let speech = speak(&prompt, style(&Pace::default()));
        assert_eq!((speech.text().as_str(), speech.output, speech.finish), ("You said", 2, Finish::Length));
    }

    #[test]
    fn a_pace_sets_number_and_size_of_pieces() {
        let pace = Pace { chunks: Some(3), chunk_bytes: Some(10), ..Pace::default() };
        let sizes: Vec<usize> = speak(&Prompt::default(), style(&pace)).pieces.iter().map(String::len).collect();
        assert_eq!(sizes, [10, 10, 10]);
    }
}
