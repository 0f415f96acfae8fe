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

/// What panics say: nobody does any more.
const WORDS: [&str; 24] = [
    "slice index starts at ",
    " but ends at ",
    "byte range starts at ",
    "index out of bounds: the len is ",
    " but the index is ",
    "start byte index ",
    "end byte index ",
    " is out of bounds for string of length ",
    "range start index ",
    "range end index ",
    " out of range for slice of length ",
    " is not a char boundary; it is inside ",
    " (bytes ",
    " of string)",
    "copy_from_slice: source slice length (",
    ") does not match destination slice length (",
    "insertion index (is ",
    "removal index (is ",
    ") should be < len (is ",
    ") should be <= len (is ",
    "assertion failed: idx < CAPACITY",
    "assertion failed: edge.height == self.height - 1",
    "assertion failed: edge.height == self.node.height - 1",
    "attempt to join into collection with len > usize::MAX",
];

/// The folders of the tree whose files panics name; other files are named from the root of a disk.
const SOURCES: [&[u8]; 3] = [b"visitor-agent-wasm/src/", b"cobrowse-core/src/", b"chat/proto/src/"];

/// Makes every beginning of a panic a trap, in place, and takes away what it would have said.
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
    let all: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for id in all {
        silence(&mut module.data.get_mut(id).value);
    }
    module.emit_wasm_file(wasm).with_context(|| format!("writing {}", wasm.display()))
}

/// Zeros take no room: the words, and the names of files, each of which ends with one.
fn silence(data: &mut [u8]) {
    for words in WORDS.map(str::as_bytes) {
        let places = data.windows(words.len()).enumerate().filter(|(_, it)| *it == words).map(|(at, _)| at);
        for at in places.collect::<Vec<_>>() {
            data[at..at + words.len()].fill(0);
        }
    }
    let ends = data.windows(4).enumerate().filter(|(_, it)| it == b".rs\0").map(|(at, _)| at + 3);
    for end in ends.collect::<Vec<_>>() {
        let is_path = |it: &u8| it.is_ascii_alphanumeric() || b"_./-".contains(it);
        let begin = data[..end].iter().rposition(|it| !is_path(it)).map_or(0, |at| at + 1);
        // What stands before it without a gap is something else.
        let path = &data[begin..end];
        let within = |source: &&[u8]| path.windows(source.len()).rposition(|it| it == *source);
        let own = SOURCES.iter().filter_map(within).max();
        if let Some(at) = own.or_else(|| path.iter().position(|it| *it == b'/')) {
            data[begin + at..end].fill(0);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_panics_say_goes_and_what_stands_beside_it_stays() {
        let mut data = b"/v1/textvisitor-agent-wasm/src/widget/text.rs\0/root/x-1/core/src/str.rs\0 keepindex out of bounds: the len is rs".to_vec();
        let length = data.len();
        silence(&mut data);
        assert_eq!(data.len(), length);
        let kept: Vec<_> = data.split(|it| *it == 0).filter(|it| !it.is_empty()).collect();
        assert_eq!(kept, [b"/v1/text".as_slice(), b" keep", b"rs"]);
    }
}
