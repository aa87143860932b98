//! What comes from outside and is not what it ought to be: a clear error, bounded memory, and
//! nothing half-written.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use image::{GrayImage, Luma};
use rootkeep::crypto::age_file;
use rootkeep::statement::Claim;
use rootkeep::statement::decisions::About;
use rootkeep::statement::notes::CorrectPersonal;
use serde_json::Value;

use super::*;
use crate::world::{self, World};

/// More than any file that is read, on any disk: it has no blocks.
const HUGE: u64 = 1 << 30;
/// What the program may have mapped while it reads a huge file, in KiB; the code, the libraries and
/// the heap are all in it.
const ROOM: &str = "400000";

impl Desk {
    /// Runs the program as alice with no more than [`ROOM`].
    fn cramped(&self, words: &[&str], input: Option<&Path>) -> Run {
        let mut command = Command::new("sh");
        command
            .args([
                "-c",
                &format!("ulimit -v {ROOM}; exec \"$@\""),
                "sh",
                PROGRAM,
            ])
            .args(["--json", "--batch"])
            .args(words);
        self.clean(&mut command);
        if let Some(input) = input {
            command.stdin(fs::File::open(input).unwrap());
        }
        self.finish(words, command.output().unwrap())
    }
}

#[test]
fn a_huge_file_is_refused_in_little_memory() {
    let desk = Desk::ready();
    let huge = desk.write("huge", b"");
    fs::OpenOptions::new()
        .write(true)
        .open(&huge)
        .unwrap()
        .set_len(HUGE)
        .unwrap();
    let before = desk.entries();
    for (words, code) in [
        (vec!["card", "show", "huge"], "file-too-large"),
        (vec!["-i", "huge", "status"], "bad-identity"),
        (
            vec![
                "-i",
                "alice.key",
                "init",
                "x.ledger",
                "--name",
                "x",
                "--threshold",
                "2",
                "--card",
                "huge",
            ],
            "file-too-large",
        ),
        (
            vec![
                "-i",
                "alice.key",
                "custodian",
                "add",
                "huge",
                "--role",
                "holder",
            ],
            "file-too-large",
        ),
        (
            vec![
                "-i",
                "alice.key",
                "account",
                "import",
                "--organizations",
                "huge",
            ],
            "file-too-large",
        ),
        (
            vec!["-i", "alice.key", "seal", MFA, "--qr", "huge"],
            "file-too-large",
        ),
        (
            vec!["-i", "alice.key", "attach", "genesis", "huge"],
            "file-too-large",
        ),
        (
            vec!["-i", "alice.key", "verify", "--against", "huge"],
            "file-too-large",
        ),
        (
            vec!["-i", "alice.key", "--own-card", "huge", "status"],
            "file-too-large",
        ),
    ] {
        desk.cramped(&words, None).error(2, code);
    }
    for (words, code) in [
        (
            vec!["-i", "alice.key", "seal", PASSWORD, "--stdin"],
            "bad-secret-length",
        ),
        (
            vec!["-i", "dave.key", "seal", MFA, "--otpauth-stdin"],
            "bad-secret-length",
        ),
        (vec!["recover"], "too-much-input"),
    ] {
        desk.cramped(&words, Some(&huge)).error(2, code);
    }
    assert_eq!(desk.entries(), before);
}

#[test]
fn a_huge_file_of_the_ledgers_own_is_refused_too() {
    let desk = Desk::ready();
    let pin = desk
        .files()
        .into_iter()
        .find(|name| name.starts_with("alice.key."))
        .unwrap();
    let grow = |path: &Path| {
        fs::OpenOptions::new()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(HUGE)
            .unwrap();
    };
    let kept = fs::read(desk.path(&pin)).unwrap();
    grow(&desk.path(&pin));
    desk.cramped(&["-i", "alice.key", "status"], None)
        .error(2, "file-too-large");
    fs::write(desk.path(&pin), kept).unwrap();
    for entry in fs::read_dir(desk.path("acme.ledger/keys"))
        .unwrap()
        .flatten()
    {
        grow(&entry.path());
    }
    let run = desk.cramped(&["-i", "alice.key", "status"], None);
    assert!(
        run.code != 0 && run.err.contains("has more than"),
        "{run:?}"
    );
}

#[test]
fn a_picture_that_would_unfold_to_gigabytes_is_refused() {
    let desk = Desk::ready();
    // A whole PNG header that announces 60,000 by 60,000 pixels, and no pixels.
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0]);
    png.extend(crc32(&png[12..29]).to_be_bytes());
    let pixels = b"IDAT\x78\x9c\x03\0\0\0\0\x01";
    png.extend(8u32.to_be_bytes());
    png.extend(pixels);
    png.extend(crc32(pixels).to_be_bytes());
    png.extend(b"\0\0\0\0IEND\xaeB`\x82");
    desk.write("bomb.png", &png);
    let run = desk.cramped(&["-i", "dave.key", "seal", MFA, "--qr", "bomb.png"], None);
    let error = run.error(2, "bad-picture");
    assert!(
        error["causes"].to_string().contains("60000 by 60000"),
        "{error}"
    );
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[test]
fn a_card_has_one_spelling() {
    let desk = Desk::ready();
    let good = fs::read_to_string(desk.path("mallory.card")).unwrap();
    let doubled = good.replacen(
        "{\"schema\"",
        "{\"schema\":\"rootkeep/v1/card\",\"schema\"",
        1,
    );
    let cases = [
        ("unknown", good.replacen('{', "{\"admin\":true,", 1)),
        ("doubled", doubled),
        ("trailing", format!("{good}{{}}")),
        ("deep", "[".repeat(200_000)),
        ("deep-object", "{\"schema\":".repeat(100_000)),
        ("empty", String::new()),
        ("number", "7".to_owned()),
        (
            "other",
            good.replacen("rootkeep/v1/card", "rootkeep/v2/card", 1),
        ),
        ("cut", good[..good.len() / 2].to_owned()),
    ];
    for (name, text) in cases {
        assert_ne!(text, good);
        desk.write(name, text.as_bytes());
        desk.refused("alice", &["card", "show", name], 4, "bad-card");
        let error = desk.refused(
            "alice",
            &["custodian", "add", name, "--role", "holder"],
            4,
            "bad-card",
        );
        assert!(
            error["causes"].to_string().contains(name),
            "it says which file: {error}"
        );
        assert!(!error["hints"].as_array().unwrap().is_empty(), "{error}");
    }
    for (name, bytes) in [
        ("latin", b"{\"schema\":\"\xe9\"}".to_vec()),
        ("binary", vec![0xff; 100]),
    ] {
        desk.write(name, &bytes);
        desk.refused("alice", &["card", "show", name], 4, "bad-card");
    }
    desk.refused("alice", &["card", "show", "alice.key"], 4, "bad-card");
    desk.refused("alice", &["card", "show", "."], 2, "not-a-file");
    // Every byte of the signed part counts.
    let at = good.find("\"envelope\":\"").unwrap() + 60;
    let mut bytes = good.into_bytes();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    desk.write("flipped", &bytes);
    let run = desk.run(&["--json", "card", "show", "flipped"]);
    assert_eq!(run.code, 4, "{run:?}");
}

#[test]
fn a_listing_is_whole_or_refused() {
    let desk = Desk::ready();
    let one = |account: &str| format!("{{\"Accounts\":[{account}]}}");
    let account = r#"{"Id":"999988887777","Arn":"arn:aws:organizations::999988887777:account/o-aaaaaaaaaa/999988887777","Email":"a@example.com","Name":"A","Status":"ACTIVE","JoinedMethod":"CREATED","JoinedTimestamp":"2020-01-01T00:00:00Z"}"#;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        (
            "doubled",
            one(&account.replacen("{\"Id\"", "{\"Id\":\"999988887777\",\"Id\"", 1)).into_bytes(),
        ),
        ("twice", one(&format!("{account},{account}")).into_bytes()),
        (
            "deep",
            format!("{{\"Accounts\":{}", "[".repeat(1_000_000)).into_bytes(),
        ),
        ("cut", one(account).into_bytes()[..80].to_vec()),
        (
            "more",
            one(account)
                .replacen('{', "{\"NextToken\":\"abc\",", 1)
                .into_bytes(),
        ),
        ("not-json", b"Accounts: none".to_vec()),
        (
            "latin",
            one(&account.replacen("\"A\"", "\"\u{1}\"", 1))
                .replace('\u{1}', "\u{e9}")
                .into_bytes()
                .iter()
                .copied()
                .filter(|byte| *byte != 0xc3)
                .collect(),
        ),
        ("empty", Vec::new()),
        ("picture", fs::read(MFA_QR).unwrap()),
    ];
    for (name, bytes) in cases {
        desk.write(name, &bytes);
        let error = desk.refused(
            "alice",
            &["account", "import", "--organizations", name],
            2,
            "bad-listing",
        );
        assert!(!error["causes"].as_array().unwrap().is_empty(), "{error}");
        assert!(
            error["hints"].to_string().contains("aws organizations"),
            "{error}"
        );
    }
    // The listing that the cases were made from is a good one.
    desk.write("good", one(account).as_bytes());
    let run = desk.ok_as(
        "alice",
        &[
            "--json",
            "account",
            "import",
            "--organizations",
            "good",
            "--preview",
        ],
    );
    assert_eq!(run.json()["added"], 1);
}

#[test]
fn names_from_aws_cannot_write_to_the_terminal() {
    let desk = Desk::ready();
    let listing = fs::read_to_string(ORGANIZATIONS).unwrap();
    let mut listing: Value = serde_json::from_str(&listing).unwrap();
    listing["Accounts"][1]["Name"] = "Payroll\u{202e}\u{200b}".into();
    desk.write("listing", listing.to_string().as_bytes());
    let run = desk.run_as(
        "alice",
        &["account", "import", "--organizations", "listing"],
    );
    let run = if run.code == 0 {
        desk.ok_as("alice", &["account", "list"])
    } else {
        run
    };
    assert!(!run.all().contains(['\u{202e}', '\u{200b}']), "{run:?}");
}

#[test]
fn a_picture_holds_one_seed_or_is_refused() {
    let desk = Desk::ready();
    let uri = |account: &str| {
        format!(
            "otpauth://totp/AWS:root@{account}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AWS"
        )
    };
    let one = drawn(&uri("111122223333"));
    let mut two = GrayImage::from_pixel(one.width() * 2 + 80, one.height(), Luma([255]));
    image::imageops::overlay(&mut two, &one, 0, 0);
    let other = drawn(&uri("444455556666"));
    image::imageops::overlay(&mut two, &other, i64::from(one.width()) + 80, 0);
    let migration = drawn(
        "otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC",
    );
    let web = drawn("https://example.com/otpauth");
    let blank = GrayImage::from_pixel(300, 300, Luma([255]));
    for (name, picture, exit, code, cause) in [
        ("blank.png", &blank, 2, "bad-picture", "no QR code"),
        ("two.png", &two, 2, "bad-picture", "2 QR codes"),
        ("migration.png", &migration, 2, "bad-otpauth", "migration"),
        ("web.png", &web, 2, "bad-otpauth", "otpauth://"),
    ] {
        picture.save(desk.path(name)).unwrap();
        let error = desk.refused("dave", &["seal", MFA, "--qr", name], exit, code);
        assert!(error["causes"].to_string().contains(cause), "{error}");
    }
    other.save(desk.path("other.png")).unwrap();
    desk.refused(
        "dave",
        &["seal", MFA, "--qr", "other.png"],
        3,
        "other-account",
    );
    desk.refused("dave", &["seal", PASSWORD, "--qr", MFA_QR], 2, "not-a-seed");
    desk.write("text.png", b"not a picture");
    desk.refused("dave", &["seal", MFA, "--qr", "text.png"], 2, "bad-picture");
    let cut = fs::read(MFA_QR).unwrap();
    desk.write("cut.png", &cut[..cut.len() / 2]);
    desk.refused("dave", &["seal", MFA, "--qr", "cut.png"], 2, "bad-picture");
    one.save(desk.path("one.png")).unwrap();
    desk.ok_as("dave", &["seal", MFA, "--qr", "one.png"]);
}

pub fn drawn(text: &str) -> GrayImage {
    let code = qrcode::QrCode::new(text).unwrap();
    let (side, scale, margin) = (u32::try_from(code.width()).unwrap(), 6, 24);
    let colors = code.to_colors();
    GrayImage::from_fn(
        side * scale + 2 * margin,
        side * scale + 2 * margin,
        |x, y| {
            let module = |at: u32| {
                at.checked_sub(margin)
                    .map(|at| at / scale)
                    .filter(|at| *at < side)
            };
            match (module(x), module(y)) {
                (Some(x), Some(y)) => {
                    Luma([colors[usize::try_from(y * side + x).unwrap()].select(0, 255)])
                }
                _ => Luma([255]),
            }
        },
    )
}

#[test]
fn an_identity_is_ones_own_and_nobody_elses_to_read() {
    let desk = Desk::ready();
    desk.refused("mallory", &["status"], 3, "not-a-member");
    for mode in [0o604, 0o640, 0o620, 0o601] {
        fs::set_permissions(desk.path("alice.key"), fs::Permissions::from_mode(mode)).unwrap();
        let run = desk.run_as("alice", &["--json", "status"]);
        let error = run.error(3, "identity-readable-by-others");
        assert!(
            error["hints"].to_string().contains("chmod 600 alice.key"),
            "{error}"
        );
    }
    fs::set_permissions(desk.path("alice.key"), fs::Permissions::from_mode(0o400)).unwrap();
    desk.ok_as("alice", &["status"]);
    for (name, bytes) in [
        ("empty.key", b"".as_slice()),
        ("comment.key", b"# nothing here\n"),
        ("binary.key", &[0xfe; 64]),
        (
            "recipient.key",
            b"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n",
        ),
        (
            "pem.key",
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ),
        ("age.key", b"age-encryption.org/v1\n-> nothing\n"),
    ] {
        desk.write(name, bytes);
        let run = desk.run(&["--json", "--batch", "-i", name, "status"]);
        assert!([2, 4].contains(&run.code), "{name}: {run:?}");
        assert!(run.err.contains(name), "it says which file: {run:?}");
    }
    desk.run(&["--json", "-i", "alice.card", "status"])
        .error(2, "bad-identity");
}

#[test]
fn an_identity_whose_plugin_nobody_allowed_starts_nothing() {
    let desk = Desk::ready();
    // age1… of a plugin `rootkeeptest`, by bech32; a program of that name would leave a mark.
    desk.write("plugin.key", b"AGE-PLUGIN-YUBIKEY-1QQQQQQQQQQQ\n");
    let run = desk.run(&["--json", "--batch", "-i", "plugin.key", "status"]);
    assert!([2, 3].contains(&run.code), "{run:?}");
}

#[test]
fn an_ssh_identity_and_an_encrypted_one_say_what_they_need() {
    let desk = Desk::ready();
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ecdsa", "-N", "", "-f"])
        .arg(desk.path("ecdsa"))
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: there is no ssh-keygen");
        return;
    }
    desk.run(&["--json", "-i", "ecdsa", "status"])
        .error(2, "bad-identity");
    let status = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(desk.path("ed"))
        .status()
        .unwrap();
    assert!(status.success());
    desk.ok(&["identity", "new", "fay", "--out", ".", "--ssh", "ed"]);
    assert!(desk.path("fay.card").exists() && !desk.path("fay.key").exists());
    desk.run(&["--json", "-i", "ed", "--own-card", "fay.card", "status"])
        .error(3, "not-a-member");
}

/// An identity under a passphrase, where there is no terminal: whatever is refused with another code
/// than `passphrase-needed` was refused before anybody was asked for a secret.
#[test]
fn what_needs_no_secret_is_refused_before_the_passphrase() {
    let desk = Desk::ready();
    let key = fs::read(desk.path("alice.key")).unwrap();
    let passphrase = SecretText::new("five random words are better".to_owned());
    let locked = age_file::encrypt_with_passphrase(&passphrase, 2, &key).unwrap();
    desk.write("alice.key", &locked);
    desk.run_as("alice", &["--json", "status"])
        .error(2, "passphrase-needed");
    fs::create_dir(desk.path("new")).unwrap();
    desk.write("there", b"mine");
    let five: Vec<String> = FOUNDERS.iter().map(|name| format!("{name}.card")).collect();
    let found = |directory: &'static str, threshold: &'static str, cards: &[String]| {
        let mut words = vec!["init", directory, "--name", "x", "--threshold", threshold];
        words.extend(cards.iter().flat_map(|card| ["--card", card.as_str()]));
        words.join(" ")
    };
    let cases = [
        (found("x.ledger", "6", &five), 3, "malformed"),
        (found("x.ledger", "1", &five), 3, "malformed"),
        (found("x.ledger", "2", &five[1..]), 2, "own-card-missing"),
        (
            found("x.ledger", "2", &["zed.card".to_owned()]),
            5,
            "no-file",
        ),
        (found("there", "3", &five), 3, "exists"),
        (found("no/such/x.ledger", "3", &five), 1, "cannot-write"),
        ("-L zed.ledger status".to_owned(), 5, "not-a-ledger"),
        ("--own-card zed.card status".to_owned(), 5, "no-file"),
        (
            format!("request {PASSWORD} --purpose x --window 5x"),
            2,
            "bad-duration",
        ),
        (format!("request {PASSWORD}"), 2, "missing-value"),
        ("request pass --purpose x".to_owned(), 2, "bad-secret"),
        ("policy set --window-max 5x".to_owned(), 2, "bad-duration"),
        ("log --kind frob".to_owned(), 2, "unknown-kind"),
        ("log --from never".to_owned(), 2, "bad-date"),
        ("verify --against zed".to_owned(), 5, "no-file"),
        ("checkpoint --out there".to_owned(), 3, "exists"),
        ("checkpoint --cosign --out there".to_owned(), 3, "exists"),
        ("shares export --out there".to_owned(), 3, "exists"),
        ("reveal 0000 --out there".to_owned(), 3, "exists"),
        ("reveal 0000 --out no/such/pw".to_owned(), 1, "cannot-write"),
        ("reveal 0000 pass".to_owned(), 2, "bad-secret"),
        ("reject 0000".to_owned(), 2, "missing-value"),
        ("close 0000 --outcome used".to_owned(), 2, "missing-value"),
        ("account show 12".to_owned(), 2, "bad-account"),
        ("secret show pass".to_owned(), 2, "bad-secret"),
        (
            "quorum define Q --threshold 2 --member bob".to_owned(),
            2,
            "bad-name",
        ),
        (
            "quorum define q --group x --groups-needed 1".to_owned(),
            2,
            "bad-group",
        ),
        (
            "custodian away bob --from x --to y".to_owned(),
            2,
            "bad-date",
        ),
        (format!("seal {PASSWORD} --generate 3"), 2, "bad-length"),
        (format!("seal {PASSWORD} --qr {MFA_QR}"), 2, "not-a-seed"),
        (format!("seal {MFA} --stdin"), 2, "otpauth-needed"),
        (format!("seal {MFA} --qr there"), 2, "bad-picture"),
        (
            format!("seal {PASSWORD} --stdin --serves 12"),
            2,
            "bad-account",
        ),
    ];
    for (words, exit, code) in cases {
        let words: Vec<&str> = ["--json"].into_iter().chain(words.split(' ')).collect();
        desk.run_as("alice", &words).error(exit, code);
    }
    // Her own card is nowhere, and she has never been here: as with an SSH key without its card.
    fs::rename(desk.path("alice.card"), desk.path("new/alice.card")).unwrap();
    for name in desk.files() {
        if name.starts_with("alice.key.") {
            fs::remove_file(desk.path(&name)).unwrap();
        }
    }
    let act = [
        "--json",
        "--code",
        "x",
        "policy",
        "set",
        "--pending-days",
        "9",
    ];
    let error = desk.run_as("alice", &act).error(3, "card-needed");
    assert!(error["hints"].to_string().contains("--own-card"), "{error}");
}

#[test]
fn what_cannot_be_signed_is_refused_before_anything_is_shown() {
    let desk = Desk::ready();
    let waits = desk.request(&[PASSWORD]);
    desk.ok_as("bob", &["sign", &waits]);
    let proposal = ["--json", "policy", "set", "--pending-days", "9"];
    let proposal = desk.ok_as("alice", &proposal).json()["id"].clone();
    let proposal = proposal.as_str().unwrap();
    desk.ok_as("alice", &["sign", proposal]);
    let gone = desk.request(&[PASSWORD]);
    desk.ok_as("alice", &["withdraw", &gone]);
    let quorum = desk
        .ok_as("alice", &["--json", "log", "--kind", "quorum.define"])
        .json();
    let quorum = quorum["entries"][0]["id"].as_str().unwrap();
    for (name, id, code) in [
        ("bob", waits.as_str(), "already-decided"),
        ("dave", &waits, "not-in-quorum"),
        ("bob", &gone, "withdrawn"),
        ("alice", proposal, "already-decided"),
        ("erin", quorum, "already-effective"),
        ("bob", "genesis", "already-decided"),
        ("bob", "#16", "unknown-subject"),
    ] {
        desk.refused(name, &["sign", id], 3, code);
        desk.refused(name, &["reject", id, "--reason", "x"], 3, code);
        let run = desk.run_as(name, &["sign", id]);
        assert!(!run.err.contains("made at"), "nothing to agree to: {run:?}");
    }
}

#[test]
fn an_export_over_an_older_one_writes_nothing() {
    let desk = Desk::ready();
    desk.ok_as("alice", &["shares", "export", "--out", "shares"]);
    let mut files = desk.files();
    files.retain(|name| name.starts_with("shares/"));
    fs::remove_file(desk.path(&files[0])).unwrap();
    desk.refused(
        "alice",
        &["shares", "export", "--out", "shares"],
        3,
        "exists",
    );
    assert!(!desk.path(&files[0]).exists(), "all or none");
}

#[test]
fn arguments_are_held_to_their_form() {
    let desk = Desk::ready();
    let request = ["request", PASSWORD, "--purpose", "x", "--window"];
    let with = |words: &[&'static str], last: &'static str| [words, &[last]].concat();
    for window in ["", "x", "5x", "1.5h", "2h30m", "99999999d"] {
        let error = desk.refused("alice", &with(&request, window), 2, "bad-duration");
        assert!(error["hints"].to_string().contains("30m"), "{error}");
    }
    for window in ["0", "59s", "86401s"] {
        desk.refused("alice", &with(&request, window), 3, "malformed");
    }
    let away = ["custodian", "away", "bob", "--from", "2031-02-01", "--to"];
    for date in ["2031-02-30", "2031-2-3", "tomorrow", "", "10000-01-01"] {
        desk.refused("alice", &with(&away, date), 2, "bad-date");
    }
    desk.refused("alice", &with(&away, "2031-01-31"), 3, "malformed");
    desk.refused("alice", &["log", "--from", "yesterday"], 2, "bad-date");
    for threshold in ["0", "1", "4", "17", "255"] {
        let words = [
            "init",
            "x.ledger",
            "--name",
            "x",
            "--card",
            "alice.card",
            "--card",
            "bob.card",
            "--card",
            "carol.card",
            "--threshold",
            threshold,
        ];
        desk.refused("alice", &words, 3, "malformed");
        let words = [
            "quorum",
            "define",
            "q",
            "--member",
            "bob",
            "--member",
            "carol",
            "--member",
            "alice",
            "--threshold",
            threshold,
        ];
        desk.refused("alice", &words, 3, "malformed");
    }
    for threshold in ["256", "-1", "two", ""] {
        let word = format!("--threshold={threshold}");
        desk.refused(
            "alice",
            &["quorum", "define", "q", "--member", "bob", &word],
            2,
            "usage",
        );
    }
    for group in [
        "london",
        "london=2",
        "london=x:bob",
        "=2:bob,carol",
        "London=2:bob,carol",
    ] {
        let run = desk.run_as(
            "alice",
            &[
                "--json",
                "quorum",
                "define",
                "q",
                "--group",
                group,
                "--groups-needed",
                "1",
            ],
        );
        assert_eq!(run.code, 2, "{run:?}");
    }
    for secret in [
        "111122223333",
        "111122223333/pass",
        "1111/password",
        "safe:x/note",
        "org/note:Ä",
        "/note",
    ] {
        let run = desk.run_as("alice", &["--json", "secret", "show", secret]);
        assert_eq!(run.code, 2, "{run:?}");
    }
    for length in ["0", "15", "129", "18446744073709551615"] {
        desk.refused(
            "alice",
            &["seal", PASSWORD, "--generate", length],
            2,
            "bad-length",
        );
    }
    desk.refused("alice", &["seal", PASSWORD, "--stdin"], 2, "empty-secret");
    desk.refused(
        "alice",
        &["seal", PASSWORD, "--generate", "24", "--quorum", "board"],
        3,
        "quorum-fixed",
    );
    desk.refused(
        "alice",
        &["seal", "org/note", "--generate", "24", "--quorum", "board"],
        2,
        "not-a-password",
    );
    desk.refused(
        "alice",
        &["seal", "999988887777/password", "--generate", "24"],
        2,
        "quorum-needed",
    );
    desk.refused(
        "alice",
        &["seal", PASSWORD, "--generate", "24", "--serves", "12"],
        2,
        "bad-account",
    );
    desk.refused(
        "alice",
        &["secret", "confirm", PASSWORD, "--epoch", "7"],
        3,
        "unknown-secret",
    );
    desk.refused(
        "alice",
        &["request", PASSWORD, MFA, "--epoch", "1", "--purpose", "x"],
        2,
        "one-epoch",
    );
    desk.refused("alice", &["reveal", "genesis"], 2, "not-a-request");
    desk.refused("alice", &["log", "--kind", "frob"], 2, "unknown-kind");
    desk.refused(
        "alice",
        &["request", PASSWORD, "--purpose", &"x".repeat(4097)],
        2,
        "bad-text",
    );
    desk.refused("alice", &["account", "show", "12"], 2, "bad-account");
    assert!(!desk.path("x.ledger").exists());
}

#[test]
fn ids_are_found_by_their_first_digits_and_never_guessed() {
    let desk = Desk::ready();
    let log = desk.ok_as("alice", &["--json", "log"]).json();
    for entry in log["entries"].as_array().unwrap() {
        let (id, seq) = (entry["id"].as_str().unwrap(), &entry["seq"]);
        let shown = |typed: &str| desk.ok_as("alice", &["--json", "show", typed]).json();
        let leaf = shown(id)["leaf"].as_str().unwrap().to_owned();
        for typed in [id, &id[..8], &leaf, &format!("#{seq}")] {
            assert_eq!(&shown(typed)["seq"], seq);
            assert_eq!(&shown(&typed.to_uppercase())["seq"], seq);
        }
    }
    for typed in [
        "",
        "#",
        "#-1",
        "#99999999999999999999",
        "abc",
        "G123",
        "g123",
        "0000 ",
        "../x",
    ] {
        desk.refused("alice", &["show", typed], 5, "no-entry");
    }
}

#[test]
fn what_was_read_aloud_is_taken_in_any_case() {
    let desk = Desk::founded();
    let code = desk.code().to_uppercase();
    desk.ok_as("bob", &["sign", "GENESIS", "--code", &code]);
    fs::rename(desk.path("carol.card"), desk.path("elsewhere.card")).unwrap();
    let card = ["--json", "card", "show", "elsewhere.card"];
    let fingerprint = desk.ok(&card).json()["fingerprint"]
        .as_str()
        .unwrap()
        .to_uppercase();
    let words = ["--code", &code, "--own-fingerprint", &fingerprint];
    desk.ok_as("carol", &[&["sign", "Genesis"], &words[..]].concat());
    desk.ok_as("alice", &["show", "Genesis"]);

    let desk = Desk::ready();
    let added = desk.propose_mallory("holder");
    let upper = |field: &str| added[field].as_str().unwrap().to_uppercase();
    let words = ["sign", &upper("id"), "--fingerprint", &upper("fingerprint")];
    desk.ok_as("bob", &words);

    let request = desk.request(&[PASSWORD]).to_uppercase();
    desk.ok_as("bob", &["sign", &request]);
    desk.ok_as("carol", &["sign", &request[..6]]);
    desk.ok_as("alice", &["reveal", &request]);
    desk.ok_as(
        "alice",
        &["correct", &request, "--reason", "x", "--text", "y"],
    );
    let member = desk
        .ok_as("alice", &["--json", "custodian", "show", "bob"])
        .json();
    let member = member["id"].as_str().unwrap().to_uppercase();
    desk.ok_as("alice", &["custodian", "show", &member]);
    let words = ["close", &request, "--outcome", "used", "--note", "x"];
    desk.ok_as("alice", &words);
}

#[test]
fn first_digits_that_fit_two_entries_are_ambiguous() {
    let world = World::ready();
    let mut seen = BTreeSet::new();
    let mut session = world.session(0);
    let alike = (0..3000).find_map(|_| {
        let about = Claim::Correct(
            About {
                subject: world.genesis(),
            },
            Some(CorrectPersonal {
                reason: world::text("x"),
                text: world::text("y"),
            }),
        );
        let four = session.enter(about, Vec::new()).unwrap().id.to_hex()[..4].to_owned();
        (!seen.insert(four.clone())).then_some(four)
    });
    drop(session);
    let mut command = Command::new(PROGRAM);
    command
        .args(["--json", "-i"])
        .arg(world.identity(0))
        .args(["show", &alike.unwrap()]);
    command
        .current_dir(world.dir.path())
        .env_clear()
        .env("HOME", world.dir.path().join("home"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(said["error"]["code"], "ambiguous");
    assert!(!said["error"]["hints"].as_array().unwrap().is_empty());
}

#[test]
fn what_was_typed_is_shown_escaped() {
    let desk = Desk::ready();
    let evil = "x\u{1b}[31m\u{7}\u{202e}y";
    for words in [
        vec!["show", evil],
        vec!["custodian", "show", evil],
        vec!["secret", "show", evil],
        vec!["find", evil],
        vec!["log", "--kind", evil],
        vec!["log", "--author", evil],
        vec![
            "quorum",
            "define",
            evil,
            "--threshold",
            "2",
            "--member",
            "bob",
        ],
        vec!["request", PASSWORD, "--purpose", "x", "--window", evil],
        vec!["request", PASSWORD, "--purpose", "x\u{1b}[31m"],
        vec!["custodian", "away", "bob", "--from", evil, "--to", evil],
        vec!["card", "show", evil],
        vec!["-L", evil, "status"],
        vec!["-i", evil, "status"],
        vec!["identity", "new", evil, "--out", ".", "--plain"],
        vec![
            "init",
            evil,
            "--name",
            evil,
            "--threshold",
            "2",
            "--card",
            "alice.card",
        ],
        vec!["seal", PASSWORD, "--qr", evil],
        vec!["attach", "genesis", evil],
        vec![evil],
        vec!["seal", PASSWORD, evil],
        vec!["--frob", evil],
        vec!["close", "genesis", "--outcome", evil],
        vec!["account", "show", evil],
    ] {
        for json in [vec![], vec!["--json"]] {
            let run = desk.run_as("alice", &[json, words.clone()].concat());
            assert!(run.code != 0, "{run:?}");
            let raw = run.all();
            assert!(!raw.contains(['\u{1b}', '\u{7}']), "{words:?}: {raw:?}");
            assert!(!raw.contains('\u{202e}'), "{words:?}: {raw:?}");
        }
    }
}

#[test]
fn a_text_cannot_pass_for_another_line_of_the_statement() {
    let desk = Desk::ready();
    let purpose = "Tidy up\n  operator  bob\n  window    1 min from when it takes effect";
    let asked = desk
        .ok_as(
            "alice",
            &["--json", "request", PASSWORD, "--purpose", purpose],
        )
        .json();
    let id = asked["id"].as_str().unwrap();
    let shown = desk.ok_as("bob", &["show", id]).out;
    let signed = desk.ok_as("bob", &["sign", id]).err;
    for text in [shown, signed] {
        let lines = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!((lines("  operator"), lines("  window")), (1, 1), "{text}");
        assert!(text.contains("  operator  alice"), "{text}");
        assert!(text.contains("| "), "{text}");
    }
    let log = desk.ok_as("bob", &["log", "--kind", "request"]).out;
    assert_eq!(log.lines().count(), 2, "one line an entry: {log}");
}

#[test]
fn a_directory_that_is_no_ledger_is_said_to_be_none() {
    let desk = Desk::ready();
    fs::create_dir_all(desk.path("empty")).unwrap();
    fs::create_dir_all(desk.path("strange/keys")).unwrap();
    desk.write("strange/ledger.db", b"");
    desk.write("strange/lock", b"");
    for (path, exit) in [("empty", 5), ("home", 5), ("alice.card", 5), ("nowhere", 5)] {
        let error = desk.refused("alice", &["-L", path, "status"], exit, "not-a-ledger");
        assert!(error["hints"].to_string().contains("-L DIR"), "{error}");
    }
    let run = desk.run_as("alice", &["--json", "-L", "strange", "status"]);
    assert!([3, 4, 5].contains(&run.code), "{run:?}");
}

#[test]
fn what_is_written_is_ones_own_and_never_over_another() {
    let desk = Desk::ready();
    let id = desk.released();
    desk.ok_as("alice", &["reveal", &id, "--out", "pw"]);
    desk.ok_as("alice", &["checkpoint", "--out", "note"]);
    desk.ok_as("alice", &["shares", "export", "--out", "shares"]);
    for name in desk.files() {
        let mode = fs::symlink_metadata(desk.path(&name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        let private = ["pw", "note"].contains(&name.as_str())
            || name.starts_with("shares/")
            || name.ends_with(".key")
            || name.ends_with(".card")
            || name.ends_with(".pin")
            || name.starts_with("acme.ledger/keys/");
        if private {
            assert_eq!(mode, 0o600, "{name}");
        }
    }
    let mode = fs::metadata(desk.path("acme.ledger"))
        .unwrap()
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(mode, 0o700, "nobody else enters the ledger");

    desk.write("there", b"mine");
    symlink("nowhere", desk.path("dangling")).unwrap();
    let before = desk.files();
    for path in ["there", "dangling", "shares", "."] {
        let run = desk.run_as("alice", &["--json", "reveal", &id, "--out", path]);
        run.error(3, "exists");
        desk.refused("alice", &["checkpoint", "--out", path], 3, "exists");
    }
    desk.refused(
        "alice",
        &["identity", "new", "bob", "--out", ".", "--plain"],
        3,
        "exists",
    );
    for directory in ["there", "acme.ledger"] {
        let mut words = vec!["init", directory, "--name", "x", "--threshold", "2"];
        words.extend(["--card", "alice.card", "--card", "bob.card"]);
        desk.refused("alice", &words, 3, "exists");
    }
    desk.refused(
        "alice",
        &["shares", "export", "--out", "shares"],
        3,
        "exists",
    );
    desk.refused("alice", &["demo", "--dir", "there"], 1, "cannot-write");
    assert_eq!(desk.files(), before);
    assert_eq!(fs::read(desk.path("there")).unwrap(), b"mine");
}

#[test]
fn a_reveal_that_could_show_nothing_is_not_put_on_record() {
    let desk = Desk::ready();
    let id = desk.released();
    desk.refused("alice", &["reveal", &id, "--totp"], 2, "not-a-seed");
    desk.refused(
        "alice",
        &["reveal", &id, "--out", "no/such/pw"],
        1,
        "cannot-write",
    );
    desk.refused("alice", &["reveal", &id, MFA], 3, "unknown-secret");
    let before = desk.entries();
    desk.run_as("alice", &["--json", "reveal", &id, "--qr"])
        .error(2, "no-json");
    assert_eq!(desk.entries(), before);
}

/// On a terminal: tests/interop/shell.sh.
#[test]
fn a_script_gets_no_shell() {
    let desk = Desk::ready();
    let before = desk.files();
    desk.refused("alice", &["shell"], 2, "shell-needs-terminal");
    let run = desk.run_as("alice", &["shell", "--idle", "5m"]);
    assert!(
        run.err
            .contains("for scripts call rootkeep once per command"),
        "{run:?}"
    );
    for idle in ["0s", "7201s", "3h", "soon", "-1"] {
        let flag = format!("--idle={idle}");
        desk.refused("alice", &["shell", &flag], 2, "bad-duration");
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn founding_fails_whole() {
    let desk = Desk::of_people();
    let before = desk.files();
    let words = ["init", "x.ledger", "--name", "x", "--threshold", "2"];
    for (cards, exit, code) in [
        (vec!["bob.card", "carol.card"], 2, "own-card-missing"),
        (vec!["alice.card", "alice.card"], 3, "malformed"),
        (vec!["alice.card"], 3, "malformed"),
        (vec!["alice.card", "bob.key"], 4, "bad-card"),
        (vec!["alice.card", "zed.card"], 5, "no-file"),
    ] {
        let mut all = words.to_vec();
        for card in &cards {
            all.extend(["--card", card]);
        }
        desk.refused("alice", &all, exit, code);
    }
    desk.run_as(
        "alice",
        &[
            "--json",
            "init",
            "no/such/x.ledger",
            "--name",
            "x",
            "--threshold",
            "2",
            "--card",
            "alice.card",
            "--card",
            "bob.card",
        ],
    )
    .error(1, "cannot-write");
    let left: Vec<String> = desk
        .files()
        .into_iter()
        .filter(|name| !name.starts_with("home"))
        .collect();
    assert_eq!(
        left,
        before
            .into_iter()
            .filter(|name| !name.starts_with("home"))
            .collect::<Vec<_>>()
    );
}
