//! A line to the server that is slow upwards, as many people's are, and may let no WebSocket through: a TCP proxy on this
//! loopback.
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// Bytes that go at once.
const PIECE: usize = 16 * 1024;

/// The line; it ends when dropped.
pub struct Slow {
    /// Its port.
    pub port: u16,
    is_open: watch::Sender<bool>,
    sockets: watch::Sender<Sockets>,
    n_chats: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

/// What becomes of a WebSocket that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sockets {
    /// It is carried as the rest.
    Pass,
    /// Its connection ends.
    End,
    /// It goes nowhere, and stays.
    Wait,
}

impl Slow {
    /// Leads to a port of this loopback, with so many bytes a second upwards.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn begin(to: u16, rate: u32) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // What waits in the system's own buffers would look as if it were there.
        socket.set_recv_buffer_size(u32::try_from(PIECE)?)?;
        // Nor is there more on the way than on a network: this loopback's own packets are as large as 64 KiB.
        #[cfg(target_os = "linux")]
        nix::sys::socket::setsockopt(&socket, nix::sys::socket::sockopt::TcpMaxSeg, &1_400)?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let listener = socket.listen(64)?;
        let port = listener.local_addr()?.port();
        let ((is_open, opened), (sockets, passing)) = (watch::channel(true), watch::channel(Sockets::Pass));
        let n_chats = Arc::<AtomicUsize>::default();
        let terms = Terms { is_open: opened, sockets: passing, n_chats: n_chats.clone() };
        let task = tokio::spawn(carry_all(listener, (to, rate), terms));
        Ok(Self { port, is_open, sockets, n_chats, task })
    }

    /// From now on it ends each WebSocket that begins, as many an office's proxy does.
    pub fn ends_sockets(&self) {
        self.sockets.send_replace(Sockets::End);
    }

    /// From now on a WebSocket of the chat that begins on it is neither answered nor ended, as behind others.
    pub fn swallows_sockets(&self) {
        self.sockets.send_replace(Sockets::Wait);
    }

    /// How many of the chat's WebSockets have begun on it, whatever became of them.
    pub fn n_chats(&self) -> usize {
        self.n_chats.load(Ordering::Relaxed)
    }

    /// Carries nothing upwards until it goes on.
    pub fn halts(&self) {
        self.is_open.send_replace(false);
    }

    /// Carries again.
    pub fn goes_on(&self) {
        self.is_open.send_replace(true);
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether the line carries, and what it does about WebSockets.
#[derive(Clone)]
struct Terms {
    is_open: watch::Receiver<bool>,
    sockets: watch::Receiver<Sockets>,
    n_chats: Arc<AtomicUsize>,
}

async fn carry_all(listener: TcpListener, to: (u16, u32), terms: Terms) {
    while let Ok((near, _)) = listener.accept().await {
        // A connection that breaks is told to the browser by its end.
        tokio::spawn(carry(near, to, terms.clone()));
    }
}

async fn carry(near: TcpStream, (to, rate): (u16, u32), mut terms: Terms) -> Result<()> {
    let far = TcpStream::connect(("127.0.0.1", to)).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let ((mut from, mut back), (mut answers, mut up)) = (near.into_split(), far.into_split());
    let answering = tokio::spawn(async move {
        copy(&mut answers, &mut back).await?;
        back.shutdown().await
    });
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece).await.unwrap_or(0);
        let becomes = terms.becomes(&piece[..length]);
        if becomes == Sockets::Wait {
            // Until the browser gives it up.
            while from.read(&mut piece).await.is_ok_and(|length| length > 0) {}
        }
        if length == 0 || becomes != Sockets::Pass {
            break;
        }
        terms.is_open.wait_for(|it| *it).await?;
        up.write_all(&piece[..length]).await?;
        // waits: as long as the line takes for it
        tokio::time::sleep(Duration::from_secs_f64(length as f64 / f64::from(rate))).await;
    }
    // A browser that gives up an upload resets it; the server must see that too.
    up.shutdown().await?;
    Ok(answering.await??)
}

impl Terms {
    /// What becomes of what a browser says.
    fn becomes(&self, said: &[u8]) -> Sockets {
        if !wants_socket(said) {
            return Sockets::Pass;
        }
        let (is_chat, sockets) = (said.starts_with(b"GET /rt?"), *self.sockets.borrow());
        self.n_chats.fetch_add(usize::from(is_chat), Ordering::Relaxed);
        // The page's own says only that it is there. As long as it is not answered, a browser begins no other to the
        // same server (RFC 6455 §4.1), and the chat's would never be seen here.
        if sockets == Sockets::Wait && !is_chat { Sockets::Pass } else { sockets }
    }
}

/// Whether this begins a WebSocket (RFC 6455 §4.1).
fn wants_socket(request: &[u8]) -> bool {
    String::from_utf8_lossy(request).to_ascii_lowercase().contains("\r\nupgrade: websocket")
}
