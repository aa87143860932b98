//! `checkpoint --timestamp-…`: what an outside authority has dated.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::output::{self, Done};
use crate::crypto::timestamp::{LIMIT, nonce_of};
use crate::error::{Error, Result};
use crate::insight::backups::Last;
use crate::ledger::{Session, read_regular, write_private_new};
use crate::policy;
use crate::present::describe;
use crate::state::outside::TimestampRecord;
use crate::statement::outside::Timestamp;

/// `checkpoint --timestamp-query FILE`.
pub fn query(context: &Context, path: &Path) -> Result<Done> {
    // What is dated is what this person's program has verified.
    let session = context.open_to_act()?;
    let (at, query) = session.timestamp_query()?;
    write_private_new(path, &query)?;
    if context.global.json {
        let imprint = policy::imprint(&session.id(), &at)?;
        output::object(
            "checkpoint.query",
            json!({
                "checkpoint": at, "file": path.display().to_string(), "imprint": imprint,
                "nonce": data_encoding::HEXLOWER.encode(&nonce_of(&imprint)),
            }),
        )?;
    } else {
        let entries = output::count(at.size, "entry", "entries");
        output::data(&output::plain(&format!(
            "a query about the checkpoint of {entries} is in {}\ncarry it to an authority, and bring back the answer: rootkeep checkpoint --timestamp-response FILE\n",
            path.display()
        )))?;
    }
    Ok(Done::Yes)
}

/// `checkpoint --timestamp-response FILE`.
pub fn response(context: &Context, path: &Path) -> Result<Done> {
    let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX);
    let answer = read_regular(path, limit)?;
    let mut session = context.open_to_act()?;
    let (entered, stamp) = session.timestamp(&answer)?;
    let headline = format!(
        "the checkpoint of {} was dated {} by {}\nwhether that authority is to be trusted is not checked here: docs/time.md",
        output::count(stamp.at.size, "entry", "entries"),
        describe::time(stamp.time),
        stamp.authority
    );
    let more = json!({"timestamp": fields(entered.seq, &stamp)});
    context.report(session, &entered, &headline, more)
}

/// `checkpoint --timestamp-token FILE`.
pub fn token(context: &Context, path: &Path) -> Result<Done> {
    let session = context.open()?;
    let stamped = session.newest_timestamp()?.ok_or_else(|| {
        Error::not_found(
            "no-timestamp",
            "no checkpoint of this ledger was time-stamped",
        )
        .hint("rootkeep checkpoint --timestamp-query FILE")
    })?;
    write_private_new(path, &stamped.token)?;
    let record = &stamped.record;
    if context.global.json {
        output::object(
            "checkpoint.token",
            json!({
                "file": path.display().to_string(),
                "timestamp": fields(record.index, &record.facts),
            }),
        )?;
    } else {
        output::data(&output::plain(&format!(
            "the token of #{}, of the checkpoint of {}, is in {}\n",
            record.index,
            output::count(record.facts.at.size, "entry", "entries"),
            path.display()
        )))?;
    }
    Ok(Done::Yes)
}

/// The newest time-stamp: null where there is none.
pub fn newest(session: &Session) -> Result<Value> {
    let newest = last(session)?;
    Ok(json!(newest.map(|one| fields(one.index, &one.facts))))
}

/// The newest time-stamp in a line.
pub fn line(session: &Session) -> Result<Option<String>> {
    Ok(last(session)?.map(|one| {
        format!(
            "last time-stamped at {} by {} (#{})",
            output::count(one.facts.at.size, "entry", "entries"),
            one.facts.authority,
            one.index
        )
    }))
}

/// The newest time-stamp, as `status` shows what was last done.
pub fn last_dated(session: &Session) -> Result<Option<Last>> {
    Ok(last(session)?.map(|one| Last {
        seq: one.index,
        made_at: one.facts.time,
        at: one.facts.at,
    }))
}

fn last(session: &Session) -> Result<Option<TimestampRecord>> {
    let all = TimestampRecord::all(&session.view())?.into_iter();
    Ok(all.max_by_key(|one| (one.facts.at.size, one.index)))
}

fn fields(seq: u64, stamp: &Timestamp) -> Value {
    json!({
        "seq": seq, "size": stamp.at.size, "root": stamp.at.root, "time": stamp.time,
        "authority": stamp.authority, "policy": stamp.policy, "serial": stamp.serial,
        "certificate": stamp.certificate, "token": stamp.token,
    })
}
