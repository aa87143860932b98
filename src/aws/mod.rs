//! Parsers of what AWS hands out: the organisation's listing, reports on root users, contacts, CloudTrail's files, otpauth
//! URIs; codes that show that a seed was read as others read it; and passwords that obey its rules.
//! Nothing here talks to AWS.

pub mod account_summary;
pub mod answer;
pub mod cloudtrail;
pub mod contacts;
pub mod credential_report;
pub mod estate_files;
#[cfg(test)]
mod mangled;
pub mod mfa_devices;
pub mod organizations;
pub mod organizations_features;
pub mod otpauth;
pub mod password;
pub mod two_codes;
pub mod untrusted;
