"""Terms of trades beside the everyday words, initials and other terms that mean the same.

As in `synonyms`, what stands before the first "=" is put for each of the others. What a trade tells apart
(authentication and authorisation, net and gross) has no row.
"""

MEDICINE = """
hypertension = high blood pressure = raised blood pressure = elevated blood pressure
hypotension = low blood pressure = lowered blood pressure
tachycardia = fast heart rate = raised heart rate = increased heart rate = high heart rate
tachycardia = fast heartbeat = fast pulse = raised pulse = increased pulse = high pulse rate = racing heart
bradycardia = slow heart rate = low heart rate = slow heartbeat = slow pulse = low pulse rate
hypoglycaemia = hypoglycemia = low blood sugar = low blood glucose = lack of blood sugar
hyperglycaemia = hyperglycemia = high blood sugar = raised blood sugar = high blood glucose
myocardial infarction = heart attack = mi = cardiac infarction
stroke = cerebrovascular accident = cva = apoplexy
dyspnoea = dyspnea = shortness of breath = difficulty breathing = breathlessness = difficulty in breathing
dyspnoea = difficult breathing = trouble breathing = laboured breathing = labored breathing
tachypnoea = tachypnea = fast breathing = fast respiratory rate = fast respiration
apnoea = apnea = no breathing = stopped breathing = absence of breathing
fever = pyrexia = high temperature = raised temperature = elevated temperature = raised body temperature
fever = high body temperature = elevated body temperature = increased body temperature
analgesics = painkillers = pain killers = pain relief = pain relievers
analgesic = painkiller = pain killer = pain reliever
sweating = diaphoresis = perspiration
itching = pruritus = itchiness = itchy skin
vomiting = emesis = throwing up = being sick
swelling = oedema = edema
bruise = haematoma = hematoma = contusion
bruising = ecchymosis
bleeding = haemorrhage = hemorrhage = blood loss = loss of blood
nosebleed = epistaxis = nose bleed
fainting = syncope = passing out
tiredness = fatigue = exhaustion
jaundice = icterus = yellow skin
hives = urticaria = nettle rash
baldness = alopecia = hair loss = loss of hair
headache = cephalalgia = cephalgia
diarrhoea = diarrhea = loose stools
shingles = herpes zoster
chickenpox = varicella = chicken pox
measles = rubeola
mumps = parotitis
whooping cough = pertussis
lockjaw = tetanus
flu = influenza
common cold = acute coryza = head cold
renal failure = kidney failure
hepatic failure = liver failure
kidney = renal organ = renal
stomach = gastric
collarbone = clavicle = collar bone
shoulder blade = scapula
breastbone = sternum = breast bone
kneecap = patella = knee cap
thigh bone = femur = thighbone
shin bone = tibia = shinbone
skull = cranium
spine = backbone = vertebral column = spinal column
windpipe = trachea
gullet = oesophagus = esophagus = food pipe
voice box = larynx
eardrum = tympanic membrane = ear drum
womb = uterus
red blood cells = erythrocytes
red blood cell = erythrocyte
white blood cells = leukocytes = leucocytes
white blood cell = leukocyte = leucocyte
platelets = thrombocytes
adrenaline = epinephrine
noradrenaline = norepinephrine
paracetamol = acetaminophen
aspirin = acetylsalicylic acid
vitamin c = ascorbic acid
farsighted = long sighted = hyperopic
nearsighted = short sighted = myopic
nearsightedness = short sightedness = myopia
surgery = operation = surgical procedure
injection = jab = shot
bedsore = pressure ulcer = pressure sore = decubitus ulcer
intravenous = into vein = through vein = iv
oral = by mouth = per os = through mouth
subcutaneous = under skin
"""
SCIENCE = """
water = h2o = dihydrogen monoxide
sodium chloride = table salt = common salt = nacl
carbon dioxide = co2
carbon monoxide = co
oxygen = o2
nitrogen = n2
baking soda = sodium bicarbonate = bicarbonate of soda = sodium hydrogen carbonate
quicklime = calcium oxide
caustic soda = sodium hydroxide = lye
mercury = quicksilver
mass per unit volume = density
celsius = centigrade
evaporation = vaporisation = vaporization
"""
COMPUTING = """
cpu = processor = central processing unit
ram = main memory = random access memory = working memory
username = user name = login name
log in = sign in = log on = authenticate = authenticate oneself
logs in = signs in = logs on
log out = sign out = log off
denial of service = dos
distributed denial of service = ddos
man in middle = mitm
multi factor authentication = mfa
two factor authentication = 2fa = two step verification
virtual private network = vpn
database = data base = db
folder = directory
is immutable = cannot be changed = is not changeable = is unchangeable = cannot change
is mutable = can be changed = is changeable
nullable = can be null = may be null
thread safe = safe for threads
open source = with open source code
back up = make backup = create backup = make backup copy
single sign on = sso
source code = program code
hard disk = hard drive = hdd
solid state drive = ssd
wireless network = wlan = wi fi = wifi
garbage collector = gc
user interface = ui
command line = cli = command line interface
operating system = os
application programming interface = api
continuous integration = ci
infinite loop = endless loop = loop that never ends
encrypted = in encrypted form
plain text = plaintext = clear text = cleartext
"""
BUSINESS = """
labour = labor = workforce
labour cost = cost of labour = wage cost
value added tax = vat
gross domestic product = gdp
return on investment = roi
key performance indicator = kpi
human resources = hr = personnel department
research and development = r&d = r and d
chief executive = ceo = chief executive officer
bill = invoice
receivables = money owed by customers = amounts owed by customers
payables = money owed to suppliers = amounts owed to suppliers
turnover = sales revenue = revenue
shareholder = stockholder
shareholders = stockholders
shares = stocks
rise in price = price rise = price increase = increase in price
inventory = stock = stock on hand
delivery note = packing slip
overtime = extra hours
sick leave = sickness leave
maternity leave = leave for mothers
recruit = hire = take on = employ
recruits = hires = takes on
deadline = due date
agenda = list of topics = list of items
minutes = record of meeting
stakeholder = interested party
subsidiary = daughter company
overheads = indirect cost = indirect costs
tax free = free of tax = exempt from tax = tax exempt
invalid = not valid
in person = personally = face to face
liable = legally responsible
plaintiff = claimant
testament = will
theft = larceny = stealing
bail = security for release
"""
TRADES = """
spanner = wrench
torch = flashlight
petrol = gasoline
windscreen = windshield
bonnet = hood
boot = trunk
tyre = tire
earth wire = ground wire = earthing conductor
earthing = grounding
breaker = circuit breaker
wear gloves = use gloves = put gloves on = put on gloves
aubergine = eggplant
courgette = zucchini
coriander = cilantro
prawns = shrimps = shrimp
chickpeas = garbanzo beans
icing sugar = powdered sugar = confectioner sugar
minced meat = ground meat = mince
spring onion = scallion
starter = appetiser = appetizer
pavement = sidewalk
motorway = freeway
railway = railroad
plane = aeroplane = airplane = aircraft
sailing boat = sailboat
autumn = fall season
fertiliser = fertilizer
"""
WAYS = """
number of = how many
amount of = how much
every day = daily = once day = each day = every 24 hours
every week = weekly = once week = each week = every seven days
every month = monthly = once month = each month
every year = yearly = once year = each year = every 12 months
every hour = hourly = once hour = each hour
speeds = accelerates = speeds up = makes faster = makes quicker = runs faster
speed = accelerate = speed up = make faster
slows = decelerates = reduces speed of = lowers speed of
clear = clear away = remove
expands = gets larger = gets bigger = becomes larger = grows in size = grows
shrinks = gets smaller = becomes smaller
reduces = makes smaller = makes lower = brings down = cuts down
increases = makes bigger = makes larger = makes higher = drives up
increase = make bigger = make larger
slows = makes slower = runs slower
rise in = increase in = growth in
fall in = decrease in = drop in = decline in = reduction in
uses less = requires less = takes less
uses more = requires more = takes more
has no effect = does nothing = has no influence = changes nothing = makes no difference
fails = does not work = breaks down = stops working
works = functions = operates
before = ahead of
during = in course of
without = with no
only = just = merely = solely
alone = by oneself = on its own
against = in opposition to
with help of = by means of = with aid of
instead of = in place of = rather than
nearly = almost
at night = during night
at beginning = at start = in beginning
at end = in end = finally
very = extremely = highly
part time = not full time
ask for help = seek help = get help = request help
say sorry = apologise = apologize
talk to = speak to = speak with = talk with
write down = note down
find out = discover = learn
look after = care for = take care of
set up = install
call off = cancel
go on = continue = carry on
give up = quit
take part in = participate in
deal with = handle
point out = mention
think about = consider
wait for = await
"""
ROWS = "".join((MEDICINE, SCIENCE, COMPUTING, BUSINESS, TRADES, WAYS)).strip().splitlines()
LONGEST_INITIALS = 4
# The terms of one short word, most of which are initials.
INITIALS = frozenset(
    term
    for row in ROWS
    for term in map(str.strip, row.split("="))
    if term.isalnum() and len(term) <= LONGEST_INITIALS
)
