//! A call as rules see it.

use chrono::{Datelike, TimeZone, Timelike, Utc};
use http::HeaderMap;
use serde::Deserialize;
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::money::Micros;
use sluice_expr::{Moment, Value, Values, Zone};
use sluice_protocol::operation::Dialect;
use sluice_protocol::raw::RawObject;
use utoipa::ToSchema;

use super::KNOWN;
use crate::tokens::count_plain;

/// What rules are told of a call.
pub(crate) struct Question<'c> {
    /// Model that the name asked for stands for.
    pub(crate) model: &'c str,
    /// The name that was asked for.
    pub(crate) asked: &'c str,
    pub(crate) path: &'c str,
    pub(crate) dialect: Dialect,
    pub(crate) key: &'c str,
    pub(crate) user: i64,
    pub(crate) group: &'c str,
    pub(crate) headers: &'c HeaderMap,
    pub(crate) is_stream: bool,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) body: &'c [u8],
    /// Counted from the body where it is not known.
    pub(crate) token_count: Option<u64>,
    /// What the caller can still spend; `None` where nothing limits it.
    pub(crate) budget_left: Option<Micros>,
    pub(crate) now: Timestamp,
}

/// Headers that rules must not see: they hold secrets.
const SECRET_HEADERS: [&str; 5] = ["authorization", "x-api-key", "x-goog-api-key", "cookie", "proxy-authorization"];
/// What a vendor calls an image in a request.
const IMAGE_MARKS: [&[u8]; 4] = [b"\"image_url\"", b"\"input_image\"", b"\"image\"", b"\"image/"];

impl Question<'_> {
    /// Returns what rules read, with the tokens counted if one of them wants to know.
    pub(super) fn values(&self, counts_tokens: bool) -> Values<'_> {
        let known = &*KNOWN;
        let mut values = Values::new(&known.environment);
        if counts_tokens {
            let counted = || count_plain(self.dialect, self.body, self.model);
            values.set(known.token_count, whole(self.token_count.unwrap_or_else(counted)));
        }
        values.set(known.model, self.model);
        values.set(known.path, self.path);
        values.set(known.dialect, self.dialect.as_str());
        values.set(known.key, self.key);
        values.set(known.user, self.user);
        values.set(known.group, self.group);
        values.set(known.headers, self.headers());
        values.set(known.stream, self.is_stream);
        let object = RawObject::parse(self.body).ok();
        let has_tools = object.is_some_and(|object| ["tools", "functions"].iter().any(|name| object.has(name)));
        values.set(known.tools, has_tools);
        let has_images = IMAGE_MARKS.iter().any(|mark| memchr::memmem::find(self.body, mark).is_some());
        values.set(known.images, has_images);
        values.set(known.max_tokens, whole(self.max_tokens.unwrap_or(0)));
        let dollars = |left: Micros| left.0 as f64 / 1_000_000.0;
        values.set(known.budget_left, self.budget_left.map_or(f64::INFINITY, dollars));
        if let Some(now) = Utc.timestamp_millis_opt(self.now.0).single() {
            values.set(known.hour, i64::from(now.hour()));
            values.set(known.weekday, i64::from(now.weekday().num_days_from_sunday()));
            if let Some(moment) = Moment::new(now, Zone::Utc) {
                values.set_now(moment);
            }
        }
        values
    }

    fn headers(&self) -> Value<'_> {
        let shown = self.headers.iter().filter(|(name, _)| !SECRET_HEADERS.contains(&name.as_str()));
        let text = shown.filter_map(|(name, value)| Some((name.as_str(), Value::from(value.to_str().ok()?))));
        Value::Map(text.collect())
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A made-up call to try rules on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sample {
    /// Model asked for.
    model: String,
    /// Path of the call.
    path: String,
    /// Name of the key.
    key: String,
    /// Id of its owner.
    user: i64,
    /// The owner's group.
    group: String,
    /// Headers of the call.
    headers: std::collections::BTreeMap<String, String>,
    /// Tokens of the request; counted from `body` if left out.
    token_count: Option<u64>,
    /// What the key can still spend, micro-dollars; left out, nothing limits it.
    budget_left: Option<i64>,
    /// The request.
    #[schema(value_type = Object)]
    body: serde_json::Value,
    #[serde(skip)]
    written: Written,
}

/// The parts of a sample in the form that calls have them.
#[derive(Debug, Clone, Default)]
struct Written {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            model: String::new(),
            path: "/v1/chat/completions".to_owned(),
            key: String::new(),
            user: 0,
            group: "default".to_owned(),
            headers: std::collections::BTreeMap::new(),
            token_count: None,
            budget_left: None,
            body: serde_json::Value::Null,
            written: Written::default(),
        }
    }
}

impl Sample {
    /// Puts the sample into the form that calls have. The body's model counts where none is named.
    pub(crate) fn prepared(mut self) -> Self {
        let headers = self.headers.iter().filter_map(|(name, value)| {
            Some((name.parse::<http::HeaderName>().ok()?, value.parse::<http::HeaderValue>().ok()?))
        });
        self.written.headers = headers.collect();
        self.written.body = if self.body.is_null() { Vec::new() } else { self.body.to_string().into_bytes() };
        if self.model.is_empty() {
            self.model = self.body.get("model").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        }
        self
    }

    pub(super) fn question(&self) -> Question<'_> {
        let number = |name: &str| self.body.get(name).and_then(serde_json::Value::as_u64);
        Question {
            model: &self.model,
            asked: &self.model,
            path: &self.path,
            dialect: dialect_of(&self.path),
            key: &self.key,
            user: self.user,
            group: &self.group,
            headers: &self.written.headers,
            is_stream: self.body.get("stream").and_then(serde_json::Value::as_bool).unwrap_or(false),
            max_tokens: ["max_completion_tokens", "max_output_tokens", "max_tokens"].into_iter().find_map(number),
            body: &self.written.body,
            token_count: self.token_count,
            budget_left: self.budget_left.map(Micros),
            now: Clock::System.now(),
        }
    }
}

fn dialect_of(path: &str) -> Dialect {
    match sluice_protocol::operation::endpoint(&http::Method::POST, path) {
        sluice_protocol::operation::Endpoint::Relay { operation, .. } => operation.dialect(),
        _ => Dialect::OpenaiChat,
    }
}
