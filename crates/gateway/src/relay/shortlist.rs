//! Which candidates a call has, in the order in which they are tried.

use sluice_domain::id::CredentialId;
use sluice_domain::route::{Standing, order};
use sluice_protocol::operation::ModelPlace;

use super::convert::{Conversion, convert};
use super::demand::Demand;
use super::fault::{Fault, Kind};
use super::{Asked, Call, Relay, Shared, clipped, stored};
use crate::snapshot::{Candidate, Snapshot};

impl Relay {
    /// Returns the candidates of a call, in the order in which they are tried.
    pub(super) async fn shortlist<'s>(
        &self,
        call: &Call,
        asked: &Asked<'s>,
        demand: &'s Demand,
    ) -> Result<Shortlist<'s>, Fault> {
        let Asked { snapshot, client, subject, .. } = *asked;
        let object = match (demand.operation.model_place(), demand.previous_response.as_deref()) {
            (ModelPlace::Object, _) => Some(subject),
            (_, Some(previous)) => Some(previous),
            _ => None,
        };
        if let Some(id) = object {
            let pinned = self.shared.objects.target(id, client.caller.key.user_id, snapshot, &self.shared).await?;
            if let Some(target) = pinned {
                let model = demand.model.as_str();
                let named = snapshot.candidates(model, demand.wanted());
                let same = named.into_iter().find(|candidate| candidate.target.credential_id == target.credential_id);
                return match same {
                    Some(candidate) => Ok(Shortlist::of(candidate)),
                    None if demand.operation.model_place() == ModelPlace::Object => {
                        let standing = Standing { priority: 0, weight: 1 };
                        let (operation, priced) = (demand.operation, snapshot.priced(target, model, model));
                        Ok(Shortlist::of(Candidate { target, model, standing, operation, wish: None, priced }))
                    }
                    None => Err(nobody_serves(snapshot, demand)),
                };
            }
            if demand.operation.model_place() == ModelPlace::Object {
                let message = format!("`{}` is not known here, or belongs to somebody else", clipped(id));
                return Err(Fault::new(Kind::ObjectNotFound, message));
            }
        }
        let mut candidates = snapshot.candidates(&demand.model, demand.wanted());
        if candidates.is_empty() {
            return Err(nobody_serves(snapshot, demand));
        }
        candidates.iter_mut().for_each(|candidate| self.shared.unserved.correct(candidate, demand.wanted()));
        stored::fit(&mut candidates, demand)?;
        order(&mut candidates, |candidate| candidate.standing, &mut rand::rng());
        // Of equals, those go first that the call reaches as it is.
        candidates.sort_by_key(|candidate| {
            (std::cmp::Reverse(candidate.standing.priority), candidate.converts(demand.operation))
        });
        let mut shortlist = Shortlist::carrying((&self.shared, snapshot), call, demand, candidates).await?;
        shortlist.candidates.truncate(self.shared.settings.max_attempts.max(1));
        Ok(shortlist)
    }
}

/// Which candidates a call has, in the order in which they are tried.
pub(super) struct Shortlist<'s> {
    pub(super) candidates: Vec<Candidate<'s>>,
    pub(super) prepared: Prepared,
}

/// The request as the first candidate takes it, if that is not as it came.
#[derive(Default)]
pub(super) struct Prepared(Option<(CredentialId, Conversion)>);

impl<'s> Shortlist<'s> {
    fn of(candidate: Candidate<'s>) -> Self {
        Self { candidates: vec![candidate], prepared: Prepared::default() }
    }

    /// Leaves out the candidates before the first one that can carry the call.
    ///
    /// # Errors
    /// None can; says why the first of them cannot.
    async fn carrying(
        whole: (&Shared, &Snapshot),
        call: &Call,
        demand: &Demand,
        candidates: Vec<Candidate<'s>>,
    ) -> Result<Self, Fault> {
        let mut refusal = None;
        let mut rest = candidates.into_iter();
        while let Some(candidate) = rest.next() {
            match convert(whole, call, demand, &candidate).await {
                Ok(conversion) => {
                    let prepared = Prepared(conversion.map(|made| (candidate.target.credential_id, made)));
                    return Ok(Self { candidates: std::iter::once(candidate).chain(rest).collect(), prepared });
                }
                Err(fault) => refusal = refusal.or(Some(fault)),
            }
        }
        Err(refusal.unwrap_or_else(|| Fault::new(Kind::ModelNotFound, "no provider serves this model")))
    }
}

impl Prepared {
    /// Returns what `candidate` is sent instead of the caller's own bytes; `None` where those can go.
    ///
    /// # Errors
    /// This candidate cannot carry the call.
    pub(super) async fn conversion(
        &mut self,
        whole: (&Shared, &Snapshot),
        call: &Call,
        demand: &Demand,
        candidate: &Candidate<'_>,
    ) -> Result<Option<Conversion>, Fault> {
        match self.0.take_if(|(credential, _)| *credential == candidate.target.credential_id) {
            Some((_, conversion)) => Ok(Some(conversion)),
            None => convert(whole, call, demand, candidate).await,
        }
    }
}

fn nobody_serves(snapshot: &Snapshot, demand: &Demand) -> Fault {
    let model = clipped(&demand.model);
    if snapshot.knows(&demand.model) {
        let operation = demand.operation.documented_path();
        let message = format!("no provider of `{model}` serves `{operation}`");
        return Fault::new(Kind::OperationNotServed, message);
    }
    let message = format!("no provider serves the model `{model}`; `GET /v1/models` lists those that are there");
    Fault::new(Kind::ModelNotFound, message)
}
