//! UUIDs of version 5 (RFC 9562, section 5.5): names become ids, the same ones each time.

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};

use crate::crypto::fixed::Digest;

/// The namespace of URLs (RFC 9562, section 6.6).
const URL: [u8; 16] = [
    0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
];

/// Names of one ledger.
pub(super) struct Names {
    namespace: [u8; 16],
}

impl Names {
    pub(super) fn of(ledger: &Digest) -> Self {
        let url = format!("urn:rootkeep:ledger:{ledger}");
        Self {
            namespace: version_5(&URL, &url),
        }
    }

    /// The UUID of a name.
    pub(super) fn uuid(&self, name: &str) -> String {
        spelt(&version_5(&self.namespace, name))
    }
}

/// SHA-1 is what the format asks for. Nothing is protected by it: everything is covered by `SHA256SUMS`.
fn version_5(namespace: &[u8; 16], name: &str) -> [u8; 16] {
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    context.update(namespace);
    context.update(name.as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = (*version & 0x0f) | 0x50;
    *variant = (*variant & 0x3f) | 0x80;
    bytes
}

fn spelt(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            text.push('-');
        }
        HEXLOWER.encode_append(&[*byte], &mut text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9562, appendix A.4.
    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let mut dns = URL;
        dns[3] = 0x10;
        assert_eq!(
            spelt(&version_5(&dns, "www.example.com")),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        );
    }

    #[test]
    fn another_ledger_or_name_has_another_uuid() {
        let names = Names::of(&Digest([1; 32]));
        assert_eq!(names.uuid("a"), Names::of(&Digest([1; 32])).uuid("a"));
        assert_ne!(names.uuid("a"), names.uuid("b"));
        assert_ne!(names.uuid("a"), Names::of(&Digest([2; 32])).uuid("a"));
    }
}
