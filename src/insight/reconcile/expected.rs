//! What the ledger says there was to be: releases, drills, tasks, each with its window.

use std::collections::{BTreeMap, BTreeSet};

use super::CLOCK_ERROR;
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::policy;
use crate::state::Records;
use crate::state::custody::{Epoch, RequestRecord, SecretRecord};
use crate::state::drills::DrillRecord;
use crate::state::places::{ItemRecord, Place};
use crate::state::records::{list, read};
use crate::state::tasks::TaskRecord;
use crate::state::trails::EventRecord;
use crate::statement::account_id::AccountId;
use crate::statement::drills::Found;
use crate::statement::names::Subject;
use crate::statement::register::ItemKind;
use crate::statement::releases::Outcome;
use crate::statement::tasks::{Task, TaskOutcome};
use crate::statement::trails::{EventName, Word};
use crate::statement::{SecretKind, Time};

/// How long before and after the time that a drill has on record somebody may have signed in.
const DRILL: u64 = 900;
/// How long after a release its account's secret is sealed anew, where it was changed.
const SEALED_WITHIN: u64 = 86_400;

/// Something that was to use the root user of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Leaf hash of what says so.
    pub leaf: Digest,
    /// Whose root user.
    pub account: AccountId,
    /// From when on.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// What it is.
    pub cause: Cause,
    /// Events that are named by it, and would not be explained by their time alone.
    pub names: BTreeSet<String>,
    /// Events that would be, if somebody else than the sealer had found that what was sealed anew works.
    pub alone: BTreeSet<String>,
    /// Whether somebody says that it was used at AWS.
    pub leaves_trace: bool,
}

/// What was to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A release of secrets.
    Release {
        /// Whether the password is among them.
        password: bool,
    },
    /// A release that was closed as not used: it explains nothing.
    Unused,
    /// A drill in which somebody signs in.
    Drill,
    /// A session of central root access.
    Task {
        /// The name of its policy, such as `IAMAuditRootUserCredentials`; nothing where it has none.
        policy: Option<String>,
    },
}

impl Expected {
    /// By how many seconds a moment is outside the window; clocks may differ.
    #[must_use]
    pub fn off(&self, at: Time) -> u64 {
        let early = self.from.seconds().saturating_sub(at.seconds());
        let late = at.seconds().saturating_sub(self.to.seconds());
        let off = u64::try_from(early.max(late)).unwrap_or(0);
        if off <= CLOCK_ERROR { 0 } else { off }
    }

    /// Whether somebody was to sign in with a password.
    #[must_use]
    pub fn signs_in(&self) -> bool {
        matches!(self.cause, Cause::Release { password: true } | Cause::Drill)
    }
}

/// What the ledger has on record, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// What was to be.
    pub expected: Vec<Expected>,
    /// Accounts whose root user has MFA.
    pub with_mfa: BTreeSet<AccountId>,
    /// Events that governance has explained.
    pub settled: BTreeMap<EventName, (Time, Word)>,
}

impl Estate {
    /// Reads it.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn load(records: &dyn Records) -> Result<Self> {
        let mut estate = Self::default();
        for (leaf, request) in list::<RequestRecord>(records, "")? {
            estate.release(records, Digest::parse(&leaf)?, &request)?;
        }
        for (leaf, drill) in list::<DrillRecord>(records, "")? {
            estate.drill(Digest::parse(&leaf)?, &drill);
        }
        for (leaf, task) in list::<TaskRecord>(records, "")? {
            estate.task(Digest::parse(&leaf)?, &task);
        }
        for (_, secret) in list::<SecretRecord>(records, "")? {
            if secret.kind() == SecretKind::MfaSeed {
                estate.with_mfa.extend(accounts(&secret));
            }
        }
        for (_, item) in list::<ItemRecord>(records, "")? {
            let token = item.facts.kind == ItemKind::MfaToken;
            if token && !matches!(item.place, Place::Destroyed) {
                estate.with_mfa.extend(item.facts.account);
            }
        }
        for (_, event) in list::<EventRecord>(records, "")? {
            if event.explained.is_some() {
                let was = (event.at, event.name.clone());
                estate.settled.insert(event.event_name(), was);
            }
        }
        Ok(estate)
    }

    fn release(
        &mut self,
        records: &dyn Records,
        leaf: Digest,
        request: &RequestRecord,
    ) -> Result<()> {
        let (Some(effect), Some(end)) = (request.effect, request.window_ends()) else {
            return Ok(());
        };
        if request.reshare {
            return Ok(());
        }
        // Closing late makes no window longer.
        let to = request.closed_at.unwrap_or(end).min(end).max(effect.at);
        for wanted in &request.secrets {
            let Some(secret) = read::<SecretRecord>(records, &wanted.secret.to_hex())? else {
                continue;
            };
            let password = secret.kind() == SecretKind::Password;
            // Whoever changes it at AWS seals what it is now.
            let next = Epoch::load(records, &wanted.secret, wanted.epoch.saturating_add(1))?;
            let next = next.filter(|next| {
                next.reshared_from.is_none()
                    && next.made_at >= effect.at
                    && next.made_at <= to.plus(SEALED_WITHIN)
            });
            // One person's seal explains nothing: whoever changed the password alone can seal something.
            let works = match &next {
                Some(next) => policy::found_to_work(records, next)?,
                None => false,
            };
            let changes = |sealed: bool| changes(secret.kind(), sealed);
            let sealed = next.is_some();
            let unused = password && request.closed == Some(Outcome::Unused);
            for account in accounts(&secret) {
                self.expected.push(Expected {
                    leaf,
                    account,
                    from: effect.at,
                    to,
                    cause: if unused {
                        Cause::Unused
                    } else {
                        Cause::Release { password }
                    },
                    names: changes(!unused && works),
                    alone: changes(!unused && sealed && !works),
                    leaves_trace: password && request.closed == Some(Outcome::Used),
                });
            }
        }
        Ok(())
    }

    fn task(&mut self, leaf: Digest, task: &TaskRecord) {
        let Some((from, to)) = task.window() else {
            return;
        };
        let closed = task.closed.as_ref();
        let failed = closed.is_some_and(|closed| closed.outcome == TaskOutcome::Failed);
        let names: &[&str] = match task.task {
            // One that came to nothing has changed none.
            Task::ChangeEmail if failed => &ADDRESS_CHANGED[..1],
            Task::ChangeEmail => &ADDRESS_CHANGED,
            // What was allowed again is then asked for by the mailbox.
            Task::CreatePassword => &["PasswordRecoveryRequested", "PasswordRecoveryCompleted"],
            _ => &[],
        };
        self.expected.push(Expected {
            leaf,
            account: task.account,
            from,
            to,
            cause: Cause::Task {
                policy: task.task.policy().map(str::to_owned),
            },
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            alone: BTreeSet::new(),
            leaves_trace: closed.is_some_and(|closed| closed.outcome == TaskOutcome::Done),
        });
    }

    /// What one person has entered explains nothing: not before everyone who took part has signed.
    fn drill(&mut self, leaf: Digest, drill: &DrillRecord) {
        if drill.finished.is_none() {
            return;
        }
        for found in &drill.found {
            let Found::SignIn {
                account,
                worked: true,
                ..
            } = found.found
            else {
                continue;
            };
            let before = found.at.seconds().saturating_sub_unsigned(DRILL);
            self.expected.push(Expected {
                leaf,
                account,
                from: Time::from_seconds(before).unwrap_or(found.at),
                to: found.at.plus(DRILL),
                cause: Cause::Drill,
                names: BTreeSet::new(),
                alone: BTreeSet::new(),
                leaves_trace: true,
            });
        }
    }
}

/// The events of a root user's address being changed by the management account.
const ADDRESS_CHANGED: [&str; 3] = [
    "StartPrimaryEmailUpdate",
    "AcceptPrimaryEmailUpdate",
    "EmailUpdated",
];

/// What a secret is a way into.
fn accounts(secret: &SecretRecord) -> Vec<AccountId> {
    let own = match secret.name.subject {
        Subject::Account(account) => Some(account),
        _ => None,
    };
    own.into_iter()
        .chain(secret.serves.iter().copied())
        .collect()
}

/// The events that change a secret, where it was sealed anew.
fn changes(kind: SecretKind, changed: bool) -> BTreeSet<String> {
    let names: &[&str] = match kind {
        SecretKind::Password if changed => &["PasswordUpdated"],
        SecretKind::MfaSeed if changed => &["EnableMFADevice", "DeactivateMFADevice"],
        _ => &[],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}
