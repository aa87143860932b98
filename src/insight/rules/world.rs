//! What the rules look at: everything that the ledger has on record at one moment, read once.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;

use crate::crypto::fixed::{Digest, Id};
use crate::insight::roots::{Central, Root};
use crate::insight::{drills, reviews};
use crate::policy::GOVERNANCE_SECRET;
use crate::state::ceremonies::CeremonyRecord;
use crate::state::custody::{AccountRecord, Epoch, RequestRecord, SecretRecord};
use crate::state::drills::ImprovementRecord;
use crate::state::people::{Custodian, GovernanceRecord};
use crate::state::places::{
    AccessRecord, ItemRecord, LocationRecord, MailboxRecord, PhoneRecord, Place,
};
use crate::state::reviews::{PrivilegeRecord, StruckRecord};
use crate::state::rules::Quorum;
use crate::state::runbooks::RunbookRecord;
use crate::state::tasks::TaskRecord;
use crate::statement::account_id::AccountId;
use crate::statement::accounts::{AccountState, Partition};
use crate::statement::findings::About;
use crate::statement::names::Subject;
use crate::statement::people::Role;
use crate::statement::register::ItemKind;
use crate::statement::text::Name;
use crate::statement::{SecretKind, Time};

/// Seconds of a day.
pub const DAY: u64 = 86_400;

/// What the estate is held to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standards {
    /// Domains of the company, in lower case.
    pub domains: Vec<String>,
    /// Whether MFA devices of management accounts have to be hardware.
    pub hardware_management: bool,
    /// Whether those of all accounts have to be.
    pub hardware_all: bool,
    /// Whether a password is changed after each release.
    pub rotate: bool,
    /// How many people a mailbox has at least.
    pub mailbox_people: usize,
    /// For so many hours an item may be out.
    pub item_out_hours: u64,
    /// Within so many days somebody else cosigns.
    pub cosign_days: u64,
    /// Within so many days an outside time-stamp is taken, if one has to be.
    pub timestamp_days: Option<u64>,
}

impl Default for Standards {
    fn default() -> Self {
        Self {
            domains: Vec::new(),
            hardware_management: false,
            hardware_all: false,
            rotate: false,
            mailbox_people: 2,
            item_out_hours: 24,
            cosign_days: 35,
            timestamp_days: None,
        }
    }
}

/// What drills have shown of a sealing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proven {
    /// Whether those whose shares were freshly proven are enough.
    pub alive: bool,
    /// Holders in force who have not freshly proven theirs.
    pub unproven: Vec<Id>,
}

/// An entry that is dated before the one it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockStep {
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its index.
    pub index: u64,
    /// Who made it.
    pub author: Id,
    /// When, as it says.
    pub at: Time,
    /// When the entry before it was made.
    pub before: Time,
}

/// An event of CloudTrail that nobody has explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEvent {
    /// What names it.
    pub about: About,
    /// When.
    pub at: Time,
    /// What.
    pub name: String,
    /// In which account, where the record said.
    pub account: Option<AccountId>,
}

/// Something that reaches an account, or can no longer be lost: from the exact formulas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// How many people are enough to take the account, and who, where one is.
    pub smallest: Option<(usize, Vec<String>)>,
    /// The person without whom nobody gets in, if there is one.
    pub needs_person: Option<String>,
    /// The site without which nobody gets in, if there is one.
    pub needs_site: Option<String>,
    /// Whether it has credentials, and nobody gets in with what is on record.
    pub locked_out: bool,
    /// Whether the only way is from the management account.
    pub from_management: bool,
}

/// Everything that the rules look at.
#[derive(Clone, Debug)]
pub struct World {
    /// The moment.
    pub now: Time,
    /// How many holders make a governance decision.
    pub threshold: u8,
    /// The governance secret.
    pub governance: Option<GovernanceRecord>,
    /// Everyone, those who have left too.
    pub custodians: BTreeMap<Id, Custodian>,
    /// What they are called.
    pub names: BTreeMap<Id, String>,
    /// The time zones that they live in.
    pub zones: BTreeMap<Id, Tz>,
    /// The organization's accounts.
    pub accounts: BTreeMap<AccountId, AccountRecord>,
    /// What is known of their root users.
    pub roots: BTreeMap<AccountId, Root>,
    /// Central root access, where a file of AWS has said anything of it.
    pub central: Option<Central>,
    /// What the estate is held to.
    pub standards: Standards,
    /// Secrets by id.
    pub secrets: BTreeMap<Id, SecretRecord>,
    /// Their sealings, in order.
    pub epochs: BTreeMap<Id, Vec<(u32, Epoch)>>,
    /// What drills have shown of those that are not destroyed.
    pub proven: BTreeMap<(Id, u32), Proven>,
    /// Quorums by id.
    pub quorums: BTreeMap<Id, Quorum>,
    /// Locations in use.
    pub locations: BTreeMap<Name, LocationRecord>,
    /// Items that are not destroyed.
    pub items: BTreeMap<Name, ItemRecord>,
    /// Items that were handled in an access that is on record.
    pub handled: BTreeSet<Name>,
    /// Accesses with something that did not fit, the oldest first.
    pub odd_accesses: Vec<(Digest, AccessRecord)>,
    /// Mailboxes in use.
    pub mailboxes: BTreeMap<Name, MailboxRecord>,
    /// Phones in use.
    pub phones: BTreeMap<Name, PhoneRecord>,
    /// Privileges that have not ended.
    pub privileges: BTreeMap<Name, PrivilegeRecord>,
    /// Who gets which alarm, by the accounts that it covers; an empty list is all.
    pub alarms: Vec<(Name, Vec<AccountId>, usize)>,
    /// Drills, and what plans ask for.
    pub drills: Vec<drills::Occasion>,
    /// Lessons that nobody has closed.
    pub improvements: Vec<ImprovementRecord>,
    /// Reviews, and what the plan asks for.
    pub reviews: Vec<reviews::Occasion>,
    /// How many names were ever struck in a review.
    pub strikes: usize,
    /// Struck names that are open.
    pub struck: Vec<StruckRecord>,
    /// Published runbooks.
    pub runbooks: BTreeMap<Name, RunbookRecord>,
    /// Ceremonies.
    pub ceremonies: Vec<CeremonyRecord>,
    /// Requests for releases.
    pub requests: Vec<(Digest, RequestRecord)>,
    /// Tasks on root users.
    pub tasks: Vec<(Digest, TaskRecord)>,
    /// When a backup was last restored and found good.
    pub restored: Option<Time>,
    /// When the ledger took effect.
    pub founded: Option<Time>,
    /// Since when nobody but one person has cosigned the log, and who that is.
    pub alone_since: Option<(Time, Id)>,
    /// When an outside authority last dated the log.
    pub timestamped: Option<Time>,
    /// Entries that are dated before the one they follow, but for those that were brought in.
    pub clock_steps: Vec<ClockStep>,
    /// Events of CloudTrail that nobody has explained.
    pub events: Vec<OpenEvent>,
    /// The times that CloudTrail was compared with the ledger for.
    pub compared: Vec<(Time, Time)>,
    /// Comparings of CloudTrail that were set aside, with their periods, which no other one covers.
    pub set_aside: Vec<(Digest, Time, Time)>,
    /// Why it can't be worked out who reaches root users.
    pub unreachable: Option<String>,
    /// Who can reach which account.
    pub reach: BTreeMap<AccountId, Reach>,
}

impl World {
    /// Nothing at all.
    #[must_use]
    pub fn empty(now: Time) -> Self {
        Self {
            now,
            threshold: 0,
            governance: None,
            custodians: BTreeMap::new(),
            names: BTreeMap::new(),
            zones: BTreeMap::new(),
            accounts: BTreeMap::new(),
            roots: BTreeMap::new(),
            central: None,
            standards: Standards::default(),
            secrets: BTreeMap::new(),
            epochs: BTreeMap::new(),
            proven: BTreeMap::new(),
            quorums: BTreeMap::new(),
            locations: BTreeMap::new(),
            items: BTreeMap::new(),
            handled: BTreeSet::new(),
            odd_accesses: Vec::new(),
            mailboxes: BTreeMap::new(),
            phones: BTreeMap::new(),
            privileges: BTreeMap::new(),
            alarms: Vec::new(),
            drills: Vec::new(),
            improvements: Vec::new(),
            reviews: Vec::new(),
            strikes: 0,
            struck: Vec::new(),
            runbooks: BTreeMap::new(),
            ceremonies: Vec::new(),
            requests: Vec::new(),
            tasks: Vec::new(),
            restored: None,
            founded: None,
            alone_since: None,
            timestamped: None,
            clock_steps: Vec::new(),
            events: Vec::new(),
            compared: Vec::new(),
            set_aside: Vec::new(),
            unreachable: None,
            reach: BTreeMap::new(),
        }
    }

    /// What somebody is called.
    #[must_use]
    pub fn name(&self, id: &Id) -> String {
        let known = self.names.get(id);
        known.map_or_else(|| format!("custodian {}", id.short()), String::clone)
    }

    /// What several are called.
    #[must_use]
    pub fn people<'i>(&self, ids: impl IntoIterator<Item = &'i Id>) -> String {
        let names: BTreeSet<String> = ids.into_iter().map(|id| self.name(id)).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }

    /// Whether somebody's key counts.
    #[must_use]
    pub fn in_force(&self, id: &Id) -> bool {
        self.custodians.get(id).is_some_and(Custodian::in_force)
    }

    /// Everyone in force who is more than a reader.
    pub fn active_people(&self) -> impl Iterator<Item = &Id> {
        let active = |custodian: &Custodian| custodian.in_force() && !custodian.has(Role::Reader);
        self.custodians
            .iter()
            .filter(move |(_, custodian)| active(custodian))
            .map(|(id, _)| id)
    }

    /// A moment so many days ago.
    #[must_use]
    pub fn days_ago(&self, days: u64) -> Time {
        let seconds = i64::try_from(days.saturating_mul(DAY)).unwrap_or(i64::MAX);
        Time::from_seconds(self.now.seconds().saturating_sub(seconds)).unwrap_or(self.now)
    }

    /// Accounts that are in use: those that are closed or gone have no posture.
    pub fn used_accounts(&self) -> impl Iterator<Item = (&AccountId, &AccountRecord)> {
        self.accounts.iter().filter(|(_, account)| {
            !account.gone
                && matches!(
                    account.facts.state,
                    AccountState::Active
                        | AccountState::Suspended
                        | AccountState::PendingActivation
                )
        })
    }

    /// Accounts in use whose root users are not known to be bare: each with what is known of it.
    pub fn rooted_accounts(&self) -> impl Iterator<Item = (AccountId, &AccountRecord, Root)> {
        self.used_accounts()
            .map(|(id, account)| (*id, account, self.root(id)))
            .filter(|(_, account, root)| account.facts.management || !root.is_bare())
    }

    /// What is known of an account's root user.
    #[must_use]
    pub fn root(&self, id: &AccountId) -> Root {
        self.roots.get(id).cloned().unwrap_or_default()
    }

    /// Secrets by account and kind: for rules that look at every account.
    #[must_use]
    pub fn secrets_by_account(&self) -> BTreeMap<(AccountId, SecretKind), Vec<Id>> {
        let mut all: BTreeMap<(AccountId, SecretKind), Vec<Id>> = BTreeMap::new();
        for (id, secret) in &self.secrets {
            if self.live(id).next().is_none() {
                continue;
            }
            let own = match &secret.name.subject {
                Subject::Account(account) => Some(*account),
                _ => None,
            };
            let accounts: BTreeSet<AccountId> = secret.serves.iter().copied().chain(own).collect();
            for account in accounts {
                all.entry((account, secret.kind())).or_default().push(*id);
            }
        }
        all
    }

    /// The sealings of a secret that are not destroyed, the oldest first.
    pub fn live(&self, secret: &Id) -> impl DoubleEndedIterator<Item = &(u32, Epoch)> {
        let all = self.epochs.get(secret).map_or(&[][..], Vec::as_slice);
        all.iter().filter(|(_, epoch)| epoch.destroyed.is_none())
    }

    /// Who may know the value of a sealing of it that is not destroyed, or holds a share of one.
    #[must_use]
    pub fn knowers(&self, secret: &Id) -> BTreeSet<Id> {
        self.live(secret)
            .flat_map(|(_, epoch)| epoch.knowers.iter().copied())
            .collect()
    }

    /// Who holds a share of a sealing that is not destroyed.
    #[must_use]
    pub fn holders(&self, secret: &Id) -> BTreeSet<Id> {
        self.live(secret)
            .flat_map(|(_, epoch)| epoch.shares.iter().map(|share| share.holder))
            .collect()
    }

    /// What a secret is called; of governance, where the id is all zero.
    #[must_use]
    pub fn secret_name(&self, secret: &Id) -> String {
        if *secret == GOVERNANCE_SECRET {
            return "the governance secret".to_owned();
        }
        let known = self.secrets.get(secret);
        known.map_or_else(
            || format!("secret {}", secret.short()),
            |record| record.name.to_string(),
        )
    }

    /// The accounts that an item is a way into, and whether by their password, MFA or otherwise.
    #[must_use]
    pub fn serves(&self, item: &ItemRecord) -> (BTreeSet<AccountId>, Option<SecretKind>) {
        let held = item.facts.holds.as_ref();
        let secret = held.and_then(|held| self.secrets.get(&held.secret));
        match secret {
            Some(secret) => {
                let own = match &secret.name.subject {
                    Subject::Account(account) => Some(*account),
                    _ => None,
                };
                let all = secret.serves.iter().copied().chain(own).collect();
                (all, Some(secret.kind()))
            }
            None => {
                let kind = matches!(item.facts.kind, ItemKind::MfaToken | ItemKind::QrSheet)
                    .then_some(SecretKind::MfaSeed);
                (item.facts.account.into_iter().collect(), kind)
            }
        }
    }

    /// Items that are ways into accounts: by account and kind, with the location that they are in.
    #[must_use]
    pub fn things_by_account(
        &self,
    ) -> BTreeMap<(AccountId, SecretKind), Vec<(&Name, &ItemRecord)>> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, item) in &self.items {
            let (accounts, Some(kind)) = self.serves(item) else {
                continue;
            };
            if item.place == Place::Destroyed {
                continue;
            }
            for account in accounts {
                all.entry((account, kind)).or_default().push((name, item));
            }
        }
        all
    }

    /// The partition of an account.
    #[must_use]
    pub fn has_central(&self, account: &AccountRecord) -> bool {
        account.facts.partition == Partition::Aws
    }
}
