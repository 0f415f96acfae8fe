//! Root in a namespace of users, for those who are not root.
//!
//! The kernel lets only a process of one thread take such a namespace, and a test never runs in one: so it is taken
//! before `main`, as `unshare -r` would. Whoever is root already is left alone.
use std::{fs, io, sync::OnceLock};

use nix::{
    sched::{CloneFlags, unshare},
    unistd::{getegid, geteuid},
};

static OUTCOME: OnceLock<io::Result<()>> = OnceLock::new();

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = before_main;

extern "C" fn before_main() {
    if !geteuid().is_root() {
        let _ = OUTCOME.set(become_root());
    }
}

fn become_root() -> io::Result<()> {
    let (user, group) = (geteuid(), getegid());
    unshare(CloneFlags::CLONE_NEWUSER)?;
    // Whoever maps groups without privilege gives up changing them.
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("0 {group} 1"))
}

/// Whether this process may make namespaces, as far as is known before it tries.
///
/// # Errors
/// When it is not root, and got no namespace of users.
pub fn able() -> io::Result<()> {
    match OUTCOME.get() {
        None | Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}
