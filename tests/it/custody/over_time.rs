//! What an access leaves out, and accesses that are written down late: judged by when they happened, not by
//! when they were told.

use super::*;

/// Hours after the first moment of a test.
struct Hours(Time);

impl Hours {
    fn at(&self, hours: u64) -> Time {
        self.0.plus(hours * 3600)
    }
}

/// An access of london-a at a moment, with what was handled and what the counter said.
fn at(world: &World, when: Time, items: Vec<Handled>, counter: Option<u64>) -> Digest {
    let Claim::SafeLog(mut logged, personal) = access(world, "london-a", BEA, items) else {
        panic!()
    };
    logged.opened.opened_at = when;
    logged.happened.closed_at = when.plus(60);
    logged.happened.counter = counter;
    witnessed(world, Claim::SafeLog(logged, personal))
}

fn papers(went: Went) -> Vec<Handled> {
    vec![handled("papers", went, None, None)]
}

/// A week goes by first, so that there is a past to tell of.
fn a_week_later() -> (World, Hours) {
    let world = registered();
    let start = Hours(now(&world));
    world.clock.forward(7 * 24 * 3600);
    (world, start)
}

fn still_out(world: &World, access: &Digest) -> Vec<Finding> {
    let found = findings(world, access).into_iter();
    found
        .filter(|finding| matches!(finding, Finding::StillOut { .. }))
        .collect()
}

#[test]
fn what_the_next_access_does_not_bring_back_is_a_finding_once() {
    let (world, hours) = a_week_later();
    at(&world, hours.at(1), papers(Went::Out), None);
    assert!(location_record(&world).out.contains(&name("papers")));
    let next = at(&world, hours.at(2), Vec::new(), None);
    let missing = Finding::StillOut {
        item: name("papers"),
        since: hours.at(1).plus(60),
    };
    assert_eq!(findings(&world, &next), [missing]);
    assert_eq!(
        findings(&world, &at(&world, hours.at(3), Vec::new(), None)),
        []
    );
    let events = item_record(&world, "papers").events;
    assert_eq!(
        events.len(),
        3,
        "added, taken out, not brought back: {events:?}"
    );
    at(&world, hours.at(4), papers(Went::In), None);
    assert!(location_record(&world).out.is_empty());
    // Once it was back, it can be missed again.
    at(&world, hours.at(5), papers(Went::Out), None);
    assert_eq!(
        still_out(&world, &at(&world, hours.at(6), Vec::new(), None)).len(),
        1
    );
    world.assert_good(CY);
}

#[test]
fn what_is_brought_back_moved_or_destroyed_is_not_missed() {
    for how in 0..3 {
        let (world, hours) = a_week_later();
        at(&world, hours.at(1), papers(Went::Out), None);
        let next = match how {
            0 => at(&world, hours.at(2), papers(Went::In), None),
            other => {
                let (item, note) = (name("papers"), Some(Remark { note: text("Gone") }));
                let witness = world.id(BEA);
                witnessed(
                    &world,
                    if other == 1 {
                        let location = name("london-b");
                        let moved = MoveItem {
                            item,
                            location,
                            bag: None,
                            witness,
                        };
                        Claim::ItemMove(moved, note)
                    } else {
                        Claim::ItemDestroy(DestroyItem { item, witness }, note)
                    },
                );
                at(&world, hours.at(2), Vec::new(), None)
            }
        };
        assert_eq!(findings(&world, &next), [], "{how}");
        assert!(location_record(&world).out.is_empty(), "{how}");
    }
}

#[test]
fn an_access_before_it_was_taken_out_misses_nothing() {
    let (world, hours) = a_week_later();
    at(&world, hours.at(5), papers(Went::Out), None);
    let earlier = at(&world, hours.at(2), Vec::new(), None);
    assert_eq!(findings(&world, &earlier), []);
    let later = at(&world, hours.at(6), Vec::new(), None);
    assert_eq!(still_out(&world, &later).len(), 1);
}

fn gap(expected: u64, was: u64) -> Vec<Finding> {
    vec![Finding::CounterGap { expected, was }]
}

#[test]
fn a_counter_is_held_to_its_neighbours_in_time() {
    let (world, hours) = a_week_later();
    let first = at(&world, hours.at(1), Vec::new(), Some(41));
    let third = at(&world, hours.at(3), Vec::new(), Some(43));
    assert_eq!(findings(&world, &third), gap(42, 43));
    // Written down late, it fits between the two, and explains the gap.
    let second = at(&world, hours.at(2), Vec::new(), Some(42));
    assert_eq!(findings(&world, &second), []);
    assert_eq!(findings(&world, &third), []);
    let location = location_record(&world);
    assert_eq!((location.counter, location.accesses), (Some(43), 3));
    assert_eq!(location.last, Some(third));
    let fourth = at(&world, hours.at(4), Vec::new(), Some(44));
    assert_eq!(findings(&world, &fourth), []);
    assert_eq!(findings(&world, &first), []);
    let view_order = in_order(&world);
    assert_eq!(view_order, [fourth, third, second, first]);
    world.assert_good(CY);
}

/// The accesses of london-a, the last one first.
fn in_order(world: &World) -> Vec<Digest> {
    let session = world.session(ADA);
    let mut at = location_record(world).last;
    let mut all = Vec::new();
    while let Some(leaf) = at {
        all.push(leaf);
        at = read::<AccessRecord>(&session.view(), &leaf.to_hex())
            .unwrap()
            .unwrap()
            .previous;
    }
    all
}

#[test]
fn a_late_entry_that_does_not_fit_is_a_finding_on_both_sides() {
    let (world, hours) = a_week_later();
    at(&world, hours.at(1), Vec::new(), Some(10));
    let third = at(&world, hours.at(3), Vec::new(), Some(11));
    assert_eq!(findings(&world, &third), []);
    let second = at(&world, hours.at(2), Vec::new(), Some(15));
    assert_eq!(findings(&world, &second), gap(11, 15));
    assert_eq!(findings(&world, &third), gap(16, 11));
}

#[test]
fn an_opening_at_which_nobody_read_the_counter_counts_for_one() {
    let (world, hours) = a_week_later();
    at(&world, hours.at(1), Vec::new(), Some(7));
    at(&world, hours.at(2), Vec::new(), None);
    let third = at(&world, hours.at(3), Vec::new(), Some(9));
    assert_eq!(findings(&world, &third), []);
    // One more that nobody read, in between and late: then one is missing after it.
    at(&world, hours.at(2), Vec::new(), None);
    assert_eq!(findings(&world, &third), gap(10, 9));
    // The first of all has nothing before it to be held to.
    let zeroth = at(&world, hours.at(0), Vec::new(), Some(6));
    assert_eq!(findings(&world, &zeroth), []);
    world.assert_good(DAN);
}
