//! Identities, as `age -i` takes them: native, passphrase-encrypted, SSH, plugin.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use super::age_file;
use super::recipient::{AgeHost, NoPassphrase, missing_plugin};
use super::secret::SecretBytes;
use crate::error::{Error, Result};

/// The most that is read of an identity file.
const SIZE_LIMIT: u64 = 1 << 20;

/// A person's decrypting keys, ready for use. Clones share them; with the last they are wiped.
#[derive(Clone)]
pub struct Identity {
    path: PathBuf,
    keys: Arc<Keys>,
    on_hardware: bool,
}

impl Identity {
    /// Reads an identity file, asking for its passphrase where it has one.
    ///
    /// # Errors
    /// Not found; refused, code `identity-readable-by-others`, as ssh does, and `plugin-not-allowed`;
    /// usage, code `bad-identity`; verification, code `cannot-decrypt`, for a wrong passphrase.
    pub fn load(path: &Path, host: &AgeHost) -> Result<Self> {
        let bytes = read_private(path)?;
        let keys = parse(&bytes, path, host, true)?;
        Ok(Self {
            path: path.to_owned(),
            keys: Arc::new(keys.0),
            on_hardware: keys.1,
        })
    }

    /// Decrypts an age file that is for this identity.
    ///
    /// # Errors
    /// Verification, code `cannot-decrypt`.
    pub fn decrypt(&self, file: &[u8]) -> Result<SecretBytes> {
        age_file::decrypt(self.keys(), file)
    }

    /// As [`Self::decrypt`], for what may have up to `limit` bytes.
    ///
    /// # Errors
    /// As [`age_file::decrypt_up_to`].
    pub fn decrypt_up_to(&self, limit: usize, file: &[u8]) -> Result<SecretBytes> {
        age_file::decrypt_up_to(limit, self.keys(), file)
    }

    /// Whether a plugin decrypts: then a token may be touched for each file.
    #[must_use]
    pub fn is_on_hardware(&self) -> bool {
        self.on_hardware
    }

    fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.keys
            .iter()
            .map(|key| -> &dyn age::Identity { key.as_ref() })
    }

    /// Where it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.path.display())
    }
}

fn read_private(path: &Path) -> Result<SecretBytes> {
    let shown = path.display();
    let cannot = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            Error::not_found("no-identity", format!("there is no identity file {shown}"))
                .hint("name yours with -i FILE, or make one: rootkeep identity new NAME --out DIR")
        } else {
            Error::failed(
                "identity-unreadable",
                format!("cannot read the identity file {shown}"),
            )
            .because(error)
        }
    };
    let file = File::open(path).map_err(cannot)?;
    let metadata = file.metadata().map_err(cannot)?;
    if !metadata.is_file() {
        return Err(bad(path, "it is not a plain file"));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Error::refused(
            "identity-readable-by-others",
            format!("other users of this machine can read the identity file {shown}"),
        )
        .hint(format!("chmod 600 {shown}"))
        .hint("if others had access to it, treat it as compromised: make a new identity"));
    }
    if metadata.len() > SIZE_LIMIT {
        return Err(bad(path, "it is larger than 1 MiB"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    file.take(SIZE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    Ok(SecretBytes::new(bytes))
}

type Keys = Vec<Box<dyn age::Identity + Send + Sync>>;

/// The keys of a file, and whether a plugin has one.
fn parse(
    bytes: &SecretBytes,
    path: &Path,
    host: &AgeHost,
    outermost: bool,
) -> Result<(Keys, bool)> {
    let raw = bytes.expose();
    let starts = |prefix: &str| raw.starts_with(prefix.as_bytes());
    if starts("age-encryption.org/v1") || starts("-----BEGIN AGE ENCRYPTED FILE-----") {
        if !outermost {
            return Err(bad(
                path,
                "an encrypted identity inside an encrypted identity",
            ));
        }
        return parse(&open_encrypted(raw, path, host)?, path, host, false);
    }
    if starts("-----BEGIN ") {
        return Ok((parse_ssh(raw, path, host)?, false));
    }
    let text = std::str::from_utf8(raw).map_err(|_| bad(path, "it is not text"))?;
    let (mut keys, mut on_hardware): (Keys, bool) = (Vec::new(), false);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Ok(native) = age::x25519::Identity::from_str(line) {
            keys.push(Box::new(native));
        } else if let Ok(plugin) = age::plugin::Identity::from_str(line) {
            let name = plugin.plugin().to_owned();
            host.allow(&name)?;
            let v1 = age::plugin::IdentityPluginV1::new(&name, &[plugin], host.bridge())
                .map_err(|_| missing_plugin(&name))?;
            on_hardware = true;
            keys.push(Box::new(v1));
        } else {
            // The line is not shown: it may be a key with a typing error.
            return Err(bad(path, &format!("line {} is no identity", number + 1)));
        }
    }
    if keys.is_empty() {
        return Err(bad(path, "there is no identity in it"));
    }
    Ok((keys, on_hardware))
}

fn open_encrypted(raw: &[u8], path: &Path, host: &AgeHost) -> Result<SecretBytes> {
    let passphrase = host
        .prompter()
        .passphrase(&format!("Passphrase of {}", path.display()))
        .map_err(|why| match why {
            NoPassphrase::Declined => {
                Error::refused("not-confirmed", "no passphrase was given: nothing was done")
            }
            NoPassphrase::NobodyThere => Error::usage(
                "passphrase-needed",
                format!(
                    "{} is encrypted, and there is no terminal to ask on",
                    path.display()
                ),
            )
            .hint("run this on a terminal, without --batch"),
        })?;
    age_file::decrypt_with_passphrase(&passphrase, age_file::IDENTITY_WORK_FACTOR_LIMIT, raw)
        .map_err(|error| {
            Error::verification(
                "wrong-passphrase",
                format!("{} does not open with that passphrase", path.display()),
            )
            .because(error)
        })
}

fn parse_ssh(raw: &[u8], path: &Path, host: &AgeHost) -> Result<Keys> {
    let identity = age::ssh::Identity::from_buffer(
        std::io::BufReader::new(raw),
        Some(path.display().to_string()),
    )
    .map_err(|error| bad(path, &error.to_string()))?;
    if let age::ssh::Identity::Unsupported(_) = identity {
        return Err(
            bad(path, "an SSH key of a kind that age does not decrypt with")
                .hint("ssh-ed25519 and ssh-rsa keys work; for a hardware key use an age plugin"),
        );
    }
    Ok(vec![Box::new(
        identity.with_callbacks(host.remembering_bridge()),
    )])
}

fn bad(path: &Path, why: &str) -> Error {
    Error::usage(
        "bad-identity",
        format!("{} is not an identity file: {why}", path.display()),
    )
    .hint("an age identity, a passphrase-encrypted one, an SSH private key or a plugin's identity")
}
