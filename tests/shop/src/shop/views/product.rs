//! A product's page: gallery, size, tabs.

use maud::{Markup, html};

use super::{
    csrf,
    layout::Page,
    list::{card, stars},
};
use crate::shop::{
    catalogue::{PRODUCTS, Product},
    lang::Lang,
    pictures::View,
    visit::Visit,
};

pub(in crate::shop) fn page(visit: &Visit, product: &Product) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.text(product.name)).scripts(&["product.js"]).render(html! {
        nav .wrap .crumbs aria-label=(lang.pick("Breadcrumb", "Fil d’Ariane")) {
            a href="/products" { (lang.pick("All products", "Tous les produits")) }
            a href={ "/products?category=" (product.category.slug()) } { (product.category.name(lang)) }
            span aria-current="page" { (lang.text(product.name)) }
        }
        div .wrap .product {
            (gallery(lang, product))
            div .buy {
                h1 { (lang.text(product.name)) }
                p .lead { (lang.text(product.line)) }
                p .price-row {
                    span .price { (lang.money(product.price)) }
                    (stars(lang, product.rating))
                    span .muted { (product.reviews) (lang.pick(" reviews", " avis")) }
                }
                (buy_form(visit, product))
                (tabs(lang, product))
            }
        }
        section .wrap .season aria-labelledby="more" {
            div .section-head { h2 #more { (lang.pick("Goes well with", "Va bien avec")) } }
            ul .grid .four {
                @for other in beside(product) { (card(lang, other)) }
            }
        }
    })
}

/// Four others: those that follow in the assortment.
fn beside(product: &Product) -> impl Iterator<Item = &'static Product> {
    let at = PRODUCTS.iter().position(|it| it.slug == product.slug).unwrap_or(0);
    PRODUCTS.iter().cycle().skip(at + 1).take(4)
}

fn gallery(lang: Lang, product: &Product) -> Markup {
    let drawn = View::GALLERY
        .map(|view| (format!("/pictures/{}/{}.svg", product.slug, view.slug()), view_name(lang, view)));
    let close = (
        format!("/pictures/{}.png", product.material.slug()),
        lang.pick("The material, close", "La matière, de près"),
    );
    let pictures = drawn.into_iter().chain([close]);
    html! {
        div .gallery #gallery {
            figure {
                img #gallery-main src={ "/pictures/" (product.slug) "/studio.svg" } width="800" height="800" alt=(lang.text(product.name));
                figcaption #gallery-caption { (view_name(lang, View::Studio)) }
            }
            ul .thumbs {
                @for (index, (source, name)) in pictures.enumerate() {
                    li { button type="button" aria-pressed=(index == 0) data-source=(source) aria-label=(name) {
                        img src=(source) alt="" width="120" height="120";
                    } }
                }
            }
        }
    }
}

fn view_name(lang: Lang, view: View) -> &'static str {
    match view {
        View::Studio => lang.pick("In the studio", "En studio"),
        View::Outside => lang.pick("Outside", "Dehors"),
        View::Detail | View::Bare => lang.pick("Detail", "Détail"),
    }
}

fn buy_form(visit: &Visit, product: &Product) -> Markup {
    let lang = visit.lang;
    html! {
        form #buy .buy-form method="post" action="/basket/add" {
            (csrf(visit))
            input type="hidden" name="slug" value=(product.slug);
            @if !product.sizes.is_empty() {
                label { span { (lang.pick("Size", "Taille")) }
                    select name="size" { @for size in product.sizes { option value=(size) { (size) } } }
                }
            }
            label .pieces { span { (lang.pick("Quantity", "Quantité")) }
                input type="number" name="pieces" value="1" min="1" max="20" inputmode="numeric";
            }
            button .button .signal type="submit" { (lang.pick("Add to basket", "Ajouter au panier")) }
            p .stock .low[product.stock < 10] {
                @if product.stock < 10 { (lang.pick("Only ", "Plus que ")) (product.stock) (lang.pick(" left", " en stock")) }
                @else { (lang.pick("In stock, leaves tomorrow", "En stock, part demain")) }
            }
        }
    }
}

fn tabs(lang: Lang, product: &Product) -> Markup {
    let names = [
        ("story", lang.pick("Story", "Histoire")),
        ("care", lang.pick("Care", "Entretien")),
        ("delivery", lang.pick("Delivery", "Livraison")),
    ];
    html! {
        div .tabs {
            div role="tablist" aria-label=(lang.pick("About this product", "À propos")) {
                @for (index, (id, name)) in names.iter().enumerate() {
                    button type="button" role="tab" id={ "tab-" (id) } aria-controls={ "panel-" (id) }
                        aria-selected=(index == 0) tabindex=[(index != 0).then_some("-1")] { (name) }
                }
            }
            div role="tabpanel" #panel-story aria-labelledby="tab-story" { p { (lang.text(product.story)) } }
            div role="tabpanel" #panel-care aria-labelledby="tab-care" hidden {
                p { (lang.text(product.care)) }
                ul {
                    li { (lang.pick("Spare parts for thirty years", "Pièces de rechange pendant trente ans")) }
                    li { (lang.pick("Repairs at cost, from our own bench", "Réparations à prix coûtant, sur notre établi")) }
                }
            }
            div role="tabpanel" #panel-delivery aria-labelledby="tab-delivery" hidden {
                table {
                    tr { th scope="row" { (lang.pick("Europe", "Europe")) } td { (lang.pick("2 to 4 days", "2 à 4 jours")) } td { (lang.money(690)) } }
                    tr { th scope="row" { (lang.pick("From €150", "Dès 150 €")) } td { (lang.pick("2 to 4 days", "2 à 4 jours")) } td { (lang.pick("free", "offerte")) } }
                }
            }
        }
    }
}
