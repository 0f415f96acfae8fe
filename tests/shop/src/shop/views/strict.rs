//! The page under a strict policy: the balance of a gift card. No inline style, no inline script.

use maud::{Markup, html};

use super::{csrf, layout::Page};
use crate::shop::visit::Visit;

/// The form, and what the last number gave: `Some(None)` when it was no number of ours.
#[expect(clippy::option_option, reason = "not asked, asked in vain, and a sum are three answers")]
pub(in crate::shop) fn page(visit: &Visit, answer: Option<Option<u32>>) -> Markup {
    let lang = visit.lang;
    Page::new(visit, lang.pick("Gift card balance", "Solde carte cadeau"))
        .without_fonts()
        .scripts(&["strict.js"])
        .render(html! {
            div .wrap .narrow {
                h1 { (lang.pick("Gift card balance", "Solde de carte cadeau")) }
                p .lead { (lang.pick("Scratch the field on the back and enter the twelve characters.", "Grattez le champ au dos et saisissez les douze caractères.")) }
                form #gift .stack .panel method="post" action="/strict" {
                    (csrf(visit))
                    div .gift-card aria-hidden="true" {
                        img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M16 2l5 14H11z' fill='%23e8501f'/%3E%3Cpath d='M16 30l-5-14h10z' fill='%23fff'/%3E%3C/svg%3E" alt="" width="48" height="48";
                        output #gift-shown { "•••• •••• ••••" }
                    }
                    label { span { (lang.pick("Number", "Numéro")) }
                        input #gift-number type="text" name="number" required autocomplete="off" maxlength="14" spellcheck="false";
                    }
                    @match answer {
                        Some(Some(left)) => p .sent role="status" { (lang.pick("There is ", "Il reste ")) b { (lang.money(left)) } (lang.pick(" left on it.", ".")) },
                        Some(None) => p .wrong role="alert" { (lang.pick("A number has twelve letters and digits.", "Un numéro a douze lettres et chiffres.")) },
                        None => {},
                    }
                    button .button .signal { (lang.pick("Show balance", "Voir le solde")) }
                }
                details .panel { summary { (lang.pick("Is it safe to enter it here?", "Est-ce sûr de le saisir ici ?")) }
                    p { (lang.pick("This page runs under a strict security policy: no style or script in it that is not a file of ours.", "Cette page suit une politique de sécurité stricte : aucun style ni script qui ne soit un fichier à nous.")) }
                }
            }
        })
}
