//! `print sheet`: a later copy of a sealed MFA seed, through a release.

use clap::Args;
use serde_json::json;

use super::copy::{self, Copy, Manner, Seed};
use super::imprint::Foot;
use super::onto::{Onto, notices};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::reveal;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::describe;
use crate::state::custody::{Epoch, RequestRecord};
use crate::statement::account_id::AccountId;
use crate::statement::register::HeldSecret;
use crate::statement::releases::Form;
use crate::statement::secrets::Reseal;
use crate::statement::text::{Name, Text};
use crate::statement::{Claim, SecretName};

/// `print sheet`.
///
/// It counts as a reveal, and is recorded before anything is printed. The copy is registered as an item.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep print sheet 4eb276f8 --location tokyo-a --bag A0012 --copy 3 --out sheet.pdf\n  rootkeep print sheet 4eb276f8 --location tokyo-a --bag A0012 --copy 3 --of 3 --to-printer"
)]
pub struct PrintSheet {
    /// The request
    id: String,
    /// Which of its secrets, where it names several
    secret: Option<String>,
    /// Where it goes
    #[arg(long, value_name = "NAME")]
    location: String,
    /// The number on its bag
    #[arg(long, value_name = "NUMBER")]
    bag: String,
    /// Which of the copies it is
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    copy: u16,
    /// Of how many; otherwise as many as are registered
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    of: Option<u16>,
    /// What its item is called; otherwise after the account, as 111122223333-qr-3
    #[arg(long, value_name = "TEXT")]
    item: Option<String>,
    /// Who watches and closes the bag with you, now: stands on the sheet and in the register
    #[arg(long, value_name = "NAME")]
    witness: Option<String>,
    /// Whom to call when it is found: stands outside
    #[arg(long, value_name = "TEXT")]
    call: Option<String>,
    /// Print the seed in letters too
    #[arg(long)]
    seed_text: bool,
    #[command(flatten)]
    onto: Onto,
}

pub fn run(context: &Context, command: &PrintSheet) -> Result<Done> {
    let wanted: Option<SecretName> = command
        .secret
        .as_ref()
        .map(|name| name.parse())
        .transpose()?;
    if let Some(name) = &wanted {
        copy::account_of(name)?;
    }
    if command.of.is_some_and(|of| of < command.copy) {
        return Err(Error::usage(
            "bad-copy",
            "a copy's number is not above how many there are",
        )
        .hint("such as --copy 2 --of 3"));
    }
    let bag = Text::new(command.bag.clone())?;
    let item = command.item.clone().map(Name::new).transpose()?;
    let target = command.onto.target()?;
    let paper = command.onto.paper();
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    let request = RequestRecord::load(&session.view(), &entry.hash)?
        .ok_or_else(|| Error::usage("not-a-request", format!("#{} is not a request", entry.seq)))?;
    let typed = format!("print sheet {}", command.id);
    let secret = reveal::which_secret(&session, &typed, wanted.as_ref(), &request)?;
    let name: SecretName = describe::secret_name(&session, &secret)?.parse()?;
    copy::account_of(&name)?;
    let (held, serves) = asked_for(&session, &request, &secret)?;
    let manner = Manner {
        witness: command.witness.clone(),
        call: command.call.clone(),
        seed_text: command.seed_text,
    };
    let seed = Seed::new(&session, &name, (held.epoch, &serves), manner)?;
    let copies = [Copy {
        item: item.map_or_else(|| copy::item_name(&name, held.epoch, command.copy), Ok)?,
        location: copy::destination(&session, &command.location)?,
        bag,
        number: (command.copy, of_how_many(&session, command, &held)?),
    }];
    copy::check(&session, Some(&held), &copies)?;
    let [copy] = &copies;
    let foot = Foot::new(&session)?;
    let made_at = copy::made_at(&session, copy)?;
    let revealed = session.reveal(&entry.hash, &secret, Form::Paper, |plaintext| {
        // Drawn and read back once before it is on record: a reveal that shows nothing would stay there.
        seed.draw(&made_at, &reveal::device_of(plaintext)?, copy, &foot, paper)?;
        target.agree(context, &format!("The seed of {name}"))
    })?;
    let stays = |error: Error| {
        error.hint(format!(
            "the reveal is on record as entry #{}; once that is mended, do it again within the request's window",
            revealed.entered.seq
        ))
    };
    let device = reveal::device_of(&revealed.plaintext)?;
    let foot = Foot::new(&session)?.of_entry(revealed.entered.seq);
    let printed = seed
        .draw(&made_at, &device, copy, &foot, paper)
        .map_err(stays)?;
    target
        .deliver(copy::TITLE, paper, &printed)
        .map_err(stays)?;
    let mut warnings = reveal::bad_shares(&session, &revealed)?;
    warnings.extend(notices(&printed));
    let (registered, more) = seed.register(&mut session, &held, &[copy]);
    warnings.extend(more);
    for warning in &warnings {
        context.warn(warning);
    }
    let registered = registered.into_iter().flatten().next();
    if context.global.json {
        let more = json!({
            "request": entry.id, "secret": secret, "name": name, "epoch": held.epoch,
            "item": copy.item, "copy": copy.number.0, "of": copy.number.1,
            "location": copy.location.facts.location, "bag": copy.bag,
            "registered": registered, "pages": printed.pages, "warnings": warnings,
        });
        let fields = output::merge(output::entered_fields(&revealed.entered), more);
        output::object("print.sheet", output::merge(fields, target.fields()))?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "copy {} of {} for {} in bag {}: {}\nrecorded as entry #{}; its code was read back from the finished page\n",
        copy.number.0,
        copy.number.1,
        copy.location.facts.location,
        copy.bag,
        target.done(),
        revealed.entered.seq
    )))?;
    if let Some(seq) = registered {
        output::data(&format!("registered as {}: entry #{seq}\n", copy.item))?;
    }
    copy::next_steps(context);
    context.say(&format!(
        "When done: rootkeep close {} --outcome used --note TEXT",
        command.id
    ));
    Ok(Done::Yes)
}

/// The epoch that a request asks for, and which further accounts it serves.
fn asked_for(
    session: &Session,
    request: &RequestRecord,
    secret: &Id,
) -> Result<(HeldSecret, Vec<AccountId>)> {
    let wanted = request
        .secrets
        .iter()
        .find(|wanted| wanted.secret == *secret)
        .ok_or_else(|| Error::refused("unknown-secret", "the request does not name that secret"))?;
    let record = Epoch::load(&session.view(), secret, wanted.epoch)?
        .ok_or_else(|| Error::verification("bad-state", "an epoch has no record"))?;
    let (_, statement) = session.proven_by_hash(&record.seal)?;
    let serves = match statement.claim() {
        Claim::Seal(seal) | Claim::Reseal(Reseal { seal, .. }) => seal.serves.clone(),
        _ => Vec::new(),
    };
    let held = HeldSecret {
        secret: *secret,
        epoch: wanted.epoch,
    };
    Ok((held, serves))
}

fn of_how_many(session: &Session, command: &PrintSheet, held: &HeldSecret) -> Result<u16> {
    match command.of {
        Some(of) => Ok(of),
        None => Ok(copy::highest(session, held)?.max(command.copy)),
    }
}
