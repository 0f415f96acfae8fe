//! Layered ridges behind a lake, in three lights.

use image::RgbImage;

use super::{Tone, blend, grain, noise, pixel};

/// The light of a landscape.
#[derive(Clone, Copy, Debug)]
pub(super) enum Land {
    Dawn,
    Night,
    Autumn,
}

struct Light {
    zenith: Tone,
    horizon: Tone,
    far: Tone,
    near: Tone,
    glow: Tone,
    /// Where the sun or moon stands, in parts of width and height.
    disc: (f32, f32),
    seed: u32,
}

impl Land {
    fn light(self) -> Light {
        match self {
            Self::Dawn => Light {
                zenith: [74.0, 134.0, 164.0],
                horizon: [255.0, 208.0, 158.0],
                far: [150.0, 176.0, 188.0],
                near: [14.0, 44.0, 40.0],
                glow: [255.0, 244.0, 220.0],
                disc: (0.72, 0.25),
                seed: 11,
            },
            Self::Night => Light {
                zenith: [8.0, 18.0, 38.0],
                horizon: [46.0, 92.0, 104.0],
                far: [38.0, 66.0, 82.0],
                near: [6.0, 14.0, 20.0],
                glow: [206.0, 240.0, 226.0],
                disc: (0.3, 0.18),
                seed: 47,
            },
            Self::Autumn => Light {
                zenith: [150.0, 176.0, 190.0],
                horizon: [236.0, 228.0, 212.0],
                far: [172.0, 168.0, 160.0],
                near: [120.0, 58.0, 26.0],
                glow: [255.0, 252.0, 240.0],
                disc: (0.25, 0.3),
                seed: 83,
            },
        }
    }
}

/// Ridges from the farthest to the nearest.
const RIDGES: u32 = 6;
/// The lake's shore, in parts of the height.
const SHORE: f32 = 0.8;

/// Draws a landscape.
pub(super) fn draw(land: Land, width: u32, height: u32) -> RgbImage {
    let light = land.light();
    let aspect = width as f32 / height as f32;
    let skyline: Vec<Vec<f32>> = (0..RIDGES)
        .map(|ridge| (0..width).map(|x| crest(&light, ridge, x as f32 / height as f32)).collect())
        .collect();
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let tone = if v < SHORE {
            land_at(&light, &skyline, x as usize, (u, v, aspect))
        } else {
            lake_at(&light, &skyline, (x, width), (u, v, aspect))
        };
        pixel(tone, 0.985 + 0.03 * grain(x as i32, y as i32, 5))
    })
}

/// The height at which a ridge meets the sky, from the top.
fn crest(light: &Light, ridge: u32, x: f32) -> f32 {
    let depth = ridge as f32 / (RIDGES - 1) as f32;
    let base = 0.34 + 0.4 * depth;
    let swing = 0.34 - 0.2 * depth;
    let rough = noise(x * (1.6 + 1.4 * depth) + 7.3 * ridge as f32, 0.5, light.seed + ridge * 9);
    let trees = if 4 <= ridge { 0.016 * grain((x * 260.0) as i32, ridge as i32, light.seed) } else { 0.0 };
    base + swing * (0.5 - rough) - trees
}

fn land_at(light: &Light, skyline: &[Vec<f32>], x: usize, (u, v, aspect): (f32, f32, f32)) -> Tone {
    let front =
        (0..skyline.len()).rev().find(|ridge| skyline[*ridge].get(x).is_some_and(|crest| *crest <= v));
    let Some(ridge) = front else { return sky_at(light, u, v, aspect) };
    let depth = ridge as f32 / (RIDGES - 1) as f32;
    let tone = blend(light.far, light.near, depth * depth * 0.75 + depth * 0.25);
    let below = (v - skyline[ridge].get(x).copied().unwrap_or(v)) * (5.0 - 2.5 * depth);
    // Mist gathers in the valleys.
    blend(tone, light.horizon, (below * (1.0 - depth)).min(0.55))
}

fn sky_at(light: &Light, u: f32, v: f32, aspect: f32) -> Tone {
    let sky = blend(light.zenith, light.horizon, (v / 0.55).powf(0.9));
    let (dx, dy) = ((u - light.disc.0) * aspect, v - light.disc.1);
    let distance = (dx * dx + dy * dy).sqrt();
    let halo = (-distance * 4.2).exp() * 0.75;
    let disc = ((0.042 - distance) * 400.0).clamp(0.0, 1.0);
    let cloud = (noise(u * aspect * 2.2, v * 9.0, light.seed + 70) - 0.52).max(0.0) * 0.9;
    blend(blend(sky, light.glow, cloud), light.glow, (halo + disc).min(1.0))
}

fn lake_at(
    light: &Light,
    skyline: &[Vec<f32>],
    (x, width): (u32, u32),
    (u, v, aspect): (f32, f32, f32),
) -> Tone {
    let depth = (v - SHORE) / (1.0 - SHORE);
    let ripple =
        (noise(u * aspect * 5.0, v * 130.0 / (0.4 + depth), light.seed + 31) - 0.5) * (0.01 + 0.05 * depth);
    let mirror_x = (x as f32 + ripple * 220.0).clamp(0.0, width as f32 - 1.0) as usize;
    let mirror_v = SHORE - (v - SHORE) * 1.9 + ripple * 1.4;
    let mirrored = land_at(light, skyline, mirror_x, (u, mirror_v.clamp(0.0, SHORE), aspect));
    blend(mirrored, light.near, 0.16 + 0.4 * depth)
}
