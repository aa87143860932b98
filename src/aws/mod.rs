//! Parsers of what AWS hands out: the organisation's listing, CloudTrail's files, otpauth URIs; codes that show that a seed
//! was read as others read it; and passwords that obey its rules. Nothing here talks to AWS.

pub mod cloudtrail;
pub mod organizations;
pub mod otpauth;
pub mod password;
pub mod two_codes;
