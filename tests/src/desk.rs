//! Stories of the desk's conversations: a whole server, an agent in a browser, and visitors who need none.
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use accounts::{Accounts, NewAgent, Role, SitesOf, random_password};
use anyhow::{Context, Result, ensure};
use chat::server::Chat;
use chat_client::{Place, Visitor};
use chat_proto::{
    Form,
    desk::Presence,
    visitor::{FromVisitor, PageView, Visit},
};
use http::Method;
use relay::{Config, Running};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::{
    admin::Admin,
    agent::Agent,
    browser::{Browser, Kind},
    failure,
    story::{Folder, config, is_without_server, start},
    wait::{PATIENCE, eval, until},
    widget,
};

/// Where the visitors' pages would be.
const PAGES: &str = "http://shop.localhost:9";

/// Everything that a story of the desk happens on.
pub struct Desk {
    /// The server, in this process.
    pub server: Running,
    /// The agent in the browser.
    pub agent: Agent,
    place: Place,
    colleague: (String, String),
    data: Folder,
}

/// A server before its first desk and its first visitor.
pub struct Before {
    /// Its chat service.
    pub chat: Chat,
    /// Its accounts: Claire and Bruno among them.
    pub accounts: Accounts,
}

/// Tells a story in each browser, in English, to an agent of this role.
///
/// # Panics
/// When it fails in one of them; the message says in which, and why.
pub async fn at_each_desk(name: &str, role: Role, story: impl AsyncFn(&mut Desk) -> Result<()>) {
    for kind in [Kind::Chromium, Kind::Firefox] {
        at_desk(name, (kind, "en", role), &story).await;
    }
}

/// Tells a story in one browser that speaks a language, to an agent of a role.
///
/// # Panics
/// As [`at_each_desk`].
pub async fn at_desk(
    name: &str,
    (kind, language, role): (Kind, &str, Role),
    story: impl AsyncFn(&mut Desk) -> Result<()>,
) {
    let desk = Desk::set(kind, language, role).await.expect("the stage is set");
    desk.tell(name, story).await;
}

impl Desk {
    /// Tells a story on this stage, and clears it.
    ///
    /// # Panics
    /// As [`at_each_desk`].
    pub async fn tell(self, name: &str, story: impl AsyncFn(&mut Self) -> Result<()>) {
        let mut desk = self;
        let kind = desk.agent.browser.kind;
        if let Err(error) = story(&mut desk).await {
            let (name, metrics) = (format!("{name}-{}", kind.name()), desk.server.app.metrics.text());
            let folder = failure::keep_one(&name, desk.agent.window(), &metrics).await;
            panic!("{name}: {error:#}\nsee {}", folder.display());
        }
        desk.strike().await.expect("the stage is cleared");
    }

    /// Starts a server and a browser, for an agent of this role.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn set(kind: Kind, language: &str, role: Role) -> Result<Self> {
        Self::set_after((kind, language, role), async |_: &Before| Ok(())).await
    }

    /// The same, after something was put into its store.
    ///
    /// # Errors
    /// When one of them does not start, or it cannot be put there.
    pub async fn set_after(
        (kind, language, role): (Kind, &str, Role),
        prepare: impl AsyncFn(&Before) -> Result<()>,
    ) -> Result<Self> {
        let data = Folder::new()?;
        // Everybody is there before the service begins: it knows them all by name.
        let (before, (chat, accounts)) = widget::serve(config(&data, PAGES)?).await?;
        let (email, password) = new_agent(&before, "Claire", role).await?;
        let colleague = new_agent(&before, "Bruno", Role::Agent).await?;
        prepare(&Before { chat, accounts }).await?;
        before.shutdown().await?;
        let server = start(config(&data, PAGES)?).await?;
        let place = Place {
            server: server.url.replacen("desk.localhost", "127.0.0.1", 1),
            desk: server.url.clone(),
            site: "demo".into(),
            pages: PAGES.into(),
        };
        Admin::of_the_demo(place.clone(), &server).await?.nobody_hurries().await?;
        let browser = Browser::start(kind, language).await?;
        let agent = Agent { browser, desk: server.url.clone(), email, password };
        Ok(Self { server, agent, place, colleague, data })
    }

    /// Bruno, an agent who needs no browser; connected and available.
    ///
    /// # Errors
    /// When they cannot log in.
    pub async fn colleague(&self) -> Result<chat_client::Agent> {
        let (email, password) = &self.colleague;
        let mut agent = chat_client::Agent::log_in(self.place.clone(), email, password).await?;
        agent.connect().await?;
        agent.be(Presence::Available).await?;
        Ok(agent)
    }

    /// The agent, as who sets the site up: a manager, or an admin.
    ///
    /// # Errors
    /// When the log-in fails.
    pub async fn admin(&self) -> Result<Admin> {
        Admin::log_in(self.place.clone(), &self.agent.email, &self.agent.password).await
    }

    /// Adds a site, which everybody here serves: where its visitors come from.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn another_site(&self, key: &str, name: &str) -> Result<Place> {
        let pages = format!("http://{key}.localhost:9");
        let site = json!({ "key": key, "name": name, "origins": [pages] });
        let owner = Admin::of_the_demo(self.place.clone(), &self.server).await?;
        owner.asks(Method::POST, "/v1/sites", site).await?;
        Ok(Place { site: key.into(), pages, ..self.place.clone() })
    }

    /// A visitor who has not come yet.
    pub fn somebody(&self) -> Visitor {
        Visitor::new(self.place.clone())
    }

    /// A visitor with a conversation that waits.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub async fn visitor(&self, name: &str) -> Result<Visitor> {
        self.visitor_of(self.place.clone(), name).await
    }

    /// The same, on another site.
    ///
    /// # Errors
    /// As there.
    pub async fn visitor_of(&self, place: Place, name: &str) -> Result<Visitor> {
        let mut visitor = Visitor::new(place);
        visitor.connect().await?;
        self.starts_as(&mut visitor, name).await?;
        Ok(visitor)
    }

    /// The visitor begins once more.
    ///
    /// # Errors
    /// When they may not.
    pub async fn starts(&self, visitor: &mut Visitor) -> Result<()> {
        self.starts_as(visitor, "Marie Dupont").await
    }

    async fn starts_as(&self, visitor: &mut Visitor, name: &str) -> Result<()> {
        visitor.start(form_of(name), "en").await?;
        Ok(())
    }

    /// The visitor begins, so long after they had come to the site. Gives the moment when they had, milliseconds since
    /// 1970.
    ///
    /// # Errors
    /// As [`Desk::starts`].
    pub async fn starts_late(&self, visitor: &mut Visitor, after: Duration) -> Result<i64> {
        let came = now()? - i64::try_from(after.as_millis())?;
        let page = PageView { url: format!("{PAGES}/"), title: "The shop".into(), at: came };
        let visit = Visit { id: chat_client::name(), started: came, pages: vec![page], ..Visit::default() };
        let (form, lang) = (form_of("Marie Dupont"), "en".into());
        let start = FromVisitor::Start { cid: chat_client::name(), form, lang, offline: false, visit };
        visitor.say(start).await?;
        Ok(came)
    }

    /// The visitor looks at a page of the site.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn looks_at(&self, visitor: &mut Visitor, path: &str, title: &str) -> Result<()> {
        self.tells_of(visitor, &format!("{PAGES}{path}"), title).await
    }

    /// The visitor's browser tells of a page, whatever its address is.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn tells_of(&self, visitor: &mut Visitor, url: &str, title: &str) -> Result<()> {
        let page = PageView { url: url.into(), title: title.into(), at: now()? };
        Ok(visitor.tell(&FromVisitor::Page(page)).await?)
    }

    /// A file on this machine, for a field of files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn file(&self, name: &str, text: &str) -> Result<String> {
        let path = self.data.path().join(name);
        std::fs::write(&path, text)?;
        path.into_os_string().into_string().map_err(|path| anyhow::anyhow!("{} is no text", path.display()))
    }

    /// Ends the server, lets things happen without it, and starts it again on the same data and port.
    ///
    /// # Errors
    /// When it does not come back, or what happens meanwhile fails.
    pub async fn without_server(&mut self, meanwhile: impl AsyncFn(&Self) -> Result<()>) -> Result<()> {
        let again = Config { listen: self.server.addr, ..config(&self.data, PAGES)? };
        let put = |desk: &mut Self, server| std::mem::replace(&mut desk.server, server);
        is_without_server(self, again, (start, put), meanwhile).await
    }

    async fn strike(self) -> Result<()> {
        self.agent.browser.quit().await?;
        self.server.shutdown().await?;
        Ok(())
    }
}

/// What a visitor of this name fills in.
fn form_of(name: &str) -> Form {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    Form::from([("name".into(), name.into()), ("email".into(), email)])
}

/// Milliseconds since 1970.
fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}

async fn new_agent(server: &Running, first_name: &str, role: Role) -> Result<(String, String)> {
    let (email, password) = (format!("{}@demo.tandem", first_name.to_lowercase()), random_password()?);
    let account = NewAgent {
        email: email.clone(),
        first_name: first_name.into(),
        last_name: "Durand".into(),
        role,
        sites: SitesOf::All,
        password: password.clone(),
    };
    server.app.accounts.put_agent(account).await?;
    Ok((email, password))
}

/// What an agent does with conversations, in the browser.
impl Agent {
    /// Logs in, and is at the conversations.
    ///
    /// # Errors
    /// When they never show.
    pub async fn opens_chats(&self) -> Result<()> {
        self.window().goto(&self.desk).await?;
        self.fills_in_the_login().await?;
        self.finds("the lists", "document.querySelector('.tabs')").await.map(drop)
    }

    /// Is available for the site from now on.
    ///
    /// # Errors
    /// When the menu is not there.
    pub async fn connects(&self) -> Result<()> {
        self.is_there("available").await
    }

    /// Is `available`, `away` or `gone` for the site from now on.
    ///
    /// # Errors
    /// When the menu is not there.
    pub async fn is_there(&self, presence: &str) -> Result<()> {
        self.clicks_at(".presence").await?;
        self.clicks_at(&format!(".presence-menu [data-presence={presence}]")).await?;
        let said = format!("document.querySelector('.presence .presence-dot.{presence}')");
        self.finds("presence", &said).await?;
        self.presses_key(Key::Escape).await?;
        self.finds("no menu", "!document.querySelector('.presence-menu:popover-open')").await.map(drop)
    }

    /// Shows a list by its name: `waiting`, `mine`, `history`, …
    ///
    /// # Errors
    /// When there is none.
    pub async fn shows_list(&self, list: &str) -> Result<()> {
        if !matches!(list, "waiting" | "mine") {
            self.clicks_at(".tab.more").await?;
        }
        self.clicks_at(&format!("[data-list={list}]")).await
    }

    /// Waits for an expression of the desk's page.
    ///
    /// # Errors
    /// When it never is true.
    pub async fn finds(&self, what: &str, condition: &str) -> Result<Value> {
        until(self.window(), what, condition).await
    }

    /// Waits for a text in what a selector finds.
    ///
    /// # Errors
    /// When it never is there.
    pub async fn reads_in(&self, selector: &str, text: &str) -> Result<()> {
        let condition = format!(
            "[...document.querySelectorAll({selector:?})].some(it => it.textContent.includes({text:?}))"
        );
        self.finds(&format!("{text:?} in {selector}"), &condition).await.map(drop)
    }

    /// Clicks on the first element of a selector that is seen, once it is there and can be used.
    ///
    /// # Errors
    /// When it never is.
    pub async fn clicks_at(&self, selector: &str) -> Result<()> {
        self.clicks_found(&format!(
            "[...document.querySelectorAll({selector:?})].find(it => it.checkVisibility() && !it.disabled)"
        ))
        .await
        .with_context(|| format!("clicking {selector}"))
    }

    /// Opens the conversation of the visitor with this name from the list that is shown.
    ///
    /// # Errors
    /// When there is no such row.
    pub async fn opens_row(&self, name: &str) -> Result<()> {
        self.clicks_found(&format!(
            "[...document.querySelectorAll('.chat-row')].find(it => it.textContent.includes({name:?}))"
        ))
        .await
        .with_context(|| format!("opening {name}"))
    }

    /// Waits until the list that is shown has these visitors, from the top to the bottom.
    ///
    /// # Errors
    /// When it never has.
    pub async fn lists(&self, names: &[&str]) -> Result<()> {
        let rows = "[...document.querySelectorAll('.chat-row')]
            .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
            .map(it => it.querySelector('.row-who').textContent).join()";
        self.finds(&format!("the list of {names:?}"), &format!("({rows}) === {:?}", names.join(",")))
            .await
            .map(drop)
    }

    /// Chooses from the menu of the list's filters and orders: of each named one what is read there.
    ///
    /// # Errors
    /// When there is no such choice.
    pub async fn narrows(&self, choices: &[(&str, &str)]) -> Result<()> {
        self.clicks_at(".search-line [popovertarget]").await?;
        for (name, text) in choices {
            let is_there = format!(
                "[...document.querySelectorAll('.filters [name={name}] option')].some(it => it.textContent === {text:?})"
            );
            self.finds(&format!("the choice {text}"), &is_there).await?;
            let option = format!("//select[@name='{name}']/option[. = '{text}']");
            self.window().find(By::XPath(&option)).await?.click().await?;
        }
        self.presses_key(Key::Escape).await?;
        self.finds("no menu", "!document.querySelector('.filters-menu:popover-open')").await.map(drop)
    }

    /// Searches the list for words, in the place of those that were there.
    ///
    /// # Errors
    /// When there is no box for them.
    pub async fn searches(&self, words: &str) -> Result<()> {
        let field = self.window().find(By::Id("search-chats")).await?;
        field.send_keys(Key::Control + "a").await?;
        Ok(field.send_keys(Key::Backspace + words).await?)
    }

    /// Clicks on what an expression gives; asks again when it is drawn anew in between.
    async fn clicks_found(&self, element: &str) -> Result<()> {
        let begun = Instant::now();
        loop {
            self.finds("something to click", &format!("!!({element})")).await?;
            let found = self.window().execute(format!("return {element};"), Vec::new()).await?;
            let clicked = match found.element() {
                Ok(found) => found.click().await,
                Err(error) => Err(error),
            };
            match clicked {
                Ok(()) => return Ok(()),
                Err(error) => ensure!(begun.elapsed() < PATIENCE, "{error}"),
            }
        }
    }

    /// Types into a field of the dialog, once that is open.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn types_in_dialog(&self, name: &str, text: &str) -> Result<()> {
        let field = format!("dialog[open] [name={name}]");
        self.finds(&format!("{name} in the dialog"), &format!("document.querySelector({field:?})")).await?;
        Ok(self.window().find(By::Css(&*field)).await?.send_keys(text).await?)
    }

    /// Types into the composer.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn types_reply(&self, text: &str) -> Result<()> {
        self.finds("the composer", "document.querySelector('#reply')").await?;
        Ok(self.window().find(By::Id("reply")).await?.send_keys(text).await?)
    }

    /// Presses a key.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn presses_key(&self, key: Key) -> Result<()> {
        self.types(&String::from(key.value())).await
    }

    /// Types a reply and publishes it with Enter.
    ///
    /// # Errors
    /// When the composer is not there.
    pub async fn replies(&self, text: &str) -> Result<()> {
        self.types_reply(text).await?;
        self.presses_key(Key::Enter).await
    }

    /// The thread's lines, each as its side and text.
    ///
    /// # Errors
    /// When the page does not say.
    pub async fn thread(&self) -> Result<Vec<String>> {
        let script = "[...document.querySelectorAll('.thread [data-from]')].map(it => it.dataset.from + ': ' + it.querySelector('.bubble').textContent)";
        let lines = eval(self.window(), script).await?;
        Ok(serde_json::from_value(lines)?)
    }

    /// Gives the page a size, whatever the browser's own frame takes.
    ///
    /// # Errors
    /// When the window does not take it.
    pub async fn sizes_page(&self, width: u32, height: u32) -> Result<()> {
        for _ in 0..3 {
            let inner = eval(self.window(), "[outerWidth - innerWidth, outerHeight - innerHeight]").await?;
            let frame =
                |index: usize| inner[index].as_u64().and_then(|it| u32::try_from(it).ok()).unwrap_or(0);
            self.window().set_window_rect(0, 0, width + frame(0), height + frame(1)).await?;
        }
        let got = eval(self.window(), "[innerWidth, innerHeight]").await?;
        ensure!(got[0] == width, "the page is {got} wide and high, not {width} × {height}");
        Ok(())
    }

    /// Makes the window as narrow as the browser lets it be.
    ///
    /// # Errors
    /// When one pane is never all that fits.
    pub async fn is_narrow(&self) -> Result<()> {
        self.window().set_window_rect(0, 0, 400, 844).await?;
        self.finds("room for one pane only", "matchMedia('(max-width: 720px)').matches").await.map(drop)
    }

    /// Waits until what glides in has arrived.
    ///
    /// # Errors
    /// When it never does.
    pub async fn is_at_rest(&self) -> Result<()> {
        // What pulses for ever, or counts an offer's seconds, is not waited for.
        let at_rest = "document.getAnimations().every(it => it.playState !== 'running'
                || it.effect.getComputedTiming().endTime >= 1000)";
        self.finds("what glides in to have arrived", at_rest).await.map(drop)
    }

    /// Keeps a picture in `target/screens`.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn is_pictured(&self, name: &str) -> Result<()> {
        self.is_at_rest().await?;
        self.browser.is_pictured(name).await
    }
}
