//! A line typed at the terminal that is not shown. The terminal is put back as it was on every way
//! out, Ctrl-C among them.

use std::fs::File;
use std::io::{Read, Write};

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use zeroize::{Zeroize, Zeroizing};

use super::attention::Attention;
use crate::crypto::secret::SecretText;

/// The longest line that is taken, bytes.
const LIMIT: usize = 64 << 10;

/// How a hidden line ended.
pub enum Hidden {
    /// By Enter.
    Line(SecretText),
    /// By Ctrl-D, or the terminal went away.
    NotGiven,
    /// There is no terminal.
    NoTerminal,
}

/// Asks on the terminal itself, wherever input and output go. At Ctrl-C the process ends as it does
/// anywhere else, once the terminal is as it was; under `attention` it only gets no answer.
pub fn ask(question: &str, attention: Option<&Attention>) -> Hidden {
    let Ok(terminal) = File::options().read(true).write(true).open("/dev/tty") else {
        return Hidden::NoTerminal;
    };
    let Some(raw) = Raw::new(&terminal) else {
        return Hidden::NoTerminal;
    };
    let mut terminal = &terminal;
    // Asked only now, so that nothing which is typed at once can be shown.
    let _unheard = write!(terminal, "{question}: ");
    let end = read_line(&mut terminal, attention);
    let _unheard = terminal.write_all(b"\n");
    drop(raw);
    match end {
        End::Line(text) => Hidden::Line(text),
        End::NotGiven => Hidden::NotGiven,
        End::Interrupted => {
            let own = rustix::process::getpid();
            // Where the signal does not end it, it counts as no answer.
            let _ignored = rustix::process::kill_process(own, rustix::process::Signal::INT);
            Hidden::NotGiven
        }
    }
}

enum End {
    Line(SecretText),
    NotGiven,
    Interrupted,
}

fn read_line(terminal: &mut &File, attention: Option<&Attention>) -> End {
    // Made large enough at once: what grows is copied, and leaves its old place behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LIMIT));
    loop {
        if attention.is_some_and(|attention| !attention.wait(*terminal)) {
            return End::NotGiven;
        }
        let mut byte = [0];
        match terminal.read(&mut byte) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Ok(1) => {}
            _ => return End::NotGiven,
        }
        match byte {
            [b'\r' | b'\n'] => break,
            [0x03] => return End::Interrupted,
            // Ctrl-D at the beginning says that there is no answer.
            [0x04] if line.is_empty() => return End::NotGiven,
            [0x04] => break,
            [0x08 | 0x7f] => drop_last(&mut line),
            // Ctrl-U begins anew.
            [0x15] => line.zeroize(),
            [byte] if line.len() < LIMIT => line.push(byte),
            _ => return End::NotGiven,
        }
    }
    match String::from_utf8(std::mem::take(&mut *line)) {
        Ok(text) => End::Line(SecretText::new(text)),
        Err(error) => {
            error.into_bytes().zeroize();
            End::NotGiven
        }
    }
}

/// Takes the last character back, whatever bytes it has.
fn drop_last(line: &mut Vec<u8>) {
    while let Some(byte) = line.pop() {
        if byte & 0xc0 != 0x80 {
            return;
        }
    }
}

/// The terminal without echo, without lines and without signals of its own, until it is dropped.
struct Raw<'t> {
    terminal: &'t File,
    before: Termios,
}

impl<'t> Raw<'t> {
    fn new(terminal: &'t File) -> Option<Self> {
        let before = tcgetattr(terminal).ok()?;
        let mut hidden = before.clone();
        hidden
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(terminal, OptionalActions::Flush, &hidden).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        // Nothing better can be done where the terminal is gone.
        let _gone = tcsetattr(self.terminal, OptionalActions::Drain, &self.before);
    }
}
