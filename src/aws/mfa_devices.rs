//! Reads what `aws iam list-mfa-devices`, run as the root user or in its place, and `aws iam
//! list-virtual-mfa-devices` print (IAM API reference, `MFADevice` and `VirtualMFADevice`).
//!
//! What a device is shows in its serial number: an ARN of type `mfa` is a program that makes codes, of
//! type `u2f` a passkey or security key; anything that is no ARN is what is printed on a token.

use serde::Deserialize;
use serde_json::Value;

use super::answer::{self, AnswerError, FieldFault, iam_arn, text, wrong};
use crate::statement::account_id::AccountId;
use crate::statement::estate::{Device, Source};
use crate::statement::text::Text;

/// The most devices of one root user that are read; AWS allows eight.
const MOST: usize = 64;

/// Root's devices in the order of their kinds, with their serial numbers.
pub type Devices = Vec<(Device, Text)>;

#[derive(Deserialize)]
struct UntrustedDevices {
    #[serde(rename = "MFADevices")]
    devices: Vec<UntrustedDevice>,
    #[serde(rename = "IsTruncated", default)]
    truncated: Option<bool>,
    #[serde(rename = "NextToken", default)]
    next_token: Option<Value>,
}

#[derive(Deserialize)]
struct UntrustedDevice {
    #[serde(rename = "SerialNumber")]
    serial: String,
}

/// Reads all of root's devices.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
pub fn parse(untrusted: &[u8], account: AccountId) -> Result<Devices, AnswerError> {
    let answer: UntrustedDevices = answer::json(untrusted, answer::command(Source::MfaDevices))?;
    answer::whole(answer.next_token.as_ref(), answer.truncated)?;
    let mut found = Vec::new();
    for (place, device) in (1usize..).zip(&answer.devices) {
        let place = format!("MFA device number {place}");
        let serial = text(&place, "SerialNumber", &device.serial)?;
        let kind =
            kind(&device.serial, account).map_err(|fault| wrong(&place, "SerialNumber", fault))?;
        found.push((kind, serial));
    }
    ordered(found)
}

/// What a serial number says.
fn kind(serial: &str, account: AccountId) -> Result<Device, FieldFault> {
    if !serial.starts_with("arn:") {
        return Ok(Device::Hardware);
    }
    let (_, of, resource) = iam_arn(serial).ok_or(FieldFault::Arn)?;
    if of != account {
        return Err(FieldFault::OtherAccount(account));
    }
    match resource.split('/').collect::<Vec<_>>().as_slice() {
        ["mfa", ..] => Ok(Device::Virtual),
        ["u2f", "user", ..] => Err(FieldFault::NotRoot),
        ["u2f", ..] => Ok(Device::Passkey),
        _ => Ok(Device::Unknown),
    }
}

fn ordered(mut found: Devices) -> Result<Devices, AnswerError> {
    found.sort();
    if found.len() > MOST {
        return Err(wrong(
            "the answer",
            "SerialNumber",
            FieldFault::TooMany(MOST),
        ));
    }
    let twice = found.windows(2).any(|pair| pair.first() == pair.last());
    if twice {
        return Err(wrong("the answer", "SerialNumber", FieldFault::Twice));
    }
    Ok(found)
}

#[derive(Deserialize)]
struct UntrustedVirtual {
    #[serde(rename = "VirtualMFADevices")]
    devices: Vec<UntrustedVirtualDevice>,
    #[serde(rename = "IsTruncated", default)]
    truncated: Option<bool>,
    #[serde(rename = "NextToken", default)]
    next_token: Option<Value>,
}

#[derive(Deserialize)]
struct UntrustedVirtualDevice {
    #[serde(rename = "SerialNumber")]
    serial: String,
    #[serde(rename = "User", default)]
    user: Option<UntrustedUser>,
    #[serde(rename = "EnableDate", default)]
    enabled: Option<Value>,
}

#[derive(Deserialize)]
struct UntrustedUser {
    #[serde(rename = "Arn", default)]
    arn: Option<String>,
}

/// Reads which of an account's virtual devices are root's. One that nobody has switched on is nobody's.
///
/// # Errors
/// [`AnswerError`] names the first field that is wrong.
pub fn parse_virtual(untrusted: &[u8], account: AccountId) -> Result<Devices, AnswerError> {
    let answer: UntrustedVirtual =
        answer::json(untrusted, answer::command(Source::VirtualMfaDevices))?;
    answer::whole(answer.next_token.as_ref(), answer.truncated)?;
    let mut found = Vec::new();
    for (place, device) in (1usize..).zip(&answer.devices) {
        let place = format!("virtual MFA device number {place}");
        let (_, of, name) = iam_arn(&device.serial)
            .filter(|(_, _, name)| name.starts_with("mfa/"))
            .ok_or_else(|| wrong(&place, "SerialNumber", FieldFault::Arn))?;
        if of != account {
            return Err(wrong(
                &place,
                "SerialNumber",
                FieldFault::OtherAccount(account),
            ));
        }
        let user = match device.user.as_ref().and_then(|user| user.arn.as_deref()) {
            Some(arn) => {
                Some(iam_arn(arn).ok_or_else(|| wrong(&place, "User.Arn", FieldFault::Arn))?)
            }
            None => None,
        };
        let is_roots = match user {
            Some((_, of, name)) => of == account && name == "root",
            None => device.enabled.is_some() && name == "mfa/root-account-mfa-device",
        };
        if is_roots {
            found.push((
                Device::Virtual,
                text(&place, "SerialNumber", &device.serial)?,
            ));
        }
    }
    ordered(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::mangled::{every_truncation_is_refused, mutations_are_survived};

    const ALL: &[u8] = br#"{"MFADevices": [
        {"UserName": "root", "SerialNumber": "arn:aws:iam::111122223333:mfa/root-account-mfa-device", "EnableDate": "2024-01-02T03:04:05+00:00"},
        {"UserName": "root", "SerialNumber": "GAHT12345678", "EnableDate": 1704164645.0},
        {"UserName": "root", "SerialNumber": "arn:aws:iam::111122223333:u2f/root-account/yubi-ABCDEF", "EnableDate": "2024-01-02T03:04:05Z"}]}"#;
    const VIRTUAL: &[u8] = br#"{"VirtualMFADevices": [
        {"SerialNumber": "arn:aws:iam::111122223333:mfa/spare"},
        {"SerialNumber": "arn:aws:iam::111122223333:mfa/phone", "EnableDate": "2024-01-02T03:04:05Z",
         "User": {"PasswordLastUsed": "2024-01-02T03:04:05Z", "UserId": "111122223333", "Arn": "arn:aws:iam::111122223333:root"}},
        {"SerialNumber": "arn:aws:iam::111122223333:mfa/jane", "EnableDate": "2024-01-02T03:04:05Z",
         "User": {"UserName": "jane", "Arn": "arn:aws:iam::111122223333:user/jane"}}]}"#;

    fn account() -> AccountId {
        "111122223333".parse().unwrap()
    }

    fn kinds(devices: &Devices) -> Vec<Device> {
        devices.iter().map(|(device, _)| *device).collect()
    }

    #[test]
    fn a_serial_number_says_what_a_device_is() {
        let devices = parse(ALL, account()).unwrap();
        assert_eq!(
            kinds(&devices),
            [Device::Hardware, Device::Virtual, Device::Passkey]
        );
        assert_eq!(parse(br#"{"MFADevices":[]}"#, account()).unwrap(), []);
        let china =
            br#"{"MFADevices":[{"SerialNumber":"arn:aws-cn:iam::111122223333:sms-mfa/x"}]}"#;
        assert_eq!(kinds(&parse(china, account()).unwrap()), [Device::Unknown]);
    }

    #[test]
    fn devices_of_users_and_of_other_accounts_are_refused() {
        let one = |serial: &str| {
            let text = format!(r#"{{"MFADevices":[{{"SerialNumber":"{serial}"}}]}}"#);
            parse(text.as_bytes(), account()).unwrap_err()
        };
        for (serial, fault) in [
            (
                "arn:aws:iam::111122223333:u2f/user/jane/key-1",
                FieldFault::NotRoot,
            ),
            (
                "arn:aws:iam::222233334444:mfa/x",
                FieldFault::OtherAccount(account()),
            ),
            ("arn:aws:sts::111122223333:mfa/x", FieldFault::Arn),
            ("", FieldFault::Blank),
        ] {
            assert_eq!(
                one(serial),
                wrong("MFA device number 1", "SerialNumber", fault)
            );
        }
    }

    #[test]
    fn of_virtual_devices_roots_own_are_found() {
        let devices = parse_virtual(VIRTUAL, account()).unwrap();
        assert_eq!(devices.len(), 1);
        assert!(devices[0].1.as_str().ends_with("mfa/phone"));
        let old = br#"{"VirtualMFADevices":[{"SerialNumber":"arn:aws:iam::111122223333:mfa/root-account-mfa-device","EnableDate":1.5}]}"#;
        assert_eq!(parse_virtual(old, account()).unwrap().len(), 1);
        let page = br#"{"VirtualMFADevices":[],"IsTruncated":true,"Marker":"x"}"#;
        assert_eq!(parse_virtual(page, account()), Err(AnswerError::NotWhole));
    }

    #[test]
    fn mangled_answers_are_refused() {
        let parse = |bytes: &[u8]| parse(bytes, account());
        let parse_virtual = |bytes: &[u8]| parse_virtual(bytes, account());
        every_truncation_is_refused(ALL, parse);
        mutations_are_survived(ALL, parse);
        every_truncation_is_refused(VIRTUAL, parse_virtual);
        mutations_are_survived(VIRTUAL, parse_virtual);
    }
}
