//! The link between the two machines: two TUN devices, joined here, where packets are lost, delayed and held back.
mod device;
mod wire;

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Write},
    os::fd::AsFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use nix::{
    poll::{PollFd, PollFlags, ppoll},
    sys::{
        eventfd::{EfdFlags, EventFd},
        time::TimeSpec,
    },
};
use tokio::{sync::watch, time::timeout};

use self::wire::Wire;
pub use self::{
    device::NAME,
    wire::{Tallies, Tally},
};
use super::namespace::Namespace;
use crate::wait::PATIENCE;

/// Packets read from one device before the other has its turn.
const TURN: usize = 64;

/// What the link does to packets, each way alike unless set with [`Link::set_way`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// The share of packets that get lost, 0 to 1.
    pub loss: f64,
    /// How long a packet travels, one way.
    pub delay: Duration,
    /// Up to this is added to `delay`, anew for each packet; their order stays.
    pub jitter: Duration,
    /// Bits a second; unlimited when there is none.
    pub rate: Option<u64>,
    /// How long a packet may wait for its turn under `rate`, before it is dropped.
    pub queue: Duration,
    /// What does not pass at all.
    pub block: Block,
}

impl Default for Conditions {
    /// A cable.
    fn default() -> Self {
        Self {
            loss: 0.0,
            delay: Duration::ZERO,
            jitter: Duration::ZERO,
            rate: None,
            queue: Duration::from_millis(100),
            block: Block::Nothing,
        }
    }
}

/// What does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Everything passes.
    Nothing,
    /// A firewall that knows TCP only.
    Udp,
    /// The cable is cut.
    Everything,
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the browsers.
    ToServers,
    /// To the browsers.
    ToPeople,
}

impl Way {
    const BOTH: [Self; 2] = [Self::ToServers, Self::ToPeople];
}

/// What became of the packets of each way and protocol, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// From the browsers.
    pub to_servers: Tallies,
    /// To the browsers.
    pub to_people: Tallies,
}

/// The link; it ends when dropped.
pub struct Link {
    wires: Arc<Mutex<[Wire; 2]>>,
    counts: watch::Receiver<Counts>,
    stop: Arc<EventFd>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// Joins the two namespaces: a device [`NAME`] in each, up, without an address. The same `seed` and the same
    /// packets meet the same fate.
    ///
    /// # Errors
    /// When `/dev/net/tun` is missing or may not be used.
    pub fn new(people: &Namespace, servers: &Namespace, seed: u64) -> Result<Self> {
        // In the order of `Way`: whence.
        let devices = [people.inside(device::open)?, servers.inside(device::open)?];
        for side in [people, servers] {
            side.ip(&format!("link set {NAME} mtu 1500 addrgenmode none up"))?;
        }
        let wires = Arc::new(Mutex::new([Wire::new(seed), Wire::new(!seed)]));
        let stop = Arc::new(EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?);
        let (told, counts) = watch::channel(Counts::default());
        let joint = Joint { devices, wires: Arc::clone(&wires), stop: Arc::clone(&stop), told };
        let thread =
            thread::Builder::new().name("link".to_owned()).spawn(|| joint.run().expect("the link stands"))?;
        Ok(Self { wires, counts, stop, thread: Some(thread) })
    }

    /// Sets what happens to the packets that come from now on, both ways. Those on their way arrive.
    pub fn set(&self, conditions: Conditions) {
        for way in Way::BOTH {
            self.set_way(way, conditions);
        }
    }

    /// As [`Self::set`], one way only.
    pub fn set_way(&self, way: Way, conditions: Conditions) {
        lock(&self.wires)[way as usize].conditions = conditions;
    }

    /// What became of the packets up to now.
    pub fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    /// Waits until the counts are as asked, for instance until 100 datagrams went to the servers.
    ///
    /// # Errors
    /// When it does not come to that in time; the message has the counts.
    pub async fn until(&self, what: &str, reached: impl Fn(&Counts) -> bool) -> Result<Counts> {
        let mut counts = self.counts.clone();
        let reached = timeout(PATIENCE, counts.wait_for(reached)).await;
        let Ok(reached) = reached.map(|it| it.map(|counts| *counts)) else {
            anyhow::bail!("waited {PATIENCE:?} for {what}; at last {:?}", self.counts());
        };
        reached.context("the link has ended")
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Fails only when the counter is full, and then the thread is awake.
        let _ = self.stop.write(1);
        if let Some(thread) = self.thread.take() {
            // Its panic was printed already.
            let _ = thread.join();
        }
    }
}

fn lock(wires: &Mutex<[Wire; 2]>) -> MutexGuard<'_, [Wire; 2]> {
    wires.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread that carries packets from one device to the other.
struct Joint {
    devices: [File; 2],
    wires: Arc<Mutex<[Wire; 2]>>,
    stop: Arc<EventFd>,
    told: watch::Sender<Counts>,
}

impl Joint {
    fn run(self) -> io::Result<()> {
        let mut buffer = vec![0; 65_536];
        while self.wait()? {
            for way in Way::BOTH {
                self.take_in(way, &mut buffer)?;
            }
            for way in Way::BOTH {
                self.put_out(way);
            }
            self.tell();
        }
        Ok(())
    }

    /// Waits for a packet, or for the time of one that is on its way; false when the link is to end.
    fn wait(&self) -> io::Result<bool> {
        let due = lock(&self.wires).iter().filter_map(Wire::due).min();
        let rest = due.map(|due| TimeSpec::from(due.saturating_duration_since(Instant::now())));
        let mut files = [self.stop.as_fd(), self.devices[0].as_fd(), self.devices[1].as_fd()]
            .map(|file| PollFd::new(file, PollFlags::POLLIN));
        match ppoll(&mut files, rest, None) {
            Ok(_) | Err(nix::Error::EINTR) => Ok(files[0].any() != Some(true)),
            Err(error) => Err(error.into()),
        }
    }

    fn take_in(&self, way: Way, buffer: &mut [u8]) -> io::Result<()> {
        for _ in 0..TURN {
            match (&self.devices[way as usize]).read(buffer) {
                Ok(length) => lock(&self.wires)[way as usize].offer(Instant::now(), &buffer[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn put_out(&self, way: Way) {
        let mut target = &self.devices[1 - way as usize];
        loop {
            let packet = lock(&self.wires)[way as usize].take(Instant::now());
            let Some(packet) = packet else { break };
            // A network may drop what a machine cannot take.
            let _ = target.write(&packet);
        }
    }

    fn tell(&self) {
        let [to_servers, to_people] = lock(&self.wires).each_ref().map(|wire| wire.tallies);
        let counts = Counts { to_servers, to_people };
        self.told.send_if_modified(|told| std::mem::replace(told, counts) != counts);
    }
}
