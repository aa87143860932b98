//! Where a sheet goes: into a new file, or to a printer past every file.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};
use serde_json::{Value, json};

use super::lp;
use crate::cli::context::Context;
use crate::cli::fresh;
use crate::error::{Error, Result};
use crate::ledger::write_private_new;
use crate::present::print::{Paper, PrintError, Printed};

/// The size of the paper, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PaperArg {
    /// 210 by 297 mm
    A4,
    /// 8.5 by 11 inches
    Letter,
}

impl From<PaperArg> for Paper {
    fn from(typed: PaperArg) -> Self {
        match typed {
            PaperArg::A4 => Self::A4,
            PaperArg::Letter => Self::Letter,
        }
    }
}

/// The flags of everything that prints one sheet.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("onto").required(true).multiple(false))]
pub struct Onto {
    /// The size of the paper
    #[arg(long, value_enum, default_value = "a4")]
    paper: PaperArg,
    /// Into a new PDF that only you can read
    #[arg(long, value_name = "FILE", group = "onto")]
    out: Option<PathBuf>,
    /// To the usual printer, or to the one of that name, by `lp`: no file is written
    #[arg(
        long,
        value_name = "NAME",
        group = "onto",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    to_printer: Option<String>,
}

impl Onto {
    /// The paper.
    pub fn paper(&self) -> Paper {
        self.paper.into()
    }

    /// Where it goes, once it is known that it can go there: before anything is unlocked.
    pub fn target(&self) -> Result<Target> {
        match (&self.out, &self.to_printer) {
            (Some(path), _) => Target::file(path.clone()),
            (None, Some(name)) => Target::printer(name),
            (None, None) => Err(nowhere("--out FILE")),
        }
    }
}

/// Nobody has said where to.
pub fn nowhere(file: &str) -> Error {
    Error::usage("where-to", "where is it to be printed?")
        .hint(format!("{file}, or --to-printer, or --to-printer=NAME"))
}

/// Where a sheet goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// A new file.
    File(PathBuf),
    /// A printer: by name, or the usual one.
    Printer(Option<String>),
}

impl Target {
    /// A file that is not there yet.
    pub fn file(path: PathBuf) -> Result<Self> {
        fresh::check(&path)?;
        Ok(Self::File(path))
    }

    /// A printer; an empty name is the usual one.
    pub fn printer(name: &str) -> Result<Self> {
        lp::check()?;
        Ok(Self::Printer((!name.is_empty()).then(|| name.to_owned())))
    }

    /// Whether that is where it goes.
    pub fn is_file(&self, path: &Path) -> bool {
        matches!(self, Self::File(own) if own == path)
    }

    /// Hands the document over: a file complete or not at all, a printer without any file.
    pub fn deliver(&self, title: &str, paper: Paper, printed: &Printed) -> Result<()> {
        match self {
            Self::File(path) => write_private_new(path, printed.pdf.expose()),
            Self::Printer(name) => lp::send(name.as_deref(), title, paper, printed.pdf.expose()),
        }
    }

    /// Says what becomes of a secret that is printed, and asks whether to go on.
    pub fn agree(&self, context: &Context, what: &str) -> Result<()> {
        let to = match self {
            Self::File(path) => format!(
                "{what} will be in {}, for whoever gets at it. What is deleted leaves its blocks on the disk.",
                path.display()
            ),
            Self::Printer(_) => format!(
                "{what} goes to a printer. No file is written here; the print queue may keep one."
            ),
        };
        context.show_before_asking(&[
            to,
            "A printer may keep the page: in its memory until it is off, on its disk, in its queue, on a ribbon or drum.".to_owned(),
            "Print on your own printer, by cable, without a print server; docs/printing.md says more.".to_owned(),
        ]);
        context.terminal.confirm("Print it?")
    }

    /// What was done, for people.
    pub fn done(&self) -> String {
        match self {
            Self::File(path) => format!("written to {} (only you can read it)", path.display()),
            Self::Printer(None) => "sent to the printer".to_owned(),
            Self::Printer(Some(name)) => format!("sent to the printer {name}"),
        }
    }

    /// What was done, for scripts.
    pub fn fields(&self) -> Value {
        match self {
            Self::File(path) => json!({"file": path, "printer": null}),
            Self::Printer(name) => json!({"file": null, "printer": name}),
        }
    }
}

/// A sheet that can't be drawn.
pub fn not_drawn(error: PrintError) -> Error {
    Error::failed("cannot-draw", "the sheet can't be drawn").because(error)
}

/// What differs on paper from what was to be printed, for whoever prints.
pub fn notices(printed: &Printed) -> Vec<String> {
    let mut notices = Vec::new();
    if !printed.undrawn.is_empty() {
        let codes: Vec<String> = printed
            .undrawn
            .iter()
            .map(|c| format!("{c} as U+{:04X}", u32::from(*c)))
            .collect();
        notices.push(format!(
            "the fonts lack some characters; these stand in their places: {}",
            codes.join(", ")
        ));
    }
    notices.extend(
        printed
            .shortened
            .iter()
            .map(|text| format!("too long for its place, and cut on paper: {text}")),
    );
    notices
}
