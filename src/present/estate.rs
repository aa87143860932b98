//! Statements about the estate, in words.

use super::accounts::{imported, registered};
use super::describe::{counted, free};
use crate::ledger::People;
use crate::statement::Claim;
use crate::statement::account_id::AccountId;
use crate::statement::posture::{HardwareMfa, Posture, TimestampEvery};

/// How many lines of one kind are shown.
const SHOWN: usize = 24;

/// In one line; nothing for kinds that are about something else.
#[must_use]
pub fn claim(claim: &Claim) -> Option<String> {
    Some(match claim {
        Claim::EstateImport(import, _) => imported(import),
        Claim::AccountSet(set, _) => match set.accounts.as_slice() {
            [one] => format!("records what is known of account {}", one.account),
            many => format!(
                "records what is known of {}",
                counted(many.len(), "account")
            ),
        },
        Claim::PostureSet(_) => "proposes what the estate is held to".to_owned(),
        Claim::AlarmSet(set, _) if set.closed => format!("ends the alarm {}", set.alarm),
        Claim::AlarmSet(set, personal) => format!(
            "registers the alarm {}{}",
            set.alarm,
            personal
                .as_ref()
                .map_or_else(String::new, |personal| format!(
                    " ({})",
                    free(personal.place.as_str())
                ))
        ),
        _ => return None,
    })
}

/// What else a signer ought to read.
pub fn details(claim: &Claim, people: &People, lines: &mut Vec<String>) {
    match claim {
        Claim::EstateImport(import, personal) => {
            let names = personal.as_ref().map(|personal| personal.files.as_slice());
            for (place, file) in import.files.iter().enumerate().take(SHOWN) {
                let name = names.and_then(|names| names.get(place));
                lines.push(format!(
                    "  file      {}{}, as of {}, {} bytes, {}",
                    name.map_or_else(String::new, |name| format!("{} ", free(name.as_str()))),
                    file.source.as_str(),
                    file.at,
                    file.bytes,
                    file.digest
                ));
            }
            more(import.files.len(), "file", lines);
        }
        Claim::AccountSet(set, personal) => {
            for (place, facts) in set.accounts.iter().enumerate().take(SHOWN) {
                let words = personal.as_ref().and_then(|all| all.accounts.get(place));
                lines.push(format!("  account   {}", facts.account));
                for known in registered(facts, words, 0) {
                    lines.push(format!("    {}: {}", known.field, free(&known.value)));
                }
            }
            more(set.accounts.len(), "account", lines);
        }
        Claim::PostureSet(set) => lines.extend(posture(&set.posture)),
        Claim::AlarmSet(set, personal) => {
            lines.push(format!("  reaches   {}", people.names(&set.receivers)));
            for other in personal.iter().flat_map(|personal| &personal.others) {
                lines.push(format!("  and       {}", free(other.as_str())));
            }
            let accounts: Vec<String> = set.accounts.iter().map(AccountId::to_string).collect();
            lines.push(match accounts.as_slice() {
                [] => "  watches   all accounts".to_owned(),
                some => format!("  watches   {}", some.join(", ")),
            });
        }
        _ => {}
    }
}

fn more(count: usize, what: &str, lines: &mut Vec<String>) {
    if let Some(more) = count.checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  and {} more", counted(more, what)));
    }
}

/// What the estate is held to, in lines.
#[must_use]
pub fn posture(posture: &Posture) -> Vec<String> {
    let domains: Vec<&str> = posture
        .domains
        .iter()
        .map(|domain| domain.as_str())
        .collect();
    let domains = match domains.as_slice() {
        [] => "not said".to_owned(),
        some => some.join(", "),
    };
    let hardware = match posture.hardware_mfa {
        HardwareMfa::None => "for no account",
        HardwareMfa::Management => "for management accounts",
        HardwareMfa::All => "for all accounts",
    };
    let rotate = if posture.rotate_after_release {
        "yes"
    } else {
        "no"
    };
    let stamp = match posture.timestamp_every {
        TimestampEvery::None => "never",
        TimestampEvery::Month => "each month",
        TimestampEvery::Quarter => "each quarter",
    };
    let kept = match posture.retention_days {
        0 => "no set time".to_owned(),
        days => format!(
            "{} at least",
            counted(usize::try_from(days).unwrap_or(usize::MAX), "day")
        ),
    };
    vec![
        format!("  the organisation's mail domains           {domains}"),
        format!("  hardware MFA is wanted                    {hardware}"),
        format!("  a password is changed after its release   {rotate}"),
        format!(
            "  a mailbox has at least                    {} readers",
            posture.mailbox_min
        ),
        format!(
            "  a thing may be out of its location for    {} hours",
            posture.item_out_hours
        ),
        format!(
            "  a checkpoint is cosigned by others within {} days",
            posture.checkpoint_days
        ),
        format!(
            "  a proof of a share counts for             {} days",
            posture.stale_share_days
        ),
        format!("  an outsider time-stamps the log           {stamp}"),
        format!("  what is said of people is kept for        {kept}"),
    ]
}
