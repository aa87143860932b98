//! Backups, copies and forks: what is made is whole and verified or not there at all, and no copy quietly
//! disagrees with another.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rootkeep::error::{Error, Kind, Result};
use rootkeep::exchange::backup::{self, Backup};
use rootkeep::exchange::compare::{self, Comparison, Standing};
use rootkeep::exchange::copy::{self, Copied};
use rootkeep::exchange::restore::{self, Restored};
use rootkeep::ledger::{AgainstPin, Session};
use rootkeep::state::people::LedgerRecord;
use rootkeep::statement::Claim;
use rootkeep::statement::copies::Promote;
use rootkeep::statement::releases::Form;

use crate::world::*;

fn place(world: &World, name: &str) -> PathBuf {
    world.dir.path().join(name)
}

fn back_up(world: &World, name: &str) -> Result<Backup> {
    backup::make(&world.session(ADA), &place(world, name), &mut |_, _| {})
}

fn open_any(world: &World, person: usize, directory: &Path) -> Result<Session> {
    Session::open_any(directory, world.opening(person)?)
}

fn restore_as(world: &World, person: usize, file: &str, out: &str) -> Result<Restored> {
    restore::restore(
        &place(world, file),
        &place(world, out),
        |directory| open_any(world, person, directory),
        &mut |_, _| {},
    )
}

/// Everything that lies in the world's directory, but for pins, which move.
fn files(world: &World) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(world.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".pin"))
        .collect();
    names.sort();
    names
}

/// That `act` fails with this code and leaves no file behind.
fn leaves_nothing<T>(world: &World, code: &str, act: impl FnOnce() -> Result<T>) -> Error {
    let before = files(world);
    let Err(error) = act() else {
        panic!("it was not refused; expected `{code}`")
    };
    assert_eq!(error.code(), code, "{error:?}");
    assert_eq!(
        files(world),
        before,
        "`{code}` was given, and files are left"
    );
    error
}

#[test]
fn a_backup_restores_to_the_same_ledger_which_goes_on() {
    let world = World::ready();
    let made = back_up(&world, "b.tar").unwrap();
    let mode = fs::metadata(place(&world, "b.tar"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let (size, root) = world.open(ADA).unwrap().head().unwrap();
    assert_eq!((made.size, made.root), (size, root));
    assert_eq!(
        made.file.bytes,
        fs::metadata(place(&world, "b.tar")).unwrap().len()
    );
    let before = world.contents(ADA);

    let restored = restore_as(&world, BEA, "b.tar", "again.ledger").unwrap();
    assert_eq!((restored.size, restored.root), (size, root));
    assert_eq!(restored.ledger, world.ledger_id());
    assert_eq!(restored.file, made.file);
    fs::rename(world.ledger(), place(&world, "lost.ledger")).unwrap();
    fs::rename(place(&world, "again.ledger"), world.ledger()).unwrap();
    let rows = |all: &[String]| -> Vec<String> {
        all.iter()
            .filter(|line| !line.starts_with('"'))
            .cloned()
            .collect()
    };
    assert_eq!(rows(&world.contents(ADA)), rows(&before));
    // It is a ledger to work with, for everybody, with its secrets.
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[BEA, CY]);
    let shown = world
        .session(ADA)
        .reveal(&request.leaf, &world.secret(PASSWORD), Form::Text, |_| {
            Ok(())
        })
        .unwrap();
    assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT);
    for person in 0..5 {
        world.assert_good(person);
    }
}

#[test]
fn nothing_is_written_over() {
    let world = World::ready();
    back_up(&world, "b.tar").unwrap();
    leaves_nothing(&world, "exists", || back_up(&world, "b.tar"));
    leaves_nothing(&world, "exists", || {
        restore_as(&world, ADA, "b.tar", "example.ledger")
    });
    fs::create_dir(place(&world, "empty")).unwrap();
    leaves_nothing(&world, "exists", || {
        restore_as(&world, ADA, "b.tar", "empty")
    });
}

#[test]
fn an_older_backup_is_restored_and_said_to_be_that() {
    let world = World::ready();
    let made = back_up(&world, "b.tar").unwrap();
    world.request(&[PASSWORD]);
    world.request(&[MFA]);
    let restored = restore_as(&world, ADA, "b.tar", "again.ledger").unwrap();
    let (size, seen) = (made.size, made.size + 2);
    assert_eq!(restored.pin, AgainstPin::Older { size, seen });
    let error = world
        .open_at(ADA, &place(&world, "again.ledger"))
        .err()
        .unwrap();
    assert_eq!(error.code(), "rolled-back");
    // Cy has never acted here: there is nothing to compare with.
    world.unpin(CY);
    let restored = restore_as(&world, CY, "b.tar", "of-cy.ledger").unwrap();
    assert_eq!(restored.pin, AgainstPin::Nothing);
}

// ---- what a backup may be in others' hands ---------------------------------------------------------

#[test]
fn a_backup_that_was_cut_is_not_restored() {
    let world = World::ready();
    back_up(&world, "b.tar").unwrap();
    let whole = fs::read(place(&world, "b.tar")).unwrap();
    // The last two blocks only say that nothing follows.
    let end = whole.len() - 1024;
    let lengths = [
        0,
        1,
        511,
        512,
        513,
        1024,
        4000,
        whole.len() / 2,
        end - 4097,
        end - 1,
    ];
    for length in lengths {
        fs::write(place(&world, "cut.tar"), &whole[..length]).unwrap();
        leaves_nothing(&world, "bad-backup", || {
            restore_as(&world, ADA, "cut.tar", "again.ledger")
        });
    }
    fs::write(place(&world, "cut.tar"), &whole[..end]).unwrap();
    restore_as(&world, ADA, "cut.tar", "again.ledger").unwrap();
}

#[test]
fn a_backup_with_a_flipped_bit_is_refused_or_whole() {
    let world = World::ready();
    let made = back_up(&world, "b.tar").unwrap();
    let whole = fs::read(place(&world, "b.tar")).unwrap();
    let (mut refused, mut whole_again) = (0, 0);
    for part in 0..97 {
        let mut other = whole.clone();
        let at = part * whole.len() / 97 + part % 11;
        other[at] ^= 1 << (part % 8);
        fs::write(place(&world, "flipped.tar"), &other).unwrap();
        match restore_as(&world, ADA, "flipped.tar", "again.ledger") {
            // What differs is a key file that is made again, or means nothing.
            Ok(restored) => {
                assert_eq!((restored.size, restored.root), (made.size, made.root));
                for person in 0..5 {
                    let session = world.open_at(person, &place(&world, "again.ledger"));
                    let report = session.unwrap().verify(&mut |_, _| {}).unwrap();
                    assert_eq!(report.problems, Vec::new(), "byte {at}");
                }
                fs::remove_dir_all(place(&world, "again.ledger")).unwrap();
                whole_again += 1;
            }
            Err(_) => {
                assert!(!place(&world, "again.ledger").exists(), "byte {at}");
                refused += 1;
            }
        }
    }
    assert!(refused > 40 && whole_again > 0, "{refused}, {whole_again}");
    let names = files(&world);
    assert!(
        names.iter().all(|name| !name.ends_with(".tmp")),
        "{names:?}"
    );
}

/// The entries of a tar: names and bytes.
fn entries_of(file: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(fs::File::open(file).unwrap());
    let entries = archive.entries().unwrap();
    entries
        .map(|entry| {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

/// A tar of entries, each with a type; names are written as they are.
fn write_tar(file: &Path, entries: &[(String, tar::EntryType, Vec<u8>)]) {
    let mut builder = tar::Builder::new(fs::File::create(file).unwrap());
    for (name, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o600);
        header.set_size(bytes.len() as u64);
        if kind.is_symlink() || kind.is_hard_link() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, bytes.as_slice()).unwrap();
    }
    builder.finish().unwrap();
}

#[test]
fn nothing_but_a_ledgers_own_files_comes_out_of_a_backup() {
    use tar::EntryType as T;
    let world = World::ready();
    back_up(&world, "b.tar").unwrap();
    let good: Vec<(String, T, Vec<u8>)> = entries_of(&place(&world, "b.tar"))
        .into_iter()
        .map(|(name, bytes)| (name, T::Regular, bytes))
        .collect();
    assert_eq!(good.last().unwrap().0, "backup.ledger/ledger.db");
    write_tar(&place(&world, "c.tar"), &good);
    restore_as(&world, ADA, "c.tar", "again.ledger").unwrap();
    fs::remove_dir_all(place(&world, "again.ledger")).unwrap();

    let member = format!("backup.ledger/keys/{}.age", world.id(BEA));
    let file = |name: &str| (name.to_owned(), T::Regular, b"x".to_vec());
    let of_type = |kind| {
        vec![(
            "backup.ledger/keys/recovery.age".to_owned(),
            kind,
            Vec::new(),
        )]
    };
    let mut tricks = vec![
        vec![file("/etc/rootkeep")],
        vec![file("../outside")],
        vec![file("backup.ledger/../outside")],
        vec![file("backup.ledger/keys/../../outside")],
        vec![file("backup.ledger/keys/governance-../../x.age")],
        vec![file("backup.ledger/keys/deeper/recovery.age")],
        vec![file("backup.ledger/ledger.db-wal")],
        vec![file("backup.ledger/keys/.hidden.age")],
        vec![file("other.ledger/ledger.db")],
        vec![file("./backup.ledger/lock")],
        vec![file("backup.ledger/lock")],
        vec![file(&member)],
        vec![(
            "backup.ledger/keys/00000000000000000000000000000000.age".to_owned(),
            T::Regular,
            vec![b'x'; (64 << 10) + 1],
        )],
    ];
    for kind in [
        T::Symlink,
        T::Link,
        T::Directory,
        T::Fifo,
        T::Char,
        T::Block,
        T::Continuous,
        T::GNULongName,
        T::GNULongLink,
        T::GNUSparse,
        T::XHeader,
        T::XGlobalHeader,
    ] {
        let mut others = good.clone();
        others.retain(|(name, ..)| !name.ends_with("recovery.age"));
        write_tar(&place(&world, "t.tar"), &[of_type(kind), others].concat());
        leaves_nothing(&world, "bad-backup", || {
            restore_as(&world, ADA, "t.tar", "again.ledger")
        });
    }
    // A member's file twice: the second one would take the first one's place.
    tricks.push(vec![good[0].clone()]);
    for trick in tricks {
        for order in [
            [trick.clone(), good.clone()].concat(),
            [good.clone(), trick.clone()].concat(),
        ] {
            write_tar(&place(&world, "t.tar"), &order);
            let error = leaves_nothing(&world, "bad-backup", || {
                restore_as(&world, ADA, "t.tar", "again.ledger")
            });
            assert!(!error.causes().is_empty(), "{}", trick[0].0);
        }
    }
    for (without, code) in [("ledger.db", "bad-backup"), ("lock", "bad-backup")] {
        let mut less = good.clone();
        less.retain(|(name, ..)| !name.ends_with(without));
        write_tar(&place(&world, "t.tar"), &less);
        leaves_nothing(&world, code, || {
            restore_as(&world, ADA, "t.tar", "again.ledger")
        });
    }
    // A pipe holds nobody up.
    let pipe = place(&world, "pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    leaves_nothing(&world, "not-a-file", || {
        restore_as(&world, ADA, "pipe", "again.ledger")
    });
}

#[test]
fn a_backup_opens_for_its_members_alone() {
    let mut world = World::ready();
    back_up(&world, "b.tar").unwrap();
    let mallory = world.newcomer("mallory");
    leaves_nothing(&world, "not-a-member", || {
        restore_as(&world, mallory, "b.tar", "again.ledger")
    });
    let bytes = fs::read(place(&world, "b.tar")).unwrap();
    for secret in [
        &b"example.com"[..],
        PASSWORD_TEXT,
        b"111122223333",
        b"Example Corp",
    ] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
}

#[test]
fn a_members_file_that_was_swapped_is_made_again_or_refused() {
    let world = World::ready();
    back_up(&world, "b.tar").unwrap();
    let swap = |one: &str, other: &str| {
        let entries: Vec<_> = entries_of(&place(&world, "b.tar"))
            .into_iter()
            .map(|(name, bytes)| {
                let name = match name.strip_prefix("backup.ledger/keys/") {
                    Some(key) if key == one => format!("backup.ledger/keys/{other}"),
                    Some(key) if key == other => format!("backup.ledger/keys/{one}"),
                    _ => name,
                };
                (name, tar::EntryType::Regular, bytes)
            })
            .collect();
        write_tar(&place(&world, "swapped.tar"), &entries);
    };
    let (ada, bea) = (world.id(ADA), world.id(BEA));
    for end in ["age", "member.age"] {
        swap(&format!("{ada}.{end}"), &format!("{bea}.{end}"));
        // Their own are not theirs; cy makes them again.
        for person in [ADA, BEA] {
            let before = files(&world);
            restore_as(&world, person, "swapped.tar", "again.ledger").unwrap_err();
            assert_eq!(files(&world), before);
        }
        restore_as(&world, CY, "swapped.tar", "again.ledger").unwrap();
        for person in [ADA, BEA, CY] {
            drop(
                world
                    .open_at(person, &place(&world, "again.ledger"))
                    .unwrap(),
            );
        }
        fs::remove_dir_all(place(&world, "again.ledger")).unwrap();
    }
}

#[test]
fn a_ledger_with_problems_gives_no_backup() {
    let world = World::ready();
    drop(world.session(ADA));
    world
        .raw(ADA)
        .execute(
            "UPDATE leaf SET cosignature = zeroblob(64) WHERE seq = 3",
            [],
        )
        .unwrap();
    leaves_nothing(&world, "not-good", || back_up(&world, "b.tar"));
}

#[test]
fn a_backup_of_a_fork_is_not_restored_by_who_has_seen_the_other() {
    let world = World::ready();
    let fork = world.copy();
    fork.clock.forward(1);
    fork.request(&[PASSWORD]);
    fork.request(&[PASSWORD]);
    back_up(&fork, "b.tar").unwrap();
    fs::copy(place(&fork, "b.tar"), place(&world, "b.tar")).unwrap();
    world.request(&[MFA]);
    leaves_nothing(&world, "forked", || {
        restore_as(&world, ADA, "b.tar", "again.ledger")
    });
}

#[test]
fn a_backup_is_one_moment_however_much_is_written_meanwhile() {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    let world = World::ready();
    let stop = AtomicBool::new(false);
    let written = AtomicU64::new(0);
    let genesis = world.genesis();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (world, stop, written) = (&world, &stop, &written);
            scope.spawn(move || {
                let mut session = world.session(writer % 5);
                while !stop.load(Ordering::SeqCst) {
                    session.enter(note_about(genesis), Vec::new()).unwrap();
                    written.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let mut before = 0;
        for round in 0..3 {
            let start = written.load(Ordering::SeqCst);
            while written.load(Ordering::SeqCst) < start + 20 {
                std::thread::yield_now();
            }
            let made = backup::make(
                &world.open(ADA).unwrap(),
                &place(&world, &format!("b{round}.tar")),
                &mut |_, _| {},
            )
            .unwrap();
            assert!(made.size > before);
            before = made.size;
        }
        stop.store(true, Ordering::SeqCst);
    });
    for round in 0..3 {
        let (file, out) = (format!("b{round}.tar"), format!("r{round}.ledger"));
        let restored = restore_as(&world, CY, &file, &out).unwrap();
        let session = world.session(CY);
        assert_eq!(session.root_at(restored.size).unwrap(), restored.root);
    }
    world.assert_good(ADA);
}

fn note_about(subject: rootkeep::crypto::fixed::Digest) -> rootkeep::statement::Claim {
    rootkeep::statement::Claim::Correct(
        rootkeep::statement::decisions::About { subject },
        Some(rootkeep::statement::notes::CorrectPersonal {
            reason: text("a test"),
            text: text("of many who write"),
        }),
    )
}

// ---- comparing -------------------------------------------------------------------------------------

fn compared(world: &World, other: &Path) -> Result<Comparison> {
    let session = world.open(ADA)?;
    let other = session.open_other(other)?;
    compare::ledgers(session.side()?, other.side(), &mut |_, _| {})
}

#[test]
fn which_of_two_is_ahead_is_said_with_the_count() {
    let world = World::ready();
    let other = world.copy();
    assert_eq!(
        compared(&world, &other.ledger()).unwrap().standing,
        Standing::Equal
    );
    for count in 1..4 {
        world.request(&[PASSWORD]);
        let found = compared(&world, &other.ledger()).unwrap();
        assert_eq!(found.standing, Standing::Ahead(count));
        assert_eq!(found.here.0, found.there.0 + count);
        let found = compared(&other, &world.ledger()).unwrap();
        assert_eq!(found.standing, Standing::Behind(count));
    }
}

#[test]
fn forks_are_found_with_the_entry_and_the_proof_wherever_they_part() {
    let world = World::ready();
    for (mine, theirs) in [(1, 1), (1, 6), (6, 1), (5, 8)] {
        let (one, two) = (world.copy(), world.copy());
        two.clock.forward(1);
        let parted = one.open(ADA).unwrap().head().unwrap().0;
        for _ in 0..mine {
            one.request(&[PASSWORD]);
        }
        for _ in 0..theirs {
            two.request(&[PASSWORD]);
        }
        let found = compared(&one, &two.ledger()).unwrap();
        let Standing::Fork(fork) = found.standing else {
            panic!("{found:?}")
        };
        assert_eq!(fork.first, Some(parted));
        // Two roots of one size, each signed by a custodian: nobody can deny both.
        let (here, there) = (fork.here.unverified(), fork.there.unverified());
        assert_eq!((here.size(), there.size()), (parted + 1, parted + 1));
        assert_ne!(here.root(), there.root());
        let session = one.open(ADA).unwrap();
        for note in [&fork.here, &fork.there] {
            assert_eq!(session.cosigners(note).unwrap(), [one.id(ADA)]);
        }
        // A kept checkpoint of the other shows it too.
        let note = two
            .open(ADA)
            .unwrap()
            .note(found.there.0)
            .unwrap()
            .to_string();
        let by_note = compare::checkpoint(&session, note.as_bytes(), &mut |_, _| {}).unwrap();
        match by_note.standing {
            Standing::Fork(fork) if theirs <= mine => assert_eq!(fork.there.to_string(), note),
            Standing::Behind(count) => assert_eq!(count, theirs - mine),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_kept_checkpoint_is_compared_if_somebody_here_has_signed_it() {
    let world = World::ready();
    let session = world.session(ADA);
    let (size, _) = session.head().unwrap();
    let note = session.note(size).unwrap().to_string();
    let early = session.note(5).unwrap().to_string();
    drop(session);
    world.request(&[PASSWORD]);
    let session = world.open(BEA).unwrap();
    let found = compare::checkpoint(&session, note.as_bytes(), &mut |_, _| {}).unwrap();
    assert_eq!(found.standing, Standing::Ahead(1));
    assert_eq!(found.cosigners, [world.id(3)], "dan has sealed last");
    let found = compare::checkpoint(&session, early.as_bytes(), &mut |_, _| {}).unwrap();
    assert_eq!(found.standing, Standing::Ahead(size + 1 - 5));
    // The log's own line alone is anybody's.
    let unsigned: String = note
        .lines()
        .take(5)
        .map(|line| format!("{line}\n"))
        .collect();
    let error = compare::checkpoint(&session, unsigned.as_bytes(), &mut |_, _| {}).unwrap_err();
    assert_eq!(error.code(), "no-cosigner");
    let stranger = World::active(2, 2);
    let other = stranger.open(ADA).unwrap();
    let error = compare::checkpoint(&other, note.as_bytes(), &mut |_, _| {}).unwrap_err();
    assert_eq!(error.code(), "other-ledger");
    let error = world
        .open(ADA)
        .unwrap()
        .open_other(&stranger.ledger())
        .err()
        .unwrap();
    assert_eq!(error.code(), "not-a-member");
}

#[test]
fn a_ledger_that_was_changed_is_not_called_equal() {
    let world = World::ready();
    let other = world.copy();
    other
        .raw(ADA)
        .execute(
            "UPDATE leaf SET facts = CAST(facts || x'20' AS BLOB) WHERE seq = 9",
            [],
        )
        .unwrap();
    assert_eq!(
        compared(&world, &other.ledger()).unwrap_err().code(),
        "not-good"
    );
    assert_eq!(
        compared(&other, &world.ledger()).unwrap_err().code(),
        "not-good"
    );
}

// ---- copies for other sites --------------------------------------------------------------------------

const COPY: &str = "site-b.ledger";

fn copied(world: &World, name: &str) -> Result<Copied> {
    copy::make(&world.session(ADA), &place(world, name), &mut |_, _| {})
}

/// A session in a copy, of somebody who has heard the genesis code.
fn in_copy(world: &World, person: usize) -> Session {
    let mut session = world.open_at(person, &place(world, COPY)).unwrap();
    session.trust(&world.first_use()).unwrap();
    session
}

#[test]
fn a_copy_is_whole_and_takes_no_entries() {
    let world = World::ready();
    let waits = world.request(&[PASSWORD]);
    let genesis = world.genesis();
    let made = copied(&world, COPY).unwrap();
    assert_eq!(made.before, None);
    assert_eq!(
        compared(&world, &place(&world, COPY)).unwrap().standing,
        Standing::Equal
    );
    let bytes = || fs::read(place(&world, COPY).join("ledger.db")).unwrap();
    let before = bytes();
    for person in 0..5 {
        let mut session = in_copy(&world, person);
        assert!(session.is_copy().unwrap());
        assert_eq!(session.verify(&mut |_, _| {}).unwrap().problems, Vec::new());
        let refused = |error: Error| {
            assert_eq!(
                (error.code(), error.kind()),
                ("copy", Kind::Refused),
                "{error}"
            );
            assert!(
                error
                    .hints()
                    .iter()
                    .any(|hint| hint.contains("copy promote"))
            );
        };
        refused(session.enter(note_about(genesis), Vec::new()).unwrap_err());
        refused(session.enter(import_claim(), Vec::new()).unwrap_err());
        refused(session.sign_off(waits.leaf).unwrap_err());
        refused(session.reject(waits.leaf, text("no")).unwrap_err());
        refused(session.withdraw(waits.leaf).unwrap_err());
        refused(session.cosign_head().unwrap_err());
        refused(session.repair_keys().unwrap_err());
        refused(
            session
                .request(
                    &[(world.secret(PASSWORD), 1)],
                    world.id(person),
                    600,
                    purpose(),
                )
                .unwrap_err(),
        );
    }
    assert_eq!(bytes(), before);
    let names: BTreeSet<String> = fs::read_dir(place(&world, COPY))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names,
        ["keys", "ledger.db", "lock"].map(str::to_owned).into()
    );
}

#[test]
fn a_copy_is_brought_up_to_date_by_what_continues_it_alone() {
    let world = World::ready();
    let first = copied(&world, COPY).unwrap();
    world.request(&[PASSWORD]);
    let second = copied(&world, COPY).unwrap();
    assert_eq!(
        (second.before, second.size),
        (Some(first.size), first.size + 1)
    );
    assert_eq!(copied(&world, COPY).unwrap().before, Some(second.size));
    assert!(in_copy(&world, BEA).is_copy().unwrap());
    // The writer itself, and what is no ledger, are nobody's copies.
    leaves_nothing(&world, "not-a-copy", || copied(&world, "example.ledger"));
    fs::create_dir(place(&world, "empty")).unwrap();
    leaves_nothing(&world, "exists", || copied(&world, "empty"));
    // Whoever has it open is not disturbed.
    let open = in_copy(&world, BEA);
    leaves_nothing(&world, "locked", || copied(&world, COPY));
    drop(open);
    // A fork doesn't take its place, nor does an older ledger.
    let fork = world.copy();
    fork.clock.forward(1);
    world.request(&[MFA]);
    fork.request(&[MFA]);
    copied(&world, COPY).unwrap();
    let onto = |from: &World| {
        copy::make(
            &from.open(ADA).unwrap(),
            &place(&world, COPY),
            &mut |_, _| {},
        )
    };
    leaves_nothing(&world, "forked", || onto(&fork));
    let behind = world.copy();
    world.request(&[MFA]);
    copied(&world, COPY).unwrap();
    leaves_nothing(&world, "copy-ahead", || onto(&behind));
    let head = in_copy(&world, BEA).head().unwrap();
    assert_eq!(head, world.open(ADA).unwrap().head().unwrap());
}

#[test]
fn a_mark_that_does_not_fit_the_log_is_a_problem() {
    let world = World::ready();
    copied(&world, COPY).unwrap();
    let database = place(&world, COPY).join("ledger.db");
    let raw = raw(&database, &world.data_key(ADA));
    raw.execute(
        "UPDATE meta SET value = CAST(replace(value, '\"size\":', '\"size\":1') AS BLOB) WHERE name = 'copy'",
        [],
    )
    .unwrap();
    drop(raw);
    let report = in_copy(&world, ADA).verify(&mut |_, _| {}).unwrap();
    assert_eq!(report.problems[0].code, "meta");
}

#[test]
fn a_copy_becomes_the_writer_when_governance_has_signed_and_the_old_one_is_caught() {
    let world = World::ready();
    copied(&world, COPY).unwrap();
    let parted = world.open(ADA).unwrap().head().unwrap().0;
    let genesis = world.genesis();
    let proposed = in_copy(&world, ADA).promote().unwrap();
    assert_eq!(
        (proposed.effective, proposed.needs, proposed.seq),
        (false, 3, parted)
    );
    for (person, effective) in [(ADA, false), (BEA, false), (CY, true)] {
        let mut session = in_copy(&world, person);
        assert!(session.is_copy().unwrap());
        let refused = session.enter(note_about(genesis), Vec::new()).unwrap_err();
        assert_eq!(refused.code(), "copy");
        assert_eq!(
            session.sign_off(proposed.leaf).unwrap().effective,
            effective
        );
        assert_eq!(session.is_copy().unwrap(), !effective);
    }
    let mut session = in_copy(&world, 3);
    session.enter(note_about(genesis), Vec::new()).unwrap();
    assert_eq!(session.promote().unwrap_err().code(), "not-a-copy");
    assert_eq!(session.verify(&mut |_, _| {}).unwrap().problems, Vec::new());
    drop(session);

    // The old writer comes back. Whoever was at the copy is told at once; so is the copy's keeper.
    for person in [ADA, BEA, CY, 3] {
        let error = world.open(person).err().unwrap();
        assert_eq!(error.code(), "rolled-back");
    }
    let mut eve = world.session(4);
    for _ in 0..8 {
        eve.enter(note_about(genesis), Vec::new()).unwrap();
    }
    drop(eve);
    let error = world.open(ADA).err().unwrap();
    assert_eq!(error.code(), "forked", "longer, and no continuation");
    let session = in_copy(&world, ADA);
    let old = session.open_other(&world.ledger()).unwrap();
    let found = compare::ledgers(session.side().unwrap(), old.side(), &mut |_, _| {}).unwrap();
    let Standing::Fork(fork) = found.standing else {
        panic!("{found:?}")
    };
    assert_eq!(fork.first, Some(parted));
    // A copy of the new writer is a copy again, and is promoted in its turn.
    drop((old, session));
    fs::remove_dir_all(world.ledger()).unwrap();
    fs::rename(place(&world, COPY), world.ledger()).unwrap();
    copied(&world, COPY).unwrap();
    let proposed = in_copy(&world, BEA).promote().unwrap();
    for person in [BEA, CY, 3] {
        let mut session = in_copy(&world, person);
        assert!(session.is_copy().unwrap());
        session.sign_off(proposed.leaf).unwrap();
    }
    let session = in_copy(&world, ADA);
    assert!(!session.is_copy().unwrap());
    let ledger = LedgerRecord::load(&session.view()).unwrap().unwrap();
    assert_eq!(ledger.writer_epoch(), 3);
    assert_eq!(session.verify(&mut |_, _| {}).unwrap().problems, Vec::new());
}

#[test]
fn a_copy_is_promoted_by_people_who_never_see_it() {
    let world = World::ready();
    let waits = world.request(&[PASSWORD]);
    let genesis = world.genesis();
    copied(&world, COPY).unwrap();
    let proposed = in_copy(&world, ADA).promote().unwrap();
    in_copy(&world, ADA).sign_off(proposed.leaf).unwrap();
    let signed = |person: usize, subject| {
        let mut session = in_copy(&world, ADA);
        let slip = session.write_slip(world.id(person), Some(subject)).unwrap();
        world.remote(person, &slip).sign().unwrap().file
    };
    // What else came back stays out of a copy, beside what goes in.
    let answers = [
        signed(CY, waits.leaf),
        signed(BEA, proposed.leaf),
        signed(3, proposed.leaf),
    ];
    let refused = in_copy(&world, ADA).import(&answers[..1]).unwrap();
    assert!(refused.import.is_none());
    let imported = in_copy(&world, ADA).import(&answers).unwrap();
    for imported in [&refused, &imported] {
        assert_eq!(crate::slips::refusal(imported, 0), "copy");
    }
    assert!(crate::slips::entered(&imported, 2).effective);
    let mut session = in_copy(&world, BEA);
    assert!(!session.is_copy().unwrap());
    assert_eq!(session.verify(&mut |_, _| {}).unwrap().problems, Vec::new());
    session.enter(note_about(genesis), Vec::new()).unwrap();
    drop(session);
    let imported = in_copy(&world, ADA).import(&answers[..1]).unwrap();
    crate::slips::entered(&imported, 0);
}

#[test]
fn a_promotion_is_for_keepers_in_copies_and_names_the_head_and_the_next_epoch() {
    let mut world = World::ready();
    let error = world.refused("not-a-copy", || world.session(ADA).promote());
    assert_eq!(error.kind(), Kind::Refused);
    let fay = world.newcomer("fay");
    world.enrol(fay, &[rootkeep::statement::people::Role::Holder]);
    world.session(fay).accept().unwrap();
    copied(&world, COPY).unwrap();
    assert_eq!(
        in_copy(&world, fay).promote().unwrap_err().code(),
        "no-role"
    );
    let mut session = in_copy(&world, ADA);
    let (size, root) = session.head().unwrap();
    let claim = |size, root, epoch| {
        let at = rootkeep::statement::Seen { size, root };
        Claim::CopyPromote(Promote { at, epoch })
    };
    let before = session.root_at(size - 1).unwrap();
    for (claim, code) in [
        (claim(size, root, 1), "wrong-epoch"),
        (claim(size, root, 3), "wrong-epoch"),
        (claim(size - 1, before, 2), "not-the-head"),
        (claim(size + 1, root, 2), "not-the-head"),
        (claim(size, before, 2), "false-checkpoint"),
    ] {
        let error = session.enter(claim, Vec::new()).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    // Two proposals: when one is in effect, the other's epoch has passed.
    let one = session.promote().unwrap();
    let other = session.promote().unwrap();
    for person in [ADA, BEA, CY] {
        in_copy(&world, person).sign_off(one.leaf).unwrap();
    }
    let error = in_copy(&world, 3).sign_off(other.leaf).unwrap_err();
    assert_eq!(error.code(), "lapsed");
}

#[test]
fn a_promotion_that_was_refused_leaves_the_copy_read_only() {
    let world = World::ready();
    let genesis = world.genesis();
    copied(&world, COPY).unwrap();
    let proposed = in_copy(&world, ADA).promote().unwrap();
    for person in [BEA, CY, 3] {
        in_copy(&world, person)
            .reject(proposed.leaf, text("it still works"))
            .unwrap();
    }
    let mut session = in_copy(&world, ADA);
    let error = session.enter(note_about(genesis), Vec::new()).unwrap_err();
    assert_eq!(error.code(), "copy");
    // The refusal itself is ahead of the writer, until that goes on: then it is a fork of it.
    drop(session);
    let session = world.session(4);
    leaves_nothing(&world, "copy-ahead", || {
        copy::make(&session, &place(&world, COPY), &mut |_, _| {})
    });
}
