//! `chat-echo`: what a WebSocket costs by itself. Whatever is said in a room, everybody in it hears, who said it too;
//! nothing is stored, checked or counted. The bench puts it beside the product.
//!
//! Standard output has one line: where it listens.
#![allow(clippy::print_stdout, reason = "this is what the program is for")]

use std::{
    collections::HashMap,
    io,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{
        Path, State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    response::Response,
    routing::get,
    serve::ListenerExt,
};
use tokio::{net::TcpListener, sync::broadcast};

/// As the product's own.
const BUFFER: usize = 4 * 1024;
/// Where one is entered; a program of its own, so none of the product's routes.
const ROOM: &str = "/room/{name}";
/// What may wait for one socket.
const WAITING: usize = 64;

type Rooms = Arc<Mutex<HashMap<String, broadcast::Sender<Utf8Bytes>>>>;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new();
    match runtime.and_then(|runtime| runtime.block_on(serve())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat-echo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("Echo: http://{}", listener.local_addr()?);
    let routes = Router::new().route(ROOM, get(enter)).with_state(Rooms::default());
    // Fails only on a socket that is gone already.
    axum::serve(listener.tap_io(|it| _ = it.set_nodelay(true)), routes).await
}

async fn enter(State(rooms): State<Rooms>, Path(name): Path<String>, upgrade: WebSocketUpgrade) -> Response {
    let room = {
        let mut rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(name).or_insert_with(|| broadcast::Sender::new(WAITING)).clone()
    };
    let upgrade = upgrade.protocols([chat_proto::JSON]).read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    upgrade.on_upgrade(async move |socket| talk(socket, room).await)
}

/// Until either side ends, or falls behind.
async fn talk(mut socket: WebSocket, room: broadcast::Sender<Utf8Bytes>) {
    let mut heard = room.subscribe();
    loop {
        tokio::select! {
            said = socket.recv() => match said {
                // Fails only where nobody listens.
                Some(Ok(Message::Text(text))) => _ = room.send(text),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {}
            },
            text = heard.recv() => {
                let Ok(text) = text else { return };
                if socket.send(Message::Text(text)).await.is_err() {
                    return;
                }
            }
        }
    }
}
