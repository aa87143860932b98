//! Reviews: what one lays out, who judges it, and what a struck name has to be followed by.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use super::releases::CLOCK_ERROR;
use super::review_follow::{found_right_since, remains};
use super::review_scope::{Others, Reviewed};
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::people::{Custodian, ONE};
use crate::state::records::read;
use crate::state::reviews::{
    DoneRecord, EndedReview, LaidOut, LayoutRecord, PrivilegeRecord, ReviewPlanRecord,
    ReviewRecord, ReviewsRecord, StruckRecord,
};
use crate::state::rules::{Ended, Outcome, leaf_key};
use crate::statement::decisions::SignOff;
use crate::statement::drills::Every;
use crate::statement::people::Role;
use crate::statement::reviews::{
    ConfirmGroups, Group, Named, Privilege, PrivilegePersonal, ReviewPlan, StartReview,
    StartReviewPersonal, Strike, StrikeDone, Thing,
};
use crate::statement::time::Date;

/// So many people pass a review.
const REVIEWERS: usize = 2;
/// Somewhere it is tomorrow already.
const AHEAD: u64 = 14 * 3600;

impl Judge<'_> {
    pub(super) fn privilege_set(
        &mut self,
        set: &Privilege,
        personal: Option<&PrivilegePersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "keeping the register")?;
        self.check_people(&set.people)?;
        self.known_account(&set.account)?;
        if !set.may.is_sorted_by(|one, next| one < next) {
            return Err(refusal::malformed(
                "what it allows stands in order, each once",
            ));
        }
        let key = set.privilege.as_str();
        let before = read::<PrivilegeRecord>(&self.state, key)?;
        let mut events = before.map_or_else(Vec::new, |record| record.events);
        events.push(self.index);
        let record = PrivilegeRecord {
            facts: set.clone(),
            personal: personal.cloned(),
            events,
        };
        self.state.put(key, &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn review_plan(&mut self, plan: &ReviewPlan) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "planning reviews")?;
        if plan.every == Every::Year {
            return Err(refusal::malformed(
                "reviews come round monthly or quarterly",
            ));
        }
        if plan.timezone.parse::<chrono_tz::Tz>().is_err() {
            return Err(refusal::malformed("the time zone is no IANA name"));
        }
        let mut reviews = ReviewsRecord::load(&self.state)?;
        reviews.plan = Some(ReviewPlanRecord {
            facts: plan.clone(),
            id: self.statement.header().id,
            index: self.index,
        });
        self.state.put(ONE, &reviews)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn review_start(
        &mut self,
        start: &StartReview,
        personal: Option<&StartReviewPersonal>,
    ) -> Result<Verdict> {
        self.needs_one_of(&[Role::Keeper, Role::Reviewer], "starting a review")?;
        self.check_period(start.every, start.first)?;
        let mut reviews = ReviewsRecord::load(&self.state)?;
        if reviews.running.is_some() {
            return Err(Error::refused("review-running", "a review goes on already")
                .hint("see what it waits for: rootkeep review list"));
        }
        if start.since != reviews.passed {
            return Err(refusal::malformed(
                "a review says what changed since the one that was passed last",
            ));
        }
        let groups = self.check_groups(start, personal)?;
        let leaf = self.leaf();
        reviews.running = Some(leaf);
        self.state.put(ONE, &reviews)?;
        let record = ReviewRecord {
            id: self.statement.header().id,
            index: self.index,
            author: self.author(),
            made_at: self.time(),
            every: start.every,
            first: start.first,
            since: start.since,
            groups: u32::try_from(groups.len()).unwrap_or(u32::MAX),
            confirmed: BTreeSet::new(),
            struck: BTreeSet::new(),
            signed: Vec::new(),
            ended: None,
        };
        let key = leaf_key(&leaf);
        self.state.put(&key, &LayoutRecord { groups })?;
        self.state.put(&key, &record)?;
        Ok(Verdict::waits_for(REVIEWERS))
    }

    /// The first day of a month or quarter that has begun.
    fn check_period(&self, every: Every, first: Date) -> Result<()> {
        let begins = match every {
            Every::Month => true,
            Every::Quarter => first.0.month0().is_multiple_of(3),
            Every::Year => false,
        };
        if !begins || first.0.day() != 1 {
            return Err(refusal::malformed(
                "a review is of a month or a quarter, by its first day",
            ));
        }
        if first.0 > self.time().plus(AHEAD).to_chrono().date_naive() {
            return Err(Error::refused(
                "not-begun",
                "a review is of a period that has begun",
            ));
        }
        Ok(())
    }

    /// That the groups are those that there are, each once and none left out. Where names of others are
    /// withheld, how many they are is the author's word; in the ledger they are held to the register.
    fn check_groups(
        &self,
        start: &StartReview,
        personal: Option<&StartReviewPersonal>,
    ) -> Result<Vec<LaidOut>> {
        let fits = |personal: &StartReviewPersonal| {
            let counts = personal.others.iter().map(Vec::len);
            counts.eq(start
                .groups
                .iter()
                .map(|group| usize::try_from(group.others).unwrap_or(usize::MAX)))
        };
        if !personal.is_none_or(fits) {
            return Err(refusal::malformed("each of the others has a name"));
        }
        let reviewed = Reviewed::load(&self.state)?;
        let mut groups = match personal {
            Some(personal) if reviewed.is_whole() => {
                let groups = reviewed.groups()?;
                let own = groups.iter().map(|group| group.others.as_ref());
                if !own.eq(personal.others.iter().map(Some)) {
                    return Err(not_as_it_is());
                }
                groups
            }
            _ => {
                let said = said(&start.groups);
                reviewed.grouped(&|thing, _| said.get(thing).cloned().unwrap_or_default())?
            }
        };
        if !groups.iter().map(|group| &group.facts).eq(&start.groups) {
            return Err(not_as_it_is());
        }
        if groups.is_empty() {
            return Err(Error::refused(
                "nothing-to-review",
                "nobody has access to anything",
            ));
        }
        for (place, group) in groups.iter_mut().enumerate() {
            group.others = personal.and_then(|personal| personal.others.get(place).cloned());
        }
        Ok(groups)
    }

    /// A review that goes on, for a reviewer to judge.
    fn judged(&self, review: &Digest) -> Result<ReviewRecord> {
        self.needs_role(Role::Reviewer, "reviewing")?;
        let record = ReviewRecord::load(&self.state, review)?.ok_or_else(no_such_review)?;
        self.has_seen(record.index)?;
        if record.ended.is_some() {
            return Err(Error::refused("review-over", "the review is over")
                .hint("what comes next: rootkeep review list"));
        }
        self.not_ahead(&record)?;
        Ok(record)
    }

    fn not_ahead(&self, review: &ReviewRecord) -> Result<()> {
        if review.made_at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the review")
                .hint("to end it: rootkeep reject ID --reason TEXT"));
        }
        Ok(())
    }

    pub(super) fn review_confirm(&mut self, confirm: &ConfirmGroups) -> Result<Verdict> {
        let mut record = self.judged(&confirm.review)?;
        check_numbers(&record, &confirm.groups)?;
        for group in &confirm.groups {
            if !record.confirmed.insert((self.author(), *group)) {
                return Err(Error::refused(
                    "already-confirmed",
                    format!("the author has confirmed group {group} before"),
                ));
            }
        }
        self.state.put(&leaf_key(&confirm.review), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn review_strike(&mut self, strike: &Strike) -> Result<Verdict> {
        let mut record = self.judged(&strike.review)?;
        check_numbers(&record, &strike.groups)?;
        let layout = LayoutRecord::load(&self.state, &strike.review)?;
        for number in &strike.groups {
            if !layout
                .group(*number)
                .is_some_and(|group| group.has(&strike.who))
            {
                return Err(Error::refused(
                    "unknown-name",
                    format!("group {number} does not have that name"),
                )
                .hint(format!(
                    "see who is in which: rootkeep review show {}",
                    record.id.short()
                )));
            }
            if !record.struck.insert((*number, strike.who, self.author())) {
                return Err(Error::refused(
                    "already-struck",
                    format!("the author has struck that name out of group {number} before"),
                ));
            }
            let key = StruckRecord::key(&strike.review, *number, &strike.who);
            if read::<StruckRecord>(&self.state, &key)?.is_none() {
                let struck = StruckRecord {
                    review: strike.review,
                    group: *number,
                    who: strike.who,
                    by: self.author(),
                    index: self.index,
                    at: self.time(),
                    done: None,
                };
                self.state.put(&key, &struck)?;
            }
        }
        self.state.put(&leaf_key(&strike.review), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn sign_review(
        &mut self,
        sign: &SignOff,
        mut record: ReviewRecord,
    ) -> Result<Verdict> {
        self.has_seen(record.index)?;
        may_sign_review(&self.state, &sign.subject, &record, &self.author())?;
        self.not_ahead(&record)?;
        if !sign.proofs.is_empty() || !sign.shares.is_empty() {
            return Err(refusal::malformed(
                "who reviews proves no share and sends none",
            ));
        }
        record.signed.push(self.author());
        let layout = LayoutRecord::load(&self.state, &sign.subject)?;
        let needs = reviewers_needed(&self.state, &record, &layout)?;
        if needs > 0 {
            self.state.put(&leaf_key(&sign.subject), &record)?;
            return Ok(Verdict::waits_for(needs));
        }
        self.end_review(&sign.subject, record, Ended::Effective)?;
        Ok(Verdict::AT_ONCE)
    }

    /// Where somebody was retired: a review that waited for them alone is passed.
    pub(super) fn review_again(&mut self) -> Result<()> {
        let Some(leaf) = ReviewsRecord::load(&self.state)?.running else {
            return Ok(());
        };
        let Some(record) = ReviewRecord::load(&self.state, &leaf)? else {
            return Ok(());
        };
        let layout = LayoutRecord::load(&self.state, &leaf)?;
        if reviewers_needed(&self.state, &record, &layout)? == 0 {
            self.end_review(&leaf, record, Ended::Effective)?;
        }
        Ok(())
    }

    /// One no of a reviewer ends it, whatever its date: else a clock set forward could keep every other
    /// review from beginning.
    pub(super) fn reject_review(
        &mut self,
        subject: &Digest,
        record: ReviewRecord,
    ) -> Result<Verdict> {
        self.has_seen(record.index)?;
        may_decide_review(&self.state, &record, &self.author())?;
        self.end_review(subject, record, Ended::Rejected)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn withdraw_review(
        &mut self,
        subject: &Digest,
        record: ReviewRecord,
    ) -> Result<Verdict> {
        let left = Custodian::load(&self.state, &record.author)?
            .is_none_or(|author| author.retired.is_some());
        if left {
            // Else it would be in the way of every other.
            self.needs_role(Role::Keeper, "taking back what somebody who left has made")?;
        } else {
            self.withdraws_own(&record.author)?;
        }
        self.has_seen(record.index)?;
        self.end_review(subject, record, Ended::Withdrawn)?;
        Ok(Verdict::AT_ONCE)
    }

    fn end_review(&mut self, leaf: &Digest, mut record: ReviewRecord, how: Ended) -> Result<()> {
        let mut reviews = ReviewsRecord::load(&self.state)?;
        reviews.running = None;
        if how == Ended::Effective {
            reviews.passed = Some(*leaf);
        }
        self.state.put(ONE, &reviews)?;
        let outcome = Outcome {
            index: record.index,
            ended: how.clone(),
            at: self.index,
            yes: record.signed.clone(),
        };
        record.ended = Some(EndedReview {
            how,
            index: self.index,
            at: self.time(),
        });
        let key = leaf_key(leaf);
        self.state.put(&key, &outcome)?;
        self.state.put(&key, &record)
    }

    pub(super) fn review_done(&mut self, done: &StrikeDone) -> Result<Verdict> {
        self.needs_one_of(&[Role::Keeper, Role::Reviewer], "recording this")?;
        let key = StruckRecord::key(&done.review, done.group, &done.who);
        let mut struck = read::<StruckRecord>(&self.state, &key)?.ok_or_else(|| {
            Error::refused("unknown-strike", "nobody has struck that name there")
                .hint("see what is open: rootkeep review list")
        })?;
        self.has_seen(struck.index)?;
        if struck.done.is_some() {
            return Err(Error::refused("closed", "it is recorded as done already"));
        }
        if let Named::Custodian(who) = &done.who
            && is_same_person(&self.state, &self.author(), std::slice::from_ref(who))?
        {
            return Err(Error::refused(
                "own-name",
                "whose name was struck does not record what followed",
            ));
        }
        let layout = LayoutRecord::load(&self.state, &done.review)?;
        let group = layout.group(done.group).ok_or_else(no_such_review)?;
        let left = remains(&self.state, group, &struck)?;
        if !left.is_empty() && !found_right_since(&self.state, group, &struck, &left)? {
            let review = ReviewRecord::load(&self.state, &done.review)?;
            let id = review.map_or_else(String::new, |review| review.id.short());
            return Err(Error::refused(
                "still-there",
                "by the ledger's own records the name still has what it was struck for",
            )
            .hint(format!("see what is to be done: rootkeep review show {id}")));
        }
        struck.done = Some(DoneRecord {
            by: self.author(),
            at: self.time(),
            index: self.index,
        });
        self.state.put(&key, &struck)?;
        Ok(Verdict::AT_ONCE)
    }
}

/// Who else has access to what, as far as the groups of a start tell them apart.
fn said(groups: &[Group]) -> BTreeMap<&Thing, Others> {
    let mut others = BTreeMap::new();
    for (number, group) in (1u32..).zip(groups).filter(|(_, group)| group.others > 0) {
        let own = Others {
            count: group.others,
            names: vec![number.to_string()],
        };
        let has_others = |thing: &&Thing| !matches!(thing, Thing::Location(_) | Thing::Quorum(_));
        let things = group.things.iter().filter(has_others);
        others.extend(things.map(|thing| (thing, own.clone())));
    }
    others
}

/// In order, each once, at least one, and each a group of the review.
fn check_numbers(review: &ReviewRecord, groups: &[u32]) -> Result<()> {
    let known = |number: &u32| (1..=review.groups).contains(number);
    if groups.is_empty() || !groups.is_sorted_by(|one, next| one < next) {
        return Err(refusal::malformed("groups stand in order, each once"));
    }
    if groups.iter().all(known) {
        return Ok(());
    }
    Err(
        Error::refused("unknown-group", "the review has no group of that number")
            .hint(format!("rootkeep review show {}", review.id.short())),
    )
}

/// Whether somebody is one of these people, under another identity too.
///
/// # Errors
/// Verification where the state is damaged.
pub fn is_same_person(records: &dyn Records, who: &Id, people: &[Id]) -> Result<bool> {
    let mut identity = Some(*who);
    // Who replaces somebody was enrolled later: this ends.
    while let Some(id) = identity {
        if people.contains(&id) {
            return Ok(true);
        }
        identity = Custodian::load(records, &id)?.and_then(|custodian| custodian.replaces);
    }
    Ok(false)
}

/// The identity that somebody had first.
pub(super) fn first_identity(records: &dyn Records, who: &Id) -> Result<Id> {
    let mut identity = *who;
    // As above, this ends.
    while let Some(before) = Custodian::load(records, &identity)?.and_then(|one| one.replaces) {
        identity = before;
    }
    Ok(identity)
}

/// Reviewers in force.
fn reviewers(records: &dyn Records) -> Result<Vec<Id>> {
    let all = Custodian::all(records)?.into_iter();
    let able = all.filter(|(_, one)| one.in_force() && one.has(Role::Reviewer));
    Ok(able.map(|(id, _)| id).collect())
}

/// How many more reviewers have to sign at least. Those who have signed and are in force count; and of each
/// group at least one of them is no member, unless every reviewer is one.
///
/// # Errors
/// Verification where the state is damaged.
pub fn reviewers_needed(
    records: &dyn Records,
    review: &ReviewRecord,
    layout: &LayoutRecord,
) -> Result<usize> {
    let able = reviewers(records)?;
    let signed: Vec<&Id> = able
        .iter()
        .filter(|id| review.signed.contains(id))
        .collect();
    let missing = REVIEWERS.saturating_sub(signed.len());
    if missing > 0 {
        return Ok(missing);
    }
    for group in &layout.groups {
        let outside =
            |who: &Id| -> Result<bool> { Ok(!is_same_person(records, who, &group.facts.people)?) };
        let mut somebody = false;
        let mut of_those = false;
        for who in &able {
            if outside(who)? {
                somebody = true;
                of_those |= signed.contains(&who);
            }
        }
        if somebody && !of_those {
            return Ok(1);
        }
    }
    Ok(0)
}

/// That a no of `member` can count.
pub(super) fn may_decide_review(
    records: &dyn Records,
    review: &ReviewRecord,
    member: &Id,
) -> Result<()> {
    let who = Custodian::load(records, member)?.ok_or_else(|| refusal::unknown_author(member))?;
    if !who.has(Role::Reviewer) {
        return Err(refusal::lacks_roles(&[Role::Reviewer], "reviewing"));
    }
    if review.signed.contains(member) {
        return Err(refusal::twice());
    }
    Ok(())
}

/// That a yes of `member` can count: they have judged every name.
pub(super) fn may_sign_review(
    records: &dyn Records,
    leaf: &Digest,
    review: &ReviewRecord,
    member: &Id,
) -> Result<()> {
    may_decide_review(records, review, member)?;
    let layout = LayoutRecord::load(records, leaf)?;
    let open = unjudged(review, &layout, member);
    if open.is_empty() {
        return Ok(());
    }
    let id = review.id.short();
    let some: Vec<String> = open.iter().take(8).map(ToString::to_string).collect();
    let more = if open.len() > some.len() { " …" } else { "" };
    Err(Error::refused(
        "not-judged",
        "who signs a review has confirmed or struck every name in it",
    )
    .because(format!("not judged: group {}{more}", some.join(", ")))
    .hint(format!("rootkeep review show {id}"))
    .hint(format!("rootkeep review confirm {id}")))
}

/// The groups in which somebody has yet to confirm or strike a name.
#[must_use]
pub fn unjudged(review: &ReviewRecord, layout: &LayoutRecord, member: &Id) -> Vec<u32> {
    let judged = |number: u32, group: &LaidOut| {
        let struck = |who: Named| review.struck.contains(&(number, who, *member));
        review.confirmed.contains(&(*member, number)) || group.names().all(struck)
    };
    layout
        .numbered()
        .filter(|(number, group)| !judged(*number, group))
        .map(|(number, _)| number)
        .collect()
}

fn not_as_it_is() -> Error {
    Error::refused(
        "not-as-it-is",
        "the groups are not those that the ledger has at this moment",
    )
    .hint("start it again: rootkeep review start")
}

fn no_such_review() -> Error {
    Error::refused("unknown-review", "there is no such review")
        .hint("see what there is: rootkeep review list")
}
