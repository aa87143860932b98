//! Ceremonies: a runbook in effect is performed by people in a room. Who records must have been named,
//! and who acts must be there.

use super::releases::CLOCK_ERROR;
use super::reviews::first_identity;
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::state::ceremonies::{CeremonyRecord, Ended, RecordedStep};
use crate::state::drills::JointRecord;
use crate::state::places::ItemRecord;
use crate::state::records::read;
use crate::state::rules::leaf_key;
use crate::state::runbooks::RunbookRecord;
use crate::statement::ceremonies::{
    Break, BreakEnd, CeremonyOutcome, Exception, Finish, Moved, Participant, Presence, Start,
    StartPersonal, Step,
};
use crate::statement::drills::FinishPersonal;
use crate::statement::people::Role;
use crate::statement::text::Name;
use crate::statement::{Kind, Time};

/// The most entries about one ceremony, its start among them. Its end is never too many.
const ENTRIES: usize = 1_024;
/// So many people are never alone with what lies open.
const TOGETHER: usize = 2;

impl Judge<'_> {
    pub(super) fn ceremony_start(
        &mut self,
        start: &Start,
        personal: Option<&StartPersonal>,
    ) -> Result<Verdict> {
        self.check_script(start)?;
        self.check_room(&start.participants)?;
        for guest in personal.iter().flat_map(|told| &told.guests) {
            ascending(&guest.roles, "a guest's roles")?;
        }
        if start.timezone.parse::<chrono_tz::Tz>().is_err() {
            return Err(refusal::malformed("the time zone is no IANA name"));
        }
        if start.at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the ceremony"));
        }
        if let Some(location) = &start.location {
            self.live_location(location)?;
        }
        ascending(&start.about, "what it is about")?;
        for leaf in &start.about {
            self.check_about(leaf)?;
        }
        let everyone: Vec<Id> = start.participants.iter().map(|one| one.custodian).collect();
        let header = self.statement.header();
        let record = CeremonyRecord {
            id: header.id,
            index: self.index,
            author: header.author,
            made_at: self.time(),
            runbook: start.runbook.clone(),
            version: start.version,
            file: start.file,
            performance: start.performance,
            at: start.at,
            timezone: start.timezone.clone(),
            location: start.location.clone(),
            participants: start.participants.clone(),
            steps: start.steps.clone(),
            about: start.about.clone(),
            named: everyone.clone(),
            people: everyone.clone(),
            acted: vec![header.author],
            present: everyone,
            staying: Vec::new(),
            resting: None,
            latest: start.at,
            done: Vec::new(),
            events: vec![self.index],
            exceptions: Vec::new(),
            alone: Vec::new(),
            finishing: None,
            finished: None,
        };
        self.state.put(&leaf_key(&self.leaf()), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    /// The version in effect, and no other: what was agreed to is what is performed.
    fn check_script(&self, start: &Start) -> Result<()> {
        let record = read::<RunbookRecord>(&self.state, start.runbook.as_str())?;
        let published = record.as_ref().and_then(|record| record.versions.last());
        let Some(published) = published else {
            return Err(Error::refused(
                "no-runbook",
                format!("no version of the runbook {} is in effect", start.runbook),
            )
            .hint("rootkeep runbook list; rootkeep runbook add FILE"));
        };
        let number = record.as_ref().map_or(0, |record| record.next() - 1);
        if published.file != start.file || number != start.version {
            return Err(Error::refused(
                "other-version",
                format!("version {number} of {} is the one in effect", start.runbook),
            )
            .hint(format!("read it: rootkeep runbook show {}", start.runbook)));
        }
        let mut steps: Vec<&Name> = start.steps.iter().collect();
        steps.sort();
        if steps.is_empty() || !steps.is_sorted_by(|one, next| one < next) {
            return Err(refusal::malformed(
                "a ceremony has steps, each of another name",
            ));
        }
        Ok(())
    }

    /// Two custodians at least, the author among them, each in a role.
    fn check_room(&self, participants: &[Participant]) -> Result<()> {
        let people: Vec<Id> = participants.iter().map(|one| one.custodian).collect();
        ascending(&people, "participants")?;
        if people.len() < TOGETHER {
            return Err(Error::refused(
                "alone",
                "a ceremony has two custodians at least: nobody is alone with what lies open",
            )
            .hint("name who else is in the room: --with NAME=ROLE"));
        }
        if people.binary_search(&self.author()).is_err() {
            return Err(Error::refused(
                "not-there",
                "whoever starts a ceremony takes part in it",
            ));
        }
        for one in participants {
            self.can_sign(&one.custodian)?;
            if one.roles.is_empty() {
                return Err(refusal::malformed("everyone in the room has a role"));
            }
            ascending(&one.roles, "roles")?;
        }
        Ok(())
    }

    fn check_about(&self, leaf: &Digest) -> Result<()> {
        let found = self.log.find(leaf)?.ok_or_else(refusal::unknown_subject)?;
        self.has_seen(found.index)?;
        match found.kind {
            Kind::DrillStart | Kind::Request | Kind::Reshare => Ok(()),
            _ => Err(refusal::malformed(
                "a ceremony is about drills and requests",
            )),
        }
    }

    /// A ceremony that goes on, with one more entry about it, of `at`.
    fn performing(&self, ceremony: &Digest, at: Time) -> Result<CeremonyRecord> {
        let mut record = CeremonyRecord::load(&self.state, ceremony)?.ok_or_else(unknown)?;
        self.has_seen(record.index)?;
        if record.finished.is_some() {
            return Err(Error::refused("ceremony-over", "the ceremony is over"));
        }
        if record.finishing.is_some() {
            return Err(Error::refused(
                "ceremony-over",
                "the ceremony is finished, and waits for those who took part to sign",
            )
            .hint("to go on with it, one of them says no: rootkeep reject ID --reason TEXT"));
        }
        if at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("what is recorded"));
        }
        record.events.push(self.index);
        Ok(record)
    }

    /// As [`Self::performing`], where the author was named.
    fn recording(&self, ceremony: &Digest, at: Time) -> Result<CeremonyRecord> {
        let mut record = self.performing(ceremony, at)?;
        if at < record.at {
            return Err(before("this was before the ceremony began"));
        }
        if record.events.len() > ENTRIES {
            return Err(Error::refused(
                "too-many",
                format!("{ENTRIES} entries about one ceremony are the most"),
            )
            .hint("finish it, and start another: rootkeep ceremony finish ID"));
        }
        record.latest = record.latest.max(at);
        let author = self.author();
        if record.named.binary_search(&author).is_err() {
            return Err(Error::refused(
                "not-a-participant",
                "only those who were named as being there record a ceremony",
            )
            .hint("one of them lets you in: rootkeep ceremony enter ID NAME"));
        }
        insert(&mut record.acted, author);
        insert(&mut record.people, author);
        Ok(record)
    }

    fn keep(&mut self, ceremony: &Digest, record: &CeremonyRecord) -> Result<Verdict> {
        self.state.put(&leaf_key(ceremony), record)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn ceremony_step(&mut self, step: &Step) -> Result<Verdict> {
        let mut record = self.recording(&step.ceremony, step.at)?;
        at_work(&record)?;
        has_step(&record, step.step)?;
        if step.by.is_empty() {
            return Err(refusal::malformed("somebody has acted"));
        }
        self.are_there(&record, &step.by, "who acted")?;
        record.done.push(RecordedStep {
            step: step.step,
            went: step.went,
            at: step.at,
            by: step.by.clone(),
            index: self.index,
        });
        self.note_alone(&mut record)?;
        self.keep(&step.ceremony, &record)
    }

    pub(super) fn ceremony_exception(&mut self, exception: &Exception) -> Result<Verdict> {
        let mut record = self.recording(&exception.ceremony, exception.at)?;
        if let Some(step) = exception.step {
            has_step(&record, step)?;
        }
        ascending(&exception.decided_by, "who decided")?;
        if exception.decided_by.is_empty() {
            return Err(refusal::malformed("somebody has decided how to go on"));
        }
        for who in &exception.decided_by {
            if record.named.binary_search(who).is_err() {
                return Err(not_there(who, "who decided"));
            }
            self.can_sign(who)?;
        }
        record.exceptions.push(self.index);
        self.keep(&exception.ceremony, &record)
    }

    pub(super) fn ceremony_presence(&mut self, presence: &Presence) -> Result<Verdict> {
        let mut record = self.recording(&presence.ceremony, presence.at)?;
        ascending(&presence.who, "people")?;
        ascending(&presence.items, "items")?;
        if presence.moved == Moved::Absent && !presence.items.is_empty() {
            return Err(refusal::malformed("who was not there carries nothing"));
        }
        for item in &presence.items {
            ItemRecord::load(&self.state, item)?.ok_or_else(|| {
                Error::refused("unknown-item", format!("there is no item {item}"))
                    .hint("rootkeep item list")
            })?;
        }
        for who in &presence.who {
            match presence.moved {
                Moved::Entered => self.enters(&mut record, *who)?,
                Moved::Left => leaves(&mut record, who)?,
                Moved::Absent => {
                    if record.acted.contains(who) {
                        return Err(Error::refused(
                            "has-acted",
                            "somebody who has recorded something was there",
                        )
                        .because(format!("custodian {who}"))
                        .hint("where they have gone since: rootkeep ceremony leave ID NAME"));
                    }
                    leaves(&mut record, who)?;
                    record.people.retain(|one| one != who);
                }
            }
        }
        self.note_alone(&mut record)?;
        self.keep(&presence.ceremony, &record)
    }

    fn enters(&self, record: &mut CeremonyRecord, who: Id) -> Result<()> {
        self.can_sign(&who)?;
        if record.present.binary_search(&who).is_ok() {
            return Err(
                Error::refused("is-there", "somebody who is there does not come in")
                    .because(format!("custodian {who}")),
            );
        }
        insert(&mut record.present, who);
        if record.resting.is_some() {
            insert(&mut record.staying, who);
        }
        insert(&mut record.named, who);
        insert(&mut record.people, who);
        Ok(())
    }

    pub(super) fn ceremony_break(&mut self, pause: &Break) -> Result<Verdict> {
        let mut record = self.recording(&pause.ceremony, pause.at)?;
        match (pause.pause, record.resting) {
            (BreakEnd::Began, None) => {
                self.are_there(&record, &pause.stay, "who stays")?;
                record.staying = pause.stay.clone();
                record.resting = Some(pause.at);
                self.note_alone(&mut record)?;
            }
            (BreakEnd::Ended, Some(since)) => {
                if !pause.stay.is_empty() {
                    return Err(refusal::malformed("who stays is said when a break begins"));
                }
                if pause.at < since {
                    return Err(before("this was before the break began"));
                }
                record.staying.clear();
                record.resting = None;
            }
            (BreakEnd::Began, Some(_)) => {
                return Err(Error::refused("on-break", "the ceremony rests already"));
            }
            (BreakEnd::Ended, None) => {
                return Err(Error::refused("not-on-break", "the ceremony does not rest"));
            }
        }
        self.keep(&pause.ceremony, &record)
    }

    /// One person with what lies open is written down; the work is not stopped by it.
    fn note_alone(&self, record: &mut CeremonyRecord) -> Result<()> {
        let left = match record.resting {
            None => &record.present,
            Some(_) => &record.staying,
        };
        if self.in_force(&left.iter().copied().collect())?.len() < TOGETHER {
            record.alone.push(self.index);
        }
        Ok(())
    }

    /// That they are in the room by the record, and custodians still.
    fn are_there(&self, record: &CeremonyRecord, people: &[Id], what: &str) -> Result<()> {
        ascending(people, what)?;
        for who in people {
            if record.present.binary_search(who).is_err() {
                return Err(not_there(who, what));
            }
            self.can_sign(who)?;
        }
        Ok(())
    }

    pub(super) fn ceremony_finish(
        &mut self,
        finish: &Finish,
        personal: Option<&FinishPersonal>,
    ) -> Result<Verdict> {
        let mut record = self.performing(&finish.ceremony, finish.at)?;
        // The last is the finish itself.
        if let Some(last) = record.events.iter().nth_back(1) {
            self.has_seen(*last)?;
        }
        // What a clock set forward has dated would else keep it from ever ending.
        if finish.outcome == CeremonyOutcome::Completed && finish.at < record.latest {
            return Err(before("more is recorded of a later time than this end")
                .hint("where a clock was wrong: --outcome aborted, and start another"));
        }
        if record.named.binary_search(&self.author()).is_err() {
            self.needs_role(Role::Keeper, "finishing what others have performed")?;
        }
        let given_up = finish.outcome == CeremonyOutcome::Aborted;
        self.check_took_part(&record.people, &finish.people, given_up)?;
        self.check_lessons(&finish.lessons, personal)?;
        if finish.outcome == CeremonyOutcome::Completed {
            at_work(&record)?;
            self.are_two(&record, finish.people.iter())?;
            check_steps(&record)?;
        }
        record.finishing = Some(self.leaf());
        self.keep(&finish.ceremony, &record)?;
        self.wait_for_all(&finish.people)
    }

    /// That at least two people who took part, whatever identities they went on with, have recorded
    /// something or are among those who sign.
    fn are_two<'p>(
        &self,
        record: &'p CeremonyRecord,
        signing: impl Iterator<Item = &'p Id>,
    ) -> Result<()> {
        let mut first = None;
        let took_part = |who: &&Id| record.people.binary_search(who).is_ok();
        for who in record.acted.iter().chain(signing).filter(took_part) {
            let who = first_identity(&self.state, who)?;
            if *first.get_or_insert(who) != who {
                return Ok(());
            }
        }
        Err(Error::refused(
            "alone",
            "fewer than two custodians have recorded anything of it or sign it",
        )
        .hint("what one person does alone is no ceremony: --outcome aborted"))
    }

    /// What has to hold where a finish takes effect, as it had to where it was entered.
    pub(super) fn check_ceremony_end(&self, joint: &JointRecord, finish: &Finish) -> Result<()> {
        let record = CeremonyRecord::load(&self.state, &finish.ceremony)?.ok_or_else(unknown)?;
        match finish.outcome {
            CeremonyOutcome::Completed => {
                let signed = std::iter::once(&joint.author).chain(&joint.yes);
                self.are_two(&record, signed)
            }
            CeremonyOutcome::Aborted => self.check_given_up(joint, &record.people, &finish.people),
        }
    }

    pub(super) fn ceremony_finished(
        &mut self,
        leaf: &Digest,
        joint: &JointRecord,
        finish: &Finish,
    ) -> Result<()> {
        let mut record =
            CeremonyRecord::load(&self.state, &finish.ceremony)?.ok_or_else(unknown)?;
        record.finishing = None;
        record.finished = Some(Ended {
            finish: *leaf,
            index: joint.index,
            at: finish.at,
            outcome: finish.outcome,
            lessons: self.open_lessons(leaf, joint, &finish.lessons)?,
        });
        self.state.put(&leaf_key(&finish.ceremony), &record)
    }

    /// What was to end it is gone.
    pub(super) fn ceremony_goes_on(&mut self, finish: &Finish) -> Result<()> {
        let mut record =
            CeremonyRecord::load(&self.state, &finish.ceremony)?.ok_or_else(unknown)?;
        record.finishing = None;
        self.state.put(&leaf_key(&finish.ceremony), &record)
    }
}

fn at_work(record: &CeremonyRecord) -> Result<()> {
    if record.resting.is_none() {
        return Ok(());
    }
    Err(
        Error::refused("on-break", "the ceremony rests, and nobody works then")
            .hint("rootkeep ceremony resume ID"),
    )
}

/// That every step is recorded, and by nobody who is called absent since.
fn check_steps(record: &CeremonyRecord) -> Result<()> {
    if let Some(step) = record.next_step() {
        return Err(Error::refused(
            "not-completed",
            format!("nothing is recorded of step {step}"),
        )
        .hint("record it, as skipped where it was; or --outcome aborted"));
    }
    let newest = (1u32..).zip(&record.steps).map(|(step, _)| step);
    for done in newest.filter_map(|step| record.newest(step)) {
        let absent = |who: &&Id| record.people.binary_search(who).is_err();
        if let Some(who) = done.by.iter().find(absent) {
            return Err(Error::refused(
                "not-completed",
                format!("step {} is recorded of somebody who was absent", done.step),
            )
            .because(format!("custodian {who}"))
            .hint("record it again, by whoever did it"));
        }
    }
    Ok(())
}

fn has_step(record: &CeremonyRecord, step: u32) -> Result<()> {
    let steps = record.steps.len();
    let within = usize::try_from(step).is_ok_and(|step| (1..=steps).contains(&step));
    if within {
        return Ok(());
    }
    Err(Error::refused(
        "no-such-step",
        format!("{} has steps 1 to {steps}, not {step}", record.runbook),
    ))
}

fn leaves(record: &mut CeremonyRecord, who: &Id) -> Result<()> {
    match record.present.binary_search(who) {
        Ok(place) => {
            record.present.remove(place);
            record.staying.retain(|one| one != who);
            Ok(())
        }
        Err(_) => Err(not_there(who, "who leaves")),
    }
}

fn insert(people: &mut Vec<Id>, who: Id) {
    if let Err(place) = people.binary_search(&who) {
        people.insert(place, who);
    }
}

fn ascending<T: Ord>(list: &[T], what: &str) -> Result<()> {
    if list.is_sorted_by(|one, next| one < next) {
        return Ok(());
    }
    Err(refusal::malformed(&format!("{what}: in order, each once")))
}

fn before(what: &str) -> Error {
    Error::refused("out-of-order", what).hint("say when, by the clock that all can see: --at TIME")
}

fn unknown() -> Error {
    Error::refused("unknown-ceremony", "there is no such ceremony")
        .hint("see what there is: rootkeep ceremony list")
}

fn not_there(who: &Id, what: &str) -> Error {
    Error::refused(
        "not-there",
        format!("{what}: somebody who is not in the room, by the record"),
    )
    .because(format!("custodian {who}"))
    .hint("where they have come in: rootkeep ceremony enter ID NAME")
}
