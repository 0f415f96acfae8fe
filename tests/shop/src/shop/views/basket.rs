//! The basket.

use maud::{Markup, html};

use super::{csrf, layout::Page};
use crate::shop::{
    lang::Lang,
    session::{Basket, FREE_DELIVERY, Line, MAX_PIECES},
    visit::Visit,
};

pub(in crate::shop) fn page(visit: &Visit) -> Markup {
    let lang = visit.lang;
    let basket = &visit.session.basket;
    Page::new(visit, lang.pick("Basket", "Panier")).render(html! {
        div .wrap .basket-page {
            h1 { (lang.pick("Your basket", "Votre panier")) }
            @if basket.lines.is_empty() {
                div .empty {
                    p { (lang.pick("Nothing in it yet.", "Il est encore vide.")) }
                    a .button href="/products" { (lang.pick("See all products", "Voir tous les produits")) }
                }
            } @else {
                div .split {
                    ul .lines { @for line in &basket.lines { (line_row(visit, line)) } }
                    aside .sum-card {
                        (sums(lang, basket))
                        a .button .signal href="/checkout" { (lang.pick("Go to checkout", "Passer commande")) }
                        (towards_free(lang, basket))
                    }
                }
            }
        }
    })
}

fn line_row(visit: &Visit, line: &Line) -> Markup {
    let lang = visit.lang;
    let name = lang.text(line.product.name);
    html! {
        li .line {
            img src={ "/pictures/" (line.product.slug) "/studio.svg" } alt="" width="120" height="120";
            div {
                a href={ "/product/" (line.product.slug) } { (name) }
                @if !line.size.is_empty() { p .muted { (line.size) } }
                p .muted { (lang.money(line.product.price)) }
            }
            form method="post" action="/basket/set" .line-form {
                (csrf(visit))
                input type="hidden" name="slug" value=(line.product.slug);
                input type="hidden" name="size" value=(line.size);
                select name="pieces" data-submit aria-label={ (lang.pick("Quantity of ", "Quantité : ")) (name) } {
                    @for pieces in 1..=MAX_PIECES { option value=(pieces) selected[pieces == line.pieces] { (pieces) } }
                }
                noscript { button .ghost { (lang.pick("Update", "Mettre à jour")) } }
                button .link name="remove" value="1" { (lang.pick("Remove", "Retirer")) }
            }
            p .price { (lang.money(line.total())) }
        }
    }
}

/// The sums of a basket.
pub(super) fn sums(lang: Lang, basket: &Basket) -> Markup {
    html! {
        dl .sums {
            div { dt { (lang.pick("Goods", "Articles")) } dd { (lang.money(basket.goods())) } }
            div { dt { (lang.pick("Delivery", "Livraison")) }
                dd { @if basket.delivery() == 0 { (lang.pick("free", "offerte")) } @else { (lang.money(basket.delivery())) } }
            }
            div .total { dt { "Total" } dd { (lang.money(basket.total())) } }
        }
    }
}

fn towards_free(lang: Lang, basket: &Basket) -> Markup {
    let missing = FREE_DELIVERY.saturating_sub(basket.goods());
    html! {
        @if 0 < missing {
            div .towards {
                progress max=(FREE_DELIVERY) value=(basket.goods()) aria-label=(lang.pick("Towards free delivery", "Vers la livraison offerte")) {}
                p .muted { (lang.money(missing)) (lang.pick(" more for free delivery", " de plus pour la livraison offerte")) }
            }
        }
    }
}
