//! A bundle of a made-up quarter: signed, logged and proven as a ledger would, and told as an exporter would.

use ring::rand::SystemRandom;

use rootkeep::crypto::ed25519::SigningKey;
use rootkeep::crypto::fixed::{Digest, Id};
use rootkeep::crypto::secret::Key32;
use rootkeep::exchange::evidence::bundle::{Bundle, Enclosed};
use rootkeep::exchange::evidence::model::*;
use rootkeep::exchange::evidence::tables::{Tables, Told, happened_at, said};
use rootkeep::exchange::evidence::trust::{self, Trust, TrustedKey};
use rootkeep::log::{self, AddCheckpoint, Checkpoint, Hash, MemoryNodes, SignedCheckpoint};
use rootkeep::statement::accesses::*;
use rootkeep::statement::ceremonies;
use rootkeep::statement::decisions::{About, RejectPersonal, SignOff};
use rootkeep::statement::drills::{
    self, DrillKind, DrillOutcome, Every, FinishPersonal, Noted, Scope,
};
use rootkeep::statement::notes::CorrectPersonal;
use rootkeep::statement::releases::{
    self, Close, ClosePersonal, Form, Outcome, Request, RequestPersonal, Reveal,
};
use rootkeep::statement::reviews::{StartReview, StartReviewPersonal};
use rootkeep::statement::text::{Name, Text};
use rootkeep::statement::time::Date;
use rootkeep::statement::{Claim, Draft, Seen, Statement, Time};

/// A name that would like to be more.
pub const HOSTILE: &str = "Mallory</bdi></td><script>alert('x')</script> \u{202e}gnp.exe";

/// How large.
pub struct Wanted {
    /// Entries before the range.
    pub before: u64,
    /// Entries of the range.
    pub entries: u64,
    /// Entries after it.
    pub after: u64,
}

const NAMES: [&str; 6] = [
    "Ada Okafor",
    "Béatrice Lang",
    "Cy Nakamura",
    "Dan Petrov",
    "Eve Sørensen",
    HOSTILE,
];
const PLACES: [(&str, &str, &str, bool); 4] = [
    ("vault-berlin", "safe", "berlin", true),
    ("safe-dublin", "safe", "dublin", true),
    ("bank-zurich", "bank-box", "zurich", false),
    ("cabinet-lisbon", "cabinet", "lisbon", false),
];
const PURPOSES: [&str; 4] = [
    "change the root e-mail address after the domain move",
    "yearly check of the bag\u{2019}s seal",
    "battery of the hardware token",
    "\u{202e}reversed and <b>bold</b>",
];

fn id(number: u8) -> Id {
    Id([number; 16])
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// The ledger while it is written.
struct Maker {
    ledger: Digest,
    keys: Vec<SigningKey>,
    tree: MemoryNodes,
    statements: Vec<(u64, Statement)>,
    now: i64,
    step: i64,
}

impl Maker {
    fn at(&self, before: i64) -> Time {
        Time::from_seconds(self.now - before).unwrap()
    }

    fn person(&self, number: u64) -> usize {
        usize::try_from(number).unwrap() % self.keys.len()
    }

    /// Signs and enters it; returns its leaf hash.
    fn enter(&mut self, author: usize, claim: Claim) -> Digest {
        let seq = self.tree.size();
        let seen = Seen {
            size: seq,
            root: Digest(*self.tree.root().as_bytes()),
        };
        let draft = Draft::new(&SystemRandom::new(), claim, Vec::new()).unwrap();
        let who = id(u8::try_from(author).unwrap() + 1);
        let made_at = self.at(0);
        let (statement, _) = draft
            .sign(self.ledger, who, &self.keys[author], made_at, seen)
            .unwrap();
        self.tree
            .push(log::leaf_hash(statement.envelope()))
            .unwrap();
        let leaf = statement.leaf();
        self.statements.push((seq, statement));
        self.now += self.step;
        leaf
    }

    fn agree(&mut self, who: usize, subject: Digest) {
        let sign = SignOff {
            subject,
            proofs: Vec::new(),
            shares: Vec::new(),
        };
        self.enter(who, Claim::Sign(sign));
    }

    /// Opens, closes, and the witness agrees.
    fn access(&mut self, turn: u64) {
        let (author, witness) = (self.person(turn), self.person(turn + 1));
        let place = PLACES[usize::try_from(turn).unwrap() % PLACES.len()].0;
        let purpose = PURPOSES[usize::try_from(turn).unwrap() % PURPOSES.len()];
        let opened = Opened {
            location: name(place),
            opened_at: self.at(120),
            witness: id(u8::try_from(witness).unwrap() + 1),
            request: None,
        };
        let personal = OpenedPersonal {
            purpose: text(purpose),
        };
        let access = self.enter(author, Claim::SafeOpen(opened, Some(personal)));
        let handled = Handled {
            item: name("token-management"),
            went: if turn.is_multiple_of(2) {
                Went::Out
            } else {
                Went::Stayed
            },
            seal: Some(SealState::Intact),
            bag: Some(text(&format!("B{:06}", 4_000 + turn))),
        };
        let closed = Closed {
            access,
            witness: id(u8::try_from(witness).unwrap() + 1),
            happened: Happened {
                // Now and then somebody writes it down days later.
                closed_at: self.at(if turn % 7 == 3 { 200_000 } else { 30 }),
                items: vec![handled],
                counter: Some(300 + turn),
                present: Vec::new(),
            },
        };
        let personal = ClosedPersonal {
            others: Vec::new(),
            exceptions: Vec::new(),
            note: None,
        };
        let closed = self.enter(author, Claim::SafeClose(closed, Some(personal)));
        self.agree(witness, closed);
    }

    fn release(&mut self, turn: u64) {
        let operator = self.person(turn + 2);
        let wanted = releases::Wanted {
            secret: id(0x71),
            epoch: 1,
            seal: Digest([7; 32]),
        };
        let request = Request {
            secrets: vec![wanted],
            operator: id(u8::try_from(operator).unwrap() + 1),
            recipient: "age1example".to_owned(),
            identity: Digest([8; 32]),
            window_secs: 3_600,
        };
        let personal = RequestPersonal {
            purpose: text("close the account of the old billing system"),
            task: None,
            ticket: Some(text("OPS-4711")),
        };
        let request = self.enter(operator, Claim::Request(request, Some(personal)));
        self.agree(self.person(turn + 3), request);
        self.agree(self.person(turn + 4), request);
        let reveal = Reveal {
            request,
            secret: id(0x71),
            epoch: 1,
            form: Form::Text,
            bad: Vec::new(),
        };
        self.enter(operator, Claim::Reveal(reveal));
        let close = Close {
            request,
            outcome: Outcome::Used,
            rotated: true,
        };
        let personal = ClosePersonal {
            note: text("done, and the password changed"),
        };
        self.enter(operator, Claim::Close(close, Some(personal)));
    }

    fn drill(&mut self, turn: u64) {
        let author = self.person(turn);
        let start = drills::Start {
            drill: DrillKind::Possession,
            plan: Some(name("shares-quarterly")),
            due: Some(day("2026-09-30")),
            nonce: Digest([9; 32]),
            scope: Scope::All,
            sample: None,
            secrets: Vec::new(),
            targets: Vec::new(),
            people: (1..=4).map(id).collect(),
        };
        let drill = self.enter(author, Claim::DrillStart(start, Some(Noted { note: None })));
        let finish = drills::Finish {
            drill,
            outcome: if turn % 5 == 4 {
                DrillOutcome::Failed
            } else {
                DrillOutcome::Passed
            },
            people: (1..=4).map(id).collect(),
            lessons: Vec::new(),
        };
        let personal = FinishPersonal {
            lessons: Vec::new(),
            surprises: Vec::new(),
            note: None,
        };
        let finish = self.enter(author, Claim::DrillFinish(finish, Some(personal)));
        self.agree(self.person(turn + 1), finish);
    }

    fn ceremony(&mut self, turn: u64) {
        let author = self.person(turn);
        let start = ceremonies::Start {
            runbook: name("rotate-root-password"),
            version: 3,
            file: Digest([3; 32]),
            performance: ceremonies::Performance::Production,
            at: self.at(60),
            timezone: "Europe/Berlin".to_owned(),
            location: None,
            participants: Vec::new(),
            steps: vec![name("open"), name("close")],
            about: Vec::new(),
        };
        let personal = ceremonies::StartPersonal {
            place: None,
            guests: Vec::new(),
            note: None,
        };
        let ceremony = self.enter(author, Claim::CeremonyStart(start, Some(personal)));
        let finish = ceremonies::Finish {
            ceremony,
            outcome: ceremonies::CeremonyOutcome::Completed,
            at: self.at(10),
            people: vec![id(1)],
            lessons: Vec::new(),
        };
        let personal = FinishPersonal {
            lessons: Vec::new(),
            surprises: Vec::new(),
            note: None,
        };
        self.enter(author, Claim::CeremonyFinish(finish, Some(personal)));
    }

    fn review(&mut self, turn: u64) {
        let start = StartReview {
            every: Every::Month,
            first: day("2026-08-01"),
            since: None,
            groups: Vec::new(),
        };
        let personal = StartReviewPersonal {
            others: Vec::new(),
            note: None,
        };
        self.enter(self.person(turn), Claim::ReviewStart(start, Some(personal)));
    }

    fn second_thoughts(&mut self, turn: u64) {
        let subject = self.statements.last().unwrap().1.leaf();
        let correction = CorrectPersonal {
            reason: text("a typing error"),
            text: text("the counter showed 312"),
        };
        self.enter(
            self.person(turn),
            Claim::Correct(About { subject }, Some(correction)),
        );
        let reason = RejectPersonal {
            reason: text("not agreed beforehand"),
        };
        self.enter(
            self.person(turn + 1),
            Claim::Reject(About { subject }, Some(reason)),
        );
    }

    /// Turns until there are as many entries as wanted.
    fn fill(&mut self, entries: u64) {
        let end = self.tree.size() + entries;
        let mut turn = 0;
        while self.tree.size() < end {
            match turn % 10 {
                3 => self.release(turn),
                5 => self.drill(turn),
                7 => self.ceremony(turn),
                8 => self.second_thoughts(turn),
                9 => self.review(turn),
                _ => self.access(turn),
            }
            turn += 1;
        }
    }
}

fn digest(hash: &Hash) -> Digest {
    Digest(*hash.as_bytes())
}

/// A bundle, cosigned by three of five.
pub fn bundle(wanted: &Wanted) -> Bundle {
    let quarter = 92 * 86_400;
    let keys = (1..=6).map(|seed| SigningKey::from_seed(&Key32::new([seed; 32])).unwrap());
    let mut maker = Maker {
        ledger: Digest::of(b"an example"),
        keys: keys.collect(),
        tree: MemoryNodes::default(),
        statements: Vec::new(),
        now: Time::parse("2026-07-01T08:00:00Z").unwrap().seconds(),
        step: quarter / i64::try_from(wanted.entries + 40).unwrap(),
    };
    for number in 0..wanted.before {
        maker
            .tree
            .push(log::leaf_hash(&number.to_be_bytes()))
            .unwrap();
    }
    let previous = Seen {
        size: wanted.before,
        root: digest(&maker.tree.root()),
    };
    maker.fill(wanted.entries);
    maker
        .statements
        .truncate(usize::try_from(wanted.entries).unwrap());
    for number in 0..wanted.after {
        maker
            .tree
            .push(log::leaf_hash(&number.to_be_bytes()))
            .unwrap();
    }
    told(&maker, wanted, previous)
}

fn told(maker: &Maker, wanted: &Wanted, previous: Seen) -> Bundle {
    let size = maker.tree.size();
    let root = maker.tree.root();
    let log_key = SigningKey::from_seed(&Key32::new([99; 32])).unwrap();
    let checkpoint = Checkpoint::new(log::origin(&maker.ledger.0), size, root).unwrap();
    let mut note =
        SignedCheckpoint::new(checkpoint.clone(), checkpoint.sign(log_key.pair())).unwrap();
    let mut cosigned = Vec::new();
    for who in [0_u8, 2, 4] {
        let name = log::custodian_name(&maker.ledger.0, &id(who + 1).0);
        let at = 1_791_000_000 + u64::from(who) * 3_600;
        let key = maker.keys[usize::from(who)].pair();
        note.add(log::cosign(&checkpoint, &name, at, key).unwrap())
            .unwrap();
        cosigned.push(Cosigned {
            custodian: id(who + 1),
            at: Time::from_seconds(i64::try_from(at).unwrap()).unwrap(),
        });
    }
    let proof = log::consistency_proof(&maker.tree, previous.size, size).unwrap();
    let consistency = AddCheckpoint::new(previous.size, proof, note.clone());

    let shown = |seq: u64| match seq % 11 {
        4 => Shown::Facts,
        7 => Shown::Header,
        9 => Shown::Erased,
        _ => Shown::All,
    };
    let of = |seq: u64, statement: &Statement| match (
        shown(seq),
        statement.parts().personal.is_some(),
    ) {
        (Shown::Facts | Shown::Erased, false) => Shown::All,
        (shown, _) => shown,
    };
    let all: Vec<Told> = maker
        .statements
        .iter()
        .map(|(seq, statement)| Told {
            seq: *seq,
            leaf: statement.leaf(),
            author: statement.header().author,
            made_at: statement.header().made_at,
            claim: (of(*seq, statement) != Shown::Header).then(|| statement.claim().clone()),
        })
        .collect();
    let said = said(&all);
    let line = |told: &Told, statement: &Statement| {
        let said = said.get(&told.leaf).cloned().unwrap_or_default();
        let signed = |list: &[(Id, u64)]| {
            let lines = list.iter().map(|(custodian, seq)| SignedLine {
                custodian: *custodian,
                seq: *seq,
            });
            lines.collect::<Vec<_>>()
        };
        let shown = of(told.seq, statement);
        StatementLine {
            seq: told.seq,
            leaf: told.leaf,
            kind: statement.header().kind.clone(),
            author: told.author,
            made_at: told.made_at,
            shown,
            text: told.claim.as_ref().map(summary),
            happened_at: told.claim.as_ref().and_then(happened_at),
            signed: signed(&said.yes),
            rejected: signed(&said.no),
            corrected: said.corrected,
            erased: (shown == Shown::Erased).then(|| ErasedLine {
                seq: previous.size,
                by: id(1),
                why: Some("a person asked for it".to_owned()),
            }),
        }
    };
    let statements: Vec<StatementLine> = all
        .iter()
        .zip(&maker.statements)
        .map(|(told, (_, statement))| line(told, statement))
        .collect();
    let headers = statements
        .iter()
        .filter(|line| line.shown == Shown::Header)
        .count();
    let headers = u64::try_from(headers).unwrap();
    let enclosed = maker.statements.iter().map(|(seq, statement)| {
        let shown = of(*seq, statement);
        let parts = statement.parts();
        Enclosed {
            seq: *seq,
            envelope: statement.envelope().to_vec(),
            facts: (shown != Shown::Header).then(|| parts.facts.clone()),
            personal: parts.personal.clone().filter(|_| shown == Shown::All),
            path: log::inclusion_proof(&maker.tree, *seq, size).unwrap(),
        }
    });
    let enclosed = enclosed.collect();
    let tables = Tables::of(&all);
    Bundle {
        checkpoint: note.to_string(),
        consistency: Some(consistency.to_string()),
        trust: trust(maker, &log_key),
        statements: enclosed,
        outside: Vec::new(),
        evidence: Evidence {
            schema: SCHEMA.to_owned(),
            program: "rootkeep 0.1.0".to_owned(),
            ledger: LedgerLine {
                id: maker.ledger,
                name: Some("Meridian Group".to_owned()),
                threshold: 3,
                governors: 5,
            },
            exporter: id(1),
            query: Query {
                from: day("2026-07-01"),
                to: day("2026-09-30"),
                scope: Vec::new(),
                withheld: vec!["secret.prove".to_owned()],
                redacted: false,
                bags: false,
            },
            as_of: maker.at(0),
            checkpoint: Head {
                size,
                root: digest(&maker.tree.root()),
                cosigned,
            },
            previous: Some(previous),
            range: Range {
                first: previous.size,
                end: previous.size + wanted.entries,
                disclosed: wanted.entries - headers,
                headers,
            },
            missing: vec![
                Missing {
                    code: "findings-open".to_owned(),
                    text: "3 findings of the posture rules are open, one of them critical."
                        .to_owned(),
                },
                Missing {
                    code: "event-unexplained".to_owned(),
                    text:
                        "1 event of a root user in CloudTrail is explained by nothing in the log."
                            .to_owned(),
                },
                Missing {
                    code: "time-not-stamped".to_owned(),
                    text: "No outside authority has time-stamped a checkpoint of the period."
                        .to_owned(),
                },
            ],
            statements,
            tables,
            people: people(),
            findings: findings(),
            rules: RulesLine {
                passed: ["RK001", "RK002", "RK005", "RK009", "RK014", "RK021"]
                    .map(str::to_owned)
                    .to_vec(),
                not_looked: vec!["RK030".to_owned(), "RK033".to_owned()],
                not_applicable: vec![NotApplicable {
                    rule: "RK030".to_owned(),
                    reason: "no alarm on uses of root is registered".to_owned(),
                    count: 4,
                }],
            },
            frameworks: frameworks(previous.size, wanted.entries),
            custody: custody(),
            outside: outside(previous.size, wanted.entries),
        },
    }
}

/// What an exporter would say of it.
fn summary(claim: &Claim) -> String {
    match claim {
        Claim::SafeOpen(opened, personal) => format!(
            "opens {} with a witness: {}",
            opened.location,
            personal
                .as_ref()
                .map_or("", |personal| personal.purpose.as_str())
        ),
        Claim::SafeClose(closed, _) => format!(
            "closes it again, {} item handled",
            closed.happened.items.len()
        ),
        Claim::Sign(_) => "agrees".to_owned(),
        Claim::Reject(..) => "says no".to_owned(),
        Claim::Correct(..) => "corrects an entry".to_owned(),
        Claim::Request(..) => "asks for 111122223333/password".to_owned(),
        Claim::Reveal(_) => "is about to show 111122223333/password".to_owned(),
        Claim::Close(..) => "ends the release: used, and changed afterwards".to_owned(),
        other => format!("records a {}", other.kind().as_str()),
    }
}

fn trust(maker: &Maker, log_key: &SigningKey) -> Trust {
    let custodians = maker
        .keys
        .iter()
        .zip(NAMES)
        .zip(1_u8..)
        .map(|((key, name), number)| {
            let sign = key.public();
            let mut wire = Vec::new();
            for word in [&b"ssh-ed25519"[..], sign.as_bytes()] {
                wire.extend_from_slice(&u32::try_from(word.len()).unwrap().to_be_bytes());
                wire.extend_from_slice(word);
            }
            let digest = data_encoding::BASE64_NOPAD.encode(&Digest::of(&wire).0);
            TrustedKey {
                id: id(number),
                name: name.to_owned(),
                sign,
                fingerprint: format!("SHA256:{digest}"),
                from: Some(0),
                until: None,
                distrusted: None,
            }
        });
    Trust {
        schema: trust::SCHEMA.to_owned(),
        ledger: maker.ledger,
        log_key: log_key.public(),
        threshold: 3,
        custodians: custodians.collect(),
    }
}

fn people() -> Vec<PersonLine> {
    let people = NAMES.iter().zip(1_u8..).map(|(name, number)| PersonLine {
        id: id(number),
        name: (*name).to_owned(),
        roles: vec!["custodian".to_owned()],
        from: Some(0),
        until: None,
        distrusted: None,
    });
    people.collect()
}

fn findings() -> Vec<FindingLine> {
    let finding =
        |rule: &str, title: &str, severity: &str, about: &str, message: &str| FindingLine {
            rule: rule.to_owned(),
            title: title.to_owned(),
            severity: severity.to_owned(),
            about: about.to_owned(),
            message: message.to_owned(),
            accepted: None,
        };
    let mut accepted = finding(
        "RK011",
        "a phone that resets an account is tried every half year",
        "low",
        "phone front-desk",
        "it was never tried",
    );
    accepted.accepted = Some(AcceptedLine {
        until: day("2026-12-31"),
        leaf: Digest([4; 32]),
        since: 12,
        why: Some("the number moves to another provider in November".to_owned()),
    });
    vec![
        finding(
            "RK003",
            "no one person reaches a root user alone",
            "critical",
            "444455556666",
            "Dan Petrov reaches it alone: reads its mailbox and answers its phone",
        ),
        finding(
            "RK017",
            "every use of root is explained",
            "high",
            "event 5f1c\u{2026}",
            "ConsoleLogin on 2026-08-14 is explained by nothing",
        ),
        finding(
            "RK023",
            "batteries are checked every year",
            "medium",
            "token-member-07",
            "last checked on 2025-06-02",
        ),
        accepted,
    ]
}

fn frameworks(first: u64, entries: u64) -> Vec<FrameworkLine> {
    let control = |id: &str,
                   about: &str,
                   state: ControlState,
                   rules: &[&str],
                   findings: Vec<u64>,
                   statements: Vec<u64>| ControlLine {
        id: id.to_owned(),
        about: about.to_owned(),
        state,
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
        findings,
        statements,
    };
    let some = |step: usize| (first..first + entries).step_by(step).collect::<Vec<u64>>();
    vec![FrameworkLine {
        framework: "example".to_owned(),
        title: "Example controls for privileged access".to_owned(),
        version: "2.1".to_owned(),
        relation: "supports".to_owned(),
        controls: vec![
            control(
                "PA-1",
                "Who may use the highest privilege is decided by more than one person, and written down.",
                ControlState::Findings,
                &["RK003"],
                vec![0],
                some(9),
            ),
            control(
                "PA-2",
                "Each use of the highest privilege can be traced to a person and a purpose.",
                ControlState::Supported,
                &["RK017"],
                Vec::new(),
                some(40),
            ),
            control(
                "PA-3",
                "Ways of recovery are tried regularly.",
                ControlState::Accepted,
                &["RK011"],
                vec![3],
                some(60),
            ),
            control(
                "PA-4",
                "Time comes from a source that people who act can\u{2019}t set.",
                ControlState::NoEvidence,
                &[],
                Vec::new(),
                Vec::new(),
            ),
        ],
    }]
}

fn custody() -> Custody {
    let locations = PLACES
        .iter()
        .enumerate()
        .map(|(place, (location, kind, site, dual))| LocationLine {
            location: (*location).to_owned(),
            kind: (*kind).to_owned(),
            site: (*site).to_owned(),
            access: (1..=6)
                .filter(|number| (usize::from(*number) + place) % 3 != 0)
                .map(id)
                .collect(),
            dual_control: *dual,
            accesses: 41,
            counter: dual.then_some(312),
        });
    let secret = |number: u8, name: &str, kind: &str, proven: u8| SecretLine {
        id: id(number),
        name: name.to_owned(),
        kind: kind.to_owned(),
        epoch: 1,
        sealed_at: Time::parse("2026-02-03T10:00:00Z").unwrap(),
        rule: "3 of Ada Okafor, Béatrice Lang, Cy Nakamura, Dan Petrov, Eve Sørensen".to_owned(),
        holders: (1..=5).map(id).collect(),
        proven: (1..=proven).map(id).collect(),
    };
    Custody {
        locations: locations.collect(),
        items: vec![
            ItemLine {
                item: "token-management".to_owned(),
                kind: "hardware token".to_owned(),
                location: "vault-berlin".to_owned(),
                out: true,
                bag: Some("B004110".to_owned()),
                battery_checked: Some(day("2026-03-02")),
            },
            ItemLine {
                item: "sheet-billing".to_owned(),
                kind: "printed sheet".to_owned(),
                location: "bank-zurich".to_owned(),
                out: false,
                bag: Some("B003907".to_owned()),
                battery_checked: None,
            },
        ],
        secrets: vec![
            secret(0x71, "111122223333/password", "password", 5),
            secret(0x72, "111122223333/mfa-seed", "mfa-seed", 5),
            secret(0x73, "444455556666/password", "password", 3),
        ],
    }
}

fn outside(first: u64, entries: u64) -> Outside {
    let trail = |seq: u64, from: &str, to: &str, unexplained: u64| TrailLine {
        seq,
        from: Time::parse(from).unwrap(),
        to: Time::parse(to).unwrap(),
        files: 744,
        events: 9,
        explained: 9 - unexplained,
        unexplained,
        gaps: 0,
    };
    let mut trails = Vec::new();
    if entries > 20 {
        trails.push(trail(
            first + 3,
            "2026-07-01T00:00:04Z",
            "2026-07-31T23:58:10Z",
            0,
        ));
        trails.push(trail(
            first + 12,
            "2026-08-01T00:01:44Z",
            "2026-08-31T23:59:02Z",
            1,
        ));
    }
    Outside {
        trails,
        open_events: 1,
        counters: CounterLine {
            seen: 41,
            recorded: 40,
            wrong: 1,
        },
        bags: CounterLine {
            seen: 41,
            recorded: 41,
            wrong: 0,
        },
        timestamps: Vec::new(),
        witnesses: Vec::new(),
    }
}
