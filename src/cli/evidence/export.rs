//! `evidence export`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{OurWords, threads, views};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::{backup, fresh, progress};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::exchange::evidence::archive;
use crate::exchange::evidence::bundle;
use crate::exchange::evidence::frameworks::{self, Framework};
use crate::exchange::evidence::gather::{self, Wanted};
use crate::exchange::evidence::model::Evidence;
use crate::exchange::evidence::verify::{self, Demands};
use crate::ledger::{Entered, Session, read_regular};
use crate::log::{MAX_NOTE_BYTES, SignedCheckpoint};
use crate::statement::evidence::Exported;
use crate::statement::time::Date;
use crate::statement::{Claim, Kind, Seen};

/// `evidence export`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep evidence export --from 2026-07-01 --to 2026-09-30 --out q3.zip\n  rootkeep evidence export --from 2026-07-01 --to 2026-09-30 --redact --out q3.zip"
)]
pub struct ExportCommand {
    /// First day (UTC)
    #[arg(long, value_name = "DATE")]
    from: String,
    /// Last day (UTC)
    #[arg(long, value_name = "DATE")]
    to: String,
    /// Into a new file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A control framework: a built-in name, or a file (repeatable) [default: every built-in one]
    #[arg(long, value_name = "NAME")]
    framework: Vec<String>,
    /// The checkpoint of the bundle before: a file, or a number of entries [default: of the last export]
    #[arg(long, value_name = "CHECKPOINT")]
    since: Option<String>,
    /// The checkpoint to export at: a file, or a number of entries [default: the newest]
    #[arg(long, value_name = "CHECKPOINT")]
    at: Option<String>,
    /// Show the parts of these kinds of entries alone (repeatable); of all others, the header
    #[arg(long, value_name = "KIND")]
    scope: Vec<String>,
    /// Show only the header of this kind of entry (repeatable)
    #[arg(long, value_name = "KIND")]
    withhold: Vec<String>,
    /// Leave out names, contacts and free text
    #[arg(long)]
    redact: bool,
    /// List the numbers of bags with the items
    #[arg(long)]
    bags: bool,
    /// Enter nothing: the next export will not continue this one
    #[arg(long)]
    unrecorded: bool,
}

pub fn run(context: &Context, command: &ExportCommand) -> Result<Done> {
    fresh::check(&command.out)?;
    let mut wanted = wanted(command)?;
    let mut session = if command.unrecorded {
        context.open()?
    } else {
        context.open_to_act()?
    };
    wanted.since = command
        .since
        .as_deref()
        .map(|typed| checkpoint(&session, typed).map(|at| (at, at.size)))
        .transpose()?;
    let at = match command.at.as_deref() {
        Some(typed) => checkpoint(&session, typed)?.size,
        None => session.head()?.0,
    };
    let (evidence, mut files) = progress::verifying(context, |progress| {
        session.as_of(at, progress, |session| {
            let bundle = gather::gather(session, &wanted, &OurWords)?;
            let files = bundle.files(views(&bundle)?)?;
            Ok((bundle.evidence, files))
        })
    })?;
    let exporter = session.member();
    let sums = bundle::close(&mut files, &exporter, |sums| session.sign_evidence(sums))?;
    let verdict = verify::verify(&verify::borrowed(&files), &Demands::default(), threads());
    verdict.require_good()?;
    archive::publish(&command.out, &files)?;
    drop(files);
    let claim = exported(&evidence, sums)?;
    let (entry, warnings) = if command.unrecorded {
        (None, Vec::new())
    } else if let Some(seq) = known(&session, &claim)? {
        context.say(&format!("this bundle is on record as #{seq} already"));
        (None, Vec::new())
    } else {
        backup::record(context, &mut session, Claim::EvidenceExport(claim))
    };
    tell(
        context,
        command,
        &evidence,
        &sums,
        entry.as_ref(),
        &warnings,
    )
}

fn wanted(command: &ExportCommand) -> Result<Wanted> {
    let (from, to) = (Date::parse(&command.from)?, Date::parse(&command.to)?);
    if from > to {
        return Err(Error::usage("bad-period", format!("{from} is after {to}"))
            .hint("--from is the first day, --to the last"));
    }
    let kinds = |typed: &[String]| {
        typed
            .iter()
            .map(|word| kind(word))
            .collect::<Result<Vec<_>>>()
    };
    let frameworks = if command.framework.is_empty() {
        Framework::find_all(frameworks::names())?
    } else {
        Framework::find_all(command.framework.iter().map(String::as_str))?
    };
    let (scope, withheld) = (kinds(&command.scope)?, kinds(&command.withhold)?);
    if !scope.is_empty() && scope.iter().all(|kind| withheld.contains(kind)) {
        return Err(Error::usage(
            "nothing-disclosed",
            "every kind of entry that is in scope is withheld: headers would be all there is",
        )
        .hint("leave out --withhold, or name another kind with --scope"));
    }
    Ok(Wanted {
        from,
        to,
        since: None,
        note: None,
        scope,
        withheld,
        redacted: command.redact,
        bags: command.bags,
        frameworks,
    })
}

fn kind(word: &str) -> Result<Kind> {
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| {
            Error::usage(
                "bad-kind",
                format!("`{}` is no kind of entry", word.escape_debug()),
            )
            .hint(format!("one of {}", near(word)))
        })
}

/// The kinds whose words have something in common with what was typed; else all.
fn near(word: &str) -> String {
    let family = word.split('.').next().unwrap_or(word);
    let kinds = Kind::ALL.iter().map(|kind| kind.as_str());
    let alike: Vec<&str> = kinds
        .clone()
        .filter(|kind| !family.is_empty() && kind.split('.').any(|piece| piece == family))
        .collect();
    if alike.is_empty() {
        kinds.collect::<Vec<_>>().join(", ")
    } else {
        alike.join(", ")
    }
}

/// A checkpoint of this log: by the file that somebody kept, or by its number of entries.
fn checkpoint(session: &Session, typed: &str) -> Result<Seen> {
    let (head, _) = session.head()?;
    let size: u64 = match typed.parse() {
        Ok(size) => size,
        Err(_) => {
            let limit = u64::try_from(MAX_NOTE_BYTES).unwrap_or(u64::MAX);
            let bytes = read_regular(Path::new(typed), limit)?;
            session.check_against(&bytes)?;
            let note = SignedCheckpoint::parse(&bytes).map_err(|error| {
                Error::verification("bad-checkpoint", "the file is not a checkpoint").because(error)
            })?;
            note.unverified().size()
        }
    };
    if size == 0 || size > head {
        return Err(Error::not_found(
            "no-checkpoint",
            format!("the log has checkpoints of 1 to {head} entries, not of {size}"),
        )
        .hint("name one of these, or leave it out"));
    }
    Ok(Seen {
        size,
        root: session.root_at(size)?,
    })
}

fn exported(evidence: &Evidence, sums: Digest) -> Result<Exported> {
    Ok(Exported {
        at: Seen {
            size: evidence.checkpoint.size,
            root: evidence.checkpoint.root,
        },
        since: evidence.previous,
        from: evidence.query.from,
        to: evidence.query.to,
        first: evidence.range.first,
        end: evidence.range.end,
        scope: kinds(&evidence.query.scope)?,
        withheld: kinds(&evidence.query.withheld)?,
        redacted: evidence.query.redacted,
        sums,
    })
}

fn kinds(words: &[String]) -> Result<Vec<Kind>> {
    words.iter().map(|word| Kind::parse(word)).collect()
}

/// The entry that has this very bundle on record.
fn known(session: &Session, made: &Exported) -> Result<Option<u64>> {
    let view = session.view();
    for seq in view.indices_of_kind(Kind::EvidenceExport, made.at.size)? {
        if matches!(session.proven(seq)?.claim(), Claim::EvidenceExport(other) if other == made) {
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

fn tell(
    context: &Context,
    command: &ExportCommand,
    evidence: &Evidence,
    sums: &Digest,
    entry: Option<&Entered>,
    warnings: &[String],
) -> Result<Done> {
    let range = &evidence.range;
    if context.global.json {
        output::object(
            "evidence.export",
            json!({
                "file": command.out, "sums": sums,
                "checkpoint": {"size": evidence.checkpoint.size, "root": evidence.checkpoint.root},
                "cosigners": evidence.checkpoint.cosigned.len(),
                "since": evidence.previous, "first": range.first, "end": range.end,
                "disclosed": range.disclosed, "headers": range.headers,
                "missing": evidence.missing, "entry": entry.map(output::entered_fields),
                "warnings": warnings,
            }),
        )?;
        return Ok(Done::Yes);
    }
    let mut text = format!(
        "evidence of {} to {}: {}\nverified, as it is in the file\n  entries     #{} to #{}, {} disclosed, {} as headers\n  checkpoint  {} entries, root {}, cosigned by {}; governance asks for {}\n  continues   {}\n  SHA256SUMS  {sums}\n",
        evidence.query.from,
        evidence.query.to,
        command.out.display(),
        range.first,
        range.end.saturating_sub(1),
        range.disclosed,
        range.headers,
        evidence.checkpoint.size,
        evidence.checkpoint.root,
        evidence.checkpoint.cosigned.len(),
        evidence.ledger.threshold,
        evidence.previous.map_or_else(
            || "no bundle".to_owned(),
            |at| format!("the bundle made at {} entries", at.size)
        ),
    );
    if !evidence.missing.is_empty() {
        text.push_str("What it says is missing:\n");
        for missing in &evidence.missing {
            text.push_str(&format!("  - {}\n", missing.text));
        }
    }
    output::data(&output::plain(&text))?;
    if evidence.checkpoint.cosigned.len() < usize::from(evidence.ledger.threshold) {
        context.say(
            "to have more cosigners: each runs rootkeep checkpoint --cosign, then export again",
        );
    }
    Ok(Done::Yes)
}
