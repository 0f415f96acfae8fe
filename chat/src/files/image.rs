//! Images: how large they are, and a small one without what cameras write beside the picture.
use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder};

/// Longest side of a thumbnail, pixels: sharp on the thread's width at twice the density.
const THUMB: u32 = 480;
/// Longest side of what is decoded, pixels.
const MAX_SIDE: u32 = 12_000;
/// Most pixels of what is decoded: the largest of phones have 50 million.
const MAX_PIXELS: u64 = 50_000_000;
/// Most memory that decoding takes, bytes.
const MAX_MEMORY: u64 = 4 * MAX_PIXELS;
/// JPEG quality of thumbnails.
const QUALITY: u8 = 80;

/// An image that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    /// Width and height, as it is seen.
    pub size: (u32, u32),
    pub thumb: Option<Thumb>,
}

/// A small one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thumb {
    pub media: &'static str,
    pub bytes: Bytes,
}

/// Looks at a raster image; `None` for what is broken, or too large to be shown: then it is a file like others.
/// Blocks.
pub(super) fn look(media: &str, bytes: &[u8]) -> Option<Picture> {
    let size = imagesize::blob_size(bytes).ok()?;
    let size = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    if !fits(size) {
        return None;
    }
    // No decoder of ours reads AVIF: browsers do.
    if media == "image/avif" {
        return Some(Picture { size, thumb: None });
    }
    decode(ImageFormat::from_mime_type(media)?, bytes)
}

fn fits((width, height): (u32, u32)) -> bool {
    let pixels = u64::from(width) * u64::from(height);
    width <= MAX_SIDE && height <= MAX_SIDE && (1..=MAX_PIXELS).contains(&pixels)
}

fn decode(format: ImageFormat, bytes: &[u8]) -> Option<Picture> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    if !fits(decoder.dimensions()) {
        return None;
    }
    // Cameras do not turn the picture, they note how it was held.
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    let size = (picture.width(), picture.height());
    Some(Picture { size, thumb: Some(shrink(&picture)?) })
}

fn shrink(picture: &DynamicImage) -> Option<Thumb> {
    let is_small = picture.width() <= THUMB && picture.height() <= THUMB;
    let shrunk = if is_small { None } else { Some(picture.thumbnail(THUMB, THUMB)) };
    let picture = shrunk.as_ref().unwrap_or(picture);
    let mut bytes = Vec::new();
    let media = if picture.color().has_alpha() {
        let plain = DynamicImage::ImageRgba8(picture.to_rgba8());
        plain.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).ok()?;
        "image/png"
    } else {
        picture.to_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY)).ok()?;
        "image/jpeg"
    };
    Some(Thumb { media, bytes: bytes.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7]));
        picture.write_with_encoder(JpegEncoder::new(&mut bytes)).expect("encoded");
        bytes
    }

    /// As a phone writes it: held upright, with the place where it was taken.
    fn held_upright(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        exif.extend(b"GPS 48.8584 N 2.2945 E");
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_thumbnail_is_upright_and_says_not_where_it_was_taken() {
        let photo = held_upright(&jpeg(1_000, 500));
        let picture = look("image/jpeg", &photo).expect("a picture");
        assert_eq!(picture.size, (500, 1_000));
        let thumb = picture.thumb.expect("a thumbnail");
        let has = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|it| it == what);
        assert!(has(&photo, b"GPS") && has(&photo, b"Exif"));
        assert!(!has(&thumb.bytes, b"GPS") && !has(&thumb.bytes, b"Exif"));
        assert_eq!(imagesize::blob_size(&thumb.bytes).map(|it| (it.width, it.height)).ok(), Some((240, 480)));
    }

    #[test]
    fn what_sees_through_stays_so() {
        let mut png = Vec::new();
        let clear = DynamicImage::new_rgba8(30, 20);
        clear.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).expect("encoded");
        let picture = look("image/png", &png).expect("a picture");
        assert_eq!(picture.size, (30, 20));
        assert_eq!(picture.thumb.map(|it| it.media), Some("image/png"));
    }

    /// A PNG of 60,000 × 60,000 pixels in its head, and nothing behind it.
    #[test]
    fn a_bomb_is_not_decoded() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend(60_000_u32.to_be_bytes());
        png.extend(60_000_u32.to_be_bytes());
        png.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(look("image/png", &png), None);
    }

    #[test]
    fn what_is_broken_is_a_file_like_others() {
        let whole = jpeg(64, 64);
        assert_eq!(look("image/jpeg", &whole[..20]), None);
        assert_eq!(look("image/png", &whole), None);
        assert_eq!(look("image/gif", b"GIF89a<script>"), None);
    }
}
