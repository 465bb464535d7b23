//! Far more calls at once than there is money for, on every database and from two nodes.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use sluice_testkit::{Kind as Vendor, Script, Upstream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::client::{Answer, client_builder};
use crate::database::{Database, Kind};
use crate::gateway::{Gateway, KEY, provider};
use crate::samples::Dialect;

const BILLED: &str = "ag-billed-billed-billed-billed";
const MODEL: &str = "gpt-4o";
const CALLS: usize = 2_000;
/// The balance is what so many calls reserve.
const PAID_FOR: usize = 200;
/// Connections to each node. The calls on them are concurrent streams of HTTP/2, none of which waits for another.
const CONNECTIONS: usize = 16;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

fn config(upstream: &Upstream) -> Value {
    json!({
        "providers": [provider("p", upstream, json!([MODEL]))],
        "keys": [
            {"name": "main", "secret": KEY},
            {"name": "billed", "secret": BILLED, "billed": true, "multiplier": "1.5"},
        ],
    })
}

fn question() -> Value {
    let mut body = Dialect::Chat.request(MODEL, false);
    body["max_tokens"] = json!(100);
    body
}

/// What one call reserves: its input at 2.5 and 100 tokens at 10 micros, times 1.5.
fn bound() -> i64 {
    let input = question().to_string().len() as u64 / 3 + 1;
    i64::try_from(((input * 25 + 100 * 100) * 15).div_ceil(100)).unwrap()
}

/// Sends all calls at once, waits until each has got through or was refused, lets the upstream answer, and checks that
/// no more were admitted than were paid for and that all of those are settled.
async fn rush(nodes: Vec<Gateway>, upstream: &Upstream) {
    nodes[0].pay_in("billed", PAID_FOR as i64 * bound()).await;
    upstream.hold();
    let clients = [(); CONNECTIONS].map(|()| client_builder().http2_prior_knowledge().build().unwrap());
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let (node, client) = (&nodes[number % nodes.len()], &clients[number / nodes.len() % CONNECTIONS]);
        node.expect_records(1);
        let ask = client.request(Method::POST, node.url("/v1/chat/completions")).bearer_auth(BILLED).json(&question());
        calls.spawn(async move { Answer::of(ask.send().await.unwrap()).await });
    }
    let mut answers = Vec::with_capacity(CALLS);
    while answers.len() + upstream.requests().len() < CALLS {
        // The last one may get through instead of being answered.
        if let Ok(Some(answer)) = timeout(LOOK_AGAIN, calls.join_next()).await {
            answers.push(answer.unwrap());
        }
    }
    upstream.release();
    answers.extend(calls.join_all().await);
    assert!(answers.iter().all(|answer| [200, 402].contains(&answer.status)));
    let admitted: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    // Each node may be left with less than one call reserves.
    let least = PAID_FOR + 1 - nodes.len();
    assert!((least..=PAID_FOR).contains(&admitted.len()), "{} calls were admitted", admitted.len());
    assert_eq!(upstream.requests().len(), admitted.len());
    settle(nodes, &admitted).await;
}

/// Checks that each admitted call was charged once, no more than it had reserved, and that this is what left the account.
/// A node alone gives back what it borrowed when it stops, before the books are audited; several do so when they are idle.
async fn settle(nodes: Vec<Gateway>, admitted: &[&Answer]) {
    let mut charged = 0;
    for answer in admitted {
        let charge = nodes[0].record(answer.call()).await["charged_micros"].as_i64().unwrap();
        assert!((1..=bound()).contains(&charge), "{charge}");
        charged += charge;
    }
    let left = PAID_FOR as i64 * bound() - charged;
    if nodes.len() > 1 {
        assert_eq!(nodes[0].settled_balance("billed").await, left);
    } else {
        assert_eq!(nodes[0].account_of_key("billed").await["posted_micros"], left);
    }
    for node in nodes {
        node.finish().await;
    }
}

#[rstest]
#[case::sqlite(Kind::Sqlite)]
#[case::postgres(Kind::Postgres)]
#[case::mariadb(Kind::MariaDb)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_calls_at_once_on_money_for_two_hundred(#[case] kind: Kind) {
    let Some(database) = Database::make(kind).await else { return };
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let node = Gateway::start_on(&database, config(&upstream)).await;
    drop(database);
    rush(vec![node], &upstream).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_share_money_for_two_hundred_of_two_thousand_calls() {
    let Some(database) = Database::make(Kind::Postgres).await else { return };
    let upstream = Upstream::start(Vendor::OpenAi, Script::default()).await.unwrap();
    let first = Gateway::start_on(&database, config(&upstream)).await;
    let second = Gateway::start_on(&database, config(&upstream)).await;
    drop(database);
    rush(vec![first, second], &upstream).await;
}
