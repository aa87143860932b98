//! The digest of all that decides whom to trust (docs/formats.md, section 14).

use super::records::{Records, Table};
use crate::crypto::fixed::Digest;
use crate::error::Result;

/// Digest of the trust tables, in order of table word and key.
///
/// # Errors
/// Failed where the storage fails.
pub fn digest(records: &dyn Records) -> Result<Digest> {
    let mut tables = Table::TRUST;
    tables.sort_by_key(|table| table.as_str());
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(b"rootkeep/trust/v1\n");
    for table in tables {
        for (key, value) in records.list(table, "")? {
            for field in [table.as_str().as_bytes(), key.as_bytes(), &value] {
                let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
                context.update(&length.to_be_bytes());
                context.update(field);
            }
        }
    }
    Ok(Digest::from_slice(context.finish().as_ref()).unwrap_or(Digest([0; 32])))
}
