//! What was said in French.
use super::{
    super::story::{
        Cast::{Karim, Lea, Sophie},
        End, Letter,
        Line::{A, GiveTo, Note, Page, Pause, Queue, V},
        Story,
        Topic::{Help, Sales},
    },
    visitors::{AMINA, CHLOE, ETIENNE, HUGO, INES, LUCIE, MANON, PAUL, THOMAS},
};

const HOME: (&str, &str) = ("/", "Pour le dehors et la maison · Atelier Nord");
const LIST: (&str, &str) = ("/products", "Tous les produits · Atelier Nord");
const BASKET: (&str, &str) = ("/basket", "Votre panier · Atelier Nord");
const CHECKOUT: (&str, &str) = ("/checkout", "Commande · Atelier Nord");
const ACCOUNT: (&str, &str) = ("/account", "Votre compte · Atelier Nord");
const HELP: (&str, &str) = ("/help", "Aide et livraison · Atelier Nord");
const KETTLE: (&str, &str) = ("/product/fjord-enamel-kettle", "Bouilloire émaillée Fjord · Atelier Nord");
const BLANKET: (&str, &str) = ("/product/lofoten-wool-blanket", "Plaid en laine Lofoten · Atelier Nord");
const LANTERN: (&str, &str) = ("/product/storm-lantern", "Lanterne tempête · Atelier Nord");
const JACKET: (&str, &str) = ("/product/skerry-rain-jacket", "Veste de pluie Skerry · Atelier Nord");
const TENT: (&str, &str) = ("/product/ridge-tent", "Tente canadienne deux places · Atelier Nord");

pub(super) static LETTER: Letter = Letter {
    when: (1, 21, 12),
    who: &PAUL,
    pages: &[ACCOUNT, HELP],
    message: "Bonjour, je n’arrive pas à retrouver la facture de ma commande de septembre dans mon espace client. \
              Pourriez-vous me l’envoyer en PDF, au nom de la SARL Lefèvre et Fils ? Merci d’avance.",
};

pub(super) static STORIES: [Story; 17] = [
    Story {
        when: (21, 8, 14),
        who: &LUCIE,
        pages: &[HOME, BLANKET],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("Bonjour ! Le plaid Lofoten est-il assez grand pour un lit de 160 ?"),
            A(
                "Bonjour Lucie. En 150 × 220 cm, il couvre le dessus d’un lit de 160 sans retomber sur les côtés.",
            ),
            V("Et il gratte ? J’ai la peau assez sensible."),
            A(
                "La laine est lavée longuement puis brossée une fois : la plupart de nos clients le gardent sur les \
               épaules. Et vous avez 60 jours pour changer d’avis.",
            ),
            V("Parfait, je le prends en grand. Merci !"),
            A("Avec plaisir. Il part demain matin de l’atelier."),
        ],
        end: End::Agent,
        tags: &["Advice", "Solved"],
        rating: Some((5, "Réponse claire, merci Karim")),
    },
    Story {
        when: (20, 9, 41),
        who: &THOMAS,
        pages: &[HELP],
        topic: Some(Help),
        agent: Lea,
        said: &[
            V(
                "Bonjour, ma commande 58213 devait arriver mardi et le suivi n’a pas bougé depuis trois jours.",
            ),
            A("Bonjour Thomas, je regarde tout de suite avec le transporteur."),
            A(
                "Le colis est resté au dépôt de Rungis : l’étiquette était illisible. Ils la réimpriment aujourd’hui.",
            ),
            V("Donc je l’aurai quand ?"),
            A("Demain avant 18 h. Je vous envoie un message si quoi que ce soit change."),
            V("D’accord, merci d’avoir appelé."),
        ],
        end: End::Agent,
        tags: &["Delivery", "Solved"],
        rating: Some((4, "")),
    },
    Story {
        when: (19, 12, 3),
        who: &CHLOE,
        pages: &[HOME, LIST, LANTERN],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("Bonjour, la lanterne tempête peut-elle rester allumée sous une véranda ?"),
            A(
                "Bonjour Chloé ! Sous une véranda ouverte, oui. Dans une véranda fermée, il faut aérer : elle brûle du \
               pétrole lampant.",
            ),
            V("Elle est ouverte sur deux côtés."),
            A("Alors aucun souci. Comptez vingt heures par remplissage."),
            V("Et les mèches de rechange ?"),
            A(
                "Trois mèches pour 6 €, et le verre se remplace aussi. Tout est au bas de la page de la lanterne.",
            ),
            V("Super, merci beaucoup."),
        ],
        end: End::Visitor,
        tags: &["Advice"],
        rating: Some((5, "")),
    },
    Story {
        when: (18, 14, 27),
        who: &AMINA,
        pages: &[JACKET],
        topic: Some(Sales),
        agent: Lea,
        said: &[
            V("Bonsoir, je fais 1,72 m et du 40, je prends la veste Skerry en M ou en L ?"),
            A("Bonsoir Amina. Elle taille un peu large, pour un pull dessous : le M devrait aller."),
            V("J’ai les épaules larges…"),
            A("Mesurez d’une épaule à l’autre, par le dos : jusqu’à 44 cm, c’est le M."),
            V("43 cm !"),
            A("Le M, donc. Et s’il ne va pas, l’échange est gratuit, même depuis la Belgique."),
            V("Génial, je commande ce soir."),
        ],
        end: End::Agent,
        tags: &["Size", "Solved"],
        rating: Some((5, "Léa est au top")),
    },
    Story {
        when: (17, 10, 52),
        who: &PAUL,
        pages: &[ACCOUNT],
        topic: Some(Help),
        agent: Sophie,
        said: &[
            V("Bonjour, il me faudrait une facture avec le numéro de TVA de ma société."),
            A("Bonjour Paul. Quel est le numéro de la commande, s’il vous plaît ?"),
            V("57904, et la TVA : FR 32 123456789"),
            Note("Client professionnel : proposer l’adresse de facturation par défaut."),
            A(
                "C’est fait : la facture corrigée est dans votre compte, sous « Commandes ». Voulez-vous que ce \
               numéro figure sur les suivantes ?",
            ),
            V("Oui, volontiers."),
            A("C’est enregistré."),
        ],
        end: End::Agent,
        tags: &["Invoice", "Solved"],
        rating: None,
    },
    Story {
        when: (16, 15, 18),
        who: &HUGO,
        pages: &[LIST, TENT],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("Salut, la tente canadienne, elle pèse combien exactement ? Je pars dans le Jura à pied."),
            A("Bonjour Hugo. 4,8 kg avec les mâts de frêne et les piquets."),
            V("Ah oui quand même. À deux ça se partage."),
            A(
                "C’est ce que font la plupart : la toile pour l’un (2,6 kg), les mâts et les piquets pour l’autre.",
            ),
            V("Et vous livrez en Suisse ?"),
            A("Oui, en trois à cinq jours. Les droits de douane sont compris dans le prix affiché."),
        ],
        end: End::Visitor,
        tags: &["Advice", "Delivery"],
        rating: Some((4, "Bonne info, j’aurais aimé une photo de la tente pliée")),
    },
    Story {
        when: (15, 9, 5),
        who: &MANON,
        pages: &[BASKET, CHECKOUT],
        topic: Some(Sales),
        agent: Lea,
        said: &[
            V("Bonjour, mon code promo NOVEMBRE10 est refusé."),
            A("Bonjour Manon, qu’est-ce qui s’affiche ?"),
            V("« Ce code n’est pas valable pour ce panier »"),
            A(
                "Il vaut à partir de 100 € d’achat et votre panier est à 98 €. Je vous fais un geste : essayez NOVEMBRE10B.",
            ),
            V("Ça marche, trop gentil !"),
            A("Bonne journée, et bonne première sortie avec la hachette."),
        ],
        end: End::Agent,
        tags: &["Promo code", "Solved"],
        rating: Some((5, "Rapide et sympa")),
    },
    Story {
        when: (14, 13, 36),
        who: &ETIENNE,
        pages: &[LIST, KETTLE],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("Bonjour, je tiens un refuge et je voudrais douze bouilloires Fjord. Faites-vous un prix ?"),
            A(
                "Bonjour Étienne, à partir de dix pièces c’est possible. Je vous passe Sophie, qui s’occupe des \
               professionnels.",
            ),
            GiveTo(Sophie, "Refuge, 12 bouilloires, demande un prix de gros."),
            A("Bonjour Étienne, Sophie. Pour douze bouilloires je peux faire 15 % et le port offert."),
            V("Soit ?"),
            A("703,80 € au lieu de 828 €. Je vous envoie le devis par e-mail, valable trente jours."),
            V("Très bien. L’adresse est etienne@refuge-des-pins.example"),
            A("Il est parti. Merci, et bonjour aux marcheurs !"),
        ],
        end: End::Agent,
        tags: &["Business", "Quote"],
        rating: Some((5, "")),
    },
    Story {
        when: (13, 16, 44),
        who: &INES,
        pages: &[HOME],
        topic: None,
        agent: Lea,
        said: &[
            A("Bonjour, Léa de l’atelier. Puis-je vous aider à choisir ?"),
            V("Oh bonjour ! Je cherche un cadeau à moins de 50 € pour mon père qui pêche."),
            A(
                "La bouteille isotherme Nattfrost d’un litre (46 €) tient le café chaud toute une journée au bord de l’eau.",
            ),
            V("Bonne idée. Vous faites les paquets cadeaux ?"),
            A("Oui, en papier kraft, avec un mot de votre main si vous nous le dictez au moment de payer."),
            V("Parfait, merci Léa."),
        ],
        end: End::Agent,
        tags: &["Advice", "Solved"],
        rating: None,
    },
    Story {
        when: (12, 8, 30),
        who: &LUCIE,
        pages: &[ACCOUNT, HELP],
        topic: Some(Help),
        agent: Karim,
        said: &[
            V("Bonjour Karim, c’est encore moi. Le plaid est arrivé avec un fil tiré dans un coin."),
            A("Bonjour Lucie, j’en suis désolé. Pouvez-vous me dire sur quelle longueur ?"),
            V("Trois centimètres environ, on voit le jour à travers."),
            A("Je vous propose de le réparer chez nous (une semaine) ou de vous en renvoyer un autre."),
            V("Je préfère un autre, si possible."),
            A(
                "Il part aujourd’hui ; l’étiquette pour le retour de l’ancien est dans votre boîte aux lettres électronique.",
            ),
            V("Vous êtes efficaces, merci !"),
        ],
        end: End::Agent,
        tags: &["Return", "Solved"],
        rating: Some((5, "Échange accepté en deux minutes")),
    },
    Story {
        when: (10, 11, 21),
        who: &AMINA,
        pages: &[ACCOUNT],
        topic: Some(Help),
        agent: Lea,
        said: &[
            V("Bonjour, j’ai renvoyé la veste il y a dix jours et je n’ai pas encore été remboursée."),
            A("Bonjour Amina. Je demande à l’entrepôt si le colis est arrivé et je reviens vers vous."),
            Note("Entrepôt appelé à 12 h 30, ils rappellent."),
            Pause(90),
            V("Toujours rien ?"),
            A(
                "Je viens d’avoir la réponse : la veste est bien arrivée lundi. Le remboursement de 229 € est parti, \
               comptez deux jours ouvrés.",
            ),
            V("Ah super. Merci d’avoir suivi ça."),
        ],
        end: End::Agent,
        tags: &["Refund", "Solved"],
        rating: Some((4, "Un peu d’attente mais réponse précise")),
    },
    Story {
        when: (9, 14, 58),
        who: &CHLOE,
        pages: &[LIST],
        topic: Some(Help),
        agent: Karim,
        said: &[
            V("Bonjour, un de mes bols en grès est arrivé ébréché."),
            A("Bonjour Chloé. Quel dommage. Lequel des quatre ?"),
            V("Le plus petit."),
            A("Je vous renvoie le petit bol seul, sans frais ; gardez l’autre pour les clés."),
            V("Haha, d’accord. Merci."),
        ],
        end: End::Visitor,
        tags: &["Damaged", "Solved"],
        rating: Some((5, "")),
    },
    Story {
        when: (7, 9, 47),
        who: &THOMAS,
        pages: &[LANTERN],
        topic: Some(Help),
        agent: Karim,
        said: &[
            V("Bonjour, la mèche de ma lanterne fume beaucoup."),
            A(
                "Bonjour Thomas. L’avez-vous coupée récemment ? Il faut la recouper toutes les dix heures, bien droite.",
            ),
            V("Jamais… on la coupe de combien ?"),
            A("Deux millimètres au-dessus du bec suffisent."),
            Page("/help", "Aide et livraison · Atelier Nord"),
            V("Je viens d’essayer : plus de fumée. Merci !"),
            A("Parfait. Bonne soirée à la lanterne."),
        ],
        end: End::Agent,
        tags: &["Repair", "Solved"],
        rating: Some((5, "")),
    },
    Story {
        when: (6, 13, 9),
        who: &MANON,
        pages: &[ACCOUNT],
        topic: Some(Sales),
        agent: Karim,
        said: &[
            V("Bonjour, je voudrais changer l’adresse de livraison de ma commande 58977."),
            A("Bonjour Manon. C’est une question pour l’équipe qui prépare les colis, je vous y envoie."),
            Queue(Help, "Changer l’adresse de la 58977 avant 16 h.", Lea),
            A("Bonjour Manon, Léa. À quelle adresse faut-il l’envoyer ?"),
            V("12 rue des Tilleuls, 69007 Lyon."),
            A("C’est noté, le colis n’était pas encore fermé."),
            V("Ouf, merci à vous deux."),
        ],
        end: End::Agent,
        tags: &["Delivery", "Solved"],
        rating: Some((5, "Merci à Karim et Léa")),
    },
    Story {
        when: (4, 10, 16),
        who: &INES,
        pages: &[CHECKOUT],
        topic: Some(Sales),
        agent: Lea,
        said: &[
            V("Mon paiement par carte est refusé deux fois de suite, pourtant la carte est bonne."),
            A("Bonjour Inès. Votre banque demande-t-elle une validation dans son application ?"),
            V("Ah… oui, la notification était cachée."),
            A("Validez-la puis rafraîchissez la page : le panier est gardé."),
            V("C’est passé ! Merci."),
        ],
        end: End::Agent,
        tags: &["Payment", "Solved"],
        rating: None,
    },
    Story {
        when: (2, 15, 33),
        who: &ETIENNE,
        pages: &[ACCOUNT],
        topic: Some(Help),
        agent: Sophie,
        said: &[
            V("Bonjour Sophie, les bouilloires sont là, tout le monde est ravi. Peut-on régler à 30 jours ?"),
            A("Bonjour Étienne, quelle bonne nouvelle ! Oui, c’est prévu dans le devis."),
            V("Et pour douze bols l’an prochain ?"),
            A("Écrivez-moi en février : la nouvelle cuisson sort du four le 10, je vous garde une douzaine."),
            V("Noté. Belle journée."),
        ],
        end: End::Agent,
        tags: &["Business", "Solved"],
        rating: Some((5, "Un vrai suivi, c’est rare")),
    },
    Story {
        when: (1, 9, 24),
        who: &HUGO,
        pages: &[TENT, HELP],
        topic: Some(Help),
        agent: Karim,
        said: &[
            V("Bonjour, un mât de la tente s’est fendu pendant l’orage de samedi."),
            A("Bonjour Hugo. Rien de cassé de votre côté, j’espère ?"),
            V("Non non, juste trempé."),
            A("Les mâts sont réparés à vie : je vous envoie un mât neuf et vous gardez l’ancien en secours."),
            V("Gratuit ?"),
            A("Gratuit. Il sera en Suisse jeudi."),
            V("Respect. Merci !"),
        ],
        end: End::Agent,
        tags: &["Repair", "Solved"],
        rating: Some((5, "Réparé à vie, ils le font vraiment")),
    },
];
