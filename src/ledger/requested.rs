//! A request as its own envelope and the log have it. No pin covers the tables of requests, so that
//! whoever has the data key could edit them: what a signer or an operator decides on is held to the
//! log first.

use super::Session;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::custody::{InEffect, RequestRecord};
use crate::state::rules::PolicyRecord;
use crate::statement::releases::Request;
use crate::statement::{Claim, Kind, Statement};

/// A request that was proven to be in the log, with the record that was held to it.
pub(super) struct Requested {
    pub(super) asked: Request,
    pub(super) record: RequestRecord,
}

impl Session {
    /// Reads a request and its record.
    ///
    /// # Errors
    /// Usage, code `not-a-request`; verification, code `state-mismatch`, where the record is not what
    /// the log says.
    pub(super) fn requested(&self, subject: &Digest) -> Result<Requested> {
        let (seq, statement) = self.proven_by_hash(subject)?;
        let Claim::Request(asked, _) = statement.claim().clone() else {
            return Err(Error::usage("not-a-request", "that entry is not a request"));
        };
        let record = RequestRecord::load(&self.view(), subject)?.ok_or_else(mismatch)?;
        let held = is_of(&record, seq, &statement, &asked)
            && self.hours_are_the_policys(&record)?
            && self.took_effect(&record, subject)?
            && self.ended_as_recorded(&record, subject)?;
        if held {
            Ok(Requested { asked, record })
        } else {
            Err(mismatch())
        }
    }

    /// A newer policy has ended what waits; under the same one the hours must be its own.
    fn hours_are_the_policys(&self, record: &RequestRecord) -> Result<bool> {
        let policy = PolicyRecord::load(&self.view())?;
        Ok(policy.index > record.index || policy.settings.request_hours == record.request_hours)
    }

    /// The window counts from a sign-off of this request, and from its time.
    fn took_effect(&self, record: &RequestRecord, subject: &Digest) -> Result<bool> {
        let Some(InEffect { index, at }) = record.effect else {
            return Ok(true);
        };
        let statement = self.proven(index)?;
        let header = statement.header();
        Ok(header.made_at == at
            && matches!(statement.claim(), Claim::Sign(sign) if sign.subject == *subject))
    }

    /// Nobody who might has closed it or taken it back without the record's saying so.
    fn ended_as_recorded(&self, record: &RequestRecord, subject: &Digest) -> Result<bool> {
        let view = self.view();
        for (kind, recorded) in [
            (Kind::Withdraw, record.withdrawn),
            (Kind::Close, record.closed.is_some()),
        ] {
            for seq in view.indices_of_kind(kind, record.index)? {
                let statement = self.proven(seq)?;
                let (about, may) = match statement.claim() {
                    Claim::Withdraw(about) => (about.subject, vec![record.author]),
                    Claim::Close(close, _) => (close.request, vec![record.author, record.operator]),
                    _ => return Ok(false),
                };
                let ends = about == *subject && may.contains(&statement.header().author);
                if ends && !recorded {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}

fn is_of(record: &RequestRecord, seq: u64, statement: &Statement, asked: &Request) -> bool {
    let header = statement.header();
    let secrets = record
        .secrets
        .iter()
        .map(|wanted| (wanted.secret, wanted.epoch));
    record.index == seq
        && record.id == header.id
        && record.author == header.author
        && record.made_at == header.made_at
        && record.operator == asked.operator
        && record.recipient == asked.recipient
        && record.identity == asked.identity
        && record.window_secs == asked.window_secs
        && secrets.eq(asked
            .secrets
            .iter()
            .map(|wanted| (wanted.secret, wanted.epoch)))
}

fn mismatch() -> Error {
    Error::verification(
        "state-mismatch",
        "the ledger's record of this request is not what the log says",
    )
    .hint("somebody has edited it: rootkeep verify --rebuild names what differs")
}
