//! Cards: what a person hands to the others before anything can be addressed to them
//! (docs/formats.md, section 5).

use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};

use super::canonical;
use super::dsse::{self, UntrustedEnvelope};
use super::ed25519::PublicKey;
use super::fixed::{Base64, Digest, Id};
use super::member_key::MemberKey;
use super::part::{Part, PartName};
use super::recipient::{AgeHost, Recipient};
use super::unseen::is_unseen;
use super::words;
use crate::error::{Error, Result};

/// DSSE payload type of a card.
pub const CARD_TYPE: &str = "application/vnd.rootkeep.card.v1+json";
/// The most bytes of a card's envelope.
pub const CARD_LIMIT: usize = 32_768;

/// The payload of a card, as signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardWire {
    v: u8,
    id: Id,
    recipient: String,
    sign: PublicKey,
    age: String,
    sealed: Base64,
    personal: Digest,
}

/// The part of a card that can be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardPersonal {
    /// The name that the person claims.
    pub name: String,
    /// How to reach them.
    pub contact: Option<String>,
    /// IANA time zone.
    pub timezone: Option<String>,
}

/// A card whose own signature was found good and whose keys and recipients are well formed. Whether
/// it is the card of the person it claims, only the fingerprint read aloud can say.
#[derive(Clone, Debug)]
pub struct Card {
    envelope: Vec<u8>,
    fingerprint: Digest,
    /// Becomes the custodian's id.
    pub id: Id,
    /// The person's own recipient.
    pub recipient: Recipient,
    /// Verifies what the person signs.
    pub sign: PublicKey,
    /// The member key's native recipient.
    pub age: Recipient,
    /// The member key, sealed to `recipient`.
    pub sealed: Vec<u8>,
    /// Commitment of the personal part.
    pub personal: Digest,
}

impl Card {
    /// Makes a card for a fresh member key, sealed to `recipient`.
    ///
    /// # Errors
    /// As [`MemberKey::seal`]; usage, code `bad-text`, for texts out of bounds.
    pub fn issue(
        rng: &dyn SecureRandom,
        recipient: Recipient,
        personal: &CardPersonal,
        host: &AgeHost,
    ) -> Result<(Self, Part)> {
        check_personal(personal)?;
        let key = MemberKey::generate(rng)?;
        let part = Part::new(rng, canonical::write(personal)?)?;
        let wire = CardWire {
            v: 1,
            id: Id::random(rng)?,
            recipient: recipient.as_str().to_owned(),
            sign: key.signing().public(),
            age: key.recipient()?.as_str().to_owned(),
            sealed: Base64(key.seal(&recipient, host)?),
            personal: part.commitment(PartName::Card),
        };
        let envelope = dsse::seal(CARD_TYPE, &canonical::write(&wire)?, key.signing());
        Ok((Self::parse(&envelope)?, part))
    }

    /// Reads and checks a card's envelope.
    ///
    /// # Errors
    /// Verification, codes `bad-card`, `bad-envelope`, `bad-signature`, `weak-key`.
    pub fn parse(envelope: &[u8]) -> Result<Self> {
        let bad = |why: String| Error::verification("bad-card", format!("not a card: {why}"));
        if envelope.len() > CARD_LIMIT {
            return Err(bad(format!("more than {CARD_LIMIT} bytes")));
        }
        let untrusted = UntrustedEnvelope::parse(envelope)?;
        let wire: CardWire = canonical::read(untrusted.untrusted_payload(), "a card")?;
        let payload = untrusted.verify(CARD_TYPE, &wire.sign)?;
        if wire.v != 1 {
            return Err(bad(format!("version {}", wire.v)));
        }
        Ok(Self {
            fingerprint: Digest::of_all(&[b"rootkeep/card/v1\n", payload]),
            id: wire.id,
            recipient: Recipient::parse(&wire.recipient)?,
            sign: wire.sign,
            age: Recipient::parse_native(&wire.age)?,
            sealed: wire.sealed.0,
            personal: wire.personal,
            envelope: envelope.to_vec(),
        })
    }

    /// The envelope's bytes, as signed.
    #[must_use]
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// What is read aloud in words.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// The fingerprint as twelve words, to be read aloud and compared.
    #[must_use]
    pub fn words(&self) -> String {
        words::spell(&self.fingerprint)
    }

    /// Checks the personal part against the card and reads it.
    ///
    /// # Errors
    /// Verification, codes `part-mismatch`, `bad-card`.
    pub fn read_personal(&self, part: &Part) -> Result<CardPersonal> {
        CardPersonal::read(part, &self.personal)
    }
}

impl CardPersonal {
    /// Reads a card's personal part and holds it to its commitment.
    ///
    /// # Errors
    /// Verification, codes `part-mismatch`, `bad-card`.
    pub fn read(part: &Part, commitment: &Digest) -> Result<Self> {
        part.check(PartName::Card, commitment)?;
        let personal: Self = canonical::read(&part.bytes.0, "a card's personal part")?;
        check_personal(&personal)?;
        Ok(personal)
    }
}

/// A card's file: the envelope and the personal part.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardFile {
    schema: String,
    envelope: Base64,
    personal: Part,
}

const CARD_SCHEMA: &str = "rootkeep/v1/card";

/// Writes a card file: one line of JSON.
///
/// # Errors
/// Failed, code `internal`.
pub fn write_file(card: &Card, personal: &Part) -> Result<Vec<u8>> {
    let mut bytes = canonical::write(&CardFile {
        schema: CARD_SCHEMA.to_owned(),
        envelope: Base64(card.envelope.clone()),
        personal: personal.clone(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a card file and checks everything in it.
///
/// # Errors
/// Verification, code `bad-card` and those of [`Card::parse`].
pub fn read_file(bytes: &[u8]) -> Result<(Card, Part, CardPersonal)> {
    if bytes.len() > 2 * CARD_LIMIT {
        return Err(Error::verification(
            "bad-card",
            "not a card: the file is too large",
        ));
    }
    let file: CardFile = serde_json::from_slice(bytes).map_err(|error| {
        Error::verification("bad-card", "the file is not a card").because(error)
    })?;
    if file.schema != CARD_SCHEMA {
        return Err(Error::verification(
            "bad-card",
            format!("the file is not a {CARD_SCHEMA}"),
        ));
    }
    let card = Card::parse(&file.envelope.0)?;
    let personal = card.read_personal(&file.personal)?;
    Ok((card, file.personal, personal))
}

fn check_personal(personal: &CardPersonal) -> Result<()> {
    let texts = [
        Some(&personal.name),
        personal.contact.as_ref(),
        personal.timezone.as_ref(),
    ];
    for text in texts.into_iter().flatten() {
        if text.is_empty() || text.len() > 256 || text.chars().any(char::is_control) {
            return Err(Error::usage(
                "bad-text",
                "a card's texts have 1 to 256 bytes and no control characters",
            ));
        }
    }
    if personal.name.trim() != personal.name {
        return Err(Error::usage(
            "bad-text",
            "a name has no white space around it",
        ));
    }
    if personal.name.contains(',') || personal.name.chars().any(is_unseen) {
        // A list of names is read as such, and a name as what it looks like.
        return Err(Error::usage(
            "bad-text",
            "a name has no comma and no invisible character",
        ));
    }
    if let Some(zone) = &personal.timezone {
        zone.parse::<chrono_tz::Tz>().map_err(|_| {
            Error::usage("bad-timezone", format!("`{zone}` is no IANA time zone"))
                .hint("such as Europe/London or Asia/Tokyo")
        })?;
    }
    Ok(())
}
