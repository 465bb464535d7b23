//! What rules cost: compiled once, when a configuration is loaded, and run for every call.
//!
//!     cargo bench -p sluice-expr

use sluice_expr::{Environment, Map, Program, Slot, Type, Value, Values};

/// Typical rules, from the simplest on.
const RULES: [&str; 7] = [
    "TokenCount > 12000",
    r#"Model == "gpt-4o" and TokenCount > 8000"#,
    r#"Model in ["gpt-4o", "gpt-4.1", "o3"] && Path endsWith "completions""#,
    r#"Model matches "^gpt-4(o|\\.1)" or 1000 < TokenCount < 20000"#,
    r#"({"gpt-4o": 5000}[Model] ?? 100) < TokenCount"#,
    r#"any(["claude", "o3", "gpt"], Model startsWith #)"#,
    r#"headers["user-agent"] contains "curl" and upper(Model) == "GPT-4O""#,
];

fn main() {
    divan::main();
}

fn environment() -> (Environment, [Slot; 4]) {
    let mut environment = Environment::new();
    let names = [("TokenCount", Type::Int), ("Model", Type::Text), ("Path", Type::Text)];
    let [tokens, model, path] = names.map(|(name, kind)| environment.variable(name, kind));
    let headers = environment.variable("headers", Type::map(Type::Text));
    (environment, [tokens, model, path, headers])
}

fn values<'v>(environment: &Environment, [tokens, model, path, headers]: [Slot; 4]) -> Values<'v> {
    let mut values = Values::new(environment);
    values.set(tokens, 12_500_i64);
    values.set(model, "gpt-4o");
    values.set(path, "/v1/chat/completions");
    let map: Map<'_> = [("user-agent", Value::from("curl/8"))].into_iter().collect();
    values.set(headers, Value::Map(map));
    values
}

#[divan::bench(args = RULES)]
fn compile(bencher: divan::Bencher<'_, '_>, rule: &str) {
    let (environment, _) = environment();
    bencher.bench(|| Program::compile_bool(rule, &environment));
}

#[divan::bench(args = RULES)]
fn run(bencher: divan::Bencher<'_, '_>, rule: &str) {
    let (environment, slots) = environment();
    let values = values(&environment, slots);
    match Program::compile_bool(rule, &environment) {
        Ok(program) => bencher.bench(|| program.run_bool(divan::black_box(&values))),
        Err(error) => divan::black_box_drop(error),
    }
}

#[divan::bench]
fn fill_values(bencher: divan::Bencher<'_, '_>) {
    let (environment, slots) = environment();
    bencher.bench(|| values(&environment, slots));
}
