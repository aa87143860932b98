//! Blobs: each is brought by one statement, once and for all, and is as long as the bounds allow.

use rootkeep::crypto::fixed::Digest;
use rootkeep::error::Kind;
use rootkeep::ledger::Imported;
use rootkeep::state::custody::BroughtRecord;
use rootkeep::state::records::read;
use rootkeep::statement::blobs::BLOB_LIMIT;
use rootkeep::statement::decisions::About;
use rootkeep::statement::notes::AttachPersonal;
use rootkeep::statement::releases::Request;
use rootkeep::statement::slips::AnswerSlip;
use rootkeep::statement::{Claim, Draft, Seen, Time};

use crate::forger::{Forger, mend_shards};
use crate::slips::{entered, for_member, refusal};
use crate::world::*;

impl World {
    /// A claim with its blobs, by slip, from somebody who says what they please.
    fn answered_with(&self, who: usize, claim: Claim, blobs: Vec<Vec<u8>>) -> Vec<u8> {
        let (size, root) = self.session(who).head().unwrap();
        let now = Time::from_seconds(self.clock.seconds()).unwrap();
        let key = self.member_key(who);
        let (statement, blobs) = Draft::new(&rng(), claim, blobs)
            .unwrap()
            .sign(
                self.ledger_id(),
                self.id(who),
                key.signing(),
                now,
                Seen { size, root },
            )
            .unwrap();
        let answer = AnswerSlip::new(statement.envelope(), statement.parts(), blobs);
        for_member(self, ADA, &answer.write().unwrap())
    }

    fn brought_from(&self, who: usize, claim: Claim, blob: Vec<u8>) -> Imported {
        self.brought(ADA, &[self.answered_with(who, claim, vec![blob])])
    }

    /// A request that was taken back: its claim, and the ciphertext that went with it.
    fn withdrawn_request(&self) -> (Claim, Vec<u8>) {
        let request = self.request_by(BEA, &[PASSWORD], BEA, 3600).unwrap();
        let (claim, identity) = asked(self, &request.leaf);
        let blob = self.session(BEA).view().blob(&identity).unwrap().unwrap();
        self.session(BEA).withdraw(request.leaf).unwrap();
        assert_eq!(self.session(BEA).view().blob(&identity).unwrap(), None);
        (claim, blob)
    }

    fn attachment(&self, blob: &[u8]) -> Claim {
        self.attachment_of(blob, blob.len() as u64)
    }

    fn attachment_of(&self, blob: &[u8], bytes: u64) -> Claim {
        let personal = AttachPersonal {
            name: text("a.bin"),
            digest: Digest::of(blob),
            bytes,
            media: text("text/plain"),
        };
        let about = About {
            subject: self.genesis(),
        };
        Claim::Attach(about, Some(personal))
    }
}

/// What a request says, and the digest of its identity.
fn asked(world: &World, request: &Digest) -> (Claim, Digest) {
    let (_, statement) = world.session(BEA).proven_by_hash(request).unwrap();
    let Claim::Request(asked, _) = statement.claim() else {
        panic!()
    };
    (statement.claim().clone(), asked.identity)
}

#[test]
fn what_was_let_go_never_comes_again() {
    let world = World::ready();
    let (claim, blob) = world.withdrawn_request();
    // Neither by slip, nor at the ledger, nor as an attachment.
    let imported = world.brought_from(BEA, claim.clone(), blob.clone());
    assert_eq!(refusal(&imported, 0), "blob-known");
    world.refused("blob-known", || {
        world.session(BEA).enter(claim, vec![blob.clone()])
    });
    world.refused("blob-known", || {
        let attached = world.attachment(&blob);
        world.session(CY).enter(attached, vec![blob.clone()])
    });
    // Everybody goes on.
    world.assert_good(CY);
    let slip = world.slip(ADA, CY, None);
    assert!(world.remote(CY, &slip).trust(&world.first_use()).is_ok());
    world.unpin(CY);
    world.assert_good(CY);
}

#[test]
fn two_slips_of_one_import_bring_no_blob_twice() {
    let world = World::ready();
    let blob = b"minutes".to_vec();
    let twice: Vec<Vec<u8>> = [BEA, CY]
        .iter()
        .map(|who| world.answered_with(*who, world.attachment(&blob), vec![blob.clone()]))
        .collect();
    let imported = world.brought(ADA, &twice);
    entered(&imported, 0);
    assert_eq!(refusal(&imported, 1), "blob-known");
}

#[test]
fn nobody_takes_anothers_attachment_away() {
    let world = World::ready();
    let evidence = b"the photograph that shows what bea did".to_vec();
    let request = world.request_by(BEA, &[PASSWORD], BEA, 3600).unwrap();
    let (Claim::Request(asked, personal), _) = asked(&world, &request.leaf) else {
        panic!()
    };
    let asked = Request {
        identity: Digest::of(&evidence),
        ..asked
    };
    let claim = Claim::Request(asked, personal);
    // Bea knows the file before cy attaches it: then cy's program says so.
    let copy = world.copy();
    let imported = copy.brought_from(BEA, claim.clone(), evidence.clone());
    let first = entered(&imported, 0).leaf;
    copy.refused("blob-known", || {
        let attached = copy.attachment(&evidence);
        copy.session(CY).enter(attached, vec![evidence.clone()])
    });
    copy.session(BEA).withdraw(first).unwrap();
    copy.assert_good(CY);
    // And what is attached already becomes no request's.
    world
        .session(CY)
        .enter(world.attachment(&evidence), vec![evidence.clone()])
        .unwrap();
    let imported = world.brought_from(BEA, claim, evidence.clone());
    assert_eq!(refusal(&imported, 0), "blob-known");
    let there = world.session(CY).view().blob(&Digest::of(&evidence));
    assert_eq!(there.unwrap(), Some(evidence));
}

#[test]
fn who_rewrites_the_memory_of_what_was_brought_is_found() {
    let world = World::ready();
    let (claim, blob) = world.withdrawn_request();
    let digest = Digest::of(&blob);
    let forger = Forger::new(&world, CY);
    let forget = "DELETE FROM state WHERE kind = 'brought' AND key = ?1";
    assert_eq!(forger.raw.execute(forget, [digest.to_hex()]).unwrap(), 1);
    mend_shards(&forger.raw);
    // No act is built on it.
    let error = world.open(ADA).unwrap().enter(claim, vec![blob]);
    assert_eq!(error.unwrap_err().code(), "state-mismatch");
    let report = world.open(ADA).unwrap().verify(&mut |_, _| {}).unwrap();
    assert!(!report.problems.is_empty() && report.only_tables_differ());
    assert!(world.open(ADA).unwrap().rebuild(&report).unwrap());
    world.assert_good(ADA);
    let known = read::<BroughtRecord>(&world.session(ADA).view(), &digest.to_hex()).unwrap();
    assert!(known.is_some());
}

#[test]
fn a_repetition_that_was_written_past_the_rules_stops_everybody_who_sees_it() {
    let world = World::ready();
    let (claim, blob) = world.withdrawn_request();
    world.assert_good(ADA);
    Forger::new(&world, CY).enter(claim, &[blob]);
    let error = world.open(ADA).unwrap().trust(&world.first_use());
    let error = error.unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("blob-known", Kind::Verification)
    );
}

#[test]
fn a_blob_is_as_long_as_its_statement_says() {
    let world = World::ready();
    let blob = b"three and more".to_vec();
    for bytes in [3, blob.len() as u64 - 1, blob.len() as u64 + 1] {
        let claim = world.attachment_of(&blob, bytes);
        let imported = world.brought_from(BEA, claim.clone(), blob.clone());
        assert_eq!(refusal(&imported, 0), "blob-size", "{bytes}");
        world.refused("blob-size", || {
            world.session(CY).enter(claim, vec![blob.clone()])
        });
    }
    // Where it was written past the program, it is found.
    let claim = world.attachment_of(&blob, 3);
    Forger::new(&world, CY).enter(claim, &[blob]);
    let report = world.open(ADA).unwrap().verify(&mut |_, _| {}).unwrap();
    let codes: Vec<_> = report.problems.iter().map(|one| &*one.code).collect();
    assert!(codes.contains(&"blob-size"), "{codes:?}");
}

#[test]
fn a_blob_has_one_byte_to_16_mib() {
    let world = World::ready();
    let most = vec![7; usize::try_from(BLOB_LIMIT).unwrap()];
    let imported = world.brought_from(BEA, world.attachment(&most), most.clone());
    entered(&imported, 0);
    let one = b"1".to_vec();
    world
        .session(CY)
        .enter(world.attachment(&one), vec![one])
        .unwrap();
    let more = [most, vec![7]].concat();
    // An attachment says how long it is, and a program says no such thing.
    for blob in [more.clone(), Vec::new()] {
        let error = Draft::new(&rng(), world.attachment(&blob), vec![blob]).unwrap_err();
        assert_eq!((error.code(), error.kind()), ("out-of-bounds", Kind::Usage));
    }
    let (secret, _) = {
        let request = world.request_by(BEA, &[PASSWORD], BEA, 3600).unwrap();
        asked(&world, &request.leaf)
    };
    let Claim::Request(asked, personal) = secret else {
        panic!()
    };
    // A request does not: it is its ciphertext that is too long.
    let claim = Claim::Request(
        Request {
            identity: Digest::of(&more),
            ..asked.clone()
        },
        personal.clone(),
    );
    let imported = world.brought_from(BEA, claim.clone(), more.clone());
    assert_eq!(refusal(&imported, 0), "blob-size");
    world.refused("blob-size", || world.session(BEA).enter(claim, vec![more]));
    let nothing = Request {
        identity: Digest::of(b""),
        ..asked
    };
    let error = Draft::new(&rng(), Claim::Request(nothing, personal), vec![Vec::new()]);
    assert_eq!(error.unwrap_err().code(), "out-of-bounds");
    world.assert_good(ADA);
}
