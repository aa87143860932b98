//! `secret compare`, and what it is compared with.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::output::{self, Done};
use super::{seal, secret};
use crate::aws::otpauth::OtpAuth;
use crate::crypto::fixed::Digest;
use crate::crypto::secret::{SecretBytes, SecretText};
use crate::error::{Error, Result};
use crate::ledger::{Entered, Session};
use crate::statement::{SecretKind, SecretName};

/// `secret compare`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep secret compare 111122223333/mfa-seed --qr sheet.jpg")]
pub struct CompareSecret {
    /// The MFA seed: SUBJECT/mfa-seed[:LABEL]
    secret: String,
    /// A picture of the copy's QR code (PNG, JPEG)
    #[arg(long, value_name = "IMAGE")]
    qr: PathBuf,
    /// Which epoch the copy is of [default: the one that a request would name]
    #[arg(long, value_name = "N")]
    epoch: Option<u32>,
}

/// Says no more than whether the two are the same; nobody has to agree, as nothing is rebuilt.
pub fn run(context: &Context, command: &CompareSecret) -> Result<Done> {
    let name: SecretName = command.secret.parse()?;
    if name.kind != SecretKind::MfaSeed {
        return Err(Error::usage(
            "not-a-seed",
            "only MFA seeds can be compared: what a person might guess has no fingerprint",
        ));
    }
    let seed = seal::parsed(&seal::read_picture(&command.qr)?)?.seed_and_form();
    let session = context.open_to_act()?;
    let (id, _) = session.find_secret(&name)?;
    let epoch = match command.epoch {
        Some(epoch) => epoch,
        None => secret::default_epoch(&session, &id)?,
    };
    let same = session.is_sealed_seed(&id, epoch, &seed)?;
    if context.global.json {
        let fields = json!({"name": name, "epoch": epoch, "same": same});
        output::object("secret.compare", fields)?;
    } else {
        output::data(if same { "same\n" } else { "not the same\n" })?;
    }
    Ok(if same { Done::Yes } else { Done::Attention })
}

/// Attaches to a seal what later copies are compared with.
///
/// # Errors
/// Whatever the ledger says: the seal stands all the same.
pub fn keep(session: &mut Session, seal: Digest, plaintext: &SecretBytes) -> Result<Entered> {
    let otp = SecretText::from_utf8(plaintext)
        .and_then(|uri| OtpAuth::parse(&uri).ok())
        .ok_or_else(|| Error::failed("internal", "an MFA seed is one otpauth URI"))?;
    session.keep_fingerprint(seal, &otp.seed_and_form())
}
