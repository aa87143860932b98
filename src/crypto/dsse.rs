//! DSSE v1.0 envelopes with exactly one Ed25519 signature, in exactly one spelling
//! (docs/formats.md, section 3; secure-systems-lab/dsse, protocol.md).

use data_encoding::{BASE64, HEXLOWER};
use serde::Deserialize;

use super::ed25519::{PublicKey, SigningKey};
use crate::error::{Error, Result};

/// An envelope's bytes, taken apart but not yet believed.
#[derive(Clone, Debug)]
pub struct UntrustedEnvelope {
    payload_type: String,
    payload: Vec<u8>,
    keyid: String,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<WireSignature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    keyid: String,
    sig: String,
}

impl UntrustedEnvelope {
    /// Takes an envelope apart. Its bytes must be the one spelling: they are compared with what a
    /// writer would have written.
    ///
    /// # Errors
    /// Verification, code `bad-envelope`.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bad =
            |why: &str| Error::verification("bad-envelope", format!("not a DSSE envelope: {why}"));
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| bad(&format!("{error}")))?;
        let [signature] = wire.signatures.as_slice() else {
            return Err(bad("it must have exactly one signature"));
        };
        let envelope = Self {
            payload: BASE64
                .decode(wire.payload.as_bytes())
                .map_err(|_| bad("its payload is not canonical base64"))?,
            signature: BASE64
                .decode(signature.sig.as_bytes())
                .map_err(|_| bad("its signature is not canonical base64"))?,
            keyid: signature.keyid.clone(),
            payload_type: wire.payload_type,
        };
        if spell(
            &envelope.payload_type,
            &envelope.payload,
            &envelope.keyid,
            &envelope.signature,
        ) != bytes
        {
            return Err(bad("it is not spelt in the one way"));
        }
        Ok(envelope)
    }

    /// The payload, before any signature was checked.
    #[must_use]
    pub fn untrusted_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload, once type and signature were found good.
    ///
    /// # Errors
    /// Verification, codes `wrong-type`, `bad-signature`.
    pub fn verify(&self, payload_type: &str, key: &PublicKey) -> Result<&[u8]> {
        let (message, signature) = self.signature_of(payload_type, key)?;
        key.verify(&message, &signature)?;
        Ok(&self.payload)
    }

    /// What was signed, and the signature.
    ///
    /// # Errors
    /// Verification, codes `wrong-type`, `bad-signature` where type or key id don't fit.
    pub fn signature_of(&self, payload_type: &str, key: &PublicKey) -> Result<(Vec<u8>, Vec<u8>)> {
        if self.payload_type != payload_type {
            return Err(Error::verification(
                "wrong-type",
                format!("the envelope does not hold {payload_type}"),
            ));
        }
        if self.keyid != key.to_string() {
            return Err(Error::verification(
                "bad-signature",
                "the envelope's keyid is not its signer's public key",
            ));
        }
        Ok((pae(payload_type, &self.payload), self.signature.clone()))
    }
}

/// Signs `payload` and writes the envelope's bytes.
#[must_use]
pub fn seal(payload_type: &str, payload: &[u8], key: &SigningKey) -> Vec<u8> {
    let signature = key.sign(&pae(payload_type, payload));
    spell(
        payload_type,
        payload,
        &HEXLOWER.encode(key.public().as_bytes()),
        &signature,
    )
}

/// DSSE's pre-authentication encoding.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        payload.len()
    )
    .into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

fn spell(payload_type: &str, payload: &[u8], keyid: &str, signature: &[u8]) -> Vec<u8> {
    // The three texts are checked to be plain: a quote or backslash would not survive the
    // comparison in `parse`, because serde would have unescaped it.
    format!(
        "{{\"payloadType\":\"{payload_type}\",\"payload\":\"{}\",\"signatures\":[{{\"keyid\":\"{keyid}\",\"sig\":\"{}\"}}]}}",
        BASE64.encode(payload),
        BASE64.encode(signature)
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::secret::Key32;

    fn key() -> SigningKey {
        SigningKey::from_seed(&Key32::new([3; 32])).unwrap()
    }

    #[test]
    fn the_specs_own_pae_vector() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn an_envelope_goes_there_and_back() {
        let bytes = seal("t/a", b"payload", &key());
        let envelope = UntrustedEnvelope::parse(&bytes).unwrap();
        assert_eq!(envelope.verify("t/a", &key().public()).unwrap(), b"payload");
    }

    #[test]
    fn any_other_spelling_is_refused() {
        let bytes = String::from_utf8(seal("t/a", b"payload", &key())).unwrap();
        for other in [
            format!("{bytes}\n"),
            format!(" {bytes}"),
            bytes.replace("\"payload\":", "\"payload\": "),
            bytes.replace("t/a", "t\\/a"),
            bytes.replace("[{", "[{\"x\":1,"),
            bytes.replace("\"keyid\":\"", "\"keyid\":\"\",\"keyid\":\""),
            bytes[..bytes.len() - 1].to_owned(),
        ] {
            let error = UntrustedEnvelope::parse(other.as_bytes()).unwrap_err();
            assert_eq!(error.code(), "bad-envelope", "{other}");
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let bytes = seal("t/a", b"payload", &key());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                let verdict = UntrustedEnvelope::parse(&other)
                    .and_then(|e| e.verify("t/a", &key().public()).map(<[u8]>::to_vec));
                assert!(verdict.is_err(), "byte {at} bit {bit}");
            }
        }
    }
}
