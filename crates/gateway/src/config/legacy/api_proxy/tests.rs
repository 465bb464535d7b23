use std::fs;

use super::*;

const SEALED: &str = "U2FsdGVkX1/e4HnJ0iWGBIburv5gB3LdIMuX/nIU2jM=";

fn old_key(id: i64, provider: &str, quota: i64, cost: f64) -> OldKey {
    OldKey {
        id,
        provider: provider.to_owned(),
        name: format!("key {id}"),
        sealed: SEALED.to_owned(),
        base_url: "https://api.openai.com/v1".to_owned(),
        cost_per_request: cost,
        remaining_quota: quota,
        is_active: true,
    }
}

fn files(texts: &[(&str, &str)]) -> (tempfile::TempDir, Installation) {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("configs").join("providers");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in texts {
        fs::write(folder.join(name), text).unwrap();
    }
    let environment: Environment = [("ENCRYPTION_KEY", "testkey")].into_iter().collect();
    let installation = Installation::find(dir.path(), &environment);
    (dir, installation)
}

const OPENAI: &str = r#"{"provider":"openai","name":"OpenAI","base_url":"https://api.openai.com/v1","auth_type":"bearer",
    "headers":{"Authorization":"Bearer {{api_key}}","Content-Type":"application/json"},
    "models":[{"name":"gpt-4"},{"name":"gpt-4o"}]}"#;

/// What the files and these keys make.
fn made(texts: &[(&str, &str)], keys: Vec<OldKey>) -> Translation {
    let (_dir, installation) = files(texts);
    let mut translation = Translation::default();
    let files = files::read_all(&installation.providers, &mut translation);
    let keys = installation.opened(keys, &mut translation);
    add(&files, keys, &Vendors::embedded().unwrap(), &mut translation);
    translation
}

#[test]
fn the_keys_of_an_address_are_the_credentials_of_one_provider() {
    let other = OldKey { base_url: "https://relay.example/v1/".to_owned(), ..old_key(3, "openai", -1, 0.5) };
    let made =
        made(&[("openai.json", OPENAI)], vec![old_key(1, "openai", -1, 0.5), old_key(2, "openai", -1, 0.1), other]);
    assert_eq!(made.problems, []);
    let providers = &made.document.providers;
    assert_eq!(made.document.provider_names().collect::<Vec<_>>(), ["openai", "openai-2"]);
    assert_eq!((providers[0].vendor.as_str(), providers[1].vendor.as_str()), ("openai", "openai_compatible"));
    assert_eq!(providers[1].base_url.as_deref(), Some("https://relay.example/v1"));
    let credentials: Vec<_> =
        providers[0].credentials.iter().map(|each| (each.name.as_str(), each.secret.0.as_str())).collect();
    assert_eq!(credentials, [("key 1", "sk-abc"), ("key 2", "sk-abc")]);
    assert_eq!(providers[0].headers, BTreeMap::new());
}

#[test]
fn models_have_the_names_that_were_promised() {
    let made = made(&[("openai.json", OPENAI)], vec![old_key(1, "openai", -1, 0.5)]);
    let turbo = Model { upstream: Some("gpt-4-turbo-preview".to_owned()), ..Model::named("gpt-4-turbo") };
    let expected = [Model::named("gpt-4"), turbo, Model::named("gpt-3.5-turbo"), Model::named("gpt-4o")];
    assert_eq!(made.document.providers[0].models, expected);
    let azure = models("azure", None);
    assert!(azure.contains(&Model { upstream: Some("gpt-35-turbo".to_owned()), ..Model::named("gpt-3.5-turbo") }));
}

#[test]
fn unlimited_keys_go_first_by_their_cost_and_the_others_have_it_as_their_weight() {
    let keys = [
        old_key(1, "openai", -1, 0.5),
        old_key(2, "openai", -1, 0.1),
        old_key(3, "openai", 100, 0.0),
        old_key(4, "azure", 5, 0.2),
        old_key(5, "azure", 5, 0.2),
    ];
    let ranks = Ranks::of(keys.iter());
    let made = keys.iter().map(|key| {
        let made = ranks.credential(key, Secret::default());
        (made.priority, made.weight, made.call_quota)
    });
    let expected = [
        (Some(1), None, None),
        (Some(2), None, None),
        (Some(0), Some(2), Some(100)),
        (Some(0), Some(1), Some(5)),
        (Some(0), Some(1), Some(5)),
    ];
    assert_eq!(made.collect::<Vec<_>>(), expected);
}

#[test]
fn keys_that_are_off_stay_off_and_those_that_are_used_up_have_nothing_left() {
    let off = OldKey { is_active: false, ..old_key(1, "openai", -1, 0.0) };
    let made = made(&[("openai.json", OPENAI)], vec![off, old_key(2, "openai", 0, 0.0), old_key(3, "openai", 7, 0.0)]);
    let credentials = made.document.providers[0].credentials.iter();
    let stand: Vec<_> = credentials.map(|each| (each.enabled, each.call_quota)).collect();
    assert_eq!(stand, [(Some(false), None), (None, Some(0)), (None, Some(7))]);
    assert!(made.notes.iter().any(|note| note.contains("has 7 calls left")));
}

#[test]
fn azure_and_anthropic_are_called_as_they_want_it() {
    let at = |provider: &str, base_url: &str| OldKey { base_url: base_url.to_owned(), ..old_key(1, provider, -1, 0.0) };
    let vendors = Vendors::embedded().unwrap();
    let azure = provider_of(&at("azure", "https://r.openai.azure.com/"), None, &vendors).unwrap();
    assert_eq!((azure.vendor.as_str(), azure.params), ("azure", BTreeMap::new()));
    let deployed = provider_of(&at("azure", "https://r.x/openai/deployments/d"), None, &vendors).unwrap();
    let path = "/openai/deployments/d/chat/completions?api-version=2025-04-01-preview";
    assert_eq!(deployed.params["path_chat_completions"], path);
    let anthropic = provider_of(&at("anthropic", "https://api.anthropic.com"), None, &vendors).unwrap();
    assert_eq!((anthropic.vendor.as_str(), anthropic.params), ("anthropic", BTreeMap::new()));
}

#[test]
fn a_header_of_its_own_carries_the_key_of_its_provider() {
    let file = r#"{"provider":"mine","name":"Mine","base_url":"https://m/v1","auth_type":"header",
        "headers":{"X-Token":"t {{api_key}}","X-Team":"a"},"models":[{"name":"m"}]}"#;
    let keys = vec![old_key(1, "mine", -1, 0.0), old_key(2, "mine", -1, 0.0)];
    let made = made(&[("mine.json", file), ("broken.json", "{}"), ("openai.json", OPENAI)], keys);
    let headers =
        BTreeMap::from([("X-Token".to_owned(), "t sk-abc".to_owned()), ("X-Team".to_owned(), "a".to_owned())]);
    assert_eq!(made.document.providers.iter().map(|each| &each.headers).collect::<Vec<_>>(), [&headers, &headers]);
    assert!(made.notes.iter().any(|note| note.contains("broken.json")));
    assert!(made.notes.iter().any(|note| note == "provider `openai` has no key and is left out"));
}

#[test]
fn a_key_that_stays_shut_is_named() {
    let shut = OldKey { sealed: "nonsense".to_owned(), ..old_key(1, "openai", -1, 0.0) };
    let made = made(&[("openai.json", OPENAI)], vec![shut]);
    let [problem] = made.problems.as_slice() else { panic!("{:?}", made.problems) };
    assert!(problem.at.ends_with("key `key 1`"), "{}", problem.at);
}

#[test]
fn an_installation_without_a_database_has_no_keys() {
    let (_dir, installation) = files(&[("openai.json", OPENAI)]);
    let translation = installation.translate(&Vendors::embedded().unwrap());
    assert_eq!((translation.problems, translation.document.providers), (Vec::new(), Vec::new()));
    assert!(translation.notes.iter().any(|note| note.starts_with("there is no database")));
}
