//! `seal --print`: copies of an MFA seed on paper, made while it is still open.
//!
//! Each is drawn and read back before the sealing, so that what can't be printed is not sealed either;
//! then it is sealed, and only then a sheet leaves the program. A sheet that gets lost on its way costs
//! a release, never the sealing.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::fresh;
use super::print::copy::{self, Copy, Manner, Seed};
use super::print::imprint::Foot;
use super::print::onto::{PaperArg, Target, notices, nowhere};
use super::reveal;
use crate::crypto::secret::SecretBytes;
use crate::error::{Error, Result};
use crate::ledger::{Sealed, Session};
use crate::statement::SecretName;
use crate::statement::account_id::AccountId;
use crate::statement::register::HeldSecret;
use crate::statement::text::{Name, Text};

/// The flags.
#[derive(Debug, Args)]
pub struct CopyFlags {
    /// Print a copy of an MFA seed for this location, in the bag of this number (repeatable: each is
    /// another copy, in a bag of its own, and registered as an item)
    #[arg(long, value_name = "LOCATION=BAG")]
    print: Vec<String>,
    /// The copies go into this directory, as new PDFs that only you can read
    #[arg(long, value_name = "DIR", requires = "print", group = "copies")]
    print_out: Option<PathBuf>,
    /// The copies go to the usual printer, or to the one of that name, by `lp`: no file is written
    #[arg(
        long,
        value_name = "NAME",
        requires = "print",
        group = "copies",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    to_printer: Option<String>,
    /// The size of their paper
    #[arg(long, value_enum, default_value = "a4")]
    paper: PaperArg,
    /// Their items are called so, with -1, -2 and so on; otherwise after the account
    #[arg(long, value_name = "TEXT", requires = "print")]
    item: Option<String>,
    /// Who watches and closes the bags with you, now: stands on the copies and in the register
    #[arg(long, value_name = "NAME", requires = "print")]
    witness: Option<String>,
    /// Whom to call when a copy is found: stands outside
    #[arg(long, value_name = "TEXT", requires = "print")]
    call: Option<String>,
    /// Print the seed in letters too
    #[arg(long, requires = "print")]
    seed_text: bool,
}

/// One copy as typed.
struct Wanted {
    location: String,
    bag: Text,
}

/// The copies that are asked for, held to what can be known before anything is unlocked.
pub struct Asked<'f> {
    flags: &'f CopyFlags,
    wanted: Vec<Wanted>,
}

impl<'f> Asked<'f> {
    /// Reads the flags.
    pub fn new(flags: &'f CopyFlags, name: &SecretName) -> Result<Self> {
        if !flags.print.is_empty() {
            copy::account_of(name)?;
            match (&flags.print_out, &flags.to_printer) {
                (Some(directory), _) if !directory.is_dir() => fresh::check(directory)?,
                (Some(_), _) => {}
                (None, Some(printer)) => Target::printer(printer).map(|_| ())?,
                (None, None) => return Err(nowhere("--print-out DIR")),
            }
        }
        let wanted = flags
            .print
            .iter()
            .map(|pair| {
                let bad = || {
                    Error::usage(
                        "bad-pair",
                        format!("`{}` is not LOCATION=BAG", pair.escape_debug()),
                    )
                    .hint("such as --print london-a=A0012345")
                };
                let (location, bag) = pair.split_once('=').ok_or_else(bad)?;
                Ok(Wanted {
                    location: location.to_owned(),
                    bag: Text::new(bag).map_err(|_| bad())?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { flags, wanted })
    }

    /// Draws every copy once and reads it back, says what a printer keeps, and asks whether to go on.
    /// `None` where none is asked for.
    pub fn prepare(
        self,
        context: &Context,
        session: &Session,
        (name, serves): (&SecretName, &[AccountId]),
        plaintext: &SecretBytes,
    ) -> Result<Option<Copies<'f>>> {
        if self.wanted.is_empty() {
            return Ok(None);
        }
        let next = session
            .find_secret(name)
            .map_or(1, |(_, record)| record.epoch.saturating_add(1));
        let flags = self.flags;
        let manner = Manner {
            witness: flags.witness.clone(),
            call: flags.call.clone(),
            seed_text: flags.seed_text,
        };
        let seed = Seed::new(session, name, (next, serves), manner)?;
        let of = u16::try_from(self.wanted.len())
            .map_err(|_| Error::usage("too-many", "so many copies are not printed at once"))?;
        let copies = (1..=of)
            .zip(self.wanted)
            .map(|(number, wanted)| {
                Ok(Copy {
                    item: match &flags.item {
                        Some(prefix) => Name::new(format!("{prefix}-{number}"))?,
                        None => copy::item_name(name, next, number)?,
                    },
                    location: copy::destination(session, &wanted.location)?,
                    bag: wanted.bag,
                    number: (number, of),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        copy::check(session, None, &copies)?;
        let copies = Copies {
            flags,
            name: name.clone(),
            seed,
            copies,
        };
        let (foot, device) = (Foot::new(session)?, reveal::device_of(plaintext)?);
        for copy in &copies.copies {
            copies.target(copy)?;
            let made_at = copy::made_at(session, copy)?;
            copies
                .seed
                .draw(&made_at, &device, copy, &foot, flags.paper.into())?;
        }
        copies
            .agreeing()?
            .agree(context, &format!("The seed of {name}"))?;
        Ok(Some(copies))
    }
}

/// Copies that can be printed once the seed is sealed.
pub struct Copies<'f> {
    flags: &'f CopyFlags,
    name: SecretName,
    seed: Seed,
    copies: Vec<Copy>,
}

/// What became of them.
pub struct Made {
    /// For scripts.
    pub fields: Value,
    /// For people, a line each.
    pub lines: Vec<String>,
    /// What is to be looked at.
    pub warnings: Vec<String>,
}

impl Copies<'_> {
    /// Where a copy goes: in a directory, to a new file named after its item.
    fn target(&self, copy: &Copy) -> Result<Target> {
        match (&self.flags.print_out, &self.flags.to_printer) {
            (Some(directory), _) => {
                let path = directory.join(format!("{}.pdf", copy.item));
                if directory.is_dir() {
                    Target::file(path)
                } else {
                    Ok(Target::File(path))
                }
            }
            (None, printer) => Target::printer(printer.as_deref().unwrap_or_default()),
        }
    }

    /// Where all of them go, to be agreed to.
    fn agreeing(&self) -> Result<Target> {
        match (&self.flags.print_out, self.copies.first()) {
            (Some(directory), _) => Ok(Target::File(directory.clone())),
            (None, Some(copy)) => self.target(copy),
            (None, None) => Err(nowhere("--print-out DIR")),
        }
    }

    /// Prints them, and registers those that are printed.
    ///
    /// # Errors
    /// Whatever kept a copy from being printed; the hint says that the sealing stands, and how to get
    /// the copy.
    pub fn print(
        self,
        session: &mut Session,
        sealed: &Sealed,
        plaintext: &SecretBytes,
    ) -> Result<Made> {
        let held = HeldSecret {
            secret: sealed.secret,
            epoch: sealed.epoch,
        };
        let Self {
            flags,
            name,
            seed,
            copies,
        } = self;
        let this = Self {
            flags,
            name,
            seed: seed.of_epoch(sealed.epoch),
            copies,
        };
        let mut warnings = Vec::new();
        let mut targets = Vec::new();
        let outcome = this.deliver(session, sealed, plaintext, &mut targets, &mut warnings);
        let printed: Vec<&Copy> = this.copies.iter().take(targets.len()).collect();
        let (registered, more) = this.seed.register(session, &held, &printed);
        warnings.extend(more);
        outcome.map_err(|error| this.not_printed(error, sealed, &printed, &warnings))?;
        let all = printed.iter().zip(&targets).zip(&registered);
        let fields = all.clone().map(|((copy, target), seq)| {
            super::output::merge(
                json!({
                    "item": copy.item, "copy": copy.number.0, "of": copy.number.1,
                    "location": copy.location.facts.location, "bag": copy.bag, "registered": seq,
                }),
                target.fields(),
            )
        });
        let lines = all.map(|((copy, target), _)| {
            format!(
                "copy {} of {}, {}, for {} in bag {}: {}",
                copy.number.0,
                copy.number.1,
                copy.item,
                copy.location.facts.location,
                copy.bag,
                target.done()
            )
        });
        Ok(Made {
            fields: fields.collect(),
            lines: lines.collect(),
            warnings,
        })
    }

    fn deliver(
        &self,
        session: &Session,
        sealed: &Sealed,
        plaintext: &SecretBytes,
        targets: &mut Vec<Target>,
        warnings: &mut Vec<String>,
    ) -> Result<()> {
        let paper = self.flags.paper.into();
        let foot = Foot::new(session)?.of_entry(sealed.entered.seq);
        let device = reveal::device_of(plaintext)?;
        if let Some(directory) = &self.flags.print_out {
            std::fs::create_dir_all(directory).map_err(|error| {
                Error::failed(
                    "cannot-write",
                    format!("cannot make {}", directory.display()),
                )
                .because(error)
            })?;
        }
        for copy in &self.copies {
            let made_at = copy::made_at(session, copy)?;
            let printed = self.seed.draw(&made_at, &device, copy, &foot, paper)?;
            let target = self.target(copy)?;
            target.deliver(copy::TITLE, paper, &printed)?;
            targets.push(target);
            for notice in notices(&printed) {
                if !warnings.contains(&notice) {
                    warnings.push(notice);
                }
            }
        }
        Ok(())
    }

    fn not_printed(
        &self,
        error: Error,
        sealed: &Sealed,
        printed: &[&Copy],
        warnings: &[String],
    ) -> Error {
        let names: Vec<&str> = printed.iter().map(|copy| copy.item.as_str()).collect();
        let there = if names.is_empty() {
            "no copy was printed".to_owned()
        } else {
            format!("printed were only {}", names.join(", "))
        };
        let error = warnings.iter().fold(error, |error, why| error.because(why));
        error
            .because(format!(
                "{} is sealed all the same, as entry #{}, epoch {}; {there}",
                self.name, sealed.entered.seq, sealed.epoch
            ))
            .hint(format!(
                "a later copy needs a release: rootkeep request {} --purpose TEXT, then rootkeep print sheet ID",
                self.name
            ))
    }
}
