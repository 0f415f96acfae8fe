//! Fuzz targets as plain functions that stable Rust drives.
//!
//! A target takes bytes and panics when something is wrong. Its inputs are first its corpus, then mutations of
//! it, the same for the same seed. The driver is `cargo run -p fuzz -- smoke`; compiled for wasm32, where an
//! address has 32 bits, [`wasm`] exports the same.
mod mutate;
pub mod targets;
pub mod wasm;

use cobrowse_core::dom::testing::Random;

pub use mutate::mutate;

/// One thing to fuzz.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name, which is its corpus' folder.
    pub name: &'static str,
    /// Tries one input.
    pub run: fn(&[u8]),
    /// Inputs that come from code rather than from files.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every input that a corpus folder holds, with the target's name.
const CORPUS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/corpus.rs"));

impl Target {
    /// The corpus: files, then what code makes.
    pub fn corpus(&self) -> Vec<Vec<u8>> {
        let files = CORPUS.iter().filter(|(name, _)| *name == self.name).map(|(_, bytes)| bytes.to_vec());
        files.chain((self.seeds)()).collect()
    }
}

/// The mutated inputs of a target, without end.
pub struct Mutations {
    random: Random,
    corpus: Vec<Vec<u8>>,
}

impl Mutations {
    /// Those of a seed.
    pub fn new(target: &Target, seed: u64) -> Self {
        let name = target.name.bytes().fold(seed, |mixed, byte| mixed.rotate_left(7) ^ u64::from(byte));
        Self { random: Random::new(name), corpus: target.corpus() }
    }
}

impl Iterator for Mutations {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let other = self.random.below(self.corpus.len());
        let other = self.corpus.get(other).cloned().unwrap_or_default();
        let at = self.random.below(self.corpus.len());
        let mut input = self.corpus.get(at).cloned().unwrap_or_default();
        mutate(&mut self.random, &mut input, &other);
        Some(input)
    }
}
