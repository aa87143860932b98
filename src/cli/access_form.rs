//! What happened at a safe: out of flags, or by a short guided form that offers what the register
//! knows, checks each answer as it is typed, and never offers a bag's number.

use chrono_tz::Tz;

use super::context::Context;
use super::item;
use super::location;
use super::safe::HappenedFlags;
use super::{output, when};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::ledger::{People, Session};
use crate::policy::{RequestState, expected_counter, request_state};
use crate::state::custody::{OpenRecord, RequestRecord};
use crate::state::places::{ItemRecord, LocationRecord, Place};
use crate::state::records::list as records;
use crate::statement::Time;
use crate::statement::accesses::{
    ClosedPersonal, Exception, Handled, Happened, Present, SealState, Went,
};
use crate::statement::people::Role;
use crate::statement::register::ItemKind;
use crate::statement::text::{Name, Text};

/// How far a clock on the wall may be ahead, in seconds.
const CLOCK_ERROR: u64 = 300;

impl HappenedFlags {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        let lists = [
            &self.took,
            &self.put,
            &self.saw,
            &self.seal,
            &self.bag,
            &self.present,
            &self.other,
            &self.exception,
        ];
        lists.iter().all(|list| list.is_empty()) && self.counter.is_none() && self.note.is_none()
    }

    /// What is wrong in the words alone: said before a passphrase is asked for.
    pub fn check(&self) -> Result<()> {
        self.handled()?;
        self.others()?;
        self.note()?;
        for text in &self.exception {
            exception_parts(text)?;
        }
        for text in &self.present {
            present_parts(text)?;
        }
        Ok(())
    }

    /// The items, in order of name.
    fn handled(&self) -> Result<Vec<Handled>> {
        let mut all: Vec<Handled> = Vec::new();
        for (names, went) in [
            (&self.took, Went::Out),
            (&self.put, Went::In),
            (&self.saw, Went::Stayed),
        ] {
            for name in names {
                let item = Name::new(name.as_str())?;
                if all.iter().any(|one| one.item == item) {
                    return Err(Error::usage(
                        "item-twice",
                        format!("`{item}` is named twice: an item goes one way in an access"),
                    )
                    .hint("what was taken out and put back at once: --saw ITEM"));
                }
                all.push(Handled {
                    item,
                    went,
                    seal: None,
                    bag: None,
                });
            }
        }
        for text in &self.seal {
            let (name, state) = pair(text, "--seal", "sheet-1=intact")?;
            let one = find(&mut all, name)?;
            let state = seal(state)?;
            if one.seal.replace(state).is_some() {
                return Err(said_twice("--seal", name));
            }
        }
        for text in &self.bag {
            let (name, number) = pair(text, "--bag", "sheet-1=A0012345")?;
            let one = find(&mut all, name)?;
            if one.bag.replace(Text::new(number)?).is_some() {
                return Err(said_twice("--bag", name));
            }
        }
        all.sort_by(|one, other| one.item.cmp(&other.item));
        Ok(all)
    }

    fn others(&self) -> Result<Vec<Text>> {
        let texts = self.other.iter();
        texts.map(|text| Text::new(text.clone())).collect()
    }

    fn note(&self) -> Result<Option<Text>> {
        self.note.clone().map(Text::new).transpose()
    }
}

/// What a form has found out.
pub struct Told {
    /// The facts.
    pub happened: Happened,
    /// What can be erased.
    pub personal: ClosedPersonal,
}

/// The form, at one location.
pub struct Form<'a> {
    context: &'a Context,
    session: &'a Session,
    people: &'a People,
    zone: Tz,
    now: Time,
    me: Id,
    here: &'a LocationRecord,
}

impl<'a> Form<'a> {
    /// For an access of `location`.
    pub fn new(
        context: &'a Context,
        session: &'a Session,
        people: &'a People,
        location: &'a LocationRecord,
    ) -> Result<Self> {
        Ok(Self {
            context,
            session,
            people,
            zone: location::zone(location),
            now: session.now()?,
            me: session.member(),
            here: location,
        })
    }

    /// Which location, out of those that `fit`.
    pub fn ask_location(
        context: &Context,
        session: &Session,
        fit: impl Fn(&LocationRecord) -> bool,
    ) -> Result<LocationRecord> {
        let people = session.people()?;
        let (mut names, mut shown) = (Vec::new(), Vec::new());
        for (name, location) in records::<LocationRecord>(&session.view(), "")? {
            if location.retired || !fit(&location) {
                continue;
            }
            shown.push(match &location.open {
                Some(open) => format!("{name} (opened by {})", people.name(&open.author)),
                None => name.clone(),
            });
            names.push(name);
        }
        if names.is_empty() {
            return Err(Error::not_found(
                "no-location",
                "the register has no location of which that can be said now",
            )
            .hint("rootkeep location list; rootkeep location add"));
        }
        if context.terminal.interactive {
            output::talk(&output::item(&format!("Locations: {}", shown.join(", "))));
        }
        asked(context, "Which location", "LOCATION", |answer| {
            let found = location::find(session, answer)?;
            if names.contains(&found.facts.location.to_string()) {
                return Ok(found);
            }
            Err(Error::usage(
                "not-there",
                format!("`{}` is none of them", answer.escape_debug()),
            ))
        })
    }

    /// A moment by the clock on the wall that is over, and not before another.
    pub fn time(
        &self,
        given: Option<&String>,
        after: Option<Time>,
        question: &str,
        flag: &str,
    ) -> Result<Time> {
        let read = |text: &str| {
            let time = when::parse(text, self.zone, self.now)?;
            if time > self.now.plus(CLOCK_ERROR) {
                return Err(Error::usage(
                    "bad-time",
                    format!(
                        "`{}` is still to come: it is {}",
                        text.escape_debug(),
                        when::clock(self.now, self.zone)
                    ),
                )
                .hint("of another day, with its date: \"2026-11-21 14:03\""));
            }
            match after {
                Some(after) => not_before(time, after).ok_or_else(|| {
                    Error::usage(
                        "bad-time",
                        format!("`{}` is before it began", text.escape_debug()),
                    )
                    .because(format!("it began {}", when::clock(after, self.zone)))
                    .hint("after midnight, with its date: \"2026-11-21 00:10\"")
                }),
                None => Ok(time),
            }
        };
        if let Some(text) = given {
            return read(text);
        }
        let question = format!("{question} (the clock in {}, such as 14:03)", self.zone);
        asked(self.context, &question, flag, read)
    }

    /// Who witnesses: another custodian with the role.
    pub fn witness(&self, given: Option<&String>) -> Result<Id> {
        if let Some(name) = given {
            return self.people.find(name);
        }
        let able: Vec<Id> = self
            .people
            .iter()
            .filter(|(id, who, _)| **id != self.me && who.in_force() && who.has(Role::Witness))
            .map(|(id, ..)| *id)
            .collect();
        let question = format!("Who witnesses ({})", self.people.names(&able));
        asked(self.context, &question, "--witness NAME", |answer| {
            let id = self.people.find(answer)?;
            if able.contains(&id) {
                return Ok(id);
            }
            Err(Error::usage(
                "not-a-witness",
                if id == self.me {
                    "nobody witnesses what they did themselves"
                } else {
                    "that is not a custodian with the role `witness`"
                },
            ))
        })
    }

    /// What for.
    pub fn purpose(&self, given: Option<&String>) -> Result<Text> {
        match given {
            Some(text) => Text::new(text.clone()),
            None => self.text("What for", "--purpose TEXT"),
        }
    }

    /// The release that it is for.
    pub fn request(&self, given: &str) -> Result<Digest> {
        let entry = self.context.entry(self.session, given)?;
        match RequestRecord::load(&self.session.view(), &entry.hash)? {
            Some(_) => Ok(entry.hash),
            None => Err(Error::not_found(
                "no-request",
                format!("#{} {} is no request", entry.seq, entry.kind),
            )
            .hint("rootkeep request list")),
        }
    }

    /// As [`Self::request`], by asking; those that are in effect are offered.
    pub fn ask_request(&self) -> Result<Option<Digest>> {
        let open = self.in_effect()?;
        let offer = if open.is_empty() {
            "none is in effect now".to_owned()
        } else {
            format!("in effect: {}", open.join(", "))
        };
        let question = format!("The release that it is for, its id ({offer}; Enter: none)");
        asked(
            self.context,
            &question,
            "--request ID",
            |answer| match answer {
                "" => Ok(None),
                id => self.request(id).map(Some),
            },
        )
    }

    /// The ids of the releases that are in effect now.
    pub fn in_effect(&self) -> Result<Vec<String>> {
        let view = self.session.view();
        let mut ids = Vec::new();
        for (key, _) in records::<OpenRecord>(&view, "")? {
            if let Some(request) = RequestRecord::load(&view, &Digest::parse(&key)?)?
                && request_state(&request, self.now) == RequestState::Effective
            {
                ids.push(request.id.short());
            }
        }
        Ok(ids)
    }

    /// Whether something that gives access was handled, so that there ought to be a release for it.
    pub fn wants_release(&self, happened: &Happened) -> bool {
        happened.items.iter().any(|handled| {
            item::find(self.session, handled.item.as_str()).is_ok_and(|item| {
                item.facts.holds.is_some() || item.facts.kind == ItemKind::MfaToken
            })
        })
    }

    /// Out of flags, or by asking where there are none.
    pub fn happened(
        &self,
        flags: &HappenedFlags,
        opened_at: Time,
        closed_at: Time,
    ) -> Result<Told> {
        if flags.is_empty() && self.context.terminal.interactive {
            return self.ask(opened_at, closed_at);
        }
        let items = flags.handled()?;
        for handled in &items {
            item::find(self.session, handled.item.as_str())?;
        }
        let present = flags.present.iter().map(|text| self.present(text));
        let exceptions = flags.exception.iter().map(|text| self.exception(text));
        Ok(Told {
            happened: Happened {
                closed_at,
                items,
                counter: flags.counter,
                present: present.collect::<Result<_>>()?,
            },
            personal: ClosedPersonal {
                others: flags.others()?,
                exceptions: exceptions.collect::<Result<_>>()?,
                note: flags.note()?,
            },
        })
    }

    fn ask(&self, opened_at: Time, closed_at: Time) -> Result<Told> {
        let items = self.ask_items()?;
        let counter = self.ask_counter(opened_at)?;
        let present = self.ask_present(opened_at)?;
        let mut others = Vec::new();
        let question = "Who else was there, who is no custodian (Enter: nobody)";
        while let Some(other) = self.optional(question, "--other TEXT")? {
            others.push(other);
        }
        let exceptions = self.ask_exceptions(opened_at)?;
        let note = self.optional("What else is to be said (Enter: nothing)", "--note TEXT")?;
        Ok(Told {
            happened: Happened {
                closed_at,
                items,
                counter,
                present,
            },
            personal: ClosedPersonal {
                others,
                exceptions,
                note,
            },
        })
    }

    fn ask_items(&self) -> Result<Vec<Handled>> {
        let here: Vec<&str> = self.here.items.iter().map(Name::as_str).collect();
        let here = if here.is_empty() {
            "nothing".to_owned()
        } else {
            here.join(", ")
        };
        output::talk(&output::item(&format!("Registered here: {here}")));
        let mut all: Vec<Handled> = Vec::new();
        loop {
            let name = asked(
                self.context,
                "Which item was handled (Enter: no more)",
                "--took ITEM",
                |answer| match answer {
                    "" => Ok(None),
                    name => item::find(self.session, name).map(Some),
                },
            )?;
            let Some(item) = name else { break };
            if all.iter().any(|one| one.item == item.facts.item) {
                output::talk("It is in the list already.");
                continue;
            }
            let went = asked(
                self.context,
                "Taken out, put in, or looked at (out, in, stayed)",
                "--took ITEM",
                went,
            )?;
            self.notice_place(&item, went);
            let bag = self.ask_bag(&item, went)?;
            let seal = match bag {
                None => None,
                Some(_) => asked(
                    self.context,
                    "Its seal (intact, broken)",
                    "--seal",
                    |answer| seal(answer).map(Some),
                )?,
            };
            all.push(Handled {
                item: item.facts.item,
                went,
                seal,
                bag,
            });
        }
        all.sort_by(|one, other| one.item.cmp(&other.item));
        Ok(all)
    }

    /// Says where the register has it, where that does not fit.
    fn notice_place(&self, item: &ItemRecord, went: Went) {
        let where_it_is = match (&item.place, went) {
            (Place::At(at), _) if *at != self.here.facts.location => format!("in {at}"),
            (Place::Out { from, .. }, Went::Out | Went::Stayed) => format!("out of {from}"),
            (Place::Destroyed, _) => "destroyed".to_owned(),
            _ => return,
        };
        output::talk(&format!(
            "The register has it {where_it_is}. If it is so all the same, that is a finding."
        ));
    }

    /// As read from the bag. What the register has is not shown: a slip of the fingers is told from a
    /// bag that was exchanged by reading it twice.
    fn ask_bag(&self, item: &ItemRecord, went: Went) -> Result<Option<Text>> {
        let ask = || {
            self.optional(
                "The number on its bag, read from the bag (Enter: it has none)",
                "--bag ITEM=NUMBER",
            )
        };
        let number = ask()?;
        let fresh = went == Went::In && (item.broken || item.facts.bag.is_none());
        let expected = number == item.facts.bag || (number.is_none() && item.broken);
        if fresh || expected {
            return Ok(number);
        }
        output::talk(
            "That is not what the register has. Read it from the bag once more: if it says the same, that is a finding.",
        );
        ask()
    }

    fn ask_counter(&self, opened_at: Time) -> Result<Option<u64>> {
        // A lock that has shown a counter before has one.
        let has = if self.here.counter.is_some() {
            "it has shown one before; Enter: it was not read"
        } else {
            "Enter: it has none"
        };
        let question = format!("The lock's own counter ({has})");
        let ask = || {
            asked(
                self.context,
                &question,
                "--counter N",
                |answer| match answer {
                    "" => Ok(None),
                    number => number
                        .parse::<u64>()
                        .map(Some)
                        .map_err(|_| Error::usage("bad-counter", "a counter is a whole number")),
                },
            )
        };
        let next = expected_counter(&self.session.view(), self.here, opened_at)?;
        let mut before: Option<Option<u64>> = None;
        loop {
            let counter = ask()?;
            // Said a second time, it is what the person means.
            let meant = before.is_some_and(|before| before.is_some() == counter.is_some());
            if meant || next.is_none() || counter == next {
                return Ok(counter);
            }
            output::talk(match counter {
                Some(_) => {
                    "That is not the next number. Read it from the lock once more: if it says the same, that is a finding."
                }
                None => {
                    "It has shown a number before. Type what it says now; or Enter once more: no counter was read."
                }
            });
            before = Some(counter);
        }
    }

    fn ask_present(&self, opened_at: Time) -> Result<Vec<Present>> {
        let mut all = Vec::new();
        let question =
            "Which other custodian was there, besides you and the witness (Enter: nobody)";
        while let Some(custodian) = asked(
            self.context,
            question,
            "--present NAME=FROM-TO",
            |answer| match answer {
                "" => Ok(None),
                name => self.people.find(name).map(Some),
            },
        )? {
            let flag = "--present NAME=FROM-TO";
            let entered = self.time(None, None, "Came in at", flag)?;
            let left = self.time(None, Some(entered.max(opened_at)), "Left at", flag)?;
            all.push(Present {
                custodian,
                entered,
                left,
            });
        }
        Ok(all)
    }

    fn ask_exceptions(&self, opened_at: Time) -> Result<Vec<Exception>> {
        let mut all = Vec::new();
        let question =
            "Was anything not as expected? What was expected (Enter: all was as expected)";
        let flag = "--exception TEXT";
        while let Some(expected) = self.optional(question, flag)? {
            all.push(Exception {
                at: self.time(None, Some(opened_at), "When", flag)?,
                expected,
                happened: self.text("What happened", flag)?,
                decided_by: self.text("Who decided what to do, and what", flag)?,
            });
        }
        Ok(all)
    }

    fn optional(&self, question: &str, flag: &str) -> Result<Option<Text>> {
        asked(self.context, question, flag, |answer| match answer {
            "" => Ok(None),
            text => Text::new(text).map(Some),
        })
    }

    fn text(&self, question: &str, flag: &str) -> Result<Text> {
        asked(self.context, question, flag, |answer| Text::new(answer))
    }

    fn exception(&self, text: &str) -> Result<Exception> {
        let [at, expected, happened, decided_by] = exception_parts(text)?;
        Ok(Exception {
            at: self.time(Some(&at), None, "When", "--exception")?,
            expected: Text::new(expected)?,
            happened: Text::new(happened)?,
            decided_by: Text::new(decided_by)?,
        })
    }

    fn present(&self, text: &str) -> Result<Present> {
        let (name, times) = present_parts(text)?;
        let custodian = self.people.find(name)?;
        // A date has hyphens too: the one in the middle is that with a time on either side.
        let times = times.match_indices('-').find_map(|(at, hyphen)| {
            let (from, to) = (times.get(..at)?, times.get(at + hyphen.len()..)?);
            let read = |text: &str| when::parse(text.trim(), self.zone, self.now).ok();
            Some((read(from)?, read(to)?))
        });
        let (entered, left) = times.ok_or_else(bad_present)?;
        if left < entered {
            return Err(Error::usage(
                "bad-present",
                format!("{} left before coming in", self.people.name(&custodian)),
            ));
        }
        Ok(Present {
            custodian,
            entered,
            left,
        })
    }
}

/// A moment that was typed, where it is not before another: in the same minute it is that one, as a
/// clock on the wall shows no seconds.
fn not_before(typed: Time, after: Time) -> Option<Time> {
    let minute = |time: Time| time.seconds().div_euclid(60);
    (minute(typed) >= minute(after)).then(|| typed.max(after))
}

/// Asks until the answer can be understood: what was answered before is not lost to a slip of the
/// fingers. Ctrl-C, or the end of input, ends it.
fn asked<T>(
    context: &Context,
    question: &str,
    flag: &str,
    read: impl Fn(&str) -> Result<T>,
) -> Result<T> {
    loop {
        match read(&context.terminal.ask(question, flag)?) {
            Err(error) if matches!(error.kind(), ErrorKind::Usage | ErrorKind::NotFound) => {
                output::talk(&output::plain(&format!("{}.", error.message())));
                for cause in error.causes() {
                    output::talk(&output::plain(&format!("  because: {cause}")));
                }
                for hint in error.hints() {
                    output::talk(&output::plain(&format!("  {hint}")));
                }
            }
            other => return other,
        }
    }
}

fn pair<'t>(text: &'t str, flag: &str, example: &str) -> Result<(&'t str, &'t str)> {
    text.split_once('=').ok_or_else(|| {
        Error::usage(
            "bad-pair",
            format!("`{}` has no `=` in it", text.escape_debug()),
        )
        .hint(format!("{flag} {example}"))
    })
}

fn said_twice(flag: &str, name: &str) -> Error {
    Error::usage(
        "item-twice",
        format!("{flag} is given twice for `{}`", name.escape_debug()),
    )
}

fn exception_parts(text: &str) -> Result<[String; 4]> {
    let parts: Vec<String> = text.split('|').map(|part| part.trim().to_owned()).collect();
    let bad = || {
        Error::usage(
            "bad-exception",
            format!("`{}` has not four parts", text.escape_debug()),
        )
        .hint("--exception \"14:05|bag A1|bag A2|Alice\"")
    };
    if parts.iter().any(String::is_empty) {
        return Err(bad());
    }
    parts.try_into().map_err(|_| bad())
}

fn present_parts(text: &str) -> Result<(&str, &str)> {
    let (name, times) = pair(text, "--present", "carol=14:03-14:10")?;
    if times.contains('-') {
        return Ok((name, times));
    }
    Err(bad_present())
}

fn bad_present() -> Error {
    Error::usage("bad-present", "say from when to when").hint("--present carol=14:03-14:10")
}

fn find<'h>(all: &'h mut [Handled], name: &str) -> Result<&'h mut Handled> {
    all.iter_mut()
        .find(|one| one.item.as_str() == name)
        .ok_or_else(|| {
            Error::usage(
                "item-not-handled",
                format!(
                    "`{}` was neither taken, put nor looked at",
                    name.escape_debug()
                ),
            )
            .hint("say which with --took, --put or --saw")
        })
}

fn went(word: &str) -> Result<Went> {
    match word {
        "out" => Ok(Went::Out),
        "in" => Ok(Went::In),
        "stayed" => Ok(Went::Stayed),
        _ => Err(Error::usage("bad-answer", "type out, in or stayed")),
    }
}

fn seal(word: &str) -> Result<SealState> {
    match word {
        "intact" => Ok(SealState::Intact),
        "broken" => Ok(SealState::Broken),
        _ => Err(Error::usage("bad-seal", "a seal is intact or broken")
            .hint("--seal ITEM=intact or --seal ITEM=broken")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_has_begun_is_not_before_its_own_seconds() {
        let time = |text: &str| Time::parse(text).unwrap();
        let after = time("2026-11-21T13:18:40Z");
        for (typed, meant) in [
            ("2026-11-21T13:18:00Z", Some("2026-11-21T13:18:40Z")),
            ("2026-11-21T13:18:59Z", Some("2026-11-21T13:18:59Z")),
            ("2026-11-21T13:19:00Z", Some("2026-11-21T13:19:00Z")),
            ("2026-11-21T13:17:59Z", None),
        ] {
            assert_eq!(not_before(time(typed), after), meant.map(time), "{typed}");
        }
    }
}
