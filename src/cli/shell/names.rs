//! What can be named in a ledger, to complete a word with.

use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::ledger::People;
use crate::state::ceremonies::CeremonyRecord;
use crate::state::custody::{OpenRecord, RequestRecord};
use crate::state::drills::{DrillRecord, JointRecord};
use crate::state::people::LedgerRecord;
use crate::state::places::{ItemRecord, WitnessRecord};
use crate::state::records::list;
use crate::state::reviews::{ReviewRecord, ReviewsRecord};
use crate::state::rules::{Proposal, Quorum};
use crate::state::tasks::TaskRecord;
use crate::state::trails::{EventRecord, ReconcileRecord};
use crate::state::{Records, Table};

/// A sort of things that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Secrets that there are.
    Secret,
    /// Custodians and readers.
    Person,
    /// Accounts.
    Account,
    /// Quorums.
    Quorum,
    /// Locations.
    Location,
    /// Items.
    Item,
    /// Mailboxes.
    Mailbox,
    /// Phones.
    Phone,
    /// Alarms.
    Alarm,
    /// Drills that go on.
    Drill,
    /// Ceremonies that go on.
    Ceremony,
    /// Ceremonies, those that are over too.
    Performed,
    /// Plans of drills.
    Plan,
    /// Runbooks.
    Runbook,
    /// Reviews.
    Review,
    /// Privileges.
    Privilege,
    /// Tasks on root users that are not closed.
    Task,
    /// Events that nothing explained.
    Event,
    /// Comparings with CloudTrail that were not set aside.
    Reconciled,
    /// Ids of what waits for somebody, or can be revealed or closed.
    Waiting,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What is typed.
    pub text: String,
    /// What it is, where the text alone does not say it.
    pub about: Option<String>,
}

impl Name {
    fn plain(text: String) -> Self {
        Self { text, about: None }
    }

    fn of(text: String, about: impl Into<String>) -> Self {
        Self {
            text,
            about: Some(about.into()),
        }
    }
}

/// Every name of a sort.
///
/// # Errors
/// Verification where the records are damaged.
pub fn all(records: &dyn Records, sort: Sort) -> Result<Vec<Name>> {
    Ok(match sort {
        Sort::Secret => keys(records, Table::Binding)?,
        Sort::Account => keys(records, Table::Account)?,
        Sort::Quorum => list::<Quorum>(records, "")?
            .into_iter()
            .map(|(_, quorum)| Name::plain(quorum.name))
            .collect(),
        Sort::Person => people(records)?,
        Sort::Location => keys(records, Table::Location)?,
        Sort::Item => list::<ItemRecord>(records, "")?
            .into_iter()
            .map(|(_, item)| Name::plain(item.facts.item.to_string()))
            .collect(),
        Sort::Mailbox => keys(records, Table::Mailbox)?,
        Sort::Phone => keys(records, Table::Phone)?,
        Sort::Alarm => keys(records, Table::Alarm)?,
        Sort::Drill => running(records)?,
        Sort::Ceremony => ceremonies(records, |ceremony| ceremony.finished.is_none())?,
        Sort::Performed => ceremonies(records, |_| true)?,
        Sort::Plan => keys(records, Table::Plan)?,
        Sort::Runbook => keys(records, Table::Runbook)?,
        Sort::Review => list::<ReviewRecord>(records, "")?
            .into_iter()
            .map(|(_, review)| Name::of(review.id.short(), "review"))
            .collect(),
        Sort::Privilege => keys(records, Table::Privilege)?,
        Sort::Task => list::<TaskRecord>(records, "")?
            .into_iter()
            .filter(|(_, task)| task.closed.is_none())
            .map(|(_, task)| Name::of(task.id.short(), task.task.as_str()))
            .collect(),
        Sort::Reconciled => ReconcileRecord::all(records)?
            .into_iter()
            .filter(|(_, one)| one.void.is_none())
            .map(|(_, one)| Name::of(one.id.short(), one.to.to_string()))
            .collect(),
        Sort::Event => EventRecord::all(records)?
            .into_iter()
            .filter(|event| event.explained.is_none())
            .map(|event| Name::of(event.event.to_string(), event.name.as_str()))
            .collect(),
        Sort::Waiting => waiting(records)?,
    })
}

fn keys(records: &dyn Records, table: Table) -> Result<Vec<Name>> {
    let rows = records.list(table, "")?;
    Ok(rows.into_iter().map(|(key, _)| Name::plain(key)).collect())
}

/// Of people who could be taken for one another, the first digits of their ids.
fn people(records: &dyn Records) -> Result<Vec<Name>> {
    let people = People::load(records)?;
    let named = people.iter().filter_map(|(id, _, card)| {
        let (own, shown) = (&card?.name, people.name(id));
        Some(if *own == shown {
            Name::plain(shown)
        } else {
            Name::of(id.short(), own)
        })
    });
    Ok(named.collect())
}

fn running(records: &dyn Records) -> Result<Vec<Name>> {
    let all = list::<DrillRecord>(records, "")?.into_iter();
    let running = all.filter(|(_, drill)| drill.finished.is_none());
    Ok(running
        .map(|(_, drill)| Name::of(drill.id.short(), drill.drill.as_str()))
        .collect())
}

fn ceremonies(
    records: &dyn Records,
    wanted: impl Fn(&CeremonyRecord) -> bool,
) -> Result<Vec<Name>> {
    let all = list::<CeremonyRecord>(records, "")?.into_iter();
    Ok(all
        .filter(|(_, ceremony)| wanted(ceremony))
        .map(|(_, ceremony)| Name::of(ceremony.id.short(), ceremony.runbook.as_str()))
        .collect())
}

fn waiting(records: &dyn Records) -> Result<Vec<Name>> {
    let mut names = Vec::new();
    if LedgerRecord::load(records)?.is_some_and(|ledger| ledger.active.is_none()) {
        names.push(Name::plain("genesis".to_owned()));
    }
    for (_, proposal) in list::<Proposal>(records, "")? {
        names.push(Name::of(proposal.id.short(), proposal.kind));
    }
    for (_, waits) in list::<WitnessRecord>(records, "")? {
        names.push(Name::of(waits.id.short(), waits.kind));
    }
    for (_, joint) in list::<JointRecord>(records, "")? {
        names.push(Name::of(joint.id.short(), joint.kind));
    }
    if let Some(leaf) = ReviewsRecord::load(records)?.running
        && let Some(review) = ReviewRecord::load(records, &leaf)?
    {
        names.push(Name::of(review.id.short(), "review.start"));
    }
    for (leaf, _) in list::<OpenRecord>(records, "")? {
        if let Some(request) = RequestRecord::load(records, &Digest::parse(&leaf)?)? {
            names.push(Name::of(request.id.short(), "request"));
        }
    }
    Ok(names)
}
