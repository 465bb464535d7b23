use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::json;

use super::*;

fn translated(variables: &[(&str, &str)]) -> Translation {
    let environment: Environment = variables.iter().copied().collect();
    let vendors = Vendors::embedded().unwrap();
    translate(&environment, Path::new(""), &vendors).expect("something is set")
}

/// The document of variables that nothing is wrong with.
fn document(variables: &[(&str, &str)]) -> Document {
    let translation = translated(variables);
    assert_eq!(translation.problems, []);
    translation.document
}

fn only_provider(variables: &[(&str, &str)]) -> Provider {
    let document = document(variables);
    let [provider] = document.providers.as_slice() else { panic!("{:?}", document.providers) };
    provider.clone()
}

fn secrets(provider: &Provider) -> Vec<&str> {
    provider.credentials.iter().map(|credential| credential.secret.0.as_str()).collect()
}

fn hash_of(token: &str) -> String {
    Key::presented("", token).hash
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn nothing_set_is_nothing_said() {
    let vendors = Vendors::embedded().unwrap();
    let environment: Environment = [("GATEWAY_ROUTES", " "), ("OPENROUTER_API_KEY", "a")].into_iter().collect();
    assert!(translate(&environment, Path::new(""), &vendors).is_none());
}

#[test]
fn a_single_token_goes_to_openrouter() {
    let document = document(&[("GATEWAY_TOKEN", " g1 ")]);
    let [provider] = document.providers.as_slice() else { panic!() };
    assert_eq!((provider.name.as_str(), provider.vendor.as_str()), ("openrouter", "openrouter"));
    assert_eq!(provider.base_url.as_deref(), Some("https://openrouter.ai/api/v1"));
    assert_eq!(provider.headers, map(&[("HTTP-Referer", "http://localhost"), ("X-Title", "ai-gateway")]));
    let timeouts = [("connect_ms", 60_000), ("first_byte_ms", 60_000), ("idle_ms", 60_000), ("total_ms", 0)];
    assert_eq!(provider.timeouts, BTreeMap::from(timeouts));
    assert_eq!(provider.credentials, []);
    assert_eq!(provider.models, [Model::named("openai/gpt-4o-mini"), Model::named("*")]);
    let expected = Key {
        name: "gateway-token".to_owned(),
        hash: hash_of("g1"),
        models: Vec::new(),
        providers: vec!["openrouter".to_owned()],
        default_model: Some("openai/gpt-4o-mini".to_owned()),
        strategy: Some(Strategy::ByCall),
    };
    assert_eq!(document.keys, [expected]);
}

#[rstest]
#[case(&[("OPENROUTER_API_KEY", "a"), ("OPENROUTER_API_KEYS", " b, c ,,"), ("UPSTREAM_API_KEY", "u")], &["b", "c", "a"])]
#[case(&[("UPSTREAM_API_KEY", "u"), ("OPENAI_API_KEY", "o")], &["u"])]
#[case(&[("PROVIDER", "Gemini"), ("GEMINI_API_KEY", "gk"), ("OPENROUTER_API_KEY", "a")], &["gk"])]
#[case(&[("PROVIDER", "gemini"), ("UPSTREAM_API_KEY", "u"), ("OPENROUTER_API_KEY", "a")], &["u"])]
#[case(&[("PROVIDER", "openai"), ("OPENAI_API_KEY", "o"), ("OPENROUTER_API_KEY", "a")], &["o"])]
fn a_single_token_has_the_keys_of_its_provider(#[case] variables: &[(&str, &str)], #[case] expected: &[&str]) {
    let variables: Vec<(&str, &str)> = variables.iter().copied().chain([("GATEWAY_TOKEN", "g1")]).collect();
    assert_eq!(secrets(&only_provider(&variables)), expected);
}

#[test]
fn a_known_provider_has_its_own_address() {
    let provider = only_provider(&[("GATEWAY_TOKEN", "g"), ("PROVIDER", "Gemini"), ("GEMINI_API_KEY", "gk")]);
    assert_eq!((provider.name.as_str(), provider.vendor.as_str()), ("gemini", "gemini"));
    assert_eq!((provider.base_url, provider.headers), (None, BTreeMap::new()));
}

#[test]
fn addresses_and_time_outs_of_single_variables_are_followed() {
    let translation = translated(&[
        ("GATEWAY_TOKEN", "g"),
        ("PROVIDER", "custom"),
        ("UPSTREAM_BASE_URL", " https://x/v1// "),
        ("UPSTREAM_TIMEOUT", "11"),
        ("OPENROUTER_TIMEOUT", "22"),
        ("OPENROUTER_URL", "https://y/chat"),
        ("OPENROUTER_API_KEY", "a"),
    ]);
    let [provider] = translation.document.providers.as_slice() else { panic!() };
    assert_eq!((provider.name.as_str(), provider.vendor.as_str()), ("custom", "openai_compatible"));
    assert_eq!(provider.base_url.as_deref(), Some("https://y"));
    assert_eq!(provider.params, map(&[("path_chat_completions", "/chat")]));
    assert_eq!((provider.timeouts["idle_ms"], secrets(provider)), (11_000, vec!["a"]));
    assert!(translation.notes.iter().any(|note| note.contains("`chat_url` is on another server")));
}

#[rstest]
#[case(&[("OPENROUTER_TIMEOUT", "22")], 22_000)]
#[case(&[("UPSTREAM_TIMEOUT", "11")], 11_000)]
#[case(&[("UPSTREAM_TIMEOUT", "11"), ("OPENROUTER_TIMEOUT", "22")], 22_000)]
#[case(&[("UPSTREAM_TIMEOUT", "0.25")], 250)]
fn the_time_out_of_openrouter_goes_first_for_openrouter(#[case] variables: &[(&str, &str)], #[case] expected_ms: u64) {
    let variables: Vec<(&str, &str)> = variables.iter().copied().chain([("GATEWAY_TOKEN", "g1")]).collect();
    assert_eq!(only_provider(&variables).timeouts["idle_ms"], expected_ms);
}

#[test]
fn an_empty_chat_url_hides_the_older_variable() {
    let provider =
        only_provider(&[("GATEWAY_TOKEN", "g"), ("UPSTREAM_CHAT_URL", ""), ("OPENROUTER_URL", "https://y/chat")]);
    assert_eq!(provider.base_url.as_deref(), Some("https://openrouter.ai/api/v1"));
    assert_eq!(provider.params, BTreeMap::new());
}

#[test]
fn routes_take_from_the_environment_what_they_leave_open() {
    let translation = translated(&[
        ("GATEWAY_ROUTES", r#"[{"token":"t1","chat_url":"https://ub/x/","models_url":" https://m "}]"#),
        ("DEFAULT_MODEL", "dm"),
        ("UPSTREAM_BASE_URL", "https://ub/v1/"),
        ("UPSTREAM_TIMEOUT", "9"),
    ]);
    assert_eq!(translation.problems, []);
    let [provider] = translation.document.providers.as_slice() else { panic!() };
    assert_eq!((provider.name.as_str(), provider.base_url.as_deref()), ("openrouter", Some("https://ub/v1")));
    assert_eq!(provider.params, map(&[("path_chat_completions", "/x/")]));
    assert_eq!((provider.timeouts["first_byte_ms"], &provider.headers), (9_000, &BTreeMap::new()));
    assert_eq!(translation.document.keys[0].default_model.as_deref(), Some("dm"));
    assert!(translation.notes.iter().any(|note| note.contains("`models_url` is on another server")));
}

#[test]
fn an_object_of_routes_names_their_keys_and_what_is_no_route_is_noted() {
    let translation = translated(&[("GATEWAY_ROUTES", r#"{"a":{"token":"t1","x":1},"b":7,"c":{"token":" "}}"#)]);
    assert_eq!(translation.problems, []);
    let names: Vec<&str> = translation.document.key_names().collect();
    assert_eq!((names, translation.document.keys[0].hash.as_str()), (vec!["a"], hash_of("t1").as_str()));
    for expected in ["`GATEWAY_ROUTES[0].x` is not a known", "`GATEWAY_ROUTES[1]` is not", "`GATEWAY_ROUTES[2]` has no"]
    {
        assert!(translation.notes.iter().any(|note| note.starts_with(expected)), "{:?}", translation.notes);
    }
}

#[test]
fn the_later_route_of_a_token_counts() {
    let routes = r#"[{"token":"t1","provider":"A"},{"token":"t1","provider":"B"}]"#;
    assert_eq!(only_provider(&[("GATEWAY_ROUTES", routes)]).name, "b");
}

#[rstest]
#[case(r#"{"token":"t1","api_keys":[],"api_key":"z"}"#, &[])]
#[case(r#"{"token":"t1","api_keys":"z","api_key":" y "}"#, &["y"])]
#[case(r#"{"token":"t1","api_keys":[" a ","","b","a"]}"#, &["a", "b", "a"])]
fn a_list_of_keys_hides_the_single_one(#[case] route: &str, #[case] expected: &[&str]) {
    assert_eq!(secrets(&only_provider(&[("GATEWAY_ROUTES", &format!("[{route}]"))])), expected);
}

#[test]
fn models_that_are_listed_are_the_only_ones() {
    let route = r#"[{"token":"t1","default_model":"m","available_models":["a"," b ",""]}]"#;
    let document = document(&[("GATEWAY_ROUTES", route)]);
    assert_eq!(document.providers[0].models, ["a", "b", "m"].map(Model::named));
    assert_eq!(document.keys[0].models, ["a", "b", "m"]);
}

#[test]
fn a_default_that_is_not_listed_gives_way_to_one_that_is() {
    let document = document(&[("GATEWAY_ROUTES", r#"[{"token":"t1","available_models":["a","b"]}]"#)]);
    assert_eq!(document.keys[0].default_model.as_deref(), Some("a"));
}

#[test]
fn a_route_counts_before_the_single_token_of_the_same_text() {
    let routes = ("GATEWAY_ROUTES", r#"[{"token":"g1","provider":"mine"}]"#);
    let same = document(&[routes, ("GATEWAY_TOKEN", "g1")]);
    assert_eq!(same.provider_names().collect::<Vec<_>>(), ["mine"]);
    let other = document(&[routes, ("GATEWAY_TOKEN", "g2")]);
    assert_eq!(other.keys.iter().map(|key| key.hash.clone()).collect::<Vec<_>>(), [hash_of("g1"), hash_of("g2")]);
}

#[test]
fn tokens_of_the_same_upstream_share_its_provider() {
    let routes = json!([
        {"token": "t1", "provider": "p", "base_url": "https://x/v1", "api_key": "k", "default_model": "a"},
        {"token": "t2", "provider": "p", "base_url": "https://x/v1", "api_key": "k", "default_model": "b"},
        {"token": "t3", "provider": "p", "base_url": "https://x/v1", "api_key": "other"},
    ]);
    let document = document(&[("GATEWAY_ROUTES", &routes.to_string())]);
    assert_eq!(document.provider_names().collect::<Vec<_>>(), ["p", "p-2"]);
    let bound: Vec<&str> = document.keys.iter().map(|key| key.providers[0].as_str()).collect();
    assert_eq!(bound, ["p", "p", "p-2"]);
    assert_eq!(document.providers[0].models, ["a", "*", "b"].map(Model::named));
}

#[rstest]
#[case(&[("GATEWAY_ROUTES", "[]")], "GATEWAY_ROUTES")]
#[case(&[("GATEWAY_ROUTES", "5")], "GATEWAY_ROUTES")]
#[case(&[("GATEWAY_ROUTES", "{bad")], "GATEWAY_ROUTES")]
#[case(&[("GATEWAY_ROUTES_FILE", "/nowhere/routes.json")], "GATEWAY_ROUTES_FILE")]
#[case(&[("GATEWAY_ROUTES", r#"[{"token":null}]"#)], "GATEWAY_ROUTES[0].token")]
#[case(&[("GATEWAY_ROUTES", r#"[{"token":"t","base_url":null}]"#)], "GATEWAY_ROUTES[0].base_url")]
#[case(&[("GATEWAY_ROUTES", r#"[{"token":"t","api_keys":[null]}]"#)], "GATEWAY_ROUTES[0].api_keys")]
#[case(&[("GATEWAY_ROUTES", r#"[{"token":"t","timeout":null}]"#)], "GATEWAY_ROUTES[0].timeout")]
#[case(&[("GATEWAY_ROUTES", r#"[{"token":"t","timeout":0}]"#)], "GATEWAY_ROUTES[0].timeout")]
#[case(&[("GATEWAY_ROUTES", r#"[{"token":"t","base_url":"relative"}]"#)], "GATEWAY_ROUTES[0].base_url")]
#[case(&[("GATEWAY_ROUTES", r#"[{"token":"t","extra_headers":{"a":null}}]"#)], "GATEWAY_ROUTES[0].extra_headers")]
#[case(&[("GATEWAY_TOKEN", "g"), ("UPSTREAM_TIMEOUT", "")], "UPSTREAM_TIMEOUT")]
#[case(&[("GATEWAY_TOKEN", "g"), ("UPSTREAM_TIMEOUT", "abc")], "UPSTREAM_TIMEOUT")]
fn what_cannot_be_followed_is_named(#[case] variables: &[(&str, &str)], #[case] at: &str) {
    let problems: Vec<String> = translated(variables).problems.into_iter().map(|problem| problem.at).collect();
    assert_eq!(problems, [at]);
}
