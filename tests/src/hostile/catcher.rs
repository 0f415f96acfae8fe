//! Who would be told, if anything got out: a resolver that answers and notes every question, and a web server that
//! notes every connection and request.
use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener, UdpSocket as StdUdp},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::watch,
};

use crate::lab::{Lab, Side};

/// The domain that leads to the catcher and that nobody else has.
pub const DOMAIN: &str = "canary.test";

/// What was caught.
#[derive(Debug, Clone, Default)]
pub struct Catch {
    /// TCP connections, whether anything was said in them or not.
    pub connections: usize,
    /// The names under [`DOMAIN`] that the resolver was asked for, as often as it was; without the domain.
    pub questions: Vec<String>,
    /// First labels of the hosts that requests were for.
    pub requests: BTreeSet<String>,
}

/// A web server on a port of its own, and the resolver's notes.
#[derive(Clone)]
pub struct Catcher {
    /// Where it listens.
    pub port: u16,
    notes: Arc<Mutex<Catch>>,
    changed: Arc<watch::Sender<()>>,
}

impl Catcher {
    /// Starts one on the servers' machine of the lab.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn start(lab: &Lab) -> Result<Self> {
        let listener = lab.inside(Side::Servers, || {
            let listener = StdListener::bind((Side::Servers.address(), 0))?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        })?;
        let it = Self {
            port: listener.local_addr()?.port(),
            notes: Arc::default(),
            changed: Arc::new(watch::channel(()).0),
        };
        lab.spawn(Side::Servers, it.clone().listen(listener));
        Ok(it)
    }

    /// What was caught so far.
    pub fn caught(&self) -> Catch {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until something more is caught.
    ///
    /// # Errors
    /// Never while the catcher is held.
    pub async fn more(&self) -> Result<()> {
        Ok(self.changed.subscribe().changed().await?)
    }

    fn note(&self, write: impl FnOnce(&mut Catch)) {
        write(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.send_replace(());
    }

    async fn listen(self, listener: StdListener) -> Result<()> {
        let listener = TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            self.note(|it| it.connections += 1);
            // A connection that breaks is the browser's affair.
            tokio::spawn(self.clone().answer(stream));
        }
    }

    async fn answer(self, mut stream: TcpStream) -> Result<()> {
        let mut head = Vec::new();
        while !head.windows(4).any(|it| it == b"\r\n\r\n") && head.len() < 64 * 1024 {
            if stream.read_buf(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let path = head.split(' ').nth(1).unwrap_or_default();
        let host = head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        let label = host.split('.').next().unwrap_or_default().to_owned();
        let (kind, body) = baited(path, &label);
        self.note(|it| {
            it.requests.insert(label.clone());
        });
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\naccess-control-allow-origin: *\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await?;
        Ok(stream.shutdown().await?)
    }
}

/// What a browser is given to load: something that acts, where that kind can act.
fn baited(path: &str, label: &str) -> (&'static str, String) {
    let run = format!("top.postMessage(`{label}`,`*`)");
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => ("text/javascript", run),
        "html" => ("text/html", format!("<!doctype html><script>{run}</script>")),
        "svg" => (
            "image/svg+xml",
            format!("<svg xmlns='http://www.w3.org/2000/svg'><script>{run}</script><g id='a'/></svg>"),
        ),
        "css" => ("text/css", format!("#{label}{{color:red}}")),
        "vtt" => ("text/vtt", "WEBVTT\n".to_owned()),
        "json" => ("application/json", "{}".to_owned()),
        "png" => ("image/png", String::new()),
        _ => ("application/octet-stream", String::new()),
    }
}

/// Starts the resolver of the servers' machine. Questions are noted at the catcher whose letter the name begins with.
///
/// # Errors
/// When the port is taken.
pub fn resolve(lab: &Lab, catchers: Vec<(char, Catcher)>) -> Result<()> {
    let socket = lab.inside(Side::Servers, || {
        let socket = StdUdp::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 53)))?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    })?;
    lab.spawn(Side::Servers, async move {
        let socket = UdpSocket::from_std(socket)?;
        let mut buffer = [0; 1500];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await?;
            let question = &buffer[..length];
            let Some((name, end)) = name_of(question) else { continue };
            if let Some(label) = name.strip_suffix(&format!(".{DOMAIN}")) {
                let noted = catchers.iter().find(|(letter, _)| label.starts_with(*letter));
                noted.inspect(|(_, it)| it.note(|it| it.questions.push(label.to_owned())));
            }
            socket.send_to(&answered(question, end, name.ends_with(DOMAIN)), from).await?;
        }
        #[allow(unreachable_code, reason = "says the type of the task")]
        anyhow::Ok(())
    });
    Ok(())
}

/// The name of a question (RFC 1035 §4.1.2) and where the name ends.
fn name_of(message: &[u8]) -> Option<(String, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        labels.push(String::from_utf8_lossy(message.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
}

/// An answer: our address to a question of type A for a name of ours, nothing to other types, and to other names
/// that they do not exist.
fn answered(question: &[u8], name_end: usize, is_ours: bool) -> Vec<u8> {
    let is_address = question.get(name_end..name_end + 2) == Some(&[0, 1]);
    let gives = is_ours && is_address;
    let mut answer = question[..2].to_vec();
    answer.extend([0x81, if is_ours { 0x80 } else { 0x83 }, 0, 1, 0, u8::from(gives), 0, 0, 0, 0]);
    answer.extend_from_slice(question.get(12..name_end + 4).unwrap_or_default());
    if gives {
        // The question's name, type A, class IN, to be asked again at once, four bytes.
        answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        answer.extend(Side::Servers.address().octets());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_and_answered() {
        let mut question = vec![7, 8, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        question.extend(b"\x02v1\x06canary\x04test\x00\x00\x01\x00\x01");
        let (name, end) = name_of(&question).expect("a name");
        assert_eq!(name, "v1.canary.test");
        let answer = answered(&question, end, true);
        assert_eq!(&answer[..12], &[7, 8, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
        assert_eq!(answer[answer.len() - 4..], Side::Servers.address().octets());
        assert_eq!(name_of(&question[..15]), None);
    }
}
