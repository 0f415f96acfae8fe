//! Browsers of people whose clocks are not this machine's.
use std::{ffi::OsStr, path::PathBuf, process::Command};

use anyhow::Result;

use crate::browser::{Here, Place};

/// This machine, as if it stood in a time zone: `Asia/Kolkata`.
pub(super) struct Abroad<'a>(pub &'a str);

impl Place for Abroad<'_> {
    fn command(&self, program: &OsStr) -> Result<Command> {
        let mut command = Here.command(program)?;
        command.env("TZ", self.0);
        Ok(command)
    }

    fn port(&self) -> Result<u16> {
        Here.port()
    }

    fn firefox_profile(&self) -> Result<Option<PathBuf>> {
        Here.firefox_profile()
    }
}
