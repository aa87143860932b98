//! Makes OSCAL assessment-results, on stdout, of the `evidence.json` on stdin.
//!
//! For `tests/interop/oscal.sh`, which has `trestle` validate them.

use std::io::{self, Read, Write};

use rootkeep::exchange::evidence::model::Evidence;
use rootkeep::exchange::evidence::oscal;

fn main() -> io::Result<()> {
    let bad = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    let evidence: Evidence = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let results = oscal::assessment_results(&evidence)
        .map_err(|error| bad(error.to_string()))?
        .ok_or_else(|| bad("it has no framework".to_owned()))?;
    io::stdout().lock().write_all(&results)
}
