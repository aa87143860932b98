//! Sealing: a fresh key, split, each share to its holder, tested before anything is written
//! (docs/formats.md, section 7).

use std::collections::BTreeMap;

use ring::rand::SecureRandom;

use super::Session;
use super::acts::Entered;
use crate::crypto::age_file;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::possession::{self, ShareContext};
use crate::crypto::recipient::{AgeHost, Recipient};
use crate::crypto::secret::{Key32, SecretBytes};
use crate::crypto::slip39::{self, Group, Mnemonic, Scheme};
use crate::error::{Error, Result};
use crate::state::custody::SecretRecord;
use crate::state::people::Custodian;
use crate::state::records::read;
use crate::state::rules::{Binding, Quorum};
use crate::statement::account_id::AccountId;
use crate::statement::names::SecretName;
use crate::statement::secrets::{Seal, Share};
use crate::statement::{Claim, Draft};

/// The most bytes that a secret may have.
pub const SECRET_LIMIT: usize = 64 << 10;

/// One place of a split: group, member, its holder, and to whom its share is encrypted.
pub(super) type SharePlace<'a> = (u8, u8, Id, &'a Recipient);

/// A key that was split, with the payload under it: nothing of it has left the memory yet.
pub(super) struct Split {
    ledger: Digest,
    secret: Id,
    epoch: u32,
    shares: BTreeMap<(u8, u8), Mnemonic>,
}

/// What a split is written as.
pub(super) struct Ciphertexts {
    /// For the seal.
    pub(super) payload: Digest,
    /// For the seal.
    pub(super) shares: Vec<Share>,
    /// Every share's and, last, the payload's.
    pub(super) blobs: Vec<Vec<u8>>,
}

impl Split {
    /// Draws a key, encrypts `plaintext` under it, splits it, and tests in memory that subsets
    /// which together use every share give the key back, and the key the plaintext. Encrypts each
    /// share to its holder.
    pub(super) fn seal(
        rng: &dyn SecureRandom,
        (ledger, secret, epoch): (Digest, Id, u32),
        scheme: &Scheme,
        plaintext: &SecretBytes,
        places: &[SharePlace<'_>],
        host: &AgeHost,
    ) -> Result<(Self, Ciphertexts)> {
        if plaintext.is_empty() || plaintext.len() > SECRET_LIMIT {
            return Err(Error::usage(
                "bad-secret-length",
                "a secret has 1 to 65,536 bytes",
            ));
        }
        let key = Key32::new(Digest::random(rng)?.0);
        std::thread::scope(|scope| {
            // Both halves are mostly the stretching of a key: of scrypt here, of SLIP-39 there.
            let payload = scope.spawn(|| tested_payload(&key, plaintext));
            let split = Self {
                ledger,
                secret,
                epoch,
                shares: tested_shares(rng, &key, scheme)?,
            };
            let (shares, mut blobs) = split.encrypt(places, host)?;
            let payload = payload.join().map_err(|_| wrong_split())??;
            let digest = Digest::of(&payload);
            blobs.push(payload);
            let ciphertexts = Ciphertexts {
                payload: digest,
                shares,
                blobs,
            };
            Ok((split, ciphertexts))
        })
    }

    pub(super) fn share(&self, group: u8, member: u8) -> Result<&Mnemonic> {
        self.shares
            .get(&(group, member))
            .ok_or_else(|| Error::failed("internal", "a share is missing from a split"))
    }

    pub(super) fn context(&self, group: u8, member: u8) -> ShareContext {
        ShareContext {
            ledger: self.ledger,
            secret: self.secret,
            epoch: self.epoch,
            group,
            member,
        }
    }

    /// Encrypts each share to its holder; the list for the seal, and the blobs.
    fn encrypt(
        &self,
        places: &[SharePlace<'_>],
        host: &AgeHost,
    ) -> Result<(Vec<Share>, Vec<Vec<u8>>)> {
        let mut shares = Vec::with_capacity(places.len());
        let mut blobs = Vec::with_capacity(places.len() + 1);
        for (group, member, holder, recipient) in places {
            let mnemonic = self.share(*group, *member)?;
            let key = possession::key(mnemonic.text(), &self.context(*group, *member))?;
            let blob = age_file::encrypt(recipient, mnemonic.text().expose().as_bytes(), host)?;
            shares.push(Share {
                group: *group,
                member: *member,
                holder: *holder,
                key: key.public(),
                blob: Digest::of(&blob),
            });
            blobs.push(blob);
        }
        Ok((shares, blobs))
    }
}

/// The payload, once it was decrypted again.
fn tested_payload(key: &Key32, plaintext: &SecretBytes) -> Result<Vec<u8>> {
    std::thread::scope(|scope| {
        let opener = scope.spawn(|| age_file::PayloadOpener::new(key));
        let payload = age_file::encrypt_payload(key, plaintext.expose())?;
        let opener = opener.join().map_err(|_| wrong_split())?;
        if opener.open(&payload)?.expose() == plaintext.expose() {
            Ok(payload)
        } else {
            Err(wrong_split())
        }
    })
}

/// The shares of a key by place, once one subset after another has recovered it, until every share
/// was in one.
fn tested_shares(
    rng: &dyn SecureRandom,
    key: &Key32,
    scheme: &Scheme,
) -> Result<BTreeMap<(u8, u8), Mnemonic>> {
    let groups = slip39::split(rng, key, scheme).map_err(|error| {
        Error::failed("cannot-split", "the key could not be split").because(error)
    })?;
    let shares: BTreeMap<(u8, u8), Mnemonic> = (0u8..)
        .zip(groups)
        .flat_map(|(g, members)| (0u8..).zip(members).map(move |(m, share)| ((g, m), share)))
        .collect();
    let subsets: Vec<Vec<Mnemonic>> = covering_subsets(scheme)
        .iter()
        .map(|subset| {
            subset
                .iter()
                .filter_map(|place| shares.get(place).cloned())
                .collect()
        })
        .collect();
    match slip39::all_recover(key, &subsets) {
        Ok(true) => Ok(shares),
        Ok(false) => Err(wrong_split()),
        Err(error) => Err(wrong_split().because(error)),
    }
}

fn wrong_split() -> Error {
    Error::failed(
        "split-test",
        "a fresh split did not give the secret back; nothing was written",
    )
}

/// Subsets of places, each just enough to recover, that together contain every place: in each
/// round the window of every group moves on by its threshold.
fn covering_subsets(scheme: &Scheme) -> Vec<Vec<(u8, u8)>> {
    let needed = usize::from(scheme.groups_needed).max(1);
    let group_rounds = scheme.groups.len().div_ceil(needed);
    let member_rounds = scheme
        .groups
        .iter()
        .map(|group| usize::from(group.members).div_ceil(usize::from(group.threshold).max(1)))
        .max()
        .unwrap_or(1);
    let indexed: Vec<(u8, &Group)> = (0u8..).zip(&scheme.groups).collect();
    let mut subsets = Vec::new();
    for group_round in 0..group_rounds {
        let groups: Vec<_> = indexed
            .iter()
            .cycle()
            .skip(group_round * needed)
            .take(needed)
            .collect();
        for member_round in 0..member_rounds {
            let subset = groups
                .iter()
                .flat_map(|(g, group)| {
                    let threshold = usize::from(group.threshold);
                    (0..group.members)
                        .cycle()
                        .skip((member_round * threshold) % usize::from(group.members).max(1))
                        .take(threshold)
                        .map(|m| (*g, m))
                        .collect::<Vec<_>>()
                })
                .collect();
            subsets.push(subset);
        }
    }
    subsets
}

/// What to seal, and how.
pub struct SealRequest<'a> {
    /// The secret's full name.
    pub name: SecretName,
    /// The quorum's name; needed for a first epoch, and then fixed.
    pub quorum: Option<&'a str>,
    /// Further accounts that an MFA device serves.
    pub serves: Vec<AccountId>,
    /// The secret itself.
    pub plaintext: &'a SecretBytes,
}

/// What was sealed.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The entry.
    pub entered: Entered,
    /// The secret's id.
    pub secret: Id,
    /// Its new epoch.
    pub epoch: u32,
    /// The quorum's name.
    pub quorum: String,
    /// Who holds a share.
    pub holders: Vec<Id>,
}

impl Session {
    /// Seals a secret's next epoch to its quorum, reads it back, and reports.
    ///
    /// # Errors
    /// Usage where a quorum is missing; refused by the policy; failed. Then nothing was written.
    pub fn seal(&mut self, request: SealRequest<'_>) -> Result<Sealed> {
        self.writable()?;
        let (seal, quorum, blobs) = self.on_verified(|session| session.split_for(&request))?;
        let draft = Draft::new(&self.rng, Claim::Seal(seal.clone()), blobs)?;
        let entered = self.enter_draft(draft)?;
        self.read_back(&seal, &entered)?;
        let mut holders: Vec<Id> = Vec::new();
        for share in &seal.shares {
            if !holders.contains(&share.holder) {
                holders.push(share.holder);
            }
        }
        Ok(Sealed {
            entered,
            secret: seal.secret,
            epoch: seal.epoch,
            quorum: quorum.name,
            holders,
        })
    }

    /// The seal of the next epoch, the quorum it is for, and its ciphertexts.
    fn split_for(&self, request: &SealRequest<'_>) -> Result<(Seal, Quorum, Vec<Vec<u8>>)> {
        let view = self.view();
        let binding = read::<Binding>(&view, &request.name.to_string())?;
        let (secret, quorum_id, epoch) = match &binding {
            Some(binding) => {
                let record = read::<SecretRecord>(&view, &binding.secret.to_hex())?;
                let next = record.map_or(1, |record| record.epoch.saturating_add(1));
                (binding.secret, binding.quorum, next)
            }
            None => (Id::random(&self.rng)?, self.named_quorum(request)?, 1),
        };
        let quorum = Quorum::load(&view, &quorum_id)?.ok_or_else(|| {
            Error::not_found("no-quorum", "the secret's quorum is not in the ledger")
        })?;
        if request.quorum.is_some_and(|name| name != quorum.name) {
            return Err(Error::refused(
                "quorum-fixed",
                format!(
                    "{} is sealed to the quorum `{}`, for good",
                    request.name, quorum.name
                ),
            )
            .hint("leave --quorum out to seal it again to the same people"));
        }
        let scheme = scheme_of(&quorum)?;
        let places = self.places_of(&quorum)?;
        let borrowed: Vec<SharePlace<'_>> = places
            .iter()
            .map(|(g, m, id, recipient)| (*g, *m, *id, recipient))
            .collect();
        let (_, sealed) = Split::seal(
            &self.rng,
            (self.id, secret, epoch),
            &scheme,
            request.plaintext,
            &borrowed,
            &self.host,
        )?;
        let seal = Seal {
            secret,
            subject: request.name.subject.clone(),
            kind: request.name.kind,
            label: request.name.label.clone(),
            serves: request.serves.clone(),
            epoch,
            quorum: quorum_id,
            quorum_index: quorum.index,
            groups_needed: quorum.groups_needed,
            thresholds: quorum.groups.iter().map(|group| group.threshold).collect(),
            payload: sealed.payload,
            shares: sealed.shares,
        };
        Ok((seal, quorum, sealed.blobs))
    }

    fn named_quorum(&self, request: &SealRequest<'_>) -> Result<Id> {
        let name = request.quorum.ok_or_else(|| {
            Error::usage(
                "quorum-needed",
                format!("{} is new: name the quorum it is sealed to", request.name),
            )
            .hint("--quorum NAME; rootkeep quorum list shows them")
        })?;
        self.find_quorum(name).map(|(id, _)| id)
    }

    /// Every place of the quorum, with the holder's own recipient as the trusted state has it.
    pub(super) fn places_of(&self, quorum: &Quorum) -> Result<Vec<(u8, u8, Id, Recipient)>> {
        let view = self.view();
        let mut places = Vec::new();
        for (g, group) in (0u8..).zip(&quorum.groups) {
            for (m, id) in (0u8..).zip(&group.members) {
                let holder = Custodian::load(&view, id)?.ok_or_else(|| {
                    Error::not_found(
                        "no-custodian",
                        "a member of the quorum is not in the ledger",
                    )
                })?;
                if !holder.in_force() {
                    let name = self.people()?.name(id);
                    return Err(Error::refused(
                        "holder-not-in-force",
                        format!(
                            "{name} is in the quorum `{}` and no longer in force",
                            quorum.name
                        ),
                    )
                    .hint(format!(
                        "define it anew without them: rootkeep quorum define {}",
                        quorum.name
                    )));
                }
                places.push((g, m, *id, Recipient::parse(&holder.recipient)?));
            }
        }
        Ok(places)
    }

    /// What was written is what was meant.
    fn read_back(&self, seal: &Seal, entered: &Entered) -> Result<()> {
        let statement = self.proven(entered.seq)?;
        let same = matches!(statement.claim(), Claim::Seal(stored) if stored == seal);
        let view = self.view();
        let mut complete = same && view.blob(&seal.payload)?.is_some();
        for share in &seal.shares {
            complete = complete && view.blob(&share.blob)?.is_some();
        }
        if complete {
            Ok(())
        } else {
            Err(
                Error::verification("read-back", "what was sealed does not read back")
                    .hint("the disk may be failing: run rootkeep verify before you rely on it"),
            )
        }
    }
}

/// What SLIP-39 splits for a quorum.
pub(super) fn scheme_of(quorum: &Quorum) -> Result<Scheme> {
    let groups = quorum
        .groups
        .iter()
        .map(|group| {
            u8::try_from(group.members.len())
                .map(|members| Group {
                    threshold: group.threshold,
                    members,
                })
                .map_err(|_| Error::verification("state-mismatch", "a quorum's group is too large"))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Scheme {
        groups_needed: quorum.groups_needed,
        groups,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_subsets_that_are_tested_use_every_share() {
        for groups in [
            vec![(2, 3)],
            vec![(2, 2)],
            vec![(3, 16)],
            vec![(16, 16)],
            vec![(1, 1), (2, 3), (3, 5)],
            vec![(1, 1), (1, 1)],
        ] {
            for needed in 1..=groups.len() {
                let scheme = Scheme {
                    groups_needed: u8::try_from(needed).unwrap(),
                    groups: groups
                        .iter()
                        .map(|(threshold, members)| Group {
                            threshold: *threshold,
                            members: *members,
                        })
                        .collect(),
                };
                let subsets = covering_subsets(&scheme);
                let used: BTreeSet<(u8, u8)> = subsets.iter().flatten().copied().collect();
                let all: usize = groups
                    .iter()
                    .map(|(_, members)| usize::from(*members))
                    .sum();
                assert_eq!(used.len(), all, "{groups:?} {needed}");
                for subset in subsets {
                    let distinct: BTreeSet<_> = subset.iter().collect();
                    assert_eq!(distinct.len(), subset.len(), "no share twice in a subset");
                }
            }
        }
    }
}
