//! Slips: people who never see the ledger found it, sign, decline, accept and state things on it.

use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::identity::Identity;
use rootkeep::error::Result;
use rootkeep::ledger::{Arrival, Entered, Imported, Remote, RemoteOpening};
use rootkeep::statement::releases::Form;

use crate::world::*;

const ADA: usize = 0;
const BEA: usize = 1;
const CY: usize = 2;

impl World {
    /// A slip that someone writes for somebody else.
    pub fn slip(&self, by: usize, to: usize, subject: Option<Digest>) -> Vec<u8> {
        self.session(by).write_slip(self.id(to), subject).unwrap()
    }

    /// Opens a slip as someone, on a machine that has nothing but their identity.
    pub fn away(&self, place: usize, file: &[u8]) -> Result<Remote> {
        Remote::open(RemoteOpening {
            file,
            identity: Identity::load(&self.identity(place), &self.host)?,
            host: self.host.clone(),
            state_dir: None,
            card: None,
            clock: Box::new(self.clock.clone()),
        })
    }

    /// As [`Self::away`], by someone who has heard the genesis code.
    pub fn remote(&self, place: usize, file: &[u8]) -> Remote {
        let mut remote = self.away(place, file).unwrap();
        remote.trust(&self.first_use()).unwrap();
        remote
    }

    /// Someone signs a subject by a slip from ada; returns the answer's file.
    pub fn signed_away(&self, place: usize, subject: Digest) -> Vec<u8> {
        let slip = self.slip(ADA, place, Some(subject));
        self.remote(place, &slip).sign().unwrap().file
    }

    pub fn brought(&self, by: usize, files: &[Vec<u8>]) -> Imported {
        self.session(by).import(files).unwrap()
    }
}

/// The entry that a slip became.
pub fn entered(imported: &Imported, place: usize) -> &Entered {
    match &imported.slips[place].arrival {
        Arrival::Entered(entered) => entered,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_release_is_signed_by_two_people_who_never_see_the_ledger() {
    let world = World::ready();
    let request = world.request(&[PASSWORD]);
    let answers: Vec<Vec<u8>> = [BEA, CY]
        .iter()
        .map(|place| world.signed_away(*place, request.leaf))
        .collect();
    let before = world.session(ADA).head().unwrap().0;
    let imported = world.brought(ADA, &answers);
    let import = imported.import.as_ref().unwrap();
    assert_eq!((import.seq, import.kind.as_str()), (before, "import"));
    for place in [0, 1] {
        let entered = entered(&imported, place);
        assert!(entered.effective, "the second one completes it");
        assert_eq!(entered.seq, before + 1 + place as u64);
    }
    world.assert_good(ADA);
    let secret = world.secret(PASSWORD);
    let shown = world
        .session(ADA)
        .reveal(&request.leaf, &secret, Form::Text, |_| Ok(()))
        .unwrap();
    assert_eq!(shown.plaintext.expose(), PASSWORD_TEXT);
    assert!(shown.bad.is_empty());
    for person in 0..5 {
        world.assert_good(person);
    }
}
