"""Job descriptions, with skills that a recruiter would name and skills that only their words suggest."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Advert:
    role: str
    text: str
    wanted: frozenset[str]
    unwanted: frozenset[str]


def advert(role: str, wanted: str, unwanted: str, text: str) -> Advert:
    return Advert(role, text, frozenset(wanted.split()), frozenset(unwanted.split()))


ADVERTS = [
    advert(
        "Backend Engineer (Go)",
        "go postgresql kafka ci-cd sql docker kubernetes",
        "c go-to-market accounting aws german-proficiency",
        """About us
Northwind Pay is a Series C fintech building accounting software for small firms. We go to market
in 12 countries.

What you'll do
- Design and run Go microservices that process 4k payments a second
- Own PostgreSQL schemas and Kafka topics
- Build CI/CD pipelines

Requirements
- 5+ years of backend experience, at least 2 in Golang
- Solid SQL, Docker and Kubernetes
- BS in Computer Science, Mathematics or related field

Nice to have
- Terraform
- Experience with Rust

Benefits
- Health, dental and vision insurance
- 401(k) match, generous PTO, free German lessons
- Learning budget for AWS certification

Northwind is an equal opportunity employer. We do not discriminate on race, religion or veteran status.""",
    ),
    advert(
        "Registered Nurse - ICU",
        "nursing intensive-care medication-administration vital-signs infection-control wound-care",
        "payroll",
        "St. Mary's Hospital is seeking an ICU nurse. You'll monitor vital signs, administer "
        "medication including "
        "IV infusion and provide wound care. Candidates must hold an RN licence. Excellent "
        "communication skills are "
        "essential. You comply with infection control standards and HIPAA. We offer a competitive "
        "salary and pension.",
    ),
    advert(
        "Senior Accountant",
        "accounting excel month-end-close reconciliation financial-reporting",
        "adaptability statistics",
        "Responsible for month-end close, general ledger, bank reconciliations, accounts payable and "
        "financial "
        "statements. Advanced Excel required; NetSuite preferred. Bachelor's degree in Accounting, "
        "Statistics or "
        "Finance and 5+ years of experience. Must excel in a fast-paced environment.",
    ),
    advert(
        "Digital Marketing Manager",
        "digital-marketing seo paid-search email-marketing",
        "react remote-work",
        "You own our channels: SEO, Google Ads and email marketing, and report in Google Analytics. "
        "React to market "
        "changes quickly. HubSpot is a plus. Perks: gym membership, remote work, stock options.",
    ),
    advert(
        "React Developer",
        "react javascript typescript html-css redux git",
        "go",
        "We're looking for a React developer. You know JavaScript, TypeScript, HTML and CSS and have "
        "shipped apps "
        "with React and Redux. Experience with Git. You react to feedback with curiosity. Go the extra mile.",
    ),
    advert(
        "Data Scientist",
        "python sql machine-learning statistics pandas",
        "physics",
        "Build models in Python (pandas, scikit-learn) and SQL, run experiments and deploy machine "
        "learning models. "
        "Strong statistics. MSc or PhD in Physics, Economics or Computer Science. At least 3 years "
        "of experience.",
    ),
    advert(
        "Human Resources Generalist",
        "human-resources employee-relations compensation-benefits labour-law",
        "disability-support",
        "Supports recruiting, employee relations, performance management, benefits administration "
        "and payroll "
        "processing. Knowledge of employment law is required. We are an equal opportunity employer "
        "and provide "
        "reasonable accommodation for applicants with disabilities.",
    ),
    advert(
        "Truck Driver (CDL A)",
        "driving vehicle-safety-checks",
        "dental-care",
        "Drive a tractor-trailer, carry out pre-trip inspections and follow hours-of-service rules. "
        "Valid CDL Class A "
        "with clean record. Home weekly, medical, dental, vision, 401k.",
    ),
    advert(
        "Financial Analyst",
        "financial-modelling budgeting valuation excel",
        "dotnet r-programming",
        "Build financial models, budgets and forecasts; support valuation (DCF) and R&D budgets. "
        "Advanced Excel. "
        "Net income and cash flow must be second nature.",
    ),
    advert(
        "Java Developer",
        "java spring-boot microservices kafka postgresql git",
        "javascript risk-management",
        """- Java 17, Spring Boot
- Microservices, Kafka
- PostgreSQL
- Git, Maven

Our client is a global leader in insurance and risk management.""",
    ),
    advert(
        "Softwareentwickler Python (m/w/d)",
        "python django postgresql git docker",
        "remote-work",
        """Deine Aufgaben:
- Entwicklung von Webanwendungen mit Python und Django
- Anbindung von Datenbanken (PostgreSQL)

Dein Profil:
- Abgeschlossenes Studium der Informatik
- Sehr gute Kenntnisse in Python, Git und Docker

Wir bieten:
- Homeoffice und Altersvorsorge
- Englischkurse""",
    ),
    advert(
        "Electrician",
        "electrical-installation technical-drawing workplace-safety",
        "",
        "Install, maintain and repair electrical wiring and lighting. Read blueprints and follow "
        "lockout/tagout. "
        "Journeyman licence required.",
    ),
    advert(
        "Chef de Partie",
        "cooking food-safety",
        "chef-automation",
        "Busy hotel restaurant seeks a Chef de Partie. Prepare dishes to recipe, keep HACCP records, "
        "manage stock "
        "rotation, and train commis chefs. Meals on duty, tips.",
    ),
    advert(
        "Primary School Teacher",
        "teaching safeguarding curriculum-development special-education",
        "go",
        "Plan lessons in line with the national curriculum, support children with special "
        "educational needs, and "
        "work with parents. Qualified teacher status and safeguarding training required. Go above "
        "and beyond.",
    ),
    advert(
        "C++ Embedded Software Engineer",
        "cpp c embedded-systems rtos python",
        "csharp",
        "Develop firmware for ARM microcontrollers in C and C++, work with FreeRTOS and write unit "
        "tests. Python for "
        "test automation. BSc in Electrical Engineering or similar.",
    ),
    advert(
        "Happiness Officer",
        "problem-solving workplace-communication",
        "python sales",
        "You will think of nice things, talk to everybody, celebrate birthdays, water the cactus and "
        "feed the fish.",
    ),
]  # fmt: skip
