//! The master key, and sealing under it: AES-256-GCM with a random nonce, bound to table, row and column.

mod key_file;

use std::fmt;
use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use rand::Rng;
use sha2::Sha256;
use sluice_domain::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::StoreError;

const PASSPHRASE_SALT: &[u8] = b"sluice master key from passphrase v1";
const MIN_PASSPHRASE_CHARS: usize = 16;
const SEALED_PREFIX: &str = "v1:";
const NONCE_BYTES: usize = 12;

/// The 32 bytes that everything secret in the database is sealed under.
///
/// It comes from 64 hexadecimal digits, from base64 of 32 bytes, or from a passphrase of at least 16 characters, which
/// goes through HKDF-SHA256. HKDF is not slow on purpose: a passphrase must be random, not something remembered.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// A master key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMasterKey {
    /// Neither 32 encoded bytes nor a long enough passphrase.
    #[error("the master key is too short: give 64 hexadecimal digits, such as `openssl rand -hex 32` prints")]
    TooShort,
    /// Others than the owner may read or write the file.
    #[error("the master key file `{path}` may be read by others: run `chmod 600 {path}`")]
    ReadableByOthers {
        /// The file.
        path: String,
    },
    /// The file does not hold a key.
    #[error("the master key file `{path}` does not hold 64 hexadecimal digits; restore it from a backup")]
    Malformed {
        /// The file.
        path: String,
    },
    /// The file cannot be read or made.
    #[error("the master key file `{path}` cannot be used: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Takes 32 random bytes as they are.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads 64 hexadecimal digits, base64 of 32 bytes, or a passphrase; surrounding blanks do not count.
    ///
    /// # Errors
    /// `TooShort` when it is none of these.
    pub fn parse(text: &str) -> Result<Self, BadMasterKey> {
        let text = text.trim();
        if let Some(bytes) = decode_hex(text).or_else(|| decode_base64(text)) {
            return Ok(Self(bytes));
        }
        if text.chars().count() < MIN_PASSPHRASE_CHARS {
            return Err(BadMasterKey::TooShort);
        }
        Ok(Self(expand(&Hkdf::new(Some(PASSPHRASE_SALT), text.as_bytes()), "master key")))
    }

    /// Reads the key from a file, or makes a random one there with mode 0600. Of two processes at once, both end up
    /// with the same key; missing folders are made.
    ///
    /// # Errors
    /// Names the file when others may read it, when it holds no key, or when it cannot be read or made.
    pub fn load_or_create(path: &Path) -> Result<Self, BadMasterKey> {
        key_file::load_or_create(path)
    }

    /// Returns 32 bytes for one purpose, independent of those for any other.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        expand(&Hkdf::new(None, self.0.as_ref()), purpose)
    }
}

fn expand(hkdf: &Hkdf<Sha256>, purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    // HKDF refuses only outputs beyond 255 hashes.
    let expanded = hkdf.expand(purpose.as_bytes(), bytes.as_mut());
    debug_assert!(expanded.is_ok());
    bytes
}

fn decode_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text, bytes.as_mut()).ok().map(|()| bytes)
}

fn decode_base64(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let unpadded = text.trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode(unpadded).or_else(|_| URL_SAFE_NO_PAD.decode(unpadded)).ok()?;
    let decoded = Zeroizing::new(decoded);
    <[u8; 32]>::try_from(decoded.as_slice()).ok().map(Zeroizing::new)
}

/// Where a sealed value lives; moved elsewhere it does not open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) table: &'static str,
    pub(crate) row: i64,
    pub(crate) column: &'static str,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.table, self.row, self.column)
    }
}

/// Seals and opens values under a key derived from the master key.
pub(crate) struct Vault(Aes256Gcm);

impl Vault {
    pub(crate) fn new(master: &MasterKey) -> Self {
        let key = master.derive("sluice vault v1");
        Self(Aes256Gcm::new(&(*key).into()))
    }

    pub(crate) fn seal(&self, place: Place, secret: &SecretString) -> Result<String, StoreError> {
        self.seal_bytes(&place, secret.expose_secret().as_bytes())
            .ok_or_else(|| StoreError::Invalid { field: place.column, problem: "is too long to be sealed".to_owned() })
    }

    pub(crate) fn open(&self, place: Place, sealed: &str) -> Result<SecretString, StoreError> {
        let opened = self.open_bytes(&place, sealed).and_then(|bytes| String::from_utf8(bytes).ok());
        opened.map(SecretString::from).ok_or_else(|| StoreError::Corrupt {
            place: place.to_string(),
            problem: "it was sealed under another master key or for another row; start with the key that was in use \
                      when it was saved, or enter the secret again"
                .to_owned(),
        })
    }

    /// Seals what is no text; `None` when it is too long. Two places must never be written alike.
    pub(crate) fn seal_bytes(&self, place: &impl fmt::Display, plain: &[u8]) -> Option<String> {
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let aad = place.to_string();
        let payload = Payload { msg: plain, aad: aad.as_bytes() };
        let sealed = self.0.encrypt(&Nonce::from(nonce), payload).ok()?;
        Some(format!("{SEALED_PREFIX}{}", STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens what [`Vault::seal_bytes`] sealed; `None` for anything else.
    pub(crate) fn open_bytes(&self, place: &impl fmt::Display, sealed: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(sealed.strip_prefix(SEALED_PREFIX)?).ok()?;
        let (nonce, ciphertext) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let aad = place.to_string();
        let payload = Payload { msg: ciphertext, aad: aad.as_bytes() };
        self.0.decrypt(&Nonce::from(*nonce), payload).ok()
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const PLACE: Place = Place { table: "credentials", row: 7, column: "secret" };

    fn vault() -> Vault {
        Vault::new(&MasterKey::from_bytes([7; 32]))
    }

    #[test]
    fn a_sealed_value_opens_in_its_place_only() {
        let vault = vault();
        let sealed = vault.seal(PLACE, &SecretString::from("sk-1")).unwrap();
        assert_eq!(vault.open(PLACE, &sealed).unwrap().expose_secret(), "sk-1");
        for elsewhere in
            [Place { table: "providers", ..PLACE }, Place { row: 8, ..PLACE }, Place { column: "proxy_url", ..PLACE }]
        {
            assert!(matches!(vault.open(elsewhere, &sealed), Err(StoreError::Corrupt { .. })), "{elsewhere}");
        }
    }

    #[test]
    fn a_value_sealed_twice_looks_different_and_shows_nothing_of_the_secret() {
        let vault = vault();
        let secret = SecretString::from("sk-visible");
        let (first, second) = (vault.seal(PLACE, &secret).unwrap(), vault.seal(PLACE, &secret).unwrap());
        assert_ne!(first, second);
        assert!(first.starts_with("v1:") && !first.contains("visible"));
    }

    #[test]
    fn every_changed_sign_keeps_a_sealed_value_shut() {
        let vault = vault();
        let sealed = vault.seal(PLACE, &SecretString::from("sk-1")).unwrap();
        for at in 0..sealed.trim_end_matches('=').len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(vault.open(PLACE, std::str::from_utf8(&changed).unwrap()).is_err(), "sign {at}");
        }
    }

    #[rstest]
    #[case("0707070707070707070707070707070707070707070707070707070707070707")]
    #[case("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=")]
    #[case(" BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc\n")]
    fn a_key_may_be_written_in_hex_or_base64(#[case] text: &str) {
        assert_eq!(*MasterKey::parse(text).unwrap().0, [7; 32]);
    }

    #[test]
    fn a_passphrase_always_gives_the_same_key_and_a_short_one_none() {
        let key = |text| MasterKey::parse(text).map(|key| *key.0);
        assert_eq!(key("correct horse battery"), key(" correct horse battery "));
        assert_ne!(key("correct horse battery"), key("correct horse batterz"));
        assert_eq!(key("fifteen letters"), Err(BadMasterKey::TooShort));
        assert_eq!(key(""), Err(BadMasterKey::TooShort));
    }

    #[test]
    fn purposes_have_different_keys() {
        let master = MasterKey::from_bytes([7; 32]);
        assert_ne!(master.derive("a"), master.derive("b"));
        assert_eq!(master.derive("a"), master.derive("a"));
    }
}
