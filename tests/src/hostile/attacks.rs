//! The set of attacks, aimed at a catcher.
use super::catcher::{Catcher, DOMAIN};

const SET: &str = include_str!("attacks.txt");

/// Events whose handlers an attribute can hold (HTML §8.1.8.2, SVG 2 §14, Pointer Events, and what browsers add).
const EVENTS: &str = "\
    abort animationcancel animationend animationiteration animationstart auxclick beforecopy beforecut beforeinput \
    beforematch beforepaste beforetoggle blur cancel canplay canplaythrough change click close command contextlost \
    contextmenu contextrestored copy cuechange cut dblclick drag dragend dragenter dragleave dragover dragstart drop \
    durationchange emptied ended error focus formdata fullscreenchange fullscreenerror gotpointercapture input invalid \
    keydown keypress keyup load loadeddata loadedmetadata loadstart lostpointercapture mousedown mouseenter mouseleave \
    mousemove mouseout mouseover mouseup paste pause play playing pointercancel pointerdown pointerenter pointerleave \
    pointermove pointerout pointerover pointerrawupdate pointerup progress ratechange reset resize scroll scrollend \
    securitypolicyviolation seeked seeking select selectionchange selectstart slotchange stalled submit suspend \
    timeupdate toggle touchcancel touchend touchmove touchstart transitioncancel transitionend transitionrun \
    transitionstart volumechange waiting webkitanimationend webkitanimationiteration webkitanimationstart \
    webkittransitionend wheel";

/// Events of the window, whose handlers a body can hold.
const WINDOW_EVENTS: &str = "afterprint beforeprint hashchange languagechange message messageerror offline online \
    pagehide pageshow popstate rejectionhandled storage unhandledrejection unload";

/// One attack.
#[derive(Debug, Clone)]
pub struct Attack {
    /// Its number with the run's letter: the first label of its host, and what its script says.
    pub id: String,
    /// What it is a kind of.
    pub category: &'static str,
    /// The HTML that a parser makes it of, as `attacks.txt` describes.
    pub html: String,
}

/// All attacks, aimed at the catcher; `letter` begins their ids.
pub fn all(letter: char, catcher: &Catcher) -> Vec<Attack> {
    let mut category = "";
    let mut attacks = Vec::new();
    for line in SET.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("== ") {
            Some(name) => category = name,
            None => attacks.push((category, line.to_owned())),
        }
    }
    let on = |event: &str, more: &str| format!("<div {more} on{event}=\"RUN\" x-fire=\"{event}\">x</div>");
    attacks.extend(EVENTS.split_whitespace().map(|event| ("on*", on(event, ""))));
    let window = WINDOW_EVENTS.split_whitespace().map(|event| ("on*", on(event, "x-tag=\"body\" x-window")));
    attacks.extend(window);
    let aimed = attacks.into_iter().enumerate().map(|(number, (category, html))| {
        let id = format!("{letter}{number}");
        let host = format!("{id}.{DOMAIN}:{}", catcher.port);
        let html = html
            .replace("HOSTNAME", &host)
            .replace("HOST", &format!("http://{host}/{id}"))
            .replace("RUN", &format!("top.postMessage(`{id}`,`*`)"))
            .replace("#vID", &format!("#{id}"))
            .replace("fID", &format!("form-{id}"));
        Attack { id, category, html }
    });
    aimed.collect()
}
