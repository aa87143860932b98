//! What AWS's files say that the register does not have yet: what an import of them would change.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::aws::estate_files::{Asked, Said};
use crate::crypto::canonical;
use crate::crypto::fixed::Digest;
use crate::crypto::part::PART_LIMIT;
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::custody::AccountRecord;
use crate::state::estate::{FeaturesRecord, RootRecord, contacts, gives_way, reports};
use crate::state::records::read;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::estate::{
    ContactDetails, ContactKind, ContactSeen, DelegatedSeen, Device, EstateImport,
    EstateImportPersonal, FeaturesSeen, RootSaid, RootSeen, Source, SourceFile,
};
use crate::statement::text::Text;

/// The most bytes of one statement's rows: what else a part has fits beside them.
const ROOM: usize = PART_LIMIT - (64 << 10);

/// A file of AWS's that was read.
#[derive(Clone, Debug)]
pub struct EstateFile {
    /// What it is called.
    pub name: String,
    /// What it was said to be.
    pub asked: Asked,
    /// Of its bytes.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
    /// As of when it says what it says.
    pub at: Time,
    /// What it says.
    pub said: Said,
}

impl EstateFile {
    fn source(&self) -> SourceFile {
        SourceFile {
            source: self.asked.source,
            digest: self.digest,
            at: self.at,
            bytes: self.bytes,
        }
    }
}

/// How much of what files say is in the register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The register has nothing of the kind.
    pub added: u64,
    /// It has it otherwise.
    pub changed: u64,
    /// It has it so, as of an earlier day.
    pub again: u64,
    /// It has it just so.
    pub same: u64,
    /// It has something newer.
    pub older: u64,
}

/// What an import would change.
#[derive(Debug, Default)]
pub struct Differences {
    /// The statements: one, unless that would be too large.
    pub imports: Vec<(EstateImport, EstateImportPersonal)>,
    /// How much is new.
    pub counts: Counts,
    /// Root users and contacts, before and after, where they are not just the same.
    pub roots: Vec<(AccountId, RootRecord, RootRecord)>,
    /// Central root access before and after, where anything is said of it.
    pub features: Option<(FeaturesRecord, FeaturesRecord)>,
}

/// What is new in files, held against the register, at `now`. `listed` are accounts that the register is
/// about to have.
///
/// # Errors
/// Refused, codes `unknown-account` and `two-files`; verification where the state is damaged.
pub fn differences(
    records: &dyn Records,
    files: &[EstateFile],
    listed: &BTreeSet<AccountId>,
    now: Time,
) -> Result<Differences> {
    let mut found = Differences::default();
    let mut rows = Rows::default();
    let features = FeaturesRecord::load(records)?;
    let mut roots: BTreeMap<AccountId, RootRecord> = BTreeMap::new();
    for file in files {
        let standing = match &file.said {
            Said::Features(enabled) => {
                let known = features.features.as_ref();
                let known = known.map(|seen| (seen.at, &seen.value));
                let standing = Standing::of(file, known, now, |it| {
                    it.organization == enabled.organization
                        && it.root_credentials_management == enabled.root_credentials_management
                        && it.root_sessions == enabled.root_sessions
                });
                rows.put(file, standing, Row::Features)?
            }
            Said::Delegated(administrators) => {
                let known = features.delegated.as_ref();
                let known = known.map(|seen| (seen.at, &seen.value));
                let standing = Standing::of(file, known, now, |it| *it == administrators);
                rows.put(file, standing, Row::Delegated)?
            }
            Said::Root(account, said) => {
                let record = root(records, &mut roots, listed, *account, file)?;
                let standing = root_standing(record, file, said, None, now);
                rows.put(file, standing, Row::Root(*account, file.asked.source))?
            }
            Said::Devices(account, devices) => {
                let record = root(records, &mut roots, listed, *account, file)?;
                let (said, serials) = split(devices);
                let standing = root_standing(record, file, &said, Some(&serials), now);
                rows.put(file, standing, Row::Root(*account, file.asked.source))?
            }
            Said::Contact(account, kind, contact) => {
                let record = root(records, &mut roots, listed, *account, file)?;
                let known = record.contact(*kind);
                let known = known.map(|known| (known.present.at, (&known.present, &known.details)));
                let standing = Standing::of(file, known, now, |(present, details)| {
                    present.value == contact.details.is_some() && **details == contact.details
                });
                rows.put(file, standing, Row::Contact(*account, *kind))?
            }
        };
        found.counts.count(standing);
    }
    found.imports = rows.statements()?;
    let mut after = roots.clone();
    let mut features_after = features.clone();
    for (import, personal) in &found.imports {
        features_after.take(import, 0, now);
        for (account, report, serials) in reports(import, Some(personal), 0) {
            after
                .entry(account)
                .or_default()
                .take_report(report, serials, now);
        }
        for (account, contact) in contacts(import, Some(personal), 0) {
            let after = after.entry(account).or_default();
            after.take_contact(contact, now);
        }
    }
    for (account, before) in roots {
        if let Some(after) = after.remove(&account).filter(|after| *after != before) {
            found.roots.push((account, before, after));
        }
    }
    if features != features_after {
        found.features = Some((features, features_after));
    }
    Ok(found)
}

/// How what a file says stands to the register.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Added,
    Changed,
    Again,
    Same,
    Older,
}

impl Standing {
    fn of<T>(
        file: &EstateFile,
        known: Option<(Time, T)>,
        now: Time,
        same: impl Fn(&T) -> bool,
    ) -> Self {
        match known {
            None => Self::Added,
            Some((at, _)) if !gives_way(at, file.at, now) => Self::Older,
            Some((_, value)) if !same(&value) => Self::Changed,
            Some((at, _)) if at != file.at => Self::Again,
            Some(_) => Self::Same,
        }
    }
}

impl Counts {
    fn count(&mut self, standing: Standing) {
        let counter = match standing {
            Standing::Added => &mut self.added,
            Standing::Changed => &mut self.changed,
            Standing::Again => &mut self.again,
            Standing::Same => &mut self.same,
            Standing::Older => &mut self.older,
        };
        *counter = counter.saturating_add(1);
    }
}

fn root<'r>(
    records: &dyn Records,
    roots: &'r mut BTreeMap<AccountId, RootRecord>,
    listed: &BTreeSet<AccountId>,
    account: AccountId,
    file: &EstateFile,
) -> Result<&'r RootRecord> {
    let missing = match roots.entry(account) {
        Entry::Occupied(known) => return Ok(known.into_mut()),
        Entry::Vacant(missing) => missing,
    };
    let known = read::<AccountRecord>(records, &account.to_string())?.is_some();
    if !known && !listed.contains(&account) {
        return Err(Error::refused(
            "unknown-account",
            format!("{account} is not in the register"),
        )
        .because(format!("{} is about it", file.name))
        .hint("rootkeep account import --organizations FILE"));
    }
    let before = RootRecord::load(records, &account)?.unwrap_or_default();
    Ok(missing.insert(before))
}

fn root_standing(
    record: &RootRecord,
    file: &EstateFile,
    said: &RootSaid,
    serials: Option<&[Text]>,
    now: Time,
) -> Standing {
    let source = file.asked.source;
    let known = record.report(source).map(|known| (known.at, &known.value));
    Standing::of(file, known, now, |known| {
        *known == said && serials.is_none_or(|serials| record.serials(source) == Some(serials))
    })
}

/// What is a fact of devices, and what is not.
fn split(devices: &[(Device, Text)]) -> (RootSaid, Vec<Text>) {
    let said = RootSaid {
        devices: Some(devices.iter().map(|(device, _)| *device).collect()),
        ..RootSaid::default()
    };
    (
        said,
        devices.iter().map(|(_, serial)| serial.clone()).collect(),
    )
}

/// What one row of a statement is about. Rows of a statement stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    Features,
    Delegated,
    Root(AccountId, Source),
    Contact(AccountId, ContactKind),
}

/// What files say, in the order of a statement's rows.
#[derive(Default)]
struct Rows<'f> {
    seen: BTreeMap<Row, &'f EstateFile>,
    new: BTreeSet<Row>,
}

impl<'f> Rows<'f> {
    fn put(&mut self, file: &'f EstateFile, standing: Standing, row: Row) -> Result<Standing> {
        if let Some(other) = self.seen.insert(row, file) {
            return Err(Error::usage(
                "two-files",
                format!("{} and {} say the same thing", other.name, file.name),
            )
            .hint("leave out the older of them"));
        }
        if !matches!(standing, Standing::Same | Standing::Older) {
            self.new.insert(row);
        }
        Ok(standing)
    }

    /// As few statements as hold all that is new.
    fn statements(&self) -> Result<Vec<(EstateImport, EstateImportPersonal)>> {
        let mut all = Vec::new();
        let mut open: Vec<(Row, &EstateFile)> = Vec::new();
        let mut size = 0usize;
        for row in &self.new {
            let Some(file) = self.seen.get(row) else {
                continue;
            };
            let (import, personal) = statement(&[(*row, *file)])?;
            let facts = canonical::write(&import)?.len();
            let more = facts.max(canonical::write(&personal)?.len());
            if size.saturating_add(more) > ROOM {
                all.push(statement(&open)?);
                open.clear();
                size = 0;
            }
            size = size.saturating_add(more);
            open.push((*row, *file));
        }
        if !open.is_empty() {
            all.push(statement(&open)?);
        }
        Ok(all)
    }
}

/// One statement of some rows, in their order.
fn statement(rows: &[(Row, &EstateFile)]) -> Result<(EstateImport, EstateImportPersonal)> {
    let mut names: BTreeMap<SourceFile, &str> = BTreeMap::new();
    for (_, file) in rows {
        names.entry(file.source()).or_insert(&file.name);
    }
    let places: BTreeMap<SourceFile, u32> = names.keys().cloned().zip(0u32..).collect();
    let mut import = EstateImport::default();
    let mut personal = EstateImportPersonal::default();
    for (_, file) in rows {
        let place = places.get(&file.source()).copied().unwrap_or_default();
        add(&mut import, &mut personal, file, place);
    }
    for name in names.values() {
        personal.files.push(Text::new(shown(name))?);
    }
    import.files = places.into_keys().collect();
    Ok((import, personal))
}

fn add(
    import: &mut EstateImport,
    personal: &mut EstateImportPersonal,
    file: &EstateFile,
    place: u32,
) {
    let mut root = |account: AccountId, said: RootSaid| {
        import.roots.push(RootSeen {
            account,
            file: place,
            said,
        });
    };
    match &file.said {
        Said::Root(account, said) => root(*account, said.clone()),
        Said::Devices(account, devices) => {
            let (said, serials) = split(devices);
            root(*account, said);
            personal.serials.push(serials);
        }
        Said::Contact(account, kind, contact) => {
            import.contacts.push(ContactSeen {
                account: *account,
                contact: *kind,
                file: place,
                present: contact.details.is_some(),
            });
            let details: Option<ContactDetails> = contact.details.clone();
            personal.contacts.push(details);
        }
        Said::Features(enabled) => {
            import.features = Some(FeaturesSeen {
                file: place,
                organization: enabled.organization.clone(),
                root_credentials_management: enabled.root_credentials_management,
                root_sessions: enabled.root_sessions,
            });
        }
        Said::Delegated(administrators) => {
            import.delegated = Some(DelegatedSeen {
                file: place,
                administrators: administrators.clone(),
            });
        }
    }
}

/// A file's name as a text of a statement: what is no character of one is not kept.
fn shown(name: &str) -> String {
    let mut kept: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(1024)
        .collect();
    if kept.is_empty() {
        kept.push('?');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::contacts::Contact;
    use crate::state::Memory;

    fn account(number: u64) -> AccountId {
        AccountId::new(format!("{number:012}")).unwrap()
    }

    fn contact(number: u64, name: &str) -> EstateFile {
        let details = ContactDetails {
            name: Text::new("n".repeat(1024)).unwrap(),
            title: None,
            email: None,
            phone: None,
            address: None,
        };
        let contact = Contact {
            kind: Some(ContactKind::Primary),
            details: Some(details),
        };
        EstateFile {
            name: name.to_owned(),
            asked: Asked {
                source: Source::ContactInformation,
                account: Some(account(number)),
                contact: None,
            },
            digest: Digest::of(&number.to_be_bytes()),
            bytes: 1,
            at: Time::from_seconds(1).unwrap(),
            said: Said::Contact(account(number), ContactKind::Primary, contact),
        }
    }

    fn found(files: &[EstateFile]) -> Result<Differences> {
        let listed = (0..20_000).map(account).collect();
        differences(
            &Memory::default(),
            files,
            &listed,
            Time::from_seconds(1).unwrap(),
        )
    }

    #[test]
    fn what_is_too_much_for_one_statement_becomes_two() {
        let few: Vec<EstateFile> = (0..3).map(|n| contact(n, "x")).collect();
        assert_eq!(found(&few).unwrap().imports.len(), 1);
        let files: Vec<EstateFile> = (0..10_000).map(|n| contact(n, "x")).collect();
        let found = found(&files).unwrap();
        assert_eq!(found.counts.added, 10_000);
        assert_eq!(found.imports.len(), 2);
        for (import, personal) in &found.imports {
            assert!(canonical::write(import).unwrap().len() <= PART_LIMIT);
            assert!(canonical::write(personal).unwrap().len() <= PART_LIMIT);
        }
        let rows: usize = found.imports.iter().map(|(it, _)| it.contacts.len()).sum();
        assert_eq!((rows, found.roots.len()), (10_000, 10_000));
    }

    #[test]
    fn two_files_that_say_the_same_thing_are_refused_by_their_names() {
        let error = found(&[contact(1, "one"), contact(1, "other")]).unwrap_err();
        assert_eq!(error.code(), "two-files");
        assert!(error.message().contains("one and other"), "{error}");
    }

    #[test]
    fn an_account_that_is_in_no_listing_is_refused() {
        let error = found(&[contact(20_000, "x")]).unwrap_err();
        assert_eq!(error.code(), "unknown-account");
    }

    #[test]
    fn files_that_are_the_same_to_the_byte_are_one() {
        let mut other = contact(2, "second");
        other.digest = contact(1, "").digest;
        let found = found(&[contact(1, "first"), other]).unwrap();
        let [(import, personal)] = found.imports.as_slice() else {
            panic!()
        };
        assert_eq!((import.files.len(), import.contacts.len()), (1, 2));
        assert_eq!(personal.files, [Text::new("first").unwrap()]);
    }
}
