//! What may be uploaded.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{FileFault, name, sniff::Sniffed};
use crate::{
    model::{MAX_FILES, Stage},
    who::{Device, Who},
};

/// The site's rules about files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// Largest file, bytes.
    pub max_bytes: u64,
    /// What is refused: endings of names (`exe`) and types (`application/x-sh`), in lower case.
    pub denied: BTreeSet<String>,
}

/// What a click would run, on one system or another.
const DENIED: [&str; 50] = [
    "apk",
    "app",
    "appx",
    "bat",
    "chm",
    "cmd",
    "com",
    "cpl",
    "dll",
    "dmg",
    "exe",
    "gadget",
    "hta",
    "inf",
    "iso",
    "jar",
    "js",
    "jse",
    "lnk",
    "msc",
    "msi",
    "msix",
    "msp",
    "mst",
    "pif",
    "ps1",
    "psm1",
    "reg",
    "rgs",
    "scf",
    "scr",
    "sct",
    "settingcontent-ms",
    "sh",
    "sys",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xll",
    "application/x-executable",
    "application/x-mach-binary",
    "application/vnd.microsoft.portable-executable",
    "text/x-shellscript",
];

impl Default for Rules {
    /// 5 MiB, and nothing that a click would run.
    fn default() -> Self {
        let denied = DENIED.iter().map(|it| (*it).to_owned()).collect();
        Self { max_bytes: chat_proto::limits::MAX_FILE_BYTES, denied }
    }
}

/// Files of one uploader in one conversation that may wait for their messages: those of the one that is being
/// written, and as many of one that is on its way.
pub(super) const MAX_WAITING: i64 = 2 * MAX_FILES as i64;

impl Rules {
    /// The endings of names that are refused: what pickers can say before anything is sent.
    pub fn denied_endings(&self) -> Vec<String> {
        self.denied.iter().filter(|it| !it.contains('/')).cloned().collect()
    }

    /// Before a byte is sent: by what the client says.
    pub(super) fn check_declared(&self, who: &Who, name: &str, declared: &str) -> Result<(), FileFault> {
        let media = essence(declared);
        let ending = name::ending(name).unwrap_or_default();
        if self.denied.contains(&ending) || self.denied.contains(&media) {
            return Err(FileFault::Denied);
        }
        let is_fine = media == "application/pdf" || (media.starts_with("image/") && !is_markup_image(&media));
        require_mobile(who, is_fine)
    }

    /// Length, before a byte is sent.
    pub(super) const fn check_length(&self, bytes: u64) -> Result<(), FileFault> {
        match bytes {
            0 => Err(FileFault::Empty),
            n if self.max_bytes < n => Err(FileFault::TooLarge { max: self.max_bytes }),
            _ => Ok(()),
        }
    }

    /// When all bytes are there: by what they are.
    pub(super) fn check_sniffed(&self, who: &Who, it: &Sniffed) -> Result<(), FileFault> {
        if self.denied.contains(it.media) {
            return Err(FileFault::Denied);
        }
        require_mobile(who, it.is_pdf_or_image())
    }
}

/// From phones agents send images and PDF (FEATURES FIL-14).
fn require_mobile(who: &Who, is_pdf_or_image: bool) -> Result<(), FileFault> {
    match who {
        Who::Agent { device: Device::Mobile, .. } if !is_pdf_or_image => Err(FileFault::OnlyPdfAndImages),
        Who::Agent { .. } | Who::Visitor { .. } => Ok(()),
    }
}

fn is_markup_image(media: &str) -> bool {
    media.contains("svg") || media.contains("xml")
}

/// A type without its parameters, in lower case.
fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether files can be sent into a conversation that stands there.
pub(super) const fn check_stage(stage: Stage) -> Result<(), FileFault> {
    match stage {
        Stage::Bot | Stage::Queued | Stage::Offered | Stage::Active | Stage::Snoozed | Stage::Offline => {
            Ok(())
        }
        Stage::OfflineForm | Stage::Closed => Err(FileFault::Closed),
    }
}
