//! What the estate is held to, and the alarm on use of root users (docs/formats.md, section 6).

use serde::{Deserialize, Serialize};

use super::account_id::AccountId;
use super::register::words;
use super::text::{Name, Text};
use crate::crypto::fixed::Id;

words! {
    /// Which root users need an MFA device of hardware.
    HardwareMfa {
        /// None.
        None "none",
        /// Those of management accounts.
        Management "management",
        /// All.
        All "all",
    }
}

words! {
    /// How often an outsider is to time-stamp the log.
    TimestampEvery {
        /// Never.
        None "none",
        /// Once in each calendar month.
        Month "month",
        /// Once in each calendar quarter.
        Quarter "quarter",
    }
}

/// What the estate is held to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posture {
    /// The organisation's own mail domains, in lower case, in order, each once; none where it has not
    /// said.
    pub domains: Vec<Text>,
    /// Which root users need an MFA device of hardware.
    pub hardware_mfa: HardwareMfa,
    /// Whether a password is to be changed after it was released.
    pub rotate_after_release: bool,
    /// How many people at least read a mailbox.
    pub mailbox_min: u8,
    /// Hours for which a thing may be out of its location.
    pub item_out_hours: u32,
    /// Days within which a checkpoint is to be cosigned by others.
    pub checkpoint_days: u32,
    /// Days after which a proof of a share is stale.
    pub stale_share_days: u32,
    /// How often an outsider is to time-stamp the log.
    pub timestamp_every: TimestampEvery,
    /// Days for which what a statement says of people is kept at least; 0 where nobody has to keep it.
    pub retention_days: u32,
}

impl Default for Posture {
    fn default() -> Self {
        Self {
            domains: Vec::new(),
            hardware_mfa: HardwareMfa::Management,
            rotate_after_release: true,
            mailbox_min: 2,
            item_out_hours: 24,
            checkpoint_days: 31,
            stale_share_days: 190,
            timestamp_every: TimestampEvery::None,
            retention_days: 0,
        }
    }
}

/// Facts of `posture.set`: all of it, each time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPosture {
    /// What the estate is held to from here on.
    pub posture: Posture,
}

/// Facts of `alarm.set`: who hears of it when a root user is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Its name in the register, for good.
    pub alarm: Name,
    /// Accounts that it watches, in order; all of them, where none is named.
    pub accounts: Vec<AccountId>,
    /// Custodians whom it reaches, in order of id.
    pub receivers: Vec<Id>,
    /// Whether it is out of use.
    pub closed: bool,
}

/// Personal part of `alarm.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmPersonal {
    /// Where it is set up, and where it goes to.
    #[serde(rename = "where")]
    pub place: Text,
    /// Others whom it reaches.
    pub others: Vec<Text>,
}
