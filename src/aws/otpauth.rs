//! Reads and writes the `otpauth://` URI inside a virtual MFA device's QR code.
//!
//! Follows Google Authenticator's "Key URI Format", with what AWS makes of it: the label
//! `Amazon Web Services:DEVICE@ACCOUNT-OR-ALIAS`, a 64-character seed, and nothing else. Only
//! time-based codes are read: a counter in a sealed copy would be stale after its first use.
//!
//! Reading is lenient where programs differ (letter case, spaces, hyphens, padding, a missing
//! issuer) and strict where a guess could seal the wrong seed. Writing has one form only.
//! No error holds any part of the URI, since any part could be the seed in the wrong place.

use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::secret::{SecretBytes, SecretText};
use crate::crypto::totp::{Algorithm, Digits, Period};

/// The longest URI that is read, in bytes.
pub const MAX_URI: usize = 4096;
/// The shortest seed that is taken, in bytes. RFC 4226, section 4 (R6), demands 16 bytes; services
/// that hand out 10 (16 base32 characters) exist and can't be told to do better, so they pass and
/// [`OtpAuth::seed_is_short`] says so. AWS hands out 40.
pub const MIN_SEED: usize = 10;
/// What RFC 4226, section 4 (R6), demands of a seed, in bytes.
pub const RFC_SEED: usize = 16;

/// What a virtual MFA device's QR code says.
#[derive(Clone, Debug)]
pub struct OtpAuth {
    /// The shared secret.
    pub seed: SecretBytes,
    /// The hash under the HMAC; SHA-1 where none is named.
    pub algorithm: Algorithm,
    /// The length of a code; six where none is named.
    pub digits: Digits,
    /// How long a code lasts; 30 seconds where nothing is named.
    pub period: Period,
    /// The label as it came, decoded, with the issuer's prefix if it had one.
    pub label: String,
    /// Who handed the seed out: the `issuer` parameter, else the label's prefix.
    pub issuer: Option<String>,
    /// What stands after the label's last `@`, where it looks like an AWS account id or alias. A
    /// hint for a person to confirm: device names are free text.
    pub account_hint: Option<String>,
}

/// Which rule a URI broke. Nothing of the URI is in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtpAuthError {
    /// Longer than [`MAX_URI`].
    TooLong,
    /// Doesn't begin with `otpauth://`.
    NotOtpauth,
    /// An export of many accounts' seeds.
    Migration,
    /// Counter-based.
    Hotp,
    /// Neither `totp` nor `hotp`.
    UnknownType,
    /// A control character, as it stands or percent-encoded.
    Control,
    /// `%` without two hex digits, or bytes that are not UTF-8.
    Encoding,
    /// A `#` part.
    Fragment,
    /// No label, so that nobody can tell what the seed is for.
    NoLabel,
    /// A parameter twice; named where it is one of the known five.
    Repeated(Option<Parameter>),
    /// No `secret`, or an empty one.
    NoSecret,
    /// A character of the secret is no base32.
    NotBase32 {
        /// Its place among the secret's characters, from 1, spaces and hyphens not counted.
        place: usize,
    },
    /// A number of base32 characters that no number of bytes gives, or padding that doesn't fit.
    SecretLength,
    /// A seed shorter than [`MIN_SEED`].
    ShortSeed {
        /// Its length in bytes.
        bytes: usize,
    },
    /// Another algorithm than SHA1, SHA256 or SHA512.
    Algorithm,
    /// Another number of digits than 6 or 8.
    Digits,
    /// A period that isn't a whole number of seconds from 10 to 300.
    Period,
}

/// The parameters that mean something; others are passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// The seed in base32.
    Secret,
    /// Who handed it out.
    Issuer,
    /// The hash.
    Algorithm,
    /// The length of a code.
    Digits,
    /// How long a code lasts.
    Period,
}

impl Parameter {
    const ALL: [Self; 5] = [
        Self::Secret,
        Self::Issuer,
        Self::Algorithm,
        Self::Digits,
        Self::Period,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Issuer => "issuer",
            Self::Algorithm => "algorithm",
            Self::Digits => "digits",
            Self::Period => "period",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for OtpAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the URI is longer than {MAX_URI} bytes"),
            Self::NotOtpauth => f.write_str(
                "this is no otpauth:// URI, which is what a virtual MFA device's QR code holds",
            ),
            Self::Migration => f.write_str(
                "this is an otpauth-migration:// export: one such code carries the seeds of many \
                 accounts, so sealing it would release them all together; seal each account's own \
                 otpauth://totp/ code instead",
            ),
            Self::Hotp => f.write_str(
                "this is counter-based (hotp): every use moves the counter on, so a sealed copy \
                 would be stale after its first use; AWS root users take time-based codes (totp)",
            ),
            Self::UnknownType => f.write_str("the URI's type is not totp"),
            Self::Control => f.write_str("the URI holds a control character"),
            Self::Encoding => f.write_str(
                "the URI holds a % without two hex digits after it, or bytes that are not UTF-8",
            ),
            Self::Fragment => {
                f.write_str("the URI holds a bare #, which would cut it off; write it as %23")
            }
            Self::NoLabel => f.write_str("the URI has no label that says what the seed is for"),
            Self::Repeated(Some(parameter)) => {
                write!(f, "the parameter {} comes twice", parameter.name())
            }
            Self::Repeated(None) => f.write_str("a parameter comes twice"),
            Self::NoSecret => f.write_str("the URI has no secret"),
            Self::NotBase32 { place } => write!(
                f,
                "character {place} of the secret is not base32 (A to Z and 2 to 7; there is no 0, 1, 8 or 9)"
            ),
            Self::SecretLength => f.write_str(
                "the secret's length is not that of any base32 text: characters are missing or its \
                 padding is wrong",
            ),
            Self::ShortSeed { bytes } => {
                write!(
                    f,
                    "the seed has {bytes} bytes; less than {MIN_SEED} can be guessed"
                )
            }
            Self::Algorithm => f.write_str("the algorithm is not SHA1, SHA256 or SHA512"),
            Self::Digits => f.write_str("the number of digits is not 6 or 8"),
            Self::Period => write!(
                f,
                "the period is not a whole number of seconds from {} to {}",
                Period::SHORTEST,
                Period::LONGEST
            ),
        }
    }
}

impl std::error::Error for OtpAuthError {}

impl OtpAuth {
    /// Reads a URI; white space around it, as a terminal or a file adds, is passed over.
    ///
    /// # Errors
    /// [`OtpAuthError`] names the rule that is broken and holds nothing of the URI.
    pub fn parse(untrusted: &SecretText) -> Result<Self, OtpAuthError> {
        let uri = untrusted.expose().trim();
        if uri.len() > MAX_URI {
            return Err(OtpAuthError::TooLong);
        }
        let (label, query) = label_and_query(uri)?;
        let label = percent_decoded(label, Plus::Literal)?.trim().to_owned();
        if label.is_empty() {
            return Err(OtpAuthError::NoLabel);
        }
        let given = Parameters::parse(query)?;
        let issuer = given
            .issuer
            .as_ref()
            .map(|text| text.expose().trim().to_owned());
        Ok(Self {
            seed: seed(
                given
                    .secret
                    .as_ref()
                    .ok_or(OtpAuthError::NoSecret)?
                    .expose(),
            )?,
            algorithm: given
                .algorithm
                .as_ref()
                .map_or(Ok(Algorithm::Sha1), algorithm)?,
            digits: given.digits.as_ref().map_or(Ok(Digits::Six), digits)?,
            period: given
                .period
                .as_ref()
                .map_or_else(|| Ok(Period::thirty()), period)?,
            issuer: issuer
                .filter(|text| !text.is_empty())
                .or_else(|| label_prefix(&label)),
            account_hint: account_hint(&label),
            label,
        })
    }

    /// Whether the seed is shorter than the 128 bits that RFC 4226, section 4 (R6), demands.
    #[must_use]
    pub fn seed_is_short(&self) -> bool {
        self.seed.len() < RFC_SEED
    }

    /// The one form that this program writes: unpadded upper-case base32, spaces as `%20`, and a
    /// parameter left out where it says what its absence says.
    #[must_use]
    pub fn to_uri(&self) -> SecretText {
        // Every byte can grow to three; a buffer that never grows leaves no copies behind.
        let names = self.label.len() + self.issuer.as_ref().map_or(0, String::len);
        let mut uri = String::with_capacity(names * 3 + self.seed.len() * 2 + 96);
        uri.push_str("otpauth://totp/");
        push_encoded(&mut uri, &self.label);
        uri.push_str("?secret=");
        push_base32(&mut uri, self.seed.expose());
        if let Some(issuer) = &self.issuer {
            uri.push_str("&issuer=");
            push_encoded(&mut uri, issuer);
        }
        if self.algorithm != Algorithm::Sha1 {
            uri.push_str("&algorithm=");
            uri.push_str(self.algorithm.name());
        }
        if self.digits != Digits::Six {
            uri.push_str("&digits=8");
        }
        if self.period != Period::thirty() {
            uri.push_str("&period=");
            uri.push_str(&self.period.seconds().to_string());
        }
        SecretText::new(uri)
    }
}

/// Takes scheme and type off, and splits what is left at the first `?`.
fn label_and_query(uri: &str) -> Result<(&str, &str), OtpAuthError> {
    if uri.chars().any(char::is_control) {
        return Err(OtpAuthError::Control);
    }
    let (scheme, rest) = uri.split_once("://").ok_or(OtpAuthError::NotOtpauth)?;
    // RFC 3986, section 3.1: schemes are compared without regard to case.
    if scheme.eq_ignore_ascii_case("otpauth-migration") {
        return Err(OtpAuthError::Migration);
    }
    if !scheme.eq_ignore_ascii_case("otpauth") {
        return Err(OtpAuthError::NotOtpauth);
    }
    if rest.contains('#') {
        return Err(OtpAuthError::Fragment);
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (kind, label) = path.split_once('/').unwrap_or((path, ""));
    if kind.eq_ignore_ascii_case("hotp") {
        return Err(OtpAuthError::Hotp);
    }
    if !kind.eq_ignore_ascii_case("totp") {
        return Err(OtpAuthError::UnknownType);
    }
    Ok((label, query))
}

/// The known parameters as they came, decoded.
#[derive(Default)]
struct Parameters {
    secret: Option<SecretText>,
    issuer: Option<SecretText>,
    algorithm: Option<SecretText>,
    digits: Option<SecretText>,
    period: Option<SecretText>,
}

impl Parameters {
    fn parse(query: &str) -> Result<Self, OtpAuthError> {
        let mut given = Self::default();
        let mut names: Vec<&str> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let known = Parameter::from_name(name);
            // Which of two seeds would be the right one? An unknown name twice is as odd.
            if names.iter().any(|seen| seen.eq_ignore_ascii_case(name)) {
                return Err(OtpAuthError::Repeated(known));
            }
            names.push(name);
            let value = SecretText::new(percent_decoded(value, Plus::Space)?);
            match known {
                Some(Parameter::Secret) => given.secret = Some(value),
                Some(Parameter::Issuer) => given.issuer = Some(value),
                Some(Parameter::Algorithm) => given.algorithm = Some(value),
                Some(Parameter::Digits) => given.digits = Some(value),
                Some(Parameter::Period) => given.period = Some(value),
                None => {}
            }
        }
        Ok(given)
    }
}

fn algorithm(text: &SecretText) -> Result<Algorithm, OtpAuthError> {
    let name = text.expose().to_ascii_uppercase().replace('-', "");
    [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512]
        .into_iter()
        .find(|algorithm| algorithm.name() == name)
        .ok_or(OtpAuthError::Algorithm)
}

fn digits(text: &SecretText) -> Result<Digits, OtpAuthError> {
    match text.expose() {
        "6" => Ok(Digits::Six),
        "8" => Ok(Digits::Eight),
        _ => Err(OtpAuthError::Digits),
    }
}

fn period(text: &SecretText) -> Result<Period, OtpAuthError> {
    let text = text.expose();
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(OtpAuthError::Period);
    }
    text.parse()
        .ok()
        .and_then(Period::new)
        .ok_or(OtpAuthError::Period)
}

/// Key URI Format, "Label": an issuer may stand before the first colon.
fn label_prefix(label: &str) -> Option<String> {
    let (prefix, _) = label.split_once(':')?;
    let prefix = prefix.trim();
    (!prefix.is_empty()).then(|| prefix.to_owned())
}

/// IAM API reference, `CreateAccountAlias`: 3 to 63 of a-z, 0-9 and single hyphens between. An
/// account id has that form too; a mail domain, having a dot, has not.
fn account_hint(label: &str) -> Option<String> {
    let (_, hint) = label.rsplit_once('@')?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = (3..=63).contains(&hint.len())
        && hint.bytes().all(plain)
        && !hint.starts_with('-')
        && !hint.ends_with('-')
        && !hint.contains("--");
    fits.then(|| hint.to_owned())
}

/// What `+` means: itself in a path, a space in a query, where form encoders write it so.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    Literal,
    Space,
}

/// RFC 3986, section 2.1. A raw space or letter beyond ASCII stands for itself.
fn percent_decoded(text: &str, plus: Plus) -> Result<String, OtpAuthError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit(), digit());
                let value = high.zip(low).map(|(high, low)| high * 16 + low);
                value
                    .and_then(|value| u8::try_from(value).ok())
                    .ok_or(OtpAuthError::Encoding)?
            }
            b'+' if plus == Plus::Space => b' ',
            other => other,
        });
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| OtpAuthError::Encoding)?;
    if text.chars().any(char::is_control) {
        return Err(OtpAuthError::Control);
    }
    Ok(text.to_owned())
}

/// Leaves RFC 3986's unreserved characters, and `:` and `@`, which a path and a query may hold.
fn push_encoded(uri: &mut String, text: &str) {
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | ':' | '@') {
            uri.push(c);
        } else {
            uri.push('%');
            for nibble in [byte >> 4, byte & 0x0f] {
                uri.push(
                    char::from_digit(u32::from(nibble), 16)
                        .unwrap_or('0')
                        .to_ascii_uppercase(),
                );
            }
        }
    }
}

/// RFC 4648, section 6, in any case, with or without padding, in groups or not. A last character
/// with surplus bits passes, as it does in authenticator apps: seeds drawn as random characters
/// have them. No table is indexed by the seed.
fn seed(text: &str) -> Result<SecretBytes, OtpAuthError> {
    let joined = || text.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
    let length = joined().take_while(|byte| *byte != b'=').count();
    let padding = joined().skip(length);
    let pads = padding.clone().count();
    if length == 0 {
        return Err(OtpAuthError::NoSecret);
    }
    let mut bytes = Vec::with_capacity(length * 5 / 8);
    let (mut held, mut bits) = (Zeroizing::new(0u16), 0u32);
    for (place, byte) in (1usize..).zip(joined().take(length)) {
        let value = base32_value(byte).ok_or(OtpAuthError::NotBase32 { place })?;
        *held = (*held << 5) | u16::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            let [_, whole] = (*held >> bits).to_be_bytes();
            bytes.push(whole);
        }
    }
    let seed = SecretBytes::new(bytes);
    // Five characters more than a byte's worth mean that one is missing; so does bad padding.
    if bits >= 5 || !padding.into_iter().all(|byte| byte == b'=') {
        return Err(OtpAuthError::SecretLength);
    }
    if pads > 6 || (pads > 0 && (length + pads) % 8 != 0) {
        return Err(OtpAuthError::SecretLength);
    }
    if seed.len() < MIN_SEED {
        return Err(OtpAuthError::ShortSeed { bytes: seed.len() });
    }
    Ok(seed)
}

/// A base32 character's value by comparison alone.
fn base32_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

/// RFC 4648, section 6, upper case, without padding.
fn push_base32(uri: &mut String, bytes: &[u8]) {
    let (mut held, mut bits) = (Zeroizing::new(0u16), 0u32);
    let mut push = |value: u16| {
        let [_, value] = (value & 0x1f).to_be_bytes();
        // 26 and above are digits: from 'A' + 26 to '2' is 41 down.
        let digit = (25u8.wrapping_sub(value)) >> 7;
        uri.push(char::from(b'A' + value - digit * 41));
    };
    for byte in bytes {
        *held = (*held << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(*held >> bits);
        }
    }
    if bits > 0 {
        push(*held << (5 - bits));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE32, BASE32_NOPAD};

    const AWS: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    const SHORT: &str = "JBSWY3DPEHPK3PXP";

    fn read(uri: &str) -> Result<OtpAuth, OtpAuthError> {
        OtpAuth::parse(&SecretText::new(uri.to_owned()))
    }

    /// Form, label, issuer, hint; with the AWS seed and every default.
    type Form = (
        &'static str,
        &'static str,
        Option<&'static str>,
        Option<&'static str>,
    );

    const WEB: Option<&str> = Some("Amazon Web Services");

    /// `$` stands for the AWS seed.
    const FORMS: [Form; 24] = [
        // What the AWS console draws for a root user, an alias, a named device, an IAM user.
        (
            "otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret=$&issuer=Amazon%20Web%20Services",
            "Amazon Web Services:root-account-mfa-device@111122223333",
            WEB,
            Some("111122223333"),
        ),
        (
            "otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@example-corp?secret=$&issuer=Amazon%20Web%20Services",
            "Amazon Web Services:root-account-mfa-device@example-corp",
            WEB,
            Some("example-corp"),
        ),
        (
            "otpauth://totp/Amazon%20Web%20Services:tokyo-safe-2@111122223333?secret=$&issuer=Amazon%20Web%20Services",
            "Amazon Web Services:tokyo-safe-2@111122223333",
            WEB,
            Some("111122223333"),
        ),
        (
            "otpauth://totp/Amazon%20Web%20Services:root@corp@111122223333?secret=$",
            "Amazon Web Services:root@corp@111122223333",
            WEB,
            Some("111122223333"),
        ),
        // Separators and spaces, as other writers have them.
        (
            "otpauth://totp/Amazon%20Web%20Services%3Aroot-account-mfa-device%40111122223333?secret=$&issuer=Amazon%20Web%20Services",
            "Amazon Web Services:root-account-mfa-device@111122223333",
            WEB,
            Some("111122223333"),
        ),
        (
            "otpauth://totp/Amazon Web Services:root-account-mfa-device@111122223333?secret=$&issuer=Amazon Web Services",
            "Amazon Web Services:root-account-mfa-device@111122223333",
            WEB,
            Some("111122223333"),
        ),
        (
            "otpauth://totp/Amazon%20Web%20Services:%20root@111122223333?secret=$&issuer=Amazon+Web+Services",
            "Amazon Web Services: root@111122223333",
            WEB,
            Some("111122223333"),
        ),
        // The issuer missing, empty, without a prefix, or another than the prefix.
        (
            "otpauth://totp/root-account-mfa-device@111122223333?secret=$",
            "root-account-mfa-device@111122223333",
            None,
            Some("111122223333"),
        ),
        (
            "otpauth://totp/Example:root?secret=$&issuer=",
            "Example:root",
            Some("Example"),
            None,
        ),
        (
            "otpauth://totp/root?secret=$&issuer=Example%20Corp",
            "root",
            Some("Example Corp"),
            None,
        ),
        (
            "otpauth://totp/Old:root?secret=$&issuer=New",
            "Old:root",
            Some("New"),
            None,
        ),
        ("otpauth://totp/:root?secret=$", ":root", None, None),
        // Labels of people's own.
        (
            "otpauth://totp/Break%20glass%20(London)?secret=$",
            "Break glass (London)",
            None,
            None,
        ),
        (
            "otpauth://totp/aws-root+mgmt@example.com?secret=$",
            "aws-root+mgmt@example.com",
            None,
            None,
        ),
        (
            "otpauth://totp/ACME%20Co:j@x.example.com?secret=$&issuer=ACME%20Co",
            "ACME Co:j@x.example.com",
            Some("ACME Co"),
            None,
        ),
        (
            "otpauth://totp/Z%C3%BCrich:root@111122223333?secret=$",
            "Zürich:root@111122223333",
            Some("Zürich"),
            Some("111122223333"),
        ),
        ("otpauth://totp/Zürich?secret=$", "Zürich", None, None),
        ("otpauth://totp/a/b%2Fc?secret=$", "a/b/c", None, None),
        (
            "otpauth://totp/root@-alias?secret=$",
            "root@-alias",
            None,
            None,
        ),
        (
            "otpauth://totp/root@My-Alias?secret=$",
            "root@My-Alias",
            None,
            None,
        ),
        // Letter case, order, defaults spelt out, parameters that nobody knows, white space around.
        ("OTPAUTH://TOTP/x?SECRET=$", "x", None, None),
        (
            "otpauth://totp/x?issuer=I&period=30&digits=6&algorithm=SHA1&secret=$",
            "x",
            Some("I"),
            None,
        ),
        (
            "otpauth://totp/x?secret=$&image=https%3A%2F%2Fexample.com%2Fi.png&counter=7&flag&&amp;issuer=I",
            "x",
            None,
            None,
        ),
        ("  otpauth://totp/x?secret=$\r\n", "x", None, None),
    ];

    #[test]
    fn labels_and_issuers_are_read_in_every_form() {
        for (form, label, issuer, hint) in FORMS {
            let otp = read(&form.replace("=$", &format!("={AWS}")))
                .unwrap_or_else(|e| panic!("{form}: {e}"));
            assert_eq!(otp.label, label, "{form}");
            assert_eq!(otp.issuer.as_deref(), issuer, "{form}");
            assert_eq!(otp.account_hint.as_deref(), hint, "{form}");
            assert_eq!(
                otp.seed.expose(),
                BASE32.decode(AWS.as_bytes()).unwrap(),
                "{form}"
            );
            assert_eq!(
                (otp.algorithm, otp.digits, otp.period.seconds()),
                (Algorithm::Sha1, Digits::Six, 30),
                "{form}"
            );
            assert!(!otp.seed_is_short());
        }
    }

    #[test]
    fn seeds_are_read_in_every_spelling() {
        let seed = BASE32.decode(b"JBSWY3DPEHPK3PXPGEZDG===").unwrap();
        for spelling in [
            "JBSWY3DPEHPK3PXPGEZDG",
            "JBSWY3DPEHPK3PXPGEZDG===",
            "JBSWY3DPEHPK3PXPGEZDG%3D%3D%3D",
            "jbswy3dpehpk3pxpgezdg",
            "jbsw%20y3dp%20ehpk%203pxp%20gezd%20g",
            "jbsw y3dp ehpk 3pxp gezd g===",
            "JBSW+Y3DP+EHPK+3PXP+GEZD+G",
            "JBSW-Y3DP-EHPK-3PXP-GEZD-G",
            "JbSwY3dPeHpK3pXpGeZdG",
            // Surplus bits set in the last character: the same 13 bytes.
            "JBSWY3DPEHPK3PXPGEZDH",
        ] {
            let otp = read(&format!("otpauth://totp/x?secret={spelling}"));
            assert_eq!(
                otp.unwrap_or_else(|e| panic!("{spelling}: {e}"))
                    .seed
                    .expose(),
                seed
            );
        }
    }

    #[test]
    fn parameters_are_read_in_every_value() {
        let table = [
            ("algorithm=SHA256", Algorithm::Sha256, Digits::Six, 30),
            ("algorithm=sha512", Algorithm::Sha512, Digits::Six, 30),
            ("algorithm=SHA-256", Algorithm::Sha256, Digits::Six, 30),
            ("digits=8", Algorithm::Sha1, Digits::Eight, 30),
            ("period=60", Algorithm::Sha1, Digits::Six, 60),
            ("period=10", Algorithm::Sha1, Digits::Six, 10),
            ("period=300", Algorithm::Sha1, Digits::Six, 300),
            (
                "Algorithm=Sha512&Digits=8&Period=15",
                Algorithm::Sha512,
                Digits::Eight,
                15,
            ),
        ];
        for (query, algorithm, digits, period) in table {
            let otp = read(&format!("otpauth://totp/x?secret={SHORT}&{query}")).unwrap();
            assert_eq!(
                (otp.algorithm, otp.digits, otp.period.seconds()),
                (algorithm, digits, period)
            );
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused_by_that_rule() {
        use OtpAuthError as E;
        let x = "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP";
        let table: Vec<(String, OtpAuthError)> = vec![
            (String::new(), E::NotOtpauth),
            (AWS.into(), E::NotOtpauth),
            (
                "https://totp/x?secret=JBSWY3DPEHPK3PXP".into(),
                E::NotOtpauth,
            ),
            (
                "otpauth:totp/x?secret=JBSWY3DPEHPK3PXP".into(),
                E::NotOtpauth,
            ),
            (
                "otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8".into(),
                E::Migration,
            ),
            (
                "OTPAUTH-MIGRATION://offline?data=CjEKCkhlbGxvId6tvu8".into(),
                E::Migration,
            ),
            (
                "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP&counter=0".into(),
                E::Hotp,
            ),
            (
                "otpauth://steam/x?secret=JBSWY3DPEHPK3PXP".into(),
                E::UnknownType,
            ),
            ("otpauth://totp?secret=JBSWY3DPEHPK3PXP".into(), E::NoLabel),
            ("otpauth://totp/?secret=JBSWY3DPEHPK3PXP".into(), E::NoLabel),
            (
                "otpauth://totp/%20?secret=JBSWY3DPEHPK3PXP".into(),
                E::NoLabel,
            ),
            ("otpauth://totp/x".into(), E::NoSecret),
            ("otpauth://totp/x?issuer=I".into(), E::NoSecret),
            ("otpauth://totp/x?secret=".into(), E::NoSecret),
            ("otpauth://totp/x?secret".into(), E::NoSecret),
            ("otpauth://totp/x?secret=====".into(), E::NoSecret),
            (
                format!("{x}&secret=GEZDGNBVGY3TQOJQ"),
                E::Repeated(Some(Parameter::Secret)),
            ),
            (
                format!("{x}&Secret=JBSWY3DPEHPK3PXP"),
                E::Repeated(Some(Parameter::Secret)),
            ),
            (
                format!("{x}&issuer=A&issuer=A"),
                E::Repeated(Some(Parameter::Issuer)),
            ),
            (
                format!("{x}&period=30&period=60"),
                E::Repeated(Some(Parameter::Period)),
            ),
            (format!("{x}&colour=red&colour=blue"), E::Repeated(None)),
            (x.replace("Y3", "Y1"), E::NotBase32 { place: 6 }),
            (x.replace("JB", "0B"), E::NotBase32 { place: 1 }),
            (x.replace("JB", "%C3%9CB"), E::NotBase32 { place: 1 }),
            (format!("{x}AAAAAA"), E::SecretLength),
            (format!("{x}A"), E::SecretLength),
            (format!("{x}AAA"), E::SecretLength),
            (format!("{x}AA="), E::SecretLength),
            (format!("{x}AA======A"), E::SecretLength),
            (format!("{x}========"), E::SecretLength),
            (
                "otpauth://totp/x?secret=JBSWY3DPEHPK3PX".into(),
                E::ShortSeed { bytes: 9 },
            ),
            (
                "otpauth://totp/x?secret=AA".into(),
                E::ShortSeed { bytes: 1 },
            ),
            (format!("{x}&algorithm=MD5"), E::Algorithm),
            (format!("{x}&algorithm="), E::Algorithm),
            (format!("{x}&digits=7"), E::Digits),
            (format!("{x}&digits=06"), E::Digits),
            (format!("{x}&period=9"), E::Period),
            (format!("{x}&period=301"), E::Period),
            (format!("{x}&period=+30"), E::Period),
            (format!("{x}&period=30.0"), E::Period),
            (format!("{x}&period=99999999999"), E::Period),
            (format!("{x}&issuer=%"), E::Encoding),
            (format!("{x}&issuer=%2"), E::Encoding),
            (format!("{x}&issuer=%+1"), E::Encoding),
            (format!("{x}&issuer=%FF"), E::Encoding),
            (format!("{x}&issuer=a%0Ab"), E::Control),
            (format!("{x}&issuer=a\nb"), E::Control),
            (x.replace("/x", "/%1B[2J"), E::Control),
            (format!("{x}#more"), E::Fragment),
        ];
        for (uri, expected) in table {
            assert_eq!(read(&uri).unwrap_err(), expected, "{uri}");
        }
    }

    #[test]
    fn length_is_bound_on_both_sides() {
        let fill = |length: usize| {
            let head = format!("otpauth://totp/x?secret={SHORT}&issuer=");
            format!("{head}{}", "i".repeat(length - head.len()))
        };
        assert!(read(&fill(MAX_URI)).is_ok());
        assert_eq!(read(&fill(MAX_URI + 1)).unwrap_err(), OtpAuthError::TooLong);
    }

    #[test]
    fn a_seed_below_128_bits_passes_and_says_so() {
        let of = |bytes: usize| {
            let text = BASE32_NOPAD.encode(&vec![0xa5; bytes]);
            read(&format!("otpauth://totp/x?secret={text}"))
        };
        assert_eq!(of(9).unwrap_err(), OtpAuthError::ShortSeed { bytes: 9 });
        assert!(of(10).unwrap().seed_is_short());
        assert!(of(15).unwrap().seed_is_short());
        assert!(!of(16).unwrap().seed_is_short());
    }

    #[test]
    fn base32_is_that_of_data_encoding_for_every_length_and_byte() {
        for length in MIN_SEED..=300 {
            let bytes: Vec<u8> = (0..=255u8).cycle().skip(length * 7).take(length).collect();
            let mut written = String::new();
            push_base32(&mut written, &bytes);
            assert_eq!(written, BASE32_NOPAD.encode(&bytes));
            assert_eq!(seed(&written).unwrap().expose(), bytes);
            assert_eq!(seed(&BASE32.encode(&bytes)).unwrap().expose(), bytes);
        }
    }

    #[test]
    fn writing_has_one_form_and_reads_back_as_the_same() {
        let aws = FORMS[0].0.replace("=$", &format!("={AWS}"));
        assert_eq!(read(&aws).unwrap().to_uri().expose(), aws);
        let queries = [
            "",
            "&algorithm=SHA256",
            "&digits=8",
            "&period=60",
            "&algorithm=SHA512&digits=8&period=15",
        ];
        for (form, ..) in FORMS {
            for query in queries
                .iter()
                .filter(|query| query.is_empty() || !form.contains("period"))
            {
                let otp = read(&form.replace("=$", &format!("={AWS}{query}"))).unwrap();
                let written = otp.to_uri();
                assert!(written.expose().ends_with(query), "{form}");
                assert!(
                    written.expose().is_ascii() && !written.expose().contains([' ', '+']),
                    "{form}"
                );
                let again = OtpAuth::parse(&written).unwrap();
                assert_eq!(again.to_uri().expose(), written.expose());
                assert_eq!(again.seed.expose(), otp.seed.expose());
                assert_eq!(
                    (again.label, again.issuer, again.account_hint),
                    (otp.label, otp.issuer, otp.account_hint)
                );
            }
        }
    }

    #[test]
    fn neither_debug_nor_errors_show_the_seed() {
        let otp = read(&format!("otpauth://totp/x?secret={AWS}")).unwrap();
        let shown = format!("{otp:?}");
        assert!(
            shown.contains("[redacted]") && !shown.contains("JBSWY") && !shown.contains("72, 101")
        );
        for uri in [
            AWS.to_owned(),
            format!("otpauth://{AWS}/x"),
            format!("otpauth://totp/x?{AWS}&{AWS}"),
        ] {
            let error = read(&uri).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("JBSWY"));
        }
    }
}
