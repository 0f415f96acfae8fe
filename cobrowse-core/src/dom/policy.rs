//! What of a frame may be rebuilt in the agent's browser. Frames can be forged, so this holds at apply time.
//!
//! It is the second net: the replay's frame runs no script and its policy of content lets nothing out. What is
//! dropped here would be blocked there. What must not be lost is the place of an element among its siblings,
//! so that `:nth-child` and `+` still mean the same: nothing is left out, it becomes something harmless.
use std::borrow::Cow;

use super::{AttributeName, Namespace};
use crate::{css, redaction::Class};

/// The tag that stands for an element that must not exist in a replay; it has the size of its ` box`.
pub const PLACEHOLDER: &str = "tandem-box";

/// What to build for an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebuild<'a> {
    /// This tag in the same namespace.
    As(&'a str),
    /// A [`PLACEHOLDER`] in the HTML namespace.
    Placeholder,
}

/// What to do with an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep<'a> {
    /// Set it to this.
    Set(Cow<'a, str>),
    /// Leave it out.
    Drop,
}

/// What a rebuilt element is, as far as its attributes and texts care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Role {
    /// Nothing special.
    #[default]
    Plain,
    /// A link that people follow.
    Anchor,
    /// Its texts are a sheet.
    Style,
    /// An element whose attributes may hold CSS.
    Drawn,
    /// A link in a drawing.
    DrawnAnchor,
}

impl Role {
    pub(crate) fn of(namespace: Namespace, tag: &str) -> Self {
        let is = |tags: &[&str]| tags.iter().any(|known| local(tag).eq_ignore_ascii_case(known));
        match namespace {
            Namespace::Html if is(&["a", "area"]) => Self::Anchor,
            Namespace::Html if is(&["style", "link"]) => Self::Style,
            Namespace::Html => Self::Plain,
            Namespace::Svg if is(&["style"]) => Self::Style,
            Namespace::Svg if is(&["a"]) => Self::DrawnAnchor,
            Namespace::Svg | Namespace::MathMl | Namespace::Other => Self::Drawn,
        }
    }

    pub(crate) fn is_style(self) -> bool {
        self == Self::Style
    }
}

/// Whether the element can have a content document in a replay.
pub(crate) fn is_frame(namespace: Namespace, tag: &str) -> bool {
    namespace == Namespace::Html && tag.eq_ignore_ascii_case("iframe")
}

/// What may be built for an element.
pub fn element(namespace: Namespace, tag: &str) -> Rebuild<'_> {
    // A tag with a colon has a prefix or not, as it is created: neither part may be one of these.
    let is =
        |tags: &[&str]| tag.split(':').any(|part| tags.iter().any(|known| part.eq_ignore_ascii_case(known)));
    match namespace {
        Namespace::Html if is(&["script", "noscript", "base", "template", "bgsound"]) => {
            Rebuild::As("template")
        }
        Namespace::Html if is(&["link"]) => Rebuild::As("style"),
        Namespace::Html
            if is(&["object", "embed", "applet", "frame", "frameset", "portal", "fencedframe"]) =>
        {
            Rebuild::Placeholder
        }
        // `metadata` is never drawn (SVG 2 §5.7).
        Namespace::Svg if is(&["script", "handler", "listener"]) => Rebuild::As("metadata"),
        Namespace::Html | Namespace::Svg | Namespace::MathMl | Namespace::Other => Rebuild::As(tag),
    }
}

/// What of an attribute may be set on an element of the source's `tag`.
pub fn attribute<'a>(namespace: Namespace, tag: &str, name: AttributeName<'_>, value: &'a str) -> Keep<'a> {
    attribute_of(Role::of(namespace, tag), name, value)
}

pub(crate) fn attribute_of<'a>(role: Role, name: AttributeName<'_>, value: &'a str) -> Keep<'a> {
    match name {
        AttributeName::Property(name) => property(name, value),
        AttributeName::Plain(name) | AttributeName::Namespaced { name, .. } => {
            named(role, &local(name).to_ascii_lowercase(), name, value)
        }
    }
}

fn property<'a>(name: &str, value: &'a str) -> Keep<'a> {
    let class = Class::of_property(name);
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if matches!(class, Class::Never | Class::Flags) || (class == Class::Picture && !is_number) {
        return Keep::Drop;
    }
    Keep::Set(if class == Class::Sheet { css::only_assets(value).into() } else { value.into() })
}

fn named<'a>(role: Role, name: &str, whole: &str, value: &'a str) -> Keep<'a> {
    let is_drawn = matches!(role, Role::Drawn | Role::DrawnAnchor);
    let kept = match name {
        // These act on the frame around, on focus and keys of the agent's page, or when things load.
        "http-equiv" | "sandbox" | "allow" | "allowfullscreen" | "csp" | "credentialless" | "loading"
        | "referrerpolicy" | "autofocus" | "accesskey" | "base" | "fetchpriority" | "crossorigin" => false,
        "target" => role == Role::Anchor && value == "_blank",
        "href" if matches!(role, Role::Anchor | Role::DrawnAnchor) => is_harmless_address(value),
        "href" => value.starts_with('#'),
        // An animation must not give an element what it may not have.
        "attributename" => !is_never(local(value.trim())),
        _ => !is_never(name) && !is_never(whole),
    };
    match name {
        _ if !kept => Keep::Drop,
        "style" => Keep::Set(css::only_assets(value).into()),
        _ if is_drawn && css::may_hold_urls(value) => Keep::Set(css::only_assets(value).into()),
        _ => Keep::Set(value.into()),
    }
}

fn is_never(name: &str) -> bool {
    let class = Class::of(name);
    matches!(class, Class::Never) || matches!(class, Class::Href)
}

/// The part of a name after its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// A sheet whose bytes came as an asset, as it may be said: without any address but those of assets.
pub fn sheet(text: &str) -> String {
    css::only_assets(text)
}

/// The data of a text as it may be set inside an element of this role.
pub(crate) fn text(role: Role, data: &str) -> Cow<'_, str> {
    if role.is_style() { css::sealed(data).into() } else { data.into() }
}

/// Whether a link may carry the address: http, https, mailto, tel, or relative.
pub(crate) fn is_harmless_address(value: &str) -> bool {
    // Browsers leave these out before they look for a scheme (URL Standard, basic parser).
    let bare: String =
        value.trim_start_matches(|it: char| it <= ' ').chars().filter(|it| !"\t\n\r".contains(*it)).collect();
    let scheme_end = bare.find([':', '/', '?', '#']).filter(|&at| bare.as_bytes()[at] == b':');
    scheme_end.is_none_or(|at| {
        ["http", "https", "mailto", "tel"].iter().any(|scheme| bare[..at].eq_ignore_ascii_case(scheme))
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(namespace: Namespace, tag: &str, attributes: &[(&str, &str)], expected: Expect) {
        let mut lines = format!("{:?}\n", element(namespace, tag));
        for (name, value) in attributes {
            if let Keep::Set(value) = attribute(namespace, tag, AttributeName::parse(name), value) {
                lines.push_str(&format!("  {name}={value:?}\n"));
            }
        }
        expected.assert_eq(&lines);
    }

    #[test]
    fn elements_that_act_become_others() {
        for tag in ["script", "SCRIPT", "x:script", "script:x", "base", "noscript"] {
            assert_eq!(element(Namespace::Html, tag), Rebuild::As("template"), "{tag}");
        }
        for tag in ["object", "embed", "APPLET", "frame", "frameset"] {
            assert_eq!(element(Namespace::Html, tag), Rebuild::Placeholder, "{tag}");
        }
        assert_eq!(element(Namespace::Html, "link"), Rebuild::As("style"));
        assert_eq!(element(Namespace::Svg, "script"), Rebuild::As("metadata"));
        assert_eq!(element(Namespace::Svg, "path"), Rebuild::As("path"));
    }

    #[test]
    fn attributes_that_fetch_run_or_navigate_are_left_out() {
        check(
            Namespace::Html,
            "a",
            &[
                ("href", "https://shop.test/"),
                ("href", "java\tscript:alert(1)"),
                ("href", "\u{1}javascript:alert(1)"),
                ("href", "a/b:c"),
                ("target", "_blank"),
                ("target", "_top"),
                ("ping", "http://x"),
                ("ONCLICK", "x"),
                ("style", "background:url(http://x) url(asset:3)"),
                ("class", "a"),
            ],
            expect![[r#"
                As("a")
                  href="https://shop.test/"
                  href="a/b:c"
                  target="_blank"
                  style="background:url(\"\") url(\"asset:3\")"
                  class="a"
            "#]],
        );
        check(
            Namespace::Html,
            "iframe",
            &[("src", "http://x"), ("srcdoc", "x"), ("sandbox", ""), ("width", "3"), ("title", "t")],
            expect![[r#"
                As("iframe")
                  width="3"
                  title="t"
            "#]],
        );
        check(
            Namespace::Html,
            "meta",
            &[
                ("http-equiv", "refresh"),
                ("name", "viewport"),
                (" unknown", "x"),
                (" src", "javascript:"),
                (" src", "7"),
            ],
            expect![[r#"
                As("meta")
                  name="viewport"
                   src="7"
            "#]],
        );
    }

    #[test]
    fn a_sheet_that_came_as_an_asset_names_assets_only() {
        let said = sheet(
            "@import 'http://x'; @font-face { src: url(http://x) } a { background: url(asset:3), url(//x) }",
        );
        assert!(!said.contains("//x"), "{said}");
        assert!(said.contains("asset:3"), "{said}");
    }

    #[test]
    fn drawings_refer_to_themselves_only() {
        check(
            Namespace::Svg,
            "use",
            &[
                (" http://www.w3.org/1999/xlink xlink:href", "#a"),
                (" http://www.w3.org/1999/xlink q:href", "http://x#a"),
                ("href", "data:image/svg+xml,x"),
                ("fill", "url(http://x#a)"),
                ("filter", "url(#f)"),
                ("attributeName", "xlink:href"),
                ("attributeName", "x"),
                (" http://x ev:onload", "x"),
                ("d", "M0 0"),
            ],
            expect![[r##"
                As("use")
                   http://www.w3.org/1999/xlink xlink:href="#a"
                  fill="url(\"\")"
                  filter="url(#f)"
                  attributeName="x"
                  d="M0 0"
            "##]],
        );
    }
}
