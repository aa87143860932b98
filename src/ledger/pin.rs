//! Pins: what one person's program remembers of a ledger, outside it (docs/formats.md, section 14).
//!
//! A pin lies beside the identity, or in the user's state directory where the identity is on media
//! that can't be written. Losing one costs a verification from genesis, never a secret.
//!
//! A pin moves with every entry, so its file has two slots that are written in turn, in place: a
//! write that is cut short costs the newer memory, and the older one still holds.

use std::fs;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files;
use crate::crypto::ed25519::PublicKey;
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};

const SCHEMA: &str = "rootkeep/v3/pin";
/// Of the same form, but its `state` is another digest.
const SECOND_SCHEMA: &str = "rootkeep/v2/pin";
/// A disk sector: the unit that is written whole or not at all.
const SLOT: usize = 512;
/// Where the second slot begins in the file.
const SECOND: u64 = 512;

/// One person's memory of one ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    schema: String,
    /// The ledger.
    pub ledger: Digest,
    /// Who this person is in it.
    pub member: Id,
    /// The person's own public key.
    pub sign: PublicKey,
    /// Size of the last checkpoint seen.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// Root of the state's shards at it; `None` in a pin of an older version, which had another
    /// digest, and in one that was moved by a slip, which has no names: then the state is made again
    /// from the log.
    pub state: Option<Digest>,
}

/// A pin as the first version wrote it: the JSON alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstPin {
    schema: String,
    ledger: Digest,
    member: Id,
    sign: PublicKey,
    size: u64,
    root: Digest,
    #[serde(rename = "trust")]
    _trust: Digest,
}

impl Pin {
    /// A pin at a checkpoint.
    #[must_use]
    pub fn new(
        ledger: Digest,
        member: Id,
        sign: PublicKey,
        size: u64,
        root: Digest,
        state: Digest,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            ledger,
            member,
            sign,
            size,
            root,
            state: Some(state),
        }
    }
}

impl Pin {
    /// The same, for whoever has seen the log but not all of the state.
    #[must_use]
    pub fn without_state(self) -> Self {
        Self {
            state: None,
            ..self
        }
    }
}

/// Where the pins of one identity are.
#[derive(Clone, Debug)]
pub struct PinPlace {
    identity: PathBuf,
    fallback: Option<PathBuf>,
}

impl PinPlace {
    /// Beside `identity`, or in `state_dir` where that can't be written.
    #[must_use]
    pub fn new(identity: &Path, state_dir: Option<PathBuf>) -> Self {
        Self {
            identity: identity.to_owned(),
            fallback: state_dir,
        }
    }

    /// Every pin of this identity, in both places.
    ///
    /// # Errors
    /// Verification, code `bad-pin`: a pin that can't be read must not pass for no pin.
    pub fn all(&self) -> Result<Vec<Pin>> {
        let mut pins = Vec::new();
        for (directory, prefix) in self.places() {
            let Ok(entries) = fs::read_dir(&directory) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                if is_pin_of(&prefix, name) {
                    pins.push(read(&entry.path())?);
                }
            }
        }
        Ok(pins)
    }

    /// The newest pin that a member has of a ledger.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub fn find(&self, ledger: &Digest, member: &Id) -> Result<Option<Pin>> {
        let mut newest: Option<Pin> = None;
        for (directory, prefix) in self.places() {
            let path = directory.join(file_name(&prefix, ledger));
            if !path.exists() {
                continue;
            }
            let pin = read(&path)?;
            let better = newest.as_ref().is_none_or(|known| known.size < pin.size);
            if pin.ledger == *ledger && pin.member == *member && better {
                newest = Some(pin);
            }
        }
        Ok(newest)
    }

    /// The files in which there is a pin of a ledger.
    #[must_use]
    pub fn files(&self, ledger: &Digest) -> Vec<String> {
        let paths = self.places().into_iter();
        paths
            .map(|(directory, prefix)| directory.join(file_name(&prefix, ledger)))
            .filter(|path| path.exists())
            .map(|path| path.display().to_string())
            .collect()
    }

    /// Writes a pin; the one that was there before stays until this one is whole.
    ///
    /// # Errors
    /// Failed, code `pin-not-written`.
    pub fn save(&self, pin: &Pin) -> Result<()> {
        let slot = slot(pin)?;
        let mut last = Error::failed("pin-not-written", "the pin could not be written");
        for (directory, prefix) in self.places() {
            let path = directory.join(file_name(&prefix, &pin.ledger));
            let saved = match write_older_slot(&path, &slot) {
                Ok(true) => Ok(()),
                // No file of this form is there yet.
                _ => files::write_private(&path, &slot, files::Durability::Rename),
            };
            match saved {
                Ok(()) => return Ok(()),
                Err(error) => last = last.because(error),
            }
        }
        Err(last.hint("give the identity a directory that can be written, or set XDG_STATE_HOME"))
    }

    fn places(&self) -> Vec<(PathBuf, String)> {
        let name = self.identity.file_name().map_or_else(
            || "identity".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        let beside = match self.identity.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let mut places = vec![(beside, format!("{name}."))];
        if let Some(fallback) = &self.fallback {
            // There, identities of other directories may have the same name.
            let path =
                std::path::absolute(&self.identity).unwrap_or_else(|_| self.identity.clone());
            let digest = Digest::of(path.as_os_str().as_encoded_bytes()).to_hex();
            let mark: String = digest.chars().take(8).collect();
            places.push((fallback.clone(), format!("{name}-{mark}.")));
        }
        places
    }
}

/// `NAME.` and 16 hex digits and `.pin`: so that `alice` does not take the pins of `alice.old`.
fn is_pin_of(prefix: &str, name: &str) -> bool {
    name.strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(".pin"))
        .is_some_and(|short| short.len() == 16 && short.bytes().all(|c| c.is_ascii_hexdigit()))
}

fn file_name(prefix: &str, ledger: &Digest) -> String {
    let short: String = ledger.to_hex().chars().take(16).collect();
    format!("{prefix}{short}.pin")
}

/// A pin as one slot: the SHA-256 of its JSON, the JSON, and spaces up to a line's end.
fn slot(pin: &Pin) -> Result<Vec<u8>> {
    let json = serde_json::to_string(pin)
        .map_err(|error| Error::failed("internal", "cannot write JSON").because(error))?;
    let line = format!("{} {json}", Digest::of(json.as_bytes()));
    if line.len() >= SLOT {
        return Err(Error::failed("internal", "a pin is too long"));
    }
    Ok(format!("{line:<width$}\n", width = SLOT - 1).into_bytes())
}

/// The pin in a slot, where its sum is right.
fn pin_in(slot: &[u8]) -> Option<Pin> {
    let (sum, json) = std::str::from_utf8(slot).ok()?.split_once(' ')?;
    let json = json.trim_end();
    if Digest::of(json.as_bytes()).to_hex() != sum {
        return None;
    }
    let pin: Pin = serde_json::from_str(json).ok()?;
    match pin.schema.as_str() {
        SCHEMA => Some(pin),
        SECOND_SCHEMA => Some(Pin {
            schema: SCHEMA.to_owned(),
            state: None,
            ..pin
        }),
        _ => None,
    }
}

/// Writes over the slot that holds nothing, or the older memory; false where the file has no slots.
fn write_older_slot(path: &Path, slot: &[u8]) -> std::io::Result<bool> {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)?;
    let mut bytes = [0; 2 * SLOT];
    let length = file.read_at(&mut bytes, 0)?;
    let size_at = |at: usize| {
        let slot = bytes.get(at..at + SLOT).filter(|_| at + SLOT <= length);
        slot.and_then(pin_in).map(|pin| pin.size)
    };
    let at = match (size_at(0), size_at(SLOT)) {
        (None, None) => return Ok(false),
        (Some(first), Some(second)) if first < second => 0,
        (None, Some(_)) => 0,
        (Some(_), _) => SECOND,
    };
    file.write_all_at(slot, at)?;
    Ok(true)
}

fn read(path: &Path) -> Result<Pin> {
    let bad = || {
        Error::verification("bad-pin", format!("{} is not a pin", path.display())).hint(
            "if you know why, remove it: the next act then verifies from genesis and asks for the genesis code",
        )
    };
    let bytes = files::read_regular(path, 64 << 10)?;
    let pins = bytes.chunks(SLOT).filter_map(pin_in);
    if let Some(pin) = pins.max_by_key(|pin| pin.size) {
        return Ok(pin);
    }
    let first: FirstPin = serde_json::from_slice(&bytes).map_err(|error| bad().because(error))?;
    if first.schema != "rootkeep/v1/pin" {
        return Err(bad());
    }
    Ok(Pin {
        schema: SCHEMA.to_owned(),
        ledger: first.ledger,
        member: first.member,
        sign: first.sign,
        size: first.size,
        root: first.root,
        state: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(size: u64) -> Pin {
        let digest = Digest([7; 32]);
        let key = crate::crypto::ed25519::SigningKey::from_seed(
            &crate::crypto::secret::Key32::new([1; 32]),
        );
        Pin::new(
            digest,
            Id([3; 16]),
            key.unwrap().public(),
            size,
            digest,
            digest,
        )
    }

    #[test]
    fn a_pin_that_was_cut_short_leaves_the_one_before() {
        let directory = std::env::temp_dir().join(format!("rootkeep-pin-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let place = PinPlace::new(&directory.join("me"), None);
        let path = directory.join(file_name("me.", &Digest([7; 32])));
        let found = || {
            place
                .find(&Digest([7; 32]), &Id([3; 16]))
                .unwrap()
                .unwrap()
                .size
        };
        for size in [1, 2, 3, 2, u64::MAX - 1] {
            place.save(&pin(size)).unwrap();
        }
        assert_eq!(found(), u64::MAX - 1);
        let good = fs::read(&path).unwrap();
        assert_eq!(good.len(), 2 * SLOT);
        for cut in 0..SLOT {
            // The last write was over the other slot: its rest is the older line's.
            let mut half = good.clone();
            let at = if pin_in(&good[..SLOT]).unwrap().size == u64::MAX - 1 {
                0
            } else {
                SLOT
            };
            half[at + cut..at + SLOT].fill(b'0');
            fs::write(&path, &half).unwrap();
            assert_eq!(found(), 3, "cut at {cut}");
        }
        place.save(&pin(9)).unwrap();
        assert_eq!(found(), 9);
        fs::write(&path, [b' '; 2 * SLOT]).unwrap();
        assert_eq!(
            place
                .find(&Digest([7; 32]), &Id([3; 16]))
                .unwrap_err()
                .code(),
            "bad-pin"
        );
        // What the second version wrote is taken, without its state, and replaced at the next act.
        let second = serde_json::to_string(&pin(7)).unwrap();
        let second = second.replace("v3/pin", "v2/pin");
        let second = format!("{} {second}", Digest::of(second.as_bytes()));
        fs::write(&path, format!("{second:<width$}\n", width = SLOT - 1)).unwrap();
        let old = place.find(&Digest([7; 32]), &Id([3; 16])).unwrap().unwrap();
        assert_eq!((old.size, old.state), (7, None));
        place.save(&pin(8)).unwrap();
        assert_eq!(found(), 8);
        // So is what the first version wrote.
        let first = serde_json::to_string(&pin(5)).unwrap();
        let first = first
            .replace("v3/pin", "v1/pin")
            .replace("\"state\"", "\"trust\"");
        fs::write(&path, first).unwrap();
        assert_eq!(found(), 5);
        place.save(&pin(6)).unwrap();
        assert_eq!((found(), fs::read(&path).unwrap().len()), (6, SLOT));
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn a_pin_belongs_to_one_identity_file() {
        assert!(is_pin_of("alice.", "alice.0123456789abcdef.pin"));
        assert!(!is_pin_of("alice.", "alice.old.0123456789abcdef.pin"));
        assert!(!is_pin_of("alice.", "alice.pin"));
        assert!(!is_pin_of("alice.", "bob.0123456789abcdef.pin"));
    }
}
