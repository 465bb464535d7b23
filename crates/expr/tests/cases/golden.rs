//! The cases of the Go implementation come out the same.

use crate::go::Go;
use crate::kept::CASES;

/// What Go says, and what is said here.
const REASONS: [(&str, &str); 4] = [
    ("unexpected token EOF", "unexpected end of the rule"),
    ("unexpected token Operator(\"#\")", "unexpected `#`"),
    ("unknown name unknown_fn", "unknown name `unknown_fn`"),
    ("error parsing regexp: missing closing ]: `[`", "error parsing regexp: unclosed character class"),
];

/// Results that Go prints as its own literals, which have the types of keys, and what is printed here.
const LITERALS: [(&str, &str); 2] = [
    ("map[interface {}][]interface {}{0:[]interface {}{2, 4, 6}, 1:[]interface {}{1, 3, 5}}", "{0:[2,4,6],1:[1,3,5]}"),
    ("map[interface {}]interface {}{\"a\":1, \"b\":2}", "{\"a\":1,\"b\":2}"),
];

#[test]
fn every_case_comes_out_as_in_go() {
    let go = Go::new();
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let [source, outcome, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let expected = if outcome == "OK" { Ok(literal(expected)) } else { Err(reason(expected)) };
        let found = go.answer(source);
        if found != expected {
            wrong.push(format!("{source}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(CASES.lines().count(), 100);
}

fn literal(expected: &str) -> String {
    let known = LITERALS.iter().find(|(go, _)| *go == expected);
    known.map_or(expected, |(_, ours)| ours).to_owned()
}

fn reason(expected: &str) -> String {
    let known = REASONS.iter().find_map(|(go, ours)| expected.strip_prefix(go).map(|place| format!("{ours}{place}")));
    known.unwrap_or_else(|| expected.to_owned())
}
