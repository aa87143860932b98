//! Breaks text into lines.

/// What was broken: the lines, and how much of the text they hold.
pub struct Lines<'a> {
    /// Without the white space at their ends.
    pub lines: Vec<&'a str>,
    /// What did not fit, where there was a bound; empty where all did.
    pub rest: &'a str,
}

/// Breaks text at line feeds, and where a line is full: after a space; where the line has none, after
/// one of `- / @ : . _ ,`; else anywhere. `width` is a character's; at most `most` lines come back.
pub fn lines(text: &str, full: f64, most: usize, width: impl Fn(char) -> f64) -> Lines<'_> {
    let mut lines = Vec::new();
    let mut rest = text;
    // An empty text is one empty line.
    while lines.len() < most && (lines.is_empty() || !rest.is_empty()) {
        let (line, after) = first_line(rest, full, &width);
        lines.push(line.trim_end_matches(' '));
        rest = after;
    }
    Lines { lines, rest }
}

/// As much of the start of a text as fits into `full`.
pub fn fitting(text: &str, full: f64, width: impl Fn(char) -> f64) -> &str {
    let mut used = 0.0;
    let end = text.char_indices().find_map(|(at, character)| {
        used += width(character);
        (used > full).then_some(at)
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The first line, and what comes after it.
fn first_line<'a>(text: &'a str, full: f64, width: &impl Fn(char) -> f64) -> (&'a str, &'a str) {
    let mut used = 0.0;
    let (mut last_space, mut last_sign) = (None, None);
    for (at, character) in text.char_indices() {
        let next = at + character.len_utf8();
        if character == '\n' {
            return (
                text.get(..at).unwrap_or(text),
                text.get(next..).unwrap_or(""),
            );
        }
        used += width(character);
        // A space that doesn't fit is at the line's end, where it isn't seen.
        if used > full && character != ' ' {
            // A line holds one character at least, however narrow it is.
            let anywhere = if at == 0 { next } else { at };
            let end = last_space.or(last_sign).unwrap_or(anywhere);
            let (line, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            return (line, rest.trim_start_matches(' '));
        }
        if character == ' ' {
            last_space = Some(next);
        } else if "-/@:._,".contains(character) {
            last_sign = Some(next);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, full: f64, most: usize) -> (Vec<&str>, &str) {
        let found = lines(text, full, most, |_| 1.0);
        (found.lines, found.rest)
    }

    #[test]
    fn lines_break_at_spaces_and_signs_and_else_anywhere() {
        assert_eq!(
            broken("one two three", 7.0, 9),
            (vec!["one two", "three"], "")
        );
        assert_eq!(
            broken("one two three", 8.0, 9),
            (vec!["one two", "three"], "")
        );
        assert_eq!(broken("device@1234", 8.0, 9), (vec!["device@", "1234"], ""));
        assert_eq!(broken("on 2025-12", 8.0, 9), (vec!["on", "2025-12"], ""));
        assert_eq!(broken("abcdefgh", 3.0, 9), (vec!["abc", "def", "gh"], ""));
        assert_eq!(broken("a\n\nb", 9.0, 9), (vec!["a", "", "b"], ""));
        assert_eq!(broken("ab", 0.5, 9), (vec!["a", "b"], ""));
        assert_eq!(broken("東京", 1.0, 9), (vec!["東", "京"], ""));
        assert_eq!(broken("", 9.0, 9), (vec![""], ""));
    }

    #[test]
    fn what_does_not_fit_is_given_back() {
        assert_eq!(
            broken("one two three", 3.0, 2),
            (vec!["one", "two"], "three")
        );
        assert_eq!(broken("one two", 3.0, 2), (vec!["one", "two"], ""));
        assert_eq!(fitting("abc", 2.0, |_| 1.0), "ab");
        assert_eq!(fitting("abc", 3.0, |_| 1.0), "abc");
        assert_eq!(fitting("東京", 1.5, |_| 1.0), "東");
    }
}
