//! Sends a file, and says how far it is.
use std::{cell::RefCell, rc::Rc};

use chat_proto::message::FileCard;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use super::http::{HttpError, json};

/// What an upload tells.
#[derive(Debug, Clone, PartialEq)]
pub enum UploadEvent {
    /// How much of it is on its way, from 0 to 1. Whole is said by [`Done`](Self::Done) alone.
    Progress(f64),
    /// It is stored.
    Done(FileCard),
    /// It is not, with the service's code or nothing.
    Failed(String),
}

/// An upload under way. Dropped, it is given up, and the service removes what it has.
pub struct Upload(Rc<RefCell<Stage>>);

enum Stage {
    Asking,
    Sending { request: XmlHttpRequest, url: String, _listeners: [Closure<dyn FnMut(ProgressEvent)>; 4] },
    Over,
}

#[derive(Serialize)]
struct Begin<'a> {
    conv: &'a str,
    name: String,
    bytes: u64,
    #[serde(rename = "type")]
    media: String,
}

#[derive(Deserialize)]
struct Begun {
    url: String,
}

impl Upload {
    /// Asks for a place and sends the file there; everything is told to `tell`.
    pub fn start(conv: &str, file: File, tell: impl Fn(UploadEvent) + Clone + 'static) -> Self {
        let stage = Rc::new(RefCell::new(Stage::Asking));
        let (conv, shared) = (conv.to_owned(), stage.clone());
        spawn_local(async move {
            // A file's size is a whole number below 2^53.
            let begin =
                Begin { conv: &conv, name: file.name(), bytes: file.size() as u64, media: file.type_() };
            let begun: Result<Begun, _> = json("POST", "/v1/uploads", Some(&begin)).await;
            let given_up = matches!(*shared.borrow(), Stage::Over);
            match begun {
                Ok(begun) if given_up => remove(begun.url),
                Ok(begun) => match send(&begun.url, &file, &tell) {
                    Ok(sending) => drop(shared.replace(sending)),
                    Err(_) => tell(UploadEvent::Failed(String::new())),
                },
                Err(HttpError::Refused(code)) => tell(UploadEvent::Failed(code)),
                Err(_) => tell(UploadEvent::Failed(String::new())),
            }
        });
        Self(stage)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Stage::Sending { request, url, .. } = self.0.replace(Stage::Over) {
            request.set_onload(None);
            request.set_onerror(None);
            request.set_onabort(None);
            if request.ready_state() != XmlHttpRequest::DONE {
                let _ = request.abort();
                remove(url);
            }
        }
    }
}

fn remove(url: String) {
    spawn_local(async move {
        // What is not removed now is swept by the service.
        let _ = super::http::send("DELETE", &url, None::<&()>, None).await;
    });
}

fn send(url: &str, file: &File, tell: &(impl Fn(UploadEvent) + Clone + 'static)) -> Result<Stage, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("PUT", url)?;
    let on_progress = {
        let tell = tell.clone();
        Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
            if 0.0 < event.total() {
                // Sent is not yet stored.
                tell(UploadEvent::Progress((event.loaded() / event.total()).min(0.99)));
            }
        })
    };
    let on_load = {
        let (tell, request) = (tell.clone(), request.clone());
        Closure::<dyn FnMut(ProgressEvent)>::new(move |_| tell(answer(&request)))
    };
    let failing = || {
        let tell = tell.clone();
        Closure::<dyn FnMut(ProgressEvent)>::new(move |_| tell(UploadEvent::Failed(String::new())))
    };
    let (on_error, on_abort) = (failing(), failing());
    request.upload()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    request.set_onload(Some(on_load.as_ref().unchecked_ref()));
    request.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    request.set_onabort(Some(on_abort.as_ref().unchecked_ref()));
    request.send_with_opt_blob(Some(file))?;
    let listeners = [on_progress, on_load, on_error, on_abort];
    Ok(Stage::Sending { request, url: url.to_owned(), _listeners: listeners })
}

fn answer(request: &XmlHttpRequest) -> UploadEvent {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Problem {
        code: String,
    }
    let text = request.response_text().ok().flatten().unwrap_or_default();
    if request.status().is_ok_and(|it| (200..300).contains(&it))
        && let Ok(card) = serde_json::from_str(&text)
    {
        return UploadEvent::Done(card);
    }
    UploadEvent::Failed(serde_json::from_str::<Problem>(&text).unwrap_or_default().code)
}
