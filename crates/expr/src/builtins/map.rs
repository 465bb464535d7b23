//! Functions over maps.

use std::collections::BTreeMap;

use super::argument::{list, map};
use crate::error::Fault;
use crate::limits::Gauge;
use crate::value::{Key, List, Map, Value};

type Given<'a> = Result<Value<'a>, Fault>;

pub(super) fn keys<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let entries = map(arguments, 0)?.entries();
    gauge.grow_values(entries.len())?;
    Ok(Value::List(List::new(entries.keys().map(Key::to_value).collect())?))
}

pub(super) fn values<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let entries = map(arguments, 0)?.entries();
    gauge.grow_values(entries.len())?;
    Ok(Value::List(List::new(entries.values().cloned().collect())?))
}

pub(super) fn to_pairs<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let entries = map(arguments, 0)?.entries();
    gauge.grow_values(entries.len().saturating_mul(4))?;
    let pairs = entries.iter().map(|(key, value)| Ok(Value::List(List::new(vec![key.to_value(), value.clone()])?)));
    Ok(Value::List(List::new(pairs.collect::<Result<_, Fault>>()?)?))
}

pub(super) fn from_pairs<'a>(gauge: &mut Gauge, arguments: &[Value<'a>]) -> Given<'a> {
    let pairs = list(arguments, 0)?.items();
    gauge.grow_values(pairs.len().saturating_mul(4))?;
    let mut entries = BTreeMap::new();
    for pair in pairs {
        let Some([key, value]) = pair.as_list() else {
            return Err(Fault::Argument { name: "fromPairs", reason: "every element must be a list of two" });
        };
        entries.insert(Key::of(key).ok_or(Fault::Key(key.kind()))?, value.clone());
    }
    Ok(Value::Map(Map::new(entries)?))
}
