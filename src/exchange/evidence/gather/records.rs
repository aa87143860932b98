//! What the records add up to at the checkpoint: findings, people, things, and what was compared with the world.

use super::{Wanted, Words};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::exchange::evidence::compared::{Compared, happened};
use crate::exchange::evidence::model::{
    AcceptedLine, Custody, ErasedLine, FindingLine, ItemLine, LocationLine, NotApplicable, Outside,
    PersonLine, RulesLine, SecretLine,
};
use crate::exchange::evidence::tables::Told;
use crate::insight::erasure::IN_FINDINGS;
use crate::insight::rules::{self, Report, World};
use crate::ledger::{People, Reading, Session};
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::erasure::ErasedRecord;
use crate::state::findings::AcceptedRecord;
use crate::state::people::Custodian;
use crate::state::places::{AccessRecord, Finding, ItemRecord, LocationRecord, Place};
use crate::state::records::{list, read};
use crate::state::rules::{Quorum, leaf_key};
use crate::state::trails::EventRecord;
use crate::statement::{Claim, Kind, Time};
use crate::store::View;

/// The rule whose findings say numbers of bags.
const BAG_MISMATCH: u16 = 15;

/// What the posture rules find as of a moment.
pub(super) fn findings(
    session: &Session,
    people: &People,
    as_of: Time,
    wanted: &Wanted,
) -> Result<(Vec<FindingLine>, RulesLine)> {
    let view = session.view();
    let mut world = World::load(&view, people, as_of)?;
    // What was read of other times says nothing of this one.
    let day = |time: &Time| time.to_chrono().date_naive();
    world
        .compared
        .retain(|(from, to)| day(from) <= wanted.to.0 && day(to) >= wanted.from.0);
    let accepted: Vec<AcceptedRecord> = list(&view, "")?
        .into_iter()
        .map(|(_, record)| record)
        .collect();
    let report = Report::of(&world, &accepted, None)?;
    let hidden = wanted.hides(Kind::FindingAccept);
    // A rule reads entries of many kinds, and says in its own words what they say.
    let part = wanted.is_part();
    let silent = part || IN_FINDINGS.iter().any(|kind| wanted.hides(*kind));
    let mut lines = Vec::new();
    for found in report.findings.iter().chain(&report.accepted) {
        let accepted = found.accepted.as_ref().map(|accepted| -> Result<_> {
            let (_, statement) = session.proven_by_hash(&accepted.leaf)?;
            let why = match statement.claim() {
                Claim::FindingAccept(_, Some(personal)) if !hidden => {
                    Some(personal.note.to_string())
                }
                _ => None,
            };
            Ok(AcceptedLine {
                until: accepted.until,
                leaf: accepted.leaf,
                since: accepted.since,
                why,
            })
        });
        let about = found.about.to_string();
        let about = match about.split_once(':') {
            Some((sort, _)) if part => sort.to_owned(),
            _ => about,
        };
        lines.push(FindingLine {
            rule: found.id.to_string(),
            title: found.rule.title.to_owned(),
            severity: found.rule.severity.to_string(),
            about,
            message: if silent || !wanted.bags && found.rule.number == BAG_MISMATCH {
                format!("Not so: {}", found.rule.title)
            } else {
                found.message.clone()
            },
            accepted: accepted.transpose()?,
        });
    }
    let speaks = |id: &str| lines.iter().any(|line| line.rule == id);
    let (mut passed, mut not_looked) = (Vec::new(), Vec::new());
    for rule in rules::ALL {
        let id = rule.id()?.to_string();
        if speaks(&id) {
            continue;
        }
        if (rule.look)(&world).at > 0 {
            passed.push(id);
        } else {
            not_looked.push(id);
        }
    }
    let not_applicable = report
        .not_applicable
        .iter()
        .map(|(rule, reason, count)| {
            Ok(NotApplicable {
                rule: rule.id()?.to_string(),
                reason: reason.clone(),
                count: u64::try_from(*count).unwrap_or(u64::MAX),
            })
        })
        .collect::<Result<_>>()?;
    let rules = RulesLine {
        passed,
        not_looked,
        not_applicable,
    };
    Ok((lines, rules))
}

/// Everyone who was ever a custodian.
pub(super) fn people(view: &View<'_>, people: &People) -> Result<Vec<PersonLine>> {
    Ok(Custodian::all(view)?
        .into_iter()
        .map(|(id, custodian)| PersonLine {
            id,
            name: people.name(&id),
            roles: custodian
                .roles
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
            from: custodian.from,
            until: custodian.retired,
            distrusted: custodian.distrust_from,
        })
        .collect())
}

/// What is held where by whom.
pub(super) fn custody(
    session: &Session,
    people: &People,
    wanted: &Wanted,
    words: &dyn Words,
) -> Result<Custody> {
    let view = session.view();
    let tells = |families: &[&str]| {
        !Kind::ALL.iter().any(|kind| {
            let of = |family: &&str| kind.as_str().starts_with(*family);
            families.iter().any(of) && wanted.withholds(*kind)
        })
    };
    let (places, things) = (tells(&["location.", "safe."]), tells(&["item."]));
    let locations = list::<LocationRecord>(&view, "")?
        .into_iter()
        .filter(|(_, record)| places && !record.retired)
        .map(|(location, record)| LocationLine {
            location,
            kind: record.facts.kind.as_str().to_owned(),
            site: record.facts.site.to_string(),
            access: record.facts.access,
            dual_control: record.facts.dual_control,
            accesses: record.accesses,
            counter: record.counter,
        })
        .collect();
    let mut items = Vec::new();
    for (_, record) in list::<ItemRecord>(&view, "")? {
        if !(places && things) {
            break;
        }
        let (location, out) = match &record.place {
            Place::At(location) => (location, false),
            Place::Out { from, .. } => (from, true),
            Place::Destroyed => continue,
        };
        items.push(ItemLine {
            item: record.facts.item.to_string(),
            kind: record.facts.kind.as_str().to_owned(),
            location: location.to_string(),
            out,
            bag: record
                .facts
                .bag
                .as_ref()
                .filter(|_| wanted.bags)
                .map(ToString::to_string),
            battery_checked: record.facts.battery_checked,
        });
    }
    let mut secrets = Vec::new();
    let proofs = tells(&["secret.prove", "drill."]);
    for (key, record) in list::<SecretRecord>(&view, "")? {
        if !tells(&["seal", "quorum.", "reshare"]) {
            break;
        }
        let id = crate::crypto::fixed::Id::parse(&key)?;
        let Some(epoch) = read::<Epoch>(&view, &Epoch::key(&id, record.epoch))? else {
            continue;
        };
        if epoch.destroyed.is_some() {
            continue;
        }
        let quorum = read::<Quorum>(session.records().as_ref(), &record.quorum.to_hex())?;
        let mut holders: Vec<_> = epoch.shares.iter().map(|share| share.holder).collect();
        holders.sort();
        holders.dedup();
        secrets.push(SecretLine {
            id,
            name: record.name.to_string(),
            kind: record.kind().as_str().to_owned(),
            epoch: record.epoch,
            sealed_at: epoch.made_at,
            rule: quorum.map_or_else(String::new, |quorum| words.rule(&quorum, people)),
            holders,
            proven: if proofs { epoch.proven } else { Vec::new() },
        });
    }
    Ok(Custody {
        locations,
        items,
        secrets,
    })
}

/// What was compared with the world outside the log.
pub(super) fn outside(view: &View<'_>, told: &[Told], wanted: &Wanted) -> Result<Outside> {
    let Compared {
        trails,
        mut counters,
        mut bags,
    } = Compared::of(told);
    for one in told.iter().filter(|one| happened(one).is_some()) {
        let Some(access) = read::<AccessRecord>(view, &leaf_key(&one.leaf))? else {
            continue;
        };
        for finding in &access.findings {
            counters.wrong += u64::from(matches!(finding, Finding::CounterGap { .. }));
            bags.wrong += u64::from(matches!(finding, Finding::BagMismatch { .. }));
        }
    }
    let open = EventRecord::all(view)?
        .iter()
        .filter(|event| event.explained.is_none() && !wanted.withholds(Kind::Reconcile))
        .count();
    Ok(Outside {
        trails,
        open_events: u64::try_from(open).unwrap_or(u64::MAX),
        counters,
        bags,
        timestamps: Vec::new(),
        witnesses: Vec::new(),
    })
}

/// By whom and why the personal part of a statement was erased.
pub(super) fn erased(session: &Session, leaf: &Digest, hidden: bool) -> Result<Option<ErasedLine>> {
    let Some(record) = ErasedRecord::load(&session.view(), leaf)? else {
        return Ok(None);
    };
    let (seq, statement) = session.proven_by_hash(&record.by)?;
    let why = match statement.claim() {
        Claim::Erase(_, Some(personal)) if !hidden => Some(personal.reason.to_string()),
        _ => None,
    };
    Ok(Some(ErasedLine {
        seq,
        by: statement.header().author,
        why,
    }))
}
