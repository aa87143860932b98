//! What a bundle calls people, secrets and entries, by the ids that it has of them.

use std::collections::BTreeMap;

use super::model::Evidence;
use crate::crypto::fixed::Id;

/// What everything in a bundle is called.
pub struct Called<'e> {
    people: BTreeMap<Id, &'e str>,
    secrets: BTreeMap<String, &'e str>,
    entries: BTreeMap<String, u64>,
}

/// What a finding is about, where the bundle can say more than its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'e> {
    /// A custodian, by name.
    Person(&'e str),
    /// A secret, by name.
    Secret(&'e str),
    /// An entry of the bundle, by index.
    Entry(u64),
}

impl<'e> Called<'e> {
    /// Of a bundle.
    #[must_use]
    pub fn of(evidence: &'e Evidence) -> Self {
        let people = evidence.people.iter();
        let secrets = evidence.custody.secrets.iter();
        let entries = evidence.statements.iter();
        Self {
            people: people.map(|one| (one.id, &*one.name)).collect(),
            secrets: secrets.map(|one| (one.id.to_hex(), &*one.name)).collect(),
            entries: entries.map(|one| (one.leaf.to_hex(), one.seq)).collect(),
        }
    }

    /// What somebody is called; the first digits of the id where the bundle has no name.
    #[must_use]
    pub fn person(&self, id: &Id) -> String {
        self.people
            .get(id)
            .map_or_else(|| id.short(), |name| (*name).to_owned())
    }

    /// What a secret is called that is sealed at the checkpoint, by its id.
    #[must_use]
    pub fn secret(&self, id: &str) -> Option<&'e str> {
        self.secrets.get(id).copied()
    }

    /// What a finding is about: `custodian:ID`, `secret:ID`, `entry:LEAF`.
    #[must_use]
    pub fn about(&self, about: &str) -> Option<About<'e>> {
        let (what, id) = about.split_once(':')?;
        match what {
            "custodian" => {
                let name = self.people.get(&Id::parse(id).ok()?)?;
                Some(About::Person(name))
            }
            "secret" => self.secret(id).map(About::Secret),
            "entry" => self.entries.get(id).map(|seq| About::Entry(*seq)),
            _ => None,
        }
    }
}
