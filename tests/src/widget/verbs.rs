//! What a visitor does in the widget, by trusted pointers and keys.
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::TypingData;

use super::root::{Root, attribute};
use crate::{
    browser::Kind,
    closed::{Wire, wire},
};

impl Root<'_> {
    /// Clicks in the middle of what a selector finds, with the trusted pointer, once it rests.
    ///
    /// # Errors
    /// When it is not there, or something else is in front of it.
    pub async fn clicks(&self, selector: &str) -> Result<()> {
        let spot = format!(
            "(() => {{ const it = root.querySelector({selector:?}); if (!it) return null;
             if (root.getAnimations?.().some(it => it.playState === 'running' && it.effect?.getComputedTiming().iterations < 9)) return null;
             const box = it.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
             const top = root.elementFromPoint(x, y);
             return it.contains(top) || top?.contains(it) && top.localName === 'label' ? [Math.round(x), Math.round(y)] : null; }})()"
        );
        let spot = match self.until(&format!("{selector} to be in sight"), &spot).await {
            Ok(spot) => spot,
            Err(error) => return Err(error.context(self.what_hides(selector).await)),
        };
        let at = |index: usize| spot[index].as_i64().unwrap_or_default();
        let pointer = self.driver.action_chain().move_to(at(0), at(1)).click();
        pointer.perform().await.with_context(|| format!("clicking {selector}"))
    }

    /// Why what a selector finds is not clicked on: what moves, and what is in front of it.
    async fn what_hides(&self, selector: &str) -> String {
        let why = format!(
            "(() => {{ const it = root.querySelector({selector:?}); if (!it) return 'nothing like it';
             const moves = root.getAnimations().map(it => [it.animationName ?? it.transitionProperty, it.playState, it.pending, it.currentTime]);
             const box = it.getBoundingClientRect(), top = root.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
             return JSON.stringify({{ moves, box, top: top?.outerHTML.slice(0, 99), shown: document.visibilityState }}); }})()"
        );
        match self.eval(&why).await {
            Ok(why) => format!("{selector}: {why}"),
            Err(error) => format!("{selector}: {error:#}"),
        }
    }

    /// Types with trusted keys, wherever the focus is.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn types(&self, keys: impl Into<TypingData>) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }

    /// Presses Shift and Enter.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn breaks_the_line(&self) -> Result<()> {
        use thirtyfour::Key::{Enter, Shift};
        let keys = self.driver.action_chain().key_down(Shift).key_down(Enter).key_up(Enter).key_up(Shift);
        Ok(keys.perform().await?)
    }

    /// Waits until the widget says something.
    ///
    /// # Errors
    /// When it never does.
    pub async fn says(&self, text: &str) -> Result<()> {
        let said = format!("[...root.children].some(it => (it.innerText ?? '').includes({text:?}))");
        self.until(&format!("the widget to say {text:?}"), &said).await.map(drop)
    }

    /// Opens the window by the bubble.
    ///
    /// # Errors
    /// When there is none.
    pub async fn opens(&self) -> Result<()> {
        self.clicks(".open").await?;
        self.until("the window", "root.querySelector('.window')").await.map(drop)
    }

    /// Fills the form in.
    ///
    /// # Errors
    /// When a field is not there.
    pub async fn fills_in(&self, fields: &[(&str, &str)]) -> Result<()> {
        for (name, text) in fields {
            self.clicks(&format!("[name={name}]")).await?;
            self.types(*text).await?;
        }
        Ok(())
    }

    /// Opens the window, says who it is, and starts.
    ///
    /// # Errors
    /// When it does not come that far.
    pub async fn starts(&self) -> Result<()> {
        self.opens().await?;
        self.fills_in(&[("name", "Zoe Martin"), ("email", "zoe@example.test")]).await?;
        self.clicks("form [type=submit]").await?;
        self.until("the thread", "root.querySelector('.thread')").await.map(drop)
    }

    /// Writes a message and sends it by Enter.
    ///
    /// # Errors
    /// When there is no composer.
    pub async fn writes(&self, text: &str) -> Result<()> {
        self.clicks("[data-compose]").await?;
        self.types(text).await?;
        self.types(thirtyfour::Key::Enter).await
    }

    /// Waits until a message of the visitor's has arrived.
    ///
    /// # Errors
    /// When it never does.
    pub async fn has_sent(&self, text: &str) -> Result<()> {
        let arrived = format!(
            "[...root.querySelectorAll('.me[data-seq] .bubble')].some(it => it.textContent.includes({text:?}))"
        );
        self.until(&format!("{text:?} to arrive"), &arrived).await.map(drop)
    }

    /// Chooses files by the paper clip.
    ///
    /// # Errors
    /// When there is none.
    pub async fn chooses_files(&self, files: &[&Path]) -> Result<()> {
        self.gives("multiple", files).await
    }

    /// Takes a picture by the button that asks a phone's camera.
    ///
    /// # Errors
    /// When there is none.
    pub async fn takes_a_picture(&self, picture: &Path) -> Result<()> {
        let asks = "root.querySelector('input[capture]')?.accept === 'image/*'";
        self.until("a field that asks for pictures", asks).await?;
        self.gives("capture", &[picture]).await
    }

    /// Gives files to the field that has an attribute.
    async fn gives(&self, attribute_name: &str, files: &[&Path]) -> Result<()> {
        let field = format!("root.querySelector('input[type=file][{attribute_name}]')");
        self.until("a field for files", &field).await?;
        let names: Vec<_> = files.iter().map(|it| it.to_string_lossy().into_owned()).collect();
        match self.kind {
            Kind::Chromium => {
                let is_it = |it: &Value| {
                    attribute(it, "type") == Some("file") && attribute(it, attribute_name).is_some()
                };
                let input = self.node(is_it).await?;
                let set = json!({ "backendNodeId": input, "files": names });
                self.cdp("DOM.setFileInputFiles", set).await.map(drop)
            }
            Kind::Firefox => {
                let input = self.eval(&field).await?;
                let id = input.as_object().and_then(|it| it.values().next()).and_then(Value::as_str);
                let id = id.context("no input")?.to_owned();
                let body = json!({ "text": names.join("\n") });
                wire(self.driver, Wire::Post(format!("element/{id}/value"), body)).await.map(drop)
            }
        }
    }
}
