"""Times as a person says them: the clock where it is today, else the day. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def when(moment: datetime, now: datetime, zone: tzinfo = UTC) -> str:
    """``Today 14:05``, ``Yesterday 09:30``, ``3 Apr 14:05``; ``3 Apr 2025`` in another year."""
    there, today = moment.astimezone(zone), now.astimezone(zone)
    clock = f"{there:%H:%M}"
    days = (today.date() - there.date()).days
    if days in (0, 1):
        return f"{('Today', 'Yesterday')[days]} {clock}"
    day = f"{there.day} {there:%b}"
    return f"{day} {clock}" if there.year == today.year else f"{day} {there.year}"
