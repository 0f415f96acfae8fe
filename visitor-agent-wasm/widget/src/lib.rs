//! The chat as `js/widget/chat.js` imports it: one machine, fed with texts and answering with texts.
use visitor_agent_wasm::widget::{Client, Event, Out, client::At, codec::from_json, view};
use wasm_bindgen::prelude::wasm_bindgen;

/// Smaller than the standard one.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The widget of one page.
#[wasm_bindgen]
pub struct Chat {
    client: Client,
    shown: String,
}

#[wasm_bindgen]
impl Chat {
    /// Begins with what is stored: a `Begin` as JSON, at a time in milliseconds since 1970.
    ///
    /// Gives nothing when that is no `Begin`.
    pub fn begin(begin: &str, now: f64) -> Option<Chat> {
        let (client, outs) = Client::begin(from_json(begin)?, now as i64);
        // The first answer is fetched by an event of its own.
        Some(Self { client, shown: answer(outs) })
    }

    /// What the beginning wants done; to be asked for once, at first.
    pub fn first(&mut self, now: f64) -> String {
        let outs = std::mem::take(&mut self.shown);
        self.with_view(outs, now as i64)
    }

    /// Takes in what happens: its kind, what belongs to it, the time, and 64 hexadecimal digits of chance.
    pub fn handle(&mut self, kind: &str, payload: &str, now: f64, dice: &str) -> String {
        let Some(event) = Event::read(kind, payload) else { return String::new() };
        let at = At { now: now as i64, dice: dice.to_owned() };
        let outs = answer(self.client.handle(event, &at));
        self.with_view(outs, at.now)
    }

    fn with_view(&mut self, outs: String, now: i64) -> String {
        let view = view::render(&self.client, now);
        if view == self.shown {
            return outs;
        }
        let whole = [outs.as_str(), "\n", &view].concat();
        self.shown = view;
        whole
    }

    /// What assistive technology is told of this many unread messages.
    pub fn unread(&self, count: usize) -> String {
        view::unread_label(&self.client, count)
    }
}

/// A JSON array of orders; the tree of what is to be seen follows on a line of its own, if it changed.
fn answer(outs: Vec<Out>) -> String {
    let mut text = String::from("[");
    for (at, out) in outs.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        out.write(&mut text);
    }
    text.push(']');
    text
}
