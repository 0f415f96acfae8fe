//! Which crate may know which.

use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, Package};

use super::Problem;

/// What a crate may depend on of ours.
enum MayKnow {
    Only(&'static [&'static str]),
    /// It runs on nobody's machine but a developer's.
    Anything,
}

/// Every crate has its line here, so that a new one is a decision.
const LAYERS: [(&str, MayKnow); 21] = [
    ("cobrowse-core", MayKnow::Only(&[])),
    ("visitor-agent-wasm", MayKnow::Only(&["chat-proto", "cobrowse-core"])),
    ("share", MayKnow::Only(&["cobrowse-core", "visitor-agent-wasm"])),
    ("widget", MayKnow::Only(&["chat-proto", "visitor-agent-wasm"])),
    ("replay", MayKnow::Only(&["cobrowse-core"])),
    ("agent-viewer", MayKnow::Only(&["chat-proto", "cobrowse-core", "replay"])),
    ("tandem-library", MayKnow::Only(&["cobrowse-core", "visitor-agent-wasm", "replay"])),
    ("shop", MayKnow::Only(&[])),
    ("store", MayKnow::Only(&[])),
    ("store-testing", MayKnow::Only(&["store"])),
    ("accounts", MayKnow::Only(&["store"])),
    ("chat-client", MayKnow::Only(&["chat-proto"])),
    ("chat-proto", MayKnow::Only(&[])),
    ("chat", MayKnow::Only(&["accounts", "chat-proto", "store"])),
    ("relay", MayKnow::Only(&["accounts", "cobrowse-core", "store"])),
    ("relay-client", MayKnow::Only(&["chat-proto", "cobrowse-core"])),
    ("tandem", MayKnow::Only(&["accounts", "chat", "chat-proto", "cobrowse-core", "relay", "store"])),
    ("day", MayKnow::Only(&["chat-client", "chat-proto", "cobrowse-core", "relay-client"])),
    ("fuzz", MayKnow::Only(&["cobrowse-core"])),
    ("tests", MayKnow::Anything),
    ("xtask", MayKnow::Only(&[])),
];

/// Each dependency that goes against the layers.
pub fn check(metadata: &Metadata) -> Vec<Problem> {
    let ours: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    metadata.packages.iter().flat_map(|package| check_package(package, &ours)).collect()
}

fn check_package(package: &Package, ours: &[&str]) -> Vec<Problem> {
    let manifest = Path::new(package.manifest_path.as_str());
    let manifest = manifest.strip_prefix(crate::place::root()).unwrap_or(manifest);
    let known = LAYERS.iter().find(|(name, _)| *name == package.name.as_str());
    let Some((_, may_know)) = known else {
        let text = format!("{} has no line in xtask/src/tidy/layers.rs", package.name);
        return vec![Problem::new(manifest, 0, text)];
    };
    let MayKnow::Only(allowed) = may_know else { return Vec::new() };
    let knows = package.dependencies.iter().filter(|it| it.kind != DependencyKind::Development);
    knows
        .map(|dependency| dependency.name.as_str())
        .filter(|name| ours.contains(name) && !allowed.contains(name))
        .map(|name| Problem::new(manifest, 0, format!("{} must not know {name}", package.name)))
        .collect()
}
