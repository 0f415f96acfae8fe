//! Which rows of a long list are near the eye, so that ten thousand cost no more than thirty.
use std::ops::Range;

/// Rows beyond each edge that are kept, so that a fast scroll shows no gap.
const MARGIN: usize = 8;

/// The rows to draw of `count` rows, each `row` pixels high, in a box of `height` pixels scrolled by `top`.
pub fn visible(top: f64, height: f64, row: f64, count: usize) -> Range<usize> {
    let first = index(top / row).saturating_sub(MARGIN).min(count);
    let last = index((top + height) / row).saturating_add(1 + MARGIN).min(count);
    first..last.max(first)
}

/// Where the box must scroll to so that row `index` is whole, or `None` when it is.
pub fn reveal(index: usize, top: f64, height: f64, row: f64) -> Option<f64> {
    let start = index as f64 * row;
    if start < top {
        return Some(start);
    }
    (start + row > top + height).then_some(start + row - height)
}

fn index(rows: f64) -> usize {
    // Saturating, and 0 for negative numbers (rubber-band scrolling) and for NaN.
    rows as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_is_near_is_drawn() {
        assert_eq!(visible(0.0, 640.0, 64.0, 10_000), 0..19);
        assert_eq!(visible(64_000.0, 640.0, 64.0, 10_000), 992..1019);
        assert_eq!(visible(-40.0, 640.0, 64.0, 3), 0..3);
        assert_eq!(visible(640_000.0, 640.0, 64.0, 2), 2..2);
    }

    proptest! {
        #[test]
        fn a_revealed_row_is_drawn(row in 0_usize..10_000, top in 0.0..640_000.0) {
            let top = reveal(row, top, 600.0, 64.0).unwrap_or(top);
            prop_assert!(visible(top, 600.0, 64.0, 10_000).contains(&row));
            prop_assert_eq!(reveal(row, top, 600.0, 64.0), None);
        }
    }
}
