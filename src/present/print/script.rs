//! A runbook on paper, before it is performed: to be read aloud, initialled step by step, and filled in
//! by hand.

pub(super) mod head;
pub(super) mod step;

use super::blocks::BODY;
use super::document::{Document, MARGIN, Type};
use super::flow::{self, Block, Flow};
use super::fonts::Face;
use super::ink::Area;
use super::table::{Cell, Table};
use super::{Imprint, Paper, PrintError, Printed};
use crate::exchange::runbook::Runbook;

/// Where whoever acts writes, beside each step.
const COLUMNS: [(f64, &str); 2] = [(20.0, "initials"), (20.0, "time")];
/// How many exceptions there is a form for.
const EXCEPTIONS: usize = 3;
/// How many breaks there is a line for.
const BREAKS: usize = 4;
/// How often somebody can go out or come in.
const PASSINGS: usize = 8;
/// How many can sign who have no role.
const OTHERS: usize = 2;
/// The height of a row in which a name or a time is written.
const ROW: f64 = 12.0;
/// The height of a row in which sentences are written.
const HIGH: f64 = 17.0;

/// What is to be performed.
pub struct Script<'a> {
    /// The script.
    pub runbook: &'a Runbook,
    /// Its version.
    pub version: u32,
    /// Since when that is in effect, as `entry #12`.
    pub since: &'a str,
}

/// A row of boxes: its height, and of each box its share of the width and its label.
type Boxes<'a> = (f64, &'a [(f64, &'a str)]);

/// Draws it, on as many pages as it needs.
///
/// # Errors
/// [`PrintError`].
pub fn draw(
    script: &Script<'_>,
    imprint: &Imprint<'_>,
    paper: Paper,
) -> Result<Printed, PrintError> {
    let mut document = Document::new(paper, "Script")?;
    let runbook = script.runbook;
    let continued = format!("{} version {}, continued", runbook.name, script.version);
    let y = head(&mut document, script);
    let mut flow = Flow::begin(y, &continued);
    filled_in(&mut document, &mut flow);
    scenario(&mut document, &mut flow, runbook);
    before(&mut document, &mut flow, runbook);
    roles(&mut document, &mut flow, runbook, &continued);
    steps(&mut document, &mut flow, runbook);
    flow.next_page(&mut document);
    exceptions(&mut document, &mut flow);
    room(&mut document, &mut flow, &continued);
    signatures(&mut document, &mut flow, runbook);
    document.finish(imprint)
}

fn head(document: &mut Document, script: &Script<'_>) -> f64 {
    let runbook = script.runbook;
    let y = head::title(document, "Script of a ceremony", runbook);
    let version = format!("{}, in effect since {}", script.version, script.since);
    let written = runbook.written.to_string();
    let confirmed = match runbook.aws_confirmed {
        Some(date) => date.to_string(),
        None => "never".to_owned(),
    };
    let y = head::facts(
        document,
        y,
        [("runbook", runbook.name.as_str()), ("version", &version)],
    );
    let y = head::digest(document, y, &runbook.digest());
    head::facts(
        document,
        y,
        [
            ("written", written.as_str()),
            ("AWS has confirmed it", &confirmed),
        ],
    )
}

/// What is written on the first page as it begins.
fn filled_in(document: &mut Document, flow: &mut Flow<'_>) {
    let note = "in ink; mistakes are struck out with one line and two initials";
    flow.part(document, "To be filled in", note, 2.0 * ROW);
    let y = flow.y;
    boxes(
        document,
        flow,
        &[
            (
                ROW,
                &[
                    (0.36, "this is"),
                    (0.28, "date, as 2025-12-31"),
                    (0.36, "id in the ledger: rootkeep ceremony start"),
                ],
            ),
            (
                ROW,
                &[
                    (0.36, "place"),
                    (0.28, "start, by the clock that all can see"),
                    (0.36, "time zone of that clock, as Europe/London"),
                ],
            ),
        ],
    );
    let baseline = y + ROW - 2.6;
    let x = document.tick((MARGIN + 1.5, baseline), "practice", BODY);
    document.tick((x + 5.0, baseline), "production", BODY);
}

fn scenario(document: &mut Document, flow: &mut Flow<'_>, runbook: &Runbook) {
    let mut block = Block::default();
    let width = document.content_width();
    block.text(
        document,
        (0.0, width),
        runbook.scenario.as_str(),
        step::ALOUD,
    );
    flow.part(document, "When this is the one to take", "", 10.0);
    flow.block(document, &block);
}

fn before(document: &mut Document, flow: &mut Flow<'_>, runbook: &Runbook) {
    const INDENT: f64 = 6.0;
    if runbook.before.is_empty() {
        return;
    }
    flow.part(document, "Before you begin", "", 10.0);
    let width = document.content_width();
    for text in &runbook.before {
        let mut block = Block::default();
        block.text(
            document,
            (INDENT, width - INDENT),
            text.as_str(),
            step::ALOUD,
        );
        block.tick(0, 0.0);
        block.gap(1.2);
        flow.block(document, &block);
    }
}

/// Who takes part: a line for each of the people that a role takes.
fn roles(document: &mut Document, flow: &mut Flow<'_>, runbook: &Runbook, continued: &str) {
    const WIDTHS: [(f64, &str); 5] = [
        (0.17, "role"),
        (0.32, "what for"),
        (0.19, "name"),
        (0.14, "affiliation"),
        (0.18, "signature"),
    ];
    let note = "everybody else leaves the room";
    flow.part(document, "Who takes part", note, 30.0);
    let mut table = Table::begin(document, flow.y, &WIDTHS, continued);
    for role in &runbook.roles {
        let what = head::what_for(role);
        for number in 1..=role.people {
            let own = match role.people {
                1 => role.id.to_string(),
                people => format!("{}\n{number} of {people}", role.id),
            };
            let what = if number == 1 { what.as_str() } else { "" };
            let bold = Type::new(Face::Bold, BODY.size);
            let cells = [
                Cell::Text(&own, bold),
                Cell::Text(what, BODY),
                Cell::Blank,
                Cell::Blank,
                Cell::Blank,
            ];
            table.row(document, ROW, &cells);
        }
    }
    flow.y = table.y;
}

fn steps(document: &mut Document, flow: &mut Flow<'_>, runbook: &Runbook) {
    let note = "each is read aloud before it is done; initials and time when it is";
    let width = flow::beside(document, &COLUMNS);
    let steps = (1u32..).zip(&runbook.steps);
    let blocks: Vec<Block> = steps
        .map(|step| step::block(document, step, width, true))
        .collect();
    step::draw(document, flow, (note, &COLUMNS), &blocks);
}

fn exceptions(document: &mut Document, flow: &mut Flow<'_>) {
    const FORM: [Boxes<'static>; 5] = [
        (
            ROW,
            &[
                (0.2, "at step"),
                (0.2, "began at"),
                (0.2, "over at"),
                (0.4, "decided by (names, initials)"),
            ],
        ),
        (HIGH, &[(1.0, "what was to happen")]),
        (HIGH, &[(1.0, "what happened instead")]),
        (HIGH, &[(1.0, "what was decided")]),
        (
            ROW,
            &[
                (0.5, "who left, and returned when"),
                (0.5, "what went out, and came in"),
            ],
        ),
    ];
    let height: f64 = FORM.iter().map(|(height, _)| height).sum();
    for number in 1..=EXCEPTIONS {
        let title = format!("Exception {number}");
        let note = "it was carried on otherwise than written; a tool that refuses is none";
        flow.part(document, &title, note, height);
        boxes(document, flow, &FORM);
    }
}

/// Who was not in it all the time.
fn room(document: &mut Document, flow: &mut Flow<'_>, continued: &str) {
    const RESTS: [(f64, &str); 4] = [
        (0.15, "from"),
        (0.15, "to"),
        (0.50, "who stays with what lies open, two at least"),
        (0.20, "initials"),
    ];
    const PASSES: [(f64, &str); 5] = [
        (0.30, "who left, or came in"),
        (0.13, "left at"),
        (0.13, "came in at"),
        (0.30, "with what"),
        (0.14, "initials"),
    ];
    flow.part(document, "Breaks", "", 30.0);
    let mut table = Table::begin(document, flow.y, &RESTS, continued);
    for _ in 0..BREAKS {
        table.row(document, ROW, &[Cell::Blank; 4]);
    }
    flow.y = table.y;
    let note = "nobody is alone with what lies open";
    flow.part(document, "Through the door", note, 30.0);
    let mut table = Table::begin(document, flow.y, &PASSES, continued);
    for _ in 0..PASSINGS {
        table.row(document, ROW, &[Cell::Blank; 5]);
    }
    flow.y = table.y;
}

fn signatures(document: &mut Document, flow: &mut Flow<'_>, runbook: &Runbook) {
    flow.part(
        document,
        "The end",
        "by the clock that all can see",
        2.0 * ROW,
    );
    boxes(
        document,
        flow,
        &[
            (
                ROW,
                &[
                    (0.4, "completed, or broken off at which step"),
                    (0.3, "ended at"),
                    (0.3, "how many exceptions"),
                ],
            ),
            (
                HIGH,
                &[
                    (0.5, "what surprised"),
                    (0.5, "what is to be better, by whom, until when"),
                ],
            ),
        ],
    );
    let roles = runbook.roles.iter();
    let own = roles.flat_map(|role| (0..role.people).map(|_| role.id.as_str()));
    let rows: Vec<&str> = own
        .chain(std::iter::repeat_n("also there", OTHERS))
        .collect();
    let note = "everyone who took part, once all was read aloud";
    let height = rows.iter().map(|_| ROW).sum::<f64>() + ROW + 3.0;
    flow.part(document, "Signatures", note, height);
    let width = document.content_width();
    for role in rows {
        flow.make_room(document, ROW);
        let area = Area {
            x: MARGIN,
            y: flow.y,
            width,
            height: ROW,
        };
        document.signature(area, role, None);
        flow.y += ROW;
    }
    flow.y += 3.0;
    boxes(
        document,
        flow,
        &[(
            ROW,
            &[
                (0.4, "entered in the ledger by"),
                (0.3, "this paper attached at entry"),
                (0.3, "date, time, zone"),
            ],
        )],
    );
}

fn boxes(document: &mut Document, flow: &mut Flow<'_>, rows: &[Boxes<'_>]) {
    for (height, labels) in rows {
        flow.make_room(document, *height);
        let row = Area {
            x: MARGIN,
            y: flow.y,
            width: document.content_width(),
            height: *height,
        };
        let fields: Vec<(f64, &str, Option<&str>)> = labels
            .iter()
            .map(|(share, label)| (*share, *label, None))
            .collect();
        document.fields(row, &fields);
        flow.y += height;
    }
}
