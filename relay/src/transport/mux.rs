//! One UDP socket for every peer.
//!
//! A datagram finds its peer by the address it comes from, once that address is checked; until then only
//! binding requests are looked at, by the name (ufrag) of ours that they carry. An address counts as checked when
//! it asked and the peer's own ICE agent answers it, with a success or with a check of its own. It does so only
//! after it verified the request's integrity: a forged request can neither steal a route nor reach more than a
//! peer's short inbox. It may also send checks to whatever its offer names; those alone teach nothing.
use std::{
    collections::{HashMap, VecDeque},
    io::{self, IoSliceMut},
    net::SocketAddr,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::BytesMut;
use governor::{DefaultDirectRateLimiter, Quota};
use prometheus_client::metrics::{counter::Counter, family::Family};
use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use tokio::{io::Interest, net::UdpSocket, sync::mpsc};

use crate::metrics::Kind;

/// Datagrams that are read with one system call.
const READ_AT_ONCE: usize = 32;
/// One read of datagrams that the kernel joined (GRO).
const JOINED: usize = 65_535;
/// Datagrams that may wait for one peer; more are lost, as on any network.
const INBOX: usize = 512;
/// Addresses that one peer may use at a time: its interfaces, before and after it moved.
const MAX_ADDRESSES: usize = 16;
/// Binding requests a second from addresses that are not checked yet, for one peer.
const UNCHECKED_PER_SECOND: u32 = 50;
/// One socket serves all peers: the usual 208 KiB would overflow in a burst.
const SOCKET_BUFFERS: usize = 8 << 20;
/// Datagrams that leave with one system call (GSO), and their bytes.
const MAX_RUN: usize = 40;
const MAX_RUN_BYTES: usize = 60_000;

/// One datagram for a peer.
pub struct Datagram {
    /// The bytes.
    pub bytes: BytesMut,
    /// Where it comes from.
    pub from: SocketAddr,
}

/// The socket and its routes.
pub struct Mux {
    io: UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
    routes: Mutex<Routes>,
    next: AtomicU64,
    dropped: Family<Kind, Counter>,
}

#[derive(Default)]
struct Routes {
    by_name: HashMap<String, Arc<Entry>>,
    by_address: HashMap<SocketAddr, Arc<Entry>>,
}

struct Entry {
    number: u64,
    inbox: mpsc::Sender<Datagram>,
    unchecked: DefaultDirectRateLimiter,
    /// Addresses that asked lately and are not checked, newest last.
    asked: Mutex<VecDeque<SocketAddr>>,
}

impl Entry {
    fn asked(&self) -> MutexGuard<'_, VecDeque<SocketAddr>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, from: SocketAddr) {
        let mut asked = self.asked();
        if !asked.contains(&from) {
            if asked.len() == MAX_ADDRESSES {
                asked.pop_front();
            }
            asked.push_back(from);
        }
    }
}

/// One peer's way in. Dropping it closes the way.
pub struct Route {
    mux: Arc<Mux>,
    entry: Arc<Entry>,
    /// The datagrams for this peer.
    pub inbox: mpsc::Receiver<Datagram>,
}

impl Mux {
    /// Binds the socket.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub fn bind(address: SocketAddr, dropped: Family<Kind, Counter>) -> io::Result<Self> {
        let kind = socket2::Type::DGRAM;
        let socket = socket2::Socket::new(socket2::Domain::for_address(address), kind, None)?;
        socket.bind(&address.into())?;
        socket.set_nonblocking(true)?;
        let io = UdpSocket::from_std(socket.into())?;
        let state = UdpSocketState::new(UdpSockRef::from(&io))?;
        // The kernel gives what its own limit allows; that has to do.
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&io), SOCKET_BUFFERS);
        let _ = state.set_send_buffer_size(UdpSockRef::from(&io), SOCKET_BUFFERS);
        let local = io.local_addr()?;
        Ok(Self { io, state, local, routes: Mutex::default(), next: AtomicU64::new(0), dropped })
    }

    /// The address that was bound.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Opens the way for a peer whose requests carry this name of ours.
    pub fn register(self: &Arc<Self>, name: String) -> Route {
        let (inbox, datagrams) = mpsc::channel(INBOX);
        let per_second = NonZeroU32::new(UNCHECKED_PER_SECOND).unwrap_or(NonZeroU32::MIN);
        let entry = Arc::new(Entry {
            number: self.next.fetch_add(1, Ordering::Relaxed),
            inbox,
            unchecked: DefaultDirectRateLimiter::direct(Quota::per_second(per_second)),
            asked: Mutex::default(),
        });
        self.routes().by_name.insert(name, entry.clone());
        Route { mux: self.clone(), entry, inbox: datagrams }
    }

    /// Reads until the task is dropped.
    pub async fn receive(self: Arc<Self>) {
        let mut buffers: Vec<Vec<u8>> = (0..READ_AT_ONCE).map(|_| vec![0; JOINED]).collect();
        let mut metas = [RecvMeta::default(); READ_AT_ONCE];
        loop {
            let read = self.io.async_io(Interest::READABLE, || {
                let mut slices: Vec<_> = buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
                self.state.recv(UdpSockRef::from(&self.io), &mut slices, &mut metas)
            });
            match read.await {
                Ok(count) => {
                    for (buffer, meta) in buffers.iter().zip(&metas).take(count) {
                        self.take_in(buffer.get(..meta.len).unwrap_or_default(), meta);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "UDP read failed");
                    // Without a pause an error that stays would take the whole core.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }

    fn take_in(&self, joined: &[u8], meta: &RecvMeta) {
        for bytes in joined.chunks(meta.stride.max(1)) {
            let outcome = self.route(bytes, meta.addr);
            if let Err(kind) = outcome {
                self.dropped.get_or_create(&Kind { kind }).inc();
            }
        }
    }

    fn route(&self, bytes: &[u8], from: SocketAddr) -> Result<(), &'static str> {
        let entry = self.entry_for(bytes, from)?;
        let datagram = Datagram { bytes: BytesMut::from(bytes), from };
        entry.inbox.try_send(datagram).map_err(|_| "peer_busy")
    }

    fn entry_for(&self, bytes: &[u8], from: SocketAddr) -> Result<Arc<Entry>, &'static str> {
        let routes = self.routes();
        let checked = routes.by_address.get(&from);
        // A checked address may begin a new connection: then its requests carry another name.
        let Some(name) = name_of_request(bytes) else { return checked.cloned().ok_or("unknown_address") };
        let named = routes.by_name.get(name).ok_or("unknown_name")?;
        let is_checked = checked.is_some_and(|entry| entry.number == named.number);
        if !is_checked {
            named.unchecked.check().map_err(|_| "unchecked_flood")?;
            named.note(from);
        }
        Ok(named.clone())
    }

    /// Sends without waiting; what the kernel cannot take now is lost and counted.
    fn send(&self, to: SocketAddr, contents: &[u8], segment_size: Option<usize>) {
        let transmit = Transmit { destination: to, ecn: None, contents, segment_size, src_ip: None };
        let sent =
            self.io.try_io(Interest::WRITABLE, || self.state.try_send(UdpSockRef::from(&self.io), &transmit));
        if let Err(error) = sent {
            let kind = if error.kind() == io::ErrorKind::WouldBlock { "send_blocked" } else { "send_failed" };
            self.dropped.get_or_create(&Kind { kind }).inc();
        }
    }

    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Route {
    /// The peer's agent answered this address: if it asked, what comes from there is its own.
    fn learn(&self, address: SocketAddr) {
        let mut asked = self.entry.asked();
        let Some(index) = asked.iter().position(|one| *one == address) else { return };
        asked.remove(index);
        drop(asked);
        let mut routes = self.mux.routes();
        let own: Vec<_> =
            routes.by_address.iter().filter(|(_, entry)| entry.number == self.entry.number).collect();
        if MAX_ADDRESSES <= own.len() {
            let Some(other) = own.first().map(|(address, _)| **address) else { return };
            routes.by_address.remove(&other);
        }
        routes.by_address.insert(address, self.entry.clone());
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        let mut routes = self.mux.routes();
        routes.by_name.retain(|_, entry| entry.number != self.entry.number);
        routes.by_address.retain(|_, entry| entry.number != self.entry.number);
    }
}

/// Datagrams of one turn: runs of one size to one address leave with one system call.
#[derive(Default)]
pub struct Batch {
    bytes: Vec<u8>,
    to: Option<SocketAddr>,
    size: usize,
    count: usize,
    /// A shorter datagram ends its run.
    closed: bool,
}

impl Batch {
    /// Adds a datagram; the run before it may leave.
    pub fn push(&mut self, route: &Route, to: SocketAddr, datagram: &[u8]) {
        if is_answer(datagram) {
            route.learn(to);
        }
        let most = route.mux.state.max_gso_segments().min(MAX_RUN);
        let fits = self.to == Some(to)
            && !self.closed
            && datagram.len() <= self.size
            && self.count < most
            && self.bytes.len() + datagram.len() <= MAX_RUN_BYTES;
        if !fits {
            self.flush(route);
            (self.to, self.size, self.closed) = (Some(to), datagram.len(), false);
        }
        self.closed = datagram.len() < self.size;
        self.bytes.extend_from_slice(datagram);
        self.count += 1;
    }

    /// Sends what is there.
    pub fn flush(&mut self, route: &Route) {
        if let Some(to) = self.to.take() {
            route.mux.send(to, &self.bytes, (1 < self.count).then_some(self.size));
        }
        self.bytes.clear();
        self.count = 0;
    }
}

/// RFC 8489 §5: type, length, magic cookie.
const STUN_HEADER: usize = 20;
const BINDING_REQUEST: [u8; 2] = [0, 1];
const BINDING_SUCCESS: [u8; 2] = [1, 1];
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const USERNAME: u16 = 6;

fn is_stun(bytes: &[u8], kind: [u8; 2]) -> bool {
    STUN_HEADER <= bytes.len() && bytes.starts_with(&kind) && bytes[4..8] == MAGIC_COOKIE
}

/// What the agent sends to an address whose request it verified. A lite agent starts no check by itself, but
/// rtc-ice checks back before it accepts a nomination on a pair that is new to it; Firefox nominates with its
/// first request, so the success of that check has to find its way in.
fn is_answer(bytes: &[u8]) -> bool {
    is_stun(bytes, BINDING_SUCCESS) || is_stun(bytes, BINDING_REQUEST)
}

/// The part of a binding request's USERNAME that names us (RFC 8445 §7.2.2: `ours:theirs`).
fn name_of_request(bytes: &[u8]) -> Option<&str> {
    if !is_stun(bytes, BINDING_REQUEST) {
        return None;
    }
    let mut rest = &bytes[STUN_HEADER..];
    while let Some((head, tail)) = rest.split_at_checked(4) {
        let (kind, length) = (u16::from_be_bytes([head[0], head[1]]), u16::from_be_bytes([head[2], head[3]]));
        let length = usize::from(length);
        if kind == USERNAME {
            return std::str::from_utf8(tail.get(..length)?).ok()?.split(':').next();
        }
        rest = tail.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str) -> Vec<u8> {
        let mut bytes = [&BINDING_REQUEST[..], &[0, 0], &MAGIC_COOKIE[..], &[7; 12]].concat();
        bytes.extend([0x80, 0x22, 0, 3, b'a', b'b', b'c', 0]); // SOFTWARE, padded
        bytes.extend([0, 6, 0, u8::try_from(name.len()).expect("short")]);
        bytes.extend(name.as_bytes());
        bytes
    }

    #[test]
    fn a_request_names_us_wherever_the_name_stands() {
        assert_eq!(name_of_request(&request("ours:theirs")), Some("ours"));
        let whole = request("ours:theirs");
        for end in 0..whole.len() {
            assert_eq!(name_of_request(&whole[..end]), None, "cut at {end}");
        }
        let mut lying = request("ours:theirs");
        lying[22] = 0xff; // SOFTWARE claims more than there is
        assert_eq!(name_of_request(&lying), None);
    }

    async fn mux() -> Arc<Mux> {
        Arc::new(Mux::bind(([127, 0, 0, 1], 0).into(), Family::default()).expect("bound"))
    }

    #[tokio::test]
    async fn only_a_checked_address_reaches_a_peer_without_its_name() {
        let mux = mux().await;
        let mut route = mux.register("ours".into());
        let from: SocketAddr = ([10, 0, 0, 1], 9).into();
        assert_eq!(mux.route(b"data", from), Err("unknown_address"));
        assert_eq!(mux.route(&request("nobody:x"), from), Err("unknown_name"));
        assert_eq!(mux.route(&request("ours:x"), from), Ok(()));
        assert_eq!(mux.route(b"data", from), Err("unknown_address"), "a request alone proves nothing");
        route.learn(from);
        assert_eq!(mux.route(b"data", from), Ok(()));
        assert!(route.inbox.recv().await.is_some());
        drop(route);
        assert_eq!(mux.route(b"data", from), Err("unknown_address"));
        assert_eq!(mux.route(&request("ours:x"), from), Err("unknown_name"));
    }

    #[tokio::test]
    async fn an_address_that_is_answered_or_checked_back_is_learned() {
        let mux = mux().await;
        let route = mux.register("ours".into());
        let success = [&BINDING_SUCCESS[..], &[0, 0], &MAGIC_COOKIE[..], &[7; 12]].concat();
        let indication = [&[0, 0x11][..], &[0, 0], &MAGIC_COOKIE[..], &[7; 12]].concat();
        for (port, (sent, learned)) in
            [(request("theirs:ours"), true), (success, true), (indication, false)].into_iter().enumerate()
        {
            let peer = SocketAddr::from(([127, 0, 0, 1], 40_000 + u16::try_from(port).expect("few")));
            Batch::default().push(&route, peer, &sent);
            assert!(mux.route(b"data", peer).is_err(), "nobody asked from there: {sent:?}");
            assert_eq!(mux.route(&request("ours:theirs"), peer), Ok(()));
            Batch::default().push(&route, peer, &sent);
            assert_eq!(mux.route(b"data", peer).is_ok(), learned, "{sent:?}");
        }
    }

    #[tokio::test]
    async fn unchecked_requests_are_few_and_addresses_bounded() {
        let mux = mux().await;
        let route = mux.register("ours".into());
        let from = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let passed = (0..200).filter(|port| mux.route(&request("ours:x"), from(*port)).is_ok()).count();
        assert!((50..100).contains(&passed), "{passed}");
        assert_eq!(route.entry.asked().len(), MAX_ADDRESSES);
        for port in 0..100 {
            route.entry.note(from(port));
            route.learn(from(port));
        }
        assert_eq!(mux.routes().by_address.len(), MAX_ADDRESSES);
    }
}
