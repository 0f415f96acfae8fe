//! What a site's Content-Security-Policy (CSP 3) must allow so that the product runs on its pages.

/// What is asked of one kind of loading: the directives that may rule it, the first that is there does; and what must
/// stand in it.
struct Needed {
    directives: &'static [&'static str],
    sources: Vec<String>,
}

/// What is to be added to these policies, of which each must allow everything: `script-src https://desk.example`.
/// Nothing where they let the product run.
pub fn missing<'a>(policies: impl Iterator<Item = &'a str>, origin: &str) -> Vec<String> {
    let needed = needed(origin.trim_end_matches('/'));
    let policies = policies.flat_map(|it| it.split(',')).collect::<Vec<_>>();
    let lacks = policies.iter().flat_map(|policy| needed.iter().filter_map(|it| it.lacks(policy)));
    let mut all: Vec<String> = lacks.collect();
    all.sort();
    all.dedup();
    all
}

/// The loader and its module come from the server and begin the WebAssembly; both talk to the server, also over
/// sockets, which not every engine takes for the same origin.
fn needed(origin: &str) -> [Needed; 2] {
    let sockets = origin.replacen("http", "ws", 1);
    [
        Needed {
            directives: &["script-src", "default-src"],
            sources: vec![origin.to_owned(), "'wasm-unsafe-eval'".to_owned()],
        },
        Needed { directives: &["connect-src", "default-src"], sources: vec![origin.to_owned(), sockets] },
    ]
}

impl Needed {
    fn lacks(&self, policy: &str) -> Option<String> {
        let ruled = self.directives.iter().find_map(|name| sources(policy, name))?;
        let lacking = self.sources.iter().filter(|it| !allows(&ruled, it));
        let lacking = lacking.map(String::as_str).collect::<Vec<_>>();
        let name = self.directives.first()?;
        (!lacking.is_empty()).then(|| format!("{name} {}", lacking.join(" ")))
    }
}

/// The sources of a directive, where the policy has it.
fn sources<'a>(policy: &'a str, name: &str) -> Option<Vec<&'a str>> {
    policy.split(';').find_map(|directive| {
        let mut words = directive.split_ascii_whitespace();
        words.next().filter(|it| it.eq_ignore_ascii_case(name)).map(|_| words.collect())
    })
}

fn allows(sources: &[&str], wanted: &str) -> bool {
    // Under 'strict-dynamic' no origin counts, and the tag would need a nonce of the site's.
    let is_strict = sources.iter().any(|it| it.eq_ignore_ascii_case("'strict-dynamic'"));
    let Some((scheme, host)) = wanted.split_once("://") else {
        return sources
            .iter()
            .any(|it| [wanted, "'unsafe-eval'"].iter().any(|one| it.eq_ignore_ascii_case(one)));
    };
    let is_it = |it: &&str| {
        let it = it.trim_end_matches('/');
        it.eq_ignore_ascii_case(wanted)
            || it.eq_ignore_ascii_case(host)
            || it.strip_suffix(':').is_some_and(|only| only.eq_ignore_ascii_case(scheme))
            || (it == "*" && scheme.starts_with("http"))
    };
    !is_strict && sources.iter().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::missing;

    const DESK: &str = "http://desk.localhost:7401";

    fn of(policy: &str) -> Vec<String> {
        missing([policy].into_iter(), DESK)
    }

    #[test]
    fn a_policy_that_blocks_the_product_is_told_what_to_add() {
        let both = [
            "connect-src http://desk.localhost:7401 ws://desk.localhost:7401",
            "script-src http://desk.localhost:7401 'wasm-unsafe-eval'",
        ];
        assert_eq!(of("default-src 'self'"), both);
        assert_eq!(
            of("script-src 'nonce-a' 'strict-dynamic'; connect-src *"),
            ["connect-src ws://desk.localhost:7401", both[1]]
        );
        assert_eq!(of("SCRIPT-SRC 'self' http://desk.localhost:7401/"), ["script-src 'wasm-unsafe-eval'"]);
        assert_eq!(of("img-src 'self', default-src 'none'"), both, "each of several policies counts");
    }

    #[test]
    fn a_policy_that_lets_it_run_is_told_nothing() {
        for policy in [
            "",
            "img-src 'self'; frame-ancestors 'none'",
            "script-src 'self' desk.localhost:7401 'unsafe-eval'; connect-src http: ws:",
            "default-src 'none'; script-src http://desk.localhost:7401 'wasm-unsafe-eval'; \
             connect-src http://desk.localhost:7401 ws://desk.localhost:7401",
        ] {
            assert_eq!(of(policy), [""; 0], "{policy}");
        }
    }
}
