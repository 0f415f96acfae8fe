//! Texts as pieces that a view shows: links in what people wrote, and the words that a search found.

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// An address that a browser may be sent to (http and https only).
    Link(String),
    /// What a search found.
    Mark(String),
}

/// What may end a sentence behind an address.
const TRAILING: [char; 12] = ['.', ',', ';', ':', '?', '!', '»', '"', '\'', '’', '”', '…'];

/// A message's text, with its addresses.
pub fn links(text: &str) -> Vec<Piece> {
    let (mut pieces, mut rest, mut plain) = (Vec::new(), text, String::new());
    while let Some(at) = next_address(rest) {
        let end = rest[at..]
            .find(|it: char| it.is_whitespace() || matches!(it, '<' | '>'))
            .map_or(rest.len(), |end| at + end);
        let address = without_end(&rest[at..end]);
        plain.push_str(&rest[..at]);
        if address.split_once("://").is_some_and(|(_, host)| !host.is_empty()) {
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Link(address.to_owned()));
        } else {
            plain.push_str(address);
        }
        rest = &rest[at + address.len()..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// An address without what ends the sentence around it, and without a bracket that was opened before it.
fn without_end(address: &str) -> &str {
    let is_part = |address: &str, last: char| match opener(last) {
        Some(open) => address.matches(last).count() <= address.matches(open).count(),
        None => !TRAILING.contains(&last),
    };
    let mut rest = address;
    while let Some(last) = rest.chars().next_back().filter(|last| !is_part(rest, *last)) {
        rest = &rest[..rest.len() - last.len_utf8()];
    }
    rest
}

const fn opener(closer: char) -> Option<char> {
    match closer {
        ')' => Some('('),
        ']' => Some('['),
        '}' => Some('{'),
        _ => None,
    }
}

fn next_address(text: &str) -> Option<usize> {
    let at = |scheme| text.find(scheme);
    match (at("https://"), at("http://")) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// A snippet with the words that were found; ranges are of characters, and those that make no sense are left out.
pub fn marks(text: &str, at: &[(u32, u32)]) -> Vec<Piece> {
    let letters: Vec<char> = text.chars().collect();
    let part = |from: usize, to: usize| letters[from..to].iter().collect::<String>();
    let (mut pieces, mut done) = (Vec::new(), 0);
    for &(from, to) in at {
        let (from, to) = (from as usize, (to as usize).min(letters.len()));
        if from < done || to <= from {
            continue;
        }
        if done < from {
            pieces.push(Piece::Text(part(done, from)));
        }
        pieces.push(Piece::Mark(part(from, to)));
        done = to;
    }
    if done < letters.len() {
        pieces.push(Piece::Text(part(done, letters.len())));
    }
    pieces
}

/// A snippet that begins so few characters before the first word that was found that one line shows it, at a word's
/// beginning; and where the words are then.
pub fn nearer(text: &str, at: &[(u32, u32)], before: usize) -> (String, Vec<(u32, u32)>) {
    let letters: Vec<char> = text.chars().collect();
    let first = at.first().map_or(0, |(from, _)| (*from as usize).min(letters.len()));
    let Some(cut) = first.checked_sub(before).filter(|cut| 1 < *cut) else {
        return (text.to_owned(), at.to_vec());
    };
    let word = letters[cut..first].iter().position(|it| it.is_whitespace()).map_or(first, |n| cut + n + 1);
    let short = ['…'].iter().chain(&letters[word..]).collect();
    let by = u32::try_from(word).unwrap_or(u32::MAX).saturating_sub(1);
    let moved = at.iter().map(|(from, to)| (from.saturating_sub(by), to.saturating_sub(by)));
    (short, moved.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_found_stands_near_the_beginning() {
        let text = "…je voudrais changer la livraison, vite";
        let from = u32::try_from(text.chars().position(|it| it == 'l').unwrap_or(0) + 3).unwrap_or(0);
        let at = [(from, from + 9)];
        assert_eq!(shown(&marks(text, &at)), "…je voudrais changer la [livraison], vite");
        let (short, moved) = nearer(text, &at, 8);
        assert_eq!(shown(&marks(&short, &moved)), "…la [livraison], vite");
        let (short, moved) = nearer(text, &at, 1);
        assert_eq!(shown(&marks(&short, &moved)), "…[livraison], vite");
        assert_eq!(nearer("la livraison", &[(3, 12)], 8), ("la livraison".to_owned(), vec![(3, 12)]));
        assert_eq!(nearer("été", &[(90, 95)], 1).0.chars().count(), 1, "a place that is not there");
    }

    fn shown(pieces: &[Piece]) -> String {
        let one = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Link(text) | Piece::Mark(text) => format!("[{text}]"),
        };
        pieces.iter().map(one).collect()
    }

    #[test]
    fn addresses_are_links_and_what_follows_them_is_not() {
        let check = |text: &str, expected: &str| assert_eq!(shown(&links(text)), expected);
        check("voir https://shop.example/a?b=1.", "voir [https://shop.example/a?b=1].");
        check(
            "(http://a.example) et http://b.example, oui",
            "([http://a.example]) et [http://b.example], oui",
        );
        check("https://x.example/a_(b)", "[https://x.example/a_(b)]");
        check("(cf. https://x.example/a_(b)).", "(cf. [https://x.example/a_(b)]).");
        check("(https://x.example/a_(b)?)", "([https://x.example/a_(b)]?)");
        check("[https://x.example/a]…", "[[https://x.example/a]]…");
        check("“https://x.example/l’été’”", "“[https://x.example/l’été]’”");
        check("http:// et javascript:alert(1)", "http:// et javascript:alert(1)");
        check("", "");
    }

    #[test]
    fn found_words_are_marked_by_characters() {
        assert_eq!(shown(&marks("où est élodie", &[(0, 2), (7, 13)])), "[où] est [élodie]");
        assert_eq!(shown(&marks("abc", &[(2, 1), (1, 99), (0, 1)])), "a[bc]");
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(text in "(https?://|[a-zé ().,!<>/]){0,12}", at in proptest::collection::vec((0_u32..40, 0_u32..40), 0..4)) {
            let plain = |pieces: Vec<Piece>| pieces.into_iter().map(|it| match it {
                Piece::Text(text) | Piece::Link(text) | Piece::Mark(text) => text,
            }).collect::<String>();
            prop_assert_eq!(plain(links(&text)), text.clone());
            prop_assert_eq!(plain(marks(&text, &at)), text);
        }
    }
}
