//! Findings that are accepted for a time (docs/formats.md, section 6; docs/rules.md).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account_id::AccountId;
use super::names::as_text;
use super::text::Name;
use super::time::Date;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};

/// The stable id of a rule: `RK` and three digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RuleId(u16);

impl RuleId {
    /// The rule of that number.
    ///
    /// # Errors
    /// Usage, code `bad-rule`: not from 1 to 999.
    pub fn new(number: u16) -> Result<Self> {
        if (1..=999).contains(&number) {
            Ok(Self(number))
        } else {
            Err(bad_rule())
        }
    }
}

fn bad_rule() -> Error {
    Error::usage("bad-rule", "a rule's id is RK and three digits, as RK001")
        .hint("every rule: rootkeep check --rules")
}

impl FromStr for RuleId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits = text.strip_prefix("RK").ok_or_else(bad_rule)?;
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad_rule());
        }
        Self::new(digits.parse().map_err(|_| bad_rule())?)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RK{:03}", self.0)
    }
}

/// What a finding is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum About {
    /// The ledger as a whole.
    Ledger,
    /// The organization as a whole.
    Org,
    /// An AWS account.
    Account(AccountId),
    /// A mailbox of the register.
    Mailbox(Name),
    /// A phone of the register.
    Phone(Name),
    /// A location of the register.
    Location(Name),
    /// An item of the register.
    Item(Name),
    /// A privilege of the register.
    Privilege(Name),
    /// A scenario that wants a runbook.
    Runbook(Name),
    /// A plan of drills.
    Plan(Name),
    /// A custodian.
    Custodian(Id),
    /// A quorum; of governance, where the id is all zero.
    Quorum(Id),
    /// A secret; of governance, where the id is all zero.
    Secret(Id),
    /// What an entry states: its leaf hash.
    Entry(Digest),
    /// An event of CloudTrail.
    Event(Name),
}

impl FromStr for About {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.split_once(':') {
            None if text == "ledger" => Self::Ledger,
            None if text == "org" => Self::Org,
            Some(("account", id)) => Self::Account(AccountId::new(id)?),
            Some(("mailbox", name)) => Self::Mailbox(Name::new(name)?),
            Some(("phone", name)) => Self::Phone(Name::new(name)?),
            Some(("location", name)) => Self::Location(Name::new(name)?),
            Some(("item", name)) => Self::Item(Name::new(name)?),
            Some(("privilege", name)) => Self::Privilege(Name::new(name)?),
            Some(("runbook", name)) => Self::Runbook(Name::new(name)?),
            Some(("plan", name)) => Self::Plan(Name::new(name)?),
            Some(("custodian", id)) => Self::Custodian(Id::parse(id)?),
            Some(("quorum", id)) => Self::Quorum(Id::parse(id)?),
            Some(("secret", id)) => Self::Secret(Id::parse(id)?),
            Some(("entry", leaf)) => Self::Entry(Digest::parse(leaf)?),
            Some(("event", id)) => Self::Event(Name::new(id)?),
            _ => {
                let escaped = text.escape_debug();
                let what = format!("`{escaped}` is nothing that a finding is about");
                return Err(Error::usage("bad-about", what)
                    .hint("ledger, org, account:ID, mailbox:NAME, location:NAME, item:NAME ..."));
            }
        })
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger => f.write_str("ledger"),
            Self::Org => f.write_str("org"),
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Mailbox(name) => write!(f, "mailbox:{name}"),
            Self::Phone(name) => write!(f, "phone:{name}"),
            Self::Location(name) => write!(f, "location:{name}"),
            Self::Item(name) => write!(f, "item:{name}"),
            Self::Privilege(name) => write!(f, "privilege:{name}"),
            Self::Runbook(name) => write!(f, "runbook:{name}"),
            Self::Plan(name) => write!(f, "plan:{name}"),
            Self::Custodian(id) => write!(f, "custodian:{id}"),
            Self::Quorum(id) => write!(f, "quorum:{id}"),
            Self::Secret(id) => write!(f, "secret:{id}"),
            Self::Entry(leaf) => write!(f, "entry:{leaf}"),
            Self::Event(id) => write!(f, "event:{id}"),
        }
    }
}

as_text!(RuleId);
as_text!(About);

/// Facts of `finding.accept`. Its personal part is [`super::register::Remark`]: why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptFinding {
    /// Of which rule.
    pub rule: RuleId,
    /// About what.
    pub about: About,
    /// The last day (UTC) on which it is accepted; a day that is over ends what was accepted before.
    pub until: Date,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_one_spelling() {
        for good in ["RK001", "RK999"] {
            assert_eq!(good.parse::<RuleId>().unwrap().to_string(), good);
        }
        for bad in [
            "RK000", "RK1", "RK1000", "rk001", "RK+01", "RK 01", "001", "",
        ] {
            assert!(bad.parse::<RuleId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_finding_is_about_has_one_spelling() {
        let digest = "ab".repeat(32);
        let id = "cd".repeat(16);
        for good in [
            "ledger".to_owned(),
            "org".to_owned(),
            "account:111122223333".to_owned(),
            "mailbox:root-eu".to_owned(),
            "item:qr-1".to_owned(),
            "runbook:lost-mfa".to_owned(),
            "event:3fcfb182-98f8-4744-bd45-10a395ab61cb".to_owned(),
            format!("entry:{digest}"),
            format!("custodian:{id}"),
            format!("quorum:{id}"),
        ] {
            assert_eq!(good.parse::<About>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "Ledger",
            "account:1",
            "custodian:x",
            "nothing:a",
            "item:",
            "entry:ab",
        ] {
            assert!(bad.parse::<About>().is_err(), "{bad}");
        }
    }
}
