//! `drill prove`.

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::shell::words;
use super::{drill, progress};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::{describe, drills as present};
use crate::state::drills::{DrillRecord, SharePlace};
use crate::statement::Claim;
use crate::statement::drills::{Answer, BadShare, DrillKind};

/// `drill prove`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep -i bob.key drill prove 4eb276f8\n  rootkeep -i bob.key drill prove 4eb276f8 --sample 20"
)]
pub struct ProveDrill {
    /// The drill
    id: String,
    /// Only so many, which the drill itself picks, where it asks for no more: for a token that is touched for each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    sample: Option<u32>,
}

pub fn run(context: &Context, command: &ProveDrill) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let (leaf, record) = drill::find(context, &session, &command.id)?;
    asks_for_shares(&record)?;
    if record
        .holders
        .iter()
        .all(|(holder, _)| *holder != session.member())
    {
        return Err(asks_for_none_of_yours(&session, &record)?);
    }
    if session.is_on_hardware() {
        let shares = session.asked_of_me(&leaf, command.sample)?;
        let to_come = describe::counted(shares, "share");
        context.say(&format!(
            "{to_come} to prove: your token may have to be touched {shares} times"
        ));
        if let Some(least) = record.sample
            && command.sample.is_none()
            && drill::asked_of(shares, Some(least)) < shares
        {
            context.say(&format!(
                "to prove no more than the drill asks for: --sample {least}"
            ));
        }
    }
    let bar = progress::bar(context, "proving", "shares");
    let (entered, bad) = session.answer_drill(leaf, command.sample, &mut |done, all| {
        bar.set_length(u64::try_from(all).unwrap_or(0));
        bar.set_position(u64::try_from(done).unwrap_or(0));
    })?;
    bar.finish_and_clear();
    let statement = session.proven(entered.seq)?;
    let Claim::DrillProve(answer) = statement.claim() else {
        return context.report(session, &entered, "answered", json!({}));
    };
    let lines = named(&session, &bad)?;
    let fields = json!({
        "drill": leaf, "shares": answer.proofs.len(),
        "bad": lines.iter().map(|(fields, _)| fields).collect::<Vec<_>>(),
        "sampled": sampled(&session, answer)?,
    });
    let proven = describe::counted(answer.proofs.len(), "share");
    let headline = if bad.is_empty() {
        format!("proved {proven}")
    } else {
        format!("proved {proven}; could not prove {}", bad.len())
    };
    for (_, line) in &lines {
        context.warn(line);
    }
    let done = context.report(session, &entered, &headline, fields)?;
    Ok(if bad.is_empty() {
        done
    } else {
        Done::InPart(4)
    })
}

/// That it is shares that a drill tries.
fn asks_for_shares(record: &DrillRecord) -> Result<()> {
    if record.drill == DrillKind::Possession {
        return Ok(());
    }
    let id = record.id.short();
    Err(Error::refused(
        "asks-no-shares",
        format!("a {} drill asks for no shares", record.drill.as_str()),
    )
    .hint(match record.drill {
        DrillKind::SignIn => format!("rootkeep drill record sign-in {id} ACCOUNT --request ID"),
        DrillKind::QrRestore => format!("rootkeep drill record sheet {id} ITEM good"),
        DrillKind::LedgerRestore => format!("rootkeep drill record restore {id} FILE"),
        _ => format!("rootkeep drill record call {id} TARGET --by NAME --code-read-back"),
    })
    .hint(format!("what it tries: rootkeep drill show {id}")))
}

/// Who is asked instead; or under which identity, now ended, whoever looks was.
fn asks_for_none_of_yours(session: &Session, record: &DrillRecord) -> Result<Error> {
    let (people, me) = (session.people()?, session.member());
    let error = Error::refused(
        "not-in-quorum",
        "you hold no share of what this drill asks for",
    );
    let mut asked = record.holders.iter().map(|(holder, _)| holder);
    if let Some(old) = asked.clone().find(|old| people.is_same_person(old, &me)) {
        let name = people.name(old);
        return Ok(error
            .because(format!(
                "the shares are those of {name} still, an identity that has ended"
            ))
            .hint(format!(
                "before the next drill: rootkeep reshare --without {}",
                words::quoted(&name)
            ))
            .hint("all that is left to do after it: rootkeep status"));
    }
    let names: Vec<String> = asked.by_ref().map(|id| people.name(id)).collect();
    Ok(error.hint(format!("it asks {}", names.join(", "))))
}

/// What could not be proven, and why.
fn named(session: &Session, bad: &[BadShare]) -> Result<Vec<(Value, String)>> {
    let mut lines = Vec::new();
    for bad in bad {
        let place = SharePlace {
            secret: bad.secret,
            epoch: bad.epoch,
            group: bad.group,
            member: bad.member,
        };
        let share = present::share(session, &place)?;
        lines.push((
            json!({
                "secret": present::sealed(session, &bad.secret)?, "epoch": bad.epoch, "group": bad.group,
                "member": bad.member, "why": bad.why,
            }),
            output::one_line(&format!("{share}: {}", present::fault(bad.why))),
        ));
    }
    Ok(lines)
}

/// Which the drill has picked; nothing, where all were proven.
fn sampled(session: &Session, answer: &Answer) -> Result<Option<Vec<Value>>> {
    if answer.sample.is_none() {
        return Ok(None);
    }
    let field = |secret: &Id, epoch: u32, group: u8, member: u8| -> Result<Value> {
        Ok(json!({
            "secret": present::sealed(session, secret)?, "epoch": epoch, "group": group, "member": member,
        }))
    };
    let proofs = answer.proofs.iter();
    let picked: Result<Vec<Value>> = proofs
        .map(|one| field(&one.secret, one.epoch, one.group, one.member))
        .collect();
    picked.map(Some)
}
