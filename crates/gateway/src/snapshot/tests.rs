use super::*;
use std::collections::BTreeMap;

use crate::standing::health::Health;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::RouteId;
use sluice_domain::limit::Limits;
use sluice_domain::provider::{Origin as ConfiguredIn, TimeoutOverrides};
use sluice_domain::route::policy::Rotation;
use sluice_domain::route::{Passage, Setback, Subject, Trouble};

fn provider(id: i64, vendor: &str, alias: &[(&str, &str)]) -> Provider {
    Provider {
        id: ProviderId(id),
        name: format!("p{id}"),
        vendor: vendor.to_owned(),
        base_url: "http://127.0.0.1:9/v1/".to_owned(),
        enabled: true,
        priority: 0,
        weight: 10,
        params: BTreeMap::new(),
        headers: BTreeMap::new(),
        rotation: Rotation::default(),
        balance: None,
        proxy_url: None,
        timeouts: TimeoutOverrides::default(),
        model_alias: alias.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
        access_token: None,
        upstream_user_id: None,
        checkin_enabled: false,
        remark: String::new(),
        origin: ConfiguredIn::Database,
        created_at: Timestamp(0),
    }
}

fn credential(id: i64, provider: i64) -> Credential {
    Credential {
        id: CredentialId(id),
        provider_id: ProviderId(provider),
        name: format!("c{id}"),
        secret: "sk-up".into(),
        limits: Limits::NONE,
        call_quota: None,
        group_name: String::new(),
        enabled: true,
        priority: 0,
        weight: 10,
        created_at: Timestamp(0),
    }
}

fn route(model: &str, credential: i64, provider: i64, upstream: Option<&str>) -> Route {
    Route {
        id: RouteId(0),
        model: model.to_owned(),
        provider_id: ProviderId(provider),
        credential_id: CredentialId(credential),
        upstream_model: upstream.map(str::to_owned),
        enabled: true,
        priority: 0,
        weight: 10,
    }
}

fn compile(providers: &[Provider], credentials: &[Credential], routes: &[Route]) -> (Snapshot, Vec<String>) {
    compile_with(&Health::default(), providers, credentials, routes)
}

fn compile_with(
    health: &Health,
    providers: &[Provider],
    credentials: &[Credential],
    routes: &[Route],
) -> (Snapshot, Vec<String>) {
    Snapshot::compile(Sources {
        revision: 1,
        providers,
        credentials,
        key_standings: &BTreeMap::new(),
        sites: &BTreeMap::new(),
        routes,
        policy: &Policy::default(),
        declared_keys: &HashMap::new(),
        vendors: &Vendors::embedded().unwrap(),
        timeouts: Timeouts::default(),
        origins: &OriginNumbers::default(),
        health,
        prices: PriceList::default(),
    })
}

fn sent(snapshot: &Snapshot, model: &str, operation: Operation) -> Vec<(i64, String)> {
    let mut sent: Vec<_> = snapshot
        .candidates(model, Wanted { operation, is_stream: false })
        .iter()
        .map(|candidate| (candidate.target.credential_id.0, candidate.model.to_owned()))
        .collect();
    sent.sort();
    sent
}

#[test]
fn exact_names_wildcards_and_aliases_lead_to_their_upstream_names() {
    let (snapshot, problems) = compile(
        &[provider(1, "openai", &[("fast", "gpt-4o-mini")]), provider(2, "openai", &[])],
        &[credential(1, 1), credential(2, 2)],
        &[route("gpt-4o-mini", 1, 1, None), route("gpt-*", 2, 2, None), route("best", 2, 2, Some("gpt-5"))],
    );
    assert_eq!(problems, Vec::<String>::new());
    let chat = Operation::ChatCompletions;
    assert_eq!(sent(&snapshot, "GPT-4o-mini", chat), [(1, "gpt-4o-mini".to_owned()), (2, "GPT-4o-mini".to_owned())]);
    assert_eq!(sent(&snapshot, "fast", chat), [(1, "gpt-4o-mini".to_owned())]);
    assert_eq!(sent(&snapshot, "best", chat), [(2, "gpt-5".to_owned())]);
    assert_eq!(sent(&snapshot, "claude", chat), []);
    assert_eq!(snapshot.models, ["best", "fast", "gpt-4o-mini"]);
}

#[test]
fn a_vendor_that_lacks_the_operation_is_no_candidate() {
    let (snapshot, _) =
        compile(&[provider(1, "anthropic", &[])], &[credential(1, 1)], &[route("claude-*", 1, 1, None)]);
    assert_eq!(sent(&snapshot, "claude-x", Operation::Embeddings), []);
    assert_eq!(sent(&snapshot, "claude-x", Operation::Messages), [(1, "claude-x".to_owned())]);
    assert!(snapshot.knows("claude-x"));
}

#[test]
fn a_chat_goes_to_a_vendor_of_another_dialect_in_the_one_that_it_prefers() {
    let (snapshot, _) = compile(
        &[provider(1, "anthropic", &[]), provider(2, "openai", &[]), provider(3, "openai_compatible", &[])],
        &[credential(1, 1), credential(2, 2), credential(3, 3)],
        &[route("m", 1, 1, None), route("m", 2, 2, None), route("m", 3, 3, None)],
    );
    let ways = |operation| {
        let candidates = snapshot.candidates("m", Wanted { operation, is_stream: true });
        let mut ways: Vec<_> = candidates.iter().map(|one| (one.target.credential_id.0, one.operation)).collect();
        ways.sort();
        ways
    };
    let (chat, responses, messages) = (Operation::ChatCompletions, Operation::Responses, Operation::Messages);
    assert_eq!(ways(chat), [(1, messages), (2, chat), (3, chat)]);
    assert_eq!(ways(responses), [(1, messages), (2, responses), (3, responses)]);
    assert_eq!(ways(messages), [(1, messages), (2, responses), (3, chat)]);
    assert_eq!(ways(Operation::GeminiStream), [(1, messages), (2, responses), (3, chat)]);
}

#[test]
fn a_wish_is_taken_off_a_name_that_nobody_serves() {
    let (snapshot, _) = compile(
        &[provider(1, "openai", &[])],
        &[credential(1, 1)],
        &[route("o3-mini", 1, 1, None), route("gpt-5-low", 1, 1, None)],
    );
    let has_wish = |model| {
        let wanted = Wanted { operation: Operation::ChatCompletions, is_stream: false };
        snapshot
            .candidates(model, wanted)
            .iter()
            .map(|one| (one.model.to_owned(), one.wish.is_some()))
            .collect::<Vec<_>>()
    };
    assert_eq!(has_wish("o3-mini-high"), [("o3-mini".to_owned(), true)]);
    assert_eq!(has_wish("gpt-5-low"), [("gpt-5-low".to_owned(), false)]);
    assert_eq!(has_wish("o4-mini-high"), []);
}

#[test]
fn what_is_disabled_or_broken_is_left_out_and_said() {
    let mut off = credential(2, 1);
    off.enabled = false;
    let mut disabled_route = route("m", 1, 1, None);
    disabled_route.enabled = false;
    let (snapshot, problems) = compile(
        &[provider(1, "openai", &[]), provider(2, "nonesuch", &[])],
        &[credential(1, 1), off, credential(3, 2)],
        &[disabled_route, route("m", 2, 1, None), route("m", 3, 2, None)],
    );
    assert_eq!(sent(&snapshot, "m", Operation::ChatCompletions), []);
    assert_eq!(problems, ["provider `p2` names the unknown vendor `nonesuch`"]);
}

#[test]
fn a_path_carries_the_clients_query() {
    let (snapshot, _) = compile(&[provider(1, "openai", &[])], &[credential(1, 1)], &[]);
    let plan = &snapshot.target(CredentialId(1)).unwrap().provider;
    let path = plan.path(Operation::ResponseGet, "resp 1", "stream=true", "/v1/responses/x").unwrap();
    assert_eq!(path, "/v1/responses/resp%201?stream=true");
    assert_eq!(plan.path(Operation::ChatCompletions, "", "", "").unwrap(), "/v1/chat/completions");
}

#[test]
fn what_the_operator_changed_or_switched_on_again_is_not_held_to_what_failed_before() {
    const FAILING: Setback = Setback { trouble: Trouble::Failing, pause_ms: None };
    let (here, key, way) = (provider(1, "openai", &[]), credential(1, 1), route("m", 1, 1, None));
    let elsewhere = Provider { base_url: "http://127.0.0.1:10".to_owned(), ..here.clone() };
    let renewed = Credential { secret: "sk-new".into(), ..key.clone() };
    let [off_provider, off_key, off_way] = [
        (Provider { enabled: false, ..here.clone() }, key.clone(), way.clone()),
        (here.clone(), Credential { enabled: false, ..key.clone() }, way.clone()),
        (here.clone(), key.clone(), Route { enabled: false, ..way.clone() }),
    ];
    let unchanged = (here.clone(), key.clone(), way.clone());
    let renamed = (Provider { name: "other".to_owned(), ..here.clone() }, key.clone(), way.clone());
    // The gates that stay shut of the provider, the credential and the route.
    for (change, expected) in [
        (unchanged.clone(), [true, true, true]),
        (renamed, [true, true, true]),
        ((elsewhere, key, way.clone()), [false, false, false]),
        ((here, renewed, way), [true, false, false]),
        (off_provider, [false, false, false]),
        (off_key, [true, false, false]),
        (off_way, [true, true, false]),
    ] {
        let health = Health::default();
        let compiled = |of: &(Provider, Credential, Route)| {
            let parts = (std::slice::from_ref(&of.0), std::slice::from_ref(&of.1), std::slice::from_ref(&of.2));
            compile_with(&health, parts.0, parts.1, parts.2).0
        };
        let wanted = Wanted { operation: Operation::ChatCompletions, is_stream: false };
        let snapshot = compiled(&unchanged);
        let visited = snapshot.candidates("m", wanted)[0].visited();
        for _ in 0..5 {
            let subjects = [Subject::Provider, Subject::Credential, Subject::Route];
            visited.enter(0, 0, 0).unwrap().fail(&subjects, FAILING);
        }
        drop(compiled(&change));
        // What was switched off is asked for when it is switched on again.
        let is_off = !(change.0.enabled && change.1.enabled && change.2.enabled);
        drop(if is_off { compiled(&unchanged) } else { snapshot });
        let gates = [&visited.provider.gate, &visited.credential.gate, &visited.route.gate];
        let is_shut = gates.map(|gate| gate.passage(0) != Passage::Open);
        assert_eq!(is_shut, expected, "{:?}", (change.0.enabled, change.1.enabled, change.2.enabled));
    }
}

#[test]
fn keys_of_one_group_share_what_their_models_are_called_and_cost() {
    let credentials: Vec<Credential> =
        (1..=6).map(|id| Credential { group_name: format!("g{}", id % 2), ..credential(id, 1) }).collect();
    let models = ["gpt-4o", "gpt-4o-mini"];
    let routes: Vec<Route> = (1..=6).flat_map(|id| models.map(|model| route(model, id, 1, None))).collect();
    let (snapshot, _) = compile(&[provider(1, "openai", &[])], &credentials, &routes);
    let mut names: Vec<*const u8> =
        snapshot.entries.iter().map(|entry| entry.upstream_model.as_ref().unwrap().as_ptr()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((snapshot.entries.len(), names.len()), (12, 4), "one name for each model in each group");
}

/// 200 keys that all serve 800 models, as large sites have them.
#[test]
fn a_site_with_160_000_routes_compiles_in_seconds() {
    let credentials: Vec<Credential> = (1..=200).map(|id| credential(id, 1)).collect();
    let name = |place: i64| format!("model-{place:04}");
    let routes: Vec<Route> =
        (1..=200).flat_map(|id| (0..800).map(move |place| route(&name(place), id, 1, None))).collect();
    let begun = std::time::Instant::now();
    let (snapshot, _) = compile(&[provider(1, "newapi", &[])], &credentials, &routes);
    assert_eq!((snapshot.entries.len(), snapshot.models.len()), (160_000, 800));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    println!("160,000 routes compiled in {:?}", begun.elapsed());
}
