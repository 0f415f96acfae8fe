//! The shop as a visitor's browser meets it: cookies kept, forms with their tokens.

#![allow(clippy::unwrap_used, reason = "a test may panic, and so may its helpers")]

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use shop::{Script, app};
use tower::ServiceExt as _;

/// A browser with one cookie jar.
struct Browser {
    shop: Router,
    cookies: Vec<(String, String)>,
}

struct Page {
    status: StatusCode,
    headers: header::HeaderMap,
    html: String,
}

impl Browser {
    fn new() -> Self {
        let script = Script { origin: "http://desk.localhost:7401".into(), site_key: "demo".into() };
        Self { shop: app(script), cookies: Vec::new() }
    }

    async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Posts a form with the token of the page that the browser would be on.
    async fn post(&mut self, path: &str, form: &str) -> Page {
        let csrf = token(&self.get("/").await.html);
        let body = format!("csrf={csrf}&{form}");
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn send(&mut self, mut request: Request<Body>) -> Page {
        let jar: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.headers_mut().insert(header::COOKIE, jar.join("; ").parse().unwrap());
        let response = self.shop.clone().oneshot(request).await.unwrap();
        self.keep_cookies(&response);
        let (parts, body) = response.into_parts();
        let html = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Page { status: parts.status, headers: parts.headers, html }
    }

    fn keep_cookies(&mut self, response: &Response<Body>) {
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.into(), value.into()));
        }
    }
}

fn token(html: &str) -> String {
    let from = html.split_once(r#"name="csrf-token" content=""#).unwrap().1;
    from.split_once('"').unwrap().0.to_owned()
}

const ADDRESS: &str = "name=Marie+Dupont&email=marie%40example.org&street=12+rue+des+Lilas&postcode=35000&city=Rennes&country=France";

#[tokio::test]
async fn every_page_answers_and_holds_the_tag_once() {
    let mut browser = Browser::new();
    browser.post("/basket/add", "slug=storm-lantern&pieces=1").await;
    browser.post("/login", "email=marie%40example.org&password=x&next=/account").await;
    let mut paths = vec!["/", "/products", "/basket", "/login", "/account", "/checkout", "/help", "/strict"];
    paths.extend([
        "/product/skerry-rain-jacket",
        "/product/storm-lantern",
        "/products?category=kitchen&sort=price-up",
    ]);
    for path in paths {
        for lang in ["en", "fr"] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let page = browser.get(&format!("{path}{mark}lang={lang}")).await;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.html.matches("/v1/loader.js").count(), 1, "{path}");
            assert!(page.html.contains(&format!("<html lang=\"{lang}\">")), "{path}");
        }
    }
    let embed = browser.get("/help/embed?postcode=35000").await;
    assert_eq!((embed.status.as_u16(), embed.html.matches("loader.js").count()), (200, 0));
    assert_eq!(browser.get("/product/none").await.status, 404);
}

#[tokio::test]
async fn from_product_to_thanks_in_one_session() {
    let mut browser = Browser::new();
    let added = browser.post("/basket/add", "slug=skerry-rain-jacket&size=M&pieces=2").await;
    assert_eq!((added.status.as_u16(), &added.headers["location"]), (303, &"/basket".parse().unwrap()));
    assert!(browser.get("/basket").await.html.contains("€458.00"));
    let changed = browser.post("/basket/set", "slug=skerry-rain-jacket&size=M&pieces=1").await;
    assert_eq!(changed.status, 303);

    let wrong = browser.post("/checkout", &format!("{ADDRESS}&card=12")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.html.contains("12 rue des Lilas"), "what was typed is kept");
    let paid = browser.post("/checkout", &format!("{ADDRESS}&card=4242+4242+4242+4242")).await;
    assert_eq!(paid.headers["location"], "/checkout/done");
    let done = browser.get("/checkout/done").await.html;
    assert!(done.contains("AN-41207") && done.contains("4242") && done.contains("€229.00"));
    assert!(!done.contains("4242 4242") && !done.contains("42424242"), "only the card's end is kept");
    assert_eq!(browser.get("/checkout").await.headers["location"], "/basket");
}

#[tokio::test]
async fn sessions_are_apart_and_log_in_changes_the_cookie() {
    let mut marie = Browser::new();
    let mut paul = Browser { shop: marie.shop.clone(), cookies: Vec::new() };
    marie.post("/basket/add", "slug=storm-lantern&pieces=3").await;
    assert!(paul.get("/basket").await.html.contains("Nothing in it yet"));

    assert_eq!(marie.get("/account").await.headers["location"], "/login?next=/account");
    let before = marie.cookies.clone();
    let entered = marie.post("/login", "email=marie%40example.org&password=x&next=//evil.example").await;
    assert_eq!(entered.headers["location"], "/account");
    assert_ne!(marie.cookies, before);
    assert!(marie.get("/account").await.html.contains("marie@example.org"));
    assert!(marie.get("/basket").await.html.contains("Storm lantern"), "the basket comes along");
    marie.post("/logout", "").await;
    assert_eq!(marie.get("/account").await.status, 303);
}

#[tokio::test]
async fn a_form_without_its_token_is_refused() {
    let mut browser = Browser::new();
    browser.get("/").await;
    let forged =
        Request::post("/basket/add").body(Body::from("slug=storm-lantern&pieces=1&csrf=guess")).unwrap();
    assert_eq!(browser.send(forged).await.status, 403);
    assert!(browser.get("/basket").await.html.contains("Nothing in it yet"));
}

#[tokio::test]
async fn a_script_adds_with_json() {
    let mut browser = Browser::new();
    let csrf = token(&browser.get("/?lang=fr").await.html);
    let request =
        Request::post("/basket/add").header("accept", "application/json").header("x-csrf-token", csrf);
    let answer = browser.send(request.body(Body::from("slug=storm-lantern&pieces=2")).unwrap()).await;
    assert_eq!(answer.html, r#"{"pieces":2,"words":"Ajouté au panier"}"#);
}

#[tokio::test]
async fn the_strict_page_has_the_policy_and_nothing_inline() {
    let mut browser = Browser::new();
    let page = browser.get("/strict").await;
    assert_eq!(
        page.headers["content-security-policy"],
        "script-src 'self' http://desk.localhost:7401 'wasm-unsafe-eval'; \
         connect-src 'self' http://desk.localhost:7401 ws://desk.localhost:7401 wss://desk.localhost:7401; \
         style-src 'self'; img-src 'self' data:; default-src 'none'; form-action 'self'; base-uri 'none'"
    );
    assert!(
        !page.html.contains("style=") && !page.html.contains("<style") && !page.html.contains(" onclick")
    );
    assert!(page.html.split("<script").skip(1).all(|it| it.split_once('>').unwrap().0.contains("src=")));
    assert!(!page.html.contains("fonts.css"), "the policy allows no fonts");
    let answer = browser.post("/strict", "number=AB12-CD34-EF56").await;
    assert!(answer.html.contains("There is <b>€"), "{}", answer.html);
    assert!(answer.headers.contains_key("content-security-policy"));
}

#[tokio::test]
async fn fields_are_named_and_marked_as_sites_do() {
    let mut browser = Browser::new();
    browser.post("/basket/add", "slug=storm-lantern&pieces=1").await;
    let checkout = browser.get("/checkout").await.html;
    for field in ["cc-name", "cc-number", "cc-exp", "cc-csc", "address-line1", "postal-code", "email"] {
        assert!(checkout.contains(&format!("autocomplete=\"{field}\"")), "{field}");
    }
    let login = browser.get("/login").await.html;
    assert!(login.contains("autocomplete=\"one-time-code\"") && login.contains("type=\"password\""));
    browser.post("/checkout", &format!("{ADDRESS}&card=4242424242424242")).await;
    browser.post("/login", "email=marie%40example.org&password=x").await;
    let account = browser.get("/account").await.html;
    assert!(account.contains("<address data-tandem-mask>Marie Dupont"));
    assert!(account.contains("data-tandem-block><img"));
    let products = browser.get("/products").await.html;
    assert!(products.contains("data-tandem-unmask"));
}

#[tokio::test]
async fn the_embedded_catalogue_cannot_end_its_script() {
    let html = Browser::new().get("/products").await.html;
    let script = html.split_once(r#"type="application/json">"#).unwrap().1.split_once("</script>").unwrap().0;
    let all: serde_json::Value = serde_json::from_str(script).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 12);
    assert!(!script.contains('<'));
}
