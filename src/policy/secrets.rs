//! Sealing, confirming, destroying.

use super::reach::descends;
use super::{Judge, Verdict, refusal};
use crate::crypto::fixed::Id;
use crate::error::{Error, Result};
use crate::state::custody::{AccountRecord, Epoch, SecretRecord};
use crate::state::people::Custodian;
use crate::state::records::{list, read};
use crate::state::rules::{Binding, Quorum};
use crate::state::{Records, Table};
use crate::statement::SecretKind;
use crate::statement::account_id::AccountId;
use crate::statement::names::Subject;
use crate::statement::secrets::{Confirm, Destroy, Seal};

impl Judge<'_> {
    pub(super) fn seal(&mut self, seal: &Seal) -> Result<Verdict> {
        let quorum = Quorum::load(&self.state, &seal.quorum)?.ok_or_else(|| {
            Error::refused("unknown-quorum", "there is no such quorum")
                .hint("rootkeep quorum define NAME --threshold K --member NAME ...")
        })?;
        self.may_seal(&quorum)?;
        self.check_seal(seal, &quorum)?;
        let fresh = vec![self.author()];
        self.put_epoch(seal, None, fresh)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn check_seal(&mut self, seal: &Seal, quorum: &Quorum) -> Result<()> {
        self.check_split(seal, quorum)?;
        self.check_binding(seal)?;
        self.check_subject(seal)
    }

    /// The split is for the quorum as it stands, place by place, and everybody is in force.
    fn check_split(&self, seal: &Seal, quorum: &Quorum) -> Result<()> {
        let thresholds: Vec<u8> = quorum.groups.iter().map(|group| group.threshold).collect();
        if seal.quorum_index != quorum.index
            || seal.groups_needed != quorum.groups_needed
            || seal.thresholds != thresholds
        {
            return Err(refusal::lapsed("the quorum was set anew since"));
        }
        let places: Vec<_> = (0u8..)
            .zip(&quorum.groups)
            .flat_map(|(g, group)| (0u8..).zip(&group.members).map(move |(m, id)| (g, m, *id)))
            .collect();
        let listed: Vec<_> = seal
            .shares
            .iter()
            .map(|share| (share.group, share.member, share.holder))
            .collect();
        if places != listed {
            return Err(Error::refused(
                "wrong-split",
                "the seal's shares are not one for each member of the quorum, in order",
            ));
        }
        for (_, _, holder) in places {
            if !Custodian::load(&self.state, &holder)?.is_some_and(|holder| holder.in_force()) {
                return Err(Error::refused(
                    "holder-not-in-force",
                    "a member of the quorum is no longer in force",
                )
                .because(format!("custodian {holder}"))
                .hint("define the quorum anew without them: rootkeep quorum define"));
            }
        }
        Ok(())
    }

    /// A secret's id, name and quorum are fixed by its first epoch.
    fn check_binding(&mut self, seal: &Seal) -> Result<()> {
        let name = seal.name().to_string();
        let binding = Binding {
            secret: seal.secret,
            quorum: seal.quorum,
        };
        match read::<Binding>(&self.state, &name)? {
            Some(known) if known == binding => Ok(()),
            Some(known) if known.secret == seal.secret => Err(Error::refused(
                "quorum-fixed",
                "sealing again never changes a secret's quorum",
            )),
            Some(_) => Err(refusal::malformed("another secret has this name already")),
            None if seal.epoch != 1 => Err(refusal::malformed("a secret's first epoch is 1")),
            None => {
                let taken = self
                    .state
                    .get(Table::Secret, &seal.secret.to_hex())?
                    .is_some();
                if taken || seal.secret == super::founding::GOVERNANCE_SECRET {
                    return Err(refusal::malformed("another secret has this id already"));
                }
                self.state.put(&name, &binding)
            }
        }
    }

    fn check_subject(&self, seal: &Seal) -> Result<()> {
        if !seal.serves.is_empty() && seal.kind != SecretKind::MfaSeed {
            return Err(refusal::malformed(
                "only an MFA device serves several accounts",
            ));
        }
        let mut accounts: Vec<&AccountId> = seal.serves.iter().collect();
        if let Subject::Account(account) = &seal.subject {
            accounts.push(account);
        }
        let shared = accounts.len() > 1;
        for (place, account) in accounts.iter().enumerate() {
            if accounts
                .iter()
                .skip(place + 1)
                .any(|other| other == account)
            {
                return Err(refusal::malformed("an account is named twice"));
            }
            let record =
                read::<AccountRecord>(&self.state, &account.to_string())?.ok_or_else(|| {
                    Error::refused(
                        "unknown-account",
                        format!("account {} is not in the register", account),
                    )
                    .hint("see which there are: rootkeep account list; to bring it in: rootkeep account import --organizations FILE")
                })?;
            if shared && record.facts.management {
                return Err(Error::refused(
                    "management-shares-device",
                    "one MFA device may serve several member accounts, never the management account's",
                ));
            }
        }
        Ok(())
    }

    /// Puts the next epoch. `reshared_from` is the epoch whose value it has, as its sealer says; then
    /// whoever may know that value may know this one's. Nobody has found yet that it works.
    pub(super) fn put_epoch(
        &mut self,
        seal: &Seal,
        reshared_from: Option<u32>,
        knowers: Vec<Id>,
    ) -> Result<()> {
        let key = seal.secret.to_hex();
        let known = read::<SecretRecord>(&self.state, &key)?;
        let next = known
            .as_ref()
            .map_or(1, |secret| secret.epoch.saturating_add(1));
        if seal.epoch != next {
            return Err(Error::refused(
                "wrong-epoch",
                format!("the secret's next epoch is {next}, not {}", seal.epoch),
            )
            .hint("somebody sealed it in the meantime: seal again"));
        }
        self.state.put(
            &key,
            &SecretRecord {
                name: seal.name(),
                quorum: seal.quorum,
                serves: seal.serves.clone(),
                epoch: seal.epoch,
            },
        )?;
        self.state.put(
            &Epoch::key(&seal.secret, seal.epoch),
            &Epoch {
                seal: self.leaf(),
                index: self.index,
                made_at: self.time(),
                sealer: self.author(),
                quorum_index: seal.quorum_index,
                groups_needed: seal.groups_needed,
                thresholds: seal.thresholds.clone(),
                shares: seal.shares.clone(),
                payload: seal.payload,
                confirmed: Vec::new(),
                destroyed: None,
                knowers,
                reshared_from,
                sent: Vec::new(),
                proven: Vec::new(),
            },
        )
    }

    pub(super) fn secret_confirm(&mut self, confirm: &Confirm) -> Result<Verdict> {
        let quorum = self
            .quorum_of(&confirm.secret)?
            .ok_or_else(refusal::no_such_secret)?;
        self.may_seal(&quorum)?;
        let mut epoch = Epoch::load(&self.state, &confirm.secret, confirm.epoch)?
            .filter(|epoch| epoch.destroyed.is_none())
            .ok_or_else(refusal::no_such_secret)?;
        if epoch.confirmed.contains(&self.author()) {
            return Err(refusal::twice());
        }
        epoch.confirmed.push(self.author());
        self.state
            .put(&Epoch::key(&confirm.secret, confirm.epoch), &epoch)?;
        Ok(Verdict::AT_ONCE)
    }

    pub(super) fn check_destroy(&self, destroy: &Destroy) -> Result<()> {
        if self.epochs_of(destroy)?.is_empty() {
            return Err(refusal::no_such_secret());
        }
        self.check_successor(destroy)
    }

    /// The value lives on in an epoch that was split from this one: that must be proven first.
    fn check_successor(&self, destroy: &Destroy) -> Result<()> {
        let Some(number) = destroy.epoch else {
            return Ok(());
        };
        let all = list::<Epoch>(&self.state, &format!("{}/", destroy.secret))?
            .into_iter()
            .map(|(key, epoch)| Ok((Epoch::parse_key(&key)?.1, epoch)))
            .collect::<Result<Vec<(u32, Epoch)>>>()?;
        for (other, epoch) in &all {
            if !descends(&all, *other, number) || epoch.destroyed.is_some() {
                continue;
            }
            let proven = self.in_force(&epoch.proven.iter().copied().collect())?;
            if !epoch.rule().met_by(&proven) {
                return Err(Error::refused(
                    "not-proven",
                    "the epoch that has its value now is not proven yet by enough holders",
                )
                .hint("its holders prove their shares: rootkeep secret prove SECRET"));
            }
        }
        Ok(())
    }

    pub(super) fn destroy(&mut self, destroy: &Destroy) -> Result<()> {
        for (key, mut epoch) in self.epochs_of(destroy)? {
            epoch.destroyed = Some(self.index);
            self.drops.insert(epoch.payload);
            self.drops
                .extend(epoch.shares.iter().map(|share| share.blob));
            self.state.put(&key, &epoch)?;
        }
        Ok(())
    }

    /// The live epochs that a destruction names.
    fn epochs_of(&self, destroy: &Destroy) -> Result<Vec<(String, Epoch)>> {
        let all = list::<Epoch>(&self.state, &format!("{}/", destroy.secret))?;
        let wanted = destroy
            .epoch
            .map(|epoch| Epoch::key(&destroy.secret, epoch));
        Ok(all
            .into_iter()
            .filter(|(key, epoch)| {
                epoch.destroyed.is_none() && wanted.as_ref().is_none_or(|wanted| wanted == key)
            })
            .collect())
    }
}
