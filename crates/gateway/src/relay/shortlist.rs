//! Which candidates a call has, in the order in which they are tried.

use sluice_domain::route::{Standing, order};
use sluice_protocol::operation::ModelPlace;

use super::demand::Demand;
use super::fault::{Fault, Kind};
use super::{Asked, Relay, clipped, stored};
use crate::snapshot::{Candidate, Snapshot};

impl Relay {
    /// Returns the candidates of a call, in the order in which they are tried.
    pub(super) async fn shortlist<'s>(
        &self,
        asked: &Asked<'s>,
        demand: &'s Demand,
    ) -> Result<Vec<Candidate<'s>>, Fault> {
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
                let named = snapshot.candidates(model, demand.operation);
                let same = named.into_iter().find(|candidate| candidate.target.credential_id == target.credential_id);
                return match same {
                    Some(candidate) => Ok(vec![candidate]),
                    None if demand.operation.model_place() == ModelPlace::Object => {
                        let standing = Standing { priority: 0, weight: 1 };
                        Ok(vec![Candidate { target, model, standing, priced: snapshot.priced(target, model, model) }])
                    }
                    None => Err(nobody_serves(snapshot, demand)),
                };
            }
            if demand.operation.model_place() == ModelPlace::Object {
                let message = format!("`{}` is not known here, or belongs to somebody else", clipped(id));
                return Err(Fault::new(Kind::ObjectNotFound, message));
            }
        }
        let mut candidates = snapshot.candidates(&demand.model, demand.operation);
        if candidates.is_empty() {
            return Err(nobody_serves(snapshot, demand));
        }
        stored::fit(&mut candidates, demand)?;
        order(&mut candidates, |candidate| candidate.standing, &mut rand::rng());
        candidates.truncate(self.shared.settings.max_attempts.max(1));
        Ok(candidates)
    }
}

fn nobody_serves(snapshot: &Snapshot, demand: &Demand) -> Fault {
    let model = clipped(&demand.model);
    if snapshot.knows(&demand.model) {
        let operation = demand.operation.documented_path();
        let message = format!("no provider of `{model}` serves `{operation}`; use the path of its own dialect");
        return Fault::new(Kind::OperationNotServed, message);
    }
    let message = format!("no provider serves the model `{model}`; `GET /v1/models` lists those that are there");
    Fault::new(Kind::ModelNotFound, message)
}
