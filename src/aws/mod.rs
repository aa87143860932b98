//! Parsers of what AWS hands out: the organisation's listing, otpauth URIs; and passwords that obey
//! its rules. Nothing here talks to AWS.

pub mod organizations;
pub mod otpauth;
pub mod password;
