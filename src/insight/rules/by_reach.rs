//! What rules about reaching root users have in common.

use std::collections::BTreeMap;

use super::rule::Looked;
use super::world::{Reach, World};
use crate::statement::findings::About;

/// Looks at who reaches each root user. Member accounts that are reached from the management account alone
/// all have its weakness: they are one finding, about the organization.
pub(super) fn look(world: &World, wrong: impl Fn(&Reach) -> Option<String>) -> Looked {
    let mut looked = Looked::default();
    if let Some(why) = &world.unreachable {
        let message = format!("who can reach root users can't be worked out: {why}");
        looked.at(|| About::Ledger, Some(message));
        return looked;
    }
    let mut shared: BTreeMap<String, usize> = BTreeMap::new();
    for (id, reach) in &world.reach {
        let message = wrong(reach);
        if reach.smallest.is_none() && message.is_none() {
            looked.skip("no way to its root user is on record");
            continue;
        }
        if !reach.from_management {
            looked.at(|| About::Account(*id), message);
            continue;
        }
        looked.at(|| About::Org, None);
        if let Some(message) = message {
            *shared.entry(message).or_default() += 1;
        }
    }
    for (message, accounts) in shared {
        let members = match accounts {
            1 => "1 member account".to_owned(),
            many => format!("{many} member accounts"),
        };
        looked.at(
            || About::Org,
            Some(format!(
                "of {members}, from the management account: {message}"
            )),
        );
    }
    looked
}
