"""Accounting entries: which accounts a transaction moves, and what that does to the totals."""

import random
from typing import NamedTuple

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import figure

ASSETS = frozenset(
    {
        "inventory",
        "cash at bank",
        "trade receivables",
        "equipment",
        "prepaid expenses",
        "accumulated depreciation",
    }
)
LIABILITIES = frozenset({"trade payables", "bank loan", "accrued expenses", "deferred income"})


class Slip(NamedTuple):
    """An account that is easily taken instead of the right one, and why."""

    account: str
    why: str


class Entry(NamedTuple):
    """A transaction in two forms of its verb, its two accounts, and a slip on either side."""

    does: str
    doing: str
    what: str
    debit: str
    credit: str
    debit_slip: Slip
    credit_slip: Slip


TWICE = "What is in the books already is entered a second time when it is paid."
AT_ONCE = "What is bought or sold on credit is taken to be paid at once."
LASTING = "A thing of lasting use is taken to be an expense at once."
CONFUSED = "Payables and receivables are confused."
ENTRIES = (
    Entry("buys", "buying", "goods for resale for {} on credit", "inventory", "trade payables",
          Slip("trade receivables", CONFUSED), Slip("cash at bank", AT_ONCE)),
    Entry("buys", "buying", "office furniture for {} on credit", "equipment", "trade payables",
          Slip("office expense", LASTING), Slip("cash at bank", AT_ONCE)),
    Entry("buys", "buying", "a machine for {} by bank transfer", "equipment", "cash at bank",
          Slip("repair expense", LASTING), Slip("trade payables", "A payment is taken for a new debt.")),
    Entry("pays", "paying", "{} to a supplier for an invoice that is in the books", "trade payables",
          "cash at bank", Slip("inventory", TWICE), Slip("trade receivables", CONFUSED)),
    Entry("pays", "paying", "this month's rent of {} by bank transfer", "rent expense", "cash at bank",
          Slip("prepaid expenses", "The month's own expense is taken for one of a later month."),
          Slip("accrued expenses", "A payment is taken for a new debt.")),
    Entry("pays", "paying", "{} for an insurance that starts next year", "prepaid expenses", "cash at bank",
          Slip("insurance expense", "The payment is taken to be the expense."),
          Slip("accrued expenses", "A payment in advance is taken for a debt.")),
    Entry("pays", "paying", "wages of {} that it accrued last month", "accrued expenses", "cash at bank",
          Slip("wages expense", TWICE), Slip("trade payables", "A payment is taken for a new debt.")),
    Entry("repays", "repaying", "{} of a bank loan, apart from the interest", "bank loan", "cash at bank",
          Slip("interest expense", "The loan itself is taken to be an expense when it is paid back."),
          Slip("trade receivables", CONFUSED)),
    Entry("borrows", "borrowing", "{} from its bank for three years", "cash at bank", "bank loan",
          Slip("interest expense", "The loan itself is taken to be an expense."),
          Slip("share capital", "Money that was lent is taken for money of the owners.")),
    Entry("receives", "receiving", "{} from its owners for new shares", "cash at bank", "share capital",
          Slip("trade receivables", "Money that was received is taken for money that is owed."),
          Slip("service revenue", "Money of the owners is taken to be income.")),
    Entry("receives", "receiving", "{} from a customer for an invoice that is in the books", "cash at bank",
          "trade receivables", Slip("trade payables", CONFUSED), Slip("service revenue", TWICE)),
    Entry("receives", "receiving", "{} from a customer for work that it will do next year", "cash at bank",
          "deferred income",
          Slip("trade receivables", "Money that was received is taken for money that is owed."),
          Slip("service revenue", "Revenue is taken to arise with the payment.")),
    Entry("sells", "selling", "services for {} on credit", "trade receivables", "service revenue",
          Slip("cash at bank", AT_ONCE), Slip("deferred income", "Revenue is taken to await the payment.")),
    Entry("does", "doing", "work for {} that a customer paid for last year", "deferred income",
          "service revenue", Slip("cash at bank", TWICE),
          Slip("trade receivables", "The customer is taken to have owed the amount.")),
    Entry("returns", "returning", "unpaid goods for {} that it bought on credit", "trade payables",
          "inventory", Slip("cash at bank", "Goods that were not paid are taken to be refunded."),
          Slip("service revenue", "A return to a supplier is taken for a sale.")),
    Entry("records", "recording", "depreciation of {} on its machines", "depreciation expense",
          "accumulated depreciation", Slip("equipment", "Depreciation is taken to add to the asset."),
          Slip("cash at bank", "Depreciation is taken to be a payment.")),
    Entry("records", "recording", "wages of {} for this month, payable next month", "wages expense",
          "accrued expenses", Slip("prepaid expenses", "A debt is confused with a payment in advance."),
          Slip("cash at bank", "The expense is taken to arise with the payment.")),
    Entry("writes off", "writing off", "a receivable of {} that had no allowance", "bad debt expense",
          "trade receivables", Slip("service revenue", "A loss is taken to undo the sale."),
          Slip("cash at bank", "A debt that is lost is taken for money paid out.")),
)  # fmt: skip

FIRMS = (
    "A firm",
    "A workshop",
    "A small company",
    "An agency",
    "A trading company",
    "A printing company",
    "A wholesaler",
    "A repair shop",
)


@item_model(
    "accounting-entry",
    skills=("accounting", "bookkeeping", "month-end-close", "accounts-payable", "accounts-receivable"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=60,
)
def accounting_entry(rng: random.Random) -> Draw:
    """The accounts that a transaction debits and credits.

    The options are two pairs of accounts, each both ways round, so that none shares most with the others.
    """
    entry = rng.choice(ENTRIES)
    pair = (entry.debit, entry.credit)
    if rng.random() < 0.5:
        why, slipped = entry.debit_slip.why, (entry.debit_slip.account, entry.credit)
    else:
        why, slipped = entry.credit_slip.why, (entry.debit, entry.credit_slip.account)
    told = f"{entry.does} {entry.what.format(figure(rng.randrange(300, 20000, 50)))}"
    return Draw(
        stem=f"{rng.choice(FIRMS)} keeps accrual accounts and a perpetual inventory. It {told}. "
        "Which entry is "
        "made for this? Leave taxes aside.",
        right=(_entry(*pair),),
        wrong=(
            Wrong(_entry(*pair[::-1]), "Debit and credit are exchanged."),
            Wrong(_entry(*slipped), why),
            Wrong(_entry(*slipped[::-1]), f"{why[:-1]}, and debit and credit are exchanged."),
        ),
        explanation=f"The transaction is a debit of {entry.debit} and a credit of {entry.credit}.",
    )


def _entry(debit: str, credit: str) -> str:
    return f"Debit {debit}, credit {credit}"


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
TOTALS = ("total assets", "total liabilities", "equity")


@item_model(
    "balance-sheet-effect",
    skills=("accounting", "bookkeeping", "financial-reporting", "auditing", "financial-analysis"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=120,
    type="multiple_select",
)
def balance_sheet_effect(rng: random.Random) -> Draw:
    """The two of five transactions that raise or lower a total of the balance sheet."""
    total, way = rng.choice(TOTALS), rng.choice([1, -1])
    verb = "raise" if way > 0 else "lower"
    right = rng.sample([entry for entry in ENTRIES if _effect(entry, total) == way], 2)
    wrong = rng.sample([entry for entry in ENTRIES if _effect(entry, total) != way], 3)
    return Draw(
        stem=f"{rng.choice(FIRMS)} keeps accrual accounts and a perpetual inventory. Which two of its "
        f"transactions of {rng.choice(MONTHS)} {rng.randrange(2024, 2032)} {verb} its {total}? Choose two.",
        right=tuple(_told(entry, rng) for entry in right),
        wrong=tuple(
            Wrong(
                _told(entry, rng),
                f"Taken to {verb} {total}, though it debits {entry.debit} and credits {entry.credit}.",
            )
            for entry in wrong
        ),
        explanation=" ".join(
            f"{entry.doing.capitalize()} {entry.what.format('the amount')} is a debit of {entry.debit} and a "
            f"credit of {entry.credit}."
            for entry in right
        ),
    )


def _effect(entry: Entry, total: str) -> int:
    """1 where the entry raises the total, -1 where it lowers it. What is neither asset nor debt is equity."""
    in_assets = (entry.debit in ASSETS) - (entry.credit in ASSETS)
    in_liabilities = (entry.credit in LIABILITIES) - (entry.debit in LIABILITIES)
    return {
        "total assets": in_assets,
        "total liabilities": in_liabilities,
        "equity": in_assets - in_liabilities,
    }[total]


def _told(entry: Entry, rng: random.Random) -> str:
    return f"{entry.doing.capitalize()} {entry.what.format(figure(rng.randrange(300, 20000, 50)))}"
