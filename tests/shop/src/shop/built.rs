//! The React and Vue applications and the web fonts, built from npm packages into the target
//! folder: nothing of them is committed but their sources and the versions.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Response, StatusCode, header},
    middleware::{self, Next},
    response::IntoResponse,
};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use super::Shop;
use crate::{Script, pages};

/// The applications, by the names of their folders and of their addresses.
const APPS: [&str; 2] = ["react", "vue"];

/// The fonts of the shop: what a package calls a file, and what we call it.
const FONTS: [(&str, &str); 2] = [
    ("bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2", "heading.woff2"),
    ("hanken-grotesk/files/hanken-grotesk-latin-wght-normal.woff2", "text.woff2"),
];

/// Why the applications could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file or folder could not be read or written, or a program not started.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// npm or vite ran and failed; what they said is on the error output.
    #[error("{command} ended with {status}")]
    Command {
        /// The program.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
}

/// Where the built files are: `target/pages`.
pub(super) fn dir() -> PathBuf {
    target().join("pages")
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from)
}

/// Serves what is built, with the script tag in the pages; says how to build what is not.
pub(super) fn routes(script: &Script) -> Router<Arc<Shop>> {
    let mut router = Router::new();
    for app in APPS {
        let page = pages(dir().join(app), script.clone()).layer(middleware::from_fn(say_when_missing));
        router = router.nest_service(&format!("/{app}"), page);
    }
    let cache = header::HeaderValue::from_static("public, max-age=86400");
    let fonts = Router::new()
        .fallback_service(ServeDir::new(dir().join("fonts")))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, cache));
    router.nest_service("/fonts", fonts)
}

async fn say_when_missing(request: Request, next: Next) -> Response<Body> {
    if APPS.iter().all(|app| dir().join(app).join("index.html").is_file()) {
        return next.run(request).await;
    }
    let words = "This page is not built yet. Build it with: cargo run -p shop -- build-pages\n";
    (StatusCode::NOT_FOUND, words).into_response()
}

/// Installs the pinned packages (`npm ci`, when they changed) and builds the applications and
/// fonts into `target/pages`. Needs npm and Node 20 or later.
///
/// # Errors
/// [`BuildError`] when npm is missing, cannot reach its registry, or a build fails.
pub fn build_pages() -> Result<PathBuf, BuildError> {
    let (work, out) = (target().join("pages-build"), dir());
    for app in APPS {
        let old = work.join(app);
        if old.exists() {
            fs::remove_dir_all(&old).map_err(io_error("clear", &old))?;
        }
    }
    copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("apps"), &work)?;
    install(&work)?;
    for app in APPS {
        let mut vite = Command::new("node");
        vite.args(["node_modules/vite/bin/vite.js", "build", app, "--logLevel", "warn", "--emptyOutDir"]);
        vite.arg("--base").arg(format!("/{app}/")).arg("--outDir").arg(absolute(&out.join(app))?);
        run(vite.current_dir(&work))?;
    }
    let fonts = out.join("fonts");
    fs::create_dir_all(&fonts).map_err(io_error("make", &fonts))?;
    for (from, to) in FONTS {
        let from = work.join("node_modules/@fontsource-variable").join(from);
        fs::copy(&from, fonts.join(to)).map_err(io_error("copy", &from))?;
    }
    Ok(out)
}

/// `npm ci`, unless the packages of this very lock file are there.
fn install(work: &Path) -> Result<(), BuildError> {
    let lock = work.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(io_error("read", &lock))?;
    let stamp = work.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    run(npm
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(work))?;
    fs::write(&stamp, wanted).map_err(io_error("write", &stamp))
}

fn run(command: &mut Command) -> Result<(), BuildError> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status =
        command.status().map_err(|source| BuildError::Io { what: format!("start {name}"), source })?;
    if status.success() { Ok(()) } else { Err(BuildError::Command { command: name, status }) }
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(to).map_err(io_error("make", to))?;
    for entry in fs::read_dir(from).map_err(io_error("read", from))? {
        let entry = entry.map_err(io_error("read", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            if entry.file_name() != "node_modules" {
                copy_tree(&source, &target)?;
            }
        } else {
            fs::copy(&source, &target).map_err(io_error("copy", &source))?;
        }
    }
    Ok(())
}

fn absolute(path: &Path) -> Result<PathBuf, BuildError> {
    std::path::absolute(path).map_err(io_error("find", path))
}

fn io_error(verb: &str, path: &Path) -> impl FnOnce(io::Error) -> BuildError + use<> {
    let what = format!("{verb} {}", path.display());
    move |source| BuildError::Io { what, source }
}
