//! Keys that the reader brought, and what they ask for.

use super::{Evidence, Trust, Verdict};
use crate::crypto::sshsig;
use crate::crypto::unseen::is_unseen;
use crate::error::Result;
use crate::exchange::evidence::bundle::{Bundle, TRUST};
use crate::exchange::evidence::trust::TrustedKey;
use crate::statement::Kind;

/// The most bytes of a name.
const NAME_LIMIT: usize = 256;

/// What the reader holds a bundle to.
#[derive(Clone, Debug, Default)]
pub struct Demands {
    /// A trust file that came from elsewhere.
    pub trust: Option<Trust>,
    /// Fingerprints of keys that came from elsewhere.
    pub fingerprints: Vec<String>,
    /// So many custodians have to have cosigned the checkpoint, of those whose keys the reader brought if any.
    pub cosigners: usize,
    /// How the page is made, where it is to be made again from the other files.
    pub page: Option<MakePage>,
}

/// What makes a bundle's page.
pub type MakePage = fn(&Bundle) -> Result<String>;

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
    let mut keys: Vec<_> = trust.custodians.iter().map(|one| one.sign).collect();
    keys.sort();
    keys.dedup();
    if keys.len() != trust.custodians.len() {
        verdict.file(TRUST, "bad-trust", "two of its custodians have one key");
    }
    for brought in &demands.fingerprints {
        if trust
            .custodians
            .iter()
            .all(|one| one.fingerprint != *brought)
        {
            verdict.file(
                TRUST,
                "unknown-fingerprint",
                format!("nobody in it has the key {brought}, which you brought"),
            );
        }
    }
    for one in &trust.custodians {
        if !is_one_line(&one.name) {
            verdict.file(
                TRUST,
                "bad-trust",
                format!("the name of {} is not one line of visible text", one.id),
            );
        }
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
                Some(known) if known.sign == one.sign => {
                    confirmed = true;
                    same_name(known, one, "your trust file", verdict);
                    let ended = |known: Option<u64>, says| known.is_some() && known != says;
                    if ended(known.until, one.until)
                        || ended(known.distrusted, one.distrusted)
                        || ended(known.from, one.from)
                    {
                        verdict.file(
                            TRUST,
                            "other-end",
                            format!(
                                "{} ({}) begins or ends elsewhere in your trust file",
                                one.name, one.id
                            ),
                        );
                    }
                }
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
    if brought.ledger != trust.ledger || brought.log_key != trust.log_key {
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

/// Whether enough custodians vouch for the checkpoint, and one of them for the bundle.
pub(super) fn enough(evidence: &Evidence, trust: &Trust, demands: &Demands, verdict: &mut Verdict) {
    let exporter = trust.key(&evidence.exporter);
    if !exporter.is_some_and(|one| one.counts_at(evidence.checkpoint.size)) {
        verdict.file(
            TRUST,
            "unknown-exporter",
            "the exporter was no custodian at the checkpoint",
        );
    }
    let mut cosigners = verdict.cosigners.clone();
    if demands.brings_keys() {
        cosigners.retain(|id| verdict.confirmed.contains(id));
        if !verdict.confirmed.contains(&evidence.exporter) {
            verdict.file(
                TRUST,
                "unknown-exporter",
                "you have brought no key of the exporter's, who vouches for what is said of the entries",
            );
        }
    }
    verdict.counted = cosigners.len();
    let brought = demands
        .trust
        .as_ref()
        .map_or(0, |brought| brought.threshold);
    verdict.threshold = trust.threshold.max(brought);
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

/// Names of people are one line each, so that they can't pass for what a program says.
pub(super) fn is_one_line(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= NAME_LIMIT
        && !name.chars().any(|c| c.is_control() || is_unseen(c))
}

/// A custodian has one name in both, or none in one of them.
fn same_name(known: &TrustedKey, now: &TrustedKey, place: &str, verdict: &mut Verdict) {
    // A bundle without names has this one.
    let withheld = format!("custodian {}", now.id.short());
    if known.name != now.name && known.name != withheld && now.name != withheld {
        verdict.file(
            TRUST,
            "other-name",
            format!(
                "{} is called {} in it, and {} in {place}",
                now.id, now.name, known.name
            ),
        );
    }
}

/// That a newer bundle goes by the keys of an older one, made at a log of `size` entries: nobody's key, beginning or
/// end was written anew, or put before what the older one knew.
///
/// `since` says whether the newer bundle has an entry of one of these kinds that the older one was made before: only
/// such a one can have lowered the governance's threshold, or have somebody distrusted.
pub(super) fn same(
    before: &Trust,
    now: &Trust,
    size: u64,
    since: &dyn Fn(&[Kind]) -> bool,
    verdict: &mut Verdict,
) {
    if now.threshold < before.threshold && !since(&[Kind::GovernanceSet]) {
        verdict.file(
            TRUST,
            "other-threshold",
            format!(
                "governance asks for {} in it, for {} in the bundle before, and no entry here has changed that",
                now.threshold, before.threshold
            ),
        );
    }
    let ends = since(&[Kind::CustodianRetire, Kind::CustodianReplace]);
    for new in &now.custodians {
        let early = |index: Option<u64>| index.is_some_and(|index| index < size);
        let old = before.key(&new.id);
        let known =
            |what: fn(&TrustedKey) -> Option<u64>| old.is_some_and(|old| what(old).is_some());
        let unknown = new.distrusted.is_some() && !known(|one| one.distrusted) && !ends;
        if early(new.from) && !known(|one| one.from)
            || early(new.until) && !known(|one| one.until)
            || unknown && old.is_some()
        {
            verdict.file(
                TRUST,
                "other-key",
                format!(
                    "{} ({}) begins, ends or is distrusted otherwise than the bundle before says, and no entry since then has done that",
                    new.name, new.id
                ),
            );
        }
    }
    if before.log_key != now.log_key {
        verdict.file(
            TRUST,
            "other-key",
            "the log's own key is another than before",
        );
    }
    for old in &before.custodians {
        if let Some(new) = now.key(&old.id) {
            same_name(old, new, "the bundle before", verdict);
        }
        let kept = |old: Option<u64>, new: Option<u64>| old.is_none() || old == new;
        let same = now.key(&old.id).is_some_and(|new| {
            new.sign == old.sign
                && kept(old.from, new.from)
                && kept(old.until, new.until)
                && kept(old.distrusted, new.distrusted)
        });
        if !same {
            verdict.file(
                TRUST,
                "other-key",
                format!("{} ({}) is not as in the bundle before", old.name, old.id),
            );
        }
    }
}
