//! Files as cards: an image as itself, everything else by name, with a way to save it.
use std::sync::Arc;

use chat_proto::message::FileCard;
use icondata_lu as lu;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    browser::{self, ObjectUrl},
    chat::chat,
    components::icon::Icon,
    i18n::{Language, Text, words},
    net::{chat_http, http},
    pages::chats::Ui,
};

/// Widest and highest that a picture stands in the thread, CSS pixels.
const PICTURE: (f64, f64) = (280.0, 220.0);

/// All files of a message.
#[component]
pub fn FileList(files: Vec<FileCard>) -> impl IntoView {
    let one = |file: FileCard| view! { <li><File file/></li> };
    view! { <ul class="files">{files.into_iter().map(one).collect_view()}</ul> }
}

/// One file.
#[component]
pub fn File(file: FileCard) -> impl IntoView {
    match file.size {
        Some(size) => view! { <Picture file size/> }.into_any(),
        None => view! { <Card file/> }.into_any(),
    }
}

/// Its place is kept before it is there: nothing moves.
#[component]
fn Picture(file: FileCard, size: (u32, u32)) -> impl IntoView {
    let words = words();
    let (width, height) = (f64::from(size.0.max(1)), f64::from(size.1.max(1)));
    let scale = (PICTURE.0 / width).min(PICTURE.1 / height).min(1.0);
    let (id, name) = (file.id.clone(), file.name.clone());
    let source = source(format!("/v1/files/{}/thumb", file.id));
    view! {
        <figure class="picture">
            <img src=source alt=file.name.clone() loading="lazy" style:aspect-ratio=format!("{width} / {height}")
                width=(width * scale).round().to_string() height=(height * scale).round().to_string()/>
            <figcaption>
                <span>{name.clone()}</span>
                <button type="button" class="button quiet square" title=words.say(Text::Download) on:click=move |_| save(id.clone())
                    aria-label=move || format!("{} {name}", words.now(Text::Download))>
                    <Icon icon=lu::LuDownload/>
                </button>
            </figcaption>
        </figure>
    }
}

/// Where a picture is shown from. Beside a share it is a copy of this page's own: there no picture is asked for but by
/// our own code, whatever stands in the page that is shared (its policy says so).
fn source(address: String) -> Signal<Option<String>> {
    if !use_context::<Ui>().is_some_and(Ui::is_viewer) {
        return Signal::stored(Some(address));
    }
    // Given up with the view, also where the bytes come later.
    let copy = RwSignal::new(None::<Arc<ObjectUrl>>);
    spawn_local(async move {
        if let Ok(bytes) = http::bytes(&address).await {
            let _ = copy.try_set(ObjectUrl::of(&bytes).map(Arc::new));
        }
    });
    Signal::derive(move || copy.read().as_ref().map(|copy| copy.address().to_owned()))
}

#[component]
fn Card(file: FileCard) -> impl IntoView {
    let words = words();
    let (id, name, bytes) = (file.id.clone(), file.name.clone(), file.bytes);
    view! {
        <div class="file-card">
            <Icon icon=lu::LuFileText size=20/>
            <span class="file-name">{name.clone()}</span>
            <span class="file-size">{move || size_of(bytes, words.language())}</span>
            <button type="button" class="button quiet square" title=words.say(Text::Download) on:click=move |_| save(id.clone())
                aria-label=move || format!("{} {name}", words.now(Text::Download))>
                <Icon icon=lu::LuDownload/>
            </button>
        </div>
    }
}

fn save(id: String) {
    let chat = chat();
    spawn_local(async move {
        match chat_http::download_address(&id).await {
            Ok(address) => browser::save(&address),
            Err(_) => chat.toast(Text::DownloadFailed, "", true),
        }
    });
}

/// A length in the unit that people use: Ko and Mo in French.
pub fn size_of(bytes: u64, language: Language) -> String {
    let french = language == Language::French;
    let (unit, mark) = if french { ("o", ",") } else { ("B", ".") };
    let tenths = |part: u64| {
        let all = bytes.saturating_mul(10).div_ceil(part);
        if all.is_multiple_of(10) || 100 <= all {
            (all / 10).to_string()
        } else {
            format!("{}{mark}{}", all / 10, all % 10)
        }
    };
    match bytes {
        0..1024 => format!("{bytes} {unit}"),
        1024..1_048_576 => format!("{} K{unit}", tenths(1024)),
        _ => format!("{} M{unit}", tenths(1_048_576)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: FIL-16
    #[test]
    fn sizes_are_short() {
        let of = |bytes| (size_of(bytes, Language::English), size_of(bytes, Language::French));
        assert_eq!(of(12), ("12 B".into(), "12 o".into()));
        assert_eq!(of(1536), ("1.5 KB".into(), "1,5 Ko".into()));
        assert_eq!(of(5_242_880), ("5 MB".into(), "5 Mo".into()));
        assert_eq!(of(204_800), ("200 KB".into(), "200 Ko".into()));
    }
}
