//! What a caller is told of its limits, in the headers of its own dialect.
//!
//! Sources: OpenAI "Rate limits" guide (rate limits in headers), Anthropic "Rate limits" page (response headers). Google
//! has none.

use chrono::{DateTime, SecondsFormat};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use sluice_domain::clock::Timestamp;
use sluice_protocol::operation::Family;

use crate::relay::wire::headers::remove_rate_limits;
use crate::standing::limiter::Left;

const MILLI_NANOS: u64 = 1_000_000;
const SECOND_MILLIS: u64 = 1_000;

/// Limit, what is left of it, and when all of it is there again.
type Names = [HeaderName; 3];

const fn names(limit: &'static str, remaining: &'static str, reset: &'static str) -> Names {
    [HeaderName::from_static(limit), HeaderName::from_static(remaining), HeaderName::from_static(reset)]
}

/// What is left of the limits per minute that a call counts against; of each kind the scarcest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scarcest {
    pub(super) requests: Option<Left>,
    pub(super) tokens: Option<Left>,
}

impl Scarcest {
    /// Tells the caller. What the upstream told goes: it spoke of the operator's account, and would contradict.
    pub(in crate::relay) fn tell(&self, family: Family, now: Timestamp, headers: &mut HeaderMap) {
        remove_rate_limits(headers);
        let reset: &dyn Fn(u64) -> String = match family {
            Family::OpenAi => &span,
            Family::Anthropic => &|millis| time(now, millis),
            Family::Gemini => return,
        };
        let told = [requests_names(family), tokens_names(family)].into_iter().zip([self.requests, self.tokens]);
        for (names, left) in told.filter_map(|(names, left)| Some((names?, left?))) {
            let [limit, remaining, full] = names;
            headers.insert(limit, left.allowance.into());
            headers.insert(remaining, left.left.into());
            if let Ok(reset) = HeaderValue::try_from(reset(left.full_in.div_ceil(MILLI_NANOS))) {
                headers.insert(full, reset);
            }
        }
    }
}

const fn requests_names(family: Family) -> Option<Names> {
    match family {
        Family::OpenAi => {
            Some(names("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"))
        }
        Family::Anthropic => Some(names(
            "anthropic-ratelimit-requests-limit",
            "anthropic-ratelimit-requests-remaining",
            "anthropic-ratelimit-requests-reset",
        )),
        Family::Gemini => None,
    }
}

const fn tokens_names(family: Family) -> Option<Names> {
    match family {
        Family::OpenAi => {
            Some(names("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"))
        }
        Family::Anthropic => Some(names(
            "anthropic-ratelimit-tokens-limit",
            "anthropic-ratelimit-tokens-remaining",
            "anthropic-ratelimit-tokens-reset",
        )),
        Family::Gemini => None,
    }
}

/// Writes a span as OpenAI does: `17ms`, `1s`, `6m0s`.
fn span(millis: u64) -> String {
    if (1..SECOND_MILLIS).contains(&millis) {
        return format!("{millis}ms");
    }
    let secs = millis.div_ceil(SECOND_MILLIS);
    match (secs / 3_600, secs / 60 % 60, secs % 60) {
        (0, 0, secs) => format!("{secs}s"),
        (0, minutes, secs) => format!("{minutes}m{secs}s"),
        (hours, minutes, secs) => format!("{hours}h{minutes}m{secs}s"),
    }
}

/// Writes the second in which a span from now will have passed, as in RFC 3339.
fn time(now: Timestamp, millis: u64) -> String {
    let millis = now.0.saturating_add_unsigned(millis).saturating_add(999);
    let time = DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH);
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const NOW: Timestamp = Timestamp(1_700_000_000_500);
    const SCARCEST: Scarcest = Scarcest {
        requests: Some(Left { allowance: 60, left: 59, full_in: 1_000_000_000 }),
        tokens: Some(Left { allowance: 100, left: 0, full_in: 360_000_000_000 }),
    };

    fn told(scarcest: Scarcest, family: Family) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for name in ["x-ratelimit-remaining-requests", "anthropic-ratelimit-unified-status", "retry-after"] {
            headers.insert(name, HeaderValue::from_static("7"));
        }
        scarcest.tell(family, NOW, &mut headers);
        let line = |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}", value.to_str().unwrap());
        let mut lines: Vec<String> = headers.iter().map(line).collect();
        lines.sort_unstable();
        lines
    }

    #[test]
    fn each_family_has_headers_of_its_own() {
        assert_eq!(
            told(SCARCEST, Family::OpenAi),
            [
                "retry-after: 7",
                "x-ratelimit-limit-requests: 60",
                "x-ratelimit-limit-tokens: 100",
                "x-ratelimit-remaining-requests: 59",
                "x-ratelimit-remaining-tokens: 0",
                "x-ratelimit-reset-requests: 1s",
                "x-ratelimit-reset-tokens: 6m0s",
            ]
        );
        assert_eq!(
            told(SCARCEST, Family::Anthropic),
            [
                "anthropic-ratelimit-requests-limit: 60",
                "anthropic-ratelimit-requests-remaining: 59",
                "anthropic-ratelimit-requests-reset: 2023-11-14T22:13:22Z",
                "anthropic-ratelimit-tokens-limit: 100",
                "anthropic-ratelimit-tokens-remaining: 0",
                "anthropic-ratelimit-tokens-reset: 2023-11-14T22:19:21Z",
                "retry-after: 7",
            ]
        );
        assert_eq!(told(SCARCEST, Family::Gemini), ["retry-after: 7"]);
    }

    #[test]
    fn what_is_not_limited_is_not_told() {
        let lines = told(Scarcest { tokens: None, ..SCARCEST }, Family::OpenAi);
        assert!(lines.iter().all(|line| !line.contains("tokens")), "{lines:?}");
        assert_eq!(lines.len(), 4);
    }

    #[rstest]
    #[case(0, "0s")]
    #[case(17, "17ms")]
    #[case(1_000, "1s")]
    #[case(1_001, "2s")]
    #[case(59_999, "1m0s")]
    #[case(3_723_000, "1h2m3s")]
    fn spans_are_written_as_openai_writes_them(#[case] millis: u64, #[case] expected: &str) {
        assert_eq!(span(millis), expected);
    }
}
