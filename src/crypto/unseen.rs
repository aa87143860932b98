//! Characters that a reader does not see.

/// Whether a character is not seen, or changes how others are: zero-width, filling, reordering ones, and
/// variation selectors (Unicode's Default_Ignorable_Code_Point, line and paragraph separators).
#[must_use]
pub fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::is_unseen;

    #[test]
    fn what_hides_fills_or_reorders_is_unseen_and_letters_are_not() {
        for c in [
            '\u{200b}',
            '\u{202e}',
            '\u{34f}',
            '\u{3164}',
            '\u{115f}',
            '\u{e0041}',
            '\u{fe0f}',
        ] {
            assert!(is_unseen(c), "{c:?}");
        }
        for c in ['a', ' ', 'é', '\u{43e}', '字', '😀', '\n'] {
            assert!(!is_unseen(c), "{c:?}");
        }
    }
}
