//! The sealed MFA backup: a virtual device's QR code on paper, for a numbered bag in a safe.
//!
//! Outside, once folded: what to do with it when found, where it belongs, in which bag; nothing of
//! the account. Inside: the code, and what it is for. The seed stands in text only where that is
//! asked for.

use data_encoding::BASE32_NOPAD;

use super::blocks::{BODY, HEADING, LABEL, TITLE, VALUE};
use super::document::{Document, Type};
use super::folded;
use super::fonts::Face;
use super::ink::{Area, Stroke};
use super::{Imprint, Paper, PrintError, Printed};
use crate::aws::otpauth::OtpAuth;
use crate::crypto::secret::SecretText;

/// What stands on the sheet.
pub struct QrSheet<'a> {
    /// The device. What it says of itself is printed as it says it.
    pub device: &'a OtpAuth,
    /// The account whose root user it signs in.
    pub account: &'a str,
    /// The account's alias or name.
    pub alias: Option<&'a str>,
    /// Further member accounts that have the same device.
    pub serves: &'a [&'a str],
    /// The secret's name and epoch in the ledger.
    pub secret: &'a str,
    /// See [`Self::secret`].
    pub epoch: u32,
    /// The location that it goes to.
    pub location: &'a str,
    /// The location's site.
    pub site: &'a str,
    /// The number on the bag.
    pub bag: &'a str,
    /// Which of the copies it is, from 1, and how many there are.
    pub copy: (u16, u16),
    /// When it was made, with its zone.
    pub made_at: &'a str,
    /// Who made it.
    pub made_by: &'a str,
    /// Who watched.
    pub witness: Option<&'a str>,
    /// Whom to call when it is found, as a line of text.
    pub call: Option<&'a str>,
    /// Whether the seed is printed as text too.
    pub with_text: bool,
}

/// Draws it, on one page.
///
/// # Errors
/// [`PrintError`].
pub fn draw(
    sheet: &QrSheet<'_>,
    imprint: &Imprint<'_>,
    paper: Paper,
) -> Result<Printed, PrintError> {
    let mut document = Document::new(paper, "Sealed MFA backup")?;
    let thirds = folded::thirds(&mut document);
    outside(&mut document, thirds.outside, sheet, imprint);
    inside(&mut document, thirds.inside, sheet)?;
    cover(&mut document, thirds.cover, sheet);
    document.finish(imprint)
}

fn outside(document: &mut Document, area: Area, sheet: &QrSheet<'_>, imprint: &Imprint<'_>) {
    let (left, frame) = folded::text_and_frame(area);
    document.text((left.x, left.y + 5.5), "Sealed MFA backup", TITLE);
    let y = document.paragraph(
        (left.x, left.y + 9.0),
        left.width,
        3,
        "A second factor for signing in at AWS, on paper for the day when its device is lost. Two \
         people open it together, for a task that is on record.",
        BODY.pale(),
    );
    document.text((left.x, y + 8.0), "If you found this", HEADING);
    let bring = folded::bring("the place named here", imprint.ledger, sheet.call);
    document.steps(
        (left.x, y + 10.5),
        left.width,
        &[
            "Leave it folded. Do not photograph or copy it, and do not hold it against a light.",
            &bring,
            "Bag open, torn or missing, or with another number on it? Then count the code inside \
             as known to others and say so at once: it can be replaced at AWS.",
        ],
        BODY,
    );

    document.frame(frame, Stroke::FRAME);
    let inner = frame.inset(5.0);
    document.text((inner.x, inner.y + 1.5), "Bag", LABEL);
    document.fitted(
        (inner.x, inner.y + 9.0),
        inner.width,
        sheet.bag,
        Type::new(Face::Mono, 18.0),
    );
    let (copy, copies) = sheet.copy;
    let copy = format!("{copy} of {copies}");
    let mut y = inner.y + 13.0;
    for (label, value, most) in [
        ("Copy", copy.as_str(), 1),
        ("Location", sheet.location, 3),
        ("Site", sheet.site, 1),
        ("Made", sheet.made_at, 1),
        ("Ledger", imprint.ledger, 1),
    ] {
        y = document.fact((inner.x, y), inner.width, label, (value, VALUE, most));
    }
    folded::filled_in_by_hand(
        document,
        frame,
        &[(0.3, "sealed by"), (0.3, "witness"), (0.4, "date, time")],
    );
}

fn inside(document: &mut Document, area: Area, sheet: &QrSheet<'_>) -> Result<(), PrintError> {
    let (square, beside) = folded::code_and_text(area);
    document.code((square.x, square.y), square.width, &sheet.device.to_uri())?;
    // The quiet zone above the code is room for text.
    let (x, top, width) = (beside.x, beside.y - 7.0, beside.width);
    document.text((x, top + 3.0), "What this code is for", HEADING);
    let mut y = document.paragraph(
        (x, top + 5.5),
        width,
        3,
        "It is the second factor of this AWS account\u{2019}s root user. Whoever has read it can \
         make its sign-in codes for ever, until the device is removed at AWS.",
        BODY,
    );
    document.text((x, y + 8.5), sheet.account, Type::new(Face::Mono, 16.0));
    y += 12.0;
    let secret = format!("{}, epoch {}", sheet.secret, sheet.epoch);
    let (copy, copies) = sheet.copy;
    let copy = format!("{copy} of {copies}, bag {}", sheet.bag);
    let by = sheet.witness.map_or_else(
        || sheet.made_by.to_owned(),
        |witness| format!("{}, witness {witness}", sheet.made_by),
    );
    for (label, value, most) in [
        ("Name", sheet.alias.unwrap_or_default(), 1),
        ("Device", sheet.device.label.as_str(), 2),
        ("Secret", secret.as_str(), 1),
        ("Copy", copy.as_str(), 1),
        ("Made by", by.as_str(), 1),
    ] {
        if !value.is_empty() {
            y = document.fact((x, y), width, label, (value, VALUE, most));
        }
    }
    if !sheet.serves.is_empty() {
        let lowest = area.y + area.height + 4.0;
        serves(document, (x, y), (width, lowest), sheet.serves);
    }
    Ok(())
}

/// As many of the further accounts as there is room for, and how many more there are.
fn serves(
    document: &mut Document,
    place: (f64, f64),
    (width, lowest): (f64, f64),
    accounts: &[&str],
) {
    let set = Type::new(Face::Regular, 8.0);
    let room = lowest - place.1;
    let said = |named: &[&str]| match accounts.len() - named.len() {
        0 => named.join(", "),
        more => format!("{}, and {more} more: see the ledger", named.join(", ")),
    };
    let fits = |document: &Document, named: usize| {
        let text = said(accounts.get(..named).unwrap_or(accounts));
        document.fact_height(width, &text, set) <= room
    };
    let named = (1..=accounts.len())
        .rev()
        .find(|named| fits(document, *named))
        .unwrap_or(1);
    let text = said(accounts.get(..named).unwrap_or(accounts));
    document.fact(place, width, "Also serves", (&text, set, usize::MAX));
    if named < accounts.len() {
        document.report_shortened(&accounts.join(", "));
    }
}

fn cover(document: &mut Document, area: Area, sheet: &QrSheet<'_>) {
    let (square, beside) = folded::code_and_text(area);
    tint(document, square);
    let (x, width) = (beside.x, beside.width);
    document.text((x, area.y + 3.0), "How to use it", HEADING);
    let y = document.steps(
        (x, area.y + 5.5),
        width,
        &[
            "Be two. The request is in effect, the opening is in the ledger, and the bag\u{2019}s \
             number was compared before it was cut.",
            "Scan the code with an authenticator app that copies nothing to a cloud. Sign in as \
             root with the number it shows.",
            "Delete the entry from the app. Fold the sheet, put it into a new bag, record that \
             bag\u{2019}s number.",
            "Spoilt, or seen by a stranger? Remove this device at AWS, seal another.",
        ],
        BODY,
    );
    if sheet.with_text {
        seed(document, (x, y + 1.0), width, sheet.device);
    }
}

/// The seed in groups of four. Its letters lie in this function's and the page's memory alone.
fn seed(document: &mut Document, place: (f64, f64), width: f64, device: &OtpAuth) {
    let set = Type::new(Face::Mono, 10.0);
    let settings = format!(
        "Seed, to type in by hand: {}, {} digits, {} s",
        device.algorithm.name(),
        device.digits.count(),
        device.period.seconds()
    );
    let mut y = document.paragraph(place, width, 1, &settings, BODY.pale()) + set.line() * 0.8;
    let text = SecretText::new(BASE32_NOPAD.encode(device.seed.expose()));
    let mut rest = text.expose();
    let step = document.measure("MMMM ", set);
    let mut x = place.0;
    while !rest.is_empty() {
        let (group, after) = rest.split_at_checked(4).unwrap_or((rest, ""));
        if x + step > place.0 + width + 2.5 {
            x = place.0;
            y += set.line();
        }
        document.text((x, y), group, set);
        x += step;
        rest = after;
    }
}

/// Lies on the code when folded, print on print: a maze as irregular as the code, so that the code
/// is hard to make out against a light. Always the same one.
fn tint(document: &mut Document, area: Area) {
    const CELLS: u32 = 46;
    const MAZE: Stroke = Stroke {
        points: 1.5,
        grey: 0.3,
        dashed: false,
    };
    let cell = area.width / f64::from(CELLS);
    let mut noise = 1u32;
    let mut lines = Vec::new();
    for row in 0..CELLS {
        for column in 0..CELLS {
            // A linear congruential generator (Numerical Recipes); its high bits are the good ones.
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (x, y) = (
                area.x + cell * f64::from(column),
                area.y + cell * f64::from(row),
            );
            let (from, to) = if noise >> 31 == 1 {
                (y, y + cell)
            } else {
                (y + cell, y)
            };
            lines.push(((x, from), (x + cell, to)));
        }
    }
    document.lines_of(MAZE, lines.into_iter());
    let text = "covers the code when folded";
    let width = document.measure(text, LABEL);
    let middle = (area.x + area.width / 2.0, area.y + area.height / 2.0);
    let label = Area {
        x: middle.0 - width / 2.0 - 2.0,
        y: middle.1 - 2.6,
        width: width + 4.0,
        height: 5.2,
    };
    document.fill(label, 1.0);
    document.text((middle.0 - width / 2.0, middle.1 + 0.9), text, LABEL);
}
