//! Formats of tools that take free text: chat completions put the grammar into an object of its own, responses do not.

use super::wire::CustomFormat;
use crate::chat::codec::wire::{Path, read_part};
use crate::chat::text::{Json, Text};

/// Returns a format as responses have it.
pub(super) fn to_flat(format: Json<'_>) -> Json<'_> {
    match read_part::<CustomFormat<'_>>(&format, Path::Root) {
        Ok(CustomFormat { grammar: Some(grammar), .. }) => {
            let (syntax, definition) = (grammar.syntax.unwrap_or_default(), grammar.definition.unwrap_or_default());
            let fields = fields(&syntax, &definition);
            Json::trusted(format!("{{\"type\":\"grammar\",{fields}}}"))
        }
        _ => format,
    }
}

/// Returns a format as chat completions have it.
pub(super) fn to_nested<'j>(format: &'j Json<'_>) -> Json<'j> {
    let borrowed = Json::trusted(format.as_str());
    match read_part::<CustomFormat<'_>>(&borrowed, Path::Root) {
        Ok(CustomFormat { syntax: Some(syntax), definition, .. }) => {
            let fields = fields(&syntax, &definition.unwrap_or_default());
            Json::trusted(format!("{{\"type\":\"grammar\",\"grammar\":{{{fields}}}}}"))
        }
        _ => borrowed,
    }
}

fn fields(syntax: &Text<'_>, definition: &Text<'_>) -> String {
    format!("\"syntax\":\"{}\",\"definition\":\"{}\"", syntax.as_escaped(), definition.as_escaped())
}
