//! Clients that leave a stream after any number of bytes: they pay for what they saw, no more and no less, and the
//! upstream is told at once.

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use sluice_testkit::{Act, Cut, Pace, Script, Upstream};
use tokio::time::timeout;

use crate::client::{Answer, call_of};
use crate::gateway::{Gateway, eventually};
use crate::samples::Dialect;
use crate::tariff::{BILLED, MODEL, ask, assert_charged_for_usage, gateway_before};

/// The factor of the key, in parts per million.
const FACTOR: &[u64] = &[1_500_000];
const PAID_IN: i64 = 1_000_000_000;
/// When nothing came for so long the client has all that there is.
const QUIET: Duration = Duration::from_millis(80);
/// How soon an upstream must know: most of the time, and on a busy machine.
const AT_ONCE: Duration = Duration::from_millis(100);
const AT_LAST: Duration = Duration::from_secs(2);

fn request(dialect: Dialect) -> Value {
    dialect.request(MODEL, true)
}

/// The stream that the upstream sends when nobody leaves.
async fn whole_stream(dialect: Dialect, upstream: &Upstream, gateway: &Gateway) -> Bytes {
    let act = Act::text("One two three four five six seven eight nine ten, and so on to the end of the line.");
    upstream.set_script(Script::new(act.with_pace(Pace { chunks: Some(6), ..Pace::default() })));
    // The key that is not billed gets the stream as it is; the billed one asks for its usage.
    let mut body = request(dialect);
    if dialect == Dialect::Chat {
        body["stream_options"] = json!({"include_usage": true});
    }
    let got: Answer = gateway.call(ask(gateway, dialect, crate::gateway::KEY, &body)).await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.body
}

/// Where events end, and the middle of each.
fn places(stream: &[u8]) -> Vec<usize> {
    let text = std::str::from_utf8(stream).unwrap();
    let separator = if text.contains("\r\n\r\n") { "\r\n\r\n" } else { "\n\n" };
    let ends: Vec<usize> = text.match_indices(separator).map(|(at, _)| at + separator.len()).collect();
    let starts = [0].into_iter().chain(ends.iter().copied());
    starts.zip(&ends).flat_map(|(start, &end)| [start.midpoint(end), end]).collect()
}

/// Sends the first `length` bytes and then nothing; the client reads what there is and leaves. Returns the record, how
/// much the client saw, and how long it took until the upstream knew.
async fn leave_after(
    length: usize,
    stream: &Bytes,
    (dialect, upstream, gateway): (Dialect, &Upstream, &Gateway),
) -> (Value, usize, Duration) {
    let act = Act::bytes("text/event-stream", stream.slice(..length)).with_cut(Cut::HangAfterChunks { chunks: 1 });
    upstream.set_script(Script::new(act));
    upstream.forget();
    gateway.expect_records(1);
    let asking = ask(gateway, dialect, BILLED, &request(dialect)).send();
    // Before its first whole event the answer is not accepted.
    let Ok(response) = timeout(QUIET * 3, asking).await else {
        let left = Instant::now();
        let cancelled = upstream.wait_for_cancellations(1).await;
        let record = eventually("the record of a call that got no answer", async || {
            Some(gateway.newest_record().await).filter(|record| record["outcome"] == "abandoned")
        })
        .await;
        return (record, 0, cancelled[0].instant.saturating_duration_since(left));
    };
    let mut response = response.unwrap();
    let call = call_of(&response);
    let mut seen = 0;
    while let Ok(Ok(Some(bytes))) = timeout(QUIET, response.chunk()).await {
        seen += bytes.len();
    }
    let left = Instant::now();
    drop(response);
    let cancelled = upstream.wait_for_cancellations(1).await;
    (gateway.record(&call).await, seen, cancelled[0].instant.saturating_duration_since(left))
}

#[tokio::test]
async fn a_client_that_leaves_anywhere_pays_for_what_it_saw() {
    for dialect in Dialect::ALL {
        let upstream = Upstream::start(dialect.kind(), Script::default()).await.unwrap();
        let gateway = gateway_before(&[&upstream]).await;
        gateway.pay_in("billed", PAID_IN).await;
        let stream = whole_stream(dialect, &upstream, &gateway).await;
        let (mut paid, mut outputs, mut delays) = (0, Vec::new(), Vec::new());
        for length in places(&stream) {
            let (record, seen, delay) = leave_after(length, &stream, (dialect, &upstream, &gateway)).await;
            delays.push(delay);
            if seen == 0 {
                assert!(record["charged_micros"].as_i64().unwrap_or(0) == 0, "{dialect:?} {length}: {record}");
                assert_eq!(record["outcome"], "abandoned", "{record}");
                continue;
            }
            paid += assert_charged_for_usage(&record, FACTOR);
            // The vendor's own count, which comes at the end, need not be the estimate's.
            if record["usage_source"] == "estimated" {
                outputs.push(record["usage"]["output"].as_u64().unwrap());
            }
            assert!(record["usage"]["input"].as_u64().unwrap() > 0, "{record}");
        }
        assert!(
            outputs.len() >= 6 && outputs.is_sorted() && outputs.first() < outputs.last(),
            "{dialect:?}: {outputs:?}"
        );
        let balance = gateway.settled_balance("billed").await;
        assert_eq!(balance, PAID_IN - paid, "{dialect:?}");
        delays.sort();
        let (median, longest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
        eprintln!("{dialect:?}: upstream told after {median:?} (median), {longest:?} (longest of {})", delays.len());
        assert!(median < AT_ONCE && longest < AT_LAST, "{delays:?}");
        gateway.finish().await;
    }
}
