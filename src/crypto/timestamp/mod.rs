//! Time-stamps of outside authorities: RFC 3161, its tokens in CMS (RFC 5652), as RFC 5816 amends them.
//!
//! What is checked here is that a token is whole: whoever has the certificate inside it has signed it, for
//! time-stamping, while that certificate was valid. Whether that is an authority to be trusted is the
//! reader's to say: a root certificate of the reader's own, and `openssl ts -verify`.

mod query;
mod signer;
mod token;

pub use query::{nonce_of, query};
pub use token::{LIMIT, Token, UntrustedToken};

use crate::error::Error;

/// Bytes that are no answer of an authority.
fn unreadable(why: impl std::fmt::Display) -> Error {
    Error::usage(
        "bad-timestamp",
        "the file is neither a time-stamp response nor a token (RFC 3161, DER)",
    )
    .because(why)
    .hint("give the authority's answer as it came: checkpoint --timestamp-response FILE")
}

/// A token that somebody has changed, or that was not made as it has to be.
fn false_token(why: impl std::fmt::Display) -> Error {
    Error::verification("timestamp-signature", "the time-stamp is not good").because(why)
}

/// A token that another certificate ought to have signed.
fn other_certificate(why: impl std::fmt::Display) -> Error {
    Error::verification(
        "timestamp-certificate",
        "the time-stamp has no certificate that it can be by",
    )
    .because(why)
    .hint("the query asks for the certificate to be inside: use checkpoint --timestamp-query FILE")
}

/// What this program can't check.
fn unsupported(what: impl std::fmt::Display) -> Error {
    Error::refused(
        "timestamp-algorithm",
        format!("the time-stamp is signed in a way that can't be checked here: {what}"),
    )
    .hint("RSA of 2048 to 8192 bits (PKCS #1 v1.5, SHA-256, -384, -512) and ECDSA on P-256 and P-384 (SHA-256, -384) can: ask another authority")
}

#[cfg(test)]
mod tests;
