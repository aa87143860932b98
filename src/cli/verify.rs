//! `verify`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::progress;
use crate::crypto::paper_pin::PaperPin;
use crate::error::Result;
use crate::ledger::{VerifyProblem, read_bounded};

/// `verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep verify\n  rootkeep verify --against kept.checkpoint")]
pub struct VerifyCommand {
    /// A checkpoint that somebody else kept: the log must continue it
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// A pin on paper, by `checkpoint --words`: the log must continue it
    #[arg(long, value_name = "WORDS")]
    against_words: Option<String>,
    /// Make the tables that are a cache of the log again, where they differ from it
    #[arg(long)]
    rebuild: bool,
}

pub fn run(context: &Context, command: &VerifyCommand) -> Result<Done> {
    let against = command
        .against
        .as_ref()
        .map(|path| read_bounded(path, 1 << 20))
        .transpose()?;
    let paper = command.against_words.as_deref();
    let paper = paper.map(PaperPin::parse).transpose()?;
    let paper_size = paper.as_ref().map(PaperPin::size);
    let mut session = context.open()?;
    let mut report = progress::verifying(context, |progress| session.verify(progress))?;
    let kept = [
        against.map(|note| session.check_against(&note)),
        paper.map(|pin| session.check_against_paper(&pin)),
    ];
    for error in kept.into_iter().flatten().filter_map(Result::err) {
        report.problems.push(VerifyProblem {
            seq: None,
            code: error.code().to_owned(),
            message: error.to_string(),
        });
    }
    let rebuilt = command.rebuild && session.rebuild(&report)?;
    let good = report.problems.is_empty();
    if good && session.pin().is_some() {
        // A good verification brings an existing pin up to date; it never makes one.
        session.trust(&crate::ledger::FirstUse::default())?;
    }
    if context.global.json {
        let problems: Vec<Value> = report
            .problems
            .iter()
            .map(|problem| json!({"seq": problem.seq, "code": problem.code, "message": problem.message}))
            .collect();
        output::object(
            "verify",
            json!({
                "entries": report.entries, "signatures": report.signatures, "root": report.root,
                "ok": good, "problems": problems, "clock_went_back": report.clock_went_back,
                "rebuilt": rebuilt,
            }),
        )?;
    } else {
        print(&report, rebuilt)?;
        if let Some(size) = paper_size.filter(|_| good) {
            output::data(&format!(
                "the paper's {} {} its first, unchanged\n",
                output::count(size, "entry", "entries"),
                if size == 1 { "is" } else { "are" }
            ))?;
        }
    }
    Ok(if good { Done::Yes } else { Done::Problems })
}

fn print(report: &crate::ledger::Report, rebuilt: bool) -> Result<()> {
    for problem in &report.problems {
        let place = problem
            .seq
            .map_or_else(String::new, |seq| format!("entry #{seq}: "));
        output::data(&output::plain(&format!(
            "PROBLEM {place}{} [{}]\n",
            problem.message, problem.code
        )))?;
    }
    if report.clock_went_back > 0 {
        output::data(&format!(
            "note: {} dated before the entry before\n",
            output::count(report.clock_went_back, "entry is", "entries are")
        ))?;
    }
    let verdict = match report.problems.len() {
        0 => "all good".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    output::data(&format!(
        "{verdict}: {}, {} checked, root {}\n",
        output::count(report.entries, "entry", "entries"),
        output::count(report.signatures, "signature", "signatures"),
        report.root
    ))?;
    if rebuilt {
        output::data("the tables were made again from the log; verify once more\n")?;
    }
    Ok(())
}
