//! `custodian …`, `reader add`.

use std::path::PathBuf;

use chrono::{Offset, TimeZone, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::card::CardPersonal;
use crate::crypto::fixed::{Base64, Id};
use crate::error::{Error, Result};
use crate::ledger::People;
use crate::state::people::Custodian;
use crate::state::rules::Quorum;
use crate::statement::Claim;
use crate::statement::people::{Add, AddPersonal, Away, Cause, Retire, RetirePersonal, Role};
use crate::statement::text::Text;
use crate::statement::time::Date;

/// `custodian …`.
#[derive(Debug, Subcommand)]
pub enum CustodianCommand {
    /// Propose a newcomer by card
    Add(AddCustodian),
    /// Accept your own enrolment, once governance has signed it
    #[command(after_help = "Examples:\n  rootkeep -i frank.key custodian accept")]
    Accept,
    /// Propose to retire a custodian
    Retire(RetireCustodian),
    /// Say when somebody can't be reached
    Away(AwayCustodian),
    /// Everyone
    #[command(after_help = "Examples:\n  rootkeep custodian list")]
    List,
    /// One person: roles, quorums, key
    #[command(after_help = "Examples:\n  rootkeep custodian show bob")]
    Show {
        /// Who
        name: String,
    },
}

/// `reader …`.
#[derive(Debug, Subcommand)]
pub enum ReaderCommand {
    /// Propose someone who only reads, by card
    #[command(
        after_help = "Examples:\n  rootkeep reader add auditor.card --identified-by \"Alice, by video\""
    )]
    Add {
        /// The card
        card: PathBuf,
        /// By whom and how the person was identified
        #[arg(long, value_name = "TEXT")]
        identified_by: Option<String>,
    },
}

/// `custodian add`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep custodian add frank.card --role holder --role operator --identified-by \"Bob, passport\""
)]
pub struct AddCustodian {
    /// The newcomer's card
    card: PathBuf,
    /// What they may do (repeatable)
    #[arg(long, required = true, value_name = "ROLE")]
    role: Vec<RoleArg>,
    /// By whom and how the person was identified
    #[arg(long, value_name = "TEXT")]
    identified_by: Option<String>,
}

/// A role, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Keeps the register and proposes changes
    Keeper,
    /// Holds shares
    Holder,
    /// Requests releases and reveals
    Operator,
    /// Witnesses accesses
    Witness,
    /// Reviews who has access
    Reviewer,
}

impl RoleArg {
    fn role(self) -> Role {
        match self {
            Self::Keeper => Role::Keeper,
            Self::Holder => Role::Holder,
            Self::Operator => Role::Operator,
            Self::Witness => Role::Witness,
            Self::Reviewer => Role::Reviewer,
        }
    }
}

/// `custodian retire`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep custodian retire erin --note \"Left the company\"\n  rootkeep custodian retire erin --distrust-from 120"
)]
pub struct RetireCustodian {
    /// Who
    name: String,
    /// The identity is lost
    #[arg(long)]
    lost: bool,
    /// Somebody else may have the identity: distrust their entries from this index on
    #[arg(long, value_name = "SEQ")]
    distrust_from: Option<u64>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// `custodian away`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep custodian away bob --from 2026-12-24 --to 2027-01-02"
)]
pub struct AwayCustodian {
    /// Who
    name: String,
    /// First day, such as 2026-12-24
    #[arg(long, value_name = "DATE")]
    from: String,
    /// Last day
    #[arg(long, value_name = "DATE")]
    to: String,
}

pub fn run(context: &Context, command: CustodianCommand) -> Result<Done> {
    match command {
        CustodianCommand::Add(add) => {
            let mut roles: Vec<Role> = add.role.iter().map(|role| role.role()).collect();
            roles.sort_unstable();
            roles.dedup();
            propose(context, &add.card, roles, add.identified_by.as_ref())
        }
        CustodianCommand::Accept => accept(context),
        CustodianCommand::Retire(retire) => self::retire(context, &retire),
        CustodianCommand::Away(away) => self::away(context, &away),
        CustodianCommand::List => list(context),
        CustodianCommand::Show { name } => show(context, &name),
    }
}

pub fn reader(context: &Context, command: ReaderCommand) -> Result<Done> {
    let ReaderCommand::Add {
        card,
        identified_by,
    } = command;
    propose(context, &card, vec![Role::Reader], identified_by.as_ref())
}

fn propose(
    context: &Context,
    path: &std::path::Path,
    roles: Vec<Role>,
    identified_by: Option<&String>,
) -> Result<Done> {
    let (card, part, personal) = super::card::read(path)?;
    let identified_by = identified_by
        .map(|text| Text::new(text.clone()))
        .transpose()?;
    if !context.global.with.is_empty() && !context.terminal.interactive {
        return Err(Error::usage(
            "missing-value",
            "each who signs an enrolment types the fingerprint that they have heard",
        )
        .hint("leave --with out; each then signs: rootkeep sign ID --fingerprint \"WORDS\""));
    }
    let mut session = context.open_to_act()?;
    context.show_before_asking(&[format!("{}'s fingerprint: {}", personal.name, card.words())]);
    context
        .terminal
        .confirm("Have you heard these words from the person?")?;
    let claim = Claim::CustodianAdd(
        Add {
            card: Base64(card.envelope().to_vec()),
            roles,
        },
        Some(AddPersonal {
            salt: part.salt,
            bytes: part.bytes,
            identified_by,
        }),
    );
    let entered = session.enter(claim, Vec::new())?;
    context.report(
        session,
        &entered,
        &format!("proposed {}", output::plain(&personal.name)),
        json!({"custodian": card.id, "fingerprint": card.words()}),
    )
}

fn accept(context: &Context) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let entered = session.accept()?;
    context.report(session, &entered, "accepted", json!({}))
}

fn retire(context: &Context, command: &RetireCustodian) -> Result<Done> {
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let custodian = session.people()?.find(&command.name)?;
    let cause = match (command.distrust_from, command.lost) {
        (Some(_), _) => Cause::Compromised,
        (None, true) => Cause::Lost,
        (None, false) => Cause::Left,
    };
    let claim = Claim::CustodianRetire(
        Retire {
            custodian,
            cause,
            distrust_from: command.distrust_from,
        },
        Some(RetirePersonal { note }),
    );
    let entered = session.enter(claim, Vec::new())?;
    context.report(
        session,
        &entered,
        &format!("proposed to retire {}", output::plain(&command.name)),
        json!({"custodian": custodian}),
    )
}

fn away(context: &Context, command: &AwayCustodian) -> Result<Done> {
    let (from, to) = (Date::parse(&command.from)?, Date::parse(&command.to)?);
    let mut session = context.open_to_act()?;
    let custodian = session.people()?.find(&command.name)?;
    let away = Away {
        custodian,
        from,
        to,
    };
    let entered = session.enter(Claim::CustodianAway(away), Vec::new())?;
    context.report(session, &entered, "noted", json!({"custodian": custodian}))
}

/// Where a custodian stands, in a word.
pub fn standing(custodian: &Custodian) -> &'static str {
    if custodian.retired.is_some() {
        "retired"
    } else if custodian.from.is_some() {
        "in force"
    } else if custodian.approved.is_some() {
        "yet to accept"
    } else {
        "proposed"
    }
}

fn roles(custodian: &Custodian) -> Vec<&'static str> {
    custodian.roles.iter().map(|role| role.as_str()).collect()
}

fn fields(id: &Id, custodian: &Custodian, card: Option<&CardPersonal>) -> Value {
    json!({
        "id": id,
        "name": card.map(|card| &card.name),
        "contact": card.and_then(|card| card.contact.as_ref()),
        "timezone": card.and_then(|card| card.timezone.as_ref()),
        "roles": roles(custodian),
        "state": standing(custodian),
        "recipient": custodian.recipient,
        "from": custodian.from,
        "retired": custodian.retired,
        "distrust_from": custodian.distrust_from,
    })
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    if context.global.json {
        let all: Vec<Value> = people
            .iter()
            .map(|(id, custodian, card)| fields(id, custodian, card))
            .collect();
        output::object("custodian.list", json!({"custodians": all}))?;
        return Ok(Done::Yes);
    }
    let mut rows: Vec<Vec<String>> = people
        .iter()
        .map(|(id, custodian, card)| {
            vec![
                output::plain(&people.name(id)),
                standing(custodian).to_owned(),
                roles(custodian).join(" "),
                card.and_then(|card| card.timezone.clone())
                    .unwrap_or_default(),
                id.to_hex().chars().take(8).collect(),
            ]
        })
        .collect();
    rows.sort();
    output::data(&output::table(
        &["NAME", "STATE", "ROLES", "TIME ZONE", "ID"],
        &rows,
    ))?;
    Ok(Done::Yes)
}

fn show(context: &Context, name: &str) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let id = people.find(name)?;
    let (custodian, card, person) = people
        .get(&id)
        .ok_or_else(|| Error::not_found("no-custodian", "there is no such custodian"))?;
    let quorums: Vec<String> = crate::state::records::list::<Quorum>(&session.view(), "")?
        .into_iter()
        .filter(|(_, quorum)| quorum.has(&id))
        .map(|(_, quorum)| quorum.name)
        .collect();
    let words = session.card_words(&id)?;
    if context.global.json {
        let more = json!({
            "fingerprint": words,
            "quorums": quorums,
            "away": person.map(|person| &person.away),
            "identified_by": person.and_then(|person| person.identified_by.as_ref()),
        });
        output::object(
            "custodian",
            output::merge(fields(&id, custodian, card), more),
        )?;
        return Ok(Done::Yes);
    }
    let mut lines = vec![
        format!("{}  ({})", people.name(&id), standing(custodian)),
        format!("  id           {id}"),
        format!("  roles        {}", roles(custodian).join(", ")),
        format!("  quorums      {}", quorums.join(", ")),
        format!("  recipient    {}", custodian.recipient),
        format!("  fingerprint  {words}"),
    ];
    if let Some(card) = card {
        if let Some(contact) = &card.contact {
            lines.push(format!("  contact      {contact}"));
        }
        if let Some(hour) = local_hour(card) {
            lines.push(format!("  there it is  {hour}"));
        }
    }
    for away in person
        .map(|person| person.away.as_slice())
        .unwrap_or_default()
    {
        lines.push(format!("  away         {} to {}", away.from, away.to));
    }
    if let Some(from) = custodian.distrust_from {
        lines.push(format!("  entries from #{from} on are not to be trusted"));
    }
    output::data(&format!("{}\n", output::plain(&lines.join("\n"))))?;
    Ok(Done::Yes)
}

/// The local hour where somebody is.
pub fn local_hour(card: &CardPersonal) -> Option<String> {
    let zone: chrono_tz::Tz = card.timezone.as_ref()?.parse().ok()?;
    let now = zone.from_utc_datetime(&Utc::now().naive_utc());
    let _offset_known = now.offset().fix();
    Some(format!("{} ({zone})", now.format("%a %H:%M")))
}

/// Whether somebody is away on the day of `now`, in their own time zone.
pub fn is_away(people: &People, id: &Id) -> Option<String> {
    let (_, card, person) = people.get(id)?;
    let zone: chrono_tz::Tz = card
        .and_then(|card| card.timezone.as_ref()?.parse().ok())
        .unwrap_or(chrono_tz::UTC);
    let today = zone.from_utc_datetime(&Utc::now().naive_utc()).date_naive();
    person?
        .away
        .iter()
        .find(|away| away.from.0 <= today && today <= away.to.0)
        .map(|away| away.to.to_string())
}
