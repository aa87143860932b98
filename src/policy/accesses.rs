//! The safe-access log, and what waits for one witness.

use std::collections::BTreeSet;

use super::access_order::Neighbours;
use super::findings::{Released, factors_of, holds_mfa, look_at, who_was_there};
use super::releases::{CLOCK_ERROR, RequestState, request_state};
use super::{Judge, Verdict, refusal};
use crate::crypto::canonical::INTEGERS_END;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::state::custody::{Epoch, RequestRecord, SecretRecord};
use crate::state::people::Custodian;
use crate::state::places::{
    AccessRecord, Finding, ItemRecord, LocationRecord, OpenAccess, Place, WitnessRecord,
};
use crate::state::records::{Table, list, read};
use crate::state::rules::{Ended, Outcome, leaf_key};
use crate::statement::accesses::{Closed, Handled, Happened, Logged, Opened, SealState, Went};
use crate::statement::decisions::SignOff;
use crate::statement::people::Role;
use crate::statement::register::{DestroyItem, ItemKind};
use crate::statement::text::Name;
use crate::statement::{Claim, SecretKind};

impl Judge<'_> {
    /// On record at once: a safe is open whether or not the witness signs.
    pub(super) fn safe_open(&mut self, opened: &Opened) -> Result<Verdict> {
        self.check_witness(&opened.witness)?;
        let mut location = self.live_location(&opened.location)?;
        if location.open.is_some() {
            return Err(Error::refused(
                "still-open",
                format!("`{}` was opened before and not closed", opened.location),
            )
            .hint("close it first: rootkeep safe close"));
        }
        self.check_opened(opened)?;
        location.open = Some(OpenAccess {
            access: self.leaf(),
            index: self.index,
            author: self.author(),
            opened: opened.clone(),
        });
        self.state.put(opened.location.as_str(), &location)?;
        Ok(Verdict::AT_ONCE)
    }

    /// What was opened stays open until the witness has signed how it was closed.
    pub(super) fn safe_close(&mut self, closed: &Closed) -> Result<Verdict> {
        let (_, open) = self.opening(&closed.access)?;
        if open.author != self.author() {
            self.needs_role(Role::Keeper, "closing what another has opened")?;
        }
        if closed.witness == open.author {
            return Err(own_witness());
        }
        self.check_happened(&open.opened, &closed.happened)?;
        self.wait_for(closed.witness)
    }

    pub(super) fn safe_log(&mut self, logged: &Logged) -> Result<Verdict> {
        self.live_location(&logged.opened.location)?;
        self.check_opened(&logged.opened)?;
        self.check_happened(&logged.opened, &logged.happened)?;
        self.wait_for(logged.opened.witness)
    }

    pub(super) fn item_destroy(&mut self, destroy: &DestroyItem) -> Result<Verdict> {
        self.needs_one_of(&[Role::Keeper, Role::Holder], "destroying an item")?;
        self.check_destroy_item(destroy)?;
        self.wait_for(destroy.witness)
    }

    /// Another person, in force, with the role.
    fn check_witness(&self, witness: &Id) -> Result<()> {
        if *witness == self.author() {
            return Err(own_witness());
        }
        self.can_witness(witness)
    }

    /// In force, with the role.
    pub(super) fn can_witness(&self, witness: &Id) -> Result<()> {
        let custodian = Custodian::load(&self.state, witness)?
            .ok_or_else(|| refusal::unknown_author(witness))?;
        if custodian.in_force() && custodian.has(Role::Witness) {
            return Ok(());
        }
        Err(Error::refused(
            "not-a-witness",
            "a witness is in force and has the role `witness`",
        )
        .hint("see who is: rootkeep custodian list"))
    }

    fn check_opened(&self, opened: &Opened) -> Result<()> {
        if opened.opened_at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the opening"));
        }
        if let Some(request) = &opened.request {
            RequestRecord::load(&self.state, request)?.ok_or_else(refusal::unknown_subject)?;
        }
        Ok(())
    }

    fn check_happened(&self, opened: &Opened, happened: &Happened) -> Result<()> {
        if happened.closed_at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the closing"));
        }
        if happened.closed_at < opened.opened_at {
            return Err(refusal::malformed("it was closed before it was opened"));
        }
        if happened.counter >= Some(INTEGERS_END) {
            return Err(refusal::malformed("a counter is below 2^53"));
        }
        let ordered = |pair: &[Handled]| matches!(pair, [one, next] if one.item < next.item);
        if !happened.items.windows(2).all(ordered) {
            return Err(refusal::malformed(
                "items stand in order of name, each once",
            ));
        }
        for handled in &happened.items {
            if ItemRecord::load(&self.state, &handled.item)?.is_none() {
                return Err(Error::refused(
                    "unknown-item",
                    format!("there is no item `{}`", handled.item),
                )
                .hint("rootkeep item list; rootkeep item add"));
            }
        }
        for present in &happened.present {
            Custodian::load(&self.state, &present.custodian)?
                .ok_or_else(|| refusal::unknown_author(&present.custodian))?;
            if present.left < present.entered {
                return Err(refusal::malformed("somebody left before coming in"));
            }
        }
        Ok(())
    }

    /// The opening that a closing names, and its location.
    fn opening(&self, access: &Digest) -> Result<(LocationRecord, OpenAccess)> {
        for (_, location) in list::<LocationRecord>(&self.state, "")? {
            if let Some(open) = location.open.clone().filter(|open| open.access == *access) {
                return Ok((location, open));
            }
        }
        Err(Error::refused(
            "not-open",
            "nothing was opened there that is not closed yet",
        )
        .hint("afterwards, in one go: rootkeep safe log"))
    }

    /// Files a statement that takes effect once its witness has signed.
    pub(super) fn wait_for(&mut self, witness: Id) -> Result<Verdict> {
        self.check_witness(&witness)?;
        let header = self.statement.header();
        let record = WitnessRecord {
            index: self.index,
            id: header.id,
            author: header.author,
            made_at: self.time(),
            kind: header.kind.clone(),
            facts: self.facts_text()?,
            witness,
        };
        self.state.put(&leaf_key(&self.leaf()), &record)?;
        Ok(Verdict::waits_for(1))
    }

    pub(super) fn sign_as_witness(
        &mut self,
        sign: &SignOff,
        waits: &WitnessRecord,
    ) -> Result<Verdict> {
        self.still_witnessed(waits)?;
        if waits.made_at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the statement")
                .hint("to say no: rootkeep reject ID --reason TEXT"));
        }
        if !sign.proofs.is_empty() || !sign.shares.is_empty() {
            return Err(refusal::malformed(
                "a witness proves no share and sends none",
            ));
        }
        let lapsed = |why: Error| refusal::lapsed("it can't be any more").because(why);
        match waits.claim()? {
            Claim::SafeLog(logged, _) => {
                let began = (waits.author, logged.opened);
                self.accessed(&sign.subject, waits, began, logged.happened)?;
            }
            Claim::SafeClose(closed, _) => {
                let (mut location, open) = self.opening(&closed.access).map_err(lapsed)?;
                location.open = None;
                self.state.put(open.opened.location.as_str(), &location)?;
                let began = (open.author, open.opened);
                self.accessed(&sign.subject, waits, began, closed.happened)?;
            }
            Claim::ItemMove(moved, _) => {
                self.check_move(&moved).map_err(lapsed)?;
                self.unchanged_since(&moved.item, waits.index)?;
                self.move_item(&moved, waits.index)?;
            }
            Claim::ItemDestroy(destroy, _) => {
                self.check_destroy_item(&destroy).map_err(lapsed)?;
                self.unchanged_since(&destroy.item, waits.index)?;
                self.destroy_item(&destroy, waits.index)?;
            }
            Claim::TaskClose(close, _) => self.witnessed_task(&sign.subject, waits, &close)?,
            _ => {
                return Err(refusal::malformed(
                    "statements of this kind have no witness",
                ));
            }
        }
        self.end_witnessed(&sign.subject, waits, Ended::Effective)?;
        Ok(Verdict::AT_ONCE)
    }

    /// One no ends it, whatever its date: else what a clock set forward has dated could not be rejected.
    pub(super) fn reject_as_witness(
        &mut self,
        subject: &Digest,
        waits: &WitnessRecord,
    ) -> Result<Verdict> {
        self.still_witnessed(waits)?;
        self.end_witnessed(subject, waits, Ended::Rejected)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn withdraw_witnessed(
        &mut self,
        subject: &Digest,
        waits: &WitnessRecord,
    ) -> Result<Verdict> {
        if !self.has_left(&waits.author)? && !self.has_left(&waits.witness)? {
            self.withdraws_own(&waits.author)?;
        } else if waits.author != self.author() {
            // Else it would wait for ever.
            self.needs_role(Role::Keeper, "taking back what somebody who left has made")?;
        }
        self.has_seen(waits.index)?;
        self.end_witnessed(subject, waits, Ended::Withdrawn)?;
        Ok(Verdict::AT_ONCE)
    }

    /// What was written down before an item was moved or handled last says nothing of where it is now.
    fn unchanged_since(&self, item: &Name, proposed: u64) -> Result<()> {
        let item = ItemRecord::load(&self.state, item)?.ok_or_else(refusal::unknown_subject)?;
        if item.changed > proposed {
            return Err(refusal::lapsed("the item was moved or handled since"));
        }
        Ok(())
    }

    fn has_left(&self, id: &Id) -> Result<bool> {
        let custodian = Custodian::load(&self.state, id)?;
        Ok(custodian.is_none_or(|custodian| custodian.retired.is_some()))
    }

    fn still_witnessed(&self, waits: &WitnessRecord) -> Result<()> {
        self.has_seen(waits.index)?;
        may_witness(&self.state, waits, &self.author())
    }

    pub(super) fn end_witnessed(
        &mut self,
        subject: &Digest,
        waits: &WitnessRecord,
        ended: Ended,
    ) -> Result<()> {
        let key = leaf_key(subject);
        let yes = match ended {
            Ended::Effective => vec![self.author()],
            Ended::Rejected | Ended::Withdrawn | Ended::Lapsed => Vec::new(),
        };
        let outcome = Outcome {
            index: waits.index,
            ended,
            at: self.index,
            yes,
        };
        self.state.remove(Table::Witness, &key);
        self.state.put(&key, &outcome)
    }

    /// The access counts: things move in the register, and what does not fit is noted.
    fn accessed(
        &mut self,
        subject: &Digest,
        waits: &WitnessRecord,
        (opener, opened): (Id, Opened),
        happened: Happened,
    ) -> Result<()> {
        let name = opened.location.clone();
        let before =
            LocationRecord::load(&self.state, &name)?.ok_or_else(refusal::unknown_subject)?;
        let mut findings = Vec::new();
        let neighbours = Neighbours::of(&self.state, &before, opened.opened_at)?;
        findings.extend(neighbours.gap(happened.counter));
        let mut there: BTreeSet<Id> = happened
            .present
            .iter()
            .map(|present| present.custodian)
            .collect();
        there.extend([opener, waits.author, waits.witness]);
        who_was_there(&before, opener, &there, &mut findings);
        let released = self.released(&opened)?;
        let mut factors: BTreeSet<(String, SecretKind)> = BTreeSet::new();
        for handled in &happened.items {
            let mut item = ItemRecord::load(&self.state, &handled.item)?
                .ok_or_else(refusal::unknown_subject)?;
            look_at(handled, &item, &name, &mut findings);
            if item.changed > waits.index {
                findings.push(Finding::Overtaken {
                    item: handled.item.clone(),
                });
            }
            let held = match &item.facts.holds {
                Some(holds) => read::<SecretRecord>(&self.state, &holds.secret.to_hex())?,
                None => None,
            };
            let touched = handled.went == Went::Out || handled.seal == Some(SealState::Broken);
            let opens: Vec<(String, SecretKind)> = match (&held, &item.facts.account) {
                (Some(held), _) => factors_of(held),
                (None, Some(account)) if item.facts.kind == ItemKind::MfaToken => {
                    vec![(account.to_string(), SecretKind::MfaSeed)]
                }
                (None, _) => Vec::new(),
            };
            let unnamed = held.is_none() && item.facts.kind == ItemKind::MfaToken;
            if touched && (unnamed || !opens.is_empty()) && !released.covers(&item, &opens) {
                let item = handled.item.clone();
                findings.push(Finding::NoRelease { item });
            }
            if touched {
                factors.extend(opens);
            }
            if handled.seal == Some(SealState::Broken) {
                for who in &there {
                    self.may_know(&item, who)?;
                }
            }
            item.after(handled, &name, *subject, happened.closed_at);
            item.changed = self.index;
            self.put_item(item, waits.index)?;
        }
        for (subject, _) in factors
            .iter()
            .filter(|(_, kind)| *kind == SecretKind::Password)
        {
            if factors.contains(&(subject.clone(), SecretKind::MfaSeed)) {
                let subject = subject.clone();
                findings.push(Finding::BothFactors { subject });
            }
        }
        let said = findings
            .iter()
            .any(|finding| matches!(finding, Finding::NoRelease { .. }));
        if released.secrets.is_empty() && !said && holds_mfa(&self.state, &before)? {
            findings.push(Finding::NoRequest);
        }
        for name in &before.out {
            self.not_brought_back(name, &opened, &happened, waits.index, &mut findings)?;
        }
        // Things have come into it and gone since it was read.
        let mut location =
            LocationRecord::load(&self.state, &name)?.ok_or_else(refusal::unknown_subject)?;
        let access = AccessRecord {
            index: waits.index,
            opener,
            author: waits.author,
            witness: waits.witness,
            recorded_at: waits.made_at,
            witnessed: self.index,
            findings,
            previous: neighbours.before(),
            opened,
            happened,
        };
        location.accesses += 1;
        if neighbours.is_newest() {
            location.last = Some(*subject);
        }
        location.counter = neighbours.newest_counter(access.happened.counter);
        self.state.put(name.as_str(), &location)?;
        self.state.put(&leaf_key(subject), &access)?;
        for (key, after) in neighbours.after(*subject, access.happened.counter) {
            self.state.put(&key, &after)?;
        }
        Ok(())
    }

    /// Notes an item that was out when a location was opened, and is out still: once.
    fn not_brought_back(
        &mut self,
        name: &Name,
        opened: &Opened,
        happened: &Happened,
        event: u64,
        findings: &mut Vec<Finding>,
    ) -> Result<()> {
        let mut item = ItemRecord::load(&self.state, name)?.ok_or_else(refusal::unknown_subject)?;
        let handled = happened.items.iter().any(|handled| handled.item == *name);
        if let Place::Out { since, missed, .. } = &mut item.place
            && !handled
            && !*missed
            && *since <= opened.opened_at
        {
            *missed = true;
            findings.push(Finding::StillOut {
                item: name.clone(),
                since: *since,
            });
            self.put_item(item, event)?;
        }
        Ok(())
    }

    /// What the release that an access was for has opened, if it was in effect at the opening.
    fn released(&self, opened: &Opened) -> Result<Released> {
        let mut released = Released::default();
        let Some(subject) = &opened.request else {
            return Ok(released);
        };
        let request =
            RequestRecord::load(&self.state, subject)?.ok_or_else(refusal::unknown_subject)?;
        let began = request
            .effect
            .as_ref()
            .is_some_and(|effect| effect.at <= opened.opened_at.plus(CLOCK_ERROR));
        let ended = request
            .window_ends()
            .is_some_and(|end| opened.opened_at > end.plus(CLOCK_ERROR));
        // By the clocks of two people: what was closed in these minutes may have been after it.
        let closed = request
            .closed_at
            .is_some_and(|at| opened.opened_at > at.plus(CLOCK_ERROR));
        let taken_back = request_state(&request, opened.opened_at) == RequestState::Withdrawn;
        // A resharing shows nothing to anybody.
        if !began || ended || closed || taken_back || request.reshare {
            return Ok(released);
        }
        for wanted in &request.secrets {
            released.secrets.insert(wanted.secret);
            if let Some(secret) = read::<SecretRecord>(&self.state, &wanted.secret.to_hex())? {
                released.subjects.extend(factors_of(&secret));
            }
        }
        Ok(released)
    }

    /// Whoever had an opened bag in hand may know what is in it.
    fn may_know(&mut self, item: &ItemRecord, who: &Id) -> Result<()> {
        let Some(holds) = &item.facts.holds else {
            return Ok(());
        };
        if let Some(mut epoch) = Epoch::load(&self.state, &holds.secret, holds.epoch)?
            && !epoch.knowers.contains(who)
        {
            epoch.knowers.push(*who);
            self.state
                .put(&Epoch::key(&holds.secret, holds.epoch), &epoch)?;
        }
        Ok(())
    }
}

fn own_witness() -> Error {
    Error::refused("own-witness", "nobody witnesses what they did themselves")
        .hint("name another who was there and has the role `witness`: rootkeep custodian list")
}

/// That a yes or a no of `member` counts for what waits for a witness.
pub(super) fn may_witness(
    records: &dyn crate::state::Records,
    waits: &WitnessRecord,
    member: &Id,
) -> Result<()> {
    if waits.witness != *member {
        return Err(Error::refused(
            "not-the-witness",
            "only the witness whom it names signs this",
        ));
    }
    let witness = Custodian::load(records, member)?;
    if witness.is_some_and(|witness| witness.has(Role::Witness)) {
        return Ok(());
    }
    Err(refusal::lacks_roles(&[Role::Witness], "witnessing"))
}
