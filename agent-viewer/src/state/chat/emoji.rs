//! The emoji that can be put into a reply: part of the application, so that the menu works without a network.

/// A group: the sign that stands for it, and its signs.
pub const GROUPS: [(&str, &str); 5] = [
    (
        "🙂",
        "🙂 😀 😄 😁 😅 😂 😊 😉 😍 🥰 😘 😋 😎 🤩 🤗 🤔 🤨 😐 😶 🙄 😬 😌 😴 🤒 😷 🥵 🥶 🤯 🥳 😕 🙁 😮 😳 🥺 😢 😭 😤 😡 🤷 🤦",
    ),
    (
        "👍",
        "👍 👎 👌 ✌️ 🤞 🤙 👋 🖐️ ✋ 👏 🙌 🙏 🤝 💪 👉 👈 👆 👇 ☝️ ✍️ 👀 🫶 🫡 ❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 ✨ 🎉 🎊 🔥 ⭐ 🌟 💡",
    ),
    (
        "📦",
        "📦 🛒 🛍️ 💳 💶 🧾 🏷️ 🎁 🚚 ✈️ 🏠 🏬 📍 🗺️ 📅 ⏰ ⏳ ⌛ 📞 📱 💻 🖥️ 🖨️ 📷 📄 📎 📌 📝 ✏️ 🔍 🔑 🔒 🔓 🔔 📧 📨 📬 🗑️ 🔧 ⚙️",
    ),
    (
        "🌿",
        "🌿 🌸 🌻 🌲 🍀 🌍 🌈 ☀️ ⛅ 🌧️ ❄️ ⚡ 🌊 🐶 🐱 🐦 🐝 🍎 🍊 🍓 🍇 🥐 🍞 🧀 🍕 🍔 🥗 🍰 🍫 ☕ 🍵 🍷 🥂 ⚽ 🎾 🚲 🚗 🚆 🎵 🎬",
    ),
    (
        "✅",
        "✅ ❌ ❗ ❓ ⚠️ ℹ️ ➡️ ⬅️ ⬆️ ⬇️ 🔄 🔁 ➕ ➖ ✔️ ✖️ 🆕 🆗 🆓 🔝 🔴 🟠 🟡 🟢 🔵 🟣 ⚫ ⚪ ▶️ ⏸️ ⏹️ #️⃣ 1️⃣ 2️⃣ 3️⃣ 4️⃣ 5️⃣ ©️ ®️ ™️",
    ),
];

/// How many stand in a line of the menu.
pub const COLUMNS: usize = 8;

/// Where an arrow key leads in a grid of `count` signs; `None` for other keys and where there is nothing.
pub fn step(key: &str, at: usize, count: usize) -> Option<usize> {
    let to = match key {
        "ArrowRight" => at.checked_add(1),
        "ArrowLeft" => at.checked_sub(1),
        "ArrowDown" => at.checked_add(COLUMNS),
        "ArrowUp" => at.checked_sub(COLUMNS),
        "Home" => Some(0),
        "End" => count.checked_sub(1),
        _ => None,
    };
    to.filter(|to| *to < count)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    // shows: CMP-02
    #[test]
    fn every_sign_stands_once_and_the_arrows_reach_all() {
        let all: Vec<_> = GROUPS.iter().flat_map(|(_, signs)| signs.split(' ')).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(
            [step("ArrowDown", 0, 40), step("ArrowRight", 8, 40), step("ArrowUp", 9, 40)],
            [Some(8), Some(9), Some(1)]
        );
        assert_eq!([step("ArrowRight", 39, 40), step("ArrowUp", 3, 40), step("x", 0, 40)], [None; 3]);
    }
}
