//! Settings as forms show them: colours, times of day, spans of time, lists in a line, names of fields.

/// The widget's colour where a site chose none.
pub const USUAL_COLOUR: &str = "#1f6fe5";
/// A text of usual size is read on its ground from this contrast on (WCAG 2.2, 1.4.3).
pub const ENOUGH_CONTRAST: f64 = 4.5;
/// A day's end, minutes.
const DAY: u16 = 24 * 60;

/// How white text stands out on a colour (`#rrggbb`): 1 to 21; nothing for what is no colour.
pub fn contrast_with_white(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|it| it.len() == 6 && it.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    let linear = |it: u8| {
        let it = f64::from(it) / 255.0;
        if it <= 0.040_45 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) }
    };
    let (red, green, blue) = (linear(part(0)?), linear(part(2)?), linear(part(4)?));
    let light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    Some(1.05 / (light + 0.05))
}

/// The name of a field that a label suggests: lower-case letters, digits and `_`, a letter first.
pub fn key_of(label: &str) -> String {
    let mut key = String::new();
    for sign in label.to_lowercase().chars().map(plain) {
        match sign {
            'a'..='z' => key.push(sign),
            '0'..='9' if !key.is_empty() => key.push(sign),
            _ if !key.is_empty() && !key.ends_with('_') => key.push('_'),
            _ => {}
        }
    }
    key.truncate(40);
    key.trim_end_matches('_').to_owned()
}

/// The letters of French and its neighbours without their accents.
pub const fn plain(sign: char) -> char {
    match sign {
        'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' | 'æ' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' | 'ì' => 'i',
        'ô' | 'ö' | 'ó' | 'ò' | 'õ' | 'ø' | 'œ' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ñ' => 'n',
        'ß' => 's',
        other => other,
    }
}

/// Which end of a span a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its beginning.
    From,
    /// Its end: midnight is the day's end there.
    To,
}

/// Minutes since midnight as a field of time holds them: the day's end is `00:00`.
pub fn clock(minutes: u16) -> String {
    let minutes = minutes % DAY;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// What a field of time holds, in minutes since midnight.
pub fn minutes(field: &str, edge: Edge) -> Option<u16> {
    let (hours, rest) = field.split_once(':')?;
    let minutes = rest.get(..2).unwrap_or(rest);
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let at = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
    Some(if at == 0 && edge == Edge::To { DAY } else { at })
}

/// What a span of time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

impl Unit {
    /// All, the smallest first.
    pub const ALL: [Self; 4] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days];

    /// How many seconds one is.
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days => 86_400,
        }
    }

    /// The seconds that a line says in this unit, with a point or a comma; nothing where it says no span.
    pub fn said(self, line: &str) -> Option<u32> {
        let count = number(line).filter(|count| (0.0..=1e9).contains(count))?;
        Some((count * f64::from(self.seconds())).round() as u32)
    }

    /// The largest one that so many seconds are a whole number of.
    pub fn of(seconds: u32) -> Self {
        let fits = |it: &Self| 0 < seconds && seconds.is_multiple_of(it.seconds());
        Self::ALL.into_iter().rev().find(fits).unwrap_or(Self::Seconds)
    }
}

/// The number that a line says, with a point or a comma.
pub fn number(line: &str) -> Option<f64> {
    line.trim().replace(',', ".").parse().ok()
}

/// A number with two decimals at most, written with this `point`.
pub fn decimal(number: f64, point: &str) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').replace('.', point)
}

/// The words of a line, without the commas, semicolons and spaces between them.
pub fn listed(line: &str) -> Vec<String> {
    let parts = line.split(|it: char| it.is_whitespace() || matches!(it, ',' | ';'));
    parts.filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// Moves one of a list by one place; gives its new place, or nothing where there is none.
pub fn shifted<T>(all: &mut [T], at: usize, by: isize) -> Option<usize> {
    let to = at.checked_add_signed(by).filter(|to| *to < all.len() && at < all.len())?;
    all.swap(at, to);
    Some(to)
}

/// A piece of the notice outside opening hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// Words that lead to an address.
    Link(String, String),
}

/// The pieces of a text in which `[words](https://…)` is a link.
pub fn pieces(text: &str) -> Vec<Piece> {
    let (mut found, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        if let Some((words, address, after)) = link(from) {
            if !plain.is_empty() {
                found.push(Piece::Text(std::mem::take(&mut plain)));
            }
            found.push(Piece::Link(words.to_owned(), address.to_owned()));
            rest = after;
        } else {
            plain.push('[');
            rest = &from[1..];
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        found.push(Piece::Text(plain));
    }
    found
}

fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    let is_link = address.starts_with("https://") || address.starts_with("http://");
    (is_link && !words.is_empty() && !words.contains(['[', ']'])).then_some((words, address, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_as_in_the_guidelines() {
        let of = |colour: &str| contrast_with_white(colour).map(|it| (it * 100.0).round() / 100.0);
        assert_eq!(of("#000000"), Some(21.0));
        assert_eq!(of("#ffffff"), Some(1.0));
        assert_eq!(of("#767676"), Some(4.54));
        assert!(contrast_with_white(USUAL_COLOUR).is_some_and(|it| ENOUGH_CONTRAST < it));
        for none in ["", "red", "#fff", "#ééé", "#gggggg"] {
            assert_eq!(contrast_with_white(none), None, "{none}");
        }
    }

    #[test]
    fn a_label_suggests_a_key() {
        let cases = [
            ("N° client", "n_client"),
            ("Numéro de commande", "numero_de_commande"),
            ("  2e Prénom ", "e_prenom"),
            ("???", ""),
        ];
        for (label, key) in cases {
            assert_eq!(key_of(label), key, "{label}");
        }
        assert_eq!(key_of(&"a".repeat(99)).len(), 40);
    }

    // shows: HRS-04
    #[test]
    fn a_time_of_day_comes_back_as_it_went() {
        for at in [1, 9 * 60, 12 * 60 + 30, DAY - 1] {
            assert_eq!(minutes(&clock(at), Edge::From), Some(at));
            assert_eq!(minutes(&clock(at), Edge::To), Some(at));
        }
        assert_eq!(clock(DAY), "00:00");
        assert_eq!((minutes("00:00", Edge::From), minutes("00:00", Edge::To)), (Some(0), Some(DAY)));
        assert_eq!(minutes("09:30:00", Edge::From), Some(570));
        for none in ["", "9", "24:00", "12:60", "a:b"] {
            assert_eq!(minutes(none, Edge::To), None, "{none}");
        }
    }

    #[test]
    fn a_span_is_counted_in_its_largest_unit() {
        let cases = [(0, Unit::Seconds), (90, Unit::Seconds), (120, Unit::Minutes), (7_200, Unit::Hours)];
        for (seconds, unit) in cases {
            assert_eq!(Unit::of(seconds), unit, "{seconds}");
        }
        assert_eq!(Unit::of(172_800), Unit::Days);
    }

    #[test]
    fn a_part_of_a_unit_is_said_with_a_point_or_a_comma() {
        assert_eq!(Unit::Minutes.said(" 1,5 "), Some(90));
        assert_eq!(Unit::Hours.said("1.5"), Some(5_400));
        assert_eq!(Unit::Days.said("1e9"), Some(u32::MAX), "too long, and refused as that");
        for none in ["", "1,5,0", "-1", "much", "inf"] {
            assert_eq!(Unit::Seconds.said(none), None, "{none}");
        }
        assert_eq!((decimal(2.5, ","), decimal(30.0, ",")), ("2,5".to_owned(), "30".to_owned()));
        assert_eq!(number(&decimal(2.25, ",")), Some(2.25));
    }

    #[test]
    fn a_line_is_a_list() {
        assert_eq!(listed(" exe, .bat;sh\n"), ["exe", ".bat", "sh"]);
        assert!(listed(" , ").is_empty());
    }

    #[test]
    fn what_is_first_goes_no_further_up() {
        let mut all = ['a', 'b', 'c'];
        assert_eq!(shifted(&mut all, 2, -1), Some(1));
        assert_eq!(all, ['a', 'c', 'b']);
        assert_eq!(shifted(&mut all, 0, -1), None);
        assert_eq!(shifted(&mut all, 2, 1), None);
        assert_eq!(shifted(&mut all, 9, -1), None);
    }

    // shows: HRS-06
    #[test]
    fn only_web_addresses_are_links() {
        let text = |it: &str| Piece::Text(it.into());
        let link = |words: &str, to: &str| Piece::Link(words.into(), to.into());
        assert_eq!(
            pieces("See [our help](https://a.example)."),
            [text("See "), link("our help", "https://a.example"), text(".")]
        );
        assert_eq!(pieces("[x](javascript:alert(1)) [y"), [text("[x](javascript:alert(1)) [y")]);
        assert!(pieces("").is_empty());
    }
}
