//! `seal`.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::print::copy;
use super::seal_copies::{Asked, CopyFlags};
use super::{seal_codes, secret_compare};
use crate::aws::otpauth::OtpAuth;
use crate::aws::password;
use crate::crypto::recipient::Prompter;
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::error::{Error, Result};
use crate::exchange::qr_image;
use crate::ledger::{SealRequest, Session, read_bounded};
use crate::state::custody::AccountRecord;
use crate::state::records::read;
use crate::statement::SecretKind;
use crate::statement::account_id::AccountId;
use crate::statement::names::{SecretName, Subject};

/// The most that is read from standard input.
const INPUT_LIMIT: u64 = 64 << 10;

/// `seal`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("source").required(true).multiple(false))]
#[command(
    after_help = "Examples:\n  rootkeep seal 111122223333/password --quorum engineers --generate 32 --show-once\n  rootkeep seal 111122223333/mfa-seed --quorum board --qr mfa-qr.png"
)]
pub struct SealCommand {
    /// SUBJECT/KIND[:LABEL], such as 111122223333/password or 111122223333/mfa-seed:tokyo
    secret: String,
    /// The secret comes on standard input; one line break at its end is dropped
    #[arg(long, group = "source")]
    stdin: bool,
    /// A picture of the QR code that AWS shows for a virtual MFA device (PNG, JPEG)
    #[arg(long, group = "source", value_name = "IMAGE")]
    qr: Option<PathBuf>,
    /// An otpauth:// URI comes on standard input
    #[arg(long, group = "source")]
    otpauth_stdin: bool,
    /// Two codes in a row of the device come on standard input, each on a line: they are compared with the picture
    #[arg(long, requires = "qr")]
    codes_stdin: bool,
    /// A password of this length that AWS takes and a person can type
    #[arg(long, group = "source", value_name = "LENGTH")]
    generate: Option<usize>,
    /// Show the generated password once, grouped and spelt, to be typed at AWS
    #[arg(long, requires = "generate")]
    show_once: bool,
    /// The quorum; needed the first time, fixed afterwards
    #[arg(long, value_name = "NAME")]
    quorum: Option<String>,
    /// A further account that this MFA device serves (repeatable)
    #[arg(long, value_name = "ACCOUNT")]
    serves: Vec<String>,
    #[command(flatten)]
    copies: CopyFlags,
}

pub fn run(context: &Context, command: &SealCommand) -> Result<Done> {
    let name: SecretName = command.secret.parse()?;
    let serves = command
        .serves
        .iter()
        .map(|id| AccountId::new(id.clone()))
        .collect::<Result<Vec<_>>>()?;
    check_kind(command, &name)?;
    let copies = Asked::new(&command.copies, &name)?;
    let from_picture = match &command.qr {
        Some(path) => Some(otpauth(context, &read_picture(path)?, &name)?),
        None => None,
    };
    let codes = command.codes_stdin.then(codes_given).transpose()?;
    let mut session = context.open_to_act()?;
    // Before anything is typed or generated in vain.
    if let Some(quorum) = &command.quorum {
        session.find_quorum(quorum)?;
    }
    let plaintext = match from_picture {
        Some(seed) => seed,
        None => plaintext(context, command, &name, &session)?,
    };
    let compared = match name.kind {
        SecretKind::MfaSeed => Some(seal_codes::compared(context, &plaintext, codes, &session)?),
        _ => None,
    };
    let copies = copies.prepare(context, &session, (&name, &serves), &plaintext)?;
    let mut sealed = session.seal(SealRequest {
        name: name.clone(),
        quorum: command.quorum.as_deref(),
        serves,
        plaintext: &plaintext,
    })?;
    if compared.is_some() {
        // A part of the sealing: its head is the one after it.
        match secret_compare::keep(&mut session, sealed.entered.leaf, &plaintext) {
            Ok(kept) => (sealed.entered.size, sealed.entered.root) = (kept.size, kept.root),
            Err(error) => sealed.entered.warnings.push(error),
        }
    }
    let made = copies
        .map(|copies| copies.print(&mut session, &sealed, &plaintext))
        .transpose()?;
    let people = session.people()?;
    let holders: Vec<String> = sealed.holders.iter().map(|id| people.name(id)).collect();
    let mut more = json!({
        "secret": sealed.secret,
        "name": name,
        "epoch": sealed.epoch,
        "quorum": sealed.quorum,
        "holders": holders,
    });
    if let Some(map) = more.as_object_mut() {
        let mut warnings = Vec::new();
        if let Some(compared) = compared {
            map.insert("compared".to_owned(), Value::Bool(compared));
            if !compared {
                warnings.push(seal_codes::NOT_COMPARED.to_owned());
            }
        }
        if let Some(made) = &made {
            map.insert("copies".to_owned(), made.fields.clone());
            warnings.extend(made.warnings.iter().cloned());
        }
        if !warnings.is_empty() {
            map.insert("warnings".to_owned(), json!(warnings));
        }
    }
    if command.show_once {
        let text = SecretText::from_utf8(&plaintext)
            .ok_or_else(|| Error::failed("internal", "a generated password is text"))?;
        if let (true, Some(map)) = (context.global.json, more.as_object_mut()) {
            map.insert(
                "shown_once".to_owned(),
                Value::String(text.expose().to_owned()),
            );
        } else {
            show_once(&text)?;
        }
    }
    let headline = format!(
        "sealed {name}, epoch {}, to the quorum {}: {}",
        sealed.epoch,
        sealed.quorum,
        output::plain(&holders.join(", "))
    );
    if command.generate.is_some() && !command.show_once {
        context.say("note: nobody has seen this password; it can be set at AWS only after a release. With --show-once it would have been shown.");
    }
    context.say("The shares of the others count as unproven until each of them has opened theirs.");
    context.say(&format!(
        "Once you know that it works at AWS: rootkeep secret confirm {name} --epoch {}",
        sealed.epoch
    ));
    let mut lines = vec![headline];
    if let Some(made) = made {
        for warning in &made.warnings {
            context.warn(warning);
        }
        lines.extend(made.lines);
        copy::next_steps(context);
    }
    context.report(session, &sealed.entered, &lines.join("\n"), more)
}

fn show_once(text: &SecretText) -> Result<()> {
    output::data("\nType this at AWS now; it is not shown again.\n\n")?;
    output::data(&format!("    {}\n\n", password::grouped(text).expose()))?;
    output::data(password::spelt(text).expose())?;
    output::data("\n")
}

/// What doesn't go together is refused before anything is unlocked or typed.
fn check_kind(command: &SealCommand, name: &SecretName) -> Result<()> {
    let is_seed = name.kind == SecretKind::MfaSeed;
    if let Some(length) = command.generate {
        if name.kind != SecretKind::Password {
            return Err(
                Error::usage("not-a-password", "only passwords are generated")
                    .hint(format!("{}/password", name.subject)),
            );
        }
        let lengths = password::MIN_LENGTH..=password::MAX_LENGTH;
        if !lengths.contains(&length) {
            return Err(Error::usage(
                "bad-length",
                format!(
                    "a password is generated with {} to {} characters",
                    lengths.start(),
                    lengths.end()
                ),
            ));
        }
        return Ok(());
    }
    let is_otpauth = command.qr.is_some() || command.otpauth_stdin;
    match (is_seed, is_otpauth) {
        (false, true) => Err(Error::usage("not-a-seed", "an otpauth code is an MFA seed")
            .hint(format!("{}/mfa-seed", name.subject))),
        (true, false) => Err(Error::usage(
            "otpauth-needed",
            "an MFA seed comes as an otpauth URI, not as bare text",
        )
        .hint("--qr IMAGE of what AWS shows, or --otpauth-stdin")),
        _ => Ok(()),
    }
}

/// The secret from standard input, from the keyboard, or generated.
fn plaintext(
    context: &Context,
    command: &SealCommand,
    name: &SecretName,
    session: &Session,
) -> Result<SecretBytes> {
    if command.otpauth_stdin {
        if std::io::stdin().is_terminal() {
            output::talk("Type or paste the otpauth:// URI, then Ctrl-D. It is shown as you type.");
        }
        let text = SecretText::from_utf8(&read_stdin()?).ok_or_else(|| {
            Error::usage("bad-otpauth", "what came on standard input is not text")
        })?;
        return otpauth(context, &text, name);
    }
    if let Some(length) = command.generate {
        return generate(context, length, name, session);
    }
    let bytes = match typed(context, name)? {
        Some(bytes) => bytes,
        None => read_stdin()?,
    };
    if bytes.is_empty() {
        return Err(Error::usage(
            "empty-secret",
            "nothing came on standard input",
        ));
    }
    Ok(bytes)
}

/// At a terminal: what is short is asked for twice and not shown; what is long is typed to its end.
fn typed(context: &Context, name: &SecretName) -> Result<Option<SecretBytes>> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let short = matches!(name.kind, SecretKind::Password | SecretKind::Combination);
    if !(short && context.terminal.interactive) {
        output::talk("Type or paste the secret, then Ctrl-D. It is shown as you type.");
        return Ok(None);
    }
    let terminal = &context.terminal;
    let ask = |question: &str| {
        terminal
            .passphrase(question)
            .map_err(|_| Error::refused("not-confirmed", "nothing was typed: nothing was done"))
    };
    let twice = || {
        let first = ask(&format!("{name}, as it is in use (not shown)"))?;
        let second = ask("The same again")?;
        if first.expose() != second.expose() {
            return Err(Error::refused(
                "secrets-differ",
                "the two differ: nothing was done",
            ));
        }
        Ok(SecretBytes::copy_of(first.expose().as_bytes()))
    };
    terminal
        .retry(|error| error.code() == "secrets-differ", twice)
        .map(Some)
}

fn codes_given() -> Result<[SecretText; 2]> {
    let text = SecretText::from_utf8(&read_stdin()?)
        .ok_or_else(|| Error::usage("codes-needed", "what came on standard input is not text"))?;
    seal_codes::from_lines(&text)
}

fn otpauth(context: &Context, text: &SecretText, name: &SecretName) -> Result<SecretBytes> {
    let parsed = parsed(text)?;
    if let (Some(hint), Subject::Account(account)) = (&parsed.account_hint, &name.subject)
        && hint.len() == 12
        && hint.bytes().all(|byte| byte.is_ascii_digit())
        && *hint != account.to_string()
    {
        return Err(Error::refused(
            "other-account",
            format!("the code was made for account {hint}, not for {}", account),
        )
        .hint(format!(
            "rootkeep seal {hint}/mfa-seed …, with --serves {} if it serves both",
            account
        )));
    }
    if parsed.seed_is_short() {
        context.warn("the seed has fewer than 128 bits, less than RFC 4226 asks for");
    }
    Ok(SecretBytes::copy_of(parsed.to_uri().expose().as_bytes()))
}

/// An otpauth URI.
///
/// # Errors
/// Usage, code `bad-otpauth`.
pub fn parsed(text: &SecretText) -> Result<OtpAuth> {
    OtpAuth::parse(text).map_err(|error| {
        Error::usage(
            "bad-otpauth",
            "this is not the code of one virtual MFA device",
        )
        .because(error)
    })
}

/// The text of the one QR code in a picture.
///
/// # Errors
/// Usage, code `bad-picture`.
pub fn read_picture(path: &Path) -> Result<SecretText> {
    let bytes = SecretBytes::new(read_bounded(path, 32 << 20)?);
    qr_image::read(&bytes).map_err(|error| {
        Error::usage(
            "bad-picture",
            format!("no MFA code can be read from {}", path.display()),
        )
        .because(error)
    })
}

/// The longest line that Linux passes on from a terminal.
const TERMINAL_LINE: usize = 4095;

/// Reads standard input, and drops one line break at its end.
fn read_stdin() -> Result<SecretBytes> {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(
        usize::try_from(INPUT_LIMIT + 1).unwrap_or(0),
    ));
    std::io::stdin()
        .lock()
        .take(INPUT_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| {
            Error::failed("cannot-read", "cannot read standard input").because(error)
        })?;
    if u64::try_from(bytes.len()).map_or(true, |length| length > INPUT_LIMIT) {
        return Err(Error::usage(
            "bad-secret-length",
            "a secret has at most 65,536 bytes",
        ));
    }
    let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
    if std::io::stdin().is_terminal() && longest >= Some(TERMINAL_LINE) {
        return Err(Error::usage(
            "line-too-long",
            "a terminal cuts lines of 4,095 bytes and more: part of what was typed is lost",
        )
        .hint("put it into a file and give that: --stdin <FILE"));
    }
    let kept = match bytes.as_slice() {
        [kept @ .., b'\r', b'\n'] | [kept @ .., b'\n'] => kept.len(),
        all => all.len(),
    };
    bytes.truncate(kept);
    Ok(SecretBytes::new(std::mem::take(&mut *bytes)))
}

fn generate(
    context: &Context,
    length: usize,
    name: &SecretName,
    session: &Session,
) -> Result<SecretBytes> {
    let mut forbidden: Vec<String> = Vec::new();
    if let Subject::Account(account) = &name.subject
        && let Some(record) = read::<AccountRecord>(&session.view(), &account.to_string())?
        && let Some(names) = record.names
    {
        forbidden.extend([names.name.to_string(), names.email.to_string()]);
    }
    let forbidden: Vec<&str> = forbidden.iter().map(String::as_str).collect();
    let generated =
        password::generate(&SystemRandom::new(), length, &forbidden).map_err(|error| {
            Error::usage("bad-length", "no such password is generated").because(error)
        })?;
    context.say(&format!(
        "generated {length} characters, {:.0} bits",
        generated.bits
    ));
    Ok(SecretBytes::copy_of(generated.password.expose().as_bytes()))
}
