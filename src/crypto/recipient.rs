//! Whom something is encrypted to: the age recipients that a card may name.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use age::secrecy::SecretString;

use super::secret::SecretText;
use crate::error::{Error, Result};

/// What a plugin or an encrypted identity may ask of the person at the keyboard.
pub trait Prompter: Send + Sync {
    /// Shows a message, such as "touch your token".
    fn message(&self, text: &str);
    /// Asks yes or no; `None` where nobody can be asked.
    fn confirm(&self, text: &str, yes: &str, no: Option<&str>) -> Option<bool>;
    /// Asks for text that is no secret.
    fn public_text(&self, text: &str) -> Option<String>;
    /// Asks for a passphrase or a PIN, without echo.
    ///
    /// # Errors
    /// Why there is none.
    fn passphrase(&self, text: &str) -> std::result::Result<SecretText, NoPassphrase>;
}

/// Why a passphrase was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPassphrase {
    /// Nobody can be asked.
    NobodyThere,
    /// Somebody was asked and gave none.
    Declined,
}

/// What age work may reach outside the process: the plugins that the user allowed, and the person.
///
/// A plugin's name comes out of a file and becomes the name of a program; so only names from the
/// user's own list are run (compare GHSA-4fg7-vxc8-qx5w).
#[derive(Clone)]
pub struct AgeHost {
    allowed_plugins: BTreeSet<String>,
    prompter: Arc<dyn Prompter>,
    /// Whether a passphrase that age asked for was not given: age itself only says that it can't decrypt.
    declined: Arc<AtomicBool>,
}

impl AgeHost {
    /// A host with the plugins of these names and a way to ask the person.
    #[must_use]
    pub fn new(allowed_plugins: BTreeSet<String>, prompter: Arc<dyn Prompter>) -> Self {
        Self {
            allowed_plugins,
            prompter,
            declined: Arc::default(),
        }
    }

    /// As this one for another command: nothing was declined yet, and the plugins are those of `other`.
    #[must_use]
    pub fn again_with_plugins_of(&self, other: &Self) -> Self {
        self.declined.store(false, Ordering::SeqCst);
        Self {
            allowed_plugins: other.allowed_plugins.clone(),
            ..self.clone()
        }
    }

    /// The error to show in the place of age's own, where the person has declined to give a passphrase.
    #[must_use]
    pub fn declined(&self) -> Option<Error> {
        self.declined
            .load(Ordering::SeqCst)
            .then(|| Error::refused("not-confirmed", "no passphrase was given: nothing was done"))
    }

    /// The person at the keyboard.
    #[must_use]
    pub fn prompter(&self) -> &dyn Prompter {
        self.prompter.as_ref()
    }

    /// Refuses a plugin that the user has not allowed by name.
    ///
    /// # Errors
    /// Refused, code `plugin-not-allowed`; `plugin-debug` where age would print file keys.
    pub fn allow(&self, plugin: &str) -> Result<()> {
        if std::env::var_os("AGEDEBUG").is_some() {
            return Err(Error::refused(
                "plugin-debug",
                "AGEDEBUG is set, so that age would print what passes between it and a plugin",
            )
            .hint("unset AGEDEBUG"));
        }
        if self.allowed_plugins.contains(plugin) {
            return Ok(());
        }
        Err(Error::refused(
            "plugin-not-allowed",
            format!("the age plugin `{plugin}` is not among those that you allowed"),
        )
        .because("a plugin's name in a file decides which program is run")
        .hint(format!(
            "if you trust age-plugin-{plugin}: add --plugin {plugin}"
        )))
    }

    pub(super) fn bridge(&self) -> Bridge {
        Bridge {
            prompter: Arc::clone(&self.prompter),
            declined: Arc::clone(&self.declined),
            remembered: None,
        }
    }

    /// For SSH keys: age asks for the passphrase at each decryption, the person is asked once.
    pub(super) fn remembering_bridge(&self) -> Bridge {
        Bridge {
            prompter: Arc::clone(&self.prompter),
            declined: Arc::clone(&self.declined),
            remembered: Some(Arc::default()),
        }
    }
}

impl fmt::Debug for AgeHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgeHost")
            .field("allowed_plugins", &self.allowed_plugins)
            .finish()
    }
}

/// age's own trait for the same questions.
#[derive(Clone)]
pub(super) struct Bridge {
    prompter: Arc<dyn Prompter>,
    declined: Arc<AtomicBool>,
    remembered: Option<Arc<Mutex<Option<SecretText>>>>,
}

impl Bridge {
    fn passphrase(&self, question: &str) -> Option<SecretText> {
        let Some(remembered) = &self.remembered else {
            return self.ask(question);
        };
        let mut remembered = remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.is_none() {
            *remembered = self.ask(question);
        }
        remembered.clone()
    }

    fn ask(&self, question: &str) -> Option<SecretText> {
        if self.declined.load(Ordering::SeqCst) {
            return None;
        }
        let answer = self.prompter.passphrase(question);
        if matches!(answer, Err(NoPassphrase::Declined)) {
            self.declined.store(true, Ordering::SeqCst);
        }
        answer.ok()
    }
}

/// age isolates names from other files in its texts by invisible marks; here they are plain.
fn unmarked(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{2068}' | '\u{2069}'))
        .collect()
}

impl age::Callbacks for Bridge {
    fn display_message(&self, message: &str) {
        self.prompter.message(&unmarked(message));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.prompter.confirm(&unmarked(message), yes, no)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.prompter.public_text(&unmarked(description))
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.passphrase(&unmarked(description))
            .map(|text| SecretString::from(text.expose().to_owned()))
    }
}

/// An age recipient: native, SSH, or of a plugin.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    kind: RecipientKind,
}

#[derive(Clone)]
enum RecipientKind {
    Native(age::x25519::Recipient),
    Ssh(age::ssh::Recipient),
    Plugin(age::plugin::Recipient),
}

impl Recipient {
    /// Reads a recipient in its one spelling: no white space around, no comment behind an SSH key.
    ///
    /// # Errors
    /// Usage, code `bad-recipient`.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |why: &str| Error::usage("bad-recipient", format!("not an age recipient: {why}"));
        if text.len() > 4096 || text.trim() != text {
            return Err(bad("too long, or white space around it"));
        }
        // Bech32 has two spellings; with both, one key would pass for two.
        if !text.starts_with("ssh-") && text.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(bad("an age recipient is written in lower case"));
        }
        let kind = if text.starts_with("ssh-") {
            if text.split(' ').count() != 2 {
                return Err(bad(
                    "an SSH key is its type and its base64, without comment",
                ));
            }
            RecipientKind::Ssh(
                age::ssh::Recipient::from_str(text)
                    .map_err(|_| bad("an SSH key of another kind"))?,
            )
        } else if let Ok(native) = age::x25519::Recipient::from_str(text) {
            RecipientKind::Native(native)
        } else {
            RecipientKind::Plugin(
                age::plugin::Recipient::from_str(text)
                    .map_err(|_| bad("neither age1…, ssh-ed25519 … nor ssh-rsa …"))?,
            )
        };
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }

    /// A native recipient.
    ///
    /// # Errors
    /// Usage, code `bad-recipient`, for every other kind.
    pub fn parse_native(text: &str) -> Result<Self> {
        let recipient = Self::parse(text)?;
        match recipient.kind {
            RecipientKind::Native(_) => Ok(recipient),
            _ => Err(Error::usage(
                "bad-recipient",
                "a native age recipient (age1…) is needed here",
            )),
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether encrypting to it runs a plugin, and which.
    #[must_use]
    pub fn plugin(&self) -> Option<&str> {
        match &self.kind {
            RecipientKind::Plugin(plugin) => Some(plugin.plugin()),
            _ => None,
        }
    }

    /// The age crate's recipient; a plugin's only where the host allows it.
    pub(super) fn to_age(&self, host: &AgeHost) -> Result<Box<dyn age::Recipient + Send>> {
        Ok(match &self.kind {
            RecipientKind::Native(native) => Box::new(native.clone()),
            RecipientKind::Ssh(ssh) => Box::new(ssh.clone()),
            RecipientKind::Plugin(plugin) => {
                host.allow(plugin.plugin())?;
                let name = plugin.plugin();
                let v1 = age::plugin::RecipientPluginV1::new(
                    name,
                    std::slice::from_ref(plugin),
                    &[],
                    host.bridge(),
                )
                .map_err(|_| missing_plugin(name))?;
                Box::new(v1)
            }
        })
    }
}

/// A plugin that was allowed and is not on the machine.
pub(super) fn missing_plugin(name: &str) -> Error {
    Error::failed(
        "plugin-missing",
        format!("the program age-plugin-{name} is not on this machine"),
    )
    .hint(format!("install age-plugin-{name} somewhere in PATH"))
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use age::Callbacks;

    use super::*;

    /// Gives its one passphrase when it is asked for the second time.
    #[derive(Default)]
    struct SecondThoughts(AtomicBool);

    impl Prompter for SecondThoughts {
        fn message(&self, _: &str) {}

        fn confirm(&self, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
            None
        }

        fn public_text(&self, _: &str) -> Option<String> {
            None
        }

        fn passphrase(&self, _: &str) -> std::result::Result<SecretText, NoPassphrase> {
            if self.0.swap(true, Ordering::SeqCst) {
                Ok(SecretText::new("123456".to_owned()))
            } else {
                Err(NoPassphrase::Declined)
            }
        }
    }

    #[test]
    fn a_no_counts_for_one_command() {
        let plugins = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let host = AgeHost::new(plugins(&["one"]), Arc::new(SecondThoughts::default()));
        let bridge = host.bridge();
        assert!(bridge.request_passphrase("PIN").is_none());
        assert!(
            bridge.request_passphrase("PIN").is_none(),
            "nobody is asked twice"
        );
        assert_eq!(host.declined().unwrap().code(), "not-confirmed");
        let other = AgeHost::new(plugins(&["two"]), Arc::new(SecondThoughts::default()));
        let next = host.again_with_plugins_of(&other);
        assert!(next.declined().is_none());
        assert!(bridge.request_passphrase("PIN").is_some());
        assert!(next.allow("two").is_ok() && next.allow("one").is_err());
    }
}
