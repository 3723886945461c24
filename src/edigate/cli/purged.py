"""What is said of things that retention has taken away."""

from sqlalchemy import Connection, RowMapping

from edigate.cli import common
from edigate.cli.messages import t


def hint(connection: Connection) -> str:
    """A line for whoever asks for what is not there, where flows were ever purged; empty where none were."""
    from edigate.engine import purging  # noqa: PLC0415 - half of the gate, only for who missed something

    before = purging.last(connection)
    if before is None:
        return ""
    return t("\nWhat was over before {day} was purged: it can be neither shown, replayed nor offered again.",
             "\nCe qui était terminé avant le {day} a été purgé : on ne peut plus ni le montrer, ni le rejouer, ni le"
             " présenter.", day=f"{before:%Y-%m-%d}")  # fmt: skip


def refuse(row: RowMapping) -> None:
    """Raise Failure for a delivery of which something was purged: it cannot be made again as it was."""
    if row["purged_at"]:
        raise common.Failure(
            t("{name} cannot be offered again: some of what it held was purged on {day}.",
              "{name} ne peut plus être présenté : une partie de son contenu a été purgée le {day}.",
              name=row["name"], day=row["purged_at"][:10]),
            t("The rest is shown by: edigate deliveries show {name}",
              "Le reste se voit par : edigate deliveries show {name}", name=row["name"]),
        )  # fmt: skip
