//! Labels and parameters in every form, and what is refused by which rule.

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
        let otp =
            read(&form.replace("=$", &format!("={AWS}"))).unwrap_or_else(|e| panic!("{form}: {e}"));
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

/// What a label or form says of the account, and how codes are made of it. `$` is the AWS seed.
type AccountForm = (&'static str, Option<&'static str>, Algorithm, Digits, u32);

const ROOT: Option<&str> = Some("111122223333");
const ALIAS: Option<&str> = Some("example-corp");

#[rustfmt::skip]
const ACCOUNTS: [AccountForm; 30] = [
    // As the AWS console draws them: by id, by alias, a named device, an IAM user's.
    ("otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret=$&issuer=Amazon%20Web%20Services", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@example-corp?secret=$&issuer=Amazon%20Web%20Services", ALIAS, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon%20Web%20Services:tokyo-safe-2@111122223333?secret=$&issuer=Amazon%20Web%20Services", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon%20Web%20Services:Break_Glass=1,2.3@example-corp?secret=$&issuer=Amazon%20Web%20Services", ALIAS, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon%20Web%20Services:alice@example.com@111122223333?secret=$&issuer=Amazon%20Web%20Services", ROOT, Algorithm::Sha1, Digits::Six, 30),
    // The issuer missing, empty, another, or only before the label.
    ("otpauth://totp/Amazon%20Web%20Services:root@111122223333?secret=$", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/root-account-mfa-device@111122223333?secret=$", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/root@111122223333?secret=$&issuer=", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/AWS:root@example-corp?secret=$&issuer=Acme", ALIAS, Algorithm::Sha1, Digits::Six, 30),
    // Letter case of scheme, type and parameters.
    ("OTPAUTH://TOTP/Amazon%20Web%20Services:root@111122223333?SECRET=$&ISSUER=AWS", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("Otpauth://Totp/AWS:root@111122223333?Secret=$&Issuer=AWS", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/AWS:ROOT@111122223333?secret=$&issuer=aws", ROOT, Algorithm::Sha1, Digits::Six, 30),
    // Spaces, as %20, as +, as they are; separators encoded.
    ("otpauth://totp/Amazon Web Services:root@111122223333?secret=$&issuer=Amazon Web Services", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon%20Web%20Services:root@111122223333?secret=$&issuer=Amazon+Web+Services", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon+Web+Services:root@111122223333?secret=$&issuer=Amazon+Web+Services", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon%20Web%20Services%3Aroot%40111122223333?secret=$", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Amazon%20Web%20Services:%20root%20safe@111122223333%20?secret=$", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("  otpauth://totp/AWS:root@111122223333?secret=$\n", ROOT, Algorithm::Sha1, Digits::Six, 30),
    // Algorithm, digits and period, in any order.
    ("otpauth://totp/AWS:root@111122223333?secret=$&algorithm=SHA1&digits=6&period=30", ROOT, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/AWS:root@111122223333?secret=$&algorithm=SHA256", ROOT, Algorithm::Sha256, Digits::Six, 30),
    ("otpauth://totp/AWS:root@111122223333?algorithm=sha-512&secret=$", ROOT, Algorithm::Sha512, Digits::Six, 30),
    ("otpauth://totp/AWS:root@111122223333?digits=8&secret=$", ROOT, Algorithm::Sha1, Digits::Eight, 30),
    ("otpauth://totp/AWS:root@111122223333?period=60&issuer=AWS&secret=$", ROOT, Algorithm::Sha1, Digits::Six, 60),
    ("otpauth://totp/AWS:root@example-corp?Period=15&Digits=8&Algorithm=SHA256&Secret=$&image=x", ALIAS, Algorithm::Sha256, Digits::Eight, 15),
    // What names no account: a name of one's own, a mail address, what is no alias.
    ("otpauth://totp/Break%20glass%20London?secret=$", None, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/aws+root@example.com?secret=$", None, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/AWS:111122223333?secret=$", None, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/AWS:root@Example-Corp?secret=$", None, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/AWS:root@?secret=$", None, Algorithm::Sha1, Digits::Six, 30),
    ("otpauth://totp/Z%C3%BCrich:Tresor@z%C3%BCrich?secret=$", None, Algorithm::Sha1, Digits::Six, 30),
];

#[test]
fn the_right_account_is_read_from_thirty_forms() {
    for (form, account, algorithm, digits, period) in ACCOUNTS {
        let otp = read(&form.replace('$', AWS)).unwrap_or_else(|e| panic!("{form}: {e}"));
        assert_eq!(otp.account_hint.as_deref(), account, "{form}");
        let read = (otp.algorithm, otp.digits, otp.period.seconds());
        assert_eq!(read, (algorithm, digits, period), "{form}");
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
    assert!(shown.contains("[redacted]") && !shown.contains("JBSWY") && !shown.contains("72, 101"));
    for uri in [
        AWS.to_owned(),
        format!("otpauth://{AWS}/x"),
        format!("otpauth://totp/x?{AWS}&{AWS}"),
    ] {
        let error = read(&uri).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("JBSWY"));
    }
}
