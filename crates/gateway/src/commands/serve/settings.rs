//! Settings, as the parts that are started want them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Semaphore;

use crate::admin;
use crate::config::{self, CorsOrigins, Settings};
use crate::relay::{Cors, DECODERS_MAX, Intake, Keep, RelaySettings};

/// Longest wait for a client to send the next piece of a body.
const BODY_IDLE: Duration = Duration::from_secs(60);

/// Returns where the journal of a data directory is.
pub(crate) fn journal_dir(data: &Path) -> PathBuf {
    data.join("journal")
}

/// Returns where a data directory keeps large bodies while they come in.
pub(super) fn spool_dir(data: &Path) -> PathBuf {
    data.join("spool")
}

/// Returns what the relay is set to.
///
/// # Errors
/// A number is larger than this machine can count.
pub(super) fn relay_settings(settings: &Settings) -> anyhow::Result<RelaySettings> {
    let relay = &settings.relay;
    let spool_above_bytes =
        usize::try_from(relay.spool_above_bytes).context("`relay.spool_above_bytes` is too large")?;
    Ok(RelaySettings {
        intake: Intake {
            max_body_bytes: relay.max_body_bytes,
            spool_above_bytes,
            idle: BODY_IDLE,
            spool_dir: spool_dir(&settings.data_dir),
            decoders: Arc::new(Semaphore::new(DECODERS_MAX)),
        },
        cors: match &relay.cors_origins {
            CorsOrigins::Any => Cors::Any,
            CorsOrigins::Off => Cors::Off,
            CorsOrigins::Only(origins) => Cors::Only(origins.clone()),
        },
        max_attempts: usize::try_from(relay.max_attempts).unwrap_or(usize::MAX),
        key_cache_entries: relay.key_cache_entries,
        journal_sync: settings.records.journal_sync,
        loopback_key: settings.legacy.loopback_key.clone(),
    })
}

/// Returns how long and how much of responses is kept.
pub(super) fn keep(responses: &config::Responses) -> Keep {
    let config::Responses { kept_for, max_bytes, max_user_bytes } = *responses;
    Keep { kept_for, owner_max_bytes: (max_bytes > 0).then_some(max_user_bytes) }
}

/// Returns what the file declares, as the admin API shows it.
pub(super) fn declared_rows(declared: &config::Declared) -> admin::Declared {
    admin::Declared {
        providers: declared.providers.clone(),
        credentials: declared.credentials.clone(),
        routes: declared.routes.clone(),
        keys: declared.keys.iter().map(|key| key.caller.key.clone()).collect(),
        key_groups: declared.keys.iter().map(|key| (key.caller.key.id, key.caller.group.clone())).collect(),
    }
}
