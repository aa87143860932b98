//! `evidence verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{parts, threads};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::exchange::evidence::bundle::read_lined;
use crate::exchange::evidence::container::BYTES_LIMIT;
use crate::exchange::evidence::trust::Trust;
use crate::exchange::evidence::verify::handed_over::{self, Handed};
use crate::exchange::evidence::verify::{self, Demands, Files, Verdict, unpacked};
use crate::ledger::read_regular;
use crate::present;

/// More than any trust file has.
const TRUST_LIMIT: u64 = 16 << 20;

/// `evidence verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep evidence verify q3.zip --trust trust.json\n  rootkeep evidence verify q3.zip --previous q2.zip --cosigners 3 --parts asked-for.ndjson"
)]
pub struct VerifyBundle {
    /// The bundle, or the folder it was unpacked into
    #[arg(value_name = "FILE")]
    bundle: PathBuf,
    /// Keys that you have from elsewhere: another bundle's trust.json, checked with the custodians
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// The fingerprint of a custodian's key that you have from elsewhere, as SHA256:... (repeatable)
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Vec<String>,
    /// So many custodians have to have cosigned the checkpoint
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    cosigners: Option<u16>,
    /// The bundle before: this one has to continue it
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// Parts that were handed over of single entries, as `log --raw --entry` writes them (repeatable)
    #[arg(long, value_name = "FILE")]
    parts: Vec<PathBuf>,
}

pub fn run(context: &Context, command: &VerifyBundle) -> Result<Done> {
    let demands = demands(command)?;
    let parts = parts::read(&command.parts)?;
    let (mut verdict, handed) = verified(&command.bundle, &demands, &parts)?;
    if let Some(path) = &command.previous {
        let (older, _) = verified(path, &demands, &[])?;
        if let Some(first) = older.problems.first() {
            return Err(Error::verification(
                "previous-not-good",
                format!("the bundle before, {}, does not verify", path.display()),
            )
            .because(&first.message));
        }
        verify::continues(&older, &mut verdict);
    }
    let doubtful = too_few(command, &verdict).is_some() || !verdict.made_again;
    let done = match (verdict.is_good(), doubtful) {
        (true, false) => Done::Yes,
        (true, true) => Done::Attention,
        (false, _) => Done::Problems,
    };
    if context.global.json {
        json(&verdict, &handed)?;
    } else {
        text(command, &verdict, &handed)?;
    }
    Ok(done)
}

/// Where nobody asked for a number: what the ledger's governance asks for, if fewer have cosigned whose word counts.
fn too_few(command: &VerifyBundle, verdict: &Verdict) -> Option<u8> {
    let few = verdict.counted < usize::from(verdict.threshold);
    (few && command.cosigners.is_none()).then_some(verdict.threshold)
}

fn demands(command: &VerifyBundle) -> Result<Demands> {
    let trust = command
        .trust
        .as_deref()
        .map(|path| -> Result<Trust> {
            read_lined(&read_regular(path, TRUST_LIMIT)?, "the trust file")
        })
        .transpose()?;
    for typed in &command.fingerprint {
        let good = typed
            .strip_prefix("SHA256:")
            .is_some_and(|rest| rest.len() == 43);
        if !good {
            return Err(Error::usage(
                "bad-fingerprint",
                format!("`{}` is no fingerprint", typed.escape_debug()),
            )
            .hint("SHA256: and 43 characters, as in trust.json, and as ssh-keygen -l shows it"));
        }
    }
    Ok(Demands {
        trust,
        fingerprints: command.fingerprint.clone(),
        cosigners: command.cosigners.map_or(1, usize::from),
        page: Some(present::evidence::page),
    })
}

/// Verifies a file or a folder, and what was handed over beside it.
fn verified(
    path: &Path,
    demands: &Demands,
    parts: &[(String, Vec<u8>)],
) -> Result<(Verdict, Vec<Handed>)> {
    let held = |files: Result<Files<'_>>| match files {
        Ok(files) => {
            let mut verdict = verify::verify(&files, demands, threads());
            let mut handed = Vec::new();
            // They are held to envelopes, of which nothing is known in a bundle that is not good.
            let good = verdict.is_good();
            for (name, bytes) in parts.iter().filter(|_| good) {
                handed.extend(handed_over::check(&files, name, bytes, &mut verdict));
            }
            (verdict, handed)
        }
        Err(error) => (Verdict::of(&error), Vec::new()),
    };
    if path.is_dir() {
        return Ok(held(unpacked::read(path)));
    }
    let bytes = read_regular(path, BYTES_LIMIT)?;
    Ok(held(verify::unpack(&bytes)))
}

fn json(verdict: &Verdict, handed: &[Handed]) -> Result<()> {
    let head = verdict
        .evidence
        .as_ref()
        .map(|evidence| &evidence.checkpoint);
    let problems: Vec<Value> = verdict
        .problems
        .iter()
        .map(|problem| {
            json!({"file": problem.file, "seq": problem.seq, "code": problem.code, "message": problem.message})
        })
        .collect();
    output::object(
        "evidence.verify",
        json!({
            "ok": verdict.is_good(), "made_again": verdict.made_again, "sums": verdict.sums, "statements": verdict.statements, "signatures": verdict.signatures,
            "checkpoint": head.map(|head| json!({"size": head.size, "root": head.root})),
            "cosigners": verdict.cosigners, "signers": verdict.signers, "confirmed": verdict.confirmed,
            "counted": verdict.counted, "threshold": verdict.threshold,
            "parts": parts::json(handed), "problems": problems,
        }),
    )
}

fn text(command: &VerifyBundle, verdict: &Verdict, handed: &[Handed]) -> Result<()> {
    let mut text = parts::text(handed)?;
    for problem in &verdict.problems {
        let place = match (&problem.file, problem.seq) {
            (_, Some(seq)) => format!("entry #{seq}: "),
            (Some(file), None) => format!("{file}: "),
            (None, None) => String::new(),
        };
        text.push_str(&one_line(&format!(
            "{place}{} [{}]",
            problem.message, problem.code
        )));
        text.push('\n');
    }
    let listed = verdict.problems.len();
    if verdict.count > listed {
        text.push_str(&format!("and {} more\n", verdict.count - listed));
    }
    let name = |id: &Id| {
        let trust = verdict.trust.as_ref();
        trust
            .and_then(|trust| trust.key(id))
            .map_or_else(|| id.short(), |key| one_line(&key.name))
    };
    let names = |ids: &[Id]| match ids {
        [] => "nobody".to_owned(),
        ids => ids.iter().map(name).collect::<Vec<_>>().join(", "),
    };
    if let Some(evidence) = &verdict.evidence {
        text.push_str(&format!(
            "evidence of {} to {}, ledger {}\n  entries     {} to before {} of the log's {}: {}, {} signatures checked\n  checkpoint  {} entries, root {}\n  time-stamps {}\n  cosigned by {}\n  signed by   {}\n",
            evidence.query.from,
            evidence.query.to,
            evidence.ledger.id,
            evidence.range.first,
            evidence.range.end,
            evidence.checkpoint.size,
            verdict.statements,
            verdict.signatures,
            evidence.checkpoint.size,
            evidence.checkpoint.root,
            evidence.outside.timestamps.len(),
            names(&verdict.cosigners),
            names(&verdict.signers),
        ));
        for missing in &evidence.missing {
            text.push_str(&format!("  missing     {}\n", one_line(&missing.text)));
        }
        if let Some(sums) = &verdict.sums {
            text.push_str(&format!("  SHA256SUMS  {sums}\n"));
        }
    }
    if verdict.is_good() {
        let brought = command.trust.is_some() || !command.fingerprint.is_empty();
        if let Some(threshold) = too_few(command, verdict) {
            text.push_str(&format!(
                "TOO FEW COSIGNERS{}: {} where the ledger's governance asks for {threshold}; those few could show another log to others\n",
                if brought { ", of those whose keys you brought" } else { "" },
                verdict.counted
            ));
        }
        if !verdict.made_again {
            let program = verdict.evidence.as_ref().map(|evidence| &*evidence.program);
            text.push_str(&format!(
                "NOT MADE AGAIN: another version made it ({}); its page, tables/, VERIFY.md, assessment-results.json and what it says is missing are the exporter's word: read evidence.json, or use that version\n",
                one_line(program.unwrap_or_default())
            ));
        }
        text.push_str(&if brought {
            let asks = if command.trust.is_none() {
                format!("; that governance asks for {} of them is the bundle's own word", verdict.threshold)
            } else {
                String::new()
            };
            format!("good; held to keys that you brought: {}{asks}\n", names(&verdict.confirmed))
        } else {
            "good, by the keys that the bundle itself names: compare their fingerprints with the custodians', then add --trust or --fingerprint\n".to_owned()
        });
    } else {
        text.push_str(&format!(
            "NOT GOOD: {}\n",
            output::count(
                u64::try_from(verdict.count).unwrap_or(u64::MAX),
                "problem",
                "problems"
            )
        ));
    }
    output::data(&output::plain(&text))
}

/// What a bundle calls something, so that it can't pass for a line of this program's.
fn one_line(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(shown).collect()
}
