//! `who-can`: who can reach an account's root user, and how many can be lost.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::context::Context;
use super::fresh;
use super::output::{self, Done};
use crate::error::{Error, Result};
use crate::insight::reach::answer::{Brief, Losses};
use crate::insight::reach::estate::{Account, Estate};
use crate::insight::reach::formula::Variable;
use crate::insight::reach::sets::{Loss, Sets};
use crate::insight::reach::{self, Answer, Lost, Reach, Route, gaps};
use crate::ledger::{Session, write_private_new};
use crate::present::reach::{self as present, Names};
use crate::statement::account_id::AccountId;

/// So many sets are listed, unless all are asked for; and no more even then.
const SOME: usize = 200;
const MANY: usize = 100_000;
/// So many are printed for people.
const SHOWN: usize = 20;
/// Lines are as long as paper has columns for.
pub const WIDTH: usize = 80;

/// `who-can`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep who-can 111122223333 --picture\n  rootkeep who-can --all"
)]
pub struct WhoCanCommand {
    /// Twelve digits
    #[arg(value_name = "ACCOUNT", required_unless_present = "all")]
    account: Option<String>,
    /// Only by this route (repeatable)
    #[arg(long)]
    route: Vec<RouteArg>,
    /// Draw people on one side, things and routes on the other
    #[arg(long, requires = "account")]
    picture: bool,
    /// The picture as a file
    #[arg(long, value_name = "FILE.svg", requires = "account")]
    svg: Option<PathBuf>,
    /// Every set of people, up to 100,000; without an account, every account
    #[arg(long)]
    all: bool,
}

/// A route, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RouteArg {
    /// With password and MFA
    SignIn,
    /// With a new password, by the mailbox, and MFA
    Reset,
    /// By AWS Support: with mailbox and phone
    Support,
    /// From the management account
    Management,
}

impl RouteArg {
    fn route(self) -> Route {
        match self {
            Self::SignIn => Route::SignIn,
            Self::Reset => Route::Reset,
            Self::Support => Route::Support,
            Self::Management => Route::Management,
        }
    }
}

pub fn run(context: &Context, command: &WhoCanCommand) -> Result<Done> {
    let account = command.account.as_ref().map(AccountId::new).transpose()?;
    if let Some(path) = &command.svg {
        fresh::check(path)?;
    }
    let asked = command.route.iter().map(|route| route.route());
    let mut routes: Vec<Route> = asked.collect();
    routes.sort_unstable();
    routes.dedup();
    if routes.is_empty() {
        routes = Route::ALL.to_vec();
    }
    let session = context.open()?;
    let people = session.people()?;
    let estate = reach::read(&session.view(), session.now()?)?;
    let lost = Lost::default();
    let report = Report {
        context,
        session: &session,
        estate: &estate,
        names: Names::new(&estate, &people),
        reach: Reach::new(&estate, &lost)?,
        routes,
    };
    match account {
        Some(id) => report.one(command, id),
        None => report.every(),
    }
}

/// The account of a number.
pub fn find(estate: &Estate, id: AccountId) -> Result<&Account> {
    let found = estate.account(&id);
    found
        .and_then(|place| estate.accounts.get(place))
        .ok_or_else(|| {
            Error::not_found("no-account", format!("account {id} is not in the register"))
                .hint("rootkeep account import --organizations FILE")
        })
}

struct Report<'a> {
    context: &'a Context,
    session: &'a Session,
    estate: &'a Estate,
    names: Names<'a>,
    reach: Reach<'a>,
    routes: Vec<Route>,
}

impl Report<'_> {
    fn one(mut self, command: &WhoCanCommand, id: AccountId) -> Result<Done> {
        let account = find(self.estate, id)?;
        let most = if command.all { MANY } else { SOME };
        let answer = self.reach.account(account, &self.routes, most)?;
        if let Some(path) = &command.svg {
            self.draw(account, path)?;
        }
        if self.context.global.json {
            let fields = self.fields(account, &answer, command.svg.as_deref());
            output::object("who-can", fields)?;
            return Ok(Done::Yes);
        }
        let shown = if command.all { MANY } else { SHOWN };
        let mut text = String::new();
        self.tell(account, &answer, shown, &mut text)?;
        if command.picture {
            let picture = self.names.picture(account, &self.routes);
            text.push('\n');
            text.push_str(&present::text(&picture, WIDTH));
        }
        output::data(&output::plain(&text))?;
        if let Some(path) = &command.svg {
            self.context.say(&format!("picture: {}", path.display()));
        }
        Ok(Done::Yes)
    }

    fn draw(&self, account: &Account, path: &Path) -> Result<()> {
        let picture = self.names.picture(account, &self.routes);
        write_private_new(path, present::draw(&picture).as_bytes())
    }

    fn fields(&self, account: &Account, answer: &Answer, svg: Option<&Path>) -> Value {
        let names = |sets: &[Vec<Variable>]| -> Vec<Vec<String>> {
            sets.iter().map(|set| self.names.set(set)).collect()
        };
        let any = self.in_order(&answer.any);
        let by_route: Vec<Value> = answer
            .routes
            .iter()
            .map(|(route, found)| {
                json!({
                    "route": route.as_str(), "coalitions": names(&self.in_order(found)),
                    "total": total(found), "cut": found.is_cut(), "smallest": found.smallest,
                })
            })
            .collect();
        let by = self.reach.by(answer, &any).into_iter();
        let by = by.map(|routes| -> Vec<&str> { routes.into_iter().map(Route::as_str).collect() });
        let gaps = gaps::of(self.estate, account);
        let gaps: Vec<String> = gaps
            .iter()
            .map(|gap| self.names.gap(gap, account))
            .collect();
        let gone: Vec<String> = self
            .reach
            .counted_though_gone(answer)
            .into_iter()
            .map(|whom| self.names.person(whom))
            .collect();
        output::merge(
            Self::loss_fields(&self.names, &answer.losses),
            json!({
                "account": account.id, "name": account.name, "management": account.management,
                "coalitions": names(&any), "by": by.collect::<Vec<_>>(),
                "total": total(&answer.any), "cut": answer.any.is_cut(),
                "smallest": answer.any.smallest, "routes": by_route,
                "not_known": gaps, "counted_though_gone": gone,
                "file": svg,
            }),
        )
    }

    /// The sets that are listed: the smaller first, then by name.
    fn in_order(&self, sets: &Sets) -> Vec<Vec<Variable>> {
        let mut listed = sets.listed.clone();
        let folded = |name: String| name.to_lowercase();
        listed.sort_by_cached_key(|set| {
            let names: Vec<String> = self.names.set(set).into_iter().map(folded).collect();
            (set.len(), names)
        });
        listed
    }

    /// How many can be missing, and whose loss is too much.
    fn loss_fields(names: &Names<'_>, losses: &Losses) -> Value {
        let too_many = |loss: &Loss| names.set(&loss.too_many);
        json!({
            "opens": losses.people.opens,
            "survives_loss_of": losses.people.survives,
            "survives_loss_of_sites": losses.sites.survives,
            "survives_loss_of_any": losses.both.survives,
            "locked_out_without": too_many(&losses.people),
            "locked_out_without_sites": too_many(&losses.sites),
            "locked_out_without_any": too_many(&losses.both),
        })
    }

    fn tell(
        &self,
        account: &Account,
        answer: &Answer,
        shown: usize,
        text: &mut String,
    ) -> Result<()> {
        let entries = self.session.head()?.0;
        let mark = if account.management {
            ", the management account"
        } else {
            ""
        };
        let name = self.names.account(account);
        text.push_str(&format!(
            "{name}{mark}\nwho can reach its root user, as recorded in {entries} entries\n\n"
        ));
        line(text, "enough", &present::how_many(&answer.any));
        let listed = self.in_order(&answer.any);
        let first = listed.get(..shown).unwrap_or(&listed);
        for (set, routes) in first.iter().zip(self.reach.by(answer, first)) {
            let routes: Vec<&str> = routes.into_iter().map(Route::as_str).collect();
            let people = present::in_one_line(&self.names.shown_set(set));
            line(text, "", &format!("{people}  [{}]", routes.join(", ")));
        }
        if answer.any.is_cut() || answer.any.listed.len() > shown {
            line(text, "", "… and more: --all");
        }
        text.push('\n');
        for (place, (route, sets)) in answer.routes.iter().enumerate() {
            let label = if place == 0 { "by route" } else { "" };
            let management = *route == Route::Management && account.management;
            let how_many = if management {
                "not for a management account".to_owned()
            } else {
                present::how_many(sets)
            };
            line(text, label, &format!("{:<10}  {how_many}", route.as_str()));
        }
        text.push('\n');
        self.tell_losses(answer, text);
        self.tell_gaps(account, answer, text);
        Ok(())
    }

    fn tell_losses(&self, answer: &Answer, text: &mut String) {
        let losses = &answer.losses;
        let people = present::how_many_lost(&losses.people, &self.names, "person", "people");
        line(text, "can be lost", &format!("people: {people}"));
        if losses.people.opens {
            let sites = present::how_many_lost(&losses.sites, &self.names, "site", "sites");
            let both = present::how_many_lost(&losses.both, &self.names, "of them", "of them");
            line(text, "", &format!("sites: {sites}"));
            line(text, "", &format!("people and sites: {both}"));
        }
    }

    fn tell_gaps(&self, account: &Account, answer: &Answer, text: &mut String) {
        let gaps = gaps::of(self.estate, account);
        for (place, gap) in gaps.iter().enumerate() {
            if place == 0 {
                text.push('\n');
            }
            let label = if place == 0 { "not known" } else { "" };
            line(text, label, &self.names.gap(gap, account));
        }
        let gone = self.reach.counted_though_gone(answer);
        if !gone.is_empty() {
            let names: Vec<String> = gone.iter().map(|whom| self.names.person(*whom)).collect();
            let names = present::in_one_line(&names);
            let told =
                format!("{names}: they may have it still, and nobody counts on them to get in");
            text.push('\n');
            line(text, "gone", &told);
        }
    }

    /// Every account in use, in brief.
    fn every(mut self) -> Result<Done> {
        let mut rows = Vec::new();
        let mut all = Vec::new();
        for account in self.estate.accounts.iter().filter(|one| one.in_use) {
            let answer = self.reach.brief(account, &self.routes)?;
            if self.context.global.json {
                all.push(self.brief(account, &answer));
            } else {
                rows.push(self.row(account, &answer));
            }
        }
        if self.context.global.json {
            output::object("who-can.all", json!({"accounts": all}))?;
            return Ok(Done::Yes);
        }
        let headings = ["ACCOUNT", "ENOUGH", "PEOPLE", "SITES", "FOR EXAMPLE"];
        output::data(&output::plain(&output::table(&headings, &rows)))?;
        self.context.say(
            "ENOUGH: the fewest people who reach the root user. PEOPLE, SITES: how many can be lost before nobody gets in.",
        );
        Ok(Done::Yes)
    }

    fn brief(&self, account: &Account, answer: &Brief) -> Value {
        let routes = answer.routes.iter();
        let routes = routes.filter(|(_, smallest)| smallest.is_some());
        let routes: Vec<Value> = routes
            .map(|(route, smallest)| json!({"route": route.as_str(), "smallest": smallest}))
            .collect();
        let fewest = answer.fewest.as_deref();
        output::merge(
            Self::loss_fields(&self.names, &answer.losses),
            json!({
                "account": account.id, "name": account.name, "management": account.management,
                "smallest": fewest.map(<[Variable]>::len),
                "example": fewest.map(|set| self.names.set(set)), "routes": routes,
            }),
        )
    }

    fn row(&self, account: &Account, answer: &Brief) -> Vec<String> {
        let number = |count: Option<usize>, none: &str| {
            count.map_or_else(|| none.to_owned(), |count| count.to_string())
        };
        let losses = &answer.losses;
        let lost = |loss: &Loss| {
            let none = if loss.opens { "any" } else { "-" };
            number(loss.survives, none)
        };
        let fewest = answer.fewest.as_deref();
        let example = fewest.map_or_else(String::new, |set| {
            present::in_one_line(&self.names.shown_set(set))
        });
        vec![
            account.id.to_string(),
            number(fewest.map(<[Variable]>::len), "-"),
            lost(&losses.people),
            lost(&losses.sites),
            example,
        ]
    }
}

/// How many sets there are: a number, or its digits where scripts could not hold it.
fn total(sets: &Sets) -> Value {
    match sets.total {
        Some(total) => u64::try_from(total).map_or_else(|_| json!(total.to_string()), Value::from),
        None => Value::Null,
    }
}

/// A line with its label, and its text in as many lines as paper has columns for.
pub fn line(text: &mut String, label: &str, value: &str) {
    const INDENT: usize = 15;
    let mut rest = output::one_line(value);
    let mut label = format!("  {label}");
    loop {
        let (head, tail) = output::cut(&rest, WIDTH - INDENT);
        text.push_str(format!("{label:<INDENT$}{head}").trim_end());
        text.push('\n');
        if tail.is_empty() {
            return;
        }
        (rest, label) = (tail.to_owned(), String::new());
    }
}
