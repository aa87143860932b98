//! Possession keys and proofs: that a share was decrypted, shown without showing it
//! (docs/formats.md, section 8).

use ring::hkdf;
use zeroize::Zeroizing;

use super::ed25519::{PublicKey, SigningKey};
use super::fixed::{Digest, Id};
use super::secret::{Key32, SecretText};
use crate::error::Result;

/// Where a share belongs: everything that its possession key and its proofs are bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShareContext {
    /// The ledger.
    pub ledger: Digest,
    /// The secret; all zero for the governance secret.
    pub secret: Id,
    /// The sealing, counted from 1.
    pub epoch: u32,
    /// SLIP-39 group index.
    pub group: u8,
    /// SLIP-39 member index.
    pub member: u8,
}

impl ShareContext {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(54);
        bytes.extend_from_slice(self.ledger.as_bytes());
        bytes.extend_from_slice(self.secret.as_bytes());
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.push(self.group);
        bytes.push(self.member);
        bytes
    }
}

/// The signing key that only someone who has read the share can derive.
///
/// # Errors
/// Verification, code `weak-key`; can't happen but with negligible chance.
pub fn key(share: &SecretText, context: &ShareContext) -> Result<SigningKey> {
    let info = [b"rootkeep/possession-key/v1\n".as_slice(), &context.bytes()].concat();
    let mut seed = Zeroizing::new([0u8; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
        .extract(share.expose().as_bytes())
        .expand(&[&info], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(seed.as_mut_slice()))
        .map_err(|_| crate::error::Error::failed("internal", "HKDF refused 32 bytes"))?;
    SigningKey::from_seed(&Key32::new(*seed))
}

/// Proves possession to a statement with leaf hash `subject`, in the name of `custodian`.
#[must_use]
pub fn prove(
    key: &SigningKey,
    context: &ShareContext,
    custodian: &Id,
    subject: &Digest,
) -> Vec<u8> {
    key.sign(&message(context, custodian, subject))
}

/// Checks a proof against the public key that the seal carries.
///
/// # Errors
/// Verification, code `bad-signature`.
pub fn verify(
    key: &PublicKey,
    context: &ShareContext,
    custodian: &Id,
    subject: &Digest,
    proof: &[u8],
) -> Result<()> {
    key.verify(&message(context, custodian, subject), proof)
}

/// What a proof signs.
#[must_use]
pub fn message(context: &ShareContext, custodian: &Id, subject: &Digest) -> Vec<u8> {
    [
        b"rootkeep/possession/v1\n".as_slice(),
        &context.bytes(),
        custodian.as_bytes(),
        subject.as_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> ShareContext {
        ShareContext {
            ledger: Digest([1; 32]),
            secret: Id([2; 16]),
            epoch: 3,
            group: 4,
            member: 5,
        }
    }

    #[test]
    fn a_proof_is_bound_to_every_field() {
        let share = SecretText::new("some share".into());
        let context = context();
        let (custodian, subject) = (Id([6; 16]), Digest([7; 32]));
        let signing = key(&share, &context).unwrap();
        let proof = prove(&signing, &context, &custodian, &subject);
        let public = signing.public();
        assert!(verify(&public, &context, &custodian, &subject, &proof).is_ok());
        let others = [
            ShareContext {
                ledger: Digest([9; 32]),
                ..context
            },
            ShareContext {
                secret: Id([9; 16]),
                ..context
            },
            ShareContext {
                epoch: 9,
                ..context
            },
            ShareContext {
                group: 9,
                ..context
            },
            ShareContext {
                member: 9,
                ..context
            },
        ];
        for other in others {
            assert!(verify(&public, &other, &custodian, &subject, &proof).is_err());
            assert_ne!(key(&share, &other).unwrap().public(), public);
        }
        assert!(verify(&public, &context, &Id([9; 16]), &subject, &proof).is_err());
        assert!(verify(&public, &context, &custodian, &Digest([9; 32]), &proof).is_err());
    }
}
