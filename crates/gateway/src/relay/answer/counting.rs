//! Token counts that no upstream gives: estimated here, marked as such, free, and recorded like any other call.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};
use sluice_domain::call::Outcome;
use sluice_protocol::operation::Operation;
use sluice_protocol::tokens::{Count, count_answer};

use crate::record::{Ending, Ticket};
use crate::relay::exchange::{Accepted, discard};
use crate::relay::fault::{Fault, Kind, Origin};
use crate::relay::inbound::demand::Demand;
use crate::relay::wire::body::RelayBody;
use crate::relay::{Exchanged, RelayResponse, clipped};
use crate::snapshot::{Snapshot, Wanted};
use crate::tokens::{CountError, count_chat};

const SOURCE: HeaderName = HeaderName::from_static("x-sluice-token-count");
const ESTIMATED: HeaderValue = HeaderValue::from_static("estimated");

/// Operations that tell under which name an upstream serves a model.
const CHAT: [Operation; 4] =
    [Operation::ChatCompletions, Operation::Responses, Operation::Messages, Operation::GeminiGenerate];

/// A question for a token count, kept in case no upstream answers it.
pub(in crate::relay) struct Question {
    operation: Operation,
    plain: Bytes,
    asked: String,
    /// Name by which the model's own rules are found.
    model: String,
}

impl Question {
    /// Returns the question that a call is; `None` where it is none, or nobody serves the model.
    pub(in crate::relay) fn of(snapshot: &Snapshot, demand: &Demand) -> Option<Self> {
        if !demand.operation.counts_tokens() {
            return None;
        }
        let serving = |operation| snapshot.candidates(&demand.model, Wanted { operation, is_stream: false });
        let first = CHAT.into_iter().flat_map(serving).max_by_key(|candidate| candidate.standing.priority)?;
        Some(Self {
            operation: demand.operation,
            plain: demand.plain().clone(),
            asked: demand.model.clone(),
            model: first.model.to_owned(),
        })
    }

    /// Returns whether an upstream is to be asked.
    pub(in crate::relay) fn is_answered_by_any(&self, snapshot: &Snapshot) -> bool {
        !snapshot.candidates(&self.asked, Wanted { operation: self.operation, is_stream: false }).is_empty()
    }

    /// Estimates the answer.
    ///
    /// # Errors
    /// Says why it cannot be told.
    pub(in crate::relay) async fn estimate(&self) -> Result<Count, Fault> {
        let counted = count_chat(self.operation, &self.plain, &self.model).await;
        counted.map_err(|error| refused(&self.asked, &error))
    }

    /// Returns the answer of an upstream, or an estimate where it is none: the upstream failed, counts nothing after all,
    /// or did not understand what the question was converted to.
    ///
    /// # Errors
    /// The fault of the upstream, where nothing can be estimated either; what the caller has to mend.
    pub(in crate::relay) async fn settle(&self, exchanged: Result<Exchanged, Fault>) -> Result<Exchanged, Fault> {
        let is_answer = match &exchanged {
            Ok(Exchanged::Now(exchange)) => !is_no_count(&exchange.accepted),
            Ok(_) => true,
            Err(fault) => fault.kind.facts().origin != Origin::Upstream,
        };
        if is_answer {
            return exchanged;
        }
        match self.estimate().await {
            Ok(count) => {
                if let Ok(Exchanged::Now(exchange)) = exchanged {
                    discard(exchange.accepted);
                }
                Ok(Exchanged::Counted(count))
            }
            Err(_) => exchanged,
        }
    }
}

/// Returns whether an answer says that the upstream does not count, or not what it was asked in other words.
fn is_no_count(accepted: &Accepted) -> bool {
    let lacks = matches!(
        accepted.parts.status,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
    );
    lacks || (accepted.bridge.is_some() && !accepted.parts.status.is_success())
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
    let mut body = count_answer(operation.dialect(), count.total());
    if let (Operation::GeminiCountTokens, Some(fields)) = (operation, body.as_object_mut()) {
        let kinds = [
            ("TEXT", count.text),
            ("IMAGE", count.image),
            ("DOCUMENT", count.document),
            ("AUDIO", count.audio),
            ("VIDEO", count.video),
        ];
        let told = kinds.iter().filter(|(_, tokens)| *tokens > 0);
        let details = told.map(|(modality, tokens)| json!({"modality": modality, "tokenCount": tokens}));
        fields.insert("promptTokensDetails".to_owned(), details.collect());
    }
    body
}
