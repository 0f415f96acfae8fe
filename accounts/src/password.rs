//! Passwords: argon2id, a bounded number at a time.
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::{Error, Invalid};

/// Shortest password, characters.
pub const SHORTEST: usize = 8;

/// Longest password, bytes; hashing reads all of it.
pub const LONGEST: usize = 1024;

/// Hashing takes 19 MiB and tens of milliseconds: more at a time would only be slower together.
static HASHING: Semaphore = Semaphore::const_new(2);

/// The argon2id PHC string of a new password.
pub async fn hash_new(password: String) -> Result<String, Error> {
    if password.chars().count() < SHORTEST {
        return Err(Invalid::PasswordTooShort.into());
    }
    if LONGEST < password.len() {
        return Err(Invalid::PasswordTooLong.into());
    }
    in_turn(move || hash(&password)).await?
}

/// Whether the password is the one of this PHC string. Takes as long when there is none, so that the time
/// does not tell which addresses have accounts.
pub async fn is_right(password: String, stored: Option<String>) -> Result<bool, Error> {
    if LONGEST < password.len() {
        return Ok(false);
    }
    in_turn(move || match stored {
        Some(stored) => verify(&password, &stored),
        None => {
            let _ = hash(&password);
            false
        }
    })
    .await
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Hash(error.to_string());
    let _turn = HASHING.acquire().await.map_err(|error| failed(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
}

fn hash(password: &str) -> Result<String, Error> {
    let hashed = Argon2::default().hash_password(password.as_bytes());
    Ok(hashed.map_err(|error| Error::Hash(error.to_string()))?.to_string())
}

fn verify(password: &str, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
}

/// 16 letters and digits without look-alikes: 80 bits.
///
/// # Errors
/// When the system has no randomness.
pub fn random_password() -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = crate::random::<16>()?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
}
