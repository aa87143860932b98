//! A bundle as OSCAL assessment-results: NIST's format, for tools that gather what was assessed.
//!
//! Everything in it is made from [`Evidence`], so the same evidence gives the same bytes. Links in it are relative
//! to the bundle's root, where the file lies.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::envelope_name;
use super::frameworks::token;
use super::model::{
    AcceptedLine, ControlLine, ControlState, Evidence, FindingLine, FrameworkLine, PersonLine,
    StatementLine,
};
use super::uuid::Names;
use crate::crypto::canonical;
use crate::crypto::fixed::{Digest, Id};
use crate::error::Result;
use document::{
    Actor, AssessmentResult, AssessmentResults, BackMatter, ControlSelection, Document, Finding,
    ImportAp, Link, Metadata, Observation, Origin, Party, Property, RelatedObservation,
    RelatedRisk, RelevantEvidence, Resource, ResponsibleParty, ReviewedControls, Risk, Role,
    SelectedControl, Status, Target, VERSION,
};

mod document;
#[cfg(test)]
mod tests;

/// What every reader ought to know of the states in it.
const MEANING: &str = "Made by a program from signed statements and posture rules. A state says whether the rules that are mapped to a control have found something, and whether anything in the bundle speaks of it. It is not an assessor's conclusion, and no claim of compliance with any framework.";
const PLAN: &str =
    "There is no assessment plan: what was looked at is in the query of evidence.json.";

/// As OSCAL assessment-results in JSON; `None` where no framework was asked for, since there is no control then of
/// which they could speak.
///
/// # Errors
/// Failed, code `internal`.
pub fn assessment_results(evidence: &Evidence) -> Result<Option<Vec<u8>>> {
    let maker = Maker::of(evidence)?;
    let selections: Vec<ControlSelection> = evidence
        .frameworks
        .iter()
        .filter(|framework| !framework.controls.is_empty())
        .map(selection)
        .collect();
    if selections.is_empty() {
        return Ok(None);
    }
    let document = Document {
        assessment_results: AssessmentResults {
            uuid: maker.own("results"),
            metadata: maker.metadata(),
            import_ap: ImportAp {
                href: format!("#{}", maker.own("plan")),
                remarks: PLAN,
            },
            results: vec![maker.result(selections)],
            back_matter: maker.back_matter(),
        },
    };
    let mut bytes = canonical::write(&document)?;
    bytes.push(b'\n');
    Ok(Some(bytes))
}

/// Text as OSCAL has it in one line of markup: other people's words are neither Markdown nor HTML.
fn markup(text: &str) -> String {
    let mut marked = String::new();
    for c in plain(text).chars() {
        if "\\`*_<>[]&".contains(c) {
            marked.push('\\');
        }
        marked.push(c);
    }
    marked
}

/// Text in one line that is not empty and has no space at its ends.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        return "-".to_owned();
    }
    words.join(" ")
}

/// A control's id, apart from those of other frameworks.
fn control_id(framework: &FrameworkLine, control: &ControlLine) -> String {
    format!("{}_{}", framework.framework, token(&control.id))
}

fn selection(framework: &FrameworkLine) -> ControlSelection {
    let title = format!("{} {}", framework.title, framework.version);
    let included = framework.controls.iter().map(|control| SelectedControl {
        control_id: control_id(framework, control),
    });
    ControlSelection {
        description: markup(&title),
        props: framework_props(framework),
        include_controls: included.collect(),
    }
}

fn framework_props(framework: &FrameworkLine) -> Vec<Property> {
    vec![
        Property::new("framework", plain(&framework.framework)),
        Property::new("framework-version", plain(&framework.version)),
        Property::new("relation", plain(&framework.relation)),
    ]
}

/// What is wanted of the evidence again and again.
struct Maker<'e> {
    evidence: &'e Evidence,
    names: Names,
    /// The digest of all that the evidence says: what is of this document alone is named by it.
    digest: Digest,
    statements: BTreeMap<u64, &'e StatementLine>,
    people: BTreeMap<Id, &'e PersonLine>,
    /// Entries that started a drill.
    drills: BTreeSet<u64>,
    /// Rules that found nothing.
    passed: BTreeSet<&'e str>,
}

impl<'e> Maker<'e> {
    fn of(evidence: &'e Evidence) -> Result<Self> {
        let statements = evidence.statements.iter();
        let drills = evidence.tables.drills.iter().map(|drill| drill.seq);
        let passed = evidence.rules.passed.iter().map(|rule| &**rule);
        Ok(Self {
            evidence,
            names: Names::of(&evidence.ledger.id),
            digest: Digest::of(&canonical::write(evidence)?),
            statements: statements.map(|one| (one.seq, one)).collect(),
            people: evidence.people.iter().map(|one| (one.id, one)).collect(),
            drills: drills.collect(),
            passed: passed.collect(),
        })
    }

    /// The UUID of something that is of this document alone.
    fn own(&self, what: &str) -> String {
        self.names.uuid(&format!("{}/{what}", self.digest))
    }

    fn party(&self, id: &Id) -> String {
        self.names.uuid(&format!("custodian/{id}"))
    }

    fn of_statement(&self, statement: &StatementLine) -> String {
        self.own(&format!("statement/{}", statement.leaf))
    }

    fn of_passed(&self, rule: &str) -> String {
        self.own(&format!("passed/{rule}"))
    }

    fn of_finding(&self, at: u64) -> String {
        self.own(&format!("found/{at}"))
    }

    fn of_risk(&self, at: u64) -> String {
        self.own(&format!("risk/{at}"))
    }

    /// The entries that support any control.
    fn supporting(&self) -> BTreeSet<u64> {
        self.controls()
            .flat_map(|(_, control)| control.statements.iter().copied())
            .collect()
    }

    fn controls(&self) -> impl Iterator<Item = (&'e FrameworkLine, &'e ControlLine)> + use<'e> {
        let frameworks = self.evidence.frameworks.iter();
        frameworks.flat_map(|framework| framework.controls.iter().map(move |one| (framework, one)))
    }

    /// Rules of controls that found nothing.
    fn passed(&self) -> BTreeSet<&'e str> {
        self.controls()
            .flat_map(|(_, control)| control.rules.iter().map(|rule| &**rule))
            .filter(|rule| self.passed.contains(rule))
            .collect()
    }

    fn metadata(&self) -> Metadata {
        let evidence = self.evidence;
        let ledger = evidence.ledger.name.as_deref().map(plain);
        let title = format!(
            "Custody of AWS root credentials: {}, {} to {}",
            ledger.unwrap_or_else(|| format!("ledger {}", evidence.ledger.id)),
            evidence.query.from,
            evidence.query.to
        );
        let exporter = self.party(&evidence.exporter);
        Metadata {
            title: markup(&title),
            last_modified: evidence.as_of,
            version: format!("checkpoint-{}", evidence.checkpoint.size),
            oscal_version: VERSION,
            props: vec![
                Property::new("ledger", evidence.ledger.id),
                Property::new("program", plain(&evidence.program)),
                Property::new("checkpoint-size", evidence.checkpoint.size),
                Property::new("checkpoint-root", evidence.checkpoint.root),
                Property::new("redacted", evidence.query.redacted),
            ],
            roles: vec![Role {
                id: "exporter",
                title: "Who made and signed the bundle",
            }],
            parties: self.parties(),
            responsible_parties: vec![ResponsibleParty {
                role_id: "exporter",
                party_uuids: vec![exporter],
            }],
            remarks: MEANING,
        }
    }

    /// The exporter, and whoever signed an entry that supports something.
    fn parties(&self) -> Vec<Party> {
        let mut ids = BTreeSet::from([self.evidence.exporter]);
        for seq in self.supporting() {
            ids.extend(self.statements.get(&seq).map(|one| one.author));
        }
        ids.into_iter()
            .map(|id| Party {
                uuid: self.party(&id),
                kind: "person",
                name: match self.people.get(&id) {
                    Some(person) => plain(&person.name),
                    None => format!("custodian {}", id.short()),
                },
                props: vec![Property::new("custodian", id)],
            })
            .collect()
    }

    fn result(&self, selections: Vec<ControlSelection>) -> AssessmentResult {
        let evidence = self.evidence;
        let query = &evidence.query;
        AssessmentResult {
            uuid: self.own("result"),
            title: format!("{} to {}", query.from, query.to),
            description: MEANING,
            start: format!("{}T00:00:00Z", query.from),
            end: format!("{}T23:59:59Z", query.to),
            props: vec![
                Property::new("first-entry", evidence.range.first),
                Property::new("end-of-entries", evidence.range.end),
                Property::new("entries-disclosed", evidence.range.disclosed),
                Property::new("entries-as-headers", evidence.range.headers),
            ],
            reviewed_controls: ReviewedControls {
                control_selections: selections,
            },
            observations: self.observations(),
            risks: self.risks(),
            findings: self
                .controls()
                .map(|(framework, control)| self.finding(framework, control))
                .collect(),
        }
    }

    /// What the rules have found, which rules found nothing, and the entries that support a control.
    fn observations(&self) -> Vec<Observation> {
        let found = (0u64..).zip(&self.evidence.findings);
        let found = found.map(|(at, finding)| self.found(at, finding));
        let passed = self.passed();
        let passed = passed.into_iter().map(|rule| self.found_nothing(rule));
        let supporting = self.supporting();
        let supporting = supporting
            .iter()
            .filter_map(|seq| self.statements.get(seq))
            .map(|statement| self.stated(statement));
        found.chain(passed).chain(supporting).collect()
    }

    fn found(&self, at: u64, finding: &FindingLine) -> Observation {
        let title = format!("{}: {}", finding.rule, finding.title);
        let props = vec![
            Property::new("rule", plain(&finding.rule)),
            Property::new("severity", plain(&finding.severity)),
            Property::new("about", plain(&finding.about)),
        ];
        Observation {
            uuid: self.of_finding(at),
            title: markup(&title),
            description: markup(&finding.message),
            props,
            methods: ["EXAMINE"],
            types: ["finding"],
            origins: Vec::new(),
            relevant_evidence: vec![as_data()],
            collected: self.evidence.as_of,
        }
    }

    fn found_nothing(&self, rule: &str) -> Observation {
        Observation {
            uuid: self.of_passed(rule),
            title: markup(&format!("{rule}: nothing found")),
            description: "The rule was held to what is on record, and found nothing.".to_owned(),
            props: vec![Property::new("rule", plain(rule))],
            methods: ["EXAMINE"],
            types: ["control-objective"],
            origins: Vec::new(),
            relevant_evidence: vec![as_data()],
            collected: self.evidence.as_of,
        }
    }

    fn stated(&self, statement: &StatementLine) -> Observation {
        let title = format!("Entry {}: {}", statement.seq, statement.kind);
        let tried = self.drills.contains(&statement.seq);
        Observation {
            uuid: self.of_statement(statement),
            title: markup(&title),
            description: markup(statement.text.as_deref().unwrap_or(&title)),
            props: vec![
                Property::new("entry", statement.seq),
                Property::new("kind", plain(&statement.kind)),
                Property::new("leaf", statement.leaf),
            ],
            methods: [if tried { "TEST" } else { "EXAMINE" }],
            types: ["control-objective"],
            origins: vec![Origin {
                actors: [Actor {
                    kind: "party",
                    actor_uuid: self.party(&statement.author),
                }],
            }],
            relevant_evidence: vec![RelevantEvidence {
                href: envelope_name(statement.seq),
                description: "The statement, as it was signed.",
            }],
            collected: statement.made_at,
        }
    }

    /// Findings that governance has accepted.
    fn risks(&self) -> Vec<Risk> {
        (0u64..)
            .zip(&self.evidence.findings)
            .filter_map(|(at, finding)| {
                let accepted = finding.accepted.as_ref()?;
                Some(self.risk(at, finding, accepted))
            })
            .collect()
    }

    fn risk(&self, at: u64, finding: &FindingLine, accepted: &AcceptedLine) -> Risk {
        let title = format!("{}, accepted: {}", finding.rule, finding.title);
        let why = accepted.why.as_deref();
        Risk {
            uuid: self.of_risk(at),
            title: markup(&title),
            description: markup(&finding.message),
            statement: markup(why.unwrap_or("Accepted by governance; the reason is withheld.")),
            props: vec![
                Property::new("rule", plain(&finding.rule)),
                Property::new("accepted-since-entry", accepted.since),
                Property::new("accepted-by-leaf", accepted.leaf),
            ],
            status: "deviation-approved",
            deadline: format!("{}T23:59:59Z", accepted.until),
            related_observations: vec![RelatedObservation {
                observation_uuid: self.of_finding(at),
            }],
        }
    }

    fn finding(&self, framework: &FrameworkLine, control: &ControlLine) -> Finding {
        let id = control_id(framework, control);
        let mut props = framework_props(framework);
        props.push(Property::new("control", plain(&control.id)));
        props.push(Property::new("state", state(control.state).0));
        let title = format!("{} {}, {}", framework.title, framework.version, control.id);
        Finding {
            uuid: self.own(&format!("finding/{id}")),
            title: markup(&title),
            description: markup(&control.about),
            props,
            target: Target {
                kind: "objective-id",
                target_id: id,
                status: state(control.state).1,
            },
            related_observations: self.related(control),
            related_risks: self.related_risks(control),
        }
    }

    fn related(&self, control: &ControlLine) -> Vec<RelatedObservation> {
        let found = control.findings.iter().map(|at| self.of_finding(*at));
        let passed = control
            .rules
            .iter()
            .filter(|rule| self.passed.contains(rule.as_str()))
            .map(|rule| self.of_passed(rule));
        let stated = control
            .statements
            .iter()
            .filter_map(|seq| self.statements.get(seq))
            .map(|statement| self.of_statement(statement));
        found
            .chain(passed)
            .chain(stated)
            .map(|observation_uuid| RelatedObservation { observation_uuid })
            .collect()
    }

    fn related_risks(&self, control: &ControlLine) -> Vec<RelatedRisk> {
        let accepted = |at: &u64| {
            let finding = usize::try_from(*at).ok();
            let finding = finding.and_then(|at| self.evidence.findings.get(at));
            finding.is_some_and(|finding| finding.accepted.is_some())
        };
        let risks = control.findings.iter().filter(|at| accepted(at));
        risks
            .map(|at| RelatedRisk {
                risk_uuid: self.of_risk(*at),
            })
            .collect()
    }

    fn back_matter(&self) -> BackMatter {
        let json = |href| Link {
            href,
            media_type: "application/json",
        };
        BackMatter {
            resources: vec![
                Resource {
                    uuid: self.own("plan"),
                    title: "What was asked for",
                    description: PLAN,
                    rlinks: vec![json("evidence.json")],
                },
                Resource {
                    uuid: self.own("trust"),
                    title: "Whose keys count",
                    description: "The keys of everyone who signed, by the exporter's word: compare them with what the custodians say.",
                    rlinks: vec![json("trust.json")],
                },
            ],
        }
    }
}

fn as_data() -> RelevantEvidence {
    RelevantEvidence {
        href: "evidence.json".to_owned(),
        description: "What the rules have found, as data.",
    }
}

/// The word for a state, and what OSCAL makes of it: it knows but two.
fn state(state: ControlState) -> (&'static str, Status) {
    let (word, state, reason, remarks) = match state {
        ControlState::Supported => (
            "supported",
            "satisfied",
            "pass",
            "There is evidence, and no open finding.",
        ),
        ControlState::Findings => (
            "findings",
            "not-satisfied",
            "fail",
            "There are open findings.",
        ),
        ControlState::Accepted => (
            "accepted",
            "not-satisfied",
            "other",
            "There are findings, and governance has accepted each of them for a time.",
        ),
        ControlState::NotLookedAt => (
            "not-looked-at",
            "not-satisfied",
            "other",
            "Its rules had nothing to look at, and nothing else in this bundle speaks of it.",
        ),
        ControlState::NoEvidence => (
            "no-evidence",
            "not-satisfied",
            "other",
            "Nothing in this bundle speaks of it.",
        ),
    };
    let status = Status {
        state,
        reason,
        remarks,
    };
    (word, status)
}
