//! Who has signed a token: RFC 5652, section 5.4, and RFC 3161, sections 2.3 and 2.4.2, as RFC 5816
//! amends it. The certificate's own chain is not looked at.

use cms::cert::CertificateChoices;
use cms::signed_data::{SignedAttributes, SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::oid::AssociatedOid;
use der::oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE, ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_MESSAGE_DIGEST,
};
use der::oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ECDSA_WITH_SHA_384, ID_EC_PUBLIC_KEY, ID_KP_TIME_STAMPING, ID_SHA_256,
    ID_SHA_384, ID_SHA_512, RSA_ENCRYPTION, SECP_256_R_1, SECP_384_R_1,
    SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION, SHA_512_WITH_RSA_ENCRYPTION,
};
use der::{Any, Decode, Encode, Sequence};
use ring::digest;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    UnparsedPublicKey, VerificationAlgorithm,
};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectKeyIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use super::{false_token, other_certificate, unreadable, unsupported};
use crate::error::{Error, Result};

/// SigningCertificate and SigningCertificateV2 (RFC 5035, section 3): the first certificate named is the
/// signer's.
#[derive(Sequence)]
struct SigningCertificate<Id: for<'a> Decode<'a> + Encode> {
    certs: Vec<Id>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

#[derive(Sequence)]
struct EssCertId {
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

#[derive(Sequence)]
struct EssCertIdV2 {
    #[asn1(optional = "true")]
    algorithm: Option<AlgorithmIdentifierOwned>,
    hash: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<Any>,
}

/// The certificate that has signed `content`, if it could at `time`, in seconds since 1970.
pub(super) fn verify(
    signed: &SignedData,
    content: &[u8],
    content_type: &ObjectIdentifier,
    time: i64,
) -> Result<Certificate> {
    let [signer] = signed.signer_infos.0.as_slice() else {
        return Err(false_token("a time-stamp has one signature"));
    };
    let attributes = signer
        .signed_attrs
        .as_ref()
        .ok_or_else(|| false_token("nothing says which certificate it is by"))?;
    let hash = hash_of(&signer.digest_alg)?;
    if attribute::<ObjectIdentifier>(attributes, &ID_CONTENT_TYPE)? != Some(*content_type) {
        return Err(false_token("what is signed is said to be no time-stamp"));
    }
    let digest = attribute::<OctetString>(attributes, &ID_MESSAGE_DIGEST)?;
    let expected = digest::digest(hash, content);
    if digest.as_ref().map(OctetString::as_bytes) != Some(expected.as_ref()) {
        return Err(false_token("what it says is not what was signed"));
    }
    let certificate = named(signed, &signer.sid)?;
    is_the_signing_one(attributes, certificate)?;
    let message = attributes.to_der().map_err(unreadable)?;
    let key = &certificate.tbs_certificate.subject_public_key_info;
    UnparsedPublicKey::new(algorithm(signer, key)?, key.subject_public_key.raw_bytes())
        .verify(&message, signer.signature.as_bytes())
        .map_err(|_| false_token("its signature does not verify"))?;
    is_for_timestamps(certificate)?;
    was_valid(certificate, time)?;
    Ok(certificate.clone())
}

/// An attribute that there is once, with one value; `None` where there is none.
fn attribute<T: for<'a> der::Choice<'a> + for<'a> der::DecodeValue<'a>>(
    attributes: &SignedAttributes,
    oid: &ObjectIdentifier,
) -> Result<Option<T>> {
    let mut all = attributes.iter().filter(|one| one.oid == *oid);
    let (Some(one), None) = (all.next(), all.next()) else {
        return Ok(None);
    };
    match one.values.as_slice() {
        [value] => value.decode_as::<T>().map(Some).map_err(unreadable),
        _ => Ok(None),
    }
}

/// The certificate inside that the signer's own words name.
fn named<'s>(signed: &'s SignedData, signer: &SignerIdentifier) -> Result<&'s Certificate> {
    let all = signed.certificates.iter().flat_map(|set| set.0.iter());
    let mut certificates = all.filter_map(|one| match one {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    });
    let found = certificates.find(|certificate| {
        let own = &certificate.tbs_certificate;
        match signer {
            SignerIdentifier::IssuerAndSerialNumber(named) => {
                own.issuer == named.issuer && own.serial_number == named.serial_number
            }
            SignerIdentifier::SubjectKeyIdentifier(named) => {
                matches!(own.get::<SubjectKeyIdentifier>(), Ok(Some((_, id))) if id == *named)
            }
        }
    });
    found.ok_or_else(|| other_certificate("the signer's is not inside"))
}

/// That the attribute against a certificate put in another's place names this one.
fn is_the_signing_one(attributes: &SignedAttributes, certificate: &Certificate) -> Result<()> {
    let der = certificate.to_der().map_err(other_certificate)?;
    let mut said = Vec::new();
    if let Some(attribute) =
        attribute::<SigningCertificate<EssCertIdV2>>(attributes, &ID_AA_SIGNING_CERTIFICATE_V_2)?
        && let Some(first) = attribute.certs.first()
    {
        let hash = first
            .algorithm
            .as_ref()
            .map_or(Ok(&digest::SHA256), hash_of)?;
        said.push((hash, first.hash.as_bytes().to_vec()));
    }
    if let Some(attribute) =
        attribute::<SigningCertificate<EssCertId>>(attributes, &ID_AA_SIGNING_CERTIFICATE)?
        && let Some(first) = attribute.certs.first()
    {
        let sha1 = &digest::SHA1_FOR_LEGACY_USE_ONLY;
        said.push((sha1, first.hash.as_bytes().to_vec()));
    }
    if said.is_empty() {
        return Err(false_token("nothing says which certificate it is by"));
    }
    let all = said
        .iter()
        .all(|(hash, said)| digest::digest(hash, &der).as_ref() == said.as_slice());
    if all {
        Ok(())
    } else {
        Err(other_certificate("another certificate has signed it"))
    }
}

fn hash_of(algorithm: &AlgorithmIdentifierOwned) -> Result<&'static digest::Algorithm> {
    match algorithm.oid {
        ID_SHA_256 => Ok(&digest::SHA256),
        ID_SHA_384 => Ok(&digest::SHA384),
        ID_SHA_512 => Ok(&digest::SHA512),
        other => Err(unsupported(format!("digest {other}"))),
    }
}

/// What checks a signature: by what the signer says of it, and by the key.
fn algorithm(
    signer: &SignerInfo,
    key: &SubjectPublicKeyInfoOwned,
) -> Result<&'static dyn VerificationAlgorithm> {
    let curve = key
        .algorithm
        .parameters
        .as_ref()
        .and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    let hash = signer.digest_alg.oid;
    let how = signer.signature_algorithm.oid;
    let found: &'static dyn VerificationAlgorithm = match (key.algorithm.oid, curve, how, hash) {
        (RSA_ENCRYPTION, _, RSA_ENCRYPTION | SHA_256_WITH_RSA_ENCRYPTION, ID_SHA_256) => {
            &RSA_PKCS1_2048_8192_SHA256
        }
        (RSA_ENCRYPTION, _, RSA_ENCRYPTION | SHA_384_WITH_RSA_ENCRYPTION, ID_SHA_384) => {
            &RSA_PKCS1_2048_8192_SHA384
        }
        (RSA_ENCRYPTION, _, RSA_ENCRYPTION | SHA_512_WITH_RSA_ENCRYPTION, ID_SHA_512) => {
            &RSA_PKCS1_2048_8192_SHA512
        }
        (ID_EC_PUBLIC_KEY, Some(SECP_256_R_1), ECDSA_WITH_SHA_256, ID_SHA_256) => {
            &ECDSA_P256_SHA256_ASN1
        }
        (ID_EC_PUBLIC_KEY, Some(SECP_256_R_1), ECDSA_WITH_SHA_384, ID_SHA_384) => {
            &ECDSA_P256_SHA384_ASN1
        }
        (ID_EC_PUBLIC_KEY, Some(SECP_384_R_1), ECDSA_WITH_SHA_256, ID_SHA_256) => {
            &ECDSA_P384_SHA256_ASN1
        }
        (ID_EC_PUBLIC_KEY, Some(SECP_384_R_1), ECDSA_WITH_SHA_384, ID_SHA_384) => {
            &ECDSA_P384_SHA384_ASN1
        }
        _ => {
            return Err(unsupported(format!(
                "signature {how} over digest {hash} by key {}",
                key.algorithm.oid
            )));
        }
    };
    Ok(found)
}

/// RFC 3161, section 2.3: for time-stamping and nothing else, and critical.
fn is_for_timestamps(certificate: &Certificate) -> Result<()> {
    let usage = certificate.tbs_certificate.get::<ExtendedKeyUsage>();
    let found = usage.map_err(unreadable)?;
    match found {
        Some((true, usage)) if usage.0.as_slice() == [ID_KP_TIME_STAMPING] => Ok(()),
        _ => Err(Error::verification(
            "timestamp-purpose",
            "the certificate that has signed is not one for time-stamps alone",
        )
        .because(format!(
            "its extension {} has to be critical and to have {ID_KP_TIME_STAMPING} alone",
            ExtendedKeyUsage::OID
        ))
        .hint("ask an authority for time-stamps")),
    }
}

fn was_valid(certificate: &Certificate, time: i64) -> Result<()> {
    let validity = &certificate.tbs_certificate.validity;
    let seconds = |time: &x509_cert::time::Time| {
        i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
    };
    if (seconds(&validity.not_before)..=seconds(&validity.not_after)).contains(&time) {
        return Ok(());
    }
    Err(Error::verification(
        "timestamp-expired",
        "the certificate that has signed was not valid at the time that the time-stamp says",
    )
    .because(format!(
        "it is valid from {} to {}",
        validity.not_before, validity.not_after
    )))
}
