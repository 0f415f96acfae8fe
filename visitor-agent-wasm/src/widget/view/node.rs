//! A tree of elements as JSON text: `["tag", {"attribute": "value"}, child, …]`, a child being one or a string.

use crate::widget::json::quote;

/// An element whose first attributes are known as it is compiled: one text, and no call for each of them.
macro_rules! node {
    ($tag:literal, $first:literal = $value:literal $(, $name:literal = $more:literal)*) => {
        $crate::widget::view::Node::begun(concat!(
            "[\"", $tag, "\",{\"", $first, "\":\"", $value, "\"" $(, ",\"", $name, "\":\"", $more, "\"")*
        ))
    };
}
pub(super) use node;

/// An element under construction. Boxed, and never inlined: it is passed on some hundred times.
#[derive(Debug, Clone)]
pub struct Node(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    /// `["tag",{`, and the attributes so far.
    begun: String,
    children: String,
}

impl Node {
    /// An element.
    #[inline(never)]
    pub fn new(tag: &'static str) -> Self {
        Self::begun(&["[\"", tag, "\",{"].concat())
    }

    /// An element with its first attributes, as [`node`] writes them.
    #[inline(never)]
    pub fn begun(begun: &str) -> Self {
        Self(Box::new(Parts { begun: begun.to_owned(), children: String::new() }))
    }

    /// With an attribute.
    #[must_use]
    #[inline(never)]
    pub fn attr(mut self, name: &str, value: &str) -> Self {
        let attrs = &mut self.0.begun;
        if !attrs.ends_with('{') {
            attrs.push(',');
        }
        quote(attrs, name);
        attrs.push(':');
        quote(attrs, value);
        self
    }

    /// With classes.
    #[must_use]
    #[inline(never)]
    pub fn class(self, class: &str) -> Self {
        self.attr("class", class)
    }

    /// With a text.
    #[must_use]
    #[inline(never)]
    pub fn text(mut self, text: &str) -> Self {
        self.0.children.push(',');
        quote(&mut self.0.children, text);
        self
    }

    /// With a child.
    #[must_use]
    #[inline(never)]
    pub fn child(mut self, child: Node) -> Self {
        self.0.children.push(',');
        child.write(&mut self.0.children);
        self
    }

    /// With several.
    #[must_use]
    pub fn children(self, children: impl IntoIterator<Item = Node>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// The text of it.
    pub fn done(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push_str(&self.0.begun);
        out.push('}');
        out.push_str(&self.0.children);
        out.push(']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn it_is_json_whatever_is_written(text in "\\PC*|[\\x00-\\x1f\"\\\\]*") {
            let node = Node::new("p").attr("title", &text).text(&text).child(Node::new("b"));
            let read: serde_json::Value = serde_json::from_str(&node.done()).expect("JSON");
            proptest::prop_assert_eq!(&read[1]["title"], &text);
            proptest::prop_assert_eq!(&read[2], &text);
        }
    }
}
