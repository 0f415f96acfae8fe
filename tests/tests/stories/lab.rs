//! The lab does what it says: its link, its names, its trust, and its end.
#![cfg(target_os = "linux")]

use std::{
    net::{SocketAddr, UdpSocket as StdUdpSocket},
    os::unix::process::ExitStatusExt,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::Result;
use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::WebSocket},
    http::HeaderMap,
    response::{Html, Response},
    routing::get,
};
use serde_json::json;
use tests::{
    browser::{Browser, Kind},
    lab::{Block, Conditions, Lab, Side},
    wait::{PATIENCE, eval, until},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream, UdpSocket},
    time::timeout,
};

const SIGKILL: i32 = 9;

#[tokio::test]
async fn the_link_loses_about_what_is_asked() -> Result<()> {
    const SENT: u64 = 2_000;
    let lab = Lab::new()?;
    lab.link.set(Conditions { loss: 0.2, ..Conditions::default() });
    let receiver = udp(&lab, Side::Servers)?;
    let sender = udp(&lab, Side::People)?;
    let target = receiver.local_addr()?;
    let counted = tokio::spawn(async move {
        let (mut buffer, mut got) = ([0; 64], 0_u64);
        // The last one has another length, and comes when nothing is lost any more.
        while receiver.recv(&mut buffer).await? != 4 {
            got += 1;
        }
        anyhow::Ok(got)
    });
    for number in 0..SENT {
        sender.send_to(&number.to_be_bytes(), target).await?;
        // Neither the device's queue nor the receiver's may overflow: this is about the link's own dice.
        lab.link.until("the datagram", |it| it.to_servers.udp.offered() > number).await?;
    }
    let counts = lab.link.counts().to_servers.udp;
    assert_eq!(counts.passed + counts.lost, SENT, "{counts:?}");
    assert!((300..=500).contains(&counts.lost), "{counts:?}");
    lab.link.set(Conditions::default());
    sender.send_to(b"last", target).await?;
    assert_eq!(timeout(PATIENCE, counted).await???, counts.passed);
    Ok(())
}

#[tokio::test]
async fn a_delay_holds_each_way() -> Result<()> {
    let lab = Lab::new()?;
    let server = udp(&lab, Side::Servers)?;
    let client = udp(&lab, Side::People)?;
    client.connect(server.local_addr()?).await?;
    tokio::spawn(echo_datagrams(server));
    let delay = Duration::from_millis(40);
    lab.link.set(Conditions { delay, ..Conditions::default() });
    let begun = Instant::now();
    assert_eq!(exchange(&client).await?, *b"ping");
    assert!(begun.elapsed() >= 2 * delay, "{:?}", begun.elapsed());
    Ok(())
}

#[tokio::test]
async fn udp_is_blocked_while_tcp_passes() -> Result<()> {
    let lab = Lab::new()?;
    let server = udp(&lab, Side::Servers)?;
    let client = udp(&lab, Side::People)?;
    client.connect(server.local_addr()?).await?;
    tokio::spawn(echo_datagrams(server));
    let mut stream = echoed_stream(&lab).await?;
    assert_eq!(exchange(&client).await?, *b"ping");

    lab.link.set(Conditions { block: Block::Udp, ..Conditions::default() });
    client.send(b"lost").await?;
    lab.link.until("a blocked datagram", |it| it.to_servers.udp.blocked == 1).await?;
    assert_eq!(talk(&mut stream).await?, *b"ping");
    assert_eq!(lab.link.counts().to_servers.tcp.blocked, 0);

    lab.link.set(Conditions::default());
    assert_eq!(exchange(&client).await?, *b"ping");
    Ok(())
}

#[tokio::test]
async fn a_cut_holds_what_is_sent_until_it_ends() -> Result<()> {
    let lab = Lab::new()?;
    let mut stream = echoed_stream(&lab).await?;
    assert_eq!(talk(&mut stream).await?, *b"ping");

    lab.link.set(Conditions { block: Block::Everything, ..Conditions::default() });
    stream.write_all(b"late").await?;
    // Its first sending, and a repetition.
    lab.link.until("two blocked packets", |it| it.to_servers.tcp.blocked >= 2).await?;
    let nothing = stream.try_read(&mut [0; 4]);
    assert!(nothing.is_err_and(|it| it.kind() == std::io::ErrorKind::WouldBlock));

    lab.link.set(Conditions::default());
    let mut back = [0; 4];
    timeout(PATIENCE, stream.read_exact(&mut back)).await??;
    assert_eq!(back, *b"late");
    Ok(())
}

#[tokio::test]
async fn nothing_stays_after_a_panic() -> Result<()> {
    let lab = Lab::new()?;
    let folder = lab.folder().to_owned();
    let mut inhabitant = lab.command(Side::People, "cat").stdin(Stdio::piped()).spawn()?;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _dropped_by_the_panic = lab;
        panic!("as a failing story does");
    }));
    assert!(panicked.is_err());
    assert_eq!(inhabitant.wait()?.signal(), Some(SIGKILL));
    assert!(!folder.exists());
    Ok(())
}

#[tokio::test]
async fn chromium_finds_a_secure_page_behind_the_link() -> Result<()> {
    secure_page(Kind::Chromium).await
}

#[tokio::test]
async fn firefox_finds_a_secure_page_behind_the_link() -> Result<()> {
    secure_page(Kind::Firefox).await
}

async fn secure_page(kind: Kind) -> Result<()> {
    let lab = Lab::new()?;
    let listener = lab.listen(Side::Servers)?;
    lab.publish("shop.test", listener.local_addr()?.port())?;
    let listener = TcpListener::from_std(listener)?;
    tokio::spawn(async move { axum::serve(listener, shop()).await });
    let browser = Browser::start_at(&lab.seat(Side::People), kind, "en").await?;
    let page = &browser.driver;

    page.goto("https://shop.test/").await?;
    assert_eq!(eval(page, "document.body.textContent").await?, "https from 10.77.0.1");
    assert_eq!(eval(page, "[isSecureContext, typeof crypto.subtle]").await?, json!([true, "object"]));

    let said = "window.said || (window.socket ||= Object.assign(new WebSocket('wss://shop.test/echo'), {
      onopen() { this.send('hello'); }, onmessage(it) { window.said = it.data; } }), false)";
    assert_eq!(until(page, "the WebSocket's echo", said).await?, "hello");

    // What data channels need: an address off loopback, which neither browser refuses.
    let offered = "window.offered || (window.peer ||= (() => {
      const peer = new RTCPeerConnection(); peer.createDataChannel('r');
      peer.onicecandidate = (it) => { if (/typ host/.test(it.candidate?.candidate)) window.offered = true; };
      peer.createOffer().then((it) => peer.setLocalDescription(it)); return peer; })(), false)";
    assert_eq!(until(page, "a host candidate", offered).await?, true);
    assert_eq!(lab.link.counts().to_servers.udp.blocked, 0);
    browser.quit().await
}

fn shop() -> Router {
    async fn page(headers: HeaderMap) -> Html<String> {
        let header = |name| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("nothing");
        Html(format!("{} from {}", header("x-forwarded-proto"), header("x-forwarded-for")))
    }
    async fn echo(upgrade: WebSocketUpgrade) -> Response {
        upgrade.on_upgrade(async |mut socket: WebSocket| {
            while let Some(Ok(message)) = socket.recv().await {
                if socket.send(message).await.is_err() {
                    return;
                }
            }
        })
    }
    Router::new().route("/", get(page)).route("/echo", get(echo))
}

/// A socket on the link, used from this runtime.
fn udp(lab: &Lab, side: Side) -> Result<UdpSocket> {
    let socket = lab.inside(side, || Ok(StdUdpSocket::bind(SocketAddr::from((side.address(), 0)))?))?;
    socket.set_nonblocking(true)?;
    Ok(UdpSocket::from_std(socket)?)
}

async fn echo_datagrams(socket: UdpSocket) -> Result<()> {
    let mut buffer = [0; 64];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await?;
        socket.send_to(&buffer[..length], from).await?;
    }
}

async fn exchange(socket: &UdpSocket) -> Result<[u8; 4]> {
    let mut back = [0; 4];
    socket.send(b"ping").await?;
    timeout(PATIENCE, socket.recv(&mut back)).await??;
    Ok(back)
}

/// A connection over the link to a server that sends back what it gets.
async fn echoed_stream(lab: &Lab) -> Result<TcpStream> {
    let address = SocketAddr::from((Side::Servers.address(), 7));
    let bound = lab.spawn(Side::Servers, TcpListener::bind(address)).await??;
    lab.spawn(Side::Servers, async move {
        let (mut stream, _) = bound.accept().await?;
        let (mut from, mut to) = stream.split();
        copy(&mut from, &mut to).await
    });
    // Registered in the namespace's runtime; reading and writing works from any.
    Ok(lab.spawn(Side::People, TcpStream::connect(address)).await??)
}

async fn talk(stream: &mut TcpStream) -> Result<[u8; 4]> {
    let mut back = [0; 4];
    stream.write_all(b"ping").await?;
    timeout(PATIENCE, stream.read_exact(&mut back)).await??;
    Ok(back)
}
