//! What an agent hears of conversations that do not concern them.
use std::time::Duration;

use chat_client::{Agent, Error, Place, Visitor};
use chat_proto::{
    Form,
    desk::{Deed, Presence, ToDesk},
};

const CONVERSATIONS: usize = 100;
/// What is still to be told at the beginning comes within this time, and what is told too much at the end.
const REST: Duration = Duration::from_secs(1);

/// The frames that the second agent hears while the first is in a hundred conversations, pings apart.
pub async fn frames(place: &Place, talks: (&str, &str), idle: (&str, &str)) -> Result<f64, Error> {
    let mut sophie = Agent::log_in(place.clone(), talks.0, talks.1).await?;
    sophie.be(Presence::Available).await?;
    let form: Form = [("name", "Léa"), ("email", "lea@example.org")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let mut all = Vec::new();
    for _ in 0..CONVERSATIONS {
        let mut visitor = Visitor::new(place.clone());
        let conv = visitor.start(form.clone(), "fr").await?.conv;
        sophie.does(&conv, Deed::Take { force: true }).await?;
        all.push(visitor);
    }
    let mut idle = Agent::log_in(place.clone(), idle.0, idle.1).await?;
    idle.connect().await?;
    heard(&mut idle).await?;
    for visitor in &mut all {
        let conv = visitor.thread.conv.clone();
        visitor.write("Bonjour, où est mon colis ?").await?;
        sophie.write(&conv, "Bonjour, je regarde.").await?;
    }
    heard(&mut idle).await
}

async fn heard(agent: &mut Agent) -> Result<f64, Error> {
    let mut n = 0.0;
    let counts = agent.until("nothing", |_, frame| {
        n += f64::from(u8::from(!matches!(frame, ToDesk::Ping)));
        None::<()>
    });
    match tokio::time::timeout(REST, counts).await {
        Ok(Err(error)) => Err(error),
        Ok(Ok(())) | Err(_) => Ok(n),
    }
}
