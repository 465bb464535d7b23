//! Which calls are wanted, as clients say it.

use serde::Deserialize;
use sluice_domain::call::Outcome;
use sluice_domain::clock::Timestamp;
use sluice_domain::id::KeyId;
use sluice_store::CallFilter;
use utoipa::IntoParams;

use super::names::{find_provider, find_user};
use super::search::Sieve;
use crate::admin::AdminState;
use crate::admin::wire::input::text;
use crate::admin::wire::{Failure, Problem};

const MAX_KEYWORD_CHARS: usize = 255;

/// Which calls are wanted; absent parameters do not restrict.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CallQuery {
    /// Part of a model, an error, an id, the client's address or, for administrators, a provider; any case.
    keyword: Option<String>,
    /// Exactly this model was asked for.
    model: Option<String>,
    /// Name or id of the provider that answered.
    provider: Option<String>,
    /// Name or id of the user.
    user: Option<String>,
    /// Id of the key.
    key: Option<i64>,
    /// `true` or `false`: whether the answer was streamed.
    stream: Option<String>,
    /// `complete`, `abandoned`, `broken` or `refused`.
    outcome: Option<String>,
    /// `all` (default), `success`, `error`, or exactly the HTTP status that the client got, such as `429`.
    status: Option<String>,
    /// Exactly the stable code of the error that the client got, such as `upstream_timeout`.
    error: Option<String>,
    /// `all` (default) or `error`: the same as `status`, which goes before it.
    view: Option<String>,
    /// `request` (default): each call with its attempts; `attempt`: each attempt by itself, after the one that followed it.
    aggregation: Option<String>,
    /// The call began at this time or later, Unix seconds.
    from: Option<i64>,
    /// The call began before this time, Unix seconds.
    to: Option<i64>,
}

/// What is one row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// A call with all its attempts.
    Call,
    /// An attempt; a call without any is one row.
    Attempt,
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn unknown(name: &'static str, value: &str, expected: &'static str) -> Failure {
    Problem::FilterInvalid.with("name", name).with("value", value).with("expected", expected)
}

/// What `status` asks for.
enum Status {
    Any,
    Failed(bool),
    Exactly(u16),
}

impl CallQuery {
    fn status(&self) -> Result<Status, Failure> {
        let view = match filled(self.view.as_ref()) {
            None | Some("all") => Status::Any,
            Some("error") => Status::Failed(true),
            Some(other) => return Err(unknown("view", other, "`all`, `error`")),
        };
        match filled(self.status.as_ref()) {
            None | Some("all") => Ok(view),
            Some("success") => Ok(Status::Failed(false)),
            Some("error") => Ok(Status::Failed(true)),
            Some(other) => match other.parse() {
                Ok(number @ 100..=599) => Ok(Status::Exactly(number)),
                Ok(_) | Err(_) => Err(unknown("status", other, "`all`, `success`, `error`, a status such as `429`")),
            },
        }
    }

    /// Returns the restrictions that need no look into the database.
    pub(super) fn plain_filter(&self) -> Result<CallFilter, Failure> {
        let outcome = match filled(self.outcome.as_ref()) {
            None => None,
            Some(name) => Some(
                Outcome::from_name(name)
                    .ok_or_else(|| unknown("outcome", name, "`complete`, `abandoned`, `broken`, `refused`"))?,
            ),
        };
        let failed = match self.status()? {
            // An index finds failures; none finds one kind of them.
            Status::Any => filled(self.error.as_ref()).map(|_| true),
            Status::Failed(failed) => Some(failed),
            // Where every answer is a failure an index helps.
            Status::Exactly(status) => (status >= 400).then_some(true),
        };
        let time = |secs: Option<i64>| secs.map(|secs| Timestamp(secs.saturating_mul(1_000)));
        Ok(CallFilter {
            key_id: self.key.map(KeyId),
            model: filled(self.model.as_ref()).map(str::to_owned),
            outcome,
            failed,
            since: time(self.from),
            until: time(self.to),
            ..CallFilter::default()
        })
    }

    /// Returns whether each attempt is wanted by itself.
    pub(super) fn grain(&self) -> Result<Grain, Failure> {
        match filled(self.aggregation.as_ref()) {
            None | Some("request") => Ok(Grain::Call),
            Some("attempt") => Ok(Grain::Attempt),
            Some(other) => Err(unknown("aggregation", other, "`request`, `attempt`")),
        }
    }

    /// Returns all restrictions that indexes find.
    pub(super) async fn whole_filter(&self, state: &AdminState) -> Result<CallFilter, Failure> {
        let mut filter = self.plain_filter()?;
        if let Some(named) = filled(self.provider.as_ref()) {
            filter.provider_id = Some(find_provider(state, named).await?);
        }
        if let Some(named) = filled(self.user.as_ref()) {
            filter.user_id = Some(find_user(state, named).await?);
        }
        Ok(filter)
    }

    /// Returns the restrictions that no index finds.
    pub(super) fn sieve(&self) -> Result<Sieve, Failure> {
        let stream = match filled(self.stream.as_ref()) {
            None => None,
            Some("true" | "1") => Some(true),
            Some("false" | "0") => Some(false),
            Some(other) => return Err(unknown("stream", other, "`true`, `false`")),
        };
        let status = match self.status()? {
            Status::Exactly(status) => Some(status),
            Status::Any | Status::Failed(_) => None,
        };
        let keyword = filled(self.keyword.as_ref()).map(|keyword| text("keyword", keyword, MAX_KEYWORD_CHARS));
        let keyword = keyword.transpose()?.map(|keyword| keyword.to_lowercase());
        Ok(Sieve { keyword, stream, status, error: filled(self.error.as_ref()).map(str::to_owned) })
    }
}
