//! What is asked of every file of AWS's before anything in it is believed: bounded size, UTF-8 and
//! depth; times and texts of the forms in which its tools write them.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

/// The longest text in a field that is kept, in bytes.
pub const MAX_TEXT: usize = 1024;
/// How deep lists and objects may lie inside each other; a real answer needs four or five.
pub const MAX_DEPTH: usize = 32;

/// Why bytes are not read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// More bytes than are read.
    TooLarge {
        /// How many were given.
        bytes: usize,
        /// How many are read.
        limit: usize,
    },
    /// Not UTF-8.
    NotUtf8 {
        /// Offset of the first byte that is wrong.
        offset: usize,
        /// Whether it begins as UTF-16 does, which PowerShell writes.
        utf16: bool,
    },
    /// Begins with a byte order mark.
    ByteOrderMark,
    /// Lists or objects inside each other more than [`MAX_DEPTH`] deep.
    TooDeep {
        /// Offset of the bracket or brace that is one too many.
        offset: usize,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes, limit } => {
                write!(f, "it has {bytes} bytes; at most {limit} are read")
            }
            Self::NotUtf8 { offset, utf16 } => {
                write!(f, "it is not UTF-8 at byte {offset}")?;
                if *utf16 {
                    f.write_str(
                        " (it looks like UTF-16, as PowerShell's > writes; save it as UTF-8)",
                    )?;
                }
                Ok(())
            }
            Self::ByteOrderMark => {
                f.write_str("it begins with a byte order mark; save it as UTF-8 without one")
            }
            Self::TooDeep { offset } => write!(
                f,
                "at byte {offset} lists or objects lie more than {MAX_DEPTH} deep inside each other"
            ),
        }
    }
}

impl std::error::Error for Unreadable {}

/// The text of a file of JSON.
///
/// # Errors
/// [`Unreadable`].
pub fn readable(untrusted: &[u8], limit: usize) -> Result<&str, Unreadable> {
    let text = decoded(untrusted, limit)?;
    if text.starts_with('\u{feff}') {
        return Err(Unreadable::ByteOrderMark);
    }
    bounded_depth(text)?;
    Ok(text)
}

/// The text of any file.
///
/// # Errors
/// [`Unreadable`].
pub fn decoded(untrusted: &[u8], limit: usize) -> Result<&str, Unreadable> {
    if untrusted.len() > limit {
        return Err(Unreadable::TooLarge {
            bytes: untrusted.len(),
            limit,
        });
    }
    std::str::from_utf8(untrusted).map_err(|error| Unreadable::NotUtf8 {
        offset: error.valid_up_to(),
        utf16: untrusted.starts_with(&[0xff, 0xfe]) || untrusted.starts_with(&[0xfe, 0xff]),
    })
}

/// Counts brackets outside of strings: serde_json bounds the depth of what it keeps, not of what it
/// passes over.
fn bounded_depth(text: &str) -> Result<(), Unreadable> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth = depth.saturating_add(1),
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Unreadable::TooDeep { offset });
        }
    }
    Ok(())
}

/// Characters that reorder what is shown around them (Unicode annex 9): a name could pose as another.
#[must_use]
pub fn steers_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// An epoch number (AWS CLI version 1, or `cli_timestamp_format = wire`) or ISO 8601 with a zone
/// (version 2), rounded to AWS's milliseconds.
#[must_use]
pub fn time(value: &Value) -> Option<DateTime<Utc>> {
    let time = match value {
        Value::Number(number) => {
            let since = Duration::try_from_secs_f64(number.as_f64()?).ok()?;
            let rounded = since.checked_add(Duration::from_micros(500))?;
            DateTime::from_timestamp_millis(i64::try_from(rounded.as_millis()).ok()?)?
        }
        Value::String(text) if text.len() <= MAX_TEXT => {
            DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc)
        }
        _ => return None,
    };
    // Past 9999 the number was in milliseconds, and RFC 3339 couldn't write it.
    let seconds = time.timestamp();
    (0..=253_402_300_799).contains(&seconds).then_some(time)
}
