//! The gateway whose tokens select their upstream: `GATEWAY_ROUTES`, and variables for a single token.
//!
//! Every token becomes a key that is bound to one provider, and whose calls take the provider's keys in turn by their id.

mod entry;
mod route;
mod single;

#[cfg(test)]
mod tests;

use std::path::Path;

use sluice_domain::route::policy::Strategy;
use sluice_protocol::operation::Operation;
use sluice_protocol::vendor::Vendors;

use super::address::Address;
use super::document::{Credential, Document, Key, Model, Provider, Secret, is_short};
use super::{Translation, free_name};
use crate::config::Environment;
use route::{Defaults, Route};

/// The routes, as JSON.
const ROUTES: &str = "GATEWAY_ROUTES";
/// The name of a file with the same.
const ROUTES_FILE: &str = "GATEWAY_ROUTES_FILE";
/// The token of the route that is made of single variables.
const TOKEN: &str = "GATEWAY_TOKEN";
/// Every model that the upstream has.
const ANY_MODEL: &str = "*";
const CREDENTIAL: &str = "key";

/// Returns whether the variables of the old gateway say anything.
pub(crate) fn is_set(environment: &Environment) -> bool {
    [ROUTES, ROUTES_FILE, TOKEN].iter().any(|name| environment.get(name).is_some())
}

/// Returns what the variables of the old gateway say; `None` if they say nothing.
pub(crate) fn translate(environment: &Environment, dir: &Path, vendors: &Vendors) -> Option<Translation> {
    if !is_set(environment) {
        return None;
    }
    let mut translation = Translation::default();
    let defaults = Defaults::read(environment, vendors, &mut translation);
    let mut routes = Vec::new();
    if let Some((origin, text)) = text_of_routes(environment, dir, &mut translation) {
        entry::read_all(&origin, &text, &defaults, &mut Collected { routes: &mut routes, to: &mut translation });
    }
    let single = single::read(environment, &defaults, &mut translation);
    match single.filter(|single| !single.token.is_empty()) {
        Some(single) if routes.iter().any(|route| route.token == single.token) => {
            translation.note(format!("`{TOKEN}` is also a token of `{ROUTES}`, which counts"));
        }
        Some(single) => routes.push(single),
        None => {}
    }
    if routes.is_empty() && translation.problems.is_empty() {
        translation.problem(ROUTES, "has no route with a token", format!("add one, or set `{TOKEN}`"));
    }
    add_routes(routes, vendors, &mut translation);
    Some(translation)
}

/// Returns what the text of a routes file says.
pub(crate) fn translate_text(origin: &str, text: &str, vendors: &Vendors) -> Translation {
    let mut translation = Translation::default();
    let defaults = Defaults::read(&Environment::default(), vendors, &mut translation);
    let mut routes = Vec::new();
    entry::read_all(origin, text, &defaults, &mut Collected { routes: &mut routes, to: &mut translation });
    if routes.is_empty() && translation.problems.is_empty() {
        translation.problem(origin, "has no route with a token", "add one");
    }
    add_routes(routes, vendors, &mut translation);
    translation
}

/// Where routes and what is wrong with them are collected.
struct Collected<'a> {
    routes: &'a mut Vec<Route>,
    to: &'a mut Translation,
}

fn text_of_routes(environment: &Environment, dir: &Path, to: &mut Translation) -> Option<(String, String)> {
    let text = environment.get(ROUTES).map(|text| (ROUTES.to_owned(), text.to_owned()));
    let Some(file) = environment.get(ROUTES_FILE) else { return text };
    if text.is_some() {
        to.problem(ROUTES_FILE, format!("is set beside `{ROUTES}`"), "unset one of them");
        return text;
    }
    match std::fs::read_to_string(dir.join(file)) {
        Ok(text) => Some((file.to_owned(), text)),
        Err(error) => {
            to.problem(ROUTES_FILE, format!("`{file}` cannot be read: {error}"), "name a file that Sluice may read");
            None
        }
    }
}

fn add_routes(routes: Vec<Route>, vendors: &Vendors, to: &mut Translation) {
    for route in routes {
        match provider_of(&route, vendors, to) {
            Ok(provider) => {
                let name = add_provider(provider, &mut to.document);
                add_key(&route, name, to);
            }
            Err((at, what, fix)) => to.problem(format!("{}.{at}", route.place), what, fix),
        }
    }
}

type Refused = (&'static str, String, &'static str);

fn provider_of(route: &Route, vendors: &Vendors, to: &mut Translation) -> Result<Provider, Refused> {
    let plain = Provider {
        name: if route.provider.is_empty() { "upstream".to_owned() } else { route.provider.clone() },
        headers: route.extra_headers.clone(),
        timeouts: ["connect_ms", "first_byte_ms", "idle_ms"]
            .into_iter()
            .map(|name| (name, route.timeout_ms))
            .chain([("total_ms", 0)])
            .collect(),
        credentials: credentials(route),
        models: models(route),
        ..Provider::default()
    };
    let address = match (&route.base_url, &route.chat_url) {
        (None, None) => return Ok(Provider { vendor: route.provider.clone(), ..plain }),
        (Some(base_url), _) => address_of(route, base_url, to)?,
        (None, Some(chat_url)) => address_of(route, chat_url, to)?,
    };
    let named = vendors.get(&route.provider).filter(|vendor| vendor.base_url.is_none());
    // Azure's paths name deployments, which these URLs have in them already.
    let named = named.filter(|vendor| vendor.params.is_empty()).map(|vendor| vendor.name.clone());
    let vendor = named.unwrap_or_else(|| address.vendor(vendors));
    Ok(Provider { vendor, base_url: Some(address.base_url), params: address.params, ..plain })
}

fn address_of(route: &Route, base_url: &str, to: &mut Translation) -> Result<Address, Refused> {
    let at = |place| move |(what, fix)| (place, what, fix);
    let mut address = Address::bare(base_url).map_err(at("base_url"))?;
    if let Some(url) = &route.chat_url
        && !address.set(Operation::ChatCompletions, url).map_err(at("chat_url"))?
    {
        address = Address::at(url).map_err(at("chat_url"))?;
        address.set(Operation::ChatCompletions, url).map_err(at("chat_url"))?;
        to.note(format!("`{}`: `chat_url` is on another server than `base_url`, and all calls go there", route.place));
    }
    if let Some(url) = &route.models_url
        && !address.set(Operation::Models, url).map_err(at("models_url"))?
    {
        to.note(format!("`{}`: `models_url` is on another server than the calls and is not asked", route.place));
    }
    Ok(address)
}

fn credentials(route: &Route) -> Vec<Credential> {
    let credential = |(index, secret): (usize, &String)| Credential {
        name: format!("{CREDENTIAL}-{}", index + 1),
        secret: Secret(secret.clone()),
        ..Credential::default()
    };
    route.api_keys.iter().enumerate().map(credential).collect()
}

fn models(route: &Route) -> Vec<Model> {
    let listed = route.available_models.iter().chain(&route.default_model);
    let mut names: Vec<&str> = Vec::new();
    for name in listed.map(String::as_str).chain(route.available_models.is_empty().then_some(ANY_MODEL)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(Model::named).collect()
}

/// Adds a provider, or finds the one that is the same but for its models; returns its name.
fn add_provider(mut provider: Provider, document: &mut Document) -> String {
    let is_same = |other: &&mut Provider| {
        let renamed = Provider { name: other.name.clone(), models: other.models.clone(), ..provider.clone() };
        renamed == **other && other.name.starts_with(&provider.name)
    };
    if let Some(same) = document.providers.iter_mut().find(is_same) {
        let new: Vec<Model> = provider.models.into_iter().filter(|model| !same.models.contains(model)).collect();
        same.models.extend(new);
        return same.name.clone();
    }
    provider.name = free_name(&provider.name, document.provider_names());
    let name = provider.name.clone();
    document.providers.push(provider);
    name
}

fn add_key(route: &Route, provider: String, to: &mut Translation) {
    let name = free_name(&route.name, to.document.key_names());
    if is_short(&route.token) {
        to.note(format!(
            "the token of `{}` is so short that it could be found by trying; give it a longer one",
            route.place
        ));
    }
    if route.api_keys.is_empty() {
        to.note(format!("`{}` has no key, so its upstream is called without one", route.place));
    }
    to.document.keys.push(Key {
        models: route.available_models.clone(),
        providers: vec![provider],
        default_model: route.default_model.clone(),
        strategy: Some(Strategy::ByCall),
        ..Key::presented(name, &route.token)
    });
}
