//! What a key means while the agent controls the visitor's page.
use cobrowse_core::{
    command::{Action, Modifiers},
    wire::limits::MAX_TYPED,
};

/// A `keydown` of the agent.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    /// What is held.
    pub modifiers: Modifiers,
    /// Whether an input method is composing (UI Events §5.6.2): its keys are its own.
    pub composing: bool,
}

/// Where a key goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// Control is given back.
    Leave,
    /// To the visitor's page, as a key.
    Send(Action),
    /// To our own text field, whose `beforeinput` tells the text (UI Events §5.7): typing, input methods,
    /// pasting from the agent's clipboard.
    Text,
    /// To the agent's browser.
    Own,
}

/// Keys whose default action the visitor's page emulates.
const NAMED: [&str; 12] = [
    "Backspace",
    "Delete",
    "Enter",
    "Tab",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
];

/// Shortcuts that act inside the page: select all, copy, cut, undo, redo. Pasting is text.
const SHORTCUTS: [&str; 5] = ["a", "c", "x", "z", "y"];

/// What `press` means.
pub fn meaning(press: Press<'_>) -> Meaning {
    if press.composing || press.key == "Process" || press.key == "Dead" {
        return Meaning::Text;
    }
    if press.key == "Escape" {
        return Meaning::Leave;
    }
    if NAMED.contains(&press.key) {
        return send(press.key, press.modifiers);
    }
    if shortcut(press.modifiers) {
        return shortcut_meaning(press);
    }
    if press.key.chars().count() == 1 { Meaning::Text } else { Meaning::Own }
}

/// Control or Meta without Alt: AltGr is reported as Control and Alt, and writes letters.
fn shortcut(modifiers: Modifiers) -> bool {
    (modifiers.holds(Modifiers::CTRL) || modifiers.holds(Modifiers::META)) && !modifiers.holds(Modifiers::ALT)
}

fn shortcut_meaning(press: Press<'_>) -> Meaning {
    let key = press.key.to_lowercase();
    match key.as_str() {
        "v" => Meaning::Text,
        key if SHORTCUTS.contains(&key) => send(key, press.modifiers),
        _ => Meaning::Own,
    }
}

/// Whether `action` copies or cuts: what the page has selected goes on to the agent's own clipboard, where pasting
/// finds it.
pub fn copies(action: &Action) -> bool {
    matches!(action, Action::Key { key, modifiers } if matches!(key.as_str(), "c" | "x") && shortcut(*modifiers))
}

fn send(key: &str, modifiers: Modifiers) -> Meaning {
    Meaning::Send(Action::Key { key: key.to_owned(), modifiers })
}

/// `text` in pieces that can be one command each, of at most [`MAX_TYPED`] bytes, cut between characters.
pub fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (piece, rest) = text.split_at(text.floor_char_boundary(MAX_TYPED));
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// A path that the agent typed, as one of the visitor's own site, or `None` when it is none.
pub fn path(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let path = if typed.starts_with('/') { typed.to_owned() } else { format!("/{typed}") };
    let elsewhere = typed.contains("://") || path.starts_with("//") || path.starts_with("/\\");
    let scheme = typed.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':'));
    (!typed.is_empty() && !elsewhere && !scheme && !path.contains(char::is_control)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str, held: u8) -> Meaning {
        meaning(Press { key, modifiers: Modifiers(held), composing: false })
    }

    #[test]
    fn letters_are_text_and_named_keys_are_sent() {
        for key in ["a", "É", "漢", " ", "5"] {
            assert_eq!(press(key, 0), Meaning::Text, "{key}");
        }
        let shift = Modifiers(Modifiers::SHIFT);
        let tab = Action::Key { key: "Tab".into(), modifiers: shift };
        assert_eq!(press("Tab", Modifiers::SHIFT), Meaning::Send(tab));
        assert_eq!(press("F5", 0), Meaning::Own);
        assert_eq!(press("Shift", Modifiers::SHIFT), Meaning::Own);
    }

    #[test]
    fn escape_leaves_unless_an_input_method_has_it() {
        assert_eq!(press("Escape", 0), Meaning::Leave);
        let composing = Press { key: "Escape", modifiers: Modifiers::default(), composing: true };
        assert_eq!(meaning(composing), Meaning::Text);
    }

    #[test]
    fn shortcuts_of_the_page_are_sent_and_those_of_the_browser_are_not() {
        let held = Modifiers(Modifiers::META);
        assert_eq!(
            press("A", Modifiers::META),
            Meaning::Send(Action::Key { key: "a".into(), modifiers: held })
        );
        assert_eq!(press("v", Modifiers::CTRL), Meaning::Text);
        assert_eq!(press("t", Modifiers::CTRL), Meaning::Own);
        assert_eq!(press("@", Modifiers::CTRL | Modifiers::ALT), Meaning::Text);
    }

    #[test]
    fn what_is_copied_or_cut_goes_on_to_the_agents_clipboard() {
        for (key, held, wanted) in [
            ("c", Modifiers::CTRL, true),
            ("X", Modifiers::META, true),
            ("a", Modifiers::CTRL, false),
            ("Backspace", Modifiers::CTRL, false),
        ] {
            let Meaning::Send(action) = press(key, held) else { panic!("{key} is sent") };
            assert_eq!(copies(&action), wanted, "{key}");
        }
        assert!(!copies(&Action::Key { key: "c".into(), modifiers: Modifiers::default() }));
    }

    #[test]
    fn pasted_text_goes_in_whole_characters() {
        let text = "é".repeat(5000);
        let cut: Vec<_> = pieces(&text).collect();
        assert_eq!(cut.concat(), text);
        assert!(cut.iter().all(|piece| piece.len() <= MAX_TYPED) && cut.len() == 40);
        assert_eq!(pieces("").count(), 0);
    }

    #[test]
    fn only_paths_of_the_same_site_are_followed() {
        assert_eq!(path(" basket ").as_deref(), Some("/basket"));
        assert_eq!(path("/a?b=c:d#e").as_deref(), Some("/a?b=c:d#e"));
        for bad in [
            "",
            "  ",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "data:x",
        ] {
            assert_eq!(path(bad), None, "{bad}");
        }
    }
}
