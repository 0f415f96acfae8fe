//! Several programs that begin and end together.

use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Context, Result, bail};

use crate::run::say;

/// What ends a demo.
enum Event {
    /// Ctrl-C, or a polite kill.
    Stop,
    Ended {
        name: &'static str,
        status: std::io::Result<ExitStatus>,
    },
}

/// Programs that run until one of them ends or somebody stops us.
pub struct Processes {
    events: Receiver<Event>,
    sender: Sender<Event>,
    running: Vec<(&'static str, u32)>,
}

impl Processes {
    /// None yet; from now on Ctrl-C is an event.
    pub fn new() -> Result<Self> {
        let (sender, events) = channel();
        let stop = sender.clone();
        // Nobody listens any more when it is sent too late, and then there is nothing to stop.
        ctrlc::set_handler(move || drop(stop.send(Event::Stop))).context("listening for Ctrl-C")?;
        Ok(Self { events, sender, running: Vec::new() })
    }

    /// Starts one more.
    pub fn start(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        // Apart from the terminal's own Ctrl-C: each gets it from us, once.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = match command.spawn() {
            Ok(child) => child,
            Err(reason) => {
                self.stop();
                return Err(reason).with_context(|| format!("starting {name}"));
            }
        };
        self.running.push((name, child.id()));
        let sender = self.sender.clone();
        thread::spawn(move || report_end(name, child, &sender));
        Ok(())
    }

    /// Stays until the first ends or somebody stops us; then ends the others, and waits for them.
    ///
    /// # Errors
    /// When one ended without being asked.
    pub fn wait(mut self) -> Result<()> {
        let first = self.events.recv().context("no program runs")?;
        if let Event::Ended { name, .. } = &first {
            self.forget(name);
        }
        self.stop();
        while !self.running.is_empty() {
            let Event::Ended { name, .. } = self.events.recv()? else { continue };
            self.forget(name);
        }
        match first {
            Event::Stop => {
                say("ended");
                Ok(())
            }
            Event::Ended { name, status } => bail!("{name} ended by itself: {}", status?),
        }
    }

    fn forget(&mut self, name: &str) {
        self.running.retain(|(running, _)| *running != name);
    }

    /// Asks those that run to end, as Ctrl-C does.
    fn stop(&self) {
        for (_, id) in &self.running {
            interrupt(*id);
        }
    }
}

fn report_end(name: &'static str, mut child: Child, sender: &Sender<Event>) {
    let status = child.wait();
    // Nobody listens when we are ending already.
    let _ = sender.send(Event::Ended { name, status });
}

#[cfg(unix)]
fn interrupt(id: u32) {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    let Ok(id) = i32::try_from(id) else { return };
    // It fails when the program has just ended, which is what we want.
    let _ = kill(Pid::from_raw(id), Signal::SIGINT);
}

/// Elsewhere the terminal reaches every program by itself.
#[cfg(not(unix))]
fn interrupt(_: u32) {}
