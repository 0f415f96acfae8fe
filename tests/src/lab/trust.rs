//! Browsers that trust the lab's authority: by NSS's database, which both Chromium and Firefox read.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

/// A home for browsers, with the database where Chromium looks for it.
pub struct Trust {
    home: PathBuf,
    database: PathBuf,
}

impl Trust {
    /// Makes the home in `folder`, with a database that trusts this certificate to sign servers.
    ///
    /// # Errors
    /// When `certutil` is not installed (Debian: libnss3-tools) or fails.
    pub fn new(folder: &Path, certificate: &str) -> Result<Self> {
        let home = folder.join("home");
        let database = home.join(".pki/nssdb");
        fs::create_dir_all(&database)?;
        let file = folder.join("authority.pem");
        fs::write(&file, certificate)?;
        certutil(&database, ["-N", "--empty-password"])?;
        let file = file.to_str().context("a path in UTF-8")?;
        certutil(&database, ["-A", "-n", "Tandem lab", "-t", "C,,", "-i", file])?;
        Ok(Self { home, database })
    }

    /// What a browser shall have as `HOME`.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Makes a profile for Firefox, which keeps its database there. It stays until the lab goes.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn profile(&self) -> Result<PathBuf> {
        let profile = TempDir::with_prefix_in("profile-", &self.home)?.keep();
        for name in ["cert9.db", "key4.db", "pkcs11.txt"] {
            fs::copy(self.database.join(name), profile.join(name))?;
        }
        Ok(profile)
    }
}

fn certutil<const N: usize>(database: &Path, arguments: [&str; N]) -> Result<()> {
    let database = format!("sql:{}", database.display());
    let output = Command::new("certutil").args(arguments).args(["-d", &database]).output();
    let output = output.context("starting certutil: run cargo xtask browsers, which installs it")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "certutil {}: {complaint}", arguments.join(" "));
    Ok(())
}
