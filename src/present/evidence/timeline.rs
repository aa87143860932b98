//! The period's accesses, releases, drills, ceremonies and reviews along a line of time, and by month.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate, NaiveTime};

use super::html::{Drawing, Html};
use super::names::{count, length};
use super::{end_part, part, withheld};
use crate::exchange::evidence::model::Evidence;
use crate::statement::Time;
use crate::statement::time::Date;

const WIDTH: f64 = 960.0;
/// What stands left of the line.
const GUTTER: f64 = 130.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 26.0;
const LANE: f64 = 52.0;
/// How many columns events are gathered in.
const COLUMNS: u32 = 104;
/// Up to so many in a column are shown one by one.
const SINGLE: u32 = 4;
const DOT: f64 = 4.0;

/// One kind of event: its name, and when it was.
struct Lane {
    name: &'static str,
    class: &'static str,
    times: Vec<Time>,
    /// How many rows don't say when they began.
    unknown: u64,
}

impl Lane {
    fn new(
        name: &'static str,
        class: &'static str,
        times: impl Iterator<Item = Option<Time>>,
    ) -> Self {
        let all: Vec<Option<Time>> = times.collect();
        let known: Vec<Time> = all.iter().flatten().copied().collect();
        Self {
            name,
            class,
            unknown: length(all.len() - known.len()),
            times: known,
        }
    }
}

fn lanes(evidence: &Evidence) -> [Lane; 5] {
    let tables = &evidence.tables;
    let accesses = tables.accesses.iter();
    let releases = tables.releases.iter();
    let drills = tables.drills.iter();
    let ceremonies = tables.ceremonies.iter();
    [
        Lane::new(
            "Accesses",
            "accesses",
            accesses.map(|row| row.opened_at.or(row.closed_at)),
        ),
        Lane::new(
            "Releases",
            "releases",
            releases.map(|row| row.requested_at.or(row.closed_at)),
        ),
        Lane::new(
            "Drills",
            "drills",
            drills.map(|row| row.started_at.or(row.finished_at)),
        ),
        Lane::new(
            "Ceremonies",
            "ceremonies",
            ceremonies.map(|row| row.began_at.or(row.ended_at)),
        ),
        Lane::new(
            "Reviews",
            "reviews",
            tables.reviews.iter().map(|row| row.started_at),
        ),
    ]
}

/// The whole part.
pub fn write(html: &mut Html, evidence: &Evidence) {
    part(html, "timeline");
    withheld::before_counts(html, evidence);
    let lanes = lanes(evidence);
    html.put("<figure>\n").drawing(&draw(evidence, &lanes));
    html.put("<figcaption>One mark is one event; where there are many, a bar, as high as they are many. ");
    html.put("The numbers are in the table; each event is a row of the tables further down.</figcaption>\n</figure>\n");
    months(html, evidence, &lanes);
    end_part(html);
}

fn midnight(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN).and_utc().timestamp()
}

/// The first of each month in the period, but for its first day's.
fn firsts(from: Date, to: Date) -> Vec<NaiveDate> {
    let mut firsts = Vec::new();
    let mut next = from
        .0
        .with_day(1)
        .and_then(|day| day.checked_add_months(Months::new(1)));
    while let Some(day) = next.filter(|day| *day <= to.0) {
        firsts.push(day);
        next = day.checked_add_months(Months::new(1));
    }
    firsts
}

fn draw(evidence: &Evidence, lanes: &[Lane]) -> Drawing {
    let (from, to) = (evidence.query.from, evidence.query.to);
    let begin = midnight(from.0);
    let span = (midnight(to.0) + 86_400 - begin).max(1);
    let width = WIDTH - GUTTER - RIGHT;
    let height = TOP + LANE * number(lanes.len()) + 8.0;
    let words: Vec<String> = lanes
        .iter()
        .map(|lane| format!("{} {}", lane.times.len(), lane.name.to_lowercase()))
        .collect();
    let title = format!("Timeline from {from} to {to}: {}", words.join(", "));
    let mut svg = Drawing::new("timeline", (WIDTH, height), &title);
    let firsts = firsts(from, to);
    let step = (firsts.len() / 12).max(1);
    svg.text("pale", (GUTTER, 14.0), &from.to_string());
    for (place, day) in firsts.iter().enumerate() {
        let x = GUTTER + width * share(midnight(*day) - begin, span);
        svg.shape(
            "line",
            "month",
            &[
                ("x1", x),
                ("y1", TOP - 6.0),
                ("x2", x),
                ("y2", height - 8.0),
            ],
            None,
        );
        if place % step == 0 && x > GUTTER + 70.0 && x < WIDTH - 60.0 {
            svg.text("pale", (x + 3.0, 14.0), &day.format("%b %Y").to_string());
        }
    }
    for (place, lane) in lanes.iter().enumerate() {
        let base = TOP + LANE * number(place + 1) - 6.0;
        svg.shape(
            "line",
            "base",
            &[
                ("x1", GUTTER),
                ("y1", base),
                ("x2", WIDTH - RIGHT),
                ("y2", base),
            ],
            None,
        );
        svg.text("name", (0.0, base - 14.0), lane.name);
        svg.text(
            "pale",
            (0.0, base),
            &count(length(lane.times.len()), "event", "events"),
        );
        draw_lane(&mut svg, lane, (begin, span), (base, width));
    }
    svg.finish();
    svg
}

fn draw_lane(svg: &mut Drawing, lane: &Lane, (begin, span): (i64, i64), (base, width): (f64, f64)) {
    let mut columns: BTreeMap<u32, Vec<Time>> = BTreeMap::new();
    for time in &lane.times {
        // What began before the period is shown at its edge.
        let at = share((time.seconds() - begin).clamp(0, span - 1), span);
        let column = (0..COLUMNS)
            .rev()
            .find(|column| f64::from(*column) <= at * f64::from(COLUMNS));
        columns.entry(column.unwrap_or(0)).or_default().push(*time);
    }
    let most = columns.values().map(Vec::len).max().unwrap_or(0);
    let room = LANE - 14.0;
    let step = width / f64::from(COLUMNS);
    for (column, times) in &columns {
        let x = GUTTER + step * (f64::from(*column) + 0.5);
        if number(most) <= f64::from(SINGLE) {
            for (row, time) in times.iter().enumerate() {
                let y = base - DOT - 2.0 - number(row) * (2.0 * DOT + 1.0);
                svg.shape(
                    "circle",
                    lane.class,
                    &[("cx", x), ("cy", y), ("r", DOT)],
                    Some(&time.to_string()),
                );
            }
        } else {
            let high = (room * number(times.len()) / number(most)).max(2.0);
            let numbers = [
                ("x", x - step / 2.0 + 0.5),
                ("y", base - high),
                ("width", step - 1.0),
                ("height", high),
            ];
            let first = times.first().map(ToString::to_string).unwrap_or_default();
            let title = format!("{} from {first}", times.len());
            svg.shape("rect", lane.class, &numbers, Some(&title));
        }
    }
}

/// A number of things as a factor.
pub fn number(things: usize) -> f64 {
    u32::try_from(things).map_or(f64::MAX, f64::from)
}

/// A part of a whole, from 0 to 1.
fn share(part: i64, whole: i64) -> f64 {
    let seconds = |number: i64| u32::try_from(number.max(0)).map_or(f64::from(u32::MAX), f64::from);
    (seconds(part) / seconds(whole).max(1.0)).min(1.0)
}

fn months(html: &mut Html, evidence: &Evidence, lanes: &[Lane]) {
    let mut months: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    let month = |date: NaiveDate| date.format("%Y-%m").to_string();
    months.insert(month(evidence.query.from.0), [0; 5]);
    for first in firsts(evidence.query.from, evidence.query.to) {
        months.insert(month(first), [0; 5]);
    }
    for (place, lane) in lanes.iter().enumerate() {
        for time in &lane.times {
            let counts = months
                .entry(month(time.to_chrono().date_naive()))
                .or_default();
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
    }
    let mut columns = vec!["Month"];
    columns.extend(lanes.iter().map(|lane| lane.name));
    html.table(
        "",
        "Events by the month they began in",
        &columns,
        months.len(),
    );
    for (month, counts) in &months {
        html.put("<tr><th scope=\"row\">").text(month).put("</th>");
        for count in counts {
            html.put("<td class=\"number\">").shown(count).put("</td>");
        }
        html.put("</tr>\n");
    }
    if lanes.iter().any(|lane| lane.unknown > 0) {
        html.put("<tr><th scope=\"row\">Not known</th>");
        for lane in lanes {
            html.put("<td class=\"number\">")
                .shown(lane.unknown)
                .put("</td>");
        }
        html.put("</tr>\n");
    }
    html.end_table();
}
