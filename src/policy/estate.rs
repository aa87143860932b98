//! What AWS's files said of the estate, and what people say of its accounts.

use std::collections::BTreeMap;

use super::releases::CLOCK_ERROR;
use super::{Judge, Verdict, refusal};
use crate::error::Result;
use crate::state::estate::{FeaturesRecord, RegistryRecord, RootRecord, contacts, reports};
use crate::state::people::ONE;
use crate::statement::account_id::AccountId;
use crate::statement::estate::{
    ContactKind, ContactSeen, Device, EstateImport, EstateImportPersonal, RootSaid, Source,
    SourceFile,
};
use crate::statement::people::Role;
use crate::statement::registry::{Registered, SetAccounts, SetAccountsPersonal};
use crate::statement::time::Date;

/// A day for the one who dates by a clock east of Greenwich.
const ONE_DAY: u64 = 86_400;

impl Judge<'_> {
    pub(super) fn estate_import(
        &mut self,
        import: &EstateImport,
        personal: Option<&EstateImportPersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "importing what AWS says")?;
        check_shape(import)?;
        if let Some(personal) = personal {
            check_personal(import, personal)?;
        }
        let latest = self.time().plus(CLOCK_ERROR);
        if import.files.iter().any(|file| file.at > latest) {
            return Err(refusal::dated_ahead("a file"));
        }
        let mut features = FeaturesRecord::load(&self.state)?;
        if features.take(import, self.index, self.time()) {
            features.events.push(self.index);
            self.state.put(ONE, &features)?;
        }
        let mut roots: BTreeMap<AccountId, (RootRecord, bool)> = BTreeMap::new();
        for (account, report, serials) in reports(import, personal, self.index) {
            let (record, changed) = self.root(&mut roots, &account)?;
            *changed |= record.take_report(report, serials, self.time());
        }
        for (account, contact) in contacts(import, personal, self.index) {
            let (record, changed) = self.root(&mut roots, &account)?;
            *changed |= record.take_contact(contact, self.time());
        }
        for (account, (mut record, changed)) in roots {
            if changed {
                record.events.push(self.index);
                self.state.put(&account.to_string(), &record)?;
            }
        }
        Ok(Verdict::AT_ONCE)
    }

    /// The record of an account that this statement names, and whether it has changed it.
    fn root<'r>(
        &self,
        roots: &'r mut BTreeMap<AccountId, (RootRecord, bool)>,
        account: &AccountId,
    ) -> Result<&'r mut (RootRecord, bool)> {
        if !roots.contains_key(account) {
            self.known_account(account)?;
            let before = RootRecord::load(&self.state, account)?.unwrap_or_default();
            roots.insert(*account, (before, false));
        }
        Ok(roots.entry(*account).or_default())
    }

    pub(super) fn account_set(
        &mut self,
        set: &SetAccounts,
        personal: Option<&SetAccountsPersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "keeping the register")?;
        let accounts = &set.accounts;
        if accounts.is_empty() || !accounts.is_sorted_by(|one, next| one.account < next.account) {
            return Err(refusal::malformed(
                "accounts stand in order, each once, and at least one",
            ));
        }
        let told = personal.map(|personal| personal.accounts.as_slice());
        if told.is_some_and(|told| {
            !told
                .iter()
                .map(|told| told.account)
                .eq(accounts.iter().map(|one| one.account))
        }) {
            return Err(refusal::malformed(
                "what is said of accounts is not in the order of the facts",
            ));
        }
        let latest = Date(self.time().plus(ONE_DAY).to_chrono().date_naive());
        for (place, facts) in accounts.iter().enumerate() {
            self.known_account(&facts.account)?;
            if dates(facts).any(|date| date > latest) {
                return Err(refusal::dated_ahead("what is said of an account")
                    .because(format!("account {}", facts.account)));
            }
            let before = RegistryRecord::load(&self.state, &facts.account)?;
            let mut events = before.map_or_else(Vec::new, |record| record.events);
            events.push(self.index);
            let record = RegistryRecord {
                facts: facts.clone(),
                personal: told.and_then(|told| told.get(place)).cloned(),
                events,
            };
            self.state.put(&facts.account.to_string(), &record)?;
        }
        Ok(Verdict::AT_ONCE)
    }
}

fn dates(facts: &Registered) -> impl Iterator<Item = Date> {
    let credentials = facts.credentials.as_ref().and_then(|it| it.since);
    let scp = facts.scp.as_ref().map(|scp| scp.since);
    [credentials, scp, facts.contacts_checked]
        .into_iter()
        .flatten()
}

fn file(import: &EstateImport, place: u32) -> Result<&SourceFile> {
    usize::try_from(place)
        .ok()
        .and_then(|place| import.files.get(place))
        .ok_or_else(|| refusal::malformed("a file is named that is not there"))
}

/// Orders, and that each file says what its kind can say.
fn check_shape(import: &EstateImport) -> Result<()> {
    if !import.files.is_sorted_by(|one, next| one < next) {
        return Err(refusal::malformed("files stand in order, each once"));
    }
    let mut named = vec![false; import.files.len()];
    let mut says = |place: u32, can: &dyn Fn(Source) -> bool| {
        let source = file(import, place)?.source;
        if let Some(named) = usize::try_from(place).ok().and_then(|at| named.get_mut(at)) {
            *named = true;
        }
        if can(source) {
            return Ok(source);
        }
        Err(refusal::malformed(
            "a file can't say what it is to have said",
        ))
    };
    if let Some(features) = &import.features {
        says(features.file, &|it| it == Source::OrganizationsFeatures)?;
    }
    if let Some(delegated) = &import.delegated {
        says(delegated.file, &|it| it == Source::DelegatedAdministrators)?;
        if !delegated
            .administrators
            .is_sorted_by(|one, next| one < next)
        {
            return Err(refusal::malformed(
                "delegated administrators stand in order, each once",
            ));
        }
    }
    let mut last = None;
    for root in &import.roots {
        let source = says(root.file, &|source| can_say(source, &root.said))?;
        let this = Some((root.account, source));
        if last >= this {
            return Err(refusal::malformed(
                "what is said of root users stands in order of account and source, each once",
            ));
        }
        last = this;
    }
    let mut last = None;
    for contact in &import.contacts {
        says(contact.file, &|source| source == source_of(contact))?;
        let this = Some((contact.account, contact.contact));
        if last >= this {
            return Err(refusal::malformed(
                "contacts stand in order of account and kind, each once",
            ));
        }
        last = this;
    }
    if named.is_empty() || named.contains(&false) {
        return Err(refusal::malformed(
            "an import has a file at least, and each has said something",
        ));
    }
    Ok(())
}

fn source_of(contact: &ContactSeen) -> Source {
    match contact.contact {
        ContactKind::Primary => Source::ContactInformation,
        _ => Source::AlternateContact,
    }
}

/// Whether a file of this source says just such things of a root user.
fn can_say(source: Source, said: &RootSaid) -> bool {
    let dated = said.password_last_used.is_some() || said.password_last_changed.is_some();
    let counted = said.access_keys.is_some() && said.signing_certificates.is_some();
    let devices = said.devices.as_deref();
    match source {
        // Older reports say nothing of the password.
        Source::CredentialReport => said.mfa.is_some() && counted && devices.is_none(),
        Source::AccountSummary => said.mfa.is_some() && !dated && devices.is_none(),
        Source::MfaDevices | Source::VirtualMfaDevices => {
            let nothing_else = RootSaid {
                devices: said.devices.clone(),
                ..RootSaid::default()
            };
            let virtual_alone = |it: &[_]| it.iter().all(|device| *device == Device::Virtual);
            *said == nothing_else
                && devices.is_some_and(|devices| {
                    devices.is_sorted() && (source == Source::MfaDevices || virtual_alone(devices))
                })
        }
        _ => false,
    }
}

fn check_personal(import: &EstateImport, personal: &EstateImportPersonal) -> Result<()> {
    let devices = import.roots.iter().filter_map(|root| {
        let devices = root.said.devices.as_ref()?;
        Some(devices.len())
    });
    let present = import.contacts.iter().map(|contact| contact.present);
    let fits = personal.files.len() == import.files.len()
        && personal.serials.iter().map(Vec::len).eq(devices)
        && personal.contacts.iter().map(Option::is_some).eq(present);
    if fits {
        Ok(())
    } else {
        Err(refusal::malformed(
            "names of files, serial numbers and contacts are not in the order of the facts",
        ))
    }
}
