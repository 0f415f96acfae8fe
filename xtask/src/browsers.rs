//! `cargo xtask browsers`: the browsers and drivers that tests steer, found or installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::apt;
use crate::cargo_install;
use crate::place;
use crate::run::{read, say, timed};
use crate::web::npm;

/// Built with cargo, as Debian has no package of it.
const GECKODRIVER: &str = "0.37.1";

/// A program of the system that tests need.
struct Need {
    /// The variable that tells the tests where it is; a reader may set it to use another one.
    variable: Option<&'static str>,
    names: &'static [&'static str],
    /// Debian's package of it.
    package: &'static str,
}

const NEEDS: [Need; 7] = [
    Need {
        variable: Some("TANDEM_CHROMIUM"),
        names: &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
        package: "chromium",
    },
    Need { variable: Some("TANDEM_CHROMEDRIVER"), names: &["chromedriver"], package: "chromium-driver" },
    Need { variable: Some("TANDEM_FIREFOX"), names: &["firefox-esr", "firefox"], package: "firefox-esr" },
    Need { variable: None, names: &["ip"], package: "iproute2" },
    Need { variable: None, names: &["certutil"], package: "libnss3-tools" },
    Need { variable: None, names: &["npm"], package: "npm" },
    Need { variable: None, names: &["fc-list"], package: "fontconfig" },
];

/// Where the tests find their browsers, and what they put into pages: environment variables and their values.
#[derive(Debug, Clone)]
pub struct Browsers(Vec<(&'static str, PathBuf)>);

impl Browsers {
    /// Hands the places to a test run.
    pub fn apply(&self, command: &mut Command) {
        command.envs(self.0.iter().map(|(name, path)| (name, path)));
    }

    /// Writes the places as `NAME=path` lines, for test runs that a developer starts by hand.
    fn remember(&self) -> Result<PathBuf> {
        let lines: String =
            self.0.iter().map(|(name, path)| format!("{name}={}\n", path.display())).collect();
        let file = place::target().join("browsers.env");
        fs::create_dir_all(place::target())?;
        fs::write(&file, lines).with_context(|| format!("writing {}", file.display()))?;
        Ok(file)
    }
}

/// Finds everything that tests in browsers need, and installs what is missing.
///
/// # Errors
/// When something is missing and cannot be installed: the message names it.
pub fn find() -> Result<Browsers> {
    let cache = place::cache()?;
    let _one_at_a_time = place::lock(&cache, "browsers")?;
    install(&missing_packages())?;
    let mut places = Vec::new();
    for need in &NEEDS {
        let path = need.path().with_context(|| format!("none of {} is on PATH", need.names.join(", ")))?;
        places.extend(need.variable.map(|variable| (variable, path)));
    }
    places.push(("TANDEM_GECKODRIVER", geckodriver()?));
    let mut browsers = Browsers(places);
    for (name, path) in &browsers.0 {
        say(&format!("{name}={}  {}", path.display(), version(path)));
    }
    browsers.0.push(("TANDEM_AXE", npm::AXE.path()?));
    browsers.0.push(("TANDEM_TSC", npm::TYPESCRIPT.path()?));
    say(&format!("written to {}", browsers.remember()?.display()));
    Ok(browsers)
}

impl Need {
    fn path(&self) -> Option<PathBuf> {
        let named = self.variable.and_then(std::env::var_os).map(PathBuf::from);
        named.filter(|path| path.is_file()).or_else(|| place::on_path(self.names))
    }
}

fn missing_packages() -> Vec<&'static str> {
    let mut missing: Vec<_> =
        NEEDS.iter().filter(|need| need.path().is_none()).map(|need| need.package).collect();
    // Without any font a browser draws no text, and every box of text has another size.
    let has_fonts = read(&mut Command::new("fc-list")).is_some_and(|fonts| !fonts.is_empty());
    if !has_fonts {
        missing.push("fonts-dejavu");
    }
    missing
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let wanted = packages.join(", ");
    if let Err(reason) = timed("apt-get install", || apt::install(packages)) {
        bail!("tests need {wanted}; looked on PATH, then tried apt-get: {reason:#}");
    }
    Ok(())
}

fn geckodriver() -> Result<PathBuf> {
    let named = std::env::var_os("TANDEM_GECKODRIVER").map(PathBuf::from).filter(|path| path.is_file());
    if let Some(path) = named.or_else(|| place::on_path(&["geckodriver"])) {
        return Ok(path);
    }
    cargo_install::program("geckodriver", GECKODRIVER)
}

fn version(path: &Path) -> String {
    let said = read(Command::new(path).arg("--version")).unwrap_or_default();
    said.lines().next().unwrap_or_default().to_owned()
}
