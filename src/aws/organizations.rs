//! Reads what `aws organizations list-accounts --output json` prints.
//!
//! Follows the AWS Organizations API reference, `ListAccounts` and `Account`. `State` is the field
//! to key on; `Status` is its retired forerunner, read only where `State` is absent. Unknown fields
//! are passed over, so that a newer AWS CLI is no error. Pure: bytes in, accounts out.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::Value;

use super::answer::is_organization_id;
use super::untrusted::{self, MAX_TEXT, Unreadable, steers_direction, time};
use crate::statement::account_id::{AccountId, BadAccountId};
use crate::statement::accounts::{AccountState, JoinedMethod, Partition};

/// The largest listing that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The most accounts that one listing may hold; AWS's own largest quota is 50,000.
pub const MAX_ACCOUNTS: usize = 100_000;
/// The command whose whole output this module reads.
pub const COMMAND: &str = "aws organizations list-accounts --output json --no-cli-pager";

/// One account of the organization, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's number.
    pub id: AccountId,
    /// The friendly name.
    pub name: String,
    /// The root user's e-mail address.
    pub email: String,
    /// Where the account is in its life.
    pub state: AccountState,
    /// How it came into the organization, where the listing says.
    pub joined_method: Option<JoinedMethod>,
    /// When it came into the organization, where the listing says; to the millisecond.
    pub joined_at: Option<DateTime<Utc>>,
    /// The management account's number, from the account's ARN.
    pub arn_management: Option<AccountId>,
    /// The organization's id (`o-...`), from the account's ARN.
    pub organization: Option<String>,
    /// The partition, from the account's ARN.
    pub partition: Option<Partition>,
}

impl Account {
    /// Whether the ARN says that this is the organization's management account.
    #[must_use]
    pub fn is_management(&self) -> bool {
        self.arn_management == Some(self.id)
    }
}

/// Why a listing was refused. Nothing is imported from a listing with one bad account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListingError {
    /// Not a text of bounded size and depth.
    Unreadable(Unreadable),
    /// Not the JSON that the command prints; the reason ends with line and column.
    Json(String),
    /// One page of several: it has a `NextToken`.
    NotWhole,
    /// A listing without any account.
    Empty,
    /// An account breaks a rule.
    Account {
        /// Its place in the listing, from 1.
        place: usize,
        /// Its `Id`, once that is known to be twelve digits.
        id: Option<AccountId>,
        /// The rule.
        fault: Fault,
    },
}

/// Which rule an account broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `Id` isn't twelve digits.
    Id(BadAccountId),
    /// The same `Id` came before.
    Duplicate {
        /// Where, from 1.
        first: usize,
    },
    /// A field's text is longer than [`MAX_TEXT`].
    TooLong(&'static str),
    /// A field's text is empty.
    Blank(&'static str),
    /// A field's text holds a control or a bidirectional-override character.
    Control(&'static str),
    /// `Email` has no `@` between two parts.
    Email,
    /// Neither `State` nor `Status` is there.
    NoState,
    /// A field holds a word that this version doesn't know.
    Unknown(&'static str),
    /// `JoinedTimestamp` is neither an epoch number nor RFC 3339 with a zone, from 1970 to 9999.
    Time,
    /// `Arn` hasn't the form `arn:PARTITION:organizations::MANAGEMENT:account/o-.../ID`.
    Arn,
    /// `Arn` ends with another account's id.
    ArnOfAnother,
    /// `Arn` names another organization or management account than the first account's.
    OtherOrganization,
}

impl fmt::Display for ListingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "{why}"),
            Self::Json(reason) => {
                write!(f, "this is not what `{COMMAND}` prints: {reason}")
            }
            Self::NotWhole => write!(
                f,
                "the listing is one page of several (it has a NextToken), so accounts are missing; \
                 get the whole with: {COMMAND} > accounts.json (without --max-items, --no-paginate \
                 or --starting-token)"
            ),
            Self::Empty => f.write_str(
                "the listing has no account; every organization has its management account",
            ),
            Self::Account {
                place,
                id: None,
                fault,
            } => write!(f, "account number {place}: {fault}"),
            Self::Account {
                place,
                id: Some(id),
                fault,
            } => {
                write!(f, "account number {place} ({id}): {fault}")
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(bad) => write!(f, "Id: {bad}"),
            Self::Duplicate { first } => {
                write!(f, "the same Id stands at account number {first} already")
            }
            Self::TooLong(field) => write!(f, "{field} is longer than {MAX_TEXT} bytes"),
            Self::Blank(field) => write!(f, "{field} is empty"),
            Self::Control(field) => {
                write!(f, "{field} holds a control or text-direction character")
            }
            Self::Email => f.write_str("Email is not an address: NAME@DOMAIN"),
            Self::NoState => f.write_str("neither State nor Status is there"),
            Self::Unknown(field) => {
                write!(f, "{field} holds a word that this version of rootkeep does not know")
            }
            Self::Time => f.write_str(
                "JoinedTimestamp is neither seconds since 1970 nor RFC 3339 with a zone, up to 9999",
            ),
            Self::Arn => f.write_str(
                "Arn has not the form arn:PARTITION:organizations::MANAGEMENT:account/o-.../ID \
                 in partition aws, aws-us-gov or aws-cn",
            ),
            Self::ArnOfAnother => f.write_str("Arn ends with another account's id"),
            Self::OtherOrganization => f.write_str(
                "Arn names another organization, partition or management account than the accounts before",
            ),
        }
    }
}

impl std::error::Error for ListingError {}
impl std::error::Error for Fault {}

/// Reads a whole listing, in its own order.
///
/// # Errors
/// [`ListingError`] names the first rule that is broken, and where.
///
/// ```
/// let listing = br#"{"Accounts":[{"Id":"111122223333","Name":"Example",
///     "Email":"aws@example.com","State":"ACTIVE","JoinedTimestamp":1622541600.5}]}"#;
/// let accounts = rootkeep::aws::organizations::parse(listing)?;
/// assert_eq!(accounts.len(), 1);
/// # Ok::<(), rootkeep::aws::organizations::ListingError>(())
/// ```
pub fn parse(untrusted: &[u8]) -> Result<Vec<Account>, ListingError> {
    let text = untrusted::readable(untrusted, MAX_BYTES).map_err(ListingError::Unreadable)?;
    let listing: UntrustedListing =
        serde_json::from_str(text).map_err(|error| ListingError::Json(error.to_string()))?;
    if listing
        .next_token
        .is_some_and(|token| !token.is_null() && token != "")
    {
        return Err(ListingError::NotWhole);
    }
    if listing.accounts.0.is_empty() {
        return Err(ListingError::Empty);
    }
    let mut accounts: Vec<Account> = Vec::with_capacity(listing.accounts.0.len());
    let mut seen = HashMap::with_capacity(listing.accounts.0.len());
    let mut home: Option<Arn> = None;
    for (place, untrusted) in (1usize..).zip(listing.accounts.0) {
        let id = untrusted.id.parse::<AccountId>();
        let refuse = |fault| ListingError::Account {
            place,
            id: id.ok(),
            fault,
        };
        let id = id.map_err(|bad| refuse(Fault::Id(bad)))?;
        if let Some(first) = seen.insert(id, place) {
            return Err(refuse(Fault::Duplicate { first }));
        }
        let arn = untrusted
            .arn
            .as_deref()
            .map(|arn| Arn::parse(arn, id))
            .transpose();
        let arn = arn.map_err(refuse)?;
        if let Some(arn) = &arn
            && home.get_or_insert_with(|| arn.clone()) != arn
        {
            return Err(refuse(Fault::OtherOrganization));
        }
        accounts.push(untrusted.check(id, arn).map_err(refuse)?);
    }
    Ok(accounts)
}

/// The listing as it came. Serde refuses a known key that comes twice and serde_json anything after
/// the closing brace, each with line and column.
#[derive(serde::Deserialize)]
struct UntrustedListing {
    #[serde(rename = "Accounts")]
    accounts: BoundedAccounts,
    #[serde(rename = "NextToken", default)]
    next_token: Option<Value>,
}

#[derive(serde::Deserialize)]
struct UntrustedAccount {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "Arn", default)]
    arn: Option<String>,
    #[serde(rename = "Email")]
    email: String,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "State", default)]
    state: Option<String>,
    #[serde(rename = "Status", default)]
    status: Option<String>,
    #[serde(rename = "JoinedMethod", default)]
    joined_method: Option<String>,
    #[serde(rename = "JoinedTimestamp", default)]
    joined_timestamp: Option<Value>,
}

impl UntrustedAccount {
    fn check(self, id: AccountId, arn: Option<Arn>) -> Result<Account, Fault> {
        let state = match (&self.state, &self.status) {
            (Some(state), _) => AccountState::from_name(state).ok_or(Fault::Unknown("State"))?,
            (None, Some(status)) => {
                AccountState::from_name(status).ok_or(Fault::Unknown("Status"))?
            }
            (None, None) => return Err(Fault::NoState),
        };
        let joined_method = self
            .joined_method
            .map(|name| JoinedMethod::from_name(&name).ok_or(Fault::Unknown("JoinedMethod")))
            .transpose()?;
        Ok(Account {
            id,
            name: text("Name", self.name)?,
            email: email(text("Email", self.email)?)?,
            state,
            joined_method,
            joined_at: self
                .joined_timestamp
                .map(|value| time(&value).ok_or(Fault::Time))
                .transpose()?,
            arn_management: arn.as_ref().map(|arn| arn.management),
            partition: arn.as_ref().map(|arn| arn.partition),
            organization: arn.map(|arn| arn.organization),
        })
    }
}

/// A list that stops reading at [`MAX_ACCOUNTS`], so that 64 MiB of small objects can't fill memory.
struct BoundedAccounts(Vec<UntrustedAccount>);

impl<'de> Deserialize<'de> for BoundedAccounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(AtMostMaxAccounts)
    }
}

struct AtMostMaxAccounts;

impl<'de> Visitor<'de> for AtMostMaxAccounts {
    type Value = BoundedAccounts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of accounts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<BoundedAccounts, A::Error> {
        let mut accounts = Vec::new();
        while let Some(account) = list.next_element()? {
            if accounts.len() == MAX_ACCOUNTS {
                return Err(de::Error::custom(format_args!(
                    "more than {MAX_ACCOUNTS} accounts"
                )));
            }
            accounts.push(account);
        }
        Ok(BoundedAccounts(accounts))
    }
}

/// What an account's ARN says about where it lives.
#[derive(Clone, PartialEq, Eq)]
struct Arn {
    partition: Partition,
    management: AccountId,
    organization: String,
}

impl Arn {
    /// `arn:PARTITION:organizations::MANAGEMENT:account/o-.../ID` (API reference, `Account`, `Arn`).
    fn parse(arn: &str, id: AccountId) -> Result<Self, Fault> {
        let mut parts = arn.splitn(6, ':');
        let mut next = || parts.next().ok_or(Fault::Arn);
        let (scheme, partition, service, region) = (next()?, next()?, next()?, next()?);
        let (management, resource) = (next()?, next()?);
        if scheme != "arn" || service != "organizations" || !region.is_empty() {
            return Err(Fault::Arn);
        }
        let (organization, account) = resource
            .strip_prefix("account/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(Fault::Arn)?;
        if !is_organization_id(organization) {
            return Err(Fault::Arn);
        }
        if account.parse::<AccountId>().map_err(|_| Fault::Arn)? != id {
            return Err(Fault::ArnOfAnother);
        }
        Ok(Self {
            partition: Partition::from_name(partition).ok_or(Fault::Arn)?,
            management: management.parse().map_err(|_| Fault::Arn)?,
            organization: organization.to_owned(),
        })
    }
}

fn text(field: &'static str, text: String) -> Result<String, Fault> {
    if text.len() > MAX_TEXT {
        return Err(Fault::TooLong(field));
    }
    if text.trim().is_empty() {
        return Err(Fault::Blank(field));
    }
    if text.chars().any(|c| c.is_control() || steers_direction(c)) {
        return Err(Fault::Control(field));
    }
    Ok(text)
}

fn email(text: String) -> Result<String, Fault> {
    match text.rsplit_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() && !text.contains(' ') => {
            Ok(text)
        }
        _ => Err(Fault::Email),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::untrusted::MAX_DEPTH;

    const EXAMPLE: &[u8] = include_bytes!("../../examples/organizations.json");
    const ARN: &str = "arn:aws:organizations::111122223333:account/o-exampleorgid/111122223333";

    fn account(fields: &str) -> String {
        format!(
            r#"{{"Id":"111122223333","Name":"A","Email":"a@example.com","State":"ACTIVE"{fields}}}"#
        )
    }

    fn listing(accounts: &[String]) -> String {
        format!(r#"{{"Accounts":[{}]}}"#, accounts.join(","))
    }

    fn one(fields: &str) -> Result<Account, ListingError> {
        parse(listing(&[account(fields)]).as_bytes()).map(|mut accounts| accounts.remove(0))
    }

    fn fault(text: &str) -> Fault {
        match parse(text.as_bytes()) {
            Err(ListingError::Account { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_example_listing_is_read_whole() {
        let accounts = parse(EXAMPLE).unwrap();
        assert_eq!(accounts.len(), 12);
        let management: Vec<_> = accounts.iter().filter(|a| a.is_management()).collect();
        assert_eq!(management.len(), 1);
        assert_eq!(management[0].id.to_string(), "111122223333");
        assert!(accounts.iter().all(|a| a.partition == Some(Partition::Aws)));
        for state in AccountState::ALL {
            assert!(accounts.iter().any(|a| a.state == state), "{state:?}");
        }
    }

    #[test]
    fn state_wins_over_status_and_status_stands_in_for_it() {
        let both = one(r#","Status":"SUSPENDED""#).unwrap();
        assert_eq!(both.state, AccountState::Active);
        let old = account(r#","Status":"SUSPENDED""#).replace(r#","State":"ACTIVE""#, "");
        assert_eq!(
            parse(listing(&[old]).as_bytes()).unwrap()[0].state,
            AccountState::Suspended
        );
        let null =
            account(r#","Status":"ACTIVE""#).replace(r#""State":"ACTIVE""#, r#""State":null"#);
        assert_eq!(
            parse(listing(&[null]).as_bytes()).unwrap()[0].state,
            AccountState::Active
        );
        let none = account("").replace(r#","State":"ACTIVE""#, "");
        assert_eq!(fault(&listing(&[none])), Fault::NoState);
        let new = account("").replace("ACTIVE", "HIBERNATING");
        assert_eq!(fault(&listing(&[new])), Fault::Unknown("State"));
    }

    #[test]
    fn times_come_as_epoch_numbers_or_iso() {
        for (given, expected) in [
            ("1622541600", "2021-06-01T10:00:00.000Z"),
            ("1622541600.123", "2021-06-01T10:00:00.123Z"),
            ("1.622541600123E9", "2021-06-01T10:00:00.123Z"),
            ("0", "1970-01-01T00:00:00.000Z"),
            (
                "\"2021-06-01T12:00:00.123000+02:00\"",
                "2021-06-01T10:00:00.123Z",
            ),
            ("\"2021-06-01T10:00:00Z\"", "2021-06-01T10:00:00.000Z"),
            ("\"9999-12-31T23:59:59Z\"", "9999-12-31T23:59:59.000Z"),
        ] {
            let read = one(&format!(r#","JoinedTimestamp":{given}"#))
                .unwrap()
                .joined_at
                .unwrap();
            assert_eq!(
                read.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                expected
            );
        }
        for bad in [
            "-1",
            "1622541600123",
            "253402300800",
            "1e300",
            "true",
            "[]",
            "\"\"",
            "\"yesterday\"",
            "\"2021-06-01T10:00:00\"",
            "\"1969-12-31T23:59:59Z\"",
        ] {
            let text = listing(&[account(&format!(r#","JoinedTimestamp":{bad}"#))]);
            assert_eq!(fault(&text), Fault::Time, "{bad}");
        }
        assert_eq!(one(r#","JoinedTimestamp":null"#).unwrap().joined_at, None);
    }

    #[test]
    fn the_arn_gives_partition_management_account_and_organization() {
        for partition in [Partition::Aws, Partition::AwsUsGov, Partition::AwsCn] {
            let arn = ARN.replacen("aws", partition.name(), 1);
            let read = one(&format!(r#","Arn":"{arn}""#)).unwrap();
            assert_eq!(read.partition, Some(partition));
            assert_eq!(read.organization.as_deref(), Some("o-exampleorgid"));
            assert!(read.is_management());
        }
        assert!(!one("").unwrap().is_management());
    }

    #[test]
    fn an_arn_of_another_form_is_refused() {
        for (from, to) in [
            ("arn:", "urn:"),
            ("aws:", "aws-moon:"),
            ("organizations", "iam"),
            ("::", ":eu-west-1:"),
            (":111122223333:", ":11112222333:"),
            ("account/", "policy/"),
            ("o-exampleorgid", "o-short"),
            ("o-exampleorgid", "o-EXAMPLEORGID"),
            ("/111122223333", ""),
            ("/111122223333", "/111122223333/x"),
        ] {
            let arn = ARN.replacen(from, to, 1);
            assert_eq!(
                fault(&listing(&[account(&format!(r#","Arn":"{arn}""#))])),
                Fault::Arn,
                "{arn}"
            );
        }
        let other = ARN.replace("/111122223333", "/444455556666");
        assert_eq!(
            fault(&listing(&[account(&format!(r#","Arn":"{other}""#))])),
            Fault::ArnOfAnother
        );
    }

    #[test]
    fn two_organizations_in_one_listing_are_refused() {
        let first = account(&format!(r#","Arn":"{ARN}""#));
        for (from, to) in [
            ("o-exampleorgid", "o-anotherorgid"),
            ("::111122223333", "::444455556666"),
        ] {
            let second = first
                .replace(from, to)
                .replace("/111122223333", "/777788889999");
            let second = second.replace(r#""Id":"111122223333""#, r#""Id":"777788889999""#);
            assert_eq!(
                fault(&listing(&[first.clone(), second])),
                Fault::OtherOrganization
            );
        }
    }

    #[test]
    fn unknown_fields_are_passed_over() {
        let text = listing(&[account(
            r#","Paths":["o-x/r-y/"],"Colour":{"a":[1,{"b":null}]}"#,
        )]);
        assert!(
            parse(
                text.replacen('{', r#"{"ResponseMetadata":{},"#, 1)
                    .as_bytes()
            )
            .is_ok()
        );
    }

    #[test]
    fn a_page_of_several_is_refused_with_the_command_to_type() {
        let text = listing(&[account("")]);
        let page = text.replacen('{', r#"{"NextToken":"eyJ","#, 1);
        let error = parse(page.as_bytes()).unwrap_err();
        assert_eq!(error, ListingError::NotWhole);
        assert!(error.to_string().contains(COMMAND));
        for whole in ["null", "\"\""] {
            let text = text.replacen('{', &format!(r#"{{"NextToken":{whole},"#), 1);
            assert!(parse(text.as_bytes()).is_ok(), "{whole}");
        }
    }

    #[test]
    fn a_repeated_account_is_refused_with_both_places() {
        let error = parse(listing(&[account(""), account("")]).as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "account number 2 (111122223333): the same Id stands at account number 1 already"
        );
    }

    #[test]
    fn a_repeated_key_is_refused_with_its_position() {
        for key in [
            "Id",
            "Arn",
            "Email",
            "Name",
            "State",
            "Status",
            "JoinedMethod",
            "JoinedTimestamp",
        ] {
            let text = listing(&[account(&format!(",\"{key}\":null,\"{key}\":null"))]);
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(
                error.contains(&format!("duplicate field `{key}` at line 1 column")),
                "{error}"
            );
        }
        let twice = r#"{"Accounts":[],"Accounts":[]}"#;
        assert!(
            parse(twice.as_bytes())
                .unwrap_err()
                .to_string()
                .contains("duplicate field `Accounts`")
        );
    }

    #[test]
    fn broken_json_is_refused_with_its_position() {
        let whole = listing(&[account("")]);
        for (text, says) in [
            (
                String::new(),
                "EOF while parsing a value at line 1 column 0",
            ),
            (whole[..whole.len() - 1].to_owned(), "EOF"),
            (format!("{whole}x"), "trailing characters at line 1"),
            (
                format!("{whole}\n{whole}"),
                "trailing characters at line 2 column 1",
            ),
            (
                whole.replace("\"111122223333\"", "111122223333"),
                "expected a string",
            ),
            ("[]".into(), "line 1"),
            ("{}".into(), "missing field `Accounts`"),
            (r#"{"Accounts":{}}"#.into(), "expected a list of accounts"),
            (r#"{"Accounts":[{}]}"#.into(), "missing field `Id`"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{says}: {error}");
        }
    }

    #[test]
    fn nesting_is_bound_on_both_sides_in_fields_that_nobody_reads_too() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let beside = |depth| {
            format!(
                r#"{{"Deep":{},{}"#,
                nested(depth),
                &listing(&[account("")])[1..]
            )
        };
        assert!(parse(beside(MAX_DEPTH - 1).as_bytes()).is_ok());
        let error = parse(beside(MAX_DEPTH).as_bytes()).unwrap_err();
        assert_eq!(
            error,
            ListingError::Unreadable(Unreadable::TooDeep {
                offset: 8 + MAX_DEPTH - 1
            })
        );
        assert!(parse(beside(1_000_000).as_bytes()).is_err());
        let brackets_in_text =
            listing(&[account("").replace("\"A\"", r#""\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[""#)]);
        assert!(parse(brackets_in_text.as_bytes()).is_ok());
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_refused_with_their_offset() {
        assert_eq!(
            parse(b"{\"Accounts\xff").unwrap_err(),
            ListingError::Unreadable(Unreadable::NotUtf8 {
                offset: 10,
                utf16: false
            })
        );
        assert_eq!(
            parse(b"\xff\xfe{\0").unwrap_err(),
            ListingError::Unreadable(Unreadable::NotUtf8 {
                offset: 0,
                utf16: true
            })
        );
        assert_eq!(
            parse("\u{feff}{}".as_bytes()).unwrap_err(),
            ListingError::Unreadable(Unreadable::ByteOrderMark)
        );
    }

    #[test]
    fn size_is_bound_on_both_sides() {
        let mut text = listing(&[account("")]).into_bytes();
        text.resize(MAX_BYTES, b' ');
        assert!(parse(&text).is_ok());
        text.push(b' ');
        assert_eq!(
            parse(&text).unwrap_err(),
            ListingError::Unreadable(Unreadable::TooLarge {
                bytes: MAX_BYTES + 1,
                limit: MAX_BYTES
            })
        );
    }

    #[test]
    fn the_number_of_accounts_is_bound_on_both_sides() {
        let mut accounts: Vec<String> = (0..MAX_ACCOUNTS)
            .map(|n| account("").replace("111122223333", &format!("{n:012}")))
            .collect();
        assert_eq!(
            parse(listing(&accounts).as_bytes()).unwrap().len(),
            MAX_ACCOUNTS
        );
        accounts.push(account(""));
        let error = parse(listing(&accounts).as_bytes())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("more than 100000 accounts at line 1 column"),
            "{error}"
        );
        assert_eq!(
            parse(listing(&[]).as_bytes()).unwrap_err(),
            ListingError::Empty
        );
    }

    #[test]
    fn texts_are_bound_and_hold_no_controls() {
        let named = |name: &str| listing(&[account("").replace("\"A\"", &format!("\"{name}\""))]);
        assert!(parse(named(&"n".repeat(MAX_TEXT)).as_bytes()).is_ok());
        assert_eq!(
            fault(&named(&"n".repeat(MAX_TEXT + 1))),
            Fault::TooLong("Name")
        );
        assert_eq!(fault(&named("")), Fault::Blank("Name"));
        assert_eq!(fault(&named("\\u001b[31m")), Fault::Control("Name"));
        assert_eq!(fault(&named("a\\u202eb")), Fault::Control("Name"));
        let mailed = |mail: &str| listing(&[account("").replace("a@example.com", mail)]);
        let long = format!("{}@example.com", "m".repeat(MAX_TEXT - 12));
        assert!(parse(mailed(&long).as_bytes()).is_ok());
        assert_eq!(fault(&mailed(&format!("m{long}"))), Fault::TooLong("Email"));
        for bad in ["a", "@example.com", "a@", "a b@example.com"] {
            assert_eq!(fault(&mailed(bad)), Fault::Email, "{bad}");
        }
    }

    #[test]
    fn an_id_of_another_length_is_refused_by_place() {
        let short = account("").replace("111122223333", "11122223333");
        let error = parse(listing(&[short]).as_bytes()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("account number 1: Id: an account id is 12 digits")
        );
    }

    #[test]
    fn a_joined_method_is_one_of_two_or_absent() {
        let with = |word: &str| one(&format!(r#","JoinedMethod":{word}"#));
        assert_eq!(
            with("\"INVITED\"").unwrap().joined_method,
            Some(JoinedMethod::Invited)
        );
        assert_eq!(
            with("\"CREATED\"").unwrap().joined_method,
            Some(JoinedMethod::Created)
        );
        assert_eq!(with("null").unwrap().joined_method, None);
        assert!(with("\"FOUND\"").is_err());
    }
}
