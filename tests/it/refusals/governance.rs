//! Quorums and policies keep to their bounds, each on both sides and each alone.

use rootkeep::statement::Claim;
use rootkeep::statement::founding::PolicySettings;
use rootkeep::statement::people::Role;
use rootkeep::statement::quorums::{Define, Group};

use super::{policy, settings};
use crate::world::*;

#[test]
fn a_quorum_keeps_to_the_bounds_of_its_split() {
    let mut world = World::ready();
    for person in [
        "fay", "gus", "hal", "ida", "jo", "kim", "lee", "mia", "ned", "ola", "pia", "quin",
    ] {
        let place = world.newcomer(person);
        world.enrol(place, &[Role::Holder]);
        world.session(place).accept().unwrap();
    }
    let all: Vec<usize> = (0..17).collect();
    let define = |threshold, members: &[usize]| {
        world.enter(ADA, world.define(random_id(), "bounds", threshold, members))
    };
    world.refused("malformed", || define(2, &all));
    world.refused("malformed", || define(0, &[ADA, BEA]));
    world.refused("malformed", || define(1, &[ADA, BEA]));
    world.refused("malformed", || define(1, &[ADA]));
    world.refused("malformed", || define(3, &[ADA, BEA]));
    world.refused("malformed", || define(2, &[ADA, ADA, BEA]));
    world.refused("malformed", || define(2, &[]));
    world.refused("malformed", || {
        world.enter(ADA, world.define(random_id(), "governance", 2, &[ADA, BEA]))
    });
    world.refused("malformed", || {
        world.enter(ADA, world.define(random_id(), "board", 2, &[ADA, BEA]))
    });
    world.refused("unknown-author", || {
        let Claim::QuorumDefine(mut define) = world.define(random_id(), "bounds", 2, &[ADA, BEA])
        else {
            panic!()
        };
        define.groups[0].members[0] = random_id();
        world.enter(ADA, Claim::QuorumDefine(define))
    });
    define(2, &[ADA, BEA]).unwrap();
    define(16, &all[..16]).unwrap();
    world.quorum("sixteen", 2, &all[..16]);
    world.seal(ADA, "org/note", Some("sixteen"), b"x").unwrap();
    let grouped = |needed, groups: Vec<(u8, Vec<usize>)>| {
        world.enter(
            ADA,
            Claim::QuorumDefine(Define {
                quorum: random_id(),
                name: name("grouped"),
                groups_needed: needed,
                groups: groups
                    .into_iter()
                    .enumerate()
                    .map(|(number, (threshold, members))| Group {
                        label: name(&format!("g{number}")),
                        threshold,
                        members: members.iter().map(|place| world.id(*place)).collect(),
                    })
                    .collect(),
            }),
        )
    };
    let ones = |count: usize| (0..count).map(|place| (1, vec![place])).collect::<Vec<_>>();
    grouped(2, ones(2)).unwrap();
    grouped(16, ones(16)).unwrap();
    world.refused("malformed", || grouped(2, ones(17)));
    world.refused("malformed", || grouped(0, ones(2)));
    world.refused("malformed", || grouped(3, ones(2)));
    world.refused("malformed", || grouped(1, ones(2)));
    // One person in two groups is still one person.
    world.refused("malformed", || {
        grouped(2, vec![(1, vec![ADA]), (1, vec![ADA])])
    });
    world.assert_good(ADA);
}

#[test]
fn policies_keep_to_their_bounds() {
    let world = World::ready();
    let set = |settings| world.enter(ADA, policy(settings));
    for good in [
        settings(1, 72, 600),
        settings(365, 72, 600),
        settings(30, 1, 600),
        settings(30, 720, 600),
        settings(30, 72, 60),
        settings(30, 72, 604_800),
    ] {
        set(good).unwrap();
    }
    for bad in [
        settings(0, 72, 600),
        settings(366, 72, 600),
        settings(30, 0, 600),
        settings(30, 721, 600),
        settings(30, 72, 59),
        settings(30, 72, 604_801),
        PolicySettings {
            revision: 0,
            ..settings(30, 72, 600)
        },
        PolicySettings {
            revision: 2,
            ..settings(30, 72, 600)
        },
    ] {
        world.refused("malformed", || set(bad));
    }
}
