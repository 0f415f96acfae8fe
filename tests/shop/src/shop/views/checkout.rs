//! Checkout: contact, address, card; and the thanks.

use maud::{Markup, html};

use super::{account::order_card, basket::sums, csrf, layout::Page};
use crate::shop::{
    session::{Address, Order},
    visit::Visit,
};

/// The form as somebody left it, and the names of its fields that are wrong.
#[derive(Debug)]
pub(in crate::shop) struct Draft {
    pub(in crate::shop) address: Address,
    pub(in crate::shop) wrong: Vec<(&'static str, &'static str)>,
}

impl Draft {
    /// A fresh form, with the e-mail of who is logged in.
    pub(in crate::shop) fn of(visit: &Visit) -> Self {
        let email = visit.session.email.clone().unwrap_or_default();
        Self { address: Address { email, ..Address::default() }, wrong: Vec::new() }
    }

    /// A posted form; `card` is the card's digits, which are checked and not kept.
    pub(in crate::shop) fn posted(visit: &Visit, address: Address, card: &str) -> Self {
        let lang = visit.lang;
        let needed = lang.pick("This is needed.", "Ce champ est nécessaire.");
        let filled = [
            ("name", &address.name),
            ("street", &address.street),
            ("postcode", &address.postcode),
            ("city", &address.city),
        ];
        let mut wrong: Vec<_> =
            filled.iter().filter(|(_, value)| value.is_empty()).map(|(name, _)| (*name, needed)).collect();
        if !address.email.contains('@') {
            wrong.push(("email", lang.pick("Enter an e-mail address.", "Saisissez une adresse e-mail.")));
        }
        if !(12..=19).contains(&card.len()) {
            let words =
                lang.pick("A card number has 12 to 19 digits.", "Un numéro de carte a 12 à 19 chiffres.");
            wrong.push(("card", words));
        }
        Self { address, wrong }
    }
}

/// A text field of the form.
struct Field<'a> {
    name: &'static str,
    label: &'a str,
    kind: &'a str,
    autocomplete: &'a str,
    value: &'a str,
}

impl Field<'_> {
    fn render(&self, draft: &Draft) -> Markup {
        let wrong = draft.wrong.iter().find(|(name, _)| *name == self.name).map(|(_, words)| words);
        let digits = self.autocomplete.starts_with("cc-") && self.autocomplete != "cc-name";
        html! {
            label .{ "field-" (self.name) } {
                span { (self.label) }
                input type=(self.kind) name=(self.name) value=(self.value) autocomplete=(self.autocomplete)
                    required inputmode=[digits.then_some("numeric")] aria-invalid=[wrong.map(|_| "true")];
                @if let Some(words) = wrong { em .wrong { (words) } }
            }
        }
    }
}

pub(in crate::shop) fn page(visit: &Visit, draft: &Draft) -> Markup {
    let lang = visit.lang;
    let basket = &visit.session.basket;
    Page::new(visit, lang.pick("Checkout", "Commande")).render(html! {
        div .wrap {
            h1 { (lang.pick("Checkout", "Commande")) }
            @if !draft.wrong.is_empty() {
                p .wrong role="alert" { (lang.pick("Some fields need another look.", "Certains champs sont à revoir.")) }
            }
            div .split {
                form #checkout .stack method="post" action="/checkout" novalidate[!draft.wrong.is_empty()] {
                    (csrf(visit))
                    (address_fields(visit, draft))
                    (card_fields(visit, draft))
                    label .check { input type="checkbox" name="gift" value="1"; span { (lang.pick("It is a gift: no prices in the parcel", "C’est un cadeau : pas de prix dans le colis")) } }
                    button .button .signal { (lang.pick("Pay ", "Payer ")) (lang.money(basket.total())) }
                }
                aside .sum-card {
                    h2 { (lang.pick("Your order", "Votre commande")) }
                    ul .mini-lines {
                        @for line in &basket.lines {
                            li {
                                img src={ "/pictures/" (line.product.slug) "/studio.svg" } alt="" width="56" height="56";
                                span { (line.pieces) " × " (lang.text(line.product.name)) }
                                span .price { (lang.money(line.total())) }
                            }
                        }
                    }
                    (sums(lang, basket))
                }
            }
        }
    })
}

fn address_fields(visit: &Visit, draft: &Draft) -> Markup {
    let lang = visit.lang;
    let address = &draft.address;
    let field = |name, label, autocomplete, value| {
        let kind = if name == "email" { "email" } else { "text" };
        Field { name, label, kind, autocomplete, value }.render(draft)
    };
    html! {
        fieldset .panel .fields {
            legend { (lang.pick("Where it goes", "Livraison")) }
            (field("name", lang.pick("Full name", "Nom complet"), "name", &address.name))
            (field("email", "E-mail", "email", &address.email))
            (field("street", lang.pick("Street and number", "Rue et numéro"), "address-line1", &address.street))
            (field("postcode", lang.pick("Postcode", "Code postal"), "postal-code", &address.postcode))
            (field("city", lang.pick("City", "Ville"), "address-level2", &address.city))
            label .field-country {
                span { (lang.pick("Country", "Pays")) }
                select name="country" autocomplete="country-name" {
                    @for (en, fr) in [("France", "France"), ("Belgium", "Belgique"), ("Norway", "Norvège"), ("Denmark", "Danemark")] {
                        option value=(en) selected[address.country == en] { (lang.pick(en, fr)) }
                    }
                }
            }
        }
    }
}

fn card_fields(visit: &Visit, draft: &Draft) -> Markup {
    let lang = visit.lang;
    let field = |name, label, autocomplete| {
        Field { name, label, kind: "text", autocomplete, value: "" }.render(draft)
    };
    html! {
        fieldset .panel .fields {
            legend { (lang.pick("Card", "Carte bancaire")) }
            (field("holder", lang.pick("Name on the card", "Nom sur la carte"), "cc-name"))
            (field("card", lang.pick("Card number", "Numéro de carte"), "cc-number"))
            (field("expiry", lang.pick("Expiry, MM/YY", "Expiration, MM/AA"), "cc-exp"))
            (field("code", lang.pick("Security code", "Cryptogramme"), "cc-csc"))
        }
    }
}

/// The thanks after an order.
pub(in crate::shop) fn done(visit: &Visit, order: &Order) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.pick("Thank you", "Merci")).render(html! {
        div .wrap .narrow .done {
            h1 { (lang.pick("Thank you. It is on the bench.", "Merci. C’est sur l’établi.")) }
            p .lead { (lang.pick("We wrote to you. Your parcel leaves tomorrow.", "Nous vous avons écrit. Votre colis part demain.")) }
            (order_card(lang, order))
            a .button href="/products" { (lang.pick("Back to the shop", "Retour à la boutique")) }
        }
    })
}
