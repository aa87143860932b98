//! Reads credential reports: the CSV itself, or what `aws iam get-credential-report` prints, which has
//! it as base64 (IAM User Guide, "Getting credential reports for your AWS account").
//!
//! Of all users root's row alone is kept. The others are read with it, so that a report that was cut
//! off or spoilt on its way is not taken for a whole one.

use serde::Deserialize;
use serde_json::Value;

use super::answer::{self, AnswerError, FieldFault, MAX_BYTES, iam_arn, wrong};
use super::untrusted;
use crate::statement::Time;
use crate::statement::account_id::AccountId;
use crate::statement::accounts::Partition;
use crate::statement::estate::{RootSaid, Source};

/// What root's row is called.
const ROOT: &str = "<root_account>";
/// What stands where there is nothing to say.
const NOTHING: [&str; 3] = ["N/A", "no_information", "not_supported"];
/// Columns with `true` or `false`.
const FLAGS: [&str; 6] = [
    "password_enabled",
    "mfa_active",
    "access_key_1_active",
    "access_key_2_active",
    "cert_1_active",
    "cert_2_active",
];
/// Columns with times.
const TIMES: [&str; 10] = [
    "user_creation_time",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "cert_1_last_rotated",
    "cert_2_last_rotated",
];

/// What a report says of root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialReport {
    /// The account, from the ARN in root's row.
    pub account: AccountId,
    /// Its partition, likewise.
    pub partition: Partition,
    /// When AWS made the report, where the file says so; the CSV alone does not.
    pub generated_at: Option<Time>,
    /// What it says.
    pub said: RootSaid,
}

#[derive(Deserialize)]
struct UntrustedAnswer {
    #[serde(rename = "Content")]
    content: String,
    #[serde(rename = "GeneratedTime", default)]
    generated: Option<Value>,
}

/// Reads a whole report.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong, with its line.
///
/// ```
/// let csv = "user,arn,password_enabled,password_last_used,password_last_changed,mfa_active,\
///            access_key_1_active,access_key_1_last_rotated,access_key_2_active,\
///            access_key_2_last_rotated,cert_1_active,cert_1_last_rotated,cert_2_active,\
///            cert_2_last_rotated\n\
///            <root_account>,arn:aws:iam::111122223333:root,not_supported,no_information,\
///            not_supported,true,false,N/A,false,N/A,false,N/A,false,N/A";
/// let report = rootkeep::aws::credential_report::parse(csv.as_bytes())?;
/// assert_eq!(report.account.to_string(), "111122223333");
/// assert_eq!((report.said.mfa, report.said.password), (Some(true), None));
/// # Ok::<(), rootkeep::aws::answer::AnswerError>(())
/// ```
pub fn parse(untrusted: &[u8]) -> Result<CredentialReport, AnswerError> {
    let first = untrusted.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return rows(untrusted, None);
    }
    const PLACE: &str = "the answer";
    let answer: UntrustedAnswer =
        answer::json(untrusted, answer::command(Source::CredentialReport))?;
    let generated = answer.generated.as_ref();
    let generated = generated
        .map(|value| answer::time(PLACE, "GeneratedTime", value))
        .transpose()?;
    let content = data_encoding::BASE64
        .decode(answer.content.as_bytes())
        .map_err(|_| wrong(PLACE, "Content", FieldFault::Content))?;
    rows(&content, generated)
}

fn rows(untrusted: &[u8], generated_at: Option<Time>) -> Result<CredentialReport, AnswerError> {
    let text = untrusted::decoded(untrusted, MAX_BYTES).map_err(AnswerError::Unreadable)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let heading = match records.next() {
        Some(heading) => heading.map_err(|error| unreadable(&error))?,
        None => return Err(wrong("line 1", "user", FieldFault::Missing)),
    };
    let mut found = None;
    for record in records {
        let record = record.map_err(|error| unreadable(&error))?;
        let row = Row::new(&heading, &record);
        row.check()?;
        if row.cell("user")? == ROOT {
            if found.is_some() {
                return Err(row.wrong("user", FieldFault::Twice));
            }
            found = Some(row.root(generated_at)?);
        }
    }
    found.ok_or_else(|| wrong("the report", ROOT, FieldFault::Missing))
}

fn unreadable(error: &csv::Error) -> AnswerError {
    let line = error.position().map_or(1, csv::Position::line);
    let why = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("it has {len} cells, and the first line names {expected_len}"),
        _ => error.to_string(),
    };
    wrong(&format!("line {line}"), "the row", FieldFault::Row(why))
}

/// One row under the heading.
struct Row<'r> {
    place: String,
    heading: &'r csv::StringRecord,
    cells: &'r csv::StringRecord,
}

impl<'r> Row<'r> {
    fn new(heading: &'r csv::StringRecord, cells: &'r csv::StringRecord) -> Self {
        let line = cells.position().map_or(1, csv::Position::line);
        Self {
            place: format!("line {line}"),
            heading,
            cells,
        }
    }

    fn wrong(&self, field: &str, fault: FieldFault) -> AnswerError {
        wrong(&self.place, field, fault)
    }

    fn find(&self, column: &str) -> Option<&'r str> {
        let place = self.heading.iter().position(|name| name == column)?;
        self.cells.get(place)
    }

    fn cell(&self, column: &str) -> Result<&'r str, AnswerError> {
        self.find(column)
            .ok_or_else(|| wrong("line 1", column, FieldFault::Missing))
    }

    /// That every cell that is known is of its form.
    fn check(&self) -> Result<(), AnswerError> {
        for column in FLAGS {
            self.flag(column)?;
        }
        for column in TIMES.into_iter().filter(|name| self.find(name).is_some()) {
            self.time(column)?;
        }
        Ok(())
    }

    /// Yes or no; nothing where the report has nothing to say.
    fn flag(&self, column: &str) -> Result<Option<bool>, AnswerError> {
        match self.cell(column)? {
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            cell if NOTHING.contains(&cell) => Ok(None),
            // A spreadsheet writes them so.
            "TRUE" => Ok(Some(true)),
            "FALSE" => Ok(Some(false)),
            _ => Err(self.wrong(column, FieldFault::NotBool)),
        }
    }

    fn needed(&self, column: &str) -> Result<bool, AnswerError> {
        self.flag(column)?
            .ok_or_else(|| self.wrong(column, FieldFault::NotBool))
    }

    fn time(&self, column: &str) -> Result<Option<Time>, AnswerError> {
        let cell = self.cell(column)?;
        if NOTHING.contains(&cell) {
            return Ok(None);
        }
        answer::time(&self.place, column, &Value::String(cell.to_owned())).map(Some)
    }

    /// Whether there is a key or certificate: one that was switched off is still there.
    fn exists(&self, what: &str) -> Result<bool, AnswerError> {
        let active = self.needed(&format!("{what}_active"))?;
        Ok(active || self.time(&format!("{what}_last_rotated"))?.is_some())
    }

    fn count(&self, what: [&str; 2]) -> Result<u8, AnswerError> {
        let [one, two] = what;
        Ok(u8::from(self.exists(one)?) + u8::from(self.exists(two)?))
    }

    fn root(&self, generated_at: Option<Time>) -> Result<CredentialReport, AnswerError> {
        let arn = iam_arn(self.cell("arn")?);
        let (partition, account, _) = arn
            .filter(|(_, _, resource)| *resource == "root")
            .ok_or_else(|| self.wrong("arn", FieldFault::Arn))?;
        Ok(CredentialReport {
            account,
            partition,
            generated_at,
            said: RootSaid {
                password: self.flag("password_enabled")?,
                password_last_used: self.time("password_last_used")?,
                password_last_changed: self.time("password_last_changed")?,
                mfa: Some(self.needed("mfa_active")?),
                access_keys: Some(self.count(["access_key_1", "access_key_2"])?),
                signing_certificates: Some(self.count(["cert_1", "cert_2"])?),
                devices: None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::mangled::{every_truncation_is_refused, mutations_are_survived};

    const HEADING: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
    const NEW: &str = "<root_account>,arn:aws:iam::111122223333:root,2020-01-02T03:04:05+00:00,true,2025-06-07T08:09:10+00:00,2021-01-02T03:04:05Z,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    const OLD: &str = "<root_account>,arn:aws-cn:iam::111122223333:root,2012-01-02T03:04:05+00:00,not_supported,no_information,not_supported,not_supported,false,true,2012-01-02T03:04:05+00:00,N/A,N/A,N/A,false,2013-01-02T03:04:05+00:00,N/A,N/A,N/A,true,2012-01-02T03:04:05+00:00,false,N/A";
    const USER: &str = "\"jane, \"\"jd\"\"\nof billing\",arn:aws:iam::111122223333:user/jane,2020-01-02T03:04:05+00:00,false,N/A,N/A,N/A,false,true,2020-01-02T03:04:05+00:00,2025-06-07T08:09:10+00:00,us-east-1,s3,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

    fn report(rows: &[&str]) -> String {
        [&[HEADING], rows].concat().join("\n")
    }

    fn read(rows: &[&str]) -> Result<CredentialReport, AnswerError> {
        parse(report(rows).as_bytes())
    }

    fn api(csv: &str, rest: &str) -> String {
        let content = data_encoding::BASE64.encode(csv.as_bytes());
        format!(r#"{{"Content": "{content}", "ReportFormat": "text/csv"{rest}}}"#)
    }

    #[test]
    fn todays_report_is_read_without_a_newline_at_its_end() {
        let report = read(&[NEW]).unwrap();
        assert_eq!(report.account.to_string(), "111122223333");
        assert_eq!(report.generated_at, None);
        let said = report.said;
        assert_eq!((said.password, said.mfa), (Some(true), Some(true)));
        assert_eq!(
            said.password_last_used.unwrap().to_string(),
            "2025-06-07T08:09:10Z"
        );
        assert_eq!(
            said.password_last_changed.unwrap().to_string(),
            "2021-01-02T03:04:05Z"
        );
        assert_eq!(
            (said.access_keys, said.signing_certificates),
            (Some(0), Some(0))
        );
        assert!(read(&[NEW, ""]).is_ok());
    }

    #[test]
    fn an_older_report_says_nothing_of_the_password() {
        let report = read(&[OLD]).unwrap();
        assert_eq!(report.partition, Partition::AwsCn);
        assert_eq!(
            (report.said.password, report.said.password_last_used),
            (None, None)
        );
        assert_eq!(report.said.mfa, Some(false));
    }

    #[test]
    fn a_key_that_was_switched_off_is_still_there() {
        let said = read(&[OLD]).unwrap().said;
        assert_eq!(
            (said.access_keys, said.signing_certificates),
            (Some(2), Some(1))
        );
    }

    #[test]
    fn the_apis_answer_has_it_as_base64_with_its_time() {
        let csv = report(&[NEW, USER]);
        for (time, expected) in [
            (
                r#","GeneratedTime":"2026-01-02T03:04:05.678000+00:00""#,
                Some("2026-01-02T03:04:05Z"),
            ),
            (
                r#","GeneratedTime":1767323045.0"#,
                Some("2026-01-02T03:04:05Z"),
            ),
            ("", None),
        ] {
            let report = parse(api(&csv, time).as_bytes()).unwrap();
            assert_eq!(
                report.generated_at.map(|at| at.to_string()).as_deref(),
                expected
            );
            assert_eq!(report.said, read(&[NEW]).unwrap().said);
        }
        assert!(
            parse(br#"{"Content":"*"}"#)
                .unwrap_err()
                .to_string()
                .contains("Content")
        );
        assert!(parse(br#"{"ReportFormat":"text/csv"}"#).is_err());
    }

    #[test]
    fn users_with_quotes_and_line_breaks_are_passed_over() {
        assert!(read(&[NEW, USER]).is_ok());
        assert!(read(&[USER, NEW]).is_ok());
        let error = read(&[USER, &NEW.replace(",true,", ",yes,")]).unwrap_err();
        assert_eq!(
            error,
            wrong("line 4", "password_enabled", FieldFault::NotBool)
        );
    }

    #[test]
    fn columns_that_came_later_are_passed_over() {
        let csv = format!("{HEADING},additional_credentials_info\n{NEW},\"a, b\"");
        assert!(parse(csv.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_with_line_and_column() {
        for (rows, line) in [
            (vec![USER], "the report, <root_account>: it is missing"),
            (vec![NEW, NEW], "line 3, user: it is there twice"),
            (vec!["<root_account>,x"], "line 2, the row: it has 2 cells"),
        ] {
            let error = read(&rows).unwrap_err().to_string();
            assert!(error.starts_with(line), "{error}");
        }
        for (from, to, start) in [
            (
                "arn:aws:iam::111122223333:root",
                "arn:aws:iam::111122223333:user/x",
                "line 2, arn:",
            ),
            (
                "arn:aws:iam::111122223333:root",
                "arn:aws:iam::1111:root",
                "line 2, arn:",
            ),
            (
                "2025-06-07T08:09:10+00:00",
                "07/06/2025",
                "line 2, password_last_used:",
            ),
            (
                "2021-01-02T03:04:05Z",
                "2021-01-02T03:04:05",
                "line 2, password_last_changed:",
            ),
            (
                "not_supported,true,",
                "not_supported,N/A,",
                "line 2, mfa_active:",
            ),
        ] {
            let error = read(&[&NEW.replace(from, to)]).unwrap_err().to_string();
            assert!(error.starts_with(start), "{error}");
        }
        let error = parse(b"user,arn\n<root_account>,x")
            .unwrap_err()
            .to_string();
        assert_eq!(error, "line 1, password_enabled: it is missing");
    }

    #[test]
    fn mangled_reports_are_refused() {
        let csv = report(&[NEW]);
        every_truncation_is_refused(csv.as_bytes(), parse);
        mutations_are_survived(csv.as_bytes(), parse);
        let json = api(&csv, r#","GeneratedTime":1767323045.0"#);
        every_truncation_is_refused(json.as_bytes(), parse);
        mutations_are_survived(json.as_bytes(), parse);
    }
}
