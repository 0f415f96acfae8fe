//! What the shop sells.

mod goods;

use super::lang::{Lang, Text};

pub(super) use goods::PRODUCTS;

/// A part of the assortment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Outdoor,
    Kitchen,
    Home,
    Clothing,
}

impl Category {
    pub(super) const ALL: [Self; 4] = [Self::Outdoor, Self::Clothing, Self::Kitchen, Self::Home];

    /// Its name in addresses.
    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Outdoor => "outdoor",
            Self::Kitchen => "kitchen",
            Self::Home => "home",
            Self::Clothing => "clothing",
        }
    }

    pub(super) fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Outdoor => lang.pick("Outdoor", "Plein air"),
            Self::Kitchen => lang.pick("Kitchen", "Cuisine"),
            Self::Home => lang.pick("Home", "Maison"),
            Self::Clothing => lang.pick("Clothing", "Vêtements"),
        }
    }
}

/// What a product is made of; each has a close-up picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Material {
    Enamel,
    Wool,
    Canvas,
    Wood,
    Stoneware,
}

impl Material {
    pub(super) const ALL: [Self; 5] = [Self::Enamel, Self::Wool, Self::Canvas, Self::Wood, Self::Stoneware];

    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Enamel => "enamel",
            Self::Wool => "wool",
            Self::Canvas => "canvas",
            Self::Wood => "wood",
            Self::Stoneware => "stoneware",
        }
    }
}

/// The three tones of a product's picture and the ground behind it, as CSS colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tones {
    pub(super) main: &'static str,
    pub(super) dark: &'static str,
    pub(super) light: &'static str,
    pub(super) ground: &'static str,
}

/// Something that the shop sells.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) slug: &'static str,
    pub(super) name: Text,
    /// One line under the name.
    pub(super) line: Text,
    pub(super) story: Text,
    pub(super) care: Text,
    pub(super) category: Category,
    pub(super) material: Material,
    pub(super) tones: Tones,
    /// The drawing, an SVG fragment in a box of 400 by 400.
    pub(super) motif: &'static str,
    /// In cents.
    pub(super) price: u32,
    pub(super) sizes: &'static [&'static str],
    pub(super) stock: u32,
    /// Tenths of a star, up to 50.
    pub(super) rating: u32,
    pub(super) reviews: u32,
}

/// The product of that name in addresses.
pub(super) fn find(slug: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.slug == slug)
}

/// How a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Featured,
    PriceUp,
    PriceDown,
    Rating,
}

impl Sort {
    pub(super) const ALL: [Self; 4] = [Self::Featured, Self::PriceUp, Self::PriceDown, Self::Rating];

    pub(super) fn slug(self) -> &'static str {
        match self {
            Self::Featured => "featured",
            Self::PriceUp => "price-up",
            Self::PriceDown => "price-down",
            Self::Rating => "rating",
        }
    }

    pub(super) fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Featured => lang.pick("Featured", "Notre sélection"),
            Self::PriceUp => lang.pick("Price, low to high", "Prix croissant"),
            Self::PriceDown => lang.pick("Price, high to low", "Prix décroissant"),
            Self::Rating => lang.pick("Best rated", "Les mieux notés"),
        }
    }
}

/// What of the assortment to list; the same rules as in the client script.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) categories: Vec<String>,
    pub(super) words: String,
    /// In whole euros.
    pub(super) max: u32,
    pub(super) sort: Sort,
}

impl Filter {
    /// The dearest that the slider offers, in whole euros.
    pub(super) const DEAREST: u32 = 400;

    pub(super) fn from_query(query: &str) -> Self {
        let mut filter =
            Self { categories: Vec::new(), words: String::new(), max: Self::DEAREST, sort: Sort::Featured };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "category" => filter.categories.push(value.into_owned()),
                "q" => filter.words = value.into_owned(),
                "max" => filter.max = value.parse().unwrap_or(Self::DEAREST),
                "sort" => {
                    filter.sort = Sort::ALL.into_iter().find(|it| it.slug() == value).unwrap_or(filter.sort)
                }
                _ => {}
            }
        }
        filter
    }

    pub(super) fn wants(&self, category: Category) -> bool {
        self.categories.iter().any(|it| it == category.slug())
    }

    /// The products that pass, in order.
    pub(super) fn apply(&self, lang: Lang) -> Vec<&'static Product> {
        let words = self.words.trim().to_lowercase();
        let mut found: Vec<&Product> = PRODUCTS
            .iter()
            .filter(|it| self.categories.is_empty() || self.wants(it.category))
            .filter(|it| it.price <= self.max.saturating_mul(100))
            .filter(|it| haystack(it, lang).contains(&words))
            .collect();
        match self.sort {
            Sort::Featured => {}
            Sort::PriceUp => found.sort_by_key(|it| it.price),
            Sort::PriceDown => found.sort_by_key(|it| std::cmp::Reverse(it.price)),
            Sort::Rating => found.sort_by_key(|it| std::cmp::Reverse(it.rating)),
        }
        found
    }
}

/// The text in which the search looks.
pub(super) fn haystack(product: &Product, lang: Lang) -> String {
    format!("{} {}", lang.text(product.name), lang.text(product.line)).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_and_sorts() {
        let filter = Filter::from_query("category=kitchen&category=home&max=140&sort=price-up");
        let found = filter.apply(Lang::En);
        assert_eq!(found.len(), 4, "all but the blanket");
        assert!(found.iter().all(|it| it.price <= 14_000));
        assert!(found.is_sorted_by_key(|it| it.price));
        assert_eq!(Filter::from_query("q=KETTLE").apply(Lang::En).len(), 1);
        assert_eq!(Filter::from_query("q=bouilloire").apply(Lang::Fr).len(), 1);
    }

    #[test]
    fn slugs_are_unique_and_prices_within_the_slider() {
        let mut slugs: Vec<_> = PRODUCTS.iter().map(|it| it.slug).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), PRODUCTS.len());
        assert!(PRODUCTS.iter().all(|it| it.price <= Filter::DEAREST * 100));
    }
}
