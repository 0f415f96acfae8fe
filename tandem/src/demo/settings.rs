//! The shop's settings, as its admin would make them.
use std::collections::BTreeMap;

use axum::http::Method;
use chat::model::{OptionId, QueueId, TagId};
use serde_json::{Value, json};

use super::{DemoError, desk::Desk, people::Team, story::Topic};

/// The options of the bot, by what is stored of them.
const SALES: i64 = 1;
const HELP: i64 = 2;

const TAGS: [(&str, &str); 13] = [
    ("Solved", "#1a7f37"),
    ("Advice", "#0a64f0"),
    ("Delivery", "#9a6700"),
    ("Size", "#8250df"),
    ("Return", "#bc4c00"),
    ("Refund", "#cf222e"),
    ("Invoice", "#57606a"),
    ("Payment", "#57606a"),
    ("Promo code", "#bf3989"),
    ("Repair", "#0550ae"),
    ("Damaged", "#cf222e"),
    ("Business", "#1b7c83"),
    ("Quote", "#1b7c83"),
];

/// Short name, title, language, text.
const REPLIES: [(&str, &str, &str, &str); 10] = [
    ("bonjour", "Accueil", "fr", "Bonjour, je suis à vous tout de suite. En quoi puis-je vous aider ?"),
    (
        "delais",
        "Délais de livraison",
        "fr",
        "En France métropolitaine, comptez deux à trois jours ouvrés ; en Belgique et en Suisse, trois à cinq. Le \
         numéro de suivi part avec l’e-mail d’expédition.",
    ),
    (
        "retour",
        "Retour sous 60 jours",
        "fr",
        "Vous avez 60 jours pour changer d’avis. L’étiquette de retour se trouve dans votre compte, sous « Commandes ».",
    ),
    (
        "facture",
        "Facture",
        "fr",
        "Votre facture est dans votre compte, sous « Commandes ». Je peux y ajouter le nom de votre société si vous \
         le souhaitez.",
    ),
    ("merci", "Fin", "fr", "Avec plaisir ! Très bonne journée, et à bientôt à l’atelier."),
    ("hello", "Welcome", "en", "Hello, I am with you now. How can I help?"),
    (
        "delivery",
        "Delivery times",
        "en",
        "Four to six working days to the United Kingdom and Ireland, three to five to the Netherlands. The tracking \
         number comes with the shipping e-mail.",
    ),
    (
        "return",
        "60 days to return",
        "en",
        "You have 60 days to change your mind. The return label is in your account, under “Orders”.",
    ),
    (
        "invoice",
        "Invoice",
        "en",
        "Your invoice is in your account, under “Orders”. I can add your company’s name if you like.",
    ),
    ("thanks", "Goodbye", "en", "You are welcome! Have a lovely day."),
];

/// What the history needs to know of the shop.
#[derive(Debug)]
pub(super) struct Shop {
    pub sales: QueueId,
    pub help: QueueId,
    pub tags: BTreeMap<&'static str, TagId>,
}

impl Shop {
    /// The queue of a topic, and the bot's option that leads there.
    pub const fn of(&self, topic: Topic) -> (QueueId, OptionId) {
        match topic {
            Topic::Sales => (self.sales, OptionId(SALES)),
            Topic::Help => (self.help, OptionId(HELP)),
        }
    }
}

/// Makes it. The queue that every site begins with becomes the one for help.
pub(super) async fn set_up(desk: &Desk<'_>, team: &Team) -> Result<Shop, DemoError> {
    let general = desk.ask(Method::GET, &path("general"), &Value::Null).await?;
    let first = general["queue"].as_i64().ok_or(DemoError::Missing("queue"))?;
    desk.ask(Method::PUT, &path(&format!("queues/{first}")), &queue("Aide / Help", team)).await?;
    let sales = made(desk, &path("queues"), &queue("Ventes / Sales", team)).await?;
    let shop = Shop { sales: QueueId(sales), help: QueueId(first), tags: tags(desk).await? };
    desk.ask(Method::PUT, &path("bot"), &bot(&shop)).await?;
    desk.ask(Method::PUT, &path("general"), &changed(general, first)).await?;
    desk.ask(Method::PUT, &path("hours"), &hours()).await?;
    desk.ask(Method::PUT, &path("custom"), &custom()).await?;
    for (short, title, lang, body) in REPLIES {
        let reply =
            json!({ "site": super::SITE, "short": short, "title": title, "lang": lang, "body": body });
        desk.ask(Method::POST, "/v1/canned", &reply).await?;
    }
    for agent in [team.sophie, team.karim, team.lea] {
        let agent = json!({ "id": agent.0, "max_chats": 5, "languages": ["fr", "en"] });
        let id = agent["id"].clone();
        desk.ask(Method::PUT, &path(&format!("agents/{id}")), &agent).await?;
    }
    Ok(shop)
}

fn path(what: &str) -> String {
    format!("/v1/admin/sites/{}/{what}", super::SITE)
}

async fn made(desk: &Desk<'_>, path: &str, body: &Value) -> Result<i64, DemoError> {
    let made = desk.ask(Method::POST, path, body).await?;
    made["id"].as_i64().ok_or(DemoError::Missing("number"))
}

/// Everybody serves both; Sophie, who runs the shop, is asked last.
fn queue(name: &str, team: &Team) -> Value {
    let member = |(agent, priority): (i64, i32)| json!({ "agent": agent, "priority": priority });
    let members = [(team.karim.0, 1), (team.lea.0, 1), (team.sophie.0, 0)].map(member);
    json!({
        "name": name, "strategy": "least_loaded", "sticky": true,
        "first_answer_s": 60, "accept_timeout_s": 180, "members": members,
    })
}

async fn tags(desk: &Desk<'_>) -> Result<BTreeMap<&'static str, TagId>, DemoError> {
    let mut all = BTreeMap::new();
    for (position, (name, colour)) in TAGS.into_iter().enumerate() {
        let tag = json!({ "name": name, "colour": colour, "position": position });
        all.insert(name, TagId(made(desk, &path("tags"), &tag).await?));
    }
    Ok(all)
}

fn texts(english: &str, french: &str) -> Value {
    json!({ "en": english, "fr": french })
}

fn bot(shop: &Shop) -> Value {
    let choice = |option: i64, label: Value, next: u32| json!({ "option": option, "label": label, "enabled": true, "next": next });
    let handover = |id: u32, queue: QueueId, text: Value| json!({ "id": id, "kind": "handover", "text": text, "queue": queue.0, "offline_form": true });
    let greeting = texts(
        "Hello! I am Nord, the workshop’s assistant.",
        "Bonjour ! Je suis Nord, l’assistant de l’atelier.",
    );
    let choices = [
        choice(SALES, texts("Before I buy", "Avant d’acheter"), 3),
        choice(HELP, texts("About my order", "À propos de ma commande"), 4),
    ];
    json!({ "start": 1, "nodes": [
        { "id": 1, "kind": "message", "text": greeting, "next": 2 },
        { "id": 2, "kind": "question", "choices": choices,
          "text": texts("What is it about?", "De quoi s’agit-il ?") },
        handover(3, shop.sales, texts(
            "Thank you. Somebody who knows our goods will be with you in a moment.",
            "Merci. Quelqu’un qui connaît nos articles vous répond dans un instant.",
        )),
        handover(4, shop.help, texts(
            "Thank you. If you have your order number at hand, please write it here.",
            "Merci. Si vous avez votre numéro de commande sous la main, écrivez-le ici.",
        )),
    ] })
}

fn changed(mut general: Value, queue: i64) -> Value {
    general["entry"] = json!("bot");
    general["queue"] = json!(queue);
    general["lang"] = json!("en");
    general["bot_name"] = json!("Nord");
    general["presence"] = json!(true);
    general["greeting"] = texts("How can we help?", "Comment pouvons‑nous vous aider ?");
    general
}

/// Open on every day of the week: a demo is looked at in the evening too.
fn hours() -> Value {
    let day = json!([{ "from": 0, "to": 24 * 60 }]);
    let days = vec![day; 7];
    json!({
        "week": { "zone": "Europe/Paris", "days": days, "exceptions": [] },
        "message": texts(
            "The workshop is closed at the moment. Leave us a message, you will find our answer here.",
            "L’atelier est fermé pour le moment. Laissez-nous un message, vous trouverez notre réponse ici.",
        ),
        "ways": [{ "kind": "form", "label": texts("Leave a message", "Laisser un message"), "value": "" }],
    })
}

fn custom() -> Value {
    json!([
        { "key": "customer_no", "label": texts("Customer number", "Numéro de client"), "kind": "text" },
        { "key": "basket", "label": texts("Basket", "Montant du panier"), "kind": "money" },
    ])
}
