//! Runbooks: a version is the file that governance has signed, and no other; each shipped one can be
//! followed as it stands.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::Result;
use rootkeep::exchange::runbook::{LIMIT, Runbook};
use rootkeep::insight::rules::SCENARIOS;
use rootkeep::ledger::Entered;
use rootkeep::state::records::read;
use rootkeep::state::runbooks::RunbookRecord;
use rootkeep::statement::Claim;
use rootkeep::statement::drills::Noted;
use rootkeep::statement::people::Role;
use rootkeep::statement::runbooks::AddRunbook;

use crate::cli::Desk;
use crate::story::retire;
use crate::world::*;

const FIRST: &[u8] = b"the first script";
const SECOND: &[u8] = b"the second script";
const THIRD: &[u8] = b"the third script";

fn add(world: &World, place: usize, version: u32, file: &[u8], bytes: &[u8]) -> Result<Entered> {
    let facts = AddRunbook {
        runbook: name("lost-mfa"),
        version,
        file: Digest::of(file),
    };
    let claim = Claim::RunbookAdd(facts, Some(Noted { note: None }));
    world.session(place).enter(claim, vec![bytes.to_vec()])
}

fn published(world: &World, version: u32, file: &[u8]) -> Entered {
    let entered = add(world, ADA, version, file, file).unwrap();
    assert!(!entered.effective);
    assert!(world.sign_all(entered.leaf, &[ADA, BEA, CY]).effective);
    entered
}

/// The files of the versions in effect, in order.
fn versions(world: &World) -> Vec<Digest> {
    let session = world.open(CY).unwrap();
    let record = read::<RunbookRecord>(&session.view(), "lost-mfa").unwrap();
    let versions = record.unwrap_or_default().versions.into_iter();
    versions.map(|version| version.file).collect()
}

#[test]
fn every_version_is_in_effect_once_governance_has_signed_it_and_none_before() {
    let world = World::active(5, 3);
    let first = add(&world, ADA, 1, FIRST, FIRST).unwrap();
    assert_eq!((first.effective, first.needs), (false, 3));
    for place in [ADA, BEA] {
        assert!(!world.session(place).sign_off(first.leaf).unwrap().effective);
    }
    assert_eq!(versions(&world), []);
    assert!(world.session(CY).sign_off(first.leaf).unwrap().effective);
    assert_eq!(versions(&world), [Digest::of(FIRST)]);
    // A change is proposed; until it is signed, the first version stays.
    let second = add(&world, BEA, 2, SECOND, SECOND).unwrap();
    assert_eq!((second.effective, second.needs), (false, 3));
    assert_eq!(versions(&world), [Digest::of(FIRST)]);
    world.sign_all(second.leaf, &[ADA, BEA, DAN]);
    assert_eq!(versions(&world), [FIRST, SECOND].map(Digest::of));
    // Back to what it was before: a version of its own.
    published(&world, 3, FIRST);
    assert_eq!(versions(&world), [FIRST, SECOND, FIRST].map(Digest::of));
    world.assert_good(CY);
}

#[test]
fn a_version_is_taken_once_and_in_order() {
    let world = World::active(5, 3);
    world.refused("runbook-version", || add(&world, ADA, 0, FIRST, FIRST));
    world.refused("runbook-version", || add(&world, ADA, 2, FIRST, FIRST));
    published(&world, 1, FIRST);
    world.refused("runbook-version", || add(&world, ADA, 1, SECOND, SECOND));
    world.refused("runbook-version", || add(&world, ADA, 3, SECOND, SECOND));
    world.refused("runbook-unchanged", || add(&world, ADA, 2, FIRST, FIRST));
    // Of two that were proposed as the second, the one that is signed first counts.
    let one = add(&world, ADA, 2, SECOND, SECOND).unwrap();
    let other = add(&world, BEA, 2, THIRD, THIRD).unwrap();
    world.session(ADA).sign_off(one.leaf).unwrap();
    world.sign_all(other.leaf, &[ADA, BEA, CY]);
    world.refused("lapsed", || world.session(BEA).sign_off(one.leaf));
    assert_eq!(versions(&world), [FIRST, THIRD].map(Digest::of));
    world.assert_good(CY);
}

#[test]
fn the_file_is_the_one_that_is_named_and_may_be_proposed_again() {
    let world = World::active(5, 3);
    world.refused("stray-blob", || add(&world, ADA, 1, FIRST, SECOND));
    let back = add(&world, ADA, 1, FIRST, FIRST).unwrap();
    world.session(ADA).withdraw(back.leaf).unwrap();
    published(&world, 1, FIRST);
    world.assert_good(CY);
}

#[test]
fn who_proposes_is_a_keeper_in_force() {
    let mut world = World::active(5, 3);
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Operator]);
    world.session(fay).accept().unwrap();
    world.refused("no-role", || add(&world, fay, 1, FIRST, FIRST));
    let gone = retire(&world, EVE, None);
    world.decide(ADA, gone, &[ADA, BEA, CY]);
    world.refused("not-a-member", || world.open(EVE));
}

/// The shipped runbooks: name of the file, and what is in it.
fn shipped() -> Vec<(String, Runbook)> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/runbooks");
    let mut all: Vec<_> = fs::read_dir(place)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let bytes = fs::read(&path).unwrap();
            (stem.clone(), Runbook::parse(&bytes, &stem).unwrap())
        })
        .collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

#[test]
fn there_is_a_runbook_for_every_scenario() {
    let shipped = shipped();
    let names: Vec<&str> = shipped.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(names, SCENARIOS);
}

#[test]
fn each_can_be_followed_as_it_stands() {
    let shipped = shipped();
    let names: BTreeSet<&str> = shipped.iter().map(|(file, _)| file.as_str()).collect();
    for (file, runbook) in &shipped {
        assert_eq!(runbook.name.as_str(), file);
        assert!(
            !runbook.sources.is_empty() && !runbook.before.is_empty(),
            "{file}"
        );
        let acting: BTreeSet<_> = runbook.steps.iter().flat_map(|step| &step.by).collect();
        for role in &runbook.roles {
            assert!(
                acting.contains(&role.id),
                "{file}: {} does nothing",
                role.id
            );
        }
        assert!(
            runbook.steps.iter().any(|step| !step.stop.is_empty()),
            "{file}: nobody ever stops"
        );
        for step in &runbook.steps {
            assert!(step.observe.is_some(), "{file}: {} shows nothing", step.id);
            // Where one leads on to another, there is such a one.
            let all = step.stop.iter().map(|stop| stop.as_str());
            for text in all.chain([step.act.as_str()]) {
                for (_, rest) in text
                    .match_indices("o on with ")
                    .map(|at| text.split_at(at.0))
                {
                    let to = rest.trim_start_matches("o on with ");
                    let to: String = to
                        .chars()
                        .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                        .collect();
                    let known = !to.contains('-') || names.contains(to.as_str());
                    assert!(known, "{file}: {} leads to {to}", step.id);
                }
            }
        }
    }
}

#[test]
fn the_worked_example_of_the_documentation_is_a_runbook() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/runbooks.md");
    let docs = fs::read_to_string(docs).unwrap();
    let (_, rest) = docs.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let runbook = Runbook::parse(example.as_bytes(), "docs/runbooks.md").unwrap();
    assert_eq!(runbook.steps.len(), 3);
    for (file, _) in shipped() {
        assert!(docs.contains(&format!("`{file}`")), "{file}");
    }
}

#[test]
fn a_runbook_is_added_changed_and_read_by_command() {
    let desk = Desk::ready();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/runbooks/lost-mfa.toml");
    let text = fs::read_to_string(example).unwrap();
    desk.write("lost-mfa.toml", text.as_bytes());
    let checked = desk.ok(&["runbook", "check", "lost-mfa.toml"]);
    assert!(
        checked.out.contains("is a runbook, lost-mfa: 5 roles"),
        "{}",
        checked.out
    );
    let added = desk
        .ok_as("alice", &["--json", "runbook", "add", "lost-mfa.toml"])
        .json();
    assert_eq!(
        (&added["version"], &added["effective"]),
        (&1.into(), &false.into())
    );
    let id = added["id"].as_str().unwrap();
    // Those who sign can read it before, and see what they sign.
    let asked = desk.ok_as("bob", &["show", id]).out;
    assert!(asked.contains(added["file"].as_str().unwrap()), "{asked}");
    assert!(asked.contains("rootkeep runbook show"), "{asked}");
    let waits = desk.ok_as("bob", &["--json", "runbook", "show", id]).json();
    assert_eq!(waits["state"], "waiting");
    desk.refused("bob", &["runbook", "show", "lost-mfa"], 5, "no-runbook");
    for name in ["alice", "bob", "carol"] {
        desk.ok_as(name, &["sign", id]);
    }
    desk.refused(
        "alice",
        &["runbook", "add", "lost-mfa.toml"],
        3,
        "runbook-unchanged",
    );
    let shown = desk.ok_as("carol", &["runbook", "show", "lost-mfa"]).out;
    for part in [
        "Before you begin",
        "   STOP ",
        "   record ",
        "lost-mfa version 1, in-effect",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    // The next version.
    let changed = text.replace("Nobody", "No one");
    desk.write(
        "lost-mfa.toml",
        format!("{changed}\n# Tokyo first.\n").as_bytes(),
    );
    let next = [
        "--json",
        "runbook",
        "add",
        "lost-mfa.toml",
        "--note",
        "Tokyo first",
    ];
    let next = desk.ok_as("alice", &next).json();
    assert_eq!(next["version"], 2);
    let listed = desk.ok_as("carol", &["--json", "runbook", "list"]).json();
    let states: Vec<_> = listed["runbooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["in-effect", "waiting"]);
    for name in ["alice", "bob", "carol"] {
        desk.ok_as(name, &["sign", next["id"].as_str().unwrap()]);
    }
    let first = [
        "runbook",
        "show",
        "lost-mfa",
        "--version",
        "1",
        "--out",
        "first.toml",
    ];
    assert!(desk.ok_as("carol", &first).out.contains("superseded"));
    assert_eq!(fs::read_to_string(desk.path("first.toml")).unwrap(), text);
    desk.refused("carol", &first, 3, "exists");
    desk.refused(
        "carol",
        &["runbook", "show", "lost-mfa", "--version", "3"],
        5,
        "no-version",
    );
    desk.refused("carol", &["runbook", "show", "genesis"], 5, "no-runbook");
}

#[test]
fn a_file_that_is_no_runbook_is_refused_before_anything_is_written() {
    let desk = Desk::ready();
    let before = desk.entries();
    desk.write(
        "bad.toml",
        b"schema = \"rootkeep/v1/runbook\"\ncolour = \"red\"\n",
    );
    let said = desk.refused("alice", &["runbook", "add", "bad.toml"], 2, "bad-runbook");
    let message = said["message"].as_str().unwrap();
    assert!(
        message.starts_with("bad.toml, line 2, colour: unknown field"),
        "{message}"
    );
    desk.write("big.toml", &vec![b'#'; LIMIT + 1]);
    desk.refused(
        "alice",
        &["runbook", "add", "big.toml"],
        2,
        "file-too-large",
    );
    desk.refused("alice", &["runbook", "add", "none.toml"], 5, "no-file");
    assert_eq!(desk.entries(), before);
}
