//! What all pages share: head, header, footer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::csrf;
use crate::shop::{catalogue::Category, lang::Lang, pictures::mark, visit::Visit};

/// A page of the shop around its own part.
pub(super) struct Page<'a> {
    visit: &'a Visit,
    title: &'a str,
    scripts: &'a [&'a str],
    /// A strict page says what it loads: it does without the fonts.
    fonts: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(visit: &'a Visit, title: &'a str) -> Self {
        Self { visit, title, scripts: &[], fonts: visit.fonts }
    }

    /// With scripts of its own, by their names under `/assets/`.
    pub(super) fn scripts(self, scripts: &'a [&'a str]) -> Self {
        Self { scripts, ..self }
    }

    pub(super) fn without_fonts(self) -> Self {
        Self { fonts: false, ..self }
    }

    pub(super) fn render(&self, main: Markup) -> Markup {
        let visit = self.visit;
        html! {
            (DOCTYPE)
            html lang=(visit.lang.code()) {
                (self.head())
                body {
                    a .skip href="#main" { (visit.lang.pick("Skip to content", "Aller au contenu")) }
                    (promise(visit.lang))
                    (header(visit))
                    main #main { (main) }
                    (footer(visit))
                    div #toast .toast role="status" aria-live="polite" {}
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="csrf-token" content=(self.visit.session.csrf);
                meta name="theme-color" content="#12302b";
                title { (self.title) " · Atelier Nord" }
                link rel="icon" href="/favicon.ico" type="image/svg+xml";
                @if self.fonts { link rel="stylesheet" href="/assets/fonts.css"; }
                link rel="stylesheet" href="/assets/shop.css";
                script src="/assets/shop.js" defer {}
                @for script in self.scripts { script src={ "/assets/" (script) } defer {} }
                (PreEscaped(&self.visit.tag))
            }
        }
    }
}

fn promise(lang: Lang) -> Markup {
    html! {
        p .promise {
            (lang.pick(
                "Free delivery from €150 · Repairs for life · 60 days to change your mind",
                "Livraison offerte dès 150 € · Réparations à vie · 60 jours pour changer d’avis",
            ))
        }
    }
}

fn header(visit: &Visit) -> Markup {
    let lang = visit.lang;
    let pieces = visit.session.basket.pieces();
    html! {
        header .top {
            div .wrap .top-row {
                a .brand href="/" aria-label="Atelier Nord" { (PreEscaped(mark())) span { "Atelier Nord" } }
                nav .main-nav aria-label=(lang.pick("Main", "Principale")) {
                    a href="/products" aria-current=[here(visit, "/products")] { (lang.pick("All products", "Tous les produits")) }
                    @for category in Category::ALL {
                        a href={ "/products?category=" (category.slug()) } { (category.name(lang)) }
                    }
                    a href="/help" aria-current=[here(visit, "/help")] { (lang.pick("Help", "Aide")) }
                }
                div .tools {
                    a .lang href={ (visit.path) "?lang=" (lang.pick("fr", "en")) } hreflang=(lang.pick("fr", "en")) { (lang.pick("FR", "EN")) }
                    @match &visit.session.email {
                        Some(_) => a href="/account" { (lang.pick("Account", "Compte")) },
                        None => a href="/login" { (lang.pick("Log in", "Connexion")) },
                    }
                    a .basket-link href="/basket" {
                        (lang.pick("Basket", "Panier"))
                        span #basket-count .count data-count=(pieces) { (pieces) }
                    }
                }
            }
        }
    }
}

fn here(visit: &Visit, path: &str) -> Option<&'static str> {
    (visit.path == path).then_some("page")
}

fn footer(visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        footer .bottom {
            div .wrap .bottom-grid {
                div {
                    p .brand { (PreEscaped(mark())) span { "Atelier Nord" } }
                    p { (lang.pick(
                        "Household and outdoor goods from nineteen workshops between Bornholm and Lofoten.",
                        "Objets de la maison et du dehors, de dix-neuf ateliers entre Bornholm et les Lofoten.",
                    )) }
                }
                nav aria-label=(lang.pick("Shop", "Boutique")) {
                    h2 { (lang.pick("Shop", "Boutique")) }
                    ul { @for category in Category::ALL {
                        li { a href={ "/products?category=" (category.slug()) } { (category.name(lang)) } }
                    } }
                }
                nav aria-label=(lang.pick("Service", "Service")) {
                    h2 { "Service" }
                    ul {
                        li { a href="/help" { (lang.pick("Help and delivery", "Aide et livraison")) } }
                        li { a href="/strict" { (lang.pick("Gift card balance", "Solde carte cadeau")) } }
                        li { a href="/account" { (lang.pick("Your account", "Votre compte")) } }
                    }
                }
                form .letter method="post" action="/newsletter" {
                    (csrf(visit))
                    label for="letter" { (lang.pick("A letter every season", "Une lettre par saison")) }
                    div .joined {
                        input #letter type="email" name="email" required autocomplete="email" placeholder=(lang.pick("Your e-mail", "Votre e-mail"));
                        button { (lang.pick("Subscribe", "S’abonner")) }
                    }
                }
            }
            p .wrap .small { "© Atelier Nord · Storgata 14, Svolvær · " (lang.pick("A demo shop: nothing is sold here.", "Boutique de démonstration : rien n’est vendu ici.")) }
        }
    }
}
