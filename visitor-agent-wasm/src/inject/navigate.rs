//! Going somewhere else, within the site only.
use cobrowse_core::command::{Navigation, Receipt};
use web_sys::{Document, Url};

/// Goes, or says why not. The share goes on at the next page.
pub(super) fn go(document: &Document, navigation: &Navigation) -> Receipt {
    let Some(window) = document.default_view() else { return Receipt::NoTarget };
    let gone = match navigation {
        Navigation::Back => window.history().and_then(|history| history.back()),
        Navigation::Forward => window.history().and_then(|history| history.forward()),
        Navigation::Reload => window.location().reload(),
        Navigation::To(path) => match same_site(&window, path) {
            Some(address) => window.location().assign(&address),
            None => return Receipt::Refused,
        },
    };
    if gone.is_ok() { Receipt::Applied } else { Receipt::Refused }
}

/// The whole address of a path of this origin. `//other.example` and `/\other.example` are paths by their first
/// character and other sites by their meaning, so the parsed origin decides.
fn same_site(window: &web_sys::Window, path: &str) -> Option<String> {
    let here = window.location().origin().ok()?;
    let url = Url::new_with_base(path, &here).ok()?;
    (path.starts_with('/') && url.origin() == here).then(|| url.href())
}
