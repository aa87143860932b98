//! What a spreadsheet gets.

use std::collections::BTreeMap;

use super::*;

const FIXTURE: &str = include_str!("../../../../tests/fixtures/evidence/evidence.json");

fn files() -> BTreeMap<String, String> {
    let evidence: Evidence = serde_json::from_str(FIXTURE).unwrap();
    let files = csv_files(&evidence).unwrap();
    assert!(files.iter().map(|(name, _)| name).is_sorted());
    files
        .into_iter()
        .map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()))
        .collect()
}

#[test]
fn each_table_is_a_file() {
    let names: Vec<String> = files().into_keys().collect();
    assert!(names.iter().all(|name| is_table(name)));
    assert_eq!(names, TABLES.map(|name| format!("tables/{name}.csv")));
}

#[test]
fn the_tables_are_as_they_were() {
    let mut all = String::new();
    for (name, text) in files() {
        let shown = text.replace("\r\n", "\n");
        all.push_str(&format!("== {name}\n{shown}"));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn lines_end_as_rfc_4180_has_it_and_rows_have_as_many_cells_as_the_heading() {
    for (name, text) in files() {
        assert!(text.ends_with("\r\n"), "{name}");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().unwrap().len();
        let rows: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.len() == columns));
    }
}

#[test]
fn no_cell_is_a_formula() {
    for first in FORMULA {
        let cell = format!("{first}1+1");
        assert_eq!(harmless(cell.clone()), format!("'{cell}"));
    }
    for text in ["", "a=1", "1-2", " =1", "'=1"] {
        assert_eq!(harmless(text.to_owned()), text);
    }
    let mut formulas = 0;
    for text in files().into_values() {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for row in reader.records() {
            for cell in &row.unwrap() {
                assert!(!cell.starts_with(FORMULA), "{cell}");
                formulas += usize::from(cell.starts_with('\''));
            }
        }
    }
    assert_eq!(formulas, 12);
}
