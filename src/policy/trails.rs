//! What CloudTrail was found to say, and what its events were. What nothing explained stays open until
//! governance agrees to what it was, whatever is read again.

use super::releases::CLOCK_ERROR;
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::Table;
use crate::state::custody::RequestRecord;
use crate::state::drills::DrillRecord;
use crate::state::records::{list, read};
use crate::state::rules::leaf_key;
use crate::state::tasks::TaskRecord;
use crate::state::trails::{EventRecord, Explained, FoundAgain, ReconcileRecord, Voided};
use crate::statement::people::Role;
use crate::statement::trails::{
    EventName, Explain, LISTED_FILES, Reason, Reconcile, ReconcilePersonal, TrailFiles,
    VoidReconcile,
};

impl Judge<'_> {
    pub(super) fn reconcile(
        &mut self,
        found: &Reconcile,
        personal: Option<&ReconcilePersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "reconciling")?;
        check_files(&found.files)?;
        if found.from > found.to {
            return Err(refusal::malformed("the period ends before it begins"));
        }
        if found.to > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead("the period"));
        }
        self.check_counts(found)?;
        if personal.is_some_and(|told| told.traces.len() != found.unexplained.len()) {
            return Err(refusal::malformed(
                "there are traces for each event that is not explained",
            ));
        }
        for event in &found.unexplained {
            if event.at < found.from || event.at > found.to {
                return Err(refusal::malformed("an event is outside the period"));
            }
            if (event.reason == Reason::OutsideWindow) != event.off.is_some() {
                return Err(refusal::malformed(
                    "how far off it is goes with what is outside a window",
                ));
            }
        }
        self.check_gaps(found)?;
        for missing in &found.missing {
            self.check_missing(&missing.subject)?;
        }
        let leaf = self.leaf();
        let header = self.statement.header();
        let record = ReconcileRecord {
            id: header.id,
            index: self.index,
            author: header.author,
            made_at: self.time(),
            facts: Digest::of(self.facts_text()?.as_bytes()),
            from: found.from,
            to: found.to,
            unexplained: u64::try_from(found.unexplained.len()).unwrap_or(u64::MAX),
            missing: found.missing.clone(),
            gaps: found.gaps.clone(),
            more_gaps: found.more_gaps,
            void: None,
        };
        self.state.put(&leaf_key(&leaf), &record)?;
        for event in &found.unexplained {
            let record = EventRecord {
                event: event.event.clone(),
                account: event.account,
                at: event.at,
                name: event.name.clone(),
                reason: event.reason,
                off: event.off,
                found: leaf,
                index: self.index,
                again: Vec::new(),
                explained: None,
            };
            let name = record.event_name();
            let record = match EventRecord::load(&self.state, &name)? {
                None => record,
                // One that was found before stays what it is: reading it again opens nothing.
                Some(mut known) => {
                    known.again.push(FoundAgain {
                        at: record.at,
                        name: record.name,
                        reason: record.reason,
                        off: record.off,
                        found: record.found,
                        index: record.index,
                    });
                    known
                }
            };
            self.state.put(&EventRecord::key(&name), &record)?;
        }
        Ok(Verdict::AT_ONCE)
    }

    fn check_counts(&self, found: &Reconcile) -> Result<()> {
        let counts = &found.counts;
        let open = u64::try_from(found.unexplained.len()).unwrap_or(u64::MAX);
        let ordered = found.unexplained.is_sorted_by(|one, next| one < next)
            && found.missing.is_sorted_by(|one, next| one < next);
        let named: std::collections::BTreeSet<_> = found
            .unexplained
            .iter()
            .map(|event| (&event.event, event.account))
            .collect();
        if !ordered || named.len() != found.unexplained.len() {
            return Err(refusal::malformed(
                "events, and what left no trace, stand in order, each once",
            ));
        }
        if counts.explained.checked_add(open) != Some(counts.events)
            || counts
                .events
                .checked_add(counts.service)
                .is_none_or(|all| all > counts.records)
        {
            return Err(refusal::malformed("the counts don't add up"));
        }
        Ok(())
    }

    fn check_gaps(&self, found: &Reconcile) -> Result<()> {
        let length = |gap: &crate::statement::trails::Gap| {
            gap.to.seconds().saturating_sub(gap.from.seconds())
        };
        let ordered = found.gaps.is_sorted_by(|one, next| {
            (std::cmp::Reverse(length(one)), one) < (std::cmp::Reverse(length(next)), next)
        });
        let least = i64::from(found.gap_hours) * 3600;
        let all_long = found.gaps.iter().all(|gap| length(gap) > least);
        if !ordered || !all_long || (found.more_gaps > 0 && found.gaps.is_empty()) {
            return Err(refusal::malformed(
                "gaps stand in order, the longest first, and none is too short for one",
            ));
        }
        Ok(())
    }

    /// Only a release in effect, or a drill, was to leave a trace.
    fn check_missing(&self, subject: &Digest) -> Result<()> {
        let released = RequestRecord::load(&self.state, subject)?;
        if released.is_some_and(|request| request.effect.is_some() && !request.reshare)
            || DrillRecord::load(&self.state, subject)?.is_some()
            || TaskRecord::load(&self.state, subject)?.is_some_and(|task| task.effect.is_some())
        {
            return Ok(());
        }
        Err(refusal::unknown_subject())
    }

    pub(super) fn check_explain(&self, explain: &Explain) -> Result<()> {
        let ordered = explain.events.is_sorted_by(|one, next| one < next);
        if explain.events.is_empty() || !ordered {
            return Err(refusal::malformed(
                "events stand in order, each once, and at least one",
            ));
        }
        for event in &explain.events {
            let record =
                EventRecord::load(&self.state, event)?.ok_or_else(|| no_such_event(event))?;
            if record.explained.is_some() {
                return Err(Error::refused(
                    "event-explained",
                    format!("what {} was is on record already", event.event),
                )
                .hint(format!("rootkeep event show {}", event.event)));
            }
        }
        Ok(())
    }

    pub(super) fn explain(&mut self, subject: &Digest, explain: &Explain) -> Result<()> {
        for event in &explain.events {
            let mut record =
                EventRecord::load(&self.state, event)?.ok_or_else(|| no_such_event(event))?;
            record.explained = Some(Explained {
                was: explain.was,
                leaf: *subject,
                index: self.index,
            });
            self.state.put(&EventRecord::key(event), &record)?;
        }
        Ok(())
    }
}

impl Judge<'_> {
    pub(super) fn check_void(&self, void: &VoidReconcile) -> Result<()> {
        let record = read::<ReconcileRecord>(&self.state, &leaf_key(&void.reconcile))?
            .ok_or_else(refusal::unknown_subject)?;
        if record.void.is_some() {
            return Err(
                Error::refused("reconcile-void", "governance has set it aside already")
                    .hint("rootkeep reconcile list"),
            );
        }
        Ok(())
    }

    /// Nothing of it counts: what it alone has found is open no more.
    pub(super) fn void(&mut self, subject: &Digest, void: &VoidReconcile) -> Result<()> {
        let key = leaf_key(&void.reconcile);
        let mut record =
            read::<ReconcileRecord>(&self.state, &key)?.ok_or_else(refusal::unknown_subject)?;
        record.void = Some(Voided {
            leaf: *subject,
            index: self.index,
        });
        self.state.put(&key, &record)?;
        for (key, event) in list::<EventRecord>(&self.state, "")? {
            match event.clone().without(&void.reconcile) {
                Some(left) if left == event => {}
                Some(left) => self.state.put(&key, &left)?,
                None => self.state.remove(Table::Event, &key),
            }
        }
        Ok(())
    }
}

fn check_files(files: &TrailFiles) -> Result<()> {
    let listed = u64::try_from(files.listed.len()).unwrap_or(u64::MAX);
    let most = u64::try_from(LISTED_FILES).unwrap_or(u64::MAX);
    let ordered = files
        .listed
        .is_sorted_by(|one, next| one.digest < next.digest);
    let whole = if files.count > most {
        listed == 0
    } else {
        let mut hex = String::new();
        for file in &files.listed {
            hex.push_str(&file.digest.to_hex());
            hex.push('\n');
        }
        let bytes = files
            .listed
            .iter()
            .try_fold(0u64, |sum, file| sum.checked_add(file.bytes));
        listed == files.count
            && Digest::of(hex.as_bytes()) == files.digest
            && bytes == Some(files.bytes)
    };
    if files.count == 0 || !ordered || !whole {
        return Err(refusal::malformed(
            "files stand in order of digest, each once, and their digest is over those",
        ));
    }
    Ok(())
}

fn no_such_event(event: &EventName) -> Error {
    Error::refused(
        "unknown-event",
        format!("no event {} was found unexplained there", event.event),
    )
    .hint("rootkeep event list")
}
