//! Opening hours between the wire and the calendar.
use chat_proto::admin::{Exception, Span, Week};

use crate::{
    api::Invalid,
    hours::{self, DayPlan, Hours, HoursError, Zone},
};

/// Most exceptions: twenty years of holidays.
const MAX_EXCEPTIONS: usize = 500;

const fn code(error: HoursError) -> &'static str {
    match error {
        HoursError::BadSpan => "bad_span",
        HoursError::Overlap => "overlap",
        HoursError::TooMany => "too_many",
    }
}

fn plan(wrong: &mut Invalid, field: &str, spans: &[Span]) -> DayPlan {
    let spans = spans.iter().map(|it| hours::Span::new(it.from, it.to)).collect::<Result<Vec<_>, _>>();
    match spans.and_then(DayPlan::new) {
        Ok(plan) => plan,
        Err(error) => {
            wrong.check(false, field, code(error));
            DayPlan::default()
        }
    }
}

fn exception(wrong: &mut Invalid, field: &str, it: &Exception) -> Option<hours::Exception> {
    let plan = plan(wrong, &format!("{field}.spans"), &it.spans);
    let (from, to) = (it.from.parse::<jiff::civil::Date>(), it.to.parse::<jiff::civil::Date>());
    wrong.check(from.is_ok(), format!("{field}.from"), "no_date");
    wrong.check(to.is_ok(), format!("{field}.to"), "no_date");
    let (from, to) = (from.ok()?, to.ok()?);
    wrong.check(from <= to, format!("{field}.to"), "before_from");
    Some(hours::Exception { days: from..=to, plan })
}

/// The hours that a week says; what is wrong with it stands in `wrong`.
pub(super) fn read(wrong: &mut Invalid, field: &str, it: &Week) -> Option<Hours> {
    let zone = Zone::named(&it.zone);
    wrong.check(zone.is_ok(), format!("{field}.zone"), "unknown");
    wrong.check(it.days.len() == 7, format!("{field}.days"), "no_week");
    wrong.check(it.exceptions.len() <= MAX_EXCEPTIONS, format!("{field}.exceptions"), "too_many");
    let days = it.days.iter().enumerate();
    let days: Vec<_> = days.map(|(n, it)| plan(wrong, &format!("{field}.days.{n}"), it)).collect();
    let exceptions = it.exceptions.iter().enumerate().take(MAX_EXCEPTIONS);
    let exceptions =
        exceptions.filter_map(|(n, it)| exception(wrong, &format!("{field}.exceptions.{n}"), it)).collect();
    Some(Hours::new(zone.ok()?, days.try_into().ok()?, exceptions))
}

fn spans(plan: &DayPlan) -> Vec<Span> {
    plan.spans().iter().map(|it| it.minutes()).map(|(from, to)| Span { from, to }).collect()
}

/// The same, back.
pub(super) fn told(it: &Hours) -> Week {
    let exception = |it: &hours::Exception| Exception {
        from: it.days.start().to_string(),
        to: it.days.end().to_string(),
        spans: spans(&it.plan),
    };
    Week {
        zone: it.zone().name().to_owned(),
        days: it.week().iter().map(spans).collect(),
        exceptions: it.exceptions().iter().map(exception).collect(),
    }
}
