//! Drills, what waits for everyone who took part, and improvements, as records.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::records::{Record, Records, Table, read};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::statement::drills::{
    AskedEpoch, DrillKind, DrillOutcome, Fault, Found, Improved, Plan, Scope, StepDone, Target,
};
use crate::statement::text::Name;
use crate::statement::time::Date;
use crate::statement::{Claim, Time};

/// A plan as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// As it was last set.
    pub facts: Plan,
    /// Id of the statement that set it last.
    pub id: Id,
    /// Indices of the entries that set it.
    pub events: Vec<u64>,
}

impl Record for PlanRecord {
    const TABLE: Table = Table::Plan;
}

/// Where a share is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SharePlace {
    /// The secret; all zero for governance.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
}

/// What one holder has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// Who.
    pub holder: Id,
    /// Index of the answer.
    pub index: u64,
    /// When.
    pub at: Time,
    /// How many shares are proven.
    pub proven: usize,
    /// Which, where not all were asked for; in order.
    pub sampled: Option<Vec<SharePlace>>,
    /// What could not be proven, in order.
    pub bad: Vec<(SharePlace, Fault)>,
}

impl AnswerRecord {
    /// What could not be proven.
    fn bad_places(&self) -> impl Iterator<Item = SharePlace> {
        self.bad.iter().map(|(place, _)| *place)
    }

    /// Whether the answer proves a share that was asked for.
    #[must_use]
    pub fn proves(&self, place: &SharePlace) -> bool {
        let sampled = self.sampled.as_ref();
        sampled.is_none_or(|places| places.binary_search(place).is_ok())
            && self
                .bad
                .binary_search_by(|(bad, _)| bad.cmp(place))
                .is_err()
    }
}

/// A step that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Counted from 1.
    pub step: u32,
    /// How it went.
    pub went: StepDone,
    /// When.
    pub at: Time,
    /// Who says it.
    pub by: Id,
    /// Index of the entry.
    pub index: u64,
}

/// What was found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRecord {
    /// What.
    pub found: Found,
    /// When.
    pub at: Time,
    /// Who says it.
    pub by: Id,
    /// Index of the entry.
    pub index: u64,
}

/// How a drill ended, once everyone who took part has signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// Leaf hash of the finish.
    pub finish: Digest,
    /// Its index.
    pub index: u64,
    /// When it was stated.
    pub at: Time,
    /// How it went.
    pub outcome: DrillOutcome,
    /// How many lessons it has.
    pub lessons: u32,
}

/// A drill and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillRecord {
    /// Its statement's id.
    pub id: Id,
    /// Index of its leaf.
    pub index: u64,
    /// Who started it.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// What is tried.
    pub drill: DrillKind,
    /// By which plan.
    pub plan: Option<Name>,
    /// For which day of it.
    pub due: Option<Date>,
    /// What answers are for.
    pub nonce: Digest,
    /// About what.
    pub scope: Scope,
    /// How many shares of each holder's are asked for; all, where there is no number.
    pub sample: Option<u32>,
    /// How many sealings are asked for.
    pub secrets: usize,
    /// Who is asked for how many shares, in order of id.
    pub holders: Vec<(Id, usize)>,
    /// What is to be tried.
    pub targets: Vec<Target>,
    /// Who may take part beside its author and the holders, in order of id.
    pub invited: Vec<Id>,
    /// Whom others have named as having done something in it, in order of id.
    pub named: Vec<Id>,
    /// Everyone who has taken part by an act of their own, in order of id: they sign.
    pub people: Vec<Id>,
    /// What holders have answered.
    pub answers: Vec<AnswerRecord>,
    /// What was done.
    pub steps: Vec<StepRecord>,
    /// What was found out.
    pub found: Vec<FoundRecord>,
    /// The finish that waits for sign-offs.
    pub finishing: Option<Digest>,
    /// How it ended.
    pub finished: Option<Finished>,
}

impl Record for DrillRecord {
    const TABLE: Table = Table::Drill;
}

impl DrillRecord {
    /// A drill by the leaf hash of its start.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, leaf: &Digest) -> Result<Option<Self>> {
        read(records, &leaf.to_hex())
    }

    /// Notes that somebody has taken part.
    pub fn add_person(&mut self, who: Id) {
        insert(&mut self.people, who);
    }

    /// Notes that somebody else has named somebody.
    pub fn add_named(&mut self, who: Id) {
        insert(&mut self.named, who);
    }

    /// How many entries there are about it, its start among them and its ends not.
    #[must_use]
    pub fn entries(&self) -> usize {
        1 + self.answers.len() + self.steps.len() + self.found.len()
    }

    /// Whether somebody may take part: who started it, is asked for shares, was invited or named.
    #[must_use]
    pub fn is_open_to(&self, who: &Id) -> bool {
        self.author == *who
            || self.holders.iter().any(|(holder, _)| holder == who)
            || self.invited.contains(who)
            || self.named.contains(who)
    }

    /// Whether a holder has proven what they were asked for: they have answered, and of no share is the
    /// newest word that it can't be proven.
    #[must_use]
    pub fn is_proven_by(&self, holder: &Id) -> bool {
        let mut own = self.answers.iter().filter(|one| one.holder == *holder);
        let Some(first) = own.next() else {
            return false;
        };
        let mut bad: BTreeSet<SharePlace> = first.bad_places().collect();
        for answer in own {
            bad.retain(|place| !answer.proves(place));
            bad.extend(answer.bad_places());
        }
        bad.is_empty()
    }

    /// Whether the newest of what was found out about a target says that it works.
    #[must_use]
    pub fn works(&self, target: &Target) -> bool {
        let newest = |about: &dyn Fn(&Found) -> Option<bool>| {
            let mut found = self.found.iter().rev();
            found.find_map(|one| about(&one.found)).unwrap_or(false)
        };
        match target {
            Target::Account(wanted) => {
                newest(&|found| match found {
                    Found::SignIn {
                        account, worked, ..
                    } if account == wanted => Some(*worked),
                    _ => None,
                }) && newest(&|found| match found {
                    Found::Alarm { account, seen, .. } if account == wanted => Some(*seen),
                    _ => None,
                })
            }
            Target::Phone(_) | Target::Mailbox(_) => newest(&|found| match found {
                Found::Call {
                    target: tried,
                    reached,
                    code,
                    ..
                } if tried == target => Some(*reached && *code),
                _ => None,
            }),
            Target::Item(wanted) => newest(&|found| match found {
                Found::Sheet { item, good } if item == wanted => Some(*good),
                _ => None,
            }),
            Target::Ledger => newest(&|found| match found {
                Found::Restore { at, .. } => Some(at.is_some()),
                _ => None,
            }),
        }
    }
}

fn insert(people: &mut Vec<Id>, who: Id) {
    if let Err(place) = people.binary_search(&who) {
        people.insert(place, who);
    }
}

/// The sealings that a drill asks for, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRecord {
    /// Secret and epoch.
    pub secrets: Vec<(Id, u32)>,
}

impl Record for AskedRecord {
    const TABLE: Table = Table::Asked;
}

impl AskedRecord {
    /// As a start has them.
    #[must_use]
    pub fn new(secrets: &[AskedEpoch]) -> Self {
        let pairs = secrets.iter().map(|asked| (asked.secret, asked.epoch));
        Self {
            secrets: pairs.collect(),
        }
    }

    /// Whether a sealing is asked for.
    #[must_use]
    pub fn has(&self, secret: &Id, epoch: u32) -> bool {
        self.secrets.binary_search(&(*secret, epoch)).is_ok()
    }
}

/// Something that waits for everyone who took part in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JointRecord {
    /// Index of its leaf.
    pub index: u64,
    /// Its id.
    pub id: Id,
    /// Who made it.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// Its kind.
    pub kind: String,
    /// Its facts, as signed.
    pub facts: String,
    /// Who has to sign beside the author.
    pub people: Vec<Id>,
    /// Who has.
    pub yes: Vec<Id>,
}

impl Record for JointRecord {
    const TABLE: Table = Table::Joint;
}

impl JointRecord {
    /// What it claims, without what names people.
    ///
    /// # Errors
    /// Verification, codes `unknown-kind`, `bad-json`.
    pub fn claim(&self) -> Result<Claim> {
        Claim::parse_facts(&self.kind, &self.facts)
    }

    /// Who has not signed.
    pub fn missing(&self) -> impl Iterator<Item = &Id> {
        self.people.iter().filter(|id| !self.yes.contains(id))
    }
}

/// A lesson that somebody is to see to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImprovementRecord {
    /// Leaf hash of what has the lesson.
    pub subject: Digest,
    /// Its index.
    pub index: u64,
    /// Which of its lessons, counted from 1.
    pub number: u32,
    /// Who sees to it.
    pub owner: Id,
    /// Until when.
    pub due: Date,
    /// When it was agreed.
    pub since: Time,
    /// What became of it.
    pub closed: Option<ClosedImprovement>,
}

/// What became of an improvement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedImprovement {
    /// What.
    pub outcome: Improved,
    /// When.
    pub at: Time,
    /// Who says it.
    pub by: Id,
    /// Index of the entry.
    pub index: u64,
}

impl Record for ImprovementRecord {
    const TABLE: Table = Table::Improvement;
}

impl ImprovementRecord {
    /// The key of an improvement's record.
    #[must_use]
    pub fn key(subject: &Digest, number: u32) -> String {
        format!("{subject}/{number:010}")
    }
}
