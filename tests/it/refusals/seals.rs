//! What a seal may be, and whose.

use rootkeep::crypto::secret::SecretBytes;
use rootkeep::ledger::SealRequest;
use rootkeep::statement::people::Role;

use crate::world::*;

#[test]
fn a_secret_is_sealed_only_by_those_with_a_role_for_it() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    world.enrol(fay, &[Role::Holder]);
    world.session(fay).accept().unwrap();
    world.refused("no-role", || world.seal(fay, PASSWORD, None, b"mine"));
    world.refused("no-role", || {
        world.seal(fay, "org/note", Some("engineers"), b"mine")
    });
    // A member of the quorum needs no other role.
    world.quorum("with-fay", 2, &[ADA, fay]);
    world
        .seal(fay, "org/note", Some("with-fay"), b"mine")
        .unwrap();
    world.refused("no-role", || world.seal(fay, PASSWORD, None, b"mine"));
}

#[test]
fn a_seal_keeps_quorum_and_subject() {
    let world = World::ready();
    world.refused("quorum-fixed", || {
        world.seal(ADA, PASSWORD, Some("board"), b"x")
    });
    world.refused("quorum-needed", || world.seal(ADA, "org/note", None, b"x"));
    world.refused("no-quorum", || {
        world.seal(ADA, "org/note", Some("nobody"), b"x")
    });
    world.refused("unknown-account", || {
        world.seal(ADA, "999988887777/password", Some("board"), b"x")
    });
    world.refused("bad-secret-length", || {
        world.seal(ADA, "org/note", Some("board"), b"")
    });
    world.refused("bad-secret-length", || {
        world.seal(ADA, "org/note", Some("board"), &vec![7; 65_537])
    });
    world
        .seal(ADA, "org/note", Some("board"), &vec![7; 65_536])
        .unwrap();
    let serving = |secret: &str, serves: &[&str]| {
        world.session(ADA).seal(SealRequest {
            name: secret.parse().unwrap(),
            quorum: Some("board"),
            serves: serves
                .iter()
                .map(|id| rootkeep::statement::account_id::AccountId::new(*id).unwrap())
                .collect(),
            plaintext: &SecretBytes::copy_of(MFA_TEXT),
        })
    };
    world.refused("management-shares-device", || {
        serving("444455556666/mfa-seed:shared", &[MANAGEMENT])
    });
    world.refused("management-shares-device", || {
        serving("111122223333/mfa-seed:shared", &[MEMBER])
    });
    world.refused("malformed", || {
        serving("444455556666/mfa-seed:shared", &[MEMBER])
    });
    world.refused("malformed", || {
        serving("444455556666/password", &[MANAGEMENT])
    });
    world.refused("unknown-account", || {
        serving("444455556666/mfa-seed:shared", &["999988887777"])
    });
}
