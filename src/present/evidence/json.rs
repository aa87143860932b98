//! JSON with line breaks, for reading: the same tokens in the same order, whatever they are.

/// The most bytes that are set out; the file in the bundle has the rest.
pub const LIMIT: usize = 8 << 10;

/// JSON without white space, one value a line. What is not JSON is left as it is.
#[must_use]
pub fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut before = ' ';
    for character in json.chars() {
        if quoted {
            out.push(character);
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else {
            match character {
                '{' | '[' => {
                    value_line(&mut out, before, depth);
                    depth += 1;
                    out.push(character);
                }
                '}' | ']' => {
                    depth = depth.saturating_sub(1);
                    if !matches!(before, '{' | '[') {
                        line(&mut out, depth);
                    }
                    out.push(character);
                }
                ':' => out.push_str(": "),
                _ => {
                    if character != ',' {
                        value_line(&mut out, before, depth);
                    }
                    quoted = character == '"';
                    out.push(character);
                }
            }
        }
        before = character;
    }
    out
}

/// A new line before what begins a member or an element.
fn value_line(out: &mut String, before: char, depth: usize) {
    if matches!(before, '{' | '[' | ',') {
        line(out, depth);
    }
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth.min(16) {
        out.push_str("  ");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::indented;

    #[test]
    fn tokens_stay_and_texts_are_not_touched() {
        let json = r#"{"b":[1,{"a":"x{\",[:y\\"},null],"c":{},"d":[]}"#;
        let shown = indented(json);
        assert_eq!(
            shown,
            "{\n  \"b\": [\n    1,\n    {\n      \"a\": \"x{\\\",[:y\\\\\"\n    },\n    null\n  ],\n  \"c\": {},\n  \"d\": []\n}"
        );
        let value: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(
            value,
            serde_json::from_str::<serde_json::Value>(json).unwrap()
        );
    }

    #[test]
    fn what_is_not_json_does_no_harm() {
        assert_eq!(indented("]]}").replace('\n', ""), "]]}");
        assert_eq!(indented(""), "");
    }
}
