//! The way in: the form, the notice outside opening hours, the offline form.
use chat_proto::{
    FormField, Millis,
    visitor::{ClosedNotice, Way, Widget},
};

use super::{
    Chat, Node, View,
    icon::{self, icon},
    node,
};
use crate::widget::{client, json::digits, text};

impl View<'_> {
    pub(super) fn entrance(&self) -> Node {
        let main = node!("main", "class" = "entrance", "k" = "entrance");
        let Some(widget) = self.client.widget().filter(|_| !self.client.expects()) else {
            return if self.client.config_failed() { main } else { main.child(skeleton()) };
        };
        if !widget.broken.is_empty() {
            return main.child(self.broken(widget));
        }
        if widget.open {
            return main.child(self.start_form(widget));
        }
        if self.client.ui().offline && !widget.offline_form.is_empty() {
            return main.child(self.offline_form(Chat::LeaveMessage, true));
        }
        main.child(self.closed(widget))
    }

    fn broken(&self, widget: &Widget) -> Node {
        let notice = node!("div", "class" = "notice", "role" = "status");
        let notice = notice.child(Node::new("h3").text(self.say(Chat::BrokenTitle)));
        notice.child(Node::new("p").text(&self.fill(Chat::BrokenText, &[&widget.broken.join(", ")])))
    }

    fn start_form(&self, widget: &Widget) -> Node {
        let greeting = if widget.greeting.is_empty() { self.say(Chat::Greeting) } else { &widget.greeting };
        let form = self.form("start", &widget.form);
        let title = says(Node::new("h3"), &text::rich(greeting));
        let intro = node!("div", "class" = "intro").child(title);
        let intro = intro.child(Node::new("p").text(self.say(Chat::FormHint)));
        node!("div", "class" = "start").child(intro).child(form.child(self.submit(Chat::Start)))
    }

    pub(super) fn offline_form(&self, title: Chat, back: bool) -> Node {
        let fields = self.client.widget().map(|it| it.offline_form.as_slice()).unwrap_or_default();
        let form = self.form("submit", fields);
        let mut form = form.child(self.submit(Chat::Submit));
        if back {
            form = form.child(self.button("{\"offline\":false}", Chat::Back, "plain"));
        }
        let intro = node!("div", "class" = "intro").child(Node::new("h3").text(self.say(title)));
        node!("div", "class" = "start offline", "k" = "offline").child(intro).child(form)
    }

    fn submit(&self, words: Chat) -> Node {
        let busy = self.client.is_starting();
        let button = node!("button", "class" = "main", "type" = "submit");
        let button = if busy { button.attr("aria-disabled", "true") } else { button };
        button.text(self.say(if busy { Chat::Starting } else { words }))
    }

    fn form(&self, name: &str, fields: &[FormField]) -> Node {
        let faults = &self.client.ui().faults;
        let form = Node::new("form").attr("data-form", name).attr("novalidate", "");
        let form = form.children(fields.iter().map(|field| self.field(field)));
        if client::is_about_empty(faults) {
            let warning = node!("p", "class" = "warning", "role" = "alert");
            return form.child(warning.child(icon(icon::ALERT)).text(self.say(Chat::FieldsEmpty)));
        }
        form
    }

    pub(super) fn label<'a>(&'a self, field: &'a FormField) -> &'a str {
        match (field.label.as_str(), field.key.as_str()) {
            ("", "email") => self.say(Chat::EmailField),
            ("", "name") => self.say(Chat::NameField),
            ("", key) => key,
            (label, _) => label,
        }
    }

    fn field(&self, field: &FormField) -> Node {
        let (ui, key) = (self.client.ui(), field.key.as_str());
        let mut words = Node::new("span").text(self.label(field));
        if !field.required {
            words = words.child(Node::new("i").text(&[" (", self.say(Chat::Optional), ")"].concat()));
        }
        let known = ui.form.get(key).map(String::as_str).unwrap_or_default();
        let input = match kind(field) {
            None => node!("textarea", "rows" = "4", "maxlength" = "10000"),
            Some((kind, fill)) => {
                Node::new("input").attr("type", kind).attr("autocomplete", fill).attr("maxlength", "500")
            }
        };
        let input = input.attr("name", key).attr("init", known);
        let input = if field.required { input.attr("aria-required", "true") } else { input };
        let row = node!("label", "class" = "field").attr("k", key).child(words);
        match ui.faults.get(key).filter(|it| !it.is_empty()) {
            None => row.child(input),
            Some(code) => {
                let id = ["fault-", key].concat();
                let input = input.attr("aria-invalid", "true").attr("aria-describedby", &id);
                let fault = Node::new("small").attr("id", &id).text(self.say(fault(code)));
                row.child(input).child(fault)
            }
        }
    }

    fn closed(&self, widget: &Widget) -> Node {
        let usual = ClosedNotice::default();
        let closed = widget.closed.as_ref().unwrap_or(&usual);
        let message = if closed.message.is_empty() { self.say(Chat::ClosedText) } else { &closed.message };
        let notice = node!("div", "class" = "notice", "role" = "status");
        let notice = notice.child(icon(icon::CLOCK).attr("class", "big"));
        let notice = notice.child(Node::new("h3").text(self.say(Chat::ClosedTitle)));
        let mut notice = notice.child(says(Node::new("p"), &text::rich(message)));
        if let Some(opens) = closed.opens {
            notice = notice.child(self.opens(opens));
        }
        // The form is one of the ways only where the site has one.
        let form = !widget.offline_form.is_empty();
        let has_form = closed.ways.iter().any(|it| it.kind == "form");
        let shown = closed.ways.iter().filter(|it| form || it.kind != "form");
        let mut ways: Vec<_> = shown.filter_map(|way| self.way(way)).collect();
        if form && !has_form {
            ways.push(Node::new("li").child(self.button("{\"offline\":true}", Chat::LeaveMessage, "main")));
        }
        if ways.is_empty() {
            return notice;
        }
        let list = node!("ul", "class" = "ways").attr("aria-label", self.say(Chat::Ways)).children(ways);
        notice.child(list)
    }

    fn opens(&self, at: Millis) -> Node {
        let words = self.say(Chat::OpensAt);
        let (before, after) = words.split_once('{').unwrap_or((words, ""));
        let time = Node::new("time").attr("at", &digits(at)).attr("form", "day");
        node!("p", "class" = "opens").text(before).child(time).text(after.trim_start_matches('}'))
    }

    fn way(&self, way: &Way) -> Option<Node> {
        let label = if way.label.is_empty() { &way.value } else { &way.label };
        let (shape, url) = match way.kind.as_str() {
            "email" => (icon::MAIL, ["mailto:", &way.value].concat()),
            "phone" => (icon::PHONE, ["tel:", &way.value].concat().replace(' ', "")),
            "link" if text::is_web(&way.value) => (icon::LINK, way.value.clone()),
            "form" => {
                let words = if way.label.is_empty() { self.say(Chat::LeaveMessage) } else { &way.label };
                let button = node!("button", "class" = "main", "type" = "button");
                let button = button.attr("data-act", "{\"offline\":true}").text(words);
                return Some(Node::new("li").child(button));
            }
            _ => return None,
        };
        Some(Node::new("li").child(link(&url).class("way").child(icon(shape)).text(label)))
    }
}

/// The type and the purpose of an input; `None` for a text of several lines.
fn kind(field: &FormField) -> Option<(&'static str, &'static str)> {
    match (field.kind.as_str(), field.key.as_str()) {
        ("email", _) => Some(("email", "email")),
        ("phone", _) => Some(("tel", "tel")),
        ("long", _) => None,
        (_, "name") => Some(("text", "name")),
        _ => Some(("text", "on")),
    }
}

fn fault(code: &str) -> Chat {
    match code {
        "empty" => Chat::FieldEmpty,
        "no_email" => Chat::NoEmail,
        "no_phone" => Chat::NoPhone,
        "too_long" => Chat::FieldLong,
        _ => Chat::FieldWrong,
    }
}

/// What will be there, in its size.
fn skeleton() -> Node {
    let lines = ["wide", "short", "tall", "tall"].map(|it| Node::new("i").class(it));
    node!("div", "class" = "skeleton", "aria-hidden" = "true").children(lines)
}

/// A link that leaves the page alone.
pub(super) fn link(url: &str) -> Node {
    Node::new("a").attr("href", url).attr("target", "_blank").attr("rel", "noopener noreferrer")
}

/// Puts a text with its links into an element. Not inlined: this takes room but once.
#[inline(never)]
pub(super) fn says(mut node: Node, spans: &[text::Span<'_>]) -> Node {
    for it in spans {
        node = node.child(match it {
            text::Span::Text(text) => Node::new("span").text(text),
            text::Span::Link(words, url) => {
                link(&[if text::is_web(url) { "" } else { "https://" }, url].concat()).text(words)
            }
        });
    }
    node
}
