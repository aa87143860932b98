//! Photographs of things: attached to the entry that registered them.

use std::path::Path;

use serde_json::{Value, json};

use super::attach;
use super::context::Context;
use super::item;
use super::output::Done;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::exchange::photo;
use crate::ledger::{Session, read_bounded};
use crate::state::custody::NoteRecord;
use crate::state::places::ItemRecord;
use crate::state::records::list;
use crate::statement::Claim;
use crate::statement::decisions::About;
use crate::statement::notes::AttachPersonal;

/// `item photo`.
pub fn run(context: &Context, id: &str, file: &Path) -> Result<Done> {
    let bytes = read_bounded(file, photo::MAX_BYTES)?;
    let media = photo::media_type(&bytes)?;
    let personal = attach::described(file, &bytes, media)?;
    let name = personal.name.to_string();
    let mut session = context.open_to_act()?;
    let item = item::find(&session, id)?;
    let subject = registered_by(&session, &item)?;
    attach::is_new(&session, &personal)?;
    let claim = Claim::Attach(About { subject }, Some(personal));
    let entered = session.enter(claim, vec![bytes])?;
    let item = item.facts.item;
    let subject = session.proven_by_hash(&subject)?.1.header().id;
    context.report(
        session,
        &entered,
        &format!("{name} is attached to {item}"),
        json!({"item": item, "subject": subject}),
    )
}

/// The entry that registered an item.
fn registered_by(session: &Session, item: &ItemRecord) -> Result<Digest> {
    let first = item.events.first().copied();
    let entry = match first {
        Some(seq) => session.view().entry(seq)?,
        None => None,
    };
    entry
        .map(|entry| entry.hash)
        .ok_or_else(|| Error::verification("bad-state", "nothing has registered the item"))
}

/// A photograph that the ledger has.
pub struct Photo {
    /// The entry that attached it.
    seq: u64,
    file: AttachPersonal,
}

impl Photo {
    /// Its fields.
    pub fn json(&self) -> Value {
        let file = &self.file;
        json!({"seq": self.seq, "name": file.name, "media": file.media, "bytes": file.bytes})
    }

    /// In one line.
    pub fn line(&self) -> String {
        let file = &self.file;
        format!(
            "{} ({} bytes): attachment get '#{}' --out FILE",
            file.name, file.bytes, self.seq
        )
    }
}

/// The photographs of an item, the oldest first.
pub fn of(session: &Session, item: &ItemRecord) -> Result<Vec<Photo>> {
    let subject = registered_by(session, item)?;
    let mut photos = Vec::new();
    for (_, note) in list::<NoteRecord>(&session.view(), &format!("{subject}/"))? {
        if note.kind != "attach" {
            continue;
        }
        if let Claim::Attach(_, Some(file)) = session.proven(note.index)?.claim()
            && file.media.as_str().starts_with("image/")
        {
            photos.push(Photo {
                seq: note.index,
                file: file.clone(),
            });
        }
    }
    Ok(photos)
}
