//! Against tokens that OpenSSL has made (tests/fixtures/README.md), and against any bytes.

use proptest::prelude::*;

use super::*;
use crate::crypto::fixed::Digest;

const RSA: &[u8] = include_bytes!("../../../tests/fixtures/timestamp/rsa.tsr");
const EC: &[u8] = include_bytes!("../../../tests/fixtures/timestamp/ec.tsr");
const EXPIRED: &[u8] = include_bytes!("../../../tests/fixtures/timestamp/expired.tsr");
const REFUSED: &[u8] = include_bytes!("../../../tests/fixtures/timestamp/refused.tsr");
const FOR_CODE: &[u8] = include_bytes!("../../../tests/fixtures/timestamp/code-signing.tst");

fn verified(file: &[u8]) -> crate::error::Result<Token> {
    UntrustedToken::of_answer(file)?.verify()
}

fn code(file: &[u8]) -> &'static str {
    verified(file).map_or_else(|error| error.code(), |_| "good")
}

#[test]
fn what_openssl_has_dated_is_read() {
    // RSA and SHA-256, the certificate named by RFC 5816.
    let rsa = verified(RSA).unwrap();
    assert_eq!(rsa.imprint, Digest::of(b"what is time-stamped"));
    assert_eq!(rsa.authority, "C=CH,O=Example Time,CN=Example TSA 1");
    assert_eq!(rsa.policy, "1.2.3.4.1");
    // P-384 and SHA-384, microseconds, the certificate named by RFC 2634 alone, a chain.
    let ec = verified(EC).unwrap();
    assert_eq!(ec.imprint, rsa.imprint);
    assert_eq!((rsa.time, ec.time), (1_795_320_788, 1_795_320_788));
    assert_eq!((rsa.serial.as_str(), ec.serial.as_str()), ("02", "03"));
    assert_ne!(rsa.certificate, ec.certificate);
    // A token goes without its response, and is the same one.
    let token = UntrustedToken::of_answer(RSA).unwrap();
    assert!(RSA.ends_with(token.bytes()));
    assert_eq!(verified(token.bytes()).unwrap(), rsa);
}

#[test]
fn what_is_not_good_is_refused_for_its_reason() {
    assert_eq!(code(EXPIRED), "timestamp-expired");
    assert_eq!(code(FOR_CODE), "timestamp-purpose");
    let refused = verified(REFUSED).unwrap_err();
    assert_eq!(refused.code(), "timestamp-refused");
    assert!(refused.to_string().contains("badAlg"), "{refused}");
    assert!(refused.to_string().contains("not supported"), "{refused}");
    for file in [&b""[..], b"0", &[0x30, 0x80], b"-----BEGIN PKCS7-----"] {
        assert_eq!(code(file), "bad-timestamp");
    }
    let mut long = RSA.to_vec();
    long.push(0);
    assert_eq!(code(&long), "bad-timestamp");
}

#[test]
fn a_byte_that_is_changed_is_noticed_or_changes_nothing_that_is_read() {
    for file in [RSA, EC] {
        let good = verified(file).unwrap();
        for at in 0..file.len() {
            let mut bad = file.to_vec();
            bad[at] ^= 1;
            if let Ok(read) = verified(&bad) {
                assert_eq!(read, good, "byte {at}");
            }
        }
    }
}

#[test]
fn a_query_asks_for_the_certificate_with_a_nonce_of_its_own() {
    let imprint = Digest::of(b"what is time-stamped");
    // SEQUENCE { 1, { { sha-256, NULL }, digest }, nonce, TRUE }
    let mut expected = vec![0x30, 0x43, 2, 1, 1, 0x30, 0x31, 0x30, 0x0d, 6, 9];
    expected.extend([0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20]);
    expected.extend(imprint.as_bytes());
    let nonce = nonce_of(&imprint);
    // From SHA-256("rootkeep/timestamp/v1\n" || digest).
    assert_eq!(nonce, [0x7d, 0xa4, 0xdd, 0xa0, 0xed, 0x8c, 0x9f, 0x8f]);
    expected.extend([2, 8]);
    expected.extend(nonce);
    expected.extend([1, 1, 0xff]);
    assert_eq!(query(&imprint).unwrap(), expected);
}

proptest! {
    #[test]
    fn no_bytes_are_too_bad(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(verified(&bytes).is_err());
    }

    #[test]
    fn no_damage_is_too_bad(
        at in 0..EC.len(),
        with in proptest::collection::vec(any::<u8>(), 0..24),
        cut in 0..64usize,
    ) {
        let mut bytes = EC.to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, with);
        if let Ok(read) = verified(&bytes) {
            prop_assert_eq!(read, verified(EC).unwrap());
        }
    }
}
