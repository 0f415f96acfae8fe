//! How far a turn of the wheel scrolls.

/// CSS pixels of a line, as browsers count when they turn lines into pixels.
const LINE: f64 = 16.0;

/// A wheel's deltas in CSS pixels. `mode` is `WheelEvent.deltaMode` (UI Events §5.4.2); a page is `height`.
pub fn pixels((dx, dy): (f64, f64), mode: u32, height: f64) -> (f64, f64) {
    let unit = match mode {
        1 => LINE,
        2 => height,
        _ => 1.0,
    };
    (dx * unit, dy * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_pages_become_pixels() {
        assert_eq!(pixels((1.0, -3.0), 0, 600.0), (1.0, -3.0));
        assert_eq!(pixels((0.0, 3.0), 1, 600.0), (0.0, 48.0));
        assert_eq!(pixels((0.0, -1.0), 2, 600.0), (0.0, -600.0));
    }
}
