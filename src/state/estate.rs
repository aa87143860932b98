//! What is known of accounts beside AWS's listing, of central root access, what the estate is held to,
//! and alarms, as records.

use serde::{Deserialize, Serialize};

use super::people::ONE;
use super::records::{Record, Records, Table, read};
use crate::error::Result;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::estate::{
    ContactDetails, ContactKind, Device, EstateImport, EstateImportPersonal, RootSaid, Source,
};
use crate::statement::posture::{Alarm, AlarmPersonal, Posture};
use crate::statement::registry::{Registered, RegisteredWords};
use crate::statement::text::Text;

/// How far two honest clocks may be apart, seconds.
const CLOCK_ERROR: u64 = 300;

/// Whether what is known as of one moment gives way to what is as of another, in an entry of the time `now`: it
/// does to what is as new, and to anything where it is dated ahead of that entry: then the clock was wrong that
/// dated it, and what it says would stand for as long.
#[must_use]
pub fn gives_way(known: Time, to: Time, now: Time) -> bool {
    known <= to || known > now.plus(CLOCK_ERROR)
}

/// Something that a file said, as of when, and by which entry the ledger has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen<T> {
    /// What.
    pub value: T,
    /// Which of AWS's answers the file was.
    pub source: Source,
    /// As of when.
    pub at: Time,
    /// Index of the entry.
    pub index: u64,
}

impl<T> Seen<T> {
    /// What the file at a place of an import said; `None` where there is no such file.
    #[must_use]
    pub fn by(import: &EstateImport, place: u32, value: T, index: u64) -> Option<Self> {
        let file = import.files.get(usize::try_from(place).ok()?)?;
        Some(Self {
            value,
            source: file.source,
            at: file.at,
            index,
        })
    }

    /// Takes the place of what is known, in an entry of the time `now`, if that [`gives_way`]. Whether it did.
    pub fn supersede(self, known: &mut Option<Self>, now: Time) -> bool {
        let newer = known
            .as_ref()
            .is_none_or(|known| gives_way(known.at, self.at, now));
        if newer {
            *known = Some(self);
        }
        newer
    }

    fn map<U>(&self, read: impl FnOnce(&T) -> U) -> Seen<U> {
        Seen {
            value: read(&self.value),
            source: self.source,
            at: self.at,
            index: self.index,
        }
    }
}

/// What files said of an account's root user and contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootRecord {
    /// The newest of each source, in the order of sources.
    pub reports: Vec<Seen<RootSaid>>,
    /// Serial numbers, for each report that has devices; `None` once erased.
    pub serials: Vec<DeviceSerials>,
    /// In the order of kinds.
    pub contacts: Vec<ContactRecord>,
    /// Indices of the entries that changed it.
    pub events: Vec<u64>,
}

/// The serial numbers of a report's devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSerials {
    /// Of which report.
    pub source: Source,
    /// In the order of its devices; `None` once erased.
    pub serials: Option<Vec<Text>>,
}

/// One of an account's contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRecord {
    /// Which.
    pub kind: ContactKind,
    /// Whether there is one.
    pub present: Seen<bool>,
    /// Who; `None` where there is none, and once erased.
    pub details: Option<ContactDetails>,
}

impl Record for RootRecord {
    const TABLE: Table = Table::Root;
}

impl RootRecord {
    /// What is known of an account's root user, if any file has said anything.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, account: &AccountId) -> Result<Option<Self>> {
        read(records, &account.to_string())
    }

    /// The newest report of one source.
    #[must_use]
    pub fn report(&self, source: Source) -> Option<&Seen<RootSaid>> {
        self.reports.iter().find(|report| report.source == source)
    }

    /// Of the reports that say it, what the newest says; of equals, the last that came.
    fn newest<T>(&self, says: impl Fn(Source, &RootSaid) -> Option<T>) -> Option<Seen<T>> {
        self.reports
            .iter()
            .filter_map(|report| {
                let value = says(report.source, &report.value)?;
                Some(report.map(|_| value))
            })
            .max_by_key(|seen| (seen.at, seen.index))
    }

    /// Whether it has a password.
    #[must_use]
    pub fn password(&self) -> Option<Seen<bool>> {
        self.newest(|_, said| said.password)
    }

    /// When the password was last used: inside, `None` is never, as far as AWS knows.
    #[must_use]
    pub fn password_last_used(&self) -> Option<Seen<Option<Time>>> {
        let report = self.report(Source::CredentialReport)?;
        Some(report.map(|said| said.password_last_used))
    }

    /// When the password was last changed: inside, `None` where the report has no such time.
    #[must_use]
    pub fn password_last_changed(&self) -> Option<Seen<Option<Time>>> {
        let report = self.report(Source::CredentialReport)?;
        Some(report.map(|said| said.password_last_changed))
    }

    /// Whether it has any MFA device.
    #[must_use]
    pub fn mfa(&self) -> Option<Seen<bool>> {
        self.newest(|source, said| match &said.devices {
            Some(devices) if source == Source::MfaDevices || !devices.is_empty() => {
                Some(!devices.is_empty())
            }
            _ => said.mfa,
        })
    }

    /// How many access keys it has, in use or not.
    #[must_use]
    pub fn access_keys(&self) -> Option<Seen<u8>> {
        self.newest(|_, said| said.access_keys)
    }

    /// How many signing certificates it has, in use or not.
    #[must_use]
    pub fn signing_certificates(&self) -> Option<Seen<u8>> {
        self.newest(|_, said| said.signing_certificates)
    }

    /// All its MFA devices, where a file lists them.
    #[must_use]
    pub fn devices(&self) -> Option<Seen<Vec<Device>>> {
        let report = self.report(Source::MfaDevices)?;
        Some(report.map(|said| said.devices.clone().unwrap_or_default()))
    }

    /// How many virtual MFA devices it has, as the newest file says that can tell.
    #[must_use]
    pub fn virtual_devices(&self) -> Option<Seen<usize>> {
        self.newest(|_, said| {
            let devices = said.devices.as_ref()?;
            Some(devices.iter().filter(|it| **it == Device::Virtual).count())
        })
    }

    /// What was known as of then or before: what is dated ahead of a clock says nothing yet.
    #[must_use]
    pub fn until(mut self, latest: Time) -> Self {
        self.reports.retain(|report| report.at <= latest);
        self.contacts.retain(|contact| contact.present.at <= latest);
        self
    }

    /// Takes a report over, with its devices' serial numbers, in an entry of the time `now`, if what is known
    /// of its source [`gives_way`]. Whether it did.
    pub fn take_report(
        &mut self,
        report: Seen<RootSaid>,
        serials: Option<Vec<Text>>,
        now: Time,
    ) -> bool {
        let source = report.source;
        if self
            .report(source)
            .is_some_and(|known| !gives_way(known.at, report.at, now))
        {
            return false;
        }
        self.serials.retain(|known| known.source != source);
        if report.value.devices.is_some() {
            self.serials.push(DeviceSerials { source, serials });
            self.serials.sort_by_key(|serials| serials.source);
        }
        self.reports.retain(|known| known.source != source);
        self.reports.push(report);
        self.reports.sort_by_key(|report| report.source);
        true
    }

    /// Takes a contact over, as [`Self::take_report`]. Whether it did.
    pub fn take_contact(&mut self, contact: ContactRecord, now: Time) -> bool {
        if self
            .contact(contact.kind)
            .is_some_and(|known| !gives_way(known.present.at, contact.present.at, now))
        {
            return false;
        }
        self.contacts.retain(|known| known.kind != contact.kind);
        self.contacts.push(contact);
        self.contacts.sort_by_key(|contact| contact.kind);
        true
    }

    /// The serial numbers of a report's devices, where they were not erased.
    #[must_use]
    pub fn serials(&self, source: Source) -> Option<&[Text]> {
        let found = self.serials.iter().find(|known| known.source == source)?;
        found.serials.as_deref()
    }

    /// One of the contacts.
    #[must_use]
    pub fn contact(&self, kind: ContactKind) -> Option<&ContactRecord> {
        self.contacts.iter().find(|contact| contact.kind == kind)
    }
}

/// Which features of central root access are on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features {
    /// The organization's id.
    pub organization: Text,
    /// `RootCredentialsManagement`.
    pub root_credentials_management: bool,
    /// `RootSessions`.
    pub root_sessions: bool,
}

/// Central root access, as files said. A ledger has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeaturesRecord {
    /// What is switched on.
    pub features: Option<Seen<Features>>,
    /// Delegated administrators for IAM, in order; inside, often none.
    pub delegated: Option<Seen<Vec<AccountId>>>,
    /// Indices of the entries that changed it.
    pub events: Vec<u64>,
}

/// What an import says of root users, by account: reports with their devices' serial numbers. `index` is
/// that of its entry.
pub fn reports<'i>(
    import: &'i EstateImport,
    personal: Option<&'i EstateImportPersonal>,
    index: u64,
) -> impl Iterator<Item = (AccountId, Seen<RootSaid>, Option<Vec<Text>>)> {
    let mut serials = personal.map(|personal| personal.serials.iter());
    import.roots.iter().filter_map(move |seen| {
        let serials = match (&seen.said.devices, &mut serials) {
            (Some(_), Some(serials)) => serials.next().cloned(),
            _ => None,
        };
        let report = Seen::by(import, seen.file, seen.said.clone(), index)?;
        Some((seen.account, report, serials))
    })
}

/// What an import says of contacts, by account. `index` is that of its entry.
pub fn contacts<'i>(
    import: &'i EstateImport,
    personal: Option<&'i EstateImportPersonal>,
    index: u64,
) -> impl Iterator<Item = (AccountId, ContactRecord)> {
    let rows = (0usize..).zip(&import.contacts);
    rows.filter_map(move |(place, seen)| {
        let contact = ContactRecord {
            kind: seen.contact,
            present: Seen::by(import, seen.file, seen.present, index)?,
            details: personal.and_then(|personal| personal.contacts.get(place)?.clone()),
        };
        Some((seen.account, contact))
    })
}

impl Record for FeaturesRecord {
    const TABLE: Table = Table::Features;
}

impl FeaturesRecord {
    /// Takes over what an import, an entry of the time `now`, says of central root access, where what is known
    /// [`gives_way`]. Whether anything was taken.
    pub fn take(&mut self, import: &EstateImport, index: u64, now: Time) -> bool {
        let features = import.features.as_ref().and_then(|seen| {
            let features = Features {
                organization: seen.organization.clone(),
                root_credentials_management: seen.root_credentials_management,
                root_sessions: seen.root_sessions,
            };
            Seen::by(import, seen.file, features, index)
        });
        let delegated = import
            .delegated
            .as_ref()
            .and_then(|seen| Seen::by(import, seen.file, seen.administrators.clone(), index));
        let features = features.is_some_and(|seen| seen.supersede(&mut self.features, now));
        delegated.is_some_and(|seen| seen.supersede(&mut self.delegated, now)) || features
    }

    /// The record; an empty one where no file has said anything.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records) -> Result<Self> {
        Ok(read(records, ONE)?.unwrap_or_default())
    }
}

/// What people have said of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryRecord {
    /// As it was last set.
    pub facts: Registered,
    /// What can be erased; `None` once it was.
    pub personal: Option<RegisteredWords>,
    /// Indices of the entries that set it.
    pub events: Vec<u64>,
}

impl Record for RegistryRecord {
    const TABLE: Table = Table::Registry;
}

impl RegistryRecord {
    /// What people have said of an account, if anything.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records, account: &AccountId) -> Result<Option<Self>> {
        read(records, &account.to_string())
    }
}

/// What the estate is held to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostureRecord {
    /// What.
    pub posture: Posture,
    /// Index of the leaf that put it into effect; `None` of what goes without saying.
    pub index: Option<u64>,
}

impl Record for PostureRecord {
    const TABLE: Table = Table::Posture;
}

impl PostureRecord {
    /// What the estate is held to; the default where nothing was said.
    ///
    /// # Errors
    /// As [`read`].
    pub fn load(records: &dyn Records) -> Result<Self> {
        Ok(read(records, ONE)?.unwrap_or_default())
    }
}

/// An alarm as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmRecord {
    /// As it was last set.
    pub facts: Alarm,
    /// What can be erased; `None` once it was.
    pub personal: Option<AlarmPersonal>,
    /// Indices of the entries that set it.
    pub events: Vec<u64>,
}

impl Record for AlarmRecord {
    const TABLE: Table = Table::Alarm;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        Time::from_seconds(1000).unwrap()
    }

    fn report(source: Source, at: i64, said: RootSaid) -> Seen<RootSaid> {
        Seen {
            value: said,
            source,
            at: Time::from_seconds(at).unwrap(),
            index: 1,
        }
    }

    fn mfa(mfa: bool) -> RootSaid {
        RootSaid {
            mfa: Some(mfa),
            ..RootSaid::default()
        }
    }

    fn devices(devices: &[Device]) -> RootSaid {
        RootSaid {
            devices: Some(devices.to_vec()),
            ..RootSaid::default()
        }
    }

    fn known(reports: Vec<Seen<RootSaid>>) -> RootRecord {
        let mut record = RootRecord::default();
        for report in reports {
            record.take_report(report, None, now());
        }
        record
    }

    #[test]
    fn whether_there_is_mfa_is_what_the_newest_file_says_that_can_tell() {
        let old = || report(Source::CredentialReport, 1, mfa(false));
        let says = |newer| known(vec![old(), newer]).mfa().map(|seen| seen.value);
        assert_eq!(
            says(report(Source::AccountSummary, 2, mfa(true))),
            Some(true)
        );
        assert_eq!(
            says(report(Source::AccountSummary, 0, mfa(true))),
            Some(false)
        );
        let hardware = devices(&[Device::Hardware]);
        assert_eq!(says(report(Source::MfaDevices, 2, hardware)), Some(true));
        // That no virtual one is there says nothing of the others.
        let none = report(Source::VirtualMfaDevices, 2, devices(&[]));
        assert_eq!(says(none.clone()), Some(false));
        assert_eq!(known(vec![none]).mfa(), None);
        let none_at_all = report(Source::MfaDevices, 2, devices(&[]));
        assert_eq!(
            known(vec![none_at_all]).mfa().map(|seen| seen.value),
            Some(false)
        );
    }

    #[test]
    fn an_older_report_is_not_taken() {
        let mut record = known(vec![report(Source::AccountSummary, 2, mfa(true))]);
        assert!(!record.take_report(report(Source::AccountSummary, 1, mfa(false)), None, now()));
        assert!(record.take_report(report(Source::AccountSummary, 2, mfa(false)), None, now()));
        assert_eq!(record.reports.len(), 1);
        assert_eq!(record.mfa().map(|seen| seen.value), Some(false));
    }

    #[test]
    fn what_is_dated_ahead_gives_way_to_whatever_comes_and_says_nothing_until_then() {
        let ahead = |at| known(vec![report(Source::AccountSummary, at, mfa(true))]);
        let next = || report(Source::AccountSummary, 10, mfa(false));
        assert!(!ahead(1300).take_report(next(), None, now()));
        assert!(ahead(1301).take_report(next(), None, now()));
        assert_eq!(ahead(1301).until(now().plus(300)).mfa(), None);
        assert!(ahead(1300).until(now().plus(300)).mfa().is_some());
        let mut features = Some(report(Source::AccountSummary, 1301, mfa(true)));
        assert!(next().supersede(&mut features, now()));
    }
}
