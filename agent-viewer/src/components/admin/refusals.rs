//! Why a setting was not saved, in words: what the server's codes mean at the field that they stand at.
use crate::i18n::Text;

/// What a code says of a field; of no field where it is about the whole.
pub fn explain(field: &str, code: &str) -> Text {
    if code == "unknown" {
        return unknown(field);
    }
    match code {
        "empty" => Text::WrongEmpty,
        "too_long" => Text::WrongLong,
        "too_short" => Text::WrongShort,
        "too_many" => Text::WrongMany,
        "too_small" | "too_large" | "out_of_range" | "malformed" => Text::WrongRange,
        "no_number" => Text::WrongNumber,
        "no_time" => Text::WrongTime,
        "no_date" => Text::WrongDate,
        "before_from" => Text::WrongOrder,
        "bad_span" => Text::WrongSpan,
        "overlap" => Text::WrongOverlap,
        "no_week" => Text::WrongWeek,
        "no_colour" => Text::WrongColour,
        "no_email" => Text::WrongEmail,
        "no_phone" => Text::WrongPhone,
        "no_url" | "no_origin" => Text::WrongUrl,
        "no_key" => Text::WrongKey,
        "no_word" => Text::WrongWord,
        "twice" => Text::WrongTwice,
        "taken" => Text::WrongTaken,
        "differs" => Text::WrongDiffers,
        "no_address" => Text::WrongNoAddress,
        "no_flow" => Text::WrongNoFlow,
        "in_use" => Text::WrongInUse,
        "unknown_tag" | "not_found" => Text::WrongGone,
        "forbidden" | "role_too_low" => Text::FaultForbidden,
        "login_required" => Text::WrongLoggedOut,
        "rate" | "rate_limited" => Text::FaultRate,
        "unreachable" | "retry" => Text::WrongUnreachable,
        _ => Text::WrongOther,
    }
}

/// What is not known depends on what was asked for.
fn unknown(field: &str) -> Text {
    let of = |name: &str| field == name || field.ends_with(&format!(".{name}"));
    if field.starts_with("query_keys") {
        Text::WrongQueryKey
    } else if field.starts_with("refused_files") {
        Text::WrongEnding
    } else if of("zone") {
        Text::WrongZone
    } else if of("lang") || field.starts_with("languages") {
        Text::WrongLanguage
    } else if of("queue") || of("to") {
        Text::WrongQueue
    } else if of("agent") {
        Text::WrongGone
    } else {
        Text::WrongOther
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_settings_has_words_of_its_own() {
        let codes = [
            "empty",
            "too_long",
            "too_many",
            "out_of_range",
            "no_date",
            "before_from",
            "bad_span",
            "overlap",
            "no_week",
            "no_colour",
            "no_email",
            "no_phone",
            "no_url",
            "no_key",
            "no_word",
            "twice",
            "taken",
            "differs",
            "no_address",
            "no_flow",
            "in_use",
            "not_found",
            "forbidden",
            "login_required",
        ];
        for code in codes {
            assert_ne!(explain("it", code), Text::WrongOther, "{code}");
        }
    }

    #[test]
    fn what_is_unknown_is_told_by_its_field() {
        assert_eq!(explain("week.zone", "unknown"), Text::WrongZone);
        assert_eq!(explain("query_keys.3", "unknown"), Text::WrongQueryKey);
        assert_eq!(explain("lang", "unknown"), Text::WrongLanguage);
        assert_eq!(explain("queue", "unknown"), Text::WrongQueue);
        assert_eq!(explain("start.1.kind", "unknown"), Text::WrongOther);
    }
}
