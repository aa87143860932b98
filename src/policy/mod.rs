//! Who may claim what, and when it takes effect (docs/formats.md, section 10). Pure: it reads
//! records and the log through traits and returns what would change; it writes nothing.
//!
//! [`judge`] is the only maker of [`Ruled`], and the store takes nothing else, so that skipping a
//! rule does not compile.

mod accepting;
mod access_order;
mod accesses;
mod accounts;
mod ceremonies;
mod copies;
mod deciding;
mod drill_answers;
mod drill_scope;
mod drills;
mod erasure;
mod estate;
mod findings;
mod founding;
mod governance;
mod governance_secret;
mod imports;
mod joint;
mod lessons;
mod may;
mod notes;
mod outside;
mod people;
mod posture;
mod quorums;
mod reach;
mod refusal;
mod register;
mod releases;
mod reshares;
mod review_follow;
mod review_scope;
mod reviews;
mod runbooks;
mod secrets;
mod signatures;
mod tasks;
mod trails;

use std::collections::BTreeSet;

use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::state::custody::BroughtRecord;
use crate::state::people::{Custodian, LedgerInBrief, LedgerRecord};
use crate::state::records::read;
use crate::state::{Change, Overlay, Records};
use crate::statement::people::Role;
use crate::statement::{Claim, Kind, Statement, Time};

pub use access_order::expected_counter;
pub use accounts::check_listing;
pub use deciding::may_decide;
pub use drill_answers::{nothing_left, picked};
pub use drill_scope::{InScope, in_scope};
pub use drills::{AskedShare, asked_shares};
pub use founding::{GOVERNANCE_SECRET, founders_cards};
pub use governance::{bad_proof, governance_shares, not_overtaken, proposal_expired};
pub use may::split_rules;
pub use outside::{check_blobs, check_token, checkpoint, cosigned_at, imprint, witness_key};
pub use people::enrolment_stands;
pub use reach::{descends, found_to_work, out_of_reach_without};
pub use releases::{RequestState, lapsed, request_state, takes_decisions};
pub use review_follow::{Remains, found_right_since, remains, still_shared};
pub use review_scope::Reviewed;
pub use reviews::{is_same_person, reviewers_needed, unjudged};
pub use signatures::{CheckNow, SignatureCheck};
pub use tasks::{TaskState, task_closing, task_state};

/// What the rules need to know of the log that is no state.
pub trait LogView {
    /// Where a leaf stands, who wrote it and what it is.
    ///
    /// # Errors
    /// Failed where the storage fails.
    fn find(&self, leaf: &Digest) -> Result<Option<LeafInfo>>;

    /// Whether a statement with this id is in the log already.
    ///
    /// # Errors
    /// Failed where the storage fails.
    fn knows(&self, id: &Id) -> Result<bool>;

    /// The tree's root over the first `size` leaves.
    ///
    /// # Errors
    /// Failed where the storage fails; verification where there are fewer.
    fn root_at(&self, size: u64) -> Result<Digest>;
}

/// A leaf of the log, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafInfo {
    /// Its index.
    pub index: u64,
    /// Its author.
    pub author: Id,
    /// Its kind.
    pub kind: Kind,
    /// When it says that it was made.
    pub made_at: Time,
}

/// A statement that the rules admit at one index of the log, and what it changes.
#[derive(Debug)]
pub struct Ruled<'s> {
    statement: &'s Statement,
    index: u64,
    changes: Vec<Change>,
    drops: BTreeSet<Digest>,
    erases: Option<Digest>,
    effective: bool,
    needs: usize,
}

impl<'s> Ruled<'s> {
    /// The statement.
    #[must_use]
    pub fn statement(&self) -> &'s Statement {
        self.statement
    }

    /// Its index in the log.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Records that it sets or removes.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Blobs that go.
    #[must_use]
    pub fn drops(&self) -> &BTreeSet<Digest> {
        &self.drops
    }

    /// Leaf hash of the statement whose personal part goes.
    #[must_use]
    pub fn erases(&self) -> Option<&Digest> {
        self.erases.as_ref()
    }

    /// Whether the statement (for a sign-off: its subject) is in effect with it.
    #[must_use]
    pub fn effective(&self) -> bool {
        self.effective
    }

    /// How many further people are needed at least.
    #[must_use]
    pub fn needs(&self) -> usize {
        self.needs
    }

    /// Takes the changes out.
    #[must_use]
    pub fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

/// The state of one judgement.
struct Judge<'a> {
    state: Overlay<'a>,
    log: &'a dyn LogView,
    signatures: &'a mut dyn SignatureCheck,
    statement: &'a Statement,
    index: u64,
    /// The moment that the rules go by: the statement's own, or that of the import that brings it.
    time: Time,
    drops: BTreeSet<Digest>,
    erases: Option<Digest>,
}

/// Whether a statement takes effect, and how many more people it needs.
struct Verdict {
    effective: bool,
    needs: usize,
}

impl Verdict {
    const AT_ONCE: Self = Self {
        effective: true,
        needs: 0,
    };

    fn waits_for(needs: usize) -> Self {
        Self {
            effective: needs == 0,
            needs,
        }
    }
}

impl Judge<'_> {
    fn author(&self) -> Id {
        self.statement.header().author
    }

    fn time(&self) -> Time {
        self.time
    }

    fn leaf(&self) -> Digest {
        self.statement.leaf()
    }

    /// The facts as signed, for a record of what waits.
    fn facts_text(&self) -> Result<String> {
        String::from_utf8(self.statement.parts().facts.bytes.0.clone())
            .map_err(|_| refusal::malformed("the facts are not text"))
    }

    fn ledger(&self) -> Result<LedgerRecord> {
        LedgerRecord::load(&self.state)?.ok_or_else(refusal::no_genesis)
    }
}

/// The key that the author of a statement must have signed with, as of the records given.
///
/// # Errors
/// Refused where there is no such custodian, or the key is not in force.
pub fn author_key(records: &dyn Records, kind: Kind, author: &Id) -> Result<PublicKey> {
    in_force_author(records, kind, author).map(|custodian| custodian.sign)
}

fn in_force_author(records: &dyn Records, kind: Kind, author: &Id) -> Result<Custodian> {
    let custodian =
        Custodian::load(records, author)?.ok_or_else(|| refusal::unknown_author(author))?;
    if custodian.retired.is_some() {
        return Err(refusal::retired(&custodian));
    }
    if custodian.from.is_none() && kind != Kind::CustodianAccept {
        return Err(refusal::never_accepted());
    }
    Ok(custodian)
}

/// Judges one statement at one index.
///
/// The caller has checked the signature (with [`author_key`], or the charter's first card for the
/// genesis) and the parts.
///
/// # Errors
/// Refused, with the rule's own code; verification where a proof or a reference is false.
pub fn judge<'s>(
    records: &dyn Records,
    log: &dyn LogView,
    signatures: &mut dyn SignatureCheck,
    statement: &'s Statement,
    index: u64,
) -> Result<Ruled<'s>> {
    let mut judge = Judge {
        state: Overlay::new(records),
        log,
        signatures,
        statement,
        index,
        time: statement.header().made_at,
        drops: BTreeSet::new(),
        erases: None,
    };
    let ledger = LedgerInBrief::load(&judge.state)?;
    judge.check_place(ledger.as_ref())?;
    judge.follow_import()?;
    judge.check_author(ledger.as_ref())?;
    judge.bring_blobs()?;
    judge.sweep()?;
    let verdict = judge.by_kind()?;
    Ok(Ruled {
        index,
        statement,
        changes: judge.state.into_changes(),
        drops: judge.drops,
        erases: judge.erases,
        effective: verdict.effective,
        needs: verdict.needs,
    })
}

impl Judge<'_> {
    /// The ledger, the id and what the author saw.
    fn check_place(&self, ledger: Option<&LedgerInBrief>) -> Result<()> {
        let header = self.statement.header();
        if self.statement.kind() != Kind::Genesis
            && ledger.ok_or_else(refusal::no_genesis)?.id != header.ledger
        {
            return Err(Error::verification(
                "other-ledger",
                "the statement belongs to another ledger",
            ));
        }
        if self.log.knows(&header.id)? {
            return Err(Error::verification(
                "replayed",
                "a statement with this id is in the log already",
            ));
        }
        if header.seen.size > self.index || self.log.root_at(header.seen.size)? != header.seen.root
        {
            return Err(Error::verification(
                "false-seen",
                "the author saw a log that this one is not a continuation of",
            )
            .hint("two copies of the ledger have gone different ways: compare their checkpoints"));
        }
        Ok(())
    }

    /// A blob belongs to one statement, for good: otherwise the end of one would take another's away.
    fn bring_blobs(&mut self) -> Result<()> {
        let kind = self.statement.kind();
        let kept = matches!(kind, Kind::Attach | Kind::RunbookAdd);
        for digest in self.statement.claim().blobs() {
            let key = digest.to_hex();
            if let Some(before) = read::<BroughtRecord>(&self.state, &key)? {
                // The same file may be proposed as a runbook again.
                if kind == Kind::RunbookAdd && before.kept {
                    continue;
                }
                return Err(Error::verification(
                    "blob-known",
                    "a statement brings a ciphertext or a file that was brought before",
                )
                .because(format!("entry {} has brought {digest}", before.index)));
            }
            let brought = BroughtRecord {
                index: self.index,
                kept,
            };
            self.state.put(&key, &brought)?;
        }
        Ok(())
    }

    /// The author's standing; each kind then asks for its own role.
    fn check_author(&self, ledger: Option<&LedgerInBrief>) -> Result<()> {
        let kind = self.statement.kind();
        if kind == Kind::Genesis {
            return Ok(());
        }
        let author = in_force_author(&self.state, kind, &self.author())?;
        let ledger = ledger.ok_or_else(refusal::no_genesis)?;
        let founding = matches!(kind, Kind::GovernanceSeal | Kind::Import)
            || matches!(self.statement.claim(), Claim::Sign(sign) if sign.subject == ledger.genesis);
        if !founding && ledger.active.is_none() {
            return Err(refusal::not_active());
        }
        if kind != Kind::CustodianAccept && author.has(Role::Reader) {
            return Err(refusal::reader());
        }
        Ok(())
    }

    fn by_kind(&mut self) -> Result<Verdict> {
        let statement = self.statement;
        match statement.claim() {
            Claim::Genesis(charter, personal) => self.genesis(charter, personal.as_ref()),
            Claim::GovernanceSeal(seal) => self.governance_seal(seal),
            Claim::Sign(sign) => self.sign(sign),
            Claim::Reject(about, _) => self.reject(&about.subject),
            Claim::Withdraw(about) => self.withdraw(&about.subject),
            Claim::CustodianAdd(add, personal) => self.custodian_add(add, personal.as_ref()),
            Claim::CustodianAccept(about) => self.custodian_accept(&about.subject),
            Claim::CustodianReplace(replace, personal) => {
                self.custodian_replace(replace, personal.as_ref())
            }
            Claim::CustodianAcknowledge(_) => self.custodian_acknowledge(),
            Claim::LeaversCompare(leavers, _) => self.leavers_compare(leavers),
            Claim::CustodianRetire(..)
            | Claim::GovernanceSet(_)
            | Claim::QuorumDefine(_)
            | Claim::PolicySet(_)
            | Claim::CopyPromote(_)
            | Claim::RunbookAdd(..)
            | Claim::SecretDestroy(..)
            | Claim::FindingAccept(..)
            | Claim::PostureSet(_)
            | Claim::EventExplain(..)
            | Claim::ReconcileVoid(..)
            | Claim::Erase(..) => self.propose(),
            Claim::LocationSet(set, personal) => self.location_set(set, personal.as_ref()),
            Claim::LocationRetire(retire, _) => self.location_retire(&retire.location),
            Claim::ItemAdd(add, personal) => self.item_add(add, personal.as_ref()),
            Claim::ItemCheck(check) => self.item_check(check),
            Claim::ItemMove(moved, _) => self.item_move(moved),
            Claim::ItemDestroy(destroy, _) => self.item_destroy(destroy),
            Claim::MailboxSet(set, personal) => self.mailbox_set(set, personal.as_ref()),
            Claim::PhoneSet(set, personal) => self.phone_set(set, personal.as_ref()),
            Claim::SafeOpen(opened, _) => self.safe_open(opened),
            Claim::SafeClose(closed, _) => self.safe_close(closed),
            Claim::SafeLog(logged, _) => self.safe_log(logged),
            Claim::Seal(seal) => self.seal(seal),
            Claim::Request(request, _) => self.request(request),
            Claim::Reshare(request, _) => self.reshare(request),
            Claim::Reseal(reseal) => self.reseal(reseal),
            Claim::SecretProve(prove) => self.secret_prove(prove),
            Claim::Rekey(rekey) => self.rekey(rekey),
            Claim::CustodianAway(away) => self.custodian_away(away),
            Claim::AccountImport(import, personal) => {
                self.account_import(import, personal.as_ref())
            }
            Claim::SecretConfirm(confirm, _) => self.secret_confirm(confirm),
            Claim::Reveal(reveal) => self.reveal(reveal),
            Claim::Close(close, _) => self.close(close),
            Claim::DrillPlan(plan) => self.drill_plan(plan),
            Claim::DrillStart(start, _) => self.drill_start(start),
            Claim::DrillProve(answer) => self.drill_prove(answer),
            Claim::DrillStep(step, _) => self.drill_step(step),
            Claim::DrillRecord(record, _) => self.drill_record(record),
            Claim::DrillFinish(finish, personal) => self.drill_finish(finish, personal.as_ref()),
            Claim::ImprovementClose(close, _) => self.improvement_close(close),
            Claim::CeremonyStart(start, personal) => self.ceremony_start(start, personal.as_ref()),
            Claim::CeremonyStep(step, _) => self.ceremony_step(step),
            Claim::CeremonyException(exception, _) => self.ceremony_exception(exception),
            Claim::CeremonyPresence(presence, _) => self.ceremony_presence(presence),
            Claim::CeremonyBreak(pause, _) => self.ceremony_break(pause),
            Claim::CeremonyFinish(finish, personal) => {
                self.ceremony_finish(finish, personal.as_ref())
            }
            Claim::PrivilegeSet(set, personal) => self.privilege_set(set, personal.as_ref()),
            Claim::ReviewPlan(plan) => self.review_plan(plan),
            Claim::ReviewStart(start, personal) => self.review_start(start, personal.as_ref()),
            Claim::ReviewConfirm(confirm) => self.review_confirm(confirm),
            Claim::ReviewStrike(strike, _) => self.review_strike(strike),
            Claim::ReviewDone(done, _) => self.review_done(done),
            Claim::Correct(about, _) => self.correct(&about.subject),
            Claim::Attach(about, _) => self.attach(&about.subject),
            Claim::Import(import) => self.import(import),
            Claim::Backup(made) => self.backup(made),
            Claim::BackupConfirm(tried) => self.backed_up(&tried.at),
            Claim::EstateImport(import, personal) => self.estate_import(import, personal.as_ref()),
            Claim::AccountSet(set, personal) => self.account_set(set, personal.as_ref()),
            Claim::AlarmSet(set, personal) => self.alarm_set(set, personal.as_ref()),
            Claim::TaskRequest(request, personal) => self.task_request(request, personal.as_ref()),
            Claim::TaskClose(close, _) => self.task_close(close),
            Claim::Reconcile(found, personal) => self.reconcile(found, personal.as_ref()),
            Claim::EvidenceExport(made) => self.evidence_export(made),
            Claim::Timestamp(stamp) => self.timestamp(stamp),
            Claim::Witness(witness) => self.witness(witness),
        }
    }
}
