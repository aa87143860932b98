//! The library against its promises, in process: every module is one kind of promise.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod authority;
mod blobs;
mod bounds;
mod ceremonies;
mod check;
mod cli;
mod copies;
mod crash;
mod custody;
mod drills;
mod erasure;
mod estate;
mod evidence;
mod evidence_lies;
mod evidence_page;
mod forger;
mod handed_over;
mod hostile;
mod killing;
mod migration;
mod oracle;
mod outside;
mod reconcile;
mod redaction;
mod refusals;
mod rekeys;
mod reshares;
mod reviews;
mod rooms;
mod runbooks;
mod slips;
mod story;
mod succession;
mod support;
mod tamper;
mod tasks;
mod vectors;
mod whocan;
mod world;
