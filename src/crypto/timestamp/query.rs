//! The question that is carried to an authority: RFC 3161, section 2.4.1.

use der::asn1::{Null, ObjectIdentifier, OctetStringRef, UintRef};
use der::oid::db::rfc5912::ID_SHA_256;
use der::{Encode, Sequence};

use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

#[derive(Sequence)]
struct TimeStampReq<'a> {
    version: u8,
    message_imprint: MessageImprint<'a>,
    nonce: UintRef<'a>,
    cert_req: bool,
}

#[derive(Sequence)]
struct MessageImprint<'a> {
    hash_algorithm: Sha256,
    hashed_message: OctetStringRef<'a>,
}

/// SHA-256 with the parameters that every authority reads (RFC 5754, section 2).
#[derive(Sequence)]
struct Sha256 {
    algorithm: ObjectIdentifier,
    parameters: Null,
}

/// The nonce of the query about something: its first 8 bytes as an unsigned integer. It says nothing that
/// the digest does not, so that the answer needs nothing kept to be matched with.
#[must_use]
pub fn nonce_of(imprint: &Digest) -> [u8; 8] {
    let digest = Digest::of(&[b"rootkeep/timestamp/v1\n".as_slice(), imprint.as_bytes()].concat());
    let [a, b, c, d, e, f, g, h, ..] = digest.0;
    [a, b, c, d, e, f, g, h]
}

/// A query for a time-stamp of what has this SHA-256 digest, with the certificate to be in the answer.
///
/// # Errors
/// Failed, code `internal`.
pub fn query(imprint: &Digest) -> Result<Vec<u8>> {
    let internal = |error: der::Error| {
        Error::failed("internal", "a time-stamp query can't be written").because(error)
    };
    let nonce = nonce_of(imprint);
    TimeStampReq {
        version: 1,
        message_imprint: MessageImprint {
            hash_algorithm: Sha256 {
                algorithm: ID_SHA_256,
                parameters: Null,
            },
            hashed_message: OctetStringRef::new(imprint.as_bytes()).map_err(internal)?,
        },
        nonce: UintRef::new(&nonce).map_err(internal)?,
        cert_req: true,
    }
    .to_der()
    .map_err(internal)
}
