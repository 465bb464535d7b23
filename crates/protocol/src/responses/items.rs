//! Items: what a conversation in the Responses dialect is made of.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::value::RawValue;

use super::list;
use crate::edit::Edits;
use crate::raw::{RawObject, json_string};

/// One item, as a JSON text.
#[derive(Debug, Clone)]
pub(super) enum Item<'a> {
    /// As it stands in a request or a response.
    Raw(&'a RawValue),
    /// Made here.
    Owned(String),
}

/// Returns the items of a request's `input`: a plain text is one message of the user.
pub(super) fn input_items(input: &[u8]) -> Vec<Item<'_>> {
    let input = input.trim_ascii();
    if input.starts_with(b"\"")
        && let Ok(text) = serde_json::from_slice::<&RawValue>(input)
    {
        return vec![Item::Owned(format!(r#"{{"type":"message","role":"user","content":{}}}"#, text.get()))];
    }
    list(input).into_iter().map(Item::Raw).collect()
}

/// Returns the items of a response's `output`.
pub(super) fn output_items(response: &[u8]) -> Vec<Item<'_>> {
    let Ok(object) = RawObject::parse(response) else { return Vec::new() };
    list(object.get("output").unwrap_or_default()).into_iter().map(Item::Raw).collect()
}

/// Returns the ids of the items of a response's output.
#[must_use]
pub fn item_ids(response: &[u8]) -> Vec<String> {
    output_items(response).iter().filter_map(Item::id).collect()
}

impl Item<'_> {
    /// Returns the JSON text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Raw(raw) => raw.get(),
            Self::Owned(text) => text,
        }
    }

    fn object(&self) -> Option<RawObject<'_>> {
        RawObject::parse(self.text().as_bytes()).ok()
    }

    /// Returns its id, if it has one.
    pub(super) fn id(&self) -> Option<String> {
        self.object()?.string("id").map(std::borrow::Cow::into_owned)
    }

    /// Returns the id of the item that it stands for, if it is a reference.
    pub(super) fn reference(&self) -> Option<String> {
        let object = self.object()?;
        let kind = object.string("type");
        // The type may be left out, and then nothing but the id is there.
        let is_bare = kind.is_none() && object.keys().eq(["id"]);
        (is_bare || kind.as_deref() == Some("item_reference")).then(|| object.string("id").map(Into::into)).flatten()
    }

    /// Returns whether an upstream that keeps nothing can do something with it: reasoning of which only the id is there is
    /// refused as unknown.
    pub(super) fn says_something(&self) -> bool {
        let Some(object) = self.object() else { return false };
        if object.string("type").as_deref() != Some("reasoning") {
            return true;
        }
        let has_parts = |key: &str| object.get(key).is_some_and(|parts| !list(parts).is_empty());
        object.has("encrypted_content") || has_parts("content") || has_parts("summary")
    }

    /// Returns it as it is listed: with an id, a type and a status, and its content in parts. `place` is where it stands in
    /// the conversation, so that the same text said twice is two items; both have the same ids in every later response.
    pub(super) fn listed(&self, place: usize) -> String {
        let Some(object) = self.object() else { return self.text().to_owned() };
        let kind = object.string("type").unwrap_or("message".into());
        let mut edits = Edits::default();
        if kind == "message" {
            set_message(&object, &mut edits);
        }
        if !object.has("id") {
            object.set("id", &json_string(&self.made_id(&kind, place)), &mut edits);
        }
        let has_status = matches!(
            kind.as_ref(),
            "message" | "function_call" | "function_call_output" | "custom_tool_call" | "custom_tool_call_output"
        );
        if has_status && !object.has("status") {
            object.set("status", br#""completed""#, &mut edits);
        }
        String::from_utf8(edits.apply(self.text().as_bytes())).unwrap_or_else(|_| self.text().to_owned())
    }

    fn made_id(&self, kind: &str, place: usize) -> String {
        let prefix = match kind {
            "message" => "msg",
            "function_call" => "fc",
            "function_call_output" => "fco",
            "reasoning" => "rs",
            _ => "item",
        };
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, place, self.text()).hash(&mut hasher);
            hasher.finish()
        };
        format!("{prefix}_{:016x}{:016x}", half(0), half(1))
    }
}

fn set_message(object: &RawObject<'_>, edits: &mut Edits) {
    if !object.has("type") {
        object.set("type", br#""message""#, edits);
    }
    let Some(text) = object.get("content").filter(|content| content.starts_with(b"\"")) else { return };
    let (front, back) = if object.string("role").as_deref() == Some("assistant") {
        (&br#"[{"type":"output_text","annotations":[],"text":"#[..], &b"}]"[..])
    } else {
        (&br#"[{"type":"input_text","text":"#[..], &b"}]"[..])
    };
    object.set("content", &[front, text, back].concat(), edits);
}
