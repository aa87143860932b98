//! `drill start`: by the plan that asks for it, or by none; never by another than the one that was meant.

use clap::Args;
use serde_json::json;

use super::context::Context;
use super::drill::{asked_of, scope as typed_scope, scope_typed};
use super::output::Done;
use super::shell::words;
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::insight::calendar::{Period, day_in};
use crate::insight::drills::{self, Occasion};
use crate::ledger::{DrillRequest, People, Session};
use crate::present::{describe, drills as present};
use crate::state::drills::{DrillRecord, PlanRecord};
use crate::statement::Time;
use crate::statement::drills::{DrillKind, Scope};
use crate::statement::text::Text;
use crate::statement::time::Date;

/// `drill start`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep drill start possession\n  rootkeep drill start sign-in --scope 111122223333 --unplanned"
)]
pub struct StartDrill {
    /// A plan's name, or a kind: possession, sign-in, qr-restore, phone, mailbox, ledger-restore
    #[arg(value_name = "PLAN|KIND")]
    what: String,
    /// About what: all, an account's 12 digits, quorum:NAME or location:NAME
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// Ask each holder for so many shares only, which the drill picks; the record says so
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// Somebody else who may record something in it (repeatable)
    #[arg(long, value_name = "NAME")]
    invite: Vec<String>,
    /// By no plan: what is due stays due
    #[arg(long)]
    unplanned: bool,
    /// What else is to be said
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// What is started.
struct Asked {
    drill: DrillKind,
    scope: Scope,
    plan: Option<(PlanRecord, Date)>,
}

pub fn run(context: &Context, command: &StartDrill) -> Result<Done> {
    let note = command.note.clone().map(Text::new).transpose()?;
    let mut session = context.open_to_act()?;
    let asked = asked(&session, command)?;
    let of = present::scope(&session, &asked.scope)?;
    let plan = asked.plan.map(|(plan, due)| (plan.facts.plan, due));
    let known = session.people()?;
    let invited: Result<Vec<Id>> = command.invite.iter().map(|name| known.find(name)).collect();
    let entered = session.start_drill(DrillRequest {
        drill: asked.drill,
        scope: asked.scope,
        plan: plan.clone(),
        sample: command.sample,
        people: invited?,
        note,
    })?;
    let id = entered.id.short();
    let record = DrillRecord::load(&session.view(), &entered.leaf)?;
    let people = session.people()?;
    let mut holders = Vec::new();
    for (holder, shares) in record.iter().flat_map(|record| &record.holders) {
        let name = people.name(holder);
        let what = describe::counted(asked_of(*shares, command.sample), "share");
        let in_force = people.get(holder).is_some_and(|(who, ..)| who.in_force());
        if in_force {
            context.say(&format!(
                "{name} proves {what}: {} drill prove {id}",
                context.program(Some("THEIR.key"))
            ));
        } else {
            context.warn(&gone(&people, holder, &what));
        }
        holders.push(json!({"name": name, "shares": shares, "in_force": in_force}));
    }
    let targets = record.map_or_else(Vec::new, |record| record.targets);
    for target in &targets {
        context.say(&format!("to be tried: {target}"));
    }
    let fields = json!({
        "drill": asked.drill, "plan": plan.as_ref().map(|(plan, _)| plan), "due": plan.as_ref().map(|(_, due)| due),
        "holders": holders, "targets": targets, "sample": command.sample,
    });
    let by = match &plan {
        Some((plan, due)) => format!("by the plan {plan}, due {due}"),
        None => "by no plan: what is due stays due".to_owned(),
    };
    let headline = format!("a {} drill of {of} has begun, {by}", asked.drill.as_str());
    context.report(session, &entered, &headline, fields)
}

/// Shares that are still those of an identity that has ended: nobody proves them.
fn gone(people: &People, holder: &Id, what: &str) -> String {
    let name = people.name(holder);
    format!(
        "{what} of {name} can't be proven: that identity has ended; before the next drill: rootkeep reshare --without {}",
        words::quoted(&name)
    )
}

/// What was typed: a plan by its name, or a kind, which the one plan of that kind and scope asks for.
fn asked(session: &Session, command: &StartDrill) -> Result<Asked> {
    let kind = DrillKind::parse(&command.what);
    let wanted = command.scope.as_ref();
    let wanted = wanted
        .map(|typed| typed_scope(session, typed))
        .transpose()?;
    let now = session.now()?;
    if !command.unplanned {
        let all = drills::occasions(&session.view(), now)?;
        let meant = Meant {
            session,
            command,
            kind,
            scope: wanted.as_ref(),
        };
        if let Some((plan, due)) = meant.planned(&all)? {
            meant.has_begun(&plan, due, now)?;
            return Ok(Asked {
                drill: plan.facts.drill,
                scope: plan.facts.scope.clone(),
                plan: Some((plan, due)),
            });
        }
    }
    Ok(Asked {
        drill: kind.ok_or_else(|| no_plan(&command.what))?,
        scope: wanted.unwrap_or(Scope::All),
        plan: None,
    })
}

/// What somebody has typed.
struct Meant<'m> {
    session: &'m Session,
    command: &'m StartDrill,
    kind: Option<DrillKind>,
    scope: Option<&'m Scope>,
}

impl Meant<'_> {
    /// The plan that is meant, with the day by which it asks for a drill; nothing, where none is.
    fn planned(&self, all: &[Occasion]) -> Result<Option<(PlanRecord, Date)>> {
        let not_over = |one: &&Occasion| {
            let drill = one.drill.as_ref();
            drill.is_none_or(|(_, drill)| drill.finished.is_none())
        };
        let live = |plan: &PlanRecord| !plan.facts.ended;
        let fitting: Vec<(&Occasion, &PlanRecord)> = all
            .iter()
            .filter(not_over)
            .filter_map(|one| Some((one, one.plan.as_ref().filter(|plan| live(plan))?)))
            .filter(|(_, plan)| self.scope.is_none_or(|scope| *scope == plan.facts.scope))
            .collect();
        let by_name = |plan: &PlanRecord| plan.facts.plan.as_str() == self.command.what;
        let by_kind = |plan: &PlanRecord| Some(plan.facts.drill) == self.kind;
        let mut found: Vec<_> = fitting.iter().filter(|(_, plan)| by_name(plan)).collect();
        if found.is_empty() {
            found = fitting.iter().filter(|(_, plan)| by_kind(plan)).collect();
        }
        let open: Vec<(PlanRecord, Date)> = found
            .iter()
            .filter(|(one, _)| one.drill.is_none())
            .filter_map(|(one, plan)| Some(((*plan).clone(), one.due?)))
            .collect();
        match (open.as_slice(), found.first()) {
            ([one], _) => Ok(Some(one.clone())),
            ([], None) => self.of_no_other_scope(all).map(|()| None),
            ([], Some((running, plan))) => Err(self.running(running, plan)?),
            (several, _) => Err(several.iter().fold(
                Error::usage("which-plan", "several plans ask for such a drill"),
                |error, (plan, due)| {
                    error.hint(format!(
                        "rootkeep drill start {}, due {due}",
                        plan.facts.plan
                    ))
                },
            )),
        }
    }

    /// That what was typed names no plan of another scope, where it is no kind either.
    fn of_no_other_scope(&self, all: &[Occasion]) -> Result<()> {
        let mut plans = all.iter().filter_map(|one| one.plan.as_ref());
        let named = plans.find(|plan| plan.facts.plan.as_str() == self.command.what);
        let Some(plan) = named.filter(|plan| self.kind.is_none() && !plan.facts.ended) else {
            return Ok(());
        };
        let (name, of) = (
            &plan.facts.plan,
            present::scope(self.session, &plan.facts.scope)?,
        );
        Err(
            Error::usage("other-scope", format!("the plan {name} is of {of}"))
                .hint(format!("as it was planned: rootkeep drill start {name}"))
                .hint(format!(
                    "by no plan: rootkeep drill start {} --unplanned --scope SCOPE",
                    plan.facts.drill.as_str()
                )),
        )
    }

    /// That the drill which a plan asks for goes on already.
    fn running(&self, running: &Occasion, plan: &PlanRecord) -> Result<Error> {
        let id = running
            .drill
            .as_ref()
            .map_or_else(String::new, |(_, drill)| drill.id.short());
        let error = Error::refused(
            "drill-running",
            format!(
                "the drill of the plan {} goes on already: {id}",
                plan.facts.plan
            ),
        );
        Ok(error
            .hint(format!("see what it waits for: rootkeep drill show {id}"))
            .hint(self.by_no_plan(plan)?))
    }

    /// What is passed before its period has begun is not what the plan asks for.
    fn has_begun(&self, plan: &PlanRecord, due: Date, now: Time) -> Result<()> {
        let first = Period::of(plan.facts.every, due.0).first;
        if first <= day_in(drills::zone(plan), now) {
            return Ok(());
        }
        Err(Error::refused(
            "not-begun",
            format!(
                "what the plan {} asks for next begins on {first}",
                plan.facts.plan
            ),
        )
        .hint(self.by_no_plan(plan)?))
    }

    fn by_no_plan(&self, plan: &PlanRecord) -> Result<String> {
        Ok(format!(
            "another one, by no plan: rootkeep drill start {} --unplanned --scope {}",
            plan.facts.drill.as_str(),
            scope_typed(self.session, &plan.facts.scope)?
        ))
    }
}

fn no_plan(typed: &str) -> Error {
    Error::not_found(
        "no-plan",
        format!(
            "`{}` is no kind of drill, and no plan that asks for one now",
            typed.escape_debug()
        ),
    )
    .hint("kinds: possession, sign-in, qr-restore, phone, mailbox, ledger-restore")
    .hint("plans: rootkeep drill list")
}
