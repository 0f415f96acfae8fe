//! What can go wrong, told by what the caller does next.
use thiserror::Error;

/// Why an account is not as it was asked for.
#[derive(Debug, Error)]
pub enum Error {
    /// The database.
    #[error("database: {0}")]
    Store(#[from] store::Error),
    /// Something given is not well-formed.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// An agent with this address is there already.
    #[error("an agent with this e-mail address is there already")]
    EmailTaken,
    /// A site with this key is there already.
    #[error("a site with this key is there already")]
    KeyTaken,
    /// There is no such agent, site or invitation (any more).
    #[error("there is no such thing")]
    NotFound,
    /// The server would have nobody left who can set it up.
    #[error("this is the last administrator")]
    LastAdmin,
    /// Administrators serve every site.
    #[error("an administrator serves every site")]
    EverySite,
    /// Wrong address, wrong password, or a disabled account; which of them is not told.
    #[error("log-in failed")]
    LoginFailed,
    /// Hashing a password failed.
    #[error("hashing failed: {0}")]
    Hash(String),
    /// The system has no randomness to give; nothing secret can be made then.
    #[error("no randomness: {0}")]
    Random(String),
}

/// What is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Invalid {
    /// Not an e-mail address.
    #[error("{0:?} is no e-mail address")]
    Email(String),
    /// Visitors see the first name.
    #[error("a first name has 1 to 100 characters")]
    FirstName,
    /// May be empty.
    #[error("a last name has at most 100 characters")]
    LastName,
    /// Too easy to guess.
    #[error("a password has at least {} characters", crate::password::SHORTEST)]
    PasswordTooShort,
    /// Hashing reads all of it.
    #[error("a password has at most {} bytes", crate::password::LONGEST)]
    PasswordTooLong,
    /// The key becomes part of addresses and file names.
    #[error("the key {0:?} must be 1 to 64 lower-case letters, digits and dashes")]
    Key(String),
    /// Agents see the name.
    #[error("a site's name has 1 to 100 characters")]
    SiteName,
    /// Not an origin.
    #[error("{0} is no origin; an origin is scheme, host and port, for example https://shop.example")]
    Origin(String),
    /// More than a site can have.
    #[error("a site has at most {} origins", crate::site::MAX_ORIGINS)]
    Origins,
    /// A site that is not there.
    #[error("there is no site of the id {0}")]
    Site(i64),
}

impl Invalid {
    /// The field of a request that is to blame, and a stable code of what is wrong with it.
    pub const fn field(&self) -> (&'static str, &'static str) {
        match self {
            Self::Email(_) => ("email", "no_email"),
            Self::FirstName => ("first_name", "length"),
            Self::LastName => ("last_name", "too_long"),
            Self::PasswordTooShort => ("password", "too_short"),
            Self::PasswordTooLong => ("password", "too_long"),
            Self::Key(_) => ("key", "no_key"),
            Self::SiteName => ("name", "length"),
            Self::Origin(_) => ("origins", "no_origin"),
            Self::Origins => ("origins", "too_many"),
            Self::Site(_) => ("sites", "unknown"),
        }
    }
}
