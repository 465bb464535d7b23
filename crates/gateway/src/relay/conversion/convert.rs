//! Calls that go to an upstream of another dialect: the request is rewritten before it leaves, and the answer's way back
//! is kept.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use sluice_domain::id::CallId;
use sluice_protocol::chat::{self, Bridge, DecodeError, Encoded, Json, Loss, Request, Target, Text, Trait};
use sluice_protocol::edit::Edits;
use sluice_protocol::meter::Convention;
use sluice_protocol::operation::{Dialect, Operation};
use sluice_protocol::raw::RawObject;
use sluice_protocol::suffix::{Suffixed, Suffixes};
use sluice_protocol::tokens::{count_request, counted_contents};

use crate::relay::Shared;
use crate::relay::conversion::provenance::Provenance;
use crate::relay::fault::{Fault, Kind};
use crate::relay::inbound::demand::{Demand, INLINE_MAX_BYTES};
use crate::relay::inbound::estimate::likely_tokens;
use crate::snapshot::{Candidate, Snapshot};
use crate::upstream::media::Fetched;

/// Longest list of losses that a caller is told and a record keeps.
const LOSSES_MAX_BYTES: usize = 2_000;
/// What is asked for where the caller sets no limit, the dialect demands one and the model's own is not known.
const DEFAULT_MAX_TOKENS: u64 = 8_192;

/// A request as an upstream takes it that does not speak the caller's dialect.
#[derive(Debug)]
pub(in crate::relay) struct Conversion {
    pub(in crate::relay) body: Bytes,
    /// The answer's way back; `None` where it goes to the caller as it comes.
    pub(in crate::relay) bridge: Option<Box<Bridge>>,
    /// What could not be carried, as the caller is told; empty for nothing.
    pub(in crate::relay) losses: String,
}

/// Returns what `candidate` is sent instead of the caller's own bytes; `None` where those can go.
///
/// # Errors
/// The body breaks its dialect's rules, or the upstream cannot be asked for the same thing.
pub(in crate::relay) async fn convert(
    (shared, snapshot): (&Shared, &Snapshot),
    call: CallId,
    demand: &Demand,
    candidate: &Candidate<'_>,
) -> Result<Option<Conversion>, Fault> {
    if !candidate.converts(demand.operation) && !needs_restoring(shared, demand, candidate) {
        return Ok(None);
    }
    // Boxed, because few calls are converted and all would make room for it.
    Box::pin(convert_all((shared, snapshot), call, demand, candidate)).await.map(Some)
}

async fn convert_all(
    whole: (&Shared, &Snapshot),
    call: CallId,
    demand: &Demand,
    candidate: &Candidate<'_>,
) -> Result<Conversion, Fault> {
    let job = Arc::new(Job::of(whole, call, demand, candidate));
    let wanted = match run(&job, Vec::new()).await? {
        Step::Done(conversion) => return Ok(*conversion),
        Step::Wants(urls) => urls,
    };
    let files = whole.0.fetcher.fetch(&wanted).await?;
    match run(&job, files).await? {
        Step::Done(conversion) => Ok(*conversion),
        Step::Wants(_) => Err(Fault::new(Kind::MediaNotFetched, "a file that the request names was not fetched")),
    }
}

/// Runs a conversion, a long one on a thread that may take its time.
async fn run(job: &Arc<Job>, files: Vec<Arc<Fetched>>) -> Result<Step, Fault> {
    if job.plain.len() <= INLINE_MAX_BYTES {
        return job.run(&files);
    }
    let job = Arc::clone(job);
    let running = tokio::task::spawn_blocking(move || job.run(&files));
    running.await.map_err(|_| Fault::new(Kind::InvalidBody, "the body could not be converted"))?
}

/// How far a conversion gets.
enum Step {
    Done(Box<Conversion>),
    /// The upstream needs the bytes behind these addresses.
    Wants(Vec<String>),
}

/// Returns whether the body holds proofs that must not go to this candidate as they are: in envelopes, which no vendor
/// understands, or issued by another account.
fn needs_restoring(shared: &Shared, demand: &Demand, candidate: &Candidate<'_>) -> bool {
    let issuer = candidate.target.provider.issuer();
    let is_others = || shared.provenance.issuers_in(demand.plain()).iter().any(|known| known != issuer);
    demand.operation.is_chat()
        && (chat::carries_envelopes(demand.plain()) || (shared.provenance.concerns(issuer) && is_others()))
}

/// All that a conversion depends on, so that any thread can do it.
struct Job {
    plain: Bytes,
    provenance: Arc<Provenance>,
    asked: Operation,
    upstream: Dialect,
    is_stream: bool,
    /// As the caller wrote it.
    model: String,
    /// As the upstream calls it.
    upstream_model: String,
    issuer: Arc<str>,
    traits: Vec<Trait>,
    default_max_tokens: u64,
    convention: Convention,
    stream_usage: bool,
    /// How the name that was asked for is taken apart, if it says more than the model.
    suffixes: Option<Arc<Suffixes>>,
    /// The earlier response that the request goes on from, which its answer names.
    previous: Option<String>,
    /// Where the fields stand that the answer repeats.
    echoed: Vec<(&'static str, Range<usize>)>,
    call: String,
    created: u64,
}

impl Job {
    fn of((shared, snapshot): (&Shared, &Snapshot), call: CallId, demand: &Demand, candidate: &Candidate<'_>) -> Self {
        let provider = &candidate.target.provider;
        let dialect = candidate.operation.dialect();
        let known = candidate.priced.as_ref().and_then(|priced| priced.limits.max_output);
        let most = known.or_else(|| provider.max_tokens(dialect, candidate.model));
        Self {
            plain: demand.plain().clone(),
            provenance: Arc::clone(&shared.provenance),
            asked: demand.operation,
            upstream: dialect,
            is_stream: demand.is_stream,
            model: demand.model_as_written().to_owned(),
            upstream_model: candidate.model.to_owned(),
            issuer: Arc::clone(provider.issuer()),
            traits: provider.traits(dialect, candidate.model),
            default_max_tokens: most.unwrap_or(DEFAULT_MAX_TOKENS),
            convention: provider.convention(candidate.operation),
            stream_usage: !demand.lacks_usage_request(),
            suffixes: candidate.wish.map(|_| Arc::clone(snapshot.suffixes())),
            previous: demand.retention.previous().map(str::to_owned),
            echoed: demand.echoed.clone(),
            call: call.to_string(),
            created: call.unix_ms() / 1_000,
        }
    }

    fn run(&self, files: &[Arc<Fetched>]) -> Result<Step, Fault> {
        let counts = self.asked.counts_tokens();
        let plain: &[u8] = if counts { counted_contents(&self.plain) } else { &self.plain };
        let mut request = chat::decode_request(self.asked.dialect(), plain).map_err(|error| unreadable(&error))?;
        if self.asked.dialect() == Dialect::Gemini {
            // Its path says what the body of others says.
            request.model = Text::plain(self.model.clone());
            request.delivery.stream = Some(self.is_stream);
        }
        let wish = self.suffixes.as_ref().and_then(|suffixes| suffixes.split(&self.model));
        if let Some(wish) = &wish {
            wish.apply(&mut request);
        }
        request.attribute(|proof| self.provenance.issuer_of(proof).map(|issuer| issuer.to_string()));
        let target = Target {
            model: &self.upstream_model,
            issuer: &self.issuer,
            traits: &self.traits,
            default_max_tokens: self.default_max_tokens,
        };
        for file in files {
            request.supply(&file.url, &file.mime, &file.base64);
        }
        let is_foreign = self.asked.dialect() != self.upstream;
        let wanted = if is_foreign { request.wanted_urls(self.upstream, &target) } else { Vec::new() };
        if !wanted.is_empty() {
            return Ok(Step::Wants(wanted));
        }
        let encoded = chat::encode_request(self.upstream, &request, &target).map_err(|error| unreadable(&error))?;
        if counts {
            return Ok(Step::Done(Box::new(self.count(&request, &encoded)?)));
        }
        if let Some(loss) = encoded.losses.first_semantic() {
            return Err(self.refusal(loss));
        }
        let losses = encoded.losses.to_header(LOSSES_MAX_BYTES);
        let bridge = is_foreign.then(|| Box::new(self.bridge(&request, &encoded)));
        let body = match wish {
            Some(wish) => with_fields(wish, self.upstream, &encoded.body),
            None => encoded.body,
        };
        Ok(Step::Done(Box::new(Conversion { body: body.into(), bridge, losses })))
    }

    /// Returns the question how many tokens a request comes to. What it could not carry matters little to that.
    fn count(&self, request: &Request<'_>, encoded: &Encoded) -> Result<Conversion, Fault> {
        let question = count_request(self.upstream, &encoded.body, &self.upstream_model);
        let native = self.asked.documented_path();
        let message = || format!("no provider of this model counts tokens as `{native}` asks");
        let body = question.ok_or_else(|| Fault::new(Kind::OperationNotServed, message()))?;
        let bridge = Some(Box::new(self.bridge(request, encoded)));
        Ok(Conversion { body: body.into(), bridge, losses: String::new() })
    }

    fn refusal(&self, loss: &Loss) -> Fault {
        let (path, reason, native) = (&loss.path, &loss.reason, self.asked.documented_path());
        let message = format!(
            "`{path}` cannot be carried to this model's provider: {reason}; leave it out, or ask for a model whose \
             provider serves `{native}`"
        );
        Fault::new(Kind::NotConvertible, message)
    }

    fn bridge(&self, request: &Request<'_>, encoded: &Encoded) -> Bridge {
        let client = self.asked.dialect();
        let text = |range: &Range<usize>| std::str::from_utf8(self.plain.get(range.clone())?).ok();
        let repeated =
            |(key, range): &(&'static str, Range<usize>)| Some((*key, Json::trusted(text(range)?.to_owned())));
        let mut echo: Vec<_> = self.echoed.iter().filter_map(repeated).collect();
        // Only this dialect's streams tell it, and it takes a look through the whole body.
        let tells_estimate = client == Dialect::Anthropic && self.is_stream;
        let estimated_input = if tells_estimate { likely_tokens(&self.plain) } else { 0 };
        if let Some(previous) = &self.previous {
            echo.push(("previous_response_id", Json::trusted(serde_json::Value::from(previous.as_str()).to_string())));
        }
        Bridge {
            client,
            upstream: self.upstream,
            memo: encoded.memo.clone(),
            counts_tokens: self.asked.counts_tokens(),
            call: self.call.clone(),
            model: self.model.clone(),
            created: self.created,
            issuer: self.issuer.to_string(),
            convention: self.convention,
            stream_usage: self.stream_usage,
            estimated_input,
            namespaces: request.namespaces(),
            echo,
        }
    }
}

/// Returns a body with what the name says beside how much to think.
fn with_fields(wish: Suffixed<'_, '_>, upstream: Dialect, body: &[u8]) -> Vec<u8> {
    let mut edits = Edits::default();
    if let Ok(object) = RawObject::parse(body) {
        wish.edit_fields(upstream, &object, &mut edits);
    }
    edits.apply(body)
}

fn unreadable(error: &DecodeError) -> Fault {
    Fault::new(Kind::InvalidBody, error.to_string())
}
