//! The fuzz targets compiled for the browser and interpreted here: there an address has 32 bits,
//! and a sum of lengths wraps that would not wrap on a server.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use wasmi::{Engine, Instance, Linker, Module, Store};

use super::steps::Stage;
use crate::run::{cargo, run, say, timed};
use crate::toolchain::{self, TARGET};
use crate::web;

/// Every run begins here, and says so: a failure can be had again.
const SEED: u64 = 0x7461_6e64_656d;

/// How long all targets' mutations run together.
const SMOKE: Duration = Duration::from_secs(20);

/// Runs each target of the module: its corpus, then mutations for its share of the time.
pub fn fuzz(_: &mut Stage) -> Result<Vec<String>> {
    let toolchain = toolchain::find()?;
    let mut command = cargo();
    command.args(["rustc", "-p", "fuzz", "--lib", "--crate-type", "cdylib", "--target", TARGET]);
    command.args(["--profile", "wasm-dev", "--target-dir"]).arg(web::wasm_target_dir());
    toolchain.apply(&mut command);
    run(&mut command)?;
    let module = fs::read(web::wasm_target_dir().join(TARGET).join("wasm-dev/fuzz.wasm"))?;
    timed("fuzzing on wasm32", || Interpreter::new(&module)?.smoke())?;
    Ok(Vec::new())
}

struct Interpreter {
    store: Store<()>,
    instance: Instance,
}

impl Interpreter {
    fn new(module: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let module = Module::new(&engine, module).context("reading fuzz.wasm")?;
        let mut store = Store::new(&engine, ());
        let instance = Linker::<()>::new(&engine).instantiate_and_start(&mut store, &module)?;
        Ok(Self { store, instance })
    }

    fn smoke(&mut self) -> Result<()> {
        let targets = self.instance.get_typed_func::<(), u32>(&self.store, "targets")?;
        let count = targets.call(&mut self.store, ())?;
        ensure!(count > 0, "the module has no target");
        (0..count).try_for_each(|number| {
            let said = self.target(number, SMOKE / count).with_context(|| {
                format!("target {number} (of fuzz/src/targets.rs, from 0) failed on wasm32, seed {SEED:#x}")
            })?;
            say(&format!("target {number}: {said}"));
            Ok(())
        })
    }

    /// The target's corpus, then mutations until its time is over.
    fn target(&mut self, number: u32, share: Duration) -> Result<String> {
        let begin = self.instance.get_typed_func::<(u32, u64), u32>(&self.store, "begin")?;
        let step = self.instance.get_typed_func::<(), ()>(&self.store, "step")?;
        let corpus = begin.call(&mut self.store, (number, SEED)).context("in its corpus")?;
        ensure!(corpus > 0, "no input at all");
        let (end, mut tried) = (Instant::now() + share, 0_u32);
        while Instant::now() < end {
            tried += 1;
            step.call(&mut self.store, ()).with_context(|| format!("at mutation {tried}"))?;
        }
        Ok(format!("{corpus} of the corpus, {tried} mutated"))
    }
}
