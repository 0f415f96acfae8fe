//! The stage: the page, what is said over it, and its frame in the colour of the share.
use leptos::{html::Div, prelude::*};

use super::{
    hand::Hand,
    pointing::Pointing,
    typing::{Typing, TypingField},
};
use crate::{
    components::{curtain::Curtain, echo::EchoView, picker::Picker, remark::RemarkView},
    i18n::{Text, words},
    sharing::Sharing,
    state::share::{Phase, Tool},
};

/// Shows the page as soon as there is one.
#[component]
pub fn Stage() -> impl IntoView {
    let (words, sharing) = (words(), expect_context::<Sharing>());
    let (page, typing) = (NodeRef::<Div>::new(), Typing::new(sharing));
    let hand = StoredValue::new_local(None::<Hand>);
    Effect::new(move |_| {
        let Some(page) = page.get() else { return };
        let player = sharing.show_in(&page);
        let pane = player.borrow().pane();
        let pointing = Pointing::new(sharing, player, page.into());
        hand.set_value(Some(Hand::on(&pane, &pointing, move || typing.take_focus())));
        typing.goes_with(pointing);
        sharing.connect();
    });
    Effect::new(move |_| {
        let name = words.now(Text::VisitorPointer);
        sharing.with_player(|player| player.set_name(name));
    });
    let tool = move || match sharing.share.read().tool() {
        Tool::Look => "look",
        Tool::Indicate => "indicate",
        Tool::Highlight => "highlight",
        Tool::Control => "control",
    };
    let dimmed = move || matches!(sharing.phase(), Phase::Paused | Phase::Reconnecting);
    view! {
        <main class="stage" data-share=move || sharing.phase().colour() data-tool=tool class:dimmed=dimmed
            class:bare=move || !sharing.painted.get()>
            <div class="stage-page" role="region" aria-label=words.say(Text::StageLabel) node_ref=page></div>
            <TypingField typing/>
            <EchoView/>
            <RemarkView/>
            <Picker/>
            <Curtain/>
        </main>
    }
}
