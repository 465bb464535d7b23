//! A kept response told again as the stream that it could have been.

use serde_json::value::RawValue;

use super::items::{Item, output_items};
use super::list;
use crate::edit::Edits;
use crate::raw::RawObject;

const EMPTY: &[u8] = br#""""#;

/// Returns the events of a finished response, each text in one piece. Those up to the number `after` are left out, for
/// callers that have them already.
#[must_use]
pub fn replay(response: &[u8], after: Option<u64>) -> Vec<u8> {
    let Ok(object) = RawObject::parse(response) else { return Vec::new() };
    let mut teller = Teller { out: Vec::new(), next: 0, after };
    let begun = begun(response, &object);
    teller.event("response.created", &[("response", &begun)]);
    teller.event("response.in_progress", &[("response", &begun)]);
    for (place, item) in output_items(response).iter().enumerate() {
        teller.item(place, item);
    }
    let end = match object.string("status").as_deref() {
        Some("incomplete") => "response.incomplete",
        Some("failed") => "response.failed",
        _ => "response.completed",
    };
    teller.event(end, &[("response", response)]);
    teller.out
}

/// Returns a response as it is before it has an output.
fn begun(response: &[u8], object: &RawObject<'_>) -> Vec<u8> {
    let mut edits = Edits::default();
    object.set("status", br#""in_progress""#, &mut edits);
    object.set("output", b"[]", &mut edits);
    for key in ["usage", "completed_at", "error", "incomplete_details"].into_iter().filter(|key| object.has(key)) {
        object.set(key, b"null", &mut edits);
    }
    edits.apply(response)
}

struct Teller {
    out: Vec<u8>,
    /// Number of the next event.
    next: u64,
    after: Option<u64>,
}

/// Members that say where something stands.
type Place<'a> = &'a [(&'a str, &'a [u8])];

impl Teller {
    fn event(&mut self, kind: &str, members: Place<'_>) {
        let number = self.next;
        self.next += 1;
        if self.after.is_some_and(|after| number <= after) {
            return;
        }
        let start = format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"sequence_number\":{number}");
        self.out.extend_from_slice(start.as_bytes());
        for (name, value) in members {
            self.out.extend_from_slice(format!(",\"{name}\":").as_bytes());
            // A line break in JSON is white space; in an event it would end the data.
            self.out.extend(value.iter().map(|&byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
        }
        self.out.extend_from_slice(b"}\n\n");
    }

    fn item(&mut self, place: usize, item: &Item<'_>) {
        let text = item.text().as_bytes();
        let Ok(object) = RawObject::parse(text) else { return };
        let place = place.to_string();
        let place: Place<'_> = &[("item_id", object.get("id").unwrap_or(EMPTY)), ("output_index", place.as_bytes())];
        let index = place.get(1..).unwrap_or_default();
        self.event("response.output_item.added", &[index, &[("item", &unfinished(text, &object))]].concat());
        match object.string("type").as_deref() {
            Some("message") => self.parts(place, &object),
            Some("function_call") => self.text(place, "response.function_call_arguments", (&object, "arguments")),
            Some("custom_tool_call") => self.text(place, "response.custom_tool_call_input", (&object, "input")),
            Some("reasoning") => self.reasoning(place, &object),
            _ => {}
        }
        self.event("response.output_item.done", &[index, &[("item", text)]].concat());
    }

    /// Tells a text that is the member `name` of an object, whole.
    fn text(&mut self, place: Place<'_>, kind: &str, (object, name): (&RawObject<'_>, &str)) {
        let text = object.get(name).unwrap_or(EMPTY);
        self.event(&format!("{kind}.delta"), &[place, &[("delta", text)]].concat());
        let named = object.get("name").filter(|_| name == "arguments").map(|tool| ("name", tool));
        self.event(&format!("{kind}.done"), &[place, &[(name, text)], named.as_slice()].concat());
    }

    fn parts(&mut self, place: Place<'_>, message: &RawObject<'_>) {
        for (number, part) in list(message.get("content").unwrap_or_default()).into_iter().enumerate() {
            let Ok(object) = RawObject::parse(part.get().as_bytes()) else { continue };
            let number = number.to_string();
            let place = [place, &[("content_index", number.as_bytes())]].concat();
            let name = if object.string("type").as_deref() == Some("refusal") { "refusal" } else { "text" };
            let empty = emptied(part.get().as_bytes(), &object, name);
            self.event("response.content_part.added", &[&place, &[("part", empty.as_slice())][..]].concat());
            if name == "refusal" {
                self.text(&place, "response.refusal", (&object, name));
            } else {
                let place = [&place, &[("logprobs", &b"[]"[..])][..]].concat();
                self.text(&place, "response.output_text", (&object, name));
                self.annotations(&place, &object);
            }
            self.event("response.content_part.done", &[&place, &[("part", part.get().as_bytes())][..]].concat());
        }
    }

    fn annotations(&mut self, place: Place<'_>, part: &RawObject<'_>) {
        for (number, annotation) in list(part.get("annotations").unwrap_or_default()).into_iter().enumerate() {
            let number = number.to_string();
            let members: Place<'_> =
                &[("annotation_index", number.as_bytes()), ("annotation", annotation.get().as_bytes())];
            self.event("response.output_text.annotation.added", &[place, members].concat());
        }
    }

    fn reasoning(&mut self, place: Place<'_>, item: &RawObject<'_>) {
        for (number, part) in list(item.get("summary").unwrap_or_default()).into_iter().enumerate() {
            self.summary(place, number, part);
        }
        for (number, part) in list(item.get("content").unwrap_or_default()).into_iter().enumerate() {
            let Ok(object) = RawObject::parse(part.get().as_bytes()) else { continue };
            let number = number.to_string();
            let place = [place, &[("content_index", number.as_bytes())]].concat();
            self.text(&place, "response.reasoning_text", (&object, "text"));
        }
    }

    fn summary(&mut self, place: Place<'_>, number: usize, part: &RawValue) {
        let text = part.get().as_bytes();
        let Ok(object) = RawObject::parse(text) else { return };
        let number = number.to_string();
        let place = [place, &[("summary_index", number.as_bytes())]].concat();
        let empty = emptied(text, &object, "text");
        self.event("response.reasoning_summary_part.added", &[&place, &[("part", empty.as_slice())][..]].concat());
        self.text(&place, "response.reasoning_summary_text", (&object, "text"));
        self.event("response.reasoning_summary_part.done", &[&place, &[("part", text)][..]].concat());
    }
}

/// Returns an item as it is when it begins.
fn unfinished(text: &[u8], object: &RawObject<'_>) -> Vec<u8> {
    let mut edits = Edits::default();
    let empty: [(&str, &[u8]); 6] = [
        ("status", br#""in_progress""#),
        ("content", b"[]"),
        ("summary", b"[]"),
        ("arguments", EMPTY),
        ("input", EMPTY),
        ("encrypted_content", b"null"),
    ];
    for (key, value) in empty.into_iter().filter(|(key, _)| object.has(key)) {
        object.set(key, value, &mut edits);
    }
    edits.apply(text)
}

/// Returns a part as it is before its text comes.
fn emptied(text: &[u8], object: &RawObject<'_>, name: &str) -> Vec<u8> {
    let mut edits = Edits::default();
    object.set(name, EMPTY, &mut edits);
    if object.has("annotations") {
        object.set("annotations", b"[]", &mut edits);
    }
    edits.apply(text)
}
