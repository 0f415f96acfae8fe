//! Other programs: starting them, waiting for them, and saying what goes on meanwhile.

use std::env;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A line of progress. Results go the same way: standard output belongs to the programs we start.
pub fn say(text: &str) {
    eprintln!("xtask: {text}");
}

/// The cargo that started us, in the top of the tree.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::place::root());
    command
}

/// Runs to the end on our own terminal.
///
/// # Errors
/// When the program does not start, or ends with anything but success.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("starting `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// What a program prints, trimmed; `None` when it is not there or fails.
pub fn read(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs `work`, and says how long it took when that was worth knowing.
pub fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let result = work()?;
    if Duration::from_secs(1) <= start.elapsed() {
        say(&format!("{what}: {:.1} s", start.elapsed().as_secs_f32()));
    }
    Ok(result)
}

/// Programs that change the system may do so only for its administrator.
pub fn is_root() -> bool {
    read(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
