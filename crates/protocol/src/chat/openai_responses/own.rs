//! What only this API has in a conversation, as every dialect can say it: calls and results of the tools that a client
//! runs for it (shells, patches, computers) become a function's, and tools that were found by searching are declared.

use std::collections::HashSet;

use super::decode::add_tool;
use super::items::Piece;
use crate::chat::codec::cursor::TextOr;
use crate::chat::codec::media::source_of_url;
use crate::chat::codec::wire::{Extra, Path, read_part, wire};
use crate::chat::loss::Losses;
use crate::chat::request::{
    Content, Function, Input, Media, MediaKind, Output, Part, Request, Tool, ToolCall, ToolResult, Toolbox,
};
use crate::chat::text::{Json, Text};
use crate::operation::Dialect;

/// Name of the function that stands for the caller's own search for tools.
pub(super) const TOOL_SEARCH: &str = "tool_search";

wire! {
    struct OwnItem<'a> {
        "type" kind: Text<'a>,
        "id" id: Text<'a>,
        "call_id" call_id: Text<'a>,
        "status" status: Json<'a>,
        "execution" execution: Text<'a>,
        "arguments" arguments: Json<'a>,
        "action" action: Json<'a>,
        "actions" actions: Json<'a>,
        "operation" operation: Json<'a>,
        "output" output: Json<'a>,
        "tools" tools: Vec<Json<'a>>,
    }
    struct SearchTool<'a> {
        "type" kind: Text<'a>,
        "execution" execution: Text<'a>,
        "description" description: Text<'a>,
        "parameters" parameters: Json<'a>,
    }
    struct Screenshot<'a> {
        "image_url" image_url: Text<'a>,
    }
}

/// Returns whether a request has items or a search for tools that only this API has.
pub(in crate::chat) fn has_own_items(request: &Request<'_>) -> bool {
    request.dialect == Dialect::OpenaiResponses
        && (request.turns.iter().flat_map(|turn| &turn.parts).any(|part| matches!(part.content, Content::Foreign(_)))
            || request.toolbox.tools.iter().any(|tool| search_tool(tool).is_some()))
}

/// Makes of a request's own items what every dialect has. Returns whether the caller's search for tools became a function.
pub(in crate::chat) fn interpret(request: &mut Request<'_>, losses: &mut Losses) -> bool {
    let mut found = Toolbox::default();
    let mut is_told = false;
    for turn in &mut request.turns {
        let Some(index) = turn.message else { continue };
        let at = Path::Item(&Path::Root, "input", index);
        turn.parts.retain_mut(|part| {
            let Content::Foreign(json) = &part.content else { return true };
            let Ok(item) = read_part::<OwnItem<'_>>(json, at) else { return true };
            match meaning_of(item, &mut found) {
                Meaning::Said(content) => {
                    if !std::mem::replace(&mut is_told, true) {
                        losses.cosmetic(at, "calls of this API's own tools became calls of functions");
                    }
                    part.content = content;
                    part.extra = Extra::default();
                    true
                }
                Meaning::Sealed => {
                    losses.semantic(at, "a sealed summary of the conversation can be read by its own vendor only");
                    false
                }
                Meaning::Unknown => {
                    losses.cosmetic(at, "the upstream's dialect has no such item");
                    false
                }
                Meaning::Part => true,
            }
        });
    }
    request.turns.retain(|turn| !turn.parts.is_empty());
    add_found(&mut request.toolbox, found);
    declare_search(&mut request.toolbox)
}

/// What an item says.
enum Meaning<'a> {
    Said(Content<'a>),
    /// What was said before, sealed.
    Sealed,
    /// Something that a tool gave back, nobody knows to whom.
    Unknown,
    /// No item, or one whose loss matters as that of any part does.
    Part,
}

fn meaning_of<'a>(item: OwnItem<'a>, found: &mut Toolbox<'a>) -> Meaning<'a> {
    let kind = item.kind.unwrap_or_default();
    let kind = kind.to_plain();
    if matches!(kind.as_ref(), "compaction" | "compaction_summary" | "context_compaction") {
        return Meaning::Sealed;
    }
    if let Some(tool) = kind.strip_suffix("_output") {
        let names = add_tools(&item.tools.unwrap_or_default(), found);
        // Results of local shells have the call's id here.
        let Some(call) = item.call_id.or(item.id.filter(|_| tool == "local_shell_call")) else {
            return Meaning::Unknown;
        };
        let output = item.output.map_or_else(|| Output::Parts(vec![text_part(names)]), output_of);
        return Meaning::Said(Content::Result(ToolResult { call, name: None, output, is_error: None, is_free: false }));
    }
    let Some(id) = item.call_id else { return Meaning::Part };
    let name = Text::plain(kind.strip_suffix("_call").unwrap_or(&kind).to_owned());
    let given = item.arguments.or(item.action).or(item.operation).or(item.actions);
    let input = match given {
        Some(given) if given.is_object() => Input::Object(given),
        Some(given) => match read_part(&given, Path::Root) {
            Ok(text) => Input::Arguments(text),
            Err(_) => Input::Object(Json::trusted(format!("{{\"actions\":{}}}", given.as_str()))),
        },
        None => Input::Object(Json::trusted("{}")),
    };
    Meaning::Said(Content::Call(ToolCall { id, name, input, signature: None }))
}

/// Adds the tools that a search found; returns what the model is told of them.
fn add_tools<'a>(tools: &[Json<'a>], found: &mut Toolbox<'a>) -> String {
    let before = found.tools.len();
    for tool in tools {
        // What cannot be read is no tool that could be called.
        let _ = add_tool(found, tool, Path::Root);
    }
    let names: Vec<_> = found.tools.iter().skip(before).filter_map(name_of).map(Text::to_plain).collect();
    if names.is_empty() { String::new() } else { format!("These tools can be called now: {}", names.join(", ")) }
}

fn name_of<'t, 'a>(tool: &'t Tool<'a>) -> Option<&'t Text<'a>> {
    match tool {
        Tool::Function(Function { name, .. }) | Tool::Free { name, .. } => Some(name),
        Tool::Hosted { .. } => None,
    }
}

fn text_part<'a>(text: String) -> Part<'a> {
    Part::new(Content::Text(Text::plain(text), Vec::new()))
}

/// Returns what a tool gave back: text, parts, a picture of the screen, or the value itself.
fn output_of(output: Json<'_>) -> Output<'_> {
    if let Ok(Screenshot { image_url: Some(url), .. }) = read_part::<Screenshot<'_>>(&output, Path::Root) {
        let source = source_of_url(&url, None);
        let screen = Media { kind: MediaKind::Image, source, title: None, detail: None };
        return Output::Parts(vec![Part::new(Content::Media(screen))]);
    }
    if output.is_object() {
        return Output::Object(output, Vec::new());
    }
    let said = TextOr::<Piece<'_>>::of(output.clone()).into_parts(Path::Root).unwrap_or_default();
    let is_known = !said.is_empty() && !said.iter().any(|part| matches!(part.content, Content::Foreign(_)));
    Output::Parts(if is_known { said } else { vec![text_part(output.as_str().to_owned())] })
}

/// Declares what was found, each tool once: it is found as often as it is searched for.
fn add_found<'a>(toolbox: &mut Toolbox<'a>, found: Toolbox<'a>) {
    let mut known: HashSet<String> =
        toolbox.tools.iter().filter_map(name_of).map(|name| name.to_plain().into_owned()).collect();
    for mut tool in found.tools {
        if name_of(&tool).is_none_or(|name| known.insert(name.to_plain().into_owned())) {
            if let Tool::Function(function) = &mut tool {
                // That it is loaded late says nothing any more.
                function.extra = Extra::default();
            }
            toolbox.tools.push(tool);
        }
    }
}

/// Makes a function of the search that the caller does itself.
fn declare_search(toolbox: &mut Toolbox<'_>) -> bool {
    let place = toolbox.tools.iter().position(|tool| search_tool(tool).is_some());
    let Some(tool) = place.and_then(|place| toolbox.tools.get_mut(place)) else { return false };
    let Some(search) = search_tool(tool) else { return false };
    *tool = Tool::Function(Function {
        name: TOOL_SEARCH.into(),
        description: search.description,
        schema: search.parameters,
        strict: None,
        cache: None,
        extra: Extra::default(),
    });
    true
}

/// Reads the declaration of a search for tools that the caller does itself.
fn search_tool<'a>(tool: &Tool<'a>) -> Option<SearchTool<'a>> {
    let Tool::Hosted { native, .. } = tool else { return None };
    if !native.as_str().contains(TOOL_SEARCH) {
        return None;
    }
    let search: SearchTool<'a> = read_part(native, Path::Root).ok()?;
    let is_own = search.execution.as_ref().is_some_and(|execution| *execution == *"client");
    search.kind.as_ref().filter(|kind| **kind == *TOOL_SEARCH && is_own)?;
    Some(search)
}
