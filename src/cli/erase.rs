//! `erase`: what a statement says of people goes for good, once governance has signed.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::asked::Asked;
use super::context::Context;
use super::output::Done;
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::insight::erasure::{self, Holder, What};
use crate::ledger::Session;
use crate::state::erasure::ErasedRecord;
use crate::statement::Claim;
use crate::statement::decisions::RejectPersonal;
use crate::statement::erasure::{Erase, Ground};

/// `erase`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep erase 4eb276f8 --ground asked --reason \"Her letter of 3 May\""
)]
pub struct EraseCommand {
    /// The entry whose names, texts and files go; that it was made, by whom and when stays
    #[arg(value_name = "ENTRY")]
    id: String,
    /// On what ground: this stays for ever
    #[arg(long)]
    ground: GroundArg,
    /// Why: name nobody in it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// On what ground, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum GroundArg {
    /// Whom it is about has asked for it
    Asked,
    /// It ought never to have been written
    Mistake,
    /// It was kept for as long as it was needed
    Expired,
    /// An authority or a court has ordered it
    Ordered,
}

impl GroundArg {
    fn ground(self) -> Ground {
        match self {
            Self::Asked => Ground::Asked,
            Self::Mistake => Ground::Mistake,
            Self::Expired => Ground::Expired,
            Self::Ordered => Ground::Ordered,
        }
    }
}

pub fn run(context: &Context, command: &EraseCommand) -> Result<Done> {
    let terminal = &context.terminal;
    let reason = command.reason.as_ref();
    let reason = Asked::new(terminal, reason, "Why", "--reason TEXT")?;
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    let facts = Erase {
        subject: entry.hash,
        ground: command.ground.ground(),
    };
    let reason = reason.text(terminal)?;
    let claim = Claim::Erase(facts, Some(RejectPersonal { reason }));
    let entered = session.enter(claim, Vec::new())?;
    let held = holders(&session, entry.seq)?;
    for holder in &held {
        context.warn(&format!("{}, and will after it", line(holder, "holds")));
    }
    let mut notes = Vec::new();
    for note in erasure::notes(&session.view(), &entry.hash)? {
        context.warn(&format!(
            "#{} ({}) says more about it, and stays: to erase that too: rootkeep erase '#{}'",
            note.index, note.kind, note.index
        ));
        notes.push(note.index);
    }
    let held: Vec<Value> = held.iter().map(value).collect();
    let fields = json!({"subject": entry.id, "held_by": held, "notes": notes});
    let headline = format!("proposed to erase what #{} says of people", entry.seq);
    context.report(session, &entered, &headline, fields)
}

/// What holds the personal part of an entry, on record.
fn holders(session: &Session, seq: u64) -> Result<Vec<Holder>> {
    erasure::holders(&session.view(), seq)
}

fn value(holder: &Holder) -> Value {
    let (what, file) = match &holder.what {
        What::Backup(file) => ("backup", file),
        What::Evidence { sums, .. } => ("evidence", sums),
    };
    json!({
        "what": what, "seq": holder.seq, "id": holder.id, "made_at": holder.made_at,
        "file": file,
    })
}

fn line(holder: &Holder, holds: &str) -> String {
    let (what, digest) = match &holder.what {
        What::Backup(file) => ("backup".to_owned(), format!("SHA-256 {file}")),
        What::Evidence { sums, from, to } => (
            format!("evidence of {from} to {to}"),
            format!("SHA-256 of its SHA256SUMS {sums}"),
        ),
    };
    format!(
        "the {what}, on record as #{} ({}; {digest}), {holds} it",
        holder.seq, holder.made_at
    )
}

/// After a decision: what still holds what it has erased.
pub fn still_held(session: &Session, subject: &Digest) -> Result<Vec<String>> {
    let Ok((_, decided)) = session.proven_by_hash(subject) else {
        return Ok(Vec::new());
    };
    let Claim::Erase(erase, _) = decided.claim() else {
        return Ok(Vec::new());
    };
    let view = session.view();
    let erased = ErasedRecord::load(&view, &erase.subject)?;
    let entry = view.entry_by_hash(&erase.subject)?;
    let (Some(_), Some(entry)) = (erased.filter(|erased| erased.by == *subject), entry) else {
        return Ok(Vec::new());
    };
    let mut lines = Vec::new();
    for holder in holders(session, entry.seq)? {
        lines.push(line(&holder, "still holds"));
    }
    for old in session.older_databases() {
        lines.push(format!("{} still holds it: remove it", old.display()));
    }
    lines.push(
        "copies hold it until they are made again (rootkeep copy --out DIR); so do slips, prints, files, and parts that were handed over (log --raw) before, which no ledger has on record"
            .to_owned(),
    );
    Ok(lines)
}
