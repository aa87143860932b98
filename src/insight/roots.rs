//! What is known of root users' credentials, whoever said it: AWS's files, people, or tasks.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::insight::calendar::CLOCK_ERROR;
use crate::state::Records;
use crate::state::estate::{FeaturesRecord, RegistryRecord, RootRecord};
use crate::state::records::list;
use crate::state::tasks::LeftRecord;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::registry::CredentialState;

/// What is known of a root user's credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// Whether it has a password.
    pub password: Option<bool>,
    /// Whether it has an MFA device.
    pub mfa: Option<bool>,
    /// Whether one of its devices is virtual; `None` where its devices are not known.
    pub virtual_mfa: Option<bool>,
    /// How many access keys it has.
    pub access_keys: Option<u8>,
    /// How many signing certificates it has.
    pub certificates: Option<u8>,
    /// When its password was last used.
    pub last_used: Option<Time>,
    /// Whether it has credentials, as people have recorded, or tasks have left it since.
    pub recorded: Option<CredentialState>,
    /// Whether a policy that denies it everything is recorded.
    pub denied: bool,
    /// Whether somebody has recorded what AWS Support may ask, or that it asks nothing.
    pub no_questions: bool,
    /// As of when files have last said anything.
    pub seen: Option<Time>,
    /// Since when credentials are there again that a task has made.
    pub recovered: Option<Time>,
}

impl Root {
    /// Whether it is known to have no credentials at all.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        let none = |count: Option<u8>| count.is_none_or(|count| count == 0);
        let absent = self.password == Some(false) || self.is_recorded_absent();
        absent
            && self.password != Some(true)
            && none(self.access_keys)
            && none(self.certificates)
            && self.mfa != Some(true)
    }

    /// Whether anything is known about its credentials.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.password.is_some() || self.is_recorded_absent() || self.access_keys.is_some()
    }

    /// Whether it has credentials: present, where anything shows them; else as people or tasks have recorded;
    /// else unknown.
    #[must_use]
    pub fn credentials(&self) -> Option<CredentialState> {
        let some = |count: Option<u8>| count.is_some_and(|count| count > 0);
        let shown = self.password == Some(true)
            || self.mfa == Some(true)
            || some(self.access_keys)
            || some(self.certificates);
        if shown {
            return Some(CredentialState::Present);
        }
        self.recorded
    }

    fn is_recorded_absent(&self) -> bool {
        self.recorded
            .is_some_and(|state| state != CredentialState::Present)
    }
}

/// What the organization has switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Central {
    /// Central management of root credentials.
    pub credentials: bool,
    /// Privileged root sessions.
    pub sessions: bool,
}

impl Root {
    /// What AWS's files said.
    fn see(&mut self, seen: &RootRecord) {
        self.seen = seen.reports.iter().map(|report| report.at).max();
        self.password = seen.password().map(|seen| seen.value);
        self.mfa = seen.mfa().map(|seen| seen.value);
        self.virtual_mfa = seen.virtual_devices().map(|seen| seen.value > 0);
        self.access_keys = seen.access_keys().map(|seen| seen.value);
        self.certificates = seen.signing_certificates().map(|seen| seen.value);
        self.last_used = seen.password_last_used().and_then(|seen| seen.value);
    }

    /// What tasks have left until then, where that is later than what files say.
    fn leave(&mut self, left: &LeftRecord, latest: Time) {
        let all = [&left.recovered, &left.deleted, &left.audited];
        let all = all.into_iter().flatten().filter(|left| left.at <= latest);
        let Some(last) = all.max_by_key(|left| left.at) else {
            return;
        };
        let recovered = left.recovered.as_ref().map(|left| left.at);
        self.recovered = recovered.filter(|at| *at <= latest);
        if self.seen.is_some_and(|seen| seen > last.at) {
            // A later report that shows no password ends a recovery.
            if self.password == Some(false) {
                self.recovered = None;
            }
            return;
        }
        if last.is_bare() {
            self.recorded = Some(CredentialState::Deleted);
            self.password = Some(false);
            self.mfa = Some(false);
            self.access_keys = Some(0);
            self.certificates = Some(0);
        } else {
            self.recorded = Some(CredentialState::Present);
            self.password = Some(true);
        }
    }

    /// What people have recorded.
    fn register(&mut self, registered: &RegistryRecord) {
        let facts = &registered.facts;
        let credentials = facts.credentials.as_ref();
        self.recorded = credentials.map(|credentials| credentials.state);
        if self.recorded == Some(CredentialState::Present) && self.password.is_none() {
            self.password = Some(true);
        }
        self.denied = facts.scp.is_some();
        self.no_questions = facts.answers.is_some();
    }
}

/// What is known at `now` of every root user of which anything is. What is dated ahead says nothing yet.
///
/// # Errors
/// Verification where the state is damaged.
pub fn all(records: &dyn Records, now: Time) -> Result<BTreeMap<AccountId, Root>> {
    let latest = now.plus(CLOCK_ERROR);
    let mut all: BTreeMap<AccountId, Root> = BTreeMap::new();
    for (key, seen) in list::<RootRecord>(records, "")? {
        let root = all.entry(AccountId::new(key)?).or_default();
        root.see(&seen.until(latest));
    }
    for (key, registered) in list::<RegistryRecord>(records, "")? {
        let root = all.entry(AccountId::new(key)?).or_default();
        root.register(&registered);
    }
    for (key, left) in list::<LeftRecord>(records, "")? {
        let root = all.entry(AccountId::new(key)?).or_default();
        root.leave(&left, latest);
    }
    Ok(all)
}

/// What is known of one root user at `now`, as [`all`].
///
/// # Errors
/// Verification where the state is damaged.
pub fn of(records: &dyn Records, account: &AccountId, now: Time) -> Result<Root> {
    let latest = now.plus(CLOCK_ERROR);
    let mut root = Root::default();
    if let Some(seen) = RootRecord::load(records, account)? {
        root.see(&seen.until(latest));
    }
    if let Some(registered) = RegistryRecord::load(records, account)? {
        root.register(&registered);
    }
    root.leave(&LeftRecord::load(records, account)?, latest);
    Ok(root)
}

/// What a file of AWS has last said of central root access, by `now`.
///
/// # Errors
/// Verification where the state is damaged.
pub fn central(records: &dyn Records, now: Time) -> Result<Option<Central>> {
    let latest = now.plus(CLOCK_ERROR);
    let seen = FeaturesRecord::load(records)?.features;
    let seen = seen.filter(|seen| seen.at <= latest);
    Ok(seen.map(|seen| Central {
        credentials: seen.value.root_credentials_management,
        sessions: seen.value.root_sessions,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::fixed::Digest;
    use crate::state::tasks::Left;
    use crate::statement::tasks::Credentials;

    fn at(seconds: i64) -> Time {
        Time::from_seconds(seconds).unwrap()
    }

    fn left(credentials: Credentials, seconds: i64) -> Option<Left> {
        Some(Left {
            credentials,
            at: at(seconds),
            task: Digest::of(b""),
            index: 0,
        })
    }

    /// A report of second 100 that shows nothing.
    fn reported() -> Root {
        Root {
            password: Some(false),
            mfa: Some(false),
            access_keys: Some(0),
            certificates: Some(0),
            seen: Some(at(100)),
            ..Root::default()
        }
    }

    #[test]
    fn a_password_that_a_task_has_made_is_there_whatever_an_older_report_says() {
        let mut root = reported();
        let known = LeftRecord {
            recovered: left(Credentials::Present, 200),
            ..LeftRecord::default()
        };
        root.leave(&known, at(1000));
        assert!(!root.is_bare());
        assert_eq!(root.recovered, Some(at(200)));
        // An audit that finds credentials undoes an earlier deletion.
        let mut root = reported();
        let known = LeftRecord {
            deleted: left(Credentials::Deleted, 150),
            audited: left(Credentials::Present, 200),
            ..LeftRecord::default()
        };
        root.leave(&known, at(1000));
        assert!(!root.is_bare());
    }

    #[test]
    fn a_later_report_beats_what_a_task_has_left() {
        let mut root = reported();
        let known = LeftRecord {
            recovered: left(Credentials::Present, 50),
            ..LeftRecord::default()
        };
        root.leave(&known, at(1000));
        assert!(root.is_bare());
        assert_eq!(root.recovered, None);
    }

    #[test]
    fn what_a_clock_that_was_ahead_has_dated_says_nothing_yet() {
        let mut root = Root {
            password: Some(true),
            ..reported()
        };
        let known = LeftRecord {
            deleted: left(Credentials::Deleted, 1001),
            ..LeftRecord::default()
        };
        root.leave(&known, at(1000));
        assert!(!root.is_bare());
        root.leave(&known, at(1001));
        assert!(root.is_bare());
    }

    #[test]
    fn what_was_deleted_since_the_report_is_gone() {
        let mut root = Root {
            password: Some(true),
            access_keys: Some(1),
            ..reported()
        };
        let known = LeftRecord {
            deleted: left(Credentials::Deleted, 200),
            ..LeftRecord::default()
        };
        root.leave(&known, at(1000));
        assert!(root.is_bare());
    }
}
