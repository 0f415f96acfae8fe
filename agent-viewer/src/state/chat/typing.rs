//! Who types: the others, until they stop or fall silent; and this agent, told not too often.
use chat_proto::{ConversationName, Millis, limits::TYPING_MS};

/// How often the others are told that this agent still types.
const AGAIN: Millis = 3000;

/// Who types where. Nobody (`None`) is the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typists(Vec<(ConversationName, Option<i64>, Millis)>);

impl Typists {
    /// Somebody began, or stopped.
    pub fn take(&mut self, conv: &str, who: Option<i64>, on: bool, now: Millis) {
        self.0.retain(|(at, it, _)| !(at == conv && *it == who));
        if on {
            self.0.push((conv.to_owned(), who, now + Millis::from(TYPING_MS)));
        }
    }

    /// Who types in a conversation.
    pub fn of<'a>(&'a self, conv: &'a str, now: Millis) -> impl Iterator<Item = Option<i64>> + 'a {
        self.0.iter().filter(move |(at, _, until)| at == conv && now < *until).map(|(_, who, _)| *who)
    }

    /// Forgets those who fell silent. Gives whether there were any.
    pub fn sweep(&mut self, now: Millis) -> bool {
        let before = self.0.len();
        self.0.retain(|(_, _, until)| now < *until);
        self.0.len() < before
    }
}

/// What is told of this agent's own typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnTyping(Option<Millis>);

impl OwnTyping {
    /// A key was pressed; `text` says whether something stands in the composer. Gives what to tell.
    pub fn press(&mut self, text: bool, now: Millis) -> Option<bool> {
        match (text, self.0) {
            (true, Some(told)) if now < told + AGAIN => None,
            (true, _) => {
                self.0 = Some(now);
                Some(true)
            }
            (false, Some(_)) => {
                self.0 = None;
                Some(false)
            }
            (false, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_ends_by_itself() {
        let mut typists = Typists::default();
        typists.take("a", None, true, 0);
        typists.take("a", Some(7), true, 3000);
        assert_eq!(typists.of("a", 5999).collect::<Vec<_>>(), [None, Some(7)]);
        assert!(typists.sweep(6000) && !typists.sweep(6000));
        typists.take("a", Some(7), false, 6001);
        assert_eq!(typists.of("a", 6001).count(), 0);
    }

    #[test]
    fn own_typing_is_told_seldom() {
        let mut own = OwnTyping::default();
        assert_eq!(
            [own.press(true, 0), own.press(true, 2999), own.press(true, 3000)],
            [Some(true), None, Some(true)]
        );
        assert_eq!([own.press(false, 3001), own.press(false, 3002)], [Some(false), None]);
    }
}
