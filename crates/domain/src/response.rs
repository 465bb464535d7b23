//! Responses that Sluice keeps for their owners, because the upstream that gave them keeps none.

use std::fmt;

use crate::clock::Timestamp;
use crate::id::{KeyId, UserId};

/// A response that is kept. Its texts are JSON of the Responses dialect, which nothing here looks into.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredResponse {
    /// The id that the caller knows, such as `resp_…`; it says nothing about the owner.
    pub id: String,
    /// Owner of the key that it was made with; nobody else may see it.
    pub user_id: UserId,
    /// The key that it was made with.
    pub key_id: KeyId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
    /// Ids of its output's items, by which later requests may name them.
    pub item_ids: Vec<String>,
    /// Everything that it was made from: what `input` of the request was, with all that came before.
    pub input: Vec<u8>,
    /// The response itself.
    pub response: Vec<u8>,
}

impl StoredResponse {
    /// Returns what it takes in memory, roughly, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let names: usize = self.item_ids.iter().map(String::len).sum();
        size_of::<Self>() + self.id.len() + names + self.input.len() + self.response.len()
    }
}

impl fmt::Debug for StoredResponse {
    // What users say and get is shown nowhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredResponse")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .field("key_id", &self.key_id)
            .field("created_at", &self.created_at)
            .field("expires_at", &self.expires_at)
            .field("input_bytes", &self.input.len())
            .field("response_bytes", &self.response.len())
            .finish_non_exhaustive()
    }
}
