//! What a drill asks for: the sealings or things that its scope has at the moment.

use std::collections::{BTreeMap, BTreeSet};

use super::founding::GOVERNANCE_SECRET;
use crate::crypto::fixed::Id;
use crate::error::Result;
use crate::state::Records;
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::people::LedgerRecord;
use crate::state::places::{ItemRecord, MailboxRecord, PhoneRecord, Place};
use crate::state::records::list;
use crate::statement::SecretKind;
use crate::statement::account_id::AccountId;
use crate::statement::drills::{AskedEpoch, DrillKind, Scope, Target};
use crate::statement::names::Subject;
use crate::statement::register::ItemKind;

/// What is in a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InScope {
    /// Sealings that are not destroyed, in order: for a possession drill.
    pub secrets: Vec<AskedEpoch>,
    /// Things, in order: for every other.
    pub targets: Vec<Target>,
}

/// What a drill of a kind has to ask for or to try.
///
/// # Errors
/// Verification where the state is damaged.
pub fn in_scope(records: &dyn Records, kind: DrillKind, scope: &Scope) -> Result<InScope> {
    let register = Register::load(records)?;
    let mut found = InScope::default();
    match kind {
        DrillKind::Possession => found.secrets = register.sealings(records, scope)?,
        DrillKind::SignIn => found.targets = register.accounts(scope),
        DrillKind::QrRestore => found.targets = register.sheets(scope),
        DrillKind::Phone => {
            let all = list::<PhoneRecord>(records, "")?.into_iter();
            let used = all.filter(|(_, phone)| !phone.facts.closed);
            let of = used.filter(|(_, phone)| reaches(scope, &phone.facts.accounts));
            found.targets = of
                .map(|(_, phone)| Target::Phone(phone.facts.phone))
                .collect();
        }
        DrillKind::Mailbox => {
            let all = list::<MailboxRecord>(records, "")?.into_iter();
            let used = all.filter(|(_, mailbox)| !mailbox.facts.closed);
            let of = used.filter(|(_, mailbox)| reaches(scope, &mailbox.facts.accounts));
            found.targets = of
                .map(|(_, mailbox)| Target::Mailbox(mailbox.facts.mailbox))
                .collect();
        }
        DrillKind::LedgerRestore => found.targets = vec![Target::Ledger],
    }
    found.targets.sort();
    found.targets.dedup();
    Ok(found)
}

fn reaches(scope: &Scope, accounts: &[AccountId]) -> bool {
    match scope {
        Scope::Account(account) => accounts.contains(account),
        _ => true,
    }
}

/// What scopes are made of.
struct Register {
    secrets: BTreeMap<Id, SecretRecord>,
    live: Vec<AskedEpoch>,
    items: Vec<ItemRecord>,
}

impl Register {
    fn load(records: &dyn Records) -> Result<Self> {
        let mut secrets = BTreeMap::new();
        for (key, record) in list::<SecretRecord>(records, "")? {
            secrets.insert(Id::parse(&key)?, record);
        }
        let mut live = Vec::new();
        for (key, epoch) in list::<Epoch>(records, "")? {
            let (secret, number) = Epoch::parse_key(&key)?;
            if epoch.destroyed.is_none() {
                live.push(AskedEpoch {
                    secret,
                    epoch: number,
                });
            }
        }
        live.sort();
        let items = list::<ItemRecord>(records, "")?.into_iter();
        let items = items.map(|(_, item)| item);
        Ok(Self {
            secrets,
            live,
            items: items
                .filter(|item| item.place != Place::Destroyed)
                .collect(),
        })
    }

    fn sealings(&self, records: &dyn Records, scope: &Scope) -> Result<Vec<AskedEpoch>> {
        let governed = matches!(scope, Scope::All)
            || matches!(scope, Scope::Quorum(quorum) if *quorum == GOVERNANCE_SECRET);
        let governance = LedgerRecord::load(records)?.and_then(|ledger| ledger.governance);
        let mut asked = Vec::new();
        if let Some(governance) = governance.filter(|_| governed) {
            asked.push(AskedEpoch {
                secret: GOVERNANCE_SECRET,
                epoch: governance.epoch,
            });
        }
        asked.extend(
            self.live
                .iter()
                .filter(|one| self.covers(scope, &one.secret)),
        );
        asked.sort();
        Ok(asked)
    }

    /// Whether a secret is in a scope.
    fn covers(&self, scope: &Scope, secret: &Id) -> bool {
        let Some(record) = self.secrets.get(secret) else {
            return false;
        };
        match scope {
            Scope::All => true,
            Scope::Account(account) => accounts_of(record).contains(account),
            Scope::Quorum(quorum) => record.quorum == *quorum,
            Scope::Location(location) => {
                record.name.subject == Subject::Location(location.clone())
                    || self.items.iter().any(|item| {
                        let held = item.facts.holds.as_ref().map(|held| held.secret);
                        held == Some(*secret) && item.place.location() == Some(location)
                    })
            }
        }
    }

    /// Whether an item is in a scope.
    fn has(&self, scope: &Scope, item: &ItemRecord) -> bool {
        match scope {
            Scope::All => true,
            Scope::Location(location) => item.place.location() == Some(location),
            Scope::Account(account) => {
                let held = item.facts.holds.as_ref().map(|held| held.secret);
                item.facts.account.as_ref() == Some(account)
                    || held.is_some_and(|secret| self.covers(scope, &secret))
            }
            Scope::Quorum(_) => {
                let held = item.facts.holds.as_ref().map(|held| held.secret);
                held.is_some_and(|secret| self.covers(scope, &secret))
            }
        }
    }

    /// Accounts whose root user somebody here can sign in as.
    fn accounts(&self, scope: &Scope) -> Vec<Target> {
        if let Scope::Account(account) = scope {
            return vec![Target::Account(*account)];
        }
        let live: BTreeSet<Id> = self.live.iter().map(|one| one.secret).collect();
        let passwords = self.secrets.iter().filter(|(id, record)| {
            record.kind() == SecretKind::Password && live.contains(id) && self.covers(scope, id)
        });
        let mut accounts: BTreeSet<AccountId> = passwords
            .flat_map(|(_, record)| accounts_of(record))
            .collect();
        if matches!(scope, Scope::Location(_)) {
            let there = self.items.iter().filter(|item| self.has(scope, item));
            for item in there {
                accounts.extend(item.facts.account);
                let held = item.facts.holds.as_ref();
                let secret = held.and_then(|held| self.secrets.get(&held.secret));
                accounts.extend(secret.into_iter().flat_map(accounts_of));
            }
        }
        accounts.into_iter().map(Target::Account).collect()
    }

    fn sheets(&self, scope: &Scope) -> Vec<Target> {
        let sheets = self
            .items
            .iter()
            .filter(|item| item.facts.kind == ItemKind::QrSheet && self.has(scope, item));
        sheets
            .map(|item| Target::Item(item.facts.item.clone()))
            .collect()
    }
}

/// The accounts that a secret is a way into.
pub(super) fn accounts_of(secret: &SecretRecord) -> Vec<AccountId> {
    let own = match &secret.name.subject {
        Subject::Account(account) => Some(*account),
        _ => None,
    };
    own.into_iter().chain(secret.serves.clone()).collect()
}
