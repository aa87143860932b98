//! A calendar file: RFC 5545, of whole days with reminders.

use chrono::{Days, NaiveDate};

use crate::statement::Time;

/// Lines have at most so many octets, RFC 5545 section 3.1.
const LINE: usize = 75;

/// Something that is to be done by a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same each time that the same thing is written, so that a calendar knows it again.
    pub uid: String,
    /// The day.
    pub day: NaiveDate,
    /// What it is, in a few words.
    pub summary: String,
    /// What to do.
    pub description: String,
    /// So many days before, there is a reminder.
    pub remind_days: u32,
}

/// The file, as of `now`.
#[must_use]
pub fn write(name: &str, events: &[Event], now: Time) -> String {
    let stamp = now.to_chrono().format("%Y%m%dT%H%M%SZ").to_string();
    let mut file = File::default();
    file.line("BEGIN", "VCALENDAR");
    file.line("VERSION", "2.0");
    file.line("PRODID", "-//Rootkeep//Rootkeep//EN");
    file.line("CALSCALE", "GREGORIAN");
    file.text("X-WR-CALNAME", name);
    for event in events {
        let next = event.day.checked_add_days(Days::new(1));
        file.line("BEGIN", "VEVENT");
        file.text("UID", &event.uid);
        file.line("DTSTAMP", &stamp);
        file.line("DTSTART;VALUE=DATE", &date(event.day));
        file.line("DTEND;VALUE=DATE", &date(next.unwrap_or(event.day)));
        file.text("SUMMARY", &event.summary);
        file.text("DESCRIPTION", &event.description);
        file.line("TRANSP", "TRANSPARENT");
        file.line("BEGIN", "VALARM");
        file.line("ACTION", "DISPLAY");
        file.text("DESCRIPTION", &event.summary);
        file.line("TRIGGER", &format!("-P{}D", event.remind_days));
        file.line("END", "VALARM");
        file.line("END", "VEVENT");
    }
    file.line("END", "VCALENDAR");
    file.0
}

fn date(day: NaiveDate) -> String {
    day.format("%Y%m%d").to_string()
}

#[derive(Default)]
struct File(String);

impl File {
    /// A property whose value is text: what would end or divide it is escaped, section 3.3.11.
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.line(name, &escaped);
    }

    /// A line, folded between characters.
    fn line(&mut self, name: &str, value: &str) {
        let mut octets = 0;
        for c in format!("{name}:{value}").chars() {
            if octets + c.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(c);
            octets += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(summary: &str) -> Event {
        Event {
            uid: "one@example".to_owned(),
            day: NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(),
            summary: summary.to_owned(),
            description: "do it".to_owned(),
            remind_days: 7,
        }
    }

    fn file(summary: &str) -> String {
        write("Acme", &[event(summary)], Time::from_seconds(0).unwrap())
    }

    /// As section 3.1 unfolds them.
    fn unfolded(file: &str) -> Vec<String> {
        let lines = file.replace("\r\n ", "");
        lines.split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let lines = unfolded(&file("x"));
        assert!(lines.contains(&"DTSTART;VALUE=DATE:20261231".to_owned()));
        assert!(lines.contains(&"DTEND;VALUE=DATE:20270101".to_owned()));
        assert!(lines.contains(&"TRIGGER:-P7D".to_owned()));
    }

    #[test]
    fn nothing_in_a_text_is_another_line() {
        let lines = unfolded(&file("a\r\nEND:VEVENT;b,c\\d\u{7}"));
        assert!(lines.contains(&"SUMMARY:a\\nEND:VEVENT\\;b\\,c\\\\d".to_owned()));
        assert_eq!(lines.iter().filter(|line| *line == "END:VEVENT").count(), 1);
    }

    proptest! {
        #[test]
        fn lines_are_short_and_come_back_whole(summary in "[a-zé漢🔑 ]{0,200}") {
            let file = file(&summary);
            for line in file.split_terminator("\r\n") {
                prop_assert!(line.len() <= LINE, "{}", line);
                prop_assert!(!line.contains(['\r', '\n']));
            }
            let wanted = format!("SUMMARY:{summary}");
            prop_assert!(unfolded(&file).contains(&wanted));
        }
    }
}
