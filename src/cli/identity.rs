//! `identity new`.

use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use clap::{Args, Subcommand};
use ring::rand::SystemRandom;
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::age_file;
use crate::crypto::card::{self, Card, CardPersonal};
use crate::crypto::recipient::Recipient;
use crate::crypto::secret::SecretText;
use crate::error::{Error, Result};
use crate::ledger::{read_bounded, write_private_new};

/// `identity …`.
#[derive(Debug, Subcommand)]
pub enum IdentityCommand {
    /// Make a fresh identity and its card
    New(NewIdentity),
}

/// `identity new`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep identity new alice --out . --contact alice@example.com --timezone Europe/London\n  rootkeep identity new erin --out . --ssh ~/.ssh/id_ed25519"
)]
pub struct NewIdentity {
    /// Your name, as the others know you
    name: String,
    /// Where NAME.key and NAME.card go
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How to reach you
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// Your time zone, such as Europe/London
    #[arg(long, value_name = "IANA")]
    timezone: Option<String>,
    /// Without a passphrase: for media that are locked away by themselves
    #[arg(long, conflicts_with_all = ["recipient", "ssh"])]
    plain: bool,
    /// An identity that exists already: an SSH key (ed25519 or RSA), public or private file
    #[arg(long, value_name = "KEY")]
    ssh: Option<PathBuf>,
    /// An identity that exists already, by its age recipient (a hardware token's, say)
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "ssh")]
    recipient: Option<String>,
}

pub fn run(context: &Context, command: IdentityCommand) -> Result<Done> {
    let IdentityCommand::New(new) = command;
    let stem = file_stem(&new.name)?;
    let key_path = new.out.join(format!("{stem}.key"));
    let card_path = new.out.join(format!("{stem}.card"));
    for path in [&key_path, &card_path] {
        if path.symlink_metadata().is_ok() {
            return Err(
                Error::refused("exists", format!("{} exists already", path.display()))
                    .hint("an identity is never overwritten: choose another --out"),
            );
        }
    }
    let personal = CardPersonal {
        name: new.name.clone(),
        contact: new.contact.clone(),
        timezone: new.timezone.clone(),
    };
    let own = own_identity(context, &new, &key_path)?;
    let host = context.host()?;
    let (card, part) = Card::issue(&SystemRandom::new(), own.recipient, &personal, &host)?;
    std::fs::create_dir_all(&new.out).map_err(|error| {
        Error::failed("cannot-write", format!("cannot make {}", new.out.display())).because(error)
    })?;
    if let Some(key) = &own.key_file {
        write_private_new(&key_path, key.expose())?;
    }
    let written =
        card::write_file(&card, &part).and_then(|card| write_private_new(&card_path, &card));
    if let Err(error) = written {
        if own.key_file.is_some() {
            // A key without its card would only stand in the way of the next attempt.
            let _nothing_left = std::fs::remove_file(&key_path);
        }
        return Err(error);
    }
    if context.global.json {
        output::object(
            "identity",
            json!({
                "name": new.name,
                "key": own.key_file.as_ref().map(|_| key_path.display().to_string()),
                "card": card_path.display().to_string(),
                "recipient": card.recipient.as_str(),
                "fingerprint": card.words(),
            }),
        )?;
        return Ok(Done::Yes);
    }
    if own.key_file.is_some() {
        output::data(&format!(
            "identity  {}   (keep it to yourself, and keep a copy)\n",
            key_path.display()
        ))?;
    }
    output::data(&format!(
        "card      {}   (give it to the others)\n",
        card_path.display()
    ))?;
    output::data(&format!(
        "fingerprint, to be read aloud:\n  {}\n",
        card.words()
    ))?;
    Ok(Done::Yes)
}

struct Own {
    recipient: Recipient,
    key_file: Option<crate::crypto::secret::SecretBytes>,
}

fn own_identity(context: &Context, new: &NewIdentity, key_path: &Path) -> Result<Own> {
    if let Some(recipient) = &new.recipient {
        return Ok(Own {
            recipient: Recipient::parse(recipient)?,
            key_file: None,
        });
    }
    if let Some(path) = &new.ssh {
        return Ok(Own {
            recipient: ssh_recipient(path)?,
            key_file: None,
        });
    }
    let identity = age::x25519::Identity::generate();
    let recipient = Recipient::parse_native(&identity.to_public().to_string())?;
    let text = SecretText::new(format!(
        "# public key: {recipient}\n{}\n",
        identity.to_string().expose_secret()
    ));
    let bytes = if new.plain {
        text.expose().as_bytes().to_vec()
    } else {
        let passphrase = context
            .terminal
            .new_passphrase(&key_path.display().to_string())?;
        context.say("stretching the passphrase …");
        age_file::encrypt_with_passphrase(
            &passphrase,
            age_file::IDENTITY_WORK_FACTOR,
            text.expose().as_bytes(),
        )?
    };
    Ok(Own {
        recipient,
        key_file: Some(crate::crypto::secret::SecretBytes::new(bytes)),
    })
}

/// The public half of an SSH key, from its `.pub` file or the one beside the private file.
fn ssh_recipient(path: &Path) -> Result<Recipient> {
    let mut public = path.to_owned();
    if path.extension().is_none_or(|extension| extension != "pub") {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".pub");
        public.set_file_name(name);
    }
    let bytes = read_bounded(&public, 64 << 10).map_err(|error| {
        error.hint(format!(
            "ssh-keygen -y -f {} > {}",
            path.display(),
            public.display()
        ))
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::usage(
            "bad-recipient",
            format!("{} is not a public SSH key", public.display()),
        )
    })?;
    let fields: Vec<&str> = text.split_whitespace().take(2).collect();
    Recipient::parse(&fields.join(" "))
}

/// A name as a file's name: letters and digits, the rest as `-`.
fn file_stem(name: &str) -> Result<String> {
    let stem: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    let stem = stem.trim_matches('-').to_owned();
    if stem.is_empty() || stem.len() > 100 {
        return Err(Error::usage(
            "bad-name",
            "a name has letters or digits, at most 100 bytes",
        ));
    }
    Ok(stem)
}
