//! Close-ups of materials.

use image::RgbImage;

use super::{Material, Tone, blend, grain, noise, pixel};

/// Width and height of a close-up, in pixels.
pub(super) const SIDE: u32 = 640;

/// Draws a close-up.
pub(super) fn draw(material: Material) -> RgbImage {
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let (tone, shade) = match material {
            Material::Enamel => enamel(x, y),
            Material::Wool => wool(x, y),
            Material::Canvas => canvas(x, y),
            Material::Wood => wood(x, y),
            Material::Stoneware => stoneware(x, y),
        };
        // One soft light from the top left.
        let fall = 1.1 - 0.28 * ((x + y) as f32 / (2 * SIDE) as f32);
        pixel(tone, shade * fall)
    })
}

fn enamel(x: u32, y: u32) -> (Tone, f32) {
    let (cell_x, cell_y) = ((x / 26) as i32, (y / 26) as i32);
    let centre = |axis: i32, seed| 26.0 * axis as f32 + 5.0 + 16.0 * grain(cell_x, cell_y, seed);
    let (dx, dy) = (x as f32 - centre(cell_x, 1), y as f32 - centre(cell_y, 2));
    let radius = 6.0 * grain(cell_x, cell_y, 3).powi(3) + 0.6;
    let speck = (radius - (dx * dx + dy * dy).sqrt() + 0.5).clamp(0.0, 1.0);
    let sheen = noise(x as f32 / 210.0, y as f32 / 90.0, 6);
    (blend([38.0, 104.0, 112.0], [238.0, 242.0, 236.0], speck), 0.9 + 0.25 * sheen)
}

fn wool(x: u32, y: u32) -> (Tone, f32) {
    // Knitted stitches: two slanted strands to a column.
    let (u, v) = (x as f32 / 32.0, y as f32 / 26.0);
    let across = u.fract() - 0.5;
    let slant = (v + across.abs() * 1.15).fract();
    let strand = 1.0 - (2.0 * slant - 1.0).powi(2);
    let valley = 1.0 - (across.abs() * 2.0 - 0.5).powi(2) * 1.6;
    let fibre = noise(x as f32 / 3.0 + slant * 4.0, y as f32 / 9.0, 21);
    let row = ((v + across.abs() * 1.15) as i32) % 12;
    let tone = if row == 3 || row == 5 { [60.0, 84.0, 88.0] } else { [212.0, 198.0, 170.0] };
    (tone, 0.42 + 0.4 * strand * valley + 0.24 * fibre)
}

fn canvas(x: u32, y: u32) -> (Tone, f32) {
    let (u, v) = (x as f32 / 9.0, y as f32 / 9.0);
    let over = (u as i32 + v as i32) % 2 == 0;
    let thread = if over { (v.fract() - 0.5).abs() } else { (u.fract() - 0.5).abs() };
    let slub = if over { noise(u / 9.0, v.floor(), 31) } else { noise(u.floor(), v / 9.0, 32) };
    let fleck = 0.12 * grain(x as i32, y as i32, 33);
    (
        blend([196.0, 146.0, 62.0], [232.0, 190.0, 112.0], slub),
        1.0 - 0.9 * thread * thread * 2.0 + fleck - 0.1,
    )
}

fn wood(x: u32, y: u32) -> (Tone, f32) {
    let (u, v) = (x as f32 / SIDE as f32, y as f32 / SIDE as f32);
    let (dx, dy) = (u - 0.62, (v - 0.42) * 0.34);
    let warp = noise(u * 3.0, v * 1.2, 41) * 0.22;
    let ring = ((dx * dx + dy * dy).sqrt() + warp) * 26.0;
    let line = (ring.fract() - 0.5).abs() * 2.0;
    let fibre = noise(x as f32 / 2.2, y as f32 / 70.0, 42);
    let tone = blend([150.0, 98.0, 54.0], [222.0, 174.0, 116.0], line.powf(0.6));
    (tone, 0.86 + 0.2 * fibre)
}

fn stoneware(x: u32, y: u32) -> (Tone, f32) {
    let (u, v) = (x as f32 / SIDE as f32, y as f32 / SIDE as f32);
    let run = 0.52 + 0.16 * (noise(u * 5.0, 0.3, 51) - 0.5) + 0.1 * (u * 5.2).sin() * 0.5;
    let glaze = ((run - v) * 40.0).clamp(0.0, 1.0);
    let pool = (1.0 - ((run - v) * 9.0).clamp(0.0, 1.0)) * glaze;
    let clay = blend([150.0, 112.0, 82.0], [178.0, 140.0, 108.0], noise(u * 6.0, v * 60.0, 52));
    let ash = blend([140.0, 168.0, 170.0], [206.0, 220.0, 214.0], noise(u * 7.0, v * 7.0, 53));
    let iron = if grain((x / 3) as i32, (y / 3) as i32, 54) > 0.992 { 0.55 } else { 1.0 };
    (blend(clay, blend(ash, [62.0, 92.0, 98.0], pool * 0.8), glaze), iron)
}
