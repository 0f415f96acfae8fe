//! Hours as a store keeps them: names, minutes and dates.
use serde::{Deserialize, Serialize};

use super::{DayPlan, Exception, Hours, HoursError, Span, Zone};

/// The minutes of each span of a day.
type Minutes = Vec<(u16, u16)>;

/// What is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    zone: String,
    week: [Minutes; 7],
    exceptions: Vec<(String, String, Minutes)>,
}

fn minutes(plan: &DayPlan) -> Minutes {
    plan.0.iter().map(|span| span.minutes()).collect()
}

fn plan(minutes: Minutes) -> Result<DayPlan, HoursError> {
    let spans = minutes.into_iter().map(|(from, to)| Span::new(from, to));
    DayPlan::new(spans.collect::<Result<_, _>>()?)
}

impl From<Hours> for Stored {
    fn from(hours: Hours) -> Self {
        let exception =
            |it: &Exception| (it.days.start().to_string(), it.days.end().to_string(), minutes(&it.plan));
        Self {
            zone: hours.zone.name().to_owned(),
            week: hours.week.each_ref().map(minutes),
            exceptions: hours.exceptions.iter().map(exception).collect(),
        }
    }
}

impl TryFrom<Stored> for Hours {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let zone = Zone::named(&stored.zone).map_err(|error| error.to_string())?;
        let days = stored.week.into_iter().map(plan).collect::<Result<Vec<_>, _>>();
        let days = days.map_err(|error| error.to_string())?;
        let week = <[DayPlan; 7]>::try_from(days).map_err(|_| "a week has seven days".to_owned())?;
        let exceptions = stored.exceptions.into_iter().map(exception).collect::<Result<_, _>>()?;
        Ok(Self::new(zone, week, exceptions))
    }
}

fn exception((from, to, minutes): (String, String, Minutes)) -> Result<Exception, String> {
    let day = |text: String| text.parse().map_err(|error| format!("{text}: {error}"));
    let plan = plan(minutes).map_err(|error| error.to_string())?;
    Ok(Exception { days: day(from)?..=day(to)?, plan })
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: HRS-01, HRS-03
    #[test]
    fn hours_come_back_as_they_went() {
        let morning = || DayPlan::new(vec![Span::new(9 * 60, 12 * 60).expect("a span")]).expect("a day");
        let day = |text: &str| text.parse().expect("a day");
        let exceptions =
            vec![Exception { days: day("2026-12-24")..=day("2026-12-26"), plan: DayPlan::default() }];
        let zone = Zone::named("Europe/Paris").expect("a zone");
        let hours = Hours::new(zone, std::array::from_fn(|_| morning()), exceptions);
        let text = serde_json::to_string(&hours).expect("written");
        assert_eq!(serde_json::from_str::<Hours>(&text).expect("read"), hours);
        assert!(serde_json::from_str::<Hours>(&text.replace("Paris", "Lutetia")).is_err());
        assert!(serde_json::from_str::<Hours>(&text.replace("540", "1540")).is_err());
    }
}
