//! Takes the words of panics out of a module that has no use for them.
//!
//! The chat's script starts a module that trapped anew, out of what is stored, and says where it trapped: the
//! formatting of a message that nobody reads would be a tenth of what visitors load.

use std::path::Path;

use anyhow::{Context, Result};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig};

/// What begins a panic, by parts of the mangled names. None of these returns.
const PANICS: [&str; 7] = [
    "4core9panicking",
    "slice_error_fail",
    "slice_index_fail",
    "13unwrap_failed",
    "13expect_failed",
    "17capacity_overflow",
    "rust_begin_unwind",
];

/// Makes every beginning of a panic a trap, in place.
pub fn panics(wasm: &Path) -> Result<()> {
    let mut module =
        ModuleConfig::new().parse_file(wasm).with_context(|| format!("reading {}", wasm.display()))?;
    let begins = |name: &str| PANICS.iter().any(|part| name.contains(part));
    let local = module.funcs.iter_local();
    let found: Vec<FunctionId> =
        local.filter(|(id, _)| is_named(&module, *id, begins)).map(|(id, _)| id).collect();
    for id in found {
        trap(&mut module, id);
    }
    module.emit_wasm_file(wasm).with_context(|| format!("writing {}", wasm.display()))
}

fn is_named(module: &Module, id: FunctionId, wanted: impl Fn(&str) -> bool) -> bool {
    let function = module.funcs.get(id);
    // What gives something back is no beginning of a panic, whatever it is called.
    module.types.get(function.ty()).results().is_empty() && function.name.as_deref().is_some_and(wanted)
}

fn trap(module: &mut Module, id: FunctionId) {
    let (parameters, results) = module.types.params_results(module.funcs.get(id).ty());
    let (parameters, results) = (parameters.to_vec(), results.to_vec());
    let arguments = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    builder.func_body().unreachable();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
}
