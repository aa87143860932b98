//! Releases: asking, agreeing, revealing (docs/formats.md, sections 8 and 9).

use std::collections::BTreeMap;

use age::secrecy::ExposeSecret;

use super::Session;
use super::acts::Entered;
use super::sealing::prove_share;
use super::trusted::damaged;
use crate::crypto::age_file;
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::possession::{self, ShareContext};
use crate::crypto::recipient::Recipient;
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::crypto::slip39::{self, Mnemonic};
use crate::error::{Error, Result};
use crate::policy::{self, GOVERNANCE_SECRET, RequestState, request_state};
use crate::state::custody::{Epoch, RequestRecord};
use crate::state::people::{Custodian, LedgerRecord};
use crate::statement::decisions::{Proof, SentShare, SignOff};
use crate::statement::releases::{Form, Place, Request, RequestPersonal, Reveal, Wanted};
use crate::statement::secrets::{Reseal, Seal, Share};
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

impl Received {
    /// The plaintext under the key that the good shares give.
    pub(super) fn open(&self, payload: &[u8]) -> Result<SecretBytes> {
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

    /// Agrees to one exact statement. Decrypts the own shares, checks each against its seal before
    /// anything leaves, proves possession, and for a request re-encrypts them for its operator.
    ///
    /// # Errors
    /// Refused by the policy; verification, codes `wrong-share`, `cannot-decrypt`.
    pub fn sign_off(&mut self, subject: Digest) -> Result<Entered> {
        self.writable()?;
        let (sign, blobs) =
            self.on_verified(
                |session| match session.preview(&subject)?.statement.claim() {
                    Claim::Request(..) | Claim::Reshare(..) => session.sign_request(subject),
                    _ => Ok((session.sign_governance(&subject)?, Vec::new())),
                },
            )?;
        let draft = Draft::new(&self.rng, Claim::Sign(sign), blobs)?;
        self.enter_draft(draft)
    }

    fn sign_governance(&self, subject: &Digest) -> Result<SignOff> {
        let ledger = LedgerRecord::load(&self.view())?
            .ok_or_else(|| Error::verification("log-damaged", "the log has no genesis"))?;
        let governance = ledger.governance.ok_or_else(|| {
            Error::verification("log-damaged", "the log has no governance secret")
        })?;
        let share = governance
            .shares
            .iter()
            .find(|share| share.holder == self.member)
            .ok_or_else(|| {
                Error::refused(
                    "not-in-quorum",
                    "you hold no share of the governance secret",
                )
                .hint("only its holders sign this: rootkeep quorum list")
            })?;
        let context = self.context(GOVERNANCE_SECRET, governance.epoch, share);
        let mnemonic = self.open_share(share, &context)?;
        let proof = prove_share(&mnemonic, &context, &self.member, subject)?;
        Ok(SignOff {
            subject: *subject,
            proofs: vec![proof],
            shares: Vec::new(),
        })
    }

    fn sign_request(&self, subject: Digest) -> Result<(SignOff, Vec<Vec<u8>>)> {
        let (request, record) = self.requested(&subject)?;
        // Refused before a token is touched, where signing can do nothing any more.
        policy::takes_decisions(&self.view(), &record, &self.member, self.now()?)?;
        let one_time = Recipient::parse_native(&request.recipient)?;
        let operator = Custodian::load(&self.view(), &request.operator)?
            .ok_or_else(|| Error::not_found("no-custodian", "the request's operator is unknown"))?;
        let operator = Recipient::parse_native(&operator.age)?;
        let mut sign = SignOff {
            subject,
            proofs: Vec::new(),
            shares: Vec::new(),
        };
        let mut blobs = Vec::new();
        for wanted in &request.secrets {
            let seal = self.proven_seal(wanted)?;
            for share in seal
                .shares
                .iter()
                .filter(|share| share.holder == self.member)
            {
                let (proof, sent, blob) =
                    self.send_share(wanted, share, &subject, &one_time, &operator)?;
                sign.proofs.push(proof);
                sign.shares.push(sent);
                blobs.push(blob);
            }
        }
        if sign.proofs.is_empty() {
            return Err(Error::refused(
                "not-in-quorum",
                "you hold no share of what this request asks for",
            )
            .hint(format!(
                "see who can sign: rootkeep show {}",
                record.id.short()
            )));
        }
        Ok((sign, blobs))
    }

    /// A request or a resharing, read from its envelope, and its record.
    pub(super) fn requested(&self, subject: &Digest) -> Result<(Request, RequestRecord)> {
        let (_, statement) = self.proven_by_hash(subject)?;
        let (Claim::Request(asked, _) | Claim::Reshare(asked, _)) = statement.claim().clone()
        else {
            return Err(Error::usage("not-a-request", "that entry is not a request"));
        };
        let record = RequestRecord::load(&self.view(), subject)?
            .ok_or_else(|| damaged("a request has no record"))?;
        Ok((asked, record))
    }

    /// The seal that a request names, read from its envelope and held to what the request says.
    pub(super) fn proven_seal(&self, wanted: &Wanted) -> Result<Seal> {
        let (_, statement) = self.proven_by_hash(&wanted.seal)?;
        match statement.claim() {
            Claim::Seal(seal) | Claim::Reseal(Reseal { seal, .. })
                if seal.secret == wanted.secret && seal.epoch == wanted.epoch =>
            {
                Ok(seal.clone())
            }
            _ => Err(Error::verification(
                "wrong-seal",
                "the request names something that is not the seal of its secret",
            )),
        }
    }

    pub(super) fn context(&self, secret: Id, epoch: u32, share: &Share) -> ShareContext {
        ShareContext {
            ledger: self.id,
            secret,
            epoch,
            group: share.group,
            member: share.member,
        }
    }

    /// Opens an own share and holds it to its seal: it must be one canonical mnemonic whose
    /// possession key, in this very context, is the one that the seal carries. Otherwise this
    /// program would decrypt anything for anyone who can write a seal.
    pub(super) fn open_share(&self, share: &Share, context: &ShareContext) -> Result<Mnemonic> {
        let blob = self.view().blob(&share.blob)?.ok_or_else(|| {
            Error::verification(
                "blob-missing",
                "the ciphertext of your share is not in the ledger",
            )
        })?;
        open_share(&self.identity.decrypt(&blob)?, share, context)
    }

    fn send_share(
        &self,
        wanted: &Wanted,
        share: &Share,
        subject: &Digest,
        one_time: &Recipient,
        operator: &Recipient,
    ) -> Result<(Proof, SentShare, Vec<u8>)> {
        let context = self.context(wanted.secret, wanted.epoch, share);
        let mnemonic = self.open_share(share, &context)?;
        let proof = prove_share(&mnemonic, &context, &self.member, subject)?;
        let inner = age_file::encrypt(one_time, mnemonic.text().expose().as_bytes(), &self.host)?;
        let blob = age_file::encrypt(operator, &inner, &self.host)?;
        let sent = SentShare {
            secret: wanted.secret,
            epoch: wanted.epoch,
            group: share.group,
            member: share.member,
            blob: Digest::of(&blob),
        };
        Ok((proof, sent, blob))
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
        let (asked, record) = self.requested(request)?;
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
        let seal = self.proven_seal(wanted)?;
        let one_time = self.one_time_identity(&asked)?;
        let received = self.received_shares(&record, &seal, &one_time)?;
        let plaintext = received.open(&self.payload_of(&seal)?)?;
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

    /// Opens what was sent; shares that are not those of the seal are set aside, by name.
    pub(super) fn received_shares(
        &self,
        record: &RequestRecord,
        seal: &Seal,
        one_time: &age::x25519::Identity,
    ) -> Result<Received> {
        let listed: BTreeMap<(u8, u8), &Share> = seal
            .shares
            .iter()
            .map(|share| ((share.group, share.member), share))
            .collect();
        let view = self.view();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for sent in record.sent.iter().filter(|sent| sent.secret == seal.secret) {
            let place = Place {
                group: sent.group,
                member: sent.member,
            };
            let opened = listed.get(&(sent.group, sent.member)).and_then(|share| {
                let blob = view.blob(&sent.blob).ok().flatten()?;
                let inner = self.member_key.decrypt(&blob).ok()?;
                let identity: &dyn age::Identity = one_time;
                let text = age_file::decrypt(std::iter::once(identity), inner.expose()).ok()?;
                let context = self.context(seal.secret, seal.epoch, share);
                open_share(&text, share, &context).ok()
            });
            match opened {
                Some(mnemonic) => good.push(mnemonic),
                None => bad.push((sent.from, place)),
            }
        }
        Ok(Received { good, bad })
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

/// Holds a decrypted share to its seal.
fn open_share(text: &SecretBytes, share: &Share, context: &ShareContext) -> Result<Mnemonic> {
    let wrong = || {
        Error::verification(
            "wrong-share",
            format!(
                "what was sealed to you as share {} of group {} is not that share; nothing has left this program",
                share.member, share.group
            ),
        )
        .hint("somebody may have put another ciphertext in its place: tell the others, and run rootkeep verify")
    };
    let text = SecretText::from_utf8(text).ok_or_else(wrong)?;
    let mnemonic = Mnemonic::parse(text.expose()).map_err(|error| wrong().because(error))?;
    if possession::key(mnemonic.text(), context)?.public() != share.key {
        return Err(wrong());
    }
    Ok(mnemonic)
}
