//! Golden fixtures: one file per feature, one section per dialect.

use serde_json::value::RawValue;
use sluice_protocol::chat::{Losses, convert_answer, decode_request, encode_request};

use sluice_protocol::raw::RawObject;

use crate::fixture::{Case, Section, bless, files, is_blessing, read};
use crate::grammar;
use crate::support::{bridge, dialect, target, traits, transcode};

/// Checks every case of a folder; `convert` returns body and losses of one output.
fn check(folder: &str, convert: impl Fn(&Case, &Section) -> (String, Vec<String>)) {
    for path in files(folder) {
        let mut cases = read(&path);
        let mut wrong = Vec::new();
        for case in &mut cases {
            for place in 0..case.outputs.len() {
                let (body, losses) = convert(case, &case.outputs[place]);
                let expected = &mut case.outputs[place];
                if !is_same(&expected.body, &body) || expected.losses != losses {
                    let losses = losses.join("\n");
                    let pair = format!("{} → {}", case.input.dialect, expected.dialect);
                    wrong.push(format!("{} [{pair}]\n{body}\n{losses}", case.title));
                }
                expected.body = body;
                expected.losses = losses;
            }
        }
        if is_blessing() {
            bless(&path, &cases);
        } else {
            assert!(wrong.is_empty(), "{}:\n{}", path.display(), wrong.join("\n\n"));
        }
    }
}

/// Compares byte for byte but for the layout of the top level: digits and order count.
fn is_same(expected: &str, actual: &str) -> bool {
    let expected = if expected.starts_with('{') { pretty(expected) } else { expected.to_owned() };
    expected.trim() == actual.trim()
}

fn told(losses: &Losses) -> Vec<String> {
    losses.iter().map(|loss| format!("{} {}: {}", loss.severity.as_str(), loss.path, loss.reason)).collect()
}

#[test]
fn requests() {
    check("requests", |case, output| {
        let words: Vec<&str> = output.words.iter().map(String::as_str).collect();
        let traits = traits(&words);
        let request = decode_request(dialect(&case.input.dialect), case.input.body.as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", case.title));
        let encoded = encode_request(dialect(&output.dialect), &request, &target(&traits)).unwrap();
        let body = String::from_utf8(encoded.body).unwrap();
        (pretty(&body), told(&encoded.losses))
    });
}

#[test]
fn answers() {
    check("answers", |case, output| {
        let bridge = bridge(dialect(&case.input.dialect), dialect(&output.dialect));
        let body = convert_answer(case.input.body.as_bytes(), &bridge)
            .unwrap_or_else(|error| panic!("{}: {error}", case.title));
        (pretty(&String::from_utf8(body).unwrap()), Vec::new())
    });
}

#[test]
fn streams() {
    check("streams", |case, output| {
        let bridge = bridge(dialect(&case.input.dialect), dialect(&output.dialect));
        let client = bridge.client;
        let input = format!("{}\n\n", case.input.body);
        let whole = transcode(bridge.clone(), [input.as_bytes()]);
        // Where a stream is cut matters to its reader, so one output of each is enough.
        if case.outputs.first().is_some_and(|first| first.dialect == output.dialect) {
            for split in 0..=input.len() {
                let (first, second) = input.as_bytes().split_at(split);
                assert_eq!(transcode(bridge.clone(), [first, second]), whole, "{} split at {split}", case.title);
            }
        }
        assert_eq!(transcode(bridge, input.as_bytes().chunks(1)), whole, "{} in single bytes", case.title);
        grammar::check(client, &whole).unwrap_or_else(|reason| panic!("{}: {reason}\n{whole}", case.title));
        (whole.trim().to_owned(), Vec::new())
    });
}

/// Puts each top-level value, and each item of a list below, on a line of its own.
fn pretty(body: &str) -> String {
    let object = RawObject::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"));
    let text = |key: &str| std::str::from_utf8(object.get(key).unwrap()).unwrap();
    let lines: Vec<String> = object.keys().map(|key| format!(" \"{key}\": {}", broken(text(key)))).collect();
    format!("{{\n{}}}", lines.join(",\n"))
}

fn broken(json: &str) -> String {
    match serde_json::from_str::<Vec<&RawValue>>(json) {
        Ok(items) if items.len() > 1 || json.len() > 90 => {
            let items: Vec<String> = items.iter().map(|item| format!("  {}", item.get())).collect();
            format!("[\n{}]", items.join(",\n"))
        }
        _ => json.to_owned(),
    }
}
