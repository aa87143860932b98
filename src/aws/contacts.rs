//! Reads what `aws account get-contact-information` and `get-alternate-contact` print (Account
//! Management API reference). An alternate contact that isn't there is an error of AWS's, not an
//! answer; docs/aws.md has it written down as `{}`.

use serde::Deserialize;

use super::answer::{self, AnswerError, FieldFault, text, wrong};
use crate::statement::estate::{ContactDetails, ContactKind, Source};
use crate::statement::text::Text;

/// One contact, as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Which, where the file says so: one that there isn't doesn't.
    pub kind: Option<ContactKind>,
    /// Who; `None` where there is none.
    pub details: Option<ContactDetails>,
}

#[derive(Deserialize)]
struct UntrustedPrimary {
    #[serde(rename = "ContactInformation")]
    contact: UntrustedInformation,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UntrustedInformation {
    full_name: String,
    phone_number: String,
    #[serde(default)]
    company_name: Option<String>,
    #[serde(default)]
    address_line1: Option<String>,
    #[serde(default)]
    address_line2: Option<String>,
    #[serde(default)]
    address_line3: Option<String>,
    #[serde(default)]
    city: Option<String>,
    #[serde(default)]
    district_or_county: Option<String>,
    #[serde(default)]
    state_or_region: Option<String>,
    #[serde(default)]
    postal_code: Option<String>,
    #[serde(default)]
    country_code: Option<String>,
}

/// Reads an account's own contact.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
pub fn parse_information(untrusted: &[u8]) -> Result<Contact, AnswerError> {
    const PLACE: &str = "ContactInformation";
    let UntrustedPrimary { contact } =
        answer::json(untrusted, answer::command(Source::ContactInformation))?;
    let lines = [
        ("CompanyName", &contact.company_name),
        ("AddressLine1", &contact.address_line1),
        ("AddressLine2", &contact.address_line2),
        ("AddressLine3", &contact.address_line3),
        ("City", &contact.city),
        ("DistrictOrCounty", &contact.district_or_county),
        ("StateOrRegion", &contact.state_or_region),
        ("PostalCode", &contact.postal_code),
        ("CountryCode", &contact.country_code),
    ];
    let mut address = Vec::new();
    for (field, line) in lines {
        // AWS writes what was left empty as an empty text.
        if let Some(line) = line.as_deref().filter(|line| !line.trim().is_empty()) {
            address.push(text(PLACE, field, line)?.to_string());
        }
    }
    let address = (!address.is_empty()).then(|| Text::new(address.join("\n")));
    Ok(Contact {
        kind: Some(ContactKind::Primary),
        details: Some(ContactDetails {
            name: text(PLACE, "FullName", &contact.full_name)?,
            title: None,
            email: None,
            phone: Some(text(PLACE, "PhoneNumber", &contact.phone_number)?),
            address: address
                .transpose()
                .map_err(|_| wrong(PLACE, "AddressLine1", FieldFault::TooLong))?,
        }),
    })
}

#[derive(Deserialize)]
struct UntrustedAlternate {
    #[serde(rename = "AlternateContact", default)]
    contact: Option<UntrustedDetails>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UntrustedDetails {
    alternate_contact_type: String,
    name: String,
    title: String,
    email_address: String,
    phone_number: String,
}

/// Reads an alternate contact.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
pub fn parse_alternate(untrusted: &[u8]) -> Result<Contact, AnswerError> {
    const PLACE: &str = "AlternateContact";
    let answer: UntrustedAlternate =
        answer::json(untrusted, answer::command(Source::AlternateContact))?;
    let Some(contact) = answer.contact else {
        return Ok(Contact {
            kind: None,
            details: None,
        });
    };
    let kind = match contact.alternate_contact_type.as_str() {
        "BILLING" => ContactKind::Billing,
        "OPERATIONS" => ContactKind::Operations,
        "SECURITY" => ContactKind::Security,
        _ => return Err(wrong(PLACE, "AlternateContactType", FieldFault::Unknown)),
    };
    Ok(Contact {
        kind: Some(kind),
        details: Some(ContactDetails {
            name: text(PLACE, "Name", &contact.name)?,
            title: Some(text(PLACE, "Title", &contact.title)?),
            email: Some(text(PLACE, "EmailAddress", &contact.email_address)?),
            phone: Some(text(PLACE, "PhoneNumber", &contact.phone_number)?),
            address: None,
        }),
    })
}

/// Whether a file has the account's own contact, or an alternate one: by the one key that it has.
#[must_use]
pub fn source_of(untrusted: &[u8]) -> Source {
    #[derive(Deserialize)]
    struct Either {
        #[serde(rename = "ContactInformation", default)]
        own: Option<serde::de::IgnoredAny>,
    }
    match serde_json::from_slice::<Either>(untrusted) {
        Ok(Either { own: Some(_) }) => Source::ContactInformation,
        _ => Source::AlternateContact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::mangled::{every_truncation_is_refused, mutations_are_survived};

    const OWN: &[u8] = br#"{"ContactInformation": {"AddressLine1": "1 Example Street", "AddressLine2": "", "City": "Leeds",
        "CompanyName": "Example Ltd", "CountryCode": "GB", "FullName": "Cloud Team", "PhoneNumber": "+441132000000",
        "PostalCode": "LS1 1AA", "WebsiteUrl": "https://example.com"}}"#;
    const SECURITY: &[u8] = br#"{"AlternateContact": {"AlternateContactType": "SECURITY", "EmailAddress": "security@example.com",
        "Name": "Security desk", "PhoneNumber": "+44 113 200 0001", "Title": "on call"}}"#;

    #[test]
    fn an_accounts_own_contact_is_read_without_what_is_empty() {
        let contact = parse_information(OWN).unwrap();
        assert_eq!(contact.kind, Some(ContactKind::Primary));
        let details = contact.details.unwrap();
        assert_eq!(details.name.as_str(), "Cloud Team");
        let address = "Example Ltd\n1 Example Street\nLeeds\nLS1 1AA\nGB";
        assert_eq!(details.address.unwrap().as_str(), address);
        assert_eq!(source_of(OWN), Source::ContactInformation);
    }

    #[test]
    fn an_alternate_contact_says_which_it_is_unless_there_is_none() {
        let contact = parse_alternate(SECURITY).unwrap();
        assert_eq!(contact.kind, Some(ContactKind::Security));
        assert_eq!(source_of(SECURITY), Source::AlternateContact);
        for none in [&b"{}"[..], br#"{"AlternateContact":null}"#] {
            let contact = parse_alternate(none).unwrap();
            assert_eq!((contact.kind, contact.details), (None, None));
        }
        let other = String::from_utf8(SECURITY.to_vec()).unwrap();
        let other = other.replace("SECURITY", "LEGAL");
        let error = parse_alternate(other.as_bytes()).unwrap_err().to_string();
        assert!(
            error.starts_with("AlternateContact, AlternateContactType:"),
            "{error}"
        );
    }

    #[test]
    fn texts_that_a_terminal_would_obey_are_refused() {
        for bad in ["\\u001b[31m", "\\u202e", "\\n", " "] {
            let text = String::from_utf8(SECURITY.to_vec()).unwrap();
            let text = text.replace("Security desk", bad);
            let error = parse_alternate(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("AlternateContact, Name:"), "{error}");
        }
    }

    #[test]
    fn mangled_answers_are_refused() {
        every_truncation_is_refused(OWN, parse_information);
        mutations_are_survived(OWN, parse_information);
        every_truncation_is_refused(SECURITY, parse_alternate);
        mutations_are_survived(SECURITY, parse_alternate);
    }
}
