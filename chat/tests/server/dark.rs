//! A way to the server that goes dark: bytes stop, in the middle of a frame, and nobody hears that they do.
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// See the module.
pub struct Dark {
    pub addr: SocketAddr,
    /// So many bytes still pass, both ways together.
    left: Arc<AtomicI64>,
}

impl Dark {
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let shared = left.clone();
        tokio::spawn(async move {
            loop {
                let Ok((near, _)) = listener.accept().await else { return };
                let far = TcpStream::connect(server).await.expect("the server");
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(pass(near_in, far_out, shared.clone()));
                tokio::spawn(pass(far_in, near_out, shared.clone()));
            }
        });
        Self { addr, left }
    }

    /// Lets so many bytes pass, and then nothing on any connection that there is.
    pub fn after(&self, bytes: i64) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    /// New connections work; those that went dark stay dark.
    pub fn heal(&self) {
        self.after(i64::MAX);
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, left: Arc<AtomicI64>) {
    let mut buffer = [0; 4096];
    loop {
        let n = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(n) => n,
        };
        let n = i64::try_from(n).expect("small");
        let before = left.fetch_sub(n, Ordering::SeqCst);
        let passes = before.clamp(0, n);
        let bytes = usize::try_from(passes).expect("small");
        if to.write_all(&buffer[..bytes]).await.is_err() {
            return;
        }
        if passes < n {
            // Both ends stay open, and nothing comes any more.
            std::future::pending::<()>().await;
        }
    }
}
