//! Brings a request to what every dialect can say, before it is written in another than its own: what only its own API
//! has becomes what the other has too, and every tool call gets its result.

use super::hosted;
use super::pairs;
use crate::chat::bridge::Target;
use crate::chat::loss::Losses;
use crate::chat::openai_responses;
use crate::chat::request::Request;
use crate::operation::Dialect;

/// A request as it is written, and what was lost on the way.
#[derive(Debug)]
pub(in crate::chat) struct Settled<'a> {
    pub(in crate::chat) request: Request<'a>,
    pub(in crate::chat) losses: Losses,
    /// Whether the caller's own search for tools became a function.
    pub(in crate::chat) searches_tools: bool,
}

/// Returns what is written instead of a request; `None` for most, which are fine as they came.
pub(in crate::chat) fn settled<'a>(
    request: &Request<'a>,
    dialect: Dialect,
    target: &Target<'_>,
) -> Option<Settled<'a>> {
    if request.dialect == dialect {
        return None;
    }
    let has_own_items = openai_responses::has_own_items(request);
    let has_hosted = hosted::has_any(request, dialect, target);
    if !has_own_items && !has_hosted && pairs::are_paired(&request.turns) {
        return None;
    }
    let mut settled = Settled { request: request.clone(), losses: Losses::default(), searches_tools: false };
    if has_own_items {
        settled.searches_tools = openai_responses::interpret(&mut settled.request, &mut settled.losses);
    }
    if has_hosted {
        hosted::place(&mut settled.request, (dialect, target), &mut settled.losses);
    }
    pairs::mend(&mut settled.request, dialect, &mut settled.losses);
    Some(settled)
}
