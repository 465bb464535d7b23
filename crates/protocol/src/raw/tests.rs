use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn replace_model(body: &str, model: &str) -> String {
    let object = RawObject::parse(body.as_bytes()).unwrap();
    let mut edits = Edits::default();
    object.set("model", &json_string(model), &mut edits);
    String::from_utf8(edits.apply(body.as_bytes())).unwrap()
}

#[test]
fn only_the_replaced_value_changes() {
    let body = r#"{ "seed":9007199254740993 ,"n":1.0e+2,"model" : "a","x":{"k":1,"k":2},"s":"\u00e9<>&"}"#;
    let expected = r#"{ "seed":9007199254740993 ,"n":1.0e+2,"model" : "b\"c","x":{"k":1,"k":2},"s":"\u00e9<>&"}"#;
    assert_eq!(replace_model(body, "b\"c"), expected);
}

#[rstest]
#[case("{}", r#"{"model":"m"}"#)]
#[case(r#"{"a":1 }"#, r#"{"a":1 ,"model":"m"}"#)]
fn an_absent_key_is_appended(#[case] body: &str, #[case] expected: &str) {
    assert_eq!(replace_model(body, "m"), expected);
}

#[test]
fn a_second_top_level_key_is_refused_even_when_escaped() {
    let error = RawObject::parse(br#"{"model":"a","mod\u0065l":"b"}"#).unwrap_err();
    assert_eq!(error, RawError::DuplicateKey("model".to_owned()));
}

#[test]
fn a_duplicate_among_many_keys_is_found() {
    let mut body = String::from("{");
    for index in 0..100 {
        body.push_str(&format!("\"k{index}\":1,"));
    }
    body.push_str("\"k57\":2}");
    assert_eq!(RawObject::parse(body.as_bytes()).unwrap_err(), RawError::DuplicateKey("k57".to_owned()));
}

#[rstest]
#[case("[1]", RawError::NotAnObject)]
#[case("3", RawError::NotAnObject)]
#[case("", RawError::Syntax { reason: "the text ends too early", at: 0 })]
#[case(r#"{"a":1"#, RawError::Syntax { reason: "expected `,` or `}`", at: 6 })]
#[case(r#"{"a":01}"#, RawError::Syntax { reason: "a number must not begin with 0", at: 7 })]
#[case(r#"{"a":1} x"#, RawError::Syntax { reason: "something follows the object", at: 8 })]
#[case(r#"{"a":"b"#, RawError::Syntax { reason: "a string is not closed", at: 7 })]
#[case(r#"{"a":[1,}"#, RawError::Syntax { reason: "expected a value", at: 8 })]
fn broken_text_is_refused_with_its_place(#[case] body: &str, #[case] expected: RawError) {
    assert_eq!(RawObject::parse(body.as_bytes()).unwrap_err(), expected);
}

#[test]
fn deep_nesting_is_refused_without_a_stack() {
    let body = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(RawObject::parse(body.as_bytes()), Err(RawError::Syntax { reason: "nested too deeply", .. })));
}

#[test]
fn values_are_read_by_kind() {
    let object = RawObject::parse(br#"{"model":"gpt\u002d4","stream":true,"n":null,"max":12,"o":{"a":[1]}}"#).unwrap();
    assert_eq!(object.string("model").as_deref(), Some("gpt-4"));
    assert!(object.is_true("stream"));
    assert!(!object.has("n") && object.has("max") && !object.has("absent"));
    assert_eq!(object.read::<u32>("max"), Some(12));
    assert_eq!(object.get("o"), Some(&br#"{"a":[1]}"#[..]));
    assert_eq!(object.keys().collect::<Vec<_>>(), ["model", "stream", "n", "max", "o"]);
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Into::into),
        ".{0,40}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
            prop::collection::btree_map(".{0,12}", inner, 0..8)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_serde_writes_is_accepted_and_found(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        match (&value, RawObject::parse(text.as_bytes())) {
            (serde_json::Value::Object(map), Ok(object)) => {
                for (key, value) in map {
                    // Compared as text: a float may not survive being read twice.
                    let found: serde_json::Value = object.read(key).unwrap();
                    prop_assert!(pretty || object.get(key) == Some(value.to_string().as_bytes()));
                    prop_assert_eq!(found.is_number(), value.is_number());
                }
            }
            (serde_json::Value::Object(_), Err(error)) => prop_assert!(false, "{}", error),
            (_, result) => prop_assert_eq!(result.err(), Some(RawError::NotAnObject)),
        }
    }

    #[test]
    fn any_bytes_are_judged_as_serde_judges_them(bytes in r#"[\[\]{}",:0-9a-z\\ .eE+\-]{0,40}"#) {
        let ours = RawObject::parse(bytes.as_bytes());
        let theirs = serde_json::from_str::<serde_json::Value>(&bytes);
        match (&ours, &theirs) {
            (Ok(_), theirs) => prop_assert!(theirs.as_ref().is_ok_and(serde_json::Value::is_object)),
            (Err(RawError::NotAnObject | RawError::DuplicateKey(_)), theirs) => {
                let begins_as_object = bytes.starts_with('{');
                prop_assert!(theirs.is_ok() || !begins_as_object);
            }
            (Err(RawError::Syntax { .. }), theirs) => {
                // serde_json refuses numbers beyond f64; the grammar does not.
                prop_assert!(theirs.is_err());
            }
        }
    }
}

#[test]
fn a_duplicate_key_is_named_in_at_most_64_characters() {
    let key = "鍵".repeat(1_000);
    let body = format!("{{\"{key}\":1,\"{key}\":2}}");
    assert_eq!(RawObject::parse(body.as_bytes()).unwrap_err(), RawError::DuplicateKey("鍵".repeat(64)));
}

#[rstest]
#[case(r#"{"a":1, "b":2 ,"c":3}"#, &["a"], r#"{"b":2 ,"c":3}"#)]
#[case(r#"{"a":1, "b":2 ,"c":3}"#, &["b"], r#"{"a":1, "c":3}"#)]
#[case(r#"{"a":1, "b":2 ,"c":3}"#, &["c"], r#"{"a":1, "b":2}"#)]
#[case(r#"{"a":1, "b":2 ,"c":3}"#, &["b", "c"], r#"{"a":1}"#)]
#[case(r#"{"a":1, "b":2 ,"c":3}"#, &["a", "c"], r#"{"b":2}"#)]
#[case(r#"{"a":1, "b":2 }"#, &["a", "b"], r#"{"a":null, "b":null }"#)]
#[case(r#"{"a":1}"#, &["x"], r#"{"a":1}"#)]
fn keys_go_with_their_values_and_commas(#[case] source: &str, #[case] keys: &[&str], #[case] expected: &str) {
    let mut edits = Edits::default();
    RawObject::parse(source.as_bytes()).unwrap().remove(keys, &mut edits);
    assert_eq!(String::from_utf8(edits.apply(source.as_bytes())).unwrap(), expected);
}

#[test]
fn an_empty_object_takes_more_than_one_new_key() {
    let mut edits = Edits::default();
    let object = RawObject::parse(b"{}").unwrap();
    object.set("a", b"1", &mut edits);
    object.set("b", b"2", &mut edits);
    assert_eq!(edits.apply(b"{}"), br#"{"a":1,"b":2}"#);
}

/// Pieces of long strings: words, rows of backslashes, every escape, and with luck something that is wrong.
fn any_long_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-zé ]{0,70}",
        4 => r#"(\\\\){0,5}\\["\\/bfnrt]"#,
        1 => r"\\u[0-9a-f]{4}",
    ];
    let wrong = prop_oneof![
        6 => Just(String::new()),
        1 => r#"\\[axu]|\\u00|["\x00-\x1f]"#,
    ];
    (prop::collection::vec(piece.clone(), 0..30), wrong, prop::collection::vec(piece, 0..10))
        .prop_map(|(before, wrong, after)| format!("\"{}{wrong}{}\"", before.concat(), after.concat()))
}

proptest! {
    #[test]
    fn long_strings_are_judged_as_serde_judges_them(string in any_long_string(), after in r#"[,"\\a]{0,80}"#) {
        let body = format!("{{\"a\":{string},\"b\":1}}");
        let theirs = serde_json::from_str::<std::collections::HashMap<&str, &serde_json::value::RawValue>>(&body);
        match (RawObject::parse(body.as_bytes()), theirs) {
            (Ok(ours), Ok(theirs)) => {
                prop_assert_eq!(ours.get("a"), theirs.get("a").map(|value| value.get().as_bytes()));
            }
            (ours, theirs) => prop_assert_eq!(ours.is_ok(), theirs.is_ok()),
        }
        // What follows must not matter.
        let followed = format!("{string}{after}");
        let first = serde_json::Deserializer::from_str(&followed).into_iter::<&serde_json::value::RawValue>().next();
        let first = first.and_then(Result::ok).map(|value| value.get().len());
        prop_assert_eq!(value_end(followed.as_bytes(), 0), first);
    }
}
