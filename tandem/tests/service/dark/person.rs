//! A visitor or an agent who goes on for as long as it takes.
use std::time::Duration;

use chat_client::{Agent, Error, Place, Thread, Visitor};
use chat_proto::{
    desk::{Deed, FromDesk, Presence, Say},
    message::Msg,
    visitor::FromVisitor,
};

use crate::world::{PASSWORD, World, email, form};

/// Who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Visitor,
    Agent,
}

/// Somebody in a conversation.
pub enum Person {
    Visitor(Box<Visitor>),
    Agent(Box<Agent>, String),
}

/// A visitor and the agent who has their conversation, each at a place.
pub async fn pair(world: &World, name: &str, (visitors, agents): (Place, Place)) -> (Person, Person) {
    let mut visitor = Visitor::new(visitors);
    let conv = visitor.start(form(), "fr").await.expect("let in").conv;
    let mut agent = Agent::log_in(agents, &email(name), PASSWORD).await.expect("logs in");
    assert!(world.id(name).await > 0, "the agent is known");
    agent.connect().await.expect("connects");
    agent.be(Presence::Away).await.expect("is there");
    agent.does(&conv, Deed::Take { force: true }).await.expect("taken");
    agent.open(&conv).await.expect("opens");
    (Person::Visitor(visitor.into()), Person::Agent(agent.into(), conv))
}

impl Person {
    pub fn thread(&self) -> &Thread {
        match self {
            Self::Visitor(it) => &it.thread,
            Self::Agent(it, conv) => &it.open[conv],
        }
    }

    /// The texts that begin like this, in their order.
    pub fn texts(&self, start: &str) -> Vec<String> {
        let all = self.thread().words();
        all.into_iter().filter(|(_, text)| text.starts_with(start)).map(|(_, text)| text.to_owned()).collect()
    }

    /// Says it until it is acknowledged, under one name.
    pub async fn says(&mut self, text: &str) {
        let cid = chat_client::name();
        loop {
            match self.tries(&cid, text).await {
                Ok(()) => return,
                // Whoever waits longer than a client does begins anew.
                Err(Error::Silent(_)) => self.cut(),
                Err(error) => panic!("{text}: {error}"),
            }
        }
    }

    async fn tries(&mut self, cid: &str, text: &str) -> Result<(), Error> {
        let (cid, text, files, reply_to) = (cid.to_owned(), text.to_owned(), Vec::new(), None);
        match self {
            Self::Visitor(it) => {
                let conv = it.thread.conv.clone();
                it.say(FromVisitor::Send { cid, conv, text, files, reply_to }).await.map(drop)
            }
            Self::Agent(it, conv) => {
                let say = Say::Text { text, files, reply_to };
                it.say(FromDesk::Send { cid, conv: conv.clone(), say }).await.map(drop)
            }
        }
    }

    fn cut(&mut self) {
        match self {
            Self::Visitor(it) => it.cut(),
            Self::Agent(it, _) => it.cut(),
        }
    }

    /// Reads on until a text is there, over as many connections as it takes.
    pub async fn reads(&mut self, text: &str) {
        loop {
            match self.looks_for(text).await {
                Ok(()) => return,
                Err(error) if error.passes() || matches!(error, Error::Silent(_)) => self.cut(),
                Err(error) => panic!("{text}: {error}"),
            }
        }
    }

    async fn looks_for(&mut self, text: &str) -> Result<(), Error> {
        let is_it = |msg: &Msg| msg.text == text;
        match self {
            Self::Visitor(it) => {
                if !it.is_connected() {
                    it.connect().await?;
                }
                it.reads("a text", is_it).await.map(drop)
            }
            Self::Agent(it, conv) => {
                if !it.is_connected() {
                    it.connect().await?;
                }
                it.reads(conv, is_it).await.map(drop)
            }
        }
    }

    /// Takes in what comes.
    pub async fn rests(&mut self, time: Duration) {
        let rested = match self {
            Self::Visitor(it) => it.rest(time).await,
            Self::Agent(it, _) => it.rest(time).await,
        };
        rested.expect("somebody whom the dark does not concern");
    }
}
