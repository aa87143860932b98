//! Lessons and surprises as typed, at the end of a drill or a ceremony.

use chrono::Days;
use chrono_tz::Tz;
use clap::Args;

use crate::error::{Error, Result};
use crate::insight::calendar::day_in;
use crate::ledger::{People, Session};
use crate::statement::Time;
use crate::statement::drills::{FinishPersonal, Lesson};
use crate::statement::text::Text;
use crate::statement::time::Date;

/// So many days a lesson has where nobody says how many.
const LESSON_DAYS: u64 = 90;

/// What was learnt.
#[derive(Clone, Debug, Default, Args)]
pub struct Learnt {
    /// What is to be made better; by you and within 90 days, unless |NAME and |DATE follow (repeatable)
    #[arg(long, value_name = "TEXT[|NAME[|DATE]]")]
    pub lesson: Vec<String>,
    /// A step that was incorrect, or surprised (repeatable)
    #[arg(long, value_name = "TEXT")]
    pub surprise: Vec<String>,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// What was learnt, held to its form: before anything is unlocked.
pub struct Lessons {
    lessons: Vec<Typed>,
    surprises: Vec<Text>,
    note: Option<Text>,
}

/// A lesson as typed.
struct Typed {
    text: Text,
    owner: Option<String>,
    due: Option<Date>,
}

impl Learnt {
    /// Reads what was typed.
    ///
    /// # Errors
    /// Usage, codes `bad-text`, `bad-date`.
    pub fn read(&self) -> Result<Lessons> {
        let surprises = self.surprise.iter();
        Ok(Lessons {
            lessons: self
                .lesson
                .iter()
                .map(|text| lesson(text))
                .collect::<Result<_>>()?,
            surprises: surprises
                .map(|text| Text::new(text.as_str()))
                .collect::<Result<_>>()?,
            note: self.note.clone().map(Text::new).transpose()?,
        })
    }
}

impl Lessons {
    /// That whoever is to see to a lesson is known, and by a day that is not over.
    ///
    /// # Errors
    /// Not found, where there is no such owner; usage, code `bad-date`.
    pub fn check(&self, people: &People, now: Time) -> Result<()> {
        let today = Date(day_in(Tz::UTC, now));
        for one in &self.lessons {
            if let Some(name) = &one.owner {
                people.find(name)?;
            }
            if let Some(due) = one.due.filter(|due| *due < today) {
                return Err(Error::usage(
                    "bad-date",
                    format!("a lesson of today can't be seen to by {due}"),
                )
                .hint(format!(
                    "{today} or later (days end as in UTC), such as \"TEXT|NAME|{today}\""
                )));
            }
        }
        Ok(())
    }

    /// As a statement has them.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn resolve(
        self,
        session: &Session,
        people: &People,
    ) -> Result<(Vec<Lesson>, FinishPersonal)> {
        let now = session.now()?;
        self.check(people, now)?;
        let in_90_days = day_in(Tz::UTC, now)
            .checked_add_days(Days::new(LESSON_DAYS))
            .ok_or_else(|| Error::usage("bad-date", "that day is out of range"))?;
        let mut lessons = Vec::new();
        for one in &self.lessons {
            lessons.push(Lesson {
                owner: match &one.owner {
                    Some(name) => people.find(name)?,
                    None => session.member(),
                },
                due: one.due.unwrap_or(Date(in_90_days)),
            });
        }
        let personal = FinishPersonal {
            lessons: self.lessons.into_iter().map(|one| one.text).collect(),
            surprises: self.surprises,
            note: self.note,
        };
        Ok((lessons, personal))
    }
}

/// `TEXT|OWNER|DATE`, of which the last two may be missing.
fn lesson(typed: &str) -> Result<Typed> {
    let mut parts = typed.splitn(3, '|').map(str::trim);
    let text = Text::new(parts.next().unwrap_or_default())?;
    let owner = parts.next().filter(|name| !name.is_empty());
    Ok(Typed {
        text,
        owner: owner.map(str::to_owned),
        due: parts.next().map(Date::parse).transpose()?,
    })
}
