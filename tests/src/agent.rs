//! What an agent does: logs in, asks, looks, points, controls.
use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::{
    browser::Browser,
    closed::{Wire, wire},
    wait::{PATIENCE, eval, into_new_tab, until},
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

    /// The address of the list of visitors.
    pub fn visitors(&self) -> String {
        format!("{}/visitors", self.desk)
    }

    /// Logs in at the desk, and is at the list of visitors.
    ///
    /// # Errors
    /// When the desk never shows.
    pub async fn logs_in(&self) -> Result<()> {
        self.window().goto(self.visitors()).await?;
        self.fills_in_the_login().await?;
        until(self.window(), "the list of visitors", "document.querySelector('#list-title')").await?;
        Ok(())
    }

    /// Fills in the log-in that is shown, and sends it.
    ///
    /// # Errors
    /// When it is not shown.
    pub async fn fills_in_the_login(&self) -> Result<()> {
        until(self.window(), "the log-in form", "document.querySelector('input[name=email]')").await?;
        self.window().find(By::Name("email")).await?.send_keys(&self.email).await?;
        self.window().find(By::Name("password")).await?.send_keys(&self.password).await?;
        Ok(self.window().find(By::Css("button[type=submit]")).await?.click().await?)
    }

    /// Chooses the one visitor that is listed, presses the button, and goes to the tab that opens.
    ///
    /// # Errors
    /// When no visitor is listed or no tab opens.
    pub async fn asks_for_a_view(&self) -> Result<()> {
        self.chooses_the_visitor().await?;
        until(self.window(), "the button", "document.querySelector('#see-page')").await?;
        let press = async { Ok(self.window().find(By::Id("see-page")).await?.click().await?) };
        into_new_tab(self.window(), press).await
    }

    /// Chooses the one visitor that is listed.
    ///
    /// # Errors
    /// When nobody is.
    pub async fn chooses_the_visitor(&self) -> Result<()> {
        until(self.window(), "a visitor in the list", "document.querySelector('[role=option]')").await?;
        Ok(self.window().find(By::Css("[role=option]")).await?.click().await?)
    }

    /// Clicks on the button of the replayed page that is named so, wherever it is.
    ///
    /// # Errors
    /// When there is none.
    pub async fn presses_in_page(&self, name: &str) -> Result<()> {
        let button = format!(
            "[...page.querySelectorAll('button:not([disabled])')].find(it => it.textContent.trim() === {name:?})"
        );
        self.sees(&button).await?;
        self.brings(&button).await?;
        self.clicks_on(&button).await
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
        let (x, y) = self.spot(&by(selector)).await?;
        Ok(self.window().action_chain().move_to(x, y).perform().await?)
    }

    /// Clicks on an element of the replayed page with the trusted pointer.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn clicks(&self, selector: &str) -> Result<()> {
        self.clicks_on(&by(selector)).await
    }

    /// Clicks on the element that an expression over `page` gives: for instance inside a frame or a shadow root.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn clicks_on(&self, element: &str) -> Result<()> {
        let (x, y) = self.spot(element).await?;
        let pointer = self.window().action_chain().move_to(x, y).click();
        pointer.perform().await.with_context(|| format!("clicking {element}"))
    }

    /// Turns the trusted wheel until an element of the replayed page is well inside the view.
    ///
    /// # Errors
    /// When it never is.
    pub async fn brings(&self, element: &str) -> Result<()> {
        let begun = std::time::Instant::now();
        let distance = format!(
            "(() => {{ const y = ({SPOT})((page) => {element})?.y, high = {PAGE}.defaultView.innerHeight;
               if (y === undefined) return null;
               return 90 < y && y < high - 40 ? 'there' : Math.round(y - high / 2); }})()"
        );
        while begun.elapsed() < PATIENCE {
            let by = until(self.window(), element, &distance).await?;
            let Some(by) = by.as_i64() else { return Ok(()) };
            self.turns_the_wheel("page.documentElement", by).await?;
            // What is scrolled there is seen here a moment later.
            until(self.window(), "the page to scroll", &format!("{distance} !== {by}")).await?;
        }
        anyhow::bail!("{element} never came into the view")
    }

    /// Turns the trusted wheel over an element of the replayed page, by so many pixels downwards.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn turns_the_wheel(&self, over: &str, by: i64) -> Result<()> {
        let (x, y) =
            if over == "page.documentElement" { self.middle().await? } else { self.spot(over).await? };
        let turn =
            json!({ "type": "scroll", "x": x, "y": y, "deltaX": 0, "deltaY": by, "origin": "viewport" });
        let wheel = json!({ "actions": [{ "type": "wheel", "id": "wheel", "actions": [turn] }] });
        wire(self.window(), Wire::Post("actions".to_owned(), wheel)).await.map(drop)
    }

    /// Chooses from a select of the replayed page, by what is read.
    ///
    /// # Errors
    /// When there is no such choice.
    pub async fn chooses(&self, selector: &str, text: &str) -> Result<()> {
        self.chooses_from(&by(selector), text).await
    }

    /// The same from the select that an expression over `page` gives: for instance inside a frame or a shadow root.
    ///
    /// # Errors
    /// When there is no such choice.
    pub async fn chooses_from(&self, select: &str, text: &str) -> Result<()> {
        self.clicks_on(select).await?;
        let find = format!(
            "[...document.querySelectorAll('.picker button')].find(it => it.textContent === {text:?})"
        );
        until(self.window(), &format!("the choice {text}"), &find).await?;
        // The list takes the focus as it is painted, not from the choice that has it by then.
        until(self.window(), "the list to have the focus", "!!document.activeElement?.closest('.picker')")
            .await?;
        self.window().execute(format!("({find}).focus()"), Vec::new()).await?;
        Ok(self.window().active_element().await?.click().await?)
    }

    /// Presses the button of the agent's own window that is named so.
    ///
    /// # Errors
    /// When there is none.
    pub async fn presses(&self, name: &str) -> Result<()> {
        let find = format!(
            "[...document.querySelectorAll('button, a.button')].find(it => [it.ariaLabel, it.textContent.trim()].includes({name:?}) && !it.disabled)"
        );
        until(self.window(), &format!("the button {name}"), &find).await?;
        self.window().execute(format!("({find}).focus()"), Vec::new()).await?;
        let button = self.window().active_element().await?;
        button.click().await.with_context(|| format!("pressing {name}"))
    }

    /// Waits until the agent's own window says something.
    ///
    /// # Errors
    /// When it never does.
    pub async fn is_told(&self, text: &str) -> Result<()> {
        let said = format!("document.body?.innerText.includes({text:?})");
        until(self.window(), &format!("the agent to be told {text:?}"), &said).await.map(drop)
    }

    /// Types with trusted keys.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn types(&self, text: &str) -> Result<()> {
        Ok(self.window().action_chain().send_keys(text).perform().await?)
    }

    /// Presses a named key, as the DOM calls it.
    ///
    /// # Errors
    /// When it has no place on our keyboard.
    pub async fn presses_keys(&self, key: &str) -> Result<()> {
        let key = match key {
            "ArrowUp" => Key::Up,
            "ArrowDown" => Key::Down,
            "Backspace" => Key::Backspace,
            "Enter" => Key::Enter,
            "Tab" => Key::Tab,
            other => anyhow::bail!("no key {other}"),
        };
        self.types(&String::from(key.value())).await
    }

    /// Goes to a path of the visitor's site, while in control.
    ///
    /// # Errors
    /// When there is no box for it.
    pub async fn goes_to(&self, path: &str) -> Result<()> {
        until(self.window(), "the box for a path", "document.querySelector('.path-box input')").await?;
        let field = self.window().find(By::Css(".path-box input")).await?;
        field.clear().await?;
        field.send_keys(path).await?;
        Ok(field.send_keys(Key::Enter + "").await?)
    }

    /// Where the middle of an element of the replayed page is in the agent's window: the frame is scaled.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn spot(&self, element: &str) -> Result<(i64, i64)> {
        let spot = format!(
            "(() => {{ const frame = document.querySelector('iframe'), outer = frame.getBoundingClientRect();
               const at = ({SPOT})((page) => {element}), scale = outer.width / frame.clientWidth;
               return at && [outer.x + at.x * scale, outer.y + at.y * scale]; }})()"
        );
        let found = until(self.window(), element, &spot).await?;
        let at = |index: usize| found[index].as_f64().unwrap_or_default() as i64;
        Ok((at(0), at(1)))
    }

    /// The middle of the replayed page in the agent's window.
    async fn middle(&self) -> Result<(i64, i64)> {
        let middle = "(it => [it.x + it.width / 2, it.y + it.height / 2])(document.querySelector('iframe').getBoundingClientRect())";
        let found = eval(self.window(), middle).await?;
        let at = |index: usize| found[index].as_f64().unwrap_or_default() as i64;
        Ok((at(0), at(1)))
    }
}

/// The expression over `page` that a selector means.
fn by(selector: &str) -> String {
    format!("page.querySelector({selector:?})")
}

/// The middle of the element that an expression over `page` gives, in the replayed window: frames are added up.
const SPOT: &str = "(find) => {
  const page = document.querySelector('iframe').contentDocument, it = find(page), box = it?.getBoundingClientRect();
  if (!box?.width) return undefined;
  let x = box.x + box.width / 2, y = box.y + box.height / 2;
  for (let at = it.ownerDocument; at !== page;) {
    const frame = at.defaultView.frameElement, outer = frame.getBoundingClientRect();
    x += outer.x + frame.clientLeft;
    y += outer.y + frame.clientTop;
    at = frame.ownerDocument;
  }
  return { x, y };
}";
