//! Agreeing to one exact statement: the one way, for whoever has the ledger open and for whoever has
//! a slip of it. The own shares are opened, each is held to its seal before anything leaves, its
//! possession is proven, and for a request it is encrypted anew (docs/formats.md, sections 8 and 9).

use super::proving::OwnShare;
use super::reading::Reading;
use super::trusted::damaged;
use crate::crypto::age_file;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::identity::Identity;
use crate::crypto::recipient::{AgeHost, Recipient};
use crate::error::{Error, Result};
use crate::policy::{self, GOVERNANCE_SECRET};
use crate::state::Records;
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::drills::{AskedRecord, JointRecord, SharePlace};
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::places::WitnessRecord;
use crate::state::records::{list, read};
use crate::state::reviews::ReviewRecord;
use crate::state::rules::{Proposal, leaf_key};
use crate::statement::decisions::{Proof, SentShare, SignOff};
use crate::statement::releases::{Request, Wanted};
use crate::statement::secrets::{Prove, Reseal, Seal, Share};
use crate::statement::{Claim, Time};

/// A share that its holder could not prove.
#[derive(Debug)]
pub struct Unproven {
    /// The secret.
    pub secret: Id,
    /// Its epoch.
    pub epoch: u32,
    /// Why not.
    pub why: Error,
}

/// Who signs, with what, reading what.
pub(super) struct Signer<'s> {
    pub(super) source: &'s dyn Reading,
    pub(super) member: Id,
    pub(super) identity: &'s Identity,
    pub(super) host: &'s AgeHost,
    pub(super) now: Time,
}

impl Signer<'_> {
    /// The sign-off of a subject, and the blobs that it brings.
    ///
    /// # Errors
    /// Refused where signing can do nothing; verification, codes `wrong-share`, `cannot-decrypt`.
    pub(super) fn agree_to(&self, subject: &Digest) -> Result<(SignOff, Vec<Vec<u8>>)> {
        match self.source.statement(subject)?.1.claim() {
            Claim::Request(..) | Claim::Reshare(..) => self.sign_request(subject),
            claim
                if claim.has_witness()
                    || claim.is_joint()
                    || matches!(claim, Claim::ReviewStart(..)) =>
            {
                Ok((witnessed(subject), Vec::new()))
            }
            _ => Ok((self.sign_governance(subject)?, Vec::new())),
        }
    }

    fn sign_governance(&self, subject: &Digest) -> Result<SignOff> {
        let records = self.source.records();
        let own = own_governance_shares(records.as_ref(), &self.member, subject)?;
        if own.is_empty() {
            return Err(Error::refused(
                "not-in-quorum",
                "you hold no share of the governance secret",
            )
            .hint("only its holders sign this: rootkeep quorum list"));
        }
        let proofs = own
            .iter()
            .map(|(epoch, share)| {
                let own = self.open(GOVERNANCE_SECRET, *epoch, share)?;
                Ok(own.prove(&self.member, subject))
            })
            .collect::<Result<_>>()?;
        Ok(SignOff {
            subject: *subject,
            proofs,
            shares: Vec::new(),
        })
    }

    fn sign_request(&self, subject: &Digest) -> Result<(SignOff, Vec<Vec<u8>>)> {
        let (request, record) = requested(self.source, subject)?;
        let records = self.source.records();
        // Refused before a token is touched, where signing can do nothing any more.
        policy::takes_decisions(records.as_ref(), &record, &self.member, self.now)?;
        let one_time = Recipient::parse_native(&request.recipient)?;
        let operator = Custodian::load(records.as_ref(), &request.operator)?
            .ok_or_else(|| Error::not_found("no-custodian", "the request's operator is unknown"))?;
        let operator = Recipient::parse_native(&operator.age)?;
        let mut sign = SignOff {
            subject: *subject,
            proofs: Vec::new(),
            shares: Vec::new(),
        };
        let mut blobs = Vec::new();
        for wanted in &request.secrets {
            let seal = proven_seal(self.source, wanted)?;
            for share in seal
                .shares
                .iter()
                .filter(|share| share.holder == self.member)
            {
                let (proof, sent, blob) =
                    self.send_share(wanted, share, subject, &one_time, &operator)?;
                sign.proofs.push(proof);
                sign.shares.push(sent);
                blobs.push(blob);
            }
        }
        if sign.proofs.is_empty() {
            return Err(Error::refused(
                "not-in-quorum",
                "you hold no share of what this request asks for",
            )
            .hint(format!(
                "see who can sign: rootkeep show {}",
                record.id.short()
            )));
        }
        Ok((sign, blobs))
    }

    fn send_share(
        &self,
        wanted: &Wanted,
        share: &Share,
        subject: &Digest,
        one_time: &Recipient,
        operator: &Recipient,
    ) -> Result<(Proof, SentShare, Vec<u8>)> {
        let own = self.open(wanted.secret, wanted.epoch, share)?;
        let proof = own.prove(&self.member, subject);
        let inner =
            age_file::encrypt(one_time, own.mnemonic.text().expose().as_bytes(), self.host)?;
        let blob = age_file::encrypt(operator, &inner, self.host)?;
        let sent = SentShare {
            secret: wanted.secret,
            epoch: wanted.epoch,
            group: share.group,
            member: share.member,
            blob: Digest::of(&blob),
        };
        Ok((proof, sent, blob))
    }

    /// Proves every own share of some secrets, or of all where none is named, of each epoch that was not
    /// destroyed. A share that is not what it ought to be is told with the others' proofs.
    ///
    /// # Errors
    /// Verification, codes `wrong-share`, `cannot-decrypt`, `blob-missing`, where none can be proven; as
    /// [`Self::try_all`]; refused, code `not-in-quorum`, where there is none.
    pub(super) fn prove_all(
        &self,
        subject: &Digest,
        secrets: &[Id],
    ) -> Result<(Prove, Vec<Unproven>)> {
        let mut own = own_live_shares(self.source.records().as_ref(), &self.member)?;
        own.retain(|one| secrets.is_empty() || secrets.contains(&one.place.secret));
        let (mut proofs, mut bad) = (Vec::with_capacity(own.len()), Vec::new());
        for (place, outcome) in self.try_all(subject, own, &mut |_, _| {})? {
            match outcome {
                Ok(proof) => proofs.push(proof),
                Err(unprovable) => bad.push(Unproven {
                    secret: place.secret,
                    epoch: place.epoch,
                    why: unprovable.why,
                }),
            }
        }
        if proofs.is_empty() {
            return Err(bad.into_iter().next().map_or_else(
                || Error::refused("not-in-quorum", "you hold no share of these secrets"),
                |bad| bad.why,
            ));
        }
        let prove = Prove {
            subject: *subject,
            proofs,
        };
        Ok((prove, bad))
    }
}

/// The sign-off of a witness, of who took part, or of a reviewer: it proves nothing but who signs.
fn witnessed(subject: &Digest) -> SignOff {
    SignOff {
        subject: *subject,
        proofs: Vec::new(),
        shares: Vec::new(),
    }
}

/// Digests of the own shares that a sign-off of `subject` opens, in the order of its proofs; without a
/// subject, of all that can be proven.
///
/// # Errors
/// Verification where the state is damaged.
pub(super) fn own_shares(
    records: &dyn Records,
    member: &Id,
    subject: Option<&Digest>,
) -> Result<Vec<Digest>> {
    let Some(subject) = subject else {
        let own = own_live_shares(records, member)?;
        return Ok(own.iter().map(|one| one.share.blob).collect());
    };
    if read::<WitnessRecord>(records, &leaf_key(subject))?.is_some() {
        return Ok(Vec::new());
    }
    if read::<JointRecord>(records, &leaf_key(subject))?.is_some() {
        return Ok(Vec::new());
    }
    if ReviewRecord::load(records, subject)?.is_some() {
        return Ok(Vec::new());
    }
    if let Some(asked) = read::<AskedRecord>(records, &leaf_key(subject))? {
        let own = policy::asked_shares(records, asked.secrets.into_iter(), member)?;
        let live = own.iter().filter(|one| one.live);
        return Ok(live.map(|one| one.share.blob).collect());
    }
    let Some(request) = RequestRecord::load(records, subject)? else {
        let own = own_governance_shares(records, member, subject)?;
        return Ok(own.iter().map(|(_, share)| share.blob).collect());
    };
    let mut blobs = Vec::new();
    for wanted in &request.secrets {
        let epoch = Epoch::load(records, &wanted.secret, wanted.epoch)?;
        let shares = epoch.iter().flat_map(|epoch| &epoch.shares);
        blobs.extend(
            shares
                .filter(|share| share.holder == *member)
                .map(|share| share.blob),
        );
    }
    Ok(blobs)
}

/// The shares that `member` holds of epochs that were not destroyed, in order of secret, epoch and place.
fn own_live_shares(records: &dyn Records, member: &Id) -> Result<Vec<OwnShare>> {
    let mut own = Vec::new();
    for (key, epoch) in list::<Epoch>(records, "")? {
        let (secret, number) = Epoch::parse_key(&key)?;
        if epoch.destroyed.is_some() {
            continue;
        }
        let shares = epoch.shares.into_iter();
        let held = shares.filter(|share| share.holder == *member);
        own.extend(held.map(|share| OwnShare {
            place: SharePlace {
                secret,
                epoch: number,
                group: share.group,
                member: share.member,
            },
            share,
        }));
    }
    own.sort_by_key(|one| one.place);
    Ok(own)
}

/// The governance shares that a sign-off of `subject` proves, each with its epoch.
fn own_governance_shares(
    records: &dyn Records,
    member: &Id,
    subject: &Digest,
) -> Result<Vec<(u32, Share)>> {
    let ledger = LedgerRecord::load(records)?
        .ok_or_else(|| Error::verification("log-damaged", "the log has no genesis"))?;
    let proposed = read::<Proposal>(records, &leaf_key(subject))?
        .map(|proposal| proposal.claim())
        .transpose()?;
    Ok(policy::governance_shares(
        &ledger,
        proposed.as_ref(),
        member,
    ))
}

/// A request or a resharing, read from its envelope, and its record.
pub(super) fn requested(
    source: &dyn Reading,
    subject: &Digest,
) -> Result<(Request, RequestRecord)> {
    let (_, statement) = source.statement(subject)?;
    let (Claim::Request(asked, _) | Claim::Reshare(asked, _)) = statement.claim().clone() else {
        return Err(Error::usage("not-a-request", "that entry is not a request"));
    };
    let record = RequestRecord::load(source.records().as_ref(), subject)?
        .ok_or_else(|| damaged("a request has no record"))?;
    Ok((asked, record))
}

/// The seal that a request names, read from its envelope and held to what the request says.
pub(super) fn proven_seal(source: &dyn Reading, wanted: &Wanted) -> Result<Seal> {
    let (_, statement) = source.statement(&wanted.seal)?;
    match statement.claim() {
        Claim::Seal(seal) | Claim::Reseal(Reseal { seal, .. })
            if seal.secret == wanted.secret && seal.epoch == wanted.epoch =>
        {
            Ok(seal.clone())
        }
        _ => Err(Error::verification(
            "wrong-seal",
            "the request names something that is not the seal of its secret",
        )),
    }
}
