//! `slip import`: what came back on the sticks.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::context::{Context, read_slip};
use super::looks;
use super::output::{self, Done};
use super::slip_qr;
use crate::error::{Error, Result};
use crate::ledger::{Arrival, Arrived, Entered, People, Session, write_private_new};

/// `slip import`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep slip import from-bob.slip from-frank.slip\n  rootkeep slip import --qr photo1.jpg photo2.jpg --receipts /media/stick"
)]
pub struct ImportSlips {
    /// Answers, in any order
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The files are pictures, each of one QR code: PNG or JPEG
    #[arg(long)]
    qr: bool,
    /// Where to write receipts: a proof for each entry, for its author
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
}

/// One slip as it is reported.
struct Told {
    file: String,
    arrived: Arrived,
    receipt: Option<PathBuf>,
}

pub fn run(context: &Context, command: &ImportSlips) -> Result<Done> {
    if let Some(directory) = command.receipts.as_ref().filter(|path| !path.is_dir()) {
        return Err(Error::not_found(
            "no-directory",
            format!("{} is not a directory", directory.display()),
        )
        .hint(format!(
            "make it first: mkdir -p {}; or leave --receipts out",
            directory.display()
        )));
    }
    let read = if command.qr {
        slip_qr::read(&command.files)
    } else {
        let name = |path: &PathBuf| (path.display().to_string(), read_slip(path));
        command.files.iter().map(name).collect()
    };
    let mut session = context.open_to_act()?;
    let good: Vec<Vec<u8>> = read.iter().flat_map(|(_, file)| file).cloned().collect();
    let imported = session.import(&good)?;
    let mut arrived = imported.slips.into_iter();
    let mut told = Vec::new();
    for (file, read) in read {
        let arrived = match read {
            Ok(bytes) => arrived
                .next()
                .map(|one| explained(one, Path::new(&file), &bytes)),
            Err(error) => Some(Arrived {
                statement: None,
                arrival: Arrival::Refused(error),
            }),
        };
        told.push(Told {
            file,
            arrived: arrived.ok_or_else(|| Error::failed("internal", "a slip was lost"))?,
            receipt: None,
        });
    }
    let mut warnings = warnings(imported.import.as_ref(), &told);
    if let Some(directory) = &command.receipts {
        for one in &mut told {
            match receipt(&session, directory, &one.arrived) {
                Ok(path) => one.receipt = path,
                // What is in the ledger stays there; the receipt can be made again.
                Err(error) => warnings.push(format!("no receipt for {}: {error}", one.file)),
            }
        }
    }
    for warning in &warnings {
        context.warn(warning);
    }
    let exit = told.iter().find_map(|one| match &one.arrived.arrival {
        Arrival::Refused(error) => Some(error.exit_code()),
        _ => None,
    });
    report(
        context,
        &session,
        imported.import.as_ref(),
        &told,
        &warnings,
    )?;
    Ok(exit.map_or(Done::Yes, Done::InPart))
}

/// A file that is no answer, with what it seems to be.
fn explained(arrived: Arrived, file: &Path, bytes: &[u8]) -> Arrived {
    let Arrival::Refused(error) = arrived.arrival else {
        return arrived;
    };
    let error = looks::mistaken_slip(looks::not_a_slip(error, file, bytes));
    Arrived {
        arrival: Arrival::Refused(error),
        ..arrived
    }
}

fn warnings(import: Option<&Entered>, told: &[Told]) -> Vec<String> {
    let entered = told.iter().filter_map(|one| match &one.arrived.arrival {
        Arrival::Entered(entered) => Some(entered),
        _ => None,
    });
    import
        .into_iter()
        .chain(entered)
        .flat_map(|entered| &entered.warnings)
        .map(|warning| format!("the entries are recorded, but: {warning}"))
        .collect()
}

/// Writes the proof that an entry is in the log.
fn receipt(session: &Session, directory: &Path, arrived: &Arrived) -> Result<Option<PathBuf>> {
    let seq = match &arrived.arrival {
        Arrival::Entered(entered) => entered.seq,
        Arrival::Already(seq) => *seq,
        Arrival::Refused(_) => return Ok(None),
    };
    let Some((id, ..)) = &arrived.statement else {
        return Ok(None);
    };
    let path = directory.join(format!("{id}.tlog-proof"));
    match write_private_new(&path, session.proof(seq)?.to_string().as_bytes()) {
        // An older receipt of the same entry is as good.
        Err(error) if error.code() == "exists" => Ok(Some(path)),
        other => other.map(|()| Some(path)),
    }
}

fn word(arrival: &Arrival) -> &'static str {
    match arrival {
        Arrival::Entered(entered) if entered.effective => "effective",
        Arrival::Entered(_) => "waiting",
        Arrival::Already(_) => "already-in",
        Arrival::Refused(_) => "refused",
    }
}

fn report(
    context: &Context,
    session: &Session,
    import: Option<&Entered>,
    told: &[Told],
    warnings: &[String],
) -> Result<()> {
    let people = session.people()?;
    let (size, root) = session.head()?;
    if context.global.json {
        let slips: Vec<Value> = told.iter().map(|one| fields(one, &people)).collect();
        return output::object(
            "slip.import",
            json!({
                "id": import.map(|entered| entered.id),
                "seq": import.map(|entered| entered.seq),
                "slips": slips,
                "checkpoint": {"size": size, "root": root},
                "warnings": warnings,
            }),
        );
    }
    for one in told {
        output::data(&format!("{}\n", output::plain(&line(one, &people))))?;
        if let Arrival::Refused(error) = &one.arrived.arrival {
            for hint in error.hints() {
                context.say(&format!("  try: {hint}"));
            }
        }
    }
    if import.is_none() {
        output::data("nothing new was brought in\n")?;
    }
    Ok(())
}

fn fields(one: &Told, people: &People) -> Value {
    let (seq, needs, error) = match &one.arrived.arrival {
        Arrival::Entered(entered) => (Some(entered.seq), Some(entered.needs), None),
        Arrival::Already(seq) => (Some(*seq), None, None),
        Arrival::Refused(error) => (None, None, Some(error)),
    };
    let statement = one.arrived.statement.as_ref();
    json!({
        "file": one.file,
        "state": word(&one.arrived.arrival),
        "id": statement.map(|(id, ..)| id),
        "kind": statement.map(|(_, kind, _)| kind.as_str()),
        "author": statement.map(|(.., author)| people.name(author)),
        "seq": seq,
        "needs": needs,
        "receipt": one.receipt.as_ref().map(|path| path.display().to_string()),
        "error": error.map(|error| json!({
            "code": error.code(),
            "message": error.message(),
            "causes": error.causes(),
            "hints": error.hints(),
        })),
    })
}

fn line(one: &Told, people: &People) -> String {
    let what = match &one.arrived.statement {
        Some((_, kind, author)) => {
            format!("{}, {} by {}", one.file, kind.as_str(), people.name(author))
        }
        None => one.file.clone(),
    };
    match &one.arrived.arrival {
        Arrival::Entered(entered) if entered.effective => {
            format!("{what}: in effect, entry #{}", entered.seq)
        }
        Arrival::Entered(entered) => {
            let people = if entered.needs == 1 {
                "person"
            } else {
                "people"
            };
            format!(
                "{what}: entry #{}, waits for {} more {people}",
                entered.seq, entered.needs
            )
        }
        Arrival::Already(seq) => format!("{what}: already in, entry #{seq}"),
        Arrival::Refused(error) => format!("{what}: refused: {error} [{}]", error.code()),
    }
}
