//! What may leave the visitor's page. Everything here fails closed.
//!
//! Precedence, strongest first: secret and failed rules, block, mask, un-mask, the site's [`Mode`]. A verdict
//! holds for the subtree until another is given inside it; nothing un-masks what is secret. What the wire
//! never carries, whatever the verdict, is in [`names`].
use std::borrow::Cow;

mod names;
mod numbers;
mod sight;
pub(crate) mod tokens;

pub(crate) use names::Class;
pub(crate) use numbers::has_sensitive;
pub(crate) use sight::{Bearer, Inside, Role, Treatment};

use crate::css::{
    UrlKind, asset_number, may_hold_urls, rewrite_urls,
    scrub::{Scope, scrub},
    words,
};

/// What stands where a text was masked: a constant, so that neither length nor rhythm shows.
pub const MASK: &str = "••••••";
/// Bytes of the longest value that is shown without anybody's knowing what it is for.
const MAX_DATA: usize = 1024;
/// What ends a value that was too long to be sent whole.
pub const CUT: &str = "…";

/// Redaction facts of an element, as the page's JavaScript read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// `data-tandem-mask`, or a mask rule matches.
    pub const MASK: u8 = 1;
    /// `data-tandem-block`, or a block rule matches: a box of its size stands for it; children are not read.
    pub const BLOCK: u8 = 2;
    /// `data-tandem-unmask`, or an un-mask rule matches.
    pub const UNMASK: u8 = 4;
    /// Password now or ever, `autocomplete=cc-*` or `one-time-code`, hidden input. Sticks to the node.
    pub const SECRET: u8 = 8;
    /// A rule could not be evaluated.
    pub const RULE_FAILED: u8 = 16;
    /// `data-tandem-lock`, or a lock rule matches: visible, not controllable.
    pub const LOCK: u8 = 32;
    /// A field whose value is masked by default: input, textarea, select, option, editing host.
    pub const FIELD: u8 = 64;
    /// An input whose value is chosen and not typed: a box, a slider, a colour. Its type says so, here.
    pub(crate) const CHOSEN: u8 = 128;

    /// Whether any of `bits` is set.
    pub const fn any(self, bits: u8) -> bool {
        self.0 & bits != 0
    }
}

/// How much of a page is hidden to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Texts show, values of fields are masked.
    #[default]
    Default,
    /// Nothing shows but what is un-masked. Names in `class`, `id` and sheets become tokens everywhere.
    MaskAll,
}

/// The site's choice for a capture.
#[derive(Clone, Copy)]
pub struct Policy {
    /// How much is hidden to begin with.
    pub mode: Mode,
    /// Random bytes of this page, never sent: names that are replaced by tokens cannot be guessed back.
    pub key: [u8; 16],
}

/// The key stays out of logs.
impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Policy {
    /// The address of a page as it may be told: no query, no fragment, no user; under [`Mode::MaskAll`] the
    /// origin alone.
    pub fn page_url(&self, url: &str) -> String {
        let bare = url.split(['?', '#']).next().unwrap_or_default();
        let Some((scheme, rest)) = bare.split_once("://") else { return String::new() };
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        let host = authority.rsplit('@').next().unwrap_or_default();
        let path =
            if self.mode == Mode::MaskAll { Cow::Borrowed("/") } else { numbers::mask_sensitive(path) };
        format!("{scheme}://{host}{path}")
    }

    /// The title of a page as it may be told.
    pub fn page_title(&self, title: &str) -> String {
        match self.mode {
            Mode::Default => numbers::mask_sensitive(title).into_owned(),
            Mode::MaskAll => MASK.to_owned(),
        }
    }
}

/// What redaction says of a node, for those who would act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Its text and values are hidden by a rule, an attribute or the site's mode (not the default of fields).
    pub masked: bool,
    /// It is shown as a box only.
    pub blocked: bool,
    /// It may be seen and not controlled.
    pub locked: bool,
    /// No rule un-masks it.
    pub secret: bool,
}

/// A string that may leave the page. Only this module makes one, and the encoder takes nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redacted<'a>(Cow<'a, str>);

impl Redacted<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of an element or attribute: markup, not content.
pub(crate) fn name(name: &str) -> Redacted<'_> {
    Redacted(Cow::Borrowed(name))
}

/// A string that [`Treatment::Show`] shows and that [`has_sensitive`] found nothing in.
pub(crate) fn clean(value: &str) -> Redacted<'_> {
    Redacted(Cow::Borrowed(value))
}

/// Applies a treatment to a value. `number` gives the asset of an address in style.
///
/// `None`: the value does not travel at all.
pub(crate) fn redact<'a>(
    treatment: Treatment,
    value: &'a str,
    policy: &Policy,
    number: &mut dyn FnMut(&str, UrlKind) -> Option<u32>,
) -> Option<Redacted<'a>> {
    let tokens = tokens::Tokens::new(policy.key);
    let redacted = match treatment {
        Treatment::Drop => return None,
        Treatment::Data if is_state(value) => return None,
        Treatment::Show | Treatment::Unmasked | Treatment::Data | Treatment::Markup => {
            numbers::mask_sensitive(value)
        }
        Treatment::AsIs => Cow::Borrowed(value),
        Treatment::Mask if value.trim().is_empty() => Cow::Borrowed(value),
        Treatment::Mask => Cow::Borrowed(MASK),
        Treatment::Empty => Cow::Borrowed(""),
        Treatment::Words if words::are_known_words(value) => Cow::Borrowed(value),
        Treatment::Words => Cow::Borrowed(MASK),
        Treatment::Measures => measures(value),
        Treatment::Language if is_language(value) => Cow::Borrowed(value),
        Treatment::Language => return None,
        Treatment::Names => Cow::Owned(tokens.names(value)),
        Treatment::Address => numbers_out_of_address(value)?,
        Treatment::NoAddress => Cow::Borrowed("#"),
        Treatment::Fragment if !value.starts_with('#') => return None,
        Treatment::Fragment if policy.mode == Mode::MaskAll => Cow::Owned(tokens.names(value)),
        Treatment::Fragment => Cow::Borrowed(value),
        Treatment::PageUrl => Cow::Owned(policy.page_url(value)),
        Treatment::Urls => urls(value, number),
        Treatment::ScrubPage => Cow::Owned(scrub(value, Scope::Page, &tokens)),
        Treatment::ScrubSubtree => Cow::Owned(scrub(value, Scope::Subtree, &tokens)),
    };
    Some(Redacted(redacted))
}

/// Whether a value looks like what scripts keep for themselves: an object or a list, as it is, in percent signs or in
/// base64, or anything long.
pub(crate) fn is_state(value: &str) -> bool {
    let begins = matches!(
        value.trim_start().as_bytes(),
        [b'{' | b'[', ..]
            | [b'%', b'5' | b'7', b'B' | b'b', ..]
            | [b'e', b'y', b'J', ..]
            | [b'W', b'3', b's', ..]
    );
    begins || MAX_DATA < value.len()
}

/// Whether a value is made of the languages' own words, which tell nothing.
pub(crate) fn is_of_known_words(value: &str) -> bool {
    words::are_known_words(value)
}

/// Cuts what is longer than `max` bytes, and says so.
pub(crate) fn cut(value: Redacted<'_>, max: usize) -> Redacted<'_> {
    if value.0.len() <= max {
        return value;
    }
    let end = value.0.floor_char_boundary(max.saturating_sub(CUT.len()));
    Redacted(Cow::Owned(format!("{}{CUT}", &value.0[..end])))
}

fn urls<'a>(value: &'a str, number: &mut dyn FnMut(&str, UrlKind) -> Option<u32>) -> Cow<'a, str> {
    if !may_hold_urls(value) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(rewrite_urls(value, |address, kind| {
        let asset = asset_number(address).or_else(|| number(address, kind));
        asset.map(|asset| format!("asset:{asset}"))
    }))
}

/// Numbers and keywords; `url(…)` only into the page itself.
fn measures(value: &str) -> Cow<'_, str> {
    let letters_alone = |word: &str| word.len() == 1 && word.is_ascii();
    let harmless = value
        .split(|it: char| !it.is_ascii_alphabetic() && it.is_ascii())
        .all(|word| letters_alone(word) || words::are_known_words(word));
    if harmless { Cow::Borrowed(value) } else { Cow::Borrowed(MASK) }
}

/// A language tag in its usual length: `fr`, `en-US`, `zh-Hant`.
fn is_language(value: &str) -> bool {
    value.len() <= 7
        && value.split('-').all(|part| part.len() <= 4 && part.bytes().all(|it| it.is_ascii_alphabetic()))
}

/// An address that a replayed link may carry: it is never followed, only styled.
fn numbers_out_of_address(value: &str) -> Option<Cow<'_, str>> {
    crate::dom::policy::is_harmless_address(value).then(|| numbers::mask_sensitive(value))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(mode: Mode, cases: &[(Treatment, &str)], expected: Expect) {
        let policy = Policy { mode, key: [7; 16] };
        let mut number = |url: &str, _| url.strip_suffix(".png").map(|_| 5);
        let lines: Vec<_> = cases
            .iter()
            .map(|(treatment, value)| match redact(*treatment, value, &policy, &mut number) {
                Some(shown) => format!("{treatment:?} {}\n", shown.as_str()),
                None => format!("{treatment:?} -\n"),
            })
            .collect();
        expected.assert_eq(&lines.concat());
    }

    #[test]
    fn each_treatment_by_example() {
        check(
            Mode::Default,
            &[
                (Treatment::Show, "pay 4111 1111 1111 1111 now"),
                (Treatment::Data, "pay 4111 1111 1111 1111 now"),
                (Treatment::Data, " {\"user\": 1}"),
                (Treatment::Data, "[1]"),
                (Treatment::Data, "%7b%22user%22"),
                (Treatment::Data, "%5B1"),
                (Treatment::Data, "eyJhbGciOiJIUzI1NiJ9.e30.x"),
                (Treatment::Data, "a {b}"),
                (Treatment::Markup, "[a]"),
                (Treatment::Mask, "Anna"),
                (Treatment::Mask, " \n"),
                (Treatment::Words, "open"),
                (Treatment::Words, "Anna"),
                (Treatment::Words, "12"),
                (Treatment::Measures, "M0 0h12.5z"),
                (Treatment::Measures, "translate(3px, 4em)"),
                (Treatment::Measures, "Anna"),
                (Treatment::Measures, "url(http://x)"),
                (Treatment::Address, "javascript:alert(1)"),
                (Treatment::Address, "/a?card=4111111111111111"),
                (Treatment::Fragment, "#a"),
                (Treatment::Fragment, "x.svg#a"),
                (Treatment::PageUrl, "https://me:pw@shop.test:80/a/b?q=1#h"),
                (Treatment::Urls, "background: url(a.png), url(b.gif)"),
            ],
            expect![[r#"
                Show pay •••••• now
                Data pay •••••• now
                Data -
                Data -
                Data -
                Data -
                Data -
                Data a {b}
                Markup [a]
                Mask ••••••
                Mask  

                Words open
                Words ••••••
                Words ••••••
                Measures M0 0h12.5z
                Measures translate(3px, 4em)
                Measures ••••••
                Measures ••••••
                Address -
                Address /a?card=••••••
                Fragment #a
                Fragment -
                PageUrl https://shop.test:80/a/b
                Urls background: url("asset:5"), url("")
            "#]],
        );
    }

    #[test]
    fn what_is_long_is_what_scripts_keep() {
        assert!(!is_state(&"a".repeat(MAX_DATA)));
        assert!(is_state(&"a".repeat(MAX_DATA + 1)));
    }

    #[test]
    fn a_masked_page_keeps_its_style_and_tells_nothing() {
        check(
            Mode::MaskAll,
            &[
                (Treatment::Names, "open user-anna col-6"),
                (Treatment::Fragment, "#anna"),
                (Treatment::PageUrl, "https://shop.test/anna"),
                (
                    Treatment::ScrubPage,
                    r#"/* anna */ @import "anna.css"; .user-anna.open > #anna:not(.b)::part(x y), [data-a="anna"] {
 --anna: anna; color: var(--anna); content: "anna"; content: "\f101"; background: url(anna.png) #fff;
 font: 12px/1.5 "Anna Sans", Arial; grid-template-areas: "left anna"; anna: 1; width: calc(1px + 2e3px); }
@media (min-width: 600px) { anna-x { animation: anna 2s } } @font-face { unicode-range: U+0025-00FF, u+4?? }"#,
                ),
            ],
            expect![[r#"
                Names open tfom2ynx6hb tndq7pswq52
                Fragment #t3sj7x3idjm
                PageUrl https://shop.test/
                ScrubPage  ; .tfom2ynx6hb.open > #t3sj7x3idjm:not(.b)::part(x y), [data-a="t3sj7x3idjm"] { --t3sj7x3idjm: t3sj7x3idjm; color: var(--t3sj7x3idjm); content: "••••••"; content: ""; background: url("") #fff; font: 12px/1.5 "tgikqiiyq2e", Arial; grid-template-areas: "left t3sj7x3idjm"; ; width: calc(1px + 2e3px); } @media (min-width: 600px) { t3cekfvvvax { animation: t3sj7x3idjm 2s } } @font-face { unicode-range: U+0025-00FF, u+4?? }
            "#]],
        );
    }
}
