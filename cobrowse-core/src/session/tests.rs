//! Stories of the three together.
mod continuity;
mod control;
mod decided;
mod sharing;
mod transport;

/// Anything in any order. The last seed printed is the one that failed.
#[test]
fn whatever_people_and_networks_do_all_three_agree_in_the_end() {
    for seed in 0..150 {
        let ops = crate::testing::random_ops(seed, 40 + (seed as usize % 5) * 40);
        println!("seed {seed}");
        crate::testing::session_ops(&ops);
    }
}
