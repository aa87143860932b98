//! `request list`.

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::error::Result;
use crate::ledger::Session;
use crate::policy::{self, RequestState, request_state};
use crate::present::describe;
use crate::state::custody::RequestRecord;
use crate::state::records::list;
use crate::statement::Claim;

/// `request list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep request list\n  rootkeep request list --state waiting --state effective"
)]
pub struct ListRequests {
    /// Only those that stand so (repeatable)
    #[arg(
        long,
        value_name = "STATE",
        value_parser = ["waiting", "effective", "lapsed", "expired", "closed", "withdrawn", "rejected"]
    )]
    state: Vec<String>,
}

/// Where a request stands, in a word; and why, where it has lapsed although nobody closed it.
pub fn standing(
    session: &Session,
    request: &RequestRecord,
) -> Result<(&'static str, Option<String>)> {
    let state = request_state(request, session.now()?);
    if state == RequestState::Waiting
        && let Some(why) = policy::lapsed(&session.view(), request)?
    {
        return Ok((RequestState::Lapsed.as_str(), Some(why)));
    }
    Ok((state.as_str(), None))
}

pub fn run(context: &Context, command: &ListRequests) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let mut requests: Vec<RequestRecord> = list::<RequestRecord>(&session.view(), "")?
        .into_iter()
        .map(|(_, request)| request)
        .collect();
    requests.sort_by_key(|request| request.index);
    let (mut rows, mut fields) = (Vec::new(), Vec::new());
    for request in &requests {
        let (state, _) = standing(&session, request)?;
        if !command.state.is_empty() && !command.state.iter().any(|asked| asked == state) {
            continue;
        }
        let until = match state {
            "waiting" => Some(request.lapses_at()),
            "effective" => request.window_ends(),
            _ => None,
        };
        let secrets = request
            .secrets
            .iter()
            .map(|wanted| describe::secret_name(&session, &wanted.secret))
            .collect::<Result<Vec<_>>>()?;
        let statement = session.proven(request.index)?;
        let purpose = match statement.claim() {
            Claim::Request(_, Some(personal)) => Some(&personal.purpose),
            _ => None,
        };
        fields.push(json!({
            "id": request.id, "seq": request.index, "state": state, "until": until,
            "author": people.name(&request.author), "operator": people.name(&request.operator),
            "made_at": request.made_at, "secrets": secrets, "purpose": purpose,
        }));
        rows.push(vec![
            request.id.short(),
            format!("#{}", request.index),
            state.to_owned(),
            until.map_or_else(String::new, |until| until.to_string()),
            output::plain(&people.name(&request.author)),
            secrets.join(" "),
            purpose.map_or_else(String::new, |purpose| {
                output::plain(purpose.as_str()).replace('\n', " ")
            }),
        ]);
    }
    if context.global.json {
        output::object("request.list", json!({"requests": fields}))?;
    } else {
        let headings = ["ID", "ENTRY", "STATE", "UNTIL", "BY", "SECRETS", "PURPOSE"];
        output::data(&output::table(&headings, &rows))?;
    }
    Ok(Done::Yes)
}
