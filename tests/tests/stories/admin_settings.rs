//! Settings of a site: changed by their forms, kept over a reload, refused at their fields, seen by visitors.

use accounts::{NewAgent, Role, SitesOf, random_password};
use anyhow::{Context, Result};
use serde_json::json;
use tests::{
    agent::Agent,
    browser::{Browser, Kind},
    desk::{Desk, at_desk, at_each_desk},
    widget::{Stage, in_each_browser},
};
use thirtyfour::{By, Key};

/// What somebody does on the settings' pages.
trait Settings {
    async fn opens_part(&self, part: &str) -> Result<()>;
    async fn writes_in(&self, field: &str, text: &str) -> Result<()>;
    async fn holds(&self, field: &str, text: &str) -> Result<()>;
    async fn saves(&self) -> Result<()>;
    async fn is_refused(&self, field: &str, words: &str) -> Result<()>;
}

impl Settings for Agent {
    async fn opens_part(&self, part: &str) -> Result<()> {
        self.window().goto(format!("{}/admin/{part}", self.desk)).await?;
        self.finds(
            part,
            &format!("document.querySelector('#{part} :is(.form, .tag-line, [name=search], pre)')"),
        )
        .await
        .map(drop)
    }

    /// Types in the place of what stands in a field.
    async fn writes_in(&self, field: &str, text: &str) -> Result<()> {
        let selector = format!(".setting [name=\"{field}\"]");
        self.finds(field, &format!("document.querySelector({selector:?})")).await?;
        let found = self.window().find(By::Css(&*selector)).await?;
        found.send_keys(Key::Control + "a").await?;
        found.send_keys(Key::Delete + "").await?;
        found.send_keys(text).await.with_context(|| format!("writing in {field}"))
    }

    async fn holds(&self, field: &str, text: &str) -> Result<()> {
        let condition = format!("document.querySelector('.setting [name=\"{field}\"]')?.value === {text:?}");
        self.finds(&format!("{field} to hold {text:?}"), &condition).await.map(drop)
    }

    async fn saves(&self) -> Result<()> {
        self.clicks_at(".setting-foot [type=submit]").await?;
        self.reads_in(".setting-foot [role=status]", "Saved").await
    }

    /// Saving says what is wrong at the field, and puts the keyboard there.
    async fn is_refused(&self, field: &str, words: &str) -> Result<()> {
        self.clicks_at(".setting-foot [type=submit]").await?;
        let told = format!(
            "(() => {{ const it = document.querySelector('.setting [name=\"{field}\"]');
             const words = document.getElementById(it.getAttribute('aria-describedby'));
             return it.ariaInvalid === 'true' && words.textContent.includes({words:?}) && document.activeElement === it; }})()"
        );
        self.finds(&format!("{field} to be refused"), &told).await.map(drop)
    }
}

/// The site's manager, in a browser beside the visitor's.
async fn with_a_manager(stage: &Stage, name: &str, story: impl AsyncFn(&Agent) -> Result<()>) -> Result<()> {
    let (email, password) = ("maya@demo.tandem".to_owned(), random_password()?);
    let account = NewAgent {
        email: email.clone(),
        first_name: "Maya".into(),
        last_name: "Durand".into(),
        role: Role::Manager,
        sites: SitesOf::All,
        password: password.clone(),
    };
    stage.accounts.put_agent(account).await?;
    let browser = Browser::start(stage.visitor.kind, "en").await?;
    let manager = Agent { browser, desk: stage.server.url.clone(), email, password };
    manager.opens_chats().await?;
    let told = story(&manager).await;
    if told.is_err() {
        manager.is_pictured(&format!("failed-{name}-{}", stage.visitor.kind.name())).await?;
    }
    manager.browser.quit().await?;
    told
}

// shows: ADM-01
#[tokio::test]
async fn rules_are_kept_and_what_is_refused_stays_where_it_was_typed() {
    at_each_desk("settings_general", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.opens_part("general").await?;
        agent.writes_in("query_keys", "utm_source, a&b").await?;
        agent.is_refused("query_keys", "Names of keys only").await?;
        agent.holds("query_keys", "utm_source, a&b").await?;
        agent.writes_in("query_keys", "utm_source, article").await?;
        agent.writes_in("max_file_bytes", "80").await?;
        agent.is_refused("max_file_bytes", "too small or too large").await?;
        agent.holds("max_file_bytes", "80").await?;
        agent.writes_in("max_file_bytes", "much").await?;
        agent.is_refused("max_file_bytes", "Write a number").await?;
        agent.writes_in("max_file_bytes", "2.5").await?;
        agent.clicks_at("[name=tag-required]").await?;
        agent.clicks_at("[name=offer_stops_on][value=accept]").await?;
        agent.saves().await?;
        agent.opens_part("general").await?;
        agent.holds("query_keys", "utm_source, article").await?;
        agent.holds("max_file_bytes", "2.5").await?;
        let switches = "document.querySelector('[name=tag-required]').checked && document.querySelector('[value=accept]').checked";
        agent.finds("the switches as they were put", switches).await.map(drop)
    })
    .await;
}

// shows: WID-13, ADM-01
#[tokio::test]
async fn a_greeting_and_a_colour_are_drawn_beside_and_then_seen_by_visitors() {
    in_each_browser("settings_messages", async |stage: &mut Stage| {
        with_a_manager(stage, "settings_messages", async |manager: &Agent| {
            manager.opens_part("messages").await?;
            manager.writes_in("greeting.en", "Welcome to our shop").await?;
            manager.reads_in(".drawn-greeting", "Welcome to our shop").await?;
            manager.writes_in("colour-text", "#ffee00").await?;
            manager.reads_in(".contrast.weak", "hard to read").await?;
            manager.writes_in("colour-text", "blue").await?;
            manager.is_refused("colour-text", "six digits").await?;
            manager.holds("colour-text", "blue").await?;
            manager.writes_in("colour-text", "#0f766e").await?;
            manager.saves().await?;
            stage.opens("/products?lang=en").await?;
            stage.widget().opens().await?;
            stage.widget().says("Welcome to our shop").await?;
            let painted = "getComputedStyle(root.querySelector('.window header')).backgroundColor === 'rgb(15, 118, 110)'";
            stage.widget().until("the new colour", painted).await?;
            manager.opens_part("messages").await?;
            manager.holds("greeting.en", "Welcome to our shop").await?;
            manager.holds("colour-text", "#0f766e").await
        })
        .await
    })
    .await;
}

// shows: HRS-05, ADM-02
#[tokio::test]
async fn the_notice_outside_opening_hours_is_the_one_that_was_written_in_each_language() {
    in_each_browser("settings_hours", async |stage: &mut Stage| {
        with_a_manager(stage, "settings_hours", async |manager: &Agent| {
            manager.opens_part("hours").await?;
            manager.clicks_at("[name=open][value=week]").await?;
            for day in 0..5 {
                for _ in 0..2 {
                    manager.clicks_at(&format!("#day-{day}-0-remove")).await?;
                }
            }
            manager.reads_in(".opening-now", "not open again within a year").await?;
            manager.writes_in("week.zone", "Europe/Atlantis").await?;
            manager.is_refused("week.zone", "no time zone").await?;
            manager.holds("week.zone", "Europe/Atlantis").await?;
            manager.writes_in("week.zone", "Europe/Paris").await?;
            manager.writes_in("message.en", "We sleep. [Read on](https://example.test/help)").await?;
            manager.writes_in("message.fr", "Nous dormons.").await?;
            manager.clicks_at("#ways-add").await?;
            manager.writes_in("ways.0.value", "nobody").await?;
            manager.is_refused("ways.0.value", "e-mail address").await?;
            manager.writes_in("ways.0.value", "help@example.test").await?;
            manager.reads_in(".drawn-notice u", "Read on").await?;
            manager.saves().await?;
            manager.opens_part("hours").await?;
            manager.holds("message.fr", "Nous dormons.").await?;
            stage.opens("/products?lang=fr").await?;
            stage.widget().opens().await?;
            stage.widget().says("Nous dormons.").await?;
            stage.opens("/products?lang=en").await?;
            stage.widget().says("We sleep.").await?;
            let link = "root.querySelector('.notice a[href=\"https://example.test/help\"]')";
            stage.widget().until("the link", link).await?;
            stage
                .widget()
                .until("the way", "root.querySelector('.ways a').href === 'mailto:help@example.test'")
                .await?;
            Ok(())
        })
        .await
    })
    .await;
}

// shows: WID-10, ADM-06
#[tokio::test]
async fn a_field_that_was_added_is_asked_for_and_seen_by_the_agent() {
    in_each_browser("settings_forms", async |stage: &mut Stage| {
        let kind = stage.visitor.kind;
        with_a_manager(stage, "settings_forms", async |manager: &Agent| {
            a_customer_number_is_asked_for(manager, kind).await?;
            stage.opens("/products?lang=en").await?;
            let widget = stage.widget();
            widget.opens().await?;
            widget.says("Customer no.").await?;
            widget.fills_in(&[("name", "Zoe Martin"), ("email", "zoe@example.test")]).await?;
            widget.clicks("form [type=submit]").await?;
            widget
                .until("the new field to be missed", "root.querySelector('[name=customer_no][aria-invalid]')")
                .await?;
            widget.fills_in(&[("customer_no", "C-1042")]).await?;
            widget.clicks("form [type=submit]").await?;
            widget.until("the thread", "root.querySelector('.thread')").await?;
            manager.clicks_at(".rail [href='/']").await?;
            manager.opens_row("Zoe Martin").await?;
            manager.reads_in(".filled", "C-1042").await
        })
        .await
    })
    .await;
}

async fn a_customer_number_is_asked_for(manager: &Agent, kind: Kind) -> Result<()> {
    manager.opens_part("forms").await?;
    manager.clicks_at("#start-add").await?;
    // The label names the field; a name that is none is refused there.
    manager.writes_in("start.2.label.en", "Customer no.").await?;
    manager.holds("start.2.key", "customer_no").await?;
    manager.clicks_at("[name='start.2.required']").await?;
    manager.writes_in("start.2.key", "Customer No").await?;
    manager.is_refused("start.2.key", "letters, digits").await?;
    manager.holds("start.2.key", "Customer No").await?;
    manager.writes_in("start.2.key", "customer_no").await?;
    // By the keyboard it goes up one place, and the focus goes with it.
    manager.window().find(By::Id("start-2-up")).await?.send_keys(Key::Enter + "").await?;
    manager.holds("start.1.key", "customer_no").await?;
    manager.finds("the focus on what moved", "document.activeElement.id === 'start-1-up'").await?;
    manager.reads_in(".drawn-label", "Customer no.").await?;
    manager.clicks_at("[name=offline_form]").await?;
    manager.saves().await?;
    manager.is_pictured(&format!("settings-forms-story-{}", kind.name())).await?;
    manager.opens_part("forms").await?;
    manager.holds("start.1.key", "customer_no").await?;
    manager.finds("no offline form", "!document.querySelector('[name=offline_form]').checked").await.map(drop)
}

// shows: INF-12, INF-13, ADM-05
#[tokio::test]
async fn what_is_declared_is_shown_by_its_label_and_nothing_else_is() {
    in_each_browser("settings_custom", async |stage: &mut Stage| {
        with_a_manager(stage, "settings_custom", async |manager: &Agent| {
            manager.opens_part("custom").await?;
            manager.clicks_at("#custom-add").await?;
            manager.writes_in("0.key", "Basket!").await?;
            manager.writes_in("0.label.en", "Basket").await?;
            manager.is_refused("0.key", "letters, digits").await?;
            manager.holds("0.key", "Basket!").await?;
            manager.writes_in("0.key", "basket").await?;
            manager.window().find(By::Name("0.kind")).await?.send_keys("Amount").await?;
            manager.saves().await?;
            manager.opens_part("custom").await?;
            manager.holds("0.kind", "money").await?;
            manager.reads_in(".snippet", "setCustomData({ basket:").await?;
            stage.opens("/products?lang=en").await?;
            stage.widget().starts().await?;
            manager.clicks_at(".rail [href='/']").await?;
            manager.opens_row("Zoe Martin").await?;
            manager.finds("the panel", "document.querySelector('.panel')").await?;
            let tell = "Tandem.setCustomData({ basket: '129.90 EUR', secret: 'never' })";
            stage.visitor.driver.execute(tell, Vec::new()).await?;
            manager.reads_in("[data-custom=basket]", "129.90").await?;
            manager.reads_in("dt", "Basket").await?;
            let text = "!document.querySelector('.panel').textContent.includes('never')";
            manager.finds("nothing that was not declared", text).await.map(drop)
        })
        .await
    })
    .await;
}

// shows: CAN-03
#[tokio::test]
async fn a_canned_reply_is_made_found_changed_and_removed() {
    at_each_desk("settings_canned", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.opens_part("canned").await?;
        agent.clicks_at("[data-do=new-reply]").await?;
        agent.writes_in("short", "my parcel").await?;
        agent.writes_in("body", "Your parcel comes tomorrow.").await?;
        agent.is_refused("short", "One word").await?;
        agent.holds("short", "my parcel").await?;
        agent.writes_in("short", "parcel").await?;
        agent.writes_in("title", "Parcel").await?;
        agent.clicks_at(".setting-foot [type=submit]").await?;
        agent.reads_in(".reply-line", "/parcel").await?;
        let search = agent.window().find(By::Css("[name=search]")).await?;
        search.send_keys("nothing like it").await?;
        agent.reads_in("#canned", "No reply holds these words").await?;
        search.send_keys(Key::Control + "a").await?;
        search.send_keys("tomorrow").await?;
        agent.clicks_at(".reply-line").await?;
        agent.writes_in("body", "Your parcel comes on Monday.").await?;
        agent.clicks_at(".setting-foot [type=submit]").await?;
        agent.opens_part("canned").await?;
        agent.reads_in(".reply-line", "comes on Monday").await?;
        agent.clicks_at(".reply-line").await?;
        agent.clicks_at("[data-do=remove]").await?;
        agent.clicks_at("[data-do=remove-now]").await?;
        agent.reads_in("#canned", "There is no canned reply yet").await
    })
    .await;
}

#[tokio::test]
async fn what_is_not_saved_is_not_lost_without_a_word() {
    at_each_desk("settings_unsaved", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.clicks_at(".rail [href='/admin']").await?;
        agent.clicks_at("[data-part=general]").await?;
        agent.writes_in("query_keys", "kept").await?;
        let asked = "document.querySelector('dialog[open]')?.textContent.includes('not saved yet')";
        agent.clicks_at("[data-part=messages]").await?;
        agent.finds("the question", asked).await?;
        agent.clicks_at("[data-do=stay]").await?;
        agent.holds("query_keys", "kept").await?;
        agent.window().back().await?;
        agent.finds("the question", asked).await?;
        agent.clicks_at("[data-do=stay]").await?;
        agent.holds("query_keys", "kept").await?;
        agent.finds("the address of what is shown", "location.pathname === '/admin/general'").await?;
        agent.clicks_at(".rail [href='/']").await?;
        agent.finds("the question", asked).await?;
        agent.clicks_at("[data-do=leave]").await?;
        agent.finds("the lists", "document.querySelector('.tabs')").await?;
        agent.opens_part("general").await?;
        agent.holds("query_keys", "").await
    })
    .await;
}

#[tokio::test]
async fn what_somebody_else_changed_is_shown_unless_something_is_typed() {
    at_each_desk("settings_elsewhere", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.opens_part("general").await?;
        let other = desk.admin().await?;
        other.sets("general", json!({ "query_keys": ["first"] })).await?;
        agent.holds("query_keys", "first").await?;
        agent.writes_in("query_keys", "mine").await?;
        other.sets("general", json!({ "query_keys": ["second"] })).await?;
        agent.reads_in(".changed-elsewhere", "Somebody else changed this").await?;
        agent.holds("query_keys", "mine").await?;
        agent.clicks_at("[data-do=theirs]").await?;
        agent.holds("query_keys", "second").await?;
        agent.finds("no notice", "!document.querySelector('.changed-elsewhere')").await?;
        // Lists whose lines are forms as well.
        agent.opens_part("queues").await?;
        agent.reads_in("[data-queue='0'] summary", "New queue").await?;
        let queue =
            json!({ "name": "Returns", "strategy": "manual", "first_answer_s": 30, "accept_timeout_s": 60 });
        other.adds("queues", queue).await?;
        agent.reads_in("[data-queue] summary", "Returns").await?;
        agent.opens_part("tags").await?;
        other.adds("tags", json!({ "name": "Refund", "colour": "#00aa00" })).await?;
        let line = "[...document.querySelectorAll('#tags [name=name]')].some(it => it.value === 'Refund')";
        agent.finds("the tag", line).await?;
        other.sets("general", json!({ "tag_required": true })).await?;
        agent.finds("the tick", "document.querySelector('#tags [name=tag-required]').checked").await.map(drop)
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_outlives_what_is_saved_beside_it_and_a_log_out() {
    at_each_desk("settings_kept", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.opens_part("queues").await?;
        agent.writes_in("name", "Help desk").await?;
        agent.clicks_at("[data-queue='0'] summary").await?;
        let new = agent.window().find(By::Css("[data-queue='0'] [name=name]")).await?;
        new.send_keys("Returns").await?;
        agent.clicks_at("[data-queue='0'] button[type=submit]").await?;
        agent.reads_in("[data-queue]:nth-of-type(2) summary", "Returns").await?;
        agent.reads_in("[data-queue='0'] [role=status]", "Saved").await?;
        agent.holds("name", "Help desk").await?;
        // As another tab of this browser does it.
        agent.window().execute("fetch('/v1/logout', { method: 'POST' })", Vec::new()).await?;
        agent.finds("the log-in over it", "document.querySelector('.lock[open] [name=password]')").await?;
        for (field, text) in [("email", &agent.email), ("password", &agent.password)] {
            let field = format!(".lock [name={field}]");
            agent.window().find(By::Css(&*field)).await?.send_keys(text).await?;
        }
        agent.clicks_at(".lock button[type=submit]").await?;
        agent.finds("the page again", "!document.querySelector('.lock')").await?;
        agent.holds("name", "Help desk").await?;
        agent.clicks_at("[data-queue] button[type=submit]").await?;
        agent.reads_in("[data-queue] summary", "Help desk").await
    })
    .await;
}

#[tokio::test]
async fn who_logs_out_is_asked_what_is_not_saved_and_leaves_no_page_behind() {
    at_each_desk("settings_logged_out", Role::Manager, async |desk: &mut Desk| {
        let agent = &desk.agent;
        agent.opens_chats().await?;
        agent.opens_part("general").await?;
        agent.writes_in("query_keys", "kept").await?;
        let logs_out = async || {
            agent.clicks_at(".account").await?;
            agent.clicks_at("#account .menu-item").await?;
            let asked = "document.querySelector('dialog[open]')?.textContent.includes('not saved yet')";
            agent.finds("the question", asked).await
        };
        logs_out().await?;
        agent.clicks_at("[data-do=stay]").await?;
        agent.holds("query_keys", "kept").await?;
        logs_out().await?;
        agent.clicks_at("[data-do=leave]").await?;
        let alone =
            "document.querySelector('[name=password]') && !document.querySelector('.lock, .settings')";
        agent.finds("nothing but the log-in", alone).await.map(drop)
    })
    .await;
}

/// Every part, as a picture.
#[tokio::test]
async fn admin_pages() {
    const PARTS: [&str; 6] = ["general", "messages", "hours", "forms", "custom", "canned"];
    at_desk("admin_pages", (Kind::Chromium, "fr", Role::Admin), async |desk: &mut Desk| {
        let (agent, other) = (&desk.agent, desk.admin().await?);
        agent.opens_chats().await?;
        let days = json!([[{"from": 540, "to": 750}, {"from": 840, "to": 1080}], [{"from": 540, "to": 1080}],
            [{"from": 540, "to": 1080}], [{"from": 540, "to": 1080}], [{"from": 540, "to": 1020}], [], []]);
        let exceptions = json!([{"from": "2026-12-24", "to": "2026-12-26", "spans": []}]);
        let ways = json!([{"kind": "email", "label": {"fr": "Écrivez-nous"}, "value": "aide@boutique.example"},
            {"kind": "form", "label": {"fr": "Laisser un message"}, "value": ""}]);
        let week = json!({"zone": "Europe/Paris", "days": days, "exceptions": exceptions});
        let message = json!({"fr": "Nous ne sommes pas là. Voyez [notre aide](https://boutique.example/aide)."});
        other.puts("hours", json!({"week": week, "message": message, "ways": ways})).await?;
        other.puts("custom", json!([{"key": "panier", "label": {"fr": "Panier"}, "kind": "money"}])).await?;
        let reply = json!({"site": "demo", "short": "colis", "title": "Suivi de colis", "body": "Votre colis arrive demain.", "lang": "fr"});
        other.asks(http::Method::POST, "/v1/canned", reply).await?;
        for (width, height) in [(1440, 900), (1024, 768)] {
            agent.sizes_page(width, height).await?;
            for part in PARTS {
                agent.opens_part(part).await?;
                agent.is_pictured(&format!("settings-{part}-{width}")).await?;
            }
        }
        agent.is_narrow().await?;
        for part in PARTS {
            agent.opens_part(part).await?;
            // The part is scrolled by itself: what is too wide for it does not make the page wider.
            let fits = "[document.documentElement, document.querySelector('.settings-part')]
                .every(it => it.scrollWidth <= it.clientWidth + 1)";
            agent.finds(&format!("{part} to fit a phone"), fits).await?;
            agent.is_pictured(&format!("settings-{part}-phone")).await?;
        }
        agent.window().goto(format!("{}/admin", agent.desk)).await?;
        agent.finds("the parts", "document.querySelector('.settings-places').checkVisibility()").await?;
        agent.is_pictured("settings-phone").await
    })
    .await;
}
