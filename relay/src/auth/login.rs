//! The cookie that stands for a log-in.
use accounts::{COOKIE, LOGIN_LIFE, login::text_of_token, token_from_cookies};
use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, SameSite};

/// Whether the cookie is for https alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secure {
    /// The server's public address is https.
    Https,
    /// A loopback address without TLS.
    Loopback,
}

/// The cookie of a log-in.
pub fn cookie(token: &[u8; 32], secure: Secure) -> Cookie<'static> {
    with_value(text_of_token(token), secure)
}

/// The cookie that takes the log-in's cookie away.
pub fn no_cookie(secure: Secure) -> Cookie<'static> {
    let mut cookie = with_value(String::new(), secure);
    cookie.set_max_age(time::Duration::ZERO);
    cookie
}

fn with_value(value: String, secure: Secure) -> Cookie<'static> {
    let mut cookie = Cookie::new(COOKIE, value);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(secure == Secure::Https);
    cookie.set_max_age(time::Duration::try_from(LOGIN_LIFE).unwrap_or(time::Duration::ZERO));
    cookie
}

/// The token in the request's cookies.
pub fn token(headers: &HeaderMap) -> Option<[u8; 32]> {
    let mut values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.find_map(token_from_cookies)
}
