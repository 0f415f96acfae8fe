//! The shop's HTML.

pub(super) mod account;
pub(super) mod basket;
pub(super) mod checkout;
pub(super) mod help;
pub(super) mod home;
mod layout;
pub(super) mod list;
pub(super) mod product;
pub(super) mod strict;

use maud::{Markup, html};

use super::visit::Visit;
use layout::Page;

/// The page for addresses that lead nowhere.
pub(super) fn lost(visit: &Visit) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.pick("Page not found", "Page introuvable")).render(html! {
        section .wrap .empty {
            h1 { (lang.pick("Off the marked trail", "Hors du sentier balisé")) }
            p { (lang.pick("There is no page at this address.", "Il n’y a pas de page à cette adresse.")) }
            a .button href="/products" { (lang.pick("See all products", "Voir tous les produits")) }
        }
    })
}

/// The hidden field that proves that a form is ours.
fn csrf(visit: &Visit) -> Markup {
    html! { input type="hidden" name="csrf" value=(visit.session.csrf); }
}
