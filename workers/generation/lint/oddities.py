"""Things that stand alone of their kind among an item's options, and there are no answer but a joke.

A hammer beside a saw and a chisel is a tool; beside three meters it is none. So a member of a kind counts
only where no other option is of its kind, and where the item does not speak of what belongs to it.
"""

from typing import NamedTuple

from workers.generation.lint.lexicon import in_order


class Kind(NamedTuple):
    """What is of a kind, in rows of words, and beginnings of words that speak of the kind."""

    members: frozenset[tuple[str, ...]]
    context: tuple[str, ...]


def _kind(members: str, context: str) -> Kind:
    rows = (tuple(row.split()) for row in members.replace("\n", ",").split(","))
    return Kind(frozenset(row for row in rows if row), tuple(in_order(context)))


KINDS = (
    _kind(
        """
        hammer, sledgehammer, screwdriver, spanner, wrench, saw, chainsaw, jigsaw, hacksaw, chisel, axe
        shovel
        spade, rake, broom, mop, bucket, plunger, drill, pliers, crowbar, trowel, wheelbarrow, nail, nails
        paintbrush, scissors, hand plane, belt sander, sandpaper, mallet, punch, anvil, lawnmower
        lawn mower, pickaxe, hoe, garden hose, ladder, brush, tape measure, spirit level, knife, stapler
        angle grinder, concrete mixer, cement mixer, electric mixer, plumb line, jack, clamp, vice
        bolt cutter
        """,
        "carpent wood join nail bolt garden dig demol building site workshop mason cut toolbox remov break",
    ),
    _kind(
        """
        umbrella, sunglasses, toaster, teapot, kettle, hairdryer, hairspray, shampoo, toothbrush, toothpaste
        wardrobe, bathtub, mattress, pillow, sofa, sock, socks, scarf, necklace, earrings, handbag, bikini
        microwave, dishwasher, washing machine, vacuum cleaner, refrigerator, rocking chair, teaspoon, tea cup
        mirror, candle, candles, perfume, deodorant, nail polish, sunscreen, curtains, doormat, armchair, fork
        spoon, chopsticks, frying pan, blender, alarm clock, hot water bottle, bathrobe, lawn chair, vase
        birthday card, shopping list, love letter, comic book, recipe, recipes, wedding invitation, postcard
        party invitation, lunch menu, cinema ticket, concert ticket, train ticket, christmas card, crossword
        photo album, cookbook, fairy tale, holiday photos, horoscope, novel, party hat, balloon, balloons
        crossword puzzle, jigsaw puzzle, flower pot, bouquet, flowers, fishing rod, tennis racket, golf club
        bicycle bell, scooter, roller skates, rubber duck, sleeping bag, tent, hammock, swimming pool
        """,
        "household kitchen home house appliance laundr hotel guest shop retail cosmet beaut hair skin cloth"
        " garment fashion furnitur sun weather wear gift print read book writ tableware cook energy power"
        " heat decor camp travel luggage leisure sport interior packag goods product material literat hazard"
        " mix oven boil",
    ),
    _kind(
        """
        trombone, saxophone, clarinet, accordion, harp, flute, cello, banjo, ukulele, tuba, harmonica, oboe
        xylophone, bagpipes, violin, piano, guitar, trumpet, tambourine, drum kit, electric guitar
        """,
        "music orchestra string brass wind sound play concert band",
    ),
    _kind(
        """
        microsoft word, ms word, powerpoint, microsoft powerpoint, excel, microsoft excel, photoshop
        adobe photoshop, microsoft paint, ms paint, minesweeper, solitaire, itunes, spotify, netflix, facebook
        instagram, snapchat, whatsapp, youtube, tinder, google maps, candy crush, angry birds, notepad, tetris
        adobe reader, outlook, microsoft outlook, twitter, minecraft, fortnite, pokemon go, amazon alexa, siri
        google chrome, internet explorer, firefox, windows explorer, calculator, google docs, skype, zoom
        word, microsoft excel spreadsheet
        """,
        "document sheet office slide present image photo design draw media social market advert campaign"
        " channel chat messag video stream browser file mail app communicat brand customer report"
        " chart analy edit meet call remote collaborat track schedul plan account budget tool text calculat",
    ),
    _kind(
        """
        swahili, latin, esperanto, klingon, mandarin, hindi, french, german, spanish, italian, english, dutch
        portuguese, elvish, finnish, greek, hebrew, morse code
        """,
        "spoken speak translat countr nation people mother official interpret grammar word wine law",
    ),
    _kind(
        """
        moon, mars, atlantis, narnia, hogwarts, disneyland
        neverland, north pole, jurassic park, middle earth
        gotham city, bermuda triangle, wonderland
        """,
        "planet orbit tide star sun space eclipse gravity novel film satellite expedition",
    ),
    _kind(
        """
        coca cola, pepsi, mcdonald s, mcdonalds, burger king, kfc, starbucks, disney, walt disney, nintendo
        playstation, ikea, lidl, ferrari, pizza hut, red bull, nutella, ryanair, monopoly
        """,
        "franchis brand retail restaurant food drink market advert logo supermarket consumer compan coffee",
    ),
    _kind(
        """
        donald duck, harry potter, homer simpson, james bond, taylor swift, beyonce, lady gaga, justin bieber
        elton john, cristiano ronaldo, lionel messi, cinderella, snow white, pinocchio, king arthur, voldemort
        robin hood, easter bunny, peter pan, winnie the pooh, charlie chaplin, marilyn monroe, madonna
        pikachu
        bugs bunny, queen elizabeth, julius caesar, cleopatra, genghis khan, dracula, frankenstein, tarzan
        """,
        "king queen emperor actor actress singer film novel fiction artist tale play histor battle war"
        " rule egypt rome mongol",
    ),
    _kind(
        "headphones, smartwatch, video games, game console, joystick, webcam, karaoke machine",
        "audio sound noise listen call game wear device meeting camera video hear periph input",
    ),
)
