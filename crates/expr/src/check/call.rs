//! Calls of functions, built in or declared.

use super::{Checker, Lowered, list_of};
use crate::builtins::{self, Builtin, Gives, Run, Takes};
use crate::environment::Name;
use crate::error::{Blame, Problem};
use crate::kind::Type;
use crate::node::{Absence, Expr, Node};
use crate::syntax::Tree;
use crate::time::{self, Method};

impl Checker<'_> {
    pub(super) fn call(&mut self, at: usize, name: &str, arguments: Vec<Tree>) -> Lowered {
        if let Some(builtin) = builtins::find(name) {
            check_arity(at, builtin, arguments.len())?;
            return match builtin.run {
                Run::Fold(fold) => self.fold(at, (builtin, fold), arguments),
                Run::Now => Ok((Node::Now, Type::Moment)),
                Run::Plain(_) => self.builtin(at, builtin, arguments),
            };
        }
        match self.environment.name(name) {
            Some(Name::Function(number)) => self.host(at, number, arguments),
            Some(Name::Variable(_)) => {
                let problem = Problem::Expected { expected: "a function", found: format!("variable `{name}`") };
                Err(Blame::new(at, problem))
            }
            None => Err(self.unknown(at, name)),
        }
    }

    fn host(&mut self, at: usize, number: usize, arguments: Vec<Tree>) -> Lowered {
        let Some(signature) = self.environment.functions.get(number) else {
            return Err(Blame::new(at, Problem::Unexpected("function".to_owned())));
        };
        let given = arguments.len();
        if given != signature.takes.len() {
            let expected = signature.takes.len().to_string();
            return Err(Blame::new(at, Problem::Arity { name: signature.name.clone(), expected, given }));
        }
        let arguments = self.arguments(&signature.name, arguments, &signature.takes)?;
        Ok((Node::Host(number, arguments), signature.gives.clone()))
    }

    fn builtin(&mut self, at: usize, builtin: &'static Builtin, trees: Vec<Tree>) -> Lowered {
        let Run::Plain(run) = builtin.run else {
            return Err(Blame::new(at, Problem::Unexpected("predicate".to_owned())));
        };
        let mut arguments = Vec::with_capacity(trees.len());
        let mut kinds = Vec::with_capacity(trees.len());
        for (number, tree) in trees.into_iter().enumerate() {
            let argument_at = tree.at;
            let (argument, kind) = self.lower(tree)?;
            if let Some(takes) = builtin.takes(number)
                && !takes.accepts(&kind)
            {
                let (given, expected) = (kind.to_string(), takes.to_string());
                let problem = Problem::Argument { name: builtin.name.to_owned(), given, expected };
                // Who asks for one type blames the argument, who chooses among several the call.
                let asks_for_one = matches!(takes, Takes::Text | Takes::Int);
                return Err(Blame::new(if asks_for_one { argument_at } else { at }, problem));
            }
            arguments.push(argument);
            kinds.push(kind);
        }
        if let Some(node) = name_of(builtin, &kinds, &mut arguments) {
            return Ok((node, Type::Text));
        }
        Ok((Node::Call(run, arguments), gives(builtin.gives, &kinds)))
    }
}

/// Returns how the text of a month or weekday is found, which are numbers once the rule runs.
fn name_of(builtin: &Builtin, kinds: &[Type], arguments: &mut Vec<Expr>) -> Option<Node> {
    let [kind @ (Type::Month | Type::Weekday)] = kinds else { return None };
    if builtin.name != "string" {
        return None;
    }
    let method = Method::Known(time::method(kind, "String")?);
    let of = Box::new(arguments.pop()?);
    Some(Node::Method { method, of, arguments: Vec::new(), absence: Absence::Fault })
}

fn check_arity(at: usize, builtin: &Builtin, given: usize) -> Result<(), Blame> {
    let most = if builtin.is_variadic() { usize::MAX } else { builtin.takes.len() };
    if (builtin.least..=most).contains(&given) {
        return Ok(());
    }
    let expected = match most {
        usize::MAX => format!("at least {}", builtin.least),
        most if most == builtin.least => most.to_string(),
        most => format!("{} to {most}", builtin.least),
    };
    Err(Blame::new(at, Problem::Arity { name: builtin.name.to_owned(), expected, given }))
}

fn gives(gives: Gives, kinds: &[Type]) -> Type {
    let first = kinds.first().cloned().unwrap_or(Type::Any);
    match gives {
        Gives::Any => Type::Any,
        Gives::Bool => Type::Bool,
        Gives::Int => Type::Int,
        Gives::Float => Type::Float,
        Gives::Text => Type::Text,
        Gives::Texts => list_of(Type::Text),
        Gives::Anys => list_of(Type::Any),
        Gives::First => first,
        Gives::Moment => Type::Moment,
        Gives::Duration => Type::Duration,
        Gives::Zone => Type::Zone,
    }
}

impl Takes {
    /// Returns whether an argument of this type will do, as far as types tell.
    pub(super) fn accepts(self, kind: &Type) -> bool {
        if kind.is_any() {
            return true;
        }
        match self {
            Self::Any | Self::Predicate => true,
            Self::Text => *kind == Type::Text,
            Self::Int => kind.is_int(),
            Self::Number => kind.is_number(),
            Self::Numbers => kind.is_number() || matches!(kind, Type::List(_)),
            Self::List => matches!(kind, Type::List(_)),
            Self::Map => kind.is_map(),
            Self::Sized => kind.is_map() || matches!(kind, Type::List(_) | Type::Text),
            Self::Indexed => kind.is_map() || matches!(kind, Type::List(_)),
            Self::ToNumber => kind.is_number() || matches!(kind, Type::Text | Type::Duration),
        }
    }
}
