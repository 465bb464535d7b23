use super::*;
use crate::limit::Limits;
use crate::route::policy::{AliasTarget, Choice, ModelPolicy, Strategy, ValueFactors};

fn target(model: &str) -> AliasTarget {
    AliasTarget { model: model.to_owned(), weight: 1 }
}

fn alias(name: &str, targets: &[&str]) -> Alias {
    Alias { name: name.to_owned(), targets: targets.iter().map(|model| target(model)).collect() }
}

fn choice(provider: &str) -> Choice {
    Choice { provider: provider.to_owned(), model: None }
}

fn model(name: &str, strategy: Option<Strategy>) -> ModelPolicy {
    ModelPolicy { model: name.to_owned(), strategy, limits: Limits::NONE }
}

fn bad_hours() -> Fault {
    Fault::Number(Factor::UsageWindowHours.read("0", &mut ValueFactors::default()).unwrap_err())
}

fn found(policy: &Policy, providers: Option<&BTreeSet<String>>) -> Vec<(String, Fault)> {
    policy.misfits(providers).into_iter().map(|misfit| (misfit.at, misfit.fault)).collect()
}

fn of_aliases(aliases: Vec<Alias>) -> Vec<(String, Fault)> {
    found(&Policy { aliases, ..Policy::default() }, None)
}

#[test]
fn a_policy_that_fits_has_no_misfits() {
    let policy = Policy {
        models: vec![model("o3*", Some(Strategy::Fastest))],
        aliases: vec![alias("smart", &["best", "o3"]), alias("best", &["openai/o3", "smart-2"])],
        rules: vec![Rule { when: "true".to_owned(), providers: vec![choice("openai")], ..Rule::default() }],
        default_provider: Some("openai".to_owned()),
        ..Policy::default()
    };
    assert_eq!(found(&policy, Some(&["openai".to_owned()].into())), []);
    assert_eq!(found(&Policy::default(), Some(&BTreeSet::new())), []);
}

#[test]
fn every_misfit_is_named_with_its_place() {
    let policy = Policy {
        models: vec![model("o3", None), model("O3", Some(Strategy::Value)), model(" ", Some(Strategy::Value))],
        rules: vec![
            Rule { when: "true".to_owned(), models: vec![String::new()], ..Rule::default() },
            Rule { when: "true".to_owned(), providers: vec![choice("gone"), choice("")], ..Rule::default() },
        ],
        default_provider: Some("lost".to_owned()),
        factors: ValueFactors { health_min: 2.0, usage_window_hours: 0, ..ValueFactors::default() },
        ..Policy::default()
    };
    let expected = [
        ("models[0]", Fault::Idle),
        ("models[1].model", Fault::Twice("O3".to_owned())),
        ("models[2].model", Fault::Missing),
        ("rules[0].models[0]", Fault::Missing),
        ("rules[0]", Fault::Idle),
        ("rules[1].providers[0].provider", Fault::UnknownProvider("gone".to_owned())),
        ("rules[1].providers[1].provider", Fault::Missing),
        ("default_provider", Fault::UnknownProvider("lost".to_owned())),
        ("factors.usage_window_hours", bad_hours()),
        ("factors.health_min", Fault::Order),
    ];
    let expected = expected.map(|(at, fault)| (at.to_owned(), fault));
    assert_eq!(found(&policy, Some(&["openai".to_owned()].into())), expected);
    let without = found(&policy, None).into_iter().filter(|(_, fault)| matches!(fault, Fault::UnknownProvider(_)));
    assert_eq!(without.count(), 0);
}

#[test]
fn an_alias_has_a_name_of_its_own_and_targets_that_can_be_drawn() {
    let weightless = Alias { name: "c".to_owned(), targets: vec![AliasTarget { weight: 0, ..target("m") }] };
    let aliases = vec![alias("a", &["m"]), alias("A", &["m"]), alias("b", &[]), weightless, alias("", &["m", ""])];
    let expected = [
        ("aliases[1].name", Fault::Twice("A".to_owned())),
        ("aliases[2].targets", Fault::Missing),
        ("aliases[3].targets", Fault::Weightless),
        ("aliases[4].name", Fault::Missing),
        ("aliases[4].targets[1].model", Fault::Missing),
    ];
    assert_eq!(of_aliases(aliases), expected.map(|(at, fault)| (at.to_owned(), fault)));
}

#[test]
fn aliases_that_lead_back_to_themselves_are_named_on_their_way() {
    let itself = vec![alias("a", &["m", "A"])];
    assert_eq!(of_aliases(itself), [("aliases[0].targets".to_owned(), Fault::Cycle("a → a".to_owned()))]);
    let around = vec![alias("way", &["b"]), alias("a", &["m", "b"]), alias("b", &["c"]), alias("c", &["m", "a"])];
    let expected = Fault::Cycle("b → c → a → b".to_owned());
    assert_eq!(of_aliases(around), [("aliases[1].targets".to_owned(), expected)]);
}

#[test]
fn what_is_too_long_is_refused() {
    let long = "x".repeat(MAX_CHARS + 1);
    assert_eq!(of_aliases(vec![alias(&long, &["m"])]), [("aliases[0].name".to_owned(), Fault::TooLong(MAX_CHARS))]);
    let many = (0..=MAX_ENTRIES).map(|number| alias(&number.to_string(), &["m"])).collect();
    assert_eq!(of_aliases(many), [("aliases".to_owned(), Fault::TooMany(MAX_ENTRIES))]);
    let wide = vec![Alias { name: "a".to_owned(), targets: vec![target("m"); MAX_INNER + 1] }];
    assert_eq!(of_aliases(wide), [("aliases[0].targets".to_owned(), Fault::TooMany(MAX_INNER))]);
}
