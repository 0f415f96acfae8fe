//! Everything that the visitor reads, in French and English.

/// The languages that visitors are spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, also for every language that is not spoken here.
    English,
    /// French, with *vous*.
    French,
}

impl Language {
    /// The language of a BCP 47 tag, for example of `<html lang>`.
    pub fn of_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("fr") { Self::French } else { Self::English }
    }

    /// The page's own language, else the browser's.
    pub fn of_page(document: &web_sys::Document) -> Self {
        let root = document.document_element().and_then(|root| root.get_attribute("lang"));
        let browser = || web_sys::window().and_then(|window| window.navigator().language());
        Self::of_tag(&root.filter(|tag| !tag.is_empty()).or_else(browser).unwrap_or_default())
    }

    /// The tag for `lang` attributes.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }
}

macro_rules! words {
    ($(#[$about:meta])* enum $kind:ident; $($(#[$doc:meta])* $name:ident: $english:literal, $french:literal;)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind { $($(#[$doc])* $name,)* }

        impl $kind {
            /// The text in a language.
            pub const fn text(self, language: Language) -> &'static str {
                // A table takes less room than a choice of so many.
                const TEXTS: &[(&str, &str)] = &[$(($english, $french),)*];
                let (english, french) = TEXTS[self as usize];
                match language {
                    Language::English => english,
                    Language::French => french,
                }
            }
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

pub mod chat;

words! {
    /// One text of the share's bar and questions. `{}` stands for first names.
    enum Words;
    /// The first question.
    AskView: "{} would like to see this page", "{} aimerait voir cette page";
    /// What the yes to viewing shows, with a mouse and with a finger.
    AskViewSeen: "Your adviser sees this page and where you point or touch, as you use it.",
        "Votre conseiller voit cette page et l’endroit que vous pointez ou touchez, pendant que vous l’utilisez.";
    /// What is never seen.
    NeverSeen: "Passwords and card numbers stay hidden, and so does what you type.",
        "Vos mots de passe et numéros de carte restent masqués, ainsi que ce que vous saisissez.";
    /// The second question.
    AskControl: "{} would like to control this page", "{} aimerait prendre le contrôle de cette page";
    /// What the yes to control allows.
    AskControlMeans: "{} can then click, type and scroll here.",
        "{} pourra alors cliquer, saisir du texte et faire défiler cette page.";
    /// How it ends.
    AskControlEnds: "You can go on using the page, and take control back at any time.",
        "Vous pouvez continuer à utiliser la page et reprendre le contrôle à tout moment.";
    /// The answer no.
    NotNow: "Not now", "Pas maintenant";
    /// The answer yes.
    Allow: "Allow", "Autoriser";
    /// While an agent views.
    Viewing: "{} sees this page", "{} voit cette page";
    /// While several agents view.
    ViewingMany: "{} see this page", "{} voient cette page";
    /// While an agent controls.
    Controlling: "{} is controlling this page", "{} contrôle cette page";
    /// While paused.
    Paused: "Paused. {} sees nothing", "En pause. {} ne voit rien";
    /// While another tab of theirs is seen.
    Elsewhere: "{} sees another tab of yours", "{} voit un autre de vos onglets";
    /// While another tab of theirs is seen by several.
    ElsewhereMany: "{} see another tab of yours", "{} voient un autre de vos onglets";
    /// Shares this tab instead.
    Here: "Show this tab instead", "Montrer plutôt cet onglet";
    /// While the network is away.
    Reconnecting: "Reconnecting…", "Reconnexion…";
    /// After the end.
    Ended: "Sharing has ended", "Le partage est terminé";
    /// Ends the share.
    Stop: "Stop", "Arrêter";
    /// Takes control back.
    TakeBack: "Take back control", "Reprendre le contrôle";
    /// Pauses the share.
    Pause: "Pause", "Pause";
    /// Goes on after a pause.
    Resume: "Resume", "Reprendre";
    /// The name of the region for assistive technology.
    Region: "Screen sharing", "Partage d’écran";
    /// Joins the last two names of a list.
    And: "{} and {}", "{} et {}";
    /// Said aloud when the agent points.
    PointsAt: "{} points at this page", "{} vous montre un endroit de la page";
}

/// Puts names into a text, in order.
pub fn fill(text: &str, names: &[&str]) -> String {
    let mut names = names.iter();
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(names.next().copied().unwrap_or_default());
        out.push_str(part.trim_start_matches('}'));
    }
    out
}

/// `A`, `A and B`, `A, B and C`.
pub fn list(names: &[String], language: Language) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => fill(Words::And.text(language), &[&first.join(", "), last]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_take_the_same_names() {
        let texts = |english: &Language| {
            let bar = Words::ALL.iter().map(|it| it.text(*english));
            bar.chain(chat::Chat::ALL.iter().map(|it| it.text(*english))).collect::<Vec<_>>()
        };
        for (english, french) in texts(&Language::English).into_iter().zip(texts(&Language::French)) {
            assert!(!english.is_empty() && !french.is_empty(), "{english:?} {french:?}");
            assert_eq!(english.matches("{}").count(), french.matches("{}").count(), "{english}");
        }
    }

    #[test]
    fn names_are_listed_as_people_say_them() {
        let names = ["Sophie", "Karim", "Anna"].map(str::to_owned);
        assert_eq!(list(&names, Language::French), "Sophie, Karim et Anna");
        assert_eq!(list(&names[..1], Language::English), "Sophie");
    }

    #[test]
    fn the_page_decides_the_language() {
        assert_eq!(Language::of_tag("fr-CA"), Language::French);
        assert_eq!(Language::of_tag("FR"), Language::French);
        assert_eq!(Language::of_tag("fro"), Language::English);
    }
}
