//! Token counts for models of which no upstream counts: estimated here, marked as such, free, and recorded like any other
//! call.

use http::Response;
use http::header::{self, HeaderName, HeaderValue};
use serde_json::{Value, json};
use sluice_domain::call::Outcome;
use sluice_protocol::operation::Operation;
use sluice_protocol::tokens::Count;

use crate::record::{Ending, Ticket};
use crate::relay::fault::{Fault, Kind};
use crate::relay::inbound::demand::Demand;
use crate::relay::wire::body::RelayBody;
use crate::relay::{RelayResponse, clipped};
use crate::snapshot::{Snapshot, Wanted};
use crate::tokens::{CountError, count_chat};

const SOURCE: HeaderName = HeaderName::from_static("x-sluice-token-count");
const ESTIMATED: HeaderValue = HeaderValue::from_static("estimated");

/// Operations that tell under which name an upstream serves a model.
const CHAT: [Operation; 4] =
    [Operation::ChatCompletions, Operation::Responses, Operation::Messages, Operation::GeminiGenerate];

/// Who counts the tokens of a request.
enum Counter {
    /// An upstream that has the very operation that was asked for.
    Upstream,
    /// Sluice, by the rules of the model of this name.
    Here(String),
}

impl Counter {
    /// Chooses who counts; `None` where nobody serves the model.
    fn choose(snapshot: &Snapshot, demand: &Demand) -> Option<Self> {
        let of = |operation| snapshot.candidates(&demand.model, Wanted { operation, is_stream: false });
        if !of(demand.operation).is_empty() {
            return Some(Self::Upstream);
        }
        let first = CHAT.into_iter().flat_map(of).max_by_key(|candidate| candidate.standing.priority)?;
        Some(Self::Here(first.model.to_owned()))
    }
}

/// Counts the tokens of a request if that is what is asked and no upstream of the model does it.
///
/// # Errors
/// Says why they cannot be told.
pub(in crate::relay) async fn count_here(snapshot: &Snapshot, demand: &Demand) -> Result<Option<Count>, Fault> {
    if !demand.operation.counts_tokens() {
        return Ok(None);
    }
    match Counter::choose(snapshot, demand) {
        None | Some(Counter::Upstream) => Ok(None),
        Some(Counter::Here(model)) => {
            let counted = count_chat(demand.operation, demand.plain(), &model).await;
            counted.map(Some).map_err(|error| refused(&demand.model, &error))
        }
    }
}

fn refused(model: &str, error: &CountError) -> Fault {
    let model = clipped(model);
    match error {
        CountError::Invalid(_) | CountError::Broken => Fault::new(Kind::InvalidBody, error.to_string()),
        CountError::Elsewhere(_) => Fault::new(
            Kind::OperationNotServed,
            format!("{error}, and no provider of `{model}` counts tokens; send the whole conversation"),
        ),
    }
}

/// Answers with a count and ends the call.
pub(in crate::relay) fn answer(operation: Operation, count: &Count, mut ticket: Ticket) -> RelayResponse {
    let mut response = Response::new(RelayBody::full(body(operation, count).to_string()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(SOURCE, ESTIMATED);
    ticket.note(|record| record.status = response.status().as_u16());
    ticket.finish(Ending { outcome: Outcome::Complete, error: "", metered: None });
    response
}

fn body(operation: Operation, count: &Count) -> Value {
    let total = count.total();
    match operation {
        Operation::GeminiCountTokens => {
            let kinds = [
                ("TEXT", count.text),
                ("IMAGE", count.image),
                ("DOCUMENT", count.document),
                ("AUDIO", count.audio),
                ("VIDEO", count.video),
            ];
            let told = kinds.iter().filter(|(_, tokens)| *tokens > 0);
            let details: Vec<Value> =
                told.map(|(modality, tokens)| json!({"modality": modality, "tokenCount": tokens})).collect();
            json!({"totalTokens": total, "promptTokensDetails": details})
        }
        Operation::ResponseInputTokens => json!({"object": "response.input_tokens", "input_tokens": total}),
        _ => json!({"input_tokens": total}),
    }
}
