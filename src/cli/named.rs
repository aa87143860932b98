//! Custodians in an error by name: the rules that refuse something know their ids alone.

use crate::crypto::fixed::Id;
use crate::error::Error;
use crate::ledger::People;

/// How many digits a whole id has.
const DIGITS: usize = 32;

/// The same error, with everybody who is known in it by name.
pub fn named(error: &Error, people: &People) -> Error {
    let told = Error::new(error.kind(), error.code(), by_name(error.message(), people));
    let causes = error.causes().iter();
    let told = causes.fold(told, |told, cause| told.because(by_name(cause, people)));
    let hints = error.hints().iter();
    hints.fold(told, |told, hint| told.hint(hint.as_str()))
}

fn by_name(text: &str, people: &People) -> String {
    let mut told = String::new();
    let mut rest = text;
    while let Some(from) = rest.find(is_digit) {
        let (before, id) = rest.split_at(from);
        let end = id.find(|c| !is_digit(c)).unwrap_or(id.len());
        let (id, after) = id.split_at(end);
        told.push_str(before);
        match known(id, people) {
            Some(name) => {
                let without = told.strip_suffix("custodian ").map(str::len);
                told.truncate(without.unwrap_or(told.len()));
                told.push_str(&name);
            }
            None => told.push_str(id),
        }
        rest = after;
    }
    told.push_str(rest);
    told
}

fn known(digits: &str, people: &People) -> Option<String> {
    let id = Some(digits).filter(|digits| digits.len() == DIGITS)?;
    let id = Id::parse(id).ok()?;
    people.get(&id).map(|_| people.name(&id))
}

fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | 'a'..='f')
}
