//! Findings that governance accepts for a time. Whether there is such a finding is no rule of the log: what
//! is accepted may be found tomorrow.

use super::Judge;
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};
use crate::state::findings::AcceptedRecord;
use crate::statement::findings::AcceptFinding;

/// For so many days a finding can be accepted at most: then governance decides anew.
pub const ACCEPTED_DAYS: u64 = 400;

impl Judge<'_> {
    pub(super) fn check_accepted(&self, accept: &AcceptFinding) -> Result<()> {
        let last = self.time().plus(ACCEPTED_DAYS * 86_400);
        let last = last.to_chrono().date_naive();
        if accept.until.0 > last {
            return Err(Error::refused(
                "accepted-too-long",
                format!("a finding is accepted for at most {ACCEPTED_DAYS} days"),
            )
            .hint("choose an earlier day, and decide anew when it has come"));
        }
        Ok(())
    }

    pub(super) fn accept_finding(
        &mut self,
        subject: &Digest,
        accept: &AcceptFinding,
    ) -> Result<()> {
        let record = AcceptedRecord {
            facts: accept.clone(),
            leaf: *subject,
            since: self.index,
        };
        let key = AcceptedRecord::key(&accept.rule, &accept.about);
        self.state.put(&key, &record)
    }
}
