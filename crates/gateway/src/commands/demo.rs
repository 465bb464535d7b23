//! `sluice demo`: the gateway with scripted upstreams behind it, so that anybody sees a relayed, metered call without an
//! account at a vendor.

use std::collections::BTreeMap;

use anyhow::Context;
use sluice_domain::clock::{Clock, Timestamp};
use sluice_domain::id::{CredentialId, KeyId, ProviderId, RouteId};
use sluice_domain::key::{Caller, KEY_PREFIX, Key, make_key_body};
use sluice_domain::limit::Limits;
use sluice_domain::provider::{Credential, Origin, Provider, Route, TimeoutOverrides};
use sluice_domain::route::policy::{Rotation, Scope};
use sluice_domain::user::Funding;
use sluice_testkit::{Kind, Upstream};

use crate::commands::serve;
use crate::config::{Declared, DeclaredKey, FILE_OWNER, Loaded};

/// The upstreams of the demonstration, and the models that each serves.
const UPSTREAMS: [(Kind, &[&str]); 3] = [
    (Kind::OpenAi, &["gpt-4o-mini", "gpt-4o", "text-embedding-3-small", "gpt-image-1", "whisper-1", "tts-1"]),
    (Kind::Anthropic, &["claude-sonnet-4-5", "claude-haiku-4-5"]),
    (Kind::Gemini, &["gemini-2.5-flash", "gemini-2.5-pro"]),
];

/// Runs the gateway with scripted upstreams until it is told to stop.
///
/// # Errors
/// Fails if an upstream or the gateway cannot start.
pub(crate) fn run(mut loaded: Loaded) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("sluice-demo")
        .enable_all()
        .build()
        .context("the runtime of the demo upstreams cannot start")?;
    let mut upstreams = Vec::new();
    for (index, (kind, models)) in UPSTREAMS.into_iter().enumerate() {
        let upstream = runtime.block_on(Upstream::demo(kind)).context("a demo upstream cannot start")?;
        declare(&mut loaded.settings.declared, index, kind, &upstream, models);
        upstreams.push(upstream);
    }
    let body = make_key_body(&mut rand::rng());
    loaded.settings.declared.keys.push(declared_key(&body));
    let is_tls = loaded.settings.listen.tls.is_some();
    serve::run(loaded, |address| introduce(&serve::base_url(address, is_tls), &format!("{KEY_PREFIX}{body}")))
}

fn declare(declared: &mut Declared, index: usize, kind: Kind, upstream: &Upstream, models: &[&str]) {
    let number = i64::try_from(index).unwrap_or_default() + 1;
    let (provider_id, credential_id) = (ProviderId(-number), CredentialId(-number));
    let created_at = Clock::System.now();
    declared.providers.push(Provider {
        id: provider_id,
        name: format!("demo-{}", kind.as_str()),
        vendor: kind.as_str().to_owned(),
        base_url: upstream.base_url(),
        enabled: true,
        priority: 0,
        weight: 10,
        params: BTreeMap::new(),
        headers: BTreeMap::new(),
        rotation: Rotation::default(),
        balance: None,
        proxy_url: None,
        timeouts: TimeoutOverrides::default(),
        model_alias: BTreeMap::new(),
        access_token: None,
        upstream_user_id: None,
        checkin_enabled: false,
        remark: "a scripted upstream of `sluice demo`".to_owned(),
        origin: Origin::File,
        created_at,
    });
    declared.credentials.push(Credential {
        id: credential_id,
        provider_id,
        name: "demo".to_owned(),
        secret: upstream.settings().secret.clone().into(),
        limits: Limits::NONE,
        call_quota: None,
        group_name: String::new(),
        enabled: true,
        priority: 0,
        weight: 10,
        created_at,
    });
    for model in models {
        let count = i64::try_from(declared.routes.len()).unwrap_or_default() + 1;
        declared.routes.push(Route {
            id: RouteId(-count),
            model: (*model).to_owned(),
            provider_id,
            credential_id,
            upstream_model: None,
            enabled: true,
            priority: 0,
            weight: 10,
        });
    }
}

fn declared_key(body: &str) -> DeclaredKey {
    let key = Key {
        id: KeyId(-1),
        user_id: FILE_OWNER,
        name: "demo".to_owned(),
        last4: body.get(body.len().saturating_sub(4)..).unwrap_or_default().to_owned(),
        enabled: true,
        expires_at: None,
        models: sluice_domain::access::ModelList::default(),
        addresses: sluice_domain::access::AddressList::default(),
        billing: sluice_domain::key::KeyBilling::default(),
        limits: Limits::NONE,
        scope: Scope::default(),
        created_at: Timestamp(0),
        accessed_at: None,
        previous_until: None,
    };
    let caller = Caller {
        key,
        owner_enabled: true,
        funding: Funding::Unlimited,
        group: sluice_domain::user::DEFAULT_GROUP.to_owned(),
        owner_limits: Limits::NONE,
        group_limits: Limits::NONE,
        budgets: Vec::new(),
    };
    DeclaredKey { hash: sluice_store::hash_key(body), caller }
}

/// Prints what to paste.
fn introduce(base: &str, key: &str) {
    serve::say(&format!(
        r#"Sluice demo listens on {base}; its upstreams are scripted, no vendor is called.
Key (for this run only): {key}

curl:
  curl {base}/v1/chat/completions -H "authorization: Bearer {key}" \
    -H "content-type: application/json" \
    -d '{{"model":"gpt-4o-mini","messages":[{{"role":"user","content":"Hello!"}}]}}'

openai-python:
python3 - <<'END'
from openai import OpenAI
client = OpenAI(base_url="{base}/v1", api_key="{key}")
messages = [{{"role": "user", "content": "Hello!"}}]
for chunk in client.chat.completions.create(model="gpt-4o-mini", messages=messages, stream=True):
    print(chunk.choices[0].delta.content or "", end="")
END

Claude Code:
  ANTHROPIC_BASE_URL={base} ANTHROPIC_AUTH_TOKEN={key} ANTHROPIC_MODEL=claude-sonnet-4-5 claude

What was recorded: make the administrator with the link above, then look at the logs in the console."#
    ));
}
