//! Before an MFA seed is sealed: that a device which read the same picture shows the codes of what was
//! read here. Afterwards nobody sees the seed, and a wrong one would be met in an emergency.

use super::context::Context;
use super::output;
use crate::aws::otpauth::OtpAuth;
use crate::aws::two_codes::{CodeError, FirstCode};
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::error::{Error, Result};
use crate::ledger::Session;

/// What is said where nobody can be asked.
pub const NOT_COMPARED: &str = "nobody has compared this seed with the codes of a device: a wrong one would be met only when it is needed (a terminal asks for two codes; a script gives them with --codes-stdin)";

/// Compares the seed in `plaintext` with two codes: at a terminal they are asked for, with `given` they
/// come on standard input. Whether they were compared; nobody can be asked where neither is.
///
/// # Errors
/// Refused, code `codes-differ`.
pub fn compared(
    context: &Context,
    plaintext: &SecretBytes,
    given: Option<[SecretText; 2]>,
    session: &Session,
) -> Result<bool> {
    let otp = SecretText::from_utf8(plaintext)
        .and_then(|uri| OtpAuth::parse(&uri).ok())
        .ok_or_else(|| Error::failed("internal", "an MFA seed is one otpauth URI"))?;
    let now = || {
        session
            .now()
            .map(|now| u64::try_from(now.seconds()).unwrap_or(0))
    };
    if let Some([first, second]) = given {
        return two_codes(&otp, now, || Ok(first.clone()), || Ok(second.clone())).map(|()| true);
    }
    if !context.terminal.interactive {
        context.warn(NOT_COMPARED);
        return Ok(false);
    }
    output::talk(&format!(
        "Scan the same picture with the device that AWS is to know. It is compared with two codes in a row\n({} s each), before anything is sealed.",
        otp.period.seconds()
    ));
    let ask = |question: &str| {
        let typed = context.terminal.ask(question, "--codes-stdin")?;
        Ok(SecretText::new(typed))
    };
    context.terminal.retry(
        |error| error.code() == "codes-differ",
        || {
            let first = || ask("The code that the device shows");
            let second = || ask("The next one");
            two_codes(&otp, now, first, second)
        },
    )?;
    Ok(true)
}

fn two_codes(
    otp: &OtpAuth,
    now: impl Fn() -> Result<u64>,
    first: impl FnOnce() -> Result<SecretText>,
    second: impl FnOnce() -> Result<SecretText>,
) -> Result<()> {
    let typed = first()?;
    let found = FirstCode::find(otp, &typed, now()?).map_err(differ)?;
    let typed = second()?;
    found.followed_by(otp, &typed, now()?).map_err(differ)
}

fn differ(error: CodeError) -> Error {
    Error::refused("codes-differ", format!("{error}; nothing was sealed")).hint(
        "both clocks must be right; where the device has another seed, let AWS show a new picture",
    )
}

/// Two lines on standard input.
///
/// # Errors
/// Usage, code `codes-needed`.
pub fn from_lines(text: &SecretText) -> Result<[SecretText; 2]> {
    let lines: Vec<SecretText> = text
        .expose()
        .lines()
        .map(|line| SecretText::new(line.to_owned()))
        .collect();
    lines.try_into().map_err(|_| {
        Error::usage(
            "codes-needed",
            "two codes come on standard input, each on a line of its own",
        )
    })
}
