//! The one spelling of JSON that is signed or hashed: what serde_json writes for the type, without
//! white space, keys in the order of the type. A reader writes again what it understood and
//! compares: so unknown, missing, duplicate or reordered keys, other escapes, white space and
//! trailing bytes are all one error (docs/formats.md, section 1).

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Integers are below this, so that every reader of JSON has them exactly.
pub const INTEGERS_END: u64 = 1 << 53;

/// Reads `bytes` as a `T` in its one spelling.
///
/// # Errors
/// Verification, code `bad-json`; the cause names line, column and field.
pub fn read<T: Serialize + DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T> {
    let bad = || Error::verification("bad-json", format!("{what} is not of its form"));
    let value: T = serde_json::from_slice(bytes).map_err(|error| bad().because(error))?;
    if write(&value)? != bytes {
        return Err(bad().because("it is not spelt in the one way: a key is missing or out of order, or there is white space"));
    }
    Ok(value)
}

/// Writes a `T` in its one spelling.
///
/// # Errors
/// Failed, code `internal`; can't happen for the types here.
pub fn write<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|error| Error::failed("internal", "cannot write JSON").because(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Two {
        a: u32,
        b: Option<String>,
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        assert!(read::<Two>(br#"{"a":1,"b":null}"#, "it").is_ok());
        assert!(read::<Two>(br#"{"a":1,"b":"\n"}"#, "it").is_ok());
        for other in [
            r#"{"a":1}"#,
            r#"{"b":null,"a":1}"#,
            r#"{"a":1,"b":null,"c":1}"#,
            r#"{"a":1,"a":1,"b":null}"#,
            r#"{"a":1, "b":null}"#,
            r#"{"a":1,"b":null} "#,
            r#"{"a":1.0,"b":null}"#,
            r#"{"a":-1,"b":null}"#,
            r#"{"a":1,"b":"\u000a"}"#,
            r#"{"a":1,"b":"\u0041"}"#,
        ] {
            assert!(read::<Two>(other.as_bytes(), "it").is_err(), "{other}");
        }
    }
}
