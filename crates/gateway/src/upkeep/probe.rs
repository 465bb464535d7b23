//! A real small call to an upstream, to see whether a provider or a route works: streamed, with times.

use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sluice_domain::provider::{Credential, Provider};
use sluice_protocol::chat::Trait;
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::sse::{Line, Lines};
use sluice_protocol::vendor::{PathTemplate, Vendor};
use url::Url;

use super::Upkeep;
use super::models::Unaskable;

/// Longest that a test may take.
const LIMIT: Duration = Duration::from_secs(60);
/// No more of an answer is read.
const MAX_ANSWER_BYTES: usize = 1 << 20;
/// Longest answer that is asked for: thinking models think within it.
const MAX_TOKENS: u64 = 256;
const MAX_REASON_CHARS: usize = 500;

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// The model's name at the provider.
    pub(crate) model: String,
    /// What is said to it.
    pub(crate) message: String,
}

/// Something that happened during a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sign {
    /// The answer's head came.
    Head { status: u16, after_ms: u64 },
    /// Text came.
    Text(String),
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) status: Option<u16>,
    /// Everything that was answered.
    pub(crate) answer: String,
    /// Why it failed; `None` when it went well.
    pub(crate) failure: Option<String>,
    pub(crate) first_text_ms: Option<u64>,
    pub(crate) total_ms: u64,
}

/// A test that is ready to be made.
#[derive(Debug)]
pub(crate) struct Probe {
    request: reqwest::RequestBuilder,
    /// What is called.
    pub(crate) operation: Operation,
    secret: String,
}

impl Upkeep {
    /// Returns the test of a credential.
    ///
    /// # Errors
    /// The provider cannot be asked, or has nothing to try.
    pub(crate) fn probe(
        &self,
        provider: &Provider,
        credential: &Credential,
        question: &Question,
    ) -> Result<Probe, Unaskable> {
        let vendor = self.vendors.get(&provider.vendor).ok_or(Unaskable::Vendor)?;
        let base = Url::parse(&provider.base_url).map_err(|error| Unaskable::BaseUrl(error.to_string()))?;
        let client = self.outgoing.client(provider.proxy_url.as_ref()).map_err(|_| Unaskable::Proxy)?;
        let (operation, template) = operation_of(vendor, &base, provider).ok_or(Unaskable::NoModelList)?;
        let dialect = operation.dialect();
        let query = if operation == Operation::GeminiStream { "alt=sse" } else { "" };
        let path = template.render(&question.model, query, "/v1beta/").ok_or(Unaskable::NoModelList)?;
        let url = base.join(&path).map_err(|error| Unaskable::BaseUrl(error.to_string()))?;
        let is_old = self.vendors.trait_rules(vendor).traits(dialect, &question.model).contains(&Trait::OldMaxTokens);
        let limit_field = if is_old { "max_tokens" } else { "max_completion_tokens" };
        let mut request = client.post(url).timeout(LIMIT).json(&body(operation, question, limit_field));
        for (name, value) in &vendor.headers {
            request = request.header(name, value);
        }
        for (name, value) in &provider.headers {
            request = request.header(name, value.expose_secret());
        }
        let secret = credential.secret.expose_secret().to_owned();
        if !secret.is_empty() {
            let auth = vendor.auth_for(dialect);
            request = request.header(&auth.header, format!("{}{secret}", auth.prefix));
        }
        Ok(Probe { request, operation, secret })
    }
}

/// Returns what a provider is tried with: a chat in the dialect that it speaks best, else embeddings.
fn operation_of(vendor: &Vendor, base: &Url, provider: &Provider) -> Option<(Operation, PathTemplate)> {
    let chats = vendor.chat_dialects().into_iter().filter_map(|dialect| Operation::chat_in(dialect, true));
    let template = |operation| Some((operation, vendor.template(operation, base.path(), &provider.params)?));
    chats.chain([Operation::Embeddings]).find_map(template)
}

fn body(operation: Operation, question: &Question, limit_field: &str) -> Value {
    let Question { model, message } = question;
    let turn = json!([{"role": "user", "content": message}]);
    match operation {
        Operation::Messages => json!({"model": model, "max_tokens": MAX_TOKENS, "messages": turn, "stream": true}),
        Operation::Responses => {
            json!({"model": model, "input": message, "max_output_tokens": MAX_TOKENS, "stream": true, "store": false})
        }
        Operation::GeminiStream => json!({
            "contents": [{"role": "user", "parts": [{"text": message}]}],
            "generationConfig": {"maxOutputTokens": MAX_TOKENS},
        }),
        Operation::Embeddings => json!({"model": model, "input": [message]}),
        _ => {
            let mut body = json!({"model": model, "messages": turn, "stream": true});
            if let Some(body) = body.as_object_mut() {
                body.insert(limit_field.to_owned(), MAX_TOKENS.into());
            }
            body
        }
    }
}

impl Probe {
    /// Makes the test and tells what happens as it happens.
    pub(crate) async fn run(self, mut tell: impl FnMut(Sign)) -> Verdict {
        let started = Instant::now();
        let mut verdict =
            Verdict { status: None, answer: String::new(), failure: None, first_text_ms: None, total_ms: 0 };
        let failure = talk(self.request, self.operation.dialect(), (&mut verdict, &mut tell), started).await.err();
        verdict.failure = failure.map(|reason| match self.secret.as_str() {
            "" => reason,
            secret => reason.replace(secret, "****"),
        });
        verdict.total_ms = millis(started);
        verdict
    }
}

async fn talk(
    request: reqwest::RequestBuilder,
    dialect: Dialect,
    (verdict, tell): (&mut Verdict, &mut impl FnMut(Sign)),
    started: Instant,
) -> Result<(), String> {
    let mut response = request.send().await.map_err(|error| crate::outgoing::describe(&error))?;
    let status = response.status();
    verdict.status = Some(status.as_u16());
    tell(Sign::Head { status: status.as_u16(), after_ms: millis(started) });
    let (mut lines, mut raw) = (Lines::new(), Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| crate::outgoing::describe(&error))? {
        if raw.len() + chunk.len() > MAX_ANSWER_BYTES {
            break;
        }
        raw.extend_from_slice(&chunk);
        let mut texts = Vec::new();
        lines.push(&chunk, |line| {
            if let Line::Data(data) = line {
                texts.extend(text_in(data, dialect));
            }
        });
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            verdict.first_text_ms.get_or_insert_with(|| millis(started));
            verdict.answer.push_str(&text);
            tell(Sign::Text(text));
        }
    }
    judge(status, dialect, &raw, verdict)
}

fn judge(status: http::StatusCode, dialect: Dialect, raw: &[u8], verdict: &Verdict) -> Result<(), String> {
    let said =
        || String::from_utf8_lossy(raw).chars().filter(|c| !c.is_control()).take(MAX_REASON_CHARS).collect::<String>();
    if !status.is_success() {
        return Err(format!("the upstream answered {}: {}", status.as_u16(), said()));
    }
    if let Some(complaint) = crate::outgoing::refusal(raw) {
        return Err(complaint);
    }
    let is_whole =
        dialect == Dialect::Single && serde_json::from_slice::<Value>(raw).is_ok_and(|body| body.get("data").is_some());
    let is_stream = dialect != Dialect::Single && raw.windows(5).any(|window| window == b"data:");
    if verdict.answer.is_empty() && !is_whole && !is_stream {
        return Err(format!("the answer has no text: {}", said()));
    }
    Ok(())
}

/// Returns the text in an event of a stream.
fn text_in(data: &[u8], dialect: Dialect) -> Option<String> {
    let event: Value = serde_json::from_slice(data).ok()?;
    let place = match dialect {
        Dialect::OpenaiChat => "/choices/0/delta/content",
        Dialect::OpenaiResponses if event.get("type")? != "response.output_text.delta" => return None,
        Dialect::OpenaiResponses => "/delta",
        Dialect::Anthropic => "/delta/text",
        Dialect::Gemini => "/candidates/0/content/parts/0/text",
        Dialect::Single => return None,
    };
    event.pointer(place)?.as_str().map(str::to_owned)
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Dialect::OpenaiChat, r#"{"choices":[{"delta":{"content":"hi"}}]}"#)]
    #[case(Dialect::OpenaiResponses, r#"{"type":"response.output_text.delta","delta":"hi"}"#)]
    #[case(Dialect::Anthropic, r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"hi"}}"#)]
    #[case(Dialect::Gemini, r#"{"candidates":[{"content":{"parts":[{"text":"hi"}]}}]}"#)]
    fn text_is_found_in_the_streams_of_all_dialects(#[case] dialect: Dialect, #[case] event: &str) {
        assert_eq!(text_in(event.as_bytes(), dialect).as_deref(), Some("hi"));
        assert_eq!(text_in(b"[DONE]", dialect), None);
        assert_eq!(text_in(b"{}", dialect), None);
    }
}
