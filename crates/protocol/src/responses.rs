//! The state of the Responses API where the upstream keeps none: requests are completed by what came before, answers are
//! caught as they pass, and what is kept is listed and told again. All of it works on JSON texts; numbers, unknown fields and
//! the order of keys survive.
//!
//! Sources: OpenAI's "Conversation state" guide and the API reference of `/v1/responses`.

mod capture;
mod items;
mod listing;
mod mend;
mod replay;

use std::collections::BTreeMap;

use memchr::memmem;
use serde_json::value::RawValue;

use crate::edit::Edits;
use crate::raw::{RawError, RawObject};
pub use capture::Capture;
pub use items::item_ids;
use items::{Item, input_items, output_items};
pub use listing::{BadPage, Order, Page, list_input};
pub use mend::{Kept, Mend};
pub use replay::replay;

/// An earlier response that a request goes on from.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// All that it was made from.
    pub input: &'a [u8],
    /// The response itself.
    pub response: &'a [u8],
}

/// Returns a request with all that came before in its `input` and without `previous_response_id`, as an upstream takes it
/// that keeps nothing. Items that it names by reference are put where they are named if `named` has them. The instructions
/// of the earlier response are not carried over.
///
/// # Errors
/// The request is no JSON object.
pub fn expand(
    body: &[u8],
    earlier: Option<Earlier<'_>>,
    named: &BTreeMap<String, String>,
) -> Result<Vec<u8>, RawError> {
    let object = RawObject::parse(body)?;
    let mut items: Vec<Item<'_>> = Vec::new();
    if let Some(earlier) = earlier {
        items.extend(input_items(earlier.input));
        items.extend(output_items(earlier.response).into_iter().filter(Item::says_something));
    }
    for item in input_items(object.get("input").unwrap_or_default()) {
        match item.reference() {
            None => items.push(item),
            // What came before has it already, and it must not be there twice.
            Some(id) if items.iter().any(|known| known.id().as_deref() == Some(&id)) => {}
            Some(id) => {
                let found = named.get(&id).map_or(item, |text| Item::Owned(text.clone()));
                items.extend(Some(found).filter(Item::says_something));
            }
        }
    }
    let mut edits = Edits::default();
    object.set("input", &joined(&items), &mut edits);
    if object.has("previous_response_id") {
        object.set("previous_response_id", b"null", &mut edits);
    }
    Ok(edits.apply(body))
}

/// Returns the ids of items that a request names instead of bringing them.
#[must_use]
pub fn references(body: &[u8]) -> Vec<String> {
    // Hardly any request names items, and most are long.
    if memmem::find(body, b"item_reference").is_none() {
        return Vec::new();
    }
    let Ok(object) = RawObject::parse(body) else { return Vec::new() };
    input_items(object.get("input").unwrap_or_default()).iter().filter_map(Item::reference).collect()
}

/// Returns those items of a response's output that are among `ids`.
#[must_use]
pub fn items_named(response: &[u8], ids: &[String]) -> BTreeMap<String, String> {
    let named = |item: &Item<'_>| {
        let id = item.id().filter(|id| ids.contains(id))?;
        Some((id, item.text().to_owned()))
    };
    output_items(response).iter().filter_map(named).collect()
}

/// Returns a finished response as it is kept: stored, and as the successor of the one that the request named.
#[must_use]
pub fn kept(response: &[u8], previous: Option<&str>) -> Vec<u8> {
    let Ok(object) = RawObject::parse(response) else { return response.to_vec() };
    let mut edits = Edits::default();
    object.set("store", b"true", &mut edits);
    if let Some(previous) = previous {
        object.set("previous_response_id", &crate::raw::json_string(previous), &mut edits);
    }
    edits.apply(response)
}

fn joined(items: &[Item<'_>]) -> Vec<u8> {
    let length: usize = items.iter().map(|item| item.text().len() + 1).sum();
    let mut list = Vec::with_capacity(length + 2);
    list.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            list.push(b',');
        }
        list.extend_from_slice(item.text().as_bytes());
    }
    list.push(b']');
    list
}

fn list(json: &[u8]) -> Vec<&RawValue> {
    serde_json::from_slice(json).unwrap_or_default()
}

#[cfg(test)]
#[path = "responses/tests.rs"]
mod tests;
