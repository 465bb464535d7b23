//! Calls with predicates.

use super::{Checker, Element, Lowered, Typed, list_of};
use crate::builtins::{Builtin, Fold};
use crate::error::{Blame, Problem};
use crate::kind::Type;
use crate::node::{Folding, Node};
use crate::syntax::Tree;

impl Checker<'_> {
    pub(super) fn fold(&mut self, at: usize, (builtin, fold): (&Builtin, Fold), trees: Vec<Tree>) -> Lowered {
        let mut trees = trees.into_iter();
        let Some(list) = trees.next() else {
            return Err(Blame::new(at, Problem::Unexpected("call without a list".to_owned())));
        };
        let list_at = list.at;
        let (list, list_kind) = self.lower(list)?;
        let Some(element) = list_kind.element() else {
            let (given, expected) = (list_kind.to_string(), "list".to_owned());
            return Err(Blame::new(list_at, Problem::Argument { name: builtin.name.to_owned(), given, expected }));
        };
        let body = trees.next();
        let extra = trees.next().map(|extra| self.lower(extra)).transpose()?;
        let slots = [self.new_local(), self.new_local(), self.new_local()];
        let accumulator = (fold == Fold::Reduce).then_some(Type::Any);
        let body =
            body.map(|body| self.body(body, Element { kind: element.clone(), accumulator, slots })).transpose()?;
        let body_kind = body.as_ref().map_or(Type::Any, |(_, kind)| kind.clone());
        if let (Some((body, kind)), true) = (&body, asks(fold))
            && !kind.fits(&Type::Bool)
        {
            return Err(Blame::new(body.at, Problem::Predicate(kind.to_string())));
        }
        let kind = kind(fold, element, body_kind, list_kind);
        let (body, extra) = (body.map(|(body, _)| body), extra.map(|(extra, _)| extra));
        Ok((Node::Fold(Box::new(Folding { fold, list, body, extra, slots })), kind))
    }

    fn body(&mut self, tree: Tree, element: Element) -> Result<Typed, Blame> {
        self.elements.push(element);
        let body = self.lower(tree);
        self.elements.pop();
        body
    }
}

/// Returns whether the predicate asks a question.
fn asks(fold: Fold) -> bool {
    match fold {
        Fold::All | Fold::Any | Fold::None | Fold::One | Fold::Count | Fold::Filter => true,
        Fold::Find | Fold::FindIndex | Fold::FindLast | Fold::FindLastIndex => true,
        Fold::Map | Fold::Sum | Fold::GroupBy | Fold::SortBy | Fold::Reduce => false,
    }
}

fn kind(fold: Fold, element: Type, body: Type, list: Type) -> Type {
    match fold {
        Fold::All | Fold::Any | Fold::None | Fold::One => Type::Bool,
        Fold::Count => Type::Int,
        Fold::Filter | Fold::SortBy => {
            if list.is_any() {
                list_of(element)
            } else {
                list
            }
        }
        Fold::Map => list_of(body),
        // Where nothing is found these give nothing.
        Fold::Find | Fold::FindLast | Fold::FindIndex | Fold::FindLastIndex => Type::Any,
        Fold::Sum | Fold::GroupBy | Fold::Reduce => Type::Any,
    }
}
