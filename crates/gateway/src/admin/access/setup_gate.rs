//! The one-time token that allows to make the first administrator.

use std::fmt;

use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use sluice_store::{TokenHash, hash_token};
use subtle::ConstantTimeEq;

/// Whether the first administrator may still be made. Only a hash of the token stays in memory.
pub struct SetupGate(Mutex<Option<TokenHash>>);

impl fmt::Debug for SetupGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SetupGate").field(&if self.is_open() { "open" } else { "closed" }).finish()
    }
}

impl SetupGate {
    /// Returns an open gate and its token, which belongs into the link that is printed at start.
    #[must_use]
    pub fn open() -> (Self, SecretString) {
        let token = SecretString::from(hex::encode(rand::random::<[u8; 32]>()));
        (Self(Mutex::new(Some(hash_token(token.expose_secret())))), token)
    }

    /// Returns a gate that no token opens: an administrator exists.
    #[must_use]
    pub const fn closed() -> Self {
        Self(Mutex::new(None))
    }

    /// Returns whether a token is still good.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.lock().is_some()
    }

    /// Returns whether `token` opens the gate, in a time that does not depend on where it differs.
    pub(crate) fn admits(&self, token: &str) -> bool {
        let presented = hash_token(token);
        self.0.lock().is_some_and(|expected| bool::from(expected.0.ct_eq(&presented.0)))
    }

    /// Makes the token worthless.
    pub(crate) fn close(&self) {
        *self.0.lock() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_opens_the_gate_and_never_after_it_closed() {
        let (gate, token) = SetupGate::open();
        assert!(gate.admits(token.expose_secret()));
        assert!(!gate.admits("") && !gate.admits("guess"));
        gate.close();
        assert!(!gate.admits(token.expose_secret()));
        assert!(!SetupGate::closed().admits(""));
    }
}
