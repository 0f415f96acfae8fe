//! The fuzz targets compiled for the browser and interpreted here: there an address has 32 bits,
//! and a sum of lengths wraps that would not wrap on a server.

use std::fs;

use anyhow::{Context, Result, bail};
use wasmi::{Engine, Linker, Module, Store};

use super::steps::Stage;
use crate::run::{cargo, run, say, timed};
use crate::toolchain::{self, TARGET};
use crate::web;

/// Every run begins here, and says so: a failure can be had again.
const SEED: u64 = 0x7461_6e64_656d;

/// New cases for each target, after its corpus.
const CASES: u32 = 2_000;

/// Runs the module's `smoke(seed, cases)`, which gives back how many inputs it tried. A panic traps;
/// then `reached()` tells at which input.
pub fn fuzz(_: &mut Stage) -> Result<Vec<String>> {
    let toolchain = toolchain::find()?;
    let mut command = cargo();
    command.args(["rustc", "-p", "fuzz", "--lib", "--crate-type", "cdylib", "--target", TARGET]);
    command.args(["--profile", "wasm-dev", "--target-dir"]).arg(web::wasm_target_dir());
    toolchain.apply(&mut command);
    run(&mut command)?;
    let module = fs::read(web::wasm_target_dir().join(TARGET).join("wasm-dev/fuzz.wasm"))?;
    let tried = timed("fuzzing on wasm32", || smoke(&module))?;
    if tried == 0 {
        bail!("the module tried no input at all");
    }
    say(&format!("{tried} inputs on wasm32, seed {SEED:#x}"));
    Ok(Vec::new())
}

fn smoke(module: &[u8]) -> Result<u32> {
    let engine = Engine::default();
    let module = Module::new(&engine, module).context("reading fuzz.wasm")?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::<()>::new(&engine).instantiate_and_start(&mut store, &module)?;
    let smoke = instance.get_typed_func::<(u64, u32), u32>(&store, "smoke")?;
    let reached = instance.get_typed_func::<(), u32>(&store, "reached")?;
    let result = smoke.call(&mut store, (SEED, CASES));
    result.with_context(|| {
        let input = reached.call(&mut store, ()).unwrap_or_default();
        format!("a fuzz target failed on wasm32 at input {input} of seed {SEED:#x}")
    })
}
