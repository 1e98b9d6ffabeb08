"""Words and rows of words that say the same in any trade, for options that differ in wording alone.

Two options are the same only if they are equal in all their other words, so that a row may be broad:
it does no harm that a fault is not always an error.
"""

from workers.generation.lint import terms

# Verbs whose forms are not made like "reduces, reduced, reducing" and "checks, checked, checking".
IRREGULAR = {
    "cut": ("cuts", "cut", "cutting"),
    "shut": ("shuts", "shut", "shutting"),
    "fall": ("falls", "fallen", "falling"),
    "rise": ("rises", "risen", "rising"),
    "send": ("sends", "sent", "sending"),
    "keep": ("keeps", "kept", "keeping"),
    "build": ("builds", "built", "building"),
    "begin": ("begins", "begun", "beginning"),
    "choose": ("chooses", "chosen", "choosing"),
    "give": ("gives", "given", "giving"),
    "buy": ("buys", "bought", "buying"),
    "forbid": ("forbids", "forbidden", "forbidding"),
    "tell": ("tells", "told", "telling"),
    "get": ("gets", "got", "getting"),
}
DOUBLING = ("stop", "drop", "ban", "permit", "transfer", "defer")


def _forms(verb: str) -> tuple[str, ...]:
    """A verb's forms in a fixed order: reduce, reduces, reduced, reducing."""
    if verb in IRREGULAR:
        return verb, *IRREGULAR[verb]
    stem = verb.removesuffix("e")
    ending = "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
    if verb.endswith("y") and verb[-2] not in "aeou":
        return verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"
    double = verb[-1] if verb in DOUBLING else ""
    return verb, f"{verb}{ending}", f"{stem}{double}ed", f"{stem}{double}ing"


# Rows of verbs; each form of a verb goes under the same form of the first.
VERBS = """
reduce lower decrease diminish lessen cut fall drop decline sink shrink contract
increase raise heighten boost rise climb
delete remove erase
start begin commence
end finish cease conclude
stop halt
buy purchase
help assist aid support
use utilise utilize apply
show display
choose select pick
forbid prohibit ban
allow permit
fix repair mend
build construct
postpone delay defer
check verify inspect examine
search seek
call phone telephone
dismiss fire sack
resign quit
return refund
discard dump
improve enhance better
divide split
join connect link
ask enquire inquire
answer reply respond
inform notify tell
move relocate transfer
change alter modify edit amend
store save
keep retain preserve
receive obtain get
give provide supply
require need
try attempt
collect gather
close shut
protect guard
send transmit
copy duplicate
clean wash
mix blend
expand enlarge
remain stay
happen occur
encrypt encipher
damage harm
injure hurt wound
hide conceal
replace substitute
destroy ruin
approve authorise authorize
reject refuse
carry transport
teach train instruct
praise commend
scold reprimand
explain clarify
describe depict
assess evaluate
""".strip().splitlines()
OTHERS = """
higher greater larger bigger
ascending rising increasing
descending falling decreasing
smaller lesser
faster quicker speedier
easier simpler
worse poorer
weaker feebler
authorisation authorization
organisation organization
optimisation optimization
analyse analyze
largest biggest greatest
reduced fell sank
increased rose grew
increases grows
began started commenced
forbidden prohibited banned illegal unlawful
allowed permitted legal lawful
mandatory compulsory obligatory
optional voluntary
quickly rapidly fast swiftly quick rapid swift
slowly gradually
big large
small little tiny
hard difficult
easy simple
cheap inexpensive
expensive costly
wrong incorrect false
correct right true
ill sick
main chief principal primary
whole entire complete
enough sufficient
empty vacant
final last
initial first
immediately instantly
yearly annually
approximately about roughly around
each every per
doctor physician
lawyer attorney
employee worker
employees staff personnel workers
employer boss
customer client
customers clients
seller vendor
buyer purchaser
landlord lessor
tenant lessee renter
car automobile
truck lorry
firm company business
pay salary wage
goods merchandise
holiday vacation
lift elevator
flat apartment
shop store
error mistake fault
errors mistakes faults
picture image
pictures images
rubbish garbage trash
person individual
children kids
nobody none
dangerous hazardous unsafe risky
broken defective faulty damaged
dirty soiled unclean
wide broad
polite courteous
rude impolite
honest truthful
clever intelligent smart
permanent lasting
temporary provisional
useful helpful
useless unhelpful
required necessary needed essential
unnecessary needless
benefit advantage
benefits advantages
drawback disadvantage
drawbacks disadvantages
danger hazard
dangers hazards
duty obligation
duties obligations
colleague coworker
colleagues coworkers
supervisor overseer
teacher instructor
student pupil
students pupils
nation country
money funds
everybody everyone all
begin start
colour color
grey gray
centre center
metre meter
litre liter
in into inside within
on onto upon
by via through
under below beneath underneath
near beside
email e-mail
also too
monday mon
tuesday tue tues
wednesday wed
thursday thu thurs
friday fri
saturday sat
sunday sun
unmarried single
deceased dead
zero 0
one 1
two 2
three 3
four 4
five 5
six 6
seven 7
eight 8
nine 9
ten 10
twelve 12 dozen
""".strip().splitlines()


def _equals() -> dict[str, str]:
    found = {word: row.split()[0] for row in OTHERS for word in row.split()}
    for row in VERBS:
        forms = [_forms(verb) for verb in row.split()]
        for of_verb in forms:
            for form, head in zip(of_verb, forms[0], strict=True):
                found.setdefault(form, found.get(head, head))
    # Initials are as good in small letters: CPU.
    return found | {word: found.get(word, word) for word in terms.INITIALS}


# Each word that has another of the same sense, and the word under which both go.
EQUALS = _equals()
# Rows of words; what stands before the first "=" is put for each of the others.
ROWS = """
forbidden = not allowed = not permitted = not lawful = against law
allowed = not forbidden
increases = goes up = becomes higher = gets higher = gets bigger = becomes bigger = moves up
reduces = goes down = becomes lower = gets lower = gets smaller = becomes smaller = moves down
increase = go up
reduce = go down
slows = slows down = becomes slower = gets slower
speeds = speeds up = becomes faster = gets faster
heats = heats up = gets hot = becomes hot = gets warmer
cools = cools down = gets colder = becomes colder
lower its temperature = make it cooler = make it colder = cool it = cool it down
raise its temperature = make it warmer = make it hotter = heat it = warm it up = heat it up
speed it up = make it faster
slow it down = make it slower
overtime = extra hours = overtime hours = additional hours
overtime = extra hours worked = overtime worked
unchanged = not changed
stays same = does not change = remains same = remains unchanged = stays as it is = remains constant
mandatory = not optional = required
optional = not mandatory = not required
impossible = not possible
closed = not open
open = not closed
full = not empty
absent = not present
before = prior to = ahead of
after = following = subsequent to
because = as result of = due to = owing to = because of
to = in order to = so as to
at once = straight away = right away = without delay = immediately = directly
free = free of charge = at no cost = without charge = for nothing
on time = punctually
in writing = in written form
search = look for
postpone = put off
delete = get rid of = throw away
switch off = turn off = power down = shut down
switch on = turn on = power up
switches off = turns off = shuts down
switches on = turns on
dismissed = laid off = let go
ensure = make sure = see to it
return = send back = give back = take back
perform = carry out
more than = over = above = in excess of
less than = under = fewer than
must not = may not = shall not = is forbidden to
must = has to = have to = is obliged to = is required to
may = is allowed to = are allowed to
need not = does not have to = do not have to
at least = no fewer than = not fewer than = no less than = not less than = minimum of
at most = no more than = not more than = up to = maximum of
half year = six months
double = twice as much = two times as much
once = one time
twice = two times
next to = beside
by phone = on phone = over phone
nobody = no one = not one
left = to left = on left
right = to right = on right
""".strip().splitlines()


def _said(words: str) -> str:
    """The words as they stand once each has been put under its own row, with a space at both ends."""
    return f" {' '.join(EQUALS.get(word, word) for word in words.split())} "


def _phrases() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in (*ROWS, *terms.ROWS):
        same, *others = map(_said, row.split("="))
        for phrase in others:
            found.setdefault(phrase.split()[0], []).append((phrase, same))
    return found


# By its first word, each row of words and the row that is put for it.
PHRASES = _phrases()
