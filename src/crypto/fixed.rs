//! Public values of fixed size and their one spelling in text: digests and ids
//! (docs/formats.md, section 1).

use std::fmt;

use data_encoding::HEXLOWER;
use ring::rand::SecureRandom;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};

macro_rules! fixed {
    ($(#[$doc:meta])* $name:ident, $length:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Reads lower-case hex of exactly the right length.
            ///
            /// # Errors
            /// Usage, code `bad-hex`.
            pub fn parse(text: &str) -> Result<Self> {
                let mut bytes = [0u8; $length];
                let fits = HEXLOWER.decode_len(text.len()) == Ok($length);
                if fits && HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_ok() {
                    return Ok(Self(bytes));
                }
                Err(Error::usage(
                    "bad-hex",
                    concat!("not ", $what, " in lower-case hex"),
                ))
            }

            /// Lower-case hex.
            #[must_use]
            pub fn to_hex(&self) -> String {
                HEXLOWER.encode(&self.0)
            }

            /// The bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// Takes a slice of exactly the right length.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// A fresh random value.
            ///
            /// # Errors
            /// Failed, code `no-randomness`.
            pub fn random(rng: &dyn SecureRandom) -> Result<Self> {
                let mut bytes = [0u8; $length];
                rng.fill(&mut bytes).map_err(|_| {
                    Error::failed("no-randomness", "the system gave no random bytes")
                })?;
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_hex())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_hex())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.to_hex())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                /// Reads the digits where they stand: a record has many.
                struct Digits;

                impl Visitor<'_> for Digits {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!($what, " in lower-case hex"))
                    }

                    fn visit_str<E: serde::de::Error>(
                        self,
                        text: &str,
                    ) -> std::result::Result<$name, E> {
                        $name::parse(text).map_err(|_| {
                            E::custom(concat!("not ", $what, " in lower-case hex"))
                        })
                    }
                }

                deserializer.deserialize_str(Digits)
            }
        }
    };
}

fixed!(
    /// A SHA-256: of a blob, of a leaf, of a charter.
    Digest,
    32,
    "a 32-byte digest"
);

fixed!(
    /// A random name for a statement, a custodian, a secret or a quorum.
    Id,
    16,
    "a 16-byte id"
);

impl Id {
    /// The first eight digits: enough to type.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_hex().chars().take(8).collect()
    }
}

impl Digest {
    /// SHA-256 of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_all(&[bytes])
    }

    /// SHA-256 of the concatenation of `pieces`.
    #[must_use]
    pub fn of_all(pieces: &[&[u8]]) -> Self {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        for piece in pieces {
            context.update(piece);
        }
        Self::of_context(context)
    }

    /// SHA-256 of everything that is still to be read.
    ///
    /// # Errors
    /// Whatever the reader says.
    pub fn of_reader(reader: &mut impl std::io::Read) -> std::io::Result<Self> {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        let mut chunk = vec![0u8; 1 << 16];
        loop {
            match reader.read(&mut chunk)? {
                0 => return Ok(Self::of_context(context)),
                count => context.update(chunk.get(..count).unwrap_or_default()),
            }
        }
    }

    fn of_context(context: ring::digest::Context) -> Self {
        let mut bytes = [0u8; 32];
        for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }
}

/// Reads base64 in its one spelling. `data_encoding` alone takes several padded texts in a row.
#[must_use]
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
    (data_encoding::BASE64.encode(&bytes) == text).then_some(bytes)
}

/// Bytes that stand as strict base64 (RFC 4648 section 4, canonical) in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&data_encoding::BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        decode_base64(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not canonical base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_lower_case_and_of_one_length() {
        let id = Id([0xab; 16]);
        assert_eq!(Id::parse(&id.to_hex()).ok(), Some(id));
        assert!(Id::parse(&id.to_hex().to_uppercase()).is_err());
        assert!(Id::parse("ab").is_err());
        assert!(Id::parse(&"ab".repeat(17)).is_err());
    }

    #[test]
    fn base64_with_stray_bits_is_refused() {
        assert!(serde_json::from_str::<Base64>("\"AA==\"").is_ok());
        assert!(serde_json::from_str::<Base64>("\"AB==\"").is_err());
        assert!(serde_json::from_str::<Base64>("\"AA\"").is_err());
        assert!(serde_json::from_str::<Base64>("\"AA==\\n\"").is_err());
        assert!(serde_json::from_str::<Base64>("\"AA==AQ==\"").is_err());
    }

    #[test]
    fn sha256_of_abc() {
        assert_eq!(
            Digest::of(b"abc").to_hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
