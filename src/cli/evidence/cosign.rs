//! `evidence cosign`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::export::threads;
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::error::{Error, Result};
use crate::exchange::evidence::container::BYTES_LIMIT;
use crate::exchange::evidence::trust::Trust;
use crate::exchange::evidence::verify::{self, Demands, Verdict};
use crate::exchange::evidence::{archive, bundle};
use crate::ledger::{Session, read_regular};
use crate::state::people::Custodian;

/// `evidence cosign`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep evidence cosign q3.zip")]
pub struct CosignCommand {
    /// The bundle; your signature is added to it
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
}

pub fn run(context: &Context, command: &CosignCommand) -> Result<Done> {
    let archive = read_regular(&command.bundle, BYTES_LIMIT)?;
    let files = verify::unpack(&archive)?;
    let verdict = verify::verify(&files, &Demands::default(), threads());
    verdict.require_good()?;
    let mut session = context.open_to_act()?;
    session.on_verified(|session| is_of(session, &verdict))?;
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
        output::data(&output::plain(&format!(
            "{}: signed by {}\n",
            if there {
                "you have signed it already"
            } else {
                "its entries, its checkpoint and its keys are those of your ledger, and you have signed it; what it says of findings, custody and controls is the exporter's word"
            },
            people.names(&signers)
        )))?;
    }
    Ok(Done::Yes)
}

/// That a good bundle is of this ledger, and goes by the keys that this ledger has.
fn is_of(session: &Session, verdict: &Verdict) -> Result<()> {
    let (Some(evidence), Some(trust)) = (&verdict.evidence, &verdict.trust) else {
        return Err(not_of());
    };
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
    same_keys(session, trust, at.size)
}

fn same_keys(session: &Session, trust: &Trust, size: u64) -> Result<()> {
    for one in &trust.custodians {
        let known = Custodian::load(&session.view(), &one.id)?;
        let same = known.is_some_and(|known| {
            let until = known.retired.filter(|at| *at < size);
            let distrusted = known.distrust_from.filter(|_| until.is_some());
            known.sign == one.sign
                && known.from.filter(|at| *at < size) == one.from
                && until == one.until
                && (distrusted == one.distrusted || one.distrusted.is_none())
        });
        if !same {
            return Err(Error::verification(
                "other-key",
                format!(
                    "the bundle has another key, beginning or end for {} than your ledger",
                    one.name
                ),
            ));
        }
    }
    Ok(())
}

fn not_of() -> Error {
    Error::verification("other-ledger", "the bundle is of another ledger")
}
