//! Who the visitor is, in all tabs of the browser at once. What is asked for in somebody's name is believed in that
//! name alone: a token that comes after it has changed is not taken.
use std::hash::Hasher;

use chat_proto::{
    Form,
    visitor::{Token, TokenRequest},
};
use siphasher::sip::SipHasher24;

use super::{At, Band, Client, line::Link, parsed};
use crate::widget::{
    event::{Out, Peer, Place},
    json::Json,
    thread::Thread,
};

impl Client {
    /// How a token is asked for now.
    pub(super) fn asks_for_token(&self) -> TokenRequest {
        TokenRequest { secret: self.secret.clone(), identity: self.identity.clone() }
    }

    pub(super) fn token_answered(&mut self, asked: &TokenRequest, token: Token) {
        if *asked == self.asks_for_token() {
            if let Some(word) = &asked.identity {
                self.named = Some(self.called(word));
                self.keep("named", self.named.clone());
            }
            self.token_came(token);
        }
    }

    pub(super) fn token_failed(&mut self, asked: &TokenRequest, status: u16, at: &At) {
        if *asked != self.asks_for_token() {
            return;
        }
        match status {
            // Not now: nothing is said about the site's word.
            429 => self.ui.band = Some(Band::TooOften),
            400..=499 => {
                self.ui.band = Some(Band::Unreachable);
                self.is_not_believed(at);
            }
            _ => {}
        }
        self.is_lost(at);
    }

    /// The site's word may be too old. The browser's own secret still stands, unless it is somebody else's.
    fn is_not_believed(&mut self, at: &At) {
        let Some(word) = self.identity.take() else { return };
        if self.named.as_ref().is_some_and(|it| *it != self.called(&word)) {
            self.logs_out(at.dice.clone());
        }
    }

    /// Whom a word names, as this browser keeps it: enough to know them again, and not what the site calls them, which
    /// may be an e-mail address. A word that cannot be read is like no other.
    fn called(&self, word: &str) -> String {
        let key = self.secret.as_bytes().first_chunk().copied().unwrap_or_default();
        let mut hasher = SipHasher24::new_with_key(&key);
        hasher.write(subject(word).as_deref().unwrap_or(word).as_bytes());
        hasher.finish().to_string()
    }

    /// Where a token is kept: under a name that says whose it is.
    pub(super) fn token_key(&self) -> String {
        ["token:", self.secret.get(..16).unwrap_or_default()].concat()
    }

    pub(super) fn token_came(&mut self, token: Token) {
        self.keep_json(&self.token_key(), &token);
        self.out(Out::Bearer(token.token.clone()));
        self.token = Some(token);
        if self.line.link == Link::Token {
            self.line.link = Link::Opening;
            self.out(Out::Connect);
        }
    }

    /// Another tab or an earlier page has stored one.
    pub(super) fn token_kept(&mut self, kept: Option<&str>) {
        self.token = parsed(kept);
        if let Some(token) = &self.token {
            let bearer = Out::Bearer(token.token.clone());
            self.out(bearer);
        }
    }

    pub(super) fn forget_token(&mut self) {
        self.token = None;
        self.keep(&self.token_key(), None);
    }

    /// Another tab stored the browser's secret: two began together, or one has logged out. What the site said is of
    /// who had the one before; it says it again on each page.
    pub(super) fn has_secret(&mut self, secret: String) {
        if self.secret != secret {
            self.secret = secret;
            (self.token, self.identity, self.named, self.custom) = (None, None, None, None);
            self.hang_up();
        }
    }

    /// The site's script says who it is.
    pub(super) fn identifies(&mut self, word: String) {
        if self.identity.as_ref() != Some(&word) {
            self.out(Out::Tell(Peer::Identify(word.clone())));
            self.is_called(word);
        }
    }

    pub(super) fn is_called(&mut self, word: String) {
        // A site says it on each page: the token of whom it names goes on.
        let goes_on = self.token.is_some() && self.line.link != Link::Token;
        let is_same = goes_on && self.named.as_ref() == Some(&self.called(&word));
        self.identity = Some(word);
        if !is_same {
            self.forget_token();
            self.hang_up();
        }
    }

    pub(super) fn logs_out(&mut self, secret: String) {
        self.out(Out::Tell(Peer::Logout(secret.clone())));
        self.is_forgotten(secret);
    }

    /// Nothing of the visitor stays in this browser, which has another secret from now on.
    pub(super) fn is_forgotten(&mut self, secret: String) {
        self.hang_up();
        let cids: Vec<_> = self.outbox.items().iter().map(|it| it.cid().to_owned()).collect();
        for cid in cids {
            self.cancels(&cid);
        }
        let picked = std::mem::take(&mut self.ui.picked);
        self.out(Out::Forget(picked, Place::Here));
        self.forget_conv();
        self.forget_token();
        for key in ["form", "draft", "live", "named"] {
            self.keep(key, None);
        }
        self.keep("secret", Some(secret.clone()));
        self.secret = secret;
        self.draft.clear();
        self.out(Out::Bearer(String::new()));
        self.out(Out::Compose(String::new()));
        (self.ui.form, self.identity, self.named, self.custom) = (Form::new(), None, None, None);
        self.thread = Thread::default();
        self.fold();
    }
}

/// Whom a site's word names (a JSON Web Token, RFC 7519), as far as the word itself goes: whether it is true, the server
/// knows.
fn subject(word: &str) -> Option<String> {
    let (mut bits, mut bytes) = (0u32, Vec::new());
    for (at, digit) in word.split('.').nth(1)?.bytes().enumerate() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        if let behind @ 1.. = at % 4 {
            bytes.push((bits >> (6 - 2 * behind)).to_le_bytes()[0]);
        }
    }
    let claims = Json::parse(str::from_utf8(&bytes).ok()?)?;
    Some(claims.get("sub")?.text().to_owned()).filter(|it| !it.is_empty())
}
