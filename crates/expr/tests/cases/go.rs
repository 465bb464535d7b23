//! The environment of the Go implementation's cases, and how it prints results.

use serde_json::Value as Json;
use sluice_expr::{Environment, Host, Key, Moment, Program, Slot, Type, Value, Values, Zone, from_json};

const ENVIRONMENT: &str = include_str!("../expr-cases-env.json");

/// The variables of the cases, with what cost-optimal gives its rules.
pub(crate) struct Go {
    environment: Environment,
    slots: Vec<Slot>,
    variables: serde_json::Map<String, Json>,
}

struct Tier;

impl Host for Tier {
    fn call<'v>(&'v self, function: &str, arguments: &[Value<'v>]) -> Result<Value<'v>, String> {
        match (function, arguments) {
            ("tier", [Value::Text(_), cost]) => Ok(cost.clone()),
            _ => Err("no such function".to_owned()),
        }
    }
}

impl Go {
    pub(crate) fn new() -> Self {
        let mut variables: serde_json::Map<String, Json> = serde_json::from_str(ENVIRONMENT).unwrap();
        let rule = [("TokenCount", 12_000.into()), ("Model", "gpt-4o".into()), ("Path", "/v1/chat/completions".into())];
        variables.extend(rule.map(|(name, value)| (name.to_owned(), value)));
        let mut environment = Environment::new();
        let slots = variables.iter().map(|(name, value)| environment.variable(name, kind(value))).collect();
        environment.function("tier", [Type::Text, Type::Float], Type::Float);
        Self { environment, slots, variables }
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns what comes of a source: what is printed, or what went wrong.
    pub(crate) fn answer(&self, source: &str) -> Result<String, String> {
        let program = Program::compile(source, &self.environment).map_err(|error| error.to_string())?;
        let mut values = Values::new(&self.environment);
        for (value, slot) in self.variables.values().zip(&self.slots) {
            values.set(*slot, from_json(value).unwrap());
        }
        values.set_host(&Tier);
        let now = std::time::SystemTime::now();
        values.set_now(Moment::new(now.into(), Zone::Utc).unwrap());
        let result = program.run(&values).map_err(|error| error.to_string())?;
        Ok(print(&result))
    }
}

fn kind(value: &Json) -> Type {
    match value {
        Json::Null => Type::Nil,
        Json::Bool(_) => Type::Bool,
        Json::Number(number) => {
            if number.is_f64() {
                Type::Float
            } else {
                Type::Int
            }
        }
        Json::String(_) => Type::Text,
        Json::Array(_) => Type::list(Type::Any),
        Json::Object(_) => Type::map(Type::Any),
    }
}

/// Prints a result as the cases have it: JSON, but a number shows its type.
fn print(value: &Value<'_>) -> String {
    match value {
        Value::Float(value) if value.is_nan() => "NaN".to_owned(),
        Value::Float(value) if value.is_infinite() => if *value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
        Value::Float(value) => format!("{value:?}"),
        other => json(other),
    }
}

/// Prints a value as JSON on one line.
fn json(value: &Value<'_>) -> String {
    match value {
        Value::Nil => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) | Value::Duration(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => quote(text),
        Value::List(list) => format!("[{}]", list.items().iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Map(map) => {
            let entry = |(key, value): (&Key<'_>, &Value<'_>)| format!("{}:{}", json(&key.to_value()), json(value));
            format!("{{{}}}", map.entries().iter().map(entry).collect::<Vec<_>>().join(","))
        }
        Value::Moment(moment) => quote(&moment.to_string()),
        Value::Zone(_) => "{}".to_owned(),
    }
}

fn quote(text: &str) -> String {
    let quoted = Json::from(text).to_string();
    let escaped = [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{fffd}', "\\ufffd")];
    escaped.iter().fold(quoted, |quoted, (letter, escape)| quoted.replace(*letter, escape))
}
