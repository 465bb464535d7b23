//! Routes that no call takes as things stand, so that previews and refusals can say why.

use sluice_domain::id::{CredentialId, ProviderId};
use sluice_domain::provider::Route;
use sluice_domain::route::{Obstacle, Standing};

use super::names::{Names, Number};
use super::{Snapshot, Wanted};

/// A route for the name that was asked for, and why a call does not take it.
pub(crate) struct Bystander<'s> {
    pub(crate) provider: ProviderId,
    pub(crate) credential: CredentialId,
    /// Name that would be sent upstream.
    pub(crate) model: &'s str,
    pub(crate) standing: Standing,
    pub(crate) obstacle: Obstacle,
}

/// Routes that are switched off, or whose credential or provider is.
#[derive(Default)]
pub(super) struct Idle {
    names: Names,
    routes: Vec<IdleRoute>,
}

struct IdleRoute {
    provider: ProviderId,
    credential: CredentialId,
    model: String,
    standing: Standing,
}

impl Idle {
    /// Makes the list of `routes`.
    pub(super) fn of<'a>(routes: impl Iterator<Item = &'a Route>) -> Self {
        let (mut named, mut idle) = (Vec::new(), Vec::new());
        for (number, route) in (0..Number::MAX).zip(routes) {
            named.push((route.model.as_str(), number));
            idle.push(IdleRoute {
                provider: route.provider_id,
                credential: route.credential_id,
                model: route.upstream_model.clone().unwrap_or_else(|| route.model.clone()),
                standing: Standing { priority: route.priority, weight: route.weight },
            });
        }
        let owners = idle.iter().map(|route| route.credential).collect();
        Self { names: Names::of(named.into_iter(), owners), routes: idle }
    }

    fn find(&self, asked: &str) -> impl Iterator<Item = &IdleRoute> {
        let numbers = self.names.find(asked).into_owned();
        numbers.into_iter().filter_map(|number| self.routes.get(number as usize))
    }
}

impl Snapshot {
    /// Returns whether there are routes for a name, and all of them are switched off.
    pub(crate) fn is_switched_off(&self, asked: &str) -> bool {
        !self.knows(asked) && self.idle.find(asked).next().is_some()
    }

    /// Returns every route for `asked`, with the reason why a call would not take it if it is not among the candidates.
    pub(crate) fn bystanders<'s>(&'s self, asked: &'s str, wanted: Wanted) -> Vec<Bystander<'s>> {
        let (pin, model) = match self.pin_in(asked) {
            Some((provider, model)) if self.names.known(asked).is_none() => (Some(provider), model),
            _ => (None, asked),
        };
        let model = self.wish_in(model, wanted).map_or(model, |wish| wish.base);
        let entries = self.names.find(model).into_owned().into_iter();
        let entries = entries.filter_map(|number| self.entries.get(number as usize));
        let in_use = entries.map(|entry| {
            let provider = &entry.target.provider;
            let obstacle = match provider.way(wanted) {
                None => Obstacle::Incapable,
                Some(_) if pin.is_some_and(|pinned| pinned != provider.id) => Obstacle::PinnedElsewhere,
                Some(_) => Obstacle::NotChosen,
            };
            Bystander {
                provider: provider.id,
                credential: entry.target.credential_id,
                model: entry.upstream_model.as_deref().unwrap_or(model),
                standing: entry.standing,
                obstacle,
            }
        });
        let idle = self.idle.find(model).map(|route| Bystander {
            provider: route.provider,
            credential: route.credential,
            model: &route.model,
            standing: route.standing,
            obstacle: Obstacle::Disabled,
        });
        in_use.chain(idle).collect()
    }
}
