//! Posture rules: what the records say of the estate, held to what the sources ask for.
//!
//! One rule a file. A rule is a pure function of [`World`]; what it finds is told with what to do about it,
//! and can be accepted by governance for a time. docs/rules.md is made from the list below.

mod access_key;
mod address_differs;
mod alarm;
mod backup_restored;
mod bag_mismatch;
mod battery;
mod by_reach;
mod central_access;
mod clock_backward;
mod cosigned;
mod counter_gap;
mod credentials_known;
pub mod document;
mod drill_overdue;
mod epoch_confirmed;
mod estate_and_ledger;
mod event_unexplained;
mod factors_apart;
#[cfg(test)]
mod fixtures;
mod improvement_late;
mod item_out;
mod knows_both;
mod load;
mod location_on_aws;
mod mailbox_domain;
mod mailbox_group;
mod mailbox_phone_apart;
mod mailbox_shared;
mod member_credentials;
mod mfa;
mod mfa_hardware;
mod password_rotated;
mod password_sealed;
mod person_needed;
mod phone_untested;
mod privilege_mfa;
mod quorum_threshold;
mod recovered_left;
mod release_unclosed;
mod report;
mod retired_access;
mod review_overdue;
mod root_denied;
mod root_used;
mod rule;
mod runbook;
mod security_answers;
mod share_retired;
mod share_unproven;
mod sheet_in_zone;
mod signing_certificate;
mod single_person;
mod site_needed;
mod struck_open;
mod time_stamped;
pub mod world;

pub use report::{Accepted, Finding, Report};
pub use rule::{Looked, Rule, Severity};
pub use runbook::SCENARIOS;
pub use world::World;

/// Every rule, in order of id.
pub const ALL: &[&Rule] = &[
    &mailbox_domain::RULE,
    &mailbox_group::RULE,
    &mailbox_shared::RULE,
    &password_sealed::RULE,
    &mfa::RULE,
    &mfa_hardware::RULE,
    &factors_apart::RULE,
    &mailbox_phone_apart::RULE,
    &single_person::RULE,
    &person_needed::RULE,
    &site_needed::RULE,
    &quorum_threshold::RULE,
    &sheet_in_zone::RULE,
    &battery::RULE,
    &bag_mismatch::RULE,
    &item_out::RULE,
    &location_on_aws::RULE,
    &access_key::RULE,
    &signing_certificate::RULE,
    &root_used::RULE,
    &member_credentials::RULE,
    &root_denied::RULE,
    &runbook::RULE,
    &drill_overdue::RULE,
    &review_overdue::RULE,
    &phone_untested::RULE,
    &security_answers::RULE,
    &share_unproven::RULE,
    &share_retired::RULE,
    &password_rotated::RULE,
    &retired_access::RULE,
    &estate_and_ledger::RULE,
    &event_unexplained::RULE,
    &clock_backward::RULE,
    &cosigned::RULE,
    &backup_restored::RULE,
    &knows_both::RULE,
    &counter_gap::RULE,
    &epoch_confirmed::RULE,
    &time_stamped::RULE,
    &alarm::RULE,
    &recovered_left::RULE,
    &release_unclosed::RULE,
    &credentials_known::RULE,
    &central_access::RULE,
    &improvement_late::RULE,
    &struck_open::RULE,
    &privilege_mfa::RULE,
    &address_differs::RULE,
];
