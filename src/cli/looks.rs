//! What a file seems to be, where it is not of the kind that a command asks for: by its first bytes,
//! told to a person, never acted on.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, Kind};

/// So many bytes tell.
const FIRST: u64 = 1024;
/// Where a tar archive says that it is one.
const TAR_MAGIC: std::ops::Range<usize> = 257..262;

/// Kinds of files that people have lying beside one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Nothing in it.
    Empty,
    /// A picture, by its format's name.
    Picture(&'static str),
    /// Encrypted with age: a slip, a key file, an identity under a passphrase.
    Age,
    /// A plain age identity.
    Identity,
    /// A private key of OpenSSH.
    SshKey,
    /// The public half of one.
    SshPublicKey,
    /// What `identity new` writes for others.
    Card,
    /// What `backup` writes.
    Tar,
    /// What `slip import --receipts` writes.
    Receipt,
    /// What `checkpoint --out` writes.
    Checkpoint,
    /// Anything else.
    Unknown,
}

impl Looks {
    /// Of a file's first bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let begins = |with: &str| bytes.starts_with(with.as_bytes());
        let has = |text: &str| {
            let text = text.as_bytes();
            bytes.windows(text.len()).any(|window| window == text)
        };
        match bytes {
            [] => Self::Empty,
            _ if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Self::Picture("PNG"),
            _ if bytes.starts_with(b"\xff\xd8\xff") => Self::Picture("JPEG"),
            _ if begins("age-encryption.org/v1") || begins("-----BEGIN AGE ENCRYPTED") => Self::Age,
            _ if begins("-----BEGIN ") && has("PRIVATE KEY-----") => Self::SshKey,
            _ if begins("ssh-ed25519 ") || begins("ssh-rsa ") => Self::SshPublicKey,
            _ if begins("c2sp.org/tlog-proof@") => Self::Receipt,
            _ if has("AGE-SECRET-KEY-") || has("AGE-PLUGIN-") => Self::Identity,
            _ if begins("{\"schema\":\"rootkeep/v1/card\"") => Self::Card,
            _ if bytes.get(TAR_MAGIC) == Some(b"ustar") => Self::Tar,
            _ if begins("rootkeep/") => Self::Checkpoint,
            _ => Self::Unknown,
        }
    }

    /// Of a file; one that can't be read is unknown.
    pub fn of_file(path: &Path) -> Self {
        let mut bytes = Vec::new();
        match File::open(path).and_then(|file| file.take(FIRST).read_to_end(&mut bytes)) {
            Ok(_) => Self::of(&bytes),
            Err(_) => Self::Unknown,
        }
    }

    /// In words, after "it seems to be".
    fn words(self) -> Option<String> {
        Some(match self {
            Self::Empty => "empty".to_owned(),
            Self::Picture(format) => format!("a {format} picture"),
            Self::Age => "a damaged age file, cut or changed on its way".to_owned(),
            Self::Identity => "somebody's identity, which is for its owner alone".to_owned(),
            Self::SshKey => "an SSH private key".to_owned(),
            Self::SshPublicKey => "an SSH public key".to_owned(),
            Self::Card => "a card".to_owned(),
            Self::Tar => "a tar archive, such as a backup".to_owned(),
            Self::Receipt => "a receipt (a proof of one entry)".to_owned(),
            Self::Checkpoint => "a checkpoint".to_owned(),
            Self::Unknown => return None,
        })
    }

    /// What is typed with such a file.
    fn use_it(self, path: &Path) -> Option<String> {
        let path = path.display();
        match self {
            Self::Picture(_) => Some(format!(
                "of an answer's QR codes: rootkeep slip import --qr {path}, with the others of it"
            )),
            Self::Identity | Self::SshKey => Some(format!("an identity is named with -i {path}")),
            Self::Card => Some(format!("to look at a card: rootkeep card show {path}")),
            Self::Tar => Some(format!(
                "to restore a backup: rootkeep restore {path} --out DIR"
            )),
            Self::Checkpoint => Some(format!("to hold the ledger to it: rootkeep compare {path}")),
            _ => None,
        }
    }
}

/// Says of a file that does not open as a slip what it seems to be.
pub fn not_a_slip(error: Error, path: &Path, bytes: &[u8]) -> Error {
    // A wrong passphrase is no fault of the file.
    let of_the_key =
        |cause: &String| cause.contains("encrypted key") || cause.contains("work factor");
    if error.code() != "cannot-decrypt" || error.causes().iter().any(of_the_key) {
        return error;
    }
    let looks = Looks::of(bytes);
    let again = "a slip is what `rootkeep slip request`, `slip sign` and `slip make` write: have it sent again";
    told(
        Error::verification(
            "cannot-decrypt",
            format!("{} does not open as a slip", path.display()),
        ),
        looks,
        path,
        &error,
    )
    .hint(again)
}

/// Says of a file that is no backup, or a damaged one, what it seems to be.
pub fn not_a_backup(error: Error, path: &Path) -> Error {
    if error.code() != "bad-backup" {
        return error;
    }
    let shown = path.display();
    let again = "a backup is the .tar that `rootkeep backup --out` wrote: take another copy of it, or an older one";
    match Looks::of_file(path) {
        Looks::Tar => {
            let mut told = Error::verification(
                "bad-backup",
                format!("{shown} is a damaged backup, or none"),
            );
            for cause in error.causes() {
                told = told.because(if cause.contains("failed to read entire block") {
                    "it ends too soon: it was cut on its way"
                } else {
                    cause
                });
            }
            told.hint(again)
        }
        looks => told(
            Error::verification("bad-backup", format!("{shown} is no backup of a ledger")),
            looks,
            path,
            &error,
        )
        .hint(again),
    }
}

/// With what the file seems to be where that is known; else with the causes of `why`.
fn told(error: Error, looks: Looks, path: &Path, why: &Error) -> Error {
    let Some(words) = looks.words() else {
        let causes = why.causes().iter();
        return causes.fold(error.because(why.message()), |error, cause| {
            error.because(cause)
        });
    };
    let error = error.because(format!("it seems to be {words}"));
    match looks.use_it(path) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Adds to what a slip was refused for that the two kinds of slips are easily mistaken.
pub fn mistaken_slip(error: Error) -> Error {
    match (error.kind(), error.code()) {
        (Kind::Refused, "not-for-you") | (Kind::Usage, "wrong-slip") => {
            error.hint("perhaps this is the slip that was sent out, not the answer that came back")
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_how_it_begins() {
        let tar = [vec![b'x'; 257], b"ustar".to_vec()].concat();
        for (bytes, looks) in [
            (&b""[..], Looks::Empty),
            (b"\x89PNG\r\n\x1a\nx", Looks::Picture("PNG")),
            (b"\xff\xd8\xff\xe0", Looks::Picture("JPEG")),
            (b"age-encryption.org/v1\n", Looks::Age),
            (b"# made by me\nAGE-SECRET-KEY-1", Looks::Identity),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", Looks::SshKey),
            (b"ssh-ed25519 AAAA", Looks::SshPublicKey),
            (b"{\"schema\":\"rootkeep/v1/card\",", Looks::Card),
            (b"c2sp.org/tlog-proof@v1\n", Looks::Receipt),
            (b"rootkeep/00\n5\n", Looks::Checkpoint),
            (&tar, Looks::Tar),
            (b"a shopping list", Looks::Unknown),
        ] {
            assert_eq!(Looks::of(bytes), looks);
        }
    }
}
