//! Instances: a value that satisfies a JSON schema, always the same one.

use serde_json::{Map, Value, json};

const MAX_DEPTH: usize = 16;

/// Makes a value that fits `schema`: JSON Schema, or Gemini's dialect of it with types in capitals.
pub(crate) fn instance(schema: &Value) -> Value {
    build(schema, schema, 0)
}

fn build(schema: &Value, root: &Value, depth: usize) -> Value {
    let Some(members) = schema.as_object().filter(|_| depth < MAX_DEPTH) else { return Value::Null };
    if let Some(target) = members.get("$ref").and_then(Value::as_str) {
        let found = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return found.map_or(Value::Null, |found| build(found, root, depth + 1));
    }
    if let Some(fixed) = members.get("const") {
        return fixed.clone();
    }
    if let Some(first) = members.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    for name in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = members.get(name).and_then(|options| options.get(0)) {
            return build(first, root, depth + 1);
        }
    }
    typed(members, root, depth)
}

fn typed(members: &Map<String, Value>, root: &Value, depth: usize) -> Value {
    let kind = match members.get("type") {
        Some(Value::String(kind)) => kind.to_ascii_lowercase(),
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("null").to_ascii_lowercase(),
        _ if members.contains_key("properties") => "object".to_owned(),
        _ => "string".to_owned(),
    };
    match kind.as_str() {
        "object" => {
            let properties = members.get("properties").and_then(Value::as_object);
            let fields = properties.into_iter().flatten();
            Value::Object(fields.map(|(name, schema)| (name.clone(), build(schema, root, depth + 1))).collect())
        }
        "array" => {
            let item = members.get("items").map_or(Value::Null, |items| build(items, root, depth + 1));
            json!([item])
        }
        "integer" => members.get("minimum").cloned().unwrap_or(json!(1)),
        "number" => members.get("minimum").cloned().unwrap_or(json!(1.5)),
        "boolean" => json!(true),
        "null" => Value::Null,
        _ => json!("text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_has_every_property_and_follows_references() {
        let schema = json!({
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "unit": {"enum": ["c", "f"]},
                "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
                "count": {"type": "INTEGER"},
                "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            },
            "$defs": {"step": {"type": "object", "properties": {"ok": {"type": "boolean"}}}},
        });
        let expected = json!({"name": "text", "unit": "c", "steps": [{"ok": true}], "count": 1, "note": null});
        assert_eq!(instance(&schema), expected);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        assert!(instance(&schema).to_string().len() < 1_000);
    }
}
