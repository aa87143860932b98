//! A runbook with what was recorded as it was performed, and the log's proof of that.

use super::blocks::{BODY, LABEL, NUMBER, VALUE};
use super::document::{Document, Type};
use super::flow::{self, Block, Flow};
use super::fonts::Face;
use super::script::head;
use super::script::step::{self, GUTTER, labelled, text_column};
use super::table::{Cell, Table};
use super::{Imprint, Paper, PrintError, Printed};
use crate::exchange::runbook::Runbook;

/// Where time and entry stand beside each step.
const COLUMNS: [(f64, &str); 1] = [(WHEN, "when, entry")];
const WHEN: f64 = 40.0;

/// From so many lines of one entry on, what else belongs to it is not printed.
const MOST_LINES: usize = 200;

const RECORDED: Type = Type::new(Face::Bold, 9.5);
const TOLD: Type = Type::new(Face::Regular, 9.5);

/// A ceremony.
pub struct Annotated<'a> {
    /// Its script.
    pub runbook: &'a Runbook,
    /// Whether it is complete and signed, as the title says it: `complete, and signed by everyone`.
    pub standing: String,
    /// What it is called where a page goes on, as `lost-mfa, practice, 4eb276f8`.
    pub called: String,
    /// What it was, where, and when, each beside its label.
    pub facts: Vec<(&'static str, String)>,
    /// What an auditor looks for first, a line each.
    pub in_short: Vec<String>,
    /// Who took part.
    pub people: Vec<Person>,
    /// What was recorded, in order.
    pub entries: Vec<Entry>,
    /// What it came to, each beside its label.
    pub end: Vec<(&'static str, String)>,
    /// That it is in the log.
    pub proof: Proof,
}

/// Somebody who took part, or was to.
pub struct Person {
    /// What they are called.
    pub name: String,
    /// In which roles.
    pub roles: String,
    /// Whether they have signed, and where.
    pub signed: String,
}

/// Where an entry belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To a step, counted from 1.
    Step(u32),
    /// To the exceptions, and to a step.
    Exception(Option<u32>),
    /// To who was in the room, and to the breaks.
    Room,
}

/// What was recorded.
pub struct Entry {
    /// Where it belongs.
    pub place: Place,
    /// When it happened, by the clock that all could see.
    pub when: String,
    /// Index of the entry.
    pub seq: u64,
    /// In one line.
    pub line: String,
    /// What belongs to it.
    pub more: Vec<String>,
}

/// That an entry is in the log.
pub struct Proof {
    /// What the entry is, as `ceremony.finish`.
    pub kind: String,
    /// Its index.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: String,
    /// The proof itself (C2SP tlog-proof).
    pub text: String,
    /// The key that verifies the log's own line.
    pub key: String,
}

/// Draws it, on as many pages as it needs.
///
/// # Errors
/// [`PrintError`].
pub fn draw(
    ceremony: &Annotated<'_>,
    imprint: &Imprint<'_>,
    paper: Paper,
) -> Result<Printed, PrintError> {
    let mut document = Document::new(paper, "Record of a ceremony")?;
    let continued = format!("{}: {}", ceremony.called, ceremony.standing);
    let title = format!("Record: {}", ceremony.standing);
    let y = head::title(&mut document, &title, ceremony.runbook);
    let facts = ceremony
        .facts
        .iter()
        .map(|(label, value)| (*label, value.as_str()));
    let y = head::facts(&mut document, y, facts);
    let y = head::digest(&mut document, y, &ceremony.runbook.digest());
    let mut flow = Flow::begin(y, &continued);
    lines(&mut document, &mut flow, "In short", &ceremony.in_short);
    people(&mut document, &mut flow, &ceremony.people, &continued);
    steps(&mut document, &mut flow, ceremony);
    let exceptions: Vec<&Entry> = ceremony
        .entries
        .iter()
        .filter(|entry| matches!(entry.place, Place::Exception(_)))
        .collect();
    entries(&mut document, &mut flow, "Exceptions", &exceptions);
    let room: Vec<&Entry> = ceremony
        .entries
        .iter()
        .filter(|entry| entry.place == Place::Room)
        .collect();
    entries(
        &mut document,
        &mut flow,
        "Who was in the room, and breaks",
        &room,
    );
    end(&mut document, &mut flow, &ceremony.end);
    proof(&mut document, &mut flow, &ceremony.proof);
    document.finish(imprint)
}

fn lines(document: &mut Document, flow: &mut Flow<'_>, title: &str, lines: &[String]) {
    flow.part(document, title, "", 10.0);
    let width = document.content_width();
    for line in lines {
        let mut block = Block::default();
        block.text(document, (0.0, width), line, VALUE);
        flow.block(document, &block);
    }
}

fn people(document: &mut Document, flow: &mut Flow<'_>, people: &[Person], continued: &str) {
    const WIDTHS: [(f64, &str); 3] = [(0.34, "name"), (0.33, "roles"), (0.33, "signed")];
    flow.part(document, "Who took part", "", 20.0);
    let mut table = Table::begin(document, flow.y, &WIDTHS, continued);
    for person in people {
        let cells = [
            Cell::Text(&person.name, VALUE),
            Cell::Text(&person.roles, BODY),
            Cell::Text(&person.signed, BODY),
        ];
        table.row(document, 7.0, &cells);
    }
    flow.y = table.y;
}

/// The script's steps, each with what was recorded of it on a pale ground.
fn steps(document: &mut Document, flow: &mut Flow<'_>, ceremony: &Annotated<'_>) {
    let note = "as the script has them; what was recorded is on a pale ground";
    let width = flow::beside(document, &COLUMNS);
    let steps = (1u32..).zip(&ceremony.runbook.steps);
    let blocks: Vec<Block> = steps
        .map(|(number, step)| {
            let mut block = step::block(document, (number, step), width, false);
            block.tint(true);
            annotate(&mut block, document, width, (number, &ceremony.entries));
            block
        })
        .collect();
    step::draw(document, flow, (note, &COLUMNS), &blocks);
}

/// What was recorded of a step.
fn annotate(
    block: &mut Block,
    document: &mut Document,
    width: f64,
    (number, entries): (u32, &[Entry]),
) {
    let mut done = false;
    for entry in entries {
        match entry.place {
            Place::Step(at) if at == number => {
                recorded(block, document, width, "RECORDED", (entry, &entry.more));
                done = true;
            }
            Place::Exception(Some(at)) if at == number => {
                let more = ["in full under Exceptions".to_owned()];
                recorded(block, document, width, "EXCEPTION", (entry, &more));
            }
            _ => {}
        }
    }
    if !done {
        block.gap(1.5);
        labelled(block, document, width, "RECORDED", "nothing", RECORDED);
        block.gap(1.5);
    }
}

/// An entry, and in the column beside it its time and number.
fn recorded(
    block: &mut Block,
    document: &mut Document,
    width: f64,
    label: &str,
    (entry, more): (&Entry, &[String]),
) {
    block.gap(1.5);
    let row = block.at();
    labelled(block, document, width, label, &entry.line, RECORDED);
    for (number, text) in more.iter().enumerate() {
        if block.at() - row > MOST_LINES {
            let rest = format!(
                "{} more: rootkeep show '#{}'",
                more.len() - number,
                entry.seq
            );
            block.text(document, text_column(width), &rest, TOLD);
            document.report_shortened(&rest);
            break;
        }
        block.text(document, text_column(width), text, TOLD);
    }
    let when = format!("{}\n#{}", entry.when, entry.seq);
    block.beside(document, row, (width + 1.5, WHEN - 3.0), &when, TOLD);
    block.gap(1.5);
}

/// Entries that belong to no step, each with all that it says.
fn entries(document: &mut Document, flow: &mut Flow<'_>, title: &str, entries: &[&Entry]) {
    flow.part(document, title, "", 20.0);
    if entries.is_empty() {
        let mut block = Block::default();
        block.text(document, (0.0, 80.0), "none", VALUE);
        flow.block(document, &block);
        return;
    }
    flow.columns(document, &COLUMNS);
    let width = flow::beside(document, &COLUMNS);
    for entry in entries {
        let mut block = Block::default();
        let label = match entry.place {
            Place::Exception(Some(step)) => format!("step {step}"),
            _ => String::new(),
        };
        recorded(&mut block, document, width, &label, (entry, &entry.more));
        flow.block(document, &block);
    }
    flow.end_columns();
}

fn end(document: &mut Document, flow: &mut Flow<'_>, end: &[(&'static str, String)]) {
    flow.part(document, "The end", "", 10.0);
    let width = document.content_width();
    for (label, text) in end {
        let mut block = Block::default();
        labelled(&mut block, document, width, label, text, VALUE);
        block.gap(1.2);
        flow.block(document, &block);
    }
}

fn proof(document: &mut Document, flow: &mut Flow<'_>, proof: &Proof) {
    const SMALL: Type = Type::new(Face::Mono, 6.5);
    flow.part(document, "The log\u{2019}s proof", "C2SP tlog-proof", 40.0);
    let width = document.content_width();
    let mut block = Block::default();
    let text = format!(
        "That entry #{} ({}) is in the log, at index {}. Whoever has its envelope (rootkeep show '#{}' --envelope) hashes it to this leaf, and from there to the root in the checkpoint below; the log\u{2019}s own signature under that is verified by the key.",
        proof.seq, proof.kind, proof.seq, proof.seq
    );
    block.text(document, (0.0, width), &text, BODY);
    block.gap(1.2);
    for (label, value) in [("LEAF", &proof.leaf), ("KEY", &proof.key)] {
        let row = block.at();
        block.verbatim(
            document,
            (GUTTER, width - GUTTER),
            value,
            Type {
                size: 7.5,
                ..NUMBER
            },
        );
        block.beside(
            document,
            row,
            (0.0, GUTTER - 1.0),
            label,
            Type {
                face: Face::Bold,
                ..LABEL
            },
        );
    }
    block.gap(2.0);
    flow.block(document, &block);
    let mut block = Block::default();
    block.verbatim(document, (0.0, width), &proof.text, SMALL);
    flow.block(document, &block);
    let mut block = Block::default();
    block.gap(1.2);
    let text = "A line that stands further in goes on from the one above it, without a space.";
    block.text(document, (0.0, width), text, BODY.pale());
    flow.block(document, &block);
}
