//! What a bundle withholds is nowhere in it: not in the words of another entry either, and what is left still tells
//! what was done.

use std::collections::{BTreeMap, BTreeSet};

use rootkeep::crypto::card::CardPersonal;
use rootkeep::crypto::fixed::Digest;
use rootkeep::exchange::evidence::bundle::Bundle;
use rootkeep::exchange::evidence::gather::Wanted;
use rootkeep::exchange::evidence::model::{Shown, StatementLine};
use rootkeep::ledger::People;
use rootkeep::present::describe;
use rootkeep::statement::ceremonies::{Participant, Performance, Start, StartPersonal};
use rootkeep::statement::reviews::Named;
use rootkeep::statement::{Claim, Kind, Time};

use crate::erasure;
use crate::evidence::{Files, export, export_at, released, verified, wanted};
use crate::reviews;
use crate::tamper;
use crate::world::*;

fn redacted() -> Wanted {
    Wanted {
        redacted: true,
        ..wanted()
    }
}

/// Every kind of entry, and a review in which somebody is struck who is no custodian.
fn everything() -> World {
    let world = tamper::complete();
    reviews::mailbox(&world, "root-9", &[ADA, BEA], &["Quentin Quist"]);
    let review = reviews::start(&world, ADA).unwrap().leaf;
    let group = reviews::group_of(&world, &review, "mailbox:root-9");
    reviews::strike(&world, BEA, review, &[group], Named::Other(1)).unwrap();
    // What that ledger has erased, said anew.
    erasure::correct(&world, "It was a Tuesday");
    let at = Time::from_seconds(world.clock.seconds()).unwrap();
    let mut participants = [ADA, BEA].map(|place| Participant {
        custodian: world.id(place),
        roles: vec![name(if place == ADA { "operator" } else { "witness" })],
    });
    participants.sort_by_key(|one| one.custodian);
    let start = Start {
        runbook: name("lost-mfa"),
        version: 1,
        file: Digest::of(b"a script"),
        performance: Performance::Practice,
        at,
        timezone: "Europe/London".to_owned(),
        location: None,
        participants: participants.to_vec(),
        steps: vec![name("begin"), name("end")],
        about: Vec::new(),
    };
    let told = StartPersonal {
        place: Some(text("The old boiler room")),
        guests: Vec::new(),
        note: None,
    };
    let claim = Claim::CeremonyStart(start, Some(told));
    world.session(ADA).enter(claim, Vec::new()).unwrap();
    world
}

/// Every text in a value.
fn texts(value: &serde_json::Value, into: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) => {
            into.insert(text.clone());
        }
        serde_json::Value::Array(all) => all.iter().for_each(|one| texts(one, into)),
        serde_json::Value::Object(all) => all.values().for_each(|one| texts(one, into)),
        _ => {}
    }
}

fn texts_of(bytes: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    texts(&serde_json::from_slice(bytes).unwrap(), &mut found);
    found
}

/// What people wrote or were called, by the kind of entry that says it; and what facts say.
fn said(world: &World) -> (BTreeMap<Kind, BTreeSet<String>>, BTreeSet<String>) {
    let session = world.session(ADA);
    let (size, _) = session.head().unwrap();
    let (mut personal, mut facts) = (BTreeMap::new(), BTreeSet::new());
    for entry in session.view().entries(0, size).unwrap() {
        let kind = Kind::parse(&entry.kind).unwrap();
        facts.append(&mut texts_of(&entry.facts.bytes.0));
        if let Some(part) = entry.personal {
            let of: &mut BTreeSet<String> = personal.entry(kind).or_default();
            of.append(&mut texts_of(&part.bytes.0));
        }
    }
    let people: &mut BTreeSet<String> = personal.entry(Kind::CustodianAdd).or_default();
    for (_, _, card) in People::load(&session.view()).unwrap().iter() {
        let CardPersonal { name, contact, .. } = card.cloned().unwrap();
        people.insert(name);
        people.extend(contact);
    }
    (personal, facts)
}

/// Every file as it is, and each disclosed part without its base64.
fn readable(bundle: &Bundle, files: &Files) -> Vec<Vec<u8>> {
    let parts = bundle
        .statements
        .iter()
        .flat_map(|one| one.facts.iter().chain(&one.personal))
        .map(|part| part.bytes.0.clone());
    files.values().cloned().chain(parts).collect()
}

/// Whether a text is there as a word or words of its own.
fn has(all: &[Vec<u8>], text: &str) -> bool {
    let inner = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
    };
    all.iter().any(|bytes| {
        memchr::memmem::find_iter(bytes, text).any(|at| {
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            !inner(before) && !inner(bytes.get(at + text.len()))
        })
    })
}

fn line(bundle: &Bundle, kind: Kind) -> &StatementLine {
    let mut lines = bundle.evidence.statements.iter().rev();
    lines.find(|line| line.kind == kind.as_str()).unwrap()
}

fn words(bundle: &Bundle, kind: Kind) -> &str {
    line(bundle, kind).text.as_deref().unwrap()
}

#[test]
fn nothing_that_people_wrote_or_were_called_is_in_a_redacted_bundle() {
    let world = everything();
    let (personal, facts) = said(&world);
    let (bundle, files) = export_at(&world, ADA, &redacted(), None);
    assert!(verified(&files).is_good());
    let all = readable(&bundle, &files);
    // What any bundle says is nobody's words.
    let (other, other_files) = export_at(&released(), ADA, &redacted(), None);
    let common = readable(&other, &other_files);
    let mut silent: BTreeSet<&str> = BTreeSet::new();
    for kind in Kind::ALL.iter().filter(|kind| Claim::has_personal(**kind)) {
        let of = personal.get(kind).cloned().unwrap_or_default();
        let own = of
            .iter()
            .filter(|text| text.len() > 2 && !facts.contains(*text) && !has(&common, text));
        let mut looked = 0;
        for text in own {
            assert!(!has(&all, text), "{}: {text:?}", kind.as_str());
            looked += 1;
        }
        if looked == 0 {
            silent.insert(kind.as_str());
        }
    }
    assert_eq!(silent.into_iter().collect::<Vec<_>>(), Vec::<&str>::new());
    // The same look finds them where nothing is withheld.
    let (bundle, files) = export(&world);
    let all = readable(&bundle, &files);
    for known in ["Quentin Quist", "+44 20 7946 0000", "The key turns"] {
        assert!(has(&all, known), "{known}");
    }
}

#[test]
fn a_redacted_bundle_still_tells_what_was_done() {
    let (bundle, _) = export_at(&everything(), ADA, &redacted(), None);
    for line in &bundle.evidence.statements {
        assert!(line.text.is_some(), "#{} {}", line.seq, line.kind);
        let card = ["genesis", "custodian.add", "custodian.replace"].contains(&line.kind.as_str());
        assert_eq!(line.shown == Shown::Header, card, "{}", line.kind);
    }
    for (kind, part) in [
        (Kind::ReviewStrike, "strikes somebody out of group "),
        (Kind::ReviewDone, "records as done what striking custodian "),
        (Kind::SafeClose, "has closed london-a again: sheet-1 out"),
        (Kind::TaskClose, "closes the task change-email on account"),
        (
            Kind::ReconcileVoid,
            "proposes to set aside what CloudTrail was found to say from",
        ),
        (
            Kind::EventExplain,
            "proposes that event a1b2c3d4-5678-90ab-cdef-111111111111 was",
        ),
        (Kind::Attach, "attaches a file to #"),
        (Kind::Correct, "corrects #"),
    ] {
        let text = words(&bundle, kind);
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn what_one_kind_withholds_no_other_kind_tells() {
    let world = everything();
    let without = |withheld: Vec<Kind>| {
        let wanted = Wanted {
            withheld,
            ..wanted()
        };
        export_at(&world, ADA, &wanted, None).0
    };
    let whole = without(Vec::new());
    assert!(words(&whole, Kind::ReviewStrike).contains("strikes Quentin Quist out of"));
    assert!(words(&whole, Kind::SafeClose).contains("has closed london-a again"));
    let less = without(vec![Kind::ReviewStart, Kind::SafeOpen, Kind::TaskRequest]);
    let text = |kind| words(&less, kind).to_owned();
    assert!(text(Kind::ReviewStrike).starts_with("strikes somebody out of group"));
    assert!(text(Kind::ReviewStrike).contains("of a review"));
    assert!(text(Kind::SafeClose).starts_with("has closed again: "));
    assert!(text(Kind::TaskClose).starts_with("closes a task, "));
    // What was found is said in words that tell of entries of any kind: where one is withheld, the rule's title alone.
    let told = |bundle: &Bundle| {
        let findings = &bundle.evidence.findings;
        findings
            .iter()
            .any(|one| !one.message.starts_with("Not so: "))
    };
    // What outsiders say is what those entries have recorded.
    let outside = |bundle: &Bundle| {
        let outside = &bundle.evidence.outside;
        (
            outside.timestamps.len(),
            outside.witnesses.len(),
            bundle.outside.len(),
        )
    };
    let neither = without(vec![Kind::Timestamp, Kind::Witness]);
    assert!(outside(&whole).0 > 0 && outside(&whole).1 > 0);
    assert_eq!(outside(&neither), (0, 0, 0));
    assert!(told(&whole) && !told(&less) && !told(&without(vec![Kind::MailboxSet])));
}

#[test]
fn where_nothing_is_withheld_the_words_are_those_of_the_ledger() {
    let world = everything();
    let (bundle, _) = export(&world);
    let session = world.session(ADA);
    let people = session.people().unwrap();
    for line in &bundle.evidence.statements {
        let (_, statement) = session.proven_by_hash(&line.leaf).unwrap();
        let own = describe::line(&session, &statement, &people).unwrap();
        assert_eq!(
            line.text.as_ref(),
            Some(&own),
            "#{} {}",
            line.seq,
            line.kind
        );
    }
}
