//! Numbers for addresses in CSS, and hashes for bytes.
use std::fmt::Write;

use cobrowse_core::{
    css::{UrlKind, rewrite_urls},
    dom::Assets,
    id::NodeId,
};
use sha2::{Digest, Sha256};

use super::Inner;

/// Asks the page's half for the number of an address.
pub(super) struct Numbers<'a>(pub(super) &'a Inner);

impl Assets for Numbers<'_> {
    fn number(&mut self, node: NodeId, url: &str, kind: UrlKind) -> Option<u32> {
        let number = self.0.page.get()?.in_css(node.to_wire(), url, kind == UrlKind::Import);
        (number != 0).then_some(number)
    }
}

impl Inner {
    /// The text of an imported sheet with its own addresses numbered.
    pub(super) fn rewrite(&self, number: u32, bytes: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(bytes);
        let rewritten = rewrite_urls(&text, |url, kind| {
            let inner = self.page.get()?.in_import(number, url, kind == UrlKind::Import);
            (inner != 0).then(|| format!("asset:{inner}"))
        });
        rewritten.into_bytes()
    }
}

/// SHA-256 in hexadecimal: the browser's, or computed here where the page is no secure context.
pub(super) fn hash(known: Option<Vec<u8>>, bytes: &[u8]) -> String {
    let digest = known.unwrap_or_else(|| Sha256::digest(bytes).to_vec());
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_named_by_their_sha_256() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(None, b"abc"), abc, "computed here, where the page is no secure context");
        assert_eq!(
            hash(Some(vec![0xab; 32]), b"abc"),
            "ab".repeat(32),
            "the browser's own is taken as it is"
        );
    }
}
