//! `reconcile cloudtrail`: was each use of a root user expected?

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::{progress, when};
use crate::aws::cloudtrail::{self, Found, Period, Trail};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::insight::reconcile::{Estate, Outcome, reconcile};
use crate::ledger::Session;
use crate::present::{describe, trails as present};
use crate::state::records;
use crate::state::trails::ReconcileRecord;
use crate::statement::text::Text;
use crate::statement::time::Date;
use crate::statement::trails::{
    Counts, EVENTS, LISTED_FILES, MISSING, Missing, Reconcile, ReconcilePersonal, TrailFiles,
    VoidReconcile, VoidReconcilePersonal,
};
use crate::statement::{Claim, Time};

/// How many things of a sort are named at most, beside what is unexplained.
const NAMED: usize = 10;

/// Within a day of its edges a period may be without records.
const DAY: u64 = 86_400;

/// `reconcile …`.
#[derive(Debug, Subcommand)]
pub enum ReconcileCommand {
    /// What CloudTrail says root users did, beside what the ledger says they were to do
    Cloudtrail(ReconcileCloudtrail),
    /// What was compared so far, and what of it was set aside
    #[command(
        after_help = "Examples:\n  rootkeep reconcile list\n  rootkeep --json reconcile list"
    )]
    List,
    /// Propose that one comparing counts for nothing; governance signs
    Void(VoidCommand),
}

/// `reconcile void`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep reconcile void 1c0ffee1 --reason \"The files were made up: INC-12\""
)]
pub struct VoidCommand {
    /// The entry of the comparing
    #[arg(value_name = "ID")]
    id: String,
    /// Why nothing of it is to count
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// `reconcile cloudtrail`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep reconcile cloudtrail AWSLogs --preview\n  rootkeep reconcile cloudtrail AWSLogs --from 2026-10-01 --to 2026-12-31"
)]
pub struct ReconcileCloudtrail {
    /// CloudTrail's files as they come, packed or not, and directories of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// From that day on (UTC) [default: the first record]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Until the end of that day (UTC) [default: the last record]
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// So many hours without any record are no gap yet
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    gap: u32,
    /// Only say what would be found
    #[arg(long)]
    preview: bool,
}

pub fn run(context: &Context, command: &ReconcileCommand) -> Result<Done> {
    match command {
        ReconcileCommand::Cloudtrail(command) => cloudtrail(context, command),
        ReconcileCommand::List => list(context),
        ReconcileCommand::Void(command) => void(context, command),
    }
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let all = ReconcileRecord::all(&session.view())?;
    if context.global.json {
        let all: Vec<Value> = all
            .iter()
            .map(|(_, one)| {
                json!({
                    "id": one.id, "seq": one.index, "by": people.name(&one.author), "made_at": one.made_at,
                    "from": one.from, "to": one.to, "unexplained": one.unexplained,
                    "missing": one.missing.len(), "void": one.void.map(|void| void.index),
                })
            })
            .collect();
        output::object("reconcile.list", json!({"reconciled": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(_, one)| {
            vec![
                one.id.short(),
                describe::day(one.from),
                describe::day(one.to),
                one.unexplained.to_string(),
                one.missing.len().to_string(),
                people.name(&one.author),
                one.void
                    .map_or_else(String::new, |void| format!("set aside by #{}", void.index)),
            ]
        })
        .collect();
    let headings = ["ID", "FROM", "TO", "UNEXPLAINED", "NO TRACE", "BY", ""];
    output::data(&output::table(&headings, &rows))?;
    Ok(Done::Yes)
}

fn void(context: &Context, command: &VoidCommand) -> Result<Done> {
    let reason = Text::new(command.reason.as_str())?;
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    let found: Option<ReconcileRecord> = records::read(&session.view(), &entry.hash.to_hex())?;
    if found.is_none() {
        return Err(Error::not_found(
            "no-reconcile",
            format!("#{} compares nothing with CloudTrail", entry.seq),
        )
        .hint("rootkeep reconcile list"));
    }
    let facts = VoidReconcile {
        reconcile: entry.hash,
    };
    let claim = Claim::ReconcileVoid(facts, Some(VoidReconcilePersonal { reason }));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("proposed to set aside #{}", entry.seq);
    context.report(session, &entered, &headline, json!({"reconcile": entry.id}))
}

fn cloudtrail(context: &Context, command: &ReconcileCloudtrail) -> Result<Done> {
    let mut session = if command.preview {
        context.open()?
    } else {
        context.open_to_act()?
    };
    let period = period(command, session.now()?)?;
    let found = find(context, &command.files)?;
    let trail = read(context, &found, &period)?;
    let estate = Estate::load(&session.view())?;
    let outcome = reconcile(
        &trail.events,
        &trail.coverage,
        &estate,
        &period,
        command.gap,
    );
    let outcome = outcome.ok_or_else(|| {
        Error::usage("nothing-covered", "the files have no record of that period")
            .hint("see what they have: leave out --from and --to")
    })?;
    warn_of_edges(context, &period, &outcome);
    let claim = claim(&trail, &outcome, command.gap)?;
    let report = Report {
        trail: &trail,
        found: &found,
        outcome: &outcome,
        session: &session,
    };
    let (text, fields) = (report.text()?, report.fields()?);
    let done = if outcome.unexplained.is_empty() && outcome.missing.is_empty() {
        Done::Yes
    } else {
        Done::Attention
    };
    let known = !command.preview && is_known(&session, &claim)?;
    if !context.global.json {
        output::data(&output::plain(&text))?;
    }
    if command.preview || known {
        if context.global.json {
            let fields = output::merge(fields, json!({"seq": Value::Null}));
            output::object("reconcile", fields)?;
        } else {
            output::data(if known {
                "nothing has changed since it was recorded\n"
            } else {
                "nothing was written\n"
            })?;
        }
        return Ok(done);
    }
    let entered = session.enter(claim, Vec::new())?;
    context.report(session, &entered, "recorded what was found", fields)?;
    Ok(done)
}

/// What was asked for and is not in the files: nothing is said of it, and nothing recorded.
fn warn_of_edges(context: &Context, period: &Period, outcome: &Outcome) {
    let late = period.from.filter(|from| from.plus(DAY) < outcome.from);
    if let Some(from) = late {
        let first = outcome.from;
        context.warn(&format!(
            "the files have nothing from {from} to {first}: that is not looked at"
        ));
    }
    let early = period.to.filter(|to| outcome.to.plus(DAY) < *to);
    if let Some(to) = early {
        let last = outcome.to;
        context.warn(&format!(
            "the files have nothing from {last} to {to}: that is not looked at"
        ));
    }
}

fn period(command: &ReconcileCloudtrail, now: Time) -> Result<Period> {
    let from = match &command.from {
        Some(text) => Date::parse(text)?
            .0
            .and_hms_opt(0, 0, 0)
            .and_then(|time| Time::from_chrono(time.and_utc())),
        None => None,
    };
    let to = match &command.to {
        Some(text) => Some(when::as_of(Some(text), now)?.min(now)),
        None => None,
    };
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err(
            Error::usage("bad-period", "the period ends before it begins")
                .hint("--from 2026-10-01 --to 2026-12-31"),
        );
    }
    Ok(Period { from, to })
}

fn find(context: &Context, paths: &[PathBuf]) -> Result<Found> {
    let found = cloudtrail::find(paths)?;
    for (path, why) in found.skipped.iter().take(NAMED) {
        context.say(&format!("passed over {}: {why}", path.display()));
    }
    if let Some(more) = found
        .skipped_count
        .checked_sub(NAMED)
        .filter(|more| *more > 0)
    {
        context.say(&format!("and passed over {more} more"));
    }
    if found.files.is_empty() {
        return Err(
            Error::usage("no-files", "there are no files of CloudTrail's there")
                .hint("they are called like 111122223333_CloudTrail_us-east-1_….json.gz"),
        );
    }
    Ok(found)
}

fn read(context: &Context, found: &Found, period: &Period) -> Result<Trail> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let bar = progress::bar(context, "reading", "bytes");
    let trail = cloudtrail::read(&found.files, period, threads, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    trail
}

/// What is stated of it.
fn claim(trail: &Trail, outcome: &Outcome, gap_hours: u32) -> Result<Claim> {
    if outcome.unexplained.len() > EVENTS || outcome.missing.len() > MISSING {
        return Err(Error::usage(
            "too-many-unexplained",
            format!(
                "{} events are unexplained and {} releases left no trace; one entry has {EVENTS} and {MISSING} at most",
                outcome.unexplained.len(),
                outcome.missing.len()
            ),
        )
        .hint("reconcile by a shorter period: --from DATE --to DATE"));
    }
    let mut hex = String::new();
    for file in &trail.files {
        hex.push_str(&format!("{}\n", file.digest));
    }
    let listed = trail.files.len() <= LISTED_FILES;
    let (unexplained, traces) = outcome.unexplained.iter().cloned().unzip();
    let facts = Reconcile {
        files: TrailFiles {
            count: u64::try_from(trail.files.len()).unwrap_or(u64::MAX),
            bytes: trail.files.iter().map(|file| file.bytes).sum(),
            digest: Digest::of(hex.as_bytes()),
            listed: if listed {
                trail.files.clone()
            } else {
                Vec::new()
            },
        },
        from: outcome.from,
        to: outcome.to,
        counts: Counts {
            records: trail.records,
            events: outcome.events,
            explained: outcome.explained,
            service: outcome.service,
        },
        gap_hours,
        gaps: outcome.gaps.clone(),
        more_gaps: outcome.more_gaps,
        missing: outcome.missing.clone(),
        unexplained,
    };
    Ok(Claim::Reconcile(facts, Some(ReconcilePersonal { traces })))
}

/// Whether the newest entry says the same.
fn is_known(session: &Session, claim: &Claim) -> Result<bool> {
    let newest = ReconcileRecord::newest(&session.view())?;
    let facts = Digest::of(&claim.facts_bytes()?);
    Ok(newest.is_some_and(|newest| newest.facts == facts))
}

struct Report<'r> {
    trail: &'r Trail,
    found: &'r Found,
    outcome: &'r Outcome,
    session: &'r Session,
}

impl Report<'_> {
    /// What is unexplained comes first.
    fn text(&self) -> Result<String> {
        let outcome = self.outcome;
        let mut text = String::new();
        let mut say = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        match outcome.unexplained.len() {
            0 => say("no event is unexplained"),
            1 => say("1 event is UNEXPLAINED"),
            many => say(&format!("{many} events are UNEXPLAINED")),
        }
        for (event, traces) in &outcome.unexplained {
            for line in present::unexplained(event, Some(traces)) {
                say(&line);
            }
        }
        self.list(
            &outcome.missing,
            "left NO TRACE, though it was used",
            &mut say,
        )?;
        self.list(
            &outcome.not_covered,
            "can't be looked for: the files have no records of its account at that time",
            &mut say,
        )?;
        say(&format!(
            "{} of {} explained{}",
            outcome.explained,
            output::count(outcome.events, "event", "events"),
            match outcome.settled {
                0 => String::new(),
                settled => format!(", {settled} of them by governance"),
            }
        ));
        for (leaf, count) in &outcome.by {
            say(&format!(
                "  {} by {}",
                output::count(*count, "event", "events"),
                self.called(leaf)?
            ));
        }
        if outcome.service > 0 {
            say(&format!(
                "{} of AWS's own services under a root user's name",
                output::count(outcome.service, "event", "events")
            ));
        }
        for gap in outcome.gaps.iter().take(NAMED) {
            let seconds = gap.to.seconds().saturating_sub(gap.from.seconds());
            say(&format!(
                "no records  {} {}: {} from {} on",
                gap.account,
                gap.region,
                describe::duration(u64::try_from(seconds).unwrap_or(0)),
                gap.from
            ));
        }
        let left = output::count(
            u64::try_from(outcome.gaps.len().saturating_sub(NAMED))
                .unwrap_or(0)
                .saturating_add(outcome.more_gaps),
            "gap",
            "gaps",
        );
        if outcome.gaps.len() > NAMED {
            say(&format!("            and {left} more"));
        }
        say(&format!(
            "period      {} to {}\nfiles       {}, {} bytes, {} records{}",
            describe::time(outcome.from),
            describe::time(outcome.to),
            self.trail.files.len(),
            self.trail.files.iter().map(|file| file.bytes).sum::<u64>(),
            self.trail.records,
            match self.trail.copies {
                0 => String::new(),
                1 => "; 1 was the copy of another".to_owned(),
                copies => format!("; {copies} were copies of others"),
            }
        ));
        Ok(text)
    }

    fn list(&self, missing: &[Missing], what: &str, say: &mut impl FnMut(&str)) -> Result<()> {
        for one in missing.iter().take(NAMED) {
            let called = self.called(&one.subject)?;
            say(&format!("{called}, {}: {what}", one.account));
        }
        if let Some(more) = missing.len().checked_sub(NAMED).filter(|more| *more > 0) {
            say(&format!("and {more} more"));
        }
        Ok(())
    }

    fn called(&self, leaf: &Digest) -> Result<String> {
        Ok(match self.session.view().entry_by_hash(leaf)? {
            Some(entry) => format!("{} {} (#{})", entry.kind, entry.id.short(), entry.seq),
            None => leaf.to_string(),
        })
    }

    fn fields(&self) -> Result<Value> {
        let outcome = self.outcome;
        let unexplained: Vec<Value> = outcome
            .unexplained
            .iter()
            .map(|(event, traces)| {
                json!({
                    "event_id": event.event, "time": event.at, "name": event.name,
                    "account": event.account, "reason": event.reason, "off": event.off,
                    "address": traces.address, "agent": traces.agent, "who": traces.who,
                })
            })
            .collect();
        let gaps: Vec<Value> = outcome.gaps.iter().map(|gap| json!(gap)).collect();
        Ok(json!({
            "from": outcome.from, "to": outcome.to,
            "files": self.trail.files.len(), "copies": self.trail.copies,
            "passed_over": self.found.skipped_count, "records": self.trail.records,
            "events": outcome.events, "explained": outcome.explained, "settled": outcome.settled,
            "service": outcome.service, "unexplained": unexplained,
            "missing": self.named(&outcome.missing)?, "not_covered": self.named(&outcome.not_covered)?,
            "gaps": gaps, "more_gaps": outcome.more_gaps,
        }))
    }

    fn named(&self, all: &[Missing]) -> Result<Vec<Value>> {
        let mut named = Vec::new();
        for one in all {
            let entry = self.session.view().entry_by_hash(&one.subject)?;
            named.push(json!({
                "id": entry.as_ref().map(|entry| entry.id),
                "kind": entry.as_ref().map(|entry| &entry.kind),
                "account": one.account,
            }));
        }
        Ok(named)
    }
}
