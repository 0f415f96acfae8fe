//! Browser and system, by what browsers say of themselves.

/// What the request of a visitor's browser says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Browsing {
    /// The header `User-Agent`.
    pub user_agent: String,
    /// Two letters, where a configured proxy says it; else nothing.
    pub country: String,
}

/// Words before a version, and whose they are. Those that also say they are others come first.
const BROWSERS: [(&str, &str); 13] = [
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

/// The browser and its version, for example `Firefox 153`; nothing where it is not known.
pub fn browser(user_agent: &str) -> String {
    let find = |(word, name): &(&str, &str)| {
        let (_, rest) = user_agent.split_once(word)?;
        let version: String = rest.chars().take_while(char::is_ascii_digit).take(4).collect();
        let is_safari = *word != "Version/" || user_agent.contains("Safari/");
        (is_safari && !version.is_empty()).then(|| format!("{name} {version}"))
    };
    BROWSERS.iter().find_map(find).unwrap_or_default()
}

/// The system; nothing where it is not known.
pub fn system(user_agent: &str) -> &'static str {
    const SYSTEMS: [(&str, &str); 8] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Macintosh", "macOS"),
        ("Linux", "Linux"),
    ];
    SYSTEMS.iter().find(|(word, _)| user_agent.contains(word)).map_or("", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    // shows: INF-06
    #[test]
    fn browsers_and_systems_are_told_apart() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
                "Firefox 153",
                "Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome 142",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge 142",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
                "Safari 26",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1",
                "Chrome 142",
                "iOS",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15",
                "Firefox 140",
                "iPadOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet 27",
                "Android",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 OPR/128.0",
                "Opera 128",
                "ChromeOS",
            ),
            ("curl/8.5.0", "", ""),
            ("Firefox/<script>", "", ""),
            ("", "", ""),
        ];
        for (text, name, on) in cases {
            assert_eq!((browser(text).as_str(), system(text)), (name, on), "{text}");
        }
    }
}
