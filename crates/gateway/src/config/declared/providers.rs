//! Providers of the file, with their credentials and the routes that their models make.

use std::collections::HashSet;

use secrecy::SecretString;
use sluice_domain::id::{CredentialId, ProviderId, RouteId};
use sluice_domain::limit::Limits;
use sluice_domain::provider::{Credential, Origin, Provider, Route, TimeoutOverrides};
use sluice_domain::route::Standing;
use sluice_domain::route::policy::Rotation;
use url::Url;

use super::{Declared, Given, Surroundings, check_name, headers, id_of, limits, read_name, read_secret};
use crate::config::NO_TIMEOUT_MS;
use crate::config::boot::MAX_TIMEOUT_MS;
use crate::config::reader::{Complaint, Field, Reader};

const MAX_WEIGHT: u64 = 1_000_000;
/// The database counts up to there.
const MAX_CALLS: u64 = i64::MAX.unsigned_abs();
const MAX_PRIORITY: i64 = 1_000_000;
const DEFAULT_STANDING: Standing = Standing { priority: 0, weight: 1 };
const DEFAULT_CREDENTIAL: &str = "default";

/// Reads one provider and adds it with all that belongs to it.
pub(super) fn read(reader: &mut Reader<'_>, around: &Surroundings<'_>, declared: &mut Declared) {
    let provider = read_provider(reader, around, declared);
    let credentials = read_credentials(reader, around, &provider);
    let models = read_models(reader);
    for credential in &credentials {
        declared.routes.extend(models.iter().map(|model| model.to_route(&provider, credential)));
    }
    declared.credentials.extend(credentials);
    declared.providers.push(provider);
}

fn read_provider(reader: &mut Reader<'_>, around: &Surroundings<'_>, declared: &Declared) -> Provider {
    let name = read_name(reader, declared.providers.iter().map(|provider| provider.name.as_str()));
    let standing = read_standing(reader, DEFAULT_STANDING);
    Provider {
        id: ProviderId(id_of("provider", &[&name])),
        name,
        vendor: reader.required_text("vendor"),
        base_url: reader.parsed("base_url", parse_base_url).unwrap_or_default(),
        enabled: reader.flag("enabled").unwrap_or(true),
        priority: standing.priority,
        weight: standing.weight,
        params: reader.text_map("params"),
        headers: headers::read(reader),
        rotation: read_rotation(reader),
        balance: None,
        proxy_url: reader.parsed("proxy_url", parse_proxy_url),
        timeouts: reader.section("timeouts", read_timeouts),
        model_alias: reader.text_map("model_alias"),
        access_token: None,
        upstream_user_id: None,
        checkin_enabled: false,
        remark: reader.text("remark").unwrap_or_default(),
        origin: Origin::File,
        created_at: around.now,
    }
}

fn read_rotation(reader: &mut Reader<'_>) -> Rotation {
    let rotations = Rotation::ALL.map(|rotation| (rotation.as_str(), rotation));
    reader.choice("rotation", &rotations).unwrap_or_default()
}

fn read_standing(reader: &mut Reader<'_>, default: Standing) -> Standing {
    let weight = reader.whole("weight", 0..=MAX_WEIGHT).and_then(|weight| i64::try_from(weight).ok());
    Standing {
        priority: reader.integer("priority", -MAX_PRIORITY..=MAX_PRIORITY).unwrap_or(default.priority),
        weight: weight.unwrap_or(default.weight),
    }
}

/// The address is not repeated in the message: people paste addresses with a login in them.
fn parse_base_url(text: &str) -> Result<String, Complaint> {
    const FIX: &str = "write it like `https://api.example.com/v1`";
    let url = Url::parse(text).map_err(|error| Complaint::new(format!("is not a URL: {error}"), FIX))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err(Complaint::new("is not an address of a web service", FIX));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Complaint::new("holds a login", "move the secret to `credentials`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Complaint::new("holds a query or a fragment", "move values to `params`, and end it with the path"));
    }
    Ok(text.trim().trim_end_matches('/').to_owned())
}

fn parse_proxy_url(text: &str) -> Result<SecretString, Complaint> {
    let schemes = ["http", "https", "socks5", "socks5h"];
    let is_proxy = Url::parse(text).is_ok_and(|url| schemes.contains(&url.scheme()) && url.has_host());
    let fix = "write it like `http://user:password@host:8080`, with `http`, `https`, `socks5` or `socks5h`";
    is_proxy.then(|| SecretString::from(text)).ok_or_else(|| Complaint::new("is not the address of a proxy", fix))
}

fn read_timeouts(reader: &mut Reader<'_>) -> TimeoutOverrides {
    let mut timeout = |key| {
        let written = reader.whole(key, 0..=MAX_TIMEOUT_MS);
        written.map(|ms| if ms == 0 { NO_TIMEOUT_MS } else { ms })
    };
    TimeoutOverrides {
        connect_ms: timeout("connect_ms"),
        first_byte_ms: timeout("first_byte_ms"),
        idle_ms: timeout("idle_ms"),
        total_ms: timeout("total_ms"),
    }
}

fn read_credentials(reader: &mut Reader<'_>, around: &Surroundings<'_>, provider: &Provider) -> Vec<Credential> {
    let mut credentials: Vec<Credential> = Vec::new();
    for (index, field) in reader.items("credentials").into_iter().enumerate() {
        let credential = field.table(|row| {
            let name = read_credential_name(row, index, &credentials);
            read_credential(row, around, provider, name)
        });
        credentials.push(credential);
    }
    if credentials.is_empty() {
        let standing = Standing { priority: provider.priority, weight: provider.weight };
        credentials.push(credential(provider, DEFAULT_CREDENTIAL.to_owned(), standing));
    }
    credentials
}

fn read_credential_name(reader: &mut Reader<'_>, index: usize, others: &[Credential]) -> String {
    let name = reader.text("name").unwrap_or_else(|| match index {
        0 => DEFAULT_CREDENTIAL.to_owned(),
        _ => format!("{DEFAULT_CREDENTIAL}-{}", index + 1),
    });
    let name = name.trim().to_owned();
    check_name(reader, &name, others.iter().map(|credential| credential.name.as_str()));
    name
}

fn read_credential(
    reader: &mut Reader<'_>,
    around: &Surroundings<'_>,
    provider: &Provider,
    name: String,
) -> Credential {
    let given = read_secret(reader, around);
    if matches!(given, Given::Nothing) {
        reader.report("secret", "is missing", "add `secret`, `secret_env` or `secret_file`");
    }
    let inherited = Standing { priority: provider.priority, weight: provider.weight };
    let plain = credential(provider, name, read_standing(reader, inherited));
    Credential {
        secret: match given {
            Given::Secret(secret) => secret,
            Given::Nothing | Given::Unusable => plain.secret,
        },
        limits: limits::read(reader),
        call_quota: reader.whole("call_quota", 0..=MAX_CALLS),
        group_name: reader.text("group").unwrap_or_default(),
        enabled: reader.flag("enabled").unwrap_or(true),
        ..plain
    }
}

fn credential(provider: &Provider, name: String, standing: Standing) -> Credential {
    Credential {
        id: CredentialId(id_of("credential", &[&provider.name, &name])),
        provider_id: provider.id,
        name,
        secret: SecretString::default(),
        limits: Limits::NONE,
        call_quota: None,
        group_name: String::new(),
        enabled: true,
        priority: standing.priority,
        weight: standing.weight,
        created_at: provider.created_at,
    }
}

/// A model of a provider; what it leaves open comes from the credential.
#[derive(Default)]
struct Model {
    name: String,
    upstream: Option<String>,
    enabled: Option<bool>,
    priority: Option<i64>,
    weight: Option<i64>,
}

fn read_models(reader: &mut Reader<'_>) -> Vec<Model> {
    let mut names = HashSet::new();
    let mut models = Vec::new();
    for field in reader.items("models") {
        let model = read_model(&field);
        let is_new = model.name.is_empty() || names.insert(model.name.to_ascii_lowercase());
        let twice = || Complaint::new(format!("`{}` is listed twice", model.name), "keep one of them");
        if field.accept(is_new.then_some(()).ok_or_else(twice)).is_some() {
            models.push(model);
        }
    }
    models
}

fn read_model(field: &Field<'_>) -> Model {
    let model = if field.is_table() {
        field.table(|reader| Model {
            name: reader.required_text("name"),
            upstream: reader.text("upstream"),
            enabled: reader.flag("enabled"),
            priority: reader.integer("priority", -MAX_PRIORITY..=MAX_PRIORITY),
            weight: reader.whole("weight", 0..=MAX_WEIGHT).and_then(|weight| i64::try_from(weight).ok()),
        })
    } else {
        Model { name: field.text().unwrap_or_default().to_owned(), ..Model::default() }
    };
    let is_plain = !model.name.contains(|next: char| next.is_control() || next.is_whitespace() || next == ',');
    let bad = || Complaint::new("a model name holds blanks or commas", "write one model per line");
    field.accept(is_plain.then_some(()).ok_or_else(bad));
    model
}

impl Model {
    fn to_route(&self, provider: &Provider, credential: &Credential) -> Route {
        let alias = || provider.model_alias.get(&self.name).cloned();
        Route {
            id: RouteId(id_of("route", &[&provider.name, &credential.name, &self.name])),
            model: self.name.clone(),
            provider_id: provider.id,
            credential_id: credential.id,
            upstream_model: self.upstream.clone().or_else(alias),
            enabled: self.enabled.unwrap_or(true),
            priority: self.priority.unwrap_or(credential.priority),
            weight: self.weight.unwrap_or(credential.weight),
        }
    }
}
