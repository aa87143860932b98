//! What every bench measures and prints in the same way.

use std::time::{Duration, Instant};

/// Ours against the floor, in turns.
pub struct Paired {
    pub ours: Duration,
    pub floor: Duration,
    pub ratio: f64,
}

pub fn paired(
    rounds: usize,
    mut ours: impl FnMut() -> Duration,
    mut floor: impl FnMut() -> Duration,
) -> Paired {
    let (mut all_ours, mut all_floor, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        // Neither is always the one that follows the other.
        let (a, b) = if round % 2 == 0 {
            let a = ours();
            (a, floor())
        } else {
            let b = floor();
            (ours(), b)
        };
        ratios.push(b.as_secs_f64() / a.as_secs_f64());
        all_ours.push(a);
        all_floor.push(b);
    }
    ratios.sort_by(f64::total_cmp);
    Paired {
        ours: median(all_ours),
        floor: median(all_floor),
        ratio: ratios[ratios.len() / 2],
    }
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

pub fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

pub fn line(work: &str, pair: &Paired, target: &str) {
    row(
        work,
        &show(pair.ours),
        &show(pair.floor),
        &format!("{:.2}", pair.ratio),
        target,
    );
}

pub fn row(work: &str, ours: &str, floor: &str, ratio: &str, target: &str) {
    println!("{work:<78} {ours:>11} {floor:>11} {ratio:>6} {target:>8}");
}

pub fn show(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1e3 {
        format!("{micros:.1} us")
    } else if micros < 1e6 {
        format!("{:.2} ms", micros / 1e3)
    } else {
        format!("{:.2} s", micros / 1e6)
    }
}
