//! The page of an evidence bundle, from statements with real signatures and real proofs: it shows everything, and
//! nothing of it can become markup. A browser holds its self-check to tampering (tests/interop/evidence_page.sh).

mod bundle;

use std::fs;
use std::path::Path;

use rootkeep::crypto::fixed::Digest;
use rootkeep::exchange::evidence::model::Shown;
use rootkeep::present::evidence::page;

use bundle::{HOSTILE, Wanted, bundle};

const SMALL: Wanted = Wanted {
    before: 45,
    entries: 120,
    after: 7,
};

/// What stands between two texts.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

#[test]
fn every_entry_is_on_the_page_with_its_kind_and_its_author() {
    let bundle = bundle(&SMALL);
    let page = page(&bundle).unwrap();
    for line in &bundle.evidence.statements {
        let item = between(&page, &format!("<li id=\"s{}\"", line.seq), "</li>");
        assert!(item.contains(&line.kind), "{item}");
        assert!(item.contains(&line.made_at.to_string()), "{item}");
        assert_eq!(item.contains("<pre"), line.shown != Shown::Header, "{item}");
    }
    assert_eq!(page.matches("<h1>").count(), 1);
}

#[test]
fn the_page_runs_and_loads_nothing_but_its_own_blocks() {
    let page = page(&bundle(&SMALL)).unwrap();
    let policy =
        between(&page, "Content-Security-Policy\" content=\"", "\">").replace("&#39;", "'");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-"),
        "{policy}"
    );
    for (open, close) in [("<script>", "</script>"), ("<style>", "</style>")] {
        assert!(page.contains(open));
        for block in page.split(open).skip(1) {
            let own = block.split_once(close).unwrap().0;
            let digest = data_encoding::BASE64.encode(&Digest::of(own.as_bytes()).0);
            assert!(policy.contains(&format!("'sha256-{digest}'")), "{policy}");
        }
    }
    let markup = page.split("<script").next().unwrap();
    for never in [
        " style=\"",
        " onclick=",
        " onload=",
        "http://",
        "https://",
        "javascript:",
        " src=",
    ] {
        assert!(!markup.contains(never), "{never}");
    }
}

#[test]
fn what_others_wrote_can_not_become_markup_or_hide() {
    let bundle = bundle(&SMALL);
    let page = page(&bundle).unwrap();
    assert!(!page.contains("<script>alert"), "{HOSTILE}");
    assert!(page.contains("&lt;script&gt;alert"));
    assert!(
        !page
            .split("<script type")
            .next()
            .unwrap()
            .contains('\u{202e}')
    );
    assert!(page.contains("\u{27e8}U+202E\u{27e9}"));
    // What ends a block of data is written by this program: two blocks, three scripts.
    assert_eq!(page.matches("</script>").count(), 5);
}

#[test]
fn the_same_bundle_gives_the_same_bytes() {
    let bundle = bundle(&SMALL);
    assert_eq!(page(&bundle).unwrap(), page(&bundle).unwrap());
}

#[test]
fn a_bundle_of_nothing_is_a_page_too() {
    let empty = bundle(&Wanted {
        before: 3,
        entries: 0,
        after: 0,
    });
    let page = page(&empty).unwrap();
    assert!(page.contains("nothing was recorded in the period"));
}

/// A browser's time goes by the elements that it makes of a page.
#[test]
fn what_is_folded_makes_no_elements_where_there_is_javascript() {
    let bundle = bundle(&SMALL);
    let page = page(&bundle).unwrap();
    let list = between(&page, "id=\"statement-list\">", "<script");
    let mut elements = 0;
    for (place, piece) in list.split("<noscript>").enumerate() {
        let shown = if place == 0 {
            piece
        } else {
            piece.split_once("</noscript>").unwrap().1
        };
        assert!(!shown.contains("<pre"), "{shown}");
        elements += shown.matches('<').count() - shown.matches("</").count();
    }
    assert!(
        elements <= 17 * bundle.evidence.statements.len(),
        "{elements}"
    );
}

#[test]
fn a_row_leads_to_its_entries_and_they_lead_back() {
    let bundle = bundle(&SMALL);
    let page = page(&bundle).unwrap();
    let release = bundle.evidence.tables.releases.first().unwrap().seq;
    let row = between(&page, &format!("<tr id=\"r{release}\">"), "</tr>");
    for word in ["asked&nbsp;for", "agreed", "shown", "ended"] {
        let (before, _) = row.split_once(&format!("</a>&nbsp;{word}")).unwrap();
        let (_, seq) = before.rsplit_once('>').unwrap();
        let item = between(&page, &format!("<li id=\"s{seq}\""), "</li>");
        assert!(item.contains(&format!("<a href=\"#r{release}\">in Releases</a>")));
    }
    assert!(row.contains("needed: 3 of Ada Okafor"), "{row}");
    // Of an entry whose facts are withheld nobody can say what it is part of.
    for line in &bundle.evidence.statements {
        let item = between(&page, &format!("<li id=\"s{}\"", line.seq), "</li>");
        assert!(line.shown != Shown::Header || !item.contains("href=\"#r"));
    }
}

#[test]
fn a_table_says_which_kinds_it_lacks_and_when_it_has_no_row() {
    let mut bundle = bundle(&SMALL);
    let of = |page: &str, id: &str| {
        let (_, section) = page.split_once(&format!("<h2 id=\"{id}\"")).unwrap();
        section.split_once("</section>").unwrap().0.to_owned()
    };
    let accesses = of(&page(&bundle).unwrap(), "accesses");
    assert!(accesses.contains("Rows can be missing here"), "{accesses}");
    assert!(accesses.contains("<code>safe.open</code>"), "{accesses}");
    assert!(!accesses.contains("<code>secret.prove</code>"));
    for line in &mut bundle.evidence.statements {
        line.shown = Shown::All;
    }
    assert!(!of(&page(&bundle).unwrap(), "releases").contains("are withheld"));
    bundle.evidence.query.redacted = true;
    bundle.evidence.tables.drills.clear();
    let page = page(&bundle).unwrap();
    assert!(!of(&page, "accesses").contains("Rows can be missing here"));
    assert!(of(&page, "releases").contains("Purposes, and what was noted besides, are withheld"));
    let drills = of(&page, "drills");
    assert!(drills.contains("None in this period."), "{drills}");
    assert!(!drills.contains("<table"), "{drills}");
}

#[test]
fn findings_of_one_rule_stand_together() {
    let mut bundle = bundle(&SMALL);
    let mut again = bundle.evidence.findings.first().unwrap().clone();
    again.about = "555566667777".to_owned();
    bundle.evidence.findings.push(again);
    let page = page(&bundle).unwrap();
    let table = between(&page, "<table class=\"grouped titled\">", "</table>");
    assert_eq!(table.matches("<code>RK003</code>").count(), 1, "{table}");
    let row = between(table, "<span id=\"f0\"", "</tr>");
    assert!(
        row.contains("<span id=\"f4\"") && row.contains("555566667777"),
        "{row}"
    );
    assert!(table.contains("2 findings"), "{table}");
}

/// Writes pages for the browser, where tests/interop/evidence_page.sh asks for them.
#[test]
fn pages_for_the_browser_are_written_where_they_are_asked_for() {
    let Some(place) = std::env::var_os("ROOTKEEP_EVIDENCE_PAGES") else {
        return;
    };
    let large = Wanted {
        before: 1_000_000 / 64,
        entries: 5_000,
        after: 20,
    };
    for (name, wanted) in [("small.html", &SMALL), ("large.html", &large)] {
        let made = page(&bundle(wanted)).unwrap();
        fs::write(Path::new(&place).join(name), made).unwrap();
    }
}
