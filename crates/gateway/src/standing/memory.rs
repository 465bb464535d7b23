//! What a node has learned of upstreams, kept in a file of its own from one run to the next: health, spending, waits, and
//! whose caches are warm. Losing it costs some detours and discounts, never a call.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::affinity::{Affinity, KeptWarmth};
use super::health::{Health, KeptHealth};

/// How often it is written down.
pub(crate) const INTERVAL: Duration = Duration::from_secs(60);
const FILE: &str = "standing.json";
/// The only form that is understood; another one begins anew.
const FORMAT: u32 = 1;
/// A larger file is none of ours.
const MAX_BYTES: u64 = 64 << 20;

/// Everything that is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Memory {
    format: u32,
    health: KeptHealth,
    warm: Vec<KeptWarmth>,
}

impl Memory {
    /// Takes down what is known now.
    pub(crate) fn of(health: &Health, affinity: &Affinity, now_ms: i64) -> Self {
        Self { format: FORMAT, health: health.keep(), warm: affinity.keep(now_ms) }
    }

    /// Reads what an earlier run of this node left in its data directory. What cannot be read is as good as nothing.
    pub(crate) fn load(data: &Path) -> Self {
        match read(&file(data)) {
            Ok(memory) => memory,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => {
                tracing::warn!(%error, "what was learned of upstreams in an earlier run cannot be read; it is learned anew");
                Self::default()
            }
        }
    }

    /// Returns what is known of upstreams, and of conversations.
    pub(crate) fn into_parts(self) -> (Health, Affinity) {
        (Health::of(self.health), Affinity::of(&self.warm))
    }

    /// Writes it into the data directory, as a whole or not at all.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn save(&self, data: &Path) -> io::Result<()> {
        let (place, draft) = (file(data), data.join("standing.json.new"));
        std::fs::write(&draft, serde_json::to_vec(self)?)?;
        std::fs::rename(draft, place)
    }
}

fn file(data: &Path) -> PathBuf {
    data.join(FILE)
}

fn read(place: &Path) -> io::Result<Memory> {
    let mut text = Vec::new();
    std::fs::File::open(place)?.take(MAX_BYTES).read_to_end(&mut text)?;
    let memory: Memory = serde_json::from_slice(&text)?;
    if memory.format == FORMAT { Ok(memory) } else { Err(io::Error::other(format!("it has format {}", memory.format))) }
}

#[cfg(test)]
mod tests {
    use sluice_domain::id::{CredentialId, ProviderId};
    use sluice_domain::money::Micros;
    use sluice_domain::route::{Passage, Setback, Trouble, Warmth};
    use sluice_protocol::fingerprint::Fingerprint;

    use super::*;
    use crate::standing::affinity::{Conversation, Warm};
    use crate::standing::health::{Finish, Windows};

    const HOUR_MS: i64 = 3_600_000;
    const NOW_MS: i64 = 500_000 * HOUR_MS;
    const FAILING: Setback = Setback { trouble: Trouble::QuotaExhausted, pause_ms: Some(600_000) };
    const WINDOWS: Windows = Windows { health: 6, usage: 24 };

    fn learned(health: &Health) {
        health.begin();
        health.provider(ProviderId(1), "way").gate.fail(NOW_MS, FAILING, 0.0);
        let finish = Finish {
            at_ms: NOW_MS,
            duration_ms: 900,
            first_token_ms: Some(200),
            output_tokens: 40,
            cost: Micros(7),
            ..Finish::default()
        };
        health.route(CredentialId(2), "m", "way").note(&finish);
    }

    #[test]
    fn what_was_learned_is_known_in_the_next_run_with_its_age() {
        let (health, affinity) = (Health::default(), Affinity::default());
        learned(&health);
        let conversation = Conversation { fingerprint: Fingerprint(9), model: 8 };
        let warmth = Warmth { tokens: 5_000, at_ms: NOW_MS, lifetime_ms: 300_000 };
        affinity.remember(conversation, Warm { credential: CredentialId(2), model: 8, warmth });
        let dir = tempfile::tempdir().unwrap();
        Memory::of(&health, &affinity, NOW_MS).save(dir.path()).unwrap();
        let (health, affinity) = Memory::load(dir.path()).into_parts();
        assert_eq!(affinity.find(conversation).unwrap().warmth, warmth);
        health.begin();
        let gate = &health.provider(ProviderId(1), "way").gate;
        assert!(matches!(gate.passage(NOW_MS + 599_999), Passage::Shut(Trouble::QuotaExhausted, _)));
        assert_eq!(gate.passage(NOW_MS + 600_000), Passage::Probe);
        let route = health.route(CredentialId(2), "m", "way");
        let at = |hours: i64| route.learned(NOW_MS + hours * HOUR_MS, WINDOWS).unwrap();
        assert_eq!((at(0).sample.attempts, at(0).spent, at(0).first_token_ms), (1, Micros(7), Some(200.0)));
        assert_eq!((at(6).sample.attempts, at(23).spent, at(24).spent), (0, Micros(7), Micros(0)));
    }

    #[test]
    fn what_stood_against_another_setup_is_not_held_against_this_one() {
        let health = Health::default();
        learned(&health);
        let (health, _) = Memory::of(&health, &Affinity::default(), NOW_MS).into_parts();
        health.begin();
        assert_eq!(health.provider(ProviderId(1), "another way").gate.passage(NOW_MS), Passage::Open);
    }

    #[test]
    fn nothing_and_nonsense_begin_anew() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Memory::load(dir.path()).warm.is_empty());
        std::fs::write(file(dir.path()), "{\"format\": 99}").unwrap();
        assert!(Memory::load(dir.path()).warm.is_empty());
    }
}
