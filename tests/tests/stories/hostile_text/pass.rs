//! One conversation with everything about it, in texts of one style.
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use accounts::{NewAgent, Role, SitesOf};
use anyhow::{Context, Result, bail, ensure};
use chat_client::{Agent, Visitor};
use chat_proto::{
    desk::{Deed, FromDesk, Presence, Say},
    visitor::{FromVisitor, PageView},
};
use http::Method;
use serde_json::{Value, json};
use tests::{
    admin::Admin,
    plain::{Style, acting, is_quiet, missing, watches},
    story::Stage,
    wait::{PATIENCE, eval, into_new_tab, until},
    widget::Root,
};

use super::fields::most;

const PASSWORD: &str = "correct horse battery";

/// One style of texts.
pub struct Pass<'a> {
    stage: &'a Stage,
    admin: Admin,
    style: Style,
    /// What would ask for something, where there is room for it.
    bait: String,
    /// What a text became on its way in.
    became: BTreeMap<&'static str, String>,
    /// The fields whose texts were shown.
    pub seen: BTreeSet<&'static str>,
    /// The fields that take no such text.
    pub refused: BTreeSet<&'static str>,
}

impl<'a> Pass<'a> {
    pub async fn new(stage: &'a Stage, (style, bait): (Style, String)) -> Result<Self> {
        let (became, seen, refused) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Ok(Self { admin: stage.admin().await?, stage, style, bait, became, seen, refused })
    }

    /// The text of a field.
    fn t(&self, field: &'static str) -> String {
        if let Some(became) = self.became.get(field) {
            return became.clone();
        }
        let text = self.style.text(field, most(field));
        // Where addresses are taken out of texts, there is no bait.
        let has_room = self.style == Style::Markup && most(field) >= 1_000;
        if has_room { text + self.bait.as_str() } else { text }
    }

    /// Stores something; a refusal of hostile texts is an answer too, where it names what it does not take.
    async fn stores(
        &mut self,
        fields: &[&'static str],
        (method, path): (Method, &str),
        body: Value,
    ) -> Result<()> {
        let (status, answer) = self.admin.tries(method, path, &body).await?;
        if (200..300).contains(&status) {
            return Ok(());
        }
        let fault: Value = serde_json::from_str(&answer).unwrap_or_default();
        let names_fields = fault["fields"].as_object().is_some_and(|it| !it.is_empty());
        ensure!(matches!(status, 400 | 422) && names_fields, "{path} {body}: {status} {answer}");
        eprintln!("{:?}: {path}: {status} {answer}", self.style);
        self.refused.extend(fields);
        Ok(())
    }

    fn of_site(path: &str) -> String {
        format!("/v1/admin/sites/demo/{path}")
    }

    pub async fn plays(&mut self) -> Result<()> {
        self.is_set_up().await.context("setting up")?;
        self.begins().await.context("at the beginning")?;
        let (mut visitor, mut sophie) = self.talks().await.context("while they talk")?;
        self.dialogs().await.context("in dialogs")?;
        if self.style == Style::Markup {
            self.is_viewed().await.context("beside the view")?;
        }
        self.ends(&mut visitor, &mut sophie).await.context("at the end")?;
        self.in_administration().await.context("in the administration")?;
        self.is_closed_today().await.context("outside opening hours")
    }

    /// Nothing is in two languages: whoever reads it gets the text.
    fn in_english(&self, field: &'static str) -> Value {
        json!({ "en": self.t(field) })
    }

    async fn is_set_up(&mut self) -> Result<()> {
        let queue = self.admin.reads("queues").await?[0].clone();
        let put = |path: &str| (Method::PUT, Self::of_site(path));
        let mut named = queue.clone();
        named["name"] = self.t("queue").into();
        let (method, path) = put(&format!("queues/{}", queue["id"]));
        self.stores(&["queue"], (method, &path), named).await?;
        let choice = json!({ "option": 1, "label": self.in_english("choice"), "enabled": true, "next": 2 });
        let question =
            json!({ "id": 1, "kind": "question", "text": self.in_english("question"), "choices": [choice] });
        let handover = json!({ "id": 2, "kind": "handover", "text": self.in_english("welcome"), "queue": queue["id"], "offline_form": true });
        let (method, path) = put("bot");
        self.stores(
            &["question", "choice"],
            (method, &path),
            json!({ "start": 1, "nodes": [question, handover] }),
        )
        .await?;
        let mut general = self.admin.reads("general").await?;
        general["greeting"] = self.in_english("greeting");
        general["bot_name"] = self.t("bot").into();
        general["entry"] = "bot".into();
        let (method, path) = put("general");
        self.stores(&["greeting", "bot"], (method, &path), general).await?;
        let mut forms = self.admin.reads("forms").await?;
        for field in forms["start"].as_array_mut().into_iter().flatten() {
            field["label"] = self.in_english("label");
        }
        for field in forms["offline"].as_array_mut().into_iter().flatten() {
            field["label"] = self.in_english("label");
        }
        let (method, path) = put("forms");
        self.stores(&["label"], (method, &path), forms).await?;
        let (method, path) = put("custom");
        let custom = json!([{ "key": "basket", "kind": "text", "label": self.in_english("custom") }]);
        self.stores(&["custom"], (method, &path), custom).await?;
        self.people_and_words().await
    }

    async fn people_and_words(&mut self) -> Result<()> {
        let tag = json!({ "name": self.t("tag") });
        self.stores(&["tag"], (Method::POST, &Self::of_site("tags")), tag).await?;
        let canned = json!({ "site": "demo", "short": self.t("short"), "title": self.t("canned"), "body": self.t("reply") });
        self.stores(&["short", "canned", "reply"], (Method::POST, "/v1/canned"), canned).await?;
        if self.refused.contains("short") {
            let short = format!("h{}", self.style.letter());
            let canned =
                json!({ "site": "demo", "short": short, "title": self.t("canned"), "body": self.t("reply") });
            self.refused.remove("canned");
            self.refused.remove("reply");
            self.became.insert("short", short);
            self.refused.remove("short");
            self.stores(&["canned", "reply"], (Method::POST, "/v1/canned"), canned).await?;
        }
        self.stores(&["site"], (Method::PATCH, "/v1/sites/demo"), json!({ "name": self.t("site") })).await?;
        let colleague = NewAgent {
            email: self.colleagues_address(),
            first_name: self.t("first"),
            last_name: self.t("last"),
            role: Role::Agent,
            sites: SitesOf::All,
            password: PASSWORD.into(),
        };
        self.stage.server.app.accounts.put_agent(colleague).await?;
        Ok(())
    }

    fn colleagues_address(&self) -> String {
        format!("colleague-{}@demo.tandem", self.style.letter())
    }

    /// What is refused, and what nobody can see here, is not looked for.
    fn taken(&self, fields: &[&'static str]) -> Vec<&'static str> {
        fields.iter().filter(|it| !self.refused.contains(*it)).copied().collect()
    }

    fn texts(&self, fields: &[&'static str]) -> Vec<String> {
        fields.iter().map(|it| self.t(it)).collect()
    }

    async fn desk_sees(&mut self, fields: &[&'static str]) -> Result<()> {
        let fields = self.taken(fields);
        let look = missing("document.documentElement", &self.texts(&fields));
        let begun = Instant::now();
        loop {
            let unseen = eval(self.stage.agent.window(), &look).await?;
            if unseen.as_array().is_some_and(Vec::is_empty) {
                break;
            }
            ensure!(begun.elapsed() < PATIENCE, "the desk does not show {unseen:.600}");
        }
        self.seen.extend(fields);
        is_quiet(self.stage.agent.window()).await.context("at the desk")
    }

    async fn widget_sees(&mut self, fields: &[&'static str]) -> Result<()> {
        let widget = Root::of(&self.stage.visitor.browser);
        let fields = self.taken(fields);
        let look = missing("root", &self.texts(&fields));
        let begun = Instant::now();
        loop {
            let unseen = widget.eval(&look).await.unwrap_or(Value::Null);
            if unseen.as_array().is_some_and(Vec::is_empty) {
                break;
            }
            ensure!(begun.elapsed() < PATIENCE, "the widget does not show {unseen:.600}");
        }
        let found = widget.eval(&acting("root")).await?;
        ensure!(found.as_array().is_none_or(Vec::is_empty), "texts became elements: {found}");
        let wide = "[...root.querySelectorAll('.window, .window > *')].filter(it => it.scrollWidth > it.clientWidth + 1).map(it => it.className)";
        let wide = widget.eval(wide).await?;
        ensure!(wide.as_array().is_none_or(Vec::is_empty), "parts of the widget are too wide: {wide}");
        self.seen.extend(fields);
        is_quiet(self.stage.visitor.window()).await.context("in the visitor's page")
    }

    async fn begins(&mut self) -> Result<()> {
        watches(self.stage.agent.window()).await?;
        let come = format!("/products?lang=en&utm_source={}", encoded(&self.t("campaign")));
        self.stage.visitor.opens(&come).await?;
        watches(self.stage.visitor.window()).await?;
        let widget = Root::of(&self.stage.visitor.browser);
        let form = "root.querySelector('form [name=name]') || (root.querySelector('[data-act=\"\\\\\"anew\\\\\"\"]') ?? root.querySelector('.open[aria-expanded=false]'))?.click()";
        widget.until("the form", form).await?;
        self.widget_sees(&["greeting", "label"]).await?;
        let fill = format!(
            "(() => {{ for (const [name, text] of Object.entries({})) root.querySelector(`form [name=${{name}}]`).value = text; }})()",
            json!({ "name": self.t("name"), "email": "lea@example.org" })
        );
        let widget = Root::of(&self.stage.visitor.browser);
        widget.eval(&fill).await?;
        widget.eval("void root.querySelector('form').requestSubmit()").await?;
        self.widget_sees(&["bot", "question", "choice"]).await?;
        Root::of(&self.stage.visitor.browser).eval("void root.querySelector('.choice').click()").await?;
        self.widget_sees(&["welcome", "choice"]).await?;
        self.desk_sees(&["name"]).await?;
        self.stage.agent.clicks_at(".offer [data-do=accept]").await?;
        self.desk_sees(&["question", "choice", "welcome", "name"]).await
    }

    /// Whoever is in a browser says it by a second line.
    async fn natives(&self) -> Result<(Visitor, Agent)> {
        let place = self.stage.place();
        let secret = eval(self.stage.visitor.window(), "localStorage['tandem.chat:demo:secret']").await?;
        let mut visitor = Visitor::of(place.clone(), secret.as_str().context("a secret")?.to_owned());
        visitor.connect().await?;
        let mut sophie = Agent::log_in(place, &self.stage.agent.email, &self.stage.agent.password).await?;
        sophie.connect().await?;
        Ok((visitor, sophie))
    }

    async fn talks(&mut self) -> Result<(Visitor, Agent)> {
        let (mut visitor, mut sophie) = self.natives().await?;
        let conv = visitor.conversation.as_ref().context("a conversation")?.conv.clone();
        sophie.open(&conv).await?;
        let page = PageView { url: format!("{}/help", self.stage.shop), title: self.t("title"), at: now()? };
        visitor.tell(&FromVisitor::Page(page)).await?;
        let tell = format!("void Tandem.setCustomData({})", json!({ "basket": self.t("basket") }));
        eval(self.stage.visitor.window(), &tell).await?;
        visitor.write(&self.t("asked")).await?;
        let url = || "https://shop.example/a".to_owned();
        for say in [
            Say::Text { text: self.t("answered"), files: vec![], reply_to: None },
            Say::Link { url: url(), title: self.t("link") },
            Say::Deal { url: url(), text: self.t("deal") },
            Say::Note { text: self.t("note") },
        ] {
            sophie.say(FromDesk::Send { cid: chat_client::name(), conv: conv.clone(), say }).await?;
        }
        let script = Say::Link { url: "javascript:window.hit=5".into(), title: "a link".into() };
        let script = FromDesk::Send { cid: chat_client::name(), conv: conv.clone(), say: script };
        ensure!(sophie.say(script).await.is_err(), "a script was taken for an address");
        self.sends_file(&mut visitor, &conv).await?;
        let panel: Value = sophie.get(&format!("/v1/conversations/{conv}/visitor")).await?;
        let contact = format!("/v1/contacts/{}", panel["id"]);
        self.stores(&["company"], (Method::PUT, &contact), json!({ "company": self.t("company") })).await?;
        let sticky = json!({ "text": self.t("sticky"), "colour": "blue" });
        self.stores(&["sticky"], (Method::POST, &format!("{contact}/notes")), sticky).await?;
        self.widget_sees(&["asked", "answered", "link", "deal", "file"]).await?;
        // The panel is read anew.
        self.stage.agent.window().refresh().await?;
        watches(self.stage.agent.window()).await?;
        self.desk_sees(&["asked", "answered", "link", "deal", "note", "file", "name"]).await?;
        self.desk_sees(&["company", "title", "custom", "basket"]).await?;
        // The visit of the first style goes on.
        if self.style == Style::Markup {
            self.desk_sees(&["campaign"]).await?;
        }
        self.stage
            .agent
            .window()
            .goto(format!("{}{}", self.stage.server.url, contact.replacen("/v1", "", 1)))
            .await?;
        watches(self.stage.agent.window()).await?;
        self.desk_sees(&["name", "company", "sticky"]).await?;
        self.stage.agent.window().back().await?;
        self.desk_sees(&["asked"]).await?;
        Ok((visitor, sophie))
    }

    async fn sends_file(&mut self, visitor: &mut Visitor, conv: &str) -> Result<()> {
        let (http, token) = (chat_client::browser(), visitor.token().await?);
        let server = self.stage.place().server;
        let body = json!({ "conv": conv, "name": format!("{}.txt", self.t("file")), "bytes": 5, "type": "text/plain" });
        let begun =
            http.post(format!("{server}/v1/uploads")).bearer_auth(&token).header("origin", &self.stage.shop);
        let begun: Value = begun.json(&body).send().await?.json().await?;
        let id = begun["id"].as_str().with_context(|| format!("no upload: {begun}"))?.to_owned();
        let put = http
            .put(format!("{server}/v1/uploads/{id}"))
            .bearer_auth(&token)
            .header("origin", &self.stage.shop);
        let card: Value = put.body("hello").send().await?.json().await?;
        // A name is made fit for folders: the new one is what is shown.
        let name = card["name"].as_str().with_context(|| format!("no card: {card}"))?;
        ensure!(!name.contains(['\u{202e}', '\u{2066}', '\u{200f}']), "the name turns around: {name:?}");
        self.became.insert("file", name.to_owned());
        let cid = chat_client::name();
        let send = FromVisitor::Send {
            cid,
            conv: conv.to_owned(),
            text: String::new(),
            files: vec![id],
            reply_to: None,
        };
        visitor.say(send).await?;
        Ok(())
    }

    async fn dialogs(&mut self) -> Result<()> {
        let stage = self.stage;
        for (deed, fields) in [("transfer", &["queue"][..]), ("close", &["tag"])] {
            stage.agent.clicks_at(&format!("[data-do={deed}]")).await?;
            self.desk_sees(fields).await?;
            stage.agent.clicks_at("dialog .modal-top button").await?;
            stage.agent.finds("no dialog", "!document.querySelector('dialog')").await?;
        }
        stage.agent.types_reply("/").await?;
        self.desk_sees(&["short", "canned", "reply"]).await?;
        stage.agent.presses_key(thirtyfour::Key::Escape).await?;
        eval(stage.agent.window(), "void (it => { it.value = ''; it.dispatchEvent(new Event('input', { bubbles: true })); })(document.querySelector('#reply'))").await.map(drop)
    }

    /// The conversation beside the view, in the viewer's tab.
    async fn is_viewed(&mut self) -> Result<()> {
        let stage = self.stage;
        let desk = stage.agent.window().window().await?;
        into_new_tab(stage.agent.window(), stage.agent.clicks_at("[data-do=share]")).await?;
        stage.visitor.presses("allow").await?;
        let title = format!("document.title = {}", json!(self.t("title")));
        eval(stage.visitor.window(), &title).await?;
        stage.agent.sees("page.querySelector('main')").await?;
        watches(stage.agent.window()).await?;
        self.desk_sees(&["asked", "answered", "deal", "note", "name"]).await?;
        stage.agent.window().close_window().await?;
        stage.agent.window().switch_to_window(desk).await?;
        stage.visitor.sees_no_bar().await
    }

    async fn ends(&mut self, visitor: &mut Visitor, sophie: &mut Agent) -> Result<()> {
        let conv = visitor.conversation.as_ref().context("a conversation")?.conv.clone();
        let mut colleague = Agent::log_in(self.stage.place(), &self.colleagues_address(), PASSWORD).await?;
        colleague.connect().await?;
        colleague.be(Presence::Available).await?;
        let agent = colleague.directory.me;
        sophie.does(&conv, Deed::TransferToAgent { agent, note: self.t("handed"), force: false }).await?;
        let (offered, no) = colleague.is_asked().await?;
        colleague.does(&offered, Deed::Accept { no }).await?;
        self.desk_sees(&["handed", "first"]).await?;
        self.widget_sees(&["first"]).await?;
        colleague.be(Presence::Gone).await?;
        sophie.does(&conv, Deed::Take { force: true }).await?;
        let tags = self.admin.reads("tags").await?;
        let tag = tags.as_array().and_then(|it| it.last()).and_then(|it| it["id"].as_i64());
        let reason = self.t("reason");
        sophie.does(&conv, Deed::Block { tags: tag.into_iter().collect(), reason }).await?;
        let window = self.stage.agent.window();
        window.goto(format!("{}/contacts", self.stage.server.url)).await?;
        watches(window).await?;
        self.desk_sees(&["name", "reason"]).await?;
        self.stage.agent.clicks_at("[data-do=unblock]").await?;
        self.stage.agent.finds("nobody blocked", "!document.querySelector('[data-do=unblock]')").await?;
        self.stage.agent.window().goto(format!("{}/?chat={conv}", self.stage.server.url)).await?;
        watches(self.stage.agent.window()).await?;
        self.desk_sees(&["name", "asked", "tag"]).await?;
        self.stage.agent.shows_list("history").await?;
        self.desk_sees(&["name"]).await
    }

    /// Every page of the administration; what was written stands in one of them.
    async fn in_administration(&mut self) -> Result<()> {
        let window = self.stage.agent.window();
        let mut todo = vec![format!("{}/admin", self.stage.server.url)];
        let mut done = BTreeSet::new();
        let mut left = self.taken(&["queue", "tag", "bot", "greeting", "site", "last"]);
        while let Some(page) = todo.pop() {
            if !done.insert(page.clone()) {
                continue;
            }
            ensure!(done.len() < 60, "the administration has no end: {done:?}");
            window.goto(&page).await?;
            watches(window).await?;
            until(
                window,
                "the page",
                "document.querySelector('main h1, main h2') && !document.querySelector('[aria-busy=true]')",
            )
            .await?;
            let texts: Vec<_> = left.iter().map(|it| self.t(it)).collect();
            let unseen = eval(window, &missing("document.documentElement", &texts)).await?;
            let unseen: Vec<String> = serde_json::from_value(unseen)?;
            let (there, gone): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|it| !unseen.contains(&self.t(it)));
            self.seen.extend(there);
            left = gone;
            is_quiet(window).await.with_context(|| format!("at {page}"))?;
            let links = "[...document.querySelectorAll('a[href]')].map(it => it.href).filter(it => new URL(it).pathname.startsWith('/admin'))";
            todo.extend(serde_json::from_value::<Vec<String>>(eval(window, links).await?)?);
        }
        if !left.is_empty() {
            bail!("none of {done:?} shows {left:?}");
        }
        window.goto(self.stage.server.url.as_str()).await?;
        self.stage.agent.finds("the lists", "document.querySelector('.tabs')").await.map(drop)
    }

    /// Closed all week: the notice, its ways, and the form that leaves a message.
    async fn is_closed_today(&mut self) -> Result<()> {
        let before = self.admin.reads("hours").await?;
        let week = json!({ "zone": "UTC", "days": [[], [], [], [], [], [], []], "exceptions": [] });
        let way = |kind: &str, value: String| json!({ "kind": kind, "label": self.in_english("way"), "value": value });
        let body = |phone: String| {
            json!({ "week": week, "message": self.in_english("closed"),
            "ways": [way("form", String::new()), way("phone", phone)] })
        };
        let (hostile, plain) = (body(self.t("phone")), body("+33123456789".into()));
        self.stores(&["phone"], (Method::PUT, &Self::of_site("hours")), hostile).await?;
        if self.refused.contains("phone") {
            // Refused as it must be; what is no number is shown nowhere.
            self.seen.insert("phone");
            self.stores(&["closed", "way"], (Method::PUT, &Self::of_site("hours")), plain).await?;
        }
        let script = json!({ "week": null, "message": {}, "ways": [{ "kind": "link", "label": { "en": "a link" }, "value": "javascript:window.hit=6" }] });
        let taken = self.admin.asks(Method::PUT, &Self::of_site("hours"), script).await;
        ensure!(taken.is_err(), "a script was taken for an address");
        self.stage.visitor.opens("/help?lang=en").await?;
        watches(self.stage.visitor.window()).await?;
        let widget = Root::of(&self.stage.visitor.browser);
        let notice = "root.querySelector('.notice') || (root.querySelector('[data-act=\"\\\\\"anew\\\\\"\"]') ?? root.querySelector('.open[aria-expanded=false]'))?.click()";
        widget.until("the notice", notice).await?;
        self.widget_sees(&["closed", "way"]).await?;
        let widget = Root::of(&self.stage.visitor.browser);
        widget.eval("void root.querySelector('.ways button').click()").await?;
        widget.until("the form", "root.querySelector('form [name=message]')").await?;
        self.widget_sees(&["label"]).await?;
        let fill = format!(
            "(() => {{ for (const [name, text] of Object.entries({})) root.querySelector(`form [name=${{name}}]`).value = text; }})()",
            json!({ "name": self.t("name"), "email": "lea@example.org", "message": self.t("left") })
        );
        let widget = Root::of(&self.stage.visitor.browser);
        widget.eval(&fill).await?;
        widget.eval("void root.querySelector('form').requestSubmit()").await?;
        widget.says("Your message has been received").await?;
        self.stage.agent.shows_list("inbox").await?;
        self.stage.agent.clicks_at(".chat-row").await?;
        self.desk_sees(&["left"]).await?;
        self.stores(&[], (Method::PUT, &Self::of_site("hours")), before).await
    }
}

fn now() -> Result<i64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(i64::try_from(now.as_millis())?)
}

/// As a part of an address (RFC 3986 §2.1).
fn encoded(text: &str) -> String {
    text.bytes().map(|it| format!("%{it:02X}")).collect()
}
