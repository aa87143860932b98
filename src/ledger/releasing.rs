//! Releases: asking, agreeing, revealing (docs/formats.md, sections 8 and 9).

use std::collections::BTreeMap;

use age::secrecy::ExposeSecret;

use super::Session;
use super::acts::Entered;
use super::proving::{self, OpenShare};
use super::signing::{self, Signer};
use crate::crypto::age_file;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::member_key::MemberKey;
use crate::crypto::recipient::Recipient;
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::crypto::slip39::{self, Mnemonic};
use crate::error::{Error, Result};
use crate::policy::{self, RequestState, request_state};
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::people::Custodian;
use crate::statement::releases::{Form, Place, Request, RequestPersonal, Reveal, Wanted};
use crate::statement::secrets::{Seal, Share};
use crate::statement::{Claim, Draft, Statement};

/// What a signer is about to agree to, as read from its envelope.
#[derive(Clone, Debug)]
pub struct SignPreview {
    /// Its index.
    pub seq: u64,
    /// The statement, proven to be in the log.
    pub statement: Statement,
}

/// What the holders have sent of one secret's shares, opened.
pub(super) struct Received {
    good: Vec<Mnemonic>,
    /// Whose shares are not the ones that were sealed.
    bad: Vec<(Id, Place)>,
}

/// A share that a holder has sent to the operator, as it was sent.
pub(super) struct Delivery {
    from: Id,
    place: Place,
    /// `None` where the ledger does not have it, or can't read it.
    blob: Option<Vec<u8>>,
}

impl Received {
    /// Opens what was sent; shares that are not those of the seal are set aside, by name.
    pub(super) fn open(
        sent: Vec<Delivery>,
        seal: &Seal,
        ledger: Digest,
        member_key: &MemberKey,
        one_time: &age::x25519::Identity,
    ) -> Self {
        let listed: BTreeMap<(u8, u8), &Share> = seal
            .shares
            .iter()
            .map(|share| ((share.group, share.member), share))
            .collect();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for Delivery { from, place, blob } in sent {
            let opened = listed.get(&(place.group, place.member)).and_then(|share| {
                let inner = member_key.decrypt(&blob?).ok()?;
                let identity: &dyn age::Identity = one_time;
                let text = age_file::decrypt(std::iter::once(identity), inner.expose()).ok()?;
                let context = proving::context(ledger, seal.secret, seal.epoch, share);
                let own = OpenShare::of(&text, share, context).ok()?;
                Some(own.mnemonic)
            });
            match opened {
                Some(mnemonic) => good.push(mnemonic),
                None => bad.push((from, place)),
            }
        }
        Self { good, bad }
    }

    /// The plaintext under the key that the good shares give.
    pub(super) fn recover(&self, payload: &[u8]) -> Result<SecretBytes> {
        let combined = slip39::combine(&self.good).map_err(|error| {
            let mut failure = Error::verification(
                "too-few-good-shares",
                "the shares that were sent do not give the key",
            )
            .because(error);
            for (who, place) in &self.bad {
                failure = failure.because(format!(
                    "the share of custodian {who} (group {}, member {}) is not the one that was sealed",
                    place.group, place.member
                ));
            }
            failure.hint("let a further holder sign: sign-offs are taken until the request is closed")
        })?;
        age_file::decrypt_payload(&combined.key, payload)
    }
}

/// A secret that is out, with its reveal already durable.
pub struct Revealed {
    /// The entry that records it.
    pub entered: Entered,
    /// The secret.
    pub plaintext: SecretBytes,
    /// Whose shares were not what they ought to be.
    pub bad: Vec<(Id, Place)>,
}

impl Session {
    /// Asks for secrets, each by id and epoch, with a fresh one-time recipient for the operator.
    ///
    /// # Errors
    /// As [`Session::enter`]; not found where an epoch is not there.
    pub fn request(
        &mut self,
        secrets: &[(Id, u32)],
        operator: Id,
        window_secs: u32,
        personal: RequestPersonal,
    ) -> Result<Entered> {
        self.writable()?;
        let (request, identity) =
            self.on_verified(|session| session.draw_up(secrets, operator, window_secs))?;
        let claim = Claim::Request(request, Some(personal));
        let draft = Draft::new(&self.rng, claim, vec![identity])?;
        self.enter_draft(draft)
    }

    /// A request with a fresh one-time recipient, and that recipient's identity for the operator.
    pub(super) fn draw_up(
        &self,
        secrets: &[(Id, u32)],
        operator: Id,
        window_secs: u32,
    ) -> Result<(Request, Vec<u8>)> {
        let view = self.view();
        let wanted = secrets
            .iter()
            .map(|(secret, epoch)| {
                let record = Epoch::load(&view, secret, *epoch)?.ok_or_else(|| {
                    Error::not_found(
                        "no-epoch",
                        format!("there is no epoch {epoch} of that secret"),
                    )
                    .hint("rootkeep secret show SECRET")
                })?;
                Ok(Wanted {
                    secret: *secret,
                    epoch: *epoch,
                    seal: record.seal,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let one_time = age::x25519::Identity::generate();
        let recipient = self.recipient_of(&operator)?;
        let line = SecretText::new(format!("{}\n", one_time.to_string().expose_secret()));
        let identity = age_file::encrypt(&recipient, line.expose().as_bytes(), &self.host)?;
        let request = Request {
            secrets: wanted,
            operator,
            recipient: one_time.to_public().to_string(),
            identity: Digest::of(&identity),
            window_secs,
        };
        Ok((request, identity))
    }

    fn recipient_of(&self, custodian: &Id) -> Result<Recipient> {
        let custodian = Custodian::load(&self.view(), custodian)?
            .ok_or_else(|| Error::not_found("no-custodian", "there is no such custodian"))?;
        Recipient::parse(&custodian.recipient)
    }

    /// What stands under a leaf hash, to be shown before it is signed.
    ///
    /// # Errors
    /// Not found; verification.
    pub fn preview(&self, subject: &Digest) -> Result<SignPreview> {
        let (seq, statement) = self.proven_by_hash(subject)?;
        Ok(SignPreview { seq, statement })
    }

    /// That a yes or a no of this person to `subject` can count now.
    ///
    /// # Errors
    /// Refused, with the code that the policy would give.
    pub fn may_decide(&self, subject: &Digest) -> Result<()> {
        policy::may_decide(&self.view(), &self.member, self.now()?, subject)
    }

    /// Agrees to one exact statement. Decrypts the own shares, checks each against its seal before
    /// anything leaves, proves possession, and for a request re-encrypts them for its operator.
    ///
    /// # Errors
    /// Refused by the policy; verification, codes `wrong-share`, `cannot-decrypt`.
    pub fn sign_off(&mut self, subject: Digest) -> Result<Entered> {
        self.writable_about(&subject)?;
        let (sign, blobs) = self.on_verified(|session| session.signer()?.agree_to(&subject))?;
        let draft = Draft::new(&self.rng, Claim::Sign(sign), blobs)?;
        self.enter_draft(draft)
    }

    /// This person, deciding on what this session reads.
    pub(super) fn signer(&self) -> Result<Signer<'_>> {
        Ok(Signer {
            source: self,
            member: self.member,
            identity: &self.identity,
            host: &self.host,
            now: self.now()?,
        })
    }

    /// Recovers a secret of a request in effect, records the reveal, and only then hands it out.
    /// `showable` says whether it can be shown in that form at all: a reveal that shows nothing
    /// ought not to be on record.
    ///
    /// # Errors
    /// Refused by the policy; verification, code `too-few-good-shares`, naming whose are bad; what
    /// `showable` says.
    pub fn reveal(
        &mut self,
        request: &Digest,
        secret: &Id,
        form: Form,
        showable: impl FnOnce(&SecretBytes) -> Result<()>,
    ) -> Result<Revealed> {
        self.writable()?;
        let (claim, plaintext, bad) =
            self.on_verified(|session| session.recover(request, secret, form))?;
        showable(&plaintext)?;
        let entered = self.enter(claim, Vec::new())?;
        Ok(Revealed {
            entered,
            plaintext,
            bad,
        })
    }

    /// Recovers a secret in memory; what is to be recorded before it may be shown; whose shares are
    /// bad.
    #[allow(clippy::type_complexity)]
    fn recover(
        &self,
        request: &Digest,
        secret: &Id,
        form: Form,
    ) -> Result<(Claim, SecretBytes, Vec<(Id, Place)>)> {
        let (asked, record) = signing::requested(self, request)?;
        let wanted = asked
            .secrets
            .iter()
            .find(|wanted| wanted.secret == *secret)
            .ok_or_else(|| {
                Error::refused("unknown-secret", "the request does not name that secret")
            })?;
        if record.reshare {
            return Err(Error::refused(
                "reshare-shows-nothing",
                "what is to be split anew is shown to nobody",
            )
            .hint("to see a secret, ask for it: rootkeep request"));
        }
        self.may_carry_out(&asked, &record)?;
        let seal = signing::proven_seal(self, wanted)?;
        let one_time = self.one_time_identity(&asked)?;
        let sent = self.sent_shares(&record, &seal.secret);
        let received = Received::open(sent, &seal, self.id, &self.member_key, &one_time);
        let plaintext = received.recover(&self.payload_of(&seal)?)?;
        let bad = received.bad;
        let mut places: Vec<Place> = bad.iter().map(|(_, place)| *place).collect();
        places.sort_unstable();
        let claim = Claim::Reveal(Reveal {
            request: *request,
            secret: *secret,
            epoch: wanted.epoch,
            form,
            bad: places,
        });
        Ok((claim, plaintext, bad))
    }

    /// Refused before anything is decrypted.
    pub(super) fn may_carry_out(&self, asked: &Request, record: &RequestRecord) -> Result<()> {
        if asked.operator != self.member {
            return Err(Error::refused(
                "not-operator",
                "only the request's operator carries it out",
            ));
        }
        match request_state(record, self.now()?) {
            RequestState::Effective => Ok(()),
            RequestState::Ahead => Err(Error::refused(
                "dated-ahead",
                "the request, or what put it into effect, is dated later than now",
            )
            .hint(
                "a clock was wrong: compare this machine's with another, or ask for a new request",
            )),
            RequestState::Waiting => Err(Error::refused(
                "not-signed-off",
                "the request is not in effect: sign-offs are missing",
            )
            .hint(format!(
                "see who can sign: rootkeep show {}",
                record.id.short()
            ))),
            RequestState::Expired | RequestState::Lapsed => Err(Error::refused(
                "expired",
                "the time of this request is over",
            )
            .hint("ask for a new one: rootkeep request")),
            state => Err(Error::refused(
                state.as_str(),
                format!("the request is {}", state.as_str()),
            )
            .hint("ask for a new one: rootkeep request")),
        }
    }

    pub(super) fn one_time_identity(&self, asked: &Request) -> Result<age::x25519::Identity> {
        let blob = self.view().blob(&asked.identity)?.ok_or_else(|| {
            Error::refused(
                "expired",
                "the request's one-time identity is gone: its time is over",
            )
        })?;
        let text = SecretText::from_utf8(&self.identity.decrypt(&blob)?);
        text.as_ref()
            .and_then(|text| text.expose().strip_suffix('\n'))
            .and_then(|line| line.parse::<age::x25519::Identity>().ok())
            .filter(|identity| identity.to_public().to_string() == asked.recipient)
            .ok_or_else(|| {
                Error::verification(
                    "wrong-recipient",
                    "the request's one-time identity is not the one of its recipient",
                )
            })
    }

    pub(super) fn payload_of(&self, seal: &Seal) -> Result<Vec<u8>> {
        self.view().blob(&seal.payload)?.ok_or_else(|| {
            Error::verification(
                "blob-missing",
                "the secret's ciphertext is not in the ledger",
            )
        })
    }

    /// What was sent of a secret's shares.
    pub(super) fn sent_shares(&self, record: &RequestRecord, secret: &Id) -> Vec<Delivery> {
        let view = self.view();
        let of_secret = record.sent.iter().filter(|sent| sent.secret == *secret);
        of_secret
            .map(|sent| Delivery {
                from: sent.from,
                place: Place {
                    group: sent.group,
                    member: sent.member,
                },
                blob: view.blob(&sent.blob).ok().flatten(),
            })
            .collect()
    }

    /// The encrypted shares that this person holds, for safekeeping outside the ledger: file name
    /// and bytes.
    ///
    /// # Errors
    /// Failed, verification.
    pub fn own_shares(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let view = self.view();
        let mut files = Vec::new();
        for (key, epoch) in crate::state::records::list::<Epoch>(&view, "")? {
            for share in epoch
                .shares
                .iter()
                .filter(|share| share.holder == self.member)
            {
                if let Some(bytes) = view.blob(&share.blob)? {
                    let name = format!(
                        "{}-{:02}-{:02}.age",
                        key.replace('/', "-"),
                        share.group,
                        share.member
                    );
                    files.push((name, bytes));
                    if let Some(payload) = view.blob(&epoch.payload)? {
                        files.push((format!("{}-payload.age", key.replace('/', "-")), payload));
                    }
                }
            }
        }
        files.sort();
        files.dedup();
        Ok(files)
    }
}
