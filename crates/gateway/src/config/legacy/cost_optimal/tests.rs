use std::collections::BTreeMap;

use rstest::rstest;
use sluice_domain::route::policy::{Choice, Rule};

use super::*;
use crate::config::legacy::document::{Document, Model};

const SAMPLE: &str = r#"
listen: 0.0.0.0:8000
api_keys:
  - sk-admin-gateway-key
  - 0123456789abcdefghij   # a number to others
debug: true
default_provider: p
save_usage: true
storage_type: sqlite
storage_uri: "file:usage.db?_pragma=busy_timeout=5000"
retention_days: 7
cleanup_enabled: true
providers:
  - id: p
    base_url: https://api.openai.com/v1
    access_token: sk-p
  - id: q
    base_url: https://w.example/v1
    access_token: sk-q
    type: openai
    timeout: 30s
  - id: claude
    base_url: https://api.anthropic.com/v1
    access_token: sk-c
    type: anthropic
    timeout: 45
    headers:
      anthropic-version: "2023-06-01"
models:
  - model: m
    providers:
      - provider: p
        model: a
    rules:
      - rule: TokenCount > 5 ? true : false
        providers:
          - provider: q
            model: long
      - rule: Path == "/v1/responses"
        providers:
          q: r1
          p: r2
  - model: n
    providers: [q, claude, p]
alias:
  - model: nick
    target: m
"#;

fn translated(text: &str) -> Translation {
    translate("config.yaml", text, &Vendors::embedded().unwrap())
}

fn document(text: &str) -> Document {
    let translation = translated(text);
    assert_eq!(translation.problems, []);
    translation.document
}

fn choice(provider: &str, model: &str) -> Choice {
    Choice { provider: provider.to_owned(), model: Some(model.to_owned()) }
}

fn rule(name: &str, when: &str, providers: &[Choice]) -> Rule {
    let models = vec!["m".to_owned()];
    Rule { name: name.to_owned(), models, when: when.to_owned(), providers: providers.to_vec(), ..Rule::default() }
}

#[test]
fn the_old_file_is_told_by_its_shape() {
    assert!(recognises(SAMPLE));
    assert!(recognises("# c\nlisten: :8000\n"));
    assert!(recognises("API_Keys:\n - a"));
    assert!(!recognises("listen:\n  host: 127.0.0.1\nkeys:\n  - name: a\n"));
    assert!(!recognises("listen: {host: 127.0.0.1}\n"));
    assert!(!recognises("{\"listen\":{\"port\":1}}"));
}

#[test]
fn providers_keep_their_addresses_secrets_and_time_outs() {
    let document = document(SAMPLE);
    let told: Vec<_> = document
        .providers
        .iter()
        .map(|provider| {
            let secret = provider.credentials[0].secret.0.as_str();
            (provider.name.as_str(), provider.vendor.as_str(), secret, provider.timeouts["total_ms"])
        })
        .collect();
    let expected = [
        ("p", "openai", "sk-p", 600_000),
        ("q", "openai_compatible", "sk-q", 30_000),
        ("claude", "anthropic", "sk-c", 45_000),
    ];
    assert_eq!(told, expected);
    let version = BTreeMap::from([("anthropic-version".to_owned(), "2023-06-01".to_owned())]);
    assert_eq!(document.providers[2].headers, version);
}

#[test]
fn models_go_to_their_providers_in_order() {
    let document = document(SAMPLE);
    let models = |index: usize| document.providers[index].models.clone();
    let tried = |name: &str, priority| Model { priority: Some(priority), ..Model::named(name) };
    let renamed = Model { upstream: Some("a".to_owned()), ..Model::named("m") };
    assert_eq!(models(0), [renamed, tried("n", 1)]);
    assert_eq!(models(1), [tried("n", 3)]);
    assert_eq!(models(2), [tried("n", 2)]);
}

#[test]
fn rules_aliases_and_the_default_are_carried_over() {
    let routing = document(SAMPLE).routing;
    let expected = [
        rule("m 1", "TokenCount > 5 ? true : false", &[choice("q", "long")]),
        rule("m 2", r#"Path == "/v1/responses""#, &[choice("p", "r2"), choice("q", "r1")]),
    ];
    assert_eq!(routing.rules, expected);
    let target = AliasTarget { model: "m".to_owned(), weight: 1 };
    assert_eq!(routing.aliases, [Alias { name: "nick".to_owned(), targets: vec![target] }]);
    assert_eq!(routing.default_provider.as_deref(), Some("p"));
}

#[test]
fn keys_are_texts_and_settings_are_followed() {
    let document = document(SAMPLE);
    let hashes: Vec<&str> = document.keys.iter().map(|key| key.hash.as_str()).collect();
    let expected = ["sk-admin-gateway-key", "0123456789abcdefghij"].map(|key| Key::presented("", key).hash);
    assert_eq!(hashes, expected);
    assert_eq!(document.key_names().collect::<Vec<_>>(), ["api-key", "api-key-2"]);
    assert_eq!((&document.listen["host"], &document.listen["port"]), (&"0.0.0.0".into(), &8_000.into()));
    assert_eq!((&document.log["level"], &document.records["retention_days"]), (&"debug".into(), &7.into()));
}

#[test]
fn a_provider_that_is_tried_twice_for_a_model_is_tried_by_a_rule() {
    let text = SAMPLE.replace("        model: a\n", "        model: a\n      - provider: p\n        model: b\n");
    let routing = document(&text).routing;
    assert_eq!(routing.rules[2], rule("m in order", "true", &[choice("p", "a"), choice("p", "b")]));
}

#[rstest]
#[case("0.0.0.0:8000", Some(("0.0.0.0", 8000)))]
#[case(":8000", Some(("0.0.0.0", 8000)))]
#[case("[::1]:8000", Some(("::1", 8000)))]
#[case("localhost:1", Some(("127.0.0.1", 1)))]
#[case("8080", None)]
#[case("example.com:80", None)]
fn addresses_to_listen_on_are_read(#[case] text: &str, #[case] expected: Option<(&str, u16)>) {
    assert_eq!(listen_parts(text), expected.map(|(host, port)| (host.to_owned(), port)));
}

#[rstest]
#[case("  - sk-admin-gateway-key", "  - \"\"", "line 4")]
#[case("listen: 0.0.0.0:8000", "listen: 8080", "line 2")]
#[case("  - id: q", "  - id: p", "line 17")]
#[case("    timeout: 30s", "    timeout: soon", "line 21")]
#[case("      - provider: p\n        model: a", "      - provider: nobody", "line 32")]
#[case("  - model: n\n", "  - model: m\n", "line 43")]
#[case("default_provider: p", "default_provider: nobody", "line 7")]
#[case("    target: m", "    target: ''", "line 46")]
#[case("      - rule: Path == \"/v1/responses\"", "      - rule:", "line 39")]
#[case("    access_token: sk-p", "    access_token:", "line 14")]
fn what_cannot_be_followed_is_named_by_its_line(#[case] right: &str, #[case] wrong: &str, #[case] line: &str) {
    let translation = translated(&SAMPLE.replacen(right, wrong, 1));
    let at: Vec<&str> = translation.problems.iter().map(|problem| problem.at.as_str()).collect();
    assert!(at.contains(&format!("config.yaml {line}").as_str()), "{:?}", translation.problems);
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    assert!(!format!("{:?}", document(SAMPLE)).contains("sk-p"));
}
