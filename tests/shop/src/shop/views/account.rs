//! Log-in and account.

use maud::{Markup, html};

use super::{basket::sums, csrf, layout::Page};
use crate::shop::{lang::Lang, session::Order, visit::Visit};

/// The log-in form, with what was wrong the last time.
pub(in crate::shop) fn login(visit: &Visit, next: &str, wrong: Option<&str>) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.pick("Log in", "Connexion")).render(html! {
        div .wrap .narrow {
            h1 { (lang.pick("Log in", "Connexion")) }
            p .lead { (lang.pick("To see your orders and repairs.", "Pour voir vos commandes et vos réparations.")) }
            form .stack .panel method="post" action="/login" {
                (csrf(visit))
                input type="hidden" name="next" value=(next);
                @if let Some(wrong) = wrong { p .wrong role="alert" { (wrong) } }
                label { span { "E-mail" } input type="email" name="email" required autocomplete="username"; }
                label { span { (lang.pick("Password", "Mot de passe")) }
                    input type="password" name="password" required autocomplete="current-password";
                }
                details {
                    summary { (lang.pick("I use an authenticator app", "J’utilise une application d’authentification")) }
                    label { span { (lang.pick("Six-digit code", "Code à six chiffres")) }
                        input type="text" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6";
                    }
                }
                label .check { input type="checkbox" name="stay" value="1"; span { (lang.pick("Stay logged in", "Rester connecté")) } }
                button .button .signal { (lang.pick("Log in", "Se connecter")) }
                p .muted { (lang.pick("In this demo any e-mail and password will do.", "Dans cette démonstration, tout e-mail et mot de passe conviennent.")) }
            }
        }
    })
}

/// The account of somebody who is logged in.
pub(in crate::shop) fn page(visit: &Visit, email: &str) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.pick("Account", "Compte")).render(html! {
        div .wrap .account {
            header .account-head {
                div { h1 { (lang.pick("Your account", "Votre compte")) } p .lead { (email) } }
                form method="post" action="/logout" { (csrf(visit)) button .ghost { (lang.pick("Log out", "Se déconnecter")) } }
            }
            div .split {
                section aria-labelledby="orders" {
                    h2 #orders { (lang.pick("Orders", "Commandes")) }
                    @if visit.session.orders.is_empty() {
                        div .empty {
                            p { (lang.pick("No order yet.", "Pas encore de commande.")) }
                            a .button href="/products" { (lang.pick("See all products", "Voir tous les produits")) }
                        }
                    }
                    @for order in &visit.session.orders { (order_card(lang, order)) }
                }
                aside {
                    h2 { (lang.pick("Friends of the house", "Amis de la maison")) }
                    div .loyalty data-tandem-block {
                        img src="/pictures/loyalty-card.svg" width="340" height="212" alt=(lang.pick("Your loyalty card", "Votre carte de fidélité"));
                    }
                    p .muted { (lang.pick("Show it on the bench in Svolvær.", "À présenter à l’atelier de Svolvær.")) }
                }
            }
        }
    })
}

/// An order in full; the address is marked to be masked.
pub(super) fn order_card(lang: Lang, order: &Order) -> Markup {
    html! {
        article .order {
            header { h3 { (order.number) } span .badge { (lang.pick("In the workshop", "À l’atelier")) } }
            ul {
                @for line in &order.basket.lines {
                    li { (line.pieces) " × " (lang.text(line.product.name)) @if !line.size.is_empty() { ", " (line.size) } }
                }
            }
            (sums(lang, &order.basket))
            div .order-foot {
                address data-tandem-mask {
                    (order.address.name) br;
                    (order.address.street) br;
                    (order.address.postcode) " " (order.address.city) br;
                    (order.address.country)
                }
                p .muted { (lang.pick("Paid by card ending in ", "Payé par carte finissant par ")) (order.card_end) }
            }
        }
    }
}
