//! Whoever sets a site up, without a browser: what the administration's pages send.
use anyhow::{Context, Result, ensure};
use chat_client::{Agent, Place};
use http::Method;
use relay::Running;
use serde_json::{Map, Value, json};

/// An admin, logged in.
pub struct Admin {
    agent: Agent,
    site: String,
}

impl Admin {
    /// Logs in.
    ///
    /// # Errors
    /// When e-mail or password is wrong.
    pub async fn log_in(place: Place, email: &str, password: &str) -> Result<Self> {
        let site = place.site.clone();
        Ok(Self { agent: Agent::log_in(place, email, password).await?, site })
    }

    /// The demo's own, logged in.
    ///
    /// # Errors
    /// When the server has made no demo account.
    pub async fn of_the_demo(place: Place, server: &Running) -> Result<Self> {
        let account = server.demo.as_ref().context("the server made no demo account")?;
        Self::log_in(place, &account.email, &account.password).await
    }

    /// Nobody has to hurry: on a loaded machine an answer takes longer than the usual half minute.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn nobody_hurries(&self) -> Result<()> {
        let queues: Vec<Value> = serde_json::from_value(self.reads("queues").await?)?;
        for mut queue in queues {
            (queue["first_answer_s"], queue["accept_timeout_s"]) = (json!(3_600), json!(86_400));
            self.puts(&format!("queues/{}", queue["id"]), queue).await?;
        }
        Ok(())
    }

    /// What holds now.
    ///
    /// # Errors
    /// When it may not be read.
    pub async fn reads(&self, of: &str) -> Result<Value> {
        Ok(self.agent.get(&self.path(of)).await?)
    }

    /// Changes these fields and leaves the others as they are.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn sets(&self, of: &str, fields: Value) -> Result<()> {
        let mut body = self.reads(of).await?;
        let all = body.as_object_mut().with_context(|| format!("{of} has no fields"))?;
        all.extend(fields.as_object().cloned().unwrap_or_else(Map::new));
        self.puts(of, body).await
    }

    /// Puts something in the place of what was there.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn puts(&self, of: &str, body: Value) -> Result<()> {
        self.asks(Method::PUT, &self.path(of), body).await.map(drop)
    }

    /// Adds something.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn adds(&self, of: &str, body: Value) -> Result<String> {
        self.asks(Method::POST, &self.path(of), body).await
    }

    /// Asks the server itself.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn asks(&self, method: Method, path: &str, body: Value) -> Result<String> {
        let (status, answer) = self.tries(method, path, &body).await?;
        ensure!((200..300).contains(&status), "{path} {body}: {status} {answer}");
        Ok(answer)
    }

    /// The same: the status, and what is answered.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn tries(&self, method: Method, path: &str, body: &Value) -> Result<(u16, String)> {
        Ok(self.agent.ask(method, path, body).await?)
    }

    fn path(&self, of: &str) -> String {
        format!("/v1/admin/sites/{}/{of}", self.site)
    }
}
