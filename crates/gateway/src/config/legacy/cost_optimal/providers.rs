//! Providers of the old file.

use std::collections::BTreeMap;

use super::Reading;
use super::yaml::Node;
use crate::config::legacy::address::Address;
use crate::config::legacy::document::{Credential, Provider, Secret};

/// How long a call may take where nothing is said.
const DEFAULT_TIMEOUT_MS: u64 = 600_000;
/// Longest time-out that a provider can have.
const MAX_TIMEOUT_MS: f64 = 86_400_000.0;
const ANTHROPIC: &str = "anthropic";

impl Reading<'_> {
    pub(super) fn read_providers(&mut self) {
        for item in self.root.get("providers").and_then(Node::items).unwrap_or_default() {
            let name = item.get("id").and_then(Node::text).unwrap_or_default().trim();
            if name.is_empty() {
                self.problem(item, "a provider lacks `id`", "add `id: …`");
            } else if self.knows_provider(name) {
                self.problem(item, format!("the provider `{name}` is there twice"), "give each its own `id`");
            } else if let Some(provider) = self.read_provider(item, name) {
                self.to.document.providers.push(provider);
            }
        }
    }

    /// Returns a provider also if something in it is wrong, so that what names it is not reported besides.
    fn read_provider(&mut self, item: &Node, name: &str) -> Option<Provider> {
        let mut required = |field: &str| {
            let text = item.get(field).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
            if text.is_none() {
                self.problem(item, format!("provider `{name}` lacks `{field}`"), format!("add `{field}: …`"));
            }
            text
        };
        let (base_url, token) = (required("base_url").map(Address::bare), required("access_token"));
        let plain = Provider { name: name.to_owned(), ..Provider::default() };
        let address = match base_url {
            None => return Some(plain),
            Some(Ok(address)) => address,
            Some(Err((what, fix))) => {
                self.problem(item, format!("`base_url` of provider `{name}` {what}"), fix);
                return Some(plain);
            }
        };
        let is_anthropic = item.get("type").and_then(Node::text).is_some_and(|kind| kind.trim() == ANTHROPIC);
        let vendor = if is_anthropic { ANTHROPIC.to_owned() } else { address.vendor(self.vendors) };
        let timeout_ms = self.read_timeout(item);
        let credential = |token: &str| Credential {
            name: "default".to_owned(),
            secret: Secret(token.to_owned()),
            ..Credential::default()
        };
        Some(Provider {
            vendor,
            base_url: Some(address.base_url),
            params: address.params,
            headers: self.read_headers(item),
            timeouts: ["first_byte_ms", "idle_ms", "total_ms"].map(|limit| (limit, timeout_ms)).into(),
            credentials: token.map(credential).into_iter().collect(),
            ..plain
        })
    }

    fn read_headers(&mut self, item: &Node) -> BTreeMap<String, String> {
        let members = item.get("headers").and_then(Node::members).unwrap_or_default();
        let mut headers = BTreeMap::new();
        for (name, node) in members {
            match node.text() {
                Some(value) => {
                    headers.insert(name.clone(), value.to_owned());
                }
                None => self.problem(node, format!("the header `{name}` is not text"), "write `Name: value`"),
            }
        }
        headers
    }

    fn read_timeout(&mut self, item: &Node) -> u64 {
        let Some(node) = item.get("timeout") else { return DEFAULT_TIMEOUT_MS };
        match node.text().and_then(duration_ms) {
            Some(ms) if ms <= 0.0 => DEFAULT_TIMEOUT_MS,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is positive and bounded")]
            Some(ms) if ms <= MAX_TIMEOUT_MS => ms.ceil() as u64,
            Some(_) | None => {
                let fix = "write seconds, such as `30` or `2.5`, or a span such as `30s` or `10m`, up to a day";
                self.problem(node, "`timeout` is not a time", fix);
                DEFAULT_TIMEOUT_MS
            }
        }
    }
}

/// Reads seconds, or spans such as `1m30s`.
fn duration_ms(text: &str) -> Option<f64> {
    const UNITS_MS: [(&str, f64); 4] = [("ms", 1.0), ("s", 1_000.0), ("m", 60_000.0), ("h", 3_600_000.0)];
    let text = text.trim();
    if let Ok(secs) = text.parse::<f64>() {
        return secs.is_finite().then_some(secs * 1_000.0);
    }
    let (mut rest, mut sum) = (text, 0.0);
    while !rest.is_empty() {
        let end = rest.find(|next: char| !next.is_ascii_digit() && next != '.')?;
        let (number, after) = rest.split_at_checked(end)?;
        let (unit, unit_ms) = UNITS_MS.iter().find(|(unit, _)| after.starts_with(unit))?;
        sum += number.parse::<f64>().ok()? * unit_ms;
        rest = after.strip_prefix(unit)?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::duration_ms;

    #[rstest]
    #[case("30", Some(30_000.0))]
    #[case("2.5", Some(2_500.0))]
    #[case("30s", Some(30_000.0))]
    #[case("1m30s", Some(90_000.0))]
    #[case("250ms", Some(250.0))]
    #[case("soon", None)]
    #[case("5 parsecs", None)]
    #[case("inf", None)]
    fn times_are_seconds_or_spans(#[case] text: &str, #[case] expected: Option<f64>) {
        assert_eq!(duration_ms(text), expected);
    }
}
