//! What the runner shows: a pure function of the room, the clock and what is being typed.

use chrono::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use super::form::{Form, Purpose};
use crate::cli::ceremony::room::Room;
use crate::cli::ceremony::show;
use crate::cli::output;
use crate::exchange::runbook::Step;
use crate::present::minutes::Minute;
use crate::statement::Time;
use crate::statement::ceremonies::{Performance, StepWent};
use crate::statement::text::Text;

/// So wide is a line with all keys.
const ALL_KEYS: u16 = 104;
/// How wide the words before a text are.
const LABEL: usize = 8;
/// Below this nothing can be read.
const SMALLEST: (u16, u16) = (60, 18);

/// What is shown.
pub struct Screen {
    /// The ceremony.
    pub room: Room,
    /// The guests in the room.
    pub guests: Vec<Text>,
    /// What was recorded.
    pub minutes: Vec<Minute>,
    /// The clock.
    pub now: Time,
    /// The step that is looked at, counted from 1; nothing, where all are recorded.
    pub looked_at: Option<u32>,
    /// So many lines of it are above the window.
    pub scroll: u16,
    /// What is being typed.
    pub form: Option<Form>,
    /// What came of the last act, and whether it went wrong.
    pub said: Option<(String, bool)>,
}

fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

fn pale() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

fn alarm() -> Style {
    bold().fg(Color::Red)
}

/// Whether a window of this size shows nothing that could be gone by.
pub fn is_too_small(width: u16, height: u16) -> bool {
    width < SMALLEST.0 || height < SMALLEST.1
}

/// Draws it.
pub fn draw(frame: &mut Frame<'_>, screen: &Screen) {
    let area = frame.area();
    if is_too_small(area.width, area.height) {
        let (width, height) = SMALLEST;
        let text = format!("Make the window larger: {width} columns, {height} lines. q: leave");
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let [top, middle, said, keys] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Fill(1),
        Constraint::Length(2),
        Constraint::Length(if area.width < ALL_KEYS { 2 } else { 1 }),
    ])
    .areas(area);
    head(frame, top, screen);
    let [left, right] =
        Layout::horizontal([Constraint::Length(28), Constraint::Fill(1)]).areas(middle);
    let room_lines = u16::try_from(show::cast(&screen.room).len()).unwrap_or(u16::MAX);
    let [steps, people] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(room_lines.saturating_add(2).min(middle.height / 3)),
    ])
    .areas(left);
    list_steps(frame, steps, screen);
    list_people(frame, people, screen);
    let [script, minutes] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(middle.height / 4)]).areas(right);
    show_step(frame, script, screen);
    show_minutes(frame, minutes, screen);
    if let Some((text, wrong)) = &screen.said {
        let style = if *wrong { alarm() } else { bold() };
        let text = output::plain(&output::one_line(text));
        let paragraph = Paragraph::new(text).style(style).wrap(Wrap { trim: true });
        frame.render_widget(paragraph, said);
    }
    show_keys(frame, keys, screen);
    if let Some(form) = &screen.form {
        show_form(frame, middle, screen, form);
    }
}

/// The clock that all can see: in the room's zone, and in UTC.
fn clocks(screen: &Screen) -> String {
    let zone = screen.room.zone;
    let local = zone.from_utc_datetime(&screen.now.to_chrono().naive_utc());
    let utc = screen.now.to_chrono().format("%H:%M:%S UTC");
    if zone == chrono_tz::Tz::UTC {
        return local.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    }
    format!(
        "{} {}  {utc}",
        local.format("%Y-%m-%d %H:%M:%S"),
        zone.name()
    )
}

fn head(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let record = &screen.room.record;
    let performance = match record.performance {
        Performance::Practice => {
            Span::styled(" PRACTICE ", bold().fg(Color::Black).bg(Color::Cyan))
        }
        Performance::Production => {
            Span::styled(" PRODUCTION ", bold().fg(Color::White).bg(Color::Red))
        }
    };
    let title = output::plain(&output::one_line(screen.room.runbook.title.as_str()));
    let first = Line::from(vec![
        performance,
        Span::styled(format!(" {title}"), bold()),
        Span::raw(format!("  {} v{}", record.runbook, record.version)),
    ]);
    let mut second = vec![Span::styled(clocks(screen), bold())];
    second.push(Span::raw(format!("   ceremony {}", record.id.short())));
    if record.resting.is_some() {
        second.push(Span::styled("   BREAK", alarm()));
    }
    if record.finished.is_none() && record.present.len() < 2 {
        second.push(Span::styled("   FEWER THAN TWO IN THE ROOM", alarm()));
    }
    frame.render_widget(Paragraph::new(vec![first, Line::from(second)]), area);
}

fn list_steps(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let record = &screen.room.record;
    let height = usize::from(area.height.saturating_sub(2));
    let total = record.steps.len();
    let here = screen.looked_at.or(record.next_step());
    let here = here.map_or(total, |number| usize::try_from(number).unwrap_or(total));
    // The step that is looked at stays in sight, with one after it.
    let first = (here + 1)
        .saturating_sub(height)
        .min(total.saturating_sub(height));
    let lines: Vec<Line<'_>> = (1u32..)
        .zip(&record.steps)
        .skip(first)
        .take(height)
        .map(|(number, name)| {
            let (mark, clock, style) = match record.newest(number) {
                Some(done) => {
                    let local = screen
                        .room
                        .zone
                        .from_utc_datetime(&done.at.to_chrono().naive_utc());
                    let (mark, style) = match done.went {
                        StepWent::Done => ("✓", Style::new()),
                        StepWent::Deviated => ("!", bold().fg(Color::Yellow)),
                        StepWent::Skipped => ("-", pale()),
                    };
                    (mark, local.format("%H:%M").to_string(), style)
                }
                None if record.next_step() == Some(number) => ("▶", String::new(), bold()),
                None => (" ", String::new(), Style::new()),
            };
            let style = if screen.looked_at == Some(number) {
                style.add_modifier(Modifier::REVERSED)
            } else {
                style
            };
            let name: String = name.as_str().chars().take(14).collect();
            Line::styled(format!("{mark}{number:>3} {name:<14} {clock:>5}"), style)
        })
        .collect();
    let done = (1u32..)
        .zip(&record.steps)
        .filter(|(number, _)| record.newest(*number).is_some())
        .count();
    let title = format!(" Steps {done}/{total} ");
    frame.render_widget(
        Paragraph::new(lines).block(Block::bordered().title(title)),
        area,
    );
}

fn list_people(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let record = &screen.room.record;
    let mut lines = Vec::new();
    let mut named: Vec<_> = record.named.iter().collect();
    named.sort_by_key(|who| screen.room.people.name(who));
    for who in named {
        let there = record.present.binary_search(who).is_ok();
        let roles = record
            .participants
            .iter()
            .find(|one| one.custodian == *who)
            .map(|one| crate::present::ceremonies::roles(&one.roles))
            .unwrap_or_default();
        let (mark, style) = if there {
            ("●", Style::new())
        } else {
            ("○", pale())
        };
        let name = output::plain(&screen.room.people.name(who));
        lines.push(Line::styled(format!("{mark} {name} {roles}"), style));
    }
    for guest in &screen.guests {
        let name = output::plain(&output::one_line(guest.as_str()));
        lines.push(Line::raw(format!("● {name}, guest")));
    }
    let named = screen.room.told.iter().flat_map(|told| &told.guests);
    for guest in named.filter(|guest| !screen.guests.contains(&guest.name)) {
        let name = output::plain(&output::one_line(guest.name.as_str()));
        lines.push(Line::styled(format!("○ {name}, guest"), pale()));
    }
    let guests = match screen.guests.len() {
        0 => String::new(),
        1 => ", 1 guest".to_owned(),
        many => format!(", {many} guests"),
    };
    let title = format!(" In the room {}{guests} ", record.present.len());
    frame.render_widget(
        Paragraph::new(lines).block(Block::bordered().title(title)),
        area,
    );
}

/// What a step says, as it is read aloud, in lines of at most so many characters.
fn script(room: &Room, step: &Step, width: usize) -> Vec<Line<'static>> {
    let room_for_text = width.saturating_sub(LABEL + 1).max(20);
    let mut lines = Vec::new();
    let mut part = |label: &str, text: &str, style: Style| {
        let mut label = label;
        for line in output::plain(text.trim_end()).lines() {
            let mut rest = line;
            loop {
                let (now, later) = output::cut(rest, room_for_text);
                lines.push(Line::from(vec![
                    Span::styled(format!("{label:<LABEL$} "), bold()),
                    Span::styled(now.to_owned(), style),
                ]));
                label = "";
                if later.is_empty() {
                    break;
                }
                rest = later;
            }
        }
    };
    part("WHO", &show::who_acts(room, step), bold());
    part("DO", step.act.as_str(), Style::new());
    if let Some(observe) = &step.observe {
        part("OBSERVE", observe.as_str(), Style::new());
    }
    for value in &step.record {
        let text = format!("{}: {}", value.id, output::one_line(value.what.as_str()));
        part("RECORD", &text, Style::new());
    }
    for stop in &step.stop {
        part("STOP IF", stop.as_str(), Style::new().fg(Color::Red));
    }
    lines
}

fn show_step(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let room = &screen.room;
    let looked_at = screen
        .looked_at
        .and_then(|number| Some((number, room.at(number)?)));
    let (title, mut lines) = match looked_at {
        Some((number, step)) => (
            format!(
                " Step {number} of {}: {} ",
                room.record.steps.len(),
                step.id
            ),
            script(room, step, usize::from(area.width.saturating_sub(2))),
        ),
        None => (
            " The end ".to_owned(),
            vec![Line::raw(
                "Every step is recorded. Read the minutes aloud, then finish with f.",
            )],
        ),
    };
    let following = looked_at.and_then(|(number, _)| {
        let next = number.checked_add(1)?;
        Some((next, room.at(next)?))
    });
    if let Some((number, step)) = following {
        let who = show::who_acts(room, step);
        lines.push(Line::raw(""));
        lines.push(Line::styled(
            format!(
                "then     step {number} {}: {}",
                step.id,
                output::plain(&who)
            ),
            pale(),
        ));
    }
    let shown = usize::from(area.height.saturating_sub(2));
    let below = lines
        .len()
        .saturating_sub(shown + usize::from(screen.scroll));
    let mut block = Block::bordered().title(title);
    if below > 0 {
        let more = format!(" ▼ PgDn: {below} more lines ");
        block = block.title_bottom(Line::styled(more, alarm()).right_aligned());
    }
    let paragraph = Paragraph::new(lines)
        .block(block)
        .scroll((screen.scroll, 0));
    frame.render_widget(paragraph, area);
}

fn show_minutes(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let room = &screen.room;
    let mut lines = Vec::new();
    for minute in screen.minutes.iter().rev() {
        let local = room
            .zone
            .from_utc_datetime(&minute.at.to_chrono().naive_utc());
        let step = minute
            .step
            .map_or_else(String::new, |step| format!("step {step} "));
        let style = if minute.other {
            Style::new().fg(Color::Yellow)
        } else {
            Style::new()
        };
        let line = output::plain(&output::one_line(&minute.line));
        lines.push(Line::styled(
            format!(
                "{} {step}{line} (#{})",
                local.format("%H:%M:%S"),
                minute.seq
            ),
            style,
        ));
    }
    frame.render_widget(
        Paragraph::new(lines).block(Block::bordered().title(" Minutes, the last first ")),
        area,
    );
}

fn show_keys(frame: &mut Frame<'_>, area: Rect, screen: &Screen) {
    let keys: &[(&str, &str)] = if screen.form.is_some() {
        &[
            ("Enter", "next, then record"),
            ("Up", "back"),
            ("Ctrl-U", "empty"),
            ("Esc", "give up"),
        ]
    } else if screen.room.record.resting.is_some() {
        &[
            ("b", "break over"),
            ("l", "leaves"),
            ("c", "comes in"),
            ("e", "exception"),
            ("q", "quit"),
        ]
    } else {
        &[
            ("d", "done"),
            ("o", "otherwise"),
            ("s", "skipped"),
            ("e", "exception"),
            ("l", "leaves"),
            ("c", "comes in"),
            ("b", "break"),
            ("f", "finish"),
            ("q", "quit"),
        ]
    };
    let mut lines = vec![Line::default()];
    for (key, what) in keys {
        let (key, what) = (format!(" {key} "), format!(" {what} "));
        let wide = Line::raw(key.as_str()).width() + Line::raw(what.as_str()).width();
        let room = usize::from(area.width);
        if lines.last().is_some_and(|line| line.width() + wide > room) {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            line.push_span(Span::styled(
                key,
                Style::new().add_modifier(Modifier::REVERSED),
            ));
            line.push_span(Span::raw(what));
        }
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// What a form is for, in words.
fn heading(screen: &Screen, form: &Form) -> String {
    let step = form.step.map_or_else(String::new, |number| {
        let name = screen.room.at(number).map_or("", |step| step.id.as_str());
        format!("step {number} {name}")
    });
    match form.purpose {
        Purpose::Done => format!(" {step}: done as written "),
        Purpose::Deviated => format!(" {step}: done otherwise than written "),
        Purpose::Skipped => format!(" {step}: left out "),
        Purpose::Exception => format!(" An exception at {step} "),
        Purpose::Leave => " Somebody leaves the room ".to_owned(),
        Purpose::Enter => " Somebody comes in ".to_owned(),
        Purpose::Pause => " A break begins ".to_owned(),
        Purpose::Resume => " The break is over ".to_owned(),
        Purpose::Finish => " The ceremony is over ".to_owned(),
    }
}

fn show_form(frame: &mut Frame<'_>, middle: Rect, screen: &Screen, form: &Form) {
    let width = middle.width.saturating_sub(4);
    let wanted = u16::try_from(form.fields.len() * 2).unwrap_or(u16::MAX);
    let height = wanted.saturating_add(2).min(middle.height);
    let area = Rect {
        x: middle.x + 2,
        y: middle.y + (middle.height - height),
        width,
        height,
    };
    let inner = usize::from(width.saturating_sub(6));
    // Two lines a field: the one that is typed in stays in sight.
    let shown = usize::from(height.saturating_sub(2)) / 2;
    let first = (form.current + 1).saturating_sub(shown.max(1));
    let mut lines = Vec::new();
    let mut cursor = None;
    for (place, field) in form.fields.iter().enumerate().skip(first).take(shown) {
        let current = place == form.current;
        let style = if current { bold() } else { pale() };
        lines.push(Line::styled(
            output::plain(&output::one_line(&field.label)),
            style,
        ));
        let text = output::plain(&field.text);
        let end = output::tail(&text, inner);
        if current {
            let column = u16::try_from(Line::raw(end).width()).unwrap_or(0);
            let row = u16::try_from(lines.len()).unwrap_or(0);
            cursor = Some((area.x + 3 + column, area.y + 1 + row));
        }
        lines.push(Line::raw(format!("> {end}")));
    }
    frame.render_widget(Clear, area);
    let block = Block::bordered()
        .title(heading(screen, form))
        .border_style(bold());
    frame.render_widget(Paragraph::new(lines).block(block), area);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}
