//! What was erased is nowhere any more: in no table, no page, no copy; and all that was proven before is
//! proven still.

use std::fs;
use std::path::Path;
use std::process::Command;

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::secret::Key32;
use rootkeep::error::Result;
use rootkeep::exchange::{backup, copy};
use rootkeep::insight::erasure::{self, What};
use rootkeep::ledger::{Entered, VerifyProblem};
use rootkeep::state::custody::BroughtRecord;
use rootkeep::state::erasure::ErasedRecord;
use rootkeep::state::records::read;
use rootkeep::statement::copies::BackedUp;
use rootkeep::statement::decisions::{About, RejectPersonal};
use rootkeep::statement::erasure::{Erase, Ground};
use rootkeep::statement::evidence::Exported;
use rootkeep::statement::notes::{AttachPersonal, CorrectPersonal};
use rootkeep::statement::people::Role;
use rootkeep::statement::register::{Mailbox, MailboxPersonal};
use rootkeep::statement::runbooks::AddRunbook;
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Kind, Seen};

use crate::cli::{Desk, PROGRAM};
use crate::story::retire;
use crate::world::*;

/// A word that is nowhere else.
const WORD: &str = "Quetzalcoatlus-8812";
const DAY: i64 = 86_400;

pub fn erase_claim(subject: Digest) -> Claim {
    let reason = text("her letter");
    let facts = Erase {
        subject,
        ground: Ground::Asked,
    };
    Claim::Erase(facts, Some(RejectPersonal { reason }))
}

fn propose(world: &World, place: usize, subject: Digest) -> Result<Entered> {
    world.session(place).enter(erase_claim(subject), Vec::new())
}

/// Erases a statement, with the agreement of others.
pub fn erase(world: &World, subject: Digest, signers: &[usize]) -> Entered {
    let proposed = propose(world, ADA, subject).unwrap();
    world.sign_all(proposed.leaf, signers)
}

pub fn correct(world: &World, words: &str) -> Digest {
    let personal = CorrectPersonal {
        reason: text("a slip of the pen"),
        text: text(words),
    };
    let about = About {
        subject: world.genesis(),
    };
    let claim = Claim::Correct(about, Some(personal));
    world.session(ADA).enter(claim, Vec::new()).unwrap().leaf
}

fn attach(world: &World, bytes: &[u8]) -> Result<Entered> {
    let personal = AttachPersonal {
        name: text("photo.jpg"),
        digest: Digest::of(bytes),
        bytes: bytes.len() as u64,
        media: text("image/jpeg"),
    };
    let about = About {
        subject: world.genesis(),
    };
    let claim = Claim::Attach(about, Some(personal));
    world.session(ADA).enter(claim, vec![bytes.to_vec()])
}

fn problems(world: &World, place: usize) -> Vec<VerifyProblem> {
    let session = world.open(place).unwrap();
    session.verify(&mut |_, _| {}).unwrap().problems
}

fn codes(world: &World) -> Vec<String> {
    let mut codes: Vec<String> = problems(world, BEA)
        .into_iter()
        .map(|problem| problem.code)
        .collect();
    codes.dedup();
    codes
}

/// One page of SQLCipher 4 in clear: AES-256-CBC, and at its end 16 bytes of IV and 64 of HMAC. The first
/// page begins with the salt.
fn page_in_clear(key: &Key32, page: &[u8], is_first: bool) -> Vec<u8> {
    let key: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&key.to_hex().expose()[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let body = if is_first { 16 } else { 0 }..4096 - 80;
    let iv = &page[4096 - 80..4096 - 64];
    let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, iv).unwrap();
    cipher
        .decrypt_padded_vec_mut::<NoPadding>(&page[body])
        .unwrap()
}

/// Every page of a database's file, and of its WAL, in clear: free ones too.
fn pages(directory: &Path, key: &Key32) -> Vec<u8> {
    let mut clear = Vec::new();
    let file = fs::read(directory.join("ledger.db")).unwrap();
    for (at, page) in file.chunks(4096).enumerate() {
        clear.extend(page_in_clear(key, page, at == 0));
    }
    let wal = fs::read(directory.join("ledger.db-wal")).unwrap_or_default();
    for frame in wal.get(32..).unwrap_or_default().chunks(24 + 4096) {
        let number = u32::from_be_bytes(frame[..4].try_into().unwrap());
        clear.extend(page_in_clear(key, &frame[24..], number == 1));
    }
    clear
}

fn holds(directory: &Path, key: &Key32, word: &str) -> bool {
    let pages = pages(directory, key);
    assert!(
        pages.windows(6).any(|bytes| bytes == b"leaf (") || pages.windows(4).any(|b| b == b"leaf"),
        "the pages are readable"
    );
    pages
        .windows(word.len())
        .any(|bytes| bytes == word.as_bytes())
}

#[test]
fn nothing_of_it_is_left_in_any_page_nor_in_copies_made_since() {
    let world = World::active(3, 2);
    let key = world.data_key(ADA);
    let place = |name: &str| world.dir.path().join(name);
    let words = correct(&world, WORD);
    let file = attach(&world, format!("a photo of {WORD}").as_bytes()).unwrap();
    let older = place("older.ledger");
    copy::make(&world.session(ADA), &older, &mut |_, _| {}).unwrap();
    assert!(holds(&world.ledger(), &key, WORD));
    assert!(holds(&older, &key, WORD));
    erase(&world, words, &[ADA, BEA]);
    assert!(
        holds(&world.ledger(), &key, WORD),
        "the photo is still there"
    );
    let last = erase(&world, file.leaf, &[BEA, CY]);
    assert_eq!(last.warnings.len(), 0);
    assert!(!holds(&world.ledger(), &key, WORD));
    let session = world.session(CY);
    assert!(session.view().containing(WORD, 10).unwrap().is_empty());
    let entry = session.view().entry_by_hash(&file.leaf).unwrap().unwrap();
    assert!(entry.personal.is_none());
    drop(session);
    world.assert_good(CY);
    // A copy made since has nothing of it; an older one loses it with the next update.
    let newer = place("newer.ledger");
    copy::make(&world.session(ADA), &newer, &mut |_, _| {}).unwrap();
    assert!(!holds(&newer, &key, WORD));
    copy::make(&world.session(ADA), &older, &mut |_, _| {}).unwrap();
    assert!(!holds(&older, &key, WORD));
}

#[test]
fn pins_from_before_it_hold_the_log_to_all_they_saw() {
    let world = World::active(3, 2);
    let subject = mailbox(&world, &[WORD], false);
    for place in [ADA, BEA, CY] {
        world.session(place);
    }
    let pinned = world.open(CY).unwrap().pin().unwrap().clone();
    mailbox(&world, &["Zoe"], false);
    let last = erase(&world, subject, &[ADA, BEA]);
    assert!(pinned.size <= last.seq);
    let forged = world.copy();
    // Cy has a pin of the state with the words in it, and needs no code to go on.
    let session = world.trusted(CY).unwrap();
    assert_eq!(session.pin().unwrap().size, last.size);
    drop(session);
    world.assert_good(CY);
    // The log must still be the one that was pinned.
    let other = "UPDATE leaf SET made_at = 1, envelope = CAST(replace(CAST(envelope AS TEXT), 'e', 'f') AS BLOB) WHERE seq = 2";
    forged.raw(ADA).execute(other, []).unwrap();
    assert!(forged.trusted(CY).is_err());
}

#[test]
fn every_proof_of_an_erased_statement_holds() {
    let world = World::active(3, 2);
    let subject = correct(&world, WORD);
    let (seq, before) = world.session(BEA).proven_by_hash(&subject).unwrap();
    erase(&world, subject, &[ADA, BEA]);
    let session = world.session(BEA);
    let (after_seq, after) = session.proven_by_hash(&subject).unwrap();
    assert_eq!((seq, before.leaf()), (after_seq, after.leaf()));
    assert_eq!(before.header(), after.header());
    assert!(after.parts().personal.is_none());
    let record = ErasedRecord::load(&session.view(), &subject).unwrap();
    assert_eq!(record.unwrap().index, session.head().unwrap().0 - 1);
}

#[test]
fn a_part_that_is_missing_or_back_against_the_log_is_named() {
    let world = World::active(3, 2);
    let erased = correct(&world, WORD);
    let kept = correct(&world, "something else");
    let part = {
        let session = world.session(ADA);
        session
            .view()
            .entry_by_hash(&erased)
            .unwrap()
            .unwrap()
            .personal
            .unwrap()
    };
    erase(&world, erased, &[ADA, BEA]);
    world.assert_good(BEA);
    // Taken away past the program: that another was erased is no excuse.
    let take = "UPDATE leaf SET personal_salt = NULL, personal = NULL WHERE hash = ?1";
    let without = world.copy();
    without.raw(ADA).execute(take, [kept.as_bytes()]).unwrap();
    assert_eq!(codes(&without), ["personal-missing"]);
    without.unpin(BEA);
    let mut session = without.open(BEA).unwrap();
    let error = session.trust(&without.first_use()).unwrap_err();
    assert_eq!(error.code(), "personal-missing");
    // Put back past the program.
    let put = "UPDATE leaf SET personal_salt = ?2, personal = ?3 WHERE hash = ?1";
    let back = world.copy();
    let values = rusqlite::params![erased.as_bytes(), part.salt.0, part.bytes.0];
    back.raw(ADA).execute(put, values).unwrap();
    assert_eq!(codes(&back), ["not-erased"]);
}

#[test]
fn an_erasure_is_governances_and_says_what_cannot_go() {
    let world = World::active(5, 3);
    let subject = correct(&world, WORD);
    let proposed = propose(&world, ADA, subject).unwrap();
    assert_eq!((proposed.effective, proposed.needs), (false, 3));
    for place in [BEA, CY] {
        assert!(
            !world
                .session(place)
                .sign_off(proposed.leaf)
                .unwrap()
                .effective
        );
        let session = world.session(place);
        let entry = session.view().entry_by_hash(&subject).unwrap().unwrap();
        assert!(entry.personal.is_some(), "not before governance has agreed");
    }
    // A second one lapses with the first; what was erased is erased once.
    let second = propose(&world, BEA, subject).unwrap();
    // Whoever reads its reason has yet to decide.
    world.refused("still-waits", || propose(&world, ADA, proposed.leaf));
    world.session(DAN).sign_off(proposed.leaf).unwrap();
    world.refused("lapsed", || world.session(CY).sign_off(second.leaf));
    world.refused("already-erased", || propose(&world, ADA, subject));
    // There is nothing about people in a sign-off, and nothing at all that is not in the log.
    let sign = {
        let session = world.session(ADA);
        let seq = session.view().indices_of_kind(Kind::Sign, 0).unwrap()[0];
        session.view().entry(seq).unwrap().unwrap().hash
    };
    world.refused("nothing-to-erase", || propose(&world, ADA, sign));
    world.refused("unknown-subject", || propose(&world, ADA, Digest::of(b"x")));
    // The reason of an erasure that is over can go too, and with it its proof of who asked stays.
    erase(&world, proposed.leaf, &[ADA, BEA, CY]);
    world.assert_good(CY);
}

#[test]
fn whoever_is_no_keeper_proposes_no_erasure() {
    let mut world = World::active(3, 2);
    let fay = world.newcomer("fay");
    let added = world.propose(fay, &[Role::Witness]);
    for place in [BEA, CY] {
        world.session(place).sign_off(added.leaf).unwrap();
    }
    world.session(fay).accept().unwrap();
    let subject = correct(&world, WORD);
    world.refused("no-role", || propose(&world, fay, subject));
}

#[test]
fn a_pending_erasure_expires() {
    let world = World::active(3, 2);
    let subject = correct(&world, WORD);
    let proposed = propose(&world, ADA, subject).unwrap();
    world.clock.forward(30 * DAY + 1);
    world.refused("expired", || world.session(BEA).sign_off(proposed.leaf));
    // The one that is over is in nobody's way.
    let other = propose(&world, ADA, proposed.leaf).unwrap();
    world.sign_all(other.leaf, &[ADA, BEA]);
    world.assert_good(CY);
}

#[test]
fn what_is_to_be_kept_is_erased_from_its_last_second_on() {
    let world = World::active(3, 2);
    let both = [ADA, BEA];
    world.decide(
        ADA,
        crate::estate::posture(|it| it.retention_days = 365),
        &both,
    );
    let subject = correct(&world, WORD);
    world.refused("retained", || propose(&world, ADA, subject));
    world.clock.forward(365 * DAY - 1);
    world.refused("retained", || propose(&world, ADA, subject));
    world.clock.forward(1);
    let proposed = propose(&world, ADA, subject).unwrap();
    world.sign_all(proposed.leaf, &both);
    // It holds at the deciding sign-off, too.
    let other = correct(&world, WORD);
    world.decide(
        ADA,
        crate::estate::posture(|it| it.retention_days = 1),
        &both,
    );
    world.clock.forward(DAY);
    let proposed = propose(&world, ADA, other).unwrap();
    world.session(ADA).sign_off(proposed.leaf).unwrap();
    world.decide(
        ADA,
        crate::estate::posture(|it| it.retention_days = 2),
        &both,
    );
    world.refused("lapsed", || world.session(BEA).sign_off(proposed.leaf));
    world.clock.forward(DAY);
    assert!(
        world
            .session(BEA)
            .sign_off(proposed.leaf)
            .unwrap()
            .effective
    );
    world.assert_good(CY);
}

fn mailbox(world: &World, others: &[&str], closed: bool) -> Digest {
    let facts = Mailbox {
        mailbox: name("root"),
        members: vec![world.id(BEA)],
        accounts: Vec::new(),
        closed,
    };
    let personal = MailboxPersonal {
        address: text("root@example.com"),
        others: others.iter().map(|other| text(other)).collect(),
    };
    let claim = Claim::MailboxSet(facts, Some(personal));
    world.session(ADA).enter(claim, Vec::new()).unwrap().leaf
}

#[test]
fn what_the_register_says_of_something_in_use_is_said_anew_first() {
    let world = World::active(3, 2);
    let first = mailbox(&world, &[WORD], false);
    world.refused("still-needed", || propose(&world, ADA, first));
    let second = mailbox(&world, &["Zoe"], false);
    erase(&world, first, &[ADA, BEA]);
    world.refused("still-needed", || propose(&world, ADA, second));
    let last = mailbox(&world, &[], true);
    erase(&world, second, &[ADA, BEA]);
    erase(&world, last, &[ADA, BEA]);
    world.assert_good(CY);
}

#[test]
fn a_name_goes_when_nobody_goes_by_it_and_slips_work_without_it() {
    let mut world = World::active(3, 2);
    let fay = world.newcomer(WORD);
    let added = world.propose(fay, &[Role::Witness]);
    world.refused("still-waits", || propose(&world, ADA, added.leaf));
    for place in [BEA, CY] {
        world.session(place).sign_off(added.leaf).unwrap();
    }
    world.refused("still-needed", || propose(&world, ADA, added.leaf));
    world.session(fay).accept().unwrap();
    let genesis = world.genesis();
    for subject in [added.leaf, genesis] {
        world.refused("still-needed", || propose(&world, ADA, subject));
    }
    world.decide(ADA, retire(&world, fay, None), &[ADA, BEA]);
    erase(&world, added.leaf, &[ADA, BEA]);
    let session = world.session(BEA);
    let short: String = world.id(fay).to_hex().chars().take(8).collect();
    let people = session.people().unwrap();
    assert_eq!(people.name(&world.id(fay)), format!("custodian {short}"));
    drop(session);
    let key = world.data_key(ADA);
    assert!(!holds(&world.ledger(), &key, WORD));
    // Somebody who is away is asked, and answers.
    let subject = correct(&world, "to go");
    let proposed = propose(&world, ADA, subject).unwrap();
    world.session(ADA).sign_off(proposed.leaf).unwrap();
    let answer = world.signed_away(CY, proposed.leaf);
    let brought = world.brought(ADA, &[answer]);
    assert!(brought.import.is_some());
    let session = world.session(CY);
    assert!(
        ErasedRecord::load(&session.view(), &subject)
            .unwrap()
            .is_some()
    );
    drop(session);
    world.assert_good(CY);
    // A slip about what was erased says so by having nothing of it.
    let slip = world.slip(ADA, CY, Some(subject));
    world.remote(CY, &slip);
}

#[test]
fn a_file_that_a_runbook_has_too_stays_and_any_other_can_come_again() {
    let world = World::active(3, 2);
    let script = b"a script that was attached first".to_vec();
    let attached = attach(&world, &script).unwrap();
    let add = AddRunbook {
        runbook: name("lost-mfa"),
        version: 1,
        file: Digest::of(&script),
    };
    let noted = rootkeep::statement::drills::Noted {
        note: Some(text(WORD)),
    };
    let claim = Claim::RunbookAdd(add, Some(noted));
    let published = world
        .session(ADA)
        .enter(claim, vec![script.clone()])
        .unwrap();
    world.sign_all(published.leaf, &[ADA, BEA]);
    let photo = b"a photo".to_vec();
    let other = attach(&world, &photo).unwrap();
    for leaf in [attached.leaf, other.leaf, published.leaf] {
        erase(&world, leaf, &[ADA, BEA]);
    }
    let session = world.session(CY);
    let blob = |bytes: &[u8]| session.view().blob(&Digest::of(bytes)).unwrap();
    assert_eq!(blob(&script), Some(script.clone()));
    assert_eq!(blob(&photo), None);
    let key = Digest::of(&photo).to_hex();
    assert!(
        read::<BroughtRecord>(&session.view(), &key)
            .unwrap()
            .is_none()
    );
    drop(session);
    world.assert_good(CY);
    attach(&world, &photo).unwrap();
    world.assert_good(CY);
}

#[test]
fn what_a_killed_process_left_is_done_by_the_next_act() {
    let world = World::active(3, 2);
    let subject = correct(&world, WORD);
    erase(&world, subject, &[ADA, BEA]);
    let key = world.data_key(ADA);
    // As between the commit and the making anew: the mark is there, and so is a page.
    let raw = world.raw(ADA);
    raw.execute_batch(&format!(
        "PRAGMA secure_delete = OFF; CREATE TABLE t (a); INSERT INTO t VALUES ('{WORD}'); DROP TABLE t; \
         INSERT INTO meta (name, value) VALUES ('erased', x'');"
    ))
    .unwrap();
    drop(raw);
    assert!(holds(&world.ledger(), &key, WORD));
    assert_eq!(problems(&world, CY), Vec::new(), "it is no problem");
    world.trusted(CY).unwrap();
    assert!(!holds(&world.ledger(), &key, WORD));
    let marks = "SELECT count(*) FROM meta WHERE name = 'erased'";
    let marks: i64 = world
        .raw(ADA)
        .query_row(marks, [], |row| row.get(0))
        .unwrap();
    assert_eq!(marks, 0);
}

#[test]
fn what_left_the_ledger_with_it_is_listed() {
    let world = World::active(3, 2);
    let at = |world: &World| {
        let (size, root) = world.session(ADA).head().unwrap();
        Seen { size, root }
    };
    let backed_up = |at: Seen, file: &[u8]| {
        let claim = Claim::Backup(BackedUp {
            at,
            file: Digest::of(file),
            bytes: 5,
        });
        world.session(ADA).enter(claim, Vec::new()).unwrap()
    };
    let before = at(&world);
    let subject = correct(&world, WORD);
    backed_up(before, b"before");
    let with = backed_up(at(&world), b"with it");
    erase(&world, subject, &[ADA, BEA]);
    backed_up(at(&world), b"after");
    let session = world.session(CY);
    let seq = session.view().entry_by_hash(&subject).unwrap().unwrap().seq;
    let found = erasure::holders(&session.view(), seq).unwrap();
    let found: Vec<_> = found.iter().map(|it| (it.seq, &it.what)).collect();
    assert_eq!(found, [(with.seq, &What::Backup(Digest::of(b"with it")))]);
}

#[test]
fn of_bundles_those_are_listed_that_tell_it() {
    let world = World::active(3, 2);
    correct(&world, WORD);
    let subject = correct(&world, WORD);
    let (size, root) = world.session(ADA).head().unwrap();
    let of = |place: u8, change: fn(&mut Exported)| {
        let mut made = Exported {
            at: Seen { size, root },
            since: None,
            from: Date::parse("2026-01-01").unwrap(),
            to: Date::parse("2026-12-31").unwrap(),
            first: 0,
            end: size,
            scope: Vec::new(),
            withheld: Vec::new(),
            redacted: false,
            sums: Digest::of(&[place]),
        };
        change(&mut made);
        let claim = Claim::EvidenceExport(made);
        world.session(ADA).enter(claim, Vec::new()).unwrap().seq
    };
    let whole = of(0, |_| ());
    let scoped = of(1, |made| made.scope = vec![Kind::Correct, Kind::Seal]);
    let others = of(2, |made| made.withheld = vec![Kind::Attach]);
    of(3, |made| made.scope = vec![Kind::Seal]);
    of(4, |made| made.withheld = vec![Kind::Correct]);
    of(5, |made| made.redacted = true);
    of(6, |made| made.end -= 1);
    let held = |seq| -> Vec<u64> {
        let session = world.session(CY);
        let found = erasure::holders(&session.view(), seq).unwrap();
        found.iter().map(|holder| holder.seq).collect()
    };
    assert_eq!(held(size - 1), [whole, scoped, others]);
    // Names are in every bundle that is not redacted, whatever its range and kinds.
    assert_eq!(held(0).len(), 6);
    let session = world.session(CY);
    let entry = session.view().entry_by_hash(&subject).unwrap().unwrap();
    assert_eq!(entry.seq, size - 1);
}

#[test]
fn evidence_names_kinds_in_order_and_each_once() {
    let world = World::active(3, 2);
    let (size, root) = world.session(ADA).head().unwrap();
    let enter = |scope: &[Kind], withheld: &[Kind]| {
        let made = Exported {
            at: Seen { size, root },
            since: None,
            from: Date::parse("2026-01-01").unwrap(),
            to: Date::parse("2026-12-31").unwrap(),
            first: 0,
            end: size,
            scope: scope.to_vec(),
            withheld: withheld.to_vec(),
            redacted: false,
            sums: Digest::of(b"sums"),
        };
        let claim = Claim::EvidenceExport(made);
        world.session(ADA).enter(claim, Vec::new())
    };
    world.refused("malformed", || enter(&[Kind::Sign, Kind::Seal], &[]));
    world.refused("malformed", || enter(&[], &[Kind::Seal, Kind::Seal]));
    enter(&[Kind::Seal, Kind::Sign], &[Kind::Sign]).unwrap();
}

#[test]
fn a_backup_made_since_has_nothing_of_it() {
    let world = World::active(3, 2);
    let subject = correct(&world, WORD);
    erase(&world, subject, &[ADA, BEA]);
    let place = |name: &str| world.dir.path().join(name);
    backup::make(&world.session(ADA), &place("now.backup"), &mut |_, _| {}).unwrap();
    let restored = rootkeep::exchange::restore::restore(
        &place("now.backup"),
        &place("again.ledger"),
        |directory| rootkeep::ledger::Session::open_any(directory, world.opening(ADA)?),
        &mut |_, _| {},
    );
    restored.unwrap();
    assert!(!holds(&place("again.ledger"), &world.data_key(ADA), WORD));
}

/// Commands that read everything, as a script would type them.
const READING: [&[&str]; 24] = [
    &["status"],
    &["check"],
    &["log"],
    &["custodian", "list"],
    &["quorum", "list"],
    &["secret", "list"],
    &["request", "list"],
    &["location", "list"],
    &["item", "list"],
    &["safe", "list"],
    &["mailbox", "list"],
    &["phone", "list"],
    &["alarm", "list"],
    &["account", "list"],
    &["account", "show", MANAGEMENT],
    &["privilege", "list"],
    &["review", "list"],
    &["drill", "list"],
    &["ceremony", "list"],
    &["improvement", "list"],
    &["runbook", "list"],
    &["task", "list"],
    &["event", "list", "--all"],
    &["finding", "list"],
];

/// Runs the program on a world's ledger as ada, and wants no failure.
fn reads(world: &World, words: &[&str]) {
    for json in [false, true] {
        let mut command = Command::new(PROGRAM);
        command
            .args(["--batch", "-L"])
            .arg(world.ledger())
            .arg("-i")
            .arg(world.identity(ADA))
            .args(json.then_some("--json"))
            .args(words)
            .env_clear()
            .env("HOME", world.dir.path());
        let output = command.output().unwrap();
        let code = output.status.code().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(code, 0 | 6), "{words:?}: {code} {said}");
    }
}

#[test]
fn with_every_kind_erased_all_still_verifies_and_reads() {
    let world = crate::tamper::complete();
    // Until the window of the last resharing is over, somebody may carry it out.
    world.clock.forward(3_600);
    let entries = || world.session(ADA).view().entries(0, 1000).unwrap();
    // What the register says now is said anew, so that what it said before can go.
    for entry in entries() {
        let kind = Kind::parse(&entry.kind).unwrap();
        if matches!(kind, Kind::MailboxSet | Kind::PhoneSet | Kind::AlarmSet) {
            let personal = entry.personal.map(|part| part.bytes.0);
            let claim = Claim::parse(kind, &entry.facts.bytes.0, personal.as_deref());
            world
                .session(ADA)
                .enter(claim.unwrap(), Vec::new())
                .unwrap();
        }
    }
    let entries = entries();
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for kind in Kind::ALL.iter().filter(|kind| Claim::has_personal(**kind)) {
        // Two of a kind: the others are alike.
        let mut of = entries.iter().filter(|entry| entry.kind == kind.as_str());
        for entry in of.by_ref().take(2) {
            if entry.personal.is_none() {
                gone.push((kind.as_str(), entry.seq));
                continue;
            }
            match propose(&world, ADA, entry.hash) {
                Ok(proposed) => {
                    world.sign_all(proposed.leaf, &[ADA, BEA]);
                    gone.push((kind.as_str(), entry.seq));
                }
                Err(error) => kept.push((kind.as_str(), error.code().to_owned())),
            }
        }
    }
    let without: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| Claim::has_personal(**kind))
        .map(|kind| kind.as_str())
        .filter(|kind| !gone.iter().any(|(one, _)| one == kind))
        .collect();
    println!("kept: {kept:?}");
    assert_eq!(without, ["genesis"], "what is only kept");
    world.assert_good(BEA);
    let session = world.session(CY);
    let mut again = session;
    let report = again.verify(&mut |_, _| {}).unwrap();
    assert!(!again.rebuild(&report).unwrap());
    drop(again);
    for words in READING {
        reads(&world, words);
    }
    for account in [MANAGEMENT, MEMBER] {
        reads(&world, &["who-can", account]);
    }
    for (_, seq) in &gone {
        reads(&world, &["show", &format!("#{seq}")]);
    }
}

#[test]
fn people_erase_at_the_keyboard_and_are_told_what_still_holds_it() {
    let desk = Desk::ready();
    let corrected = desk.ok_as(
        "alice",
        &[
            "--json", "correct", "genesis", "--reason", "wrong", "--text", WORD,
        ],
    );
    let corrected = corrected.json();
    let id = corrected["id"].as_str().unwrap();
    desk.ok_as("alice", &["backup", "--out", "all.backup"]);
    desk.refused(
        "alice",
        &["erase", "ffffffff", "--ground", "asked", "--reason", "x"],
        5,
        "no-entry",
    );
    let words = [
        "--json",
        "erase",
        id,
        "--ground",
        "asked",
        "--reason",
        "her letter",
    ];
    let proposed = desk.ok_as("alice", &words).json();
    assert_eq!(proposed["held_by"][0]["what"], "backup");
    let erase = proposed["id"].as_str().unwrap();
    for name in ["alice", "bob"] {
        desk.ok_as(name, &["sign", erase]);
    }
    let last = desk.ok_as("carol", &["sign", erase]);
    assert!(last.err.contains("still holds it"), "{}", last.err);
    let shown = desk.ok_as("dave", &["show", id]);
    assert!(
        shown.out.contains("whom it is about has asked for it"),
        "{}",
        shown.out
    );
    assert!(shown.out.contains("her letter"), "{}", shown.out);
    let shown = desk.ok_as("dave", &["--json", "show", id]).json();
    assert_eq!(shown["erased"]["ground"], "asked");
    assert!(!desk.ok_as("dave", &["log"]).out.contains(WORD));
    let found = desk.run_as("dave", &["find", WORD]);
    assert!(!found.out.contains("#"), "{}", found.out);
    desk.ok_as("dave", &["verify", "--rebuild"]);
}
