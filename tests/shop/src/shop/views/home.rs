//! The home page.

use maud::{Markup, html};

use super::{layout::Page, list::card};
use crate::shop::{
    catalogue::{Category, PRODUCTS},
    lang::Lang,
    visit::Visit,
};

/// The home page; `subscribed` when somebody just asked for the letter.
pub(in crate::shop) fn page(visit: &Visit, subscribed: bool) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.pick("Goods for weather and home", "Pour le dehors et la maison")).render(html! {
        (hero(lang))
        @if subscribed { p .wrap .sent .home-sent role="status" { (lang.pick("Thank you. The next letter comes with the snow.", "Merci. La prochaine lettre viendra avec la neige.")) } }
        (season(lang))
        (aisles(lang))
        (repair(lang))
        (journal(lang))
        (questions(lang))
    })
}

fn hero(lang: Lang) -> Markup {
    html! {
        section .hero {
            div .wrap {
                h1 { (lang.pick("Made for the long way home", "Pour le long chemin du retour")) }
                p { (lang.pick(
                    "Twelve things for weather, fire and table. Built to be repaired, by people we know by name.",
                    "Douze objets pour le temps, le feu et la table. Faits pour être réparés, par des gens que nous connaissons.",
                )) }
                a .button .signal href="/products" { (lang.pick("See the collection", "Voir la collection")) }
            }
        }
    }
}

fn season(lang: Lang) -> Markup {
    html! {
        section .wrap .season aria-labelledby="season" {
            div .section-head {
                h2 #season { (lang.pick("Ready for November", "Prêts pour novembre")) }
                a href="/products?sort=rating" { (lang.pick("Best rated", "Les mieux notés")) }
            }
            ul .scroller tabindex="0" aria-labelledby="season" {
                @for product in PRODUCTS.iter().take(8) { (card(lang, product)) }
            }
        }
    }
}

fn aisles(lang: Lang) -> Markup {
    html! {
        section .wrap .aisles aria-label=(lang.pick("Departments", "Rayons")) {
            @for category in Category::ALL {
                @let first = PRODUCTS.iter().rfind(|it| it.category == category);
                a .aisle .{ "aisle-" (category.slug()) } href={ "/products?category=" (category.slug()) } {
                    span { (category.name(lang)) }
                    @if let Some(product) = first {
                        img src={ "/pictures/" (product.slug) "/bare.svg" } alt="" width="400" height="400" loading="lazy";
                    }
                }
            }
        }
    }
}

fn repair(lang: Lang) -> Markup {
    html! {
        section .repair {
            div .wrap .repair-grid {
                div {
                    h2 { (lang.pick("Broken is not the end", "Cassé n’est pas fini")) }
                    p { (lang.pick(
                        "Send it to Svolvær. We mend seams, enamel and handles at cost, for as long as you own the thing.",
                        "Envoyez-le à Svolvær. Nous réparons coutures, émail et manches à prix coûtant, aussi longtemps que l’objet est à vous.",
                    )) }
                    a .button .ghost href="/help" { (lang.pick("How repairs work", "Comment ça marche")) }
                }
                dl {
                    div { dt { "2 814" } dd { (lang.pick("repairs last year", "réparations l’an dernier")) } }
                    div { dt { "11 " (lang.pick("days", "jours")) } dd { (lang.pick("on the bench, on average", "sur l’établi en moyenne")) } }
                    div { dt { "96 %" } dd { (lang.pick("came back to use", "reprennent du service")) } }
                }
            }
        }
    }
}

fn journal(lang: Lang) -> Markup {
    html! {
        section .wrap .journal aria-labelledby="journal" {
            h2 #journal { (lang.pick("From the journal", "Le journal")) }
            article .story-wide {
                img src="/pictures/night-900.jpg" width="900" height="600" loading="lazy"
                    alt=(lang.pick("A lake under a winter night sky", "Un lac sous un ciel d’hiver"));
                h3 { (lang.pick("Twenty hours of dark, one lantern", "Vingt heures de nuit, une lanterne")) }
                p { (lang.pick(
                    "Ragna Solheim winters alone at the Kvalvik hut. We asked what she lights first.",
                    "Ragna Solheim passe l’hiver seule au refuge de Kvalvik. Que fait-elle d’abord ? De la lumière.",
                )) }
            }
            article {
                img src="/pictures/fell-480.webp" width="480" height="320" loading="lazy"
                    alt=(lang.pick("Autumn fells behind a lake", "Des collines d’automne derrière un lac"));
                h3 { (lang.pick("A flock of forty", "Un troupeau de quarante")) }
                p { (lang.pick(
                    "Where the wool of our blanket grows, and why we stopped dyeing it.",
                    "D’où vient la laine de notre plaid, et pourquoi nous ne la teignons plus.",
                )) }
            }
        }
    }
}

fn questions(lang: Lang) -> Markup {
    let all = [
        (
            lang.pick("When will my parcel arrive?", "Quand mon colis arrivera-t-il ?"),
            lang.pick(
                "Two to four working days in Europe. You get a link to follow it.",
                "Deux à quatre jours ouvrés en Europe, avec un lien de suivi.",
            ),
        ),
        (
            lang.pick("Can I send something back?", "Puis-je renvoyer un article ?"),
            lang.pick(
                "Within 60 days, used or not. We pay the way back.",
                "Dans les 60 jours, même utilisé. Nous payons le retour.",
            ),
        ),
        (
            lang.pick("Do you repair what others made?", "Réparez-vous ce que d’autres ont fait ?"),
            lang.pick(
                "Often. Write to the workshop with a photo.",
                "Souvent. Écrivez à l’atelier avec une photo.",
            ),
        ),
    ];
    html! {
        section .wrap .questions aria-labelledby="questions" {
            h2 #questions { (lang.pick("Good to know", "Bon à savoir")) }
            div {
                @for (question, answer) in all {
                    details name="questions" { summary { (question) } p { (answer) } }
                }
            }
        }
    }
}
