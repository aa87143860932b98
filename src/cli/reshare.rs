//! `reshare`: new shares for the same value, which nobody is shown.

use clap::{Args, Subcommand};
use serde_json::json;

use super::asked::Asked;
use super::context::Context;
use super::output::{self, Done};
use super::progress;
use super::request::parse_duration;
use super::waiting;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::present::describe;
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::people::Custodian;
use crate::state::records::{list, read};
use crate::state::rules::Quorum;
use crate::statement::SecretName;
use crate::statement::releases::RequestPersonal;

/// What comes after the sign-offs.
#[derive(Debug, Subcommand)]
pub enum Further {
    /// Carry out a resharing that is in effect; what was interrupted goes on
    #[command(after_help = "Examples:\n  rootkeep reshare finish 4eb276f8")]
    Finish {
        /// The resharing's id
        id: String,
    },
}

/// `reshare`.
#[derive(Debug, Args)]
#[command(
    subcommand_negates_reqs = true,
    override_usage = "rootkeep reshare [OPTIONS] <SECRET>...\n       rootkeep reshare [OPTIONS] --without <NAME>\n       rootkeep reshare finish [OPTIONS] <ID>",
    after_help = "Examples:\n  rootkeep reshare --without carol --purpose \"carol has left\"\n  rootkeep reshare 111122223333/password --purpose \"the quorum has a new member\"\n  rootkeep reshare finish 4eb276f8"
)]
pub struct ReshareCommand {
    #[command(subcommand)]
    further: Option<Further>,
    /// SUBJECT/KIND[:LABEL]
    #[arg(required_unless_present = "without")]
    secret: Vec<String>,
    /// Every secret whose newest epoch has a share of theirs
    #[arg(long, value_name = "NAME")]
    without: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// How long it may be carried out once in effect, such as 30m or 2h
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    window: String,
}

pub fn run(context: &Context, command: &ReshareCommand) -> Result<Done> {
    match &command.further {
        Some(Further::Finish { id }) => finish(context, id),
        None => propose(context, command),
    }
}

fn propose(context: &Context, command: &ReshareCommand) -> Result<Done> {
    let window = parse_duration(&command.window)?;
    let names = command
        .secret
        .iter()
        .map(|name| name.parse())
        .collect::<Result<Vec<SecretName>>>()?;
    let terminal = &context.terminal;
    let given = command.purpose.as_ref();
    let purpose = Asked::new(terminal, given, "What for", "--purpose TEXT")?;
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let mut secrets = names
        .iter()
        .map(|name| session.find_secret(name).map(|(id, _)| id))
        .collect::<Result<Vec<Id>>>()?;
    if let Some(name) = &command.without {
        let who = people.find(name)?;
        secrets.extend(held_by(&session, &who)?);
        secrets.sort_unstable();
        secrets.dedup();
        if secrets.is_empty() {
            return Err(holds_nothing(&people, &who));
        }
    }
    for secret in &secrets {
        check_quorum(&session, &people, secret)?;
    }
    let personal = RequestPersonal {
        purpose: purpose.text(terminal)?,
        task: None,
        ticket: None,
    };
    let operator = session.member();
    let entered = session.reshare(&secrets, operator, window, personal)?;
    context.say(&format!(
        "once enough holders have signed: {} reshare finish {}",
        context.program(None),
        entered.id.short()
    ));
    let headline = match secrets.len() {
        1 => "1 secret is to be split anew".to_owned(),
        many => format!("{many} secrets are to be split anew"),
    };
    context.report(
        session,
        &entered,
        &headline,
        json!({"secrets": secrets.len(), "operator": operator}),
    )
}

fn holds_nothing(people: &People, who: &Id) -> Error {
    let error = Error::not_found(
        "no-secret",
        format!(
            "{} holds no share of any secret's newest epoch",
            people.name(who)
        ),
    );
    match people
        .get(who)
        .and_then(|(custodian, ..)| custodian.replaces)
    {
        Some(old) => error.hint(format!(
            "for the identity before: rootkeep reshare --without {}",
            old.short()
        )),
        None => error.hint(
            "nothing of theirs is left to be split anew; what else waits for somebody: rootkeep status",
        ),
    }
}

/// Secrets of whose newest epoch somebody holds a share.
fn held_by(session: &Session, who: &Id) -> Result<Vec<Id>> {
    let view = session.view();
    let mut held = Vec::new();
    for (key, record) in list::<SecretRecord>(&view, "")? {
        let secret = Id::parse(&key)?;
        let epoch = Epoch::load(&view, &secret, record.epoch)?;
        if epoch.is_some_and(|epoch| {
            epoch.destroyed.is_none() && epoch.shares.iter().any(|share| share.holder == *who)
        }) {
            held.push(secret);
        }
    }
    Ok(held)
}

/// The new shares go to the quorum as it stands: that must not have anybody who is gone.
fn check_quorum(session: &Session, people: &People, secret: &Id) -> Result<()> {
    let view = session.view();
    let Some(record) = read::<SecretRecord>(&view, &secret.to_hex())? else {
        return Ok(());
    };
    let Some(quorum) = Quorum::load(&view, &record.quorum)? else {
        return Ok(());
    };
    for member in quorum.groups.iter().flat_map(|group| &group.members) {
        if !Custodian::load(&view, member)?.is_some_and(|custodian| custodian.in_force()) {
            return Err(Error::refused(
                "holder-not-in-force",
                format!(
                    "{} is in the quorum `{}` and no longer in force",
                    people.name(member),
                    quorum.name
                ),
            )
            .hint(format!(
                "define it anew without them first: rootkeep quorum define {} --threshold K --member NAME ...",
                quorum.name
            )));
        }
    }
    Ok(())
}

fn finish(context: &Context, id: &str) -> Result<Done> {
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, id)?;
    let progress = progress::bar(context, "splitting anew", "secrets");
    let entered = session.carry_out_reshare(&entry.hash, &mut |done, all| {
        progress.set_length(u64::try_from(all).unwrap_or(0));
        progress.set_position(u64::try_from(done).unwrap_or(0));
    });
    let entered = entered.map_err(|error| waiting::explained(&session, &entry, error))?;
    progress.finish_and_clear();
    let mut names = Vec::new();
    for one in &entered {
        for warning in &one.warnings {
            context.warn(&format!("the entry is recorded, but: {warning}"));
        }
        names.push(name_of(&session, one.seq)?);
    }
    if context.global.json {
        output::object(
            "reshare.finish",
            json!({"reshare": entry.id, "entries": entered.iter().map(|one| one.seq).collect::<Vec<_>>(), "secrets": names}),
        )?;
        return Ok(Done::Yes);
    }
    for name in &names {
        output::data(&format!("split anew: {name}\n"))?;
    }
    if entered.is_empty() {
        output::data("nothing was left to do\n")?;
    }
    context.say("each holder now proves the new shares: rootkeep secret prove");
    context.say("then the old epochs go: rootkeep secret destroy SECRET --epoch N --reason TEXT");
    context.say(&format!(
        "the resharing itself is done: {} close {} --outcome used --note TEXT",
        context.program(None),
        entry.id.short()
    ));
    Ok(Done::Yes)
}

fn name_of(session: &Session, seq: u64) -> Result<String> {
    let statement = session.proven(seq)?;
    Ok(match statement.claim() {
        crate::statement::Claim::Reseal(reseal) => {
            format!("{} epoch {}", reseal.seal.name(), reseal.seal.epoch)
        }
        _ => describe::line(session, &statement, &session.people()?)?,
    })
}
