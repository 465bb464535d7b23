//! How many calls credentials with a quota have answered. They are counted with the settlement of the calls, so that each
//! counts once, whatever crashes or comes again; records may be purged, and this stays.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Value};
use sluice_domain::call::Attempt;
use sluice_domain::id::{CredentialId, NodeId};
use sluice_domain::ledger::SettledCall;

use crate::batch::{Row, add_all};
use crate::entities::credential_call;
use crate::store::db;
use crate::{Store, StoreError, What};

/// Credentials in one question.
const CHUNK: usize = 250;
const COUNT: &str = "calls";

impl Store {
    /// Returns how many calls each of the credentials has answered on all nodes since it has a quota; those without any
    /// are absent.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn calls_answered(&self, credentials: &[CredentialId]) -> Result<HashMap<CredentialId, u64>, StoreError> {
        let mut answered: HashMap<CredentialId, u64> = HashMap::new();
        for ids in credentials.chunks(CHUNK) {
            let wanted = credential_call::Column::CredentialId.is_in(ids.iter().map(|id| id.0));
            let rows = credential_call::Entity::find().filter(wanted).all(self.reader()).await;
            for row in rows.map_err(db(What::Credential))? {
                let sum = answered.entry(CredentialId(row.credential_id)).or_default();
                *sum = sum.saturating_add(u64::try_from(row.calls).unwrap_or(0));
            }
        }
        Ok(answered)
    }
}

/// Counts the calls that these credentials answered. The node's revenue account must be locked, so that nobody else changes
/// its rows meanwhile.
pub(crate) async fn count(
    tx: &DatabaseTransaction,
    node: NodeId,
    counted: &[CredentialId],
    calls: &[&SettledCall],
) -> Result<(), StoreError> {
    if counted.is_empty() {
        return Ok(());
    }
    let attempts = calls.iter().flat_map(|call| &call.record.attempts);
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for attempt in attempts.filter(|attempt| counted.contains(&attempt.credential_id) && Attempt::was_taken(attempt)) {
        *sums.entry(attempt.credential_id.0).or_default() += 1;
    }
    let rows: Vec<Counted> = sums.into_iter().map(|(credential, calls)| Counted { node, credential, calls }).collect();
    add_all(tx, &rows, &[COUNT]).await
}

struct Counted {
    node: NodeId,
    credential: i64,
    calls: i64,
}

impl Row for Counted {
    const TABLE: &'static str = "credential_calls";
    const COLUMNS: &'static [&'static str] = &["id", "node_id", "credential_id", COUNT];
    const WHAT: What = What::Credential;

    fn push_values(&self, values: &mut Vec<Value>) -> Result<(), StoreError> {
        let id: Vec<u8> = [self.node.0, self.credential].into_iter().flat_map(i64::to_be_bytes).collect();
        values.push(id.into());
        values.extend([self.node.0, self.credential, self.calls].map(Value::from));
        Ok(())
    }
}
