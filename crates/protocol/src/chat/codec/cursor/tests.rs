use super::*;
use crate::chat::codec::wire::wire;
use proptest::prelude::*;
use rstest::rstest;

wire! {
    struct Sample<'a> {
        "text" text: Text<'a>,
        "count" | "Count" count: Number<'a>,
        "flag" flag: bool,
        "list" list: Vec<Sample<'a>>,
        "content" content: TextOr<'a, Sample<'a>>,
    }
}

fn error_of(text: &str) -> String {
    read_whole::<Sample<'_>>(text).unwrap_err().to_error(Path::Root).to_string()
}

#[test]
fn values_are_borrowed_as_they_stand() {
    let text = r#" {"te\u0078t" : "a\n\"b\"", "Count":1.50e+1,"flag":null, "list":[{"x":[1, 2]}],"content":[{}]} "#;
    let sample: Sample<'_> = read_whole(text).unwrap();
    assert_eq!(sample.text.unwrap().as_escaped(), r#"a\n\"b\""#);
    assert_eq!(sample.count.unwrap().as_str(), "1.50e+1");
    assert_eq!(sample.flag, None);
    assert_eq!(sample.list.unwrap()[0].extra.get("x").unwrap().as_str(), "[1, 2]");
    assert!(matches!(&sample.content, Some(TextOr::Parts(parts)) if parts[0].extra.is_empty()));
}

#[rstest]
#[case(r#"{"text":1}"#, "`text`: expected a string")]
#[case(r#"{"list":[{},{"list":[{"flag":0}]}]}"#, "`list[1].list[0].flag`: expected true or false")]
#[case(r#"{"list":[{},5]}"#, "`list[1]`: expected an object")]
#[case(r#"{"count":1,"Count":2}"#, "`Count`: stands twice; send it once")]
#[case(r#"{"count":"1"}"#, "`count`: expected a number")]
#[case("{} {}", "``: something follows the value")]
#[case("[]", "``: expected an object")]
fn an_error_names_the_place(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(error_of(text), expected);
}

#[test]
fn a_key_of_the_callers_is_repeated_in_part_only() {
    let key = "鍵".repeat(1_000);
    assert!(error_of(&format!("{{\"{key}\":x}}")).starts_with(&format!("`{}`", "鍵".repeat(64))));
}

#[test]
fn deep_nesting_is_refused_without_the_stack() {
    let text = format!("{}{}", "{\"list\":[".repeat(100_000), "]}".repeat(100_000));
    assert!(error_of(&text).ends_with("nested too deeply"));
    assert!(
        error_of(&format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))).ends_with("nested too deeply")
    );
}

#[test]
fn content_that_is_no_list_of_parts_is_kept_as_it_came() {
    for other in [r#"[{"text":1}]"#, r#"{"a":[1]}"#, "5", "[1,[2]]"] {
        let text = format!("{{\"content\":{other},\"count\":1}}");
        let sample: Sample<'_> = read_whole(&text).unwrap();
        assert!(matches!(&sample.content, Some(TextOr::Other(json)) if json.as_str() == other), "{other}");
        assert!(sample.count.is_some());
    }
}

#[test]
fn a_text_is_known_to_be_cut_wherever_it_ends() {
    let text = r#"{"text":"aé\u00e9\\n","count":-1.5e+3,"flag":true,"list":[{"x":[null,{"y":false}]}, {}]}"#;
    assert!(read_whole::<Sample<'_>>(text).is_ok());
    for cut in (0..text.len()).filter_map(|end| text.get(..end)) {
        let error = read_whole::<Sample<'_>>(cut).unwrap_err();
        assert!(error.is_cut, "{cut:?} is cut, not wrong: {error:?}");
    }
    assert!(!read_whole::<Sample<'_>>(r#"{"text":5"#).unwrap_err().is_cut);
}

proptest! {
    #[test]
    fn texts_are_judged_as_serde_judges_them(text in r#"[\[\]{}",:0-9a-zé\\/ .eE+\-]{0,40}"#) {
        let ours = read_whole::<Json<'_>>(&text);
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok());
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.as_str(), theirs.get());
        }
    }

    #[test]
    fn strings_are_judged_as_serde_judges_them(text in r#""([a-zé\x00-\x22/]|\\[bfnrtu"/\\]|[0-9a-f]{4}){0,40}""#) {
        let ours = read_whole::<Text<'_>>(&text);
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok());
    }
}
