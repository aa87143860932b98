//! `show genesis`: the code that founders and newcomers compare by voice.

use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::words;
use crate::error::Result;
use crate::ledger::Session;
use crate::present::describe;
use crate::state::people::LedgerRecord;

pub fn show(context: &Context, session: &Session) -> Result<Done> {
    let code = words::spell(&session.id());
    let ledger = LedgerRecord::load(&session.view())?;
    let (signed, founders) = ledger.as_ref().map_or((0, 0), |ledger| {
        (ledger.signed.len(), ledger.founders.len())
    });
    if context.global.json {
        output::object(
            "genesis",
            json!({
                "code": code,
                "ledger": session.id(),
                "founders": founders,
                "signed": signed,
                "active": ledger.is_some_and(|ledger| ledger.active.is_some()),
            }),
        )?;
        return Ok(Done::Yes);
    }
    let people = session.people()?;
    let statement = session.proven(0)?;
    for line in describe::statement(session, &statement, &people)? {
        output::data(&format!("{}\n", output::item(&line)))?;
    }
    output::data(&format!("  signed    {signed} of {founders}\n"))?;
    Ok(Done::Yes)
}
