//! `review show`: one review, group by group, with what changed, who has judged what, and what is missing.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use super::review;
use super::review_list::{Waits, period, row_fields};
use crate::crypto::fixed::Digest;
use crate::error::Result;
use crate::insight::reviews::{self, Changes, Occasion};
use crate::ledger::{People, Session};
use crate::policy;
use crate::present::{describe, reviews as present};
use crate::state::records::list as records;
use crate::state::reviews::{LaidOut, LayoutRecord, ReviewRecord, StruckRecord};
use crate::statement::Claim;
use crate::statement::people::Role;
use crate::statement::reviews::Named;

/// How many columns paper and windows have.
const WIDTH: usize = 80;
/// How many accounts, or secrets, are named one by one.
const SHOWN: usize = 6;

/// `review show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  rootkeep review show 4eb276f8")]
pub struct ShowReview {
    /// The review
    id: String,
}

/// A review, with what it is compared with.
struct Shown<'s> {
    session: &'s Session,
    people: People,
    leaf: Digest,
    review: ReviewRecord,
    layout: LayoutRecord,
    changes: Vec<Changes>,
    /// Why each name was struck, by group and name.
    strikes: Vec<(StruckRecord, Option<String>)>,
}

pub fn show(context: &Context, command: &ShowReview) -> Result<Done> {
    let session = context.open()?;
    let now = session.now()?;
    let people = session.people()?;
    let (leaf, review) = review::find(context, &session, &command.id)?;
    let view = session.view();
    let all = reviews::occasions(&view, now)?;
    let own = |one: &&Occasion| one.review.as_ref().is_some_and(|(other, _)| *other == leaf);
    let Some(one) = all.iter().find(own) else {
        return Ok(Done::Yes);
    };
    let layout = LayoutRecord::load(&view, &leaf)?;
    let before = match &review.since {
        Some(since) => LayoutRecord::load(&view, since)?,
        None => LayoutRecord { groups: Vec::new() },
    };
    let changes = match &review.since {
        Some(_) => reviews::changes(&before, &layout),
        None => vec![Changes::default(); layout.groups.len()],
    };
    let shown = Shown {
        strikes: strikes(&session, &leaf)?,
        session: &session,
        people,
        leaf,
        review,
        layout,
        changes,
    };
    let mut gone = Vec::new();
    if shown.review.since.is_some() {
        for number in reviews::gone(&before, &shown.layout) {
            if let Some(group) = before.group(number) {
                gone.push(shown.brief(group)?);
            }
        }
    }
    if context.global.json {
        let base = row_fields(&session, &shown.people, None, one)?;
        let more = shown.json(&gone)?;
        output::object("review", output::merge(base, more))?;
        return Ok(Done::Yes);
    }
    let text = shown.text(one, &gone)?;
    output::data(&output::plain(&text))?;
    Ok(Done::Yes)
}

/// The struck names of a review, each with the first reason that was given.
fn strikes(session: &Session, leaf: &Digest) -> Result<Vec<(StruckRecord, Option<String>)>> {
    let mut all = Vec::new();
    for (_, struck) in records::<StruckRecord>(&session.view(), &format!("{leaf}/"))? {
        let statement = session.proven(struck.index)?;
        let reason = match statement.claim() {
            Claim::ReviewStrike(_, Some(personal)) => Some(personal.reason.as_str().to_owned()),
            _ => None,
        };
        all.push((struck, reason));
    }
    Ok(all)
}

impl Shown<'_> {
    fn brief(&self, group: &LaidOut) -> Result<String> {
        let names = self.names(group).join(", ");
        let mut of = Vec::new();
        for thing in &group.facts.things {
            of.push(present::thing(self.session, thing)?);
        }
        Ok(format!("{names}: {}", of.join("; ")))
    }

    fn names(&self, group: &LaidOut) -> Vec<String> {
        let mut names: Vec<(bool, String)> = group
            .names()
            .map(|who| {
                let name = present::who(Some(group), &who, &self.people);
                (matches!(who, Named::Other(_)), name)
            })
            .collect();
        names.sort();
        names.into_iter().map(|(_, name)| name).collect()
    }

    fn things(&self, group: &LaidOut) -> Result<Vec<String>> {
        let mut of = Vec::new();
        for thing in &group.facts.things {
            of.push(present::thing(self.session, thing)?);
        }
        let held = group.secrets.iter();
        of.extend(held.map(|(kind, ids)| present::secrets(*kind, ids.len())));
        Ok(of)
    }

    /// What changed, each in a few words.
    fn changed(&self, place: usize, group: &LaidOut) -> Result<Vec<String>> {
        let Some(changes) = self.changes.get(place) else {
            return Ok(Vec::new());
        };
        if self.review.since.is_none() {
            return Ok(Vec::new());
        }
        if changes.new {
            return Ok(vec!["new since the last review".to_owned()]);
        }
        let mut words = Vec::new();
        let came = changes.came.iter().map(|id| self.people.name(id));
        words.extend(
            came.chain(changes.others_came.clone())
                .map(|who| format!("came: {who}")),
        );
        let went = changes.went.iter().map(|id| self.people.name(id));
        words.extend(
            went.chain(changes.others_went.clone())
                .map(|who| format!("went: {who}")),
        );
        for thing in &changes.added {
            words.push(format!("added: {}", present::thing(self.session, thing)?));
        }
        for thing in &changes.removed {
            words.push(format!("removed: {}", present::thing(self.session, thing)?));
        }
        for (what, before, now) in [
            ("secrets", changes.secrets_before, reviews::secrets(group)),
            ("accounts", changes.accounts_before, group.accounts.len()),
        ] {
            if before != now {
                words.push(format!("{what}: {now}, and {before} before"));
            }
        }
        Ok(words)
    }

    /// Who has judged a group: by confirming, or by striking all of it.
    fn judged(&self, number: u32) -> Vec<String> {
        let confirmed = self.review.confirmed.iter();
        let own = confirmed.filter(|(_, group)| *group == number);
        own.map(|(who, _)| self.people.name(who)).collect()
    }

    /// Whether somebody who has confirmed a group is no member of it, or no reviewer could be.
    fn independent(&self, number: u32, group: &LaidOut) -> Result<bool> {
        let view = self.session.view();
        let mut possible = false;
        for (id, who, _) in self.people.iter() {
            if policy::is_same_person(&view, id, &group.facts.people)? {
                continue;
            }
            if self.review.confirmed.contains(&(*id, number)) {
                return Ok(true);
            }
            possible |= who.in_force() && who.has(Role::Reviewer);
        }
        Ok(!possible)
    }

    fn struck_in(&self, number: u32) -> impl Iterator<Item = &(StruckRecord, Option<String>)> {
        let all = self.strikes.iter();
        all.filter(move |(struck, _)| struck.group == number)
    }

    fn strikers(&self, struck: &StruckRecord) -> Vec<String> {
        let all = self.review.struck.iter();
        let own = all.filter(|(group, who, _)| (*group, *who) == (struck.group, struck.who));
        own.map(|(.., by)| self.people.name(by)).collect()
    }

    fn left(&self, group: &LaidOut, struck: &StruckRecord) -> Result<Vec<(String, String)>> {
        if struck.done.is_some() {
            return Ok(Vec::new());
        }
        let left = policy::remains(&self.session.view(), group, struck)?;
        left.iter()
            .map(|one| present::remaining(self.session, &struck.who, one))
            .collect()
    }

    fn json(&self, gone: &[String]) -> Result<Value> {
        let mut groups = Vec::new();
        for (place, (number, group)) in self.layout.numbered().enumerate() {
            let mut struck = Vec::new();
            for (one, reason) in self.struck_in(number) {
                let left = self.left(group, one)?.into_iter();
                struck.push(json!({
                    "name": present::who(Some(group), &one.who, &self.people),
                    "by": self.strikers(one), "since": one.at, "reason": reason,
                    "done_at": one.done.as_ref().map(|done| done.at),
                    "still_has": left.map(|(what, _)| what).collect::<Vec<_>>(),
                }));
            }
            let people = group.facts.people.iter().map(|id| self.people.name(id));
            groups.push(json!({
                "group": number, "people": people.collect::<Vec<_>>(), "others": group.others,
                "things": group.facts.things,
                "secrets": group.secrets.iter().map(|(kind, ids)| json!({
                    "kind": kind, "count": ids.len(),
                })).collect::<Vec<_>>(),
                "accounts": group.accounts, "changed": self.changed(place, group)?,
                "confirmed": self.judged(number), "struck": struck,
                "independent": self.independent(number, group)?,
            }));
        }
        let me = self.session.member();
        Ok(json!({
            "seq": self.review.index, "leaf": self.leaf, "by": self.people.name(&self.review.author),
            "groups": groups, "gone": gone,
            "signed": self.review.signed.iter().map(|id| self.people.name(id)).collect::<Vec<_>>(),
            "unjudged": policy::unjudged(&self.review, &self.layout, &me),
        }))
    }

    fn text(&self, one: &Occasion, gone: &[String]) -> Result<String> {
        let mut text = format!(
            "the review of {}, {}{}\n",
            period(one),
            one.standing.as_str(),
            if one.late { ", late" } else { "" },
        );
        let by = self.people.name(&self.review.author);
        let started = describe::time(self.review.made_at);
        let started = format!("{started} by {by}, entry #{}", self.review.index);
        line(&mut text, "started", &started);
        line(&mut text, "due", &one.period.due().to_string());
        let signed: Vec<String> = self
            .review
            .signed
            .iter()
            .map(|id| self.people.name(id))
            .collect();
        if !signed.is_empty() {
            line(&mut text, "signed", &signed.join(", "));
        }
        if self.review.ended.is_none() {
            let waits = Waits::of(self.session, &self.people, &self.leaf, &self.review)?;
            line(&mut text, "waits for", &waits.words());
        }
        if self.review.since.is_none() {
            line(&mut text, "before", "no review was passed before this one");
        }
        for (place, (number, group)) in self.layout.numbered().enumerate() {
            self.group(&mut text, place, number, group)?;
        }
        for group in gone {
            line(&mut text, "gone", group);
        }
        self.missing(&mut text);
        Ok(text)
    }

    fn group(&self, text: &mut String, place: usize, number: u32, group: &LaidOut) -> Result<()> {
        text.push('\n');
        line(
            text,
            &format!("group {number}"),
            &self.names(group).join(", "),
        );
        line(text, "has", &self.things(group)?.join("; "));
        let mut accounts: Vec<String> = group
            .accounts
            .iter()
            .take(SHOWN)
            .map(ToString::to_string)
            .collect();
        if group.accounts.len() > SHOWN {
            accounts.push(format!("{} more", group.accounts.len() - SHOWN));
        }
        if accounts.is_empty() {
            accounts.push("no account".to_owned());
        }
        line(text, "covers", &accounts.join(", "));
        let changed = self.changed(place, group)?;
        if !changed.is_empty() {
            line(text, "changed", &changed.join("; "));
        }
        let judged = self.judged(number);
        if !judged.is_empty() {
            line(text, "confirmed", &judged.join(", "));
        }
        if !judged.is_empty() && !self.independent(number, group)? {
            line(
                text,
                "",
                "a reviewer who is no member of it has yet to look",
            );
        }
        for (struck, reason) in self.struck_in(number) {
            let name = present::who(Some(group), &struck.who, &self.people);
            let by = self.strikers(struck).join(", ");
            let why = output::one_line(reason.as_deref().unwrap_or("withheld"));
            line(text, "struck", &format!("{name}, by {by}: {why}"));
            self.follow_up(text, group, struck)?;
        }
        Ok(())
    }

    fn follow_up(&self, text: &mut String, group: &LaidOut, struck: &StruckRecord) -> Result<()> {
        if let Some(done) = &struck.done {
            let day = describe::day(done.at);
            let by = self.people.name(&done.by);
            line(
                text,
                "  done",
                &format!("{day} by {by}, entry #{}", done.index),
            );
            return Ok(());
        }
        let left = self.left(group, struck)?;
        for (what, next) in &left {
            line(text, "  still", &format!("{what}: rootkeep {next}"));
        }
        if let Named::Custodian(who) = &struck.who {
            let secrets = policy::still_shared(&self.session.view(), group, who, SHOWN)?;
            if !secrets.is_empty() && left.iter().any(|(what, _)| what.starts_with("shares")) {
                line(text, "  such as", &secrets.join(", "));
            }
        }
        if left.is_empty() {
            let id = self.review.id.short();
            let name = present::who(Some(group), &struck.who, &self.people);
            let name = super::shell::words::quoted(&name);
            let next = format!(
                "rootkeep review done {id} {name} --group {} --note TEXT",
                struck.group
            );
            line(text, "  to do", &next);
        }
        Ok(())
    }

    /// What whoever looks has yet to do.
    fn missing(&self, text: &mut String) {
        let me = self.session.member();
        let is_reviewer = self
            .people
            .get(&me)
            .is_some_and(|(who, ..)| who.in_force() && who.has(Role::Reviewer));
        if self.review.ended.is_some() || !is_reviewer || self.review.signed.contains(&me) {
            return;
        }
        let id = self.review.id.short();
        let left: BTreeSet<u32> = policy::unjudged(&self.review, &self.layout, &me)
            .into_iter()
            .collect();
        text.push('\n');
        if left.is_empty() {
            line(text, "next", &format!("rootkeep sign {id}"));
            return;
        }
        let some: Vec<String> = left.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if left.len() > SHOWN { " …" } else { "" };
        line(
            text,
            "next",
            &format!("rootkeep review strike {id} NAME --reason TEXT"),
        );
        line(text, "", &format!("rootkeep review confirm {id}"));
        line(
            text,
            "to judge",
            &format!("group {}{more}", some.join(", ")),
        );
    }
}

/// A line with its label, and its text in as many lines as paper has columns for.
fn line(text: &mut String, label: &str, value: &str) {
    const INDENT: usize = 12;
    let mut rest = output::one_line(value);
    let mut label = format!("  {label}");
    loop {
        let room = WIDTH - INDENT;
        let (head, tail) = output::cut(&rest, room);
        text.push_str(&format!("{label:<INDENT$}{head}\n"));
        if tail.is_empty() {
            return;
        }
        (rest, label) = (tail.to_owned(), String::new());
    }
}
