//! The list of products, with filters and sorting.

use maud::{Markup, PreEscaped, html};

use super::layout::Page;
use crate::shop::{
    catalogue::{Category, Filter, PRODUCTS, Product, Sort, haystack},
    lang::Lang,
    visit::Visit,
};

pub(in crate::shop) fn page(visit: &Visit, filter: &Filter) -> Markup {
    let lang = visit.lang;
    let found = filter.apply(lang);
    Page::new(visit, lang.pick("All products", "Tous les produits")).scripts(&["list.js"]).render(html! {
        div .wrap .list-page {
            h1 { (lang.pick("All products", "Tous les produits")) }
            (filters(lang, filter))
            section aria-live="polite" {
                p #found .found data-one=(lang.pick("1 product", "1 produit")) data-many=(lang.pick("{n} products", "{n} produits"))
                    data-none=(lang.pick("Nothing fits these filters", "Rien ne correspond à ces filtres")) {
                    @match found.len() {
                        0 => (lang.pick("Nothing fits these filters", "Rien ne correspond à ces filtres")),
                        1 => (lang.pick("1 product", "1 produit")),
                        n => { (n) (lang.pick(" products", " produits")) }
                    }
                }
                ul #list .grid { @for product in &found { (card(lang, product)) } }
            }
        }
        script #catalogue type="application/json" { (PreEscaped(embedded(lang))) }
    })
}

fn filters(lang: Lang, filter: &Filter) -> Markup {
    html! {
        form #filters .filters method="get" action="/products" role="search" {
            label .search {
                span { (lang.pick("Search", "Rechercher")) }
                input type="search" name="q" value=(filter.words) autocomplete="off" data-tandem-unmask
                    placeholder=(lang.pick("Kettle, wool, tent", "Bouilloire, laine, tente"));
            }
            fieldset {
                legend { (lang.pick("Department", "Rayon")) }
                @for category in Category::ALL {
                    label .chip {
                        input type="checkbox" name="category" value=(category.slug()) checked[filter.wants(category)];
                        span { (category.name(lang)) }
                    }
                }
            }
            label .range {
                span { (lang.pick("Up to", "Jusqu’à")) " " output #max-out { (lang.euros(filter.max)) } }
                input type="range" name="max" min="30" max=(Filter::DEAREST) step="10" value=(filter.max)
                    data-tandem-unmask;
            }
            label .sort {
                span { (lang.pick("Sort by", "Trier par")) }
                select name="sort" {
                    @for sort in Sort::ALL {
                        option value=(sort.slug()) selected[sort == filter.sort] { (sort.name(lang)) }
                    }
                }
            }
            button .ghost type="submit" { (lang.pick("Apply", "Appliquer")) }
            button .link type="reset" { (lang.pick("Clear", "Effacer")) }
        }
    }
}

/// A product in a list.
pub(super) fn card(lang: Lang, product: &Product) -> Markup {
    html! {
        li .card data-slug=(product.slug) {
            a href={ "/product/" (product.slug) } {
                span .card-picture {
                    img src={ "/pictures/" (product.slug) "/studio.svg" } alt="" width="400" height="400" loading="lazy";
                    img .second src={ "/pictures/" (product.slug) "/outside.svg" } alt="" width="400" height="400" loading="lazy";
                }
                span .card-name { (lang.text(product.name)) }
                span .card-line { (lang.text(product.line)) }
                span .card-foot {
                    span .price { (lang.money(product.price)) }
                    (stars(lang, product.rating))
                }
            }
        }
    }
}

/// A rating, drawn and in words.
pub(super) fn stars(lang: Lang, rating: u32) -> Markup {
    let (whole, tenth) = (rating / 10, rating % 10);
    let said = format!("{whole}{}{tenth}", lang.pick('.', ','));
    html! {
        span .stars role="img" aria-label={ (said) " / 5" } {
            svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" {
                path d="M6 .8l1.6 3.4 3.7.5-2.7 2.6.7 3.7L6 9.2 2.7 11l.7-3.7L.7 4.7l3.7-.5z" {}
            }
            (said)
        }
    }
}

/// All products for the client script. `<` is escaped, so that no text can end the script.
fn embedded(lang: Lang) -> String {
    let all: Vec<_> = PRODUCTS
        .iter()
        .map(|it| {
            serde_json::json!({
                "category": it.category.slug(),
                "price": it.price,
                "rating": it.rating,
                "text": haystack(it, lang),
                "html": card(lang, it).into_string(),
            })
        })
        .collect();
    serde_json::Value::from(all).to_string().replace('<', "\\u003c")
}
