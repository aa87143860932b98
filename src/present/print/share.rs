//! A custodian's share of a sealed secret on paper: its words, and the same as a QR code.
//!
//! Outside, once folded: whose it is, and what to do with it when found. What it says of groups and
//! thresholds is read from the share itself.

use super::blocks::{BODY, HEADING, LABEL, TITLE, VALUE};
use super::document::{Document, Type};
use super::folded;
use super::fonts::Face;
use super::ink::{Area, Stroke};
use super::{Imprint, Paper, PrintError, Printed};
use crate::crypto::slip39::Mnemonic;

/// What stands on the card.
pub struct ShareCard<'a> {
    /// The share.
    pub share: &'a Mnemonic,
    /// How many members its group has.
    pub members: u8,
    /// Its group's label, where there are several.
    pub group: Option<&'a str>,
    /// Whose it is.
    pub custodian: &'a str,
    /// The secret's name and epoch in the ledger.
    pub secret: &'a str,
    /// See [`Self::secret`].
    pub epoch: u32,
    /// What stands outside, so that a custodian finds the right one of several cards: the entry that
    /// sealed it, say.
    pub reference: &'a str,
    /// When it was made, with its zone.
    pub made_at: &'a str,
    /// Whom to call when it is found, as a line of text.
    pub call: Option<&'a str>,
}

/// Draws it, on one page.
///
/// # Errors
/// [`PrintError`].
pub fn draw(
    card: &ShareCard<'_>,
    imprint: &Imprint<'_>,
    paper: Paper,
) -> Result<Printed, PrintError> {
    let mut document = Document::new(paper, "Share of a sealed secret")?;
    let thirds = folded::thirds(&mut document);
    outside(&mut document, thirds.outside, card, imprint);
    let inside = Area {
        y: thirds.inside.y - 3.0,
        height: thirds.inside.height + 5.0,
        ..thirds.inside
    };
    words(&mut document, inside, card);
    cover(&mut document, thirds.cover, card)?;
    document.finish(imprint)
}

/// How many are needed: in short, and in a sentence.
fn needed(card: &ShareCard<'_>) -> (String, String) {
    let header = card.share.header();
    let of_group = format!("{} of {}", header.threshold, card.members);
    if header.groups <= 1 {
        let short = format!("Any {of_group} shares open it");
        return (short, "Fewer open nothing. ".to_owned());
    }
    (
        format!(
            "{} of {} groups open it",
            header.groups_needed, header.groups
        ),
        format!("Of this group it takes any {of_group} shares. Less opens nothing. "),
    )
}

fn outside(document: &mut Document, area: Area, card: &ShareCard<'_>, imprint: &Imprint<'_>) {
    let (left, frame) = folded::text_and_frame(area);
    document.text((left.x, left.y + 5.5), "Share of a sealed secret", TITLE);
    let y = document.paragraph(
        (left.x, left.y + 9.0),
        left.width,
        3,
        "One of several parts. Alone it opens nothing. One person keeps it, apart from the others.",
        BODY.pale(),
    );
    document.text((left.x, y + 8.0), "If you found this", HEADING);
    let bring = folded::bring("the person named here", imprint.ledger, card.call);
    document.steps(
        (left.x, y + 10.5),
        left.width,
        &[
            "Leave it folded. Do not photograph or copy it.",
            &bring,
            "Lost for a while, or read by somebody else? Say so at once: the secret is then split \
             anew, and this share is worth nothing any more.",
        ],
        BODY,
    );
    document.frame(frame, Stroke::FRAME);
    let inner = frame.inset(5.0);
    document.text((inner.x, inner.y + 1.5), "Kept by", LABEL);
    let mut y = document.paragraph(
        (inner.x, inner.y + 3.0),
        inner.width,
        2,
        card.custodian,
        Type::new(Face::Bold, 15.0),
    ) + 3.0;
    for (label, value) in [
        ("Reference", card.reference),
        ("Made", card.made_at),
        ("Ledger", imprint.ledger),
    ] {
        y = document.fact((inner.x, y), inner.width, label, (value, VALUE, 2));
    }
    folded::filled_in_by_hand(
        document,
        frame,
        &[(0.6, "received: signature"), (0.4, "date")],
    );
}

/// The words in three columns, to be read down.
fn words(document: &mut Document, area: Area, card: &ShareCard<'_>) {
    const COLUMNS: usize = 3;
    const NUMBER_WIDTH: f64 = 9.0;
    let number = Type::new(Face::Regular, 8.0).pale();
    let word_type = Type::new(Face::Mono, 13.0);
    let text = card.share.text();
    let count = text.expose().split(' ').count();
    let rows = count.div_ceil(COLUMNS);
    let gap = 8.0;
    let columns = f64::from(u32::try_from(COLUMNS).unwrap_or(1));
    let width = (area.width - gap * (columns - 1.0)) / columns;
    let top = area.y + 7.0;
    document.text(
        (area.x, area.y + 3.5),
        &format!("The share: {count} words"),
        HEADING,
    );
    document.text_ending_at(
        (area.x + area.width, area.y + 3.5),
        "Down each column. Words differ in their first four letters.",
        number,
    );
    let pitch = (area.y + area.height - top) / f64::from(u32::try_from(rows).unwrap_or(1));
    let (mut x, mut y) = (area.x, top);
    for (place, word) in (1..).zip(text.expose().split(' ')) {
        let baseline = y + pitch * 0.68;
        document.line((x, y + pitch), (x + width, y + pitch), Stroke::HAIR);
        document.text_ending_at(
            (x + NUMBER_WIDTH - 2.5, baseline),
            &place.to_string(),
            number,
        );
        document.text((x + NUMBER_WIDTH, baseline), word, word_type);
        y += pitch;
        if place % rows == 0 {
            (x, y) = (x + width + gap, top);
        }
    }
}

fn cover(document: &mut Document, area: Area, card: &ShareCard<'_>) -> Result<(), PrintError> {
    let header = card.share.header();
    let (square, beside) = folded::code_and_text(area);
    document.code((square.x, square.y), square.width, card.share.text())?;
    let (short, sentence) = needed(card);
    // The quiet zone above the code is room for text.
    let (x, top, width) = (beside.x, beside.y - 4.0, beside.width);
    document.text((x, top + 3.0), &short, HEADING);
    let text = format!(
        "{sentence}This is neither a password nor a key. The code holds the same words as the list \
         above."
    );
    let mut y = document.paragraph((x, top + 5.5), width, 3, &text, BODY) + 2.0;
    let member = format!("{} of {}", header.member + 1, card.members);
    let group = format!("{} of {}", header.group + 1, header.groups);
    let group = match card.group {
        Some(label) => format!("{group}, {label}"),
        None => group,
    };
    let secret = format!("{}, epoch {}", card.secret, card.epoch);
    let mut facts = vec![
        ("Secret", secret.as_str(), 2),
        ("Share", member.as_str(), 1),
    ];
    if header.groups > 1 {
        facts.push(("Group", group.as_str(), 1));
    }
    for (label, value, most) in facts {
        y = document.fact((x, y), width, label, (value, VALUE, most));
    }
    document.text((x, y + 5.5), "Without Rootkeep", HEADING);
    document.paragraph(
        (x, y + 8.0),
        width,
        5,
        "SLIP-39, no passphrase. Enough shares of one epoch, in any SLIP-39 program, give a key; \
         written as hexadecimal digits it is the passphrase of the secret\u{2019}s age file. Every \
         step is in docs/recovery.md: keep that beside each backup.",
        BODY,
    );
    Ok(())
}
