//! How the old gateway sealed its keys: AES-256-CBC under a passphrase, in the format of OpenSSL.
//!
//! Only opening is here. The seal has no tag, so a wrong passphrase may open to nonsense; most of that is no text.

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use md5::{Digest, Md5};

const MAGIC: &[u8] = b"Salted__";
const SALT_BYTES: usize = 8;
const KEY_BYTES: usize = 32;
const IV_BYTES: usize = 16;

/// Returns what is sealed; `None` if the passphrase is wrong or this is no seal.
pub(super) fn open(sealed: &str, passphrase: &str) -> Option<String> {
    let bytes = STANDARD.decode(sealed.trim()).ok()?;
    let (salt, text) = bytes.strip_prefix(MAGIC)?.split_at_checked(SALT_BYTES)?;
    let derived = derive(passphrase.as_bytes(), salt);
    let (key, iv) = derived.split_at_checked(KEY_BYTES)?;
    let opened = Decryptor::<Aes256>::new_from_slices(key, iv).ok()?.decrypt_padded_vec::<Pkcs7>(text).ok()?;
    let is_key = |text: &String| !text.is_empty() && !text.chars().any(char::is_control);
    String::from_utf8(opened).ok().filter(is_key)
}

/// Makes key and vector of a passphrase: `EVP_BytesToKey` of OpenSSL with MD5 and one round.
fn derive(passphrase: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut derived: Vec<u8> = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while derived.len() < KEY_BYTES + IV_BYTES {
        last = Md5::new().chain_update(&last).chain_update(passphrase).chain_update(salt).finalize().to_vec();
        derived.extend_from_slice(&last);
    }
    derived.truncate(KEY_BYTES + IV_BYTES);
    derived
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::open;

    #[rstest]
    #[case("U2FsdGVkX1/e4HnJ0iWGBIburv5gB3LdIMuX/nIU2jM=", "testkey", Some("sk-abc"))]
    #[case("U2FsdGVkX19ir0wiFw5VU2JF1UdzHZjtqTYS88HqtQo=", "testkey", Some("sk-abc"))]
    #[case("U2FsdGVkX19ir0wiFw5VU2JF1UdzHZjtqTYS88HqtQo=", "wrong", None)]
    #[case("", "testkey", None)]
    #[case("U2FsdGVkX18=", "testkey", None)]
    #[case("c2stYWJj", "testkey", None)]
    fn seals_open_with_their_passphrase_only(
        #[case] sealed: &str,
        #[case] passphrase: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(open(sealed, passphrase).as_deref(), expected);
    }
}
