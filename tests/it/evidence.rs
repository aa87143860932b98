//! A bundle of evidence says what the log says, to somebody who has neither the ledger nor this program's word; and
//! nothing in it opens a safe.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rootkeep::crypto::canonical;
use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::sshsig;
use rootkeep::error::Result;
use rootkeep::exchange::evidence::bundle::{
    self, Bundle, EVIDENCE, PAGE, SUMS, TRUST, envelope_name, parts_name, proof_name,
};
use rootkeep::exchange::evidence::container;
use rootkeep::exchange::evidence::frameworks::{self, Framework};
use rootkeep::exchange::evidence::gather::{Wanted, Words, again, gather, missing};
use rootkeep::exchange::evidence::model::{Evidence, Shown};
use rootkeep::exchange::evidence::verify::{self, Demands, Verdict};
use rootkeep::exchange::evidence::{csv_tables, oscal};
use rootkeep::ledger::{People, Reading, Session};
use rootkeep::present::{describe, evidence as page};
use rootkeep::state::rules::Quorum;
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Kind};

use crate::world::*;

pub type Files = BTreeMap<String, Vec<u8>>;

pub struct OurWords;

impl Words for OurWords {
    fn claim(&self, source: &dyn Reading, claim: &Claim, people: &People) -> Result<String> {
        describe::claim(source, claim, people)
    }

    fn rule(&self, quorum: &Quorum, people: &People) -> String {
        describe::rule(quorum, people)
    }
}

pub fn wanted() -> Wanted {
    Wanted {
        from: Date::parse("2026-01-01").unwrap(),
        to: Date::parse("2027-12-31").unwrap(),
        since: None,
        note: None,
        scope: Vec::new(),
        withheld: Vec::new(),
        redacted: false,
        bags: false,
        frameworks: Framework::find_all(frameworks::names()).unwrap(),
    }
}

/// What `place` exports at `size`, or at the head.
pub fn export_at(
    world: &World,
    place: usize,
    wanted: &Wanted,
    size: Option<u64>,
) -> (Bundle, Files) {
    let mut session = world.session(place);
    let size = size.unwrap_or_else(|| session.head().unwrap().0);
    let bundle = session
        .as_of(size, &mut |_, _| {}, |session| {
            gather(session, wanted, &OurWords)
        })
        .unwrap();
    let mut files = all_files(&bundle);
    close(&session, &mut files);
    (bundle, files)
}

/// Every file but digests and signatures.
pub fn all_files(bundle: &Bundle) -> Files {
    let mut views = csv_tables::csv_files(&bundle.evidence).unwrap();
    views.extend(
        oscal::assessment_results(&bundle.evidence)
            .unwrap()
            .map(|bytes| ("assessment-results.json".to_owned(), bytes)),
    );
    views.push((PAGE.to_owned(), page::page(bundle).unwrap().into()));
    bundle.files(views).unwrap()
}

pub fn export(world: &World) -> (Bundle, Files) {
    export_at(world, 0, &wanted(), None)
}

pub fn close(session: &Session, files: &mut Files) {
    let sign = |sums: &[u8]| session.sign_evidence(sums);
    bundle::close(files, &session.member(), sign).unwrap();
}

/// As an exporter would who has changed something: all digests, and the signature, are of what is there now.
pub fn closed_again(world: &World, files: &Files) -> Files {
    let mut files: Files = files
        .iter()
        .filter(|(name, _)| *name != SUMS && !name.starts_with("signatures/"))
        .map(|(name, bytes)| (name.clone(), bytes.clone()))
        .collect();
    close(&world.session(0), &mut files);
    files
}

pub fn verified(files: &Files) -> Verdict {
    let demands = Demands {
        page: Some(page::page),
        ..Demands::default()
    };
    verify::verify(&verify::borrowed(files), &demands, 2)
}

/// What another custodian finds different who makes the bundle again.
fn differences(world: &World, place: usize, files: &Files) -> Vec<String> {
    let verdict = verified(files);
    assert!(verdict.is_good(), "{:?}", verdict.problems);
    let evidence = verdict.evidence.unwrap();
    let theirs = verify::borrowed(files);
    let wanted = again::wanted(&theirs, &evidence, Vec::new()).unwrap();
    let mut session = world.session(place);
    let mut made = session
        .as_of(evidence.checkpoint.size, &mut |_, _| {}, |session| {
            gather(session, &wanted, &OurWords)
        })
        .unwrap();
    made.evidence.exporter = evidence.exporter;
    again::differences(&theirs, &all_files(&made))
}

/// A world in which a secret was released, used and changed.
pub fn released() -> World {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[1, 2]);
    world
        .session(0)
        .enter(close_claim(request.leaf), Vec::new())
        .unwrap();
    world
}

/// Changes `evidence.json`, and nothing else.
pub fn retold(files: &Files, change: impl FnOnce(&mut Evidence)) -> Files {
    let mut evidence: Evidence = bundle::read_lined(&files[EVIDENCE], "it").unwrap();
    change(&mut evidence);
    let mut bytes = canonical::write(&evidence).unwrap();
    bytes.push(b'\n');
    let mut files = files.clone();
    files.insert(EVIDENCE.to_owned(), bytes);
    files
}

#[track_caller]
pub fn names(verdict: &Verdict, what: &str, code: &str) {
    let found = verdict.problems.iter().any(|problem| {
        let seq = problem.seq.map(|seq| format!("#{seq}"));
        problem.code == code
            && (problem.file.as_deref() == Some(what)
                || seq.as_deref() == Some(what)
                || what.is_empty())
    });
    assert!(found, "{what} {code}: {:?}", verdict.problems);
}

#[test]
fn a_bundle_is_good_without_its_ledger() {
    let world = released();
    let (bundle, files) = export(&world);
    drop(world);
    let verdict = verified(&files);
    assert!(verdict.is_good(), "{:?}", verdict.problems);
    assert_eq!(verdict.statements, bundle.evidence.range.end);
    let mut archive = Vec::new();
    container::write(&mut archive, &files).unwrap();
    let again = verify::unpack(&archive).unwrap();
    assert!(verify::verify(&again, &Demands::default(), 1).is_good());
    let release = &bundle.evidence.tables.releases[0];
    assert_eq!(release.outcome.as_deref(), Some("used"));
    assert_eq!(release.agreed.len(), 2);
}

#[test]
fn exporting_again_at_the_same_checkpoint_gives_the_same_bytes() {
    let world = released();
    let (bundle, first) = export(&world);
    let size = bundle.evidence.checkpoint.size;
    world.clock.forward(40 * 86_400);
    world.request(&[MFA]);
    world.quorum("later", 2, &[0, 1]);
    let (_, again) = export_at(&world, 0, &wanted(), Some(size));
    for (name, bytes) in &first {
        assert!(again.get(name) == Some(bytes), "{name}");
    }
    assert_eq!(first.len(), again.len());
    world.assert_good(0);
}

#[test]
fn another_custodian_makes_the_same_bundle() {
    let world = released();
    for redacted in [false, true] {
        let wanted = Wanted {
            redacted,
            bags: redacted,
            ..wanted()
        };
        let (bundle, files) = export_at(&world, 0, &wanted, None);
        assert_eq!(differences(&world, 1, &files), Vec::<String>::new());
        let world = &world;
        let at = bundle.evidence.checkpoint.size;
        // The log has gone on, and the checkpoint has more cosignatures since.
        world.session(2).cosign_head().unwrap();
        world.import(1);
        assert!(world.session(1).head().unwrap().0 > at);
        assert_eq!(differences(world, 1, &files), Vec::<String>::new());
    }
}

#[test]
fn what_an_exporter_says_otherwise_than_the_ledger_no_other_custodian_signs() {
    let world = released();
    let (bundle, _) = export(&world);
    assert!(!bundle.evidence.findings.is_empty());
    type Lie = fn(&mut Evidence);
    let lies: [(Lie, &str); 4] = [
        (
            |evidence| evidence.findings[0].message = "nothing much".to_owned(),
            "findings",
        ),
        (|evidence| evidence.rules.not_applicable.clear(), "rules"),
        (|evidence| evidence.custody.secrets.clear(), "custody"),
        (
            |evidence| evidence.statements[3].text = Some("nothing much".to_owned()),
            "statements",
        ),
    ];
    for (lie, member) in lies {
        let mut other = bundle.clone();
        lie(&mut other.evidence);
        other.evidence.missing = missing::of(&other.evidence);
        assert!(other.evidence != bundle.evidence, "{member}");
        let mut files = all_files(&other);
        close(&world.session(0), &mut files);
        let found = differences(&world, 1, &files);
        assert!(
            found.contains(&format!("evidence.json, field `{member}`")),
            "{member}: {found:?}"
        );
    }
}

#[test]
fn the_page_is_what_the_other_files_say() {
    let world = released();
    let (_, files) = export(&world);
    let mut other = files.clone();
    let text = String::from_utf8(other[PAGE].clone()).unwrap();
    let changed = text.replacen("<h2 id=\"missing\"", "<h2  id=\"missing\"", 1);
    assert_ne!(text, changed);
    other.insert(PAGE.to_owned(), changed.into_bytes());
    names(
        &verified(&closed_again(&world, &other)),
        PAGE,
        "view-differs",
    );
}

#[test]
fn looking_back_changes_nothing_in_the_ledger() {
    let world = released();
    let before = world.contents(0);
    let (size, root) = world.session(0).head().unwrap();
    let mut session = world.session(0);
    let seen = session.as_of(5, &mut |_, _| {}, |session| session.head());
    assert_eq!(seen.unwrap().0, 5);
    assert_eq!(session.head().unwrap(), (size, root));
    assert_eq!(world.contents(0), before);
    assert!(session.as_of(size + 1, &mut |_, _| {}, |_| Ok(())).is_err());
}

#[test]
fn a_file_that_was_taken_away_or_added_is_named() {
    let (_, files) = export(&released());
    for name in files.keys() {
        let mut fewer = files.clone();
        fewer.remove(name);
        names(&verified(&fewer), name, "file-missing");
    }
    let mut more = files.clone();
    more.insert("statements/99999999.dsse.json".to_owned(), b"{}".to_vec());
    names(
        &verified(&more),
        "statements/99999999.dsse.json",
        "file-added",
    );
}

#[test]
fn a_file_that_was_changed_is_named() {
    let world = released();
    let (_, files) = export(&world);
    for (name, bytes) in &files {
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut other = files.clone();
            other.get_mut(name).unwrap()[at] ^= 1;
            let verdict = verified(&other);
            // Of the file of digests it is the signatures, and what it then says of others, that don't fit.
            let about = verdict.problems.iter().any(|problem| {
                let named = problem.file.as_ref();
                named == Some(name) || (name == SUMS && named.is_some())
            });
            assert!(about, "{name} at {at}: {:?}", verdict.problems);
        }
    }
}

#[test]
fn no_byte_of_the_archive_can_be_changed() {
    let world = World::ready();
    world.clock.forward(86_400 * 30);
    let request = world.request(&[PASSWORD]);
    world.sign_all(request.leaf, &[1, 2]);
    let mut session = world.session(0);
    let mut late = wanted();
    late.from = Date(session.now().unwrap().to_chrono().date_naive());
    late.frameworks.clear();
    let bundle = session
        .as_of(session.head().unwrap().0, &mut |_, _| {}, |session| {
            gather(session, &late, &OurWords)
        })
        .unwrap();
    assert_eq!(bundle.statements.len(), 3);
    let mut views = csv_tables::csv_files(&bundle.evidence).unwrap();
    views.push((PAGE.to_owned(), b"a page\n".to_vec()));
    let mut files = bundle.files(views).unwrap();
    close(&session, &mut files);
    let mut archive = Vec::new();
    container::write(&mut archive, &files).unwrap();
    assert!(verify::verify(&verify::unpack(&archive).unwrap(), &Demands::default(), 1).is_good());
    for at in 0..archive.len() {
        archive[at] ^= 1 << (at % 8);
        let good = verify::unpack(&archive)
            .is_ok_and(|files| verify::verify(&files, &Demands::default(), 1).is_good());
        assert!(!good, "byte {at}");
        archive[at] ^= 1 << (at % 8);
    }
}

#[test]
fn an_exporter_cannot_swap_leave_out_or_repeat_statements() {
    let world = released();
    let (bundle, files) = export(&world);
    let last = bundle.evidence.range.end - 1;
    let again = |files: &Files| verified(&closed_again(&world, files));
    assert!(again(&files).is_good());

    let mut swapped = files.clone();
    swapped.insert(envelope_name(8), files[&envelope_name(9)].clone());
    swapped.insert(envelope_name(9), files[&envelope_name(8)].clone());
    names(&again(&swapped), "#8", "line-differs");
    names(&again(&swapped), "#9", "line-differs");

    let mut fewer = retold(&files, |evidence| {
        evidence.statements.remove(8);
    });
    for name in [envelope_name(8), parts_name(8), proof_name(8)] {
        fewer.remove(&name);
    }
    names(&again(&fewer), EVIDENCE, "incomplete");

    let cut = retold(&files, |evidence| {
        evidence.statements.pop();
        evidence.range.end -= 1;
        evidence.range.disclosed -= 1;
    });
    names(&again(&cut), &envelope_name(last), "stray-file");

    let twice = retold(&files, |evidence| {
        let line = evidence.statements[8].clone();
        evidence.statements.insert(9, line);
    });
    names(&again(&twice), EVIDENCE, "incomplete");
}

#[test]
fn an_exporter_cannot_put_words_into_statements() {
    let world = released();
    let (bundle, files) = export(&world);
    let again = |files: &Files| verified(&closed_again(&world, files));
    let request = bundle.evidence.tables.releases[0].seq;
    let mut other = files.clone();
    let told = String::from_utf8(files[&parts_name(request)].clone()).unwrap();
    let (before, salt) = told.split_once("{\"salt\":\"").unwrap();
    let first = if salt.starts_with('A') { "B" } else { "A" };
    let changed = format!("{before}{{\"salt\":\"{first}{}", &salt[1..]);
    other.insert(parts_name(request), changed.into_bytes());
    names(&again(&other), &format!("#{request}"), "part-mismatch");

    for (what, code, change) in [
        (
            "time",
            "line-differs",
            (|line| line.made_at = line.made_at.plus(60))
                as fn(&mut rootkeep::exchange::evidence::model::StatementLine),
        ),
        ("kind", "line-differs", |line| {
            line.kind = "close".to_owned()
        }),
        ("author", "line-differs", |line| {
            line.author = line.signed[0].custodian
        }),
        ("sign-offs", "line-differs", |line| line.signed.clear()),
        ("happened", "line-differs", |line| {
            line.happened_at = Some(line.made_at)
        }),
        ("shown", "line-differs", |line| line.shown = Shown::Facts),
    ] {
        let other = retold(&files, |evidence| {
            change(&mut evidence.statements[request as usize])
        });
        let verdict = again(&other);
        assert!(!verdict.is_good(), "{what}");
        names(&verdict, &format!("#{request}"), code);
    }
    let other = retold(&files, |evidence| {
        evidence.tables.releases[0].outcome = Some("unused".to_owned())
    });
    names(&again(&other), EVIDENCE, "tables-differ");
    let other = retold(&files, |evidence| evidence.checkpoint.cosigned.clear());
    names(&again(&other), EVIDENCE, "cosigners-differ");
}

#[test]
fn statements_proofs_and_checkpoints_of_another_ledger_do_not_fit() {
    let (world, other) = (released(), World::active(5, 3));
    other.quorum("engineers", 2, &[0, 1, 2]);
    let (_, files) = export(&world);
    let (_, foreign) = export(&other);
    let again = |files: &Files| verified(&closed_again(&world, files));
    let with = |name: String| {
        let mut files = files.clone();
        files.insert(name.clone(), foreign[&name].clone());
        files
    };
    names(&again(&with(envelope_name(7))), "#7", "unknown-author");
    names(&again(&with(proof_name(7))), "#7", "bad-proof");
    names(
        &again(&with("checkpoint".to_owned())),
        "checkpoint",
        "other-ledger",
    );
    names(&again(&with(TRUST.to_owned())), TRUST, "other-ledger");
    names(&again(&with("policy".to_owned())), "policy", "not-as-trust");
}

#[test]
fn an_old_checkpoint_is_not_shown_as_a_new_one() {
    let world = released();
    let (old, old_files) = export(&world);
    world.quorum("later", 2, &[0, 1]);
    let (_, files) = export(&world);
    let mut mixed = files.clone();
    mixed.insert("checkpoint".to_owned(), old_files["checkpoint"].clone());
    names(
        &verified(&closed_again(&world, &mixed)),
        "checkpoint",
        "other-checkpoint",
    );
    let mut newer = verified(&old_files);
    verify::continues(&verified(&files), &mut newer);
    names(&newer, "", "rolled-back");
    // It continues the older only where it proves that.
    let mut newer = verified(&files);
    verify::continues(&verified(&old_files), &mut newer);
    names(&newer, "", "does-not-continue");
    let mut since = wanted();
    let before = rootkeep::statement::Seen {
        size: old.evidence.checkpoint.size,
        root: old.evidence.checkpoint.root,
    };
    since.since = Some((before, before.size));
    let (_, files) = export_at(&world, 0, &since, None);
    let mut newer = verified(&files);
    verify::continues(&verified(&old_files), &mut newer);
    assert!(newer.is_good(), "{:?}", newer.problems);
    let mut without = files.clone();
    without.remove("consistency");
    names(
        &verified(&closed_again(&world, &without)),
        "consistency",
        "file-missing",
    );
}

#[test]
fn a_reader_holds_it_to_keys_from_elsewhere() {
    let world = released();
    let (bundle, files) = export(&world);
    let held = |demands: &Demands| verify::verify(&verify::borrowed(&files), demands, 1);
    let mut trust = bundle.trust.clone();
    let brought = |trust| Demands {
        trust: Some(trust),
        ..Demands::default()
    };
    let good = held(&brought(trust.clone()));
    assert!(good.is_good(), "{:?}", good.problems);
    assert_eq!(good.confirmed.len(), 5);
    let fingerprint = |place: usize| {
        let key = bundle.trust.key(&world.id(place)).unwrap();
        sshsig::fingerprint(&key.sign).unwrap()
    };
    let by = |places: &[usize], cosigners| Demands {
        trust: None,
        fingerprints: places.iter().map(|place| fingerprint(*place)).collect(),
        cosigners,
        page: None,
    };
    // Whoever appended last has cosigned.
    assert!(held(&by(&[0], 1)).is_good());
    names(&held(&by(&[3], 1)), "", "too-few-cosigners");
    names(&held(&by(&[0, 3], 2)), "", "too-few-cosigners");
    trust.custodians[1].until = Some(9);
    names(&held(&brought(trust.clone())), TRUST, "other-end");
    let other = trust.custodians[1].sign;
    trust.custodians[0].sign = other;
    names(&held(&brought(trust.clone())), TRUST, "other-key");
    trust.custodians.remove(0);
    trust.ledger = Digest::of(b"another");
    names(&held(&brought(trust)), TRUST, "other-ledger");
}

#[test]
fn nothing_in_it_opens_a_safe() {
    let world = released();
    let (_, files) = export(&world);
    let all: Vec<u8> = files
        .values()
        .flat_map(|bytes| bytes.iter().copied().chain(*b"\n"))
        .collect();
    let has = |needle: &[u8]| memchr::memmem::find(&all, needle).is_some();
    for secret in [
        PASSWORD_TEXT,
        MFA_TEXT,
        b"AGE-SECRET-KEY",
        b"age-encryption.org",
    ] {
        let base64 = data_encoding::BASE64.encode(&secret[..secret.len() / 3 * 3]);
        assert!(!has(secret) && !has(base64.as_bytes()));
    }
    // No blob, in either form: they are ciphertexts of shares, payloads, identities.
    let session = world.session(0);
    let raw = world.raw(0);
    let mut blobs = raw.prepare("SELECT bytes FROM blob").unwrap();
    let blobs: Vec<Vec<u8>> = blobs
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(|row| row.unwrap())
        .collect();
    assert!(blobs.len() > 5);
    for blob in &blobs {
        assert!(!has(&blob[..blob.len().min(48)]));
        assert!(!has(&data_encoding::BASE64
            .encode(&blob[..48])
            .into_bytes()));
    }
    // No card either: it has the member key, encrypted to its owner.
    let Claim::Genesis(charter, _) = session.proven(0).unwrap().claim().clone() else {
        panic!("no genesis");
    };
    for founder in &charter.founders {
        assert!(!has(&founder.card.0[..200]));
        assert!(!has(&data_encoding::BASE64
            .encode(&founder.card.0[..198])
            .into_bytes()));
    }
}

#[test]
fn what_is_withheld_is_not_there() {
    let world = released();
    let mut redacted = wanted();
    redacted.redacted = true;
    redacted.withheld = vec![Kind::QuorumDefine];
    let (bundle, files) = export_at(&world, 0, &redacted, None);
    let verdict = verified(&files);
    assert!(verdict.is_good(), "{:?}", verdict.problems);
    let mut texts: Vec<Cow<'_, str>> = files
        .values()
        .map(|bytes| String::from_utf8_lossy(bytes))
        .collect();
    for one in &bundle.statements {
        for part in one.facts.iter().chain(&one.personal) {
            texts.push(String::from_utf8_lossy(&part.bytes.0));
        }
        assert!(one.personal.is_none());
    }
    let (whole, _) = export(&world);
    for person in &whole.evidence.people {
        let name = &person.name;
        for text in &texts {
            let words = text.split(|c: char| !c.is_alphanumeric() && !"+/=".contains(c));
            assert!(!words.into_iter().any(|word| word == name), "{name}");
        }
    }
    for word in ["close an account", "OPS-1", "@example.com"] {
        assert!(texts.iter().all(|text| !text.contains(word)), "{word}");
    }
    for line in &bundle.evidence.statements {
        let hidden = ["genesis", "quorum.define"].contains(&line.kind.as_str());
        assert_eq!(line.shown == Shown::Header, hidden, "{}", line.kind);
    }
}

#[test]
fn no_archive_makes_the_reader_panic() {
    let (_, files) = export(&World::ready());
    let mut archive = Vec::new();
    container::write(&mut archive, &files).unwrap();
    for cut in [0, 1, 29, 30, 31, 100, archive.len() / 2, archive.len() - 1] {
        assert!(verify::unpack(&archive[..cut]).is_err());
    }
    // Files that are there, and are not what they ought to be.
    for name in files.keys() {
        for bytes in [&b""[..], b"{}", b"\xff\xfe", b"null\n"] {
            let mut other = files.clone();
            other.insert(name.clone(), bytes.to_vec());
            let verdict = verified(&other);
            assert!(!verdict.is_good(), "{name}");
        }
    }
}
