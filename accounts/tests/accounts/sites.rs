//! Sites, and the memory that answers for them.
use accounts::{Accounts, Error, Invalid, NewSite, SiteChange};
use store::Store;

use crate::engines::{on_each_engine, put_site};

on_each_engine! {
    a_site_is_put_changed_and_found_by_its_key,
    what_is_no_site_is_refused,
    a_change_is_seen_at_once_and_one_by_another_program_soon,
}

async fn a_site_is_put_changed_and_found_by_its_key(_: Store, accounts: Accounts) {
    assert_eq!(accounts.site("shop").await.expect("read"), None);
    let shop = put_site(&accounts, "shop").await;
    assert_eq!(accounts.site("shop").await.expect("read"), Some(shop.clone()));
    assert!(shop.allows("https://shop.example") && !shop.allows("https://shop.example:8443"));
    assert!(accounts.knows_origin("https://shop.example").await.expect("read"));

    let origins = vec!["https://b.example/".to_owned(), "HTTPS://A.example".to_owned()];
    let change = SiteChange { name: Some("  Boutique ".into()), origins: Some(origins) };
    let changed = accounts.change_site("shop", change).await.expect("changed");
    assert_eq!((changed.id, changed.name.as_str()), (shop.id, "Boutique"));
    assert_eq!(changed.origins, ["https://a.example", "https://b.example"]);
    assert_eq!(accounts.site("shop").await.expect("read"), Some(changed.clone()));
    assert!(!accounts.knows_origin("https://shop.example").await.expect("read"));
    let kept = accounts.change_site("shop", SiteChange::default()).await.expect("changed");
    assert_eq!(kept, changed);

    let blog = put_site(&accounts, "blog").await;
    assert_eq!(accounts.sites().await.expect("read"), [blog, changed]);
}

async fn what_is_no_site_is_refused(_: Store, accounts: Accounts) {
    let new = |key: &str, name: &str, origin: &str| NewSite {
        key: key.into(),
        name: name.into(),
        origins: vec![origin.into()],
    };
    for bad in [
        new("", "Shop", "https://a.example"),
        new("Shop", "Shop", "https://a.example"),
        new("a/b", "Shop", "https://a.example"),
        new(&"a".repeat(65), "Shop", "https://a.example"),
        new("shop", " ", "https://a.example"),
        new("shop", "Shop", "a.example"),
        new("shop", "Shop", "ftp://a.example"),
        new("shop", "Shop", "null"),
    ] {
        let refused = accounts.put_site(bad.clone()).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{bad:?}: {refused:?}");
    }
    let many = NewSite { origins: vec!["https://a.example".into(); 65], ..new("shop", "Shop", "") };
    assert!(matches!(accounts.put_site(many).await, Err(Error::Invalid(Invalid::Origins))));
    put_site(&accounts, "shop").await;
    let again = accounts.add_site(new("shop", "Another", "https://b.example")).await;
    assert!(matches!(again, Err(Error::KeyTaken)), "{again:?}");
    assert_eq!(accounts.site("shop").await.expect("read").expect("there").name, "The shop");
    let nowhere = accounts.change_site("blog", SiteChange::default()).await;
    assert!(matches!(nowhere, Err(Error::NotFound)), "{nowhere:?}");
}

async fn a_change_is_seen_at_once_and_one_by_another_program_soon(store: Store, accounts: Accounts) {
    put_site(&accounts, "shop").await;
    assert!(accounts.site("shop").await.expect("read").is_some());
    let other = Accounts::new(store);
    put_site(&other, "blog").await;
    let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while accounts.site("blog").await.expect("read").is_none() {
        assert!(std::time::Instant::now() < until, "never seen");
        // waits: another program tells nobody.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
