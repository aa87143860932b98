//! Who is locked out when people and places are gone, and what still opens.

use super::answer::{Losses, Reach};
use super::estate::Estate;
use super::routes::{Lost, Route};
use crate::error::Result;

/// Whether something opened before, and whether it does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opens {
    /// Its place in the estate.
    pub place: usize,
    /// While all are there.
    pub before: bool,
    /// Without those who are gone.
    pub after: bool,
}

/// An account, before and after.
#[derive(Clone, Debug)]
pub struct AccountOpens {
    /// Its place in the estate.
    pub place: usize,
    /// By which routes it opened.
    pub before: Vec<Route>,
    /// By which it still does.
    pub after: Vec<Route>,
    /// What else can be lost.
    pub losses: Losses,
}

/// What becomes of an estate.
#[derive(Clone, Debug, Default)]
pub struct WhatIf {
    /// The accounts in use.
    pub accounts: Vec<AccountOpens>,
    /// The secrets that are not destroyed.
    pub secrets: Vec<Opens>,
    /// The locations in use.
    pub places: Vec<Opens>,
}

/// What becomes of `estate` without those who are `lost`.
///
/// # Errors
/// Failed, code `too-many-combinations`.
pub fn what_if(estate: &Estate, lost: &Lost) -> Result<WhatIf> {
    let nothing = Lost::default();
    let mut before = Reach::new(estate, &nothing)?;
    let mut after = Reach::new(estate, lost)?;
    let mut found = WhatIf::default();
    for (place, account) in estate.accounts.iter().enumerate() {
        if account.in_use {
            found.accounts.push(AccountOpens {
                place,
                before: before.open_routes(account),
                after: after.open_routes(account),
                losses: after.losses(account, &Route::ALL)?,
            });
        }
    }
    for (place, secret) in estate.secrets.iter().enumerate() {
        if !secret.values.is_empty() {
            found.secrets.push(Opens {
                place,
                before: before.opens_secret(place),
                after: after.opens_secret(place),
            });
        }
    }
    for (place, location) in estate.places.iter().enumerate() {
        if location.in_use {
            found.places.push(Opens {
                place,
                before: before.opens_place(place),
                after: after.opens_place(place),
            });
        }
    }
    Ok(found)
}
