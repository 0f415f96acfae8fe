//! Real browsers, each with a driver of its own on a free port.
use std::{
    env,
    ffi::OsStr,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver, common::log::LoggingPrefsLogLevel, prelude::*};

use crate::wait::PATIENCE;

/// Which browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Chromium, by chromedriver.
    Chromium,
    /// Firefox, by geckodriver.
    Firefox,
}

impl Kind {
    /// A name for reports and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }
}

/// Where browsers run.
pub trait Place {
    /// A command for `program`, which will run there.
    ///
    /// # Errors
    /// When the place cannot take it.
    fn command(&self, program: &OsStr) -> Result<Command>;

    /// The port that the driver shall take there, which this process reaches on its own loopback under the same
    /// number, as drivers refuse requests to another; 0 for any.
    ///
    /// # Errors
    /// When there is no free port.
    fn port(&self) -> Result<u16>;

    /// A profile for Firefox, if it needs one to know whom to trust. Chromium finds that in its home.
    ///
    /// # Errors
    /// When it cannot be made.
    fn firefox_profile(&self) -> Result<Option<PathBuf>>;

    /// Whether Chromium's scroll bars take room beside pages, as on most computers; else they take none, as on phones.
    fn has_bars(&self) -> bool {
        false
    }
}

/// This machine, as it is.
pub struct Here;

impl Place for Here {
    fn command(&self, program: &OsStr) -> Result<Command> {
        Ok(Command::new(program))
    }

    fn port(&self) -> Result<u16> {
        Ok(0)
    }

    fn firefox_profile(&self) -> Result<Option<PathBuf>> {
        Ok(None)
    }
}

/// This machine, where scroll bars take room.
pub struct WithBars;

impl Place for WithBars {
    fn command(&self, program: &OsStr) -> Result<Command> {
        Here.command(program)
    }

    fn port(&self) -> Result<u16> {
        Here.port()
    }

    fn firefox_profile(&self) -> Result<Option<PathBuf>> {
        Here.firefox_profile()
    }

    fn has_bars(&self) -> bool {
        true
    }
}

/// One browser; ended with its driver when dropped.
pub struct Browser {
    /// The window under control.
    pub driver: WebDriver,
    /// Which browser it is.
    pub kind: Kind,
    process: Child,
    port: u16,
    /// Where it saves files.
    saved: TempDir,
}

impl Browser {
    /// Starts a browser with a fresh profile, its window 1280 × 800, speaking `language`.
    ///
    /// # Errors
    /// When the driver or the browser does not start; the message names the variable to set.
    pub async fn start(kind: Kind, language: &str) -> Result<Self> {
        Self::start_at(&Here, kind, language).await
    }

    /// As [`Self::start`], elsewhere: for instance at a seat of the lab.
    ///
    /// # Errors
    /// As there.
    pub async fn start_at(place: &dyn Place, kind: Kind, language: &str) -> Result<Self> {
        // The driver's client wants one, though it speaks plain HTTP; somebody may have set one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let saved = tempfile::Builder::new().prefix("tandem-saved-").tempdir()?;
        let (process, port) = start_driver(place, kind)?;
        let capabilities = match kind {
            Kind::Chromium => chromium(language, saved.path(), place.has_bars())?,
            Kind::Firefox => firefox((language, saved.path()), place.firefox_profile()?.as_deref())?,
        };
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await;
        let driver = driver.with_context(|| format!("starting {}", kind.name()))?;
        driver.set_window_rect(0, 0, 1280, 900).await?;
        Ok(Self { driver, kind, process, port, saved })
    }

    /// Keeps a picture of what is looked at in `target/screens`.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn is_pictured(&self, name: &str) -> Result<()> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens");
        fs::create_dir_all(&folder)?;
        Ok(self.driver.screenshot(&folder.join(format!("{name}.png"))).await?)
    }

    /// The bytes of the file that somebody has saved under this name, once they are all there.
    ///
    /// # Errors
    /// When it never is.
    pub async fn has_saved(&self, name: &str) -> Result<Vec<u8>> {
        let begun = Instant::now();
        loop {
            let there = fs::read_dir(self.saved.path())?.flatten();
            let there: Vec<_> = there.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
            // Until it is whole, Chromium has it under another name, and Firefox in another file beside it.
            let comes = there.iter().any(|it| it.ends_with(".part") || it.ends_with(".crdownload"));
            match fs::read(self.saved.path().join(name)) {
                Ok(bytes) if !comes && !bytes.is_empty() => return Ok(bytes),
                _ => ensure!(begun.elapsed() < PATIENCE, "{name} was not saved; there is {there:?}"),
            }
            // waits: nobody tells when a browser has saved a file.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Closes the browser in order, so that no profile or process is left.
    ///
    /// # Errors
    /// When the browser has crashed.
    pub async fn quit(mut self) -> Result<()> {
        let result = self.driver.clone().quit().await;
        self.end_driver();
        Ok(result?)
    }

    /// Closes the browser without the runtime, which the thread that drops this may be the only one to drive.
    fn close(&self) -> io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let (session, port) = (self.driver.session_id(), self.port);
        write!(stream, "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")?;
        // Answered when the browser is gone.
        stream.read_exact(&mut [0])
    }

    fn end_driver(&mut self) {
        // Fails only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The library's own way would wait two minutes for a connection that nobody drives.
        if self.driver.clone().leak().is_ok() {
            // Fails only when the driver or the browser has crashed.
            let _ = self.close();
        }
        self.end_driver();
    }
}

fn start_driver(place: &dyn Place, kind: Kind) -> Result<(Child, u16)> {
    let (variable, fallback) = match kind {
        Kind::Chromium => ("TANDEM_CHROMEDRIVER", "chromedriver"),
        Kind::Firefox => ("TANDEM_GECKODRIVER", "geckodriver"),
    };
    let program = env::var_os(variable).unwrap_or_else(|| fallback.into());
    let mut process = place
        .command(&program)?
        .arg(format!("--port={}", place.port()?))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| {
            format!("starting {}: set {variable}, or run cargo xtask browsers", program.display())
        })?;
    let output = process.stdout.take().context("the driver has no output")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(Ok(line)) = lines.next() {
        if let Some(port) = port_of(&line) {
            // Somebody must go on reading, or the driver blocks on a full pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((process, port));
        }
    }
    bail!("{} ended without saying its port", program.display())
}

/// `… started successfully on port 41001.` and `… Listening on 127.0.0.1:41001`.
fn port_of(line: &str) -> Option<u16> {
    let at = ["successfully on port ", "Listening on 127.0.0.1:"]
        .iter()
        .find_map(|mark| Some(line.find(mark)? + mark.len()))?;
    line[at..].split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
}

fn chromium(language: &str, saved: &Path, has_bars: bool) -> Result<Capabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    if let Ok(binary) = env::var("TANDEM_CHROMIUM") {
        capabilities.set_binary(&binary)?;
    }
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-features=Translate,OptimizationHints,MediaRouter",
    ] {
        capabilities.add_arg(argument)?;
    }
    if !has_bars {
        capabilities.add_arg("--hide-scrollbars")?;
    }
    capabilities.add_arg(&format!("--lang={language}"))?;
    capabilities.add_arg(&format!("--accept-lang={language}"))?;
    let saves = json!({ "download.default_directory": saved, "download.prompt_for_download": false });
    capabilities.add_experimental_option("prefs", saves)?;
    capabilities.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    Ok(capabilities.into())
}

fn firefox((language, saved): (&str, &Path), profile: Option<&Path>) -> Result<Capabilities> {
    let mut capabilities = DesiredCapabilities::firefox();
    if let Ok(binary) = env::var("TANDEM_FIREFOX") {
        capabilities.set_firefox_binary(&binary)?;
    }
    capabilities.set_headless()?;
    if let Some(profile) = profile {
        capabilities.add_arg("-profile")?;
        capabilities.add_arg(profile.to_str().context("a profile's path in UTF-8")?)?;
    }
    let mut preferences = thirtyfour::common::capabilities::firefox::FirefoxPreferences::new();
    preferences.set("intl.accept_languages", language)?;
    preferences.set("network.captive-portal-service.enabled", false)?;
    preferences.set("network.connectivity-service.enabled", false)?;
    preferences.set("browser.safebrowsing.downloads.remote.enabled", false)?;
    preferences.set("app.update.auto", false)?;
    // A folder of its own.
    preferences.set("browser.download.folderList", 2)?;
    preferences.set("browser.download.dir", saved.to_str().context("a folder's path in UTF-8")?)?;
    preferences.set("browser.download.alwaysOpenPanel", false)?;
    preferences.set("datareporting.policy.dataSubmissionEnabled", false)?;
    capabilities.set_preferences(preferences)?;
    Ok(capabilities.into())
}

#[cfg(test)]
mod tests {
    use super::port_of;

    #[test]
    fn both_drivers_say_their_port() {
        assert_eq!(port_of("ChromeDriver was started successfully on port 41001."), Some(41001));
        assert_eq!(port_of("Starting ChromeDriver 156.0 (a21ce95) on port 41001"), None, "not yet");
        assert_eq!(port_of("1763 geckodriver INFO Listening on 127.0.0.1:33021"), Some(33021));
        assert_eq!(port_of("Please see https://example.test for more"), None);
    }
}
