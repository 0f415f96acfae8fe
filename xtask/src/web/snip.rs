//! Takes the words of panics out of a module that has no use for them.
//!
//! The chat's script starts a module that trapped anew, out of what is stored, and says where it trapped: the
//! formatting of a message that nobody reads would be a tenth of what visitors load.

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use anyhow::{Context, Result, ensure};
use walrus::{
    ConstExpr, DataKind, FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig,
    ir::{Call, Value, Visitor, dfs_in_order},
};

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

/// What makes texts of values, and what prints them: only panics do that, which [`panics`] sees to.
const FORMATS: [&str; 6] =
    ["4core3fmt", "5alloc3fmt", "core..fmt..", "3fmt5Debug3fmt", "3fmt7Display3fmt", "3std9panicking"];

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

/// Makes every beginning of a panic a trap, in place, and takes away what it would have said, with all that would have
/// formatted it.
///
/// # Errors
/// When anything but a panic formats: it would trap too.
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
    silence_formats(&mut module)?;
    let mut all: Vec<_> = module.data.iter().map(|it| (start(it), it.value.clone())).collect();
    silence_places(&mut all);
    let ids: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for (id, (_, mut data)) in ids.into_iter().zip(all) {
        silence(&mut data);
        module.data.get_mut(id).value = data;
    }
    module.emit_wasm_file(wasm).with_context(|| format!("writing {}", wasm.display()))
}

/// Tables keep what formats alive though nobody calls it any more.
fn silence_formats(module: &mut Module) -> Result<()> {
    let named = |id: FunctionId| module.funcs.get(id).name.as_deref().unwrap_or_default();
    let local: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
    let formats = |id: &FunctionId| FORMATS.iter().any(|part| named(*id).contains(part));
    let (formats, others): (HashSet<_>, Vec<_>) = {
        let (formats, others): (Vec<_>, Vec<_>) = local.into_iter().partition(formats);
        (formats.into_iter().collect(), others)
    };
    let reached = reached(module, &formats);
    let format =
        |id: &&FunctionId| reached.contains(*id) && calls(module, **id).iter().any(|it| formats.contains(it));
    let who: BTreeSet<_> = others.iter().filter(format).map(|id| named(*id)).collect();
    ensure!(who.is_empty(), "these format though they do not panic: {who:?}");
    for id in formats {
        trap(module, id);
    }
    Ok(())
}

/// What is called, from what others may call, but for what formats.
fn reached(module: &Module, formats: &HashSet<FunctionId>) -> HashSet<FunctionId> {
    let listed = module.elements.iter().filter_map(|it| match &it.items {
        walrus::ElementItems::Functions(all) => Some(all.iter().copied()),
        walrus::ElementItems::Expressions(..) => None,
    });
    let exported = module.exports.iter().filter_map(|it| {
        let walrus::ExportItem::Function(id) = it.item else { return None };
        Some(id)
    });
    let mut todo: Vec<_> = exported.chain(listed.flatten()).chain(module.start).collect();
    let mut reached = HashSet::new();
    while let Some(id) = todo.pop() {
        if !formats.contains(&id) && reached.insert(id) {
            todo.extend(calls(module, id));
        }
    }
    reached
}

/// The functions that a function calls by name.
fn calls(module: &Module, id: FunctionId) -> Vec<FunctionId> {
    struct Calls(Vec<FunctionId>);
    impl Visitor<'_> for Calls {
        fn visit_call(&mut self, call: &Call) {
            self.0.push(call.func);
        }
    }
    let mut found = Calls(Vec::new());
    if let FunctionKind::Local(function) = &module.funcs.get(id).kind {
        dfs_in_order(&mut found, function, function.entry_block());
    }
    found.0
}

/// Where in memory it begins.
fn start(data: &walrus::Data) -> usize {
    match data.kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(offset)), .. } => {
            usize::try_from(offset).unwrap_or_default()
        }
        DataKind::Active { .. } | DataKind::Passive => 0,
    }
}

/// The places that panics would have told: address and length of a file's name, line, column. Each is told once, so that
/// together they take more room than the words. `all` are parts of the memory, with their beginnings.
fn silence_places(all: &mut [(usize, Vec<u8>)]) {
    let mut found = Vec::new();
    for (part, (start, data)) in all.iter().enumerate() {
        let of_words = (0..data.len()).filter(|at| (start + at).is_multiple_of(4));
        found.extend(of_words.filter(|at| is_place(all, &data[*at..])).map(|at| (part, at)));
    }
    for (part, at) in found {
        all[part].1[at..at + PLACE].fill(0);
    }
}

/// Its length, bytes.
const PLACE: usize = 16;

fn is_place(all: &[(usize, Vec<u8>)], data: &[u8]) -> bool {
    let Some(place) = data.first_chunk::<PLACE>() else { return false };
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| place[at * 4 + byte])) as usize;
    let (name, length, line, column) = (word(0), word(1), word(2), word(3));
    let named = |(start, data): &(usize, Vec<u8>)| {
        let name = name.checked_sub(*start).and_then(|at| data.get(at..at + length));
        name.is_some_and(|it| it.ends_with(b".rs"))
    };
    let is_written = (1..100_000).contains(&line) && (1..1_000).contains(&column);
    is_written && (4..300).contains(&length) && all.iter().any(named)
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

    /// A module whose exported function calls one of this name.
    fn calling(name: &str) -> Module {
        let mut module = Module::default();
        let function = |module: &mut Module, name: &str, calls: Option<FunctionId>| {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
            builder.name(name.to_owned());
            if let Some(it) = calls {
                builder.func_body().call(it);
            }
            builder.finish(Vec::new(), &mut module.funcs)
        };
        let called = function(&mut module, name, None);
        let own = function(&mut module, "chat_handle", Some(called));
        module.exports.add("chat_handle", own);
        module
    }

    #[test]
    fn what_formats_goes_unless_somebody_else_needs_it() {
        let told = silence_formats(&mut calling("_ZN4core3fmt5write17h0E")).expect_err("it is needed");
        assert!(told.to_string().contains("chat_handle"), "{told}");
        let mut module = calling("_ZN4chat5write17h0E");
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        builder.name("_ZN4core3fmt5write17h0E".to_owned());
        let formats = builder.finish(Vec::new(), &mut module.funcs);
        silence_formats(&mut module).expect("nobody needs it");
        let FunctionKind::Local(it) = &module.funcs.get(formats).kind else { panic!("it is local") };
        let body = &it.block(it.entry_block()).instrs;
        assert!(matches!(body[0].0, walrus::ir::Instr::Unreachable(_)));
    }

    #[test]
    fn where_panics_are_goes_and_what_only_looks_like_it_stays() {
        let words = |words: [u32; 4]| words.map(u32::to_le_bytes).concat();
        let names = (1_000, b"src/a.rs\0src/a.txt\0".to_vec());
        let place = words([1_000, 8, 70, 9]);
        let others = [[1_009, 9, 70, 9], [1_000, 8, 0, 9], [1_000, 800, 70, 9], [900, 8, 70, 9]].map(words);
        // Behind something that is not as long as a word.
        let part = (2_001, [b"abc".as_slice(), &place, &others.concat(), &place].concat());
        let mut all = [names.clone(), part];
        silence_places(&mut all);
        let kept = [b"abc".as_slice(), &[0; PLACE], &others.concat(), &[0; PLACE]].concat();
        assert_eq!(all, [names, (2_001, kept)]);
    }

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
