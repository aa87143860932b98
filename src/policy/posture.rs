//! What the estate is held to, by governance; and alarms, by keepers.

use super::{Judge, Verdict, refusal};
use crate::error::Result;
use crate::state::estate::{AlarmRecord, PostureRecord};
use crate::state::people::ONE;
use crate::state::records::read;
use crate::statement::people::Role;
use crate::statement::posture::{Alarm, AlarmPersonal, Posture};

/// The longest name of a domain (RFC 1035, section 2.3.4).
const DOMAIN: usize = 253;
/// A hundred years: for longer, nobody has to keep what is said of people.
const RETENTION_DAYS: u32 = 36_500;

impl Judge<'_> {
    pub(super) fn hold_to(&mut self, posture: &Posture) -> Result<()> {
        let record = PostureRecord {
            posture: posture.clone(),
            index: Some(self.index),
        };
        self.state.put(ONE, &record)
    }

    pub(super) fn alarm_set(
        &mut self,
        set: &Alarm,
        personal: Option<&AlarmPersonal>,
    ) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "keeping the register")?;
        self.check_people(&set.receivers)?;
        self.check_accounts(&set.accounts)?;
        let key = set.alarm.as_str();
        let before = read::<AlarmRecord>(&self.state, key)?;
        let mut events = before.map_or_else(Vec::new, |record| record.events);
        events.push(self.index);
        let record = AlarmRecord {
            facts: set.clone(),
            personal: personal.cloned(),
            events,
        };
        self.state.put(key, &record)?;
        Ok(Verdict::AT_ONCE)
    }
}

/// That each number is within its bounds, and each domain is one.
pub(super) fn check_posture(posture: &Posture) -> Result<()> {
    let domains = &posture.domains;
    if !domains.is_sorted_by(|one, next| one < next)
        || !domains.iter().all(|domain| is_domain(domain.as_str()))
    {
        return Err(refusal::malformed(
            "mail domains are names such as example.com, in lower case and in order, each once",
        ));
    }
    let good = (1..=64).contains(&posture.mailbox_min)
        && (1..=8_760).contains(&posture.item_out_hours)
        && (1..=3_650).contains(&posture.checkpoint_days)
        && (1..=3_650).contains(&posture.stale_share_days)
        && posture.retention_days <= RETENTION_DAYS;
    if good {
        Ok(())
    } else {
        Err(refusal::malformed(
            "a mailbox has 1 to 64 readers at least; a thing is out for 1 to 8,760 hours; checkpoints and proofs last 1 to 3,650 days; what is said of people is kept for at most 36,500 days",
        ))
    }
}

/// Labels of letters, digits and hyphens, two at least, as mail is addressed to (RFC 5321, section
/// 2.3.5); in lower case, so that one domain has one spelling.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= DOMAIN && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::text::Text;

    fn held_to(change: impl FnOnce(&mut Posture)) -> bool {
        let mut posture = Posture::default();
        change(&mut posture);
        check_posture(&posture).is_ok()
    }

    fn domains(domains: &[&str]) -> bool {
        let domains = domains.iter().map(|name| Text::new(*name).unwrap());
        held_to(|posture| posture.domains = domains.collect())
    }

    #[test]
    fn what_goes_without_saying_can_be_said() {
        assert!(held_to(|_| {}));
    }

    #[test]
    fn numbers_are_bounded_on_both_sides() {
        for (count, good) in [(0, false), (1, true), (64, true), (65, false)] {
            assert_eq!(held_to(|it| it.mailbox_min = count), good, "{count}");
        }
        for (hours, good) in [(0, false), (1, true), (8_760, true), (8_761, false)] {
            assert_eq!(held_to(|it| it.item_out_hours = hours), good, "{hours}");
        }
        for (days, good) in [(0, false), (1, true), (3_650, true), (3_651, false)] {
            assert_eq!(held_to(|it| it.checkpoint_days = days), good, "{days}");
            assert_eq!(held_to(|it| it.stale_share_days = days), good, "{days}");
        }
        for (days, good) in [(0, true), (36_500, true), (36_501, false)] {
            assert_eq!(held_to(|it| it.retention_days = days), good, "{days}");
        }
    }

    #[test]
    fn domains_stand_in_order_in_one_spelling() {
        assert!(domains(&["example.com", "mail.example.org"]));
        let long = format!("{}.com", "a".repeat(63));
        assert!(domains(&[&long]));
        for bad in [
            &["b.com", "a.com"][..],
            &["a.com", "a.com"],
            &["Example.com"],
            &["com"],
            &["a..com"],
            &["-a.com"],
            &["a-.com"],
            &["@a.com"],
            &["a.com."],
            &[&format!("{}.com", "a".repeat(64))],
            &[&format!("{}com", "a.".repeat(126))],
        ] {
            assert!(!domains(bad), "{bad:?}");
        }
    }
}
