//! Statements in words: what a signer reads before agreeing, and what `show` and `log` print. Made
//! from the verified statement and the names of the trusted state, never from tables alone.

use chrono::{Local, TimeZone};

use super::{
    ceremonies, custody, drills, erasure, estate, findings, outside, reviews, runbooks, tasks,
    trails,
};
use crate::crypto::card::Card;
use crate::crypto::fixed::{Base64, Digest, Id};
use crate::error::Result;
use crate::ledger::{People, Reading};
use crate::policy;
use crate::state::custody::{Epoch, SecretRecord};
use crate::state::records::{list, read};
use crate::state::rules::Quorum;
use crate::statement::accesses::{Logged, Opened, OpenedPersonal};
use crate::statement::founding::Charter;
use crate::statement::people::AddPersonal;
use crate::statement::quorums::Define;
use crate::statement::releases::{Form, Request, RequestPersonal};
use crate::statement::secrets::{Destroy, Share};
use crate::statement::{Claim, Statement, Time};

/// The duties of a custodian, where an organisation has no words of its own for them.
pub const DUTIES: &str = include_str!("duties.txt");

/// Local time and UTC.
#[must_use]
pub fn time(time: Time) -> String {
    let local = Local.timestamp_opt(time.seconds(), 0).single();
    match local {
        Some(local) if local.offset().local_minus_utc() != 0 => {
            format!("{} ({time})", local.format("%Y-%m-%d %H:%M:%S %:z"))
        }
        _ => time.to_string(),
    }
}

/// The day of a moment, in UTC.
#[must_use]
pub fn day(time: Time) -> String {
    time.to_chrono().format("%Y-%m-%d").to_string()
}

/// Seconds in words.
#[must_use]
pub fn duration(seconds: u64) -> String {
    match (
        seconds / 86_400,
        (seconds % 86_400) / 3600,
        (seconds % 3600) / 60,
        seconds % 60,
    ) {
        (0, 0, 0, s) => format!("{s} s"),
        (0, 0, m, 0) => format!("{m} min"),
        (0, 0, m, s) => format!("{m} min {s} s"),
        (0, h, 0, _) => format!("{h} h"),
        (0, h, m, _) => format!("{h} h {m} min"),
        (d, 0, ..) => format!("{d} d"),
        (d, h, ..) => format!("{d} d {h} h"),
    }
}

/// A secret's name by its id.
///
/// # Errors
/// Verification where the state is damaged.
pub fn secret_name(source: &dyn Reading, secret: &Id) -> Result<String> {
    Ok(
        read::<SecretRecord>(source.records().as_ref(), &secret.to_hex())?.map_or_else(
            || format!("secret {}", secret.short()),
            |record| record.name.to_string(),
        ),
    )
}

/// A quorum's rule in words.
#[must_use]
pub fn rule(quorum: &Quorum, people: &People) -> String {
    let groups: Vec<String> = quorum
        .groups
        .iter()
        .map(|group| format!("{} of {}", group.threshold, people.names(&group.members)))
        .collect();
    match groups.as_slice() {
        [one] => one.clone(),
        _ => format!(
            "{} of these groups: {}",
            quorum.groups_needed,
            quorum
                .groups
                .iter()
                .zip(&groups)
                .map(|(group, text)| format!("{} ({text})", group.label))
                .collect::<Vec<_>>()
                .join("; ")
        ),
    }
}

/// A statement in one line.
///
/// # Errors
/// Verification where the state is damaged.
pub fn line(source: &dyn Reading, statement: &Statement, people: &People) -> Result<String> {
    claim(source, statement.claim(), people)
}

/// A claim in one line, without its author.
///
/// # Errors
/// Verification where the state is damaged.
pub fn claim(source: &dyn Reading, claim: &Claim, people: &People) -> Result<String> {
    let name = |id: &Id| people.name(id);
    Ok(match claim {
        Claim::Genesis(charter, personal) => format!(
            "founds {} with {} founders, threshold {}",
            personal
                .as_ref()
                .map_or("the ledger", |personal| personal.name.as_str()),
            charter.founders.len(),
            charter.threshold
        ),
        Claim::GovernanceSeal(seal) => {
            format!(
                "seals the governance secret to {} founders",
                seal.shares.len()
            )
        }
        Claim::GovernanceSet(set) => format!(
            "proposes governance by {} of {}",
            set.threshold,
            people.names(&holders(&set.seal.shares))
        ),
        Claim::Sign(sign) => format!("agrees to {}", subject(source, &sign.subject)?),
        Claim::Reject(about, personal) => format!(
            "says no to {}{}",
            subject(source, &about.subject)?,
            personal
                .as_ref()
                .map_or(String::new(), |personal| format!(": {}", personal.reason))
        ),
        Claim::Withdraw(about) => format!("takes back {}", subject(source, &about.subject)?),
        Claim::CustodianAdd(add, _) => {
            let card = Card::parse(&add.card.0)?;
            let roles: Vec<&str> = add.roles.iter().map(|role| role.as_str()).collect();
            format!("proposes {} as {}", name(&card.id), roles.join(", "))
        }
        Claim::CustodianAccept(_) => "accepts the enrolment".to_owned(),
        Claim::CustodianRetire(retire, _) => {
            format!("proposes to retire {}", name(&retire.custodian))
        }
        Claim::CustodianReplace(replace, _) => {
            let card = Card::parse(&replace.card.0)?;
            format!(
                "proposes that {} goes on as {}",
                name(&replace.old),
                name(&card.id)
            )
        }
        Claim::CustodianAcknowledge(_) => "takes the duties of a custodian on".to_owned(),
        Claim::LeaversCompare(leavers, _) => match leavers.found.as_slice() {
            [] => format!(
                "has compared the custodians with a list of {} who left: nobody is on it",
                leavers.rows
            ),
            found => format!(
                "has compared the custodians with a list of {} who left: it has {}",
                leavers.rows,
                people.names(found)
            ),
        },
        Claim::CustodianAway(away) => {
            format!(
                "notes that {} is away from {} to {}",
                name(&away.custodian),
                away.from,
                away.to
            )
        }
        Claim::QuorumDefine(define) => format!(
            "proposes the quorum {}: {}",
            define.name,
            define_rule(define, people)
        ),
        Claim::PolicySet(set) => format!(
            "proposes a policy: {} days, {} hours, windows up to {}",
            set.policy.pending_days,
            set.policy.request_hours,
            duration(u64::from(set.policy.window_max_secs))
        ),
        Claim::Rekey(rekey) => format!(
            "has given the ledger a new data key, number {}",
            rekey.number
        ),
        Claim::CopyPromote(promote) => format!(
            "proposes that this copy becomes the writer, epoch {}, from entry #{} on",
            promote.epoch, promote.at.size
        ),
        Claim::RunbookAdd(add, _) => runbooks::claim(add),
        Claim::FindingAccept(accept, _) => findings::claim(source, accept, people)?,
        Claim::Backup(made) => format!("has made a backup of {} entries", made.at.size),
        Claim::EvidenceExport(made) => format!(
            "has exported evidence of {} to {}, at {} entries",
            made.from, made.to, made.at.size
        ),
        Claim::BackupConfirm(tried) => format!(
            "has restored a backup of {} entries, and it was good",
            tried.at.size
        ),
        Claim::AccountImport(import, _) => format!(
            "imports accounts: {} new or changed, {} gone",
            import.accounts.len(),
            import.gone.len()
        ),
        Claim::Seal(seal) => format!("seals {} epoch {}", seal.name(), seal.epoch),
        Claim::SecretConfirm(confirm, _) => format!(
            "confirms that {} epoch {} works",
            secret_name(source, &confirm.secret)?,
            confirm.epoch
        ),
        Claim::SecretDestroy(destroy, _) => format!(
            "proposes to destroy {}{}",
            secret_name(source, &destroy.secret)?,
            destroy
                .epoch
                .map_or(", all epochs".to_owned(), |epoch| format!(" epoch {epoch}"))
        ),
        Claim::Request(request, personal) => format!(
            "asks for {}{}",
            wanted(source, request)?,
            personal.as_ref().map_or(String::new(), |personal| format!(
                ": {}",
                free(personal.purpose.as_str())
            ))
        ),
        Claim::Reshare(request, personal) => format!(
            "asks to split anew, shown to nobody: {}{}",
            wanted(source, request)?,
            personal.as_ref().map_or(String::new(), |personal| format!(
                ": {}",
                free(personal.purpose.as_str())
            ))
        ),
        Claim::Reseal(reseal) => format!(
            "splits {} anew as epoch {}",
            reseal.seal.name(),
            reseal.seal.epoch
        ),
        Claim::SecretProve(prove) => {
            let secrets: std::collections::BTreeSet<&Id> =
                prove.proofs.iter().map(|proof| &proof.secret).collect();
            let shares = counted(prove.proofs.len(), "share");
            format!("proves {shares} of {}", counted(secrets.len(), "secret"))
        }
        Claim::Reveal(reveal) => format!(
            "reveals {} {}",
            match reveal.form {
                Form::Totp => "codes of",
                Form::File => "into a file",
                Form::Qr => "as a QR code",
                Form::Paper => "on paper",
                Form::Text => "the text of",
            },
            secret_name(source, &reveal.secret)?
        ),
        Claim::Close(close, personal) => format!(
            "closes the release, {}{}",
            close.outcome.as_str(),
            personal
                .as_ref()
                .map_or(String::new(), |personal| format!(": {}", personal.note))
        ),
        Claim::Correct(about, personal) => format!(
            "corrects {}{}",
            subject(source, &about.subject)?,
            personal
                .as_ref()
                .map_or(String::new(), |personal| format!(": {}", personal.text))
        ),
        Claim::Attach(about, personal) => format!(
            "attaches {} to {}",
            personal
                .as_ref()
                .map_or("a file", |personal| personal.name.as_str()),
            subject(source, &about.subject)?
        ),
        Claim::Import(import) => match import.statements.len() {
            1 => "brings in what was stated away from the ledger".to_owned(),
            many => format!("brings in {many} statements that were made away from the ledger"),
        },
        Claim::SafeClose(closed, _) => {
            let at = opening(source, &closed.access)?.map_or_else(String::new, |(_, opened, _)| {
                format!("{} ", opened.location)
            });
            format!("has closed {at}again: {}", custody::items(&closed.happened))
        }
        claim => {
            let drill = drills::claim(source, claim, people)?;
            let ceremony = ceremonies::claim(source, claim, people)?;
            match drill
                .or(ceremony)
                .or(reviews::claim(source, claim, people)?)
                .or_else(|| estate::claim(claim))
                .or(tasks::claim(source, claim)?)
                .or(trails::claim(source, claim)?)
                .or(erasure::claim(source, claim)?)
                .or_else(|| outside::claim(claim))
            {
                Some(line) => line,
                None => custody::claim(claim, people),
            }
        }
    })
}

/// The release that an access is for, as it says.
fn released_by(
    source: &dyn Reading,
    request: Option<&Digest>,
    lines: &mut Vec<String>,
) -> Result<()> {
    let place = match request {
        Some(request) => source.place(request)?,
        None => None,
    };
    lines.push(match place {
        Some(place) => format!("  release   #{} {}", place.seq, place.id.short()),
        None => "  release   none".to_owned(),
    });
    Ok(())
}

/// The opening that a closing ends, and who opened.
fn opening(
    source: &dyn Reading,
    access: &Digest,
) -> Result<Option<(Id, Opened, Option<OpenedPersonal>)>> {
    let Some((_, statement)) = source.told(access)? else {
        return Ok(None);
    };
    Ok(match statement.claim() {
        Claim::SafeOpen(opened, personal) => {
            Some((statement.header().author, opened.clone(), personal.clone()))
        }
        _ => None,
    })
}

/// `1 share`, `2 shares`.
#[must_use]
pub fn counted(count: usize, what: &str) -> String {
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {what}{many}")
}

/// An entry by number, kind and id.
pub(super) fn subject(source: &dyn Reading, leaf: &Digest) -> Result<String> {
    Ok(match source.place(leaf)? {
        Some(place) => format!("#{} ({} {})", place.seq, place.kind, place.id.short()),
        None => format!("leaf {leaf}"),
    })
}

fn wanted(source: &dyn Reading, request: &Request) -> Result<String> {
    let names: Vec<String> = request
        .secrets
        .iter()
        .map(|wanted| {
            secret_name(source, &wanted.secret)
                .map(|name| format!("{name} (epoch {})", wanted.epoch))
        })
        .collect::<Result<_>>()?;
    Ok(names.join(" and "))
}

fn define_rule(define: &Define, people: &People) -> String {
    rule(
        &Quorum {
            name: define.name.as_str().to_owned(),
            groups_needed: define.groups_needed,
            groups: define.groups.clone(),
            index: 0,
        },
        people,
    )
}

/// A statement as a signer reads it: everything that the signature will bind.
///
/// # Errors
/// Verification where the state is damaged.
pub fn statement(
    source: &dyn Reading,
    statement: &Statement,
    people: &People,
) -> Result<Vec<String>> {
    let header = statement.header();
    let mut lines = vec![
        format!(
            "{} {}",
            people.name(&header.author),
            line(source, statement, people)?
        ),
        format!("  made at   {}", time(header.made_at)),
        format!("  id        {}", header.id),
    ];
    match statement.claim() {
        Claim::Genesis(charter, _) => founders(source, charter, people, &mut lines)?,
        Claim::CustodianAdd(add, personal) => enrolment(&add.card, personal.as_ref(), &mut lines)?,
        Claim::CustodianReplace(replace, personal) => {
            lines.push(format!("  cause     {}", replace.cause.as_str()));
            distrusted(replace.distrust_from, &mut lines);
            out_of_reach(source, &replace.old, &mut lines)?;
            enrolment(&replace.card, personal.as_ref(), &mut lines)?;
        }
        Claim::GovernanceSet(_) => lines.push(
            "  each of them proves the own new share by signing; it counts once all have, and those who govern now have agreed".to_owned(),
        ),
        Claim::CustodianAcknowledge(acknowledge) => {
            lines.push(format!("  duties    {}", free(acknowledge.duties.as_str())));
        }
        Claim::LeaversCompare(_, Some(personal)) => {
            lines.push(format!("  file      {}", personal.file));
        }
        Claim::Request(request, personal) | Claim::Reshare(request, personal) => {
            release(request, personal.as_ref(), people, &mut lines);
            newer_epochs(source, request, &mut lines)?;
        }
        Claim::CustodianRetire(retire, personal) => {
            lines.push(format!("  cause     {}", retire.cause.as_str()));
            distrusted(retire.distrust_from, &mut lines);
            if let Some(note) = personal
                .as_ref()
                .and_then(|personal| personal.note.as_ref())
            {
                lines.push(format!("  note      {}", free(note.as_str())));
            }
            out_of_reach(source, &retire.custodian, &mut lines)?;
        }
        Claim::CopyPromote(promote) => {
            lines.push(format!("  root      {}", promote.at.root));
            lines.push(format!(
                "  what the old writer has entered after #{} will be a fork: make sure that it writes no more",
                promote.at.size.saturating_sub(1)
            ));
        }
        Claim::RunbookAdd(add, personal) => {
            runbooks::details(&header.id, add, personal.as_ref(), &mut lines);
        }
        Claim::FindingAccept(accept, personal) => {
            findings::details(accept, personal.as_ref(), &mut lines);
        }
        Claim::Backup(made) => {
            lines.push(format!("  root      {}", made.at.root));
            lines.push(format!("  file      {} ({} bytes)", made.file, made.bytes));
        }
        Claim::EvidenceExport(made) => {
            lines.push(format!("  entries   #{} to before #{}", made.first, made.end));
            lines.push(format!("  root      {}", made.at.root));
            if let Some(since) = &made.since {
                lines.push(format!("  since     {} entries, root {}", since.size, since.root));
            }
            lines.push(format!(
                "  personal  {}",
                if made.redacted { "left out" } else { "shown" }
            ));
            lines.push(format!("  sums      {}", made.sums));
        }
        Claim::BackupConfirm(tried) => {
            lines.push(format!("  root      {}", tried.at.root));
            lines.push(format!("  file      {}", tried.file));
        }
        Claim::Attach(_, Some(personal)) => {
            lines.push(format!("  bytes     {}", personal.bytes));
            lines.push(format!("  media     {}", personal.media));
            lines.push(format!("  digest    {}", personal.digest));
        }
        Claim::SecretDestroy(destroy, personal) => {
            if let Some(personal) = personal {
                lines.push(format!("  reason    {}", free(personal.reason.as_str())));
            }
            what_is_lost(source, destroy, people, &mut lines)?;
        }
        Claim::SafeClose(closed, _) => {
            if let Some((opener, opened, personal)) = opening(source, &closed.access)? {
                let request = opened.request;
                let claim = Claim::SafeOpen(opened, personal);
                lines.push(format!(
                    "  opening   {} {}",
                    people.name(&opener),
                    custody::claim(&claim, people)
                ));
                custody::details(&claim, people, &mut lines);
                released_by(source, request.as_ref(), &mut lines)?;
            }
            custody::details(statement.claim(), people, &mut lines);
        }
        claim @ (Claim::SafeOpen(opened, _)
        | Claim::SafeLog(Logged { opened, .. }, _)) => {
            custody::details(claim, people, &mut lines);
            released_by(source, opened.request.as_ref(), &mut lines)?;
        }
        claim => {
            drills::details(source, claim, people, &mut lines)?;
            ceremonies::details(source, claim, people, &mut lines)?;
            reviews::details(source, claim, people, &mut lines)?;
            estate::details(claim, people, &mut lines);
            tasks::details(source, claim, people, &mut lines)?;
            trails::details(source, claim, &mut lines)?;
            erasure::details(claim, &mut lines);
            outside::details(claim, &mut lines);
            if matches!(claim, Claim::ReviewStart(..)) {
                reviews::strikes(source, &statement.leaf(), people, &mut lines)?;
            }
            custody::details(claim, people, &mut lines);
        }
    }
    erasure::gone(source, statement, people, &mut lines)?;
    Ok(lines)
}

/// How many secrets are named in a warning; the rest are counted.
const NAMED: usize = 10;

/// What nobody could open any more without somebody.
fn out_of_reach(source: &dyn Reading, leaving: &Id, lines: &mut Vec<String>) -> Result<()> {
    let records = source.records();
    let lost = policy::out_of_reach_without(records.as_ref(), leaving)?;
    for (secret, epoch) in lost.iter().take(NAMED) {
        lines.push(format!(
            "  !         NOBODY could open {} epoch {epoch} after this: split it anew before (rootkeep reshare)",
            secret_name(source, secret)?
        ));
    }
    if let Some(more) = lost.len().checked_sub(NAMED).filter(|more| *more > 0) {
        lines.push(format!("  !         nor {more} secrets more"));
    }
    Ok(())
}

/// What a destruction leaves nothing of; and whether what it leaves was tried: whoever splits a secret
/// anew could have sealed something else, and the old epoch is what would tell.
fn what_is_lost(
    source: &dyn Reading,
    destroy: &Destroy,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    let records = source.records();
    let mut all = Vec::new();
    for (key, epoch) in list::<Epoch>(records.as_ref(), &format!("{}/", destroy.secret))? {
        all.push((Epoch::parse_key(&key)?.1, epoch));
    }
    all.sort_by_key(|(number, _)| *number);
    let live: Vec<&(u32, Epoch)> = all
        .iter()
        .filter(|(_, epoch)| epoch.destroyed.is_none())
        .collect();
    let Some(number) = destroy.epoch else {
        lines.push("  !         NOTHING is left of this secret after it".to_owned());
        return Ok(());
    };
    match live.iter().rfind(|(other, _)| *other != number) {
        None => lines.push("  !         NOTHING is left of this secret after it".to_owned()),
        Some((left, _)) if *left < number => lines.push(format!(
            "  !         epoch {number} is the newest: epoch {left}, an older one, is what is left"
        )),
        Some(_) => {}
    }
    let tried = |number: u32| {
        let found = all.iter().find(|(other, _)| *other == number);
        found.is_some_and(|(_, epoch)| {
            let by_another = |who: &&Id| !people.is_same_person(who, &epoch.sealer);
            epoch.confirmed.iter().any(|who| by_another(&who))
        })
    };
    if tried(number)
        && !live
            .iter()
            .any(|(other, _)| *other != number && tried(*other))
    {
        lines.push(format!(
            "  !         epoch {number} is the only one that somebody has found to work, besides who sealed it: request what is left, try it, and rootkeep secret confirm it, before this one is gone"
        ));
    }
    for (left, _) in &live {
        if policy::descends(&all, *left, number) && !tried(*left) {
            lines.push(format!(
                "  !         nobody but who split it anew has found that epoch {left} works: request it, try it, and rootkeep secret confirm it, before this epoch is gone"
            ));
        }
    }
    Ok(())
}

/// A newcomer's card, as those who sign for it compare it.
fn enrolment(card: &Base64, personal: Option<&AddPersonal>, lines: &mut Vec<String>) -> Result<()> {
    let card = Card::parse(&card.0)?;
    lines.push(format!("  recipient {}", card.recipient));
    lines.push(format!("  fingerprint of the card: {}", card.words()));
    if let Some(by) = personal.and_then(|personal| personal.identified_by.as_ref()) {
        lines.push(format!("  identified by: {}", free(by.as_str())));
    }
    Ok(())
}

fn distrusted(from: Option<u64>, lines: &mut Vec<String>) {
    if let Some(from) = from {
        lines.push(format!("  distrusted from entry #{from} on"));
    }
}

fn holders(shares: &[Share]) -> Vec<Id> {
    shares.iter().map(|share| share.holder).collect()
}

/// A text of somebody's own: as many spaces as it likes would push it where it looks like ours.
#[must_use]
pub fn free(text: &str) -> String {
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn founders(
    source: &dyn Reading,
    charter: &Charter,
    people: &People,
    lines: &mut Vec<String>,
) -> Result<()> {
    lines.push(format!(
        "  genesis code: {}",
        crate::crypto::words::spell(&source.ledger())
    ));
    lines.push("  founders, each with the fingerprint of the card:".to_owned());
    for founder in &charter.founders {
        let card = Card::parse(&founder.card.0)?;
        lines.push(format!(
            "    {:<20} {}",
            people.name(&card.id),
            card.words()
        ));
    }
    Ok(())
}

/// A signer ought to know that a newer value was sealed than the one asked for.
fn newer_epochs(source: &dyn Reading, request: &Request, lines: &mut Vec<String>) -> Result<()> {
    for wanted in &request.secrets {
        let record = read::<SecretRecord>(source.records().as_ref(), &wanted.secret.to_hex())?;
        if let Some(record) = record.filter(|record| record.epoch > wanted.epoch) {
            lines.push(format!(
                "  note      {} has a newer epoch, {}; this asks for epoch {}",
                record.name, record.epoch, wanted.epoch
            ));
        }
    }
    Ok(())
}

fn release(
    request: &Request,
    personal: Option<&RequestPersonal>,
    people: &People,
    lines: &mut Vec<String>,
) {
    lines.push(format!("  operator  {}", people.name(&request.operator)));
    lines.push(format!(
        "  window    {} from when it takes effect",
        duration(u64::from(request.window_secs))
    ));
    if let Some(personal) = personal {
        lines.push(format!("  purpose   {}", free(personal.purpose.as_str())));
        if let Some(task) = &personal.task {
            lines.push(format!("  task      {}", free(task.as_str())));
        }
        if let Some(ticket) = &personal.ticket {
            lines.push(format!("  ticket    {}", free(ticket.as_str())));
        }
    }
    lines.push(format!("  one-time recipient {}", request.recipient));
}
