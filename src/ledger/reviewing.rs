//! Starting a review: what it lays out is what the ledger has at that moment.

use super::Session;
use super::acts::Entered;
use crate::error::Result;
use crate::policy::Reviewed;
use crate::state::reviews::ReviewsRecord;
use crate::statement::Claim;
use crate::statement::drills::Every;
use crate::statement::reviews::{StartReview, StartReviewPersonal};
use crate::statement::text::Text;
use crate::statement::time::Date;

impl Session {
    /// Starts a review of every group of people that has access to something now.
    ///
    /// # Errors
    /// Refused by the policy, or with code `withheld` where names were erased.
    pub fn start_review(
        &mut self,
        every: Every,
        first: Date,
        note: Option<Text>,
    ) -> Result<Entered> {
        self.writable()?;
        let (groups, since) = self.on_verified(|session| {
            let view = session.view();
            let since = ReviewsRecord::load(&view)?.passed;
            Ok((Reviewed::load(&view)?.groups()?, since))
        })?;
        let (mut facts, mut others) = (Vec::new(), Vec::new());
        for group in groups {
            facts.push(group.facts);
            others.push(group.others.unwrap_or_default());
        }
        let start = StartReview {
            every,
            first,
            since,
            groups: facts,
        };
        let personal = StartReviewPersonal { others, note };
        self.enter(Claim::ReviewStart(start, Some(personal)), Vec::new())
    }
}
