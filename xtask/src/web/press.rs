//! Makes a folder small: optimised, minified, compressed.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;

use super::{
    CHAT_FOLDER,
    npm::{ESBUILD, WASM_OPT},
};
use crate::place::files_below;
use crate::run::{run, say, timed};

/// Files whose kind is not compressed already.
const COMPRESSIBLE: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// Optimises what is below `folder` in place, and puts a `.br` and a `.gz` beside each file.
pub fn shrink(folder: &Path) -> Result<()> {
    bundle_chat(&folder.join(CHAT_FOLDER))?;
    for file in files_below(folder)? {
        match file.extension().and_then(OsStr::to_str) {
            Some("wasm") => timed("wasm-opt", || optimise(&file))?,
            Some("js" | "css") => minify(&file)?,
            _ => (),
        }
    }
    for file in files_below(folder)? {
        let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
        if COMPRESSIBLE.contains(&extension) {
            compress(&file)?;
        }
    }
    Ok(())
}

/// The chat's scripts become one: fewer requests, and smaller together. Its bubble is loaded long before.
fn bundle_chat(folder: &Path) -> Result<()> {
    let entry = folder.join("chat.js");
    if !entry.is_file() {
        return Ok(());
    }
    let mut esbuild = ESBUILD.command()?;
    esbuild.arg(&entry).args(["--bundle", "--format=esm", "--allow-overwrite"]);
    run(esbuild.arg("--log-level=warning").arg(format!("--outfile={}", entry.display())))?;
    for part in ["dom.js", "files.js", "line.js", "../widget.js"] {
        fs::remove_file(folder.join(part)).with_context(|| format!("{part} is part of chat.js"))?;
    }
    Ok(())
}

/// For the module that is loaded on a click: measured, these passes take another 3 % away, at some cost of speed. The
/// lowest kilobyte of its memory is the last one of the stack, which nothing of ours comes near.
const SMALLEST: [&str; 7] =
    ["--flatten", "--rereloop", "-Oz", "--low-memory-unused", "-Oz", "--const-hoisting", "-Oz"];

/// The module's own features decide what may be used. Never `--all-features`: binaryen 132 then
/// writes compact imports, which browsers refuse ("Invalid import kind 127").
fn optimise(wasm: &Path) -> Result<()> {
    let small = wasm.with_extension("small");
    let is_widget = wasm.file_stem().is_some_and(|it| it == "widget_bg");
    let how = if is_widget { SMALLEST.as_slice() } else { &["-Oz"] };
    run(WASM_OPT.command()?.args(how).arg(wasm).arg("-o").arg(&small))?;
    fs::rename(&small, wasm).with_context(|| format!("replacing {}", wasm.display()))
}

fn minify(file: &Path) -> Result<()> {
    let mut esbuild = ESBUILD.command()?;
    esbuild.arg(file).args(["--minify", "--allow-overwrite", "--log-level=warning"]);
    if file.extension().is_some_and(|it| it == "js") {
        // Its own names are nobody else's: what is a script and no module keeps everything inside a function.
        esbuild.arg("--format=esm");
    }
    run(esbuild.arg(format!("--outfile={}", file.display())))
}

fn compress(file: &Path) -> Result<()> {
    let data = fs::read(file)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&data)?;
    fs::write(with_suffix(file, "gz"), gzip.finish()?)?;
    let mut brotli = Vec::new();
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: data.len(), ..Default::default() };
    brotli::BrotliCompress(&mut data.as_slice(), &mut brotli, &params)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    say(&format!("{:>9} bytes, {:>8} brotli  {name}", data.len(), brotli.len()));
    fs::write(with_suffix(file, "br"), brotli).with_context(|| format!("compressing {}", file.display()))
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}
