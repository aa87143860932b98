//! For tests of parsers: what happens to files on their way, all of it and at random.

use super::answer::AnswerError;

/// No file that ends early is taken for a whole one.
pub fn every_truncation_is_refused<T: std::fmt::Debug>(
    whole: &[u8],
    parse: impl Fn(&[u8]) -> Result<T, AnswerError>,
) {
    parse(whole).unwrap();
    for length in 0..whole.len() {
        let error = parse(&whole[..length]).unwrap_err();
        assert!(!error.to_string().is_empty(), "at {length}");
    }
}

/// 10,000 mutations end in an answer or an error, and never in anything else.
pub fn mutations_are_survived<T>(whole: &[u8], parse: impl Fn(&[u8]) -> Result<T, AnswerError>) {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(below).unwrap()).unwrap()
    };
    let mut refused = 0;
    for _ in 0..10_000 {
        let mut bytes = whole.to_vec();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => bytes.insert(at, b"\",:{}[]\n0e-"[next(11)]),
                2 => drop(bytes.remove(at)),
                _ => {
                    let from = next(bytes.len());
                    let piece = bytes[from..(from + next(20)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        if let Err(error) = parse(&bytes) {
            assert!(!error.to_string().is_empty());
            refused += 1;
        }
    }
    assert!(refused > 1_000, "{refused}");
}
