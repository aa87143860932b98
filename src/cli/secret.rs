//! `secret …`.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::asked::Asked;
use super::context::Context;
use super::output::{self, Done};
use super::secret_compare::{self, CompareSecret};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::insight::possession::{Drills, Looked, Shown};
use crate::ledger::{Session, Unproven};
use crate::policy;
use crate::present::{describe, drills};
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::drills::SharePlace;
use crate::state::estate::PostureRecord;
use crate::state::records::{Records, list as records, read};
use crate::state::rules::Quorum;
use crate::statement::secrets::{Confirm, ConfirmPersonal, Destroy, DestroyPersonal, Share};
use crate::statement::text::Text;
use crate::statement::{Claim, SecretName};

/// `secret …`.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Record that an epoch was found to work
    Confirm(ConfirmSecret),
    /// Every secret
    #[command(after_help = "Examples:\n  rootkeep secret list")]
    List,
    /// One secret: epochs, holders, who knows it
    #[command(after_help = "Examples:\n  rootkeep secret show 111122223333/password")]
    Show {
        /// SUBJECT/KIND[:LABEL]
        secret: String,
    },
    /// Show that your shares can still be decrypted; nothing is rebuilt
    #[command(
        after_help = "Examples:\n  rootkeep secret prove\n  rootkeep secret prove 111122223333/password"
    )]
    Prove {
        /// SUBJECT/KIND[:LABEL]; all that you hold a share of where none is named
        secret: Vec<String>,
    },
    /// Whether a sealed copy's QR code is of the MFA seed that is sealed here; shows nothing else
    Compare(CompareSecret),
    /// Propose to destroy an epoch, or all of a secret
    Destroy(DestroySecret),
}

/// `secret confirm`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep secret confirm 111122223333/password --epoch 2 --note \"Signed in with it\""
)]
pub struct ConfirmSecret {
    /// SUBJECT/KIND[:LABEL]
    secret: String,
    /// Which epoch
    #[arg(long, value_name = "N")]
    epoch: u32,
    /// How it was found
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// `secret destroy`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep secret destroy 111122223333/password --epoch 1 --reason \"Rotated\""
)]
pub struct DestroySecret {
    /// SUBJECT/KIND[:LABEL]
    secret: String,
    /// One epoch; all where it is left out
    #[arg(long, value_name = "N")]
    epoch: Option<u32>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub fn run(context: &Context, command: SecretCommand) -> Result<Done> {
    match command {
        SecretCommand::Confirm(confirm) => self::confirm(context, &confirm),
        SecretCommand::List => list(context),
        SecretCommand::Show { secret } => show(context, &secret),
        SecretCommand::Prove { secret } => prove(context, &secret),
        SecretCommand::Compare(compare) => secret_compare::run(context, &compare),
        SecretCommand::Destroy(destroy) => self::destroy(context, &destroy),
    }
}

/// The proofs are made for the newest entry: so they are as fresh as the log.
fn prove(context: &Context, names: &[String]) -> Result<Done> {
    let names = names
        .iter()
        .map(|name| name.parse())
        .collect::<Result<Vec<SecretName>>>()?;
    let mut session = context.open_to_act()?;
    let secrets = names
        .iter()
        .map(|name| session.find_secret(name).map(|(id, _)| id))
        .collect::<Result<Vec<Id>>>()?;
    let (size, _) = session.head()?;
    let newest = session.proven(size.saturating_sub(1))?;
    let (entered, bad) = session.prove_shares(newest.leaf(), &secrets)?;
    for bad in &bad {
        context.warn(&unproven(&session.view(), bad)?);
    }
    let proven = match session.proven(entered.seq)?.claim() {
        Claim::SecretProve(prove) => prove.proofs.len(),
        _ => 0,
    };
    let done = context.report(
        session,
        &entered,
        &format!("proved {proven} of your shares"),
        json!({
            "subject": newest.leaf(), "shares": proven,
            "unproven": bad.iter().map(|bad| json!({
                "secret": bad.secret, "epoch": bad.epoch, "code": bad.why.code(),
            })).collect::<Vec<_>>(),
        }),
    )?;
    Ok(if bad.is_empty() { done } else { Done::Problems })
}

/// A share that could not be proven, in one line.
pub fn unproven(records: &dyn Records, bad: &Unproven) -> Result<String> {
    let secret = read::<SecretRecord>(records, &bad.secret.to_hex())?;
    let name = secret.map_or_else(|| bad.secret.to_hex(), |secret| secret.name.to_string());
    Ok(format!(
        "your share of {name} epoch {} is NOT proven: {}",
        bad.epoch,
        bad.why.message()
    ))
}

fn confirm(context: &Context, command: &ConfirmSecret) -> Result<Done> {
    let name: SecretName = command.secret.parse()?;
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let (secret, _) = session.find_secret(&name)?;
    let mut warnings = Vec::new();
    if let Some(newer) = newer_epoch(&session, &secret, command.epoch)? {
        warnings.push(format!(
            "{name} has a newer epoch, {newer}; this confirms epoch {}",
            command.epoch
        ));
    }
    for warning in &warnings {
        context.warn(warning);
        context.terminal.confirm("All the same?")?;
    }
    let sealed = Epoch::load(&session.view(), &secret, command.epoch)?;
    if sealed.is_some_and(|epoch| epoch.sealer == session.member()) {
        let own = format!(
            "you sealed epoch {} yourself: where another epoch was confirmed by somebody else, that one is still what a request asks for, unless it says --epoch {}",
            command.epoch, command.epoch
        );
        context.warn(&own);
        warnings.push(own);
    }
    let claim = Claim::SecretConfirm(
        Confirm {
            secret,
            epoch: command.epoch,
        },
        Some(ConfirmPersonal { note }),
    );
    let entered = session.enter(claim, Vec::new())?;
    context.report(
        session,
        &entered,
        &format!("confirmed {name} epoch {}", command.epoch),
        json!({"secret": secret, "warnings": warnings}),
    )
}

fn destroy(context: &Context, command: &DestroySecret) -> Result<Done> {
    let name: SecretName = command.secret.parse()?;
    let terminal = &context.terminal;
    let reason = Asked::new(terminal, command.reason.as_ref(), "Why", "--reason TEXT")?;
    let mut session = context.open_to_act()?;
    let (secret, _) = session.find_secret(&name)?;
    let claim = Claim::SecretDestroy(
        Destroy {
            secret,
            epoch: command.epoch,
        },
        Some(DestroyPersonal {
            reason: reason.text(terminal)?,
        }),
    );
    let entered = session.enter(claim, Vec::new())?;
    context.report(
        session,
        &entered,
        &match command.epoch {
            Some(epoch) => format!("proposed to destroy {name} epoch {epoch}"),
            None => format!("proposed to destroy {name}, all epochs"),
        },
        json!({"secret": secret}),
    )
}

/// The live epochs of a secret, by number.
pub fn epochs(session: &Session, secret: &Id) -> Result<Vec<(u32, Epoch)>> {
    records::<Epoch>(&session.view(), &format!("{secret}/"))?
        .into_iter()
        .map(|(key, epoch)| {
            let number = key
                .rsplit('/')
                .next()
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(|| Error::verification("bad-state", "an epoch's key is damaged"))?;
            Ok((number, epoch))
        })
        .collect()
}

/// The newest live epoch, where it is newer than `epoch`.
pub fn newer_epoch(session: &Session, secret: &Id, epoch: u32) -> Result<Option<u32>> {
    Ok(epochs(session, secret)?
        .into_iter()
        .filter(|(number, record)| *number > epoch && record.destroyed.is_none())
        .map(|(number, _)| number)
        .next_back())
}

/// The epoch that is asked for where none is named: the newest that somebody besides its sealer has
/// confirmed; where there is none, the newest that anybody has, else the newest.
pub fn default_epoch(session: &Session, secret: &Id) -> Result<u32> {
    let all = epochs(session, secret)?;
    let live: Vec<&(u32, Epoch)> = all
        .iter()
        .filter(|(_, epoch)| epoch.destroyed.is_none())
        .collect();
    // What was split anew counts once enough of its holders have proven their shares; then it is as good
    // as what it was split from.
    let counts = |epoch: &Epoch| {
        epoch.reshared_from.is_none_or(|from| {
            let before = live.iter().any(|(number, _)| *number == from);
            !before || epoch.rule().met_by(&epoch.proven.iter().copied().collect())
        })
    };
    let mut works = Vec::new();
    for (number, epoch) in &all {
        if known_to_work(session, &all, epoch)? {
            works.push(*number);
        }
    }
    live.iter()
        .rev()
        .find(|(number, epoch)| works.contains(number) && counts(epoch))
        .or_else(|| {
            let said = |(_, epoch): &&&(u32, Epoch)| !epoch.confirmed.is_empty() && counts(epoch);
            live.iter().rev().find(said)
        })
        .or_else(|| live.iter().rev().find(|(_, epoch)| counts(epoch)))
        .map(|(number, _)| *number)
        .ok_or_else(|| {
            Error::not_found("no-epoch", "every epoch of that secret was destroyed")
                .hint("seal it anew: rootkeep seal SECRET --stdin")
        })
}

/// Whether somebody besides its sealer has found that an epoch works, or the one that it was split from.
fn known_to_work(session: &Session, all: &[(u32, Epoch)], epoch: &Epoch) -> Result<bool> {
    let view = session.view();
    let mut epoch = Some(epoch);
    // What it was split from is older: this ends.
    while let Some(one) = epoch {
        if policy::found_to_work(&view, one)? {
            return Ok(true);
        }
        let from = one.reshared_from;
        epoch = from
            .and_then(|from| all.iter().find(|(number, _)| *number == from))
            .map(|(_, before)| before);
    }
    Ok(false)
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let mut all: Vec<(Id, SecretRecord)> = records::<SecretRecord>(&session.view(), "")?
        .into_iter()
        .map(|(key, record)| Ok((Id::parse(&key)?, record)))
        .collect::<Result<_>>()?;
    all.sort_by_key(|(_, record)| record.name.to_string());
    let mut rows = Vec::new();
    let mut fields = Vec::new();
    for (id, record) in &all {
        let quorum = Quorum::load(&session.view(), &record.quorum)?
            .map_or_else(String::new, |quorum| quorum.name);
        let epochs = epochs(&session, id)?;
        let newest = epochs.last();
        let live = epochs.iter().any(|(_, epoch)| epoch.destroyed.is_none());
        let mut confirmed = None;
        for (number, epoch) in &epochs {
            if epoch.destroyed.is_none() && policy::found_to_work(&session.view(), epoch)? {
                confirmed = Some(*number);
            }
        }
        let proven = newest.map_or((0, 0), |(_, epoch)| {
            (epoch.proven.len(), epoch.rule().people().len())
        });
        fields.push(json!({
            "id": id, "name": record.name, "quorum": quorum, "epoch": record.epoch,
            "confirmed": confirmed, "proven": proven.0, "holders": proven.1, "destroyed": !live,
        }));
        rows.push(vec![
            record.name.to_string(),
            quorum,
            if live {
                record.epoch.to_string()
            } else {
                "destroyed".to_owned()
            },
            confirmed.map_or_else(
                || if live { "no" } else { "" }.to_owned(),
                |number| number.to_string(),
            ),
            if live {
                format!("{} of {}", proven.0, proven.1)
            } else {
                String::new()
            },
        ]);
    }
    if context.global.json {
        output::object("secret.list", json!({"secrets": fields}))?;
    } else {
        output::data(&output::table(
            &["SECRET", "QUORUM", "EPOCH", "CONFIRMED", "SHARES PROVEN"],
            &rows,
        ))?;
    }
    Ok(Done::Yes)
}

fn show(context: &Context, name: &str) -> Result<Done> {
    let name: SecretName = name.parse()?;
    let session = context.open()?;
    let (id, record) = session.find_secret(&name)?;
    let people = session.people()?;
    let quorum = Quorum::load(&session.view(), &record.quorum)?;
    let epochs = epochs(&session, &id)?;
    let default = default_epoch(&session, &id).ok();
    let now = session.now()?;
    let days = PostureRecord::load(&session.view())?
        .posture
        .stale_share_days;
    let in_drills = Drills::load(&session.view())?;
    let mut alive = BTreeMap::new();
    for (number, _) in &epochs {
        if let Some(looked) = Looked::at(&session.view(), &in_drills, &id, *number)? {
            alive.insert(*number, looked.is_alive(&session.view(), now)?);
        }
    }
    let shown = |secret: &Id, epoch: u32, share: &Share| {
        let place = SharePlace {
            secret: *secret,
            epoch,
            group: share.group,
            member: share.member,
        };
        in_drills.of(&share.holder, &place)
    };
    let drilled = |secret: &Id, epoch: u32, share: &Share| match shown(secret, epoch, share) {
        Shown::Nothing => Value::Null,
        Shown::Proven { at, index } => json!({"at": at, "seq": index, "why": null}),
        Shown::Bad { at, index, why } => json!({"at": at, "seq": index, "why": why}),
    };
    if context.global.json {
        let all: Vec<Value> = epochs
            .iter()
            .map(|(number, epoch)| {
                json!({
                    "epoch": number,
                    "index": epoch.index,
                    "sealed_at": epoch.made_at,
                    "sealed_by": people.name(&epoch.sealer),
                    "confirmed_by": epoch.confirmed.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
                    "destroyed": epoch.destroyed,
                    "holders": epoch.shares.iter().map(|share| json!({
                        "name": people.name(&share.holder), "group": share.group, "member": share.member,
                        "proven": epoch.proven.contains(&share.holder),
                        "drilled": drilled(&id, *number, share),
                    })).collect::<Vec<_>>(),
                    "alive": alive.get(number),
                    "knowers": epoch.knowers.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
                })
            })
            .collect();
        output::object(
            "secret",
            json!({"id": id, "name": name, "quorum": quorum.map(|quorum| quorum.name), "serves": record.serves, "default_epoch": default, "epochs": all}),
        )?;
        return Ok(Done::Yes);
    }
    let mut text = format!("{name}\n");
    if let Some(quorum) = &quorum {
        text.push_str(&format!(
            "  quorum     {}: {}\n",
            quorum.name,
            describe::rule(quorum, &people)
        ));
    }
    if !record.serves.is_empty() {
        let serves: Vec<String> = record.serves.iter().map(ToString::to_string).collect();
        text.push_str(&format!("  serves     {}\n", serves.join(", ")));
    }
    for (number, epoch) in &epochs {
        let mark = if Some(*number) == default {
            " (the default)"
        } else {
            ""
        };
        text.push_str(&format!(
            "  epoch {number}{mark}: sealed by {} {}, entry #{}\n",
            people.name(&epoch.sealer),
            describe::time(epoch.made_at),
            epoch.index
        ));
        if let Some(index) = epoch.destroyed {
            text.push_str(&format!("    destroyed at entry #{index}\n"));
            continue;
        }
        let confirmed = if epoch.confirmed.is_empty() {
            "nobody yet".to_owned()
        } else {
            people.names(&epoch.confirmed)
        };
        text.push_str(&format!("    found to work by  {confirmed}\n"));
        text.push_str(&format!(
            "    may be known to   {}\n",
            people.names(&epoch.knowers)
        ));
        if let Some(alive) = alive.get(number) {
            text.push_str(if *alive {
                "    a quorum is provably alive\n"
            } else {
                "    no quorum is provably alive: rootkeep drill start possession\n"
            });
        }
        for share in &epoch.shares {
            let proven = if epoch.proven.contains(&share.holder) {
                "proven"
            } else {
                "unproven"
            };
            let drilled = match shown(&id, *number, share) {
                Shown::Nothing => ", in no drill yet".to_owned(),
                Shown::Bad { at, index, why } => format!(
                    ", NOT in the drill of {} (#{index}): {}",
                    describe::day(at),
                    drills::fault(why)
                ),
                Shown::Proven { at, index } => {
                    let stale = if shown(&id, *number, share).is_fresh(now, days) {
                        ""
                    } else {
                        ", stale"
                    };
                    format!(
                        ", last in the drill of {} (#{index}){stale}",
                        describe::day(at)
                    )
                }
            };
            text.push_str(&format!(
                "    share {}.{}  {:<24} {proven}{drilled}\n",
                u16::from(share.group) + 1,
                u16::from(share.member) + 1,
                people.name(&share.holder)
            ));
        }
    }
    output::data(&output::plain(&text))?;
    Ok(Done::Yes)
}
