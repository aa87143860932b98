//! `reveal`.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use super::waiting;
use crate::aws::otpauth::OtpAuth;
use crate::crypto::fixed::Id;
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::crypto::totp;
use crate::error::{Error, Result};
use crate::ledger::{Revealed, Session, write_private_new};
use crate::present::{describe, qr};
use crate::state::custody::RequestRecord;
use crate::statement::releases::Form;
use crate::statement::{SecretKind, SecretName};

/// `reveal`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep reveal 4eb276f8 111122223333/password\n  rootkeep reveal 4eb276f8 111122223333/mfa-seed --totp"
)]
pub struct RevealCommand {
    /// The request
    id: String,
    /// Which of its secrets, where it names several
    secret: Option<String>,
    /// Into a new file that only you can read
    #[arg(long, value_name = "FILE", group = "form")]
    out: Option<PathBuf>,
    /// One-time codes of an MFA seed
    #[arg(long, group = "form")]
    totp: bool,
    /// As a QR code, to be scanned from the screen
    #[arg(long, group = "form")]
    qr: bool,
    /// The text itself, also of an MFA seed, which otherwise shows its codes
    #[arg(long, group = "form")]
    text: bool,
}

impl RevealCommand {
    /// An MFA seed shows codes unless something else is asked for: whoever sees the seed itself can
    /// make codes for ever.
    fn form(&self, is_seed: bool) -> Form {
        if self.out.is_some() {
            Form::File
        } else if self.totp || (is_seed && !self.qr && !self.text) {
            Form::Totp
        } else if self.qr {
            Form::Qr
        } else {
            Form::Text
        }
    }
}

pub fn run(context: &Context, command: &RevealCommand) -> Result<Done> {
    let wanted = command
        .secret
        .as_ref()
        .map(|name| name.parse())
        .transpose()?;
    if let Some(path) = &command.out {
        fresh::check(path)?;
    }
    if command.qr && context.global.json {
        return Err(
            Error::usage("no-json", "a QR code is drawn on a terminal, not in JSON")
                .hint("leave out --qr or --json"),
        );
    }
    let mut session = context.open_to_act()?;
    let entry = context.entry(&session, &command.id)?;
    let request = RequestRecord::load(&session.view(), &entry.hash)?
        .ok_or_else(|| Error::usage("not-a-request", format!("#{} is not a request", entry.seq)))?;
    let typed = format!("reveal {}", command.id);
    let secret = which_secret(&session, &typed, wanted.as_ref(), &request)?;
    let name = describe::secret_name(&session, &secret)?;
    let is_seed = name
        .parse::<SecretName>()
        .is_ok_and(|name| name.kind == SecretKind::MfaSeed);
    check_form(command, &name, is_seed)?;
    let form = command.form(is_seed);
    let json = context.global.json;
    let revealed = session.reveal(&entry.hash, &secret, form, |plaintext| match form {
        // What goes onto paper is shown by `print sheet` alone.
        Form::File | Form::Paper => Ok(()),
        Form::Text => shown_text_of(plaintext, json).map(|_| ()),
        Form::Totp => device_of(plaintext).map(|_| ()),
        Form::Qr => drawing_that_fits(plaintext),
    });
    let revealed = revealed.map_err(|error| waiting::explained(&session, &entry, error))?;
    let people = session.people()?;
    for warning in bad_shares(&session, &revealed)? {
        context.warn(&warning);
    }
    let more = json!({
        "request": entry.id,
        "name": name,
        "bad": revealed.bad.iter().map(|(who, place)| json!({"name": people.name(who), "group": place.group, "member": place.member})).collect::<Vec<_>>(),
    });
    context.say(&format!("recorded as entry #{}", revealed.entered.seq));
    show(
        context,
        (command, form),
        &session,
        &revealed.plaintext,
        &revealed.entered,
        more,
    )?;
    context.say(&format!(
        "When done: rootkeep close {} --outcome used --note TEXT",
        command.id
    ));
    Ok(Done::Yes)
}

/// Whose shares were not what they ought to be, each in a sentence.
pub fn bad_shares(session: &Session, revealed: &Revealed) -> Result<Vec<String>> {
    let people = session.people()?;
    let warnings = revealed.bad.iter().map(|(who, place)| {
        format!(
            "the share that {} sent (group {}, member {}) is not the one that was sealed; the others were enough",
            people.name(who),
            u16::from(place.group) + 1,
            u16::from(place.member) + 1
        )
    });
    Ok(warnings.collect())
}

/// What can be known beforehand is refused beforehand: a reveal that shows nothing would stay on
/// record all the same.
fn check_form(command: &RevealCommand, name: &str, is_seed: bool) -> Result<()> {
    if command.totp && !is_seed {
        return Err(Error::usage(
            "not-a-seed",
            format!("{name} is not an MFA seed: it has no codes"),
        )
        .hint("leave --totp out"));
    }
    Ok(())
}

/// Which secret of a request is meant. `typed`: the command so far.
pub fn which_secret(
    session: &Session,
    typed: &str,
    wanted: Option<&SecretName>,
    request: &RequestRecord,
) -> Result<Id> {
    if let Some(name) = wanted {
        return session.find_secret(name).map(|(id, _)| id);
    }
    match request.secrets.as_slice() {
        [one] => Ok(one.secret),
        several => {
            let names = several
                .iter()
                .map(|wanted| describe::secret_name(session, &wanted.secret))
                .collect::<Result<Vec<_>>>()?;
            Err(
                Error::usage("which-secret", "the request names several secrets")
                    .hint(format!("rootkeep {typed} {}", names.join("   or   "))),
            )
        }
    }
}

fn show(
    context: &Context,
    (command, form): (&RevealCommand, Form),
    session: &Session,
    plaintext: &SecretBytes,
    entered: &crate::ledger::Entered,
    more: Value,
) -> Result<()> {
    let fields = output::merge(output::entered_fields(entered), more);
    match form {
        Form::File | Form::Paper => {
            if let Some(path) = &command.out {
                write_private_new(path, plaintext.expose())?;
                report(context, fields, json!({"file": path.display().to_string()}))?;
                context.say(&format!(
                    "written to {} (only you can read it)",
                    path.display()
                ));
            }
            Ok(())
        }
        Form::Totp => codes(context, session, plaintext, fields),
        Form::Qr => output::data(&format!("{}\n", drawing_of(plaintext)?.expose())),
        Form::Text => {
            let text = shown_text_of(plaintext, context.global.json)?;
            if context.global.json {
                return report(context, fields, json!({"secret": text.expose()}));
            }
            output::data(&format!("{}\n", text.expose()))
        }
    }
}

fn report(context: &Context, fields: Value, more: Value) -> Result<()> {
    if context.global.json {
        output::object("reveal", output::merge(fields, more))
    } else {
        Ok(())
    }
}

fn text_of(plaintext: &SecretBytes) -> Result<SecretText> {
    SecretText::from_utf8(plaintext).ok_or_else(|| {
        Error::usage("not-text", "the secret is not text").hint("reveal it with --out FILE")
    })
}

/// The text, where a terminal would show it and obey nothing in it.
fn shown_text_of(plaintext: &SecretBytes, json: bool) -> Result<SecretText> {
    let text = text_of(plaintext)?;
    let obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !json && std::io::stdout().is_terminal() && text.expose().chars().any(obeyed) {
        return Err(Error::usage(
            "not-text",
            "the secret holds control characters that a terminal would obey",
        )
        .hint("reveal it with --out FILE"));
    }
    Ok(text)
}

/// A QR code that a window is too narrow for is broken, and the reveal on record all the same.
fn drawing_that_fits(plaintext: &SecretBytes) -> Result<()> {
    let drawing = drawing_of(plaintext)?;
    let lines = drawing.expose().lines();
    let wide = lines.map(columns).max().unwrap_or(0);
    match output::columns() {
        Some(window) if window < wide => Err(Error::usage(
            "window-narrow",
            format!("the QR code is {wide} columns wide, and the window has {window}"),
        )
        .hint(
            "make the window wider, or its letters smaller, and do it again: nothing was recorded",
        )),
        _ => Ok(()),
    }
}

/// How many columns a drawn line takes: what colours it takes none.
fn columns(line: &str) -> usize {
    let mut count = 0;
    let mut colour = false;
    for c in line.chars() {
        match (c, colour) {
            ('\x1b', _) => colour = true,
            ('m', true) => colour = false,
            (_, true) => {}
            _ => count += 1,
        }
    }
    count
}

/// The QR code of a secret, as a terminal shows it; in a pipe, without colours.
fn drawing_of(plaintext: &SecretBytes) -> Result<SecretText> {
    let ground = if std::io::stdout().is_terminal() {
        qr::Ground::Painted
    } else {
        qr::Ground::Light
    };
    qr::Drawing::new(&text_of(plaintext)?, qr::Medium::Screen)
        .and_then(|drawing| drawing.terminal(ground))
        .map_err(|error| {
            Error::failed("cannot-draw", "no QR code can be drawn of it").because(error)
        })
}

/// The virtual MFA device that a secret is the seed of.
pub fn device_of(plaintext: &SecretBytes) -> Result<OtpAuth> {
    OtpAuth::parse(&text_of(plaintext)?).map_err(|error| {
        Error::usage(
            "not-a-seed",
            "the secret is not the seed of a virtual MFA device",
        )
        .because(error)
    })
}

/// Shows the code, its countdown, and the next ones as they come, until Ctrl-C or two codes.
fn codes(
    context: &Context,
    session: &Session,
    plaintext: &SecretBytes,
    fields: Value,
) -> Result<()> {
    let device = device_of(plaintext)?;
    let now = || -> Result<u64> { Ok(u64::try_from(session.now()?.seconds()).unwrap_or(0)) };
    let code = |at: u64| {
        totp::code(
            &device.seed,
            device.algorithm,
            device.digits,
            device.period,
            at,
        )
    };
    let at = now()?;
    let left = totp::seconds_left(device.period, at);
    if context.global.json {
        let next = code(at + left);
        return report(
            context,
            fields,
            json!({"code": code(at).expose(), "seconds_left": left, "next_code": next.expose()}),
        );
    }
    if !(std::io::stdout().is_terminal() && context.terminal.interactive) {
        return output::data(&format!("{}  valid for {left} s\n", code(at).expose()));
    }
    context.say("Three codes in a row; Ctrl-C ends it before.");
    // AWS asks for two codes in a row when a device is set up: three are enough for anything.
    let end = at + left + 2 * u64::from(device.period.seconds());
    let mut stdout = std::io::stdout().lock();
    loop {
        let at = now()?;
        if at >= end || context.terminal.interrupted() {
            break;
        }
        // Short enough for the narrowest window: a line that wraps can't be drawn over.
        let line = format!(
            "\r{} for {:>2} s, then {} ",
            code(at).expose(),
            totp::seconds_left(device.period, at),
            code(at + u64::from(device.period.seconds())).expose()
        );
        if stdout
            .write_all(line.as_bytes())
            .and_then(|()| stdout.flush())
            .is_err()
        {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(250));
    }
    // The codes are over; the line need not stay on the screen.
    let _unheard = stdout.write_all(b"\r\x1b[2K").and_then(|()| stdout.flush());
    Ok(())
}
