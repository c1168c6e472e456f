"""The import that this browser tab has under way."""

from __future__ import annotations

from playground.browser.slots import Slot
from playground.imports.job import ImportJob

_JOB = Slot("import_job", ImportJob)
_UPLOADS = Slot("import_uploads", int)


def open_import() -> ImportJob | None:
    """The import under way, or its report; None where there is none."""
    return _JOB.get()


def keep_import(job: ImportJob) -> None:
    """From now on this is the one."""
    _JOB.set(job)


def leave_import() -> None:
    """End the import, and be ready for another file. In callbacks."""
    job = _JOB.get()
    if job is not None:
        job.cancel()
    _JOB.set(None)
    _UPLOADS.set((_UPLOADS.get() or 0) + 1)


def upload_key() -> str:
    """The key of the field for a file; it is another one after each import, and so empty."""
    return f"import-file-{_UPLOADS.get() or 0}"
