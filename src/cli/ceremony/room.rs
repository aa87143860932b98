//! A ceremony as it stands: the record, its script, and the people; what recording goes by.

use chrono_tz::Tz;

use crate::cli::context::Context;
use crate::cli::{runbook, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::exchange::runbook::{Runbook, Step};
use crate::ledger::{People, Session};
use crate::state::ceremonies::CeremonyRecord;
use crate::statement::ceremonies::{
    Break, BreakEnd, CeremonyOutcome, Exception, ExceptionPersonal, Guest, Moved, Presence,
    PresencePersonal, StartPersonal, Step as StepFacts, StepPersonal, StepWent, Value,
};
use crate::statement::drills::Noted;
use crate::statement::text::{Name, Text};
use crate::statement::{Claim, Time};

/// A ceremony as it stands.
pub struct Room {
    /// Leaf hash of its start.
    pub leaf: Digest,
    /// What became of it.
    pub record: CeremonyRecord,
    /// The script, as it was agreed to.
    pub runbook: Runbook,
    /// Whoever is known.
    pub people: People,
    /// What the start says beside the facts, where that was not erased.
    pub told: Option<StartPersonal>,
    /// The time zone of the clock that all can see.
    pub zone: Tz,
}

/// How a step went, as somebody says it.
pub struct Performed {
    /// How.
    pub went: StepWent,
    /// When.
    pub at: Time,
    /// Which custodians acted.
    pub by: Vec<Id>,
    /// Who else.
    pub others: Vec<Text>,
    /// What was written down.
    pub values: Vec<Value>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// Somebody who goes through the door.
pub struct Passed {
    /// What they did.
    pub moved: Moved,
    /// When.
    pub at: Time,
    /// Which custodians.
    pub who: Vec<Id>,
    /// Who else.
    pub others: Vec<Text>,
    /// With what: `item:NAME`, or words.
    pub carrying: Vec<String>,
    /// What else is to be said.
    pub note: Option<Text>,
}

/// The time zone of the clock that all can see.
pub fn zone(record: &CeremonyRecord) -> Tz {
    record.timezone.parse().unwrap_or(Tz::UTC)
}

impl Room {
    /// A ceremony by the id of its start.
    ///
    /// # Errors
    /// Not found, code `not-a-ceremony`; verification, code `other-script`.
    pub fn find(context: &Context, session: &Session, typed: &str) -> Result<Self> {
        let (leaf, record) = Self::record(context, session, typed)?;
        Self::of(session, leaf, record)
    }

    /// The record alone, by the id of its start, whatever its script.
    ///
    /// # Errors
    /// Not found, code `not-a-ceremony`.
    pub fn record(
        context: &Context,
        session: &Session,
        typed: &str,
    ) -> Result<(Digest, CeremonyRecord)> {
        let entry = context.entry(session, typed)?;
        let record = CeremonyRecord::load(&session.view(), &entry.hash)?;
        let record = record.ok_or_else(|| {
            Error::not_found(
                "not-a-ceremony",
                format!("#{} {} starts no ceremony", entry.seq, entry.kind),
            )
            .hint("see which there are: rootkeep ceremony list")
        })?;
        Ok((entry.hash, record))
    }

    /// A ceremony by its record.
    ///
    /// # Errors
    /// Verification, code `other-script`.
    pub fn of(session: &Session, leaf: Digest, record: CeremonyRecord) -> Result<Self> {
        let called = format!("{} version {}", record.runbook, record.version);
        let runbook = runbook::by_file(session, &record.file, &called)?;
        let same = runbook.name == record.runbook
            && runbook.steps.iter().map(|step| &step.id).eq(&record.steps);
        if !same {
            return Err(Error::verification(
                "other-script",
                format!("the steps of this ceremony are not those of {called}"),
            )
            .hint("whoever started it has not used this program: abort it, and start another")
            .hint(format!(
                "rootkeep ceremony finish {} --outcome aborted",
                record.id.short()
            )));
        }
        let started = session.proven(record.index)?;
        let told = match started.claim() {
            Claim::CeremonyStart(_, told) => told.clone(),
            _ => None,
        };
        Ok(Self {
            leaf,
            runbook,
            people: session.people()?,
            told,
            zone: zone(&record),
            record,
        })
    }

    /// A step by its number or name; the next one, where nothing is typed.
    ///
    /// # Errors
    /// Not found, code `no-such-step`; refused, code `no-step-left`.
    pub fn step(&self, typed: Option<&str>) -> Result<(u32, &Step)> {
        let number = match typed {
            Some(typed) => self.number(typed),
            None => Some(self.record.next_step().ok_or_else(|| {
                Error::refused("no-step-left", "every step is recorded").hint(format!(
                    "rootkeep ceremony finish {} --outcome completed",
                    self.record.id.short()
                ))
            })?),
        };
        number
            .and_then(|number| Some((number, self.at(number)?)))
            .ok_or_else(|| {
                Error::not_found(
                    "no-such-step",
                    format!(
                        "{} has no step `{}`",
                        self.runbook.name,
                        typed.unwrap_or_default().escape_debug()
                    ),
                )
                .hint(format!("1 to {}, or its name", self.runbook.steps.len()))
                .hint("how it went comes after the step: ceremony step ID STEP done")
            })
    }

    fn number(&self, typed: &str) -> Option<u32> {
        typed.parse().ok().or_else(|| {
            let mut steps = (1u32..).zip(&self.runbook.steps);
            steps
                .find(|(_, step)| step.id.as_str() == typed)
                .map(|(number, _)| number)
        })
    }

    /// A step by its number, counted from 1.
    pub fn at(&self, number: u32) -> Option<&Step> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.runbook.steps.get(place)
    }

    /// The custodians in the room, and in force, who have one of a step's roles.
    pub fn takers(&self, step: &Step) -> Vec<Id> {
        let taking = self.record.participants.iter().filter(|one| {
            let there = self.record.present.binary_search(&one.custodian).is_ok();
            let known = self.people.get(&one.custodian);
            let in_force = known.is_some_and(|(who, ..)| who.in_force());
            there && in_force && one.roles.iter().any(|role| step.by.contains(role))
        });
        taking.map(|one| one.custodian).collect()
    }

    /// Whoever has a role, custodian or guest, in or out of the room.
    pub fn who_has(&self, role: &Name) -> Vec<String> {
        let custodians = self.record.participants.iter();
        let mut names: Vec<String> = custodians
            .filter(|one| one.roles.contains(role))
            .map(|one| {
                let name = self.people.name(&one.custodian);
                let there = self.record.present.binary_search(&one.custodian).is_ok();
                if there {
                    name
                } else {
                    format!("{name}, not here")
                }
            })
            .collect();
        names.sort();
        for guest in self.told.iter().flat_map(|told| &told.guests) {
            if guest.roles.contains(role) {
                names.push(crate::present::ceremonies::guest(&guest.name));
            }
        }
        names
    }

    /// Custodians by their names, in order.
    ///
    /// # Errors
    /// Not found, where somebody is not known.
    pub fn custodians(&self, typed: &[String]) -> Result<Vec<Id>> {
        let mut ids = typed
            .iter()
            .map(|name| self.people.find(name))
            .collect::<Result<Vec<Id>>>()?;
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    /// When, by the clock that all can see.
    ///
    /// # Errors
    /// Usage, code `bad-time`.
    pub fn time(&self, typed: Option<&str>, now: Time) -> Result<Time> {
        typed.map_or(Ok(now), |typed| {
            when::to_the_minute(typed, self.zone, now, self.record.at)
        })
    }

    /// That a step went so.
    ///
    /// # Errors
    /// Usage, codes `value-missing`, `no-such-value`, `who-acted`.
    pub fn performed(&self, number: u32, said: Performed) -> Result<Claim> {
        let step = self.at(number);
        let wanted = step.map_or(&[][..], |step| step.record.as_slice());
        for value in &said.values {
            if !wanted.iter().any(|known| known.id == value.id) {
                return Err(Error::usage(
                    "no-such-value",
                    format!("step {number} has no `{}` written down", value.id),
                ));
            }
        }
        let missing = |id: &Name| !said.values.iter().any(|value| value.id == *id);
        if said.went == StepWent::Done
            && let Some(lacks) = wanted.iter().find(|known| missing(&known.id))
        {
            return Err(Error::usage(
                "value-missing",
                format!(
                    "step {number} has `{}` written down: {}",
                    lacks.id, lacks.what
                ),
            )
            .hint(format!(
                "--value {}=TEXT; or say that the step deviated",
                lacks.id
            )));
        }
        if said.went != StepWent::Done && said.note.is_none() {
            return Err(Error::usage(
                "note-needed",
                format!("step {number} is {}: say why", said.went.as_str()),
            )
            .hint("--note TEXT"));
        }
        if said.by.is_empty() {
            return Err(Error::usage(
                "who-acted",
                "no custodian in the room has a role of this step",
            )
            .hint("say who saw to it: --by NAME"));
        }
        if said.went == StepWent::Done
            && let Some(role) = self.untaken(step, &said)
        {
            return Err(Error::refused(
                "role-missing",
                format!("step {number} is for {role}, who is not among those who acted"),
            )
            .because("done is what was done as written")
            .hint("where it went otherwise: deviated, with --note TEXT"));
        }
        Ok(Claim::CeremonyStep(
            StepFacts {
                ceremony: self.leaf,
                step: number,
                went: said.went,
                at: said.at,
                by: said.by,
            },
            Some(StepPersonal {
                values: said.values,
                others: said.others,
                note: said.note,
            }),
        ))
    }

    /// A role of a step that nobody who acted has, with whoever has it.
    fn untaken(&self, step: Option<&Step>, said: &Performed) -> Option<String> {
        let taken = |role: &Name| {
            let custodian = self
                .record
                .participants
                .iter()
                .any(|one| one.roles.contains(role) && said.by.contains(&one.custodian));
            custodian
                || self
                    .guests()
                    .any(|guest| guest.roles.contains(role) && said.others.contains(&guest.name))
        };
        let role = step?.by.iter().find(|role| !taken(role))?;
        Some(match self.who_has(role).as_slice() {
            [] => role.to_string(),
            names => format!("{role} ({})", names.join(", ")),
        })
    }

    fn guests(&self) -> impl Iterator<Item = &Guest> {
        self.told.iter().flat_map(|told| &told.guests)
    }

    /// The guests of those in the room who have one of a step's roles.
    pub fn guests_of(&self, step: &Step, there: &[Text]) -> Vec<Text> {
        let taking = self.guests().filter(|guest| {
            there.contains(&guest.name) && guest.roles.iter().any(|role| step.by.contains(role))
        });
        taking.map(|guest| guest.name.clone()).collect()
    }

    /// That it was carried on otherwise.
    pub fn exception(
        &self,
        step: Option<u32>,
        at: Time,
        decided_by: Vec<Id>,
        told: ExceptionPersonal,
    ) -> Claim {
        let facts = Exception {
            ceremony: self.leaf,
            step,
            at,
            decided_by,
        };
        Claim::CeremonyException(facts, Some(told))
    }

    /// That somebody went through the door.
    ///
    /// # Errors
    /// Usage, codes `who-moved`, `bad-name`, `bad-text`.
    pub fn passed(&self, said: Passed) -> Result<Claim> {
        if said.who.is_empty() && said.others.is_empty() {
            return Err(Error::usage("who-moved", "nobody is named")
                .hint("name a custodian, or --guest NAME"));
        }
        let (mut items, mut carried) = (Vec::new(), Vec::new());
        for text in &said.carrying {
            match text.strip_prefix("item:") {
                Some(name) => items.push(Name::new(name)?),
                None => carried.push(Text::new(text.as_str())?),
            }
        }
        items.sort();
        items.dedup();
        let facts = Presence {
            ceremony: self.leaf,
            moved: said.moved,
            at: said.at,
            who: said.who,
            items,
        };
        let told = PresencePersonal {
            others: said.others,
            carried,
            note: said.note,
        };
        Ok(Claim::CeremonyPresence(facts, Some(told)))
    }

    /// That a break begins, with those who stay; or that it ends.
    pub fn pause(&self, stay: Option<Vec<Id>>, at: Time, note: Option<Text>) -> Claim {
        let (pause, stay) = match stay {
            Some(stay) => (BreakEnd::Began, stay),
            None => (BreakEnd::Ended, Vec::new()),
        };
        let facts = Break {
            ceremony: self.leaf,
            pause,
            at,
            stay,
        };
        Claim::CeremonyBreak(facts, Some(Noted { note }))
    }

    /// That it can end so: said before anybody is asked whether it did.
    ///
    /// # Errors
    /// Refused, codes `on-break`, `not-completed`.
    pub fn may_end(&self, outcome: CeremonyOutcome) -> Result<()> {
        if outcome == CeremonyOutcome::Aborted {
            return Ok(());
        }
        if self.record.resting.is_some() {
            return Err(Error::refused("on-break", "the break is not over"));
        }
        match self.record.next_step() {
            None => Ok(()),
            Some(step) => Err(Error::refused(
                "not-completed",
                format!("nothing is recorded of step {step}"),
            )
            .hint("record it, as skipped where it was; or end it as aborted")),
        }
    }

    /// What is to be said aloud after an entry: that fewer than two are left with what lies open.
    pub fn warning(&self, seq: u64) -> Option<String> {
        self.record.alone.contains(&seq).then(|| {
            "fewer than two custodians are left with what lies open: stop until somebody is back"
                .to_owned()
        })
    }
}
