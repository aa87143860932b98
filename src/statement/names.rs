//! What secrets are called: `SUBJECT/KIND[:LABEL]` (docs/formats.md, section 6).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account_id::AccountId;
use super::text::Name;
use crate::error::{Error, Result};

/// What a secret belongs to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// An AWS account.
    Account(AccountId),
    /// The organisation as a whole.
    Org,
    /// A mailbox of the register.
    Mailbox(Name),
    /// A telephone of the register.
    Phone(Name),
    /// A location of the register.
    Location(Name),
}

impl FromStr for Subject {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("mailbox", name)) => Ok(Self::Mailbox(Name::new(name)?)),
            Some(("phone", name)) => Ok(Self::Phone(Name::new(name)?)),
            Some(("location", name)) => Ok(Self::Location(Name::new(name)?)),
            Some(_) => Err(Error::usage(
                "bad-subject",
                format!("`{}` is not a subject", text.escape_debug()),
            )
            .hint("an account's 12 digits, org, mailbox:NAME, phone:NAME or location:NAME")),
            None if text == "org" => Ok(Self::Org),
            None => AccountId::new(text).map(Self::Account),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => write!(f, "{account}"),
            Self::Org => f.write_str("org"),
            Self::Mailbox(name) => write!(f, "mailbox:{name}"),
            Self::Phone(name) => write!(f, "phone:{name}"),
            Self::Location(name) => write!(f, "location:{name}"),
        }
    }
}

/// What a secret is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// A root password.
    Password,
    /// The seed of a virtual MFA device, as an otpauth URI.
    MfaSeed,
    /// Codes for when a device is lost.
    RecoveryCodes,
    /// Answers that AWS Support asks for.
    SecurityAnswers,
    /// Of a safe.
    Combination,
    /// Anything else.
    Note,
}

impl SecretKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Password,
        Self::MfaSeed,
        Self::RecoveryCodes,
        Self::SecurityAnswers,
        Self::Combination,
        Self::Note,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::MfaSeed => "mfa-seed",
            Self::RecoveryCodes => "recovery-codes",
            Self::SecurityAnswers => "security-answers",
            Self::Combination => "combination",
            Self::Note => "note",
        }
    }
}

/// A secret's full name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SecretName {
    /// What it belongs to.
    pub subject: Subject,
    /// What it is.
    pub kind: SecretKind,
    /// Which of several.
    pub label: Option<Name>,
}

impl FromStr for SecretName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || {
            Error::usage("bad-secret", format!("`{}` is not a secret's name", text.escape_debug()))
                .hint("SUBJECT/KIND[:LABEL], such as 111122223333/password or 111122223333/mfa-seed:tokyo")
        };
        let (subject, rest) = text.split_once('/').ok_or_else(bad)?;
        let (kind, label) = match rest.split_once(':') {
            Some((kind, label)) => (kind, Some(Name::new(label)?)),
            None => (rest, None),
        };
        let kind = SecretKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or_else(|| {
                bad().hint(format!(
                    "kinds: {}",
                    SecretKind::ALL.map(SecretKind::as_str).join(", ")
                ))
            })?;
        Ok(Self {
            subject: subject.parse()?,
            kind,
            label,
        })
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.subject, self.kind.as_str())?;
        match &self.label {
            Some(label) => write!(f, ":{label}"),
            None => Ok(()),
        }
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(
                &self,
                serializer: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse()
                    .map_err(|error: Error| serde::de::Error::custom(error.message()))
            }
        }
    };
}

pub(super) use as_text;

as_text!(Subject);
as_text!(SecretName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for good in [
            "111122223333/password",
            "111122223333/mfa-seed:tokyo",
            "org/note",
            "mailbox:root-eu/password",
            "phone:desk/security-answers",
            "location:london-a/combination",
        ] {
            assert_eq!(good.parse::<SecretName>().unwrap().to_string(), good);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            "11112222333/password",
            "1111222233334/password",
            "111122223333/Password",
            "111122223333",
            "111122223333/password:",
            "111122223333/password:a b",
            "Org/note",
            "safe:a/combination",
            "location:/combination",
            "/password",
        ] {
            assert!(bad.parse::<SecretName>().is_err(), "{bad}");
        }
    }
}
