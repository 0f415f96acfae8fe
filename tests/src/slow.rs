//! A line to the server that is slow upwards, as many people's are, and may let no WebSocket through: a TCP proxy on this
//! loopback.
use std::time::Duration;

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
    is_plain: watch::Sender<bool>,
    task: JoinHandle<()>,
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
        let ((is_open, opened), (is_plain, plain)) = (watch::channel(true), watch::channel(false));
        let task = tokio::spawn(carry_all(listener, (to, rate), (opened, plain)));
        Ok(Self { port, is_open, is_plain, task })
    }

    /// From now on no WebSocket begins on it, as behind many an office's proxy.
    pub fn takes_no_sockets(&self) {
        self.is_plain.send_replace(true);
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

/// Whether the line carries, and whether it takes no WebSocket.
type Terms = (watch::Receiver<bool>, watch::Receiver<bool>);

async fn carry_all(listener: TcpListener, to: (u16, u32), terms: Terms) {
    while let Ok((near, _)) = listener.accept().await {
        // A connection that breaks is told to the browser by its end.
        tokio::spawn(carry(near, to, terms.clone()));
    }
}

async fn carry(near: TcpStream, (to, rate): (u16, u32), (mut is_open, is_plain): Terms) -> Result<()> {
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
        if length == 0 || (*is_plain.borrow() && wants_socket(&piece[..length])) {
            break;
        }
        is_open.wait_for(|it| *it).await?;
        up.write_all(&piece[..length]).await?;
        // waits: as long as the line takes for it
        tokio::time::sleep(Duration::from_secs_f64(length as f64 / f64::from(rate))).await;
    }
    // A browser that gives up an upload resets it; the server must see that too.
    up.shutdown().await?;
    Ok(answering.await??)
}

/// Whether this begins a WebSocket (RFC 6455 §4.1).
fn wants_socket(request: &[u8]) -> bool {
    String::from_utf8_lossy(request).to_ascii_lowercase().contains("\r\nupgrade: websocket")
}
