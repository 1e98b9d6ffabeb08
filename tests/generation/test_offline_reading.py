"""What the offline engine reads out of a role and its description."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.adverts import ADVERTS, Advert
from tests.generation.tools import brief
from workers.generation import advert, taxonomy
from workers.generation.advert import Kind
from workers.generation.brief import SkillNeed
from workers.generation.engines.offline import MOST_REQUIRED, MOST_SKILLS, analysis_of
from workers.generation.seniority import seniority_of
from workers.generation.text import clean

BOOK = taxonomy.shipped()


def read(description: str, role: str = "Specialist of Nothing") -> dict[str, SkillNeed]:
    return {need.id: need for need in analysis_of(brief(role, description)).skills}


@pytest.mark.parametrize("case", ADVERTS, ids=lambda case: case.role)
def test_an_advert_s_skills_are_those_that_a_recruiter_would_name(case: Advert) -> None:
    assert case.wanted | case.unwanted <= BOOK.skills.keys()
    skills = read(case.text, case.role)
    assert case.wanted <= skills.keys()
    assert not case.unwanted & skills.keys()
    assert 4 <= len(skills) <= MOST_REQUIRED


@pytest.mark.parametrize(
    ("sentence", "must_have"),
    [
        ("You must know Docker.", True),
        ("Strong Docker skills.", True),
        ("We use Docker.", True),
        ("Docker is preferred.", False),
        ("Docker is a plus.", False),
        ("Nice to have: Docker.", False),
        ("Ideally you know Docker.", False),
        ("Docker would be an asset.", False),
        ("Some familiarity with Docker.", False),
        ("Docker von Vorteil.", False),
        ("Nice to have:\n- Docker\n", False),
        ("## Preferred qualifications\n\n* Docker\n", False),
        ("Bonus points\n- Docker\n", False),
        ("Nice to have:\n- Kafka\n\nRequirements:\n- Docker\n", True),
        ("Docker is a plus. Docker is required.", True),
    ],
)
def test_softened_words_and_headings_make_a_nice_to_have(sentence: str, must_have: bool) -> None:
    assert read(f"Python, SQL, Git, Linux and Redis.\n\n{sentence}")["docker"].must_have is must_have


def kind_of(name: str, text: str) -> Kind:
    return advert.read(text).at(text.index(name)).kind


@pytest.mark.parametrize(
    ("line", "asked", "wished"),
    [
        ("Apache Spark, ideally on Databricks", "Spark", "Databricks"),
        ("Experience with a SIEM, preferably Splunk", "SIEM", "Splunk"),
        ("Erfahrung mit Datenbanken, vorzugsweise Oracle", "Datenbanken", "Oracle"),
        ("Maîtrise de SQL, idéalement PostgreSQL", "SQL", "PostgreSQL"),
    ],
)
def test_what_is_liked_best_does_not_soften_what_is_asked_for(line: str, asked: str, wished: str) -> None:
    text = f"Requirements:\n- Git\n- {line}\n"
    assert kind_of(asked, text) is Kind.MUST
    assert kind_of(wished, text) is Kind.NICE


def test_after_what_is_liked_best_more_is_asked_for() -> None:
    text = "Requirements:\n- Git\n- Databases, preferably Oracle, and SQL\n"
    kinds = [kind_of(name, text) for name in ("Databases", "Oracle", "SQL")]
    assert kinds == [Kind.MUST, Kind.NICE, Kind.MUST]


def test_a_field_to_have_worked_in_is_no_wish() -> None:
    text = "Requirements:\n- Three years in HR, ideally in logistics\n"
    assert kind_of("HR", text) is Kind.MUST
    assert kind_of("logistics", text) is Kind.EMPLOYER


def test_a_little_is_asked_for_among_the_requirements_and_wished_for_elsewhere() -> None:
    assert kind_of("Docker", "Requirements:\n- Git\n- Some familiarity with Docker\n") is Kind.MUST
    assert kind_of("Docker", "We use Git. Some familiarity with Docker.") is Kind.NICE


@pytest.mark.parametrize(
    ("choice", "kind"),
    [
        ("Java, Kotlin or Scala", Kind.EITHER),
        ("Kotlin oder Scala", Kind.EITHER),
        ("Kotlin or similar", Kind.MUST),
        ("Kotlin and Scala", Kind.MUST),
    ],
)
def test_one_of_several_that_would_do_is_less_sure(choice: str, kind: Kind) -> None:
    assert kind_of("Kotlin", f"Requirements:\n- Git\n- {choice}\n") is kind
    assert Kind.MUST.worth > Kind.EITHER.worth > Kind.ASKED.worth


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Cloud Architect (AWS)", Kind.MUST),
        ("Product Manager - AWS Experience", Kind.MUST),
        ("AWS Hosting Ltd", Kind.EMPLOYER),
    ],
)
def test_a_first_line_that_names_the_job_is_asked_for(line: str, kind: Kind) -> None:
    text = f"{line}\n\nWe have hairdressers in two years' time.\n\nRequirements:\n- Git\n"
    assert kind_of("AWS", text) is kind
    assert kind_of("hairdressers", text) is not Kind.MUST


def test_work_on_requirements_requires_nothing() -> None:
    assert kind_of("user stories", "Your tasks:\n- Gather requirements and user stories\n") is Kind.ASKED


def test_a_must_have_weighs_more_than_a_nice_to_have_and_the_title_s_skill_most() -> None:
    skills = read("Solid SQL is required. We use Git. Docker is a plus.", "Python Developer")
    assert skills["python"].weight == 5
    assert skills["python"].weight > skills["sql"].weight >= skills["git"].weight > skills["docker"].weight


def test_repeating_a_name_in_one_sentence_is_no_emphasis() -> None:
    once = read("We use Git. Redis.")
    often = read("We use Git, git, Git and GIT. Redis.")
    assert often["git"].weight == once["git"].weight


@pytest.mark.parametrize(
    "boilerplate",
    [
        "We offer health insurance, German lessons and AWS training.",
        "Benefits: AWS certification.",
        "What we offer\n- AWS training\n- Accounting software discounts",
        "Benefits:\n\nPaid AWS training.\n\nA bonus for every AWS exam.",
        "About us\nWe sell AWS consulting.",
        "We are an equal opportunity employer; AWS regardless of age.",
        "All qualified applicants will receive consideration, AWS too.",
        "Our perks: dental, pension, AWS vouchers.",
        "Wir bieten:\n- AWS-Schulungen",
        "Apply now with your AWS account.",
    ],
)
def test_what_the_employer_offers_is_no_skill_that_it_asks_for(boilerplate: str) -> None:
    assert "aws" not in read(f"Python, SQL, Git, Docker and Linux.\n\n{boilerplate}")


@pytest.mark.parametrize(
    "denial",
    [
        "Docker is not needed.",
        "No Docker required.",
        "You don't need Docker.",
        "We moved away from Docker.",
        "Kubernetes instead of Docker.",
        "You won't touch Docker or manage shops.",
        "Docker knowledge isn't expected.",
        "Not needed: Docker.",
        "WE DON'T ASK FOR\nDocker",
        "Docker ist nicht nötig.",
        "Docker n'est pas exigé.",
        "No hace falta Docker.",
    ],
)
def test_what_is_not_asked_for_is_no_skill(denial: str) -> None:
    assert "docker" not in read(f"Python, SQL, Git, Redis and Linux.\n\n{denial}")


@pytest.mark.parametrize(
    "softened", ["Docker is not a must, but welcome.", "It's good, but not needed, if you know Docker."]
)
def test_what_need_not_be_but_may_is_a_nice_to_have(softened: str) -> None:
    assert read(f"Python, SQL, Git, Redis and Linux.\n\n{softened}")["docker"].must_have is False


@pytest.mark.parametrize(
    ("line", "must_have"),
    [
        ("Required: Docker.", True),
        ("Desirable: Docker.", False),
        ("What helps. Docker.", False),
        ("<strong>Bonus</strong>\n<li>Docker</li>", False),
        ("Requirements\n- 3 years of Docker\n\nCherry on top\n- Kafka", True),
    ],
)
def test_a_label_colours_its_line_and_mark_up_hides_nothing(line: str, must_have: bool) -> None:
    assert read(f"Python, SQL, Git, Redis and Linux.\n\n{line}")["docker"].must_have is must_have


def test_what_stands_once_in_another_field_is_taken_for_chance() -> None:
    text = (
        "Requirements:\n- Python\n- SQL\n- Git\n- Redis\n- Linux\n\nYour desk stands beside the welding shop."
    )
    assert "welding" not in read(text, "Python Developer")


def test_after_the_employer_s_words_the_job_is_read_again() -> None:
    text = (
        "About us\nWe sell shoes.\n\nWhat you'll do\n- Run PostgreSQL\n\n"
        "Benefits\n- Gym\n\nRequirements\n- Kafka"
    )
    assert {"postgresql", "kafka"} <= read(text).keys()


@pytest.mark.parametrize(
    "degree",
    [
        "Bachelor's degree in Statistics or Economics.",
        "BSc in Mathematics, Statistics or similar.",
        "MSc or PhD in Statistics.",
        "A degree in statistics and 3 years of experience with Docker.",
    ],
)
def test_the_subject_of_a_degree_is_no_skill(degree: str) -> None:
    assert "statistics" not in read(f"Python, SQL, Git, Redis, Docker and Linux. {degree}")


def test_what_follows_a_degree_is_one() -> None:
    assert "excel" in read("Degree in finance with strong knowledge of Excel. Python, SQL, Git, Redis.")


@pytest.mark.parametrize(
    ("role", "description", "level"),
    [
        ("Senior Developer", "", "senior"),
        ("Sr. Developer", "", "senior"),
        ("Lead Engineer", "", "senior"),
        ("Head of Sales", "", "senior"),
        ("Staff Engineer", "", "senior"),
        ("Staff Nurse", "", "intermediate"),
        ("Lead Generation Specialist", "", "intermediate"),
        ("Executive Assistant to the Director", "", "intermediate"),
        ("Internal Auditor", "", "intermediate"),
        ("Data Entry Specialist", "", "intermediate"),
        ("Junior Developer", "10 years of experience", "entry"),
        ("Marketing Intern", "", "entry"),
        ("Apprentice Plumber", "", "entry"),
        ("Mid-level Developer", "7+ years", "intermediate"),
        ("Developer", "5+ years of experience", "senior"),
        ("Developer", "At least 3 years of experience", "intermediate"),
        ("Developer", "3-5 years of experience", "intermediate"),
        ("Developer", "1 year of experience", "entry"),
        ("Developer", "At least a year's experience in a shop", "entry"),
        ("Developer", "You have worked on a desk for a year or longer", "entry"),
        ("Developer", "6 months to 2 years of experience", "entry"),
        ("Developer", "Three years of experience since registration", "intermediate"),
        ("Developer", "Results have risen for five years in a row", "intermediate"),
        ("Developer", "Paid once a year in the summer", "intermediate"),
        ("Developer", "First-year teachers are encouraged to apply", "entry"),
        ("Developer", "Berufsanfänger sind willkommen", "entry"),
        ("Developer", "Sin experiencia previa", "entry"),
        ("Data Entry Clerk", "", "entry"),
        ("Teaching Assistant", "", "entry"),
        ("Warehouse Operative", "Three years of experience", "intermediate"),
        ("Senior Care Assistant", "", "senior"),
        ("Developer", "Six years or more of professional Python", "senior"),
        ("Developer", "three (3) years of network experience", "intermediate"),
        ("Developer", "One to three years in corporate finance", "intermediate"),
        ("Developer", "1-2 years in an analyst role", "entry"),
        ("Developer", "Up to two years in sales", "entry"),
        ("Developer", "at least six months in a shop", "entry"),
        ("Developer", "Mindestens drei Jahre Berufserfahrung", "intermediate"),
        ("Developer", "Más de seis años de experiencia", "senior"),
        ("Developer", "You don't need 10 years of experience: we teach.", "intermediate"),
        ("Developer", "2+ years of SQL and 6 years of Python", "senior"),
        ("Developer", "No experience needed", "entry"),
        ("Developer", "An entry-level role", "entry"),
        ("Developer", "We want a senior software engineer", "senior"),
        ("Developer", "We were founded 10 years ago.", "intermediate"),
        ("Developer", "Our company has 12 years of history.", "intermediate"),
        ("Developer", "We offer a 5 years contract.", "intermediate"),
        ("Developer", "You report to the senior director and the lead.", "intermediate"),
        ("Developer", "You generate leads; graduate degree.", "intermediate"),
        ("Developer", "", "intermediate"),
    ],
)
def test_the_level_is_read_from_the_title_then_from_years_then_from_words(
    role: str, description: str, level: str
) -> None:
    assert seniority_of(role, description) == level


def test_the_level_that_is_asked_for_stands_above_what_is_read() -> None:
    assert analysis_of(brief("Senior Developer", "10 years", difficulty="entry")).seniority == "entry"


def test_a_role_without_named_skills_has_those_of_its_profile() -> None:
    profile = BOOK.profile("Registered Nurse")
    skills = read("A kind person for a busy place.", "Registered Nurse")
    own = [entry.skill for entry in profile if BOOK.skills[entry.skill].group != "general"]
    assert set(own[:5]) <= skills.keys()
    assert skills[own[0]].must_have


def test_an_unknown_role_without_skills_is_tested_on_general_aptitude_and_told_so() -> None:
    analysis = analysis_of(brief("Happiness Officer", "Feed the fish."))
    assert len(analysis.skills) == MOST_SKILLS
    assert {need.group for need in analysis.skills} == {"general"}
    assert "general aptitude" in analysis.warnings[0]


def test_one_named_skill_is_joined_by_others() -> None:
    skills = read("You know Excel.")
    assert next(iter(skills)) == "excel"
    assert len(skills) >= 4


def test_manners_do_not_crowd_out_the_trade() -> None:
    text = (
        "Excellent communication skills, a team player, detail oriented, problem solving, "
        "time management skills. Python, SQL, Docker, Git, Linux."
    )
    skills = read(text)
    assert list(skills)[:5] == ["python", "sql", "docker", "git", "linux"]
    assert len(skills) <= 7


def test_the_summary_names_the_role_and_its_skills() -> None:
    analysis = analysis_of(brief(" Python\nDeveloper ", "Python, SQL, Git, Docker, Linux."))
    assert analysis.summary.startswith("Python Developer: Python, ")


def test_required_skills_are_left_out_last() -> None:
    duties = "You write Python, SQL, Bash, Docker, Terraform, Ansible and Prometheus rules, and Python again."
    required = "Requirements:\n" + "\n".join(
        f"- {name}" for name in ("Kubernetes", "PostgreSQL", "Redis", "Git")
    )
    skills = read(f"{duties}\n\n{required}", "Engineer")
    assert {"kubernetes", "postgresql", "redis", "git"} <= skills.keys()
    many = (
        "Kafka",
        "Java",
        "Scala",
        "Go",
        "Rust",
        "Linux",
        "AWS",
        "Terraform",
        "MongoDB",
        "GraphQL",
        "Vue.js",
    )
    asked = "Requirements:\n" + "\n".join(f"- {name}" for name in many)
    assert len(read(asked, "Engineer")) == MOST_REQUIRED


@given(st.text(max_size=400), st.text(min_size=1, max_size=60))
def test_whatever_the_text_evidence_is_verbatim_and_skills_are_few(description: str, role: str) -> None:
    analysis = analysis_of(brief(role, description + " Python and Excel. " + description))
    assert 1 <= len(analysis.skills) <= MOST_REQUIRED
    assert len({need.id for need in analysis.skills}) == len(analysis.skills)
    given_text = clean(role) + "\n" + clean(description + " Python and Excel. " + description)
    for need in analysis.skills:
        assert need.evidence in given_text
        assert 1 <= need.weight <= 5


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("You code. We offer cake.", [Kind.ASKED, Kind.OFFER]),
        ("Acme is a bank. You must code.", [Kind.EMPLOYER, Kind.MUST]),
        ("Acme is a bank that is looking for you.", [Kind.ASKED]),
        ("Perks\nCake\n", [Kind.OFFER, Kind.OFFER]),
        ("Pension or dental.", [Kind.OFFER]),
        ("You administer pension plans.", [Kind.ASKED]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_passages_that_ask_offer_or_introduce(text: str, kinds: list[Kind]) -> None:
    assert [part.kind for part in advert.passages(text)] == kinds


@given(st.text(max_size=300))
def test_passages_cover_the_text_without_gaps(text: str) -> None:
    parts = advert.passages(text)
    assert "".join(text[part.start : part.end] for part in parts) == text
    for part in parts:
        assert advert.at(parts, part.start) == part
        assert advert.at(parts, part.end - 1) == part
