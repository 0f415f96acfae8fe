//! What an agent does: logs in, asks, looks, points, controls.
use anyhow::{Context, Result};
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::{
    browser::Browser,
    wait::{PATIENCE, eval, until},
};

/// The replayed page's document, in the viewer's script.
pub const PAGE: &str = "document.querySelector('iframe').contentDocument";

/// The person who helps.
pub struct Agent {
    /// Their browser.
    pub browser: Browser,
    /// The desk's address.
    pub desk: String,
    /// The account's e-mail address.
    pub email: String,
    /// The account's password.
    pub password: String,
}

impl Agent {
    /// The window.
    pub fn window(&self) -> &WebDriver {
        &self.browser.driver
    }

    /// Logs in at the desk.
    ///
    /// # Errors
    /// When the desk never shows.
    pub async fn logs_in(&self) -> Result<()> {
        self.window().goto(&self.desk).await?;
        until(self.window(), "the log-in form", "document.querySelector('input[name=email]')").await?;
        self.window().find(By::Name("email")).await?.send_keys(&self.email).await?;
        self.window().find(By::Name("password")).await?.send_keys(&self.password).await?;
        self.window().find(By::Css("button[type=submit]")).await?.click().await?;
        until(self.window(), "the list of visitors", "document.querySelector('#list-title')").await?;
        Ok(())
    }

    /// Chooses the one visitor that is listed, presses the button, and goes to the tab that opens.
    ///
    /// # Errors
    /// When no visitor is listed or no tab opens.
    pub async fn asks_for_a_view(&self) -> Result<()> {
        until(self.window(), "a visitor in the list", "document.querySelector('[role=option]')").await?;
        self.window().find(By::Css("[role=option]")).await?.click().await?;
        until(self.window(), "the button", "document.querySelector('#see-page')").await?;
        let before = self.window().windows().await?.len();
        self.window().find(By::Id("see-page")).await?.click().await?;
        let begun = std::time::Instant::now();
        loop {
            let windows = self.window().windows().await?;
            if let Some(tab) = windows.get(before) {
                self.window().switch_to_window(tab.clone()).await?;
                return Ok(());
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "no tab opened");
        }
    }

    /// Waits until an expression over `page`, the replayed document, is true, and returns its value.
    ///
    /// # Errors
    /// When it never is.
    pub async fn sees(&self, condition: &str) -> Result<Value> {
        let script = format!("((page) => {condition})({PAGE})");
        until(self.window(), &format!("the agent to see {condition}"), &script).await
    }

    /// Evaluates an expression over `page`, the replayed document.
    ///
    /// # Errors
    /// When it throws.
    pub async fn reads(&self, expression: &str) -> Result<Value> {
        eval(self.window(), &format!("((page) => {expression})({PAGE})")).await
    }

    /// Presses a button of the viewer by its id.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn presses(&self, id: &str) -> Result<()> {
        until(self.window(), id, &format!("document.getElementById({id:?})")).await?;
        self.window().find(By::Id(id)).await?.click().await.with_context(|| format!("pressing {id}"))
    }
}
