//! The functions of the language: one line each.

mod argument;
mod bits;
mod convert;
mod date;
mod list;
mod map;
mod number;
mod text;

use std::fmt;

use crate::error::Fault;
use crate::limits::Gauge;
use crate::value::Value;

pub(crate) use convert::{lossy, shown, truncated};
pub(crate) use list::{direction, sorted};
pub(crate) use number::add;

/// A function over values.
pub(crate) type Plain = for<'a> fn(&mut Gauge, &[Value<'a>]) -> Result<Value<'a>, Fault>;

/// A built-in function.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    /// What the arguments must be; the last stands for all further ones where there may be more.
    pub(crate) takes: &'static [Takes],
    /// Fewest arguments.
    pub(crate) least: usize,
    pub(crate) gives: Gives,
    pub(crate) run: Run,
    most: Most,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Most {
    Listed,
    Any,
}

/// What an argument must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Takes {
    Any,
    Text,
    Int,
    Number,
    Numbers,
    List,
    Map,
    Sized,
    Indexed,
    ToNumber,
    Predicate,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Gives {
    Any,
    Bool,
    Int,
    Float,
    Text,
    Texts,
    Anys,
    /// What its first argument is.
    First,
    Moment,
    Duration,
    Zone,
}

/// How a function runs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run {
    Plain(Plain),
    Fold(Fold),
    Now,
}

/// What is done with the elements of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fold {
    All,
    Any,
    None,
    One,
    Count,
    Filter,
    Map,
    Find,
    FindIndex,
    FindLast,
    FindLastIndex,
    Sum,
    GroupBy,
    SortBy,
    Reduce,
}

const BUILTINS: &[Builtin] = &[
    fold("all", Fold::All),
    fold("none", Fold::None),
    fold("any", Fold::Any),
    fold("one", Fold::One),
    fold("filter", Fold::Filter),
    fold("map", Fold::Map),
    fold("find", Fold::Find),
    fold("findIndex", Fold::FindIndex),
    fold("findLast", Fold::FindLast),
    fold("findLastIndex", Fold::FindLastIndex),
    Builtin { least: 1, ..fold("count", Fold::Count) },
    Builtin { least: 1, ..fold("sum", Fold::Sum) },
    fold("groupBy", Fold::GroupBy),
    Builtin { takes: &[Takes::List, Takes::Predicate, Takes::Text], ..fold("sortBy", Fold::SortBy) },
    Builtin { takes: &[Takes::List, Takes::Predicate, Takes::Any], ..fold("reduce", Fold::Reduce) },
    plain("len", &[Takes::Sized], Gives::Int, list::len),
    plain("type", &[Takes::Any], Gives::Text, convert::kind),
    plain("abs", &[Takes::Number], Gives::First, number::abs),
    plain("ceil", &[Takes::Number], Gives::Float, number::ceil),
    plain("floor", &[Takes::Number], Gives::Float, number::floor),
    plain("round", &[Takes::Number], Gives::Float, number::round),
    plain("int", &[Takes::ToNumber], Gives::Int, convert::int),
    plain("float", &[Takes::ToNumber], Gives::Float, convert::float),
    plain("string", &[Takes::Any], Gives::Text, convert::string),
    Builtin { least: 1, ..plain("trim", TWO_TEXTS, Gives::Text, text::trim) },
    Builtin { least: 1, ..plain("trimPrefix", TWO_TEXTS, Gives::Text, text::trim_prefix) },
    Builtin { least: 1, ..plain("trimSuffix", TWO_TEXTS, Gives::Text, text::trim_suffix) },
    plain("upper", &[Takes::Text], Gives::Text, text::upper),
    plain("lower", &[Takes::Text], Gives::Text, text::lower),
    Builtin { least: 2, ..plain("split", &[Takes::Text, Takes::Text, Takes::Int], Gives::Texts, text::split) },
    Builtin {
        least: 2,
        ..plain("splitAfter", &[Takes::Text, Takes::Text, Takes::Int], Gives::Texts, text::split_after)
    },
    Builtin {
        least: 3,
        ..plain("replace", &[Takes::Text, Takes::Text, Takes::Text, Takes::Int], Gives::Text, text::replace)
    },
    plain("repeat", &[Takes::Text, Takes::Int], Gives::Text, text::repeat),
    Builtin { least: 1, ..plain("join", &[Takes::List, Takes::Text], Gives::Text, text::join) },
    plain("indexOf", TWO_TEXTS, Gives::Int, text::index_of),
    plain("lastIndexOf", TWO_TEXTS, Gives::Int, text::last_index_of),
    plain("hasPrefix", TWO_TEXTS, Gives::Bool, text::has_prefix),
    plain("hasSuffix", TWO_TEXTS, Gives::Bool, text::has_suffix),
    several("max", &[Takes::Numbers], Gives::Any, number::max),
    several("min", &[Takes::Numbers], Gives::Any, number::min),
    several("mean", &[Takes::Numbers], Gives::Float, number::mean),
    several("median", &[Takes::Numbers], Gives::Float, number::median),
    plain("toJSON", &[Takes::Any], Gives::Text, convert::to_json),
    plain("fromJSON", &[Takes::Text], Gives::Any, convert::from_json),
    plain("toBase64", &[Takes::Text], Gives::Text, convert::to_base64),
    plain("fromBase64", &[Takes::Text], Gives::Text, convert::from_base64),
    Builtin { run: Run::Now, ..plain("now", &[], Gives::Moment, convert::kind) },
    plain("duration", &[Takes::Text], Gives::Duration, date::duration),
    Builtin { least: 1, ..plain("date", &[Takes::Text, Takes::Text, Takes::Text], Gives::Moment, date::date) },
    plain("timezone", &[Takes::Text], Gives::Zone, date::timezone),
    plain("first", &[Takes::List], Gives::Any, list::first),
    plain("last", &[Takes::List], Gives::Any, list::last),
    plain("get", &[Takes::Indexed, Takes::Any], Gives::Any, list::get),
    plain("take", &[Takes::List, Takes::Int], Gives::Anys, list::take),
    plain("keys", &[Takes::Map], Gives::Anys, map::keys),
    plain("values", &[Takes::Map], Gives::Anys, map::values),
    plain("toPairs", &[Takes::Map], Gives::Anys, map::to_pairs),
    plain("fromPairs", &[Takes::List], Gives::Any, map::from_pairs),
    plain("reverse", &[Takes::List], Gives::Anys, list::reverse),
    plain("uniq", &[Takes::List], Gives::Anys, list::uniq),
    several("concat", &[Takes::List], Gives::Anys, list::concat),
    plain("flatten", &[Takes::List], Gives::Anys, list::flatten),
    Builtin { least: 1, ..plain("sort", &[Takes::List, Takes::Text], Gives::Anys, list::sort) },
    plain("bitand", TWO_INTS, Gives::Int, bits::and),
    plain("bitor", TWO_INTS, Gives::Int, bits::or),
    plain("bitxor", TWO_INTS, Gives::Int, bits::xor),
    plain("bitnand", TWO_INTS, Gives::Int, bits::and_not),
    plain("bitnot", &[Takes::Int], Gives::Int, bits::not),
    plain("bitshl", TWO_INTS, Gives::Int, bits::shift_left),
    plain("bitshr", TWO_INTS, Gives::Int, bits::shift_right),
    plain("bitushr", TWO_INTS, Gives::Int, bits::shift_right_unsigned),
];

const TWO_TEXTS: &[Takes] = &[Takes::Text, Takes::Text];
const TWO_INTS: &[Takes] = &[Takes::Int, Takes::Int];

const fn plain(name: &'static str, takes: &'static [Takes], gives: Gives, run: Plain) -> Builtin {
    Builtin { name, takes, least: takes.len(), gives, run: Run::Plain(run), most: Most::Listed }
}

const fn several(name: &'static str, takes: &'static [Takes], gives: Gives, run: Plain) -> Builtin {
    Builtin { most: Most::Any, ..plain(name, takes, gives, run) }
}

const fn fold(name: &'static str, fold: Fold) -> Builtin {
    let takes = &[Takes::List, Takes::Predicate];
    Builtin { name, takes, least: 2, gives: Gives::Any, run: Run::Fold(fold), most: Most::Listed }
}

/// Returns the function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// Returns the name of every function.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|builtin| builtin.name)
}

impl Builtin {
    pub(crate) fn takes(&self, number: usize) -> Option<Takes> {
        self.takes.get(number).or(if self.is_variadic() { self.takes.last() } else { None }).copied()
    }

    pub(crate) fn takes_predicate(&self, number: usize) -> bool {
        self.takes(number) == Some(Takes::Predicate)
    }

    pub(crate) fn is_variadic(&self) -> bool {
        self.most == Most::Any
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Any => "any",
            Self::Text => "string",
            Self::Int => "int",
            Self::Number => "number",
            Self::Numbers => "number or list of numbers",
            Self::List => "list",
            Self::Map => "map",
            Self::Sized => "string, list or map",
            Self::Indexed => "list or map",
            Self::ToNumber => "number or string",
            Self::Predicate => "predicate",
        })
    }
}
