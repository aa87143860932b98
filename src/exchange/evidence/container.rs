//! The file that a bundle is: a ZIP archive (PKWARE APPNOTE 6.3) of stored files in exactly one spelling
//! (docs/formats.md, section 18), which any unzip opens. Because nothing is compressed, a member is never larger
//! than its bytes in the archive; because there is one spelling, no byte can be changed unseen.

use std::collections::BTreeMap;
use std::io::{self, Write};

use flate2::Crc;

use crate::error::{Error, Result};

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// 1.0: stored files, no folders.
const NEEDED: u16 = 10;
/// 1.0, by a Unix program: so the mode below counts.
const MADE_BY: u16 = 0x030a;
/// 1980-01-01, the first day that ZIP knows: the bundle's own times are in its statements.
const DATE: u16 = 0x0021;
/// A regular file that everybody may read.
const MODE: u32 = 0o100_644 << 16;
/// The length of a local header without its name.
const LOCAL_LENGTH: usize = 30;
/// More members than fit the format's counter are refused.
pub const MEMBERS_LIMIT: usize = 65_534;
/// The longest name.
const NAME_LIMIT: usize = 100;
/// The largest archive that is read or written.
pub const BYTES_LIMIT: u64 = 1 << 30;

/// A file in the archive, as its two headers say.
struct Member<'a> {
    name: &'a str,
    crc: u32,
    length: u32,
    offset: u32,
}

/// Writes members, whose names are in order, each once.
///
/// # Errors
/// Refused, code `bundle-too-large`; failed, codes `cannot-write` and, for a bad name, `internal`.
pub fn write(into: &mut impl Write, members: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let mut directory = Vec::new();
    let mut offset = 0u64;
    if members.len() > MEMBERS_LIMIT {
        return Err(too_large());
    }
    for (name, bytes) in members {
        if !is_name(name) {
            return Err(Error::failed(
                "internal",
                format!("`{}` is no name of a file in a bundle", name.escape_debug()),
            ));
        }
        let member = Member {
            name,
            crc: crc(bytes),
            length: u32::try_from(bytes.len()).map_err(|_| too_large())?,
            offset: u32::try_from(offset).map_err(|_| too_large())?,
        };
        let header = member.local();
        for piece in [&header, bytes] {
            into.write_all(piece).map_err(cannot_write)?;
            offset += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        }
        directory.extend(member.central());
        if offset > BYTES_LIMIT {
            return Err(too_large());
        }
    }
    let end = end(members.len(), directory.len(), offset).ok_or_else(too_large)?;
    into.write_all(&directory).map_err(cannot_write)?;
    into.write_all(&end).map_err(cannot_write)
}

/// Reads an archive that [`write()`] could have written; nothing else.
///
/// # Errors
/// Verification, code `bad-container`, naming the member.
pub fn read(archive: &[u8]) -> Result<BTreeMap<String, &[u8]>> {
    let mut members = BTreeMap::new();
    let mut directory = Vec::new();
    let mut offset = 0usize;
    let mut before: Option<&str> = None;
    while at(archive, offset, 4) == Some(&LOCAL.to_le_bytes()) {
        if members.len() >= MEMBERS_LIMIT {
            return Err(bad("it has too many members"));
        }
        let (member, bytes) = member(archive, offset)?;
        if before.is_some_and(|before| before >= member.name) {
            let name = member.name.escape_debug();
            return Err(bad(&format!("`{name}` is there twice, or out of order")));
        }
        before = Some(member.name);
        directory.extend(member.central());
        members.insert(member.name.to_owned(), bytes);
        offset += LOCAL_LENGTH + member.name.len() + bytes.len();
    }
    let start = u64::try_from(offset).unwrap_or(u64::MAX);
    let end = end(members.len(), directory.len(), start);
    let rest = archive.get(offset..).unwrap_or_default();
    let expected = directory.into_iter().chain(end.unwrap_or_default());
    if !expected.eq(rest.iter().copied()) {
        return Err(bad(
            "what follows its members is not the directory of exactly these",
        ));
    }
    Ok(members)
}

/// The member whose local header is at `offset`.
fn member(archive: &[u8], offset: usize) -> Result<(Member<'_>, &[u8])> {
    let cut = || bad("it ends within a member");
    let header = at(archive, offset, LOCAL_LENGTH).ok_or_else(cut)?;
    let number = |from: usize| -> Option<u32> {
        Some(u32::from_le_bytes(
            header.get(from..from + 4)?.try_into().ok()?,
        ))
    };
    let name_length = header
        .get(26..28)
        .and_then(|two| Some(u16::from_le_bytes(two.try_into().ok()?)))
        .ok_or_else(cut)?;
    let name_at = offset + LOCAL_LENGTH;
    let name = at(archive, name_at, usize::from(name_length)).ok_or_else(cut)?;
    let name = std::str::from_utf8(name).ok().filter(|name| is_name(name));
    let name = name.ok_or_else(|| bad("a member's name is none that a bundle has"))?;
    let length = number(18).ok_or_else(cut)?;
    let bytes_at = name_at + name.len();
    let bytes = usize::try_from(length)
        .ok()
        .and_then(|length| at(archive, bytes_at, length))
        .ok_or_else(cut)?;
    let member = Member {
        name,
        crc: crc(bytes),
        length,
        offset: u32::try_from(offset).map_err(|_| bad("it is too large"))?,
    };
    if at(archive, offset, LOCAL_LENGTH + name.len()) != Some(member.local().as_slice()) {
        return Err(bad(&format!(
            "the header of `{name}` is not what a bundle has: changed, compressed, or of other bytes"
        )));
    }
    Ok((member, bytes))
}

impl Member<'_> {
    /// APPNOTE 4.3.7.
    fn local(&self) -> Vec<u8> {
        let mut header = LOCAL.to_le_bytes().to_vec();
        self.common(&mut header);
        header.extend(self.name.as_bytes());
        header
    }

    /// APPNOTE 4.3.12.
    fn central(&self) -> Vec<u8> {
        let mut header = CENTRAL.to_le_bytes().to_vec();
        header.extend(MADE_BY.to_le_bytes());
        self.common(&mut header);
        // No comment, the first disk, no internal attributes.
        header.extend([0; 6]);
        header.extend(MODE.to_le_bytes());
        header.extend(self.offset.to_le_bytes());
        header.extend(self.name.as_bytes());
        header
    }

    /// From the version needed to the length of the extra field, which is none.
    fn common(&self, header: &mut Vec<u8>) {
        header.extend(NEEDED.to_le_bytes());
        // No flags, method 0, midnight.
        header.extend([0; 6]);
        header.extend(DATE.to_le_bytes());
        header.extend(self.crc.to_le_bytes());
        header.extend(self.length.to_le_bytes());
        header.extend(self.length.to_le_bytes());
        let name_length = u16::try_from(self.name.len()).unwrap_or(u16::MAX);
        header.extend(name_length.to_le_bytes());
        header.extend([0; 2]);
    }
}

/// APPNOTE 4.3.16; `None` where a number does not fit.
fn end(members: usize, directory: usize, offset: u64) -> Option<Vec<u8>> {
    let members = u16::try_from(members).ok()?;
    let mut end = END.to_le_bytes().to_vec();
    end.extend([0; 4]);
    end.extend(members.to_le_bytes());
    end.extend(members.to_le_bytes());
    end.extend(u32::try_from(directory).ok()?.to_le_bytes());
    end.extend(u32::try_from(offset).ok()?.to_le_bytes());
    end.extend([0; 2]);
    Some(end)
}

/// Whether a member may be called so: nothing that leads out of the folder it is unpacked into, or that another
/// system reads otherwise.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    name.len() <= NAME_LIMIT
        && name.chars().all(good)
        && name
            .split('/')
            .all(|piece| !piece.is_empty() && !piece.starts_with('.'))
}

fn at(archive: &[u8], offset: usize, length: usize) -> Option<&[u8]> {
    archive.get(offset..offset.checked_add(length)?)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn bad(why: &str) -> Error {
    Error::verification(
        "bad-container",
        format!("the bundle's archive is not good: {why}"),
    )
    .hint("check an unpacked bundle by its folder's name instead")
}

fn too_large() -> Error {
    Error::refused("bundle-too-large", "this is more than one bundle can hold")
        .hint("take a shorter period, and make several bundles: each continues the one before")
}

fn cannot_write(error: io::Error) -> Error {
    Error::failed("cannot-write", "cannot write the bundle").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(names: &[&str]) -> Vec<u8> {
        let members = names
            .iter()
            .map(|name| ((*name).to_owned(), name.as_bytes().to_vec()));
        let mut archive = Vec::new();
        write(&mut archive, &members.collect()).unwrap();
        archive
    }

    #[test]
    fn what_is_written_is_read() {
        let archive = packed(&["a", "b/c.json", "b/d"]);
        let members = read(&archive).unwrap();
        assert_eq!(members.len(), 3);
        assert_eq!(members["b/c.json"], b"b/c.json");
        assert!(read(&packed(&[])).unwrap().is_empty());
    }

    #[test]
    fn no_byte_can_be_changed_added_or_taken() {
        let archive = packed(&["a", "b/c.json"]);
        for at in 0..archive.len() {
            for bit in 0..8 {
                let mut other = archive.clone();
                other[at] ^= 1 << bit;
                assert!(read(&other).is_err(), "bit {bit} of byte {at}");
            }
            assert!(read(&archive[..at]).is_err(), "cut at {at}");
        }
        assert!(read(&[archive.as_slice(), b"x"].concat()).is_err());
        assert!(read(&[b"x", archive.as_slice()].concat()).is_err());
    }

    #[test]
    fn a_name_leads_nowhere_else_and_is_there_once() {
        for name in ["a", "a/b", "index.html", "proofs/00000001.tlog-proof"] {
            assert!(is_name(name), "{name}");
        }
        let long = "x".repeat(101);
        for name in [
            "", "/a", "a/", "a//b", "../a", "a/../b", ".", "a/.b", "a\\b", "C:a", "a b", "ä", &long,
        ] {
            assert!(!is_name(name), "{name}");
        }
        let (one, two) = (packed(&["a"]), packed(&["a"]));
        let member = LOCAL_LENGTH + 2;
        let twice = [&one[..member], &two].concat();
        assert!(read(&twice).is_err());
    }
}
