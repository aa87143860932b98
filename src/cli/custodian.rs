//! `custodian …`, `reader add`.

use std::path::{Path, PathBuf};

use chrono::{Offset, TimeZone, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::leavers::LeaversCommand;
use super::output::{self, Done};
use crate::crypto::card::{Card, CardPersonal};
use crate::crypto::fixed::{Base64, Id};
use crate::crypto::sshsig;
use crate::error::{Error, Result};
use crate::ledger::{People, read_bounded};
use crate::present::describe;
use crate::state::people::Custodian;
use crate::state::rules::Quorum;
use crate::statement::Claim;
use crate::statement::people::{
    Acknowledge, Add, AddPersonal, Away, Cause, Replace, Retire, RetirePersonal, Role,
};
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
    /// Propose that a custodian goes on with another identity
    ///
    /// The old identity ends when governance has agreed. The new one has its roles, and its places in
    /// quorums once `custodian accept` was typed with it; its shares come with a resharing.
    Replace(ReplaceCustodian),
    /// Take the duties of a custodian on, as everybody does once a year
    Acknowledge(AcknowledgeDuties),
    /// Compare the custodians with a list of who left
    ///
    /// The list has a column with names, a column with addresses, or both. Its other columns are not
    /// read, and nothing of it but its digest, and who was found, is kept. Exit code 6: somebody on it
    /// is a custodian.
    Leavers(LeaversCommand),
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

/// `custodian replace`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep custodian replace erin erin-2.card --lost --identified-by \"Bob, by video\"\n  rootkeep custodian replace erin erin-2.card --distrust-from 120"
)]
pub struct ReplaceCustodian {
    /// Who
    name: String,
    /// The card of the new identity
    card: PathBuf,
    /// The old identity is lost
    #[arg(long)]
    lost: bool,
    /// Somebody else may have the old identity: distrust its entries from this index on
    #[arg(long, value_name = "SEQ")]
    distrust_from: Option<u64>,
    /// By whom and how the person was identified
    #[arg(long, value_name = "TEXT")]
    identified_by: Option<String>,
}

/// `custodian acknowledge`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep custodian acknowledge\n  rootkeep custodian acknowledge --duties our-duties.txt"
)]
pub struct AcknowledgeDuties {
    /// Your organisation's own words for the duties, at most 4,096 bytes
    #[arg(long, value_name = "FILE")]
    duties: Option<PathBuf>,
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
        CustodianCommand::Replace(replace) => self::replace(context, &replace),
        CustodianCommand::Acknowledge(command) => acknowledge(context, &command),
        CustodianCommand::Leavers(command) => super::leavers::run(context, &command),
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
    path: &Path,
    roles: Vec<Role>,
    identified_by: Option<&String>,
) -> Result<Done> {
    let newcomer = Newcomer::read(context, path, identified_by)?;
    let mut session = context.open_to_act()?;
    newcomer.compare_words(context)?;
    let add = Add {
        card: newcomer.envelope(),
        roles,
    };
    let claim = Claim::CustodianAdd(add, Some(newcomer.personal.clone()));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!("proposed {}", output::plain(&newcomer.name));
    context.report(session, &entered, &headline, newcomer.fields())
}

fn replace(context: &Context, command: &ReplaceCustodian) -> Result<Done> {
    let newcomer = Newcomer::read(context, &command.card, command.identified_by.as_ref())?;
    let mut session = context.open_to_act()?;
    let old = session.people()?.find(&command.name)?;
    newcomer.compare_words(context)?;
    let replace = Replace {
        old,
        cause: cause(command.distrust_from, command.lost, Cause::Renewed),
        distrust_from: command.distrust_from,
        card: newcomer.envelope(),
    };
    let claim = Claim::CustodianReplace(replace, Some(newcomer.personal.clone()));
    let entered = session.enter(claim, Vec::new())?;
    let headline = format!(
        "proposed that {} goes on with another identity",
        output::plain(&command.name)
    );
    let fields = output::merge(json!({"replaces": old}), newcomer.fields());
    context.report(session, &entered, &headline, fields)
}

/// A card that somebody brings.
struct Newcomer {
    card: Card,
    name: String,
    personal: AddPersonal,
}

impl Newcomer {
    fn read(context: &Context, path: &Path, identified_by: Option<&String>) -> Result<Self> {
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
        Ok(Self {
            card,
            name: personal.name,
            personal: AddPersonal {
                salt: part.salt,
                bytes: part.bytes,
                identified_by,
            },
        })
    }

    fn envelope(&self) -> Base64 {
        Base64(self.card.envelope().to_vec())
    }

    fn compare_words(&self, context: &Context) -> Result<()> {
        let line = format!("{}'s fingerprint: {}", self.name, self.card.words());
        context.show_before_asking(&[line]);
        context
            .terminal
            .confirm("Have you heard these words from the person?")
    }

    fn fields(&self) -> Value {
        json!({"custodian": self.card.id, "fingerprint": self.card.words()})
    }
}

fn cause(distrust_from: Option<u64>, lost: bool, otherwise: Cause) -> Cause {
    match (distrust_from, lost) {
        (Some(_), _) => Cause::Compromised,
        (None, true) => Cause::Lost,
        (None, false) => otherwise,
    }
}

fn acknowledge(context: &Context, command: &AcknowledgeDuties) -> Result<Done> {
    let duties = duties(command.duties.as_deref())?;
    let mut session = context.open_to_act()?;
    let lines: Vec<String> = duties.as_str().lines().map(str::to_owned).collect();
    context.show_before_asking(&lines);
    context.terminal.confirm("Do you take these duties on?")?;
    let claim = Claim::CustodianAcknowledge(Acknowledge { duties });
    let entered = session.enter(claim, Vec::new())?;
    context.report(session, &entered, "acknowledged", json!({}))
}

/// The duties of a custodian: an organisation's own, or those that the program knows.
pub fn duties(file: Option<&Path>) -> Result<Text> {
    let Some(path) = file else {
        return Text::new(describe::DUTIES.trim_end());
    };
    let text = String::from_utf8(read_bounded(path, 4096)?).map_err(|error| {
        Error::usage("bad-text", format!("{} is not UTF-8", path.display())).because(error)
    })?;
    Text::new(text.trim_end())
}

fn accept(context: &Context) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let entered = session.accept()?;
    let people = session.people()?;
    let enrolment = people
        .get(&session.member())
        .map_or(entered.leaf, |(own, ..)| own.enrolment);
    let headline = format!("accepted\nentry #{}  id {}", entered.seq, entered.id);
    context.report_about(session, &entered, &enrolment, &headline, json!({}))
}

fn retire(context: &Context, command: &RetireCustodian) -> Result<Done> {
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let custodian = session.people()?.find(&command.name)?;
    let cause = cause(command.distrust_from, command.lost, Cause::Left);
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

/// Their roles, in words.
pub fn roles(custodian: &Custodian) -> Vec<&'static str> {
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
        "replaces": custodian.replaces,
        "acknowledged": custodian.acknowledged,
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
    let key = sshsig::fingerprint(&custodian.sign)?;
    if context.global.json {
        let more = json!({
            "fingerprint": words,
            "key_fingerprint": key,
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
        format!("  signing key  {key}"),
    ];
    if let Some(card) = card {
        if let Some(contact) = &card.contact {
            lines.push(format!("  contact      {contact}"));
        }
        if let Some(hour) = local_hour(card) {
            lines.push(format!("  there it is  {hour}"));
        }
    }
    lines.push(format!(
        "  duties       {}",
        custodian.acknowledged.map_or_else(
            || "never acknowledged".to_owned(),
            |when| format!("acknowledged {}", describe::time(when))
        )
    ));
    if let Some(old) = custodian.replaces {
        lines.push(format!("  before       {old}"));
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
