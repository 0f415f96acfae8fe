//! A network namespace: a machine of its own as far as networks go.
//!
//! It has no name: a descriptor holds it, so the kernel takes it away with the process, however that ends, and any
//! number of them stand side by side.
use std::{
    collections::BTreeSet,
    ffi::{CString, OsStr},
    fs::{self, File},
    future::Future,
    io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{ffi::OsStrExt, fs::MetadataExt, process::CommandExt},
    },
    panic::resume_unwind,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
};

use anyhow::{Context, Result};
use nix::{
    mount::{MsFlags, mount},
    sched::{CloneFlags, setns, unshare},
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

use super::user;

/// Files of `/etc` that programs inside see otherwise: names resolve there, and nothing is asked of a DNS server.
const SHADOWED: [&str; 2] = ["/etc/hosts", "/etc/resolv.conf"];

/// One namespace, and a runtime whose threads live in it. What runs inside is killed when it is dropped.
pub struct Namespace {
    net: Arc<OwnedFd>,
    /// Pairs of a file and the path that it hides inside.
    shadows: Arc<[(CString, CString)]>,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl Namespace {
    /// Makes a namespace with nothing but a loopback. `etc` has the files `hosts` and `resolv.conf` for it.
    ///
    /// # Errors
    /// When the kernel gives none to this user: the message says what would help.
    pub fn new(etc: &Path) -> Result<Self> {
        user::able().context("network namespaces need root, or a user who may use `unshare -rn`")?;
        let net = Arc::new(on_own_thread(|| {
            unshare(CloneFlags::CLONE_NEWNET).context("making a network namespace")?;
            Ok(OwnedFd::from(File::open("/proc/thread-self/ns/net")?))
        })?);
        let runtime = runtime(&net)?;
        let it = Self { net, shadows: shadows(etc)?, runtime: Some(runtime) };
        it.ip("link set lo up\n")?;
        Ok(it)
    }

    /// Where other processes find it, while this one lives.
    pub fn path(&self) -> PathBuf {
        format!("/proc/{}/fd/{}", std::process::id(), self.net.as_raw_fd()).into()
    }

    /// Runs `act` on a thread in the namespace: sockets and devices that it opens belong there for ever.
    ///
    /// # Errors
    /// When the namespace cannot be entered, and those of `act`.
    pub fn inside<T: Send>(&self, act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        on_own_thread(|| {
            setns(&*self.net, CloneFlags::CLONE_NEWNET).context("entering a network namespace")?;
            act()
        })
    }

    /// Runs a task in the namespace: sockets that it opens belong there.
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.runtime.as_ref().expect("the runtime is there until the drop").spawn(task)
    }

    /// A command for a program that will run in the namespace, in the folder where this process runs.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let (net, shadows) = (Arc::clone(&self.net), Arc::clone(&self.shadows));
        let mut command = Command::new(program);
        let enter = move || enter(&net, &shadows).map_err(io::Error::from);
        // SAFETY: between fork and exec `enter` makes system calls only; it neither allocates nor locks.
        unsafe { command.pre_exec(enter) };
        command
    }

    /// Runs lines of `ip` inside.
    ///
    /// # Errors
    /// When `ip` is not installed (Debian: iproute2) or refuses a line.
    pub fn ip(&self, lines: &str) -> Result<()> {
        for line in lines.lines() {
            let output = self.command("ip").args(line.split_whitespace()).output();
            let output = output.context("starting ip: run cargo xtask browsers, which installs it")?;
            let complaint = String::from_utf8_lossy(&output.stderr);
            anyhow::ensure!(output.status.success(), "ip {line}: {complaint}");
        }
        Ok(())
    }

    /// Ends every process inside: drivers leave browsers behind when they are killed.
    fn clear(&self) {
        let Ok(own) = nix::sys::stat::fstat(&*self.net) else { return };
        let mut killed = BTreeSet::new();
        // Again until nobody new is found: a process may have forked while the others were counted.
        loop {
            let found: Vec<_> = inhabitants(own.st_ino).filter(|it| killed.insert(*it)).collect();
            if found.is_empty() {
                return;
            }
            for process in found {
                // Fails only when it has ended by itself.
                let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
            }
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        self.clear();
        if let Some(runtime) = self.runtime.take() {
            // A story is dropped in a runtime of its own, where nothing may block.
            runtime.shutdown_background();
        }
    }
}

fn on_own_thread<T: Send>(act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    thread::scope(|scope| scope.spawn(act).join()).unwrap_or_else(|panic| resume_unwind(panic))
}

fn runtime(net: &Arc<OwnedFd>) -> Result<Runtime> {
    let net = Arc::clone(net);
    let enter =
        move || setns(&*net, CloneFlags::CLONE_NEWNET).expect("a namespace that is held can be entered");
    Ok(Builder::new_multi_thread().worker_threads(1).enable_all().on_thread_start(enter).build()?)
}

/// Those of `SHADOWED` that are there to be hidden.
fn shadows(etc: &Path) -> Result<Arc<[(CString, CString)]>> {
    let there = SHADOWED.iter().map(Path::new).filter(|path| path.exists());
    let pairs = there.filter_map(|path| Some((etc.join(path.file_name()?), path)));
    pairs.map(|(file, path)| Ok((c_path(&file)?, c_path(path)?))).collect()
}

fn c_path(path: &Path) -> Result<CString> {
    Ok(CString::new(path.as_os_str().as_bytes())?)
}

/// Moves this process into the namespace, with mounts of its own. Called between fork and exec.
fn enter(net: &OwnedFd, shadows: &[(CString, CString)]) -> nix::Result<()> {
    const NONE: Option<&str> = None;
    setns(net, CloneFlags::CLONE_NEWNET)?;
    unshare(CloneFlags::CLONE_NEWNS)?;
    mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE)?;
    for (file, path) in shadows {
        mount(Some(file.as_c_str()), path.as_c_str(), NONE, MsFlags::MS_BIND, NONE)?;
    }
    Ok(())
}

/// Processes, this one excepted, whose network namespace has that inode.
fn inhabitants(inode: u64) -> impl Iterator<Item = i32> {
    let own = std::process::id().cast_signed();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(move |process| *process != own)
        .filter(move |process| {
            fs::metadata(format!("/proc/{process}/ns/net")).is_ok_and(|it| it.ino() == inode)
        })
}
