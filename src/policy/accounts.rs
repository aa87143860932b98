//! The register of accounts.

use std::collections::BTreeSet;

use super::releases::CLOCK_ERROR;
use super::{Judge, Verdict, refusal};
use crate::error::{Error, Result};
use crate::state::custody::AccountRecord;
use crate::state::estate::gives_way;
use crate::state::people::{LedgerRecord, ONE};
use crate::state::records::read;
use crate::statement::Time;
use crate::statement::accounts::{Import, ImportPersonal};
use crate::statement::people::Role;

/// That a listing as of `at`, in an entry of the time `now`, is not older than the last one of `ledger`. One
/// that is dated ahead of that entry gives way to whatever comes.
///
/// # Errors
/// Refused, codes `malformed` and `older-listing`.
pub fn check_listing(ledger: &LedgerRecord, at: Option<Time>, now: Time) -> Result<()> {
    let Some(last) = ledger.listed else {
        return Ok(());
    };
    let Some(at) = at else {
        return Err(refusal::malformed(
            "a listing says as of when it is, once one has said so",
        ));
    };
    if gives_way(last, at, now) {
        return Ok(());
    }
    Err(Error::refused(
        "older-listing",
        format!("this listing is as of {at}, and the last one is as of {last}"),
    )
    .hint("make it anew: aws organizations list-accounts --output json > organizations.json")
    .hint("--as-of TIME says when it was made, where the file's own time does not"))
}

impl Judge<'_> {
    pub(super) fn account_import(
        &mut self,
        import: &Import,
        personal: Option<&ImportPersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "importing accounts")?;
        let ids: BTreeSet<_> = import
            .accounts
            .iter()
            .map(|account| &account.id)
            .chain(&import.gone)
            .collect();
        if ids.len() != import.accounts.len() + import.gone.len() || ids.is_empty() {
            return Err(refusal::malformed(
                "an import names each account once, and at least one",
            ));
        }
        self.note_listing(import.at)?;
        let names = personal.map(|personal| personal.accounts.as_slice());
        if names.is_some_and(|names| {
            names.len() != import.accounts.len()
                || names
                    .iter()
                    .zip(&import.accounts)
                    .any(|(name, facts)| name.id != facts.id)
        }) {
            return Err(refusal::malformed(
                "the accounts' names are not in the order of the facts",
            ));
        }
        for (place, facts) in import.accounts.iter().enumerate() {
            let key = facts.id.to_string();
            let before = read::<AccountRecord>(&self.state, &key)?;
            let mut events = before.map_or_else(Vec::new, |record| record.events);
            events.push(self.index);
            let record = AccountRecord {
                facts: facts.clone(),
                names: names.and_then(|names| names.get(place)).cloned(),
                index: self.index,
                gone: false,
                events,
            };
            self.state.put(&key, &record)?;
        }
        for id in &import.gone {
            let mut record = read::<AccountRecord>(&self.state, &id.to_string())?
                .ok_or_else(|| refusal::malformed("an account is gone that was never there"))?;
            record.gone = true;
            record.index = self.index;
            record.events.push(self.index);
            self.state.put(&id.to_string(), &record)?;
        }
        Ok(Verdict::AT_ONCE)
    }

    fn note_listing(&mut self, at: Option<Time>) -> Result<()> {
        let mut ledger = self.ledger()?;
        check_listing(&ledger, at, self.time())?;
        if at.is_some_and(|at| at > self.time().plus(CLOCK_ERROR)) {
            return Err(refusal::dated_ahead("the listing"));
        }
        if at.is_some() {
            ledger.listed = at;
            self.state.put(ONE, &ledger)?;
        }
        Ok(())
    }
}
