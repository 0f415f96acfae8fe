//! Icons: shapes of Lucide, drawn as strokes.
use super::{Node, node};

/// An icon, by what it draws.
pub(super) fn icon(path: &str) -> Node {
    let svg = node!("svg", "viewBox" = "0 0 24 24", "aria-hidden" = "true");
    svg.child(Node::new("path").attr("d", path))
}

pub(super) const CLOSE: &str = "M18 6 6 18M6 6l12 12";
pub(super) const FOLD: &str = "m6 9 6 6 6-6";
pub(super) const SEND: &str = "m5 12 7-7 7 7M12 19V5";
pub(super) const CLIP: &str =
    "m16 6-8.4 8.6a2 2 0 0 0 2.8 2.8l8.4-8.6a4 4 0 1 0-5.7-5.6l-8.4 8.5a6 6 0 1 0 8.5 8.5l8.4-8.6";
pub(super) const CAMERA: &str = "M14.5 4h-5L7 7H4a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V9a2 2 0 0 0-2-2h-3zM12 10a3 3 0 1 0 0 6 3 3 0 1 0 0-6";
pub(super) const FILE: &str = "M15 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7zM14 2v5h6";
pub(super) const DOWNLOAD: &str = "M12 15V3M7 10l5 5 5-5M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4";
pub(super) const STAR: &str = "M12 2.5l2.9 6 6.6.9-4.8 4.6 1.2 6.5L12 17.4l-5.9 3.1 1.2-6.5L2.5 9.4l6.6-.9z";
pub(super) const ALERT: &str = "M12 3 2 20h20zM12 10v4M12 17h.01";
pub(super) const LINK: &str = "M7 17 17 7M8 7h9v9";
pub(super) const SCREEN: &str =
    "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2M8 21h8M12 17v4";
pub(super) const MOVE: &str = "m16 3 4 4-4 4M20 7H4M8 21l-4-4 4-4M4 17h16";
pub(super) const CLOCK: &str = "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20M12 6v6l4 2";
pub(super) const MAIL: &str =
    "M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2M22 7l-10 6L2 7";
pub(super) const PHONE: &str =
    "M7 2h10a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2M12 18h.01";
