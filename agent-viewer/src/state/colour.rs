//! A steady colour for everybody, so that people and visitors are recognised at a glance.

/// A hue in degrees for these bytes. Neighbouring ids lie far apart.
pub fn hue(bytes: &[u8]) -> u16 {
    let sum =
        bytes.iter().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(16_777_619));
    (sum % 360) as u16
}

/// One or two letters that stand for a name.
pub fn initials(first: &str, last: &str) -> String {
    let letter = |name: &str| name.trim().chars().next().map(|letter| letter.to_uppercase().to_string());
    [letter(first), letter(last)].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_have_the_same_hue_and_others_another() {
        assert_eq!(hue(b"ab"), hue(b"ab"));
        assert_ne!(hue(&[1]), hue(&[2]));
        assert!((0..=255_u8).all(|byte| hue(&[byte]) < 360));
    }

    #[test]
    fn initials_are_upper_case_and_survive_missing_names() {
        assert_eq!(initials("élodie", "martin"), "ÉM");
        assert_eq!(initials("  ", ""), "");
    }
}
