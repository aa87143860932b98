//! Founding a ledger: charter, governance secret, the first founder's sign-off, in a directory that
//! appears whole.

use std::fs;
use std::path::{Path, PathBuf};

use ring::rand::SystemRandom;

use super::governing::seal_governance;
use super::judging::judge;
use super::keys::Keys;
use super::pin::{Pin, PinPlace};
use super::trusted::head;
use super::{Clock, files, proving};
use crate::crypto::card::{Card, CardPersonal};
use crate::crypto::ed25519::SigningKey;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::crypto::identity::Identity;
use crate::crypto::member_key::MemberKey;
use crate::crypto::part::Part;
use crate::crypto::possession;
use crate::crypto::recipient::{AgeHost, Recipient};
use crate::crypto::secret::Key32;
use crate::error::{Error, Result};
use crate::policy;
use crate::state::shard;
use crate::statement::decisions::SignOff;
use crate::statement::founding::{Charter, FiledCard, Founder, GenesisPersonal, PolicySettings};
use crate::statement::text::Text;
use crate::statement::{Claim, Draft, Seen, Time};
use crate::store::{Batch, Cosigner, Store};

/// What a ledger is founded with.
pub struct Founding<'a> {
    /// Where it will be; must not exist.
    pub directory: &'a Path,
    /// What it is called.
    pub name: Text,
    /// How many founders make a governance decision.
    pub threshold: u8,
    /// Everyone's cards, the first founder's among them.
    pub cards: Vec<(Card, Part, CardPersonal)>,
    /// The first founder's identity.
    pub identity: &'a Identity,
    /// Plugins and the person at the keyboard.
    pub host: &'a AgeHost,
    /// Where pins go when the identity's own directory can't be written.
    pub state_dir: Option<PathBuf>,
    /// The clock.
    pub clock: &'a dyn Clock,
}

/// Founds a ledger; returns its id. It is active once every founder has signed the genesis.
///
/// # Errors
/// Refused, codes `exists`, `malformed`; usage, code `own-card-missing`; failed. Then there is no
/// directory.
pub fn found(founding: Founding<'_>) -> Result<Digest> {
    if founding.directory.symlink_metadata().is_ok() {
        return Err(Error::refused(
            "exists",
            format!("{} exists already", founding.directory.display()),
        ));
    }
    let (own, member_key) = own_card(&founding)?;
    let temporary = files::temporary_beside(founding.directory)?;
    let made = make(&founding, own, &member_key, &temporary).and_then(|pin| {
        fs::rename(&temporary, founding.directory)
            .map_err(|error| {
                Error::failed("cannot-write", "the ledger's directory can't be made").because(error)
            })
            .map(|()| pin)
    });
    match made {
        Ok(pin) => {
            PinPlace::new(founding.identity.path(), founding.state_dir).save(&pin)?;
            Ok(pin.ledger)
        }
        Err(error) => {
            // What was begun is of no use to anybody.
            let _nothing_left = fs::remove_dir_all(&temporary);
            Err(error)
        }
    }
}

/// Which of the cards is the first founder's own: the one whose member key the identity opens.
fn own_card(founding: &Founding<'_>) -> Result<(usize, MemberKey)> {
    let mut beside = founding.identity.path().to_owned();
    beside.set_extension("card");
    let own_id = files::read_bounded(&beside, 1 << 20)
        .and_then(|bytes| crate::crypto::card::read_file(&bytes))
        .map(|(card, ..)| card.id)
        .ok();
    for (place, (card, ..)) in founding.cards.iter().enumerate() {
        if own_id.is_some_and(|id| id != card.id) {
            continue;
        }
        if let Ok(key) = MemberKey::unseal(&card.sealed, founding.identity) {
            if key.signing().public() != card.sign {
                return Err(Error::verification(
                    "wrong-member-key",
                    "a card holds a member key for you that is not the card's own",
                )
                .hint("somebody made a card with your recipient and their key: use only the card that you made yourself"));
            }
            return Ok((place, key));
        }
    }
    Err(Error::usage(
        "own-card-missing",
        format!(
            "none of the cards belongs to the identity {}",
            founding.identity.path().display()
        ),
    )
    .hint("the first founder's own card must be among the --card FILEs"))
}

fn make(
    founding: &Founding<'_>,
    own: usize,
    member_key: &MemberKey,
    directory: &Path,
) -> Result<Pin> {
    files::lay_out(directory)?;
    let rng = SystemRandom::new();
    let data_key = Key32::new(Digest::random(&rng)?.0);
    let log_seed = Key32::new(Digest::random(&rng)?.0);
    let log_key = SigningKey::from_seed(&log_seed)?;
    let mut store = Store::create(&directory.join("ledger.db"), &data_key)?;
    let (ledger, member) =
        write_founding(founding, own, member_key, &log_seed, &log_key, &mut store)?;
    Keys::of(directory).repair(&store.view(), &data_key, founding.host)?;
    let (size, root) = head(&store.view())?;
    let state = shard::root(&store.view().shards()?);
    Ok(Pin::new(
        ledger,
        member,
        member_key.signing().public(),
        size,
        root,
        state,
    ))
}

fn write_founding(
    founding: &Founding<'_>,
    own: usize,
    member_key: &MemberKey,
    log_seed: &Key32,
    log_key: &SigningKey,
    store: &mut Store,
) -> Result<(Digest, Id)> {
    let rng = SystemRandom::new();
    let mut cards: Vec<&(Card, Part, CardPersonal)> = founding.cards.iter().collect();
    // The first in the charter is the one who founds.
    if own < cards.len() {
        let first = cards.remove(own);
        cards.insert(0, first);
    }
    let genesis = Draft::new(&rng, charter(&rng, founding, log_key, &cards)?, Vec::new())?;
    let ledger = Digest::of_all(&[b"rootkeep/ledger/v1\n", genesis.facts_bytes()]);
    let member = cards
        .first()
        .map(|(card, ..)| card.id)
        .ok_or_else(|| Error::usage("own-card-missing", "no cards were given"))?;
    let made_at = founding.clock.now()?;
    let mut writer = Writer {
        batch: store.begin()?,
        ledger,
        member,
        key: member_key.signing(),
        made_at,
    };
    writer.batch.set_meta("ledger", ledger.as_bytes())?;
    writer.batch.set_meta("log_seed", log_seed.expose())?;
    let genesis_leaf = writer.append(genesis)?;
    let holders: Vec<(Id, Recipient)> = cards
        .iter()
        .map(|(card, ..)| (card.id, card.recipient.clone()))
        .collect();
    let rule = (1, founding.threshold);
    let (seal, blobs, split) = seal_governance(&rng, ledger, rule, &holders, founding.host)?;
    writer.append(Draft::new(&rng, Claim::GovernanceSeal(seal), blobs)?)?;
    let place = split.context(0, 0);
    let key = possession::key(split.share(0, 0)?.text(), &place)?;
    let sign = SignOff {
        subject: genesis_leaf,
        proofs: vec![proving::proof(&key, &place, &member, &genesis_leaf)],
        shares: Vec::new(),
    };
    writer.append(Draft::new(&rng, Claim::Sign(sign), Vec::new())?)?;
    writer.batch.commit()?;
    Ok((ledger, member))
}

fn charter(
    rng: &SystemRandom,
    founding: &Founding<'_>,
    log_key: &SigningKey,
    cards: &[&(Card, Part, CardPersonal)],
) -> Result<Claim> {
    let charter = Charter {
        nonce: Digest::random(rng)?,
        log_key: log_key.public(),
        threshold: founding.threshold,
        founders: cards
            .iter()
            .map(|(card, ..)| Founder {
                card: Base64(card.envelope().to_vec()),
            })
            .collect(),
        policy: PolicySettings::default(),
    };
    policy::founders_cards(&charter)?;
    let people = cards
        .iter()
        .map(|(card, part, _)| FiledCard {
            custodian: card.id,
            salt: part.salt.clone(),
            bytes: part.bytes.clone(),
        })
        .collect();
    Ok(Claim::Genesis(
        charter,
        Some(GenesisPersonal {
            name: founding.name.clone(),
            people,
        }),
    ))
}

/// Appends while the ledger is being founded: judged like everything else.
struct Writer<'s> {
    batch: Batch<'s>,
    ledger: Digest,
    member: Id,
    key: &'s SigningKey,
    made_at: Time,
}

impl Writer<'_> {
    fn append(&mut self, draft: Draft) -> Result<Digest> {
        let view = self.batch.view();
        let (size, root) = head(&view)?;
        let (statement, blobs) = draft.sign(
            self.ledger,
            self.member,
            self.key,
            self.made_at,
            Seen { size, root },
        )?;
        let leaf = statement.leaf();
        let ruled = judge(&view, &view, &statement, size)?;
        let cosigner = Cosigner {
            ledger: self.ledger,
            custodian: self.member,
            key: self.key,
            time: self.made_at,
        };
        self.batch.append(ruled, &blobs, &cosigner)?;
        Ok(leaf)
    }
}
