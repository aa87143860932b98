//! What somebody could do next, as `status` lists it: what waits for this person, and what was begun
//! and not ended. Each with the command that does it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::context::Context;
use super::shell::words;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::policy;
use crate::present::describe;
use crate::state::Records;
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::drills::DrillRecord;
use crate::state::people::LedgerRecord;
use crate::state::places::{LocationRecord, MailboxRecord, PhoneRecord};
use crate::state::records::{list, read};
use crate::state::rules::Quorum;
use crate::statement::people::Cause;

/// One thing to do.
pub struct Step {
    /// What it is about.
    pub about: String,
    /// What to type.
    pub next: String,
    /// Its fields, but `next`.
    fields: Value,
}

impl Step {
    /// A step whose `fields` say in parts what `about` says in words.
    pub fn new(about: String, next: String, fields: Value) -> Self {
        Self {
            about,
            next,
            fields,
        }
    }

    /// Its fields.
    pub fn json(&self) -> Value {
        super::output::merge(self.fields.clone(), json!({"next": self.next}))
    }
}

/// Enrolments that governance has signed and the newcomer has yet to accept.
pub fn enrolments(context: &Context, session: &Session, people: &People) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    for (id, custodian, _) in people.iter() {
        let waits = custodian.approved.is_some() && custodian.from.is_none();
        if !waits || custodian.retired.is_some() {
            continue;
        }
        let entry = session.view().entry_by_hash(&custodian.enrolment)?;
        let entry =
            entry.ok_or_else(|| Error::verification("bad-state", "an enrolment is not there"))?;
        let whose = (*id != session.member()).then_some("THEIR.key");
        steps.push(Step::new(
            format!("{}  #{} {}", entry.id.short(), entry.seq, people.name(id)),
            format!("{} custodian accept", context.program(whose)),
            json!({"id": entry.id.short(), "seq": entry.seq, "name": people.name(id)}),
        ));
    }
    Ok(steps)
}

/// Drills that ask this person for shares which they have not proven yet.
pub fn drills(context: &Context, session: &Session) -> Result<Vec<Step>> {
    let me = session.member();
    let mut steps = Vec::new();
    for (_, drill) in list::<DrillRecord>(&session.view(), "")? {
        let asked = drill.holders.iter().find(|(holder, _)| *holder == me);
        let goes_on = drill.finished.is_none() && drill.finishing.is_none();
        let Some((_, shares)) = asked.filter(|_| goes_on && !drill.is_proven_by(&me)) else {
            continue;
        };
        let id = drill.id.short();
        steps.push(Step::new(
            format!(
                "{id}  #{} {} drill, {}",
                drill.index,
                drill.drill.as_str(),
                describe::counted(*shares, "share")
            ),
            format!("{} drill prove {id}", context.program(None)),
            json!({"id": id, "seq": drill.index, "shares": shares}),
        ));
    }
    Ok(steps)
}

/// A secret with its live epochs.
struct Live {
    id: Id,
    record: SecretRecord,
    epochs: Vec<(u32, Epoch)>,
}

/// The secrets of which an epoch is there, by name.
fn live_secrets(session: &Session) -> Result<Vec<Live>> {
    let view = session.view();
    let mut epochs: BTreeMap<Id, Vec<(u32, Epoch)>> = BTreeMap::new();
    for (key, epoch) in list::<Epoch>(&view, "")? {
        let (secret, number) = Epoch::parse_key(&key)?;
        if epoch.destroyed.is_none() {
            epochs.entry(secret).or_default().push((number, epoch));
        }
    }
    let mut secrets = Vec::new();
    for (id, epochs) in epochs {
        if let Some(record) = read::<SecretRecord>(&view, &id.to_hex())? {
            secrets.push(Live { id, record, epochs });
        }
    }
    secrets.sort_by_key(|secret| secret.record.name.to_string());
    Ok(secrets)
}

/// What the departure of each who was retired has left to do.
pub fn departures(context: &Context, session: &Session, people: &People) -> Result<Vec<Step>> {
    let view = session.view();
    let mut steps = Vec::new();
    let secrets = live_secrets(session)?;
    let ledger = LedgerRecord::load(&view)?;
    let last_rekey = ledger
        .as_ref()
        .and_then(|ledger| ledger.rekeys.last().copied());
    let quorums = list::<Quorum>(&view, "")?;
    let founder = ledger
        .as_ref()
        .and_then(|ledger| ledger.founders.first().copied());
    let governance = ledger.and_then(|ledger| ledger.governance);
    let goes_on: BTreeSet<Id> = people
        .iter()
        .filter_map(|(_, custodian, _)| custodian.replaces)
        .collect();
    for (id, custodian, _) in people.iter() {
        let Some(retired) = custodian.retired else {
            continue;
        };
        let name = people.name(id);
        // Only the identity is gone; the person may go on knowing what they know.
        let same_person = goes_on.contains(id) && custodian.cause != Some(Cause::Compromised);
        let mut push = |about: String, next: String, what: &str, secret: Option<String>| {
            steps.push(Step::new(
                about,
                format!("{} {next}", context.program(None)),
                json!({"name": name, "what": what, "secret": secret}),
            ));
        };
        // Where its places wait for the new identity, that one's acceptance is listed.
        let awaited = people.iter().any(|(_, new, _)| {
            let accepts = new.approved.is_some() && new.from.is_none() && new.retired.is_none();
            new.replaces == Some(*id) && accepts
        });
        for (_, quorum) in &quorums {
            if quorum.has(id) && !awaited {
                let about = format!("{name} is still in the quorum {}", quorum.name);
                let next = format!(
                    "quorum define {} --threshold K --member NAME ...",
                    quorum.name
                );
                push(about, next, "quorum", None);
            }
        }
        let governs = governance
            .as_ref()
            .is_some_and(|seal| seal.shares.iter().any(|share| share.holder == *id));
        let made = governance.as_ref().is_some_and(|seal| {
            let maker = seal.maker.as_ref().or(founder.as_ref());
            maker == Some(id)
        });
        if made && !governs {
            let about = format!(
                "{name} made the recovery identity of governance and may have kept it: give the ledger a new key after this"
            );
            let next = "quorum define governance --threshold K --member NAME ...".to_owned();
            push(about, next, "governance", None);
        }
        if governs {
            let about = format!("{name} still holds a share of governance");
            let next = "quorum define governance --threshold K --member NAME ...".to_owned();
            push(about, next, "governance", None);
        }
        for step in still_reached(&view, id)? {
            let about = format!("{name} {}", step.about);
            push(about, step.next, step.what, None);
        }
        let quoted = words::quoted(&name);
        for secret in &secrets {
            let whose = secret.record.name.to_string();
            let newest = secret.epochs.last().map(|(number, _)| *number);
            for (number, epoch) in &secret.epochs {
                if !epoch.shares.iter().any(|share| share.holder == *id) {
                    continue;
                }
                let mut about = format!("{name} holds a share of {whose} epoch {number}");
                let awaits_proof = secret
                    .epochs
                    .iter()
                    .any(|(_, epoch)| epoch.reshared_from == Some(*number) && unproven_anew(epoch));
                if awaits_proof {
                    about.push_str(", which can go once enough have proven the new shares");
                }
                let (what, next) = if Some(*number) == newest {
                    (
                        "reshare",
                        format!("reshare --without {quoted} --purpose TEXT"),
                    )
                } else if awaits_proof {
                    ("prove", format!("secret prove {whose}"))
                } else {
                    (
                        "destroy",
                        format!("secret destroy {whose} --epoch {number} --reason TEXT"),
                    )
                };
                push(about, next, what, Some(whose.clone()));
            }
            let known = secret
                .epochs
                .last()
                .is_some_and(|(_, epoch)| epoch.knowers.contains(id));
            if known && !same_person {
                let about =
                    format!("{name} may know {whose}: change it at AWS, then seal the new one");
                push(
                    about,
                    format!("seal {whose}"),
                    "rotate",
                    Some(whose.clone()),
                );
            }
        }
        if last_rekey.is_none_or(|index| index < retired) {
            let about = format!("{name} may have kept the data key");
            push(about, "rekey".to_owned(), "rekey", None);
        }
    }
    // The shares of a governance secret lead to the data key of its time.
    let given_on = governance.as_ref().filter(|seal| seal.epoch > 1);
    if given_on.is_some_and(|seal| last_rekey.is_none_or(|index| index < seal.index)) {
        steps.push(Step::new(
            "those who governed before can still come by the data key".to_owned(),
            format!("{} rekey", context.program(None)),
            json!({"name": null, "what": "rekey", "secret": null}),
        ));
    }
    Ok(steps)
}

/// A way that somebody has into something of the register.
struct Way {
    about: String,
    next: String,
    what: &'static str,
}

/// What of the register somebody still reaches.
fn still_reached(records: &dyn Records, id: &Id) -> Result<Vec<Way>> {
    let mut ways = Vec::new();
    for (name, location) in list::<LocationRecord>(records, "")? {
        if !location.retired && location.facts.access.contains(id) {
            ways.push(Way {
                about: format!("knows the combination or has the key of {name}: change it"),
                next: format!("location set {name} --access NAME ..."),
                what: "combination",
            });
        }
    }
    for (name, mailbox) in list::<MailboxRecord>(records, "")? {
        if !mailbox.facts.closed && mailbox.facts.members.contains(id) {
            ways.push(Way {
                about: format!("can read the mailbox {name}"),
                next: format!("mailbox set {name} --member NAME ..."),
                what: "mailbox",
            });
        }
    }
    for (name, phone) in list::<PhoneRecord>(records, "")? {
        if !phone.facts.closed && phone.facts.holders.contains(id) {
            ways.push(Way {
                about: format!("answers the phone {name}"),
                next: format!("phone set {name} --holder NAME ..."),
                what: "phone",
            });
        }
    }
    Ok(ways)
}

/// What the secrets want: epochs that nobody has confirmed, and those that a quorum's new form asks
/// to be sealed again.
pub struct Secrets {
    /// Newer than the last epoch that somebody has confirmed.
    pub unconfirmed: Vec<Step>,
    /// Split anew, and not proven yet by this person, nor by enough of its holders.
    pub to_prove: Vec<Step>,
    /// A member of the quorum holds no share yet.
    pub reshare: Vec<Step>,
}

impl Secrets {
    /// Reads them.
    pub fn load(context: &Context, session: &Session, people: &People) -> Result<Self> {
        let (mut unconfirmed, mut reshare) = (Vec::new(), Vec::new());
        let (mut to_prove, me) = (Vec::new(), session.member());
        for secret in live_secrets(session)? {
            let name = &secret.record.name;
            let mut after = 0;
            for (place, (_, epoch)) in (1..).zip(&secret.epochs) {
                if policy::found_to_work(&session.view(), epoch)? {
                    after = place;
                }
            }
            // Where this person has said so, the word of another is wanted.
            let unsaid = |(_, epoch): &&(u32, Epoch)| !epoch.confirmed.contains(&me);
            for (number, _) in secret.epochs.iter().skip(after).filter(unsaid) {
                unconfirmed.push(Step::new(
                    format!("{name} epoch {number}"),
                    format!(
                        "{} secret confirm {name} --epoch {number}",
                        context.program(None)
                    ),
                    json!({"secret": secret.id, "name": name, "epoch": number}),
                ));
            }
            if let Some((number, epoch)) = secret.epochs.last()
                && unproven_anew(epoch)
                && epoch.rule().people().contains(&me)
                && !epoch.proven.contains(&me)
            {
                to_prove.push(Step::new(
                    format!("{name} epoch {number}"),
                    format!("{} secret prove {name}", context.program(None)),
                    json!({"secret": secret.id, "name": name, "epoch": number}),
                ));
            }
            let quorum = Quorum::load(&session.view(), &secret.record.quorum)?;
            if let (Some(quorum), Some((number, epoch))) = (quorum, secret.epochs.last()) {
                let step = sealed_to_all(context, people, &secret, &quorum, *number, epoch);
                reshare.extend(step);
            }
        }
        Ok(Self {
            unconfirmed,
            to_prove,
            reshare,
        })
    }
}

/// Whether an epoch was split anew and could not take the old one's place yet.
fn unproven_anew(epoch: &Epoch) -> bool {
    let proven = epoch.proven.iter().copied().collect();
    epoch.reshared_from.is_some() && !epoch.rule().met_by(&proven)
}

/// The step that gives every member of a quorum a share, where one has none.
fn sealed_to_all(
    context: &Context,
    people: &People,
    secret: &Live,
    quorum: &Quorum,
    number: u32,
    epoch: &Epoch,
) -> Option<Step> {
    let name = &secret.record.name;
    let holders = epoch.rule().people();
    let members = quorum.groups.iter().flat_map(|group| &group.members);
    let mut without: Vec<String> = members
        .filter(|member| !holders.contains(member))
        .map(|member| people.name(member))
        .collect();
    without.sort();
    without.dedup();
    if without.is_empty() {
        return None;
    }
    Some(Step::new(
        format!(
            "{name} epoch {number}: no share yet for {} of {}; to be split anew",
            without.join(", "),
            quorum.name
        ),
        format!(
            "{} reshare {name} --purpose \"Shares for all of {}\"",
            context.program(None),
            quorum.name
        ),
        json!({
            "secret": secret.id, "name": name, "epoch": number,
            "quorum": quorum.name, "without": without,
        }),
    ))
}
