//! What this agent asked for and the service has not answered yet.
use chat_proto::{Cid, desk::FromDesk};

/// Requests without an answer; asked again after a cut, and done once by their names.
#[derive(Debug, Clone, Default)]
pub struct Deeds(Vec<(Cid, FromDesk)>);

impl Deeds {
    /// Remembers a request that goes now.
    pub fn push(&mut self, cid: Cid, frame: FromDesk) {
        self.0.push((cid, frame));
    }

    /// It is answered. Gives what was asked, if it was one of ours.
    pub fn take_answer(&mut self, cid: &str) -> Option<FromDesk> {
        let at = self.0.iter().position(|(it, _)| it == cid)?;
        Some(self.0.remove(at).1)
    }

    /// All that is not answered, in order: for a connection that stands again.
    pub fn again(&self) -> Vec<FromDesk> {
        self.0.iter().map(|(_, frame)| frame.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_answered_is_asked_again() {
        let frame = |conv: &str| FromDesk::Leave { conv: conv.into() };
        let mut deeds = Deeds::default();
        deeds.push("1".into(), frame("a"));
        deeds.push("2".into(), frame("b"));
        assert_eq!(deeds.take_answer("1"), Some(frame("a")));
        assert_eq!(deeds.take_answer("1"), None);
        assert_eq!(deeds.again(), [frame("b")]);
    }
}
