//! A thread as it is read from top to bottom: past conversations, messages, records between them, pages, and
//! what is on its way.
use std::sync::Arc;

use chat_proto::{
    ConversationName, Millis,
    message::{From, Msg},
    visitor::PageView,
};

use super::{
    filter::Filter,
    outbox::{Outgoing, Standing},
    thread::Thread,
};

/// Messages of one author that lie no further apart are one group.
const GROUP: Millis = 5 * 60_000;

/// A conversation of before, shown above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastThread {
    /// Which.
    pub conv: ConversationName,
    /// When it began.
    pub at: Millis,
    /// Its messages, oldest first.
    pub msgs: Vec<Arc<Msg>>,
}

/// One line of the thread.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// Here begins a conversation of before.
    Past(ConversationName, Millis),
    /// Here begins the present one.
    Present,
    /// Here begins a day; of which conversation of before.
    Day(Millis, Option<ConversationName>),
    /// A message or record; whether it begins a group, and of which conversation of before it is.
    Msg(Arc<Msg>, bool, Option<ConversationName>),
    /// A page that the visitor looked at.
    Page(PageView),
    /// What is on its way.
    Outgoing(Outgoing),
}

impl Entry {
    /// Names the entry as long as it is there, whatever it looks like.
    pub fn place(&self) -> String {
        match self {
            Self::Msg(msg, _, past) => {
                format!("m-{}-{}-{}", past.as_deref().unwrap_or_default(), msg.seq, msg.aseq)
            }
            Self::Outgoing(it) => format!("o-{}", it.cid),
            Self::Past(..) | Self::Present | Self::Day(..) | Self::Page(_) => self.key(),
        }
    }

    /// Names the entry as it is shown: another name is another look.
    pub fn key(&self) -> String {
        match self {
            Self::Past(conv, _) => format!("past-{conv}"),
            Self::Present => "present".to_owned(),
            Self::Day(at, past) => format!("day-{at}-{}", past.as_deref().unwrap_or_default()),
            Self::Msg(msg, head, past) => {
                let of = past.as_deref().unwrap_or_default();
                format!("m-{of}-{}-{}-{head}-{}", msg.seq, msg.aseq, msg.meta.code)
            }
            Self::Page(page) => format!("page-{}-{}", page.at, page.url),
            Self::Outgoing(it) => format!("o-{}-{}", it.cid, it.standing == Standing::Sending),
        }
    }
}

/// Everything that the thread's view needs to know.
pub struct Sources<'a> {
    /// The conversation.
    pub thread: &'a Thread,
    /// Those of before that are loaded, oldest first.
    pub past: &'a [PastThread],
    /// Pages of the visit.
    pub pages: &'a [PageView],
    /// What is on its way.
    pub outgoing: Vec<Outgoing>,
    /// What of it is shown.
    pub filter: Filter,
    /// Begins a local day: maps a moment to its day's first.
    pub day: fn(Millis) -> Millis,
}

/// The lines, from top to bottom.
pub fn entries(sources: &Sources<'_>) -> Vec<Entry> {
    let mut lines = Lines { entries: Vec::new(), last: None, day: None, of_day: sources.day };
    for past in sources.past {
        lines.begin(Entry::Past(past.conv.clone(), past.at));
        for msg in shares_as_one(past.msgs.iter().cloned()).filter(|it| sources.filter.shows(it)) {
            lines.push(msg, Some(past.conv.clone()));
        }
    }
    if !sources.past.is_empty() {
        lines.begin(Entry::Present);
    }
    for line in present(sources) {
        match line {
            Line::Msg(msg) => lines.push(msg, None),
            Line::Page(page) => lines.page(page),
        }
    }
    lines.entries.extend(sources.outgoing.iter().cloned().map(Entry::Outgoing));
    lines.entries
}

/// Whether the visitor has read this agent's side's last word, where it is the last line; nothing else is told of.
pub fn is_read(entries: &[Entry], visitor_read: u64) -> Option<bool> {
    let Some(Entry::Msg(msg, _, None)) = entries.last() else { return None };
    (msg.seq != 0 && msg.from == From::Agent).then(|| msg.seq <= visitor_read)
}

struct Lines {
    entries: Vec<Entry>,
    last: Option<(From, Option<i64>, Millis)>,
    day: Option<Millis>,
    of_day: fn(Millis) -> Millis,
}

impl Lines {
    fn begin(&mut self, entry: Entry) {
        (self.last, self.day) = (None, None);
        self.entries.push(entry);
    }

    fn turn_day(&mut self, at: Millis, past: Option<&str>) {
        let day = (self.of_day)(at);
        if self.day != Some(day) {
            (self.day, self.last) = (Some(day), None);
            self.entries.push(Entry::Day(day, past.map(str::to_owned)));
        }
    }

    fn push(&mut self, msg: Arc<Msg>, past: Option<ConversationName>) {
        self.turn_day(msg.at, past.as_deref());
        let talks = matches!(msg.kind.as_str(), "text" | "file");
        let goes_on = self
            .last
            .is_some_and(|(from, agent, at)| from == msg.from && agent == msg.agent && msg.at - at <= GROUP);
        self.last = talks.then_some((msg.from, msg.agent, msg.at));
        self.entries.push(Entry::Msg(msg, !(talks && goes_on), past));
    }

    fn page(&mut self, page: PageView) {
        self.turn_day(page.at, None);
        self.last = None;
        self.entries.push(Entry::Page(page));
    }
}

enum Line {
    Msg(Arc<Msg>),
    Page(PageView),
}

impl Line {
    fn at(&self) -> Millis {
        match self {
            Self::Msg(msg) => msg.at,
            Self::Page(page) => page.at,
        }
    }
}

/// Messages keep their order; records and pages stand where their time puts them.
fn present(sources: &Sources<'_>) -> Vec<Line> {
    let thread = sources.thread;
    let begun = thread.msgs().first().map_or(0, |msg| msg.at);
    let pages = sources.pages.iter().filter(|page| sources.filter.shows_pages() && begun <= page.at);
    let mut beside: Vec<_> = thread
        .records()
        .filter(|it| sources.filter.shows(it))
        .map(|it| Line::Msg(it.clone()))
        .chain(pages.cloned().map(Line::Page))
        .collect();
    beside.sort_by_key(Line::at);
    let mut beside = beside.into_iter().peekable();
    let mut lines = Vec::new();
    for msg in shares_as_one(thread.msgs().iter().cloned()) {
        while let Some(line) = beside.next_if(|line| line.at() < msg.at) {
            lines.push(line);
        }
        if sources.filter.shows(&msg) {
            lines.push(Line::Msg(msg));
        }
    }
    lines.extend(beside);
    lines
}

/// The rows of one share are one row, at its last's place: it shows how the share stands, and since when. Nothing that
/// was said before that stands below it.
fn shares_as_one(msgs: impl Iterator<Item = Arc<Msg>>) -> impl Iterator<Item = Arc<Msg>> {
    let mut kept: Vec<Arc<Msg>> = Vec::new();
    for msg in msgs {
        let is_share = msg.kind == "screen_share" && !msg.meta.share.is_empty();
        let same = |it: &Arc<Msg>| it.kind == "screen_share" && it.meta.share == msg.meta.share;
        let first = kept.iter().rposition(same).filter(|_| is_share).map(|at| kept.remove(at));
        kept.push(match first {
            // It keeps its first's number, by which the row is known.
            Some(first) => {
                let (meta, name, at) = (msg.meta.clone(), msg.name.clone(), msg.at);
                Arc::new(Msg { meta, name, at, ..(*first).clone() })
            }
            None => msg,
        });
    }
    kept.into_iter()
}

#[cfg(test)]
mod tests {
    use chat_proto::message::Meta;

    use super::*;

    fn msg(seq: u64, from: From, kind: &str, at: Millis) -> Msg {
        Msg { seq, from, kind: kind.into(), at, cid: format!("c{seq}"), ..Msg::default() }
    }

    fn share(seq: u64, share: &str, code: &str) -> Msg {
        let meta = Meta { share: share.into(), code: code.into(), ..Meta::default() };
        Msg { meta, ..msg(seq, From::System, "screen_share", i64::try_from(seq).unwrap_or(0)) }
    }

    fn shown(thread: &Thread, past: &[PastThread], pages: &[PageView], filter: Filter) -> Vec<String> {
        let sources = Sources { thread, past, pages, outgoing: vec![], filter, day: |at| at / 1000 };
        let line = |entry: &Entry| match entry {
            Entry::Msg(msg, head, past) => {
                let of = past.as_deref().map(|it| format!("{it}:")).unwrap_or_default();
                format!("{of}{}{}{}", msg.kind, if *head { "^" } else { "" }, msg.meta.code)
            }
            Entry::Past(conv, _) => format!("past {conv}"),
            Entry::Day(day, _) => format!("day {day}"),
            Entry::Page(page) => page.url.clone(),
            Entry::Present | Entry::Outgoing(_) => "…".into(),
        };
        entries(&sources).iter().map(line).collect()
    }

    fn thread(msgs: Vec<Msg>) -> Thread {
        let mut thread = Thread::open("c", 0);
        assert_eq!(thread.take(msgs), None, "they have no gaps");
        thread
    }

    // shows: THR-05
    #[test]
    fn a_share_is_one_row_that_shows_its_last_word() {
        let thread = thread(vec![
            share(1, "s", "share_asked"),
            msg(2, From::Visitor, "text", 2),
            share(3, "s", "share_started"),
            share(4, "t", "share_asked"),
        ]);
        assert_eq!(
            shown(&thread, &[], &[], Filter::All),
            ["day 0", "text^", "screen_share^share_started", "screen_share^share_asked"]
        );
    }

    // shows: THR-05
    #[test]
    fn a_share_stands_where_its_last_word_belongs_by_time() {
        let thread = thread(vec![
            share(1, "s", "share_asked"),
            msg(2, From::Visitor, "text", 1_007),
            Msg { at: 1_009, ..share(3, "s", "share_ended") },
        ]);
        let pages = [5, 1_008].map(|at| PageView { url: format!("/{at}"), at, ..PageView::default() });
        let sources = Sources {
            thread: &thread,
            past: &[],
            pages: &pages,
            outgoing: vec![],
            filter: Filter::All,
            day: |at| at / 1000,
        };
        let of = |it: &Entry| match it {
            Entry::Msg(msg, ..) => Some((msg.at, it.place())),
            Entry::Page(page) => Some((page.at, page.url.clone())),
            Entry::Past(..) | Entry::Day(..) | Entry::Present | Entry::Outgoing(_) => None,
        };
        let told: Vec<_> = entries(&sources).iter().filter_map(of).collect();
        assert!(told.is_sorted_by_key(|(at, _)| *at), "{told:?}");
        assert_eq!(told.last(), Some(&(1_009, "m--1-0".to_owned())), "the row of before");
    }

    #[test]
    fn records_stand_where_their_time_puts_them_and_groups_are_of_one_author() {
        let note = Msg { aseq: 1, kind: "note".into(), at: 15, ..Msg::default() };
        let mut msgs: Vec<_> =
            [10, 12, 20].iter().zip(1..).map(|(at, seq)| msg(seq, From::Visitor, "text", *at)).collect();
        msgs.push(note);
        assert_eq!(shown(&thread(msgs), &[], &[], Filter::All), ["day 0", "text^", "text", "note^", "text^"]);
    }

    // shows: DSK-04
    #[test]
    fn actions_show_pages_since_the_conversation_began() {
        let thread = thread(vec![msg(1, From::Visitor, "text", 10), msg(2, From::Agent, "link", 30)]);
        let page = |url: &str, at| PageView { url: url.into(), at, ..PageView::default() };
        let pages = [page("/after", 40), page("/during", 20), page("/before", 5)];
        assert_eq!(shown(&thread, &[], &pages, Filter::Actions), ["day 0", "/during", "link^", "/after"]);
        assert_eq!(shown(&thread, &[], &pages, Filter::Visitor), ["day 0", "text^"]);
    }

    // shows: THR-09
    #[test]
    fn past_conversations_stand_above_with_their_own_beginning() {
        let past =
            PastThread { conv: "p".into(), at: 1, msgs: vec![Arc::new(msg(1, From::Visitor, "text", 1))] };
        let thread = thread(vec![msg(1, From::Visitor, "text", 2000)]);
        assert_eq!(
            shown(&thread, &[past], &[], Filter::All),
            ["past p", "day 0", "p:text^", "…", "day 2", "text^"]
        );
    }

    #[test]
    fn only_a_reply_that_stands_last_is_delivered_or_seen() {
        let note = Msg { aseq: 1, kind: "note".into(), from: From::Agent, at: 30, ..Msg::default() };
        let last = |msgs: Vec<Msg>, read: u64| {
            let thread = thread(msgs);
            let sources = Sources {
                thread: &thread,
                past: &[],
                pages: &[],
                outgoing: vec![],
                filter: Filter::All,
                day: |_| 0,
            };
            is_read(&entries(&sources), read)
        };
        let reply = || msg(1, From::Agent, "text", 10);
        assert_eq!((last(vec![reply()], 0), last(vec![reply()], 1)), (Some(false), Some(true)));
        assert_eq!(last(vec![reply(), msg(2, From::Visitor, "text", 20)], 1), None);
        assert_eq!(last(vec![reply(), note], 1), None, "a note goes to nobody outside");
    }

    #[test]
    fn no_two_lines_have_one_name() {
        let past =
            PastThread { conv: "p".into(), at: 1, msgs: vec![Arc::new(msg(1, From::Visitor, "text", 1))] };
        let thread = thread(vec![msg(1, From::Visitor, "text", 2), msg(2, From::Agent, "text", 3)]);
        let sources = Sources {
            thread: &thread,
            past: &[past],
            pages: &[],
            outgoing: vec![],
            filter: Filter::All,
            day: |_| 0,
        };
        let names: Vec<_> = entries(&sources).iter().map(Entry::key).collect();
        let all: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(all.len(), names.len(), "{names:?}");
    }
}
