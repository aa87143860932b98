//! `compare`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::progress;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::exchange::archive;
use crate::exchange::compare::{self, Comparison, Standing};
use crate::exchange::staging::Staging;
use crate::ledger::{Other, People, Session, read_regular, write_private_new};
use crate::present::describe;
use crate::statement::Time;
use crate::store::Entry;

/// `compare`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep compare /mnt/stick/acme.ledger\n  rootkeep compare kept.checkpoint --out proof"
)]
pub struct CompareCommand {
    /// Another copy's directory, a backup, or a checkpoint
    #[arg(value_name = "OTHER")]
    other: PathBuf,
    /// Write both signed checkpoints into a new directory
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What a path leads to.
enum Target {
    Directory,
    Backup,
    Checkpoint,
}

impl Target {
    fn of(path: &Path) -> Result<Self> {
        let cannot = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::not_found(
                "no-file",
                format!("there is no file {}", path.display()),
            )
            .hint(
                "check the name; without a leading / it is looked for where the command is typed",
            ),
            _ => Error::failed("cannot-read", format!("cannot read {}", path.display()))
                .because(error),
        };
        let there = std::fs::metadata(path).map_err(cannot)?;
        if there.is_dir() {
            return Ok(Self::Directory);
        }
        if !there.is_file() {
            return Err(Error::usage(
                "not-a-file",
                format!("{} is neither a file nor a directory", path.display()),
            ));
        }
        let mut start = Vec::new();
        File::open(path)
            .and_then(|file| file.take(262).read_to_end(&mut start))
            .map_err(cannot)?;
        // POSIX.1-1988, tar: `magic` is at offset 257.
        if start.ends_with(b"ustar") {
            return Ok(Self::Backup);
        }
        Ok(Self::Checkpoint)
    }
}

/// Both sides where they differ first.
struct Difference {
    here: Option<Entry>,
    there: Option<Entry>,
}

pub fn run(context: &Context, command: &CompareCommand) -> Result<Done> {
    let target = Target::of(&command.other)?;
    let session = context.open()?;
    // Its files go when all is said.
    let mut unpacked = None;
    let other = match target {
        Target::Checkpoint => None,
        Target::Directory => Some(session.open_other(&command.other)?),
        Target::Backup => {
            let staging = Staging::anywhere()?;
            let directory = staging.join("backup.ledger");
            archive::unpack(&command.other, &directory)?;
            let other = session.open_other(&directory)?;
            unpacked = Some(staging);
            Some(other)
        }
    };
    let found = progress::verifying(context, |progress| match &other {
        Some(other) => compare::ledgers(session.side()?, other.side(), progress),
        None => {
            let note = read_regular(&command.other, 1 << 20)?;
            compare::checkpoint(&session, &note, progress)
        }
    })?;
    let difference = difference(&session, other.as_ref(), &found)?;
    say(
        context,
        &session,
        &command.other,
        &found,
        difference.as_ref(),
    )?;
    // What was found is said, whatever becomes of the files.
    if let Some(out) = &command.out {
        write_notes(&session, other.as_ref(), &found, out)?;
    }
    drop((other, unpacked));
    Ok(match found.standing {
        Standing::Fork(_) => Done::Problems,
        _ => Done::Yes,
    })
}

fn difference(
    session: &Session,
    other: Option<&Other>,
    found: &Comparison,
) -> Result<Option<Difference>> {
    match (&found.standing, other) {
        (Standing::Fork(fork), Some(other)) => fork
            .first
            .map(|first| {
                Ok(Difference {
                    here: session.side()?.entry(first)?,
                    there: other.side().entry(first)?,
                })
            })
            .transpose(),
        _ => Ok(None),
    }
}

/// The proof of a fork, or both heads.
fn write_notes(
    session: &Session,
    other: Option<&Other>,
    found: &Comparison,
    out: &Path,
) -> Result<()> {
    let (here, there) = match (&found.standing, other) {
        (Standing::Fork(fork), _) => (fork.here.to_string(), Some(fork.there.to_string())),
        (_, other) => (
            session.note(found.here.0)?.to_string(),
            other
                .map(|other| other.side().note(found.there.0))
                .transpose()?
                .map(|note| note.to_string()),
        ),
    };
    std::fs::create_dir(out).map_err(|error| {
        Error::failed("cannot-write", format!("cannot make {}", out.display())).because(error)
    })?;
    write_private_new(&out.join("here.checkpoint"), here.as_bytes())?;
    match there {
        Some(there) => write_private_new(&out.join("there.checkpoint"), there.as_bytes()),
        None => Ok(()),
    }
}

fn say(
    context: &Context,
    session: &Session,
    path: &Path,
    found: &Comparison,
    difference: Option<&Difference>,
) -> Result<()> {
    let people = session.people()?;
    let (state, entries) = match &found.standing {
        Standing::Equal => ("equal", 0),
        Standing::Ahead(entries) => ("ahead", *entries),
        Standing::Behind(entries) => ("behind", *entries),
        Standing::Fork(_) => ("fork", 0),
    };
    let from_checkpoint = !found.cosigners.is_empty();
    let cosigners = people.names(&found.cosigners);
    if context.global.json {
        let (first, proof) = match &found.standing {
            Standing::Fork(fork) => (
                json!(fork.first),
                json!({"here": fork.here.to_string(), "there": fork.there.to_string()}),
            ),
            _ => (Value::Null, Value::Null),
        };
        let at = |(size, root): (u64, _)| json!({"size": size, "root": root});
        let names: Vec<String> = found.cosigners.iter().map(|id| people.name(id)).collect();
        return output::object(
            "compare",
            json!({
                "state": state, "entries": entries, "here": at(found.here), "there": at(found.there),
                "continues": !(from_checkpoint && state == "behind") && state != "fork",
                "first": first, "proof": proof, "cosigners": names,
                "differ": difference.map(|both| json!({
                    "here": both.here.as_ref().map(entry_json), "there": both.there.as_ref().map(entry_json),
                })),
            }),
        );
    }
    let mut text = match &found.standing {
        Standing::Equal => format!(
            "equal: both have {}\n",
            output::count(found.here.0, "entry", "entries")
        ),
        Standing::Ahead(entries) => format!(
            "this ledger is ahead by {}: it has {}, {} has {}\n",
            output::count(*entries, "entry", "entries"),
            found.here.0,
            path.display(),
            found.there.0
        ),
        Standing::Behind(entries) => format!(
            "this ledger is behind by {}: it has {}, {} has {}\n",
            output::count(*entries, "entry", "entries"),
            found.here.0,
            path.display(),
            found.there.0
        ),
        Standing::Fork(fork) => format!(
            "FORK: neither continues the other. Keep both, and find out who wrote each.\n  this ledger has {} entries, {} has {}\n{}",
            found.here.0,
            path.display(),
            found.there.0,
            fork.first.map_or(String::new(), |first| format!(
                "  the first that differs is #{first}\n"
            ))
        ),
    };
    if let Some(both) = difference {
        for (place, entry) in [("here", &both.here), ("there", &both.there)] {
            if let Some(entry) = entry {
                text.push_str(&format!("    {place:<6} {}\n", entry_line(entry, &people)));
            }
        }
    }
    if from_checkpoint {
        text.push_str(&format!("the checkpoint is signed by {cosigners}\n"));
        if state == "behind" {
            text.push_str(
                "whether its entries continue this ledger can't be told from a checkpoint: compare with the copy that it is of\n",
            );
        }
    }
    if let Standing::Fork(fork) = &found.standing {
        text.push_str(&format!(
            "both signed checkpoints, which together prove it:\n\n{}\n{}",
            fork.here, fork.there
        ));
    }
    output::data(&output::plain(&text))
}

fn entry_json(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq, "id": entry.id, "kind": entry.kind, "author": entry.author,
        "made_at": Time::from_seconds(entry.made_at),
    })
}

fn entry_line(entry: &Entry, people: &People) -> String {
    let name = |id: &Id| people.name(id);
    format!(
        "{} {} by {}{}",
        entry.id.short(),
        entry.kind,
        name(&entry.author),
        Time::from_seconds(entry.made_at)
            .map_or(String::new(), |time| format!(", {}", describe::time(time)))
    )
}
