//! What the visitor does.
use std::collections::BTreeMap;

use chat_proto::{
    Form, FormField,
    limits::MAX_CHARS,
    visitor::{FromVisitor, PageView, Stage, Visit},
};
use cobrowse_core::redaction::{Mode, Policy};

use super::{At, Client};
use crate::widget::{
    event::{Act, Out, Peer},
    outbox::Upload,
    thread::Thread,
};

/// Typing is said at most so often, milliseconds.
const TYPING_EVERY_MS: i64 = 1_000;

impl Client {
    pub(super) fn act(&mut self, act: Act, at: &At) {
        match act {
            Act::Open => self.open(),
            Act::Fold => self.fold(),
            Act::Start { form, visit } => self.start(form, visit, at),
            Act::Submit { form, visit } => self.submit(form, visit, at),
            Act::Send(text) => self.write(&text, at),
            Act::Draft(text) => self.drafts(text, at),
            Act::Choose(option) => {
                let conv = self.conv_name().unwrap_or_default().to_owned();
                self.commit(FromVisitor::Choose { cid: at.name(), conv, option }, vec![], at);
            }
            Act::End => self.asks_to_end(),
            Act::Confirm(yes) => self.confirms(yes, at),
            Act::Rate(stars, text) => self.rates(stars, text, at),
            Act::Anew => self.begins_anew(),
            Act::Offline(on) => {
                self.ui.offline = on;
                self.ui.faults.clear();
            }
            Act::Pick(files) => self.pick(files),
            Act::Drop(local) => self.unpick(&local),
            Act::Cancel(cid) => drop(self.is_done(&cid)),
            Act::Resend(cid) => self.resends(&cid, at),
            Act::Retry => self.retries(at),
            Act::Dismiss => self.ui.band = None,
            // No longer wrong, as far as is known here.
            Act::Mend(key) => drop(self.ui.faults.insert(key, String::new())),
            Act::Logout => {
                self.out(Out::Tell(Peer::Logout));
                self.is_forgotten();
                self.secret = at.dice.clone();
                self.keep("secret", Some(self.secret.clone()));
            }
            Act::Identify(word) => self.identifies(word),
            Act::Custom(data) => {
                self.say(FromVisitor::Custom { data: data.clone() });
                self.custom = Some(data);
            }
            Act::Page(page) => {
                self.page = redacted(page);
                if self.is_live() {
                    self.say(FromVisitor::Page(self.page.clone()));
                }
            }
        }
    }

    fn open(&mut self) {
        self.ui.open = true;
        self.keep("~open", Some("1".into()));
        self.out(Out::Show(true));
        self.out(Out::Focus(if self.conv.is_some() { ".composer textarea" } else { "form input" }));
        if self.config_failed() {
            self.ask_config();
        }
    }

    pub(super) fn fold(&mut self) {
        self.ui.open = false;
        self.ui.confirm = false;
        self.keep("~open", None);
        self.out(Out::Show(false));
    }

    /// Whether the form can go; else what is wrong is shown.
    fn is_filled_in(&mut self, form: &Form, offline: bool) -> bool {
        let widget = self.widget.as_ref();
        let fields = widget.map(|it| if offline { &it.offline_form } else { &it.form });
        let mut faults = BTreeMap::new();
        for (key, code) in fields.into_iter().flatten().filter_map(|field| fault(field, form)) {
            faults.insert(key, code);
        }
        self.ui.faults = faults;
        self.ui.form = form.clone();
        self.keep_json("form", form);
        if !self.ui.faults.is_empty() {
            self.out(Out::Focus("[aria-invalid]"));
        }
        self.ui.faults.is_empty()
    }

    fn start(&mut self, form: Form, visit: Visit, at: &At) {
        // A second click while the first is on its way asks for the same.
        if !self.is_starting() && self.is_filled_in(&form, false) {
            self.begins(form, visit, at, false);
        }
    }

    fn submit(&mut self, form: Form, visit: Visit, at: &At) {
        if self.is_starting() || !self.is_filled_in(&form, true) {
            return;
        }
        match self.conv.as_ref().filter(|it| it.stage == Stage::OfflineForm) {
            Some(conv) => {
                let conv = conv.conv.clone();
                self.commit(FromVisitor::Submit { cid: at.name(), conv, form }, vec![], at);
            }
            None => self.begins(form, visit, at, true),
        }
    }

    fn begins(&mut self, form: Form, visit: Visit, at: &At, offline: bool) {
        self.ui.band = None;
        let (cid, lang) = (at.name(), self.language.tag().to_owned());
        let pages = visit.pages.into_iter().map(redacted).collect();
        let visit = Visit { pages, ..visit };
        self.commit(FromVisitor::Start { cid, form, lang, offline, visit }, vec![], at);
    }

    /// Whether a form is on its way.
    pub fn is_starting(&self) -> bool {
        let is_form = |it: &FromVisitor| matches!(it, FromVisitor::Start { .. } | FromVisitor::Submit { .. });
        self.outbox.items().iter().any(|it| is_form(&it.say))
    }

    /// Whether an answer to the bot is on its way.
    pub fn is_choosing(&self) -> bool {
        self.outbox.items().iter().any(|it| matches!(it.say, FromVisitor::Choose { .. }))
    }

    /// Puts it into the outbox, and into the store, before anything else is done.
    fn commit(&mut self, say: FromVisitor, files: Vec<Upload>, at: &At) {
        let item = self.outbox.push(say, files, at.now).clone();
        self.keep_json(&item.key(), &item);
    }

    fn write(&mut self, text: &str, at: &At) {
        let text = text.trim();
        let files = std::mem::take(&mut self.ui.picked);
        let is_empty = text.is_empty() && files.is_empty();
        let Some(conv) = self.conv_name().filter(|_| !is_empty && text.chars().count() <= MAX_CHARS) else {
            self.ui.picked = files;
            return;
        };
        let (cid, conv, text) = (at.name(), conv.to_owned(), text.to_owned());
        self.commit(FromVisitor::Send { cid, conv, text, files: vec![], reply_to: None }, files, at);
        self.draft.clear();
        self.keep("draft", None);
        self.out(Out::Compose(String::new()));
        self.ui.band = None;
        self.stops_typing();
    }

    fn drafts(&mut self, text: String, at: &At) {
        let (typed, empty) = (self.typed, text.is_empty());
        self.keep("draft", (!empty).then(|| text.clone()));
        self.draft = text;
        if empty {
            self.stops_typing();
        } else if typed.is_none_or(|typed| typed + TYPING_EVERY_MS <= at.now) {
            self.typed = Some(at.now);
            self.says_typing(true);
        }
    }

    pub(super) fn stops_typing(&mut self) {
        if self.typed.take().is_some() {
            self.says_typing(false);
        }
    }

    fn says_typing(&mut self, on: bool) {
        if let Some(conv) = self.conv_name().filter(|_| self.is_live()) {
            let conv = conv.to_owned();
            self.say(FromVisitor::Typing { conv, on });
        }
    }

    fn asks_to_end(&mut self) {
        if self.is_live() {
            self.ui.confirm = true;
            self.out(Out::Focus("[role=alertdialog] button"));
        } else {
            self.fold();
        }
    }

    fn confirms(&mut self, yes: bool, at: &At) {
        self.ui.confirm = false;
        let conv = self.conv_name().filter(|_| yes && self.is_live()).map(str::to_owned);
        match conv {
            Some(conv) => self.commit(FromVisitor::Close { cid: at.name(), conv }, vec![], at),
            None => self.out(Out::Focus(".composer textarea")),
        }
    }

    fn rates(&mut self, stars: u8, text: String, at: &At) {
        let Some(conv) = self.conv_name().map(str::to_owned) else { return };
        if (1..=5).contains(&stars) && !self.ui.rated {
            self.ui.rated = true;
            let text = text.trim().chars().take(MAX_CHARS).collect();
            self.commit(FromVisitor::Rate { cid: at.name(), conv, stars, text }, vec![], at);
        }
    }

    fn begins_anew(&mut self) {
        self.forget_conv();
        self.ui.band = None;
        self.ui.faults.clear();
        self.ui.offline = false;
        self.ask_config();
        self.out(Out::Focus("form input"));
    }

    fn resends(&mut self, cid: &str, at: &At) {
        let Some(item) = self.outbox.get_mut(cid) else { return };
        item.failed = None;
        let item = item.clone();
        self.keep_json(&item.key(), &item);
        self.outbox.hold(at.now);
        self.at_once(at);
    }

    fn retries(&mut self, at: &At) {
        self.ui.band = None;
        self.line.again = at.now;
        if self.widget.is_none() {
            self.ask_config();
        }
    }

    fn identifies(&mut self, word: String) {
        self.identity = Some(word);
        self.forget_token();
        self.hang_up();
    }

    /// Nothing of the visitor stays in this browser.
    pub(super) fn is_forgotten(&mut self) {
        let cids: Vec<_> = self.outbox.items().iter().map(|it| it.cid().to_owned()).collect();
        for cid in cids {
            self.is_done(&cid);
        }
        self.forget_conv();
        self.forget_token();
        for key in ["form", "draft", "live"] {
            self.keep(key, None);
        }
        self.draft.clear();
        self.out(Out::Compose(String::new()));
        (self.ui.form, self.identity, self.custom) = (Form::new(), None, None);
        self.thread = Thread::default();
        self.hang_up();
        self.fold();
    }
}

/// What is wrong with a field, if something is.
fn fault(field: &FormField, form: &Form) -> Option<(String, String)> {
    let value = form.get(&field.key).map(|it| it.trim()).unwrap_or_default();
    let code = match (value, field.kind.as_str()) {
        ("", _) if field.required => "empty",
        ("", _) => return None,
        (value, "email") if !is_email(value) => "no_email",
        (value, "phone") if value.chars().filter(char::is_ascii_digit).count() < 5 => "no_phone",
        _ => return None,
    };
    Some((field.key.clone(), code.to_owned()))
}

/// Only what cannot be right is refused here; the server looks again.
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    !name.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(char::is_whitespace)
}

/// A page as it may be told: what looks like a card or an address is taken out.
fn redacted(page: PageView) -> PageView {
    let policy = Policy { mode: Mode::Default, key: [0; 16] };
    PageView { url: policy.page_url(&page.url), title: policy.page_title(&page.title), at: page.at }
}

/// The faults that are about an empty field.
pub fn is_about_empty(faults: &BTreeMap<String, String>) -> bool {
    faults.values().any(|it| it == "empty")
}
