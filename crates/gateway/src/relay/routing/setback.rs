//! What a failed attempt says about those who failed: a pure table from what happened to what rests, and for how long.

use std::time::Duration;

use sluice_domain::route::{Setback, Subject, Trouble};
use sluice_protocol::failure::{Cause, Failure};

/// What an attempt came to grief on.
#[derive(Debug, Clone, Copy)]
pub(in crate::relay) enum Mishap<'f> {
    /// No connection, or it broke before an answer.
    Transport,
    /// No answer in time.
    Timeout,
    /// An answer that is none: a web page, a redirect, nothing, an error where data should be.
    Nonsense,
    /// An error that the upstream told.
    Told(&'f Failure),
}

/// A setback with those that it is about.
pub(in crate::relay) type Verdict = (&'static [Subject], Setback);

const PROVIDER: &[Subject] = &[Subject::Provider];
const CREDENTIAL: &[Subject] = &[Subject::Credential];
const ROUTE: &[Subject] = &[Subject::Route];
const PROVIDER_AND_ROUTE: &[Subject] = &[Subject::Provider, Subject::Route];

/// Returns who rests after a mishap; `None` where it is the request's own fault, or nobody's.
pub(in crate::relay) fn judge(mishap: Mishap<'_>) -> Option<Verdict> {
    let plain = |subjects, trouble| Some((subjects, Setback { trouble, pause_ms: None }));
    match mishap {
        Mishap::Transport => plain(PROVIDER, Trouble::Failing),
        Mishap::Timeout | Mishap::Nonsense => plain(ROUTE, Trouble::Failing),
        Mishap::Told(failure) => {
            let pause_ms = failure.retry_after_secs().and_then(|secs| i64::try_from(secs.saturating_mul(1_000)).ok());
            let (subjects, trouble) = told(failure, pause_ms.is_some())?;
            Some((subjects, Setback { trouble, pause_ms }))
        }
    }
}

fn told(failure: &Failure, asks_for_pause: bool) -> Option<(&'static [Subject], Trouble)> {
    match (failure.cause, failure.status) {
        (Cause::Quota, _) | (_, 402) => Some((CREDENTIAL, Trouble::QuotaExhausted)),
        (Cause::Auth, _) | (_, 401) => Some((CREDENTIAL, Trouble::Unauthorized)),
        (Cause::RateLimit, _) | (_, 429) => Some((ROUTE, Trouble::RateLimited)),
        (Cause::ModelNotFound, _) | (_, 403) => Some((ROUTE, Trouble::ModelMissing)),
        // What a parameter names nobody else has either.
        (_, 404) if failure.param.is_none() => Some((ROUTE, Trouble::ModelMissing)),
        // Those that stand in front of a service say so when it is down as a whole.
        (_, 502..=504 | 520..=530) if asks_for_pause => Some((ROUTE, Trouble::RateLimited)),
        (_, 502..=504 | 520..=530) => Some((PROVIDER_AND_ROUTE, Trouble::Failing)),
        (Cause::Overloaded, _) => Some((ROUTE, Trouble::RateLimited)),
        (Cause::Server | Cause::Timeout, _) | (_, 408 | 500..) => Some((ROUTE, Trouble::Failing)),
        (
            Cause::Invalid
            | Cause::ContextLength
            | Cause::Filtered
            | Cause::Permission
            | Cause::NotFound
            | Cause::TooLarge
            | Cause::Conflict,
            _,
        ) => None,
    }
}

/// Returns how long a probe may take before the next call may try: well beyond what the route usually takes.
pub(in crate::relay) fn probe_limit(usual_ms: Option<f64>, first_byte: Duration) -> Duration {
    const LEAST: Duration = Duration::from_secs(10);
    let usual = usual_ms.map(|ms| Duration::from_millis((ms.max(0.0) * 3.0) as u64));
    usual.map_or(first_byte, |usual| usual.max(LEAST).min(first_byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use rstest::rstest;

    #[rstest]
    #[case(401, "{}", Some((CREDENTIAL, Trouble::Unauthorized)))]
    #[case(402, "{}", Some((CREDENTIAL, Trouble::QuotaExhausted)))]
    #[case(403, "{}", Some((ROUTE, Trouble::ModelMissing)))]
    #[case(404, r#"{"error":{"code":"model_not_found","message":"no such model"}}"#, Some((ROUTE, Trouble::ModelMissing)))]
    #[case(408, "{}", Some((ROUTE, Trouble::Failing)))]
    #[case(413, "{}", None)]
    #[case(400, "{}", None)]
    #[case(422, "{}", None)]
    #[case(429, "{}", Some((ROUTE, Trouble::RateLimited)))]
    #[case(429, r#"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"#, Some((CREDENTIAL, Trouble::QuotaExhausted)))]
    #[case(500, "{}", Some((ROUTE, Trouble::Failing)))]
    #[case(502, "<html>", Some((PROVIDER_AND_ROUTE, Trouble::Failing)))]
    #[case(503, "", Some((PROVIDER_AND_ROUTE, Trouble::Failing)))]
    #[case(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, Some((PROVIDER_AND_ROUTE, Trouble::Failing)))]
    fn each_error_makes_those_rest_whom_it_is_about(
        #[case] status: u16,
        #[case] body: &str,
        #[case] expected: Option<(&'static [Subject], Trouble)>,
    ) {
        let failure = Failure::read(status, &HeaderMap::new(), body.as_bytes());
        let got = judge(Mishap::Told(&failure)).map(|(subjects, setback)| (subjects, setback.trouble));
        assert_eq!(got, expected);
    }

    #[test]
    fn the_pause_is_the_one_that_is_asked_for() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", http::HeaderValue::from_static("7"));
        let failure = Failure::read(429, &headers, b"{}");
        let (_, setback) = judge(Mishap::Told(&failure)).unwrap();
        assert_eq!(setback.pause_ms, Some(7_000));
    }

    #[test]
    fn a_probe_may_take_longer_than_usual_but_not_for_ever() {
        let first_byte = Duration::from_secs(300);
        assert_eq!(probe_limit(None, first_byte), first_byte);
        assert_eq!(probe_limit(Some(200.0), first_byte), Duration::from_secs(10));
        assert_eq!(probe_limit(Some(40_000.0), first_byte), Duration::from_secs(120));
        assert_eq!(probe_limit(Some(400_000.0), first_byte), first_byte);
    }
}
