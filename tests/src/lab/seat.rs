//! A place for browsers on one of the lab's machines.
use std::{ffi::OsStr, fs, path::PathBuf, process::Command};

use anyhow::Result;

use super::{Lab, Side};
use crate::browser::Place;

/// One machine of the lab, where browsers can be started that trust its authority.
#[derive(Clone, Copy)]
pub struct Seat<'lab> {
    pub(super) lab: &'lab Lab,
    pub(super) side: Side,
}

impl Place for Seat<'_> {
    fn command(&self, program: &OsStr) -> Result<Command> {
        let home = self.lab.trust.home();
        let mut command = self.lab.command(self.side, program);
        // A browser that is killed leaves files there: they go with the lab.
        let temporary = self.lab.folder().join("tmp");
        fs::create_dir_all(&temporary)?;
        command.env("HOME", home).env("TMPDIR", temporary);
        for inherited in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"] {
            command.env_remove(inherited);
        }
        Ok(command)
    }

    fn port(&self) -> Result<u16> {
        // A port that is free here is free there but for a rare accident, which the driver reports.
        self.lab.reach(self.side, None)
    }

    fn firefox_profile(&self) -> Result<Option<PathBuf>> {
        self.lab.trust.profile().map(Some)
    }
}
