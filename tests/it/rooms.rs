//! The rooms of src/: imports point only upward in the list, one room knows the database, and no
//! file is unsafe.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room imports only from those before it.
const ROOMS: [&str; 13] = [
    "error",
    "crypto",
    "statement",
    "log",
    "state",
    "policy",
    "store",
    "ledger",
    "aws",
    "insight",
    "exchange",
    "present",
    "cli",
];

/// A source file: its room, and its text without comments and without what is `cfg(test)`.
struct Source {
    path: PathBuf,
    room: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut test_modules = BTreeSet::new();
    for file in &files {
        for name in test_only_modules(&fs::read_to_string(file).unwrap()) {
            let stem = file.file_stem().unwrap().to_str().unwrap();
            let parent = file.parent().unwrap();
            let base = if ["mod", "lib", "main"].contains(&stem) {
                parent.to_owned()
            } else {
                parent.join(stem)
            };
            test_modules.insert(base.join(format!("{name}.rs")));
            test_modules.insert(base.join(name).join("mod.rs"));
        }
    }
    files
        .into_iter()
        .filter(|file| !test_modules.contains(file))
        .map(|path| {
            let first = path
                .strip_prefix(&root)
                .unwrap()
                .components()
                .next()
                .unwrap();
            let room = first
                .as_os_str()
                .to_str()
                .unwrap()
                .trim_end_matches(".rs")
                .to_owned();
            let code = without_tests(&without_comments(&fs::read_to_string(&path).unwrap()));
            Source { path, room, code }
        })
        .collect()
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Modules that are declared under `#[cfg(test)]` and live in files of their own.
fn test_only_modules(text: &str) -> Vec<String> {
    let mut after_cfg = false;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        if line == "#[cfg(test)]" {
            after_cfg = true;
        } else if after_cfg && !line.starts_with("#[") {
            after_cfg = false;
            if let Some(name) = line
                .strip_prefix("mod ")
                .and_then(|rest| rest.strip_suffix(';'))
            {
                names.push(name.to_owned());
            }
        }
    }
    names
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| {
            line.find("//")
                .filter(|at| !line[..*at].contains('"'))
                .map_or(line, |at| &line[..at])
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Drops what follows `#[cfg(test)]` up to the brace that closes it.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let open = rest.find('{').unwrap_or(rest.len());
        if rest.find(';').is_some_and(|end| end < open) {
            rest = &rest[rest.find(';').unwrap() + 1..];
            continue;
        }
        let mut depth = 0;
        let end = rest.char_indices().find_map(|(at, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth == 0 && c == '}').then_some(at + 1)
        });
        rest = &rest[end.unwrap_or(rest.len())..];
    }
    kept.push_str(rest);
    kept
}

/// The rooms that are named by `crate::ROOM` paths, those in `use crate::{...}` lists too.
fn imports(code: &str) -> BTreeSet<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = BTreeSet::new();
    for (at, found_at) in code.match_indices("crate::") {
        if code[..at].ends_with(is_word) {
            continue;
        }
        let rest = &code[at + found_at.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut first = true;
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => first = true,
                    _ if depth == 0 && first && is_word(c) => {
                        word.push(c);
                        continue;
                    }
                    _ => {}
                }
                if !word.is_empty() {
                    found.insert(std::mem::take(&mut word));
                    first = c == ',' && depth == 0;
                }
            }
            found.extend((!word.is_empty()).then_some(word));
        } else {
            found.insert(rest.chars().take_while(|c| is_word(*c)).collect());
        }
    }
    found
}

#[test]
fn the_reader_of_imports_reads_what_there_is() {
    let code = "use crate::error::{Error, Result};\nuse crate::{crypto::{a, b}, log, state::records::read};\nlet x = crate::store::open();\nrootkeep_crate::cli::x; use supercrate::cli;";
    let found: Vec<String> = imports(code).into_iter().collect();
    assert_eq!(found, ["crypto", "error", "log", "state", "store"]);
    let text = "a\n#[cfg(test)]\nmod tests { fn x() { crate::cli::y } }\nb // crate::cli\n#[cfg(test)]\nmod more;\nc";
    let kept = without_tests(&without_comments(text));
    assert!(
        !kept.contains("cli") && ["a", "b", "c"].iter().all(|word| kept.contains(word)),
        "{kept}"
    );
    assert_eq!(test_only_modules(text), ["more"]);
}

#[test]
fn imports_point_only_upward() {
    let place = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut wrong = Vec::new();
    let mut edges = 0;
    for source in sources() {
        if ["main", "lib"].contains(&source.room.as_str()) {
            continue;
        }
        let Some(own) = place(&source.room) else {
            wrong.push(format!(
                "{}: no such room in the list",
                source.path.display()
            ));
            continue;
        };
        for target in imports(&source.code) {
            match place(&target) {
                Some(above) if above <= own => edges += usize::from(above < own),
                Some(_) => wrong.push(format!(
                    "{}: `{}` may not import `{target}`",
                    source.path.display(),
                    source.room
                )),
                None => wrong.push(format!(
                    "{}: `crate::{target}` is no room",
                    source.path.display()
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        edges > 50,
        "only {edges} imports were read: this test reads something else than src/"
    );
}

#[test]
fn statements_know_nothing_of_the_log() {
    for source in sources().iter().filter(|source| source.room == "statement") {
        assert!(
            !imports(&source.code).contains("log"),
            "{}",
            source.path.display()
        );
    }
}

#[test]
fn only_the_store_knows_the_database() {
    let mut users = BTreeSet::new();
    for source in sources() {
        if source.code.contains("rusqlite") {
            users.insert(source.room);
        }
    }
    assert_eq!(users, BTreeSet::from(["store".to_owned()]));
}

#[test]
fn no_file_is_unsafe() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    for file in files {
        let code = without_comments(&fs::read_to_string(&file).unwrap());
        let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        assert!(
            !words.into_iter().any(|word| word == "unsafe"),
            "{}",
            file.display()
        );
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn only_the_command_line_speaks() {
    for source in sources() {
        for macro_name in ["println!", "eprintln!", "print!(", "eprint!("] {
            assert!(
                !source.code.contains(macro_name),
                "{} has {macro_name}",
                source.path.display()
            );
        }
        if source.room != "cli" && source.room != "main" {
            for stream in ["io::stdout", "io::stderr", "io::stdin"] {
                assert!(
                    !source.code.contains(stream),
                    "{} uses {stream}",
                    source.path.display()
                );
            }
        }
    }
}
