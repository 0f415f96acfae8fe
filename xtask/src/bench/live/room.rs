//! What the peer needs between two pages, as little as it can be: whatever comes in goes out, untouched.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Result;
use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::{Message, WebSocket};

use crate::bench::lab::{Lab, SERVERS, Side};

/// The two ends of a room; each is taken by the socket that asks for it.
type Ends = (Option<Sender<Message>>, Option<Receiver<Message>>);

type Rooms = Arc<Mutex<HashMap<String, Ends>>>;

/// Rooms at `ws://ADDRESS/NAME/{in,out}`; one socket at each end.
#[derive(Debug)]
pub struct Doors {
    address: SocketAddr,
}

impl Doors {
    /// Listens on this machine's loopback until the bench ends.
    pub fn open() -> Result<Self> {
        Self::at(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)
    }

    /// Listens on the servers' machine of a lab.
    pub fn open_in(lab: &Lab) -> Result<Self> {
        Self::at(lab.inside(Side::Servers, || Ok(TcpListener::bind((SERVERS, 0))?))?)
    }

    fn at(listener: TcpListener) -> Result<Self> {
        let address = listener.local_addr()?;
        thread::spawn(move || {
            let rooms = Rooms::default();
            for stream in listener.incoming().flatten() {
                let rooms = Arc::clone(&rooms);
                // A socket that fails takes its page's measure with it, which says so.
                thread::spawn(move || carry(stream, &rooms).ok());
            }
        });
        Ok(Self { address })
    }

    /// The address of a room.
    pub fn room(&self, name: &str) -> String {
        format!("ws://{}/{name}", self.address)
    }
}

fn carry(stream: TcpStream, rooms: &Rooms) -> Result<()> {
    stream.set_nodelay(true)?;
    let (say_path, path) = channel();
    #[expect(clippy::result_large_err, reason = "the library's own type")]
    let read_path = move |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        // Fails only when nobody reads it.
        let _ = say_path.send(request.uri().path().to_owned());
        Ok(response)
    };
    let socket = tungstenite::accept_hdr(stream, read_path)?;
    let path = path.recv()?;
    let (room, side) = path.rsplit_once('/').unwrap_or_default();
    let (sender, receiver) = take(rooms, room, side);
    match (sender, receiver) {
        (Some(sender), _) => listen(socket, &sender),
        (None, Some(receiver)) => speak(socket, &receiver),
        (None, None) => Ok(()),
    }
}

/// The end that a side wants, when nobody has it yet.
fn take(rooms: &Rooms, room: &str, side: &str) -> Ends {
    let mut rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
    let ends = rooms.entry(room.to_owned()).or_insert_with(|| {
        let (sender, receiver) = channel();
        (Some(sender), Some(receiver))
    });
    if side == "in" { (ends.0.take(), None) } else { (None, ends.1.take()) }
}

fn listen(mut socket: WebSocket<TcpStream>, out: &Sender<Message>) -> Result<()> {
    loop {
        let message = socket.read()?;
        if message.is_text() {
            out.send(message)?;
        }
    }
}

fn speak(mut socket: WebSocket<TcpStream>, messages: &Receiver<Message>) -> Result<()> {
    for message in messages {
        socket.send(message)?;
    }
    Ok(())
}
