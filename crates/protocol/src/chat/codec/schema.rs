//! JSON Schemas of tools and answers, brought to what each vendor accepts. Order and numbers stay as they came.

mod node;

use std::collections::HashSet;

use super::cursor::read_whole;
use crate::chat::text::{Json, Text};
use node::{MAX_DEPTH, Node};

/// What a vendor demands of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::chat) enum Rules {
    /// OpenAI: the root is an object with `properties`, arrays have `items`.
    OpenAi,
    /// Anthropic: the root is an object.
    Anthropic,
    /// Anthropic's structured output: objects are closed and constraints on values are not known.
    AnthropicOutput,
    /// Google's JSON Schema fields.
    Gemini,
    /// Google's older schema language, a part of OpenAPI 3.0.
    OpenApi,
    /// JSON Schema, from Google's older schema language.
    FromOpenApi,
}

/// A schema after cleaning.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::chat) struct Cleaned {
    pub(in crate::chat) json: Json<'static>,
    /// Keywords that had to go.
    pub(in crate::chat) dropped: Vec<String>,
}

fn parse(schema: &str) -> Option<Node<'_>> {
    read_whole(schema).ok()
}

/// Keywords that Google documents for its JSON Schema fields.
const GEMINI_KEYWORDS: &[&str] = &[
    "$id",
    "$defs",
    "$ref",
    "$anchor",
    "type",
    "format",
    "title",
    "description",
    "enum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "anyOf",
    "oneOf",
    "properties",
    "additionalProperties",
    "required",
    "propertyOrdering",
    "nullable",
    "default",
    "minLength",
    "maxLength",
    "pattern",
    "definitions",
];

/// Fields of Google's `Schema` message.
const OPENAPI_KEYWORDS: &[&str] = &[
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "enum",
    "maxItems",
    "minItems",
    "properties",
    "required",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "example",
    "anyOf",
    "propertyOrdering",
    "default",
    "items",
    "minimum",
    "maximum",
];

/// Keywords that Anthropic refuses in output schemas.
const ANTHROPIC_OUTPUT_REFUSED: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
];

/// Brings a schema to what a vendor accepts. A schema that is no object becomes the empty object's.
pub(in crate::chat) fn clean(schema: Option<&Json<'_>>, rules: Rules) -> Cleaned {
    let mut root = match schema.and_then(|schema| parse(schema.as_str())) {
        Some(Node::Object(fields)) => Node::Object(fields),
        _ => Node::Object(Vec::new()),
    };
    let mut dropped = Vec::new();
    if let (Node::Object(fields), Rules::OpenAi | Rules::Anthropic) = (&mut root, rules) {
        follow_root(fields);
        merge_root(fields, &mut dropped);
    }
    visit(&mut root, rules, &mut dropped, 0);
    complete_root(&mut root, rules);
    let mut text = String::new();
    root.write(&mut text);
    Cleaned { json: Json::trusted(text), dropped }
}

/// Returns the schema of an object with one field of this schema; `None` for a schema that is an object's.
pub(in crate::chat) fn wrapped(schema: &Json<'_>, field: &'static str) -> Option<Json<'static>> {
    let Some(Node::Object(fields)) = parse(schema.as_str()) else { return None };
    if is_objects(&fields) {
        return None;
    }
    // What is referred to is named from the root.
    let is_shared = |(key, _): &(Text<'_>, Node<'_>)| *key == *"$defs" || *key == *"definitions";
    let (shared, inner): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_shared);
    let name = format!("\"{field}\"");
    let mut root = vec![
        ("type".into(), Node::Leaf("\"object\"")),
        ("properties".into(), Node::Object(vec![(field.into(), Node::Object(inner))])),
        ("required".into(), Node::Array(vec![Node::Leaf(&name)])),
        ("additionalProperties".into(), Node::Leaf("false")),
    ];
    root.extend(shared);
    let mut text = String::new();
    Node::Object(root).write(&mut text);
    Some(Json::trusted(text))
}

fn is_objects(fields: &[(Text<'_>, Node<'_>)]) -> bool {
    const OTHERS: [&str; 8] = ["anyOf", "oneOf", "allOf", "enum", "const", "items", "prefixItems", "$ref"];
    if has(fields, "type") {
        return is_of_type(fields, "object");
    }
    has(fields, "properties") || !OTHERS.iter().any(|keyword| has(fields, keyword))
}

/// Returns whether a schema is one that OpenAI takes as strict: every object closed and all its properties required.
pub(in crate::chat) fn is_strict(schema: &Json<'_>) -> bool {
    match parse(schema.as_str()) {
        Some(root @ Node::Object(_)) => {
            root.get("type").is_some_and(|kind| kind.is_string("object")) && is_strict_node(&root, 0)
        }
        _ => false,
    }
}

fn is_strict_node(node: &Node<'_>, depth: usize) -> bool {
    const REFUSED: &[&str] =
        &["oneOf", "allOf", "not", "if", "patternProperties", "dependentRequired", "minProperties"];
    if depth > MAX_DEPTH || REFUSED.iter().any(|keyword| node.get(keyword).is_some()) {
        return false;
    }
    if let Some(Node::Object(properties)) = node.get("properties") {
        let is_closed = matches!(node.get("additionalProperties"), Some(Node::Leaf("false")));
        let required: HashSet<String> = match node.get("required") {
            Some(Node::Array(names)) => names.iter().filter_map(Node::to_text).collect(),
            _ => HashSet::new(),
        };
        if !is_closed || !properties.iter().all(|(name, _)| required.contains(name.to_plain().as_ref())) {
            return false;
        }
    } else if node.get("type").is_some_and(|kind| kind.is_string("object")) {
        return false;
    }
    node.subschemas().all(|schema| is_strict_node(schema, depth + 1))
}

fn visit(node: &mut Node<'_>, rules: Rules, dropped: &mut Vec<String>, depth: usize) {
    let Node::Object(fields) = node else { return };
    if depth > MAX_DEPTH {
        return;
    }
    if matches!(rules, Rules::Gemini | Rules::OpenApi) {
        const_to_enum(fields);
    }
    if rules == Rules::FromOpenApi {
        from_openapi(fields);
    }
    if rules == Rules::OpenApi {
        type_list_to_nullable(fields);
        rename(fields, "oneOf", "anyOf");
    }
    fields.retain(|(key, _)| {
        let is_kept = is_keyword_accepted(&key.to_plain(), rules);
        if !is_kept {
            dropped.push(key.to_plain().into_owned());
        }
        is_kept
    });
    if rules == Rules::OpenAi && is_of_type(fields, "array") && !has(fields, "items") && !has(fields, "prefixItems") {
        fields.push(("items".into(), Node::Object(Vec::new())));
    }
    if rules == Rules::AnthropicOutput && is_of_type(fields, "object") && !has(fields, "additionalProperties") {
        fields.push(("additionalProperties".into(), Node::Leaf("false")));
    }
    for (key, value) in fields {
        visit_below(&key.to_plain(), value, &mut |schema| visit(schema, rules, dropped, depth + 1));
    }
}

fn is_keyword_accepted(keyword: &str, rules: Rules) -> bool {
    match rules {
        // The dialect of the schema itself says nothing to a model, and OpenAI's strict mode refuses it.
        Rules::OpenAi => keyword != "$schema",
        Rules::Anthropic | Rules::FromOpenApi => true,
        Rules::AnthropicOutput => keyword != "$schema" && !ANTHROPIC_OUTPUT_REFUSED.contains(&keyword),
        Rules::Gemini => GEMINI_KEYWORDS.contains(&keyword),
        Rules::OpenApi => OPENAPI_KEYWORDS.contains(&keyword),
    }
}

/// Calls `each` for every schema directly below a keyword.
fn visit_below<'n>(keyword: &str, value: &mut Node<'n>, each: &mut dyn FnMut(&mut Node<'n>)) {
    match (keyword, value) {
        ("properties" | "$defs" | "definitions" | "patternProperties" | "dependentSchemas", Node::Object(named)) => {
            named.iter_mut().for_each(|(_, schema)| each(schema));
        }
        ("anyOf" | "oneOf" | "allOf" | "prefixItems", Node::Array(list)) => list.iter_mut().for_each(each),
        ("items" | "additionalProperties" | "not" | "contains" | "if" | "then" | "else", schema) => each(schema),
        _ => {}
    }
}

/// Puts what the root refers to in its place: the root itself must be an object's.
fn follow_root<'n>(fields: &mut Vec<(Text<'n>, Node<'n>)>) {
    let wanted = |key: &str| fields.iter().find(|(known, _)| *known == *key).map(|(_, value)| value);
    let Some(target) = wanted("$ref").and_then(Node::to_text) else { return };
    let found = ["$defs", "definitions"].into_iter().find_map(|place| {
        let name = target.strip_prefix("#/")?.strip_prefix(place)?.strip_prefix('/')?;
        wanted(place)?.get(name).cloned()
    });
    let Some(Node::Object(referred)) = found else { return };
    fields.retain(|(key, _)| *key != *"$ref");
    let mut known: HashSet<String> = fields.iter().map(|(key, _)| key.to_plain().into_owned()).collect();
    fields.extend(referred.into_iter().filter(|(key, _)| known.insert(key.to_plain().into_owned())));
}

/// Takes alternatives out of the root, where OpenAI and Anthropic refuse them: the properties of all become the root's.
fn merge_root(fields: &mut Vec<(Text<'_>, Node<'_>)>, dropped: &mut Vec<String>) {
    let mut more = Vec::new();
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let Some(place) = fields.iter().position(|(key, _)| *key == *keyword) else { continue };
        dropped.push(keyword.to_owned());
        let Node::Array(alternatives) = fields.remove(place).1 else { continue };
        for alternative in alternatives {
            let Node::Object(parts) = alternative else { continue };
            more.extend(parts.into_iter().filter(|(key, _)| *key == *"properties").map(|(_, value)| value));
        }
    }
    if more.is_empty() {
        return;
    }
    if !has(fields, "properties") {
        fields.push(("properties".into(), Node::Object(Vec::new())));
    }
    let known = fields.iter_mut().find(|(key, _)| *key == *"properties");
    let Some((_, Node::Object(properties))) = known else { return };
    let mut names: HashSet<String> = properties.iter().map(|(name, _)| name.to_plain().into_owned()).collect();
    for list in more {
        let Node::Object(list) = list else { continue };
        properties.extend(list.into_iter().filter(|(name, _)| names.insert(name.to_plain().into_owned())));
    }
}

fn complete_root(root: &mut Node<'_>, rules: Rules) {
    let Node::Object(fields) = root else { return };
    if rules == Rules::OpenApi && !has(fields, "properties") {
        return;
    }
    if !has(fields, "type") && !has(fields, "anyOf") && !has(fields, "$ref") && !has(fields, "oneOf") {
        fields.insert(0, ("type".into(), Node::Leaf("\"object\"")));
    }
    if is_of_type(fields, "object") && !has(fields, "properties") && rules != Rules::AnthropicOutput {
        fields.push(("properties".into(), Node::Object(Vec::new())));
    }
}

fn const_to_enum(fields: &mut [(Text<'_>, Node<'_>)]) {
    for (key, value) in fields.iter_mut().filter(|(key, _)| *key == *"const") {
        *key = "enum".into();
        *value = Node::Array(vec![std::mem::replace(value, Node::Leaf("null"))]);
    }
}

/// `"type": ["string", "null"]` is `nullable` in OpenAPI 3.0.
fn type_list_to_nullable(fields: &mut Vec<(Text<'_>, Node<'_>)>) {
    let Some((_, kind)) = fields.iter_mut().find(|(key, _)| *key == *"type") else { return };
    let Node::Array(kinds) = kind else { return };
    let has_null = kinds.iter().any(|kind| kind.is_string("null"));
    kinds.retain(|kind| !kind.is_string("null"));
    let Some(first) = kinds.first().cloned() else { return };
    *kind = first;
    if has_null {
        fields.push(("nullable".into(), Node::Leaf("true")));
    }
}

/// Google writes types in upper case, counts as strings, and `nullable` beside the type.
fn from_openapi(fields: &mut Vec<(Text<'_>, Node<'_>)>) {
    const TYPES: [&str; 7] =
        [r#""string""#, r#""number""#, r#""integer""#, r#""boolean""#, r#""array""#, r#""object""#, r#""null""#];
    const COUNTS: [&str; 6] = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"];
    let is_nullable = fields.iter().any(|(key, value)| *key == *"nullable" && matches!(value, Node::Leaf("true")));
    fields.retain(|(key, _)| *key != *"nullable");
    for (key, value) in fields {
        let Node::Leaf(leaf) = value else { continue };
        if *key == *"type" {
            let known = TYPES.iter().find(|known| known.eq_ignore_ascii_case(leaf)).copied();
            let leaf = known.unwrap_or(leaf);
            *value = match is_nullable {
                true => Node::Array(vec![Node::Leaf(leaf), Node::Leaf("\"null\"")]),
                false => Node::Leaf(leaf),
            };
        } else if COUNTS.iter().any(|count| *key == **count) {
            *value = Node::Leaf(leaf.trim_matches('"'));
        }
    }
}

fn rename(fields: &mut [(Text<'_>, Node<'_>)], from: &str, to: &'static str) {
    for (key, _) in fields.iter_mut().filter(|(key, _)| *key == *from) {
        *key = to.into();
    }
}

fn has(fields: &[(Text<'_>, Node<'_>)], keyword: &str) -> bool {
    fields.iter().any(|(key, _)| *key == *keyword)
}

fn is_of_type(fields: &[(Text<'_>, Node<'_>)], kind: &str) -> bool {
    fields.iter().any(|(key, value)| *key == *"type" && value.is_string(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::openai_completes(Rules::OpenAi, r#"{"type":"object"}"#, r#"{"type":"object","properties":{}}"#)]
    #[case::openai_items(
        Rules::OpenAi,
        r#"{"$schema":"x","type":"object","properties":{"a":{"type":"array"}}}"#,
        r#"{"type":"object","properties":{"a":{"type":"array","items":{}}}}"#
    )]
    #[case::numbers_and_order_stay(
        Rules::Gemini,
        r#"{"type":"object","properties":{"z":{"type":"number","maximum":1.50e1},"a":{"const":9007199254740993}}}"#,
        r#"{"type":"object","properties":{"z":{"type":"number","maximum":1.50e1},"a":{"enum":[9007199254740993]}}}"#
    )]
    #[case::a_property_may_be_named_like_a_keyword(
        Rules::Gemini,
        r#"{"type":"object","properties":{"$schema":{"type":"string","exclusiveMinimum":1}}}"#,
        r#"{"type":"object","properties":{"$schema":{"type":"string"}}}"#
    )]
    #[case::openapi(
        Rules::OpenApi,
        r#"{"type":"object","properties":{"a":{"type":["string","null"]}},"additionalProperties":false}"#,
        r#"{"type":"object","properties":{"a":{"type":"string","nullable":true}}}"#
    )]
    #[case::anthropic_output(
        Rules::AnthropicOutput,
        r#"{"type":"object","properties":{"a":{"type":"integer","minimum":1}}}"#,
        r#"{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}"#
    )]
    #[case::from_openapi(
        Rules::FromOpenApi,
        r#"{"type":"OBJECT","properties":{"a":{"type":"ARRAY","minItems":"1","items":{"type":"STRING","nullable":true}}}}"#,
        r#"{"type":"object","properties":{"a":{"type":"array","minItems":1,"items":{"type":["string","null"]}}}}"#
    )]
    #[case::alternatives_at_the_root(
        Rules::OpenAi,
        r#"{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"a":{},"b":{"type":"number"}}}],"properties":{"c":{}}}"#,
        r#"{"type":"object","properties":{"c":{},"a":{"type":"string"},"b":{"type":"number"}}}"#
    )]
    #[case::a_root_that_refers(
        Rules::Anthropic,
        r##"{"$ref":"#/definitions/q","definitions":{"q":{"type":"object","properties":{"a":{"$ref":"#/definitions/q"}}}}}"##,
        r##"{"definitions":{"q":{"type":"object","properties":{"a":{"$ref":"#/definitions/q"}}}},"type":"object","properties":{"a":{"$ref":"#/definitions/q"}}}"##
    )]
    #[case::nothing(Rules::Anthropic, "null", r#"{"type":"object","properties":{}}"#)]
    fn a_schema_is_brought_to_what_a_vendor_accepts(
        #[case] rules: Rules,
        #[case] schema: &str,
        #[case] expected: &str,
    ) {
        assert_eq!(clean(Some(&Json::trusted(schema)), rules).json.as_str(), expected);
    }

    #[rstest]
    #[case(
        r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#,
        true
    )]
    #[case(r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#, false)]
    #[case(r#"{"type":"object","properties":{},"required":[]}"#, false)]
    #[case(r#"{"type":"array"}"#, false)]
    fn a_strict_schema_is_known(#[case] schema: &str, #[case] expected: bool) {
        assert_eq!(is_strict(&Json::trusted(schema)), expected);
    }
}
