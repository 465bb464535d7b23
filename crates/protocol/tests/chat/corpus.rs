//! Inputs that fuzzers start from: what they kept before, one file for each target, and the golden fixtures.
//!
//! A file is a row of inputs, each after its length in four bytes, the least significant first.

use std::fs;
use std::path::PathBuf;

use crate::fixture::{files, home, read};
use crate::support::DIALECTS;

/// Returns the file with what was kept for a target.
pub(crate) fn file(target: &str) -> PathBuf {
    home().join("../../fuzz/corpus").join(target)
}

/// Returns what was kept for a target; nothing where there is no file.
pub(crate) fn kept(target: &str) -> Vec<Vec<u8>> {
    fs::read(file(target)).map(|bytes| unpack(&bytes)).unwrap_or_default()
}

/// Returns the inputs in the bytes of a file.
pub(crate) fn unpack(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap();
        let (input, rest) = rest.split_at(length);
        inputs.push(input.to_vec());
        bytes = rest;
    }
    inputs
}

/// Returns the bytes of a file with these inputs.
pub(crate) fn pack(inputs: &[Vec<u8>]) -> Vec<u8> {
    let length = |input: &Vec<u8>| u32::try_from(input.len()).unwrap().to_le_bytes();
    inputs.iter().flat_map(|input| length(input).into_iter().chain(input.iter().copied())).collect()
}

/// Returns the golden fixtures that are inputs of a target.
pub(crate) fn seeds(target: &str) -> Vec<Vec<u8>> {
    let (kind, dialect) = target.split_once('_').unwrap_or((target, ""));
    match kind {
        "request" | "answer" | "stream" => fixtures(&format!("{kind}s"), dialect),
        "meter" => DIALECTS.iter().enumerate().flat_map(|(place, dialect)| metered(place, dialect.as_str())).collect(),
        "sse" => fixtures("streams", ""),
        "raw" => fixtures("requests", ""),
        "failure" => FAILURES.iter().map(|text| text.as_bytes().to_vec()).collect(),
        "form" => vec![FORM.as_bytes().to_vec()],
        "vendor" => vendors(),
        _ => Vec::new(),
    }
}

fn fixtures(folder: &str, dialect: &str) -> Vec<Vec<u8>> {
    let cases = files(folder).into_iter().flat_map(|path| read(&path));
    let bodies = cases.flat_map(|case| std::iter::once(case.input).chain(case.outputs));
    let end = if folder == "streams" { "\n\n" } else { "" };
    bodies
        .filter(|section| dialect.is_empty() || section.dialect == dialect)
        .map(|section| format!("{}{end}", section.body).into_bytes())
        .collect()
}

/// Puts in front what the meter's check reads from the first byte.
fn metered(place: usize, dialect: &str) -> Vec<Vec<u8>> {
    let events = u8::try_from(place).unwrap();
    let json = events + 5;
    let with = |first: u8| move |body: Vec<u8>| std::iter::once(first).chain(body).collect();
    let streams = fixtures("streams", dialect).into_iter().map(with(events));
    streams.chain(fixtures("answers", dialect).into_iter().map(with(json))).collect()
}

fn vendors() -> Vec<Vec<u8>> {
    fs::read_dir(home().join("vendors")).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

const FORM: &str = "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--x\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--x--\r\n";

const FAILURES: [&str; 6] = [
    r#"{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
    r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}"#,
    r#"[{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34.07s","reason":"X"}]}}]"#,
    r#"{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}"#,
    r#"{"error":{"message":"outer {\"error\":{\"message\":\"Please try again in 1m2.5s.\"}}","metadata":{"raw":"{\"base_resp\":{\"status_code\":1008,\"status_msg\":\"no\"}}"}}}"#,
    "event: error\ndata: {\"error\":{\"message\":\"x\"}}\n\n",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::CHECKS;

    #[test]
    fn no_input_that_a_fuzzer_kept_breaks_a_reader_again() {
        for (name, check) in CHECKS {
            let inputs: Vec<Vec<u8>> = seeds(name).into_iter().chain(kept(name)).collect();
            assert!(!inputs.is_empty(), "no input for `{name}`");
            inputs.iter().for_each(|input| check(input));
        }
    }

    #[test]
    fn inputs_come_out_of_a_file_as_they_went_in() {
        let inputs = vec![b"a".to_vec(), Vec::new(), vec![0; 300]];
        assert_eq!(unpack(&pack(&inputs)), inputs);
    }
}
