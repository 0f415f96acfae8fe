//! Where the caret goes in the value of a field, in UTF-16 units as the DOM counts.

/// A selection: where it began, and the end that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caret {
    pub(super) anchor: usize,
    pub(super) focus: usize,
}

/// Where to; `true` goes far: by words, or to an end of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Left(bool),
    Right(bool),
    /// So many lines.
    Up(u32),
    Down(u32),
    Start(bool),
    End(bool),
}

const NEWLINE: u16 = b'\n' as u16;

/// The caret after one key; `extend` keeps where the selection began.
pub(super) fn moved(text: &[u16], caret: Caret, way: Way, extend: bool) -> Caret {
    let at = caret.focus.min(text.len());
    let is_selected = caret.anchor != caret.focus && !extend;
    let focus = match way {
        // A selection ends at its side.
        Way::Left(false) if is_selected => caret.anchor.min(at),
        Way::Right(false) if is_selected => caret.anchor.min(text.len()).max(at),
        Way::Left(false) => before(text, at),
        Way::Right(false) => after(text, at),
        Way::Left(true) => word_before(text, at),
        Way::Right(true) => word_after(text, at),
        Way::Up(lines) => (0..lines).fold(at, |at, _| line_up(text, at)),
        Way::Down(lines) => (0..lines).fold(at, |at, _| line_down(text, at)),
        Way::Start(false) => line_start(text, at),
        Way::End(false) => line_end(text, at),
        Way::Start(true) => 0,
        Way::End(true) => text.len(),
    };
    Caret { anchor: if extend { caret.anchor } else { focus }, focus }
}

/// Whether a person sees one sign where `at` would part it: halves of a pair, accents, joined signs.
fn parts(text: &[u16], at: usize) -> bool {
    const JOINER: u16 = 0x200d;
    let (Some(&left), Some(&right)) = (at.checked_sub(1).and_then(|it| text.get(it)), text.get(at)) else {
        return false;
    };
    let is_low = (0xdc00..0xe000).contains(&right) && (0xd800..0xdc00).contains(&left);
    is_low || left == JOINER || matches!(right, JOINER | 0x0300..=0x036f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f)
}

fn before(text: &[u16], at: usize) -> usize {
    (0..at).rev().find(|it| !parts(text, *it)).unwrap_or(0)
}

fn after(text: &[u16], at: usize) -> usize {
    (at + 1..text.len()).find(|it| !parts(text, *it)).unwrap_or(text.len())
}

fn is_word(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_none_or(|it| it.is_alphanumeric() || it == '_')
}

fn word_before(text: &[u16], at: usize) -> usize {
    let end = (0..at).rev().find(|it| is_word(text[*it])).map_or(0, |it| it + 1);
    (0..end).rev().find(|it| !is_word(text[*it])).map_or(0, |it| it + 1)
}

fn word_after(text: &[u16], at: usize) -> usize {
    let begin = (at..text.len()).find(|it| is_word(text[*it])).unwrap_or(text.len());
    (begin..text.len()).find(|it| !is_word(text[*it])).unwrap_or(text.len())
}

fn line_start(text: &[u16], at: usize) -> usize {
    text[..at].iter().rposition(|unit| *unit == NEWLINE).map_or(0, |it| it + 1)
}

fn line_end(text: &[u16], at: usize) -> usize {
    text[at..].iter().position(|unit| *unit == NEWLINE).map_or(text.len(), |it| at + it)
}

/// The same column of the line above; its beginning on the first.
fn line_up(text: &[u16], at: usize) -> usize {
    let start = line_start(text, at);
    let Some(end) = start.checked_sub(1) else { return 0 };
    (line_start(text, end) + at - start).min(end)
}

/// The same column of the line below; its end on the last.
fn line_down(text: &[u16], at: usize) -> usize {
    let end = line_end(text, at);
    if end == text.len() {
        return end;
    }
    (end + 1 + at - line_start(text, at)).min(line_end(text, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` stands for the caret; `[` for where a selection began.
    fn read(picture: &str) -> (Vec<u16>, Caret) {
        let mut text = Vec::new();
        let (mut anchor, mut focus) = (None, 0);
        for unit in picture.encode_utf16() {
            match unit {
                0x7c => focus = text.len(),
                0x5b => anchor = Some(text.len()),
                other => text.push(other),
            }
        }
        (text, Caret { anchor: anchor.unwrap_or(focus), focus })
    }

    #[track_caller]
    fn check(before: &str, way: Way, extend: bool, after: &str) {
        let (text, caret) = read(before);
        let (_, wanted) = read(after);
        assert_eq!(moved(&text, caret, way, extend), wanted, "{before} {way:?} gives {after}");
    }

    #[test]
    fn arrows_go_by_signs_and_stop_at_the_ends() {
        check("ac|", Way::Left(false), false, "a|c");
        check("|ac", Way::Left(false), false, "|ac");
        check("ac|", Way::Right(false), false, "ac|");
        check("a😀|", Way::Left(false), false, "a|😀");
        check("|e\u{301}a", Way::Right(false), false, "e\u{301}|a");
    }

    #[test]
    fn shift_keeps_where_a_selection_began_and_without_it_the_selection_ends() {
        check("abc|", Way::Left(false), true, "ab|c[");
        check("ab|c[", Way::Left(false), true, "a|bc[");
        check("a|bc[", Way::Right(false), false, "abc|");
        check("a|bc[", Way::Left(false), false, "a|bc");
        check("a|bc", Way::End(false), true, "a[bc|");
    }

    #[test]
    fn words_and_lines_and_the_whole() {
        check("one two|", Way::Left(true), false, "one |two");
        check("|one two", Way::Right(true), false, "one| two");
        check("ab\ncd|e", Way::Start(false), false, "ab\n|cde");
        check("a|b\ncde", Way::End(false), false, "ab|\ncde");
        check("ab\ncd|e", Way::Start(true), false, "|ab\ncde");
        check("a|b\ncde", Way::End(true), false, "ab\ncde|");
    }

    #[test]
    fn lines_keep_the_column_where_they_are_long_enough() {
        check("abc\nde\nfgh|", Way::Up(1), false, "abc\nde|\nfgh");
        check("ab|c\nde\nfgh", Way::Down(2), false, "abc\nde\nfg|h");
        check("ab|c\nde", Way::Up(1), false, "|abc\nde");
        check("abc\nd|e", Way::Down(1), false, "abc\nde|");
    }
}
