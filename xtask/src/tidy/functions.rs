//! Functions that are too long, or take too much.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, FnArg, ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::{Problem, Source};

/// A longer function needs `// long:` and the reason, in it or just above.
const MAX_LINES: usize = 80;

/// `self` not counted.
const MAX_PARAMETERS: usize = 5;

/// Each function of a Rust file that breaks a rule.
pub fn check(source: &Source) -> Vec<Problem> {
    let file = match syn::parse_file(&source.text) {
        Ok(file) => file,
        Err(reason) => {
            let line = reason.span().start().line;
            return vec![Problem::new(&source.path, line, format!("not Rust: {reason}"))];
        }
    };
    let lines = source.text.lines().collect();
    let mut functions = Functions { source, lines, problems: Vec::new() };
    functions.visit_file(&file);
    functions.problems
}

struct Functions<'a> {
    source: &'a Source,
    lines: Vec<&'a str>,
    problems: Vec<Problem>,
}

impl Functions<'_> {
    fn look_at(&mut self, signature: &Signature, body: &Block) {
        let first = signature.fn_token.span().start().line;
        let last = body.brace_token.span.close().end().line;
        let length = last - first + 1;
        let from = first.saturating_sub(4);
        let says_why =
            self.lines.get(from..last).is_some_and(|lines| lines.iter().any(|it| it.contains("// long:")));
        let name = &signature.ident;
        if MAX_LINES < length && !says_why {
            let text = format!("{name} has {length} lines; split it by {MAX_LINES}, or say why: `// long:`");
            self.problems.push(Problem::new(&self.source.path, first, text));
        }
        let parameters = signature.inputs.iter().filter(|it| matches!(it, FnArg::Typed(_))).count();
        if MAX_PARAMETERS < parameters {
            let text = format!("{name} takes {parameters} parameters; at most {MAX_PARAMETERS}");
            self.problems.push(Problem::new(&self.source.path, first, text));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.look_at(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.look_at(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(body) = &item.default {
            self.look_at(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_function_needs_a_reason() {
        let body = "    step();\n".repeat(MAX_LINES);
        assert_eq!(count(&format!("fn run() {{\n{body}}}\n")), 1);
        assert_eq!(count(&format!("// long: one line per kind.\nfn run() {{\n{body}}}\n")), 0);
        assert_eq!(count("fn run() {\n    step();\n}\n"), 0);
    }

    #[test]
    fn a_method_takes_five_things_beside_itself() {
        let with = |parameters: &str| format!("impl A {{ fn run(&self, {parameters}) {{}} }}");
        assert_eq!(count(&with("a: u8, b: u8, c: u8, d: u8, e: u8")), 0);
        assert_eq!(count(&with("a: u8, b: u8, c: u8, d: u8, e: u8, f: u8")), 1);
    }

    #[track_caller]
    fn count(text: &str) -> usize {
        check(&Source { path: "a.rs".into(), text: text.to_owned() }).len()
    }
}
