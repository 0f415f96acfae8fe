//! Lists the corpora, so that they travel inside the library: on wasm32 there are no files.
use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=corpus");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("corpus");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("corpus.rs");
    let mut list = io::BufWriter::new(fs::File::create(out)?);
    writeln!(list, "&[")?;
    for target in sorted(&root)? {
        for input in sorted(&target)? {
            let name = target.file_name().unwrap_or_default().to_string_lossy();
            writeln!(list, "    ({name:?}, include_bytes!({:?})),", input.display().to_string())?;
        }
    }
    writeln!(list, "]")
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
