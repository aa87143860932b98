//! The test vectors of docs/formats.md. They were made by tests/vectors/make_formats.py, which
//! shares no code with this program.

use data_encoding::{BASE64, HEXLOWER};
use rootkeep::crypto::dsse::{self, UntrustedEnvelope};
use rootkeep::crypto::ed25519::SigningKey;
use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::crypto::part::{PartName, commitment};
use rootkeep::crypto::possession::{self, ShareContext};
use rootkeep::crypto::secret::{Key32, SecretText};
use rootkeep::crypto::words;
use rootkeep::log;
use rootkeep::statement::header::leaf_hash;
use rootkeep::statement::slips::{self, UntrustedRequestSlip};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/formats.json")).unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no `{name}`"))
}

fn digest(value: &Value, name: &str) -> Digest {
    Digest::parse(text(value, name)).unwrap()
}

fn id(value: &Value, name: &str) -> Id {
    Id::parse(text(value, name)).unwrap()
}

fn key(value: &Value, name: &str) -> SigningKey {
    SigningKey::from_seed(&Key32::new(digest(value, name).0)).unwrap()
}

fn spaced(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn parts_are_committed_to_with_salt_and_name() {
    for vector in vectors()["commitment"].as_array().unwrap() {
        let name = [PartName::Facts, PartName::Personal, PartName::Card]
            .into_iter()
            .find(|name| name.as_str() == text(vector, "part"))
            .unwrap();
        let salt = HEXLOWER.decode(text(vector, "salt").as_bytes()).unwrap();
        let made = commitment(name, &salt, text(vector, "bytes").as_bytes());
        assert_eq!(made, digest(vector, "digest"));
    }
}

#[test]
fn a_ledger_is_named_by_its_charter_and_spoken_in_words() {
    let vector = &vectors()["ledger"];
    let made = Digest::of_all(&[b"rootkeep/ledger/v1\n", text(vector, "charter").as_bytes()]);
    assert_eq!(made, digest(vector, "id"));
    assert_eq!(spaced(&words::spell(&made)), text(vector, "code"));
}

#[test]
fn a_card_is_spoken_in_words() {
    let vector = &vectors()["fingerprint"];
    let made = Digest::of_all(&[b"rootkeep/card/v1\n", text(vector, "payload").as_bytes()]);
    assert_eq!(made, digest(vector, "digest"));
    assert_eq!(spaced(&words::spell(&made)), text(vector, "words"));
}

#[test]
fn an_envelope_has_exactly_these_bytes() {
    let vector = &vectors()["envelope"];
    let signer = key(vector, "seed");
    let kind = text(vector, "type");
    let made = dsse::seal(kind, text(vector, "payload").as_bytes(), &signer);
    assert_eq!(
        String::from_utf8(made.clone()).unwrap(),
        text(vector, "envelope")
    );
    assert_eq!(leaf_hash(&made), digest(vector, "leaf"));
    let read = UntrustedEnvelope::parse(&made).unwrap();
    assert_eq!(
        read.verify(kind, &signer.public()).unwrap(),
        text(vector, "payload").as_bytes()
    );
}

#[test]
fn possession_is_proven_by_a_key_of_share_and_context() {
    let vector = &vectors()["possession"];
    let number = |name: &str| vector[name].as_u64().unwrap();
    let context = ShareContext {
        ledger: digest(vector, "ledger"),
        secret: id(vector, "secret"),
        epoch: u32::try_from(number("epoch")).unwrap(),
        group: u8::try_from(number("group")).unwrap(),
        member: u8::try_from(number("member")).unwrap(),
    };
    let made =
        possession::key(&SecretText::new(text(vector, "share").to_owned()), &context).unwrap();
    assert_eq!(made.public().to_string(), text(vector, "key"));
    let proof = possession::prove(
        &made,
        &context,
        &id(vector, "custodian"),
        &digest(vector, "subject"),
    );
    assert_eq!(BASE64.encode(&proof), text(vector, "proof"));
}

#[test]
fn checkpoints_and_cosignatures_are_c2sp_notes() {
    let vector = &vectors()["checkpoint"];
    let mut tree = log::Frontier::new();
    for leaf in 0u8..3 {
        tree.push(log::leaf_hash(&[leaf])).unwrap();
    }
    assert_eq!(Digest(tree.root().into()), digest(vector, "root"));
    let ledger = digest(vector, "ledger");
    let checkpoint = log::Checkpoint::new(log::origin(&ledger.0), 3, tree.root()).unwrap();
    assert_eq!(checkpoint.body(), text(vector, "body"));
    let line = checkpoint.sign(key(vector, "log_seed").pair());
    assert_eq!(line.to_string(), text(vector, "log_line"));
    let name = log::custodian_name(&ledger.0, &id(vector, "custodian").0);
    let time = vector["time"].as_u64().unwrap();
    let line = log::cosign(
        &checkpoint,
        &name,
        time,
        key(vector, "custodian_seed").pair(),
    )
    .unwrap();
    assert_eq!(line.to_string(), text(vector, "custodian_line"));
}

#[test]
fn a_slips_head_signs_its_body() {
    let vector = &vectors()["slip"];
    let bytes = text(vector, "slip").as_bytes();
    let slip = UntrustedRequestSlip::parse(bytes).unwrap();
    let seed = key(vector, "seed");
    let untrusted = slip.head().unwrap();
    untrusted.verify(&seed.public()).unwrap();
    let head = untrusted.untrusted().clone();
    assert_eq!(serde_json::to_string(&head).unwrap(), text(vector, "head"));
    assert_eq!(head.body, digest(vector, "body"));
    let body = slip.into_body();
    assert_eq!(body.digest().unwrap(), head.body);
    assert_eq!(slips::write_request(&head, body, &seed).unwrap(), bytes);
}
