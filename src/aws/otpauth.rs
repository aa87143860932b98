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

    /// The seed, and how codes are made of it: what two copies have in common, whatever their labels
    /// say. `"rootkeep/seed/v1\n" || algorithm || "\n" || digits || "\n" || period || "\n" || seed`.
    #[must_use]
    pub fn seed_and_form(&self) -> SecretBytes {
        let form = format!(
            "rootkeep/seed/v1\n{}\n{}\n{}\n",
            self.algorithm.name(),
            self.digits.count(),
            self.period.seconds()
        );
        let mut bytes = Vec::with_capacity(form.len() + self.seed.len());
        bytes.extend_from_slice(form.as_bytes());
        bytes.extend_from_slice(self.seed.expose());
        SecretBytes::new(bytes)
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
mod tests;
