//! The promises of the whole module: official vectors, splitting and combining, naming what is wrong.

use proptest::prelude::*;
use ring::rand::SystemRandom;
use serde_json::Value;
use zeroize::Zeroizing;

use super::combine::recover;
use super::solve::{Budget, STEPS};
use super::split::split_secret;
use super::*;
use crate::crypto::secret::Key32;

const KEY: [u8; 32] = *b"an epoch's key of 32 bytes, ok ?";

fn scheme(groups_needed: u8, groups: &[(u8, u8)]) -> Scheme {
    let groups = groups
        .iter()
        .map(|&(threshold, members)| Group { threshold, members })
        .collect();
    Scheme {
        groups_needed,
        groups,
    }
}

fn split_key(groups_needed: u8, groups: &[(u8, u8)]) -> Vec<Vec<Mnemonic>> {
    split(
        &SystemRandom::new(),
        &Key32::new(KEY),
        &scheme(groups_needed, groups),
    )
    .unwrap()
}

/// A share that is well formed, with a good checksum, and wrong: what a rubbish share looks like.
fn spoil(share: &Mnemonic) -> Mnemonic {
    let mut value = share.value().clone();
    value[7] ^= 0x40;
    Mnemonic::encode(*share.header(), &value)
}

fn name(position: usize, group: u8, member: u8) -> ShareName {
    ShareName {
        position,
        group,
        member,
    }
}

fn unfit(position: usize, group: u8, member: u8) -> WrongShare {
    WrongShare {
        share: name(position, group, member),
        fault: Fault::DoesNotFit,
    }
}

#[track_caller]
fn recovers(shares: &[Mnemonic]) -> Combined {
    let combined = combine(shares).unwrap();
    assert_eq!(*combined.key.expose(), KEY);
    combined
}

#[track_caller]
fn recovers_cleanly(shares: &[Mnemonic]) {
    let combined = recovers(shares);
    assert_eq!(
        (combined.wrong, combined.unchecked, combined.repeated),
        (vec![], vec![], vec![])
    );
}

// --- The official vectors: trezor/python-shamir-mnemonic 17fcce1, vectors.json (MIT licence).

const VECTORS: &str = include_str!("../../../tests/vectors/slip39.json");

/// SLIP-39 "Test vectors": an empty secret says that the shares must be refused.
#[test]
fn every_official_vector_recovers_or_is_refused() {
    let vectors: Vec<(String, Vec<String>, String, String)> =
        serde_json::from_str(VECTORS).unwrap();
    assert_eq!(vectors.len(), 45);
    for (description, texts, secret, _) in vectors {
        let shares: Result<Vec<Mnemonic>, ShareError> = texts
            .iter()
            .map(|text| Mnemonic::parse_typed(text))
            .collect();
        let recovered = shares
            .ok()
            .and_then(|shares| recover(&shares, &mut Budget::new(STEPS)).ok())
            .map(|recovered| {
                let key = cipher::decrypt(&recovered.encrypted, b"TREZOR", recovered.settings);
                key.iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect::<String>()
            });
        assert_eq!(recovered.unwrap_or_default(), secret, "{description}");
    }
}

/// The reason each refused vector gives must be the one in its title.
#[test]
fn refused_vectors_are_refused_for_the_reason_they_are_there_for() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    for vector in vectors.iter().filter(|vector| vector[2] == "") {
        let title = vector[0].as_str().unwrap();
        let texts: Vec<&str> = vector[1]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap())
            .collect();
        let shares: Result<Vec<Mnemonic>, ShareError> = texts
            .iter()
            .map(|text| Mnemonic::parse_typed(text))
            .collect();
        let as_meant =
            match shares.map(|shares| recover(&shares, &mut Budget::new(STEPS)).map(|_| ())) {
                Err(ShareError::Checksum { .. }) => title.contains("checksum"),
                Err(ShareError::Padding) => title.contains("padding"),
                Err(ShareError::WordCount { .. }) => title.contains("length"),
                Err(ShareError::Groups) => title.contains("greater group threshold"),
                Err(_) | Ok(Ok(())) => false,
                Ok(Err(CombineError::OtherSets { .. })) => {
                    title.contains("ifferent") || title.contains("mismatching")
                }
                Ok(Err(CombineError::WrongAmong { .. })) => title.contains("digest"),
                Ok(Err(CombineError::TooFew { .. })) => {
                    title.contains("nsufficient")
                        || title.contains("Basic sharing")
                        || title.contains("duplicate member")
                }
                Ok(Err(_)) => false,
            };
        assert!(as_meant, "{title}");
    }
}

#[test]
fn shares_of_another_length_are_no_key() {
    let vectors: Vec<(String, Vec<String>, String, String)> =
        serde_json::from_str(VECTORS).unwrap();
    let share = Mnemonic::parse_typed(&vectors[0].1[0]).unwrap();
    assert_eq!(
        combine(&[share]).unwrap_err(),
        CombineError::SecretLength { bits: 128 }
    );
}

#[test]
fn a_wrong_word_anywhere_is_refused_whatever_it_is_replaced_by() {
    let share = split_key(1, &[(2, 2)]).remove(0).remove(0);
    let list: Vec<&str> = include_str!("wordlist.txt").lines().collect();
    let words: Vec<&str> = share.text().expose().split(' ').collect();
    for place in 0..words.len() {
        for other in list
            .iter()
            .step_by(97)
            .filter(|other| **other != words[place])
        {
            let mut changed = words.clone();
            changed[place] = other;
            let error = Mnemonic::parse(&changed.join(" ")).unwrap_err();
            assert_eq!(
                error,
                ShareError::Checksum {
                    suspect: Some(place + 1)
                }
            );
        }
    }
}

// --- Splitting and combining.

#[test]
fn every_subset_of_enough_shares_recovers_and_no_smaller_one() {
    let shares = split_key(1, &[(3, 5)]).remove(0);
    for subset in 0u8..32 {
        let given: Vec<Mnemonic> = (0..5)
            .filter(|i| subset >> i & 1 == 1)
            .map(|i| shares[i].clone())
            .collect();
        match given.len() {
            0 => assert_eq!(combine(&given).unwrap_err(), CombineError::NoShares),
            1 | 2 => assert!(matches!(combine(&given), Err(CombineError::TooFew { .. }))),
            _ => recovers_cleanly(&given),
        }
    }
}

#[test]
fn the_largest_scheme_works() {
    recovers_cleanly(&split_key(1, &[(16, 16)]).concat());
    recovers_cleanly(&split_key(16, &[(16, 16); 16]).concat());
}

#[test]
fn our_shares_are_canonical_and_say_what_they_are() {
    for (group, shares) in (0..).zip(split_key(2, &[(2, 3), (1, 1), (4, 5)])) {
        for (member, share) in (0..).zip(&shares) {
            let header = Mnemonic::parse(share.text().expose())
                .unwrap()
                .header()
                .to_owned();
            assert_eq!(
                (
                    header.group,
                    header.member,
                    header.groups_needed,
                    header.groups
                ),
                (group, member, 2, 3)
            );
            assert_eq!((header.extendable, header.iteration_exponent), (true, 0));
        }
    }
}

/// A scheme within all bounds, and for each share whether it is given.
fn any_scheme() -> impl Strategy<Value = Scheme> {
    let group = (1u8..=16).prop_flat_map(|members| {
        let threshold = if members == 1 { 1..=1 } else { 2..=members };
        threshold.prop_map(move |threshold| Group { threshold, members })
    });
    prop::collection::vec(group, 1..=4)
        .prop_flat_map(|groups| {
            let most = u8::try_from(groups.len()).unwrap();
            (1..=most).prop_map(move |groups_needed| Scheme {
                groups_needed,
                groups: groups.clone(),
            })
        })
        .prop_filter("one share recovers", |scheme| scheme.check().is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_quorum_recovers_and_one_share_less_says_what_is_missing(
        scheme in any_scheme(),
        key in any::<[u8; 32]>(),
        turn in 0usize..16,
    ) {
        let groups = split(&SystemRandom::new(), &Key32::new(key), &scheme).unwrap();
        let mut quorum: Vec<Mnemonic> = Vec::new();
        let needed = usize::from(scheme.groups_needed);
        for step in 0..needed {
            let index = (step + turn) % groups.len();
            let (members, threshold) = (&groups[index], usize::from(scheme.groups[index].threshold));
            quorum.extend((0..threshold).map(|i| members[(i + turn) % members.len()].clone()));
        }
        quorum.reverse();
        let combined = combine(&quorum).unwrap();
        prop_assert_eq!(*combined.key.expose(), key);
        prop_assert!(combined.wrong.is_empty() && combined.unchecked.is_empty());

        let everything = combine(&groups.concat()).unwrap();
        prop_assert_eq!(*everything.key.expose(), key);
        prop_assert!(everything.wrong.is_empty() && everything.unchecked.is_empty());

        let left_out = *quorum.pop().unwrap().header();
        match combine(&quorum) {
            Err(CombineError::TooFew { groups_needed, groups_complete, missing, .. }) => {
                prop_assert_eq!((groups_needed, groups_complete), (needed, needed - 1));
                let threshold = usize::from(left_out.threshold);
                let expected = Missing { group: left_out.group, given: threshold - 1, needed: threshold };
                prop_assert_eq!(missing, if threshold == 1 { vec![] } else { vec![expected] });
            }
            Err(CombineError::NoShares) => prop_assert_eq!(quorum.len(), 0),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn with_a_share_to_spare_the_wrong_one_is_named(threshold in 2u8..=8, spare in 1u8..=3, which in any::<prop::sample::Index>()) {
        let mut shares = split_key(1, &[(threshold, threshold + spare)]).remove(0);
        let wrong = which.index(shares.len());
        shares[wrong] = spoil(&shares[wrong]);
        let combined = recovers(&shares);
        prop_assert_eq!(combined.wrong, vec![unfit(wrong, 0, u8::try_from(wrong).unwrap())]);
    }

    #[test]
    fn no_text_makes_reading_panic(text in "\\PC{0,300}", words in prop::collection::vec("[a-z]{0,9}", 0..70)) {
        let _ = Mnemonic::parse(&text);
        let _ = Mnemonic::parse_typed(&text);
        let _ = Mnemonic::parse_typed(&words.join(" "));
    }
}

// --- Wrong shares.

#[test]
fn without_a_share_to_spare_the_suspects_are_listed_and_nothing_comes_out() {
    let mut shares = split_key(1, &[(3, 5)]).remove(0);
    shares.truncate(3);
    shares[1] = spoil(&shares[1]);
    let error = combine(&shares).unwrap_err();
    assert_eq!(
        error,
        CombineError::WrongAmong {
            shares: vec![name(0, 0, 0), name(1, 0, 1), name(2, 0, 2)]
        }
    );
    assert_eq!(
        error.to_string(),
        "at least one of these is wrong: share 1 (group 1, member 1), share 2 (group 1, member 2) and \
         share 3 (group 1, member 3); another good share of the same group, or a whole other group, can tell which"
    );
}

#[test]
fn as_many_wrong_shares_as_good_ones_do_not_block() {
    let mut shares = split_key(1, &[(3, 6)]).remove(0);
    for wrong in [0, 2, 4] {
        shares[wrong] = spoil(&shares[wrong]);
    }
    assert_eq!(
        recovers(&shares).wrong,
        [unfit(0, 0, 0), unfit(2, 0, 2), unfit(4, 0, 4)]
    );
}

#[test]
fn two_shares_that_claim_one_index_are_told_apart() {
    let shares = split_key(1, &[(2, 3)]).remove(0);
    let given = [shares[1].clone(), spoil(&shares[1]), shares[2].clone()];
    assert_eq!(recovers(&given).wrong, [unfit(1, 0, 1)]);
}

#[test]
fn a_share_with_a_forged_index_is_named() {
    let shares = split_key(1, &[(2, 4)]).remove(0);
    let header = ShareHeader {
        member: 3,
        ..*shares[0].header()
    };
    let moved = Mnemonic::encode(header, shares[0].value());
    assert_eq!(
        recovers(&[moved, shares[1].clone(), shares[2].clone()]).wrong,
        [unfit(0, 0, 3)]
    );
}

#[test]
fn the_same_share_twice_counts_once_and_is_said() {
    let shares = split_key(1, &[(2, 3)]).remove(0);
    let twice = [shares[2].clone(), shares[2].clone()];
    let error = combine(&twice).unwrap_err();
    let missing = vec![Missing {
        group: 0,
        given: 1,
        needed: 2,
    }];
    let repeated = vec![name(1, 0, 2)];
    assert_eq!(
        error,
        CombineError::TooFew {
            groups_needed: 1,
            groups_complete: 0,
            missing,
            repeated
        }
    );
    assert_eq!(
        error.to_string(),
        "too few shares: needs 1 more of group 1 (1 of 2 given); given twice and counted once: \
         share 2 (group 1, member 3)"
    );
    let combined = recovers(&[twice[0].clone(), twice[1].clone(), shares[0].clone()]);
    assert_eq!(
        (combined.wrong, combined.repeated),
        (vec![], vec![name(1, 0, 2)])
    );
}

#[test]
fn a_wrong_share_in_a_group_without_one_to_spare_is_named_by_the_other_groups() {
    let groups = split_key(2, &[(3, 3), (2, 2), (2, 3)]);
    let mut given = groups.concat();
    given[1] = spoil(&given[1]);
    assert_eq!(recovers(&given).wrong, [unfit(1, 0, 1)]);
}

#[test]
fn a_wrong_share_in_an_incomplete_group_is_listed_as_unchecked() {
    let groups = split_key(1, &[(2, 2), (4, 6)]);
    // Three of four: with the group's part they can be checked, but the wrong one not be told.
    let mut given = [groups[0].clone(), groups[1][..3].to_vec()].concat();
    recovers_cleanly(&given);
    given[4] = spoil(&given[4]);
    let combined = recovers(&given);
    assert_eq!(combined.wrong, []);
    assert_eq!(
        combined.unchecked,
        [name(2, 1, 0), name(3, 1, 1), name(4, 1, 2)]
    );
    // Two of four: nothing can be said.
    let combined = recovers(&given[..4]);
    assert_eq!(combined.unchecked, [name(2, 1, 0), name(3, 1, 1)]);
}

#[test]
fn a_wrong_1_of_1_group_is_named_when_another_group_is_there() {
    let groups = split_key(2, &[(1, 1), (1, 1), (2, 2)]);
    let mut given = groups.concat();
    given[1] = spoil(&given[1]);
    assert_eq!(recovers(&given).wrong, [unfit(1, 1, 0)]);
    let error = combine(&given[..2]).unwrap_err();
    assert_eq!(
        error,
        CombineError::WrongAmong {
            shares: vec![name(0, 0, 0), name(1, 1, 0)]
        }
    );
}

#[test]
fn too_few_groups_say_what_is_missing() {
    let groups = split_key(3, &[(2, 2), (3, 4), (1, 1), (2, 2)]);
    let given = [groups[0].clone(), groups[1][..1].to_vec()].concat();
    assert_eq!(
        combine(&given).unwrap_err().to_string(),
        "too few shares: 1 of 3 groups are complete; needs 2 more of group 2 (1 of 3 given), and 1 more group"
    );
}

// --- Shares of other sets.

#[test]
fn a_share_of_another_set_is_named_and_does_not_block() {
    let (ours, theirs) = (
        split_key(1, &[(2, 3)]).remove(0),
        split_key(1, &[(3, 3)]).remove(0),
    );
    let combined = recovers(&[theirs[0].clone(), ours[0].clone(), ours[2].clone()]);
    let fault = Fault::OtherSet {
        field: "identifier",
    };
    assert_eq!(
        combined.wrong,
        [WrongShare {
            share: name(0, 0, 0),
            fault
        }]
    );
}

#[test]
fn swapped_shares_of_two_sets_recover_nothing_and_are_named() {
    let (ours, theirs) = (
        split_key(1, &[(3, 3)]).remove(0),
        split_key(1, &[(3, 3)]).remove(0),
    );
    let error = combine(&[ours[0].clone(), theirs[1].clone(), ours[2].clone()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "share 2 (group 1, member 2) is of another set: its identifier differs; without: \
         too few shares: needs 1 more of group 1 (2 of 3 given)"
    );
}

#[test]
fn each_field_that_makes_a_set_is_named() {
    let shares = split_key(1, &[(2, 3)]).remove(0);
    let ours = *shares[0].header();
    for (field, header) in [
        (
            "identifier",
            ShareHeader {
                identifier: ours.identifier ^ 1,
                ..ours
            },
        ),
        (
            "extendable flag",
            ShareHeader {
                extendable: false,
                ..ours
            },
        ),
        (
            "iteration exponent",
            ShareHeader {
                iteration_exponent: 1,
                ..ours
            },
        ),
        (
            "number of groups needed",
            ShareHeader {
                groups_needed: 2,
                groups: 2,
                ..ours
            },
        ),
        ("number of groups", ShareHeader { groups: 2, ..ours }),
        (
            "threshold",
            ShareHeader {
                threshold: 3,
                ..ours
            },
        ),
    ] {
        let other = Mnemonic::encode(header, shares[0].value());
        let combined = recovers(&[other, shares[1].clone(), shares[2].clone()]);
        let fault = Fault::OtherSet { field };
        assert_eq!(
            combined.wrong,
            [WrongShare {
                share: name(0, 0, 0),
                fault
            }],
            "{field}"
        );
    }
    let short = ShareHeader {
        secret_bytes: 16,
        ..ours
    };
    let short = Mnemonic::encode(short, &Zeroizing::new(vec![1; 16]));
    let fault = Fault::OtherSet { field: "length" };
    let combined = recovers(&[short, shares[1].clone(), shares[2].clone()]);
    assert_eq!(
        combined.wrong,
        [WrongShare {
            share: name(0, 0, 0),
            fault
        }]
    );
}

#[test]
fn two_whole_sets_recover_nothing_rather_than_a_guess() {
    let (ours, theirs) = (
        split_key(1, &[(2, 2)]).remove(0),
        split_key(1, &[(2, 2)]).remove(0),
    );
    let error = combine(&[ours, theirs].concat()).unwrap_err();
    let CombineError::OtherSets { shares, rest } = error else {
        panic!("{error}")
    };
    assert_eq!(
        shares
            .iter()
            .map(|wrong| wrong.share.position)
            .collect::<Vec<_>>(),
        [2, 3]
    );
    assert_eq!(*rest, CombineError::Ambiguous);
}

#[test]
fn two_forged_shares_that_fit_each_other_recover_nothing_rather_than_a_guess() {
    let ours = split_key(1, &[(2, 4)]).remove(0);
    let forged = split_secret(&SystemRandom::new(), 2, 4, &Zeroizing::new(vec![9; 32])).unwrap();
    let forge = |member: usize| Mnemonic::encode(*ours[member].header(), &forged[member].y);
    let given = [ours[0].clone(), ours[1].clone(), forge(2), forge(3)];
    assert_eq!(combine(&given).unwrap_err(), CombineError::Ambiguous);
}

/// bc-shamir took the number of shares given for the threshold, so one share "was" the secret.
#[test]
fn a_share_that_claims_a_threshold_of_1_recovers_nothing_beside_others() {
    let shares = split_key(1, &[(3, 3)]).remove(0);
    let header = ShareHeader {
        threshold: 1,
        ..*shares[0].header()
    };
    let forged = Mnemonic::encode(header, &Zeroizing::new(vec![0; 32]));
    let combined = recovers(&[vec![forged.clone()], shares.clone()].concat());
    let fault = Fault::OtherSet { field: "threshold" };
    assert_eq!(
        combined.wrong,
        [WrongShare {
            share: name(0, 0, 0),
            fault
        }]
    );

    let error = combine(&[forged, shares[1].clone(), shares[2].clone()]).unwrap_err();
    let CombineError::OtherSets { shares, rest } = error else {
        panic!("{error}")
    };
    assert_eq!(
        shares,
        [WrongShare {
            share: name(0, 0, 0),
            fault
        }]
    );
    assert!(matches!(*rest, CombineError::TooFew { .. }));
}

#[test]
fn all_recover_says_what_combining_each_set_would() {
    let key = Key32::new(KEY);
    let shares = split_key(1, &[(3, 5)]).remove(0);
    let again = split_key(1, &[(3, 5)]).remove(0);
    let (front, back) = (shares[..3].to_vec(), shares[2..].to_vec());
    assert!(all_recover(&key, &[front.clone(), back.clone()]).unwrap());
    assert!(!all_recover(&Key32::new([7; 32]), &[front.clone(), back]).unwrap());
    assert!(
        !all_recover(&key, &[front.clone(), again[..3].to_vec()]).unwrap(),
        "two splits of one key are not one"
    );
    let spoiled = [front.clone(), vec![spoil(&shares[4])]].concat();
    assert!(!all_recover(&key, &[front.clone(), spoiled]).unwrap());
    assert!(all_recover(&key, &[front, shares[3..].to_vec()]).is_err());
    assert!(all_recover(&key, &[]).is_err());
}

#[test]
fn a_flood_of_rubbish_ends() {
    let shares = split_key(1, &[(6, 16)]).remove(0);
    let rubbish = |seed: u8| {
        shares.iter().map(move |share| {
            let mut value = share.value().clone();
            value[0] ^= seed;
            Mnemonic::encode(*share.header(), &value)
        })
    };
    let given: Vec<Mnemonic> = (1..=8).flat_map(rubbish).collect();
    let ended = recover(&given, &mut Budget::new(10_000)).map(|_| ());
    assert_eq!(ended.unwrap_err(), CombineError::TooManyWrong);
}

#[test]
fn no_message_contains_a_word_of_a_share() {
    let (ours, theirs) = (
        split_key(1, &[(3, 5)]).remove(0),
        split_key(2, &[(3, 5), (2, 2)]).concat(),
    );
    let spoiled: Vec<Mnemonic> = ours.iter().take(3).map(spoil).collect();
    let mixed = [ours[..2].to_vec(), theirs[..2].to_vec()].concat();
    for given in [ours[..2].to_vec(), spoiled, mixed] {
        let error = combine(&given).unwrap_err();
        let said = format!("{error} {error:?} {given:?}").to_lowercase();
        let said: Vec<&str> = said.split(|c: char| !c.is_ascii_alphabetic()).collect();
        for share in &given {
            for word in share.text().expose().split(' ') {
                // The list has everyday words; these are in our sentences whatever the shares are.
                let ours = ["group", "member"].contains(&word);
                assert!(
                    ours || !said.contains(&word),
                    "a message contains a word of a share"
                );
            }
        }
    }
}
