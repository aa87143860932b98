//! The log's trees, proofs and notes against other people's code.
//!
//! Ten thousand random trees: `tlog_tiles` and `ct-merkle` agree with us on every root and proof,
//! and refuse what we refuse. `signed_note` reads what we sign, and we what it signs. Go's `sumdb`
//! and a Python verifier of cosignatures are run by the tests marked `ignored`, which need them
//! installed: `cargo test --test log_oracles -- --include-ignored`.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use data_encoding::BASE64;
use ring::signature::Ed25519KeyPair;
use rootkeep::log::{
    self, AddCheckpoint, Checkpoint, Frontier, Hash, KeyName, MemoryNodes, Nodes, NoteError,
    SignedCheckpoint, SignedNote, TlogProof, VerifierKey,
};
use sha2::Sha256;
use tlog_tiles::tlog;

const TREES: u64 = 10_000;

/// SplitMix64 (Steele, Lea, Flood 2014): the same trees in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        (0..self.below(most + 1))
            .map(|_| self.next() as u8)
            .collect()
    }

    fn hash(&mut self) -> Hash {
        log::leaf_hash(&self.next().to_be_bytes())
    }
}

/// Where `tlog_tiles` keeps its own nodes, which it computes itself.
#[derive(Default)]
struct TilesStorage(Vec<tlog::Hash>);

impl tlog::HashReader for TilesStorage {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes
            .iter()
            .map(|index| self.0[*index as usize])
            .collect())
    }
}

/// One tree in three implementations.
struct Trees {
    leaves: Vec<Vec<u8>>,
    ours: MemoryNodes,
    tiles: TilesStorage,
    ct: MemoryBackedTree<Sha256, Vec<u8>>,
}

impl Trees {
    fn random(random: &mut Random) -> Self {
        // Mostly small, where all the shapes are; some of several hundred leaves.
        let most = if random.below(50) == 0 { 700 } else { 70 };
        let size = 1 + random.below(most);
        let mut trees = Self {
            leaves: Vec::new(),
            ours: MemoryNodes::default(),
            tiles: TilesStorage::default(),
            ct: MemoryBackedTree::new(),
        };
        for index in 0..size {
            let leaf = random.bytes(40);
            let appended = log::append(&trees.ours, index, log::leaf_hash(&leaf)).unwrap();
            trees.ours.push(log::leaf_hash(&leaf)).unwrap();
            let stored = tlog::stored_hashes(index, &leaf, &trees.tiles).unwrap();
            // What we say is to be stored is what tlog_tiles stores.
            let new: Vec<_> = appended
                .nodes
                .iter()
                .map(|node| theirs(&node.hash))
                .collect();
            assert_eq!(new, stored);
            assert_eq!(appended.root, trees.ours.root());
            trees.tiles.0.extend(stored);
            trees.ct.push(leaf.clone());
            trees.leaves.push(leaf);
        }
        trees
    }

    fn size(&self) -> u64 {
        self.ours.size()
    }

    fn leaf(&self, index: u64) -> &Vec<u8> {
        &self.leaves[index as usize]
    }
}

fn theirs(hash: &Hash) -> tlog::Hash {
    tlog::Hash(*hash.as_bytes())
}

fn all_theirs(hashes: &[Hash]) -> Vec<tlog::Hash> {
    hashes.iter().map(theirs).collect()
}

fn concatenated(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn ct_root(root: &Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new((*root.as_bytes()).into(), size)
}

/// An inclusion claim, and what the three say to it: all must say the same.
struct Inclusion<'a> {
    leaf: &'a Vec<u8>,
    index: u64,
    size: u64,
    proof: Vec<Hash>,
    root: Hash,
}

impl Inclusion<'_> {
    fn accepted(&self) -> bool {
        let hash = log::leaf_hash(self.leaf);
        let ours = log::verify_inclusion(&hash, self.index, self.size, &self.proof, &self.root);
        let tiles = tlog::check_record(
            &all_theirs(&self.proof),
            self.size,
            theirs(&self.root),
            self.index,
            theirs(&hash),
        );
        let ct_proof = ct_merkle::InclusionProof::from_bytes(concatenated(&self.proof));
        let ct = ct_root(&self.root, self.size).verify_inclusion(self.leaf, self.index, &ct_proof);
        assert_eq!(
            ours.is_ok(),
            tiles.is_ok(),
            "tlog_tiles: {ours:?}, {tiles:?}"
        );
        assert_eq!(ours.is_ok(), ct.is_ok(), "ct-merkle: {ours:?}, {ct:?}");
        ours.is_ok()
    }
}

/// A consistency claim, and what the three say to it: all must say the same.
struct Consistency {
    old: u64,
    new: u64,
    proof: Vec<Hash>,
    old_root: Hash,
    new_root: Hash,
}

impl Consistency {
    fn accepted(&self) -> bool {
        let ours = log::verify_consistency(
            self.old,
            self.new,
            &self.proof,
            &self.old_root,
            &self.new_root,
        );
        let tiles = tlog::check_tree(
            &all_theirs(&self.proof),
            self.new,
            theirs(&self.new_root),
            self.old,
            theirs(&self.old_root),
        );
        let proof = concatenated(&self.proof);
        let ct_proof = ct_merkle::ConsistencyProof::try_from_bytes(proof).unwrap();
        let ct = ct_root(&self.new_root, self.new)
            .verify_consistency(&ct_root(&self.old_root, self.old), &ct_proof);
        assert_eq!(
            ours.is_ok(),
            tiles.is_ok(),
            "tlog_tiles: {ours:?}, {tiles:?}"
        );
        assert_eq!(ours.is_ok(), ct.is_ok(), "ct-merkle: {ours:?}, {ct:?}");
        ours.is_ok()
    }
}

/// The proof with one thing wrong, in every way that applies.
fn broken(proof: &[Hash], random: &mut Random) -> Vec<Vec<Hash>> {
    let length = proof.len() as u64;
    let mut all = Vec::new();
    // One more, at any place.
    let mut longer = proof.to_vec();
    longer.insert(random.below(length + 1) as usize, random.hash());
    all.push(longer);
    if length > 0 {
        let at = random.below(length) as usize;
        // One bit of one hash.
        let mut bytes: [u8; 32] = proof[at].into();
        bytes[random.below(32) as usize] ^= 1 << random.below(8);
        let mut flipped = proof.to_vec();
        flipped[at] = Hash::from(bytes);
        all.push(flipped);
        // One fewer.
        let mut shorter = proof.to_vec();
        shorter.remove(at);
        all.push(shorter);
        // One twice.
        let mut doubled = proof.to_vec();
        doubled.insert(at, proof[at]);
        all.push(doubled);
        // None at all.
        all.push(Vec::new());
    }
    if length > 1 {
        let mut reversed = proof.to_vec();
        reversed.reverse();
        all.push(reversed);
    }
    all
}

fn check_roots(trees: &Trees, random: &mut Random) {
    let size = trees.size();
    assert_eq!(trees.ct.root(), ct_root(&trees.ours.root(), size));
    let prefix = random.below(size + 1);
    let root = log::root(&trees.ours, prefix).unwrap();
    assert_eq!(
        theirs(&root),
        tlog::tree_hash(prefix, &trees.tiles).unwrap()
    );
    let mut frontier = Frontier::new();
    for leaf in &trees.leaves[..prefix as usize] {
        frontier.push(log::leaf_hash(leaf)).unwrap();
    }
    assert_eq!((frontier.size(), frontier.root()), (prefix, root));
    assert_eq!(frontier, Frontier::load(&trees.ours, prefix).unwrap());
}

fn check_inclusion(trees: &Trees, random: &mut Random) {
    let size = trees.size();
    let index = random.below(size);
    let root = trees.ours.root();
    let proof = log::inclusion_proof(&trees.ours, index, size).unwrap();
    assert_eq!(
        all_theirs(&proof),
        tlog::prove_record(size, index, &trees.tiles).unwrap()
    );
    assert_eq!(
        concatenated(&proof),
        trees.ct.prove_inclusion(index as usize).as_bytes()
    );

    let leaf = trees.leaf(index);
    let claim = |index, size, proof: &[Hash], root| Inclusion {
        leaf,
        index,
        size,
        proof: proof.to_vec(),
        root,
    };
    assert!(claim(index, size, &proof, root).accepted());
    for wrong in broken(&proof, random) {
        assert!(!claim(index, size, &wrong, root).accepted());
    }
    assert!(!claim(index, size, &proof, random.hash()).accepted());
    let strange = b"a leaf longer than any of the random ones in the tree".to_vec();
    let strange = Inclusion {
        leaf: &strange,
        ..claim(index, size, &proof, root)
    };
    assert!(!strange.accepted());
    let elsewhere = random.below(size + 2);
    assert_eq!(
        claim(elsewhere, size, &proof, root).accepted(),
        elsewhere == index
    );
    // A wrong size may give the same path (leaf 0 of 3 and of 4): the size is vouched for by the
    // checkpoint's signature, not by the proof. The three must agree on which ones do.
    let other_size = 1 + random.below(size * 2);
    let claim = claim(index, other_size, &proof, root);
    let accepted = claim.accepted();
    let steps = |size| log::inclusion_proof(&AnyNodes, index, size).map(|path| path.len());
    assert!(!accepted || steps(other_size) == Ok(proof.len()));
}

/// Nodes for trees of which only the proofs' lengths matter.
struct AnyNodes;

impl Nodes for AnyNodes {
    type Error = std::convert::Infallible;

    fn node(&self, _: u8, _: u64) -> Result<Option<Hash>, Self::Error> {
        Ok(Some(log::empty_root()))
    }
}

fn check_consistency(trees: &Trees, random: &mut Random) {
    let new = trees.size();
    let old = 1 + random.below(new);
    let old_root = log::root(&trees.ours, old).unwrap();
    let new_root = trees.ours.root();
    let proof = log::consistency_proof(&trees.ours, old, new).unwrap();
    assert_eq!(
        all_theirs(&proof),
        tlog::prove_tree(new, old, &trees.tiles).unwrap()
    );
    let ct = trees.ct.prove_consistency((new - old) as usize);
    assert_eq!(concatenated(&proof), ct.as_bytes());

    let claim = |old, new, proof: &[Hash], old_root, new_root| Consistency {
        old,
        new,
        proof: proof.to_vec(),
        old_root,
        new_root,
    };
    assert!(claim(old, new, &proof, old_root, new_root).accepted());
    for wrong in broken(&proof, random) {
        assert!(!claim(old, new, &wrong, old_root, new_root).accepted());
    }
    assert!(!claim(old, new, &proof, random.hash(), new_root).accepted());
    assert!(!claim(old, new, &proof, old_root, random.hash()).accepted());
    if old != new {
        assert!(!claim(old, new, &proof, new_root, old_root).accepted());
        assert!(!claim(new, old, &proof, new_root, old_root).accepted());
    }
    // The sizes are vouched for by checkpoints; the three must agree on each pair.
    claim(1 + random.below(new), new, &proof, old_root, new_root).accepted();
    claim(old, old + random.below(new * 2), &proof, old_root, new_root).accepted();
}

#[test]
fn ten_thousand_random_trees_agree_with_tlog_tiles_and_ct_merkle() {
    let mut random = Random(0x524f_4f54_4b45_4550);
    for _ in 0..TREES {
        let trees = Trees::random(&mut random);
        check_roots(&trees, &mut random);
        check_inclusion(&trees, &mut random);
        check_consistency(&trees, &mut random);
    }
}

#[test]
fn a_million_leaves_in_one_pass() {
    let mut frontier = Frontier::new();
    let mut tiles = TilesFrontier::default();
    for index in 0..1_000_000_u64 {
        let leaf = log::leaf_hash(&index.to_be_bytes());
        frontier.push(leaf).unwrap();
        tiles.push(theirs(&leaf));
    }
    assert_eq!(frontier.size(), 1_000_000);
    assert_eq!(theirs(&frontier.root()), tiles.root());
}

/// RFC 6962's definition, taken literally: levels are halved until one hash is left.
#[derive(Default)]
struct TilesFrontier(Vec<tlog::Hash>);

impl TilesFrontier {
    fn push(&mut self, leaf: tlog::Hash) {
        self.0.push(leaf);
    }

    fn root(mut self) -> tlog::Hash {
        while self.0.len() > 1 {
            let pair = |pair: &[tlog::Hash]| match pair {
                [left, right] => tlog::node_hash(*left, *right),
                odd => odd[0],
            };
            self.0 = self.0.chunks(2).map(pair).collect();
        }
        self.0[0]
    }
}

const LEDGER: [u8; 32] = [0xa5; 32];
const CUSTODIAN: [u8; 16] = [0x5a; 16];
const TIME: u64 = 1_767_225_600;

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn ledger_tree(size: u64) -> MemoryNodes {
    let mut tree = MemoryNodes::default();
    (0..size).for_each(|n| tree.push(log::leaf_hash(n.to_string().as_bytes())).unwrap());
    tree
}

/// A checkpoint signed by the log and cosigned by one custodian.
fn cosigned(tree: &MemoryNodes) -> SignedCheckpoint {
    let origin = log::origin(&LEDGER);
    let checkpoint = Checkpoint::new(origin, tree.size(), tree.root()).unwrap();
    let mut signed = SignedCheckpoint::new(checkpoint.clone(), checkpoint.sign(&key(1))).unwrap();
    let name = log::custodian_name(&LEDGER, &CUSTODIAN);
    signed
        .add(log::cosign(&checkpoint, &name, TIME, &key(2)).unwrap())
        .unwrap();
    signed
}

fn log_vkey() -> VerifierKey {
    VerifierKey::of_log(log::origin(&LEDGER), &key(1))
}

fn custodian_vkey() -> VerifierKey {
    VerifierKey::of_cosigner(log::custodian_name(&LEDGER, &CUSTODIAN), &key(2))
}

fn known_to_signed_note(vkey: &VerifierKey) -> signed_note::VerifierList {
    let verifier = signed_note::StandardVerifier::new(&vkey.to_string()).unwrap();
    signed_note::VerifierList::new(vec![Box::new(verifier)])
}

#[test]
fn signed_note_and_tlog_tiles_read_our_checkpoint() {
    let tree = ledger_tree(77);
    let text = cosigned(&tree).to_string();
    let note = signed_note::Note::from_bytes(text.as_bytes()).unwrap();
    let (verified, unknown) = note.verify(&known_to_signed_note(&log_vkey())).unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 1));
    assert_eq!(verified[0].name(), log::origin(&LEDGER).as_str());
    assert_eq!(note.to_bytes(), text.as_bytes());

    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!(checkpoint.origin(), log::origin(&LEDGER).as_str());
    assert_eq!(
        (checkpoint.size(), *checkpoint.hash()),
        (77, theirs(&tree.root()))
    );
    assert_eq!(checkpoint.extension(), "");

    let stranger = VerifierKey::of_log(log::origin(&LEDGER), &key(9));
    assert!(note.verify(&known_to_signed_note(&stranger)).is_err());
    let forged = text.replacen("\n77\n", "\n78\n", 1);
    let forged = signed_note::Note::from_bytes(forged.as_bytes()).unwrap();
    assert!(forged.verify(&known_to_signed_note(&log_vkey())).is_err());
}

#[test]
fn we_read_what_signed_note_signs() {
    let vkey = log_vkey();
    let id = u32::from_be_bytes(vkey.key_id());
    let seed = BASE64.encode(&[&[1_u8][..], &[1; 32]].concat());
    let skey = format!("PRIVATE+KEY+{}+{id:08x}+{seed}", vkey.name());
    let signer = signed_note::StandardSigner::new(&skey).unwrap();
    let mut note = signed_note::Note::new("ein Text\n\nmit Absätzen\n".as_bytes(), &[]).unwrap();
    note.add_sigs(&[&signer]).unwrap();
    let bytes = note.to_bytes();
    let read = SignedNote::parse(&bytes).unwrap();
    assert_eq!(read.verify(&vkey), Ok("ein Text\n\nmit Absätzen\n"));
    assert_eq!(read.to_string().as_bytes(), bytes);
}

/// Ours is the narrower reader, and loses nothing of what it accepts.
#[test]
fn what_we_accept_signed_note_accepts_too() {
    let good = cosigned(&ledger_tree(5)).to_string().into_bytes();
    let mut random = Random(7);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        let at = random.below(bytes.len() as u64) as usize;
        match random.below(3) {
            0 => bytes[at] = random.next() as u8,
            1 => drop(bytes.remove(at)),
            _ => bytes.insert(at, b"\n \r+=A\xe2"[random.below(7) as usize]),
        }
        match SignedNote::parse(&bytes) {
            Ok(note) => {
                accepted += 1;
                assert_eq!(note.to_string().as_bytes(), bytes);
                assert!(signed_note::Note::from_bytes(&bytes).is_ok());
                if let Ok(text) = note.verify(&log_vkey()) {
                    assert!(good.starts_with(text.as_bytes()));
                }
            }
            Err(NoteError::TooLarge) => panic!("a small note is not too large"),
            Err(_) => refused += 1,
        }
        if let Ok(checkpoint) = SignedCheckpoint::parse(&bytes) {
            assert_eq!(checkpoint.to_string().as_bytes(), bytes);
            let text = checkpoint.unverified().body();
            assert!(tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).is_ok());
        }
    }
    assert!(
        accepted > 1_000 && refused > 1_000,
        "{accepted} accepted, {refused} refused"
    );
}

#[test]
fn proof_files_survive_no_change_unseen() {
    let tree = ledger_tree(21);
    let good = TlogProof::new(
        4,
        log::inclusion_proof(&tree, 4, 21).unwrap(),
        cosigned(&tree),
    );
    let good = good.to_string().into_bytes();
    let mut random = Random(11);
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        let at = random.below(bytes.len() as u64) as usize;
        bytes[at] = bytes[at].wrapping_add(1 + random.below(255) as u8);
        let Ok(proof) = TlogProof::parse(&bytes) else {
            continue;
        };
        assert_eq!(proof.to_string().as_bytes(), bytes);
        let leaf = log::leaf_hash(b"4");
        let all_hold = proof.verify_inclusion(&leaf).is_ok()
            && proof.checkpoint().verify_log(&log_vkey()).is_ok()
            && proof.checkpoint().verify_cosignature(&custodian_vkey()) == Ok(TIME);
        assert!(!all_hold, "changed byte {at}");
    }
}

/// What the other languages' programs are given.
struct Files {
    directory: PathBuf,
}

impl Files {
    fn write(test: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        fs::create_dir_all(&directory).unwrap();
        let files = Self { directory };
        let tree = ledger_tree(1000);
        let signed = cosigned(&tree);
        files.put("log.vkey", &log_vkey().to_string());
        files.put("cosigner.vkey", &custodian_vkey().to_string());
        files.put("leaf", "333");
        files.put("checkpoint", &signed.to_string());
        let inclusion = log::inclusion_proof(&tree, 333, 1000).unwrap();
        let consistency = log::consistency_proof(&tree, 700, 1000).unwrap();
        let old_root = log::root(&tree, 700).unwrap();
        let base64 = |hashes: &[Hash]| hashes.iter().map(Hash::to_base64).collect::<Vec<_>>();
        let json = serde_json::json!({
            "leaf_b64": BASE64.encode(b"333"),
            "index": 333,
            "size": 1000,
            "inclusion": base64(&inclusion),
            "old_size": 700,
            "old_root": old_root.to_base64(),
            "consistency": base64(&consistency),
        });
        files.put("proof.json", &json.to_string());
        let proof = TlogProof::new(333, inclusion, signed.clone());
        files.put("leaf.tlog-proof", &proof.to_string());
        let request = AddCheckpoint::new(700, consistency, signed);
        assert_eq!(request.verify_consistency(&old_root), Ok(()));
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The same files with one text in one of them replaced.
    fn with<T>(&self, name: &str, from: &str, to: &str, run: impl FnOnce() -> T) -> T {
        let good = fs::read_to_string(self.path(name)).unwrap();
        let bad = good.replacen(from, to, 1);
        assert_ne!(good, bad);
        self.put(name, &bad);
        let result = run();
        self.put(name, &good);
        result
    }
}

fn interop(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/interop")
        .join(path)
}

fn says_ok(output: &Output) -> bool {
    let text = String::from_utf8_lossy(&output.stdout);
    let ok = output.status.success() && text.starts_with("OK");
    assert!(
        ok || !output.status.success(),
        "success without OK: {output:?}"
    );
    ok
}

#[test]
#[ignore = "needs Debian's golang-go and golang-golang-x-mod-dev"]
fn go_sumdb_accepts_our_note_and_proofs() {
    let files = Files::write("go");
    let program = files.path("gonote");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg("main.go")
        .current_dir(interop("gonote"))
        // Debian's Go libraries live in a GOPATH, not in a module proxy.
        .envs([
            ("GO111MODULE", "off"),
            ("GOPATH", "/usr/share/gocode"),
            ("GOFLAGS", ""),
        ])
        .output()
        .expect("go is installed");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let run = || {
        let arguments = ["log.vkey", "checkpoint", "proof.json"].map(|name| files.path(name));
        Command::new(&program).args(arguments).output().unwrap()
    };
    let good = run();
    assert!(says_ok(&good), "{}", String::from_utf8_lossy(&good.stderr));
    for (file, from, to) in [
        ("checkpoint", "\n1000\n", "\n1001\n"),
        ("log.vkey", "rootkeep/", "rootkeeq/"),
        ("proof.json", "\"index\":333", "\"index\":334"),
        ("proof.json", "\"old_size\":700", "\"old_size\":701"),
        ("proof.json", "\"leaf_b64\":\"MzMz", "\"leaf_b64\":\"MzM0"),
        (
            "proof.json",
            "\"consistency\":[\"",
            "\"consistency\":[\"AAAA",
        ),
    ] {
        assert!(!says_ok(&files.with(file, from, to, run)), "{file}: {to}");
    }
}

fn python() -> String {
    std::env::var("ROOTKEEP_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
#[ignore = "needs a Python with aics-tlog or proofbundle, named by ROOTKEEP_TEST_PYTHON"]
fn python_accepts_our_cosignature() {
    let files = Files::write("cosignature");
    let run = || {
        Command::new(python())
            .arg(interop("cosignature_oracle.py"))
            .args(["checkpoint", "cosigner.vkey"].map(|name| files.path(name)))
            .output()
            .expect("Python is installed")
    };
    let good = run();
    assert!(says_ok(&good), "{}", String::from_utf8_lossy(&good.stderr));
    let printed = String::from_utf8_lossy(&good.stdout).into_owned();
    assert!(printed.contains(&format!("time {TIME}")), "{printed}");
    let stranger = VerifierKey::of_cosigner(log::custodian_name(&LEDGER, &CUSTODIAN), &key(9));
    let custodian = custodian_vkey().to_string();
    let other = KeyName::new("rootkeep/other").unwrap();
    let other = VerifierKey::of_cosigner(other, &key(2)).to_string();
    for (file, from, to) in [
        ("checkpoint", "\n1000\n", "\n1001\n"),
        (
            "cosigner.vkey",
            custodian.as_str(),
            stranger.to_string().as_str(),
        ),
        ("cosigner.vkey", custodian.as_str(), other.as_str()),
        (
            "cosigner.vkey",
            custodian.as_str(),
            log_vkey().to_string().as_str(),
        ),
    ] {
        assert!(!says_ok(&files.with(file, from, to, run)), "{file}: {to}");
    }
}

#[test]
#[ignore = "needs a Python with proofbundle, named by ROOTKEEP_TEST_PYTHON"]
fn python_accepts_our_tlog_proof() {
    let files = Files::write("tlog-proof");
    let run = || {
        Command::new(python())
            .arg(interop("cosignature_proof_oracle.py"))
            .args(["leaf.tlog-proof", "leaf", "log.vkey", "cosigner.vkey"].map(|f| files.path(f)))
            .output()
            .expect("Python is installed")
    };
    let good = run();
    assert!(says_ok(&good), "{}", String::from_utf8_lossy(&good.stderr));
    for (file, from, to) in [
        ("leaf.tlog-proof", "index 333", "index 332"),
        ("leaf.tlog-proof", "\n1000\n", "\n1001\n"),
        ("leaf", "333", "334"),
    ] {
        assert!(!says_ok(&files.with(file, from, to, run)), "{file}: {to}");
    }
}
