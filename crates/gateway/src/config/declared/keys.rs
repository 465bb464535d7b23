//! Keys of the file.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use sluice_domain::access::{AddressList, ModelList};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::KeyId;
use sluice_domain::key::{Caller, Key, KeyBilling, KeyFunding, KeyHash, key_body};
use sluice_domain::limit::Limits;
use sluice_domain::price::Multiplier;
use sluice_domain::route::policy::Scope;
use sluice_domain::user::{DEFAULT_GROUP, Funding};

use super::{DeclaredKey, FILE_OWNER, Given, Surroundings, id_of, limits, parse_time, policy, read_name, read_secret};
use crate::config::boot::read_addresses;
use crate::config::reader::{Complaint, Reader};

/// Keys are stored as plain hashes, so a short one could be found by trying.
const MIN_BODY_CHARS: usize = 16;
const MAX_BODY_CHARS: usize = 256;

/// Reads one key; `None` if its secret is missing or unusable, which is reported.
pub(super) fn read(reader: &mut Reader<'_>, around: &Surroundings<'_>, others: &[DeclaredKey]) -> Option<DeclaredKey> {
    let name = read_name(reader, others.iter().map(|other| other.caller.key.name.as_str()));
    let identity = read_identity(reader, around);
    let key = Key {
        id: KeyId(id_of("key", &[&name])),
        user_id: FILE_OWNER,
        name,
        last4: identity.as_ref().map(|identity| identity.last4.clone()).unwrap_or_default(),
        enabled: reader.flag("enabled").unwrap_or(true),
        expires_at: reader.parsed("expires_at", |text| {
            parse_time(text).ok_or(("is not a time", "write it like `2027-01-31T00:00:00Z` or `2027-01-31`"))
        }),
        models: ModelList::parse(&reader.texts("models").unwrap_or_default().join("\n")),
        addresses: reader.field("addresses").map(|field| read_addresses(&field)).unwrap_or_default(),
        billing: read_billing(reader),
        limits: limits::read(reader),
        scope: read_scope(reader),
        created_at: around.now,
        accessed_at: None,
        previous_until: None,
    };
    let group = reader.text("group").unwrap_or_else(|| DEFAULT_GROUP.to_owned());
    let hash = identity?.hash;
    if let Some(same) = others.iter().find(|other| other.hash == hash) {
        let what = format!("is the same key as that of `{}`", same.caller.key.name);
        reader.report("name", what, "give each its own secret");
    }
    Some(DeclaredKey { hash, caller: caller(key, group) })
}

fn caller(key: Key, group: String) -> Caller {
    Caller {
        key,
        owner_enabled: true,
        funding: Funding::Unlimited,
        group,
        owner_limits: Limits::NONE,
        // Groups are rows of the database, and so are their limits.
        group_limits: Limits::NONE,
        budgets: Vec::new(),
    }
}

/// Name of the key of callers that present none.
const LOOPBACK: &str = "loopback";

/// Returns what callers on this machine are that present no key: `key` stands for it.
pub(in crate::config) fn loopback_key(key: &SecretString, now: Timestamp) -> DeclaredKey {
    let loopback = Key {
        id: KeyId(id_of(LOOPBACK, &[])),
        user_id: FILE_OWNER,
        name: LOOPBACK.to_owned(),
        last4: String::new(),
        enabled: true,
        expires_at: None,
        models: ModelList::default(),
        addresses: AddressList::default(),
        billing: KeyBilling::default(),
        limits: Limits::NONE,
        scope: Scope::default(),
        created_at: now,
        accessed_at: None,
        previous_until: None,
    };
    let hash = KeyHash(Sha256::digest(key.expose_secret()).into());
    DeclaredKey { hash, caller: caller(loopback, DEFAULT_GROUP.to_owned()) }
}

fn read_scope(reader: &mut Reader<'_>) -> Scope {
    Scope {
        providers: reader.texts("providers").unwrap_or_default(),
        default_model: reader.text("default_model"),
        strategy: policy::read_strategy(reader),
    }
}

/// Reads how the key is paid for. The file's owner is never billed: a billed key pays from its own balance.
fn read_billing(reader: &mut Reader<'_>) -> KeyBilling {
    let funding = match reader.flag("billed") {
        Some(true) => KeyFunding::Own,
        Some(false) | None => KeyFunding::Owner,
    };
    let multiplier = reader.parsed("multiplier", |text| {
        Multiplier::parse(text).map_err(|_| ("is not a factor", "write it like `0.8` or `1.25`"))
    });
    KeyBilling {
        funding,
        multiplier: multiplier.unwrap_or_default(),
        shows_cost: reader.flag("shows_cost").unwrap_or(false),
    }
}

struct Identity {
    hash: KeyHash,
    last4: String,
}

fn read_identity(reader: &mut Reader<'_>, around: &Surroundings<'_>) -> Option<Identity> {
    let given = read_secret(reader, around);
    let hash = reader.field("hash");
    match (given, hash) {
        (Given::Nothing, Some(field)) => {
            let hash = field.accept(parse_hash(field.text()?))?;
            Some(Identity { hash, last4: String::new() })
        }
        (Given::Nothing, None) => {
            reader.report("secret", "is missing", "add `secret`, `secret_env`, `secret_file` or `hash`");
            None
        }
        (_, Some(_)) => {
            reader.report("hash", "stands beside a secret", "keep one of them");
            None
        }
        (Given::Unusable, None) => None,
        (Given::Secret(secret), None) => match identify(&secret) {
            Ok(identity) => Some(identity),
            Err((what, fix)) => {
                reader.report("secret", what, fix);
                None
            }
        },
    }
}

fn parse_hash(text: &str) -> Result<KeyHash, Complaint> {
    let mut hash = [0; 32];
    let fix = "write the SHA-256 of the key without its `ag-` or `sk-`, 64 hexadecimal digits";
    hex::decode_to_slice(text.trim(), &mut hash).map_err(|_| Complaint::new("is not a hash", fix))?;
    Ok(KeyHash(hash))
}

fn identify(secret: &SecretString) -> Result<Identity, (String, &'static str)> {
    let body = key_body(secret.expose_secret());
    let chars = body.chars().count();
    if !(MIN_BODY_CHARS..=MAX_BODY_CHARS).contains(&chars) {
        let what = format!("has {chars} characters, not {MIN_BODY_CHARS} to {MAX_BODY_CHARS}");
        return Err((what, "make one with `sluice key create`, or use `openssl rand -hex 24`"));
    }
    if !body.chars().all(|next| next.is_ascii_graphic()) {
        return Err(("holds blanks or characters beyond ASCII".to_owned(), "use letters, digits and punctuation"));
    }
    let last4 = body.get(body.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    Ok(Identity { hash: KeyHash(Sha256::digest(body).into()), last4 })
}
