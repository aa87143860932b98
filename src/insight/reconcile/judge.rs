//! One event beside what was expected.

use std::collections::{BTreeMap, BTreeSet};

use super::expected::{Cause, Estate, Expected};
use crate::aws::cloudtrail::{Act, Event, SESSION, Sort, What};
use crate::crypto::fixed::Digest;
use crate::statement::account_id::AccountId;
use crate::statement::trails::{Reason, Word};

/// What an event turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Explained by a release, drill or task.
    By(Digest),
    /// Explained by governance.
    Settled,
    /// Not explained: why, and by how many seconds it is outside a window.
    Open(Reason, Option<u64>),
}

impl Verdict {
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Open(..))
    }
}

fn open(reason: Reason) -> Verdict {
    Verdict::Open(reason, None)
}

pub(super) struct Judge<'e> {
    estate: &'e Estate,
    expected: BTreeMap<AccountId, Vec<&'e Expected>>,
    /// By the key of a session and its account: where it began.
    sessions: BTreeMap<(&'e Word, AccountId), Vec<&'e Event>>,
}

impl<'e> Judge<'e> {
    pub(super) fn new(events: &'e BTreeSet<Event>, estate: &'e Estate) -> Self {
        let mut expected: BTreeMap<AccountId, Vec<&Expected>> = BTreeMap::new();
        for one in &estate.expected {
            expected.entry(one.account).or_default().push(one);
        }
        let mut sessions: BTreeMap<_, Vec<&Event>> = BTreeMap::new();
        for event in events {
            if let (
                What::AssumeRoot {
                    key: Some(key),
                    failed: false,
                    ..
                },
                Some(account),
            ) = (&event.what, event.account)
            {
                sessions.entry((key, account)).or_default().push(event);
            }
        }
        Self {
            estate,
            expected,
            sessions,
        }
    }

    pub(super) fn verdict(&self, event: &Event) -> Verdict {
        match &event.what {
            What::Root(act) => self.act(event, act),
            What::AssumeRoot { policy, failed, .. } => {
                if *failed {
                    return open(Reason::Failed);
                }
                self.assume_root(event, policy.as_ref())
            }
            What::Management { failed: true } => open(Reason::Failed),
            What::Management { failed: false } => self
                .named(event)
                .map_or(open(Reason::Management), Verdict::By),
            What::Service => Verdict::Settled,
        }
    }

    fn of(&self, account: AccountId) -> impl Iterator<Item = &'e Expected> {
        self.expected.get(&account).into_iter().flatten().copied()
    }

    /// What names an event in its window.
    fn named(&self, event: &Event) -> Option<Digest> {
        let mut own = self.of(event.account?);
        let named =
            own.find(|one| one.off(event.at) == 0 && one.names.contains(event.name.as_str()));
        named.map(|one| one.leaf)
    }

    /// Whether what was changed there was sealed anew, by the word of one.
    fn sealed_alone(&self, event: &Event, account: AccountId) -> bool {
        let mut own = self.of(account);
        own.any(|one| one.off(event.at) == 0 && one.alone.contains(event.name.as_str()))
    }

    fn assume_root(&self, event: &Event, policy: Option<&Word>) -> Verdict {
        let Some(account) = event.account else {
            return open(Reason::NoAccount);
        };
        let mut tasks = Vec::new();
        for one in self.of(account) {
            if let Cause::Task { policy: own } = &one.cause {
                tasks.push((
                    one,
                    own.as_deref().is_some() && own.as_deref() == policy.map(Word::as_str),
                ));
            }
        }
        let within = |(one, _): &&(&Expected, bool)| one.off(event.at) == 0;
        if let Some((task, _)) = tasks.iter().filter(within).find(|(_, fits)| *fits) {
            return Verdict::By(task.leaf);
        }
        if tasks.iter().any(|task| within(&task)) {
            return open(Reason::OtherTask);
        }
        match tasks.iter().map(|(one, _)| one.off(event.at)).min() {
            Some(off) => Verdict::Open(Reason::OutsideWindow, Some(off)),
            None => open(Reason::NoTask),
        }
    }

    fn act(&self, event: &Event, act: &Act) -> Verdict {
        if act.failed {
            return open(Reason::Failed);
        }
        let Some(account) = event.account else {
            return open(Reason::NoAccount);
        };
        let long_lived = act
            .key
            .as_ref()
            .is_some_and(|key| key.as_str().starts_with("AKIA"));
        if act.sort == Sort::AccessKey || long_lived {
            return open(Reason::AccessKey);
        }
        if let Some(verdict) = self.in_session(event, act, account) {
            return verdict;
        }
        match act.sort {
            Sort::SignIn | Sort::Call => self.signed_in(event, act, account),
            _ => match self.named(event) {
                Some(leaf) => Verdict::By(leaf),
                None if self.sealed_alone(event, account) => open(Reason::SealedAlone),
                None => open(Reason::CredentialChange),
            },
        }
    }

    /// What was done with a session's key is what the session is.
    fn in_session(&self, event: &Event, act: &Act, account: AccountId) -> Option<Verdict> {
        let begun = act
            .key
            .as_ref()
            .and_then(|key| self.sessions.get(&(key, account)));
        let Some(begun) = begun else {
            return act.assumed.then(|| open(Reason::SessionUnknown));
        };
        // Both are AWS's clocks.
        let during = |began: &&&Event| {
            let from = began.at.seconds() - 60;
            let to = began.at.plus(SESSION + 60).seconds();
            (from..=to).contains(&event.at.seconds())
        };
        let mut during = begun.iter().filter(during).map(|began| match &began.what {
            What::AssumeRoot { policy, .. } => self.assume_root(began, policy.as_ref()),
            _ => open(Reason::Session),
        });
        Some(match during.next() {
            None => open(Reason::SessionOver),
            Some(first) => {
                let explained = std::iter::once(first)
                    .chain(during)
                    .find(|one| !one.is_open());
                explained.unwrap_or(open(Reason::Session))
            }
        })
    }

    /// What was done by somebody who had signed in.
    fn signed_in(&self, event: &Event, act: &Act, account: AccountId) -> Verdict {
        let (mut nearest, mut other, mut unused) = (None, false, false);
        for one in self.of(account) {
            let off = one.off(event.at);
            match (one.signs_in(), off) {
                (true, 0) => {
                    let without = act.mfa == Some(false) && self.estate.with_mfa.contains(&account);
                    if without {
                        return open(Reason::NoMfa);
                    }
                    return Verdict::By(one.leaf);
                }
                (true, off) => nearest = Some(nearest.unwrap_or(off).min(off)),
                (false, 0) => {
                    other |= matches!(one.cause, Cause::Release { .. });
                    unused |= one.cause == Cause::Unused;
                }
                (false, _) => {}
            }
        }
        if unused {
            return open(Reason::ClosedUnused);
        }
        match (other, nearest) {
            (true, _) => open(Reason::OtherSecret),
            (false, Some(off)) => Verdict::Open(Reason::OutsideWindow, Some(off)),
            (false, None) => open(Reason::NoRelease),
        }
    }
}
