//! What posted forms do. They answer 303, or 422 and the form again with what is wrong.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{local_path, under_strict_policy};
use crate::shop::{
    Shop,
    session::Address,
    views::{self, checkout::Draft},
    visit::{Posted, Visit, session_cookie},
};

/// Adds to the basket; answers JSON to the client script and a redirect to a plain form.
pub(super) async fn add(
    State(shop): State<Arc<Shop>>,
    visit: Visit,
    headers: HeaderMap,
    form: Posted,
) -> Response {
    let (slug, size, pieces) = (form.get("slug"), form.get("size"), form.number("pieces"));
    let added = shop.sessions.change(&visit.id, |session| {
        session.basket.add(slug, size, pieces).map(|()| session.basket.pieces())
    });
    let Some(count) = added.flatten() else {
        return (StatusCode::UNPROCESSABLE_ENTITY, "There is no such product in that size.\n")
            .into_response();
    };
    let by_script = headers.get(header::ACCEPT).is_some_and(|it| it.as_bytes() == b"application/json");
    if !by_script {
        return Redirect::to("/basket").into_response();
    }
    let words = visit.lang.pick("Added to your basket", "Ajouté au panier");
    Json(serde_json::json!({ "pieces": count, "words": words })).into_response()
}

/// Sets the pieces of a line, or removes it.
pub(super) async fn set(State(shop): State<Arc<Shop>>, visit: Visit, form: Posted) -> Redirect {
    let pieces = if form.get("remove").is_empty() { form.number("pieces") } else { 0 };
    shop.sessions.change(&visit.id, |session| session.basket.set(form.get("slug"), form.get("size"), pieces));
    Redirect::to("/basket")
}

/// Logs in with any e-mail address and any password: it is a demo.
pub(super) async fn login(State(shop): State<Arc<Shop>>, visit: Visit, form: Posted) -> Response {
    let (email, next) = (form.get("email"), local_path(form.get("next")));
    if !email.contains('@') || form.get("password").is_empty() {
        let wrong = visit
            .lang
            .pick("Enter your e-mail and password.", "Saisissez votre e-mail et votre mot de passe.");
        let page = views::account::login(&visit, next, Some(wrong));
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    }
    shop.sessions.change(&visit.id, |session| session.email = Some(email.to_owned()));
    match shop.sessions.rotate(&visit.id) {
        Ok(id) => ([(header::SET_COOKIE, session_cookie(&id))], Redirect::to(next)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Logs out; the basket stays.
pub(super) async fn logout(State(shop): State<Arc<Shop>>, visit: Visit, _: Posted) -> Redirect {
    shop.sessions.change(&visit.id, |session| session.email = None);
    Redirect::to("/")
}

/// Pays: the basket becomes an order.
pub(super) async fn checkout(State(shop): State<Arc<Shop>>, visit: Visit, form: Posted) -> Response {
    if visit.session.basket.lines.is_empty() {
        return Redirect::to("/basket").into_response();
    }
    let field = |name| form.get(name).to_owned();
    let address = Address {
        name: field("name"),
        email: field("email"),
        street: field("street"),
        postcode: field("postcode"),
        city: field("city"),
        country: field("country"),
    };
    let card: String = form.get("card").chars().filter(char::is_ascii_digit).collect();
    let draft = Draft::posted(&visit, address, &card);
    if !draft.wrong.is_empty() {
        return (StatusCode::UNPROCESSABLE_ENTITY, views::checkout::page(&visit, &draft)).into_response();
    }
    let end = card.get(card.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    shop.sessions.change(&visit.id, |session| session.order(draft.address, end));
    Redirect::to("/checkout/done").into_response()
}

/// Takes a message to the workshop, which in a demo nobody reads.
pub(super) async fn message(_: Visit, _: Posted) -> Redirect {
    Redirect::to("/help?sent=1")
}

/// Takes an address for the letter, and goes back to the home page.
pub(super) async fn newsletter(_: Visit, _: Posted) -> Redirect {
    Redirect::to("/?letter=1")
}

/// Says what is left on a gift card: a sum that its number determines.
pub(super) async fn gift_card(State(shop): State<Arc<Shop>>, visit: Visit, form: Posted) -> Response {
    let number: String = form.get("number").chars().filter(char::is_ascii_alphanumeric).collect();
    let left = (number.len() == 12).then(|| number.bytes().map(u32::from).sum::<u32>() % 180 * 50);
    let status = if left.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    under_strict_policy(&shop, (status, views::strict::page(&visit, Some(left))))
}
