//! What the visitor does.
use chat_proto::{
    Form, FormField,
    limits::MAX_CHARS,
    visitor::{FromVisitor, Stage, Visit},
};

use super::{At, Client};
use crate::widget::{
    event::{Act, Out},
    outbox::Upload,
    redacted,
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
            Act::Cancel(cid) => self.cancels(&cid),
            Act::Resend(cid) => self.resends(&cid, at),
            Act::Retry => self.retries(at),
            Act::Dismiss => self.ui.band = None,
            // No longer wrong, as far as is known here.
            Act::Mend(key) => drop(self.ui.faults.insert(key, String::new())),
            Act::Logout(secret) => self.logs_out(secret),
            Act::Identify(word) => self.identifies(word),
            Act::Custom(data) => {
                self.say(FromVisitor::Custom { data: data.clone() });
                self.custom = Some(data);
            }
            Act::Page(page) => {
                self.page = page;
                self.tells_page();
            }
        }
    }

    /// Which page it is, for whoever may know: once it is known what of its address the site wants, so that it is one
    /// page and not two.
    pub(super) fn tells_page(&mut self) {
        let is_known = self.widget.is_some() || self.config_failed();
        if is_known && (self.is_live() || self.is_present()) {
            self.say(FromVisitor::Page(self.page()));
        }
    }

    fn open(&mut self) {
        self.ui.open = true;
        self.keep("~open", Some("1".into()));
        self.out(Out::Show(true));
        self.out(Out::Focus);
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
        let mut faults = Form::new();
        for (key, code) in fields.into_iter().flatten().filter_map(|field| fault(field, form)) {
            faults.insert(key, code);
        }
        self.ui.faults = faults;
        self.ui.form = form.clone();
        self.keep_json("form", form);
        if !self.ui.faults.is_empty() {
            self.out(Out::Focus);
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
        let mut visit = redacted::visit(visit);
        let bare = redacted::page(&self.page, &[]).url;
        if let Some(last) = visit.pages.last_mut().filter(|it| it.url == bare) {
            last.url = self.page().url;
        }
        self.ui.begun = true;
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
        let Some(conv) = self.conv_name().filter(|_| !is_empty && chars(text) <= MAX_CHARS) else {
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
            self.out(Out::Focus);
        } else {
            self.fold();
        }
    }

    fn confirms(&mut self, yes: bool, at: &At) {
        self.ui.confirm = false;
        let conv = self.conv_name().filter(|_| yes && self.is_live()).map(str::to_owned);
        if let Some(conv) = conv {
            self.commit(FromVisitor::Close { cid: at.name(), conv }, vec![], at);
        }
        self.out(Out::Focus);
    }

    fn rates(&mut self, stars: u8, text: String, at: &At) {
        let Some(conv) = self.conv_name().map(str::to_owned) else { return };
        if (1..=5).contains(&stars) && !self.ui.rated {
            self.ui.rated = true;
            let text = text.trim().chars().take(MAX_CHARS).collect();
            self.commit(FromVisitor::Rate { cid: at.name(), conv, stars, text }, vec![], at);
            self.out(Out::Focus);
        }
    }

    fn begins_anew(&mut self) {
        self.forget_conv();
        // Who they are stays; the message that was left is sent, and is not the next one's.
        let fields = self.widget.iter().flat_map(|it| &it.offline_form);
        for field in fields.filter(|it| it.kind == "long") {
            self.ui.form.remove(&field.key);
        }
        self.keep_json("form", &self.ui.form.clone());
        self.ui.band = None;
        self.ui.faults.clear();
        self.ui.offline = false;
        self.ask_config();
        self.out(Out::Focus);
    }

    fn resends(&mut self, cid: &str, at: &At) {
        let Some(item) = self.outbox.get_mut(cid) else { return };
        item.failed = None;
        item.files_go_on();
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
}

/// How many characters there are, counted in less room than the standard library's way takes.
fn chars(text: &str) -> usize {
    text.bytes().filter(|it| it & 0xC0 != 0x80).count()
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
    let Some(at) = text.bytes().rposition(|it| it == b'@') else { return false };
    let domain = &text.as_bytes()[at + 1..];
    let ends_in_dot = |it: Option<&u8>| it == Some(&b'.');
    at > 0
        && domain.contains(&b'.')
        && !ends_in_dot(domain.first())
        && !ends_in_dot(domain.last())
        && !text.contains(char::is_whitespace)
}

/// The faults that are about an empty field.
pub fn is_about_empty(faults: &Form) -> bool {
    faults.values().any(|it| it == "empty")
}
