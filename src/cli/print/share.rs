//! `print share`: one's own share of a secret on a card.

use clap::Args;
use serde_json::json;

use super::imprint::Foot;
use super::onto::{Onto, not_drawn, notices};
use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::cli::{secret, when};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::print::share::{self, ShareCard};
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::rules::Quorum;
use crate::statement::SecretName;
use crate::statement::releases::Place;
use crate::statement::secrets::Share;

/// What a printer's queue shows of a card.
const TITLE: &str = "Share of a sealed secret";

/// `print share`.
///
/// As with `shares export`, nothing is entered: whoever has an identity can open its shares without this
/// program too.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep -i alice.key print share 111122223333/password --out share.pdf\n  rootkeep -i alice.key print share 111122223333/password --paper letter --to-printer"
)]
pub struct PrintShare {
    /// The secret
    secret: String,
    /// Which epoch; otherwise the newest that was not destroyed
    #[arg(long, value_name = "N")]
    epoch: Option<u32>,
    /// Of which group, where you hold a share of several: counted from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    group: Option<u8>,
    /// Whom to call when it is found: stands outside
    #[arg(long, value_name = "TEXT")]
    call: Option<String>,
    #[command(flatten)]
    onto: Onto,
}

/// The share that is printed.
struct Own {
    secret: Id,
    record: SecretRecord,
    number: u32,
    epoch: Epoch,
    share: Share,
}

pub fn run(context: &Context, command: &PrintShare) -> Result<Done> {
    let name: SecretName = command.secret.parse()?;
    let target = command.onto.target()?;
    let paper = command.onto.paper();
    let session = context.open()?;
    let own = own(&session, command, &name)?;
    let place = Place {
        group: own.share.group,
        member: own.share.member,
    };
    target.agree(context, &format!("Your share of {name}"))?;
    let words = session.open_own_share(&own.secret, own.number, place)?;
    let label = group_label(&session, &own)?;
    let of_group = |share: &&Share| share.group == own.share.group;
    let members = own.epoch.shares.iter().filter(of_group).count();
    let card = ShareCard {
        share: &words,
        members: u8::try_from(members)
            .map_err(|_| Error::verification("bad-state", "a group has too many members"))?,
        group: label.as_deref(),
        custodian: &session.people()?.name(&session.member()),
        secret: &name.to_string(),
        epoch: own.number,
        reference: &format!("entry #{}", own.epoch.index),
        made_at: &when::clock(session.now()?, chrono_tz::UTC),
        call: command.call.as_deref(),
    };
    let foot = Foot::new(&session)?.of_entry(own.epoch.index);
    let printed = share::draw(&card, &foot.imprint(), paper).map_err(not_drawn)?;
    target.deliver(TITLE, paper, &printed)?;
    let warnings = notices(&printed);
    for warning in &warnings {
        context.warn(warning);
    }
    if context.global.json {
        let fields = json!({
            "secret": own.secret, "name": name, "epoch": own.number,
            "group": place.group, "member": place.member,
            "pages": printed.pages, "warnings": warnings,
        });
        output::object("print.share", output::merge(fields, target.fields()))?;
        return Ok(Done::Yes);
    }
    output::data(&output::plain(&format!(
        "your share of {name}, epoch {}: {}\nits code was read back from the finished page\n",
        own.number,
        target.done()
    )))?;
    context.say("Fold it with the words inside and keep it apart from the others. Where it lies: rootkeep item add NAME --kind share-card --location NAME --bag NUMBER");
    Ok(Done::Yes)
}

fn own(session: &Session, command: &PrintShare, name: &SecretName) -> Result<Own> {
    let (id, record) = session.find_secret(name)?;
    let epochs = secret::epochs(session, &id)?;
    let wanted = match command.epoch {
        Some(epoch) => epochs.into_iter().find(|(number, _)| *number == epoch),
        None => epochs
            .into_iter()
            .rfind(|(_, epoch)| epoch.destroyed.is_none()),
    };
    let (number, epoch) = wanted.ok_or_else(|| {
        Error::not_found("no-epoch", format!("there is no such epoch of {name}"))
            .hint(format!("rootkeep secret show {name}"))
    })?;
    if epoch.destroyed.is_some() {
        return Err(Error::refused(
            "destroyed",
            format!("epoch {number} of {name} was destroyed"),
        )
        .hint(format!("rootkeep secret show {name}")));
    }
    let held: Vec<&Share> = epoch
        .shares
        .iter()
        .filter(|share| share.holder == session.member())
        .filter(|share| command.group.is_none_or(|group| share.group == group - 1))
        .collect();
    let share = match held.as_slice() {
        [one] => (*one).clone(),
        [] => {
            return Err(Error::refused(
                "not-in-quorum",
                format!("you hold no such share of {name}, epoch {number}"),
            )
            .hint(format!(
                "who holds one: rootkeep secret show {name}; each prints their own"
            )));
        }
        several => {
            let groups: Vec<String> = several
                .iter()
                .map(|share| format!("--group {}", u16::from(share.group) + 1))
                .collect();
            return Err(
                Error::usage("which-share", "you hold a share of several groups")
                    .hint(groups.join("   or   ")),
            );
        }
    };
    Ok(Own {
        secret: id,
        record,
        number,
        epoch,
        share,
    })
}

/// What the share's group is called, where the quorum still has the form that it was sealed to.
fn group_label(session: &Session, own: &Own) -> Result<Option<String>> {
    let quorum = Quorum::load(&session.view(), &own.record.quorum)?;
    Ok(quorum
        .filter(|quorum| quorum.index == own.epoch.quorum_index)
        .and_then(|quorum| {
            quorum
                .groups
                .get(usize::from(own.share.group))
                .map(|group| group.label.to_string())
        }))
}
