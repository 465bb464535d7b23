//! How a response is written: compressed, then sealed. What users said and got is read by nobody who has the database alone.

use serde::{Deserialize, Serialize};
use sluice_domain::clock::Timestamp;
use sluice_domain::id::{KeyId, UserId};
use sluice_domain::response::StoredResponse;

use super::{broken, hash_id};
use crate::StoreError;
use crate::entities::response;
use crate::vault::Vault;

/// Most that is sealed: as a text it is a third longer, MySQL's columns end at 16 MiB, and so do its packets where nobody set
/// more.
const PACKED_MAX_BYTES: usize = 11 * 1024 * 1024;
/// Conversations repeat themselves: the fast levels find that already.
const LEVEL: i32 = 3;

/// What is sealed in front of the two texts, as one line of JSON.
#[derive(Serialize, Deserialize)]
struct Head {
    id: String,
    item_ids: Vec<String>,
    input_bytes: usize,
}

/// Writes a response; `None` when it is too large.
pub(super) fn sealed(vault: &Vault, response: &StoredResponse) -> Option<String> {
    let StoredResponse { id, item_ids, input, response: answer, .. } = response;
    let head = Head { id: id.clone(), item_ids: item_ids.clone(), input_bytes: input.len() };
    let head = serde_json::to_vec(&head).ok()?;
    let plain = [head.as_slice(), b"\n", input, answer].concat();
    let packed = zstd::bulk::compress(&plain, LEVEL).ok()?;
    let is_small = packed.len() <= PACKED_MAX_BYTES;
    is_small.then(|| vault.seal_bytes(&place(&hash_id(id), response.user_id.0), &packed)).flatten()
}

/// Reads what [`sealed`] wrote.
pub(super) fn opened(vault: &Vault, row: &response::Model) -> Result<StoredResponse, StoreError> {
    let plain = vault
        .open_bytes(&place(&row.id_hash, row.user_id), &row.sealed)
        .and_then(|packed| zstd::stream::decode_all(packed.as_slice()).ok());
    let parts = plain.and_then(|plain| {
        let end = plain.iter().position(|byte| *byte == b'\n')?;
        let (head, texts) = plain.split_at_checked(end + 1)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let (input, answer) = texts.split_at_checked(head.input_bytes)?;
        Some((head, input.to_vec(), answer.to_vec()))
    });
    let (head, input, answer) = parts.ok_or_else(|| broken(row))?;
    Ok(StoredResponse {
        id: head.id,
        user_id: UserId(row.user_id),
        key_id: KeyId(row.key_id),
        created_at: Timestamp(row.created_at),
        expires_at: Timestamp(row.expires_at),
        item_ids: head.item_ids,
        input,
        response: answer,
    })
}

/// Where a response is sealed for: it opens for its owner only.
fn place(id_hash: &str, user_id: i64) -> String {
    format!("responses/{id_hash}/{user_id}/sealed")
}
