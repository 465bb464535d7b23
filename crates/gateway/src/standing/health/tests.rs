use sluice_domain::limit::Limits;
use sluice_domain::money::Micros;
use sluice_domain::route::{Passage, Setback, Subject, Trouble};

use super::vital::Windows;
use super::*;

const FAILING: Setback = Setback { trouble: Trouble::Failing, pause_ms: None };

fn visited(limits: Limits) -> Visited {
    Visited { provider: Arc::default(), credential: Arc::default(), route: Arc::default(), limits, quota: None }
}

#[test]
fn setbacks_shut_only_what_they_are_about() {
    let of = visited(Limits::NONE);
    for _ in 0..5 {
        of.enter(0, 0, 1_000).unwrap().fail(&[Subject::Route], FAILING);
    }
    assert!(matches!(of.route.gate.passage(0), Passage::Shut(Trouble::Failing, _)));
    assert_eq!([of.provider.gate.passage(0), of.credential.gate.passage(0)], [Passage::Open; 2]);
}

#[test]
fn one_probe_at_a_time_and_its_success_opens_the_way() {
    let of = visited(Limits::NONE);
    (0..5).for_each(|_| of.enter(0, 0, 1_000).unwrap().fail(&[Subject::Provider], FAILING));
    let mut probe = of.enter(0, 5_000, 1_000).unwrap();
    assert_eq!(of.enter(0, 5_000, 1_000).unwrap_err(), Refusal::Probed(Subject::Provider, Some(Trouble::Failing)));
    probe.succeed();
    assert!(of.enter(0, 5_000, 1_000).is_ok());
}

#[test]
fn a_probe_whose_client_leaves_is_followed_by_the_next() {
    let of = visited(Limits::NONE);
    (0..5).for_each(|_| of.enter(0, 0, 1_000).unwrap().fail(&[Subject::Provider], FAILING));
    drop(of.enter(0, 5_000, 60_000).unwrap());
    assert!(of.enter(0, 5_000, 60_000).is_ok());
}

#[test]
fn a_visit_that_cannot_be_made_takes_nothing() {
    let limits = Limits { requests_per_minute: Some(5), concurrency: Some(1), ..Limits::NONE };
    let of = visited(limits);
    let under_way = of.enter(0, 0, 1_000).unwrap();
    assert!(matches!(of.enter(0, 0, 1_000), Err(Refusal::Full(_))));
    drop(under_way);
    assert_eq!((of.credential.limiter.in_flight(), of.provider.limiter.in_flight()), (0, 0));
    assert_eq!(of.credential.used(), 1);
}

#[test]
fn what_attempts_showed_is_summed_up_by_the_hour() {
    let (vital, hour) = (RouteVital::default(), 3_600_000);
    let windows = Windows { health: 6, usage: 24 };
    assert_eq!(vital.learned(0, windows), None);
    let note = |hours_ago: i64, has_failed| {
        vital.note(&Finish {
            at_ms: (100 - hours_ago) * hour,
            has_failed,
            duration_ms: 1_000,
            first_token_ms: Some(300),
            output_tokens: 50,
            cost: Micros(7),
        });
    };
    note(30, true);
    note(10, true);
    note(5, false);
    note(0, false);
    let learned = vital.learned(100 * hour + 5, windows).unwrap();
    assert_eq!((learned.sample.attempts, learned.sample.failures), (2, 0));
    assert_eq!((learned.spent, learned.sample.mean_ms), (Micros(21), 1_000.0));
    assert_eq!((learned.first_token_ms, learned.output_tokens), (Some(300.0), Some(50.0)));
}

#[test]
fn windows_of_many_days_count_whole_days() {
    let (vital, hour) = (RouteVital::default(), 3_600_000);
    let note = |hours_ago: i64| {
        vital.note(&Finish { at_ms: (2_400 - hours_ago) * hour, cost: Micros(1), ..Finish::default() });
    };
    [800, 719, 100, 47, 0].into_iter().for_each(note);
    let spent = |usage| vital.learned(2_400 * hour, Windows { health: 1, usage }).unwrap().spent;
    assert_eq!([24, 48, 101, 720].map(spent), [1, 2, 3, 4].map(Micros));
}

#[test]
fn what_nobody_uses_any_more_is_forgotten() {
    let health = Health::default();
    let kept = health.provider(sluice_domain::id::ProviderId(1), ());
    health.provider(sluice_domain::id::ProviderId(2), ());
    health.route(sluice_domain::id::CredentialId(3), "m", ());
    health.forget(&HashSet::new(), &HashSet::new());
    assert_eq!((health.providers.lock().len(), health.routes.lock().len()), (1, 0));
    drop(kept);
}

#[test]
fn what_failed_does_not_count_once_it_is_set_up_in_another_way_or_switched_on_again() {
    let (health, id) = (Health::default(), sluice_domain::id::ProviderId(1));
    let shut = |of: &Vital| (0..5).for_each(|_| of.gate.fail(0, FAILING, 0.0));
    let is_open = |of: &Vital| of.gate.passage(0) == Passage::Open;
    let configured = |way: Option<&str>| {
        health.begin();
        way.map(|way| is_open(&health.provider(id, way)))
    };
    configured(Some("https://a"));
    let of = health.provider(id, "https://a");
    shut(&of);
    assert_eq!(configured(Some("https://a")), Some(false));
    assert_eq!(configured(Some("https://b")), Some(true));
    shut(&of);
    assert_eq!((configured(None), configured(Some("https://b"))), (None, Some(true)));
}
