//! Values that a site's script gives, by their declared types.
use jiff::{Timestamp, civil};
use url::Url;

/// Longest value, characters.
const LONGEST: usize = 500;

/// The value as it is kept; `None` when it is not of its type.
pub(super) fn check(kind: &str, value: &str) -> Option<String> {
    let value = value.trim();
    let fits = value.chars().count() <= LONGEST && !value.chars().any(char::is_control);
    let is_one = match kind {
        "number" => is_number(value),
        "money" => is_money(value),
        "date" => value.parse::<civil::Date>().is_ok() || value.parse::<Timestamp>().is_ok(),
        "url" => Url::parse(value).is_ok_and(|it| matches!(it.scheme(), "http" | "https")),
        _ => true,
    };
    (fits && is_one).then(|| value.to_owned())
}

fn is_number(text: &str) -> bool {
    // What a program means by a number, but for its words for what is none.
    text.parse::<f64>().is_ok_and(f64::is_finite)
        && text.bytes().all(|it| !it.is_ascii_alphabetic() || it == b'e')
}

/// A number, and the three letters of a currency where they are told.
fn is_money(text: &str) -> bool {
    let (amount, currency) = text.split_once(' ').unwrap_or((text, "EUR"));
    is_number(amount) && currency.len() == 3 && currency.bytes().all(|it| it.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: INF-13
    #[test]
    fn a_value_of_another_type_is_passed_over() {
        let good = [
            ("text", "Gold member"),
            ("number", "-12.5"),
            ("money", "129.90"),
            ("money", "129.90 CHF"),
            ("date", "2026-11-21"),
            ("date", "2026-11-21T10:00:00Z"),
            ("url", "https://shop.example/basket"),
        ];
        for (kind, value) in good {
            assert_eq!(check(kind, value).as_deref(), Some(value), "{kind} {value}");
        }
        let bad = [
            ("number", "many"),
            ("number", "NaN"),
            ("number", "inf"),
            ("money", "129.90 euros"),
            ("date", "tomorrow"),
            ("url", "javascript:alert(1)"),
            ("text", "a\u{0}b"),
        ];
        for (kind, value) in bad {
            assert_eq!(check(kind, value), None, "{kind} {value}");
        }
        assert_eq!(check("text", &"a".repeat(LONGEST + 1)), None);
        assert_eq!(check("text", "  Léa "), Some("Léa".to_owned()));
    }
}
