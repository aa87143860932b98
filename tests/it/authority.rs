//! An authority for time-stamps (RFC 3161) that can also do each thing wrong: what it answers is made here
//! field by field, so that a test can change one of them.

use std::time::Duration;

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Any, BitString, Int, ObjectIdentifier, OctetString, SetOfVec};
use der::oid::AssociatedOid;
use der::oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNED_DATA,
};
use der::oid::db::rfc5912::{
    ECDSA_WITH_SHA_256, ID_EC_PUBLIC_KEY, ID_KP_CODE_SIGNING, ID_KP_TIME_STAMPING, ID_SHA_256,
    ID_SHA_512, SECP_256_R_1,
};
use der::{Decode, Encode, Sequence, Tag};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::ExtendedKeyUsage;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

use rootkeep::crypto::fixed::Digest;
use rootkeep::crypto::timestamp::nonce_of;

const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
const DAY: u64 = 86_400;

/// What an authority does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// What it says is changed after it was signed.
    Changed,
    /// The signature is another's.
    WrongSignature,
    /// Its certificate is not inside.
    NoCertificate,
    /// The certificate inside has the name of the one that signs, and another key.
    OtherCertificate,
    /// Its certificate is for code, not for time.
    ForCode,
    /// Its certificate is for time and for code.
    ForBoth,
    /// Its certificate need not be understood to be for time.
    NotCritical,
    /// Its certificate has ended.
    Ended,
    /// Its certificate has not begun.
    NotBegun,
    /// It answers another query about the same thing.
    OtherNonce,
    /// It dates a SHA-512 digest.
    Sha512,
    /// Two signatures.
    TwoSigners,
    /// Nothing says which certificate it is by.
    Unnamed,
    /// What is signed is said to be mere data.
    OtherType,
    /// It refuses.
    Refuses,
}

/// Every fault, with the code that tells of it.
pub const FAULTS: [(Fault, &str); 15] = [
    (Fault::Changed, "timestamp-signature"),
    (Fault::WrongSignature, "timestamp-signature"),
    (Fault::NoCertificate, "timestamp-certificate"),
    (Fault::OtherCertificate, "timestamp-certificate"),
    (Fault::ForCode, "timestamp-purpose"),
    (Fault::ForBoth, "timestamp-purpose"),
    (Fault::NotCritical, "timestamp-purpose"),
    (Fault::Ended, "timestamp-expired"),
    (Fault::NotBegun, "timestamp-expired"),
    (Fault::OtherNonce, "timestamp-nonce"),
    (Fault::Sha512, "timestamp-imprint"),
    (Fault::TwoSigners, "timestamp-signature"),
    (Fault::Unnamed, "timestamp-signature"),
    (Fault::OtherType, "timestamp-signature"),
    (Fault::Refuses, "timestamp-refused"),
];

#[derive(Sequence)]
struct Imprint {
    algorithm: AlgorithmIdentifierOwned,
    hashed: OctetString,
}

#[derive(Sequence)]
struct TstInfo {
    version: u8,
    policy: ObjectIdentifier,
    imprint: Imprint,
    serial: Int,
    time: Any,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
}

#[derive(Sequence)]
struct Named {
    certs: Vec<NamedOne>,
}

#[derive(Sequence)]
struct NamedOne {
    hash: OctetString,
}

#[derive(Sequence)]
struct Status {
    status: u8,
    text: Vec<String>,
}

#[derive(Sequence)]
struct Response {
    status: Status,
    #[asn1(optional = "true")]
    token: Option<ContentInfo>,
}

/// The query, as far as an authority needs it.
#[derive(Sequence)]
struct Query {
    version: u8,
    imprint: Imprint,
    nonce: Int,
    certificate: bool,
}

/// The digest that a query asks to date; it asks for the certificate, with the nonce that belongs to it.
pub fn asked(query: &[u8]) -> Digest {
    let query = Query::from_der(query).unwrap();
    assert_eq!((query.version, query.certificate), (1, true));
    assert_eq!(query.imprint.algorithm.oid, ID_SHA_256);
    let imprint = Digest::from_slice(query.imprint.hashed.as_bytes()).unwrap();
    assert_eq!(
        query.nonce.to_der().unwrap(),
        nonce(&nonce_of(&imprint)).to_der().unwrap()
    );
    imprint
}

fn nonce(bytes: &[u8]) -> Int {
    let unsigned = der::asn1::Uint::new(bytes).unwrap().to_der().unwrap();
    Int::from_der(&unsigned).unwrap()
}

fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid,
        parameters: None,
    }
}

/// An answer that dates a digest at a moment, in seconds since 1970.
pub fn answer(imprint: &Digest, at: i64, fault: Fault) -> Vec<u8> {
    let token = token(imprint, at, fault);
    Response {
        status: Status {
            status: if fault == Fault::Refuses { 2 } else { 0 },
            text: vec!["as it came".to_owned()],
        },
        token: (fault != Fault::Refuses).then_some(token),
    }
    .to_der()
    .unwrap()
}

/// The token alone.
pub fn token_of(imprint: &Digest, at: i64) -> Vec<u8> {
    token(imprint, at, Fault::None).to_der().unwrap()
}

fn token(imprint: &Digest, at: i64, fault: Fault) -> ContentInfo {
    let rng = SystemRandom::new();
    let key = || {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &rng).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.as_ref(), &rng).unwrap()
    };
    let (own, other) = (key(), key());
    let certificate = certificate(&own, at, fault);
    let inside = if fault == Fault::OtherCertificate {
        self::certificate(&other, at, Fault::None)
    } else {
        certificate.clone()
    };
    let said = said(imprint, at, fault);
    let attributes = attributes(&said, &certificate, fault);
    let signing = if fault == Fault::WrongSignature {
        &other
    } else {
        &own
    };
    let sign = || {
        let message = attributes.to_der().unwrap();
        let signature = signing.sign(&rng, &message).unwrap();
        SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: certificate.tbs_certificate.issuer.clone(),
                serial_number: certificate.tbs_certificate.serial_number.clone(),
            }),
            digest_alg: algorithm(ID_SHA_256),
            signed_attrs: Some(attributes.clone()),
            signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
            signature: OctetString::new(signature.as_ref()).unwrap(),
            unsigned_attrs: None,
        }
    };
    let signers = if fault == Fault::TwoSigners { 2 } else { 1 };
    let signers: Vec<SignerInfo> = (0..signers).map(|_| sign()).collect();
    let shown = if fault == Fault::Changed {
        self::said(imprint, at - 1, fault)
    } else {
        said
    };
    let inside = (fault != Fault::NoCertificate).then(|| {
        let set = vec![CertificateChoices::Certificate(inside)];
        CertificateSet(SetOfVec::try_from(set).unwrap())
    });
    let signed = SignedData {
        version: CmsVersion::V3,
        digest_algorithms: SetOfVec::try_from(vec![algorithm(ID_SHA_256)]).unwrap(),
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: TST_INFO,
            econtent: Some(Any::new(Tag::OctetString, shown).unwrap()),
        },
        certificates: inside,
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(signers).unwrap()),
    };
    ContentInfo {
        content_type: ID_SIGNED_DATA,
        content: Any::encode_from(&signed).unwrap(),
    }
}

fn said(imprint: &Digest, at: i64, fault: Fault) -> Vec<u8> {
    let time = chrono::DateTime::from_timestamp(at, 0).unwrap();
    let text = time.format("%Y%m%d%H%M%S.5Z").to_string();
    let (hash, digest) = if fault == Fault::Sha512 {
        (ID_SHA_512, vec![7; 64])
    } else {
        (ID_SHA_256, imprint.as_bytes().to_vec())
    };
    let mut asked = nonce_of(imprint);
    if fault == Fault::OtherNonce {
        asked[7] ^= 1;
    }
    TstInfo {
        version: 1,
        policy: POLICY,
        imprint: Imprint {
            algorithm: algorithm(hash),
            hashed: OctetString::new(digest).unwrap(),
        },
        serial: Int::new(&[0x2a]).unwrap(),
        time: Any::new(Tag::GeneralizedTime, text.into_bytes()).unwrap(),
        nonce: Some(nonce(&asked)),
    }
    .to_der()
    .unwrap()
}

fn attributes(said: &[u8], certificate: &Certificate, fault: Fault) -> SetOfVec<Attribute> {
    let one = |oid: ObjectIdentifier, value: Any| Attribute {
        oid,
        values: SetOfVec::try_from(vec![value]).unwrap(),
    };
    let octets = |bytes: &[u8]| OctetString::new(digest(&SHA256, bytes).as_ref()).unwrap();
    let content = if fault == Fault::OtherType {
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1")
    } else {
        TST_INFO
    };
    let mut all = vec![
        one(ID_CONTENT_TYPE, Any::encode_from(&content).unwrap()),
        one(ID_MESSAGE_DIGEST, Any::encode_from(&octets(said)).unwrap()),
    ];
    if fault != Fault::Unnamed {
        let named = Named {
            certs: vec![NamedOne {
                hash: octets(&certificate.to_der().unwrap()),
            }],
        };
        let value = Any::encode_from(&named).unwrap();
        all.push(one(ID_AA_SIGNING_CERTIFICATE_V_2, value));
    }
    SetOfVec::try_from(all).unwrap()
}

fn certificate(key: &EcdsaKeyPair, at: i64, fault: Fault) -> Certificate {
    let name: Name = "CN=Test Time,O=Example".parse().unwrap();
    let usages = match fault {
        Fault::ForCode => vec![ID_KP_CODE_SIGNING],
        Fault::ForBoth => vec![ID_KP_CODE_SIGNING, ID_KP_TIME_STAMPING],
        _ => vec![ID_KP_TIME_STAMPING],
    };
    let usage = Extension {
        extn_id: ExtendedKeyUsage::OID,
        critical: fault != Fault::NotCritical,
        extn_value: OctetString::new(ExtendedKeyUsage(usages).to_der().unwrap()).unwrap(),
    };
    let now = u64::try_from(at).unwrap();
    // The first and the last second of a certificate are its own.
    let (from, to) = match fault {
        Fault::Ended => (now - DAY, now - 1),
        Fault::NotBegun => (now + 1, now + DAY),
        _ => (now, now),
    };
    let time = |seconds| {
        let time = der::asn1::GeneralizedTime::from_unix_duration(Duration::from_secs(seconds));
        Time::GeneralTime(time.unwrap())
    };
    let public = SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned {
            oid: ID_EC_PUBLIC_KEY,
            parameters: Some(Any::encode_from(&SECP_256_R_1).unwrap()),
        },
        subject_public_key: BitString::from_bytes(key.public_key().as_ref()).unwrap(),
    };
    let own = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(&[7]).unwrap(),
        signature: algorithm(ECDSA_WITH_SHA_256),
        issuer: name.clone(),
        validity: Validity {
            not_before: time(from),
            not_after: time(to),
        },
        subject: name,
        subject_public_key_info: public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(vec![usage]),
    };
    let rng = SystemRandom::new();
    let signature = key.sign(&rng, &own.to_der().unwrap()).unwrap();
    Certificate {
        tbs_certificate: own,
        signature_algorithm: algorithm(ECDSA_WITH_SHA_256),
        signature: BitString::from_bytes(signature.as_ref()).unwrap(),
    }
}
