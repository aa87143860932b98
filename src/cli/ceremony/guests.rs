//! The guests of a ceremony: who is in the room by the record, and that nobody else is named as one.

use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::present::ceremonies as present;
use crate::state::ceremonies::CeremonyRecord;
use crate::statement::Claim;
use crate::statement::ceremonies::Moved;
use crate::statement::text::Text;

/// The guests of a ceremony.
pub struct Guests {
    /// In the room, by the record, in the order in which they came.
    pub there: Vec<Text>,
    /// Whether names were erased: then nobody can tell who is a guest.
    erased: bool,
}

impl Guests {
    /// Reads who came and went.
    ///
    /// # Errors
    /// Verification, where an entry is not what its leaf says.
    pub fn load(session: &Session, record: &CeremonyRecord) -> Result<Self> {
        let mut guests = Self {
            there: Vec::new(),
            erased: false,
        };
        for seq in &record.events {
            match session.proven(*seq)?.claim() {
                Claim::CeremonyStart(_, Some(told)) => {
                    let named = told.guests.iter().map(|guest| guest.name.clone());
                    guests.there.extend(named);
                }
                Claim::CeremonyPresence(presence, Some(told)) => {
                    guests.there.retain(|guest| !told.others.contains(guest));
                    if presence.moved == Moved::Entered {
                        guests.there.extend(told.others.clone());
                    }
                }
                Claim::CeremonyStart(_, None) | Claim::CeremonyPresence(_, None) => {
                    guests.erased = true;
                }
                _ => {}
            }
        }
        Ok(guests)
    }

    /// That each of those named is in the room.
    ///
    /// # Errors
    /// Not found, code `unknown-guest`.
    pub fn are_there(&self, named: &[Text]) -> Result<()> {
        let unknown = named.iter().find(|name| !self.there.contains(name));
        let Some(unknown) = unknown.filter(|_| !self.erased) else {
            return Ok(());
        };
        let error = Error::not_found(
            "unknown-guest",
            format!(
                "{} is not in the room, by the record",
                present::guest(unknown)
            ),
        );
        let there: Vec<String> = self.there.iter().map(present::guest).collect();
        Err(if there.is_empty() {
            error.hint("where they have come in: rootkeep ceremony enter ID --guest NAME")
        } else {
            error
                .hint(format!("in the room: {}", there.join(", ")))
                .hint("where they have come in: rootkeep ceremony enter ID --guest NAME")
        })
    }

    /// That those named can come in: they are not there, and no custodian is called so.
    ///
    /// # Errors
    /// Usage, code `is-custodian`; refused, code `is-there`.
    pub fn may_enter(&self, people: &People, named: &[Text]) -> Result<()> {
        for name in named {
            are_guests(people, name)?;
            if self.there.contains(name) {
                return Err(Error::refused(
                    "is-there",
                    format!("{} is in the room already", present::guest(name)),
                ));
            }
        }
        Ok(())
    }
}

/// That no custodian is called so: a custodian is not recorded as a guest, who signs nothing.
///
/// # Errors
/// Usage, code `is-custodian`.
pub fn are_guests(people: &People, name: &Text) -> Result<()> {
    match people.find(name.as_str()) {
        Ok(id) if people.get(&id).is_some_and(|(who, ..)| who.in_force()) => Err(Error::usage(
            "is-custodian",
            format!("{} is a custodian, and no guest", people.name(&id)),
        )
        .hint("name them as one, without --guest")),
        _ => Ok(()),
    }
}
