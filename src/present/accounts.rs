//! What is known of an account, field by field: for whoever looks, and for what an entry has changed.

use std::collections::BTreeMap;

use super::describe::{self, counted};
use crate::crypto::fixed::Id;
use crate::state::estate::{
    ContactRecord, Features, FeaturesRecord, RootRecord, Seen, contacts, reports,
};
use crate::statement::account_id::AccountId;
use crate::statement::accounts::{AccountFacts, AccountNames, AccountState};
use crate::statement::estate::{ContactDetails, ContactKind, Source};
use crate::statement::registry::{Answers, Registered, RegisteredWords};
use crate::statement::{Claim, Statement, Time};

/// Something that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What of.
    pub field: &'static str,
    /// What.
    pub value: String,
    /// Which of AWS's answers says it, and as of when; `None` where people say it.
    pub source: Option<(Source, Time)>,
    /// Index of the entry.
    pub index: u64,
}

/// A state of AWS's, in small letters.
#[must_use]
pub fn state_word(state: AccountState) -> String {
    state.name().to_lowercase().replace('_', "-")
}

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn seen<T>(
    field: &'static str,
    seen: Option<Seen<T>>,
    say: impl Fn(&T) -> String,
) -> Option<Known> {
    let seen = seen?;
    Some(Known {
        field,
        value: say(&seen.value),
        source: Some((seen.source, seen.at)),
        index: seen.index,
    })
}

/// What files say of a root user and of contacts.
#[must_use]
pub fn root(record: &RootRecord) -> Vec<Known> {
    let moment = |time: &Option<Time>| match time {
        Some(time) => time.to_string(),
        None => "never, as far as AWS knows".to_owned(),
    };
    let number = |count: &u8| count.to_string();
    let mut all: Vec<Option<Known>> = vec![
        seen("password", record.password(), |has| yes(*has)),
        seen("password last used", record.password_last_used(), moment),
        seen(
            "password last changed",
            record.password_last_changed(),
            |at| at.map_or_else(|| "not said".to_owned(), |at| at.to_string()),
        ),
        seen("MFA", record.mfa(), |has| yes(*has)),
        seen("MFA devices", record.devices(), |devices| {
            match devices.as_slice() {
                [] => "none".to_owned(),
                some => {
                    let words: Vec<&str> = some.iter().map(|device| device.as_str()).collect();
                    words.join(", ")
                }
            }
        }),
        seen(
            "virtual MFA devices",
            record.virtual_devices(),
            usize::to_string,
        ),
        seen("access keys", record.access_keys(), number),
        seen(
            "signing certificates",
            record.signing_certificates(),
            number,
        ),
    ];
    all.extend(
        record
            .contacts
            .iter()
            .map(|contact| Some(known_contact(contact))),
    );
    all.into_iter().flatten().collect()
}

fn known_contact(contact: &ContactRecord) -> Known {
    let value = match (&contact.details, contact.present.value) {
        (Some(details), _) => whom(details),
        (None, true) => "there is one".to_owned(),
        (None, false) => "none".to_owned(),
    };
    Known {
        field: match contact.kind {
            ContactKind::Primary => "contact",
            ContactKind::Billing => "billing contact",
            ContactKind::Operations => "operations contact",
            ContactKind::Security => "security contact",
        },
        value,
        source: Some((contact.present.source, contact.present.at)),
        index: contact.present.index,
    }
}

fn whom(details: &ContactDetails) -> String {
    let rest = [
        &details.title,
        &details.email,
        &details.phone,
        &details.address,
    ];
    let rest = rest.into_iter().flatten();
    let all: Vec<String> = std::iter::once(details.name.to_string())
        .chain(rest.map(|text| text.as_str().replace('\n', ", ")))
        .collect();
    all.join(", ")
}

/// What files say of central root access.
#[must_use]
pub fn features(record: &FeaturesRecord) -> Vec<Known> {
    let on = |is_on: bool| if is_on { "on" } else { "off" }.to_owned();
    let of = |field, say: &dyn Fn(&Features) -> String| seen(field, record.features.clone(), say);
    [
        of("root credentials management", &|it| {
            on(it.root_credentials_management)
        }),
        of("root sessions", &|it| on(it.root_sessions)),
        seen(
            "delegated administrators for IAM",
            record.delegated.clone(),
            |ids| match ids.as_slice() {
                [] => "none".to_owned(),
                ids => ids
                    .iter()
                    .map(AccountId::to_string)
                    .collect::<Vec<_>>()
                    .join(", "),
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What people say of an account.
#[must_use]
pub fn registered(facts: &Registered, words: Option<&RegisteredWords>, index: u64) -> Vec<Known> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    if let Some(credentials) = &facts.credentials {
        let since = credentials.since.map(|date| format!(", since {date}"));
        let state = credentials.state.as_str().replace('-', " ");
        all.push((
            "credentials",
            format!("{state}{}", since.unwrap_or_default()),
        ));
        if let Some(evidence) = words.and_then(|words| words.evidence.as_ref()) {
            all.push(("shown by", evidence.to_string()));
        }
        if let Some(digest) = &credentials.evidence {
            all.push(("evidence", digest.to_string()));
        }
    }
    if let Some(scp) = &facts.scp {
        let exempt = if scp.exempts_assumed_root {
            "lets central root sessions through"
        } else {
            "without an exemption for central root sessions"
        };
        all.push((
            "SCP",
            format!("{}, since {}, {exempt}", scp.name, scp.since),
        ));
    }
    if let Some(answers) = facts.answers {
        let word = match answers {
            Answers::NotSet => "not set",
            Answers::Recorded => "recorded",
        };
        all.push(("security questions", word.to_owned()));
    }
    if let Some(date) = facts.contacts_checked {
        all.push(("contacts checked", date.to_string()));
    }
    if let Some(note) = words.and_then(|words| words.note.as_ref()) {
        all.push(("note", note.to_string()));
    }
    all.into_iter()
        .map(|(field, value)| Known {
            field,
            value,
            source: None,
            index,
        })
        .collect()
}

fn listed(facts: &AccountFacts, names: Option<&AccountNames>, gone: bool) -> Vec<Known> {
    let joined = facts
        .joined_method
        .map(|method| method.name().to_lowercase());
    let mut all = vec![
        ("in the organisation", yes(!gone)),
        ("state", state_word(facts.state)),
        ("partition", facts.partition.name().to_owned()),
        ("management account", yes(facts.management)),
    ];
    all.extend(joined.map(|method| ("joined", method)));
    all.extend(facts.joined_at.map(|at| ("joined at", at.to_string())));
    if let Some(names) = names {
        all.push(("name", names.name.to_string()));
        all.push(("root e-mail", names.email.to_string()));
    }
    all.into_iter()
        .map(|(field, value)| Known {
            field,
            value,
            source: None,
            index: 0,
        })
        .collect()
}

/// A field that became another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which.
    pub field: &'static str,
    /// What it was; `None` where nothing was known.
    pub from: Option<String>,
    /// What it is; `None` where nothing is known any more.
    pub to: Option<String>,
}

impl FieldChange {
    /// In words.
    #[must_use]
    pub fn line(&self) -> String {
        let field = self.field;
        match (&self.from, &self.to) {
            (None, Some(to)) => format!("{field}: {to} (added)"),
            (Some(from), Some(to)) => format!("{field}: {from} -> {to}"),
            (Some(from), None) => format!("{field}: {from} (gone)"),
            (None, None) => field.to_owned(),
        }
    }
}

/// What is otherwise after than it was before.
#[must_use]
pub fn changes(before: &[Known], after: &[Known]) -> Vec<FieldChange> {
    let value = |all: &[Known], field| {
        let found = all.iter().find(|known| known.field == field);
        found.map(|known| known.value.clone())
    };
    let mut fields: Vec<&'static str> = before.iter().map(|known| known.field).collect();
    for known in after {
        if !fields.contains(&known.field) {
            fields.push(known.field);
        }
    }
    let compared = fields.into_iter().map(|field| FieldChange {
        field,
        from: value(before, field),
        to: value(after, field),
    });
    compared.filter(|change| change.from != change.to).collect()
}

/// An entry that was about an account.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its index.
    pub index: u64,
    /// Its kind's word.
    pub kind: &'static str,
    /// Who made it.
    pub author: Id,
    /// When.
    pub made_at: Time,
    /// What it changed; nothing, where it said again what was known.
    pub changes: Vec<FieldChange>,
}

/// What each of these entries, in the order of the log, has changed about an account.
#[must_use]
pub fn history(account: AccountId, entries: &[(u64, Statement)]) -> Vec<Event> {
    let mut listing: Option<(AccountFacts, Option<AccountNames>, bool)> = None;
    let mut root_record = RootRecord::default();
    let mut register: Vec<Known> = Vec::new();
    let mut known: BTreeMap<&'static str, Vec<Known>> = BTreeMap::new();
    let mut events = Vec::new();
    for (index, statement) in entries {
        let at = statement.header().made_at;
        match statement.claim() {
            Claim::AccountImport(import, personal) => {
                let place = import.accounts.iter().position(|it| it.id == account);
                if let Some((place, facts)) =
                    place.and_then(|place| Some((place, import.accounts.get(place)?)))
                {
                    let names = personal.as_ref();
                    let names = names.and_then(|names| names.accounts.get(place)).cloned();
                    listing = Some((facts.clone(), names, false));
                } else if let Some((_, _, gone)) = &mut listing {
                    *gone |= import.gone.contains(&account);
                }
            }
            Claim::EstateImport(import, personal) => {
                let personal = personal.as_ref();
                let own = reports(import, personal, *index).filter(|(id, ..)| *id == account);
                for (_, report, serials) in own {
                    root_record.take_report(report, serials, at);
                }
                let own = contacts(import, personal, *index).filter(|(id, _)| *id == account);
                for (_, contact) in own {
                    root_record.take_contact(contact, at);
                }
            }
            Claim::AccountSet(set, personal) => {
                if let Some(facts) = set.accounts.iter().find(|it| it.account == account) {
                    let mut words = personal.iter().flat_map(|words| &words.accounts);
                    let words = words.rfind(|words| words.account == account);
                    register = registered(facts, words, *index);
                }
            }
            _ => continue,
        }
        let now: BTreeMap<&'static str, Vec<Known>> = [
            (
                "listing",
                listing
                    .as_ref()
                    .map_or_else(Vec::new, |(facts, names, gone)| {
                        listed(facts, names.as_ref(), *gone)
                    }),
            ),
            ("root", root(&root_record)),
            ("register", register.clone()),
        ]
        .into();
        let changed = now.iter().flat_map(|(part, after)| {
            let before = known.get(part).map_or(&[][..], Vec::as_slice);
            changes(before, after)
        });
        let header = statement.header();
        events.push(Event {
            index: *index,
            kind: statement.kind().as_str(),
            author: header.author,
            made_at: header.made_at,
            changes: changed.collect(),
        });
        known = now;
    }
    events
}

/// Who says something, and as of when.
#[must_use]
pub fn provenance(known: &Known) -> String {
    match &known.source {
        Some((source, at)) => format!(
            "{}, as of {}, entry #{}",
            source.as_str(),
            describe::time(*at),
            known.index
        ),
        None => format!("entry #{}", known.index),
    }
}

/// An import of files in a line.
#[must_use]
pub fn imported(import: &crate::statement::estate::EstateImport) -> String {
    let mut about = Vec::new();
    if !import.roots.is_empty() {
        about.push(counted(import.roots.len(), "report") + " on root users");
    }
    if !import.contacts.is_empty() {
        about.push(counted(import.contacts.len(), "contact"));
    }
    if import.features.is_some() || import.delegated.is_some() {
        about.push("central root access".to_owned());
    }
    format!("imports what AWS says: {}", about.join(", "))
}
