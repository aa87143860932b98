//! `rekey`.

use serde_json::json;

use super::context::Context;
use super::output::Done;
use crate::error::Result;

pub fn run(context: &Context) -> Result<Done> {
    let session = context.open_to_act()?;
    context.say("writing the database under a new key …");
    let (session, entered) = session.rekey()?;
    context.say("copies and backups from before keep the old key: whoever has one and an old key file still reads those");
    context.report(
        session,
        &entered,
        "the ledger has a new data key",
        json!({}),
    )
}
