//! `ceremony run`: the script, full screen, recorded as it happens.
//!
//! Each thing that is recorded is an entry of the log before the next key is read, and the place to go on
//! is read from the log: whatever ends the program, it goes on where it was.

mod act;
mod form;
mod view;

use std::io::IsTerminal;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, EnableBracketedPaste, Event, KeyCode, KeyEvent, KeyEventKind,
    KeyModifiers,
};
use ratatui::crossterm::execute;

use super::finish::{self, FinishCeremony};
use super::guests::Guests;
use super::room::Room;
use crate::cli::context::Context;
use crate::cli::kept::Kept;
use crate::cli::named::named;
use crate::cli::output::Done;
use crate::error::{Error, Result};
use crate::ledger::Session;
use crate::present::minutes::minutes;
use form::{Purpose, Typed};
use view::Screen;

/// How long a key is waited for before the clock is drawn again.
const TICK: Duration = Duration::from_millis(250);
/// How often it is looked at what others have entered.
const LOOK: Duration = Duration::from_secs(2);

/// `ceremony run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep -i alice.key ceremony run 4eb276f8")]
pub struct RunCeremony {
    /// The ceremony
    id: String,
}

/// How the full screen was left.
enum Left {
    /// The ceremony goes on another time.
    Quit,
    /// It is over, as the form says.
    Finish(FinishCeremony),
}

pub fn run(context: &Context, command: &RunCeremony) -> Result<Done> {
    if !context.terminal.interactive || !std::io::stdout().is_terminal() {
        return Err(Error::usage(
            "no-terminal",
            "this leads through a script on a whole terminal, and there is none",
        )
        .hint(format!(
            "step by step without one: rootkeep ceremony step {}",
            command.id
        )));
    }
    let kept = Rc::new(Kept::locked(
        context.identity_path()?,
        context.ledger_path()?,
    ));
    let unlocked = Context::in_shell(context.global.clone(), context.terminal.clone(), kept);
    // Whatever has to be asked is asked before the screen is taken.
    let session = unlocked.open_to_act()?;
    let room = Room::find(&unlocked, &session, &command.id)?;
    if room.record.finished.is_some() || room.record.finishing.is_some() {
        return Err(
            Error::refused("ceremony-over", "the ceremony is over").hint(format!(
                "{} ceremony show {}",
                context.program(None),
                command.id
            )),
        );
    }
    let mut runner = Runner {
        on_hardware: session.is_on_hardware(),
        screen: screen(&session, room)?,
        looked: Instant::now(),
        context: &unlocked,
        id: command.id.clone(),
        ended: ended_by_signal()?,
    };
    drop(session);
    let left = runner.lead()?;
    let program = context.program(None);
    match left {
        Left::Quit => {
            context.say(&format!(
                "the ceremony goes on: {program} ceremony run {}",
                command.id
            ));
            Ok(Done::Yes)
        }
        Left::Finish(finish) => finish::run(context, &finish),
    }
}

/// Set when the system asks the program to end: the terminal is to be given back before. A second time it
/// ends at once. That the terminal is gone ends it at once too: waiting for a key would never end then, with
/// the identity unlocked.
fn ended_by_signal() -> Result<Arc<AtomicBool>> {
    let ended = Arc::new(AtomicBool::new(false));
    let signal = signal_hook::consts::SIGTERM;
    signal_hook::flag::register_conditional_default(signal, Arc::clone(&ended))
        .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&ended)))
        .map_err(|error| {
            Error::failed("cannot-listen", "cannot listen for signals").because(error)
        })?;
    Ok(ended)
}

fn screen(session: &Session, room: Room) -> Result<Screen> {
    Ok(Screen {
        guests: Guests::load(session, &room.record)?.there,
        minutes: minutes(session, &room.record, &room.people)?,
        now: session.now()?,
        looked_at: room.record.next_step(),
        scroll: 0,
        form: None,
        said: None,
        room,
    })
}

struct Runner<'c> {
    context: &'c Context,
    id: String,
    screen: Screen,
    /// When it was last looked at what others have entered.
    looked: Instant,
    /// Whether a token may have to be touched for an entry.
    on_hardware: bool,
    ended: Arc<AtomicBool>,
}

/// The whole terminal, given back however this ends.
struct Whole(DefaultTerminal);

impl Whole {
    fn take() -> Result<Self> {
        let terminal = ratatui::try_init().map_err(|error| no_screen(&error))?;
        let whole = Self(terminal);
        execute!(std::io::stdout(), EnableBracketedPaste).map_err(|error| no_screen(&error))?;
        Ok(whole)
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Where the terminal is gone, there is nothing to give back.
        let _gone = execute!(std::io::stdout(), DisableBracketedPaste);
        ratatui::restore();
    }
}

fn no_screen(error: &std::io::Error) -> Error {
    Error::failed("no-screen", "cannot use the terminal as a whole").because(error)
}

impl Runner<'_> {
    fn lead(&mut self) -> Result<Left> {
        let mut whole = Whole::take()?;
        loop {
            self.screen.now = crate::ledger::Clock::now(&crate::ledger::SystemClock)?;
            whole
                .0
                .draw(|frame| view::draw(frame, &self.screen))
                .map_err(|error| no_screen(&error))?;
            if self.ended.load(Ordering::Relaxed) {
                return Ok(Left::Quit);
            }
            if event::poll(TICK).map_err(|error| no_screen(&error))? {
                match event::read().map_err(|error| no_screen(&error))? {
                    Event::Key(key) if key.kind == KeyEventKind::Press => {
                        if let Some(left) = self.key(key, &mut whole)? {
                            return Ok(left);
                        }
                    }
                    Event::Paste(text) => {
                        if let Some(form) = &mut self.screen.form {
                            form.paste(&text);
                        }
                    }
                    _ => {}
                }
            } else if self.looked.elapsed() >= LOOK && !self.on_hardware {
                // Whatever is wrong may pass; what is being typed stays.
                if let Err(error) = self.look_again() {
                    self.looked = Instant::now();
                    self.wrong(&error);
                }
            }
        }
    }

    /// What the log has now. What is being typed stays.
    fn look_again(&mut self) -> Result<()> {
        let session = self.context.open()?;
        let room = Room::find(self.context, &session, &self.id)?;
        let followed = self.screen.looked_at == self.screen.room.record.next_step();
        let fresh = screen(&session, room)?;
        self.screen.guests = fresh.guests;
        self.screen.minutes = fresh.minutes;
        self.screen.room = fresh.room;
        if followed {
            self.look_at(fresh.looked_at);
        }
        self.looked = Instant::now();
        Ok(())
    }

    fn look_at(&mut self, step: Option<u32>) {
        if self.screen.looked_at != step {
            self.screen.looked_at = step;
            self.screen.scroll = 0;
        }
    }

    fn key(&mut self, key: KeyEvent, whole: &mut Whole) -> Result<Option<Left>> {
        let size = whole.0.size().map_err(|error| no_screen(&error))?;
        if view::is_too_small(size.width, size.height) {
            // Nothing is recorded that nobody can see.
            return Ok(is_quit(key).then_some(Left::Quit));
        }
        let Some(form) = &mut self.screen.form else {
            return Ok(self.look_key(key));
        };
        match form.key(key) {
            Typed::On => Ok(None),
            Typed::Given => {
                self.screen.form = None;
                self.screen.said = Some(("given up: nothing was recorded".to_owned(), false));
                Ok(None)
            }
            Typed::Submitted if form.purpose == Purpose::Finish => {
                match act::finish(&self.screen.room, self.screen.now, form, &self.id) {
                    Ok(finish) => Ok(Some(Left::Finish(finish))),
                    Err(error) => {
                        self.wrong(&error);
                        Ok(None)
                    }
                }
            }
            Typed::Submitted => {
                if self.on_hardware {
                    self.record_aside(whole)?;
                } else {
                    self.record();
                }
                Ok(None)
            }
        }
    }

    fn look_key(&mut self, key: KeyEvent) -> Option<Left> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        self.screen.said = None;
        let total = u32::try_from(self.screen.room.record.steps.len()).unwrap_or(u32::MAX);
        let at = self.screen.looked_at.unwrap_or(total.saturating_add(1));
        if is_quit(key) {
            return Some(Left::Quit);
        }
        match key.code {
            KeyCode::Up => self.look_at(Some(at.saturating_sub(1).max(1))),
            KeyCode::Down => {
                let next = at.saturating_add(1);
                self.look_at((next <= total).then_some(next));
            }
            KeyCode::Home => self.look_at(self.screen.room.record.next_step()),
            KeyCode::PageDown => self.screen.scroll = self.screen.scroll.saturating_add(5),
            KeyCode::PageUp => self.screen.scroll = self.screen.scroll.saturating_sub(5),
            KeyCode::Char(c) if !control => {
                if let Some(purpose) = purpose(c, self.screen.room.record.resting.is_some()) {
                    self.ask(purpose);
                }
            }
            _ => {}
        }
        None
    }

    fn ask(&mut self, purpose: Purpose) {
        // A form says what is known: that is to be what the log has now.
        if !self.on_hardware
            && let Err(error) = self.look_again()
        {
            self.wrong(&error);
            return;
        }
        match act::form(&self.screen, purpose) {
            Ok(form) => self.screen.form = Some(form),
            Err(error) => self.wrong(&error),
        }
    }

    fn wrong(&mut self, error: &Error) {
        // A flag is nothing that can be typed here.
        let hint = error.hints().iter().find(|hint| !hint.contains("--"));
        let hint = hint.map_or_else(String::new, |hint| format!("; try: {hint}"));
        if error.code() == "value-missing"
            && let Some(form) = &mut self.screen.form
        {
            form.go_to_first_missing();
        }
        let error = named(error, &self.screen.room.people);
        let why = error.causes().first();
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        let text = format!("{}{why} [{}]{hint}", error.message(), error.code());
        self.screen.said = Some((text, true));
    }

    /// Enters what the form says. Where that fails, the form stays to be mended.
    fn record(&mut self) {
        match self.enter() {
            Ok(said) => {
                self.screen.form = None;
                self.screen.said = Some(said);
            }
            Err(error) => self.wrong(&error),
        }
    }

    /// The same, with the terminal as it was: a token's plugin may ask for something.
    fn record_aside(&mut self, whole: &mut Whole) -> Result<()> {
        let _gone = execute!(std::io::stdout(), DisableBracketedPaste);
        ratatui::restore();
        self.record();
        *whole = Whole::take()?;
        Ok(())
    }

    fn enter(&mut self) -> Result<(String, bool)> {
        let Some(form) = &self.screen.form else {
            return Err(Error::failed("internal", "nothing is being typed"));
        };
        let mut session = self.context.open_to_act()?;
        let room = Room::find(self.context, &session, &self.id)?;
        let guests = Guests::load(&session, &room.record)?;
        let claim = act::claim(&room, &guests, form, session.now()?)?;
        let entered = session.enter(claim, Vec::new())?;
        let room = Room::find(self.context, &session, &self.id)?;
        let said = match room.warning(entered.seq) {
            Some(warning) => (format!("entry #{}; {warning}", entered.seq), true),
            None => (format!("recorded: entry #{}", entered.seq), false),
        };
        let fresh = screen(&session, room)?;
        self.screen.guests = fresh.guests;
        self.screen.minutes = fresh.minutes;
        self.screen.room = fresh.room;
        self.look_at(fresh.looked_at);
        self.looked = Instant::now();
        Ok(said)
    }
}

/// Whether a key leaves the screen.
fn is_quit(key: KeyEvent) -> bool {
    match key.code {
        KeyCode::Char('q') => true,
        KeyCode::Char('c') => key.modifiers.contains(KeyModifiers::CONTROL),
        _ => false,
    }
}

/// What a key asks for.
fn purpose(key: char, resting: bool) -> Option<Purpose> {
    Some(match key {
        'd' if !resting => Purpose::Done,
        'o' if !resting => Purpose::Deviated,
        's' if !resting => Purpose::Skipped,
        'f' if !resting => Purpose::Finish,
        'e' => Purpose::Exception,
        'l' => Purpose::Leave,
        'c' => Purpose::Enter,
        'b' if resting => Purpose::Resume,
        'b' => Purpose::Pause,
        _ => return None,
    })
}
