//! `show`.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::genesis;
use super::output::{self, Done};
use super::request_list;
use super::waiting::Waiting;
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::Session;
use crate::policy::RequestState;
use crate::present::describe;
use crate::state::custody::{NoteRecord, RequestRecord};
use crate::state::erasure::ErasedRecord;
use crate::state::places::WitnessRecord;
use crate::state::records::{list, read};
use crate::state::rules::{Outcome, Proposal};
use crate::state::trails::ReconcileRecord;
use crate::statement::Claim;
use crate::store::Entry;

/// `show`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep show 4eb276f8\n  rootkeep show 4eb276f8 --proof > entry.tlog-proof"
)]
pub struct ShowCommand {
    /// An id or its first digits, `#N`, or `genesis`
    id: String,
    /// A proof that the entry is in the log (C2SP tlog-proof), to be checked with other tools
    #[arg(long)]
    proof: bool,
    /// The signed envelope (DSSE), as it was signed
    #[arg(long, conflicts_with = "proof")]
    envelope: bool,
}

pub fn run(context: &Context, command: &ShowCommand) -> Result<Done> {
    let session = context.open()?;
    let entry = context.entry(&session, &command.id)?;
    if command.proof {
        let proof = session.proof(entry.seq)?.to_string();
        return text(context, "proof", entry.seq, &proof);
    }
    if command.envelope {
        let envelope = String::from_utf8_lossy(&entry.envelope);
        return text(context, "envelope", entry.seq, &envelope);
    }
    if command.id.eq_ignore_ascii_case("genesis") {
        return genesis::show(context, &session);
    }
    show_entry(context, &session, &entry)
}

/// What other tools read, as it is; inside an object with `--json`.
fn text(context: &Context, name: &str, seq: u64, text: &str) -> Result<Done> {
    if context.global.json {
        output::object(name, json!({"seq": seq, name: text}))?;
    } else {
        output::data(text)?;
    }
    Ok(Done::Yes)
}

/// Where a statement stands that waits, or waited, for sign-offs.
struct Standing {
    word: &'static str,
    yes: Vec<String>,
    no: Vec<String>,
    more: Vec<String>,
}

fn show_entry(context: &Context, session: &Session, entry: &Entry) -> Result<Done> {
    let people = session.people()?;
    let statement = session.proven(entry.seq)?;
    let standing = standing(session, entry, &people)?;
    let notes = list::<NoteRecord>(&session.view(), &format!("{}/", entry.hash))?;
    if context.global.json {
        return json_entry(session, entry, &statement, standing.as_ref(), &notes);
    }
    output::data(&format!("#{}\n", entry.seq))?;
    for line in describe::statement(session, &statement, &people)? {
        output::data(&format!("{}\n", output::item(&line)))?;
    }
    output::data(&format!("  leaf      {}\n", statement.leaf()))?;
    if let Some(standing) = standing {
        output::data(&format!("  state     {}\n", standing.word))?;
        for (label, names) in [
            ("  yes       ", &standing.yes),
            ("  no        ", &standing.no),
        ] {
            if !names.is_empty() {
                output::data(&format!("{label}{}\n", output::plain(&names.join(", "))))?;
            }
        }
        for line in &standing.more {
            output::data(&format!("  {}\n", output::plain(line)))?;
        }
    }
    for (_, note) in &notes {
        let (word, next) = if note.kind == "correct" {
            ("corrected", format!("rootkeep show '#{}'", note.index))
        } else {
            let get = format!("rootkeep attachment get '#{}' --out FILE", note.index);
            ("attached to", get)
        };
        output::data(&format!(
            "  {word} at #{} by {}: {next}\n",
            note.index,
            output::plain(&people.name(&note.author)),
        ))?;
    }
    Ok(Done::Yes)
}

fn json_entry(
    session: &Session,
    entry: &Entry,
    statement: &crate::statement::Statement,
    standing: Option<&Standing>,
    notes: &[(String, NoteRecord)],
) -> Result<Done> {
    let people = session.people()?;
    let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or(Value::Null);
    let header = statement.header();
    let corrected = |kind: &str| -> Vec<u64> {
        notes
            .iter()
            .filter(|(_, note)| note.kind == kind)
            .map(|(_, note)| note.index)
            .collect()
    };
    output::object(
        "entry",
        json!({
            "seq": entry.seq,
            "id": header.id,
            "leaf": statement.leaf(),
            "kind": header.kind,
            "author": people.name(&header.author),
            "made_at": header.made_at,
            "summary": describe::line(session, statement, &people)?,
            "facts": parsed(&statement.parts().facts.bytes.0),
            "personal": statement.parts().personal.as_ref().map(|part| parsed(&part.bytes.0)),
            "state": standing.map(|standing| standing.word),
            "yes": standing.map(|standing| &standing.yes),
            "no": standing.map(|standing| &standing.no),
            "erased": erased(session, &statement.leaf())?,
            "corrected_at": corrected("correct"),
            "attached_at": corrected("attach"),
        }),
    )?;
    Ok(Done::Yes)
}

/// By which entries what a statement says of people was erased, and on what ground.
fn erased(session: &Session, leaf: &Digest) -> Result<Option<Value>> {
    let Some(record) = ErasedRecord::load(&session.view(), leaf)? else {
        return Ok(None);
    };
    let (seq, statement) = session.proven_by_hash(&record.by)?;
    let Claim::Erase(erase, personal) = statement.claim() else {
        return Ok(None);
    };
    Ok(Some(json!({
        "seq": seq, "id": statement.header().id, "at": record.index, "ground": erase.ground,
        "reason": personal.as_ref().map(|personal| &personal.reason),
    })))
}

fn who_can_sign(
    session: &Session,
    people: &crate::ledger::People,
    entry: &Entry,
) -> Result<Vec<String>> {
    let waiting = Waiting::of(session, people, &entry.hash)?;
    Ok(match waiting.words.as_str() {
        "" => Vec::new(),
        words => vec![format!("who can sign: {words}")],
    })
}

fn standing(
    session: &Session,
    entry: &Entry,
    people: &crate::ledger::People,
) -> Result<Option<Standing>> {
    let view = session.view();
    let names = |ids: &[crate::crypto::fixed::Id]| -> Vec<String> {
        ids.iter().map(|id| people.name(id)).collect()
    };
    let key = entry.hash.to_hex();
    if let Some(request) = RequestRecord::load(&view, &entry.hash)? {
        let (word, lapsed) = request_list::standing(session, &request)?;
        let mut more = Vec::new();
        if let Some(why) = &lapsed {
            more.push(format!("{why}; ask again: rootkeep request"));
        }
        if let Some(end) = request.window_ends() {
            more.push(format!("window ends {}", describe::time(end)));
        } else {
            more.push(format!("lapses    {}", describe::time(request.lapses_at())));
        }
        if word == RequestState::Waiting.as_str() {
            more.extend(super::request::still_to_call(session, people, &request)?);
        }
        for shown in &request.shown {
            more.push(format!(
                "revealed  {} at #{}, {}",
                describe::secret_name(session, &shown.secret)?,
                shown.index,
                describe::time(shown.at)
            ));
        }
        return Ok(Some(Standing {
            word,
            yes: names(&request.yes),
            no: names(&request.no),
            more,
        }));
    }
    if let Some(proposal) = read::<Proposal>(&view, &key)? {
        return Ok(Some(Standing {
            word: "waiting",
            yes: names(&proposal.yes),
            no: names(&proposal.no),
            more: who_can_sign(session, people, entry)?,
        }));
    }
    if let Some(waits) = read::<WitnessRecord>(&view, &key)? {
        return Ok(Some(Standing {
            word: "waiting",
            yes: Vec::new(),
            no: Vec::new(),
            more: vec![format!(
                "waits for {}, its witness",
                people.name(&waits.witness)
            )],
        }));
    }
    let void = read::<ReconcileRecord>(&view, &key)?.and_then(|found| found.void);
    if let Some(void) = void {
        return Ok(Some(Standing {
            word: "void",
            yes: Vec::new(),
            no: Vec::new(),
            more: vec![format!("set aside by governance at #{}", void.index)],
        }));
    }
    Ok(read::<Outcome>(&view, &key)?.map(|outcome| Standing {
        word: match outcome.ended {
            crate::state::rules::Ended::Effective => "effective",
            crate::state::rules::Ended::Rejected => "rejected",
            crate::state::rules::Ended::Withdrawn => "withdrawn",
            crate::state::rules::Ended::Lapsed => "lapsed",
        },
        yes: names(&outcome.yes),
        no: Vec::new(),
        more: vec![format!("since #{}", outcome.at)],
    }))
}
