//! Browser clients on relay paths: any origin, never with credentials of the browser.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Which pages may call the relay from a browser.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Cors {
    /// Any page.
    #[default]
    Any,
    /// These origins.
    Only(Vec<String>),
    /// None; browsers are refused by their own rules.
    Off,
}

const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");
const DEFAULT_HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type, x-api-key, x-goog-api-key");
const MAX_AGE_SECS: HeaderValue = HeaderValue::from_static("43200");
const EXPOSED: HeaderValue = HeaderValue::from_static("*");

impl Cors {
    /// Returns the value that lets the page behind `origin` read the answer.
    fn allow(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Only(origins) => {
                origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
            }
            Self::Off => None,
        }
    }

    /// Adds to an answer what a browser needs to hand it to the page.
    pub(crate) fn expose(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let Some(allowed) = origin.and_then(|origin| self.allow(origin)) else { return };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }

    /// Returns the headers that answer a preflight request.
    pub(crate) fn preflight(&self, request: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let Some(allowed) = request.get(header::ORIGIN).and_then(|origin| self.allow(origin)) else { return headers };
        let wanted = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned().unwrap_or(DEFAULT_HEADERS);
        let answer: [(HeaderName, HeaderValue); 5] = [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed),
            (header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, wanted),
            (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECS),
            (header::VARY, HeaderValue::from_static("origin, access-control-request-headers")),
        ];
        headers.extend(answer);
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposed(cors: &Cors, origin: &'static str) -> Option<HeaderValue> {
        let mut headers = HeaderMap::new();
        cors.expose(Some(&HeaderValue::from_static(origin)), &mut headers);
        headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).cloned()
    }

    #[test]
    fn only_allowed_pages_may_read_answers() {
        let only = Cors::Only(vec!["https://a.example".to_owned()]);
        assert_eq!(exposed(&Cors::Any, "https://b.example").unwrap(), "*");
        assert_eq!(exposed(&only, "https://a.example").unwrap(), "https://a.example");
        assert_eq!((exposed(&only, "https://b.example"), exposed(&Cors::Off, "https://a.example")), (None, None));
    }
}
