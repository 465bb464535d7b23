//! Members, elements and methods.

use super::names::EVERYTHING;
use super::{Checker, Lowered};
use crate::error::{Blame, Problem};
use crate::kind::Type;
use crate::node::{Absence, Expr, Node};
use crate::syntax::{Shape, Tree};
use crate::time::{Method, method};
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn member(&mut self, at: usize, [of, key]: [Tree; 2], is_optional: bool) -> Lowered {
        if let (Shape::Name(name), Shape::Text(member)) = (&of.shape, &key.shape)
            && name == EVERYTHING
        {
            return self.variable_of_everything(at, member, is_optional);
        }
        let absence = if is_optional { Absence::Skip } else { Absence::Fault };
        let (of, of_kind) = self.lower(of)?;
        let (key, key_kind) = self.lower(key)?;
        let kind = element(at, &of_kind, (&key, &key_kind))?;
        Ok((Node::Member(Box::new([of, key]), absence), kind))
    }

    pub(super) fn method(
        &mut self,
        at: usize,
        of: Tree,
        (name, arguments): (&str, Vec<Tree>),
        is_optional: bool,
    ) -> Lowered {
        let (of, of_kind) = self.lower(of)?;
        let (method, takes, gives) = match method(&of_kind, name) {
            Some(row) => (Method::Known(row), row.takes, row.gives.clone()),
            None if of_kind.is_any() => {
                (Method::Unknown(name.to_owned()), &[Type::Any, Type::Any, Type::Any][..], Type::Any)
            }
            None => {
                let (of, name) = (of_kind.to_string(), name.to_owned());
                return Err(Blame::new(at, Problem::NoMember { of, what: "method", name }));
            }
        };
        let is_known = !matches!(method, Method::Unknown(_));
        if is_known && arguments.len() != takes.len() || arguments.len() > takes.len() {
            let expected = takes.len().to_string();
            return Err(Blame::new(at, Problem::Arity { name: name.to_owned(), expected, given: arguments.len() }));
        }
        let arguments = self.arguments(name, arguments, takes)?;
        let absence = if is_optional { Absence::Skip } else { Absence::Fault };
        Ok((Node::Method { method, of: Box::new(of), arguments, absence }, gives))
    }

    /// Lowers arguments that must be of these types.
    pub(super) fn arguments(&mut self, name: &str, trees: Vec<Tree>, takes: &[Type]) -> Result<Vec<Expr>, Blame> {
        let mut arguments = Vec::with_capacity(trees.len());
        for (tree, asked) in trees.into_iter().zip(takes) {
            let at = tree.at;
            let (argument, kind) = self.lower(tree)?;
            if !kind.fits(asked) {
                let (given, expected) = (kind.to_string(), asked.to_string());
                return Err(Blame::new(at, Problem::Argument { name: name.to_owned(), given, expected }));
            }
            arguments.push(argument);
        }
        Ok(arguments)
    }
}

/// Returns the type of an element.
fn element(at: usize, of: &Type, (key, key_kind): (&Expr, &Type)) -> Result<Type, Blame> {
    let name = if let Node::Constant(Value::Text(name)) = &key.node { Some(&**name) } else { None };
    let wrong_index = || Problem::Index { index: format!("type {key_kind}"), of: format!("type {of}") };
    match (of, name) {
        (Type::Any, _) => Ok(Type::Any),
        (Type::Record(members), Some(name)) => members.get(name).cloned().ok_or_else(|| {
            Blame::new(at, Problem::NoMember { of: of.to_string(), what: "field", name: name.to_owned() })
        }),
        (Type::Record(_), None) if key_kind.fits(&Type::Text) => Ok(Type::Any),
        // What a map does not have is nothing.
        (Type::Map(_), _) if key_kind.fits(&Type::Text) => Ok(Type::Any),
        (Type::List(of), _) if key_kind.fits(&Type::Int) => Ok((**of).clone()),
        (Type::Record(_) | Type::Map(_) | Type::List(_), _) => Err(Blame::new(key.at, wrong_index())),
        (_, Some(name)) => {
            Err(Blame::new(at, Problem::NoMember { of: of.to_string(), what: "field", name: name.to_owned() }))
        }
        _ => Err(Blame::new(at, wrong_index())),
    }
}
