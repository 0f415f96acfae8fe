//! `cargo xtask bench size`: what browsers download, compressed as the server sends it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use brotli::enc::BrotliEncoderParams;

use super::Options;
use super::peers::{self, Peer};
use super::table::{Goal, Row};
use crate::place::files_below;
use crate::run::run;
use crate::web::npm::ESBUILD;
use crate::web::{self, Part, Profile};

const KB: f64 = 1024.0;

/// Builds the release and the peers' bundles, and compares.
pub fn measure(options: &Options) -> Result<Vec<Row>> {
    let parts = [Part::Visitor, Part::Desk];
    let built =
        if options.no_build { web::output(Profile::Release) } else { web::build(&parts, Profile::Release)? };
    let (visitor, desk) = (built.join(Part::Visitor.folder()), built.join(Part::Desk.folder()));
    let weight = web::weight::of(&visitor)?;
    let [loader, bubble, chat, share] =
        [weight.loader, weight.bubble, weight.chat, weight.share].map(|it| it as f64);
    let row = |case: &str, ours: f64| Row::new(case, "brotli", ours / KB, "KB");
    let mut rows = vec![
        row("a page that nobody shares: the loader", loader).goal(Goal::AtMost(3.0)),
        row("the chat's bubble on such a page, loaded after it", bubble).goal(Goal::AtMost(3.0)),
        row("the chat, on the first click: scripts, style, module", chat).goal(Goal::AtMost(60.0)),
    ];
    for peer in peers()? {
        let beside = Row::new(
            "capture and control, after the yes",
            &format!("brotli, beside {}", peer.0),
            share / KB,
            "KB",
        );
        rows.push(beside.beside(&peer.0, peer.1 / KB).goal(Goal::AtMost(60.0)));
    }
    rows.push(row("the desk, first load", compressed(&desk)?).goal(Goal::AtMost(400.0)));
    Ok(rows)
}

/// Bytes of a folder's brotli files.
fn compressed(folder: &Path) -> Result<f64> {
    let mut bytes = 0;
    for file in files_below(folder)? {
        if file.extension().is_some_and(|it| it == "br") {
            bytes += fs::metadata(&file)?.len();
        }
    }
    if bytes == 0 {
        bail!("no release in {}: `cargo xtask web --release` makes it", folder.display());
    }
    Ok(bytes as f64)
}

/// What others need in a page, each with its name.
fn peers() -> Result<Vec<(String, f64)>> {
    let rrweb = peers::newest("@rrweb/record")?;
    let tracker = peers::newest("@openreplay/tracker")?;
    let assist = peers::newest("@openreplay/tracker-assist")?;
    let record = bundle(&rrweb, "export { record } from '@rrweb/record';", &[])?;
    let tracks = bundle(&tracker, "export { default } from '@openreplay/tracker';", &[])?;
    let assists =
        bundle(&assist, "export { default } from '@openreplay/tracker-assist';", &["@openreplay/tracker"])?;
    let both = format!("{} and {}", tracker.name, assist.name);
    Ok(vec![(rrweb.name, record), (tracker.name, tracks), (both, tracks + assists)])
}

/// Bytes of what a page needs for this import, bundled, minified and compressed; without what is counted apart.
fn bundle(peer: &Peer, import: &str, without: &[&str]) -> Result<f64> {
    let (entry, out) = (peer.root.join("entry.js"), peer.root.join("bundle.js"));
    fs::write(&entry, import)?;
    let mut esbuild = ESBUILD.command()?;
    esbuild.arg(&entry).args(["--bundle", "--minify", "--format=esm", "--log-level=error"]);
    esbuild.args(without.iter().map(|package| format!("--external:{package}")));
    esbuild.arg(format!("--outfile={}", out.display()));
    run(&mut esbuild).with_context(|| format!("bundling {}", peer.name))?;
    let data = fs::read(out)?;
    let mut small = Vec::new();
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: data.len(), ..Default::default() };
    brotli::BrotliCompress(&mut data.as_slice(), &mut small, &params)?;
    Ok(small.len() as f64)
}
