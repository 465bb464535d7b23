//! SHA-256 of what callers present: keys, session tokens, personal access tokens. Nothing else of them is stored.

use std::fmt;

use sha2::{Digest, Sha256};
use sluice_domain::key::{KeyHash, key_body};

/// Returns the hash under which a presented key is stored: its body without the optional `ag-` or `sk-`.
#[must_use]
pub fn hash_key(presented: &str) -> KeyHash {
    KeyHash(Sha256::digest(key_body(presented)).into())
}

/// SHA-256 of a session token or a personal access token, both of which are long and random.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl TokenHash {
    pub(crate) fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok().map(|()| Self(bytes))
    }
}

/// Returns the hash under which a session token or personal access token is stored; surrounding blanks do not count.
#[must_use]
pub fn hash_token(presented: &str) -> TokenHash {
    TokenHash(Sha256::digest(presented.trim()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_hash_with_any_prefix() {
        let expected = hex::encode(Sha256::digest("abc"));
        let hashes = ["ag-abc", "sk-abc", "abc"].map(|presented| hex::encode(hash_key(presented).0));
        assert_eq!(hashes, [expected.clone(), expected.clone(), expected]);
    }

    #[test]
    fn a_hash_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", hash_token("abc")), "TokenHash(…)");
    }
}
