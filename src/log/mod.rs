//! The transparency log: an RFC 6962 Merkle tree, its checkpoints, and the proofs about them.
//!
//! This room turns leaf hashes into tree nodes, roots and proofs, checks proofs that others made,
//! and reads and writes the text formats in which they travel. It does no I/O, reads no clock and
//! imports no other room: stored nodes come in through [`Nodes`], keys and times by argument.
//!
//! | file | what | specification |
//! |---|---|---|
//! | `hash.rs` | SHA-256 of leaves and nodes | RFC 6962 section 2.1 |
//! | `tree.rs` | appending, roots, making proofs | RFC 6962 sections 2.1.1, 2.1.2 |
//! | `verify.rs` | checking proofs | RFC 9162 sections 2.1.3.2, 2.1.4.2 |
//! | `names.rs` | key names, and those a ledger uses | C2SP signed-note |
//! | `vkey.rs` | verifier keys | C2SP signed-note |
//! | `note.rs` | signed notes | C2SP signed-note |
//! | `checkpoint.rs` | (origin, size, root), signed by the log | C2SP tlog-checkpoint |
//! | `cosignature.rs` | a custodian's time-stamped signature | C2SP tlog-cosignature, Ed25519 |
//! | `proof.rs` | proofs as files | C2SP tlog-proof, tlog-witness `add-checkpoint` |
//!
//! Every reader is narrower than its specification where the specification leaves room: one
//! accepted text has one meaning, and writing out what was read gives the same bytes again.
//!
//! Small-order and non-canonical public keys are refused where keys are enrolled (`crypto/`), not
//! here; this room verifies one signature at a time with `ring`, never a batch.
//!
//! ```
//! use ring::signature::Ed25519KeyPair;
//! use rootkeep::log::{
//!     self, Checkpoint, Frontier, MemoryNodes, SignedCheckpoint, TlogProof, VerifierKey,
//! };
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let log_key = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).map_err(|_| "key")?;
//! # let custodian_key = Ed25519KeyPair::from_seed_unchecked(&[2; 32]).map_err(|_| "key")?;
//! let mut tree = MemoryNodes::default();
//! for leaf in ["first", "second", "third"] {
//!     tree.push(log::leaf_hash(leaf.as_bytes()))?;
//! }
//!
//! let origin = log::origin(&[7; 32]);
//! let checkpoint = Checkpoint::new(origin, 3, log::root(&tree, 3)?)?;
//! let mut signed = SignedCheckpoint::new(checkpoint.clone(), checkpoint.sign(&log_key))?;
//!
//! let name = log::custodian_name(&[7; 32], &[9; 16]);
//! signed.add(log::cosign(&checkpoint, &name, 1_767_225_600, &custodian_key)?)?;
//!
//! // Somebody else reads the proof and checks it.
//! let file = TlogProof::new(1, log::inclusion_proof(&tree, 1, 3)?, signed).to_string();
//! let proof = TlogProof::parse(file.as_bytes())?;
//! let custodian = VerifierKey::of_cosigner(name, &custodian_key);
//! assert_eq!(proof.checkpoint().verify_cosignature(&custodian)?, 1_767_225_600);
//! proof.verify_inclusion(&log::leaf_hash(b"second"))?;
//! # Ok(())
//! # }
//! ```

mod checkpoint;
mod cosignature;
mod hash;
mod lines;
mod names;
mod note;
mod proof;
mod tree;
mod verify;
mod vkey;

pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use cosignature::{CosignError, MAX_TIME, cosign, verify_cosignature};
pub use hash::{Hash, HashTextError, empty_root, leaf_hash, node_hash};
pub use lines::NumberError;
pub use names::{
    KeyName, MAX_NAME_BYTES, NameError, custodian_name, origin, parse_custodian_name, parse_origin,
};
pub use note::{
    MAX_NOTE_BYTES, MAX_SIGNATURES, NoteError, NoteSignature, SignatureError, SignedNote,
};
pub use proof::{
    AddCheckpoint, MAX_PROOF_BYTES, MAX_PROOF_HASHES, ProofFileError, TlogPath, TlogProof,
};
pub use tree::{
    Appended, Frontier, MAX_TREE_SIZE, MemoryNodes, NewNode, Nodes, TreeError, TreeFull, append,
    consistency_proof, inclusion_proof, root,
};
pub use verify::{ProofError, verify_consistency, verify_inclusion};
pub use vkey::{Algorithm, VerifierKey, VkeyError};
