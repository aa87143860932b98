//! Statements about physical things, in words.

use super::describe::{duration, free, time};
use crate::crypto::fixed::Id;
use crate::ledger::People;
use crate::state::places::Finding;
use crate::statement::Claim;
use crate::statement::accesses::{ClosedPersonal, Exception, Happened, Opened, SealState};
use crate::statement::register::{AddItem, ItemKind, Location, LocationKind};
use crate::statement::text::Text;

/// What an item is, as it stands on paper.
#[must_use]
pub fn item_kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::QrSheet => "MFA QR sheet",
        ItemKind::MfaToken => "MFA token",
        ItemKind::IdentityToken => "identity token",
        ItemKind::ShareCard => "share card",
        ItemKind::Key => "key",
        ItemKind::Phone => "phone",
        ItemKind::Laptop => "laptop",
        ItemKind::Medium => "medium",
        ItemKind::Document => "document",
        ItemKind::Other => "other",
    }
}

/// What a location is, as it stands on paper.
#[must_use]
pub fn location_kind(kind: LocationKind) -> &'static str {
    match kind {
        LocationKind::Safe => "safe",
        LocationKind::BankBox => "box at a bank",
        LocationKind::Cabinet => "cabinet",
        LocationKind::Room => "room",
        LocationKind::Other => "other",
    }
}

/// In one line; empty for kinds that are about something else.
#[must_use]
pub fn claim(claim: &Claim, people: &People) -> String {
    match claim {
        Claim::LocationSet(set, _) => format!(
            "registers the location {}: {} in {}",
            set.location,
            set.kind.as_str(),
            set.site
        ),
        Claim::LocationRetire(retire, personal) => format!(
            "ends the location {}{}",
            retire.location,
            remark(personal.as_ref().map(|remark| &remark.note))
        ),
        Claim::ItemAdd(add, _) => format!(
            "registers {}: {} in {}{}",
            add.item,
            add.kind.as_str(),
            add.location,
            in_bag(add.bag.as_ref())
        ),
        Claim::ItemCheck(check) => format!(
            "has checked the battery of {} on {}",
            check.item, check.battery_checked
        ),
        Claim::ItemMove(moved, personal) => format!(
            "has moved {} to {}{}, watched by {}{}",
            moved.item,
            moved.location,
            in_bag(moved.bag.as_ref()),
            people.name(&moved.witness),
            remark(personal.as_ref().map(|remark| &remark.note))
        ),
        Claim::ItemDestroy(destroy, personal) => format!(
            "has destroyed {}, watched by {}{}",
            destroy.item,
            people.name(&destroy.witness),
            remark(personal.as_ref().map(|remark| &remark.note))
        ),
        Claim::MailboxSet(set, personal) => format!(
            "registers the mailbox {}{}",
            set.mailbox,
            personal
                .as_ref()
                .map_or_else(String::new, |personal| format!(
                    " ({})",
                    free(personal.address.as_str())
                ))
        ),
        Claim::PhoneSet(set, personal) => format!(
            "registers the phone {}{}",
            set.phone,
            personal
                .as_ref()
                .map_or_else(String::new, |personal| format!(
                    " ({})",
                    free(personal.number.as_str())
                ))
        ),
        Claim::SafeOpen(opened, personal) => format!(
            "opens {}{}",
            opened.location,
            remark(personal.as_ref().map(|personal| &personal.purpose))
        ),
        Claim::SafeClose(closed, _) => format!("has closed again: {}", items(&closed.happened)),
        Claim::SafeLog(logged, personal) => format!(
            "has opened and closed {}: {}{}",
            logged.opened.location,
            items(&logged.happened),
            remark(personal.as_ref().map(|personal| &personal.purpose))
        ),
        _ => String::new(),
    }
}

/// What else a signer ought to read.
pub fn details(claim: &Claim, people: &People, lines: &mut Vec<String>) {
    match claim {
        Claim::LocationSet(set, _) => location(set, people, lines),
        Claim::ItemAdd(add, _) => item(add, people, lines),
        Claim::MailboxSet(set, personal) => {
            let others = personal.as_ref().map(|personal| personal.others.as_slice());
            reached_by("members", &set.members, others, people, lines);
        }
        Claim::PhoneSet(set, personal) => {
            let others = personal.as_ref().map(|personal| personal.others.as_slice());
            reached_by("answered", &set.holders, others, people, lines);
            if let Some(tested) = set.tested {
                lines.push(format!("  tested    {tested}"));
            }
        }
        Claim::SafeOpen(opened, _) => opening(opened, people, lines),
        Claim::SafeClose(closed, personal) => {
            lines.push(format!("  witness   {}", people.name(&closed.witness)));
            happened(&closed.happened, people, lines);
            if let Some(personal) = personal {
                said(personal, lines);
            }
        }
        Claim::SafeLog(logged, personal) => {
            opening(&logged.opened, people, lines);
            happened(&logged.happened, people, lines);
            let open = logged.happened.closed_at.seconds() - logged.opened.opened_at.seconds();
            let open = u64::try_from(open).unwrap_or(0);
            lines.push(format!("  open for  {}", duration(open)));
            if let Some(personal) = personal.clone() {
                said(
                    &ClosedPersonal {
                        others: personal.others,
                        exceptions: personal.exceptions,
                        note: personal.note,
                    },
                    lines,
                );
            }
        }
        _ => {}
    }
}

/// What did not fit, in words.
#[must_use]
pub fn finding(finding: &Finding, people: &People) -> String {
    match finding {
        Finding::NotThere { item } => {
            format!("{item} was handled where the register did not have it")
        }
        Finding::TwoPlaces { item, at } => {
            format!("{item} was put in here, and the register had it in {at}")
        }
        Finding::BagMismatch {
            item,
            registered,
            typed,
        } => format!(
            "the bag of {item} is {typed}, and the registered one is {}",
            registered.as_ref().map_or("none", Text::as_str)
        ),
        Finding::BagNotRead { item } => format!("nobody read the number on the bag of {item}"),
        Finding::SealBroken { item } => format!("the seal of {item} was broken"),
        Finding::CounterGap { expected, was } => {
            format!(
                "the lock's counter is {was}, and was to be {expected}: it was opened and nobody logged it"
            )
        }
        Finding::Unlisted { custodian } => format!(
            "{} opened it, who is not registered as having its combination or key",
            people.name(custodian)
        ),
        Finding::NotTwo => {
            "two of those who have its combination or key are needed, and fewer were there"
                .to_owned()
        }
        Finding::NoRequest => {
            "a device that makes sign-in codes is in it, and no release was in effect".to_owned()
        }
        Finding::NoRelease { item } => {
            format!("{item} was handled, and no release was in effect for it")
        }
        Finding::BothFactors { subject } => {
            format!("password and MFA of {subject} were in the same hands")
        }
        Finding::Overtaken { item } => format!(
            "{item} was moved or handled after this was written down and before it was signed: look where it is"
        ),
        Finding::Destroyed { item } => format!("{item} had been destroyed"),
        Finding::StillOut { item, since } => {
            format!("{item} was not brought back, out since {}", time(*since))
        }
    }
}

fn in_bag(number: Option<&Text>) -> String {
    number.map_or_else(String::new, |bag| format!(", bag {}", free(bag.as_str())))
}

fn remark(text: Option<&Text>) -> String {
    text.map_or_else(String::new, |text| format!(": {}", free(text.as_str())))
}

/// What was handled, in one line.
#[must_use]
pub fn items(happened: &Happened) -> String {
    if happened.items.is_empty() {
        return "nothing was handled".to_owned();
    }
    let all: Vec<String> = happened
        .items
        .iter()
        .map(|handled| {
            let seal = match handled.seal {
                Some(SealState::Broken) => ", its seal broken",
                Some(SealState::Intact) | None => "",
            };
            let bag = in_bag(handled.bag.as_ref());
            format!("{} {}{bag}{seal}", handled.item, handled.went.as_str())
        })
        .collect();
    all.join("; ")
}

fn location(set: &Location, people: &People, lines: &mut Vec<String>) {
    lines.push(format!("  time zone {}", set.timezone));
    lines.push(format!("  access    {}", people.names(&set.access)));
    if set.dual_control {
        lines.push("  two of them are needed to open it".to_owned());
    }
    if set.depends_on_aws {
        lines.push("  reaching it depends on AWS".to_owned());
    }
}

fn item(add: &AddItem, people: &People, lines: &mut Vec<String>) {
    if let Some(bag) = &add.bag {
        lines.push(format!("  bag       {bag}"));
    }
    if let Some(by) = &add.sealed_by {
        lines.push(format!("  sealed by {}", people.name(by)));
    }
    if let Some(witness) = &add.witness {
        lines.push(format!("  witness   {}", people.name(witness)));
    }
    if let Some(at) = add.sealed_at {
        lines.push(format!("  sealed at {}", time(at)));
    }
    if let Some(date) = add.battery_expires {
        lines.push(format!("  battery   to be replaced by {date}"));
    }
}

fn reached_by(
    what: &str,
    custodians: &[Id],
    others: Option<&[Text]>,
    people: &People,
    lines: &mut Vec<String>,
) {
    let mut all: Vec<String> = custodians.iter().map(|id| people.name(id)).collect();
    all.extend(
        others
            .unwrap_or_default()
            .iter()
            .map(|text| free(text.as_str())),
    );
    lines.push(format!("  {what:<9} {}", all.join(", ")));
}

fn opening(opened: &Opened, people: &People, lines: &mut Vec<String>) {
    lines.push(format!("  opened    {}", time(opened.opened_at)));
    lines.push(format!("  witness   {}", people.name(&opened.witness)));
}

fn happened(happened: &Happened, people: &People, lines: &mut Vec<String>) {
    lines.push(format!("  closed    {}", time(happened.closed_at)));
    for handled in &happened.items {
        let seal = handled.seal.map_or("", |seal| seal.as_str());
        let bag = handled
            .bag
            .as_ref()
            .map_or_else(String::new, |bag| format!("bag {}", free(bag.as_str())));
        let line = format!(
            "  item      {} {} {seal} {bag}",
            handled.item,
            handled.went.as_str()
        );
        lines.push(line.trim_end().to_owned());
    }
    if let Some(counter) = happened.counter {
        lines.push(format!("  counter   {counter}"));
    }
    for present in &happened.present {
        lines.push(format!(
            "  present   {} from {} to {}",
            people.name(&present.custodian),
            present.entered,
            present.left
        ));
    }
}

fn said(personal: &ClosedPersonal, lines: &mut Vec<String>) {
    for other in &personal.others {
        lines.push(format!("  present   {}", free(other.as_str())));
    }
    for exception in &personal.exceptions {
        lines.push(self::exception(exception));
    }
    if let Some(note) = &personal.note {
        lines.push(format!("  note      {}", free(note.as_str())));
    }
}

fn exception(exception: &Exception) -> String {
    format!(
        "  exception {}: expected {}; happened: {}; decided by {}",
        exception.at,
        free(exception.expected.as_str()),
        free(exception.happened.as_str()),
        free(exception.decided_by.as_str())
    )
}
