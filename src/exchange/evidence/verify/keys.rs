//! Keys that the reader brought, and what they ask for.

use super::{Evidence, Trust, Verdict};
use crate::crypto::sshsig;
use crate::exchange::evidence::bundle::TRUST;

/// What the reader holds a bundle to.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    /// A trust file that came from elsewhere.
    pub trust: Option<Trust>,
    /// Fingerprints of keys that came from elsewhere.
    pub fingerprints: Vec<String>,
    /// So many custodians have to have cosigned the checkpoint, of those whose keys the reader brought if any.
    pub cosigners: usize,
}

impl Demands {
    fn brings_keys(&self) -> bool {
        self.trust.is_some() || !self.fingerprints.is_empty()
    }
}

/// Holds the bundle's keys to those that the reader brought.
pub(super) fn check(trust: &Trust, demands: &Demands, verdict: &mut Verdict) {
    if !trust.custodians.is_sorted_by(|one, next| one.id < next.id) {
        verdict.file(
            TRUST,
            "bad-trust",
            "its custodians are not in order, each once",
        );
    }
    for one in &trust.custodians {
        let shown = sshsig::fingerprint(&one.sign).ok();
        if shown.as_ref() != Some(&one.fingerprint) {
            verdict.file(
                TRUST,
                "bad-trust",
                format!("the fingerprint of {} is not that of the key", one.id),
            );
        }
        let mut confirmed = demands.fingerprints.contains(&one.fingerprint);
        if let Some(brought) = &demands.trust {
            match brought.key(&one.id) {
                Some(known) if known.sign == one.sign => confirmed = true,
                Some(_) => verdict.file(
                    TRUST,
                    "other-key",
                    format!(
                        "{} ({}) has another key in your trust file",
                        one.name, one.id
                    ),
                ),
                None => {}
            }
        }
        if confirmed {
            verdict.confirmed.push(one.id);
        }
    }
    let Some(brought) = &demands.trust else {
        return;
    };
    if brought.ledger != trust.ledger {
        verdict.file(
            TRUST,
            "other-ledger",
            "your trust file is of another ledger",
        );
    }
    for known in &brought.custodians {
        if trust.key(&known.id).is_none() {
            verdict.file(
                TRUST,
                "custodian-missing",
                format!(
                    "{} ({}) of your trust file is not in it",
                    known.name, known.id
                ),
            );
        }
    }
}

/// Whether enough custodians vouch for the checkpoint.
pub(super) fn enough(evidence: &Evidence, demands: &Demands, verdict: &mut Verdict) {
    let mut cosigners = verdict.cosigners.clone();
    if demands.brings_keys() {
        cosigners.retain(|id| verdict.confirmed.contains(id));
        if !verdict.confirmed.contains(&evidence.exporter) && demands.trust.is_some() {
            verdict.file(
                TRUST,
                "unknown-exporter",
                "the exporter is nobody in your trust file",
            );
        }
    }
    let needed = demands.cosigners.max(1);
    if cosigners.len() < needed {
        let whose = if demands.brings_keys() {
            "custodians whose keys you brought"
        } else {
            "custodians"
        };
        verdict.whole(
            "too-few-cosigners",
            format!(
                "{} {whose} have cosigned the checkpoint; {needed} are needed",
                cosigners.len()
            ),
        );
    }
}
