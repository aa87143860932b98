//! The governance secret: sealed at the founding, and proposed anew for other people or another
//! threshold (docs/formats.md, section 7).

use age::secrecy::ExposeSecret;
use ring::rand::SecureRandom;

use super::Session;
use super::acts::Entered;
use super::sealing::{SharePlace, Split};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::recipient::{AgeHost, Recipient};
use crate::crypto::secret::SecretBytes;
use crate::crypto::slip39::{Group, Scheme};
use crate::error::{Error, Result};
use crate::policy::GOVERNANCE_SECRET;
use crate::state::people::{Custodian, LedgerRecord};
use crate::statement::founding::{GovernanceSeal, GovernanceSet};
use crate::statement::{Claim, Draft};

impl Session {
    /// Proposes that `members` govern from now on, `threshold` of them for a decision: a fresh recovery
    /// identity is split to them. It counts once those who govern now have agreed and each of `members`
    /// has proven the new share.
    ///
    /// # Errors
    /// Refused by the policy; failed. Then nothing was written.
    pub fn propose_governance(&mut self, threshold: u8, members: &[Id]) -> Result<Entered> {
        self.writable()?;
        let (seal, blobs) = self.on_verified(|session| {
            let view = session.view();
            let governance = LedgerRecord::load(&view)?.and_then(|ledger| ledger.governance);
            let epoch = governance.map_or(1, |seal| seal.epoch.saturating_add(1));
            let mut holders = Vec::with_capacity(members.len());
            for id in members {
                let custodian = Custodian::load(&view, id)?
                    .filter(Custodian::in_force)
                    .ok_or_else(|| {
                        Error::refused(
                            "not-a-holder",
                            "a member of governance must be in force and have the role `holder`",
                        )
                        .hint("see who is: rootkeep custodian list")
                    })?;
                holders.push((*id, Recipient::parse(&custodian.recipient)?));
            }
            let rule = (epoch, threshold);
            let (seal, blobs, _) =
                seal_governance(&session.rng, session.id, rule, &holders, &session.host)?;
            Ok((seal, blobs))
        })?;
        let claim = Claim::GovernanceSet(GovernanceSet { threshold, seal });
        let draft = Draft::new(&self.rng, claim, blobs)?;
        self.enter_draft(draft)
    }
}

/// Seals a fresh recovery identity to `holders`, `threshold` of whom can open it: the seal, its
/// ciphertexts, and the split in clear.
pub(super) fn seal_governance(
    rng: &dyn SecureRandom,
    ledger: Digest,
    (epoch, threshold): (u32, u8),
    holders: &[(Id, Recipient)],
    host: &AgeHost,
) -> Result<(GovernanceSeal, Vec<Vec<u8>>, Split)> {
    let members = u8::try_from(holders.len())
        .map_err(|_| Error::usage("too-many-members", "governance has at most 16 members"))?;
    let scheme = Scheme {
        groups_needed: 1,
        groups: vec![Group { threshold, members }],
    };
    scheme.check().map_err(|error| {
        Error::usage("bad-threshold", "this threshold can't be split").because(error)
    })?;
    let recovery = age::x25519::Identity::generate();
    let line = SecretBytes::new(format!("{}\n", recovery.to_string().expose_secret()).into_bytes());
    let places: Vec<SharePlace<'_>> = (0u8..)
        .zip(holders)
        .map(|(member, (id, recipient))| (0, member, *id, recipient))
        .collect();
    let about = (ledger, GOVERNANCE_SECRET, epoch);
    let (split, sealed) = Split::seal(rng, about, &scheme, &line, &places, host)?;
    let seal = GovernanceSeal {
        epoch,
        recovery: recovery.to_public().to_string(),
        payload: sealed.payload,
        shares: sealed.shares,
    };
    Ok((seal, sealed.blobs, split))
}
