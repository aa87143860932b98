//! Reads what `aws iam get-account-summary` prints (IAM API reference, `GetAccountSummary`). The
//! answer doesn't say which account it is of: whoever ran the command does.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::{self, AnswerError, FieldFault, wrong};
use crate::statement::estate::{RootSaid, Source};

const PLACE: &str = "SummaryMap";

#[derive(Deserialize)]
struct UntrustedAnswer {
    #[serde(rename = "SummaryMap")]
    summary: Map<String, Value>,
}

/// Reads a whole answer.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
///
/// ```
/// let said = rootkeep::aws::account_summary::parse(
///     br#"{"SummaryMap":{"AccountMFAEnabled":1,"AccountAccessKeysPresent":0,"Users":7}}"#)?;
/// assert_eq!((said.mfa, said.access_keys, said.password), (Some(true), Some(0), None));
/// # Ok::<(), rootkeep::aws::answer::AnswerError>(())
/// ```
pub fn parse(untrusted: &[u8]) -> Result<RootSaid, AnswerError> {
    let UntrustedAnswer { summary } =
        answer::json(untrusted, answer::command(Source::AccountSummary))?;
    let number = |field: &str| {
        let value = summary.get(field);
        value
            .map(|value| {
                let number = value.as_u64().and_then(|number| u8::try_from(number).ok());
                number.ok_or_else(|| wrong(PLACE, field, FieldFault::Number))
            })
            .transpose()
    };
    let needed =
        |field: &str| number(field)?.ok_or_else(|| wrong(PLACE, field, FieldFault::Missing));
    Ok(RootSaid {
        // Older answers don't have it.
        password: number("AccountPasswordPresent")?.map(|count| count > 0),
        mfa: Some(needed("AccountMFAEnabled")? > 0),
        access_keys: Some(needed("AccountAccessKeysPresent")?),
        signing_certificates: number("AccountSigningCertificatesPresent")?,
        ..RootSaid::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::mangled::{every_truncation_is_refused, mutations_are_survived};

    const EXAMPLE: &[u8] = br#"{
    "SummaryMap": {
        "GroupPolicySizeQuota": 5120,
        "AccountMFAEnabled": 1,
        "AccountAccessKeysPresent": 0,
        "AccountPasswordPresent": 1,
        "AccountSigningCertificatesPresent": 0,
        "Providers": 2
    }
}"#;

    #[test]
    fn the_four_that_are_about_root_are_read() {
        let said = parse(EXAMPLE).unwrap();
        assert_eq!(said.password, Some(true));
        assert_eq!(said.mfa, Some(true));
        assert_eq!(said.access_keys, Some(0));
        assert_eq!(said.signing_certificates, Some(0));
        assert_eq!(said.devices, None);
    }

    #[test]
    fn what_is_missing_or_no_number_is_named() {
        for (from, to, field, fault) in [
            (
                "\"AccountMFAEnabled\"",
                "\"x\"",
                "AccountMFAEnabled",
                FieldFault::Missing,
            ),
            (
                "Enabled\": 1",
                "Enabled\": true",
                "AccountMFAEnabled",
                FieldFault::Number,
            ),
            (
                "Enabled\": 1",
                "Enabled\": 256",
                "AccountMFAEnabled",
                FieldFault::Number,
            ),
            (
                "KeysPresent\": 0",
                "KeysPresent\": -1",
                "AccountAccessKeysPresent",
                FieldFault::Number,
            ),
        ] {
            let text = String::from_utf8(EXAMPLE.to_vec())
                .unwrap()
                .replace(from, to);
            assert_eq!(
                parse(text.as_bytes()),
                Err(wrong(PLACE, field, fault)),
                "{to}"
            );
        }
    }

    #[test]
    fn mangled_answers_are_refused() {
        every_truncation_is_refused(EXAMPLE, parse);
        mutations_are_survived(EXAMPLE, parse);
    }
}
