//! The register of accounts.

use std::collections::BTreeSet;

use super::{Judge, Verdict, refusal};
use crate::error::Result;
use crate::state::custody::AccountRecord;
use crate::state::records::read;
use crate::statement::accounts::{Import, ImportPersonal};
use crate::statement::people::Role;

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
}
