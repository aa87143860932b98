//! The picture for a terminal: people on the left, a column for each thing, and above it what it is.

use std::fmt::Write;

use crate::insight::reach::Route;
use crate::insight::reach::ways::Factor;

/// What is drawn.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Which account.
    pub title: String,
    /// People, in order.
    pub people: Vec<String>,
    /// Things, in order of what they are good for.
    pub things: Vec<Thing>,
    /// Routes, each with what it takes.
    pub routes: Vec<(Route, Vec<Factor>)>,
}

/// A thing.
#[derive(Clone, Debug)]
pub struct Thing {
    /// What it is good for.
    pub factor: Factor,
    /// What it is called.
    pub label: String,
    /// Whether somebody has it, in the order of people.
    pub people: Vec<bool>,
}

impl Picture {
    /// What a thing is called in the picture: a to z, aa, ab.
    #[must_use]
    pub fn letter(place: usize) -> String {
        let mut letters = String::new();
        let mut rest = place;
        loop {
            let last = u8::try_from(rest % 26).map_or('?', |last| char::from(b'a' + last));
            letters.insert(0, last);
            match (rest / 26).checked_sub(1) {
                Some(more) => rest = more,
                None => return letters,
            }
        }
    }

    /// What a route takes, by letters.
    #[must_use]
    pub fn rule(&self, factors: &[Factor]) -> String {
        let parts: Vec<String> = factors
            .iter()
            .map(|factor| {
                let things = self.things.iter().enumerate();
                let letters: Vec<String> = things
                    .filter(|(_, thing)| thing.factor == *factor)
                    .map(|(place, _)| Self::letter(place))
                    .collect();
                match letters.as_slice() {
                    [] => format!("{} (not known)", factor.as_str()),
                    letters => format!("{} ({})", factor.as_str(), letters.join(" or ")),
                }
            })
            .collect();
        parts.join(" and ")
    }
}

/// Between the edge and the names.
const INDENT: usize = 2;
/// Names are cut to so many characters.
const NAME: usize = 24;
/// What a label has at least.
const LABEL: usize = 30;
/// What stands between the columns and the labels: a line, a letter, spaces.
const BETWEEN: usize = 6;

/// The picture in lines of `width` characters at most, in panels below each other where it takes more.
#[must_use]
pub fn text(picture: &Picture, width: usize) -> String {
    let names = picture.people.iter().map(|name| name.chars().count());
    let name = names.max().unwrap_or(0).min(NAME);
    let left = INDENT + name + 2;
    let columns = width.saturating_sub(left + BETWEEN + LABEL) / 2;
    let mut out = String::new();
    let things: Vec<(usize, &Thing)> = picture.things.iter().enumerate().collect();
    for panel in things.chunks(columns.max(1)) {
        legend(&mut out, panel, left, width);
        people(&mut out, picture, panel, name);
        out.push('\n');
    }
    let word = |route: &Route| route.as_str().len();
    let widest = picture.routes.iter().map(|(route, _)| word(route)).max();
    for (route, factors) in &picture.routes {
        let label = format!(
            "{:INDENT$}{:<2$}  ",
            "",
            route.as_str(),
            widest.unwrap_or_default()
        );
        wrapped(&mut out, &label, &picture.rule(factors), width);
    }
    out
}

/// Each thing's line comes from its column: the first on top.
fn legend(out: &mut String, panel: &[(usize, &Thing)], left: usize, width: usize) {
    for (column, (place, thing)) in panel.iter().enumerate() {
        let before = "│ ".repeat(column);
        let after = "──".repeat(panel.len() - column - 1);
        let head = format!(
            "{:left$}{before}┌{after}─ {}  ",
            "",
            Picture::letter(*place)
        );
        let label = match thing.factor {
            Factor::Mfa => format!("MFA, {}", thing.label),
            _ => thing.label.clone(),
        };
        let room = width.saturating_sub(head.chars().count());
        let _ = writeln!(out, "{head}{}", cut(&label, room));
    }
}

/// Somebody who has nothing in this panel is left out of it.
fn people(out: &mut String, picture: &Picture, panel: &[(usize, &Thing)], width: usize) {
    for (row, name) in picture.people.iter().enumerate() {
        let has = |thing: &Thing| thing.people.get(row).copied().unwrap_or(false);
        if !panel.iter().any(|(_, thing)| has(thing)) {
            continue;
        }
        let marks: Vec<&str> = panel
            .iter()
            .map(|(_, thing)| if has(thing) { "●" } else { "·" })
            .collect();
        let name = cut(name, width);
        let _ = writeln!(out, "{:INDENT$}{name:<width$}  {}", "", marks.join(" "));
    }
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A label, and its text in as many lines as it takes.
pub fn wrapped(out: &mut String, label: &str, text: &str, width: usize) {
    let indent = label.chars().count();
    let mut line = label.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        let there = line.chars().count();
        if !empty && there + 1 + word.chars().count() > width {
            let _ = writeln!(out, "{}", line.trim_end());
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn example() -> Picture {
        let thing = |factor, label: &str, people: &[usize]| Thing {
            factor,
            label: label.to_owned(),
            people: (0..5).map(|row| people.contains(&row)).collect(),
        };
        Picture {
            title: "111122223333 Example".to_owned(),
            people: ["alice", "bob", "carol", "dave", "Erin <erin@example.com>"]
                .map(str::to_owned)
                .to_vec(),
            things: vec![
                thing(Factor::Password, "password: 2 of 3", &[0, 1, 2]),
                thing(Factor::Password, "knows the password", &[0]),
                thing(Factor::Mfa, "mfa-seed: 2 of 2", &[3, 4]),
                thing(Factor::Mfa, "sheet-1 in london-a: 2 together", &[0, 1]),
                thing(Factor::Mailbox, "reads root-eu", &[1, 4]),
            ],
            routes: vec![
                (Route::SignIn, vec![Factor::Password, Factor::Mfa]),
                (Route::Reset, vec![Factor::Mailbox, Factor::Mfa]),
                (Route::Support, vec![Factor::Mailbox, Factor::Phone]),
            ],
        }
    }

    #[test]
    fn a_picture_has_a_column_for_each_thing() {
        let expected = "
                           ┌───────── a  password: 2 of 3
                           │ ┌─────── b  knows the password
                           │ │ ┌───── c  MFA, mfa-seed: 2 of 2
                           │ │ │ ┌─── d  MFA, sheet-1 in london-a: 2 together
                           │ │ │ │ ┌─ e  reads root-eu
  alice                    ● ● · ● ·
  bob                      ● · · ● ●
  carol                    ● · · · ·
  dave                     · · ● · ·
  Erin <erin@example.com>  · · ● · ●

  sign-in  password (a or b) and MFA (c or d)
  reset    mailbox (e) and MFA (c or d)
  support  mailbox (e) and phone (not known)
";
        assert_eq!(format!("\n{}", text(&example(), 80)), expected);
    }

    #[test]
    fn no_line_is_wider_than_asked_for() {
        let mut picture = example();
        let more = picture.things.clone();
        for _ in 0..9 {
            picture.things.extend(more.clone());
        }
        let name = "A name that is much longer than anybody's column";
        picture.people.push(name.to_owned());
        for thing in &mut picture.things {
            thing.people.push(true);
            thing
                .label
                .push_str(" and what else there is to be said of it, at length");
        }
        for width in [60, 80, 120] {
            let drawn = text(&picture, width);
            let widest = drawn.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} of {width}\n{drawn}");
            assert!(drawn.contains("ax  reads"), "{drawn}");
        }
    }

    #[test]
    fn letters_go_on_after_z() {
        let letters = [0, 25, 26, 51, 52, 701, 702].map(Picture::letter);
        assert_eq!(letters, ["a", "z", "aa", "az", "ba", "zz", "aaa"]);
    }
}
