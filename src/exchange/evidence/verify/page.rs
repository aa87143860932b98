//! The page is what the bundle's other files say, in this program's words.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::keys::MakePage;
use super::{Evidence, Files, Trust, Verdict};
use crate::exchange::evidence::bundle::{Bundle, CHECKPOINT, CONSISTENCY, Enclosed, PAGE};
use crate::exchange::evidence::gather;

/// Makes the page again of entries that are good. Where one of them is not, that is found already; another version
/// of the program may word things otherwise.
pub(super) fn check(
    files: &Files<'_>,
    (evidence, trust): (&Evidence, &Trust),
    enclosed: Vec<Enclosed>,
    make: MakePage,
    verdict: &mut Verdict,
) {
    if evidence.program != gather::program() || !verdict.is_good() {
        return;
    }
    let text = |name: &str| {
        let bytes = files.get(name)?;
        String::from_utf8(bytes.to_vec()).ok()
    };
    let bundle = Bundle {
        evidence: evidence.clone(),
        checkpoint: text(CHECKPOINT).unwrap_or_default(),
        consistency: text(CONSISTENCY),
        trust: trust.clone(),
        statements: enclosed,
        outside: Vec::new(),
    };
    // What a program wrote that follows no rule must not stop the verifying.
    let made = catch_unwind(AssertUnwindSafe(|| make(&bundle).ok()))
        .ok()
        .flatten();
    if made.as_deref().map(str::as_bytes) != files.get(PAGE).map(AsRef::as_ref) {
        verdict.file(
            PAGE,
            "view-differs",
            format!("{PAGE} is not what the other files say"),
        );
    }
}
