//! All kinds in one place: the kind's word, its facts and its personal part.

use super::accesses::{Closed, ClosedPersonal, Logged, LoggedPersonal, Opened, OpenedPersonal};
use super::accounts::{Import, ImportPersonal};
use super::ceremonies::{
    Break, Exception as CeremonyException, ExceptionPersonal, Finish as CeremonyEnd, Presence,
    PresencePersonal, Start as CeremonyBegin, StartPersonal, Step as CeremonyAct, StepPersonal,
};
use super::copies::{BackedUp, Promote, RestoreTried};
use super::decisions::{About, RejectPersonal, SignOff};
use super::drills::{
    Answer, CloseImprovement, Finish, FinishPersonal, Noted, Plan, Record, RecordPersonal, Start,
    Step,
};
use super::erasure::Erase;
use super::estate::{EstateImport, EstateImportPersonal};
use super::evidence::Exported;
use super::findings::AcceptFinding;
use super::founding::{Charter, GenesisPersonal, GovernanceSeal, GovernanceSet};
use super::imports::Import as Bringing;
use super::notes::{AttachPersonal, CorrectPersonal};
use super::outside::{Timestamp, Witness};
use super::people::{
    Acknowledge, Add, AddPersonal, Away, Leavers, LeaversPersonal, Replace, Retire, RetirePersonal,
};
use super::posture::{Alarm, AlarmPersonal, SetPosture};
use super::quorums::{Define, Rekey, SetPolicy};
use super::register::{
    AddItem, AddItemPersonal, CheckItem, DestroyItem, Location, LocationPersonal, Mailbox,
    MailboxPersonal, MoveItem, Phone, PhonePersonal, Remark, RetireLocation,
};
use super::registry::{SetAccounts, SetAccountsPersonal};
use super::releases::{Close, ClosePersonal, Request, RequestPersonal, Reveal};
use super::reviews::{
    ConfirmGroups, Privilege, PrivilegePersonal, ReviewPlan, StartReview, StartReviewPersonal,
    Strike, StrikeDone,
};
use super::runbooks::AddRunbook;
use super::secrets::{
    Confirm, ConfirmPersonal, Destroy, DestroyPersonal, Prove, Reseal, Seal, Share,
};
use super::tasks::{CloseTask, CloseTaskPersonal, RequestTask, RequestTaskPersonal};
use super::trails::{
    Explain, ExplainPersonal, Reconcile, ReconcilePersonal, VoidReconcile, VoidReconcilePersonal,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::crypto::canonical;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

macro_rules! claims {
    ($($word:literal $name:ident($facts:ty $(, $personal:ty)?) $doc:literal;)*) => {
        /// What kind of statement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = $doc] $name,)*
        }

        impl Kind {
            /// Every kind that this version knows.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the header.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Reads the word in the header.
            ///
            /// # Errors
            /// Verification, code `unknown-kind`.
            pub fn parse(word: &str) -> Result<Self> {
                match word {
                    $($word => Ok(Self::$name),)*
                    _ => Err(Error::verification(
                        "unknown-kind",
                        format!("this version knows no statements of kind `{}`", word.escape_debug()),
                    ).hint("a newer rootkeep may have written it")),
                }
            }
        }

        /// A statement's content, read from its parts. The personal side is `None` once erased or
        /// withheld, and always for kinds that have none.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(clippy::large_enum_variant)]
        pub enum Claim {
            $(#[doc = $doc] $name($facts $(, Option<$personal>)?),)*
        }

        impl Claim {
            /// Which kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Self::$name(..) => Kind::$name,)* }
            }

            /// Reads the parts' bytes as the kind has them.
            ///
            /// # Errors
            /// Verification, code `bad-json`; `stray-part` where a kind has no personal part.
            pub fn parse(kind: Kind, facts: &[u8], personal: Option<&[u8]>) -> Result<Self> {
                match kind {
                    $(Kind::$name => claims!(@parse $name, facts, personal, $facts $(, $personal)?),)*
                }
            }

            /// Whether statements of this kind have a personal part.
            #[must_use]
            pub fn has_personal(kind: Kind) -> bool {
                match kind { $(Kind::$name => claims!(@has $($personal)?),)* }
            }

            /// The facts' bytes.
            ///
            /// # Errors
            /// Failed, code `internal`.
            pub fn facts_bytes(&self) -> Result<Vec<u8>> {
                match self { $(Self::$name(facts, ..) => canonical::write(facts),)* }
            }

            /// The personal part's bytes.
            ///
            /// # Errors
            /// Failed, code `internal`.
            pub fn personal_bytes(&self) -> Result<Option<Vec<u8>>> {
                match self { $(claims!(@pattern $name personal $(, $personal)?) => claims!(@bytes personal $(, $personal)?),)* }
            }
        }
    };
    (@parse $name:ident, $f:ident, $p:ident, $facts:ty) => {
        match $p {
            Some(_) => Err(Error::verification(
                "stray-part", "a statement has a personal part, and its kind has none")),
            None => Ok(Self::$name(canonical::read::<$facts>($f, "the facts")?)),
        }
    };
    (@parse $name:ident, $f:ident, $p:ident, $facts:ty, $personal:ty) => {
        Ok(Self::$name(
            canonical::read::<$facts>($f, "the facts")?,
            $p.map(|bytes| canonical::read::<$personal>(bytes, "the personal part")).transpose()?,
        ))
    };
    (@has) => { false };
    (@has $personal:ty) => { true };
    (@pattern $name:ident $p:ident) => { Self::$name(_) };
    (@pattern $name:ident $p:ident, $personal:ty) => { Self::$name(_, $p) };
    (@bytes $p:ident) => { Ok(None) };
    (@bytes $p:ident, $personal:ty) => { $p.as_ref().map(canonical::write).transpose() };
}

claims! {
    "genesis" Genesis(Charter, GenesisPersonal) "The charter.";
    "governance.seal" GovernanceSeal(GovernanceSeal) "The governance secret's sealing.";
    "governance.set" GovernanceSet(GovernanceSet) "The governance secret goes to other people.";
    "sign" Sign(SignOff) "Agreement to one exact statement.";
    "reject" Reject(About, RejectPersonal) "One no.";
    "withdraw" Withdraw(About) "The author takes it back.";
    "custodian.add" CustodianAdd(Add, AddPersonal) "Enrolment.";
    "custodian.accept" CustodianAccept(About) "The newcomer's own acceptance.";
    "custodian.retire" CustodianRetire(Retire, RetirePersonal) "A custodian goes.";
    "custodian.replace" CustodianReplace(Replace, AddPersonal) "A custodian goes on with another identity.";
    "custodian.acknowledge" CustodianAcknowledge(Acknowledge) "A custodian takes the duties on anew.";
    "custodian.away" CustodianAway(Away) "A custodian can't be reached for a while.";
    "leavers.compare" LeaversCompare(Leavers, LeaversPersonal) "The custodians were compared with who left.";
    "quorum.define" QuorumDefine(Define) "A threshold rule.";
    "policy.set" PolicySet(SetPolicy) "The policy from here on.";
    "copy.promote" CopyPromote(Promote) "A copy becomes the writer.";
    "backup" Backup(BackedUp) "A backup was made.";
    "backup.confirm" BackupConfirm(RestoreTried) "A backup was restored and found good.";
    "rekey" Rekey(Rekey) "The ledger has a new data key.";
    "account.import" AccountImport(Import, ImportPersonal) "Accounts from AWS's listing.";
    "location.set" LocationSet(Location, LocationPersonal) "A location, as it is from here on.";
    "location.retire" LocationRetire(RetireLocation, Remark) "A location is used no more.";
    "item.add" ItemAdd(AddItem, AddItemPersonal) "A thing comes into the register.";
    "item.check" ItemCheck(CheckItem) "A thing's battery was checked.";
    "item.move" ItemMove(MoveItem, Remark) "A thing is somewhere else.";
    "item.destroy" ItemDestroy(DestroyItem, Remark) "A thing was destroyed.";
    "mailbox.set" MailboxSet(Mailbox, MailboxPersonal) "A mailbox, as it is from here on.";
    "phone.set" PhoneSet(Phone, PhonePersonal) "A phone, as it is from here on.";
    "safe.open" SafeOpen(Opened, OpenedPersonal) "A location is being opened.";
    "safe.close" SafeClose(Closed, ClosedPersonal) "A location was closed again.";
    "safe.log" SafeLog(Logged, LoggedPersonal) "A location was opened and closed.";
    "seal" Seal(Seal) "A secret's next epoch.";
    "secret.confirm" SecretConfirm(Confirm, ConfirmPersonal) "An epoch was found to work.";
    "secret.destroy" SecretDestroy(Destroy, DestroyPersonal) "Ciphertexts are to be destroyed.";
    "secret.prove" SecretProve(Prove) "A holder proves shares.";
    "request" Request(Request, RequestPersonal) "Secrets are asked for.";
    "reshare" Reshare(Request, RequestPersonal) "Secrets are to be split anew, unseen.";
    "reseal" Reseal(Reseal) "A secret's next epoch, with the value of the one before.";
    "reveal" Reveal(Reveal) "A secret is about to be shown.";
    "close" Close(Close, ClosePersonal) "A release is over.";
    "drill.plan" DrillPlan(Plan) "A drill is to come round.";
    "drill.start" DrillStart(Start, Noted) "A drill begins.";
    "drill.prove" DrillProve(Answer) "A holder answers a drill with all shares.";
    "drill.step" DrillStep(Step, Noted) "A step of a drill was done.";
    "drill.record" DrillRecord(Record, RecordPersonal) "What a drill has found out.";
    "drill.finish" DrillFinish(Finish, FinishPersonal) "A drill is over.";
    "improvement.close" ImprovementClose(CloseImprovement, Remark) "A lesson was seen to.";
    "runbook.add" RunbookAdd(AddRunbook, Noted) "A version of a runbook.";
    "ceremony.start" CeremonyStart(CeremonyBegin, StartPersonal) "A ceremony begins.";
    "ceremony.step" CeremonyStep(CeremonyAct, StepPersonal) "A step of a ceremony was done.";
    "ceremony.exception" CeremonyException(CeremonyException, ExceptionPersonal) "A ceremony was carried on otherwise.";
    "ceremony.presence" CeremonyPresence(Presence, PresencePersonal) "Somebody left a ceremony or came in.";
    "ceremony.break" CeremonyBreak(Break, Noted) "A ceremony rests, or goes on.";
    "ceremony.finish" CeremonyFinish(CeremonyEnd, FinishPersonal) "A ceremony is over.";
    "privilege.set" PrivilegeSet(Privilege, PrivilegePersonal) "A privilege, as it is from here on.";
    "review.plan" ReviewPlan(ReviewPlan) "Reviews are to come round.";
    "review.start" ReviewStart(StartReview, StartReviewPersonal) "A review begins.";
    "review.confirm" ReviewConfirm(ConfirmGroups) "Groups are as they are to be.";
    "review.strike" ReviewStrike(Strike, RejectPersonal) "A name is to be in a group no more.";
    "review.done" ReviewDone(StrikeDone, Remark) "What had to follow a struck name was done.";
    "correct" Correct(About, CorrectPersonal) "A statement is wrong.";
    "attach" Attach(About, AttachPersonal) "A file belongs to a statement.";
    "import" Import(Bringing) "Statements that were made elsewhere follow.";
    "finding.accept" FindingAccept(AcceptFinding, Remark) "A finding is accepted for a time.";
    "estate.import" EstateImport(EstateImport, EstateImportPersonal) "What AWS's files said of the estate.";
    "account.set" AccountSet(SetAccounts, SetAccountsPersonal) "What people know of accounts.";
    "posture.set" PostureSet(SetPosture) "What the estate is held to.";
    "alarm.set" AlarmSet(Alarm, AlarmPersonal) "An alarm, as it is from here on.";
    "task.request" TaskRequest(RequestTask, RequestTaskPersonal) "A task on the root user of a member account is asked for.";
    "task.close" TaskClose(CloseTask, CloseTaskPersonal) "A task is over.";
    "reconcile" Reconcile(Reconcile, ReconcilePersonal) "What CloudTrail says was compared with the ledger.";
    "event.explain" EventExplain(Explain, ExplainPersonal) "What events were that nothing explained.";
    "evidence.export" EvidenceExport(Exported) "Evidence was exported.";
    "reconcile.void" ReconcileVoid(VoidReconcile, VoidReconcilePersonal) "What CloudTrail was found to say is set aside, as a whole.";
    "erase" Erase(Erase, RejectPersonal) "What a statement says of people is to be erased.";
    "timestamp" Timestamp(Timestamp) "An authority has dated a checkpoint.";
    "witness" Witness(Witness) "An outside witness has cosigned a checkpoint.";
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).map_err(de::Error::custom)
    }
}

impl Claim {
    /// Reads the facts as a record of something that waits has them, without what names people.
    ///
    /// # Errors
    /// Verification, codes `unknown-kind`, `bad-json`.
    pub fn parse_facts(kind: &str, facts: &str) -> Result<Self> {
        Self::parse(Kind::parse(kind)?, facts.as_bytes(), None)
    }

    /// Whether it waits for a witness whom it names.
    #[must_use]
    pub fn has_witness(&self) -> bool {
        match self {
            Self::SafeClose(..)
            | Self::SafeLog(..)
            | Self::ItemMove(..)
            | Self::ItemDestroy(..) => true,
            Self::TaskClose(close, _) => close.witness.is_some(),
            _ => false,
        }
    }

    /// Whether it waits for everyone who took part.
    #[must_use]
    pub fn is_joint(&self) -> bool {
        matches!(self, Self::DrillFinish(..) | Self::CeremonyFinish(..))
    }

    /// Digests of the blobs that this statement brings or refers to in its facts.
    #[must_use]
    pub fn blobs(&self) -> Vec<Digest> {
        let sealed = |shares: &[Share], payload: Digest| {
            let shares = shares.iter().map(|share| share.blob);
            shares.chain([payload]).collect()
        };
        match self {
            Self::GovernanceSeal(seal) => sealed(&seal.shares, seal.payload),
            Self::GovernanceSet(set) => sealed(&set.seal.shares, set.seal.payload),
            Self::Seal(seal) => sealed(&seal.shares, seal.payload),
            Self::Reseal(reseal) => sealed(&reseal.seal.shares, reseal.seal.payload),
            Self::Request(request, _) | Self::Reshare(request, _) => vec![request.identity],
            Self::Sign(sign) => sign.shares.iter().map(|share| share.blob).collect(),
            Self::RunbookAdd(add, _) => vec![add.file],
            Self::Attach(_, Some(personal)) => vec![personal.digest],
            Self::Timestamp(stamp) => vec![stamp.token],
            _ => Vec::new(),
        }
    }
}
