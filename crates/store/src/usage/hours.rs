//! Adding calls to their hours.

use std::collections::BTreeMap;

use sea_orm::{DatabaseTransaction, QueryResult, Value};
use sha2::{Digest, Sha256};
use sluice_domain::call::CallRecord;
use sluice_domain::id::NodeId;
use sluice_domain::ledger::SettledCall;

use super::sums::{COLUMNS, Sums, add, sums_of};
use super::{Grain, HOUR_MS, first_id};
use crate::batch::{Row, chunks, insert_all};
use crate::sql::Sql;
use crate::store::{corrupt, db};
use crate::text::{MODEL_CHARS, fitted};
use crate::{StoreError, What};

/// Rows that one statement reads or deletes.
const CHUNK: usize = 128;
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

/// Adds the calls to the hours they began in. The node's revenue account must be locked.
///
/// What is there is read, deleted, and inserted again with the sum: a few statements for all rows of a batch, while an
/// update of twenty-seven columns would need one for each.
pub(crate) async fn add_calls(
    tx: &DatabaseTransaction,
    node: NodeId,
    calls: &[&SettledCall],
) -> Result<(), StoreError> {
    let mut hours = gathered(node, calls);
    let ids: Vec<HourId> = hours.iter().map(|hour| hour.id).collect();
    let mut known: BTreeMap<HourId, Sums> = BTreeMap::new();
    for chunk in chunks(&ids, CHUNK) {
        let mut sql = Sql::new(tx);
        sql.push(&format!("SELECT id, {} FROM usage_hours WHERE id IN ", COLUMNS.join(", ")));
        sql.bind_list(chunk.iter().map(id_value));
        for row in sql.query(tx, What::Usage).await? {
            let (id, sums) = read(&row)?;
            known.insert(id, sums);
        }
    }
    let found: Vec<HourId> = known.keys().copied().collect();
    for chunk in chunks(&found, CHUNK) {
        let mut sql = Sql::new(tx);
        sql.push("DELETE FROM usage_hours WHERE id IN ");
        sql.bind_list(chunk.iter().map(id_value));
        sql.execute(tx, What::Usage).await?;
    }
    for hour in &mut hours {
        if let Some(sums) = known.get(&hour.id) {
            add(&mut hour.sums, sums);
        }
    }
    insert_all(tx, &hours).await
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

fn read(row: &QueryResult) -> Result<(HourId, Sums), StoreError> {
    let id: Vec<u8> = row.try_get_by_index(0).map_err(db(What::Usage))?;
    let id = id.as_slice().try_into().map_err(|_| corrupt(What::Usage, hex::encode(&id), "its id has not 16 bytes"))?;
    let mut sums: Sums = [0; COLUMNS.len()];
    for (place, sum) in sums.iter_mut().enumerate() {
        *sum = row.try_get_by_index(1 + place).map_err(db(What::Usage))?;
    }
    Ok((id, sums))
}
