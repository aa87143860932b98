//! `evidence.json`: what a bundle says, as data (docs/formats.md, section 18). These types are the format:
//! they are apart from the state's own, so that a change there changes no bundle.
//!
//! What `statements`, `range` and `tables` say can be made again from the signed statements in the bundle, and
//! `evidence verify` does so. Everything else is the exporter's word, covered by the exporter's signature.

use serde::{Deserialize, Serialize};

use super::tables::Tables;
use crate::crypto::fixed::{Digest, Id};
use crate::statement::time::Date;
use crate::statement::{Seen, Time};

/// The schema's name, in the first field.
pub const SCHEMA: &str = "rootkeep/v1/evidence";

/// What is written down more seconds than this after it happened is late: a day.
const LATE: i64 = 24 * 60 * 60;

/// All that a bundle says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// [`SCHEMA`].
    pub schema: String,
    /// Name and version of the program that made it.
    pub program: String,
    /// Which ledger.
    pub ledger: LedgerLine,
    /// Who exported it, and signed `SHA256SUMS`.
    pub exporter: Id,
    /// What was asked for.
    pub query: Query,
    /// The time of the checkpoint's last entry: what is due, and what was found, is as of then.
    pub as_of: Time,
    /// The checkpoint it was made at.
    pub checkpoint: Head,
    /// The checkpoint that the last bundle was made at, which this one continues.
    pub previous: Option<Seen>,
    /// Which entries are in it.
    pub range: Range,
    /// What an auditor ought to know is not there, the gravest first.
    pub missing: Vec<Missing>,
    /// Each entry of the range, in order.
    pub statements: Vec<StatementLine>,
    /// What the entries that are disclosed add up to.
    pub tables: Tables,
    /// Everyone who was ever a custodian, at the checkpoint, in order of id.
    pub people: Vec<PersonLine>,
    /// What was found by the posture rules, at the checkpoint, the gravest first.
    pub findings: Vec<FindingLine>,
    /// What the rules were held to.
    pub rules: RulesLine,
    /// Frameworks, with what supports each control.
    pub frameworks: Vec<FrameworkLine>,
    /// What is held where by whom, at the checkpoint.
    pub custody: Custody,
    /// What was compared with the world outside the log.
    pub outside: Outside,
}

/// Which ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerLine {
    /// Its id.
    pub id: Digest,
    /// Its name; `None` where it is withheld.
    pub name: Option<String>,
    /// How many of the governance's members decide.
    pub threshold: u8,
    /// How many members the governance has.
    pub governors: u32,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// First day (UTC).
    pub from: Date,
    /// Last day (UTC).
    pub to: Date,
    /// Kinds of statements that are disclosed; none: every kind.
    pub scope: Vec<String>,
    /// Kinds whose parts are withheld though they are in scope.
    pub withheld: Vec<String>,
    /// Whether personal parts, and names, are left out.
    pub redacted: bool,
    /// Whether the numbers of bags are listed with the items.
    pub bags: bool,
}

/// A checkpoint, and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How many entries the log had.
    pub size: u64,
    /// The tree's root.
    pub root: Digest,
    /// Custodians who have cosigned it, in the order of the file's lines.
    pub cosigned: Vec<Cosigned>,
}

/// A cosignature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosigned {
    /// Whose.
    pub custodian: Id,
    /// When it was made, by that custodian's clock.
    pub at: Time,
}

/// A stretch of the log without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Index of the first entry.
    pub first: u64,
    /// Index after the last: equal to `first` where the period has none.
    pub end: u64,
    /// How many of them show their facts.
    pub disclosed: u64,
    /// How many show their header alone.
    pub headers: u64,
}

/// What is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// A stable word.
    pub code: String,
    /// In a sentence.
    pub text: String,
}

/// How much of a statement is in the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Every part that it has.
    All,
    /// Its facts; its personal part is withheld.
    Facts,
    /// Its facts; its personal part was erased.
    Erased,
    /// Its header alone.
    Header,
}

impl Shown {
    /// As it is spelt.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Facts => "facts",
            Self::Erased => "erased",
            Self::Header => "header",
        }
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    /// Its index.
    pub seq: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its kind.
    pub kind: String,
    /// Who signed it.
    pub author: Id,
    /// When it was recorded, by the author's clock.
    pub made_at: Time,
    /// How much of it is here.
    pub shown: Shown,
    /// What it says, in a line: the exporter's words. `None` where the facts are withheld.
    pub text: Option<String>,
    /// When what it tells of happened, where it tells that.
    pub happened_at: Option<Time>,
    /// Entries of this bundle by which others have agreed to it.
    pub signed: Vec<SignedLine>,
    /// Entries of this bundle by which others have said no.
    pub rejected: Vec<SignedLine>,
    /// Entries of this bundle that correct it.
    pub corrected: Vec<u64>,
    /// The entry that erased its personal part, where one did: the exporter's word.
    pub erased: Option<ErasedLine>,
}

impl StatementLine {
    /// By how many seconds it was written down after what it tells of, where that is more than a day.
    #[must_use]
    pub fn late_by(&self) -> Option<i64> {
        let by = self.made_at.seconds() - self.happened_at?.seconds();
        (by > LATE).then_some(by)
    }
}

/// A yes or a no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedLine {
    /// Whose.
    pub custodian: Id,
    /// Index of its entry.
    pub seq: u64,
}

/// An erasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasedLine {
    /// Index of the entry that proposed it.
    pub seq: u64,
    /// Who proposed it.
    pub by: Id,
    /// Why; `None` where that is withheld.
    pub why: Option<String>,
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonLine {
    /// Their id.
    pub id: Id,
    /// What the bundle calls them: the name, or, where that is withheld, roles and the id's first digits.
    pub name: String,
    /// What they may do.
    pub roles: Vec<String>,
    /// Index from which they count; `None` before that.
    pub from: Option<u64>,
    /// Index from which they count no more.
    pub until: Option<u64>,
    /// Index from which what they signed is distrusted.
    pub distrusted: Option<u64>,
}

/// What a posture rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingLine {
    /// `RK` and three digits.
    pub rule: String,
    /// What the rule asks for.
    pub title: String,
    /// `critical`, `high`, `medium` or `low`.
    pub severity: String,
    /// About what.
    pub about: String,
    /// What is wrong; where that could tell of people what is withheld, the rule's title alone.
    pub message: String,
    /// That governance has accepted it.
    pub accepted: Option<AcceptedLine>,
}

/// An accepted risk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedLine {
    /// The last day (UTC).
    pub until: Date,
    /// Leaf hash of what proposed it.
    pub leaf: Digest,
    /// Index of the entry that put it into effect.
    pub since: u64,
    /// Why; `None` where that is withheld.
    pub why: Option<String>,
}

/// The rules that were looked by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesLine {
    /// Rules that were held to something, and found nothing.
    pub passed: Vec<String>,
    /// Rules that had nothing to look at.
    pub not_looked: Vec<String>,
    /// Rules that say nothing, and why.
    pub not_applicable: Vec<NotApplicable>,
}

/// A rule that says nothing, of everything or of some things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotApplicable {
    /// Which.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Of how many things.
    pub count: u64,
}

/// A framework, with what supports each of its controls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameworkLine {
    /// Its short name, as in the name of its file.
    pub framework: String,
    /// What people call it.
    pub title: String,
    /// Its version.
    pub version: String,
    /// How its ids are meant: `mapped`, `modelled-on` or `supports`.
    pub relation: String,
    /// Its controls, in the order of its file.
    pub controls: Vec<ControlLine>,
}

/// How a control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlState {
    /// There is evidence, and no open finding.
    Supported,
    /// There are open findings.
    Findings,
    /// Every finding is accepted by governance.
    Accepted,
    /// Its rules had nothing to look at, and nothing else in this bundle speaks of it.
    NotLookedAt,
    /// Nothing in this bundle speaks of it.
    NoEvidence,
}

/// One control, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlLine {
    /// The control's id in its framework.
    pub id: String,
    /// What it is about, in our words.
    pub about: String,
    /// How it stands.
    pub state: ControlState,
    /// Rules that speak of it.
    pub rules: Vec<String>,
    /// Places in `findings` of what those rules found.
    pub findings: Vec<u64>,
    /// Entries of this bundle that support it, by index.
    pub statements: Vec<u64>,
}

/// What is held where by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// Locations in use.
    pub locations: Vec<LocationLine>,
    /// Items that were not destroyed.
    pub items: Vec<ItemLine>,
    /// Sealed secrets.
    pub secrets: Vec<SecretLine>,
}

/// A location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocationLine {
    /// Its name.
    pub location: String,
    /// Its kind.
    pub kind: String,
    /// Its site.
    pub site: String,
    /// Who can open it.
    pub access: Vec<Id>,
    /// Whether two have to open it together.
    pub dual_control: bool,
    /// How many accesses are on record, ever.
    pub accesses: u64,
    /// What its lock's counter showed last.
    pub counter: Option<u64>,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemLine {
    /// Its name.
    pub item: String,
    /// Its kind.
    pub kind: String,
    /// Where it is, or where it was taken from.
    pub location: String,
    /// Whether it is out of it.
    pub out: bool,
    /// The number of its bag, where that is in scope.
    pub bag: Option<String>,
    /// When its battery was last looked at.
    pub battery_checked: Option<Date>,
}

/// A sealed secret, of which nothing but its holders is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretLine {
    /// Its id.
    pub id: Id,
    /// Its name: account or subject, kind, label.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The epoch in use.
    pub epoch: u32,
    /// When that was sealed.
    pub sealed_at: Time,
    /// The rule for opening it, in words.
    pub rule: String,
    /// Who holds a share.
    pub holders: Vec<Id>,
    /// Of them, who has shown that the share is alive.
    pub proven: Vec<Id>,
}

/// What was compared with the world outside the log: what is in the log is complete, what happened may not be in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// CloudTrail files that were reconciled in the period.
    pub trails: Vec<TrailLine>,
    /// Events of root users that nobody has explained, at the checkpoint.
    pub open_events: u64,
    /// Accesses of the period whose lock counter was written down, and those with a gap before.
    pub counters: CounterLine,
    /// Items of accesses in the period whose bag number was written down, and those that did not fit.
    pub bags: CounterLine,
    /// Time-stamps by outside authorities, of checkpoints that have entries of this bundle.
    pub timestamps: Vec<TimestampLine>,
    /// Cosignatures by outside witnesses, of such checkpoints.
    pub witnesses: Vec<WitnessLine>,
}

/// A reconciliation with CloudTrail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailLine {
    /// Index of its entry.
    pub seq: u64,
    /// The files' first event.
    pub from: Time,
    /// The files' last event.
    pub to: Time,
    /// How many files.
    pub files: u64,
    /// Events of root users in them.
    pub events: u64,
    /// Of these, how many a release, a drill or a task explains.
    pub explained: u64,
    /// How many nothing explains.
    pub unexplained: u64,
    /// Gaps in time.
    pub gaps: u64,
}

/// How many were written down, and how many of these did not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterLine {
    /// How many.
    pub seen: u64,
    /// How many were written down.
    pub recorded: u64,
    /// How many did not fit what came before.
    pub wrong: u64,
}

/// A time-stamp by an authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimestampLine {
    /// Index of its entry.
    pub seq: u64,
    /// The checkpoint that it is of.
    pub checkpoint: Seen,
    /// When, by the authority.
    pub at: Time,
    /// What the authority calls itself.
    pub authority: String,
}

/// A cosignature by a witness outside the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessLine {
    /// Index of its entry.
    pub seq: u64,
    /// The checkpoint that it is of.
    pub checkpoint: Seen,
    /// When, by the witness.
    pub at: Time,
    /// Its verifier key: the name before the first `+`.
    pub vkey: String,
}
