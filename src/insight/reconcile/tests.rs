use proptest::prelude::*;

use super::*;
use crate::aws::cloudtrail::{Act, Sort};
use crate::statement::trails::{Reason, Word};

const ONE: &str = "111122223333";
const TWO: &str = "444455556666";
const START: i64 = 1_795_253_400;

fn account(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

fn word(text: &str) -> Word {
    Word::new(text).unwrap()
}

fn at(minutes: i64) -> Time {
    Time::from_seconds(START + minutes * 60).unwrap()
}

fn event(id: &str, name: &str, minutes: i64, of: &str, what: What) -> Event {
    Event {
        at: at(minutes),
        id: word(id),
        name: word(name),
        account: Some(account(of)),
        what,
        traces: Traces::default(),
    }
}

fn act(sort: Sort) -> Act {
    Act {
        sort,
        failed: false,
        mfa: Some(true),
        key: None,
        assumed: false,
    }
}

fn sign_in(id: &str, minutes: i64) -> Event {
    event(
        id,
        "ConsoleLogin",
        minutes,
        ONE,
        What::Root(act(Sort::SignIn)),
    )
}

fn release(password: bool) -> Expected {
    Expected {
        leaf: Digest([1; 32]),
        account: account(ONE),
        from: at(0),
        to: at(60),
        cause: Cause::Release { password },
        names: BTreeSet::new(),
        alone: BTreeSet::new(),
        leaves_trace: password,
    }
}

fn task(policy: &str) -> Expected {
    Expected {
        leaf: Digest([2; 32]),
        account: account(TWO),
        cause: Cause::Task {
            policy: Some(policy.to_owned()),
        },
        ..release(false)
    }
}

fn assume(minutes: i64) -> Event {
    let what = What::AssumeRoot {
        policy: Some(word("IAMAuditRootUserCredentials")),
        key: Some(word("ASIASESSION")),
        failed: false,
    };
    event("s0", "AssumeRoot", minutes, TWO, what)
}

fn in_session(id: &str, minutes: i64) -> Event {
    let act = Act {
        key: Some(word("ASIASESSION")),
        mfa: Some(false),
        ..act(Sort::Call)
    };
    event(id, "GetLoginProfile", minutes, TWO, What::Root(act))
}

fn estate(expected: &[Expected]) -> Estate {
    Estate {
        expected: expected.to_vec(),
        with_mfa: BTreeSet::from([account(ONE)]),
        settled: BTreeMap::new(),
    }
}

fn outcome(events: &[Event], estate: &Estate) -> Outcome {
    let mut coverage = Coverage::default();
    for event in events {
        if let Some(account) = event.account {
            coverage
                .note(account, &word("us-east-1"), event.at)
                .unwrap();
        }
    }
    let events = events.iter().cloned().collect();
    reconcile(&events, &coverage, estate, &Period::default(), 24).unwrap()
}

fn reason(event: Event, estate: &Estate) -> Option<(Reason, Option<u64>)> {
    let outcome = outcome(&[event], estate);
    assert_eq!(outcome.events, 1);
    outcome
        .unexplained
        .first()
        .map(|(one, _)| (one.reason, one.off))
}

#[test]
fn a_sign_in_is_explained_within_its_release_and_clocks_may_differ() {
    let estate = estate(&[release(true)]);
    for minutes in [-5, 0, 30, 60, 65] {
        assert_eq!(reason(sign_in("e", minutes), &estate), None, "{minutes}");
    }
    assert_eq!(
        reason(sign_in("e", -6), &estate),
        Some((Reason::OutsideWindow, Some(360)))
    );
    assert_eq!(
        reason(sign_in("e", 70), &estate),
        Some((Reason::OutsideWindow, Some(600)))
    );
}

#[test]
fn a_release_explains_its_own_account_and_its_own_secret() {
    assert_eq!(
        reason(sign_in("e", 30), &estate(&[])),
        Some((Reason::NoRelease, None))
    );
    assert_eq!(
        reason(sign_in("e", 30), &estate(&[release(false)])),
        Some((Reason::OtherSecret, None))
    );
    let mut other = sign_in("e", 30);
    other.account = Some(account(TWO));
    assert_eq!(
        reason(other, &estate(&[release(true)])),
        Some((Reason::NoRelease, None))
    );
    let mut nowhere = sign_in("e", 30);
    nowhere.account = None;
    let events = BTreeSet::from([nowhere]);
    let found = reconcile(
        &events,
        &Coverage::default(),
        &estate(&[release(true)]),
        &Period::default(),
        24,
    );
    assert_eq!(found.unwrap().unexplained[0].0.reason, Reason::NoAccount);
}

#[test]
fn a_release_that_was_not_used_explains_no_sign_in() {
    let unused = Expected {
        cause: Cause::Unused,
        leaves_trace: false,
        ..release(true)
    };
    assert_eq!(
        reason(sign_in("e", 30), &estate(&[unused])),
        Some((Reason::ClosedUnused, None))
    );
}

#[test]
fn some_events_are_open_though_they_are_in_the_window() {
    let estate = estate(&[release(true)]);
    let open = |name: &str, act: Act| {
        reason(event("e", name, 30, ONE, What::Root(act)), &estate).map(|(reason, _)| reason)
    };
    let failed = Act {
        failed: true,
        ..act(Sort::SignIn)
    };
    assert_eq!(open("ConsoleLogin", failed), Some(Reason::Failed));
    let without = Act {
        mfa: Some(false),
        ..act(Sort::SignIn)
    };
    assert_eq!(open("ConsoleLogin", without), Some(Reason::NoMfa));
    for sort in [
        Sort::PasswordUpdated,
        Sort::EmailUpdated,
        Sort::PasswordRecovery,
        Sort::Mfa,
    ] {
        assert_eq!(open("x", act(sort)), Some(Reason::CredentialChange));
    }
    assert_eq!(
        open("CreateAccessKey", act(Sort::AccessKey)),
        Some(Reason::AccessKey)
    );
    let long_lived = Act {
        key: Some(word("AKIAEXAMPLE")),
        ..act(Sort::Call)
    };
    assert_eq!(open("ListBuckets", long_lived), Some(Reason::AccessKey));
    let unknown = Act {
        assumed: true,
        ..act(Sort::Call)
    };
    assert_eq!(open("ListBuckets", unknown), Some(Reason::SessionUnknown));
    assert_eq!(open("ListBuckets", act(Sort::Call)), None);
    let management = What::Management { failed: false };
    assert_eq!(
        reason(event("e", "CloseAccount", 30, ONE, management), &estate),
        Some((Reason::Management, None))
    );
}

#[test]
fn an_account_without_mfa_is_signed_in_to_without() {
    let mut estate = estate(&[release(true)]);
    estate.with_mfa.clear();
    let without = Act {
        mfa: Some(false),
        ..act(Sort::SignIn)
    };
    assert_eq!(
        reason(
            event("e", "ConsoleLogin", 30, ONE, What::Root(without)),
            &estate
        ),
        None
    );
}

#[test]
fn what_a_window_names_is_explained_by_it() {
    let mut release = release(true);
    release.names.insert("PasswordUpdated".to_owned());
    let estate = estate(&[release]);
    let changed = |minutes| {
        event(
            "e",
            "PasswordUpdated",
            minutes,
            ONE,
            What::Root(act(Sort::PasswordUpdated)),
        )
    };
    assert_eq!(reason(changed(30), &estate), None);
    assert_eq!(
        reason(changed(90), &estate),
        Some((Reason::CredentialChange, None))
    );
}

#[test]
fn a_change_that_one_person_has_sealed_alone_stays_open_and_says_so() {
    let mut release = release(true);
    release.alone.insert("PasswordUpdated".to_owned());
    let estate = estate(&[release]);
    let changed = |minutes| {
        let what = What::Root(act(Sort::PasswordUpdated));
        event("e", "PasswordUpdated", minutes, ONE, what)
    };
    assert_eq!(
        reason(changed(30), &estate),
        Some((Reason::SealedAlone, None))
    );
    assert_eq!(
        reason(changed(90), &estate),
        Some((Reason::CredentialChange, None))
    );
}

#[test]
fn a_session_is_what_its_beginning_is() {
    let good = estate(&[task("IAMAuditRootUserCredentials")]);
    let all = outcome(
        &[in_session("s1", 10), assume(5), in_session("s2", 20)],
        &good,
    );
    assert_eq!((all.events, all.explained), (3, 3));
    let other = outcome(
        &[in_session("s1", 10), assume(5)],
        &estate(&[task("S3UnlockBucketPolicy")]),
    );
    let reasons: Vec<Reason> = other
        .unexplained
        .iter()
        .map(|(one, _)| one.reason)
        .collect();
    assert_eq!(reasons, [Reason::OtherTask, Reason::Session]);
    let none = outcome(&[assume(5)], &estate(&[]));
    assert_eq!(none.unexplained[0].0.reason, Reason::NoTask);
    let late = outcome(&[assume(5), in_session("s1", 22)], &good);
    assert_eq!(late.unexplained[0].0.reason, Reason::SessionOver);
    // Its key in another account is no session there.
    let mut elsewhere = in_session("s1", 10);
    elsewhere.account = Some(account(ONE));
    let elsewhere = outcome(&[assume(5), elsewhere], &good);
    assert_eq!(elsewhere.unexplained[0].0.reason, Reason::NoRelease);
}

#[test]
fn what_was_used_and_left_no_trace_is_said_where_the_files_cover_it() {
    let estate = estate(&[release(true)]);
    let before = event("a", "x", -120, ONE, What::Service);
    let after = event("b", "x", 120, ONE, What::Service);
    let silent = outcome(&[before.clone(), after.clone()], &estate);
    assert_eq!((silent.missing.len(), silent.not_covered.len()), (1, 0));
    assert_eq!((silent.events, silent.service), (0, 2));
    assert_eq!(
        outcome(&[before.clone(), sign_in("e", 5), after], &estate).missing,
        []
    );
    // Until the middle of it, nobody can know.
    let half = outcome(&[before, event("c", "x", 30, ONE, What::Service)], &estate);
    assert_eq!((half.missing.len(), half.not_covered.len()), (0, 1));
}

#[test]
fn of_two_records_with_one_id_the_worse_counts() {
    let estate = estate(&[release(true)]);
    for (one, other) in [(30, 600), (600, 30)] {
        let found = outcome(&[sign_in("e", one), sign_in("e", other)], &estate);
        assert_eq!((found.events, found.unexplained.len()), (1, 1));
    }
}

#[test]
fn what_governance_has_explained_is_explained() {
    let mut estate = estate(&[]);
    let event = sign_in("e", 30);
    let name = EventName {
        event: event.id.clone(),
        account: event.account,
    };
    estate.settled.insert(name, (event.at, event.name.clone()));
    // Another event that has its id is not what was explained.
    let mut other = event.clone();
    other.at = other.at.plus(60);
    assert_eq!(outcome(&[other], &estate).unexplained.len(), 1);
    let found = outcome(&[event], &estate);
    assert_eq!(
        (found.explained, found.settled, found.unexplained.len()),
        (1, 1, 0)
    );
}

prop_compose! {
    fn any_event()(id in 0u8..12, minutes in -100i64..200, of in 0u8..2, what in 0u8..7) -> Event {
        let of = if of == 0 { ONE } else { TWO };
        let id = format!("e{id}");
        match what {
            0 => event(&id, "ConsoleLogin", minutes, of, What::Root(act(Sort::SignIn))),
            1 => event(&id, "ListBuckets", minutes, of, What::Root(act(Sort::Call))),
            2 => event(&id, "x", minutes, of, What::Service),
            3 => Event { id: word(&id), ..assume(minutes) },
            4 => in_session(&id, minutes),
            5 => event(&id, "CloseAccount", minutes, of, What::Management { failed: false }),
            _ => event(&id, "PasswordUpdated", minutes, of, What::Root(act(Sort::PasswordUpdated))),
        }
    }
}

proptest! {
    #[test]
    fn the_order_of_events_and_how_they_are_split_does_not_matter(
        (events, shuffled) in prop::collection::vec(any_event(), 1..40)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        split in 0usize..40,
    ) {
        let estate = estate(&[release(true), task("IAMAuditRootUserCredentials")]);
        let whole = outcome(&events, &estate);
        prop_assert_eq!(&whole, &outcome(&shuffled, &estate));
        // Read from two files, with some records in both.
        let (head, tail) = shuffled.split_at(split.min(shuffled.len()));
        let twice = [tail, head, tail].concat();
        prop_assert_eq!(&whole, &outcome(&twice, &estate));
        prop_assert_eq!(whole.events, whole.explained + whole.unexplained.len() as u64);
    }
}
