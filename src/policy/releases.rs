//! Request, sign-offs, reveal, close.

use std::collections::BTreeSet;

use super::governance::bad_proof;
use super::{Judge, Verdict, may, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::possession::{self, ShareContext};
use crate::crypto::recipient::Recipient;
use crate::error::{Error, Result};
use crate::state::custody::{
    Epoch, InEffect, OpenRecord, RequestRecord, SecretRecord, Sent, Shown, WantedRecord,
};
use crate::state::people::Custodian;
use crate::state::records::{Records, Table, list, read};
use crate::state::rules::{PolicyRecord, Quorum, fewest_missing, leaf_key};
use crate::statement::Time;
use crate::statement::decisions::SignOff;
use crate::statement::people::Role;
use crate::statement::releases::{Close, Place, Request, Reveal, Wanted};

/// The most secrets that a request names.
const REQUEST_SECRETS: usize = 16;

/// How far two honest clocks may be apart, seconds.
pub(super) const CLOCK_ERROR: u64 = 300;

/// Where a request stands at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Waits for sign-offs.
    Waiting,
    /// May be revealed.
    Effective,
    /// Dated ahead, or put into effect by what is: by a clock that was wrong.
    Ahead,
    /// Waited too long.
    Expired,
    /// Its window is over and nobody has closed it.
    Lapsed,
    /// Closed.
    Closed,
    /// Taken back.
    Withdrawn,
    /// Declined by too many.
    Rejected,
}

impl RequestState {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Effective => "effective",
            Self::Ahead => "dated-ahead",
            Self::Expired => "expired",
            Self::Lapsed => "lapsed",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
            Self::Rejected => "rejected",
        }
    }
}

/// Where `request` stands at `now`.
#[must_use]
pub fn request_state(request: &RequestRecord, now: Time) -> RequestState {
    if request.closed.is_some() {
        RequestState::Closed
    } else if request.withdrawn {
        RequestState::Withdrawn
    } else if request.rejected {
        RequestState::Rejected
    } else if request.began() > now.plus(CLOCK_ERROR) {
        RequestState::Ahead
    } else {
        match request.window_ends() {
            Some(end) if now > end => RequestState::Lapsed,
            Some(_) => RequestState::Effective,
            None if now > request.lapses_at() => RequestState::Expired,
            None => RequestState::Waiting,
        }
    }
}

/// Why a request that waits can't take effect any more, where something it stands under has
/// changed since it was made.
///
/// # Errors
/// Verification where the state is damaged.
pub fn lapsed(records: &dyn Records, request: &RequestRecord) -> Result<Option<String>> {
    match not_lapsed(records, request) {
        Ok(()) => Ok(None),
        Err(error) if error.code() == "lapsed" => Ok(Some(error.message().to_owned())),
        Err(error) => Err(error),
    }
}

/// Whether `request` takes a yes or a no of `author` at `time`.
///
/// # Errors
/// Refused: `expired`, `closed`, `withdrawn`, `rejected`, `already-decided`, `lapsed`.
pub fn takes_decisions(
    records: &dyn Records,
    request: &RequestRecord,
    author: &Id,
    time: Time,
) -> Result<()> {
    match request_state(request, time) {
        RequestState::Waiting => not_lapsed(records, request)?,
        RequestState::Effective => {}
        RequestState::Ahead => return Err(refusal::dated_ahead("the request")),
        RequestState::Expired | RequestState::Lapsed => {
            return Err(refusal::expired("the request"));
        }
        RequestState::Closed => return Err(refusal::closed()),
        RequestState::Withdrawn => return Err(refusal::withdrawn()),
        RequestState::Rejected => return Err(refusal::rejected()),
    }
    if request.yes.contains(author) || request.no.contains(author) {
        return Err(refusal::twice());
    }
    let operator = Custodian::load(records, &request.operator)?;
    if !operator.is_some_and(|operator| operator.in_force()) {
        return Err(refusal::lapsed("its operator was retired since"));
    }
    for wanted in &request.secrets {
        let epoch = Epoch::load(records, &wanted.secret, wanted.epoch)?;
        if epoch.is_none_or(|epoch| epoch.destroyed.is_some()) {
            return Err(refusal::lapsed("a secret was destroyed since"));
        }
    }
    Ok(())
}

/// What a request stands under while it waits has not been set anew.
fn not_lapsed(records: &dyn Records, request: &RequestRecord) -> Result<()> {
    if PolicyRecord::load(records)?.index > request.index {
        return Err(refusal::lapsed("the policy was set anew since"));
    }
    for wanted in &request.secrets {
        let quorum = Quorum::load(records, &wanted.quorum)?;
        if quorum.is_none_or(|quorum| quorum.index > request.index) {
            return Err(refusal::lapsed("a quorum was set anew since"));
        }
    }
    Ok(())
}

impl Judge<'_> {
    pub(super) fn request(&mut self, request: &Request) -> Result<Verdict> {
        if request.secrets.len() > REQUEST_SECRETS {
            return Err(refusal::malformed("a request names 1 to 16 secrets"));
        }
        self.ask(request, false)
    }

    /// A request or a resharing waits for the holders of what it names.
    pub(super) fn ask(&mut self, request: &Request, reshare: bool) -> Result<Verdict> {
        let policy = PolicyRecord::load(&self.state)?;
        self.check_terms(request, &policy)?;
        self.put_request(request, &policy, reshare)
    }

    fn check_terms(&self, request: &Request, policy: &PolicyRecord) -> Result<()> {
        self.needs_role(Role::Operator, "asking for a release")?;
        if request.window_secs < 60 || request.window_secs > policy.settings.window_max_secs {
            return Err(refusal::malformed(&format!(
                "a window has 60 to {} seconds here",
                policy.settings.window_max_secs
            )));
        }
        let operator = Custodian::load(&self.state, &request.operator)?;
        if !operator.is_some_and(|operator| operator.in_force() && operator.has(Role::Operator)) {
            return Err(refusal::lacks_roles(&[Role::Operator], "revealing"));
        }
        Recipient::parse_native(&request.recipient)?;
        let distinct: BTreeSet<&Id> = request
            .secrets
            .iter()
            .map(|wanted| &wanted.secret)
            .collect();
        if distinct.len() != request.secrets.len() || distinct.is_empty() {
            return Err(refusal::malformed("a request names secrets, each once"));
        }
        Ok(())
    }

    fn put_request(
        &mut self,
        request: &Request,
        policy: &PolicyRecord,
        reshare: bool,
    ) -> Result<Verdict> {
        let secrets = request
            .secrets
            .iter()
            .map(|wanted| self.wanted(wanted))
            .collect::<Result<Vec<_>>>()?;
        let header = self.statement.header();
        let record = RequestRecord {
            id: header.id,
            index: self.index,
            author: header.author,
            made_at: self.time(),
            operator: request.operator,
            recipient: request.recipient.clone(),
            identity: request.identity,
            window_secs: request.window_secs,
            request_hours: policy.settings.request_hours,
            reshare,
            secrets,
            yes: Vec::new(),
            latest: self.time(),
            no: Vec::new(),
            sent: Vec::new(),
            effect: None,
            shown: Vec::new(),
            closed: None,
            closed_at: None,
            withdrawn: false,
            rejected: false,
        };
        let needs = self.release_needs(&record)?.ok_or_else(|| {
            Error::refused(
                "too-few-holders",
                "too few holders are in force to agree to this request",
            )
            .hint("rootkeep secret show SECRET lists them")
        })?;
        let key = leaf_key(&self.leaf());
        self.state.put(&key, &record)?;
        self.state.put(
            &key,
            &OpenRecord {
                index: self.index,
                kept: true,
            },
        )?;
        Ok(Verdict::waits_for(needs))
    }

    fn wanted(&self, wanted: &Wanted) -> Result<WantedRecord> {
        let secret = read::<SecretRecord>(&self.state, &wanted.secret.to_hex())?
            .ok_or_else(refusal::no_such_secret)?;
        let epoch = Epoch::load(&self.state, &wanted.secret, wanted.epoch)?
            .ok_or_else(refusal::no_such_secret)?;
        if epoch.destroyed.is_some() {
            return Err(Error::refused(
                "destroyed",
                "this epoch's ciphertexts were destroyed",
            ));
        }
        if epoch.seal != wanted.seal {
            return Err(Error::verification(
                "wrong-seal",
                "the request names another seal",
            ));
        }
        Ok(WantedRecord {
            secret: wanted.secret,
            epoch: wanted.epoch,
            quorum: secret.quorum,
        })
    }

    fn release_needs(&self, request: &RequestRecord) -> Result<Option<usize>> {
        let rules = may::split_rules(&self.state, request)?;
        let people = rules
            .iter()
            .flat_map(crate::state::rules::SplitRule::people)
            .collect();
        let able = self.in_force(&people)?;
        let yes = request
            .yes
            .iter()
            .copied()
            .filter(|id| able.contains(id))
            .collect();
        let open = able
            .into_iter()
            .filter(|id| !request.no.contains(id))
            .collect();
        Ok(fewest_missing(&rules, &yes, &open))
    }

    pub(super) fn sign_request(
        &mut self,
        sign: &SignOff,
        mut request: RequestRecord,
    ) -> Result<Verdict> {
        self.still_signable(&request)?;
        let places = self.own_places(&request)?;
        self.check_proofs(sign, &places)?;
        for sent in &sign.shares {
            request.sent.push(Sent {
                from: self.author(),
                secret: sent.secret,
                group: sent.group,
                member: sent.member,
                blob: sent.blob,
            });
        }
        request.yes.push(self.author());
        if request.effect.is_none() {
            request.latest = request.latest.max(self.time());
        }
        self.note_proven(&places)?;
        self.note_sent(&request)?;
        let needs = self
            .release_needs(&request)?
            .ok_or_else(refusal::rejected)?;
        if needs == 0 && request.effect.is_none() {
            request.effect = Some(InEffect {
                index: self.index,
                at: request.latest,
            });
        }
        self.state.put(&leaf_key(&sign.subject), &request)?;
        Ok(Verdict {
            effective: request.effect.is_some(),
            needs,
        })
    }

    /// Whether a request takes a yes or a no of this author at this leaf.
    fn still_signable(&self, request: &RequestRecord) -> Result<()> {
        if self.statement.header().seen.size <= request.index {
            return Err(refusal::not_seen());
        }
        takes_decisions(&self.state, request, &self.author(), self.time())
    }

    /// The author's shares of the request's epochs, in order, with their possession keys.
    pub(super) fn own_places(&self, request: &RequestRecord) -> Result<Vec<OwnPlace>> {
        let author = self.author();
        let ledger = self.ledger()?.id;
        let mut places = Vec::new();
        for wanted in &request.secrets {
            let epoch = Epoch::load(&self.state, &wanted.secret, wanted.epoch)?
                .ok_or_else(refusal::no_such_secret)?;
            for share in epoch.shares.iter().filter(|share| share.holder == author) {
                places.push(OwnPlace {
                    context: ShareContext {
                        ledger,
                        secret: wanted.secret,
                        epoch: wanted.epoch,
                        group: share.group,
                        member: share.member,
                    },
                    key: share.key,
                });
            }
        }
        if places.is_empty() {
            return Err(refusal::not_in_quorum("of what the request asks for"));
        }
        Ok(places)
    }

    fn check_proofs(&mut self, sign: &SignOff, places: &[OwnPlace]) -> Result<()> {
        let author = self.author();
        let complete = sign.proofs.len() == places.len() && sign.shares.len() == places.len();
        let fits = complete
            && places.iter().zip(sign.proofs.iter().zip(&sign.shares)).all(
                |(place, (proof, share))| {
                    let want = &place.context;
                    let place = (want.secret, want.epoch, want.group, want.member);
                    place == (proof.secret, proof.epoch, proof.group, proof.member)
                        && place == (share.secret, share.epoch, share.group, share.member)
                },
            );
        if !fits {
            return Err(refusal::malformed(
                "a sign-off proves and sends each share that its author holds of the request's epochs, and no other",
            ));
        }
        for (place, proof) in places.iter().zip(&sign.proofs) {
            let message = possession::message(&place.context, &author, &sign.subject);
            self.signatures
                .check(&place.key, message, &proof.proof.0)
                .map_err(bad_proof)?;
        }
        Ok(())
    }

    fn note_proven(&mut self, places: &[OwnPlace]) -> Result<()> {
        let author = self.author();
        for place in places {
            let (secret, number) = (&place.context.secret, place.context.epoch);
            if let Some(mut epoch) = Epoch::load(&self.state, secret, number)?
                && !epoch.proven.contains(&author)
            {
                epoch.proven.push(author);
                self.state.put(&Epoch::key(secret, number), &epoch)?;
            }
        }
        Ok(())
    }

    /// The author's shares have gone to the operator. As soon as the operator has enough, with the own
    /// ones and with those of other requests, the value may be known, whatever is recorded afterwards.
    fn note_sent(&mut self, request: &RequestRecord) -> Result<()> {
        let (author, operator) = (self.author(), request.operator);
        for wanted in &request.secrets {
            let Some(mut epoch) = Epoch::load(&self.state, &wanted.secret, wanted.epoch)? else {
                continue;
            };
            if !epoch.shares.iter().any(|share| share.holder == author) {
                continue;
            }
            epoch.add_sent(operator, author);
            let mut holders = epoch.sent_to(&operator);
            holders.insert(operator);
            if epoch.rule().met_by(&holders) {
                epoch.add_knower(operator);
            }
            self.state
                .put(&Epoch::key(&wanted.secret, wanted.epoch), &epoch)?;
        }
        Ok(())
    }

    pub(super) fn reject_request(
        &mut self,
        subject: &Digest,
        mut request: RequestRecord,
    ) -> Result<Verdict> {
        self.still_signable(&request)?;
        if request.effect.is_some() {
            return Err(refusal::already_effective());
        }
        self.own_places(&request)?;
        request.no.push(self.author());
        if self.release_needs(&request)?.is_none() {
            request.rejected = true;
            self.finish(subject, &request);
        }
        self.state.put(&leaf_key(subject), &request)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn withdraw_request(
        &mut self,
        subject: &Digest,
        mut request: RequestRecord,
    ) -> Result<Verdict> {
        self.withdraws_own(&request.author)?;
        self.has_seen(request.index)?;
        match request_state(&request, self.time()) {
            RequestState::Closed => return Err(refusal::closed()),
            RequestState::Withdrawn => return Err(refusal::withdrawn()),
            RequestState::Rejected => return Err(refusal::rejected()),
            _ => {}
        }
        if !request.shown.is_empty() {
            return Err(
                Error::refused("already-revealed", "it was revealed: close it instead")
                    .hint("rootkeep close ID --outcome used --note TEXT"),
            );
        }
        request.withdrawn = true;
        self.finish(subject, &request);
        self.state.put(&leaf_key(subject), &request)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn reveal(&mut self, reveal: &Reveal) -> Result<Verdict> {
        let mut request = RequestRecord::load(&self.state, &reveal.request)?
            .ok_or_else(refusal::unknown_subject)?;
        if request.operator != self.author() {
            return Err(Error::refused(
                "not-operator",
                "only the request's operator reveals",
            ));
        }
        if request.reshare {
            return Err(Error::refused(
                "reshare-shows-nothing",
                "what is to be split anew is shown to nobody",
            )
            .hint("to see a secret, ask for it: rootkeep request"));
        }
        match request_state(&request, self.time()) {
            RequestState::Effective => {}
            RequestState::Ahead => return Err(refusal::dated_ahead("the request")),
            RequestState::Waiting => {
                return Err(Error::refused(
                    "not-signed-off",
                    "the request is not in effect: sign-offs are missing",
                )
                .hint(format!(
                    "see who can sign: rootkeep show {}",
                    request.id.short()
                )));
            }
            RequestState::Expired | RequestState::Lapsed => {
                return Err(refusal::expired("the request's window"));
            }
            RequestState::Closed => return Err(refusal::closed()),
            RequestState::Withdrawn => return Err(refusal::withdrawn()),
            RequestState::Rejected => return Err(refusal::rejected()),
        }
        let wanted =
            |wanted: &WantedRecord| wanted.secret == reveal.secret && wanted.epoch == reveal.epoch;
        if !request.secrets.iter().any(wanted) {
            return Err(refusal::no_such_secret());
        }
        self.check_bad_places(reveal)?;
        request.shown.push(Shown {
            secret: reveal.secret,
            index: self.index,
            at: self.time(),
        });
        self.state.put(&leaf_key(&reveal.request), &request)?;
        Ok(Verdict::AT_ONCE)
    }

    /// `bad` names places of the epoch, in order, each once.
    fn check_bad_places(&self, reveal: &Reveal) -> Result<()> {
        let epoch = Epoch::load(&self.state, &reveal.secret, reveal.epoch)?
            .ok_or_else(refusal::no_such_secret)?;
        let holders = epoch.rule().holders;
        let known = |place: &Place| holders.contains_key(&(place.group, place.member));
        let ordered = reveal.bad.windows(2).all(|pair| pair.first() < pair.last());
        if ordered && reveal.bad.iter().all(known) {
            Ok(())
        } else {
            Err(refusal::malformed(
                "a reveal names bad shares by their places, in order, each once",
            ))
        }
    }

    pub(super) fn close(&mut self, close: &Close) -> Result<Verdict> {
        let mut request = RequestRecord::load(&self.state, &close.request)?
            .ok_or_else(refusal::unknown_subject)?;
        if request.operator != self.author() && request.author != self.author() {
            return Err(Error::refused(
                "not-operator",
                "only its operator or author closes a request",
            ));
        }
        match request_state(&request, self.time()) {
            RequestState::Effective | RequestState::Lapsed => {}
            RequestState::Ahead if request.effect.is_some() => {}
            RequestState::Ahead | RequestState::Waiting | RequestState::Expired => {
                return Err(
                    Error::refused("not-signed-off", "the request never took effect")
                        .hint("to take it back: rootkeep withdraw ID"),
                );
            }
            RequestState::Closed => return Err(refusal::closed()),
            RequestState::Withdrawn => return Err(refusal::withdrawn()),
            RequestState::Rejected => return Err(refusal::rejected()),
        }
        request.closed = Some(close.outcome);
        request.closed_at = Some(self.time());
        self.finish(&close.request, &request);
        self.state.put(&leaf_key(&close.request), &request)?;
        Ok(Verdict::AT_ONCE)
    }

    /// Nothing more can come of a request: what passed through it goes.
    fn finish(&mut self, subject: &Digest, request: &RequestRecord) {
        self.drops.extend(request.passing_blobs());
        self.state.remove(Table::Open, &leaf_key(subject));
    }

    /// Lets go of what passed through requests that time has ended.
    pub(super) fn sweep(&mut self) -> Result<()> {
        for (key, mut open) in list::<OpenRecord>(&self.state, "")? {
            if !open.kept {
                continue;
            }
            let leaf = Digest::parse(&key)?;
            let Some(request) = RequestRecord::load(&self.state, &leaf)? else {
                continue;
            };
            match request_state(&request, self.time()) {
                RequestState::Expired => self.finish(&leaf, &request),
                RequestState::Lapsed => {
                    self.drops.extend(request.passing_blobs());
                    open.kept = false;
                    self.state.put(&key, &open)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A share that the author holds, and the key that proves it.
pub(super) struct OwnPlace {
    context: ShareContext,
    key: crate::crypto::ed25519::PublicKey,
}
