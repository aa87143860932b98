//! Planning, starting and finishing drills, and what is found out in between.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::founding::GOVERNANCE_SECRET;
use super::may::one_group;
use super::releases::CLOCK_ERROR;
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::{Digest, Id};
use crate::error::{Error, Result};
use crate::state::Records;
use crate::state::custody::{AccountRecord, Epoch, RequestRecord, SecretRecord};
use crate::state::drills::{
    AskedRecord, DrillRecord, Finished, FoundRecord, JointRecord, PlanRecord, SharePlace,
    StepRecord,
};
use crate::state::people::{Custodian, LedgerRecord};
use crate::state::places::{MailboxRecord, PhoneRecord};
use crate::state::records::read;
use crate::state::rules::{Quorum, SplitRule, leaf_key};
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::drills::{
    AskedEpoch, DrillKind, DrillOutcome, Finish, FinishPersonal, Found, Plan, Record, Scope, Start,
    Step, Target,
};
use crate::statement::names::Subject;
use crate::statement::people::Role;
use crate::statement::secrets::Share;
use crate::statement::text::Name;

/// The most entries about one drill, its start among them, and so many more for each thing that it tries.
/// Its end is never too many.
const ENTRIES: usize = 1_024;
const TRIES: usize = 4;

impl Judge<'_> {
    pub(super) fn drill_plan(&mut self, plan: &Plan) -> Result<Verdict> {
        self.needs_role(Role::Keeper, "planning drills")?;
        if plan.timezone.parse::<chrono_tz::Tz>().is_err() {
            return Err(refusal::malformed("the time zone is no IANA name"));
        }
        self.check_scope(plan.drill, &plan.scope)?;
        let before = read::<PlanRecord>(&self.state, plan.plan.as_str())?;
        if before
            .as_ref()
            .is_some_and(|before| before.facts.drill != plan.drill)
        {
            return Err(refusal::malformed(
                "a plan is of one kind of drill for good",
            ));
        }
        let mut events = before.map_or_else(Vec::new, |record| record.events);
        events.push(self.index);
        let record = PlanRecord {
            facts: plan.clone(),
            id: self.statement.header().id,
            events,
        };
        self.state.put(plan.plan.as_str(), &record)?;
        Ok(Verdict::AT_ONCE)
    }

    fn check_scope(&self, kind: DrillKind, scope: &Scope) -> Result<()> {
        let fits = match kind {
            DrillKind::Possession | DrillKind::SignIn | DrillKind::QrRestore => true,
            DrillKind::Phone | DrillKind::Mailbox => {
                matches!(scope, Scope::All | Scope::Account(_))
            }
            DrillKind::LedgerRestore => *scope == Scope::All,
        };
        if !fits {
            return Err(refusal::malformed("drills of this kind have no such scope"));
        }
        match scope {
            Scope::All => Ok(()),
            Scope::Account(account) => self.known_account(account),
            Scope::Quorum(quorum) if *quorum == GOVERNANCE_SECRET => Ok(()),
            Scope::Quorum(quorum) => Quorum::load(&self.state, quorum)?
                .map(|_| ())
                .ok_or_else(|| Error::refused("unknown-quorum", "there is no such quorum")),
            Scope::Location(name) => self.live_location(name).map(|_| ()),
        }
    }

    pub(super) fn known_account(&self, account: &AccountId) -> Result<()> {
        read::<AccountRecord>(&self.state, &account.to_string())?
            .map(|_| ())
            .ok_or_else(|| {
                Error::refused(
                    "unknown-account",
                    format!("{account} is not in the register"),
                )
                .hint("rootkeep account import --organizations FILE")
            })
    }

    pub(super) fn drill_start(&mut self, start: &Start) -> Result<Verdict> {
        let may = [Role::Keeper, Role::Operator, Role::Reviewer];
        self.needs_one_of(&may, "starting a drill")?;
        self.check_scope(start.drill, &start.scope)?;
        self.check_by_plan(start)?;
        let possession = start.drill == DrillKind::Possession;
        if possession == start.secrets.is_empty() || possession != start.targets.is_empty() {
            return Err(refusal::malformed(
                "a possession drill asks for shares, and every other has something to try",
            ));
        }
        for target in &start.targets {
            self.check_target(start.drill, target)?;
        }
        if !start.targets.is_sorted_by(|one, next| one < next) {
            return Err(refusal::malformed(
                "what is to be tried stands in order, each once",
            ));
        }
        if start.sample == Some(0) || (start.sample.is_some() && !possession) {
            return Err(refusal::malformed(
                "a sample is of a possession drill, and of one share at least",
            ));
        }
        if !start.people.is_sorted_by(|one, next| one < next) {
            return Err(refusal::malformed("people stand in order of id, each once"));
        }
        for who in &start.people {
            self.can_sign(who)?;
        }
        let holders = self.holders_asked(&start.secrets)?;
        let mut record = DrillRecord {
            id: self.statement.header().id,
            index: self.index,
            author: self.author(),
            made_at: self.time(),
            drill: start.drill,
            plan: start.plan.clone(),
            due: start.due,
            nonce: start.nonce,
            scope: start.scope.clone(),
            sample: start.sample,
            secrets: start.secrets.len(),
            holders,
            targets: start.targets.clone(),
            invited: start.people.clone(),
            named: Vec::new(),
            people: Vec::new(),
            answers: Vec::new(),
            steps: Vec::new(),
            found: Vec::new(),
            finishing: None,
            finished: None,
        };
        record.add_person(self.author());
        let key = leaf_key(&self.leaf());
        if possession {
            self.state.put(&key, &AskedRecord::new(&start.secrets))?;
        }
        self.state.put(&key, &record)?;
        Ok(Verdict::AT_ONCE)
    }

    fn check_by_plan(&self, start: &Start) -> Result<()> {
        if start.plan.is_some() != start.due.is_some() {
            return Err(refusal::malformed("a drill by a plan is for a day of it"));
        }
        let Some(name) = &start.plan else {
            return Ok(());
        };
        let plan = read::<PlanRecord>(&self.state, name.as_str())?
            .filter(|plan| !plan.facts.ended)
            .ok_or_else(|| no_such_plan(name))?;
        if plan.facts.drill == start.drill && plan.facts.scope == start.scope {
            return Ok(());
        }
        Err(refusal::malformed(
            "a drill by a plan is of its kind and scope",
        ))
    }

    fn check_target(&self, kind: DrillKind, target: &Target) -> Result<()> {
        match (kind, target) {
            (DrillKind::SignIn, Target::Account(account)) => self.known_account(account),
            (DrillKind::QrRestore, Target::Item(item)) => self.live_item(item).map(|_| ()),
            (DrillKind::Phone, Target::Phone(phone)) => {
                let known = read::<PhoneRecord>(&self.state, phone.as_str())?;
                registered(known.is_some_and(|record| !record.facts.closed), target)
            }
            (DrillKind::Mailbox, Target::Mailbox(mailbox)) => {
                let known = read::<MailboxRecord>(&self.state, mailbox.as_str())?;
                registered(known.is_some_and(|record| !record.facts.closed), target)
            }
            (DrillKind::LedgerRestore, Target::Ledger) => Ok(()),
            _ => Err(refusal::malformed(
                "drills of this kind don't try such things",
            )),
        }
    }

    /// Who holds how many of the shares that are asked for.
    fn holders_asked(&self, secrets: &[AskedEpoch]) -> Result<Vec<(Id, usize)>> {
        if !secrets.is_sorted_by(|one, next| one < next) {
            return Err(refusal::malformed(
                "secrets stand in order of id and epoch, each once",
            ));
        }
        let mut holders = BTreeMap::new();
        for asked in secrets {
            let sealing = sealing(&self.state, &asked.secret, asked.epoch)?
                .filter(|sealing| sealing.live)
                .ok_or_else(refusal::no_such_secret)?;
            for share in sealing.shares {
                *holders.entry(share.holder).or_insert(0) += 1;
            }
        }
        Ok(holders.into_iter().collect())
    }

    /// A drill that goes on.
    pub(super) fn running(&self, drill: &Digest) -> Result<DrillRecord> {
        let record = DrillRecord::load(&self.state, drill)?.ok_or_else(no_such_drill)?;
        self.has_seen(record.index)?;
        if record.finished.is_some() {
            return Err(Error::refused("drill-over", "the drill is over")
                .hint("start another: rootkeep drill start KIND"));
        }
        if record.finishing.is_some() {
            return Err(Error::refused(
                "drill-over",
                "the drill is finished, and waits for those who took part to sign",
            )
            .hint("to go on with it, one of them says no: rootkeep reject ID --reason TEXT"));
        }
        Ok(record)
    }

    /// As [`Self::running`], with room for one more entry about it.
    pub(super) fn recording_in(&self, drill: &Digest) -> Result<DrillRecord> {
        let record = self.running(drill)?;
        let most = ENTRIES + TRIES * record.targets.len();
        if record.entries() >= most {
            return Err(Error::refused(
                "too-many",
                format!("{most} entries about this drill are the most"),
            )
            .hint("finish it, and start another: rootkeep drill finish ID"));
        }
        Ok(record)
    }

    /// It happened while the drill went on, as far as two clocks agree: else a drill of today would explain
    /// what somebody did last week.
    fn check_moment(&self, drill: &DrillRecord, at: Time, what: &str) -> Result<()> {
        if at > self.time().plus(CLOCK_ERROR) {
            return Err(refusal::dated_ahead(what));
        }
        if at.plus(CLOCK_ERROR) < drill.made_at {
            return Err(Error::refused(
                "before-the-drill",
                format!("{what} is dated before the drill began"),
            ));
        }
        Ok(())
    }

    pub(super) fn drill_step(&mut self, step: &Step) -> Result<Verdict> {
        let mut drill = self.recording_in(&step.drill)?;
        if step.step == 0 {
            return Err(refusal::malformed("steps are counted from 1"));
        }
        self.check_moment(&drill, step.at, "the step")?;
        self.takes_part(&mut drill)?;
        drill.steps.push(StepRecord {
            step: step.step,
            went: step.went,
            at: step.at,
            by: self.author(),
            index: self.index,
        });
        self.state.put(&leaf_key(&step.drill), &drill)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn drill_record(&mut self, record: &Record) -> Result<Verdict> {
        let mut drill = self.recording_in(&record.drill)?;
        self.check_moment(&drill, record.at, "what was found out")?;
        let target = match &record.found {
            Found::SignIn { account, .. } | Found::Alarm { account, .. } => {
                Target::Account(*account)
            }
            Found::Call { target, .. } => target.clone(),
            Found::Sheet { item, .. } => Target::Item(item.clone()),
            Found::Restore { .. } => Target::Ledger,
        };
        if drill.targets.binary_search(&target).is_err() {
            return Err(Error::refused(
                "not-in-scope",
                format!("the drill does not try {target}"),
            ));
        }
        let mut witness = None;
        match &record.found {
            Found::SignIn {
                account, request, ..
            } => drill.add_named(self.operator_of(request, account)?),
            Found::Alarm { seen, by, .. } => {
                if by.is_some() && !seen {
                    return Err(refusal::malformed("nobody saw what was not seen"));
                }
                witness = *by;
            }
            Found::Call {
                target,
                reached,
                by,
                code,
            } => {
                if !matches!(target, Target::Phone(_) | Target::Mailbox(_)) {
                    return Err(refusal::malformed("only phones and mailboxes answer"));
                }
                if !reached && (by.is_some() || *code) {
                    return Err(refusal::malformed("who was not reached has not answered"));
                }
                witness = *by;
            }
            Found::Sheet { .. } => {}
            Found::Restore { at, .. } => {
                if let Some(at) = at {
                    self.backed_up(at)?;
                }
            }
        }
        self.takes_part(&mut drill)?;
        // Only now: nobody lets themselves in by naming themselves.
        if let Some(who) = witness {
            self.can_sign(&who)?;
            drill.add_named(who);
        }
        drill.found.push(FoundRecord {
            found: record.found.clone(),
            at: record.at,
            by: self.author(),
            index: self.index,
        });
        self.state.put(&leaf_key(&record.drill), &drill)?;
        Ok(Verdict::AT_ONCE)
    }

    /// Notes that the author takes part: nobody does whom the drill does not concern, for whoever takes part
    /// has to sign its end.
    fn takes_part(&self, drill: &mut DrillRecord) -> Result<()> {
        if !drill.is_open_to(&self.author()) {
            return Err(Error::refused(
                "not-a-participant",
                "only who started a drill, is asked for shares or was named in it takes part in it",
            )
            .hint("at its start: rootkeep drill start KIND --invite NAME")
            .hint("or whoever takes part records it: rootkeep drill record … --by NAME"));
        }
        drill.add_person(self.author());
        Ok(())
    }

    /// Who was to sign in with what a release in effect has shown.
    fn operator_of(&self, request: &Digest, account: &AccountId) -> Result<Id> {
        let request =
            RequestRecord::load(&self.state, request)?.ok_or_else(refusal::unknown_subject)?;
        if request.reshare || request.effect.is_none() {
            return Err(Error::refused(
                "not-signed-off",
                "signing in takes a release that is in effect",
            ));
        }
        for wanted in &request.secrets {
            let secret = read::<SecretRecord>(&self.state, &wanted.secret.to_hex())?;
            let about = |secret: &SecretRecord| {
                secret.name.subject == Subject::Account(*account) || secret.serves.contains(account)
            };
            if secret.as_ref().is_some_and(about) {
                return Ok(request.operator);
            }
        }
        Err(Error::refused(
            "wrong-request",
            "the release is of no secret of that account",
        ))
    }

    pub(super) fn drill_finish(
        &mut self,
        finish: &Finish,
        personal: Option<&FinishPersonal>,
    ) -> Result<Verdict> {
        let mut drill = self.running(&finish.drill)?;
        if drill.author != self.author() {
            self.needs_role(Role::Keeper, "finishing what another has started")?;
        }
        let given_up = finish.outcome == DrillOutcome::Failed;
        self.check_took_part(&drill.people, &finish.people, given_up)?;
        self.check_lessons(&finish.lessons, personal)?;
        if finish.outcome == DrillOutcome::Passed {
            self.check_passed(&finish.drill, &drill)?;
        }
        drill.finishing = Some(self.leaf());
        self.state.put(&leaf_key(&finish.drill), &drill)?;
        self.wait_for_all(&finish.people)
    }

    /// Nobody calls passed what the drill's own record does not show.
    fn check_passed(&self, leaf: &Digest, drill: &DrillRecord) -> Result<()> {
        if let Some(asked) = read::<AskedRecord>(&self.state, &leaf_key(leaf))? {
            self.check_proven(asked, drill)?;
        }
        match drill.targets.iter().find(|target| !drill.works(target)) {
            Some(target) => Err(not_passed(format!("nothing shows that {target} works"))),
            None => Ok(()),
        }
    }

    /// That every holder in force has proven what is left of what was asked for, and that they are enough.
    fn check_proven(&self, asked: AskedRecord, drill: &DrillRecord) -> Result<()> {
        let (mut there, mut anything) = (BTreeMap::new(), false);
        for (secret, epoch) in asked.secrets {
            let Some(sealing) =
                sealing(&self.state, &secret, epoch)?.filter(|sealing| sealing.live)
            else {
                continue;
            };
            anything = true;
            let mut able = BTreeSet::new();
            for Share { holder, .. } in &sealing.shares {
                let in_force = match there.get(holder) {
                    Some(known) => *known,
                    None => {
                        let who = Custodian::load(&self.state, holder)?;
                        let in_force = who.is_some_and(|who| who.in_force());
                        if in_force && !drill.is_proven_by(holder) {
                            return Err(not_passed(format!(
                                "custodian {holder} has not proven what they are asked for"
                            )));
                        }
                        there.insert(*holder, in_force);
                        in_force
                    }
                };
                if in_force {
                    able.insert(*holder);
                }
            }
            if !sealing.rule().met_by(&able) {
                return Err(not_passed(format!(
                    "too few who hold shares of secret {secret} epoch {epoch} are left: together they can't open it"
                )));
            }
        }
        if anything {
            return Ok(());
        }
        Err(not_passed(
            "everything that it asked for was destroyed or given to others since".to_owned(),
        )
        .hint("then start another: rootkeep drill start possession"))
    }

    /// What has to hold where a finish takes effect, as it had to where it was entered.
    pub(super) fn check_drill_end(&self, joint: &JointRecord, finish: &Finish) -> Result<()> {
        let drill = DrillRecord::load(&self.state, &finish.drill)?.ok_or_else(no_such_drill)?;
        match finish.outcome {
            DrillOutcome::Passed => self.check_passed(&finish.drill, &drill),
            DrillOutcome::Failed => self.check_given_up(joint, &drill.people, &finish.people),
        }
    }

    pub(super) fn drill_finished(
        &mut self,
        leaf: &Digest,
        joint: &JointRecord,
        finish: &Finish,
    ) -> Result<()> {
        let mut drill = DrillRecord::load(&self.state, &finish.drill)?.ok_or_else(no_such_drill)?;
        drill.finishing = None;
        let lessons = self.open_lessons(leaf, joint, &finish.lessons)?;
        drill.finished = Some(Finished {
            finish: *leaf,
            index: joint.index,
            at: joint.made_at,
            outcome: finish.outcome,
            lessons,
        });
        self.state.put(&leaf_key(&finish.drill), &drill)
    }

    /// What was to end it is gone.
    pub(super) fn drill_goes_on(&mut self, finish: &Finish) -> Result<()> {
        let mut drill = DrillRecord::load(&self.state, &finish.drill)?.ok_or_else(no_such_drill)?;
        drill.finishing = None;
        self.state.put(&leaf_key(&finish.drill), &drill)
    }
}

/// A split, and who has proven shares of it.
struct Sealing {
    shares: Vec<Share>,
    /// Whether it is not destroyed.
    live: bool,
    /// Of governance: how many shares are enough.
    threshold: u8,
    /// What notes who has ever proven a share, where that is kept.
    record: Option<Epoch>,
}

impl Sealing {
    /// Which of its shares are enough.
    fn rule(&self) -> SplitRule {
        match &self.record {
            Some(epoch) => epoch.rule(),
            None => one_group(self.threshold, &self.shares),
        }
    }
}

/// A sealing, of governance too.
fn sealing(records: &dyn Records, secret: &Id, epoch: u32) -> Result<Option<Sealing>> {
    if *secret == GOVERNANCE_SECRET {
        let ledger = LedgerRecord::load(records)?.ok_or_else(refusal::no_genesis)?;
        let now = ledger
            .governance
            .filter(|governance| governance.epoch == epoch);
        return Ok(now.map(|governance| Sealing {
            shares: governance.shares,
            live: true,
            threshold: ledger.threshold,
            record: None,
        }));
    }
    let epoch = Epoch::load(records, secret, epoch)?;
    Ok(epoch.map(|epoch| Sealing {
        shares: epoch.shares.clone(),
        live: epoch.destroyed.is_none(),
        threshold: 0,
        record: Some(epoch),
    }))
}

/// A share that a drill asks for.
#[derive(Clone, Debug)]
pub struct AskedShare {
    /// Where it is.
    pub place: SharePlace,
    /// As it was sealed.
    pub share: Share,
    /// Whether its sealing is not destroyed.
    pub live: bool,
    /// Its sealing's record, where that has yet to note that its holder has proven it.
    pub(super) unnoted: Option<Rc<Epoch>>,
}

/// The shares of somebody's in some sealings, in order.
///
/// # Errors
/// Verification where the state is damaged.
pub fn asked_shares(
    records: &dyn Records,
    secrets: impl Iterator<Item = (Id, u32)>,
    holder: &Id,
) -> Result<Vec<AskedShare>> {
    let mut own = Vec::new();
    for (secret, epoch) in secrets {
        let Some(Sealing {
            shares,
            live,
            record,
            ..
        }) = sealing(records, &secret, epoch)?
        else {
            continue;
        };
        let unnoted = record
            .filter(|record| live && !record.proven.contains(holder))
            .map(Rc::new);
        let held = shares.into_iter().filter(|share| share.holder == *holder);
        own.extend(held.map(|share| AskedShare {
            place: SharePlace {
                secret,
                epoch,
                group: share.group,
                member: share.member,
            },
            share,
            live,
            unnoted: unnoted.clone(),
        }));
    }
    own.sort_by_key(|one| one.place);
    Ok(own)
}

fn registered(known: bool, target: &Target) -> Result<()> {
    if known {
        return Ok(());
    }
    Err(Error::refused(
        "not-registered",
        format!("{target} is not in the register, or is used no more"),
    ))
}

fn no_such_plan(name: &Name) -> Error {
    Error::refused(
        "unknown-plan",
        format!("there is no plan `{name}`, or it has ended"),
    )
    .hint("rootkeep drill list; rootkeep drill plan KIND --every quarter")
}

fn no_such_drill() -> Error {
    Error::refused("unknown-drill", "there is no such drill")
        .hint("see what there is: rootkeep drill list")
}

fn not_passed(why: String) -> Error {
    Error::refused(
        "not-passed",
        "what the drill has shown is not enough to call it passed",
    )
    .because(why)
    .hint("see what is missing: rootkeep drill show ID; or finish it with --outcome failed")
}
