//! How much one statement may say (docs/formats.md, section 6). Every request slip carries all of the
//! log's facts: without these bounds one person alone could end all slips.

use super::accesses::{Exception, Happened};
use super::blobs::BLOB_LIMIT;
use super::ceremonies::Guest;
use super::claim::{Claim, Kind};
use super::reviews::GROUPS;
use super::text::Text;
use super::trails;
use crate::crypto::fixed::Digest;
use crate::crypto::part::PART_LIMIT;

/// The most bytes of facts, but for kinds that name many things by nature.
const FACTS_LIMIT: usize = 64 << 10;
/// The most people that one list names.
const PEOPLE: usize = 64;
/// The most items that an access moves.
const ITEMS: usize = 256;
/// The most things that were not as expected in an access.
const EXCEPTIONS: usize = 64;
/// The most accounts of a mailbox or phone.
const ACCOUNTS: usize = 1_024;
/// The most steps of a ceremony.
const STEPS: usize = 256;
/// The most drills and requests that a ceremony is about.
const ABOUT: usize = 64;
/// The most people who take part in a ceremony.
const PARTICIPANTS: usize = 1_024;
/// The most mail domains of a posture.
const DOMAINS: usize = 64;
/// The most MFA devices of one root user that a file lists; AWS allows eight.
const DEVICES: usize = 64;
/// The most delegated administrators.
const ADMINISTRATORS: usize = 64;
/// The most groupsbytes of the name of somebody who is no custodian, in what every review lays out.
const NAME: usize = 256;
/// The most events that one explanation is of.
const EXPLAINED: usize = 256;

impl Kind {
    /// The most bytes of facts.
    fn facts_limit(self) -> usize {
        match self {
            Self::Genesis
            | Self::GovernanceSeal
            | Self::GovernanceSet
            | Self::Sign
            | Self::LeaversCompare
            | Self::AccountImport
            | Self::SecretProve
            | Self::Request
            | Self::Reshare
            | Self::DrillStart
            | Self::DrillProve
            | Self::ReviewStart
            | Self::Import
            | Self::EstateImport
            | Self::AccountSet
            | Self::Reconcile => PART_LIMIT,
            _ => FACTS_LIMIT,
        }
    }
}

impl Claim {
    /// What is too much, or too little, of a statement with facts of so many bytes; `None` where
    /// nothing is.
    pub(super) fn out_of_bounds(&self, facts: usize) -> Option<String> {
        let limit = self.kind().facts_limit();
        if facts > limit {
            return Some(format!("the facts have {facts} bytes; {limit} is the most"));
        }
        if self.blobs().contains(&Digest::of(b"")) {
            return Some("a blob is empty".to_owned());
        }
        if let Some(length) = self.blob_length()
            && !(1..=BLOB_LIMIT).contains(&length)
        {
            return Some(format!("a file has 1 to {BLOB_LIMIT} bytes, not {length}"));
        }
        if let Some(name) = self.names_apart().find(|name| name.as_str().len() > NAME) {
            let length = name.as_str().len();
            return Some(format!(
                "one of `others` has {length} bytes; {NAME} is the most"
            ));
        }
        self.lists()
            .into_iter()
            .find(|(_, length, most)| length > most)
            .map(|(name, length, most)| format!("`{name}` names {length}; {most} is the most"))
    }

    /// Names of others that every review lays out.
    fn names_apart(&self) -> std::slice::Iter<'_, Text> {
        let others = match self {
            Self::MailboxSet(_, personal) => personal.as_ref().map(|told| &told.others),
            Self::PhoneSet(_, personal) => personal.as_ref().map(|told| &told.others),
            Self::PrivilegeSet(_, personal) => personal.as_ref().map(|told| &told.others),
            _ => None,
        };
        others.map_or(&[][..], Vec::as_slice).iter()
    }

    /// Lists that have bounds of their own: name, length, and the most.
    fn lists(&self) -> Vec<(&'static str, usize, usize)> {
        match self {
            Self::LocationSet(set, _) => vec![("access", set.access.len(), PEOPLE)],
            Self::MailboxSet(set, personal) => vec![
                ("members", set.members.len(), PEOPLE),
                ("accounts", set.accounts.len(), ACCOUNTS),
                others(personal.as_ref().map(|personal| &personal.others)),
            ],
            Self::PhoneSet(set, personal) => vec![
                ("holders", set.holders.len(), PEOPLE),
                ("accounts", set.accounts.len(), ACCOUNTS),
                others(personal.as_ref().map(|personal| &personal.others)),
            ],
            Self::PrivilegeSet(set, personal) => vec![
                ("people", set.people.len(), PEOPLE),
                others(personal.as_ref().map(|personal| &personal.others)),
            ],
            Self::ReviewConfirm(confirm) => vec![("groups", confirm.groups.len(), GROUPS)],
            Self::ReviewStrike(strike, _) => vec![("groups", strike.groups.len(), GROUPS)],
            Self::ReviewStart(start, _) => vec![("groups", start.groups.len(), GROUPS)],
            Self::SafeClose(closed, personal) => {
                let told = personal.as_ref();
                access(
                    &closed.happened,
                    told.map(|told| (&told.others, &told.exceptions)),
                )
            }
            Self::SafeLog(logged, personal) => {
                let told = personal.as_ref();
                access(
                    &logged.happened,
                    told.map(|told| (&told.others, &told.exceptions)),
                )
            }
            Self::CeremonyStart(start, personal) => vec![
                ("participants", start.participants.len(), PEOPLE),
                ("steps", start.steps.len(), STEPS),
                ("about", start.about.len(), ABOUT),
                guests(personal.as_ref().map(|personal| &personal.guests)),
            ],
            Self::CeremonyStep(step, personal) => {
                let told = personal.as_ref();
                vec![
                    ("by", step.by.len(), PEOPLE),
                    ("values", told.map_or(0, |told| told.values.len()), PEOPLE),
                    others(told.map(|told| &told.others)),
                ]
            }
            Self::CeremonyException(exception, _) => {
                vec![("decided_by", exception.decided_by.len(), PEOPLE)]
            }
            Self::CeremonyPresence(presence, personal) => {
                let told = personal.as_ref();
                vec![
                    ("who", presence.who.len(), PEOPLE),
                    ("items", presence.items.len(), ITEMS),
                    others(told.map(|told| &told.others)),
                    ("carried", told.map_or(0, |told| told.carried.len()), PEOPLE),
                ]
            }
            Self::CeremonyBreak(pause, _) => vec![("stay", pause.stay.len(), PEOPLE)],
            Self::CeremonyFinish(finish, _) => vec![("people", finish.people.len(), PARTICIPANTS)],
            Self::EstateImport(import, _) => {
                let administrators = import.delegated.as_ref();
                let devices = import
                    .roots
                    .iter()
                    .filter_map(|root| root.said.devices.as_ref());
                vec![
                    (
                        "administrators",
                        administrators.map_or(0, |it| it.administrators.len()),
                        ADMINISTRATORS,
                    ),
                    ("devices", devices.map(Vec::len).max().unwrap_or(0), DEVICES),
                ]
            }
            Self::PostureSet(set) => vec![("domains", set.posture.domains.len(), DOMAINS)],
            Self::AlarmSet(set, personal) => vec![
                ("accounts", set.accounts.len(), ACCOUNTS),
                ("receivers", set.receivers.len(), PEOPLE),
                others(personal.as_ref().map(|personal| &personal.others)),
            ],
            Self::Reconcile(found, personal) => vec![
                ("listed", found.files.listed.len(), trails::LISTED_FILES),
                ("gaps", found.gaps.len(), trails::GAPS),
                ("missing", found.missing.len(), trails::MISSING),
                ("unexplained", found.unexplained.len(), trails::EVENTS),
                (
                    "traces",
                    personal.as_ref().map_or(0, |told| told.traces.len()),
                    trails::EVENTS,
                ),
            ],
            Self::EventExplain(explain, _) => {
                vec![("events", explain.events.len(), EXPLAINED)]
            }
            Self::DrillStart(start, _) => vec![("people", start.people.len(), PEOPLE)],
            _ => Vec::new(),
        }
    }
}

fn others(others: Option<&Vec<Text>>) -> (&'static str, usize, usize) {
    ("others", others.map_or(0, Vec::len), PEOPLE)
}

fn guests(guests: Option<&Vec<Guest>>) -> (&'static str, usize, usize) {
    ("guests", guests.map_or(0, Vec::len), PEOPLE)
}

fn access(
    happened: &Happened,
    told: Option<(&Vec<Text>, &Vec<Exception>)>,
) -> Vec<(&'static str, usize, usize)> {
    let (named, exceptions) = told.unzip();
    vec![
        ("items", happened.items.len(), ITEMS),
        ("present", happened.present.len(), PEOPLE),
        others(named),
        ("exceptions", exceptions.map_or(0, Vec::len), EXCEPTIONS),
    ]
}
