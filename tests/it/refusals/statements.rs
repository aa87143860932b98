//! Statements out of place: replayed, of another ledger, or about nothing that waits.

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::Kind;
use rootkeep::policy::{self, CheckNow};
use rootkeep::statement::UntrustedStatement;

use crate::world::*;

#[test]
fn a_statement_that_is_in_the_log_is_not_taken_again() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign(BEA, request.leaf).unwrap();
    let session = world.session(ADA);
    let view = session.view();
    let size = session.head().unwrap().0;
    for seq in 3..size {
        let entry = view.entry(seq).unwrap().unwrap();
        let statement = UntrustedStatement::parse(&entry.envelope)
            .unwrap()
            .with_parts(entry.parts())
            .unwrap();
        let error = policy::judge(&view, &view, &mut CheckNow, &statement, size).unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            ("replayed", Kind::Verification),
            "entry {seq}"
        );
    }
}

#[test]
fn a_statement_of_another_ledger_is_not_taken() {
    let (world, other) = (World::ready(), World::active(2, 2));
    let entered = other.import(ADA);
    let entry = other
        .session(ADA)
        .view()
        .entry(entered.seq)
        .unwrap()
        .unwrap();
    let statement = UntrustedStatement::parse(&entry.envelope)
        .unwrap()
        .with_parts(entry.parts())
        .unwrap();
    let session = world.session(ADA);
    let size = session.head().unwrap().0;
    let error = policy::judge(
        &session.view(),
        &session.view(),
        &mut CheckNow,
        &statement,
        size,
    )
    .unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("other-ledger", Kind::Verification)
    );
}

#[test]
fn a_sign_off_names_something_that_waits() {
    let world = World::ready();
    let seal = world
        .session(ADA)
        .view()
        .filtered(&rootkeep::store::LogFilter {
            kind: Some(rootkeep::statement::Kind::Seal),
            ..Default::default()
        })
        .unwrap();
    world.refused("unknown-subject", || world.sign(ADA, seal[0].hash));
    world.refused("no-entry", || world.sign(ADA, Digest([3; 32])));
    world.refused("unknown-subject", || {
        world.session(ADA).reject(Digest([3; 32]), text("no"))
    });
    world.refused("unknown-subject", || {
        world.session(ADA).withdraw(seal[0].hash)
    });
    world.refused("already-effective", || {
        let define = world
            .session(ADA)
            .view()
            .filtered(&rootkeep::store::LogFilter {
                kind: Some(rootkeep::statement::Kind::QuorumDefine),
                ..Default::default()
            })?;
        world.sign(DAN, define[0].hash)
    });
}
