//! No program is an oracle: a custodian who writes whatever they like into the database gets no
//! other custodian's program to decrypt for them, sign for them, or seal to them.

use std::fs;

use rootkeep::crypto::age_file;
use rootkeep::crypto::card::Card;
use rootkeep::crypto::ed25519::SigningKey;
use rootkeep::crypto::fixed::{Base64, Digest, Id};
use rootkeep::crypto::recipient::Recipient;
use rootkeep::crypto::secret::{Key32, SecretBytes};
use rootkeep::error::{Error, Kind, Result};
use rootkeep::ledger::{self, Clock, Durability, FirstUse, SealRequest, Session};
use rootkeep::state::custody::{Epoch, RequestRecord};
use rootkeep::state::people::LedgerRecord;
use rootkeep::statement::decisions::{About, Proof, SignOff};
use rootkeep::statement::founding::PolicySettings;
use rootkeep::statement::people::{Add, AddPersonal, Role};
use rootkeep::statement::quorums::SetPolicy;
use rootkeep::statement::releases::{Form, Request, Wanted};
use rootkeep::statement::secrets::{Seal, Share};
use rootkeep::statement::{Claim, SecretName, Time};

use crate::forger::{Forger, edit_records};
use crate::world::*;

/// Whoever steals has a key pair of no one.
fn own_key() -> SigningKey {
    SigningKey::from_seed(&Key32::new([42; 32])).unwrap()
}

fn mallory() -> String {
    age::x25519::Identity::generate().to_public().to_string()
}

/// Why ada's program signs nothing on a slip from eve.
fn signed_by_slip(world: &World, subject: Digest) -> Error {
    let slip = world
        .trusted(EVE)
        .and_then(|mut session| session.write_slip(world.id(ADA), Some(subject)));
    let signed = slip.and_then(|slip| {
        let mut remote = world.away(ADA, &slip)?;
        remote.trust(&world.first_use())?;
        remote.sign()
    });
    signed.err().unwrap()
}

fn tampering(error: &Error, what: &str) {
    assert_eq!(error.kind(), Kind::Verification, "{what}: {error}");
}

impl World {
    fn seal_to_engineers(
        &self,
        secret: Id,
        epoch: u32,
        name: &str,
        blobs: [Vec<u8>; 3],
        keys: [SigningKey; 3],
    ) -> Claim {
        let session = self.open(EVE).unwrap();
        let (id, quorum) = session.find_quorum("engineers").unwrap();
        let name: SecretName = name.parse().unwrap();
        let shares = (0u8..)
            .zip(quorum.groups[0].members.iter().zip(blobs.iter().zip(keys)))
            .map(|(member, (holder, (blob, key)))| Share {
                group: 0,
                member,
                holder: *holder,
                key: key.public(),
                blob: Digest::of(blob),
            })
            .collect();
        Claim::Seal(Seal {
            secret,
            subject: name.subject,
            kind: name.kind,
            label: name.label,
            serves: Vec::new(),
            epoch,
            quorum: id,
            quorum_index: quorum.index,
            groups_needed: 1,
            thresholds: vec![2],
            payload: Digest::of(b"payload"),
            shares,
        })
    }

    /// eve's request for one secret, with a recipient that she can open.
    fn request_claim(&self, wanted: Wanted, operator: usize) -> (Claim, Vec<u8>) {
        let identity = age_file::encrypt(
            &self.people[operator].card.recipient,
            &random_id().0,
            &self.host,
        )
        .unwrap();
        let request = Request {
            secrets: vec![wanted],
            operator: self.id(operator),
            recipient: mallory(),
            identity: Digest::of(&identity),
            window_secs: 3600,
        };
        (Claim::Request(request, Some(purpose())), identity)
    }
}

#[test]
fn a_seal_that_lists_copied_ciphertexts_is_decrypted_for_nobody() {
    let template = World::ready();
    let victim = template.id(ADA);
    let blob_of = |world: &World, digest: &Digest| {
        world
            .open(EVE)
            .unwrap()
            .view()
            .blob(digest)
            .unwrap()
            .unwrap()
    };
    let share_of = |world: &World, secret: &str| {
        let epoch = world.epoch(EVE, &world.secret(secret), 1);
        epoch
            .shares
            .iter()
            .find(|share| share.holder == victim)
            .map(|share| blob_of(world, &share.blob))
            .unwrap()
    };
    let key_file = |world: &World, end: &str| {
        fs::read(world.ledger().join(format!("keys/{victim}.{end}"))).unwrap()
    };
    type Copied<'c> = Box<dyn Fn(&World) -> Vec<u8> + 'c>;
    let copies: Vec<(&str, Copied<'_>, &[&str])> = vec![
        (
            "ada's share of another secret",
            Box::new(|w| share_of(w, PASSWORD)),
            &["wrong-share"],
        ),
        (
            "ada's member key",
            Box::new(|w| key_file(w, "member.age")),
            &["wrong-share"],
        ),
        (
            "the data key, wrapped for ada",
            Box::new(|w| key_file(w, "age")),
            &["cannot-decrypt"],
        ),
        (
            "ada's governance share",
            Box::new(|w| {
                let governance = LedgerRecord::load(&w.open(EVE).unwrap().view())
                    .unwrap()
                    .unwrap()
                    .governance
                    .unwrap();
                blob_of(
                    w,
                    &governance
                        .shares
                        .iter()
                        .find(|share| share.holder == victim)
                        .unwrap()
                        .blob,
                )
            }),
            &["wrong-share"],
        ),
        (
            "the one-time identity of ada's own request",
            Box::new(|w| {
                let request = w.request(&[PASSWORD]);
                let record = RequestRecord::load(&w.open(EVE).unwrap().view(), &request.leaf)
                    .unwrap()
                    .unwrap();
                blob_of(w, &record.identity)
            }),
            &["wrong-share"],
        ),
        (
            "any file that is for ada",
            Box::new(|w| {
                age_file::encrypt(&w.people[ADA].card.recipient, b"a love letter", &w.host).unwrap()
            }),
            &["wrong-share"],
        ),
        (
            "no age file",
            Box::new(|_| b"rubbish".to_vec()),
            &["cannot-decrypt"],
        ),
    ];
    for (what, copied, codes) in copies {
        let world = template.copy();
        drop(world.session(ADA));
        let blob = copied(&world);
        let forger = Forger::new(&world, EVE);
        let secret = random_id();
        let blobs = [blob, b"second".to_vec(), b"third".to_vec()];
        let claim = world.seal_to_engineers(
            secret,
            1,
            "org/note",
            blobs.clone(),
            [own_key(), own_key(), own_key()],
        );
        let mut brought = blobs.to_vec();
        brought.push(b"payload".to_vec());
        let seal = forger.enter(claim, &brought);
        let (claim, identity) = world.request_claim(
            Wanted {
                secret,
                epoch: 1,
                seal,
            },
            EVE,
        );
        let request = forger.enter(claim, &[identity]);
        let before = world.contents(EVE);
        // Where the log itself breaks the rules, no program gets as far as that.
        let refused = |error: &Error| codes.contains(&error.code()) || error.code() == "blob-known";
        let signed = world.trusted(ADA).and_then(|mut ada| ada.sign_off(request));
        let error = signed.unwrap_err();
        tampering(&error, what);
        assert!(refused(&error), "{what}: {error}");
        let error = signed_by_slip(&world, request);
        assert!(refused(&error), "{what}, by slip: {error}");
        assert_eq!(before, world.contents(EVE), "{what}: nothing is written");
        for leaked in ["love letter", "AGE-SECRET-KEY", "ed25519 seed"] {
            assert!(
                !format!("{error:?}").contains(leaked),
                "{what}: nothing leaves"
            );
        }
    }
}

/// The shares of an epoch in other ciphertexts for the same people: as whoever sealed it can make them.
fn again(world: &World, epoch: &Epoch) -> Vec<Vec<u8>> {
    let one = |share: &Share| {
        let place = (0..world.people.len())
            .find(|place| world.id(*place) == share.holder)
            .unwrap();
        let own = world.shares_of(place, &world.secret(PASSWORD), 1);
        let (.., text) = own
            .into_iter()
            .find(|(_, own, _)| own.blob == share.blob)
            .unwrap();
        let recipient = &world.people[place].card.recipient;
        age_file::encrypt(recipient, text.text().expose().as_bytes(), &world.host).unwrap()
    };
    epoch.shares.iter().map(one).collect()
}

#[test]
fn a_share_proves_nothing_in_another_epoch_place_or_secret() {
    // eve seals epoch 2 with epoch 1's very shares, encrypted again: same texts, same keys.
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let first = world.epoch(EVE, &secret, 1);
    let forger = Forger::new(&world, EVE);
    let blobs = [b"1".to_vec(), b"2".to_vec(), b"3".to_vec()];
    for (what, secret, epoch, name) in [
        ("another epoch", secret, 2, PASSWORD),
        ("another secret", random_id(), 1, "org/note"),
    ] {
        let Claim::Seal(mut seal) = world.seal_to_engineers(
            secret,
            epoch,
            name,
            blobs.clone(),
            [own_key(), own_key(), own_key()],
        ) else {
            panic!()
        };
        seal.shares = first.shares.clone();
        let given = again(&world, &first);
        for (share, blob) in seal.shares.iter_mut().zip(&given) {
            share.blob = Digest::of(blob);
        }
        let payload = format!("payload of {what}").into_bytes();
        seal.payload = Digest::of(&payload);
        let brought = [given, vec![payload]].concat();
        let seal = forger.enter(Claim::Seal(seal), &brought);
        let (claim, identity) = world.request_claim(
            Wanted {
                secret,
                epoch,
                seal,
            },
            EVE,
        );
        let request = forger.enter(claim, &[identity]);
        let error = world.refused("wrong-share", || world.trusted(ADA)?.sign_off(request));
        tampering(&error, what);
    }
    // Within the same epoch: two places that change their ciphertexts.
    let Claim::Seal(mut seal) = world.seal_to_engineers(
        random_id(),
        1,
        "org/note:b",
        blobs,
        [own_key(), own_key(), own_key()],
    ) else {
        panic!()
    };
    for (share, known) in seal.shares.iter_mut().zip(&first.shares) {
        share.key = known.key;
    }
    let given = again(&world, &first);
    seal.shares[0].blob = Digest::of(&given[1]);
    seal.shares[1].blob = Digest::of(&given[0]);
    let secret = seal.secret;
    let brought = [given, vec![b"payload".to_vec()]].concat();
    let seal = forger.enter(Claim::Seal(seal), &brought);
    let (claim, identity) = world.request_claim(
        Wanted {
            secret,
            epoch: 1,
            seal,
        },
        EVE,
    );
    let request = forger.enter(claim, &[identity]);
    let error = world.refused("cannot-decrypt", || world.trusted(ADA)?.sign_off(request));
    tampering(&error, "another's ciphertext");
}

#[test]
fn a_request_whose_recipient_was_swapped_is_not_signed() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    drop(world.session(BEA));
    let entry = world
        .open(EVE)
        .unwrap()
        .view()
        .entry(request.seq)
        .unwrap()
        .unwrap();
    let facts = String::from_utf8(entry.facts.bytes.0).unwrap();
    let Claim::Request(asked, personal) = world
        .session(ADA)
        .preview(&request.leaf)
        .unwrap()
        .statement
        .claim()
        .clone()
    else {
        panic!()
    };
    let forger = Forger::new(&world, EVE);
    // In the facts that were signed, behind the pin.
    let swapped = facts.replace(&asked.recipient, &mallory());
    forger
        .raw
        .execute(
            "UPDATE leaf SET facts = ?2 WHERE seq = ?1",
            rusqlite::params![request.seq as i64, swapped.as_bytes()],
        )
        .unwrap();
    tampering(
        &world.refused("part-mismatch", || {
            world.trusted(BEA)?.sign_off(request.leaf)
        }),
        "facts",
    );
    forger
        .raw
        .execute(
            "UPDATE leaf SET facts = ?2 WHERE seq = ?1",
            rusqlite::params![request.seq as i64, facts.as_bytes()],
        )
        .unwrap();
    // In the table of requests.
    assert!(forger.edit("request", &asked.recipient, &mallory()) > 0);
    tampering(
        &world.refused("state-mismatch", || {
            world.trusted(BEA)?.sign_off(request.leaf)
        }),
        "table",
    );
    // As another statement under the same id.
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    drop(world.session(BEA));
    let forger = Forger::new(&world, EVE);
    let other = Request {
        recipient: mallory(),
        ..asked
    };
    let key = world.member_key(EVE);
    let known = world
        .open(EVE)
        .unwrap()
        .view()
        .entry(request.seq)
        .unwrap()
        .unwrap();
    let twin = twin(
        &world,
        &forger,
        Claim::Request(other, personal),
        known.id,
        key.signing(),
    );
    let error = world.refused("replayed", || world.trusted(BEA)?.sign_off(request.leaf));
    tampering(&error, "the same id again");
    let error = world.refused("replayed", || world.trusted(BEA)?.sign_off(twin));
    tampering(&error, "the same id again");
}

/// A statement of eve's with an id that is in use; the column says another, as it must be unique.
fn twin(world: &World, forger: &Forger<'_>, claim: Claim, id: Id, key: &SigningKey) -> Digest {
    use rootkeep::crypto::{canonical, dsse};
    use rootkeep::statement::header::{STATEMENT_TYPE, leaf_hash};
    let statement = forger.statement(claim);
    let mut header = statement.header().clone();
    header.id = id;
    let envelope = dsse::seal(STATEMENT_TYPE, &canonical::write(&header).unwrap(), key);
    let seq: i64 = forger
        .raw
        .query_row("SELECT count(*) FROM leaf", [], |row| row.get(0))
        .unwrap();
    let leaf = leaf_hash(&envelope);
    let parts = statement.parts();
    forger
        .raw
        .execute(
            "INSERT INTO leaf VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, x'', x'', x'', 0, x'', 0)",
            rusqlite::params![
                seq,
                leaf.as_bytes(),
                random_id().as_bytes(),
                world.id(EVE).as_bytes(),
                header.kind,
                header.made_at.seconds(),
                envelope,
                parts.facts.salt.0,
                parts.facts.bytes.0,
                parts.personal.as_ref().map(|part| &part.salt.0),
                parts.personal.as_ref().map(|part| &part.bytes.0),
            ],
        )
        .unwrap();
    forger.mend();
    leaf
}

#[test]
fn edited_tables_of_requests_are_held_to_the_log() {
    let hour = 3600;
    let cases: [(&str, i64, &str, &str); 7] = [
        (
            "made later",
            73 * hour,
            "\"made_at\":\"2026-11-21",
            "\"made_at\":\"2026-11-24",
        ),
        (
            "more hours",
            73 * hour,
            "\"request_hours\":72",
            "\"request_hours\":99",
        ),
        ("another operator", 0, "\"operator\":", "\"operator\":"),
        (
            "a longer window",
            0,
            "\"window_secs\":3600",
            "\"window_secs\":9600",
        ),
        (
            "not withdrawn",
            0,
            "\"withdrawn\":true",
            "\"withdrawn\":false",
        ),
        ("another index", 0, "\"index\":", "\"index\":1"),
        ("another epoch", 0, "\"epoch\":1", "\"epoch\":2"),
    ];
    for (what, later, from, to) in cases {
        let world = World::ready();
        let request = world.request(&[PASSWORD]);
        if what == "not withdrawn" {
            world.session(ADA).withdraw(request.leaf).unwrap();
        }
        drop(world.session(BEA));
        let forger = Forger::new(&world, EVE);
        let (from, to) = if what == "another operator" {
            (
                format!("{from}\"{}\"", world.id(ADA)),
                format!("{to}\"{}\"", world.id(EVE)),
            )
        } else {
            (from.to_owned(), to.to_owned())
        };
        assert!(forger.edit("request", &from, &to) > 0, "{what}");
        world.clock.forward(later);
        let error = world.refused("state-mismatch", || {
            world.trusted(BEA)?.sign_off(request.leaf)
        });
        tampering(&error, what);
    }
}

#[test]
fn an_operators_program_reveals_only_what_took_effect_in_the_log() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.session(BEA).sign_off(request.leaf).unwrap();
    drop(world.session(ADA));
    let forger = Forger::new(&world, EVE);
    let at = format!(
        "\"effect\":{{\"index\":{},\"at\":\"2026-11-21T09:30:00Z\"}}",
        request.seq
    );
    assert!(forger.edit("request", "\"effect\":null", &at) > 0);
    let secret = world.secret(PASSWORD);
    let error = world.refused("state-mismatch", || {
        world
            .trusted(ADA)?
            .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
    });
    tampering(&error, "an effect that no sign-off had");

    let world = World::ready();
    let request = world.request_by(ADA, &[PASSWORD], ADA, 60).unwrap();
    world.sign_all(request.leaf, &[BEA, CY]);
    drop(world.session(ADA));
    let forger = Forger::new(&world, EVE);
    world.clock.forward(61);
    assert!(
        forger.edit(
            "request",
            "\"at\":\"2026-11-21T09:30:00Z\"",
            "\"at\":\"2026-11-21T09:31:00Z\""
        ) > 0
    );
    let error = world.refused("state-mismatch", || {
        world
            .trusted(ADA)?
            .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
    });
    tampering(&error, "a window that began later");
}

#[test]
fn a_card_with_anothers_recipient_and_the_attackers_keys_is_noticed_by_its_owner() {
    let mut world = World::ready();
    let fay = world.newcomer("fay");
    let (swapped, part) = Card::issue(
        &rng(),
        world.people[fay].card.recipient.clone(),
        &world.people[fay].personal,
        &world.host,
    )
    .unwrap();
    // Nobody compared the fingerprint: the card that eve made is enrolled in fay's name.
    let claim = Claim::CustodianAdd(
        Add {
            card: Base64(swapped.envelope().to_vec()),
            roles: vec![Role::Holder],
        },
        Some(AddPersonal {
            salt: part.salt.clone(),
            bytes: part.bytes.clone(),
            identified_by: None,
        }),
    );
    let proposed = world.session(EVE).enter(claim, Vec::new()).unwrap();
    for signer in [ADA, BEA, CY] {
        world.session(signer).sign_off(proposed.leaf).unwrap();
    }
    assert_eq!(world.open(fay).err().unwrap().code(), "not-a-member");
    fs::remove_file(world.card_file(fay)).unwrap();
    let mut session = world.open(fay).unwrap();
    let first = FirstUse {
        genesis_code: Some(world.code()),
        fingerprint: Some(world.people[fay].card.words()),
    };
    let error = session.trust(&first).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("words-differ", Kind::Verification)
    );
    assert!(session.pin().is_none(), "nothing is believed");
    assert_eq!(session.accept().unwrap_err().code(), "genesis-code-needed");
}

#[test]
fn replaced_key_files_give_nothing_away() {
    let template = World::ready();
    let world = &template;
    let ada = world.id(ADA);
    let epoch = world.epoch(EVE, &world.secret(PASSWORD), 1);
    let share = epoch
        .shares
        .iter()
        .find(|share| share.holder == ada)
        .unwrap()
        .blob;
    let share = world
        .open(EVE)
        .unwrap()
        .view()
        .blob(&share)
        .unwrap()
        .unwrap();
    let to_member = Recipient::parse_native(
        &rootkeep::state::people::Custodian::load(&world.open(EVE).unwrap().view(), &ada)
            .unwrap()
            .unwrap()
            .age,
    )
    .unwrap();
    let for_member = |bytes: &[u8]| age_file::encrypt(&to_member, bytes, &world.host).unwrap();
    let other = Card::issue(
        &rng(),
        world.people[ADA].card.recipient.clone(),
        &world.people[ADA].personal,
        &world.host,
    )
    .unwrap()
    .0;
    let another_key = format!("{}\n", "ab".repeat(32));
    let cases: Vec<(&str, &str, Vec<u8>, &str)> = vec![
        (
            "a share for ada",
            "member.age",
            share.clone(),
            "bad-member-key",
        ),
        (
            "eve's keys, sealed to ada",
            "member.age",
            other.sealed.clone(),
            "wrong-member-key",
        ),
        (
            "bea's member key",
            "member.age",
            world.people[BEA].card.sealed.clone(),
            "not-a-member",
        ),
        ("rubbish", "member.age", b"rubbish".to_vec(), "not-a-member"),
        ("a share for ada", "age", share, "cannot-decrypt"),
        ("rubbish", "age", b"rubbish".to_vec(), "cannot-decrypt"),
        (
            "a letter",
            "age",
            for_member(b"a love letter"),
            "bad-data-key",
        ),
        (
            "another data key",
            "age",
            for_member(another_key.as_bytes()),
            "wrong-data-key",
        ),
        (
            "no line feed",
            "age",
            for_member(world.data_key(ADA).to_hex().expose().as_bytes()),
            "bad-data-key",
        ),
    ];
    for (what, end, bytes, code) in cases {
        let world = template.copy();
        ledger::write_private(
            &world.ledger().join(format!("keys/{ada}.{end}")),
            &bytes,
            Durability::Rename,
        )
        .unwrap();
        let error = world
            .open(ADA)
            .err()
            .unwrap_or_else(|| panic!("{what} as {end} was taken"));
        assert_eq!(error.code(), code, "{what} as {end}: {error}");
        let told = format!("{error:?}");
        for word in ["love letter", "AGE-SECRET", "seed"]
            .iter()
            .copied()
            .chain([another_key.trim()])
        {
            assert!(!told.contains(word), "{what} as {end}: {told}");
        }
        // Any other member's next decision mends what is theirs to mend.
        if end == "member.age" {
            world.session(BEA).repair_keys().unwrap();
            assert!(world.open(ADA).is_ok(), "{what}");
        }
    }
}

#[test]
fn edited_recipients_quorums_and_bindings_reach_no_seal_sign_off_or_reveal() {
    let template = World::ready();
    let request = template.request(&[PASSWORD]);
    let waiting = template.request(&[MFA]);
    template.sign_all(request.leaf, &[BEA, CY]);
    for person in 0..5 {
        drop(template.session(person));
    }
    let (dan, eve) = (template.id(DAN).to_hex(), template.id(EVE).to_hex());
    let secret = template.secret(PASSWORD);
    let (engineers, _) = template.session(ADA).find_quorum("engineers").unwrap();
    let (board, _) = template.session(ADA).find_quorum("board").unwrap();
    let edits: Vec<(&str, &str, String, String)> = vec![
        (
            "a recipient",
            "custodian",
            template.people[BEA].card.recipient.to_string(),
            mallory(),
        ),
        (
            "an operator's member key",
            "custodian",
            template.people[ADA].card.age.to_string(),
            mallory(),
        ),
        (
            "a signing key",
            "custodian",
            template.people[BEA].card.sign.to_string(),
            template.people[EVE].card.sign.to_string(),
        ),
        ("a member", "quorum", template.id(CY).to_hex(), eve.clone()),
        (
            "a threshold",
            "quorum",
            "\"threshold\":2".to_owned(),
            "\"threshold\":1".to_owned(),
        ),
        ("a binding", "binding", engineers.to_hex(), board.to_hex()),
        (
            "a governance share's holder",
            "ledger",
            dan.clone(),
            eve.clone(),
        ),
        (
            "the governance threshold",
            "ledger",
            "\"threshold\":3".to_owned(),
            "\"threshold\":2".to_owned(),
        ),
        (
            "the policy",
            "policy",
            "86400".to_owned(),
            "604800".to_owned(),
        ),
    ];
    for (what, kind, from, to) in edits {
        for pinned in [true, false] {
            let world = template.copy();
            // One session is open from before, and has verified.
            let mut before = world.session(ADA);
            let forger = Forger::new(&world, EVE);
            assert!(forger.edit(kind, &from, &to) > 0, "{what}");
            let plaintext = SecretBytes::copy_of(b"next");
            let again = || SealRequest {
                name: PASSWORD.parse().unwrap(),
                quorum: None,
                serves: Vec::new(),
                plaintext: &plaintext,
            };
            let refused = |error: Error, act: &str| {
                assert_eq!(
                    (error.code(), error.kind()),
                    ("state-mismatch", Kind::Verification),
                    "{what}: {act}: {error}"
                );
            };
            let all = world.contents(EVE);
            if pinned {
                refused(
                    before.seal(again()).unwrap_err(),
                    "seal, in a session from before",
                );
                refused(
                    before.sign_off(request.leaf).unwrap_err(),
                    "sign, in a session from before",
                );
                refused(
                    before
                        .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
                        .err()
                        .unwrap(),
                    "reveal, in a session from before",
                );
                let open = |place| world.open(place).unwrap();
                refused(open(ADA).seal(again()).unwrap_err(), "seal");
                refused(open(DAN).sign_off(waiting.leaf).unwrap_err(), "sign");
                refused(
                    open(ADA)
                        .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
                        .err()
                        .unwrap(),
                    "reveal",
                );
                refused(
                    open(DAN)
                        .request(&[(secret, 1)], world.id(DAN), 600, purpose())
                        .unwrap_err(),
                    "request",
                );
            } else if what != "an operator's member key" && what != "a signing key" {
                world.unpin(DAN);
                let opened = world.open(DAN);
                let first = opened.and_then(|mut session| session.trust(&world.first_use()));
                refused(first.unwrap_err(), "first use");
            }
            assert_eq!(all, world.contents(EVE), "{what}: nothing is written");
        }
    }
}

/// A clock that does something when it is read: between what a program reads and what it writes.
struct Meanwhile<F: Fn()>(TestClock, F);

impl<F: Fn()> Clock for Meanwhile<F> {
    fn now(&self) -> Result<Time> {
        (self.1)();
        self.0.now()
    }
}

#[test]
fn tables_that_are_edited_for_a_moment_deceive_nobody() {
    // eve edits bea's recipient and puts it back before anything is written; then the other way round.
    for edited_first in [true, false] {
        let world = World::ready();
        let bea = world.people[BEA].card.recipient.to_string();
        let thief = mallory();
        let (from, to) = if edited_first {
            (thief.clone(), bea.clone())
        } else {
            (bea.clone(), thief.clone())
        };
        let raw = world.raw(EVE);
        let edit = move || {
            edit_records(&raw, "custodian", &from, &to);
        };
        drop(world.session(ADA));
        let mut opening = world.opening(ADA).unwrap();
        opening.clock = Box::new(Meanwhile(world.clock.clone(), edit));
        let mut session = Session::open(&world.ledger(), opening).unwrap();
        session.trust(&FirstUse::default()).unwrap();
        if edited_first {
            assert_eq!(Forger::new(&world, EVE).edit("custodian", &bea, &thief), 1);
        }
        let before = leaves(&world);
        let plaintext = SecretBytes::copy_of(b"next");
        let request = SealRequest {
            name: PASSWORD.parse().unwrap(),
            quorum: None,
            serves: Vec::new(),
            plaintext: &plaintext,
        };
        let error = session.seal(request).unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            ("state-mismatch", Kind::Verification)
        );
        assert_eq!(before, leaves(&world), "nothing is sealed to anybody");
    }
}

fn leaves(world: &World) -> (i64, i64) {
    let count = |table: &str| {
        world
            .raw(EVE)
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap()
    };
    (count("leaf"), count("blob"))
}

#[test]
fn undo_rows_that_hide_an_edit_from_a_pin_hide_nothing() {
    let world = World::ready();
    drop(world.session(ADA));
    // A good entry of eve's after ada's pin, and an edited recipient that the undo row of that
    // entry would explain away.
    world.import(EVE);
    let forger = Forger::new(&world, EVE);
    let bea = world.id(BEA).to_hex();
    let old: Vec<u8> = forger
        .raw
        .query_row(
            "SELECT value FROM state WHERE kind = 'custodian' AND key = ?1",
            [&bea],
            |row| row.get(0),
        )
        .unwrap();
    forger.edit(
        "custodian",
        world.people[BEA].card.recipient.as_str(),
        &mallory(),
    );
    let seq: i64 = forger
        .raw
        .query_row("SELECT max(seq) FROM leaf", [], |row| row.get(0))
        .unwrap();
    forger
        .raw
        .execute(
            "INSERT INTO undo VALUES (?1, 'custodian', ?2, ?3)",
            rusqlite::params![seq, bea, old],
        )
        .unwrap();
    let error = world.refused("state-mismatch", || {
        world.open(ADA)?.trust(&FirstUse::default())
    });
    tampering(&error, "undo");
}

#[test]
fn entries_written_past_the_rules_stop_every_signer() {
    let settings = PolicySettings {
        request_hours: 720,
        ..PolicySettings::default()
    };
    type Make<'m> = Box<dyn Fn(&World, usize) -> (Claim, Vec<Vec<u8>>) + 'm>;
    let policy =
        |_: &World, _: usize| (Claim::PolicySet(SetPolicy { policy: settings }), Vec::new());
    let request = |world: &World, fay: usize| {
        let secret = world.secret(PASSWORD);
        let seal = world.epoch(EVE, &secret, 1).seal;
        let (claim, identity) = world.request_claim(
            Wanted {
                secret,
                epoch: 1,
                seal,
            },
            fay,
        );
        (claim, vec![identity])
    };
    let cases: Vec<(&str, Make<'_>, &str)> = vec![
        (
            "a proposal without the role",
            Box::new(policy),
            "illegal-entry",
        ),
        (
            "a request without the role",
            Box::new(request),
            "illegal-entry",
        ),
        (
            "a seal without the role",
            Box::new(|world, _| {
                let blobs = [b"1".to_vec(), b"2".to_vec(), b"3".to_vec()];
                let claim = world.seal_to_engineers(
                    random_id(),
                    1,
                    "org/note",
                    blobs.clone(),
                    [own_key(), own_key(), own_key()],
                );
                (claim, [blobs.to_vec(), vec![b"payload".to_vec()]].concat())
            }),
            "illegal-entry",
        ),
        (
            "an acceptance of nothing",
            Box::new(|world, _| {
                (
                    Claim::CustodianAccept(About {
                        subject: world.genesis(),
                    }),
                    Vec::new(),
                )
            }),
            "illegal-entry",
        ),
    ];
    for (what, make, code) in cases {
        let mut world = World::ready();
        let fay = world.newcomer("fay");
        world.enrol(fay, &[Role::Witness]);
        world.session(fay).accept().unwrap();
        let waiting = world.request(&[PASSWORD]);
        drop(world.session(ADA));
        let (claim, blobs) = make(&world, fay);
        let forger = Forger::new(&world, fay);
        let leaf = forger.enter(claim, &blobs);
        for subject in [waiting.leaf, leaf] {
            let error = world.refused(code, || world.trusted(ADA)?.sign_off(subject));
            tampering(&error, what);
        }
        let report = world.open(ADA).unwrap().verify(&mut |_, _| {}).unwrap();
        let last = world.open(ADA).unwrap().head().unwrap().0 - 1;
        assert!(
            report
                .problems
                .iter()
                .any(|problem| problem.seq == Some(last)),
            "{what}: {:?}",
            report.problems
        );
    }
}

#[test]
fn sign_offs_that_were_not_made_count_for_nothing() {
    let world = World::ready();
    let proposed = world
        .session(EVE)
        .enter(
            Claim::PolicySet(SetPolicy {
                policy: PolicySettings {
                    request_hours: 720,
                    ..Default::default()
                },
            }),
            Vec::new(),
        )
        .unwrap();
    drop(world.session(ADA));
    // eve signs for herself with a proof that is none, then in dan's name, then with dan's key id.
    let false_proof = SignOff {
        subject: proposed.leaf,
        proofs: vec![Proof {
            secret: Id([0; 16]),
            epoch: 1,
            group: 0,
            member: 4,
            proof: Base64(own_key().sign(b"proof")),
        }],
        shares: Vec::new(),
    };
    let copy = world.copy();
    Forger::new(&copy, EVE).enter(Claim::Sign(false_proof.clone()), &[]);
    tampering(
        &copy.refused("bad-proof", || copy.trusted(ADA)?.sign_off(proposed.leaf)),
        "a false proof",
    );
    let copy = world.copy();
    let forger = Forger::new(&copy, EVE);
    let statement = Forger::new(&copy, DAN).statement_by(EVE, Claim::Sign(false_proof));
    forger.append(&statement, &[]);
    tampering(
        &copy.refused("bad-signature", || {
            copy.trusted(ADA)?.sign_off(proposed.leaf)
        }),
        "in another's name",
    );
}

#[test]
fn history_rewritten_behind_a_pin_is_a_fork() {
    let world = World::ready();
    drop(world.session(ADA));
    let forger = Forger::new(&world, EVE);
    let seq: i64 = forger
        .raw
        .query_row("SELECT max(seq) FROM leaf WHERE kind = 'seal'", [], |row| {
            row.get(0)
        })
        .unwrap();
    // An entry of the same length of log, with everything mended after it.
    forger
        .raw
        .execute_batch(&format!("DELETE FROM leaf WHERE seq = {seq}"))
        .unwrap();
    forger.mend();
    let statement = forger.statement(import_claim());
    forger.append(&statement, &[]);
    let error = world.open(ADA).err().unwrap();
    assert_eq!((error.code(), error.kind()), ("forked", Kind::Verification));
}

#[test]
fn triggers_and_views_are_neither_run_nor_ignored() {
    let attacks = [
        "CREATE TRIGGER t AFTER INSERT ON leaf BEGIN DELETE FROM cosignature; END",
        "CREATE VIEW v AS SELECT * FROM leaf",
        "CREATE TABLE other (x)",
        "CREATE INDEX i ON leaf (made_at)",
        "ALTER TABLE state RENAME TO state2; CREATE VIEW state AS SELECT * FROM state2",
        "ALTER TABLE leaf ADD COLUMN more TEXT",
        "DROP INDEX leaf_by_kind",
    ];
    for attack in attacks {
        let world = World::ready();
        let mut open = world.session(ADA);
        world.raw(EVE).execute_batch(attack).unwrap();
        let error = open.enter(import_claim(), Vec::new()).unwrap_err();
        assert_eq!(
            (error.code(), error.kind()),
            ("schema-changed", Kind::Verification),
            "{attack}"
        );
        let report = open.verify(&mut |_, _| {}).map(|report| report.problems);
        assert!(
            report.is_err()
                || report.is_ok_and(|problems| problems.iter().any(|p| p.code == "schema-changed")),
            "{attack}"
        );
        drop(open);
        let error = world.open(ADA).err().unwrap();
        assert_eq!(
            (error.code(), error.kind()),
            ("schema-changed", Kind::Verification),
            "{attack}"
        );
    }
}

#[test]
fn withdrawing_a_request_takes_no_other_statements_ciphertext_away() {
    // eve asks with the password's own ciphertext as the one-time identity, and takes it back.
    let world = World::ready();
    let secret = world.secret(PASSWORD);
    let epoch = world.epoch(EVE, &secret, 1);
    let payload = world
        .open(EVE)
        .unwrap()
        .view()
        .blob(&epoch.payload)
        .unwrap()
        .unwrap();
    let request = Request {
        secrets: vec![Wanted {
            secret,
            epoch: 1,
            seal: epoch.seal,
        }],
        operator: world.id(EVE),
        recipient: mallory(),
        identity: epoch.payload,
        window_secs: 600,
    };
    let claim = Claim::Request(request, Some(purpose()));
    world.refused("blob-known", || {
        world
            .session(EVE)
            .enter(claim.clone(), vec![payload.clone()])
    });
    // Written past the rules, it is found.
    let forger = Forger::new(&world, EVE);
    forger.enter(claim, &[]);
    let report = world.open(ADA).unwrap().verify(&mut |_, _| {}).unwrap();
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.code == "blob-known"),
        "{:?}",
        report.problems
    );
}
