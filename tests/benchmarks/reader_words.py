"""Words and turns of phrase that ask for the same, to put questions in other words.

A line is a group whose members can mostly stand for each other in a question, in the same
grammatical form. Written for the reader's training examples.
"""

from __future__ import annotations

import random
import re

_GROUPS = """
start begin commence
started began
starts begins
beginning start outset
end finish conclude
ended finished concluded
ends finishes
big large
bigger larger
biggest largest
small little
smallest tiniest
huge enormous vast
important significant key major
main primary principal chief
often frequently
usually normally generally typically
rarely seldom
almost nearly
about roughly approximately
quickly rapidly fast
famous well-known renowned
hard difficult
easy simple
rich wealthy
poor impoverished
old ancient
new recent
correct right accurate
wrong incorrect mistaken
whole entire complete
different distinct
same identical
similar alike comparable
enough sufficient
cheap inexpensive
expensive costly
dangerous risky hazardous
safe secure
sick ill
strange odd unusual
strong powerful
angry furious
afraid scared frightened
wealth riches fortune
movie film
movies films
car automobile vehicle
cars automobiles vehicles
doctor physician
doctors physicians
lawyer attorney
lawyers attorneys
teacher instructor
teachers instructors
author writer
authors writers
kid child
kids children
company firm business
companies firms businesses
corporation company
boss head leader
chief head leader
employees workers staff
employee worker
job occupation position
jobs occupations positions
salary pay wages
money funds cash
cost price expense
costs expenses
goods products merchandise
product item
shop store
shops stores
gear equipment apparatus
device gadget appliance
devices gadgets appliances
phone telephone
picture image
pictures images
photo photograph
photos photographs
song tune track
songs tunes tracks
show programme program
game match
games matches
sickness illness disease
illness disease
drug medicine medication
drugs medicines medications
country nation state
countries nations states
city town municipality
cities towns
area region zone
areas regions zones
place location site
places locations sites
village settlement
building structure
buildings structures
house home residence
houses homes residences
street road
streets roads
river stream waterway
sea ocean
ship vessel boat
ships vessels boats
plane aircraft airplane
planes aircraft airplanes
soldiers troops
soldier serviceman
army military forces
war conflict
wars conflicts
battle fight clash
battles fights clashes
fight struggle
king monarch ruler
ruler sovereign monarch
law statute rule
laws statutes rules
rules regulations
agreement deal pact treaty accord
crime offence
prison jail
police officers
government administration authorities
officials authorities
vote ballot
election vote
party group
groups organizations bodies
organization institution
organizations institutions
university college
school academy
student pupil
students pupils
scientists researchers
scientist researcher
study investigation research
studies investigations
theory hypothesis
idea concept notion
ideas concepts notions
method way technique approach
methods ways techniques approaches
reason cause motive explanation
reasons causes motives
result outcome effect consequence
results outcomes effects consequences
effect impact influence
effects impacts influences
problem issue difficulty
problems issues difficulties
change alteration shift
changes alterations shifts
part piece section portion
parts pieces sections portions
kind type sort
kinds types sorts
amount quantity
percentage share proportion percent
goal aim purpose objective
goals aims purposes objectives
purpose aim point
use function
uses functions
advantage benefit
advantages benefits
disadvantage drawback
disadvantages drawbacks
danger risk threat
dangers risks threats
harm damage
growth increase rise
decline decrease drop fall
rise increase growth
birth arrival
death passing
wife spouse
husband spouse
people persons individuals
person individual
man guy gentleman
woman lady
inhabitants residents people
residents inhabitants citizens
population inhabitants
friend companion ally
friends companions allies
enemy opponent foe
enemies opponents foes
opponent rival adversary
team side squad
teams sides
player athlete
players athletes
coach trainer manager
trophy cup prize
prize award
award prize honour
awards prizes honours
title name
religion faith
faith belief
beliefs convictions views
opinion view
opinions views
language tongue
languages tongues
word term
words terms
book volume work
books volumes works
newspaper paper
letter message note
story tale account
stories tales
report account
information data details
details particulars
rock stone
rocks stones
animals creatures
animal creature
plants vegetation
food nourishment
foods dishes
dish meal
weather climate
heat warmth
speed pace velocity
power strength force
energy power
color colour shade
colors colours shades
center centre middle
border boundary frontier
borders boundaries frontiers
north-east northeast
height altitude elevation
length extent
size extent dimensions
machine device
tool instrument
tools instruments
make produce create
makes produces creates
made produced created
making producing creating
build construct
built constructed erected
building constructing
write author
wrote authored penned
written authored penned
buy purchase acquire
bought purchased acquired
sell market
sold marketed
get obtain receive
got obtained received
gets obtains receives
give provide supply
gave provided supplied
given provided supplied
gives provides supplies
help assist aid
helped assisted aided
helps assists aids
show display demonstrate
showed displayed demonstrated
shown displayed demonstrated
shows displays demonstrates
say state claim
said stated claimed
says states claims
tell inform
told informed
ask request
asked requested
think believe
thought believed
thinks believes
believe think
believed thought held
called named termed
known called named
use employ utilize
used employed utilized
uses employs utilizes
using employing utilizing
need require
needed required
needs requires
want wish desire
wanted wished desired
wants wishes desires
try attempt
tried attempted
choose select pick
chose selected picked
chosen selected picked
change alter modify
changed altered modified
stop halt cease
stopped halted ceased
keep retain maintain
kept retained maintained
leave depart quit
left departed quit
die perish
died perished
killed slain
kill slay
live reside dwell
lived resided dwelt
lives resides dwells
born delivered
marry wed
married wed
meet encounter
met encountered
attack assault strike
attacked assaulted struck
defeat beat overcome
defeated beat overcame
beat defeated overcame
win gain
won gained
lose forfeit
lost forfeited
destroy wreck ruin
destroyed wrecked ruined
protect guard shield
protected guarded shielded
protects guards shields
allow permit let
allowed permitted
allows permits lets
forbid ban prohibit
forbidden banned prohibited
banned prohibited outlawed
prevent stop
prevented stopped
cause produce bring-about
caused brought-about produced
causes produces
lead guide head
led guided headed
leads guides heads
founded established set-up
established founded set-up
establish set-up
discovered spotted
find discover locate
invented devised
invent devise
develop create
developed created
increase raise grow
increased raised grew
decrease reduce lower
decreased reduced lowered
reduce lower cut
reduced lowered cut
grow expand
grew expanded
move shift
moved shifted relocated
travel journey go
traveled journeyed went
arrived came
return go-back come-back
returned went-back came-back
send dispatch
sent dispatched
bring carry
brought carried
carry transport bear
hold contain
held kept
contain include hold
contains includes holds
contained included held
include contain comprise
includes contains comprises
included contained comprised
consist comprise
own possess have
owned possessed
owns possesses
share divide
divided split
divide split
connect link join
connected linked joined
connects links joins
join enter
joined entered
separate divide
see notice observe
saw noticed observed
seen noticed observed
look appear seem
describe characterize portray
described characterized portrayed
explain clarify account-for
explained clarified accounted-for
teach instruct
taught instructed
learn study
learned studied
speak talk
spoke talked
spoken used
happen occur take-place
happened occurred took-place
happens occurs takes-place
occur happen take-place
occurred happened took-place
appear emerge turn-up
appeared emerged turned-up
release issue publish
released issued published
publish release issue
published released issued
perform carry-out execute
performed carried-out executed
play perform
played performed
receive get obtain
received got obtained
collect gather
collected gathered
collects gathers
store keep save
stored kept saved
delete erase remove
deleted erased removed
remove take-away eliminate
removed taken-away eliminated
pay spend
paid spent
earn make
earned made
hire employ recruit
hired employed recruited
fired dismissed sacked
elected chosen
appointed named
resign step-down quit
resigned stepped-down quit
replace succeed
replaced succeeded
refuse decline
refused declined
agree consent
agreed consented
disagree differ
accuse blame charge
accused blamed charged
blame accuse
criticize condemn
criticized condemned
support back endorse
supported backed endorsed
oppose resist
opposed resisted
suffer endure
suffered endured
recover get-better heal
treat handle
treated handled
affect influence
affected influenced
control command govern
controlled commanded governed
controls commands governs
occupied held seized
seize capture take
seized captured took
captured seized took
conquered took subdued
escape flee get-away
escaped fled got-away
hide conceal
hidden concealed
warn caution
warned cautioned
fear dread worry
hate dislike detest
hated disliked detested
compare contrast
measured gauged
calculate compute work-out
calculated computed worked-out
fix repair mend
fixed repaired mended
break fracture
broke fractured
opened launched
open launch
closed shut
close shut
currently now presently
today nowadays now
formerly previously once
originally initially at-first
later afterwards subsequently
eventually finally in-the-end
during throughout
because since
besides apart-from in-addition-to
near close-to by
within inside
under below beneath
above over
against opposing
before prior-to
after following
"""

_SAME: dict[str, list[str]] = {}
for _line in _GROUPS.split("\n"):
    _group = _line.split()
    for _word in _group:
        _SAME.setdefault(_word, []).extend(
            other.replace("-", " ") for other in _group if other != _word
        )

_TURNS = tuple(
    (re.compile(pattern, re.IGNORECASE), others)
    for pattern, others in (
        (r"^(?:in )?(?:what|which) year\b", ("when",)),
        (r"^(?:on|at) (?:what|which) (?:date|day|time)\b", ("when",)),
        (r"^when\b", ("in what year", "at what time", "on what date")),
        (r"^where\b", ("in what place", "in which place")),
        (r"^(?:in )?(?:what|which) (?:city|country|state|town|place)\b", ("where",)),
        (r"^how many\b", ("what number of", "what is the number of")),
        (r"^how much\b", ("what amount of",)),
        (r"^why\b", ("for what reason", "how come")),
        (r"^who (?=was|is|were|are)", ("what person ", "which person ")),
        (r"^what is the name of\b", ("what is", "name")),
        (r"^what (?:is|was|were|are) (?=the|a|an)", ("tell me ", "name ", "I want to know ")),
        (r"^what type of\b", ("what kind of", "which")),
        (r"^what kind of\b", ("what type of", "which")),
        (r"^which\b", ("what",)),
        (r"^what (?=\w+ (?:did|does|do|is|was|were|are|has|have)\b)", ("which ",)),
        (r"^how long\b", ("for how long", "for what time")),
        (r"^how (?=did|does|do|can|is|was|were|are)", ("in what way ", "by what means ")),
    )
)


def reworded(question: str, rng: random.Random) -> str:
    """The question with about half of the words that have others replaced, and sometimes
    another opening."""
    if rng.random() < 0.4:
        for pattern, others in _TURNS:
            if pattern.search(question):
                question = pattern.sub(rng.choice(others), question, count=1)
                break

    def other(match: re.Match[str]) -> str:
        found = _SAME.get(match[0])
        return rng.choice(found) if found and rng.random() < 0.6 else match[0]

    return re.sub(r"[a-z-]+", other, question)
