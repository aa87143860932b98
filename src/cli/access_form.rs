//! What happened at a safe: out of flags, or by a short guided form that offers what the register
//! knows, checks each answer as it is typed, and never offers a bag's number.

use chrono_tz::Tz;

use super::context::Context;
use super::location;
use super::safe::HappenedFlags;
use super::{output, when};
use crate::crypto::fixed::Id;
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::ledger::{People, Session};
use crate::state::places::{ItemRecord, LocationRecord, Place};
use crate::state::records::list as records;
use crate::statement::Time;
use crate::statement::accesses::{
    ClosedPersonal, Exception, Handled, Happened, Present, SealState, Went,
};
use crate::statement::people::Role;
use crate::statement::text::{Name, Text};

/// How often an answer may be wrong.
const TRIES: usize = 5;

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
}

/// What was typed, and whether to ask for more.
pub struct Typed<'a> {
    /// The flags.
    pub flags: &'a HappenedFlags,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// Whether nothing was given, so that the form is gone through.
    pub asked: bool,
}

/// The form, at one location.
pub struct Form<'a> {
    context: &'a Context,
    people: &'a People,
    zone: Tz,
    now: Time,
    me: Id,
    items: Vec<ItemRecord>,
    here: Name,
    counter: Option<u64>,
}

impl<'a> Form<'a> {
    /// For an access of `location`.
    pub fn new(
        context: &'a Context,
        session: &Session,
        people: &'a People,
        location: &LocationRecord,
    ) -> Result<Self> {
        let mut items: Vec<ItemRecord> = records::<ItemRecord>(&session.view(), "")?
            .into_iter()
            .map(|(_, item)| item)
            .filter(|item| item.place != Place::Destroyed)
            .collect();
        items.sort_by(|one, other| one.facts.item.cmp(&other.facts.item));
        Ok(Self {
            context,
            people,
            zone: location::zone(location),
            now: session.now()?,
            me: session.member(),
            items,
            here: location.facts.location.clone(),
            counter: location.counter,
        })
    }

    /// Which location, out of those there are.
    pub fn ask_location(context: &Context, session: &Session) -> Result<LocationRecord> {
        let all = records::<LocationRecord>(&session.view(), "")?;
        let names: Vec<String> = all
            .iter()
            .filter(|(_, location)| !location.retired)
            .map(|(name, _)| name.clone())
            .collect();
        if context.terminal.interactive {
            output::talk(&output::plain(&format!("Locations: {}", names.join(", "))));
        }
        asked(context, "Which location", "LOCATION", |answer| {
            location::find(session, answer)
        })
    }

    /// A moment by the clock on the wall.
    pub fn time(&self, given: Option<&String>, question: &str, flag: &str) -> Result<Time> {
        if let Some(text) = given {
            return when::parse(text, self.zone, self.now);
        }
        let question = format!("{question} (the clock in {}, such as 14:03)", self.zone);
        asked(self.context, &question, flag, |answer| {
            when::parse(answer, self.zone, self.now)
        })
    }

    /// Who witnesses: another custodian with the role.
    pub fn witness(&self, given: Option<&String>) -> Result<Id> {
        if let Some(name) = given {
            return self.people.find(name);
        }
        let able: Vec<String> = self
            .people
            .iter()
            .filter(|(id, who, _)| **id != self.me && who.in_force() && who.has(Role::Witness))
            .map(|(id, ..)| self.people.name(id))
            .collect();
        let question = format!("Who witnesses ({})", able.join(", "));
        asked(self.context, &question, "--witness NAME", |answer| {
            let id = self.people.find(answer)?;
            if able.contains(&self.people.name(&id)) {
                return Ok(id);
            }
            Err(Error::usage(
                "not-a-witness",
                "that is not another custodian with the role `witness`",
            ))
        })
    }

    /// What for.
    pub fn purpose(&self, given: Option<&String>) -> Result<Text> {
        match given {
            Some(text) => Text::new(text.clone()),
            None => asked(self.context, "What for", "--purpose TEXT", |answer| {
                Text::new(answer)
            }),
        }
    }

    /// Out of flags, or by asking.
    pub fn happened(&self, typed: Typed<'_>) -> Result<(Happened, ClosedPersonal)> {
        let interactive = self.context.terminal.interactive;
        let flags = typed.flags;
        let mut items = self.handled(flags)?;
        let mut counter = flags.counter;
        let mut personal = ClosedPersonal {
            others: texts(&flags.other)?,
            exceptions: flags
                .exception
                .iter()
                .map(|text| self.exception(text))
                .collect::<Result<_>>()?,
            note: flags.note.clone().map(Text::new).transpose()?,
        };
        let present = flags
            .present
            .iter()
            .map(|text| self.present(text))
            .collect::<Result<_>>()?;
        if typed.asked && interactive {
            items = self.ask_items()?;
            counter = self.ask_counter()?;
            personal = self.ask_rest()?;
        }
        let happened = Happened {
            closed_at: typed.closed_at.unwrap_or(self.now),
            items,
            counter,
            present,
        };
        Ok((happened, personal))
    }

    fn item(&self, name: &str) -> Result<&ItemRecord> {
        self.items
            .iter()
            .find(|item| item.facts.item.as_str() == name)
            .ok_or_else(|| {
                Error::usage(
                    "no-item",
                    format!("there is no item `{}`", name.escape_debug()),
                )
                .hint("rootkeep item list; rootkeep item add")
            })
    }

    fn handled(&self, flags: &HappenedFlags) -> Result<Vec<Handled>> {
        let mut all: Vec<Handled> = Vec::new();
        for (names, went) in [
            (&flags.took, Went::Out),
            (&flags.put, Went::In),
            (&flags.saw, Went::Stayed),
        ] {
            for name in names {
                let item = self.item(name)?.facts.item.clone();
                if all.iter().any(|one| one.item == item) {
                    return Err(Error::usage(
                        "item-twice",
                        format!("`{item}` is named twice: an item goes one way in an access"),
                    ));
                }
                all.push(Handled {
                    item,
                    went,
                    seal: None,
                    bag: None,
                });
            }
        }
        for text in &flags.seal {
            let (name, state) = pair(text, "--seal", "sheet-1=intact")?;
            find(&mut all, name)?.seal = Some(seal(state)?);
        }
        for text in &flags.bag {
            let (name, number) = pair(text, "--bag", "sheet-1=A0012345")?;
            find(&mut all, name)?.bag = Some(Text::new(number)?);
        }
        all.sort_by(|one, other| one.item.cmp(&other.item));
        Ok(all)
    }

    fn ask_items(&self) -> Result<Vec<Handled>> {
        let place = |item: &&ItemRecord| item.place == Place::At(self.here.clone());
        let here: Vec<&str> = self
            .items
            .iter()
            .filter(place)
            .map(|item| item.facts.item.as_str())
            .collect();
        output::talk(&output::plain(&format!(
            "Registered here: {}",
            if here.is_empty() {
                "nothing".to_owned()
            } else {
                here.join(", ")
            }
        )));
        let mut all: Vec<Handled> = Vec::new();
        loop {
            let name = asked(
                self.context,
                "Which item was handled (Enter: no more)",
                "--took ITEM",
                |answer| match answer {
                    "" => Ok(None),
                    name => self.item(name).map(|item| Some(item.facts.item.clone())),
                },
            )?;
            let Some(item) = name else { break };
            if all.iter().any(|one| one.item == item) {
                output::talk("It is in the list already.");
                continue;
            }
            let went = asked(
                self.context,
                "Taken out, put in, or looked at (out, in, stayed)",
                "--took ITEM",
                |answer| match answer {
                    "out" => Ok(Went::Out),
                    "in" => Ok(Went::In),
                    "stayed" => Ok(Went::Stayed),
                    _ => Err(Error::usage("bad-answer", "type out, in or stayed")),
                },
            )?;
            let bag = asked(
                self.context,
                "The number on its bag, read from the bag (Enter: it has none)",
                "--bag ITEM=NUMBER",
                |answer| match answer {
                    "" => Ok(None),
                    number => Text::new(number).map(Some),
                },
            )?;
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
                item,
                went,
                seal,
                bag,
            });
        }
        all.sort_by(|one, other| one.item.cmp(&other.item));
        Ok(all)
    }

    fn ask_counter(&self) -> Result<Option<u64>> {
        // A lock that has shown a counter before has one.
        let has = if self.counter.is_some() {
            "it has shown one before"
        } else {
            "Enter: it has none"
        };
        let question = format!("The lock's own counter ({has})");
        asked(
            self.context,
            &question,
            "--counter N",
            |answer| match answer {
                "" => Ok(None),
                number => number
                    .parse()
                    .map(Some)
                    .map_err(|_| Error::usage("bad-counter", "a counter is a whole number")),
            },
        )
    }

    fn ask_rest(&self) -> Result<ClosedPersonal> {
        let mut personal = ClosedPersonal {
            others: Vec::new(),
            exceptions: Vec::new(),
            note: None,
        };
        let question = "Who else was there, who is no custodian (Enter: nobody)";
        while let Some(other) = self.optional(question, "--other TEXT")? {
            personal.others.push(other);
        }
        let question =
            "Was anything not as expected? What was expected (Enter: all was as expected)";
        while let Some(expected) = self.optional(question, "--exception TEXT")? {
            personal.exceptions.push(Exception {
                at: self.time(None, "When", "--exception TEXT")?,
                expected,
                happened: self.text("What happened", "--exception TEXT")?,
                decided_by: self.text("Who decided what to do", "--exception TEXT")?,
            });
        }
        Ok(personal)
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
        let parts: Vec<&str> = text.split('|').map(str::trim).collect();
        let [at, expected, happened, decided_by] = parts.as_slice() else {
            return Err(Error::usage(
                "bad-exception",
                format!("`{}` has not four parts", text.escape_debug()),
            )
            .hint("--exception \"14:05|bag A1|bag A2|Alice\""));
        };
        Ok(Exception {
            at: when::parse(at, self.zone, self.now)?,
            expected: Text::new(*expected)?,
            happened: Text::new(*happened)?,
            decided_by: Text::new(*decided_by)?,
        })
    }

    fn present(&self, text: &str) -> Result<Present> {
        let (name, times) = pair(text, "--present", "carol=14:03-14:10")?;
        let (from, to) = times.split_once('-').ok_or_else(|| {
            Error::usage("bad-present", "say from when to when").hint("--present carol=14:03-14:10")
        })?;
        Ok(Present {
            custodian: self.people.find(name)?,
            entered: when::parse(from, self.zone, self.now)?,
            left: when::parse(to, self.zone, self.now)?,
        })
    }
}

/// Asks until the answer can be understood, a few times.
fn asked<T>(
    context: &Context,
    question: &str,
    flag: &str,
    read: impl Fn(&str) -> Result<T>,
) -> Result<T> {
    for _ in 1..TRIES {
        match read(&context.terminal.ask(question, flag)?) {
            Err(error) if matches!(error.kind(), ErrorKind::Usage | ErrorKind::NotFound) => {
                output::talk(&output::plain(&format!("{}.", error.message())));
                for hint in error.hints() {
                    output::talk(&output::plain(&format!("  {hint}")));
                }
            }
            other => return other,
        }
    }
    read(&context.terminal.ask(question, flag)?)
}

fn pair<'t>(text: &'t str, flag: &str, example: &str) -> Result<(&'t str, &'t str)> {
    text.split_once('=').ok_or_else(|| {
        Error::usage(
            "bad-pair",
            format!("`{}` is not ITEM=VALUE", text.escape_debug()),
        )
        .hint(format!("{flag} {example}"))
    })
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

fn seal(word: &str) -> Result<SealState> {
    match word {
        "intact" => Ok(SealState::Intact),
        "broken" => Ok(SealState::Broken),
        _ => Err(Error::usage("bad-seal", "a seal is intact or broken")),
    }
}

fn texts(all: &[String]) -> Result<Vec<Text>> {
    all.iter().map(|text| Text::new(text.clone())).collect()
}
