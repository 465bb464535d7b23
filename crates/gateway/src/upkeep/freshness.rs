//! How long what was heard of an account counts: by days in the operator's zone, as sites were always judged.

use chrono::{DateTime, Days, TimeZone};
use sluice_domain::clock::Timestamp;
use sluice_domain::ledger::Tz;

const USUAL_ZONE: Tz = Tz::Asia__Shanghai;
/// Where a calendar has no answer, milliseconds.
const TWO_DAYS_MS: i64 = 2 * 86_400_000;

/// Returns where days begin, as the setting says it.
pub(crate) fn zone_of_days(setting: Option<&str>) -> Tz {
    let zone = setting.map(str::trim).filter(|zone| !zone.is_empty());
    zone.map_or(USUAL_ZONE, |zone| zone.parse().unwrap_or(Tz::UTC))
}

/// Returns from when on a balance that was heard of at `updated_at` is stale for routing: once it is from before yesterday.
pub(crate) fn stale_from(updated_at: Timestamp, zone: Tz) -> Timestamp {
    let in_two_days = Timestamp(updated_at.0.saturating_add(TWO_DAYS_MS));
    let Some(then) = DateTime::from_timestamp_millis(updated_at.0) else { return in_two_days };
    let day = then.with_timezone(&zone).date_naive().checked_add_days(Days::new(2));
    let midnight = day.and_then(|day| day.and_hms_opt(0, 0, 0));
    // Where clocks are put forward over midnight the day begins an hour later.
    let begins = midnight.and_then(|midnight| {
        let later = midnight.checked_add_signed(chrono::Duration::hours(1))?;
        zone.from_local_datetime(&midnight).earliest().or_else(|| zone.from_local_datetime(&later).earliest())
    });
    begins.map_or(in_two_days, |begins| Timestamp(begins.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    // 2026-05-04 00:00:00 in Shanghai counts until 2026-05-06, the second before it until 2026-05-05.
    #[case("Asia/Shanghai", 1_777_824_000, 1_777_996_800)]
    #[case("Asia/Shanghai", 1_777_823_999, 1_777_910_400)]
    #[case("UTC", 1_777_968_348, 1_778_112_000)]
    fn balances_are_stale_that_are_from_before_yesterday(#[case] zone: &str, #[case] at: i64, #[case] expected: i64) {
        assert_eq!(stale_from(Timestamp(at * 1_000), zone.parse().unwrap()), Timestamp(expected * 1_000));
    }

    #[test]
    fn the_zone_is_that_of_the_setting() {
        assert_eq!(zone_of_days(None), Tz::Asia__Shanghai);
        assert_eq!(zone_of_days(Some(" Europe/Berlin ")), Tz::Europe__Berlin);
        assert_eq!(zone_of_days(Some("nowhere")), Tz::UTC);
    }
}
