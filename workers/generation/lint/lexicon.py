"""Words that the rules know, and how they become patterns."""


def listed(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def in_order(text: str) -> list[str]:
    """The words of a text in their order."""
    return text.split()


def either(text: str) -> str:
    """A pattern for any of the patterns that stand in the text, one to a line."""
    return f"(?:{'|'.join(line.strip() for line in text.strip().splitlines())})"


ORDINALS = listed("first second third fourth fifth last")

# Words of every trade: to meet them again in the key is no clue.
COMMON = listed(
    """
    child children client clients colleague colleagues customer customers employee guest guests manager
    owner patient patients staff visitor visitors mobile
    about above after again against allow almost along already also although among amount another
    answer anything apply around asked based because become before begin being below between both
    bring called cannot case cause change check choose close code come compare contain correct could
    create data default different does done down during each easily effect either enough ensure
    error even event every exact example expect explain fact find first following form from give
    given goes group half happen have having help here high however include inside instead into
    itself just keep kind know known large last later least leave less level like line little long
    look lower made main make many mean means measure member method might more most move much must
    name need never next none note nothing number often once only open operation option order other
    otherwise over page part people perform person place plan point possible print problem process
    produce program provide purpose question quickly reach read reason receive remain require result
    return right role rule same second several should show side simple since single size some
    someone something start state statement stay step still stop such system take task team tell
    term test text than that their them then there these they thing third this those through time
    together total type under until upon used user uses using value want were what when where
    whether which while whole will with within without word work worker would wrong year your
    """
)
# What a serious distractor says only in an item about it. Words that name something in a trade too
# (cookie, worm, daemon, zombie, monkey, cat, horse, blanket) are left out.
EVERYDAY = listed(
    """
    banana bananas bread broccoli burger burgers cake cakes candy carrot carrots cheese cheeseburger
    chewing-gum chocolate eggs ketchup lemonade marmalade muffin noodles pancake pancakes pizza pizzas
    popcorn pudding sandwich sandwiches sausage spaghetti sushi taco tacos lollipop crocodile dinosaur
    dinosaurs dragon dragons elephant elephants giraffe goldfish hamster hippo kangaroo kitten kittens
    parrot puppies puppy rabbit rabbits unicorn unicorns walrus beer whisky champagne coffee dessert
    strawberry strawberries peanut peanuts jam pigeon pigeons shark sharks whale whales penguin
    potato potatoes tomato tomatoes cucumber garlic juice donut donuts doughnut doughnuts yoghurt waffle
    waffles
    lasagne salad bacon mustard mayonnaise olives pickles hot-dog hotdog lemonade vodka squirrel squirrels
    koala
    dolphin dolphins flamingo flamingos ostrich peacock owls koalas
    penguins lion lions tiger tigers frog frogs goat goats puppet
    """
)
ABSURD = EVERYDAY | listed(
    """
    abracadabra astrologer astrology clairvoyant fairies fairy fortune-teller gnome gnomes goblin
    goblins horoscope horoscopes leprechaun magical magically magician miracle pixie pray prayer
    prayers praying santa sorcerer sorcery superhero superheroes superpowers superstition telepathy
    vampire vampires voodoo witch witchcraft witches zodiac ballet circus clown clowns confetti dance
    dances dancing disco fireworks guitar haircut juggle juggling karaoke lottery lullaby moonlight
    nap naps napping pantomime picnic piano poem poems singing sing song songs trampoline trumpet yoga
    broomstick jetpack spaceship rocket sleigh submarine teleport teleportation teleporter batman
    superman spiderman napoleon elvis godzilla pirate pirates pope shakespeare grandma grandmother
    grandpa mommy mum mom boring cute dumb idiot idiots silly stupid ugly asleep asdf blah foobar
    gibberish haha hahaha lol qwerty luck lucky fate destiny tv television netflix tiktok beach
    football soccer tennis pyjamas slippers trousers lipstick perfume tattoo tattoos ufo ufos martians
    astronaut astronauts teddy doll dolls lego frisbee skateboard skiing swimming yodelling snowman
    heaven devil god gods monster monsters joking laughing sofa honeymoon girlfriend
    boyfriend glitter gandalf yoda sherlock mickey barbie tickle burp violin treasure crayon crayons
    selfie selfies darth
    """
)
# Where these are spoken of, food and animals are no joke.
TABLE_AND_FARM = listed(
    """
    food foods dish dishes meal meals kitchen eat eats eating diet diets cook cooks chef restaurant
    hotel menu guest guests recipe bake baker bakery grocery supermarket allergy allergen nutrition
    nutrient vitamin milk rice fish meat butter flour sugar dessert breakfast lunch dinner snack
    drink wine farm farmer farming animal animals feed pasture cattle cow cows sheep goat goats pig
    pigs poultry hen hens pet pets vet zoo crop crops harvest species mammal reptile insect toy toys
    story game picture vegetable vegetables fruits plant plants garden soil seed seeds ingredient ingredients
    sauce soup cuisine taste beverage beverages calorie calories protein fat fibre carbohydrate carbohydrates
    fridge freezer chicken beef pork lamb ham raw hygiene spoon swallow burn salmonella customs hunger digest
    digestion juice
    """
)
