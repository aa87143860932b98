//! Reads what `aws iam list-organizations-features` and `aws organizations
//! list-delegated-administrators` print (IAM and Organizations API references): central root access.

use serde::Deserialize;
use serde_json::Value;

use super::answer::{self, AnswerError, FieldFault, is_organization_id, text, wrong};
use crate::statement::account_id::AccountId;
use crate::statement::estate::Source;
use crate::statement::text::Text;

/// The most delegated administrators or features that are read.
const MOST: usize = 64;

/// Which features of central root access are on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enabled {
    /// The organization's id.
    pub organization: Text,
    /// `RootCredentialsManagement`.
    pub root_credentials_management: bool,
    /// `RootSessions`.
    pub root_sessions: bool,
}

#[derive(Deserialize)]
struct UntrustedFeatures {
    #[serde(rename = "OrganizationId")]
    organization: String,
    #[serde(rename = "EnabledFeatures")]
    enabled: Vec<String>,
}

/// Reads which features are on. Features that this version doesn't know are passed over.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
///
/// ```
/// let on = rootkeep::aws::organizations_features::parse(
///     br#"{"OrganizationId":"o-aa111bb222","EnabledFeatures":["RootSessions"]}"#)?;
/// assert!(on.root_sessions && !on.root_credentials_management);
/// # Ok::<(), rootkeep::aws::answer::AnswerError>(())
/// ```
pub fn parse(untrusted: &[u8]) -> Result<Enabled, AnswerError> {
    let answer: UntrustedFeatures =
        answer::json(untrusted, answer::command(Source::OrganizationsFeatures))?;
    if !is_organization_id(&answer.organization) {
        return Err(wrong(
            "the answer",
            "OrganizationId",
            FieldFault::Organization,
        ));
    }
    let is_on = |feature: &str| answer.enabled.iter().any(|enabled| enabled == feature);
    Ok(Enabled {
        root_credentials_management: is_on("RootCredentialsManagement"),
        root_sessions: is_on("RootSessions"),
        organization: text("the answer", "OrganizationId", &answer.organization)?,
    })
}

#[derive(Deserialize)]
struct UntrustedAdministrators {
    #[serde(rename = "DelegatedAdministrators")]
    administrators: Vec<UntrustedAdministrator>,
    #[serde(rename = "NextToken", default)]
    next_token: Option<Value>,
}

#[derive(Deserialize)]
struct UntrustedAdministrator {
    #[serde(rename = "Id")]
    id: String,
}

/// Reads who is a delegated administrator, in order of account; often nobody.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
pub fn parse_administrators(untrusted: &[u8]) -> Result<Vec<AccountId>, AnswerError> {
    let answer: UntrustedAdministrators =
        answer::json(untrusted, answer::command(Source::DelegatedAdministrators))?;
    answer::whole(answer.next_token.as_ref(), None)?;
    let mut found = Vec::new();
    for (place, administrator) in (1usize..).zip(&answer.administrators) {
        let place = format!("delegated administrator number {place}");
        let id = administrator.id.parse::<AccountId>();
        let id = id.map_err(|bad| wrong(&place, "Id", FieldFault::Account(bad)))?;
        if found.contains(&id) {
            return Err(wrong(&place, "Id", FieldFault::Twice));
        }
        if found.len() == MOST {
            return Err(wrong(&place, "Id", FieldFault::TooMany(MOST)));
        }
        found.push(id);
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::mangled::{every_truncation_is_refused, mutations_are_survived};

    const BOTH: &[u8] = br#"{"OrganizationId": "o-aa111bb222", "EnabledFeatures": ["RootCredentialsManagement", "RootSessions"]}"#;
    const ADMINISTRATORS: &[u8] = br#"{"DelegatedAdministrators": [
        {"Id": "222233334444", "Arn": "arn:aws:organizations::111122223333:account/o-aa111bb222/222233334444",
         "Email": "security@example.com", "Name": "security", "Status": "ACTIVE", "JoinedMethod": "CREATED",
         "JoinedTimestamp": 1622541600.5, "DelegationEnabledDate": "2025-02-03T04:05:06.789000+00:00"}]}"#;

    #[test]
    fn features_are_read_in_any_number() {
        let on = parse(BOTH).unwrap();
        assert!(on.root_credentials_management && on.root_sessions);
        let none = parse(br#"{"OrganizationId":"o-aa111bb222","EnabledFeatures":[]}"#).unwrap();
        assert!(!none.root_credentials_management && !none.root_sessions);
        let newer = br#"{"OrganizationId":"o-aa111bb222","EnabledFeatures":["Later"],"More":{}}"#;
        assert!(!parse(newer).unwrap().root_sessions);
        for bad in [
            &br#"{"EnabledFeatures":[]}"#[..],
            br#"{"OrganizationId":"o-aa111bb222"}"#,
            br#"{"OrganizationId":"r-aa11","EnabledFeatures":[]}"#,
        ] {
            assert!(parse(bad).is_err());
        }
    }

    #[test]
    fn administrators_are_read_whole() {
        let one: AccountId = "222233334444".parse().unwrap();
        assert_eq!(parse_administrators(ADMINISTRATORS).unwrap(), [one]);
        assert_eq!(
            parse_administrators(br#"{"DelegatedAdministrators":[]}"#).unwrap(),
            []
        );
        let page = br#"{"DelegatedAdministrators":[],"NextToken":"more"}"#;
        assert_eq!(parse_administrators(page), Err(AnswerError::NotWhole));
        let twice = br#"{"DelegatedAdministrators":[{"Id":"222233334444"},{"Id":"222233334444"}]}"#;
        assert!(
            parse_administrators(twice)
                .unwrap_err()
                .to_string()
                .contains("number 2, Id")
        );
    }

    #[test]
    fn mangled_answers_are_refused() {
        every_truncation_is_refused(BOTH, parse);
        mutations_are_survived(BOTH, parse);
        every_truncation_is_refused(ADMINISTRATORS, parse_administrators);
        mutations_are_survived(ADMINISTRATORS, parse_administrators);
    }
}
