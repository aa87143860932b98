//! Frameworks: which of their controls a rule, a kind of statement or a drill speaks of, and how each control
//! stands by a bundle (docs/frameworks.md).
//!
//! A framework is a file: those of `schema/frameworks` are built in, and anybody can write another. It has ids and
//! our own words, never a standard's text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::model::{ControlLine, ControlState, FindingLine, FrameworkLine, Shown, StatementLine};
use super::tables::{DrillRow, Tables};
use crate::crypto::unseen::is_unseen;
use crate::error::{Error, Result};
use crate::insight::rules;
use crate::ledger::read_bounded;
use crate::statement::Kind;
use crate::statement::drills::DrillKind;

/// The schema's name, in the first field.
pub const SCHEMA: &str = "rootkeep/v1/framework";
/// The most bytes of a file.
pub const MAX_BYTES: u64 = 256 << 10;
/// The most controls of a framework.
pub const MAX_CONTROLS: usize = 500;
/// The most bytes of a name, a version or an id.
const MAX_WORD: usize = 40;
/// The most bytes of a title or of what a control is about.
const MAX_LINE: usize = 300;
/// The most entries that are listed for a control: the newest. The others are in the bundle all the same.
pub const MAX_STATEMENTS: usize = 200;

macro_rules! built_in {
    ($($name:literal)*) => {
        /// Name and file of each framework that is built in, in order of name.
        const BUILT_IN: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../schema/frameworks/", $name, ".json"))),)*
        ];
    };
}

built_in! {
    "aws-security-hub"
    "cis-aws-1.5"
    "cis-aws-3.0"
    "cis-aws-5.0"
    "cis-aws-7.0"
    "iso-27001-2022"
    "nist-800-53-r5"
    "pci-dss-4.0"
    "soc2"
}

/// How the ids of a framework are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// A rule or a statement speaks of what the control asks for.
    Mapped,
    /// The control is about something else, and what is done here is done in its way.
    ModelledOn,
    /// What is here supports somebody's own conclusion about it.
    Supports,
}

impl Relation {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mapped => "mapped",
            Self::ModelledOn => "modelled-on",
            Self::Supports => "supports",
        }
    }
}

/// A framework, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// [`SCHEMA`].
    schema: String,
    /// Its short name.
    pub framework: String,
    /// What people call it.
    pub title: String,
    /// Its version.
    pub version: String,
    /// How its ids are meant.
    pub relation: Relation,
    /// Its controls.
    pub controls: Vec<Control>,
}

/// A control, and what speaks of it: at least one rule, kind or drill.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its id in the framework.
    pub id: String,
    /// What it is about, in our words.
    pub about: String,
    /// Ids of posture rules.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Kinds of statements.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Kinds of drills.
    #[serde(default)]
    pub drills: Vec<String>,
}

/// The names of the frameworks that are built in.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

impl Framework {
    /// A framework by what was typed: the name of one that is built in, or the path of a file.
    ///
    /// # Errors
    /// Not found, code `no-framework`; usage, code `bad-framework`.
    pub fn find(typed: &str) -> Result<Self> {
        if let Some((name, text)) = BUILT_IN.iter().find(|(name, _)| *name == typed) {
            return Self::parse(text.as_bytes(), name);
        }
        if !typed.ends_with(".json") {
            let known: Vec<&str> = names().collect();
            return Err(Error::not_found(
                "no-framework",
                format!("no framework `{}` is built in", typed.escape_debug()),
            )
            .hint(format!(
                "one of {}, or a file of your own: --framework FILE.json",
                known.join(", ")
            )));
        }
        let bytes = read_bounded(Path::new(typed), MAX_BYTES)?;
        let own = Self::parse(&bytes, typed)?;
        if names().any(|name| name == own.framework) {
            return Err(bad(
                typed,
                &format!(
                    "framework: `{}` is the name of a built-in one, which says what that name means",
                    own.framework
                ),
            ));
        }
        let titled = |text: &str| {
            let built_in = Self::parse(text.as_bytes(), "built in");
            built_in.is_ok_and(|one| one.title.eq_ignore_ascii_case(own.title.trim()))
        };
        if BUILT_IN.iter().any(|(_, text)| titled(text)) {
            return Err(bad(
                typed,
                &format!(
                    "title: `{}` is the title of a built-in one; say in it whose mapping this is",
                    own.title
                ),
            ));
        }
        Ok(own)
    }

    /// Several, each once.
    ///
    /// # Errors
    /// As [`Framework::find`]; usage, code `framework-twice`.
    pub fn find_all<'t>(typed: impl IntoIterator<Item = &'t str>) -> Result<Vec<Self>> {
        let mut found: Vec<Self> = Vec::new();
        for typed in typed {
            let framework = Self::find(typed)?;
            if found.iter().any(|one| one.framework == framework.framework) {
                return Err(Error::usage(
                    "framework-twice",
                    format!("`{}` is there twice", framework.framework),
                )
                .hint("leave one out, or give yours another name in its field `framework`"));
            }
            found.push(framework);
        }
        Ok(found)
    }

    /// Reads the bytes of a file; `file` is what errors call it.
    ///
    /// # Errors
    /// Usage, code `bad-framework`, naming line or control, and field.
    pub fn parse(bytes: &[u8], file: &str) -> Result<Self> {
        let read: Self = serde_json::from_slice(bytes).map_err(|error| {
            bad(
                file,
                &in_control(bytes).unwrap_or_else(|| error.to_string()),
            )
        })?;
        read.check().map_err(|why| bad(file, &why))?;
        Ok(read)
    }

    fn check(&self) -> std::result::Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!("schema: this version reads `{SCHEMA}`"));
        }
        if !is_name(&self.framework) {
            return Err(format!(
                "framework: 1 to {MAX_WORD} of `a-z 0-9 . -`, the first a letter"
            ));
        }
        one_line("title", &self.title, MAX_LINE)?;
        one_line("version", &self.version, MAX_WORD)?;
        if self.controls.is_empty() || self.controls.len() > MAX_CONTROLS {
            return Err(format!("controls: 1 to {MAX_CONTROLS}"));
        }
        let mut ids = BTreeSet::new();
        for (number, control) in (1..).zip(&self.controls) {
            let place = place(number, Some(&control.id));
            if !is_id(&control.id) {
                return Err(format!(
                    "{place}: id: 1 to {MAX_WORD} of `A-Z a-z 0-9 . - _ ( )`"
                ));
            }
            if !ids.insert(token(&control.id)) {
                return Err(format!("{place}: id: there is such a one before it"));
            }
            control.check().map_err(|why| format!("{place}: {why}"))?;
        }
        Ok(())
    }
}

impl Control {
    fn check(&self) -> std::result::Result<(), String> {
        one_line("about", &self.about, MAX_LINE)?;
        if self.rules.is_empty() && self.kinds.is_empty() && self.drills.is_empty() {
            return Err("it names no rule, no kind and no drill".to_owned());
        }
        let rules: BTreeSet<String> = rules::ALL
            .iter()
            .filter_map(|rule| rule.id().ok())
            .map(|id| id.to_string())
            .collect();
        each_once("rules", &self.rules, |rule| rules.contains(rule))?;
        each_once("kinds", &self.kinds, |kind| Kind::parse(kind).is_ok())?;
        each_once("drills", &self.drills, |drill| {
            DrillKind::parse(drill).is_some()
        })
    }
}

/// Where a control stands, and what it calls itself.
fn place(number: u64, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("controls, no. {number} (`{}`)", id.escape_debug()),
        None => format!("controls, no. {number}"),
    }
}

/// Which control can't be read, and why, where it is one: a reader of JSON knows but the line.
fn in_control(bytes: &[u8]) -> Option<String> {
    let file: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let controls = file.get("controls")?.as_array()?;
    (1..).zip(controls).find_map(|(number, control)| {
        let error = Control::deserialize(control).err()?;
        let id = control.get("id").and_then(serde_json::Value::as_str);
        Some(format!("{}: {error}", place(number, id)))
    })
}

fn bad(file: &str, why: &str) -> Error {
    Error::usage("bad-framework", format!("{file} is not a framework"))
        .because(why)
        .hint("what a framework has in it: docs/frameworks.md")
}

fn each_once(
    field: &str,
    words: &[String],
    known: impl Fn(&str) -> bool,
) -> std::result::Result<(), String> {
    let mut before = BTreeSet::new();
    for word in words {
        if !known(word) {
            return Err(format!("{field}: there is no `{}`", word.escape_debug()));
        }
        if !before.insert(word) {
            return Err(format!("{field}: `{word}` is there twice"));
        }
    }
    Ok(())
}

fn one_line(field: &str, text: &str, limit: usize) -> std::result::Result<(), String> {
    let plain = text.chars().all(|c| !c.is_control() && !is_unseen(c));
    if text.is_empty() || text.len() > limit || text.trim() != text || !plain {
        return Err(format!(
            "{field}: one line of 1 to {limit} bytes, without spaces around it or characters that are not seen"
        ));
    }
    Ok(())
}

fn is_name(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ['.', '-'].contains(&c);
    word.len() <= MAX_WORD
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(fits)
}

fn is_id(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || ['.', '-', '_', '(', ')'].contains(&c);
    (1..=MAX_WORD).contains(&word.len()) && word.chars().all(fits)
}

/// A control's id as a token of OSCAL: `AC-6(5)` is `ac-6.5`, as in NIST's own catalogue.
#[must_use]
pub fn token(id: &str) -> String {
    let id = id.replace('(', ".").replace(')', "");
    id.to_ascii_lowercase()
}

/// Whether an entry of this kind does something only once others have agreed to it.
fn waits(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::GovernanceSet
            | Kind::CustodianAdd
            | Kind::CustodianRetire
            | Kind::CustodianReplace
            | Kind::QuorumDefine
            | Kind::PolicySet
            | Kind::CopyPromote
            | Kind::ItemMove
            | Kind::ItemDestroy
            | Kind::SafeClose
            | Kind::SafeLog
            | Kind::SecretDestroy
            | Kind::Request
            | Kind::Reshare
            | Kind::DrillFinish
            | Kind::RunbookAdd
            | Kind::CeremonyFinish
            | Kind::FindingAccept
            | Kind::PostureSet
            | Kind::TaskRequest
            | Kind::EventExplain
            | Kind::ReconcileVoid
            | Kind::Erase
    )
}

/// Whether an entry can support a control: it is disclosed, nothing corrects it, nobody has said no to it, and
/// where others have to agree, somebody has, in this bundle. Whether that was enough is in the ledger's rules; the
/// bundle has the signatures.
fn stands(statement: &StatementLine) -> bool {
    statement.shown != Shown::Header
        && statement.corrected.is_empty()
        && statement.rejected.is_empty()
        && Kind::parse(&statement.kind)
            .is_ok_and(|kind| !waits(kind) || !statement.signed.is_empty())
}

/// Whether a drill was passed and everyone who took part in it agrees. Whoever wrote its end down has signed that,
/// and needs no other entry to agree; the table does not say who it was.
fn is_passed(drill: &DrillRow) -> bool {
    let silent = drill
        .took_part
        .iter()
        .filter(|who| !drill.agreed.contains(who));
    drill.outcome.as_deref() == Some("passed") && !drill.took_part.is_empty() && silent.count() <= 1
}

/// Entries that can support a control, by kind of statement and by kind of drill.
struct Support<'b> {
    kinds: BTreeMap<&'b str, Vec<u64>>,
    drills: BTreeMap<&'b str, Vec<u64>>,
}

impl<'b> Support<'b> {
    fn of(statements: &'b [StatementLine], tables: &'b Tables) -> Self {
        let mut kinds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for statement in statements.iter().filter(|statement| stands(statement)) {
            let list = kinds.entry(&statement.kind).or_default();
            list.push(statement.seq);
        }
        let mut drills: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for drill in tables.drills.iter().filter(|drill| is_passed(drill)) {
            if let Some(word) = &drill.drill {
                drills.entry(word).or_default().push(drill.seq);
            }
        }
        Self { kinds, drills }
    }

    /// The newest that support a control, in order.
    fn newest(&self, control: &Control) -> Vec<u64> {
        let by_kind = control
            .kinds
            .iter()
            .filter_map(|kind| self.kinds.get(kind.as_str()));
        let by_drill = control
            .drills
            .iter()
            .filter_map(|drill| self.drills.get(drill.as_str()));
        let all: BTreeSet<u64> = by_kind.chain(by_drill).flatten().copied().collect();
        let older = all.len().saturating_sub(MAX_STATEMENTS);
        all.into_iter().skip(older).collect()
    }
}

/// How each control of a framework stands: by what the rules have found, by the ids of those that `passed`, and by
/// the entries of the bundle.
#[must_use]
pub fn line(
    framework: &Framework,
    findings: &[FindingLine],
    passed: &[String],
    statements: &[StatementLine],
    tables: &Tables,
) -> FrameworkLine {
    let support = Support::of(statements, tables);
    let controls = framework
        .controls
        .iter()
        .map(|control| control_line(control, findings, passed, &support))
        .collect();
    FrameworkLine {
        framework: framework.framework.clone(),
        title: framework.title.clone(),
        version: framework.version.clone(),
        relation: framework.relation.as_str().to_owned(),
        controls,
    }
}

fn control_line(
    control: &Control,
    findings: &[FindingLine],
    passed: &[String],
    support: &Support,
) -> ControlLine {
    let found: Vec<(u64, &FindingLine)> = (0u64..)
        .zip(findings)
        .filter(|(_, finding)| control.rules.contains(&finding.rule))
        .collect();
    let statements = support.newest(control);
    let state = if found.iter().any(|(_, finding)| finding.accepted.is_none()) {
        ControlState::Findings
    } else if !found.is_empty() {
        ControlState::Accepted
    } else if !statements.is_empty() || control.rules.iter().any(|rule| passed.contains(rule)) {
        ControlState::Supported
    } else if !control.rules.is_empty() {
        // What has no finding and did not pass had nothing to look at.
        ControlState::NotLookedAt
    } else {
        ControlState::NoEvidence
    };
    ControlLine {
        id: control.id.clone(),
        about: control.about.clone(),
        state,
        rules: control.rules.clone(),
        findings: found.iter().map(|(at, _)| *at).collect(),
        statements,
    }
}

#[cfg(test)]
mod tests;
