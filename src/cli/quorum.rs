//! `quorum …`.

use clap::{Args, Subcommand};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use super::context::Context;
use super::output::{self, Done};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::ledger::{People, Session};
use crate::present::describe;
use crate::state::custody::SecretRecord;
use crate::state::people::LedgerRecord;
use crate::state::records::list as records;
use crate::state::rules::Quorum;
use crate::statement::Claim;
use crate::statement::people::Role;
use crate::statement::quorums::{Define, Group};
use crate::statement::text::Name;

/// What the founders' quorum is called, and its id in JSON.
const GOVERNANCE: &str = "governance";

/// `quorum …`.
#[derive(Debug, Subcommand)]
pub enum QuorumCommand {
    /// Propose a threshold rule, or an existing one anew
    ///
    /// The name `governance` stands for those who decide on people, quorums and policy: to define it anew
    /// splits the governance secret to them, and counts once each of them has signed too.
    Define(DefineQuorum),
    /// Every quorum, governance among them
    #[command(after_help = "Examples:\n  rootkeep quorum list")]
    List,
    /// One quorum: its rule, and what is sealed to it
    #[command(after_help = "Examples:\n  rootkeep quorum show engineers")]
    Show {
        /// What it is called
        name: String,
    },
}

/// `quorum define`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  rootkeep quorum define engineers --threshold 2 --member alice --member bob --member carol\n  rootkeep quorum define sites --groups-needed 2 --group london=2:alice,bob --group tokyo=1:dave"
)]
pub struct DefineQuorum {
    /// What it is called
    name: String,
    /// How many of the members are needed
    #[arg(long, value_name = "K", requires = "member", conflicts_with_all = ["group", "groups_needed"])]
    threshold: Option<u8>,
    /// A member (repeatable)
    #[arg(long, value_name = "NAME")]
    member: Vec<String>,
    /// A group: LABEL=K:NAME,NAME (repeatable)
    #[arg(long, value_name = "LABEL=K:NAME,...", requires = "groups_needed")]
    group: Vec<String>,
    /// How many of the groups are needed
    #[arg(long, value_name = "G")]
    groups_needed: Option<u8>,
}

pub fn run(context: &Context, command: QuorumCommand) -> Result<Done> {
    match command {
        QuorumCommand::Define(define) => self::define(context, &define),
        QuorumCommand::List => list(context),
        QuorumCommand::Show { name } => show(context, &name),
    }
}

fn define(context: &Context, command: &DefineQuorum) -> Result<Done> {
    let name = Name::new(command.name.clone())?;
    let groups = groups(command)?;
    if name.as_str() == GOVERNANCE {
        return govern(context, &groups);
    }
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let groups = groups
        .into_iter()
        .map(|group| group.of(&people))
        .collect::<Result<_>>()?;
    let quorum = match session.find_quorum(name.as_str()) {
        Ok((id, _)) => id,
        Err(error) if matches!(error.code(), "no-quorum" | "governance-quorum") => {
            Id::random(&SystemRandom::new())?
        }
        Err(error) => return Err(error),
    };
    let define = Define {
        quorum,
        name: name.clone(),
        groups_needed: command.groups_needed.unwrap_or(1),
        groups,
    };
    let entered = session.enter(Claim::QuorumDefine(define), Vec::new())?;
    context.report(
        session,
        &entered,
        &format!("proposed the quorum {name}"),
        json!({"quorum": quorum}),
    )
}

/// Governance is a secret of its own, so that to define it is to split that anew.
fn govern(context: &Context, groups: &[TypedGroup]) -> Result<Done> {
    let [group] = groups else {
        return Err(Error::usage("bad-group", "governance is one group").hint(
            "rootkeep quorum define governance --threshold K --member NAME --member NAME ...",
        ));
    };
    let mut session = context.open_to_act()?;
    let people = session.people()?;
    let members = group.ids(&people)?;
    let entered = session.propose_governance(group.threshold, &members)?;
    let headline = format!(
        "proposed governance by {} of {}",
        group.threshold,
        people.names(&members)
    );
    context.report(session, &entered, &headline, json!({"members": members}))
}

/// A group as typed: its members may not be known.
struct TypedGroup {
    label: Name,
    threshold: u8,
    members: Vec<String>,
}

impl TypedGroup {
    fn ids(&self, people: &People) -> Result<Vec<Id>> {
        self.members.iter().map(|name| people.find(name)).collect()
    }

    fn of(self, people: &People) -> Result<Group> {
        let members = self.ids(people)?;
        for id in &members {
            can_hold(people, id)?;
        }
        Ok(Group {
            members,
            label: self.label,
            threshold: self.threshold,
        })
    }
}

/// That somebody can be in a quorum; the refusal says who can't, and why.
fn can_hold(people: &People, id: &Id) -> Result<()> {
    let name = people.name(id);
    let why = match people.get(id) {
        Some((who, ..)) if who.retired.is_some() => format!("{name} is retired"),
        Some((who, ..)) if !who.in_force() => format!("{name} is not in force yet"),
        Some((who, ..)) if !who.has(Role::Holder) => format!("{name} has not the role `holder`"),
        _ => return Ok(()),
    };
    Err(Error::refused(
        "not-a-holder",
        "a member of a quorum must be in force and have the role `holder`",
    )
    .because(why)
    .hint("see who can be: rootkeep custodian list"))
}

fn groups(command: &DefineQuorum) -> Result<Vec<TypedGroup>> {
    if command.group.is_empty() {
        let threshold = command.threshold.ok_or_else(|| {
            Error::usage("missing-value", "a quorum needs a threshold")
                .hint("--threshold K --member NAME --member NAME ...")
                .hint("or --group LABEL=K:NAME,NAME --groups-needed G")
        })?;
        return Ok(vec![TypedGroup {
            label: Name::new("all")?,
            threshold,
            members: command.member.clone(),
        }]);
    }
    command.group.iter().map(|text| group(text)).collect()
}

fn group(text: &str) -> Result<TypedGroup> {
    let bad = || {
        Error::usage(
            "bad-group",
            format!("`{}` is not a group", text.escape_debug()),
        )
        .hint("LABEL=K:NAME,NAME, such as london=2:alice,bob,carol")
    };
    let (label, rest) = text.split_once('=').ok_or_else(bad)?;
    let (threshold, names) = rest.split_once(':').ok_or_else(bad)?;
    Ok(TypedGroup {
        label: Name::new(label)?,
        threshold: threshold.parse().map_err(|_| bad())?,
        members: names
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect(),
    })
}

/// Every quorum by name, and governance: ids and rules.
fn known(session: &Session) -> Result<Vec<(String, Quorum)>> {
    let mut quorums = records::<Quorum>(&session.view(), "")?;
    quorums.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let ledger = LedgerRecord::load(&session.view())?;
    if let Some((threshold, governance)) =
        ledger.and_then(|ledger| Some((ledger.threshold, ledger.governance?)))
    {
        let members = governance.shares.iter().map(|share| share.holder).collect();
        let founders = Quorum {
            name: GOVERNANCE.to_owned(),
            groups_needed: 1,
            groups: vec![Group {
                label: Name::new("all")?,
                threshold,
                members,
            }],
            index: governance.index,
        };
        quorums.push((GOVERNANCE.to_owned(), founders));
    }
    Ok(quorums)
}

fn fields(id: &str, quorum: &Quorum, people: &People) -> Value {
    json!({
        "id": id,
        "name": quorum.name,
        "groups_needed": quorum.groups_needed,
        "groups": quorum.groups.iter().map(|group| json!({
            "label": group.label,
            "threshold": group.threshold,
            "members": group.members.iter().map(|id| people.name(id)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn list(context: &Context) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let quorums = known(&session)?;
    if context.global.json {
        let all: Vec<Value> = quorums
            .iter()
            .map(|(id, quorum)| fields(id, quorum, &people))
            .collect();
        output::object("quorum.list", json!({"quorums": all}))?;
        return Ok(Done::Yes);
    }
    let rows: Vec<Vec<String>> = quorums
        .iter()
        .map(|(_, quorum)| {
            vec![
                quorum.name.clone(),
                output::plain(&describe::rule(quorum, &people)),
            ]
        })
        .collect();
    output::data(&output::table(&["QUORUM", "RULE"], &rows))?;
    Ok(Done::Yes)
}

fn show(context: &Context, name: &str) -> Result<Done> {
    let session = context.open()?;
    let people = session.people()?;
    let quorums = known(&session)?;
    let Some((id, quorum)) = quorums.iter().find(|(_, quorum)| quorum.name == name) else {
        return Err(Error::not_found(
            "no-quorum",
            format!("there is no quorum `{}`", name.escape_debug()),
        )
        .hint("rootkeep quorum list"));
    };
    let mut secrets: Vec<String> = records::<SecretRecord>(&session.view(), "")?
        .into_iter()
        .filter(|(_, secret)| secret.quorum.to_hex() == *id)
        .map(|(_, secret)| secret.name.to_string())
        .collect();
    secrets.sort();
    if context.global.json {
        let more = json!({"since": quorum.index, "secrets": secrets});
        output::object("quorum", output::merge(fields(id, quorum, &people), more))?;
        return Ok(Done::Yes);
    }
    let mut text = format!("{}\n", quorum.name);
    if let [one] = quorum.groups.as_slice() {
        let members = people.names(&one.members);
        text.push_str(&format!("  needs    {} of {members}\n", one.threshold));
    } else {
        text.push_str(&format!(
            "  needs    {} of {} groups\n",
            quorum.groups_needed,
            quorum.groups.len()
        ));
        for group in &quorum.groups {
            let members = people.names(&group.members);
            text.push_str(&format!(
                "  group    {}: {} of {members}\n",
                group.label, group.threshold
            ));
        }
    }
    text.push_str(&format!(
        "  id       {id}\n  since    entry #{}\n",
        quorum.index
    ));
    for secret in &secrets {
        text.push_str(&format!("  secret   {secret}\n"));
    }
    output::data(&output::plain(&text))?;
    Ok(Done::Yes)
}
