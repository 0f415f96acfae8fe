//! Canned replies: which ones fit what is typed after a `/`.
use chat_proto::desk::Canned;

/// How many are shown.
const SHOWN: usize = 8;

/// What is typed after the `/` that the text begins with, while it may still name a reply.
pub fn asked(text: &str) -> Option<&str> {
    let name = text.strip_prefix('/')?;
    (!name.contains('\n') && name.chars().count() <= 40).then_some(name)
}

/// The replies that a conversation of this site can use; those of no site are everywhere's.
pub fn of_site<'a>(all: &'a [Canned], site: Option<&'a str>) -> impl Iterator<Item = &'a Canned> {
    all.iter().filter(move |it| it.site.is_empty() || site.is_none_or(|site| it.site == site))
}

/// The replies that fit, the best first: by shortcut, then by title, then by text; the most used before others.
pub fn matching<'a>(all: impl IntoIterator<Item = &'a Canned>, typed: &str) -> Vec<&'a Canned> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<_> = all.into_iter().filter_map(|it| Some((rank(it, &typed)?, it))).collect();
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then(y.uses.cmp(&x.uses)).then(x.short.cmp(&y.short)));
    found.into_iter().map(|(_, it)| it).take(SHOWN).collect()
}

/// All replies that hold what was typed, without those limits, for the page that keeps them.
pub fn found(all: &[Canned], typed: &str) -> Vec<Canned> {
    let typed = typed.trim().trim_start_matches('/').to_lowercase();
    let mut found: Vec<_> = all.iter().filter_map(|it| Some((rank(it, &typed)?, it.clone()))).collect();
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.short.cmp(&y.short)));
    found.into_iter().map(|(_, it)| it).collect()
}

/// When the replies are asked for: an answer that was on its way as one was used may not have counted that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asking {
    turn: u64,
    counting: u32,
}

impl Asking {
    /// The turn to ask under; none while a use is being counted: then they are asked for after that.
    pub const fn begin(&mut self) -> Option<u64> {
        if 0 < self.counting {
            return None;
        }
        self.turn += 1;
        Some(self.turn)
    }

    /// Whether an answer is the one that was asked for last, and knows of all uses.
    pub const fn is_last(&self, turn: u64) -> bool {
        self.turn == turn
    }

    /// A use is to be counted.
    pub const fn count(&mut self) {
        self.turn += 1;
        self.counting += 1;
    }

    /// It was, or it could not be; whether the replies are to be asked for now.
    pub const fn counted(&mut self) -> bool {
        self.counting = self.counting.saturating_sub(1);
        self.counting == 0
    }
}

/// What a key does to the list of replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// The next one.
    Down,
    /// The one before.
    Up,
    /// No list for this text.
    Dismiss,
    /// The chosen one.
    Pick,
    /// Nothing: what names a reply that is not there is not sent as a message.
    Hold,
}

/// What a key does while the list is asked for, which may be empty still.
pub fn press(key: &str, shift: bool, found: usize) -> Option<Press> {
    Some(match key {
        "ArrowDown" => Press::Down,
        "ArrowUp" => Press::Up,
        "Escape" => Press::Dismiss,
        "Enter" | "Tab" if 0 < found => Press::Pick,
        "Enter" if !shift => Press::Hold,
        _ => return None,
    })
}

fn rank(reply: &Canned, typed: &str) -> Option<u8> {
    let (short, title) = (reply.short.to_lowercase(), reply.title.to_lowercase());
    let word_begins = |text: &str| text.split_whitespace().any(|word| word.starts_with(typed));
    if short.starts_with(typed) {
        Some(0)
    } else if word_begins(&title) {
        Some(1)
    } else if title.contains(typed) || short.contains(typed) {
        Some(2)
    } else {
        reply.body.to_lowercase().contains(typed).then_some(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(short: &str, title: &str, body: &str, uses: u64) -> Canned {
        Canned { short: short.into(), title: title.into(), body: body.into(), uses, ..Canned::default() }
    }

    // shows: CAN-01, CAN-02
    #[test]
    fn the_best_match_stands_first_then_the_most_used() {
        let all = [
            reply("merci", "Merci", "Merci de votre visite", 1),
            reply("colis", "Suivi de colis", "Votre colis arrive", 9),
            reply("delai", "Délai", "Le colis part sous 2 jours", 5),
            reply("cond", "Conditions", "Nos conditions", 20),
        ];
        let shorts =
            |typed| matching(&all, typed).into_iter().map(|it| it.short.as_str()).collect::<Vec<_>>();
        assert_eq!(shorts("co"), ["cond", "colis", "delai"]);
        assert_eq!(shorts("SUIVI"), ["colis"]);
        assert_eq!(shorts(""), ["cond", "colis", "delai", "merci"]);
        assert_eq!(shorts("xyz"), Vec::<&str>::new());
    }

    // shows: CAN-02
    #[test]
    fn a_conversation_has_the_replies_of_its_own_site() {
        let of = |site: &str, short: &str| Canned { site: site.into(), ..reply(short, "", "", 0) };
        let all = [of("shop", "here"), of("blog", "there"), of("", "everywhere")];
        let shorts = |site| of_site(&all, site).map(|it| it.short.as_str()).collect::<Vec<_>>();
        assert_eq!(shorts(Some("shop")), ["here", "everywhere"]);
        assert_eq!(shorts(None), ["here", "there", "everywhere"], "where no conversation is known");
    }

    // shows: CAN-02
    #[test]
    fn an_answer_that_may_not_have_counted_a_use_is_not_taken() {
        let mut asking = Asking::default();
        let before = asking.begin().expect("nothing is counted");
        asking.count();
        assert!(!asking.is_last(before), "asked for before the use");
        assert_eq!(asking.begin(), None, "it would overtake the use");
        asking.count();
        assert!(!asking.counted(), "another one is on its way");
        assert!(asking.counted());
        let after = asking.begin().expect("all are counted");
        assert!(asking.is_last(after) && !asking.is_last(before));
    }

    #[test]
    fn a_shortcut_that_names_no_reply_is_not_sent() {
        assert_eq!(press("Enter", false, 2), Some(Press::Pick));
        assert_eq!(press("Enter", false, 0), Some(Press::Hold));
        assert_eq!(press("Escape", false, 0), Some(Press::Dismiss), "then Enter sends it as it is");
        assert_eq!(press("Enter", true, 0), None, "a new line");
        assert_eq!(press("Tab", false, 0), None);
    }

    #[test]
    fn the_page_of_replies_finds_all_that_hold_the_words() {
        let all: Vec<_> = (0..20).map(|n| reply(&format!("r{n:02}"), "Retour", "Rien", 0)).collect();
        assert_eq!(found(&all, "").len(), 20);
        assert_eq!(found(&all, "/R07").len(), 1);
        assert!(found(&all, "colis").is_empty());
    }

    #[test]
    fn only_a_slash_at_the_beginning_asks() {
        assert_eq!(asked("/col"), Some("col"));
        assert_eq!(asked("et/ou"), None);
        assert_eq!(asked("/a\nb"), None);
    }
}
