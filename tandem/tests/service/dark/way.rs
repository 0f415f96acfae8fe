//! A way to the server on which it can get dark: bytes stop, and nobody hears that they do.
use std::net::SocketAddr;

use chat_client::Place;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use crate::world::World;

/// So many bytes of what is said in the dark pass: less than the head of a client's frame (RFC 6455 §5.2).
const BEGUN: usize = 3;

/// What does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Night {
    /// Everything passes.
    Light,
    /// Nothing, either way; who calls gets no answer.
    Both,
    /// What the client says.
    ToServer,
    /// What the server says.
    ToClient,
}

/// Where the bytes stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Whole frames are missing.
    Between,
    /// A frame has begun to pass.
    Within,
}

/// The way.
pub struct Way {
    pub addr: SocketAddr,
    night: watch::Sender<Night>,
}

impl Way {
    pub async fn to(server: SocketAddr, edge: Edge) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let (night, sky) = watch::channel(Night::Light);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut sky = sky.clone();
                tokio::spawn(async move {
                    if sky.wait_for(|it| *it != Night::Both).await.is_err() {
                        return;
                    }
                    let far = TcpStream::connect(server).await.expect("the server");
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    // The end of one direction is the end of both, once it can be heard.
                    tokio::select! {
                        () = pass((near_in, far_out), (Night::ToServer, edge), sky.clone()) => {}
                        () = pass((far_in, near_out), (Night::ToClient, edge), sky) => {}
                    }
                });
            }
        });
        Self { addr, night }
    }

    pub fn place(&self, world: &World) -> Place {
        Place { server: format!("http://{}", self.addr), ..world.place() }
    }

    /// It is so from now on.
    pub fn is(&self, night: Night) {
        self.night.send_replace(night);
    }
}

/// What is under way waits until it is light.
async fn pass(
    (mut from, mut to): (OwnedReadHalf, OwnedWriteHalf),
    (direction, edge): (Night, Edge),
    mut sky: watch::Receiver<Night>,
) {
    let mut buffer = [0; 512];
    loop {
        let n = from.read(&mut buffer).await.unwrap_or(0);
        let is_dark = [direction, Night::Both].contains(&*sky.borrow());
        let begun = if is_dark && edge == Edge::Within { n.min(BEGUN) } else { 0 };
        let passes = |it: &Night| *it != direction && *it != Night::Both;
        if to.write_all(&buffer[..begun]).await.is_err() || sky.wait_for(passes).await.is_err() {
            return;
        }
        if n == 0 || to.write_all(&buffer[begun..n]).await.is_err() {
            return;
        }
    }
}
