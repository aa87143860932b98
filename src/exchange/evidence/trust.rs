//! `trust.json` and `policy`: whose keys count (docs/formats.md, section 18). In a bundle they are the exporter's
//! word; an auditor brings the same file, or fingerprints, from the custodians themselves.

use serde::{Deserialize, Serialize};

use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::sshsig;
use crate::error::Result;
use crate::log::{self, Algorithm, KeyName, VerifierKey};

/// The schema's name, in the first field.
pub const SCHEMA: &str = "rootkeep/v1/trust";

/// Whose signatures count in a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// [`SCHEMA`].
    pub schema: String,
    /// Which ledger.
    pub ledger: Digest,
    /// The key of the log's own checkpoint line, which authenticates nothing.
    pub log_key: PublicKey,
    /// How many custodians' cosignatures the ledger's governance stands for.
    pub threshold: u8,
    /// Everyone who was ever a custodian, in order of id.
    pub custodians: Vec<TrustedKey>,
}

/// A custodian's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedKey {
    /// Whose.
    pub id: Id,
    /// What the bundle calls them.
    pub name: String,
    /// The Ed25519 key that signs statements, checkpoints and bundles.
    pub sign: PublicKey,
    /// The same key's fingerprint, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    /// Index from which they count; `None` before that.
    pub from: Option<u64>,
    /// Index from which they count no more.
    pub until: Option<u64>,
    /// Index from which what they signed is distrusted.
    pub distrusted: Option<u64>,
}

impl TrustedKey {
    /// Whether the custodian could sign what has this index. One who accepts an enrolment signs before it
    /// counts.
    #[must_use]
    pub fn is_known_at(&self, seq: u64) -> bool {
        self.until.is_none_or(|until| seq <= until)
    }
}

impl TrustedKey {
    /// Whether the custodian vouches for a log of so many entries.
    #[must_use]
    pub fn counts_at(&self, size: u64) -> bool {
        self.from.is_some_and(|from| from <= size)
            && self
                .until
                .is_none_or(|until| size.saturating_sub(1) <= until)
            && self.distrusted.is_none_or(|from| size <= from)
    }
}

impl Trust {
    /// The key of a custodian.
    #[must_use]
    pub fn key(&self, id: &Id) -> Option<&TrustedKey> {
        let at = self
            .custodians
            .binary_search_by(|one| one.id.cmp(id))
            .ok()?;
        self.custodians.get(at)
    }

    /// The verifier key of a custodian's cosignatures.
    #[must_use]
    pub fn cosigner(&self, custodian: &TrustedKey) -> VerifierKey {
        VerifierKey::new(
            log::custodian_name(&self.ledger.0, &custodian.id.0),
            Algorithm::CosignatureV1,
            *custodian.sign.as_bytes(),
        )
    }

    /// The custodian who cosigns by this name.
    #[must_use]
    pub fn named(&self, name: &KeyName) -> Option<&TrustedKey> {
        let (ledger, id) = log::parse_custodian_name(name).ok()?;
        self.key(&Id(id)).filter(|_| ledger == self.ledger.0)
    }

    /// The verifier key of the log's own line.
    #[must_use]
    pub fn log(&self) -> VerifierKey {
        let origin = log::origin(&self.ledger.0);
        VerifierKey::new(origin, Algorithm::Ed25519, *self.log_key.as_bytes())
    }

    /// As `ssh-keygen -Y verify` takes it: each custodian by id, for signatures of bundles alone.
    ///
    /// # Errors
    /// Failed, code `internal`.
    pub fn allowed_signers(&self) -> Result<String> {
        self.custodians
            .iter()
            .map(|one| {
                let key = sshsig::public_key_text(&one.sign)?;
                Ok(format!(
                    "{} namespaces=\"{}\" {key}\n",
                    one.id,
                    sshsig::EVIDENCE
                ))
            })
            .collect()
    }

    /// As a C2SP tlog-policy: the custodians in force are its witnesses, of whom as many as the governance's
    /// threshold have to have cosigned.
    #[must_use]
    pub fn policy(&self) -> String {
        let mut text = format!("log {}\n", self.log());
        let mut names = Vec::new();
        for one in &self.custodians {
            if one.from.is_some() && one.until.is_none() {
                let name = format!("custodian-{}", one.id);
                text.push_str(&format!("witness {name} {}\n", self.cosigner(one)));
                names.push(name);
            }
        }
        let needed = usize::from(self.threshold).min(names.len());
        text.push_str(&format!(
            "group custodians {needed} {}\nquorum custodians\n",
            names.join(" ")
        ));
        text
    }
}
