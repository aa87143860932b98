//! Who can reach which root user, and who is locked out when people or sites are gone.

mod by_force;
mod commands;
mod ledgers;
