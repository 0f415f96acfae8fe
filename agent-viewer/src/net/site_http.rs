//! What administration does with one site beside reading its settings: the bot, keys, who serves it, removing.
use chat_proto::admin::{Agent, Bot, BotFault, General, Queue, SiteKey, Tag};

use super::{
    admin_http::{general, path, save_general},
    told::{Wrong, ask, done, get},
};

/// The bot; without steps while there is none.
///
/// # Errors
/// [`Wrong`].
pub async fn bot(site: &str) -> Result<Bot, Wrong> {
    get(&path(site, "bot")).await
}

/// What is wrong with a bot. Nothing is stored.
///
/// # Errors
/// [`Wrong`].
pub async fn check_bot(site: &str, it: &Bot) -> Result<Vec<BotFault>, Wrong> {
    ask("POST", &path(site, "bot/check"), Some(it)).await
}

/// Stores a bot; gives it as it is now, with the numbers of its choices.
///
/// # Errors
/// [`Wrong`]: fields `node.3`, or `bot` for the whole.
pub async fn save_bot(site: &str, it: &Bot) -> Result<Bot, Wrong> {
    ask("PUT", &path(site, "bot"), Some(it)).await
}

/// Changes something of what is general, and leaves the rest as it is on the server now.
///
/// # Errors
/// [`Wrong`].
pub async fn change_general(site: &str, change: impl FnOnce(&mut General)) -> Result<(), Wrong> {
    let mut it = general(site).await?;
    change(&mut it);
    save_general(site, &it).await
}

/// The queues.
///
/// # Errors
/// [`Wrong`].
pub async fn queues(site: &str) -> Result<Vec<Queue>, Wrong> {
    get(&path(site, "queues")).await
}

/// Makes a queue, or changes one that has a number.
///
/// # Errors
/// [`Wrong`].
pub async fn save_queue(site: &str, it: &Queue) -> Result<(), Wrong> {
    save(site, ("queues", it.id), it).await
}

/// Removes a queue; who waits there waits in `to` from now on.
///
/// # Errors
/// [`Wrong`]; `in_use` where visitors are still sent to it.
pub async fn delete_queue(site: &str, id: i64, to: Option<i64>) -> Result<(), Wrong> {
    let to = to.map(|to| format!("?to={to}")).unwrap_or_default();
    done("DELETE", &path(site, &format!("queues/{id}{to}")), None::<&()>).await.map(drop)
}

/// The tags, in order.
///
/// # Errors
/// [`Wrong`].
pub async fn tags(site: &str) -> Result<Vec<Tag>, Wrong> {
    get(&path(site, "tags")).await
}

/// Makes a tag, or changes one that has a number.
///
/// # Errors
/// [`Wrong`].
pub async fn save_tag(site: &str, it: &Tag) -> Result<(), Wrong> {
    save(site, ("tags", it.id), it).await
}

/// Removes a tag; one that conversations have is archived.
///
/// # Errors
/// [`Wrong`].
pub async fn delete_tag(site: &str, id: i64) -> Result<(), Wrong> {
    done("DELETE", &path(site, &format!("tags/{id}")), None::<&()>).await.map(drop)
}

/// The keys, without their secrets; for admins.
///
/// # Errors
/// [`Wrong`].
pub async fn keys(site: &str) -> Result<Vec<SiteKey>, Wrong> {
    get(&path(site, "keys")).await
}

/// Makes a key; its secret is told now and never again.
///
/// # Errors
/// [`Wrong`]; `too_many` where two are there.
pub async fn add_key(site: &str) -> Result<SiteKey, Wrong> {
    ask("POST", &path(site, "keys"), None::<&()>).await
}

/// Removes a key.
///
/// # Errors
/// [`Wrong`].
pub async fn delete_key(site: &str, kid: &str) -> Result<(), Wrong> {
    done("DELETE", &path(site, &format!("keys/{kid}")), None::<&()>).await.map(drop)
}

/// What agents can on the site.
///
/// # Errors
/// [`Wrong`].
pub async fn agents(site: &str) -> Result<Vec<Agent>, Wrong> {
    get(&path(site, "agents")).await
}

/// Changes what an agent can there.
///
/// # Errors
/// [`Wrong`].
pub async fn save_agent(site: &str, it: &Agent) -> Result<(), Wrong> {
    done("PUT", &path(site, &format!("agents/{}", it.id)), Some(it)).await.map(drop)
}

async fn save(site: &str, (what, id): (&str, i64), it: &impl serde::Serialize) -> Result<(), Wrong> {
    let (method, path) = match id {
        0 => ("POST", path(site, what)),
        id => ("PUT", path(site, &format!("{what}/{id}"))),
    };
    done(method, &path, Some(it)).await.map(drop)
}
