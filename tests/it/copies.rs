//! Backups, copies and forks: what is made is whole and verified or not there at all, and no copy quietly
//! disagrees with another.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rootkeep::crypto::identity::Identity;
use rootkeep::error::{Error, Result};
use rootkeep::exchange::backup::{self, Backup};
use rootkeep::exchange::restore::{self, Restored};
use rootkeep::ledger::{AgainstPin, Opening, Session};
use rootkeep::statement::releases::Form;

use crate::world::*;

const ADA: usize = 0;
const BEA: usize = 1;
const CY: usize = 2;

fn place(world: &World, name: &str) -> PathBuf {
    world.dir.path().join(name)
}

fn back_up(world: &World, name: &str) -> Result<Backup> {
    backup::make(&world.session(ADA), &place(world, name), &mut |_, _| {})
}

fn open_any(world: &World, person: usize, directory: &Path) -> Result<Session> {
    Session::open_any(Opening {
        directory,
        identity: Identity::load(&world.identity(person), &world.host)?,
        host: world.host.clone(),
        state_dir: None,
        card: None,
        clock: Box::new(world.clock.clone()),
    })
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
