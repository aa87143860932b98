//! One's own share, opened: for a card on paper.

use super::Session;
use super::signing;
use crate::crypto::fixed::Id;
use crate::crypto::slip39::Mnemonic;
use crate::error::{Error, Result};
use crate::state::custody::Epoch;
use crate::statement::releases::{Place, Wanted};

impl Session {
    /// The share that this person holds at a place of an epoch, decrypted and held to its seal as the
    /// log has it. Nothing is entered: one's own share can be opened without this program too.
    ///
    /// # Errors
    /// Not found, code `no-epoch`; refused, codes `destroyed`, `not-in-quorum`; verification, codes
    /// `wrong-share`, `cannot-decrypt`, `blob-missing`.
    pub fn open_own_share(&self, secret: &Id, epoch: u32, place: Place) -> Result<Mnemonic> {
        let record = Epoch::load(&self.view(), secret, epoch)?.ok_or_else(|| {
            Error::not_found(
                "no-epoch",
                format!("there is no epoch {epoch} of that secret"),
            )
        })?;
        if record.destroyed.is_some() {
            return Err(Error::refused(
                "destroyed",
                format!("epoch {epoch} of that secret was destroyed"),
            ));
        }
        let wanted = Wanted {
            secret: *secret,
            epoch,
            seal: record.seal,
        };
        let seal = signing::proven_seal(self, &wanted)?;
        let own = seal.shares.iter().find(|share| {
            share.holder == self.member
                && (share.group, share.member) == (place.group, place.member)
        });
        let own = own.ok_or_else(|| {
            Error::refused("not-in-quorum", "that share is not yours")
                .hint("each custodian prints their own")
        })?;
        Ok(self.signer()?.open(*secret, epoch, own)?.mnemonic)
    }
}
