//! What a rule may name, and the values it has in one call.

use std::collections::BTreeMap;
use std::fmt;

use crate::kind::Type;
use crate::limits::Limits;
use crate::time::Moment;
use crate::value::Value;

/// The names that rules may use, with their types, and the limits of rules.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// What a rule may take.
    pub limits: Limits,
    pub(crate) variables: Vec<(String, Type)>,
    pub(crate) functions: Vec<Signature>,
    names: BTreeMap<String, Name>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {
    Variable(Slot),
    Function(usize),
}

/// Where [`Values`] keep a variable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Slot(pub(crate) usize);

#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) takes: Vec<Type>,
    pub(crate) gives: Type,
}

impl Environment {
    /// Returns an environment without names and with the usual limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Declares a variable; a later declaration of the same name replaces an earlier one.
    pub fn variable(&mut self, name: &str, kind: Type) -> Slot {
        let slot = Slot(self.variables.len());
        self.variables.push((name.to_owned(), kind));
        self.names.insert(name.to_owned(), Name::Variable(slot));
        slot
    }

    /// Declares a function that the [`Host`] of a run answers. A built-in function of the same name comes first.
    pub fn function(&mut self, name: &str, takes: impl IntoIterator<Item = Type>, gives: Type) {
        self.names.insert(name.to_owned(), Name::Function(self.functions.len()));
        self.functions.push(Signature { name: name.to_owned(), takes: takes.into_iter().collect(), gives });
    }

    pub(crate) fn name(&self, name: &str) -> Option<Name> {
        self.names.get(name).copied()
    }

    /// Returns the variables that have not been replaced, with their slots.
    pub(crate) fn current(&self) -> impl Iterator<Item = (&str, &Type, Slot)> {
        self.names.iter().filter_map(|(name, known)| match known {
            Name::Variable(slot) => self.variables.get(slot.0).map(|(_, kind)| (name.as_str(), kind, *slot)),
            Name::Function(_) => None,
        })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }
}

/// Answers the functions that an [`Environment`] declares.
pub trait Host: Sync {
    /// Answers one call; the arguments are as many and of the types that were declared.
    ///
    /// # Errors
    ///
    /// Fails with what is to be said when there is no answer; the run fails with it.
    fn call<'v>(&'v self, function: &str, arguments: &[Value<'v>]) -> Result<Value<'v>, String>;
}

/// The values that the variables have in one call. What is not set is nothing.
#[derive(Clone, Default)]
pub struct Values<'v> {
    pub(crate) slots: Vec<Value<'v>>,
    pub(crate) host: Option<&'v dyn Host>,
    pub(crate) now: Option<Moment>,
}

impl<'v> Values<'v> {
    /// Returns values for an environment, all of them nothing.
    #[must_use]
    pub fn new(environment: &Environment) -> Self {
        Self { slots: vec![Value::Nil; environment.variables.len()], host: None, now: None }
    }

    /// Sets a variable; a slot of another environment is passed over.
    pub fn set(&mut self, slot: Slot, value: impl Into<Value<'v>>) {
        if let Some(kept) = self.slots.get_mut(slot.0) {
            *kept = value.into();
        }
    }

    /// Sets what `now()` gives; a run that asks without it fails.
    pub fn set_now(&mut self, now: Moment) {
        self.now = Some(now);
    }

    /// Sets who answers the declared functions.
    pub fn set_host(&mut self, host: &'v dyn Host) {
        self.host = Some(host);
    }

    /// Returns the value of a variable.
    #[must_use]
    pub fn get(&self, slot: Slot) -> Option<&Value<'v>> {
        self.slots.get(slot.0)
    }
}

impl fmt::Debug for Values<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Values").field("slots", &self.slots).field("now", &self.now).finish_non_exhaustive()
    }
}
