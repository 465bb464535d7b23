use proptest::prelude::*;
use rstest::rstest;

use super::*;

const HOUR_MS: i64 = 3_600_000;

fn at(text: &str) -> Timestamp {
    Timestamp(DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

fn span(period: Period, zone: &str, moment: &str) -> Span {
    period.span(at(moment), parse_zone(zone).unwrap())
}

#[rstest]
#[case::plain("Asia/Shanghai", "2026-03-04T20:00:00Z", "2026-03-04T16:00:00Z", 24)]
#[case::clocks_go_forward("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", 23)]
#[case::clocks_go_back("Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", 25)]
#[case::midnight_is_skipped("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", 23)]
#[case::midnight_comes_twice("America/Havana", "2025-11-02T12:00:00Z", "2025-11-02T04:00:00Z", 25)]
#[case::before_a_day_that_never_was("Pacific/Apia", "2011-12-30T00:00:00Z", "2011-12-29T10:00:00Z", 24)]
#[case::after_a_day_that_never_was("Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", 24)]
fn a_day_is_as_long_as_the_clocks_make_it(
    #[case] zone: &str,
    #[case] moment: &str,
    #[case] start: &str,
    #[case] hours: i64,
) {
    let expected = Span { start: at(start), end: Timestamp(at(start).0 + hours * HOUR_MS) };
    assert_eq!(span(Period::Day, zone, moment), expected);
}

#[test]
fn a_week_begins_on_monday_and_a_month_on_its_first() {
    let monday = Span { start: at("2026-03-22T23:00:00Z"), end: at("2026-03-29T22:00:00Z") };
    assert_eq!(span(Period::Week, "Europe/Berlin", "2026-03-29T21:59:59Z"), monday);
    let december = Span { start: at("2025-12-01T05:00:00Z"), end: at("2026-01-01T05:00:00Z") };
    assert_eq!(span(Period::Month, "America/New_York", "2026-01-01T04:59:59Z"), december);
}

#[test]
fn a_total_never_ends() {
    assert_eq!(span(Period::Total, "UTC", "2026-01-01T00:00:00Z"), Span::ALWAYS);
}

#[test]
fn a_time_zone_is_found_by_its_name_only() {
    assert_eq!(parse_zone(" Asia/Shanghai "), Ok(Tz::Asia__Shanghai));
    assert_eq!(parse_zone("CST-8"), Err(UnknownZone("CST-8".to_owned())));
}

proptest! {
    #[test]
    fn every_moment_is_in_one_period_and_periods_meet(
        zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        period in prop::sample::select(vec![Period::Day, Period::Week, Period::Month]),
        // 1970 to 2100.
        moment in (0..4_102_444_800_000_i64).prop_map(Timestamp),
    ) {
        let span = period.span(moment, zone);
        prop_assert!(span.contains(moment), "{span:?}");
        prop_assert_eq!(period.span(span.start, zone), span);
        prop_assert_eq!(period.span(Timestamp(span.end.0 - 1), zone), span);
        prop_assert_eq!(period.span(span.end, zone).start, span.end);
    }

    #[test]
    fn no_moment_panics(moment in any::<i64>(), zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec())) {
        for period in Period::ALL {
            prop_assert!(period.span(Timestamp(moment), zone).start <= period.span(Timestamp(moment), zone).end);
        }
    }
}
