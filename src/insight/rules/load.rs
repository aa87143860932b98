//! Reads what the rules look at from a ledger.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{ClockStep, OpenEvent, Proven, Reach, Standards, World};
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use crate::insight::calendar::CLOCK_ERROR;
use crate::insight::possession::Drills;
use crate::insight::reach::estate::{Estate, Who, Whom};
use crate::insight::reach::{self, Asked, Lost, Route};
use crate::insight::{backups, drills, reviews, roots};
use crate::ledger::People;
use crate::policy::GOVERNANCE_SECRET;
use crate::state::Record;
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::drills::SharePlace;
use crate::state::estate::{AlarmRecord, PostureRecord};
use crate::state::outside::TimestampRecord;
use crate::state::people::LedgerRecord;
use crate::state::places::{AccessRecord, ItemRecord, LocationRecord, Place};
use crate::state::records::list;
use crate::state::reviews::StruckRecord;
use crate::state::rules::SplitRule;
use crate::state::trails::{EventRecord, ReconcileRecord};
use crate::statement::account_id::AccountId;
use crate::statement::findings::About;
use crate::statement::posture::{HardwareMfa, Posture, TimestampEvery};
use crate::statement::secrets::Share;
use crate::statement::text::Name;
use crate::statement::{Claim, Kind, Time};
use crate::store::{Dated, View};

/// For so many days a clock that ran backwards is looked for.
const RECENT_DAYS: u64 = 400;

impl World {
    /// Everything as it stands, looked at from `now`.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    pub fn load(view: &View<'_>, people: &People, now: Time) -> Result<Self> {
        let mut world = Self::empty(now);
        let ledger = LedgerRecord::load(view)?;
        if let Some(ledger) = ledger {
            world.threshold = ledger.threshold;
            world.governance = ledger.governance;
            world.founded = ledger
                .active
                .map(|seq| made_at(view, seq))
                .transpose()?
                .flatten();
        }
        for (id, custodian, card) in people.iter() {
            world.custodians.insert(*id, custodian.clone());
            world.names.insert(*id, people.name(id));
            if let Some(zone) = card.and_then(|card| card.timezone.as_ref()?.parse().ok()) {
                world.zones.insert(*id, zone);
            }
        }
        world.load_estate(view)?;
        world.load_secrets(view)?;
        world.load_register(view)?;
        world.drills = drills::occasions(view, now)?;
        world.improvements = drills::open_improvements(view)?;
        world.reviews = reviews::occasions(view, now)?;
        world.strikes = list::<StruckRecord>(view, "")?.len();
        world.struck = reviews::open_strikes(view)?;
        world.runbooks = by_name(view)?;
        world.ceremonies = list(view, "")?.into_iter().map(|(_, one)| one).collect();
        world.requests = by_leaf(view)?;
        // What is dated ahead counts for nothing yet.
        let latest = now.plus(CLOCK_ERROR);
        world.restored = backups::restored(view, now)?.map(|last| last.made_at);
        // One person can register so much that this is too much: every other rule goes on.
        if let Err(error) = world.load_reach(&reach::read(view, now)?) {
            world.unreachable = Some(error.message().to_owned());
        }
        let recent = recent(view, world.days_ago(RECENT_DAYS), latest)?;
        world.alone_since = recent.alone_since;
        world.clock_steps = clock_steps(view, recent.steps)?;
        world.timestamped = timestamped(view, latest)?;
        Ok(world)
    }

    fn load_estate(&mut self, view: &View<'_>) -> Result<()> {
        for (key, account) in list(view, "")? {
            self.accounts.insert(AccountId::new(key)?, account);
        }
        self.roots = roots::all(view, self.now)?;
        self.central = roots::central(view, self.now)?;
        self.tasks = by_leaf(view)?;
        for event in EventRecord::all(view)? {
            if event.explained.is_none() {
                self.events.push(OpenEvent::of(&event));
            }
        }
        let (void, good): (Vec<_>, Vec<_>) = ReconcileRecord::all(view)?
            .into_iter()
            .partition(|(_, one)| one.void.is_some());
        for (leaf, one) in void {
            let covers = |(_, other): &(Digest, ReconcileRecord)| {
                other.from <= one.from && one.to <= other.to
            };
            if !good.iter().any(covers) {
                self.set_aside.push((leaf, one.from, one.to));
            }
        }
        self.compared = good.iter().map(|(_, one)| (one.from, one.to)).collect();
        self.standards = Standards::of(&PostureRecord::load(view)?.posture);
        for (_, alarm) in list::<AlarmRecord>(view, "")? {
            if !alarm.facts.closed {
                let others = alarm.personal.as_ref().map_or(0, |told| told.others.len());
                let people = alarm.facts.receivers.len() + others;
                self.alarms
                    .push((alarm.facts.alarm, alarm.facts.accounts, people));
            }
        }
        Ok(())
    }

    /// Who can reach which root user, by every way that is on record. What the records say nothing of is
    /// left out: rules of their own look for that.
    fn load_reach(&mut self, estate: &Estate) -> Result<()> {
        let nothing = Lost::default();
        let mut reach = reach::Reach::new(estate, &nothing)?;
        let rooted = |id: AccountId| {
            let management = self.accounts.get(&id).is_some_and(|it| it.facts.management);
            management || self.roots.get(&id).and_then(|root| root.password) == Some(true)
        };
        let mut found_all = BTreeMap::new();
        for account in estate.accounts.iter().filter(|account| account.in_use) {
            let answer = reach.brief(account, &Route::ALL)?;
            let first = answer.fewest.as_deref();
            let who = |asked: &Asked| match asked {
                Asked::Person(whom) => self.called(estate, *whom),
                Asked::Site(site) => estate
                    .sites
                    .get(*site)
                    .map_or_else(String::new, ToString::to_string),
            };
            let names = first.map_or_else(Vec::new, |set| {
                set.iter().map(|one| who(&Asked::of(*one))).collect()
            });
            let alone = |loss: &reach::sets::Loss| match loss.too_many.as_slice() {
                [one] if loss.opens => Some(who(&Asked::of(*one))),
                _ => None,
            };
            let own = answer.routes.iter();
            let mut own = own.filter(|(route, _)| *route != Route::Management);
            let found = Reach {
                smallest: first.map(|people| (people.len(), names)),
                needs_person: alone(&answer.losses.people),
                needs_site: alone(&answer.losses.sites),
                locked_out: rooted(account.id) && !answer.losses.people.opens,
                from_management: !account.management && own.all(|(_, people)| people.is_none()),
            };
            found_all.insert(account.id, found);
        }
        self.reach = found_all;
        Ok(())
    }

    fn called(&self, estate: &Estate, whom: Whom) -> String {
        match estate.people.get(whom).map(|person| &person.who) {
            Some(Who::Custodian(id)) => self.name(id),
            Some(Who::Other(name)) => name.clone(),
            Some(Who::Unnamed(thing)) => format!("somebody else of {thing}"),
            None => "somebody".to_owned(),
        }
    }

    fn load_secrets(&mut self, view: &View<'_>) -> Result<()> {
        for (key, secret) in list::<SecretRecord>(view, "")? {
            self.secrets.insert(Id::parse(&key)?, secret);
        }
        for (key, epoch) in list::<Epoch>(view, "")? {
            let (secret, number) = Epoch::parse_key(&key)?;
            self.epochs.entry(secret).or_default().push((number, epoch));
        }
        for (key, quorum) in list(view, "")? {
            self.quorums.insert(Id::parse(&key)?, quorum);
        }
        let shown = Drills::load(view)?;
        let days = PostureRecord::load(view)?.posture.stale_share_days;
        let since = self.days_ago(u64::from(days));
        let mut proven = BTreeMap::new();
        if let Some(governance) = &self.governance {
            let rule = SplitRule {
                groups_needed: 1,
                thresholds: vec![self.threshold],
                holders: holders(&governance.shares),
            };
            let place = (GOVERNANCE_SECRET, governance.epoch);
            proven.insert(
                place,
                self.prove(&shown, since, place, &rule, &governance.shares),
            );
        }
        for (secret, epochs) in &self.epochs {
            for (number, epoch) in epochs {
                if epoch.destroyed.is_none() {
                    let place = (*secret, *number);
                    let proof = self.prove(&shown, since, place, &epoch.rule(), &epoch.shares);
                    proven.insert(place, proof);
                }
            }
        }
        self.proven = proven;
        Ok(())
    }

    fn prove(
        &self,
        shown: &Drills,
        since: Time,
        (secret, epoch): (Id, u32),
        rule: &SplitRule,
        shares: &[Share],
    ) -> Proven {
        let mut unproven = BTreeSet::new();
        for share in shares {
            let place = SharePlace {
                secret,
                epoch,
                group: share.group,
                member: share.member,
            };
            if !shown.of(&share.holder, &place).is_since(since, self.now) {
                unproven.insert(share.holder);
            }
        }
        let able = |id: &Id| self.in_force(id) && !unproven.contains(id);
        let people: BTreeSet<Id> = rule.people().into_iter().filter(able).collect();
        Proven {
            alive: rule.met_by(&people),
            unproven: unproven
                .into_iter()
                .filter(|id| self.in_force(id))
                .collect(),
        }
    }

    fn load_register(&mut self, view: &View<'_>) -> Result<()> {
        self.locations = by_name::<LocationRecord>(view)?;
        self.locations.retain(|_, location| !location.retired);
        for (_, item) in list::<ItemRecord>(view, "")? {
            if item.place != Place::Destroyed {
                self.items.insert(item.facts.item.clone(), item);
            }
        }
        self.odd_accesses = by_leaf::<AccessRecord>(view)?;
        for (_, access) in &self.odd_accesses {
            let items = access.happened.items.iter();
            self.handled
                .extend(items.map(|handled| handled.item.clone()));
        }
        self.odd_accesses
            .retain(|(_, access)| !access.findings.is_empty());
        self.odd_accesses.sort_by_key(|(_, access)| access.index);
        self.mailboxes = by_name(view)?;
        self.mailboxes.retain(|_, mailbox| !mailbox.facts.closed);
        self.phones = by_name(view)?;
        self.phones.retain(|_, phone| !phone.facts.closed);
        self.privileges = by_name(view)?;
        self.privileges
            .retain(|_, privilege| !privilege.facts.ended);
        Ok(())
    }
}

impl OpenEvent {
    fn of(event: &EventRecord) -> Self {
        let named = Name::new(event.event.to_string());
        Self {
            about: named.map_or(About::Entry(event.found), About::Event),
            at: event.at,
            name: event.name.to_string(),
            account: event.account,
        }
    }
}

impl Standards {
    fn of(posture: &Posture) -> Self {
        Self {
            domains: posture.domains.iter().map(ToString::to_string).collect(),
            hardware_management: posture.hardware_mfa != HardwareMfa::None,
            hardware_all: posture.hardware_mfa == HardwareMfa::All,
            rotate: posture.rotate_after_release,
            mailbox_people: usize::from(posture.mailbox_min),
            item_out_hours: u64::from(posture.item_out_hours),
            cosign_days: u64::from(posture.checkpoint_days),
            timestamp_days: match posture.timestamp_every {
                TimestampEvery::None => None,
                TimestampEvery::Month => Some(31),
                TimestampEvery::Quarter => Some(92),
            },
        }
    }
}

fn holders(shares: &[Share]) -> BTreeMap<(u8, u8), Id> {
    let place = |share: &Share| ((share.group, share.member), share.holder);
    shares.iter().map(place).collect()
}

fn by_name<R: Record>(view: &View<'_>) -> Result<BTreeMap<Name, R>> {
    list::<R>(view, "")?
        .into_iter()
        .map(|(key, record)| Ok((Name::new(key)?, record)))
        .collect()
}

fn by_leaf<R: Record>(view: &View<'_>) -> Result<Vec<(Digest, R)>> {
    list::<R>(view, "")?
        .into_iter()
        .map(|(key, record)| Ok((Digest::parse(&key)?, record)))
        .collect()
}

/// Until when an authority has dated the log: whatever was entered after a time-stamp's checkpoint was there
/// already is not dated by it, however late the answer came.
fn timestamped(view: &View<'_>, latest: Time) -> Result<Option<Time>> {
    let mut newest = None;
    let mut stamps = TimestampRecord::all(view)?;
    stamps.retain(|stamp| stamp.facts.time <= latest);
    for stamp in stamps {
        let after = made_at(view, stamp.facts.at.size)?;
        let until = after.map_or(stamp.facts.time, |after| after.min(stamp.facts.time));
        newest = newest.max(Some(until));
    }
    Ok(newest)
}

fn made_at(view: &View<'_>, seq: u64) -> Result<Option<Time>> {
    let entry = view.entry(seq)?;
    Ok(entry.and_then(|entry| Time::from_seconds(entry.made_at)))
}

/// How many leaves are looked at in one go.
const BATCH: u64 = 4_096;

/// What the newest leaves say of who wrote them, and when.
struct Recent {
    /// The last moment at which somebody other than the newest one's author has cosigned the log, with that
    /// author. Whoever makes an entry cosigns all that is before it.
    alone_since: Option<(Time, Id)>,
    /// Leaves dated before the one they follow, with its time.
    steps: Vec<(Dated, i64)>,
}

/// Looks at the leaves since `since`, and on until two people have cosigned.
fn recent(view: &View<'_>, since: Time, latest: Time) -> Result<Recent> {
    let size = view.size()?;
    let mut recent = Recent {
        alone_since: None,
        steps: Vec::new(),
    };
    let mut newest: Option<Dated> = None;
    let mut after: Option<Dated> = None;
    let mut below = size;
    let mut alone = true;
    while below > 0 {
        let batch = view.dated(below, BATCH)?;
        let mut old = true;
        for leaf in batch {
            below = leaf.seq;
            old &= leaf.made_at < since.seconds();
            let head = newest.get_or_insert_with(|| leaf.clone());
            if alone {
                alone = leaf.author == head.author;
                // Of one who was always alone, the first leaf tells since when.
                recent.alone_since = Time::from_seconds(leaf.made_at).map(|at| (at, head.author));
            }
            if let Some(later) = after.replace(leaf.clone())
                && later.made_at.saturating_add_unsigned(CLOCK_ERROR) < leaf.made_at
            {
                recent.steps.push((later, leaf.made_at));
            }
        }
        if old {
            break;
        }
    }
    let Some(head) = newest else {
        return Ok(recent);
    };
    let mut others = view.cosignatures(below, size)?;
    others.retain(|one| one.custodian != head.author && one.time <= latest.seconds());
    for cosignature in others {
        let at = Time::from_seconds(cosignature.time).map(|at| (at, head.author));
        recent.alone_since = recent.alone_since.max(at);
    }
    Ok(recent)
}

/// What was made elsewhere and brought in is earlier by nature; the rest is a clock that ran backwards.
fn clock_steps(view: &View<'_>, steps: Vec<(Dated, i64)>) -> Result<Vec<ClockStep>> {
    let Some(first) = steps.iter().map(|(leaf, _)| leaf.seq).min() else {
        return Ok(Vec::new());
    };
    let mut brought: BTreeSet<u64> = BTreeSet::new();
    // An import brings at most so many.
    let from = first.saturating_sub(256);
    for seq in view.indices_of_kind(Kind::Import, from)? {
        let Some(entry) = view.entry(seq)? else {
            continue;
        };
        if let Claim::Import(import) = Claim::parse(Kind::Import, &entry.facts.bytes.0, None)? {
            brought.extend((seq + 1..).take(import.statements.len()));
        }
    }
    let own = steps
        .into_iter()
        .filter(|(leaf, _)| !brought.contains(&leaf.seq));
    let mut found = Vec::new();
    for (leaf, before) in own {
        let times = Time::from_seconds(leaf.made_at).zip(Time::from_seconds(before));
        if let (Some((at, before)), Some(entry)) = (times, view.entry(leaf.seq)?) {
            found.push(ClockStep {
                leaf: entry.hash,
                index: leaf.seq,
                author: leaf.author,
                at,
                before,
            });
        }
    }
    Ok(found)
}
