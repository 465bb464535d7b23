//! Rules as cost-optimal has them: over the number of tokens, the model and the path.

use sluice_expr::{CompileError, Environment, Program, RunError, Slot, Type, Values};

const TOKENS: i64 = 12_000;

/// The environment of a rule and the slots of its three variables.
fn environment() -> (Environment, [Slot; 3]) {
    let mut environment = Environment::new();
    let slots = [("TokenCount", Type::Int), ("Model", Type::Text), ("Path", Type::Text)];
    let slots = slots.map(|(name, kind)| environment.variable(name, kind));
    (environment, slots)
}

fn compile(rule: &str) -> Result<Program, CompileError> {
    Program::compile_bool(rule, &environment().0)
}

fn run(rule: &str, tokens: i64) -> Result<bool, RunError> {
    let (environment, [token_count, model, path]) = environment();
    let mut values = Values::new(&environment);
    values.set(token_count, tokens);
    values.set(model, "gpt-4o");
    values.set(path, "/v1/chat/completions");
    compile(rule).unwrap_or_else(|error| panic!("{rule}: {error}")).run_bool(&values)
}

/// The truth table of the specification.
const TABLE: [(&str, bool); 52] = [
    (r#"TokenCount > 12000"#, false),
    (r#"TokenCount >= 12000"#, true),
    (r#"Path == "/v1/chat/completions""#, true),
    (r#"Path == '/v1/messages'"#, false),
    (r#"Model == "gpt-4o" and not (TokenCount < 100)"#, true),
    (r#"Model == "x" or TokenCount != 12000"#, false),
    (r#"Model startsWith "gpt-""#, true),
    (r#"Model endsWith "-mini""#, false),
    (r#"Model contains "4o""#, true),
    (r#"Model not contains "claude""#, true),
    (r#"Model matches "^gpt-4(o|\\.1)""#, true),
    (r#"Model matches "(?i)^GPT""#, true),
    (r#"Model matches "^claude""#, false),
    (r#"Model in ["gpt-4o","gpt-4.1"]"#, true),
    (r#"Model not in ["gpt-4o"]"#, false),
    (r#"TokenCount in 1000..20000"#, true),
    (r#"TokenCount in [1,2,3]"#, false),
    (r#"!(Path startsWith "/v1/messages")"#, true),
    (r#"len(Model) == 6"#, true),
    (r#"upper(Model) == "GPT-4O""#, true),
    (r#"TokenCount > 8000 ? Path endsWith "completions" : false"#, true),
    (r#"TokenCount / 1000 == 12"#, true),
    (r#"TokenCount % 1000 == 0"#, true),
    (r#"TokenCount ** 2 > 1e8"#, true),
    (r#"split(Model,"-")[0] == "gpt""#, true),
    (r#"any(["gpt-4o","o3"], # == Model)"#, true),
    (r#"none(["claude"], Model contains #)"#, true),
    (r#"let big = TokenCount > 10000; big && Path contains "chat""#, true),
    (r#"1000 < TokenCount < 20000"#, true),
    (r#"Model | upper() == "GPT-4O""#, true),
    (r#"Model[0:3] == "gpt""#, true),
    (r#"Model == "GPT-4o""#, false),
    (r#"Model == "x" || true && false"#, false),
    (r#"not true == false"#, true),
    (r#"2 ** 3 ** 2 == 512"#, true),
    (r#"-2 ** 2 == 4"#, false),
    (r#"({"gpt-4o": 5000}[Model] ?? 100) < TokenCount"#, true),
    (r#"({"o3": 5000}[Model] ?? 20000) < TokenCount"#, false),
    (r#"TokenCount / 0 > 1"#, true),
    (r#"Path in {"/v1/messages": 1}"#, false),
    (r#"0.1 + 0.2 == 0.3"#, false),
    (r#"7 / 2 == 3.5"#, true),
    (r#"-7 % 2 == -1"#, true),
    (r#"TokenCount == 12000.0"#, true),
    (r#"true"#, true),
    (r#"false"#, false),
    (r#"$env.TokenCount == 12_000"#, true),
    (r#"$env["Model"] == `gpt-4o`"#, true),
    (r#""Path" in $env and "path" not in $env"#, true),
    (r#"TokenCount > 0x10 // comment"#, true),
    (r#"/* before */ TokenCount > .5"#, true),
    (r#"if TokenCount > 1e3 { Model == "gpt-4o" } else { false }"#, true),
];

#[test]
fn the_truth_table_comes_out() {
    for (rule, expected) in TABLE {
        assert_eq!(run(rule, TOKENS), Ok(expected), "{rule}");
    }
    assert_eq!(run("TokenCount > 12000", 12_001), Ok(true));
}

/// What prevents a start, and what is said.
const REFUSED: [(&str, &str); 26] = [
    ("", "unexpected end of the rule (1:1)"),
    ("TokenCount", "the rule must give a bool, this gives int (1:1)"),
    ("TokenCount > \"5\"", "invalid operation: > (mismatched types int and string) (1:12)"),
    ("tokenCount > 5", "unknown name `tokenCount`, did you mean `TokenCount`? (1:1)"),
    ("TokenCount && true", "invalid operation: && (mismatched types int and bool) (1:12)"),
    ("Model in \"gpt-4o-mini\"", "invalid operation: in (mismatched types string and string) (1:7)"),
    ("Model[0] == \"g\"", "cannot use type int to get an element from type string (1:6)"),
    ("not Model == \"x\"", "invalid operation: not (mismatched type string) (1:1)"),
    ("Model matches \"(\"", "error parsing regexp: unclosed group (1:7)"),
    (
        "Model matches \"^(?!gpt)\"",
        "error parsing regexp: look-around, including look-ahead and look-behind, is not supported (1:7)",
    ),
    ("Model =~ \"x\"", "unexpected character `~` (1:8)"),
    ("TokenCount & 1 == 0", "unexpected `&` (1:12)"),
    ("TokenCount > 5 # note", "unexpected `#` (1:16)"),
    ("TokenCount >", "unexpected end of the rule (1:12)"),
    ("Model contains 4", "invalid operation: contains (mismatched types string and int) (1:7)"),
    ("Model == \"gpt", "a string is not closed (1:10)"),
    ("foo(Model)", "unknown name `foo` (1:1)"),
    ("lenn(Model) > 1", "unknown name `lenn`, did you mean `len`? (1:1)"),
    ("len > 1", "`len` is a function; call it with `len(…)` (1:1)"),
    ("len(TokenCount) > 1", "cannot use int as argument (type string, list or map) to call `len` (1:1)"),
    ("len(Model, Path) > 1", "`len` takes 1, not 2 arguments (1:1)"),
    ("any([1], # + 1)", "the predicate must give a bool, this gives int (1:12)"),
    ("1 ? true : false", "non-bool expression (type int) used as condition (1:1)"),
    ("let Model = 1; true", "`Model` cannot be declared: rules are given something of this name (1:5)"),
    ("nil ?? true and false", "`and` and `??` cannot be mixed; put one of them in parentheses (1:13)"),
    ("TokenCount > 1\n  and model", "unknown name `model`, did you mean `Model`? (2:7)"),
];

#[test]
fn what_cannot_be_right_does_not_compile() {
    for (rule, expected) in REFUSED {
        let found = compile(rule).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(found, Err(expected.to_owned()), "{rule}");
    }
}

#[test]
fn errors_point_at_their_place() {
    let error = compile("TokenCount > 1\n\t and model").unwrap_err();
    assert_eq!(error.pointer, "\t and model\n\t     ^");
}

#[test]
fn faults_of_a_run_are_errors_with_a_place() {
    let faults = [
        ("TokenCount % 0 == 1", "integer divide by zero (1:12)"),
        ("int(\"x\") > 1", "`x` is not an int (1:1)"),
        ("[1,2,3][5] == 1", "index out of range: 5 (array length is 3) (1:8)"),
        ("Model matches Path + \"[\"", "error parsing regexp: unclosed character class (1:7)"),
        ("{\"a\": 1}[Model] > 1", "invalid operation: nil > int (1:17)"),
    ];
    for (rule, expected) in faults {
        assert_eq!(run(rule, TOKENS).map_err(|error| error.to_string()), Err(expected.to_owned()), "{rule}");
    }
}

#[test]
fn a_rule_says_which_variables_it_reads() {
    let (environment, [tokens, model, path]) = environment();
    let read = |rule: &str| {
        let program = Program::compile(rule, &environment).unwrap();
        [tokens, model, path].map(|slot| program.reads(slot))
    };
    assert_eq!(read("Model == 'x' && true"), [false, true, false]);
    assert_eq!(read("$env.Path == 'x' ? TokenCount : 1"), [true, false, true]);
    assert_eq!(read("len($env)"), [true, true, true]);
    assert_eq!(read("1"), [false, false, false]);
}
