//! A small estate in order, which each rule's test breaks in one place.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::rule::Rule;
pub(super) use super::world::{ClockStep, OpenEvent};
use super::world::{Proven, Reach, World};
use crate::crypto::ed25519::{PublicKey, SigningKey};
pub(super) use crate::crypto::fixed::Digest;
use crate::crypto::fixed::Id;
use crate::crypto::secret::Key32;
use crate::insight::calendar::Period;
use crate::insight::drills::{Occasion, Standing};
pub(super) use crate::insight::roots::Central;
use crate::insight::roots::Root;
use crate::insight::{drills, reviews};
use crate::policy::GOVERNANCE_SECRET;
use crate::state::ceremonies::{CeremonyRecord, Ended};
use crate::state::custody::{
    AccountRecord, Epoch, InEffect, RequestRecord, SecretRecord, WantedRecord,
};
use crate::state::drills::{DrillRecord, Finished, ImprovementRecord, PlanRecord};
use crate::state::people::{Custodian, GovernanceRecord};
use crate::state::places::{
    AccessRecord, Finding, ItemRecord, LocationRecord, MailboxRecord, PhoneRecord, Place,
};
use crate::state::reviews::{PrivilegeRecord, StruckRecord};
use crate::state::rules::Quorum;
use crate::state::runbooks::{PublishedVersion, RunbookRecord};
use crate::statement::Time;
use crate::statement::accesses::{Happened, Opened};
use crate::statement::account_id::AccountId;
use crate::statement::accounts::{AccountFacts, AccountNames, AccountState, Partition};
use crate::statement::ceremonies::{CeremonyOutcome, Performance};
use crate::statement::drills::{DrillKind, DrillOutcome, Every, Plan, Scope};
use crate::statement::people::{Cause, Role};
use crate::statement::quorums::Group;
use crate::statement::register::HeldSecret;
use crate::statement::register::{
    AddItem, ItemKind, Location, LocationKind, Mailbox, MailboxPersonal, Phone, PhonePersonal,
};
use crate::statement::releases::Outcome;
use crate::statement::reviews::{Mfa, Named, Power, Privilege, PrivilegeKind};
use crate::statement::secrets::Share;
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// The management account.
pub(super) const M: AccountId = AccountId::of(111_111_111_111);
/// A member account whose root user is bare.
pub(super) const B: AccountId = AccountId::of(222_222_222_222);
/// The quorum of the password.
pub(super) const ENGINEERS: Id = Id([0x11; 16]);
const BOARD: Id = Id([0x22; 16]);
/// The management account's root password.
pub(super) const PASSWORD: Id = Id([0x31; 16]);
/// The seed of its MFA.
pub(super) const SEED: Id = Id([0x32; 16]);
/// Its security answers.
pub(super) const ANSWERS: Id = Id([0x33; 16]);

/// The rule finds nothing, having looked at something.
#[track_caller]
pub(super) fn holds(rule: &Rule, world: &World) {
    let looked = (rule.look)(world);
    assert_eq!(looked.found, [], "{}", rule.name);
    assert!(looked.at > 0, "{} has looked at nothing", rule.name);
}

/// The rule finds something whose words contain `part`.
#[track_caller]
pub(super) fn breaks(rule: &Rule, world: &World, part: &str) {
    let looked = (rule.look)(world);
    let fits = |message: &str| message.contains(part);
    let there = looked.found.iter().any(|found| fits(&found.message));
    assert!(there, "{} finds {:?}", rule.name, looked.found);
}

/// The rule says nothing, and why.
#[track_caller]
pub(super) fn says_nothing(rule: &Rule, world: &World) {
    let looked = (rule.look)(world);
    assert_eq!((looked.at, looked.found.len()), (0, 0), "{}", rule.name);
    assert!(!looked.not_applicable.is_empty(), "{}", rule.name);
}

pub(super) fn id(n: u8) -> Id {
    Id([n; 16])
}

pub(super) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub(super) fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

pub(super) fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub(super) fn ago(world: &World, days: u64) -> Time {
    world.days_ago(days)
}

fn now() -> Time {
    Time::parse("2026-12-10T12:00:00Z").unwrap()
}

fn day(days_ago: u64) -> Time {
    World::empty(now()).days_ago(days_ago)
}

fn key(n: u8) -> PublicKey {
    SigningKey::from_seed(&Key32::new([n; 32]))
        .unwrap()
        .public()
}

fn custodian(n: u8) -> Custodian {
    Custodian {
        recipient: String::new(),
        sign: key(n),
        age: String::new(),
        personal: Digest([n; 32]),
        roles: vec![Role::Keeper],
        enrolment: Digest([n; 32]),
        approved: Some(1),
        accepted: Some(1),
        from: Some(1),
        retired: None,
        cause: None,
        distrust_from: None,
        replaces: None,
        acknowledged: None,
    }
}

fn account(id: AccountId, management: bool, email: &str) -> AccountRecord {
    AccountRecord {
        facts: AccountFacts {
            id,
            state: AccountState::Active,
            partition: Partition::Aws,
            management,
            joined_method: None,
            joined_at: None,
        },
        names: Some(AccountNames {
            id,
            name: text("account"),
            email: text(email),
        }),
        index: 2,
        gone: false,
        events: Vec::new(),
    }
}

fn share(holder: u8, member: u8) -> Share {
    Share {
        group: 0,
        member,
        holder: id(holder),
        key: key(holder),
        blob: Digest([holder; 32]),
    }
}

fn sealed(name: &str, quorum: Id) -> SecretRecord {
    SecretRecord {
        name: name.parse().unwrap(),
        quorum,
        serves: Vec::new(),
        epoch: 1,
    }
}

fn sealing(sealer: u8, holders: [u8; 3]) -> Epoch {
    Epoch {
        seal: Digest([sealer; 32]),
        index: 5,
        made_at: day(60),
        sealer: id(sealer),
        quorum_index: 1,
        groups_needed: 1,
        thresholds: vec![2],
        shares: (0u8..).zip(holders).map(|(m, who)| share(who, m)).collect(),
        payload: Digest([sealer; 32]),
        confirmed: vec![id(sealer + 1)],
        destroyed: None,
        knowers: vec![id(sealer)],
        proven: Vec::new(),
        reshared_from: None,
        sent: Vec::new(),
    }
}

fn quorum_of(name: &str, threshold: u8, members: &[u8]) -> Quorum {
    Quorum {
        name: name.to_owned(),
        groups_needed: 1,
        groups: vec![Group {
            label: self::name(name),
            threshold,
            members: members.iter().map(|n| id(*n)).collect(),
        }],
        index: 1,
    }
}

fn safe(site: &str, zone: &str, access: [u8; 2], item: &str) -> (Name, LocationRecord) {
    let location = name(&format!("{site}-safe"));
    let record = LocationRecord {
        facts: Location {
            location: location.clone(),
            kind: LocationKind::Safe,
            site: name(site),
            timezone: zone.to_owned(),
            access: access.map(id).to_vec(),
            dual_control: true,
            depends_on_aws: false,
        },
        personal: None,
        events: vec![1],
        retired: false,
        items: BTreeSet::from([name(item)]),
        out: BTreeSet::new(),
        open: None,
        last: None,
        accesses: 1,
        counter: Some(4),
    };
    (location, record)
}

fn thing(item: &str, kind: ItemKind, holds: Option<Id>, location: &str) -> (Name, ItemRecord) {
    let record = ItemRecord {
        facts: AddItem {
            item: name(item),
            kind,
            holds: holds.map(|secret| HeldSecret { secret, epoch: 1 }),
            account: None,
            copy: None,
            location: name(location),
            bag: Some(text("A1")),
            sealed_by: None,
            witness: None,
            sealed_at: None,
            battery_checked: None,
            battery_expires: None,
        },
        personal: None,
        place: Place::At(name(location)),
        broken: false,
        events: vec![1],
        changed: 1,
    };
    (name(item), record)
}

fn occasion(kind: DrillKind) -> Occasion {
    let facts = Plan {
        plan: name(kind.as_str()),
        drill: kind,
        every: Every::Quarter,
        scope: Scope::All,
        from: date("2026-10-01"),
        timezone: "UTC".to_owned(),
        ended: false,
    };
    Occasion {
        plan: Some(PlanRecord {
            facts,
            id: id(1),
            events: vec![1],
        }),
        drill: None,
        due: Some(date("2027-03-31")),
        standing: Standing::Planned,
        late: false,
    }
}

/// A drill that was held by no plan, and passed.
fn held(kind: DrillKind) -> Occasion {
    let record = DrillRecord {
        id: id(1),
        index: 6,
        author: id(1),
        made_at: day(40),
        drill: kind,
        plan: None,
        due: None,
        nonce: Digest([1; 32]),
        scope: Scope::All,
        sample: None,
        secrets: 0,
        holders: Vec::new(),
        targets: Vec::new(),
        invited: Vec::new(),
        named: Vec::new(),
        people: Vec::new(),
        answers: Vec::new(),
        steps: Vec::new(),
        found: Vec::new(),
        finishing: None,
        finished: Some(Finished {
            finish: Digest([2; 32]),
            index: 7,
            at: day(39),
            outcome: DrillOutcome::Passed,
            lessons: 0,
        }),
    };
    Occasion {
        plan: None,
        drill: Some((Digest([9; 32]), record)),
        due: None,
        standing: Standing::Passed,
        late: false,
    }
}

fn performed(runbook: &str) -> CeremonyRecord {
    CeremonyRecord {
        id: id(1),
        index: 9,
        author: id(1),
        made_at: day(30),
        runbook: name(runbook),
        version: 1,
        file: Digest([7; 32]),
        performance: Performance::Practice,
        at: day(30),
        timezone: "UTC".to_owned(),
        location: None,
        participants: Vec::new(),
        steps: Vec::new(),
        about: Vec::new(),
        named: Vec::new(),
        people: Vec::new(),
        acted: Vec::new(),
        present: Vec::new(),
        staying: Vec::new(),
        resting: None,
        latest: day(30),
        done: Vec::new(),
        events: Vec::new(),
        exceptions: Vec::new(),
        alone: Vec::new(),
        finishing: None,
        finished: Some(Ended {
            finish: Digest([8; 32]),
            index: 10,
            at: day(30),
            outcome: CeremonyOutcome::Completed,
            lessons: 0,
        }),
    }
}

fn mailbox_of(mailbox: &str, account: AccountId, address: &str) -> (Name, MailboxRecord) {
    let record = MailboxRecord {
        facts: Mailbox {
            mailbox: name(mailbox),
            members: vec![id(7), id(8)],
            accounts: vec![account],
            closed: false,
        },
        personal: Some(MailboxPersonal {
            address: text(address),
            others: Vec::new(),
        }),
        events: vec![1],
    };
    (name(mailbox), record)
}

/// An estate that breaks no rule: the password with engineers 1 to 3, the MFA with the board 4 to 6 and in
/// two safes, the mailboxes with 7 and 8, the phone with 9 and 10.
pub(super) fn good() -> World {
    let mut world = World::empty(now());
    for n in 1..=10 {
        world.custodians.insert(id(n), custodian(n));
        world.names.insert(id(n), format!("p{n}"));
        let zone = if n % 2 == 0 {
            "Asia/Tokyo"
        } else {
            "Europe/London"
        };
        world.zones.insert(id(n), zone.parse().unwrap());
    }
    world.threshold = 3;
    world.governance = Some(GovernanceRecord {
        epoch: 1,
        index: 1,
        maker: None,
        recovery: String::new(),
        payload: Digest([1; 32]),
        shares: (0u8..5).map(|n| share(n + 1, n)).collect(),
    });
    world.founded = Some(day(300));
    world.restored = Some(day(30));
    world
        .accounts
        .insert(M, account(M, true, "root@example.com"));
    world.accounts.insert(B, account(B, false, "b@example.com"));
    world.roots.insert(
        M,
        Root {
            password: Some(true),
            mfa: Some(true),
            access_keys: Some(0),
            certificates: Some(0),
            ..Root::default()
        },
    );
    world.roots.insert(
        B,
        Root {
            password: Some(false),
            mfa: Some(false),
            access_keys: Some(0),
            certificates: Some(0),
            denied: true,
            ..Root::default()
        },
    );
    world.central = Some(Central {
        credentials: true,
        sessions: true,
    });
    world.standards.domains = vec!["example.com".to_owned()];
    world.quorums = BTreeMap::from([
        (ENGINEERS, quorum_of("engineers", 2, &[1, 2, 3])),
        (BOARD, quorum_of("board", 2, &[4, 5, 6])),
    ]);
    for (secret, kind, quorum, sealer, holders) in [
        (PASSWORD, "password", ENGINEERS, 1, [1, 2, 3]),
        (SEED, "mfa-seed", BOARD, 4, [4, 5, 6]),
        (ANSWERS, "security-answers", ENGINEERS, 1, [1, 2, 3]),
    ] {
        world
            .secrets
            .insert(secret, sealed(&format!("{M}/{kind}"), quorum));
        world
            .epochs
            .insert(secret, vec![(1, sealing(sealer, holders))]);
    }
    for secret in [PASSWORD, SEED, ANSWERS, GOVERNANCE_SECRET] {
        let proven = Proven {
            alive: true,
            unproven: Vec::new(),
        };
        world.proven.insert((secret, 1), proven);
    }
    world.locations = BTreeMap::from([
        safe("tokyo", "Asia/Tokyo", [4, 5], "qr-tokyo"),
        safe("london", "Europe/London", [5, 6], "qr-london"),
    ]);
    let (token, mut record) = thing("token", ItemKind::MfaToken, None, "london-safe");
    record.facts.battery_checked = Some(date("2026-11-01"));
    record.facts.battery_expires = Some(date("2028-01-01"));
    world.items = BTreeMap::from([
        thing("qr-tokyo", ItemKind::QrSheet, Some(SEED), "tokyo-safe"),
        thing("qr-london", ItemKind::QrSheet, Some(SEED), "london-safe"),
        (token, record),
    ]);
    world.handled = world.items.keys().cloned().collect();
    world.mailboxes = BTreeMap::from([
        mailbox_of("mail-m", M, "root@example.com"),
        mailbox_of("mail-b", B, "b@example.com"),
    ]);
    let phone = PhoneRecord {
        facts: Phone {
            phone: name("desk"),
            holders: vec![id(9), id(10)],
            accounts: vec![M, B],
            tested: Some(date("2026-11-15")),
            closed: false,
        },
        personal: Some(PhonePersonal {
            number: text("+44"),
            others: Vec::new(),
        }),
        events: vec![1],
    };
    world.phones.insert(name("desk"), phone);
    let privilege = PrivilegeRecord {
        facts: Privilege {
            privilege: name("org-admin"),
            account: M,
            kind: PrivilegeKind::Role,
            may: vec![Power::RootEmail],
            people: vec![id(7)],
            mfa: Mfa::Hardware,
            rotated: None,
            ended: false,
        },
        personal: None,
        events: vec![1],
    };
    world.privileges.insert(name("org-admin"), privilege);
    world.alarms.push((name("root-use"), Vec::new(), 2));
    world.drills = [
        DrillKind::Possession,
        DrillKind::SignIn,
        DrillKind::Phone,
        DrillKind::LedgerRestore,
    ]
    .map(occasion)
    .to_vec();
    world.drills.push(held(DrillKind::Possession));
    world.reviews.push(reviews::Occasion {
        review: None,
        period: Period::of(Every::Quarter, NaiveDate::from_ymd_opt(2027, 1, 1).unwrap()),
        zone: chrono_tz::Tz::UTC,
        standing: drills::Standing::Planned,
        late: false,
    });
    world.reviews.push(reviews::Occasion {
        review: None,
        period: Period::of(Every::Quarter, NaiveDate::from_ymd_opt(2026, 7, 1).unwrap()),
        zone: chrono_tz::Tz::UTC,
        standing: drills::Standing::Passed,
        late: false,
    });
    world.compared.push((day(90), day(1)));
    for scenario in super::runbook::SCENARIOS {
        let version = PublishedVersion {
            leaf: Digest([3; 32]),
            file: Digest([4; 32]),
            since: 1,
        };
        let record = RunbookRecord {
            versions: vec![version],
        };
        world.runbooks.insert(name(scenario), record);
        world.ceremonies.push(performed(scenario));
    }
    for account in [M, B] {
        let reach = Reach {
            smallest: Some((3, vec!["p1".to_owned()])),
            needs_person: None,
            needs_site: None,
            locked_out: false,
            from_management: account == B,
        };
        world.reach.insert(account, reach);
    }
    release(&mut world, PASSWORD, 20);
    seal_again(&mut world, PASSWORD, 19);
    world
}

pub(super) fn rename(world: &mut World, account: AccountId, email: &str) {
    let record = world.accounts.get_mut(&account).unwrap();
    record.names.as_mut().unwrap().email = text(email);
}

pub(super) fn govcloud(world: &mut World, account: AccountId) {
    let record = world.accounts.get_mut(&account).unwrap();
    record.facts.partition = Partition::AwsUsGov;
}

pub(super) fn gone(world: &mut World, account: AccountId) {
    world.accounts.get_mut(&account).unwrap().gone = true;
}

pub(super) fn mailbox<'w>(world: &'w mut World, mailbox: &str) -> &'w mut Mailbox {
    &mut world.mailboxes.get_mut(&name(mailbox)).unwrap().facts
}

pub(super) fn phone<'w>(world: &'w mut World, phone: &str) -> &'w mut Phone {
    &mut world.phones.get_mut(&name(phone)).unwrap().facts
}

pub(super) fn privilege<'w>(world: &'w mut World, privilege: &str) -> &'w mut Privilege {
    &mut world.privileges.get_mut(&name(privilege)).unwrap().facts
}

pub(super) fn location<'w>(world: &'w mut World, location: &str) -> &'w mut LocationRecord {
    world.locations.get_mut(&name(location)).unwrap()
}

pub(super) fn item<'w>(world: &'w mut World, item: &str) -> &'w mut AddItem {
    &mut world.items.get_mut(&name(item)).unwrap().facts
}

pub(super) fn root(world: &mut World, account: AccountId) -> &mut Root {
    world.roots.entry(account).or_default()
}

pub(super) fn reach(world: &mut World, account: AccountId) -> &mut Reach {
    world.reach.get_mut(&account).unwrap()
}

pub(super) fn secret(world: &mut World, secret: Id) -> &mut SecretRecord {
    world.secrets.get_mut(&secret).unwrap()
}

/// The newest sealing.
pub(super) fn epoch(world: &mut World, secret: Id) -> &mut Epoch {
    &mut world.epochs.get_mut(&secret).unwrap().last_mut().unwrap().1
}

pub(super) fn proof(world: &mut World, secret: Id) -> &mut Proven {
    world.proven.get_mut(&(secret, 1)).unwrap()
}

pub(super) fn destroy(world: &mut World, secret: Id) {
    for (_, epoch) in world.epochs.get_mut(&secret).unwrap() {
        epoch.destroyed = Some(9);
    }
}

pub(super) fn share_to(world: &mut World, secret: Id, holder: Id) {
    epoch(world, secret).shares[0].holder = holder;
}

pub(super) fn knows(world: &mut World, secret: Id, who: Id) {
    epoch(world, secret).knowers.push(who);
}

pub(super) fn quorum(world: &mut World, quorum: Id, threshold: u8, members: &[u8]) {
    let name = world.quorums[&quorum].name.clone();
    world
        .quorums
        .insert(quorum, quorum_of(&name, threshold, members));
}

pub(super) fn put(world: &mut World, item: &str, holds: Id, at: &str) {
    let (name, record) = thing(item, ItemKind::Document, Some(holds), at);
    world.items.insert(name, record);
}

pub(super) fn broken(world: &mut World, item: &str) {
    world.items.get_mut(&name(item)).unwrap().broken = true;
}

pub(super) fn take_out(world: &mut World, item: &str, from: &str, seconds: i64) {
    let since = Time::from_seconds(world.now.seconds() - seconds).unwrap();
    world.items.get_mut(&name(item)).unwrap().place = Place::Out {
        from: name(from),
        access: Digest([5; 32]),
        since,
        missed: false,
    };
}

pub(super) fn odd_access(world: &mut World, finding: Finding) {
    let opened = Opened {
        location: name("tokyo-safe"),
        opened_at: day(10),
        witness: id(5),
        request: None,
    };
    let record = AccessRecord {
        index: 20,
        opener: id(4),
        author: id(4),
        opened,
        happened: Happened {
            closed_at: day(10),
            items: Vec::new(),
            counter: None,
            present: Vec::new(),
        },
        recorded_at: day(10),
        witness: id(5),
        witnessed: 21,
        findings: vec![finding],
        previous: None,
    };
    world.odd_accesses.push((Digest([6; 32]), record));
}

pub(super) fn retire(world: &mut World, who: Id) {
    let custodian = world.custodians.get_mut(&who).unwrap();
    custodian.retired = Some(30);
    custodian.cause = Some(Cause::Left);
}

/// A release that was used, so many days ago.
pub(super) fn release(world: &mut World, secret: Id, days_ago: u64) {
    let at = world.days_ago(days_ago);
    let epoch = world.secrets[&secret].epoch;
    let request = RequestRecord {
        id: id(1),
        index: 12,
        author: id(7),
        made_at: at,
        operator: id(7),
        recipient: String::new(),
        identity: Digest([1; 32]),
        window_secs: 3600,
        request_hours: 72,
        reshare: false,
        secrets: vec![WantedRecord {
            secret,
            epoch,
            quorum: ENGINEERS,
        }],
        yes: vec![id(1), id(2)],
        latest: at,
        no: Vec::new(),
        sent: Vec::new(),
        effect: Some(InEffect { index: 13, at }),
        shown: Vec::new(),
        closed: Some(Outcome::Used),
        closed_at: Some(at.plus(1800)),
        withdrawn: false,
        rejected: false,
    };
    world.requests.push((Digest([12; 32]), request));
}

/// Another sealing of a secret, so many days ago.
pub(super) fn seal_again(world: &mut World, secret: Id, days_ago: u64) {
    let at = world.days_ago(days_ago);
    let record = world.secrets.get_mut(&secret).unwrap();
    record.epoch += 1;
    let number = record.epoch;
    let epochs = world.epochs.get_mut(&secret).unwrap();
    let mut next = epochs[0].1.clone();
    next.made_at = at;
    epochs.push((number, next));
}

/// A lesson of p1's that is to be seen to by `due`.
pub(super) fn lesson(world: &mut World, due: &str) {
    world.improvements.push(ImprovementRecord {
        subject: Digest([2; 32]),
        index: 3,
        number: 1,
        owner: id(1),
        due: date(due),
        since: day(40),
        closed: None,
    });
}

/// p7 was struck out of a group so many days ago.
pub(super) fn struck(world: &mut World, days_ago: u64) {
    let at = world.days_ago(days_ago);
    world.strikes += 1;
    world.struck.push(StruckRecord {
        review: Digest([2; 32]),
        group: 1,
        who: Named::Custodian(id(7)),
        by: id(1),
        index: 3,
        at,
        done: None,
    });
}
