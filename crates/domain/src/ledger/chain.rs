//! The hash chain of an account: each transfer's link covers the link before it, so that a transfer that is altered,
//! removed or slipped in later shows.
//!
//! The bytes that are hashed are part of the stored format: they never change, and a new format would need a new tag.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Transfer;
use crate::id::AccountId;

const TRANSFER_TAG: &[u8] = b"sluice transfer 1\n";
const LINK_TAG: &[u8] = b"sluice link 1\n";

/// SHA-256 that stands for everything in an account's chain up to one transfer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainHash({self})")
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// SHA-256 of a transfer alone; both of its accounts chain the same one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TransferDigest([u8; 32]);

/// One place in an account's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Link {
    /// Counted from 1 without gaps; 0 before the first transfer.
    pub seq: i64,
    /// Covers this transfer and all before it.
    pub hash: ChainHash,
}

impl Link {
    /// Where every account's chain begins.
    pub const START: Self = Self { seq: 0, hash: ChainHash([0; 32]) };

    /// Returns the link of the next transfer of `account`.
    #[must_use]
    pub fn next(self, account: AccountId, transfer: &TransferDigest) -> Self {
        let seq = self.seq.saturating_add(1);
        let hash = Sha256::new()
            .chain_update(LINK_TAG)
            .chain_update(self.hash.0)
            .chain_update(account.0.to_be_bytes())
            .chain_update(seq.to_be_bytes())
            .chain_update(transfer.0)
            .finalize();
        Self { seq, hash: ChainHash(hash.into()) }
    }
}

/// Returns the digest of a transfer: numbers big-endian, texts with their length before them, so that no two transfers
/// share their bytes.
#[must_use]
pub fn digest(transfer: &Transfer) -> TransferDigest {
    let mut bytes = Vec::with_capacity(160);
    bytes.extend_from_slice(TRANSFER_TAG);
    bytes.extend_from_slice(transfer.id.0.as_bytes());
    push_text(&mut bytes, transfer.kind.as_str());
    bytes.extend_from_slice(&transfer.debit.0.to_be_bytes());
    bytes.extend_from_slice(&transfer.credit.0.to_be_bytes());
    bytes.extend_from_slice(&transfer.amount.0.to_be_bytes());
    match transfer.call {
        Some(call) => {
            bytes.push(1);
            bytes.extend_from_slice(call.0.as_bytes());
        }
        None => bytes.push(0),
    }
    push_text(&mut bytes, &transfer.actor.to_string());
    push_text(&mut bytes, &transfer.memo);
    bytes.extend_from_slice(&transfer.created_at.0.to_be_bytes());
    TransferDigest(Sha256::digest(&bytes).into())
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests;
