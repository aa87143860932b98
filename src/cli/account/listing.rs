//! The organisation's listing, held against the register.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::organizations;
use crate::error::Result;
use crate::exchange::gathering::Listing;
use crate::ledger::Session;
use crate::policy::check_listing;
use crate::present::accounts::state_word;
use crate::state::custody::AccountRecord;
use crate::state::people::LedgerRecord;
use crate::state::records::list as records;
use crate::statement::account_id::AccountId;
use crate::statement::accounts::{AccountFacts, AccountNames, Import, ImportPersonal, Partition};
use crate::statement::text::Text;
use crate::statement::{Claim, Time};

/// How many accounts a preview names one by one.
const NAMED: usize = 20;

/// What a listing would change.
pub struct Plan {
    organization: Option<String>,
    /// As of when it is.
    pub at: Time,
    changed: Vec<(AccountFacts, AccountNames)>,
    /// How many are new.
    pub added: usize,
    gone: Vec<AccountId>,
    /// Those that the listing has.
    pub listed: BTreeSet<AccountId>,
}

impl Plan {
    /// # Errors
    /// Refused, code `older-listing`, where it would change something and a newer one is known.
    pub fn of(session: &Session, listing: &Listing, now: Time) -> Result<Self> {
        let mut known: BTreeMap<String, AccountRecord> =
            records::<AccountRecord>(&session.view(), "")?
                .into_iter()
                .collect();
        let accounts = &listing.accounts;
        let mut plan = Self {
            organization: accounts.iter().find_map(|it| it.organization.clone()),
            at: listing.at,
            changed: Vec::new(),
            added: 0,
            gone: Vec::new(),
            listed: accounts.iter().map(|account| account.id).collect(),
        };
        for account in accounts {
            let (facts, names) = translate(account)?;
            match known.remove(&facts.id.to_string()) {
                Some(record)
                    if record.facts == facts
                        && record.names.as_ref() == Some(&names)
                        && !record.gone => {}
                Some(_) => plan.changed.push((facts, names)),
                None => {
                    plan.added += 1;
                    plan.changed.push((facts, names));
                }
            }
        }
        for (id, record) in known {
            if !record.gone {
                plan.gone.push(AccountId::new(id)?);
            }
        }
        if let Some(ledger) = LedgerRecord::load(&session.view())?
            && !plan.is_nothing()
        {
            check_listing(&ledger, Some(plan.at), now)?;
        }
        Ok(plan)
    }

    /// How many are otherwise than they were.
    pub fn changed(&self) -> usize {
        self.changed.len() - self.added
    }

    /// How many the listing no longer has.
    pub fn gone(&self) -> usize {
        self.gone.len()
    }

    pub fn is_nothing(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty()
    }

    /// What would change, in lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.is_nothing() {
            lines.push(format!("  listed as of {}", self.at));
        }
        let changed = self.changed.iter().take(NAMED).map(|(facts, names)| {
            let state = state_word(facts.state);
            format!(
                "  {}  {state:<18} {:<24} {}",
                facts.id, names.name, names.email
            )
        });
        lines.extend(changed);
        if self.changed.len() > NAMED {
            lines.push(format!("  and {} more", self.changed.len() - NAMED));
        }
        lines.extend(self.gone.iter().map(|id| format!("  {id}  gone")));
        lines
    }

    pub fn claim(self, listing: &Listing) -> Result<Claim> {
        let (facts, names) = self.changed.into_iter().unzip();
        Ok(Claim::AccountImport(
            Import {
                organization: self.organization.map(Text::new).transpose()?,
                at: Some(self.at),
                accounts: facts,
                gone: self.gone,
            },
            Some(ImportPersonal {
                file_digest: listing.digest,
                file_bytes: listing.bytes,
                accounts: names,
            }),
        ))
    }
}

fn translate(account: &organizations::Account) -> Result<(AccountFacts, AccountNames)> {
    let id = account.id;
    let facts = AccountFacts {
        id,
        state: account.state,
        partition: account.partition.unwrap_or(Partition::Aws),
        management: account.is_management(),
        joined_method: account.joined_method,
        joined_at: account.joined_at.and_then(Time::from_chrono),
    };
    let names = AccountNames {
        id,
        name: Text::new(account.name.clone())?,
        email: Text::new(account.email.clone())?,
    };
    Ok((facts, names))
}
