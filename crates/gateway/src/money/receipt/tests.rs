//! Receipts of calls that were settled, and of some that somebody has been at since.

use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{CallId, TransferId, UserId};
use sluice_domain::ledger::Actor;
use sluice_domain::money::Micros;
use sluice_domain::price::{Class, Price, PriceEntry, PriceVersion, Rates, Sale, Scope, Tariff};
use sluice_domain::usage::Usage;
use sluice_store::Order;
use uuid::Uuid;

use super::*;
use crate::money::scene::{NO_USAGE, NODE, Scene, Sold, USAGE, marked_up, price, record};

/// 600 × 2.5 + 100 × 2.5 (cached tokens have no rate of their own) + 400 × 10.
const COST: i64 = 5_750;
/// Times 1.5, times 0.8.
const CHARGE: i64 = 6_900;

async fn receipt_of(scene: &Scene, call: CallId, audience: Audience) -> ReceiptView {
    let stored = find(&scene.store, call, kept_since(Clock::System.now(), 90)).await.unwrap();
    stored.expect("something is stored about the call").prove(audience).into()
}

async fn look(scene: &Scene, call: CallId) -> ReceiptView {
    receipt_of(scene, call, Audience::Operator).await
}

/// Returns the codes of what is wrong and of what there is to know.
fn codes(receipt: &ReceiptView) -> (Vec<&str>, Vec<&str>) {
    (
        receipt.findings.iter().map(|finding| finding.code).collect(),
        receipt.notes.iter().map(|note| note.code).collect(),
    )
}

/// Settles a call, runs the statement, and asserts that the receipt differs for exactly these reasons.
async fn differs_after(sql: &str, expected: &[&str]) {
    let scene = Scene::new().await;
    let call = scene.settle(1, &Sold::default()).await;
    assert_eq!(look(&scene, call).await.verdict, "equal");
    assert_eq!(scene.execute(sql).await, 1, "{sql}");
    let receipt = look(&scene, call).await;
    assert_eq!((receipt.verdict, codes(&receipt).0), ("differs", expected.to_vec()), "{sql}: {receipt:?}");
}

#[tokio::test]
async fn a_receipt_names_every_part_and_comes_out_equal() {
    let scene = Scene::new().await;
    let call = scene.settle(1, &Sold::default()).await;
    let receipt = look(&scene, call).await;
    assert_eq!((receipt.verdict, receipt.held_micros), ("equal", Some(20_000)));
    assert_eq!(codes(&receipt), (vec![], vec![]));
    let (charge, cost) = (receipt.charge.as_ref().unwrap(), receipt.cost.as_ref().unwrap());
    assert_eq!((charge.recorded_micros, charge.computed_micros), (Some(CHARGE), Some(CHARGE)));
    assert_eq!((cost.recorded_micros, cost.computed_micros), (Some(COST), Some(COST)));
    let price = charge.price.as_ref().unwrap();
    assert_eq!(price.id, marked_up().cost.id.to_string());
    let named = [&price.model, &price.scope].map(|text| text.as_deref().unwrap());
    assert_eq!((named, price.source), (["hidden-model", "provider 4"], "operator"));
    let lines: Vec<_> =
        charge.lines.iter().map(|line| (line.class, line.quantity, line.rate_of, line.amount_usd.as_str())).collect();
    let expected = [
        ("input", 600, "input", "0.0015"),
        ("cache_read", 100, "input", "0.00025"),
        ("output", 400, "output", "0.004"),
    ];
    assert_eq!(lines, expected);
    let factors = charge.factors.as_ref().unwrap();
    assert_eq!([&factors.request, &factors.group, &factors.key], ["1", "1.5", "0.8"]);
    let formula = "(600 input × 2.5 + 100 cache_read × 2.5 + 400 output × 10) ÷ 1000000 × 1.5 × 0.8 = 0.006900 USD";
    assert_eq!(charge.formula.as_deref(), Some(formula));
    let [transfer] = receipt.transfers.as_slice() else { panic!("{:?}", receipt.transfers) };
    assert_eq!(
        (transfer.kind, transfer.amount_micros, transfer.debit_seq, transfer.credit_seq),
        ("charge", CHARGE, 2, 1)
    );
}

#[tokio::test]
async fn the_tier_that_applied_is_named() {
    let scene = Scene::new().await;
    let usage = Usage { input: 1_000_001, ..NO_USAGE };
    let call = scene.settle(1, &Sold { usage, ..Sold::default() }).await;
    let charge = look(&scene, call).await.charge.unwrap();
    assert_eq!((charge.tier_above, charge.lines[0].rate_micros), (Some(1_000_000), 5_000_000));
}

#[tokio::test]
async fn what_was_given_back_is_listed_and_changes_no_verdict() {
    let scene = Scene::new().await;
    let call = scene.settle(1, &Sold::default()).await;
    let refund = Order {
        id: TransferId(Uuid::from_u128(2)),
        account: scene.customer,
        amount: Micros(900),
        call: Some(call),
        actor: Actor::User(UserId(9)),
        memo: "sorry\u{1b}[31m".to_owned(),
        node: NODE,
        at: Clock::System.now(),
    };
    scene.store.refund(&refund, None).await.unwrap();
    let receipt = look(&scene, call).await;
    let kinds: Vec<_> = receipt.transfers.iter().map(|transfer| (transfer.kind, transfer.amount_micros)).collect();
    assert_eq!((receipt.verdict, kinds), ("equal", vec![("charge", CHARGE), ("refund", 900)]));
    let text = to_text(&receipt);
    assert!(text.contains("refund") && text.contains("sorry") && !text.contains('\u{1b}'), "{text}");
}

#[tokio::test]
async fn a_call_sold_at_a_price_of_its_own_has_two_prices() {
    let scene = Scene::new().await;
    let own = price(Scope::Any, 7_000_000);
    let tariff = Tariff { sale: Sale::Fixed(Arc::clone(&own)), ..marked_up() };
    let call = scene.settle(1, &Sold { tariff: Some(tariff), ..Sold::default() }).await;
    let receipt = look(&scene, call).await;
    let ids = [&receipt.charge, &receipt.cost].map(|sum| sum.as_ref().unwrap().price.as_ref().unwrap().id.clone());
    assert_eq!((receipt.verdict, ids), ("equal", [own.id, marked_up().cost.id].map(|id| id.to_string())));
    let seen = receipt_of(&scene, call, Audience::Owner).await.charge.unwrap().price.unwrap();
    assert_eq!(seen.model.as_deref(), Some("hidden-model"), "its price is what the customer was told");
}

#[tokio::test]
async fn the_owner_of_a_billed_call_sees_neither_its_cost_nor_who_served_it() {
    let scene = Scene::new().await;
    let call = scene.settle(1, &Sold::default()).await;
    let receipt = receipt_of(&scene, call, Audience::Owner).await;
    assert!(receipt.cost.is_none());
    let text = serde_json::to_string(&receipt).unwrap();
    assert!(text.contains("0.006900 USD") && receipt.verdict == "equal", "{text}");
    assert!(!text.contains("hidden-model") && !text.contains("provider 4"), "{text}");
    scene.execute("UPDATE calls SET cost_micros = 1").await;
    assert_eq!(receipt_of(&scene, call, Audience::Owner).await.verdict, "equal");
    assert_eq!(look(&scene, call).await.verdict, "differs");
}

#[tokio::test]
async fn a_call_that_nobody_pays_for_has_a_receipt_of_its_cost() {
    let scene = Scene::new().await;
    let call = scene.settle(1, &Sold { is_billed: false, ..Sold::default() }).await;
    let receipt = look(&scene, call).await;
    assert_eq!((receipt.verdict, codes(&receipt)), ("equal", (vec![], vec!["nobody_billed"])));
    assert_eq!(receipt.cost.unwrap().computed_micros, Some(COST));
    assert!(receipt.charge.is_none() && receipt.transfers.is_empty());
    scene.execute("UPDATE calls SET cost_micros = NULL").await;
    assert_eq!(codes(&look(&scene, call).await).0, ["cost_differs"], "a lost cost is told");
}

#[tokio::test]
async fn what_was_not_priced_or_not_used_is_said_in_words() {
    let scene = Scene::new().await;
    let unpriced = scene.settle(1, &Sold { tariff: None, is_billed: false, ..Sold::default() }).await;
    let receipt = look(&scene, unpriced).await;
    let notes = vec!["nobody_billed", "unpriced"];
    assert_eq!((receipt.verdict, codes(&receipt)), ("nothing_to_recompute", (vec![], notes)));
    assert!(to_text(&receipt).contains("nobody stated a price"), "{}", to_text(&receipt));
    let unused = scene.settle(2, &Sold { usage: NO_USAGE, ..Sold::default() }).await;
    let receipt = look(&scene, unused).await;
    assert_eq!((receipt.verdict, codes(&receipt)), ("equal", (vec![], vec!["nothing_used"])));
    scene.execute("UPDATE calls SET charged_micros = 5 WHERE charged_micros = 0").await;
    let receipt = look(&scene, unused).await;
    assert_eq!(codes(&receipt).0, ["charge_differs", "transfer_missing"]);
}

#[tokio::test]
async fn what_the_price_says_nothing_about_is_paid_with_the_hold() {
    let scene = Scene::new().await;
    let rates = Rates::default().with(Class::Output, 10_000_000);
    let entry = PriceEntry { price: Price::flat(rates), ..marked_up().cost.entry.clone() };
    let tariff = Tariff { cost: Arc::new(PriceVersion::from(entry)), ..marked_up() };
    let call = scene.settle(1, &Sold { tariff: Some(tariff), usage: USAGE, is_billed: true }).await;
    let receipt = look(&scene, call).await;
    assert_eq!((receipt.verdict, codes(&receipt).1), ("equal", vec!["paid_with_hold", "cost_incomplete"]));
    assert_eq!(receipt.charge.unwrap().recorded_micros, Some(20_000));
    scene.execute("UPDATE calls SET charged_micros = 19999").await;
    assert_eq!(codes(&look(&scene, call).await).0, ["charge_differs", "transfer_differs"]);
}

#[tokio::test]
async fn every_altered_part_shows() {
    differs_after("UPDATE calls SET charged_micros = 6899", &["charge_differs", "transfer_differs"]).await;
    differs_after("UPDATE calls SET charged_micros = NULL", &["transfer_differs"]).await;
    differs_after("UPDATE calls SET cost_micros = 5751", &["cost_differs"]).await;
    differs_after("UPDATE calls SET receipt = NULL", &["basis_missing"]).await;
    differs_after("UPDATE calls SET receipt = '{}'", &["basis_unreadable"]).await;
    let other_factor = "UPDATE calls SET receipt = REPLACE(receipt, '1500000', '1400000')";
    differs_after(other_factor, &["charge_differs"]).await;
    let is_charge = "WHERE kind = 'charge'";
    let amount = format!("UPDATE transfers SET amount_micros = 6899 {is_charge}");
    differs_after(&amount, &["transfer_differs", "link_broken", "link_broken"]).await;
    let memo = format!("UPDATE transfers SET memo = 'x' {is_charge}");
    differs_after(&memo, &["link_broken", "link_broken"]).await;
    let moved = format!("UPDATE transfers SET call_id = NULL {is_charge}");
    differs_after(&moved, &["link_broken", "link_broken"]).await;
    differs_after(&format!("DELETE FROM transfers {is_charge}"), &["transfer_missing"]).await;
    differs_after("UPDATE price_versions SET entry = REPLACE(entry, '2500000', '2400000')", &["price_altered"]).await;
    differs_after("DELETE FROM price_versions", &["price_missing"]).await;
}

#[tokio::test]
async fn a_charge_whose_record_is_gone_is_told_by_its_age() {
    let scene = Scene::new().await;
    let young = scene.settle(1, &Sold::default()).await;
    let long_ago = Timestamp(Clock::System.now().0 - 100 * DAY_MS);
    let old = scene.settle_record(record(2, long_ago), &Sold::default()).await;
    assert_eq!(scene.execute("DELETE FROM calls").await, 2);
    let receipt = look(&scene, young).await;
    assert_eq!((receipt.verdict, codes(&receipt).0), ("differs", vec!["record_missing"]));
    let receipt = look(&scene, old).await;
    assert_eq!((receipt.verdict, codes(&receipt)), ("nothing_to_recompute", (vec![], vec!["record_purged"])));
    assert_eq!(receipt.transfers[0].amount_micros, CHARGE);
    assert!(to_text(&receipt).contains("the record of this call was removed"), "{}", to_text(&receipt));
    let nobody = find(&scene.store, CallId::new(1, [9; 10]), None).await.unwrap();
    assert!(nobody.is_none());
}

#[tokio::test]
async fn a_call_that_was_put_aside_says_so_to_the_operator() {
    let scene = Scene::new().await;
    let call = CallId::new(1, [3; 10]);
    scene.store.park_call(call, "its account is gone", "00", Timestamp(0)).await.unwrap();
    let receipt = look(&scene, call).await;
    assert_eq!((receipt.verdict, codes(&receipt).1), ("nothing_to_recompute", vec!["parked"]));
    assert!(to_text(&receipt).contains("its account is gone"));
}

#[tokio::test]
async fn the_text_holds_what_the_json_holds() {
    let scene = Scene::new().await;
    let call = scene.settle(1, &Sold::default()).await;
    let text = to_text(&look(&scene, call).await);
    for part in [
        "charge      0.006900 USD",
        "cost        0.005750 USD",
        "of `hidden-model` (provider 4), stated by the operator, from 2020-09-13 12:26:40 UTC",
        "request 1, group 1.5, key 0.8",
        "cache_read               100              2.5   input           0.00025",
        "= 0.006900 USD",
        "rounded up once",
        "held        0.020000 USD",
        "place 2",
        "recomputed  equal",
    ] {
        assert!(text.contains(part), "`{part}` is missing:\n{text}");
    }
}
