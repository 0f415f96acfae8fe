//! What enters a server, noted at its edge: a TCP proxy that keeps every byte of every connection, and the readers that
//! find requests and WebSocket messages in them.
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What came in, connection by connection.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Vec<u8>>>>);

/// One HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// From the method to the last header.
    pub head: String,
    /// The body, its chunks joined.
    pub body: Vec<u8>,
    /// What came after an upgrade.
    pub messages: Vec<Message>,
}

/// One message of a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A text.
    Text(Vec<u8>),
    /// Bytes.
    Binary(Vec<u8>),
    /// A ping, a pong or a close.
    Control(Vec<u8>),
}

impl Recorder {
    /// Hands on what comes in at `listener` to a server on this loopback, for ever. Runs where the listener is.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, listener: TcpListener, port: u16) -> Result<()> {
        loop {
            let (near, _) = listener.accept().await?;
            let index = {
                let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                all.push(Vec::new());
                all.len() - 1
            };
            // A connection that breaks is told to the browser by its end.
            tokio::spawn(self.clone().carry(near, index, port));
        }
    }

    async fn carry(self, near: TcpStream, index: usize, port: u16) -> Result<()> {
        let far = TcpStream::connect(("127.0.0.1", port)).await?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let ((mut from, mut back), (mut answers, mut to)) = (near.into_split(), far.into_split());
        let answering = async move {
            tokio::io::copy(&mut answers, &mut back).await?;
            back.shutdown().await
        };
        let asking = async move {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let length = from.read(&mut buffer).await?;
                if length == 0 {
                    return to.shutdown().await;
                }
                // Noted before it is handed on: what the server has, we have.
                self.0.lock().unwrap_or_else(PoisonError::into_inner)[index].extend(&buffer[..length]);
                to.write_all(&buffer[..length]).await?;
            }
        };
        tokio::try_join!(answering, asking)?;
        Ok(())
    }

    /// The bytes of each connection so far.
    pub fn connections(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The requests of all connections so far. What is not complete yet at the end of a connection is left out.
    ///
    /// # Errors
    /// When a connection speaks something else than HTTP/1.1: nothing may go by unread.
    pub fn requests(&self) -> Result<Vec<Request>> {
        let read = self.connections().into_iter().map(|bytes| requests(&bytes));
        Ok(read.collect::<Result<Vec<_>>>()?.concat())
    }
}

fn requests(mut bytes: &[u8]) -> Result<Vec<Request>> {
    let mut all = Vec::new();
    while let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
        let head = std::str::from_utf8(&bytes[..end]).context("a head that is no text")?.to_owned();
        ensure!(head.lines().next().is_some_and(|it| it.ends_with(" HTTP/1.1")), "no HTTP/1.1: {head}");
        bytes = &bytes[end + 4..];
        if header(&head, "upgrade").is_some_and(|it| it.eq_ignore_ascii_case("websocket")) {
            let messages = messages(bytes)?;
            all.push(Request { head, body: Vec::new(), messages });
            return Ok(all);
        }
        let length = header(&head, "content-length").map_or(Ok(0), str::parse::<usize>)?;
        let chunked = header(&head, "transfer-encoding").is_some();
        let Some((body, rest)) = (if chunked {
            joined(bytes)?
        } else {
            bytes.split_at_checked(length).map(|(body, rest)| (body.to_vec(), rest))
        }) else {
            return Ok(all);
        };
        bytes = rest;
        all.push(Request { head, body, messages: Vec::new() });
    }
    Ok(all)
}

/// The value of a header of a request's head.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A chunked body (RFC 9112 §7.1) and what follows it.
fn joined(mut bytes: &[u8]) -> Result<Option<(Vec<u8>, &[u8])>> {
    let mut body = Vec::new();
    loop {
        let Some(end) = bytes.windows(2).position(|it| it == b"\r\n") else { return Ok(None) };
        let size = std::str::from_utf8(&bytes[..end])?.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).context("a chunk's size")?;
        let Some(chunk) = bytes.get(end + 2..end + 2 + size + 2) else { return Ok(None) };
        body.extend_from_slice(&chunk[..size]);
        bytes = &bytes[end + 2 + size + 2..];
        if size == 0 {
            return Ok(Some((body, bytes)));
        }
    }
}

/// The frames of a client (RFC 6455 §5.2), unmasked and joined to messages.
fn messages(mut bytes: &[u8]) -> Result<Vec<Message>> {
    let mut all = Vec::new();
    let mut open: Option<(u8, Vec<u8>)> = None;
    while let Some((head, payload, rest)) = frame(bytes)? {
        bytes = rest;
        let (is_last, kind) = (head & 0x80 != 0, head & 0xf);
        ensure!(head & 0x70 == 0, "a compressed frame: nothing was to be negotiated");
        if kind & 8 != 0 {
            all.push(Message::Control(payload));
            continue;
        }
        let (kind, mut whole) = open.take().unwrap_or((kind, Vec::new()));
        whole.extend(payload);
        match (is_last, kind) {
            (false, _) => open = Some((kind, whole)),
            (true, 1) => all.push(Message::Text(whole)),
            (true, _) => all.push(Message::Binary(whole)),
        }
    }
    // A message that is still under way counts as well.
    all.extend(open.map(|(_, whole)| Message::Binary(whole)));
    Ok(all)
}

type Frame<'a> = (u8, Vec<u8>, &'a [u8]);

fn frame(bytes: &[u8]) -> Result<Option<Frame<'_>>> {
    let [head, second, rest @ ..] = bytes else { return Ok(None) };
    ensure!(second & 0x80 != 0, "a client's frame is masked");
    let wide = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let Some((wide, rest)) = rest.split_at_checked(wide) else { return Ok(None) };
    let length = match wide {
        [] => usize::from(second & 0x7f),
        digits => digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)),
    };
    let Some((mask, rest)) = rest.split_at_checked(4) else { return Ok(None) };
    let Some((payload, rest)) = rest.split_at_checked(length) else { return Ok(None) };
    let payload = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    Ok(Some((*head, payload, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_messages_are_found() {
        let mut bytes = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc".to_vec();
        bytes
            .extend(b"PUT /b HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nde\r\n1;x\r\nf\r\n0\r\n\r\n");
        bytes.extend(b"GET /c HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
        bytes.extend([0x02, 0x81, 1, 2, 3, 4, b'g' ^ 1]);
        bytes.extend([0x89, 0x80, 0, 0, 0, 0]);
        bytes.extend([0x80, 0x81, 0, 0, 0, 0, b'h', 0x81]);
        let found = requests(&bytes).expect("HTTP");
        let bodies: Vec<_> = found.iter().map(|it| it.body.as_slice()).collect();
        assert_eq!(bodies, [&b"abc"[..], b"def", b""]);
        assert_eq!(header(&found[0].head, "content-length"), Some("3"));
        assert_eq!(found[2].messages, [Message::Control(vec![]), Message::Binary(b"gh".to_vec())]);
    }

    #[test]
    fn what_is_no_http_is_told() {
        assert!(requests(b"PRI * HTTP/2.0\r\n\r\n").is_err());
        assert!(messages(&[0xc2, 0x80, 0, 0, 0, 0]).is_err(), "compressed");
    }
}
