//! A runbook's step, as it is read aloud.

use crate::exchange::runbook::Step;
use crate::present::print::blocks::{LABEL, TITLE};
use crate::present::print::document::{Document, Type};
use crate::present::print::flow::{Block, Flow, TITLES};
use crate::present::print::fonts::Face;
use crate::statement::text::Name;

/// What is read aloud.
pub const ALOUD: Type = Type::new(Face::Regular, 10.5);
/// The room for a label at the left.
pub const GUTTER: f64 = 19.0;
/// White at a text's right.
const RIGHT: f64 = 3.0;

/// What is written beside a text.
const WORD: Type = Type {
    face: Face::Bold,
    ..LABEL
};
const NAME: Type = Type::new(Face::Bold, 11.0);

/// Draws the steps' title and columns, and then each of their blocks.
pub fn draw<'a>(
    document: &mut Document,
    flow: &mut Flow<'a>,
    (note, columns): (&str, &'a [(f64, &'a str)]),
    blocks: &[Block],
) {
    // A title alone at a page's end leads nowhere.
    let first = blocks.first().map_or(0.0, Block::height);
    flow.part(document, "Steps", note, TITLES + first);
    flow.columns(document, columns);
    for block in blocks {
        flow.block(document, block);
    }
    flow.end_columns();
}

/// A step; where it is `to_write`, with room for what is to be written down.
pub fn block(
    document: &mut Document,
    (number, step): (u32, &Step),
    width: f64,
    to_write: bool,
) -> Block {
    let mut block = Block::default();
    block.gap(2.0);
    let number = number.to_string();
    let number_set = Type {
        size: 13.0,
        ..TITLE
    };
    let column = text_column(width);
    let row = block.at();
    block.text(document, column, step.id.as_str(), NAME);
    block.beside(document, row, (0.0, GUTTER - 1.0), &number, number_set);
    labelled(
        &mut block,
        document,
        width,
        "",
        &names(&step.by),
        ALOUD.pale(),
    );
    block.gap(1.0);
    labelled(&mut block, document, width, "DO", step.act.as_str(), ALOUD);
    if let Some(observe) = &step.observe {
        block.gap(1.2);
        labelled(
            &mut block,
            document,
            width,
            "OBSERVE",
            observe.as_str(),
            ALOUD,
        );
    }
    for value in &step.record {
        block.gap(1.2);
        let what = format!("{}: {}", value.id, value.what);
        labelled(&mut block, document, width, "RECORD", &what, ALOUD);
        if to_write {
            block.rule(column.0, column.1);
        }
    }
    for stop in &step.stop {
        block.gap(1.2);
        let row = block.at();
        block.text(document, column, stop.as_str(), ALOUD);
        let black = Type { grey: 0.0, ..WORD };
        block.beside(document, row, (0.0, GUTTER - 1.0), "STOP IF", black);
    }
    block.gap(2.0);
    block
}

/// A text, and beside its first line what it is.
pub fn labelled(
    block: &mut Block,
    document: &mut Document,
    width: f64,
    label: &str,
    text: &str,
    set: Type,
) {
    let row = block.at();
    block.text(document, text_column(width), text, set);
    block.beside(document, row, (0.0, GUTTER - 1.0), label, WORD);
}

/// Where texts stand in a block of this width.
pub fn text_column(width: f64) -> (f64, f64) {
    (GUTTER, width - GUTTER - RIGHT)
}

/// Names in a row.
pub fn names(names: &[Name]) -> String {
    let words: Vec<&str> = names.iter().map(Name::as_str).collect();
    words.join(", ")
}
