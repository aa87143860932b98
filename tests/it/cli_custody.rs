//! The register of places and things, its tables and the safe-access log, by flags and in batch.

use serde_json::{Value, json};

use super::{Desk, MFA, PASSWORD};

/// A safe in London with a sheet of the MFA seed in it, in a bag.
pub fn with_a_safe() -> Desk {
    let desk = Desk::ready();
    desk.ok_as("alice", &LONDON);
    let sheet = "item add sheet-1 --kind qr-sheet --location london-a --bag A1 --for";
    let mut words: Vec<&str> = sheet.split(' ').collect();
    words.push(MFA);
    desk.ok_as("alice", &words);
    desk
}

const LONDON: [&str; 13] = [
    "location",
    "add",
    "london-a",
    "--kind",
    "safe",
    "--site",
    "london",
    "--timezone",
    "Europe/London",
    "--access",
    "alice",
    "--access",
    "bob",
];

/// `safe log` of london-a in 2026, witnessed by bob, with more flags.
pub fn log<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut words: Vec<&str> = "safe log london-a --witness bob --purpose Check"
        .split(' ')
        .collect();
    words.extend(["--opened-at", "2026-07-01 14:03"]);
    words.extend(["--closed-at", "2026-07-01 14:10"]);
    words.extend(more);
    words
}

fn accesses(desk: &Desk) -> Vec<Value> {
    let listed = desk.ok_as("alice", &["--json", "safe", "list"]).json();
    listed["accesses"].as_array().unwrap().clone()
}

/// What a table makes of the register: how many rows are new, changed, as before.
fn counts(desk: &Desk, words: &[&str]) -> [u64; 3] {
    let done = desk.ok_as("alice", &[&["--json"], words].concat()).json();
    ["new", "changed", "same"].map(|word| done[word].as_u64().unwrap())
}

const SAFES: &str = "id,kind,site,timezone,access,dual_control,description\n\
    london-a,safe,london,Europe/London,alice;bob,yes,\"Third floor, left\"\n\
    tokyo-a,bank-box,tokyo,Asia/Tokyo,erin,no,\n";

#[test]
fn a_whole_access_is_one_command_and_counts_once_its_witness_has_signed() {
    let desk = with_a_safe();
    let words = log(&[
        "--json",
        "--batch",
        "--saw",
        "sheet-1",
        "--bag",
        "sheet-1=A1",
        "--seal",
        "sheet-1=intact",
        "--counter",
        "41",
        "--present",
        "carol=2026-07-01 14:04-2026-07-01 14:09",
        "--other",
        "The fire officer",
        "--exception",
        "2026-07-01 14:05|light|none|Alice: a torch",
        "--note",
        "Dusty",
    ]);
    let entered = desk.ok_as("alice", &words).json();
    assert_eq!(
        (&entered["effective"], &entered["needs"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(entered["location"], "london-a");
    assert_eq!(accesses(&desk), Vec::<Value>::new());
    let id = entered["id"].as_str().unwrap();
    desk.refused("carol", &["sign", id], 3, "not-the-witness");
    desk.ok_as("bob", &["sign", id]);
    let all = accesses(&desk);
    assert_eq!(all.len(), 1);
    let access = &all[0];
    // 14:03 on the wall in summer.
    assert_eq!(access["opened_at"], "2026-07-01T13:03:00Z");
    assert_eq!(access["counter"], 41);
    assert_eq!(
        (&access["by"], &access["witness"]),
        (&json!("alice"), &json!("bob"))
    );
    assert_eq!(
        access["findings"],
        json!([{
            "finding": {"finding": "no-request"},
            "words": "a device that makes sign-in codes is in it, and no release was in effect",
        }])
    );
    let shown = desk.ok_as("bob", &["show", id]).out;
    for said in ["The fire officer", "a torch", "Dusty", "carol", "bag A1"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    // It was written down long after: whoever reads the list sees that.
    let listed = desk.ok_as("alice", &["safe", "list"]).out;
    assert!(
        listed.contains("2026-07-01 14:03 BST") && listed.contains(" later"),
        "{listed}"
    );
}

#[test]
fn flags_that_do_not_fit_are_refused_with_what_to_type() {
    let desk = with_a_safe();
    let cases: [(&[&str], i32, &str, &str); 15] = [
        (
            &["--saw", "sheet-1", "--bag", "sheet-1"],
            2,
            "bad-pair",
            "sheet-1=A0012345",
        ),
        (
            &["--saw", "sheet-1", "--seal", "sheet-1:intact"],
            2,
            "bad-pair",
            "sheet-1=intact",
        ),
        (
            &["--saw", "sheet-1", "--seal", "sheet-1=whole"],
            2,
            "bad-seal",
            "",
        ),
        (
            &["--saw", "sheet-1", "--took", "sheet-1"],
            2,
            "item-twice",
            "--saw",
        ),
        (
            &["--saw", "sheet-1", "--saw", "sheet-1"],
            2,
            "item-twice",
            "--saw",
        ),
        (
            &[
                "--saw",
                "sheet-1",
                "--bag",
                "sheet-1=A1",
                "--bag",
                "sheet-1=A2",
            ],
            2,
            "item-twice",
            "",
        ),
        (&["--bag", "sheet-1=A1"], 2, "item-not-handled", "--took"),
        (&["--saw", "sheet-9"], 5, "no-item", "item list"),
        (
            &["--exception", "14:05|light|none"],
            2,
            "bad-exception",
            "14:05|",
        ),
        (
            &["--exception", "14:05|light||bob"],
            2,
            "bad-exception",
            "14:05|",
        ),
        (&["--present", "carol"], 2, "bad-pair", "carol=14:03-14:10"),
        (
            &["--present", "carol=14:03"],
            2,
            "bad-present",
            "carol=14:03-14:10",
        ),
        (
            &["--present", "carol=2026-07-01 14:10-2026-07-01 14:03"],
            2,
            "bad-present",
            "",
        ),
        (&["--present", "zoe=14:03-14:10"], 5, "no-custodian", ""),
        (&["--request", "genesis"], 5, "no-request", "request list"),
    ];
    for (flags, exit, code, hint) in cases {
        let error = desk.refused("alice", &log(flags), exit, code);
        let hints = error["hints"].to_string();
        assert!(hints.contains(hint), "{flags:?}: {hints}");
    }
    // What is wrong in the words alone is said to somebody who has no ledger too.
    let words = log(&["--saw", "sheet-1", "--bag", "sheet-1"]);
    let nowhere = Desk::of_people();
    nowhere
        .run_as("alice", &[&["--json"], &words[..]].concat())
        .error(2, "bad-pair");
}

#[test]
fn an_access_has_a_place_two_people_and_an_end_after_its_beginning() {
    let desk = with_a_safe();
    let with = |from: &str, to: &str, place: &str, witness: &str| -> Vec<String> {
        let all = ["safe", "log", place, "--opened-at", from, "--closed-at", to];
        let more = ["--witness", witness, "--purpose", "Check"];
        all.iter()
            .chain(&more)
            .map(|word| (*word).to_owned())
            .collect()
    };
    let (from, to) = ("2026-07-01 14:03", "2026-07-01 14:10");
    for (words, exit, code) in [
        (with(from, to, "nowhere", "bob"), 5, "no-location"),
        (with(to, from, "london-a", "bob"), 2, "bad-time"),
        (with("14.03", to, "london-a", "bob"), 2, "bad-time"),
        (
            with(from, "2999-01-01 00:00", "london-a", "bob"),
            2,
            "bad-time",
        ),
        (with(from, to, "london-a", "alice"), 3, "own-witness"),
        (with(from, to, "london-a", "zoe"), 5, "no-custodian"),
    ] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        desk.refused("alice", &words, exit, code);
    }
    for (words, hint) in [
        (&["safe", "log"][..], "LOCATION"),
        (&["safe", "open"], "LOCATION"),
        (&["safe", "close"], "LOCATION"),
        (&["safe", "open", "london-a"], "--purpose TEXT"),
        (
            &["safe", "open", "london-a", "--purpose", "Look"],
            "--witness NAME",
        ),
        (&["safe", "log", "london-a"], "--opened-at TIME"),
    ] {
        let error = desk.refused("alice", words, 2, "missing-value");
        assert!(
            error["hints"].to_string().contains(hint),
            "{words:?}: {error}"
        );
    }
}

#[test]
fn what_does_not_fit_is_said_when_the_witness_signs_and_stays_in_the_list() {
    let desk = with_a_safe();
    let words = log(&[
        "--json",
        "--saw",
        "sheet-1",
        "--bag",
        "sheet-1=B7",
        "--seal",
        "sheet-1=broken",
    ]);
    let id = desk.ok_as("alice", &words).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let signed = desk.ok_as("bob", &["sign", &id]);
    let wrong = "the bag of sheet-1 is B7, and the registered one is A1";
    assert!(signed.err.contains(wrong), "{signed:?}");
    for look in [
        &["safe", "list"][..],
        &["location", "show", "london-a"],
        &["item", "show", "sheet-1"],
    ] {
        let shown = desk.ok_as("alice", look).out;
        assert!(shown.contains(wrong), "{look:?}: {shown}");
        assert!(
            shown.contains("the seal of sheet-1 was broken"),
            "{look:?}: {shown}"
        );
        assert!(
            shown.lines().all(|line| line.chars().count() <= 120),
            "{shown}"
        );
    }
    // Both had the open bag in hand.
    let knowers = desk.ok_as("alice", &["secret", "show", MFA]).out;
    let line = knowers
        .lines()
        .find(|line| line.contains("known to"))
        .unwrap();
    assert!(line.contains("alice") && line.contains("bob"), "{knowers}");
}

#[test]
fn what_waits_for_its_witness_takes_no_place_in_the_list() {
    let desk = with_a_safe();
    let id = desk.ok_as("alice", &log(&["--json"])).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.ok_as("bob", &["sign", &id]);
    for _ in 0..3 {
        desk.ok_as("alice", &log(&[]));
    }
    let listed = desk
        .ok_as("alice", &["--json", "safe", "list", "--limit", "1"])
        .json();
    assert_eq!(listed["accesses"].as_array().unwrap().len(), 1);
    assert_eq!(listed["waiting"].as_array().unwrap().len(), 3);
}

#[test]
fn who_opened_closes_and_the_witness_reads_where_it_was() {
    let desk = with_a_safe();
    let open = [
        "safe",
        "open",
        "london-a",
        "--purpose",
        "Look",
        "--witness",
        "bob",
    ];
    desk.ok_as("alice", &open);
    let error = desk.refused("alice", &open, 3, "still-open");
    assert!(
        error["hints"].to_string().contains("safe close london-a"),
        "{error}"
    );
    let shown = desk.ok_as("carol", &["location", "show", "london-a"]).out;
    assert!(
        shown.contains("(OPEN)") && shown.contains("by alice, witness bob"),
        "{shown}"
    );
    let closed = desk
        .ok_as("alice", &["--json", "safe", "close", "london-a"])
        .json();
    let id = closed["id"].as_str().unwrap();
    let signed = desk.ok_as("bob", &["sign", id]);
    assert!(
        signed.err.contains("has closed london-a again"),
        "{signed:?}"
    );
    assert!(signed.err.contains("opens london-a: Look"), "{signed:?}");
    desk.refused("alice", &["safe", "close", "london-a"], 3, "not-open");
    // A keeper closes what another has opened, before whoever was there.
    desk.ok_as("alice", &open);
    let close = ["safe", "close", "london-a", "--witness", "dave"];
    let closed = desk
        .ok_as("carol", &[&["--json"], &close[..]].concat())
        .json();
    let id = closed["id"].as_str().unwrap();
    desk.refused("bob", &["sign", id], 3, "not-the-witness");
    let signed = desk.ok_as("dave", &["sign", id]);
    assert!(
        signed.err.contains("witness   dave") && signed.err.contains("witness   bob"),
        "{signed:?}"
    );
    let shown = desk.ok_as("alice", &["safe", "list"]).out;
    assert!(shown.contains("carol") && shown.contains("dave"), "{shown}");
}

#[test]
fn who_opened_is_told_to_one_who_can_not_close_it() {
    let desk = with_a_safe();
    let added = desk.propose_mallory("witness");
    let word = |field: &str| added[field].as_str().unwrap();
    for by in ["alice", "bob", "carol"] {
        let words = ["sign", word("id"), "--fingerprint", word("fingerprint")];
        desk.ok_as(by, &words);
    }
    desk.ok_as("mallory", &["--code", &desk.code(), "custodian", "accept"]);
    let open = [
        "safe",
        "open",
        "london-a",
        "--purpose",
        "Look",
        "--witness",
        "bob",
    ];
    desk.ok_as("alice", &open);
    let error = desk.refused("mallory", &["safe", "close", "london-a"], 3, "not-author");
    assert!(
        error["message"].to_string().contains("alice has opened it"),
        "{error}"
    );
}

#[test]
fn a_table_of_locations_is_previewed_taken_over_once_and_then_as_before() {
    let desk = Desk::ready();
    desk.write("safes.csv", SAFES.as_bytes());
    let import = ["location", "import", "safes.csv"];
    let before = desk.entries();
    assert_eq!(
        counts(&desk, &[&import[..], &["--preview"]].concat()),
        [2, 0, 0]
    );
    assert_eq!(desk.entries(), before);
    assert_eq!(counts(&desk, &import), [2, 0, 0]);
    assert_eq!(desk.entries(), before.map(|entries| entries + 2));
    assert_eq!(counts(&desk, &import), [0, 0, 2]);
    assert_eq!(desk.entries(), before.map(|entries| entries + 2));
    let shown = desk.ok_as("alice", &["location", "show", "london-a"]).out;
    assert!(
        shown.contains("Third floor, left") && shown.contains("two needed"),
        "{shown}"
    );
    // Columns that a table does not have change nothing; a row that differs is one entry.
    desk.write(
        "moved.csv",
        b"id;kind;site;timezone;access\nlondon-a;cabinet;london;Europe/London;alice, bob\ntokyo-a;bank-box;tokyo;Asia/Tokyo;erin\n",
    );
    assert_eq!(
        counts(&desk, &["location", "import", "moved.csv"]),
        [0, 1, 1]
    );
    let shown = desk.ok_as("alice", &["location", "show", "london-a"]).out;
    assert!(
        shown.contains("cabinet") && shown.contains("two needed"),
        "{shown}"
    );
    assert!(shown.contains("Third floor, left"), "{shown}");
}

#[test]
fn a_table_with_an_error_on_any_line_enters_nothing() {
    let desk = Desk::ready();
    let line = |row: &str| format!("{SAFES}{row}\n");
    for (row, said) in [
        (
            "new-a,safe,new,Europe/Lundun,alice,,",
            "line 4: `Europe/Lundun`",
        ),
        ("new-a,vault,new,UTC,alice,,", "line 4: `vault` is no kind"),
        (
            "new-a,safe,new,UTC,zoe,,",
            "line 4: there is no custodian `zoe`",
        ),
        ("new-a,safe,new,UTC,alice,perhaps,", "line 4: `perhaps`"),
        (
            "New A,safe,new,UTC,alice,,",
            "line 4: `New A` is not a name",
        ),
        (
            "new-a,safe,new,,alice,,",
            "line 4: the cell under `timezone`",
        ),
        (
            "tokyo-a,safe,tokyo,Asia/Tokyo,erin,,",
            "line 4: `tokyo-a` is on line 3",
        ),
        ("new-a,safe,new,UTC", "line 4: 4 cells"),
    ] {
        desk.write("bad.csv", line(row).as_bytes());
        for preview in [&[][..], &["--preview"]] {
            let words = [&["location", "import", "bad.csv"], preview].concat();
            let error = desk.refused("alice", &words, 2, "bad-csv");
            assert!(error.to_string().contains(said), "{row}: {error}");
        }
    }
    let misspelt = SAFES.replace("timezone", "time zone");
    desk.write("bad.csv", misspelt.as_bytes());
    let error = desk.refused("alice", &["location", "import", "bad.csv"], 2, "bad-csv");
    assert!(error["hints"].to_string().contains("timezone"), "{error}");
    assert!(error.to_string().contains("nothing was entered"), "{error}");
}

#[test]
fn a_rule_that_refuses_a_row_refuses_the_table() {
    let desk = with_a_safe();
    // The rules alone know that copies count from 1, and that a bag is what is sealed.
    for (row, code) in [
        ("sheet-3,qr-sheet,,,0,london-a,,", "malformed"),
        ("sheet-3,qr-sheet,,,1,london-a,,bob", "malformed"),
        (
            "sheet-3,mfa-token,,999999999999,,london-a,,",
            "unknown-account",
        ),
    ] {
        let table = format!(
            "id,kind,for,account,copy,location,bag,sealed_by\nsheet-2,document,,,,london-a,,\n{row}\n"
        );
        desk.write("items.csv", table.as_bytes());
        let error = desk.refused("alice", &["item", "import", "items.csv"], 3, code);
        assert!(
            error["causes"]
                .to_string()
                .contains("line 3; nothing was entered"),
            "{error}"
        );
    }
    let shown = desk.ok_as("alice", &["item", "list"]).out;
    assert!(!shown.contains("sheet-2"), "{shown}");
}

#[test]
fn items_mailboxes_and_phones_come_from_tables_too() {
    let desk = with_a_safe();
    let tables = [
        (
            "item",
            "id,kind,location,bag,sealed_by,witness,sealed_at,battery_expires\ntoken-1,mfa-token,london-a,B1,alice,bob,2026-07-01 14:03,2028-01-01\n",
        ),
        (
            "mailbox",
            "id,address,members,accounts\nroot-1,aws-root@example.com,alice;bob,111122223333\n",
        ),
        (
            "phone",
            "id,number,holders,tested\nroot-1,+44 20 7946 0000,carol,2026-07-01\n",
        ),
    ];
    for (what, table) in tables {
        desk.write("table.csv", table.as_bytes());
        let words = [what, "import", "table.csv"];
        let preview = [&words[..], &["--preview"]].concat();
        let before = desk.entries();
        assert_eq!(counts(&desk, &preview), [1, 0, 0], "{what}");
        assert_eq!(desk.entries(), before, "{what}");
        assert_eq!(counts(&desk, &words), [1, 0, 0], "{what}");
        assert_eq!(counts(&desk, &words), [0, 0, 1], "{what}");
    }
    // A table without a column leaves what was in it; an empty cell empties it.
    desk.write("table.csv", b"id,address\nroot-1,root@example.com\n");
    desk.ok_as("alice", &["mailbox", "import", "table.csv"]);
    let mailbox = &desk.ok_as("alice", &["--json", "mailbox", "list"]).json()["mailboxes"][0];
    assert_eq!(mailbox["address"], "root@example.com");
    assert_eq!(mailbox["members"].as_array().unwrap().len(), 2);
    desk.write(
        "table.csv",
        b"id,address,members\nroot-1,root@example.com,\n",
    );
    desk.ok_as("alice", &["mailbox", "import", "table.csv"]);
    let mailbox = &desk.ok_as("alice", &["--json", "mailbox", "list"]).json()["mailboxes"][0];
    assert_eq!(mailbox["members"], json!([]));
    assert_eq!(mailbox["accounts"], json!(["111122223333"]));
}

#[test]
fn who_leaves_leaves_combinations_mailboxes_and_phones_to_be_changed() {
    let desk = with_a_safe();
    for words in [
        "mailbox add root-1 --address aws-root@example.com --member bob",
        "phone add root-1 --number +44 --holder bob --holder alice",
    ] {
        desk.ok_as("alice", &words.split(' ').collect::<Vec<_>>());
    }
    let retire = ["--json", "custodian", "retire", "bob", "--note", "left"];
    let id = desk.ok_as("alice", &retire).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for name in ["alice", "carol", "dave"] {
        desk.run_as(name, &["sign", &id]);
    }
    let left = |desk: &Desk| -> Vec<String> {
        let status = desk.run_as("alice", &["--json", "status"]).json();
        let steps = status["departures"].as_array().unwrap();
        let mut words: Vec<String> = steps
            .iter()
            .map(|step| step["what"].as_str().unwrap().to_owned())
            .filter(|word| ["combination", "mailbox", "phone"].contains(&word.as_str()))
            .collect();
        words.sort();
        words
    };
    assert_eq!(left(&desk), ["combination", "mailbox", "phone"]);
    desk.ok_as(
        "alice",
        &["location", "set", "london-a", "--access", "alice"],
    );
    desk.ok_as("alice", &["mailbox", "set", "root-1", "--member", "alice"]);
    assert_eq!(left(&desk), ["phone"]);
    desk.ok_as("alice", &["phone", "set", "root-1", "--holder", "alice"]);
    assert_eq!(left(&desk), Vec::<String>::new());
}

#[test]
fn who_sealed_a_secret_alone_makes_it_not_what_is_asked_for() {
    let desk = Desk::ready();
    let confirm = |name: &str, epoch: &str| {
        let words = ["--json", "secret", "confirm", PASSWORD, "--epoch", epoch];
        desk.ok_as(name, &words).json()
    };
    let asked = |more: &[&str]| {
        let words = ["--json", "request", PASSWORD, "--purpose", "x"];
        let id = desk.ok_as("alice", &[&words, more].concat()).json();
        let shown = ["--json", "show", id["id"].as_str().unwrap()];
        let shown = desk.ok_as("bob", &shown).json();
        shown["facts"]["secrets"][0]["epoch"].clone()
    };
    confirm("bob", "1");
    desk.ok_as("alice", &["seal", PASSWORD, "--generate", "24"]);
    assert_eq!(asked(&[]), 1);
    let said = confirm("alice", "2");
    assert!(
        said["warnings"][0]
            .as_str()
            .unwrap()
            .contains("you sealed epoch 2")
    );
    assert_eq!(asked(&[]), 1);
    // Whoever is there alone still gets at it.
    assert_eq!(asked(&["--epoch", "2"]), 2);
    confirm("carol", "2");
    assert_eq!(asked(&[]), 2);
    // Where nobody but its sealer has confirmed anything, that is what there is to go by.
    let desk = Desk::ready();
    desk.ok_as("alice", &["seal", PASSWORD, "--generate", "24"]);
    desk.ok_as("alice", &["secret", "confirm", PASSWORD, "--epoch", "2"]);
    let id = desk.request(&[PASSWORD]);
    let shown = desk.ok_as("bob", &["--json", "show", &id]).json();
    assert_eq!(shown["facts"]["secrets"][0]["epoch"], 2);
}
