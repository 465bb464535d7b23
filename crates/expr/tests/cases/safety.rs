//! Nothing that is written as a rule aborts the process or runs without end.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use sluice_expr::{Environment, Program, Type, Value, Values, from_json};

use crate::go::Go;

/// Longer than any bounded run takes, even unoptimised on a busy machine.
const LONGEST: Duration = Duration::from_secs(10);

/// Half of what threads have, and unoptimised code takes several times as much as it will.
const SMALL_STACK_BYTES: usize = 1024 * 1024;

#[test]
fn deep_sources_are_refused() {
    let go = Go::new();
    let repeated = |part: &str, times: usize| part.repeat(times);
    let deep = [
        format!("{}1{}", repeated("(", 2000), repeated(")", 2000)),
        format!("{}1{}", repeated("[", 33), repeated("]", 33)),
        format!("1{}", repeated(" + 1", 1000)),
        format!("{}1", repeated("-", 4000)),
        format!("{}true", repeated("not ", 1000)),
        format!("2{}", repeated(" ** 2", 800)),
        format!("{}1{}", repeated("true ? ", 300), repeated(" : 1", 300)),
        format!("true{}", repeated(" ? true : true", 250)),
        format!("user{}", repeated(".a", 2000)),
        format!("user{}", repeated("[0]", 1300)),
        format!("{}1", repeated("let a = 1; ", 300)),
        repeated("{a:", 1000),
        repeated("map(nums, ", 300),
        format!("p{}", repeated(" | string()", 370)),
        repeated("if true {", 400),
    ];
    for source in deep {
        assert!(go.answer(&source).is_err(), "{source}");
    }
    let long = format!("1{}", " ".repeat(5000));
    assert_eq!(go.answer(&long), Err("the rule has 5001 bytes, the most is 4096 (1:1)".to_owned()));
}

#[test]
fn the_deepest_sources_run_on_small_stacks() {
    let deepest = [
        format!("{}true", "not ".repeat(62)),
        format!("{}1{}", "[".repeat(32), "]".repeat(32)),
        format!("{}p{}", "-(".repeat(31), ")".repeat(31)),
        format!("p{}", " | string()".repeat(62)),
        format!("p{}", " + 1".repeat(62)),
        format!("user{}", "?.a".repeat(61)),
        format!("{}1{}", "flag ? ".repeat(62), " : 1".repeat(62)),
        format!("{}p{}", "reduce([1, 2], ".repeat(30), ")".repeat(30)),
        format!(
            "{}p",
            "let ".to_owned() + &(0..61).map(|n| format!("x{n} = p")).collect::<Vec<_>>().join("; let ") + "; "
        ),
        "reduce(1..62, [#acc], 0) == reduce(1..62, [#acc], 0)".to_owned(),
        "flatten(reduce(1..62, [#acc], 0))".to_owned(),
        "toJSON(reduce(1..62, ({a: #acc}), 0)) + string(reduce(1..62, [#acc], 0))".to_owned(),
    ];
    let run = move || deepest.iter().map(|source| (source.clone(), Go::new().answer(source))).collect::<Vec<_>>();
    let answers = std::thread::Builder::new().stack_size(SMALL_STACK_BYTES).spawn(run).unwrap().join().unwrap();
    for (source, answer) in answers {
        assert!(answer.is_ok(), "{source}: {answer:?}");
    }
}

#[test]
fn long_rows_are_not_deep() {
    let go = Go::new();
    let row = |operator: &str| vec!["model == 'gpt'"; 200].join(operator);
    assert_eq!(go.answer(&row(" or ")), Ok("false".to_owned()));
    assert_eq!(go.answer(&row(" && ")), Ok("false".to_owned()));
}

#[test]
fn large_runs_end_at_their_budget() {
    let go = Go::new();
    let large = [
        "1..10000000",
        "0..9223372036854775807",
        "-9223372036854775807..9223372036854775807",
        "len(1..1000000)",
        "repeat('ab', 9223372036854775807)",
        "repeat(repeat('ab', 10000), 10000)",
        "map(1..1000, map(1..1000, #))",
        "filter(1..1000, any(1..1000, # < 0))",
        "reduce(1..20000, #acc + #acc, 'a')",
        "reduce(1..1000, [#acc], 0)",
        "reduce(1..1000, ({a: #acc}), 0)",
        "reduce(1..100, concat(#acc, #acc), [1])",
        "reduce(1..60, replace(#acc, 'a', 'aaaa'), 'a')",
        "reduce(1..60, toJSON(#acc), 'a\\n')",
        "reduce(1..60, string([#acc, #acc]), 'a')",
        "reduce(1..60, join([#acc, #acc], #acc), 'a')",
        "uniq(1..20000)",
        "let x = 1..10000; any(1..10000, x != x)",
        "sort(map(1..20000, -#))",
        "len(split(repeat('a', 1000000), ''))",
        "none(1..10000, 'a' matches 'b' + string(#))",
        "flatten(map(1..300, 1..300))",
        "fromJSON(repeat('[', 1000000))",
        "now().Format(repeat('January', 1000000))",
    ];
    for source in large {
        let started = Instant::now();
        assert!(go.answer(source).is_err(), "{source}");
        assert!(started.elapsed() < LONGEST, "{source}");
    }
    assert_eq!(go.answer("5 in 1..9223372036854775807"), Ok("true".to_owned()));
}

#[test]
fn limits_are_the_hosts_to_set() {
    let mut environment = Environment::new();
    environment.limits.steps = 20;
    let program = Program::compile("len(map(1..5, # * 2))", &environment).unwrap();
    assert_eq!(
        program.run(&Values::new(&environment)).unwrap_err().to_string(),
        "the rule takes too many steps (1:15)"
    );
    environment.limits.steps = 200;
    let program = Program::compile("len(map(1..5, # * 2))", &environment).unwrap();
    assert_eq!(program.run(&Values::new(&environment)).unwrap().as_int(), Some(5));
}

#[test]
fn values_that_nest_deep_are_refused() {
    let mut json = serde_json::json!(1);
    for _ in 0..100 {
        json = serde_json::json!([json]);
    }
    assert!(from_json(&json).is_err());
}

#[test]
fn usual_patterns_fit() {
    let patterns = [
        "(?i)gpt|claude|gemini",
        r"^\p{L}+$",
        r"\p{Han}",
        "(?i)[à-ü]+",
        r"^[\w.-]+@[\w-]+\.\w{2,20}$",
        r"(?i)\p{Cyrillic}+",
        "(.{1,100})x",
        r"^(gpt-4o|gpt-4.1|o3|o4-mini|claude-3-5-sonnet|claude-opus)(-\d{4}-\d{2}-\d{2})?$",
    ];
    let go = Go::new();
    for pattern in patterns {
        assert!(go.answer(&format!("model matches `{pattern}`")).is_ok(), "{pattern}");
    }
}

#[test]
fn patterns_are_bounded() {
    let go = Go::new();
    assert!(go.answer(r"model matches '((a{100}){100}){100}'").unwrap_err().contains("bytes"));
    assert!(go.answer(r"model matches repeat('(', 3000)").is_err());
    let started = Instant::now();
    assert_eq!(go.answer(r"repeat('a', 100000) matches '^(a+)+b$'"), Ok("false".to_owned()));
    assert!(started.elapsed() < LONGEST);
}

/// Words of the language and some that are none.
const WORDS: [&str; 118] = [
    "1",
    "0",
    "2.5",
    "-",
    "9223372036854775807",
    "\"a\"",
    "'世'",
    "\"[\"",
    "`b`",
    "true",
    "false",
    "nil",
    "p",
    "price",
    "model",
    "user",
    "items",
    "nums",
    "flag",
    "nothing",
    "req",
    "headers",
    "$env",
    "x",
    "y",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ";",
    ".",
    "?.",
    "?",
    "??",
    "|",
    "||",
    "&&",
    "and",
    "or",
    "not",
    "!",
    "==",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "in",
    "matches",
    "contains",
    "startsWith",
    "endsWith",
    "..",
    "+",
    "*",
    "/",
    "%",
    "**",
    "^",
    "#",
    "#acc",
    "#index",
    "let x =",
    "if",
    "else",
    ".name",
    ".price",
    ".tags",
    "[0]",
    "[1:]",
    "[-1]",
    "map(nums,",
    "filter(items,",
    "reduce(nums,",
    "sortBy(items,",
    "groupBy(nums,",
    "any(nums,",
    "count(nums,",
    "sum(",
    "sort(",
    "uniq(",
    "flatten(",
    "concat(",
    "len(",
    "string(",
    "int(",
    "float(",
    "toJSON(",
    "fromJSON(",
    "split(",
    "repeat(",
    "replace(",
    "join(",
    "keys(",
    "toPairs(",
    "fromPairs(",
    "max(",
    "median(",
    "bitshl(",
    "date(\"2024-01-02\")",
    "duration(\"1h\")",
    "now()",
    ".Add(",
    ".Format(\"Jan 2\")",
    ".AddDate(1,1,",
    "timezone(\"Europe/Zurich\")",
    ".In(",
    "\"\\",
    "/*",
    "//\n",
    "\u{0}",
    "é",
];

/// Compiles and runs a source; whatever comes of it comes soon.
fn check(go: &Go, source: &str) {
    let started = Instant::now();
    drop(go.answer(source));
    assert!(started.elapsed() < LONGEST, "{source}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn no_text_does_harm(source in "\\PC{0,80}") {
        check(&Go::new(), &source);
    }

    #[test]
    fn no_bytes_do_harm(source in prop::collection::vec(any::<u8>(), 0..80)) {
        check(&Go::new(), &String::from_utf8_lossy(&source));
    }

    #[test]
    fn no_row_of_words_does_harm(words in prop::collection::vec(prop::sample::select(&WORDS[..]), 0..24)) {
        check(&Go::new(), &words.join(" "));
    }

    #[test]
    fn no_calculation_does_harm(numbers in prop::array::uniform3(any::<i64>()), float in any::<f64>()) {
        let mut environment = Environment::new();
        let slots = ["a", "b", "c", "d"].map(|name| environment.variable(name, Type::Any));
        let mut values = Values::new(&environment);
        for (slot, number) in slots.iter().zip(numbers) {
            values.set(*slot, number);
        }
        values.set(slots[3], Value::Float(float));
        for source in [
            "a + b - c * d", "a % b", "a ** b / d", "bitshl(a, b)", "bitushr(a, c)", "a..b", "'abc'[a:b]", "[1,2,3][a:b]",
            "[1][a]", "abs(a) + -b", "int(d)", "string(d)", "toJSON([a, d])", "a in b..c", "take([1,2], a)", "repeat('a', b)",
            "round(d) + ceil(d)", "sort([a, d, b, c])", "median([a, d])", "date('2024-01-02').AddDate(a, b, c)",
            "duration('1h') * a", "split('a,b', ',', a)", "replace('aaa', 'a', 'b', a)", "(a < d) == (d >= a)", "uniq([a, d])",
        ] {
            let program = Program::compile(source, &environment).unwrap();
            drop(program.run(&values));
        }
    }
}
