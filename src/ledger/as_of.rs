//! The ledger as it was at an earlier size of its log.

use super::Session;
use super::verify::{Progress, verify_all};
use crate::crypto::sshsig;
use crate::error::{Error, Result};
use crate::store::View;

impl Session {
    /// Lets `read` see the ledger as it was when its log had `size` entries, every record held to what the
    /// log makes of it. Of an earlier size, the whole log is verified, and what it had added up to then is
    /// made again in a transaction that is never committed.
    ///
    /// # Errors
    /// Not found, code `no-entry`, where the log is not so long; verification where anything is not as it ought
    /// to be; what `read` says.
    pub fn as_of<T>(
        &mut self,
        size: u64,
        progress: Progress<'_>,
        read: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        let (head, _) = self.head()?;
        if size == head {
            self.store.keep_fewer_pages()?;
            return self.on_verified(read);
        }
        if size > head {
            return Err(Error::not_found(
                "no-entry",
                format!("the log has {head} entries, not {size}"),
            ));
        }
        self.checker = None;
        self.verify(progress)?.require_good("the ledger")?;
        self.store.forget_from(size)?;
        let done = self.make_again().and_then(|()| read(self));
        self.store.remember()?;
        done
    }

    /// Replaces the tables by what the log, as far as it is seen, adds up to. What it had brought or what was
    /// taken away later is no problem of this moment.
    fn make_again(&self) -> Result<()> {
        let view: View<'_> = self.store.view();
        let report = verify_all(view, self.id, &self.log_key.public(), &mut |_, _| {})?;
        self.store.replace_tables(&report.state, &report.undo)
    }

    /// Signs the digests of a bundle of evidence, as SSHSIG.
    ///
    /// # Errors
    /// Failed, code `internal`.
    pub fn sign_evidence(&self, sums: &[u8]) -> Result<String> {
        sshsig::sign(self.member_key.signing(), sshsig::EVIDENCE, sums)
    }
}
