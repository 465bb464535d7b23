//! What the host gives: functions, types, values of a call, the time.

use sluice_expr::{Environment, Host, Map, Moment, Program, Type, Value, Values, Zone, from_json};

/// The headers of a call, in lower case.
struct Headers<'c>(Vec<(&'c str, &'c str)>);

impl Host for Headers<'_> {
    fn call<'v>(&'v self, function: &str, arguments: &[Value<'v>]) -> Result<Value<'v>, String> {
        let (true, Some(name)) = (function == "header", arguments.first().and_then(Value::as_str)) else {
            return Err("unknown function".to_owned());
        };
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        Ok(found.map_or(Value::Nil, |(_, value)| Value::from(*value)))
    }
}

#[test]
fn functions_of_the_host_see_the_call() {
    let mut environment = Environment::new();
    environment.function("header", [Type::Text], Type::Text);
    let program = Program::compile_bool(r#"header("X-Beta") contains "tools""#, &environment).unwrap();
    let headers = Headers(vec![("x-beta", "tools-2024")]);
    let mut values = Values::new(&environment);
    assert_eq!(program.run_bool(&values).unwrap_err().to_string(), "`header`: nobody answers it here (1:1)");
    values.set_host(&headers);
    assert_eq!(program.run_bool(&values), Ok(true));
    let wrong = ["header()", "header(1)", "header(\"a\", \"b\")", "header(\"a\") + 1"];
    assert!(wrong.iter().all(|rule| Program::compile(rule, &environment).is_err()));
}

#[test]
fn records_know_their_members() {
    let mut environment = Environment::new();
    let key = environment.variable("key", Type::record([("name", Type::Text), ("budget", Type::Float)]));
    let program = Program::compile_bool("key.budget > 5 and key.name == 'team'", &environment).unwrap();
    let mut values = Values::new(&environment);
    let members: Map<'_> = [("name", Value::from("team")), ("budget", Value::from(7.5))].into_iter().collect();
    values.set(key, Value::Map(members));
    assert_eq!(program.run_bool(&values), Ok(true));
    let error = Program::compile("key.nmae", &environment).unwrap_err();
    assert_eq!(error.to_string(), "type map has no field `nmae` (1:5)");
    assert!(Program::compile("key.name > 5", &environment).is_err());
}

#[test]
fn results_borrow_from_the_call() {
    let body = serde_json::json!({"messages": [{"role": "user", "content": "hello"}]});
    let mut environment = Environment::new();
    let request = environment.variable("req", Type::Any);
    let program = Program::compile("req.messages[0].content", &environment).unwrap();
    let mut values = Values::new(&environment);
    values.set(request, from_json(&body).unwrap());
    let content = body.pointer("/messages/0/content").and_then(serde_json::Value::as_str).unwrap();
    let result = program.run(&values).unwrap();
    assert!(std::ptr::eq(result.as_str().unwrap(), content));
}

#[test]
fn the_time_is_what_the_host_says() {
    let environment = Environment::new();
    let program = Program::compile_bool("now().Hour() in 9..17 and now().Weekday() == 2", &environment).unwrap();
    let at = |text: &str| Moment::new(text.parse().unwrap(), Zone::named("Asia/Shanghai").unwrap()).unwrap();
    let mut values = Values::new(&environment);
    assert!(program.run_bool(&values).is_err());
    values.set_now(at("2024-01-02T01:30:00Z"));
    assert_eq!(program.run_bool(&values), Ok(true));
    values.set_now(at("2024-01-02T10:30:00Z"));
    assert_eq!(program.run_bool(&values), Ok(false));
}

#[test]
fn programs_can_be_shared_by_threads() {
    fn check<T: Send + Sync>() {}
    check::<Program>();
    check::<Environment>();
}
