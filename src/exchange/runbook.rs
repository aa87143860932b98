//! Runbooks as files (docs/runbooks.md): TOML of a bounded size, checked as a whole before anything is
//! made of it. An error names the file, the line and the field.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::crypto::fixed::Digest;
use crate::crypto::unseen::is_unseen;
use crate::error::{Error, Result};
use crate::statement::text::{Name, Text};
use crate::statement::time::Date;

/// The most bytes of a runbook.
pub const LIMIT: usize = 256 << 10;

/// What the first field says.
pub const SCHEMA: &str = "rootkeep/v1/runbook";

/// A runbook that was checked: only [`Runbook::parse`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runbook {
    /// What it is called.
    pub name: Name,
    /// Its heading.
    pub title: Text,
    /// When it is the one to take.
    pub scenario: Text,
    /// When it was written, or last changed.
    pub written: Date,
    /// When AWS Support last confirmed that it goes like this.
    pub aws_confirmed: Option<Date>,
    /// Where its facts are from.
    pub sources: Vec<Text>,
    /// What must be there, or known, before the first step.
    pub before: Vec<Text>,
    /// Who acts.
    pub roles: Vec<Role>,
    /// What they do, in order.
    pub steps: Vec<Step>,
    digest: Digest,
}

/// Somebody who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// What steps call it.
    pub id: Name,
    /// Who takes it, and what it is for.
    pub who: Text,
    /// How many people take it.
    pub people: u8,
    /// Roles that whoever takes this one can't take as well.
    pub apart_from: Vec<Name>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is called.
    pub id: Name,
    /// The roles that act.
    pub by: Vec<Name>,
    /// What they do.
    pub act: Text,
    /// What they ought to see then.
    pub observe: Option<Text>,
    /// Values that are written down; never a secret.
    pub record: Vec<Recorded>,
    /// When not to go on, and what then.
    pub stop: Vec<Text>,
}

/// A value that a step has written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What it is called.
    pub id: Name,
    /// What it is.
    pub what: Text,
}

impl Runbook {
    /// Reads a file's bytes. `file` is what errors call it.
    ///
    /// # Errors
    /// Usage, codes `file-too-large`, `bad-runbook`.
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self> {
        if bytes.len() > LIMIT {
            return Err(Error::usage(
                "file-too-large",
                format!("{file} has more than {LIMIT} bytes"),
            ));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Error::usage("bad-runbook", format!("{file} is not UTF-8 text")))?;
        let source = Source { file, text };
        if let Some((at, c)) = text.char_indices().find(|(_, c)| is_unseen(*c)) {
            let why = format!("a character that nobody sees, U+{:04X}", u32::from(c));
            return Err(source.bad(&(at..at), None, &why));
        }
        let raw: RawRunbook =
            toml::from_str(text).map_err(|error| source.unread(error.span(), error.message()))?;
        source.checked(raw, Digest::of(bytes))
    }

    /// Of the file.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRunbook {
    schema: Spanned<String>,
    name: Spanned<String>,
    title: Spanned<String>,
    scenario: Spanned<String>,
    written: Spanned<Datetime>,
    aws_confirmed: Option<Spanned<Datetime>>,
    #[serde(default)]
    sources: Vec<Spanned<String>>,
    #[serde(default)]
    before: Vec<Spanned<String>>,
    roles: Spanned<Vec<RawRole>>,
    steps: Spanned<Vec<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRole {
    id: Spanned<String>,
    who: Spanned<String>,
    people: Option<Spanned<u8>>,
    #[serde(default)]
    apart_from: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    id: Spanned<String>,
    by: Spanned<Vec<Spanned<String>>>,
    r#do: Spanned<String>,
    observe: Option<Spanned<String>>,
    #[serde(default)]
    record: Vec<RawRecorded>,
    #[serde(default)]
    stop: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRecorded {
    id: Spanned<String>,
    what: Spanned<String>,
}

/// The file that is read, for what errors say of it.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn bad(&self, span: &Range<usize>, field: Option<&str>, why: &str) -> Error {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        let field = field.map_or_else(String::new, |field| format!(", {field}"));
        Error::usage(
            "bad-runbook",
            format!("{}, line {line}{field}: {why}", self.file),
        )
        .hint("what a runbook has in it: docs/runbooks.md")
    }

    /// What is no TOML, or another field or type. The field is the one that the line begins with.
    fn unread(&self, span: Option<Range<usize>>, why: &str) -> Error {
        let span = span.unwrap_or(0..0);
        let start = self.text.get(..span.start).unwrap_or_default();
        let begins = start.rfind('\n').map_or(0, |at| at.saturating_add(1));
        let line = self.text.get(begins..).unwrap_or_default().lines().next();
        let field = line
            .and_then(|line| line.split_once('='))
            .map(|(field, _)| field.trim())
            .filter(|field| Name::new(field.replace('_', "-")).is_ok());
        if why.ends_with("expected a TOML datetime") {
            let why = "a date stands as it is, without quotes: 2026-11-21";
            return self.bad(&span, field, why);
        }
        self.bad(&span, field, why)
    }

    fn checked(&self, raw: RawRunbook, digest: Digest) -> Result<Runbook> {
        if raw.schema.get_ref() != SCHEMA {
            let why = format!("this version reads `{SCHEMA}`");
            return Err(self.bad(&raw.schema.span(), Some("schema"), &why));
        }
        let roles = self.roles(&raw.roles)?;
        let steps = self.steps(&raw.steps, &roles)?;
        if !needs_two(&roles, &steps) {
            let why = "one person alone could do all steps: let `apart_from` of a role that acts name another that acts, or `people` be 2";
            return Err(self.bad(&raw.roles.span(), Some("roles"), why));
        }
        Ok(Runbook {
            name: self.name("name", &raw.name)?,
            title: self.text("title", &raw.title)?,
            scenario: self.text("scenario", &raw.scenario)?,
            written: self.date("written", &raw.written)?,
            aws_confirmed: raw
                .aws_confirmed
                .map(|date| self.date("aws_confirmed", &date))
                .transpose()?,
            sources: self.texts("sources", &raw.sources)?,
            before: self.texts("before", &raw.before)?,
            roles,
            steps,
            digest,
        })
    }

    fn roles(&self, raw: &Spanned<Vec<RawRole>>) -> Result<Vec<Role>> {
        let mut ids = BTreeSet::new();
        for role in raw.get_ref() {
            self.new_id("roles.id", &role.id, &mut ids)?;
        }
        raw.get_ref()
            .iter()
            .map(|role| {
                let id = self.name("roles.id", &role.id)?;
                let people = role.people.as_ref().map_or(1, |people| *people.get_ref());
                if let Some(typed) = &role.people
                    && !(1..=16).contains(&people)
                {
                    return Err(self.bad(&typed.span(), Some("roles.people"), "1 to 16"));
                }
                let apart_from = self.declared("roles.apart_from", &role.apart_from, &ids)?;
                if apart_from.contains(&id) {
                    let why = "a role is not apart from itself";
                    return Err(self.bad(&role.id.span(), Some("roles.apart_from"), why));
                }
                Ok(Role {
                    id,
                    who: self.text("roles.who", &role.who)?,
                    people,
                    apart_from,
                })
            })
            .collect()
    }

    fn steps(&self, raw: &Spanned<Vec<RawStep>>, roles: &[Role]) -> Result<Vec<Step>> {
        if raw.get_ref().is_empty() {
            return Err(self.bad(&raw.span(), Some("steps"), "there are none"));
        }
        let roles = roles.iter().map(|role| role.id.clone()).collect();
        let (mut ids, mut values) = (BTreeSet::new(), BTreeSet::new());
        raw.get_ref()
            .iter()
            .map(|step| {
                let id = self.new_id("steps.id", &step.id, &mut ids)?;
                if step.by.get_ref().is_empty() {
                    return Err(self.bad(&step.by.span(), Some("steps.by"), "nobody acts"));
                }
                let recorded = |value: &RawRecorded| {
                    Ok(Recorded {
                        id: self.new_id("steps.record.id", &value.id, &mut values)?,
                        what: self.text("steps.record.what", &value.what)?,
                    })
                };
                Ok(Step {
                    id,
                    by: self.declared("steps.by", step.by.get_ref(), &roles)?,
                    act: self.text("steps.do", &step.r#do)?,
                    observe: step
                        .observe
                        .as_ref()
                        .map(|text| self.text("steps.observe", text))
                        .transpose()?,
                    record: step.record.iter().map(recorded).collect::<Result<_>>()?,
                    stop: self.texts("steps.stop", &step.stop)?,
                })
            })
            .collect()
    }

    /// A name that none before it has.
    fn new_id(&self, field: &str, raw: &Spanned<String>, ids: &mut BTreeSet<Name>) -> Result<Name> {
        let id = self.name(field, raw)?;
        if ids.insert(id.clone()) {
            return Ok(id);
        }
        let why = format!("`{id}` is there twice");
        Err(self.bad(&raw.span(), Some(field), &why))
    }

    /// Names of roles, each declared and once.
    fn declared(
        &self,
        field: &str,
        raw: &[Spanned<String>],
        roles: &BTreeSet<Name>,
    ) -> Result<Vec<Name>> {
        let mut once = BTreeSet::new();
        raw.iter()
            .map(|typed| {
                let id = self.new_id(field, typed, &mut once)?;
                if roles.contains(&id) {
                    return Ok(id);
                }
                let why = format!("no role is called `{id}`");
                Err(self.bad(&typed.span(), Some(field), &why))
            })
            .collect()
    }

    fn name(&self, field: &str, raw: &Spanned<String>) -> Result<Name> {
        Name::new(raw.get_ref().as_str())
            .map_err(|error| self.bad(&raw.span(), Some(field), error.message()))
    }

    /// White space around a text, and how its lines end, are the file's own.
    fn text(&self, field: &str, raw: &Spanned<String>) -> Result<Text> {
        let text = raw.get_ref().replace("\r\n", "\n");
        Text::new(text.trim()).map_err(|error| self.bad(&raw.span(), Some(field), error.message()))
    }

    fn texts(&self, field: &str, raw: &[Spanned<String>]) -> Result<Vec<Text>> {
        raw.iter().map(|text| self.text(field, text)).collect()
    }

    fn date(&self, field: &str, raw: &Spanned<Datetime>) -> Result<Date> {
        Date::parse(&raw.get_ref().to_string())
            .map_err(|error| self.bad(&raw.span(), Some(field), error.message()))
    }
}

/// Whether no single person could take every role that acts.
fn needs_two(roles: &[Role], steps: &[Step]) -> bool {
    let acting: BTreeSet<&Name> = steps.iter().flat_map(|step| &step.by).collect();
    roles
        .iter()
        .filter(|role| acting.contains(&role.id))
        .any(|role| role.people > 1 || role.apart_from.iter().any(|other| acting.contains(other)))
}

#[cfg(test)]
mod tests;
