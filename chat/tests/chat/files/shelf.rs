//! A site's files over HTTP: what the stories are told with.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use chat::engine::Started;
use chat::files::{Files, LinkKey, routes};
use chat::model::*;
use chat::who::{Device, Who};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::site::{Bench, SITE};

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A folder of files beside a site.
pub struct Shelf {
    pub bench: Arc<Bench>,
    pub files: Files,
    pub folder: TempDir,
    app: Router,
}

/// What came back.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("json")
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().expect("a code").to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let this = self.is(status);
        assert_eq!(this.code(), code);
        this
    }
}

impl Shelf {
    pub fn new(bench: Arc<Bench>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::local(bench.store.clone(), bench.clock.clone(), folder.path(), LinkKey([7; 32]));
        let files = files.expect("opens");
        Self { bench, app: routes(files.clone()), files, folder }
    }

    /// As another process finds it.
    pub fn again(&mut self) {
        let (store, clock) = (self.bench.store.clone(), self.bench.clock.clone());
        self.files = Files::local(store, clock, self.folder.path(), LinkKey([7; 32])).expect("opens");
        self.app = routes(self.files.clone());
    }

    /// Whole files are kept elsewhere from now on.
    pub fn in_memory(&mut self) {
        let (store, clock) = (self.bench.store.clone(), self.bench.clock.clone());
        let elsewhere = Arc::new(object_store::memory::InMemory::new());
        let parts = self.folder.path().join("parts");
        self.files = Files::new(store, clock, (&parts, elsewhere), LinkKey([7; 32])).expect("opens");
        self.app = routes(self.files.clone());
    }

    pub async fn send(&self, who: Option<Who>, request: Request<Body>) -> Reply {
        let mut request = request;
        if let Some(who) = who {
            request.extensions_mut().insert(who);
        }
        let (head, body) = self.app.clone().oneshot(request).await.expect("answered").into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        Reply { status: head.status, headers: head.headers, body }
    }

    pub async fn call(&self, who: Who, method: Method, path: &str, body: impl Into<Body>) -> Reply {
        self.send(Some(who), request(method, path, body)).await
    }

    pub async fn get(&self, who: Who, path: &str) -> Reply {
        self.call(who, Method::GET, path, ()).await
    }

    pub async fn begin(&self, who: Who, of: &Started, name: &str, bytes: usize) -> Reply {
        self.begin_as(who, of, (name, "application/octet-stream"), bytes).await
    }

    pub async fn begin_as(&self, who: Who, of: &Started, (name, media): (&str, &str), bytes: usize) -> Reply {
        let it = serde_json::json!({
            "conv": of.public.to_name(), "name": name, "bytes": bytes, "type": media
        });
        let mut request = request(Method::POST, "/v1/uploads", it.to_string());
        request.headers_mut().insert("content-type", "application/json".parse().expect("a value"));
        self.send(Some(who), request).await
    }

    /// Begins an upload and gives its name.
    pub async fn begun(&self, who: Who, of: &Started, name: &str, bytes: usize) -> String {
        let reply = self.begin(who, of, name, bytes).await.is(201);
        let (id, url) = (reply.json()["id"].as_str().expect("an id").to_owned(), reply.json()["url"].clone());
        assert_eq!(url, format!("/v1/uploads/{id}"));
        id
    }

    /// Uploads a file and gives its name.
    pub async fn upload(&self, who: Who, of: &Started, name: &str, bytes: &[u8]) -> String {
        let id = self.begun(who, of, name, bytes.len()).await;
        self.put(who, &id, bytes.to_vec()).await.is(200);
        id
    }

    pub async fn put(&self, who: Who, id: &str, body: impl Into<Body>) -> Reply {
        self.call(who, Method::PUT, &format!("/v1/uploads/{id}"), body).await
    }

    pub async fn patch(&self, who: Who, id: &str, at: usize, body: impl Into<Body>) -> Reply {
        let mut request = request(Method::PATCH, &format!("/v1/uploads/{id}"), body);
        request.headers_mut().insert("upload-offset", at.into());
        self.send(Some(who), request).await
    }

    /// How far an upload is.
    pub async fn offset(&self, who: Who, id: &str) -> String {
        let reply = self.call(who, Method::HEAD, &format!("/v1/uploads/{id}"), ()).await.is(200);
        reply.header("upload-offset").to_owned()
    }

    pub async fn delete(&self, who: Who, id: &str) -> Reply {
        self.call(who, Method::DELETE, &format!("/v1/uploads/{id}"), ()).await
    }

    /// What lies in the folder, parts and whole files.
    pub fn on_disk(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// Sends a message of these files.
    pub async fn sends(&self, who: Who, of: &Started, cid: Cid, ids: &[String]) -> Sent {
        let names: Vec<_> = ids.iter().map(|it| PublicId::from_name(it).expect("a name")).collect();
        let files = self.files.resolve(&who, of.conversation, &names).await.expect("theirs");
        self.sends_keys(who, of, cid, files).await
    }

    pub async fn sends_keys(&self, who: Who, of: &Started, cid: Cid, files: Vec<AttachmentId>) -> Sent {
        let content = Content::Files { files, text: "look".to_owned() };
        let ask = match who {
            Who::Visitor { .. } => who.visitor_asks(FromVisitor::Send { cid, content, reply_to: None }),
            Who::Agent { .. } => who.agent_asks(FromAgent::Send { cid, content, reply_to: None }),
        };
        self.bench.asks(of.conversation, ask.expect("one of the two")).await
    }
}

pub type Sent = Result<chat::engine::Answer, chat::engine::Fault>;

pub fn request(method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder().method(method).uri(path).body(body.into()).expect("a request")
}

pub const fn visitor(visitor: VisitorId) -> Who {
    Who::Visitor { site: SITE, visitor }
}

pub fn agent(id: AgentId) -> Who {
    let role = if id == crate::site::MAYA { Role::Manager } else { Role::Agent };
    Who::Agent { site: SITE, actor: AgentActor { id, role }, device: Device::Desktop }
}

/// Bytes that are no kind of file.
pub fn noise(n: usize) -> Vec<u8> {
    (0..n).map(|i| (i * 31 + i / 251) as u8 | 0x80).collect()
}

pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 9]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
    bytes.into_inner()
}
