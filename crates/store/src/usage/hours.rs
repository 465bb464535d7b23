//! Adding calls to their hours.

use std::collections::BTreeMap;

use sea_orm::{DatabaseTransaction, Value};
use sha2::{Digest, Sha256};
use sluice_domain::call::CallRecord;
use sluice_domain::id::NodeId;
use sluice_domain::ledger::SettledCall;

use super::sums::{COLUMNS, Sums, add, sums_of};
use super::{Grain, HOUR_MS, first_id};
use crate::batch::{Row, add_all};
use crate::text::{MODEL_CHARS, fitted};
use crate::{StoreError, What};

const ID_BYTES: usize = 16;

type HourId = [u8; ID_BYTES];

/// One row: the sums of a node's calls of one hour that are alike.
struct Hour {
    id: HourId,
    grain: Grain,
    hour: i64,
    node: NodeId,
    key: i64,
    user: i64,
    provider: i64,
    model: String,
    sums: Sums,
}

/// Adds the calls to the hours they began in: one statement for many rows, whether they are there or not. The node's
/// revenue account must be locked, so that nobody else changes them meanwhile.
pub(crate) async fn add_calls(
    tx: &DatabaseTransaction,
    node: NodeId,
    calls: &[&SettledCall],
) -> Result<(), StoreError> {
    add_all(tx, &gathered(node, calls), &COLUMNS).await
}

/// Returns what the calls add, by id.
fn gathered(node: NodeId, calls: &[&SettledCall]) -> Vec<Hour> {
    let mut hours: BTreeMap<(u8, i64, i64, i64, i64, &str), Hour> = BTreeMap::new();
    for call in calls {
        let sums = sums_of(call);
        for grain in Grain::ALL {
            let place = place_of(grain, &call.record);
            hours
                .entry(place)
                .and_modify(|hour| add(&mut hour.sums, &sums))
                .or_insert_with(|| Hour::new(node, grain, place, sums));
        }
    }
    let mut hours: Vec<Hour> = hours.into_values().collect();
    hours.sort_unstable_by_key(|hour| hour.id);
    hours
}

/// Returns what tells a call's row from others: grain, hour, key, user, provider, model.
fn place_of(grain: Grain, record: &CallRecord) -> (u8, i64, i64, i64, i64, &str) {
    let hour = i64::try_from(record.id.unix_ms()).unwrap_or(i64::MAX) / HOUR_MS;
    let (key, user) = (record.key_id.0, record.user_id.0);
    let provider = record.provider_id.map_or(0, |provider| provider.0);
    match grain {
        Grain::Full => (grain.number(), hour, key, user, provider, &record.model_asked),
        Grain::Route => (grain.number(), hour, 0, 0, provider, &record.model_asked),
    }
}

impl Hour {
    fn new(node: NodeId, grain: Grain, place: (u8, i64, i64, i64, i64, &str), sums: Sums) -> Self {
        let (_, hour, key, user, provider, model) = place;
        let model = fitted(model, MODEL_CHARS);
        let digest = [node.0, key, user, provider]
            .into_iter()
            .fold(Sha256::new(), |digest, part| digest.chain_update(part.to_be_bytes()))
            .chain_update(&model)
            .finalize();
        let mut id = [0; ID_BYTES];
        // The grain and the hour, then as much of the digest as there is room for.
        let parts = first_id(grain, hour).into_iter().take(5).chain(digest);
        id.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        Self { id, grain, hour, node, key, user, provider, model, sums }
    }
}

impl Row for Hour {
    const TABLE: &'static str = "usage_hours";
    const COLUMNS: &'static [&'static str] = &HOUR_COLUMNS;
    const WHAT: What = What::Usage;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        values.push(id_value(&self.id));
        values.push(i32::from(self.grain.number()).into());
        values.extend([self.hour, self.node.0, self.key, self.user, self.provider].map(Value::from));
        values.push(self.model.as_str().into());
        values.extend(self.sums.map(Value::from));
        Ok(())
    }
}

const NAMES: [&str; 8] = ["id", "grain", "hour", "node_id", "key_id", "user_id", "provider_id", "model"];
const HOUR_COLUMNS: [&str; NAMES.len() + COLUMNS.len()] = {
    let mut columns = [""; NAMES.len() + COLUMNS.len()];
    let (names, sums) = columns.split_at_mut(NAMES.len());
    names.copy_from_slice(&NAMES);
    sums.copy_from_slice(&COLUMNS);
    columns
};

fn id_value(id: &HourId) -> Value {
    id.to_vec().into()
}
