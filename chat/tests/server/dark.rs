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
    sync::watch,
};

/// So many times of light after it went dark, a connection is ended for both: a browser has five sockets at most.
const FORGOTTEN: u64 = 2;

/// See the module.
pub struct Dark {
    pub addr: SocketAddr,
    /// So many bytes still pass, both ways together.
    left: Arc<AtomicI64>,
    /// How often it became light again.
    light: watch::Sender<u64>,
}

impl Dark {
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let shared = left.clone();
        let (light, is_light) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                let Ok((near, _)) = listener.accept().await else { return };
                let far = TcpStream::connect(server).await.expect("the server");
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(pass((near_in, far_out), shared.clone(), is_light.clone()));
                tokio::spawn(pass((far_in, near_out), shared.clone(), is_light.clone()));
            }
        });
        Self { addr, left, light }
    }

    /// Lets so many bytes pass, and then nothing on any connection that there is.
    pub fn after(&self, bytes: i64) {
        self.left.store(bytes, Ordering::SeqCst);
    }

    /// New connections work; those that went dark stay dark, and are ended when others went dark after them.
    pub fn heal(&self) {
        self.after(i64::MAX);
        self.light.send_modify(|it| *it += 1);
    }
}

async fn pass(
    (mut from, mut to): (OwnedReadHalf, OwnedWriteHalf),
    left: Arc<AtomicI64>,
    mut light: watch::Receiver<u64>,
) {
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
            let end = *light.borrow() + FORGOTTEN;
            let _ = light.wait_for(|it| end <= *it).await;
            return;
        }
    }
}
