//! What a key means on the page of conversations, by where the keyboard is.

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A dialog is open: the keys are its own.
    Dialog,
    /// A field that opens with Alt and an arrow: a list to choose from, a date.
    Picker,
    /// Another field.
    Field,
    /// Anywhere else.
    Page,
}

/// What is held with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Control or Command.
    Command,
    /// Alt.
    Alt,
    /// Neither.
    Nothing,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Finds anything.
    Find,
    /// Neither the browser nor the page does anything.
    Swallow,
    /// That many conversations further in the list.
    Step(isize),
    /// A shortcut of one letter, where those are on.
    Letter,
}

/// What a key does; nothing where it is the browser's.
pub fn press(key: &str, held: Held, place: Place) -> Option<Press> {
    let finds = held == Held::Command && key.eq_ignore_ascii_case("k");
    match (key, held, place) {
        // The dialog is about the conversation that it was opened for.
        _ if place == Place::Dialog => finds.then_some(Press::Swallow),
        _ if finds => Some(Press::Find),
        (_, Held::Alt, Place::Picker) => None,
        ("ArrowDown", Held::Alt, _) => Some(Press::Step(1)),
        ("ArrowUp", Held::Alt, _) => Some(Press::Step(-1)),
        (_, Held::Nothing, Place::Page) => Some(Press::Letter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_leads_to_another_conversation_under_an_open_dialog() {
        assert_eq!(press("ArrowDown", Held::Alt, Place::Page), Some(Press::Step(1)));
        assert_eq!(press("ArrowUp", Held::Alt, Place::Field), Some(Press::Step(-1)), "from the composer");
        assert_eq!(press("ArrowDown", Held::Alt, Place::Picker), None, "opens what there is to choose");
        assert_eq!(press("ArrowDown", Held::Alt, Place::Dialog), None);
        assert_eq!(press("i", Held::Nothing, Place::Dialog), None);
        assert_eq!(
            press("k", Held::Command, Place::Dialog),
            Some(Press::Swallow),
            "what is typed there stays"
        );
        assert_eq!(press("K", Held::Command, Place::Field), Some(Press::Find));
        assert_eq!(press("n", Held::Nothing, Place::Field), None);
        assert_eq!(press("n", Held::Nothing, Place::Page), Some(Press::Letter));
    }
}
