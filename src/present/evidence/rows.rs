//! Which entries each row of the tables is made of, and how many had to agree: read from the statements that are
//! disclosed, so that a reader gets from a row to what was signed, and from there back.

use std::collections::BTreeMap;

use super::html::Html;
use super::names::{self, Names, length};
use crate::crypto::fixed::{Digest, Id};
use crate::exchange::evidence::bundle::{Bundle, Enclosed};
use crate::exchange::evidence::model::{Evidence, StatementLine};
use crate::statement::{Claim, Kind};

/// A table of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Openings of locations.
    Accesses,
    /// Releases, and tasks.
    Releases,
    /// Drills.
    Drills,
    /// Ceremonies.
    Ceremonies,
    /// Access reviews.
    Reviews,
}

impl Table {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Accesses => "Accesses",
            Self::Releases => "Releases",
            Self::Drills => "Drills",
            Self::Ceremonies => "Ceremonies",
            Self::Reviews => "Access reviews",
        }
    }

    /// Kinds of entries without whose contents a row can be missing, or lack something.
    #[must_use]
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Accesses => &[Kind::SafeOpen, Kind::SafeClose, Kind::SafeLog, Kind::Sign],
            Self::Releases => &[
                Kind::Request,
                Kind::Reshare,
                Kind::TaskRequest,
                Kind::Reveal,
                Kind::Close,
                Kind::TaskClose,
                Kind::Sign,
            ],
            Self::Drills => &[
                Kind::DrillStart,
                Kind::DrillProve,
                Kind::DrillStep,
                Kind::DrillRecord,
                Kind::DrillFinish,
                Kind::Sign,
            ],
            Self::Ceremonies => &[
                Kind::CeremonyStart,
                Kind::CeremonyException,
                Kind::CeremonyFinish,
                Kind::Sign,
            ],
            Self::Reviews => &[
                Kind::ReviewStart,
                Kind::ReviewConfirm,
                Kind::ReviewStrike,
                Kind::ReviewDone,
            ],
        }
    }
}

/// What an entry does in a row.
struct Part {
    table: Table,
    /// Leaf hash of the entry that begins the row; `None` where that is this one.
    of: Option<Digest>,
    /// In markup.
    word: &'static str,
}

/// Rows, by the entry that they are named after.
#[derive(Default)]
pub struct Rows {
    /// What each is made of, in order of entry.
    entries: BTreeMap<u64, Vec<(u64, &'static str)>>,
    /// Of each entry, the table and the row.
    places: BTreeMap<u64, (Table, u64)>,
    /// Of each entry, who has to agree to it.
    needed: BTreeMap<u64, String>,
    /// Of each row, who has to agree to what it is of.
    needed_of: BTreeMap<u64, String>,
}

impl Rows {
    /// Of a bundle.
    #[must_use]
    pub fn new(bundle: &Bundle) -> Self {
        let evidence = &bundle.evidence;
        let claims = claims(bundle);
        let named = named(evidence, &claims);
        let mut rows = Self::default();
        let mut of_leaf: BTreeMap<Digest, (Table, u64)> = BTreeMap::new();
        for (line, claim) in &claims {
            let needed = needed(evidence, line, claim);
            let place = match said_of(claim) {
                Some((subject, word)) => of_leaf.get(&subject).map(|place| (*place, word)),
                None => part(claim).and_then(|part| {
                    let row = named.get(&part.of.unwrap_or(line.leaf))?;
                    Some(((part.table, *row), part.word))
                }),
            };
            if let Some(((table, row), word)) = place {
                rows.entries.entry(row).or_default().push((line.seq, word));
                rows.places.insert(line.seq, (table, row));
                if said_of(claim).is_none() {
                    of_leaf.insert(line.leaf, (table, row));
                }
                if let Some(needed) = needed.as_ref().filter(|_| !claim.has_witness()) {
                    rows.needed_of.insert(row, needed.clone());
                }
            }
            if let Some(needed) = needed {
                rows.needed.insert(line.seq, needed);
            }
        }
        for line in &evidence.statements {
            if decided_by_governance(&line.kind) {
                rows.needed.insert(line.seq, governance(evidence));
            }
        }
        rows
    }

    /// Where an entry is part of a row: the table, and the row's name.
    #[must_use]
    pub fn place(&self, seq: u64) -> Option<(Table, u64)> {
        self.places.get(&seq).copied()
    }

    /// Who has to agree to an entry.
    #[must_use]
    pub fn needed(&self, seq: u64) -> Option<&str> {
        self.needed.get(&seq).map(String::as_str)
    }

    /// Who has to agree to what a row is of.
    #[must_use]
    pub fn needed_of(&self, row: u64) -> Option<&str> {
        self.needed_of.get(&row).map(String::as_str)
    }

    /// The entries of a row, those that do the same in one line.
    pub fn put(&self, html: &mut Html, row: u64, names: &Names<'_>) {
        let mut lines: Vec<(&'static str, Vec<u64>)> = Vec::new();
        for (seq, word) in self.entries.get(&row).into_iter().flatten() {
            match lines.iter_mut().find(|(other, _)| other == word) {
                Some((_, entries)) => entries.push(*seq),
                None => lines.push((word, vec![*seq])),
            }
        }
        if lines.is_empty() {
            names.entry(html, row);
        }
        for (place, (word, entries)) in lines.iter().enumerate() {
            html.put(if place > 0 { "<br>" } else { "" });
            names::entries(html, entries);
            html.put("&nbsp;").put(word);
        }
    }
}

/// The lines of entries whose facts are disclosed, with what they say.
fn claims(bundle: &Bundle) -> Vec<(&StatementLine, Claim)> {
    let mut enclosed = bundle.statements.iter().peekable();
    let mut claims = Vec::new();
    for line in &bundle.evidence.statements {
        while enclosed.next_if(|one| one.seq < line.seq).is_some() {}
        let own = enclosed.next_if(|one| one.seq == line.seq);
        // What can't be read is named by whoever verifies the bundle.
        if let Some(claim) = own.and_then(|own| claim(line, own)) {
            claims.push((line, claim));
        }
    }
    claims
}

fn claim(line: &StatementLine, own: &Enclosed) -> Option<Claim> {
    let facts = own.facts.as_ref()?;
    let kind = Kind::parse(&line.kind).ok()?;
    Claim::parse(kind, &facts.bytes.0, None).ok()
}

/// The rows' names, by the leaf hash of what begins them: the first entry that the table has a row of.
fn named(evidence: &Evidence, claims: &[(&StatementLine, Claim)]) -> BTreeMap<Digest, u64> {
    let tables = &evidence.tables;
    let mut all: Vec<u64> = tables.accesses.iter().map(|row| row.seq).collect();
    all.extend(tables.releases.iter().map(|row| row.seq));
    all.extend(tables.drills.iter().map(|row| row.seq));
    all.extend(tables.ceremonies.iter().map(|row| row.seq));
    all.extend(tables.reviews.iter().map(|row| row.seq));
    all.sort_unstable();
    let mut named = BTreeMap::new();
    for (line, claim) in claims {
        if let Some(part) = part(claim).filter(|_| all.binary_search(&line.seq).is_ok()) {
            named
                .entry(part.of.unwrap_or(line.leaf))
                .or_insert(line.seq);
        }
    }
    named
}

/// What an entry does in a row, where it is of one.
fn part(claim: &Claim) -> Option<Part> {
    let begins = |table, word| {
        Some(Part {
            table,
            of: None,
            word,
        })
    };
    let goes_on = |table, of: Digest, word| {
        Some(Part {
            table,
            of: Some(of),
            word,
        })
    };
    use Table::{Accesses, Ceremonies, Drills, Releases, Reviews};
    match claim {
        Claim::SafeOpen(..) => begins(Accesses, "opened"),
        Claim::SafeLog(..) => begins(Accesses, "written&nbsp;down"),
        Claim::SafeClose(closed, _) => goes_on(Accesses, closed.access, "closed"),
        Claim::Request(..) | Claim::Reshare(..) | Claim::TaskRequest(..) => {
            begins(Releases, "asked&nbsp;for")
        }
        Claim::Reveal(reveal) => goes_on(Releases, reveal.request, "shown"),
        Claim::Reseal(reseal) => goes_on(Releases, reseal.reshare, "sealed&nbsp;anew"),
        Claim::Close(close, _) => goes_on(Releases, close.request, "ended"),
        Claim::TaskClose(close, _) => goes_on(Releases, close.task, "ended"),
        Claim::DrillStart(..) => begins(Drills, "started"),
        Claim::DrillProve(answer) => goes_on(Drills, answer.drill, "answered"),
        Claim::DrillStep(step, _) => goes_on(Drills, step.drill, "a&nbsp;step"),
        Claim::DrillRecord(record, _) => goes_on(Drills, record.drill, "found&nbsp;out"),
        Claim::DrillFinish(finish, _) => goes_on(Drills, finish.drill, "finished"),
        Claim::CeremonyStart(..) => begins(Ceremonies, "began"),
        Claim::CeremonyStep(step, _) => goes_on(Ceremonies, step.ceremony, "a&nbsp;step"),
        Claim::CeremonyException(one, _) => goes_on(Ceremonies, one.ceremony, "an&nbsp;exception"),
        Claim::CeremonyPresence(one, _) => {
            goes_on(Ceremonies, one.ceremony, "came&nbsp;or&nbsp;left")
        }
        Claim::CeremonyBreak(pause, _) => goes_on(Ceremonies, pause.ceremony, "a&nbsp;break"),
        Claim::CeremonyFinish(finish, _) => goes_on(Ceremonies, finish.ceremony, "over"),
        Claim::ReviewStart(..) => begins(Reviews, "started"),
        Claim::ReviewConfirm(confirm) => goes_on(Reviews, confirm.review, "confirmed"),
        Claim::ReviewStrike(strike, _) => goes_on(Reviews, strike.review, "struck"),
        Claim::ReviewDone(done, _) => goes_on(Reviews, done.review, "followed&nbsp;up"),
        _ => None,
    }
}

/// What an entry says of another.
fn said_of(claim: &Claim) -> Option<(Digest, &'static str)> {
    match claim {
        Claim::Sign(sign) => Some((sign.subject, "agreed")),
        Claim::Reject(about, _) => Some((about.subject, "refused")),
        Claim::Withdraw(about) => Some((about.subject, "taken&nbsp;back")),
        Claim::Correct(about, _) => Some((about.subject, "corrected")),
        _ => None,
    }
}

fn decided_by_governance(kind: &str) -> bool {
    const KINDS: [Kind; 15] = [
        Kind::CustodianAdd,
        Kind::CustodianReplace,
        Kind::CustodianRetire,
        Kind::GovernanceSet,
        Kind::QuorumDefine,
        Kind::PolicySet,
        Kind::CopyPromote,
        Kind::RunbookAdd,
        Kind::SecretDestroy,
        Kind::FindingAccept,
        Kind::PostureSet,
        Kind::TaskRequest,
        Kind::EventExplain,
        Kind::ReconcileVoid,
        Kind::Erase,
    ];
    KINDS.iter().any(|one| one.as_str() == kind)
}

fn governance(evidence: &Evidence) -> String {
    format!(
        "{} of {} of the governance",
        evidence.ledger.threshold, evidence.ledger.governors
    )
}

/// Who has to agree, as far as the evidence tells it: rules and the governance are those at the checkpoint.
fn needed(evidence: &Evidence, line: &StatementLine, claim: &Claim) -> Option<String> {
    let others = |people: &[Id]| {
        let others = people.iter().filter(|who| **who != line.author).count();
        match length(others) {
            0 => "nobody else took part".to_owned(),
            1 => "the one other who took part".to_owned(),
            many => format!("all {many} others who took part"),
        }
    };
    match claim {
        Claim::Request(request, _) | Claim::Reshare(request, _) => {
            let mut rules: Vec<&str> = Vec::new();
            for wanted in &request.secrets {
                let secrets = &evidence.custody.secrets;
                let secret = secrets.iter().find(|one| one.id == wanted.secret)?;
                if !rules.contains(&secret.rule.as_str()) {
                    rules.push(&secret.rule);
                }
            }
            Some(rules.join("; "))
        }
        Claim::DrillFinish(finish, _) => Some(others(&finish.people)),
        Claim::CeremonyFinish(finish, _) => Some(others(&finish.people)),
        Claim::TaskRequest(..) => Some(governance(evidence)),
        _ => claim.has_witness().then(|| "the witness".to_owned()),
    }
}
