//! Calls about a response that is kept here.

use bytes::Bytes;
use http::Response;
use http::header::{self, HeaderValue};
use serde_json::json;
use sluice_domain::call::Outcome;
use sluice_domain::response::StoredResponse;
use sluice_protocol::operation::Operation;
use sluice_protocol::responses::{BadPage, Page, list_input, replay};

use super::recall::Located;
use crate::record::{Ending, Ticket};
use crate::relay::fault::{Fault, Kind};
use crate::relay::wire::body::RelayBody;
use crate::relay::{Asked, Relay, RelayResponse, clipped};

/// An answer that no upstream was asked for.
pub(in crate::relay) struct OwnAnswer {
    content_type: &'static str,
    body: Bytes,
}

impl OwnAnswer {
    fn json(body: Vec<u8>) -> Self {
        Self { content_type: "application/json", body: body.into() }
    }
}

impl Relay {
    /// Answers a call about a response that is kept here; `None` where an upstream has it, or nobody.
    ///
    /// # Errors
    /// What is asked for cannot be done with it.
    pub(in crate::relay) async fn answer_about(
        &self,
        asked: &Asked<'_>,
        query: Option<&str>,
    ) -> Result<Option<OwnAnswer>, Fault> {
        let id = asked.subject;
        if !is_about_response(asked.operation) {
            return Ok(None);
        }
        let Located::Here(stored) = self.locate(id, asked).await? else { return Ok(None) };
        let body = match asked.operation {
            Operation::ResponseInputItems => list(&stored, query.unwrap_or_default())?,
            Operation::ResponseCancel => {
                return Err(Fault::new(Kind::ResponseNotCancellable, "Cannot cancel a synchronous response."));
            }
            Operation::ResponseDelete => {
                let owner = asked.client.caller.key.user_id;
                if !self.shared.responses.forget(id, owner, &self.shared).await? {
                    return Ok(None);
                }
                json!({"id": id, "object": "response", "deleted": true}).to_string().into_bytes()
            }
            _ => return retrieved(&stored, query.unwrap_or_default()).map(Some),
        };
        Ok(Some(OwnAnswer::json(body)))
    }
}

const fn is_about_response(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::ResponseGet | Operation::ResponseDelete | Operation::ResponseCancel | Operation::ResponseInputItems
    )
}

/// Returns a response, as a stream where that is asked for.
fn retrieved(stored: &StoredResponse, query: &str) -> Result<OwnAnswer, Fault> {
    let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    if asked("stream") != Some("true") {
        return Ok(OwnAnswer::json(stored.response.clone()));
    }
    let after = asked("starting_after").map(|number| {
        let refused = || Fault::about(Kind::InvalidQuery, "starting_after", "`starting_after` must be a whole number");
        number.parse().map_err(|_| refused())
    });
    let body = replay(&stored.response, after.transpose()?);
    Ok(OwnAnswer { content_type: "text/event-stream; charset=utf-8", body: body.into() })
}

fn list(stored: &StoredResponse, query: &str) -> Result<Vec<u8>, Fault> {
    let refused = |error: BadPage| Fault::about(Kind::InvalidQuery, error.param(), clipped(&error.to_string()));
    let page = Page::of_query(query).map_err(refused)?;
    list_input(&stored.input, &page).map_err(refused)
}

/// Gives an answer of our own.
pub(in crate::relay) fn deliver(answer: OwnAnswer, mut ticket: Ticket) -> RelayResponse {
    let OwnAnswer { content_type, body } = answer;
    let mut response = Response::new(RelayBody::full(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    ticket.note(|record| record.status = response.status().as_u16());
    ticket.finish(Ending { outcome: Outcome::Complete, error: "", metered: None });
    response
}
