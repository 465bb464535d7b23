use super::*;
use rstest::rstest;
use serde_json::json;

fn compiled(when: &str) -> Result<Ruled, CompileError> {
    Ruled::compile(&Rule { when: when.to_owned(), ..Rule::default() }, 1)
}

fn sample(value: serde_json::Value) -> Sample {
    serde_json::from_value::<Sample>(value).unwrap().prepared()
}

#[rstest]
#[case("TokenCount > 12000", false)]
#[case("TokenCount >= 12000", true)]
#[case("Path == \"/v1/chat/completions\"", true)]
#[case("Model startsWith \"gpt-\" and not (TokenCount < 100)", true)]
#[case("Model in [\"gpt-4o\", \"gpt-4.1\"]", true)]
#[case("TokenCount in 1000..20000", true)]
#[case("TokenCount % 0 == 1", false)]
#[case("Stream and Tools and Images", true)]
#[case("Headers[\"user-agent\"] contains \"codex\"", true)]
#[case("Headers[\"authorization\"] == nil", true)]
#[case("Key == \"laptop\" and User == 7 and Group == \"vip\"", true)]
#[case("MaxTokens == 100", true)]
#[case("BudgetLeft < 2", true)]
#[case("BudgetLeft > 1.5", false)]
#[case("Hour >= 0 and Hour < 24 and Weekday in 0..6", true)]
#[case("Dialect == \"openai_chat\"", true)]
fn rules_ask_about_calls(#[case] when: &str, #[case] expected: bool) {
    let sample = sample(json!({
        "model": "gpt-4o", "key": "laptop", "user": 7, "group": "vip", "token_count": 12_000, "budget_left": 1_500_000,
        "headers": {"User-Agent": "codex/1", "Authorization": "Bearer ag-secret"},
        "body": {"stream": true, "max_tokens": 100, "tools": [{}], "messages": [
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}
        ]},
    }));
    let rules = [compiled(when).unwrap()];
    assert_eq!(first_that_holds(&rules, &sample.question()).is_some(), expected);
}

#[test]
fn a_key_without_limits_has_always_enough_left() {
    let rules = [compiled("BudgetLeft > 1e15").unwrap()];
    assert!(rules[0].asks_budget());
    assert!(first_that_holds(&rules, &sample(json!({"model": "m"})).question()).is_some());
}

#[test]
fn tokens_are_counted_where_a_rule_wants_to_know() {
    let sample = sample(json!({"body": {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello world"}]}}));
    let rules = [compiled("TokenCount == 3").unwrap()];
    assert!(first_that_holds(&rules, &sample.question()).is_some());
}

#[test]
fn the_first_rule_that_holds_and_is_about_the_model_decides() {
    let rule = |name: &str, models: &[&str], when: &str| {
        let models = models.iter().map(|model| (*model).to_owned()).collect();
        let rule = Rule { name: name.to_owned(), models, when: when.to_owned(), ..Rule::default() };
        Ruled::compile(&rule, 1).unwrap()
    };
    let rules = [
        rule("other", &["claude-*"], "true"),
        rule("no", &[], "false"),
        rule("yes", &["gpt-*"], "true"),
        rule("late", &[], "true"),
    ];
    let gpt = sample(json!({"model": "gpt-4o"}));
    assert_eq!(first_that_holds(&rules, &gpt.question()).unwrap().name, "yes");
    let tried = try_all(&rules, &gpt);
    assert_eq!(
        tried.iter().map(|one| (one.concerns, one.holds.clone())).collect::<Vec<_>>(),
        [(false, Ok(true)), (true, Ok(false)), (true, Ok(true)), (true, Ok(true)),]
    );
}

#[rstest]
#[case("TokenCount")]
#[case("TokenCount > \"5\"")]
#[case("tokenCount > 5")]
#[case("Model matches \"(\"")]
#[case("")]
fn what_cannot_be_a_condition_is_refused(#[case] when: &str) {
    assert!(compiled(when).is_err());
}
