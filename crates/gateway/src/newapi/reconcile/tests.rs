use std::collections::BTreeMap;

use sluice_domain::id::ProviderId;
use sluice_domain::provider::{Credential, Origin, TimeoutOverrides};
use sluice_domain::route::policy::Rotation;

use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

pub(crate) fn provider() -> Provider {
    Provider {
        id: ProviderId(1),
        name: "site".to_owned(),
        vendor: "newapi".to_owned(),
        base_url: "https://relay.example".to_owned(),
        enabled: true,
        priority: 4,
        weight: 9,
        params: BTreeMap::new(),
        headers: BTreeMap::new(),
        rotation: Rotation::default(),
        balance: None,
        proxy_url: None,
        timeouts: TimeoutOverrides::default(),
        model_alias: BTreeMap::new(),
        access_token: None,
        upstream_user_id: None,
        checkin_enabled: false,
        remark: String::new(),
        origin: Origin::Database,
        created_at: NOW,
    }
}

fn seen(id: i64, key: &str) -> SeenKey {
    SeenKey {
        id,
        user_id: None,
        material: Material::read(key),
        name: format!("key {id}"),
        status: 1,
        group: "default".to_owned(),
        remain_quota: 5,
        used_quota: 0,
        has_unlimited_quota: false,
        model_limits: Vec::new(),
        auto_groups: Vec::new(),
        expires_at: None,
    }
}

fn look(recovered: &Recovered) -> Look<'_> {
    Look { recovered, offer: None, account_group: "", now: NOW }
}

fn known(row: i64, secret: &str, upstream: Option<UpstreamKey>) -> SiteKey {
    let credential = Credential {
        id: CredentialId(row),
        provider_id: ProviderId(1),
        name: format!("key {}", upstream.as_ref().map_or(0, |upstream| upstream.id)),
        secret: SecretString::from(secret),
        limits: Limits::NONE,
        call_quota: None,
        group_name: "default".to_owned(),
        enabled: true,
        priority: 0,
        weight: 1,
        created_at: NOW,
    };
    SiteKey { credential, upstream }
}

fn upstream(id: i64) -> UpstreamKey {
    upstream_of(seen(id, ""), None, &look(&Recovered::new()))
}

fn changes(known: &[SiteKey], seen: Vec<SeenKey>, recovered: &Recovered) -> KeyChanges {
    reconcile(&provider(), known, seen, &look(recovered))
}

#[test]
fn only_keys_that_are_masked_and_not_known_are_asked_for() {
    let known = [known(1, "sk-abcdMIDDLEwxyz", Some(upstream(7))), known(2, "", Some(upstream(8)))];
    let seen = [seen(7, "abcd**********wxyz"), seen(8, "efgh**********wxyz"), seen(9, "whole"), seen(10, "")];
    assert_eq!(hidden_keys(&known, &seen), [8, 10]);
    // Another key hides behind the same number.
    let other = [self::seen(7, "zzzz**********wxyz")];
    assert_eq!(hidden_keys(&known, &other), [7]);
}

#[test]
fn new_keys_are_added_with_the_providers_standing_and_gone_ones_removed() {
    let known = [known(1, "sk-a", Some(upstream(7))), known(2, "sk-own", None)];
    let made = changes(&known, vec![seen(8, "bbbb")], &Recovered::new());
    let [new] = made.add.as_slice() else { panic!("{made:?}") };
    assert_eq!(new.credential.secret.expose_secret(), "sk-bbbb");
    assert_eq!((new.credential.priority, new.credential.weight, new.credential.enabled), (4, 9, true));
    assert_eq!((made.remove.as_slice(), made.update.len(), made.alters_routing), (&[CredentialId(1)][..], 0, true));
}

#[test]
fn a_key_without_a_secret_says_why_and_one_that_had_one_keeps_it() {
    let known = [known(1, "sk-old", Some(upstream(7))), known(2, "", Some(upstream(8)))];
    let recovered = Recovered::from([(7, Err(KeyProblem::Limited)), (9, Err(KeyProblem::Unavailable))]);
    let made = changes(&known, vec![seen(7, "z**z"), seen(8, ""), seen(9, "")], &recovered);
    let problems: Vec<_> =
        made.update.iter().map(|patch| (patch.secret.is_some(), patch.upstream.problem.as_deref())).collect();
    assert_eq!(problems, [(false, None), (false, Some("plaintext_not_recovered"))]);
    assert_eq!(made.add[0].upstream.problem.as_deref(), Some("key_endpoint_unavailable"));
    assert!(!made.add[0].upstream.is_usable());
}

#[test]
fn what_the_operator_entered_becomes_the_sites_key_when_it_is_the_same() {
    let own = [known(5, "sk-mine", None)];
    let made = changes(&own, vec![seen(7, "mine")], &Recovered::new());
    assert!(made.add.is_empty() && made.remove.is_empty());
    assert_eq!((made.update[0].id, made.update[0].upstream.id), (CredentialId(5), 7));
    assert!(made.update[0].secret.is_none() && made.alters_routing);
}

#[test]
fn a_name_given_here_stays_until_the_sites_changes() {
    let mut renamed = known(1, "sk-a", Some(upstream(7)));
    renamed.credential.name = "mine".to_owned();
    let same = changes(std::slice::from_ref(&renamed), vec![seen(7, "a")], &Recovered::new());
    assert_eq!((same.update[0].name.as_deref(), same.alters_routing), (None, false));
    let other = SeenKey { name: "other".to_owned(), ..seen(7, "a") };
    let other = changes(&[renamed], vec![other], &Recovered::new());
    assert_eq!(other.update[0].name.as_deref(), Some("other"));
}

#[test]
fn quotas_and_times_do_not_alter_routing_but_states_and_groups_do() {
    let known = [known(1, "sk-a", Some(upstream(7)))];
    let alters = |key: SeenKey| changes(&known, vec![key], &Recovered::new()).alters_routing;
    assert!(!alters(SeenKey { used_quota: 99, remain_quota: 1, ..seen(7, "a") }));
    assert!(alters(SeenKey { status: 4, ..seen(7, "a") }));
    assert!(alters(SeenKey { remain_quota: 0, ..seen(7, "a") }));
    assert!(!alters(SeenKey { remain_quota: 0, has_unlimited_quota: true, ..seen(7, "a") }));
    assert!(alters(SeenKey { expires_at: Some(NOW), ..seen(7, "a") }));
    assert!(alters(SeenKey { group: "vip".to_owned(), ..seen(7, "a") }));
    assert!(alters(seen(7, "b")));
}

#[test]
fn a_created_key_is_found_by_being_new_then_by_its_looks_then_by_its_number() {
    let wanted = NewKey { name: "n".to_owned(), group: "vip".to_owned(), quota: None, model_limits: Vec::new() };
    let like =
        |id| SeenKey { name: "n".to_owned(), group: "vip".to_owned(), has_unlimited_quota: true, ..seen(id, "") };
    let before = BTreeSet::from([1]);
    assert_eq!(find_created(&before, &[seen(1, ""), seen(2, "")], &wanted, None), Some(2));
    assert_eq!(find_created(&before, &[seen(1, ""), seen(2, ""), like(3)], &wanted, None), Some(3));
    assert_eq!(find_created(&before, &[like(2), like(3)], &wanted, Some(3)), Some(3));
    assert_eq!(find_created(&before, &[like(2), like(3)], &wanted, Some(1)), None);
    assert_eq!(find_created(&before, &[seen(1, "")], &wanted, None), None);
}
