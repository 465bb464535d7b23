//! The wish of a name in a body that goes to an upstream of its own dialect: single values change, all else stays as it
//! came.

use super::{Suffixed, Wish};
use crate::chat::{Effort, Trait};
use crate::edit::Edits;
use crate::operation::Dialect;
use crate::raw::RawObject;

/// Least budget that Anthropic takes, and the least limit in which it fits beside an answer.
const ANTHROPIC_MIN_BUDGET: u64 = 1_024;
const ANTHROPIC_MIN_LIMIT: u64 = 1_280;

/// The upstream that the body goes to.
#[derive(Debug, Clone, Copy)]
pub struct Target<'t> {
    /// The dialect.
    pub dialect: Dialect,
    /// How the model differs.
    pub traits: &'t [Trait],
}

impl Target<'_> {
    fn has(&self, wanted: Trait) -> bool {
        self.traits.contains(&wanted)
    }

    fn known(&self, effort: Effort) -> &'static str {
        effort.nearest(self.traits).as_str()
    }
}

impl Suffixed<'_, '_> {
    /// Adds to `edits` what the name says, for a body in the upstream's own dialect.
    pub fn edit(&self, target: &Target<'_>, body: &RawObject<'_>, edits: &mut Edits) {
        self.edit_fields(target.dialect, body, edits);
        let Some(wish) = self.wish.filter(|_| !target.has(Trait::NoThinking)) else { return };
        match target.dialect {
            Dialect::OpenaiChat => edit_chat(wish, target, body, edits),
            Dialect::OpenaiResponses => edit_responses(wish, target, body, edits),
            Dialect::Anthropic => edit_anthropic(wish, target, body, edits),
            Dialect::Gemini => edit_gemini(wish, target, body, edits),
            Dialect::Single => {}
        }
    }
}

/// Returns the effort for vendors that take a word.
fn effort_of(wish: Wish) -> Effort {
    match wish {
        Wish::Think => Effort::Medium,
        Wish::Effort(effort) => effort,
        Wish::Budget(tokens) => Effort::of_budget(tokens),
        Wish::DoNotThink => Effort::None,
    }
}

fn edit_chat(wish: Wish, target: &Target<'_>, body: &RawObject<'_>, edits: &mut Edits) {
    let thinks = wish != Wish::DoNotThink;
    let has_switch = target.has(Trait::ThinkingSwitch) || target.has(Trait::ThinkingFlag);
    let may_switch = thinks || !target.has(Trait::AlwaysThinks);
    if target.has(Trait::ThinkingSwitch) && may_switch {
        let kind: &[u8] = if thinks { br#"{"type":"enabled"}"# } else { br#"{"type":"disabled"}"# };
        body.set("thinking", kind, edits);
    }
    if target.has(Trait::ThinkingFlag) && may_switch {
        body.set("enable_thinking", if thinks { b"true" } else { b"false" }, edits);
        if let Wish::Budget(tokens) = wish {
            body.set("thinking_budget", tokens.to_string().as_bytes(), edits);
        }
    }
    let says_enough =
        (wish == Wish::Think && body.has("reasoning_effort")) || (has_switch && !matches!(wish, Wish::Effort(_)));
    if !target.has(Trait::NoEffort) && !says_enough {
        body.set("reasoning_effort", format!("\"{}\"", target.known(effort_of(wish))).as_bytes(), edits);
    }
}

fn edit_responses(wish: Wish, target: &Target<'_>, body: &RawObject<'_>, edits: &mut Edits) {
    let inner = body.get("reasoning").and_then(|reasoning| RawObject::parse(reasoning).ok());
    let says_enough = wish == Wish::Think && inner.as_ref().is_some_and(|reasoning| reasoning.has("effort"));
    if !target.has(Trait::NoEffort) && !says_enough {
        let effort = format!("\"{}\"", target.known(effort_of(wish)));
        set_inside(body, "reasoning", &[("effort", &effort)], edits);
    }
}

fn edit_anthropic(wish: Wish, target: &Target<'_>, body: &RawObject<'_>, edits: &mut Edits) {
    let kind = field(body, "thinking", "type");
    let asks = matches!(kind.as_deref(), Some("\"enabled\"" | "\"adaptive\""));
    match wish {
        Wish::DoNotThink if !target.has(Trait::AlwaysThinks) => {
            body.set("thinking", br#"{"type":"disabled"}"#, edits);
        }
        // The API does not let a model think that must call a tool.
        Wish::DoNotThink => {}
        _ if matches!(field(body, "tool_choice", "type").as_deref(), Some("\"any\"" | "\"tool\"")) => {}
        Wish::Think if asks => {}
        _ if target.has(Trait::ThinkingBudget) => set_budget(wish, body, edits),
        _ => {
            if !asks {
                body.set("thinking", br#"{"type":"adaptive"}"#, edits);
            }
            if wish != Wish::Think && !target.has(Trait::NoEffort) {
                let effort = effort_of(wish).max(Effort::Low);
                let effort = format!("\"{}\"", target.known(effort));
                set_inside(body, "output_config", &[("effort", &effort)], edits);
            }
            body.remove(&["temperature", "top_p", "top_k"], edits);
        }
    }
}

/// Asks for a budget that fits into the answer's limit. Four fifths of it were what `-thinking` always stood for.
fn set_budget(wish: Wish, body: &RawObject<'_>, edits: &mut Edits) {
    let Some(given) = body.read::<u64>("max_tokens") else { return };
    let (limit, budget) = match wish {
        Wish::Effort(_) | Wish::Budget(_) => {
            let wanted = if let Wish::Budget(tokens) = wish { tokens } else { effort_of(wish).budget() };
            let budget = wanted.max(ANTHROPIC_MIN_BUDGET);
            (if given > budget { given } else { given.saturating_add(budget) }, budget)
        }
        Wish::Think | Wish::DoNotThink => {
            let limit = given.max(ANTHROPIC_MIN_LIMIT);
            (limit, limit / 5 * 4 + limit % 5 * 4 / 5)
        }
    };
    if limit != given {
        body.set("max_tokens", limit.to_string().as_bytes(), edits);
    }
    body.set("thinking", format!(r#"{{"type":"enabled","budget_tokens":{budget}}}"#).as_bytes(), edits);
    body.remove(&["temperature", "top_p", "top_k"], edits);
}

fn edit_gemini(wish: Wish, target: &Target<'_>, body: &RawObject<'_>, edits: &mut Edits) {
    let config = if body.has("generation_config") { "generation_config" } else { "generationConfig" };
    let inner = body.get(config).and_then(|config| RawObject::parse(config).ok());
    let says = |key: &str| inner.as_ref().is_some_and(|config| config.has(key));
    if wish == Wish::Think && (says("thinkingConfig") || says("thinking_config")) {
        return;
    }
    let limit = inner.as_ref().and_then(|config| config.read::<u64>("maxOutputTokens"));
    let thinking =
        if target.has(Trait::ThinkingBudget) { budget_config(wish, target, limit) } else { level_config(wish, target) };
    let key = if says("thinking_config") { "thinking_config" } else { "thinkingConfig" };
    set_inside(body, config, &[(key, &thinking)], edits);
}

fn budget_config(wish: Wish, target: &Target<'_>, limit: Option<u64>) -> String {
    let wanted = match wish {
        // The model decides, unless the answer's limit leaves it no room.
        Wish::Think => limit.map(|limit| limit / 5 * 3 + limit % 5 * 3 / 5),
        Wish::Effort(effort) => Some(effort.budget()),
        Wish::Budget(tokens) => Some(tokens),
        Wish::DoNotThink => Some(0),
    };
    let budget =
        wanted.map_or_else(|| "-1".to_owned(), |tokens| Effort::nearest_budget(tokens, target.traits).to_string());
    let shows = wish != Wish::DoNotThink;
    format!(r#"{{"includeThoughts":{shows},"thinkingBudget":{budget}}}"#)
}

fn level_config(wish: Wish, target: &Target<'_>) -> String {
    if wish == Wish::Think {
        return r#"{"includeThoughts":true}"#.to_owned();
    }
    let least = if target.has(Trait::LowIsLeastEffort) { Effort::Low } else { Effort::Minimal };
    let level = effort_of(wish).clamp(least, Effort::High).as_str().to_ascii_uppercase();
    format!(r#"{{"includeThoughts":{},"thinkingLevel":"{level}"}}"#, wish != Wish::DoNotThink)
}

/// Returns the JSON text of a field inside a top-level object.
fn field(body: &RawObject<'_>, key: &str, inner: &str) -> Option<String> {
    let object = RawObject::parse(body.get(key)?).ok()?;
    std::str::from_utf8(object.get(inner)?).ok().map(str::to_owned)
}

/// Sets fields of a top-level object, which is made where there is none.
fn set_inside(body: &RawObject<'_>, key: &str, fields: &[(&str, &str)], edits: &mut Edits) {
    let source = body.get(key).filter(|value| value.starts_with(b"{")).unwrap_or(b"{}");
    let Ok(object) = RawObject::parse(source) else { return };
    let mut changes = Edits::default();
    fields.iter().for_each(|(key, value)| object.set(key, value.as_bytes(), &mut changes));
    body.set(key, &changes.apply(source), edits);
}
