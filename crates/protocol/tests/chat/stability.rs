//! What holds for every fixture: what was written in a dialect reads back as the same, whichever dialect it came from.

use sluice_protocol::chat::{convert_answer, decode_request, encode_request};
use sluice_protocol::operation::Dialect;

use crate::fixture::{Case, files, read};
use crate::grammar;
use crate::support::{DIALECTS, bridge, dialect, target, transcode};

fn cases(folder: &str) -> Vec<Case> {
    files(folder).iter().flat_map(|path| read(path)).collect()
}

/// Returns the request in another dialect; `None` when it cannot go there.
fn request_in(upstream: Dialect, client: Dialect, body: &str) -> Option<String> {
    let request = decode_request(client, body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"));
    let encoded = encode_request(upstream, &request, &target(&[])).unwrap();
    encoded.losses.first_semantic().is_none().then(|| String::from_utf8(encoded.body).unwrap())
}

#[test]
fn a_request_that_was_written_is_written_the_same_again() {
    for case in cases("requests") {
        let client = dialect(&case.input.dialect);
        for upstream in DIALECTS {
            let Some(once) = request_in(upstream, client, &case.input.body) else { continue };
            let twice = request_in(upstream, upstream, &once);
            assert_eq!(twice.as_ref(), Some(&once), "{} [{client:?} → {upstream:?}]", case.title);
        }
    }
}

#[test]
fn a_request_of_a_dialect_loses_nothing_in_it() {
    for case in cases("requests") {
        let client = dialect(&case.input.dialect);
        let request = decode_request(client, case.input.body.as_bytes()).unwrap();
        let encoded = encode_request(client, &request, &target(&[])).unwrap();
        assert_eq!(encoded.losses.iter().collect::<Vec<_>>(), Vec::<&_>::new(), "{}", case.title);
        let mut again = decode_request(client, &encoded.body).unwrap();
        // The name of the model is the upstream's now, and where a dialect numbers messages they may be merged.
        again.model = request.model.clone();
        assert_eq!(again.toolbox.tools, request.toolbox.tools, "{}", case.title);
        assert_eq!(again.sampling, request.sampling, "{}", case.title);
        assert_eq!(again.limits, request.limits, "{}", case.title);
        assert_eq!(again.reasoning, request.reasoning, "{}", case.title);
        assert_eq!(again.format, request.format, "{}", case.title);
        assert_eq!(again.origin, request.origin, "{}", case.title);
    }
}

#[test]
fn an_answer_that_was_written_is_written_the_same_again() {
    for case in cases("answers") {
        let upstream = dialect(&case.input.dialect);
        for client in DIALECTS {
            let once = convert_answer(case.input.body.as_bytes(), &bridge(upstream, client)).unwrap();
            let twice = convert_answer(&once, &bridge(client, client)).unwrap();
            assert_eq!(
                String::from_utf8(twice).unwrap(),
                String::from_utf8(once).unwrap(),
                "{} [{upstream:?} → {client:?}]",
                case.title
            );
        }
    }
}

#[test]
fn a_stream_that_was_written_is_written_the_same_again() {
    for case in cases("streams") {
        let upstream = dialect(&case.input.dialect);
        for client in DIALECTS {
            let input = format!("{}\n\n", case.input.body);
            let once = transcode(bridge(upstream, client), [input.as_bytes()]);
            let twice = transcode(bridge(client, client), [once.as_bytes()]);
            grammar::check(client, &twice).unwrap_or_else(|reason| panic!("{}: {reason}\n{twice}", case.title));
            // What an error is called changes with each dialect.
            if !once.contains("\"error\":{") {
                assert_eq!(twice, once, "{} [{upstream:?} → {client:?}]", case.title);
            }
        }
    }
}
