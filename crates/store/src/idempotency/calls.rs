//! Keys of billed calls: which call has one, and what was answered. Answers are what users said and got: they are sealed.

use std::fmt;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::CallId;
use uuid::Uuid;

use super::{IdempotencyKey, hash_of, insert};
use crate::entities::idempotency;
use crate::store::{commit, corrupt, db};
use crate::vault::Vault;
use crate::{Store, StoreError, What};

/// Times that a claim is tried again when the row in its way was just given back.
const CLAIM_TRIES: usize = 3;
const UNDER_WAY: &str = "under_way:";
const SPENT: &str = "spent:";

/// What a client got for a call.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The call that it was the answer to.
    pub call: CallId,
    /// HTTP status.
    pub status: u16,
    /// Value of `content-type`, if there was one.
    pub content_type: Option<String>,
    /// Value of `content-encoding`, if there was one.
    pub content_encoding: Option<String>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, status, content_type, content_encoding, body } = self;
        f.debug_struct("KeptAnswer")
            .field("call", call)
            .field("status", status)
            .field("content_type", content_type)
            .field("content_encoding", content_encoding)
            .field("body_bytes", &body.len())
            .finish()
    }
}

/// Whose key it is that a call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallClaim {
    /// The asking call's, from now on.
    First,
    /// Another call's, of which nothing more is known yet.
    UnderWay {
        /// That call.
        call: CallId,
        /// When it took the key.
        since: Timestamp,
    },
    /// Another call's, which has ended and must not be made again, and whose answer was not kept.
    Spent {
        /// That call.
        call: CallId,
    },
    /// Another call's, which was answered like this.
    Answered(KeptAnswer),
}

/// What becomes of a key when the call that has it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimEnd {
    /// Who sends it again gets this.
    Answered(KeptAnswer),
    /// Who sends it again is turned away.
    Spent,
    /// It is free again: nothing came of the call.
    Void,
}

/// A call that ended, with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedClaim {
    /// The key.
    pub key: IdempotencyKey,
    /// The call that took it.
    pub call: CallId,
    /// What becomes of it.
    pub end: ClaimEnd,
}

impl Store {
    /// Takes a key for a call that is about to be made.
    ///
    /// # Errors
    /// `Conflict` when the key was used with other input, `Corrupt` when the answer that was kept cannot be opened.
    pub async fn claim_for_call(
        &self,
        key: &IdempotencyKey,
        call: CallId,
        now: Timestamp,
    ) -> Result<CallClaim, StoreError> {
        let outcome = format!("{UNDER_WAY}{call}");
        for _ in 0..CLAIM_TRIES {
            match insert(self.writer(), key, &outcome, now).await {
                Ok(()) => return Ok(CallClaim::First),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
            let found = idempotency::Entity::find_by_id((key.scope.trim().to_owned(), hash_of(&key.key)));
            match found.one(self.writer()).await.map_err(db(What::IdempotencyKey))? {
                Some(row) if row.input_hash != hex::encode(key.input) => {
                    return Err(StoreError::Conflict { what: What::IdempotencyKey });
                }
                Some(row) => return to_claim(self.vault(), key, &row),
                None => {}
            }
        }
        Err(StoreError::Unavailable { reason: "the idempotency key changes hands too often right now".to_owned() })
    }

    /// Takes a key over from a call that nothing came of. Returns whether it still was that call's.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn take_over_claim(
        &self,
        key: &IdempotencyKey,
        (from, to): (CallId, CallId),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let taken = idempotency::Entity::update_many()
            .col_expr(idempotency::Column::Outcome, Expr::value(format!("{UNDER_WAY}{to}")))
            .col_expr(idempotency::Column::CreatedAt, Expr::value(now.0))
            .filter(is_under_way(key, from))
            .exec(self.writer());
        taken.await.map(|updated| updated.rows_affected == 1).map_err(db(What::IdempotencyKey))
    }

    /// Stores what became of the keys of calls that ended, all or nothing. Keys that were taken over meanwhile, or
    /// purged, stay as they are, so that doing it twice is harmless.
    ///
    /// # Errors
    /// `Unavailable` when the database is away.
    pub async fn end_claims(&self, ended: &[EndedClaim]) -> Result<(), StoreError> {
        if ended.is_empty() {
            return Ok(());
        }
        let tx = self.begin_write().await?;
        for claim in ended {
            end_claim(&tx, self.vault(), claim).await?;
        }
        commit(tx).await
    }
}

async fn end_claim<C: ConnectionTrait>(tx: &C, vault: &Vault, ended: &EndedClaim) -> Result<(), StoreError> {
    let EndedClaim { key, call, end } = ended;
    let outcome = match end {
        ClaimEnd::Void => {
            let free = idempotency::Entity::delete_many().filter(is_under_way(key, *call));
            return free.exec(tx).await.map(drop).map_err(db(What::IdempotencyKey));
        }
        ClaimEnd::Spent => format!("{SPENT}{call}"),
        ClaimEnd::Answered(answer) => sealed(vault, key, answer)?,
    };
    let update = idempotency::Entity::update_many()
        .col_expr(idempotency::Column::Outcome, Expr::value(outcome))
        .filter(is_under_way(key, *call));
    update.exec(tx).await.map(drop).map_err(db(What::IdempotencyKey))
}

fn is_under_way(key: &IdempotencyKey, call: CallId) -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(idempotency::Column::Scope.eq(key.scope.trim()))
        .add(idempotency::Column::KeyHash.eq(hash_of(&key.key)))
        .add(idempotency::Column::Outcome.eq(format!("{UNDER_WAY}{call}")))
}

fn to_claim(vault: &Vault, key: &IdempotencyKey, row: &idempotency::Model) -> Result<CallClaim, StoreError> {
    let named = |prefix: &str| row.outcome.strip_prefix(prefix).and_then(|id| Uuid::parse_str(id).ok()).map(CallId);
    if let Some(call) = named(UNDER_WAY) {
        return Ok(CallClaim::UnderWay { call, since: Timestamp(row.created_at) });
    }
    if let Some(call) = named(SPENT) {
        return Ok(CallClaim::Spent { call });
    }
    opened(vault, key, &row.outcome).map(CallClaim::Answered)
}

/// What is sealed in front of an answer's body, as one line of JSON.
#[derive(Serialize, Deserialize)]
struct Head {
    call: CallId,
    status: u16,
    content_type: Option<String>,
    content_encoding: Option<String>,
}

fn sealed(vault: &Vault, key: &IdempotencyKey, answer: &KeptAnswer) -> Result<String, StoreError> {
    let KeptAnswer { call, status, content_type, content_encoding, body } = answer.clone();
    let invalid = || StoreError::Invalid { field: "answer", problem: "cannot be sealed".to_owned() };
    let head = serde_json::to_vec(&Head { call, status, content_type, content_encoding }).map_err(|_| invalid())?;
    let plain = [head.as_slice(), b"\n", &body].concat();
    vault.seal_bytes(&place(key), &plain).ok_or_else(invalid)
}

fn opened(vault: &Vault, key: &IdempotencyKey, outcome: &str) -> Result<KeptAnswer, StoreError> {
    let broken = || {
        let problem = "it was sealed under another master key; it is forgotten within a day";
        corrupt(What::IdempotencyKey, place(key), problem)
    };
    let mut plain = vault.open_bytes(&place(key), outcome).ok_or_else(broken)?;
    let end = plain.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let body = plain.split_off(end + 1);
    let Head { call, status, content_type, content_encoding } = serde_json::from_slice(&plain).map_err(|_| broken())?;
    Ok(KeptAnswer { call, status, content_type, content_encoding, body })
}

/// Where an answer is sealed for. It names the input, so that nothing opens as the answer to something else.
fn place(key: &IdempotencyKey) -> String {
    format!("idempotency/{}/{}/{}/outcome", key.scope.trim(), hash_of(&key.key), hex::encode(key.input))
}
