//! What an agent sees, by example.
use expect_test::{Expect, expect};

use super::{
    super::{
        Differences, NoAssets,
        testing::{Capture, Fact, Page},
    },
    POLICY, Viewer,
};
use crate::{
    id::Epoch,
    redaction::{Flags, Verdict},
};

/// A page, its capture, and its replay.
pub(super) struct Share {
    pub(super) page: Page,
    pub(super) capture: Capture,
    pub(super) viewer: Viewer,
}

/// `tag#flags name=value …` lines and `"text"` lines; two spaces deeper is inside. `#shadow`, `#document` and
/// `<!--text` are what they look like. A name that begins with a dot is a property.
pub(super) fn share(script: &str) -> Share {
    let mut page = Page::new();
    let mut open = vec![0];
    for line in script.lines().filter(|line| !line.trim().is_empty()) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        open.truncate(depth + 1);
        let node = add(&mut page, open[depth], line.trim());
        open.push(node);
    }
    let mut capture = Capture::new(POLICY);
    let mut viewer = Viewer::new();
    viewer.apply(&capture.keyframe(&mut page, Epoch(1)).expect("keyframe"));
    Share { page, capture, viewer }
}

fn add(page: &mut Page, parent: usize, line: &str) -> usize {
    let node = match line {
        "#shadow" => return page.set_content(parent, Fact::Shadow),
        "#document" => return page.set_content(parent, Fact::Document),
        _ if line.starts_with('"') => page.create(Fact::Text(line.trim_matches('"').to_owned())),
        _ if line.starts_with("<!--") => page.create(Fact::Comment(line[4..].to_owned())),
        _ => element(page, line),
    };
    let index = page.nodes[parent].children.len();
    page.insert(node, parent, index);
    node
}

fn element(page: &mut Page, line: &str) -> usize {
    let mut parts = line.split(' ');
    let head = parts.next().unwrap_or_default();
    let (tag, flags) = head.split_once('#').unwrap_or((head, "0"));
    let node = page.create(Fact::Element(0, tag.to_owned()));
    page.nodes[node].flags = flags.parse().expect("flags");
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.strip_prefix('.').map_or_else(|| name.to_owned(), |name| format!(" {name}"));
        page.nodes[node].attributes.insert(name, value.replace('_', " "));
    }
    node
}

impl Share {
    /// The n-th element of a tag.
    pub(super) fn find(&self, tag: &str) -> usize {
        let is = |fact: &Fact| matches!(fact, Fact::Element(_, it) if it == tag);
        self.page.nodes.iter().position(|node| is(&node.fact)).expect("an element")
    }

    /// How many frames the changes came to.
    pub(super) fn flush(&mut self) -> usize {
        let frames = self.capture.flush(&mut self.page).expect("delta");
        self.viewer.apply(&frames);
        self.viewer.apply(&[self.capture.recorder.check()]);
        frames.len()
    }

    /// The page as it is now is what was sent, as far as it may be shown.
    #[track_caller]
    pub(super) fn is_in_step(&mut self) {
        let comparison = self.capture.comparison(&self.page);
        let different = self.capture.recorder.compare(&comparison.as_gather(), &mut NoAssets);
        assert_eq!(different, Ok(Differences::default()));
    }

    #[track_caller]
    pub(super) fn shows(&self, expected: Expect) {
        expected.assert_eq(&self.viewer.sink.outline());
    }
}

#[test]
fn values_are_masked_and_texts_are_shown() {
    share(
        r#"
form action=/buy
  "Your order"
  input#64 type=text value=Anna .value=Anna_B placeholder=Name .selection=3_4
  input#64 type=text value= aria-valuetext=Anna
  input#68 type=text value=Anna
  input#64 type=submit value=Buy
  input#72 type=hidden value=secret
  input#72 type=password value=secret .value=secret
  input#64 type=checkbox value=yes checked .checked=1
  input#64 autocomplete=section-a_cc-number .value=4111
  textarea#64
    "written"
  select#64 .value=b
    option#64 value=b .selected=1
      "Blue"
  div#64 contenteditable
    "typed"
  meta name=csrf-token content=abc
  meta name=color-scheme content=dark
"#,
    )
    .shows(expect![[r##"
        #document
          form
            Text "Your order"
            input .value="••••••" placeholder="Name" type="text" value="••••••"
            input aria-valuetext="••••••" type="text" value=""
            input type="text" value="Anna"
            input type="submit" value="Buy"
            input type="hidden"
            input .value="••••••" type="password" value="••••••"
            input .checked="1" checked="" type="checkbox" value="••••••"
            input .value="••••••" autocomplete="••••••"
            textarea
              Text "••••••"
            select .value="••••••"
              option .selected="1" value="••••••"
                Text "Blue"
            div contenteditable=""
              Text "••••••"
            meta name="csrf-token"
            meta content="dark" name="color-scheme"
    "##]]);
}

#[test]
fn a_mask_holds_until_an_unmask_and_a_secret_for_ever() {
    share(
        r#"
main
  section#1 class=a title=T aria-label=L aria-expanded=true data-x=y
    "masked"
    a href=/anna
      "masked"
    img alt=A .src=3 .box=20_10
    p#4 title=T
      "shown"
      b#8
        "secret"
        i#4
          "secret"
  section#18
    "a rule failed"
  section#2 class=a .box=3_4 title=T
    "blocked"
  section data-tandem-mask
    "masked by its attribute alone"
"#,
    )
    .shows(expect![[r##"
        #document
          main
            section aria-expanded="true" aria-label="••••••" class="a" data-x="y" title="••••••"
              Text "••••••"
              a href="#"
                Text "••••••"
              img .box="20 10" alt="••••••"
              p title="T"
                Text "shown"
                b
                  Text "••••••"
                  i
                    Text "••••••"
            section
            section .box="3 4" class="a"
            section data-tandem-mask=""
              Text "••••••"
    "##]]);
}

#[test]
fn what_a_masked_field_was_checked_by_is_hidden_with_its_state() {
    share(
        r#"
form
  input#65 type=checkbox checked .checked=0
  input#72 type=checkbox checked .checked=0
  select#65
    option#64 selected .selected=0
  x-tab#1 selected
  input#64 type=checkbox checked .checked=0
"#,
    )
    .shows(expect![[r##"
        #document
          form
            input type="checkbox"
            input type="checkbox"
            select
              option
            x-tab selected=""
            input .checked="0" checked="" type="checkbox"
    "##]]);
}

#[test]
fn what_is_never_sent() {
    share(
        r#"
html onclick=x nonce=n data-csrf=t
  script src=/a.js integrity=i
    "code"
  noscript
    p
      "no script"
  template
    "data"
  a href=javascript:x ping=/p target=_top
  img src=/a.png srcset=/b.png
  link rel=stylesheet href=/a.css .sheet=a{background:url(/x.png)}
  style
    "a{background:url(/x.png)}"
  div style=background:url(/y.png)
  <!--comment
  meta name=user-email content=anna
  meta name=viewport content=width=device-width
  meta property=og:title content=Anna
  div data-page={"user":"Anna"} wire:snapshot=[1] data-x=a
  x-input value=Anna title=T
  x-input#4 value=Anna
"#,
    )
    .shows(expect![[r##"
        #document
          html
            template
            template
            template
            a
            img
            style .sheet="a{background:url(\"\")}" rel="stylesheet"
            style
              Text "a{background:url(\"\")}"
            div style="background:url(\"\")"
            Comment ""
            meta name="user-email"
            meta content="width=device-width" name="viewport"
            meta property="og:title"
            div data-x="a"
            x-input title="T" value="••••••"
            x-input value="Anna"
    "##]]);
}

#[test]
fn numbers_of_cards_show_nowhere() {
    share(
        r#"
p title=pay_4111_1111_1111_1111 data-card=4111111111111111
  "FR76 3000 6000 0112 3456 7890 189"
  svg d=4111111111111111
"#,
    )
    .shows(expect![[r##"
        #document
          p data-card="••••••" title="pay ••••••"
            Text "••••••"
            svg d="4111111111111111"
    "##]]);
}

#[test]
fn a_value_that_changes_under_its_mask_sends_nothing() {
    let mut share = share("form\n  input#64 .value=a\n  p#1\n    \"one\"");
    let (input, paragraph) = (share.find("input"), share.find("p"));
    let text = share.page.nodes[paragraph].children[0];
    share.page.set_attribute(input, " value", Some("longer value"));
    share.page.set_attribute(input, " selection", Some("5 5"));
    share.page.set_text(text, "another");
    assert_eq!(share.flush(), 0);
    share.page.set_attribute(input, " value", Some(""));
    assert_eq!(share.flush(), 1, "that a field is empty shows");
}

#[test]
fn a_mask_that_is_set_takes_what_was_shown_away_at_once() {
    let mut share = share("main\n  p title=T\n    \"one\"\n  b");
    let paragraph = share.find("p");
    let text = share.page.nodes[paragraph].children[0];
    share.page.set_text(text, "changed in the same batch");
    share.page.set_flags(paragraph, Flags::MASK);
    let frames = share.capture.flush(&mut share.page).expect("delta");
    share.viewer.apply(&frames[..1]);
    share.shows(expect![[r#"
        #document
          main
            b
    "#]]);
    share.viewer.apply(&frames[1..]);
    share.shows(expect![[r##"
        #document
          main
            p title="••••••"
              Text "••••••"
            b
    "##]]);
}

#[test]
fn an_input_that_becomes_a_password_stays_one() {
    let mut share = share("form\n  input#68 type=text .value=abc");
    let input = share.find("input");
    share.page.set_attribute(input, "type", Some("password"));
    share.flush();
    assert!(share.capture.verdict(input).secret);
    // The page's JavaScript forgets; the recorder does not.
    share.page.set_attribute(input, "type", Some("text"));
    share.page.set_attribute(input, " value", Some("abcd"));
    share.flush();
    share.shows(expect![[r##"
        #document
          form
            input .value="••••••" type="text"
    "##]]);
}

#[test]
fn what_may_be_controlled() {
    let share = share(
        r#"
main
  p
  a#1
    i
      u#4
  b#2
  form#32
    input#64
    select#72
"#,
    );
    let verdict = |tag| {
        let Verdict { masked, blocked, locked, secret } = share.capture.verdict(share.find(tag));
        let facts = [(masked, "masked"), (blocked, "blocked"), (locked, "locked"), (secret, "secret")];
        let facts: Vec<_> = facts.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
        format!("{tag}: {}\n", facts.join(" "))
    };
    let all: String = ["p", "a", "i", "u", "b", "input", "select"].into_iter().map(verdict).collect();
    expect![[r#"
        p: 
        a: masked
        i: masked
        u: 
        b: masked blocked
        input: locked
        select: masked locked secret
    "#]]
    .assert_eq(&all);
}

#[test]
fn a_text_that_moves_into_a_style_comes_as_new() {
    let mut share = share("main\n  p\n    \"a{background:url(http://evil)}\"\n  style");
    let (paragraph, style) = (share.find("p"), share.find("style"));
    let text = share.page.nodes[paragraph].children[0];
    share.page.remove(text);
    share.page.insert(text, style, 0);
    assert_eq!(share.flush(), 2, "gone, then new");
    share.shows(expect![[r##"
        #document
          main
            p
            style
              Text "a{background:url(\"\")}"
    "##]]);
}
