//! `ceremony start`.

use chrono::Local;
use chrono_tz::Tz;
use clap::{ArgGroup, Args};
use serde_json::json;

use super::guests::are_guests;
use crate::cli::context::Context;
use crate::cli::output::Done;
use crate::cli::{runbook, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::exchange::casting::{self, Cast};
use crate::exchange::runbook::Runbook;
use crate::ledger::{Entered, People, Session};
use crate::statement::Claim;
use crate::statement::ceremonies::{Guest, Participant, Performance, Start, StartPersonal};
use crate::statement::text::{Name, Text};

/// `ceremony start`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("how").required(true).multiple(false),
    after_help = "Examples:\n  rootkeep ceremony start lost-mfa --production --role administrator=alice --role operator=bob\n  rootkeep ceremony start lost-mfa --practice --role operator=bob --guest \"Jo|Acme|witness\""
)]
pub struct StartCeremony {
    /// The runbook; its version in effect is performed
    runbook: String,
    /// Who takes which role of it (repeatable; you, where a role is left to nobody)
    #[arg(long, value_name = "ROLE=NAME")]
    role: Vec<String>,
    /// Somebody in the room who is no custodian (repeatable)
    #[arg(long, value_name = "NAME|AFFILIATION[|ROLE...]")]
    guest: Vec<String>,
    /// Nothing real is done
    #[arg(long, group = "how")]
    practice: bool,
    /// In earnest
    #[arg(long, group = "how")]
    production: bool,
    /// Where, in words
    #[arg(long, value_name = "TEXT")]
    place: Option<String>,
    /// Where, if that is a location of the register
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// The time zone of the clock that all can see [default: this machine's, else UTC]
    #[arg(long, value_name = "TZ")]
    timezone: Option<String>,
    /// A drill or request that it is about (repeatable)
    #[arg(long, value_name = "ID")]
    about: Vec<String>,
    /// When it began, such as 14:03 [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub fn run(context: &Context, command: &StartCeremony) -> Result<Done> {
    let guests = command
        .guest
        .iter()
        .map(|typed| guest(typed))
        .collect::<Result<Vec<Guest>>>()?;
    let place = command.place.clone().map(Text::new).transpose()?;
    let note = command.note.clone().map(Text::new).transpose()?;
    let location = command.location.as_ref().map(Name::new).transpose()?;
    let zone = match &command.timezone {
        Some(typed) => when::zone(typed)?,
        None => here(),
    };
    let mut session = context.open_to_act()?;
    let (published, script) = runbook::in_effect(&session, &command.runbook)?;
    let people = session.people()?;
    guests
        .iter()
        .try_for_each(|guest| are_guests(&people, &guest.name))?;
    let participants = participants(&people, &script, session.member(), &command.role, &guests)?;
    check_cast(&people, &script, &participants, &guests)?;
    let mut about = command
        .about
        .iter()
        .map(|typed| Ok(context.entry(&session, typed)?.hash))
        .collect::<Result<Vec<Digest>>>()?;
    about.sort();
    about.dedup();
    let now = session.now()?;
    let start = Start {
        runbook: published.runbook,
        version: published.version,
        file: published.file,
        performance: if command.production {
            Performance::Production
        } else {
            Performance::Practice
        },
        at: match &command.at {
            Some(typed) => when::parse(typed, zone, now)?,
            None => now,
        },
        timezone: zone.name().to_owned(),
        location,
        participants,
        steps: script.steps.iter().map(|step| step.id.clone()).collect(),
        about,
    };
    let told = StartPersonal {
        place,
        guests,
        note,
    };
    let entered = session.enter(Claim::CeremonyStart(start, Some(told)), Vec::new())?;
    reported(context, session, &entered, &script)
}

fn reported(
    context: &Context,
    session: Session,
    entered: &Entered,
    script: &Runbook,
) -> Result<Done> {
    let id = entered.id.short();
    let program = context.program(None);
    context.say(&format!(
        "lead the room through it: {program} ceremony run {id}"
    ));
    context.say(&format!(
        "or record step by step: {program} ceremony step {id}"
    ));
    let headline = format!("a ceremony has begun: {}", script.name);
    let fields = json!({"runbook": script.name, "steps": script.steps.len()});
    context.report(session, entered, &headline, fields)
}

/// This machine's zone, where its name is told and its clock agrees with it.
fn here() -> Tz {
    let link = std::fs::read_link("/etc/localtime").ok();
    let name = link.as_ref().and_then(|path| {
        let path = path.to_str()?;
        path.split_once("zoneinfo/").map(|(_, name)| name)
    });
    let zone: Option<Tz> = name.and_then(|name| name.parse().ok());
    let agrees = |zone: &Tz| {
        let now = chrono::Utc::now();
        now.with_timezone(zone).naive_local() == now.with_timezone(&Local).naive_local()
    };
    match zone.filter(agrees) {
        None | Some(Tz::Etc__UTC) => Tz::UTC,
        Some(zone) => zone,
    }
}

/// `NAME|AFFILIATION`, and roles after it.
fn guest(typed: &str) -> Result<Guest> {
    let mut parts = typed.split('|').map(str::trim);
    let (name, affiliation) = (parts.next(), parts.next());
    let (Some(name), Some(affiliation)) = (name, affiliation) else {
        return Err(Error::usage(
            "bad-guest",
            format!("`{}` does not say of whom a guest is", typed.escape_debug()),
        )
        .hint("\"Jo Smith|Acme Audit\", with |ROLE after it where they take one"));
    };
    let mut roles = parts.map(Name::new).collect::<Result<Vec<Name>>>()?;
    roles.sort();
    roles.dedup();
    Ok(Guest {
        name: Text::new(name)?,
        affiliation: Text::new(affiliation)?,
        roles,
    })
}

/// Whoever was named, in order of id. The person at the keyboard takes what nobody was named for.
fn participants(
    people: &People,
    script: &Runbook,
    me: Id,
    typed: &[String],
    guests: &[Guest],
) -> Result<Vec<Participant>> {
    let mut cast: Vec<Participant> = Vec::new();
    let mut take = |who: Id, role: Name| match cast.iter_mut().find(|one| one.custodian == who) {
        Some(one) => one.roles.push(role),
        None => cast.push(Participant {
            custodian: who,
            roles: vec![role],
        }),
    };
    let mut taken: Vec<Name> = guests
        .iter()
        .flat_map(|guest| guest.roles.clone())
        .collect();
    for typed in typed {
        let (role, name) = typed.split_once('=').ok_or_else(|| {
            Error::usage(
                "bad-role",
                format!("`{}` does not say who takes a role", typed.escape_debug()),
            )
            .hint("--role operator=bob")
        })?;
        let role = Name::new(role)?;
        take(people.find(name)?, role.clone());
        taken.push(role);
    }
    let open = script.roles.iter().find(|role| !taken.contains(&role.id));
    let mine = typed.iter().any(|typed| {
        typed
            .split_once('=')
            .and_then(|(_, name)| people.find(name).ok())
            == Some(me)
    });
    if let Some(role) = open.filter(|_| !mine) {
        take(me, role.id.clone());
    }
    for one in &mut cast {
        one.roles.sort();
        one.roles.dedup();
    }
    cast.sort_by_key(|one| one.custodian);
    Ok(cast)
}

fn check_cast(
    people: &People,
    script: &Runbook,
    participants: &[Participant],
    guests: &[Guest],
) -> Result<()> {
    let mut cast: Vec<Cast<'_>> = participants
        .iter()
        .map(|one| Cast {
            who: people.name(&one.custodian),
            roles: &one.roles,
        })
        .collect();
    cast.extend(guests.iter().map(|guest| Cast {
        who: guest.name.to_string(),
        roles: &guest.roles,
    }));
    casting::check(script, &cast)
}
