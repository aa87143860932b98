//! Writes one of each printed sheet and the custody map into a directory, from made-up data.
//!
//! For `tests/interop/print.sh`, which reads them with other people's tools, and for the pictures in
//! `docs/pictures`. The seed spells NOTASECRETSAMPLE; the share is of the key 000…0.
//!
//! ```text
//! print_samples DIR
//! ```

use std::error::Error;
use std::path::PathBuf;

use rootkeep::aws::otpauth::OtpAuth;
use rootkeep::crypto::secret::SecretText;
use rootkeep::crypto::slip39::Mnemonic;
use rootkeep::exchange::runbook::Runbook;
use rootkeep::present::map::{
    self, Access, By, Map, Person, Place, PlacePicture, Site, Thing, ThingPicture, ThingState,
};
use rootkeep::present::print::annotated::{Annotated, Entry, Person as Took, Place as Of, Proof};
use rootkeep::present::print::form::AccessForm;
use rootkeep::present::print::inventory::{Inventory, Item, Sealed};
use rootkeep::present::print::script::Script;
use rootkeep::present::print::share::ShareCard;
use rootkeep::present::print::sheet::QrSheet;
use rootkeep::present::print::{
    Imprint, Paper, Printed, annotated, form, inventory, script, share, sheet,
};

const URI: &str = "otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret=NOTASECRETSAMPLENOTASECRETSAMPLENOTASECRETSAMPLENOTASECRETSAMPLE&issuer=Amazon%20Web%20Services";
const WORDS: &str = "source again academic acid angry extend spray drug rich screw arena sack chew explain belong morning plains junk merchant morning syndrome vampire curly pleasure tenant quiet piece being arcade indicate smug exhaust language";

const IMPRINT: Imprint<'static> = Imprint {
    ledger: "Acme root custody",
    ledger_id: "7c41e09b",
    entry: Some("entry #42"),
    checkpoint: None,
    printed: Some("2025-11-21 14:05 UTC"),
    sample: true,
};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(
        std::env::args_os()
            .nth(1)
            .ok_or("usage: print_samples DIR")?,
    );
    let device = device()?;
    let runbook = Runbook::parse(include_bytes!("runbooks/lost-mfa.toml"), "lost-mfa.toml")?;
    for (paper, name) in [(Paper::A4, "a4"), (Paper::Letter, "letter")] {
        let write = |sheet: &str, printed: Printed| {
            let path = directory.join(format!("{sheet}-{name}.pdf"));
            std::fs::write(path, printed.pdf.expose())
        };
        write(
            "sheet",
            sheet::draw(&qr_sheet(&device, false), &IMPRINT, paper)?,
        )?;
        write(
            "sheet-text",
            sheet::draw(&qr_sheet(&device, true), &IMPRINT, paper)?,
        )?;
        let many = ["222233334444"; 40];
        let members = QrSheet {
            serves: &many,
            alias: Some("acme-logs"),
            ..qr_sheet(&device, true)
        };
        write("sheet-members", sheet::draw(&members, &IMPRINT, paper)?)?;
        write(
            "share",
            share::draw(&share_card(&Mnemonic::parse(WORDS)?), &IMPRINT, paper)?,
        )?;
        write("inventory", inventory::draw(&london(), &IMPRINT, paper)?)?;
        write("form", form::draw(&access_form(), &IMPRINT, paper)?)?;
        write(
            "form-blank",
            form::draw(&AccessForm::default(), &IMPRINT, paper)?,
        )?;
        let script = Script {
            runbook: &runbook,
            version: 1,
            since: "entry #30",
        };
        write("script", script::draw(&script, &IMPRINT, paper)?)?;
        let performed = performed(&runbook);
        write("performed", annotated::draw(&performed, &IMPRINT, paper)?)?;
    }
    std::fs::write(directory.join("map.svg"), map::draw(&acme()))?;
    std::fs::write(directory.join("map-full.svg"), map::draw(&full(&names())))?;
    Ok(())
}

fn device() -> Result<OtpAuth, Box<dyn Error>> {
    Ok(OtpAuth::parse(&SecretText::new(URI.to_owned()))?)
}

fn qr_sheet(device: &OtpAuth, with_text: bool) -> QrSheet<'_> {
    QrSheet {
        device,
        account: "111122223333",
        alias: Some("acme-management"),
        serves: &[],
        secret: "111122223333/mfa-seed",
        epoch: 1,
        location: "london-a, safe behind the plant room",
        site: "London",
        bag: "TB-0048213",
        copy: (1, 3),
        made_at: "2025-11-21 14:02 UTC",
        made_by: "Dave Osei",
        witness: Some("Erin Nakamura"),
        call: Some("+44 20 7946 0000, security desk"),
        with_text,
    }
}

fn share_card(share: &Mnemonic) -> ShareCard<'_> {
    ShareCard {
        share,
        members: 3,
        group: None,
        custodian: "Alice Okafor",
        secret: "111122223333/password",
        epoch: 1,
        reference: "entry #18",
        made_at: "2025-11-21 14:02 UTC",
        call: Some("+44 20 7946 0000, security desk"),
    }
}

fn london() -> Inventory<'static> {
    const SEALED: Sealed<'static> = Sealed {
        at: "2025-11-21 14:20 UTC",
        by: "Dave Osei",
        witness: Some("Erin Nakamura"),
    };
    const ITEMS: [Item<'static>; 6] = [
        Item {
            id: "qr-mgmt-1",
            kind: "MFA QR sheet",
            serves: "111122223333/mfa-seed, epoch 1, copy 1 of 3",
            bag: Some("TB-0048213"),
            sealed: Some(SEALED),
            state: "here",
        },
        Item {
            id: "token-17",
            kind: "hardware token",
            serves: "111122223333, battery to be replaced by 2027-03-01",
            bag: Some("TB-0048214"),
            sealed: Some(SEALED),
            state: "here, battery check due 2025-12-15",
        },
        Item {
            id: "qr-members-1",
            kind: "MFA QR sheet",
            serves: "222233334444, 333344445555, 444455556666",
            bag: Some("TB-0048219"),
            sealed: Some(SEALED),
            state: "here",
        },
        Item {
            id: "share-alice",
            kind: "share card",
            serves: "org/governance, epoch 2",
            bag: Some("TB-0048220"),
            sealed: Some(SEALED),
            state: "here",
        },
        Item {
            id: "phone-2",
            kind: "phone",
            serves: "phone:root-uk, answers for 12 accounts",
            bag: None,
            sealed: None,
            state: "out since 2025-11-20 09:14 UTC",
        },
        Item {
            id: "stick-3",
            kind: "USB stick",
            serves: "backup of the ledger, entry #40",
            bag: Some("TB-0048222"),
            sealed: Some(SEALED),
            state: "here",
        },
    ];
    Inventory {
        location: "london-a",
        facts: &[
            ("kind", "safe"),
            ("site", "London"),
            ("time zone", "Europe/London"),
            ("combination", "Dave Osei, Farid Haddad"),
            ("key", "Erin Nakamura"),
            ("dual control", "yes"),
        ],
        as_of: "as registered on 2025-11-21 14:30 UTC",
        items: &ITEMS,
    }
}

fn access_form() -> AccessForm<'static> {
    AccessForm {
        number: Some("P-2025-007"),
        location: Some("london-a"),
        site: Some("London"),
        timezone: Some("Europe/London"),
        items: &[
            "qr-mgmt-1",
            "token-17",
            "qr-members-1",
            "share-alice",
            "phone-2",
            "stick-3",
        ],
    }
}

/// A ceremony that went nearly as written.
fn performed(runbook: &Runbook) -> Annotated<'_> {
    let entry = |place, minute, seq, line: &str, more: &[&str]| Entry {
        place,
        when: format!("2025-11-21 14:{minute:02} GMT"),
        seq,
        line: line.to_owned(),
        more: more.iter().map(|text| (*text).to_owned()).collect(),
    };
    let mut entries = vec![
        entry(
            Of::Room,
            2,
            31,
            "the ceremony began",
            &[
                "Dave Osei: administrator",
                "Erin Nakamura: operator",
                "Farid Haddad: phone-holder, witness",
            ],
        ),
        entry(
            Of::Exception(Some(3)),
            21,
            35,
            "decided by Dave Osei, Farid Haddad",
            &[
                "expected: somebody answers the alarm line",
                "happened: nobody answered, three times in ten minutes",
                "decided: the deputy was called, and has agreed",
            ],
        ),
        entry(Of::Room, 23, 36, "Erin Nakamura left, with token-17", &[]),
        entry(
            Of::Room,
            27,
            37,
            "Erin Nakamura came in, with token-17",
            &[],
        ),
    ];
    for (number, step) in (1u32..).zip(&runbook.steps) {
        let values: Vec<String> = step
            .record
            .iter()
            .map(|value| format!("{} = as on the screen", value.id))
            .collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let went = if number == 3 { "deviated" } else { "done" };
        let line = format!("{went}, by Erin Nakamura, Farid Haddad");
        entries.push(entry(
            Of::Step(number),
            10 + number,
            40 + u64::from(number),
            &line,
            &values,
        ));
    }
    let person = |name: &str, roles: &str, signed: &str| Took {
        name: name.to_owned(),
        roles: roles.to_owned(),
        signed: signed.to_owned(),
    };
    let fact = |label, value: &str| (label, value.to_owned());
    Annotated {
        runbook,
        standing: "complete, and signed by everyone".to_owned(),
        called: "lost-mfa, practice, 4eb276f8".to_owned(),
        facts: vec![
            fact("this was", "practice"),
            fact("began", "2025-11-21 14:02 GMT (Europe/London)"),
            fact("place", "London, room 4.12"),
            fact("version", "1"),
        ],
        in_short: vec![
            "15 steps, 14 done, 1 otherwise than written (3).".to_owned(),
            "Exceptions: #35.".to_owned(),
        ],
        people: vec![
            person("Dave Osei", "administrator", "entry #60, who wrote it down"),
            person("Erin Nakamura", "operator", "entry #61"),
            person("Farid Haddad", "phone-holder, witness", "entry #62"),
        ],
        entries,
        end: vec![
            fact("OUTCOME", "completed, 2025-11-21 15:40 GMT, entry #60"),
            fact("SURPRISE", "The alarm line was not staffed"),
            fact(
                "LESSON",
                "Order a spare token (Farid Haddad, until 2026-01-31)",
            ),
        ],
        proof: Proof {
            kind: "ceremony.finish".to_owned(),
            seq: 60,
            leaf: "b19f22c0".repeat(8),
            text: format!(
                "c2sp.org/tlog-proof@v1\nindex 60\n{0}\n{0}\n\nrootkeep.example/7c41e09b\n63\n{0}\n\n\u{2014} rootkeep.example/7c41e09b {1}\n",
                "NOTAHASH".repeat(5),
                "NOTASIGNATURE".repeat(12)
            ),
            key: "rootkeep.example/7c41e09b+00000000+NOTAKEY".to_owned(),
        },
    }
}

fn acme() -> Map<'static> {
    use ThingPicture::{Envelope, Phone, QrSheet, Share, Stick, Token};
    let thing = |id, kind, picture, serves| Thing {
        id,
        kind,
        picture,
        serves,
        state: ThingState::Here,
    };
    let access = |held: &[(&'static str, By)]| {
        held.iter()
            .map(|(person, by)| Access { person, by: *by })
            .collect()
    };
    let safe = |id, kind, picture, items, held: &[(&'static str, By)]| Place {
        id,
        kind,
        picture,
        dual_control: true,
        depends_on_aws: false,
        items,
        access: access(held),
    };
    let seed = "111122223333/mfa-seed";
    let mut phone = thing("phone-2", "phone", Phone, "phone:root-uk");
    phone.state = ThingState::Out;
    let mut token = thing("token-17", "hardware token", Token, "111122223333");
    token.state = ThingState::Attention("battery");
    let mut drawer = safe(
        "london-b",
        "drawer in the plant room",
        PlacePicture::Cabinet,
        vec![
            thing(
                "pw-mgmt",
                "password on paper",
                Envelope,
                "111122223333/password",
            ),
            phone,
        ],
        &[("Bob Lindqvist", By::Held)],
    );
    drawer.dual_control = false;
    let mut badge = safe(
        "tokyo-b",
        "cage, opened by badge",
        PlacePicture::Cabinet,
        vec![thing("stick-3", "USB stick", Stick, "backup, entry #40")],
        &[("Hana Sato", By::Held), ("Ken Mori", By::Held)],
    );
    (badge.dual_control, badge.depends_on_aws) = (false, true);
    let site = |name, timezone, offset_minutes, places| Site {
        name,
        timezone,
        offset_minutes,
        places,
    };
    let person = |name, note| Person { name, note };
    Map {
        ledger: "Acme root custody",
        as_of: "as registered on 2025-11-21 14:30 UTC, entry #42 \u{b7} SAMPLE, made-up data",
        sites: vec![
            site(
                "London",
                "Europe/London",
                0,
                vec![
                    safe(
                        "london-a",
                        "safe, class III",
                        PlacePicture::Safe,
                        vec![
                            thing("qr-mgmt-1", "MFA QR sheet", QrSheet, seed),
                            token,
                            thing(
                                "qr-members-1",
                                "MFA QR sheet",
                                QrSheet,
                                "222233334444 and 2 more",
                            ),
                            thing("share-alice", "share card", Share, "org/governance"),
                        ],
                        &[
                            ("Dave Osei", By::Held),
                            ("Farid Haddad", By::Held),
                            ("Erin Nakamura", By::Seen),
                        ],
                    ),
                    drawer,
                ],
            ),
            site(
                "\u{6771}\u{4eac} Tokyo",
                "Asia/Tokyo",
                540,
                vec![
                    safe(
                        "tokyo-a",
                        "\u{91d1}\u{5eab}, safe",
                        PlacePicture::Safe,
                        vec![
                            thing("qr-mgmt-3", "MFA QR sheet", QrSheet, seed),
                            thing("share-hana", "share card", Share, "111122223333/password"),
                        ],
                        &[("Hana Sato", By::Held), ("Ken Mori", By::Held)],
                    ),
                    badge,
                ],
            ),
            site(
                "New York",
                "America/New_York",
                -300,
                vec![safe(
                    "newyork-a",
                    "deposit box at the bank",
                    PlacePicture::Vault,
                    vec![
                        thing("qr-mgmt-2", "MFA QR sheet", QrSheet, seed),
                        thing("share-carol", "share card", Share, "111122223333/password"),
                    ],
                    &[
                        ("Carol Diaz", By::Share),
                        ("Grace Kim", By::Share),
                        ("Carol Diaz", By::Held),
                    ],
                )],
            ),
        ],
        people: vec![
            person("Alice Okafor", "London \u{b7} keeper, operator"),
            person("Bob Lindqvist", "London \u{b7} holder"),
            person("Carol Diaz", "New York \u{b7} holder"),
            person("Dave Osei", "London \u{b7} holder, witness"),
            person("Erin Nakamura", "London \u{b7} holder"),
            person("Farid Haddad", "London \u{b7} witness"),
            person("Grace Kim", "New York \u{b7} witness"),
            person("Hana Sato", "Tokyo \u{b7} holder"),
            person("Ken Mori", "Tokyo \u{b7} witness"),
        ],
    }
}

const LONG: &str = "a-name-that-is-much-longer-than-anybody-would-choose-for-a-thing";

/// Eight sites of four locations of eight items, twelve people.
struct Names {
    sites: Vec<String>,
    places: Vec<String>,
    things: Vec<String>,
    people: Vec<String>,
}

fn names() -> Names {
    let names =
        |prefix: &str, count: usize| (0..count).map(|n| format!("{prefix}{n}-{LONG}")).collect();
    Names {
        sites: names("Site ", 8),
        places: names("place-", 32),
        things: names("item-", 8),
        people: (0..12).map(|n| format!("Person{n} Surname{n}")).collect(),
    }
}

fn full(names: &Names) -> Map<'_> {
    let things = || {
        names.things.iter().map(|id| Thing {
            id,
            kind: "hardware token",
            picture: ThingPicture::Token,
            serves: LONG,
            state: ThingState::Attention("battery check due"),
        })
    };
    let sites = (-4i32..).zip(&names.sites).zip(names.places.chunks(4));
    Map {
        ledger: LONG,
        as_of: LONG,
        sites: sites
            .map(|((hour, name), places)| Site {
                name,
                timezone: "America/Argentina/ComodRivadavia",
                offset_minutes: hour * 165,
                places: places
                    .iter()
                    .map(|id| Place {
                        id,
                        kind: LONG,
                        picture: PlacePicture::Safe,
                        dual_control: true,
                        depends_on_aws: true,
                        items: things().collect(),
                        access: names
                            .people
                            .iter()
                            .map(|person| Access {
                                person,
                                by: By::Held,
                            })
                            .collect(),
                    })
                    .collect(),
            })
            .collect(),
        people: names
            .people
            .iter()
            .map(|name| Person { name, note: LONG })
            .collect(),
    }
}
