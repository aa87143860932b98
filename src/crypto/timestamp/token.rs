//! What an authority answers: RFC 3161, section 2.4.2; the token is CMS SignedData.

use chrono::NaiveDateTime;
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::asn1::{BitString, Int, ObjectIdentifier, OctetString};
use der::oid::db::rfc5911::ID_SIGNED_DATA;
use der::oid::db::rfc5912::ID_SHA_256;
use der::{Any, Decode, Encode, Sequence, Tag, Tagged};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::query::nonce_of;
use super::{false_token, other_certificate, signer, unreadable, unsupported};
use crate::crypto::fixed::Digest;
use crate::error::{Error, Result};

/// The longest answer that is read. The certificates of a long chain fit in several times; sets are put in
/// order in a time that grows with the square of their length.
pub const LIMIT: usize = 32 << 10;

/// The longest serial number, in bytes: RFC 3161 asks for 160 bits, and a sign.
const SERIAL: usize = 21;

/// The longest name of an authority, in characters; one that is longer is cut.
const NAME: usize = 256;

/// id-ct-TSTInfo: RFC 3161, section 2.4.2.
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

#[derive(Sequence)]
struct TimeStampResp {
    status: StatusInfo,
    #[asn1(optional = "true")]
    token: Option<Any>,
}

/// PKIStatusInfo: RFC 3161, section 2.4.2.
#[derive(Sequence)]
struct StatusInfo {
    status: u8,
    #[asn1(optional = "true")]
    text: Option<Vec<String>>,
    #[asn1(optional = "true")]
    failure: Option<BitString>,
}

#[derive(Sequence)]
struct MessageImprint {
    hash_algorithm: AlgorithmIdentifierOwned,
    hashed_message: OctetString,
}

#[derive(Sequence)]
struct Accuracy {
    #[asn1(optional = "true")]
    seconds: Option<u64>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    micros: Option<u16>,
}

/// TSTInfo. The time is read apart: it may have fractions of a second.
#[derive(Sequence)]
struct TstInfo {
    version: u8,
    policy: ObjectIdentifier,
    message_imprint: MessageImprint,
    serial_number: Int,
    gen_time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    tsa: Option<GeneralName>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

/// A token of which nothing was checked.
pub struct UntrustedToken {
    bytes: Vec<u8>,
    signed: SignedData,
}

/// What a token says, all of it under its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of what was time-stamped.
    pub imprint: Digest,
    /// When, by the authority's clock: whole seconds since 1970, fractions cut off.
    pub time: i64,
    /// The policy it works by: an object identifier.
    pub policy: String,
    /// The token's number: two's complement, in hex.
    pub serial: String,
    /// SHA-256 of the certificate that has signed it, in DER.
    pub certificate: Digest,
    /// The certificate's subject, as RFC 4514 writes it, its first 256 characters.
    pub authority: String,
}

impl UntrustedToken {
    /// Reads a token, or a response that has one.
    ///
    /// # Errors
    /// Usage, code `bad-timestamp`; refused, code `timestamp-refused`, where the authority says no.
    pub fn of_answer(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > LIMIT {
            return Err(unreadable(format!(
                "it has {} bytes; {LIMIT} is the most",
                bytes.len()
            )));
        }
        let Ok(answer) = TimeStampResp::from_der(bytes) else {
            return Self::parse(bytes);
        };
        // 0 is granted, 1 granted with modifications.
        if answer.status.status > 1 {
            return Err(not_granted(&answer.status));
        }
        let token = answer
            .token
            .ok_or_else(|| unreadable("the response has no token"))?;
        Self::parse(&token.to_der().map_err(unreadable)?)
    }

    /// Reads a token alone.
    ///
    /// # Errors
    /// Usage, code `bad-timestamp`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > LIMIT {
            return Err(unreadable(format!("it has more than {LIMIT} bytes")));
        }
        let content = ContentInfo::from_der(bytes).map_err(unreadable)?;
        if content.content_type != ID_SIGNED_DATA {
            return Err(unreadable("it is CMS, but nothing signed"));
        }
        let signed = content
            .content
            .decode_as::<SignedData>()
            .map_err(unreadable)?;
        if signed.encap_content_info.econtent_type != TST_INFO {
            return Err(unreadable("it is signed, but no time-stamp"));
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            signed,
        })
    }

    /// The token's bytes, without the response around it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Checks all that can be checked without knowing the authority.
    ///
    /// # Errors
    /// Verification, codes `timestamp-signature`, `timestamp-certificate`, `timestamp-purpose`,
    /// `timestamp-expired`, `timestamp-nonce`, `timestamp-imprint`; refused, code `timestamp-algorithm`;
    /// usage, code `bad-timestamp`.
    pub fn verify(&self) -> Result<Token> {
        let content = self
            .signed
            .encap_content_info
            .econtent
            .as_ref()
            .ok_or_else(|| unreadable("it is signed apart from what it says"))?
            .decode_as::<OctetString>()
            .map_err(unreadable)?;
        let said = TstInfo::from_der(content.as_bytes()).map_err(unreadable)?;
        let time = seconds(&said.gen_time)?;
        let certificate = signer::verify(&self.signed, content.as_bytes(), &TST_INFO, time)?;
        said.token(time, &certificate)
    }
}

impl TstInfo {
    /// What it says, under a good signature.
    fn token(&self, time: i64, certificate: &x509_cert::Certificate) -> Result<Token> {
        if self.version != 1 {
            return Err(unreadable("a time-stamp of another version than 1"));
        }
        let critical = |all: &Extensions| all.iter().any(|one| one.critical);
        if self.extensions.as_ref().is_some_and(critical) {
            return Err(unsupported("it has an extension that must be understood"));
        }
        let imprint = self.imprint()?;
        if let Some(nonce) = &self.nonce {
            let asked = der::asn1::Uint::new(&nonce_of(&imprint)).map_err(false_token)?;
            if nonce.to_der().map_err(unreadable)? != asked.to_der().map_err(false_token)? {
                return Err(Error::verification(
                    "timestamp-nonce",
                    "the time-stamp answers another query than checkpoint --timestamp-query made",
                )
                .hint("ask again, with the query's file; or with one that has no nonce"));
            }
        }
        let serial = self.serial_number.as_bytes();
        if serial.len() > SERIAL {
            return Err(unreadable(format!(
                "its serial number has {} bytes; {SERIAL} is the most",
                serial.len()
            )));
        }
        let der = certificate.to_der().map_err(other_certificate)?;
        Ok(Token {
            imprint,
            time,
            policy: self.policy.to_string(),
            serial: data_encoding::HEXLOWER.encode(serial),
            certificate: Digest::of(&der),
            authority: name(certificate),
        })
    }

    fn imprint(&self) -> Result<Digest> {
        let imprint = &self.message_imprint;
        if imprint.hash_algorithm.oid != ID_SHA_256 {
            return Err(Error::verification(
                "timestamp-imprint",
                "the time-stamp is not of a SHA-256 digest",
            )
            .hint("ask again, with the file of checkpoint --timestamp-query"));
        }
        Digest::from_slice(imprint.hashed_message.as_bytes())
            .ok_or_else(|| unreadable("a SHA-256 digest has 32 bytes"))
    }
}

/// The subject; what can't be shown in it is replaced.
fn name(certificate: &x509_cert::Certificate) -> String {
    let subject = certificate.tbs_certificate.subject.to_string();
    let shown: String = subject
        .chars()
        .take(NAME)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if shown.is_empty() {
        "nameless".to_owned()
    } else {
        shown
    }
}

/// `YYYYMMDDhhmmss[.f…]Z` (RFC 3161, section 2.4.2), cut to the second.
fn seconds(time: &Any) -> Result<i64> {
    let bad = || unreadable("its time is not of the form 20261121093000Z");
    if time.tag() != Tag::GeneralizedTime {
        return Err(bad());
    }
    let text = std::str::from_utf8(time.value()).map_err(|_| bad())?;
    let (whole, fraction) = text
        .strip_suffix('Z')
        .and_then(|text| text.split_at_checked(14))
        .ok_or_else(bad)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !(fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits)) {
        return Err(bad());
    }
    let time = NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").map_err(|_| bad())?;
    Ok(time.and_utc().timestamp())
}

/// PKIFailureInfo: RFC 3161, section 2.4.2.
const FAILURES: [(usize, &str); 8] = [
    (0, "it does not know the algorithm (badAlg)"),
    (2, "it does not take such a request (badRequest)"),
    (5, "the data were not of the right form (badDataFormat)"),
    (14, "its clock is not available (timeNotAvailable)"),
    (15, "it does not work by that policy (unacceptedPolicy)"),
    (16, "it does not know the extension (unacceptedExtension)"),
    (17, "it can't tell what was asked for (addInfoNotAvailable)"),
    (25, "it has failed (systemFailure)"),
];

fn not_granted(status: &StatusInfo) -> Error {
    let error = Error::refused(
        "timestamp-refused",
        format!(
            "the authority has granted no time-stamp (status {})",
            status.status
        ),
    )
    .hint("ask again, or ask another authority");
    let texts = status.text.iter().flatten();
    let error = texts.fold(error, |error, text| error.because(text.escape_debug()));
    let bits: Vec<bool> = status
        .failure
        .iter()
        .flat_map(|bits| bits.bits().collect::<Vec<_>>())
        .collect();
    let said = FAILURES
        .iter()
        .filter(|(bit, _)| bits.get(*bit) == Some(&true));
    said.fold(error, |error, (_, why)| error.because(why))
}
