//! Pictures as SVG text.

use std::fmt::Write as _;

use crate::shop::catalogue::Product;

/// One picture of a product's gallery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shop) enum View {
    Studio,
    Outside,
    Detail,
    /// The thing alone, for laying on other grounds.
    Bare,
}

impl View {
    /// Those that a gallery shows.
    pub(in crate::shop) const GALLERY: [Self; 3] = [Self::Studio, Self::Outside, Self::Detail];

    pub(in crate::shop) fn from_slug(slug: &str) -> Option<Self> {
        Self::GALLERY.into_iter().chain([Self::Bare]).find(|view| view.slug() == slug)
    }

    pub(in crate::shop) fn slug(self) -> &'static str {
        match self {
            Self::Studio => "studio",
            Self::Outside => "outside",
            Self::Detail => "detail",
            Self::Bare => "bare",
        }
    }
}

/// A product before its ground.
pub(super) fn product(product: &Product, view: View) -> String {
    let motif = product
        .motif
        .replace("$main", product.tones.main)
        .replace("$dark", product.tones.dark)
        .replace("$light", product.tones.light);
    let (window, scene) = match view {
        View::Studio => ("0 0 400 400", studio(product)),
        View::Outside => ("-70 -96 540 540", outside()),
        View::Detail => ("112 66 196 196", studio(product)),
        View::Bare => ("0 0 400 400", String::new()),
    };
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="{window}" width="800" height="800">{scene}{motif}</svg>"#
    )
}

fn studio(product: &Product) -> String {
    let ground = product.tones.ground;
    format!(
        concat!(
            r##"<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1">"##,
            r##"<stop offset="0" stop-color="#fff" stop-opacity=".5"/><stop offset=".76" stop-color="#fff" stop-opacity="0"/>"##,
            r##"<stop offset=".77" stop-color="#12302b" stop-opacity=".07"/><stop offset="1" stop-color="#12302b" stop-opacity=".02"/>"##,
            r##"</linearGradient><radialGradient id="h"><stop offset="0" stop-color="#12302b" stop-opacity=".34"/>"##,
            r##"<stop offset="1" stop-color="#12302b" stop-opacity="0"/></radialGradient></defs>"##,
            r##"<rect width="400" height="400" fill="{ground}"/><rect width="400" height="400" fill="url(#s)"/>"##,
            r##"<ellipse cx="200" cy="324" rx="150" ry="20" fill="url(#h)"/>"##,
        ),
        ground = ground
    )
}

/// Fells, a lake and a mossy rock to stand on.
fn outside() -> String {
    concat!(
        r##"<defs><linearGradient id="o" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#a9c3cc"/>"##,
        r##"<stop offset="1" stop-color="#f2e6d6"/></linearGradient></defs>"##,
        r##"<rect x="-70" y="-96" width="540" height="540" fill="url(#o)"/>"##,
        r##"<circle cx="372" cy="8" r="34" fill="#fff6e6"/>"##,
        r##"<path d="M-70 150L10 60L60 118L140 20L214 122L270 76L350 150L410 96L470 148V300H-70Z" fill="#8aa6ae"/>"##,
        r##"<path d="M140 20L176 70L152 64L138 84L120 62L104 64ZM10 60L34 88L16 84L-6 92Z" fill="#f4f1ea"/>"##,
        r##"<path d="M-70 206Q40 150 150 204T330 186T470 210V320H-70Z" fill="#55786f"/>"##,
        r##"<path d="M-70 246H470V330H-70Z" fill="#bcd0d2"/><path d="M-40 262H120M200 274H380M20 290H160M300 292H450" stroke="#fff" stroke-width="3" opacity=".6"/>"##,
        r##"<path d="M-60 250l14-46l14 46zM-36 252l11-36l11 36zM404 252l15-52l15 52zM434 254l12-40l12 40z" fill="#24463f"/>"##,
        r##"<path d="M-70 338Q60 296 210 306T470 330V444H-70Z" fill="#4b5a45"/><path d="M-70 338Q60 296 210 306T470 330V346Q330 318 210 322T-70 356Z" fill="#7d8f5a"/>"##,
        r##"<ellipse cx="200" cy="326" rx="150" ry="12" fill="#12302b" opacity=".35"/>"##,
    )
    .to_owned()
}

/// The shop's sign: a compass needle in a ring.
pub(in crate::shop) fn mark() -> &'static str {
    concat!(
        r##"<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">"##,
        r##"<circle cx="16" cy="16" r="14.2" fill="none" stroke="currentColor" stroke-width="1.6"/>"##,
        r##"<path d="M16 4.5L20.4 16H11.6Z" fill="#e8501f"/><path d="M16 27.5L11.6 16H20.4Z" fill="currentColor"/></svg>"##,
    )
}

pub(super) fn favicon() -> String {
    mark().replacen("<svg ", r##"<svg xmlns="http://www.w3.org/2000/svg" color="#12302b" "##, 1)
}

/// The customer's card with its bar code.
pub(super) fn loyalty_card() -> String {
    let mut bars = String::new();
    let mut x = 34;
    for width in [3, 1, 2, 5, 1, 3, 2, 2, 4, 1, 1, 3, 5, 2, 1, 4, 2, 3, 1, 2, 4, 1, 3, 2] {
        let _ = write!(bars, r##"<rect x="{x}" y="138" width="{width}" height="44" fill="#12302b"/>"##);
        x += width + 4;
    }
    format!(
        concat!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 212" width="680" height="424" font-family="system-ui, sans-serif">"##,
            r##"<rect width="340" height="212" rx="16" fill="#12302b"/>"##,
            r##"<path d="M340 40Q230 70 250 130T200 212H324Q340 212 340 196Z" fill="#1d4a42"/>"##,
            r##"<g fill="none" stroke="#e7f0ec" opacity=".16"><circle cx="300" cy="40" r="40"/><circle cx="300" cy="40" r="62"/><circle cx="300" cy="40" r="86"/></g>"##,
            r##"<text x="24" y="44" fill="#fff" font-size="18" font-weight="600" letter-spacing="1">Atelier Nord</text>"##,
            r##"<text x="24" y="66" fill="#b9d0c8" font-size="12">Friends of the house</text>"##,
            r##"<text x="24" y="112" fill="#fff" font-size="17" letter-spacing="2">6110 0457 2281 9034</text>"##,
            r##"<rect x="24" y="128" width="180" height="64" rx="6" fill="#fff"/>{bars}</svg>"##,
        ),
        bars = bars
    )
}

/// Lines of a map, as a background.
pub(super) fn contours() -> String {
    let mut lines = String::new();
    for step in 0..9 {
        let (rx, ry) = (40 + step * 46, 24 + step * 30);
        let _ = write!(
            lines,
            r##"<ellipse cx="{}" cy="{}" rx="{rx}" ry="{ry}" transform="rotate({} 480 160)"/>"##,
            500 - step * 7,
            150 + step * 4,
            -14 + step * 2,
        );
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 320" width="960" height="320"><g fill="none" stroke="#dff0ea" stroke-opacity=".14" stroke-width="1.4">{lines}</g></svg>"##
    )
}
