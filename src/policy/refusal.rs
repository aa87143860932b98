//! The refusals that more than one rule gives, each with its own code and hint.

use crate::crypto::fixed::Id;
use crate::error::Error;
use crate::state::people::Custodian;
use crate::statement::people::Role;

pub(super) fn no_genesis() -> Error {
    Error::refused("no-genesis", "there is no genesis in the log")
}

pub(super) fn not_active() -> Error {
    Error::refused(
        "not-active",
        "the ledger is not active: not every founder has signed the genesis",
    )
    .hint("each founder: rootkeep sign genesis")
}

pub(super) fn unknown_author(author: &Id) -> Error {
    Error::refused(
        "unknown-author",
        format!("{author} is not a custodian of this ledger"),
    )
}

pub(super) fn retired(custodian: &Custodian) -> Error {
    let since = custodian
        .retired
        .map_or_else(String::new, |index| format!(" at entry {index}"));
    Error::refused("retired", format!("the author's key was retired{since}"))
}

pub(super) fn never_accepted() -> Error {
    Error::refused("not-accepted", "the author's enrolment is not complete")
        .hint("once governance has signed, the newcomer: rootkeep custodian accept")
}

pub(super) fn reader() -> Error {
    Error::refused("reader", "a reader only reads")
}

pub(super) fn lacks_roles(roles: &[Role], what: &str) -> Error {
    let words: Vec<String> = roles
        .iter()
        .map(|role| format!("`{}`", role.as_str()))
        .collect();
    Error::refused(
        "no-role",
        format!("{what} needs the role {}", words.join(" or ")),
    )
    .hint("see who has it: rootkeep custodian list")
}

pub(super) fn twice() -> Error {
    Error::refused(
        "already-decided",
        "the same person has already said yes or no to it",
    )
}

pub(super) fn not_in_quorum(what: &str) -> Error {
    Error::refused("not-in-quorum", format!("the author holds no share {what}"))
}

pub(super) fn not_seen() -> Error {
    Error::verification(
        "subject-not-seen",
        "the sign-off was made before its subject was seen",
    )
}

pub(super) fn dated_ahead(what: &str) -> Error {
    Error::refused(
        "dated-ahead",
        format!("{what} is dated later than now by more than a clock's error"),
    )
    .hint("one of the two clocks is wrong: compare them, set the wrong one, and do it again")
}

pub(super) fn expired(what: &str) -> Error {
    Error::refused("expired", format!("{what} has expired")).hint("ask again with a new one")
}

pub(super) fn lapsed(why: &str) -> Error {
    Error::refused("lapsed", format!("it lapsed: {why}")).hint("ask again with a new one")
}

pub(super) fn rejected() -> Error {
    Error::refused(
        "rejected",
        "so many have said no that the others can't carry it",
    )
}

pub(super) fn overtaken() -> Error {
    lapsed("another one has taken effect in its place")
}

pub(super) fn withdrawn() -> Error {
    Error::refused("withdrawn", "its author took it back")
}

pub(super) fn closed() -> Error {
    Error::refused("closed", "the release is closed").hint("make a new one: rootkeep request")
}

pub(super) fn already_effective() -> Error {
    Error::refused("already-effective", "it is in effect already")
}

pub(super) fn unknown_subject() -> Error {
    Error::refused(
        "unknown-subject",
        "nothing of that hash waits for anybody in this log",
    )
}

pub(super) fn no_such_secret() -> Error {
    Error::refused("unknown-secret", "there is no such secret or epoch")
        .hint("see what there is: rootkeep secret list")
}

pub(super) fn malformed(why: &str) -> Error {
    Error::refused("malformed", why.to_owned())
}
