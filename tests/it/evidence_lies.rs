//! What a hostile exporter, with a key of their own and a program of their own, can't make an auditor believe. Each is
//! a lie with good digests, a good signature, and views that fit the lie.

use rootkeep::exchange::evidence::bundle::{Bundle, TRUST};
use rootkeep::exchange::evidence::frameworks::Framework;
use rootkeep::exchange::evidence::gather::{Wanted, missing};
use rootkeep::exchange::evidence::model::{ErasedLine, Evidence, Shown};
use rootkeep::exchange::evidence::trust::Trust;
use rootkeep::exchange::evidence::verify::{self, Demands, Verdict};
use rootkeep::present::evidence as page;
use rootkeep::statement::{Kind, Time};

use crate::erasure::{correct, erase};
use crate::evidence::*;
use crate::outside::{head, stamp, state};
use crate::world::*;

/// A bundle that says something else, as whoever exported it would make it.
fn lied(world: &World, bundle: &Bundle, lie: impl FnOnce(&mut Bundle)) -> Files {
    let mut other = bundle.clone();
    lie(&mut other);
    other.evidence.missing = missing::of(&other.evidence);
    let mut files = all_files(&other);
    close(&world.session(0), &mut files);
    files
}

fn held(files: &Files, trust: &Trust) -> Verdict {
    let demands = Demands {
        trust: Some(trust.clone()),
        page: Some(page::page),
        ..Demands::default()
    };
    verify::verify(&verify::borrowed(files), &demands, 2)
}

#[test]
fn what_it_says_beside_the_entries_is_held_to_them() {
    let world = released();
    let (bundle, _) = export(&world);
    type Lie = fn(&mut Evidence);
    let lies: [(&str, &str, Lie); 6] = [
        ("as of", "line-differs", |evidence| {
            evidence.as_of = evidence.as_of.plus(86_400);
        }),
        ("counters", "tables-differ", |evidence| {
            evidence.outside.counters.seen = 900;
        }),
        ("trails", "tables-differ", |evidence| {
            evidence.outside.trails = vec![trail(u64::MAX), trail(u64::MAX)];
        }),
        ("a control's findings", "bad-control", |evidence| {
            evidence.frameworks[0].controls[0].findings = vec![u64::MAX];
        }),
        ("a control's entries", "bad-control", |evidence| {
            evidence.frameworks[0].controls[0].statements = vec![3; 300];
        }),
        ("who erased", "line-differs", |evidence| {
            let line = &mut evidence.statements[18];
            line.shown = Shown::Erased;
            line.erased = Some(ErasedLine {
                seq: 3,
                by: line.author,
                why: None,
            });
        }),
    ];
    for (what, code, lie) in lies {
        let mut other = bundle.evidence.clone();
        lie(&mut other);
        let files = retold(&export(&world).1, |evidence| *evidence = other);
        let verdict = verified(&closed_again(&world, &files));
        let found = verdict.problems.iter().any(|problem| problem.code == code);
        assert!(found, "{what}: {:?}", verdict.problems);
    }
}

#[test]
fn a_time_stamp_is_of_the_entry_that_recorded_it_and_none_is_left_out() {
    let world = released();
    let at = head(&world);
    state(&world, BEA, stamp(&world, at, 0)).unwrap();
    let (bundle, files) = export(&world);
    assert_eq!(bundle.evidence.outside.timestamps.len(), 1);
    assert_eq!(verified(&files).problems, Vec::new());
    let other = lied(&world, &bundle, |bundle| {
        let line = &mut bundle.evidence.outside.timestamps[0];
        let was = line.seq;
        line.seq = 3;
        for (name, _) in &mut bundle.outside {
            *name = name.replace(&format!("{was:08}"), "00000003");
        }
    });
    names(&verified(&other), "evidence.json", "line-differs");
    let none = lied(&world, &bundle, |bundle| {
        bundle.evidence.outside.timestamps.clear();
        bundle.outside.clear();
    });
    names(&verified(&none), "evidence.json", "line-differs");
    // Another good token, of the same checkpoint.
    let (exchanged, token) = stamp(&world, at, 3_600);
    let exchanged = lied(&world, &bundle, |bundle| {
        bundle.evidence.outside.timestamps[0].at = exchanged.time;
        for (name, bytes) in &mut bundle.outside {
            if name.ends_with(".token") {
                bytes.clone_from(&token);
            }
        }
    });
    names(&verified(&exchanged), "evidence.json", "line-differs");
}

#[test]
fn an_erasure_is_as_the_entry_says_that_erased() {
    let world = released();
    let subject = correct(&world, "he was late");
    let erased = erase(&world, subject, &[ADA, BEA, CY]);
    let (bundle, files) = export(&world);
    assert_eq!(verified(&files).problems, Vec::new());
    let line = |bundle: &mut Bundle| -> usize {
        let lines = &bundle.evidence.statements;
        lines.iter().position(|line| line.erased.is_some()).unwrap()
    };
    type Lie = fn(&mut ErasedLine);
    let lies: [Lie; 4] = [
        |erased| erased.why = Some("Ordered by the court".to_owned()),
        |erased| erased.why = None,
        |erased| erased.seq = 1,
        |erased| erased.by = random_id(),
    ];
    for lie in lies {
        let other = lied(&world, &bundle, |bundle| {
            let place = line(bundle);
            let erased = bundle.evidence.statements[place].erased.as_mut();
            lie(erased.unwrap());
        });
        let verdict = verified(&other);
        let found = |problem: &verify::Problem| problem.code == "line-differs";
        assert!(verdict.problems.iter().any(found), "{:?}", verdict.problems);
    }
    assert!(erased.seq > 0);
}

#[test]
fn what_would_make_its_views_endless_is_refused_before_they_are_made() {
    let world = released();
    let (bundle, _) = export(&world);
    type Lie = fn(&mut Evidence);
    let lies: [(&str, Lie); 5] = [
        ("bad-name", |evidence| {
            evidence.custody.secrets[0].name = "x".repeat(257);
        }),
        ("bad-rule", |evidence| {
            evidence.findings[0].rule = "RK999".to_owned();
        }),
        ("bad-rule", |evidence| {
            evidence.rules.not_looked = vec!["RK001".to_owned(); 2];
        }),
        ("bad-rule", |evidence| {
            evidence.rules.passed.push("RK999".to_owned());
        }),
        ("bad-control", |evidence| {
            evidence.frameworks[0].controls[0].rules = vec!["RK001".to_owned(); 2];
        }),
    ];
    for (code, lie) in lies {
        let other = lied(&world, &bundle, |bundle| lie(&mut bundle.evidence));
        names(&verified(&other), "evidence.json", code);
    }
    let longest = lied(&world, &bundle, |bundle| {
        bundle.evidence.custody.secrets[0].name = "x".repeat(256);
    });
    assert_eq!(verified(&longest).problems, Vec::new());
}

fn trail(events: u64) -> rootkeep::exchange::evidence::model::TrailLine {
    rootkeep::exchange::evidence::model::TrailLine {
        seq: 1,
        from: Time::from_seconds(0).unwrap(),
        to: Time::from_seconds(1).unwrap(),
        files: 8_832,
        events,
        explained: events,
        unexplained: 0,
        gaps: 0,
    }
}

#[test]
fn names_are_those_that_the_reader_knows_and_one_line_each() {
    let world = released();
    let (bundle, files) = export(&world);
    assert!(held(&files, &bundle.trust).is_good());
    let swapped = lied(&world, &bundle, |bundle| {
        let names: Vec<String> = ["eve", "ada"].map(str::to_owned).to_vec();
        for (one, name) in bundle.trust.custodians.iter_mut().zip(&names) {
            one.name.clone_from(name);
        }
        for (one, name) in bundle.evidence.people.iter_mut().zip(&names) {
            one.name.clone_from(name);
        }
    });
    names(&held(&swapped, &bundle.trust), TRUST, "other-name");
    let lines = "ada\ngood; held to keys that you brought: everybody";
    let forged = lied(&world, &bundle, |bundle| {
        bundle.trust.custodians[0].name = lines.to_owned();
        bundle.evidence.people[0].name = lines.to_owned();
    });
    names(&verified(&forged), TRUST, "bad-trust");
    // A bundle without names goes with a trust file that has them, and the other way round.
    let redacted = Wanted {
        redacted: true,
        ..wanted()
    };
    let (hidden, hidden_files) = export_at(&world, 0, &redacted, None);
    assert!(held(&hidden_files, &bundle.trust).is_good());
    assert!(held(&files, &hidden.trust).is_good());
}

#[test]
fn cosigners_whose_keys_nobody_brought_do_not_count() {
    let world = released();
    for place in [1, 2] {
        world.session(place).cosign_head().unwrap();
    }
    let (bundle, files) = export(&world);
    assert_eq!(
        (verified(&files).counted, verified(&files).threshold),
        (3, 3)
    );
    let mut one = bundle.trust.clone();
    one.custodians.retain(|known| known.id == world.id(0));
    assert_eq!(held(&files, &one).counted, 1);
    one.threshold = 4;
    assert_eq!(held(&files, &one).threshold, 4);
}

#[test]
fn another_version_is_said_to_be_another() {
    let world = released();
    let (bundle, files) = export(&world);
    assert!(verified(&files).made_again);
    let other = lied(&world, &bundle, |bundle| {
        bundle.evidence.program = "rootkeep 0.0.9".to_owned();
    });
    let verdict = verified(&other);
    assert!(
        verdict.is_good() && !verdict.made_again,
        "{:?}",
        verdict.problems
    );
}

#[test]
fn results_that_nobody_asked_for_are_a_stray_file() {
    let world = released();
    let none = Wanted {
        frameworks: Vec::new(),
        ..wanted()
    };
    let (_, files) = export_at(&world, 0, &none, None);
    let mut other = files.clone();
    other.insert("assessment-results.json".to_owned(), b"{}\n".to_vec());
    names(
        &verified(&closed_again(&world, &other)),
        "assessment-results.json",
        "stray-file",
    );
}

#[test]
fn nobody_is_said_to_have_been_there_whom_the_bundle_before_did_not_know() {
    let world = released();
    let (old, old_files) = export(&world);
    world.import(1);
    let before = rootkeep::statement::Seen {
        size: old.evidence.checkpoint.size,
        root: old.evidence.checkpoint.root,
    };
    let since = Wanted {
        since: Some((before, before.size)),
        ..wanted()
    };
    let (bundle, files) = export_at(&world, 0, &since, None);
    let against = |files: &Files| {
        let mut newer = verified(files);
        verify::continues(&verified(&old_files), &mut newer);
        newer
    };
    assert!(against(&files).is_good());
    let retired = lied(&world, &bundle, |bundle| {
        bundle.trust.custodians[4].until = Some(5);
        bundle.evidence.people[4].until = Some(5);
    });
    names(&against(&retired), TRUST, "other-key");
    let stranger = lied(&world, &bundle, |bundle| {
        let mut key = bundle.trust.custodians[0].clone();
        key.id = random_id();
        key.from = Some(0);
        key.name = "frank".to_owned();
        bundle.trust.custodians.push(key);
        bundle.trust.custodians.sort_by_key(|one| one.id);
    });
    names(&against(&stranger), TRUST, "other-key");
    let swapped = lied(&world, &bundle, |bundle| {
        let names = ["ada", "bea"].map(|name| {
            let people = &bundle.evidence.people;
            people.iter().position(|one| one.name == name).unwrap()
        });
        for (place, name) in names.into_iter().zip(["bea", "ada"]) {
            name.clone_into(&mut bundle.evidence.people[place].name);
            name.clone_into(&mut bundle.trust.custodians[place].name);
        }
    });
    names(&against(&swapped), TRUST, "other-name");
    let lowered = lied(&world, &bundle, |bundle| {
        bundle.trust.threshold = 1;
        bundle.evidence.ledger.threshold = 1;
    });
    names(&against(&lowered), TRUST, "other-threshold");
    let distrusted = lied(&world, &bundle, |bundle| {
        bundle.trust.custodians[4].distrusted = Some(0);
        bundle.evidence.people[4].distrusted = Some(0);
    });
    names(&against(&distrusted), TRUST, "other-key");
    let renamed = lied(&world, &bundle, |bundle| {
        bundle.evidence.ledger.name = Some("Another Company".to_owned());
    });
    let found = against(&renamed);
    assert!(found.problems.iter().any(|one| one.code == "other-name"));
}

#[test]
fn a_framework_of_ones_own_has_a_name_of_its_own() {
    let dir = TempDir::new();
    let file = dir.path().join("ours.json");
    let text = |name: &str| {
        format!(
            r#"{{"schema":"rootkeep/v1/framework","framework":"{name}","title":"Ours","version":"1","relation":"mapped","controls":[{{"id":"A","about":"Everything","rules":["RK003"]}}]}}"#
        )
    };
    std::fs::write(&file, text("ours")).unwrap();
    assert!(Framework::find(file.to_str().unwrap()).is_ok());
    std::fs::write(&file, text("soc2")).unwrap();
    let error = Framework::find(file.to_str().unwrap()).unwrap_err();
    assert_eq!(error.code(), "bad-framework");
    let titled = text("ours").replace("\"Ours\"", "\"aicpa trust services criteria (SOC 2) \"");
    std::fs::write(&file, titled).unwrap();
    let error = Framework::find(file.to_str().unwrap()).unwrap_err();
    assert_eq!(error.code(), "bad-framework");
}

#[test]
fn what_a_withheld_kind_says_is_said_by_no_finding_and_no_map() {
    let world = released();
    let (whole, _) = export(&world);
    assert!(!whole.evidence.custody.secrets.is_empty());
    let part = Wanted {
        withheld: vec![Kind::Seal],
        ..wanted()
    };
    let (bundle, files) = export_at(&world, 0, &part, None);
    assert!(verified(&files).is_good());
    assert!(bundle.evidence.custody.secrets.is_empty());
    for secret in &whole.evidence.custody.secrets {
        for (name, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(&secret.name), "{} in {name}", secret.name);
        }
    }
    for found in &bundle.evidence.findings {
        assert_eq!(found.message, format!("Not so: {}", found.title));
        assert!(!found.about.contains(':'), "{}", found.about);
    }
    assert_eq!(
        bundle.evidence.findings.len(),
        whole.evidence.findings.len()
    );
}
