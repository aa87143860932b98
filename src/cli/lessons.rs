//! Lessons and surprises as typed, at the end of a drill or a ceremony.

use chrono::Days;
use chrono_tz::Tz;
use clap::Args;

use crate::error::{Error, Result};
use crate::insight::calendar::day_in;
use crate::ledger::{People, Session};
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
    /// That whoever is to see to a lesson is known.
    ///
    /// # Errors
    /// Not found, where there is no such owner.
    pub fn check_owners(&self, people: &People) -> Result<()> {
        let mut owners = self.lessons.iter().filter_map(|one| one.owner.as_ref());
        owners.try_for_each(|name| people.find(name).map(|_| ()))
    }

    /// As a statement has them.
    ///
    /// # Errors
    /// Not found, where there is no such owner.
    pub fn resolve(
        self,
        session: &Session,
        people: &People,
    ) -> Result<(Vec<Lesson>, FinishPersonal)> {
        let in_90_days = day_in(Tz::UTC, session.now()?)
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
