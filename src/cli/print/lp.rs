//! `lp`, the print command of POSIX and CUPS: the document goes to its standard input.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::present::print::Paper;

/// That there is one.
pub fn check() -> Result<()> {
    find().map(|_| ())
}

/// The first program of that name on `PATH`.
fn find() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join("lp"))
        .find(|program| {
            program.is_file() && rustix::fs::access(program, rustix::fs::Access::EXEC_OK).is_ok()
        })
        .ok_or_else(|| {
            Error::failed("no-lp", "there is no program lp here to print with")
                .hint("install the client of CUPS, or name a file: --out FILE")
        })
}

/// Prints a PDF. `title` is what the queue shows.
pub fn send(name: Option<&str>, title: &str, paper: Paper, pdf: &[u8]) -> Result<()> {
    let failed = || {
        Error::failed("not-printed", "lp has not taken it")
            .hint("see which printers there are: lpstat -e; then --to-printer=NAME")
    };
    let mut command = Command::new(find()?);
    command.args(["-s", "-t", title]);
    if let Some(name) = name {
        command.args(["-d", name]);
    }
    let media = match paper {
        Paper::A4 => "media=A4",
        Paper::Letter => "media=Letter",
    };
    // A sheet that is scaled would fold in the wrong places.
    command.args(["-o", media, "-o", "print-scaling=none"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed().because(error))?;
    // Dropped at the end of the statement, so that lp sees the end of it.
    let written = child
        .stdin
        .take()
        .map_or(Ok(()), |mut stdin| stdin.write_all(pdf));
    let output = child
        .wait_with_output()
        .map_err(|error| failed().because(error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().find(|line| !line.trim().is_empty());
        let why = line.map_or_else(|| output.status.to_string(), |line| line.trim().to_owned());
        return Err(failed().because(why));
    }
    written.map_err(|error| failed().because(error))
}
