//! What is kept of a record: what a root user did, or what reaches one, and nothing else.
//!
//! The record of an `AssumeRoot` holds a live session token and its secret key. No type here has a place
//! for either: a parser passes over them as over every field that has no name below.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::text::Text;
use crate::statement::trails::{Traces, Word};

/// An event that is about a root user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When it happened.
    pub at: Time,
    /// AWS's id of it.
    pub id: Word,
    /// What it is called.
    pub name: Word,
    /// Whose root user, or where; for an `AssumeRoot`, whose root user is taken on.
    pub account: Option<AccountId>,
    /// What was done.
    pub what: What,
    /// Who and where from.
    pub traces: Traces,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Somebody acted as a root user.
    Root(Act),
    /// Somebody took a member's root user on.
    AssumeRoot {
        /// By which policy: its name, without what is before it.
        policy: Option<Word>,
        /// The session's key id.
        key: Option<Word>,
        /// Whether it failed.
        failed: bool,
    },
    /// Who can reach root users was changed.
    Management {
        /// Whether it failed.
        failed: bool,
    },
    /// A service of AWS acted under a root user's name.
    Service,
}

/// An act of a root user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Act {
    /// What sort.
    pub sort: Sort,
    /// Whether it failed, or was denied.
    pub failed: bool,
    /// Whether MFA was used, where the record says so.
    pub mfa: Option<bool>,
    /// The key id it was done with.
    pub key: Option<Word>,
    /// Whether the record calls it part of a session of central root access. Only a hint.
    pub assumed: bool,
}

/// What sort of act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Signing in to the console.
    SignIn,
    /// The password was set anew by its owner.
    PasswordUpdated,
    /// The address was changed.
    EmailUpdated,
    /// A lost password: asked for, or set.
    PasswordRecovery,
    /// An MFA device was added or removed.
    Mfa,
    /// An access key was made.
    AccessKey,
    /// Anything else.
    Call,
}

/// A field of a record that is not what it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadField(pub(super) &'static str);

/// What a record says of where and when, for every record.
pub(super) struct Whereabouts<'r> {
    pub(super) time: &'r [u8],
    pub(super) region: &'r [u8],
    pub(super) account: &'r [u8],
}

/// A value that may be of another type than the one that is read: fields of records are as AWS's many
/// services write them.
#[derive(Debug, Default)]
enum Soft<T> {
    #[default]
    Absent,
    Other,
    Is(T),
}

impl<T> Soft<T> {
    fn get(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Other => None,
        }
    }
}

/// A string, or something that is written as one.
#[derive(Debug)]
struct Plain(String);

trait FromValue: Sized {
    fn text(_: &str) -> Option<Self> {
        None
    }
    fn map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error>;
}

impl FromValue for Plain {
    fn text(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
    fn map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        passed_over(map).map(|()| None)
    }
}

fn passed_over<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

macro_rules! objects {
    ($($name:ident)*) => {$(
        impl FromValue for $name {
            fn map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
                Self::deserialize(MapAccessDeserializer::new(map)).map(Some)
            }
        }
    )*};
}

objects! { Identity Context Attributes Issuer Request Policy Response Credentials Additional }

struct SoftVisitor<T>(PhantomData<T>);

impl<'de, T: FromValue> Visitor<'de> for SoftVisitor<T> {
    type Value = Soft<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_str<E>(self, text: &str) -> Result<Soft<T>, E> {
        Ok(T::text(text).map_or(Soft::Other, Soft::Is))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Soft<T>, E> {
        Ok(T::text(if value { "true" } else { "false" }).map_or(Soft::Other, Soft::Is))
    }
    fn visit_unit<E>(self) -> Result<Soft<T>, E> {
        Ok(Soft::Absent)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Soft<T>, E> {
        Ok(Soft::Other)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Soft<T>, E> {
        Ok(Soft::Other)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Soft<T>, E> {
        Ok(Soft::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Soft<T>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Soft::Other)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Soft<T>, A::Error> {
        Ok(T::map(map)?.map_or(Soft::Other, Soft::Is))
    }
}

impl<'de, T: FromValue> Deserialize<'de> for Soft<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SoftVisitor(PhantomData))
    }
}

/// A record, as far as it matters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Raw {
    #[serde(default)]
    user_identity: Soft<Identity>,
    #[serde(default)]
    event_time: Soft<Plain>,
    #[serde(default)]
    event_source: Soft<Plain>,
    #[serde(default)]
    event_name: Soft<Plain>,
    #[serde(default)]
    event_type: Soft<Plain>,
    #[serde(default, rename = "eventID")]
    event_id: Soft<Plain>,
    #[serde(default)]
    aws_region: Soft<Plain>,
    #[serde(default, rename = "sourceIPAddress")]
    source_ip_address: Soft<Plain>,
    #[serde(default)]
    user_agent: Soft<Plain>,
    #[serde(default)]
    error_code: Soft<Plain>,
    #[serde(default)]
    error_message: Soft<Plain>,
    #[serde(default)]
    request_parameters: Soft<Request>,
    #[serde(default)]
    response_elements: Soft<Response>,
    #[serde(default)]
    additional_event_data: Soft<Additional>,
    #[serde(default)]
    recipient_account_id: Soft<Plain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    #[serde(rename = "type")]
    sort: Soft<Plain>,
    arn: Soft<Plain>,
    account_id: Soft<Plain>,
    access_key_id: Soft<Plain>,
    /// So it is spelt in some records of signing in.
    acces_key_id: Soft<Plain>,
    invoked_by: Soft<Plain>,
    session_context: Soft<Context>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    attributes: Soft<Attributes>,
    session_issuer: Soft<Issuer>,
    assumed_root: Soft<Plain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Attributes {
    mfa_authenticated: Soft<Plain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Issuer {
    #[serde(rename = "type")]
    sort: Soft<Plain>,
    account_id: Soft<Plain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    target_principal: Soft<Plain>,
    task_policy_arn: Soft<Policy>,
    account_id: Soft<Plain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Policy {
    arn: Soft<Plain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Response {
    credentials: Soft<Credentials>,
    #[serde(rename = "ConsoleLogin")]
    console_login: Soft<Plain>,
    #[serde(rename = "PasswordUpdated")]
    password_updated: Soft<Plain>,
    #[serde(rename = "PasswordRecoveryRequested")]
    recovery_requested: Soft<Plain>,
    #[serde(rename = "PasswordRecoveryCompleted")]
    recovery_completed: Soft<Plain>,
    #[serde(rename = "EmailUpdated")]
    email_updated: Soft<Plain>,
}

/// The id of a session's key, and of nothing else that is there.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Credentials {
    access_key_id: Soft<Plain>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Additional {
    #[serde(rename = "MFAUsed")]
    mfa_used: Soft<Plain>,
}

fn word(soft: &Soft<Plain>) -> Option<&str> {
    soft.get()
        .map(|plain| plain.0.as_str())
        .filter(|text| !text.is_empty())
}

impl Raw {
    pub(super) fn whereabouts(&self) -> Whereabouts<'_> {
        let identity = self.user_identity.get();
        let account = word(&self.recipient_account_id)
            .or_else(|| word(&identity?.account_id))
            .unwrap_or_default();
        Whereabouts {
            time: word(&self.event_time).unwrap_or_default().as_bytes(),
            region: word(&self.aws_region).unwrap_or_default().as_bytes(),
            account: account.as_bytes(),
        }
    }

    /// The event, where it is about a root user.
    pub(super) fn event(&self) -> Result<Option<Event>, BadField> {
        let Some((what, account)) = self.what()? else {
            return Ok(None);
        };
        let at = word(&self.event_time)
            .and_then(|text| Time::parse(text).ok())
            .ok_or(BadField("eventTime"))?;
        let name = self.required(&self.event_name, "eventName")?;
        let id = self.required(&self.event_id, "eventID")?;
        let who = self.user_identity.get().and_then(|one| word(&one.arn));
        let root = matches!(what, What::Root(_) | What::Service);
        Ok(Some(Event {
            at,
            id,
            name,
            account,
            what,
            traces: Traces {
                address: word(&self.source_ip_address).and_then(told),
                agent: word(&self.user_agent).and_then(told),
                who: who.filter(|_| !root).and_then(told),
            },
        }))
    }

    fn required(&self, field: &Soft<Plain>, name: &'static str) -> Result<Word, BadField> {
        let text = word(field).ok_or(BadField(name))?;
        Word::new(text).map_err(|_| BadField(name))
    }

    fn what(&self) -> Result<Option<(What, Option<AccountId>)>, BadField> {
        let name = word(&self.event_name).unwrap_or_default();
        let source = word(&self.event_source).unwrap_or_default();
        let service = source.split('.').next().unwrap_or_default();
        if name == "AssumeRoot" && service == "sts" {
            return self.assume_root().map(Some);
        }
        if is_management(service, name) {
            let what = What::Management {
                failed: self.failed(),
            };
            return Ok(Some((what, self.target_or_place()?)));
        }
        let sort = self.sort(service, name);
        if !self.is_root()
            && !matches!(
                sort,
                Sort::PasswordRecovery | Sort::PasswordUpdated | Sort::EmailUpdated
            )
        {
            return Ok(None);
        }
        let account = self.own_account()?;
        let identity = self.user_identity.get();
        let invoked = identity.is_some_and(|one| word(&one.invoked_by).is_some());
        let made_by_aws = word(&self.event_type) == Some("AwsServiceEvent");
        if sort == Sort::Call && (invoked || made_by_aws) {
            return Ok(Some((What::Service, account)));
        }
        let context = identity.and_then(|one| one.session_context.get());
        let key =
            identity.and_then(|one| word(&one.access_key_id).or_else(|| word(&one.acces_key_id)));
        let act = Act {
            sort,
            failed: self.failed(),
            mfa: self.mfa(sort),
            key: key.and_then(|key| Word::new(key).ok()),
            assumed: context.is_some_and(|one| word(&one.assumed_root) == Some("true")),
        };
        Ok(Some((What::Root(act), account)))
    }

    fn assume_root(&self) -> Result<(What, Option<AccountId>), BadField> {
        const TARGET: &str = "requestParameters.targetPrincipal";
        let request = self.request_parameters.get();
        let target = request.and_then(|one| word(&one.target_principal));
        let account = target
            .map(account)
            .transpose()
            .map_err(|()| BadField(TARGET))?;
        let policy = request
            .and_then(|one| one.task_policy_arn.get())
            .and_then(|one| word(&one.arn))
            .and_then(|arn| Word::new(arn.rsplit('/').next().unwrap_or_default()).ok());
        let credentials = self
            .response_elements
            .get()
            .and_then(|one| one.credentials.get());
        let key = credentials.and_then(|one| word(&one.access_key_id));
        let what = What::AssumeRoot {
            policy,
            key: key.and_then(|key| Word::new(key).ok()),
            failed: self.failed(),
        };
        Ok((what, account))
    }

    /// Whether somebody acted as a root user: with its own credentials, or with what it has handed out.
    fn is_root(&self) -> bool {
        let Some(identity) = self.user_identity.get() else {
            return false;
        };
        let issuer = identity
            .session_context
            .get()
            .and_then(|one| one.session_issuer.get());
        [Some(&identity.sort), issuer.map(|one| &one.sort)]
            .into_iter()
            .flatten()
            .any(|sort| word(sort) == Some("Root"))
    }

    fn sort(&self, service: &str, name: &str) -> Sort {
        match (service, name) {
            ("signin", "ConsoleLogin") => Sort::SignIn,
            ("signin", "PasswordUpdated") => Sort::PasswordUpdated,
            ("signin", "EmailUpdated") => Sort::EmailUpdated,
            ("signin", "PasswordRecoveryRequested" | "PasswordRecoveryCompleted") => {
                Sort::PasswordRecovery
            }
            ("iam", "EnableMFADevice" | "DeactivateMFADevice") => Sort::Mfa,
            ("iam", "CreateAccessKey") => Sort::AccessKey,
            _ => Sort::Call,
        }
    }

    fn mfa(&self, sort: Sort) -> Option<bool> {
        if sort == Sort::SignIn {
            // `Yes`, `YES`, `No`: as it was written over the years.
            let used = self
                .additional_event_data
                .get()
                .and_then(|one| word(&one.mfa_used));
            return Some(used.is_some_and(|used| used.eq_ignore_ascii_case("yes")));
        }
        let context = self.user_identity.get()?.session_context.get()?;
        let said = word(&context.attributes.get()?.mfa_authenticated)?;
        Some(said.eq_ignore_ascii_case("true"))
    }

    /// Whether signing in, or what is like it, failed; or a call was denied. Other errors of calls are
    /// of the kind that every look around the console makes.
    fn failed(&self) -> bool {
        let said = self.response_elements.get().map(|one| {
            [
                &one.console_login,
                &one.password_updated,
                &one.recovery_requested,
                &one.recovery_completed,
                &one.email_updated,
            ]
        });
        let failure = |field: &Soft<Plain>| {
            word(field).is_some_and(|said| said.eq_ignore_ascii_case("failure"))
        };
        if said.into_iter().flatten().any(failure) {
            return true;
        }
        let signing_in = word(&self.event_type) == Some("AwsConsoleSignIn");
        if signing_in && word(&self.error_message).is_some() {
            return true;
        }
        let code = word(&self.error_code).unwrap_or_default();
        [
            "AccessDenied",
            "UnauthorizedOperation",
            "AuthFailure",
            "Forbidden",
        ]
        .iter()
        .any(|denied| code.contains(denied))
    }

    /// Whose root user acted.
    fn own_account(&self) -> Result<Option<AccountId>, BadField> {
        let identity = self.user_identity.get();
        let issuer = identity
            .and_then(|one| one.session_context.get())
            .and_then(|one| one.session_issuer.get());
        let of_identity =
            identity.and_then(|one| word(&one.account_id).or_else(|| of_arn(word(&one.arn)?)));
        let of_issuer = issuer.and_then(|one| word(&one.account_id));
        match of_identity.or(of_issuer) {
            Some(text) => account(text)
                .map(Some)
                .map_err(|()| BadField("userIdentity.accountId")),
            None => self.place(),
        }
    }

    /// Where the record was written.
    fn place(&self) -> Result<Option<AccountId>, BadField> {
        word(&self.recipient_account_id)
            .map(account)
            .transpose()
            .map_err(|()| BadField("recipientAccountId"))
    }

    /// The account that a change is about, where the record says so; or else where it was made.
    fn target_or_place(&self) -> Result<Option<AccountId>, BadField> {
        let target = self
            .request_parameters
            .get()
            .and_then(|one| word(&one.account_id));
        match target.map(account) {
            Some(Ok(target)) => Ok(Some(target)),
            _ => self.place(),
        }
    }
}

fn account(text: &str) -> Result<AccountId, ()> {
    text.parse().map_err(|_| ())
}

/// The account of `arn:aws:iam::111122223333:root`.
fn of_arn(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

/// Whether a call changes who can reach root users.
fn is_management(service: &str, name: &str) -> bool {
    match service {
        "account" => matches!(name, "StartPrimaryEmailUpdate" | "AcceptPrimaryEmailUpdate"),
        "iam" => matches!(
            name,
            "EnableOrganizationsRootCredentialsManagement"
                | "DisableOrganizationsRootCredentialsManagement"
                | "EnableOrganizationsRootSessions"
                | "DisableOrganizationsRootSessions"
        ),
        "organizations" => matches!(
            name,
            "RegisterDelegatedAdministrator"
                | "DeregisterDelegatedAdministrator"
                | "AttachPolicy"
                | "DetachPolicy"
                | "UpdatePolicy"
                | "DeletePolicy"
                | "DisablePolicyType"
                | "CloseAccount"
                | "LeaveOrganization"
                | "RemoveAccountFromOrganization"
        ),
        _ => false,
    }
}

/// A text from outside, cut where it is long, without what is no character of a text.
fn told(text: &str) -> Option<Text> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    Text::new(text).ok()
}

#[cfg(test)]
mod tests;
