//! What the disclosed entries of a bundle add up to: accesses, releases, drills, ceremonies and reviews. A pure
//! function of those entries, so that `evidence verify` makes it again and compares.
//!
//! What began before the bundle's first entry has its first fields empty: the entry that has them is not here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::crypto::fixed::{Digest, Id};
use crate::statement::accesses::{Happened, Opened, Went};
use crate::statement::time::Date;
use crate::statement::{Claim, Time};

/// An entry, as far as the bundle shows it.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its index.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Who signed it.
    pub author: Id,
    /// When it was recorded.
    pub made_at: Time,
    /// What it says; `None` where its facts are withheld.
    pub claim: Option<Claim>,
}

/// What the entries add up to, each list in order of the entry that began it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// Openings of locations.
    pub accesses: Vec<AccessRow>,
    /// Releases of secrets, and tasks by central root access.
    pub releases: Vec<ReleaseRow>,
    /// Drills.
    pub drills: Vec<DrillRow>,
    /// Ceremonies.
    pub ceremonies: Vec<CeremonyRow>,
    /// Access reviews.
    pub reviews: Vec<ReviewRow>,
}

/// One opening of a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRow {
    /// The entry that tells of it as a whole, else the one that opened it.
    pub seq: u64,
    /// Which location.
    pub location: Option<String>,
    /// When it was opened.
    pub opened_at: Option<Time>,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// Who opened it.
    pub opened_by: Option<Id>,
    /// Who was there as witness.
    pub witness: Id,
    /// Whether the witness has agreed, in an entry of this bundle.
    pub agreed: bool,
    /// What for, where that is disclosed.
    pub purpose: Option<String>,
    /// Items that were taken out.
    pub taken: Vec<String>,
    /// Items that were put in.
    pub put: Vec<String>,
    /// Items whose seal was broken.
    pub broken: Vec<String>,
    /// The lock's counter.
    pub counter: Option<u64>,
    /// How many things were not as expected, where that is disclosed.
    pub exceptions: Option<u64>,
    /// When the end was written down.
    pub recorded_at: Option<Time>,
}

/// One release of secrets, or one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRow {
    /// The request's entry, else the first that speaks of it.
    pub seq: u64,
    /// `release`, `reshare` or the task's word; `None` where the request is not here.
    pub what: Option<String>,
    /// Ids of the secrets, or the account of the task.
    pub of: Vec<String>,
    /// Who was to use it.
    pub operator: Option<Id>,
    /// Why, where that is disclosed.
    pub purpose: Option<String>,
    /// When it was asked for.
    pub requested_at: Option<Time>,
    /// Who agreed, in entries of this bundle.
    pub agreed: Vec<Id>,
    /// When something was shown, by the entries of this bundle.
    pub revealed_at: Vec<Time>,
    /// When its end was written down.
    pub closed_at: Option<Time>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Whether what was shown was changed afterwards.
    pub rotated: Option<bool>,
}

/// One drill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillRow {
    /// The entry that started it, else the first that speaks of it.
    pub seq: u64,
    /// What was tried.
    pub drill: Option<String>,
    /// By which plan.
    pub plan: Option<String>,
    /// The day it was due.
    pub due: Option<Date>,
    /// When it was started.
    pub started_at: Option<Time>,
    /// Who has answered or done something.
    pub took_part: Vec<Id>,
    /// When its end was written down.
    pub finished_at: Option<Time>,
    /// `passed` or `failed`.
    pub outcome: Option<String>,
    /// Who has agreed to that, in entries of this bundle.
    pub agreed: Vec<Id>,
    /// How many lessons were noted.
    pub lessons: Option<u64>,
}

/// One ceremony.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CeremonyRow {
    /// The entry that started it, else the first that speaks of it.
    pub seq: u64,
    /// By which runbook.
    pub runbook: Option<String>,
    /// Its version.
    pub version: Option<u64>,
    /// `practice` or `production`.
    pub performance: Option<String>,
    /// When it began.
    pub began_at: Option<Time>,
    /// When it was over.
    pub ended_at: Option<Time>,
    /// `completed` or `aborted`.
    pub outcome: Option<String>,
    /// How many exceptions were noted, in entries of this bundle.
    pub exceptions: u64,
    /// Who has agreed to its end, in entries of this bundle.
    pub agreed: Vec<Id>,
}

/// One access review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewRow {
    /// The entry that started it, else the first that speaks of it.
    pub seq: u64,
    /// First day of its period.
    pub first: Option<Date>,
    /// How often there is one.
    pub every: Option<String>,
    /// When it was started.
    pub started_at: Option<Time>,
    /// How many groups of people it has.
    pub groups: Option<u64>,
    /// Who has confirmed any group.
    pub reviewers: Vec<Id>,
    /// How many names were struck.
    pub struck: u64,
    /// How many of those were followed up.
    pub done: u64,
}

/// What others said of an entry.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Whose, and the entry's index: in agreement.
    pub yes: Vec<(Id, u64)>,
    /// Against.
    pub no: Vec<(Id, u64)>,
    /// Entries that correct it.
    pub corrected: Vec<u64>,
}

/// What the entries say of one another, by leaf hash.
#[must_use]
pub fn said(all: &[Told]) -> BTreeMap<Digest, Said> {
    let mut said: BTreeMap<Digest, Said> = BTreeMap::new();
    for told in all {
        match &told.claim {
            Some(Claim::Sign(sign)) => {
                let about = said.entry(sign.subject).or_default();
                about.yes.push((told.author, told.seq));
            }
            Some(Claim::Reject(about, _)) => {
                let about = said.entry(about.subject).or_default();
                about.no.push((told.author, told.seq));
            }
            Some(Claim::Correct(about, _)) => {
                let about = said.entry(about.subject).or_default();
                about.corrected.push(told.seq);
            }
            _ => {}
        }
    }
    said
}

/// When what an entry tells of happened, where it tells that.
#[must_use]
pub fn happened_at(claim: &Claim) -> Option<Time> {
    match claim {
        Claim::SafeOpen(opened, _) => Some(opened.opened_at),
        Claim::SafeClose(closed, _) => Some(closed.happened.closed_at),
        Claim::SafeLog(logged, _) => Some(logged.happened.closed_at),
        Claim::DrillStep(step, _) => Some(step.at),
        Claim::DrillRecord(record, _) => Some(record.at),
        Claim::CeremonyStart(start, _) => Some(start.at),
        Claim::CeremonyStep(step, _) => Some(step.at),
        Claim::CeremonyException(exception, _) => Some(exception.at),
        Claim::CeremonyPresence(presence, _) => Some(presence.at),
        Claim::CeremonyBreak(pause, _) => Some(pause.at),
        Claim::CeremonyFinish(finish, _) => Some(finish.at),
        Claim::TaskClose(close, _) => close.ended,
        _ => None,
    }
}

impl Tables {
    /// Adds the entries up, which are in order of index.
    #[must_use]
    pub fn of(all: &[Told]) -> Self {
        let said = said(all);
        let yes = |leaf: &Digest| said.get(leaf).map_or(&[][..], |said| &said.yes);
        let mut rows = Rows::default();
        for told in all {
            let Some(claim) = &told.claim else { continue };
            rows.access(told, claim, yes);
            rows.release(told, claim, yes);
            rows.drill(told, claim, yes);
            rows.ceremony(told, claim, yes);
            rows.review(told, claim);
        }
        Self {
            accesses: rows.accesses.list,
            releases: rows.releases.list,
            drills: rows.drills.list,
            ceremonies: rows.ceremonies.list,
            reviews: rows.reviews.list,
        }
    }
}

/// Rows, each to be found by the leaf hash of the entry that begins it.
struct Keyed<T> {
    list: Vec<T>,
    at: BTreeMap<Digest, usize>,
}

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            at: BTreeMap::new(),
        }
    }
}

impl<T> Keyed<T> {
    /// The row of a leaf, which `new` makes where there is none.
    fn row(&mut self, leaf: Digest, new: impl FnOnce() -> T) -> Option<&mut T> {
        let at = *self.at.entry(leaf).or_insert(self.list.len());
        if at == self.list.len() {
            self.list.push(new());
        }
        self.list.get_mut(at)
    }
}

#[derive(Default)]
struct Rows {
    accesses: Keyed<AccessRow>,
    releases: Keyed<ReleaseRow>,
    drills: Keyed<DrillRow>,
    ceremonies: Keyed<CeremonyRow>,
    reviews: Keyed<ReviewRow>,
}

/// Adds somebody, once.
fn add(list: &mut Vec<Id>, who: Id) {
    if !list.contains(&who) {
        list.push(who);
    }
}

fn ids(said: &[(Id, u64)]) -> Vec<Id> {
    let mut list = Vec::new();
    for (who, _) in said {
        add(&mut list, *who);
    }
    list
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Rows {
    fn access<'s>(&mut self, told: &Told, claim: &Claim, yes: impl Fn(&Digest) -> &'s [(Id, u64)]) {
        let agrees = |witness: &Id| yes(&told.leaf).iter().any(|(who, _)| who == witness);
        match claim {
            Claim::SafeOpen(opened, personal) => {
                let purpose = personal.as_ref().map(|personal| personal.purpose.as_str());
                let row = AccessRow::opened(told, opened, purpose);
                self.accesses.row(told.leaf, || row);
            }
            Claim::SafeClose(closed, personal) => {
                let new = || AccessRow::unknown(told.seq, closed.witness);
                if let Some(row) = self.accesses.row(closed.access, new) {
                    row.witness = closed.witness;
                    row.agreed = agrees(&closed.witness);
                    row.close(told, &closed.happened);
                    row.exceptions = personal.as_ref().map(|told| count(told.exceptions.len()));
                }
            }
            Claim::SafeLog(logged, personal) => {
                let purpose = personal.as_ref().map(|personal| personal.purpose.as_str());
                let mut row = AccessRow::opened(told, &logged.opened, purpose);
                row.agreed = agrees(&logged.opened.witness);
                row.close(told, &logged.happened);
                row.exceptions = personal.as_ref().map(|told| count(told.exceptions.len()));
                self.accesses.row(told.leaf, || row);
            }
            _ => {}
        }
    }

    fn release<'s>(
        &mut self,
        told: &Told,
        claim: &Claim,
        yes: impl Fn(&Digest) -> &'s [(Id, u64)],
    ) {
        let request = |what: &str, operator: Id, of: Vec<String>, purpose: Option<String>| {
            let mut row = ReleaseRow::unknown(told.seq);
            row.what = Some(what.to_owned());
            row.of = of;
            row.operator = Some(operator);
            row.purpose = purpose;
            row.requested_at = Some(told.made_at);
            row.agreed = ids(yes(&told.leaf));
            row
        };
        match claim {
            Claim::Request(asked, personal) | Claim::Reshare(asked, personal) => {
                let what = match claim {
                    Claim::Reshare(..) => "reshare",
                    _ => "release",
                };
                let of = asked
                    .secrets
                    .iter()
                    .map(|one| one.secret.to_hex())
                    .collect();
                let purpose = personal
                    .as_ref()
                    .map(|told| told.purpose.as_str().to_owned());
                let row = request(what, asked.operator, of, purpose);
                self.releases.row(told.leaf, || row);
            }
            Claim::TaskRequest(task, personal) => {
                let of = vec![task.account.to_string()];
                let purpose = personal
                    .as_ref()
                    .map(|told| told.purpose.as_str().to_owned());
                let row = request(task.task.as_str(), task.operator, of, purpose);
                self.releases.row(told.leaf, || row);
            }
            Claim::Reveal(reveal) => {
                let new = || ReleaseRow::unknown(told.seq);
                if let Some(row) = self.releases.row(reveal.request, new) {
                    row.revealed_at.push(told.made_at);
                }
            }
            Claim::Close(close, _) => {
                let new = || ReleaseRow::unknown(told.seq);
                if let Some(row) = self.releases.row(close.request, new) {
                    row.closed_at = Some(told.made_at);
                    row.outcome = Some(close.outcome.as_str().to_owned());
                    row.rotated = Some(close.rotated);
                }
            }
            Claim::TaskClose(close, _) => {
                let new = || ReleaseRow::unknown(told.seq);
                if let Some(row) = self.releases.row(close.task, new) {
                    row.closed_at = Some(told.made_at);
                    row.outcome = Some(close.outcome.as_str().to_owned());
                }
            }
            _ => {}
        }
    }

    fn drill<'s>(&mut self, told: &Told, claim: &Claim, yes: impl Fn(&Digest) -> &'s [(Id, u64)]) {
        let new = || DrillRow::unknown(told.seq);
        match claim {
            Claim::DrillStart(start, _) => {
                let mut row = new();
                row.drill = Some(start.drill.as_str().to_owned());
                row.plan = start.plan.as_ref().map(ToString::to_string);
                row.due = start.due;
                row.started_at = Some(told.made_at);
                self.drills.row(told.leaf, || row);
            }
            Claim::DrillProve(answer) => {
                if let Some(row) = self.drills.row(answer.drill, new) {
                    add(&mut row.took_part, told.author);
                }
            }
            Claim::DrillStep(step, _) => {
                if let Some(row) = self.drills.row(step.drill, new) {
                    add(&mut row.took_part, told.author);
                }
            }
            Claim::DrillRecord(record, _) => {
                if let Some(row) = self.drills.row(record.drill, new) {
                    add(&mut row.took_part, told.author);
                }
            }
            Claim::DrillFinish(finish, _) => {
                if let Some(row) = self.drills.row(finish.drill, new) {
                    row.finished_at = Some(told.made_at);
                    row.outcome = Some(finish.outcome.as_str().to_owned());
                    row.agreed = ids(yes(&told.leaf));
                    row.lessons = Some(count(finish.lessons.len()));
                }
            }
            _ => {}
        }
    }

    fn ceremony<'s>(
        &mut self,
        told: &Told,
        claim: &Claim,
        yes: impl Fn(&Digest) -> &'s [(Id, u64)],
    ) {
        let new = || CeremonyRow::unknown(told.seq);
        match claim {
            Claim::CeremonyStart(start, _) => {
                let mut row = new();
                row.runbook = Some(start.runbook.to_string());
                row.version = Some(u64::from(start.version));
                row.performance = Some(start.performance.as_str().to_owned());
                row.began_at = Some(start.at);
                self.ceremonies.row(told.leaf, || row);
            }
            Claim::CeremonyException(exception, _) => {
                if let Some(row) = self.ceremonies.row(exception.ceremony, new) {
                    row.exceptions += 1;
                }
            }
            Claim::CeremonyFinish(finish, _) => {
                if let Some(row) = self.ceremonies.row(finish.ceremony, new) {
                    row.ended_at = Some(finish.at);
                    row.outcome = Some(finish.outcome.as_str().to_owned());
                    row.agreed = ids(yes(&told.leaf));
                }
            }
            _ => {}
        }
    }

    fn review(&mut self, told: &Told, claim: &Claim) {
        let new = || ReviewRow::unknown(told.seq);
        match claim {
            Claim::ReviewStart(start, _) => {
                let mut row = new();
                row.first = Some(start.first);
                row.every = Some(start.every.as_str().to_owned());
                row.started_at = Some(told.made_at);
                row.groups = Some(count(start.groups.len()));
                self.reviews.row(told.leaf, || row);
            }
            Claim::ReviewConfirm(confirm) => {
                if let Some(row) = self.reviews.row(confirm.review, new) {
                    add(&mut row.reviewers, told.author);
                }
            }
            Claim::ReviewStrike(strike, _) => {
                if let Some(row) = self.reviews.row(strike.review, new) {
                    add(&mut row.reviewers, told.author);
                    row.struck += 1;
                }
            }
            Claim::ReviewDone(done, _) => {
                if let Some(row) = self.reviews.row(done.review, new) {
                    row.done += 1;
                }
            }
            _ => {}
        }
    }
}

impl AccessRow {
    fn unknown(seq: u64, witness: Id) -> Self {
        Self {
            seq,
            location: None,
            opened_at: None,
            closed_at: None,
            opened_by: None,
            witness,
            agreed: false,
            purpose: None,
            taken: Vec::new(),
            put: Vec::new(),
            broken: Vec::new(),
            counter: None,
            exceptions: None,
            recorded_at: None,
        }
    }

    fn opened(told: &Told, opened: &Opened, purpose: Option<&str>) -> Self {
        Self {
            location: Some(opened.location.to_string()),
            opened_at: Some(opened.opened_at),
            opened_by: Some(told.author),
            purpose: purpose.map(str::to_owned),
            ..Self::unknown(told.seq, opened.witness)
        }
    }

    fn close(&mut self, told: &Told, happened: &Happened) {
        let went = |wanted: Went| {
            let items = happened
                .items
                .iter()
                .filter(move |item| item.went == wanted);
            items.map(|item| item.item.to_string()).collect()
        };
        self.closed_at = Some(happened.closed_at);
        self.taken = went(Went::Out);
        self.put = went(Went::In);
        let broken = happened.items.iter().filter(|item| {
            item.seal
                .is_some_and(|seal| seal == crate::statement::accesses::SealState::Broken)
        });
        self.broken = broken.map(|item| item.item.to_string()).collect();
        self.counter = happened.counter;
        self.recorded_at = Some(told.made_at);
    }
}

impl ReleaseRow {
    fn unknown(seq: u64) -> Self {
        Self {
            seq,
            what: None,
            of: Vec::new(),
            operator: None,
            purpose: None,
            requested_at: None,
            agreed: Vec::new(),
            revealed_at: Vec::new(),
            closed_at: None,
            outcome: None,
            rotated: None,
        }
    }
}

impl DrillRow {
    fn unknown(seq: u64) -> Self {
        Self {
            seq,
            drill: None,
            plan: None,
            due: None,
            started_at: None,
            took_part: Vec::new(),
            finished_at: None,
            outcome: None,
            agreed: Vec::new(),
            lessons: None,
        }
    }
}

impl CeremonyRow {
    fn unknown(seq: u64) -> Self {
        Self {
            seq,
            runbook: None,
            version: None,
            performance: None,
            began_at: None,
            ended_at: None,
            outcome: None,
            exceptions: 0,
            agreed: Vec::new(),
        }
    }
}

impl ReviewRow {
    fn unknown(seq: u64) -> Self {
        Self {
            seq,
            first: None,
            every: None,
            started_at: None,
            groups: None,
            reviewers: Vec::new(),
            struck: 0,
            done: 0,
        }
    }
}
