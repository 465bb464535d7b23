//! Passwords: Argon2id off the async threads, a few at a time, and the same work for users that do not exist.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::admin::wire::{Failure, Problem};

const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 128;
/// Each hash takes 19 MiB and a core; more at once would let logins starve the relay.
const CONCURRENT_HASHES: usize = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Hashes a password into a PHC string with a fresh salt. Takes tens of milliseconds of CPU.
///
/// # Errors
/// When the system has no randomness or memory left.
pub fn hash_password(password: &SecretString) -> Result<SecretString, argon2::password_hash::Error> {
    let hash = Argon2::default().hash_password(password.expose_secret().as_bytes())?;
    Ok(SecretString::from(hash.to_string()))
}

/// Refuses passwords that are too short or too long.
pub(crate) fn check_length(field: &'static str, password: &str) -> Result<(), Failure> {
    match password.chars().count() {
        MIN_CHARS..=MAX_CHARS => Ok(()),
        _ => Err(Problem::PasswordLength.with("field", field).with("min", MIN_CHARS).with("max", MAX_CHARS)),
    }
}

/// Hashes and checks passwords, a few at a time.
#[derive(Debug)]
pub(crate) struct Passwords {
    free: Semaphore,
    /// What the password of an unknown user is checked against.
    nobody: Arc<OnceLock<SecretString>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { free: Semaphore::new(CONCURRENT_HASHES), nobody: Arc::default() }
    }
}

impl Passwords {
    /// Hashes a new password.
    pub(crate) async fn hash(&self, field: &'static str, password: &str) -> Result<SecretString, Failure> {
        check_length(field, password)?;
        let _permit = self.permit().await?;
        let password = SecretString::from(password);
        match tokio::task::spawn_blocking(move || hash_password(&password)).await {
            Ok(Ok(hash)) => Ok(hash),
            Ok(Err(error)) => Err(broken(&error)),
            Err(error) => Err(broken(&error)),
        }
    }

    /// Returns whether `password` is the one that was hashed. Without a hash the same work is done for nothing, so
    /// that the time does not tell which users exist.
    pub(crate) async fn verify(&self, password: &str, hash: Option<SecretString>) -> Result<bool, Failure> {
        let _permit = self.permit().await?;
        let nobody = Arc::clone(&self.nobody);
        // Nobody has a longer one, and hashing megabytes is work for free.
        let password = SecretString::from(password.chars().take(MAX_CHARS + 1).collect::<String>());
        let check = move || {
            // Made whoever asks first, so that not even that one can tell.
            let decoy = nobody.get_or_init(|| hash_password(&SecretString::from("nobody")).unwrap_or_default());
            let is_match = matches(&password, hash.as_ref().unwrap_or(decoy));
            // An unknown user stays unknown, whatever the decoy says.
            is_match && hash.is_some()
        };
        tokio::task::spawn_blocking(check).await.map_err(|error| broken(&error))
    }

    async fn permit(&self) -> Result<SemaphorePermit<'_>, Failure> {
        match tokio::time::timeout(LONGEST_WAIT, self.free.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Problem::Busy.into()),
        }
    }
}

fn matches(password: &SecretString, hash: &SecretString) -> bool {
    PasswordHash::new(hash.expose_secret())
        .is_ok_and(|hash| Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok())
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    tracing::error!(%error, "a password could not be hashed");
    Problem::Internal.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_hashed_is_right() {
        let passwords = Passwords::default();
        let hash = passwords.hash("password", "correct horse").await.unwrap();
        assert!(hash.expose_secret().starts_with("$argon2id$"));
        let right = passwords.verify("correct horse", Some(hash.clone())).await;
        let wrong = passwords.verify("correct hors", Some(hash)).await;
        assert_eq!((right, wrong), (Ok(true), Ok(false)));
    }

    #[tokio::test]
    async fn no_password_is_right_for_a_user_without_one() {
        let passwords = Passwords::default();
        assert_eq!(passwords.verify("nobody", None).await, Ok(false));
        let real = hash_password(&SecretString::from("correct horse")).unwrap();
        let work = |hash: &SecretString| hash.expose_secret().split('$').take(4).collect::<Vec<_>>().join("$");
        let decoy = passwords.nobody.get().unwrap();
        assert_eq!(work(decoy), work(&real), "not the same work");
        assert!(work(decoy).starts_with("$argon2id$v=19$m=19456,t=2,p=1"), "{}", work(decoy));
        assert!(matches(&SecretString::from("nobody"), decoy), "the decoy is a hash that is checked to its end");
    }

    #[test]
    fn length_is_counted_in_characters() {
        let judged =
            ["1234567", "12345678", &"密".repeat(128), &"密".repeat(129)].map(|text| check_length("p", text).is_ok());
        assert_eq!(judged, [false, true, true, false]);
    }
}
