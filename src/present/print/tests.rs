//! What every sheet promises, seen in the bytes of its PDF.

use super::annotated::{Annotated, Entry, Person, Place, Proof};
use super::fonts::{Face, Font};
use super::form::AccessForm;
use super::inventory::{Inventory, Item, Sealed};
use super::script::Script;
use super::share::ShareCard;
use super::sheet::QrSheet;
use super::*;
use crate::aws::otpauth::OtpAuth;
use crate::crypto::secret::{Key32, SecretText};
use crate::crypto::slip39::{Group, Mnemonic, Scheme, split};
use crate::exchange::runbook::Runbook;

const SEED: &str = "NOTASECRETSAMPLENOTASECRETSAMPLENOTASECRETSAMPLENOTASECRETSAMPLE";
const PAPERS: [Paper; 2] = [Paper::A4, Paper::Letter];
const IMPRINT: Imprint<'static> = Imprint {
    ledger: "Acme root custody",
    ledger_id: "7c41e09b",
    entry: Some("entry #42"),
    checkpoint: Some("43 2f9c11"),
    printed: Some("2025-11-21 14:05 UTC"),
    sample: false,
};

fn device() -> OtpAuth {
    let uri = format!(
        "otpauth://totp/Amazon%20Web%20Services:root-account-mfa-device@111122223333?secret={SEED}&issuer=Amazon%20Web%20Services"
    );
    OtpAuth::parse(&SecretText::new(uri)).unwrap()
}

fn qr_sheet<'a>(device: &'a OtpAuth, serves: &'a [&'a str]) -> QrSheet<'a> {
    QrSheet {
        device,
        account: "111122223333",
        alias: Some("acme-management"),
        serves,
        secret: "111122223333/mfa-seed",
        epoch: 1,
        location: "london-a",
        site: "London",
        bag: "TB-0048213",
        copy: (1, 3),
        made_at: "2025-11-21 14:02 UTC",
        made_by: "Dave Osei",
        witness: Some("Erin Nakamura"),
        call: None,
        with_text: false,
    }
}

fn shares(scheme: &Scheme) -> Vec<Vec<Mnemonic>> {
    split(
        &ring::rand::SystemRandom::new(),
        &Key32::new([7; 32]),
        scheme,
    )
    .unwrap()
}

fn share_card<'a>(share: &'a Mnemonic, group: Option<&'a str>) -> ShareCard<'a> {
    ShareCard {
        share,
        members: 3,
        group,
        custodian: "Alice Okafor",
        secret: "111122223333/password",
        epoch: 4,
        reference: "entry #18",
        made_at: "2025-11-21 14:02 UTC",
        call: None,
    }
}

fn items(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("item-{number:04}"))
        .collect()
}

fn inventory(ids: &[String], paper: Paper) -> Printed {
    let items: Vec<Item<'_>> = ids
        .iter()
        .map(|id| Item {
            id,
            kind: "MFA QR sheet",
            serves: "111122223333/mfa-seed",
            bag: Some("TB-0048213"),
            sealed: Some(Sealed {
                at: "2025-11-21 14:20 UTC",
                by: "Dave Osei",
                witness: None,
            }),
            state: "here",
        })
        .collect();
    let inventory = Inventory {
        location: "london-a",
        facts: &[("site", "London")],
        as_of: "2025-11-21 14:30 UTC",
        items: &items,
    };
    inventory::draw(&inventory, &IMPRINT, paper).unwrap()
}

/// A runbook of two roles and as many steps, in which every text but the title is this one.
fn runbook(steps: usize, text: &str) -> Runbook {
    titled("The device is lost", steps, text)
}

fn titled(title: &str, steps: usize, text: &str) -> Runbook {
    let title = format!("{title:?}");
    let text = format!("{text:?}");
    let mut file = format!(
        "schema = \"rootkeep/v1/runbook\"\nname = \"lost-mfa\"\ntitle = {title}\nscenario = {text}\n\
         written = 2025-11-21\nbefore = [{text}, {text}]\n\
         [[roles]]\nid = \"operator\"\nwho = {text}\napart_from = [\"witness\"]\n\
         [[roles]]\nid = \"witness\"\nwho = {text}\npeople = 2\n"
    );
    for number in 1..=steps {
        file.push_str(&format!(
            "[[steps]]\nid = \"step-{number}\"\nby = [\"operator\", \"witness\"]\ndo = {text}\n\
             observe = {text}\nrecord = [{{ id = \"value-{number}\", what = {text} }}]\nstop = [{text}]\n"
        ));
    }
    Runbook::parse(file.as_bytes(), "test").unwrap()
}

fn script(runbook: &Runbook, paper: Paper) -> Printed {
    let script = Script {
        runbook,
        version: 3,
        since: "entry #12",
    };
    script::draw(&script, &IMPRINT, paper).unwrap()
}

/// A ceremony in which every step was recorded, with this text wherever somebody could have typed one.
fn performed<'a>(runbook: &'a Runbook, text: &str) -> Annotated<'a> {
    let entry = |place, seq| Entry {
        place,
        when: "2025-11-21 14:05 UTC".to_owned(),
        seq,
        line: format!("done, by {text}"),
        more: vec![format!("value = {text}"), format!("note: {text}")],
    };
    let mut entries: Vec<Entry> = (1u32..)
        .zip(&runbook.steps)
        .map(|(number, _)| entry(Place::Step(number), 100 + u64::from(number)))
        .collect();
    entries.push(entry(Place::Exception(Some(1)), 200));
    entries.push(entry(Place::Exception(None), 201));
    entries.push(entry(Place::Room, 202));
    Annotated {
        runbook,
        standing: "complete, and signed by everyone".to_owned(),
        called: "lost-mfa, practice, 4eb276f8".to_owned(),
        facts: vec![
            ("this was", "practice".to_owned()),
            ("place", text.to_owned()),
        ],
        in_short: vec!["2 steps, 2 done.".to_owned()],
        people: vec![Person {
            name: text.to_owned(),
            roles: "operator".to_owned(),
            signed: "entry #210".to_owned(),
        }],
        entries,
        end: vec![
            ("OUTCOME", "completed".to_owned()),
            ("NOTE", text.to_owned()),
        ],
        proof: Proof {
            kind: "ceremony.finish".to_owned(),
            seq: 209,
            leaf: "ab".repeat(32),
            text: PROOF.to_owned(),
            key: "example.com/log+00000000+AAAA".to_owned(),
        },
    }
}

/// A proof with lines that paper is too narrow for.
const PROOF: &str = "c2sp.org/tlog-proof@v1\nindex 209\nNOTAHASH+NOTAHASH/NOTAHASH=\n\nexample.com/log\n210\nNOTAROOT=\n\n- example.com/log NOTASIGNATURENOTASIGNATURENOTASIGNATURENOTASIGNATURENOTASIGNATURENOTASIGNATURENOTASIGNATURENOTASIGNATURENOTASIGNATURE/NOTASIGNATURENOTASIGNATURE==\n";

/// A run of text as the PDF has it, in points: where its baseline begins, how large it is, and what
/// it says.
struct Run {
    page: usize,
    x: f64,
    y: f64,
    width: f64,
    size: f64,
    face: String,
    text: String,
}

/// Reads every run back through the numbers that a document of ASCII gives its glyphs.
fn runs(printed: &Printed) -> Vec<Run> {
    let mut fonts = Face::ALL.map(|face| (face.names().0, Font::open(face).unwrap()));
    let text = String::from_utf8_lossy(printed.pdf.expose());
    let mut page = 0;
    let mut runs = Vec::new();
    for line in text.lines() {
        page += usize::from(line.contains("/Type /Page\n") || line.trim() == "/Type /Page");
        let Some(operators) = line.strip_suffix("> Tj ET") else {
            continue;
        };
        let (set, glyphs) = operators.split_once(" Td <").unwrap();
        let words: Vec<&str> = set.split(' ').collect();
        let [_, _, _, name, size, _, x, y] = words[..] else {
            panic!("{set}");
        };
        let (_, font) = fonts
            .iter_mut()
            .find(|(known, _)| name == format!("/{known}"))
            .unwrap();
        let ascii: Vec<(String, char, u16)> = (' '..='~')
            .map(|c| (c, font.glyph(c).unwrap()))
            .map(|(c, glyph)| (format!("{:04X}", glyph.number), c, glyph.width))
            .collect();
        let size: f64 = size.parse().unwrap();
        let known = |glyph: &[u8]| ascii.iter().find(|(hex, ..)| hex.as_bytes() == glyph);
        let glyphs = glyphs.as_bytes().chunks(4).map(known);
        let thousandths: u32 = glyphs
            .clone()
            .flatten()
            .map(|(.., width)| u32::from(*width))
            .sum();
        runs.push(Run {
            page,
            x: x.parse().unwrap(),
            y: y.parse().unwrap(),
            width: f64::from(thousandths) * size / 1000.0,
            size,
            face: name.trim_start_matches('/').to_owned(),
            text: glyphs
                .map(|glyph| glyph.map_or('?', |(_, c, _)| *c))
                .collect(),
        });
    }
    runs
}

fn all_text(printed: &Printed) -> String {
    let texts: Vec<String> = runs(printed).into_iter().map(|run| run.text).collect();
    texts.join("\n")
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (device, shares) = (device(), shares(&Scheme::single(2, 3)));
    let runbook = runbook(3, "Look.");
    for paper in PAPERS {
        let draws: [&dyn Fn() -> Printed; 6] = [
            &|| sheet::draw(&qr_sheet(&device, &[]), &IMPRINT, paper).unwrap(),
            &|| share::draw(&share_card(&shares[0][0], None), &IMPRINT, paper).unwrap(),
            &|| inventory(&items(40), paper),
            &|| form::draw(&AccessForm::default(), &IMPRINT, paper).unwrap(),
            &|| script(&runbook, paper),
            &|| annotated::draw(&performed(&runbook, "Look."), &IMPRINT, paper).unwrap(),
        ];
        for draw in draws {
            let (one, two) = (draw(), draw());
            assert_eq!(one.pdf.expose(), two.pdf.expose());
            assert!(one.undrawn.is_empty() && one.shortened.is_empty());
        }
    }
}

#[test]
fn a_page_is_as_large_as_the_paper() {
    for (paper, upright, lying) in [
        (Paper::A4, "[0 0 595.27", "[0 0 841.8"),
        (Paper::Letter, "[0 0 612 792", "[0 0 792 612"),
    ] {
        let form = form::draw(&AccessForm::default(), &IMPRINT, paper).unwrap();
        let text = String::from_utf8_lossy(form.pdf.expose());
        assert_eq!(text.matches(upright).count(), form.pages, "{paper:?}");
        let inventory = inventory(&items(1), paper);
        let text = String::from_utf8_lossy(inventory.pdf.expose());
        assert!(text.contains(lying), "{paper:?}");
    }
}

#[test]
fn a_sheet_s_code_reads_back_from_its_file_as_the_device_s_uri() {
    let device = device();
    for paper in PAPERS {
        let printed = sheet::draw(&qr_sheet(&device, &[]), &IMPRINT, paper).unwrap();
        let codes = code::read_all(printed.pdf.expose()).unwrap();
        let texts: Vec<&str> = codes.iter().map(SecretText::expose).collect();
        assert_eq!(texts, [device.to_uri().expose()]);
    }
}

#[test]
fn a_code_that_lost_its_rectangles_does_not_read_back() {
    let printed = sheet::draw(&qr_sheet(&device(), &[]), &IMPRINT, Paper::A4).unwrap();
    let pdf = printed.pdf.expose();
    let begin = pdf
        .windows(ink::CODE_BEGINS.len())
        .position(|window| window == ink::CODE_BEGINS.as_bytes())
        .unwrap();
    let mut spoilt = pdf.to_vec();
    // Half of them become something else than rectangles.
    for at in begin..begin + 12_000 {
        if spoilt[at..].starts_with(b" re") {
            spoilt[at + 1] = b'x';
        }
    }
    assert!(code::read_all(&spoilt).is_none());
}

#[test]
fn the_seed_stands_in_text_only_where_that_is_asked_for() {
    let device = device();
    for paper in PAPERS {
        let mut sheet = qr_sheet(&device, &[]);
        let without = all_text(&sheet::draw(&sheet, &IMPRINT, paper).unwrap());
        assert!(!SEED.as_bytes().windows(4).any(|four| {
            let four = std::str::from_utf8(four).unwrap();
            without.contains(four)
        }));
        sheet.with_text = true;
        let with = sheet::draw(&sheet, &IMPRINT, paper).unwrap();
        let groups: Vec<String> = runs(&with)
            .into_iter()
            .map(|run| run.text)
            .filter(|text| text.len() == 4 && SEED.contains(text.as_str()))
            .collect();
        assert_eq!(groups.concat(), SEED);
        assert!(all_text(&with).contains("SHA1, 6 digits, 30 s"));
    }
}

#[test]
fn outside_stands_the_bag_and_nothing_of_the_account() {
    let device = device();
    for paper in PAPERS {
        let sheet = QrSheet {
            with_text: true,
            ..qr_sheet(&device, &["222233334444"])
        };
        let printed = sheet::draw(&sheet, &IMPRINT, paper).unwrap();
        let fold = paper.size().1 * 2.0 / 3.0 * 72.0 / 25.4;
        let (outside, inside): (Vec<Run>, Vec<Run>) =
            runs(&printed).into_iter().partition(|run| run.y > fold);
        let join = |runs: &[Run]| {
            runs.iter()
                .map(|run| run.text.as_str())
                .collect::<Vec<_>>()
                .join("\n")
        };
        let (outside, inside) = (join(&outside), join(&inside));
        for place in ["TB-0048213", "london-a", "London", "1 of 3"] {
            assert!(outside.contains(place), "{place} in {outside}");
        }
        for account in [
            "111122223333",
            "222233334444",
            "acme-management",
            "mfa-device",
            "mfa-seed",
            "NOTA",
        ] {
            assert!(inside.contains(account), "{account} in {inside}");
            assert!(!outside.contains(account), "{account} in {outside}");
        }
    }
}

#[test]
fn a_code_lies_between_the_folds_and_its_quiet_zone_is_white() {
    let shortest = format!("otpauth://totp/a?secret={}", &SEED[..16]);
    let shortest = OtpAuth::parse(&SecretText::new(shortest)).unwrap();
    for device in [device(), shortest] {
        for paper in PAPERS {
            let printed = sheet::draw(&qr_sheet(&device, &[]), &IMPRINT, paper).unwrap();
            let (left, right, lowest, highest, module) = code_of(&printed);
            let quiet = 4.0 * module;
            let third = paper.size().1 / 3.0 * ink::POINTS;
            assert!(lowest - quiet > third && highest + quiet < 2.0 * third);
            assert!(left - quiet > 0.0 && module > 0.9 * ink::POINTS, "{module}");
            for run in runs(&printed) {
                let beside = run.x > right + quiet || run.x + run.width < left - quiet;
                let above = run.y - 0.22 * run.size > highest + quiet;
                let below = run.y + 0.74 * run.size < lowest - quiet;
                assert!(beside || above || below, "{}", run.text);
            }
        }
    }
}

#[test]
fn the_pattern_lies_on_all_of_the_code_when_folded() {
    for paper in PAPERS {
        let printed = sheet::draw(&qr_sheet(&device(), &[]), &IMPRINT, paper).unwrap();
        let (left, right, lowest, highest, _) = code_of(&printed);
        let text = String::from_utf8_lossy(printed.pdf.expose()).into_owned();
        let fold = paper.size().1 / 3.0 * ink::POINTS;
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for line in text.lines().filter_map(|line| line.strip_suffix(" l")) {
            let numbers: Vec<f64> = line
                .split(' ')
                .filter_map(|word| word.parse().ok())
                .collect();
            let [.., x0, y0, x1, y1] = numbers[..] else {
                panic!("{line}");
            };
            // The maze's lines are slanted.
            if x0 != x1 && y0 != y1 {
                xs.extend([x0, x1]);
                ys.extend([y0, y1]);
            }
        }
        xs.sort_by(f64::total_cmp);
        ys.sort_by(f64::total_cmp);
        let near = |one: f64, other: f64| (one - other).abs() < 0.1;
        assert!(
            near(xs[0], left) && near(xs[xs.len() - 1], right),
            "{paper:?}"
        );
        assert!(near(ys[0], 2.0 * fold - highest), "{paper:?}");
        assert!(near(ys[ys.len() - 1], 2.0 * fold - lowest), "{paper:?}");
    }
}

/// Left, right, lower and upper end of the first code, and its module, in points.
fn code_of(printed: &Printed) -> (f64, f64, f64, f64, f64) {
    let text = String::from_utf8_lossy(printed.pdf.expose());
    let code = text.split(ink::CODE_BEGINS).nth(1).unwrap();
    let rectangles: Vec<Vec<f64>> = code
        .split(ink::CODE_ENDS)
        .next()
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_suffix(" re"))
        .map(|line| {
            line.split(' ')
                .map(|number| number.parse().unwrap())
                .collect()
        })
        .collect();
    let least = |of: fn(&Vec<f64>) -> f64| rectangles.iter().map(of).fold(f64::MAX, f64::min);
    let most = |of: fn(&Vec<f64>) -> f64| rectangles.iter().map(of).fold(0.0, f64::max);
    (
        least(|r| r[0]),
        most(|r| r[0] + r[2]),
        least(|r| r[1]),
        most(|r| r[1] + r[3]),
        rectangles[0][3],
    )
}

#[test]
fn a_device_of_many_accounts_names_them_or_says_that_it_was_cut() {
    let accounts: Vec<String> = (0..60)
        .map(|n| format!("{:012}", 222_233_334_444u64 + n))
        .collect();
    let accounts: Vec<&str> = accounts.iter().map(String::as_str).collect();
    let device = device();
    let few = sheet::draw(&qr_sheet(&device, &accounts[..8]), &IMPRINT, Paper::Letter).unwrap();
    assert!(few.shortened.is_empty());
    assert!(
        accounts[..8]
            .iter()
            .all(|account| all_text(&few).contains(account))
    );
    let many = sheet::draw(&qr_sheet(&device, &accounts), &IMPRINT, Paper::A4).unwrap();
    assert_eq!(many.shortened, [accounts.join(", ")]);
    let text = all_text(&many).replace('\n', " ");
    let named = accounts
        .iter()
        .filter(|account| text.contains(**account))
        .count();
    assert!(named >= 8, "{named}");
    assert!(
        text.contains(&format!("and {} more: see the ledger", 60 - named)),
        "{text}"
    );
}

#[test]
fn a_share_s_words_stand_numbered_in_order_and_in_its_code() {
    let shares = shares(&Scheme::single(2, 3));
    for paper in PAPERS {
        let share = &shares[0][1];
        let printed = share::draw(&share_card(share, None), &IMPRINT, paper).unwrap();
        assert_eq!(printed.pages, 1);
        let texts: Vec<String> = runs(&printed).into_iter().map(|run| run.text).collect();
        for (number, word) in (1..).zip(share.text().expose().split(' ')) {
            let pair = [number.to_string(), word.to_owned()];
            assert!(texts.windows(2).any(|two| two == pair), "{number}");
        }
        assert!(texts.iter().any(|text| text == "Any 2 of 3 shares open it"));
        let codes = code::read_all(printed.pdf.expose()).unwrap();
        assert_eq!(codes.len(), 1);
        assert_eq!(codes[0].expose(), share.text().expose());
    }
}

#[test]
fn a_share_of_groups_says_so() {
    let groups = vec![
        Group {
            threshold: 2,
            members: 3,
        },
        Group {
            threshold: 2,
            members: 3,
        },
    ];
    let shares = shares(&Scheme {
        groups_needed: 2,
        groups,
    });
    let card = share_card(&shares[1][2], Some("board"));
    let printed = share::draw(&card, &IMPRINT, Paper::A4).unwrap();
    let text = all_text(&printed);
    for said in [
        "2 of 2 groups open it",
        "any 2 of 3",
        "2 of 2, board",
        "3 of 3",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
}

#[test]
fn outside_of_a_share_stands_neither_secret_nor_word() {
    let shares = shares(&Scheme::single(2, 3));
    let printed = share::draw(&share_card(&shares[0][0], None), &IMPRINT, Paper::A4).unwrap();
    let fold = Paper::A4.size().1 * 2.0 / 3.0 * 72.0 / 25.4;
    let outside: Vec<String> = runs(&printed)
        .into_iter()
        .filter(|run| run.y > fold)
        .map(|run| run.text)
        .collect();
    assert!(outside.iter().any(|text| text == "Alice Okafor"));
    assert!(!outside.iter().any(|text| text.contains("111122223333")));
    let mut words = shares[0][0].text().expose().split(' ');
    assert!(!words.any(|word| outside.iter().any(|text| text == word)));
}

#[test]
fn an_inventory_has_every_item_once_on_as_many_pages_as_it_needs() {
    for paper in PAPERS {
        for count in [0, 1, 7, 8, 9, 10, 11, 12, 150] {
            let ids = items(count);
            let printed = inventory(&ids, paper);
            let texts: Vec<String> = runs(&printed).into_iter().map(|run| run.text).collect();
            let seen = |wanted: &str| texts.iter().filter(|text| text.as_str() == wanted).count();
            assert!(ids.iter().all(|id| seen(id) == 1), "{count}");
            let pages = printed.pages;
            for page in 1..=pages {
                assert_eq!(seen(&format!("page {page} of {pages}")), 1, "{count}");
            }
            assert_eq!(seen("Counted by: name"), 1);
            assert_eq!(seen("Witnessed by: name"), 1);
        }
        assert!(inventory(&items(150), paper).pages > 8);
    }
}

#[test]
fn the_longest_texts_lie_on_nothing_and_end_before_the_paper_does() {
    let device = device();
    let groups = vec![
        Group {
            threshold: 2,
            members: 3,
        },
        Group {
            threshold: 2,
            members: 3,
        },
    ];
    let shares = shares(&Scheme {
        groups_needed: 2,
        groups,
    });
    let long = &*"word ".repeat(200);
    let longest = &*"word ".repeat(800);
    let longest = titled(longest, 9, longest);
    let short = runbook(9, "Look.");
    let ids = items(23);
    let known: Vec<&str> = ids.iter().map(String::as_str).collect();
    let accounts = ["222233334444"; 90];
    let imprint = Imprint {
        ledger: long,
        sample: true,
        ..IMPRINT
    };
    for paper in PAPERS {
        let form = AccessForm {
            number: Some(long),
            location: Some(long),
            site: Some(long),
            timezone: Some(long),
            items: &known,
        };
        let sheet = QrSheet {
            device: &device,
            account: "111122223333",
            alias: Some(long),
            serves: &accounts,
            secret: long,
            epoch: u32::MAX,
            location: long,
            site: long,
            bag: long,
            copy: (u16::MAX, u16::MAX),
            made_at: long,
            made_by: long,
            witness: Some(long),
            call: Some(long),
            with_text: true,
        };
        let card = ShareCard {
            share: &shares[1][2],
            members: 255,
            group: Some(long),
            custodian: long,
            secret: long,
            epoch: u32::MAX,
            reference: long,
            made_at: long,
            call: Some(long),
        };
        for (landscape, printed) in [
            (false, sheet::draw(&sheet, &imprint, paper).unwrap()),
            (false, share::draw(&card, &imprint, paper).unwrap()),
            (false, form::draw(&form, &imprint, paper).unwrap()),
            (
                false,
                annotated::draw(&performed(&short, long), &imprint, paper).unwrap(),
            ),
            (false, script(&longest, paper)),
            (true, inventory(&ids, paper)),
        ] {
            assert_eq!(printed.shortened.is_empty(), landscape);
            let (width, height) = paper.size();
            let width = if landscape { height } else { width };
            assert_apart(&runs(&printed), width * 72.0 / 25.4);
        }
    }
}

/// That no run lies on another of its page, or leaves the page's content.
fn assert_apart(runs: &[Run], page_width: f64) {
    let margin = 15.0 * 72.0 / 25.4;
    for (number, one) in runs.iter().enumerate() {
        let is_footer = one.y < 14.0 * 72.0 / 25.4;
        assert!(
            !is_footer || (one.y - 9.0 * 72.0 / 25.4).abs() < 0.01,
            "{} at {}",
            one.text,
            one.y
        );
        let inside = one.x > margin - 0.01 && one.x + one.width < page_width - margin + 0.01;
        assert!(inside, "{} at {} to {}", one.text, one.x, one.x + one.width);
        for other in runs[number + 1..]
            .iter()
            .filter(|other| other.page == one.page)
        {
            let beside =
                one.x + one.width <= other.x + 0.01 || other.x + other.width <= one.x + 0.01;
            // Letters reach from a quarter below the baseline to three quarters above it.
            let low = |run: &Run| run.y - 0.22 * run.size;
            let high = |run: &Run| run.y + 0.74 * run.size;
            let above = low(one) >= high(other) - 0.01 || low(other) >= high(one) - 0.01;
            assert!(beside || above, "`{}` lies on `{}`", one.text, other.text);
        }
    }
}

#[test]
fn a_form_names_the_items_it_was_given_and_has_room_for_others() {
    for paper in PAPERS {
        for count in [0, 3, 12, 40] {
            let ids = items(count);
            let known: Vec<&str> = ids.iter().map(String::as_str).collect();
            let form = AccessForm {
                number: Some("P-2025-007"),
                items: &known,
                ..AccessForm::default()
            };
            let printed = form::draw(&form, &IMPRINT, paper).unwrap();
            let texts: Vec<String> = runs(&printed).into_iter().map(|run| run.text).collect();
            assert!(known.iter().all(|id| texts.iter().any(|text| text == id)));
            let rows = texts.iter().filter(|text| *text == "broken").count();
            assert!(rows > count, "{rows} rows for {count} items");
            assert!(texts.iter().any(|text| text == "Witness: name"));
            assert_eq!(
                texts
                    .iter()
                    .filter(|text| text.contains("P-2025-007"))
                    .count(),
                printed.pages
            );
        }
    }
}

#[test]
fn a_script_has_every_step_once_and_tears_none_that_a_page_holds() {
    let text = format!("{}The last word.", "Do this and then that. ".repeat(12));
    let runbook = runbook(25, &text);
    for paper in PAPERS {
        let blank = script(&runbook, paper);
        let record = annotated::draw(&performed(&runbook, &text), &IMPRINT, paper).unwrap();
        for printed in [&blank, &record] {
            assert!(printed.shortened.is_empty());
            let runs = runs(printed);
            for number in 1..=25 {
                let at = |wanted: String| {
                    let mut found = runs.iter().filter(|run| run.text.starts_with(&wanted));
                    let page = found.next().unwrap_or_else(|| panic!("{wanted}")).page;
                    assert!(found.next().is_none(), "{wanted}");
                    page
                };
                // Its name is its first line, its value one of its last.
                let name = runs.iter().find(|run| run.text == format!("step-{number}"));
                assert_eq!(
                    name.unwrap().page,
                    at(format!("value-{number}: ")),
                    "{number}"
                );
            }
        }
        let text = all_text(&blank);
        for said in [
            "practice",
            "production",
            "Exception 3",
            "version",
            "3, in effect since entry #12",
        ] {
            assert!(text.contains(said), "{said}");
        }
        // Both witnesses sign at the beginning and at the end.
        assert_eq!(text.lines().filter(|line| *line == "2 of 2").count(), 1);
        assert_eq!(text.matches("witness: name").count(), 2);
        let digest = runbook.digest().to_hex();
        for printed in [&blank, &record] {
            let letters: String = all_text(printed).replace([' ', '\n'], "");
            assert!(letters.contains(&digest));
        }
    }
}

#[test]
fn a_command_stands_in_the_face_in_which_letters_differ() {
    let runbook = runbook(1, "Type:\n\n    rootkeep status\n\nThen look.");
    let runs = runs(&script(&runbook, Paper::A4));
    let face = |text: &str| &runs.iter().find(|run| run.text == text).unwrap().face;
    assert_eq!(face("rootkeep status"), Face::Mono.names().0);
    assert_eq!(face("Then look."), Face::Regular.names().0);
}

#[test]
fn a_text_of_lines_without_end_is_cut_and_reported() {
    let text = "a\n".repeat(2000);
    let text = text.trim_end();
    let runbook = runbook(2, text);
    let printed = script(&runbook, Paper::A4);
    assert!(printed.pages < 60, "{}", printed.pages);
    assert!(printed.shortened.iter().any(|cut| cut == text));
    // A text of ordinary lines is not, however long it may be.
    let long = "word ".repeat(800);
    let printed = script(&self::runbook(2, long.trim_end()), Paper::A4);
    let steps = all_text(&printed).matches("word").count();
    assert!(steps > 2 * 4 * 800, "{steps}");
}

#[test]
fn an_entry_of_values_without_end_is_cut_and_reported() {
    let runbook = runbook(1, "Look.");
    let mut ceremony = performed(&runbook, "alice");
    ceremony.entries[0].more = (0..5000).map(|n| format!("value-{n} = x")).collect();
    let printed = annotated::draw(&ceremony, &IMPRINT, Paper::A4).unwrap();
    assert!(printed.pages < 12, "{}", printed.pages);
    assert_eq!(printed.shortened, ["4800 more: rootkeep show '#101'"]);
    assert!(all_text(&printed).contains("value-199 = x"));
}

#[test]
fn what_was_recorded_stands_under_its_step() {
    let runbook = runbook(2, "Look.");
    let printed = annotated::draw(&performed(&runbook, "alice"), &IMPRINT, Paper::A4).unwrap();
    let texts: Vec<String> = runs(&printed).into_iter().map(|run| run.text).collect();
    let place = |wanted: &str| {
        let found = texts.iter().position(|text| text == wanted);
        found.unwrap_or_else(|| panic!("{wanted}: {texts:?}"))
    };
    assert!(place("step-1") < place("#101") && place("#101") < place("step-2"));
    assert!(place("step-2") < place("#102") && place("#102") < place("#201"));
    // An exception stands at its step, and among the exceptions.
    let at: Vec<usize> = (0..texts.len()).filter(|at| texts[*at] == "#200").collect();
    assert!(
        at.len() == 2 && at[0] < place("step-2") && at[1] > place("#102"),
        "{at:?}"
    );
    for said in [
        "Record: complete, and signed by everyone",
        "entry #210",
        "OUTCOME",
    ] {
        assert!(texts.iter().any(|text| text == said), "{said}");
    }
}

#[test]
fn a_step_that_nobody_recorded_says_so() {
    let runbook = runbook(2, "Look.");
    let mut ceremony = performed(&runbook, "alice");
    let nothing = |ceremony: &Annotated<'_>| {
        let printed = annotated::draw(ceremony, &IMPRINT, Paper::A4).unwrap();
        all_text(&printed).matches("nothing").count()
    };
    assert_eq!(nothing(&ceremony), 0);
    ceremony
        .entries
        .retain(|entry| entry.place != Place::Step(2));
    assert_eq!(nothing(&ceremony), 1);
}

#[test]
fn the_proof_is_on_paper_letter_by_letter() {
    let runbook = runbook(1, "Look.");
    for paper in PAPERS {
        let printed = annotated::draw(&performed(&runbook, "alice"), &IMPRINT, paper).unwrap();
        let lines: Vec<String> = runs(&printed)
            .into_iter()
            .filter(|run| run.size < 7.0)
            .map(|run| run.text)
            .collect();
        assert!(lines.len() > PROOF.lines().filter(|line| !line.is_empty()).count());
        assert_eq!(lines.concat(), PROOF.replace('\n', ""));
    }
}

#[test]
fn every_page_of_a_record_says_how_it_stands() {
    let runbook = runbook(9, &"Do this and then that. ".repeat(12));
    let printed = annotated::draw(&performed(&runbook, "alice"), &IMPRINT, Paper::A4).unwrap();
    let said = all_text(&printed).matches("signed by everyone").count();
    assert!(printed.pages > 3);
    assert_eq!(said, printed.pages);
}

#[test]
fn what_the_fonts_lack_is_shown_by_its_number_and_reported() {
    let device = device();
    let sheet = QrSheet {
        site: "東京",
        location: "金庫 2",
        ..qr_sheet(&device, &[])
    };
    let printed = sheet::draw(&sheet, &IMPRINT, Paper::A4).unwrap();
    assert_eq!(printed.undrawn, ['京', '庫', '東', '金']);
    let text = all_text(&printed);
    assert!(
        text.contains("U+6771 U+4EAC") && text.contains("U+91D1 U+5EAB 2"),
        "{text}"
    );
}

#[test]
fn text_that_turns_writing_round_is_shown_for_what_it_is() {
    let device = device();
    let sheet = QrSheet {
        made_by: "\u{202e}Dave\u{0}",
        ..qr_sheet(&device, &[])
    };
    let printed = sheet::draw(&sheet, &IMPRINT, Paper::A4).unwrap();
    assert!(all_text(&printed).contains("U+202E Dave U+0000"));
}

#[test]
fn what_is_too_long_is_cut_and_reported() {
    let device = device();
    let long = "far too long ".repeat(40);
    let sheet = QrSheet {
        alias: Some(&long),
        ..qr_sheet(&device, &[])
    };
    let printed = sheet::draw(&sheet, &IMPRINT, Paper::A4).unwrap();
    assert_eq!(printed.shortened, [long]);
}

#[test]
fn a_device_whose_uri_no_code_holds_is_refused() {
    let uri = format!("otpauth://totp/{}?secret={SEED}", "a".repeat(1700));
    let device = OtpAuth::parse(&SecretText::new(uri)).unwrap();
    let error = sheet::draw(&qr_sheet(&device, &[]), &IMPRINT, Paper::A4).unwrap_err();
    assert_eq!(error, PrintError::Code(DrawError::TooLong));
}

#[test]
fn a_sample_says_so_on_every_page() {
    let imprint = Imprint {
        sample: true,
        ..IMPRINT
    };
    let printed = form::draw(&AccessForm::default(), &imprint, Paper::A4).unwrap();
    assert_eq!(
        all_text(&printed)
            .matches("SAMPLE   made-up data   SAMPLE")
            .count(),
        printed.pages
    );
    let printed = form::draw(&AccessForm::default(), &IMPRINT, Paper::A4).unwrap();
    assert!(!all_text(&printed).contains("SAMPLE"));
}

#[test]
fn no_part_of_a_secret_is_in_what_a_queue_shows_or_what_debug_prints() {
    let device = device();
    let printed = sheet::draw(&qr_sheet(&device, &[]), &IMPRINT, Paper::A4).unwrap();
    let text = String::from_utf8_lossy(printed.pdf.expose());
    assert!(text.contains("/Title (Sealed MFA backup)"));
    assert!(!text.contains("111122223333") && !text.contains("otpauth") && !text.contains("NOTA"));
    assert!(format!("{printed:?}").contains("pdf: [redacted]"));
}
