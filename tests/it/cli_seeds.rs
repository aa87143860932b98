//! MFA seeds from AWS's pictures: compared with codes before they are sealed, and with copies afterwards.

use std::time::{SystemTime, UNIX_EPOCH};

use image::{GrayImage, Luma};
use rootkeep::crypto::secret::SecretBytes;
use rootkeep::crypto::totp::{self, Algorithm, Digits, Period};

use super::input::drawn;
use super::{Desk, MFA, MFA_QR};

/// Twenty bytes, and the same in base32.
const SEED: &[u8] = b"12345678901234567890";
const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const OTHER: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

fn uri(account: &str, seed: &str) -> String {
    format!("otpauth://totp/AWS:root@{account}?secret={seed}&issuer=AWS")
}

/// The codes of [`SEED`] now, and after it.
pub fn two_codes() -> [String; 2] {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    [0, 30].map(|later| {
        totp::code(
            &SecretBytes::copy_of(SEED),
            Algorithm::Sha1,
            Digits::Six,
            Period::thirty(),
            now.as_secs() + later,
        )
        .expose()
        .to_owned()
    })
}

/// A desk with AWS's picture of [`SEED`] for the account of the tests.
pub fn with_a_picture() -> Desk {
    let desk = Desk::ready();
    picture_in(&desk);
    desk
}

/// The same picture on another desk.
pub fn picture_in(desk: &Desk) {
    let picture = drawn(&uri("111122223333", BASE32));
    picture.save(desk.path("aws.png")).unwrap();
}

const SEAL: [&str; 5] = ["--json", "seal", MFA, "--qr", "aws.png"];

#[test]
fn a_seed_is_compared_with_two_codes_in_a_row() {
    let desk = with_a_picture();
    let codes = || [&SEAL[..], &["--codes-stdin"]].concat();
    let before = desk.entries();
    let [first, second] = two_codes();
    for (lines, exit, code) in [
        (format!("{second}\n{first}\n"), 3, "codes-differ"),
        (format!("{first}\n{first}\n"), 3, "codes-differ"),
        ("000000\n111111\n".to_owned(), 3, "codes-differ"),
        (format!("{first}\n12345\n"), 3, "codes-differ"),
        (format!("{first}\n"), 2, "codes-needed"),
        (String::new(), 2, "codes-needed"),
    ] {
        let run = desk.fed("dave", &codes(), lines.as_bytes());
        run.error(exit, code);
    }
    assert_eq!(desk.entries(), before, "nothing was sealed");
    let [first, second] = two_codes();
    let lines = format!("{first}\n{second}\n");
    let sealed = desk.fed("dave", &codes(), lines.as_bytes()).succeeded();
    assert_eq!(sealed.json()["compared"], true);
    assert_eq!(sealed.json()["warnings"], serde_json::json!([]));
}

#[test]
fn where_nobody_can_be_asked_that_is_said() {
    let desk = with_a_picture();
    let sealed = desk.ok_as("dave", &SEAL).json();
    assert_eq!(sealed["compared"], false);
    assert!(
        sealed["warnings"][0]
            .as_str()
            .unwrap()
            .contains("--codes-stdin")
    );
    let run = desk.ok_as("dave", &SEAL[1..]);
    assert!(run.err.contains("warning: nobody has compared"), "{run:?}");
    let run = desk.run_as("dave", &["seal", MFA, "--otpauth-stdin", "--codes-stdin"]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn a_copy_is_the_same_or_not_and_no_more_is_said() {
    let desk = with_a_picture();
    desk.ok_as("dave", &SEAL);
    for (name, text) in [
        ("same.png", uri("111122223333", BASE32)),
        // Another label is no other seed; another way to make codes is.
        (
            "relabelled.png",
            format!("otpauth://totp/Sheet%20of%20Tokyo?secret={BASE32}"),
        ),
        ("other.png", uri("111122223333", OTHER)),
        (
            "longer.png",
            format!("{}&period=60", uri("111122223333", BASE32)),
        ),
    ] {
        drawn(&text).save(desk.path(name)).unwrap();
    }
    let before = desk.entries();
    let compare = |picture| ["secret", "compare", MFA, "--qr", picture];
    for picture in ["same.png", "relabelled.png"] {
        assert_eq!(desk.ok_as("alice", &compare(picture)).out, "same\n");
    }
    for picture in ["other.png", "longer.png"] {
        let run = desk.run_as("alice", &compare(picture));
        assert_eq!(
            (run.code, run.out.as_str(), run.err.as_str()),
            (6, "not the same\n", "")
        );
    }
    // The first epoch was of AWS's other picture.
    let run = desk.run_as(
        "alice",
        &[&compare("same.png")[..], &["--epoch", "1"]].concat(),
    );
    assert_eq!(run.code, 6, "{run:?}");
    let said = desk.ok_as(
        "bob",
        &[
            "--json", "secret", "compare", MFA, "--qr", MFA_QR, "--epoch", "1",
        ],
    );
    assert_eq!(said.json()["same"], true);
    assert_eq!(desk.entries(), before, "nothing is recorded");
    desk.refused(
        "alice",
        &[&compare("same.png")[..], &["--epoch", "9"]].concat(),
        5,
        "no-epoch",
    );
    desk.refused(
        "alice",
        &["secret", "compare", super::PASSWORD, "--qr", "same.png"],
        2,
        "not-a-seed",
    );
}

#[test]
fn only_the_sealers_own_fingerprint_counts() {
    let desk = with_a_picture();
    let sealed = desk.ok_as("dave", &SEAL).json();
    // What says that it is one, and is somebody else's.
    desk.write("forged", &[7; 64]);
    let id = sealed["id"].as_str().unwrap();
    let media = "application/vnd.rootkeep.seed-fingerprint";
    desk.ok_as("alice", &["attach", id, "forged", "--media", media]);
    let compare = ["secret", "compare", MFA, "--qr", "aws.png"];
    assert_eq!(desk.ok_as("bob", &compare).out, "same\n");
    // It is of no use to whoever looks for the seed, and the seed is in none of it.
    let listed = desk.ok_as("alice", &["log", "--kind", "attach"]).out;
    assert!(!listed.contains("GEZDG"), "{listed}");
}

#[test]
fn what_was_split_anew_is_compared_with_what_it_was_before() {
    let desk = with_a_picture();
    desk.ok_as("dave", &SEAL);
    let asked = ["--json", "reshare", MFA, "--purpose", "New shares"];
    let asked = desk.ok_as("dave", &asked).json();
    let id = asked["id"].as_str().unwrap();
    for holder in ["dave", "erin"] {
        desk.ok_as(holder, &["sign", id]);
    }
    desk.ok_as("dave", &["reshare", "finish", id]);
    let compare = |picture| {
        let words = ["secret", "compare", MFA, "--epoch", "3", "--qr", picture];
        desk.run_as("alice", &words).out
    };
    assert_eq!(compare("aws.png"), "same\n");
    assert_eq!(compare(MFA_QR), "not the same\n");
}

#[test]
fn a_device_serves_several_member_accounts_and_never_the_management_account_too() {
    let desk = Desk::ready();
    drawn(&uri("222233334444", BASE32))
        .save(desk.path("member.png"))
        .unwrap();
    let seal = |name: &'static str, serves: &[&'static str]| {
        let mut words = vec!["seal", name, "--quorum", "board", "--qr", "member.png"];
        for account in serves {
            words.extend(["--serves", account]);
        }
        words
    };
    let member = "222233334444/mfa-seed";
    desk.refused(
        "dave",
        &seal(member, &["333344445555", "111122223333"]),
        3,
        "management-shares-device",
    );
    desk.refused(
        "dave",
        &seal(member, &["333344445555", "333344445555"]),
        3,
        "malformed",
    );
    desk.refused(
        "dave",
        &seal(member, &["999999999999"]),
        3,
        "unknown-account",
    );
    desk.ok_as("dave", &seal(member, &["333344445555", "444455556666"]));
    let shown = desk
        .ok_as("alice", &["--json", "secret", "show", member])
        .json();
    assert_eq!(
        shown["serves"],
        serde_json::json!(["333344445555", "444455556666"])
    );
    drawn(&uri("111122223333", BASE32))
        .save(desk.path("member.png"))
        .unwrap();
    desk.refused(
        "dave",
        &seal(MFA, &["222233334444"]),
        3,
        "management-shares-device",
    );
}

#[test]
fn twenty_pictures_that_are_not_one_seed_are_refused() {
    let desk = Desk::ready();
    let one = |query: &str| drawn(&format!("otpauth://totp/AWS:root@111122223333?{query}"));
    let seeded = |more: &str| one(&format!("secret={BASE32}{more}"));
    let text = |text: &str| drawn(text);
    let mut two = GrayImage::from_pixel(2000, 900, Luma([255]));
    image::imageops::overlay(&mut two, &seeded(""), 0, 0);
    image::imageops::overlay(&mut two, &drawn(&uri("222233334444", OTHER)), 1000, 0);
    let huge = GrayImage::from_pixel(10_000, 10_000, Luma([255]));
    let blank = GrayImage::from_pixel(300, 300, Luma([255]));
    #[rustfmt::skip]
    let cases: [(GrayImage, &str, &str); 20] = [
        (text("otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU"), "bad-otpauth", "migration"),
        (text(&format!("otpauth://hotp/AWS:root@111122223333?secret={BASE32}&counter=0")), "bad-otpauth", "hotp"),
        (text(&format!("otpauth://steam/AWS:root@111122223333?secret={BASE32}")), "bad-otpauth", "not totp"),
        (text("https://aws.amazon.com/iam"), "bad-otpauth", "otpauth://"),
        (text(BASE32), "bad-otpauth", "otpauth://"),
        (text(&format!("otpauth://totp/?secret={BASE32}")), "bad-otpauth", "no label"),
        (one("issuer=AWS"), "bad-otpauth", "no secret"),
        (one("secret="), "bad-otpauth", "no secret"),
        (one("secret=GEZDGNBV"), "bad-otpauth", "5 bytes"),
        (one("secret=GEZDGNBVGY3TQOJ1"), "bad-otpauth", "not base32"),
        (one("secret=GEZDGNBVGY3TQOJQA"), "bad-otpauth", "length"),
        (seeded(&format!("&secret={OTHER}")), "bad-otpauth", "twice"),
        (seeded("&algorithm=MD5"), "bad-otpauth", "algorithm"),
        (seeded("&digits=7"), "bad-otpauth", "digits"),
        (seeded("&period=0"), "bad-otpauth", "period"),
        (seeded("&issuer=%ZZ"), "bad-otpauth", "%"),
        (seeded("#more"), "bad-otpauth", "#"),
        (two, "bad-picture", "2 QR codes"),
        (huge, "bad-picture", "10000 by 10000"),
        (blank, "bad-picture", "no QR code"),
    ];
    for (picture, code, cause) in cases {
        picture.save(desk.path("wrong.png")).unwrap();
        let words = ["--json", "--batch", "seal", MFA, "--qr", "wrong.png"];
        let error = desk.run_as("dave", &words).error(2, code);
        let causes = error["causes"].to_string();
        assert!(causes.contains(cause), "{cause}: {error}");
        assert!(!causes.contains("GEZDG"), "{error}");
    }
}
