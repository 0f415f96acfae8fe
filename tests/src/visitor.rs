//! What a visitor does: opens pages, answers questions, takes control back.
use anyhow::{Context, Result, bail};
use serde_json::json;
use thirtyfour::WebDriver;

use crate::{
    browser::Browser,
    closed::{self, Spot, Wire, wire},
    wait::{PATIENCE, eval, into_new_tab, until},
};

/// Our host in the page, found from outside as anybody could: the last element, in the top layer.
pub const HOST: &str = "[popover=manual]:popover-open:not([id])";

/// The person who needs help.
pub struct Visitor {
    /// Their browser.
    pub browser: Browser,
    /// The shop's address.
    pub shop: String,
}

impl Visitor {
    /// The window.
    pub fn window(&self) -> &WebDriver {
        &self.browser.driver
    }

    /// Opens a page of the shop.
    ///
    /// # Errors
    /// When the browser does not get there.
    pub async fn opens(&self, path: &str) -> Result<()> {
        Ok(self.window().goto(format!("{}{path}", self.shop)).await?)
    }

    /// Waits for the question or bar that says `text`.
    ///
    /// # Errors
    /// When it is never shown.
    pub async fn is_told(&self, text: &str) -> Result<()> {
        let begun = std::time::Instant::now();
        let mut last = String::new();
        while begun.elapsed() < PATIENCE {
            last = self.bar_text().await;
            if last.contains(text) {
                return Ok(());
            }
        }
        bail!("the visitor was never told {text:?}; at last: {last:?}")
    }

    /// Opens a path in a new tab, as a link with a target does: with a copy of this tab's storage. Goes there.
    ///
    /// # Errors
    /// When no tab opens.
    pub async fn duplicates_the_tab(&self, path: &str) -> Result<()> {
        // A page without our script: what the copy holds can be seen before anybody takes it away.
        let open = async { eval(self.window(), "void open('/help/embed')").await.map(drop) };
        into_new_tab(self.window(), open).await?;
        until(self.window(), "the copy of the record", "sessionStorage.getItem('tandem.share')").await?;
        self.opens(path).await
    }

    /// Reads the element that a selector finds in the page.
    ///
    /// # Errors
    /// When the page throws.
    pub async fn reads(&self, expression: &str) -> Result<serde_json::Value> {
        eval(self.window(), expression).await
    }

    /// Waits until an expression in the page is true.
    ///
    /// # Errors
    /// When it never is.
    pub async fn has(&self, condition: &str) -> Result<()> {
        until(self.window(), &format!("the visitor's page to have {condition}"), condition).await.map(drop)
    }

    /// Waits until the address is a path, without touching the page: one that is on its way into the back/forward cache
    /// is thrown out by a script that is run in it.
    ///
    /// # Errors
    /// When it never is.
    pub async fn is_at(&self, path: &str) -> Result<()> {
        let begun = std::time::Instant::now();
        loop {
            let url = self.window().current_url().await?;
            if url.path() == path {
                return Ok(());
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "the visitor is at {url} and not at {path}");
        }
    }

    /// Clicks on an element with the trusted pointer.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn clicks(&self, selector: &str) -> Result<()> {
        self.has(&format!("document.querySelector({selector:?})")).await?;
        let element = self.window().find(thirtyfour::By::Css(selector)).await?;
        element.click().await.with_context(|| format!("clicking {selector}"))
    }

    /// Types into a field with trusted keys.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn types(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.window().find(thirtyfour::By::Css(selector)).await?;
        field.send_keys(text).await.with_context(|| format!("typing into {selector}"))
    }

    /// Waits until nothing of ours is in the page.
    ///
    /// # Errors
    /// When the bar stays.
    pub async fn sees_no_bar(&self) -> Result<()> {
        until(self.window(), "the bar to go", &format!("!document.querySelector({HOST:?})")).await?;
        Ok(())
    }

    /// Presses a button of the question or the bar by its `data-act`, with the trusted pointer, once it has
    /// settled.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn presses(&self, act: &str) -> Result<()> {
        self.button(act).await?;
        // The guard's half second, on the page's own clock, from after the button was found.
        let now = eval(self.window(), "performance.now() + 650").await?;
        until(self.window(), "the button to settle", &format!("performance.now() > {now}")).await?;
        let Spot { x, y } = self.button(act).await?;
        let pointer = self.window().action_chain().move_to(x, y).click();
        pointer.perform().await.with_context(|| format!("pressing {act}"))
    }

    /// Presses at a spot twenty times with the trusted pointer, quicker than any hand.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn hammers(&self, Spot { x, y }: Spot) -> Result<()> {
        let press = [
            json!({ "type": "pointerDown", "button": 0 }),
            json!({ "type": "pointerUp", "button": 0 }),
            json!({ "type": "pause", "duration": 40 }),
        ];
        let mut actions = vec![json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y })];
        (0..20).for_each(|_| actions.extend(press.clone()));
        let mouse = json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": actions });
        wire(self.window(), Wire::Post("actions".into(), json!({ "actions": [mouse] }))).await.map(drop)
    }

    /// Finds a button of ours.
    ///
    /// # Errors
    /// When it is never there.
    pub async fn button(&self, act: &str) -> Result<Spot> {
        let begun = std::time::Instant::now();
        loop {
            match closed::button(self.window(), self.browser.kind, act).await {
                Ok(spot) => return Ok(spot),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// What the question and the bar say now; nothing when there is none.
    pub async fn bar_text(&self) -> String {
        closed::text(self.window(), self.browser.kind).await.unwrap_or_default()
    }

    /// Waits for an agent's pointer with this name.
    ///
    /// # Errors
    /// When it never comes.
    pub async fn is_pointed_at_by(&self, name: &str) -> Result<()> {
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            if closed::pointer(self.window(), self.browser.kind).await.is_ok_and(|found| found == name) {
                return Ok(());
            }
        }
        bail!("nobody called {name} pointed")
    }
}
