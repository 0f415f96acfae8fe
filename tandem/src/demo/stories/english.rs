//! What was said in English.
use super::{
    super::story::{
        Cast::{Karim, Lea, Sophie},
        End, Letter,
        Line::{A, GiveTo, Note, Page, V},
        Story,
        Topic::{Help, Sales},
    },
    visitors::{EMMA, GRACE, JAMES, OLIVER, PRIYA, SANNE},
};

const HOME: (&str, &str) = ("/", "Goods for weather and home · Atelier Nord");
const LIST: (&str, &str) = ("/products", "All products · Atelier Nord");
const BASKET: (&str, &str) = ("/basket", "Your basket · Atelier Nord");
const CHECKOUT: (&str, &str) = ("/checkout", "Checkout · Atelier Nord");
const ACCOUNT: (&str, &str) = ("/account", "Your account · Atelier Nord");
const HELP: (&str, &str) = ("/help", "Help and delivery · Atelier Nord");
const JACKET: (&str, &str) = ("/product/skerry-rain-jacket", "Skerry rain jacket · Atelier Nord");
const FLASK: (&str, &str) = ("/product/nattfrost-flask", "Nattfrost flask · Atelier Nord");
const RUCKSACK: (&str, &str) = ("/product/rolltop-rucksack", "Rolltop rucksack · Atelier Nord");
const STOOL: (&str, &str) = ("/product/beech-stool", "Beech milking stool · Atelier Nord");

pub(super) static LETTER: Letter = Letter {
    when: (1, 22, 40),
    who: &GRACE,
    pages: &[HOME, LIST],
    message: "Hi, do you think the stoneware bowls will be back in grey before Christmas? I need two more for my \
              sister. Happy to wait if you can put two aside.",
};

pub(super) static STORIES: [Story; 11] = [
    Story {
        when: (20, 13, 22),
        who: &EMMA,
        pages: &[HOME, JACKET],
        topic: Some(Sales),
        agent: Lea,
        said: &[
            V("Hello, is the Skerry jacket fully waterproof or just showerproof?"),
            A(
                "Hello Emma. It is waxed cotton: it keeps out hours of steady rain, and the seams are taped by hand.",
            ),
            V("Good enough for a week in Skye?"),
            A("Plenty of our customers do just that. Re-wax it once a year and it stays that way."),
            V("Sold. Do you deliver to Edinburgh?"),
            A("Yes, in four to six days, and duties are included in the price that you see."),
        ],
        end: End::Agent,
        tags: &["Advice", "Delivery"],
        rating: Some((5, "Knew the product inside out")),
    },
    Story {
        when: (19, 16, 10),
        who: &JAMES,
        pages: &[FLASK],
        topic: Some(Help),
        agent: Karim,
        said: &[
            V("Hi, the lid of my Nattfrost flask leaks."),
            A("Hi James. Has the grey ring inside the lid slipped out of its groove?"),
            V("There’s no ring at all."),
            A("Then it was lost in washing. I am sending you two new ones, free of charge."),
            V("Brilliant, thanks."),
        ],
        end: End::Agent,
        tags: &["Repair", "Solved"],
        rating: Some((5, "")),
    },
    Story {
        when: (17, 14, 45),
        who: &SANNE,
        pages: &[LIST, RUCKSACK],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("Does a 15 inch laptop fit into the 24 L rucksack?"),
            A("Hello Sanne, yes: the sleeve takes up to 38 × 27 cm, which is most 15 inch laptops."),
            V("And it counts as cabin luggage?"),
            A("The 24 L does with every airline that we know of. The 32 L only when it is not packed full."),
            V("Then the 24 it is."),
        ],
        end: End::Visitor,
        tags: &["Advice", "Size"],
        rating: Some((4, "")),
    },
    Story {
        when: (15, 11, 31),
        who: &OLIVER,
        pages: &[BASKET, CHECKOUT],
        topic: Some(Sales),
        agent: Lea,
        said: &[
            V("My promo code from the newsletter doesn’t work"),
            A("Hello Oliver, which one is it?"),
            V("NORD15"),
            A("That one ended on Sunday, I am afraid."),
            V("The mail only came on Monday!"),
            A(
                "You are right, it went out late. I have opened it again for your basket: please try once more.",
            ),
            V("Works. Cheers for that."),
        ],
        end: End::Agent,
        tags: &["Promo code", "Solved"],
        rating: Some((5, "Fair play")),
    },
    Story {
        when: (13, 10, 12),
        who: &PRIYA,
        pages: &[ACCOUNT, HELP],
        topic: Some(Help),
        agent: Lea,
        said: &[
            V("Hi, I’d like to return the linen apron, it’s lovely but too long for me."),
            A("Hi Priya. No problem: you have 60 days. Shall I send the return label by e-mail?"),
            V("Yes please. And how long does the refund take?"),
            A(
                "Two working days once it is back here. We can shorten it for you instead, if you like it otherwise.",
            ),
            V("Oh, can you? By 10 cm?"),
            A(
                "Gladly. I have put it down as an alteration: same label, and it comes back to you within two weeks.",
            ),
            V("That’s so much better. Thank you!"),
        ],
        end: End::Agent,
        tags: &["Return", "Solved"],
        rating: Some((5, "They offered to alter it, amazing")),
    },
    Story {
        when: (11, 15, 2),
        who: &EMMA,
        pages: &[ACCOUNT],
        topic: Some(Help),
        agent: Karim,
        said: &[
            V("Hello again, tracking says delivered but there is nothing at my door."),
            A("Hello Emma. The driver notes “left with neighbour, number 14”. Could you ask there?"),
            V("One minute"),
            V("They have it. Sorry for the trouble!"),
            A("None at all. Enjoy Skye."),
        ],
        end: End::Agent,
        tags: &["Delivery", "Solved"],
        rating: Some((5, "")),
    },
    Story {
        when: (8, 12, 40),
        who: &OLIVER,
        pages: &[LIST, STOOL],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("How high is the milking stool?"),
            A("Hello Oliver, 32 cm."),
            V("And what weight does it take? It’s for a workshop."),
            A("Good question. I would rather ask Sophie, who knows the joiners."),
            GiveTo(Sophie, "Asks what load the milking stool takes, for use in a workshop."),
            A("Hello, Sophie here. Each is tested with 180 kg, and the legs can be wedged again by hand."),
            V("More than enough. Thanks both."),
        ],
        end: End::Visitor,
        tags: &["Advice"],
        rating: Some((5, "")),
    },
    Story {
        when: (5, 9, 55),
        who: &GRACE,
        pages: &[HOME, LIST],
        topic: Some(Sales),
        agent: Lea,
        said: &[
            V("Are the stoneware bowls dishwasher safe?"),
            A("Hello Grace, they are, and they like the microwave too."),
            Page("/product/stoneware-bowls", "Stoneware bowls · Atelier Nord"),
            V("And sold as a set of four?"),
            A("Four, nested, for €84. Delivery is free from €150."),
            V("I’ll think about a kettle to go with them then!"),
        ],
        end: End::Visitor,
        tags: &["Advice"],
        rating: None,
    },
    Story {
        when: (4, 16, 20),
        who: &SANNE,
        pages: &[ACCOUNT],
        topic: Some(Help),
        agent: Lea,
        said: &[
            V("Could I have an invoice with my company name? Order 58841."),
            A("Hello Sanne, of course. What is the name, please?"),
            V("De Vries Studio B.V."),
            Note("Wants all invoices to De Vries Studio B.V. from now on."),
            A("Done: the new invoice is in your account, and the next ones will carry the name too."),
            V("Perfect, thanks."),
        ],
        end: End::Agent,
        tags: &["Invoice", "Solved"],
        rating: Some((5, "")),
    },
    Story {
        when: (3, 10, 8),
        who: &JAMES,
        pages: &[CHECKOUT],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("I was charged twice for one order, 59104."),
            A("Hello James, let me look. One of the two is a hold that your bank releases by itself."),
            V("When?"),
            A("Within three days. I see one payment of €46 on our side, and no second one."),
            V("OK, I’ll keep an eye on it."),
            A("Please write again if it has not gone by Friday."),
        ],
        end: End::Agent,
        tags: &["Payment", "Refund"],
        rating: Some((3, "Still waiting for the bank")),
    },
    Story {
        when: (1, 14, 50),
        who: &PRIYA,
        pages: &[HOME],
        topic: Some(Help),
        agent: Lea,
        said: &[
            V("The apron is back and fits perfectly, just wanted to say thanks!"),
            A("Hello Priya, that makes our day. I will tell the seamstress."),
            V("Please do :)"),
        ],
        end: End::Visitor,
        tags: &["Solved"],
        rating: Some((5, "Lovely people")),
    },
];
