//! What callers of other gateways ask for: their paths, and answers in their shapes.
//!
//! A path that is only another name becomes ours before anything looks at it. What differs in shape is a file here.

mod brief;
mod offers;
mod own_calls;

use http::{Request, Uri};
use hyper::body::Incoming;
use sluice_domain::route::policy::Scope;
use sluice_protocol::operation::{Endpoint, decode, renamed};

use super::fault::{Fault, Kind};
use super::{Call, Relay, RelayResponse, clipped};
use crate::snapshot::Snapshot;

/// Parameter of a query that names a provider.
const PROVIDER: &str = "provider";

/// The only provider that a call may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pin {
    /// It stands in the path: no other will do.
    Must(String),
    /// It stands in the query: where there is no such provider, any will do.
    May(String),
}

impl Pin {
    /// Returns the provider's name if the call must go there as things are.
    ///
    /// # Errors
    /// It must, and there is no such provider.
    pub(super) fn provider<'p>(&'p self, snapshot: &Snapshot) -> Result<Option<&'p str>, Fault> {
        match self {
            Self::Must(name) if !snapshot.has_provider(name) => {
                let message = format!("there is no provider `{}` that can be used", clipped(name));
                Err(Fault::new(Kind::ModelNotFound, message))
            }
            Self::Must(name) => Ok(Some(name)),
            Self::May(name) => Ok(snapshot.has_provider(name).then_some(name)),
        }
    }
}

/// Returns the provider that a key is bound to, where a model's name begins with that of another: upstreams that offer
/// the models of many vendors call them so.
pub(super) fn bound_provider<'c>(scope: &'c Scope, snapshot: &Snapshot, model: &str) -> Option<&'c str> {
    let [only] = scope.providers.as_slice() else { return None };
    let (named, _) = snapshot.pin_in(model)?;
    (snapshot.provider_id(only) != Some(named)).then_some(only)
}

/// Gives a request on another gateway's path the name that it has here; returns the provider that it names.
pub(super) fn rename<B>(request: &mut Request<B>) -> Option<Pin> {
    let renamed = renamed(request.uri().path())?;
    let query = request.uri().query().unwrap_or_default();
    let is_provider = |pair: &&str| pair.split_once('=').is_some_and(|(name, _)| name == PROVIDER);
    let named = query.split('&').find(is_provider).and_then(|pair| pair.split_once('='));
    let pin = match renamed.provider {
        Some(provider) => Some(Pin::Must(provider.into_owned())),
        None => named.filter(|(_, name)| !name.is_empty()).map(|(_, name)| Pin::May(decode(name).into_owned())),
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_provider(pair)).collect();
    let separator = if kept.is_empty() { "" } else { "?" };
    let target = format!("{}{separator}{}", renamed.path, kept.join("&"));
    if let Ok(uri) = target.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    pin
}

impl Relay {
    /// Answers what only other gateways have.
    pub(super) async fn answer_as_before(
        &self,
        call: &Call,
        endpoint: &Endpoint<'_>,
        request: Request<Incoming>,
    ) -> Result<RelayResponse, Fault> {
        if *endpoint == Endpoint::Brief {
            return Ok(brief::answer(self, call, request).await);
        }
        let snapshot = self.shared.live.load();
        let client = self.identify(call, &snapshot, &request).await?;
        let query = request.uri().query().unwrap_or_default();
        match endpoint {
            Endpoint::Usage => own_calls::list(&self.shared, &client.caller, query).await,
            Endpoint::UsageDetail => own_calls::read(&self.shared, &client.caller, query).await,
            Endpoint::DetailedModels => {
                Ok(offers::models(&snapshot, &client.caller, parameter(query, PROVIDER).as_deref()))
            }
            Endpoint::Capabilities => Ok(offers::providers(&snapshot, &client.caller)),
            _ => Err(Fault::new(Kind::UnknownPath, "there is nothing here")),
        }
    }
}

/// Returns a parameter of a query, if it is not empty.
fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.filter(|(known, _)| *known == name).map(|(_, value)| decode(value).trim().to_owned()).next();
    value.filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/api/v1/chat/completions", "/v1/chat/completions", None)]
    #[case("/api/chat/completions?provider=my%20one&a=1", "/v1/chat/completions?a=1", Some(Pin::May("my one".to_owned())))]
    #[case("/api/proxy/p/v1/embeddings?key=k", "/v1/embeddings?key=k", Some(Pin::Must("p".to_owned())))]
    #[case("/api/models?provider=", "/v1/models", None)]
    #[case("/v1/chat/completions?provider=x", "/v1/chat/completions?provider=x", None)]
    fn requests_get_the_names_that_they_have_here(
        #[case] target: &str,
        #[case] expected: &str,
        #[case] pin: Option<Pin>,
    ) {
        let mut request = Request::builder().uri(target).body(()).unwrap();
        assert_eq!(rename(&mut request), pin);
        assert_eq!(request.uri().to_string(), expected);
    }

    #[test]
    fn parameters_are_found_by_their_whole_name() {
        assert_eq!(parameter("xlimit=1&limit=%205%20&limit=6", "limit").as_deref(), Some("5"));
        assert_eq!(parameter("limit=", "limit"), None);
    }
}
