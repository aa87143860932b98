//! Gathering a bundle from a ledger: the entries of a period, and what the records add up to at a checkpoint.

pub mod again;
pub mod missing;
mod outsiders;
mod records;
mod sparing;

use std::collections::BTreeMap;

use super::bundle::{Bundle, Enclosed};
use super::model::{
    self, Cosigned, Evidence, Head, LedgerLine, Query, Range, Shown, SignedLine, StatementLine,
};
use super::tables::{self, Tables, Told};
use super::trust::{self, Trust, TrustedKey};
use crate::crypto::fixed::{Digest, Id};
use crate::crypto::sshsig;
use crate::error::{Error, Result};
use crate::ledger::{People, Reading, Session};
use crate::log::{self, AddCheckpoint, Hash, SignedCheckpoint};
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::rules::Quorum;
use crate::statement::time::Date;
use crate::statement::{Claim, Kind, Seen, Time, UntrustedStatement};
use crate::store::{LogFilter, View};

use super::frameworks::{self, Framework};
use sparing::Sparing;

/// So many entries are read at once.
const CHUNK: u64 = 256;
/// Kinds whose facts have ciphertexts: a card has the member key, encrypted to its owner.
pub const SEALED: [Kind; 3] = [Kind::Genesis, Kind::CustodianAdd, Kind::CustodianReplace];

/// What a bundle is to have.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// First day (UTC).
    pub from: Date,
    /// Last day (UTC).
    pub to: Date,
    /// The checkpoint it is to continue, and the index that it begins at unless the period begins before; those
    /// of the export before where they are not given.
    pub since: Option<(Seen, u64)>,
    /// The checkpoint with the cosignatures it is to have; those that the ledger has where it is not given.
    pub note: Option<SignedCheckpoint>,
    /// Kinds to be disclosed; none: all.
    pub scope: Vec<Kind>,
    /// Kinds to be withheld.
    pub withheld: Vec<Kind>,
    /// Whether personal parts and names are left out.
    pub redacted: bool,
    /// Whether numbers of bags are listed with the items.
    pub bags: bool,
    /// Control frameworks.
    pub frameworks: Vec<Framework>,
}

impl Wanted {
    /// Whether entries of a kind show their header alone.
    fn withholds(&self, kind: Kind) -> bool {
        let in_scope = self.scope.is_empty() || self.scope.contains(&kind);
        !in_scope || self.withheld.contains(&kind)
    }

    /// Whether kinds are left out that somebody asked to be.
    fn is_part(&self) -> bool {
        !self.scope.is_empty() || !self.withheld.is_empty()
    }

    /// Whether what entries of a kind say of people is left out.
    fn hides(&self, kind: Kind) -> bool {
        self.redacted || self.withholds(kind)
    }
}

/// How statements and rules are put into words.
pub trait Words {
    /// A claim in one line.
    ///
    /// # Errors
    /// Verification where the state is damaged.
    fn claim(&self, source: &dyn Reading, claim: &Claim, people: &People) -> Result<String>;

    /// A quorum's rule.
    fn rule(&self, quorum: &Quorum, people: &People) -> String;
}

/// Gathers a bundle at the head of what the session sees.
///
/// # Errors
/// Refused, code `nothing-to-export`; verification where the ledger is damaged.
pub fn gather(session: &Session, wanted: &Wanted, words: &dyn Words) -> Result<Bundle> {
    let view = session.view();
    let (size, root) = session.head()?;
    let ledger = LedgerRecord::load(&view)?
        .ok_or_else(|| Error::verification("database-damaged", "there is no genesis"))?;
    let people = people(&view, wanted.redacted)?;
    let note = match &wanted.note {
        Some(note) => note.clone(),
        None => session.note(size)?,
    };
    let trust = trust_of(session, &people, &ledger)?;
    let cosigned = cosigned(&trust, &note)?;
    let as_of = made_at(&view, size.saturating_sub(1))?;
    let previous = match wanted.since {
        Some(since) => Some(since),
        None => last_export(&view)?,
    };
    let (first, end) = period(&view, size, wanted)?;
    // So that a chain of bundles has every entry: what was entered between the bundle before and this period, the
    // entry of that export itself among it, is in this one.
    let first = previous.map_or(first, |(_, end)| first.min(end));
    let previous = previous.map(|(at, _)| at);
    let entries = Entries {
        session,
        sparing: Sparing { session, wanted },
        people: &people,
        wanted,
        words,
        size,
        root,
    };
    let (statements, told, mut lines) = entries.read(first, end)?;
    say_who_agreed(&mut lines, &told);
    let count = |want: bool| {
        let lines = lines
            .iter()
            .filter(|line| (line.shown != Shown::Header) == want);
        u64::try_from(lines.count()).unwrap_or(u64::MAX)
    };
    let range = Range {
        first,
        end,
        disclosed: count(true),
        headers: count(false),
    };
    let tables = Tables::of(&told);
    let (findings, rules) = records::findings(session, &people, as_of, wanted)?;
    let frameworks = wanted
        .frameworks
        .iter()
        .map(|one| frameworks::line(one, &findings, &rules.passed, &lines, &tables))
        .collect();
    let name = match session.proven(0)?.claim() {
        Claim::Genesis(_, Some(personal)) if !wanted.redacted => Some(personal.name.to_string()),
        _ => None,
    };
    let governors = ledger.governance.as_ref().map_or(0, |governance| {
        let mut holders: Vec<Id> = governance.shares.iter().map(|share| share.holder).collect();
        holders.sort();
        holders.dedup();
        u32::try_from(holders.len()).unwrap_or(u32::MAX)
    });
    let mut evidence = Evidence {
        schema: model::SCHEMA.to_owned(),
        program: program(),
        ledger: LedgerLine {
            id: session.id(),
            name,
            threshold: ledger.threshold,
            governors,
        },
        exporter: session.member(),
        query: Query {
            from: wanted.from,
            to: wanted.to,
            scope: kinds(&wanted.scope),
            withheld: kinds(&wanted.withheld),
            redacted: wanted.redacted,
            bags: wanted.bags,
        },
        as_of,
        checkpoint: Head {
            size,
            root,
            cosigned,
        },
        previous,
        range,
        missing: Vec::new(),
        people: records::people(&view, &people)?,
        custody: records::custody(session, &people, wanted, words)?,
        outside: records::outside(&view, &told, wanted)?,
        statements: lines,
        tables,
        findings,
        rules,
        frameworks,
    };
    let outside = outsiders::add(session, &note, first, wanted, &mut evidence.outside)?;
    evidence.missing = missing::of(&evidence);
    let consistency = previous
        .map(|previous| consistency(&view, &previous, size, note.clone()))
        .transpose()?;
    Ok(Bundle {
        evidence,
        checkpoint: note.to_string(),
        consistency,
        trust,
        statements,
        outside,
    })
}

/// Name and version of this program.
#[must_use]
pub fn program() -> String {
    format!("rootkeep {}", env!("CARGO_PKG_VERSION"))
}

/// The bundle before, and the index after its last entry: the newest export that is in the log.
fn last_export(view: &View<'_>) -> Result<Option<(Seen, u64)>> {
    let filter = LogFilter {
        kind: Some(Kind::EvidenceExport),
        limit: Some(1),
        ..LogFilter::default()
    };
    let Some(entry) = view.filtered(&filter)?.pop() else {
        return Ok(None);
    };
    match Claim::parse(Kind::EvidenceExport, &entry.facts.bytes.0, None)? {
        Claim::EvidenceExport(made) => Ok(Some((made.at, made.end))),
        _ => Ok(None),
    }
}

fn kinds(kinds: &[Kind]) -> Vec<String> {
    let mut words: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    words.sort();
    words.dedup();
    words
}

/// Everyone, without names where these are withheld.
fn people(view: &View<'_>, redacted: bool) -> Result<People> {
    let people = People::load(view)?;
    Ok(if redacted { people.redacted() } else { people })
}

fn trust_of(session: &Session, people: &People, ledger: &LedgerRecord) -> Result<Trust> {
    let custodians = Custodian::all(&session.view())?
        .into_iter()
        .map(|(id, custodian)| {
            Ok(TrustedKey {
                id,
                name: people.name(&id),
                sign: custodian.sign,
                fingerprint: sshsig::fingerprint(&custodian.sign)?,
                from: custodian.from,
                until: custodian.retired,
                distrusted: custodian.distrust_from,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Trust {
        schema: trust::SCHEMA.to_owned(),
        ledger: session.id(),
        log_key: session.log_public_key(),
        threshold: ledger.threshold,
        custodians,
    })
}

/// Whose cosignatures are under a checkpoint, in the order of its lines.
fn cosigned(trust: &Trust, note: &SignedCheckpoint) -> Result<Vec<Cosigned>> {
    let mut all = Vec::new();
    for line in note.signatures() {
        let Some(custodian) = trust.named(line.name()) else {
            continue;
        };
        let Ok(at) = note.verify_cosignature(&trust.cosigner(custodian)) else {
            continue;
        };
        let at = i64::try_from(at).ok().and_then(Time::from_seconds);
        all.push(Cosigned {
            custodian: custodian.id,
            at: at.ok_or_else(damaged)?,
        });
    }
    Ok(all)
}

fn damaged() -> Error {
    Error::verification("database-damaged", "an entry has no usable time")
}

fn made_at(view: &View<'_>, seq: u64) -> Result<Time> {
    let dated = view.dated(seq + 1, 1)?.pop();
    dated
        .and_then(|dated| Time::from_seconds(dated.made_at))
        .ok_or_else(damaged)
}

/// The stretch of the log that a period's entries are in: from the first that was made in it to the last. Clocks
/// differ, so every entry's time is looked at.
fn period(view: &View<'_>, size: u64, wanted: &Wanted) -> Result<(u64, u64)> {
    match made_within(view, wanted.from, wanted.to, size)? {
        Some((first, last)) => Ok((first, last + 1)),
        None => Err(Error::refused(
            "nothing-to-export",
            format!("no entry was made from {} to {}", wanted.from, wanted.to),
        )
        .hint("rootkeep log shows when entries were made; days are in UTC")),
    }
}

/// The first and the last entry below `size` that were made from one day to another.
///
/// # Errors
/// Failed where the database fails.
pub fn made_within(
    view: &View<'_>,
    first: Date,
    last: Date,
    size: u64,
) -> Result<Option<(u64, u64)>> {
    let start = |date: Date| {
        date.0
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
            .timestamp()
    };
    view.span(start(first), start(last) + 86_400, size)
}

/// The proof that the log of `note` continues a state that it had.
fn consistency(
    view: &View<'_>,
    previous: &Seen,
    size: u64,
    note: SignedCheckpoint,
) -> Result<String> {
    let bad = |error: &dyn std::fmt::Display| {
        Error::verification("forked", "the log does not continue the bundle before")
            .because(error.to_string())
    };
    let hashes = log::consistency_proof(view, previous.size, size).map_err(|error| bad(&error))?;
    let proof = AddCheckpoint::new(previous.size, hashes, note);
    proof
        .verify_consistency(&Hash::from(previous.root.0))
        .map_err(|error| bad(&error))?;
    Ok(proof.to_string())
}

/// Says of each entry who has agreed to it, turned it down or corrected it.
fn say_who_agreed(lines: &mut [StatementLine], told: &[Told]) {
    let said = tables::said(told);
    let list = |said: &[(Id, u64)]| {
        said.iter()
            .map(|&(custodian, seq)| SignedLine { custodian, seq })
            .collect()
    };
    for line in lines {
        if let Some(said) = said.get(&line.leaf) {
            line.signed = list(&said.yes);
            line.rejected = list(&said.no);
            line.corrected.clone_from(&said.corrected);
        }
    }
}

/// Reads entries as a bundle shows them.
struct Entries<'g> {
    session: &'g Session,
    sparing: Sparing<'g>,
    people: &'g People,
    wanted: &'g Wanted,
    words: &'g dyn Words,
    size: u64,
    root: Digest,
}

type Gathered = (Vec<Enclosed>, Vec<Told>, Vec<StatementLine>);

impl Entries<'_> {
    fn read(&self, first: u64, end: u64) -> Result<Gathered> {
        let (mut enclosed, mut all, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = first;
        while at < end {
            let entries = self.session.view().entries(at, CHUNK.min(end - at))?;
            if entries.is_empty() {
                return Err(Error::verification(
                    "entry-missing",
                    format!("entry {at} is missing"),
                ));
            }
            for entry in entries {
                if entry.seq != at {
                    return Err(Error::verification(
                        "entry-missing",
                        format!("entry {at} is missing"),
                    ));
                }
                let (one, told, line) = self.one(entry)?;
                enclosed.push(one);
                all.push(told);
                lines.push(line);
                at += 1;
            }
        }
        Ok((enclosed, all, lines))
    }

    fn one(&self, entry: crate::store::Entry) -> Result<(Enclosed, Told, StatementLine)> {
        let seq = entry.seq;
        let envelope = entry.envelope.clone();
        let statement =
            UntrustedStatement::parse(&entry.envelope)?.with_parts(entry.into_parts())?;
        let leaf = statement.leaf();
        let view = self.session.view();
        let path = log::inclusion_proof(&view, seq, self.size).map_err(|error| {
            Error::verification("log-damaged", "the tree is damaged").because(error)
        })?;
        let root = Hash::from(self.root.0);
        log::verify_inclusion(&Hash::from(leaf.0), seq, self.size, &path, &root).map_err(
            |error| {
                Error::verification("log-damaged", format!("entry {seq} is not in the log"))
                    .because(error)
            },
        )?;
        let header = statement.header();
        let kind = statement.kind();
        let has_personal = header.personal.is_some();
        let withheld = self.wanted.withholds(kind);
        let hidden = withheld || SEALED.contains(&kind);
        let parts = statement.parts();
        let personal = parts.personal.clone().filter(|_| !self.wanted.redacted);
        let shown = match (hidden, has_personal, &parts.personal, &personal) {
            (true, ..) => Shown::Header,
            (_, false, ..) | (_, _, _, Some(_)) => Shown::All,
            (_, _, None, _) => Shown::Erased,
            (..) => Shown::Facts,
        };
        // In words that the reader of the bundle may see.
        let claim = Claim::parse(
            kind,
            &parts.facts.bytes.0,
            personal.as_ref().map(|part| part.bytes.0.as_slice()),
        )?;
        let text = (!withheld)
            .then(|| self.words.claim(&self.sparing, &claim, self.people))
            .transpose()?;
        let told = Told {
            seq,
            leaf,
            author: header.author,
            made_at: header.made_at,
            claim: (!hidden).then_some(claim),
        };
        let line = StatementLine {
            seq,
            leaf,
            kind: kind.as_str().to_owned(),
            author: header.author,
            made_at: header.made_at,
            shown,
            text,
            happened_at: told.claim.as_ref().and_then(tables::happened_at),
            signed: Vec::new(),
            rejected: Vec::new(),
            corrected: Vec::new(),
            erased: match shown {
                Shown::Erased => {
                    records::erased(self.session, &leaf, self.wanted.hides(Kind::Erase))?
                }
                _ => None,
            },
        };
        let enclosed = Enclosed {
            seq,
            envelope,
            facts: (!hidden).then(|| parts.facts.clone()),
            personal: personal.filter(|_| !hidden),
            path,
        };
        Ok((enclosed, told, line))
    }
}

/// Entries of kinds, counted.
fn by_kind(lines: &[StatementLine]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(line.kind.as_str()).or_default() += 1;
    }
    counts
}
