//! What people write, cut into text and links. Only `http` and `https` become links, and nothing becomes markup.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span<'a> {
    /// As it stands.
    Text(&'a str),
    /// A link: its words, and where it leads. What begins with `www.` is of the web, too.
    Link(&'a str, &'a str),
}

/// Whether it leads to the web.
pub fn is_web(url: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|it| {
        url.get(..it.len()).filter(|start| start.eq_ignore_ascii_case(it)).map(|_| &url[it.len()..])
    });
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']))
}

/// Finds addresses in what somebody wrote.
pub fn spans(text: &str) -> Vec<Span<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = next_address(rest) {
        let length = rest[at..].find(|it: char| it.is_whitespace() || matches!(it, '<' | '>' | '"'));
        let url = rest[at..at + length.unwrap_or(rest.len() - at)].trim_end_matches(is_stop);
        if !is_web(url) && !is_name(url) {
            let (before, after) = rest.split_at(at + 4);
            out.push(Span::Text(before));
            rest = after;
            continue;
        }
        out.extend((at > 0).then(|| Span::Text(&rest[..at])));
        out.push(Span::Link(url, url));
        rest = &rest[at + url.len()..];
    }
    out.extend((!rest.is_empty()).then_some(Span::Text(rest)));
    out
}

/// As [`spans`], and `[words](https://…)` too: what a site's admin wrote.
pub fn rich(text: &str) -> Vec<Span<'_>> {
    let Some((before, words, url, after)) = bracketed(text) else { return spans(text) };
    let mut out = spans(before);
    out.push(Span::Link(words, url));
    out.extend(rich(after));
    out
}

fn bracketed(text: &str) -> Option<(&str, &str, &str, &str)> {
    let middle = text.as_bytes().windows(2).position(|it| it == b"](")?;
    // As bytes: what looks for characters would take more room.
    let (before, after) = text.as_bytes().split_at(middle);
    let open = before.iter().rposition(|it| *it == b'[')?;
    let close = middle + after.iter().position(|it| *it == b')')?;
    let (words, url) = (&text[open + 1..middle], &text[middle + 2..close]);
    (is_web(url) && !words.is_empty()).then_some((&text[..open], words, url, &text[close + 1..]))
}

fn next_address(text: &str) -> Option<usize> {
    let mut before = b' ';
    text.bytes().enumerate().find_map(|(at, byte)| {
        // A general search for texts would cost some kilobytes.
        let rest = &text.as_bytes()[at..];
        let begins = !std::mem::replace(&mut before, byte).is_ascii_alphanumeric();
        let found = rest.starts_with(b"http://") || rest.starts_with(b"https://");
        (found || begins && rest.starts_with(b"www.")).then_some(at)
    })
}

/// Whether people write it for an address: `www.example.com`.
fn is_name(url: &str) -> bool {
    url.strip_prefix("www.").is_some_and(|it| !it.starts_with('.') && it.contains('.'))
}

fn is_stop(it: char) -> bool {
    matches!(it, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '\'' | '»' | '”')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        let text = "See https://a.test/x?y=1, or http://b.test.";
        let expected = [
            Span::Text("See "),
            Span::Link("https://a.test/x?y=1", "https://a.test/x?y=1"),
            Span::Text(", or "),
            Span::Link("http://b.test", "http://b.test"),
            Span::Text("."),
        ];
        assert_eq!(spans(text), expected);
        for text in ["javascript:alert(1)", "https:// nothing", "<a href=x>", ""] {
            assert!(spans(text).iter().all(|it| matches!(it, Span::Text(_))), "{text}");
        }
    }

    #[test]
    fn what_people_write_for_an_address_is_one() {
        let expected = [Span::Text("See "), Span::Link("www.a.test/x", "www.a.test/x"), Span::Text(".")];
        assert_eq!(spans("See www.a.test/x."), expected);
        for text in ["www.", "www.a", "awww.a.test", "www..test", "www", "www.a."] {
            assert!(spans(text).iter().all(|it| matches!(it, Span::Text(_))), "{text}");
        }
    }

    // shows: HRS-06
    #[test]
    fn a_sites_own_words_may_carry_links_to_the_web_only() {
        let found = rich("Write [to us](https://a.test/c) or [x](javascript:1)");
        assert_eq!(found[1], Span::Link("to us", "https://a.test/c"));
        assert!(!format!("{found:?}").contains("Link(\"x\""));
    }

    proptest::proptest! {
        #[test]
        fn no_character_is_lost(text in "(http://|https://|www[.]|[a-z .é\\[\\]()<]){0,40}") {
            let whole: String = spans(&text).iter().map(|it| match it { Span::Text(it) | Span::Link(it, _) => *it }).collect();
            proptest::prop_assert_eq!(whole, text.clone());
            rich(&text);
        }
    }
}
