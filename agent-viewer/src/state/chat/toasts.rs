//! Words at the top of the page: a few at once, and the same word about several people once.
use crate::i18n::Text;

/// How many stand there at once.
const SHOWN: usize = 3;
/// How many people one of them names.
const NAMED: usize = 3;

/// A word at the top of the page, for a few seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Names it; another name is another look.
    pub id: u64,
    /// What it says.
    pub text: Text,
    /// Whom it names, the latest last.
    pub names: Vec<String>,
    /// Whether something went wrong.
    pub bad: bool,
}

impl Toast {
    /// Those whom it names, and how many more there are.
    pub fn named(&self) -> String {
        let (first, rest) = self.names.split_at(self.names.len().min(NAMED));
        let more = if rest.is_empty() { String::new() } else { format!(" +{}", rest.len()) };
        format!("{}{more}", first.join(", "))
    }
}

/// All of them, the latest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Toasts(Vec<Toast>);

impl Toasts {
    /// Those that stand there.
    pub fn all(&self) -> &[Toast] {
        &self.0
    }

    /// Says something; what is said already names one more.
    pub fn push(&mut self, (id, text): (u64, Text), name: &str, bad: bool) {
        let known = self.0.iter().position(|it| it.text == text).map(|at| self.0.remove(at));
        let mut names = known.map(|it| it.names).unwrap_or_default();
        if !name.is_empty() && !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
        self.0.push(Toast { id, text, names, bad });
        if SHOWN < self.0.len() {
            // What went wrong is the last to give way.
            let first = self.0.iter().position(|it| !it.bad).unwrap_or(0);
            self.0.remove(first);
        }
    }

    /// Its time is over.
    pub fn end(&mut self, id: u64) {
        self.0.retain(|it| it.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(toasts: &Toasts) -> Vec<(Text, String)> {
        toasts.all().iter().map(|it| (it.text, it.named())).collect()
    }

    #[test]
    fn missed_offers_are_one_word_that_names_all() {
        let mut toasts = Toasts::default();
        for (id, name) in (0..).zip(["Marie", "Paul", "Marie", "Léa", "Zoé", "Max"]) {
            toasts.push((id, Text::OfferExpired), name, true);
        }
        assert_eq!(said(&toasts), [(Text::OfferExpired, "Marie, Paul, Léa +2".to_owned())]);
        toasts.end(0);
        assert_eq!(toasts.all().len(), 1, "the time of the latest one counts");
        toasts.end(5);
        assert_eq!(toasts.all().len(), 0);
    }

    #[test]
    fn few_stand_there_at_once_and_what_went_wrong_stays_longest() {
        let mut toasts = Toasts::default();
        toasts.push((1, Text::OfferExpired), "Marie", true);
        for (id, text) in [(2, Text::Claimed), (3, Text::ClosedDone), (4, Text::SnoozedDone)] {
            toasts.push((id, text), "", false);
        }
        let ids: Vec<_> = toasts.all().iter().map(|it| it.id).collect();
        assert_eq!(ids, [1, 3, 4]);
    }
}
