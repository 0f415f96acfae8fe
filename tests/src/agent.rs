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

    /// Takes a tool of the viewer by its name.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn takes(&self, tool: &str) -> Result<()> {
        let find = format!(
            "[...document.querySelectorAll('.tools button')].find(it => it.textContent.trim() === {tool:?} && !it.disabled)"
        );
        until(self.window(), &format!("the tool {tool}"), &find).await?;
        self.window().execute(format!("({find}).focus()"), Vec::new()).await?;
        let chosen = self.window().active_element().await?;
        chosen.click().await.with_context(|| format!("taking {tool}"))
    }

    /// Moves the trusted pointer to the middle of an element of the replayed page.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn points_at(&self, selector: &str) -> Result<()> {
        let (x, y) = self.spot(selector).await?;
        Ok(self.window().action_chain().move_to(x, y).perform().await?)
    }

    /// Clicks on an element of the replayed page with the trusted pointer.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn clicks(&self, selector: &str) -> Result<()> {
        let (x, y) = self.spot(selector).await?;
        let pointer = self.window().action_chain().move_to(x, y).click();
        pointer.perform().await.with_context(|| format!("clicking {selector}"))
    }

    /// Types with trusted keys.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn types(&self, text: &str) -> Result<()> {
        Ok(self.window().action_chain().send_keys(text).perform().await?)
    }

    /// Where the middle of an element of the replayed page is in the agent's window: the frame is scaled.
    async fn spot(&self, selector: &str) -> Result<(i64, i64)> {
        let spot = format!(
            "(() => {{ const frame = document.querySelector('iframe'), outer = frame.getBoundingClientRect();
               const it = frame.contentDocument.querySelector({selector:?})?.getBoundingClientRect();
               if (!it?.width) return null;
               const scale = outer.width / frame.clientWidth;
               return [outer.x + (it.x + it.width / 2) * scale, outer.y + (it.y + it.height / 2) * scale]; }})()"
        );
        let found = until(self.window(), selector, &spot).await?;
        let at = |index: usize| found[index].as_f64().unwrap_or_default() as i64;
        Ok((at(0), at(1)))
    }
}
