//! The shop's pictures, all drawn by code: products as SVG, landscapes and close-ups of materials
//! as raster images.

mod drawing;
mod landscape;
mod texture;

use std::{
    collections::HashMap,
    io::Cursor,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Path,
    http::{Response, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use image::{DynamicImage, ImageFormat, RgbImage, codecs::jpeg::JpegEncoder};

use super::{
    Shop,
    catalogue::{self, Material},
};

pub(super) use drawing::{View, mark};

/// Raster images are drawn once, when somebody first asks.
static DRAWN: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);

/// A long life in caches: a picture's address always shows the same.
const CACHE: &str = "public, max-age=86400";

pub(super) fn routes() -> Router<Arc<Shop>> {
    Router::new()
        .route("/pictures/{name}", get(named))
        .route("/pictures/{slug}/{view}", get(product))
        .route("/favicon.ico", get(|| async { svg(drawing::favicon()) }))
}

async fn product(Path((slug, view)): Path<(String, String)>) -> Response<Body> {
    let view = view.strip_suffix(".svg").and_then(View::from_slug);
    match (catalogue::find(&slug), view) {
        (Some(product), Some(view)) => svg(drawing::product(product, view)),
        (None, _) | (_, None) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn named(Path(name): Path<String>) -> Response<Body> {
    match name.as_str() {
        "loyalty-card.svg" => return svg(drawing::loyalty_card()),
        "contours.svg" => return svg(drawing::contours()),
        _ => {}
    }
    let Some(raster) = Raster::from_name(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = raster.format.to_mime_type();
    match tokio::task::spawn_blocking(move || drawn(name, &raster)).await {
        Ok(Ok(bytes)) => {
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)], bytes).into_response()
        }
        Ok(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn svg(text: String) -> Response<Body> {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, CACHE)], text).into_response()
}

/// A raster image by its name.
struct Raster {
    format: ImageFormat,
    motif: Motif,
}

enum Motif {
    Land(landscape::Land, u32, u32),
    Close(Material),
}

impl Raster {
    fn from_name(name: &str) -> Option<Self> {
        use landscape::Land;
        let land = |land, width, height| Motif::Land(land, width, height);
        let (format, motif) = match name {
            "ridge-1600.jpg" => (ImageFormat::Jpeg, land(Land::Dawn, 1600, 900)),
            "ridge-800.jpg" => (ImageFormat::Jpeg, land(Land::Dawn, 800, 900)),
            "night-900.jpg" => (ImageFormat::Jpeg, land(Land::Night, 900, 600)),
            "fell-480.webp" => (ImageFormat::WebP, land(Land::Autumn, 480, 320)),
            _ => {
                let slug = name.strip_suffix(".png")?;
                (ImageFormat::Png, Motif::Close(Material::ALL.into_iter().find(|it| it.slug() == slug)?))
            }
        };
        Some(Self { format, motif })
    }

    fn draw(&self) -> RgbImage {
        match &self.motif {
            Motif::Land(land, width, height) => landscape::draw(*land, *width, *height),
            Motif::Close(material) => texture::draw(*material),
        }
    }
}

fn drawn(name: String, raster: &Raster) -> image::ImageResult<Bytes> {
    let cached = DRAWN.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
    if let Some(bytes) = cached {
        return Ok(bytes);
    }
    let image = DynamicImage::ImageRgb8(raster.draw());
    let mut file = Cursor::new(Vec::new());
    if raster.format == ImageFormat::Jpeg {
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 86))?;
    } else {
        image.write_to(&mut file, raster.format)?;
    }
    let bytes = Bytes::from(file.into_inner());
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner).insert(name, bytes.clone());
    Ok(bytes)
}

/// Smooth noise between 0 and 1: a few octaves of values on a grid, the same for the same place.
fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut scale) = (0.0, 0.5, 1.0);
    for octave in 0..4 {
        sum += weight * lattice(x * scale, y * scale, seed + octave);
        weight *= 0.5;
        scale *= 2.0;
    }
    sum / 0.9375
}

fn lattice(x: f32, y: f32, seed: u32) -> f32 {
    let (cell_x, cell_y) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (ease(x - cell_x), ease(y - cell_y));
    let at = |dx: f32, dy: f32| grain((cell_x + dx) as i32, (cell_y + dy) as i32, seed);
    let (top, bottom) = (mix(at(0.0, 0.0), at(1.0, 0.0), u), mix(at(0.0, 1.0), at(1.0, 1.0), u));
    mix(top, bottom, v)
}

/// A random-looking number between 0 and 1 for a point of a grid.
fn grain(x: i32, y: i32, seed: u32) -> f32 {
    let mut hash = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
    hash = (hash ^ seed.wrapping_mul(0xC2B2_AE3D)).wrapping_mul(0x27D4_EB2F);
    hash = (hash ^ (hash >> 15)).wrapping_mul(0x2C1B_3C6D);
    ((hash ^ (hash >> 13)) & 0xFFFF) as f32 / 65_535.0
}

fn mix(from: f32, to: f32, part: f32) -> f32 {
    from + (to - from) * part
}

/// A colour with channels from 0 to 255.
type Tone = [f32; 3];

fn blend(from: Tone, to: Tone, part: f32) -> Tone {
    let part = part.clamp(0.0, 1.0);
    [mix(from[0], to[0], part), mix(from[1], to[1], part), mix(from[2], to[2], part)]
}

fn pixel(tone: Tone, shade: f32) -> image::Rgb<u8> {
    image::Rgb(tone.map(|channel| (channel * shade).clamp(0.0, 255.0) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_raster_decodes_to_its_size() {
        for (name, size) in [
            ("ridge-800.jpg", (800, 900)),
            ("night-900.jpg", (900, 600)),
            ("fell-480.webp", (480, 320)),
            ("wool.png", (texture::SIDE, texture::SIDE)),
        ] {
            let raster = Raster::from_name(name).unwrap();
            let kind = raster.format;
            let bytes = drawn(name.to_owned(), &raster).unwrap();
            if kind == ImageFormat::WebP || kind == ImageFormat::Png {
                let image = image::load_from_memory_with_format(&bytes, kind).unwrap();
                assert_eq!((image.width(), image.height()), size, "{name}");
            } else {
                assert!(bytes.starts_with(&[0xFF, 0xD8]), "{name}");
            }
        }
        assert!(Raster::from_name("gold.png").is_none());
    }
}
