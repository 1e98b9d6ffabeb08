"""Flaws that plain rules can see: each rule with what it must find and what it must let pass.

A flawed question stands on a line of its own, or two on one where they are short (`||`). Before `::`
is its stem, behind it are its options, the key first; what is left out is sound. A line with `+` gives
the last option alone.
"""

from typing import Any

import pytest

from tests.generation.tools import item
from workers.generation.lint import RULES, Looked, findings, flaws

STEM = "Which part of a table holds one record?"
OPTIONS = ("A row", "A column", "A schema", "A view")


def looked(stem: str = STEM, options: tuple[str, ...] = OPTIONS, key: int = 0, **more: Any) -> Looked:
    return Looked(stem, options, key, more.pop("code", None), more.pop("language", None), **more)


def last(option: str) -> Looked:
    """A sound question but for its last option."""
    return looked(options=(*OPTIONS[:3], option))


def read(text: str) -> Looked:
    """The question that a text of the lists below stands for."""
    if text.startswith("+ "):
        return last(text.removeprefix("+ "))
    stem, _, options = text.partition(":: ")
    return looked(stem.strip() or STEM, tuple(options.split(" | ")) if options else OPTIONS)


def listed(text: str) -> list[str]:
    """The questions of a list, still as texts."""
    return [question for line in text.strip().splitlines() for question in line.split(" || ")]


def by_code(text: str) -> list[tuple[str, str]]:
    """Each question of a list with the code in the heading above it."""
    parts = [part.partition("\n") for part in text.strip().removeprefix("# ").split("\n# ")]
    return [(code, question) for code, _, questions in parts for question in listed(questions)]


FLAWED = r"""
# same_options
:: Smoking is prohibited | Smoking is not allowed | Smoke outside | Smoke at night || :: `rm` | rm | ls | mv
:: The seller pays tax | The buyer pays tax | No one | Tax is paid by the buyer || +  a  Column.
:: Into the cold store | In the cold-store | To the dock | To the yard || :: 1.5 kg | 1500 g | 150 g | 15 kg
:: Last in | First in, first out | First-in-first-out | Largest first || :: 3 p.m. | 15:00 | 4 p.m. | 5 p.m.
:: The tenant's bank | The bank of the tenant | The agent | The owner || :: Noon | 12:00 | 13:00 | 14:00
:: Delete the file | Remove the file | Copy the file | Print the file || :: 500 mg | 0.5 g | 1 g | 2 g
:: At least five votes | Five or more votes | Two votes | A draw || :: A half | 50 % | A third | A tenth
:: The motor of the pump | The pump motor | The belt | The valve || + A column
:: Twice a year | Every six months | Once a year | Once a month || :: Every week | Weekly | Monthly | Yearly
:: Chopped parsley | Parsley that has been chopped | Salt | Oil
:: 90 minutes | An hour and a half | 2 hours | 3 hours || :: Salt and pepper | Pepper and salt | Oil | Lemon
:: Steel and timber | Timber and steel | Glass | Rope || :: It goes up | It rises | It halves | It stays
:: One in four | A quarter | A half | A fifth || :: A dozen eggs | 12 eggs | 6 eggs | 24 eggs
:: 60 minutes | 1 hour | 2 hours | 3 hours || :: 2 miles | two miles | 5 miles | 9 miles
:: By lowering the price | By reducing the price | By raising it | No || :: 5% | Five percent | 7% | 9%
:: VAT | Value-added tax | Income tax | Poll tax || :: Members only | Only members | Guests | Staff
:: From 5 to 10 | 5–10 | 1–4 | 11–20 || :: Half past nine | 9:30 | 10:30 | 11:30
:: Not open | Closed | Lost | Sold
:: Fortnightly | Every two weeks | Monthly | Yearly || :: Every other day | Every two days | Daily | Weekly
:: Myocardial infarction | Heart attack | Stroke | Asthma || :: Shortness of breath | Dyspnea | Apnea | Fever
:: Days needed for packing it | Days required to pack it | Days off | Days late || :: H2O | Water | CO2 | Oil
:: By often checking the seals | By checking the seals often | By oiling | By rest || :: CPU | Processor | RAM
:: Hand washing | Wash your hands | Wear a mask | Rest
:: Cannot be changed | Is immutable | Is sorted | Is new
:: Number of staff required | How many staff are needed | Age of staff | Pay of staff || :: Itching | Pruritus
:: Repair of the roof | Repairing the roof | Rent | Heating
:: It is encrypted | It gets encrypted | No | Yes
:: Once a day | One time a day | Twice a day | Hourly || :: Once a week | Weekly | Daily | Yearly
What follows? :: Deploy to production | Deployment to production | Testing | Review
# refers_to_options
+ D. All of the above || + I and II above || + Non of the above
+ Either of the first two answers || + All of the metals listed above || + The other three are all wrong
+ All of the answers are right || + None of these options apply || + Everything but the last one || + Both
+ More than one of the above || + None of the listed letters || + There is no correct answer || + a) and b)
+ A combination of the above || + Any of the three would do || + All aforementioned points || + Both A and B
+ All of them are correct || + More than one of these || + At least two of these || + Neither of the above
+ None of these tools. || + Answer B or answer C || + They are all correct || + Options 1 through 3
+ A and B, but not C || + All three of them. || + Every one of these || + 1 and 2, but not 3 || + All four
+ Both (a) and (c). || + Each of the above || + All of the above || + Options A and C || + Not listed here
# k_type
P: It rained. Q: It snowed. R: It froze. Which make roads slick? :: P and Q | Q and R | P and R | P, Q and R
[1] Cut [2] glue [3] sand [4] paint. Which need a mask? :: [1] and [3] | [2] & [4] | [3], [4] | [1], [2]
#1 scope #2 cost #3 time #4 mood. Which bind a project? :: #1, #2, #3 | #1, #4 | #2, #4 | #4
:: Only statement 1 is true | Only statement 2 is true | Both are true | Neither is true
:: The first only | The second only | Both of them | Neither of them || :: Just 1 | 1 & 2 | 2 & 3 | 1–3
:: (i) only | (ii) only | (i) and (ii) | Neither (i) nor (ii) || :: ① and ② | ② and ③ | ① and ③ | only ③
:: (a) and (b) | (b) and (c) | (a), (b) and (c) | (c) alone || :: I only | I and II | I and III | II and III
:: i and ii | i and iii | ii and iii | none of i to iii || :: A only | B only | A and B | neither A nor B
:: Both I and II | II and III | I, II, III | Only III
:: Only the first | Only the second | Both | Neither
:: I is true, II is false | I is false, II is true | Both I and II are true | Both I and II are false
Assertion A, reason R. :: Both A and R are true | A is true but R is false | A is false but R is true | No
# true_false
Is the tenant liable? :: Liable | Not liable | Liable for half | Liable for damage
:: Agree | Disagree | Neutral | It varies
Is this lawful? :: It is, for it helps | It is, as agreed | It is not, as it harms | It is not, as said
Is a whale a fish? :: Yes, since it swims | Yes, since it has fins | No, it has lungs | No, it has hair
Can a constant be assigned a new value? :: Yes, here | Yes, there | No, it fails | No, it waits
The rule holds for all primes. :: It is true | It is false | It is open | It is trivial
A gas fills its vessel. True or false? :: True | False | Only when hot | Only when cold
Must the driver stop? :: Definitely yes | Definitely not | Yes, at night | No, by day
Is a receipt needed? :: Yes: for every sum | Yes: above 50 | No: never | No: below 50
Does copper rust? :: It does not | It does | It does at sea | It does not at home
:: Correct | Incorrect | Correct at night only | Not certain || :: true | false | partly true | unclear
:: I agree | I disagree | I agree in part | I have no view || HTTP is stateless. True or false?
:: Right | Wrong | Right for some | Wrong since 1900 || :: True | False | True, but late | False, but soon
# blank
The heart has *** chambers. || The law was passed in - - - - . || Bread is made from flour and ‗‗‗.
The [blank] clause of a query filters groups. || The ...... clause of a query filters groups.
The ____ clause of a query filters groups. || Water boils at [ ? ] degrees at sea level.
Fill in the missing word: bread and (gap). || The chef adds \_\_\_\_ to thicken a sauce.
The ... clause of a query filters groups. || The sum of the angles is <...> degrees.
The nurse gave the ... to the patient. || Iron is a ------- at room temperature.
To copy a file, type …… and its name. || Debits are entered on the (…) side. || The _______ pumps the blood.
In 1905 a … was built in the town. || The word ( ) means a young dog. || Paris is the capital of _____.
A triangle has {blank} sides. || A [____] joins two pipes.
# unfocused_stem
Which of the following statements about soil is accurate? || Which of the following best describes a hash?
Which one of the following can be said of glaciers? || What must be considered when working with acids?
Of the statements below, which one is right? || Consider leases. Which statement is correct? || Issue log:
When it comes to firewalls, it is true that || Pick the statement that is true of sharks. || Photosynthesis:
Concerning the liver, which option holds? || The owner of a restaurant with a terrace || Customer complaints
Identify the true statement about tides. || Which statement about indexes is right? || The French Revolution
Which of these statements is correct? || Which of these applies to lathes? || What do you know about Docker?
As for insulin, one can say that || Which of the following is true? || Select the correct statement.
What is true about mortgages? || Choose the best answer. || What about Kubernetes? || Mark the right answer.
Which fact is correct? || In project management, || Regarding indexes, || Which is correct? || A good waiter
# unmarked_negative
A server is slow. Which command is unlikely to find the reason? || This drug must not be given together with
Apart from one, all of these are oils. Which is the odd one? || Which of these is not a relational database?
Everything here is a vegetable, with one exception. Find it. || Who of these people is not entitled to vote?
Which of the following is not considered a primary colour? || Which question is least suited to open a talk?
Each of these belongs to the assets of a bakery except: || Select the one that is not a container runtime.
Which line of the query isn't needed to get the total? || Which factor has the least influence on the price?
Which of the listed goods may not be carried by air? || Which tool would you least likely use on glass?
Identify the item that does not need a permit. || The following are duties of a guard, except:
Which is the least suitable site for a well? || Three of these are gases. Which one is not?
Which command does not change the history? || What should you not store in a repository?
Which of these statements is incorrect? || Which measure is unsuitable for a burn? || Which bird cannot fly?
All of these are roots but one. Which? || Which of these animals isn't a mammal?
All of the following are alloys except || Which one doesn't belong to the group?
Which statement about leases is wrong? || A nurse must never mix this drug with || Which is the odd one out?
What should a first aider never do? || Which of these won't stop the leak?
# unsorted_numbers
:: The 19th century | The 17th century | The 20th century | The 18th century || :: 1890 | 1750 | 1920 | 1810
:: It grows by 5 % | It grows by 20 % | It grows by 2 % | It grows by 9 % || :: -5 °C | 4 °C | -18 °C | 0 °C
:: 1 January 1980 | 1 January 1970 | 1 January 2000 | 1 January 1960 || :: 180 °C | 120 °C | 220 °C | 60 °C
:: A fine of £60 | A fine of £20 | A fine of £100 | A fine of £40 || :: €1.50 | €15.00 | €0.15 | €150.00
:: 3 times a day | 5 times a day | 2 times a day | 4 times a day || :: 10 March | 2 January | 7 July | 1 May
:: 3 March 2024 | 1 March 2024 | 9 March 2024 | 4 March 2024 || :: 12 apples | 3 apples | 7 apples | 1 apple
:: $2.5 million | $900,000 | $1.2 million | $3 million || :: 9:30 a.m. | 1:45 p.m. | 11:45 a.m. | 12:15 p.m.
:: Fewer than 10 | More than 50 | 10 to 20 | 21 to 50 || :: 30 seconds | 1 minute | 10 seconds | 5 minutes
:: half an hour | two hours | one hour | ten minutes || :: twenty-one | sixteen | eighteen | fourteen
:: 1.4.10 | 1.4.1 | 2.0.0 | 1.5.0 || :: $1,200 | $900 | $1,500 | $300 || :: 230 V | 12 V | 400 V | 5 kV
:: 10-20 | 1-5 | 5-10 | 20-40 || :: 8 am | 6 pm | 9 am | noon || :: Three | One | Two | Four
:: −3 m | 2 m | −7 m | 0 m || :: 2^8 | 2^4 | 2^16 | 2^2 || :: 1/2 | 1/8 | 1/4 | 3/4 || :: 5 | 3 | 4 | NULL
:: Two weeks | Three days | One month | One week || :: III | I | IV | II || :: 0.1 | 0.01 | 1 | 0.001
:: Once a day | Three times a day | Twice a day | Four times a day
:: Within 30 days | Within 7 days | Within 60 days | Within 90 days
# longest_key
:: It finds rows by a column without reading every page | It sorts rows | It locks | It copies
# absolute_term
What does rest do? :: It helps healing | It cures any illness | It harms the heart | It burns fat
What is given at night? :: A low dose | A high dose | Two doses | Every patient gets one
+ Everyone must run each and every day || + That there are no faults whatsoever || + In every case the firm
+ Notice is strictly and always void || + The rows are completely replaced || + Nobody will ever buy again
+ It always speeds up the look-up || + Refuse under all circumstances || + It kills all germs everywhere
+ It removes every kind of dirt || + Attacks become impossible || + It makes theft impossible
+ Under no condition speak || + 100 % safety for ever || + Never answer at all || + Anything whatsoever
+ It works for everyone || + Nothing can go wrong || + It is the only way || + It fully replaces staff
+ It can't possibly fail || + It is the sole cause of it || + Nothing but the lowest price
# vague_term
+ Nearly always || + It varies || + On occasion || + A number of users || + For the most part
+ Roughly enough
+ A reasonable amount, probably || + It can sometimes be found || + It could possibly burn || + Now and then
+ It more or less closes || + In most cases it stops || + With water, as a rule || + It can sometimes hurt
+ It often draws water || + It might crack pipes || + From time to time || + It may be a view || + Rarely
+ It tends to wilt || + Quite some time || + Usually a row || + Rather warm || + Quite a lot
# word_repeat
Which test shows whether modules can be integrated? :: Integration test | Unit test | Smoke test | Load test
Which insurance pays after a storm? :: Storm insurance | Life insurance | Car insurance | Dental insurance
Which document tells what each packed carton holds? :: Packing list | Bill of lading | Invoice | Receipt
Which call makes an array by filtering the entries? :: a.filter(f) | a.map(f) | a.reduce(f) | a.sort(f)
A chef reduces a sauce slowly. What is the method called? :: Reduction | Braising | Frying | Steaming
What regulates temperature in a tank of fish? :: A temperature regulator | A pump | A lamp | A net
What is the cover that protects a keyboard from dust called? :: Dust cover | Screen | Hub | Stand
Which drug treats thyroid failure? :: Thyroid hormone | Aspirin | Insulin | Morphine
Which command commits the changes? :: git commit | git push | git pull | git log
Which document describes the job? :: Job description | Contract | Payslip | Invoice
Which process filters water? :: Filtration | Boiling | Chlorination | Distillation
# grammatical_cue
An ________ measures the current. :: ammeter | tachometer | wattmeter | voltmeter
The two chambers that receive blood are the :: atria | left ventricle | aorta | septum
How should a ladder be placed? :: At an angle of 75° | The window | A colleague | The bucket
Who signs the permit? :: The site manager | In the office | Before work starts | With a pen
What do brokers do in a crisis? :: They calm clients | The bank | A long report | The market
The process is named for short, and called :: compiling | a debugger | an editor | an interpreter
Insulin is produced by the :: pancreas | the liver | a kidney | the stomach
To reduce falls, the employer :: provides rails | to train staff | providing rails | a helmet
When a guest complains, you should first :: listen to him | the manager | an apology | a refund
Who are the two parties to a lease? :: The landlord and the tenant | The notary | The agent | The court
The purpose of an index is to :: look rows up | a sorted table | the lock of rows | removing doubles
A document that asks for payment is called an :: invoice | receipt | purchase order | delivery note
The device that measures current is called an :: ammeter | voltmeter | thermometer | barometer
The three primary colours of light are :: red, green and blue | purple | orange | brown
Which parts of a plant take up water? :: The roots | The flower | The stem | The fruit
Which organs filter the blood? :: The kidneys | The liver | The heart | The skin
Where is the archive kept? :: In the cellar | A shelf | The clerk | Some boxes
:: To filter groups | Sorting the rows | Joining two tables | Naming a column
:: To stop the flow | The pressure | A handle | The seal
:: By welding it | The bolt | A clamp | Some glue
The cells that carry oxygen are :: red blood cells | the plasma | a nerve cell | the lymph
# convergence
:: Price up, demand down | Price up, demand up | Price down, demand down | Supply up, demand down
:: White gloss on metal | White gloss on wood | White matt on metal | Red gloss on metal
:: [n ** 2 for n in a] | [n * 2 for n in a] | [n ** 2 for m in a] | [n ** 2 for n in b]
:: Cash up, sales up | Debts up, sales up | Cash up, loans up | Stock up, sales up
:: Screwed from above | Screwed from below | Nailed from above | Glued from above
:: Redness and pain | Cold and pain | Redness and numbness | Redness and pallor
:: Steel with zinc | Steel with tin | Copper with zinc | Steel with lead
# implausible_distractor
+ By printing money in the attic with crayons || + By asking hackers nicely || + It was in a bad mood
+ Wishful thinking || + A flying carpet || + Takes a selfie || + Blah blah blah || + I don't know || + Cry
+ Hoping that no one notices || + Paint it pink || + Blame a colleague || + A birthday card || + Mickey Mouse
Which tool proves that a circuit is dead? :: Two-pole tester | Clamp ammeter | Hammer | Insulation tester
Which of these is a database management system? :: PostgreSQL | MongoDB | Redis | Microsoft Word
Which instrument is used to hear the heart? :: Stethoscope | Otoscope | Thermometer | Trombone
Which language runs in the browser? :: JavaScript | Java | C# | Swahili
Which protocol secures web traffic? :: TLS | FTP | SMTP | A toaster
Which company offers S3? :: Amazon | Google | Microsoft | Lady Gaga
+ It is magic! || + Crystal ball || + Darth Vader || + Sing to it || + Your teeth || + Chocolate || + Whales
"""

SOUND = r"""
Which requests does the proxy retry? :: All of them | Those that time out | Those with a body | None of them
Which customers are shown who have not paid? :: Those of May | Those of June | Those abroad | Those in town
What does the loop do for an empty list? :: Nothing | It prints 0 | It stops with an error | It runs once
Where does a raw cake belong? :: On the lowest shelf | Beside the cake | On the top shelf | In the door
What share passes? :: All of the light | Half of the light | A quarter of the light | None of the light
:: Any of these requests | All options that expire | None of the answers given | One contract of hers
Where is the fuse? :: In the box by the door | Under the stairs | On the roof of the shed | Outdoors
Which rows does the filter keep? :: All rows above row 5 | Row 5 alone | Rows below row 5 | No rows
Where does the lamp hang? :: Above the sink | Below the sink | Beside the door | Behind the stove
How is it fixed? :: Glued and pinned | Glued and clamped | Nailed and pinned | Nailed and clamped
Between which years did it run? :: 1914 and 1918 | 1918 and 1923 | 1933 and 1939 | 1939 and 1945
In which order is it done? :: Cut, then glue | Glue, then cut | Sand, then cut | Cut, then sand
Which rows are locked? :: All of the rows | None of the rows is | The first row | The last row
1. boil 2. pour 3. stir. In which order is it done? :: 1, 2, 3 | 1, 3, 2 | 2, 1, 3 | 3, 2, 1
Which one is sent again? :: Neither of the requests | Both of them | The first | The last
A machine that lifts loads with a boom is called :: a crane | a lathe | a press | a winch
:: It reads the rows and the keys | It reads all the rows | It sorts rows | It is a copy
Which angle is meant? :: A right angle | An acute angle | An obtuse angle | A flat angle
Under which heading are they named? :: Apologies | Matters | Other business | Attendance
What stacks two results? :: UNION | UNION ALL | GENERATED ALWAYS AS IDENTITY | EXCEPT || + It ends normally
What closes a normally open valve? :: Air pressure | A spring | Its weight | A magnet
What is the right tool for a hex bolt? :: An Allen key | A file | A chisel | A punch
Tasks A, B, C and D wait. Which two start? :: A and B | A and C | B and C | C and D
Which reply is polite? :: Yes, of course | Yes, I guess | No way | Whatever you say
Which slice has the last three? :: lines[-3:] | lines[:-3] | lines[-3] | lines[3:]
:: More in, more out | More in, less out | Less in, more out | Less in, less out
Which roots does the equation have? :: 1 and 2 | 1 and 3 | 2 and 3 | 3 and 4 || Compute the sum of 3 and 4.
The note says that the lift stops at noon. Which statement follows from it? || The boiling point of water is
In which order are they printed? :: A D C B | A B C D | A D B C | A C D B || + So that it is read less often
Which vitamins dissolve in fat? :: A and D | B and C | B and D | C and D
Which of these metals is liquid at 20 °C? :: Mercury | Lead | Tin | Zinc
The temperature at which water freezes is :: 0 °C | 4 °C | 10 °C | 32 °C
Which of these has the most vitamin A? :: Carrots | Rice | Bread | Milk
When does it start? :: 9:30 a.m. | 11:45 a.m. | 12:15 p.m. | 1:45 p.m.
On which day does the lease end? :: 30 April | 3 May | 12 May | 20 May
Which statement ends a loop early? :: break | continue | pass | return
The pods are ready, yet calls fail. What is wrong with the service?
The nurse is now to :: document it | move it | inform us | wash it || What is due? :: £20 | £40 | £60 | £100
On which day does it come? :: Friday | Saturday | Sunday | Monday
Which policy fits the job? :: Always | OnFailure | Never | Unset
Which grades are given? :: A and B | B and C | C and D | D and E
What is the least number of coins for 30 cents? :: 2 | 3 | 4 | 5
An instrument for weighing is a :: scale | ruler | clock | meter
Which release is the latest but one? :: 1.8 | 1.9 | 1.10 | 1.11 || Which of these methods is NOT idempotent?
Which backup is too large? :: 900 kB | 45 MB | 1.2 GB | 0.5 TB || Which version? :: 3.8 | 3.9 | 3.10 | 3.11
When does the night round end? :: 23:15 | 23:45 | 0:15 | 0:45
How fast does it run? :: 60 km/h | 60 m/s | 60 mph | 600 km/h
Which fruit is a berry? :: Banana | Apple | Cherry | Peach || Which sign marks a comment? :: # | // | -- | ;
A router does not connect. What should be checked first? || Which sum is meant? :: −5 V | 5 V | 10 V | 12 V
Which range? :: Under 10 | 10 to 20 | 21 to 50 | Over 50 || Which port is meant? :: 8080 | 443 | 80 | 22
How large is the file? :: 10 Mb | 10 MB | 20 Mb | 20 MB || Which flag deletes a branch? :: -d | -D | -m | -M
How is x read? :: 2x + 1 | 2(x + 1) | 2x - 1 | 2(x - 1) || Which group of blood is rarest? :: AB | A | B | O
Which value follows 1, 1, 2, 3, 5, …? :: 6 | 7 | 8 | 9 || Which unit suits the current? :: mA | MA | kA | uA
Convert 5 km into metres. :: 50 | 500 | 5,000 | 50,000
Which number continues the series 2, 6, 12, 20, ...? || Which change makes sure that the page is not cached?
Which role follows the principle of least privilege?
Which answer serves the firm best? :: Yes, once we agree | Yes, later | No, for lack of time | Yes, but today
What is allowed? :: They may go alone | They may go in pairs | They may go at night | They may go late
Which is punctuated correctly? :: Its late but go. | It's late, but go. | It's late but go. | Go, its late.
What was found? :: Correct entries in one book | Wrong entries in one book | Missing entries | Double entries
Which parts of a car hold oil? :: The sump and filter | The tank and hose | The coil and plug | The hub
What is wrong with the bill? :: Its date is missing | Its sum is too high | Its tax is old | It is blank
Why is salt added? :: To lower the boiling point | To raise the boiling point | To add colour | To soften it
Who is paid? :: The seller pays the buyer | The buyer pays the seller | The agent pays | The bank pays
What is asked? :: The driver's name | The colour of the car | The year of the car | The price
Who gets the bonus? :: All who stayed a year | All who joined in May | None who left | Only trainees
What is the cost of not insuring it? :: Losses are borne alone | Rents go up | Taxes go up | Debts fall
The tenants have to :: pay the rent on time | clean the stairs weekly | store bikes outside | report leaks
The buyer means to judge fairly. What should he do? :: Send it back | Wait | Judge fairly | Bid
Which effect has it? :: No effect on the price | A rise in price | A small fall in price | A swing in price
Which statement follows from the note? :: The lift is shut | The lift is new | It is slow | It is red
Which type ranks players? :: A sorted set of players | A hash of players | A list of scores | A string
Which rule applies? :: Increase before decrease | Decrease before increase | Hold the price | Drop it
What happens if the file does not exist? :: It is created | It is skipped | An error occurs | The old is read
How long is it? :: 5 cm | 12 cm | 1.2 m | 3 m
Which word is spelt as in America? :: color | colour | centre | honour || + A worm || + Trojan horse
Which tool removes a nail? :: Claw hammer | Screwdriver | Hand saw | Spirit level
Which order is right? :: I, II, III | III, II, I | II, I, III | I, III, II
Which planet has the most moons? :: Saturn | Mars | Venus | Mercury || Which stage is it? :: I | II | III | IV
What does REM stand for? :: Rapid eye movement | Random eye movement | Rapid ear movement | Regular eye motion
Which form is right? :: It's raining | Its raining | It raining | Is raining it
Who signs it? :: Employer and employee | Employer and union | Employee and union | Employer and state
The parties to it are the :: landlord and tenant | agent and owner | bank and buyer | clerk and mayor
To reduce noise, the mason :: wears muffs | stops the saw | wets the blade | moves the work
Which program opens a .docx file? :: Microsoft Word | Adobe Photoshop | Windows Explorer | Microsoft Paint
What is the least price? :: Almost nothing | Half of it | A fifth of it | All of it
Which sum is meant? :: −5 V | 5 V | 10 V | 12 V || Which code is found? :: AB1 | AX17 | A1B | BA31
"""

# What no list can hold: nothing at all, too much, and code.
FLAWED_TOO = [
    ("missing_stem", looked("")),
    ("missing_stem", looked("Why?")),
    ("missing_stem", looked("   ")),
    ("missing_option", looked(options=OPTIONS[:3])),
    ("missing_option", last("")),
    ("missing_option", last("  ")),
    ("missing_option", looked(options=())),
    ("too_long", looked("x" * 2_001)),
    ("too_long", last("x" * 501)),
]
SOUND_TOO = [
    looked(),
    looked("What does the function return?", ("0", "False", "None", '""'), code="f()"),
    looked("What is printed?", ("0 0", "0 1", "1 0", "1 1"), code="print(a, b)"),
    looked("What is printed?", ("True", "False", "1", "An error"), code="print(1 == 1)"),
    looked("What is printed?", ("a B A c", "a A B c", "a c B A", "a c A B"), code="f()"),
    looked(options=("8", "4", "16", "2"), in_order=False),
]


@pytest.mark.parametrize(("code", "text"), by_code(FLAWED))
def test_a_flaw_is_seen(code: str, text: str) -> None:
    assert code in {finding.code for finding in findings(read(text))}


@pytest.mark.parametrize(("code", "question"), FLAWED_TOO)
def test_what_lacks_or_is_too_long_is_seen(code: str, question: Looked) -> None:
    assert code in {finding.code for finding in findings(question)}


@pytest.mark.parametrize("text", listed(SOUND))
def test_what_only_looks_like_a_flaw_passes(text: str) -> None:
    assert findings(read(text)) == []


@pytest.mark.parametrize("question", SOUND_TOO)
def test_what_a_program_prints_is_no_flaw(question: Looked) -> None:
    assert findings(question) == []


def test_every_rule_is_shown_at_work() -> None:
    shown = {code for code, _ in by_code(FLAWED)} | {code for code, _ in FLAWED_TOO}
    assert shown == {*RULES, "too_long"}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"options": ("8", "4", "16", "2")}, []),
        ({"options": ("a", "b", "c")}, ["missing_option"]),
        ({"type": "code_reading", "code": "f()", "options": ("a", "b", "c", "b")}, ["same_options"]),
        ({"type": "true_false", "options": ("True", "False")}, []),
        ({"type": "true_false", "options": ("True",)}, ["missing_option"]),
        ({"type": "multiple_select", "right": 2}, []),
        (
            {"type": "multiple_select", "right": 2, "options": ("a", "b", "c", "Both A and B")},
            ["refers_to_options"],
        ),
        ({"type": "ordering", "right": 3, "options": ("Boil it", "Pour it", "Always stir")}, []),
        ({"type": "ordering", "right": 3, "options": ("Boil it", "Pour it", "boil it")}, ["same_options"]),
        ({"type": "numeric", "options": (), "accepted": ("42",)}, []),
        ({"type": "numeric", "options": (), "accepted": ()}, ["missing_option"]),
        ({"type": "short_answer", "options": (), "accepted": (" ",)}, ["missing_option"]),
    ],
)
def test_an_item_is_held_to_the_rules_of_its_type(change: dict[str, Any], codes: list[str]) -> None:
    assert [finding.code for finding in flaws(item(**change))] == codes


def test_an_item_s_flaws_are_all_named() -> None:
    codes = {finding.code for finding in flaws(item(stem="___", options=("a", "a", "")))}
    assert codes == {"missing_stem", "missing_option", "same_options", "blank"}


# Texts that a rule must live through.
ODD = [
    "", " ", "\n\n", "?", ".", "___", "\x00\u200b\ufeff", "🦄" * 300, "ß" * 500, "٣٤", "½", "१२ घंटे",
    "日本語はどれ?", "a" * 400, "(" * 400, "a(" * 150, "1" * 400, "1/" + "9" * 300, "9999^99", "0^-1", "-.5",
    "`", "'" * 99, "A and " * 60, "_" * 450, "which is " * 50, "not " * 100, "i. ii. " * 60, "1e99",
    "a.b" * 130, "and," * 100, "\ud800", "É and Ü", "25:61", "99 Mai",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("key", [0, 3, -1, 99, None])
def test_no_text_makes_a_rule_raise(text: str, key: int | None) -> None:
    for options in [(), (text,), (text, "A row", text, "2"), ("1", "2", "3", text), (text,) * 30]:
        assert isinstance(findings(Looked(text, options, key)), list)
        assert isinstance(findings(Looked(STEM + text, options, key, text, None, False)), list)
