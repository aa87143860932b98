//! `custodian leavers`: the custodians beside a list of who left.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::shell::words;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::exchange::table::CsvTable;
use crate::ledger::People;
use crate::statement::Claim;
use crate::statement::people::{Leavers, LeaversPersonal};

/// `custodian leavers`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep custodian leavers leavers.csv --preview\n  rootkeep custodian leavers leavers.csv --name-column employee"
)]
pub struct LeaversCommand {
    /// The list, as CSV
    file: PathBuf,
    /// The column with names; `name` where none is named
    #[arg(long, value_name = "COLUMN")]
    name_column: Option<String>,
    /// The column with addresses, compared with the contact on each card; `email` where none is named
    #[arg(long, value_name = "COLUMN")]
    email_column: Option<String>,
    /// Only say who is on it
    #[arg(long)]
    preview: bool,
}

/// Somebody on the list who is, or may be, a custodian.
struct Match {
    line: u64,
    listed: String,
    custodian: Id,
    /// The same name or address, and not only a part of the name.
    sure: bool,
}

pub fn run(context: &Context, command: &LeaversCommand) -> Result<Done> {
    let table = CsvTable::read(&command.file)?;
    let columns = [
        (&command.name_column, "name"),
        (&command.email_column, "email"),
    ];
    let [name, email] = columns.map(|(typed, otherwise)| match typed {
        Some(typed) => typed.to_lowercase(),
        None => otherwise.to_owned(),
    });
    let there = |name: &String| table.headings().contains(name);
    let missing = |what: String| {
        let file = command.file.display();
        Error::usage("bad-csv", format!("{file} has {what}")).hint(format!(
            "its columns are: {}; name them with --name-column and --email-column",
            table.headings().join(", ")
        ))
    };
    // Whoever names a column means it: without it the comparison would find nobody.
    for (typed, name) in [
        (&command.name_column, &name),
        (&command.email_column, &email),
    ] {
        if typed.is_some() && !there(name) {
            return Err(missing(format!("no column `{}`", name.escape_debug())));
        }
    }
    if !there(&name) && !there(&email) {
        return Err(missing("no column `name` and no column `email`".to_owned()));
    }
    let mut session = if command.preview {
        context.open()?
    } else {
        context.open_to_act()?
    };
    let people = session.people()?;
    let matches = compare(&table, &name, &email, &people);
    let mut found: Vec<Id> = matches
        .iter()
        .filter(|one| one.sure)
        .map(|one| one.custodian)
        .collect();
    found.sort();
    found.dedup();
    let rows = u32::try_from(table.rows().len()).unwrap_or(u32::MAX);
    let fields = json!({
        "rows": rows,
        "found": found.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
        "look_at": matches.iter().filter(|one| !one.sure).map(|one| json!({
            "line": one.line, "listed": one.listed, "custodian": people.name(&one.custodian),
        })).collect::<Vec<Value>>(),
    });
    let headline = told(&matches, &found, rows, &people);
    if command.preview {
        if context.global.json {
            output::object("custodian.leavers", fields)?;
        } else {
            output::data(&format!("{}\n", output::plain(&headline)))?;
        }
    } else {
        let leavers = Leavers {
            rows,
            found: found.clone(),
        };
        let file = Digest::of(&table.bytes);
        let claim = Claim::LeaversCompare(leavers, Some(LeaversPersonal { file }));
        let entered = session.enter(claim, Vec::new())?;
        context.report(session, &entered, &headline, fields)?;
    }
    for id in &found {
        context.say(&format!(
            "next: {} custodian retire {}",
            context.program(None),
            words::quoted(&people.name(id))
        ));
    }
    Ok(if matches.is_empty() {
        Done::Yes
    } else {
        Done::Attention
    })
}

/// What people are told: line by line, and the outcome.
fn told(matches: &[Match], found: &[Id], rows: u32, people: &People) -> String {
    let mut text = String::new();
    for one in matches {
        let (line, listed, name) = (one.line, &one.listed, people.name(&one.custodian));
        text.push_str(&if one.sure {
            format!("line {line}: {listed} is the custodian {name}\n")
        } else {
            format!("line {line}: {listed} may be the custodian {name}: look at it yourself\n")
        });
    }
    let left = match rows {
        1 => "1 person who left".to_owned(),
        many => format!("{many} people who left"),
    };
    text.push_str(&match found {
        [] if matches.is_empty() => format!("compared with {left}: no custodian is among them"),
        [] => format!("compared with {left}: nobody for certain; look at the lines above"),
        found => format!(
            "compared with {left}; still custodians: {}",
            people.names(found)
        ),
    });
    text
}

/// Each line beside each custodian who is not retired.
fn compare(table: &CsvTable, name_column: &str, email_column: &str, people: &People) -> Vec<Match> {
    let mut matches = Vec::new();
    for row in table.rows() {
        let name = table.cell(row, name_column);
        let email = table.cell(row, email_column);
        let listed = name.or(email).unwrap_or_default();
        for (id, custodian, card) in people.iter() {
            let Some(card) = card.filter(|_| custodian.retired.is_none()) else {
                continue;
            };
            let same_name = name.is_some_and(|name| same(name, &card.name));
            let same_contact = email
                .filter(|email| email.contains('@'))
                .is_some_and(|email| {
                    let contact = card.contact.as_ref();
                    contact.is_some_and(|contact| has_address(contact, email))
                });
            let sure = same_name || same_contact;
            if sure || name.is_some_and(|name| share_a_word(name, &card.name)) {
                matches.push(Match {
                    line: row.line,
                    listed: listed.to_owned(),
                    custodian: *id,
                    sure,
                });
            }
        }
    }
    matches
}

fn plain(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// The same name, also where the family name stands first.
fn same(listed: &str, name: &str) -> bool {
    let turned = listed
        .split_once(',')
        .map(|(family, given)| plain(&format!("{given} {family}")));
    plain(listed) == plain(name) || turned == Some(plain(name))
}

/// Whether an address stands in a contact, as a whole.
fn has_address(contact: &str, email: &str) -> bool {
    let between = |c: char| c.is_whitespace() || "<>()[],;:\"|/".contains(c);
    let email = plain(email);
    plain(contact)
        .split(between)
        .any(|word| word.trim_matches('.') == email)
}

fn share_a_word(listed: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        plain(text)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() > 2)
            .map(str::to_owned)
            .collect()
    };
    let ours = words(name);
    words(listed).iter().any(|word| ours.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_is_known_however_the_list_writes_the_name() {
        for listed in ["Erin Doe", "erin  doe", "Doe, Erin", "DOE,ERIN"] {
            assert!(same(listed, "Erin Doe"), "{listed}");
        }
        for listed in ["Erin", "Erin Dow", "Doe Erin"] {
            assert!(!same(listed, "Erin Doe"), "{listed}");
        }
    }

    #[test]
    fn an_address_is_found_in_a_contact_and_only_as_a_whole() {
        for contact in [
            "ann@example.com",
            "+44 20 7946 0001, Ann@Example.com.",
            "Ann <ann@example.com>",
            "mailto:ann@example.com/joann@example.com",
        ] {
            assert!(has_address(contact, "ANN@example.com"), "{contact}");
        }
        for contact in ["joann@example.com", "ann@example.com.au", "ann@example"] {
            assert!(!has_address(contact, "ann@example.com"), "{contact}");
        }
    }

    #[test]
    fn a_part_of_the_name_is_for_a_person_to_look_at() {
        assert!(share_a_word("E. Doe", "Erin Doe"));
        assert!(share_a_word("Doe Erin", "Erin Doe"));
        assert!(!share_a_word("E. Roe", "Erin Doe"));
        assert!(!share_a_word("Li Al", "Al Li"));
    }
}
