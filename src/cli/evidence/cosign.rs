//! `evidence cosign`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use serde_json::json;

use super::{OurWords, threads, views};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::progress;
use crate::error::{Error, Result};
use crate::exchange::evidence::container::BYTES_LIMIT;
use crate::exchange::evidence::frameworks::{self, Framework};
use crate::exchange::evidence::gather::{self, again};
use crate::exchange::evidence::model::Evidence;
use crate::exchange::evidence::verify::{self, Demands, Files};
use crate::exchange::evidence::{archive, bundle};
use crate::ledger::{Session, read_regular};
use crate::statement::Kind;

/// `evidence cosign`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep evidence cosign q3.zip\n  rootkeep evidence cosign q3.zip --framework ours.json"
)]
pub struct CosignCommand {
    /// The bundle; your signature is added to it
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// The file of a framework that the bundle goes by and that is not built in (repeatable)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    framework: Vec<String>,
}

/// So many entries after a checkpoint are looked at.
const LOOKED_AT: u64 = 64;
/// So many differences are named.
const NAMED: usize = 8;

pub fn run(context: &Context, command: &CosignCommand) -> Result<Done> {
    let archive = read_regular(&command.bundle, BYTES_LIMIT)?;
    let files = verify::unpack(&archive)?;
    let verdict = verify::verify(&files, &Demands::default(), threads());
    verdict.require_good()?;
    let mut session = context.open_to_act()?;
    let evidence = verdict.evidence.as_ref().ok_or_else(not_of)?;
    session.on_verified(|session| is_of(session, evidence))?;
    says_the_same(context, command, &mut session, &files, evidence)?;
    let (head, _) = session.head()?;
    let query = &evidence.query;
    let within = gather::made_within(&session.view(), query.from, query.to, head)?;
    let last = within.map_or(0, |(_, last)| last);
    // That a bundle was exported is in the log after it, and is no part of it.
    let more = session
        .view()
        .entries(evidence.checkpoint.size, LOOKED_AT)?
        .iter()
        .any(|entry| entry.seq <= last && entry.kind != Kind::EvidenceExport.as_str());
    if more {
        context.warn(&format!(
            "your ledger has entries of this period after the bundle's checkpoint, up to #{last}: the next bundle has to have them"
        ));
    }
    let name = bundle::signature_name(&session.member());
    let there = files.contains_key(&name);
    let mut signers = verdict.signers.clone();
    if !there {
        let sums = files.get(bundle::SUMS).ok_or_else(not_of)?;
        let signature = session.sign_evidence(sums)?;
        let mut all: BTreeMap<String, Vec<u8>> = files
            .into_iter()
            .map(|(name, bytes)| (name, bytes.into_owned()))
            .collect();
        all.insert(name, signature.into_bytes());
        archive::replace(&command.bundle, &all)?;
        signers.push(session.member());
        signers.sort();
    }
    if context.global.json {
        output::object(
            "evidence.cosign",
            json!({"file": command.bundle, "added": !there, "signers": signers}),
        )?;
    } else {
        let people = session.people()?;
        let signed = if there {
            "you had signed it before"
        } else {
            "you have signed it"
        };
        output::data(&output::plain(&format!(
            "evidence of {} to {}, entries {} to before {} of {}: made again from your ledger, it is the same, byte for byte\n{signed}: now signed by {}\n",
            evidence.query.from,
            evidence.query.to,
            evidence.range.first,
            evidence.range.end,
            evidence.checkpoint.size,
            people.names(&signers)
        )))?;
    }
    Ok(Done::Yes)
}

/// That a bundle, made again at its checkpoint from this copy of the ledger, is the same.
fn says_the_same(
    context: &Context,
    command: &CosignCommand,
    session: &mut Session,
    files: &Files<'_>,
    evidence: &Evidence,
) -> Result<()> {
    let brought = Framework::find_all(command.framework.iter().map(String::as_str))?;
    for (file, own) in command.framework.iter().zip(&brought) {
        if frameworks::names().all(|name| name != own.framework) {
            context.warn(&format!(
                "framework {} ({}) is not built in: what supports its controls is as {file} has it; read that before you sign",
                own.framework, own.title
            ));
        }
    }
    let wanted = again::wanted(files, evidence, brought)?;
    let made = progress::verifying(context, |progress| {
        session.as_of(evidence.checkpoint.size, progress, |session| {
            let mut bundle = gather::gather(session, &wanted, &OurWords)?;
            bundle.evidence.exporter = evidence.exporter;
            bundle.files(views(&bundle)?)
        })
    })?;
    let differences = again::differences(files, &made);
    if differences.is_empty() {
        return Ok(());
    }
    let error = Error::verification(
        "other-evidence",
        "the bundle does not say what your ledger says at its checkpoint",
    )
    .hint("sign nothing; look at what differs with whoever exported it. Where a personal part was erased since, the bundle is older than that: have it exported anew");
    let more = differences.len().saturating_sub(NAMED);
    let error = differences
        .iter()
        .take(NAMED)
        .fold(error, |error, difference| error.because(difference));
    Err(if more > 0 {
        error.because(format!("and {more} more"))
    } else {
        error
    })
}

/// That a good bundle is of this ledger, and of a state that it had.
fn is_of(session: &Session, evidence: &Evidence) -> Result<()> {
    let (head, _) = session.head()?;
    let at = &evidence.checkpoint;
    if evidence.ledger.id != session.id() {
        return Err(not_of());
    }
    if at.size > head || session.root_at(at.size)? != at.root {
        return Err(Error::verification(
            "forked",
            "the bundle was made at a checkpoint that your ledger never had",
        )
        .hint("your copy is older, or one of the two is a fork: rootkeep compare"));
    }
    if evidence.program != gather::program() {
        return Err(Error::refused(
            "other-version",
            format!(
                "another version of the program made the bundle ({}), so that it can't be made again and compared",
                evidence.program.escape_debug()
            ),
        )
        .hint(format!(
            "sign it with that version, or have it exported anew with {}",
            gather::program()
        )));
    }
    Ok(())
}

fn not_of() -> Error {
    Error::verification("other-ledger", "the bundle is of another ledger")
}
