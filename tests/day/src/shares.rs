//! What must be true of shares: of each, what happened stands in the thread of its conversation, in the order in which
//! it can happen, with the agent who had it; and nobody saw a page without its visitor's yes.
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use chat_proto::message::Msg;
use cobrowse_core::wire::message::Ask;
use tokio::time::Instant;

use crate::{
    Day, page,
    screen::{News, Share},
};

/// What a session does is written down soon after it is done, and not before: a kill may come between. And agents look
/// at what they heard before it when they have done something else.
const AROUND_CRASH: Duration = Duration::from_secs(1);

/// How much of it there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Questions to see a page.
    pub asked: usize,
    /// Pages that were seen.
    pub seen: usize,
    /// Questions to see a page that were refused.
    pub refused: usize,
    /// Pages that were controlled.
    pub controlled: usize,
}

/// A row of a share in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row<'a> {
    share: &'a str,
    code: &'a str,
    agent: &'a str,
}

/// How far a share is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands<'a> {
    New,
    Asked(&'a str),
    Refused(&'a str),
    Seen(&'a str),
    Controlled(&'a str),
    Ended,
}

/// What everybody says of the shares of a day.
pub struct Shares<'a> {
    day: &'a Day,
    /// In which conversation each was met.
    places: BTreeMap<String, String>,
    /// How much there was of what.
    pub counts: Counts,
}

impl<'a> Shares<'a> {
    /// Of this day.
    pub fn of(day: &'a Day) -> Self {
        Self { day, places: BTreeMap::new(), counts: Counts::default() }
    }

    /// The shares of a conversation of which agents heard something: each of them stands there.
    pub fn heard_of(&self, conv: &str) -> BTreeSet<&'a str> {
        let heard = self.told_in(conv).filter(|(_, it)| !it.heard.is_empty());
        heard.map(|(_, it)| it.session.as_str()).collect()
    }

    /// What agents were told of in a conversation: whom, and what.
    fn told_in(&self, conv: &str) -> impl Iterator<Item = (&'a str, &'a Share)> {
        let ledgers = self.day.done.iter().map(|it| &it.screens);
        let all = ledgers.flat_map(|it| it.shares.iter().map(|share| (it.agent.as_str(), share)));
        all.filter(move |(_, it)| it.conv == conv)
    }

    /// Checks a thread.
    ///
    /// # Errors
    /// Names the first thing that is not as it must be.
    pub fn stand(&mut self, conv: &str, messages: &[Msg]) -> Result<()> {
        let rows: Vec<Row<'_>> = messages.iter().filter(|it| it.kind == "screen_share").map(row).collect();
        let sessions: BTreeSet<&str> = rows.iter().map(|it| it.share).collect();
        self.are_known(conv, &sessions).with_context(|| format!("{:?}", texts(&rows)))?;
        for session in sessions {
            let of_it: Vec<&Row<'_>> = rows.iter().filter(|it| it.share == session).collect();
            let checked = self.is_in_order(conv, &of_it).and_then(|()| self.is_allowed(conv, &of_it));
            checked.with_context(|| format!("the share {session}: {:?}", texts(&rows)))?;
        }
        for (agent, share) in self.told_in(conv) {
            self.is_whole(agent, share, &rows)
                .with_context(|| format!("the share {}: {:?}", share.session, texts(&rows)))?;
        }
        self.count(&rows);
        Ok(())
    }

    /// Each is of this conversation alone, and somebody was told of it, or asked for one and was not answered.
    fn are_known(&mut self, conv: &str, sessions: &BTreeSet<&str>) -> Result<()> {
        for session in sessions {
            let other = self.places.insert((*session).to_owned(), conv.to_owned());
            ensure!(other.is_none(), "the share {session} stands in {other:?} too");
        }
        let told: BTreeSet<_> = self.told_in(conv).map(|(_, it)| it.session.as_str()).collect();
        let unknown: Vec<_> = sessions.iter().filter(|it| !told.contains(**it)).collect();
        let unanswered = self.day.done.iter().flat_map(|it| &it.screens.unanswered);
        let unanswered = unanswered.filter(|it| *it == conv).count();
        ensure!(unknown.len() <= unanswered, "of {unknown:?} nobody was told");
        Ok(())
    }

    fn is_in_order(&self, conv: &str, rows: &[&Row<'_>]) -> Result<()> {
        let crashed = rows.first().is_some_and(|it| self.outlived_crash(it.share));
        let mut stands = Stands::New;
        for row in rows {
            let took = self
                .day
                .done
                .iter()
                .any(|it| it.screens.agent == row.agent && it.screens.took.contains(conv));
            ensure!(took, "{} never had the conversation", row.agent);
            stands = match next(stands, row) {
                Some(next) => next,
                None if crashed => after_crash(stands, row)?,
                None => bail!("{} does not follow {stands:?}", row.code),
            };
        }
        ensure!(stands == Stands::Ended, "it still is {stands:?}");
        Ok(())
    }

    /// Whether a share was there when the server was killed.
    fn outlived_crash(&self, session: &str) -> bool {
        let ledgers = self.day.done.iter().map(|it| &it.screens);
        let mut share = ledgers.flat_map(|it| &it.shares).filter(|it| it.session == session);
        share.any(|it| it.since <= self.day.crash)
    }

    /// Nobody saw or did anything without a yes of this conversation's visitor to them.
    fn is_allowed(&self, conv: &str, rows: &[&Row<'_>]) -> Result<()> {
        let visitor = self.day.lived.iter().find(|it| it.told.iter().any(|it| it.conv == conv));
        for (code, ask) in [("share_started", Ask::View), ("share_control_started", Ask::Control)] {
            let mut begun: BTreeMap<&str, usize> = BTreeMap::new();
            for row in rows.iter().filter(|it| it.code == code) {
                *begun.entry(row.agent).or_default() += 1;
            }
            for (agent, times) in begun {
                let yes = visitor.into_iter().flat_map(|it| &it.yes);
                let yes = yes.filter(|it| it.agent == agent && it.ask == ask);
                let yes = yes.filter(|it| rows.iter().any(|row| row.share == it.session)).count();
                ensure!(times <= yes, "{agent} has {times} of {code}, to {yes} yes of the visitor");
            }
        }
        Ok(())
    }

    /// What an agent heard and saw of it stands there, and was of that conversation's visitor.
    fn is_whole(&self, agent: &str, share: &Share, rows: &[Row<'_>]) -> Result<()> {
        for (news, at) in &share.heard {
            let code = code(*news);
            let stands =
                rows.iter().any(|it| it.share == share.session && it.agent == agent && it.code == code);
            let is_lost = self.was_cut_off(*at);
            ensure!(stands || is_lost, "{agent} heard {news:?}, and there is no {code}");
        }
        let visitor = self.day.lived.iter().find(|it| it.told.iter().any(|it| it.conv == share.conv));
        let page = visitor.map(|it| format!("{} for {agent}", page::text(it.who)));
        let other = share.shown.iter().find(|it| Some(*it) != page.as_ref());
        ensure!(other.is_none(), "{agent} saw {other:?} in {}, and not {page:?}", share.session);
        Ok(())
    }

    /// Whether it may have happened so shortly before the server was killed that it was not written.
    fn was_cut_off(&self, at: Instant) -> bool {
        at.max(self.day.crash) - at.min(self.day.crash) < AROUND_CRASH
    }

    fn count(&mut self, rows: &[Row<'_>]) {
        let of = |code| rows.iter().filter(|it| it.code == code).count();
        self.counts.asked += of("share_asked");
        self.counts.seen += of("share_started");
        self.counts.refused += of("share_refused");
        self.counts.controlled += of("share_control_started");
    }
}

fn row(msg: &Msg) -> Row<'_> {
    let agent = msg.meta.names.first().map(String::as_str).unwrap_or_default();
    Row { share: &msg.meta.share, code: &msg.meta.code, agent }
}

fn texts(rows: &[Row<'_>]) -> Vec<String> {
    rows.iter().map(|it| format!("{} {} {}", it.share, it.code, it.agent)).collect()
}

const fn code(news: News) -> &'static str {
    match news {
        News::Asked => "share_asked",
        News::Refused => "share_refused",
        News::Seen => "share_started",
        News::Controlled => "share_control_started",
    }
}

/// What comes of a share by a row, if that can come now. Who takes a share over is asked for anew, and the end of a
/// share is the end of control.
fn next<'a>(stands: Stands<'a>, row: &Row<'a>) -> Option<Stands<'a>> {
    let by = row.agent;
    match (row.code, stands) {
        ("share_asked", Stands::New | Stands::Refused(_)) => Some(Stands::Asked(by)),
        ("share_asked", Stands::Asked(of) | Stands::Seen(of) | Stands::Controlled(of)) if of != by => {
            Some(Stands::Asked(by))
        }
        ("share_refused", Stands::Asked(of)) if of == by => Some(Stands::Refused(by)),
        ("share_started", Stands::Asked(of)) if of == by => Some(Stands::Seen(by)),
        ("share_control_started", Stands::Seen(of)) if of == by => Some(Stands::Controlled(by)),
        ("share_control_ended", Stands::Controlled(of)) if of == by => Some(Stands::Seen(by)),
        (
            "share_ended",
            Stands::Asked(of) | Stands::Refused(of) | Stands::Seen(of) | Stands::Controlled(of),
        ) if of == by => Some(Stands::Ended),
        _ => None,
    }
}

/// The same for a share that was there when the server was killed: what was asked is forgotten and asked again, and
/// what happened last may not have been written.
fn after_crash<'a>(stands: Stands<'a>, row: &Row<'a>) -> Result<Stands<'a>> {
    let by = row.agent;
    match (row.code, stands) {
        (_, Stands::Ended) => bail!("{} follows the end", row.code),
        ("share_asked", _) => Ok(Stands::Asked(by)),
        ("share_refused", _) => Ok(Stands::Refused(by)),
        ("share_started" | "share_control_ended", _) => Ok(Stands::Seen(by)),
        ("share_control_started", _) => Ok(Stands::Controlled(by)),
        ("share_ended", _) => Ok(Stands::Ended),
        (code, _) => bail!("{code} is not known"),
    }
}
