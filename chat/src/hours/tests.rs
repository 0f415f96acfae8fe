//! Weeks, exceptions, and the weeks in which clocks change.
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    Zone::named(name).expect("a zone")
}

fn utc(text: &str) -> UnixMillis {
    let at: jiff::Timestamp = text.parse().expect("a timestamp");
    UnixMillis(at.as_millisecond())
}

fn span(from: (u16, u16), to: (u16, u16)) -> Span {
    Span::new(from.0 * 60 + from.1, to.0 * 60 + to.1).expect("a span")
}

fn day(spans: &[Span]) -> DayPlan {
    DayPlan::new(spans.to_vec()).expect("a day")
}

/// Monday to Friday, nine to six.
fn office(zone_name: &str, exceptions: Vec<Exception>) -> Hours {
    let open = day(&[span((9, 0), (18, 0))]);
    let week = std::array::from_fn(|n| if n < 5 { open.clone() } else { DayPlan::default() });
    Hours::new(zone(zone_name), week, exceptions)
}

fn sundays(zone_name: &str, spans: &[Span]) -> Hours {
    let week = std::array::from_fn(|n| if n == 6 { day(spans) } else { DayPlan::default() });
    Hours::new(zone(zone_name), week, Vec::new())
}

// shows: HRS-01, HRS-04
#[test]
fn it_is_open_from_the_first_minute_to_the_last() {
    let hours = office("Europe/Paris", Vec::new());
    let cases = [
        ("2026-01-05T07:59:59.999Z", false),
        ("2026-01-05T08:00:00Z", true),
        ("2026-01-05T16:59:59.999Z", true),
        ("2026-01-05T17:00:00Z", false),
        ("2026-01-10T12:00:00Z", false),
    ];
    for (at, open) in cases {
        assert_eq!(hours.is_open(utc(at)), open, "{at}");
    }
    assert_eq!(hours.next_opening(utc("2026-01-05T12:00:00Z")), Some(utc("2026-01-05T12:00:00Z")));
    assert_eq!(hours.next_opening(utc("2026-01-09T17:00:00Z")), Some(utc("2026-01-12T08:00:00Z")));
    assert_eq!(hours.closing(utc("2026-01-05T12:00:00Z")), Some(utc("2026-01-05T17:00:00Z")));
    assert_eq!(hours.closing(utc("2026-01-05T17:00:00Z")), None);
}

// shows: HRS-04
#[test]
fn over_the_weekend_of_a_change_monday_nine_is_monday_nine() {
    let hours = office("Europe/Paris", Vec::new());
    assert_eq!(hours.next_opening(utc("2026-03-27T17:00:00Z")), Some(utc("2026-03-30T07:00:00Z")));
    assert_eq!(hours.next_opening(utc("2026-10-23T16:00:00Z")), Some(utc("2026-10-26T08:00:00Z")));
    let hours = office("America/New_York", Vec::new());
    assert_eq!(hours.next_opening(utc("2026-03-06T23:00:00Z")), Some(utc("2026-03-09T13:00:00Z")));
}

// shows: HRS-04
#[test]
fn what_begins_in_the_hour_that_is_not_there_begins_after_it() {
    let hours = sundays("Europe/Paris", &[span((2, 30), (5, 0))]);
    // 02:00 is 03:00 on 29 March.
    assert_eq!(hours.next_opening(utc("2026-03-28T12:00:00Z")), Some(utc("2026-03-29T01:00:00Z")));
    assert!(hours.is_open(utc("2026-03-29T01:00:00Z")) && !hours.is_open(utc("2026-03-29T00:59:59Z")));
    let lost = sundays("Europe/Paris", &[span((2, 10), (2, 50))]);
    assert_eq!(lost.next_opening(utc("2026-03-28T12:00:00Z")), Some(utc("2026-04-05T00:10:00Z")));
}

// shows: HRS-04
#[test]
fn the_hour_that_is_there_twice_is_open_both_times() {
    // 03:00 is 02:00 again on 25 October.
    let hours = sundays("Europe/Paris", &[span((1, 0), (2, 30))]);
    assert_eq!(hours.closing(utc("2026-10-24T23:30:00Z")), Some(utc("2026-10-25T01:30:00Z")));
    let hours = sundays("Europe/Paris", &[span((2, 30), (5, 0))]);
    assert_eq!(hours.next_opening(utc("2026-10-24T12:00:00Z")), Some(utc("2026-10-25T00:30:00Z")));
    assert!(hours.is_open(utc("2026-10-25T01:15:00Z")), "it does not close for the second 02:00 to 02:30");
}

// shows: HRS-04
#[test]
fn a_day_may_begin_at_one_or_not_be_there_at_all() {
    // In Santiago, midnight is one o'clock on 6 September 2026.
    let hours = sundays("America/Santiago", &[Span::DAY]);
    assert_eq!(hours.next_opening(utc("2026-09-05T12:00:00Z")), Some(utc("2026-09-06T04:00:00Z")));
    assert_eq!(hours.closing(utc("2026-09-06T12:00:00Z")), Some(utc("2026-09-07T03:00:00Z")));
    // In Apia, there was no 30 December 2011.
    let plan = day(&[Span::DAY]);
    let only_then = vec![Exception { days: date(2011, 12, 30)..=date(2011, 12, 30), plan }];
    let hours = Hours::new(zone("Pacific/Apia"), Default::default(), only_then);
    assert_eq!(hours.next_opening(utc("2011-12-28T12:00:00Z")), None);
}

// shows: HRS-04
#[test]
fn exceptions_close_and_open_and_the_last_one_holds() {
    let closed = Exception { days: date(2026, 7, 13)..=date(2026, 7, 17), plan: DayPlan::default() };
    let open = Exception {
        days: date(2026, 7, 15)..=date(2026, 7, 15),
        plan: day(&[span((14, 0), (16, 0)), span((10, 0), (12, 0))]),
    };
    let hours = office("Europe/Paris", vec![closed, open]);
    assert_eq!(hours.next_opening(utc("2026-07-13T08:00:00Z")), Some(utc("2026-07-15T08:00:00Z")));
    assert_eq!(hours.next_opening(utc("2026-07-15T10:00:00Z")), Some(utc("2026-07-15T12:00:00Z")));
    assert_eq!(hours.next_opening(utc("2026-07-15T14:00:00Z")), Some(utc("2026-07-20T07:00:00Z")));
}

// shows: HRS-04
#[test]
fn days_that_touch_are_one_and_always_never_closes() {
    let week = std::array::from_fn(|n| match n {
        0 => day(&[span((20, 0), (24, 0))]),
        1 => day(&[span((0, 0), (4, 0))]),
        _ => DayPlan::default(),
    });
    let hours = Hours::new(zone("Europe/Paris"), week, Vec::new());
    assert_eq!(hours.closing(utc("2026-01-05T20:00:00Z")), Some(utc("2026-01-06T03:00:00Z")));
    assert_eq!(Hours::always().closing(utc("2026-01-05T20:00:00Z")), None);
    assert!(Hours::always().is_open(utc("2026-01-05T23:59:59.999Z")));
    let never = Hours::new(Zone::UTC, Default::default(), Vec::new());
    assert_eq!(never.next_opening(utc("2026-01-05T20:00:00Z")), None);
}

// shows: HRS-04
#[test]
fn a_last_day_ends_also_when_nothing_follows() {
    let plan = day(&[span((9, 0), (18, 0))]);
    let once = vec![Exception { days: date(2026, 1, 5)..=date(2026, 1, 5), plan }];
    let hours = Hours::new(zone("Europe/Paris"), Default::default(), once);
    assert_eq!(hours.closing(utc("2026-01-05T12:00:00Z")), Some(utc("2026-01-05T17:00:00Z")));
}

#[test]
fn hours_that_make_no_sense_are_refused() {
    assert_eq!(Span::new(600, 600), Err(HoursError::BadSpan));
    assert_eq!(Span::new(600, 1441), Err(HoursError::BadSpan));
    let overlapping = vec![span((9, 0), (12, 0)), span((11, 59), (13, 0))];
    assert_eq!(DayPlan::new(overlapping), Err(HoursError::Overlap));
    let touching = vec![span((12, 0), (13, 0)), span((9, 0), (12, 0))];
    assert_eq!(DayPlan::new(touching).map(|it| it.spans().len()), Ok(2));
    let many = (0..13).map(|n| span((n, 0), (n, 30))).collect();
    assert_eq!(DayPlan::new(many), Err(HoursError::TooMany));
    assert_eq!(Zone::named("Europe/Atlantis"), Err(UnknownZone));
}

// shows: SNZ-05
#[test]
fn a_picked_time_that_is_not_there_moves_forward() {
    let paris = zone("Europe/Paris");
    let gap = date(2026, 3, 29).at(2, 30, 0, 0);
    assert_eq!(paris.instant(gap), Some(utc("2026-03-29T01:30:00Z")));
    assert_eq!(paris.local(utc("2026-03-29T01:30:00Z")), date(2026, 3, 29).at(3, 30, 0, 0));
    let twice = date(2026, 10, 25).at(2, 30, 0, 0);
    assert_eq!(paris.instant(twice), Some(utc("2026-10-25T00:30:00Z")));
}

/// Zones with changes of an hour and of half an hour, at midnight, in both halves of the world, and none.
const ZONES: [&str; 8] = [
    "Europe/Paris",
    "America/New_York",
    "America/Santiago",
    "America/Havana",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "UTC",
];

const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

prop_compose! {
    fn any_day()(mut edges in prop::collection::btree_set(0..=1440_u16, 0..7)) -> DayPlan {
        if edges.len() % 2 == 1 {
            edges.pop_first();
        }
        let edges: Vec<_> = edges.into_iter().collect();
        let spans = edges.chunks_exact(2).map(|it| Span::new(it[0], it[1]).expect("in order"));
        DayPlan::new(spans.collect()).expect("apart")
    }
}

prop_compose! {
    fn any_hours()(name in prop::sample::select(&ZONES[..]), week in prop::array::uniform7(any_day())) -> Hours {
        Hours::new(zone(name), week, Vec::new())
    }
}

/// What a clock on the wall says, without a word about changes.
fn by_the_clock(hours: &Hours, at: UnixMillis) -> bool {
    let local = hours.zone.local(at);
    let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).expect("a minute");
    hours.plan(local.date()).spans().iter().any(|it| it.from <= minute && minute < it.to)
}

fn is_there_twice(hours: &Hours, at: UnixMillis) -> bool {
    [hours.zone.local(at)].into_iter().any(|local| {
        let around =
            [at - 120 * MINUTE, at - 60 * MINUTE, at - 30 * MINUTE, at + 30 * MINUTE, at + 60 * MINUTE];
        around.into_iter().any(|other| hours.zone.local(other) == local)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    // shows: HRS-04
    #[test]
    fn minute_by_minute_the_clock_on_the_wall_agrees(hours in any_hours(), start in 0..(366 * 1440_i64)) {
        let begin = utc("2026-01-01T00:00:00Z") + MINUTE * u32::try_from(start).expect("a year of minutes");
        let opens = hours.next_opening(begin);
        let closes = hours.closing(begin);
        for n in 0..3_000 {
            let at = begin + MINUTE * n;
            let open = hours.is_open(at);
            if by_the_clock(&hours, at) {
                prop_assert!(open, "closed at {}", hours.zone.local(at));
            } else if open {
                prop_assert!(is_there_twice(&hours, at), "open at {}", hours.zone.local(at));
            }
            prop_assert!(opens.is_none_or(|it| it <= at || !open), "it opens before {opens:?}");
            prop_assert!(opens.is_some() || !open);
            prop_assert!(closes.is_none_or(|it| (it <= at) || open), "it closes before {closes:?}");
        }
        prop_assert!(opens.is_none_or(|it| hours.is_open(it)));
        prop_assert!(closes.is_none_or(|it| !hours.is_open(it)));
        prop_assert!(closes.is_none() || hours.is_open(begin));
    }
}
