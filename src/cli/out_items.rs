//! Things that an access has taken out and none has brought back.

use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::state::estate::PostureRecord;
use crate::state::places::{AccessRecord, ItemRecord, LocationRecord, Place};
use crate::state::records::{list, read};
use crate::state::rules::leaf_key;
use crate::statement::Time;
use crate::statement::text::Name;

/// A thing that is in no location.
pub struct OutItem {
    /// Which.
    pub item: Name,
    /// Out of which location.
    pub from: Name,
    /// Since when.
    pub since: Time,
    /// Until when it may be out.
    pub until: Time,
    /// The access that took it out.
    pub access: Digest,
}

impl OutItem {
    /// The record of the access that took it out.
    pub fn taken_by(&self, session: &Session) -> Result<AccessRecord> {
        read(&session.view(), &leaf_key(&self.access))?
            .ok_or_else(|| Error::verification("bad-state", "an access has no record"))
    }
}

/// Until when a thing may be out that is so since then, as governance has set it.
pub fn until(session: &Session, since: Time) -> Result<Time> {
    let hours = PostureRecord::load(&session.view())?.posture.item_out_hours;
    Ok(since.plus(u64::from(hours) * 3600))
}

/// What is out of one location.
pub fn of(session: &Session, location: &LocationRecord) -> Result<Vec<OutItem>> {
    let view = session.view();
    let mut out = Vec::new();
    for name in &location.out {
        let record = ItemRecord::load(&view, name)?
            .ok_or_else(|| Error::verification("bad-state", "an item has no record"))?;
        if let Place::Out {
            from,
            access,
            since,
            ..
        } = record.place
        {
            out.push(OutItem {
                item: record.facts.item,
                from,
                since,
                until: until(session, since)?,
                access,
            });
        }
    }
    Ok(out)
}

/// What is out of any location.
pub fn all(session: &Session) -> Result<Vec<OutItem>> {
    let mut out = Vec::new();
    for (_, location) in list::<LocationRecord>(&session.view(), "")? {
        out.extend(of(session, &location)?);
    }
    Ok(out)
}
