//! Subscriptions of an account: what may be used beside the wallet, or instead of it.

use serde::Deserialize;
use sluice_domain::clock::Timestamp;

use super::number::Whole;
use super::of_data;
use crate::newapi::fault::SiteFault;

/// The word of a subscription that may be used.
const ACTIVE: &str = "active";
/// The word of an account whose calls never go to a subscription.
const WALLET_ONLY: &str = "wallet_only";

/// What the subscriptions of an account have left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subscriptions {
    /// So much in all, in the site's units; 0 for none.
    Left(i64),
    /// One of them has no bound.
    Unbounded,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    billing_preference: Option<String>,
    #[serde(default)]
    subscriptions: Option<Vec<Row>>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    subscription: Option<Contract>,
    /// What sites say that have a sum for each model.
    #[serde(default)]
    items: Option<Vec<Item>>,
}

#[derive(Deserialize)]
struct Contract {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    end_time: Option<Whole>,
    #[serde(default)]
    amount_total: Option<Whole>,
    #[serde(default)]
    amount_used: Option<Whole>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    quota_type: Option<Whole>,
    amount_total: Whole,
    #[serde(default)]
    amount_used: Option<Whole>,
}

/// Reads `/api/subscription/self` as it is at `now`.
pub(in crate::newapi) fn read_subscriptions(body: &[u8], now: Timestamp) -> Result<Subscriptions, SiteFault> {
    let data: Data = of_data(body)?;
    if data.billing_preference.as_deref() == Some(WALLET_ONLY) {
        return Ok(Subscriptions::Left(0));
    }
    let live = data.subscriptions.unwrap_or_default().into_iter().filter(|row| row.is_live(now));
    let mut sum = 0_i64;
    for row in live {
        match row.left() {
            Subscriptions::Left(left) => sum = sum.saturating_add(left),
            Subscriptions::Unbounded => return Ok(Subscriptions::Unbounded),
        }
    }
    Ok(Subscriptions::Left(sum))
}

impl Row {
    fn is_live(&self, now: Timestamp) -> bool {
        self.subscription.as_ref().is_some_and(|contract| {
            let has_ended = contract.end_time.is_some_and(|end| end.0 > 0 && end.0 <= now.unix_secs());
            contract.status.as_deref().is_none_or(|status| status == ACTIVE) && !has_ended
        })
    }

    fn left(&self) -> Subscriptions {
        let used = |used: Option<Whole>| used.map_or(0, |used| used.0);
        let contract = self.subscription.as_ref();
        let total = contract.and_then(|contract| contract.amount_total).map(|total| total.0);
        match (total, &self.items) {
            (Some(0), _) => Subscriptions::Unbounded,
            (Some(total), _) => {
                let used = used(contract.and_then(|contract| contract.amount_used));
                Subscriptions::Left(total.saturating_sub(used).max(0))
            }
            // Numbers of calls are no quota, but as long as some are left the account is not empty.
            (None, Some(items)) => {
                let left = |item: &Item| item.amount_total.0.saturating_sub(used(item.amount_used)).max(0);
                let is_sum = |item: &&Item| item.quota_type.is_none_or(|kind| kind.0 == 0);
                if items.iter().any(|item| !is_sum(&item) && left(item) > 0) {
                    return Subscriptions::Unbounded;
                }
                Subscriptions::Left(items.iter().filter(is_sum).map(left).fold(0, i64::saturating_add))
            }
            (None, None) => Subscriptions::Left(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const NOW_SECS: i64 = 1_700_000_000;

    /// As a site of today writes it.
    fn subscription(total: i64, used: i64, end: i64, status: &str) -> String {
        format!(
            r#"{{"subscription":{{"id":4,"user_id":7,"plan_id":2,"amount_total":{total},"amount_used":{used},
            "start_time":1,"end_time":{end},"status":"{status}","source":"order","next_reset_time":0}}}}"#
        )
    }

    fn answer(preference: &str, rows: &[String]) -> String {
        let rows = rows.join(",");
        format!(
            r#"{{"success":true,"message":"","data":{{"billing_preference":"{preference}","subscriptions":[{rows}],
            "all_subscriptions":[{rows}]}}}}"#
        )
    }

    #[rstest]
    #[case("subscription_first", &[subscription(500, 200, NOW_SECS + 9, "active"), subscription(50, 80, NOW_SECS + 9, "active")], Subscriptions::Left(300))]
    #[case("subscription_first", &[subscription(500, 0, NOW_SECS, "active"), subscription(500, 0, NOW_SECS + 9, "cancelled")], Subscriptions::Left(0))]
    #[case("wallet_first", &[subscription(0, 900, NOW_SECS + 9, "active")], Subscriptions::Unbounded)]
    #[case("wallet_only", &[subscription(0, 900, NOW_SECS + 9, "active")], Subscriptions::Left(0))]
    #[case("", &[], Subscriptions::Left(0))]
    fn live_subscriptions_add_up(#[case] preference: &str, #[case] rows: &[String], #[case] expected: Subscriptions) {
        let body = answer(preference, rows);
        assert_eq!(read_subscriptions(body.as_bytes(), Timestamp(NOW_SECS * 1_000)), Ok(expected), "{body}");
    }

    #[rstest]
    #[case(r#"[{"quota_type":0,"amount_total":90,"amount_used":40},{"amount_total":5}]"#, Subscriptions::Left(55))]
    #[case(r#"[{"quota_type":1,"amount_total":9,"amount_used":8}]"#, Subscriptions::Unbounded)]
    #[case(r#"[{"quota_type":1,"amount_total":9,"amount_used":9}]"#, Subscriptions::Left(0))]
    fn sums_by_model_add_up_too(#[case] items: &str, #[case] expected: Subscriptions) {
        let row = format!(r#"{{"subscription":{{"status":"active","end_time":{}}},"items":{items}}}"#, NOW_SECS + 9);
        let body = answer("subscription_first", &[row]);
        assert_eq!(read_subscriptions(body.as_bytes(), Timestamp(NOW_SECS * 1_000)), Ok(expected), "{body}");
    }

    #[test]
    fn none_is_an_answer_and_nonsense_is_none() {
        let now = Timestamp(NOW_SECS * 1_000);
        let none = br#"{"success":true,"data":{"billing_preference":"subscription_first","subscription":null}}"#;
        assert_eq!(read_subscriptions(none, now), Ok(Subscriptions::Left(0)));
        assert!(read_subscriptions(br#"{"success":true,"data":"x"}"#, now).is_err());
        assert!(read_subscriptions(br#"{"success":false,"message":"no"}"#, now).is_err());
    }
}
