//! Help: an embedded frame, a web component, a canvas, a dialog, a popover.

use maud::{DOCTYPE, Markup, html};

use super::{csrf, layout::Page};
use crate::shop::{catalogue::PRODUCTS, lang::Lang, visit::Visit};

pub(in crate::shop) fn page(visit: &Visit, sent: bool) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.pick("Help", "Aide")).scripts(&["help.js"]).render(html! {
        section .weather {
            canvas #sky width="1440" height="360" aria-hidden="true" {}
            div .wrap {
                h1 { (lang.pick("How can we help?", "Comment vous aider ?")) }
                p { (lang.pick("The workshop answers on weekdays from 8 to 16.", "L’atelier répond en semaine de 8 h à 16 h.")) }
                p .row {
                    button .button .signal type="button" data-opens="write" { (lang.pick("Write to the workshop", "Écrire à l’atelier")) }
                    button .ghost .light type="button" popovertarget="hours" { (lang.pick("Opening hours", "Horaires")) }
                }
            }
        }
        div #hours .hours popover {
            h2 { (lang.pick("Opening hours", "Horaires")) }
            table {
                @for (day, hours) in [(lang.pick("Monday to Thursday", "Lundi à jeudi"), "8–16"), (lang.pick("Friday", "Vendredi"), "8–14"), (lang.pick("Saturday", "Samedi"), "10–14")] {
                    tr { th scope="row" { (day) } td { (hours) } }
                }
            }
        }
        div .wrap .help-grid {
            @if sent { p .sent role="status" { (lang.pick("Your message is on its way. We answer within a day.", "Votre message est parti. Nous répondons sous un jour.")) } }
            (delivery(lang))
            (stock(lang))
        }
        (write_dialog(visit))
    })
}

fn delivery(lang: Lang) -> Markup {
    html! {
        section .panel aria-labelledby="delivery" {
            h2 #delivery { (lang.pick("When will it arrive?", "Quand arrivera-t-il ?")) }
            iframe src="/help/embed" width="560" height="360" title=(lang.pick("Delivery calculator", "Calcul de la livraison")) {}
        }
    }
}

fn stock(lang: Lang) -> Markup {
    html! {
        section .panel aria-labelledby="stock" {
            h2 #stock { (lang.pick("Is it in stock?", "Est-ce en stock ?")) }
            p .muted { (lang.pick("Counted on the shelves in Svolvær.", "Compté sur les rayons de Svolvær.")) }
            @for product in PRODUCTS.iter().take(4) {
                stock-badge slug=(product.slug) label=(lang.text(product.name)) again=(lang.pick("Count again", "Recompter")) {}
            }
        }
    }
}

fn write_dialog(visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        dialog #write aria-labelledby="write-title" {
            form .stack method="post" action="/help/message" {
                (csrf(visit))
                h2 #write-title { (lang.pick("Write to the workshop", "Écrire à l’atelier")) }
                label { span { (lang.pick("Your e-mail", "Votre e-mail")) } input type="email" name="email" required autocomplete="email"; }
                fieldset .row {
                    legend { (lang.pick("It is about", "C’est à propos de")) }
                    @for (value, name) in [("repair", lang.pick("a repair", "une réparation")), ("order", lang.pick("an order", "une commande")), ("other", lang.pick("something else", "autre chose"))] {
                        label .chip { input type="radio" name="topic" value=(value) checked[value == "repair"]; span { (name) } }
                    }
                }
                label { span { "Message" } textarea name="message" rows="5" required {} }
                p .row .end {
                    button .ghost type="button" data-closes="write" { (lang.pick("Cancel", "Annuler")) }
                    button .button .signal { (lang.pick("Send message", "Envoyer")) }
                }
            }
        }
    }
}

/// The document inside the help page's frame. It is no page of its own and carries no script tag.
pub(in crate::shop) fn embed(visit: &Visit, postcode: &str) -> Markup {
    let lang = visit.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                title { (lang.pick("Delivery calculator", "Calcul de la livraison")) }
                link rel="stylesheet" href="/assets/embed.css";
            }
            body {
                form method="get" action="/help/embed" {
                    label for="postcode" { (lang.pick("Postcode", "Code postal")) }
                    input #postcode name="postcode" value=(postcode) required maxlength="10" autocomplete="postal-code";
                    button { (lang.pick("Calculate", "Calculer")) }
                }
                @if !postcode.is_empty() {
                    p .answer role="status" { (lang.pick("To ", "Vers ")) b { (postcode) } ": " (days(postcode)) (lang.pick(" working days", " jours ouvrés")) }
                }
                (steps(lang))
            }
        }
    }
}

/// Two to four days, by the postcode's last character.
fn days(postcode: &str) -> u32 {
    2 + postcode.bytes().last().map_or(0, u32::from) % 3
}

fn steps(lang: Lang) -> Markup {
    let all = [
        (
            "8:00",
            lang.pick(
                "Your order is printed and put on the bench.",
                "Votre commande est imprimée et posée sur l’établi.",
            ),
        ),
        (
            "10:30",
            lang.pick(
                "It is picked, checked by hand and wrapped in paper.",
                "Elle est préparée, vérifiée à la main, emballée de papier.",
            ),
        ),
        (
            "13:00",
            lang.pick("The van leaves Svolvær for the ferry.", "Le camion quitte Svolvær pour le ferry."),
        ),
        (
            "18:45",
            lang.pick("Ferry to Bodø, three and a half hours.", "Ferry pour Bodø, trois heures et demie."),
        ),
        ("06:10", lang.pick("Night train south.", "Train de nuit vers le sud.")),
        ("+1", lang.pick("Sorted in Oslo or Malmö.", "Tri à Oslo ou à Malmö.")),
        (
            "+2",
            lang.pick(
                "With the carrier of your country; you get a link.",
                "Chez le transporteur de votre pays ; vous recevez un lien.",
            ),
        ),
        ("+3", lang.pick("At your door, or with your neighbour.", "À votre porte, ou chez votre voisin.")),
    ];
    html! {
        h2 { (lang.pick("The way it goes", "Le chemin du colis")) }
        ol { @for (time, what) in all { li { time { (time) } " " (what) } } }
    }
}
