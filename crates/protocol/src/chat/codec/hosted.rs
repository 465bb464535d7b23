//! Tools that a vendor runs itself and that more than one vendor has: searching the web and running code. Each is declared
//! as the upstream's own where that is known to have it; what it cannot be told is a loss.

use super::cursor::read_whole;
use super::wire::wire;
use super::write::Writer;
use crate::chat::bridge::{Target, Trait};
use crate::chat::loss::Losses;
use crate::chat::request::{HostedKind, Request, Tool, ToolChoice};
use crate::chat::text::{Json, Number, Text};
use crate::operation::Dialect;

/// Where chat completions ask for a search on the web.
const CHAT_FIELD: &str = "web_search_options";
/// Name of Anthropic's tool that searches the web.
const SEARCH_NAME: &str = "web_search";

wire! {
    /// Settings of a search in Anthropic's words, in those of OpenAI's responses, or of its chat completions.
    struct Search<'a> {
        "max_uses" max_uses: Number<'a>,
        "allowed_domains" allowed_domains: Json<'a>,
        "blocked_domains" blocked_domains: Json<'a>,
        "filters" filters: Filters<'a>,
        "user_location" user_location: Location<'a>,
        "search_context_size" context_size: Text<'a>,
        "external_web_access" is_live: bool,
    }
    struct Filters<'a> {
        "allowed_domains" allowed_domains: Json<'a>,
        "blocked_domains" blocked_domains: Json<'a>,
    }
    struct Location<'a> {
        "approximate" approximate: Place<'a>,
        "city" city: Text<'a>,
        "country" country: Text<'a>,
        "region" region: Text<'a>,
        "timezone" timezone: Text<'a>,
    }
    struct Place<'a> {
        "city" city: Text<'a>,
        "country" country: Text<'a>,
        "region" region: Text<'a>,
        "timezone" timezone: Text<'a>,
    }
}

/// Returns whether a request has a tool that is declared anew for the upstream.
pub(super) fn has_any(request: &Request<'_>, upstream: Dialect, target: &Target<'_>) -> bool {
    let is_asked = request.toolbox.tools.iter().any(|tool| kind_of(tool, upstream, target).is_some())
        || (options_of(request).is_some() && target.has(Trait::SearchesWeb));
    is_asked && !is_alone_only(request, upstream)
}

/// Google's models take their vendor's tools or functions, not both at once ("Combine built-in tools and function
/// calling": only the latest can, and hand out records of the calls which must come back).
fn is_alone_only(request: &Request<'_>, upstream: Dialect) -> bool {
    upstream == Dialect::Gemini && request.toolbox.tools.iter().any(|tool| !matches!(tool, Tool::Hosted { .. }))
}

fn kind_of(tool: &Tool<'_>, upstream: Dialect, target: &Target<'_>) -> Option<HostedKind> {
    let Tool::Hosted { kind, native } = tool else { return None };
    let is_known = match kind {
        // A search of what the vendor has in store is not one of the web.
        HostedKind::WebSearch => target.has(Trait::SearchesWeb) && search_of(native).is_live != Some(false),
        // Anthropic's needs a header beside the request.
        HostedKind::Code => {
            target.has(Trait::RunsCode) && matches!(upstream, Dialect::OpenaiResponses | Dialect::Gemini)
        }
        HostedKind::Ready | HostedKind::Other => false,
    };
    is_known.then_some(*kind)
}

fn options_of<'r, 'a>(request: &'r Request<'a>) -> Option<&'r Json<'a>> {
    request.extra.get(CHAT_FIELD).filter(|_| request.dialect == Dialect::OpenaiChat)
}

/// Declares the tools as the upstream's own.
pub(super) fn place(request: &mut Request<'_>, (upstream, target): (Dialect, &Target<'_>), losses: &mut Losses) {
    if let Some(options) = options_of(request).filter(|_| target.has(Trait::SearchesWeb)).cloned() {
        request.extra.remove(CHAT_FIELD);
        let native = declared(HostedKind::WebSearch, &options, upstream, &mut Told { at: CHAT_FIELD, losses });
        request.toolbox.tools.push(Tool::Hosted { kind: HostedKind::Ready, native });
    }
    let mut placed: Vec<HostedKind> = Vec::new();
    for (index, tool) in request.toolbox.tools.iter_mut().enumerate() {
        let Some(known) = kind_of(tool, upstream, target).filter(|known| !placed.contains(known)) else { continue };
        let Tool::Hosted { kind, native } = tool else { continue };
        let at = format!("tools[{index}]");
        *native = declared(known, native, upstream, &mut Told { at: &at, losses });
        *kind = HostedKind::Ready;
        placed.push(known);
    }
    if placed.contains(&HostedKind::WebSearch) {
        choose(request, upstream);
    }
}

/// Brings a choice of the search into the upstream's words.
fn choose(request: &mut Request<'_>, upstream: Dialect) {
    let is_function = |name: &Text<'_>| {
        request.toolbox.tools.iter().any(|tool| matches!(tool, Tool::Function(function) if function.name == *name))
    };
    let is_search = match &request.toolbox.choice {
        Some(ToolChoice::Foreign(choice)) => choice.as_str().contains("\"web_search"),
        Some(ToolChoice::Named(name)) => *name == *SEARCH_NAME && !is_function(name),
        _ => false,
    };
    if is_search {
        request.toolbox.choice = match upstream {
            Dialect::Anthropic => Some(ToolChoice::Named(SEARCH_NAME.into())),
            Dialect::OpenaiResponses => Some(ToolChoice::Foreign(Json::trusted(r#"{"type":"web_search"}"#))),
            // Their models search whenever they can.
            Dialect::OpenaiChat | Dialect::Gemini | Dialect::Single => None,
        };
    }
}

/// Where losses go, and where the tool stands.
struct Told<'t> {
    at: &'t str,
    losses: &'t mut Losses,
}

impl Told<'_> {
    fn cosmetic(&mut self, key: &str, is_lost: bool) {
        if is_lost {
            self.losses.cosmetic(format_args!("{}.{key}", self.at), "the upstream's search has no such setting");
        }
    }

    /// Which sources count is part of the question.
    fn semantic(&mut self, key: &str, is_lost: bool) {
        if is_lost {
            self.losses
                .semantic(format_args!("{}.{key}", self.at), "the upstream's search cannot be limited like this");
        }
    }
}

fn declared(kind: HostedKind, native: &Json<'_>, upstream: Dialect, told: &mut Told<'_>) -> Json<'static> {
    let is_search = kind == HostedKind::WebSearch;
    if !is_search {
        let has_files = native.as_str().contains("\"file_ids\":[\"");
        if has_files {
            told.losses.semantic(told.at, "the files of the caller's container are in another vendor's store");
        }
        let code = if upstream == Dialect::Gemini { CODE_OF_GEMINI } else { CODE_OF_RESPONSES };
        return Json::trusted(code);
    }
    let search = search_of(native);
    let mut json = Vec::new();
    search.write(&mut Writer::new(&mut json), upstream, told);
    Json::trusted(String::from_utf8(json).unwrap_or_default())
}

fn search_of<'n>(native: &'n Json<'_>) -> Search<'n> {
    read_whole(native.as_str()).unwrap_or_default()
}

const CODE_OF_GEMINI: &str = r#"{"codeExecution":{}}"#;
const CODE_OF_RESPONSES: &str = r#"{"type":"code_interpreter","container":{"type":"auto"}}"#;

impl<'a> Search<'a> {
    fn write(mut self, w: &mut Writer<'_>, upstream: Dialect, told: &mut Told<'_>) {
        let filters = self.filters.take().unwrap_or_default();
        let says = |list: &Json<'_>| list.as_str() != "[]";
        let allowed = self.allowed_domains.take().or(filters.allowed_domains).filter(says);
        let blocked = self.blocked_domains.take().or(filters.blocked_domains).filter(says);
        w.begin_object();
        match upstream {
            Dialect::Anthropic => {
                w.kind("web_search_20250305").key("name").word(SEARCH_NAME);
                w.maybe_number("max_uses", self.max_uses.as_ref());
                w.maybe_json("allowed_domains", allowed.as_ref()).maybe_json("blocked_domains", blocked.as_ref());
                told.cosmetic("search_context_size", self.context_size.is_some());
            }
            Dialect::OpenaiResponses => {
                w.kind("web_search");
                if let Some(allowed) = &allowed {
                    w.key("filters").begin_object().key("allowed_domains").json(allowed).end_object();
                }
                w.maybe_text("search_context_size", self.context_size.as_ref());
                told.semantic("blocked_domains", blocked.is_some());
                told.cosmetic("max_uses", self.max_uses.is_some());
            }
            Dialect::OpenaiChat | Dialect::Gemini | Dialect::Single => {
                told.semantic("allowed_domains", allowed.is_some());
                told.semantic("blocked_domains", blocked.is_some());
                told.cosmetic("max_uses", self.max_uses.is_some());
            }
        }
        if upstream == Dialect::Gemini {
            w.key("googleSearch").begin_object().end_object();
            told.cosmetic("search_context_size", self.context_size.is_some());
            told.cosmetic("user_location", self.user_location.is_some());
        } else {
            if upstream == Dialect::OpenaiChat {
                w.maybe_text("search_context_size", self.context_size.as_ref());
            }
            self.write_location(w, upstream);
        }
        w.end_object();
    }

    fn write_location(self, w: &mut Writer<'_>, upstream: Dialect) {
        let Some(location) = self.user_location else { return };
        let Location { approximate, city, country, region, timezone, .. } = location;
        let place = approximate.unwrap_or(Place { city, country, region, timezone, ..Place::default() });
        w.key("user_location").begin_object().kind("approximate");
        if upstream == Dialect::OpenaiChat {
            w.key("approximate").begin_object();
        }
        let fields =
            [("city", place.city), ("country", place.country), ("region", place.region), ("timezone", place.timezone)];
        for (key, text) in &fields {
            w.maybe_text(key, text.as_ref().filter(|text| !text.is_empty()));
        }
        if upstream == Dialect::OpenaiChat {
            w.end_object();
        }
        w.end_object();
    }
}
