//! A page of the site that waits: it says that it is there, and is told when somebody wants to ask it something.
use cobrowse_core::{
    id::SessionId,
    wire::desk::{FromPage, ToPage},
};
use futures_util::{SinkExt, StreamExt};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    At, Error, PATIENCE, PageKey,
    line::{Socket, connect, gone},
};

/// A waiting page. Dropping it is its leaving, without a word.
#[derive(Debug)]
pub struct Waiting(Socket);

/// A page was asked to come.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// Into which session.
    pub session: SessionId,
    /// What it is let in with.
    pub ticket: String,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Asked").field(&self.session).finish()
    }
}

impl Waiting {
    /// A page of this site at a path, in this language, of the browser with this key.
    ///
    /// # Errors
    /// [`Error::Gone`] when the server is not there.
    pub async fn comes(
        at: &At,
        site: &str,
        key: &PageKey,
        (path, lang): (&str, &str),
    ) -> Result<Self, Error> {
        let mut socket = connect(at, &format!("/v1/presence?site={site}")).await?;
        let here =
            FromPage::Here { key: key.spki().to_owned(), path: path.to_owned(), lang: lang.to_owned() };
        let here = serde_json::to_string(&here).map_err(|error| Error::Garbled(error.to_string()))?;
        socket.send(Message::text(here)).await.map_err(gone)?;
        Ok(Self(socket))
    }

    /// Waits until it is asked, however long. Nothing is lost where this is not waited for to the end.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Gone`], [`Error::Garbled`].
    pub async fn next(&mut self) -> Result<Asked, Error> {
        while let Some(message) = self.0.next().await {
            let text = match message.map_err(gone)? {
                Message::Text(text) => text,
                Message::Close(close) => {
                    return Err(Error::Gone(close.map_or_else(String::new, |it| it.to_string())));
                }
                _ => continue,
            };
            return match serde_json::from_str(&text) {
                Ok(ToPage::Ask { session, ticket }) => Ok(Asked { session, ticket }),
                Ok(ToPage::Refused { code }) => Err(Error::Refused(code)),
                Err(error) => Err(Error::Garbled(error.to_string())),
            };
        }
        Err(Error::Gone("the stream ended".to_owned()))
    }

    /// The same, within [`PATIENCE`].
    ///
    /// # Errors
    /// As [`Waiting::next`], and [`Error::Silent`].
    pub async fn is_asked(&mut self) -> Result<Asked, Error> {
        let silent = |_| Error::Silent { what: "a question", passed: Vec::new() };
        timeout(PATIENCE, self.next()).await.map_err(silent)?
    }
}
